"""The clients that are made in a module, and which calls go through each."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from flake8_untimed.bounds import UNKNOWN, Bound, Kind, Source
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.given import sent_by_takers
from flake8_untimed.calls.givers import are_made_in_sight, bound_of_given, calls_of, given_to
from flake8_untimed.calls.keywords import own_keywords
from flake8_untimed.calls.spelling import spelled
from flake8_untimed.inference import constructions, invoke, lineage
from flake8_untimed.inference.arguments import Passed, bind
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Site,
    Symbol,
    Value,
)
from flake8_untimed.inference.walk import parents_of
from flake8_untimed.libraries.model import Client, Constructor, Library, Timeouts


def read_made(
    facts: Facts,
    node: ast.Call,
    context: Context,
    callee: Value,
    passed: Passed,
    factory: ast.expr | None = None,
) -> None:
    """A call that may make a client, or a connector or the like; `factory`: what it is given to do
    so."""
    catalogue = facts.evaluator.catalogue
    if isinstance(callee, Class):
        value = Instance(callee)
        client = facts.evaluator.client_of(value)
        path = client.path if client else ""
    else:
        assert isinstance(callee, Symbol)
        path = catalogue.factory(callee.path) or callee.path
        client = facts.evaluator.client_at(path)
    constructor = (
        client.constructor if client else catalogue.carrier(path) or catalogue.context(path)
    )
    library = catalogue.library_of(path)
    if constructor is None or library is None:
        return
    bound, method = UNKNOWN, context.scope.of_method
    served = _served(facts, method, library) if client is not None and method else None
    if client is not None and served is None:
        if factory is None:
            values = facts.evaluator.evaluate(node, context)
        else:
            values = invoke.result_of(facts.evaluator, callee, Site(node, context, passed))
        bound = _default_among(facts, values, client, library.timeouts_of(constructor))
    if isinstance(callee, Class):
        # The arguments are the subclass's own; what they mean to the base is seen above.
        arguments = bind(passed, (), ())
    else:
        arguments = bind(passed, constructor.parameters, constructor.keywords)
    facts.constructions.append(
        Construction(
            node, context, spelled(factory or node.func, callee), constructor, library, arguments,
            client, bound, isinstance(callee, Symbol), is_context=catalogue.context(path) is not None,
            handed_over=factory is not None, splats=passed.splats,
            overruled=_overruled(served, method) if method is not None else (),
        )
    )  # fmt: skip


def read_class(facts: Facts, scope: Scope) -> None:
    """What a subclass says of all its objects: `super().__init__(timeout=None)`."""
    of_class = Instance(Class(scope))
    client = facts.evaluator.client_of(of_class)
    library = facts.evaluator.catalogue.library_of(client.path) if client else None
    if client is None or library is None:
        return
    constructor = client.constructor
    calls = [*constructions.calls_of_library(facts.evaluator, Class(scope))]
    if not calls:
        return
    bound = facts.limits.clients.of_client(of_class, library.timeouts_of(constructor))
    for node, context in calls:
        is_here = bound.site is not None and bound.site.node is node
        passed = constructions.passed_to_base(facts.evaluator, node, context)
        facts.constructions.append(
            Construction(
                node, context, spelled(node.func, None), constructor, library,
                bind(passed, constructor.parameters, constructor.keywords), client,
                UNKNOWN if bound.source is Source.CLIENT and not is_here else bound,
                of_class=scope,
            )
        )  # fmt: skip


def _default_among(facts: Facts, values: Alternatives, client: Client, timeouts: Timeouts) -> Bound:
    """The default of the first value that is such a client."""
    for made in values:
        known = facts.evaluator.client_of(made)
        if isinstance(made, Instance) and known is not None and known.path == client.path:
            return facts.limits.clients.of_client(made, timeouts)
    return UNKNOWN


def _served(facts: Facts, method: Scope, library: Library) -> Constructor | Client | None:
    """What the class of a method is, if a client that is made there has no default that counts: a
    carrier that gives each request a timeout of its own (an `HTTPAdapter`, its pools), or a client
    of which it is made a part."""
    for base in lineage.mro(facts.evaluator, Class(method.owner)) if method.owner else ():
        if isinstance(base, Symbol):
            carrier = facts.evaluator.catalogue.carrier(base.path)
            if carrier is not None and library.name in carrier.pools:
                return carrier
            client = facts.evaluator.client_at(base.path)
            if client is not None and method.name in client.parts:
                return client
    return None


def _overruled(served: Constructor | Client | None, method: Scope) -> tuple[str, ...]:
    """The switches that mean nothing of what is made in a method: a carrier says with each request
    what to verify."""
    if not isinstance(served, Constructor) or method.name not in served.pool_makers:
        return ()
    assert method.owner is not None
    says_itself = not method.owner.bindings.keys().isdisjoint(served.verified_by)
    return () if says_itself else served.verifies


def attach(facts: Facts, calls: Iterable[Call], partials: Collection[Call]) -> None:
    """Which calls go through which construction, and whether it is used elsewhere too. `calls`: one
    for each thing that a call may call; `partials`: those that are made."""
    # Of two libraries behind one name, both are made at one place.
    by_place: dict[ast.AST, list[Construction]] = {}
    for made in facts.constructions:
        for place in made.places:
            by_place.setdefault(place, []).append(made)
    own = {*facts.calls}
    settled = (p for p in partials if p in own)
    for call in (*calls, *facts.overridden, *settled):
        places = (place for _, place in places_made(facts.evaluator, call))
        for made in dict.fromkeys(m for place in places for m in by_place.get(place, ())):
            made.calls.append(call)
    for call in dict.fromkeys(call for made in facts.constructions for call in made.calls):
        if call.bound.kind is Kind.UNKNOWN and call.splats and call.wrapper is None:
            call.is_named_by_callers = _is_named_by_callers(facts, call)
    for made in facts.constructions:
        if made.bound.kind is Kind.UNKNOWN and made.splats:
            made.bound = _left_out(facts, made)
    objects_of: dict[ast.Call, list[Construction]] = {}
    for made in facts.constructions:
        if not made.calls and made.node in facts.set_later:
            made.is_relied_on = False
        elif not made.calls and made.bound.source is Source.CLIENT:
            if made.bound.kind is not Kind.BOUNDED and made.of_class is None:
                made.sent, is_spent = sent_by_takers(facts, made)
                is_spent = is_spent or _is_given_by_lambda(facts, made)
                if made.sent or is_spent:
                    made.is_relied_on = any(sent.relies for sent in made.sent)
                made.is_too_much = is_spent and not made.is_relied_on
            if made.bound.site is not None:
                objects_of.setdefault(made.bound.site.node, []).append(made)
    for made in facts.constructions:
        if made.of_class is not None and not made.calls:
            others = [o for o in objects_of.get(made.node, ()) if o is not made]
            if others:
                made.is_relied_on = any(other.is_relied_on is not False for other in others)
    for call in facts.calls:
        _look_at_givers(facts, call)


def _is_given_by_lambda(facts: Facts, made: Construction) -> bool:
    """Whether what the project has makes the client when it wants one: `Transport(lambda: Client())`."""
    scope = made.context.scope
    if not isinstance(scope.node, ast.Lambda) or scope.node.body is not made.node:
        return False
    parents = parents_of(scope.of_block)
    taker = parents.get(scope.node)
    taker = parents.get(taker) if isinstance(taker, ast.keyword) else taker
    if not isinstance(taker, ast.Call) or taker.func is scope.node:
        return False
    context = Context(scope.of_block, made.context.at)
    return any(
        isinstance(v, (Class, Function)) for v in facts.evaluator.insist(taker.func, context)
    )


def _is_named_by_callers(facts: Facts, call: Call) -> bool:
    """Whether a private function passes its `**kwargs` on to a request, and all its callers in sight
    name a timeout."""
    own = own_keywords(call)
    if own is None or call.sender.timeout is None or not own[0].name.startswith("_"):
        return False
    callers = [*calls_of(facts, own[0])]
    return bool(callers) and all(
        any(keyword.arg == call.sender.timeout for keyword in found.node.keywords)
        for found in callers
    )


def _look_at_givers(facts: Facts, call: Call) -> None:
    """Of a client that is not made in sight of a call, its givers may say more."""
    if call.bound.source is Source.OUT_OF_SIGHT and call.bound.kind is Kind.DEFAULT:
        call.is_made_in_sight = are_made_in_sight(given_to(facts, call))
    elif call.bound.kind is Kind.NONE and any(client.site is None for client in call.clients):
        call.bound = bound_of_given(facts, call, given_to(facts, call))


def _left_out(facts: Facts, made: Construction) -> Bound:
    """What a client that is made with the keywords of others has for a call that relies on its
    default, where these gave it none: `def create(**kwargs): return Client(**kwargs)`."""
    table = made.timeouts
    for call in made.calls:
        if call.relies:
            bound = call.bound
            if call.client is not None:
                bound = facts.limits.clients.of_client(call.client, table)
            if bound.source is Source.CLIENT and bound.site is not None:
                if bound.site.node is made.node and bound.kind in (Kind.NONE, Kind.DEFAULT):
                    return bound
    return made.bound


def places_made(evaluator: Evaluator, call: Call) -> Iterator[tuple[str, ast.AST]]:
    """The places, each in its module, where a construction speaks for the client of a call: where it
    is made, what it is made around, and its classes."""
    client = call.client
    for site in (call.bound.site, client.site if client is not None else None):
        if site is not None:
            yield site.context.scope.module.path, site.node
    if client is not None and isinstance(client.cls, Class):
        for base in lineage.mro(evaluator, client.cls):
            if isinstance(base, Class):
                yield base.scope.module.path, base.scope.node
