"""`untimed check` on the labelled packages, scored.

    python tests/benchmarks/corpus_score.py [CORPUS] [LABELS] [--list]

First what LABELS/score.py says (requests: what must and must not be found, and the traps). Then,
for every httpx and aiohttp call that is labelled as having no timeout, where that is said:
at the call; at the construction of its client; nowhere, because the construction, a subclass or
something around the call bounds it; nowhere, because its httpx client was made out of sight, whose
default is short (the design leaves these alone); nowhere, because what the construction is given for a timeout is not in sight; or nowhere, for no
reason that is known.

Ends with status 1 if something is missed or false, or more than 5 % are not explained.
"""

from __future__ import annotations

import collections
import csv
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from flake8_untimed.analysis import Workspace
from flake8_untimed.bounds import Bound, Kind
from flake8_untimed.bounds import Source as Decided
from flake8_untimed.calls import Call
from flake8_untimed.source import Source, SourceError

LINE = re.compile(r"(?P<path>.*?):(?P<line>\d+):(?P<column>\d+): UNT1\d\d ")
Place = tuple[str, int, int]
"""File in the corpus, line, and 1-based column."""

AT_CALL = "reported at the call"
AT_CONSTRUCTION = "reported at the construction"
BOUNDED = "bounded"
SILENT = "left alone: an httpx client made out of sight"
TRANSPORT = "left alone: requests go through a transport that may be no way to the network"
ARGUMENT = "left alone: what the construction is given for a timeout is not in sight"
PREPARED = "left alone: a request that was made out of sight, and holds its own timeout"
UNEXPLAINED = "not explained"
TOLERATED = 0.05


def findings(corpus: Path) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "flake8_untimed", "check", "--isolated", "-q", "--jobs", "2", "."],
        cwd=corpus,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    if result.returncode not in (0, 1, 2):
        raise SystemExit(f"untimed ended with {result.returncode}")
    return result.stdout


def places(output: str) -> set[Place]:
    """Where something about a timeout is reported."""
    return {
        (match["path"].removeprefix("./"), int(match["line"]), int(match["column"]))
        for match in map(LINE.match, output.splitlines())
        if match
    }


def wanted(labels: Path) -> dict[str, list[Mapping[str, str]]]:
    """The labelled httpx and aiohttp calls without a timeout, by file."""
    by_file: dict[str, list[Mapping[str, str]]] = collections.defaultdict(list)
    with (labels / "labels.tsv").open() as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["library"] in ("httpx", "aiohttp") and row["timeout"] == "absent":
                by_file[f"{row['package']}/{row['file']}"].append(row)
    return by_file


def calls_of(workspace: Workspace, corpus: Path, name: str) -> dict[tuple[int, int], Call]:
    """The calls of a file by line and 0-based column in bytes, as in ast and in the labels."""
    try:
        with workspace.facts(Source.read(str(corpus / name))) as facts:
            return {(call.node.lineno, call.node.col_offset): call for call in facts.calls}
    except SourceError:
        return {}


def verdict(
    name: str, row: Mapping[str, str], call: Call | None, reported: set[Place], corpus: Path
) -> str:
    if (name, int(row["line"]), int(row["col"]) + 1) in reported:
        return AT_CALL
    if call is None:
        return f"{UNEXPLAINED}: not seen as a call"
    bound = call.bound
    if construction(bound, corpus) in reported:
        return AT_CONSTRUCTION
    if bound.kind is Kind.BOUNDED:
        return f"{BOUNDED} by {bound.source.value}"
    if bound.source is Decided.OUT_OF_SIGHT and row["library"] == "httpx":
        return SILENT
    if bound.kind is Kind.UNKNOWN and "no way to the network" in bound.detail:
        return TRANSPORT
    if bound.kind is Kind.UNKNOWN and call.sender.prepared is not None:
        return PREPARED
    made = bound.site.passed if bound.site is not None else None
    if bound.kind is Kind.UNKNOWN and made and (made.open_keywords or "timeout" in made.keywords):
        return ARGUMENT
    return f"{UNEXPLAINED}: {bound.kind.value}, decided by {bound.source.value}"


def construction(bound: Bound, corpus: Path) -> Place | None:
    """Where the client that decided was made."""
    if bound.site is None:
        return None
    path, node = bound.site.context.scope.module.path, bound.site.node
    if path is None:
        return None
    return str(Path(path).relative_to(corpus)), node.lineno, node.col_offset + 1


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--list"]
    listed = "--list" in sys.argv[1:]
    corpus = Path(arguments[0] if arguments else "/tmp/corpus").resolve()
    shared = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    labels = Path(arguments[1]) if len(arguments) > 1 else shared
    output = findings(corpus)
    scored = subprocess.run(
        [sys.executable, str(labels / "score.py"), *(["--list"] if listed else [])],
        input=output,
        text=True,
        check=False,
    )
    reported, workspace = places(output), Workspace()
    verdicts: collections.Counter[tuple[str, str]] = collections.Counter()
    for name, rows in sorted(wanted(labels).items()):
        calls = calls_of(workspace, corpus, name)
        for row in rows:
            call = calls.get((int(row["line"]), int(row["col"])))
            what = verdict(name, row, call, reported, corpus)
            verdicts[row["library"], what] += 1
            if listed:
                shape = f"{row['receiver']} {row['shape']} {row['method']}"
                print(f"{name}:{row['line']}:{int(row['col']) + 1} {shape}: {what}")
    for (library, what), count in sorted(verdicts.items()):
        print(f"  {library}: {count} {what}")
    total = sum(verdicts.values())
    unexplained = sum(n for (_, what), n in verdicts.items() if what.startswith(UNEXPLAINED))
    share = unexplained / total if total else 1
    print(
        f"httpx and aiohttp: {total} without a timeout; {unexplained} not explained ({share:.1%})"
    )
    return 1 if scored.returncode or share > TOLERATED else 0


if __name__ == "__main__":
    sys.exit(main())
