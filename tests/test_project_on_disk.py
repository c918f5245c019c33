"""How far the project's imports are followed: what cannot lie in a repository, made at run time."""

from __future__ import annotations

import ast
import os
import random
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from fixture_runner import cases, decode, split_lines
from flake8_untimed.analysis import Workspace, analyze
from flake8_untimed.findings import Finding
from flake8_untimed.inference.project import Project
from flake8_untimed.inference.scopes import Module
from flake8_untimed.inference.walk import Walk
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source, SourceError

pytestmark = pytest.mark.usefixtures("watchdog")

SESSION = "import requests\nsession = requests.Session()\n"
USE = "from {module} import session\nsession.get('https://example.org')\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def codes(path: Path) -> list[str]:
    return [f.code for f in analyze(path.read_bytes(), path=str(path))]


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py", ".git/HEAD"])
def test_the_root_is_the_nearest_marker(tmp_path: Path, marker: str) -> None:
    write(tmp_path / "outer" / "above.py", SESSION)
    write(tmp_path / "pyproject.toml", "")
    write(tmp_path / "outer" / "root" / marker, "")
    write(tmp_path / "outer" / "root" / "inside.py", SESSION)
    folder = tmp_path / "outer" / "root" / "pkg"
    assert codes(write(folder / "a.py", USE.format(module="inside"))) == ["UNT101"]
    assert codes(write(folder / "b.py", USE.format(module="above"))) == []
    assert codes(write(folder / "c.py", USE.format(module="...above"))) == []


def test_a_loose_file_stays_in_its_folder(tmp_path: Path) -> None:
    write(tmp_path / "above.py", SESSION)
    write(tmp_path / "folder" / "beside.py", SESSION)
    folder = tmp_path / "folder"
    assert codes(write(folder / "a.py", USE.format(module="beside"))) == ["UNT101"]
    assert codes(write(folder / "b.py", USE.format(module="..above"))) == []
    assert codes(write(folder / "c.py", USE.format(module="above"))) == []
    assert codes(write(folder / "d.py", USE.format(module="........above"))) == []


PATCHED = """\
import functools
import requests

requests.Session.request = functools.partialmethod(requests.Session.request, timeout=10)
requests.Session().get("https://example.org")
"""


def test_a_source_without_a_project_is_patched_by_itself(tmp_path: Path) -> None:
    unfollowed = Settings(follow_imports=False)
    text = PATCHED.replace("timeout=10", "timeout=None")
    assert [f.code for f in analyze(text)] == ["UNT101"]
    assert analyze(PATCHED) == []
    assert analyze(PATCHED, str(write(tmp_path / "a.py", PATCHED)), unfollowed) == []


def test_links_out_of_the_project_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret.py", SESSION)
    root = tmp_path / "root"
    write(root / "pyproject.toml", "")
    write(root / "inside.py", SESSION)
    os.symlink(outside, root / "linked.py")
    os.symlink(outside.parent, root / "folder")
    os.symlink(root / "inside.py", root / "linked_inside.py")
    os.symlink(root / "ring.py", root / "ring.py")
    assert codes(write(root / "a.py", USE.format(module="linked"))) == []
    assert codes(write(root / "b.py", USE.format(module="folder.secret"))) == []
    assert codes(write(root / "c.py", USE.format(module="linked_inside"))) == ["UNT101"]
    assert codes(write(root / "d.py", USE.format(module="ring"))) == []


def test_odd_neighbours(tmp_path: Path) -> None:
    """Folders with the names of files, unreadable files, names in the wrong case."""
    write(tmp_path / "pyproject.toml", "")
    (tmp_path / "folder.py").mkdir()
    locked = write(tmp_path / "locked.py", SESSION)
    locked.chmod(0)
    os.mkfifo(tmp_path / "pipe.py")
    for module in ("folder", "missing", "pipe", "locked"):
        found = codes(write(tmp_path / "use.py", USE.format(module=module)))
        assert found == [] or (module == "locked" and os.access(locked, os.R_OK))


def test_without_a_path_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "beside.py", SESSION)
    monkeypatch.chdir(tmp_path)
    assert analyze(USE.format(module="beside")) == []


def checked(workspace: Workspace, path: Path, text: str | None = None) -> list[Finding]:
    try:
        if text is not None:
            return workspace.check(Source.from_text(text, str(path)))
        return workspace.check(Source.from_bytes(path.read_bytes(), str(path)))
    except SourceError:
        return []


@cache
def alone() -> dict[Path, list[Finding]]:
    """The findings of each case in a workspace of its own."""
    return {case.path: checked(Workspace(), case.path) for case in cases()}


def test_findings_do_not_depend_on_order() -> None:
    """One workspace over all cases, in two orders, against one of its own for each."""
    paths = [*alone()]
    for order in (paths, random.Random(7).sample(paths, len(paths))):
        shared = Workspace()
        together = {path: checked(shared, path) for path in order}
        assert [path for path in paths if together[path] != alone()[path]] == []


def test_findings_do_not_depend_on_what_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls of each case in the opposite order: what is found for one is kept, and must do for
    the others."""
    survey = Project.survey

    def reversed_survey(project: Project, module: Module) -> Walk:
        found = survey(project, module)
        return found._replace(calls=found.calls[::-1])

    expected = alone()
    monkeypatch.setattr(Project, "survey", reversed_survey)
    shared = Workspace()
    assert [path for path in expected if checked(shared, path) != expected[path]] == []


def test_findings_move_with_functions() -> None:
    """Functions of a module that stand behind one another, in the opposite order: the same lines are
    reported."""
    shared = Workspace()
    wrong = []
    for path, findings in alone().items():
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
