"""Lists, tuples and dicts in sight, what is put into them, and what is taken out."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_untimed.inference import conditions, flow, members, objects, touches
from flake8_untimed.inference.scopes import COMPREHENSIONS, Event, Scope, once
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Alternatives,
    Class,
    Collection,
    Context,
    Instance,
    Literal,
    Mapping,
    Result,
    Symbol,
    Value,
    doubted,
    either,
    perhaps,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

SIZE = 64
"""Larger displays are not looked into, and not all that is done to a container more often."""

EMPTY = Literal(None)
_NAMED_TUPLES = {"typing.NamedTuple", "typing_extensions.NamedTuple"}
_TYPED_DICTS = {"typing.TypedDict", "typing_extensions.TypedDict"}


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


def joined(node: ast.BinOp, sides: list[Alternatives]) -> Alternatives:
    """`left + right` and `elements * number`, where one side may be a list or tuple."""
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        return NOTHING_KNOWN
    parts = [v for side in sides for v in side if isinstance(v, Collection)]
    is_sum = isinstance(node.op, ast.Add)
    elements = tuple(e for part in parts for e in part.elements)
    if len(elements) > SIZE:
        return NOTHING_KNOWN
    made = Collection(elements, False, node, parts[0].is_tuple)
    # Of a product, one side is a number.
    others = sum(map(len, sides)) - len(parts) - (0 if is_sum else 1)
    if others > 0:
        return (made.loosened(NOTHING_KNOWN),)
    is_ordered = is_sum and len(parts) == len(sides) and all(part.ordered for part in parts)
    return (replace(made, ordered=is_ordered),)


def merged(evaluator: Evaluator, node: ast.BinOp, context: Context) -> Alternatives:
    """`left | right` of dicts."""
    left, right = (evaluator.evaluate(part, context) for part in (node.left, node.right))
    if not all(isinstance(value, Mapping) for value in (*left, *right)):
        return NOTHING_KNOWN
    return (replace(either(left, node).under(either(right, node)), node=node),)


# Taken out -----------------------------------------------------------------------------------


def as_container(evaluator: Evaluator, value: Value) -> Value:
    """An object of a class in sight that is a NamedTuple or a TypedDict, by its fields."""
    if not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return value
    bases = objects.mro(evaluator, value.cls)
    kinds = {base.path for base in bases if isinstance(base, Symbol)}
    if kinds.isdisjoint(_NAMED_TUPLES | _TYPED_DICTS):
        return value
    classes = [base.scope for base in reversed(bases) if isinstance(base, Class)]
    held: dict[object, Alternatives] = {
        name: objects.attribute(evaluator, value, name)
        for cls in classes
        for name in cls.bindings
        if members.is_field(cls, name)
    }
    node = value.cls.scope.node
    if kinds.isdisjoint(_TYPED_DICTS):
        return Collection(tuple(held.values()), True, node, is_tuple=True)
    return Mapping(held, True, node, written=False)


def elements(values: Alternatives) -> Alternatives:
    """What iterating over a container gives: of a dict its keys."""
    groups: list[Alternatives] = []
    for value in values:
        if isinstance(value, Mapping):
            groups += ((Literal(key),) for key in value.entries)
            if not value.is_whole:
                groups.append(NOTHING_KNOWN)
        else:
            groups.append(contents(value))
    return union(groups)


def contents(value: Value) -> Alternatives:
    """What a container holds: a dict its values."""
    if isinstance(value, Collection):
        return union(value.elements)
    if isinstance(value, Mapping):
        return union([*value.entries.values(), value.others])
    return NOTHING_KNOWN


def unpacked(evaluator: Evaluator, values: Alternatives, path: tuple[int, ...]) -> Alternatives:
    """The part of a value that a nested target takes."""
    for index in path:
        groups: list[Alternatives] = []
        for value in (as_container(evaluator, v) for v in values):
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
    groups: list[Alternatives] = []
    for value in evaluator.evaluate(node.value, context):
        value = as_container(evaluator, value)
        if isinstance(value, Collection) and isinstance(node.slice, ast.Slice):
            groups.append((_sliced(evaluator, value, node.slice, context),))
        elif isinstance(value, (Mapping, Collection)):
            keys = evaluator.evaluate(node.slice, context)
            groups += [item(value, key) for key in keys]
        else:
            groups.append(NOTHING_KNOWN)
    return union(groups)


def _sliced(
    evaluator: Evaluator, value: Collection, node: ast.Slice, context: Context
) -> Collection:
    """`elements[start:stop]`."""
    bounds: list[int | None] = []
    for part in (node.lower, node.upper, node.step):
        given = evaluator.evaluate(part, context) if part is not None else (EMPTY,)
        bound = given[0].value if isinstance(given[0], Literal) else ""
        if len(given) > 1 or not (bound is None or isinstance(bound, int)):
            return value.loosened()
        bounds.append(bound)
    if not value.ordered or bounds[2] == 0:
        return value.loosened()
    return replace(value, elements=value.elements[slice(*bounds)])


def item(container: Mapping | Collection, key: Value) -> Alternatives:
    """One item of a container."""
    if isinstance(container, Mapping):
        if isinstance(key, Literal) and _hashable(key.value):
            if key.value in container.entries:
                return container.entries[key.value]
            return container.others or NOTHING_KNOWN
        return contents(container)
    index = key.value if isinstance(key, Literal) else None
    if (
        container.ordered
        and isinstance(index, int)
        and -len(container.elements) <= index < len(container.elements)
    ):
        return container.elements[index]
    return contents(container)


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
    values = [as_container(evaluator, v) for v in evaluator.evaluate(function.value, context)]
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
        return contents(value)
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


def _keys(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    return (Collection((elements((value,)),), False, node),)


def _pairs(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    pair = Collection((elements((value,)), contents(value)), True, node)
    return (Collection(((pair,),), False, node),)


def _values(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    return (Collection((contents(value),), False, node),)


def _copy(
    evaluator: Evaluator, value: Mapping | Collection, node: ast.Call, context: Context
) -> Alternatives:
    return (value,)


_METHODS = {
    "get": _keyed,
    "pop": _keyed,
    "setdefault": _keyed,
    "popleft": _keyed,
    "keys": _keys,
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
    closely = not evaluator.is_rough
    inner = _changed_by_functions(scope, name, closely)
    every = _changes(scope, name, closely)
    start = scope.order(since) if since is not None and since in scope.places else 0
    end = scope.order(at) if at is not None and at in scope.places else 1 << 60
    first, last = (
        bisect_left(every, order, key=lambda done: scope.order(done.event.statement))
        for order in (start, end)
    )
    if last - first + len(inner) > SIZE:
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
    key = event.name if event.name is not None else _key_of_target(evaluator, event, context)
    new = evaluator.entry(key, event.node, context)
    if key is None:
        return value.under(Mapping({}, False, event.node, new))
    return value.under(Mapping({key: new}, False, event.node, nodes={key: event.node}))


def _key_of_target(evaluator: Evaluator, event: Event, context: Context) -> object:
    """The key in `mapping[KEY] = value`; None if it is not in sight."""
    slices = _target_slices(event)
    return _key(evaluator, slices[0], context) if len(slices) == 1 else None


def _target_slices(event: Event) -> list[ast.expr]:
    targets = getattr(event.statement, "targets", ())
    return [target.slice for target in targets if isinstance(target, ast.Subscript)]


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
    if not isinstance(call, ast.Call):
        return value.doubted()
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


_ADDING = frozenset(("append", "appendleft", "add", "insert"))
_EXTENDING = frozenset(("extend", "extendleft", "update"))
_ORDERING = frozenset(("clear", "discard", "pop", "popleft", "remove", "reverse", "rotate", "sort"))
"""Methods that put nothing into a list or set."""


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
        return [elements(new) if is_slice else new]
    if event.kind == "delete":
        return []
    if event.kind == "call" and not isinstance(node, ast.Call):  # `values += [...]`
        return [elements(evaluator.evaluate(node, context))]
    if event.kind == "call" and isinstance(node, ast.Call):
        if event.name in _ADDING:
            return [evaluator.evaluate(argument, context) for argument in node.args[-1:]]
        if event.name in _EXTENDING:
            return [elements(evaluator.evaluate(argument, context)) for argument in node.args]
        if event.name in _ORDERING:
            return []
    return [NOTHING_KNOWN]
