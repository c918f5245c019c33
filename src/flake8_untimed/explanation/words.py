"""How things are worded and cut to size."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from typing import NamedTuple

WIDTH = 88
"""A piece of source longer than this many characters is cut."""
_LABEL = 12


class Row(NamedTuple):
    """One line of an explanation: what it speaks of (empty: the same as before), and the text."""

    label: str
    text: str

    def __str__(self) -> str:
        return f"  {self.label and self.label + ':':{_LABEL}}{self.text}"


def short(text: str) -> str:
    """Source on one line, cut where it gets long."""
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


def unparsed(node: ast.AST) -> str:
    """The source of a node; dots where it is nested too deeply."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return "..."


def from_here(path: str) -> str:
    """A path from the current folder, if it lies below it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return path if relative.startswith(os.pardir) else relative


def with_article(name: str) -> str:
    """`a requests.Session`, `an httpx.Client`."""
    return f"{'an' if name.lower().startswith(('a', 'e', 'i', 'o', 'http')) else 'a'} {name}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last
