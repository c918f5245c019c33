"""Attributes of objects and classes, and what `with` gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_untimed.inference import (
    alterations,
    constructions,
    containers,
    elsewhere,
    imports,
    invoke,
    lineage,
    members,
    names,
    touches,
)
from flake8_untimed.inference import annotations as types
from flake8_untimed.inference.arguments import Argument, Passed, bind
from flake8_untimed.inference.scopes import STORED, Scope, once
from flake8_untimed.inference.syntax import DEFS, decorations, written_names
from flake8_untimed.inference.values import (
    ANSWER,
    NOTHING_KNOWN,
    OTHER,
    PROPERTIES,
    TRANSPARENT,
    Alternatives,
    Class,
    Collection,
    Context,
    Function,
    Instance,
    Literal,
    Managed,
    Mapping,
    Other,
    Parameter,
    Partial,
    ProjectModule,
    Result,
    SenderValue,
    Super,
    Symbol,
    Unknown,
    Value,
    doubted,
    perhaps,
    tells,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator
    from flake8_untimed.libraries.model import Sender


def attribute(evaluator: Evaluator, value: Value, name: str) -> Alternatives:
    """What `value.name` is."""
    if isinstance(value, Symbol):
        return (_kept(value, evaluator.symbol(f"{value.path}.{name}")),)
    if isinstance(value, Instance):
        return _of_instance(evaluator, value, name)
    if isinstance(value, Class):
        if name == "__name__":
            return NOTHING_KNOWN
        return class_attribute(evaluator, value, name, None)
    if isinstance(value, ProjectModule):
        return imports.member(evaluator, value.scope.module.path, name)
    if isinstance(value, Super):
        return class_attribute(evaluator, value.cls, name, value.instance, above=True)
    if isinstance(value, Partial) and name == "func":
        return (value.function,)
    if isinstance(value, (Mapping, Collection, Function, Other)) or (
        isinstance(value, Literal) and value.value is not None
    ):
        return (OTHER,)
    return NOTHING_KNOWN


def _kept(origin: Value, value: Value) -> Value:
    """A value with the steps of the one that it was reached by."""
    if origin.steps is None or isinstance(value, Unknown):
        return value
    value.steps = origin.steps
    return value


def _of_instance(evaluator: Evaluator, value: Instance, name: str) -> Alternatives:
    if name == "__class__":
        return (value.cls,)
    if isinstance(value.cls, Class):
        return class_attribute(evaluator, value.cls, name, value)
    return _of_library(evaluator, value.cls.path, name, value)


def _of_library(
    evaluator: Evaluator, cls: str, name: str, owner: Instance, unbound: bool = False
) -> Alternatives:
    """A method of a library's class that sends, or that returns a dict:
    `session.merge_environment_settings`."""
    senders, path = evaluator.senders_at(cls), f"{cls}.{name}"
    if name in senders:
        sender = SenderValue(senders[name], path, owner, unbound)
        sender.steps = owner.steps
        return (sender,)
    client = evaluator.client_at(cls)
    gives = client is not None and name in client.mappings
    return (Symbol(path),) if gives else NOTHING_KNOWN


def class_attribute(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, above: bool = False
) -> Alternatives:
    """An attribute by way of the class (`above`: of its bases only, as `super()` does)."""
    memo = evaluator.memo(cls.scope.module)
    key = ("attribute", cls.scope, name, instance and instance.key(), above)
    return evaluator.remember(memo, key, lambda: _with_heirs(evaluator, cls, name, instance, above))


def _with_heirs(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, above: bool
) -> Alternatives:
    """What a class leaves open is what the subclasses in sight say."""
    values = _class_attribute(evaluator, cls, name, instance, above)
    if above or instance is None or instance.site is not None:
        return values
    if all(isinstance(v, Unknown) for v in values):
        is_open = _is_missing(evaluator, cls, name)
    else:
        is_open = elsewhere.is_left_open(values)
    return union([elsewhere.from_heirs(evaluator, cls, name), values]) if is_open else values


def _is_missing(evaluator: Evaluator, cls: Class, name: str) -> bool:
    """Whether a class and its bases, all in sight, have no attribute of a name, or an abstract
    property."""
    for base in lineage.mro(evaluator, cls):
        if not isinstance(base, Class):
            if getattr(base, "path", "") not in lineage.HARMLESS_BASES:
                return False
        elif members.attribute_stores(base.scope).get(name) or any(
            not members.is_abstract(child) for child in _bound_to(base.scope, name)
        ):
            return False
    return True


def _bound_to(cls: Scope, name: str) -> list[Scope]:
    """What the body of a class binds a name to, as scopes: the class itself for what is no
    function. To say what it will be (`send: Callable[..., Any]`) binds nothing."""
    return [
        cls.child(b.node, b.node) if b.kind == "def" else cls  # type: ignore[arg-type]
        for b in cls.bindings.get(name, ())
        if b.kind != "annotation"
    ]


def _class_attribute(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, above: bool
) -> Alternatives:
    line = _above(evaluator, cls, instance) if above else lineage.mro(evaluator, cls)
    line, name = _of_private(line, name)
    getter, _ = _property(line, name)
    if getter is not None:
        return invoke.returned(evaluator, Function(getter, instance)) if instance else NOTHING_KNOWN
    weak: list[Alternatives] = []
    declared: Alternatives = ()
    shadowed = is_begun = False
    for number, base in enumerate(line):
        if isinstance(base, Class):
            if is_begun and _is_only_set_at_first(base.scope, name):
                continue
            is_begun = is_begun or _begins_alone(base.scope)
            values = _own_attribute(evaluator, base, name, instance)
            if values is None:
                continue
            if not any(tells(v) for v in values) or _is_only_set_later(base.scope, name):
                weak.append(values)
            elif not _only_declares(base.scope, name):
                if all(isinstance(v, Literal) for v in values):
                    weak += _set_later(evaluator, line[number + 1 :], name, instance)
                return union([*weak, values])
            elif not declared:
                # `session: Session` binds nothing: what a base has is there all the same.
                declared = values
        elif isinstance(base, Symbol):
            senders, owner = evaluator.senders_at(base.path), instance or Instance(cls)
            values = _of_library(evaluator, base.path, name, owner, unbound=instance is None)
            if name in senders:
                if _goes_on_to(line[number + 1 :], senders, name):
                    return NOTHING_KNOWN
                return union([*weak, values]) if shadowed else values
            if values is not NOTHING_KNOWN and not shadowed:
                return union([*weak, values])
            shadowed = shadowed or base.path not in lineage.HARMLESS_BASES
        else:
            shadowed = True
        if shadowed and not weak:
            # A base out of sight comes first: it may define whatever is asked for.
            weak.append(NOTHING_KNOWN)
            break
    return declared or union(weak)


def _of_private(line: Alternatives, name: str) -> tuple[Alternatives, str]:
    """`_Base__session`: that of the classes of this name alone, and its name there."""
    if "__" not in name:
        return line, name
    own = [(base.scope.unmangled(name), base) for base in line if isinstance(base, Class)]
    private = next(filter(None, (known for known, _ in own)), None)
    if private is None:
        return line, name
    return tuple(base for known, base in own if known == private), private


def _goes_on_to(behind: Alternatives, senders: MappingType[str, Sender], name: str) -> bool:
    """Whether a library's method may lead to one that a class of the project, behind it in the
    order of look-ups, has of its own: what that does is only seen where it comes first. The last
    class of a library calls nothing behind it."""
    names = set()
    sender = senders.get(name)
    while sender is not None and sender.name not in names:
        names.add(sender.name)
        sender = senders.get(sender.delegates or "")
    while behind and (
        isinstance(behind[-1], Class) or getattr(behind[-1], "path", "") in lineage.HARMLESS_BASES
    ):
        behind = behind[:-1]
    return any(isinstance(b, Class) and not names.isdisjoint(b.scope.bindings) for b in behind)


def _above(evaluator: Evaluator, cls: Class, instance: Instance | None) -> Alternatives:
    """Where `super()` in a class looks: behind it in the order of the object's own class."""
    if instance is not None and isinstance(instance.cls, Class):
        line = lineage.mro(evaluator, instance.cls)
        for number, base in enumerate(line):
            if base.key() == cls.key():
                return line[number + 1 :]
    return lineage.mro(evaluator, cls)[1:]


