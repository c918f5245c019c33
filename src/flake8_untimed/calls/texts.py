"""JSON text that is sent: who signs it, what it is made of, and the names that it has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_untimed.calls.bodies import functions_on_the_way, mentions
from flake8_untimed.calls.retries import methods_of
from flake8_untimed.inference import flow, members
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
from flake8_untimed.inference.values import Context, Function, Result
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
        for node, context in _hashed_by_ours(facts, scope):
            if any(_is_text(facts, part, context, text) for part in written_arguments(node)):
                return node
    for scope in functions_on_the_way(facts, call):
        for node, _ in _signings(scope):
            if any(mentions(part, (parameter,)) for part in _given(node)):
                return node
    return None


@once
def _hashed_by_ours(facts: Facts, scope: Scope) -> list[tuple[ast.Call, Context]]:
    """The calls in a scope of functions of the project that hash something, and are given what looks
    like JSON text."""
    calls = ((node, Context(inner, statement)) for node, inner, statement in walk(scope).calls)
    return [
        (node, context)
        for node, context in calls
        if any(_looks_like_text(part, context.scope) for part in written_arguments(node))
        and any(
            isinstance(taker, Function) and _signings(taker.scope)
            for taker in facts.evaluator.insist(node.func, context)
        )
    ]


def _looks_like_text(node: ast.AST, scope: Scope) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _names_of_texts(scope.of_statement)
    return isinstance(node, ast.Call) and "dumps" in called_name(node)


@once
def _names_of_texts(scope: Scope) -> set[str]:
    return {
        name
        for name, bindings in scope.bindings.items()
        for binding in bindings
        if binding.kind == "assign"
        for part in within(binding.node)
        if isinstance(part, ast.Call) and "dumps" in called_name(part)
    }


def may_be_signed(call: Call, text: Result) -> bool:
    """Whether what signs or hashes may make the text of a request again itself: the function around
    gives it the same object, or it stands in the file."""
    scope = call.context.scope.of_statement
    dumped = [ast.dump(argument) for argument in text.site.node.args]
    return _hashes(scope.module.scope) or any(
        ast.dump(part) in dumped for node, _ in _signings(scope) for part in _given(node)
    )


@once
def _hashes(module: Scope) -> bool:
    return _HASHES.search(module.module.text) is not None


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


# What it is made of, and its names -----------------------------------------------------------


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


def is_rebound_inside(context: Context, name: str) -> bool:
    """Whether a function inside another binds a name of that one (`nonlocal`): what it holds
    depends on who is called when."""
    scope: Scope | None = context.scope
    while scope is not None and scope.parent is not None:
        if name in scope.bindings and name not in scope.nonlocals and not scope.is_class:
            return any(name in inner.nonlocals for inner in members.functions(scope))
        scope = scope.parent
    return False
