"""Attributes, classes and context managers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.inference import containers, invoke
from flake8_untimed.inference.arguments import Argument, Passed, bind, parameter_names
from flake8_untimed.inference.scopes import Event, Scope, called_name, dotted
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    OTHER,
    UNKNOWN,
    Alternatives,
    Class,
    Collection,
    Context,
    Frame,
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
    tells,
    union,
)
from flake8_untimed.inference.walk import walk

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator
    from flake8_untimed.libraries.model import Sender

GENERATIONS = 20
"""Classes above one another that are followed."""
HARMLESS_BASES = frozenset(
    ("builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing.NamedTuple",
     "enum.Enum", "threading.Thread", "threading.local", "builtins.Exception",
     "contextlib.AbstractContextManager", "contextlib.AbstractAsyncContextManager",
     "unittest.TestCase", "pydantic.BaseModel", "typing_extensions.Protocol", "builtins.dict")
)  # fmt: skip
"""Bases outside the project that define no sender."""
NAMESPACES = ("threading.local", "types.SimpleNamespace")
"""Classes whose objects hold whatever is stored on them."""
PROPERTIES = frozenset(("builtins.property", "functools.cached_property", "abc.abstractproperty"))


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
        return _of_module(evaluator, value, name)
    if isinstance(value, Super):
        return class_attribute(evaluator, value.cls, name, value.instance, above=True)
    if isinstance(value, Partial) and name == "func":
        return (value.function,)
    if isinstance(value, Result) and value.path in NAMESPACES:
        return _of_namespace(evaluator, value, name)
    if isinstance(value, (Mapping, Collection, Function, Other)) or (
        isinstance(value, Literal) and value.value is not None
    ):
        return (OTHER,)
    return NOTHING_KNOWN


def _of_namespace(evaluator: Evaluator, value: Result, name: str) -> Alternatives:
    """`local = threading.local()`, `local.session = ...`: what is stored by the name that holds
    the object."""
    holder = value.steps.holder if value.steps is not None else None
    if holder is None:
        return NOTHING_KNOWN
    scope, base = holder
    stores = [*attribute_events(scope, base)] if scope.is_class else done_inside(scope, base)
    stores = [*((scope, e) for e in scope.events.get(base, ())), *stores]
    return union(
        tuple(
            v.via(where, event.node, (scope, f"{base}.{name}"))
            for v in evaluator.evaluate(event.node, Context(where, event.statement))  # type: ignore[arg-type]
        )
        for where, event in stores
        if event.kind == "store" and event.name == name
    )


def _kept(origin: Value, value: Value) -> Value:
    """A value with the steps of the one that it was reached by."""
    if origin.steps is None or isinstance(value, Unknown):
        return value
    value.steps = origin.steps
    return value


def _of_module(evaluator: Evaluator, value: ProjectModule, name: str) -> Alternatives:
    module = value.scope
    if name in module.bindings or module.module.has_global or module.stars:
        values = evaluator.module_name(name, module)
        if not all(isinstance(v, Symbol) and v.path.startswith("builtins.") for v in values):
            return values
    path = evaluator.project.submodule(module.module.path, name)
    return (evaluator.project_module(path),) if path else NOTHING_KNOWN


def _of_instance(evaluator: Evaluator, value: Instance, name: str) -> Alternatives:
    if isinstance(value.cls, Class):
        return class_attribute(evaluator, value.cls, name, value)
    senders = evaluator.senders_at(value.cls.path)
    if name in senders:
        sender = SenderValue(senders[name], f"{value.cls.path}.{name}", value)
        sender.steps = value.steps
        return (sender,)
    if name == "__class__":
        return (value.cls,)
    return NOTHING_KNOWN


# Classes -------------------------------------------------------------------------------------


def mro(evaluator: Evaluator, cls: Class) -> Alternatives:
    """A class and its bases, in the order of look-ups as good as always: depth first, each once."""
    memo = evaluator.memo(cls.scope.module)
    key = ("mro", cls.scope)
    if key not in memo:
        if evaluator.generations >= GENERATIONS:
            return (cls, UNKNOWN)
        memo[key] = (cls,)  # what a class that inherits from itself finds
        evaluator.generations += 1
        try:
            memo[key] = _linearized(evaluator, cls)
        finally:
            evaluator.generations -= 1
    return memo[key]


def _linearized(evaluator: Evaluator, cls: Class) -> Alternatives:
    node = cls.scope.node
    assert isinstance(node, ast.ClassDef)
    context = Context(cls.scope.parent or cls.scope, cls.scope.statement)
    order: dict[object, Value] = {cls.key(): cls}
    for expression in node.bases:
        if isinstance(expression, ast.Subscript):
            expression = expression.value
        for base in evaluator.insist(expression, context):
            line = mro(evaluator, base) if isinstance(base, Class) else (base,)
            for value in line:
                order.pop(value.key(), None)
                order[value.key()] = value
            if len(order) > 64:
                break
    order.pop(cls.key())
    return (cls, *order.values())


def qualified_name(evaluator: Evaluator, cls: Class) -> str:
    """The import path of a class of the project: `myapp.http.ApiSession`."""
    return evaluator.project.dotted(cls.scope.module.path) + "." + cls.scope.name


def class_attribute(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, above: bool = False
) -> Alternatives:
    """An attribute by way of the class (`above`: of its bases only, as `super()` does)."""
    memo = evaluator.memo(cls.scope.module)
    key = ("attribute", cls.scope, name, instance and instance.key(), above)
    return evaluator.remember(
        memo, key, lambda: _class_attribute(evaluator, cls, name, instance, above)
    )


def _class_attribute(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None, above: bool
) -> Alternatives:
    line = _above(evaluator, cls, instance) if above else mro(evaluator, cls)
    getter, _ = _property(line, name)
    if getter is not None:
        return invoke.returned(evaluator, Function(getter, instance)) if instance else NOTHING_KNOWN
    weak: list[Alternatives] = []
    declared: Alternatives = ()
    shadowed = False
    for number, base in enumerate(line):
        if isinstance(base, Class):
            values = _own_attribute(evaluator, base, name, instance)
            if values is None:
                continue
            if not any(tells(v) for v in values):
                weak.append(values)
            elif not _only_declares(base.scope, name):
                return union([*weak, values])
            elif not declared:
                # `session: Session` binds nothing: what a base has is there all the same.
                declared = values
        elif isinstance(base, Symbol):
            senders = evaluator.senders_at(base.path)
            if name in senders:
                if _goes_on_to(line[number + 1 :], senders, name):
                    return NOTHING_KNOWN
                owner = instance or Instance(cls)
                sender = SenderValue(
                    senders[name], f"{base.path}.{name}", owner, unbound=instance is None
                )
                sender.steps = owner.steps
                return union([*weak, (sender,)]) if shadowed else (sender,)
            if base.path not in HARMLESS_BASES:
                shadowed = True
        else:
            shadowed = True
        if shadowed and not weak:
            # A base out of sight comes first: it may define whatever is asked for.
            weak.append(NOTHING_KNOWN)
            break
    return declared or union(weak)


def _goes_on_to(behind: Alternatives, senders: MappingType[str, Sender], name: str) -> bool:
    """Whether a library's method may lead to one that a class of the project, behind it in the
    order of look-ups, has of its own: what that does is only seen where it comes first."""
    names = set()
    sender = senders.get(name)
    while sender is not None and sender.name not in names:
        names.add(sender.name)
        sender = senders.get(sender.delegates or "")
    return any(isinstance(b, Class) and not names.isdisjoint(b.scope.bindings) for b in behind)


def _above(evaluator: Evaluator, cls: Class, instance: Instance | None) -> Alternatives:
    """Where `super()` in a class looks: behind it in the order of the object's own class."""
    if instance is not None and isinstance(instance.cls, Class):
        line = mro(evaluator, instance.cls)
        for number, base in enumerate(line):
            if base.key() == cls.key():
                return line[number + 1 :]
    return mro(evaluator, cls)[1:]


