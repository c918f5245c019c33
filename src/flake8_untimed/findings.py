"""What the analysis says: findings, the places they stand at, and the edits that would mend them.

Everything here is plain, frozen, picklable data; nothing in this file knows how a finding was
made or how an edit is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Union


class Span(NamedTuple):
    """A stretch of source. Lines and columns are 1-based, columns count characters (not bytes),
    and the end is exclusive: the column just behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Expression:
    """Source text to be written, and the dotted names in it that must be importable there.

    `Expression("aiohttp.ClientTimeout(total=30)", ("aiohttp.ClientTimeout",))`: the fixer spells
    each needed name as the file already does (`ClientTimeout` where the file says
    `from aiohttp import ClientSession`) and adds the import that is missing.
    """

    text: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetArgument:
    """Give the call at `call` the keyword argument `name`.

    A keyword of that name is replaced in place. Otherwise, if `position` is given, that positional
    argument (0-based, as written at the call) has its text replaced and stays positional.
    Otherwise a new keyword joins the end of the arguments, before any `**mapping`.
    """

    call: Span
    name: str
    value: Expression
    position: int | None = None


@dataclass(frozen=True)
class RemoveArgument:
    """Take the keyword argument `name` (else the positional one at `position`, which must be the
    last of them) out of a call."""

    call: Span
    name: str
    position: int | None = None


@dataclass(frozen=True)
class RenameArgument:
    """Turn the argument `name` (else the positional one at `position`, which must be the last of
    them: others would move up) into the keyword `new_name` with another value, where it stands."""

    call: Span
    name: str
    new_name: str
    value: Expression
    position: int | None = None


@dataclass(frozen=True)
class ReplaceExpression:
    """Put other text in the place of a whole expression."""

    span: Span
    value: Expression


@dataclass(frozen=True)
class RemoveItem:
    """Take the entry with the literal key `key` (compared without case) out of a dict display."""

    dict: Span
    key: str


@dataclass(frozen=True)
class RemoveStatement:
    """Drop a whole statement; `pass` takes its place where the block would be empty."""

    span: Span


Edit = Union[
    SetArgument, RemoveArgument, RenameArgument, ReplaceExpression, RemoveItem, RemoveStatement
]


@dataclass(frozen=True)
class Fix:
    """The edits that mend one finding; all of them or none. `safe`: the program does afterwards
    what its author must have meant, without a change that could surprise."""

    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True)
class Finding:
    """One thing found. Exactly one of `fix` and `why_not` is set: every finding without a fix
    says why it has none."""

    code: str
    span: Span
    message: str
    fix: Fix | None = None
    why_not: str | None = None

    @property
    def sort_key(self) -> tuple[int, int, str, str]:
        """The order in which findings of one file are reported."""
        return (self.span.line, self.span.column, self.code, self.message)
