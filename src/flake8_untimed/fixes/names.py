"""Which names a file binds and uses, in whatever scope."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Binding:
    """One place where a name is bound. `dotted` is what an import binds it to, with the leading
    dots of a relative import; empty for anything that is no import."""

    name: str
    node: ast.AST
    dotted: str = ""
    statement: ast.stmt | None = None
    alias: ast.alias | None = None


class Names:
    """The names of one file; `nodes`: all of its nodes."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self._nodes = nodes

    @cached_property
    def bindings(self) -> dict[str, list[Binding]]:
        found: dict[str, list[Binding]] = defaultdict(list)
        for node in self._nodes:
            for binding in _bindings(node):
                found[binding.name].append(binding)
        return found

    @cached_property
    def imports(self) -> list[Binding]:
        return [b for bindings in self.bindings.values() for b in bindings if b.dotted]

    @cached_property
    def from_imports(self) -> list[ast.ImportFrom]:
        return [node for node in self._nodes if isinstance(node, ast.ImportFrom)]

    @cached_property
    def used(self) -> dict[str, list[ast.Name]]:
        """Where each name stands."""
        found: dict[str, list[ast.Name]] = defaultdict(list)
        for node in self._nodes:
            if isinstance(node, ast.Name):
                found[node.id].append(node)
        return found

    @cached_property
    def texts(self) -> list[ast.Constant]:
        """The strings, which may name something, too."""
        constants = (node for node in self._nodes if isinstance(node, ast.Constant))
        return [node for node in constants if isinstance(node.value, str)]


def _bindings(node: ast.AST) -> Iterator[Binding]:
    """The names that a node itself binds."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield Binding(node.id, node)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            dotted = alias.name if alias.asname else alias.name.partition(".")[0]
            yield Binding(alias.asname or dotted, alias, dotted, node, alias)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module + "." if node.module else "")
        for alias in node.names:
            if alias.name != "*":
                yield Binding(alias.asname or alias.name, alias, base + alias.name, node, alias)
    elif isinstance(node, ast.arg):
        yield Binding(node.arg, node)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield Binding(node.name, node)
    elif isinstance(node, ast.MatchMapping):
        if node.rest:
            yield Binding(node.rest, node)
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        for name in node.names:
            yield Binding(name, node)
    elif node.__class__.__name__ in _NAMED:
        named = getattr(node, "name", None)
        if isinstance(named, str):
            yield Binding(named, node)


_NAMED = {"ExceptHandler", "MatchAs", "MatchStar", "TypeVar", "ParamSpec", "TypeVarTuple"}
