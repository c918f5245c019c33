"""Classes of the project that inherit from one, and what they have of their own; by the look of the
texts, since most of them stand in files that are not read for anything else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache

from flake8_untimed.inference.files.layout import Layout
from flake8_untimed.inference.files.outline import Outlines

_CLASS = re.compile(rb"class[ \t]+(\w+)[ \t]*\(([^)]*)\)")
_NAME = re.compile(rb"\w+")
_AS = b" as "
_LAST = re.compile(rb"\w+$")
_DEFINED = re.compile(rb"^class[ \t]+(\w+)", re.MULTILINE)
_SENT_THROUGH = re.compile(
    rb"self\.(\w+)(?:\(\))?\.(?:get|post|put|patch|delete|head|request|send)\("
)
"""`self.session.get(`, `self.make_session().request(`."""
_TARGET = re.compile(rb"[ \t]*(?:self\.)?(\w+)[ \t]*(?::[^=\n]*)?=[^=]")
"""From the beginning of a line on: what is assigned to."""
_KEPT = re.compile(rb"self\.(\w+)[ \t]*=[ \t]*(\w+)[ \t]*$", re.MULTILINE)
"""`self.session = session`."""
_CALLED_SO = re.compile(rb"def[ \t]+(\w*(?:session|client)\w*)[ \t]*\(")
_GENERATIONS = 4
"""Classes below one another that are looked for."""

_Known = tuple[str, str]  # the file of a class, and its name


class Heirs:
    """Answers for one project; every answer is kept. Classes are named by their file and name."""

    def __init__(self, outlines: Outlines, layout: Layout) -> None:
        self._outlines = outlines
        self._layout = layout
        self._inheriting: dict[str, dict[bytes, list[_Known]]] = {}
        self._classes: dict[_Known, list[_Known]] = {}
        self._files: dict[_Known, list[str]] = {}
        self._bases: dict[_Known, list[str]] = {}
        self._made: dict[str, set[bytes]] = {}
        self._made_by: dict[str, frozenset[bytes]] = {}
        self._filled: dict[str, frozenset[str]] = {}
        self._giving: dict[tuple[str, str | None], int] = {}
        self._answers: dict[tuple[str, str, object], bool] = {}
        self._parameters: dict[tuple[str, str, str], list[str]] = {}

    def has_any(self, path: str, name: str) -> bool:
        """Whether some class inherits from this one."""
        return bool(self._below(path, name))

    def say_otherwise(self, path: str, name: str, attribute: str) -> bool:
        """Whether some class that inherits from this one has an attribute or a method of its
        own."""
        return self._have(path, name, attribute, own=True, users_only=False)

    def supply(self, path: str, name: str, attribute: str, own: bool) -> bool:
        """The same for those that may know of a library for it, or stand in its file. `own`: whether the
        class itself has one."""
        return self._have(path, name, attribute, own, users_only=True)

    def _have(self, path: str, name: str, attribute: str, own: bool, users_only: bool) -> bool:
        key = (path, name, (attribute, own, users_only))
        if key not in self._answers:
            self._answers[key] = any(
                # In the file of the class itself, one of them is its own.
                self._count(file, attribute) > (own and file == path)
                for file in self._below(path, name)
                if not users_only or file == path or self._outlines.names_library(file)
            )
        return self._answers[key]

    def _count(self, file: str, attribute: str) -> int:
        """How often classes of a file are given an attribute, by its name or whatever name."""
        return self._count_of(file, attribute) + self._count_of(file, None)

    def _count_of(self, file: str, attribute: str | None) -> int:
        key = (file, attribute)
        if key not in self._giving:
            text = self._outlines.data(file)
            self._giving[key] = (
                len(_ANY.findall(text)) if attribute is None else _given(attribute.encode(), text)
            )
        return self._giving[key]

    def fill(self, path: str) -> frozenset[str]:
        """The attributes through which the classes of a file seem to send requests, and which they
        leave to classes of other files, which make something of a library of them. Asked of every
        file; looser ways to fill them would make most files of a framework interesting."""
        if path not in self._filled:
            filled = self._find_filled(path)
            self._filled[path] = frozenset(name.decode("ascii", "replace") for name in filled)
        return self._filled[path]

    def _find_filled(self, path: str) -> set[bytes]:
        # What is cheap to know comes first.
        text = self._outlines.data(path)
        open_ = set(_SENT_THROUGH.findall(text))
        if not open_ or not any(self._by_base(path).get(cls) for cls in _DEFINED.findall(text)):
            return set()
        open_ = {n for n in open_ & self._made_around(path) if not _is_bound(n, text)}
        makers = self._makers_among_heirs(path, text) if open_ else ()
        return open_.intersection(set().union(*map(self._made_in, makers)))

    def _makers_among_heirs(self, path: str, text: bytes) -> set[str]:
        """The other files with classes that inherit from those of a file, and those of their other
        bases, as far as they know of a library."""
        return {
            maker
            for cls in _DEFINED.findall(text)
            for file, heir in self.classes(path, cls.decode("ascii", "replace"))
            for maker in (file, *self._of_bases(file, heir))
            if maker != path and self._outlines.names_library(maker)
        }

    def knows_library(self, file: str, name: str) -> bool:
        """Whether a class stands in a file that knows of a library, or one of its bases does."""
        return any(map(self._outlines.names_library, (file, *self._of_bases(file, name))))

    def _of_bases(self, file: str, name: str) -> list[str]:
        """The other files that the bases of a class come from."""
        key = (file, name)
        if key not in self._bases:
            uses = self._outlines.uses(file)
            words = (
                word.decode("ascii", "replace")
                for cls, bases in _CLASS.findall(self._outlines.data(file))
                if cls == name.encode()
                for word in _NAME.findall(bases)
            )
            found = (use.path for word in words for use in uses.get(word, ()))
            self._bases[key] = [*dict.fromkeys(found)]
        return self._bases[key]

    def _made_around(self, path: str) -> set[bytes]:
        """`_made_in` of all files of a project."""
        top, files = self._layout.files_near(path)
        if top not in self._made:
            users = (file for file in files if self._outlines.may_name_library(file))
            self._made[top] = set().union(*map(self._made_in, users))
        return self._made[top]

    def _made_in(self, file: str) -> frozenset[bytes]:
        """The names that a file gives something straight from a library, the attributes that it gives
        one of these, and its functions that are called like a client."""
        if file not in self._made_by:
            text = self._outlines.data(file)
            found = set(_CALLED_SO.findall(text))
            for local in self._outlines.of(file).library:
                place = text.find(local.encode())
                while place >= 0:
                    start = text.rfind(b"\n", 0, place) + 1
                    target = _TARGET.match(text, start, place)
                    if target is not None:
                        found.add(target[1])
                    place = text.find(local.encode(), place + 1)
            found |= {kept for kept, name in _KEPT.findall(text) if name in found}
            self._made_by[file] = frozenset(found)
        return self._made_by[file]

    def parameters(self, path: str, name: str, method: str) -> list[str]:
        """The parameters, as text, of the methods of a name in the files of the classes that
        inherit from this one."""
        key = (path, name, method)
        if key not in self._parameters:
            own = re.compile(
                rb"^[ \t]+(?:async\s+)?def\s+"
                + re.escape(method).encode()
                + rb"\s*\(((?:[^()]|\([^()]*\))*)",
                re.MULTILINE,
            )
            self._parameters[key] = [
                parameters.decode("utf-8", "replace")
                for file in self._below(path, name)
                for parameters in own.findall(self._outlines.data(file))
            ]
        return self._parameters[key]

    def _below(self, path: str, name: str) -> list[str]:
        """The files of the classes that inherit from one, also by way of others."""
        if (path, name) not in self._files:
            found = dict.fromkeys(file for file, _ in self.classes(path, name))
            self._files[path, name] = [*found]
        return self._files[path, name]

    def classes(self, path: str, name: str) -> list[tuple[str, str]]:
        """The classes that inherit from one, also by way of others: their files and names."""
        if (path, name) not in self._classes:
            found: dict[_Known, None] = {}
            generation = [(path, name)]
            for _ in range(_GENERATIONS):
                heirs = dict.fromkeys(h for known in generation for h in self._children(*known))
                generation = [h for h in heirs if h not in found and h != (path, name)]
                found.update(heirs)
            self._classes[path, name] = [*found]
        return self._classes[path, name]

    def _children(self, path: str, name: str) -> Iterator[_Known]:
        """The classes that inherit from one straight away."""
        for file, cls in self._by_base(path).get(name.encode(), ()):
            if file == path or self._means(file, path, name):
                yield file, cls

    def _means(self, file: str, path: str, name: str) -> bool:
        """Whether a file means the class of another one by a base of its name: if it speaks of its
        module, or imports it. What stands beside a loose file has to import from that."""
        if self._layout.is_loose(path):
            return path in self._outlines.neighbours(file)
        text = self._outlines.data(file)
        stem = os.path.splitext(os.path.basename(path))[0]
        places = (os.path.basename(os.path.dirname(path)).encode(), stem.encode())
        return any(place in text for place in places) or self._imports(file, path, name)

    def _imports(self, file: str, path: str, name: str) -> bool:
        """Whether a file imports a class, from wherever."""
        return any(
            end.path == path and end.name == name
            for uses in self._outlines.of(file).imports.values()
            for use in uses
            if use.name == name
            for end in self._outlines.ends(use)
        )

    def _by_base(self, path: str) -> dict[bytes, list[_Known]]:
        """Name of a base -> the classes of the project around a file that inherit from it."""
        top, files = self._layout.files_near(path)
        if top not in self._inheriting:
            self._inheriting[top] = self._read(files)
        return self._inheriting[top]

    def _read(self, files: Iterable[str]) -> dict[bytes, list[_Known]]:
        found: dict[bytes, list[_Known]] = {}
        for file in files:
            text = self._outlines.data(file)
            if b"class " not in text:
                continue
            classes: list[tuple[bytes, bytes]] = _CLASS.findall(text)
            renamed = _renamed(text) if classes else {}
            for cls, bases in classes:
                known = (file, cls.decode("utf-8", "replace"))
                for match in _NAME.finditer(bases):
                    found.setdefault(renamed.get(match[0], match[0]), []).append(known)
        return found


def _renamed(text: bytes) -> dict[bytes, bytes]:
    """Local name -> the name that a class was imported by: `import Base as Parent`."""
    found = {}
    place = text.find(_AS)
    while place >= 0:
        before = _LAST.search(text, max(0, place - 80), place)
        behind = _NAME.match(text, place + len(_AS))
        if before is not None and behind is not None:
            found[behind[0]] = before[0]
        place = text.find(_AS, place + len(_AS))
    return found


_ANY = re.compile(
    rb"^[ \t]+(?:setattr\(self,[ \t]*[^\"'\s]|self\.__dict__\.update\()", re.MULTILINE
)
"""What gives an object attributes of whatever names."""


_BEFORE = re.compile(rb"[ \t]+(self\.|(?:async[ \t]+)?def[ \t]+)?")
"""What stands on a line before a name that is given to a class or an object: `self.name =`,
`def name(`."""


def _given(attribute: bytes, text: bytes) -> int:
    """How often a text gives a class an attribute, or a method."""
    count = 0
    for match in _bound(attribute).finditer(text):
        place = match.start()
        line = text.rfind(b"\n", max(0, place - 200), place) + 1
        before = _BEFORE.fullmatch(text, line, place)
        if before is not None:
            is_method = before[1] is not None and before[1] != b"self."
            count += is_method == (match[1] == b"(")
    return count


@cache
def _bound(attribute: bytes) -> re.Pattern[bytes]:
    """A name that is assigned to, annotated, or followed by a parenthesis. The name comes first:
    it is looked for in all files of subclasses."""
    return re.compile(re.escape(attribute) + rb"[ \t]*(\(|[:=][^=])")


def _is_bound(attribute: bytes, text: bytes) -> bool:
    """Whether a text gives an object an attribute that is not None."""
    return (
        re.search(rb"self\." + attribute + rb"[ \t]*(?::[^=\n]*)?=(?![ \t]*None\b)[^=]", text)
        is not None
    )
