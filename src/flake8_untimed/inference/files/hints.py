"""What other files of a project seem to do, by the look of their texts: nothing is parsed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache

from flake8_untimed.inference.files.layout import Layout, inside, is_test_module
from flake8_untimed.inference.files.outline import Outlines, set_by_name
from flake8_untimed.libraries import Catalogue

_MODULES = 20
"""Files that are looked into for the calls of one function or client."""
_SETS_ANY = re.compile(rb"\bsetattr\(\s*(\w+)[\w.]*,\s*[^\"'\s]")


class Hints:
    """Answers for one project; every answer is kept."""

    def __init__(self, outlines: Outlines, layout: Layout, catalogue: Catalogue) -> None:
        self._outlines = outlines
        self._layout = layout
        self._catalogue = catalogue
        self._looked: dict[tuple[str, Callable[[bytes], bool]], list[str]] = {}
        self._by_name: dict[str, bool] = {}
        self._changing: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._seen_from: dict[tuple[str, Callable[[bytes], bool]], list[str]] = {}

    def patching(self, importer: str) -> list[str]:
        """The files of the project around `importer` that look as if they patched a library:
        `requests.Session.request = ...`."""
        found = self._looking(importer, self._catalogue.looks_patched)
        return [path for path in found if self._outlines.names_library(path)]

    def setting_sockets(self, importer: str) -> list[str]:
        """The files of the package around `importer`, and those that import it, that look as if they
        set a default timeout for all sockets of the process, for good."""
        package = self._layout.outermost_package(os.path.dirname(importer))
        return [
            path
            for path in self._looking(importer, _sets_sockets)
            if (package is not None and inside(path, package))
            or importer in self._outlines.neighbours(path)
        ]

    def _looking(self, importer: str, looks_so: Callable[[bytes], bool]) -> list[str]:
        """The files of the project around `importer` with such a text; asked for with each request.
        All its files are looked into, once. What tests do speaks only for tests."""
        asked = (importer, looks_so)
        if asked not in self._seen_from:
            self._seen_from[asked] = self._look_around(importer, looks_so)
        return self._seen_from[asked]

    def _look_around(self, importer: str, looks_so: Callable[[bytes], bool]) -> list[str]:
        top, files = self._layout.files_around(importer)
        key = (top, looks_so)
        if key not in self._looked:
            data = self._outlines.data
            self._looked[key] = sorted(path for path in files if looks_so(data(path)))
        if top == importer or _is_of_tests(importer, top):
            return self._looked[key]
        return [path for path in self._looked[key] if not _is_of_tests(path, top)]

    def is_set_elsewhere(self, path: str, attribute: str) -> bool:
        """Whether a file that imports the module at `path` seems to set an attribute of this name
        on objects of others. Judged by the look of the text."""
        return any(
            file != path and path in self._outlines.neighbours(file)
            for file in self._looking(path, _sets(attribute))
        ) or self._is_set_by_name(path)

    def _is_set_by_name(self, path: str) -> bool:
        """Whether other files set whatever attributes of what they import from the module at
        `path`: `setattr(settings, key, value)`."""
        if path not in self._by_name:
            files = self._looking(path, _by_name)
            self._by_name[path] = any(self._sets_any(f, path) for f in files if f != path)
        return self._by_name[path]

    def _sets_any(self, file: str, path: str) -> bool:
        uses = self._outlines.uses(file)
        roots = {root.decode() for root in _SETS_ANY.findall(self._outlines.data(file))}
        return any(
            path in (use.path, self._outlines.submodule(use.path, use.name))
            for root in roots
            for use in uses.get(root, ())
        )

    def importing(self, path: str) -> list[str]:
        """The other files that seem to import from the module at `path`, first those that name it,
        then those that name a package that hands on what it has."""
        folder, base = os.path.split(path)
        package = os.path.join(folder, "__init__.py")
        name = base.removesuffix(".py")
        names = [name]
        if path == package:
            names = [os.path.basename(folder)]
        elif name.encode() in self._outlines.data(package):
            names.append(os.path.basename(folder))
        found = dict.fromkeys(f for name in names for f in self._saying(path, name))
        return [f for f in found if f != path and path in self._outlines.neighbours(f)]

    def _saying(self, path: str, name: str) -> list[str]:
        """The files around one that say a word; beside a loose file those of its folder, which may
        import it."""
        if not self._layout.is_loose(path):
            return self._looking(path, _says(name))
        _, files = self._layout.files_near(path)
        return [file for file in files if _says(name)(self._outlines.data(file))]

    def first_importing(self, path: str) -> list[str]:
        """The first of these: not too many to look into."""
        return self.importing(path)[:_MODULES]

    def changing(self, path: str, name: str) -> list[tuple[str, str]]:
        """The files that seem to change what a name of the module at `path` holds
        (`session.mount(...)`, `configure(session)`), each with what it is called there."""
        key = (path, name)
        if key not in self._changing:
            self._changing[key] = [
                (file, spelled)
                for file in self._looking(path, _says(name))
                for spelled in self._spelled(file, path, name)
                if file != path and _changes(spelled).search(self._outlines.data(file))
            ]
        return self._changing[key]

    def _spelled(self, file: str, path: str, name: str) -> Iterator[str]:
        """What a file calls a name of the module at `path`: `session`, `http.session`."""
        for local, uses in self._outlines.uses(file).items():
            for use in uses:
                if (use.path, use.name) == (path, name):
                    yield local if use.way is None else use.way.replace("\\", "")


def _by_name(data: bytes) -> bool:
    """Whether a text sets attributes by names that it does not write down."""
    return b"setattr(" in data and _SETS_ANY.search(data) is not None


def _sets_sockets(data: bytes) -> bool:
    """Whether a text sets the default of all sockets; who reads it first sets it back."""
    return b".setdefaulttimeout" in data and b"getdefaulttimeout" not in data


@cache
def _sets(attribute: str) -> Callable[[bytes], bool]:
    """Tells whether a text sets an attribute of others than `self`, or puts something into it."""
    # The word comes first: it is looked for in many files.
    name = attribute.encode()
    word = re.escape(b"." + name)
    store = re.compile(
        rb"%b(?<=\w%b)(?<!\bself%b)(?<!\bcls%b)"
        rb"(?:[ \t]*=[^=]|\[[^\]]*\][ \t]*=[^=]|\.(?:update|setdefault)\()" % ((word,) * 4)
    )
    return lambda data: (
        name in data
        and (store.search(data) is not None or any(name == each for _, each in set_by_name(data)))
    )


@cache
def _says(name: str) -> Callable[[bytes], bool]:
    word = name.encode()
    return lambda data: word in data


def _changes(spelled: str) -> re.Pattern[bytes]:
    """What changes an object, or hands it to somebody who may."""
    name = re.escape(spelled).encode()
    return re.compile(
        rb"\b%b\.(?:\w+\.)*(?:(?:mount|update|setdefault)\(|\w+[ \t]*(?:=[^=]|\[))"
        rb"|[(,=]\s*%b\s*[,)]" % (name, name)
    )


def _is_of_tests(path: str, top: str) -> bool:
    """Whether a file of the project at `top` is one of a test suite, by its name or a folder's."""
    *folders, name = os.path.relpath(path, top).split(os.sep)
    return (
        is_test_module(name)
        or name.startswith("conftest.")
        or not {"test", "tests"}.isdisjoint(folders)
    )
