"""What tests put in the place of what sends: nothing is sent then, and nothing waits.

A patch (`@patch("app.wire.requests.get")`, `with patch.object(Client, "fetch")`,
`monkeypatch.setattr(requests, "get", fake)`) says by names what it replaces. Generously read: it
stands for a call if it names the sender, its library or client, or a function on the way to it.
What is made to stand in the place of whole libraries (`@responses.activate`, the fixture
`httpx_mock`) is known to the catalogue.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.inference import objects
from flake8_untimed.inference.forwarding import handing_on
from flake8_untimed.inference.scopes import Scope, dotted, maker_of, written_names
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Partial,
    ProjectModule,
    SenderValue,
    Symbol,
    Value,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Library

if TYPE_CHECKING:
    from flake8_untimed.calls import Facts

_MENTIONS = ("mock", "monkeypatch", "MonkeyPatch")
"""One of these stands in the text of every file that patches."""
_PACKAGES = ("unittest.mock.", "mock.")
_PATCHES = frozenset(("patch", "patch.object", "patch.multiple"))
_SET_UP = ("setUp", "asyncSetUp", "setup")
"""How the methods begin that run before those of a class of tests."""
_METHODS = frozenset(("get", "options", "head", "post", "put", "patch", "delete"))
_WITHS = (ast.With, ast.AsyncWith)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DEPTH = 3
"""Functions behind one another that are looked into."""


class Target(NamedTuple):
    """What a patch replaces: the names that lead to it, and its own (empty: out of sight)."""

    path: frozenset[str]
    name: str


class Speech(NamedTuple):
    """The names on the way of a call to the network, and the libraries at its end."""

    words: set[str]
    libraries: list[Library]


class Mocks:
    """Finds the mocks of a module."""

    def __init__(self, facts: Facts) -> None:
        self._limits = facts.limits
        self._evaluator = facts.evaluator
        self._made = facts.evaluator.catalogue.mocks
        """What is made to stand in the place of libraries."""
        self._last_names = frozenset(name.rpartition(".")[2] for name in self._made)
        text = facts.module.text
        self._has_objects = any(word in text for word in _MENTIONS)
        self._has_any = self._has_objects or any(_may_name(text, name) for name in self._made)
        self._patched: dict[tuple[Scope, ast.stmt | None], list[Target]] = {}

    # What is patched -------------------------------------------------------------------------

    def stand_for(self, node: ast.Call, context: Context, callees: Alternatives) -> bool:
        """Whether a call calls a mock, or leads to one, because something around it is patched."""
        targets = self._around(context) if self._has_any else ()
        if not targets:
            return False
        speech = Speech(written_names(node.func), [])
        speech.words.add(_stem(context.scope))
        for callee in callees:
            self._listen(callee, speech, _DEPTH)
            if isinstance(callee, Function):
                for value in self._handed_on(node, context):
                    self._listen(value, speech, _DEPTH)
        return any(_fits(target, speech) for target in targets)

    def _listen(self, callee: Value, speech: Speech, depth: int) -> None:
        """Adds what is called, and what that calls to send."""
        if isinstance(callee, Partial):
            self._listen(callee.function, speech, depth)
        elif isinstance(callee, (Symbol, Class)):
            speech.words.update(_names_of(callee))
            library = self._limits.library_made(callee)
            speech.libraries.extend([library] if library else [])
        elif isinstance(callee, SenderValue):
            speech.words.update(callee.path.split("."), _names_of(callee.client))
            library = self._limits.library(callee)
            speech.libraries.extend([library] if library else [])
        elif isinstance(callee, Function) and depth:
            scope = callee.scope
            owner = {scope.owner.name} if scope.owner is not None else set()
            speech.words.update({scope.name, _stem(scope)}, owner, _names_of(callee.receiver))
            for node, inner, statement in handing_on(scope):
                speech.words.update(written_names(node.func))
                for value in self._evaluator.evaluate(node.func, Context(inner, statement)):
                    self._listen(value, speech, depth - 1)

    def _handed_on(self, node: ast.Call, context: Context) -> Iterator[SenderValue]:
        """The senders that a call gives: `retried(session.get, url)`."""
        for given in (*node.args, *(keyword.value for keyword in node.keywords)):
            for part in given.elts if isinstance(given, ast.Tuple) else (given,):
                values = self._evaluator.evaluate(part, context)
                yield from (value for value in values if isinstance(value, SenderValue))

    def _around(self, context: Context) -> list[Target]:
        """What is patched where a statement stands; looked for once."""
        key = context.scope.of_statement, context.at
        if key not in self._patched:
            self._patched[key] = self._look_around(*key)
        return self._patched[key]

    def _look_around(self, scope: Scope | None, at: ast.stmt | None) -> list[Target]:
        found: list[Target] = []
        while scope is not None and scope.parent is not None:
            for decorator in getattr(scope.node, "decorator_list", ()):
                node, before = scope.parent.given(decorator, scope.statement)
                if isinstance(node, ast.expr):
                    found += self._targets(node, Context(scope.parent, before))
            if scope.is_function:
                found += self._in_force(scope, at)
                found += self._of_fixtures(scope)
            elif scope.is_class:
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
                if isinstance(statement, _WITHS)
                else (scope.order(statement) < scope.order(at))
            ):
                yield from targets

    def _left_by(self, scope: Scope | None, depth: int) -> Iterator[Target]:
        """What a fixture, a helper or a context manager leaves patched: not what stands in a `with`
        that it leaves, too."""
        if scope is None or not depth:
            return
        yield from self._of_names(_asked_for(scope))
        around = {parent for _, s in scope.yields for parent, _ in scope.parents(s)}
        for statement, targets in self._patched_in(scope, depth):
            if not isinstance(statement, _WITHS) or statement in around:
                yield from targets

    def _patched_in(self, scope: Scope, depth: int) -> list[tuple[ast.stmt, list[Target]]]:
        """The statements of a function that patch, by themselves or by a helper, and what; looked
        for once."""
        kept: dict[object, list[tuple[ast.stmt, list[Target]]]] = scope.kept
        if "patched" not in kept:
            kept["patched"] = []  # what a helper finds that calls itself
            kept["patched"] = [
                (context.at, targets)
                for node, context in _acts(scope)
                if context.at in scope.places and not isinstance(context.at, _DEFINITIONS)
                for targets in ([*self._done_by(node, context, depth)],)
                if targets
            ]
        return kept["patched"]

    def _done_by(self, node: ast.expr, context: Context, depth: int) -> Iterator[Target]:
        targets = [*self._targets(node, context)]
        yield from targets
        if targets or not isinstance(node, ast.Call):
            return
        given = [dotted(a) or "" for a in (*node.args, *(k.value for k in node.keywords))]
        if isinstance(context.at, _WITHS) or any(_is_pytests(n, context.scope) for n in given):
            for callee in self._evaluator.evaluate(node.func, context):
                if isinstance(callee, Function):
                    yield from self._left_by(callee.scope, depth - 1)

    def _of_fixtures(self, function: Scope) -> Iterator[Target]:
        """What the fixtures patch that a function asks for, or those of this file that all get."""
        wanted = _asked_for(function)
        yield from self._of_names(wanted)
        for holder in (function.owner, function.module.scope):
            for name in holder.bindings if holder is not None else ():
                fixture = _function(holder, name)  # type: ignore[arg-type]
                if fixture is not None and _is_fixture(fixture, name in wanted):
                    yield from self._left_by(fixture, _DEPTH)

    def _of_names(self, names: set[str]) -> Iterator[Target]:
        """What stands in the place of libraries by these names."""
        for name in names & self._made.keys():
            packages = {p for library in self._made[name] for p in _packages(library)}
            yield Target(frozenset(packages), "")

    # How it is written -----------------------------------------------------------------------

    def _targets(self, node: ast.expr, context: Context) -> Iterator[Target]:
        """What is replaced by what decorates, is called or is entered by a `with`."""
        maker = maker_of(node)
        if _last(maker) in self._last_names:
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
        elif how == "patch" or (how == "setattr" and len(node.args) == 2):
            yield Target(frozenset(path[:-1]), path[-1] if path else "")
        elif second:
            name = self._text(second[0], context)
            yield Target(frozenset(path), name)

    def _how(self, node: ast.Call, context: Context) -> str | None:
        """`patch`, `patch.object`, `patch.multiple` or `setattr`, if a call is one of them."""
        text = dotted(node.func)
        if text is None:
            return None
        owner, _, last = text.rpartition(".")
        if last == "setattr":
            return last if _is_pytests(owner, context.scope) else None
        for name in _PATCHES:
            if text == name or text.endswith(f".{name}"):
                if _is_pytests(text[: -len(name) - 1], context.scope):
                    return name
                for value in self._evaluator.evaluate(node.func, context):
                    path = getattr(value, "path", "")
                    if path in [package + name for package in _PACKAGES]:
                        return name
        return None

    def _path(self, node: ast.expr, context: Context) -> list[str]:
        """The names in the dotted text of a target, or of an object and what it is."""
        text = self._text(node, context)
        if text:
            return text.split(".")
        values = self._evaluator.evaluate(node, context)
        return [*written_names(node), *(name for value in values for name in _names_of(value))]

    def _text(self, node: ast.expr, context: Context) -> str:
        """A text; of one that is put together, what is written of it."""
        for value in self._evaluator.evaluate(node, context):
            if isinstance(value, Literal) and isinstance(value.value, str):
                return value.value
        parts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
        return "".join(part for part in parts if isinstance(part, str))

    # Objects that are put in the place of others -----------------------------------------------

    def equip(self, node: ast.Call, context: Context, method: Function) -> bool:
        """Whether the object was given something out of sight, in the place of a client that its
        class makes, before a method is called: `api.session = Mock()`; where else it was held (the
        helper that made it, a fixture, `setUp()`) only what is surely a mock counts."""
        owner = dotted(node.func.value) if isinstance(node.func, ast.Attribute) else None
        receiver = method.receiver
        if receiver is None:
            return False
        own = context.scope.events.get(owner, ()) if owner is not None else ()
        if any(
            event.kind == "store"
            and event.statement.lineno < node.lineno
            and self._holds_object(receiver, event.name)
            and self._is_replaced(self._evaluator.evaluate(event.node, context))
            for event in own
        ):
            return True
        return self._has_objects and any(
            event.kind == "store"
            and event not in own
            # What another test does is gone.
            and not where.scope.name.startswith("test")
            and self._is_mock(event.node, where)
            and self._holds_object(receiver, event.name)
            for where, event in self._limits.changes.events(receiver)
        )

    def _holds_object(self, receiver: Value, name: object) -> bool:
        return any(
            isinstance(value, Instance)
            for value in objects.attribute(self._evaluator, receiver, str(name))
        )

    def _is_replaced(self, values: Alternatives) -> bool:
        """Whether values are no object in sight that could send."""
        return not any(
            isinstance(v, Instance) and not self._limits.clients.sends_nothing(v) for v in values
        )

    def _is_mock(self, node: ast.expr, context: Context) -> bool:
        values = self._evaluator.evaluate(node, context)
        if all(isinstance(v, Instance) and self._limits.clients.sends_nothing(v) for v in values):
            return True
        maker, at = context.scope.given(node, context.at)
        if not isinstance(maker, ast.Call):
            return False
        callees = self._evaluator.evaluate(maker.func, context._replace(at=at))
        return _is_pytests((dotted(maker.func) or "").rpartition(".")[0], context.scope) or any(
            isinstance(callee, Symbol) and callee.path.startswith(_PACKAGES) for callee in callees
        )


def _fits(target: Target, speech: Speech) -> bool:
    """Whether what is patched stands on the way of a call."""
    path, name = target
    leading = path | {name}
    verbs = {verb for library in speech.libraries for verb in _verbs(library)}
    if any(not leading.isdisjoint(_packages(library)) for library in speech.libraries):
        named = verbs | {n for library in speech.libraries for n in _things(library)}
        # `get` and `post` do not lead to each other, but both may lead to whatever else sends.
        return not name or name in speech.words or name in named - _METHODS
    if not name or name in verbs:
        # Many things have a `get`.
        return not path.isdisjoint(speech.words - verbs) or not (path or name not in speech.words)
    return name in speech.words


def _packages(library: Library) -> set[str]:
    return {package.partition(".")[0] for package in library.packages}


def _verbs(library: Library) -> set[str]:
    """The names of the functions and methods of a library that send."""
    functions = {path.rpartition(".")[2] for path in library.functions}
    return functions.union(
        *(client.senders for client in library.clients),
        *(carrier.senders for carrier in library.carriers),
    )


def _things(library: Library) -> set[str]:
    """The names of a library's package, and of what it makes clients of."""
    clients = [client.path for client in library.clients]
    paths = [*clients, *(carrier.path for carrier in library.carriers), *library.factories]
    return {path.rpartition(".")[2] for path in paths} | _packages(library)


