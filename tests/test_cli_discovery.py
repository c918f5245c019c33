"""Which files a path stands for, and git's ignore rules held against git itself."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flake8_untimed.cli.discovery import discover, is_searched
from flake8_untimed.cli.gitignore import Gitignore
from flake8_untimed.cli.globs import Patterns
from flake8_untimed.settings import Settings, from_values


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(*paths: str, settings: Settings | None = None) -> list[str]:
    return discover(paths or ["."], settings or Settings()).files


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_python_files_sorted(tree: Path) -> None:
    make(tree, "b.py", "a/c.py", "a/b/d.py", "a.py", "x.pyi", "n.ipynb", "t.txt", "w.pyw", "py")
    assert found() == ["a.py", "b.py", "w.pyw", "a/c.py", "a/b/d.py"]
    assert found("a") == ["a/c.py", "a/b/d.py"]
    assert found("./a/") == ["./a/c.py", "./a/b/d.py"]
    assert found(str(tree / "a")) == [f"{tree}/a/c.py", f"{tree}/a/b/d.py"]


def test_each_file_once_in_the_order_given(tree: Path) -> None:
    make(tree, "a.py", "b/c.py")
    assert found("b/c.py", ".", "a.py", "./b") == ["b/c.py", "a.py"]


def test_usual_excludes_and_virtual_environments(tree: Path) -> None:
    make(tree, ".tox/a.py", ".venv/a.py", "node_modules/a.py", "x.egg/a.py", "build/a.py")
    make(tree, "env37/pyvenv.cfg", "env37/lib/a.py", ".github/a.py")
    assert found() == [".github/a.py", "build/a.py"]


def test_what_is_given_is_taken(tree: Path) -> None:
    make(tree, ".venv/a.py", "stub.pyi", "script", ".gitignore")
    (tree / ".gitignore").write_text("script\n.venv\n")
    assert found(".venv", "stub.pyi", "script") == [".venv/a.py", "stub.pyi", "script"]
    assert found(".venv/a.py") == [".venv/a.py"]


def test_a_folder_above_does_not_exclude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "venv/site-packages/app/a.py")
    monkeypatch.chdir(tmp_path / "venv/site-packages/app")
    assert found() == ["a.py"]


def test_excludes(tree: Path) -> None:
    make(tree, "a/gen/x.py", "b/gen/x.py", "a/gen_y.py", "a/z.py", ".tox/t.py")
    base = str(tree)
    assert found(settings=from_values({"extend-exclude": "a/gen gen_*"}, base)) == [
        "a/z.py",
        "b/gen/x.py",
    ]
    assert found(settings=from_values({"exclude": "gen, **/z.py"}, base)) == [
        ".tox/t.py",
        "a/gen_y.py",
    ]


def test_missing_and_unreadable(tree: Path) -> None:
    make(tree, "a.py", "locked/b.py")
    result = discover(["a.py", "nowhere", "no.py"], Settings())
    assert result.files == ["a.py"]
    assert result.missing == [("nowhere", "does not exist"), ("no.py", "does not exist")]


def test_unreadable_folder(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tree, "locked/b.py", "open/c.py")
    scandir = os.scandir

    def refuse(folder: str) -> Any:  # root, as which tests may run, reads every folder
        if folder.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    result = discover(["."], Settings())
    assert result.files == ["open/c.py"]
    assert result.unreadable == [("locked/", "cannot be read: Permission denied")]


def test_symbolic_links_are_not_followed(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    make(outside, "far.py")
    make(tree, "a/b.py")
    (tree / "link").symlink_to(outside)
    (tree / "file.py").symlink_to(outside / "far.py")
    (tree / "a" / "loop").symlink_to(tree)
    (tree / "broken.py").symlink_to(tree / "nothing.py")
    assert found() == ["a/b.py"]
    # One that is given is a path like another.
    assert found("link") == ["link/far.py"]
    assert found("file.py") == ["file.py"]


def test_a_file_of_several_names_goes_by_the_first(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    make(outside, "far.py")
    (tree / "link").symlink_to(outside)
    (tree / "file.py").symlink_to(outside / "far.py")
    assert found("link", "file.py", f"{outside}/far.py") == ["link/far.py"]
    assert found("file.py", "link", str(outside)) == ["file.py"]


def test_odd_names(tree: Path) -> None:
    for name in (b"a b.py", b"new\nline.py", b"\xff\xfe.py"):
        (tree / os.fsdecode(name)).touch()
    assert [os.fsencode(path) for path in found()] == [b"a b.py", b"new\nline.py", b"\xff\xfe.py"]


def test_a_very_deep_tree(tree: Path) -> None:
    here = os.open(tree, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=here)
        here = os.open("d", os.O_RDONLY, dir_fd=here)
    os.close(os.open("x.py", os.O_CREAT, dir_fd=here))
    assert found() == ["d/" * 300 + "x.py"]


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("x.py", "/a/x.py", True),
        ("x.py", "/a/x.pyc", False),
        ("t_*", "/a/t_b", True),
        ("/a/tests/*", "/a/tests/b/c.py", True),
        ("/a/tests", "/a/tests/b/c.py", True),
        ("/a/tests", "/a/tests2/c.py", False),
        ("/a/**/m.py", "/a/m.py", True),
        ("/a/**/m.py", "/a/b/c/m.py", True),
        ("[ab].py", "/x/b.py", True),
        ("[!ab].py", "/x/b.py", False),
        ("[z-a].py", "/x/[z-a].py", True),
        ("[", "/x/[", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    assert Patterns([pattern]).match(path) is expected


def git(folder: Path, *arguments: str, text: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", "-c", "core.excludesFile=", *arguments], cwd=folder, input=text, check=False,
        capture_output=True,
    ).stdout  # fmt: skip


def not_ignored_by_git(folder: Path) -> set[str]:
    listed = git(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", "*.py")
    return {os.fsdecode(name) for name in listed.split(b"\0") if name}


@pytest.mark.parametrize(
    "rules",
    [
        "gen\n",
        "gen/\n",
        "/gen\n",
        "*.py\n!keep.py\n",
        "a/gen\n",
        "a/*\n!a/gen\n",
        "a/\n!a/keep.py\n",
        "**/gen\n",
        "a/**\n",
        "a/**/x.py\n",
        "**\n!*/\n!keep.py\n",
        "# gen\n\\#odd.py\n\\!bang.py\n",
        "x.py   \nkeep.py\\ \n",
        "g?n\n[a-b]\n[!a-z]*\n",
        "gen/*.py\n",
        "a/b/../gen\n",
        "***/x.py\na**/x.py\n",
        "/\n!\n\n//a\n",
        "\\\n[\n[]a]\n[^x].py\n",
        "\ufeffgen\r\nx.py\r\n",
    ],
)
def test_gitignore_as_git_has_it(tree: Path, rules: str) -> None:
    git(tree, "init")
    make(tree, "x.py", "keep.py", "gen/x.py", "a/gen/x.py", "a/keep.py", "a/b/gen/y.py", "a/b/x.py")
    make(tree, "#odd.py", "!bang.py", "gon/x.py", "b/x.py", "a/b/keep.py", "aa/x.py")
    (tree / ".gitignore").write_text(rules, encoding="utf-8", newline="")
    assert set(found()) == not_ignored_by_git(tree)


def test_gitignore_files_above_and_below(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tree, "init")
    make(tree, "x.py", "a/x.py", "a/b/x.py", "a/b/y.py", "a/b/c/x.py", "z.py")
    (tree / ".gitignore").write_text("x.py\n")
    (tree / "a" / ".gitignore").write_text("!x.py\nb/y.py\n")
    (tree / "a/b/c" / ".gitignore").write_text("/x.py\n")
    (tree / ".git/info/exclude").write_text("z.py\n")
    assert set(found()) == not_ignored_by_git(tree) == {"a/x.py", "a/b/x.py"}
    monkeypatch.chdir(tree / "a" / "b")
    assert found() == ["x.py"]


def test_gitignore_on_windows(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".gitignore").write_text("/a/*.py\n")
    ignored = Gitignore(str(tree), None)
    monkeypatch.setattr("os.sep", "\\")
    assert ignored.ignores(rf"{tree}\a\x.py", is_folder=False)
    assert not ignored.ignores(rf"{tree}\a\b\x.py", is_folder=False)


def test_is_searched_agrees_with_the_search(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tree, "a.py", "a/b/c.py", "a/b/gen.py", "a/keep/k.py", "env/pyvenv.cfg", "env/lib/v.py")
    make(tree, ".tox/t.py", "s.pyi", "none/n.py", "a/x.py", ".git/g.py")
    (tree / ".gitignore").write_text("gen.py\n")
    (tree / "link.py").symlink_to(tree / "a.py")
    settings = from_values({"extend-exclude": "none, a/x.py"}, str(tree))
    files = [p for p in tree.rglob("*") if p.suffix in (".py", ".pyi")]
    searched = {str(p.relative_to(tree)) for p in files if is_searched(str(p), settings)}
    assert searched == set(found(settings=settings)) == {"a.py", "a/b/c.py", "a/keep/k.py"}
    # As with a search, the folders above the current one do not matter.
    monkeypatch.chdir(tree / "env" / "lib")
    assert is_searched("v.py", settings)
    # Of a file outside, its own folder counts; git's rules always do.
    assert is_searched("../../none/n.py", settings)
    assert not is_searched("../../a/b/gen.py", settings)
    assert not is_searched("missing/x.py", settings)
    monkeypatch.chdir("/")
    assert is_searched(str(tree / "a" / "keep" / "k.py"), settings)


def test_gitignore_at_random(tree: Path) -> None:
    """Patterns made of what patterns are made of, held against git."""
    git(tree, "init")
    folders = ["", "a/", "b/", "a/b/", "a/a/", "b/a/b/"]
    make(tree, *(f"{folder}{name}.py" for folder in folders for name in ("a", "b", "ab")))
    chance = random.Random(20)
    pieces = ["a", "b", "*", "**", "/", "/", "?", ".py", "ab", "[ab]", "!", "a/", "\\a"]
    for _ in range(150):
        lines = ["".join(chance.choices(pieces, k=chance.randint(1, 5))) for _ in range(3)]
        (tree / ".gitignore").write_text("\n".join(lines))
        assert set(found()) == not_ignored_by_git(tree), lines
