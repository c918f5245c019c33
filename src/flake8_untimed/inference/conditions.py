"""How tests come out."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Union

from flake8_untimed.inference import containers, elsewhere, lineage
from flake8_untimed.inference.flow import Guard
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import called_name, dotted, within, writes_none
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    Alternatives,
    Class,
    Collection,
    Context,
    Frame,
    Instance,
    Literal,
    Mapping,
    Marked,
    Parameter,
    Result,
    Symbol,
    Unknown,
    Value,
    is_none,
    is_number,
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
_KINDS = {kind.__name__: kind for kind in (bool, bytes, dict, float, int, list, str, tuple)}
_TYPES_ONLY = ("builtins", "datetime", "six")
"""Modules whose types are written small."""
_WITH_NONE = re.compile("^object$|Any|Hashable|Maybe|None|Null|Object|Optional")
"""Names of types that None may be one of."""
_EQUALITIES = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)


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
    """How a test comes out, if that can be told. An attribute that only holds a place may be set by
    anybody in the project: that is looked at deeply, and so is a constant of another module."""
    verdict = _outcome(evaluator, test, context)
    if evaluator.is_deep or evaluator.is_rough:
        return verdict
    if not any(
        _is_constant(part, context.scope) if verdict is None else isinstance(part, ast.Attribute)
        for part in within(test)
    ):
        return verdict
    return evaluator.in_depth(lambda: _outcome(evaluator, test, context))


def _is_constant(node: ast.AST, scope: Scope) -> bool:
    """Whether something is a constant of another module, by the look of it: `settings.LIMIT`, or a name
    that is imported."""
    if isinstance(node, ast.Attribute):
        return node.attr.isupper()
    if not isinstance(node, ast.Name) or not node.id.isupper():
        return False
    return any(b.kind == "import" for b in scope.module.scope.bindings.get(node.id, ()))


def _outcome(evaluator: Evaluator, test: ast.expr, context: Context) -> bool | None:
    verdict = _outcome_here(evaluator, test, context)
    subject = test.left if isinstance(test, ast.Compare) else test
    if verdict is None or not isinstance(subject, ast.Attribute):
        return verdict
    owners = evaluator.evaluate(subject.value, context)
    is_open = any(elsewhere.is_told_by_heirs(evaluator, v, subject.attr) for v in owners)
    return None if is_open else verdict


def _outcome_here(evaluator: Evaluator, test: ast.expr, context: Context) -> bool | None:
    """The same, by what is seen of its parts where they stand."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _outcome(evaluator, test.operand, context)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _outcome_of_all(evaluator, test, context)
    if isinstance(test, ast.Compare):
        return _compare(evaluator, test, context)
    if isinstance(test, ast.Call) and called_name(test) == "isinstance" and test.args:
        tested = evaluator.evaluate(test.args[0], context)
        verdicts = {outcome_for(evaluator, test, v, context) for v in tested}
    else:
        verdicts = {truth_of(evaluator, v) for v in evaluator.evaluate(test, context)}
    return verdicts.pop() if len(verdicts) == 1 else None


def _outcome_of_all(evaluator: Evaluator, test: ast.BoolOp, context: Context) -> bool | None:
    decided = isinstance(test.op, ast.Or)
    verdicts = [_outcome(evaluator, v, context) for v in test.values[:8]]
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
    if not isinstance(how, _EQUALITIES):
        return None
    left = evaluator.evaluate(test.left, context)
    return _equality(evaluator, how, left, evaluator.evaluate(right, context))


def outcome_for(
    evaluator: Evaluator, test: ast.expr, value: Value, context: Context
) -> bool | None:
    """How a test of a name or attribute (`narrowing.subject_of`) comes out where that is `value`."""
    if isinstance(test, ast.Call):
        # `isinstance(x, type)`, `x.startswith(text)`
        if called_name(test) == "isinstance":
            return _is_of_kind(evaluator, test, value, context)
        return False if is_none(value) else None
    if not isinstance(test, ast.Compare):
        return truth_of(evaluator, value)
    if len(test.ops) != 1:
        return None
    how, right = test.ops[0], evaluator.evaluate(test.comparators[0], context)
    if isinstance(how, _EQUALITIES):
        return _equality(evaluator, how, (value,), right)
    compare = _COMPARING.get(type(how))
    if compare is None or len(right) != 1 or not (is_number(value) and is_number(right[0])):
        return None
    return compare(value.value, right[0].value)  # type: ignore[attr-defined]


