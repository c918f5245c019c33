"""The default timeout that a client holds: from its construction, or set later."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_untimed.bounds import NO_PARAMETER, UNKNOWN, Bound, Kind, Source, judged, omitted, worst
from flake8_untimed.inference import constructions, invoke, lineage, members, names
from flake8_untimed.inference.arguments import Argument, Passed, bind
from flake8_untimed.inference.constructions import is_base_init
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.forwarding import inside
from flake8_untimed.inference.scopes import Event, Scope
from flake8_untimed.inference.syntax import called_name, within
from flake8_untimed.inference.values import (
    FOREIGN,
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Other,
    Parameter,
    Result,
    Site,
    Symbol,
    Unknown,
    Value,
    are_none,
    is_none,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Client, Constructor, Sender, Timeouts

if TYPE_CHECKING:
    from flake8_untimed.limits import Limits

_TIMED = frozenset(("settimeout", "create_connection"))
"""Calls that give a socket a timeout of its own."""


class Clients:
    """Finds the defaults of clients."""

    def __init__(
        self, limits: Limits, evaluator: Evaluator, bounded_clients: frozenset[str]
    ) -> None:
        self._limits = limits
        self._evaluator = evaluator
        self._bounded_clients = bounded_clients

    def of_client(self, client: Instance, timeouts: Timeouts) -> Bound:
        """The default timeout that a client holds."""
        known = self._evaluator.client_of(client)
        if known is None:
            return UNKNOWN
        otherwise = self._otherwise(client, known, timeouts)
        if otherwise is not None:
            return otherwise
        made = self._construction(client)
        if not known.may_hold_default:
            if made is not None and _takes_no_timeout(client, known, made):
                return Bound(Kind.INVALID, Source.CLIENT, detail=NO_PARAMETER, site=client.site)
            return omitted(timeouts)
        library = self._evaluator.catalogue.library_of(known.path)
        assert library is not None
        table = library.timeouts_of(known.constructor)
        if made is None:
            if known.out_of_sight == "doubt":
                return Bound(Kind.DEFAULT, Source.OUT_OF_SIGHT, table.omitted)
            return Bound(Kind.UNKNOWN, Source.OUT_OF_SIGHT)
        bound = self.of_constructor(known.constructor, table, made.passed)
        if bound.kind is Kind.NONE:
            if library.socket_default and self._limits.process.socket_default:
                return Bound(Kind.BOUNDED, Source.AROUND)
            if "timeout" in known.constructor.idle_timeouts:
                # Of the family of requests: as with every Session, it is the calls that lack it.
                return omitted(timeouts)
        return self._as_made(client, known, made, table, bound)

    def _otherwise(self, client: Instance, known: Client, timeouts: Timeouts) -> Bound | None:
        """What bounds the waits of a client, or hides them, whatever its construction says."""
        if self.is_named_bounded(client):
            return Bound(Kind.BOUNDED, Source.SUBCLASS)
        if known.connecting and self._connects_otherwise(client, known.connecting):
            return UNKNOWN
        if known.wires and self._is_wired_otherwise(client, known.wires):
            return UNKNOWN
        around = self.around(client, lambda inner: self.of_client(inner, timeouts))
        return around or self._set_later(client, known.settable, timeouts)

    def _as_made(
        self, client: Instance, known: Client, made: Site, table: Timeouts, bound: Bound
    ) -> Bound:
        """The default that a construction sets, and whose it is: the construction's, or that of each
        caller of the function around it."""
        constructor = known.constructor
        if bound.kind is Kind.DISABLED and table.omitted is None:
            if _is_left_out(constructor, made.passed):
                # Nobody has switched anything off: there was nothing.
                bound = bound._replace(kind=Kind.NONE)
        if bound.kind is not Kind.BOUNDED and self._depends_on_caller(client, constructor, table):
            # Nobody can say it at the construction: that is for each call.
            if known.out_of_sight == "silent" and bound.kind is Kind.DEFAULT:
                return Bound(Kind.UNKNOWN, Source.OUT_OF_SIGHT)
            if not self._is_left_to_keywords(client, made, constructor):
                return bound._replace(source=Source.OUT_OF_SIGHT, site=client.site)
        is_own = made is client.site or self._general(made, constructor, table) is not bound.kind
        site = client.site if is_own else made
        return bound._replace(source=Source.CLIENT, site=site)

    def _connects_otherwise(self, client: Instance, names: tuple[str, ...]) -> bool:
        """Whether a subclass has its own way to the network, or none."""
        if not isinstance(client.cls, Class):
            return False
        return any(
            method.name in names
            and not any(_calls_base(found.node, method) for found in walk(method).calls)
            for base in lineage.mro(self._evaluator, client.cls)
            if isinstance(base, Class)
            for method in members.methods(base.scope)
        )

    def _is_wired_otherwise(self, client: Instance, names: tuple[str, ...]) -> bool:
        """Whether what its requests go over is put in by hand, with a timeout of its own perhaps."""
        return any(
            any(value is not FOREIGN for value in values)
            or any(called_name(found.node) in _TIMED for found in walk(context.scope).calls)
            for context, event, values in self._limits.changes.stored(client, *names)
            if not are_none(values) and not _is_made_of_itself(event)
        )

    def _depends_on_caller(
        self, client: Instance, constructor: Constructor, table: Timeouts
    ) -> bool:
        """Whether a construction inside a function is judged by what its caller gave."""
        site = client.site
        if site is None or site.context.frame is None:
            return False
        made = self._construction(Instance(client.cls, self._for_any_caller(site)))
        if made is None:
            return True
        bound = self.of_constructor(constructor, table, made.passed)
        return bound.kind in (Kind.UNKNOWN, Kind.BOUNDED)

    def _is_left_to_keywords(self, client: Instance, made: Site, constructor: Constructor) -> bool:
        """Whether a construction that takes the keywords of its function's caller gets no timeout
        among them: it stands there as if they were not."""
        assert client.site is not None
        others = self._construction(Instance(client.cls, self._for_any_caller(client.site)))
        given = bind(made.passed, constructor.parameters, constructor.keywords).named
        return (
            others is not None
            and others.passed.open_keywords
            and (constructor.timeout not in given)
        )

    def _for_any_caller(self, site: Site) -> Site:
        """A construction inside a function, or the call of a base in an `__init__`, as far as it does
        not depend on the caller."""
        context = site.context._replace(frame=None)
        passed_to = constructions.passed_to_base if is_base_init(site.node) else invoke.passed_by
        return Site(site.node, context, passed_to(self._evaluator, site.node, context))

    def _general(self, made: Site, constructor: Constructor, table: Timeouts) -> Kind:
        """The kind of default that a construction has for any caller of its function."""
        if made.context.frame is not None:
            made = self._for_any_caller(made)
        return self.of_constructor(constructor, table, made.passed).kind

    def of_constructor(self, constructor: Constructor, table: Timeouts, passed: Passed) -> Bound:
        """The default that the arguments of a construction set."""
        bound = bind(passed, constructor.parameters, constructor.keywords)
        for name, classes in constructor.transports.items():
            transport = bound.named.get(name) or bound.extra.get(name)
            if transport is not None and not self._is_network(transport, classes):
                return Bound(Kind.UNKNOWN, detail=f"its {name}= may be no way to the network")
        if constructor.timeout is None:
            return omitted(table)
        argument = bound.named.get(constructor.timeout)
        if argument is not None:
            found = judged(self._evaluator, self._evaluator.deeply(argument), table)
            if found is not None:
                return found
        elif bound.may_hold(constructor.timeout, constructor.timeout in constructor.parameters):
            return UNKNOWN
        for name, waits in constructor.partial_timeouts.items():
            if name in bound.named and set(waits) >= set(table.waits):
                return self._by_part(constructor, bound.named[name])
        return omitted(table)

    def _by_part(self, constructor: Constructor, argument: Argument) -> Bound:
        """The default that another parameter than the usual one sets, for all waits."""
        library = self._evaluator.catalogue.library_of(constructor.path)
        table = library.timeouts if library is not None else None
        found = table and judged(self._evaluator, self._evaluator.deeply(argument), table)
        return found or UNKNOWN

    def sends_nothing(self, client: Instance | None) -> bool:
        """Whether the requests of a client surely never leave the process, as tests have it:
        `httpx.Client(transport=httpx.MockTransport(answer))`."""
        known = self._evaluator.client_of(client) if client is not None else None
        if client is None or known is None or not known.constructor.in_memory:
            return False
        made = self._construction(client)
        if made is None:
            return False
        constructor = known.constructor
        bound = bind(made.passed, constructor.parameters, constructor.keywords)
        given = (bound.named.get(name) or bound.extra.get(name) for name in constructor.transports)
        return any(
            all(
                any(path in constructor.in_memory for path in self._classes_of(value))
                for value in self._evaluator.argument(transport)
            )
            for transport in given
            if transport is not None
        )

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
        line = lineage.mro(self._evaluator, value.cls)
        return [base.path for base in line if isinstance(base, Symbol)]

    def _construction(self, client: Instance) -> Site | None:
        """Where the library's own constructor is called, and what it is given there: through one
        `__init__` of the project after the other, if the client is of a subclass."""
        made = client.site
        line = lineage.mro(self._evaluator, client.cls) if isinstance(client.cls, Class) else ()
        for base in line:
            if isinstance(base, Class) and "__init__" in base.scope.bindings:
                made = self._handed_to_base(client, base, made)
                if made is None:
                    return None
        if client.site is None and made is not None and made.passed.open_keywords:
            # Those of a caller out of sight: they can hold whatever is not named beside them.
            known = self._evaluator.client_of(client)
            if known is None or known.constructor.timeout not in made.passed.keywords:
                return None
        return made

    def _handed_to_base(self, client: Instance, cls: Class, made: Site | None) -> Site | None:
        """Where the `__init__` of a class calls that of its base; `made`: where it is called itself."""
        passed = made.passed if made is not None else None
        outer = made.context.frame if made is not None else None
        for method in names.bound(self._evaluator, cls.scope, "__init__", None, None):
            if not isinstance(method, Function):
                continue
            bound = Function(method.scope, client)
            frame = (
                invoke.frame_for(self._evaluator, bound, passed, outer)
                if passed is not None and (outer is None or outer.depth < invoke.FRAMES)
                else None
            )
            for found in walk(method.scope).calls:
                if is_base_init(found.node):
                    context = inside(Context(found.scope, found.statement), method.scope, frame)
                    handed = constructions.passed_to_base(self._evaluator, found.node, context)
                    return Site(found.node, context, handed)
        return None

    def _set_later(
        self, client: Instance, names: tuple[str, ...], timeouts: Timeouts
    ) -> Bound | None:
        """`client.timeout = 5`, somewhere in sight."""
        if names and self._limits.changes.may_set_any(client, names):
            return UNKNOWN
        found = None
        for _, _, values in self._limits.changes.stored(client, *names):
            bound = judged(self._evaluator, values, timeouts)
            if bound is None or bound.kind in (Kind.BOUNDED, Kind.UNKNOWN):
                return bound or UNKNOWN
            found = Bound(bound.kind, Source.CLIENT, None, bound.waits, bound.detail)
        return found

    def around(self, client: Instance | None, judge: Callable[[Instance], Bound]) -> Bound | None:
        """What holds for the session that a client was made around, if it was. What is being looked
        into is not inside itself, also by way of another: `self.session = Retry(self.session)`."""
        inner = self._inner_session(client)
        if inner is None or client is None or client.site is None:
            return None
        node = client.site.node
        with self._limits.looking_into(node):
            others = [
                v
                for v in inner
                if not (isinstance(v, Instance) and v.site and v.site.node in self._limits.open)
            ]
            bounds = [judge(v) for v in others if isinstance(v, Instance)]
        if len(bounds) < len(others):
            return UNKNOWN
        return worst(iter(bounds)) or UNKNOWN

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
        return None if are_none(values) else values

    def is_around_stranger(self, client: Instance | None) -> bool:
        """Whether a client was made around a session of which nothing is known."""
        inner = self._inner_session(client)
        return inner is not None and all(
            isinstance(v, (Unknown, Parameter)) and not isinstance(v, Other) for v in inner
        )

    def senders(self, client: Instance) -> dict[str, Sender]:
        known = self._evaluator.client_of(client)
        return dict(known.senders) if known else {}

    def is_named_bounded(self, client: Instance) -> bool:
        named = self._bounded_clients
        if not named:
            return False
        if isinstance(client.cls, Symbol):
            return client.cls.path in named
        return any(
            lineage.path_among(self._evaluator, cls, named) is not None
            if isinstance(cls, Class)
            else isinstance(cls, Symbol) and cls.path in named
            for cls in lineage.mro(self._evaluator, client.cls)
        )


def _is_left_out(constructor: Constructor, passed: Passed) -> bool:
    """Whether a construction hands on the timeout that its function takes, and was not given."""
    named = bind(passed, constructor.parameters, constructor.keywords).named
    argument = named.get(constructor.timeout or "")
    return argument is not None and invoke.is_left_out(argument)


def _is_made_of_itself(event: Event) -> bool:
    """`self.sock = context.wrap_socket(self.sock)`: it waits as long as before."""
    return any(
        isinstance(part, ast.Attribute) and part.attr == event.name for part in within(event.node)
    )


def _takes_no_timeout(client: Instance, known: Client, made: Site) -> bool:
    """Whether a client that takes nothing at all is made with a timeout: that raises."""
    takes_something = known.constructor.parameters or known.constructor.keywords
    is_plain = isinstance(client.cls, Symbol)
    return is_plain and not takes_something and "timeout" in made.passed.keywords


def _calls_base(node: ast.AST, method: Scope) -> bool:
    """Whether a method calls the one of its base: `super().name()`, `Base.name(self)`."""
    if not isinstance(node, ast.Call) or called_name(node) != method.name:
        return False
    if members.is_of_super(node.func):
        return True
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Name) and first.id == members.first_parameter(method)
