"""Bodies that take as long as they take: those that are read or sent piece by piece, those that may be
large and are sent as one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.givers import written_for
from flake8_untimed.calls.responses import uses_of
from flake8_untimed.inference import invoke, lineage, members
from flake8_untimed.inference.arguments import Argument, taken_by
from flake8_untimed.inference.forwarding import handing_on
from flake8_untimed.inference.scopes import STORED, Scope, once
from flake8_untimed.inference.syntax import (
    called_name,
    dotted,
    own_expressions,
    within,
    written_arguments,
)
from flake8_untimed.inference.values import (
    Class,
    Context,
    Frame,
    Function,
    Instance,
    Literal,
    Partial,
    SenderValue,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Responses
from flake8_untimed.limits.overrides import passed_behind
from flake8_untimed.limits.takers import Sent

_FORMS = frozenset(("FormData", "MultipartWriter"))
"""Bodies of several parts, which are put into them at once or later."""
_FILES = frozenset(("open", "BytesIO"))
"""What makes a file object."""
_PUTTING = frozenset(("add_field", "append", "append_payload", "extend", "setdefault", "update"))
"""Methods that put something into a dict, a list or a form."""
_READING = frozenset(
    ("iter_any", "iter_chunked", "iter_chunks", "read", "readany", "readexactly", "readline",
     "readuntil")
)  # fmt: skip
"""Methods of a stream."""
_WHOLE = frozenset(
    ("download_as_bytes", "download_as_string", "download_as_text", "encode_multipart_formdata",
     "get_contents_as_string", "get_data", "getbuffer", "getvalue", "read_bytes", "read_text", "readall")
)  # fmt: skip
"""What returns all of a file, also of one in a cloud's storage, beside a `read()`, of a body that others
have sent, or a form that holds files."""
_SENT_BY_OTHERS = "flask.request"
_LARGE = 1 << 20
"""So many bytes may well take longer than a timeout to connect."""
_RECODING = frozenset(
    ("b64encode", "bytearray", "bytes", "compress", "decode", "dumps", "encode", "encodebytes",
     "join", "memoryview", "standard_b64encode", "strip", "urlsafe_b64encode")
)  # fmt: skip
"""Functions and methods that make as much of their object, and of their first argument: not of the
key in `jwt.encode(claims, key)`."""
_SHORT = frozenset(("dumps", "str"))
"""Functions that make a part of a form that is no file."""
_WRITING = frozenset(("write", "write_bytes"))
"""Methods that write to a file."""
_Part = tuple[ast.expr, Scope]
"""By the scope that it stands in."""
_EVENTS = re.compile("sse_?client|event_?source", re.IGNORECASE)
"""What reads a response as a stream of events."""
_EVENTS_BEGIN = ("data:", "data: ", b"data:", b"data: ")
"""How the lines of such a stream begin."""
_AS_IT_COMES = (1, None)
"""Sizes of pieces with which a body is read as it comes."""
_UNKNOWN = Responses(body=(), neutral=())
"""Of a library of whose responses nothing is known."""
_DEPTH = 4
"""Names behind names that are looked at."""
_BEHIND = 20
"""Functions behind a call that are looked at."""


def streams(facts: Facts, place: Call | Construction) -> bool:
    """Whether a call, or one in sight that relies on the default of a client, streams a body, or saves
    it to a file, and its library's timeout would end in the middle of that."""
    known = place.library.responses
    if known is None or not known.pieces:
        return False
    return any(
        _reads_pieces(sent, known.pieces) or _saves(facts, sent) or _sends_pieces(facts, sent)
        for sent in requests_of(facts, place)
    )


def tells_events(facts: Facts, place: Call | Construction) -> bool:
    """Whether a body is read as events are told: of one that is left to be read later, line by line as
    it comes, or by a class for that; by a function that the request goes through, or by its caller."""
    known = place.library.responses or _UNKNOWN
    return any(
        _reads_as_told(facts, sent, known)
        or (
            known.lines
            and _may_leave_body(facts, sent, place)
            and (_reads_events(sent, known.lines) or _reads_events(place, known.lines))
        )
        for sent in requests_of(facts, place)
    )


def _may_leave_body(facts: Facts, sent: Call | Sent, place: Call | Construction) -> bool:
    caller = sent if isinstance(sent, Call) else place
    name = caller.sender.stream if isinstance(caller, Call) else None
    if name is None or name == "*":
        return name is not None
    return any(
        not (isinstance(value, Literal) and not value.value)
        for node in _given_for(facts, sent, {name})
        for value in facts.evaluate(node, sent.context)
    )


