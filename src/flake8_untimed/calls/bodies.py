"""What else happens to the body of a request: who signs it, and whose hands it goes through."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from flake8_untimed.calls.retries import methods_of
from flake8_untimed.inference import flow, lineage, members, objects
from flake8_untimed.inference.arguments import Argument
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import (
    LOOPS,
    called_name,
    dotted,
    names_within,
    within,
    written_arguments,
)
from flake8_untimed.inference.values import (
    Class,
    Collection,
    Context,
    Function,
    Instance,
    Mapping,
    Result,
    Value,
)
from flake8_untimed.inference.walk import walk

if TYPE_CHECKING:
    from flake8_untimed.calls import Call, Facts

DISPLAYS = (ast.Dict, ast.List, ast.Tuple, ast.DictComp, ast.ListComp)
"""What makes a new object that has no other name."""
_ACTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)
_SIGNING = re.compile(
    r"hmac|digest|hash|md5|checksum|(?<![a-z])sha(?![a-z])"
    r"|(?<!as)(?<!de)sign(?!al|up|out|in(?!g))"
)
"""In the name of what signs or hashes its arguments; not `assign`, `shape`, `signal`."""
_HASHES = re.compile(r"\b(?:hmac|hashlib)\b")
_SIGNED = re.compile(r"pre_?sign|(?:signed|upload|sas)_?(?:ur[il]|link|location)", re.IGNORECASE)
"""In the name of an address that is signed beforehand, or what makes one."""
_TABLES = re.compile(r"\b(?:numpy|pandas)\b")
_OF_TABLES = frozenset(("mean", "median", "std", "to_dict", "to_list", "tolist"))
"""Methods of tables and arrays that lead to NaN where a value is missing."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def signer(facts: Facts, call: Call, parameter: str, text: Result) -> ast.Call | None:
    """The call that signs or hashes the text that a request sends as `parameter`, or the same text
    made once more: where it is made or sent, or in a function on the way."""
    for scope in dict.fromkeys(c.scope.of_statement for c in (call.context, text.site.context)):
        for node, context in _signings(scope):
            if node is call.node and call.wrapper is None:
                continue
            if any(_is_text(facts, part, context, text) for part in _given(node)):
                return node
    for scope in functions_on_the_way(facts, call):
        for node, _ in _signings(scope):
            if any(_names(part, (parameter,)) for part in _given(node)):
                return node
    return None


def may_be_signed(call: Call, text: Result) -> bool:
    """Whether what signs or hashes may make the text of a request again itself: the function around
    gives it the same object, or it stands in the file."""
    scope = call.context.scope.of_statement
    dumped = [ast.dump(argument) for argument in text.site.node.args]
    return _hashes(scope.module.scope) or any(
        ast.dump(part) in dumped for node, _ in _signings(scope) for part in _given(node)
    )


def is_signed_address(facts: Facts, call: Call) -> bool:
    """Whether a PUT goes to an address that was signed beforehand, by the names of it or of what it is
    taken from: the signature may cover the Content-Type."""
    address = call.argument(call.sender.url)
    if address is None or address.node is None or address.context is None:
        return False
    scope, at, _ = address.context
    made, _ = flow.given(scope, address.node, at)
    return "PUT" in methods_of(facts, call) and any(
        # A text that is written names a path of the server.
        not isinstance(part, (ast.BinOp, ast.Constant, ast.JoinedStr))
        and _SIGNED.search(ast.unparse(part))
        for part in (address.node, made)
    )


@once
def _hashes(module: Scope) -> bool:
    return _HASHES.search(module.module.text) is not None


def naming(argument: Argument, text: Result) -> ast.Assign | None:
    """The statement that gives JSON text a name for nothing but an argument, shortly before: what
    stands in between changes nothing that it is made of. The object is made there, so that nobody else
    has it, or has a name itself."""
    node, context = argument.node, argument.context
    if not isinstance(node, ast.Name) or context is None or not context.scope.is_function:
        return None
    scope, at, _ = context
    found = flow.reaching(scope, node.id, at)
    statement = found[0].binding.statement if len(found) == 1 else None
    if not isinstance(statement, ast.Assign) or isinstance(at, ast.While):
        return None
    if len(statement.targets) != 1 or at not in scope.places:
        return None
    first, last = scope.places[statement], scope.places[at]
    between = first.body[first.position + 1 : last.position]
    if first.body is not last.body or not all(map(_only_names, between)):
        return None
    made = text.site.node.args[0] if text.site.node.args else None
    if isinstance(made, ast.Name):
        is_same = not any(made.id in names_within(s) for s in between) and (
            not _may_change_before(at, made.id, node)
        )
    else:
        is_same = isinstance(made, DISPLAYS)
    return statement if is_same and _is_for_nothing_else(scope, node, statement) else None


