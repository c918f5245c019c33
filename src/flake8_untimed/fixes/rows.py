"""Comma-separated rows in brackets, as text: arguments of a call, entries of a dict, names of an
import.

A row keeps all that stands between its items (blanks, comments, newlines, backslashes), so that
`str(row)` gives back what was read. Items join and leave it in the row's own manner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NEWLINE = re.compile(r"\r\n|\r|\n")
_BARE_NEWLINE = re.compile(r"(?:\r\n|\r|\n)[ \t]*")
_WIDTH = 79
"""What Black and ruff format put on one line, if nobody tells them otherwise."""
_LAST_LINE = re.compile(r"(?:[ \t\f]*\\)?(?:\r\n|\r|\n)[ \t\f]*\Z")


@dataclass(eq=False)
class Item:
    """One item. `head` is what comes before its value (`timeout=`, `**`), `body` the value with
    its own parentheses; `before_comma` and `after_comma` are the gaps around the comma. The last
    item of a row without a trailing comma has its gap to the bracket in `before_comma`."""

    body: str
    head: str = ""
    before_comma: str = ""
    after_comma: str = ""


@dataclass(eq=False)
class Row:
    opening: str
    """The gap behind the opening bracket; of an empty row, all there is between the brackets."""
    items: list[Item]
    trailing_comma: bool = False

    def __str__(self) -> str:
        parts = [self.opening]
        for number, item in enumerate(self.items, 1):
            parts += (item.head, item.body, item.before_comma)
            if number < len(self.items) or self.trailing_comma:
                parts += (",", item.after_comma)
        return "".join(parts)

    def insert(self, index: int, item: Item) -> None:
        """A new item at `index`: on a line of its own where its neighbours have one."""
        if not self.items:
            item.before_comma, item.after_comma = self.opening, ""
            self.opening = ""
            self.items.append(item)
        elif index >= len(self.items):
            self._append(item)
        else:
            self._insert_before(index, item)

    def remove(self, item: Item) -> None:
        """The item goes, with its comma and the comment on its line; other comments stay."""
        index = self.items.index(item)
        is_last = index == len(self.items) - 1
        before = self._gap_before(index)
        after = item.after_comma if not is_last or self.trailing_comma else item.before_comma
        del self.items[index]
        if not is_last:
            self._set_gap_before(index, _joined(before, after, first=index == 0))
            return
        closing = _closed(before, after)
        if not self.items:
            self.opening = closing if "#" in closing else ""
            self.trailing_comma = False
        elif self.trailing_comma:
            self.items[-1].after_comma = closing
        else:
            last = self.items[-1]
            last.before_comma = last.before_comma if "#" in last.before_comma else closing
            last.after_comma = ""

    def _append(self, item: Item) -> None:
        last, had_comma = self.items[-1], self.trailing_comma
        closing = last.after_comma if had_comma else last.before_comma
        before_comma, after_comma = "", " "
        model = self.items[-2] if len(self.items) > 1 else None
        if model is not None and _broken(model.before_comma):  # the comma leads each line
            before_comma, after_comma = _indent(model.before_comma), model.after_comma
        elif self._stands_alone:
            is_short = self._fits_beside(item)
            after_comma = " " if is_short else self.opening
            self.trailing_comma = not is_short
        elif _broken(self._gap_before(-1)) and (_broken(closing) or not self._ends_to_the_left):
            after_comma = _indent(self._gap_before(-1))
            ends = list(_NEWLINE.finditer(closing))
            if ends:
                # What stands before the bracket's line (comments) belongs to the items so far.
                after_comma = closing[: ends[-1].start()] + _plain(after_comma, ends[-1].group())
                closing = closing[ends[-1].start() :]
        if not had_comma:
            last.before_comma = before_comma
        last.after_comma = after_comma
        item.before_comma, item.after_comma = (
            ("", closing) if self.trailing_comma else (closing, "")
        )
        self.items.append(item)

    @property
    def _ends_to_the_left(self) -> bool:
        """Whether the last item ends with a bracket on a line that begins left of its own."""
        own, end = _plain(_indent(self._gap_before(-1)), ""), self.items[-1].body.splitlines()[-1]
        bare = end.lstrip(" \t")
        return bare.startswith((")", "]", "}")) and len(end) - len(bare) < len(own)

    @property
    def _stands_alone(self) -> bool:
        """Whether the only item has a line of its own, and no comma: so do Black and ruff format break
        a line that is too long."""
        return (
            len(self.items) == 1
            and not self.trailing_comma
            and _BARE_NEWLINE.fullmatch(self.opening) is not None
            and _BARE_NEWLINE.fullmatch(self.items[0].before_comma) is not None
        )

    def _fits_beside(self, item: Item) -> bool:
        """Whether there is room for one more item on the line of the only one: else these formatters
        want a line for each, and a comma behind the last."""
        only = self.items[0]
        line = f"{_plain(self.opening, '')}{only.head}{only.body}, {item.head}{item.body}"
        return not _broken(line) and len(line) <= _WIDTH

    def _insert_before(self, index: int, item: Item) -> None:
        gap = self._gap_before(index)
        end = _NEWLINE.search(gap)
        if end is None:
            item.after_comma = " "
        else:
            # Comments on lines of their own speak of the item that follows them.
            self._set_gap_before(index, gap[: end.end()] + _plain(_indent(gap), ""))
            item.after_comma = end.group() + gap[end.end() :]
        self.items.insert(index, item)

    def _gap_before(self, index: int) -> str:
        if index % len(self.items) == 0:
            return self.opening
        return self.items[index - 1].after_comma

    def _set_gap_before(self, index: int, gap: str) -> None:
        if index == 0:
            self.opening = gap
        else:
            self.items[index - 1].after_comma = gap


def _broken(gap: str) -> bool:
    return _NEWLINE.search(gap) is not None


def _indent(gap: str) -> str:
    """The last line's newline and indentation, with its backslash if there is one."""
    match = _LAST_LINE.search(gap)
    return match.group() if match else " "


def _plain(indent: str, newline: str) -> str:
    """The same indentation behind another newline."""
    return newline + indent[max(indent.rfind("\n"), indent.rfind("\r")) + 1 :]


def _splice_lines(before: str, after: str) -> str:
    """The gap that is left when a line between two gaps goes."""
    first = _NEWLINE.search(after)
    last = list(_NEWLINE.finditer(before))
    assert first is not None
    assert last
    return before[: last[-1].end()] + after[first.end() :]


def _joined(before: str, after: str, *, first: bool) -> str:
    """The gap between the neighbours of an item that left."""
    if _broken(before):
        return _splice_lines(before, after) if _broken(after) else before
    if _broken(after) and (not first or "#" in after):
        return after
    return before


def _closed(before: str, after: str) -> str:
    """The gap before the closing bracket when the last item left."""
    if _broken(before) and _broken(after):
        return _splice_lines(before, after)
    return before if "#" in before else after
