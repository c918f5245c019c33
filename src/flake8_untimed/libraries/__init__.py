"""Knowledge of HTTP libraries: one module a library, found by pkgutil, and the look-ups over them.

A module of this folder is a library when it has an attribute `LIBRARY`. Adding a library is adding
a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules
from typing import TypeVar

from flake8_untimed.libraries.model import Client, Constructor, Library, Sender, Switch

__all__ = ["ALL", "Catalogue", "catalogue"]

_T = TypeVar("_T")

_GIVERS = frozenset(
    ("partial", "partialmethod", "import_module", "__import__", "importorskip", "get", "pop",
     "popitem", "popleft", "setdefault", "values", "items", "copy", "enter_context",
     "enter_async_context", "__enter__", "__aenter__", "__call__", "__self__", "func", "acquire")
)  # fmt: skip
"""What gives what it holds or finds, and belongs to no library."""
_DECIDERS = frozenset(
    ("setdefaulttimeout", "mount", "headers", "auth", "partial", "partialmethod", "import_module",
     "__import__", "importorskip")
)  # fmt: skip
"""What changes how requests are sent, or leads to senders, and belongs to no library."""
_SETS = re.compile(rb"(?<![\w.])setattr\(\s*[\w.]+")
_VENDOR_FOLDERS = frozenset({"_vendor", "vendor", "vendored", "_vendored", "packages", "extern"})


def _discover() -> tuple[Library, ...]:
    """The libraries of this folder, in the order of their modules' names."""
    modules = (import_module(f"{__name__}.{m.name}") for m in iter_modules(__path__))
    return tuple(
        module.LIBRARY
        for module in sorted(modules, key=lambda module: module.__name__)
        if hasattr(module, "LIBRARY")
    )


ALL: tuple[Library, ...] = _discover()


