"""The project's own modules: which file an import means, and reading it, once.

The project is the nearest folder upwards with one of `MARKERS`; a file without any stays within
its own top-level package, or its folder. Nothing outside is ever read.
"""

from __future__ import annotations

import ast
import codecs
import os
import re
import stat
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from flake8_untimed.inference.heirs import Heirs
from flake8_untimed.inference.interest import Interest
from flake8_untimed.inference.outline import SPECIAL, Outlines
from flake8_untimed.inference.proof import Proof
from flake8_untimed.inference.scopes import Module
from flake8_untimed.inference.survey import Dye, dye_for, survey
from flake8_untimed.inference.walk import Walk, walk
from flake8_untimed.libraries import Catalogue

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

MARKERS = frozenset(("pyproject.toml", "setup.cfg", "setup.py", ".git"))
SIZE_LIMIT = 10_000_000
"""Bytes. A larger file is not read."""

_PATCH = re.compile(
    rb"\.(?:request|send|get|post|put|patch|delete|head|options|TimeoutSauce)[ \t]*=[^=]"
)
_PATCHED = tuple(
    name.encode()
    for name in (
        "requests", "api", "Session", "HTTPAdapter", "ClientSession", "Client", "adapters",
    )
)  # fmt: skip
_INIT = f"{os.sep}__init__.py"
_SKIPPED = frozenset(("node_modules", "__pycache__", "venv", "build", "dist", "site-packages"))
MODULE_LIMIT = 600
"""Modules that are kept in memory; a tree is some megabytes large."""
FILE_LIMIT = 50_000
"""A project with more files than this is not searched for patches."""


