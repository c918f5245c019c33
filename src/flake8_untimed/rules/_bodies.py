"""What the rules about bodies share: JSON text, and what the server is told about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_untimed.calls import Call, Facts
from flake8_untimed.findings import (
    Edit,
    Expression,
    Fix,
    RemoveArgument,
    RemoveItem,
    RenameArgument,
)
from flake8_untimed.inference.arguments import Argument, defaults
from flake8_untimed.inference.values import (
    Alternatives,
    Collection,
    Instance,
    Literal,
    Mapping,
    Result,
)

STANDARD = "json.dumps"
DUMPS = frozenset(
    (STANDARD, "simplejson.dumps", "ujson.dumps", "orjson.dumps", "rapidjson.dumps",
     "msgspec.json.encode", "flask.json.dumps", "nujson.dumps", "yajl.dumps", "hyperjson.dumps")
)  # fmt: skip
"""Functions that turn an object into JSON text (or bytes)."""


class JsonBody(NamedTuple):
    """A call whose body is JSON text. `content_type`: what the server is told: `json`, `other`,
    `none`, or `unknown`."""

    call: Call
    argument: Argument
    parameter: str
    dumps: Result
    content_type: str
    headers: Argument | None


def json_bodies(facts: Facts) -> Iterator[JsonBody]:
    """The calls whose body is surely JSON text."""
    for call in facts.requests:
        body = call.sender.body
        if body is None:
            continue
        for parameter in body.text:
            argument = call.argument(parameter)
            made = json_text(facts.values(argument))
            if argument is not None and made is not None:
                kind = _content_type(facts, call)
                if kind == "none" and call.wrapper is not None:
                    # It may add the header in its own manner.
                    kind = "unknown"
                headers = call.argument(call.sender.headers)
                yield JsonBody(call, argument, parameter, made, kind, headers)
                break


def json_text(values: Alternatives) -> Result | None:
    """The call that made the JSON text, if a value can be nothing else."""
    if values and all(isinstance(v, Result) and v.path in DUMPS for v in values):
        first = values[0]
        return first if isinstance(first, Result) else None
    return None


def is_plain(body: JsonBody) -> bool:
    """Whether the JSON text is what `json=` would make of the same object."""
    return body.dumps.path == STANDARD and not body.dumps.site.node.keywords


# What the server is told ---------------------------------------------------------------------


def _content_type(facts: Facts, call: Call) -> str:
    headers = call.argument(call.sender.headers)
    if headers is not None:
        kinds = {_of_headers(v) for v in facts.values(headers)}
        kind = kinds.pop() if len(kinds) == 1 else "unknown"
        if kind != "none":
            return kind
    elif call.arguments.open_keywords or call.arguments.open_positional:
        return "unknown"
    body = call.sender.body
    if body is not None and body.request is not None and _is_request(facts, call, body.request):
        return "unknown"
    return _of_client(facts, call)


def _is_request(facts: Facts, call: Call, parameter: str) -> bool:
    """Whether the address may be a request object with headers of its own."""
    values = facts.values(call.argument(parameter))
    return not all(isinstance(v, Literal) and isinstance(v.value, str) for v in values)


def _of_headers(value: object) -> str:
    """What a headers argument says of the Content-Type."""
    if isinstance(value, Literal) and value.value is None:
        return "none"
    if not isinstance(value, Mapping):
        return "unknown"
    for key, entry in value.entries.items():
        if isinstance(key, str) and key.lower() == "content-type":
            return _of_type(entry)
    return "unknown" if value.open or value.others else "none"


def _of_type(values: Alternatives) -> str:
    kinds = set()
    for value in values:
        if not isinstance(value, Literal) or not isinstance(value.value, str):
            return "unknown"
        kinds.add("json" if _is_json(value.value) else "other")
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _is_json(content_type: str) -> bool:
    mime, _, parameters = content_type.lower().partition(";")
    return mime.strip() == "application/json" and parameters.strip() in ("", "charset=utf-8")


def _of_client(facts: Facts, call: Call) -> str:
    """What the headers of the client itself say."""
    client = call.client
    if client is None:
        return "none"
    if client.site is None or not facts.is_plain(client):
        return "unknown"
    given = client.site.passed.keywords.get("headers")
    kind = "none"
    if given is not None:
        kinds = {_of_headers(v) for v in facts.values(given)}
        kind = kinds.pop() if len(kinds) == 1 else "unknown"
    elif client.site.passed.open_keywords:
        return "unknown"
    for value in facts.headers_set(client):
        later = _of_headers(value) if value is not None else "unknown"
        if later != "none":
            kind = later
    return kind


# The fix -------------------------------------------------------------------------------------


def use_json(facts: Facts, body: JsonBody) -> tuple[Fix | None, str | None]:
    """`json=x` in the place of `data=json.dumps(x)`, or why not."""
    call = body.call
    known = call.sender.body
    assert known is not None
    reason = _obstacle(facts, body)
    if reason is not None or known.json is None:
        return None, reason or f"{call.name}() has no parameter json"
    dumped = body.dumps.site.node.args[0]
    span = facts.span(call.node)
    edits: list[Edit] = [
        RenameArgument(
            span, body.parameter, known.json, Expression(facts.text(dumped)), body.argument.position
        )
    ]
    # A client may have a header of its own, which json= would leave as it is.
    if body.content_type == "json" and call.client is None:
        edits += _without_header(facts, body)
    safe = surely_something(facts, body.dumps)
    return Fix(tuple(edits), safe), None


def _obstacle(facts: Facts, body: JsonBody) -> str | None:
    call, made = body.call, body.dumps
    known = call.sender.body
    assert known is not None
    if made.path != STANDARD:
        return f"{made.path}() writes other bytes than json="
    passed = made.site.node
    if len(passed.args) != 1 or isinstance(passed.args[0], ast.Starred):
        return "dumps() is called in an unusual manner"
    if passed.keywords:
        return f"dumps has {passed.keywords[0].arg or '**'}="
    if isinstance(passed.args[0], ast.Constant) and passed.args[0].value is None:
        return "json=None would send no body"
    if call.handed_over:
        return "the sender is handed over here"
    if call.wrapper is not None:
        return f"{call.wrapper}() may take no {known.json}="
    if not body.argument.is_written or body.argument.node is None:
        return "the body is given elsewhere"
    position = body.argument.position
    if position is not None and position + 1 < len(call.node.args):
        return "arguments that follow it by position would move up"
    if not any(part is passed for part in ast.walk(body.argument.node)):
        return f"the JSON text is made elsewhere (line {passed.lineno})"
    for other in (*known.text, known.json, *known.beside):
        if other not in (body.parameter, None) and call.argument(other) is not None:
            given = facts.values(call.argument(other))
            if not all(isinstance(v, Literal) and v.value is None for v in given):
                return f"{other}= stands beside it"
    if call.arguments.open_keywords:
        return "**kwargs may hold another body"
    client = call.client
    if client is not None and client.site is not None:
        for name in ("json_serialize", "json_serialize_bytes"):
            if name in client.site.passed.keywords:
                return f"the session has {name}="
    return None


def _without_header(facts: Facts, body: JsonBody) -> list[Edit]:
    """Drop the header where it stands at the call and says no more than json= will."""
    headers = body.headers
    if headers is None or not headers.is_written or not isinstance(headers.node, ast.Dict):
        return []
    node = headers.node
    for key, value in zip(node.keys, node.values):
        if (
            isinstance(key, ast.Constant)
            and isinstance(key.value, str)
            and key.value.lower() == "content-type"
        ):
            if not isinstance(value, ast.Constant) or value.value != "application/json":
                return []
            if len(node.keys) == 1:
                name = body.call.sender.headers or "headers"
                if headers.position is not None:
                    return []
                return [RemoveArgument(facts.span(body.call.node), name, headers.position)]
            return [RemoveItem(facts.span(node), key.value)]
    return []


_MAKERS = frozenset(
    ("dict", "list", "tuple", "str", "int", "float", "bool", "set", "sorted", "len")
)
_DUMPERS = frozenset(
    ("model_dump", "to_dict", "asdict", "dict", "as_dict", "copy", "to_json", "items")
)


def surely_something(facts: Facts, made: Result) -> bool:
    """Whether the object that is dumped is surely not None."""
    node = made.site.node.args[0]
    if isinstance(node, (ast.Dict, ast.List, ast.Tuple, ast.ListComp, ast.DictComp, ast.JoinedStr)):
        return True
    if isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in (_DUMPERS if isinstance(function, ast.Attribute) else _MAKERS | {"asdict"})
    if isinstance(node, ast.Name) and _is_declared(made, node.id):
        return True
    values = facts.evaluate(node, made.site.context)
    return all(
        isinstance(v, (Mapping, Collection, Instance))
        or (isinstance(v, Literal) and v.value is not None)
        or facts.is_declared(v)
        for v in values
    )


_PLAIN = frozenset(("dict", "list", "str", "int", "float", "bool", "Dict", "List", "Mapping"))


def _is_declared(made: Result, name: str) -> bool:
    """Whether a name is a parameter of the function around, never bound again, whose annotation is
    a plain type and whose default is not None (`d: dict = None` is often written)."""
    scope = made.site.context.scope
    function = scope.node
    bindings = scope.bindings.get(name, ())
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or len(bindings) != 1:
        return False
    default = defaults(function.args).get(name)
    if isinstance(default, ast.Constant) and default.value is None:
        return False
    annotation = getattr(bindings[0].node, "annotation", None)
    return isinstance(annotation, ast.Name) and annotation.id in _PLAIN