def _reads_events(sent: Call | Sent | Construction, lines: tuple[str, ...]) -> bool:
    """Whether the response is read so, in its function or, where it leaves that, perhaps elsewhere in
    the file."""
    if isinstance(sent, Construction):
        return False
    uses = uses_of(sent)
    if not uses.isdisjoint(lines):
        return True
    if None not in uses or _is_dropped(sent):
        return False
    called = _called_in(sent.context.scope.module.scope)
    return any(name in lines or _EVENTS.search(name) for name in called)


def _reads_as_told(facts: Facts, sent: Call | Sent, known: Responses) -> bool:
    """Whether the function around a request speaks of events, or reads its body as it comes."""
    scope, uses = sent.context.scope.of_statement, uses_of(sent)
    is_open = None in uses and uses.isdisjoint(known.body)
    if is_open or not uses.isdisjoint((*known.sized, known.raw)):
        if _reads_as_it_comes(facts, scope, known):
            return True
    if not uses.isdisjoint((*known.repeated, known.raw)) and _reads_on(scope, known):
        return True
    return _tells_events(scope)


def _own_parts(scope: Scope) -> Iterator[ast.AST]:
    """What stands in a function; in a module or class without its functions, which read what is
    theirs."""
    if scope.is_function:
        yield from within(scope.node)
        return
    for statement in scope.places:
        yield statement
        for expression in own_expressions(statement):
            yield from within(expression)


@once
def _tells_events(scope: Scope) -> bool:
    """`line.startswith("data:")`"""
    return any(
        getattr(part.args[0], "value", None) in _EVENTS_BEGIN
        for part in _own_parts(scope)
        if isinstance(part, ast.Call) and called_name(part) == "startswith" and part.args
    )


@once
def _reads_as_it_comes(facts: Facts, scope: Scope, known: Responses) -> bool:
    return any(_comes_as_it_is(facts, part, scope, known) for part in _own_parts(scope))


def _comes_as_it_is(facts: Facts, node: ast.AST, scope: Scope, known: Responses) -> bool:
    """A body in pieces of one byte or of no size, and what reads the lines of `response.raw`: a loop,
    `TextIOWrapper`."""
    if isinstance(node, ast.For):
        return _is_raw(node.iter, known)
    if not isinstance(node, ast.Call):
        return False
    if called_name(node) == "TextIOWrapper":
        return any(_is_raw(argument, known) for argument in node.args)
    if called_name(node) not in known.sized:
        return False
    parameter, default = known.sized[called_name(node)]
    named = (keyword.value for keyword in node.keywords if keyword.arg in (parameter, None))
    given = next(iter((*node.args, *named)), None)
    if given is None:
        return default in _AS_IT_COMES
    values = facts.evaluate(given, Context(scope, None))
    return any(isinstance(v, Literal) and v.value in _AS_IT_COMES for v in values)


def _is_raw(node: ast.expr, known: Responses) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == known.raw


@once
def _reads_on(scope: Scope, known: Responses) -> bool:
    """`while True: response.readline()`, `iter(response.readline, b"")`, `while response.read(1):`"""
    return any(
        _reads_piece(part, known)
        for loop in _own_parts(scope)
        if isinstance(loop, ast.While)
        or (isinstance(loop, ast.Call) and called_name(loop) == "iter" and len(loop.args) == 2)
        for part in within(loop)
    )


def _reads_piece(node: ast.AST, known: Responses) -> bool:
    if isinstance(node, ast.Call):
        size = known.repeated.get(called_name(node))
        return size is not None and [getattr(a, "value", None) for a in node.args] == [size]
    return isinstance(node, ast.Attribute) and known.repeated.get(node.attr, 0) is None


@once
def _called_in(module: Scope) -> frozenset[str]:
    """The names of what a file calls."""
    return frozenset(called_name(node) for node, _, _ in walk(module).calls)


def leaves_body(facts: Facts, call: Call) -> bool:
    """Whether a call surely leaves the body to be read later, by `stream=True` or by itself."""
    method = facts.values(call.argument("method"))
    methods = {str(v.value).upper() for v in method if isinstance(v, Literal)} or {call.sender.name}
    if methods <= {"HEAD", "head"}:
        return False
    name = call.sender.stream
    if name is None or name == "*":
        return name is not None
    values = facts.values(call.argument(name))
    return bool(values) and all(isinstance(v, Literal) and v.value is True for v in values)


