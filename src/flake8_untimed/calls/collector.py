"""Reads a module into its `Facts`: each call that sends a request, each client that is made."""

from __future__ import annotations

import ast
import functools
import itertools
import re
from collections import defaultdict
from dataclasses import replace

from flake8_untimed.bounds import UNKNOWN, Bound, Kind, Source
from flake8_untimed.calls import Call, Facts, Setting
from flake8_untimed.calls.constructions import attach, read_class, read_made
from flake8_untimed.calls.given import sent_without_default
from flake8_untimed.calls.idle import find_idle
from flake8_untimed.calls.mocks import Mocks
from flake8_untimed.calls.releases import may_bound_later
from flake8_untimed.calls.spelling import spelled, spelled_path
from flake8_untimed.calls.switches import is_off
from flake8_untimed.calls.wrappers import taken_as
from flake8_untimed.inference import flow, invoke, objects
from flake8_untimed.inference.arguments import Argument, BoundArguments, Passed, bind, taken_by
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.forwarding import handing_on, passing_on, timeout_names
from flake8_untimed.inference.handing import handed_over
from flake8_untimed.inference.scopes import Module, Scope
from flake8_untimed.inference.surroundings import is_surrounded
from flake8_untimed.inference.syntax import attributes_set, dotted, written_arguments
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Frame,
    Function,
    Instance,
    Mapping,
    Other,
    Parameter,
    Partial,
    Result,
    SenderValue,
    Symbol,
    Unknown,
    Value,
)
from flake8_untimed.inference.walk import outward
from flake8_untimed.libraries.model import Library, Sender
from flake8_untimed.limits.takers import is_made_at
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source as Text

_OPEN = (Unknown, Parameter)
"""What may be called as well and hides nothing: `self.session` is None before it is made."""
_TOLD_APART = 8
"""So many of the requests behind a wrapper are asked what timeout suits them."""

_DEFINED = (re.compile(r"def[ \t]+(\w+)"), re.compile(r"class[ \t]+(\w+)"))
_OTHER_DEFAULT = "what is called here may be something else, with another default"


def collect(source: Text, module: Module, evaluator: Evaluator, settings: Settings) -> Facts:
    """Read a module."""
    return _Collector(Facts(source, module, settings, evaluator)).run()


