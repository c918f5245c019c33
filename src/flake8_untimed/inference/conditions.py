"""How tests come out, and what they tell of a name behind them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_untimed.inference import containers
from flake8_untimed.inference.flow import Guard
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import dotted, ends, within
from flake8_untimed.inference.values import (
    Alternatives,
    Collection,
    Context,
    Frame,
    Literal,
    Mapping,
    Marked,
    Parameter,
    Result,
    Symbol,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

_COMPARING: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def hold(
    evaluator: Evaluator, guards: tuple[Guard, ...], scope: Scope, frame: Frame | None
) -> bool | None:
    """Whether all tests around a binding or an event come out so that it happens."""
    verdict: bool | None = True
    for guard in guards:
        test = _kept_outcome(
            evaluator, Context(scope, guard.statement, frame), guard.statement.test
        )
        if test is None:
            verdict = None
        elif test is not guard.positive:
            return False
    return verdict


def _kept_outcome(evaluator: Evaluator, context: Context, test: ast.expr) -> bool | None:
    """How a test comes out: in a long `elif` it is asked for with each branch behind it."""
    memo, key = evaluator.memo(context.scope.module), ("outcome", test, context.frame)
    known = memo.get(key)
    if known is not None:
        return known[0].value  # type: ignore[attr-defined,no-any-return]
    verdict, is_whole = evaluator.whole(lambda: outcome(evaluator, test, context))
    if is_whole:
        memo[key] = (Literal(verdict),)
    return verdict


def outcome(evaluator: Evaluator, test: ast.expr, context: Context) -> bool | None:
    """How a test comes out, if that can be told."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = outcome(evaluator, test.operand, context)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _outcome_of_all(evaluator, test, context)
    if isinstance(test, ast.Compare):
        return _compare(evaluator, test, context)
    verdicts = {truth_of(v) for v in evaluator.evaluate(test, context)}
    return verdicts.pop() if len(verdicts) == 1 else None


def _outcome_of_all(evaluator: Evaluator, test: ast.BoolOp, context: Context) -> bool | None:
    decided = isinstance(test.op, ast.Or)
    verdicts = [outcome(evaluator, v, context) for v in test.values[:8]]
    if decided in verdicts:
        return decided
    return None if None in verdicts or len(test.values) > 8 else not decided


