"""From the fixes of findings to changes of one module: places found, conflicts refused, names
spelled, imports added and dropped."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable
from typing import Union

from flake8_untimed.findings import (
    AddStatement,
    Edit,
    Finding,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    ReplaceExpression,
    SetArgument,
    span_of,
)
from flake8_untimed.fixes.changes import (
    AddKeyword,
    AddLine,
    Argument,
    Change,
    DropArgument,
    DropItem,
    DropStatement,
    PutExpression,
    SetValue,
    TurnArgument,
)
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.imports import Imports
from flake8_untimed.fixes.module import SIMPLE, Module, Place, parse_expression, place, value_of
from flake8_untimed.fixes.neighbours import ALONE, Neighbours
from flake8_untimed.fixes.placement import Needed
from flake8_untimed.source import Source, comments_in

_ATOMS = (
    ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Set, ast.ListComp,
    ast.DictComp, ast.SetComp, ast.Tuple,
)  # fmt: skip

_WRITTEN = (SetValue, AddKeyword, TurnArgument, PutExpression, AddLine)
Written = Union[SetValue, AddKeyword, TurnArgument, PutExpression, AddLine]
"""Changes that write an expression."""


class Conflict(Refused):
    """The fix stands in the way of another one; it may be possible when that one is done."""


class Plan:
    """The changes that some findings' fixes make to a module; findings that do not fit are in
    `refused`, with the reason."""

    def __init__(
        self, module: Module, findings: Iterable[Finding], neighbours: Neighbours = ALONE
    ) -> None:
        self.module = module
        self.imports = Imports(module, neighbours)
        self.accepted: list[Finding] = []
        self.refused: list[tuple[Finding, Refused]] = []
        self._changes: dict[Hashable, Change] = {}
        self._slots: set[Hashable] = set()
        self._destroyed: set[ast.AST] = set()
        self._covered: set[ast.AST] = set()
        for finding in findings:
            try:
                self._accept(finding)
            except Refused as reason:
                self.refused.append((finding, reason))
            else:
                self.accepted.append(finding)

    @property
    def changes(self) -> list[Change]:
        own = list(self._changes.values())
        texts = [change.text for change in own if isinstance(change, _WRITTEN)]
        return [*own, *self.imports.changes(self._destroyed, texts)]

    def _accept(self, finding: Finding) -> None:
        assert finding.fix is not None
        news: list[Change] = []
        needed: list[Needed] = []
        for edit in finding.fix.edits:
            for change in _resolved(self.module, edit):
                if isinstance(change, _WRITTEN):
                    needed += self._spell(change, edit)
                _check_f_strings(self.module, change)
                _check_comments(self.module, change)
                _check_names(change)
                if _key(change) not in self._changes:
                    self._check_conflicts(change)
                    news.append(change)
        self.imports.needed += needed
        for change in news:
            self._changes[_key(change)] = change
            self._slots.update(_slots(change))
            self._destroyed.update(_destroyed(change))
            self._covered.update((_locus(change), *self.module.ancestors(_locus(change))))

    def _spell(self, change: Written, edit: Edit) -> list[Needed]:
        assert not isinstance(edit, (RemoveArgument, RemoveItem, RemoveStatement))
        text, needed = self.imports.spelled(edit.value, _locus(change))
        if isinstance(change, PutExpression):
            change.text = _as_operand(self.module, change.node, text)
        elif isinstance(change, AddLine):
            change.text = text
        else:
            change.text = _as_argument(text)
        return needed

    def _check_conflicts(self, change: Change) -> None:
        locus = _locus(change)
        around = {locus, *self.module.ancestors(locus)}
        if (
            not self._slots.isdisjoint(_slots(change))
            or not self._destroyed.isdisjoint(around)
            or not self._covered.isdisjoint(_destroyed(change))
        ):
            raise Conflict("another fix changes the same text")


def places(source: Source, findings: Iterable[Finding]) -> set[Place]:
    """All places that the findings and their edits speak of."""
    spans = set()
    for finding in findings:
        spans.add(finding.span)
        if finding.fix is not None:
            spans.update(span_of(edit) for edit in finding.fix.edits)
    return {place(source, span) for span in spans}


def _resolved(module: Module, edit: Edit) -> list[Change]:
    """The changes that an edit asks for, with the nodes that it speaks of. Raises Refused."""
    if isinstance(edit, ReplaceExpression):
        return [PutExpression(module.find(edit.span, ast.expr, "expression"), edit.value.text)]
    if isinstance(edit, RemoveStatement):
        statement = module.find(edit.span, ast.stmt, "statement")
        if not isinstance(statement, SIMPLE):
            raise Refused("only a simple statement can be removed")
        return [DropStatement(statement)]
    if isinstance(edit, AddStatement):
        beside = module.find(edit.span, ast.stmt, "statement")
        return [AddLine(beside, edit.value.text, edit.behind)]
    if isinstance(edit, RemoveItem):
        return _dropped_items(module.find(edit.dict, ast.Dict, "dict"), edit.key)
    call = module.find(edit.call, ast.Call, "call")
    argument = _argument(call, edit.name, edit.position)
    if isinstance(edit, SetArgument):
        if argument is None:
            return [AddKeyword(call, edit.name, edit.value.text)]
        return [SetValue(call, argument, edit.value.text)]
    if argument is None:
        raise Refused(f"the call has no argument {edit.name}")
    if any(argument is other for other in call.args[:-1]):
        raise Refused("arguments that follow it by position would move up")
    if isinstance(edit, RemoveArgument):
        return [DropArgument(call, argument)]
    return [TurnArgument(call, argument, edit.new_name, edit.value.text)]


def _argument(call: ast.Call, name: str, position: int | None) -> Argument | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword
    if position is None or position >= len(call.args):
        if position is not None:
            raise Refused(f"the call has no argument at position {position + 1}")
        return None
    if any(isinstance(argument, ast.Starred) for argument in call.args[: position + 1]):
        raise Refused("an argument before it is unpacked with *")
    return call.args[position]


def _dropped_items(node: ast.Dict, key: str) -> list[Change]:
    drops: list[Change] = [
        DropItem(node, index)
        for index, entry in enumerate(node.keys)
        if isinstance(entry, ast.Constant)
        and isinstance(entry.value, str)
        and entry.value.lower() == key.lower()
    ]
    if not drops:
        raise Refused(f"the dict has no entry {key!r}")
    return drops


# What a change touches


def _locus(change: Change) -> ast.AST:
    """The node that must still be there for the change to be made."""
    if isinstance(change, PutExpression):
        return change.node
    if isinstance(change, DropItem):
        return change.dict
    if isinstance(change, (DropStatement, AddLine)):
        return change.statement
    assert isinstance(change, (SetValue, AddKeyword, DropArgument, TurnArgument))
    return change.call


def _destroyed(change: Change) -> list[ast.AST]:
    """The nodes whose text goes."""
    if isinstance(change, (SetValue, TurnArgument, DropArgument)):
        return [value_of(change.argument)]
    if isinstance(change, PutExpression):
        return [change.node]
    if isinstance(change, DropItem):
        key = change.dict.keys[change.index]
        return [change.dict.values[change.index], *([key] if key else [])]
    return [change.statement] if isinstance(change, DropStatement) else []


def _slots(change: Change) -> list[Hashable]:
    """What no two changes may both lay claim to."""
    slots: list[Hashable] = [("node", node) for node in _destroyed(change)]
    if isinstance(change, (AddKeyword, TurnArgument)):
        slots.append(("name", change.call, change.name))
    if isinstance(change, AddLine):
        slots.append(("line", change.statement, change.behind, change.text))
    return slots


def _key(change: Change) -> Hashable:
    """Equal for changes that do the same."""
    text, name = getattr(change, "text", ""), getattr(change, "name", "")
    return (type(change), _locus(change), tuple(_slots(change)), name, text)


# What can be written where


def _as_argument(text: str) -> str:
    """The text in parentheses if it is not one argument without them."""
    parse_expression(text)
    try:
        call = ast.parse(f"_(_={text}\n)", mode="eval").body
    except SyntaxError:
        return f"({text})"
    assert isinstance(call, ast.Call)
    return text if len(call.keywords) == 1 and not call.args else f"({text})"


def _as_operand(module: Module, node: ast.expr, text: str) -> str:
    """The text in parentheses if it might be read with what stands around it."""
    value = parse_expression(text)
    parent = module.parents[node]
    bare = isinstance(value, _ATOMS) or (
        isinstance(value, ast.Constant) and not isinstance(parent, ast.Attribute)
    )
    try:
        whole = ast.parse(text, mode="eval").body
    except SyntaxError:
        bare = False
    else:
        # A tuple's own parentheses belong to it; without them it starts at its first item.
        if isinstance(whole, ast.Tuple) and whole.elts and whole.elts[0].col_offset == 0:
            bare = False
    return text if bare else f"({text})"


def _check_f_strings(module: Module, change: Change) -> None:
    """Raises Refused where an f-string would show the edit, or cannot hold it before 3.12."""
    for _, part in module.f_strings(_locus(change)):
        value = getattr(part, "value", None)
        if not isinstance(value, ast.expr):
            continue
        behind = module.source.text[module.extent(value)[1] :].lstrip(" \t)")
        if behind.startswith("=") and not behind.startswith("=="):
            raise Refused("an f-string shows the text of this call")
        if any(mark in getattr(change, "text", "") for mark in "'\"\\#\r\n{}"):
            raise Refused("the new text cannot stand inside an f-string")


def _check_comments(module: Module, change: Change) -> None:
    """Raises Refused where a comment inside a replaced value would be lost."""
    if isinstance(change, TurnArgument):
        node: Argument = change.argument
    elif isinstance(change, (SetValue, PutExpression)):
        node = change.node if isinstance(change, PutExpression) else value_of(change.argument)
    else:
        return
    if not set(comments_in(module.segment(node))) <= set(comments_in(change.text)):
        raise Refused("a comment in the replaced text would be lost")


def _check_names(change: Change) -> None:
    """Raises Refused where what goes gives a name to something (`:=`), which may be used later."""
    names = _named(_destroyed(change))
    text = getattr(change, "text", "")
    if names and text:
        names -= _named([ast.parse(f"({text}\n)", mode="eval")])
    if names:
        raise Refused("the text that would go gives a name to something")


def _named(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that are given to parts of expressions."""
    parts = (part for node in nodes for part in ast.walk(node))
    return {part.target.id for part in parts if isinstance(part, ast.NamedExpr)}
