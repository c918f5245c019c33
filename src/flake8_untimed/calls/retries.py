"""What a `Retry` sends again: one that a call is given, its client, or an adapter mounted on that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.givers import given_to
from flake8_untimed.inference import flow, lineage
from flake8_untimed.inference.arguments import Argument, BoundArguments, bind
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import called_name
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Collection,
    Context,
    Instance,
    Literal,
    Result,
    Site,
    Value,
    is_none,
)
from flake8_untimed.libraries.model import Constructor

NOT_IDEMPOTENT = ("POST", "PATCH")
_METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", *NOT_IDEMPOTENT)
_MADE_OF_METHOD = ("Request", "build_request")
"""What makes a request, and is given its method first."""
_STEPS = 5
"""From what is sent to that."""
_SAYING = re.compile(
    r"allowed_methods|method_whitelist|is_method_retryable|is_retry", re.IGNORECASE
)
_DEFAULTS = ("DEFAULT_ALLOWED_METHODS", "DEFAULT_METHOD_WHITELIST")


class _Retry(NamedTuple):
    """A `Retry` that is made somewhere."""

    site: Site
    known: Constructor
    classes: tuple[Scope, ...]
    """Those of the project that it is of."""


def known_retries(facts: Facts) -> dict[str, Constructor]:
    """The classes that say what is sent again, by their paths."""
    return {retry.path: retry for library in facts.libraries for retry in library.retries}


def repeated(facts: Facts, given: BoundArguments) -> tuple[bool, list[str]]:
    """Of what a `Retry` is given: whether it sends every method again, and which it names that are not
    idempotent."""
    named = given.named
    methods = facts.values(named.get("allowed_methods")) or facts.values(
        named.get("method_whitelist")
    )
    told = literals(methods)
    is_every = bool(told) and all(m is None or m is False for m in told)
    return is_every, [m for m in NOT_IDEMPOTENT if m in elements(methods)]


def sends_again(facts: Facts, place: Call | Construction) -> bool:
    """Whether a call, or one in sight that relies on the default of a client, sends what is not
    idempotent once more when it has timed out."""
    if isinstance(place, Construction):
        if place.calls:
            return any(sends_again(facts, call) for call in place.calls if call.relies)
        return any(_repeated_late(facts, r) for r in _among(facts, place.arguments.named.values()))
    methods = methods_of(facts, place)
    return not methods.isdisjoint(NOT_IDEMPOTENT) and any(
        not methods.isdisjoint(_repeated_late(facts, r)) for r in _retries(facts, place)
    )


def methods_of(facts: Facts, call: Call) -> set[object]:
    """What the method of a request may be."""
    name = call.sender.name.upper()
    if name in _METHODS:
        return {name}
    takes = {*call.sender.parameters, *call.sender.keywords}
    if "data" in takes and "method" not in takes:
        return {"POST" if _has_data(facts, call) else "GET"}
    method = call.argument("method") or _of_prepared(call)
    told = literals(facts.values(method))
    return {str(method).upper() for method in told} or {*_METHODS}


def _of_prepared(call: Call) -> Argument | None:
    """The method of a request that was made before it is sent, in the same function:
    `session.send(Request("GET", url).prepare())`."""
    request = call.argument("request")
    node: ast.AST | None = request.node if request is not None else None
    scope, at = call.context.scope, call.context.at
    for _ in range(_STEPS):
        if isinstance(node, ast.expr):
            node, at = flow.given(scope, node, at)
        if not isinstance(node, ast.Call):
            return None
        if called_name(node) in _MADE_OF_METHOD:
            named = (keyword.value for keyword in node.keywords if keyword.arg == "method")
            method = next(iter((*node.args[:1], *named)), None)
            return Argument(method, Context(scope, at)) if method is not None else None
        if called_name(node) == "prepare" and isinstance(node.func, ast.Attribute):
            node = node.func.value
        elif called_name(node) == "prepare_request" and node.args:
            node = node.args[0]
    return None


def _has_data(facts: Facts, call: Call) -> bool:
    """Whether a request has a body, by itself or in the object that it is made of:
    `urlopen(Request(url, data))`."""
    given = [call.arguments]
    for value in facts.values(call.argument(next(iter(call.sender.parameters), None))):
        known = facts.client_of(value)
        if known is not None and isinstance(value, Instance) and value.site is not None:
            given.append(bind(value.site.passed, known.constructor.parameters))
    return any(
        "data" in one.named and not all(map(is_none, facts.values(one.named["data"])))
        for one in given
    )


def _repeated_late(facts: Facts, retry: _Retry) -> tuple[str, ...]:
    """The methods that are not idempotent that a `Retry` may send again after a timeout."""
    if any(map(_says_what, retry.classes)):
        return NOT_IDEMPOTENT
    given = bind(retry.site.passed, retry.known.parameters, retry.known.keywords)
    for name in ("total", "read"):
        times = literals(facts.values(given.named.get(name)))
        if times and all(t == 0 for t in times):
            return ()
    methods = given.named.get("allowed_methods") or given.named.get("method_whitelist")
    values = facts.values(methods)
    return tuple(m for m in NOT_IDEMPOTENT if any(_may_hold(v, m) for v in values))


def _may_hold(methods: Value, method: str) -> bool:
    """Whether what a `Retry` is told to send again may hold a method. What is empty means all."""
    if isinstance(methods, Collection):
        return not methods.elements or any(
            not isinstance(v, Literal) or str(v.value).upper() == method
            for element in methods.elements
            for v in element
        )
    if isinstance(methods, Literal):
        return methods.value in (None, False) or method in str(methods.value).upper()
    return getattr(methods, "path", "").rpartition(".")[2] not in _DEFAULTS


def _says_what(cls: Scope) -> bool:
    """Whether a subclass of `Retry` may say itself what is sent again."""
    assert isinstance(cls.node, ast.ClassDef)
    lines = cls.module.lines[cls.node.lineno - 1 : cls.node.end_lineno]
    return any(map(_SAYING.search, lines))


def _retries(facts: Facts, call: Call) -> Iterator[_Retry]:
    named = call.arguments.named
    yield from _among(facts, (named[name] for name in named if "retr" in name))
    clients: list[Value] = [client for client in call.clients if client.site is not None]
    if len(clients) < len(call.clients):
        given = [value for values in given_to(facts, call) for value in values]
        if not any(map(facts.client_of, given)):
            yield from _in_module(facts)
        clients += given
    for client in clients:
        if isinstance(client, Instance):
            yield from _of_client(facts, client)


def _in_module(facts: Facts) -> Iterator[_Retry]:
    """Those that a client that comes from nowhere in sight may have."""
    if _SAYING.search(facts.module.text):
        for node, context in facts.every_call():
            if "retr" in (called_name(node) or "").lower():
                for value in facts.evaluate(node, context):
                    yield from _made(facts, value)


def _of_client(facts: Facts, client: Instance) -> Iterator[_Retry]:
    if client.site is not None:
        yield from _among(facts, client.site.passed.arguments)
    for mount in facts.limits.adapters.mounts(client):
        for adapter in mount.adapters:
            site = getattr(adapter, "site", None)
            if site is not None:
                yield from _among(facts, site.passed.arguments)


def _among(facts: Facts, arguments: Iterable[Argument]) -> Iterator[_Retry]:
    for argument in arguments:
        for value in facts.values(argument):
            yield from _made(facts, value)


def _made(facts: Facts, value: Value) -> Iterator[_Retry]:
    if not isinstance(value, (Instance, Result)) or value.site is None:
        return
    line, known = _line(facts, value), known_retries(facts)
    for cls in line:
        path = getattr(cls, "path", "")
        if path in known:
            yield _Retry(
                value.site, known[path], tuple(c.scope for c in line if isinstance(c, Class))
            )


def _line(facts: Facts, value: Value) -> Alternatives:
    """What an object is of: its class with its bases, or what is called for it."""
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        return lineage.mro(facts.evaluator, value.cls)
    return (value,)


def literals(values: Alternatives) -> list[object]:
    """The values of an expression, if they are all literals."""
    found = [v.value for v in values if isinstance(v, Literal)]
    return found if len(found) == len(values) else []


def elements(values: Alternatives) -> set[object]:
    """What a list, tuple or set in sight surely holds, text in capitals."""
    if len(values) != 1 or not isinstance(values[0], Collection):
        return set()
    return {
        value.value.upper() if isinstance(value.value, str) else value.value
        for element in values[0].elements
        for value in element
        if isinstance(value, Literal) and len(element) == 1
    }
