"""What others may put in the place of a value that only holds it: subclasses, whoever has the object,
other modules."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_untimed.inference import lineage, members, names, objects
from flake8_untimed.inference.arguments import parameter_names
from flake8_untimed.inference.scopes import Event, Scope, once
from flake8_untimed.inference.syntax import called_name, dotted, written_as
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Mapping,
    Parameter,
    Symbol,
    Unknown,
    Value,
    is_empty,
    is_none,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

HEIRS = 8
"""Subclasses of one class that are looked into."""


def is_up_to_heirs(evaluator: Evaluator, value: Value, name: str, values: Alternatives) -> bool:
    """Whether a subclass may say otherwise what an object or a class has, where it only holds the
    place."""
    cls = value.cls if isinstance(value, Instance) and value.site is None else value
    if evaluator.is_rough or not isinstance(cls, Class) or not all(holds_place(v) for v in values):
        return False
    if cls.scope.mangled(name) != name:
        return False
    scope = cls.scope
    if evaluator.project.heirs.say_otherwise(scope.module.path, scope.name, name):
        return True
    ours = {base.key() for base in lineage.mro(evaluator, cls)}
    for heir in heirs(evaluator, cls):
        above = {base.key(): base for base in lineage.mro(evaluator, heir)[1:]}
        if above.keys() >= ours and any(
            _may_say(evaluator, base, name) for key, base in above.items() if key not in ours
        ):
            return True
    return False


def is_told_by_heirs(evaluator: Evaluator, value: Value, name: str) -> bool:
    """Whether a subclass gives an attribute of its own to objects of which only a class is known, be it
    what it may in that class."""
    if not isinstance(value, Instance) or value.site is not None or evaluator.is_rough:
        return False
    if not isinstance(value.cls, Class) or value.cls.scope.mangled(name) != name:
        return False
    scope = value.cls.scope
    return evaluator.project.heirs.say_otherwise(scope.module.path, scope.name, name)


def _may_say(evaluator: Evaluator, base: Value, name: str) -> bool:
    """Whether another base of a subclass gives its objects an attribute, or may do so."""
    if not isinstance(base, Class):
        return _is_out_of_sight(evaluator, base)
    scope = base.scope
    return name in scope.bindings or name in members.attribute_stores(scope)


def is_left_open(values: Alternatives) -> bool:
    """Whether a class leaves it to its subclasses what an attribute is: it is None, or a method
    that does nothing."""
    return all(_is_open(value) for value in values if not isinstance(value, Unknown))


def _is_open(value: Value) -> bool:
    if isinstance(value, Function):
        return members.is_abstract(value.scope)
    return is_none(value)


def from_heirs(evaluator: Evaluator, cls: Class, name: str) -> Alternatives:
    """What the subclasses of a class have under a name, as far as they know of a library."""
    if evaluator.is_rough:
        return ()
    groups = [
        objects.class_attribute(evaluator, heir, name, Instance(heir))
        for heir in heirs(evaluator, cls)
    ]
    return tuple(v for v in union(groups) if evaluator.knows(v))


def heirs(evaluator: Evaluator, cls: Class, everywhere: bool = False) -> Iterator[Class]:
    """The subclasses of a class in the files that know of a library, or with a base in one; or all."""
    project, path = evaluator.project, cls.scope.module.path
    for file, heir in project.heirs.classes(path, cls.scope.name)[:HEIRS]:
        is_asked = everywhere or file == path or project.heirs.knows_library(file, heir)
        module = project.module(file) if is_asked else None
        if module is not None and heir in module.scope.bindings:
            for value in names.of_module(evaluator, heir, module.scope):
                if isinstance(value, Class):
                    yield value


def is_up_to_bases(
    evaluator: Evaluator, cls: Class, instance: Instance | None, values: Alternatives
) -> bool:
    """Whether a base that is out of sight may say otherwise what an object has: it may offer
    `set_timeout()` for what its heirs begin with."""
    whole = instance.cls if instance is not None else cls
    if not isinstance(whole, Class) or not all(holds_place(v) for v in values):
        return False
    return any(_is_out_of_sight(evaluator, base) for base in lineage.mro(evaluator, whole))


def _is_out_of_sight(evaluator: Evaluator, base: Value) -> bool:
    """Whether nobody knows what a class does to its objects."""
    if not isinstance(base, Symbol):
        return not isinstance(base, Class)
    return not (
        base.path in lineage.HARMLESS_BASES
        or base.path.partition(".")[0] in sys.stdlib_module_names
        or evaluator.catalogue.library_of(base.path) is not None
        or evaluator.client_at(base.path) is not None
    )


def holds_place(value: Value) -> bool:
    """Whether a value may only stand there until others say what it is: None, False, an empty text,
    zero, or a dict."""
    return is_empty(value) or isinstance(value, Mapping)


def is_set_by_name(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, values: Alternatives
) -> bool:
    """Whether the methods of a class set whatever attributes (`setattr(self, key, value)`), or this
    one so; for what only holds the place, also those of the other classes of the object."""
    scopes = {cls.scope}
    whole = instance.cls if instance is not None else cls
    if isinstance(whole, Class) and all(map(is_empty, values)):
        scopes |= {c.scope for c in lineage.mro(evaluator, whole) if isinstance(c, Class)}
    return any(
        "__getattribute__" in scope.bindings or not _names_set(scope).isdisjoint((None, name))
        for scope in scopes
    )


@once
def _names_set(cls: Scope) -> set[object]:
    """The attributes that methods set by name; None: any."""
    return {
        attribute
        for method in members.methods(cls)
        for base, attribute, event in _set_by_name(method)
        if base == members.first_parameter(method) and not _sets_what_is_asked(method, event)
    }


def _sets_what_is_asked(method: Scope, event: Event) -> bool:
    """`setattr(self, name, made)` in `__getattr__(self, name)`, which is asked for what is not there,
    or in `__setattr__`, which sets what it is told to."""
    if method.name not in ("__getattr__", "__setattr__") or not isinstance(event.name, ast.expr):
        return False
    return [dotted(event.name)] == parameter_names(method.arguments)[1:2]


def is_set_outside(evaluator: Evaluator, cls: Class, name: str, values: Alternatives) -> bool:
    """Whether an attribute that is nothing but literals is set from outside of the class: by its
    module (`client = Client()`, `client.timeout = 5`), or, by the look of it, by another one."""
    if not evaluator.is_deep or not all(isinstance(v, Literal) for v in values):
        return False
    scope = cls.scope
    stores = _stores_outside(scope.module.scope)
    for stored in (name, None):
        # Whatever attribute of whatever object says nothing.
        anybody = (Unknown, Parameter) if stored else (Parameter,)
        for where, base, event in stores.get(stored, ()):
            for value in evaluator.evaluate(base, Context(where, event.statement)):
                owner = value.cls if isinstance(value, Instance) else value
                if isinstance(owner, anybody) and any(map(is_empty, values)):
                    return True
                if isinstance(owner, Class):
                    if any(c.key() == cls.key() for c in lineage.mro(evaluator, owner)):
                        return True
    return any(is_empty(v) for v in values) and (
        evaluator.project.hints.is_set_elsewhere(scope.module.path, name)
    )


def stored_by_name(evaluator: Evaluator, node: ast.Attribute, context: Context) -> Alternatives:
    """What may lead to a request and is stored on an object by the name that holds it:
    `context.session = Session()`, `g.session = Session()`. Others may store something else."""
    base = dotted(node.value)
    if base is None or base not in context.scope.module.stored[node.attr]:
        return ()
    holder, name, stores = _stores_by_name(context.scope, base)
    found = tuple(
        value.via(where, event.node, (holder, f"{name}.{node.attr}"))
        for where, event in stores
        if event.kind == "store" and event.name == node.attr
        for value in evaluator.evaluate(event.node, _inside(context, where, event))
        if evaluator.knows(value)
    )
    return union([found, NOTHING_KNOWN]) if found else ()


def _stores_by_name(scope: Scope, base: str) -> tuple[Scope, str, list[tuple[Scope, Event]]]:
    """What is done to the object that a dotted text names in a scope; with the scope that holds it,
    and its name there: of `self.local` that is the class."""
    root, _, path = base.partition(".")
    while scope.parent is not None and (scope.is_class or root not in scope.bindings):
        scope = scope.parent
    if path and scope.owner is not None and root == members.first_parameter(scope):
        return scope.owner, path, members.attribute_events(scope.owner, path)
    own = [(scope, event) for event in scope.events.get(base, ())]
    return scope, base, [*own, *members.done_inside(scope, base)]


def _inside(context: Context, scope: Scope, event: Event) -> Context:
    """Where an event stands, for the same caller if it is in the same function."""
    frame = context.frame if scope is context.scope else None
    return Context(scope, event.statement, frame)


@once
def _stores_outside(module: Scope) -> dict[object, list[tuple[Scope, ast.expr, Event]]]:
    """What a module and its functions store as attributes of others than `self`, by attribute;
    under None what may be any."""
    found: dict[object, list[tuple[Scope, ast.expr, Event]]] = {}
    for scope in (module, *members.functions(module)):
        own = members.first_parameter(scope) if scope.is_function else None
        stores = [
            (base, event.name, event)
            for base, events in scope.events.items()
            for event in events
            if event.kind == "store"
        ]
        for base, name, event in (*stores, *_set_by_name(scope)):
            if base != own:
                holder = written_as(base)
                found.setdefault(name, []).append((scope, holder, event))
    return found


def _set_by_name(scope: Scope) -> Iterator[tuple[str, object, Event]]:
    """The objects of which a scope sets attributes that it does not write down as such, each with
    the attribute (None: any) and what does it: `setattr(x, name, value)`, `vars(x).update(...)`,
    `parse_args(namespace=x)`."""
    for base, events in scope.events.items():
        holder, _, last = base.rpartition(".")
        for event in events:
            if last == "__dict__" and (event.kind == "item" or event.name in ("update", "__ior__")):
                yield holder, event.name if event.kind == "item" else None, event
            elif event.kind == "setattr":
                yield base, getattr(event.name, "value", None), event
            elif event.kind == "store" and event.name == "__dict__":
                yield base, None, event
            elif event.kind == "argument" and isinstance(event.node, ast.Call):
                if _sets_any(event.node, base, event.name):
                    yield base, None, event


def _sets_any(call: ast.Call, base: str, keyword: object) -> bool:
    """Whether a call sets attributes of one of its arguments that are not in sight."""
    return called_name(call) in ("parse_args", "parse_known_args") and (
        keyword == "namespace" or (len(call.args) == 2 and dotted(call.args[1]) == base)
    )
