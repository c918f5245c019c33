"""Which names of the project's modules can have anything to do with a request.

A name is of interest if its definition mentions a library, or another name that is of interest, in
its own module or imported from another. Judged by the look of the text, generously and without
parsing: it decides what is worth reading, never what is reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_untimed.inference.survey import HARMLESS

_IMPORT = re.compile(
    rb"(?:^[ \t]*|;[ \t]*)(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|(?:[^\n#;\\]|\\\r?\n)*)"
    rb"|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)
_ALIAS = re.compile(rb"(\w+|\*)(?:\s+as\s+(\w+))?")
_COMMENT = re.compile(rb"#[^\n]*")
_QUOTED = re.compile(rb"([\"'])[\w.]*\1")
_CHUNK = re.compile(rb"^(?=[^\s#)\]}'\"])", re.MULTILINE)
_BOUND = re.compile(
    rb"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|((?:\w+[ \t]*,[ \t]*)*\w+)[ \t]*(?::[^=\n]+)?="
)
_BOUND_WITHIN = re.compile(
    rb"^[ \t]+(?:async[ \t]+)?(?:(?:def|class)[ \t]+(\w+)|(\w+)[ \t]*=)", re.MULTILINE
)
_IDENTIFIER = re.compile(rb"[A-Za-z_]\w*")

_IDLE = re.compile(
    rb"(?:Error|Exception|Warning|Response|Auth|Status|Exceptions|exceptions|codes|utils|Timeout)$|^auth$"
)
"""Names that can be taken from a library without sending anything."""
_HARMLESS = re.compile(HARMLESS.pattern.encode())

WHOLE = b"*"
"""Stands for all names of a module."""
Node = tuple[str, bytes]


class Outline(NamedTuple):
    """A module by the look of its text."""

    mentions: dict[bytes, frozenset[bytes]]
    """Top-level name -> the identifiers in its definitions."""
    imports: dict[bytes, tuple[Node, ...]]
    """Local name -> the names of the project that it may be."""
    stars: tuple[str, ...]
    library: frozenset[bytes]
    """Local names of things that come from a library."""
    used: frozenset[bytes]
    """All identifiers outside of imports and of quoted names."""


class Interest:
    """Answers for one project cache; every answer is kept."""

    def __init__(
        self,
        data: Callable[[str], bytes],
        find: Callable[[str, str, int], str | None],
        submodule: Callable[[str, str], str | None],
        pattern: re.Pattern[bytes],
        coloured: Callable[[str, frozenset[str]], frozenset[str] | None],
    ) -> None:
        self._data = data
        self._find = find
        self._submodule = submodule
        self._pattern = pattern
        self._coloured = coloured
        self._colours: dict[str, frozenset[bytes]] = {}
        self._outlines: dict[str, Outline] = {}
        self._known: dict[Node, bool] = {}
        self._names: dict[str, bool] = {}

    def names_library(self, path: str) -> bool:
        """Whether the text of a file names an HTTP library."""
        if path not in self._names:
            self._names[path] = self._pattern.search(self._data(path)) is not None
        return self._names[path]

    def of_file(self, path: str) -> bool:
        """Whether a file can have findings: it names a library, or imports what is of interest."""
        if self.names_library(path):
            return True
        outline = self._outline(path)
        return any(
            self.of_name(*target)
            for local, targets in outline.imports.items()
            if local in outline.used
            for target in targets
        ) or any(self.of_name(star, WHOLE) for star in outline.stars)

    def dye(self, path: str) -> frozenset[str] | None:
        """The local names of a file that come from a library, or from where something of interest
        is; None: any name may."""
        outline = self._outline(path)
        if WHOLE in outline.library or any(self.of_name(s, WHOLE) for s in outline.stars):
            return None
        names = {name.decode() for name in outline.library}
        for local, targets in outline.imports.items():
            if local in outline.used and any(self.of_name(*target) for target in targets):
                names.add(local.decode("ascii", "replace"))
        return frozenset(names)

    def of_name(self, path: str, name: bytes) -> bool:
        """Whether a name of a module is of interest."""
        start = (path, name)
        if start in self._known:
            return self._known[start]
        before: dict[Node, Node | None] = {start: None}
        queue = [start]
        for node in queue:
            if self._known.get(node) or self._is_library(node):
                step: Node | None = node
                while step is not None:
                    self._known[step] = True
                    step = before[step]
                return True
            if node in self._known:
                continue
            for other in self._leads_to(node):
                if other not in before:
                    before[other] = node
                    queue.append(other)
        for node in before:
            self._known[node] = False
        return False

    def _is_library(self, node: Node) -> bool:
        path, name = node
        if not self.names_library(path):
            return False
        outline = self._outline(path)
        if name == WHOLE:
            return bool(outline.library)
        if name in outline.library:
            return True
        if not outline.library or name not in outline.mentions:
            return False
        if path not in self._colours:
            library = frozenset(n.decode() for n in outline.library)
            names = self._coloured(path, library)
            self._colours[path] = (
                frozenset(outline.mentions)
                if names is None
                else frozenset(n.encode("ascii", "replace") for n in names)
            )
        return name in self._colours[path]

    def _leads_to(self, node: Node) -> Iterator[Node]:
        path, name = node
        outline = self._outline(path)
        if name == WHOLE:
            for own in (*outline.mentions, *outline.imports):
                yield path, own
        else:
            yield from outline.imports.get(name, ())
            for word in outline.mentions.get(name, ()):
                if word != name and (word in outline.mentions or word in outline.imports):
                    yield path, word
            if name not in outline.mentions and name not in outline.imports:
                submodule = self._submodule(path, name.decode("ascii", "replace"))
                if submodule is not None:
                    yield submodule, WHOLE
        for star in outline.stars:
            yield star, name

    # Reading a text --------------------------------------------------------------------------

    def _outline(self, path: str) -> Outline:
        if path not in self._outlines:
            self._outlines[path] = self._read(path)
        return self._outlines[path]

    def _read(self, path: str) -> Outline:
        data = self._data(path)
        imports: dict[bytes, tuple[Node, ...]] = {}
        library: set[bytes] = set()
        stars: list[str] = []
        for match in _IMPORT.finditer(data):
            package, names, modules = match.groups()
            if modules is not None:
                self._read_import(path, modules, imports, library)
            else:
                self._read_from(path, package, names, imports, library, stars)
        mentions: dict[bytes, frozenset[bytes]] = {}
        used: frozenset[bytes] = frozenset()
        if imports or library or stars:
            mentions, used = self._read_chunks(data)
        return Outline(mentions, imports, tuple(stars), frozenset(library), used)

    def _read_import(
        self,
        path: str,
        modules: bytes,
        imports: dict[bytes, tuple[Node, ...]],
        library: set[bytes],
    ) -> None:
        for part in modules.split(b","):
            words = part.split()
            if not words:
                continue
            local = words[-1] if len(words) == 3 else words[0].partition(b".")[0]
            target = self._find(path, words[0].decode("ascii", "replace"), 0)
            if target is not None:
                spelled = local if len(words) == 3 else words[0]
                used = self._used_of(path, target, spelled)
                imports[local] = (*imports.get(local, ()), *used)
            elif self._pattern.search(b"import " + words[0] + b"\n"):
                library.add(local)

    def _used_of(self, path: str, module: str, spelled: bytes) -> tuple[Node, ...]:
        """The names of a module that a file uses: `module.name`, in its text."""
        pattern = rb"(?<![\w.])" + re.escape(spelled) + rb"\.(\w+)"
        return tuple((module, name) for name in sorted(set(re.findall(pattern, self._data(path)))))

    def _read_from(
        self,
        path: str,
        package: bytes,
        names: bytes,
        imports: dict[bytes, tuple[Node, ...]],
        library: set[bytes],
        stars: list[str],
    ) -> None:
        text = package.decode("ascii", "replace")
        dotted = text.lstrip(".")
        level = len(text) - len(dotted)
        target = self._find(path, dotted, level)
        listed = _COMMENT.sub(b"", names).strip(b"() \t\r\n").replace(b"\\", b" ")
        if target is None:
            if not level and self._pattern.search(b"from " + package + b" import " + listed):
                library.update((a or n) for n, a in _ALIAS.findall(listed) if not _IDLE.search(n))
                if b"*" in listed:
                    library.add(WHOLE)
            return
        for name, alias in _ALIAS.findall(listed):
            if name == b"*":
                stars.append(target)
                continue
            local = alias or name
            found: tuple[Node, ...] = ((target, name),)
            submodule = self._submodule(target, name.decode("ascii", "replace"))
            if submodule is not None:
                found = self._used_of(path, submodule, local)
            imports[local] = (*imports.get(local, ()), *found)

    @staticmethod
    def _read_chunks(data: bytes) -> tuple[dict[bytes, frozenset[bytes]], frozenset[bytes]]:
        """The identifiers in each top-level statement, under the names that it binds; and all."""
        mentions: dict[bytes, frozenset[bytes]] = {}
        used: set[bytes] = set()
        decorators: frozenset[bytes] = frozenset()
        for chunk in _CHUNK.split(_HARMLESS.sub(b"", data)):
            if chunk.startswith((b"from ", b"import ")):
                continue
            if not chunk.startswith((b"def ", b"class ", b"async ", b"@")):
                chunk = _QUOTED.sub(b"", _IMPORT.sub(b"", chunk))
            words = frozenset(_IDENTIFIER.findall(chunk)) | decorators
            used |= words
            if chunk.startswith(b"@"):
                decorators = words
                continue
            decorators = frozenset()
            bound = _BOUND.match(chunk)
            if bound is not None:
                names = [bound[1]] if bound[1] else [n.strip() for n in bound[2].split(b",")]
            else:
                names = [a or b for a, b in _BOUND_WITHIN.findall(chunk)]
            for name in names:
                mentions[name] = mentions.get(name, frozenset()) | words
        return mentions, frozenset(used)