def sends_as_one(facts: Facts, place: Call | Construction) -> bool:
    """Whether a call, or one in sight that relies on the default of a client, sends a body as one that
    may be large, and all of it has to be sent within its library's timeout."""
    return place.library.timeouts.whole_body and any(
        _sends_much(facts, sent, place) for sent in requests_of(facts, place)
    )


def _sends_much(facts: Facts, sent: Call | Sent, place: Call | Construction) -> bool:
    """Whether a body may be large: the whole of a file, or files that are put together to one."""
    caller = sent if isinstance(sent, Call) else place
    if not isinstance(caller, Call) or caller.sender.body is None:
        return False
    body = caller.sender.body
    scope = sent.context.scope
    others = {*body.text, *body.beside, body.json}.difference(body.files, {None})
    bodies = [*_given_for(facts, sent, others), *_of_requests(facts, sent, body.request)]
    # What a wrapper hands on is looked at where its caller gives it.
    given = None if isinstance(sent, Call) else scope
    return any(
        _reaches([(node, scope)], lambda part, around: _of_form(part, around, given))
        for node in _given_for(facts, sent, body.files)
    ) or any(
        _is_of_whole(facts, node, scope, given) or _is_handed_whole(facts, caller, node, scope)
        for node in bodies
    )


def _is_handed_whole(facts: Facts, caller: Call, node: ast.expr, function: Scope) -> bool:
    """Whether what a function sends is its parameter, and a call gives that the whole of a file."""
    argument = (
        _handed(facts, caller).get((function, node.id)) if isinstance(node, ast.Name) else None
    )
    return (
        argument is not None
        and argument.node is not None
        and _is_of_whole(facts, argument.node, caller.context.scope, None)
    )


@once
def _handed(facts: Facts, call: Call) -> dict[tuple[Scope, str], Argument]:
    """What a call of a function of the project gives that, by its parameters."""
    if call.wrapper is None or call.handed_over:
        return {}
    passed = invoke.passed_by(facts.evaluator, call.node, call.context)
    return {
        (value.scope, name): argument
        for value in facts.evaluate(call.node.func, call.context)
        if isinstance(value, Function)
        for name, argument in taken_by(value, passed).items()
    }


def _is_of_whole(facts: Facts, node: ast.expr, scope: Scope, given: Scope | None) -> bool:
    """Whether an expression is, or is made of, the whole of a file."""
    if isinstance(node, ast.Name):
        return _is_named_whole(facts, node.id, scope, given)
    return _reaches([(node, scope)], lambda part, around: _of_whole(facts, part, around, given))


@once
def _is_named_whole(facts: Facts, name: str, scope: Scope, given: Scope | None) -> bool:
    """The same of a name; looked for once, however many requests send it."""
    parts = _of_name(facts, name, scope, given)
    return _reaches(parts, lambda part, around: _of_whole(facts, part, around, given))


def _reaches(left: list[_Part], parts: Callable[[ast.expr, Scope], list[_Part] | None]) -> bool:
    """Whether an expression, or a part of what it is made of, is what is looked for: `parts` finds
    None there, and what is to be looked at instead elsewhere."""
    left = [*left]
    seen: set[object] = set()
    while left:
        part, around = left.pop()
        key = (part.id, around) if isinstance(part, ast.Name) else part
        if key not in seen:
            seen.add(key)
            found = parts(part, around)
            if found is None:
                return True
            left += found
    return False


def _given_for(
    facts: Facts, sent: Call | Sent, names: Collection[str | None]
) -> Iterator[ast.expr]:
    """What a request is given for some of its sender's parameters, be it by one of several partials."""
    if isinstance(sent, Call) and sent.wrapper is None:
        partials = [
            v for v in facts.evaluate(sent.node.func, sent.context) if isinstance(v, Partial)
        ]
        arguments = [
            *map(sent.argument, names),
            *(p.site.passed.keywords.get(name) for p in partials for name in names if name),
        ]
        yield from (a.node for a in arguments if a is not None and a.node is not None)
    elif isinstance(sent.node, ast.Call):
        yield from (keyword.value for keyword in sent.node.keywords if keyword.arg in names)
        yield from _given_by_place(facts, sent.node, sent.context, names)


