"""Requests that code in sight sends again when they have timed out: in a loop around a `try`, or in a
function with a decorator for that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.places import around, libraries, path_of
from flake8_untimed.calls.retries import NOT_IDEMPOTENT, methods_of
from flake8_untimed.calls.transfers import requests_of
from flake8_untimed.inference.syntax import (
    LOOPS,
    TRIES,
    called_name,
    dotted,
    ends,
    maker_of,
    names_within,
    own_expressions,
    within,
)
from flake8_untimed.inference.values import Context
from flake8_untimed.libraries.model import Library
from flake8_untimed.limits.takers import Sent

_ANY = frozenset(("Exception", "BaseException"))
"""As they are written: a `from x import *` above seldom means others."""
_LEAVES = (ast.Return, ast.Break)
_RETRYING = re.compile(r"retry|retries|backoff", re.IGNORECASE)
"""In the name of a decorator."""
_ERROR = re.compile(r"(Error|Exception|Timeout)$", re.IGNORECASE)
"""At the end of the name of an exception."""


def repeats(facts: Facts, place: Call | Construction) -> bool:
    """Whether a call, or one in sight that relies on the default of a client, may send what is not
    idempotent, and is made once more when that has timed out."""
    errors = _errors(facts, place.library)
    return any(
        _may_do_twice(facts, sent if isinstance(sent, Call) else place, sent)
        for sent in requests_of(facts, place)
        if _is_tried_again(facts, sent, errors) or _is_decorated(facts, sent, errors)
    )


def _may_do_twice(facts: Facts, place: Call | Construction, sent: Call | Sent) -> bool:
    """Whether a request may be of a method that is not idempotent."""
    if isinstance(place, Call):
        return not methods_of(facts, place).isdisjoint(NOT_IDEMPOTENT)
    name = called_name(sent.node) if isinstance(sent.node, ast.Call) else ""
    return name.upper() in NOT_IDEMPOTENT


def _errors(facts: Facts, library: Library) -> frozenset[str]:
    """What catches a timeout of a library."""
    # A library around another raises the errors of that one.
    known = [library] if library.timeout_errors else libraries(facts)
    return frozenset(path for lib in known for path in (*lib.timeout_errors, *lib.wider_errors))


def _is_tried_again(facts: Facts, sent: Call | Sent, errors: frozenset[str]) -> bool:
    """Whether a loop goes on when a request in it has timed out, and is left when it has not."""
    tried: ast.Try | None = None
    for node, block in around(sent):
        if block != "body":
            continue
        if isinstance(node, TRIES) and tried is None:
            handler = _handler(facts, node, Context(sent.context.scope, node), errors)
            if handler is None or ends(handler.body, (ast.Raise,)):
                continue
            if ends(handler.body, _LEAVES):
                return False
            tried = node
        elif isinstance(node, LOOPS) and tried is not None:
            return not _is_another(node, sent) and _is_left(node, tried, sent)
    return False


def _handler(
    facts: Facts, statement: ast.Try, context: Context, errors: frozenset[str]
) -> ast.ExceptHandler | None:
    """The one that catches a timeout."""
    for handler in statement.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or _is_timeout(facts, kind, context, errors) for kind in kinds):
            return handler
    return None


def _is_timeout(facts: Facts, kind: ast.expr, context: Context, errors: frozenset[str]) -> bool:
    """Whether a timeout is an exception of a kind."""
    return dotted(kind) in _ANY or path_of(facts, kind, context) in errors


def _is_another(loop: ast.stmt, sent: Call | Sent) -> bool:
    """Whether each turn of a loop sends something else: `for order in orders: post(order)`."""
    target = getattr(loop, "target", None)
    turns = names_within(target) if target else set()
    return any(isinstance(p, ast.Name) and p.id in turns for p in within(sent.node))


def _is_left(loop: ast.stmt, tried: ast.Try, sent: Call | Sent) -> bool:
    """Whether a loop ends when a request in it was answered: it is left behind that, or asks for what
    is set there."""
    behind = [*tried.body, *tried.orelse]
    end = getattr(sent.node, "end_lineno", 0)
    asked = {p.id for e in own_expressions(loop) for p in within(e) if isinstance(p, ast.Name)}
    if isinstance(loop, ast.While) and any(
        isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) and part.id in asked
        for statement in behind
        for part in within(statement)
    ):
        return True
    body: list[ast.stmt] = getattr(loop, "body", [])
    behind += [statement for statement in body if statement.lineno > (tried.end_lineno or 0)]
    return any(
        isinstance(part, _LEAVES) and (part.end_lineno or 0) >= end
        for statement in behind
        for part in within(statement)
    )


def _is_decorated(facts: Facts, sent: Call | Sent, errors: frozenset[str]) -> bool:
    """Whether a function around a request is called again when that has timed out, by the look of a
    decorator: no other exceptions are named there."""
    return any(
        _RETRYING.search(ast.unparse(maker_of(decorator)))
        and _catches(facts, decorator, context, errors)
        for decorator, context in _decorators(sent)
    )


def _decorators(sent: Call | Sent) -> Iterator[tuple[ast.expr, Context]]:
    scope = sent.context.scope
    while scope.parent is not None:
        if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in scope.node.decorator_list:
                yield decorator, Context(scope.parent, scope.statement)
        scope = scope.parent


def _catches(facts: Facts, decorator: ast.expr, context: Context, errors: frozenset[str]) -> bool:
    named = [
        part
        for part in within(decorator)
        if isinstance(part, (ast.Name, ast.Attribute))
        and _ERROR.search(part.attr if isinstance(part, ast.Attribute) else part.id)
    ]
    return not named or any(_is_timeout(facts, part, context, errors) for part in named)
