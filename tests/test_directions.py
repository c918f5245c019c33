"""The way of the data has one direction: who may import whom, at the top of a module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import flake8_untimed

ROOT = Path(flake8_untimed.__file__).parent
PACKAGE = "flake8_untimed"
DATA = ("inference.values", "inference.arguments")
"""What of inference is plain data, which rules may name."""

# Room -> the rooms that it may import from (itself goes without saying).
ALLOWED = {
    "findings": (),
    "source": ("findings",),
    "settings": ("findings", "libraries", ""),
    "libraries": (),
    "inference": ("libraries",),
    "bounds": ("inference", "libraries"),
    "limits": ("bounds", "inference", "libraries", "settings"),
    "calls": ("bounds", "findings", "inference", "libraries", "limits", "settings", "source"),
    "explanation": ("bounds", "calls", "findings", "inference", "rules", "source"),
    "rules": ("calls", "bounds", "findings", "libraries", *DATA),
    "fixes": ("findings", "source", "settings"),
    "reporters": ("findings", "source", "settings", ""),
}  # fmt: skip


def imports(path: Path) -> list[str]:
    """The modules that a file imports when it is imported itself, `TYPE_CHECKING` left out."""
    found = []
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def files(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    return [single] if single.exists() else sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ALLOWED)
def test_direction(room: str) -> None:
    assert files(room), f"there is no room {room}"
    for path in files(room):
        for module in imports(path):
            if not module.startswith(f"{PACKAGE}."):
                continue
            inside = module.removeprefix(f"{PACKAGE}.")
            top = inside.partition(".")[0]
            if not (ROOT / top).exists() and not (ROOT / f"{top}.py").exists():
                continue  # a name of the package itself: its version
            allowed = (room, *ALLOWED[room])
            assert any(inside == a or inside.startswith(f"{a}.") for a in allowed if a) or (
                inside in ("inference",) and any(a.startswith("inference.") for a in allowed)
            ), f"{path.relative_to(ROOT)} imports {inside}"


def test_libcst_lives_in_fixes_only() -> None:
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "fixes"):
            continue
        text = path.read_text(encoding="utf-8")
        assert "import libcst" not in text, path
        assert "from libcst" not in text, path