def _given_by_place(
    facts: Facts, node: ast.Call, context: Context, names: Collection[str | None]
) -> Iterator[ast.expr]:
    """What a call of a sender gives it by position for some of its parameters."""
    for value in facts.evaluate(node.func, context) if node.args else ():
        if isinstance(value, SenderValue) and not value.unbound:
            given = zip(value.sender.parameters, node.args, strict=False)
            yield from (part for name, part in given if name in names)


def _of_requests(facts: Facts, sent: Call | Sent, name: str | None) -> Iterator[ast.expr]:
    """The bodies of the requests that are made before they are sent: `urlopen(Request(url, data))`."""
    for node in _given_for(facts, sent, {name} if name else ()):
        for made in (node, *_parts(node, sent.context.scope)):
            if isinstance(made, ast.Call) and called_name(made) == "Request":
                yield from (*made.args[1:2], *(k.value for k in made.keywords if k.arg == "data"))


def _of_whole(
    facts: Facts, node: ast.expr, scope: Scope, given: Scope | None
) -> list[_Part] | None:
    """What an expression holds, or is made of, as a whole; None if it is the whole of a file, or a
    large piece, by the look of it. `given`: a function whose parameters do not count."""
    parts = _parts(node, scope)
    found: list[_Part] = []
    if isinstance(node, ast.Name):
        return _of_name(facts, node.id, scope, given)
    if _is_whole(facts, node, scope):
        return None
    if isinstance(node, ast.Attribute):
        stored = scope.events.get(dotted(node.value) or "", ())
        parts = [event.node for event in stored if event.name == node.attr and event.kind in STORED]
        # What its own function puts there is what it sends.
        holders = () if parts else facts.evaluator.insist(node.value, Context(scope, None))
        for value in holders:
            if isinstance(value, Instance):
                found += _of_attribute(facts, value, node.attr)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        parts = [node.value] if isinstance(node.value, ast.Name) else []
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        parts = [node.value] if _may_be_large(facts, _size_of(node.slice), scope) else []
    elif isinstance(node, ast.Call):
        name = called_name(node)
        if isinstance(node.func, ast.Attribute):
            # What is stripped of a file is a line or so: a token, a key.
            is_line = name == "strip" and _is_whole(facts, node.func.value, scope)
            parts = [node.func.value] if name in _RECODING and not is_line else []
        if name in _RECODING:
            parts += node.args[:1]
        elif name == "format":
            parts += written_arguments(node)
        for called in facts.evaluator.insist(node.func, Context(scope, None)):
            if isinstance(called, Function):
                found += [(r.value, called.scope) for r in called.scope.returns if r.value]
            elif isinstance(called, Class) and members.may_have_fields(called.scope):
                parts += written_arguments(node)
    return [*found, *((part, scope) for part in parts)]


def _of_attribute(facts: Facts, value: Instance, name: str) -> list[_Part]:
    """What an attribute of an object of the project holds: what its class stores there, or what
    whoever makes it gives for a field."""
    found: list[_Part] = []
    bases = lineage.mro(facts.evaluator, value.cls) if isinstance(value.cls, Class) else ()
    for scope in (base.scope for base in bases if isinstance(base, Class)):
        for method, event in members.attribute_stores(scope).get(name, ()):
            if isinstance(event.node, ast.expr):
                found.append((event.node, method))
        if value.site is not None and name in scope.bindings and members.is_field(scope, name):
            passed, place = value.site.passed, members.fields_before(scope, name)
            given = passed.keywords.get(name) or next(iter(passed.positional[place:]), None)
            if given is not None and given.node is not None and given.context is not None:
                found.append((given.node, given.context.scope))
    return found


def _of_name(facts: Facts, name: str, scope: Scope, given: Scope | None) -> list[_Part]:
    """What a name is given around some place, or by the callers whose parameter it is."""
    found = [(part, scope) for part in _given(scope, name)]
    bindings = scope.bindings.get(name, ())
    for binding in bindings:
        if binding.kind == "element":
            found += _of_elements(facts, binding.node, scope)
    if scope is not given and any(binding.kind == "parameter" for binding in bindings):
        found += [(value, context.scope) for value, context in written_for(facts, scope, name)]
    return found


