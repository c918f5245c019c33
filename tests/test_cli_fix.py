"""`untimed fix` as its users meet it. What the engine writes is tested with the engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_untimed import fixes
from flake8_untimed.cli import main
from flake8_untimed.cli.files import changed_lines
from flake8_untimed.reporters import Replacement
from flake8_untimed.source import Source
from test_cli_check import untimed

SAFE = "import requests\n\nrequests.get('https://a.b')\n"
FIXED = "import requests\n\nrequests.get('https://a.b', timeout=(5, 30))\n"
UNSAFE = "import requests\n\nrequests.get('https://a.b', timeout=None)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "safe.py").write_text(SAFE)
    return tmp_path


def test_fixing(project: Path) -> None:
    result = untimed(project, "fix")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "1 finding fixed in 1 file\n  UNT101: 1 in 1 file\n"
    assert (project / "safe.py").read_text() == FIXED
    result = untimed(project, "fix")
    assert (result.returncode, result.stderr) == (0, "no findings fixed in no files\n")


def test_what_is_left_and_why(project: Path) -> None:
    (project / "unsafe.py").write_text(UNSAFE)
    result = untimed(project, "fix")
    assert result.returncode == 1
    assert result.stdout == ("unsafe.py:3:1: UNT102 left: the fix is unsafe: --unsafe applies it\n")
    assert result.stderr.endswith(
        "1 finding left in 1 file (each file by itself: a fresh check may find fewer)\n"
        "  UNT102: 1, the fix is unsafe: --unsafe applies it\n"
    )
    assert (project / "unsafe.py").read_text() == UNSAFE
    assert untimed(project, "fix", "--unsafe").returncode == 0
    assert "None" not in (project / "unsafe.py").read_text()


@pytest.fixture
def mistake(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours, in the fixes of one file."""
    right = fixes.fix_source

    def wrong(source: Source, *arguments: Any, **keywords: Any) -> fixes.Outcome:
        if source.path == "odd.py":
            raise KeyError("boom")
        return right(source, *arguments, **keywords)

    monkeypatch.setattr(fixes, "fix_source", wrong)
    monkeypatch.chdir(project)
    (project / "odd.py").write_text(SAFE)


MISTAKE = "untimed: odd.py: the fixes failed: KeyError: 'boom'\n"


