"""Whose hands the body of a request goes through, and what may be said of it in the headers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from flake8_untimed.inference import lineage, members, objects
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import called_name, within, written_arguments
from flake8_untimed.inference.values import Class, Collection, Function, Instance, Mapping, Value
from flake8_untimed.inference.walk import outward, walk

if TYPE_CHECKING:
    from flake8_untimed.calls import Call, Facts


_TOGETHER = (ast.Starred, ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp)
_AT_ONCE = ("gather", "shield", "wait_for")
"""What may stand between a coroutine and the `await` that begins it at once."""


def functions_on_the_way(facts: Facts, call: Call) -> Iterator[Scope]:
    """The functions of the project that have the body before the library has it: wrappers, and
    methods of a subclass through which the library's own lead."""
    yield from call.way
    client = call.client
    if client is None or not isinstance(client.cls, Class):
        return
    known = facts.evaluator.client_of(client)
    sender = known.senders.get(call.sender.delegates or "") if known is not None else None
    while known is not None and sender is not None and sender.body is not None:
        for value in objects.class_attribute(facts.evaluator, client.cls, sender.name, client):
            if isinstance(value, Function):
                yield value.scope
        sender = known.senders.get(sender.delegates or "")


def may_add_headers(facts: Facts, call: Call) -> bool:
    """Whether a function on the way, or what stands in its place, may say more in the headers than
    is seen of it: it names the Content-Type, takes the headers out of its keywords, has a decorator
    out of sight, or a subclass says it otherwise; or whether what is given the request names it."""
    names = call.sender.body.shown_to if call.sender.body is not None else ()
    return any(
        facts.wrappers.is_replaced(scope)
        or any(_adds_headers(facts, scope, part) for part in within(scope.node))
        for scope in call.way
    ) or any(
        _is_content_type(part)
        for scope in _shown_to(facts, call, names)
        for part in within(scope.node)
    )


def leaves_headers(facts: Facts, client: Instance) -> bool:
    """Whether a client that is made in sight, of a class of the project that is all in sight, does
    nothing to the headers of a request but what it puts into its own."""
    evaluator, cls = facts.evaluator, client.cls
    known = evaluator.client_of(client)
    if known is None or not isinstance(cls, Class) or client.site is None:
        return False
    if "headers" in (*known.constructor.parameters, *known.constructor.keywords):
        return False
    own = {"headers", "prepare_request", "get_adapter", "__getattribute__", *known.senders}
    if any(facts.limits.changes.stored(client, *(own - {"headers"}))):
        return False
    return all(
        own.isdisjoint(base.scope.bindings)
        if isinstance(base, Class)
        else getattr(base, "path", "") in (known.path, *lineage.HARMLESS_BASES)
        for base in lineage.mro(evaluator, cls)
    )


def _is_content_type(part: ast.AST) -> bool:
    return (
        isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and part.value.lower() == "content-type"
    )


def _adds_headers(facts: Facts, scope: Scope, part: ast.AST) -> bool:
    if _is_content_type(part):
        return True
    if isinstance(part, ast.Subscript):
        return isinstance(part.ctx, ast.Load) and _is_headers(part.slice)
    if isinstance(part, ast.Call):
        return bool(part.args) and _is_headers(part.args[0])
    return (
        isinstance(part, ast.Attribute)
        and "header" in part.attr.lower()
        and facts.wrappers.is_said_otherwise(scope, part.attr)
    )


