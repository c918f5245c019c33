"""Changes carried out on the text: cut, edited and spliced back, the innermost first."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from flake8_untimed.fixes import skeleton
from flake8_untimed.fixes.changes import (
    AddKeyword,
    AddLine,
    CallChange,
    Change,
    DropArgument,
    DropItem,
    DropStatement,
    EditImport,
    NewImport,
    PutExpression,
    SetValue,
    TurnArgument,
    is_mapping,
)
from flake8_untimed.fixes.errors import Refused
from flake8_untimed.fixes.module import SIMPLE, Module, arguments, is_head, value_of
from flake8_untimed.fixes.placement import IMPORTS
from flake8_untimed.fixes.rows import Item, Row

_TO_PARENTHESIS = re.compile(r"(?:[\s)\\]|#[^\r\n]*)*\(")
_TO_LINE_END = re.compile(r"[ \t\f]*;?[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)?")

Region = tuple[int, int, str]
"""A stretch of the old text (from, to) and what stands in its place."""


def carry_out(module: Module, changes: Sequence[Change]) -> list[Region]:
    """The regions of the old text that change, in order and apart from each other.

    Raises Refused if one of the changes cannot be made. Changes must not be in each other's way:
    none may stand inside what another takes out.
    """
    text = _Text(module)
    calls: dict[ast.Call, list[CallChange]] = defaultdict(list)
    dicts: dict[ast.Dict, list[int]] = defaultdict(list)
    inner: list[tuple[int, int, PutExpression | ast.Call | ast.Dict]] = []
    statements: list[DropStatement | AddLine | NewImport] = []
    for change in changes:
        if isinstance(change, (SetValue, AddKeyword, DropArgument, TurnArgument)):
            calls[change.call].append(change)
        elif isinstance(change, DropItem):
            dicts[change.dict].append(change.index)
        elif isinstance(change, PutExpression):
            inner.append((*module.extent(change.node), change))
        elif isinstance(change, EditImport):
            text.put(*_edited_import(module, change))
        else:
            statements.append(change)
    inner += [(*module.extent(call), call) for call in calls]
    inner += [(*module.extent(node), node) for node in dicts]
    for start, end, unit in sorted(inner, key=lambda unit: unit[1] - unit[0]):
        if isinstance(unit, PutExpression):
            text.put(start, end, unit.text)
        elif isinstance(unit, ast.Call):
            text.put(*_edited_call(module, text, unit, calls[unit]))
        else:
            text.put(*_edited_dict(module, text, unit, dicts[unit]))
    _edit_statements(module, text, statements)
    return text.regions


def apply(text: str, regions: Sequence[Region]) -> str:
    parts: list[str] = []
    position = 0
    for start, end, new in regions:
        parts += (text[position:start], new)
        position = end
    return "".join((*parts, text[position:]))


class _Text:
    """The old text with the regions that have changed so far."""

    def __init__(self, module: Module) -> None:
        self._old = module.source.text
        self.regions: list[Region] = []

    def get(self, start: int, end: int) -> str:
        """The text between two offsets of the old text, as it is now."""
        low, high = self._inside(start, end)
        moved = [(s - start, e - start, new) for s, e, new in self.regions[low:high]]
        return apply(self._old[start:end], moved)

    def put(self, start: int, end: int, new: str) -> None:
        low, high = self._inside(start, end)
        del self.regions[low:high]
        insort(self.regions, (start, end, new))

    def _inside(self, start: int, end: int) -> tuple[int, int]:
        low = high = bisect_left(self.regions, (start, start, ""))
        while high < len(self.regions) and self.regions[high][1] <= end:
            high += 1
        return low, high


# Calls and dicts


def _edited_call(
    module: Module, text: _Text, call: ast.Call, changes: Sequence[CallChange]
) -> Region:
    start, end = module.extent(call)
    behind_function = module.extent(call.func)[1]
    match = _TO_PARENTHESIS.match(module.source.text, behind_function, end)
    if match is None or module.source.text[end - 1] != ")":
        raise Refused("its place in the text is not certain")
    row, items = _call_row(module, text, call, match.end(), end - 1, changes)
    order = arguments(call)
    for turned in (change for change in changes if isinstance(change, TurnArgument)):
        items[turned.argument].head = f"{turned.name}="
    for dropped in (change for change in changes if isinstance(change, DropArgument)):
        row.remove(items[dropped.argument])
    for added in (change for change in changes if isinstance(change, AddKeyword)):
        mapping = next((items[a] for a in order if is_mapping(a) and items[a] in row.items), None)
        index = len(row.items) if mapping is None else row.items.index(mapping)
        row.insert(index, Item(body=added.text, head=f"{added.name}="))
    return start, end, f"{text.get(start, match.end())}{row})"


def _call_row(
    module: Module,
    text: _Text,
    call: ast.Call,
    start: int,
    end: int,
    changes: Sequence[CallChange],
) -> tuple[Row, dict[ast.expr | ast.keyword, Item]]:
    """The row between a call's parentheses (from `start` to `end`), and the item of each argument;
    values have their new text already."""
    order = arguments(call)
    new = {c.argument: c.text for c in changes if isinstance(c, (SetValue, TurnArgument))}
    if len(order) == 1 and module.extent(value_of(order[0]))[0] < start:
        # A generator that shares its parentheses with the call gets its own.
        item = Item(body=new.get(order[0], f"({text.get(start, end)})"))
        return Row("", [item]), {order[0]: item}
    pieces = []
    for argument in order:
        left, right = module.extent(value_of(argument))
        value = new[argument] if argument in new else text.get(left, right)
        pieces.append((left - start, right - start, value))
    row = skeleton.call_row(module.source.text[start:end], pieces)
    return row, dict(zip(order, row.items, strict=True))


def _edited_dict(module: Module, text: _Text, node: ast.Dict, dropped: Sequence[int]) -> Region:
    start, end = module.extent(node)
    inside = start + 1
    pieces = []
    for part in sorted(
        (part for part in (*node.keys, *node.values) if part is not None),
        key=lambda part: (part.lineno, part.col_offset),
    ):
        left, right = module.extent(part)
        pieces.append((left - inside, right - inside, text.get(left, right)))
    row = skeleton.dict_row(module.source.text[inside : end - 1], pieces, len(node.values))
    for item in [row.items[index] for index in dropped]:
        row.remove(item)
    return start, end, f"{{{row}}}"


# Statements


def _edited_import(module: Module, change: EditImport) -> Region:
    names = change.statement.names
    source = module.source.text
    start, end = module.extent(names[0])[0], module.extent(change.statement)[1]
    before = _opening_parenthesis(module, change.statement, start)
    if before is not None:
        start, end = before, end - 1
    pieces = []
    for alias in names:
        left, right = module.extent(alias)
        pieces.append((left - start, right - start, source[left:right]))
    row = skeleton.call_row(source[start:end], pieces)
    items = list(row.items)
    for index, name in sorted(change.added, reverse=True):
        row.insert(index, Item(body=name))
    for alias in change.dropped:
        row.remove(items[names.index(alias)])
    return start, end, str(row)


def _opening_parenthesis(
    module: Module, statement: ast.Import | ast.ImportFrom, first_name: int
) -> int | None:
    """The offset behind the parenthesis before the first name, if there is one."""
    start, end = module.extent(statement)
    if isinstance(statement, ast.Import) or module.source.text[end - 1] != ")":
        return None
    head = re.sub(r"#[^\r\n]*", lambda m: " " * len(m[0]), module.source.text[start:first_name])
    return start + head.rindex("(") + 1


def _edit_statements(
    module: Module, text: _Text, changes: Sequence[DropStatement | AddLine | NewImport]
) -> None:
    lines: list[tuple[int, int]] = []
    dropped = {change.statement for change in changes if isinstance(change, DropStatement)}
    for owner, name in dict.fromkeys(module.block(statement) for statement in dropped):
        block = list(getattr(owner, name))
        gone = dropped.intersection(block)
        if len(gone) == len(block) and not isinstance(owner, ast.Module):
            text.put(*module.extent(block[0]), "pass")
            gone.remove(block[0])
        for group in _sharing_lines(block):
            if gone.issuperset(group) and _owns_lines(module, group):
                lines.append(_lines(module, group))
            else:
                for start, end in _between_semicolons(module, group, gone):
                    text.put(start, end, "")
    inserted: dict[int, str] = defaultdict(str)
    for change in sorted(changes, key=lambda change: not isinstance(change, NewImport)):
        if isinstance(change, NewImport):
            offset, new = _new_import(module, change)
            inserted[offset] += new
        elif isinstance(change, AddLine):
            offset, new = _new_line(module, change)
            inserted[offset] += new
    for start, end in _merged(module, sorted(lines)):
        here = sorted(offset for offset in inserted if start <= offset <= end)
        if not here:
            text.put(*_with_blank_lines(module, start, end), "")
        else:  # new imports take the place of old ones, without blank lines of their own
            texts = [inserted.pop(offset).strip("\r\n") + module.newline for offset in here]
            text.put(start, end, "".join(texts))
    for offset, new in inserted.items():
        text.put(offset, offset, new)


def _sharing_lines(block: list[ast.stmt]) -> list[list[ast.stmt]]:
    """The statements of a block, those on one line (`a; b`) together."""
    groups: list[list[ast.stmt]] = []
    for statement in block:
        if groups and groups[-1][-1].end_lineno == statement.lineno:
            groups[-1].append(statement)
        else:
            groups.append([statement])
    return groups


def _owns_lines(module: Module, group: list[ast.stmt]) -> bool:
    """Whether nothing else is on the lines of these statements; a comment behind is their own."""
    return _starts_line(module, group[0]) and _ends_line(module, group[-1])


def _starts_line(module: Module, statement: ast.stmt) -> bool:
    source, start = module.source.text, module.extent(statement)[0]
    left = module.starts[module.line(start)]
    before = source[left:start].strip(" \t\f")
    return not before and not source[:left].rstrip("\r\n").endswith("\\")


def _ends_line(module: Module, statement: ast.stmt) -> bool:
    end = module.extent(statement)[1]
    right = module.starts[module.line(end) + 1]
    return _TO_LINE_END.fullmatch(module.source.text, end, right) is not None


def _lines(module: Module, group: list[ast.stmt]) -> tuple[int, int]:
    start, end = module.extent(group[0])[0], module.extent(group[-1])[1]
    return module.starts[module.line(start)], module.starts[module.line(end) + 1]


def _between_semicolons(
    module: Module, group: list[ast.stmt], gone: set[ast.stmt]
) -> Iterator[tuple[int, int]]:
    """Runs of statements that leave others on their line, with a semicolon each."""
    for is_gone, statements in groupby(group, lambda statement: statement in gone):
        run = list(statements)
        if not is_gone:
            continue
        first, last = group.index(run[0]), group.index(run[-1])
        if last + 1 < len(group):
            yield module.extent(run[0])[0], module.extent(group[last + 1])[0]
        elif first:
            yield module.extent(group[first - 1])[1], module.extent(run[-1])[1]
        else:
            raise Refused("the statement shares its line in a way that cannot be edited")


def _merged(module: Module, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring stretches of lines as one, with the blank lines between them."""
    merged: list[tuple[int, int]] = []
    for start, end in lines:
        if merged and not module.source.text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _with_blank_lines(module: Module, start: int, end: int) -> tuple[int, int]:
    """Lines that go, with so many blank lines below them that none are left doubled."""
    lines = module.source.lines
    first, below = module.starts.index(start), module.starts.index(end)
    above = first
    while above and not lines[above - 1].strip():
        above -= 1
    spare = first - above if above else len(lines)
    while spare and below < len(lines) and not lines[below].strip():
        below, spare = below + 1, spare - 1
    return start, module.starts[below]


