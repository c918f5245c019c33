"""What tests patch around a statement: the names of what is replaced there, and of what leads to it.

`@patch("app.wire.requests.get")`, `with patch.object(Client, "fetch")`,
`monkeypatch.setattr(requests, "get", fake)`, and what fixtures, helpers and `setUp()` patch in the
same ways. What is made to stand in the place of whole libraries (`@responses.activate`, the fixture
`httpx_mock`) is known to the catalogue.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_untimed.inference import flow
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.files.layout import is_test_module
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.surroundings import yielding
from flake8_untimed.inference.syntax import (
    DEFINITIONS,
    WITHS,
    dotted,
    last_name,
    maker_of,
    named_parameters,
    within,
    written_arguments,
    written_names,
)
from flake8_untimed.inference.values import (
    Class,
    Context,
    Function,
    Instance,
    Literal,
    ProjectModule,
    Symbol,
    Value,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Library

PACKAGES = ("unittest.mock.", "mock.")
_PATCHES = frozenset(("patch", "patch.object", "patch.multiple"))
_OF_MONKEYPATCH = {"setattr": 2, "delattr": 1}
"""Its methods -> how many arguments they take where one text says what is replaced."""
_SET_UP = ("setUp", "asyncSetUp", "setup")
"""How the methods begin that run before those of a class of tests."""
_DEPTH = 3
"""Functions behind one another that are looked into."""


class Target(NamedTuple):
    """What a patch replaces: the names that lead to it, and its own (empty: out of sight)."""

    path: frozenset[str]
    name: str


class Patches:
    """Finds what is patched in a module whose text, or that of its conftests, may patch."""

    def __init__(self, evaluator: Evaluator, path: str) -> None:
        self._evaluator = evaluator
        project = evaluator.project
        above = project.layout.above(path, "conftest.py") if is_test_module(path) else ()
        found = (project.module(conftest) for conftest in above)
        self.conftests = [module.scope for module in found if module is not None]
        """What pytest reads first: its fixtures are there for a module of tests, too."""
        self._made = evaluator.catalogue.mocks
        """What is made to stand in the place of libraries."""
        self._last_names = frozenset(name.rpartition(".")[2] for name in self._made)
        self._patched: dict[object, list[Target]] = {}

    # Where it is in force --------------------------------------------------------------------

    def around(self, context: Context) -> list[Target]:
        """What is patched where a statement stands; looked for once."""
        scope, at = context.scope.of_statement, context.at
        key = ("patched around", scope, at)
        return self._evaluator.settle(self._patched, key, lambda: self._look_around(scope, at), [])

    def _look_around(self, scope: Scope | None, at: ast.stmt | None) -> list[Target]:
        found: list[Target] = []
        while scope is not None and scope.parent is not None:
            for decorator in getattr(scope.node, "decorator_list", ()):
                node, before = flow.given(scope.parent, decorator, scope.statement)
                if isinstance(node, ast.expr):
                    found += self._targets(node, Context(scope.parent, before))
            if scope.is_function:
                found += self._in_force(scope, at)
                found += self._of_fixtures(scope)
            else:
                for name in scope.bindings:
                    if name.startswith(_SET_UP):
                        found += self._left_by(_function(scope, name), _DEPTH)
            at, scope = scope.statement, scope.parent
        return found

    def _in_force(self, scope: Scope, at: ast.stmt | None) -> Iterator[Target]:
        """What a function has patched before a statement, or around it."""
        if at not in scope.places:
            return
        around = {at, *(parent for parent, _ in scope.parents(at))}
        for statement, targets in self._patched_in(scope, _DEPTH):
            if (
                statement in around
                if isinstance(statement, WITHS)
                else (scope.order(statement) < scope.order(at))
            ):
                yield from targets

    def _left_by(self, scope: Scope | None, depth: int) -> Iterator[Target]:
        """What a fixture, a helper or a context manager leaves patched: not what stands in a `with`
        that it leaves, too."""
        if scope is None or not depth:
            return
        yield from self._of_names(_asked_for(scope))
        around = {parent for s in yielding(scope) for parent, _ in scope.parents(s)}
        for statement, targets in self._patched_in(scope, depth):
            if not isinstance(statement, WITHS) or statement in around:
                yield from targets

    def _patched_in(self, scope: Scope, depth: int) -> list[tuple[ast.stmt, list[Target]]]:
        """The statements of a function that patch, by themselves or by a helper, and what; looked
        for once."""
        kept: dict[object, list[tuple[ast.stmt, list[Target]]]] = scope.kept
        key = ("patched", scope, depth)
        return self._evaluator.settle(kept, key, lambda: self._look_for(scope, depth), [])

    def _look_for(self, scope: Scope, depth: int) -> list[tuple[ast.stmt, list[Target]]]:
        return [
            (context.at, targets)
            for node, context in _acts(scope)
            if context.at in scope.places and not isinstance(context.at, DEFINITIONS)
            for targets in ([*self._done_by(node, context, depth)],)
            if targets
        ]

    def _done_by(self, node: ast.expr, context: Context, depth: int) -> Iterator[Target]:
        targets = [*self._targets(node, context)]
        yield from targets
        if targets or not isinstance(node, ast.Call):
            return
        given = [dotted(a) or "" for a in written_arguments(node)]
        if isinstance(context.at, WITHS) or any(is_pytests(n, context.scope) for n in given):
            for callee in self._evaluator.evaluate(node.func, context):
                if isinstance(callee, Function):
                    yield from self._left_by(callee.scope, depth - 1)

    def _of_fixtures(self, function: Scope) -> Iterator[Target]:
        """What the fixtures patch that a function asks for, or those of this file that all get."""
        wanted = _asked_for(function)
        yield from self._of_names(wanted)
        for holder in (function.owner, function.module.scope, *self.conftests):
            for name, fixture, is_for_all in _fixtures(holder) if holder is not None else ():
                if is_for_all or name in wanted:
                    yield from self._left_by(fixture, _DEPTH)

    def _of_names(self, names: set[str]) -> Iterator[Target]:
        """What stands in the place of libraries by these names."""
        for name in names & self._made.keys():
            packages = {p for library in self._made[name] for p in packages_of(library)}
            yield Target(frozenset(packages), "")

    # How it is written -----------------------------------------------------------------------

    def _targets(self, node: ast.expr, context: Context) -> Iterator[Target]:
        """What is replaced by what decorates, is called or is entered by a `with`."""
        maker = maker_of(node)
        if last_name(maker) in self._last_names:
            values = self._evaluator.evaluate(maker, context)
            yield from self._of_names({v.path for v in values if isinstance(v, Symbol)})
        if isinstance(node, ast.Call):
            yield from self._patched_by(node, context)

    def _patched_by(self, node: ast.Call, context: Context) -> Iterator[Target]:
        """What a call patches, if it does. What `wraps` something hands calls on to it."""
        if any(keyword.arg == "wraps" for keyword in node.keywords):
            return
        how = self._how(node, context)
        given = [*node.args, *(k.value for k in node.keywords if k.arg in ("target", "name"))]
        if how is None or not given:
            return
        path, second = self._path(given[0], context), given[1:2]
        if how == "patch.multiple":
            for keyword in node.keywords:
                if keyword.arg not in (None, "target"):
                    yield Target(frozenset(path), str(keyword.arg))
        elif how == "patch":
            yield Target(frozenset(path[:-1]), path[-1] if path else "")
        elif second:
            name = self._text(second[0], context)
            yield Target(frozenset(path), name)

    def _how(self, node: ast.Call, context: Context) -> str | None:
        """`patch`, `patch.object` or `patch.multiple`, if a call is one of them, or does the same."""
        text = dotted(node.func)
        if text is None:
            return None
        owner, _, last = text.rpartition(".")
        if last in _OF_MONKEYPATCH:
            if not is_pytests(owner, context.scope):
                return None
            # What is replaced is one text, or an object and a name of it.
            return "patch" if len(node.args) == _OF_MONKEYPATCH[last] else "patch.object"
        for name in _PATCHES:
            if text == name or text.endswith(f".{name}"):
                if is_pytests(text[: -len(name) - 1], context.scope):
                    return name
                for value in self._evaluator.evaluate(node.func, context):
                    path = getattr(value, "path", "")
                    if path in [package + name for package in PACKAGES]:
                        return name
        return None

    def _path(self, node: ast.expr, context: Context) -> list[str]:
        """The names in the dotted text of a target, or of an object and what it is."""
        text = self._text(node, context)
        if text:
            return text.split(".")
        values = self._evaluator.evaluate(node, context)
        return [*written_names(node), *(name for value in values for name in names_of(value))]

    def _text(self, node: ast.expr, context: Context) -> str:
        """A text; of one that is put together, what is written of it."""
        for value in self._evaluator.evaluate(node, context):
            if isinstance(value, Literal) and isinstance(value.value, str):
                return value.value
        parts = [part.value for part in within(node) if isinstance(part, ast.Constant)]
        return "".join(part for part in parts if isinstance(part, str))


def packages_of(library: Library) -> set[str]:
    return {package.partition(".")[0] for package in library.packages}


def names_of(value: Value | None) -> set[str]:
    """The names of what a value is, and of what held it on its way."""
    names: set[str] = set()
    if isinstance(value, Instance):
        names = names_of(value.cls)
    elif isinstance(value, (Class, Function)):
        names = {value.scope.name}
    elif isinstance(value, ProjectModule):
        names = {stem(value.scope)}
    elif isinstance(value, Symbol):
        names = set(value.path.split("."))
    for step in value.way() if value is not None else ():
        if step.scope.is_function:
            names.add(step.scope.name)
        if step.holder is not None:
            names.update(step.holder[1].split("."))
    return names


def stem(scope: Scope) -> str:
    """The name of the module that a scope is in."""
    parts = scope.module.path.replace("\\", "/").removesuffix(".py").removesuffix("/__init__")
    return parts.rpartition("/")[2]


def is_pytests(name: str, scope: Scope) -> bool:
    """Whether a name is that of `mocker` or `monkeypatch`: called so, or by its type."""
    last = name.rpartition(".")[2].lower()
    if last.endswith(("mocker", "monkeypatch")):
        return True
    inner: Scope | None = scope
    while last and inner is not None:
        for binding in inner.bindings.get(name, ()):
            told = getattr(binding.node, "annotation", None) or binding.node
            if isinstance(told, ast.expr) and any(
                word in ast.unparse(told)
                for word in ("MonkeyPatch", "MockerFixture", "monkeypatch")
            ):
                return True
        inner = inner.parent
    return False


def _function(holder: Scope, name: str) -> Scope | None:
    for binding in holder.bindings.get(name, ()):
        if binding.kind == "def":
            return holder.child(binding.node, binding.node)  # type: ignore[arg-type]
    return None


def _acts(scope: Scope) -> Iterator[tuple[ast.expr, Context]]:
    """The calls in a function, and what else is entered by a `with`: `with respx.mock:`."""
    for node, inner, statement in walk(scope).calls:
        yield node, Context(inner, statement)
    for statement in scope.places:
        for item in statement.items if isinstance(statement, WITHS) else ():
            if not isinstance(item.context_expr, ast.Call):
                yield item.context_expr, Context(scope, statement)


def _asked_for(function: Scope) -> set[str]:
    """The names of the fixtures that a function asks for, or its class or module."""
    names = {a.arg for a in named_parameters(function.arguments)}
    marks: list[ast.AST] = []
    for scope in (function, function.owner):
        marks += getattr(scope and scope.node, "decorator_list", ())
    for scope in (function.owner, function.module.scope):
        for binding in scope.bindings.get("pytestmark", ()) if scope is not None else ():
            marks += within(binding.node)
    for mark in marks:
        if isinstance(mark, ast.Call) and last_name(mark.func) == "usefixtures":
            names |= {str(a.value) for a in mark.args if isinstance(a, ast.Constant)}
    return names


@once
def _fixtures(holder: Scope) -> list[tuple[str, Scope, bool]]:
    """The fixtures of a class or module: name, function, and whether nobody needs to ask for it."""
    found = []
    for name in holder.bindings:
        function = _function(holder, name)
        for decorator in getattr(function and function.node, "decorator_list", ()):
            if function is not None and last_name(maker_of(decorator)) == "fixture":
                keywords = decorator.keywords if isinstance(decorator, ast.Call) else ()
                found.append((name, function, any(k.arg == "autouse" for k in keywords)))
                break
    return found