def _is_of_kind(
    evaluator: Evaluator, test: ast.Call, value: Value, context: Context
) -> bool | None:
    """How `isinstance()` comes out for a literal, for an object that is made in sight, or for what is
    there to see what becomes of a number."""
    is_made = isinstance(value, Instance) and value.site is not None
    if len(test.args) != 2 or not (is_made or isinstance(value, (Literal, Marked))):
        return None
    verdicts = set[Union[bool, None]]()
    for kinds in _kinds_in(evaluator, test.args[1], context):
        found = {_is_one(evaluator, value, kind) for kind in kinds}
        verdicts.add(found.pop() if len(found) == 1 else None)
    if True in verdicts:
        return True
    return None if None in verdicts else False


def _kinds_in(evaluator: Evaluator, node: ast.expr, context: Context) -> Iterator[Alternatives]:
    """The types of `(int, str)`, `int | str`, `(int,) + OTHERS`, `OTHERS`: each by what it may be."""
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Tuple):
            stack += part.elts
        elif isinstance(part, ast.BinOp):
            stack += (part.left, part.right)
        elif writes_none(part):
            yield NOTHING_KNOWN
        else:
            values = evaluator.evaluate(part, context)
            only = values[0] if len(values) == 1 else None
            if isinstance(only, Collection) and only.is_tuple and only.ordered:
                yield from only.elements
            else:
                yield values


def _is_one(evaluator: Evaluator, value: Value, kind: Value) -> bool | None:
    """Whether a value is of one type, as far as that is surely known."""
    module, _, name = getattr(kind, "path", "").rpartition(".")
    builtin = _KINDS.get(name) if module == "builtins" else None
    if isinstance(value, Marked):
        return builtin in (int, float) if builtin else None
    if isinstance(value, Instance):
        return _is_object_of(evaluator, value, kind)
    if not is_none(value):
        return isinstance(value.value, builtin) if builtin else None  # type: ignore[attr-defined]
    if isinstance(kind, Class):
        return None if any(map(_may_say_otherwise, lineage.mro(evaluator, kind))) else False
    if isinstance(kind, Symbol):
        is_type = module in _TYPES_ONLY or (name[:1].isupper() and not name.isupper())
        return False if is_type and not _WITH_NONE.search(name) else None
    return None


def _is_object_of(evaluator: Evaluator, value: Instance, kind: Value) -> bool | None:
    """The same for an object that is made in sight. Of a library's own class it is none of the
    project's classes."""
    if isinstance(kind, Class):
        if isinstance(value.cls, Class):
            return True if kind.scope is value.cls.scope else None
        return None if any(map(_may_say_otherwise, lineage.mro(evaluator, kind))) else False
    known = evaluator.client_of(value)
    other = evaluator.client_at(getattr(kind, "path", ""))
    if known is None or other is None:
        return None
    if other is known:
        return True
    return False if known.asynchronous is not other.asynchronous else None


def _may_say_otherwise(base: Value) -> bool:
    """Whether a class may count objects of others as its own: by its metaclass, or as a protocol."""
    if not isinstance(base, Class):
        return getattr(base, "path", "").endswith(".Protocol")
    node = base.scope.node
    return bool(getattr(node, "keywords", ())) or "__subclasshook__" in base.scope.bindings


def _version_in(node: ast.expr) -> tuple[ast.expr, bool] | None:
    """`sys.version_info` in an expression that is it, its first parts, or (True) the very first."""
    is_major = isinstance(node, ast.Attribute) and node.attr == "major"
    if isinstance(node, ast.Subscript) and ast.unparse(node.slice) == ":2":
        node = node.value
    elif isinstance(node, ast.Subscript):
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


def truth_of(evaluator: Evaluator, value: Value) -> bool | None:
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
    return None if lineage.says_itself(evaluator, value, "__bool__", "__len__") else True


def _equality(
    evaluator: Evaluator, how: ast.cmpop, left: Alternatives, right: Alternatives
) -> bool | None:
    """How `is`, `==` and their opposites come out, if one of two expressions is a literal."""
    if all(isinstance(value, Marked) for value in left):
        same: bool | None = False
    elif len(right) != 1 or not isinstance(right[0], Literal):
        return None
    else:
        by_value = isinstance(how, (ast.Eq, ast.NotEq))
        verdicts = {_same(evaluator, value, right[0].value, by_value) for value in left}
        same = verdicts.pop() if len(verdicts) == 1 else None
    return same if same is None or isinstance(how, (ast.Is, ast.Eq)) else not same


def _same(evaluator: Evaluator, value: Value, wanted: object, by_value: bool) -> bool | None:
    """Whether a value is a literal, or (`by_value`) equals it: `0.0 == 0`."""
    if isinstance(value, Literal):
        return value.value == wanted and (by_value or type(value.value) is type(wanted))
    if isinstance(value, (Unknown, Parameter, Symbol, Result)):
        return None
    return None if by_value and lineage.says_itself(evaluator, value, "__eq__") else False
