"""The hooks, run by the real pre-commit on a repository made for it: a commit is refused, and
passes once the call is mended. pre-commit installs the package from this checkout, so PyPI must be
in reach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pre_commit")

CHECKOUT = Path(__file__).resolve().parent.parent
BAD = "import requests\n\nrequests.get('https://a.b')\n"
GOOD = "import requests\n\nrequests.get('https://a.b', timeout=5)\n"
IDENTITY = {
    "GIT_AUTHOR_NAME": "n",
    "GIT_AUTHOR_EMAIL": "e@example.org",
    "GIT_COMMITTER_NAME": "n",
    "GIT_COMMITTER_EMAIL": "e@example.org",
}


def run(folder: Path, *command: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | IDENTITY
    environment["PRE_COMMIT_HOME"] = str(home)
    # The hook that git runs finds pre-commit beside this interpreter.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def succeed(folder: Path, *command: str, home: Path) -> str:
    result = run(folder, *command, home=home)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.strip()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments of the hooks: made once for all tests here."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory, home: Path) -> tuple[Path, str]:
    """A git repository of what this checkout holds now, and its only revision."""
    folder = tmp_path_factory.mktemp("hooks")
    shutil.copytree(CHECKOUT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, folder / name)
    succeed(folder, "git", "init", "-q", home=home)
    succeed(folder, "git", "add", ".", home=home)
    succeed(folder, "git", "commit", "-q", "-m", "hooks", home=home)
    return folder, succeed(folder, "git", "rev-parse", "HEAD", home=home)


def repository(folder: Path, configuration: str, home: Path) -> None:
    """A repository with pre-commit installed and one staged file that has a finding."""
    (folder / ".pre-commit-config.yaml").write_text(configuration)
    (folder / "app.py").write_text(BAD)
    succeed(folder, "git", "init", "-q", home=home)
    succeed(folder, sys.executable, "-m", "pre_commit", "install", home=home)
    succeed(folder, "git", "add", ".", home=home)


def commit(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    succeed(folder, "git", "add", ".", home=home)
    return run(folder, "git", "commit", "-m", "change", home=home)


def own_hook(hooks: tuple[Path, str], name: str) -> str:
    folder, revision = hooks
    return f"repos:\n- repo: {folder}\n  rev: {revision}\n  hooks:\n  - id: {name}\n"


def test_the_check_hook(tmp_path: Path, hooks: tuple[Path, str], home: Path) -> None:
    repository(tmp_path, own_hook(hooks, "untimed"), home)
    result = commit(tmp_path, home)
    assert result.returncode != 0
    assert "app.py:3:1: UNT101" in result.stdout + result.stderr
    (tmp_path / "app.py").write_text(GOOD)
    result = commit(tmp_path, home)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_fix_hook(tmp_path: Path, hooks: tuple[Path, str], home: Path) -> None:
    repository(tmp_path, own_hook(hooks, "untimed-fix"), home)
    result = commit(tmp_path, home)
    assert result.returncode != 0, "a hook that changed files refuses the commit"
    assert "timeout=(5, 30)" in (tmp_path / "app.py").read_text()
    result = commit(tmp_path, home)
    assert result.returncode == 0, result.stdout + result.stderr


def test_as_a_dependency_of_the_flake8_hook(
    tmp_path: Path, hooks: tuple[Path, str], home: Path
) -> None:
    # A stand-in for the repository of flake8's own hook, which is on GitHub.
    configuration = (
        "repos:\n- repo: local\n  hooks:\n  - id: flake8\n    name: flake8\n"
        "    entry: flake8\n    language: python\n    types: [python]\n"
        f"    additional_dependencies: ['flake8', '{hooks[0]}']\n"
    )
    repository(tmp_path, configuration, home)
    result = commit(tmp_path, home)
    assert result.returncode != 0
    assert "app.py:3:1: UNT101" in result.stdout + result.stderr
    (tmp_path / "app.py").write_text(GOOD)
    result = commit(tmp_path, home)
    assert result.returncode == 0, result.stdout + result.stderr