def _only_declares(cls: Scope, name: str) -> bool:
    """Whether a class says of an attribute what it is, and does not give it a value."""
    bindings = cls.bindings.get(name, ())
    return (
        all(binding.kind == "annotation" for binding in bindings)
        and all(_is_declaration(store) for store in attribute_stores(cls).get(name, ()))
        and not any(True for _ in _class_stores(cls, name))
        # Whoever makes an object of a dataclass gives the value.
        and not getattr(cls.node, "decorator_list", ())
    )


def is_surely_set(evaluator: Evaluator, value: Value, name: str) -> bool:
    """Whether an object has an attribute from the beginning, as far as its class is in sight."""
    if not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return True
    return any(
        isinstance(base, Class)
        and (
            name in base.scope.bindings
            or any(s.method.name == "__init__" for s in attribute_stores(base.scope).get(name, ()))
        )
        for base in mro(evaluator, value.cls)
    )


def _own_attribute(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None
) -> Alternatives | None:
    """What one class itself says of an attribute: in its body, or in its methods by `self.x = `."""
    groups = []
    scope = cls.scope
    own = attribute_stores(scope).get(name, ())
    stores = [
        *(_stored(evaluator, s, name, cls, None) for s in _class_stores(scope, name)),
        *(_stored(evaluator, s, name, cls, instance) for s in own if not _is_declaration(s)),
    ]
    # An annotation in the body only says what its methods store.
    told = any(tells(v) for group in stores for v in group)
    annotated = all(b.kind == "annotation" for b in scope.bindings.get(name, ()))
    if name in scope.bindings and not (told and annotated):
        given = _field_argument(evaluator, cls, name, instance)
        if given is not None:
            groups.append(given)
        if given is None and _is_field(scope, name):
            groups.append(NOTHING_KNOWN)
        for value in evaluator.bound(scope, name, None, None, declared=not told):
            groups.append(_from_class_body(evaluator, value, instance, cls))
        maker = _decorated_default(scope, name)
        if maker is not None:
            groups.append(invoke.returned(evaluator, Function(maker, instance)))
    groups += stores
    if not any(tells(v) for group in groups for v in group):
        groups[:0] = [_stored(evaluator, s, name, cls, instance) for s in own if _is_declaration(s)]
    if not groups:
        return None
    values = union(groups)
    if (
        _is_set_by_name(scope, name)
        or _is_set_outside(evaluator, cls, name, values)
        or is_up_to_heirs(evaluator, instance or Instance(cls), name, values)
    ):
        values = union([values, NOTHING_KNOWN])
    return _filled(evaluator, values, scope, name)


