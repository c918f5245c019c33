"""What the tests around an expression, and those before it, tell of a name or attribute there."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Union

from flake8_untimed.inference import conditions
from flake8_untimed.inference.scopes import COMPREHENSIONS, INLINE, Place, Scope, once
from flake8_untimed.inference.syntax import LEAVES, LOOPS, WITHS, dotted, ends, may_swallow
from flake8_untimed.inference.values import NOTHING_KNOWN, Alternatives, Context, Value, is_empty
from flake8_untimed.inference.walk import outward

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator


TESTS = 8
"""Tests of a block, and parts of an `and` or `or`, that are looked at before what is asked for."""


class Told(NamedTuple):
    """A test that has come out so for what is reached; `scope` and `statement` are where it stands."""

    test: ast.expr
    outcome: bool
    scope: Scope
    statement: ast.stmt


def narrowed(
    evaluator: Evaluator, node: ast.expr, context: Context, values: Alternatives
) -> Alternatives:
    """What a name or attribute may be, without the None, False or zero that it is not, as tests say.
    If nothing is left, it is for others to set it: the code is written for that."""
    if not any(map(is_empty, values)):
        return values
    subject = dotted(node)
    if subject is None:
        return values
    kept = (v for v in values if not is_empty(v) or may_be(evaluator, subject, v, node, context))
    return tuple(kept) or NOTHING_KNOWN


def may_be(
    evaluator: Evaluator, subject: str, value: Value, node: ast.expr, context: Context
) -> bool:
    """Whether a name or attribute may have a value where an expression stands, as tests tell."""
    for told in _told_of(subject, node, context):
        frame = context.frame if told.scope is context.scope else None
        where = Context(told.scope, told.statement, frame)
        found = conditions.outcome_for(evaluator, told.test, value, where)
        if found is not None and found is not told.outcome:
            return False
    return True


def _told_of(subject: str, node: ast.expr, context: Context) -> Iterator[Told]:
    """What is told of a name or attribute where an expression stands, out to the scope that the name
    belongs to."""
    at, scope = context.at, context.scope
    while scope.parent is not None and isinstance(scope.node, INLINE):
        at, scope = scope.statement, scope.parent
    if at is not None:
        for test, outcome in _around(scope, at, node):
            if subject_of(test) == subject:
                yield Told(test, outcome, scope, at)
    root = subject.partition(".")[0]
    at, scope = context.at, context.scope
    yield from told_at(scope, subject, at)
    while scope.parent is not None and root not in scope.bindings:
        at, scope = scope.statement, scope.parent
        yield from told_at(scope, subject, at)


def told_at(scope: Scope, subject: str, at: ast.stmt | None) -> Iterator[Told]:
    """What the tests of a scope tell of a name or attribute at a statement."""
    tests = _tests_of(scope).get(subject)
    if tests is None:
        return
    chain = scope.chain(at)
    # In a loop, what stands further down comes before, too.
    in_loop = any(isinstance(place.parent, LOOPS) for place in chain)
    for place in chain:
        found = tests.get((place.parent, place.block), ())
        number = bisect_left(found, place.position, key=lambda test: test[0])
        for _, told in found[max(0, number - TESTS) : number]:
            begin, end = scope.order(told.statement), chain[-1].order
            if not any(
                begin < order and (in_loop or order < end) for order in _changes(scope, subject)
            ):
                yield told


@once
def _changes(scope: Scope, subject: str) -> list[int]:
    """Where a scope gives a name, or an attribute, something else."""
    root = subject.partition(".")[0]
    base, _, attribute = subject.rpartition(".")
    statements = [
        *(binding.statement for binding in scope.bindings.get(root, ())),
        *(e.statement for e in scope.events.get(base, ()) if e.name == attribute),
    ]
    return [scope.order(s) for s in statements if s is not None]


_Block = tuple[Union[ast.stmt, None], str]
"""A block of a statement, or of the scope."""


@once
def _tests_of(scope: Scope) -> dict[str, dict[_Block, list[tuple[int, Told]]]]:
    """The tests of the statements of a scope by the name or attribute that they test and where they
    have come out so: in a block, behind a position of it."""
    found: dict[str, dict[_Block, list[tuple[int, Told]]]] = {}
    for statement, place in scope.places.items():
        for block, outcome in _ways_on(statement):
            begins = [((statement, block), -1)] if block else [*_behind(scope, place)]
            for test, verdict in parts_of(statement.test, outcome):  # type: ignore[attr-defined]
                subject = subject_of(test)
                if subject is not None:
                    told = Told(test, verdict, scope, statement)
                    blocks = found.setdefault(subject, {})
                    for where, position in begins:
                        blocks.setdefault(where, []).append((position, told))
    return found


def _behind(scope: Scope, place: Place) -> Iterator[tuple[_Block, int]]:
    """Where what follows a statement begins: in its block, and behind a `with` around it."""
    yield (place.parent, place.block), place.position
    if isinstance(place.parent, WITHS) and not may_swallow(place.parent):
        yield from _behind(scope, scope.places[place.parent])


def _ways_on(statement: ast.stmt) -> Iterator[tuple[str, bool]]:
    """In which blocks of a statement its test has surely come out how; "" is what follows it."""
    if isinstance(statement, ast.Assert):
        yield "", True
    elif isinstance(statement, (ast.If, ast.While)):
        yield "body", True
        if isinstance(statement, ast.If):
            yield "orelse", False
            if ends(statement.body, LEAVES):
                yield "", False
            elif ends(statement.orelse, LEAVES):
                yield "", True


def _around(scope: Scope, at: ast.stmt, node: ast.expr) -> Iterator[tuple[ast.expr, bool]]:
    """The tests inside a statement that decide whether an expression is looked at."""
    for child, parent in pairwise(outward(scope, node, at)):
        if isinstance(parent, ast.IfExp) and child is not parent.test:
            yield from parts_of(parent.test, child is parent.body)
        elif isinstance(parent, ast.BoolOp):
            number = parent.values.index(child)  # type: ignore[arg-type]
            for before in parent.values[max(0, number - TESTS) : number]:
                yield from parts_of(before, isinstance(parent.op, ast.And))
        elif isinstance(parent, COMPREHENSIONS) and child not in parent.generators:
            for test in [test for generator in parent.generators for test in generator.ifs]:
                yield from parts_of(test, True)


def parts_of(test: ast.expr, outcome: bool) -> Iterator[tuple[ast.expr, bool]]:
    """What has come out so with a test: all parts of a true `and`, and of a false `or`."""
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, outcome = test.operand, not outcome
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) is outcome:
            for part in test.values:
                yield from parts_of(part, outcome)
    else:
        yield test, outcome


def subject_of(test: ast.expr) -> str | None:
    """The name or attribute of which a test says something that is of use: `x`, `x is None`,
    `isinstance(x, type)`, `x.lower().startswith(text)`."""
    if isinstance(test, ast.Compare):
        test = test.left
    elif isinstance(test, ast.Call):
        function = test.func
        if isinstance(function, ast.Attribute) and function.attr == "startswith":
            test = function.value
            if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
                test = test.func.value if test.func.attr in ("lower", "strip") else test
        elif dotted(function) == "isinstance" and len(test.args) == 2:
            test = test.args[0]
    return dotted(test.target if isinstance(test, ast.NamedExpr) else test)
