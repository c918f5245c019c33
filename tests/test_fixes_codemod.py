"""Our command inside libcst's own tool."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("libcst")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "--no-format"]
    return subprocess.run(
        [*command, "flake8_untimed.codemod.Fix", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_file_is_fixed(tmp_path: Path) -> None:
    legacy, clean = tmp_path / "legacy.py", tmp_path / "clean.py"
    legacy.write_bytes(b"import requests\n\nrequests.get(url)\nrequests.get(url, timeout=None)\n")
    clean.write_bytes(b"print( 1 )\n")
    done = run(tmp_path, "legacy.py", "clean.py")
    assert done.returncode == 0, done.stderr
    assert legacy.read_bytes() == (
        b"import requests\n\nrequests.get(url, timeout=(5, 30))\nrequests.get(url, timeout=None)\n"
    )
    assert clean.read_bytes() == b"print( 1 )\n"
    assert "4:1: UNT102 left: the fix is unsafe" in done.stdout + done.stderr


def test_its_options(tmp_path: Path) -> None:
    legacy = tmp_path / "legacy.py"
    legacy.write_bytes(b"import requests\n\nrequests.get(url)\nrequests.get(url, timeout=None)\n")
    done = run(tmp_path, "--unsafe", "--select", "UNT102", "legacy.py")
    assert done.returncode == 0, done.stderr
    assert legacy.read_bytes() == (
        b"import requests\n\nrequests.get(url)\nrequests.get(url, timeout=(5, 30))\n"
    )


def test_a_code_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "legacy.py").write_bytes(b"import requests\n\nrequests.get(url)\n")
    done = run(tmp_path, "--select", "UNT999", "legacy.py")
    assert done.returncode != 0
    assert "no rule is called UNT999" in done.stderr
    assert "Traceback" not in done.stderr


def test_lines_that_ask_to_be_left_alone(tmp_path: Path) -> None:
    line, file = tmp_path / "line.py", tmp_path / "file.py"
    line.write_bytes(b"import requests\n\nrequests.get(u)  # noqa: UNT101\nrequests.get(u)\n")
    file.write_bytes(b"# flake8: noqa\nimport requests\n\nrequests.get(u)\n")
    done = run(tmp_path, "line.py", "file.py")
    assert done.returncode == 0, done.stderr
    assert line.read_bytes() == (
        b"import requests\n\nrequests.get(u)  # noqa: UNT101\nrequests.get(u, timeout=(5, 30))\n"
    )
    assert file.read_bytes() == b"# flake8: noqa\nimport requests\n\nrequests.get(u)\n"