class Catalogue:
    """Look-ups by canonical dotted path over a set of libraries. Immutable; built once for each
    set of disabled libraries by `catalogue`."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        self.libraries = tuple(libraries)
        self._senders: dict[str, Sender] = {}
        self._clients: dict[str, Client] = {}
        self._factories: dict[str, str] = {}
        self._carriers: dict[str, Constructor] = {}
        self._contexts: dict[str, Constructor] = {}
        self._timeout_types: set[str] = set()
        self._aliases: dict[str, str] = {}
        self._owners: dict[str, Library] = {}
        for library in self.libraries:
            self._add(library)

    def _add(self, library: Library) -> None:
        self._senders.update(library.functions)
        self._clients.update({c.path: _inherit(c) for c in library.clients})
        self._factories.update(library.factories)
        self._carriers.update({c.path: c for c in library.carriers})
        self._contexts.update({c.path: c for c in library.contexts})
        self._timeout_types.update(t.path for t in library.timeout_types)
        self._aliases.update(library.aliases)
        for path in _paths(library):
            self._owners.setdefault(path, library)

    def sender(self, path: str) -> Sender | None:
        """The function of a module at `path`: `requests.get`."""
        return self._senders.get(path)

    def client(self, path: str) -> Client | None:
        """The client class at `path`, the senders and attributes of its bases merged in."""
        return self._clients.get(path)

    def sending(self, owner: str, name: str) -> tuple[Client | None, Sender | None]:
        """The sender `name` of the module, client or carrier at `owner`, with the client if it is
        one's."""
        client = self._clients.get(owner)
        if client is not None:
            return client, client.senders.get(name)
        carrier = self._carriers.get(owner)
        if carrier is not None:
            return None, carrier.senders.get(name)
        return None, self._senders.get(self.canonical(f"{owner}.{name}"))

    def ancestry(self, client: Client) -> Iterator[str]:
        """The paths of a client's class and of its bases, the nearest first."""
        yield client.path
        for base in client.bases:
            yield from self.ancestry(_BASES[base][0])

    def factory(self, path: str) -> str | None:
        """The path of the client that the function at `path` returns."""
        return self._factories.get(path)

    def carrier(self, path: str) -> Constructor | None:
        """The connector, transport or adapter at `path`."""
        return self._carriers.get(path)

    def context(self, path: str) -> Constructor | None:
        """The function at `path` that makes an SSL context."""
        return self._contexts.get(path)

    def is_timeout(self, path: str) -> bool:
        """Whether the class at `path` is the timeout of some library."""
        return path in self._timeout_types

    def library_of(self, path: str) -> Library | None:
        """The library that knows `path`, or in whose package it lies."""
        return _longest(self._owners, path)[0]

    def canonical(self, path: str) -> str:
        """`path` under the name by which the look-ups know it: out of vendored copies
        (`pip._vendor.requests.get`) and over the other import paths (`requests.api.get`)."""
        path = self._unvendored(path)
        target, rest = _longest(self._aliases, path)
        return path if target is None else target + rest

    def _unvendored(self, path: str) -> str:
        parts = path.split(".")
        for i in range(len(parts) - 2, -1, -1):
            if parts[i] in _VENDOR_FOLDERS and parts[i + 1] in self._vendored:
                return ".".join(parts[i + 1 :])
        return path

    @cached_property
    def _vendored(self) -> frozenset[str]:
        packages = {p for lib in self.libraries if lib.vendored for p in lib.packages}
        # six, by which the standard library's modules go under names of its own.
        others = {alias.partition(".")[0] for alias in self._aliases} - {
            p.partition(".")[0] for lib in self.libraries for p in lib.packages
        }
        return frozenset(packages | others)

    @cached_property
    def words(self) -> frozenset[str]:
        """The top-level names of all packages."""
        packages = {p for lib in self.libraries for p in lib.packages}
        return frozenset(p.partition(".")[0] for p in packages) - {"http"}

    @cached_property
    def telling(self) -> frozenset[str]:
        """The parameters of senders that matter for themselves, whoever hands them on: switches of
        verification, and bodies as text."""
        return self.texts | {s.name for sender in self._every_sender() for s in sender.switches}

    @cached_property
    def mocks(self) -> dict[str, list[Library]]:
        """What tests put in the place of libraries, each with these."""
        mocks: dict[str, list[Library]] = {}
        for library in self.libraries:
            for name in library.mocks:
                mocks.setdefault(name, []).append(library)
        return mocks

    @cached_property
    def texts(self) -> frozenset[str]:
        """The parameters of senders that take a body as text."""
        bodies = (sender.body for sender in self._every_sender())
        return frozenset(name for body in bodies if body for name in body.text)

    def _every_sender(self) -> Iterator[Sender]:
        yield from self._senders.values()
        for client in self._clients.values():
            yield from client.senders.values()

    @cached_property
    def givers(self) -> frozenset[str]:
        """The last names of all whose results may lead to a request: the catalogue's classes and
        factories, and what hands out what it holds."""
        return _GIVERS | self._made

    @cached_property
    def _made(self) -> frozenset[str]:
        """The last names of the classes and the factories."""
        paths = (
            *self._clients, *self._factories, *self._carriers, *self._contexts,
            *self._timeout_types, *self._aliases,
        )  # fmt: skip
        return self.parts.union(path.rpartition(".")[2] for path in paths)

    @cached_property
    def parts(self) -> frozenset[str]:
        """The methods of clients that return another one with the same default."""
        return frozenset(name for client in self._clients.values() for name in client.parts)

    @cached_property
    def senders(self) -> frozenset[str]:
        """The last names of all that sends a request or makes a client when it is called, or
        decides how requests are sent."""
        owners: list[Client | Constructor] = [*self._clients.values(), *self._carriers.values()]
        return _DECIDERS.union(
            self._made,
            (path.rpartition(".")[2] for path in self._senders),
            (name for owner in owners for name in owner.senders),
            (name for client in self._clients.values() for name in _attributes(client)),
        )

    @cached_property
    def _children(self) -> dict[str, set[str]]:
        """What is known below each dotted path: the next name."""
        children: dict[str, set[str]] = {}
        known = (
            *self._senders, *self._clients, *self._factories, *self._carriers, *self._contexts,
            *self._timeout_types, *self._aliases, *self._aliases.values(),
        )  # fmt: skip
        for path in known:
            parent, _, name = path.rpartition(".")
            children.setdefault(path, set())
            while parent:
                children.setdefault(parent, set(_VENDOR_FOLDERS)).add(name)
                parent, _, name = parent.rpartition(".")
        return children

    def children(self, path: str) -> frozenset[str] | None:
        """The names below a dotted path that lead to something known; None where the path leads to
        nothing itself."""
        found = (self._children.get(path), self._children.get(self.canonical(path)))
        return None if found == (None, None) else frozenset().union(*(f for f in found if f))

    def is_named(self, data: bytes) -> bool:
        """Whether the bytes of a file name any of the libraries' packages. A fast first filter: it
        may find one where none is used, and must not miss one that is."""
        return self._pattern.search(data) is not None

    def is_hinted(self, imports: bytes) -> bool:
        """Whether import statements may name the package around one of the libraries' packages:
        `import urllib`, with `urllib.request` further down."""
        return any(word in imports for word in self._parents)

    def looks_patched(self, data: bytes) -> bool:
        """Whether the bytes of a file look as if it put something in the place of what sends a
        request: `requests.Session.request = ...`. It may err in both ways."""
        owners, pattern = self._patching
        ends = [match.start() for match in pattern.finditer(data)]
        if b"setattr(" in data:
            ends += [match.end() for match in _SETS.finditer(data)]
        return any(data.endswith(owners, 0, end) for end in ends)

    @cached_property
    def _patching(self) -> tuple[tuple[bytes, ...], re.Pattern[bytes]]:
        """The last names of modules and classes, and the look of what is assigned to theirs."""
        paths = [
            *self._senders,
            *(
                f"{client.path}.{name}"
                for client in self._clients.values()
                for name in client.senders
            ),
            *(f"{c.path}.{name}" for c in self._carriers.values() for name in c.senders),
            *(path for library in self.libraries for path in library.timeouts.made_by),
            *(f"{alias}." for alias in self._aliases),
        ]
        owners, names = zip(*(path.split(".")[-2:] for path in paths if path), strict=True)
        words = "|".join(sorted({re.escape(name) for name in names if name}))
        pattern = re.compile(rf"\.(?:{words})[ \t]*=[^=]".encode())
        return tuple(sorted({owner.encode() for owner in owners})), pattern

    @cached_property
    def _parents(self) -> frozenset[bytes]:
        packages = {p for library in self.libraries for p in library.packages if "." in p}
        return frozenset(package.partition(".")[0].encode() for package in packages)

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        """Finds the names of the libraries' packages in the bytes of a file."""
        words = {w for library in self.libraries for w in (*library.packages, *library.mentions)}
        # Parted by the first letter, `re` gives most words of a text up at once.
        by_letter = groupby(sorted(words), key=lambda word: word[0])
        groups = (
            f"{letter}(?:{'|'.join(_mention(word)[1:] for word in group)})"
            for letter, group in by_letter
        )
        return re.compile(rf"\b(?:{'|'.join(groups)})".encode() if words else b"(?!)")