def _only_declares(cls: Scope, name: str) -> bool:
    """Whether a class says of an attribute what it is, and does not give it a value."""
    bindings = cls.bindings.get(name, ())
    return (
        all(binding.kind == "annotation" for binding in bindings)
        and all(store.is_declaration for store in members.attribute_stores(cls).get(name, ()))
        and not any(True for _ in members.class_stores(cls).get(name, ()))
        # Whoever makes an object of a dataclass gives the value.
        and not getattr(cls.node, "decorator_list", ())
    )


def _is_only_set_later(cls: Scope, name: str) -> bool:
    """Whether a class leaves it to its bases what an attribute is at first: only its methods set it."""
    stores = members.attribute_stores(cls).get(name, ())
    return bool(stores) and name not in cls.bindings and not any(s.is_at_first for s in stores)


def _is_only_set_at_first(cls: Scope, name: str) -> bool:
    stores = members.attribute_stores(cls).get(name, ())
    return bool(stores) and name not in cls.bindings and all(s.is_at_first for s in stores)


@once
def _begins_alone(cls: Scope) -> bool:
    """Whether a class has an `__init__` that does not call those of its bases."""
    bindings = cls.bindings.get("__init__", ())
    return bool(bindings) and all(
        binding.kind == "def" and "__init__" not in written_names(binding.node)
        for binding in bindings
    )