def _compare(evaluator: Evaluator, test: ast.Compare, context: Context) -> bool | None:
    if len(test.ops) != 1:
        return None
    how, right = test.ops[0], test.comparators[0]
    if isinstance(how, (ast.In, ast.NotIn)):
        held = containers.holds(evaluator, test.left, right, context)
        return held if held is None or isinstance(how, ast.In) else not held
    version = _version_in(test.left)
    if version is not None:
        return _compare_version(evaluator, test, version, context)
    if not isinstance(how, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
        return None
    same = _same(evaluator.evaluate(test.left, context), evaluator.evaluate(right, context))
    return same if same is None or isinstance(how, (ast.Is, ast.Eq)) else not same


def _version_in(node: ast.expr) -> tuple[ast.expr, bool] | None:
    """`sys.version_info` in an expression that is it, or (True) its first part."""
    is_major = isinstance(node, ast.Attribute) and node.attr == "major"
    if isinstance(node, ast.Subscript):
        is_major = isinstance(node.slice, ast.Constant) and node.slice.value == 0
    whole = node.value if is_major and isinstance(node, (ast.Attribute, ast.Subscript)) else node
    return (whole, is_major) if (dotted(whole) or "").endswith("version_info") else None


def _compare_version(
    evaluator: Evaluator, test: ast.Compare, version: tuple[ast.expr, bool], context: Context
) -> bool | None:
    """How a test of Python's version comes out. That it is 3 is all that is known of it."""
    compare = _COMPARING.get(type(test.ops[0]))
    if compare is None:
        return None
    whole, is_major = version
    values = evaluator.evaluate(whole, context)
    if any(getattr(value, "path", "") != "sys.version_info" for value in values):
        return None
    wanted = test.comparators[0]
    numbers = [part.value for part in within(wanted) if isinstance(part, ast.Constant)]
    if not all(isinstance(number, int) for number in numbers):
        return None
    if is_major:
        return compare(3, *numbers) if isinstance(wanted, ast.Constant) else None
    is_told = isinstance(wanted, ast.Tuple) and (numbers[:1] != [3] or numbers in ([3], [3, 0]))
    return compare([3, 1], numbers) if is_told else None


def truth_of(value: Value) -> bool | None:
    """Whether an object counts as true."""
    if isinstance(value, Literal):
        return bool(value.value)
    if isinstance(value, Mapping):
        if not value.entries:
            return False if value.is_whole else None
        return None if value.written else True  # see `Mapping.written`
    if isinstance(value, Collection):
        return None
    if isinstance(value, (Unknown, Parameter, Result, Symbol)):
        return None
    return True


def _same(left: Alternatives, right: Alternatives) -> bool | None:
    """Whether two expressions are equal, if one of them is a literal."""
    if all(isinstance(value, Marked) for value in left):
        return False
    if len(right) != 1 or not isinstance(right[0], Literal):
        return None
    wanted = right[0].value
    verdicts: set[bool | None] = set()
    for value in left:
        if isinstance(value, Literal):
            verdicts.add(type(value.value) is type(wanted) and value.value == wanted)
        elif isinstance(value, (Unknown, Parameter, Symbol, Result)):
            verdicts.add(None)
        else:
            verdicts.add(False)
    return verdicts.pop() if len(verdicts) == 1 else None


class Test(NamedTuple):
    """`isinstance(name, type)` or `name.startswith(text)`, which is true inside the body of a
    statement, or else behind it."""

    statement: ast.stmt
    call: ast.Call
    holds_inside: bool

    def holds(self, scope: Scope, name: str, at: ast.stmt | None) -> bool:
        """Whether it is still true of the name at a statement."""
        statement = self.statement
        if at not in scope.places:
            return False
        chain = scope.chain(at)
        if self.holds_inside:
            reached = any(p.parent is statement and p.block == "body" for p in chain)
        else:
            reached = any(statement in p.body[: p.position] for p in chain)
        bound = (b.statement for b in scope.bindings.get(name, ()) if b.statement is not None)
        return reached and not any(scope.order(b) > scope.order(statement) for b in bound)


@once
def tests_of(scope: Scope) -> dict[str, list[Test]]:
    """The tests of a scope, by the name that they test."""
    found: dict[str, list[Test]] = {}
    for statement in scope.places:
        if isinstance(statement, (ast.If, ast.Assert)):
            test = statement.test
            inside = isinstance(statement, ast.If)
            # `if not isinstance(...): raise`
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                if not isinstance(statement, ast.If) or not ends(statement.body):
                    continue
                test, inside = test.operand, False
            is_and = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)
            all_hold = is_and and (inside or isinstance(statement, ast.Assert))
            for part in test.values if all_hold else [test]:  # type: ignore[attr-defined]
                name = _tested(part) if isinstance(part, ast.Call) else None
                if name is not None:
                    assert isinstance(part, ast.Call)
                    found.setdefault(name, []).append(Test(statement, part, inside))
    return found


def _tested(test: ast.Call) -> str | None:
    """The name of which a test says something that is of use."""
    function = test.func
    if isinstance(function, ast.Attribute) and function.attr == "startswith":
        subject = function.value
        # `url.lower().startswith("data:")`
        if isinstance(subject, ast.Call) and isinstance(subject.func, ast.Attribute):
            subject = subject.func.value if subject.func.attr in ("lower", "strip") else subject
    elif dotted(function) == "isinstance" and len(test.args) == 2:
        subject = test.args[0]
    else:
        return None
    return subject.id if isinstance(subject, ast.Name) else None