def is_up_to_heirs(evaluator: Evaluator, value: Value, name: str, values: Alternatives) -> bool:
    """Whether a subclass may say otherwise what an object has: None, False or a dict in its class
    often only holds the place."""
    if evaluator.is_rough or not isinstance(value, Instance) or value.site is not None:
        return False
    if not isinstance(value.cls, Class) or not all(holds_place(evaluator, v) for v in values):
        return False
    scope = value.cls.scope
    return evaluator.project.heirs.say_otherwise(scope.module.path, scope.name, name)


def holds_place(evaluator: Evaluator, value: Value) -> bool:
    """Whether a value may only stand there until others say what it is: None, False, a dict."""
    if evaluator.is_deep and isinstance(value, Literal):
        return True
    return _is_placeholder(value) or isinstance(value, Mapping)


def _is_placeholder(value: Value) -> bool:
    return isinstance(value, Literal) and (value.value is None or value.value is False)


def _is_declaration(store: Store) -> bool:
    """`self.name: Type`, with or without a value: counts where no value that is stored tells."""
    return store.event.kind == "store annotation"


def _filled(evaluator: Evaluator, values: Alternatives, cls: Scope, name: str) -> Alternatives:
    """Containers with what the methods put into them: `self.sessions["a"] = ...`."""
    if not any(isinstance(v, (Mapping, Collection)) for v in values):
        return values
    # A dict on an object is in reach of everybody.
    values = tuple(opened(v) for v in values)
    for method, event in attribute_events(cls, name):
        if event.kind in ("item", "call"):
            context = Context(method, event.statement)
            certain = method.name == "__init__" and not any(method.parents(event.statement))
            values = tuple(containers.after(evaluator, v, event, context, certain) for v in values)
    return values