def _names_of(value: Value | None) -> set[str]:
    """The names of what a value is, and of what held it on its way."""
    names: set[str] = set()
    if isinstance(value, Instance):
        names = _names_of(value.cls)
    elif isinstance(value, (Class, Function)):
        names = {value.scope.name}
    elif isinstance(value, ProjectModule):
        names = {_stem(value.scope)}
    elif isinstance(value, Symbol):
        names = set(value.path.split("."))
    step = value.steps if value is not None else None
    while step is not None:
        if step.scope.is_function:
            names.add(step.scope.name)
        if step.holder is not None:
            names.update(step.holder[1].split("."))
        step = step.before
    return names


def _stem(scope: Scope) -> str:
    """The name of the module that a scope is in."""
    parts = scope.module.path.replace("\\", "/").removesuffix(".py").removesuffix("/__init__")
    return parts.rpartition("/")[2]


def _may_name(text: str, mock: str) -> bool:
    """Whether a text may speak of one of the catalogue's mocks: imports it, or asks for it."""
    package, dot, _ = mock.partition(".")
    return f"import {package}" in text or f"from {package}" in text if dot else mock in text


def _last(node: ast.expr) -> str:
    return (dotted(node) or "").rpartition(".")[2]


def _is_pytests(name: str, scope: Scope) -> bool:
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
        for item in statement.items if isinstance(statement, _WITHS) else ():
            if not isinstance(item.context_expr, ast.Call):
                yield item.context_expr, Context(scope, statement)


def _asked_for(function: Scope) -> set[str]:
    """The names of the fixtures that a function asks for, or its class."""
    arguments = function.arguments
    names = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    for scope in (function, function.owner):
        for decorator in getattr(scope and scope.node, "decorator_list", ()):
            if isinstance(decorator, ast.Call) and _last(decorator.func) == "usefixtures":
                names |= {str(a.value) for a in decorator.args if isinstance(a, ast.Constant)}
    return names


def _is_fixture(function: Scope, is_wanted: bool) -> bool:
    """Whether a function is a fixture that is asked for, or that nobody needs to ask for."""
    for decorator in function.node.decorator_list:  # type: ignore[union-attr]
        if _last(maker_of(decorator)) == "fixture":
            keywords = decorator.keywords if isinstance(decorator, ast.Call) else ()
            return is_wanted or any(keyword.arg == "autouse" for keyword in keywords)
    return False