def _of_elements(facts: Facts, node: ast.AST, scope: Scope) -> list[_Part]:
    """What is iterated, one after another: `iter(lambda: file.read(size), b"")`, a generator."""
    if not isinstance(node, ast.Call):
        return []
    if called_name(node) == "iter":
        return [(part.body, scope) for part in node.args if isinstance(part, ast.Lambda)]
    return [
        (part.value, called.scope)
        for called in facts.evaluator.insist(node.func, Context(scope, None))
        if isinstance(called, Function)
        for part, _ in called.scope.yields
        if isinstance(part, ast.Yield) and part.value is not None
    ]


def _is_whole(facts: Facts, node: ast.expr, scope: Scope) -> bool:
    """Whether an expression reads all of a file, or a piece that may be large."""
    if isinstance(node, ast.Attribute) and node.attr == "data":
        return facts.path_of(node.value, Context(scope, None)) == _SENT_BY_OTHERS
    if not isinstance(node, ast.Call):
        return False
    name = called_name(node)
    return (
        name in _WHOLE
        or _joins_given(node, scope)
        or (
            name == "read"
            and isinstance(node.func, ast.Attribute)
            and all(_may_be_large(facts, size, scope) for size in written_arguments(node))
        )
    )


def _joins_given(node: ast.Call, scope: Scope) -> bool:
    """`b"".join(stream)`, of a parameter: the pieces of a body."""
    holder = node.func.value if isinstance(node.func, ast.Attribute) else None
    pieces = node.args[0] if node.args else None
    return (
        called_name(node) == "join"
        and isinstance(holder, ast.Constant)
        and holder.value == b""
        and isinstance(pieces, ast.Name)
        and any(b.kind == "parameter" for b in scope.bindings.get(pieces.id, ()))
    )


def _may_be_large(facts: Facts, size: ast.expr | None, scope: Scope) -> bool:
    """Whether a size is large, or nothing that is known."""
    if size is None:
        return True
    if isinstance(size, ast.Call) and called_name(size) == "min":
        return all(_may_be_large(facts, part, scope) for part in size.args)
    values = facts.evaluate(size, Context(scope, None))
    sizes = [getattr(v, "value", None) for value in values for v in facts.or_default(value)]
    return not all(isinstance(number, int) and 0 <= number < _LARGE for number in sizes)


def _size_of(part: ast.Slice) -> ast.expr | None:
    """What says how long a slice is at most: `size` of `data[start:start + size]`."""
    if part.lower is not None and isinstance(part.upper, ast.BinOp):
        sides = part.upper.left, part.upper.right
        return next((side for side in sides if not _is_same_name(side, part.lower)), None)
    return part.upper


def _is_same_name(left: ast.expr, right: ast.expr) -> bool:
    """Whether two expressions are one name, or one number."""
    return isinstance(left, (ast.Name, ast.Attribute, ast.Constant)) and (
        type(left) is type(right) and ast.dump(left) == ast.dump(right)
    )


