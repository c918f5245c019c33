"""The calls of a module that send requests, and the other places that matter to them.

The rules go by these `Facts` and by what the rooms below answer, and never look into the inference
behind them.

- `collector` reads a module into them, with `constructions` (clients that are made), `wrappers`
  (functions in between; `validators`: decorators that look at what these are given), `releases`
  (what sends later), `mocks` and `patches` (what tests replace) and `idle` (what sets nothing).
- `given` and `givers`: to whom a client is given, and by whom; `away`: to other packages;
  `elsewhere`: in other modules; `changes`: what is set on it.
- `places`, `options` and `origins`: what stands around a call, and where its timeout is from;
  `strangers`: what else may be called there; `keywords`: how far its keywords get.
- `transfers`, `waits`, `retries` and `repeats`: what a timeout that is added may do to a request;
  `handlers`: what catches one; `loops`: which loops try again; `responses`: what becomes of its
  response.
- `texts`: JSON that is sent; `bodies`: whose hands it goes through.
- `contexts`: of SSL; `switches`: what turns verification off; `comments`: for other linters;
  `spelling`: how a message names what is called.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from flake8_untimed.bounds import Bound, Kind, Source, judged, relies
from flake8_untimed.calls import contexts
from flake8_untimed.calls.idle import Idle
from flake8_untimed.calls.wrappers import Wrappers
from flake8_untimed.findings import Finding, Fix, Span
from flake8_untimed.inference import invoke
from flake8_untimed.inference.arguments import Argument, BoundArguments, bind, defaults
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import Module, Scope
from flake8_untimed.inference.syntax import last_name, writes_none
from flake8_untimed.inference.values import (
    Alternatives,
    Context,
    Instance,
    Parameter,
    Plain,
    Result,
    Site,
    Symbol,
    Value,
    outside,
)
from flake8_untimed.inference.walk import Walk, walk
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender, Switch, Timeouts
from flake8_untimed.limits import Limits
from flake8_untimed.limits.changes import put_in
from flake8_untimed.limits.takers import Sent
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source as Text

T = TypeVar("T")

_CONTAINERS = frozenset(("Dict", "List", "Tuple", "Mapping", "MutableMapping", "Sequence"))
"""Types that are written without their elements."""


@dataclass(eq=False, repr=False)
class Call:
    """One place where a request is sent, or a sender handed on to be called."""

    node: ast.Call
    context: Context
    name: str
    """How it is written: `requests.get`, `self.session.post`."""
    sender: Sender
    library: Library
    arguments: BoundArguments
    bound: Bound
    client: Instance | None = None
    wrapper: str | None = None
    """The function of the project that sends the request, if this is a call of one."""
    behind: tuple[Instance, ...] = ()
    """Of a wrapper: the clients of the requests behind it."""
    way: tuple[Scope, ...] = ()
    """Of what a caller passes on: that function, and those behind it."""
    alike: tuple[Call, ...] = ()
    """The other requests behind it that get the same from the caller."""
    handed_over: bool = False
    """The sender is not called here, but given to somebody who calls it."""
    is_named_by_callers: bool = False
    """The `**kwargs` of its function, which it passes on, hold a timeout, whoever calls that."""
    splats: tuple[ast.expr, ...] = ()
    """`**mapping` arguments that are not in sight."""
    partials: tuple[Site, ...] = ()
    """The `functools.partial` calls through which the sender came here."""
    taken_as: str | None = "timeout"
    """Of a wrapper: the parameter that seems to take the timeout."""
    takes_number: bool = False
    """A function of the project that gets the timeout, or one of several libraries, wants one number
    of seconds."""
    objection: str | None = None
    """Why a timeout cannot simply be added here: a function of the project that gets it may not take
    it, or may do more with it."""
    is_given: bool = False
    """Its client comes by a parameter of which nothing is said: a call in sight gives it there."""
    is_made_in_sight: bool = False
    """Its client comes by a parameter, and is made in the project: there is said what is to be said."""

    def argument(self, name: str | None) -> Argument | None:
        return self.arguments.named.get(name) if name is not None else None

    @property
    def clients(self) -> tuple[Instance, ...]:
        """What it goes through: the client, those behind a wrapper."""
        return self.behind if self.client is None else (self.client, *self.behind)

    @property
    def timeouts(self) -> Timeouts:
        """What its timeout parameter makes of each kind of value."""
        return self.library.timeouts_of(self.sender)

    @property
    def switches(self) -> Iterator[Switch]:
        """Those of its parameters that can turn verification off, and that count."""
        return _counting(self, self.sender.switches)

    @property
    def relies(self) -> bool:
        """Whether it has nothing but the default of its client."""
        is_named = self.is_named_by_callers or self.argument(self.sender.timeout) is not None
        return relies(self.bound, is_named, self.splats)


@dataclass(eq=False, repr=False)
class Construction:
    """One place where a client, or a connector or the like, is made."""

    node: ast.Call
    context: Context
    name: str
    constructor: Constructor
    library: Library
    arguments: BoundArguments
    client: Client | None
    bound: Bound
    is_direct: bool = True
    """The library's own class is called, not a subclass of the project."""
    of_class: Scope | None = None
    """The class that it speaks for: it calls the library's `__init__` in that of a subclass."""
    is_context: bool = False
    """It makes an SSL context."""
    handed_over: bool = False
    """The class is not called here, but given to a field, which calls it for each object."""
    overruled: tuple[str, ...] = ()
    """Switches that mean nothing: what it is made for says with each request what to verify."""
    splats: tuple[ast.expr, ...] = ()
    """`**mapping` arguments that are not in sight."""
    calls: list[Call] = field(default_factory=list)
    """The calls in this module that go through it."""
    sent: list[Sent] = field(default_factory=list)
    """What functions of the project that are given it send through it, if there are no `calls`."""
    is_relied_on: bool | None = None
    """Whether functions of the project that are given it send requests that rely on its default;
    None: nothing is known of such functions, or not asked for, since there are `calls`."""
    is_too_much: bool = False
    """That was too much to find out."""

    @property
    def switches(self) -> Iterator[Switch]:
        """Those of its parameters that can turn verification off, and that count."""
        known = _counting(self, self.constructor.switches)
        return (switch for switch in known if switch.name not in self.overruled)

    @property
    def places(self) -> list[ast.AST]:
        """What it is known by to the calls through its client."""
        return [self.node] if self.of_class is None else [self.node, self.of_class.node]

    def argument(self, name: str | None) -> Argument | None:
        return self.arguments.named.get(name) if name is not None else None

    @property
    def timeouts(self) -> Timeouts:
        """What its timeout parameter makes of each kind of value."""
        return self.library.timeouts_of(self.constructor)


