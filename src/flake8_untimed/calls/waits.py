"""Waits that are meant: what a request tells the server of its patience, by its address, too, what was
written down for its client in vain, and the wait for a free connection, where the timeout counts that, too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.givers import written_for
from flake8_untimed.calls.retries import methods_of
from flake8_untimed.calls.transfers import requests_of
from flake8_untimed.inference import flow, members
from flake8_untimed.inference.arguments import Argument, bind
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.surroundings import times_around
from flake8_untimed.inference.syntax import LOOPS, called_name, dotted, within, written_arguments
from flake8_untimed.inference.values import (
    Alternatives,
    Collection,
    Context,
    Instance,
    Literal,
    Mapping,
    Result,
    Value,
    are_none,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.limits.takers import Sent

KEEPS_SILENT = (
    "the server is asked to keep silent there, or to tell of events: it may well take longer"
)
WRITES_TEXT = "a language model writes the answer there: it may well take longer"

_UNIT = "(?:secs?|seconds|ms|millis|milliseconds)"
_WAIT = re.compile(
    rf"(?:x|long|max|poll|polling|request|server|drain)*(?:timeout|wait|waittime)(?:s|{_UNIT})?"
    rf"|wait(?:for|till|until|ready)[a-z]*|longpoll(?:ing)?|[a-z]*poll(?:ing)?{_UNIT}|duration{_UNIT}|seconds"
)
"""What a server calls the time that it may keep silent."""
_STREAM = re.compile(
    r"accept=.*text/event-stream.*|feed=(?:longpoll|continuous|eventsource)|(?:watch|follow|stream)=(?:true|1)"
)
"""An entry that asks for a body that is silent as long as nothing happens."""
_PREFERRED = re.compile(r"prefer=.*\bwait=(\w+).*")
"""A header (RFC 7240) that says how long the server may keep silent."""
_IN_URL = re.compile(r"[?&]([\w.-]+)=([^&#]*)")
"""The entries of a query that is written in an address; empty where they are put in."""
_WAIT_PATH = re.compile(r"/wait(?:[?#]|$)")
"""The end of an address that is answered when something is done."""
_GENERATES = re.compile(
    r"(?:(?:^|/)(?:api/(?:v\d+/)?(?:chat|generate)|chat/completions|v1/(?:messages|responses))"
    r"|/completions?|/ask|/runsync|/llm|/generate(?:[-_](?:answer|question|response|summar|text)\w*)?"
    r")(?:[?#]|$)|:(?:streamG|g)enerateContent|//api-inference\.huggingface\.co/models/"
)
"""That of one where a language model writes text: it often takes longer than half a minute."""
_GENERATES_BY = re.compile(r"stream|response_mode|(?:max|min)_(?:\w+_)?tokens|maxOutputTokens")
"""An entry by which it is told how much, and whether to send it as it comes."""
_PROMPTS = ({"model", "messages"}, {"prompt"})
"""Entries that together ask it for text."""
_LONG_POLL = re.compile("long_?poll", re.IGNORECASE)
"""How a function is named that waits so."""
_WAITS_FOR = re.compile("_*(?:a?wait|block)_(?:for|until|till)_")
"""How one is that waits so if it does not ask again and again."""
_SPOKEN = re.compile(
    r"""event-stream|long_?poll|/wait["'?#]|api/(?:v\d+/)?(?:chat|generate)|completion"""
    r"""|/generate|/ask|/llm|/runsync|v1/(?:messages|responses)|huggingface|def _*(?:a?wait|block)_"""
    r"""|stream|response_mode|_tokens|outputtokens|messages|prompt|generatecontent|["'?&(]\s*[\w.-]*"""
    r"""(?:timeout|wait|poll|duration|seconds|feed|watch|follow)[\w.-]*\s*["'=]"""
)
"""How a file mentions such an entry that it writes itself, in small letters: that is faster than to look for
both."""
_JOINED = (ast.BinOp, ast.BoolOp, ast.Call, ast.IfExp, ast.JoinedStr)
_NAMES = (ast.Name, ast.Attribute)
_DEPTH = 3
"""Functions behind functions that are looked at."""


def meant_wait(facts: Facts, place: Call | Construction, seconds: str | None) -> str | None:
    """What a call, or one in sight that relies on the default of a client, waits for that may well take
    longer than so many seconds: it asks for a stream of events, or for the text of a language model, or
    tells the server to keep silent for such a time, or who knows how long."""
    if not _speaks_of_waits(place.context.scope.module.scope):
        return None
    for sent in requests_of(facts, place):
        if _is_long_poll(sent):
            return KEEPS_SILENT
        # Of a wrapper's callers, only this one counts.
        callers = sent is place or not isinstance(place, Call)
        every = [a for given in _arguments(sent) for a in _behind(facts, given, callers)]
        may_post = not isinstance(sent, Call) or "POST" in methods_of(facts, sent)
        if may_post and any(_asks_for_text(facts, argument) for argument in every):
            return WRITES_TEXT
        if any(_asks_to_wait(facts, argument, seconds) for argument in every):
            return KEEPS_SILENT
        clients = sent.clients if isinstance(sent, Call) else ()
        if any(facts.of_client(client, _is_of_events) for client in clients):
            return KEEPS_SILENT
    return None