def _new_import(module: Module, change: NewImport) -> tuple[int, str]:
    """Where a new import statement goes, and its line (or lines, with blank ones)."""
    source, newline = module.source.text, module.newline
    anchor = change.anchor
    if anchor is None:
        ends = not source or source.endswith(("\n", "\r"))
        return len(source), ("" if ends else newline) + change.text + newline
    if change.before:
        is_close = isinstance(anchor, IMPORTS) and not change.apart
        first = min([anchor.lineno, *(d.lineno for d in getattr(anchor, "decorator_list", ()))])
        start = module.extent(anchor)[0]
        indent = source[module.starts[module.line(start)] : start]
        gap = 2 if hasattr(anchor, "decorator_list") and not indent else 1
        new = indent + change.text + newline + newline * (0 if is_close else gap)
        return _above_comments(module, first - 1), new
    offset = module.starts[module.line(module.extent(anchor)[1]) + 1]
    if source[:offset].endswith(("\n", "\r")):
        new = change.text + newline
    else:
        new = newline + change.text
    if not is_head(anchor):
        return offset, new
    is_apart = offset == len(source) or not module.source.lines[module.line(offset)].strip()
    return offset, newline + new + ("" if is_apart else newline)


def _new_line(module: Module, change: AddLine) -> tuple[int, str]:
    """Where a new statement goes, and its line."""
    source = module.source.text
    start = module.extent(change.statement)[0]
    left, right = _lines(module, [change.statement])
    if not _starts_line(module, change.statement):
        raise Refused("the statement does not start its line")
    if getattr(change.statement, "decorator_list", None) or source.startswith("elif", start):
        raise Refused("no statement can stand before it")
    line = source[left:start] + change.text
    if not change.behind:
        return _above_comments(module, module.line(start)), line + module.newline
    if not isinstance(change.statement, SIMPLE) or not _ends_line(module, change.statement):
        raise Refused("the statement does not end its line")
    ends = source[:right].endswith(("\n", "\r"))
    return right, line + module.newline if ends else module.newline + line


def _above_comments(module: Module, line: int) -> int:
    """The offset above the comment lines that belong to the statement on `line` (from 0); those at
    the head of the file (shebang, encoding, licence) belong to the file."""
    source, above = module.source, line
    while above and source.lines[above - 1].lstrip(" \t\f").startswith("#"):
        if len(source.joined_to(above)) > 1:  # the end of a string
            break
        above -= 1
    return module.starts[above or line]
