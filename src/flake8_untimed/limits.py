"""What limits the wait of a request, though the call names no timeout: the client's construction,
a subclass, an adapter, a patch, something around the call.

requests hands a request on from `get` to `Session.request`, to `Session.send`, to the adapter, and
each can be overridden; what an override makes of the timeout is found by reading it for just the
arguments that the library passes (`timeout=None` among them, which is why so many recipes fail).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cached_property

from flake8_untimed.bounds import UNKNOWN, Bound, Kind, Source, judged
from flake8_untimed.inference import invoke, objects
from flake8_untimed.inference.arguments import Argument, Passed, bind, parameter_names
from flake8_untimed.inference.evaluate import Evaluator, is_none, tests
from flake8_untimed.inference.forwarding import handing_on, hands_on, inside
from flake8_untimed.inference.handing import handed_over
from flake8_untimed.inference.scopes import Event, Module, Scope, called_name
from flake8_untimed.inference.surroundings import is_surrounded
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Frame,
    Function,
    Instance,
    Literal,
    Mapping,
    Partial,
    Result,
    SenderValue,
    Site,
    Symbol,
    Unknown,
    Value,
)
from flake8_untimed.inference.walk import Found, Walk, walk
from flake8_untimed.libraries.model import Constructor, Library, Sender, Timeouts
from flake8_untimed.settings import Settings

DEPTH = 6
"""Functions that hand a request on to one another; deeper, nothing is said."""
_OPEN = (Kind.UNKNOWN, Kind.BOUNDED)
"""What is not reported of a request."""
_NONE: Alternatives = (Literal(None),)
_CHANGING = frozenset(("mount", "update", "setdefault"))
"""Methods that change a client or its headers."""
_NO_NETWORK = ("data:", "file:")
"""Addresses that are read without a connection, or refused."""
_PREVIOUS = Sender("request", (), passes=("timeout", "verify", "cert", "stream", "proxies"))
"""What comes before `send`, where the client is not known."""


class Limits:
    """Finds the bound of requests. One for each module that is checked."""

    def __init__(
        self, evaluator: Evaluator, settings: Settings, module: Scope, found: Walk
    ) -> None:
        self._evaluator = evaluator
        self._bounded_clients = frozenset(settings.bounded_clients)
        self._found = found
        self._module = module
        self._importer = module.module.path
        self._depth = 0
        self._open: set[object] = set()
        self._settled: dict[ast.Call, bool] = {}
        self._changes: dict[object, list[tuple[Context, Event]]] = {}

    # Of a request ----------------------------------------------------------------------------

    def library(self, value: SenderValue) -> Library | None:
        return self._evaluator.catalogue.library_of(value.path) or self._library_of_client(value)

    def _library_of_client(self, value: SenderValue) -> Library | None:
        client = self._evaluator.client_of(value.client) if value.client else None
        return self._evaluator.catalogue.library_of(client.path) if client else None

    def timeouts(self, value: SenderValue) -> Timeouts | None:
        library = self.library(value)
        return value.sender.timeouts or (library.timeouts if library else None)

    def of(self, value: SenderValue, passed: Passed, context: Context, node: ast.AST) -> Bound:
        """The bound of a request that is sent by `value` with these arguments."""
        bound = self._of_request(value, passed)
        if bound.kind in (Kind.BOUNDED, Kind.INVALID):
            return bound
        if (self._url(passed) or "").startswith(_NO_NETWORK) or _is_local(value, passed):
            return Bound(Kind.BOUNDED, Source.LIBRARY)
        sender = value.sender
        if is_surrounded(self._evaluator, node, context, sender.asynchronous, sender.late_body):
            return Bound(Kind.BOUNDED, Source.AROUND)
        if bound.kind is Kind.NONE and self._has_socket_default(value, context.scope.module):
            return Bound(Kind.BOUNDED, Source.AROUND)
        maker = timeouts.made_by if (timeouts := self.timeouts(value)) else ""
        if maker and any(self._patches(maker)):
            return Bound(Kind.UNKNOWN, Source.AROUND, detail=f"this project replaces {maker}")
        return bound

    def _has_socket_default(self, value: SenderValue, module: Module) -> bool:
        """Whether `socket.setdefaulttimeout()` is called in the project, and bounds this
        library."""
        library = self.library(value)
        if library is None or not library.socket_default:
            return False
        return self._sets_socket_default(module.scope) or self.socket_default is not None

    @cached_property
    def socket_default(self) -> Module | None:
        """The module of the project that sets a default timeout for all sockets, this one first."""
        if self._sets_socket_default(self._module):
            return self._module.module
        project = self._evaluator.project
        for path in project.setting_sockets(self._importer):
            module = project.module(path)
            if module is not None and self._sets_socket_default(module.scope, imported=True):
                return module
        return None

    def _sets_socket_default(self, module: Scope, imported: bool = False) -> bool:
        """Whether a module sets it; `imported`: also when it is not the program itself."""
        if "setdefaulttimeout" not in module.module.text:
            return False
        for node, scope, statement in walk(module).calls:
            assert isinstance(node, ast.Call)
            if called_name(node) == "setdefaulttimeout" and node.args:
                if imported and _is_under_main(scope, statement):
                    continue
                context = Context(scope, statement)
                callees = self._evaluator.evaluate(node.func, context)
                if any(getattr(v, "path", "") == "socket.setdefaulttimeout" for v in callees):
                    values = self._evaluator.evaluate(node.args[0], context)
                    return not all(isinstance(v, Literal) and v.value is None for v in values)
        return False

    def _of_request(self, value: SenderValue, passed: Passed) -> Bound:
        sender, timeouts = value.sender, self.timeouts(value)
        if timeouts is None:
            return UNKNOWN
        around = self._around(
            value.client,
            lambda inner: self._of_request(SenderValue(sender, value.path, inner), passed),
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
                if own is not None and own.kind is Kind.DISABLED and self._falls_back(given):
                    return UNKNOWN
                if own is not None and own.kind is not Kind.DISABLED:
                    return own
                if own is not None:
                    return self._overridden(value, given, passed) or own
            elif bound.may_hold(sender.timeout, sender.timeout in sender.parameters):
                return UNKNOWN
        elif "timeout" in passed.keywords and sender.keywords and "timeout" not in sender.keywords:
            return Bound(Kind.INVALID, detail="it takes no timeout")
        return (
            self._overridden(value, given, passed)
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
        node, context = _where_made(argument.node, argument.context)
        if not isinstance(node, ast.Call):
            return None
        if isinstance(argument.node, ast.Name) and _is_changed(argument.node.id, context.scope):
            return UNKNOWN
        for maker in self._evaluator.evaluate(node.func, context):
            given = invoke.passed_by(self._evaluator, node, context)
            if isinstance(maker, SenderValue):
                return self._of_request(maker, given)
            if isinstance(maker, Symbol) and (given.keywords.keys() & {"extensions"}):
                return UNKNOWN
        return None

    def _may_hold_timeout(self, argument: Argument | None) -> bool:
        """Whether a mapping that is passed may have an entry `timeout`."""
        return argument is not None and not all(
            isinstance(value, Mapping) and not value.open and "timeout" not in value.entries
            for value in self._evaluator.argument(argument)
        )

    def _inner_session(self, client: Instance | None) -> Alternatives | None:
        """The session that a client was made around: `FuturesSession(session=...)`."""
        known = self._evaluator.client_of(client) if client is not None else None
        if known is None or known.takes_session is None or client is None or client.site is None:
            return None
        if not isinstance(client.cls, Symbol):
            return None
        constructor = known.constructor
        bound = bind(client.site.passed, constructor.parameters, constructor.keywords)
        argument = bound.named.get(known.takes_session)
        if argument is None:
            return None
        values = self._evaluator.argument(argument)
        return None if all(isinstance(v, Literal) and v.value is None for v in values) else values

    def _around(self, client: Instance | None, judge: Callable[[Instance], Bound]) -> Bound | None:
        """What holds for the session that a client was made around, if it was. What is being looked
        into is not inside itself, also by way of another: `self.session = Retry(self.session)`."""
        inner = self._inner_session(client)
        if inner is None or client is None or client.site is None:
            return None
        node = client.site.node
        self._open.add(node)
        try:
            others = [
                v
                for v in inner
                if not (isinstance(v, Instance) and v.site and v.site.node in self._open)
            ]
            bounds = [judge(v) for v in others if isinstance(v, Instance)]
        finally:
            self._open.discard(node)
        if len(bounds) < len(others):
            return UNKNOWN
        return _worst(iter(bounds)) or UNKNOWN

    def _falls_back(self, given: Alternatives) -> bool:
        """`urllib3.Timeout()` without anything means the socket's default, if there is one."""
        return self.socket_default is not None and all(
            isinstance(v, Result) and not v.site.node.args and not v.site.node.keywords
            for v in given
        )

    def _default(self, value: SenderValue, timeouts: Timeouts) -> Bound:
        """Nobody said anything on the way: the client's default, or the library's."""
        if value.client is not None and value.sender.client_default:
            return self.of_client(value.client, timeouts)
        return _omitted(timeouts)

    # Overrides -------------------------------------------------------------------------------

    def _overridden(
        self, value: SenderValue, given: Alternatives | None, passed: Passed
    ) -> Bound | None:
        """The bound that a subclass, a patched method or an adapter sets on the way; None: there
        is nothing on the way."""
        client = value.client
        by_user = given is not None
        if self._depth >= DEPTH:
            return UNKNOWN
        patched = self._patched_function(value, given)
        if patched is not None:
            return patched
        if client is None or value.unbound:
            return None
        if self._named_bounded(client):
            return Bound(Kind.BOUNDED, Source.SUBCLASS)
        senders = self._senders(client)
        sender: Sender | None = value.sender
        previous: Sender | None = None
        while sender is not None:
            override, place = self._override(client, sender.name, called=previous is None)
            # Where `send` takes no timeout, the request holds it already: nothing can be lost.
            if override is not None and (sender.timeout is not None or previous is None):
                self._open.add(place)
                try:
                    found = self.through(override, sender, previous, given)
                finally:
                    self._open.discard(place)
                if found.kind is Kind.DISABLED and not by_user:
                    return Bound(Kind.NONE, Source.LIBRARY)
                return found
            if "timeout" in sender.passes and given is None:
                given = self._passed_on(value)
            previous, sender = sender, senders.get(sender.delegates or "")
        adapted = self._adapted(client, given, passed)
        if adapted is None and client.site is None and self._patches_sessions:
            return UNKNOWN
        return adapted

    @cached_property
    def _patches_sessions(self) -> bool:
        """Whether this module gives every session that it makes a `request` of its own: then a
        session that comes from out of sight is most likely one of these."""
        made = patched = 0
        found = self._found
        for node, scope, statement in found.stores:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Attribute) and target.attr == "request":
                owners = self._evaluator.evaluate(target.value, Context(scope, statement))
                patched += any(isinstance(o, Instance) and o.site is not None for o in owners)
        if not patched:
            return False
        for node, scope, statement in found.calls:
            assert isinstance(node, ast.Call)
            for callee in self._evaluator.evaluate(node.func, Context(scope, statement)):
                made += isinstance(callee, Symbol) and (
                    self._evaluator.client_at(callee.path) is not None
                )
        return patched >= made

    def _passed_on(self, value: SenderValue) -> Alternatives:
        """What a library passes for a timeout that nobody gave: None, or its word for that."""
        timeouts = self.timeouts(value)
        if timeouts is not None and timeouts.defaults:
            return (Symbol(timeouts.defaults[-1]),)
        return _NONE

    def _senders(self, client: Instance) -> dict[str, Sender]:
        known = self._evaluator.client_of(client)
        return dict(known.senders) if known else {}

    def _named_bounded(self, client: Instance) -> bool:
        if not self._bounded_clients:
            return False
        if isinstance(client.cls, Symbol):
            return client.cls.path in self._bounded_clients
        names = (
            objects.qualified_name(self._evaluator, c) if isinstance(c, Class) else c.path
            for c in objects.mro(self._evaluator, client.cls)
            if isinstance(c, (Class, Symbol))
        )
        return any(name in self._bounded_clients for name in names)

    def _override(self, client: Instance, name: str, called: bool) -> tuple[Value | None, object]:
        """What stands in the place of a method of a client, and where that was put there: on the
        object, or (unless it was the method called, which was found already) in its class."""
        for context, event in self.events(client):
            place = (event.statement, name)
            if event.kind == "store" and event.name == name and place not in self._open:
                self._open.add(place)
                try:
                    found = self._evaluator.evaluate(event.node, context)  # type: ignore[arg-type]
                finally:
                    self._open.discard(place)
                known = [v for v in found if not isinstance(v, Unknown)]
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
                given = _NONE
        if given is not None and sender.timeout is not None:
            passed.keywords["timeout"] = Argument(None, None, values=given)
        found = self.of_callable(override, passed, everything=True)
        if found is None:
            return UNKNOWN
        if found.kind is Kind.BOUNDED:
            return Bound(Kind.BOUNDED, Source.SUBCLASS, found.seconds)
        return found

    # Adapters --------------------------------------------------------------------------------

    def _adapted(
        self, client: Instance, given: Alternatives | None, passed: Passed
    ) -> Bound | None:
        """The bound that mounted adapters set: `session.mount("https://", TimeoutAdapter())`."""
        mounted: dict[str, bool | None] = {}
        for context, event in self.events(client):
            if event.kind == "call" and event.name == "mount" and isinstance(event.node, ast.Call):
                self._mount(event.node, context, given, mounted)
        if isinstance(client.cls, Class) and "send" in self._senders(client):
            if self._overrides(client, "merge_environment_settings", "get_adapter"):
                return UNKNOWN
        if not any(v is not False for v in mounted.values()):
            return None
        prefixes = self._prefixes(mounted, self._url(passed))
        verdicts = {mounted[p] for p in prefixes} | ({False} if not prefixes else set())
        if verdicts == {True}:
            return Bound(Kind.BOUNDED, Source.SUBCLASS)
        return None if verdicts == {False} else UNKNOWN

    def _overrides(self, client: Instance, *names: str) -> bool:
        assert isinstance(client.cls, Class)
        return any(
            isinstance(c, Class) and name in c.scope.bindings
            for c in objects.mro(self._evaluator, client.cls)
            for name in names
        )

    def _mount(
        self,
        node: ast.Call,
        context: Context,
        given: Alternatives | None,
        mounted: dict[str, bool | None],
    ) -> None:
        passed = invoke.passed_by(self._evaluator, node, context)
        bound = bind(passed, ("prefix", "adapter"))
        prefix, adapter = bound.named.get("prefix"), bound.named.get("adapter")
        if prefix is None or adapter is None:
            mounted[""] = None
            return
        limited = self.adapter_limits(self._evaluator.argument(adapter), given)
        for value in self._evaluator.argument(prefix):
            if isinstance(value, Literal) and isinstance(value.value, str):
                mounted[value.value.lower()] = limited
            elif isinstance(value, Unknown):
                mounted.setdefault("https://?", None if limited else limited)
            else:
                mounted.setdefault("https://?", None)

    def adapter_limits(self, values: Alternatives, given: Alternatives | None) -> bool | None:
        """Whether an adapter sets a timeout where none is given; None: nobody knows."""
        verdicts: set[bool | None] = set()
        for value in values:
            if isinstance(value, Instance) and isinstance(value.cls, Class):
                for method in objects.class_attribute(self._evaluator, value.cls, "send", value):
                    if isinstance(method, Function):
                        passed = Passed([Argument(None, None)])
                        passed.keywords["timeout"] = Argument(None, None, values=given or _NONE)
                        for name in ("stream", "verify", "cert", "proxies"):
                            passed.keywords[name] = Argument(None, None)
                        found = self.of_callable(method, passed, everything=True)
                        kind = found.kind if found else Kind.UNKNOWN
                        verdicts.add(
                            {Kind.BOUNDED: True, Kind.UNKNOWN: None, Kind.INVALID: None}.get(
                                kind, False
                            )
                        )
                    elif isinstance(method, SenderValue):
                        verdicts.add(False)
                    else:
                        verdicts.add(None)
            elif isinstance(value, (Unknown,)):
                verdicts.add(None)
            else:
                path = getattr(value, "path", "")
                known = self._evaluator.catalogue.carrier(path) is not None
                verdicts.add(False if known else None)
        return verdicts.pop() if len(verdicts) == 1 else None

    def _url(self, passed: Passed) -> str | None:
        """How the URL of a call begins, in lower case, as far as it is written there."""
        for argument in (passed.keywords.get("url"), *passed.positional[:2]):
            if argument is None or argument.node is None:
                continue
            node = argument.node
            if isinstance(node, ast.JoinedStr) and node.values:
                node = node.values[0]
            while isinstance(node, ast.BinOp):
                node = node.left
            if argument.context is None:
                continue
            for value in self._evaluator.evaluate(node, argument.context):
                if (
                    isinstance(value, Literal)
                    and isinstance(value.value, str)
                    and ("://" in value.value or value.value.startswith(_NO_NETWORK))
                ):
                    return value.value.lower()
        return None

    @staticmethod
    def _prefixes(mounted: dict[str, bool | None], url: str | None) -> list[str]:
        """The mounted prefixes that may serve a URL; the longest wins. The session's own two
        adapters stand behind `http://` and `https://`."""
        longest = [p for p in mounted if p.startswith(("http://", "https://"))]
        if url is None:
            schemes = {p for p in longest if p in ("http://", "https://")}
            if schemes == {"http://", "https://"}:
                return longest
            # One scheme only, and an address out of sight: most likely that very scheme.
            return [*longest] if longest else []
        matching = [
            p for p in longest if url.startswith(p) or p.startswith(url) or p == "https://?"
        ]
        return [max(matching, key=len)] if matching else []

    # Patches ---------------------------------------------------------------------------------

    def _patched_function(self, value: SenderValue, given: Alternatives | None) -> Bound | None:
        """`requests.get = partial(requests.get, timeout=5)` and the like, in the project."""
        for name in _patchable(value):
            for context, event in self._patches(name):
                key = (event.statement, name)
                if key in self._open:
                    continue
                self._open.add(key)
                try:
                    bound = self._patch_limits(context, event, value.sender, given)
                finally:
                    self._open.discard(key)
                if bound is not None:
                    return bound
        return None

    def _patch_limits(
        self, context: Context, event: Event, sender: Sender, given: Alternatives | None
    ) -> Bound | None:
        found = self._evaluator.evaluate(event.node, context)  # type: ignore[arg-type]
        for patch in found:
            if isinstance(patch, (Partial, Function)):
                name = event.name
                previous = _PREVIOUS if name == "send" else None
                through = self.through(patch, sender, previous, given)
                return through if through.kind is Kind.BOUNDED else None
        return None

    def _patches(self, path: str) -> Iterator[tuple[Context, Event]]:
        base, _, name = path.rpartition(".")
        for context, event, target in self._evaluator.patches(self._importer):
            if target == f"{base}.{name}":
                yield context, event

    # Clients ---------------------------------------------------------------------------------

    def of_client(self, client: Instance, timeouts: Timeouts) -> Bound:
        """The default timeout that a client holds."""
        known = self._evaluator.client_of(client)
        if known is None:
            return UNKNOWN
        if self._named_bounded(client):
            return Bound(Kind.BOUNDED, Source.SUBCLASS)
        if known.connecting and self._connects_otherwise(client, known.connecting):
            return UNKNOWN
        around = self._around(client, lambda inner: self.of_client(inner, timeouts))
        if around is not None:
            return around
        later = self._set_later(client, known.settable, timeouts)
        if later is not None:
            return later
        constructor = known.constructor
        library = self._evaluator.catalogue.library_of(known.path)
        assert library is not None
        table = constructor.timeouts or library.timeouts
        passed = self._construction(client)
        if constructor.timeout is None and not known.settable:
            plain = isinstance(client.cls, Symbol) and passed is not None
            if plain and _takes_nothing(constructor) and passed and "timeout" in passed.keywords:
                return Bound(
                    Kind.INVALID, Source.CLIENT, detail="it takes no timeout", site=client.site
                )
            return _omitted(timeouts)
        if passed is None:
            if known.out_of_sight == "report":
                return Bound(Kind.NONE, Source.OUT_OF_SIGHT)
            if known.out_of_sight == "doubt":
                return Bound(Kind.DEFAULT, Source.OUT_OF_SIGHT, table.omitted)
            return Bound(Kind.UNKNOWN, Source.OUT_OF_SIGHT)
        bound = self.of_constructor(constructor, table, passed)
        if bound.kind is Kind.NONE and library.socket_default and self.socket_default:
            return Bound(Kind.BOUNDED, Source.AROUND)
        if bound.kind is Kind.NONE and "timeout" in constructor.idle_timeouts:
            # Of the family of requests: as with every Session, it is the calls that lack it.
            return _omitted(timeouts)
        if bound.kind is not Kind.BOUNDED and self._depends_on_caller(client, constructor, table):
            # Nobody can say it at the construction: it is as good as out of sight.
            if known.out_of_sight == "silent":
                return Bound(Kind.UNKNOWN, Source.OUT_OF_SIGHT)
            return Bound(bound.kind, Source.OUT_OF_SIGHT, bound.seconds, bound.waits)
        return Bound(
            bound.kind, Source.CLIENT, bound.seconds, bound.waits, bound.detail, client.site
        )

    def _connects_otherwise(self, client: Instance, names: tuple[str, ...]) -> bool:
        """Whether a subclass has its own way to the network, or none."""
        if not isinstance(client.cls, Class):
            return False
        return any(
            method.name in names
            and not any(_calls_base(found.node, method) for found in walk(method).calls)
            for base in objects.mro(self._evaluator, client.cls)
            if isinstance(base, Class)
            for method in objects.methods(base.scope)
        )

    def _depends_on_caller(
        self, client: Instance, constructor: Constructor, table: Timeouts
    ) -> bool:
        """Whether a construction inside a function is judged by what its caller gave."""
        site = client.site
        if site is None or site.context.frame is None or isinstance(client.cls, Class):
            return False
        general = site.context._replace(frame=None)
        passed = invoke.passed_by(self._evaluator, site.node, general)
        return self.of_constructor(constructor, table, passed).kind is Kind.UNKNOWN

    def of_constructor(self, constructor: Constructor, table: Timeouts, passed: Passed) -> Bound:
        """The default that the arguments of a construction set."""
        bound = bind(passed, constructor.parameters, constructor.keywords)
        for name, classes in constructor.transports.items():
            transport = bound.named.get(name) or bound.extra.get(name)
            if transport is not None and not self._is_network(transport, classes):
                return Bound(Kind.UNKNOWN, detail=f"its {name}= may be no way to the network")
        if constructor.timeout is None:
            if "timeout" in bound.extra and "timeout" not in constructor.idle_timeouts:
                return Bound(Kind.INVALID, detail="it takes no timeout")
            return _omitted(table)
        argument = bound.named.get(constructor.timeout)
        if argument is not None:
            found = judged(self._evaluator, self._evaluator.deeply(argument), table)
            if found is not None:
                return found
        elif bound.may_hold(constructor.timeout, constructor.timeout in constructor.parameters):
            return UNKNOWN
        if any(name in bound.named for name in constructor.partial_timeouts):
            return UNKNOWN
        return _omitted(table)

    def _is_network(self, transport: Argument, classes: tuple[str, ...]) -> bool:
        """Whether what requests go through is surely one of the library's own ways to the
        network, which None stands for too."""
        return all(
            is_none(v) or any(c in classes for c in self._classes_of(v))
            for v in self._evaluator.argument(transport)
        )

    def _classes_of(self, value: Value) -> list[str]:
        """The paths of the classes outside the project that an object is of."""
        if isinstance(value, Result):
            return [value.path]
        if not (isinstance(value, Instance) and isinstance(value.cls, Class)):
            return []
        line = objects.mro(self._evaluator, value.cls)
        return [base.path for base in line if isinstance(base, Symbol)]

    def _construction(self, client: Instance) -> Passed | None:
        """What the library's own constructor is given, through the `__init__` of subclasses."""
        if isinstance(client.cls, Symbol):
            return client.site.passed if client.site is not None else None
        passed = client.site.passed if client.site is not None else None
        outer = client.site.context.frame if client.site is not None else None
        return self._base_construction(client, client.cls, passed, outer)

    def _base_construction(
        self, client: Instance, cls: Class, passed: Passed | None, outer: Frame | None
    ) -> Passed | None:
        line = objects.mro(self._evaluator, cls)
        for base in line:
            if isinstance(base, Class) and "__init__" in base.scope.bindings:
                break
        else:
            return passed
        methods = self._evaluator.bound(base.scope, "__init__", None, None)
        for method in methods:
            if not isinstance(method, Function):
                continue
            bound = Function(method.scope, client)
            frame = (
                invoke.frame_for(self._evaluator, bound, passed, outer)
                if passed is not None and (outer is None or outer.depth < invoke.FRAMES)
                else None
            )
            for found in walk(method.scope).calls:
                if _is_base_init(found.node):  # type: ignore[arg-type]
                    context = inside(found, method.scope, frame)
                    handed = invoke.passed_by(self._evaluator, found.node, context)  # type: ignore[arg-type]
                    if not isinstance(found.node.func.value, ast.Call):  # type: ignore[union-attr]
                        handed = handed.shifted(1)
                    if frame is None and handed.open_keywords:
                        return None
                    return handed
        return None

    def _set_later(
        self, client: Instance, names: tuple[str, ...], timeouts: Timeouts
    ) -> Bound | None:
        """`client.timeout = 5`, somewhere in sight."""
        found = None
        for context, event in self.events(client):
            if event.kind == "store" and event.name in names:
                values = self._evaluator.evaluate(event.node, context)  # type: ignore[arg-type]
                bound = judged(self._evaluator, values, timeouts)
                if bound is None or bound.kind in (Kind.BOUNDED, Kind.UNKNOWN):
                    return bound or UNKNOWN
                found = Bound(bound.kind, Source.CLIENT, None, bound.waits, bound.detail)
        return found

    def events(self, client: Value, below: str = "") -> Iterator[tuple[Context, Event]]:
        """What is done to an object in sight, by every name that held it on its way here; `below`:
        to an attribute of it (`.headers`). Calls of methods that change nothing are left out."""
        seen: set[object] = set()
        step = client.steps
        # A step without a holder is where it was made: what comes before is not the object.
        while step is not None and step.holder is not None:
            if step.holder not in seen:
                seen.add(step.holder)
                yield from self._held(*step.holder, below)
            step = step.before
        if isinstance(client, Instance) and isinstance(client.cls, Class) and not below:
            for base in objects.mro(self._evaluator, client.cls):
                if isinstance(base, Class) and base.scope not in seen:
                    yield from self._by_itself(base.scope, client, client.cls)

    def _by_itself(
        self, base: Scope, client: Instance, cls: Class
    ) -> Iterator[tuple[Context, Event]]:
        """What the methods of a class do to `self`."""
        for method, event in changes_to_self(base):
            frame = None
            if base is cls.scope and method.name == "__init__":
                frame = objects._construction_frame(self._evaluator, cls, method, client)
            yield Context(method, event.statement, frame), event

    def _held(self, scope: Scope, name: str, below: str) -> list[tuple[Context, Event]]:
        """What is done to what a name holds; found once, since every call through it asks."""
        key = (scope, name, below)
        if key not in self._changes:
            found = [(Context(s, e.statement), e) for s, e in changes(scope, name + below)]
            for _, event in () if scope.is_class else tuple(found):
                if event.kind == "argument":
                    found += self._handed(event, scope, name)
            self._changes[key] = found
        return self._changes[key]

    def _handed(self, event: Event, scope: Scope, name: str) -> Iterator[tuple[Context, Event]]:
        """`configure(session)`: what the function does to its parameter."""
        node = event.node
        if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
            return
        for callee in self._evaluator.evaluate(node.func, Context(scope, event.statement)):
            if isinstance(callee, Function) and not isinstance(callee.scope.node, ast.Lambda):
                for parameter in _parameters_for(callee, node, name):
                    for inner in callee.scope.events.get(parameter, ()):
                        yield Context(callee.scope, inner.statement), inner

    # Functions that hand on ------------------------------------------------------------------

    def of_callable(
        self,
        value: Value,
        passed: Passed,
        outer: Frame | None = None,
        everything: bool = False,
        node: ast.AST | None = None,
    ) -> Bound | None:
        """The bound of the requests that a callable sends when it is given these arguments; None
        if it sends none. `everything`: whatever it sends counts, not only what it hands on."""
        if isinstance(value, SenderValue):
            return self._of_request(value, passed)
        if isinstance(value, Partial):
            return self.of_callable(
                value.function, passed.after(value.site.passed), outer, everything, node
            )
        if not isinstance(value, Function) or self._depth >= DEPTH:
            return None
        key = (value.scope, value.receiver and value.receiver.key())
        if key in self._open:
            return None
        requests = [
            found
            for found in walk(value.scope).calls
            if everything or (hands_on(found.node, value.scope) and not self._is_settled(found))  # type: ignore[arg-type]
        ]
        if not requests:
            return None
        self._open.add(key)
        self._depth += 1
        try:
            frame = invoke.frame_for(self._evaluator, value, passed, outer)
            return _worst(self._inside(value.scope, requests, frame, everything))
        finally:
            self._depth -= 1
            self._open.discard(key)

    def _is_settled(self, found: Found) -> bool:
        """Whether the request of a call is judged where it stands, whoever calls its function."""
        node = found.node
        assert isinstance(node, ast.Call)
        if node not in self._settled:
            # A function that calls itself on the way asks again.
            self._settled[node] = False
            context = Context(found.scope, found.statement)
            senders = [
                v
                for v in self._evaluator.evaluate(node.func, context)
                if isinstance(v, SenderValue)
            ]
            if senders:
                passed = invoke.passed_by(self._evaluator, node, context)
                bounds = [self.of(s, passed, context, node) for s in senders]
                self._settled[node] = all(b.kind not in _OPEN for b in bounds)
        return self._settled[node]

    def sender_inside(
        self, function: Function, passed: Passed, outer: Frame | None = None
    ) -> SenderValue | None:
        """The sender that a function hands its caller's arguments on to."""
        frame = invoke.frame_for(self._evaluator, function, passed, outer)
        for found in handing_on(function.scope):
            node = found.node
            assert isinstance(node, ast.Call)
            context = inside(found, function.scope, frame)
            callees = self._evaluator.evaluate(node.func, context)
            handed = handed_over(self._evaluator, node, context, callees, known=True)
            for callee in (*callees, *(value for value, _ in handed)):
                while isinstance(callee, Partial):
                    callee = callee.function
                if isinstance(callee, SenderValue):
                    return callee
                if isinstance(callee, Function) and frame.depth < invoke.FRAMES:
                    inner = invoke.passed_by(self._evaluator, node, context)
                    sender = self.sender_inside(callee, inner, frame)
                    if sender is not None:
                        return sender
        return None

    def requests_behind(
        self, function: Function, passed: Passed, outer: Frame | None = None
    ) -> Iterator[tuple[SenderValue, Passed]]:
        """The senders that a function hands its caller's arguments on to, each with what it gets."""
        frame = invoke.frame_for(self._evaluator, function, passed, outer)
        if frame.depth > invoke.FRAMES:
            return
        scope = function.scope
        for _, _, callee, given in self._reached(handing_on(scope), scope, frame):
            while isinstance(callee, Partial):
                given, callee = given.after(callee.site.passed), callee.function
            if isinstance(callee, SenderValue):
                yield callee, given.shifted(1) if callee.unbound else given
            elif isinstance(callee, Function):
                yield from self.requests_behind(callee, given, frame)

    def _inside(
        self, scope: Scope, requests: list[Found], frame: Frame, everything: bool
    ) -> Iterator[Bound]:
        for node, context, callee, passed in self._reached(requests, scope, frame):
            if isinstance(callee, SenderValue):
                yield self.of(callee, passed, context, node)
            elif isinstance(callee, (Partial, Function)):
                bound = self.of_callable(callee, passed, frame, everything, node)
                if bound is not None:
                    yield bound

    def _reached(
        self, calls: list[Found], scope: Scope, frame: Frame
    ) -> Iterator[tuple[ast.Call, Context, Value, Passed]]:
        """Of some calls in a function those that are reached for one caller: each thing that is
        called and may send a request, with what it is given."""
        for found in calls:
            node = found.node
            assert isinstance(node, ast.Call)
            context = inside(found, scope, frame)
            if not _reachable(self._evaluator, context):
                continue
            passed: Passed | None = None
            callees = self._evaluator.evaluate(node.func, context)
            for callee, given in handed_over(self._evaluator, node, context, callees, known=True):
                yield node, context, callee, given
            for callee in callees:
                if isinstance(callee, (SenderValue, Partial, Function, Class)):
                    if passed is None:
                        passed = invoke.passed_by(self._evaluator, node, context)
                    yield node, context, callee, passed

    # Clients that are given to functions ------------------------------------------------------

    def sent_through(
        self, made: ast.Call, taker: Value, passed: Passed, node: ast.Call, context: Context
    ) -> Iterator[bool]:
        """For each request that a function or class of the project sends through the client made at
        `made`, when a call (`node`) gives it these arguments: whether it relies on the client's own
        default. Setting another default counts as one that does not."""
        if self._depth >= DEPTH:
            return
        self._depth += 1
        try:
            for scope, frame in self._bodies(taker, passed, node, context):
                key = (made, scope)
                if key not in self._open:
                    self._open.add(key)
                    try:
                        yield from self._sent_inside(made, scope, frame)
                    finally:
                        self._open.discard(key)
        finally:
            self._depth -= 1

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
        for base in objects.mro(self._evaluator, cls):
            if isinstance(base, Class):
                for method in objects.methods(base.scope):
                    first = objects.first_parameter(method)
                    if method.name == "__init__" and base.scope is cls.scope:
                        maker = Function(method, instance)
                        yield method, invoke.frame_for(self._evaluator, maker, passed, outer)
                    elif first is not None and method.owner is base.scope:
                        yield method, Frame(method, {first: (instance,)}, None, 1)

    def _sent_inside(self, made: ast.Call, scope: Scope, frame: Frame) -> Iterator[bool]:
        yield from self._stored_inside(made, scope, frame)
        for node, context, callee, passed in self._reached(walk(scope).calls, scope, frame):
            while isinstance(callee, Partial):
                passed, callee = passed.after(callee.site.passed), callee.function
            if isinstance(callee, SenderValue):
                if is_made_at(callee.client, made):
                    yield relies(self.of(callee, passed, context, node), callee.sender, passed)
            elif any(
                is_made_at(value, made)
                for argument in arguments_of(passed)
                for value in self._evaluator.argument(argument)
            ):
                yield from self.sent_through(made, callee, passed, node, context)

    def _stored_inside(self, made: ast.Call, scope: Scope, frame: Frame) -> Iterator[bool]:
        """The same for what is assigned: the default timeout of the client, or the client to a
        property of the project."""
        for node, inner, statement in walk(scope).stores:
            if not isinstance(node, ast.Assign):
                continue
            context = inside(Found(node, inner, statement), scope, frame)
            for target in node.targets:
                if isinstance(target, ast.Attribute):
                    for owner in self._evaluator.evaluate(target.value, context):
                        client = self._evaluator.client_of(owner)
                        if client is not None:
                            if is_made_at(owner, made) and target.attr in client.settable:
                                yield False
                        elif isinstance(owner, Instance) and isinstance(owner.cls, Class):
                            yield from self._set(made, owner, target.attr, node.value, context)

    def _set(
        self,
        made: ast.Call,
        owner: Instance,
        name: str,
        value: ast.expr,
        context: Context,
    ) -> Iterator[bool]:
        """What the setter of a property does with a client."""
        assert isinstance(owner.cls, Class)
        setter = objects.setter_of(self._evaluator, owner.cls, name)
        if setter is not None:
            given = Argument(value, context)
            if any(is_made_at(v, made) for v in self._evaluator.argument(given)):
                taker = Function(setter, owner)
                yield from self.sent_through(made, taker, Passed([given]), made, context)


