"""One file's tree with what editing needs: offsets, parents, blocks, nodes by their place."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import PurePath
from typing import NamedTuple, TypeVar

from flake8_untimed.findings import Span
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.names import Names
from flake8_untimed.source import Source

Place = tuple[int, int, int, int]
"""Where a node stands, in ast's manner: lines from 1, columns from 0 in UTF-8 bytes."""

_Node = TypeVar("_Node", bound=ast.AST)
SIMPLE = (
    ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Import, ast.ImportFrom,
    ast.Pass, ast.Assert, ast.Raise, ast.Return,
)  # fmt: skip
"""Statements without others in them."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_F_STRINGS = tuple(
    getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name)
)


class Block(NamedTuple):
    """A list of statements: the field `name` of `owner`."""

    owner: ast.AST
    name: str

    @property
    def statements(self) -> list[ast.stmt]:
        statements: list[ast.stmt] = getattr(self.owner, self.name)
        return statements


class Module:
    """`places`: the places that `find` will be asked for."""

    def __init__(self, source: Source, places: Iterable[Place] = ()) -> None:
        self.source = source
        self.tree = source.parse()
        self.parents: dict[ast.AST, ast.AST] = {}
        self._found: dict[Place, list[ast.AST]] = {place: [] for place in places}
        # Where each line starts, and the end of the text.
        self.starts = [0, *accumulate(map(len, source.lines))]
        nodes: list[ast.AST] = [self.tree]
        for parent in nodes:  # grows as we go: no recursion, however deep the tree
            for node in ast.iter_child_nodes(parent):
                if isinstance(node, ast.expr_context):
                    continue
                self.parents[node] = parent
                nodes.append(node)
                if isinstance(node, (ast.expr, ast.stmt)):
                    found = self._found.get(place_of(node))
                    if found is not None:
                        found.append(node)
        self.nodes = nodes
        self.names = Names(nodes)

    def find(self, span: Span, kind: type[_Node] | tuple[type[_Node], ...], what: str) -> _Node:
        """The node of a kind at a span. Raises Refused."""
        for node in self._found.get(place(self.source, span), ()):
            if isinstance(node, kind):
                return node
        raise Refused(f"no {what} was found at {span.line}:{span.column}")

    def offset(self, line: int, column: int) -> int:
        """The offset into the text of a place in ast's manner."""
        return self.starts[line - 1] + self.source.in_characters(line, column)

    def extent(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> tuple[int, int]:
        """From and to: offsets into the text."""
        line, column, end_line, end_column = place_of(node)
        return self.offset(line, column), self.offset(end_line, end_column)

    @property
    def folders(self) -> tuple[str, ...]:
        """The packages of this file, as far as its path tells."""
        return PurePath(self.source.path).parts[:-1]

    def segment(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> str:
        start, end = self.extent(node)
        return self.source.text[start:end]

    def line(self, offset: int) -> int:
        """The index of the line that an offset is in."""
        return min(bisect_right(self.starts, offset), len(self.starts) - 1) - 1

    @property
    def newline(self) -> str:
        """The first line's end, which is the file's manner."""
        first = self.source.lines[0] if self.source.lines else ""
        return first[len(first.rstrip("\r\n")) :] or "\n"

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def contains(self, outer: ast.AST, inner: ast.AST) -> bool:
        return outer is inner or any(node is outer for node in self.ancestors(inner))

    def block(self, statement: ast.stmt) -> Block:
        """The block that a statement is in."""
        owner = self.parents[statement]
        for name in ("body", "orelse", "finalbody", "handlers"):
            statements = getattr(owner, name, None)
            if isinstance(statements, list) and any(s is statement for s in statements):
                return Block(owner, name)
        raise Refused("the statement stands where none was expected")

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def f_strings(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
        """The f-strings around a node, innermost first, each with the part that holds it."""
        child = node
        for parent in self.ancestors(node):
            if isinstance(parent, _F_STRINGS) and isinstance(child, ast.expr):
                yield parent, child
            child = parent


def place(source: Source, span: Span) -> Place:
    """Characters from 1 to bytes from 0."""
    return (
        span.line,
        source.in_bytes(span.line, span.column - 1),
        span.end_line,
        source.in_bytes(span.end_line, span.end_column - 1),
    )


def place_of(node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> Place:
    return (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)


def arguments(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """Positional and keyword arguments in the order of the text."""
    together: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(together, key=lambda node: (node.lineno, node.col_offset))


def value_of(argument: ast.expr | ast.keyword) -> ast.expr:
    """What stands behind `name=`, `*`, `**`."""
    return argument.value if isinstance(argument, (ast.keyword, ast.Starred)) else argument


def is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def is_head(statement: ast.stmt) -> bool:
    """Whether a blank line stands between it and a module's imports."""
    return is_docstring(statement) or is_future(statement)


def parse_expression(text: str) -> ast.expr:
    """The tree of a text that is to be written. Its nodes stand nowhere: line 0. Raises Refused."""
    try:
        node = ast.parse(f"(\n{text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Refused(f"`{text}` is not an expression") from None
    return nowhere(node)


def nowhere(node: _Node) -> _Node:
    """The same nodes, marked as new."""
    for child in ast.walk(node):
        if isinstance(child, (ast.expr, ast.stmt)):
            child.lineno = 0
    return node