def _counting(place: Call | Construction, switches: tuple[Switch, ...]) -> Iterator[Switch]:
    """Those of some switches in whose place nothing else is given."""
    for switch in switches:
        if all(place.argument(name) is None for name in switch.overridden_by):
            yield switch


@dataclass(eq=False, repr=False)
class Setting:
    """`session.verify = False`: an attribute of a living client is set."""

    node: ast.Assign | ast.AnnAssign
    target: ast.Attribute
    value: ast.expr
    context: Context
    client: Client
    library: Library
    made: ast.Call | None
    """Where the client is made, if that is in sight."""

    @property
    def sets_timeout(self) -> bool:
        """Whether it is the client's default timeout that is set."""
        return self.target.attr in self.client.settable


@dataclass(eq=False, repr=False)
class Facts:
    """What is known of one module."""

    source: Text
    module: Module
    settings: Settings
    evaluator: Evaluator
    calls: list[Call] = field(default_factory=list)
    forwarded: list[Call] = field(default_factory=list)
    """Calls of wrappers as the requests that they lead to, for what their callers pass on to a
    sender beside the timeout; the arguments are the sender's."""
    overridden: list[Call] = field(default_factory=list)
    """Calls of methods that clients have in the place of the library's: no more than uses of the
    client. Of one that may hold a default, only those that bound what they send."""
    partials: dict[Call, list[Call]] = field(default_factory=dict)
    """Those of the calls that only make a partial, each with what it speaks for: the calls of this
    module through it."""
    constructions: list[Construction] = field(default_factory=list)
    assignments: list[Setting] = field(default_factory=list)
    idle: list[Idle] = field(default_factory=list)
    mocked: set[ast.Call] = field(default_factory=set)
    """Calls in the place of which a test puts a mock: nothing is sent there, so they are no calls."""
    speaks_of_mocks: bool = False
    """Whether the module, or a conftest of pytest around it, speaks of any."""
    patched_contexts: list[tuple[ast.Assign, Context]] = field(default_factory=list)
    """Where `ssl._create_default_https_context` is replaced."""
    kept: dict[object, Any] = field(default_factory=dict)
    """What was found out from them, by what that was: see `once`."""

    @cached_property
    def limits(self) -> Limits:
        return Limits(self.evaluator, self.settings, self.module.scope, self.found)

    @cached_property
    def wrappers(self) -> Wrappers:
        return Wrappers(self.evaluator, self.limits)

    @cached_property
    def found(self) -> Walk:
        """The calls, attribute assignments and classes of the module that can matter."""
        return self.evaluator.project.survey(self.module)

    @cached_property
    def told_at_calls(self) -> set[ast.Call]:
        """Where a client is made that holds no default, or, of two libraries behind one name, may
        be made: each call is judged for itself."""
        return {
            made.node
            for made in self.constructions
            if made.client is not None and made.bound.source is not Source.CLIENT
        }

    @cached_property
    def set_later(self) -> set[ast.Call | None]:
        """Where a client is made whose default timeout is set in sight when it lives."""
        return {setting.made for setting in self.assignments if setting.sets_timeout}

    @property
    def requests(self) -> Iterator[Call]:
        """The calls of senders, and those of wrappers that speak for a sender."""
        yield from (call for call in self.calls if call.wrapper is None)
        yield from self.forwarded

    @property
    def libraries(self) -> tuple[Library, ...]:
        """The libraries that are looked for."""
        return self.evaluator.catalogue.libraries

    def every_call(self) -> Iterator[tuple[ast.Call, Context]]:
        """All calls of the module, whatever they call, in the order of the text."""
        for node, scope, statement in walk(self.module.scope).calls:
            yield node, Context(scope, statement)

    def arguments_of(
        self, node: ast.Call, context: Context, constructor: Constructor
    ) -> BoundArguments:
        """What a call passes, by the parameters of what it calls."""
        passed = invoke.passed_by(self.evaluator, node, context)
        return bind(passed, constructor.parameters, constructor.keywords)

    def values(self, argument: Argument | None) -> Alternatives:
        """What an argument may be; nothing if it is not given."""
        return self.evaluator.deeply(argument) if argument is not None else ()

    def evaluate(self, node: ast.expr, context: Context) -> Alternatives:
        return self.evaluator.evaluate(node, context)

    def path_of(self, node: ast.expr, context: Context) -> str:
        """The import path of what an expression is: empty if it is nothing of another package, or
        not surely that."""
        values = self.evaluate(node, context)
        paths = {v.path if isinstance(v, (Symbol, Result)) else "" for v in values}
        return paths.pop() if len(paths) == 1 else ""

    def client_of(self, value: Value) -> Client | None:
        """The library's client class that a value is an object of."""
        return self.evaluator.client_of(value)

    def is_plain(self, client: Instance) -> bool:
        """Whether a client is of the library's own class, and stands for itself."""
        known = self.client_of(client)
        if known is None or client.site is None:
            return isinstance(client.cls, Symbol)
        given = bind(client.site.passed, known.constructor.parameters).named
        return isinstance(client.cls, Symbol) and known.takes_session not in given

    def is_declared(self, value: Value) -> bool:
        """Whether a value is a parameter whose annotation leaves no room for None."""
        if isinstance(value, Plain):
            return True
        if not isinstance(value, Parameter):
            return False
        arguments = value.scope.arguments
        default = defaults(arguments).get(value.name)
        if writes_none(default):
            # `payload: Dict = None` is often written.
            return False
        bindings = value.scope.bindings.get(value.name, ())
        annotations = (getattr(binding.node, "annotation", None) for binding in bindings)
        return any(
            isinstance(a, (ast.Name, ast.Attribute)) and last_name(a) in _CONTAINERS
            for a in annotations
        )

    def or_default(self, value: Value) -> Alternatives:
        """What a value is: of a parameter, what it is where nobody gives it."""
        if isinstance(value, (Parameter, Plain)):
            default = defaults(value.scope.arguments).get(value.name)
            if default is not None:
                return self.evaluate(default, outside(value.scope))
        return (value,)

    def of_client(self, client: Instance, look: Callable[[Facts, Instance], T]) -> T:
        """What is told by what is done to a client under the names that it came by: looked for once,
        since every call through it asks."""
        key = look, client.key(), *(step.holder for step in client.way())
        if key not in self.kept:
            self.kept[key] = look(self, client)
        return self.kept[key]  # type: ignore[no-any-return]

    def put_into(self, client: Instance, name: str) -> Iterator[Value | None]:
        """What is put into `client.headers` or the like, each as a mapping; None where that is out of
        sight."""
        for context, event in self.limits.changes.events(client, f".{name}"):
            yield from put_in(self.evaluator, context, event)
        for _, _, values in self.limits.changes.stored(client, name):
            yield from values

    def timeouts_set(self, kind: Kind) -> Iterator[tuple[Setting, Bound]]:
        """Where the default timeout of a living client is set to something of a kind."""
        for setting in self.assignments:
            if setting.sets_timeout:
                timeouts = setting.library.timeouts_of(setting.client.constructor)
                values = self.evaluate(setting.value, setting.context)
                found = judged(self.evaluator, values, timeouts)
                if found is not None and found.kind is kind:
                    yield setting, found

    def verifies_nothing(self, place: Call | Construction, argument: Argument) -> bool:
        """Whether an argument is an SSL context that surely verifies nothing. What is done to it
        behind a call does not count; a client may use it later."""
        values = self.values(argument)
        used = place.context if isinstance(place, Call) else None
        return bool(values) and all(contexts.verifies_nothing(self, v, used) for v in values)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        return self.source.span(node)

    def text(self, node: ast.expr) -> str:
        """The exact text of an expression."""
        return self.source.segment(self.source.span(node))

    def finding(
        self,
        code: str,
        node: ast.expr | ast.stmt,
        message: str,
        fix: Fix | None = None,
        why_not: str | None = None,
    ) -> Finding:
        """A finding at a node. Without a fix, `why_not` says why."""
        return Finding(code, self.span(node), message, fix, None if fix is not None else why_not)
