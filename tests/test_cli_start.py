"""`untimed` itself: versions, help, explain, why; and what is imported for what."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from flake8_untimed import __version__, analysis
from flake8_untimed.cli import main
from flake8_untimed.rules import RULES
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source
from test_cli_check import CALL, untimed


def test_version(tmp_path: Path) -> None:
    result = untimed(tmp_path, "--version")
    assert (result.returncode, result.stdout) == (0, f"untimed {__version__}\n")


@pytest.mark.parametrize("arguments", [(), ("check",), ("fix",), ("explain",), ("why",)])
def test_help(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = untimed(tmp_path, *arguments, "--help")
    assert result.returncode == 0
    assert result.stdout.startswith("usage: untimed")


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    program = (
        "import sys\nfrom flake8_untimed.cli import main\n"
        f"try: main({list(arguments)!r})\nexcept SystemExit: pass\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    return set(result.stdout.splitlines()[-1].split())


def test_the_version_loads_nothing_heavy(tmp_path: Path) -> None:
    modules = imported(tmp_path, "--version")
    assert "flake8_untimed.cli.arguments" in modules
    heavy = {"libcst", "multiprocessing", "tomllib", "flake8", "json", "difflib"}
    ours = {f"flake8_untimed.{name}" for name in ("analysis", "rules", "inference", "libraries")}
    assert not modules & (heavy | ours)


def test_a_check_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(CALL)
    modules = imported(tmp_path, "check")
    assert "flake8_untimed.analysis" in modules
    assert not modules & {"libcst", "multiprocessing", "flake8", "subprocess", "logging"}


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder with a module of each name that may be imported; each leaves a trace when it runs."""
    loaded = subprocess.run(
        [sys.executable, "-m", "timeit", "-n1", "-r1", "-s", "import sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    others = {"libcst", "flake8", "pathspec", "rich", "flake8_untimed_trap"}
    # What Python itself loads before it comes to us, it takes from there.
    for name in (sys.stdlib_module_names - set(loaded)) | others:
        (tmp_path / f"{name}.py").write_text("open('ran', 'a').write(__name__ + ' ')\n")
    (tmp_path / "calls.py").write_text(CALL)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--jobs", "1"),
        ("check", "--jobs", "2"),
        ("fix", "--diff"),
        ("explain",),
        ("why", "calls.py:3"),
    ],
)
def test_nothing_in_the_current_folder_is_run(trap: Path, arguments: tuple[str, ...]) -> None:
    result = untimed(trap, *arguments)
    assert not (trap / "ran").exists(), (trap / "ran").read_text()
    assert result.returncode == ("explain" not in arguments and "why" not in arguments)
    assert "Traceback" not in result.stderr


SPAWNING = (
    "import multiprocessing, sys\n"
    "from flake8_untimed.cli import main\n"
    "if __name__ == '__main__':\n"
    "    sys.platform = 'as where forking is not safe'\n"
    "    sys.exit(main())\n"
)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python cannot be told before 3.11")
def test_nor_in_processes_that_are_not_forked(
    trap: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    script = tmp_path_factory.mktemp("script") / "spawning.py"
    script.write_text(SPAWNING)
    result = subprocess.run(
        [sys.executable, script, "check", "--jobs", "2"],
        cwd=trap, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert not (trap / "ran").exists(), (trap / "ran").read_text()
    assert (result.returncode, result.stdout.split(" ")[0]) == (1, "calls.py:3:1:")


def test_explain_lists_the_rules(tmp_path: Path) -> None:
    result = untimed(tmp_path, "explain")
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == sorted(
        rule.code for rule in RULES
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_explain_prints_the_documentation(rule: object, capsys: pytest.CaptureFixture[str]) -> None:
    code: str = rule.code  # type: ignore[attr-defined]
    documentation: str = rule.documentation  # type: ignore[attr-defined]
    assert main(["explain", code.lower()]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(code)
    assert documentation.strip() in printed


def test_explain_an_unknown_code(tmp_path: Path) -> None:
    result = untimed(tmp_path, "explain", "UNT1001")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "untimed: no rule is called UNT1001; did you mean UNT101?\n"
    result = untimed(tmp_path, "explain", "E501")
    assert result.stderr == ("untimed: no rule is called E501; `untimed explain` lists all rules\n")


def test_help_shows_what_a_value_looks_like(tmp_path: Path) -> None:
    text = " ".join(untimed(tmp_path, "check", "--help").stdout.split())
    assert "--per-file-ignores PATTERN:CODES do not report these codes in files that match, such as tests/*:UNT101" in text  # fmt: skip
    assert "requests=(5,30) httpx=10" in text


def test_explain_lists_some_rules(tmp_path: Path) -> None:
    codes = [line.split()[0] for line in untimed(tmp_path, "explain", "unt20").stdout.splitlines()]
    assert codes == ["UNT201", "UNT202", "UNT203"]


def test_explain_a_rule_by_its_name(tmp_path: Path) -> None:
    assert untimed(tmp_path, "explain", "missing-timeout").stdout.startswith("UNT101 missing-")


def test_explain_says_how_to_switch_an_opt_in_rule_on(tmp_path: Path) -> None:
    assert "`extend-select`" in untimed(tmp_path, "explain", "UNT108").stdout
    assert "`extend-select`" not in untimed(tmp_path, "explain", "UNT101").stdout


@pytest.mark.parametrize("place", ["a.py:3", "a.py:3:1", "a.py:3:1:"])
def test_why_prints_what_the_analysis_says(
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def why(
        source: Source, line: int, settings: Settings, ignored: Sequence[str] = ()
    ) -> list[str]:
        return [f"{source.path} {line}", str(settings.long_default)]

    (tmp_path / "a.py").write_text(CALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(analysis, "why", why)
    assert main(["why", place, "--long-default", "7"]) == 0
    assert capsys.readouterr().out == "a.py 3\n7.0\n"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("a.py", "is no place in a file; write PATH:LINE, such as app.py:12"),
        ("a.py:x", "is no place in a file"),
        ("a.py:0", "is no place in a file"),
        ("a.py:9", "a.py has only 3 lines"),
        ("b.py:1", "b.py: cannot be read: No such file"),
        ("c.py:1", "c.py: syntax error on line 1"),
    ],
)
def test_why_of_nothing(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "a.py").write_text(CALL)
    (tmp_path / "c.py").write_text("import requests; (\n")
    result = untimed(tmp_path, "why", place)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