def _may_change_before(statement: ast.stmt, name: str, use: ast.Name) -> bool:
    """Whether a statement may do something to what has a name before it comes to a use of another: it
    binds that again, or calls what is not given the other."""
    return any(
        (isinstance(part, ast.NamedExpr) and part.target.id == name)
        or (isinstance(part, ast.Call) and all(inner is not use for inner in within(part)))
        for part in within(statement)
    )


def _is_for_nothing_else(scope: Scope, node: ast.Name, statement: ast.Assign) -> bool:
    """Whether what a statement gives a name is used at one place only: it may be the name of the object
    until then (`data = json.dumps(data)`)."""
    places = _places_of_names(scope)[node.id]
    if len(scope.bindings[node.id]) == 1:
        return len(places) == 2
    if any(isinstance(around, LOOPS) for around, _ in scope.parents(statement)):
        return False
    end = statement.end_lineno or 0, statement.end_col_offset or 0
    return node.id not in _names_used_late(scope) and not any(
        place is not node and (place.lineno, place.col_offset) > end for place in places
    )


@once
def _places_of_names(scope: Scope) -> dict[str, list[ast.Name]]:
    """Where each name stands in a scope, and in those inside it."""
    found: dict[str, list[ast.Name]] = {}
    for part in within(scope.node):
        if isinstance(part, ast.Name):
            found.setdefault(part.id, []).append(part)
    return found


@once
def _names_used_late(scope: Scope) -> set[str]:
    """The names in what a scope holds that may run after it was passed: functions and generators."""
    late: list[ast.AST] = [function.node for function in members.functions(scope)]
    late += [part for part in within(scope.node) if isinstance(part, ast.GeneratorExp)]
    return set[str]().union(*map(names_within, late))


def _only_names(statement: ast.stmt) -> bool:
    """`headers = {"Accept": kind}`"""
    return (
        isinstance(statement, ast.Assign)
        and all(isinstance(target, ast.Name) for target in statement.targets)
        and not any(isinstance(part, _ACTS) for part in within(statement))
    )


def is_of_table(text: Result) -> bool:
    """Whether JSON text is made of a table or an array, by the look of the object and of what its names
    were given."""
    scope, at, _ = text.site.context
    made = text.site.node.args
    if not made or not _TABLES.search(scope.module.text):
        return False
    parts = [*within(made[0])]
    for name in [part for part in parts if isinstance(part, ast.Name)]:
        parts += within(flow.given(scope, name, at)[0])
    return any(isinstance(part, ast.Call) and called_name(part) in _OF_TABLES for part in parts)


def functions_on_the_way(facts: Facts, call: Call) -> Iterator[Scope]:
    """The functions of the project that have the body before the library has it: wrappers, and
    methods of a subclass through which the library's own lead."""
    yield from call.way
    client = call.client
    if client is None or not isinstance(client.cls, Class):
        return
    known = facts.evaluator.client_of(client)
    sender = known.senders.get(call.sender.delegates or "") if known is not None else None
    while known is not None and sender is not None and sender.body is not None:
        for value in objects.class_attribute(facts.evaluator, client.cls, sender.name, client):
            if isinstance(value, Function):
                yield value.scope
        sender = known.senders.get(sender.delegates or "")


def may_add_headers(facts: Facts, call: Call) -> bool:
    """Whether a function on the way, or what stands in its place, may say more in the headers than
    is seen of it: it names the Content-Type, takes the headers out of its keywords, has a decorator
    out of sight, or a subclass says it otherwise; or whether what is given the request names it."""
    names = call.sender.body.shown_to if call.sender.body is not None else ()
    return any(
        facts.wrappers.is_replaced(scope)
        or any(_adds_headers(facts, scope, part) for part in within(scope.node))
        for scope in call.way
    ) or any(
        _is_content_type(part)
        for scope in _shown_to(facts, call, names)
        for part in within(scope.node)
    )


