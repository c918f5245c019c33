"""What others may put in the place of a value that only holds it: subclasses, whoever has the object,
other modules."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_untimed.inference import members, objects
from flake8_untimed.inference.scopes import Event, Scope, dotted
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Mapping,
    Parameter,
    Unknown,
    Value,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

HEIRS = 8
"""Subclasses of one class that are looked into."""


def is_up_to_heirs(evaluator: Evaluator, value: Value, name: str, values: Alternatives) -> bool:
    """Whether a subclass may say otherwise what an object has: None, False or a dict in its class
    often only holds the place."""
    if evaluator.is_rough or not isinstance(value, Instance) or value.site is not None:
        return False
    if not isinstance(value.cls, Class) or not all(holds_place(v) for v in values):
        return False
    scope = value.cls.scope
    return evaluator.project.heirs.say_otherwise(scope.module.path, scope.name, name)


def is_left_open(values: Alternatives) -> bool:
    """Whether a class leaves it to its subclasses what an attribute is: it is None, or a method
    that does nothing."""
    return all(_is_open(value) for value in values if not isinstance(value, Unknown))


def _is_open(value: Value) -> bool:
    if isinstance(value, Function):
        return members.is_abstract(value.scope)
    return isinstance(value, Literal) and value.value is None


def from_heirs(evaluator: Evaluator, cls: Class, name: str) -> Alternatives:
    """What the subclasses of a class have under a name, as far as they know of a library."""
    if evaluator.is_rough:
        return ()
    project, path = evaluator.project, cls.scope.module.path
    groups = []
    for file, heir in project.heirs.classes(path, cls.scope.name)[:HEIRS]:
        module = project.module(file) if project.names_library(file) else None
        if module is not None and heir in module.scope.bindings:
            for value in evaluator.module_name(heir, module.scope):
                if isinstance(value, Class):
                    groups.append(objects.class_attribute(evaluator, value, name, Instance(value)))
    return tuple(v for v in union(groups) if evaluator.knows(v))


def holds_place(value: Value) -> bool:
    """Whether a value may only stand there until others say what it is: None, False, an empty text,
    zero, or a dict."""
    return _is_placeholder(value) or isinstance(value, Mapping)


def _is_placeholder(value: Value) -> bool:
    return isinstance(value, Literal) and not value.value


def is_set_by_name(cls: Scope, name: str) -> bool:
    """Whether methods set whatever attributes (`setattr(self, key, value)`), or this one so."""
    if "set by name" not in cls._cache:
        names: set[object] = set()
        for method in members.methods(cls):
            first = members.first_parameter(method) or ""
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


def is_set_outside(evaluator: Evaluator, cls: Class, name: str, values: Alternatives) -> bool:
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
                if any(c.key() == cls.key() for c in objects.mro(evaluator, owner)):
                    return True
    return any(_is_placeholder(v) for v in values) and (
        evaluator.project.hints.is_set_elsewhere(scope.module.path, name)
    )


def _stores_outside(module: Scope) -> dict[str, list[tuple[Scope, ast.expr, Event]]]:
    """What a module and its functions store as attributes of others than `self`, by attribute."""
    if "stores outside" not in module._cache:
        found: dict[str, list[tuple[Scope, ast.expr, Event]]] = {}
        for scope in (module, *members.functions(module)):
            own = members.first_parameter(scope) if scope.is_function else None
            for base, events in scope.events.items():
                for event in events if base != own else ():
                    if event.kind == "store":
                        holder = ast.parse(base, mode="eval").body
                        found.setdefault(str(event.name), []).append((scope, holder, event))
        module._cache["stores outside"] = found
    return module._cache["stores outside"]  # type: ignore[return-value]
