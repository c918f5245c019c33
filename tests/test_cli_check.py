"""`untimed check` as its users meet it: in a process of its own."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_untimed.cli import UsageError, baseline, check, main

CALL = "import requests\n\nrequests.get('https://a.b')\n"
GOOD = "import requests\n\nrequests.get('https://a.b', timeout=5)\n"


def untimed(
    folder: Path, *arguments: str | Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flake8_untimed", *map(str, arguments)],
        cwd=folder,
        input=stdin.decode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
        encoding="utf-8",
        errors="surrogateescape",
        timeout=120,
    )


def places(output: str) -> list[str]:
    """`path:line:column: CODE` of every line."""
    return [" ".join(line.split(" ", 2)[:2]) for line in output.splitlines()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "bad.py").write_text(CALL)
    (tmp_path / "good.py").write_text(GOOD)
    return tmp_path


def test_findings_on_stdout_and_the_summary_on_stderr(project: Path) -> None:
    result = untimed(project, "check")
    assert result.returncode == 1
    assert places(result.stdout) == ["pkg/bad.py:3:1: UNT101"]
    assert result.stderr.startswith("1 finding in 2 files, 1 can be fixed by `untimed fix`")


def test_clean(project: Path) -> None:
    result = untimed(project, "check", "good.py")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "no findings in 1 file\n"


def test_quiet(project: Path) -> None:
    result = untimed(project, "check", "-q")
    assert (result.returncode, result.stderr) == (1, "")


def test_exit_zero(project: Path) -> None:
    (project / "broken.py").write_text("import requests\ndef f(:\n")
    assert untimed(project, "check").returncode == 2
    result = untimed(project, "check", "--exit-zero")
    assert result.returncode == 0
    assert places(result.stdout) == ["pkg/bad.py:3:1: UNT101"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"import requests\ndef f(:\n", "syntax error on line 2"),
        (b"import requests\nx = '\xe9'\n", "cannot be decoded as utf-8 on line 2"),
        (b"# coding: klingon\nimport requests\n", "unknown encoding: klingon"),
        (b"import requests\nx = '\0'\n", "null bytes"),
        (b"import requests\nx = " + b"-" * 100_000 + b"1\n", "broken.py: "),
    ],
)
def test_a_file_that_cannot_be_checked(project: Path, content: bytes, reason: str) -> None:
    (project / "broken.py").write_bytes(content)
    result = untimed(project, "check")
    assert result.returncode == 2
    assert places(result.stdout) == ["pkg/bad.py:3:1: UNT101"], "the others are checked"
    error, summary = result.stderr.splitlines()
    assert error.startswith("untimed: broken.py: ")
    assert reason in error
    assert "1 path could not be checked" in summary


@pytest.mark.parametrize("command", ["check", "fix"])
def test_what_is_no_python_file(project: Path, command: str) -> None:
    """Nothing is passed over in silence, and nothing is waited for."""
    (project / "nb.ipynb").write_text("{}")
    (project / "wide.py").write_text(CALL, encoding="utf-16")
    (project / "wider.py").write_bytes(CALL.encode("utf-16-le"))
    os.mkfifo(project / "pipe.py")
    names = ("nb.ipynb", "wide.py", "wider.py", "pipe.py")
    result = untimed(project, command, "good.py", *names)
    assert result.returncode == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("untimed: ")]
    reasons = ["is a notebook", "cannot be decoded as utf-8", "null bytes", "is not a regular file"]
    for name, reason, error in zip(names, reasons, errors, strict=True):
        assert error.startswith(f"untimed: {name}: "), error
        assert reason in error


@pytest.mark.parametrize("command", ["check", "fix"])
def test_a_folder_without_any(project: Path, command: str) -> None:
    (project / "none").mkdir()
    (project / "none" / "nb.ipynb").write_text("{}")
    result = untimed(project, command, "none")
    assert (result.returncode, result.stderr) == (0, "no Python files found\n")


def test_only_unsafe_fixes(project: Path) -> None:
    (project / "good.py").write_text(CALL.replace(")", ", timeout=None)"))
    result = untimed(project, "check", "good.py")
    assert result.stderr == "1 finding in 1 file, 1 can be fixed by `untimed fix --unsafe`\n"


def test_a_path_that_does_not_exist(project: Path) -> None:
    result = untimed(project, "check", "nowhere", "pkg", "--exit-zero")
    assert result.returncode == 2
    assert "untimed: nowhere: does not exist\n" in result.stderr
    assert places(result.stdout) == ["pkg/bad.py:3:1: UNT101"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_an_unreadable_file(project: Path) -> None:
    (project / "good.py").chmod(0)
    result = untimed(project, "check")
    assert result.returncode == 2
    assert "untimed: good.py: cannot be read: Permission denied" in result.stderr


def test_standard_input(project: Path) -> None:
    result = untimed(project, "check", "-", stdin=CALL.encode())
    assert result.returncode == 1
    assert places(result.stdout) == ["stdin:3:1: UNT101"]
    result = untimed(project, "check", "-", "--stdin-filename", "pkg/new.py", stdin=CALL.encode())
    assert places(result.stdout) == ["pkg/new.py:3:1: UNT101"]
    result = untimed(project, "check", "-", "--stdin-filename", "n.py", stdin=b"import requests\n(")
    assert result.returncode == 2
    assert "untimed: n.py: syntax error on line 2" in result.stderr


def test_standard_input_obeys_patterns_for_its_name(project: Path) -> None:
    arguments = ("check", "-", "--per-file-ignores", "pkg/*:UNT101", "--stdin-filename")
    assert untimed(project, *arguments, "pkg/x.py", stdin=CALL.encode()).returncode == 0
    assert untimed(project, *arguments, "x.py", stdin=CALL.encode()).returncode == 1


def test_standard_input_stands_alone(project: Path) -> None:
    result = untimed(project, "check", "-", "pkg")
    assert result.returncode == 2
    assert result.stderr == (
        "untimed: standard input (-) cannot be checked together with other paths\n"
    )


def test_comments_silence(project: Path) -> None:
    text = CALL.replace("')\n", "')  # noqa: UNT101\n") + "requests.get('u')  # noqa: E501\n"
    (project / "pkg" / "bad.py").write_text(text)
    assert places(untimed(project, "check").stdout) == ["pkg/bad.py:4:1: UNT101"]


def test_statistics(project: Path) -> None:
    result = untimed(project, "check", "--statistics")
    assert "1 UNT101 missing-timeout\n" in result.stderr
    assert places(result.stdout) == ["pkg/bad.py:3:1: UNT101"]


def test_select_and_ignore(project: Path) -> None:
    assert untimed(project, "check", "--select", "UNT2").returncode == 0
    assert untimed(project, "check", "--select", "UNT2", "--select", "UNT1").returncode == 1
    assert untimed(project, "check", "--ignore", "UNT101").returncode == 0


def test_pyproject(project: Path) -> None:
    pyproject = project / "pyproject.toml"
    pyproject.write_text("[tool.untimed]\nper-file-ignores = { 'pkg/*' = ['UNT1'] }\n")
    assert untimed(project, "check").returncode == 0
    # Patterns are relative to the file, wherever the command is run.
    assert untimed(project / "pkg", "check").returncode == 0
    assert untimed(project.parent, "check", project).returncode == 0
    assert untimed(project, "check", "--isolated").returncode == 1
    assert untimed(project, "check", "--per-file-ignores", "x:UNT101").returncode == 1, "flags win"
    assert untimed(project.parent, "check", "--config", pyproject, project).returncode == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.untimed", "is no valid TOML"),
        ("[tool.untimed]\nselct = 1\n", "unknown key tool.untimed.selct; did you mean select?"),
        ("[tool.untimed]\nselect = 'UNT1001'\n", "bad value 'UNT1001' for tool.untimed.select"),
    ],
)
def test_a_bad_pyproject(project: Path, text: str, message: str) -> None:
    (project / "pyproject.toml").write_text(text)
    result = untimed(project, "check")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert "pyproject.toml" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "usage: untimed "),
        (("chek",), "chek"),
        (("check", "--selct", "UNT1"), "unknown flag --selct; did you mean --select?"),
        (("check", "--output=xml"), "unknown flag --output; `untimed check --help` tells"),
        (("explain", "UNT101", "UNT102"), "'UNT102' is one argument too many"),
        (("check", "--jobs", "0"), "'0' is no number above 0"),
        (("check", "--output-format", "xml"), "xml"),
        (("check", "--select", "UNT1001"), "untimed: bad value 'UNT1001' for --select"),
        (("check", "--long-default", "soon"), "for --long-default: allowed: a number of seconds"),
        (("check", "--baseline", "none.json"), "untimed: none.json: cannot be read"),
        (("check", "--config", "none.toml"), "none.toml: cannot be read"),
    ],
)
def test_requests_that_make_no_sense(
    project: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = untimed(project, *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_paths_may_stand_behind_flags(project: Path) -> None:
    result = untimed(project, "check", "good.py", "--select", "UNT1", "pkg/bad.py", "-q")
    assert places(result.stdout) == ["pkg/bad.py:3:1: UNT101"]
    (project / "-odd.py").write_text(CALL)
    result = untimed(project, "check", "-q", "good.py", "--select", "UNT1", "--", "-odd.py")
    assert places(result.stdout) == ["-odd.py:3:1: UNT101"]
    result = untimed(project, "check", "good.py", "-q", "none.py")
    assert result.stderr == "untimed: none.py: does not exist\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_output_that_cannot_be_written(project: Path) -> None:
    command = [sys.executable, "-m", "flake8_untimed", "check"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            command, cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == "untimed: [Errno 28] No space left on device"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("closed", "status", "out", "errors"),
    [
        ("0<&-", 1, "pkg/bad.py:3:1: UNT101", "1 finding in 2 files"),
        ("1>&-", 1, "", "1 finding in 2 files"),
        ("2>&-", 1, "pkg/bad.py:3:1: UNT101", ""),
        # Nothing can be read from a standard input that is closed.
        ("- 0<&-", 0, "", "no findings in 1 file"),
    ],
)
def test_streams_that_are_closed(
    project: Path, closed: str, status: int, out: str, errors: str
) -> None:
    result = subprocess.run(
        f"{sys.executable} -m flake8_untimed check {closed}",
        shell=True,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout[:22]) == (status, out)
    assert result.stderr.startswith(errors)
    assert "Traceback" not in result.stderr


def many_files(folder: Path, count: int) -> None:
    for number in range(count):
        name = folder / f"d{number % 7}" / f"m{number}.py"
        name.parent.mkdir(exist_ok=True)
        name.write_text(CALL if number % 3 else "import requests\nx(:\n" if number % 2 else GOOD)


def test_the_output_is_the_same_whatever_the_number_of_jobs(tmp_path: Path) -> None:
    many_files(tmp_path, 260)
    results = [untimed(tmp_path, "check", "--jobs", jobs) for jobs in ("1", "2", "3")]
    assert results[0].stdout.count("UNT101") == 173
    for result in results[1:]:
        assert result.stdout == results[0].stdout
        assert result.stderr == results[0].stderr
        assert result.returncode == results[0].returncode == 2


def test_a_pipe_closed_early(tmp_path: Path) -> None:
    (tmp_path / "many.py").write_text("import requests\n" + "requests.get('u')\n" * 5000)
    command = f"{sys.executable} -m flake8_untimed check | head -n 1"
    result = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.stdout.startswith("many.py:2:1: UNT101")
    assert "Traceback" not in result.stderr
    assert "BrokenPipe" not in result.stderr


def test_an_interruption_is_one_line(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "flake8_untimed", "check", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that starts the tests in the background has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdin is not None
    # More than a pipe holds: when it is written, the command reads, and waits for the rest.
    process.stdin.write("#" * 1_000_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out, errors) == (130, "", "untimed: interrupted\n")


ODD_NAMES = (b"a b.py", b"new\nline.py", b"\xff.py", "grüße.py".encode(), b"a:1:2: UNT1.py")


@pytest.mark.parametrize("output_format", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_odd_file_names(tmp_path: Path, output_format: str, encoding: str) -> None:
    for name in ODD_NAMES:
        (tmp_path / os.fsdecode(name)).write_text(CALL)
    (tmp_path / os.fsdecode(b"bro\xffken\n.py")).write_text("import requests\n(")
    result = untimed(tmp_path, "check", "--output-format", output_format, PYTHONIOENCODING=encoding)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 2
    if output_format in ("json", "sarif"):
        json.loads(result.stdout)
    else:
        expected = len(ODD_NAMES) + (output_format == "github")
        assert len(result.stdout.splitlines()) == expected


def finding(folder: Path, *arguments: str) -> dict[str, Any]:
    result = untimed(folder, "check", "--output-format", "json", *arguments)
    document = json.loads(result.stdout)
    assert document["version"] == 1
    found: dict[str, Any] = document["findings"][0]
    return found


def test_json(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import requests\nx = 'é', requests.get(\n    'ü'\n)\n")
    (tmp_path / "b.py").write_text("import requests\n(")
    found = finding(tmp_path)
    message = found.pop("message")
    assert message.startswith("requests.get()")
    assert found == {
        "path": "a.py",
        "line": 2,
        "column": 10,
        "end_line": 4,
        "end_column": 2,
        "code": "UNT101",
        "fix": {"applicability": "safe", "why_not": None},
    }
    document = json.loads(untimed(tmp_path, "check", "--output-format", "json").stdout)
    assert document["checked"] == 1
    (error,) = document["errors"]
    assert error["path"] == "b.py"
    assert "syntax error" in error["message"]


class TestBaseline:
    def test_only_new_findings_fail(self, project: Path) -> None:
        result = untimed(project, "check", "--write-baseline", "known.json")
        assert (result.returncode, result.stdout) == (0, "")
        assert result.stderr == "1 finding in 2 files written to known.json\n"
        result = untimed(project, "check", "--baseline", "known.json")
        assert result.returncode == 0
        assert result.stderr == "no new findings in 2 files, 1 known to known.json\n"
        bad = project / "pkg" / "bad.py"
        # Moved, indented and laid out anew it is still known.
        bad.write_text(
            "import requests\n\n\nif True:\n    requests.get(\n        'https://a.b',\n    )\n"
        )
        assert untimed(project, "check", "--baseline", "known.json").returncode == 0
        # The same once more is one more, and so is another call.
        bad.write_text(CALL + "requests.get('https://a.b')\n")
        result = untimed(project, "check", "--baseline", "known.json")
        assert places(result.stdout) == ["pkg/bad.py:4:1: UNT101"]
        bad.write_text(CALL + "requests.get('https://c.d')\n")
        result = untimed(project, "check", "--baseline", "known.json")
        assert places(result.stdout) == ["pkg/bad.py:4:1: UNT101"]
        assert result.returncode == 1

    def test_it_holds_from_every_folder(self, project: Path) -> None:
        untimed(project, "check", "--write-baseline", "known.json")
        result = untimed(project / "pkg", "check", "--baseline", "../known.json")
        assert result.returncode == 0

    def test_it_reads_well_in_review(self, project: Path) -> None:
        (project / "good.py").write_text(CALL + CALL)
        untimed(project, "check", "--write-baseline", "known.json")
        text = (project / "known.json").read_text()
        assert json.loads(text)["version"] == 1
        assert [json.loads(line.rstrip(","))["path"] for line in text.splitlines()[1:-1]] == [
            "good.py",
            "pkg/bad.py",
        ]

    def test_none_found(self, project: Path) -> None:
        untimed(project, "check", "good.py", "--write-baseline", "known.json")
        assert untimed(project, "check", "good.py", "--baseline", "known.json").returncode == 0

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 9, "findings": []}', "\0"])
    def test_a_file_that_is_none(self, project: Path, text: str) -> None:
        (project / "known.json").write_text(text)
        result = untimed(project, "check", "--baseline", "known.json")
        assert (result.returncode, result.stdout) == (2, "")
        assert "untimed: known.json: is " in result.stderr

    @pytest.mark.parametrize("name", ["good.py", "package.json"])
    def test_nothing_else_is_written_over(self, project: Path, name: str) -> None:
        (project / "package.json").write_text("{}")
        before = (project / name).read_text()
        result = untimed(project, "check", "--write-baseline", name)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == f"untimed: {name}: is no baseline, and is not written over\n"
        assert (project / name).read_text() == before

    def test_it_is_no_stream(self, project: Path) -> None:
        result = untimed(project, "check", "--write-baseline", "-")
        assert result.returncode == 2
        assert "untimed: --write-baseline: name a file" in result.stderr
        assert not (project / "-").exists()

    @pytest.mark.parametrize("text", ["", '{"version": 9, "findings": []}'])
    def test_an_older_one_is_written_anew(self, project: Path, text: str) -> None:
        (project / "known.json").write_text(text)
        assert untimed(project, "check", "--write-baseline", "known.json").returncode == 0
        assert untimed(project, "check", "--baseline", "known.json").returncode == 0

    def test_it_cannot_be_written(self, project: Path) -> None:
        result = untimed(project, "check", "--write-baseline", "no/where.json")
        assert result.returncode == 2
        assert "untimed: no/where.json: not written: No such file" in result.stderr

    def test_a_full_disk_leaves_the_old_one(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = project / "known.json"
        assert untimed(project, "check", "--write-baseline", "known.json").returncode == 0
        before = known.read_bytes()

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(UsageError, match=r"known\.json: not written: No space left on device"):
            baseline.write(str(known), [])
        with pytest.raises(UsageError, match=r"new\.json: not written: No space left on device"):
            baseline.write(str(project / "new.json"), [])
        assert known.read_bytes() == before
        assert not list(project.glob("*new.json*"))

    def test_it_is_read_before_anything_is_checked(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(check, "_check", None)
        assert main(["check", str(project), "--baseline", "none.json"]) == 2
        assert capsys.readouterr().err.startswith("untimed: none.json: cannot be read")