def _of_form(node: ast.expr, scope: Scope, given: Scope | None) -> list[_Part] | None:
    """The parts of a form that an expression holds; None if it may be a file. `given`: a function
    whose parameters do not count."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Dict):
        parts = node.values
    elif isinstance(node, ast.List):
        parts = node.elts
    elif isinstance(node, ast.Tuple):
        # `(name, what, type)`; without a name it is no file.
        is_nameless = bool(node.elts) and getattr(node.elts[0], "value", "") is None
        parts = [] if is_nameless else node.elts[1:2]
    elif isinstance(node, ast.Call):
        return [] if called_name(node) in _SHORT else None
    elif isinstance(node, ast.Name):
        bindings = scope.bindings.get(node.id, ())
        kinds = {binding.kind for binding in bindings}
        if given is scope and kinds == {"parameter"}:
            return []
        parts = [*_given(scope, node.id)]
        is_filled = any(event.kind in ("call", "item") for event in scope.events.get(node.id, ()))
        if not parts or kinds - {"annotation", "assign"} or is_filled:
            return None
    elif not isinstance(node, (ast.Constant, ast.JoinedStr)):
        return None
    return [(part, scope) for part in parts]


def requests_of(facts: Facts, place: Call | Construction) -> Iterator[Call | Sent]:
    """A call, or those in sight that rely on the default of a client."""
    if isinstance(place, Call):
        yield place
        # Of a wrapper, or a method that stands in the way, what these hand the timeout on to.
        for function in _functions_behind(facts, place):
            for node, scope, statement in handing_on(function):
                yield Sent(node, Context(scope, statement), True)
        return
    for call in place.calls:
        if call.relies:
            yield call
    yield from (sent for sent in place.sent if sent.relies)


@once
def _functions_behind(facts: Facts, call: Call) -> list[Scope]:
    """The functions of the project that the request of a call goes through."""
    if call.handed_over:
        return []
    found: dict[Scope, None] = {}
    passed = invoke.passed_by(facts.evaluator, call.node, call.context)
    left = [(value, passed) for value in facts.evaluate(call.node.func, call.context)]
    while left and len(found) < _BEHIND:
        value, given = left.pop()
        if isinstance(value, SenderValue):
            methods = [method for method, _ in facts.limits.overrides.behind(value)]
            if value.client is not None:
                methods += facts.limits.adapters.sends(value.client)
            left += [(method, passed_behind(given)) for method in methods]
        elif isinstance(value, Function) and value.scope not in found:
            for other, taken in facts.limits.functions.behind(value, given):
                if isinstance(other, Frame):
                    found[other.scope] = None
                else:
                    left.append((other, taken))
    return [*found]


def _reads_pieces(sent: Call | Sent, pieces: tuple[str, ...]) -> bool:
    """Whether the response is read piece by piece, in its function or, where it leaves that, perhaps
    elsewhere in the file."""
    uses = uses_of(sent)
    if not uses.isdisjoint(pieces):
        return True
    if None not in uses or _is_dropped(sent):
        return False
    return not _read_in(sent.context.scope.module.scope).isdisjoint(pieces)


def _saves(facts: Facts, sent: Call | Sent) -> bool:
    """Whether all of the response is read, and its function writes such a thing to a file."""
    return "read" in uses_of(sent) and _writes_whole(facts, sent.context.scope.of_statement)


@once
def _writes_whole(facts: Facts, scope: Scope) -> bool:
    return any(
        _is_of_whole(facts, argument, inner, None)
        for node, inner, _ in walk(scope).calls
        if called_name(node) in _WRITING
        for argument in node.args
    )


def _is_dropped(sent: Call | Sent) -> bool:
    """Whether nobody gets the response: `await session.post(url)` is the whole statement."""
    statement = sent.context.at
    value = statement.value if isinstance(statement, ast.Expr) else None
    return (value.value if isinstance(value, ast.Await) else value) is sent.node


@once
def _read_in(module: Scope) -> frozenset[str]:
    """The attributes that a file reads as streams."""
    parts = map(_read_by, within(module.node))
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
    """Whether an expression is a file or a generator, or holds one as a part of a form."""
    if depth > _DEPTH:
        return False
    if isinstance(node, ast.GeneratorExp):
        return True
    parts = _parts(node, context.scope)
    if isinstance(node, ast.Call):
        if (
            called_name(node) in _FILES
            or _adds_file(node)
            or _makes_generator(facts, node, context)
        ):
            return True
        if called_name(node) in _FORMS:
            parts = written_arguments(node)
    return any(_is_stream(facts, part, context, depth + 1) for part in parts)


def _parts(node: ast.AST, scope: Scope) -> list[ast.expr]:
    """What an expression holds, or has its value from, by the look of it."""
    if isinstance(node, ast.Await):
        return [node.value]
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, (ast.List, ast.Tuple)):
        return node.elts
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    return [*_given(scope, node.id)] if isinstance(node, ast.Name) else []


def _given(scope: Scope | None, name: str) -> Iterator[ast.expr]:
    """What a name was given around some place, and what was put into it there as a part."""
    while scope is not None and name not in scope.bindings:
        scope = scope.parent
    if scope is None:
        return
    for binding in scope.bindings[name]:
        if binding.kind in ("assign", "enter", "unpack") and isinstance(binding.node, ast.expr):
            yield binding.node
    for event in scope.events.get(name, ()):
        node = event.node
        if event.kind == "item":
            yield node
        elif event.kind == "call" and event.name in _PUTTING and isinstance(node, ast.Call):
            yield from (node, *written_arguments(node))


def _adds_file(node: ast.Call) -> bool:
    """Whether a call puts a file into a form."""
    return called_name(node) == "add_field" and any(k.arg == "filename" for k in node.keywords)


def _makes_generator(facts: Facts, node: ast.Call, context: Context) -> bool:
    called = facts.evaluate(node.func, context)
    return any(isinstance(v, Function) and bool(v.scope.yields) for v in called)
