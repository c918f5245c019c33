"""Lists, tuples and dicts in sight, what is put into them, and what is taken out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_untimed.inference import conditions, members, objects
from flake8_untimed.inference.scopes import COMPREHENSIONS, Event
from flake8_untimed.inference.syntax import WITHS
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    Alternatives,
    Collection,
    Context,
    Literal,
    Mapping,
    Result,
    Unknown,
    Value,
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
    entries: dict[object, Alternatives] = {}
    nodes: dict[object, ast.expr] = {}
    others: list[Alternatives] = []
    is_open = len(node.keys) > SIZE
    for key, value in list(zip(node.keys, node.values))[:SIZE]:
        if key is None:
            for spread_value in evaluator.insist(value, context):
                if not isinstance(spread_value, Mapping):
                    spread_value = Mapping({}, True, value)
                entries = _overlaid(entries, spread_value)
                is_open = is_open or spread_value.open or bool(spread_value.others)
        elif isinstance(key, ast.Constant):
            entries[key.value] = evaluator.entry(key.value, value, context)
            nodes[key.value] = value
        else:
            named = evaluator.evaluate(key, context)
            if len(named) == 1 and isinstance(named[0], Literal):
                entries[named[0].value] = evaluator.entry(named[0].value, value, context)
                nodes[named[0].value] = value
            else:
                others.append(evaluator.evaluate(value, context))
    return Mapping(entries, is_open, node, union(others) if others else (), nodes)


def sequence(evaluator: Evaluator, node: ast.List | ast.Tuple | ast.Set, context: Context) -> Value:
    """`[...]`, `(...)`, `{...}`."""
    elements: list[Alternatives] = []
    ordered = not isinstance(node, ast.Set)
    for element in node.elts[:SIZE]:
        if isinstance(element, ast.Starred):
            ordered = False
            element = element.value
            elements.extend((e,) for e in elements_of(evaluator.evaluate(element, context)))
        else:
            elements.append(evaluator.evaluate(element, context))
    if len(node.elts) > SIZE:
        ordered = False
        elements.append(NOTHING_KNOWN)
    return Collection(tuple(elements), ordered, node, is_tuple=isinstance(node, ast.Tuple))


def comprehension(evaluator: Evaluator, node: ast.expr, context: Context) -> Value:
    """`[f(x) for x in y]`."""
    assert isinstance(node, COMPREHENSIONS)
    inner = Context(context.scope.child(node, context.at), context.at, context.frame)
    if isinstance(node, ast.DictComp):
        return Mapping({}, False, node, evaluator.evaluate(node.value, inner))
    return Collection((evaluator.evaluate(node.elt, inner),), False, node)


def merged(evaluator: Evaluator, node: ast.BinOp, context: Context) -> Alternatives:
    """`left | right` of dicts."""
    both = [evaluator.evaluate(part, context) for part in (node.left, node.right)]
    if not all(len(v) == 1 and isinstance(v[0], Mapping) for v in both):
        return NOTHING_KNOWN
    left, right = both[0][0], both[1][0]
    assert isinstance(left, Mapping)
    assert isinstance(right, Mapping)
    return (Mapping(_overlaid(left.entries, right), left.open or right.open, node),)


def _overlaid(entries: dict[object, Alternatives], over: Mapping) -> dict[object, Alternatives]:
    """Entries under those of another mapping; what that one may hold out of sight hides them."""
    if over.open or over.others:
        entries = {
            key: values if key in over.missing else union([values, NOTHING_KNOWN])
            for key, values in entries.items()
        }
    return {**entries, **over.entries}


# Taken out -----------------------------------------------------------------------------------


def elements_of(values: Iterable[Value]) -> Iterable[Value]:
    yield from elements(tuple(values))


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


def unpacked(evaluator: Evaluator, values: Alternatives, path: tuple[int, ...]) -> Alternatives:
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
            if not value.open and not value.others:
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
                verdicts.add(None if value.open or value.others else False)
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
    events = scope.events.get(name, [])
    inner = [(s, e) for s, e in members.done_inside(scope, name) if e.kind in ("item", "call")]
    if len(events) + len(inner) > SIZE:
        return tuple(objects.opened(v) for v in values)
    start = scope.order(since) if since is not None and since in scope.places else 0
    end = scope.order(at) if at is not None and at in scope.places else 1 << 60
    for event in events:
        order = scope.order(event.statement)
        if not start <= order < end or event.kind.startswith("store"):
            continue
        certain = _certain(evaluator, event, context)
        if certain is False:
            continue
        values = tuple(
            after(evaluator, v, event, Context(scope, event.statement, frame), bool(certain))
            for v in values
        )
    for function, event in inner:
        where = Context(function, event.statement)
        values = tuple(after(evaluator, v, event, where, False) for v in values)
    return values


def _certain(evaluator: Evaluator, event: Event, context: Context) -> bool | None:
    """Whether an event surely happened (True) or never (False) before a place."""
    scope, at, frame = context
    here = {(parent, block) for parent, block in scope.parents(at)}
    verdict: bool | None = True
    for parent, block in scope.parents(event.statement):
        if (parent, block) in here:
            break
        if isinstance(parent, ast.If):
            if any(p is parent for p, _ in here):
                return False
            test = conditions.outcome(evaluator, parent.test, Context(scope, parent, frame))
            if test is None:
                verdict = None
            elif test is not (block == "body"):
                return False
        elif not isinstance(parent, (*WITHS, ast.Try)):
            verdict = None
    return verdict


def after(
    evaluator: Evaluator, value: Value, event: Event, context: Context, certain: bool
) -> Value:
    if isinstance(value, Mapping):
        return _mapping_after(evaluator, value, event, context, certain)
    if isinstance(value, Collection):
        return _collection_after(evaluator, value, event, context)
    return value


def _mapping_after(
    evaluator: Evaluator, value: Mapping, event: Event, context: Context, certain: bool
) -> Mapping:
    entries, is_open, others = dict(value.entries), value.open, value.others
    missing = value.missing
    nodes = dict(value.nodes or {})

    def put(key: object, new: Alternatives) -> None:
        nonlocal missing
        missing = missing - {key}
        entries[key] = new if certain else union([new, entries.get(key, NOTHING_KNOWN)])

    def lay(other: Mapping) -> None:
        nonlocal entries, is_open, missing
        if other.open or other.others:
            unseen = Mapping({}, True, other.node, missing=other.missing)
            entries, is_open = _overlaid(entries, unseen), True
            missing = missing & other.missing
        for key, new in other.entries.items():
            put(key, new)

    if event.kind == "item":
        new = evaluator.entry(event.name, event.node, context)
        if event.name is None:
            others, missing = union([others, new]) if others else new, frozenset()
        else:
            put(event.name, new)
            nodes[event.name] = event.node
    elif event.kind == "delete":
        entries.pop(event.name, None)
        missing = missing | {event.name}
    elif event.kind == "argument":
        is_open, missing = True, frozenset()
    elif event.kind == "call" and isinstance(event.node, ast.Call):
        call = event.node
        key = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if event.name == "setdefault" and key is not None and len(call.args) == 2:
            new = evaluator.entry(key, call.args[1], context)
            if key not in entries:
                put(key, union([new, NOTHING_KNOWN]) if is_open and key not in missing else new)
        elif event.name == "pop" and key is not None:
            if certain:
                entries.pop(key, None)
                missing = missing | {key}
        elif event.name == "update":
            for other in _updates(evaluator, call, context):
                lay(other)
        elif event.name in ("clear",):
            entries.clear()
        elif event.name not in ("get", "items", "keys", "values", "copy"):
            is_open, missing = True, frozenset()
    elif event.kind == "call":  # `mapping |= other`
        for over in evaluator.evaluate(event.node, context):
            lay(over if isinstance(over, Mapping) else Mapping({}, True, event.node))
    return Mapping(entries, is_open, value.node, others, nodes, missing, value.written)


def _updates(evaluator: Evaluator, call: ast.Call, context: Context) -> Iterator[Mapping]:
    """What `mapping.update(...)` brings, one after the other."""
    spread = [k.value for k in call.keywords if k.arg is None]
    for argument in (*call.args, *spread):
        for other in evaluator.evaluate(argument, context):
            yield other if isinstance(other, Mapping) else Mapping({}, True, argument)
    named: dict[object, Alternatives] = {
        k.arg: evaluator.entry(k.arg, k.value, context) for k in call.keywords if k.arg
    }
    yield Mapping(named, False, call)


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