def leaves_headers(facts: Facts, client: Instance) -> bool:
    """Whether a client that is made in sight, of a class of the project that is all in sight, does
    nothing to the headers of a request but what it puts into its own."""
    evaluator, cls = facts.evaluator, client.cls
    known = evaluator.client_of(client)
    if known is None or not isinstance(cls, Class) or client.site is None:
        return False
    if "headers" in (*known.constructor.parameters, *known.constructor.keywords):
        return False
    own = {"headers", "prepare_request", "get_adapter", "__getattribute__", *known.senders}
    if any(facts.limits.changes.stored(client, *(own - {"headers"}))):
        return False
    return all(
        own.isdisjoint(base.scope.bindings)
        if isinstance(base, Class)
        else getattr(base, "path", "") in (known.path, *lineage.HARMLESS_BASES)
        for base in lineage.mro(evaluator, cls)
    )


def _is_content_type(part: ast.AST) -> bool:
    return (
        isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and part.value.lower() == "content-type"
    )


def _adds_headers(facts: Facts, scope: Scope, part: ast.AST) -> bool:
    if _is_content_type(part):
        return True
    if isinstance(part, ast.Subscript):
        return isinstance(part.ctx, ast.Load) and _is_headers(part.slice)
    if isinstance(part, ast.Call):
        return bool(part.args) and _is_headers(part.args[0])
    return (
        isinstance(part, ast.Attribute)
        and "header" in part.attr.lower()
        and facts.wrappers.is_said_otherwise(scope, part.attr)
    )


def _is_headers(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "headers"


def uses(scope: Scope, names: tuple[str, ...]) -> bool:
    """Whether a function does more with what is called so than to hand it on to `super()`."""
    handed = {
        id(part)
        for node, _, _ in walk(scope).calls
        if isinstance(node, ast.Call) and members.is_of_super(node.func)
        for part in written_arguments(node)
    }
    body = scope.node.body  # type: ignore[union-attr]
    return any(
        _names(part, names) and id(part) not in handed
        for statement in (body if isinstance(body, list) else [body])
        for part in within(statement)
    )


def looks_for(scope: Scope, names: tuple[str, ...]) -> bool:
    """Whether a function looks for something of these names in its `**kwargs`, or in a copy of them: to
    check it, to log it."""
    rest = scope.arguments.kwarg
    if rest is None:
        return False
    held = {
        name
        for name, bindings in scope.bindings.items()
        if any(b.kind == "assign" and _is_copy(b.node, rest.arg) for b in bindings)
    } | {rest.arg}
    return any(_looks_into(part, held, names) for part in within(scope.node))


def _is_copy(node: ast.AST, name: str) -> bool:
    """Whether an expression is a dict with all that another holds: `dict(kwargs)`, `{**kwargs}`."""
    is_new = isinstance(node, ast.Dict) or (
        isinstance(node, ast.Call) and called_name(node) in ("dict", "copy", "deepcopy")
    )
    return is_new and any(isinstance(part, ast.Name) and part.id == name for part in within(node))


def _looks_into(part: ast.AST, held: set[str], names: tuple[str, ...]) -> bool:
    """`"data" in kwargs`, `kwargs["data"]`, `kwargs.get("data")`"""
    key: ast.AST | None = None
    where: ast.AST | None = None
    if isinstance(part, ast.Compare):
        key, where = part.left, part.comparators[0]
    elif isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load):
        key, where = part.slice, part.value
    elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.args:
        key, where = part.args[0], part.func.value
    return (
        isinstance(key, ast.Constant)
        and key.value in names
        and isinstance(where, ast.Name)
        and where.id in held
    )


def is_read_again(facts: Facts, call: Call, names: tuple[str, ...]) -> bool:
    """Whether code in sight reads the `body` of the request that a call sends: around the call, or in
    what the call or its client is given as one of these names."""
    if names and _reads_sent_bodies(call.context.scope):
        return True
    return any(
        _is_body(part) for scope in _shown_to(facts, call, names) for part in within(scope.node)
    )


