"""What catches the timeout of a request, and what sends it again: handlers, `with`, decorators."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.places import around
from flake8_untimed.inference import flow
from flake8_untimed.inference.scopes import Binding, Scope, once
from flake8_untimed.inference.syntax import (
    LEAVES,
    TRIES,
    WITHS,
    called_name,
    dotted,
    ends,
    last_name,
    maker_of,
    names_within,
    within,
    written_arguments,
)
from flake8_untimed.inference.values import Context
from flake8_untimed.libraries.model import Library
from flake8_untimed.limits.takers import Sent

_ANY = frozenset(("Exception", "BaseException"))
"""As they are written: a `from x import *` above seldom means others."""
_RETRYING = re.compile(r"retry|retries|backoff", re.IGNORECASE)
"""In the name of what does something again."""
_LIMITING = re.compile(r"rate_?limit", re.IGNORECASE)
"""In the name of what does again what was refused."""
_ERROR = re.compile(r"(Error|Exception|Timeout)$", re.IGNORECASE)
"""At the end of the name of an exception."""
_BY_TYPE = "retry_if_exception_type"
"""What is given exceptions, whatever their names."""
_BESIDE = frozenset(("auth", "cert", "cookies", "headers", "proxies", "timeout", "url", "verify"))
"""What a request is given that says nothing of what it does."""
_Errors = Collection[str]
"""Exceptions, by their import paths."""
_Given = tuple[str, str]
"""What is called, and an argument, as they are written."""


class Catch(NamedTuple):
    """What catches a timeout: a `try` by a handler, a `with suppress(...)`, or a loop that tries again
    by itself."""

    statement: ast.stmt
    handler: ast.ExceptHandler | None = None
    manager: ast.Call | None = None
    """`suppress(...)`"""

    @property
    def is_last(self) -> bool:
        """Whether what is around it learns nothing of the timeout."""
        if self.handler is None or not ends(self.handler.body, (ast.Raise,)):
            return True
        parts = (part for statement in self.handler.body for part in within(statement))
        return any(isinstance(part, ast.Continue) for part in parts)


def wider_errors(facts: Facts, library: Library) -> frozenset[str]:
    """What catches a timeout of a library and other failures, beside `Exception`."""
    return frozenset(path for known in _raising(facts, library) for path in known.wider_errors)


def errors_of(facts: Facts, library: Library) -> Iterator[frozenset[str]]:
    """What catches a timeout of a library, by when that passes: before the answer, or in its body."""
    wider, known = wider_errors(facts, library), _raising(facts, library)
    yield wider.union(*(lib.timeout_errors for lib in known))
    late = frozenset(path for lib in known for path in lib.late_errors)
    if late:
        yield wider | late


def unreached_errors(facts: Facts, library: Library) -> frozenset[str]:
    """What catches, of a library's errors, that a server cannot be reached, and no timeout."""
    return frozenset(path for lib in _raising(facts, library) for path in lib.unreached_errors)


def _raising(facts: Facts, library: Library) -> tuple[Library, ...]:
    # A library around another raises the errors of that one.
    return (library,) if library.timeout_errors else facts.libraries


# What catches --------------------------------------------------------------------------------


def catches(facts: Facts, sent: Call | Sent, errors: _Errors) -> Iterator[Catch]:
    """What catches a timeout of a request: the innermost, and what is around that as long as it is
    raised again."""
    for catch in _catches(facts, sent, errors):
        yield catch
        if catch.is_last:
            return


def _catches(facts: Facts, sent: Call | Sent, errors: _Errors) -> Iterator[Catch]:
    managers = set[str]()
    for node, block in around(sent):
        if block != "body" or not isinstance(node, ast.stmt):
            continue
        context = Context(sent.context.scope, node)
        if isinstance(node, TRIES):
            handler = first_handler(facts, node, context, errors)
            if handler is not None:
                yield Catch(node, handler)
        elif isinstance(node, WITHS):
            for manager in (item.context_expr for item in node.items):
                if isinstance(manager, ast.Call) and suppresses(facts, manager, context, errors):
                    yield Catch(node, manager=manager)
                managers.add(dotted(manager) or "")
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            # `for attempt in Retrying(): with attempt: ...`
            is_managed = not managers.isdisjoint(names_within(node.target))
            if is_managed and does_again(facts, node.iter, context, errors):
                yield Catch(node)


