"""What the look of a text tells of a module, before anybody parses it: what it imports, and where
that is defined.
"""

from __future__ import annotations

import keyword
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from flake8_untimed.libraries import Catalogue
from flake8_untimed.libraries.model import Client

_IN_WORD = rb"\w\x80-\xff"
"""What words are made of, in UTF-8."""
_GAP = rb"(?:[ \t]|\\\r?\n)"
_LIST = rb"\([^)#]*(?:#[^\n]*\n[^)#]*)*\)"
"""In parentheses; those in comments do not count."""
_IMPORT = re.compile(
    _GAP
    + rb"*(?:from\b%b*(\.*(?:(?!import\b)[%b.]+)?)%b*\bimport\b" % (_GAP, _IN_WORD, _GAP)
    + rb"%b*(%b|(?:[^\n#;\\]|\\\r?\n)*)" % (_GAP, _LIST)
    + rb"|import%b+((?:[%b.,]|%b)+))" % (_GAP, _IN_WORD, _GAP)
)
_ALIAS = re.compile(r"(\w+|\*)(?:\s+as\s+(\w+))?")
_COMMENT = re.compile(rb"#[^\n]*")
_CONTINUED = (b"\\\n", b"\\\r\n")
SPECIAL = (
    "import_module", "__import__", "importorskip", "setdefaulttimeout",
    "_create_default_https_context",
)  # fmt: skip
"""What may lead to a library in a way that is not seen here."""
_SPECIAL = tuple(word.encode() for word in SPECIAL)
_BOUND = re.compile(rb"\w+[ \t]*(?::[^=\n]*)?=[^=]")
"""From a name on: that it is assigned to."""
_BOUND_BEFORE = re.compile(rb"(?:\bdef|\bclass|\bglobal)[ \t]+$")
_PART = re.compile(rb"[%b]" % _IN_WORD)
_SET_BY_NAME = re.compile(rb"\bsetattr\(\s*(?!self\b|cls\b)([\w.]+)\s*,\s*[\"'](\w+)[\"']")
"""`setattr(settings, "VERIFY", value)`"""
_ANNOTATING = re.compile(rb"(?::|->|\||\w\[[^\]\n]*)[ \t]*$")
"""What stands before a string that is an annotation."""
_ATTRIBUTE = re.compile(rb"\.([A-Za-z_]\w*)")
_ATTRIBUTES = re.compile(rb"(?:\.[A-Za-z_]\w*)*")
_PARENTHESES = re.compile(
    rb"[()]|#[^\n]*|\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''"
    rb"|\"(?:[^\"\\\n]|\\[\s\S])*\"|'(?:[^'\\\n]|\\[\s\S])*'"
)
"""Parentheses; and comments and strings, where they do not count."""
_OWN_TIMEOUT = re.compile(rb"\btimeout=(?:[\d.]+|None|self(?:\.\w+)+|[A-Z_]+)\s*[,)]")
"""One that the caller has no say in."""
_FROM_OUTSIDE = re.compile(rb"\*|timeout")
"""What else may be the caller's: `**kwargs`, `*args`, `timeout=timeout`."""
_WITH = re.compile(rb"\n[ \t]+(?:async[ \t]+)?with[ \t]+$")
_AS = re.compile(rb"[ \t]+as[ \t]+(\w+)[ \t]*:")
_AFTER_AS = re.compile(rb"[ \t]as[ \t]+$")
_WORD_BEFORE = re.compile(rb"\b([A-Za-z]+)[ \t]+$")
_WORD_BEHIND = re.compile(rb"[ \t]+([A-Za-z]+)")
_KEYWORDS = frozenset(word.encode() for word in (*keyword.kwlist, *keyword.softkwlist))
_DEFINED = re.compile(
    rb"^(?:async[ \t]+def[ \t]+|def[ \t]+|class[ \t]+)?([A-Za-z_]\w*)", re.MULTILINE
)
_NAME = re.compile(rb"(?!\d)[%b]+" % _IN_WORD)
_BEFORE = re.compile(rb"[%b.]" % _IN_WORD)
"""What may not stand before a name, or it is another's attribute, or a part of a longer one."""


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
    library: dict[str, str]
    """Local name -> the path of what it is in a library; `*`: any name may be."""
    spans: list[int]
    """Where import statements start and end, in turns."""


