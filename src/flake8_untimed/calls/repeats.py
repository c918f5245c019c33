"""Requests that code in sight sends again when they have timed out: a loop or a handler around them, a
decorator, or what calls their function."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.givers import calls_naming
from flake8_untimed.calls.handlers import (
    catches,
    does_again,
    errors_of,
    tries_once_more,
)
from flake8_untimed.calls.loops import LEAVING, tries_same_again
from flake8_untimed.calls.retries import NOT_IDEMPOTENT, methods_of
from flake8_untimed.calls.transfers import requests_of
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import (
    DEFS,
    LOOPS,
    called_name,
    ends,
    last_name,
    maker_of,
    written_arguments,
)
from flake8_untimed.inference.values import Class, Context, Function
from flake8_untimed.inference.walk import walk
from flake8_untimed.limits.takers import Sent

_Calls = dict[ast.AST, list[tuple[ast.Call, Context]]]
"""By what they call, or are given."""
_DEPTH = 4
"""Functions above one another that are looked at."""
_DEEPEST = _DEPTH + 3
"""Below the request, decorators of what decorators make: they may decorate each other."""


def repeats(facts: Facts, place: Call | Construction) -> bool:
    """Whether a call, or one in sight that relies on the default of a client, may send what is not
    idempotent, and is made once more when that has timed out."""
    if isinstance(place, Call):
        return _repeats(facts, place, [place])
    sending = [call for call in place.calls if call.sender.parameters]
    return any(
        # What reads an answer (`getresponse()`) takes no method; what is sent before it does.
        _repeats(facts, sent, [sent] if sent.sender.parameters else sending or [sent])
        if isinstance(sent, Call)
        else _name_of(sent) in NOT_IDEMPOTENT and _is_sent_again(facts, place, sent, 0)
        for sent in requests_of(facts, place)
    )


def _repeats(facts: Facts, call: Call, sending: list[Call]) -> bool:
    """The same of one call; `sending`: those that say by which method."""
    methods = {method for sender in sending for method in methods_of(facts, sender)}
    # Who else calls a wrapper says nothing of this call of it.
    return not methods.isdisjoint(NOT_IDEMPOTENT) and any(
        _is_sent_again(facts, call, sent, 0 if sent is call else _DEPTH)
        for sent in requests_of(facts, call)
    )


def _is_sent_again(facts: Facts, place: Call | Construction, sent: Call | Sent, depth: int) -> bool:
    return any(
        _is_done_again(facts, sent, errors, depth) for errors in errors_of(facts, place.library)
    )


def _name_of(sent: Sent) -> str:
    """The HTTP method of a request that is sent somewhere, by its name."""
    return called_name(sent.node).upper() if isinstance(sent.node, ast.Call) else ""


def _is_done_again(facts: Facts, sent: Call | Sent, errors: frozenset[str], depth: int) -> bool:
    """Whether a request, or a call that leads to one, is made once more when that has timed out."""
    if any(_does_again(facts, *maker, errors, depth) for maker in _makers(sent)):
        return True
    scope, catch = sent.context.scope.of_statement, None
    for catch in catches(facts, sent, errors):
        if catch.handler is not None and tries_once_more(scope, catch.handler, sent.node):
            return True
    if catch is None or not catch.is_last:
        return _is_called_again(facts, scope, errors, depth)
    if isinstance(catch.statement, LOOPS):
        return True
    if catch.handler is not None and ends(catch.handler.body, LEAVING):
        return False
    return tries_same_again(sent, catch.statement)


def _makers(sent: Call | Sent) -> Iterator[tuple[ast.expr, Context]]:
    """What is given a request to make, or a function around it: decorators."""
    if isinstance(sent, Call) and sent.handed_over:
        yield sent.node, sent.context
        yield from _takers(sent.context.scope.module.scope).get(sent.node, ())
    scope = sent.context.scope
    while scope.parent is not None:
        if isinstance(scope.node, DEFS):
            for decorator in scope.node.decorator_list:
                yield decorator, Context(scope.parent, scope.statement)
        scope = scope.parent


def _does_again(
    facts: Facts, maker: ast.expr, context: Context, errors: frozenset[str], depth: int
) -> bool:
    """Whether what is given something to do does it again after a timeout: by the look of it, or as a
    function of the project that calls what it is given in a loop."""
    return does_again(facts, maker, context, errors) or (
        depth < _DEEPEST
        and any(
            _calls_again(facts, callee.scope, errors, max(depth, _DEPTH) + 1)
            for callee in facts.evaluator.insist(maker_of(maker), context)
            if isinstance(callee, Function)
        )
    )


@once
def _calls_again(facts: Facts, callee: Scope, errors: frozenset[str], depth: int) -> bool:
    """Whether a function calls what it is given again after a timeout."""
    return any(
        _is_done_again(facts, Sent(node, Context(scope, statement), True), errors, depth)
        for node, scope, statement in walk(callee).calls
        if isinstance(node.func, ast.Name) and _is_given(node.func.id, scope)
    )


def _is_given(name: str, scope: Scope | None) -> bool:
    """Whether a name is a parameter of a function, or of one around that."""
    while scope is not None and name not in scope.bindings:
        scope = scope.parent
    return scope is not None and scope.bindings[name][0].kind == "parameter"


# The calls of its function -------------------------------------------------------------------


@once
def _is_called_again(facts: Facts, scope: Scope, errors: frozenset[str], depth: int) -> bool:
    """Whether a function out of which a timeout comes is called once more then, as far as its own
    file tells."""
    if depth >= _DEPTH or not scope.is_function:
        return False
    module, own = scope.module.scope, scope
    if scope.owner is not None and scope.name == "__init__":
        own = scope.owner
    takers = _takers(module)
    if not isinstance(scope.node, ast.Lambda):
        calls, takers = calls_by_what(facts, module, own.name)
        sent = (Sent(*call, True) for call in calls.get(own.node, ()))
        if any(_is_done_again(facts, call, errors, depth + 1) for call in sent):
            return True
    return any(_does_again(facts, *taker, errors, depth) for taker in takers.get(own.node, ()))


@once
def calls_by_what(facts: Facts, module: Scope, name: str) -> tuple[_Calls, _Calls]:
    """By the functions and classes of a name: the calls of each, and the calls that are given it."""
    calls: _Calls = {}
    takers: _Calls = {}
    for node, scope, statement in calls_naming(module, (name,)):
        context = Context(scope, statement)
        for found, part in ((calls, node.func), *((takers, a) for a in written_arguments(node))):
            for value in facts.evaluate(part, context) if last_name(part) == name else ():
                if isinstance(value, (Function, Class)):
                    found.setdefault(value.scope.node, []).append((node, context))
    return calls, takers


@once
def _takers(module: Scope) -> _Calls:
    """The calls that are given functions without a name, or partials, by these."""
    return {
        argument: [(node, Context(scope, statement))]
        for node, scope, statement in walk(module).calls
        for argument in written_arguments(node)
        if isinstance(argument, (ast.Lambda, ast.Call))
    }
