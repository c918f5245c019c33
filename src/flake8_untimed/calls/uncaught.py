"""Handlers that say what is done where a server is not there, and that a timeout goes past."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.handlers import errors_of, first_handler, suppresses, unreached_errors
from flake8_untimed.calls.places import around
from flake8_untimed.calls.repeats import calls_by_what
from flake8_untimed.calls.transfers import requests_of
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import TRIES, WITHS, ends, within
from flake8_untimed.inference.values import Context
from flake8_untimed.limits.takers import Sent

_DEPTH = 4
"""Functions above one another that are looked at."""


class _Errors(NamedTuple):
    """By their import paths."""

    unreached: frozenset[str]
    """What catches that the server cannot be reached."""
    timeouts: frozenset[str]
    """What catches a timeout."""


def goes_past(facts: Facts, place: Call | Construction) -> bool:
    """Whether a handler around a request, or around a call of its function, goes on or raises an error
    of its own where the server cannot be reached, but catches no timeout in its answer."""
    unreached = unreached_errors(facts, place.library)
    errors = _Errors(unreached, next(errors_of(facts, place.library)))
    # Who else calls a wrapper says nothing of this call of it.
    return bool(unreached) and any(
        _goes_past(
            facts, sent, errors, 0 if sent is place or isinstance(place, Construction) else _DEPTH
        )
        for sent in requests_of(facts, place)
    )


def _goes_past(facts: Facts, sent: Call | Sent, errors: _Errors, depth: int) -> bool:
    for node, block in around(sent):
        if block != "body" or not isinstance(node, ast.stmt):
            continue
        context = Context(sent.context.scope, node)
        if isinstance(node, TRIES):
            if first_handler(facts, node, context, errors.timeouts) is not None:
                return False
            handler = first_handler(facts, node, context, errors.unreached)
            if handler is not None and not _raises_again(handler):
                return True
        elif isinstance(node, WITHS):
            managers = [i.context_expr for i in node.items if isinstance(i.context_expr, ast.Call)]
            if any(suppresses(facts, m, context, errors.timeouts) for m in managers):
                return False
            if any(suppresses(facts, m, context, errors.unreached) for m in managers):
                return True
    return _goes_past_callers(facts, sent.context.scope.of_statement, errors, depth)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether a handler only lets through what it has caught."""
    raised = [p for s in handler.body for p in within(s) if isinstance(p, ast.Raise)]
    return ends(handler.body, (ast.Raise,)) and all(
        r.exc is None or (isinstance(r.exc, ast.Name) and r.exc.id == handler.name) for r in raised
    )


@once
def _goes_past_callers(facts: Facts, scope: Scope, errors: _Errors, depth: int) -> bool:
    """The same for the calls of a function, as far as its own file tells."""
    if depth >= _DEPTH or not scope.is_function or isinstance(scope.node, ast.Lambda):
        return False
    calls, _ = calls_by_what(facts, scope.module.scope, scope.name)
    return any(
        _goes_past(facts, Sent(*call, True), errors, depth + 1)
        for call in calls.get(scope.node, ())
    )
