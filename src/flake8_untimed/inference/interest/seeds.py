"""What a module gets from libraries and from other modules: what a survey begins with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from flake8_untimed.libraries import Catalogue

DOT = r"[\s\\]*\.[\s\\]*"
"""A regular expression for the dot of an attribute."""


class Seeds(NamedTuple):
    """What is known beforehand of a module's names."""

    names: frozenset[str]
    """Local names of what comes from a library, or may hold or give a client."""
    wrappers: frozenset[str]
    """Those of functions that hand on what they are given."""
    makers: frozenset[str]
    """Those of functions and classes that make what is called so."""
    callables: frozenset[str]
    """Those of what sends a request or makes a client when it is called."""
    spelled: Mapping[str, str]
    """Of names of modules: a regular expression for how they must go on to be of interest
    (`app.http`, not `app.text`)."""
    given: Mapping[str, str]
    """Of names of modules of the project: what of them may hold or give a client."""
    library: frozenset[str]
    """Local names of what comes from a library itself."""
    held: frozenset[str]
    """What coloured objects from elsewhere in the project may have that is coloured."""
    attributes: frozenset[str]
    """The same, and what else may give what an object holds."""
    wanted: frozenset[str]
    """By which names senders, clients and wrappers from elsewhere are called."""

    def with_names(self, *groups: Iterable[str]) -> Seeds:
        return self._replace(
            names=self.names.union(*groups), callables=self.callables.union(*groups)
        )


class Given:
    """What the imports of a file colour, as it is gathered."""

    def __init__(self, library: Mapping[str, str], catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._library = frozenset(library)
        self.names = set(library)
        self.wrappers: set[str] = set()
        self._makers: set[str] = set()
        self._callables = set(library)
        self._spelled = {
            local: way
            for local, target in library.items()
            if (way := _spelling(catalogue, local, target))
        }
        self._given: dict[str, str] = {}
        self._called: set[str] = set()

    def take_all(
        self,
        names: Iterable[str],
        wrappers: Iterable[str] = (),
        makers: Iterable[str] = (),
        callables: Iterable[str] = (),
    ) -> None:
        """What comes by names of its own: by a star, or from others who put it there."""
        self.names.update(names)
        self.wrappers.update(wrappers)
        self._makers.update(makers)
        self._callables.update(callables)

    def take(self, local: str, uses: Iterable[tuple[str | None, str]]) -> None:
        """What one imported name leads to: for each use the attribute of a module that is meant
        (None: the name itself), and what is known of it, in letters."""
        coloured = [(way, letters) for way, letters in uses if letters]
        for way, letters in coloured:
            if way is None:
                self._take_itself(local, letters)
            else:
                self._take_attribute(local, way.rpartition(".")[2], letters)
        ways = [way for way, _ in coloured if way is not None]
        if ways and len(ways) == len(coloured) and local not in self._library:
            self._spelled[local] = rf"\b(?:{'|'.join(sorted(ways))})\b"
            giving = [way for way, letters in coloured if way is not None and "v" in letters]
            self._given[local] = "|".join(giving) or "(?!)"

    def _take_itself(self, local: str, letters: str) -> None:
        for letter, kind in (
            ("v", self.names),
            ("w", self.wrappers),
            ("m", self._makers),
            ("c", self._callables),
        ):
            if letter in letters:
                kind.add(local)

    def _take_attribute(self, local: str, attribute: str, letters: str) -> None:
        self.names.add(local)
        if letters != "v":
            # It may have another name where it is defined.
            self._called.add(attribute)
        if "m" in letters:
            self._makers.add(attribute)
        if "c" in letters:
            self._callables.add(local)

    def seeds(self, held: frozenset[str], wanted: frozenset[str]) -> Seeds:
        """All that, with what is known of the objects and names of the project's other modules."""
        return Seeds(
            frozenset(self.names),
            frozenset(self.wrappers),
            frozenset(self._makers),
            frozenset(self._callables),
            self._spelled,
            self._given,
            self._library,
            held,
            held | self._catalogue.givers,
            wanted.union(self._catalogue.senders, self._called),
        )


@cache
def _spelling(catalogue: Catalogue, local: str, target: str) -> str | None:
    """How a module of a library is spelled where it can lead to something."""
    children = catalogue.children(target)
    if not children:
        return None
    return rf"\b{local}\b(?:{DOT}(?:{'|'.join(sorted(children))})\b|(?!{DOT}))"