def _set_later(
    evaluator: Evaluator, above: Alternatives, name: str, instance: Instance | None
) -> Iterator[Alternatives]:
    """What the methods of base classes make of an attribute that an object begins with."""
    for base in above:
        if isinstance(base, Class):
            for store in members.attribute_stores(base.scope).get(name, ()):
                if not store.is_at_first:
                    yield _stored(evaluator, store, name, base, instance)


def _own_attribute(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None
) -> Alternatives | None:
    """What one class itself says of an attribute: in its body, or in its methods by `self.x = `."""
    scope = cls.scope
    stores = [
        *(
            _stored(evaluator, s, name, cls, None)
            for s in members.class_stores(scope).get(name, ())
        ),
        *(
            _stored(evaluator, s, name, cls, instance)
            for s in members.attribute_stores(scope).get(name, ())
            if not s.is_declaration
        ),
    ]
    told = any(tells(v) for group in stores for v in group)
    groups = [*_in_body(evaluator, cls, name, instance, told), *stores]
    if not any(tells(v) for group in groups for v in group):
        groups[:0] = _declared(evaluator, cls, name, instance, not stores)
    if not groups:
        return None
    values = union(groups)
    if (
        elsewhere.is_set_by_name(evaluator, cls, name, instance, values)
        or elsewhere.is_set_outside(evaluator, cls, name, values)
        or elsewhere.is_up_to_heirs(evaluator, instance or Instance(cls), name, values)
        or elsewhere.is_up_to_bases(evaluator, cls, instance, values)
    ):
        values = union([values, NOTHING_KNOWN])

    def declared() -> Alternatives:
        in_methods = _declared(evaluator, cls, name, instance, not stores)
        return union([*in_methods, names.declaration(evaluator, scope, name)])

    return types.unless_filled(_filled(evaluator, values, scope, name), declared)


