"""What the tests around an expression, and those before it, tell of a name or attribute there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.inference import conditions
from flake8_untimed.inference.scopes import COMPREHENSIONS, Scope, once
from flake8_untimed.inference.syntax import LEAVES, LOOPS, dotted, ends, own_expressions, parents_in
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    Alternatives,
    Context,
    Literal,
    Value,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator


class Told(NamedTuple):
    """A test that has come out so: in one block of a statement, `behind` it, or (`inside`) in a part
    of its own expressions."""

    test: ast.expr
    outcome: bool
    scope: Scope
    statement: ast.stmt
    where: str

    def holds(self, subject: str, at: ast.stmt | None) -> bool:
        """Whether that is still so of a name or attribute at a statement of the scope."""
        place, chain = self.scope.places[self.statement], self.scope.chain(at)
        if not any(
            p.body is place.body and p.position > place.position
            if self.where == "behind"
            else p.parent is self.statement and p.block == self.where
            for p in chain
        ):
            return False
        # In a loop, what stands further down comes before, too.
        in_loop = any(isinstance(p.parent, LOOPS) for p in chain)
        return not any(
            place.order < order and (in_loop or order < chain[-1].order)
            for order in _changes(self.scope, subject)
        )


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


def narrowed(
    evaluator: Evaluator, node: ast.expr, context: Context, values: Alternatives
) -> Alternatives:
    """What a name or attribute may be, without the None, False or zero that it is not, as tests say.
    If nothing is left, it is for others to set it: the code is written for that."""
    if not any(map(_is_empty, values)):
        return values
    told = list(told_of(dotted(node), node, context))
    if not told:
        return values
    kept = (v for v in values if not _is_empty(v) or _agrees(evaluator, told, v, context))
    return tuple(kept) or NOTHING_KNOWN


def may_be(
    evaluator: Evaluator, subject: str, value: Value, node: ast.expr, context: Context
) -> bool:
    """Whether a name may have a value where an expression stands, as far as tests tell."""
    return _agrees(evaluator, told_of(subject, node, context), value, context)


def _is_empty(value: Value) -> bool:
    return isinstance(value, Literal) and not value.value


def _agrees(
    evaluator: Evaluator, every: Iterator[Told] | list[Told], value: Value, context: Context
) -> bool:
    for told in every:
        frame = context.frame if told.scope is context.scope else None
        where = Context(told.scope, told.statement, frame)
        found = conditions.outcome_for(evaluator, told.test, value, where)
        if found is not None and found is not told.outcome:
            return False
    return True


def told_of(subject: str | None, node: ast.expr, context: Context) -> Iterator[Told]:
    """What is told of a name or attribute where an expression stands."""
    if subject is None:
        return
    scope, at, _ = context
    while scope.parent is not None and isinstance(scope.node, (*COMPREHENSIONS, ast.Lambda)):
        at, scope = scope.statement, scope.parent
    if at is not None:
        for test, outcome in _around(scope, at, node):
            if subject_of(test) == subject:
                yield Told(test, outcome, scope, at, "inside")
    yield from _told_before(subject, context.scope, context.at)


def _told_before(subject: str, begin: Scope, at: ast.stmt | None) -> Iterator[Told]:
    """What the statements around and before another tell of a name or attribute, out to the scope
    that the name belongs to."""
    root = subject.partition(".")[0]
    scope: Scope | None = begin
    while scope is not None:
        yield from (told for told in tests_of(scope).get(subject, ()) if told.holds(subject, at))
        if root in scope.bindings:
            return
        at, scope = scope.statement, scope.parent


def _around(scope: Scope, at: ast.stmt, node: ast.expr) -> Iterator[tuple[ast.expr, bool]]:
    """The tests inside a statement that decide whether an expression is looked at."""
    parents = _parents(scope, at)
    child: ast.AST = node
    while child in parents:
        parent = parents[child]
        if isinstance(parent, ast.IfExp) and child is not parent.test:
            yield from _parts(parent.test, child is parent.body)
        elif isinstance(parent, ast.BoolOp):
            for before in parent.values[: parent.values.index(child)]:  # type: ignore[arg-type]
                yield from _parts(before, isinstance(parent.op, ast.And))
        elif isinstance(parent, COMPREHENSIONS) and child not in parent.generators:
            for test in [test for generator in parent.generators for test in generator.ifs]:
                yield from _parts(test, True)
        child = parent


@once
def _parents(scope: Scope, statement: ast.stmt) -> dict[ast.AST, ast.AST]:
    return parents_in(*own_expressions(statement))


@once
def tests_of(scope: Scope) -> dict[str, list[Told]]:
    """The tests of the statements of a scope, by the name or attribute that they test."""
    found: dict[str, list[Told]] = {}
    for statement in scope.places:
        for where, outcome in _ways_on(statement):
            for test, verdict in _parts(statement.test, outcome):  # type: ignore[attr-defined]
                subject = subject_of(test)
                if subject is not None:
                    told = Told(test, verdict, scope, statement, where)
                    found.setdefault(subject, []).append(told)
    return found


def _ways_on(statement: ast.stmt) -> Iterator[tuple[str, bool]]:
    """Where the test of a statement has surely come out so."""
    if isinstance(statement, ast.Assert):
        yield "behind", True
    elif isinstance(statement, (ast.If, ast.While)):
        yield "body", True
        if isinstance(statement, ast.If):
            yield "orelse", False
            if ends(statement.body, LEAVES):
                yield "behind", False
            elif ends(statement.orelse, LEAVES):
                yield "behind", True


def _parts(test: ast.expr, outcome: bool) -> Iterator[tuple[ast.expr, bool]]:
    """What has come out so with a test: all parts of a true `and`, and of a false `or`."""
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, outcome = test.operand, not outcome
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) is outcome:
            for part in test.values:
                yield from _parts(part, outcome)
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
