"""Where a new import statement stands: with those of its kind, before what uses it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from flake8_untimed.fixes.changes import NewImport
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.module import Module, is_docstring, is_future, is_head
from flake8_untimed.fixes.order import is_deferred

IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Needed:
    """A name that must be imported: `module` is imported as `name`, or its `attribute` is."""

    module: str
    attribute: str
    name: str
    grown: ast.ImportFrom | None = None
    """The import statement that it joins; None: a statement of its own."""
    before: ast.stmt | None = None
    """The statement inside a function before which that one stands; None: with the module's."""

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.attribute}" if self.attribute else self.module

    @property
    def item(self) -> str:
        """As it stands in the list of an import."""
        return self.attribute + (f" as {self.name}" if self.name != self.attribute else "")

    @property
    def statement(self) -> str:
        if self.attribute:
            return f"from {self.module} import {self.item}"
        return f"import {self.module}"


@dataclass
class Placement:
    """Finds the places of new imports in a module."""

    module: Module
    users: Sequence[ast.AST]
    """What needs the imports."""

    def placed(self, needed: Needed) -> NewImport:
        """A new import stands with the module's others, in their order if they have one; never
        behind what uses it. Raises Refused."""
        if needed.before is not None:
            return NewImport(needed.statement, needed.before, before=True)
        change = self._place(needed)
        if change.before or change.anchor is None or not self._is_used_by(change.anchor):
            return change
        first = self._first_of_line(change.anchor)
        if is_head(first):
            raise Refused("no line is free for the import before the code on the first line")
        return NewImport(change.text, first, before=True)

    def _is_used_by(self, last: ast.stmt) -> bool:
        """Whether the module's body up to a statement needs an import already."""
        body = self.module.tree.body
        return not self._using.isdisjoint(body[: body.index(last) + 1])

    @property
    def _using(self) -> set[ast.stmt]:
        """The statements of the module's body that need an import as soon as they are run."""
        using = set()
        for node in self.users:
            if not is_deferred(self.module, node):
                *_, statement, _ = (node, *self.module.ancestors(node))
                assert isinstance(statement, ast.stmt)
                using.add(statement)
        return using

    def _place(self, needed: Needed) -> NewImport:
        body = self.module.tree.body
        text, module = needed.statement, needed.module
        imports = self._section()
        group = [s for s in imports if not is_future(s)]
        if not group:
            if imports:
                return NewImport(text, self._last_of_line(imports[-1]))
            if body and is_docstring(body[0]):
                return NewImport(text, self._last_of_line(body[0]))
            return NewImport(text, body[0] if body else None, before=True)
        root = module.partition(".")[0]
        related = [s for s in group if root in _roots(s)]
        others = (
            [s for s in group if self._is_of_another(s)] if root not in self.module.folders else []
        )
        own = next((s for s in group if not _roots(s) or _roots(s) & {*self.module.folders}), None)
        if own is not None and not (related or others or root in self.module.folders):
            # It would stand with those of other packages, which come before.
            anchor = self._first_of_line(own)
            return NewImport(text, anchor, before=True, apart=self._is_below_blank(anchor))
        anchor = (related or others or group)[-1]
        run = _run(group, anchor)
        froms = [s for s in run if isinstance(s, ast.ImportFrom) and not s.level]
        modules = [(s.module or "").lower() for s in froms]
        if froms and needed.attribute and modules == sorted(modules):
            for statement, other in zip(froms, modules, strict=True):
                if other > module.lower():
                    return NewImport(text, self._first_of_line(statement), before=True)
            return NewImport(text, self._last_of_line(froms[-1]))
        return NewImport(text, self._last_of_line(anchor))

    def _is_below_blank(self, statement: ast.stmt) -> bool:
        above = reversed(self.module.source.lines[: statement.lineno - 1])
        nearest = next((line for line in above if not line.lstrip().startswith("#")), "")
        return not nearest.strip()

    def _is_of_another(self, statement: ast.stmt) -> bool:
        """Whether a statement imports a package that is neither Python's nor the one of this file:
        these stand together."""
        roots = _roots(statement)
        return bool(roots) and roots.isdisjoint((*self.module.folders, *sys.stdlib_module_names))

    def _section(self) -> list[ast.stmt]:
        """The import statements at the head of the module: up to the first other statement, or if
        `sys.path` is changed there up to the first definition; and up to what needs an import."""
        body, using = self.module.tree.body, self._using
        patched = any(
            isinstance(n, ast.Attribute) and n.attr == "path" and isinstance(n.value, ast.Name) and n.value.id == "sys"
            for n in self.module.nodes
        )  # fmt: skip
        section: list[ast.stmt] = []
        for statement in body:
            if statement in using:
                break
            if isinstance(statement, IMPORTS):
                section.append(statement)
            elif isinstance(statement, _DEFINITIONS if patched else ast.stmt) and not (
                is_docstring(statement) or isinstance(statement, (ast.If, ast.Try))
            ):
                break
        return section

    def _last_of_line(self, statement: ast.stmt) -> ast.stmt:
        body = self.module.tree.body
        for following in body[body.index(statement) + 1 :]:
            if following.lineno != statement.end_lineno:
                break
            statement = following
        return statement

    def _first_of_line(self, statement: ast.stmt) -> ast.stmt:
        body = self.module.tree.body
        for previous in reversed(body[: body.index(statement)]):
            if previous.end_lineno != statement.lineno:
                break
            statement = previous
        return statement


def _roots(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.ImportFrom):
        return set() if statement.level else {(statement.module or "").partition(".")[0]}
    assert isinstance(statement, ast.Import)
    return {alias.name.partition(".")[0] for alias in statement.names}


def _run(statements: list[ast.stmt], anchor: ast.stmt) -> list[ast.stmt]:
    """The statements on neighbouring lines around one of them."""
    run: list[ast.stmt] = []
    for statement in statements:
        if run and (run[-1].end_lineno or 0) + 1 < statement.lineno:
            if anchor in run:
                break
            run = []
        run.append(statement)
    return run
