"""Patches: `git apply` itself says whether they are any good."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from flake8_untimed.fixes import diff

PAIRS = [
    (b"get(u)\n", b"get(u, timeout=5)\n"),
    (b"get(u)", b"get(u, timeout=5)"),
    (b"a\nget(u)", b"a\nget(u, timeout=5)\n"),
    (b"a\r\nget(u)\r\nb\r\n", b"a\r\nget(u, timeout=5)\r\nb\r\n"),
    (b"a\rget(u)\rb\r", b"a\rget(u, timeout=5)\rb\r"),
    (b"x\x0cy\nget(u)\n", b"x\x0cy\nget(u, timeout=5)\n"),
    (b"x\x85\x1c\nget(u)\r", b"x\x85\x1c\nget(u, timeout=5)\r"),
    (b"# coding: latin-1\nx = '\xe9'\nget(u)\n", b"# coding: latin-1\nx = '\xe9'\nget(u, timeout=5)\n"),
    (b"\xef\xbb\xbfget(u)\n", b"\xef\xbb\xbfget(u, timeout=5)\n"),
    (b"import json\nimport os\n", b"import os\n"),
    (b"--- a\n-- b\n", b"++ a\n-- b\n"),
    (b"a\n" * 50 + b"get(u)\n" + b"b\n" * 50 + b"get(u)", b"a\n" * 50 + b"get(u, 5)\n" + b"b\n" * 50 + b"get(u, 5)"),
]  # fmt: skip
NAMES = [
    "a.py",
    "my app/my file.py",
    "ü.py",
    'quo"te.py',
    "back\\slash.py",
    "new\nline.py",
    "tab\t.py",
]


def applied(folder: Path, name: str, before: bytes, patch: bytes) -> bytes:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before)
    # Settings of the machine must not play a part.
    command = ["git", "-c", "core.autocrlf=false", "-c", "apply.whitespace=nowarn", "apply", "-"]
    done = subprocess.run(command, cwd=folder, input=patch, capture_output=True, timeout=60)
    assert done.returncode == 0, (done.stderr, patch)
    return file.read_bytes()


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_git_takes_it(tmp_path: Path, before: bytes, after: bytes) -> None:
    assert applied(tmp_path, "x.py", before, diff("x.py", before, after)) == after


@pytest.mark.parametrize("name", NAMES)
def test_git_finds_the_file(tmp_path: Path, name: str) -> None:
    before, after = PAIRS[0]
    assert applied(tmp_path, name, before, diff(name, before, after)) == after


def test_patches_of_several_files_are_one(tmp_path: Path) -> None:
    before, after = PAIRS[1]
    (tmp_path / "b c.py").write_bytes(before)
    patch = diff("a.py", before, after) + diff("b c.py", before, after)
    assert applied(tmp_path, "a.py", before, patch) == after
    assert (tmp_path / "b c.py").read_bytes() == after


def test_no_change_is_no_patch() -> None:
    assert diff("x.py", b"a\n", b"a\n") == b""


def test_colors_are_all_that_they_add() -> None:
    for before, after in PAIRS:
        colored = diff("x.py", before, after, color=True)
        assert re.sub(rb"\x1b\[\d*m", b"", colored) == diff("x.py", before, after)
        assert (b"\x1b[32m+" in colored) == (b"\n+" in diff("x.py", before, after)[20:])
        # A colour ends before the end of its line, so that a pager cuts nothing in two.
        assert not re.search(rb"\x1b\[[1-9]\d*m[^\x1b]*\n", colored)


def test_random_changes(tmp_path: Path) -> None:
    choice = random.Random(5)
    for _ in range(60):
        lines = [b"%d\n" % choice.randrange(4) for _ in range(choice.randrange(40))]
        before = b"".join(lines)[: choice.choice([None, -1])]
        for _ in range(choice.randrange(1, 6)):
            place = choice.randrange(len(lines) + 1)
            lines[place : place + choice.randrange(3)] = [b"x\n"] * choice.randrange(3)
        after = b"".join(lines)[: choice.choice([None, -1])]
        if before != after:
            assert applied(tmp_path, "x.py", before, diff("x.py", before, after)) == after


def test_a_long_file_of_lines_that_repeat_themselves(watchdog: None) -> None:
    before = b"get(u)\nx = 1\n\n" * 30_000
    after = before.replace(b"get(u)", b"get(u, timeout=5)", 20_000)
    assert diff("x.py", before, after).count(b"\n+get") == 20_000


def test_a_far_change_is_still_a_patch(tmp_path: Path) -> None:
    before = b"".join(b"old %d\n" % n for n in range(900)) + b"end\n"
    after = b"".join(b"new %d\n" % n for n in range(800)) + b"end\n"
    assert applied(tmp_path, "x.py", before, diff("x.py", before, after)) == after
