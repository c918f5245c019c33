"""Where things stand: files, lines, and the steps by which a value came here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.explanation.words import Row, from_here, short, unparsed
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.values import Site, Value
from flake8_untimed.source import Source as Text
from flake8_untimed.source import SourceError


class Places:
    """Tells places as a reader of the checked file would write them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._texts: dict[str, Text | None] = {facts.module.path: facts.source}

    def steps(self, label: str, value: Value) -> Iterator[Row]:
        """How a value came here, the oldest step first."""
        before = ""
        for step in reversed([*value.way()]):
            if not hasattr(step.node, "lineno"):
                continue
            text = self.shown(step.scope, step.node)
            if text != before:
                yield Row(label, text)
            before = text

    def shown(self, scope: Scope, node: ast.AST) -> str:
        """The place of a node, and the line that stands there."""
        return f"{self.place(scope, node)}: {self._line(scope, node)}"

    def at(self, site: Site) -> str:
        return self.place(site.context.scope, site.node)

    def place(self, scope: Scope, node: ast.AST) -> str:
        path = scope.module.path
        if path == self._facts.module.path:
            name = self._facts.source.path
        else:
            name = from_here(path)
        return f"{name}:{getattr(node, 'lineno', 1)}"

    def _line(self, scope: Scope, node: ast.AST) -> str:
        """The physical line on which a node begins."""
        text = self._text(scope.module.path)
        number: int = node.lineno  # type: ignore[attr-defined]
        if text is not None and number <= len(text.lines):
            return short(text.lines[number - 1])
        return short(unparsed(node))

    def _text(self, path: str) -> Text | None:
        """The text of a module, as far as it can still be read."""
        if path not in self._texts:
            try:
                self._texts[path] = Text.read(path)
            except SourceError:
                self._texts[path] = None
        return self._texts[path]