class _Collector:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._evaluator = facts.evaluator
        self._limits = facts.limits
        self._wrappers = facts.wrappers
        self._mocks = Mocks(facts)
        self._partials: list[Call] = []
        self._told_beside: set[ast.Call] = set()
        """Partials that are called where something else may be called, too, which needs a timeout."""
        self._alternatives: list[Call] = []
        """For each place of a call, one for each thing that it may call, and thus each client."""

    def run(self) -> Facts:
        found = self._facts.found
        # Inner calls first: what is asked of the outer ones is known by then, and nothing gets deep.
        for node, scope, statement in reversed(found.calls):
            if not flow.is_dead(scope, statement):
                with self._evaluator.question():
                    context = Context(scope, statement)
                    self._read(node, context, self._evaluator.evaluate(node.func, context))
        for cls in found.classes:
            read_class(self._facts, cls)
        for store, scope in found.stores:
            self._read_store(store, Context(scope, store))
        self._read_given()
        self._settle_partials()
        attach(self._facts, self._alternatives, self._partials)
        self._facts.idle = find_idle(self._facts)
        return self._facts

    # Calls -----------------------------------------------------------------------------------

    def _read(self, node: ast.Call, context: Context, called: Alternatives) -> None:
        callees = _fitting(invoke.called(self._evaluator, called), node, context)
        mocked = self._mocks.stand_for(node, context, callees)
        hidden = any(isinstance(c, Other) for c in callees)
        calls: list[Call] = []
        others: list[Function] = []
        passed: Passed | None = None
        for callee in callees:
            if isinstance(callee, _OPEN):
                continue
            if isinstance(callee, Function):
                self._read_override(node, context, callee)
                if self._is_of_another(callee, callees):
                    others.append(callee)
                    continue
                if not (handing_on(callee.scope) or self._passes_on(callee.scope)):
                    hidden = True
                    continue
            if isinstance(callee, Symbol) and not self._is_told_of(callee.path):
                if context.scope.is_class:
                    self._read_field(node, context, callee)
                continue
            if passed is None:
                passed = invoke.passed_by(self._evaluator, node, context)
            if isinstance(callee, Function) and not (hidden or mocked):
                if sum(not isinstance(c, _OPEN) for c in callees) == 1:
                    self._read_forwarded(node, context, callee, passed)
            if isinstance(callee, (SenderValue, Partial, Function)):
                call = self._request(node, context, callee, passed)
                if call is not None:
                    calls.append(call)
                elif isinstance(callee, Function):
                    hidden = True
            made, given, _ = invoke.behind_partials(callee, passed)
            if isinstance(made, (Symbol, Class)) and not mocked:
                read_made(self._facts, node, context, made, given)
                if isinstance(callee, Symbol) and callee.path == "functools.partial":
                    self._read_partial(node, context)
        if mocked:
            self._leave_out(node, calls)
            return
        if not calls:
            self._read_handed(node, context, callees)
            return
        self._alternatives += calls
        if not hidden and passed is not None:
            for other in others:
                objection = self._wrappers.objection_of_other(other, passed)
                calls = [replace(c, objection=c.objection or objection) for c in calls]
            self._add(calls)

    def _read_given(self) -> None:
        """Calls through a parameter of which nothing is said, if another call of this module gives it
        a client that is made in sight and can hold no default."""
        module = self._facts.module
        known = {call.node for call in self._facts.calls}
        every = [*sent_without_default(self._facts, _defined)]
        for node, inside, *_ in itertools.chain.from_iterable(sent for _, sent in every):
            if isinstance(node, ast.Call) and inside.scope.module is module and node not in known:
                known.add(node)
                self._read_as_given(node, inside)

    def _read_as_given(self, node: ast.Call, inside: Context) -> None:
        before = len(self._facts.calls)
        called = self._evaluator.evaluate(node.func, inside)
        # Of the rest, every caller may give something else.
        self._read(node, Context(inside.scope, inside.at), called)
        for call in self._facts.calls[before:]:
            call.is_given = True

    def _is_of_another(self, function: Function, callees: Alternatives) -> bool:
        """Whether a function that sends nothing is the method of an object of the project that may
        stand in the place of a client made in sight: `Fake() if dry else Session()`. What is made
        around the client may well replace it."""
        owner = function.receiver
        clients = [c.client for c in callees if isinstance(c, SenderValue)]
        made = [c.site.node for c in clients if c is not None and c.site is not None]
        if not made or not isinstance(owner, Instance) or owner.site is None:
            return False
        if self._evaluator.client_of(owner) is not None:
            return False
        if self._limits.functions.of_callable(function, Passed(), everything=True) is not None:
            return False
        return not any(
            is_made_at(value, node)
            for argument in owner.site.passed.arguments
            for value in self._evaluator.argument(argument)
            for node in made
        )

    def _leave_out(self, node: ast.Call, calls: list[Call]) -> None:
        """Of a call of a mock no more is known than that the client relies on nothing there."""
        self._facts.mocked.add(node)
        self._alternatives += [replace(call, bound=UNKNOWN) for call in calls]

    def _add(self, calls: list[Call]) -> None:
        """Of the things that a call may be, the one that is worst, unless one is unknown; what a
        client in sight is to blame for comes first, then what is no partial."""
        # Made around a session out of sight, a client is no more than something out of sight itself.
        calls = [c for c in calls if not self._limits.clients.is_around_stranger(c.client)] or calls
        kinds = {c.bound.kind for c in calls}
        worst = [c for c in calls if c.bound.kind in (Kind.NONE, Kind.DISABLED, Kind.DEFAULT)]
        worst.sort(
            key=lambda c: (
                c.bound.kind is Kind.DEFAULT,
                c.bound.source is not Source.CLIENT,
                bool(c.partials),
            )
        )
        call = (worst or calls)[0]
        if len(calls) > 1:
            # What is written must be right for all that may be called.
            names = {c.taken_as for c in calls}
            defaults = {c.bound.seconds for c in calls}
            differ = call.bound.kind is Kind.DEFAULT and len(defaults) > 1
            call = replace(
                call,
                taken_as=call.taken_as if len(names) == 1 else None,
                takes_number=any(c.takes_number for c in calls)
                or any(is_written_otherwise(c.library, call.library) for c in calls),
                objection=next(
                    (c.objection for c in calls if c.objection is not None),
                    _OTHER_DEFAULT if differ else None,
                ),
            )
        if len(kinds) > 1 and kinds & {Kind.UNKNOWN, Kind.BOUNDED}:
            call = replace(call, bound=UNKNOWN)
        elif any(not c.partials for c in calls):
            self._told_beside.update(site.node for c in calls for site in c.partials)
        self._facts.calls.append(call)

    def _request(
        self, node: ast.Call, context: Context, callee: Value, passed: Passed
    ) -> Call | None:
        callee, passed, partials = invoke.behind_partials(callee, passed)
        if isinstance(callee, Function):
            return self._wrapped(node, context, callee, passed)
        if not isinstance(callee, SenderValue):
            return None
        library = self._limits.library(callee)
        bound = UNKNOWN
        if not may_bound_later(self._facts, node, callee.sender):
            bound = self._limits.of(callee, passed, context, node)
        taken = passed.shifted(1) if callee.unbound else passed
        arguments = bind(taken, callee.sender.parameters, callee.sender.keywords)
        if _fits_not(callee.sender, arguments):
            return None
        objection, takes_number = None, False
        if bound.kind not in (Kind.UNKNOWN, Kind.BOUNDED):
            objection, takes_number = self._wrappers.objection_on_the_way(callee, passed)
        return Call(
            node,
            context,
            spelled(node.func, callee),
            callee.sender,
            library,
            arguments,
            bound,
            callee.client,
            splats=passed.splats,
            partials=tuple(partials),
            takes_number=takes_number,
            objection=objection,
        )

    def _wrapped(
        self, node: ast.Call, context: Context, function: Function, passed: Passed
    ) -> Call | None:
        """A call of a function of the project that hands on its timeout."""
        if not handing_on(function.scope):
            return None
        if self._mocks.equip(node, context, function):
            self._facts.mocked.add(node)
            return None
        bound = self._limits.functions.of_callable(function, passed)
        if bound is None or bound.kind in (Kind.UNKNOWN, Kind.BOUNDED):
            return None
        every = self._limits.functions.behind(function, passed)
        sent = ((v, given) for v, given in every if isinstance(v, SenderValue))
        behind = [*itertools.islice(sent, _TOLD_APART)]
        if not behind:
            return None
        sender = behind[0][0].sender
        library, *others = (self._limits.library(value) for value, _ in behind)
        if is_surrounded(self._evaluator, node, context, sender.asynchronous, sender.late_body):
            return None
        if (
            bound.kind is Kind.DISABLED
            and bound.source is not Source.CLIENT
            and not self._gives_timeout(function, passed)
        ):
            bound = Bound(Kind.NONE, Source.CALLER)
        name = spelled(node.func, None)
        by = taken_as(function.scope)
        positional = taken_by(function, passed).get(by or "")
        named = {by: positional} if by and positional and positional.position is not None else {}
        methods = self._methods(behind)
        if methods is not None:
            named["method"] = methods
        arguments = BoundArguments(named, dict(passed.keywords), [], False, False)
        short = self._wrappers.falls_short(function, passed, by) if by is not None else None
        objection = short or (by and self._wrappers.objection(function, passed, by))
        return Call(
            node, context, name, sender, library, arguments,
            bound._replace(source=Source.CALLER) if bound.source is Source.LIBRARY else bound,
            None, function.scope.name, splats=passed.splats, taken_as=None if short else by,
            takes_number=by is not None
            and (
                self._wrappers.takes_number(function, passed, by)
                or any(is_written_otherwise(other, library) for other in others)
            ),
            objection=objection,
            behind=tuple(value.client for value, _ in behind if value.client is not None),
        )  # fmt: skip

    def _methods(self, behind: list[tuple[SenderValue, Passed]]) -> Argument | None:
        """What the requests behind a function are given for their methods by its caller, if all
        are."""
        senders = [(value.sender, passed) for value, passed in behind]
        given = [
            bind(passed, s.parameters, s.keywords).named.get("method") for s, passed in senders
        ]
        values = [self._evaluator.argument(method) for method in given if method is not None]
        if len(values) < len(given) or len(given) == _TOLD_APART or not all(values):
            return None
        return Argument(None, None, values=tuple(v for each in values for v in each))

    def _gives_timeout(self, function: Function, passed: Passed) -> bool:
        """Whether the caller of a function gives a timeout itself; a dict that holds none is no
        timeout."""
        given = taken_by(function, passed)
        handed = timeout_names(function.scope)
        return any(
            ("timeout" in name or name in handed)
            and not all(
                isinstance(value, Mapping) and "timeout" not in value.entries
                for value in self._evaluator.argument(argument)
            )
            for name, argument in given.items()
        )

    def _read_override(self, node: ast.Call, context: Context, function: Function) -> None:
        """A method that a client has in the place of the library's: if that bounds what it sends,
        the client is used there, and its default not relied on."""
        owner = function.receiver
        client = self._evaluator.client_of(owner) if isinstance(owner, Instance) else None
        sender = client.senders.get(function.scope.name) if client is not None else None
        library = self._evaluator.catalogue.library_of(client.path) if client else None
        if client is None or sender is None or library is None or not isinstance(owner, Instance):
            return
        bound: Bound | None = UNKNOWN
        if client.may_hold_default:
            passed = invoke.passed_by(self._evaluator, node, context)
            # A timeout that may come with `**kwargs` would not rely on it either.
            passed = replace(passed, open_keywords=False, splats=())
            bound = self._limits.functions.of_callable(function, passed, everything=True)
            if bound is not None and bound.kind not in (Kind.BOUNDED, Kind.PARTIAL):
                return
        if bound is not None:
            name, none = spelled(node.func, None), BoundArguments({}, {}, [], False, False)
            self._facts.overridden.append(
                Call(node, context, name, sender, library, none, bound, owner)
            )

    def _passes_on(self, scope: Scope) -> bool:
        return bool(passing_on(scope, self._evaluator.catalogue.telling))

    def _read_forwarded(
        self, node: ast.Call, context: Context, function: Function, passed: Passed
    ) -> None:
        """What the caller of a function gives a sender through it: `verify=False`."""
        telling = self._evaluator.catalogue.telling
        if not self._passes_on(function.scope):
            return
        given = {**taken_by(function, passed), **passed.keywords}
        given = {n: a for n, a in given.items() if self._may_tell(n, a)}
        if not given:
            return
        which = functools.partial(passing_on, parameters=telling)
        way: list[Scope] = []
        requests: list[Call] = []
        for value, taken in self._limits.functions.behind(function, passed, which):
            if isinstance(value, Frame):
                way.append(value.scope)
                continue
            library = self._limits.library(value)
            bound = bind(taken, value.sender.parameters, value.sender.keywords)
            own = {
                name: argument
                for name in telling & bound.named.keys()
                for by, argument in given.items()
                if self._is_same(argument, bound.named[name])
                and (by == name or self._comes_by(function.scope, by, bound.named[name]))
            }
            if own:
                arguments = replace(bound, named={**bound.named, **own})
                name = spelled(node.func, None)
                requests.append(
                    Call(
                        node, context, name, value.sender, library, arguments, UNKNOWN,
                        value.client, function.scope.name,
                    )
                )  # fmt: skip
        if requests:
            first, *others = requests
            self._facts.forwarded.append(replace(first, way=tuple(way), alike=tuple(others)))

    def _may_tell(self, name: str, argument: Argument) -> bool:
        """Whether an argument may be something to report by itself: JSON text as a body, or a
        switch that is off; under another name than that of a sender, no more than False."""
        catalogue = self._evaluator.catalogue
        values = self._evaluator.argument(argument)
        if name in catalogue.telling - catalogue.texts:
            return not any(isinstance(v, (Unknown, Parameter)) for v in values)
        is_text = any(
            isinstance(v, Result) and v.path.endswith(("dumps", "encode")) for v in values
        )
        return is_text or (name not in catalogue.texts and is_off(values, ("False",)))

    def _comes_by(self, scope: Scope, name: str, argument: Argument) -> bool:
        """Whether what a sender is given was given to a function under this name."""
        return any(
            step.holder == (scope, name)
            for value in self._evaluator.argument(argument)
            for step in value.way()
        )

    def _is_same(self, left: Argument, right: Argument) -> bool:
        """Whether two arguments are surely the same thing."""
        ours, theirs = self._evaluator.argument(left), self._evaluator.argument(right)
        return [v.key() for v in ours] == [v.key() for v in theirs]

    # Partials --------------------------------------------------------------------------------

    def _read_partial(self, node: ast.Call, context: Context) -> None:
        for value in self._evaluator.evaluate(node, context):
            if isinstance(value, Partial):
                call = self._request(node, context, value, Passed())
                if call is not None and call.wrapper is None:
                    call.handed_over = True
                    call.name = spelled_path(value)
                    self._partials.append(call)
                    return

    def _settle_partials(self) -> None:
        """A partial is reported where it is made, unless some of its uses in sight bound it: then
        each use speaks for itself."""
        calls = dict.fromkeys(self._facts.calls)
        uses: dict[ast.Call, list[Call]] = defaultdict(list)
        for call in (*calls, *self._partials):
            for site in call.partials:
                uses[site.node].append(call)
        for partial in self._partials:
            if partial.bound.kind in (Kind.BOUNDED, Kind.UNKNOWN):
                continue
            own = [c for c in uses[partial.node] if c is not partial]
            if any(c.bound.kind in (Kind.BOUNDED, Kind.UNKNOWN) for c in own):
                continue
            if partial.node in self._given_to_ours:
                continue
            if partial.node in self._told_beside or _is_put_back(partial):
                # Whoever calls it is told of the wait.
                if not own:
                    unknown = replace(partial, bound=UNKNOWN)
                    calls[unknown] = None
                    for site in partial.partials:
                        uses[site.node].append(unknown)
                continue
            self._facts.partials[partial] = [call for call in own if call in calls]
            for call in own:
                calls.pop(call, None)
            calls[partial] = None
        self._facts.calls = [*calls]

    @functools.cached_property
    def _given_to_ours(self) -> set[ast.Call]:
        """The partials that a function or class of the project is given: what becomes of them there,
        is seen there."""
        found = set()
        for node, scope, statement in self._facts.found.calls:
            context = Context(scope, statement)
            given = {
                value.site.node
                for argument in written_arguments(node)
                for value in self._evaluator.evaluate(argument, context)
                if isinstance(value, Partial)
            }
            if given:
                callees = self._evaluator.evaluate(node.func, context)
                if any(isinstance(callee, (Function, Class)) for callee in callees):
                    found |= given
        return found

    # Handed over -----------------------------------------------------------------------------

    def _read_handed(self, node: ast.Call, context: Context, callees: Alternatives) -> None:
        calls: list[Call] = []
        handed = [*handed_over(self._evaluator, node, context, callees)]
        if self._mocks.stand_for(node, context, tuple(value for value, _ in handed)):
            self._leave_out(node, [])
            return
        ours = self._ours(node, context, callees) if handed else []
        if ours:
            # What becomes of it there, is seen there.
            given = invoke.passed_by(self._evaluator, node, context)
            led = [self._request(node, context, function, given) for function in ours]
            found = [call for call in led if call is not None]
            self._alternatives += found
            if found:
                self._add(found)
            if found or self._bound_all(ours, given):
                return
        for value, passed in handed:
            call = self._request(node, context, value, passed)
            if call is not None:
                call.handed_over = True
                call.name = call.wrapper or spelled_path(value)
                calls.append(call)
        self._alternatives += calls
        self._facts.calls += calls[:1]

    def _ours(self, node: ast.Call, context: Context, callees: Alternatives) -> list[Function]:
        """The functions of the project that a call is one of, if they stand in modules that name no
        library."""
        if any(isinstance(callee, Symbol) for callee in callees):
            return []
        known = self._evaluator.insist(node.func, context)
        ours = [callee for callee in known if isinstance(callee, Function)]
        return ours if len(ours) == len(known) else []

    def _bound_all(self, functions: list[Function], passed: Passed) -> bool:
        """Whether functions send requests, and bound each of them."""
        bounds = [self._limits.functions.of_callable(function, passed) for function in functions]
        return all(bound is not None and bound.kind is Kind.BOUNDED for bound in bounds)

    # Constructions ---------------------------------------------------------------------------

    def _is_told_of(self, path: str) -> bool:
        """Whether making the thing at an import path can matter."""
        catalogue = self._evaluator.catalogue
        return path == "functools.partial" or catalogue.library_of(path) is not None

    def _read_field(self, node: ast.Call, context: Context, callee: Symbol) -> None:
        """`client: Client = field(default_factory=Client)` in a class."""
        passed = invoke.passed_by(self._evaluator, node, context)
        factory = objects.factory_of(callee.path, passed)
        if factory is not None and factory.node is not None:
            for made in self._evaluator.argument(factory):
                if isinstance(made, (Symbol, Class)):
                    read_made(self._facts, node, context, made, Passed(), factory.node)

    # Attributes that are set -----------------------------------------------------------------

    def _read_store(self, node: ast.Assign | ast.AnnAssign, context: Context) -> None:
        for target, given in attributes_set(node):
            if target.attr == "_create_default_https_context" and isinstance(node, ast.Assign):
                self._read_patched_context(node, target, context)
            for value in self._evaluator.evaluate(target.value, context):
                client = self._evaluator.client_of(value)
                if client is None:
                    continue
                library = self._evaluator.catalogue.library_of(client.path)
                names = {s.name for s in client.switches} | {*client.idle, *client.settable}
                if library is not None and target.attr in names:
                    site = value.site if isinstance(value, Instance) else None
                    made = site.node if site is not None else None
                    self._facts.assignments.append(
                        Setting(node, target, given, context, client, library, made)
                    )
                    break

    def _read_patched_context(
        self, node: ast.Assign, target: ast.Attribute, context: Context
    ) -> None:
        owners = self._evaluator.evaluate(target.value, context)
        if not any(isinstance(v, Symbol) and v.path == "ssl" for v in owners):
            return
        for value in self._evaluator.evaluate(node.value, context):
            if isinstance(value, Symbol) and value.path == "ssl._create_unverified_context":
                self._facts.patched_contexts.append((node, context))