def _is_long_poll(sent: Call | Sent) -> bool:
    """Whether the name of the function around a request says so: `wait_for_message()`, where it neither
    asks in a loop nor sleeps."""
    scope = sent.context.scope.of_statement
    if not _WAITS_FOR.match(scope.name):
        return _LONG_POLL.search(scope.name) is not None
    is_decorated = bool(getattr(scope.node, "decorator_list", ()))
    return not is_decorated and not _loops(scope)


@once
def _loops(scope: Scope) -> bool:
    """Whether a function has a loop, or sleeps."""
    return any(
        isinstance(part, LOOPS)
        or (isinstance(part, ast.Call) and called_name(part) in ("sleep", scope.name))
        for part in within(scope.node)
    )


def _asks_for_text(facts: Facts, argument: Argument) -> bool:
    return any(map(_is_prompt, _shown(facts, argument))) or any(
        _GENERATES.search(text) for text in _texts(argument)
    )


def _asks_to_wait(facts: Facts, argument: Argument, seconds: str | None) -> bool:
    return any(_asks(value, seconds) for value in _shown(facts, argument)) or any(
        _WAIT_PATH.search(text)
        or any(_tells(key, told, seconds) for key, told in _IN_URL.findall(text))
        for text in _texts(argument)
    )


@once
def _speaks_of_waits(module: Scope) -> bool:
    return _SPOKEN.search(module.module.text.lower()) is not None


def _arguments(sent: Call | Sent) -> Iterator[Argument]:
    if isinstance(sent, Call):
        yield from sent.arguments.named.values()
        if sent.wrapper is not None:
            yield from (Argument(node, sent.context) for node in written_arguments(sent.node))
    elif isinstance(sent.node, ast.Call):
        # A `**mapping` holds what is for the library itself.
        named = (keyword.value for keyword in sent.node.keywords if keyword.arg)
        yield from (Argument(node, sent.context) for node in (*sent.node.args, *named))


def _behind(facts: Facts, argument: Argument, callers: bool, depth: int = 0) -> Iterator[Argument]:
    """An argument, and what it is, or is joined of, that is written elsewhere in the file; `callers`:
    also by those of its function."""
    yield argument
    node, context = argument.node, argument.context
    if depth == _DEPTH or node is None or context is None:
        return
    shown, _ = flow.given(context.scope, node, context.at)
    for part in within(shown) if isinstance(shown, (*_NAMES, *_JOINED)) else ():
        if isinstance(part, _NAMES):
            for given in _written_elsewhere(facts, part, context, callers):
                yield from _behind(facts, given, callers, depth + 1)


def _written_elsewhere(
    facts: Facts, node: ast.Name | ast.Attribute, context: Context, callers: bool
) -> Iterator[Argument]:
    """What a name or attribute of the object stands for: what it is given in its function, class or
    module, and what callers give for a parameter."""
    scope = context.scope.of_statement
    if isinstance(node, ast.Attribute):
        owner = scope.owner
        if owner is not None and dotted(node.value) == members.first_parameter(scope):
            for method, event in members.attribute_stores(owner).get(node.attr, ()):
                yield Argument(event.node, Context(method, event.statement))
            yield from _assigned(owner, node.attr)
    elif node.id not in scope.bindings:
        yield from _assigned(scope.module.scope, node.id)
    elif any(binding.kind == "parameter" for binding in scope.bindings[node.id]):
        for given, of_caller in written_for(facts, scope, node.id) if callers else ():
            yield Argument(given, of_caller)
    else:
        local, at = flow.given(scope, node, context.at)
        if local is not node and isinstance(local, ast.expr):
            yield Argument(local, Context(scope, at))


def _assigned(scope: Scope, name: str) -> Iterator[Argument]:
    for binding in scope.bindings.get(name, ()):
        if binding.kind == "assign" and isinstance(binding.node, ast.expr):
            yield Argument(binding.node, Context(scope, binding.statement))


def _shown(facts: Facts, argument: Argument) -> Iterator[Value]:
    """What an argument may be, and what that is made of: `json.dumps({...})`, `Request(url)`; with the
    mappings inside of mappings."""
    for value in facts.values(argument):
        yield from _with_inner(value)
        site = value.site if isinstance(value, (Instance, Result)) else None
        for given in site.passed.arguments if site is not None else ():
            for part in facts.values(given):
                yield from _with_inner(part)


def _with_inner(value: Value) -> Iterator[Value]:
    yield value
    for values in value.entries.values() if isinstance(value, Mapping) else ():
        yield from (v for v in values if isinstance(v, Mapping))


