"""Running the tool and the programs that it rewrites, as people do: in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WATCHDOG_SECONDS = 60
"""Far more than anything here takes."""

# Nothing between a program and 127.0.0.1.
ENVIRONMENT = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}


def start(program: Path, *arguments: str) -> subprocess.Popen[str]:
    """A Python program, in the folder where it lies."""
    return subprocess.Popen(
        [sys.executable, program.name, *arguments],
        cwd=program.parent,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def untimed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "flake8_untimed", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=WATCHDOG_SECONDS,
    )


def fix(folder: Path, *arguments: str) -> None:
    """`untimed fix`, which must leave nothing."""
    result = untimed(folder, "fix", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    result = untimed(folder, "check")
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
