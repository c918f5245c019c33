"""The way of the data has one direction: who may import whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flake8_untimed

ROOT = Path(flake8_untimed.__file__).parent
PACKAGE = "flake8_untimed"
PLAIN = ("inference.values", "inference.arguments", "inference.syntax", "inference.scopes.once")
"""What of inference is data, or asks nothing but how the text is written: rules may name it."""

# Room -> the rooms that it may import from (itself goes without saying), inside functions too.
ALLOWED = {
    "findings": (),
    "source": ("findings",),
    "settings": ("findings", "libraries"),
    "libraries": (),
    "inference": ("libraries", "source"),
    "bounds": ("inference", "libraries"),
    "limits": ("bounds", "inference", "libraries", "settings"),
    "calls": ("bounds", "findings", "inference", "libraries", "limits", "settings", "source"),
    "explanation": ("bounds", "calls", "findings", "inference", "rules", "source"),
    "rules": ("calls", "bounds", "findings", "libraries", *PLAIN),
    "fixes": ("findings", "source", "settings"),
    "reporters": ("findings", "source", "settings"),
    "analysis": (
        "calls", "findings", "inference", "libraries", "rules", "explanation", "settings", "source",
    ),
    # The doors.
    "plugin": ("analysis", "findings", "settings", "source"),
    "codemod": ("cli", "settings", "source"),
    "cli": ("analysis", "findings", "fixes", "reporters", "rules", "settings", "source"),
}  # fmt: skip


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, at whatever place; what is for type checkers alone left out."""
    nodes: list[ast.AST] = [ast.parse(path.read_bytes())]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes += node.orelse
        else:
            nodes += ast.iter_child_nodes(node)


def files(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    return [single] if single.exists() else sorted((ROOT / room).rglob("*.py"))


def test_every_room_has_its_row() -> None:
    rooms = {path.stem for path in ROOT.glob("[a-z]*.py")} | {
        p.parent.name for p in ROOT.glob("*/__init__.py")
    }
    assert rooms == set(ALLOWED)


@pytest.mark.parametrize("room", ALLOWED)
def test_direction(room: str) -> None:
    allowed = (room, *ALLOWED[room])
    for path in files(room):
        for module in imports(path):
            inside = module.removeprefix(f"{PACKAGE}.")
            if inside == module or inside.partition(".")[0] not in ALLOWED:
                continue  # another package, or a name of ours: its version
            assert any(f"{inside}.".startswith(f"{a}.") for a in allowed), (
                f"{path.relative_to(ROOT)} imports {inside}"
            )


def test_libcst_lives_in_fixes_only() -> None:
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "fixes") or path == ROOT / "codemod.py":
            continue
        assert not [name for name in imports(path) if name.partition(".")[0] == "libcst"], path
