"""Methods that stand in the place of the library's: in a subclass, on the object, or patched into
the library itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_untimed.bounds import UNKNOWN, Bound, Kind, Source
from flake8_untimed.inference import objects
from flake8_untimed.inference.arguments import Argument, Passed
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Partial,
    SenderValue,
    Symbol,
    Unknown,
    Value,
)
from flake8_untimed.inference.walk import Walk
from flake8_untimed.libraries.model import Sender
from flake8_untimed.limits.adapters import NOT_GIVEN
from flake8_untimed.limits.changes import stored_by

if TYPE_CHECKING:
    from flake8_untimed.limits import Limits


def passed_behind(passed: Passed) -> Passed:
    """What a library's method passes to the one behind it: its keywords, and things of its own."""
    unknown = Argument(None, None)
    return Passed([unknown, unknown], passed.keywords, False, passed.open_keywords)


class Overrides:
    """Finds what replaced methods make of a timeout."""

    def __init__(self, limits: Limits, evaluator: Evaluator, found: Walk) -> None:
        self._limits = limits
        self._evaluator = evaluator
        self._found = found

    def overridden(
        self, value: SenderValue, given: Alternatives | None, passed: Passed
    ) -> Bound | None:
        """The bound that a subclass, a patched method or an adapter sets on the way; None: there
        is nothing on the way."""
        client = value.client
        by_user = given is not None
        patched = self._patched_function(value, given)
        if patched is not None:
            return patched
        if client is None or value.unbound:
            return None
        if self._limits.clients.is_named_bounded(client):
            return Bound(Kind.BOUNDED, Source.SUBCLASS)
        senders = self._limits.clients.senders(client)
        sender: Sender | None = value.sender
        previous: Sender | None = None
        while sender is not None:
            override, place = self._override(client, sender.name, called=previous is None)
            # Where `send` takes no timeout, the request holds it already: nothing can be lost.
            if override is not None and (sender.timeout is not None or previous is None):
                with self._limits.looking_into(place):
                    found = self.through(override, sender, previous, given)
                if found.kind is Kind.DISABLED and not by_user:
                    return Bound(Kind.NONE, Source.LIBRARY)
                return found
            if "timeout" in sender.passes and given is None:
                given = self._passed_on(value)
            previous, sender = sender, senders.get(sender.delegates or "")
        adapted = self._limits.adapters.adapted(client, value.sender, given, passed)
        if adapted is None and client.site is None and self._patches_sessions:
            return UNKNOWN
        return adapted

    @cached_property
    def _patches_sessions(self) -> bool:
        """Whether this module gives every session that it makes a `request` of its own: then a
        session that comes from out of sight is most likely one of these."""
        made = patched = 0
        found = self._found
        for store, scope in found.stores:
            target = store.targets[0] if isinstance(store, ast.Assign) else None
            if isinstance(target, ast.Attribute) and target.attr == "request":
                owners = self._evaluator.evaluate(target.value, Context(scope, store))
                patched += any(isinstance(o, Instance) and o.site is not None for o in owners)
        if not patched:
            return False
        for node, scope, statement in found.calls:
            for callee in self._evaluator.evaluate(node.func, Context(scope, statement)):
                made += isinstance(callee, Symbol) and (
                    self._evaluator.client_at(callee.path) is not None
                )
        return patched >= made

    def _passed_on(self, value: SenderValue) -> Alternatives:
        """What a library passes for a timeout that nobody gave: None, or its word for that."""
        timeouts = self._limits.timeouts(value)
        if timeouts.defaults:
            return (Symbol(timeouts.defaults[-1]),)
        return NOT_GIVEN

    def on_the_way(self, value: SenderValue) -> Function | None:
        """The function of the project that gets the keywords of a request next, in the place of one
        of the library's own methods; behind one that passes a timeout in any case, none does."""
        return next((method for method, gets_them in self.behind(value) if gets_them), None)

    def behind(self, value: SenderValue) -> Iterator[tuple[Function, bool]]:
        """The functions of the project that a request goes through, in the place of the library's own
        methods, and whether they get its keywords."""
        client = value.client
        if client is None or value.unbound:
            return
        senders = self._limits.clients.senders(client)
        sender: Sender | None = value.sender
        gets_them = True
        while sender is not None:
            gets_them = gets_them and "timeout" not in sender.passes
            sender = senders.get(sender.delegates or "")
            override, _ = self._override(client, sender.name, False) if sender else (None, None)
            if isinstance(override, Function):
                yield override, gets_them

    def _override(self, client: Instance, name: str, called: bool) -> tuple[Value | None, object]:
        """What stands in the place of a method of a client, and where that was put there: on the
        object, or (unless it was the method called, which was found already) in its class."""
        for context, event in self._limits.changes.events(client, named=name):
            place = (event.statement, name)
            if place not in self._limits.open:
                found = stored_by(self._evaluator, context, event, name)
                known = [v for v in found if not isinstance(v, Unknown)]
                if found:
                    return (known or found)[0], place
        if not called and isinstance(client.cls, Class):
            for value in objects.class_attribute(self._evaluator, client.cls, name, client):
                if isinstance(value, (Function, Partial)):
                    return value, None
        return None, None

    def through(
        self,
        override: Value,
        sender: Sender,
        previous: Sender | None,
        given: Alternatives | None,
    ) -> Bound:
        """What an override of `sender` makes of the arguments that the library's own `previous`
        method (None: the user's call) passes to it."""
        unknown = Argument(None, None)
        passed = Passed([unknown for _ in sender.parameters[:2]])
        if previous is not None:
            passed.keywords = dict.fromkeys(previous.passes, unknown)
            passed.keywords.pop("timeout", None)
            if given is None and "timeout" in previous.passes and sender.timeout is not None:
                given = NOT_GIVEN
        if given is not None and sender.timeout is not None:
            passed.keywords["timeout"] = Argument(None, None, values=given)
        found = self._limits.functions.of_callable(override, passed, everything=True)
        if found is None:
            return UNKNOWN
        if found.kind is Kind.BOUNDED:
            return Bound(Kind.BOUNDED, Source.SUBCLASS, found.seconds)
        return found

    def _patched_function(self, value: SenderValue, given: Alternatives | None) -> Bound | None:
        """What the project puts in the place of `requests.get` and the like."""
        for name, previous in self._way(value):
            if previous is not None and given is None and "timeout" in previous.passes:
                given = self._passed_on(value)
            for place, patches in self._limits.process.patches(name):
                key = (place, name)
                if key in self._limits.open:
                    continue
                with self._limits.looking_into(key):
                    bound = self._patch_limits(patches, value.sender, previous, given)
                if bound is not None:
                    return bound
        return None

    def _way(self, value: SenderValue) -> Iterator[tuple[str, Sender | None]]:
        """The names by which a request is sent, one through the other, each with the sender that
        calls it (None: the project): `requests.get`, `requests.api.request`, ..."""
        catalogue = self._evaluator.catalogue
        client = self._evaluator.client_of(value.client) if value.client is not None else None
        owner, _, name = value.path.rpartition(".")
        sender: Sender | None = value.sender
        previous: Sender | None = None
        while sender is not None:
            for around in catalogue.ancestry(client) if client is not None else (owner,):
                yield f"{around}.{name}", previous
            previous, name = sender, sender.delegates or ""
            if client is not None and "." not in name:
                sender = client.senders.get(name)
            else:
                owner, _, name = name.rpartition(".")
                client, sender = catalogue.sending(owner, name)

    def _patch_limits(
        self,
        patches: Alternatives,
        sender: Sender,
        previous: Sender | None,
        given: Alternatives | None,
    ) -> Bound | None:
        for patch in patches:
            if isinstance(patch, (Partial, Function)):
                through = self.through(patch, sender, previous, given)
                return through if through.kind is Kind.BOUNDED else None
        return None
