"""From a source to its findings: the one way that all doors take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts, collect
from flake8_untimed.findings import Finding
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.project import Project
from flake8_untimed.inference.scopes import Module
from flake8_untimed.libraries import catalogue
from flake8_untimed.rules import RULES
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source

DEFAULT = Settings()


class Workspace:
    """Checks many files with the same settings; keeps what it read of the project's modules."""

    def __init__(self, settings: Settings = DEFAULT) -> None:
        self.settings = settings
        self._catalogue = catalogue(frozenset(settings.disable_libraries))
        self.project = Project(self._catalogue, settings.follow_imports)
        self._evaluator = Evaluator(self.project, self._catalogue, _clients(settings))
        self._rules = [r for r in RULES if settings.reports(r.code, opt_in=r.opt_in)]

    def matters(self, data: bytes, path: str) -> bool:
        """Whether a file can have findings at all. Cheap: nothing is parsed."""
        return self.project.matters(self.project.path_of(path), data)

    def facts(self, source: Source, tree: ast.Module | None = None) -> Facts:
        """What is known of a file. Raises SourceError if it cannot be parsed."""
        path = self.project.path_of(source.path)
        module = self.project.parsed(path, source.text) if tree is None else None
        if module is None:
            tree = tree if tree is not None else source.parse()
            module = Module(tree, path, ":=" in source.text, "global " in source.text)
            if tree is not None:
                with self.project.lent(module):
                    return collect(source, module, self._evaluator, self.settings)
            self.project.adopt(module)
        return collect(source, module, self._evaluator, self.settings)

    def check(self, source: Source, tree: ast.Module | None = None) -> list[Finding]:
        """The findings of a file, sorted; `noqa` is not yet applied. Raises SourceError if the
        file cannot be parsed."""
        if not self.matters(source.text.encode("utf-8", "surrogatepass"), source.path):
            if tree is None:
                source.parse()
            return []
        facts = self.facts(source, tree)
        findings = {f for rule in self._rules for f in rule.check(facts)}
        return sorted(findings, key=lambda f: f.sort_key)


def _clients(settings: Settings) -> dict[str, str]:
    """The user's own client classes -> the client that each behaves like."""
    known = catalogue(frozenset())
    by_name = {lib.name: lib.clients[0].path for lib in known.libraries if lib.clients}
    return {name: by_name.get(target, target) for name, target in settings.clients.items()}


def analyze(
    source: str | bytes, path: str | None = None, settings: Settings = DEFAULT
) -> list[Finding]:
    """The findings of one source, in the order of the text. `path` lets the imports of the
    project be followed; nothing is read without it. Raises `flake8_untimed.source.SourceError` if
    the source cannot be parsed."""
    text = (
        Source.from_bytes(source, path or "<unknown>")
        if isinstance(source, bytes)
        else Source.from_text(source, path or "<unknown>")
    )
    return Workspace(settings).check(text)


def why(source: Source, line: int, settings: Settings = DEFAULT) -> Iterator[str]:
    """What is believed of the calls on a line (1-based), step by step, as lines of text. Raises
    SourceError if the source cannot be parsed."""
    from flake8_untimed.explanation import explain

    return explain(Workspace(settings).facts(source), line)
