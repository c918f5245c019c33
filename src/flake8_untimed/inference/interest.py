"""Which names of the project's modules can have anything to do with a request, and so which files.

Imports are read by the look of the text. A module that gets something from a library, or from
another module that does, is coloured (see `survey`): what of it others can import and use is its
stain. The stains of modules that import each other are the smallest that agree, so that it does not
matter where one begins. It decides what is worth reading, never what is reported.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_untimed.inference.survey import HARMLESS, Dye, Seeds

_IMPORT = re.compile(
    rb"(?:^[ \t]*|;[ \t]*)(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|(?:[^\n#;\\]|\\\r?\n)*)"
    rb"|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)
_ALIAS = re.compile(r"(\w+|\*)(?:\s+as\s+(\w+))?")
_COMMENT = re.compile(rb"#[^\n]*")
_SPECIAL = re.compile(
    rb"\bimport_module\b|\b__import__\b|\bsetdefaulttimeout\b|\b_create_default_https_context\b"
    rb"|\bimport\b[^\n]*\\\r?\n|\r(?!\n)"
)
"""What may lead to a library in a way that is not seen here."""
_IDLE = re.compile(
    r"(?:Error|Exception|Warning|Response|Auth|Status|Exceptions|exceptions|codes|utils|Timeout)$|^auth$"
)
"""Names that can be taken from a library without sending anything."""
_HARMLESS = re.compile(HARMLESS.pattern.encode())
_NOTHING: frozenset[str] = frozenset()


class Use(NamedTuple):
    """A name of a module of the project that a file imports."""

    path: str
    name: str
    way: str | None
    """Where the module is imported and the name is used of it: how that is spelled, as a regular
    expression: `app\\.http\\.session`."""


class Outline(NamedTuple):
    """The imports of a file."""

    imports: dict[str, tuple[Use, ...]]
    """Local name -> the names of the project that it may be."""
    stars: tuple[str, ...]
    library: frozenset[str]
    """Local names of things that come from a library; `*`: any name may."""
    spans: list[int]
    """Where import statements start and end, in turns."""


class Stain(NamedTuple):
    """What others can get from a module. The first three are names in it."""

    names: frozenset[str] = _NOTHING
    """What may hold or give a client."""
    wrappers: frozenset[str] = _NOTHING
    callables: frozenset[str] = _NOTHING
    """What sends a request, or makes a client, when it is called."""
    attributes: frozenset[str] = _NOTHING
    """What objects that come from here may have that leads to something coloured, wherever it is
    defined."""
    wanted: frozenset[str] = _NOTHING
    """By which names wrappers and the like may be called, wherever they are defined."""
    touched: frozenset[str] = _NOTHING
    """Names whose definitions mention something coloured."""


CLEAN = Stain()


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
        self._outlines: dict[str, Outline] = {}
        self._names: dict[str, bool] = {}

    # Answers ---------------------------------------------------------------------------------

    def names_library(self, path: str) -> bool:
        """Whether the text of a file names an HTTP library."""
        if path not in self._names:
            self._names[path] = self._pattern.search(self._data(path)) is not None
        return self._names[path]

    def of_file(self, path: str) -> bool:
        """Whether a file can have findings: it does something with what it gets from a library, or
        from a module that does, that can lead to a request."""
        seeds = self.seeds(path)
        if seeds is None:
            return True
        data = self._data(path)
        if self.names_library(path) and _SPECIAL.search(data):
            return True
        every = seeds.names | seeds.wrappers
        if not every:
            return False
        roots = seeds.library.union(seeds.spelled)
        names = "|".join(sorted(map(re.escape, every)))
        pattern = re.compile(rf"\b({names})\b(?:\s*\.\s*(\w+)(\.)?)?".encode())
        spans = self._outline(path).spans
        for match in pattern.finditer(data):
            name, attribute, more = match.groups()
            if (
                not attribute
                or attribute.decode() in seeds.attributes
                or (more and name.decode() in roots)
            ):
                place = match.start()
                if not (bisect_right(spans, place) % 2 or _HARMLESS.match(data, place)):
                    return True
        return False

    def of_name(self, path: str, name: str) -> bool:
        """Whether a name of a module, or with `*` any, is of interest."""
        self._settle(path)
        stain = self._stains[path]
        if name == "*":
            return bool(stain.touched or self._outline(path).library)
        return name in stain.touched or self._stain_of(path, name) != ""

    def seeds(self, path: str) -> Seeds | None:
        """What a file gets from libraries, and from modules of interest; None: any of its names may
        be something of a library."""
        if "*" in self._outline(path).library:
            return None
        for module in self._neighbours(path):
            self._settle(module)
        return self._given(path)[0]

    def wanted(self, path: str) -> frozenset[str]:
        """By which names senders, clients and wrappers of other modules are called in a file."""
        return self._called | self._given(path)[1]

    def dye(self, path: str) -> Dye | None:
        """The colours of a module, if they are kept."""
        return self._dyes.get(path)

    def forget_dyes(self) -> None:
        """Let go of what is kept only to be faster."""
        self._dyes.clear()

    # Stains ----------------------------------------------------------------------------------

    def _neighbours(self, path: str) -> tuple[str, ...]:
        """The modules of the project from which a file imports."""
        if path not in self._next:
            outline = self._outline(path)
            found = dict.fromkeys(outline.stars)
            for uses in outline.imports.values():
                for use in uses:
                    found[use.path] = None
                    submodule = self._submodule(use.path, use.name)
                    if submodule is not None:
                        found[submodule] = None
            self._next[path] = tuple(found)
        return self._next[path]

    def _settle(self, path: str) -> None:
        """Find the stains of a module and of all that it imports, through others too."""
        if path in self._stains:
            return
        importers: dict[str, list[str]] = {}
        modules = [path]
        self._stains[path] = CLEAN
        for module in modules:
            for other in self._neighbours(module):
                importers.setdefault(other, []).append(module)
                if other not in self._stains:
                    self._stains[other] = CLEAN
                    modules.append(other)
        queue = dict.fromkeys(modules)
        while queue:
            module = queue.popitem()[0]
            stain = self._stained(module)
            if stain != self._stains[module]:
                self._stains[module] = stain
                queue.update(dict.fromkeys(importers.get(module, ())))
        for module in modules:
            dye = self._dyes.get(module)
            if dye is not None:
                self._stains[module] = self._stains[module]._replace(touched=dye.touched())
        if not self._keep():
            self.forget_dyes()

    def _stained(self, path: str) -> Stain:
        seeds, wanted = self._given(path)
        if not (seeds.names or seeds.wrappers):
            return CLEAN
        if path not in self._dyes:
            self._dyes[path] = self._make_dye(path)
        dye = self._dyes[path]
        if dye is None:
            names, wrappers, callables = seeds.names, seeds.wrappers, seeds.callables
        else:
            dye.spread(seeds)
            names, wrappers = frozenset(dye.members), frozenset(dye.wrappers)
            callables = frozenset(dye.callables)
        return Stain(
            names,
            wrappers,
            callables,
            seeds.attributes.union(names, wrappers) - self._called,
            wanted.union(wrappers, callables),
        )

    def _given(self, path: str) -> tuple[Seeds, frozenset[str]]:
        """What the imports of a file colour, as far as is known, and what is wanted of it."""
        outline = self._outline(path)
        names, wrappers, callables = set(outline.library), set(), set(outline.library)
        spelled: dict[str, str] = {}
        sources: dict[str, None] = dict.fromkeys(outline.stars)
        for local, uses in outline.imports.items():
            ways = []
            for use in uses:
                letters = self._stain_of(use.path, use.name)
                if not letters:
                    continue
                ways.append(use.way)
                sources[use.path] = None
                submodule = self._submodule(use.path, use.name)
                if submodule is not None:
                    sources[submodule] = None
                if "v" in letters:
                    names.add(local)
                if "w" in letters:
                    wrappers.add(local)
                if "c" in letters:
                    callables.add(local)
            known = [way for way in ways if way is not None]
            if known and len(known) == len(ways) and local not in outline.library:
                spelled[local] = rf"\b(?:{'|'.join(sorted(known))})\b"
        stains = [self._stains[s] for s in sources if s in self._stains]
        for star in outline.stars:
            stain = self._stains.get(star, CLEAN)
            names |= stain.names
            wrappers |= stain.wrappers
            callables |= stain.callables
        seeds = Seeds(
            frozenset(names),
            frozenset(wrappers),
            frozenset(callables),
            spelled,
            outline.library,
            self._called.union(*(stain.attributes for stain in stains)),
        )
        return seeds, _NOTHING.union(*(stain.wanted for stain in stains))

    def _stain_of(self, path: str, name: str) -> str:
        """What is known of a name of a module, as letters: v (value), w (wrapper), c (callable)."""
        stain = self._stains.get(path, CLEAN)
        letters = (
            ("v" if name in stain.names else "")
            + ("w" if name in stain.wrappers else "")
            + ("c" if name in stain.callables else "")
        )
        if letters:
            return letters
        submodule = self._submodule(path, name)
        stain = self._stains.get(submodule, CLEAN) if submodule is not None else CLEAN
        return "v" if stain.names or stain.wrappers else ""

    # Reading a text --------------------------------------------------------------------------

    def _outline(self, path: str) -> Outline:
        if path not in self._outlines:
            self._outlines[path] = self._read(path)
        return self._outlines[path]

    def _read(self, path: str) -> Outline:
        data = self._data(path)
        imports: dict[str, tuple[Use, ...]] = {}
        library: set[str] = set()
        stars: list[str] = []
        spans: list[int] = []
        for match in _IMPORT.finditer(data):
            spans += match.span()
            package, names, modules = match.groups()
            found = (
                self._read_import(path, modules.decode("ascii", "replace"), library)
                if modules is not None
                else self._read_from(path, package.decode("ascii", "replace"), names, library)
            )
            for local, uses in found:
                if local == "*":
                    stars.append(uses[0].path)
                else:
                    imports[local] = (*imports.get(local, ()), *uses)
        return Outline(imports, tuple(stars), frozenset(library), spans)

    def _read_import(
        self, path: str, modules: str, library: set[str]
    ) -> Iterator[tuple[str, tuple[Use, ...]]]:
        for part in modules.split(","):
            words = part.split()
            if not words:
                continue
            dotted = words[0]
            local = words[-1] if len(words) == 3 else dotted.partition(".")[0]
            target = self._find(path, dotted, 0)
            if target is not None:
                spelled = local if len(words) == 3 else dotted
                yield local, self._used_of(path, target, spelled)
            elif self.names_library(path) and (
                # `import urllib`, where `urllib.request` is used.
                dotted in self._words or self._pattern.search(f"import {dotted}\n".encode())
            ):
                library.add(local)

    def _used_of(self, path: str, module: str, spelled: str) -> tuple[Use, ...]:
        """The names of a module that a file uses: `module.name`, in its text."""
        pattern = re.compile(rf"(?<![\w.]){re.escape(spelled)}\.(\w+)".encode())
        names = sorted({name.decode() for name in pattern.findall(self._data(path))})
        return tuple(Use(module, name, re.escape(f"{spelled}.{name}")) for name in names)

    def _read_from(
        self, path: str, package: str, names: bytes, library: set[str]
    ) -> Iterator[tuple[str, tuple[Use, ...]]]:
        dotted = package.lstrip(".")
        level = len(package) - len(dotted)
        target = self._find(path, dotted, level)
        if target is None and (level or not self.names_library(path)):
            return
        if b"#" in names:
            names = _COMMENT.sub(b"", names)
        listed = names.decode("ascii", "replace").strip("() \t\r\n").replace("\\", " ")
        if target is None:
            if self._pattern.search(f"from {package} import {listed}".encode()):
                library.update(a or n for n, a in _ALIAS.findall(listed) if not _IDLE.search(n))
            return
        for name, alias in _ALIAS.findall(listed):
            if name == "*":
                yield "*", (Use(target, "*", None),)
                continue
            local = alias or name
            submodule = self._submodule(target, name)
            if submodule is None:
                yield local, (Use(target, name, None),)
            else:
                yield local, self._used_of(path, submodule, local)
