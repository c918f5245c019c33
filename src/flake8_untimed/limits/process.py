"""What holds for the whole process: the default timeout of all sockets, and patched functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_untimed.inference import members
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import Event, Module, Scope, once
from flake8_untimed.inference.syntax import called_name
from flake8_untimed.inference.values import Alternatives, Context, Result, Symbol, are_none
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Library
from flake8_untimed.limits.changes import stored


class Patch(NamedTuple):
    """Something that the project stores as an attribute of a module or class of a library."""

    owner: str
    context: Context
    event: Event


class ProcessWide:
    """Finds what the project sets for the whole process."""

    def __init__(self, evaluator: Evaluator, module: Scope) -> None:
        self._evaluator = evaluator
        self._module = module
        self._importer = module.module.path

    def has_socket_default(self, library: Library | None, module: Module) -> bool:
        """Whether `socket.setdefaulttimeout()` is called in the project, and bounds this
        library."""
        if library is None or not library.socket_default:
            return False
        return self._sets_socket_default(module.scope) or self.socket_default is not None

    @cached_property
    def socket_default(self) -> Module | None:
        """The module of the project that sets a default timeout for all sockets, this one first."""
        if self._sets_socket_default(self._module):
            return self._module.module
        project = self._evaluator.project
        for path in project.hints.setting_sockets(self._importer):
            module = project.module(path)
            if module is not None and self._sets_socket_default(module.scope, imported=True):
                return module
        return None

    def _sets_socket_default(self, module: Scope, imported: bool = False) -> bool:
        """Whether a module sets it; `imported`: also when it is not the program itself."""
        if "setdefaulttimeout" not in module.module.text:
            return False
        for node, scope, statement in walk(module).calls:
            if called_name(node) == "setdefaulttimeout" and node.args:
                if imported and _is_under_main(scope, statement):
                    continue
                context = Context(scope, statement)
                callees = self._evaluator.evaluate(node.func, context)
                if any(getattr(v, "path", "") == "socket.setdefaulttimeout" for v in callees):
                    values = self._evaluator.evaluate(node.args[0], context)
                    return not are_none(values)
        return False

    def falls_back(self, given: Alternatives) -> bool:
        """`urllib3.Timeout()` without anything means the socket's default, if there is one."""
        return self.socket_default is not None and all(
            isinstance(v, Result) and not v.site.node.args and not v.site.node.keywords
            for v in given
        )

    def patches(self, path: str) -> Iterator[tuple[ast.stmt, Alternatives]]:
        """What the project puts in the place of a name of a library, and where."""
        owner, _, name = path.rpartition(".")
        project = self._evaluator.project
        for place in project.hints.patching(self._importer):
            module = project.module(place)
            for patch in _patches_in(module.scope, self._evaluator) if module is not None else ():
                if patch.owner == owner:
                    values = stored(self._evaluator, patch.context, patch.event, name)
                    if values:
                        yield patch.event.statement, values


def _is_under_main(scope: Scope, statement: ast.stmt | None) -> bool:
    """Whether a statement of a module stands under `if __name__ == "__main__"`."""
    return any(
        isinstance(around, ast.If) and "__main__" in ast.unparse(around.test)
        for around, _ in scope.parents(statement)
    )


@once
def _patches_in(module: Scope, evaluator: Evaluator) -> list[Patch]:
    """What a module and its functions store as attributes of libraries."""
    return [
        Patch(_raw(base, value.path, evaluator), context, event)
        for scope in (module, *members.functions(module))
        for base, events in scope.events.items()
        for event in events
        if event.kind in ("store", "store unpack", "setattr")
        for context in (Context(scope, event.statement),)
        for value in evaluator.evaluate(ast.parse(base, mode="eval").body, context)
        if isinstance(value, Symbol) and evaluator.catalogue.library_of(value.path)
    ]


def _raw(base: str, path: str, evaluator: Evaluator) -> str:
    """`requests.api` is the module itself, not its other name `requests`: patching the one does not
    change the other."""
    raw = f"{path}.{base.rpartition('.')[2]}"
    return raw if evaluator.catalogue.canonical(raw) == path else path
