"""Real flake8 in an environment of its own, made as README says: the plugin and flake8, no extra."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from programs import ENVIRONMENT, WATCHDOG_SECONDS

CHECKOUT = Path(__file__).resolve().parents[2]
MARKER = re.compile(r"(UNT\d+):(\d+)")

SPAWNING = """
import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    from flake8.main.cli import main

    sys.exit(main())
"""


@pytest.fixture(scope="module", params=["flake8", "flake8==6.0.0"])
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of a fresh environment. PyPI must be in reach."""
    folder = tmp_path_factory.mktemp("environment")
    python = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [python, "-m", "pip", "install", "-q", request.param, str(CHECKOUT)],
    ):
        result = subprocess.run(
            command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
    return python


def run(
    *command: str, folder: Path, status: int | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command,
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=WATCHDOG_SECONDS,
    )
    assert "Traceback" not in result.stderr, result.stderr
    if status is not None:
        assert result.returncode == status, result.stdout + result.stderr
    return result


def places(output: str) -> set[tuple[str, int, int, str]]:
    """(file, line, column, code) of every finding in an output."""
    found = set()
    for line in output.splitlines():
        path, at, column, rest = line.split(":", 3)
        found.add((Path(path).as_posix(), int(at), int(column), rest.split()[0]))
    return found


def marked(folder: Path) -> set[tuple[str, int, int, str]]:
    """The same, as the files of a fixture say."""
    return {
        (path.relative_to(folder).as_posix(), number, int(column), code)
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for code, column in MARKER.findall(line)
    }


def test_only_what_is_needed_is_installed(python: str, tmp_path: Path) -> None:
    code = "import importlib.metadata as m; print(*sorted(d.name for d in m.distributions()))"
    result = run(python, "-c", code, folder=tmp_path, status=0)
    beside = {"mccabe", "pip", "pycodestyle", "pyflakes", "setuptools", "tomli"}
    assert set(result.stdout.split()) - beside == {"flake8", "flake8-untimed"}


def test_the_legacy_app_through_every_door(python: str, fixtures: Path, tmp_path: Path) -> None:
    app = fixtures / "legacy_app"
    expected = marked(app)
    assert len(expected) > 10
    spawning = tmp_path / "spawning.py"
    spawning.write_text(SPAWNING)
    options = ("--isolated", "--select=UNT")
    for command in (
        (python, "-m", "flake8", *options),
        (python, "-m", "flake8", *options, "-j2"),
        (python, str(spawning), *options, "-j2"),
        (python, "-m", "flake8_untimed", "check", "--isolated", "-q"),
    ):
        result = run(*command, folder=app, status=1)
        assert places(result.stdout) == expected, command


def test_standard_input(python: str, fixtures: Path) -> None:
    """Under its own name, so that the modules beside it are found."""
    app = fixtures / "legacy_app"
    name = "shop/orders.py"
    text = (app / name).read_text()
    command = (python, "-m", "flake8", "--isolated", "--select=UNT", "--stdin-display-name", name)
    result = run(*command, "-", folder=app, stdin=text, status=1)
    assert places(result.stdout) == {place for place in marked(app) if place[0] == name}


def test_the_options(python: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import httpx\n\nhttpx.get('https://a.b')\n")
    (tmp_path / "setup.cfg").write_text("[flake8]\nuntimed-long-default = 5\n")
    result = run(python, "-m", "flake8", folder=tmp_path, status=1)
    assert places(result.stdout) == {("app.py", 3, 1, "UNT104")}
    (tmp_path / "setup.cfg").write_text("[flake8]\nuntimed-long-default = long\n")
    result = run(python, "-m", "flake8", folder=tmp_path, status=1)
    assert "untimed-long-default" in result.stdout + result.stderr


def test_the_codemod_says_what_is_missing(python: str, tmp_path: Path) -> None:
    program = tmp_path / "app.py"
    program.write_text("import requests\n\nrequests.get('https://a.b')\n")
    before = program.read_bytes()
    result = run(python, "-m", "flake8_untimed", "fix", folder=tmp_path, status=2)
    assert "flake8-untimed[codemod]" in result.stderr
    assert program.read_bytes() == before
