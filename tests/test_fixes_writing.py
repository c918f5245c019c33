"""Replacing files: whatever fails, and whenever, a file holds its old bytes or its new ones."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from flake8_untimed.fixes import WriteError, create, write
from flake8_untimed.fixes import writing as module

OLD, NEW = b"get(u)\r\n", b"get(u, timeout=5)\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "legacy.py"
    file.write_bytes(OLD)
    return file


def test_the_file_is_replaced(path: Path) -> None:
    path.chmod(0o754)
    write(str(path), OLD, NEW)
    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o754
    assert list(path.parent.iterdir()) == [path]


def test_the_owner_is_kept(path: Path) -> None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(path, 12345, 54321)
    write(str(path), OLD, NEW)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes of Linux")
def test_extended_attributes_are_kept(path: Path) -> None:
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system has none")
    write(str(path), OLD, NEW)
    assert path.read_bytes() == NEW
    assert os.getxattr(path, "user.note") == b"mine"


def test_another_hard_link_keeps_the_old_bytes(path: Path) -> None:
    link = path.with_name("link.py")
    os.link(path, link)
    write(str(path), OLD, NEW)
    assert (path.read_bytes(), link.read_bytes()) == (NEW, OLD)


def test_a_symbolic_link_stays_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link.py"
    link.symlink_to(path)
    write(str(link), OLD, NEW)
    assert link.is_symlink()
    assert path.read_bytes() == NEW
    assert list(link.parent.iterdir()) == [link]


def test_a_relative_path(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    write(path.name, OLD, NEW)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("now", [b"", b"get(v)\r\n", OLD + b"\n", OLD[:-1]])
def test_a_file_that_changed_is_left_alone(path: Path, now: bytes) -> None:
    path.write_bytes(now)
    with pytest.raises(WriteError, match="has changed since it was read"):
        write(str(path), OLD, NEW)
    assert path.read_bytes() == now
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_changes_meanwhile_is_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        path.write_bytes(b"someone else was quicker\n")

    monkeypatch.setattr(module.os, "fsync", fsync)
    with pytest.raises(WriteError, match="has changed"):
        write(str(path), OLD, NEW)
    assert path.read_bytes() == b"someone else was quicker\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_vanished(path: Path) -> None:
    path.unlink()
    with pytest.raises(WriteError, match="No such file"):
        write(str(path), OLD, NEW)
    assert not list(path.parent.iterdir())


def test_a_read_only_file_is_left_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.chmod(0o444)
    # root may write anything, and the tests may be run by root
    monkeypatch.setattr(module.os, "access", lambda *_: False)
    with pytest.raises(WriteError, match="read-only"):
        write(str(path), OLD, NEW)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


class Failing:
    """A file object on a full disk: it takes some bytes, and then no more."""

    def __init__(self, file: Any, error: BaseException) -> None:
        self._file, self._error = file, error

    def __enter__(self) -> Failing:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        self._file.write(content[:5])
        raise self._error


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["mkstemp", "write", "chmod", "fsync", "replace"])
def test_a_failure_at_any_step(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    if step == "write":
        real = open

        def opened(file: Any, mode: str = "r", **rest: Any) -> Any:
            opened_file = real(file, mode, **rest)
            return Failing(opened_file, error) if mode == "wb" else opened_file

        monkeypatch.setattr(module, "open", opened, raising=False)
    elif step == "mkstemp":
        monkeypatch.setattr(tempfile, "mkstemp", fail)
    else:
        monkeypatch.setattr(module.os, step, fail)
    with pytest.raises(WriteError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        write(str(path), OLD, NEW)
    monkeypatch.undo()
    if isinstance(error, OSError):
        assert "not written: No space left on device" in str(caught.value)
    assert path.read_bytes() == OLD
    assert list(path.parent.iterdir()) == [path]


def test_killed_at_any_moment(path: Path) -> None:
    """A process that replaces the file for ever is killed, again and again."""
    old, new = b"a" * 300_000, b"b" * 400_000
    path.write_bytes(old)
    code = f"""
from flake8_untimed.fixes import write
pair = {old!r}, {new!r}
path = {str(path)!r}
if open(path, "rb").read() != pair[0]:
    pair = pair[::-1]
print(flush=True)
while True:
    write(path, *pair)
    pair = pair[::-1]
"""
    for turn in range(8):
        with subprocess.Popen([sys.executable, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(code.encode())
            process.stdin.close()
            process.stdout.readline()
            time.sleep(0.01 + turn * 0.0037)
            process.kill()
        if os.name == "posix":
            assert process.returncode == -signal.SIGKILL
        assert path.read_bytes() in (old, new)


def test_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "new.py"
    create(str(path), NEW)
    assert path.read_bytes() == NEW
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    with pytest.raises(WriteError, match="File exists"):
        create(str(path), OLD)
    assert path.read_bytes() == NEW
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(WriteError, match="No such file"):
        create(str(tmp_path / "nowhere" / "x.py"), NEW)