def _is_set_by_name(cls: Scope, name: str) -> bool:
    """Whether methods set whatever attributes (`setattr(self, key, value)`), or this one so."""
    if "set by name" not in cls._cache:
        names: set[object] = set()
        for method in methods(cls):
            first = first_parameter(method) or ""
            for event in method.events.get(f"{first}.__dict__", ()):
                if event.kind == "item" or event.name == "update":
                    names.add(event.name if event.kind == "item" else None)
            for event in method.events.get(first, ()):
                node = event.node
                if event.kind == "argument" and isinstance(node, ast.Call) and len(node.args) == 3:
                    if dotted(node.func) == "setattr":
                        key = node.args[1]
                        names.add(key.value if isinstance(key, ast.Constant) else None)
        cls._cache["set by name"] = names
    found: set[object] = cls._cache["set by name"]  # type: ignore[assignment]
    return bool(found) and (None in found or name in found)


def _is_set_outside(evaluator: Evaluator, cls: Class, name: str, values: Alternatives) -> bool:
    """Whether an attribute that is nothing but literals is set from outside of the class: by its
    module (`client = Client()`, `client.timeout = 5`), or, by the look of it, by another one."""
    if not evaluator.is_deep or not all(isinstance(v, Literal) for v in values):
        return False
    scope = cls.scope
    for where, base, event in _stores_outside(scope.module.scope).get(name, ()):
        for value in evaluator.evaluate(base, Context(where, event.statement)):
            owner = value.cls if isinstance(value, Instance) else value
            if isinstance(owner, (Unknown, Parameter)) and any(map(_is_placeholder, values)):
                return True
            if isinstance(owner, Class):
                if any(c.key() == cls.key() for c in mro(evaluator, owner)):
                    return True
    return any(_is_placeholder(v) for v in values) and (
        evaluator.project.is_set_elsewhere(scope.module.path, name)
    )


def _stores_outside(module: Scope) -> dict[str, list[tuple[Scope, ast.expr, Event]]]:
    """What a module and its functions store as attributes of others than `self`, by attribute."""
    if "stores outside" not in module._cache:
        found: dict[str, list[tuple[Scope, ast.expr, Event]]] = {}
        for scope in (module, *functions(module)):
            own = first_parameter(scope) if scope.is_function else None
            for base, events in scope.events.items():
                for event in events if base != own else ():
                    if event.kind == "store":
                        holder = ast.parse(base, mode="eval").body
                        found.setdefault(str(event.name), []).append((scope, holder, event))
        module._cache["stores outside"] = found
    return module._cache["stores outside"]  # type: ignore[return-value]


def _class_stores(cls: Scope, name: str) -> Iterator[Store]:
    """`ClassName.name = ...`, in the module or in a method."""
    own = cls.name
    for scope in (cls.parent, *methods(cls)):
        if scope is not None:
            for event in scope.events.get(own, ()):
                if event.kind == "store" and event.name == name:
                    yield Store(scope, event)


