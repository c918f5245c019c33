"""Lists, tuples and dicts in sight, and what is taken out of them."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_untimed.inference import lineage, members, objects
from flake8_untimed.inference.arguments import Argument
from flake8_untimed.inference.scopes import COMPREHENSIONS, Path
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
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
    either,
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
        name = key_of(evaluator, key, context)
        if name is None:
            values = evaluator.evaluate(value, context)
            made = made.under(Mapping({}, False, node, values))
        else:
            made.entries[name] = evaluator.entry(name, value, context)
            made.nodes[name] = value
    return made


def of_keywords(
    evaluator: Evaluator, given: dict[str, Argument], is_open: bool, node: ast.AST
) -> Mapping:
    """The dict of keywords that somebody gives."""
    entries: dict[object, Alternatives] = {k: evaluator.argument(a) for k, a in given.items()}
    nodes: dict[object, ast.expr] = {k: a.node for k, a in given.items() if a.node is not None}
    return Mapping(entries, is_open, node, nodes=nodes)


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
    bases = lineage.mro(evaluator, value.cls)
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


def unpacked(evaluator: Evaluator, values: Alternatives, path: Path) -> Alternatives:
    """The part of a value that a nested target takes."""
    for index in path:
        values = union(_part(as_container(evaluator, value), index) for value in values)
    return values


def _part(value: Value, index: int | slice) -> Alternatives:
    """What one target takes; `*rest` a list, whatever that is taken of."""
    if not isinstance(value, Collection):
        return NOTHING_KNOWN if isinstance(index, slice) else elements((value,))
    if isinstance(index, slice):
        return (replace(_range(value, index), is_tuple=False),)
    return item(value, Literal(index))


def _range(value: Collection, part: slice) -> Collection:
    return replace(value, elements=value.elements[part]) if value.ordered else value.loosened()


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
    return _range(value, slice(*bounds)) if bounds[2] != 0 else value.loosened()


def item(container: Mapping | Collection, key: Value) -> Alternatives:
    """One item of a container."""
    if isinstance(container, Mapping):
        if isinstance(key, Literal):
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
        if isinstance(value, Mapping) and isinstance(key, Literal):
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
    "get_nowait": _keyed,
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
    if len(keys) != 1 or not isinstance(keys[0], Literal):
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


def key_of(evaluator: Evaluator, node: ast.expr, context: Context) -> object:
    """What an expression is as a key; None if that is not in sight."""
    if isinstance(node, ast.Constant):
        return node.value
    keys = keys_of(evaluator, node, context)
    return keys[0] if len(keys) == 1 else None


def keys_of(evaluator: Evaluator, node: ast.expr, context: Context) -> list[object]:
    """What an expression may be as a key; nothing if that is not in sight."""
    values = evaluator.evaluate(node, context)
    known = [value.value for value in values if isinstance(value, Literal)]
    return known if len(known) == len(values) and None not in known else []
