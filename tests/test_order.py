"""The findings are the same whatever is looked at, asked or written first."""

from __future__ import annotations

import ast
import random
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from fixture_runner import Case, cases, decode, places, split_lines
from flake8_untimed.analysis import Workspace
from flake8_untimed.findings import Finding
from flake8_untimed.inference.project import Project
from flake8_untimed.inference.scopes import Module
from flake8_untimed.inference.walk import Walk
from flake8_untimed.source import Source, SourceError

PARTS = 8
"""The cases are mixed and tried in parts, each with time of its own."""

pytestmark = [pytest.mark.usefixtures("watchdog"), pytest.mark.parametrize("part", range(PARTS))]


def checked(workspace: Workspace, path: Path, text: str | None = None) -> list[Finding]:
    try:
        if text is not None:
            return workspace.check(Source.from_text(text, str(path)))
        return workspace.check(Source.from_bytes(path.read_bytes(), str(path)))
    except SourceError:
        return []


def part_of(number: int) -> list[Case]:
    every = cases()
    return random.Random(7).sample(every, len(every))[number::PARTS]


@cache
def together(part: int) -> dict[Path, list[Finding]]:
    """The findings of the cases of a part, in one workspace."""
    shared = Workspace()
    return {case.path: checked(shared, case.path) for case in part_of(part)}


def test_findings_do_not_depend_on_order(part: int) -> None:
    shared = Workspace()
    other = {path: checked(shared, path) for path in sorted(together(part))}
    assert [path for path in other if other[path] != together(part)[path]] == []


def test_findings_are_those_of_the_case_alone(part: int) -> None:
    """What is marked is reported when a case is looked at alone: tests/test_fixtures.py."""
    plain = [case for case in part_of(part) if not set(case.flags) - {"--unsafe"}]
    assert len(plain) > len(part_of(part)) // 2
    wrong = [case.disagreements(places(together(part)[case.path])) for case in plain]
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_findings_do_not_depend_on_what_is_asked_first(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The calls of each case in the opposite order: what is found for one is kept, and must do for
    the others."""
    survey = Project.survey

    def reversed_survey(project: Project, module: Module) -> Walk:
        found = survey(project, module)
        return found._replace(calls=found.calls[::-1])

    expected = together(part)
    monkeypatch.setattr(Project, "survey", reversed_survey)
    shared = Workspace()
    assert [path for path in expected if checked(shared, path) != expected[path]] == []


def test_findings_move_with_functions(part: int) -> None:
    """Functions of a module that stand behind one another, in the opposite order: the same lines are
    reported."""
    shared = Workspace()
    wrong = []
    for path, findings in together(part).items():
        text = decode(path.read_bytes())
        other = turned(text) if "\r" not in text and "projects" not in path.parts else text
        if other != text:
            found = checked(shared, path, other)
            if reported(text, findings) != reported(other, found):
                wrong.append(path)
    assert wrong == []


def reported(text: str, findings: list[Finding]) -> Counter[tuple[str, str]]:
    lines = split_lines(text)
    return Counter((finding.code, lines[finding.span.line - 1]) for finding in findings)


def turned(text: str) -> str:
    """A text with the functions of its module in the opposite order, as far as nothing but functions
    stands between them."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    lines = split_lines(text)
    for is_movable, group in groupby(body, is_plain):
        functions = [*group]
        starts = [function.lineno - 1 for function in functions]
        ends = [*starts[1:], functions[-1].end_lineno or 0]
        names = {getattr(function, "name", "") for function in functions}
        if is_movable and len(names) == len(functions):
            parts = [lines[start:end] for start, end in zip(starts, ends)]
            lines[starts[0] : ends[-1]] = [line for part in parts[::-1] for line in part]
    return "".join(lines)


def is_plain(statement: ast.stmt) -> bool:
    """Whether a statement is a function for which nothing is asked where it stands."""
    if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    asked = [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
    return not statement.decorator_list and all(isinstance(a, ast.Constant) for a in asked)
