"""Clients that are given to functions and classes of the project: whether these rely on their default."""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, Union

from flake8_untimed.inference import invoke, members, objects
from flake8_untimed.inference.arguments import Argument, Passed, bind, parameter_names
from flake8_untimed.inference.scopes import Module, Scope, called_name, dotted
from flake8_untimed.inference.surroundings import is_surrounded
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Value,
    is_none,
)
from flake8_untimed.inference.walk import Found, Walk, visit, walk
from flake8_untimed.limits.functions import DEPTH
from flake8_untimed.limits.takers import Sent, arguments_of, is_made_at

if TYPE_CHECKING:
    from flake8_untimed.calls import Call, Construction, Facts


_Holder = Union[ast.Name, ast.Attribute]
_HOLDERS = (ast.Name, ast.Attribute)
_Asked = tuple[Scope, str]
"""A parameter, by its function and name."""


class Handing(NamedTuple):
    """A call that gives a client to a function or class of the project."""

    node: ast.Call
    context: Context
    taker: Function | Class
    passed: Passed


def sent_by_takers(facts: Facts, made: Construction) -> tuple[list[Sent], bool]:
    """What functions of the project that are given a client send through it, and whether that is more
    than can be followed."""
    sent: list[Sent] = []
    facts.evaluator.begin()
    with closing(_taken(facts, made)) as taken:
        for each in taken:
            if facts.evaluator.is_spent:
                break
            sent.append(each)
    return sent, facts.evaluator.is_spent


def _taken(facts: Facts, made: Construction) -> Generator[Sent, None, None]:
    """The requests that functions of the project send through a client that they are given."""
    asynchronous = made.client is not None and made.client.asynchronous
    for node, context, taker, passed in _handings(facts, made):
        if is_surrounded(facts.evaluator, node, context, asynchronous):
            yield Sent(node, context, False)
        else:
            yield from facts.limits.takers.sent_through(made.node, taker, passed, node, context)


def is_given_nearby(facts: Facts, call: Call) -> bool:
    """Whether a call goes through a parameter of its function, or what a constructor keeps of one,
    and every call of that in this module gives it a client that is made in it, too: there is said
    what is to be said."""
    holders = _holders(facts, call)
    scope = call.context.scope.of_statement
    return bool(holders) and all(_is_from_nearby(facts, scope, each) for each in holders)


def _holders(facts: Facts, call: Call) -> list[_Holder]:
    """The names and attributes of the client that a call goes through (`send = session.post`, too),
    or that it gives to a wrapper."""
    function, context = call.node.func, call.context
    parts: Iterable[ast.AST]
    if call.wrapper is not None:
        parts = (*call.node.args, *(keyword.value for keyword in call.node.keywords))
    elif isinstance(function, ast.Name):
        bindings = context.scope.of_statement.bindings.get(function.id, ())
        parts = [part for b in bindings if b.kind == "assign" for part in ast.walk(b.node)]
    else:
        parts = [function.value] if isinstance(function, ast.Attribute) else []
    return [
        part
        for part in parts
        if isinstance(part, _HOLDERS)
        and any(facts.evaluator.client_of(v) for v in facts.evaluate(part, context))
    ]


def _is_from_nearby(
    facts: Facts, scope: Scope, holder: ast.expr, asked: frozenset[_Asked] = frozenset()
) -> bool:
    """Whether what a name or attribute holds in a function was given to that, or to its object, and
    is made in this module."""
    if isinstance(holder, ast.Name):
        return _is_made_nearby(facts, scope, holder.id, asked)
    own = members.first_parameter(scope)
    if scope.owner is None or not isinstance(holder, ast.Attribute) or dotted(holder.value) != own:
        return False
    kept = [
        store
        for store in members.attribute_stores(scope.owner).get(holder.attr, ())
        if not (isinstance(store.event.node, ast.Constant) and store.event.node.value is None)
    ]
    return bool(kept) and all(
        store.method.name == "__init__"
        and isinstance(store.event.node, ast.Name)
        and _is_made_nearby(facts, store.method, store.event.node.id, asked)
        for store in kept
    )


def _is_made_nearby(facts: Facts, scope: Scope, name: str, asked: frozenset[_Asked]) -> bool:
    """Whether a parameter gets nothing but clients made in this module, from calls in it: of its
    function, or where that is handed over and its arguments with it, or apart from it."""
    kinds = [binding.kind for binding in scope.bindings.get(name, ())]
    if not scope.is_function or kinds != ["parameter"] or len(asked) >= DEPTH:
        return False
    given = [*_givings(facts, scope, name, asked | {(scope, name)})]
    return bool(given) and all(given)


def _givings(facts: Facts, scope: Scope, name: str, asked: frozenset[_Asked]) -> Iterator[bool]:
    """For each place in this module where a function gets a parameter, whether it is a client made in
    it. What is asked for already comes from somewhere else, too."""
    calls = walk(scope.module.scope).calls
    for node, inner, statement in calls:
        context = Context(inner, statement)
        for taker in _called(facts, node, context, scope):
            passed = invoke.passed_by(facts.evaluator, node, context)
            frame = invoke.frame_for(facts.evaluator, taker, passed, None)
            holder = _argument_for(taker, passed, name)
            where = inner.of_statement
            if _are_made_in(scope.module, frame.parameters.get(name, ())):
                yield True
            elif not isinstance(holder, ast.Name) or (where, holder.id) not in asked:
                yield holder is not None and _is_from_nearby(facts, where, holder, asked)
    homes = {found.scope.of_statement for found in calls if _hands_over(facts, found, scope)}
    for home in homes:
        values = _clients_given_in(facts, home)
        if values:
            yield _are_made_in(scope.module, values)


