"""What holds for the whole process: the default timeout of all sockets, and patched functions."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_untimed.inference import flow, members
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import STORED, Event, Module, Scope, once
from flake8_untimed.inference.syntax import called_name, dotted, within, written_as, written_names
from flake8_untimed.inference.values import Alternatives, Context, Result, Symbol, are_none
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Library
from flake8_untimed.limits.changes import stored_by


class Patch(NamedTuple):
    """Something that the project stores as an attribute of a module or class of a library."""

    owner: str
    context: Context
    event: Event


class SocketDefault(NamedTuple):
    """A place that sets the default timeout of all sockets."""

    scope: Scope
    statement: ast.stmt | None
    lasts: bool
    """Whether it is not set back there."""


class ProcessWide:
    """Finds what the project sets for the whole process."""

    def __init__(self, evaluator: Evaluator, module: Scope) -> None:
        self._evaluator = evaluator
        self._module = module
        self._importer = module.module.path

    def socket_default_for(self, library: Library, context: Context) -> Module | None:
        """The module of the project that calls `socket.setdefaulttimeout()`, if that bounds a request
        of this library there."""
        if not library.socket_default:
            return None
        scope = context.scope
        if any(_holds(default, context) for default in _defaults_in(scope.module.scope, self)):
            return scope.module
        is_here = scope.module is self._module.module
        return self._default_elsewhere if is_here else self.socket_default

    @cached_property
    def socket_default(self) -> Module | None:
        """The module of the project that sets a default timeout for all sockets, this one first."""
        if any(default.lasts for default in _defaults_in(self._module, self)):
            return self._module.module
        return self._default_elsewhere

    @cached_property
    def _default_elsewhere(self) -> Module | None:
        project = self._evaluator.project
        for path in project.hints.setting_sockets(self._importer):
            module = project.module(path)
            if module is not None and any(
                not _is_under_main(default.scope, default.statement)
                for default in _defaults_in(module.scope, self)
            ):
                return module
        return None

    def socket_defaults(self, module: Scope) -> Iterator[SocketDefault]:
        """Where a module calls `socket.setdefaulttimeout()`. With None, or what it was before, that
        does not last."""
        if "setdefaulttimeout" not in module.module.text:
            return
        for node, scope, statement in walk(module).calls:
            if called_name(node) == "setdefaulttimeout" and node.args:
                context = Context(scope, statement)
                callees = self._evaluator.evaluate(node.func, context)
                if any(getattr(v, "path", "") == "socket.setdefaulttimeout" for v in callees):
                    given, _ = flow.given(scope, node.args[0], statement)
                    is_asked_for = (
                        isinstance(given, ast.Call) and called_name(given) == "getdefaulttimeout"
                    )
                    values = self._evaluator.evaluate(node.args[0], context)
                    lasts = not (is_asked_for or are_none(values))
                    yield SocketDefault(scope, statement, lasts)

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
                    values = stored_by(self._evaluator, patch.context, patch.event, name)
                    if values:
                        yield patch.event.statement, values


@once
def _defaults_in(module: Scope, process: ProcessWide) -> list[SocketDefault]:
    """What a module sets as the default timeout of all sockets."""
    every = [*process.socket_defaults(module)]
    backs = [default for default in every if not default.lasts]
    return [
        default._replace(
            # What happens while a generator waits is up to others.
            lasts=any(isinstance(p, (ast.Yield, ast.YieldFrom)) for p in within(default.scope.node))
            or not any(_follows(back, default) for back in backs)
        )
        for default in every
        if default.lasts
    ]


def _follows(back: SocketDefault, default: SocketDefault) -> bool:
    """Whether one statement of a scope surely comes behind another."""
    scope, later, earlier = back.scope, back.statement, default.statement
    if scope is not default.scope or later not in scope.places or earlier not in scope.places:
        return False
    places = scope.chain(later)
    while places[-1].block == "finalbody":
        places = places[:-1]
    last = places[-1]
    is_sure = any((p.parent, p.block) == (last.parent, last.block) for p in scope.chain(earlier))
    return is_sure and scope.order(earlier) < scope.order(later)


def _holds(default: SocketDefault, context: Context) -> bool:
    """Whether a default that is set may hold for a request: not for what a module does before it,
    and if it is set back, only for what its function leads to."""
    scope = default.scope
    if scope is context.scope and scope.parent is None:
        ours, theirs = scope.chain(default.statement), scope.chain(context.at)
        if ours and theirs and theirs[0].position < ours[0].position:
            return False
    around: Scope | None = context.scope
    reached = None if default.lasts else _reached_from(scope)
    if reached is None:
        return True
    while around is not None:
        if around in reached:
            return True
        around = around.parent
    return False


@once
def _reached_from(scope: Scope) -> set[Scope] | None:
    """A scope, and the functions of its module that it names, and these; None: what it calls may be
    any function, as a parameter or a part of something is."""
    named = _by_name(scope.module.scope)
    found: set[Scope] = set()
    stack = [scope]
    while stack:
        inner = stack.pop()
        if inner in found:
            continue
        found.add(inner)
        if not all(_is_told(call.node.func, call.scope, named) for call in walk(inner).calls):
            return None
        stack += [f for name in written_names(inner.node) for f in named.get(name, ())]
    return found


@once
def _by_name(module: Scope) -> dict[str, list[Scope]]:
    """The functions of a module by their names."""
    named: dict[str, list[Scope]] = {}
    for function in members.functions(module):
        named.setdefault(function.name, []).append(function)
    return named


def _is_told(function: ast.expr, scope: Scope, named: Collection[str]) -> bool:
    """Whether what is called says which function that is, by the look of it: not what the scope was
    given, or took out of something."""
    if isinstance(function, ast.Attribute):
        root = (dotted(function) or "").partition(".")[0]
        return function.attr in named or "parameter" not in _kinds(root, scope)
    if not isinstance(function, ast.Name):
        return False
    return _kinds(function.id, scope) <= {"import", "def", "class"}


def _kinds(name: str, scope: Scope | None) -> set[str]:
    """How a name is bound where a scope sees it."""
    while scope is not None and name not in scope.bindings:
        scope = scope.parent
    return {binding.kind for binding in scope.bindings[name]} if scope is not None else set()


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
        if event.kind in (*STORED, "setattr")
        for context in (Context(scope, event.statement),)
        for value in evaluator.evaluate(written_as(base), context)
        if isinstance(value, Symbol) and evaluator.catalogue.library_of(value.path)
    ]


def _raw(base: str, path: str, evaluator: Evaluator) -> str:
    """`requests.api` is the module itself, not its other name `requests`: patching the one does not
    change the other."""
    raw = f"{path}.{base.rpartition('.')[2]}"
    return raw if evaluator.catalogue.canonical(raw) == path else path