class Outlines:
    """The outlines of the modules of a project; each is read once."""

    def __init__(
        self,
        data: Callable[[str], bytes],
        find: Callable[[str, str, int], str | None],
        submodule: Callable[[str, str], str | None],
        dotted: Callable[[str], str],
        catalogue: Catalogue,
    ) -> None:
        self.data = data
        self.submodule = submodule
        self._dotted = dotted
        self._find = find
        self._catalogue = catalogue
        self._outlines: dict[str, Outline] = {}
        self._names: dict[str, bool] = {}
        self._odd: dict[str, bool] = {}
        self._handed: dict[str, tuple[str, ...]] = {}
        self._resolved: dict[str, dict[str, tuple[Use, ...]]] = {}
        self._ends: dict[Use, list[Use]] = {}
        self._next: dict[str, tuple[str, ...]] = {}
        self._brought: dict[str, frozenset[str]] = {}
        self._last: tuple[str, list[re.Match[bytes]]] | None = None
        self._vendored: dict[str, str | None] = {}

    def vendored(self, path: str) -> str | None:
        """The import path of a file that belongs to a copy of a library: `app._vendor.requests`."""
        if path not in self._vendored:
            dotted = self._dotted(path)
            changed = self._catalogue.canonical(dotted) != dotted
            self._vendored[path] = dotted if changed and "." in dotted else None
        return self._vendored[path]

    def of(self, path: str) -> Outline:
        if path not in self._outlines:
            self._outlines[path] = self._read(path)
        return self._outlines[path]

    def names_library(self, path: str) -> bool:
        """Whether an import of a file names an HTTP library, or its text where that may get at one
        in another way."""
        if path not in self._names:
            data = self.data(path)
            imports = b"\n".join(match[0] for match in self._imports(path))
            if self._is_odd(path) or self._catalogue.is_hinted(imports):
                imports = data
            self._names[path] = self._catalogue.is_named(imports)
        return self._names[path]

    def may_name_library(self, path: str) -> bool:
        """The same, by a quick look."""
        return self._catalogue.is_named(self.data(path))

    def is_special(self, path: str) -> bool:
        """Whether a file may get at a library in a way that is not seen here."""
        return self._is_odd(path) and self.names_library(path)

    def _is_odd(self, path: str) -> bool:
        """Whether a file imports, or may import, in a way that is not seen here."""
        if path not in self._odd:
            data = self.data(path)
            self._odd[path] = any(word in data for word in _SPECIAL) or (
                b"\r" in data and data.count(b"\r") > data.count(b"\r\n")
            )
        return self._odd[path]

    def only_sends(self, path: str) -> bool:
        """Whether all that a file does with what it gets from libraries is to send requests right
        there, and to hand nothing on to them that it was given itself: nobody who imports from it
        can get at a client. False where that would take a closer look."""
        outline, data = self.of(path), self.data(path)
        if "*" in outline.library or self.is_special(path):
            return False
        clients: list[tuple[str, Client]] = []
        for local, target in outline.library.items():
            for end in self._mentions(path, local):
                if not self._is_plainly_sent(data, end, target):
                    client = self._managed(data, end - len(local), end, target)
                    if client is None:
                        return False
                    clients.append(client)
        return all(self._only_sends(path, name, client) for name, client in clients)

    def _only_sends(self, path: str, name: str, client: Client) -> bool:
        """Whether all that a file does with a client in a `with` is to send."""
        data = self.data(path)
        for end in self._mentions(path, name):
            attribute = _ATTRIBUTE.match(data, end)
            if attribute is None:
                place = end - len(name)
                if not _AFTER_AS.search(data, max(0, place - 9), place):
                    return False
            elif (
                attribute[1].decode() not in client.senders
                or _plain_call(data, attribute.end()) is None
            ):
                return False
        return True

    def _managed(self, data: bytes, place: int, end: int, target: str) -> tuple[str, Client] | None:
        """The name and the class of a client that is made and named by a `with`, if this is one."""
        path, begin = _path(data, end, target)
        client = self._catalogue.client(self._catalogue.canonical(path))
        if client is None or not _WITH.search(data, max(0, place - 80), place):
            return None
        close = _plain_call(data, begin)
        name = _AS.match(data, close) if close else None
        return (name[1].decode(), client) if name is not None else None

    def _mentions(self, path: str, local: str) -> Iterator[int]:
        """Where mentions of a name of a file end; not its imports, and not prose."""
        data, spans = self.data(path), self.of(path).spans
        for place in _occurrences(data, local.encode()):
            end = place + len(local)
            if _is_part(data, place, end) or data[place - 1 : place] == b".":
                continue
            if not bisect_right(spans, place) % 2 and not _is_prose(data, place, end):
                yield end

    def defined(self, path: str) -> frozenset[str]:
        """The names that stand at the beginning of a line, as those do that a module defines."""
        return frozenset(name.decode() for name in _DEFINED.findall(self.data(path)))

    def _is_plainly_sent(self, data: bytes, end: int, target: str) -> bool:
        """Whether a name of a library, that ends at `end`, goes on to a sender that is called, with
        arguments that the caller of the function around it has no say in; or to what leads
        nowhere."""
        path, begin = _path(data, end, target)
        if self._catalogue.sender(self._catalogue.canonical(path)) is None:
            return begin > end and self._catalogue.children(path) is None
        return _plain_call(data, begin) is not None

    # Where names are defined ------------------------------------------------------------------

    def neighbours(self, path: str) -> tuple[str, ...]:
        """The modules of the project from which a file imports."""
        if path not in self._next:
            found = dict.fromkeys(self.of(path).stars)
            for uses in self.uses(path).values():
                for use in uses:
                    found[use.path] = None
                    submodule = self.submodule(use.path, use.name)
                    if submodule is not None:
                        found[submodule] = None
                        found.update(dict.fromkeys(self.handed_on(submodule)))
            self._next[path] = tuple(found)
        return self._next[path]

    def uses(self, path: str) -> dict[str, tuple[Use, ...]]:
        """Local name -> the names of the project that it may be, where they are defined: past the
        modules that only import them. Names that the file itself only imports are left out."""
        if path not in self._resolved:
            data, outline = self.data(path), self.of(path)
            self._resolved[path] = {
                local: tuple(end for use in uses for end in self.ends(use))
                for local, uses in outline.imports.items()
                if uses and (uses[0].way is not None or _is_used(data, outline.spans, local))
            }
            for star in outline.stars:
                for local in self._brought_by(star) - outline.imports.keys():
                    if _is_used(data, outline.spans, local):
                        self._resolved[path][local] = tuple(self.ends(Use(star, local, None)))
        return self._resolved[path]

    def _brought_by(self, star: str) -> set[str]:
        """The names that `from module import *` brings and that the module itself only imports."""
        names, modules = set[str](), [star]
        for module in modules:
            outline = self.of(module)
            names.update(n for n, uses in outline.imports.items() if all(not u.way for u in uses))
            modules += [further for further in outline.stars if further not in modules]
        return names

    def handed_on(self, path: str) -> tuple[str, ...]:
        """The modules that define what a module imports: others may get it from there."""
        if path not in self._handed:
            imports = self.of(path).imports
            ends = (end for uses in imports.values() for use in uses for end in self.ends(use))
            self._handed[path] = tuple(dict.fromkeys(end.path for end in ends))
        return self._handed[path]

    def ends(self, use: Use) -> list[Use]:
        """Where a name is defined: past the modules that only import it."""
        if use not in self._ends:
            self._ends[use] = self._follow(use)
        return self._ends[use]

    def _follow(self, use: Use) -> list[Use]:
        found, seen = [], {use}
        queue = [use]
        for each in queue:
            further = self._behind(each.path, each.name)
            if not further:
                found.append(each)
            for other in further:
                other = Use(other.path, other.name, use.way)
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        return found

    def _behind(self, path: str, name: str) -> tuple[Use, ...]:
        """What a module only imports a name from; nothing if it binds that in another way too."""
        outline = self.of(path)
        uses = outline.imports.get(name, ())
        if not uses and outline.stars and self.submodule(path, name) is None:
            uses = tuple(Use(s, name, None) for s in outline.stars if self._may_have(s, name))
        if not uses or any(u.way is not None for u in uses) or self._binds(path, name):
            return ()
        return uses

    def _may_have(self, path: str, name: str) -> bool:
        outline = self.of(path)
        return name in outline.imports or bool(outline.stars) or self._binds(path, name)

    def _binds(self, path: str, name: str) -> bool:
        """Whether a module binds a name in another way than by an import. By the look of it."""
        return any(
            _BOUND_BEFORE.search(data, max(0, place - 80), place) or _BOUND.match(data, place)
            for data in (self.data(path),)
            for place in _occurrences(data, name.encode())
        )

    # Reading a text --------------------------------------------------------------------------

    def _imports(self, path: str) -> list[re.Match[bytes]]:
        """The import statements of a file; asked for again, if at all, at once."""
        if self._last is None or self._last[0] != path:
            self._last = (path, list(_imports(self.data(path))))
        return self._last[1]

    def _read(self, path: str) -> Outline:
        imports: dict[str, tuple[Use, ...]] = {}
        library: dict[str, str] = {}
        stars: list[str] = []
        spans: list[int] = []
        for match in self._imports(path):
            spans += match.span()
            package, names, modules = match.groups()
            found = (
                self._read_import(path, _text(modules), library)
                if modules is not None
                else self._read_from(path, _text(package), names, library)
            )
            for local, uses in found:
                if local == "*":
                    stars.append(uses[0].path)
                else:
                    imports[local] = (*imports.get(local, ()), *uses)
        return Outline(imports, tuple(stars), library, spans)

    def _read_import(
        self, path: str, modules: str, library: dict[str, str]
    ) -> Iterator[tuple[str, tuple[Use, ...]]]:
        for part in modules.replace("\\", " ").split(","):
            words = part.split()
            if not words:
                continue
            dotted = words[0]
            local = words[-1] if len(words) == 3 else dotted.partition(".")[0]
            target = self._find(path, dotted, 0)
            if target is not None and self.vendored(target) is None:
                spelled = local if len(words) == 3 else dotted
                yield local, self._used_of(path, target, spelled)
            elif self.names_library(path):
                # `import urllib.request` binds `urllib`.
                imported = dotted if len(words) == 3 else local
                if self._catalogue.children(imported) is not None:
                    library[local] = imported

    def _used_of(self, path: str, module: str, spelled: str) -> tuple[Use, ...]:
        """The names of a module that a file uses: `module.name`, in its text, or sets by name."""
        data, dotted = self.data(path), f"{spelled}.".encode()
        names = {n.decode() for base, n in set_by_name(data) if base == spelled.encode()}
        place = data.find(dotted)
        while place >= 0:
            name = _NAME.match(data, place + len(dotted))
            if name is not None and not (place and _BEFORE.match(data, place - 1)):
                names.add(_text(name[0]))
            place = data.find(dotted, place + len(dotted))
        return tuple(Use(module, n, re.escape(f"{spelled}.{n}")) for n in sorted(names))

    def _read_from(
        self, path: str, package: str, names: bytes, library: dict[str, str]
    ) -> Iterator[tuple[str, tuple[Use, ...]]]:
        dotted = package.lstrip(".")
        level = len(package) - len(dotted)
        target = self._find(path, dotted, level)
        if target is None and (level or not self.names_library(path)):
            return
        copied = package if target is None else self.vendored(target)
        if copied is not None:
            for name, alias in _listed(names):
                found = self._catalogue.children(copied if name == "*" else f"{copied}.{name}")
                if found is not None:
                    library[alias or name] = f"{copied}.{name}"
            return
        assert target is not None
        for name, alias in _listed(names):
            if name == "*":
                yield "*", (Use(target, "*", None),)
                continue
            local = alias or name
            submodule = self.submodule(target, name)
            copied = self.vendored(submodule) if submodule is not None else None
            if copied is not None:
                library[local] = copied
                continue
            if submodule is None or self._hides(target, name):
                yield local, (Use(target, name, None),)
            if submodule is not None:
                yield local, self._used_of(path, submodule, local)

    def _hides(self, package: str, name: str) -> bool:
        """Whether a package may bind the name of one of its modules to something else:
        `from .session import session`."""
        if package not in self._brought:
            self._brought[package] = frozenset(
                alias or name
                for match in _imports(self.data(package))
                if match[2] is not None and match[1].strip(b".")
                for name, alias in _listed(match[2])
            )
        return name in self._brought[package] or self._binds(package, name)


