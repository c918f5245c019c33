"""How far the project's imports are followed: what cannot lie in a repository, made at run time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_untimed.analysis import analyze
from flake8_untimed.settings import Settings

pytestmark = pytest.mark.usefixtures("watchdog")

SESSION = "import requests\nsession = requests.Session()\n"
USE = "from {module} import session\nsession.get('https://example.org')\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def codes(path: Path) -> list[str]:
    return [f.code for f in analyze(path.read_bytes(), path=path)]


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py", ".git/HEAD"])
def test_the_root_is_the_nearest_marker(tmp_path: Path, marker: str) -> None:
    write(tmp_path / "outer" / "above.py", SESSION)
    write(tmp_path / "pyproject.toml", "")
    write(tmp_path / "outer" / "root" / marker, "")
    write(tmp_path / "outer" / "root" / "inside.py", SESSION)
    folder = tmp_path / "outer" / "root" / "pkg"
    assert codes(write(folder / "a.py", USE.format(module="inside"))) == ["UNT101"]
    assert codes(write(folder / "b.py", USE.format(module="above"))) == []
    assert codes(write(folder / "c.py", USE.format(module="...above"))) == []


def test_a_loose_file_stays_in_its_folder(tmp_path: Path) -> None:
    write(tmp_path / "above.py", SESSION)
    write(tmp_path / "folder" / "beside.py", SESSION)
    folder = tmp_path / "folder"
    assert codes(write(folder / "a.py", USE.format(module="beside"))) == ["UNT101"]
    assert codes(write(folder / "b.py", USE.format(module="..above"))) == []
    assert codes(write(folder / "c.py", USE.format(module="above"))) == []
    assert codes(write(folder / "d.py", USE.format(module="........above"))) == []


def test_a_folder_of_a_loose_package(tmp_path: Path) -> None:
    """One without `__init__.py` inside one with it: what `..` means is no other project."""
    write(tmp_path / "above.py", SESSION)
    write(tmp_path / "app" / "__init__.py", "")
    write(tmp_path / "app" / "http_.py", SESSION)
    write(tmp_path / "app" / "core" / "beside.py", SESSION)
    core = tmp_path / "app" / "core"
    assert codes(write(core / "a.py", USE.format(module="..http_"))) == ["UNT101"]
    assert codes(write(core / "b.py", USE.format(module="..core.beside"))) == ["UNT101"]
    assert codes(write(core / "c.py", USE.format(module="...above"))) == []


BASE = """\
import requests

class Client:
    def get(self, path, **kwargs):
        return requests.get(path, **kwargs)

    def users(self):
        return self.get("users")
"""
OVERRIDING = """\
{}

class Cached(Client):
    def get(self, path):
        return path
"""


@pytest.mark.parametrize(
    ("beginning", "is_fixed"),
    [
        ("from base import Client", False),
        ("from base import *", False),
        ("class Client: '''Not that of base.py.'''", True),
    ],
)
def test_a_loose_class_may_have_subclasses_beside_it(
    tmp_path: Path, beginning: str, is_fixed: bool
) -> None:
    write(tmp_path / "child.py", OVERRIDING.format(beginning))
    base = write(tmp_path / "base.py", BASE)
    (found,) = analyze(base.read_bytes(), path=str(base))
    assert (found.fix is not None) is is_fixed


PATCHED = """\
import functools
import requests

requests.Session.request = functools.partialmethod(requests.Session.request, timeout=10)
requests.Session().get("https://example.org")
"""


def test_a_source_without_a_project_is_patched_by_itself(tmp_path: Path) -> None:
    unfollowed = Settings(follow_imports=False)
    text = PATCHED.replace("timeout=10", "timeout=None")
    assert [f.code for f in analyze(text)] == ["UNT101"]
    assert analyze(PATCHED) == []
    assert analyze(PATCHED, str(write(tmp_path / "a.py", PATCHED)), unfollowed) == []


def test_links_out_of_the_project_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret.py", SESSION)
    root = tmp_path / "root"
    write(root / "pyproject.toml", "")
    write(root / "inside.py", SESSION)
    os.symlink(outside, root / "linked.py")
    os.symlink(outside.parent, root / "folder")
    os.symlink(root / "inside.py", root / "linked_inside.py")
    os.symlink(root / "ring.py", root / "ring.py")
    assert codes(write(root / "a.py", USE.format(module="linked"))) == []
    assert codes(write(root / "b.py", USE.format(module="folder.secret"))) == []
    assert codes(write(root / "c.py", USE.format(module="linked_inside"))) == ["UNT101"]
    assert codes(write(root / "d.py", USE.format(module="ring"))) == []


def test_odd_neighbours(tmp_path: Path) -> None:
    """Folders with the names of files, unreadable files, names in the wrong case."""
    write(tmp_path / "pyproject.toml", "")
    (tmp_path / "folder.py").mkdir()
    locked = write(tmp_path / "locked.py", SESSION)
    locked.chmod(0)
    os.mkfifo(tmp_path / "pipe.py")
    for module in ("folder", "missing", "pipe", "locked"):
        found = codes(write(tmp_path / "use.py", USE.format(module=module)))
        assert found == [] or (module == "locked" and os.access(locked, os.R_OK))


def test_without_a_path_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "beside.py", SESSION)
    monkeypatch.chdir(tmp_path)
    assert analyze(USE.format(module="beside")) == []
