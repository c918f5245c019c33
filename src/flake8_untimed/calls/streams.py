"""Bodies that are read or sent piece by piece: they take as long as they take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.places import Responses
from flake8_untimed.inference.forwarding import handing_on
from flake8_untimed.inference.scopes import Scope, called_name, once
from flake8_untimed.inference.values import Context, Function
from flake8_untimed.limits.takers import Sent

_FORMS = frozenset(("FormData", "MultipartWriter"))
"""Bodies of several parts, which are put into them at once or later."""
_READING = frozenset(
    ("iter_any", "iter_chunked", "iter_chunks", "read", "readany", "readexactly", "readline",
     "readuntil")
)  # fmt: skip
"""Methods of a stream."""
_DEPTH = 4
"""Names behind names that are looked at."""


def streams(facts: Facts, place: Call | Construction) -> bool:
    """Whether a call, or one in sight that relies on the default of a client, streams a body, and its
    library's timeout would end in the middle of that."""
    known = place.library.responses
    if known is None or not known.pieces:
        return False
    responses = Responses()
    return any(
        _reads_pieces(sent, responses, known.pieces) or _sends_pieces(facts, sent)
        for sent in _requests(facts, place)
    )


def _requests(facts: Facts, place: Call | Construction) -> Iterator[Call | Sent]:
    if isinstance(place, Call):
        yield place
        # Of a wrapper, what it hands the timeout on to.
        called = facts.evaluate(place.node.func, place.context) if place.wrapper else ()
        for function in called:
            if isinstance(function, Function):
                for node, scope, statement in handing_on(function.scope):
                    yield Sent(node, Context(scope, statement), True)
        return
    for call in place.calls:
        if call.relies:
            yield call
    yield from (sent for sent in place.sent if sent.relies)


def _reads_pieces(sent: Call | Sent, responses: Responses, pieces: tuple[str, ...]) -> bool:
    """Whether the response is read piece by piece, in its function or, where it leaves that, perhaps
    elsewhere in the file."""
    uses = set(responses.uses(sent))
    if not uses.isdisjoint(pieces):
        return True
    read = _read_in(sent.context.scope.module.scope)
    return None in uses and not _is_dropped(sent) and not read.isdisjoint(pieces)


def _is_dropped(sent: Call | Sent) -> bool:
    """Whether nobody gets the response: `await session.post(url)` is the whole statement."""
    statement = sent.context.at
    value = statement.value if isinstance(statement, ast.Expr) else None
    return (value.value if isinstance(value, ast.Await) else value) is sent.node


@once
def _read_in(module: Scope) -> frozenset[str]:
    """The attributes that a file reads as streams."""
    parts = map(_read_by, ast.walk(module.node))
    return frozenset(part.attr for part in parts if isinstance(part, ast.Attribute))


def _read_by(node: ast.AST) -> ast.expr | None:
    """What a node reads as a stream, by the look of it."""
    if isinstance(node, ast.Attribute) and node.attr in _READING:
        return node.value
    return node.iter if isinstance(node, ast.AsyncFor) else None


def _sends_pieces(facts: Facts, sent: Call | Sent) -> bool:
    return isinstance(sent.node, ast.Call) and any(
        keyword.arg == "data" and _is_stream(facts, keyword.value, sent.context, 0)
        for keyword in sent.node.keywords
    )


def _is_stream(facts: Facts, node: ast.AST, context: Context, depth: int) -> bool:
    """Whether an expression is an open file or a generator, or holds one as a part of a form."""
    parts: list[ast.expr] = []
    if depth > _DEPTH:
        return False
    if isinstance(node, ast.GeneratorExp):
        return True
    if isinstance(node, ast.Await):
        parts = [node.value]
    elif isinstance(node, ast.Dict):
        parts = node.values
    elif isinstance(node, (ast.List, ast.Tuple)):
        parts = node.elts
    elif isinstance(node, ast.Call):
        if called_name(node) == "open" or _makes_generator(facts, node, context):
            return True
        if called_name(node) in _FORMS:
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
    elif isinstance(node, ast.Name):
        parts = [*_given(context.scope, node.id)]
    return any(_is_stream(facts, part, context, depth + 1) for part in parts)


def _given(scope: Scope | None, name: str) -> Iterator[ast.expr]:
    """What a name was given around some place, and what was put into it there as a form's part."""
    while scope is not None and name not in scope.bindings:
        scope = scope.parent
    if scope is None:
        return
    for binding in scope.bindings[name]:
        if binding.kind in ("assign", "enter") and isinstance(binding.node, ast.expr):
            yield binding.node
            if isinstance(binding.node, ast.Call) and called_name(binding.node) in _FORMS:
                for event in scope.events.get(name, ()):
                    if isinstance(event.node, ast.Call) and event.kind == "call":
                        yield from event.node.args


def _makes_generator(facts: Facts, node: ast.Call, context: Context) -> bool:
    called = facts.evaluate(node.func, context)
    return any(isinstance(v, Function) and bool(v.scope.yields) for v in called)