def _listed(names: bytes) -> list[tuple[str, str]]:
    """The names that a `from` statement lists, each with what it is called here, if that differs."""
    if b"#" in names:
        names = _COMMENT.sub(b"", names)
    return _ALIAS.findall(_text(names).strip("() \t\r\n").replace("\\", " "))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _imports(data: bytes) -> Iterator[re.Match[bytes]]:
    """The import statements of a text; some may not be."""
    place = data.find(b"import")
    while place >= 0:
        line = data.rfind(b"\n", 0, place) + 1
        while data.endswith(_CONTINUED, 0, line):
            line = data.rfind(b"\n", 0, line - 1) + 1
        match = _IMPORT.match(data, line)
        if match is None or match.end() < place:
            # `x = 1; import y`, `if x: import y`
            before = max(data.rfind(b";", line, place), data.rfind(b":", line, place))
            match = _IMPORT.match(data, before + 1) if before >= 0 else None
        end = place + 6
        if match is not None:
            yield match
            end = max(end, match.end())
        place = data.find(b"import", end)


@lru_cache(maxsize=1)
def set_by_name(data: bytes) -> list[tuple[bytes, bytes]]:
    """The objects of which a text sets attributes by names that it writes down, with the names; each
    import of a file asks for them."""
    return _SET_BY_NAME.findall(data) if b"setattr(" in data else []


