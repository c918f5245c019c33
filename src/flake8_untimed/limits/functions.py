"""Functions that hand a request on: what bounds the requests behind them, for one caller."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_untimed.bounds import UNKNOWN, Bound, Kind, worst
from flake8_untimed.inference import conditions, constructions, frames, invoke
from flake8_untimed.inference.arguments import Passed
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.forwarding import handing_on, inside
from flake8_untimed.inference.handing import CALLABLE, handed_over
from flake8_untimed.inference.scopes import COMPREHENSIONS, Scope, once
from flake8_untimed.inference.syntax import ends, in_a_row
from flake8_untimed.inference.values import (
    Class,
    Context,
    Frame,
    Function,
    Partial,
    SenderValue,
    Unknown,
    Value,
)
from flake8_untimed.inference.walk import Found, walk

if TYPE_CHECKING:
    from flake8_untimed.limits import Limits

_CALLED = (*CALLABLE, Class)
"""What may send a request when it is called."""
Reached = tuple[ast.Call, Context, Value, Passed]
"""One thing that may be called in a place, and what it is given there."""
DEPTH = 6
"""Functions that hand a request on to one another; deeper, nothing is said."""
_OPEN = (Kind.UNKNOWN, Kind.BOUNDED)
"""What is not reported of a request."""


class Functions:
    """Finds the requests behind functions."""

    def __init__(self, limits: Limits, evaluator: Evaluator) -> None:
        self._limits = limits
        self._evaluator = evaluator
        self._settled: dict[object, bool] = {}
        self._bounds: dict[object, Bound | None] = {}

    def of_callable(
        self,
        value: Value,
        passed: Passed,
        outer: Frame | None = None,
        everything: bool = False,
    ) -> Bound | None:
        """The bound of the requests that a callable sends when it is given these arguments; None
        if it sends none. `everything`: whatever it sends counts, not only what it hands on."""
        value, passed, _ = invoke.behind_partials(value, passed)
        if isinstance(value, SenderValue):
            return self._limits.of_request(value, passed)
        if not isinstance(value, Function) or self._limits.depth >= DEPTH:
            return None
        key = (value.scope, value.receiver and value.receiver.key())
        if key in self._limits.open:
            return None
        is_first = outer is None and not (self._limits.open or self._limits.depth)
        self._limits.depth += 1
        try:
            with self._limits.looking_into(key):
                if everything:
                    requests = walk(value.scope).calls
                else:
                    handing = handing_on(value.scope)
                    requests = [found for found in handing if not self._is_settled(found)]
                if not requests:
                    return None
                frame = invoke.frame_for(self._evaluator, value, passed, outer)
                if is_first:
                    return self._for_anybody(frames.for_anybody(frame), requests, everything)
                return worst(self._inside(value.scope, requests, frame, everything))
        finally:
            self._limits.depth -= 1

    def _for_anybody(self, frame: Frame, requests: list[Found], everything: bool) -> Bound | None:
        """The bound of the requests in a function; once for all callers who give it the same."""
        return self._evaluator.settle(
            self._bounds,
            (frame, everything),
            lambda: worst(self._inside(frame.scope, requests, frame, everything)),
            None,
        )

    def _is_settled(self, found: Found) -> bool:
        """Whether the request of a call is judged where it stands, as far as that is seen from this
        depth, whoever asks."""
        context = Context(found.scope, found.statement)
        key = ("settled", found.node, self._limits.depth)
        with self._limits.looking_anew():
            return self._evaluator.settle(
                self._settled, key, lambda: self._is_judged(found.node, context), False
            )

    def _is_judged(self, node: ast.Call, context: Context) -> bool:
        """Whether all that a call may be is reported, whoever calls its function."""
        called = invoke.called(self._evaluator, self._evaluator.evaluate(node.func, context))
        callees = [v for v in called if isinstance(v, CALLABLE)]
        if not callees:
            return False
        passed = invoke.passed_by(self._evaluator, node, context)
        alternatives = ((node, context, callee, passed) for callee in callees)
        bounds = [*self._of_alternatives(alternatives, None, False)]
        return all(bound is not None and bound.kind not in _OPEN for bound in bounds)

    def behind(
        self,
        function: Function,
        passed: Passed,
        which: Callable[[Scope], list[Found]] = handing_on,
        outer: Frame | None = None,
    ) -> Iterator[tuple[SenderValue | Frame, Passed]]:
        """The senders that a function hands its caller's arguments on to, each with what it gets;
        before those of each function on the way, what that is given itself. `which`: the calls in a
        function that hand something on, by the look of them."""
        frame = invoke.frame_for(self._evaluator, function, passed, outer)
        if frame.depth > invoke.FRAMES:
            return
        scope = function.scope
        yield frame, passed
        for _, _, callee, given in self.reached(which(scope), scope, frame):
            callee, given, _ = invoke.behind_partials(callee, given)
            if isinstance(callee, SenderValue):
                yield callee, given.shifted(1) if callee.unbound else given
            elif isinstance(callee, Function):
                yield from self.behind(callee, given, which, frame)

    def _inside(
        self, scope: Scope, requests: list[Found], frame: Frame, everything: bool
    ) -> Iterator[Bound]:
        every = self.reached(requests, scope, frame)
        for _, group in itertools.groupby(every, key=lambda reached: reached[0]):
            alternatives = [*group]
            bounds = [*self._of_alternatives(alternatives, frame, everything)]
            if any(bounds) and not everything:
                # What hands nothing on may be told of where it sends.
                own = self._of_alternatives(alternatives, frame, True)
                bounds = [one or other for one, other in zip(bounds, own, strict=True)]
            known = [bound for bound in bounds if bound is not None]
            # What may be called there as well sends nothing: another class, given by the caller.
            yield from known if len(known) in (0, len(bounds)) and _agree(known) else (UNKNOWN,)

    def _of_alternatives(
        self, alternatives: Iterable[Reached], frame: Frame | None, everything: bool
    ) -> Iterator[Bound | None]:
        """The bound of each thing that may be called in one place; None for what sends nothing."""
        for node, context, callee, passed in alternatives:
            if isinstance(callee, SenderValue):
                yield self._limits.of(callee, passed, context, node)
            elif isinstance(callee, (Partial, Function)):
                yield self.of_callable(callee, passed, frame, everything)
            elif isinstance(callee, Unknown):
                yield None

    def reached(self, calls: list[Found], scope: Scope, frame: Frame) -> Iterator[Reached]:
        """Of some calls in a function those that are reached for one caller: each thing that is
        called and may send a request, with what it is given. What is not known counts beside a
        function of the project, which is no more than the usual choice then."""
        for node, context in self.alive(calls, scope, frame):
            passed: Passed | None = None
            callees = invoke.called(self._evaluator, self._evaluator.evaluate(node.func, context))
            for callee, given in handed_over(self._evaluator, node, context, callees, known=True):
                yield node, context, callee, given
            is_ours = any(isinstance(callee, Function) for callee in callees)
            for callee in callees:
                if isinstance(callee, _CALLED) or (is_ours and isinstance(callee, Unknown)):
                    if passed is None:
                        passed = invoke.passed_by(self._evaluator, node, context)
                    yield node, context, callee, passed

    def alive(
        self, calls: list[Found], scope: Scope, frame: Frame | None
    ) -> Iterator[tuple[ast.Call, Context]]:
        """Of some calls in a function those that are reached for one caller (None: for any)."""
        contexts = [inside(Context(f.scope, f.statement), scope, frame) for f in calls]
        alive = _alive(self._evaluator, contexts)
        for found, context, is_alive in zip(calls, contexts, alive, strict=True):
            if is_alive:
                yield found.node, context


def _agree(bounds: list[Bound]) -> bool:
    """Whether all that may be called in one place is to be reported, or none of it."""
    return len({bound.kind in _OPEN for bound in bounds}) < 2


def _alive(evaluator: Evaluator, contexts: list[Context]) -> list[bool]:
    """Which statements of a function are reached. If that is none, flags of modules and objects do
    not count: though nothing in sight ever changes them, it is for others to change them, or the
    function would be dead."""
    alive = [_reachable(evaluator, context, flags=True) for context in contexts]
    if any(alive):
        return alive
    return [_reachable(evaluator, context, flags=False) for context in contexts]


def _reachable(evaluator: Evaluator, context: Context, flags: bool) -> bool:
    """Whether a statement is reached, as far as the tests around and before it tell; `flags`: also
    those that are not of what the function was given."""
    scope, at, frame = context

    def outcome(statement: ast.If | ast.Assert) -> bool | None:
        if not flags and not constructions.uses_own_names(statement.test, scope):
            return None
        return conditions.outcome(evaluator, statement.test, Context(scope, statement, frame))

    for place in scope.chain(at):
        if isinstance(place.parent, ast.If):
            test = outcome(place.parent)
            if test is not None and test is not (place.block == "body"):
                return False
        for position, before, leaves in _exits(scope, place.body[0]):
            if position >= place.position:
                break
            if outcome(before) is leaves:
                return False
    if isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
        return _reachable(evaluator, Context(scope.parent, scope.statement, frame), flags)
    return True


@once
def _exits(scope: Scope, first: ast.stmt) -> list[tuple[int, ast.If | ast.Assert, bool]]:
    """Where the block that a statement begins may be left: by what test, and how it comes out then."""
    return [
        (position, *exit_)
        for position, statement in enumerate(scope.places[first].body)
        for inner in in_a_row(statement)
        for exit_ in _exits_of(inner)
    ]


def _exits_of(statement: ast.stmt) -> Iterator[tuple[ast.If | ast.Assert, bool]]:
    if isinstance(statement, ast.Assert):
        yield statement, False
    elif isinstance(statement, ast.If):
        if ends(statement.body):
            yield statement, True
        if ends(statement.orelse):
            yield statement, False
