"""What an import brings: modules of the project and their names, or somebody else's."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_untimed.inference import names
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Alternatives,
    ProjectModule,
    Value,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator


def imported(
    evaluator: Evaluator, alias: ast.alias, statement: ast.stmt | None, scope: Scope
) -> Alternatives:
    """What one name of an import statement of a scope stands for."""
    importer = scope.module.path
    if isinstance(statement, ast.ImportFrom):
        return imported_from(
            evaluator, importer, statement.module or "", statement.level, alias.name
        )
    path = alias.name if alias.asname else alias.name.partition(".")[0]
    return (module_named(evaluator, importer, path),)


def imported_from(
    evaluator: Evaluator, importer: str, module: str, level: int, name: str
) -> Alternatives:
    """`from module import name`."""
    path = evaluator.project.layout.find(importer, module, level)
    if path is None:
        # Relative, and not there: nothing can be said. Else somebody else's package.
        return NOTHING_KNOWN if level else (evaluator.symbol(f"{module}.{name}"),)
    if path == importer:
        # A package binds the name of one of its modules, by this very statement.
        submodule = evaluator.project.layout.submodule(path, name)
        if submodule is not None:
            return (project_module(evaluator, submodule),)
    return member(evaluator, path, name)


def module_named(evaluator: Evaluator, importer: str, dotted: str) -> Value:
    """The module of an absolute import."""
    path = evaluator.project.layout.find(importer, dotted)
    if path is None:
        return evaluator.symbol(dotted)
    return project_module(evaluator, path)


def project_module(evaluator: Evaluator, path: str) -> Value:
    """The module of a file (or folder) of the project."""
    vendored = evaluator.project.outlines.vendored(path)
    if vendored is not None:
        return evaluator.symbol(vendored)
    # What a package is there for may be its submodules.
    is_package = not path.endswith(".py") or path.endswith("__init__.py")
    if not (evaluator.is_deep or is_package or evaluator.project.interesting(path, "*")):
        return UNKNOWN
    found = evaluator.project.module(path)
    return ProjectModule(found.scope).via(found.scope, found.tree) if found else UNKNOWN


def member(evaluator: Evaluator, path: str, name: str) -> Alternatives:
    """A name that is imported from a file (or folder) of the project."""
    vendored = evaluator.project.outlines.vendored(path)
    if vendored is not None:
        return (evaluator.symbol(f"{vendored}.{name}"),)
    if not evaluator.is_deep and not evaluator.project.interesting(path, name):
        return NOTHING_KNOWN
    module = evaluator.project.module(path) if path.endswith(".py") else None
    if module is not None and name in module.scope.bindings:
        return names.of_module(evaluator, name, module.scope)
    if module is not None and module.scope.stars:
        values = names.of_module(evaluator, name, module.scope)
        if any(evaluator.knows(v) for v in values):
            return values
    submodule = evaluator.project.layout.submodule(path, name)
    if submodule is not None:
        return (project_module(evaluator, submodule),)
    return (
        names.of_module(evaluator, name, module.scope)
        if module and module.has_global
        else NOTHING_KNOWN
    )
