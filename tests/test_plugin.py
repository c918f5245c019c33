"""The plugin in real flake8 runs."""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_untimed.plugin import Plugin
from flake8_untimed.rules import RULES

CALL = "import requests\n\nrequests.get('https://a.b')\n"
EXPECTED = "a.py:3:1: UNT101"

SPAWNING = (
    "import multiprocessing, sys\n"
    "if __name__ == '__main__':\n"
    "    multiprocessing.set_start_method('spawn')\n"
    "    from flake8.main.cli import main\n"
    "    sys.exit(main())\n"
)


def flake8(
    folder: Path, *arguments: str, stdin: str = "", program: tuple[str, ...] = ("-m", "flake8")
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def places(output: str) -> list[str]:
    return [" ".join(line.split(" ", 2)[:2]).removeprefix("./") for line in output.splitlines()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(CALL)
    return tmp_path


def test_findings(project: Path) -> None:
    result = flake8(project)
    assert places(result.stdout) == [EXPECTED]
    assert (result.returncode, result.stderr) == (1, "")


def test_columns_count_characters(project: Path) -> None:
    (project / "a.py").write_text("import requests\nx = 'é€𝄞', requests.get('u')\n")
    assert places(flake8(project).stdout) == ["a.py:2:12: UNT101"]


def test_crlf_bom_and_latin_1(project: Path) -> None:
    (project / "a.py").write_bytes(b"\xef\xbb\xbfimport requests\r\n\r\nrequests.get('u')\r\n")
    (project / "b.py").write_bytes(
        b"# coding: latin-1\nimport requests\nx = '\xe9', requests.get('u')\n"
    )
    assert places(flake8(project, "--select", "UNT").stdout) == [EXPECTED, "b.py:3:10: UNT101"]


def test_flake8_selects_ignores_and_silences(project: Path) -> None:
    assert flake8(project, "--extend-ignore", "UNT").stdout == ""
    assert flake8(project, "--select", "UNT2").stdout == ""
    assert flake8(project, "--per-file-ignores", "a.py:UNT101").stdout == ""
    (project / "a.py").write_text(CALL.replace("\n\n", "\n\n\n").replace("')", "')  # noqa: UNT1"))
    assert flake8(project).stdout == ""
    assert places(flake8(project, "--disable-noqa").stdout) == ["a.py:4:1: UNT101"]


@pytest.mark.parametrize("program", [("-m", "flake8"), None])
def test_many_files_in_several_processes(
    project: Path, program: tuple[str, ...] | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if program is None:
        script = tmp_path_factory.mktemp("script") / "spawning.py"
        script.write_text(SPAWNING)
        program = (str(script),)
    for number in range(20):
        (project / f"m{number:02}.py").write_text(CALL)
    (project / "setup.cfg").write_text("[flake8]\nuntimed-long-default = 30\n")
    result = flake8(project, "-j", "2", program=program)
    assert places(result.stdout) == [EXPECTED, *(f"m{n:02}.py:3:1: UNT101" for n in range(20))]
    assert result.stderr == ""


def test_standard_input(project: Path) -> None:
    assert places(flake8(project, "-", stdin=CALL).stdout) == ["stdin:3:1: UNT101"]
    result = flake8(project, "-", "--stdin-display-name", "b.py", stdin=CALL)
    assert places(result.stdout) == ["b.py:3:1: UNT101"]


OPTIONS = "untimed-disable-libraries = requests,\n    httpx\n"


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
def test_options_in_files(project: Path, name: str) -> None:
    (project / name).write_text(f"[flake8]\n{OPTIONS}")
    assert flake8(project).stdout == ""
    assert places(flake8(project, "--untimed-disable-libraries", "httpx").stdout) == [EXPECTED]


def test_options_on_the_command_line(project: Path) -> None:
    assert flake8(project, "--untimed-disable-libraries=requests").stdout == ""
    assert "--untimed-extend-select" in flake8(project, "--help").stdout


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("untimed-disable-libraries", "reqests", "for untimed-disable-libraries: no library"),
        ("untimed-long-default", "soon", "bad value 'soon' for untimed-long-default: allowed: a"),
        ("untimed-follow-imports", "maybe", "bad value 'maybe' for untimed-follow-imports"),
        ("untimed-extend-select", "UNT1001", "did you mean UNT101?"),
    ],
)
def test_a_bad_value_ends_the_run(project: Path, option: str, value: str, message: str) -> None:
    (project / ".flake8").write_text(f"[flake8]\n{option} = {value}\n")
    for result in (flake8(project), flake8(project, "--isolated", f"--{option}={value}")):
        assert result.returncode == 1
        assert "flake8-untimed: bad value" in result.stdout
        assert message in result.stdout
        assert "Traceback" not in result.stdout + result.stderr


def test_broken_files_are_left_to_flake8(project: Path) -> None:
    (project / "a.py").write_text("import requests\nrequests.get(:\n")
    (project / "b.py").write_text("import requests\nx = " + "(" * 300 + ")" * 300 + "\n")
    (project / "c.py").write_text(CALL)
    result = flake8(project, "--select", "UNT,E9")
    assert places(result.stdout)[-1] == "c.py:3:1: UNT101"
    assert {line.split()[1] for line in result.stdout.splitlines()[:-1]} == {"E999"}


@pytest.mark.parametrize("error", [ValueError, RecursionError, MemoryError, KeyError])
def test_a_failure_inside_is_no_failure_of_flake8(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    from flake8_untimed import analysis

    def check(*_: object) -> None:
        raise error

    monkeypatch.setattr(analysis.Workspace, "check", check)
    options = argparse.Namespace()
    Plugin.parse_options(options)
    assert list(Plugin(ast.parse(CALL), CALL.splitlines(True), "a.py", options).run()) == []


@pytest.mark.skipif("UNT108" not in {rule.code for rule in RULES}, reason="no such rule yet")
def test_opt_in_rules_are_off_however_flake8_selects(project: Path) -> None:
    (project / "a.py").write_text(
        "import requests\n\n\ndef f(timeout=None):\n    requests.get('u', timeout=timeout)\n"
    )
    assert flake8(project, "--select", "UNT").stdout == ""
    result = flake8(project, "--select", "UNT", "--untimed-extend-select", "UNT108")
    assert places(result.stdout) == ["a.py:5:5: UNT108"]
