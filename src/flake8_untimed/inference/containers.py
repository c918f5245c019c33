"""Lists, tuples and dicts in sight, what is put into them, and what is taken out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_untimed.inference import conditions, flow, members, objects, touches
from flake8_untimed.inference.scopes import COMPREHENSIONS, Event
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Alternatives,
    Collection,
    Context,
    Literal,
    Mapping,
    Result,
    Unknown,
    Value,
    either,
    perhaps,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

SIZE = 64
"""Larger displays are not looked into, and not all that is done to a container more often."""

EMPTY = Literal(None)


# Made ----------------------------------------------------------------------------------------


def display(evaluator: Evaluator, node: ast.Dict, context: Context) -> Mapping:
    """`{...}`."""
    made = Mapping({}, len(node.keys) > SIZE, node)
    for key, value in list(zip(node.keys, node.values))[:SIZE]:
        if key is None:
            made = made.under(either(evaluator.insist(value, context), value))
            continue
        name = _key(evaluator, key, context)
        if name is None:
            values = evaluator.evaluate(value, context)
            made = made.under(Mapping({}, False, node, values))
        else:
            made.entries[name] = evaluator.entry(name, value, context)
            made.nodes[name] = value
    return made


def sequence(evaluator: Evaluator, node: ast.List | ast.Tuple | ast.Set, context: Context) -> Value:
    """`[...]`, `(...)`, `{...}`."""
    held: list[Alternatives] = []
    ordered = not isinstance(node, ast.Set)
    for element in node.elts[:SIZE]:
        if isinstance(element, ast.Starred):
            ordered = False
            held += [(e,) for e in elements(evaluator.evaluate(element.value, context))]
        else:
            held.append(evaluator.evaluate(element, context))
    if len(node.elts) > SIZE:
        ordered = False
        held.append(NOTHING_KNOWN)
    return Collection(tuple(held), ordered, node, is_tuple=isinstance(node, ast.Tuple))


def comprehension(evaluator: Evaluator, node: ast.expr, context: Context) -> Value:
    """`[f(x) for x in y]`."""
    assert isinstance(node, COMPREHENSIONS)
    inner = Context(context.scope.child(node, context.at), context.at, context.frame)
    if isinstance(node, ast.DictComp):
        return Mapping({}, False, node, evaluator.evaluate(node.value, inner))
    return Collection((evaluator.evaluate(node.elt, inner),), False, node)


def merged(evaluator: Evaluator, node: ast.BinOp, context: Context) -> Alternatives:
    """`left | right` of dicts."""
    left, right = (evaluator.evaluate(part, context) for part in (node.left, node.right))
    if not all(isinstance(value, Mapping) for value in (*left, *right)):
        return NOTHING_KNOWN
    return (replace(either(left, node).under(either(right, node)), node=node),)


# Taken out -----------------------------------------------------------------------------------


def elements(values: Alternatives) -> Alternatives:
    """What iterating over a container gives (of a dict: its values, which is what holds)."""
    groups: list[Alternatives] = []
    for value in values:
        if isinstance(value, Collection):
            groups += value.elements
        elif isinstance(value, Mapping):
            groups += value.entries.values()
            groups.append(value.others)
        else:
            groups.append(NOTHING_KNOWN)
    return union(groups)


def unpacked(values: Alternatives, path: tuple[int, ...]) -> Alternatives:
    """The part of a value that a nested target takes."""
    for index in path:
        groups: list[Alternatives] = []
        for value in values:
            if isinstance(value, Collection) and value.ordered and 0 <= index < len(value.elements):
                groups.append(value.elements[index])
            else:
                groups.append(elements((value,)))
        values = union(groups)
    return values


def spread(evaluator: Evaluator, node: ast.expr, context: Context) -> list[Alternatives] | None:
    """The elements of `*node`, if their number is in sight."""
    values = evaluator.evaluate(node, context)
    if len(values) == 1 and isinstance(values[0], Collection) and values[0].ordered:
        return list(values[0].elements)
    return None


def subscript(evaluator: Evaluator, node: ast.Subscript, context: Context) -> Alternatives:
    """`container[key]`."""
    groups = []
    for value in evaluator.evaluate(node.value, context):
        if isinstance(value, (Mapping, Collection)):
            keys = evaluator.evaluate(node.slice, context)
            groups += [item(value, key) for key in keys]
        else:
            groups.append(NOTHING_KNOWN)
    return union(groups)


def item(container: Mapping | Collection, key: Value) -> Alternatives:
    """One item of a container."""
    if isinstance(container, Mapping):
        if isinstance(key, Literal) and _hashable(key.value):
            if key.value in container.entries:
                return container.entries[key.value]
            return container.others or NOTHING_KNOWN
        return elements((container,))
    index = key.value if isinstance(key, Literal) else None
    if (
        container.ordered
        and isinstance(index, int)
        and -len(container.elements) <= index < len(container.elements)
    ):
        return container.elements[index]
    return elements((container,))


def _hashable(value: object) -> bool:
    return isinstance(value, (str, int, float, bytes, bool, type(None)))


def method(evaluator: Evaluator, node: ast.Call, context: Context) -> Alternatives | None:
    """The result of a method of a container in sight; None if it is something else."""
    function = node.func
    if not isinstance(function, ast.Attribute):
        return None
    name = function.attr
    if name in ("enter_context", "enter_async_context") and len(node.args) == 1:
        return objects.enter(evaluator, evaluator.evaluate(node.args[0], context))
    if name in ("__enter__", "__aenter__") and not node.args:
        return objects.enter(evaluator, evaluator.evaluate(function.value, context))
    if name in ("encode", "decode"):
        # JSON text stays JSON text.
        text = [v for v in evaluator.evaluate(function.value, context) if isinstance(v, Result)]
        return tuple(text) or None
    if name == "run_until_complete" and len(node.args) == 1:
        return evaluator.evaluate(node.args[0], context)
    if name not in _METHODS:
        return None
    values = evaluator.evaluate(function.value, context)
    found = [v for v in values if isinstance(v, (Mapping, Collection))]
    if not found:
        return None
    groups = [_METHODS[name](evaluator, v, node, context) for v in found]
    if any(v not in found and v.key() != EMPTY.key() for v in values):
        # `(options or {}).get("timeout")`: something out of sight may be asked, too.
        groups.append(NOTHING_KNOWN)
    return union(groups)


def _keyed(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    """`get`, `pop`, `setdefault`."""
    if not node.args:
        return elements((value,))
    groups: list[Alternatives] = []
    default = node.args[1] if len(node.args) > 1 else None
    for key in evaluator.evaluate(node.args[0], context):
        if isinstance(value, Mapping) and isinstance(key, Literal) and _hashable(key.value):
            if key.value in value.entries:
                groups.append(value.entries[key.value])
                continue
            if value.is_whole:
                groups.append(
                    evaluator.evaluate(default, context) if default is not None else (EMPTY,)
                )
                continue
        groups.append(item(value, key))
        if default is not None:
            groups.append(evaluator.evaluate(default, context))
    return union(groups)


def _pairs(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    pair = Collection((NOTHING_KNOWN, elements((value,))), True, node)
    return (Collection(((pair,),), False, node),)


def _values(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    return (Collection((elements((value,)),), False, node),)


def _copy(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    return (value,)


_METHODS = {
    "get": _keyed,
    "pop": _keyed,
    "setdefault": _keyed,
    "popleft": _keyed,
    "items": _pairs,
    "values": _values,
    "copy": _copy,
}


def holds(
    evaluator: Evaluator, key: ast.expr, container: ast.expr, context: Context
) -> bool | None:
    """Whether `key in container`."""
    keys = evaluator.evaluate(key, context)
    values = evaluator.evaluate(container, context)
    if len(keys) != 1 or not isinstance(keys[0], Literal) or not _hashable(keys[0].value):
        return None
    verdicts: set[bool | None] = set()
    for value in values:
        if isinstance(value, Mapping):
            if keys[0].value in value.entries:
                verdicts.add(None if value.written else True)
            else:
                verdicts.add(False if value.is_whole else None)
        else:
            verdicts.add(None)
    return verdicts.pop() if len(verdicts) == 1 else None


# Changed -------------------------------------------------------------------------------------


def changed(
    evaluator: Evaluator,
    values: Alternatives,
    context: Context,
    name: str,
    since: ast.stmt | None,
) -> Alternatives:
    """Containers as they are at a place, after what was done to them by name since they were
    bound: `kwargs.setdefault("timeout", 5)`, `sessions["a"] = ...`, `clients.append(...)`."""
    scope, at, frame = context
    is_dict = not evaluator.is_rough and any(isinstance(v, Mapping) for v in values)
    inner = [(s, e) for s, e in members.done_inside(scope, name) if not _is_idle(e, is_dict)]
    start = scope.order(since) if since is not None and since in scope.places else 0
    end = scope.order(at) if at is not None and at in scope.places else 1 << 60
    every = [
        done
        for done in (touches.done_to if is_dict else touches.done_at_top)(scope, name)
        if start <= scope.order(done.event.statement) < end and not _is_idle(done.event, is_dict)
    ]
    if len(every) + len(inner) > SIZE:
        return tuple(v.doubted() if isinstance(v, Mapping) else v for v in values)
    for event, by_name, is_sure in every:
        where = Context(scope, event.statement, frame)
        if not touches.is_left_alone(evaluator, event, by_name, where):
            happened = _happened(evaluator, event, context)
            if happened is not False:
                certain = is_sure and bool(happened)
                values = tuple(after(evaluator, v, event, where, certain) for v in values)
    for function, event in inner:
        where = Context(function, event.statement)
        if not touches.is_left_alone(evaluator, event, name, where):
            values = tuple(after(evaluator, v, event, where, False) for v in values)
    return values


def _is_idle(event: Event, is_dict: bool) -> bool:
    """Whether an event surely changes nothing that a container holds. To whom a list is handed, is not
    looked at."""
    if event.kind == "call":
        return event.name in touches.READING
    if event.kind.endswith("argument"):
        return not is_dict
    return event.kind.startswith("store") or event.kind.endswith("kept")


def _happened(evaluator: Evaluator, event: Event, context: Context) -> bool | None:
    """Whether an event surely happened (True) or never (False) before a place."""
    scope, at, frame = context
    relation = flow.relate(scope.chain(event.statement), scope.chain(at))
    if relation is None:
        return False
    sure, guards = relation
    verdict = conditions.hold(evaluator, guards, scope, frame)
    return verdict if sure or verdict is False else None


def after(
    evaluator: Evaluator, value: Value, event: Event, context: Context, certain: bool
) -> Value:
    if isinstance(value, Mapping):
        return _mapping_after(evaluator, value, event, context, certain)
    if isinstance(value, Collection):
        return _collection_after(evaluator, value, event, context)
    return UNKNOWN if event.name == "__ior__" else value


def _mapping_after(
    evaluator: Evaluator, value: Mapping, event: Event, context: Context, certain: bool
) -> Mapping:
    change = _CHANGES.get(event.kind, _doubted)
    changed = change(evaluator, value, event, context)
    return changed if certain or changed is value else either((value, changed), value.node)


def _doubted(evaluator: Evaluator, value: Mapping, event: Event, context: Context) -> Mapping:
    """It is in the hands of somebody who may do anything to it."""
    return value.doubted()


def _with_item(evaluator: Evaluator, value: Mapping, event: Event, context: Context) -> Mapping:
    """`mapping[key] = value`."""
    key = event.name if event.name is not None else _key_of_target(evaluator, event, context)
    new = evaluator.entry(key, event.node, context)
    if key is None:
        return value.under(Mapping({}, False, event.node, new))
    return value.under(Mapping({key: new}, False, event.node, nodes={key: event.node}))


def _key_of_target(evaluator: Evaluator, event: Event, context: Context) -> object:
    """The key in `mapping[KEY] = value`; None if it is not in sight."""
    targets = getattr(event.statement, "targets", ())
    slices = [target.slice for target in targets if isinstance(target, ast.Subscript)]
    return _key(evaluator, slices[0], context) if len(slices) == 1 else None


def _key(evaluator: Evaluator, node: ast.expr, context: Context) -> object:
    """What an expression is as a key; None if that is not in sight."""
    if isinstance(node, ast.Constant):
        return node.value
    values = evaluator.evaluate(node, context)
    return values[0].value if len(values) == 1 and isinstance(values[0], Literal) else None


def _with_part(evaluator: Evaluator, value: Mapping, event: Event, context: Context) -> Mapping:
    """`mapping[key], other = values`: which part it is, nobody asks."""
    if event.name is None:
        return value.doubted()
    return value.under(Mapping({event.name: NOTHING_KNOWN}, False, event.node))


def _without_item(evaluator: Evaluator, value: Mapping, event: Event, context: Context) -> Mapping:
    """`del mapping[key]`."""
    return value.doubted() if event.name is None else _without(value, event.name)


def _after_call(evaluator: Evaluator, value: Mapping, event: Event, context: Context) -> Mapping:
    """`mapping.method(...)`, `mapping |= other`."""
    call = event.node
    if event.name == "__ior__":
        return value.under(either(evaluator.evaluate(call, context), call))
    assert isinstance(call, ast.Call)
    if event.name in touches.READING:
        return value
    if event.name == "clear":
        return replace(value, entries={}, nodes={})
    if event.name == "update":
        return _updated(evaluator, value, call, context)
    key = _key(evaluator, call.args[0], context) if call.args else None
    if event.name == "pop" and key is not None:
        return _without(value, key)
    if event.name == "setdefault" and key is not None and len(call.args) == 2:
        return _with_default(evaluator, value, key, call.args[1], context)
    return value.doubted()


def _changed_inside(
    evaluator: Evaluator, value: Mapping, event: Event, context: Context
) -> Mapping:
    """`mapping[key][other] = value`."""
    entries = dict(value.entries)
    for key in entries if event.name is None else {event.name} & entries.keys():
        entries[key] = tuple(v.doubted() if isinstance(v, Mapping) else v for v in entries[key])
    return replace(value, entries=entries)


def _without(value: Mapping, key: object) -> Mapping:
    entries = {k: v for k, v in value.entries.items() if k != key}
    return replace(value, entries=entries, missing=value.missing | {key})


def _with_default(
    evaluator: Evaluator, value: Mapping, key: object, node: ast.expr, context: Context
) -> Mapping:
    """`mapping.setdefault(key, node)`."""
    if key in value.entries:
        return value
    new = evaluator.entry(key, node, context)
    new = perhaps(new) if value.hides(key) else new
    return value.under(Mapping({key: new}, False, node))


def _updated(evaluator: Evaluator, value: Mapping, call: ast.Call, context: Context) -> Mapping:
    """`mapping.update(...)`."""
    spread = [k.value for k in call.keywords if k.arg is None]
    for argument in (*call.args, *spread):
        value = value.under(either(evaluator.evaluate(argument, context), argument))
    named: dict[object, Alternatives] = {
        k.arg: evaluator.entry(k.arg, k.value, context) for k in call.keywords if k.arg
    }
    return value.under(Mapping(named, False, call))


_CHANGES: dict[str, Callable[[Evaluator, Mapping, Event, Context], Mapping]] = {
    "item": _with_item,
    "item unpack": _with_part,
    "delete": _without_item,
    "call": _after_call,
    "inside item": _changed_inside,
    "inside call": _changed_inside,
    "inside argument": _changed_inside,
}
"""What each kind of event surely makes of a mapping."""


def _collection_after(
    evaluator: Evaluator, value: Collection, event: Event, context: Context
) -> Collection:
    new: Alternatives | None = None
    if event.kind == "item":
        new = evaluator.evaluate(event.node, context)
    elif event.kind == "call" and isinstance(event.node, ast.Call) and event.node.args:
        if event.name in ("append", "add", "appendleft", "insert"):
            new = evaluator.evaluate(event.node.args[-1], context)
        elif event.name == "extend":
            new = elements(evaluator.evaluate(event.node.args[0], context))
    if new is None or all(isinstance(v, Unknown) for v in new):
        return value
    return Collection((*value.elements, new), False, value.node)
