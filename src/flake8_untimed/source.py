"""Bytes to text, lines, columns and noqa: the only place that knows encodings and newlines."""

from __future__ import annotations

import ast
import re
from functools import cached_property

from flake8_untimed.findings import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Source:
    """The text of one file. Only LF, CRLF and CR end a line (as Python's own parser has it)."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path

    @cached_property
    def lines(self) -> list[str]:
        """Physical lines with their ends."""
        return _LINE.findall(self.text)

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Where a node stands, in characters (ast counts UTF-8 bytes)."""
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            node.end_lineno or node.lineno,
            self._column(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def _column(self, line: int, offset: int) -> int:
        if line > len(self.lines):
            return offset + 1
        text = self.lines[line - 1]
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode(errors="replace")) + 1

    def segment(self, span: Span) -> str:
        """The exact text of a span."""
        first, last = span.line - 1, span.end_line - 1
        if first == last:
            return self.lines[first][span.column - 1 : span.end_column - 1]
        return "".join(
            (
                self.lines[first][span.column - 1 :],
                *self.lines[first + 1 : last],
                self.lines[last][: span.end_column - 1],
            )
        )

    def parse(self) -> ast.Module:
        return ast.parse(self.text, self.path)
