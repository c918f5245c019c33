"""Functions that hand on what their callers gave them: `def fetch(url, **kw): get(url, **kw)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Set

from flake8_untimed.inference import frames, members
from flake8_untimed.inference.mappings import SHOWING, key_read, uses_of_mapping
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import called_name, named_parameters, names_within, within
from flake8_untimed.inference.values import Context, Frame
from flake8_untimed.inference.walk import Found, parents_of, walk


def hands_on(node: ast.Call, scope: Scope) -> bool:
    """Whether a call hands on what its function was given for a timeout: `**kwargs`, or
    `timeout=` from a parameter. Cheap: by the look of it."""
    names = _given_names(scope)
    if names is None:
        return False
    # What is named at the call itself cannot come with `**kwargs`.
    is_named = any(keyword.arg == "timeout" for keyword in node.keywords)
    for keyword in node.keywords:
        if keyword.arg is None:
            if not is_named and _may_spread(keyword.value, names):
                return True
        elif _is_timeout(keyword) and _is_made_of(keyword.value, names, scope):
            return True
    if isinstance(node.func, ast.Name) and node.func.id in names:
        return True
    return any(
        _mentions(a, names) and "timeout" in ast.unparse(a)
        for a in node.args[:9]
        if isinstance(a, ast.Name)
    )


def passes_on(node: ast.Call, scope: Scope, parameters: Set[str]) -> bool:
    """Whether a call hands on what its function was given for one of a sender's parameters, beside
    the timeout: `**kwargs`, `verify=verify`. Cheap: by the look of it."""
    names = _given_names(scope)
    return names is not None and any(
        _may_spread(keyword.value, names)
        if keyword.arg is None
        else keyword.arg in parameters
        and isinstance(keyword.value, ast.Name)
        and keyword.value.id in names
        for keyword in node.keywords
    )


def _is_timeout(keyword: ast.keyword) -> bool:
    """Whether one of the names of a keyword's two sides is that of a timeout: `wait=timeout`."""
    return "timeout" in f"{keyword.arg} {getattr(keyword.value, 'id', '')}"


@once
def _given_names(scope: Scope) -> set[str] | None:
    """The names of what a function is given; None if that is nothing."""
    if not scope.is_function:
        return None
    arguments = scope.arguments
    names = {a.arg for a in named_parameters(arguments)}
    if not (names or arguments.kwarg or arguments.vararg):
        return None
    if arguments.kwarg:
        names.add(arguments.kwarg.arg)
    if scope.owner is not None:
        # What an object holds was not given to the method.
        names.discard(members.first_parameter(scope) or "")
    return names


def _may_spread(node: ast.expr, names: set[str]) -> bool:
    """Whether `**node` may hold the caller's keywords: any name may be of a dict that they were put
    into."""
    return isinstance(node, ast.Name) or _mentions(node, names)


@once
def handing_on(scope: Scope) -> list[Found]:
    """The calls in a function that hand on what it was given for a timeout."""
    return [f for f in walk(scope).calls if hands_on(f.node, scope)]


@once
def passing_on(scope: Scope, parameters: frozenset[str]) -> list[Found]:
    """The calls in a function that hand on anything of these parameters."""
    return [f for f in walk(scope).calls if passes_on(f.node, scope, parameters)]


@once
def timeout_names(scope: Scope) -> set[str]:
    """The names that a function hands on as `timeout=`, or under a name like that."""
    parts = (part for node in _handed(scope) for part in within(node))
    return {part.id for part in parts if isinstance(part, ast.Name)}


@once
def timeout_keys(scope: Scope) -> list[str]:
    """The keys of its `**kwargs` that a function hands on so, as they are: `kwargs.get("wait_timeout")`;
    if the `timeout` of its caller may go on in them, no more than what it puts back."""
    rest = scope.arguments.kwarg
    if rest is None:
        return []
    handed: Iterable[tuple[str, ast.AST]] = (("", node) for node in _handed(scope))
    if _may_hold_timeout(scope, rest.arg):
        stored = (e for e in scope.events.get(rest.arg, ()) if e.kind == "item")
        handed = ((str(e.name), e.node) for e in stored)
    keys = ((name, key) for name, node in handed for key in _keys(node, rest.arg, scope))
    return [key for name, key in keys if "timeout" in key and name in ("", key)]


