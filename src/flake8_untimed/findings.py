"""What the analysis says: findings, the places they stand at, and the edits that would mend them.

Everything here is plain, immutable, picklable data; nothing in this file knows how a finding was
made or how an edit is carried out.
"""

from __future__ import annotations

from typing import NamedTuple, Union


class Span(NamedTuple):
    """A stretch of source. Lines and columns are 1-based, columns count characters (not bytes),
    and the end is exclusive: the column just behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


class Expression(NamedTuple):
    """Source text to be written, and the dotted names in it that must be importable there.

    `Expression("aiohttp.ClientTimeout(total=30)", ("aiohttp.ClientTimeout",))`: the fixer spells
    each needed name as the file already does (`ClientTimeout` where the file says
    `from aiohttp import ClientSession`) and adds the import that is missing.
    """

    text: str
    needs: tuple[str, ...] = ()


class SetArgument(NamedTuple):
    """Give the call at `call` the keyword argument `name`.

    A keyword of that name is replaced in place. Otherwise, if `position` is given, that positional
    argument (0-based, as written at the call) has its text replaced and stays positional.
    Otherwise a new keyword joins the end of the arguments, before any `**mapping`.
    """

    call: Span
    name: str
    value: Expression
    position: int | None = None


class RemoveArgument(NamedTuple):
    """Take the keyword argument `name` (else the positional one at `position`, which must be the
    last of them) out of a call."""

    call: Span
    name: str
    position: int | None = None


class RenameArgument(NamedTuple):
    """Turn the argument `name` (else the positional one at `position`, which must be the last of
    them: others would move up) into the keyword `new_name` with another value, where it stands."""

    call: Span
    name: str
    new_name: str
    value: Expression
    position: int | None = None


class ReplaceExpression(NamedTuple):
    """Put other text in the place of a whole expression."""

    span: Span
    value: Expression


class RemoveItem(NamedTuple):
    """Take the entry with the literal key `key` (compared without case) out of a dict display."""

    dict: Span
    key: str


class RemoveStatement(NamedTuple):
    """Drop a whole statement; `pass` takes its place where the block would be empty."""

    span: Span


class AddStatement(NamedTuple):
    """Put an expression, as a statement on a line of its own, before the statement at `span`, or
    `behind` it (if that is a simple one)."""

    span: Span
    value: Expression
    behind: bool = False


Edit = Union[
    SetArgument,
    RemoveArgument,
    RenameArgument,
    ReplaceExpression,
    RemoveItem,
    RemoveStatement,
    AddStatement,
]


def span_of(edit: Edit) -> Span:
    """Where the call, dict, expression or statement stands that an edit speaks of."""
    if isinstance(edit, (SetArgument, RemoveArgument, RenameArgument)):
        return edit.call
    return edit.dict if isinstance(edit, RemoveItem) else edit.span


class Fix(NamedTuple):
    """The edits that mend one finding; all of them or none. `safe`: the program does afterwards
    what its author must have meant, without a change that could surprise. `doubt`: why it is not
    safe, where others of its rule are."""

    edits: tuple[Edit, ...]
    safe: bool
    doubt: str | None = None


class Finding(NamedTuple):
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