@cache
def catalogue(disabled: frozenset[str] = frozenset()) -> Catalogue:
    """The catalogue of all libraries but those named in `disabled`."""
    return Catalogue(library for library in ALL if library.name not in disabled)


def _longest(table: Mapping[str, _T], path: str) -> tuple[_T | None, str]:
    """The entry of the longest prefix of `path` that ends at a dot, and what follows it."""
    prefix = path
    while prefix:
        if prefix in table:
            return table[prefix], path[len(prefix) :]
        prefix = prefix.rpartition(".")[0]
    return None, path


def _paths(library: Library) -> Iterable[str]:
    """Every dotted path that belongs to the library."""
    yield from library.functions
    yield from (client.path for client in library.clients)
    yield from library.factories
    for constructor in (*library.carriers, *library.contexts):
        yield constructor.path
    yield from (type_.path for type_ in library.timeout_types)
    yield from library.packages


@cache
def _inherit(client: Client) -> Client:
    """`client` with what its bases say, its own word first. Bases of disabled libraries count
    too: the class inherits from them all the same."""
    for path in client.bases:
        base, library = _BASES[path]
        base = _inherit(base)
        senders = {
            name: sender if sender.timeouts else replace(sender, timeouts=library.timeouts)
            for name, sender in base.senders.items()
        }
        client = replace(
            client,
            senders={**senders, **client.senders},
            settable=_merged(client.settable, base.settable),
            mappings={**base.mappings, **client.mappings},
            idle=_merged(client.idle, base.idle),
            switches=_switches(client.switches, base.switches),
            parts={**base.parts, **client.parts},
        )
    return client


_BASES = {client.path: (client, library) for library in ALL for client in library.clients}


def _attributes(client: Client) -> tuple[str, ...]:
    return (*client.settable, *client.idle, *(switch.name for switch in client.switches))


def _merged(own: tuple[str, ...], inherited: tuple[str, ...]) -> tuple[str, ...]:
    return (*own, *(name for name in inherited if name not in own))


def _switches(own: tuple[Switch, ...], inherited: tuple[Switch, ...]) -> tuple[Switch, ...]:
    names = {switch.name for switch in own}
    return (*own, *(switch for switch in inherited if switch.name not in names))


def _mention(package: str) -> str:
    """A regular expression for the name of a package in the text of a module, from the start of a
    word on. A dotted package can also be written `from urllib import request`."""
    parent, _, child = package.rpartition(".")
    if not parent:
        return rf"{re.escape(child)}\b"
    space = r"[\s\\]"  # The backslash of a continued line too.
    return rf"{re.escape(parent)}(?:{space}*\.{space}*{re.escape(child)}\b|{space}+import\b)"
