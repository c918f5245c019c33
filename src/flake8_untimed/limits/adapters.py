"""The adapters that are mounted on a session of requests, and the addresses that each serves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.bounds import UNKNOWN, Bound, Kind, Source
from flake8_untimed.inference import invoke, lineage, objects, touches
from flake8_untimed.inference.arguments import Argument, Passed, bind
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import CALLED
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Mapping,
    SenderValue,
    Unknown,
    Value,
)
from flake8_untimed.libraries.model import Sender
from flake8_untimed.limits.addresses import url_of
from flake8_untimed.limits.changes import put_in

if TYPE_CHECKING:
    from flake8_untimed.limits import Limits

NOT_GIVEN: Alternatives = (Literal(None),)
"""What requests hands on for a timeout that nobody gave."""
_SENT_WITH = ("stream", "timeout", "verify", "cert", "proxies")
"""What a session gives its adapter's `send` beside the request."""

_IN_BETWEEN = ("merge_environment_settings", "get_adapter")
"""The methods of a session that say what its adapter is, and what that is given."""


class Mount(NamedTuple):
    """What is put into a session, and behind which prefix."""

    prefixes: Alternatives
    adapters: Alternatives


def mounted_by(evaluator: Evaluator, node: ast.Call, context: Context) -> Mount:
    """What a call of `mount` puts there."""
    named = bind(invoke.passed_by(evaluator, node, context), ("prefix", "adapter")).named
    prefix, adapter = named.get("prefix"), named.get("adapter")
    return Mount(
        evaluator.argument(prefix) if prefix is not None else NOTHING_KNOWN,
        evaluator.argument(adapter) if adapter is not None else NOTHING_KNOWN,
    )


class Adapters:
    """Finds what mounted adapters make of a timeout."""

    def __init__(self, limits: Limits, evaluator: Evaluator) -> None:
        self._limits = limits
        self._evaluator = evaluator

    def adapted(
        self, client: Instance, sender: Sender, given: Alternatives | None, passed: Passed
    ) -> Bound | None:
        """The bound that mounted adapters set."""
        mounted: dict[str, bool | None] = {}
        for prefixes, adapters in self.mounts(client):
            _mount(prefixes, self.limit(adapters, given), mounted)
        if "send" in self._limits.clients.senders(client) and self._is_in_between(client):
            return UNKNOWN
        if not any(v is not False for v in mounted.values()):
            return None
        serving = _serving(mounted, url_of(self._evaluator, sender, passed))
        verdicts = {mounted[p] for p in serving} | ({False} if not serving else set())
        if verdicts == {True}:
            return Bound(Kind.BOUNDED, Source.SUBCLASS)
        return None if verdicts == {False} else UNKNOWN

    def _is_in_between(self, client: Instance) -> bool:
        """Whether the project has a method of its own, of the class or of the object, between a
        request and its adapter."""
        line = lineage.mro(self._evaluator, client.cls) if isinstance(client.cls, Class) else ()
        return any(
            isinstance(c, Class) and name in c.scope.bindings for c in line for name in _IN_BETWEEN
        ) or any(self._limits.changes.stored(client, *_IN_BETWEEN))

    def mounts(self, client: Instance) -> Iterator[Mount]:
        """The adapters that are put into a session, each behind its prefix:
        `session.mount("https://", TimeoutAdapter())`, `session.adapters["https://"] = ...`."""
        changes, evaluator = self._limits.changes, self._evaluator
        for context, event in changes.events(client, named="mount"):
            if event.kind in CALLED and isinstance(event.node, ast.Call):
                yield mounted_by(evaluator, event.node, context)
        for put in self._put_in(client):
            if isinstance(put, Mapping):
                for prefix, adapters in put.entries.items():
                    yield Mount((Literal(prefix),), adapters)
                if put.others:
                    yield Mount(NOTHING_KNOWN, put.others)
            if not isinstance(put, Mapping) or put.open:
                yield Mount(NOTHING_KNOWN, NOTHING_KNOWN)

    def _put_in(self, client: Instance) -> Iterator[Value | None]:
        """What is put into, or in the place of, the mapping that holds the adapters of a session."""
        changes, evaluator = self._limits.changes, self._evaluator
        for context, event in changes.events(client, ".adapters"):
            if not touches.is_left_alone(evaluator, event, "", context):
                yield from put_in(evaluator, context, event)
        for _, _, values in changes.stored(client, "adapters"):
            yield from values

    def limit(self, adapters: Alternatives, given: Alternatives | None) -> bool | None:
        """Whether adapters set a timeout where none is given; None: nobody knows."""
        verdicts = {verdict for a in adapters for verdict in self._verdicts(a, given)}
        return verdicts.pop() if len(verdicts) == 1 else None

    def _verdicts(self, adapter: Value, given: Alternatives | None) -> Iterator[bool | None]:
        if not (isinstance(adapter, Instance) and isinstance(adapter.cls, Class)):
            known = self._evaluator.catalogue.carrier(getattr(adapter, "path", ""))
            yield None if known is None else False
            return
        for method in self._send_of(adapter.cls, adapter):
            if isinstance(method, Function):
                yield self._send_limits(method, given)
            else:
                yield False if isinstance(method, SenderValue) else None

    def sends(self, client: Instance) -> Iterator[Function]:
        """The `send` of each adapter of the project that is put into a session."""
        for mount in self.mounts(client):
            for adapter in mount.adapters:
                if isinstance(adapter, Instance) and isinstance(adapter.cls, Class):
                    found = self._send_of(adapter.cls, adapter)
                    yield from (method for method in found if isinstance(method, Function))

    def _send_of(self, cls: Class, adapter: Instance) -> Alternatives:
        return objects.class_attribute(self._evaluator, cls, "send", adapter)

    def _send_limits(self, send: Function, given: Alternatives | None) -> bool | None:
        """Whether an adapter's own `send` sets a timeout."""
        found = self.of_send(send, given)
        if found is None or found.kind in (Kind.UNKNOWN, Kind.INVALID):
            return None
        return found.kind is Kind.BOUNDED

    def of_send(self, send: Function, given: Alternatives | None = None) -> Bound | None:
        """The bound of what a `send` of the project does with what a session gives it; `given`: the
        timeout, if somebody gave one."""
        passed = Passed([Argument(None, None)])
        passed.keywords = dict.fromkeys(_SENT_WITH, Argument(None, None))
        passed.keywords["timeout"] = Argument(None, None, values=given or NOT_GIVEN)
        return self._limits.functions.of_callable(send, passed, everything=True)


def _mount(prefixes: Alternatives, limited: bool | None, mounted: dict[str, bool | None]) -> None:
    """Enters an adapter: prefix -> whether it limits."""
    for value in prefixes:
        if isinstance(value, Literal) and isinstance(value.value, str):
            mounted[value.value.lower()] = limited
        elif isinstance(value, Unknown):
            mounted.setdefault("https://?", None if limited else limited)
        else:
            mounted.setdefault("https://?", None)


def _serving(mounted: dict[str, bool | None], url: str | None) -> list[str]:
    """The mounted prefixes that may serve a URL; the longest wins. The session's own two
    adapters stand behind `http://` and `https://`."""
    longest = [p for p in mounted if p.startswith(("http://", "https://"))]
    if url is None:
        # With one scheme only, an address out of sight is most likely one of that.
        return longest
    matching = [p for p in longest if p.startswith(url) or p == "https://?"]
    # The scheme of an address in sight may also be one of the adapter's own: `mock://`.
    matching += [p for p in mounted if "://" in p and url.startswith(p)]
    return [max(matching, key=len)] if matching else []
