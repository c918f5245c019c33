"""Patterns for file names, as regular expressions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_FOLDERS = re.compile(r"\*\*+/")
_ALL_BELOW = re.compile(r"/\*\*+\Z")
_MAGIC = re.compile(r"[*?\[\\]")
_SET = re.compile(r"\[([!^]?)(\]?[^\]]*)\]")


def translate(pattern: str, *, star: str) -> str:
    """A shell pattern as a regular expression. `star`: what `*` stands for, which is `[^/]*` in
    git's patterns and `.*` in those of flake8 and Ruff. `**/` stands for any folders, or none."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at_start = at == 0 or pattern[at - 1] == "/"
        if at_start and (folders := _FOLDERS.match(pattern, at)):
            parts.append("(?:.*/)?")
            at = folders.end()
            continue
        if _ALL_BELOW.match(pattern, at):
            parts.append("/.*")
            break
        found = _SET.match(pattern, at) if character == "[" else None
        if found:
            parts.append(_set(*found.groups()))
            at = found.end()
            continue
        if character == "\\" and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        elif character == "*":
            parts.append(star)
        elif character == "?":
            parts.append("[^/]")
        else:
            parts.append(re.escape(character))
        at += 1
    return "".join(parts)


def _set(negation: str, members: str) -> str:
    escaped = re.sub(r"\\(?!\\)", "", members).replace("[", r"\[").replace("]", r"\]")
    # A slash is never matched by a set.
    return f"(?!/)[{'^' if negation else ''}{escaped}]"


class Patterns:
    """The user's exclude and per-file-ignores patterns: one without a slash is the name of a file
    or folder, an absolute one matches that very path and all below it."""

    def __init__(self, patterns: Iterable[str]) -> None:
        slashed = [pattern.replace(os.sep, "/") for pattern in patterns]
        names = [pattern for pattern in slashed if "/" not in pattern]
        # Most are plain names, and every file found is held against them.
        self._plain = frozenset(name for name in names if not _MAGIC.search(name))
        self._names = _alternatives([name for name in names if name not in self._plain])
        self._paths = _alternatives([pattern for pattern in slashed if "/" in pattern])

    def match(self, path: str) -> bool:
        """`path`: absolute."""
        if os.sep != "/":
            path = path.replace(os.sep, "/")
        name = path[path.rfind("/") + 1 :]
        return bool(
            name in self._plain
            or (self._names and self._names.fullmatch(name))
            or (self._paths and self._paths.fullmatch(path))
        )


def _alternatives(patterns: list[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    try:
        return re.compile(
            f"(?:{'|'.join(translate(pattern, star='.*') for pattern in patterns)})(?:/.*)?",
            re.DOTALL,
        )
    except re.error:  # an odd set, such as [z-a]: take the patterns by the letter
        return re.compile(f"(?:{'|'.join(map(re.escape, patterns))})(?:/.*)?", re.DOTALL)


class PerFileIgnores:
    """Which codes are left out of which files."""

    def __init__(self, entries: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._entries = [(Patterns([pattern]), codes) for pattern, codes in entries]

    def codes(self, path: str) -> tuple[str, ...]:
        """The beginnings of codes that are left out of a file."""
        absolute = os.path.abspath(path)
        return tuple(
            code for patterns, codes in self._entries if patterns.match(absolute) for code in codes
        )