def first_handler(
    facts: Facts, statement: ast.Try, context: Context, errors: _Errors
) -> ast.ExceptHandler | None:
    """The first that catches one of the errors."""
    for handler in statement.handlers:
        if any(is_one_of(facts, kind, context, errors) for kind in kinds_of(handler)):
            return handler
    return None


def kinds_of(handler: ast.ExceptHandler | ast.Call) -> list[ast.expr | None]:
    """What a handler or `suppress(...)` catches, as it is written; None: all."""
    if isinstance(handler, ast.Call):
        return [*handler.args]
    return [*handler.type.elts] if isinstance(handler.type, ast.Tuple) else [handler.type]


def is_one_of(facts: Facts, kind: ast.expr | None, context: Context, errors: _Errors) -> bool:
    """Whether what a handler names is one of some errors, or all."""
    return kind is None or dotted(kind) in _ANY or facts.path_of(kind, context) in errors


def suppresses(facts: Facts, manager: ast.Call, context: Context, errors: _Errors) -> bool:
    """Whether the manager of a `with` ends one of some errors."""
    return facts.path_of(manager.func, context) == "contextlib.suppress" and any(
        is_one_of(facts, kind, context, errors) for kind in kinds_of(manager)
    )


# What does it again --------------------------------------------------------------------------


def does_again(facts: Facts, maker: ast.expr, context: Context, errors: _Errors) -> bool:
    """Whether a decorator, or what else is given something to do, does it again after a timeout, by
    the look of it: no other exceptions are named there."""
    function = maker_of(maker)
    name = f"{ast.unparse(function)} {facts.path_of(function, context)}"
    written = written_arguments(maker) if isinstance(maker, ast.Call) else []
    given = [part for argument in written for part in _spread_out(argument, context)]
    if not _RETRYING.search(name) or _LIMITING.search(name):
        # `@task(autoretry_for=(Timeout,))`
        keywords = maker.keywords if isinstance(maker, ast.Call) else []
        told = [k.value for k in keywords if _RETRYING.search(k.arg or "")]
        return any(is_one_of(facts, e, context, errors) for node in told for e in _errors_in(node))
    named = [error for node in given for error in _errors_in(node)]
    return not named or any(is_one_of(facts, error, context, errors) for error in named)


def _spread_out(argument: ast.expr, context: Context) -> list[ast.expr]:
    """An argument; of a dict, perhaps of the module (`**OPTIONS`), what it holds."""
    shown: ast.AST = argument
    for scope in (context.scope, context.scope.module.scope):
        if isinstance(shown, ast.Name):
            shown, _ = flow.given(scope, shown, None)
    return shown.values if isinstance(shown, ast.Dict) else [argument]


def _errors_in(node: ast.expr) -> Iterator[ast.expr]:
    """The exceptions that an expression names, by the look of it."""
    for part in within(node):
        if isinstance(part, (ast.Name, ast.Attribute)) and _ERROR.search(last_name(part)):
            yield part
        elif isinstance(part, ast.Call) and called_name(part) == _BY_TYPE:
            for given in written_arguments(part):
                kinds = given.elts if isinstance(given, ast.Tuple) else [given]
                yield from (kind for kind in kinds if isinstance(kind, (ast.Name, ast.Attribute)))


