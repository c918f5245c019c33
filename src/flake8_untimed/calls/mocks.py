"""What tests put in the place of what sends: nothing is sent then, and nothing waits.

What is patched (see `patches`) is read generously: it stands for a call if it names the sender, its
library or client, or a function on the way to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_untimed.calls import Facts
from flake8_untimed.calls.patches import (
    PACKAGES,
    Patches,
    Target,
    is_pytests,
    names_of,
    packages_of,
    stem,
)
from flake8_untimed.inference import flow, objects
from flake8_untimed.inference.forwarding import handing_on
from flake8_untimed.inference.syntax import dotted, written_arguments, written_names
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Partial,
    SenderValue,
    Symbol,
    Value,
)
from flake8_untimed.libraries.model import Library

_MENTIONS = ("mock", "monkeypatch", "MonkeyPatch")
"""One of these stands in the text of every file that patches."""
_METHODS = frozenset(("get", "options", "head", "post", "put", "patch", "delete"))
_DEPTH = 3
"""Functions behind one another that are looked into."""


class Speech(NamedTuple):
    """The names on the way of a call to the network, and the libraries at its end."""

    words: set[str]
    libraries: list[Library]


class Mocks:
    """Finds the mocks of a module."""

    def __init__(self, facts: Facts) -> None:
        self._limits = facts.limits
        self._evaluator = facts.evaluator
        self._patches = Patches(facts.evaluator, facts.module.path)
        made = facts.evaluator.catalogue.mocks
        texts = [facts.module.text, *(scope.module.text for scope in self._patches.conftests)]
        self._has_objects = _mentions_mocks(texts[0])
        facts.speaks_of_mocks = any(_mentions_mocks(t) or _may_name(t, made) for t in texts)
        self._has_any = facts.speaks_of_mocks

    def stand_for(self, node: ast.Call, context: Context, callees: Alternatives) -> bool:
        """Whether a call calls a mock, or leads to one, because something around it is patched."""
        targets = self._patches.around(context) if self._has_any else ()
        if not targets:
            return False
        speech = Speech(written_names(node.func), [])
        speech.words.add(stem(context.scope))
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
            speech.words.update(names_of(callee))
            library = self._limits.library_made(callee)
            speech.libraries.extend([library] if library else [])
        elif isinstance(callee, SenderValue):
            speech.words.update(callee.path.split("."), names_of(callee.client))
            speech.libraries.append(self._limits.library(callee))
        elif isinstance(callee, Function) and depth:
            scope = callee.scope
            owner = {scope.owner.name} if scope.owner is not None else set()
            speech.words.update({scope.name, stem(scope)}, owner, names_of(callee.receiver))
            for node, inner, statement in handing_on(scope):
                speech.words.update(written_names(node.func))
                for value in self._evaluator.evaluate(node.func, Context(inner, statement)):
                    self._listen(value, speech, depth - 1)

    def _handed_on(self, node: ast.Call, context: Context) -> Iterator[SenderValue]:
        """The senders that a call gives: `retried(session.get, url)`."""
        for given in written_arguments(node):
            for part in given.elts if isinstance(given, ast.Tuple) else (given,):
                values = self._evaluator.evaluate(part, context)
                yield from (value for value in values if isinstance(value, SenderValue))

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
        maker, at = flow.given(context.scope, node, context.at)
        if not isinstance(maker, ast.Call):
            return False
        callees = self._evaluator.evaluate(maker.func, context._replace(at=at))
        return is_pytests((dotted(maker.func) or "").rpartition(".")[0], context.scope) or any(
            isinstance(callee, Symbol) and callee.path.startswith(PACKAGES) for callee in callees
        )


def _fits(target: Target, speech: Speech) -> bool:
    """Whether what is patched stands on the way of a call."""
    path, name = target
    leading = path | {name}
    verbs = {verb for library in speech.libraries for verb in _verbs(library)}
    if any(not leading.isdisjoint(packages_of(library)) for library in speech.libraries):
        named = verbs | {n for library in speech.libraries for n in _things(library)}
        # `get` and `post` do not lead to each other, but both may lead to whatever else sends.
        return not name or name in speech.words or name in named - _METHODS
    if not name or name in verbs:
        # Many things have a `get`.
        return not path.isdisjoint(speech.words - verbs)
    return name in speech.words


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
    return {path.rpartition(".")[2] for path in paths} | packages_of(library)


def _mentions_mocks(text: str) -> bool:
    return any(word in text for word in _MENTIONS)


def _may_name(text: str, mocks: Iterable[str]) -> bool:
    """Whether a text may speak of the catalogue's mocks: imports one, or asks for it."""
    parts = [mock.partition(".") for mock in mocks]
    if any(name in text for name, dot, _ in parts if not dot):
        return True
    packages = {name for name, dot, _ in parts if dot and name in text}
    imports = rf"^[ \t]*(?:from|import)\b.*\b(?:{'|'.join(packages)})\b"
    return bool(packages) and re.search(imports, text, re.MULTILINE) is not None