def relies(bound: Bound, sender: Sender, passed: Passed) -> bool:
    """Whether a request has nothing but the default of its client."""
    if bound.source is Source.CLIENT:
        return True
    is_named = sender.timeout in passed.keywords
    return bound.kind is Kind.UNKNOWN and bool(passed.splats) and not is_named


def arguments_of(passed: Passed) -> Iterator[Argument]:
    """All arguments in sight, however they are passed."""
    yield from passed.positional
    yield from passed.keywords.values()


def is_made_at(value: Value | None, node: ast.Call) -> bool:
    """Whether a value is the object that is made by a call."""
    return isinstance(value, Instance) and value.site is not None and value.site.node is node


def _takes_nothing(constructor: Constructor) -> bool:
    return not (constructor.parameters or constructor.keywords)


def _omitted(timeouts: Timeouts) -> Bound:
    if timeouts.omitted is None:
        return Bound(Kind.NONE, Source.LIBRARY)
    return Bound(Kind.DEFAULT, Source.LIBRARY, timeouts.omitted)


def _worst(bounds: Iterator[Bound]) -> Bound | None:
    """Of several requests: one that nobody bounds, unless something is unknown."""
    every = []
    for bound in bounds:
        if bound.kind is Kind.UNKNOWN:
            return bound
        every.append(bound)
    if not every:
        return None
    for kinds in (
        (Kind.NONE, Kind.DISABLED),
        (Kind.PARTIAL, Kind.INVALID),
        (Kind.DEFAULT,),
    ):
        for bound in every:
            if bound.kind in kinds:
                return bound
    return every[0]