def _decorated_default(cls: Scope, name: str) -> Scope | None:
    """`@name.default`, of attrs."""
    for child in cls.children.values():
        for decorator in getattr(child.node, "decorator_list", ()):
            if dotted(decorator) == f"{name}.default":
                return child
    return None


def opened(value: Value) -> Value:
    """A mapping that may hold more than is in sight."""
    if not isinstance(value, Mapping) or value.open:
        return value
    return Mapping(value.entries, True, value.node, value.others, value.nodes)


class Store(NamedTuple):
    """`self.name = ...` in a method."""

    method: Scope
    event: Event


def attribute_stores(cls: Scope) -> dict[str, list[Store]]:
    """All that the methods of a class store on `self` or `cls`, by attribute."""
    if "stores" not in cls._cache:
        stores: dict[str, list[Store]] = {}
        for method in methods(cls):
            for event in method.events.get(first_parameter(method) or "", ()):
                if event.kind.startswith("store"):
                    stores.setdefault(str(event.name), []).append(Store(method, event))
        cls._cache["stores"] = stores
    return cls._cache["stores"]  # type: ignore[return-value]


def attribute_events(cls: Scope, path: str) -> Iterator[tuple[Scope, Event]]:
    """What the methods of a class do to `self.path`: calls, stores on it, items."""
    for method in methods(cls):
        first = first_parameter(method)
        if first:
            for event in method.events.get(f"{first}.{path}", ()):
                yield method, event


def done_inside(scope: Scope, path: str) -> list[tuple[Scope, Event]]:
    """What the functions inside a module or function do to an object that is named there; looked
    for once."""
    if scope.is_class:
        return []
    key = f"done to {path}"
    if key not in scope._cache:
        name = path.partition(".")[0]
        scope._cache[key] = [
            (function, event)
            for function in functions(scope)
            if name not in function.bindings
            for event in function.events.get(path, ())
        ]
    return scope._cache[key]  # type: ignore[return-value]


def functions(scope: Scope) -> list[Scope]:
    """All functions inside a scope, at any depth; looked for once."""
    if "functions" not in scope._cache:
        found: list[Scope] = []
        stack = [scope]
        while stack:
            outer = stack.pop()
            outer.bindings  # noqa: B018  (reads the scope, and so finds its children)
            for child in outer.children.values():
                stack.append(child)
                if child.is_function:
                    found.append(child)
        scope._cache["functions"] = found
    return scope._cache["functions"]  # type: ignore[return-value]


def methods(cls: Scope) -> list[Scope]:
    """The methods of a class, with the functions inside them, which see `self` too."""
    if "methods" not in cls._cache:
        cls.bindings  # noqa: B018  (reads the scope, and so finds its children)
        found = []
        stack = [s for s in cls.children.values() if s.is_function]
        while stack:
            scope = stack.pop()
            found.append(scope)
            scope.bindings  # noqa: B018
            stack += [
                s
                for s in scope.children.values()
                if s.is_function and not isinstance(s.node, ast.Lambda)
            ]
        found.sort(key=lambda s: s.node.lineno)  # type: ignore[union-attr]
        cls._cache["methods"] = found
    return cls._cache["methods"]  # type: ignore[return-value]


def first_parameter(scope: Scope) -> str | None:
    """The name that a method (or a function inside one) has for its object."""
    while scope.owner is None and scope.parent is not None and scope.parent.is_function:
        scope = scope.parent
    if scope.owner is None or method_kind(scope) == "static":
        return None
    names = parameter_names(scope.node.args)  # type: ignore[union-attr]
    return names[0] if names else None


def method_kind(scope: Scope) -> str:
    """instance, class or static."""
    for decorator in getattr(scope.node, "decorator_list", ()):
        text = dotted(decorator)
        if text == "staticmethod":
            return "static"
        if text == "classmethod":
            return "class"
    return (
        "class"
        if scope.name in ("__new__", "__init_subclass__", "__class_getitem__")
        else "instance"
    )