def _defined(facts: Facts) -> set[str]:
    """The names of all functions and classes of a module, by its text."""
    return {name for pattern in _DEFINED for name in pattern.findall(facts.module.text)}


def _fitting(callees: Alternatives, node: ast.Call, context: Context) -> Alternatives:
    """Of senders that are to be awaited and others, under one name, those that the call may mean."""
    kinds = {callee.sender.asynchronous for callee in callees if isinstance(callee, SenderValue)}
    if len(kinds) < 2 or context.at is None:
        return callees
    is_awaited = _is_awaited(node, context.at, context.scope)
    if not (is_awaited or isinstance(context.scope.of_statement.node, ast.FunctionDef)):
        return callees  # it may be awaited later
    return tuple(
        callee
        for callee in callees
        if not isinstance(callee, SenderValue) or callee.sender.asynchronous is is_awaited
    )


def _is_awaited(node: ast.Call, at: ast.stmt, scope: Scope) -> bool:
    """`await session.get(url)`, `async with session.get(url)`"""
    if isinstance(at, ast.AsyncWith) and any(item.context_expr is node for item in at.items):
        return True
    around = [*itertools.islice(outward(scope, node, at), 2)]
    return isinstance(around[-1], ast.Await)


def _fits_not(sender: Sender, given: BoundArguments) -> bool:
    """Whether something else must be called with these arguments: there are more than the sender takes
    by position, or what it needs first is not there, and what it does not know is."""
    if given.rest:
        return True
    first = given.named.keys() & set(sender.parameters[:1])
    return bool(given.extra) and not (first or given.open_positional or given.open_keywords)


def _is_put_back(partial: Call) -> bool:
    """Whether a function of a library gets a partial of itself in its place: a patch, which hands
    nothing over."""
    statement = partial.context.at
    return (
        isinstance(statement, ast.Assign)
        and statement.value is partial.node
        and bool(partial.node.args)
        and any(
            isinstance(target, ast.Attribute) and dotted(target) == dotted(partial.node.args[0])
            for target in statement.targets
        )
    )


def is_written_otherwise(library: Library, other: Library) -> bool:
    """Whether a timeout of one library is no timeout of another, or means something else there."""
    return library.writes.text != other.writes.text
