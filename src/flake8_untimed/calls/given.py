"""Clients that are given to functions and classes of the project: who relies on their default."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Set
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.bounds import Kind, Source
from flake8_untimed.inference import invoke, lineage, members, objects
from flake8_untimed.inference.arguments import Argument, Passed
from flake8_untimed.inference.handing import TARGETED, handed_over
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.surroundings import is_surrounded
from flake8_untimed.inference.syntax import (
    called_name,
    dotted,
    last_name,
    written_arguments,
    written_names,
)
from flake8_untimed.inference.values import (
    Class,
    Context,
    Function,
    Instance,
    Value,
)
from flake8_untimed.inference.walk import Found, Walk, visit, walk
from flake8_untimed.libraries.model import Client
from flake8_untimed.limits.takers import Sent, is_given

if TYPE_CHECKING:
    from flake8_untimed.calls import Construction, Facts


_Clients = dict[ast.Call, "Made"]
"""By where they are made."""
_MANY = 8
"""Clients of one object that are looked for where it is given, and places that give one client to one
function or class."""


class Handing(NamedTuple):
    """A call that gives a client to a function or class of the project."""

    node: ast.Call
    context: Context
    taker: Function | Class
    passed: Passed


class Made(NamedTuple):
    """A client that is given somewhere, by where it is made."""

    node: ast.Call
    client: Client | None
    is_here: bool
    """Whether that is in this module."""


def sent_by_takers(facts: Facts, made: Construction) -> tuple[list[Sent], bool]:
    """What functions of the project that are given a client send through it, and whether that is more
    than can be followed."""
    sent: list[Sent] = []
    with facts.evaluator.question(), closing(_taken(facts, made)) as taken:
        for each in taken:
            if facts.evaluator.is_spent:
                break
            sent.append(each)
        return sent, facts.evaluator.is_spent


def _taken(facts: Facts, made: Construction) -> Generator[Sent, None, None]:
    """The requests that functions of the project send through a client that they are given, or by way
    of the object that keeps it."""
    home = _home(made)
    keeping = [
        handing
        for found in (_given_itself(home) if home.is_class else ())
        for handing, _ in _handings_of(
            facts, found, {made.node: Made(made.node, made.client, True)}
        )
    ]
    for handing in (*handings(facts, made), *keeping):
        if _is_surrounded(facts, handing, made):
            yield Sent(handing.node, handing.context, False)
        else:
            yield from _sent_by(facts, handing, made)


def _is_surrounded(facts: Facts, handing: Handing, made: Construction | Made) -> bool:
    """Whether something around the call that gives a client bounds all that is sent there."""
    asynchronous = made.client is not None and made.client.asynchronous
    return is_surrounded(facts.evaluator, handing.node, handing.context, asynchronous)


def _sent_by(facts: Facts, handing: Handing, made: Construction | Made) -> Iterator[Sent]:
    node, context, taker, passed = handing
    return facts.limits.takers.sent_through(made.node, taker, passed, node, context)


def handings(facts: Facts, made: Construction) -> Iterator[Handing]:
    """The calls that give a client to the project, near to where it is made; storing it through a
    property is one as well."""
    yield from _setters(facts, made)
    for node, context, passed in calls_given(facts, made):
        for taker, given in _takers(facts, node, context, passed):
            yield Handing(node, context, taker, given)


def calls_given(facts: Facts, made: Construction) -> Iterator[tuple[ast.Call, Context, Passed]]:
    """The calls that are given a client, or a method of it, near to where it is made, whatever they
    call."""
    for node, scope, statement in _calls_near(facts, made):
        if not node.args and not node.keywords:
            continue
        context = Context(scope, statement)
        passed = invoke.passed_by(facts.evaluator, node, context)
        if any(is_given(facts.evaluator, argument, made.node) for argument in passed.arguments):
            yield node, context, passed


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


def sent_without_default(
    facts: Facts, names: Callable[[Facts], Set[str]]
) -> Iterator[tuple[Handing, list[Sent]]]:
    """Where clients that can hold no default, and have none from elsewhere, are given to what goes by
    one of these names of the module, or the objects that keep one are; and what is sent through them
    there. A test that has a mock somewhere most likely sends nothing."""
    if facts.speaks_of_mocks:
        return
    clients = [made for made in facts.constructions if _has_no_default(made)]
    here = {made.node for made in clients}
    wanted, itself = names(facts), _given_with_object(clients)
    looks = Counter[tuple[Scope, ast.Call]]()
    for found in dict.fromkeys((*facts.found.calls, *facts.found.other_calls, *itself)):
        if wanted.isdisjoint(_spoken_of(found.node)):
            continue
        with facts.evaluator.question():
            for handing, given in [*_handings_of(facts, found, itself.get(found, {}))]:
                for made in islice((m for m in given.values() if _may_wait(m, here)), _MANY):
                    look = handing.taker.scope, made.node
                    looks[look] += 1
                    if looks[look] <= _MANY and not _is_surrounded(facts, handing, made):
                        yield handing, [*_sent_by(facts, handing, made)]


def _may_wait(made: Made, here: Set[ast.AST]) -> bool:
    """Whether a client may be without a default: `here`: those of this module that are. Of the others
    it is seen with what they send."""
    if made.is_here:
        return made.node in here
    return made.client is not None and not made.client.may_hold_default


def _has_no_default(made: Construction) -> bool:
    is_unbounded = made.bound.kind is Kind.NONE and made.bound.source is not Source.CLIENT
    return made.client is not None and is_unbounded


def _handings_of(facts: Facts, found: Found, kept: _Clients) -> Iterator[tuple[Handing, _Clients]]:
    """To what of the project a call gives clients, and where these are made; `kept`: those that an
    object keeps which it gives."""
    node, context = found.node, Context(found.scope, found.statement)
    passed = invoke.passed_by(facts.evaluator, node, context)
    given = _made_by(facts, passed) | kept
    if given:
        for taker, taken in _takers(facts, node, context, passed):
            yield Handing(node, context, taker, taken), given
    elif called_name(node) in TARGETED:
        callees = facts.evaluate(node.func, context)
        for target, taken in handed_over(facts.evaluator, node, context, callees):
            if isinstance(target, Function):
                yield Handing(node, context, target, taken), _made_by(facts, taken)


def _given_with_object(clients: Iterable[Construction]) -> dict[Found, _Clients]:
    """The calls in the classes that make clients which give their object, and may so give these:
    `Users(self)`."""
    kept: dict[Scope, _Clients] = {}
    for made in clients:
        owner = made.context.scope.of_statement.owner
        if owner is not None:
            kept.setdefault(owner, {})[made.node] = Made(made.node, made.client, True)
    return {found: made for owner, made in kept.items() for found in _given_itself(owner)}


def _given_itself(owner: Scope) -> Iterator[Found]:
    """The calls in a class that give its object: `Users(self)`."""
    for found in walk(owner).calls:
        method = found.scope.of_method
        own = members.first_parameter(method) if method is not None else None
        if own is not None and any(
            isinstance(argument, ast.Name) and argument.id == own
            for argument in written_arguments(found.node)
        ):
            yield found


def _spoken_of(node: ast.Call) -> Iterator[str]:
    """The names by which a call may speak of what it gives its arguments."""
    yield called_name(node)
    yield (dotted(node.func) or "").partition(".")[0]
    yield from map(last_name, node.args)
    if called_name(node) in TARGETED:
        yield from (last_name(keyword.value) for keyword in node.keywords)


def _made_by(facts: Facts, passed: Passed) -> _Clients:
    """The clients that a call gives, or the objects keep that it gives. A method of one is told of
    where it is given."""
    found: _Clients = {}
    for argument in passed.arguments:
        if _may_be_client(facts, argument):
            for value in facts.evaluator.argument(argument):
                for client in (value, *_kept_by(facts, value)):
                    if isinstance(client, Instance) and client.site is not None:
                        node, module = client.site.node, client.site.context.scope.module
                        found[node] = Made(node, facts.client_of(client), module is facts.module)
    return found


def _kept_by(facts: Facts, value: Value) -> Iterator[Value]:
    """What an object of the project keeps in its attributes, under names that clients go by."""
    if not (isinstance(value, Instance) and isinstance(value.cls, Class)) or facts.client_of(value):
        return
    for base in lineage.mro(facts.evaluator, value.cls):
        for name in members.attribute_stores(base.scope) if isinstance(base, Class) else ():
            if facts.found.names is None or name in facts.found.names:
                yield from objects.attribute(facts.evaluator, value, name)


def _may_be_client(facts: Facts, argument: Argument) -> bool:
    """Whether an argument may be a client, by the names that it is written with."""
    names = facts.found.names
    return (
        names is None or argument.node is None or not names.isdisjoint(written_names(argument.node))
    )


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
