"""Text between brackets to rows, with libcst: it knows which comment, blank and comma is where.

libcst sees only a skeleton: each value is replaced by a short name before, and put back after. So
it need not understand the values (nor run out of stack on them), and it is quick. Besides the door
for libcst's own command this is the only module that imports libcst; import it when there is an
edit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flake8_untimed.fixes.errors import LibcstMissing, Refused
from flake8_untimed.fixes.rows import Item, Row

try:
    import libcst as cst
except ImportError as error:
    raise LibcstMissing from error

_NEWLINE = re.compile(r"\r\n|\r|\n")

Piece = tuple[int, int, str]
"""Where a value stands in a text (from, to), and the text that it is to have."""


def call_row(text: str, values: Sequence[Piece]) -> Row:
    """The row of `text`, what stands between a call's parentheses."""
    skeleton = _Skeleton(text, values)
    node = skeleton.parse(f"_({skeleton.text})")
    if not isinstance(node, cst.Call) or len(node.args) != len(values):
        raise Refused("the arguments are written in a way that cannot be edited")
    items = []
    for arg in node.args:
        bare = arg.with_changes(value=_EMPTY, comma=_NO_COMMA, whitespace_after_arg=_BLANK)
        item = Item(
            head=skeleton.code(bare).removesuffix(_EMPTY.value),
            body=skeleton.code(arg.value),
            before_comma=skeleton.before(arg.comma),
            after_comma=skeleton.after(arg.comma),
        )
        if isinstance(arg.comma, cst.Comma):
            item.after_comma += skeleton.code(arg.whitespace_after_arg)
        else:
            item.before_comma += skeleton.code(arg.whitespace_after_arg)
        items.append(item)
    trailing = bool(node.args) and isinstance(node.args[-1].comma, cst.Comma)
    return _row(text, skeleton, skeleton.code(node.whitespace_before_args), items, trailing)


def dict_row(text: str, values: Sequence[Piece], entries: int) -> Row:
    """The row of `text`, what stands between a dict display's braces. An entry is one item."""
    skeleton = _Skeleton(text, values)
    node = skeleton.parse(f"{{{skeleton.text}}}")
    if not isinstance(node, cst.Dict) or len(node.elements) != entries:
        raise Refused("the dict is written in a way that cannot be edited")
    items = [
        Item(
            body=skeleton.code(element.with_changes(comma=_NO_COMMA)),
            before_comma=skeleton.before(element.comma),
            after_comma=skeleton.after(element.comma),
        )
        for element in node.elements
    ]
    trailing = isinstance(node.elements[-1].comma, cst.Comma)
    if trailing:
        items[-1].after_comma += skeleton.code(node.rbrace.whitespace_before)
    else:
        items[-1].before_comma += skeleton.code(node.rbrace.whitespace_before)
    return _row(text, skeleton, skeleton.code(node.lbrace.whitespace_after), items, trailing)


_EMPTY = cst.Name("_")
_BLANK = cst.SimpleWhitespace("")
_NO_COMMA = cst.MaybeSentinel.DEFAULT


class _Skeleton:
    """A text with short names for its values."""

    def __init__(self, text: str, values: Sequence[Piece]) -> None:
        prefix = "v"
        while prefix in text:
            prefix += "_"
        self.names: dict[str, str] = {}
        self.originals: dict[str, str] = {}
        parts: list[str] = []
        position = 0
        for number, (start, end, value) in enumerate(values):
            name = f"{prefix}{number}_"
            self.names[name] = value
            self.originals[name] = text[start:end]
            parts += (text[position:start], name)
            position = end
        self.text = "".join((*parts, text[position:]))
        self._name = re.compile(rf"{prefix}\d+_")
        newline = _NEWLINE.search(self.text)
        self._module = cst.Module([], default_newline=newline.group() if newline else "\n")

    def parse(self, text: str) -> cst.BaseExpression:
        config = cst.PartialParserConfig(default_newline=self._module.default_newline)
        try:
            return cst.parse_expression(f"({text})", config).with_changes(lpar=(), rpar=())
        except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError) as error:
            raise Refused("libcst cannot parse it") from error

    def code(self, node: cst.CSTNode) -> str:
        return self._module.code_for_node(node)

    def before(self, comma: cst.Comma | cst.MaybeSentinel) -> str:
        return self.code(comma.whitespace_before) if isinstance(comma, cst.Comma) else ""

    def after(self, comma: cst.Comma | cst.MaybeSentinel) -> str:
        return self.code(comma.whitespace_after) if isinstance(comma, cst.Comma) else ""

    def filled(self, text: str, values: dict[str, str]) -> str:
        return self._name.sub(lambda match: values[match.group()], text)


def _row(text: str, skeleton: _Skeleton, opening: str, items: list[Item], trailing: bool) -> Row:
    row = Row(opening, items, trailing)
    if skeleton.filled(str(row), skeleton.originals) != text:
        raise Refused("libcst does not give its text back unchanged")
    for item in items:
        item.body = skeleton.filled(item.body, skeleton.names)
    return row
