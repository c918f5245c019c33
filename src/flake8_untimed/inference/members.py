"""What the text of a class says of its members: methods, and what they do to their object. Nothing
is evaluated."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_untimed.inference.arguments import parameter_names
from flake8_untimed.inference.scopes import Event, Scope, once
from flake8_untimed.inference.syntax import called_name, decorations, dotted, last_name, within

_DATACLASSES = frozenset(("dataclass", "define", "frozen", "mutable", "attrs", "s"))
"""Decorators that give a class a constructor with its fields."""
_CLASS_METHODS = frozenset(("__new__", "__init_subclass__", "__class_getitem__"))
"""Those that need no decorator."""


class Store(NamedTuple):
    """`self.name = ...` in a method."""

    method: Scope
    event: Event

    @property
    def is_at_first(self) -> bool:
        """Whether an object begins with it."""
        return self.method.name == "__init__"

    @property
    def is_declaration(self) -> bool:
        """Whether it is the type in `self.name: Type`, with or without a value."""
        return self.event.kind == "store annotation"


@once
def attribute_stores(cls: Scope) -> dict[str, list[Store]]:
    """All that the methods of a class store on `self` or `cls`, or on an object that a classmethod
    makes, by attribute."""
    stores: dict[str, list[Store]] = {}
    for method in methods(cls):
        for base in (first_parameter(method) or "", *_made_by(method)):
            for event in method.events.get(base, ()):
                if event.kind.startswith("store"):
                    stores.setdefault(str(event.name), []).append(Store(method, event))
    return {name: _lasting(found, name) for name, found in stores.items()}


def _made_by(method: Scope) -> list[str]:
    """What a classmethod calls the objects of its class that it makes: `self = cls()`,
    `cls._it = super().__new__(cls)`."""
    if method_kind(method) != "class":
        return []
    first = first_parameter(method) or ""
    found = [
        name
        for name, bindings in method.bindings.items()
        if any(_makes_object(b.node, first) for b in bindings)
    ]
    return found + [
        f"{first}.{event.name}"
        for event in method.events.get(first, ())
        if event.kind == "store" and _makes_object(event.node, first)
    ]


def _makes_object(node: ast.AST, cls: str) -> bool:
    return isinstance(node, ast.Call) and (
        dotted(node.func) == cls
        or (called_name(node) == "__new__" and [*map(dotted, node.args[:1])] == [cls])
    )


def _lasting(stores: list[Store], name: str) -> list[Store]:
    """Without what `__init__` surely replaces before anybody looks at it; its annotation stays."""
    straight = [
        (store, place)
        for store in stores
        if store.is_at_first and not store.is_declaration
        for place in (store.method.places[store.event.statement],)
        if place.parent is None
    ]
    if len(straight) < 2:
        return stores
    last, after = straight.pop()
    replaced = set[Store]()
    for store, place in reversed(straight):
        if store.method is last.method:
            between = place.body[place.position + 1 : after.position + 1]
            if _is_looked_at(between, name, last.method):
                break
            replaced.add(store)
            after = place
    return [store for store in stores if store not in replaced]


def _is_looked_at(statements: list[ast.stmt], name: str, method: Scope) -> bool:
    """Whether statements may look at `self.name`, by a method or a function too, or end early."""
    own = first_parameter(method)
    known: set[ast.expr] = set()
    for statement in statements:
        for node in within(statement):
            if isinstance(node, ast.Attribute):
                if isinstance(node.ctx, ast.Store) or node.attr != name:
                    known.add(node.value)
            elif isinstance(node, ast.Name):
                if node.id in (own, "super") and node not in known:
                    return True
            elif isinstance(node, ast.Return):
                return True
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if isinstance(node.func.value, ast.Name) and node.func.value.id == own:
                    return True
    return False


def attribute_events(cls: Scope, path: str) -> list[tuple[Scope, Event]]:
    """What the methods of a class do to `self.path`: calls, stores on it, items."""
    done = _done_to_own(cls)
    return [*done.get(path, ()), *done.get(f"__class__.{path}", ())]


@once
def _done_to_own(cls: Scope) -> dict[str, list[tuple[Scope, Event]]]:
    """What the methods of a class do to what their object holds, by its name there."""
    found: dict[str, list[tuple[Scope, Event]]] = {}
    for method in methods(cls):
        first = first_parameter(method)
        for base, events in method.events.items():
            root, _, path = base.partition(".")
            if path and root == first:
                found.setdefault(path, []).extend((method, event) for event in events)
    return found


@once
def class_stores(cls: Scope) -> dict[str, list[Store]]:
    """`ClassName.name = ...`, in the module or in a function, and `self.__class__.name = ...`, by
    attribute."""
    writers = [(method, f"{first_parameter(method)}.__class__") for method in methods(cls)]
    if cls.parent is not None and any(cls.name in held for held in cls.module.stored.values()):
        inside = (f for f in functions(cls.parent) if cls.name not in f.bindings)
        writers += [(scope, cls.name) for scope in (cls.parent, *inside)]
    found: dict[str, list[Store]] = {}
    for scope, base in writers:
        for event in scope.events.get(base, ()):
            if event.kind == "store":
                found.setdefault(str(event.name), []).append(Store(scope, event))
    return found


@once
def done_inside(scope: Scope, path: str) -> list[tuple[Scope, Event]]:
    """What the functions inside a module or function do to an object that is named there."""
    if scope.is_class:
        return []
    name = path.partition(".")[0]
    return [
        (function, event)
        for function in functions(scope)
        if name not in function.bindings
        for event in function.events.get(path, ())
    ]


@once
def functions(scope: Scope) -> list[Scope]:
    """All functions inside a scope, at any depth."""
    found: list[Scope] = []
    stack = [scope]
    while stack:
        outer = stack.pop()
        outer.bindings  # noqa: B018  (reads the scope, and so finds its children)
        for child in outer.children.values():
            stack.append(child)
            if child.is_function:
                found.append(child)
    return found


@once
def methods(cls: Scope) -> list[Scope]:
    """The methods of a class, with the functions inside them, which see `self` too."""
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
    return found


@once
def first_parameter(scope: Scope) -> str | None:
    """The name that a method (or a function inside one) has for its object."""
    while scope.owner is None and scope.parent is not None and scope.parent.is_function:
        scope = scope.parent
    if scope.owner is None or method_kind(scope) == "static":
        return None
    names = parameter_names(scope.arguments)
    return names[0] if names else None


@once
def method_kind(scope: Scope) -> str:
    """instance, class or static."""
    decorated = decorations(scope.node)
    if "staticmethod" in decorated:
        return "static"
    is_class = "classmethod" in decorated or scope.name in _CLASS_METHODS
    return "class" if is_class else "instance"


def is_abstract(method: Scope) -> bool:
    """Whether a method does nothing: it raises at once, or there is only its docstring."""
    body = getattr(method.node, "body", None)
    return isinstance(body, list) and all(
        isinstance(s, (ast.Raise, ast.Pass))
        or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in body
    )


def is_setter(method: Scope) -> bool:
    return f"{method.name}.setter" in decorations(method.node)


def decorated_default(cls: Scope, name: str) -> Scope | None:
    """`@name.default`, of attrs."""
    children = cls.children.values()
    return next((c for c in children if f"{name}.default" in decorations(c.node)), None)


def accessors(cls: Scope, name: str) -> tuple[Scope | None, Scope | None]:
    """The getter and the setter of a property that has both."""
    functions = [b.node for b in cls.bindings[name] if b.kind == "def"]
    for function in functions[1:]:
        if f"{name}.setter" in decorations(function):
            getter, setter = functions[0], function
            return cls.child(getter, getter), cls.child(setter, setter)  # type: ignore[arg-type]
    return None, None


def is_field(cls: Scope, name: str) -> bool:
    """Whether an attribute is annotated in the body of a class that may have fields, or one of attrs:
    whoever makes an object may set it."""
    return may_have_fields(cls) and any(
        not _is_constant(b.node) if b.kind == "annotation" else is_of_attrs(b.node)
        for b in cls.bindings[name]
    )


def may_have_fields(cls: Scope) -> bool:
    """Whether a decorator, a base or a metaclass may make fields of what a class body annotates."""
    node = cls.node
    assert isinstance(node, ast.ClassDef)
    is_told = node.decorator_list or node.keywords
    return bool(is_told) or any(last_name(base) != "object" for base in node.bases)


def _is_constant(annotation: ast.AST) -> bool:
    text = ast.dump(annotation)
    return "ClassVar" in text or "Final" in text


def is_dataclass(cls: Scope) -> bool:
    """Whether a class is all that says which fields its objects have: it is decorated as one of
    dataclasses or attrs, and has no base, or it is a NamedTuple."""
    node = cls.node
    if not isinstance(node, ast.ClassDef) or "__init__" in cls.bindings:
        return False
    if node.bases:
        return [last_name(base) for base in node.bases] == ["NamedTuple"]
    return any(name.rpartition(".")[2] in _DATACLASSES for name in decorations(node)[-1:])


def field_keywords(cls: Scope, name: str) -> set[str]:
    """By which names whoever makes an object may give a field: attrs takes off the underscore, or
    has another name for it."""
    aliases = {
        str(keyword.value.value)
        for binding in cls.bindings[name]
        if isinstance(binding.node, ast.Call)
        for keyword in binding.node.keywords
        if keyword.arg == "alias" and isinstance(keyword.value, ast.Constant)
    }
    return {name, name.lstrip("_"), *aliases}


def fields_before(cls: Scope, name: str) -> int:
    """How many fields surely take an argument by its position before one does."""
    count = 0
    for other, bindings in cls.bindings.items():
        if other == name or any("KW_ONLY" in ast.dump(b.node) for b in bindings):
            break
        count += is_field(cls, other) and not any(_is_apart(b.node) for b in bindings)
    return count


def _is_apart(node: ast.AST) -> bool:
    """`field(init=False)`, `field(kw_only=True)`."""
    return isinstance(node, ast.Call) and any(k.arg in ("init", "kw_only") for k in node.keywords)


def is_of_attrs(node: ast.AST) -> bool:
    """`attr.ib(default=None)`, `field(default=None)`."""
    return isinstance(node, ast.Call) and called_name(node) in ("ib", "attrib", "field")


def is_of_super(function: ast.expr) -> bool:
    """`super().method`."""
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Call)
        and dotted(function.value.func) == "super"
    )
