"""Which names of the project's modules can have anything to do with a request.

A name is of interest if its definition mentions a library, or another name that is of interest, in
its own module or imported from another. Judged by the look of the text, generously and without
parsing: it decides what is worth reading, never what is reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_untimed.inference.survey import HARMLESS, Dye, Seeds

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

_SPECIAL = re.compile(
    rb"\bimport_module\b|\b__import__\b|\bsetdefaulttimeout\b|\b_create_default_https_context\b"
    rb"|\bimport\b[^\n]*\\\r?\n|\r(?!\n)"
)
"""What may lead to a library in a way that is not seen here."""
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
    ways: dict[tuple[bytes, Node], str]
    """Of a local name that is a module, and something that is used of it: how that is spelled, as
    a regular expression: `app\\.http`."""


class Stain(NamedTuple):
    """Names of a module: those that may hold or give a client, wrappers, and what may be called."""

    names: frozenset[str]
    wrappers: frozenset[str]
    callables: frozenset[str]


NO_STAIN = Stain(frozenset(), frozenset(), frozenset())


class Interest:
    """Answers for one project cache; every answer is kept."""

    def __init__(
        self,
        data: Callable[[str], bytes],
        find: Callable[[str, str, int], str | None],
        submodule: Callable[[str, str], str | None],
        pattern: re.Pattern[bytes],
        words: frozenset[str],
        called: frozenset[str],
        make_dye: Callable[[str], Dye | None],
        keep: Callable[[], bool],
    ) -> None:
        self._data = data
        self._find = find
        self._submodule = submodule
        self._pattern = pattern
        self._words = words
        self._called = called
        self._make_dye = make_dye
        self._keep = keep
        self._dyes: dict[str, Dye | None] = {}
        self._stains: dict[str, Stain] = {}
        self._next: dict[str, tuple[str, ...]] = {}
        self._reached: dict[str, frozenset[str]] = {}
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
            return self._uses_seeds(path)
        outline = self._outline(path)
        if not any(
            self.of_name(*target)
            for local, targets in outline.imports.items()
            if local in outline.used
            for target in targets
        ) and not any(self.of_name(star, WHOLE) for star in outline.stars):
            return False
        return self._uses_seeds(path)

    def _uses_seeds(self, path: str) -> bool:
        """Whether a file does more with what it imports than can lead to nothing."""
        seeds = self.seeds(path)
        data = self._data(path)
        if seeds is None or _SPECIAL.search(data):
            return True
        if not (seeds.names or seeds.wrappers):
            return False
        names = "|".join(sorted(map(re.escape, seeds.names | seeds.wrappers)))
        pattern = re.compile(rf"\b({names})\b(?:\s*\.\s*(\w+)(\.)?)?".encode())
        text = _HARMLESS.sub(b"", _IMPORT.sub(b"", data))
        return any(
            not attribute
            or attribute.decode() in seeds.attributes
            or (more and name.decode() in self._roots_of(seeds))
            for name, attribute, more in pattern.findall(text)
        )

    @staticmethod
    def _roots_of(seeds: Seeds) -> frozenset[str]:
        return seeds.library.union(seeds.spelled)

    def seeds(self, path: str) -> Seeds | None:
        """The local names of a file that come from a library, or from where something of interest
        is, and what is worth asking for of them; None: any name may."""
        outline = self._outline(path)
        if WHOLE in outline.library:
            return None
        for module in self._neighbours(path):
            self._settle(module)
        return self._given(path)

    def wanted(self, path: str) -> frozenset[str]:
        """By which names senders, clients and wrappers are called in a file."""
        wanted = set(self._called)
        for module in self._reach(path):
            stain = self._stains.get(module, NO_STAIN)
            wanted |= stain.wrappers
            wanted |= stain.callables
        return frozenset(wanted)

    def dye(self, path: str) -> Dye | None:
        """The colours of a module, if they are kept."""
        return self._dyes.get(path)

    def forget_dyes(self) -> None:
        """Let go of what is kept only to be faster."""
        self._dyes.clear()

    # Colours of other modules ----------------------------------------------------------------

    def _reach(self, path: str) -> frozenset[str]:
        """The modules of interest that a file can get something from, through others too."""
        if path not in self._reached:
            found: dict[str, None] = {}
            queue = [path]
            for module in queue:
                for other in self._neighbours(module):
                    if other not in found:
                        found[other] = None
                        queue.append(other)
            self._reached[path] = frozenset(found)
        return self._reached[path]

    def _neighbours(self, path: str) -> tuple[str, ...]:
        if path not in self._next:
            outline = self._outline(path)
            found: dict[str, None] = {}
            for targets in outline.imports.values():
                for target in targets:
                    if target[0] not in found and self.of_name(*target):
                        found[target[0]] = None
                        submodule = self._submodule(target[0], target[1].decode("ascii", "replace"))
                        if submodule is not None:
                            found[submodule] = None
            for star in outline.stars:
                if self.of_name(star, WHOLE):
                    found[star] = None
            self._next[path] = tuple(found)
        return self._next[path]

    def _settle(self, path: str) -> None:
        """Colour a module and all that it can get something from: the smallest sets of names that
        agree with one another, so that it does not matter where one begins."""
        if path in self._stains:
            return
        modules = [m for m in (path, *sorted(self._reach(path))) if m not in self._stains]
        importers: dict[str, list[str]] = {}
        for module in modules:
            self._stains[module] = NO_STAIN
            for other in self._neighbours(module):
                importers.setdefault(other, []).append(module)
        queue = dict.fromkeys(modules)
        while queue:
            module = queue.popitem()[0]
            stain = self._stained(module)
            if stain != self._stains[module]:
                self._stains[module] = stain
                queue.update(dict.fromkeys(importers.get(module, ())))
        if not self._keep():
            self.forget_dyes()

    def _stained(self, path: str) -> Stain:
        given = self._given(path)
        if not (given.names or given.wrappers):
            return NO_STAIN
        if path not in self._dyes:
            self._dyes[path] = self._make_dye(path)
        dye = self._dyes[path]
        if dye is None:
            return Stain(given.names, given.wrappers, given.callables)
        dye.spread(given)
        return Stain(frozenset(dye.members), frozenset(dye.wrappers), frozenset(dye.callables))

    def _given(self, path: str) -> Seeds:
        """What a file's imports colour, as far as is known."""
        outline = self._outline(path)
        library = {name.decode() for name in outline.library}
        reached = [self._stains.get(module, NO_STAIN) for module in self._reach(path)]
        names = set(library)
        wrappers: set[str] = set()
        callables = set(names)
        spelled: dict[str, str] = {}
        for local, targets in outline.imports.items():
            name = local.decode("ascii", "replace")
            ways = []
            for target in targets:
                stain = self._stain_of(*target)
                if stain:
                    ways.append(outline.ways.get((local, target)))
                    names |= {name} if "v" in stain else set()
                    wrappers |= {name} if "w" in stain else set()
                    callables |= {name} if "c" in stain else set()
            if ways and None not in ways and local not in outline.library:
                spelled[name] = rf"\b(?:{'|'.join(sorted(ways))})\b"
        for star in outline.stars:
            stain = self._stains.get(star, NO_STAIN)
            names |= stain.names
            wrappers |= stain.wrappers
            callables |= stain.callables
        return Seeds(
            frozenset(names),
            frozenset(wrappers),
            frozenset(callables),
            spelled,
            frozenset(library),
            self._called.union(
                *(s.names for s in reached), *(s.wrappers for s in reached)
            ),
        )

    def _stain_of(self, path: str, name: bytes) -> str:
        """What is known of a name of a module, as letters: v, w, c."""
        stain = self._stains.get(path, NO_STAIN)
        word = name.decode("ascii", "replace")
        letters = (
            ("v" if word in stain.names else "")
            + ("w" if word in stain.wrappers else "")
            + ("c" if word in stain.callables else "")
        )
        if letters or word in self._outline(path).mentions:
            return letters
        submodule = self._submodule(path, word)
        return "v" if submodule is not None and self._stains.get(submodule, NO_STAIN).names else ""

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
        return not outline.library.isdisjoint(outline.mentions.get(name, ()))

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
        ways: dict[tuple[bytes, Node], str] = {}
        for match in _IMPORT.finditer(data):
            package, names, modules = match.groups()
            if modules is not None:
                self._read_import(path, modules, imports, library, ways)
            else:
                self._read_from(path, package, names, imports, library, stars, ways)
        mentions: dict[bytes, frozenset[bytes]] = {}
        used: frozenset[bytes] = frozenset()
        if imports or library or stars:
            mentions, used = self._read_chunks(data)
        return Outline(mentions, imports, tuple(stars), frozenset(library), used, ways)

    def _read_import(
        self,
        path: str,
        modules: bytes,
        imports: dict[bytes, tuple[Node, ...]],
        library: set[bytes],
        ways: dict[tuple[bytes, Node], str],
    ) -> None:
        for part in modules.split(b","):
            words = part.split()
            if not words:
                continue
            local = words[-1] if len(words) == 3 else words[0].partition(b".")[0]
            target = self._find(path, words[0].decode("ascii", "replace"), 0)
            if target is not None:
                spelled = local if len(words) == 3 else words[0]
                used = self._used_of(path, target, local, spelled, ways)
                imports[local] = (*imports.get(local, ()), *used)
            elif self._pattern.search(b"import " + words[0] + b"\n") or (
                # `import urllib`, where `urllib.request` is used.
                words[0].decode("ascii", "replace") in self._words and self.names_library(path)
            ):
                library.add(local)

    def _used_of(
        self,
        path: str,
        module: str,
        local: bytes,
        spelled: bytes,
        ways: dict[tuple[bytes, Node], str],
    ) -> tuple[Node, ...]:
        """The names of a module that a file uses: `module.name`, in its text."""
        pattern = rb"(?<![\w.])" + re.escape(spelled) + rb"\.(\w+)"
        found = tuple((module, name) for name in sorted(set(re.findall(pattern, self._data(path)))))
        for node in found:
            ways[local, node] = re.escape((spelled + b"." + node[1]).decode("ascii", "replace"))
        return found

    def _read_from(
        self,
        path: str,
        package: bytes,
        names: bytes,
        imports: dict[bytes, tuple[Node, ...]],
        library: set[bytes],
        stars: list[str],
        ways: dict[tuple[bytes, Node], str],
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
                found = self._used_of(path, submodule, local, local, ways)
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

