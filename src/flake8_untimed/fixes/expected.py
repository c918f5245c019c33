"""Changes carried out on the tree, on their own; and trees held against each other."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence

from flake8_untimed.fixes.changes import (
    AddKeyword,
    AddLine,
    Argument,
    CallChange,
    Change,
    DropArgument,
    DropItem,
    DropStatement,
    EditImport,
    NewImport,
    PutExpression,
    SetValue,
    TurnArgument,
    index_for_keyword,
)
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.module import Block, Module, Place, arguments, nowhere, parse_expression


def change_tree(module: Module, changes: Sequence[Change]) -> None:
    """Change the module's tree into what the new text must mean. New nodes stand on line 0."""
    calls: dict[ast.Call, list[CallChange]] = defaultdict(list)
    items: dict[ast.Dict, list[int]] = defaultdict(list)
    expressions: list[PutExpression] = []
    news: list[tuple[int, ast.stmt]] = []
    dropped: list[tuple[Block, ast.stmt]] = []
    inner: list[tuple[ast.stmt, bool, ast.stmt]] = []
    added: list[tuple[ast.stmt, bool, ast.stmt]] = []
    for change in changes:
        if isinstance(change, (SetValue, AddKeyword, DropArgument, TurnArgument)):
            calls[change.call].append(change)
        elif isinstance(change, PutExpression):
            expressions.append(change)
        elif isinstance(change, DropItem):
            items[change.dict].append(change.index)
        elif isinstance(change, EditImport):
            _change_names(change)
        elif isinstance(change, DropStatement):
            dropped.append((module.block(change.statement), change.statement))
        elif isinstance(change, AddLine):
            line = nowhere(ast.Expr(parse_expression(change.text)))
            added.append((change.statement, change.behind, line))
        elif change.anchor is not None and module.parents[change.anchor] is not module.tree:
            inner.append((change.anchor, False, nowhere(ast.parse(change.text).body[0])))
        else:
            news.append((_body_index(module, change), nowhere(ast.parse(change.text).body[0])))
    for call, of_call in calls.items():
        _change_call(call, of_call)
    for put in expressions:
        _replace(module.parents[put.node], put.node, parse_expression(put.text))
    for node, indices in items.items():
        for index in sorted(indices, reverse=True):
            del node.keys[index], node.values[index]
    news.sort(key=lambda new: new[0])
    for index, statement in reversed(news):
        module.tree.body.insert(index, statement)
    for beside, behind, new in (*inner, *added):
        statements = module.block(beside).statements
        statements.insert(statements.index(beside) + behind, new)
    for block, statement in dropped:
        block.statements.remove(statement)
        if not block.statements and not isinstance(block.owner, ast.Module):
            block.statements.append(nowhere(ast.Pass()))


def _change_call(call: ast.Call, changes: Sequence[CallChange]) -> None:
    together: list[Argument] = arguments(call)
    for change in changes:
        if isinstance(change, SetValue):
            value = parse_expression(change.text)
            if isinstance(change.argument, ast.keyword):
                change.argument.value = value
            else:
                together[together.index(change.argument)] = value
    for change in changes:
        if isinstance(change, TurnArgument):
            new = ast.keyword(change.name, parse_expression(change.text))
            together[together.index(change.argument)] = new
    for change in changes:
        if isinstance(change, DropArgument):
            together.remove(change.argument)
    for change in changes:
        if isinstance(change, AddKeyword):
            new = ast.keyword(change.name, parse_expression(change.text))
            together.insert(index_for_keyword(together), new)
    call.args = [argument for argument in together if isinstance(argument, ast.expr)]
    call.keywords = [argument for argument in together if isinstance(argument, ast.keyword)]


def _replace(parent: ast.AST, old: ast.expr, new: ast.expr) -> None:
    for name, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, name, new)
        elif isinstance(value, list):
            value[:] = [new if item is old else item for item in value]


def _change_names(change: EditImport) -> None:
    names = list(change.statement.names)
    for index, text in sorted(change.added, reverse=True):
        name, _, alias = text.partition(" as ")
        names.insert(index, ast.alias(name, alias or None))
    change.statement.names = [name for name in names if name not in change.dropped]


def _body_index(module: Module, change: NewImport) -> int:
    """Where in the old body a new import stands: statements on the anchor's line are not parted."""
    if change.anchor is None:
        return 0
    return module.tree.body.index(change.anchor) + (not change.before)


# Comparing


def compare(expected: ast.AST, actual: ast.AST, places: set[Place]) -> dict[Place, Place]:
    """Hold two trees against each other, without regard to positions.

    Returns where the nodes at `places` of the old text are in the new one. Raises Refused at the
    first difference. Iterative: trees can be deep.
    """
    moved: dict[Place, Place] = {}
    pairs: list[tuple[object, object]] = [(expected, actual)]
    pop, push = pairs.pop, pairs.append
    while pairs:
        left, right = pop()
        kind = left.__class__
        if kind is not right.__class__:
            raise Refused(_DIFFERENT)
        if isinstance(left, ast.AST):
            old, new = left.__dict__, right.__dict__
            if old.get("lineno"):  # neither new nor without a place
                where = (old["lineno"], old["col_offset"], old["end_lineno"], old["end_col_offset"])
                if where in places:
                    moved[where] = (
                        new["lineno"],
                        new["col_offset"],
                        new["end_lineno"],
                        new["end_col_offset"],
                    )
            for name in left._fields:
                value = old.get(name)
                if value is not None or new.get(name) is not None:
                    push((value, new.get(name)))
        elif isinstance(left, list):
            if len(left) != len(right):  # type: ignore[arg-type]
                raise Refused(_DIFFERENT)
            pairs.extend(zip(left, right, strict=True))  # type: ignore[call-overload]
        elif left != right and repr(left) != repr(right):  # nan is not equal to itself
            raise Refused(_DIFFERENT)
    return moved


_DIFFERENT = "the result would not be the old code plus the edit"