def _is_of_events(facts: Facts, client: Instance) -> bool:
    """Whether the headers or the query of a client ask for a stream of events, or tell of a wait."""
    keywords = client.site.passed.keywords if client.site is not None else {}
    return any(
        _asks(value, None)
        for name in ("headers", "params")
        for value in (*facts.values(keywords.get(name)), *facts.put_into(client, name))
    )


def _is_prompt(value: Value | None) -> bool:
    """Whether a mapping has entries that ask for text."""
    keys = {key for key, _ in entries(value) if isinstance(key, str)}
    return any(prompt <= keys for prompt in _PROMPTS) or any(map(_GENERATES_BY.fullmatch, keys))


def _asks(value: Value | None, seconds: str | None) -> bool:
    """Whether a mapping, or a list of pairs, has entries that ask for a wait."""
    return any(
        isinstance(key, str) and any(_tells(key, getattr(v, "value", ""), seconds) for v in values)
        for key, values in entries(value)
    )


def entries(value: Value | None) -> Iterator[tuple[object, Alternatives]]:
    """The keys and values of a mapping, or of a sequence of pairs."""
    if isinstance(value, Mapping):
        yield from value.entries.items()
    elif isinstance(value, Collection):
        for pair in (v for element in value.elements for v in element):
            if isinstance(pair, Collection) and pair.ordered and len(pair.elements) == 2:
                keys, told = pair.elements
                yield from ((getattr(key, "value", None), told) for key in keys)


def _tells(key: str, told: object, seconds: str | None) -> bool:
    """Whether an entry asks for a stream without end, or says how long the server may keep silent, and
    that may be too long."""
    entry = f"{key}={told}".lower()
    preferred = _PREFERRED.fullmatch(entry)
    if preferred is not None:
        key, told = "wait", preferred[1]
    if _STREAM.fullmatch(entry):
        return True
    if told in (None, False) or not _WAIT.fullmatch(re.sub("[-_.]", "", key).lower()):
        return False
    number, limit = _number(told), _number(seconds)
    if number is None:
        return str(told).lower() not in ("false", "no", "none")
    return number > 0 and (limit is None or number >= limit)


def _number(told: object) -> float | None:
    try:
        return float(str(told))
    except ValueError:
        return None


def _texts(argument: Argument) -> Iterator[str]:
    """The texts that an argument is, or is joined of."""
    node, context = argument.node, argument.context
    if node is None or context is None:
        return
    shown, _ = flow.given(context.scope, node, context.at)
    for part in within(shown) if isinstance(shown, (ast.Constant, *_JOINED)) else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def is_bounded_longer(facts: Facts, place: Call | Construction, seconds: str | None) -> bool:
    """Whether a bound that the author put around a call, or around one in sight that relies on the
    default of a client, surely is more than so many seconds."""
    limit = _number(seconds)
    return limit is not None and any(
        (_number(getattr(value, "value", None)) or 0) > limit
        for sent in requests_of(facts, place)
        for time in times_around(facts.evaluator, sent.node, sent.context)
        for value in facts.values(time)
    )


def written_in_vain(facts: Facts, call: Call, value: str) -> str | None:
    """A statement that sets another timeout for the client of a call, and does nothing."""
    known = facts.evaluator.client_of(call.client) if call.client is not None else None
    if known is None or call.client is None:
        return None
    for _, event, values in facts.limits.changes.stored(call.client, *known.idle):
        if ast.unparse(event.node) != value and not are_none(values):
            return ast.unparse(event.statement)
    return None


def queues(facts: Facts, place: Call | Construction) -> bool:
    """Whether a client waits for a free connection within the timeout, and many requests may have to: the
    connector lets few through at once, or a function around sends as many at once as there are."""
    if any(carrier.queues for carrier in place.library.carriers) and any(
        _does_all_at_once(around.context.scope.of_statement)
        for around in (place, *requests_of(facts, place))
    ):
        return True
    given: list[Argument] = []
    if isinstance(place, Construction):
        given = [*place.arguments.named.values()]
    else:
        sites = [client.site for client in place.clients if client.site is not None]
        given = [argument for site in sites for argument in site.passed.arguments]
    return any(_lets_few_through(facts, v) for argument in given for v in facts.values(argument))


@once
def _does_all_at_once(scope: Scope) -> bool:
    """Whether a function begins all that a list has, and waits for that: `gather(*tasks)`."""
    return any(
        (name == "gather" and any(isinstance(argument, ast.Starred) for argument in node.args))
        or (name == "as_completed" and node.args)
        for node, _, _ in walk(scope).calls
        for name in [called_name(node)]
    )


def _lets_few_through(facts: Facts, connector: Value) -> bool:
    if not isinstance(connector, Result):
        return False
    known = facts.evaluator.catalogue.carrier(connector.path)
    if known is None:
        return False
    named = bind(connector.site.passed, known.parameters, known.keywords).named
    return any(
        isinstance(v, Literal) and type(v.value) is int and 0 < v.value < few
        for name, few in known.queues.items()
        for value in facts.values(named.get(name))
        for v in facts.or_default(value)
    )
