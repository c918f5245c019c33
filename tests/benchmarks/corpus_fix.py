"""`untimed fix --select UNT101` on copies of real packages: it does what it says, and nothing else.

    python tests/benchmarks/corpus_fix.py [CORPUS] [PACKAGE ...]

States, without any help from the fixer's own verification:
- every changed file's tree is the old one plus one `timeout` keyword for each call with a fixable
  finding, and for no other;
- all other bytes are the same, but for white space and commas beside the new keyword;
- a second run changes nothing, and nothing that can be fixed is left;
- which findings were left, and why;
- how long fixing takes against checking (wall time, two processes, the best of two).

Ends with status 1 if one of the first three does not hold.
"""

from __future__ import annotations

import ast
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tokenize
from collections.abc import Iterator
from pathlib import Path

Place = tuple[int, int]
"""Line and column, as `untimed` prints them."""

OPTIONS = ("--isolated", "--select", "UNT101", "--jobs", "2")
NOT_SYNTAX = re.compile(r"[\s,]*")


def untimed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8_untimed", arguments[0], *OPTIONS, *arguments[1:]]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    # 2: some file of a real tree cannot be parsed.
    if result.returncode not in (0, 1, 2) or "Traceback" in result.stderr:
        raise SystemExit(f"untimed {arguments[0]} ended with {result.returncode}: {result.stderr}")
    return result


def seconds(folder: Path, *arguments: str) -> float:
    start = time.perf_counter()
    untimed(folder, *arguments)
    return time.perf_counter() - start


def fixable(folder: Path) -> dict[str, set[Place]]:
    """The places of UNT101 with a safe fix, by file."""
    report = json.loads(untimed(folder, "check", "--output-format", "json").stdout)
    places: dict[str, set[Place]] = collections.defaultdict(set)
    for finding in report["findings"]:
        if finding["fix"]["applicability"] == "safe":
            places[os.path.normpath(finding["path"])].add((finding["line"], finding["column"]))
    return places


def copy(corpus: Path, packages: list[str], to: Path) -> None:
    for package in packages:
        shutil.copytree(corpus / package, to / package)


def changed_files(old: Path, new: Path) -> Iterator[str]:
    for path in sorted(old.rglob("*")):
        name = str(path.relative_to(old))
        if path.is_file() and path.read_bytes() != (new / name).read_bytes():
            yield name


def read(path: Path) -> str:
    with open(path, "rb") as file:
        encoding, _ = tokenize.detect_encoding(file.readline)
    return path.read_bytes().decode(encoding)


class Text:
    """A source, and the places of its nodes in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._starts = [0] + [m.end() for m in re.finditer(r"\r\n|\n|\r", text)]

    def offset(self, line: int, column: int) -> int:
        """`column` counts UTF-8 bytes, as in ast."""
        start = self._starts[line - 1]
        return start + len(self.text[start:].encode()[:column].decode())

    def span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def place(self, node: ast.expr) -> Place:
        return node.lineno, self.offset(node.lineno, node.col_offset) - self._starts[
            node.lineno - 1
        ] + 1


def added_keywords(old: Text, new: Text) -> dict[Place, ast.keyword]:
    """The new `timeout` keywords by the place of their call in the old text; AssertionError if
    the trees differ in anything else."""
    added = {}
    pairs: list[tuple[object, object]] = [(old.tree, new.tree)]
    while pairs:
        a, b = pairs.pop()
        assert type(a) is type(b)
        if isinstance(a, ast.Call) and isinstance(b, ast.Call):
            extra = len(b.keywords) - len(a.keywords)
            if extra and all(keyword.arg != "timeout" for keyword in a.keywords):
                (one,) = [keyword for keyword in b.keywords if keyword.arg == "timeout"]
                b.keywords.remove(one)
                added[old.place(a)] = one
        if isinstance(a, ast.AST):
            pairs += [(getattr(a, name, None), getattr(b, name, None)) for name in a._fields]
        elif isinstance(a, list) and isinstance(b, list):
            pairs += zip(a, b, strict=True)
        else:
            assert repr(a) == repr(b)
    return added


def same_but_for(old: Text, new: Text, added: list[ast.keyword]) -> bool:
    """Whether the texts are the same once the keywords are cut out of the new one."""
    at, pieces = 0, []
    for start, end in sorted(new.span(keyword) for keyword in added):
        pieces.append(new.text[at:start])
        at = end
    pieces.append(new.text[at:])
    position = 0
    for number, piece in enumerate(pieces):
        if number > 0:
            piece = piece[NOT_SYNTAX.match(piece).end() :]  # type: ignore[union-attr]
            position = NOT_SYNTAX.match(old.text, position).end()  # type: ignore[union-attr]
        if number < len(pieces) - 1:
            piece = piece.rstrip(" \t\f\r\n,")
        if not old.text.startswith(piece, position):
            return False
        position += len(piece)
    return position == len(old.text)


def wrong_with(name: str, old_folder: Path, new_folder: Path, places: set[Place]) -> Iterator[str]:
    """What is not as it should be with one changed file."""
    old, new = Text(read(old_folder / name)), Text(read(new_folder / name))
    try:
        added = added_keywords(old, new)
    except (AssertionError, ValueError) as error:
        yield f"{name}: the tree is not the old one plus keywords {error}"
        return
    for place in sorted(set(added) ^ places):
        what = "changed without a finding" if place in added else "found and not changed"
        yield f"{name}:{place[0]}:{place[1]}: {what}"
    if not same_but_for(old, new, list(added.values())):
        yield f"{name}: other bytes have changed"


def main() -> int:
    corpus = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/corpus")
    packages = sys.argv[2:] or sorted(path.name for path in corpus.iterdir() if path.is_dir())
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as top:
        old, new = Path(top, "old"), Path(top, "new")
        copy(corpus, packages, old)
        copy(corpus, packages, new)
        places = fixable(old)
        checking = min(seconds(old, "check", "-q") for _ in range(2))
        # What would be written is worked out as for writing; the second time it is written.
        fixing = [seconds(new, "fix", "-q", "--diff")]
        start = time.perf_counter()
        result = untimed(new, "fix")
        fixing.append(time.perf_counter() - start)
        changed = list(changed_files(old, new))
        for name in sorted({*changed, *places}):
            wrong += wrong_with(name, old, new, places.get(name, set()))
        once = Path(top, "once")
        shutil.copytree(new, once)
        untimed(new, "fix", "-q")
        wrong += [f"{name}: changed by a second run" for name in changed_files(once, new)]
        for name, left in fixable(new).items():
            wrong += [f"{name}:{line}:{column}: left" for line, column in sorted(left)]
    print(result.stderr.rstrip())
    for line in wrong:
        print(f"WRONG: {line}")
    print(
        f"{sum(map(len, places.values()))} fixable findings in {len(places)} files;"
        f" {len(changed)} files changed; {len(wrong)} things wrong"
    )
    print(
        f"checking {checking:.2f} s, fixing {min(fixing):.2f} s:"
        f" {min(fixing) / checking:.2f} times as long"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
