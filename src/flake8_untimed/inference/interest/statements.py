"""The statements of a module in the order of the text, and where its identifiers stand: what the
survey looks at in the place of trees."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import accumulate

from flake8_untimed.inference.interest.looks import container_filled
from flake8_untimed.inference.scopes import LINE_END, Module
from flake8_untimed.inference.syntax import (
    BLOCKS,
    DEFINITIONS,
    LOOPS,
    PARTS,
    TRIES,
    WITHS,
    first_line,
    named_store,
    writes_none,
)

_GLOBAL = re.compile(r"\bglobal[ \t]+([\w, \t]+)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_OWN = (re.compile(r"self\.(\w+)"), re.compile(r"cls\.(\w+)"))
_CALLED_ON_OWN = re.compile(r"self\.(\w+)\.(\w+)\s*\(")
_Part = ast.ExceptHandler | ast.match_case
_COMPOUND = (ast.If, *LOOPS, *WITHS, *TRIES, ast.Match)
_BLOCKS = BLOCKS[::-1]
"""The last one first, as a stack wants them."""
_BLOCKS_OF: dict[type, tuple[str, ...]] = {
    **{kind: tuple(f for f in _BLOCKS if f in kind._fields) for kind in _COMPOUND},
    **dict.fromkeys(DEFINITIONS, ()),
}
"""Kind of statement -> its fields that hold others; none: it is a scope."""
MODULE, OBJECT, LOCAL = "module", "object", "local"
"""What a statement binds names of."""


class Statements:
    """The statements of a module in the order of the text, and where its identifiers stand."""

    def __init__(self, module: Module) -> None:
        self.tree = module.tree
        self._text = module.text
        self._spelled: dict[str, str] = {}
        self._found: dict[str, list[int]] = {}
        self.nodes: list[ast.stmt] = []
        self.starts: list[int] = []
        self.owners: list[int] = []
        """Index of the function or class around each statement; -1: the module."""
        self._parts: dict[int, int] = {}
        """Where an `except` or a `case` begins -> its statement."""
        self._collect(module.tree)

    def lines(self, word: str) -> list[int]:
        """The lines on which an identifier stands, and goes on as it must."""
        found = self._found.get(word)
        if found is None:
            ends = self._ends
            found = self._found[word] = [
                bisect_right(ends, place) + 1
                for place in places(self._text, word, self._spelled.get(word))
            ]
        return found

    @cached_property
    def _ends(self) -> list[int]:
        """Where each line ends, behind its newline."""
        return _line_ends(self._text)

    def mention(self, words: Collection[str]) -> bool:
        """Whether the text has one of some words."""
        return bool(words) and not self._words.isdisjoint(words)

    def mentioning(self, words: Collection[str]) -> set[int]:
        """The statements that have one of some words, whatever follows it."""
        ends = self._ends
        return {
            index
            for word in self._words.intersection(words)
            for place in places(self._text, word, None)
            for index in self.at(bisect_right(ends, place) + 1)
        }

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(self._text))

    def respell(self, spelled: Mapping[str, str]) -> list[str]:
        """How names of modules must go on; returns those for which that has changed."""
        changed = [word for word, way in spelled.items() if self._spelled.get(word) != way]
        self._spelled.update(spelled)
        for word in changed:
            self._found.pop(word, None)
        return changed

    def unspell(self, word: str) -> bool:
        """A name may go on as it likes; returns whether that is new."""
        if self._spelled.pop(word, None) is None:
            return False
        self._found.pop(word, None)
        return True

    def _collect(self, tree: ast.Module) -> None:
        stack: list[tuple[ast.stmt | _Part, int]] = [(s, -1) for s in reversed(tree.body)]
        nodes, starts, owners = self.nodes, self.starts, self.owners
        while stack:
            statement, owner = stack.pop()
            if isinstance(statement, _Part):
                self._parts[len(nodes)] = owner
                nodes.append(nodes[owner])
                starts.append(first_line(statement))
                owners.append(owners[owner])
                continue
            start = statement.lineno
            fields = _BLOCKS_OF.get(type(statement))
            if fields is None:
                pass
            elif fields:
                for field in fields:
                    for item in reversed(getattr(statement, field)):
                        if field in PARTS:
                            stack.extend([(s, owner) for s in reversed(item.body)])
                            stack.append((item, len(nodes)))
                        else:
                            stack.append((item, owner))
            else:
                start = first_line(statement)
                inner = len(nodes)
                body = statement.body  # type: ignore[attr-defined]
                stack.extend([(s, inner) for s in reversed(body)])
            nodes.append(statement)
            starts.append(start)
            owners.append(owner)

    def at(self, line: int) -> list[int]:
        """The innermost statements on a line, or that the line continues."""
        starts = self.starts
        index = bisect_right(starts, line) - 1
        if index < 0:
            return []
        found = [index]
        if starts[index] == line:
            while index and starts[index - 1] == line:
                index -= 1
                found.append(index)
            # `)); second()`, and the end of a header: `timeout=None): return 1`
            if index and (self.nodes[index - 1].end_lineno or 0) >= line:
                begin = self._ends[line - 2]
                if self._text[begin : begin + self.nodes[index].col_offset].strip():
                    found.append(index - 1)
        return [self._parts.get(index, index) for index in found]

    def around(self, index: int) -> Iterator[int]:
        """The functions and classes around a statement, innermost first."""
        owner = self.owners[index]
        while owner >= 0:
            yield owner
            owner = self.owners[owner]

    def text(self, node: ast.stmt) -> str:
        """The lines of a statement, but for the blocks inside it."""
        last = node.end_lineno or node.lineno
        if isinstance(node, _COMPOUND):
            inner = node.cases[0].pattern if isinstance(node, ast.Match) else node.body[0]
            last = max(node.lineno, inner.lineno - 1)
        begin = self._ends[node.lineno - 2] if node.lineno > 1 else 0
        return self._text[begin : self._ends[last - 1]]

    def own_names(self, node: ast.ClassDef) -> set[str]:
        """The attributes of its object that a class speaks of."""
        begin, end = self._span(node)
        return {name for pattern in _OWN for name in pattern.findall(self._text, begin, end)}

    def called_on_own(self, node: ast.ClassDef) -> set[tuple[str, str]]:
        """The attributes of its object of which a class calls methods, each with the method."""
        return set(_CALLED_ON_OWN.findall(self._text, *self._span(node)))

    def _span(self, node: ast.ClassDef) -> tuple[int, int]:
        """Where the text of a class begins and ends."""
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        return self._ends[first - 1] if first else 0, self._ends[last - 1]

    def binds(self, index: int) -> str:
        """What a statement, or the function or class that it begins, binds names of: MODULE, OBJECT
        (a class, or its objects), or LOCAL, a function."""
        if stores_attribute(self.nodes[index]):
            return OBJECT
        owner = self.owners[index]
        if owner < 0:
            return MODULE
        return OBJECT if isinstance(self.nodes[owner], ast.ClassDef) else LOCAL

    def stores_in(self, node: ast.ClassDef, index: int) -> list[int]:
        """The statements of a class, the one at `index`, that store on its object."""
        return [i for i in self._inside(node, index) if stores_attribute(self.nodes[i])]

    def give_itself(self, node: ast.ClassDef, index: int) -> set[str]:
        """The methods of a class, the one at `index`, that return its object."""
        inside = self._inside(node, index)
        returns = [i for i in inside if type(self.nodes[i]) is ast.Return]
        owners = [self.nodes[self.owners[i]] for i in returns if _gives_self(self.nodes[i])]
        return {owner.name for owner in owners if isinstance(owner, DEFINITIONS)}

    def _inside(self, node: ast.ClassDef, index: int) -> range:
        """The statements of a class, the one at `index`."""
        return range(index + 1, bisect_right(self.starts, node.end_lineno or node.lineno))

    @cached_property
    def of_module(self) -> set[str]:
        """The names that the module assigns to, or its functions under `global`."""
        names: set[str] = set()
        if "global " in self._text:
            names.update(*map(_WORD.findall, _GLOBAL.findall(self._text)))
        for node, owner in zip(self.nodes, self.owners, strict=True):
            if owner < 0 and isinstance(node, (ast.Assign, ast.AnnAssign)):
                names.update(names_in(assigned(node)))
        return names

    def bound_names(self) -> set[str]:
        """The names that are bound in classes of this module, or on their objects; None does not
        count."""
        names: set[str] = set()
        for node, owner in zip(self.nodes, self.owners, strict=True):
            if owner < 0:
                continue
            if isinstance(node, DEFINITIONS):
                names.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                value = node.value
                if value is not None and not writes_none(value):
                    names.update(names_in(assigned(node)))
        return names


def _line_ends(text: str) -> list[int]:
    """Where each line ends, behind its newline."""
    if "\r" in text:
        return [*(m.end() for m in LINE_END.finditer(text)), len(text) + 1]
    return list(accumulate([len(line) + 1 for line in text.split("\n")]))


def places(text: str, word: str, way: str | None) -> Iterator[int]:
    """Where an identifier stands in a text; `way`: a regular expression for how it must go on."""
    size = len(word)
    pattern = re.compile(way) if way is not None else None
    place = text.find(word)
    while place >= 0:
        end = place + size
        if not (place and _is_word(text[place - 1])):
            if pattern is not None:
                if pattern.match(text, place):
                    yield place
            elif not _is_word(text[end : end + 1]):
                yield place
        place = text.find(word, end)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def assigned(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[ast.expr]:
    return list(node.targets) if isinstance(node, ast.Assign) else [node.target]


def names_in(targets: Iterable[ast.expr]) -> list[str]:
    """The names, and the last attributes, of targets."""
    names = []
    parts = list(targets)
    while parts:
        part = parts.pop()
        if isinstance(part, ast.Name):
            names.append(part.id)
        elif isinstance(part, ast.Attribute):
            names.append(part.attr)
        elif isinstance(part, (ast.Tuple, ast.List)):
            parts.extend(part.elts)
        elif isinstance(part, (ast.Subscript, ast.Starred)):
            parts.append(part.value)
    return names


def _gives_self(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    return isinstance(value, ast.Name) and value.id == "self"


def stores_attribute(node: ast.stmt) -> bool:
    """`self.name = ...`, `setattr(self, "name", ...)`, `self.names.append(...)`"""
    if isinstance(node, ast.Expr):
        stored = named_store(node.value)
        if stored is not None:
            return bool(stored.written)
        return isinstance(container_filled(node.value), ast.Attribute)
    if isinstance(node, ast.Assign):
        return any(isinstance(t, (ast.Attribute, ast.Subscript, ast.Tuple)) for t in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute)