def test_a_mistake_keeps_no_other_file_from_being_fixed(
    project: Path, mistake: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fix"]) == 2
    assert capsys.readouterr().err.endswith(MISTAKE)
    assert (project / "safe.py").read_text() == FIXED
    assert (project / "odd.py").read_text() == SAFE


def test_a_mistake_in_a_fix_hides_no_finding(
    project: Path, mistake: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--output-format", "sarif"]) == 2
    out, err = capsys.readouterr()
    results = json.loads(out)["runs"][0]["results"]
    assert ["fixes" in result for result in results] == [False, True]
    assert err.startswith(MISTAKE)


def test_places_are_those_of_the_file_that_the_reader_has(project: Path) -> None:
    (project / "places.py").write_text(
        "import json\n\nimport requests\nfrom aiohttp.client import ClientSession\n\n"
        "async def f(url):\n    ClientSession()\n    body = json.dumps({})\n"
        "    requests.post(url, data=body, timeout=5)\n"
        "    requests.put(url, data=body, timeout=5)\n"
    )
    result = untimed(project, "fix", "--diff", "places.py")
    made = "the JSON text is made elsewhere"
    assert f"places.py:9:5: UNT201 left: {made} (line 8)\n" in result.stderr
    assert result.stderr.endswith(f"2 findings left in 1 file\n  UNT201: 2, {made}\n")
    result = untimed(project, "fix", "places.py")
    assert f"places.py:10:5: UNT201 left: {made} (line 9)\n" in result.stdout
    assert (project / "places.py").read_text().splitlines()[8].strip() == "body = json.dumps({})"


def test_a_diff_is_a_patch_that_git_takes(project: Path) -> None:
    (project / "unsafe.py").write_bytes(UNSAFE.encode())
    (project / "dos.py").write_bytes(
        b"# coding: latin-1\r\nimport requests\r\nx = '\xe9'\r\nrequests.get('u')\r\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "flake8_untimed", "fix", "--diff"],
        cwd=project,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 1
    assert (project / "safe.py").read_text() == SAFE, "nothing is written"
    assert b"2 findings would be fixed in 2 files\n" in result.stderr
    assert b"unsafe.py:3:1: UNT102 left" in result.stderr
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "apply", "-"], cwd=project, input=result.stdout, check=True)
    assert (project / "safe.py").read_text() == FIXED
    assert (project / "dos.py").read_bytes() == (
        b"# coding: latin-1\r\nimport requests\r\nx = '\xe9'\r\n"
        b"requests.get('u', timeout=(5, 30))\r\n"
    )


def test_a_patch_names_files_as_seen_from_here(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(SAFE)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    for path in ("./sub", str(project / "sub" / "a.py"), "sub/../sub"):
        patch = untimed(project, "fix", "--diff", path).stdout
        subprocess.run(["git", "apply", "-"], cwd=project, input=patch, text=True, check=True)
        assert (project / "sub" / "a.py").read_text() == FIXED
        (project / "sub" / "a.py").write_text(SAFE)
    patch = untimed(project / "sub", "fix", "--diff").stdout
    subprocess.run(["git", "apply", "-"], cwd=project / "sub", input=patch, text=True, check=True)
    assert (project / "sub" / "a.py").read_text() == FIXED


def test_a_diff_of_nothing(project: Path) -> None:
    untimed(project, "fix")
    result = untimed(project, "fix", "--diff")
    assert (result.returncode, result.stdout) == (0, "")


def test_standard_input_comes_out_again(project: Path) -> None:
    result = untimed(project, "fix", "-", stdin=SAFE.encode())
    assert (result.returncode, result.stdout) == (0, FIXED)
    for text in ("x = 1\n", UNSAFE, "import os\n"):
        assert untimed(project, "fix", "-", stdin=text.encode()).stdout == text
    result = untimed(project, "fix", "-", "--stdin-filename", "n.py", stdin=b"import requests; (")
    assert (result.returncode, result.stdout) == (2, "")
    assert "untimed: n.py: syntax error" in result.stderr


def test_silenced_and_ignored_calls_are_left_alone(project: Path) -> None:
    text = SAFE.replace("')\n", "')  # noqa: UNT101\n")
    (project / "safe.py").write_text(text)
    (project / "other.py").write_text(SAFE)
    result = untimed(project, "fix", "--per-file-ignores", "other.py:UNT1")
    assert (result.returncode, result.stdout) == (0, "")
    assert (project / "safe.py").read_text() == text
    assert (project / "other.py").read_text() == SAFE


def test_the_user_says_what_is_written(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.untimed.timeouts]\nrequests = 9\n")
    untimed(project, "fix")
    assert "timeout=9)" in (project / "safe.py").read_text()
    (project / "safe.py").write_text(SAFE)
    untimed(project, "fix", "--timeouts", "requests=(1, 2.5)")
    assert "timeout=(1, 2.5))" in (project / "safe.py").read_text()


def test_select(project: Path) -> None:
    assert untimed(project, "fix", "--select", "UNT2").returncode == 0
    assert (project / "safe.py").read_text() == SAFE


def test_add_noqa(project: Path) -> None:
    (project / "unsafe.py").write_text(UNSAFE)
    result = untimed(project, "fix", "--add-noqa")
    assert result.returncode == 0
    assert "2 findings silenced in 2 files\n" in result.stderr
    assert (project / "safe.py").read_text() == SAFE.rstrip() + "  # noqa: UNT101\n"
    assert (project / "unsafe.py").read_text() == UNSAFE.rstrip() + "  # noqa: UNT102\n"
    assert untimed(project, "check").returncode == 0


def test_a_session_class(project: Path) -> None:
    result = untimed(project, "fix", "--write-session-class", "http.py")
    assert result.returncode == 2
    assert "--session-class" in result.stderr
    arguments = ("--write-session-class", "web.py", "--session-class", "web.TimeoutSession")
    result = untimed(project, "fix", *arguments)
    assert (result.returncode, result.stderr) == (0, "wrote web.py\n")
    text = (project / "web.py").read_text()
    assert "class TimeoutSession(requests.Session):" in text
    assert (project / "safe.py").read_text() == SAFE, "it does nothing else"
    assert untimed(project, "check", "web.py").returncode == 0
    result = untimed(project, "fix", *arguments)
    assert result.returncode == 2
    assert (project / "web.py").read_text() == text


def test_the_others_are_fixed_though_one_fails(project: Path) -> None:
    (project / "broken.py").write_text("import requests\n(")
    result = untimed(project, "fix")
    assert result.returncode == 2
    assert "untimed: broken.py: syntax error on line 2" in result.stderr
    assert (project / "safe.py").read_text() == FIXED


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_without_libcst_it_says_what_to_install(project: Path, jobs: str) -> None:
    for number in range(250):
        (project / f"m{number}.py").write_text(SAFE)
    program = (
        "import sys; sys.modules['libcst'] = None; from flake8_untimed.cli import main; "
        f"sys.exit(main(['fix', '--jobs', '{jobs}']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "untimed: fixing needs libcst: pip install 'flake8-untimed[codemod]'\n"
    )
    assert (project / "safe.py").read_text() == SAFE


def test_the_result_is_the_same_whatever_the_number_of_jobs(tmp_path: Path) -> None:
    outputs = set()
    for jobs in ("1", "3"):
        folder = tmp_path / jobs
        folder.mkdir()
        for number in range(210):
            (folder / f"m{number}.py").write_text(UNSAFE if number % 3 else SAFE)
        result = untimed(folder, "fix", "--jobs", jobs)
        texts = "".join(path.read_text() for path in sorted(folder.iterdir()))
        outputs.add((result.returncode, result.stdout, result.stderr, texts))
    assert len(outputs) == 1


@pytest.mark.parametrize("flag", ["--unsafe", "--add-noqa"])
def test_a_file_of_two_names(project: Path, flag: str) -> None:
    (project / "link.py").symlink_to("safe.py")
    result = untimed(project, "fix", flag, "safe.py", "link.py")
    assert result.returncode == 0, result.stderr
    assert "1 finding" in result.stderr
    assert (project / "link.py").is_symlink()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes all")
def test_a_file_that_cannot_be_written(project: Path) -> None:
    (project / "safe.py").chmod(0o400)
    result = untimed(project, "fix")
    assert result.returncode == 2
    assert "untimed: safe.py: not written: the file is read-only\n" in result.stderr


def test_odd_file_names(tmp_path: Path) -> None:
    names = [os.fsdecode(name) for name in (b"a b.py", b"new\nline.py", b"\xff.py")]
    for name in names:
        (tmp_path / name).write_text(SAFE)
    assert untimed(tmp_path, "fix", "--diff").returncode == 1
    assert untimed(tmp_path, "fix").returncode == 0
    assert {(tmp_path / name).read_text() for name in names} == {FIXED}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b c", "a b c", None),
        ("a b c", "a x c", Replacement(2, 3, "x")),
        ("a b c", "a b x", Replacement(3, 4, "x")),
        ("a b c", "x b c", Replacement(1, 2, "x")),
        ("a b c", "a b x c", Replacement(3, 3, "x")),
        ("a b c", "a c", Replacement(2, 3, "")),
        ("a b c", "a b", Replacement(3, 4, "")),
        ("a a", "a a a", Replacement(3, 3, "a")),
        ("a b c d", "a x c y", Replacement(2, 5, "xcy")),
    ],
)
def test_changed_lines(before: str, after: str, expected: Replacement | None) -> None:
    assert changed_lines(before.split(), after.split()) == expected


def test_sarif_offers_the_fix(project: Path) -> None:
    import json

    result = untimed(project, "check", "--output-format", "sarif")
    (found,) = json.loads(result.stdout)["runs"][0]["results"]
    (change,) = found["fixes"][0]["artifactChanges"]
    assert change == {
        "artifactLocation": {"uri": "safe.py"},
        "replacements": [
            {
                "deletedRegion": {"startLine": 3, "startColumn": 1, "endLine": 4, "endColumn": 1},
                "insertedContent": {"text": "requests.get('https://a.b', timeout=(5, 30))\n"},
            }
        ],
    }


def test_an_import_that_a_neighbour_takes_stays(project: Path) -> None:
    """Loose files in one folder are neighbours, too."""
    text = "import json\nimport requests\nrequests.put('u', data=json.dumps([]), timeout=5)\n"
    for name in ("safe.py", "other.py"):
        (project / name).write_text(text)
    (project / "job.py").write_text("from safe import *\n\njson.loads\n")
    assert untimed(project, "fix", "--isolated").returncode == 0
    fixed = text.replace("data=json.dumps([])", "json=[]")
    assert (project / "safe.py").read_text() == fixed
    assert (project / "other.py").read_text() == fixed.removeprefix("import json\n")