def only_then(scope: Scope, catch: Catch) -> list[ast.stmt]:
    """What follows in the block where it is reached by a failure alone: what is tried ends with
    `return`, and the handler does not; or it is asked for what is set there: `if answer is None`."""
    statement, handler = catch.statement, catch.handler
    if handler is not None and ends(handler.body, LEAVES):
        return []
    place = scope.places[statement]
    behind = place.body[place.position + 1 :]
    tried = [getattr(statement, block, []) for block in ("body", "orelse")]
    if any(map(_surely_ends, tried)):
        return behind
    parts = (part for block in tried for statement in block for part in within(statement))
    names = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    names = {name for name in names if _is_empty_before(scope, name, statement)}
    for number, test in enumerate(behind):
        outcome = _outcome_without(names, test.test) if isinstance(test, ast.If) else None
        if isinstance(test, ast.If) and outcome is not None:
            branch, other = (test.body, test.orelse) if outcome else (test.orelse, test.body)
            return [*branch, *(behind[number + 1 :] if ends(other, LEAVES) else ())]
    return []


def _is_empty_before(scope: Scope, name: str, statement: ast.stmt) -> bool:
    """Whether a name holds nothing before a statement: None, an empty list; or is not bound at all."""
    return all(
        isinstance(node, (ast.Constant, ast.List, ast.Dict, ast.Tuple))
        and not any(getattr(node, part, None) for part in ("value", "elts", "keys"))
        for node in (_given_to(found.binding) for found in flow.reaching(scope, name, statement))
    )


def _given_to(binding: Binding) -> ast.AST | None:
    """What a name is given, be it by `content, kind = None, None`."""
    node: ast.AST | None = binding.node
    for index in binding.path:
        elements = getattr(node, "elts", ())
        is_there = isinstance(index, int) and 0 <= index < len(elements)
        node = elements[index] if is_there else None
    return node


def _outcome_without(names: set[str], test: ast.expr) -> bool | None:
    """How a test comes out where one of some names holds nothing: `not x`, `x is None`, `x and y`."""
    if isinstance(test, ast.BoolOp):
        decisive = isinstance(test.op, ast.Or)
        outcomes = (_outcome_without(names, part) for part in test.values)
        return decisive if any(outcome is decisive for outcome in outcomes) else None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        outcome = _outcome_without(names, test.operand)
        return None if outcome is None else not outcome
    if isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant):
        outcome = _outcome_without(names, test.left)
        is_empty = not test.comparators[0].value
        is_same = isinstance(test.ops[0], (ast.Is, ast.Eq))
        return None if outcome is None or not is_empty else is_same
    return False if isinstance(test, ast.Name) and test.id in names else None


def _surely_ends(block: list[ast.stmt]) -> bool:
    """Whether a block leaves the function at its end, be it by the `with` that stands there."""
    while block and isinstance(block[-1], WITHS):
        block = block[-1].body
    return ends(block)


def tries_once_more(scope: Scope, handler: ast.ExceptHandler, sent: ast.AST) -> bool:
    """Whether a handler does once more what has failed: by a call that is given the same (to another
    server, perhaps), by its own function, or by what is called a retry."""
    names, given = _calls_in(scope, handler)
    own = scope.name
    return (
        not names.isdisjoint((own, f"self.{own}", f"cls.{own}"))
        or any(_RETRYING.search(name.rpartition(".")[2]) for name in names)
        or (isinstance(sent, ast.Call) and not given.isdisjoint(_given(sent)))
    )


@once
def _calls_in(scope: Scope, handler: ast.ExceptHandler) -> tuple[set[str], set[_Given]]:
    """What a handler in a scope calls, and what it gives that."""
    calls = [part for s in handler.body for part in within(s) if isinstance(part, ast.Call)]
    names = {dotted(node.func) or called_name(node) for node in calls}
    return names, {given for node in calls for given in _given(node)}


def _given(node: ast.Call) -> Iterator[_Given]:
    """What a call gives to what it calls, beside an address."""
    name, others = called_name(node), [a for a in node.args if not isinstance(a, ast.Constant)][1:]
    keywords = [k for k in node.keywords if k.arg not in _BESIDE]
    if not (others or keywords):
        yield name, ""
    yield from ((name, ast.dump(part)) for part in (*others, *keywords))