class Project:
    """A cache of what was read of the disk. One per process and settings."""

    def __init__(self, catalogue: Catalogue, follow: bool = True) -> None:
        self._catalogue = catalogue
        self._follow = follow
        self.trimmed = 0
        """How often what was read was let go of."""
        self._folders: dict[str, frozenset[str]] = {}
        self._roots: dict[str, str | None] = {}
        self._bases: dict[str, str] = {}
        self._above: dict[str, list[str]] = {}
        self._folder_of: dict[str, str] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._submodules: dict[tuple[str, str], str | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._bytes: dict[str, bytes] = {}
        self.outlines = Outlines(self._data, self.find, self.submodule, catalogue)
        self._interest = Interest(self.outlines, catalogue, self._make_dye, self._forget)
        self.heirs = Heirs(self.outlines, self._files_around)
        self._evaluator: Evaluator | None = None
        self._vendored: dict[str, str | None] = {}
        self._looked: dict[tuple[str, Callable[[bytes], bool]], list[str]] = {}
        self._seen_from: dict[tuple[str, Callable[[bytes], bool]], list[str]] = {}
        self._files: dict[str, list[str]] = {}

    @staticmethod
    def path_of(path: str) -> str:
        """The absolute path of a file; names that are none, like `<unknown>`, stay as they are."""
        return path if path.startswith("<") or path in ("-", "stdin") else os.path.abspath(path)

    # Which file ------------------------------------------------------------------------------

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
        top = self._root(folder) or self._base(folder)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        if not _inside(folder, top):
            return None
        return self._below(folder, dotted) if dotted else self._package(folder)

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
            if root is not None and not _inside(place, root):
                continue
            names = self._names(place)
            if f"{top}.py" in names or top in names:
                found = self._below(place, dotted)
                if found is not None and found.endswith(".py"):
                    return found
                folder = folder or found
        # A package without `__init__.py` gives way to whatever else has the name.
        return None if self._catalogue.library_of(top) else folder

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

    def vendored(self, path: str) -> str | None:
        """The import path of a file that belongs to a copy of a library: `app._vendor.requests`."""
        if path not in self._vendored:
            dotted = self.dotted(path)
            changed = self._catalogue.canonical(dotted) != dotted
            self._vendored[path] = dotted if changed and "." in dotted else None
        return self._vendored[path]

    # Reading ---------------------------------------------------------------------------------

    def module(self, path: str) -> Module | None:
        """The parsed file, or None if it cannot be had: vanished, unreadable, broken, outside."""
        if path not in self._modules:
            self._modules[path] = self._read(path)
        return self._modules[path]

    def trim(self) -> None:
        """Let go of what was read, if it is very much: it is read again when it is needed."""
        if len(self._modules) > MODULE_LIMIT:
            self.trimmed += 1
            self._modules.clear()
            self._bytes.clear()
            self._interest.forget_dyes()

    def parsed(self, path: str, text: str) -> Module | None:
        """The module, if it was parsed already and its text is this one."""
        module = self._modules.get(path)
        return module if module is not None and self.is_what_was_read(path, text) else None

    def is_what_was_read(self, path: str, text: str) -> bool:
        return self._bytes.get(path) == text.encode("utf-8", "replace")

    @contextmanager
    def lent(self, module: Module, keep: bool) -> Iterator[None]:
        """Take a module while it is checked; `keep`: for those who import from it, too."""
        before = self._modules.get(module.path)
        self._modules[module.path] = module
        try:
            yield
        finally:
            if not keep:
                self._interest.forget_dye(module.path)
                if before is None:
                    del self._modules[module.path]
                else:
                    self._modules[module.path] = before

    def _read(self, path: str) -> Module | None:
        if self._follow and path in self._folders:
            return Module(ast.Module([], []), path, "")
        data = self._data(path)
        if not self._follow or not data or not self._allowed(path):
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data, path)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return Module(tree, path, data.decode("utf-8", "replace"))

    def _allowed(self, path: str) -> bool:
        """Symbolic links that lead out of the project are not followed."""
        folder = os.path.dirname(path)
        root = self._root(folder) or self._base(folder)
        return _inside(os.path.realpath(path), os.path.realpath(root))

    def _data(self, path: str) -> bytes:
        data = self._bytes.get(path)
        if data is None:
            data = b""
            try:
                state = os.stat(path)
                if stat.S_ISREG(state.st_mode) and state.st_size <= SIZE_LIMIT:
                    with open(path, "rb") as file:
                        data = file.read()
            except OSError:
                pass
            data = self._bytes[path] = data.removeprefix(codecs.BOM_UTF8)
        return data

    def patching(self, importer: str) -> list[str]:
        """The files of the project around `importer` that look as if they patched a library:
        `requests.Session.request = ...`."""
        found = self._looking(importer, _patches)
        return [path for path in found if self.outlines.names_library(path)]

    def setting_sockets(self, importer: str) -> list[str]:
        """The files of the package around `importer` that look as if they set a default timeout for
        all sockets of the process, for good."""
        package = self._top_package(os.path.dirname(importer))
        if package is None:
            return []
        return [p for p in self._looking(importer, _sets_sockets) if _inside(p, package)]

    def _looking(self, importer: str, looks_so: Callable[[bytes], bool]) -> list[str]:
        """The files of the project around `importer` with such a text; asked for with each request.
        All its files are looked into, once. What tests do speaks only for tests."""
        asked = (importer, looks_so)
        if asked not in self._seen_from:
            self._seen_from[asked] = self._look_around(importer, looks_so)
        return self._seen_from[asked]

    def _look_around(self, importer: str, looks_so: Callable[[bytes], bool]) -> list[str]:
        if not self._follow or not os.path.isabs(importer):
            return []
        folder = os.path.dirname(importer)
        top = self._root(folder) or self._top_package(folder)
        if top is None:
            return [importer]
        key = (top, looks_so)
        if key not in self._looked:
            found = (path for path in self._python_files(top) if looks_so(self._data(path)))
            self._looked[key] = sorted(found)
        if _is_test(importer, top):
            return self._looked[key]
        return [path for path in self._looked[key] if not _is_test(path, top)]

    def is_set_elsewhere(self, path: str, attribute: str) -> bool:
        """Whether a file that imports the module at `path` seems to set an attribute of this name
        on objects of others. Judged by the look of the text."""
        return any(
            file != path and path in self.outlines.neighbours(file)
            for file in self._looking(path, _sets(attribute))
        )

    def _files_around(self, path: str) -> tuple[str, list[str]]:
        """The folder of the project around a file, and all its files; the file itself if there is
        none."""
        folder = os.path.dirname(path)
        top = self._root(folder) or self._top_package(folder) if self._follow else None
        if top is None or not os.path.isabs(path):
            return path, [path]
        return top, self._python_files(top)

    def files_near(self, path: str) -> list[str]:
        """The files that may import from one, itself among them; none where they are too many."""
        top, files = self._files_around(path)
        if top != path or not self._follow or not os.path.isabs(path):
            return files
        folder = os.path.dirname(path)
        return [os.path.join(folder, name) for name in self._names(folder) if name.endswith(".py")]

    def packages(self, path: str) -> list[str]:
        """The `__init__.py` of each package that a file is in."""
        found, folder = [], os.path.dirname(path)
        while "__init__.py" in self._names(folder) and os.path.dirname(folder) != folder:
            found.append(os.path.join(folder, "__init__.py"))
            folder = os.path.dirname(folder)
        return found

    def _top_package(self, folder: str) -> str | None:
        """The outermost package around a loose file; None if there is none."""
        base = self._base(folder)
        if folder == base:
            return None
        while os.path.dirname(folder) != base:
            folder = os.path.dirname(folder)
        return folder

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
            folders[:] = [f for f in folders if not f.startswith(".") and f not in _SKIPPED]
            found += [os.path.join(folder, n) for n in names if n.endswith(".py")]
            entries += len(names) + len(folders)
            if entries > FILE_LIMIT:
                return []
        return found

    # What is worth reading -------------------------------------------------------------------

    def matters(self, path: str, data: bytes | None = None) -> bool:
        """Whether a file can have findings at all. Cheap: no file is parsed."""
        if data is not None:
            self._bytes.setdefault(path, data.removeprefix(codecs.BOM_UTF8))
        return self._interest.of_file(path)

    def _make_dye(self, path: str) -> Dye | None:
        module = self.module(path)
        if module is None:
            return None
        return dye_for(self._proof(module))

    def evaluated_by(self, evaluator: Evaluator) -> None:
        """Who is asked what names of the project's modules are."""
        self._evaluator = evaluator

    def _proof(self, module: Module) -> Proof:
        assert self._evaluator is not None
        return Proof(module, self._evaluator, self._interest)

    def _forget(self, paths: Iterable[str]) -> None:
        """Answers that may be others by now."""
        for path in paths:
            module = self._modules.get(path)
            if module is not None:
                module.memo.clear()
                module.deep_memo.clear()
                module.rough_memo.clear()

    def survey(self, module: Module, always: Iterable[str]) -> Walk:
        """The calls, attribute assignments and classes of a module that can matter; `always`: names
        that matter wherever they stand."""
        path = module.path
        seeds = self._interest.seeds(path)
        if seeds is None:
            return walk(module.scope)
        names = [*always]
        if self.outlines.is_special(path):
            names += [*SPECIAL, *self._catalogue.words]
        seeds = seeds.with_names(names)
        dye = self._interest.dye(path)
        if dye is None or dye.statements.tree is not module.tree:
            if not any(name in module.text for name in (*seeds.names, *seeds.wrappers)):
                return Walk([], [], [])
            dye = dye_for(self._proof(module))
            if not names:
                self._interest.adopt(path, dye)
        return survey(dye, seeds)

    def names_library(self, path: str) -> bool:
        """Whether the text of a file names a library."""
        return self.outlines.names_library(path)

    def interesting(self, path: str, name: str) -> bool:
        """Whether a name of a module can have to do with a request. Cheap: nothing is parsed."""
        return self._interest.of_name(path, name)


