"""Where the modules of a project are: which file an import means, and which files there are. The
files themselves are not read.

The project is the nearest folder upwards with one of `MARKERS`; a file without any stays within
its own top-level package, or its folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Set

from flake8_untimed.libraries import Catalogue

MARKERS = frozenset(("pyproject.toml", "setup.cfg", "setup.py", ".git"))
FILE_LIMIT = 50_000
"""A project with more files than this is not searched."""

_INIT = f"{os.sep}__init__.py"
_SKIPPED = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))
_BUILT = frozenset(("build", "dist"))
"""Copies, at the top of a project; further down they are packages of that name."""


class Layout:
    """A cache of what folders hold."""

    def __init__(self, catalogue: Catalogue, follow: bool) -> None:
        self._catalogue = catalogue
        self._follow = follow
        self._folders: dict[str, frozenset[str]] = {}
        self._roots: dict[str, str | None] = {}
        self._bases: dict[str, str] = {}
        self._above: dict[str, list[str]] = {}
        self._folder_of: dict[str, str] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._submodules: dict[tuple[str, str], str | None] = {}
        self._files: dict[str, list[str]] = {}

    # Which file an import means ---------------------------------------------------------------

    def find(self, importer: str, dotted: str, level: int = 0) -> str | None:
        """The file (or, for a package without `__init__.py`, the folder) that an import in the
        file `importer` means, if it is one of the project's own."""
        folder = self._folder_of.get(importer)
        if folder is None:
            if not os.path.isabs(importer):
                return None
            folder = self._folder_of[importer] = os.path.dirname(importer)
        key = (folder, "." * level + dotted)
        if key not in self._found:
            if level:
                self._found[key] = self._relative(folder, dotted, level)
            else:
                self._found[key] = self._absolute(folder, dotted)
        return self._found[key]

    def _relative(self, folder: str, dotted: str, level: int) -> str | None:
        top = self.top(folder)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        # Around a folder without `__init__.py`, a package with one is no stranger to a loose file.
        if not (inside(folder, top) or self._is_package_around(folder)):
            return None
        return self._below(folder, dotted) if dotted else self._package(folder)

    def _is_package_around(self, folder: str) -> bool:
        return self._root(folder) is None and "__init__.py" in self._names(folder)

    def submodule(self, package: str, name: str) -> str | None:
        """The file of a module inside a package, given by its `__init__.py` or its folder."""
        folder = package.removesuffix(_INIT)
        if folder.endswith(".py"):
            return None
        key = (folder, name)
        if key not in self._submodules:
            self._submodules[key] = self._below(folder, name)
        return self._submodules[key]

    def _absolute(self, importing: str, dotted: str) -> str | None:
        top = dotted.partition(".")[0]
        base, root = self._base(importing), self._root(importing)
        folder: str | None = None
        places = [base]
        if root is not None:
            places += [p for p in self._upwards(base) if p.startswith(root) and p != base]
            places.append(os.path.join(root, "src"))
        end = os.sep + top
        if top not in sys.stdlib_module_names and not self._catalogue.library_of(top):
            # A folder around the file that happens to have the name of what is imported.
            places += [os.path.dirname(p) for p in self._upwards(importing) if p.endswith(end)]
        for place in places:
            if root is not None and not inside(place, root):
                continue
            if self._is_namespace(place, top, importing, root):
                continue
            names = self._names(place)
            if f"{top}.py" in names or top in names:
                found = self._below(place, dotted)
                if found is not None and found.endswith(".py"):
                    return found
                folder = folder or found
        # A package without `__init__.py` gives way to whatever else has the name.
        return None if self._catalogue.library_of(top) else folder

    def _is_namespace(self, place: str, top: str, importing: str, root: str | None) -> bool:
        """Whether a package around a file that has the name of a library is seen from a folder that
        is a package without `__init__.py` itself, by the look of it: `bot/integration/aiohttp`."""
        return (
            self._catalogue.library_of(top) is not None
            and inside(importing, os.path.join(place, top))
            and place not in (root, os.path.join(root or place, "src"))
            and os.path.basename(place).isidentifier()
            and os.path.basename(place) != top
        )

    def _below(self, folder: str, dotted: str) -> str | None:
        *packages, last = dotted.split(".")
        for name in packages:
            if name not in self._names(folder):
                return None
            folder = os.path.join(folder, name)
        names = self._names(folder)
        if last in names:
            package = self._package(os.path.join(folder, last))
            if package is not None:
                return package
        return os.path.join(folder, f"{last}.py") if f"{last}.py" in names else None

    def _package(self, folder: str) -> str | None:
        names = self._names(folder)
        if "__init__.py" in names:
            return os.path.join(folder, "__init__.py")
        return folder if names else None

    def _names(self, folder: str) -> frozenset[str]:
        names = self._folders.get(folder)
        if names is None:
            try:
                names = frozenset(os.listdir(folder))
            except OSError:
                names = frozenset()
            self._folders[folder] = names
        return names

    def is_folder(self, path: str) -> bool:
        """Whether what an import was found to mean is a package without `__init__.py`."""
        return path in self._folders

    def top(self, folder: str) -> str:
        """The folder that is not left: the project's, or that of a loose file."""
        return self._root(folder) or self._base(folder)

    def _root(self, folder: str) -> str | None:
        """The project's folder; None for a loose file."""
        if folder not in self._roots:
            self._roots[folder] = next(
                (p for p in self._upwards(folder) if _is_root(self._names(p))), None
            )
        return self._roots[folder]

    def _upwards(self, folder: str) -> list[str]:
        """A folder and all those around it."""
        if folder not in self._above:
            folders = self._above[folder] = [folder]
            while (parent := os.path.dirname(folders[-1])) != folders[-1]:
                folders.append(parent)
        return self._above[folder]

    def _base(self, folder: str) -> str:
        """The folder from which the packages around a file are imported."""
        if folder not in self._bases:
            base = folder
            while "__init__.py" in self._names(base) and os.path.dirname(base) != base:
                base = os.path.dirname(base)
            self._bases[folder] = base
        return self._bases[folder]

    def dotted(self, path: str) -> str:
        """The import path of a file of the project: `myapp.http`."""
        base = self._base(os.path.dirname(path))
        parts = os.path.relpath(path, base).removesuffix(".py").split(os.sep)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    # Which files there are ----------------------------------------------------------------------

    def files_around(self, path: str) -> tuple[str, list[str]]:
        """The folder of the project around a file, and all its files; the file itself if there is
        none."""
        folder = os.path.dirname(path)
        top = self._root(folder) or self.top_package(folder) if self._follow else None
        if top is None or not os.path.isabs(path):
            return path, [path]
        return top, self._python_files(top)

    def is_loose(self, path: str) -> bool:
        """Whether a file is in no project, and in no package."""
        return self.files_around(path)[0] == path

    def files_near(self, path: str) -> tuple[str, list[str]]:
        """The same; of a loose file, its folder and the files in there, which may import from it."""
        top, files = self.files_around(path)
        if top != path or not self._follow or not os.path.isabs(path):
            return top, files
        folder = os.path.dirname(path)
        names = sorted(name for name in self._names(folder) if name.endswith(".py"))
        return folder, [os.path.join(folder, name) for name in names]

    def above(self, path: str, name: str) -> list[str]:
        """The files of a name in the folders around a file, up to that of its project."""
        folder = os.path.dirname(path)
        if not os.path.isabs(path):
            return []
        top = self.top(folder)
        around = (p for p in self._upwards(folder) if inside(p, top) and name in self._names(p))
        return [os.path.join(p, name) for p in around]

    def packages(self, path: str) -> list[str]:
        """The `__init__.py` of each package that a file is in."""
        found, folder = [], os.path.dirname(path)
        while "__init__.py" in self._names(folder) and os.path.dirname(folder) != folder:
            found.append(os.path.join(folder, "__init__.py"))
            folder = os.path.dirname(folder)
        return found

    def top_package(self, folder: str) -> str | None:
        """The outermost package around a loose file; None if there is none."""
        base = self._base(folder)
        if folder == base:
            return None
        while os.path.dirname(folder) != base:
            folder = os.path.dirname(folder)
        return folder

    def outermost_package(self, folder: str) -> str | None:
        """The outermost package of the project around a folder, also where one on the way has no
        `__init__.py`; None if there is none."""
        root = self._root(folder)
        if root is None:
            return self.top_package(folder)
        around = [p for p in self._upwards(folder) if p != root and inside(p, root)]
        return next((p for p in reversed(around) if "__init__.py" in self._names(p)), None)

    def _python_files(self, top: str) -> list[str]:
        if top not in self._files:
            self._files[top] = self._listed(top)
        return self._files[top]

    @staticmethod
    def _listed(top: str) -> list[str]:
        found: list[str] = []
        entries = 0
        for folder, folders, names in os.walk(top):
            if folder != top and _is_root({*folders, *names}):
                # Another project inside this one.
                folders.clear()
                continue
            skipped = _SKIPPED | _BUILT if folder == top else _SKIPPED
            folders[:] = [f for f in folders if not f.startswith(".") and f not in skipped]
            found += [os.path.join(folder, n) for n in names if n.endswith(".py")]
            entries += len(names) + len(folders)
            if entries > FILE_LIMIT:
                return []
        return found


def _is_root(names: Set[str]) -> bool:
    """Whether a folder with these entries is that of a project. A `setup.py` among the modules of a
    package is a module."""
    found = MARKERS & names
    if "__init__.py" in names:
        found = found - {"setup.py"}
    return bool(found)


def inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def is_test_module(path: str) -> bool:
    """Whether pytest takes a file for one of tests, by its name."""
    name = os.path.basename(path)
    return name.startswith("test_") or name.endswith("_test.py")
