"""What the statements of a scope do to the dict or list that a name holds: in any of their
expressions, and by other names for it."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.inference import members
from flake8_untimed.inference.arguments import positional_names
from flake8_untimed.inference.mappings import SHOWING
from flake8_untimed.inference.scopes import Event, Scope, once
from flake8_untimed.inference.syntax import BLOCKS, called_name, dotted
from flake8_untimed.inference.values import Context, Function, SenderValue, Symbol, Unknown, Value

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

_CHOICES = frozenset((ast.Name, ast.IfExp, ast.BoolOp, ast.NamedExpr))
"""Kinds of expressions that may be what a name holds."""
_DISPLAYS = frozenset((ast.List, ast.Tuple, ast.Set, ast.Dict))
_HOLDING = _CHOICES | _DISPLAYS | {ast.Subscript}
"""Kinds of expressions that may be that, or hold it."""
_SIMPLE = frozenset((ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, type(None), str, int))
"""Kinds of nodes and of fields without parts."""
READING = frozenset(("get", "items", "keys", "values", "copy", "count", "index"))
"""Methods that leave a dict or list as it is."""
_HARMLESS = SHOWING | frozenset(
    ("all", "any", "bool", "choice", "copy", "cycle", "deepcopy", "dict", "dump", "dumps", "enumerate",
     "frozenset", "id", "isinstance", "iter", "join", "len", "list", "max", "min", "reversed", "set", "sorted",
     "sum", "tuple", "type", "urlencode", "zip")
)  # fmt: skip
"""Functions and methods that leave what they are given as it is."""
_AT_TOP = frozenset(("item", "item unpack", "delete", "call"))
"""Events that change a dict, but nothing inside it."""
HANDS = 3
"""Functions that hand a dict on to each other and are looked into."""
_TAKING_PARTS = frozenset(("element", "unpack"))
"""Kinds of bindings that take something out of what is bound."""
_GIVING = frozenset((ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr))
"""Kinds of statements that may give away a dict without a call."""
_Part = tuple[str, object, ast.expr, ast.expr]


class _Held(NamedTuple):
    """A name in an expression that gives away what it holds: the dict itself, one inside it (`key`
    tells which, if that is written), or either as a part of something else."""

    name: str
    is_inside: bool
    key: object
    is_part: bool


class Done(NamedTuple):
    """An event, the name by which it reaches the dict, and whether it is sure to (or happens only in
    a part of an expression, or by a name that may hold something else)."""

    event: Event
    name: str
    is_sure: bool


@once
def done_to(scope: Scope, name: str) -> list[Done]:
    found: list[Done] = []
    for known in _names_for(scope, name):
        events = scope.events.get(known, [])
        read = {event.node for event in events}
        given_away = _given_away(scope, known)
        found += [Done(event, known, False) for event in given_away if event.node not in read]
        found += [Done(event, known, known == name) for event in events]
    return sorted(found, key=lambda done: scope.order(done.event.statement))


def done_at_top(scope: Scope, name: str) -> list[Done]:
    """What statements do by the name itself as a whole."""
    return [Done(event, name, True) for event in scope.events.get(name, ())]


def _names_for(scope: Scope, name: str) -> list[str]:
    """A name, and the others that hold the same."""
    names = [name]
    for known in names:  # grows
        names += [other for other in _aliases(scope).get(known, ()) if other not in names]
    return names


@once
def _aliases(scope: Scope) -> dict[str, list[str]]:
    """The other names of what a name holds: `a = b`, `a = b = {}`, `a = b or {}`, `for a in (b, c)`,
    `both = [b, c]` and `for a in both`."""
    found: dict[str, list[str]] = {}
    for name, bindings in scope.bindings.items():
        for kind, node, statement, _ in bindings:
            is_part = kind in _TAKING_PARTS
            if kind != "assign" and not is_part:
                continue
            others = []
            node = _display_of(scope, node) if is_part else node
            if node.__class__ in (_DISPLAYS if is_part else _CHOICES):
                others = [h.name for h in _held(node) if not h.is_inside and h.is_part is is_part]
            if statement.__class__ is ast.Assign and statement.targets[1:]:
                others += [t.id for t in statement.targets if isinstance(t, ast.Name)]
            for other in others:
                if other != name:
                    found.setdefault(name, []).append(other)
                    found.setdefault(other, []).append(name)
    return found


def _display_of(scope: Scope, node: ast.AST) -> ast.AST:
    """The display that a name was bound to whose elements, values or items are taken; else the
    expression itself."""
    if isinstance(node, ast.Call) and called_name(node) in ("items", "values") and not node.args:
        node = getattr(node.func, "value", node)
    bound = scope.sole(node.id) if isinstance(node, ast.Name) else None
    return bound.node if bound is not None and bound.kind == "assign" else node


@once
def _given_away(scope: Scope, name: str) -> list[Event]:
    """What is done to the dict of a name in parts of statements: beside the kinds of `Event` these are
    inside (a dict in it is changed), inside argument (that one is handed over), kept (it goes where it
    is out of sight) and method (one of its methods goes by another name)."""
    found: list[Event] = []
    for statement in _naming(scope, name):
        for kind, what, node, done in _parts(statement):
            if node.__class__ is ast.Name:
                if node.id == name:
                    found.append(Event(kind, what, done, statement))
            elif node.__class__ in _HOLDING:
                for held in _held(node):
                    if held.name == name and held.is_inside:
                        found.append(Event(f"inside {kind}", held.key, done, statement))
                    elif held.name == name:
                        found.append(Event(kind, what, done, statement))
    return found


def _naming(scope: Scope, name: str) -> list[ast.stmt]:
    """The statements of a scope that have a name in them, by the look of their lines."""
    statements, starts = _by_line(scope)
    lines = scope.module.lines
    last = getattr(scope.node, "end_lineno", len(lines)) + 1
    found: dict[ast.stmt, None] = {}
    for line in range(starts[0] if starts else last, last):
        if name in lines[line - 1]:
            index = bisect_right(starts, line) - 1
            begin = bisect_left(starts, starts[index])
            found.update(dict.fromkeys(statements[begin : index + 1]))
    return list(found)


@once
def _by_line(scope: Scope) -> tuple[list[ast.stmt], list[int]]:
    """The statements of a scope, and the lines where they begin."""
    return [*scope.places], [statement.lineno for statement in scope.places]


def _parts(statement: ast.stmt) -> Iterator[_Part]:
    """The parts of a statement that may do something to a dict: what kind of event that is, of what
    name, to which expression, and the node that does it."""
    if statement.__class__ in _GIVING:
        yield from _given_parts(statement)
    for call in _calls(statement):
        function = call.func
        if function.__class__ is ast.Attribute and function.attr not in READING:
            yield "call", function.attr, function.value, call
        for argument in call.args:
            if argument.__class__ in _HOLDING:
                yield "argument", None, argument, call
        for keyword in call.keywords:
            if keyword.arg is not None and keyword.value.__class__ in _HOLDING:
                yield "argument", None, keyword.value, call


def _given_parts(statement: ast.stmt) -> Iterator[_Part]:
    """What an assignment changes inside a dict, and what it or a `return` or `yield` gives away."""
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    for target in targets:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Subscript):
            yield "item", None, target.value, target
        elif isinstance(target, ast.Subscript) and isinstance(statement, ast.AugAssign):
            yield "item unpack", _key(target), target.value, target
    value = getattr(statement, "value", None)
    if isinstance(value, ast.Attribute) and value.attr not in READING:
        yield "method", value.attr, value.value, value
    if isinstance(value, (ast.Yield, ast.YieldFrom)):
        value = value.value
    elif isinstance(statement, ast.Expr) or all(isinstance(t, ast.Name) for t in targets):
        value = None
    if value is not None:
        yield "kept", None, value, value


def _calls(statement: ast.stmt) -> list[ast.Call]:
    """The calls of a statement, without those of the blocks inside it. Written to be quick."""
    found: list[ast.Call] = []
    left: list[ast.AST] = [statement]
    for node in left:  # grows
        kind = node.__class__
        if kind in _SIMPLE:
            continue
        if kind is ast.Call:
            found.append(node)  # type: ignore[arg-type]
        fields = node.__dict__
        for field in kind._fields:
            value = fields[field]
            if value.__class__ is not list:
                left += (value,)
            elif field not in BLOCKS:
                left += value
    return found


def _held(node: ast.AST) -> Iterator[_Held]:
    """The names whose dicts an expression may be, or holds."""
    stack: list[tuple[ast.AST, bool]] = [(node, False)]
    while stack:
        part, is_part = stack.pop()
        if isinstance(part, ast.Name):
            yield _Held(part.id, False, None, is_part)
        elif isinstance(part, ast.Attribute):
            name = dotted(part)
            if name is not None:
                yield _Held(name, False, None, is_part)
        elif isinstance(part, ast.Subscript):
            root, key = part, _key(part)
            while isinstance(root, ast.Subscript):
                key = _key(root)
                root = root.value  # type: ignore[assignment]
            if isinstance(root, ast.Name):
                yield _Held(root.id, True, key, is_part)
        elif isinstance(part, ast.IfExp):
            stack += [(part.body, is_part), (part.orelse, is_part)]
        elif isinstance(part, ast.BoolOp):
            stack += [(value, is_part) for value in part.values]
        elif isinstance(part, ast.NamedExpr):
            stack.append((part.value, is_part))
        elif isinstance(part, (ast.List, ast.Tuple, ast.Set)):
            stack += [(element, True) for element in part.elts]
        elif isinstance(part, ast.Dict):
            stack += [(value, True) for key, value in zip(part.keys, part.values) if key]


def _key(node: ast.Subscript) -> object:
    return node.slice.value if isinstance(node.slice, ast.Constant) else None


# Handed over ---------------------------------------------------------------------------------


def is_left_alone(
    evaluator: Evaluator, event: Event, name: str, context: Context, hands: int = HANDS
) -> bool:
    """Whether a dict is only handed to somebody who leaves it as it is, as far as that is in sight."""
    call = event.node
    if not event.kind.endswith("argument") or not isinstance(call, ast.Call):
        return False
    if called_name(call) in _HARMLESS:
        return True
    callees = evaluator.evaluate(call.func, context)
    if any(isinstance(callee, SenderValue) for callee in callees):
        return True
    if called_name(call) == "update" and all(isinstance(c, Unknown) for c in callees):
        return isinstance(call.func, ast.Attribute)
    return all(_leaves_alone(evaluator, callee, call, name, hands) for callee in callees)


def _leaves_alone(
    evaluator: Evaluator, callee: Value, call: ast.Call, name: str, hands: int
) -> bool:
    if isinstance(callee, Symbol):
        return evaluator.catalogue.library_of(callee.path) is not None
    if not isinstance(callee, Function) or isinstance(callee.scope.node, ast.Lambda) or not hands:
        return False
    parameters = list(_parameters_for(callee, call, name))
    return bool(parameters) and all(
        taken is not None and _is_only_read(evaluator, callee.scope, *taken, hands - 1)
        for taken in parameters
    )


def _parameters_for(
    callee: Function, call: ast.Call, name: str
) -> Iterator[tuple[str, bool] | None]:
    """The parameters that take what a name holds, and whether as one of `**keywords`; None: it goes
    elsewhere."""
    arguments = callee.scope.arguments
    names = positional_names(callee)
    known = {*names, *(a.arg for a in arguments.kwonlyargs)}
    rest = (arguments.kwarg.arg, True) if arguments.kwarg is not None else None
    given = [
        *zip([(n, False) for n in names], call.args),
        *((None, a) for a in call.args[len(names) :]),
    ]
    given += [((k.arg, False) if k.arg in known else rest, k.value) for k in call.keywords if k.arg]
    for parameter, argument in given:
        for held in _held(argument):
            if held.name == name:
                yield None if held.is_part else parameter


def _is_only_read(
    evaluator: Evaluator, scope: Scope, name: str, among_keywords: bool, hands: int
) -> bool:
    """Whether a function does nothing to what its parameter holds (or to one of the keywords that it
    holds), nor gives it away."""
    return not members.done_inside(scope, name) and all(
        (event.kind == "call" and event.name in READING)
        or (event.kind in _AT_TOP if among_keywords else event.kind == "inside kept")
        or is_left_alone(evaluator, event, known, Context(scope, event.statement), hands)
        for event, known, _ in done_to(scope, name)
    )
