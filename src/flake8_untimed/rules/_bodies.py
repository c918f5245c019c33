"""What the rules about bodies share: JSON text, and what the server is told about it."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.away import is_given_away
from flake8_untimed.calls.bodies import leaves_headers, may_add_headers
from flake8_untimed.calls.texts import signer
from flake8_untimed.inference.arguments import Argument, BoundArguments, bind
from flake8_untimed.inference.scopes import once
from flake8_untimed.inference.syntax import named_parameters
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Collection,
    Instance,
    Literal,
    Mapping,
    Result,
    Value,
    are_none,
    is_none,
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
    signed_by: ast.Call | None
    """The call that signs or hashes the text: `json=` need not write the same bytes."""


@once
def json_bodies(facts: Facts) -> list[JsonBody]:
    """The calls whose body is surely JSON text."""
    bodies = []
    for call in facts.requests:
        body = call.sender.body
        # With files, the text is no body: most libraries raise.
        if body is None or any(_is_given(facts, call, name) for name in body.beside):
            continue
        request = _request_made(facts, call)
        for parameter in body.text:
            argument = (request or call.arguments).named.get(parameter)
            made = json_text(facts.values(argument))
            if argument is not None and made is not None:
                kind = _content_type(facts, call)
                if kind == "none" and not _is_untold(facts, call):
                    kind = "unknown"
                headers = call.argument(call.sender.headers)
                signed = signer(facts, call, parameter, made)
                bodies.append(JsonBody(call, argument, parameter, made, kind, headers, signed))
                break
    return bodies


def _is_given(facts: Facts, call: Call, parameter: str) -> bool:
    """Whether something that is surely not None is given for a parameter."""
    values = facts.values(call.argument(parameter))
    return bool(values) and all(is_something(facts, v) for v in values)


def is_something(facts: Facts, value: Value) -> bool:
    """Whether a value is surely not None."""
    return (
        isinstance(value, (Mapping, Collection, Instance))
        or (isinstance(value, Literal) and not is_none(value))
        or facts.is_declared(value)
    )


def json_text(values: Alternatives) -> Result | None:
    """The call that made the JSON text, if a value can be nothing else."""
    if values and all(isinstance(v, Result) and v.path in DUMPS for v in values):
        first = values[0]
        return first if isinstance(first, Result) else None
    return None


def is_same(facts: Facts, body: JsonBody) -> bool:
    """Whether `json=` is there, and the JSON text is what it would make of the same object."""
    call, known = body.call, body.call.sender.body
    return (
        known is not None
        and takes_json(call, body.parameter)
        and body.dumps.path == STANDARD
        and not body.dumps.site.passed.keywords
        and body.signed_by is None
        and all(are_none(facts.values(call.argument(name))) for name in known.beside)
    )


def has_encoder(body: JsonBody) -> bool:
    """Whether the text may be made by an encoder of its own: a `json=` of a call takes none."""
    return any(k.arg in (None, "cls", "default") for k in body.dumps.site.node.keywords)


def takes_json(call: Call, parameter: str) -> bool:
    """Whether the body can be given as an object: wrappers have to take it so as well. With a name
    of its own for the text, one may do more with that."""
    body, argument = call.sender.body, call.argument(parameter)
    if body is None or body.json is None:
        return False
    if call.way and argument is not None and argument.keyword != parameter:
        return False
    for scope in call.way:
        accepted = scope.arguments
        names = {a.arg for a in named_parameters(accepted)}
        if body.json not in names and (accepted.kwarg is None or parameter in names):
            return False
    return True


# What the server is told ---------------------------------------------------------------------


def _is_untold(facts: Facts, call: Call) -> bool:
    """Of the call of a wrapper that seems to tell nothing, whether that is so on all its ways."""
    return not may_add_headers(facts, call) and all(
        _content_type(facts, other) == "none" for other in call.alike
    )


def _content_type(facts: Facts, call: Call) -> str:
    headers = call.argument(call.sender.headers)
    if headers is not None:
        kinds = {_of_headers(v) for v in facts.values(headers)}
        kind = kinds.pop() if len(kinds) == 1 else "unknown"
        if kind != "none":
            return kind
    elif call.arguments.open_keywords or call.arguments.open_positional:
        return "unknown"
    request = _request_made(facts, call)
    if request is not None:
        kinds = {_of_headers(v) for v in facts.values(request.named.get("headers"))} or {"none"}
        is_open = request.open_keywords or request.open_positional
        return kinds.pop() if len(kinds) == 1 and not is_open else "unknown"
    if _may_be_request(facts, call):
        return "unknown"
    return facts.of_client(call.client, _of_client) if call.client is not None else "none"


def _address(call: Call) -> Argument | None:
    """What may be a request object with headers of its own."""
    body = call.sender.body
    return call.argument(body.request) if body is not None else None


def _request_made(facts: Facts, call: Call) -> BoundArguments | None:
    """What the request object is made of that is made right in the call: `urlopen(Request(...))`."""
    address = _address(call)
    for value in facts.values(address) if address is not None else ():
        site = value.site if isinstance(value, Instance) else None
        known = facts.client_of(value)
        if site is not None and known is not None and address is not None:
            if site.node is address.node:
                return bind(site.passed, known.constructor.parameters)
    return None


def _may_be_request(facts: Facts, call: Call) -> bool:
    address = _address(call)
    if address is None or isinstance(address.node, ast.JoinedStr):
        return False
    values = facts.values(address)
    return not all(isinstance(v, Literal) and isinstance(v.value, str) for v in values)


def _of_headers(value: Value) -> str:
    """What a headers argument says of the Content-Type."""
    if is_none(value):
        return "none"
    if not isinstance(value, Mapping):
        return "unknown"
    # In several spellings, the last one is sent.
    told = [entry for key, entry in value.entries.items() if is_content_type(key)]
    if told:
        return _of_type(told[-1])
    return "none" if value.is_whole else "unknown"


def is_content_type(key: object) -> bool:
    """Whether the key of a header is that of the Content-Type."""
    return (_text_of(key) or "").lower() == "content-type"


def _text_of(value: object) -> str | None:
    """The text of a key or value of headers, which may be written as bytes, too."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def _of_type(values: Alternatives) -> str:
    kinds = set()
    for value in values:
        text = _text_of(value.value) if isinstance(value, Literal) else None
        if text is None:
            return "unknown"
        kinds.add("json" if _is_json(text) else "other")
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _is_json(content_type: str) -> bool:
    mime, _, parameters = content_type.lower().partition(";")
    return mime.strip() == "application/json" and parameters.strip() in ("", "charset=utf-8")


def _of_client(facts: Facts, client: Instance) -> str:
    """What the headers of a client itself say."""
    kind = "none"
    if isinstance(client.cls, Class):
        if not leaves_headers(facts, client):
            return "unknown"
    elif client.site is None or not facts.is_plain(client) or is_given_away(facts, client):
        return "unknown"
    else:
        passed = client.site.passed
        given = passed.keywords.get("headers")
        kinds = {_of_headers(v) for v in facts.values(given)} or {"none"}
        kind = kinds.pop() if len(kinds) == 1 and not passed.open_keywords else "unknown"
    told = [
        _of_headers(value) if value is not None else "unknown"
        for value in facts.put_into(client, "headers")
    ]
    told = [later for later in told if later != "none"]
    if isinstance(client.cls, Class) and len(set(told)) > 1:
        return "unknown"  # Which method comes last, nobody knows.
    return told[-1] if told else kind