def _may_hold_timeout(scope: Scope, mapping: str) -> bool:
    """Whether a mapping that a function is given may go on to a call with a `timeout` in it."""
    uses = uses_of_mapping(scope, mapping, "timeout")
    return uses is None or any(
        given.place is not None or all(k.arg != "timeout" for k in given.node.keywords)
        for given in uses.calls
    )


def _keys(node: ast.AST, mapping: str, scope: Scope) -> Iterator[str]:
    """The keys of a mapping whose values an expression may be: `kwargs.pop("wait_timeout", None) or 5`,
    or a name that is given no more than that; not what it is reckoned from, or what it tests."""
    if isinstance(node, ast.Name):
        bound = scope.sole(node.id)
        if bound is not None and bound.kind == "assign":
            yield key_read(bound.node, mapping)
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        for value in node.values:
            yield from _keys(value, mapping, scope)
    elif isinstance(node, ast.IfExp):
        yield from _keys(node.body, mapping, scope)
        yield from _keys(node.orelse, mapping, scope)
    elif key_read(node, mapping):
        yield key_read(node, mapping)
        # And what it is without the key.
        for other in node.args[1:] if isinstance(node, ast.Call) else ():
            yield from _keys(other, mapping, scope)


@once
def _handed(scope: Scope) -> list[ast.AST]:
    """What a function hands on so."""
    keywords = (keyword for found in handing_on(scope) for keyword in found.node.keywords)
    handed: list[ast.AST] = [k.value for k in keywords if "timeout" in (k.arg or "")]
    for events in scope.events.values():
        handed += [e.node for e in events if e.kind == "item" and "timeout" in str(e.name)]
    return handed


def wants_number(function: ast.AST, name: str, senders: Set[ast.AST]) -> bool:
    """Whether a parameter of a function wants one number of seconds: by its annotation, or because
    more is done with it than to give it to a sender as it is. `senders`: the calls of those."""
    handed_on: set[ast.AST] = set()
    every = list(within(function))
    if any(_asks_for_kind(part, name) for part in every):
        return True
    for part in every:
        if isinstance(part, ast.arg) and part.arg == name and part.annotation is not None:
            words = set(re.findall(r"\w+", ast.unparse(part.annotation)))
            return not words.isdisjoint(("float", "int")) and words.isdisjoint(_WIDER)
        if isinstance(part, ast.Call) and part in senders:
            handed_on.update(k.value for k in part.keywords if k.arg == "timeout")
        elif isinstance(part, (ast.If, ast.IfExp)):
            handed_on.add(part.test)
        elif isinstance(part, ast.Compare) and isinstance(part.ops[0], (ast.Is, ast.IsNot)):
            handed_on.add(part.left)
        elif isinstance(part, ast.AugAssign):
            if isinstance(part.target, ast.Name) and part.target.id == name:
                return True
    return any(
        isinstance(part, ast.Name)
        and part.id == name
        and isinstance(part.ctx, ast.Load)
        and part not in handed_on
        for part in every
    )


def _asks_for_kind(node: ast.AST, name: str) -> bool:
    """`isinstance(timeout, tuple)`: what comes of a number there is what is looked at."""
    if not isinstance(node, ast.Call) or called_name(node) != "isinstance" or len(node.args) < 2:
        return False
    asked, kinds = node.args[0], names_within(node.args[1])
    return isinstance(asked, ast.Name) and asked.id == name and not kinds.isdisjoint(_KINDS)


def taken_apart(scope: Scope, name: str) -> Iterator[tuple[ast.Name, ast.stmt | None]]:
    """Where a function asks a parameter for more than a number has, with the statements there:
    `timeout[0]`, `timeout.total`, `connect, read = timeout`; nowhere if it says that it wants what a
    library has for that."""
    annotations = (a.annotation for a in named_parameters(scope.arguments) if a.arg == name)
    words = {word for a in annotations if a for word in re.findall(r"\w+", ast.unparse(a))}
    if not _OBJECTS.isdisjoint(words):
        return
    parents = parents_of(scope)
    for use in _uses(scope).get(name, ()):
        around: ast.AST | None = parents[use]
        if isinstance(around, (ast.Attribute, ast.Subscript, ast.Starred)) or (
            isinstance(around, ast.Assign) and isinstance(around.targets[0], (ast.Tuple, ast.List))
        ):
            while around is not None and around not in scope.places:
                around = parents.get(around)
            yield use, around  # type: ignore[misc]