def _in_body(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, told: bool
) -> Iterator[Alternatives]:
    """What the body of a class says of an attribute; `told`: something is known of what its methods
    store."""
    scope = cls.scope
    bindings = scope.bindings.get(name, ())
    if not bindings or (told and all(b.kind == "annotation" for b in bindings)):
        return  # An annotation in the body only says what its methods store.
    given = _field_argument(evaluator, cls, name, instance)
    kept = given is None and _keeps_default(cls, name, instance)
    if given is not None:
        yield given
    elif members.is_field(scope, name) and not kept:
        yield NOTHING_KNOWN
    if given is None or any(isinstance(v, (Unknown, Parameter)) for v in given):
        for value in names.bound(evaluator, scope, name, None, None, not told and not kept):
            yield _from_class_body(evaluator, value, instance, cls)
    maker = members.decorated_default(scope, name)
    if maker is not None:
        yield invoke.returned(evaluator, Function(maker, instance))


def _declared(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, alone: bool
) -> list[Alternatives]:
    """What the methods of a class declare an attribute to be; `alone`: they store nothing.
    `self.limit: float | None = None` is what it is given."""
    every = (
        _stored(evaluator, store, name, cls, instance)
        for store in members.attribute_stores(cls.scope).get(name, ())
        if store.is_declaration
    )
    return [e if alone else tuple(v for v in e if not isinstance(v, Unknown)) for e in every]


def _filled(evaluator: Evaluator, values: Alternatives, cls: Scope, name: str) -> Alternatives:
    """Containers with what the methods put into them: `self.sessions["a"] = ...`."""
    if not any(map(alterations.is_changeable, values)):
        is_merged = any(e.name == "__ior__" for _, e in members.attribute_events(cls, name))
        return perhaps(values) if is_merged else values
    # A dict on an object is in reach of everybody.
    values = tuple(opened(v) for v in values)
    events = [
        (method, event)
        for method, event in members.attribute_events(cls, name)
        if not alterations.is_idle(event, closely=not evaluator.is_rough)
        # A function that is called for what it returns is taken to leave it alone.
        and (event.kind != "argument" or isinstance(event.statement, ast.Expr))
    ]
    if len(events) > containers.SIZE:
        return tuple(doubted(v) for v in values)
    for method, event in events:
        context = Context(method, event.statement)
        known = f"{members.first_parameter(method)}.{name}"
        if not touches.is_left_alone(evaluator, event, known, context):
            certain = method.name == "__init__" and not any(method.parents(event.statement))
            values = tuple(alterations.after(evaluator, v, event, context, certain) for v in values)
    return values


def opened(value: Value) -> Value:
    """A mapping that may hold more than is in sight."""
    if not isinstance(value, Mapping) or value.open:
        return value
    return replace(value, open=True, missing=frozenset())


def _stored(
    evaluator: Evaluator, store: members.Store, name: str, cls: Class, instance: Instance | None
) -> Alternatives:
    method, event = store
    frame = constructions.construction_frame(evaluator, cls, method, instance, event.node)
    context = Context(method, event.statement, frame)
    values = NOTHING_KNOWN
    if event.kind in STORED:
        values = containers.unpacked(evaluator, evaluator.evaluate(event.node, context), event.path)
    elif event.kind == "store enter":
        values = enter(evaluator, evaluator.evaluate(event.node, context))
    elif event.kind == "store annotation":
        values = types.unless_known(evaluator, NOTHING_KNOWN, event.node, context)
    for value in values:
        if isinstance(value, Parameter) and value.scope is method:
            values = _given_to_setter(evaluator, value, cls, instance) or values
    return tuple(v.via(method, event.statement, (cls.scope, name)) for v in values)


