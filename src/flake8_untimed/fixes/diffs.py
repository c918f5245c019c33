"""Unified diffs that `git apply` and `patch` take."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator

Change = tuple[int, int, int, int]
"""Lines from and to, of the old and of the new text, counted from 0."""

_CONTEXT = 3
_ALIKE = 2
"""So many lines alike in a row end a change."""
_FAR = 200
"""So many lines are looked ahead for them."""
_HEADER = b"\x1b[1m"
_COLORS = {b"@": b"\x1b[36m", b"-": b"\x1b[31m", b"+": b"\x1b[32m"}
_RESET = b"\x1b[0m"
_ODD = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def diff(path: str, before: bytes, after: bytes, *, color: bool = False) -> bytes:
    """The change of one file as a patch, in the file's own bytes; nothing if there is none.

    `path` is relative to where the patch will be applied. The result is not text: it holds the
    file's encoding and newlines, without which it could not be applied.
    """
    lines = list(_lines(path, before, after))
    if color:
        lines = [_colored(line, is_header=number < 2) for number, line in enumerate(lines)]
    return b"".join(lines)


def _lines(path: str, before: bytes, after: bytes) -> Iterator[bytes]:
    # git ends lines at \n alone; a carriage return before it is part of the line.
    old, new = _split(before), _split(after)
    hunks = _hunks(_changes(old, new))
    for number, hunk in enumerate(hunks):
        if not number:
            yield b"--- " + _name("a/" + path.replace(os.sep, "/"))
            yield b"+++ " + _name("b/" + path.replace(os.sep, "/"))
        yield from _hunk(old, new, hunk)


def _changes(old: list[bytes], new: list[bytes]) -> Iterator[Change]:
    """What differs. Made for edits here and there in a long file: the time grows with its length,
    where difflib's grows with the square of it if lines repeat themselves."""
    i = j = 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and old[i] == new[j]:
            i, j = i + 1, j + 1
            continue
        gone, come = _until_alike(old, i, new, j)
        inside = difflib.SequenceMatcher(None, old[i : i + gone], new[j : j + come], autojunk=False)
        for tag, i1, i2, j1, j2 in inside.get_opcodes():
            if tag != "equal":
                yield i + i1, i + i2, j + j1, j + j2
        i, j = i + gone, j + come


def _until_alike(old: list[bytes], i: int, new: list[bytes], j: int) -> tuple[int, int]:
    """How many lines to pass over on both sides until some lines are alike again."""
    for far in range(1, _FAR):
        for gone in range(max(0, far - len(new) + j), min(far, len(old) - i) + 1):
            come = far - gone
            if old[i + gone : i + gone + _ALIKE] == new[j + come : j + come + _ALIKE]:
                return gone, come
    return min(_FAR, len(old) - i), min(_FAR, len(new) - j)


def _hunks(changes: Iterable[Change]) -> list[list[Change]]:
    """Changes whose context would touch, together."""
    hunks: list[list[Change]] = []
    for change in changes:
        if hunks and change[0] - hunks[-1][-1][1] <= 2 * _CONTEXT:
            hunks[-1].append(change)
        else:
            hunks.append([change])
    return hunks


def _hunk(old: list[bytes], new: list[bytes], changes: list[Change]) -> Iterator[bytes]:
    start = max(changes[0][0] - _CONTEXT, 0)
    end = min(changes[-1][1] + _CONTEXT, len(old))
    other_start = changes[0][2] - (changes[0][0] - start)
    other_end = changes[-1][3] + (end - changes[-1][1])
    yield f"@@ -{_range(start, end)} +{_range(other_start, other_end)} @@\n".encode()
    position = start
    for i1, i2, j1, j2 in changes:
        yield from _marked(b" ", old[position:i1])
        yield from _marked(b"-", old[i1:i2])
        yield from _marked(b"+", new[j1:j2])
        position = i2
    yield from _marked(b" ", old[position:end])


def _range(start: int, end: int) -> str:
    """Lines from 1; an empty range stands behind the line before it."""
    return f"{start + (end > start)},{end - start}"


def _marked(mark: bytes, lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.endswith(b"\n"):
            yield mark + line
        else:
            yield mark + line + b"\n"
            yield b"\\ No newline at end of file\n"


def _split(content: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", content)


def _name(path: str) -> bytes:
    """A file's name as git writes it: in quotes where it holds something odd, and with a tab
    behind it where it holds a blank."""
    quoted = _ODD.sub(lambda match: _ESCAPES.get(match[0], f"\\{ord(match[0]):03o}"), path)
    if quoted != path:
        path = f'"{quoted}"'
    return os.fsencode(path) + (b"\t\n" if " " in path else b"\n")


def _colored(line: bytes, *, is_header: bool) -> bytes:
    color = _HEADER if is_header else _COLORS.get(line[:1])
    if color is None:
        return line
    text = line.rstrip(b"\r\n")
    return color + text + _RESET + line[len(text) :]
