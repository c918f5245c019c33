"""Edits whose place in the tree has been found. They hold nodes of one `Module` and plain text.

Carried out twice: on the text (`carry.py`) and on the tree (`expected.py`), so that the one can be
held against the other.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Union

Argument = Union[ast.expr, ast.keyword]


@dataclass(eq=False)
class SetValue:
    """Another value for an argument that is there; it stays keyword or positional."""

    call: ast.Call
    argument: Argument
    text: str


@dataclass(eq=False)
class AddKeyword:
    """A new keyword at the end, before any `**mapping`."""

    call: ast.Call
    name: str
    text: str


@dataclass(eq=False)
class DropArgument:
    """A keyword, or the last positional argument, goes."""

    call: ast.Call
    argument: Argument


@dataclass(eq=False)
class TurnArgument:
    """A keyword, or the last positional argument, becomes the keyword `name` where it stands."""

    call: ast.Call
    argument: Argument
    name: str
    text: str


@dataclass(eq=False)
class PutExpression:
    node: ast.expr
    text: str


@dataclass(eq=False)
class DropItem:
    dict: ast.Dict
    index: int


@dataclass(eq=False)
class DropStatement:
    statement: ast.stmt


@dataclass(eq=False)
class AddLine:
    """A new statement, an expression, on the line before `statement` or `behind` it."""

    statement: ast.stmt
    text: str
    behind: bool


@dataclass(eq=False)
class EditImport:
    """Names join and leave an import statement; at least one is left."""

    statement: ast.Import | ast.ImportFrom
    added: list[tuple[int, str]] = field(default_factory=list)
    """Where in the old list of names, and what: `ClientTimeout`, `b as c`."""
    dropped: list[ast.alias] = field(default_factory=list)


@dataclass(eq=False)
class NewImport:
    """An import statement of its own, in the module's body behind (or before) another statement, or
    in a function's before one. With no anchor the module is empty."""

    text: str
    anchor: ast.stmt | None
    before: bool = False
    apart: bool = False
    """A blank line stands between it and the import that it comes before."""


CallChange = Union[SetValue, AddKeyword, DropArgument, TurnArgument]
ImportChange = Union[EditImport, NewImport, DropStatement]
Change = Union[CallChange, PutExpression, DropItem, DropStatement, AddLine, EditImport, NewImport]


def is_mapping(argument: Argument) -> bool:
    """Whether it is `**mapping`."""
    return isinstance(argument, ast.keyword) and argument.arg is None


def index_for_keyword(arguments: list[Argument]) -> int:
    """Where a new keyword joins."""
    for index, argument in enumerate(arguments):
        if is_mapping(argument):
            return index
    return len(arguments)