def _shown_to(facts: Facts, call: Call, names: tuple[str, ...]) -> Iterator[Scope]:
    """The functions and classes of the project among what a call or its client is given, or has, as
    one of these names."""
    values = [v for name in names for v in facts.values(call.argument(name))]
    if call.client is not None:
        given = call.client.site.passed.keywords if call.client.site is not None else {}
        values += [v for name in names for v in facts.values(given.get(name))]
        for _, _, stored in facts.limits.changes.stored(call.client, *names):
            values += stored
    for value in values:
        yield from _shown(facts, value)


@once
def _reads_sent_bodies(scope: Scope) -> bool:
    """Whether a function reads `request.body` of anything."""
    parts = within(scope.node)
    return any(_is_body(part) and _is_body(part.value, "request") for part in parts)


def _shown(facts: Facts, value: Value) -> Iterator[Scope]:
    """The functions and classes of the project among what is given, or in a mapping or list of it."""
    if isinstance(value, Function):
        yield value.scope
    elif isinstance(value, Instance) and isinstance(value.cls, Class):
        line = lineage.mro(facts.evaluator, value.cls)
        yield from (base.scope for base in line if isinstance(base, Class))
    elif isinstance(value, (Mapping, Collection)):
        groups = value.entries.values() if isinstance(value, Mapping) else value.elements
        for inner in (inner for group in groups for inner in group):
            yield from _shown(facts, inner)


def _is_body(node: ast.AST, name: str = "body") -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and node.attr == name


def keywords_in_class(facts: Facts, client: Instance) -> set[str | None]:
    """The keywords of all calls in the classes of the project that a client is made of."""
    line = lineage.mro(facts.evaluator, client.cls) if isinstance(client.cls, Class) else ()
    return {
        keyword.arg
        for base in line
        if isinstance(base, Class)
        for node, _, _ in walk(base.scope).calls
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    }


def is_rebound_inside(context: Context, name: str) -> bool:
    """Whether a function inside another binds a name of that one (`nonlocal`): what it holds
    depends on who is called when."""
    scope: Scope | None = context.scope
    while scope is not None and scope.parent is not None:
        if name in scope.bindings and name not in scope.nonlocals and not scope.is_class:
            return any(name in inner.nonlocals for inner in members.functions(scope))
        scope = scope.parent
    return False


@once
def _signings(scope: Scope) -> list[tuple[ast.Call, Context]]:
    """The calls in a scope whose name speaks of signing or hashing."""
    return [
        (node, Context(inner, statement))
        for node, inner, statement in walk(scope).calls
        if _SIGNING.search(_HUMP.sub("_", _called(node, inner, statement)).lower())
    ]


def _called(node: ast.Call, scope: Scope, statement: ast.stmt | None) -> str:
    """What is called; of `mac.update(...)`, what made the object."""
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr == "update":
        made, _ = flow.given(scope, function.value, statement)
        return dotted(made.func) or "" if isinstance(made, ast.Call) else ""
    return dotted(function) or ""


def _given(node: ast.Call) -> Iterator[ast.AST]:
    """The arguments of a call, with all their parts."""
    for argument in written_arguments(node):
        yield from within(argument)


def _is_text(facts: Facts, part: ast.AST, context: Context, text: Result) -> bool:
    if isinstance(part, (ast.Name, ast.Attribute)):
        values = facts.evaluate(part, context)
        return any(isinstance(v, Result) and v.site.node is text.site.node for v in values)
    return part is text.site.node or is_made_again(part, text)


def is_made_again(part: ast.AST, text: Result) -> bool:
    """Whether a node is another call that makes the same text of the same object."""
    made = text.site.node
    return (
        isinstance(part, ast.Call)
        and part is not made
        and bool(part.args)
        and ast.dump(part) == ast.dump(made)
    )


def _names(part: ast.AST, names: tuple[str, ...]) -> bool:
    """Whether a node is one of these names, or one of them as a key (`kwargs["data"]`)."""
    return (isinstance(part, ast.Name) and part.id in names) or (
        isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value in names
    )