def _stored(
    evaluator: Evaluator, store: Store, name: str, cls: Class, instance: Instance | None
) -> Alternatives:
    method, event = store
    frame = construction_frame(evaluator, cls, method, instance, event.node)
    context = Context(method, event.statement, frame)
    values = NOTHING_KNOWN
    if event.kind == "store":
        values = evaluator.evaluate(event.node, context)  # type: ignore[arg-type]
    elif event.kind == "store enter":
        values = enter(evaluator, evaluator.evaluate(event.node, context))  # type: ignore[arg-type]
    elif event.kind == "store annotation":
        values = evaluator.unless_known(NOTHING_KNOWN, event.node, context)  # type: ignore[arg-type]
    elif event.kind == "store unpack":
        values = invoke.unpacked_target(evaluator, event, name, context)
    for value in values:
        if isinstance(value, Parameter) and value.scope is method:
            values = _given_to_setter(evaluator, value, cls, instance) or values
    return tuple(v.via(method, event.statement, (cls.scope, name)) for v in values)


def _given_to_setter(
    evaluator: Evaluator, value: Parameter, cls: Class, instance: Instance | None
) -> Alternatives:
    """What the setter of a property gets: what the methods of its class set the property to."""
    method, name = value.scope, value.scope.name
    if not _is_setter(method):
        return ()
    # Setters may set each other.
    stores = [s for s in attribute_stores(cls.scope).get(name, ()) if not _is_setter(s.method)]
    given = union(_stored(evaluator, store, name, cls, instance) for store in stores)
    return tuple(v.via(method, method.node, (method, value.name)) for v in given)


def _is_setter(method: Scope) -> bool:
    decorators = getattr(method.node, "decorator_list", ())
    return any(dotted(decorator) == f"{method.name}.setter" for decorator in decorators)


def construction_frame(
    evaluator: Evaluator,
    cls: Class,
    method: Scope,
    instance: Instance | None,
    node: ast.AST | None = None,
) -> Frame | None:
    """For an object whose construction is in sight: what its `__init__` was given. `node`: what is
    to be evaluated with it."""
    if instance is None or not isinstance(instance.cls, Class):
        return None
    if instance.cls.scope is not cls.scope:
        is_init = method.name == "__init__" and method.owner is cls.scope
        if is_init and (node is None or uses_own_names(node, method)):
            frame = _base_frame(evaluator, cls, method, instance)
            if frame is not None:
                return frame
        # What a subclass overrides counts in what its bases store.
        first = first_parameter(method)
        return Frame(method, {first: (instance,)}, None, 1) if first and method.owner else None
    if instance.site is None or method.name != "__init__":
        return None
    site = instance.site
    return _frame(evaluator, method, instance, site.passed, site.context)


def _base_frame(
    evaluator: Evaluator, cls: Class, method: Scope, instance: Instance
) -> Frame | None:
    """What the `__init__` of a base is given, by that of a subclass or by whoever makes the
    object; None if that is not in sight. Asked for with each attribute that it stores."""
    found = evaluator.remember(
        evaluator.memo(method.module),
        ("base frame", method, instance.key()),
        lambda: (Function(method, instance, _given_to_base(evaluator, cls, method, instance)),),
    )
    return found[0].frame if isinstance(found[0], Function) else None


def _given_to_base(
    evaluator: Evaluator, cls: Class, method: Scope, instance: Instance
) -> Frame | None:
    assert isinstance(instance.cls, Class)
    makers: list[Class] = []
    for base in mro(evaluator, instance.cls):
        if not isinstance(base, Class):
            return None
        if base.scope is cls.scope:
            break
        if "__init__" in base.scope.bindings:
            makers.insert(0, base)
    if not makers:
        site = instance.site
        return _frame(evaluator, method, instance, site.passed, site.context) if site else None
    own = instance.cls.scope
    if evaluator.is_deep and instance.site is None:
        if evaluator.project.heirs.has_any(own.module.path, own.name):
            # They may give their base another timeout.
            return None
    for maker in makers:
        found = [*_calls_of_base(evaluator, maker, cls, is_next=maker is makers[0])]
        if len(found) == 1:
            node, context = found[0]
            frame = construction_frame(evaluator, maker, context.scope, instance)
            context = context._replace(frame=frame)
            passed = passed_to_base(evaluator, node, context)
            return _frame(evaluator, method, instance, passed, context)
        if found:
            return None
    return None