def goes_elsewhere(scope: Scope, name: str, is_request: Callable[[ast.Call], bool]) -> bool:
    """Whether a function does more with a parameter than to hand it on to requests, to test it and to
    tell of it: it waits as long for something else, has a deadline of it, or keeps it for later."""
    parents, uses = parents_of(scope), _uses(scope)
    names = [name]
    for one in names:
        for use in uses.get(one, ()):
            part, around = _whole(use, parents)
            if _is_reckoned(around):
                return True
            if isinstance(around, ast.keyword):
                around = parents[around]
            if isinstance(around, ast.Call) and part is not around.func:
                if called_name(around) not in _TELLING and not is_request(around):
                    return True
            elif isinstance(around, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
                targets = around.targets if isinstance(around, ast.Assign) else [around.target]
                if any(isinstance(target, ast.Attribute) for target in targets):
                    return True
                names += {t.id for t in targets if isinstance(t, ast.Name)}.difference(names)
    return False


@once
def _uses(scope: Scope) -> dict[str, list[ast.AST]]:
    """Where the names in a function are read."""
    uses: dict[str, list[ast.AST]] = {}
    for part in parents_of(scope):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            uses.setdefault(part.id, []).append(part)
    return uses


def _whole(part: ast.AST, parents: dict[ast.AST, ast.AST]) -> tuple[ast.AST, ast.AST]:
    """The expression that is still the value of a name, or a pair or number of it, and what that stands
    in: `timeout or 60`."""
    around = parents[part]
    while True:
        if isinstance(around, ast.Call):
            is_same = part in around.args and called_name(around) in _SAME
        elif isinstance(around, ast.IfExp):
            is_same = part is not around.test
        else:
            is_same = isinstance(around, (ast.BoolOp, ast.Tuple))
        if not is_same:
            return part, around
        part, around = around, parents[around]


def _is_reckoned(around: ast.AST) -> bool:
    """Whether it adds a value to another, or compares it with one that is not written there:
    `time.time() + timeout`; not `if timeout <= 0: raise ValueError`."""
    if isinstance(around, ast.BinOp):
        return isinstance(around.op, (ast.Add, ast.Sub))
    return (
        isinstance(around, ast.Compare)
        and isinstance(around.ops[0], _ORDERS)
        and not any(isinstance(v, ast.Constant) for v in (around.left, *around.comparators))
    )


_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_SAME = frozenset(("float", "int", "max", "min"))
"""Functions that make no more than a number of one."""
_TELLING = frozenset(
    (*SHOWING, "abs", "bool", "callable", "dict", "hasattr", "isinstance", "len", "round", "setdefault",
     "type", "update")
)  # fmt: skip
"""Functions that tell of a value, or put it into a mapping that is handed on."""
_KINDS = frozenset(("float", "int", "list", "tuple"))
_OBJECTS = frozenset(("Timeout", "ClientTimeout"))
"""The timeout classes of libraries."""
_WIDER = _OBJECTS | {"tuple", "Tuple", "Any", "object"}
"""Words of an annotation that admits more than a number."""


def _is_made_of(node: ast.expr, names: set[str], scope: Scope) -> bool:
    """Whether an expression mentions what a function is given, be it by a name of its own:
    `limit = kwargs.pop("timeout")`."""
    bindings = scope.bindings.get(node.id, ()) if isinstance(node, ast.Name) else ()
    return _mentions(node, names) or any(
        binding.kind == "assign"
        and isinstance(binding.node, ast.expr)
        and _mentions(binding.node, names)
        for binding in bindings
    )


def _mentions(node: ast.expr, names: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names or "timeout" in node.id
    return any(isinstance(p, ast.Name) and p.id in names for p in within(node))


def inside(context: Context, top: Scope, frame: Frame | None) -> Context:
    """A context inside a function that is looked at for one caller."""
    if frame is None or context.scope is top:
        return Context(context.scope, context.at, frame)
    chain = []
    scope: Scope | None = context.scope
    while scope is not None and scope is not top:
        chain.append(scope)
        scope = scope.parent
    inner = frame
    for nested in reversed(chain):
        if nested.is_function:
            inner = frames.shared(nested, {}, inner, inner.depth)
    return Context(context.scope, context.at, inner)