def _patches(data: bytes) -> bool:
    """Whether a text looks as if it put something in the place of a library's function."""
    return any(data.endswith(_PATCHED, 0, match.start()) for match in _PATCH.finditer(data))


def _sets_sockets(data: bytes) -> bool:
    """Whether a text sets the default of all sockets; who reads it first sets it back."""
    return b".setdefaulttimeout" in data and b"getdefaulttimeout" not in data


@cache
def _sets(attribute: str) -> Callable[[bytes], bool]:
    """Tells whether a text sets an attribute of others than `self`, or puts something into it."""
    word = b"." + attribute.encode()
    store = re.compile(
        rb"(?:\.\w+|\b(?!self\b|cls\b)\w+)"
        + re.escape(word)
        + rb"(?:[ \t]*=[^=]|\[[^\]]*\][ \t]*=[^=]|\.(?:update|setdefault)\()"
    )
    return lambda data: word in data and store.search(data) is not None


def _is_test(path: str, top: str) -> bool:
    """Whether a file of the project at `top` is one of a test suite, by its name or a folder's."""
    *folders, name = os.path.relpath(path, top).split(os.sep)
    return (
        name.startswith(("test_", "conftest."))
        or name.endswith("_test.py")
        or not {"test", "tests"}.isdisjoint(folders)
    )


def _is_root(names: Set[str]) -> bool:
    """Whether a folder with these entries is that of a project. A `setup.py` among the modules of a
    package is a module."""
    found = MARKERS & names
    if "__init__.py" in names:
        found = found - {"setup.py"}
    return bool(found)


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)
