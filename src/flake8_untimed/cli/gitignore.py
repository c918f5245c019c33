"""The rules of .gitignore files, without git: images in which code is checked often lack it."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from flake8_untimed.cli.globs import translate


class _Rule(NamedTuple):
    regex: re.Pattern[str]
    """Matches paths relative to the folder of the .gitignore file."""
    folders_only: bool
    ignores: bool


class Gitignore:
    """What is ignored in one folder: the rules of its own file and of those above it."""

    def __init__(self, folder: str, above: Gitignore | None, name: str = ".gitignore") -> None:
        self._folder = folder
        self._rules = _read(os.path.join(folder, name))
        self._above = above

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether git would ignore a path in (or below) this folder, given that it ignores none of
        the folders on the way. The last rule that matches decides, and a nearer file comes later.
        """
        level: Gitignore | None = self
        while level is not None:
            relative = path[len(level._folder.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
            for rule in level._rules:
                if (is_folder or not rule.folders_only) and rule.regex.fullmatch(relative):
                    return rule.ignores
            level = level._above
        return False


def above(folder: str) -> Gitignore | None:
    """The rules that a folder inherits: those of the repository around it, if it is in one."""
    root = _repository(folder)
    if root is None:
        return None
    level = Gitignore(root, None, os.path.join(".git", "info", "exclude"))
    inner = os.path.relpath(folder, root)
    for part in () if inner == os.curdir else inner.split(os.sep):
        level = Gitignore(root, level)
        root = os.path.join(root, part)
    return level


def _repository(folder: str) -> str | None:
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _read(path: str) -> list[_Rule]:
    """The rules of a file, the last one first."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().removeprefix("\ufeff").split("\n")
    except OSError:
        return []
    rules = [rule for line in lines if (rule := _rule(line.removesuffix("\r")))]
    return rules[::-1]


def _rule(line: str) -> _Rule | None:
    if line.startswith("#"):
        return None
    # Trailing spaces do not count unless escaped.
    pattern = re.sub(r"(?<!\\) +$", "", line)
    ignores = not pattern.startswith("!")
    pattern = pattern.removeprefix("!")
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    anchored = "/" in pattern
    regex = translate(pattern.removeprefix("/"), star="[^/]*")
    try:
        compiled = re.compile(regex if anchored else f"(?:.*/)?{regex}", re.DOTALL)
    except re.error:
        return None
    return _Rule(compiled, folders_only, ignores)