def _reachable(evaluator: Evaluator, context: Context) -> bool:
    """Whether a statement is reached, as far as the tests around and before it tell."""
    scope, at, frame = context

    def truth(statement: ast.If | ast.Assert) -> bool | None:
        return evaluator.truth(statement.test, Context(scope, statement, frame))

    for place in scope.chain(at):
        if isinstance(place.parent, ast.If):
            test = truth(place.parent)
            if test is not None and test is not (place.block == "body"):
                return False
        for before in place.body[: place.position]:
            if isinstance(before, ast.Assert):
                if truth(before) is False:
                    return False
            elif isinstance(before, ast.If):
                leaves = scope._ends(before.body), scope._ends(before.orelse)
                if any(leaves):
                    test = truth(before)
                    if test is not None and leaves[0 if test else 1]:
                        return False
    return True


def _calls_base(node: ast.AST, method: Scope) -> bool:
    """Whether a method calls the one of its base: `super().name()`, `Base.name(self)`."""
    if not isinstance(node, ast.Call) or called_name(node) != method.name:
        return False
    holder = getattr(node.func, "value", None)
    if isinstance(holder, ast.Call):
        return called_name(holder) == "super"
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Name) and first.id == objects.first_parameter(method)


def _is_changed(name: str, scope: Scope) -> bool:
    """Whether a function does anything to the object of a name but give it to others."""
    return any(
        base.startswith(f"{name}.") or (base == name and event.kind != "argument")
        for base, events in scope.events.items()
        for event in events
    )