def _calls_of_base(
    evaluator: Evaluator, maker: Class, base: Class, is_next: bool
) -> Iterator[tuple[ast.Call, Context]]:
    """Where the `__init__` of a class calls that of one of its bases; `is_next`: `super()` is that
    one."""
    for method in methods(maker.scope):
        if method.name == "__init__" and method.owner is maker.scope:
            for node, scope, statement in walk(method).calls:
                if is_base_init(node) and scope is method:
                    assert isinstance(node, ast.Call)
                    context = Context(scope, statement)
                    if is_next if _is_super(node) else _is_class(evaluator, node, context, base):
                        yield node, context


def passed_to_base(evaluator: Evaluator, node: ast.Call, context: Context) -> Passed:
    """The arguments of `super().__init__(...)` or `Base.__init__(self, ...)`, but for the object."""
    passed = invoke.passed_by(evaluator, node, context)
    return passed if _is_super(node) else passed.shifted(1)


def _is_super(node: ast.Call) -> bool:
    return isinstance(getattr(node.func, "value", None), ast.Call)


def uses_own_names(node: ast.AST, scope: Scope) -> bool:
    """Whether an expression uses a name of its function, or of one around it, but for that of its
    object."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    names.discard(first_parameter(scope) or "")
    around: Scope | None = scope
    while around is not None and around.parent is not None and not around.is_class:
        if not names.isdisjoint(around.bindings):
            return True
        around = around.parent
    return False


def _frame(
    evaluator: Evaluator, method: Scope, instance: Instance, passed: Passed, context: Context
) -> Frame | None:
    outer = context.frame
    if outer is not None and outer.depth >= invoke.FRAMES:
        return None
    return invoke.frame_for(evaluator, Function(method, instance), passed, outer)


def _is_class(evaluator: Evaluator, node: ast.Call, context: Context, cls: Class) -> bool:
    """Whether `Base.__init__(self, ...)` is the one of a class."""
    holders = evaluator.evaluate(node.func.value, context)  # type: ignore[attr-defined]
    return any(holder.key() == cls.key() for holder in holders)


def is_base_init(node: ast.AST) -> bool:
    """`super().__init__(...)`, `Base.__init__(self, ...)`."""
    function = getattr(node, "func", None)
    return isinstance(function, ast.Attribute) and function.attr == "__init__"


def _is_field(cls: Scope, name: str) -> bool:
    """Whether an attribute is annotated in the class body, or one of attrs: whoever makes an
    object may set it."""
    return any(
        not _is_constant(b.node) if b.kind == "annotation" else _is_of_attrs(b.node)
        for b in cls.bindings[name]
    )


def _is_constant(annotation: ast.AST) -> bool:
    text = ast.dump(annotation)
    return "ClassVar" in text or "Final" in text


def _is_of_attrs(node: ast.AST) -> bool:
    """`attr.ib(default=None)`, `field(default=None)`."""
    return isinstance(node, ast.Call) and called_name(node) in ("ib", "attrib", "field")


def _field_argument(
    evaluator: Evaluator, cls: Class, name: str, instance: Instance | None
) -> Alternatives | None:
    """A dataclass field that was given at the construction."""
    if instance is None or instance.site is None or "__init__" in cls.scope.bindings:
        return None
    fields = [
        n
        for n, bindings in cls.scope.bindings.items()
        if any(b.kind == "annotation" or _is_of_attrs(b.node) for b in bindings)
    ]
    argument: Argument | None = bind(instance.site.passed, fields).named.get(name)
    return evaluator.argument(argument) if argument is not None and name in fields else None


def _from_class_body(
    evaluator: Evaluator, value: Value, instance: Instance | None, cls: Class
) -> Alternatives:
    """A value of a class body as an object sees it: methods bound, properties called."""
    if isinstance(value, Function):
        if is_property(evaluator, value.scope):
            if instance is None:
                return NOTHING_KNOWN
            return invoke.returned(evaluator, Function(value.scope, instance))
        kind = method_kind(value.scope)
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
    return (value,)


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
    for keyword in ("default_factory", "factory"):
        if keyword in passed.keywords:
            made = evaluator.argument(passed.keywords[keyword])
            return union(invoke.result_of(evaluator, f, value.site) for f in made)
    if "default" in passed.keywords:
        return union(
            _from_descriptor(evaluator, v, instance) if isinstance(v, Result) else (v,)
            for v in evaluator.argument(passed.keywords["default"])
        )
    if value.path.endswith(".Factory") and passed.positional:
        made = evaluator.argument(passed.positional[0])
        return union(invoke.result_of(evaluator, f, value.site) for f in made)
    return (value,)


def setter_of(evaluator: Evaluator, cls: Class, name: str) -> Scope | None:
    """The function that sets an attribute, if that is a property."""
    return _property(mro(evaluator, cls), name)[1]


def _property(line: Alternatives, name: str) -> tuple[Scope | None, Scope | None]:
    """The getter and the setter of an attribute, if the first class that defines it makes it a
    property that has both."""
    for base in line:
        if isinstance(base, Class):
            # A bare annotation defines nothing.
            if any(b.kind != "annotation" for b in base.scope.bindings.get(name, ())):
                return _accessors(base.scope, name)
    return None, None


def _accessors(cls: Scope, name: str) -> tuple[Scope | None, Scope | None]:
    """The getter and the setter of a property that has both."""
    functions = [b.node for b in cls.bindings[name] if b.kind == "def"]
    for function in functions[1:]:
        for decorator in function.decorator_list:  # type: ignore[attr-defined]
            if dotted(decorator) == f"{name}.setter":
                getter, setter = functions[0], function
                return cls.child(getter, getter), cls.child(setter, setter)  # type: ignore[arg-type]
    return None, None


def is_property(evaluator: Evaluator, scope: Scope) -> bool:
    """Whether a method is decorated as a property of some kind."""
    for decorator in getattr(scope.node, "decorator_list", ()):
        text = dotted(decorator) or ""
        last = text.rpartition(".")[2]
        if last.endswith("property") or last in ("reify", "getter"):
            return True
    return False


# Context managers ----------------------------------------------------------------------------

TRANSPARENT = frozenset(
    ("contextlib.closing", "contextlib.aclosing", "contextlib.nullcontext", "closing")
)


def enter(evaluator: Evaluator, values: Alternatives) -> Alternatives:
    """What `with value as name` gives."""
    return union(_entered(evaluator, v) for v in values)


def _entered(evaluator: Evaluator, value: Value) -> Alternatives:
    if isinstance(value, Managed):
        return value.values
    if isinstance(value, Result):
        if value.path in TRANSPARENT and value.site.passed.positional:
            return evaluator.argument(value.site.passed.positional[0])
        return NOTHING_KNOWN
    if not isinstance(value, Instance):
        return NOTHING_KNOWN
    if isinstance(value.cls, Symbol):
        return (value,)
    for name in ("__enter__", "__aenter__"):
        for method in class_attribute(evaluator, value.cls, name, value):
            if isinstance(method, Function):
                return invoke.returned(evaluator, method)
    if evaluator.client_of(value) is not None:
        return (value,)
    return NOTHING_KNOWN
