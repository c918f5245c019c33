"""Whether what a statement gives, or hands on, really leads to a request.

Colours go by names (see `survey`): with one `get` or `client` too many, half of a project would
matter. What others can see of a coloured statement is evaluated before it colours anything else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set
from typing import TYPE_CHECKING

from flake8_untimed.inference import annotations as types
from flake8_untimed.inference import constructions, lineage, members
from flake8_untimed.inference.arguments import Passed, bind, parameter_names
from flake8_untimed.inference.forwarding import hands_on, passes_on
from flake8_untimed.inference.scopes import Module, Scope
from flake8_untimed.inference.syntax import last_name, names_within, within, written_arguments
from flake8_untimed.inference.values import (
    Alias,
    Class,
    Collection,
    Context,
    Function,
    Giver,
    Instance,
    Managed,
    Mapping,
    Parameter,
    Partial,
    ProjectModule,
    Result,
    SenderValue,
    Super,
    Symbol,
    Value,
)
from flake8_untimed.inference.walk import Walk, visit

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator
    from flake8_untimed.inference.interest import Interest

LIMIT = 100
"""Values that are looked at for one answer; more than that, and it is yes."""


class Proof:
    """Answers for the statements of one module."""

    def __init__(self, module: Module, evaluator: Evaluator, interest: Interest) -> None:
        self.module = module
        self.names: Set[str] = frozenset()
        self.wrappers: Set[str] = frozenset()
        """The coloured names and the wrappers of the module itself, as they grow."""
        self.wanted: Set[str] = frozenset()
        """By which names senders and wrappers from elsewhere are called."""
        self._evaluator = evaluator
        self._interest = interest
        self._attributes: dict[ast.expr, frozenset[str]] = {}

    def gives(self, node: ast.stmt, scope: Scope) -> bool:
        """Whether what a statement binds, returns or yields, or puts into a container, is a client
        or the like, or holds or gives one."""
        context = Context(scope, node)
        with self._evaluator.apart():
            if isinstance(node, ast.AnnAssign):
                declared = types.instances(self._evaluator, node.annotation, context) or ()
                if self._leads(declared):
                    return True
            for expression in _given(node):
                values = self._evaluator.evaluate(expression, context)
                if self._leads(values) or self._is_up_to_others(expression, scope):
                    return True
                if self._is_given_something(expression, values, context):
                    return True
                # What an object was given and keeps: whoever makes it knows.
                if isinstance(node, (ast.Assign, ast.AnnAssign)):
                    if any(isinstance(value, Parameter) for value in values):
                        return True
        return False

    def _is_given_something(
        self, made: ast.expr, values: Iterable[Value], context: Context
    ) -> bool:
        """Whether an object of the project is made here, and given something that it may keep:
        `Api(session)`."""
        return (
            isinstance(made, ast.Call)
            and any(isinstance(v, Instance) for v in values)
            and self._any_argument_leads(made, context)
        )

    def kept_by_base(self, call: ast.Call, node: ast.stmt, scope: Scope) -> set[str] | None:
        """The attributes in which a base keeps what leads on of the arguments of
        `super().__init__(...)`; None if nothing of these does."""
        context, method = Context(scope, node), scope.of_method
        with self._evaluator.apart():
            if not self._any_argument_leads(call, context):
                return None
            passed = constructions.passed_to_base(self._evaluator, call, context)
            cls = Class(method.owner) if method is not None and method.owner is not None else None
            return {
                name
                for base in (lineage.mro(self._evaluator, cls)[1:] if cls is not None else ())
                if isinstance(base, Class)
                for name, stores in members.attribute_stores(base.scope).items()
                for store in stores
                if store.is_at_first and self._is_made_of(store, passed)
            }

    def _is_made_of(self, store: members.Store, passed: Passed) -> bool:
        """Whether what is stored is made of an argument that leads on."""
        names = names_within(store.event.node)
        given = bind(passed, parameter_names(store.method.arguments)[1:]).named
        return any(
            name in names and self._leads(self._evaluator.argument(argument))
            for name, argument in given.items()
        )

    def _any_argument_leads(self, call: ast.Call, context: Context) -> bool:
        return any(
            self._leads(self._evaluator.evaluate(each, context)) for each in written_arguments(call)
        )

    def forwards(self, node: ast.stmt, scope: Scope, function: Scope) -> bool:
        """Whether a statement hands on what a function around it was given to something that
        leads on."""
        found = Walk([], [], [])
        visit(node, scope, found)
        telling = self._evaluator.catalogue.telling
        for call, inner, statement in found.calls:
            if hands_on(call, function) or passes_on(call, function, telling):
                context = Context(inner, statement)
                with self._evaluator.apart():
                    # A sender may be handed over, to a library or to a helper of the project.
                    if any(self._is_sent(e, context) for e in (call.func, *call.args[:2])):
                        return True
        return False

    def _is_sent(self, callee: ast.expr, context: Context) -> bool:
        values = self._evaluator.evaluate(callee, context)
        if self._leads(values):
            return True
        name = last_name(callee)
        if isinstance(callee, ast.Attribute) and (name in self.wanted or name in self.wrappers):
            # `session.get(url, **kwargs)`, of a session that it was given.
            holders = self._evaluator.evaluate(callee.value, context)
            if any(isinstance(holder, Parameter) for holder in holders):
                return True
        return self._is_up_to_others(callee, context.scope)

    def _is_up_to_others(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression uses something of its object that a subclass says otherwise."""
        first = members.first_parameter(scope)
        method = scope.of_method
        if first is None or method is None or method.owner is None:
            return False
        path, cls = scope.module.path, method.owner
        own = cls.bindings.keys() | members.attribute_stores(cls).keys()
        return any(
            self._evaluator.project.heirs.supply(path, cls.name, name, name in own)
            for name in self._attributes_of(first, node)
        )

    def _attributes_of(self, name: str, node: ast.expr) -> frozenset[str]:
        """What of a name an expression uses; looked for once."""
        found = self._attributes.get(node)
        if found is None:
            found = self._attributes[node] = frozenset(
                part.attr
                for part in within(node)
                if isinstance(part, ast.Attribute)
                and isinstance(part.value, ast.Name)
                and part.value.id == name
            )
        return found

    def _leads(self, values: Iterable[Value]) -> bool:
        seen: set[object] = set()
        stack = list(values)
        while stack:
            value = stack.pop()
            if self._is_end(value) or len(seen) >= LIMIT:
                return True
            if value.key() not in seen:
                seen.add(value.key())
                stack.extend(self._inside(value))
        return False

    def _inside(self, value: Value) -> Iterator[Value]:
        if isinstance(value, Alias):
            yield from types.instances(self._evaluator, value.node, value.context)
        elif isinstance(value, Partial):
            yield value.function
        elif isinstance(value, (Giver, Managed)):
            yield from value.values
        elif isinstance(value, Collection):
            for element in value.elements:
                yield from element
        elif isinstance(value, Mapping):
            for entry in value.entries.values():
                yield from entry
            yield from value.others
        elif isinstance(value, Super):
            yield value.instance
        elif isinstance(value, Result):
            # `field(default_factory=Session)`, `property(function)`, `TypeVar("T", bound="Session")`
            for argument in value.site.passed.arguments:
                yield from self._evaluator.argument(argument)
            bound = value.site.passed.keywords.get("bound")
            if bound is not None and bound.node is not None and bound.context is not None:
                yield from types.instances(self._evaluator, bound.node, bound.context)

    def _is_end(self, value: Value) -> bool:
        if isinstance(value, SenderValue):
            return True
        if isinstance(value, Symbol):
            return self._is_known(value.path)
        if isinstance(value, (Class, Function)):
            return isinstance(value.scope.node, ast.Lambda) or self._is_coloured(value.scope)
        if isinstance(value, ProjectModule):
            return self._interest.leads(value.scope.module.path, None)
        if isinstance(value, Instance):
            if isinstance(value.cls, Symbol):
                return self._is_known(value.cls.path)
            return self._is_coloured(value.cls.scope)
        return False

    def _is_known(self, path: str) -> bool:
        known = self._evaluator.catalogue.children(path) is not None
        return known or self._evaluator.client_at(path) is not None

    def _is_coloured(self, scope: Scope) -> bool:
        if scope.module.path == self.module.path:
            return scope.name in self.names or scope.name in self.wrappers
        return self._interest.leads(scope.module.path, scope.name)


def _given(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions that a statement binds, returns or yields, or puts into a container."""
    value = getattr(node, "value", None)
    if isinstance(node, ast.Expr) and isinstance(value, ast.Call):
        yield from written_arguments(value)
    elif isinstance(value, (ast.Yield, ast.YieldFrom, ast.Await)):
        if value.value is not None:
            yield value.value
    elif isinstance(value, ast.expr):
        yield value
