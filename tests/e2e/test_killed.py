"""`untimed fix` killed at random moments: every file holds what it held before, or all of what it
should hold afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from programs import WATCHDOG_SECONDS, fix

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL")

FILES = 16
"""Few enough that one process does it all; their writing takes a while because they are long."""
OLD = b"import requests\n\n" + b"".join(
    b"requests.get('https://a.b/%d')\n" % number for number in range(3)
)
OLD += b"# So long that it is not written in no time.\n" * 12_000
NEW = OLD.replace(b"')", b"', timeout=(5, 30))")
ROUNDS = 10


def contents(folder: Path) -> list[bytes]:
    return [(folder / f"{number}.py").read_bytes() for number in range(FILES)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(FILES):
        (tmp_path / f"{number}.py").write_bytes(OLD)
    return tmp_path


def fixing(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flake8_untimed", "fix", "-q"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_the_first_file(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + WATCHDOG_SECONDS
    while process.poll() is None:
        if any(os.stat(folder / f"{n}.py").st_size != len(OLD) for n in range(FILES)):
            break
        assert time.monotonic() < deadline


def test_every_file_is_old_or_new(folder: Path) -> None:
    moments = random.Random(20261121)
    mixed = 0
    for turn in range(ROUNDS):
        with fixing(folder) as process:
            if turn % 4:
                wait_for_the_first_file(process, folder)
                time.sleep(moments.choice((0, moments.uniform(0, 0.01))))
            else:
                time.sleep(moments.uniform(0, 1))
            process.send_signal(signal.SIGKILL)
        found = contents(folder)
        assert set(found) <= {OLD, NEW}
        mixed += len(set(found)) == 2
        for number, content in enumerate(found):
            if content == NEW:
                (folder / f"{number}.py").write_bytes(OLD)
    # Else the moments were not what this test is about.
    assert mixed
    fix(folder)
    assert set(contents(folder)) == {NEW}
