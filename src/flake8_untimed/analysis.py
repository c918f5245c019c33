"""From a source to its findings: the one way that all doors take."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from flake8_untimed.calls import Facts
from flake8_untimed.calls.collector import collect
from flake8_untimed.calls.elsewhere import settle_constructions, settle_partials
from flake8_untimed.findings import Finding
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.importers import Importers
from flake8_untimed.inference.project import Project
from flake8_untimed.inference.scopes import Module
from flake8_untimed.libraries import catalogue
from flake8_untimed.rules import RULES
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source

DEFAULT = Settings()


class Neighbours(NamedTuple):
    """Answers the fixes' questions about the modules around one file."""

    importers: Importers
    path: str

    def have(self, module: str) -> bool:
        return self.importers.have(self.path, module)

    def take(self, name: str) -> bool:
        return self.importers.take(self.path, name)

    def lead_back(self, module: str) -> bool:
        return self.importers.lead_back(self.path, module)

    def defer(self, package: str) -> bool:
        return self.importers.defer(self.path, package)


class Workspace:
    """Checks many files with the same settings; keeps what it read of the project's modules."""

    def __init__(self, settings: Settings = DEFAULT) -> None:
        self.settings = _with_session_class(settings)
        self._catalogue = catalogue(frozenset(settings.disable_libraries))
        named = _clients(self.settings)
        self.project = Project(self._catalogue, settings.follow_imports, named)
        self._importers = Importers(self.project)
        self._evaluator = Evaluator(self.project, self._catalogue, named)
        self._rules = [r for r in RULES if settings.reports(r.code, opt_in=r.opt_in)]
        self._words = {word.encode() for rule in self._rules for word in rule.words}
        """What rules look for beside requests: a file with one matters, whatever it imports."""

    def matters(self, data: bytes, path: str) -> bool:
        """Whether a file can have findings at all. Cheap: nothing is parsed."""
        if any(word in data for word in self._words):
            return True
        return self.project.matters(self.project.path_of(path), data)

    def names_library(self, path: str) -> bool:
        """Whether the text of a file names a library; to be asked after `matters`."""
        return self.project.names_library(self.project.path_of(path))

    def neighbours(self, path: str) -> Neighbours:
        """The modules around the file `path`, for its fixes."""
        return Neighbours(self._importers, self.project.path_of(path))

    def lacks_session_class(self, path: str) -> bool:
        """Whether the module of the project that should define the session class, as seen from the
        file `path`, is in sight and does not."""
        name = self.settings.session_class or ""
        dotted, _, last = name.rpartition(".")
        found = self.project.layout.find(self.project.path_of(path), dotted) if dotted else None
        module = self.project.module(found) if found and found.endswith(".py") else None
        if module is None or module.scope.stars:
            return False
        return not {last, "__getattr__"} & module.scope.bindings.keys()

    @contextmanager
    def facts(self, source: Source, tree: ast.Module | None = None) -> Iterator[Facts]:
        """What is known of a file; as long as it is asked for more, other modules see the same tree.
        Raises SourceError if it cannot be parsed."""
        path = self.project.path_of(source.path)
        module = self.project.parsed(path, source)
        # A tree that flake8 brings is let go of again: to keep all of them costs more than to parse
        # some once more. So is the text of a fix that is being tried.
        keep = module is not None or (tree is None and self.project.has_read(path, source))
        if module is None:
            tree = tree if tree is not None else source.parse()
            module = Module(tree, path, source.text)
        with self.project.lent(module, keep):
            facts = collect(source, module, self._evaluator, self._settings_for(path))
            settle_constructions(facts)
            settle_partials(facts)
            yield facts

    def _settings_for(self, path: str) -> Settings:
        """The session class out of sight is believed to set a timeout. One of the project's own is
        judged like any other; its own module is not made to import it."""
        settings, name = self.settings, self.settings.session_class
        if name is None:
            return settings
        defined_in = self.project.layout.find(path, name.rpartition(".")[0])
        if defined_in is None:
            return replace(settings, bounded_clients=(*settings.bounded_clients, name))
        return replace(settings, session_class=None) if defined_in == path else settings

    def check(self, source: Source, tree: ast.Module | None = None) -> list[Finding]:
        """The findings of a file, sorted; `noqa` is not yet applied. Raises SourceError if the
        file cannot be parsed."""
        if not self.matters(source.text.encode("utf-8", "surrogatepass"), source.path):
            if tree is None:
                source.parse()
            return []
        with self.facts(source, tree) as facts:
            findings = {f for rule in self._rules for f in rule.check(facts)}
        self.project.trim()
        return sorted(findings, key=lambda f: f.sort_key)


def _with_session_class(settings: Settings) -> Settings:
    """The session class behaves like `requests.Session`, wherever it is defined."""
    name = settings.session_class
    if name is None or name in settings.clients:
        return settings
    return replace(settings, clients={**settings.clients, name: "requests"})


def _clients(settings: Settings) -> dict[str, str]:
    """The user's own client classes -> the client that each behaves like."""
    known = catalogue(frozenset())
    by_name = {lib.name: lib.clients[0].path for lib in known.libraries if lib.clients}
    return {name: by_name.get(target, target) for name, target in settings.clients.items()}


def analyze(
    source: str | bytes,
    path: str | os.PathLike[str] | None = None,
    settings: Settings = DEFAULT,
) -> list[Finding]:
    """The findings of one source, in the order of the text. `path` lets the imports of the
    project be followed; nothing is read without it. Raises `flake8_untimed.source.SourceError` if
    the source cannot be parsed."""
    name = os.fspath(path or "<unknown>")
    read = (
        Source.from_bytes(source, name)
        if isinstance(source, bytes)
        else Source.from_text(source, name)
    )
    return Workspace(settings).check(read)


def why(
    source: Source, line: int, settings: Settings = DEFAULT, ignored: Sequence[str] = ()
) -> Iterator[str]:
    """What is believed of the calls on a line (1-based), step by step, as lines of text.
    `ignored`: the beginnings of the codes that `per-file-ignores` leaves out of this file. Raises
    SourceError if the source cannot be parsed."""
    from flake8_untimed.explanation import explain

    workspace = Workspace(settings)
    # As in a check: a source that is not the file of its name would be judged by that file's words.
    workspace.matters(source.text.encode("utf-8", "surrogatepass"), source.path)
    with workspace.facts(source) as facts:
        yield from explain(facts, line, ignored)