def _occurrences(data: bytes, word: bytes) -> Iterator[int]:
    place = data.find(word)
    while place >= 0:
        yield place
        place = data.find(word, place + len(word))


def _is_part(data: bytes, place: int, end: int) -> bool:
    """Whether what stands between two places is only a part of a word."""
    return bool(place and _PART.match(data, place - 1)) or _PART.match(data, end) is not None


def _is_prose(data: bytes, place: int, end: int) -> bool:
    """Whether a word stands beside another in a way that no code does: `the requests library`."""
    before = _WORD_BEFORE.search(data, max(0, place - 40), place)
    behind = _WORD_BEHIND.match(data, end)
    return any(word is not None and word[1] not in _KEYWORDS for word in (before, behind))


def _path(data: bytes, end: int, target: str) -> tuple[str, int]:
    """The dotted path to which the name of `target` goes on, and where that ends."""
    attributes = _ATTRIBUTES.match(data, end)
    assert attributes is not None
    return target + attributes[0].decode("ascii", "replace"), attributes.end()


def _plain_call(data: bytes, begin: int) -> int | None:
    """Where the call ends whose parenthesis is at `begin`, if the caller of the function around it
    has no say in its arguments."""
    if data[begin : begin + 1] != b"(":
        return None
    depth = 0
    for match in _PARENTHESES.finditer(data, begin):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            arguments = _OWN_TIMEOUT.sub(b"", data[begin : match.end()])
            return None if _FROM_OUTSIDE.search(arguments) else match.end()
    return None


def _is_used(data: bytes, spans: list[int], local: str) -> bool:
    """Whether a name stands outside of imports, and is not only named in a string, as in `__all__`,
    unless the string is an annotation."""
    word = local.encode()
    for place in _occurrences(data, word):
        end = place + len(word)
        if _is_part(data, place, end) or bisect_right(spans, place) % 2:
            continue
        around = data[max(0, place - 1) : place], data[end : end + 1]
        if around[0] not in (b'"', b"'") or around[0] != around[1]:
            return True
        if _ANNOTATING.search(data, max(0, place - 100), place - 1):
            return True
    return False