def _where_made(node: ast.expr, context: Context) -> tuple[ast.AST, Context]:
    """The expression that a local name was surely given, and where it stands; else the node."""
    scope, at, frame = context
    if isinstance(node, ast.Name) and node.id in scope.bindings:
        reaching = scope.reaching(node.id, at)
        if len(reaching) == 1 and reaching[0].binding.kind == "assign":
            return reaching[0].binding.node, Context(scope, reaching[0].binding.statement, frame)
    return node, context


def _is_under_main(scope: Scope, statement: ast.stmt | None) -> bool:
    """Whether a statement of a module stands under `if __name__ == "__main__"`."""
    return any(
        isinstance(around, ast.If) and "__main__" in ast.unparse(around.test)
        for around, _ in scope.parents(statement)
    )


def _is_local(value: SenderValue, passed: Passed) -> bool:
    """Whether a test around a call says that its URL leads to no network:
    `if url.startswith("data:")`."""
    taken = passed.shifted(1) if value.unbound else passed
    named = bind(taken, value.sender.parameters, value.sender.keywords).named
    for argument in (named.get("url"), named.get("fullurl")):
        if argument is None or argument.context is None or not isinstance(argument.node, ast.Name):
            continue
        scope, at, _ = argument.context
        for test in tests(scope).get(argument.node.id, ()):
            if isinstance(test.call.func, ast.Attribute) and len(test.call.args) == 1:
                begins = test.call.args[0]
                every = begins.elts if isinstance(begins, ast.Tuple) else [begins]
                if all(
                    isinstance(text, ast.Constant) and str(text.value).startswith(_NO_NETWORK)
                    for text in every
                ) and test.holds(scope, argument.node.id, at):
                    return True
    return False


