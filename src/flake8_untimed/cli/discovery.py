"""From the paths that the user gives to the files that are checked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from flake8_untimed.cli.gitignore import Gitignore, above
from flake8_untimed.cli.globs import Patterns
from flake8_untimed.settings import Settings

USUAL_EXCLUDES = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
    ".pants.d", ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".venv", "CVS", "__pycache__",
    "__pypackages__", "node_modules", "site-packages", "venv", "*.egg",
)  # fmt: skip
"""Not `build` and `dist`: some packages have modules of that name. Virtual environments are told
by their pyvenv.cfg, whatever they are called."""

_SUFFIXES = (".py", ".pyw")


class Discovered:
    """Files to check, each once, in the order of the paths given and sorted in folders; and the
    paths that do not exist or folders that cannot be read, each with the reason."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.missing: list[tuple[str, str]] = []
        self.unreadable: list[tuple[str, str]] = []


def discover(paths: Sequence[str], settings: Settings) -> Discovered:
    """A file that is given is taken whatever it is called and whatever is excluded; a folder is
    searched for Python files. Symbolic links in it are not followed. A file that is reached by
    several names goes by the first."""
    found = Discovered()
    excluded = _excluded(settings)
    seen: set[str] = set()
    real = cache(os.path.realpath)
    for path in paths:
        for file in _expand(path, excluded, found):
            # Whole folders of files have one real folder, and only what is given can be a link.
            folder, name = os.path.split(file)
            itself = real(file) if file == path else os.path.join(real(folder), name)
            if itself not in seen:
                seen.add(itself)
                found.files.append(file)
    return found


def is_searched(path: str, settings: Settings) -> bool:
    """Whether a search from the current folder (or, for a file outside, its own) takes a file."""
    at, file = os.path.split(os.path.abspath(path))
    current, folders = os.getcwd(), []
    while at != current and at.startswith(os.path.join(current, "")):
        at, name = os.path.split(at)
        folders.append(name)
    git, excluded = above(at), _excluded(settings)
    try:
        for name in reversed(folders):
            listing = _listing(at, excluded, git)
            if name not in [entry.name for entry in listing.folders]:
                return False
            at, git = os.path.join(at, name), listing.git
        return file in [entry.name for entry in _listing(at, excluded, git).files]
    except OSError:
        return False


def _excluded(settings: Settings) -> Patterns:
    excludes = USUAL_EXCLUDES if settings.exclude is None else settings.exclude
    return Patterns((*excludes, *settings.extend_exclude))


def _expand(path: str, excluded: Patterns, found: Discovered) -> Iterator[str]:
    if not os.path.lexists(path):
        found.missing.append((path, "does not exist"))
    elif os.path.isdir(path):
        shown = "" if os.path.normpath(path) == os.curdir else os.path.join(path, "")
        absolute = os.path.abspath(path)
        yield from _walk(absolute, shown, excluded, above(absolute), found)
    else:
        yield path


def _walk(
    folder: str, shown: str, excluded: Patterns, git: Gitignore | None, found: Discovered
) -> Iterator[str]:
    """`shown`: how the folder is called in the output, with its slash. Not recursive: trees can be
    deeper than Python's stack."""
    pending = [(folder, shown, git)]
    while pending:
        folder, shown, git = pending.pop()
        try:
            files, below, git = _listing(folder, excluded, git)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            found.unreadable.append((shown or os.curdir, reason))
            continue
        yield from (shown + entry.name for entry in files)
        pending += [(entry.path, f"{shown}{entry.name}{os.sep}", git) for entry in reversed(below)]


class _Listing(NamedTuple):
    """What a search takes of one folder, sorted."""

    files: list[os.DirEntry[str]]
    folders: list[os.DirEntry[str]]
    git: Gitignore | None
    """The rules for what is in the folders."""


def _listing(folder: str, excluded: Patterns, git: Gitignore | None) -> _Listing:
    """Raises OSError."""
    with os.scandir(folder) as iterator:
        entries = sorted(iterator, key=lambda entry: entry.name)
    names = {entry.name for entry in entries}
    files: list[os.DirEntry[str]] = []
    folders: list[os.DirEntry[str]] = []
    if "pyvenv.cfg" in names:
        return _Listing(files, folders, git)
    if ".gitignore" in names:
        git = Gitignore(folder, git)
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        if not is_folder and not entry.name.endswith(_SUFFIXES):
            continue
        if entry.is_symlink() or excluded.match(entry.path):
            continue
        if git and git.ignores(entry.path, is_folder=is_folder):
            continue
        if is_folder:
            folders.append(entry)
        elif entry.is_file(follow_symlinks=False):
            files.append(entry)
    return _Listing(files, folders, git)
