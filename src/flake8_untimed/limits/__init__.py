"""What limits the wait of a request: its own argument, or, though the call names no timeout, the
client's construction, a subclass, an adapter, a patch, something around the call. One file for each
of these; `Limits` asks them in turn.

requests hands a request on from `get` to `Session.request`, to `Session.send`, to the adapter, and
each can be overridden; what an override makes of the timeout is found by reading it for just the
arguments that the library passes (`timeout=None` among them, which is why so many recipes fail).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from flake8_untimed.bounds import NO_PARAMETER, UNKNOWN, Bound, Kind, Source, judged, omitted
from flake8_untimed.inference import flow, invoke
from flake8_untimed.inference.arguments import Argument, Passed, bind
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.surroundings import is_surrounded
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Instance,
    Mapping,
    SenderValue,
    Symbol,
)
from flake8_untimed.inference.walk import Walk
from flake8_untimed.libraries.model import Library, Sender, Timeouts
from flake8_untimed.limits.adapters import Adapters
from flake8_untimed.limits.addresses import needs_no_network
from flake8_untimed.limits.changes import Changes
from flake8_untimed.limits.clients import Clients
from flake8_untimed.limits.functions import Functions
from flake8_untimed.limits.overrides import Overrides
from flake8_untimed.limits.process import ProcessWide
from flake8_untimed.limits.takers import Takers
from flake8_untimed.settings import Settings


class Limits:
    """Finds the bound of requests. One for each module that is checked."""

    def __init__(
        self, evaluator: Evaluator, settings: Settings, module: Scope, found: Walk
    ) -> None:
        self._evaluator = evaluator
        self.open: set[object] = set()
        """What is being looked into, so that nothing is looked into inside itself."""
        self.depth = 0
        """How many functions deep the look has gone."""
        self.process = ProcessWide(evaluator, module)
        self.changes = Changes(evaluator)
        self.clients = Clients(self, evaluator, frozenset(settings.bounded_clients))
        self.overrides = Overrides(self, evaluator, found)
        self.adapters = Adapters(self, evaluator)
        self.functions = Functions(self, evaluator)
        self.takers = Takers(self, evaluator)

    @contextmanager
    def looking_into(self, what: object) -> Iterator[None]:
        self.open.add(what)
        try:
            yield
        finally:
            self.open.discard(what)

    @contextmanager
    def looking_anew(self) -> Iterator[None]:
        """For an answer that is the same whoever asks."""
        around, self.open = self.open, set()
        try:
            yield
        finally:
            self.open = around

    def library(self, value: SenderValue) -> Library:
        """The library that sends: of the sender, or of its client, if that goes by another name."""
        catalogue = self._evaluator.catalogue
        library = catalogue.library_of(value.path)
        if library is None and value.client is not None:
            client = self._evaluator.client_of(value.client)
            library = catalogue.library_of(client.path) if client is not None else None
        assert library is not None
        return library

    def library_made(self, maker: Symbol | Class) -> Library | None:
        """The library of what a class or function makes, or sends."""
        client = self._evaluator.client_of(Instance(maker))
        path = client.path if client is not None else getattr(maker, "path", "")
        return self._evaluator.catalogue.library_of(path)

    def timeouts(self, value: SenderValue) -> Timeouts:
        return self.library(value).timeouts_of(value.sender)

    def of(self, value: SenderValue, passed: Passed, context: Context, node: ast.AST) -> Bound:
        """The bound of a request that is sent by `value` with these arguments."""
        bound = self.of_request(value, passed)
        if bound.kind in (Kind.BOUNDED, Kind.INVALID):
            return bound
        if needs_no_network(self._evaluator, value, passed):
            return Bound(Kind.BOUNDED, Source.LIBRARY)
        sender = value.sender
        if is_surrounded(self._evaluator, node, context, sender.asynchronous, sender.late_body):
            return Bound(Kind.BOUNDED, Source.AROUND)
        if bound.kind is Kind.NONE and self.process.socket_default_for(
            self.library(value), context
        ):
            return Bound(Kind.BOUNDED, Source.AROUND)
        for maker in self.timeouts(value).made_by:
            if any(self.process.patches(maker)):
                return Bound(Kind.UNKNOWN, Source.AROUND, detail=f"this project replaces {maker}")
        return bound

    def of_request(self, value: SenderValue, passed: Passed) -> Bound:
        """The same, whatever stands around the call."""
        sender, timeouts = value.sender, self.timeouts(value)
        if self.clients.sends_nothing(value.client):
            return Bound(
                Kind.UNKNOWN, Source.AROUND, detail="its transport is no way to the network"
            )
        around = self.clients.around(
            value.client,
            lambda inner: self.of_request(SenderValue(sender, value.path, inner), passed),
        )
        if around is not None:
            return around
        if value.unbound:
            passed = passed.shifted(1)
        given: Alternatives | None = None
        if sender.timeout is not None:
            bound = bind(passed, sender.parameters, sender.keywords)
            argument = bound.named.get(sender.timeout)
            if self._may_hold_timeout(bound.named.get(timeouts.also_in)):
                return UNKNOWN
            if argument is not None:
                given = self._evaluator.deeply(argument)
                own = judged(self._evaluator, given, timeouts)
                if own is not None and own.kind is Kind.DISABLED and self.process.falls_back(given):
                    return UNKNOWN
                if own is not None and own.kind is not Kind.DISABLED:
                    return own
                if own is not None:
                    return self.overrides.overridden(value, given, passed) or own
            elif bound.may_hold(sender.timeout, sender.timeout in sender.parameters):
                return UNKNOWN
        elif "timeout" in passed.keywords and sender.keywords and "timeout" not in sender.keywords:
            return Bound(Kind.INVALID, detail=NO_PARAMETER)
        return (
            self.overrides.overridden(value, given, passed)
            or self._prepared(sender, passed)
            or self._default(value, timeouts)
        )

    def _prepared(self, sender: Sender, passed: Passed) -> Bound | None:
        """The bound of a request that was made before it is sent: `client.build_request(...)`."""
        if sender.prepared is None:
            return None
        argument = bind(passed, sender.parameters, sender.keywords).named.get(sender.prepared)
        if argument is None or argument.node is None or argument.context is None:
            return None
        scope, at, frame = argument.context
        node, at = flow.given(scope, argument.node, at)
        context = Context(scope, at, frame)
        if not isinstance(node, ast.Call):
            return None
        if isinstance(argument.node, ast.Name) and _is_changed(argument.node.id, context.scope):
            return UNKNOWN
        for maker in self._evaluator.evaluate(node.func, context):
            given = invoke.passed_by(self._evaluator, node, context)
            if isinstance(maker, SenderValue):
                return self.of_request(maker, given)
            if isinstance(maker, Symbol) and (given.keywords.keys() & {"extensions"}):
                return UNKNOWN
        return None

    def _may_hold_timeout(self, argument: Argument | None) -> bool:
        """Whether a mapping that is passed may have an entry `timeout`."""
        return argument is not None and not all(
            isinstance(value, Mapping) and not value.open and "timeout" not in value.entries
            for value in self._evaluator.argument(argument)
        )

    def _default(self, value: SenderValue, timeouts: Timeouts) -> Bound:
        """Nobody said anything on the way: the client's default, or the library's."""
        if value.client is not None and value.sender.client_default:
            return self.clients.of_client(value.client, timeouts)
        return omitted(timeouts)


def _is_changed(name: str, scope: Scope) -> bool:
    """Whether a function does anything to the object of a name but give it to others."""
    return any(
        base.startswith(f"{name}.") or (base == name and event.kind != "argument")
        for base, events in scope.events.items()
        for event in events
    )
