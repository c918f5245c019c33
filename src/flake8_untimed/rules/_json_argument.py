"""The object itself in the place of its JSON text: `json=x` for `data=json.dumps(x)`."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator

from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.bodies import (
    functions_on_the_way,
    is_encoded_later,
    is_read_again,
    keywords_in_class,
    uses,
)
from flake8_untimed.calls.texts import (
    DISPLAYS,
    is_made_again,
    is_of_table,
    is_rebound_inside,
    is_signed_address,
    may_be_signed,
    naming,
)
from flake8_untimed.findings import (
    Edit,
    Expression,
    Fix,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameArgument,
    ReplaceExpression,
    Span,
)
from flake8_untimed.inference.arguments import Argument
from flake8_untimed.inference.syntax import writes_none
from flake8_untimed.inference.values import (
    Collection,
    Instance,
    Literal,
    Result,
    Symbol,
    Value,
    are_none,
)
from flake8_untimed.rules._bodies import (
    STANDARD,
    JsonBody,
    is_content_type,
    is_something,
)


def use_json(facts: Facts, body: JsonBody) -> tuple[Fix | None, str | None]:
    """`json=x` in the place of `data=json.dumps(x)`, or why not."""
    call = body.call
    known = call.sender.body
    assert known is not None
    if known.json is None:
        return None, f"{call.name}() has no parameter json"
    named = _naming(facts, body)
    reason = (
        _of_signing(body)
        or _of_dumps(facts, body.dumps)
        or _of_place(call, body.argument)
        or (None if named is not None else _of_argument(facts, body.argument, body.dumps))
        or _of_others(facts, call, body.parameter)
    )
    if reason is not None:
        return None, reason
    span, position = facts.span(call.node), body.argument.position
    head = len(known.json) - len(body.parameter) if position is None else len(f"{known.json}=")
    value = encoded(facts, body.argument, body.dumps, head)
    edits: list[Edit] = []
    if named is not None:
        edit, value = _without_text(facts, body, named)
        edits.append(edit)
    edits.append(RenameArgument(span, body.parameter, known.json, value, position))
    # A client may have a header of its own, which json= would leave as it is.
    if body.content_type == "json" and call.client is None:
        edits += _without_header(facts, body)
    doubt = next(_doubts(facts, body), None)
    return Fix(tuple(edits), doubt is None, doubt), None


def _naming(facts: Facts, body: JsonBody) -> ast.Assign | None:
    """The statement that gives the text, or that as bytes, a name for the argument only."""
    statement, made = naming(body.argument, body.dumps), body.dumps.site.node
    if statement is None or (
        isinstance(made.args[0], ast.Name) and _is_explained(facts, statement)
    ):
        return None
    given = body.argument._replace(node=statement.value)
    return statement if _unencoded(facts, given) is made else None


def _is_explained(facts: Facts, statement: ast.stmt) -> bool:
    """Whether a comment stands above a statement, or behind it."""
    span, lines = facts.span(statement), facts.source.lines
    above = lines[span.line - 2] if span.line > 1 else ""
    own = lines[span.line - 1 : span.end_line]
    return above.lstrip().startswith("#") or any("#" in line for line in own)


def _without_text(
    facts: Facts, body: JsonBody, named: ast.Assign
) -> tuple[ReplaceExpression | RemoveStatement, Expression]:
    """How the text loses its name to the object, and what is the argument then. An object that has a
    name of its own needs no other."""
    made = body.dumps.site.node.args[0]
    if isinstance(made, ast.Name):
        return RemoveStatement(facts.span(named)), Expression(made.id)
    assert body.argument.node is not None
    there = encoded(facts, body.argument._replace(node=named.value), body.dumps)
    return ReplaceExpression(facts.span(named.value), there), Expression(
        facts.text(body.argument.node)
    )


# What stands in the way ----------------------------------------------------------------------


def obstacle(
    facts: Facts, call: Call, argument: Argument, parameter: str, made: Result
) -> str | None:
    """Why an argument that is JSON text cannot be the object itself, in its place."""
    return (
        _of_dumps(facts, made)
        or _of_argument(facts, argument, made)
        or _of_others(facts, call, parameter)
    )


def _of_signing(body: JsonBody) -> str | None:
    signed = body.signed_by
    return None if signed is None else f"the JSON text is signed or hashed (line {signed.lineno})"


def _of_place(call: Call, argument: Argument) -> str | None:
    """What the way of calling is to blame for, where another parameter is to take the body."""
    if call.handed_over:
        return "the sender is handed over here"
    if call.wrapper is not None:
        return f"{call.wrapper}() may not hand a json= on as it does the text"
    if argument.position is not None and argument.position + 1 < len(call.node.args):
        return "arguments that follow it by position would move up"
    return None


def _of_dumps(facts: Facts, made: Result) -> str | None:
    """What is special about the way in which the text is made."""
    node = made.site.node
    if made.path != STANDARD:
        return f"{made.path}() writes other bytes than json="
    if node.keywords:
        return f"dumps has {node.keywords[0].arg or '**'}="
    if not _is_one_of(facts.values(Argument(node.func, made.site.context)), (STANDARD,)):
        return "what makes the JSON text may be more than json.dumps()"
    if len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        return "dumps() is called in an unusual manner"
    dumped = node.args[0]
    if writes_none(dumped):
        return "json=None would send no body"
    shown = (getattr(v, "node", None) for v in facts.evaluate(dumped, made.site.context))
    if any(_holds_no_number(display) for display in (dumped, *shown)):
        return "json= may refuse NaN and Infinity"
    return None


def _of_argument(facts: Facts, argument: Argument, made: Result) -> str | None:
    """What else the argument is than the text."""
    node, dumps = argument.node, made.site.node
    if not argument.is_written or node is None:
        return "the body is given elsewhere"
    if _unencoded(facts, argument) is dumps:
        return None
    if any(part is dumps for part in ast.walk(node)):
        return "the body is not just the result of dumps()"
    return f"the JSON text is made elsewhere (line {dumps.lineno})"


def _of_others(facts: Facts, call: Call, parameter: str) -> str | None:
    """What stands beside it in the call."""
    known, client = call.sender.body, call.client
    assert known is not None
    if known.json not in (None, parameter) and call.argument(known.json) is not None:
        return f"{known.json}= stands beside it"
    for other in (*known.text, *known.beside):
        if other != parameter and not are_none(facts.values(call.argument(other))):
            return f"{other}= stands beside it"
    if call.arguments.open_keywords:
        return "**kwargs may hold another body"
    given = client.site.passed.keywords if client is not None and client.site is not None else {}
    for name in known.encoders:
        if name in given or (client is not None and name in keywords_in_class(facts, client)):
            return f"the session has {name}="
    return None


_ASCII = frozenset(("utf-8", "utf8", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1"))
"""Encodings that write the same bytes, since `json.dumps` leaves nothing but ASCII."""


def encoded(facts: Facts, argument: Argument, made: Result, head: int = 0) -> Expression:
    """The object that is encoded, as it is written in the place of the argument: its lines go as far to
    the left as its first, where they begin below it or it began on a line of its own. `head`: so
    much longer is what stands before it then."""
    node, around = made.site.node.args[0], argument.node
    text, span = facts.text(node), facts.span(node)
    lines = text.split("\n")
    strings = (part for part in ast.walk(node) if isinstance(part, (ast.Constant, ast.JoinedStr)))
    if around is None or any(part.lineno != part.end_lineno for part in strings):
        return Expression(text)
    if around.lineno == node.lineno:
        below, gone = " " * (span.column - 1), span.column - facts.span(around).column - head
    elif around.lineno < node.lineno <= (around.end_lineno or 0):
        margin = _margin(facts, node.lineno)
        below = margin[len(_margin(facts, around.lineno)) :]
        gone = len(below) if len(margin) == span.column - 1 else 0
    else:
        gone = 0
    if gone <= 0 or any(line.strip() and not line.startswith(below) for line in lines[1:]):
        return Expression(text)
    moved = (line[gone:] if line.strip() else line for line in lines[1:])
    return Expression("\n".join((lines[0], *moved)))


def _margin(facts: Facts, line: int) -> str:
    text = facts.source.lines[line - 1]
    return text[: len(text) - len(text.lstrip(" \t"))]


def _unencoded(facts: Facts, argument: Argument) -> ast.expr | None:
    """The text that an argument encodes as `json=` would; else the argument itself."""
    node, context = argument.node, argument.context
    if not isinstance(node, ast.Call) or context is None:
        return node
    given = [*node.args, *(k.value for k in node.keywords if k.arg == "encoding")]
    if len(given) != len(node.args) + len(node.keywords):
        return node
    if isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
        text = node.func.value
    elif given and _is_one_of(facts.evaluate(node.func, context), ("builtins.bytes",)):
        text = given.pop(0)
    else:
        return node
    is_ascii = len(given) <= 1 and all(
        isinstance(e, ast.Constant)
        and isinstance(e.value, str)
        and e.value.lower().replace("_", "-") in _ASCII
        for e in given
    )
    return text if is_ascii else node


def _holds_no_number(display: ast.AST | None) -> bool:
    """Whether NaN or Infinity stands in a display: `float("nan")`, `math.inf`, `1e999`."""
    return display is not None and any(_is_no_number(part) for part in ast.walk(display))


def _is_no_number(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr.lower() in ("nan", "inf")
    if isinstance(node, ast.Name):
        return node.id in ("nan", "inf")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
        node = node.args[0] if len(node.args) == 1 else node
        try:
            return isinstance(node, ast.Constant) and not math.isfinite(float(node.value))  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            return False
    return isinstance(node, ast.Constant) and node.value == math.inf


# What may be otherwise with it ---------------------------------------------------------------


def _doubts(facts: Facts, body: JsonBody) -> Iterator[str]:
    """What may make of `json=` what it does not make of the text."""
    call, known = body.call, body.call.sender.body
    assert known is not None
    if not surely_something(facts, body.dumps):
        yield "the object may be None, and json=None sends no body"
    if is_of_table(body.dumps):
        yield "a missing value of a table is NaN, for which json= may raise"
    if known.json_is_new:
        yield f"older releases of {call.library.name} take no {known.json}= there, and send no body"
    if known.encoders and _may_encode(facts, call):
        yield "the session may encode in a way of its own"
    if not known.same_bytes and _are_bytes_known(facts, body):
        yield "json= writes other bytes, which something else there may tell of"
    if is_encoded_later(call) and _is_shared(facts, body.dumps.site.node.args[0], body.dumps):
        yield "the object is encoded later with json=, and may be changed by then"
    if is_read_again(facts, call, known.shown_to):
        yield "the body that is sent is read there, and may be of another type"
    if any(uses(scope, known.text) for scope in functions_on_the_way(facts, call)):
        yield "a function on the way does more with the text"
    if body.content_type == "none" and is_signed_address(facts, call):
        yield "the address seems to be signed, perhaps for no Content-Type"


def _are_bytes_known(facts: Facts, body: JsonBody) -> bool:
    """Whether the call may tell of the very bytes of the text: their length, their signature."""
    call = body.call
    if may_be_signed(call, body.dumps):
        return True
    if any(is_made_again(part, body.dumps) for part in ast.walk(call.node)):
        return True
    auth = facts.values(call.argument("auth"))
    return not all(isinstance(v, (Collection, Literal)) for v in auth)


def _is_shared(facts: Facts, node: ast.AST | None, made: Result) -> bool:
    """Whether others may hold the object that is dumped, or what it is made of, and change it."""
    if isinstance(node, ast.Dict):
        return any(_is_shared(facts, part, made) for part in (*node.keys, *node.values) if part)
    if isinstance(node, (ast.List, ast.Tuple)):
        return any(_is_shared(facts, part, made) for part in node.elts)
    if isinstance(node, (ast.Name, ast.Attribute)):
        values = facts.evaluate(node, made.site.context)
        return not values or not all(isinstance(value, Literal) for value in values)
    return not isinstance(node, (ast.Constant, ast.JoinedStr))


def _may_encode(facts: Facts, call: Call) -> bool:
    """Whether the client may encode in a way of its own."""
    client = call.client
    if client is None:
        return False
    function = call.node.func
    holder = function.value if isinstance(function, ast.Attribute) else None
    others = facts.evaluate(holder, call.context) if holder is not None else ()
    return (
        client.site is None
        or client.site.passed.open_keywords
        or not facts.is_plain(client)
        # `session or ClientSession()`
        or any(isinstance(other, Instance) and other.site is None for other in others)
    )


_MAKERS = tuple(
    f"builtins.{name}"
    for name in ("dict", "list", "tuple", "str", "int", "float", "bool", "sorted", "len")
)


def surely_something(facts: Facts, made: Result) -> bool:
    """Whether the object that is dumped is surely not None."""
    node, context = made.site.node.args[0], made.site.context
    if isinstance(node, (*DISPLAYS, ast.JoinedStr)):
        return True
    if any(isinstance(p, ast.Name) and is_rebound_inside(context, p.id) for p in ast.walk(node)):
        return False
    if isinstance(node, ast.Call):
        called = facts.evaluate(node.func, context)
        if _is_one_of(called, (*_MAKERS, "dataclasses.asdict")):
            return True
    return all(is_something(facts, value) for value in facts.evaluate(node, context))


def _is_one_of(values: tuple[Value, ...], paths: tuple[str, ...]) -> bool:
    return all(isinstance(v, Symbol) and v.path in paths for v in values)


# The header that it makes superfluous --------------------------------------------------------


def _without_header(facts: Facts, body: JsonBody) -> list[Edit]:
    """Drop the header where it stands at the call and says no more than json= will."""
    headers = body.headers
    if headers is None or not headers.is_written or not isinstance(headers.node, ast.Dict):
        return []
    node = headers.node
    places = _places_of_type(facts, headers)
    if not places or any(node.keys[place] is not None for place in places[1:]):
        # Written twice: the other one would count.
        return []
    key, value = node.keys[places[0]], node.values[places[0]]
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return []
    if not isinstance(value, ast.Constant) or value.value != "application/json":
        return []
    if facts.source.comments(_dropped(facts, body.call.node, node)):
        # It may say why the header is there.
        return []
    if len(node.keys) > 1:
        return [RemoveItem(facts.span(node), key.value)]
    if headers.position is not None:
        return []
    name = body.call.sender.headers or "headers"
    return [RemoveArgument(facts.span(body.call.node), name, headers.position)]


def _dropped(facts: Facts, call: ast.Call, headers: ast.Dict) -> Span:
    """What goes, or may, with a header: the headers, and what stands behind them on their last line
    if they go with it."""
    span, around = facts.span(headers), facts.span(call)
    if len(headers.keys) > 1:
        return span
    is_last = around.end_line == span.end_line
    line = facts.source.lines[span.end_line - 1]
    return span._replace(end_column=around.end_column - 1 if is_last else len(line) + 1)


def _places_of_type(facts: Facts, headers: Argument) -> list[int]:
    """The places in a display of headers that hold the Content-Type, or may hold it."""
    assert isinstance(headers.node, ast.Dict)
    assert headers.context is not None
    found = []
    for place, key in enumerate(headers.node.keys):
        values = facts.evaluate(key, headers.context) if key is not None else ()
        if not values or any(
            not isinstance(v, Literal) or is_content_type(v.value) for v in values
        ):
            found.append(place)
    return found
