"""Every file under fixtures/ says in its comments what must be reported there: here that is held
against the analysis, and the `x.fixed.py` beside an `x.py` against the fixer."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from fixture_runner import Case, cases, marked, places, split_lines, without_markers
from flake8_untimed.analysis import Workspace, analyze
from flake8_untimed.cli.arguments import parse
from flake8_untimed.cli.configuration import settings_for
from flake8_untimed.findings import Finding
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source, SourceError

CASES = cases()
PAIRS = [case for case in CASES if case.fixed.exists()]


def settings_of(case: Case) -> tuple[Settings, bool]:
    """The settings that the case asks for, through the real option parser, and whether its fix
    is to be done with `--unsafe`."""
    words = [word for word in case.flags if word != "--unsafe"]
    arguments = parse(["check", "--isolated", *words, str(case.path)])
    return settings_for(arguments, [str(case.path)]), "--unsafe" in case.flags


@cache
def analyse(case: Case) -> list[Finding]:
    """The findings; none of a file that Python cannot read."""
    settings, _ = settings_of(case)
    try:
        return analyze(case.content, path=str(case.path), settings=settings)
    except SourceError:
        return []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reports_what_is_marked(case: Case, watchdog: None) -> None:
    wrong = case.disagreements(places(analyse(case)))
    assert not wrong, "\n" + wrong


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_finding_is_well_formed(case: Case, watchdog: None) -> None:
    for finding in analyse(case):
        assert (finding.fix is None) != (finding.why_not is None), finding
        assert finding.message, finding
        start, end = finding.span[:2], finding.span[2:]
        assert (1, 1) <= start < end, finding


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: case.name)
def test_fix(case: Case, watchdog: None) -> None:
    from flake8_untimed.fixes import fix_source

    settings, unsafe = settings_of(case)

    def check(source: Source) -> list[Finding]:
        return Workspace(settings).check(source)

    def fix(text: str) -> str:
        source = Source.from_text(text, str(case.path))
        around = Workspace(settings).neighbours(source.path)
        outcome = fix_source(source, check(source), unsafe=unsafe, analyze=check, neighbours=around)
        return outcome.source.text

    wanted = without_markers(Case(case.fixed).text)
    got = fix(without_markers(case.text))
    assert got == wanted
    assert fix(got) == wanted, "fixing it again changes something"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_markers_point_at_something(case: Case) -> None:
    """A marker with a wrong column would look like a fault of the analysis."""
    try:
        tree = ast.parse(case.content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        assert not marked(case.text), "nothing can be reported in a file that does not parse"
        return
    lines = [line.encode() for line in split_lines(case.text)]  # ast counts bytes of UTF-8
    starts = {
        (node.lineno, len(lines[node.lineno - 1][: node.col_offset].decode(errors="replace")) + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call | ast.stmt | ast.arg)
    }
    astray = [place for place in marked(case.text) if place[:2] not in starts]
    assert not astray


def test_every_rule_has_a_folder_with_both_kinds(fixtures: Path) -> None:
    """Each rule's folder holds a line that must be reported under its code, and a call of a library
    that must not be."""
    for folder in sorted(fixtures.glob("UNT[0-9][0-9][0-9]")):
        inside = [case for case in CASES if case.path.is_relative_to(folder)]
        codes = {code for case in inside for _, _, code in marked(case.text)}
        assert folder.name in codes, f"{folder.name}: nothing is marked"
        assert any(map(has_silent_call, inside)), f"{folder.name}: no call goes unmarked"


def has_silent_call(case: Case) -> bool:
    """Whether a case has a call or a client of a library on a line without a marker."""
    lines = {line for line, _, _ in marked(case.text)}
    source = Source.from_bytes(case.content, str(case.path))
    with Workspace(settings_of(case)[0]).facts(source) as facts:
        return any(one.node.lineno not in lines for one in (*facts.calls, *facts.constructions))