def _given_to_setter(
    evaluator: Evaluator, value: Parameter, cls: Class, instance: Instance | None
) -> Alternatives:
    """What the setter of a property gets: what the methods of its class set the property to."""
    method, name = value.scope, value.scope.name
    if not members.is_setter(method):
        return ()
    # Setters may set each other.
    stores = [
        s
        for s in members.attribute_stores(cls.scope).get(name, ())
        if not members.is_setter(s.method)
    ]
    given = union(_stored(evaluator, store, name, cls, instance) for store in stores)
    return tuple(v.via(method, method.node, (method, value.name)) for v in given)


def _field_argument(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None
) -> Alternatives | None:
    """A dataclass field that was given at the construction."""
    if instance is None or instance.site is None or "__init__" in cls.scope.bindings:
        return None
    fields = [
        n
        for n, bindings in cls.scope.bindings.items()
        if any(b.kind == "annotation" or members.is_of_attrs(b.node) for b in bindings)
    ]
    argument: Argument | None = bind(instance.site.passed, fields).named.get(name)
    return evaluator.argument(argument) if argument is not None and name in fields else None


def _keeps_default(cls: Class, name: str, instance: Instance | None) -> bool:
    """Whether an object of a dataclass was made, in sight, without one of its fields."""
    if instance is None or instance.site is None or not members.is_dataclass(cls.scope):
        return False
    if not isinstance(instance.cls, Class) or instance.cls.scope is not cls.scope:
        return False  # its own fields, or its constructor, stand in between
    passed = instance.site.passed
    return not (
        passed.open_positional
        or passed.open_keywords
        or passed.keywords.keys() & members.field_keywords(cls.scope, name)
        or len(passed.positional) > members.fields_before(cls.scope, name)
    )


def _from_class_body(
    evaluator: Evaluator, value: Value, instance: Instance | None, cls: Class
) -> Alternatives:
    """A value of a class body as an object sees it: methods bound, properties called."""
    if isinstance(value, Function):
        if is_property(value.scope):
            if instance is None:
                return NOTHING_KNOWN
            return invoke.returned(evaluator, Function(value.scope, instance))
        kind = members.method_kind(value.scope)
        if kind == "static":
            return (value,)
        bound = cls if kind == "class" else instance
        copy = Function(value.scope, bound, value.frame)
        copy.steps = value.steps
        return (copy,)
    if isinstance(value, Result):
        return _from_descriptor(evaluator, value, instance)
    if isinstance(value, Partial) and isinstance(value.function, Function) and instance:
        function = Function(value.function.scope, instance, value.function.frame)
        return (Partial(function, value.site),)
    if isinstance(value, Literal) and _is_enum(evaluator, cls):
        return (OTHER,)
    return (value,)


def _is_enum(evaluator: Evaluator, cls: Class) -> bool:
    """Whether a class makes its values members, which are no numbers or texts themselves."""
    line = lineage.mro(evaluator, cls)
    return [base.path for base in line if isinstance(base, Symbol)] == ["enum.Enum"]


def _from_descriptor(
    evaluator: Evaluator, value: Result, instance: Instance | None
) -> Alternatives:
    """`name = property(function)`, `name: T = field(default_factory=function)`."""
    passed = value.site.passed
    if value.path in PROPERTIES and passed.positional and instance:
        groups = []
        for function in evaluator.argument(passed.positional[0]):
            if isinstance(function, Function):
                groups.append(invoke.returned(evaluator, Function(function.scope, instance)))
        return union(groups)
    factory = factory_of(value.path, passed)
    if factory is not None:
        made = evaluator.argument(factory)
        values = union(invoke.result_of(evaluator, f, value.site) for f in made)
        # The field holds it: what is done to it under that name counts.
        holder = next((step.holder for step in value.way() if step.holder is not None), None)
        if holder is None:
            return values
        return tuple(v.via(holder[0], value.site.node, holder) for v in values)
    if "default" in passed.keywords:
        return union(
            _from_descriptor(evaluator, v, instance) if isinstance(v, Result) else (v,)
            for v in evaluator.argument(passed.keywords["default"])
        )
    return (value,)


