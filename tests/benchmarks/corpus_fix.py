"""`untimed fix` on copies of real packages: it does what it says, and nothing else.

    python tests/benchmarks/corpus_fix.py [CORPUS] [PACKAGE ...] [--labels LABELS]

Two passes, each on fresh copies: `--select UNT101`, and every safe fix. Each states, without any
help from the fixer's own verification:
- in every changed file, the tree and the text differ from the old ones by what differences.py
  says of the findings with a safe fix, and by nothing else;
- what has a safe fix is fixed, no file fails, and a second run changes nothing;
- which findings were left, and why;
- how long fixing takes against checking (wall time, two processes, the best of two);
- the first pass with LABELS: which of the calls that must be found have their timeout now.

Ends with status 1 if something is wrong, or if fixing takes more than twice as long as checking.
"""

from __future__ import annotations

import argparse
import collections
import csv
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
from typing import NamedTuple

from differences import EFFECTS, Span, Text, wrong_with

PASSES = {"--select UNT101": ("--select", "UNT101"), "all safe fixes": ()}
COST = 2.0
"""Times that fixing may take as long as checking."""
ERROR = re.compile(r"untimed: (?P<path>.*?): .*")


class Finding(NamedTuple):
    path: str
    span: Span
    code: str


class Report(NamedTuple):
    """What a pass found out."""

    wrong: list[str]
    fixed: dict[str, set[Span]]
    """Calls that have a timeout now, by file; spans of the old text."""
    ratio: float


class Untimed:
    """The command, in a folder, with a pass's options."""

    def __init__(self, folder: Path, options: tuple[str, ...]) -> None:
        self._folder, self._options = folder, options

    def __call__(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        options = ("--isolated", "--jobs", "2", *self._options)
        result = subprocess.run(
            [sys.executable, "-m", "flake8_untimed", command, *options, *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        # 2: some file of a real tree cannot be parsed.
        if result.returncode not in (0, 1, 2) or "Traceback" in result.stderr:
            raise SystemExit(f"untimed {command}: status {result.returncode}: {result.stderr}")
        return result

    def seconds(self, *arguments: str) -> float:
        start = time.perf_counter()
        self(*arguments)
        return time.perf_counter() - start

    def fixable(self) -> set[Finding]:
        """The findings with a safe fix."""
        report = json.loads(self("check", "--output-format", "json").stdout)
        place = ("line", "column", "end_line", "end_column")
        return {
            Finding(os.path.normpath(f["path"]), tuple(f[key] for key in place), f["code"])
            for f in report["findings"]
            if f["fix"]["applicability"] == "safe"
        }


def copy(corpus: Path, packages: list[str], to: Path) -> Path:
    for package in packages:
        shutil.copytree(corpus / package, to / package)
    return to


def changed_files(old: Path, new: Path) -> Iterator[str]:
    there = {str(path.relative_to(new)) for path in new.rglob("*") if path.is_file()}
    for path in sorted(old.rglob("*")):
        name = str(path.relative_to(old))
        if path.is_file() and path.read_bytes() != (new / name).read_bytes():
            yield name
        there.discard(name)
    yield from there


def read(path: Path) -> Text:
    with open(path, "rb") as file:
        encoding, _ = tokenize.detect_encoding(file.readline)
    return Text(path.read_bytes().decode(encoding))


def errors(result: subprocess.CompletedProcess[str]) -> set[str]:
    return {line for line in result.stderr.splitlines() if ERROR.match(line)}


def run(corpus: Path, packages: list[str], options: tuple[str, ...]) -> Report:
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as top:
        old, new = (copy(corpus, packages, Path(top, name)) for name in ("old", "new"))
        check, fix = Untimed(old, options), Untimed(new, options)
        fixable = check.fixable()
        checking = min(check.seconds("check", "-q") for _ in range(2))
        # What would be written is worked out as for writing; the second time it is written.
        fixing = fix.seconds("fix", "-q", "--diff")
        start = time.perf_counter()
        result = fix("fix")
        fixing = min(fixing, time.perf_counter() - start)
        wrong += [f"failed: {line}" for line in errors(result) - errors(check("check", "-q"))]

        expected: dict[str, set[tuple[Span, str]]] = collections.defaultdict(set)
        for path, span, code in fixable:
            expected[path].add((span, EFFECTS.get(code, f"{code}, of which nothing is stated")))
        changed = list(changed_files(old, new))
        for name in sorted({*changed, *expected}):
            texts = read(old / name), read(new / name)
            wrong += [f"{name}: {line}" for line in wrong_with(*texts, expected[name])]
        wrong += [f"{f.path}:{f.span[0]}: {f.code} left" for f in sorted(fix.fixable())]
        once = Path(top, "once")
        shutil.copytree(new, once)
        fix("fix", "-q")
        wrong += [f"{name}: changed by a second run" for name in changed_files(once, new)]
    counts = collections.Counter(finding.code for finding in fixable)
    print(result.stderr.rstrip())
    for line in wrong:
        print(f"WRONG: {line}")
    print(
        f"{len(fixable)} fixable findings in {len(expected)} files"
        f" ({', '.join(f'{code}: {counts[code]}' for code in sorted(counts))});"
        f" {len(changed)} files changed; {len(wrong)} things wrong"
    )
    ratio = fixing / checking
    print(f"checking {checking:.2f} s, fixing {fixing:.2f} s: {ratio:.2f} times as long")
    fixed = {
        path: {span for span, effect in effects if effect == "timeout added"}
        for path, effects in expected.items()
    }
    return Report(wrong, fixed, ratio)


def must_be_found(labels: Path, packages: list[str]) -> Iterator[tuple[str, Span]]:
    """The calls on requests or exactly a Session that surely have no timeout."""
    with open(labels, newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        doubtful = ("mixed", "union", "patched-default")
        if (
            row["package"] in packages
            and row["library"] == "requests"
            and row["receiver"] in ("module", "Session", "from-import")
            and row["timeout"] == "absent"
            and row["source_of_label"] != "conflict"
            and not any(word in row["note"] for word in doubtful)
        ):
            line, column, end_line, end = (
                int(row[key]) for key in ("line", "col", "end_line", "end_col")
            )
            yield f"{row['package']}/{row['file']}", (line, column + 1, end_line, end + 1)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", nargs="?", type=Path, default=Path("/tmp/corpus"))
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--labels", type=Path)
    arguments = parser.parse_args()
    corpus: Path = arguments.corpus
    packages = arguments.packages or sorted(p.name for p in corpus.iterdir() if p.is_dir())
    is_bad = False
    for name, options in PASSES.items():
        print(f"== {name}")
        report = run(corpus, packages, options)
        is_bad |= bool(report.wrong) or report.ratio > COST
        if arguments.labels and options:
            must = list(must_be_found(arguments.labels, packages))
            without = [f"{p}:{s[0]}" for p, s in must if s not in report.fixed.get(p, ())]
            print(
                f"{len(must) - len(without)} of {len(must)} calls that must be found have one now"
            )
            for place in without:
                print(f"  without: {place}")
    return 1 if is_bad else 0


if __name__ == "__main__":
    sys.exit(main())
