"""Unified diffs that `git apply` and `patch` take."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

_HEADER = b"\x1b[1m"
_COLORS = {b"@": b"\x1b[36m", b"-": b"\x1b[31m", b"+": b"\x1b[32m"}
_RESET = b"\x1b[0m"
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
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _split(before),
        _split(after),
        _name(f"a/{path}"),
        _name(f"b/{path}"),
        lineterm=b"\n",
    )
    for number, line in enumerate(lines):
        if number < 2:
            # A tab behind it marks the end of a name with blanks, as git itself has it.
            yield line.rstrip(b"\n") + (b"\t\n" if b" " in line[4:].rstrip(b"\n") else b"\n")
        elif line.endswith(b"\n"):
            yield line
        else:
            yield line + b"\n"
            yield b"\\ No newline at end of file\n"


def _split(content: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", content)


def _name(path: str) -> bytes:
    """A file's name as git writes it: in quotes where it holds something odd."""
    raw = path.replace("\\", "/") if "\\" in path and "/" not in path else path
    if re.search(r'["\\\x00-\x1f\x7f]', raw):
        quoted = re.sub(
            r'["\\\x00-\x1f\x7f]', lambda m: _ESCAPES.get(m[0], f"\\{ord(m[0]):03o}"), raw
        )
        raw = f'"{quoted}"'
    return raw.encode("utf-8", "surrogateescape")


def _colored(line: bytes, *, is_header: bool) -> bytes:
    color = _HEADER if is_header else _COLORS.get(line[:1])
    if color is None:
        return line
    text = line.rstrip(b"\r\n")
    return color + text + _RESET + line[len(text) :]
