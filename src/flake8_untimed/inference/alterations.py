"""What is done to lists and dicts in sight after they are made."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_untimed.inference import conditions, containers, flow, members, touches
from flake8_untimed.inference.scopes import Event, Scope, once
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Alternatives,
    Collection,
    Context,
    Mapping,
    Value,
    doubted,
    either,
    perhaps,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

_ADDING = frozenset(("append", "appendleft", "add", "insert", "put", "put_nowait"))
_EXTENDING = frozenset(("extend", "extendleft", "update"))
_ORDERING = frozenset(
    ("clear", "discard", "empty", "full", "get_nowait", "join", "pop", "popleft", "qsize", "remove",
     "reverse", "rotate", "sort", "task_done")
)  # fmt: skip
"""Methods that put nothing into a list, set or queue."""


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
    closely = not evaluator.is_rough
    inner = _changed_by_functions(scope, name, closely)
    every = _changes(scope, name, closely)
    start = scope.order(since) if since is not None and since in scope.places else 0
    end = scope.order(at) if at is not None and at in scope.places else 1 << 60
    first, last = (
        bisect_left(every, order, key=lambda done: scope.order(done.event.statement))
        for order in (start, end)
    )
    if last - first + len(inner) > containers.SIZE:
        return tuple(doubted(v) for v in values)
    for event, by_name, is_sure in every[first:last]:
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


def is_changeable(value: Value) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, Collection) and not value.is_tuple)


@once
def _changes(scope: Scope, name: str, closely: bool) -> list[touches.Done]:
    """What a scope does to the container of a name that may change it, in the order of its lines;
    `closely`: also in parts of its statements, and by other names."""
    every = (touches.done_to if closely else touches.done_at_top)(scope, name)
    return [done for done in every if not is_idle(done.event, closely)]


@once
def _changed_by_functions(scope: Scope, name: str, closely: bool) -> list[tuple[Scope, Event]]:
    """What the functions inside a scope do to it that may change it."""
    return [(f, e) for f, e in members.done_inside(scope, name) if not is_idle(e, closely)]


def is_idle(event: Event, closely: bool) -> bool:
    """Whether an event surely changes nothing that a container holds. To whom it is handed, only
    somebody who looks closely wants to know."""
    if event.kind == "call":
        return event.name in touches.READING
    if event.kind.endswith("argument"):
        return not closely
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
    if isinstance(value, Collection) and not value.is_tuple:
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
    keys = [event.name] if event.name is not None else _keys_of_target(evaluator, event, context)
    new = evaluator.entry(keys[0] if keys else None, event.node, context)
    if not keys:
        return value.under(Mapping({}, False, event.node, new))
    new = perhaps(new) if len(keys) > 1 else new
    entries, nodes = dict.fromkeys(keys, new), dict.fromkeys(keys, event.node)
    return value.under(Mapping(entries, False, event.node, nodes=nodes))


def _keys_of_target(evaluator: Evaluator, event: Event, context: Context) -> list[object]:
    """What the key in `mapping[KEY] = value` may be; none if that is not in sight."""
    slices = _target_slices(event)
    return containers.keys_of(evaluator, slices[0], context) if len(slices) == 1 else []


def _target_slices(event: Event) -> list[ast.expr]:
    targets = getattr(event.statement, "targets", ())
    return [target.slice for target in targets if isinstance(target, ast.Subscript)]


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
    if not isinstance(call, ast.Call):
        return value.doubted()
    if event.name in touches.READING:
        return value
    if event.name == "set" and call.args:
        # That of a context variable; a dict has none.
        given = evaluator.evaluate(call.args[0], context)
        return value.under(Mapping({}, False, call, given))
    if event.name == "clear":
        return replace(value, entries={}, nodes={})
    if event.name == "update":
        return _updated(evaluator, value, call, context)
    key = containers.key_of(evaluator, call.args[0], context) if call.args else None
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
        entries[key] = tuple(doubted(v) for v in entries[key])
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
    if event.kind.startswith("inside"):
        held = tuple(tuple(doubted(v) for v in element) for element in value.elements)
        return replace(value, elements=held)
    return value.loosened(*_put_in(evaluator, event, context))


def _put_in(evaluator: Evaluator, event: Event, context: Context) -> list[Alternatives]:
    """What an event puts into a list or set, as far as that is in sight."""
    node = event.node
    if event.kind == "item":
        new = evaluator.evaluate(node, context)
        is_slice = any(isinstance(s, ast.Slice) for s in _target_slices(event))
        return [containers.elements(new) if is_slice else new]
    if event.kind == "delete":
        return []
    if event.kind == "call" and not isinstance(node, ast.Call):  # `values += [...]`
        return [containers.elements(evaluator.evaluate(node, context))]
    if event.kind == "call" and isinstance(node, ast.Call):
        if event.name in _ADDING:
            return [evaluator.evaluate(argument, context) for argument in node.args[-1:]]
        if event.name in _EXTENDING:
            return [
                containers.elements(evaluator.evaluate(argument, context)) for argument in node.args
            ]
        if event.name in _ORDERING:
            return []
    return [NOTHING_KNOWN]
