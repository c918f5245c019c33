"""Loops around requests: whether they are left once a request was answered."""

from __future__ import annotations

import ast

from flake8_untimed.calls import Call
from flake8_untimed.calls.places import Loop
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import LOOPS, names_within, within
from flake8_untimed.limits.takers import Sent

LEAVING = (ast.Return, ast.Break)
_DONE = ("body", "orelse", "finalbody", "cases")
"""The blocks of a statement that are not for failures."""
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_left_behind(sent: Call | Sent, loop: Loop, by: tuple[type[ast.stmt], ...] = LEAVING) -> bool:
    """Whether a loop ends behind a request in it, other than where something has failed."""
    end = getattr(sent.node, "end_lineno", 0)
    return any(
        isinstance(leave, by) and (leave.end_lineno or 0) >= end
        for leave in _leaves(sent.context.scope, loop)
    )


def is_left(sent: Call | Sent, loop: Loop) -> bool:
    """Whether a loop may end before its last turn, other than where something has failed."""
    return bool(_leaves(sent.context.scope, loop))


def is_left_when_done(sent: Call | Sent, loop: Loop, tried: ast.stmt) -> bool:
    """Whether a loop ends when what is tried in it has not failed: it is left behind that, or asks for
    what is set there."""
    return is_left_behind(sent, loop) or _sets_asked(sent.context.scope, loop, tried)


@once
def _leaves(scope: Scope, loop: Loop) -> list[ast.stmt]:
    """What ends a loop in a scope, the last first, without what does so where something has failed:
    not a `break` of another loop in it, nor a `return` of a function."""
    found: list[ast.stmt] = []
    parts: list[tuple[ast.AST, bool]] = [(part, True) for part in getattr(loop, "body", ())]
    for part, is_own in parts:
        if isinstance(part, ast.Return) or (is_own and isinstance(part, ast.Break)):
            found.append(part)
        elif not isinstance(part, _SCOPES):
            is_other = isinstance(part, LOOPS)
            for block in _DONE:
                is_inside = is_own and not (is_other and block == "body")
                parts += [(inner, is_inside) for inner in getattr(part, block, ())]
    return sorted(found, key=lambda leave: -leave.lineno)


@once
def _sets_asked(scope: Scope, loop: Loop, tried: ast.stmt) -> bool:
    """Whether a `while` asks for a name that is set in what is tried in it."""
    if not isinstance(loop, ast.While):
        return False
    asked = names_within(loop.test)
    return any(
        isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and part.id in asked
        for block in ("body", "orelse")
        for statement in getattr(tried, block, ())
        for part in within(statement)
    )