def _is_headers(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "headers"


def uses(scope: Scope, names: tuple[str, ...]) -> bool:
    """Whether a function does more with what is called so than to hand it on to `super()`."""
    handed = {
        id(part)
        for node, _, _ in walk(scope).calls
        if isinstance(node, ast.Call) and members.is_of_super(node.func)
        for part in written_arguments(node)
    }
    body = scope.node.body  # type: ignore[union-attr]
    return any(
        mentions(part, names) and id(part) not in handed
        for statement in (body if isinstance(body, list) else [body])
        for part in within(statement)
    )


def looks_for(scope: Scope, names: tuple[str, ...]) -> bool:
    """Whether a function looks for something of these names in its `**kwargs`, or in a copy of them: to
    check it, to log it."""
    rest = scope.arguments.kwarg
    if rest is None:
        return False
    held = {
        name
        for name, bindings in scope.bindings.items()
        if any(b.kind == "assign" and _is_copy(b.node, rest.arg) for b in bindings)
    } | {rest.arg}
    return any(_looks_into(part, held, names) for part in within(scope.node))


def _is_copy(node: ast.AST, name: str) -> bool:
    """Whether an expression is a dict with all that another holds: `dict(kwargs)`, `{**kwargs}`."""
    is_new = isinstance(node, ast.Dict) or (
        isinstance(node, ast.Call) and called_name(node) in ("dict", "copy", "deepcopy")
    )
    return is_new and any(isinstance(part, ast.Name) and part.id == name for part in within(node))


def _looks_into(part: ast.AST, held: set[str], names: tuple[str, ...]) -> bool:
    """`"data" in kwargs`, `kwargs["data"]`, `kwargs.get("data")`"""
    key: ast.AST | None = None
    where: ast.AST | None = None
    if isinstance(part, ast.Compare):
        key, where = part.left, part.comparators[0]
    elif isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load):
        key, where = part.slice, part.value
    elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.args:
        key, where = part.args[0], part.func.value
    return (
        isinstance(key, ast.Constant)
        and key.value in names
        and isinstance(where, ast.Name)
        and where.id in held
    )


def is_read_again(facts: Facts, call: Call, names: tuple[str, ...]) -> bool:
    """Whether code in sight reads the `body` of the request that a call sends: around the call, or in
    what the call or its client is given as one of these names."""
    if names and _reads_sent_bodies(call.context.scope):
        return True
    return any(
        _is_body(part) for scope in _shown_to(facts, call, names) for part in within(scope.node)
    )


def _shown_to(facts: Facts, call: Call, names: tuple[str, ...]) -> Iterator[Scope]:
    """The functions and classes of the project among what a call or its client is given, or has, as
    one of these names."""
    values = [v for name in names for v in facts.values(call.argument(name))]
    if call.client is not None:
        given = call.client.site.passed.keywords if call.client.site is not None else {}
        values += [v for name in names for v in facts.values(given.get(name))]
        for _, _, stored in facts.limits.changes.stored(call.client, *names):
            values += stored
    for value in values:
        yield from _shown(facts, value)


@once
def _reads_sent_bodies(scope: Scope) -> bool:
    """Whether a function reads `request.body` of anything."""
    parts = within(scope.node)
    return any(_is_body(part) and _is_body(part.value, "request") for part in parts)


def _shown(facts: Facts, value: Value) -> Iterator[Scope]:
    """The functions and classes of the project among what is given, or in a mapping or list of it."""
    if isinstance(value, Function):
        yield value.scope
    elif isinstance(value, Instance) and isinstance(value.cls, Class):
        line = lineage.mro(facts.evaluator, value.cls)
        yield from (base.scope for base in line if isinstance(base, Class))
    elif isinstance(value, (Mapping, Collection)):
        groups = value.entries.values() if isinstance(value, Mapping) else value.elements
        for inner in (inner for group in groups for inner in group):
            yield from _shown(facts, inner)


def _is_body(node: ast.AST, name: str = "body") -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and node.attr == name


def keywords_in_class(facts: Facts, client: Instance) -> set[str | None]:
    """The keywords of all calls in the classes of the project that a client is made of."""
    line = lineage.mro(facts.evaluator, client.cls) if isinstance(client.cls, Class) else ()
    return {
        keyword.arg
        for base in line
        if isinstance(base, Class)
        for node, _, _ in walk(base.scope).calls
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    }


def is_encoded_later(call: Call) -> bool:
    """Whether the object that a call is given for its body may be encoded some time after the call: in
    a thread of its own, or when somebody awaits what it returned."""
    known = call.sender.body
    if known is not None and known.encodes_later:
        return True
    if not call.sender.asynchronous:
        return False
    statement = call.context.at
    around = [*outward(call.context.scope, call.node, statement)] if statement is not None else []
    for node in around[1:]:
        if isinstance(node, ast.Await):
            return False
        is_begun = isinstance(node, ast.Call) and called_name(node) in _AT_ONCE
        if not is_begun and not isinstance(node, _TOGETHER):
            return True
    return not isinstance(statement, ast.AsyncWith) or len(around) > 1


def mentions(part: ast.AST, names: tuple[str, ...]) -> bool:
    """Whether a node is one of these names, or one of them as a key (`kwargs["data"]`)."""
    return (isinstance(part, ast.Name) and part.id in names) or (
        isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value in names
    )