def factory_of(path: str, passed: Passed) -> Argument | None:
    """What makes the value of a field for each object: `field(default_factory=function)`."""
    if "default_factory" in passed.keywords:
        return passed.keywords["default_factory"]
    if path.partition(".")[0] not in ("attr", "attrs"):
        return None  # A `Factory` of others is given the arguments, too.
    if path.endswith(".Factory") and passed.positional:
        return passed.positional[0]
    return passed.keywords.get("factory")


def getter_of(evaluator: Evaluator, cls: Class, name: str) -> Scope | None:
    """The function that gives an attribute, if that is a property."""
    for base in lineage.mro(evaluator, cls):
        if isinstance(base, Class):
            for binding in base.scope.bindings.get(name, ()):
                if isinstance(binding.node, DEFS):
                    function = base.scope.child(binding.node, binding.node)
                    return function if is_property(function) else None
    return None


def setter_of(evaluator: Evaluator, cls: Class, name: str) -> Scope | None:
    """The function that sets an attribute, if that is a property."""
    return _property(lineage.mro(evaluator, cls), name)[1]


def _property(line: Alternatives, name: str) -> tuple[Scope | None, Scope | None]:
    """The getter and the setter of an attribute, if the first class that defines it makes it a
    property that has both."""
    for base in line:
        if isinstance(base, Class):
            # A bare annotation defines nothing.
            if any(b.kind != "annotation" for b in base.scope.bindings.get(name, ())):
                return members.accessors(base.scope, name)
    return None, None


def is_property(scope: Scope) -> bool:
    """Whether a method is decorated as a property of some kind."""
    return any(
        name.endswith("property") or name.rpartition(".")[2] in ("reify", "getter")
        for name in decorations(scope.node)
    )


# Context managers ----------------------------------------------------------------------------


def enter(evaluator: Evaluator, values: Alternatives) -> Alternatives:
    """What `with value as name` gives."""
    return union(_entered(evaluator, v) for v in values)


def _entered(evaluator: Evaluator, value: Value) -> Alternatives:
    if isinstance(value, Managed):
        return value.values
    if value is ANSWER:
        return (ANSWER,)
    if isinstance(value, Result):
        if value.path in TRANSPARENT and value.site.passed.positional:
            return evaluator.argument(value.site.passed.positional[0])
        return NOTHING_KNOWN
    owner = value.instance if isinstance(value, Super) else value
    if not isinstance(owner, Instance):
        return NOTHING_KNOWN
    if isinstance(owner.cls, Symbol):
        return (owner,)
    given = _given_by(evaluator, value, "__enter__", "__aenter__")
    if given is not None:
        return given
    if evaluator.client_of(owner) is not None or _is_entered_as_it_is(evaluator, owner.cls):
        return (owner,)
    return NOTHING_KNOWN


def _given_by(evaluator: Evaluator, value: Value, *names: str) -> Alternatives | None:
    """What the first of some methods in sight returns."""
    for name in names:
        for method in attribute(evaluator, value, name):
            if isinstance(method, Function):
                return invoke.returned(evaluator, method)
    return None


def iterated(evaluator: Evaluator, values: Alternatives) -> Alternatives:
    """What a loop over values goes through: for objects of the project what their `__iter__` gives."""
    return union(
        (_given_by(evaluator, v, "__iter__", "__aiter__") if isinstance(v, Instance) else None)
        or (v,)
        for v in values
    )


def _is_entered_as_it_is(evaluator: Evaluator, cls: Class) -> bool:
    """Whether a class without an `__enter__` of its own surely inherits one that gives the object."""
    line = lineage.mro(evaluator, cls)
    paths = {getattr(base, "path", "") for base in line if not isinstance(base, Class)}
    return paths <= lineage.HARMLESS_BASES and not paths.isdisjoint(lineage.ENTERED_AS_THEY_ARE)
