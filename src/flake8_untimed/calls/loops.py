"""Which loops around a request try it again: those that are left once it was answered."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Call
from flake8_untimed.calls.places import Loop, tries_around
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import DEFINITIONS, LOOPS, called_name, names_within, within
from flake8_untimed.limits.takers import Sent

LEAVING = (ast.Return, ast.Break)
_DONE = ("body", "orelse", "finalbody", "cases")
"""The blocks of a statement that are not for failures."""


def is_for_retries(call: Call, loop: Loop) -> bool:
    """Whether a loop is there to try a call again; one that breaks off may as well be at its end."""
    if any(tried.lineno > loop.lineno for tried in tries_around(call)):
        if _names_any(call, _turns_with_names(call.context.scope, loop)):
            # Another call each turn: it is given up before, or goes on to the next.
            return _is_left_behind(call, loop) or _asks_whether_done(call.context.scope, loop)
        return bool(_leaves(call.context.scope, loop))
    return _is_left_behind(call, loop, (ast.Return,) if isinstance(loop, ast.While) else LEAVING)


def may_try_again(call: Call, caught: ast.stmt) -> bool:
    """Whether a loop around what catches a timeout may send the request again, or is there to wait."""
    return any(
        isinstance(loop, ast.While) or _counts(loop) or _is_left_behind(call, loop)
        for loop in _loops_around(call, caught)
    )


def tries_same_again(sent: Call | Sent, caught: ast.stmt) -> bool:
    """Whether the loop around what catches a timeout sends the same request again: it ends when what
    is tried has not failed."""
    loop = next(_loops_around(sent, caught), None)
    if loop is None or _names_any(sent, _turns(loop)):
        return False
    return _is_left_behind(sent, loop) or _sets_asked(sent.context.scope, loop, caught)


def _loops_around(sent: Call | Sent, caught: ast.stmt) -> Iterator[Loop]:
    """The loops that go on behind what catches a timeout, innermost first."""
    for loop, block in sent.context.scope.of_statement.parents(caught):
        if isinstance(loop, LOOPS) and block == "body":
            yield loop


def _counts(loop: Loop) -> bool:
    """`for _ in range(3)`"""
    over = getattr(loop, "iter", None)
    return isinstance(over, ast.Call) and called_name(over) == "range"


def _turns(loop: Loop) -> set[str]:
    """The names that are something else in each turn of a loop: `for order in orders`."""
    target = getattr(loop, "target", None)
    return names_within(target) if target else set()


@once
def _turns_with_names(_scope: Scope, loop: Loop) -> set[str]:
    """These, and the names that are given something of them in the loop: `url = order.url`."""
    turns = _turns(loop)
    given = [part for part in within(loop) if turns and isinstance(part, ast.Assign)]
    for part in sorted(given, key=lambda part: part.lineno):
        if not turns.isdisjoint(names_within(part.value)):
            turns |= {target.id for target in part.targets if isinstance(target, ast.Name)}
    return turns


def _names_any(sent: Call | Sent, names: set[str]) -> bool:
    """Whether a call is made of something that has one of these names."""
    return any(isinstance(part, ast.Name) and part.id in names for part in within(sent.node))


def _is_left_behind(
    sent: Call | Sent, loop: Loop, by: tuple[type[ast.stmt], ...] = LEAVING
) -> bool:
    """Whether a loop ends behind a request in it, other than where something has failed."""
    end = getattr(sent.node, "end_lineno", 0)
    return any(
        isinstance(leave, by) and (leave.end_lineno or 0) >= end
        for leave in _leaves(sent.context.scope, loop)
    )


@once
def _leaves(scope: Scope, loop: Loop) -> list[ast.stmt]:
    """What ends a loop in a scope, the last first, without what does so where something has failed:
    not a `break` of another loop in it, nor a `return` of a function."""
    found: list[ast.stmt] = []
    parts: list[tuple[ast.AST, bool]] = [(part, True) for part in getattr(loop, "body", ())]
    for part, is_own in parts:
        if isinstance(part, ast.Return) or (is_own and isinstance(part, ast.Break)):
            found.append(part)
        elif not isinstance(part, DEFINITIONS):
            is_other = isinstance(part, LOOPS)
            for block in _DONE:
                is_inside = is_own and not (is_other and block == "body")
                parts += [(inner, is_inside) for inner in getattr(part, block, ())]
    return sorted(found, key=lambda leave: -leave.lineno)


def _asks_whether_done(scope: Scope, loop: Loop) -> bool:
    """Whether a loop is left where a name says so: `if done: break`."""
    return any(
        isinstance(around, ast.If) and isinstance(around.test, ast.Name)
        for leave in _leaves(scope, loop)
        for around, _ in scope.parents(leave)
    )


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
