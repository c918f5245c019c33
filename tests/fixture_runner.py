"""Reads the cases under fixtures/: files whose comments say what must be reported where.

The rules of the markers stand in fixtures/README.md. Nothing here knows a rule.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flake8_untimed.findings import Finding

REPOSITORY = Path(__file__).resolve().parent.parent
FIXTURES = REPOSITORY / "fixtures"

MARKER = re.compile(r"\b(UNT\d{3}):(\d+)\b")
# The comment that holds markers, and nothing else of the line: `# UNT101:5 UNT301:5`, with an
# optional reason behind a second `#`-less dash: `# UNT101:5 - the adapter is on the other scheme`.
COMMENT = re.compile(r"[ \t]*#[ \t]*(?:UNT\d{3}:\d+[ \t]*,?[ \t]*)+(?:- .*)?$")
FLAGS = re.compile(r"# flags: *(.*)")
PYTHON = re.compile(r"# python: 3\.(\d+)$", re.MULTILINE)

Place = tuple[int, int, str]
"""1-based line, 1-based column in characters, code."""


def decode(content: bytes) -> str:
    """The text of a case, which may be badly encoded on purpose; newlines stay as they are."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return content.decode("latin-1")


def split_lines(text: str) -> list[str]:
    """Physical lines with their ends, as Python's parser has them (str.splitlines splits more)."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def marked(text: str) -> Counter[Place]:
    """What the markers say must be reported."""
    places: Counter[Place] = Counter()
    waiting: list[tuple[int, str]] = []
    for number, line in enumerate(split_lines(text), start=1):
        line = line.rstrip("\r\n")
        comment = COMMENT.search(line)
        found = [(int(c), code) for code, c in MARKER.findall(comment.group())] if comment else []
        if comment and not line[: comment.start()].strip():
            waiting += found  # alone on its line: it speaks of the next line of code
            continue
        for column, code in waiting + found:
            places[number, column, code] += 1
        waiting = []
    return places


def without_markers(text: str) -> str:
    """The text as its author would have written it: marker comments gone, and with them the lines
    that held nothing else."""
    kept = []
    for line in split_lines(text):
        body = line.rstrip("\r\n")
        comment = COMMENT.search(body)
        if comment is None:
            kept.append(line)
        elif body[: comment.start()].strip():
            kept.append(body[: comment.start()] + line[len(body) :])
    return "".join(kept)


def places(findings: Iterable[Finding]) -> Counter[Place]:
    """Where findings are, to be held against the markers."""
    return Counter((f.span.line, f.span.column, f.code) for f in findings)


@dataclass(frozen=True)
class Case:
    """One file under fixtures/ that is checked where it stands."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(REPOSITORY).as_posix()

    @cached_property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def text(self) -> str:
        return decode(self.content)

    @property
    def flags(self) -> list[str]:
        """The words behind `# flags:` on the first line."""
        first = FLAGS.match(self.text)
        return first.group(1).split() if first else []

    @property
    def is_for_this_python(self) -> bool:
        """Whether Python is not older than `# python: 3.12` asks for."""
        wanted = PYTHON.match(self.text)
        return wanted is None or sys.version_info >= (3, int(wanted.group(1)))

    @property
    def fixed(self) -> Path:
        """The file that holds what the fix must give, if there is one."""
        return self.path.with_suffix(".fixed.py")

    def disagreements(self, reported: Counter[Place]) -> str:
        """One paragraph for every difference between what is marked and what was reported."""
        expected = marked(self.text)
        lines = split_lines(self.text)
        said = []
        for place in sorted(expected.keys() | reported.keys()):
            line, column, code = place
            for more, what in (
                (reported[place] - expected[place], "reported, but not marked"),
                (expected[place] - reported[place], "marked, but not reported"),
            ):
                if more > 0:
                    source = lines[line - 1].strip() if line <= len(lines) else ""
                    said.append(f"{self.name}:{line}:{column}: {code} {what}\n    {source}")
        return "\n".join(said)


def cases() -> list[Case]:
    """Every case there is for this Python, in the order of their paths."""
    every = map(Case, sorted(FIXTURES.rglob("*.py")))
    return [case for case in every if case.is_for_this_python]
