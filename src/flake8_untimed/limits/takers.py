"""Clients that are given to functions and classes of the project: what is sent through them there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.bounds import Kind, relies
from flake8_untimed.inference import frames, invoke, lineage, members, objects
from flake8_untimed.inference.arguments import Argument, Passed
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.forwarding import inside
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import attributes_set
from flake8_untimed.inference.values import (
    Class,
    Context,
    Frame,
    Function,
    Instance,
    Partial,
    SenderValue,
    Site,
    Value,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.limits.functions import DEPTH

if TYPE_CHECKING:
    from flake8_untimed.limits import Limits


class Sent(NamedTuple):
    """A request that is sent through a client by what it is given to, or what is done to its default
    there."""

    node: ast.AST
    context: Context
    relies: bool
    """Whether it relies on the client's own default."""
    is_unbounded: bool = False
    """Whether nothing bounds it, and its library has no default."""


class Takers:
    """Finds the requests that are sent through a client by what it is given to."""

    def __init__(self, limits: Limits, evaluator: Evaluator) -> None:
        self._limits = limits
        self._evaluator = evaluator

    def sent_through(
        self, made: ast.Call, taker: Value, passed: Passed, node: ast.Call, context: Context
    ) -> Iterator[Sent]:
        """The requests that a function or class of the project sends through the client made at
        `made`, when a call (`node`) gives it these arguments. Setting another default counts as one
        that does not rely on its own."""
        for scope, frame in self._looked_into(made, taker, passed, node, context):
            yield from self._sent_inside(made, scope, frame)

    def given_on(
        self, made: ast.Call, taker: Value, passed: Passed, node: ast.Call, context: Context
    ) -> Iterator[tuple[ast.Call, Context]]:
        """The calls by which a function or class of the project, or one behind it, gives the client on
        to whatever else."""
        for scope, frame in self._looked_into(made, taker, passed, node, context):
            yield from self._given_on_inside(made, scope, frame)

    def _looked_into(
        self, made: ast.Call, taker: Value, passed: Passed, node: ast.Call, context: Context
    ) -> Iterator[tuple[Scope, Frame]]:
        """The functions in which a taker may use the client, but for those that are looked into
        already."""
        if self._limits.depth >= DEPTH:
            return
        self._limits.depth += 1
        try:
            for scope, frame in self._bodies(taker, passed, node, context):
                key = (made, scope)
                if key not in self._limits.open:
                    with self._limits.looking_into(key):
                        yield scope, frame
        finally:
            self._limits.depth -= 1

    def _given_on_inside(
        self, made: ast.Call, scope: Scope, frame: Frame
    ) -> Iterator[tuple[ast.Call, Context]]:
        for node, context in self._limits.functions.alive(walk(scope).calls, scope, frame):
            if not (node.args or node.keywords):
                continue
            passed = invoke.passed_by(self._evaluator, node, context)
            if any(is_given(self._evaluator, argument, made) for argument in passed.arguments):
                yield node, context
                for callee in self._evaluator.evaluate(node.func, context):
                    if isinstance(callee, (Function, Class)):
                        yield from self.given_on(made, callee, passed, node, context)

    def _bodies(
        self, taker: Value, passed: Passed, node: ast.Call, context: Context
    ) -> Iterator[tuple[Scope, Frame]]:
        """The functions in which a taker may use what it is given: a class keeps it for all of its
        methods."""
        outer = context.frame
        if outer is not None and outer.depth >= invoke.FRAMES:
            return
        cls = taker if isinstance(taker, Class) else None
        if isinstance(taker, Function):
            if taker.scope.name != "__init__" or taker.scope.owner is None:
                yield taker.scope, invoke.frame_for(self._evaluator, taker, passed, outer)
                return
            cls = Class(taker.scope.owner)
        if cls is None:
            return
        instance = Instance(cls, Site(node, context, passed))
        for base in lineage.mro(self._evaluator, cls):
            if isinstance(base, Class):
                for method in members.methods(base.scope):
                    first = members.first_parameter(method)
                    if method.name == "__init__" and base.scope is cls.scope:
                        maker = Function(method, instance)
                        yield method, invoke.frame_for(self._evaluator, maker, passed, outer)
                    elif first is not None and method.owner is base.scope:
                        yield method, frames.shared(method, {first: (instance,)})

    def _sent_inside(self, made: ast.Call, scope: Scope, frame: Frame) -> Iterator[Sent]:
        yield from self._stored_inside(made, scope, frame)
        for node, context, callee, passed in self._limits.functions.reached(
            walk(scope).calls, scope, frame
        ):
            callee, passed, _ = invoke.behind_partials(callee, passed)
            if isinstance(callee, SenderValue):
                if is_made_at(callee.client, made):
                    bound = self._limits.of(callee, passed, context, node)
                    is_named = callee.sender.timeout in passed.keywords
                    is_relied_on = relies(bound, is_named, passed.splats)
                    yield Sent(node, context, is_relied_on, bound.kind is Kind.NONE)
            elif any(is_given(self._evaluator, argument, made) for argument in passed.arguments):
                yield from self.sent_through(made, callee, passed, node, context)

    def _stored_inside(self, made: ast.Call, scope: Scope, frame: Frame) -> Iterator[Sent]:
        """The same for what is assigned: the default timeout of the client, or the client to a
        property of the project."""
        for node, inner in walk(scope).stores:
            if not isinstance(node, ast.Assign):
                continue
            context = inside(Context(inner, node), scope, frame)
            for target, value in attributes_set(node):
                for owner in self._evaluator.evaluate(target.value, context):
                    client = self._evaluator.client_of(owner)
                    if client is not None:
                        if is_made_at(owner, made) and target.attr in client.settable:
                            yield Sent(node, context, False)
                    elif isinstance(owner, Instance) and isinstance(owner.cls, Class):
                        yield from self._set(made, owner, target.attr, value, context)

    def _set(
        self,
        made: ast.Call,
        owner: Instance,
        name: str,
        value: ast.expr,
        context: Context,
    ) -> Iterator[Sent]:
        """What the setter of a property does with a client."""
        assert isinstance(owner.cls, Class)
        setter = objects.setter_of(self._evaluator, owner.cls, name)
        if setter is not None:
            given = Argument(value, context)
            if is_given(self._evaluator, given, made):
                taker = Function(setter, owner)
                yield from self.sent_through(made, taker, Passed([given]), made, context)


def is_given(evaluator: Evaluator, argument: Argument, made: ast.Call) -> bool:
    """Whether an argument is the client that is made by a call, or one of its methods."""
    return any(is_made_at(_client_behind(v), made) for v in evaluator.argument(argument))


def _client_behind(value: Value) -> Value | None:
    """The client of a method that sends, or of a partial of one; else the value itself."""
    while isinstance(value, Partial):
        value = value.function
    return value.client if isinstance(value, SenderValue) else value


def is_made_at(value: Value | None, node: ast.Call) -> bool:
    """Whether a value is the object that is made by a call."""
    return isinstance(value, Instance) and value.site is not None and value.site.node is node
