"""Functions of the project that hand a timeout of their callers on: how they take it, and whether one
that is added at a call may do more than it is meant to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import validators
from flake8_untimed.inference import elsewhere, invoke, narrowing, objects
from flake8_untimed.inference.arguments import (
    Argument,
    Passed,
    bind,
    keyword_names,
    positional_names,
)
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.forwarding import (
    goes_elsewhere,
    handing_on,
    inside,
    taken_apart,
    timeout_keys,
    timeout_names,
    wants_number,
)
from flake8_untimed.inference.handing import handed_over
from flake8_untimed.inference.mappings import Given, uses_of_mapping
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import ENDS, LOOPS, dotted, maker_of, within
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Collection,
    Context,
    Frame,
    Function,
    Instance,
    Literal,
    Mapping,
    Marked,
    Partial,
    Result,
    SenderValue,
    Symbol,
    Value,
    outside,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.limits import Limits
from flake8_untimed.limits.overrides import passed_behind

DECORATED = "@{} stands before {}(), and may not hand a {}= on"
NOT_TAKEN = "{}() takes no {}="
OVERRIDDEN = "a subclass may have a {}() of its own, which takes no {}="
USED_OTHERWISE = "{}() may do other things with a {}= than to hand it on"
NAMED_BESIDE = "{}() names {}= itself in another place, beside the one that it would get"
COMPUTED = "{}() may not hand its {}= on as it is: what unit or form it wants cannot be told"
NOT_ALWAYS = "{}() does not hand its {}= on to every request, as it is called here"
_TIMEOUT = "timeout"

_SAME = frozenset(
    ("abc", "asyncio", "backoff", "builtins", "contextlib", "functools", "ratelimit", "retrying",
     "tenacity", "types", "typing", "typing_extensions", "warnings")
)  # fmt: skip
"""Packages whose decorators leave it to a function what it is given."""
_ALIKE = ("retry", "retries", "backoff", "deprecated", "override", "coroutine", "typechecked")
"""Parts of the names of decorators, of whatever package, that do the same."""

_MARKED = Argument(None, None, values=(Marked(),))
"""What is followed to see where it comes out."""
_SECONDS = Argument(None, None, values=(Literal(1),))


class Wrappers:
    """Answers for the calls of one module."""

    def __init__(self, evaluator: Evaluator, limits: Limits) -> None:
        self._evaluator = evaluator
        self._limits = limits
        self._numbers: dict[object, bool] = {}
        self._taken: dict[object, dict[Given, bool]] = {}

    def takes_number(self, wrapper: Function, passed: Passed, name: str) -> bool:
        """Whether a wrapper, or one behind it that gets its keywords, wants one number."""
        frame = invoke.frame_for(self._evaluator, wrapper, passed, None)
        key, running = (frame, name), ("takes a number", wrapper.key(), name)
        if key not in self._numbers:
            if running in self._limits.open:
                return False
            with self._limits.looking_into(running):
                self._numbers[key] = self._takes_number(wrapper.scope, frame, name)
        return self._numbers[key]

    def _takes_number(self, scope: Scope, frame: Frame, name: str) -> bool:
        senders = set[ast.AST]()
        behind = []
        for node, _, callee, given in self._limits.functions.reached(
            handing_on(scope), scope, frame
        ):
            if isinstance(callee, SenderValue):
                senders.add(node)
            elif isinstance(callee, Function):
                behind.append((callee, given))
        return (
            self._is_validated(scope, name)
            or wants_number(scope.node, name, senders)
            or any(self.takes_number(callee, given, name) for callee, given in behind)
        )

    def objection(self, wrapper: Function, passed: Passed, name: str) -> str | None:
        """What speaks against one more keyword at a call of a wrapper that takes it, if anything."""
        scope = wrapper.scope
        decorator = self._decorator(scope, name)
        if decorator is not None:
            return DECORATED.format(decorator, scope.name, name)
        if self._is_overridden(scope, name):
            return OVERRIDDEN.format(scope.name, name)
        if any(self._comes_twice(method, passed, name) for method in self._alike(wrapper)):
            return NAMED_BESIDE.format(scope.name, name)
        if not self._is_only_handed_on(wrapper, passed, name):
            return USED_OTHERWISE.format(scope.name, name)
        # What has another name in its `**kwargs` may be anything: "fast_timeout", a flag.
        if name != _TIMEOUT or name in keyword_names(scope.arguments):
            return self._objection_to_value(wrapper, passed, name)
        return None

    def falls_short(self, wrapper: Function, passed: Passed, name: str) -> str | None:
        """Why a timeout at a call of a wrapper would leave a wait behind it as it is, if it would."""
        given = _with(wrapper, passed, name, _SECONDS)
        bound = self._limits.functions.of_callable(wrapper, given)
        if bound is None or bound.kind in (Kind.BOUNDED, Kind.UNKNOWN):
            return None
        return NOT_ALWAYS.format(wrapper.scope.name, name)

    def objection_of_other(self, function: Function, passed: Passed) -> str | None:
        """The same for what may be called in the place of a sender."""
        if not takes(function.scope, _TIMEOUT):
            return NOT_TAKEN.format(function.scope.name, _TIMEOUT)
        return self.objection(function, passed, _TIMEOUT)

    def objection_on_the_way(self, value: SenderValue, passed: Passed) -> tuple[str | None, bool]:
        """The same for a sender whose requests go through a method of the project before they are
        sent, and whether that wants one number."""
        method = self._limits.overrides.on_the_way(value)
        if method is None:
            return None, False
        if not takes(method.scope, _TIMEOUT):
            return NOT_TAKEN.format(method.scope.name, _TIMEOUT), False
        given = passed_behind(passed)
        objection = self.objection(method, given, _TIMEOUT)
        return objection, self.takes_number(method, given, _TIMEOUT)

    def is_replaced(self, scope: Scope) -> bool:
        """Whether something that is not seen may stand in the place of a function."""
        return self._decorator(scope) is not None or self.is_said_otherwise(scope, scope.name)

    def is_said_otherwise(self, method: Scope, name: str) -> bool:
        """Whether a subclass has something of its own under a name that a method calls itself by,
        or uses."""
        owner = method.owner
        return owner is not None and self._evaluator.project.heirs.say_otherwise(
            owner.module.path, owner.name, name
        )

    def _decorator(self, scope: Scope, name: str | None = None) -> str | None:
        """A decorator out of sight that may change what a function takes, or how it takes a
        keyword."""
        for written, values in self._decorators(scope):
            if not all(_is_harmless(v, written) or _lets_through(v, scope, name) for v in values):
                return written
        return None

    def _decorators(self, scope: Scope) -> Iterator[tuple[str, Alternatives]]:
        context = outside(scope)
        for decorator in getattr(scope.node, "decorator_list", ()):
            maker = maker_of(decorator)
            yield dotted(maker) or "...", self._evaluator.evaluate(maker, context)

    def _is_validated(self, scope: Scope, name: str) -> bool:
        """Whether what a function is given as a keyword is held against an annotation first."""
        return validators.is_validated(scope.arguments, name) and any(
            getattr(value, "path", "") in validators.VALIDATORS
            for _, values in self._decorators(scope)
            for value in values
        )

    def _is_overridden(self, scope: Scope, name: str) -> bool:
        if scope.owner is None:
            return False
        found = self._evaluator.project.heirs.parameters(
            scope.module.path, scope.owner.name, scope.name
        )
        return not all("**" in own or re.search(rf"\b{name}\b", own) for own in found)

    def _alike(self, wrapper: Function) -> Iterator[Function]:
        """A wrapper and, of a method, those of the subclasses in its place."""
        yield wrapper
        scope = wrapper.scope
        if scope.owner is not None:
            for value in elsewhere.from_heirs(self._evaluator, Class(scope.owner), scope.name):
                if isinstance(value, Function) and value.scope is not scope:
                    yield value

    # What becomes of it ----------------------------------------------------------------------

    def _is_only_handed_on(self, wrapper: Function, passed: Passed, name: str) -> bool:
        """Whether a keyword that a wrapper gets in its `**kwargs` goes to senders alone."""
        accepted = wrapper.scope.arguments
        if name in keyword_names(accepted):
            return True
        rest = accepted.kwarg
        return rest is not None and self._goes_to_senders(wrapper, passed, rest.arg, name)

    def _comes_twice(self, wrapper: Function, passed: Passed, name: str) -> bool:
        """Whether a wrapper, or one behind it, names a keyword beside the `**kwargs` that hold the one
        of its caller: `get(url, timeout=1, **kwargs)` in another branch."""
        key = ("given twice", wrapper.key(), name)
        if key in self._limits.open or wrapper.scope.arguments.kwarg is None:
            return False
        scope = wrapper.scope
        marked = _with_keyword(passed, name, _MARKED)
        with self._limits.looking_into(key):
            frame = invoke.frame_for(self._evaluator, wrapper, marked, None)
            spreading = [f for f in walk(scope).calls if any(_splats(f.node))]
            return any(
                self._is_given_twice(node, context, name)
                or (
                    isinstance(callee, Function)
                    and name in given.keywords
                    and self._comes_twice(callee, given, name)
                )
                for node, context, callee, given in self._limits.functions.reached(
                    spreading, scope, frame
                )
            )

    def _is_given_twice(self, node: ast.Call, context: Context, name: str) -> bool:
        holding = [splat for splat in _splats(node) if self._holds(splat, context, name)]
        return len(holding) + any(k.arg == name for k in node.keywords) > 1

    def _holds(self, splat: ast.expr, context: Context, name: str) -> bool:
        values = self._evaluator.evaluate(splat, context)
        return any(isinstance(v, Mapping) and name in v.entries for v in values)

    def _objection_to_value(self, wrapper: Function, passed: Passed, name: str) -> str | None:
        """What speaks against a value for a parameter of a wrapper, if anything. It has to reach all
        senders that get a timeout from the wrapper as it is, or in a pair or a timeout of their
        library: then its unit is theirs."""
        computed = COMPUTED.format(wrapper.scope.name, name)
        found: list[bool | None] = []
        marked = _with(wrapper, passed, name, _MARKED)
        for value, taken in self._limits.functions.behind(wrapper, marked):
            if isinstance(value, Frame):
                names = [n for n, held in value.parameters.items() if _is_marked(held)]
                if any(self._is_taken_apart(value, n) for n in names):
                    return computed
                if any(self._goes_elsewhere(value, n) for n in names):
                    return USED_OTHERWISE.format(wrapper.scope.name, name)
                continue
            sender = value.sender
            bound = bind(taken, sender.parameters, sender.keywords)
            argument = bound.named.pop(sender.timeout or "", None)
            if any(map(self._mentions_mark, (*bound.named.values(), *bound.extra.values()))):
                return USED_OTHERWISE.format(wrapper.scope.name, name)
            if argument is None:
                continue
            objection = self.objection_on_the_way(value, taken)[0]
            if objection is not None:
                return objection
            types = {known.path for known in self._limits.timeouts(value).types}
            values = self._evaluator.argument(argument)
            found += [self._marked(value, types) for value in values]
        return computed if found and (True not in found or None in found) else None

    def _is_taken_apart(self, frame: Frame, name: str) -> bool:
        """Whether a function asks a parameter for more than a number has, where it may be one."""
        places = (
            (node, Context(frame.scope, at, frame)) for node, at in taken_apart(frame.scope, name)
        )
        return any(
            narrowing.may_be(self._evaluator, name, value, node, context)
            for node, context in places
            for value in self._evaluator.evaluate(node, context)
            if isinstance(value, Marked)
        )

    def _goes_elsewhere(self, frame: Frame, name: str) -> bool:
        """Whether a function does more with a parameter than to hand it on to requests, as far as
        these are known."""
        scope = frame.scope
        places = {found.node: found for found in handing_on(scope)}

        def is_request(node: ast.Call) -> bool:
            if node not in places:
                return False
            context = Context(places[node].scope, places[node].statement)
            return self._sends(node, inside(context, scope, frame))

        return goes_elsewhere(scope, name, is_request)

    def _sends(self, node: ast.Call, context: Context) -> bool:
        """Whether a call may send a request, or leads to what is looked at itself."""
        callees = invoke.called(self._evaluator, self._evaluator.evaluate(node.func, context))
        return any(
            isinstance(callee, (SenderValue, Partial, Function))
            or (
                isinstance(callee, (Symbol, Class))
                and self._limits.library_made(callee) is not None
            )
            for callee, _ in self._reached(node, context, callees)
        )

    def _mentions_mark(self, argument: Argument) -> bool:
        """Whether another argument tells the server of the timeout: `params={"timeout": timeout}`."""
        values = self._evaluator.argument(argument)
        held = (entry for v in values if isinstance(v, Mapping) for entry in v.entries.values())
        if any(map(_is_marked, held)):
            return True
        node, context = argument.node, argument.context
        return (
            node is not None
            and context is not None
            and any(
                isinstance(part, ast.Name) and _is_marked(self._evaluator.evaluate(part, context))
                for part in within(node)
            )
        )

    def _marked(self, value: Value, types: Set[str]) -> bool | None:
        """Whether a timeout is the marked value, or is made of it; None where that cannot be told."""
        if isinstance(value, Marked):
            return True
        if isinstance(value, Literal):
            return False
        parts: Iterable[Alternatives] = ()
        if isinstance(value, Collection) and value.is_tuple:
            parts = value.elements
        elif isinstance(value, Result) and value.path in types:
            parts = map(self._evaluator.argument, value.site.passed.arguments)
        return True if any(map(_is_marked, parts)) else None

    def goes_to_senders(self, scope: Scope, mapping: str, statement: ast.stmt) -> bool:
        """Whether all that a function may do with a mapping from a statement on is right if it holds
        a timeout, whoever calls it."""
        lines = _lines_behind(scope, statement)
        return self._goes_to_senders(Function(scope), None, mapping, _TIMEOUT, lines=lines)

    def _goes_to_senders(
        self,
        wrapper: Function,
        passed: Passed | None,
        mapping: str,
        name: str,
        *,
        helps: bool = False,
        lines: range | None = None,
    ) -> bool:
        key = ("goes to senders", wrapper.key(), mapping, name)
        if key in self._limits.open:
            return True
        scope = wrapper.scope
        uses = uses_of_mapping(scope, mapping, name, helps, lines)
        if uses is None:
            return False
        senders = {given.node for given in uses.calls}
        if any(wants_number(scope.node, value, senders) for value in uses.values):
            return False
        with self._limits.looking_into(key):
            places = {given.node: given for given in uses.calls}
            calls = [found for found in walk(scope).calls if found.node in places]
            frame = None
            if passed is not None:
                frame = invoke.frame_for(self._evaluator, wrapper, passed, None)
            # Whoever calls it: each call in it asks for all that are behind.
            kept = self._taken.setdefault(key, {}) if passed is None else {}
            for node, context in self._limits.functions.alive(calls, scope, frame):
                given = places[node]
                if given not in kept:
                    kept[given] = self._is_taken(given, context, name)
                if not kept[given]:
                    return False
            return True

    def _is_taken(self, given: Given, context: Context, name: str) -> bool:
        """Whether a call that is given the mapping can take one more keyword in it."""
        called = self._evaluator.evaluate(given.node.func, context)
        callees = invoke.called(self._evaluator, called)
        reached = [*self._reached(given.node, context, callees)]
        return bool(reached) and all(
            self._suits(callee, passed, given, name) for callee, passed in reached
        )

    def _reached(
        self, node: ast.Call, context: Context, callees: Alternatives
    ) -> Iterator[tuple[Value, Passed]]:
        """What a call leads to. What is unknown beside something known is taken to be the same."""
        handed = [*handed_over(self._evaluator, node, context, callees, known=True)]
        yield from handed
        if handed:
            return
        passed = invoke.passed_by(self._evaluator, node, context)
        for value in callees:
            if isinstance(value, Symbol) and value.path == "functools.partial":
                for made in self._evaluator.evaluate(node, context):
                    yield made, Passed()
            elif isinstance(value, (SenderValue, Partial, Function, Class, Symbol)):
                yield value, passed

    def _suits(self, callee: Value, passed: Passed, given: Given, name: str) -> bool:
        callee, passed, _ = invoke.behind_partials(callee, passed)
        if isinstance(callee, Class):
            made = Instance(callee)
            found = objects.class_attribute(self._evaluator, callee, "__init__", made)
            return bool(found) and all(self._suits(v, passed, given, name) for v in found)
        if isinstance(callee, SenderValue):
            if given.place is not None or callee.sender.timeout is None:
                return False
            return self.objection_on_the_way(callee, passed)[0] is None
        if not isinstance(callee, Function):
            return False
        if given.place is None:
            return takes(callee.scope, name) and self.objection(callee, passed, name) is None
        mapping = _parameter_at(callee, given.place)
        return mapping is not None and (
            self._goes_to_senders(callee, passed, mapping, name, helps=True)
        )


def _lines_behind(scope: Scope, statement: ast.stmt) -> range | None:
    """The lines of a function that can be reached from a statement; None: all of them."""
    place = scope.places.get(statement)
    if place is None or any(isinstance(parent, LOOPS) for parent, _ in scope.parents(statement)):
        return None
    last: ast.AST = place.body[-1] if isinstance(place.body[-1], ENDS) else scope.node
    return range(statement.lineno, (last.end_lineno or 0) + 1)  # type: ignore[attr-defined]


def taken_as(wrapper: Scope) -> str | None:
    """The name under which a wrapper takes a timeout: by the look of its parameters, and of what it
    hands on."""
    names = [name for name in keyword_names(wrapper.arguments) if _TIMEOUT in name]
    if _TIMEOUT in names:
        return _TIMEOUT
    if wrapper.arguments.kwarg is not None:
        handed = timeout_names(wrapper)
        known = [*(name for name in names if name in handed), *timeout_keys(wrapper)]
        return known[0] if known and _TIMEOUT not in known else _TIMEOUT
    return names[0] if names else None


def takes(function: Scope, name: str) -> bool:
    """Whether a function takes a keyword."""
    accepted = function.arguments
    return accepted.kwarg is not None or name in keyword_names(accepted)


def _is_marked(values: Alternatives) -> bool:
    return any(isinstance(value, Marked) for value in values)


def _with(wrapper: Function, passed: Passed, name: str, given: Argument) -> Passed:
    """What a wrapper is passed, with one argument more, or in the place of its own."""
    names = positional_names(wrapper)
    place = names.index(name) if name in names else len(passed.positional)
    if place >= len(passed.positional):
        return _with_keyword(passed, name, given)
    result = passed.shifted(0)
    result.positional = [*passed.positional[:place], given, *passed.positional[place + 1 :]]
    return result


def _with_keyword(passed: Passed, name: str, given: Argument) -> Passed:
    """What is passed, with one keyword more, or in the place of its own."""
    result = passed.shifted(0)
    result.keywords = {**passed.keywords, name: given}
    return result


def _splats(node: ast.Call) -> Iterator[ast.expr]:
    return (keyword.value for keyword in node.keywords if keyword.arg is None)


def _parameter_at(function: Function, place: int | str) -> str | None:
    """The parameter that takes an argument at a position or of a name."""
    accepted = function.scope.arguments
    if isinstance(place, str):
        return place if place in keyword_names(accepted) else None
    names = positional_names(function)
    return names[place] if place < len(names) else None


def _lets_through(value: Value, scope: Scope, name: str | None) -> bool:
    """Whether a decorator is known to hand a keyword on to its function."""
    return (
        name is not None
        and isinstance(value, Symbol)
        and validators.admits(value.path, scope.arguments, name)
    )


def _is_harmless(value: Value, name: str) -> bool:
    """Whether a decorator leaves it to the function what it takes: a function of the project, whose
    work is seen, or one that is well known."""
    path = value.path if isinstance(value, Symbol) else name
    if path.partition(".")[0] in _SAME or any(word in path.lower() for word in _ALIKE):
        return True
    return isinstance(value, Function)
