"""Which names of the project's modules can have anything to do with a request, and so which files.

Imports are read by the look of the text. A module that gets something from a library, or from
another module that does, is coloured (see `survey`): what of it others can import and use is its
stain. The stains of modules that import each other are the smallest that agree, so that it does not
matter where one begins. It decides what is worth reading, never what is reported.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from flake8_untimed.inference.files.outline import Outlines, Use
from flake8_untimed.inference.interest.seeds import DOT, Given, Seeds
from flake8_untimed.inference.interest.statements import places
from flake8_untimed.inference.interest.survey import Dye
from flake8_untimed.libraries import Catalogue

_ATTRIBUTE = re.compile(rf"{DOT}(\w+)")
_NOTHING: frozenset[str] = frozenset()


class Stain(NamedTuple):
    """What others can get from a module. The first four are names in it."""

    names: frozenset[str] = _NOTHING
    """What may hold or give a client."""
    wrappers: frozenset[str] = _NOTHING
    makers: frozenset[str] = _NOTHING
    callables: frozenset[str] = _NOTHING
    """What sends a request, or makes a client, when it is called."""
    attributes: frozenset[str] = _NOTHING
    """What its classes and their objects have that may hold or give a client."""
    held: frozenset[str] = _NOTHING
    """What objects that come from here may have that leads to something coloured, wherever it is
    defined."""
    wanted: frozenset[str] = _NOTHING
    """By which names wrappers and the like may be called, wherever they are defined."""
    touched: frozenset[str] = _NOTHING
    """Names whose definitions mention something coloured."""
    coloured: frozenset[str] = _NOTHING
    """All that leads on in the module itself, local names too."""

    def beyond(self, other: Stain) -> frozenset[str]:
        """The names of which more is known here than there."""
        return (
            (self.names - other.names)
            | (self.wrappers - other.wrappers)
            | (self.makers - other.makers)
            | (self.callables - other.callables)
        )


CLEAN = Stain()


class Interest:
    """Answers for one project cache; every answer is kept."""

    def __init__(
        self,
        outlines: Outlines,
        catalogue: Catalogue,
        make_dye: Callable[[str], Dye | None],
        forget: Callable[[Iterable[str]], None],
        filled: Callable[[str], frozenset[str]],
        named: frozenset[str],
    ) -> None:
        self._outlines = outlines
        self._catalogue = catalogue
        self._make_dye = make_dye
        self._forget = forget
        self._filled = filled
        self._named = named
        """Names of the user's own clients: they matter wherever they stand."""
        self._dyes: dict[str, Dye | None] = {}
        self._stains: dict[str, Stain] = {}
        self._no_seeds = Seeds(
            _NOTHING, _NOTHING, _NOTHING, _NOTHING, {}, {}, _NOTHING, _NOTHING,
            catalogue.givers, catalogue.senders,
        )  # fmt: skip
        self._settling = False
        self._denied: set[Use] = set()
        """The names of which was said, while stains are being found, that they are of no
        interest."""
        self._last: tuple[str, Seeds] | None = None
        """The file that was asked for last: it is asked for again when it is checked."""

    # Answers ---------------------------------------------------------------------------------

    def of_file(self, path: str) -> bool:
        """Whether a file can have findings: it does something with what it gets from a library, or
        from a module that does, that can lead to a request."""
        seeds = self.seeds(path)
        if seeds is None:
            return True
        if self._outlines.is_special(path):
            return True
        if not (seeds.names or seeds.wrappers):
            return False
        data = self._outlines.data(path).decode("latin-1")
        spans = self._outlines.of(path).spans
        leading = seeds.attributes | seeds.wanted
        names = seeds.names | seeds.wrappers
        return not all(map(str.isascii, names)) or any(
            not bisect_right(spans, place) % 2
            for name in names
            for place in _leading_places(data, name, seeds.spelled.get(name), leading)
        )

    def of_name(self, path: str, name: str) -> bool:
        """Whether a name of a module, or with `*` any, is of interest."""
        if name == "*":
            return self._of_any(path)
        for use in self._outlines.ends(Use(path, name, None)):
            if self._outlines.submodule(use.path, use.name) is not None:
                return True
            self._settle(use.path)
            stain = self._stains.get(use.path, CLEAN)
            if use.name in stain.touched or self._stain_of(use.path, use.name):
                return True
            self._denied.add(Use(use.path, use.name, None))
        return False

    def _of_any(self, path: str) -> bool:
        """Whether any name of a module is of interest, be it one that it only imports."""
        modules = [path]
        for module in modules:
            outline = self._outlines.of(module)
            uses = (use for uses in outline.imports.values() for use in uses)
            ends = {end for use in uses for end in self._outlines.ends(use)}
            for needed in (module, *(end.path for end in ends)):
                self._settle(needed)
            if self._stains.get(module, CLEAN).touched or outline.library:
                return True
            if any(self._stain_of(end.path, end.name) for end in ends):
                return True
            self._denied |= {Use(module, "*", None), *ends}
            modules += [star for star in outline.stars if star not in modules]
        return False

    def seeds(self, path: str) -> Seeds | None:
        """What a file gets from libraries, and from modules of interest; None: any of its names may
        be something of a library."""
        if "*" in self._outlines.of(path).library:
            return None
        if self._last is None or self._last[0] != path:
            neighbours = self._outlines.neighbours(path)
            for module in neighbours:
                if module not in self._stains:
                    self._settle(module)
            self._last = (path, self._given(path, self._shared(neighbours)))
        return self._last[1]

    def dye(self, path: str) -> Dye | None:
        """The colours of a module, if they are kept."""
        return self._dyes.get(path)

    def adopt(self, path: str, dye: Dye) -> None:
        """Keep the colours of a module that was checked before anybody asked for its stain."""
        self._dyes[path] = dye

    def forget_dye(self, path: str) -> None:
        """Let go of the colours of a module that is not kept."""
        self._dyes.pop(path, None)

    def forget_dyes(self) -> None:
        """Let go of what is kept only to be faster."""
        self._dyes.clear()

    # Stains ----------------------------------------------------------------------------------

    def _settle(self, path: str) -> None:
        """Find the stains of a module and of all that it imports, through others too."""
        if path in self._stains or self._settling:
            return
        self._settling = True
        try:
            components = self._components(path)
            for modules in components:
                self._settle_together(modules)
            if any(use.path not in self._stains for use in self._denied):
                # Nobody imports them in a way that is seen here, and still they were asked for.
                self._forget(module for modules in components for module in modules)
        finally:
            self._settling = False
            self._denied.clear()

    def _components(self, path: str) -> list[list[str]]:
        """A module and all that it imports that have no stain yet: those that import each other
        together, and what is imported before what imports it (Tarjan's algorithm)."""
        components: list[list[str]] = []
        order: dict[str, int] = {path: 0}
        lowest: dict[str, int] = {path: 0}
        open_ = [path]
        stack = [(path, iter(self._outlines.neighbours(path)))]
        while stack:
            module, others = stack[-1]
            for other in others:
                if other not in order and other not in self._stains:
                    order[other] = lowest[other] = len(order)
                    open_.append(other)
                    stack.append((other, iter(self._outlines.neighbours(other))))
                    break
                if other in lowest:
                    lowest[module] = min(lowest[module], order[other])
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    lowest[above] = min(lowest[above], lowest[module])
                if lowest[module] == order[module]:
                    place = open_.index(module)
                    components.append(open_[place:])
                    for member in open_[place:]:
                        del lowest[member]
                    del open_[place:]
        return components

    def _settle_together(self, modules: list[str]) -> None:
        """Find the stains of modules that import each other."""
        importers = self._importers(modules)
        below: dict[str, None] = {}
        for module in modules:
            self._stains[module] = CLEAN
            below.update(dict.fromkeys(self._outlines.neighbours(module)))
        shared = self._shared(below)
        queue = dict.fromkeys(modules)
        while queue:
            before = shared
            while queue:
                module = queue.popitem()[0]
                old, stain = self._stains[module], self._stained(module, shared)
                self._stains[module] = stain
                self._reconsider(module, stain, modules)
                for name in stain.beyond(old):
                    queue.update((m, None) for m in importers.get((module, name), ()))
                if stain != CLEAN and old == CLEAN:
                    queue.update((m, None) for m in importers.get((module, "*"), ()))
                elif stain != old:
                    queue.update((m, None) for m in importers.get((module, "* all"), ()))
            shared = self._shared([*below, *modules])
            if len(modules) > 1:
                fresh = (shared.held - before.held) | (shared.wanted - before.wanted)
                queue = dict.fromkeys(m for m in modules if self._speaks_of(m, fresh))
        for module in modules:
            stain = self._stains[module]
            if stain != CLEAN:
                self._stains[module] = stain._replace(held=shared.held, wanted=shared.wanted)

    def _reconsider(self, path: str, stain: Stain, modules: list[str]) -> None:
        """Forget what was evaluated in the belief that a name is of no interest, now that it is."""
        names = {*stain.touched, *stain.names, *stain.wrappers, *stain.callables, "*"}
        if stain != CLEAN and any(use.path == path and use.name in names for use in self._denied):
            self._denied.clear()
            self._forget(modules)

    def _importers(self, modules: list[str]) -> dict[tuple[str, str], list[str]]:
        """Who imports what, among some modules: (module, name) -> modules; as name `*` if all that
        counts is whether the module has something, `* all` for `from module import *`."""
        found: dict[tuple[str, str], list[str]] = {}
        if len(modules) == 1:
            return found
        for module in modules:
            outline = self._outlines.of(module)
            for uses in self._outlines.uses(module).values():
                for use in uses:
                    found.setdefault((use.path, use.name), []).append(module)
                    submodule = self._outlines.submodule(use.path, use.name)
                    if submodule is not None:
                        found.setdefault((submodule, "*"), []).append(module)
            for star in outline.stars:
                found.setdefault((star, "*"), []).append(module)
                found.setdefault((star, "* all"), []).append(module)
        return found

    def _shared(self, modules: Iterable[str]) -> Stain:
        """What objects that come from some modules may have, and how things are called there."""
        stains = [self._stains.get(module, CLEAN) for module in modules]
        return CLEAN._replace(
            held=_NOTHING.union(*(s.held for s in stains), *(s.attributes for s in stains)),
            wanted=_NOTHING.union(
                *(s.wanted for s in stains),
                *(s.wrappers for s in stains),
                *(s.callables for s in stains),
            ),
        )

    def _speaks_of(self, path: str, words: frozenset[str]) -> bool:
        dye = self._dyes.get(path)
        return dye is not None and dye.statements.mention(words)

    def _stained(self, path: str, shared: Stain) -> Stain:
        seeds = self._given(path, shared)
        if not (seeds.names or seeds.wrappers):
            return CLEAN
        if path not in self._dyes:
            library = frozenset(self._outlines.of(path).library)
            if seeds.names == library and not seeds.wrappers and self._outlines.only_sends(path):
                return Stain(library, callables=library, touched=self._outlines.defined(path))
            self._dyes[path] = self._make_dye(path)
        dye = self._dyes[path]
        if dye is None:
            return Stain(seeds.names, seeds.wrappers, seeds.makers, seeds.callables)
        dye.spread(seeds)
        return Stain(
            frozenset(dye.members),
            frozenset(dye.wrappers),
            frozenset(dye.makers),
            frozenset(dye.callables & (dye.members | dye.attributes | dye.wrappers)),
            frozenset(dye.attributes),
            touched=dye.touched(),
            coloured=frozenset(dye.names | dye.wrappers),
        )

    def leads(self, path: str, name: str | None) -> bool:
        """Whether a function or class of a module is coloured, or (None) anything of it, as far as
        that is known."""
        dye, stain = self._dyes.get(path), self._stains.get(path, CLEAN)
        if name is None:
            return bool(stain.names or stain.wrappers)
        if dye is not None:
            return name in dye.names or name in dye.wrappers
        return name in stain.coloured

    def _given(self, path: str, shared: Stain) -> Seeds:
        """What the imports of a file colour, as far as is known."""
        outline = self._outlines.of(path)
        given = Given(outline.library, self._catalogue)
        for local, uses in self._outlines.uses(path).items():
            given.take(local, [(use.way, self._stain_of(use.path, use.name)) for use in uses])
        for star in outline.stars:
            stain = self._stains.get(star, CLEAN)
            given.take_all(stain.names, stain.wrappers, stain.makers, stain.callables)
        given.take_all(self._filled(path))
        if self._named:
            data = self._outlines.data(path)
            own = {name for name in self._named if name.encode() in data}
            given.take_all(own, callables=own)
        if not (given.names or given.wrappers):
            return self._no_seeds
        return given.seeds(shared.held, shared.wanted)

    def _stain_of(self, path: str, name: str) -> str:
        """What is known of a name of a module, as letters: v (value), w (wrapper),
        m (maker), c (callable)."""
        stain = self._stains.get(path, CLEAN)
        letters = (
            ("v" if name in stain.names else "")
            + ("w" if name in stain.wrappers else "")
            + ("m" if name in stain.makers else "")
            + ("c" if name in stain.callables else "")
        )
        if letters:
            return letters
        submodule = self._outlines.submodule(path, name)
        if submodule is None:
            return ""
        every = (
            self._stains.get(m, CLEAN) for m in (submodule, *self._outlines.handed_on(submodule))
        )
        return "v" if any(s.names or s.wrappers for s in every) else ""


def _leading_places(
    text: str, name: str, way: str | None, leading: frozenset[str]
) -> Iterator[int]:
    """Where a name stands in a text, if it goes on to something that may lead further."""
    for place in places(text, name, way):
        attribute = _ATTRIBUTE.match(text, place + len(name)) if way is None else None
        if attribute is None or attribute[1] in leading:
            yield place
