"""Who imports what from whom: for those who change the imports of a file."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

from flake8_untimed.inference.project import Project
from flake8_untimed.inference.syntax import within

_NOT_RUN = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")
"""Conditions that do not hold when a module is imported."""

_Loaded = tuple[set[str], set[str]]
"""Files that a file imports by their names, and the packages around those."""


class Importers:
    """Answers for one project; what they rest on is kept."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._speaking: dict[str, list[str] | None] = {}
        self._loaded: dict[str, _Loaded] = {}
        self._deferred: dict[tuple[str, str], bool] = {}

    def have(self, path: str, module: str) -> bool:
        """Whether the project around the file at `path` has a module of that name."""
        return self._project.layout.find(path, module) is not None

    def take(self, path: str, name: str) -> bool:
        """Whether another file seems to use a name of the module at `path` that it only imports
        itself: by `from`, by star, as its attribute, or in a text (`patch("app.http.json.dumps")`).
        """
        files = self._speaking_of(path)
        if files is None:
            return True
        data = self._project.outlines.data
        dotted = re.escape(f"{self._project.layout.dotted(path)}.{name}")
        written = re.compile(rb"\b%b\b" % os.fsencode(dotted))
        return any(written.search(data(f)) or self._imports(f, path, name) for f in files)

    def _speaking_of(self, path: str) -> list[str] | None:
        """The other files with the name of a module in them; None where that cannot be told."""
        if path not in self._speaking:
            _, files = self._project.layout.files_near(path)
            data = self._project.outlines.data
            found = [file for file in files if file != path and _name(path) in data(file)]
            self._speaking[path] = found if files else None
        return self._speaking[path]

    def _imports(self, file: str, path: str, name: str) -> bool:
        outline = self._project.outlines.of(file)
        return path in outline.stars or any(
            use.path == path and use.name == name
            for uses in outline.imports.values()
            for use in uses
        )

    def lead_back(self, path: str, module: str) -> bool:
        """Whether importing a module imports, on the way, the file at `path`. The packages around
        this file have begun to be imported when it is, and are not begun again."""
        start = self._project.layout.find(path, module)
        if start is None:
            return False
        begun = set(self._project.layout.packages(path))
        reached = {start, *(set(self._project.layout.packages(start)) - begun)}
        files = [*reached]
        for file in files:  # grows as we go
            named, around = self._loaded_with(file)
            new = (named | around - begun) - reached
            reached |= new
            files += new
        return path in reached

    def defer(self, path: str, package: str) -> bool:
        """Whether the modules that the file at `path` imports import a package, but none of them at
        the top."""
        if (path, package) not in self._deferred:
            modules = map(self._project.module, sorted(self._loaded_with(path)[0]))
            are_at_top = [
                statement in module.tree.body
                for module in modules
                if module is not None
                for statement in within(module.tree)
                if package in _packages(statement)
            ]
            self._deferred[path, package] = bool(are_at_top) and not any(are_at_top)
        return self._deferred[path, package]

    def _loaded_with(self, path: str) -> _Loaded:
        if path not in self._loaded:
            module = self._project.module(path)
            named = set(self._named(path, module.tree)) if module is not None else set()
            around = {package for file in named for package in self._project.layout.packages(file)}
            self._loaded[path] = named, around
        return self._loaded[path]

    def _named(self, path: str, tree: ast.Module) -> Iterator[str]:
        find, submodule = self._project.layout.find, self._project.layout.submodule
        for statement in _run_at_once(tree):
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    module = find(path, alias.name)
                    if module is not None:
                        yield module
            elif isinstance(statement, ast.ImportFrom):
                module = find(path, statement.module or "", statement.level)
                if module is not None:
                    yield from (
                        submodule(module, alias.name) or module for alias in statement.names
                    )


def _run_at_once(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that are carried out when a module is imported."""
    nodes: list[ast.AST] = [*tree.body]
    for node in nodes:  # grows as we go
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.expr)):
            continue
        if isinstance(node, ast.stmt):
            yield node
        if isinstance(node, ast.If) and ast.unparse(node.test) in _NOT_RUN:
            nodes += node.orelse
        else:
            nodes += ast.iter_child_nodes(node)


def _packages(node: ast.AST) -> list[str]:
    """The packages that a statement imports from."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [(node.module or "").partition(".")[0]]
    return []


def _name(path: str) -> bytes:
    """The last part of a module's name."""
    folder, file = os.path.split(path)
    stem = os.path.splitext(file)[0]
    return os.fsencode(os.path.basename(folder) if stem == "__init__" else stem)