def _called(facts: Facts, node: ast.Call, context: Context, scope: Scope) -> Iterator[Function]:
    """A function, or the `__init__` of a class, if a call is one of it."""
    cls = scope.owner if scope.name == "__init__" else None
    if called_name(node) not in (scope.name, cls and cls.name):
        return
    for taker in facts.evaluate(node.func, context):
        if isinstance(taker, Class) and taker.scope is cls:
            yield Function(scope, Instance(taker))
        elif isinstance(taker, Function) and taker.scope is scope:
            yield taker


def _argument_for(taker: Function, passed: Passed, name: str) -> ast.expr | None:
    """What a call gives for a parameter, as it is written there."""
    names = parameter_names(taker.scope.arguments)
    given = bind(passed, names[1:] if taker.receiver is not None else names).named.get(name)
    return given.node if given is not None else None


def _are_made_in(module: Module, values: Alternatives) -> bool:
    """Whether values are clients that are made in a module, or perhaps out of sight instead:
    `session or ClientSession()`; or None before that."""
    clients = [value for value in values if not is_none(value)]
    sites = [value.site for value in clients if isinstance(value, Instance)]
    made = [site.context.scope.module for site in sites if site is not None]
    return bool(made) and len(sites) == len(clients) and all(each is module for each in made)


def _hands_over(facts: Facts, found: Found, function: Scope) -> bool:
    """Whether a call hands over a function, to whomever: `retry(fetch)`, `pool.submit(fetch, s)`."""
    given = (*found.node.args, *(keyword.value for keyword in found.node.keywords))
    return any(
        isinstance(value, Function) and value.scope is function
        for argument in given
        if getattr(argument, "attr", getattr(argument, "id", None)) == function.name
        for value in facts.evaluate(argument, Context(found.scope, found.statement))
    )


def _clients_given_in(facts: Facts, home: Scope) -> Alternatives:
    """The clients that the calls in a function give to anybody."""
    # All of a module would be too much to look at.
    calls = walk(home).calls if home.is_function else ()
    return tuple(
        value
        for node, inner, statement in calls
        if isinstance(node, ast.Call)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords))
        if isinstance(argument, (ast.Name, ast.Attribute))
        for value in facts.evaluate(argument, Context(inner, statement))
        if facts.evaluator.client_of(value) is not None
    )


def _handings(facts: Facts, made: Construction) -> Iterator[Handing]:
    """The calls that give a client to the project, near to where it is made; storing it through a
    property is one as well."""
    yield from _setters(facts, made)
    for node, scope, statement in _calls_near(facts, made):
        if not node.args and not node.keywords:
            continue
        context = Context(scope, statement)
        passed = invoke.passed_by(facts.evaluator, node, context)
        if any(_is_given(facts, argument, made) for argument in arguments_of(passed)):
            for taker, given in _takers(facts, node, context, passed):
                yield Handing(node, context, taker, given)


def _calls_near(facts: Facts, made: Construction) -> list[Found]:
    """The calls that may be given a client where it is made, or where its function was called."""
    home = _home(made)
    own = Walk([], [], [])
    if home.parent is not None:
        own = walk(home)
    # All of a module would be too much to look at.
    elif made.context.at is not None:
        visit(made.context.at, home, own)
    seen = {found.node for found in own.calls}
    every = (*facts.found.calls, *facts.found.other_calls)
    return [*own.calls, *(found for found in every if found.node not in seen)]


def _home(made: Construction) -> Scope:
    """Where a client that is made at some place can be given on: its function, or the class if it
    is kept in an attribute."""
    scope, statement = made.context.scope.of_statement, made.context.at
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    if scope.owner is not None and any(isinstance(t, ast.Attribute) for t in targets):
        return scope.owner
    return scope


def _is_given(facts: Facts, argument: Argument, made: Construction) -> bool:
    return any(is_made_at(v, made.node) for v in facts.evaluator.argument(argument))


def _takers(
    facts: Facts, node: ast.Call, context: Context, passed: Passed
) -> Iterator[tuple[Function | Class, Passed]]:
    """Whom of the project a call gives its arguments: the one called, or one that is handed over
    with them (`executor.submit(fetch, client)`)."""
    called = [v for v in facts.evaluate(node.func, context) if _is_ours(v)]
    # A module that names no library may still use what it is given.
    called = called or [
        v for v in facts.evaluator.deeply(Argument(node.func, context)) if _is_ours(v)
    ]
    for taker in called:
        yield taker, passed  # type: ignore[misc]
    if called:
        return
    for position, argument in enumerate(passed.positional):
        for value in facts.evaluator.argument(argument):
            if _is_ours(value):
                yield value, passed.shifted(position + 1)  # type: ignore[misc]


def _is_ours(value: Value) -> bool:
    return isinstance(value, (Function, Class))


def _setters(facts: Facts, made: Construction) -> Iterator[Handing]:
    """`self.client = Client()`, where that is a property of the project."""
    context = made.context
    statement = context.at
    if not isinstance(statement, ast.Assign) or statement.value is not made.node:
        return
    passed = Passed([Argument(made.node, context)])
    for target in statement.targets:
        if isinstance(target, ast.Attribute):
            for owner in facts.evaluate(target.value, context):
                if isinstance(owner, Instance) and isinstance(owner.cls, Class):
                    setter = objects.setter_of(facts.evaluator, owner.cls, target.attr)
                    if setter is not None:
                        yield Handing(made.node, context, Function(setter, owner), passed)
