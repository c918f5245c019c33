"""The calls of a scope and of all scopes inside it, each with where it stands; without recursion. And
in what the parts of a statement stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from flake8_untimed.inference.scopes import COMPREHENSIONS, Scope, once
from flake8_untimed.inference.syntax import DEFINITIONS, own_expressions, parents_in

_SKIPPED = frozenset(
    ("ctx", "op", "ops", "type_params", "type_ignores", "returns", "annotation",
     "attr", "arg", "name", "conversion", "simple", "type_comment")
)  # fmt: skip
"""Fields without calls; the second line are no nodes at all."""
_LEAVES = (
    ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal,
    ast.Import, ast.ImportFrom, ast.alias,
)  # fmt: skip
_FIELDS: dict[type, tuple[str, ...]] = dict.fromkeys((*_LEAVES, type(None), str, int, bool), ())
"""Kind of node -> the fields to look into; none: it can hold no call."""
_PLAIN: set[type] = set()
"""Kinds of expressions with nothing special about them, as far as they were met."""

_ANY = ("?",)
"""For a kind of node that was not met before."""


class Found(NamedTuple):
    """A call, with its scope and statement."""

    node: ast.Call
    scope: Scope
    statement: ast.stmt | None


class Stored(NamedTuple):
    """An assignment to an attribute, or to several things at once, with its scope."""

    node: ast.Assign | ast.AnnAssign
    scope: Scope


class Walk(NamedTuple):
    """What was found, in the order of the text as far as statements go; outer calls first."""

    calls: list[Found]
    stores: list[Stored]
    classes: list[Scope]
    other_calls: Sequence[Found] = ()
    """Calls beside the ones that can matter by themselves, which may be given a client."""
    names: Set[str] | None = None
    """Those that clients may go by; None: any."""


def _fields(kind: type) -> tuple[str, ...]:
    fields = tuple(f for f in kind._fields if f not in _SKIPPED)  # type: ignore[attr-defined]
    _FIELDS[kind] = fields
    if issubclass(kind, ast.expr) and kind is not ast.Lambda and kind not in COMPREHENSIONS:
        _PLAIN.add(kind)
    return fields


@once
def walk(top: Scope) -> Walk:
    """Everything of interest in a scope."""
    result = Walk([], [], [])
    if isinstance(top.node, COMPREHENSIONS):
        _read([(top.node, top.parent or top, top.statement)], result, True)
    else:
        body = top.node.body
        first: list[ast.AST] = list(body) if isinstance(body, list) else [body]
        _read([(n, top, None) for n in reversed(first)], result, True)
    return result


def visit(statement: ast.stmt, scope: Scope, result: Walk) -> None:
    """Add what one statement itself holds, without the blocks inside it."""
    _read([(statement, scope, statement)], result, False)


def _read(stack: list[tuple[ast.AST, Scope, ast.stmt | None]], result: Walk, whole: bool) -> None:
    calls = result.calls
    while stack:
        node, scope, statement = stack.pop()
        kind = type(node)
        if isinstance(node, ast.Call):
            calls.append(Found(node, scope, statement))
        elif kind in _PLAIN:
            pass
        elif isinstance(node, ast.stmt):
            statement = node
            if isinstance(node, DEFINITIONS):
                if whole:
                    inner = scope.child(node, node)
                    stack.extend((n, inner, n) for n in reversed(node.body))
                    if inner.is_class:
                        result.classes.append(inner)
                stack.extend((n, scope, node) for n in reversed(_header(node)) if n is not None)
                continue
            if isinstance(node, ast.Assign):
                if any(isinstance(t, (ast.Attribute, ast.Tuple)) for t in node.targets):
                    result.stores.append(Stored(node, scope))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute):
                result.stores.append(Stored(node, scope))
        elif isinstance(node, ast.Lambda):
            stack.append((node.body, scope.child(node, statement), statement))
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            stack.extend((n, scope, statement) for n in defaults if n is not None)
            continue
        elif isinstance(node, COMPREHENSIONS):
            inner = scope.child(node, statement)
            stack.append((node.generators[0].iter, scope, statement))
            for number, generator in enumerate(node.generators):
                stack.extend((test, inner, statement) for test in generator.ifs)
                if number:
                    stack.append((generator.iter, inner, statement))
            if isinstance(node, ast.DictComp):
                stack.append((node.key, inner, statement))
                stack.append((node.value, inner, statement))
            else:
                stack.append((node.elt, inner, statement))
            continue
        fields = _FIELDS.get(kind)
        for field in _fields(kind) if fields is None else fields:
            value = getattr(node, field, None)
            if value.__class__ is list:
                if value and not whole and isinstance(value[0], ast.stmt):
                    continue
                for item in reversed(value):
                    if _FIELDS.get(item.__class__, _ANY):
                        stack.append((item, scope, statement))
            elif _FIELDS.get(value.__class__, _ANY):
                stack.append((value, scope, statement))  # type: ignore[arg-type]


def _header(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> list[ast.expr | None]:
    """What a definition evaluates where it stands; None among it."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
    return [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]


@once
def parents_of(scope: Scope) -> dict[ast.AST, ast.AST]:
    """What stands in a scope -> in what it stands there."""
    return parents_in(scope.node)


def outward(scope: Scope, node: ast.AST, at: ast.stmt) -> Iterator[ast.AST]:
    """A node and the expressions of its statement that it stands in, innermost first."""
    parents = _expression_parents(scope, at)
    yield node
    while node in parents:
        node = parents[node]
        yield node


@once
def _expression_parents(scope: Scope, statement: ast.stmt) -> dict[ast.AST, ast.AST]:
    """What stands in the own expressions of a statement of a scope -> in what it stands there."""
    return parents_in(*own_expressions(statement))
