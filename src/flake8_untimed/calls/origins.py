"""The parameter that a timeout comes from: of the function around a call, or of the class whose object
keeps it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import NamedTuple

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.elsewhere import is_set_by_others
from flake8_untimed.inference import invoke, members, narrowing
from flake8_untimed.inference.arguments import Argument, Passed, defaults, parameter_names
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import (
    DEFINITIONS,
    DEFS,
    dotted,
    named_parameters,
    names_within,
    own_expressions,
    within,
    writes_none,
)
from flake8_untimed.inference.values import Context, Function, Literal, are_none

_OF_SECONDS = re.compile("(?!on_)[a-z_]*timeout(?:_(?:s|secs?|seconds))?")
"""How a parameter is called that takes a timeout."""


class Own(NamedTuple):
    """A parameter that is None unless it is given, and stays as it is."""

    name: str
    of: str
    """The function that it is one of, or the class."""


def given_beside(facts: Facts, call: Call) -> str | None:
    """The parameter that the function around a call gives another request of the library for its
    timeout."""
    if call.wrapper is not None or call.handed_over:
        return None
    names = _given(facts).get((call.context.scope, call.library.name), ())
    return next((name for name in names if _may_hold_seconds(facts, call, name)), None)


@once
def _given(facts: Facts) -> dict[tuple[Scope, str], dict[str, None]]:
    """Function and library -> the parameters that are given to requests for their timeout."""
    found: dict[tuple[Scope, str], dict[str, None]] = {}
    for call in facts.calls:
        scope, argument = call.context.scope, call.argument(call.sender.timeout)
        if call.wrapper or argument is None or not argument.is_written:
            continue
        if isinstance(argument.node, ast.Name):
            name = argument.node.id
            if [b.kind for b in scope.bindings.get(name, ())] == ["parameter"]:
                found.setdefault((scope, call.library.name), {})[name] = None
    return found


def forgotten(place: Call | Construction) -> str | None:
    """The timeout that the function around a place takes, and does nothing with."""
    function = place.context.scope.of_statement
    if not isinstance(function.node, DEFS):
        return None
    used = _names_used(function)
    own = (argument.arg for argument in named_parameters(function.arguments))
    return next((name for name in own if _OF_SECONDS.fullmatch(name) and name not in used), None)


@once
def _names_used(function: Scope) -> set[str]:
    return set[str]().union(*map(names_within, ast.iter_child_nodes(function.node)))


def own_none(facts: Facts, context: Context, node: ast.expr) -> Own | None:
    """The parameter that a timeout comes from: directly, by way of the object, or made of it."""
    own = None
    if isinstance(node, ast.Name):
        own = _of_function(context.scope, node.id)
    if isinstance(node, ast.Attribute):
        return _of_object(facts, context.scope, node)
    return own or _made_of(facts, context, node)


def _may_hold_seconds(facts: Facts, call: Call, name: str) -> bool:
    """Whether a name may be a timeout where a call stands: not behind `if timeout: return`."""
    return narrowing.may_be(facts.evaluator, name, Literal(1), call.node, call.context)


def _of_function(scope: Scope, name: str) -> Own | None:
    function, default = _owner_of_parameter(scope, name) or (None, None)
    if function is None or not writes_none(default) or _is_tested(function, name):
        return None
    return Own(name, function.name)


def _made_of(facts: Facts, context: Context, node: ast.expr) -> Own | None:
    """The parameter without which a timeout is surely None, whatever the others are:
    `Timeout(total=wait) if wait else None`."""
    scope = context.scope
    if not isinstance(scope.node, DEFS):
        return None
    asked = set[str]().union(*(_asked_for(scope, name) for name in names_within(node)))
    optional = defaults(scope.arguments).items()
    names = [name for name, default in optional if name in asked and writes_none(default)]
    name = _needed(facts, context, node, names)
    return Own(name, scope.name) if name is not None else None


def _needed(facts: Facts, context: Context, node: ast.expr, names: list[str]) -> str | None:
    """The first of some parameters without which a timeout is surely None, whatever the others are.
    Where leaving out all is not enough, none is looked at alone."""
    if not names:
        return None
    passed = _all_but(context.scope.arguments, names)
    frame = invoke.frame_for(facts.evaluator, Function(context.scope), passed, None)
    values = facts.evaluate(node, context._replace(frame=frame))
    if values and not are_none(values):
        return None
    if len(names) == 1:
        return names[0] if values else None
    half = len(names) // 2
    return _needed(facts, context, node, names[:half]) or _needed(
        facts, context, node, names[half:]
    )


def _all_but(arguments: ast.arguments, names: list[str]) -> Passed:
    """What a caller passes who leaves some parameters out, and may give anything else."""
    others = [a.arg for a in named_parameters(arguments) if a.arg not in names]
    return Passed(
        keywords=dict.fromkeys(others, Argument(None, None)),
        # Without one by position nothing is left for `*args` behind it.
        open_positional=not any(name in names for name in parameter_names(arguments)),
        open_keywords=True,
        missing=frozenset(names),
    )


@once
def _asked_for(scope: Scope, name: str) -> set[str]:
    """The names that what another holds in a function may depend on, itself among them: those of the
    statements that give it something, and of the tests around these."""
    names, queue = {name}, [name]
    seen = set[ast.stmt]()
    for each in queue:
        for part in _givers(scope).get(each, ()):
            statement: ast.stmt | None = part
            while statement is not None and statement not in seen:
                seen.add(statement)
                for node in _read_in(statement):
                    new = names_within(node) - names
                    names |= new
                    queue += sorted(new)
                statement = scope.places[statement].parent
    return names


def _read_in(statement: ast.stmt) -> Iterable[ast.AST]:
    """What a statement reads itself; a function or class, all."""
    return [statement] if isinstance(statement, DEFINITIONS) else own_expressions(statement)


@once
def _givers(scope: Scope) -> dict[str, list[ast.stmt]]:
    """Name -> the statements of a scope that bind it, or change what it holds."""
    found: dict[str, list[ast.stmt]] = {}
    for name, bindings in scope.bindings.items():
        found[name] = [b.statement for b in bindings if b.statement is not None]
    for base, events in scope.events.items():
        changing = [event.statement for event in events if event.kind != "argument"]
        found.setdefault(base.partition(".")[0], []).extend(changing)
    return found


def _of_object(facts: Facts, scope: Scope, node: ast.Attribute) -> Own | None:
    """What the object that a method belongs to keeps of its making, and nothing changes later."""
    method, name = scope.of_statement, node.attr
    cls = method.owner
    if cls is None or dotted(node.value) != members.first_parameter(method):
        return None
    if _is_tested(cls, dotted(node) or "") or facts.wrappers.is_said_otherwise(method, name):
        return None
    if is_set_by_others(facts, facts.module.path, name):
        return None
    stores = [s for s in members.attribute_stores(cls).get(name, ()) if not s.is_declaration]
    if not stores:
        return Own(name.lstrip("_"), cls.name) if writes_none(_field_default(cls, name)) else None
    begun, stored = stores[0].method, stores[0].event.node
    is_declared = all(binding.kind == "annotation" for binding in cls.bindings.get(name, ()))
    if len(stores) > 1 or begun.name != "__init__" or not is_declared:
        return None
    own = _of_function(begun, stored.id) if isinstance(stored, ast.Name) else None
    return own and own._replace(of=cls.name)


def _owner_of_parameter(scope: Scope | None, name: str) -> tuple[Scope, ast.expr | None] | None:
    """The function whose parameter `name` is in a scope, bound to nothing else, and the parameter's
    default."""
    while scope is not None:
        bindings = () if scope.is_class else scope.bindings.get(name, ())
        if bindings:
            if len(bindings) > 1 or bindings[0].kind != "parameter":
                return None
            return scope, defaults(scope.arguments).get(name)
        scope = scope.parent
    return None


def _field_default(cls: Scope, name: str) -> ast.expr | None:
    """What a field of a dataclass, or one of attrs, is unless whoever makes the object gives it:
    `timeout: float | None = None`, `field(default=None)`."""
    values = [b.node for b in cls.bindings.get(name, ()) if b.kind != "annotation"]
    if len(values) != 1 or not members.is_dataclass(cls) or not members.is_field(cls, name):
        return None
    value = values[0]
    if not members.is_of_attrs(value):
        return value if isinstance(value, ast.expr) else None
    assert isinstance(value, ast.Call)
    given = {keyword.arg: keyword.value for keyword in value.keywords}
    return given.get("default") if "init" not in given else None


def _is_tested(function: Scope, name: str) -> bool:
    """Whether anything in a function, or class, depends on what a name (`timeout`), or an attribute
    (`self.timeout`), is."""
    tests: list[ast.AST] = []
    for part in within(function.node):
        if isinstance(part, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            tests.append(part.test)
        elif isinstance(part, (ast.BoolOp, ast.Match)):
            tests.append(part)
    return any(
        isinstance(part, (ast.Name, ast.Attribute)) and dotted(part) == name
        for test in tests
        for part in within(test)
    )