def _is_base_init(node: ast.Call) -> bool:
    """`super().__init__(...)`, `Base.__init__(self, ...)`."""
    return isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"


def changes(scope: Scope, path: str) -> list[tuple[Scope, Event]]:
    """What may change the object that `path` names in a scope (of a class: `self.path` in its
    methods; of a module: in its functions, too), by the look of it; looked for once."""
    key = f"changes of {path}"
    found = scope._cache.get(key)
    if found is None:
        every = [*objects.attribute_events(scope, path)] if scope.is_class else []
        every += [(scope, e) for e in scope.events.get(path, ())]
        if scope.parent is None:
            every += objects.done_inside(scope, path)
        found = scope._cache[key] = [(s, e) for s, e in every if _may_change(e)]
    return found  # type: ignore[return-value]


def changes_to_self(cls: Scope) -> list[tuple[Scope, Event]]:
    """What the methods of a class do to `self` that may change it; looked for once."""
    found = cls._cache.get("changes of self")
    if found is None:
        found = cls._cache["changes of self"] = [
            (method, event)
            for method in objects.methods(cls)
            for event in method.events.get(objects.first_parameter(method) or "", ())
            if _may_change(event)
        ]
    return found  # type: ignore[return-value]


def _may_change(event: Event) -> bool:
    return event.kind != "call" or event.name in _CHANGING


def _parameters_for(callee: Function, node: ast.Call, name: str) -> list[str]:
    """The parameters of a function that take the variable `name` at a call."""
    function = callee.scope.node
    names = parameter_names(function.args)  # type: ignore[union-attr]
    if callee.receiver is not None:
        names = names[1:]
    found = [
        parameter
        for parameter, argument in zip(names, node.args)
        if isinstance(argument, ast.Name) and argument.id == name
    ]
    found += [
        k.arg
        for k in node.keywords
        if k.arg and isinstance(k.value, ast.Name) and k.value.id == name
    ]
    return found


def _patchable(value: SenderValue) -> tuple[str, ...]:
    """The names whose patching covers a sender."""
    path = value.path
    base, _, name = path.rpartition(".")
    if value.client is None:
        if base == "requests" and name == "request":
            return (path, "requests.Session.request", "requests.Session.send")
        if base == "requests":
            return (
                path,
                "requests.api.request",
                "requests.Session.request",
                "requests.Session.send",
            )
        return (path,)
    if value.sender.name in ("request", "send") or "request" not in (value.sender.delegates or ""):
        return (path,) if base != "requests.Session" else (path, "requests.Session.send")
    return (path, "requests.Session.request", "requests.Session.send")
