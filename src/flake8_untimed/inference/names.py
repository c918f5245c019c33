"""What a name is: by Python's rules of scopes, what reaches a place of it, and what decorators,
annotations and callers say of that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_untimed.inference import (
    alterations,
    conditions,
    containers,
    elsewhere,
    flow,
    imports,
    invoke,
    members,
    narrowing,
    objects,
)
from flake8_untimed.inference import annotations as types
from flake8_untimed.inference.arguments import Argument, Passed, defaults, keyword_names
from flake8_untimed.inference.scopes import COMPREHENSIONS, FUNCTIONS, Binding, Place, Scope, once
from flake8_untimed.inference.syntax import (
    DEFS,
    dotted,
    last_name,
    within,
    writes_none,
    written_names,
)
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    OTHER,
    UNKNOWN,
    Alias,
    Alternatives,
    Class,
    Collection,
    Context,
    Frame,
    Function,
    Instance,
    Literal,
    Mapping,
    Parameter,
    Plain,
    Result,
    Site,
    Symbol,
    Unknown,
    Value,
    is_none,
    outside,
    tells,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

_GLOBALS = re.compile(
    r"\bglobals\(\)\s*(?:\.update\(|\[[^\]]+\]\s*=[^=])|\bsetattr\(\s*sys\.modules\b"
)


def look_up(evaluator: Evaluator, name: str, context: Context) -> Alternatives:
    """What a name is at some place, by Python's rules of scopes."""
    scope, at, frame = context
    late = False
    while True:
        if name in scope.globals:
            return of_module(evaluator, name, scope.module.scope, scope, at)
        if scope.parent is None:
            return of_module(evaluator, name, scope, None, None if late else at)
        if name in scope.bindings and (
            not scope.is_class or (scope is context.scope and scope.is_bound_before(name, at))
        ):
            values = _with_rebound(evaluator, scope, name, None if late else at, frame)
            if late and _is_rebound(scope, name, at):
                # What looks from inside may be called before that.
                return union([values, _with_rebound(evaluator, scope, name, at, frame)])
            return values
        if isinstance(scope.node, DEFS):
            late = True
        if frame is not None and frame.scope is scope:
            frame = frame.closure
        at = scope.statement if scope.statement is not None else at
        scope = scope.parent


def _is_rebound(scope: Scope, name: str, at: ast.stmt | None) -> bool:
    """Whether a name that is bound before a function or class is bound again behind it, and that is
    spoken of in between."""
    if at not in scope.places:
        return False
    orders = [scope.order_of(binding) for binding in scope.bindings[name]]
    first, last = scope.order(at), max(orders)
    return min(orders) < first < last and (
        bool(getattr(at, "decorator_list", ()))
        or any(
            first < place.order <= last and getattr(at, "name", "") in written_names(statement)
            for statement, place in scope.places.items()
        )
    )


def of_module(
    evaluator: Evaluator,
    name: str,
    module: Scope,
    user: Scope | None = None,
    at: ast.stmt | None = None,
) -> Alternatives:
    """A name of a module, from inside (`user` may have bound it by `global`) or outside."""
    if user is not None:
        # Bound by `global` in the function that uses it: mostly "make it when first needed".
        at = None
    if name in module.bindings:
        values = _with_rebound(evaluator, module, name, at, None)
        if not evaluator.is_rough and all(elsewhere.holds_place(v) for v in values):
            values = union([values, *_rebound(evaluator, name, module)])
        # A public dict that nothing in sight puts anything into is there for others to do so.
        is_for_others = at is None and not name.startswith("_")
        return tuple(_filled_by_others(v) for v in values) if is_for_others else values
    by_functions = _rebound_inside(evaluator, module, name, None)
    if by_functions:
        return union(by_functions)
    key = ("starred", module, name)
    return evaluator.remember(
        evaluator.memo(module.module), key, lambda: _starred(evaluator, name, module)
    )


def _with_rebound(
    evaluator: Evaluator, scope: Scope, name: str, at: ast.stmt | None, frame: Frame | None
) -> Alternatives:
    """What a name of a scope is at a statement of it, as far as functions inside may have bound it."""
    by_functions = _rebound_inside(evaluator, scope, name, frame)
    told = any(tells(v) for values in by_functions for v in values)
    values = bound(evaluator, scope, name, at, frame, declared=not told)
    return union([values, *by_functions]) if by_functions else values


def _rebound_inside(
    evaluator: Evaluator, scope: Scope, name: str, frame: Frame | None
) -> list[Alternatives]:
    """What the functions inside a scope bind to a name of it, by `global` or `nonlocal`."""
    module = scope.module
    if not (module.has_nonlocal if scope.parent else module.has_global):
        return []
    return [
        tuple(
            v.via(function, binding.node, (scope, name))
            for v in _binding(evaluator, function, name, binding, frame)
        )
        for function, binding in _outer_bindings(module.scope).get((scope, name), ())
    ]


def _filled_by_others(value: Value) -> Value:
    is_empty = isinstance(value, Mapping) and not value.entries and not value.others
    return objects.opened(value) if is_empty else value


def _rebound(evaluator: Evaluator, name: str, module: Scope) -> Iterator[Alternatives]:
    """What a name of a module may be beside what only holds the place: by a star import
    further down (`from .local_settings import *`), or by other modules."""
    last = module.bindings[name][-1].statement
    for statement in module.stars:
        if last is not None and module.order(statement) > module.order(last):
            yield _brought(evaluator, statement, name, module) or ()
    if _writes_globals(module) or evaluator.project.hints.is_set_elsewhere(
        module.module.path, name
    ):
        yield NOTHING_KNOWN


def _starred(evaluator: Evaluator, name: str, module: Scope) -> Alternatives:
    """A name that `from x import *` may have brought, else one of the builtins: the last one that
    has it, and those that it need not have come after. What is only there for type checkers counts
    if nothing else has it."""
    found: list[tuple[list[Place], Alternatives]] = []
    for_checkers: Alternatives = ()
    doubtful: Alternatives = ()
    for statement in reversed(module.stars):
        chain = module.chain(statement)
        if any(_replaces(later, chain) for later, _ in found):
            continue
        brought = _brought(evaluator, statement, name, module)
        if brought is None:
            continue
        if brought is NOTHING_KNOWN or any(_is_guessed(evaluator, v) for v in brought):
            if doubtful in ((), NOTHING_KNOWN):
                doubtful = brought
        elif any(map(_is_for_checkers, chain)):
            for_checkers = for_checkers or brought
        else:
            found.append((chain, brought))
    if found:
        return union(brought for _, brought in reversed(found))
    return for_checkers or doubtful or (Symbol(f"builtins.{name}"),)


def _replaces(later: list[Place], earlier: list[Place]) -> bool:
    """Whether what is done at one place is always done after what was at an earlier one: it stands
    in the same block, or in one around that."""
    parent, block = later[-1][:2]
    return any(place.parent is parent and place.block == block for place in earlier)


def _is_for_checkers(place: Place) -> bool:
    """Whether a place is directly under `if TYPE_CHECKING`."""
    around = place.parent
    if not isinstance(around, ast.If):
        return False
    test, is_negated = around.test, False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, is_negated = test.operand, True
    is_asked = isinstance(test, (ast.Name, ast.Attribute)) and last_name(test) == "TYPE_CHECKING"
    return is_asked and (place.block == "body") is not is_negated


def _is_guessed(evaluator: Evaluator, value: Value) -> bool:
    """Whether nobody knows if a library has a name at all."""
    catalogue = evaluator.catalogue
    return (
        isinstance(value, Symbol)
        and catalogue.library_of(value.path) is not None
        and catalogue.children(value.path) is None
    )


def _is_builtin(value: Value, name: str) -> bool:
    return isinstance(value, Symbol) and value.path == f"builtins.{name}"


def _brought(
    evaluator: Evaluator, statement: ast.ImportFrom, name: str, module: Scope
) -> Alternatives | None:
    """What one `from x import *` brings under a name; None if it surely brings nothing."""
    path = evaluator.project.layout.find(
        module.module.path, statement.module or "", statement.level
    )
    if path is not None:
        other = evaluator.project.module(path)
        if other is None:
            return NOTHING_KNOWN
        if not exported(other.scope, name):
            return None
        values = of_module(evaluator, name, other.scope)
        return None if any(_is_builtin(v, name) for v in values) else values
    if statement.level:
        return NOTHING_KNOWN
    value = evaluator.symbol(f"{statement.module}.{name}")
    if evaluator.knows(value):
        return (value,)
    return None if evaluator.catalogue.library_of(statement.module or "") else NOTHING_KNOWN


def bound(
    evaluator: Evaluator,
    scope: Scope,
    name: str,
    at: ast.stmt | None,
    frame: Frame | None,
    declared: bool = True,
) -> Alternatives:
    """What a name of this very scope is at a statement of it; `declared`: where nothing that is
    bound to it tells, by its annotation."""
    memo = evaluator.memo(scope.module)
    key = (scope, name, at, frame, declared)
    if key in memo:
        return memo[key]
    return evaluator.remember(
        memo, key, lambda: _bound(evaluator, scope, name, at, frame, declared)
    )


def _bound(
    evaluator: Evaluator,
    scope: Scope,
    name: str,
    at: ast.stmt | None,
    frame: Frame | None,
    declared: bool,
) -> Alternatives:
    groups = []
    imports = 0
    earliest: ast.stmt | None = None
    for binding, sure, guards in flow.reaching(scope, name, at):
        verdict = conditions.hold(evaluator, guards, scope, frame)
        if verdict is False:
            continue
        if binding.kind != "annotation":
            groups.append(_binding(evaluator, scope, name, binding, frame))
            imports += binding.kind == "import"
        earliest = binding.statement
        if sure and verdict:
            break
    # Of several imports, the one that is written first is the first choice.
    values = union(groups[::-1] if imports == len(groups) else groups)
    declared = declared and name in scope.declarations
    if declared and not any(_tells(evaluator, v) for v in values):
        # An annotation says no more than what is seen to be bound, if that is seen.
        types_of = declaration(evaluator, scope, name, frame)
        if groups and not (scope.is_class and members.may_have_fields(scope)):
            # `limit: float | None = None`: what is not a field is what it is given.
            types_of = tuple(v for v in types_of if not isinstance(v, Unknown))
        values = union([types_of, values])
    if at is not None and not any(tells(v) for v in values):
        values = union([*_narrowed(evaluator, scope, name, at, frame), values])
    if name in scope.merged or any(map(alterations.is_changeable, values)):
        values = alterations.changed(evaluator, values, Context(scope, at, frame), name, earliest)
        if declared and not scope.is_class:
            return types.unless_filled(values, lambda: declaration(evaluator, scope, name, frame))
    return values


def _tells(evaluator: Evaluator, value: Value) -> bool:
    """Whether a value is more than nothing; `Field(default=None)` is as little as None."""
    if isinstance(value, Result) and "default" in value.site.passed.keywords:
        default = value.site.passed.keywords["default"]
        return any(tells(v) for v in evaluator.argument(default))
    return tells(value)


def _narrowed(
    evaluator: Evaluator, scope: Scope, name: str, at: ast.stmt, frame: Frame | None
) -> Iterator[Alternatives]:
    """What `isinstance` says of a name: around a statement, or before it where else it would
    not be reached."""
    for told in narrowing.told_at(scope, name, at):
        test = told.test
        if told.outcome and isinstance(test, ast.Call) and dotted(test.func) == "isinstance":
            context = Context(scope, told.statement, frame)
            declared = types.instances(evaluator, test.args[1], context)
            yield tuple(v for v in declared if isinstance(v, Instance))


def _binding(
    evaluator: Evaluator, scope: Scope, name: str, binding: Binding, frame: Frame | None
) -> Alternatives:
    context = Context(scope, binding.statement, frame)
    values = _bound_value(evaluator, scope, binding, context)
    return tuple(v.via(scope, binding.node, (scope, name)) for v in values)


def declaration(
    evaluator: Evaluator, scope: Scope, name: str, frame: Frame | None = None
) -> Alternatives:
    """What the annotations of a name of this very scope say."""
    return union(
        tuple(
            v.via(scope, statement.annotation, (scope, name))
            for v in types.instances(
                evaluator, statement.annotation, Context(scope, statement, frame)
            )
            if v is not UNKNOWN
        )
        for statement in scope.declarations.get(name, ())
    )


def _bound_value(
    evaluator: Evaluator, scope: Scope, binding: Binding, context: Context
) -> Alternatives:
    kind, node = binding.kind, binding.node
    if kind == "assign" or kind == "unpack":
        assert isinstance(node, ast.expr)
        values = evaluator.evaluate(node, context)
        return containers.unpacked(evaluator, values, binding.path)
    if kind == "parameter":
        assert isinstance(node, ast.arg)
        return parameter(evaluator, scope, node, context.frame)
    if kind == "import":
        assert isinstance(node, ast.alias)
        return imports.imported(evaluator, node, binding.statement, scope)
    if kind == "def":
        function = Function(scope.child(node, binding.statement), None, context.frame)  # type: ignore[arg-type]
        return _decorated(evaluator, (function,), node, context)
    if kind == "class":
        cls = Class(scope.child(node, binding.statement))  # type: ignore[arg-type]
        named = evaluator.named_client(cls)
        return (named,) if named else _decorated(evaluator, (cls,), node, context)
    if kind == "type":
        assert isinstance(node, ast.expr)
        return (Alias(node, context),)
    if kind == "enter":
        entered = objects.enter(evaluator, evaluator.evaluate(node, context))  # type: ignore[arg-type]
        return containers.unpacked(evaluator, entered, binding.path)
    if kind == "element":
        if isinstance(scope.node, COMPREHENSIONS) and node is scope.node.generators[0].iter:
            # It is evaluated outside, as a part of the statement.
            context = outside(scope, context.frame)
        iterated = objects.iterated(evaluator, evaluator.evaluate(node, context))  # type: ignore[arg-type]
        return containers.unpacked(evaluator, containers.elements(iterated), binding.path)
    return NOTHING_KNOWN


def _decorated(
    evaluator: Evaluator, values: Alternatives, node: ast.AST, context: Context
) -> Alternatives:
    """What the decorators in sight make of a function or class. Those out of sight are taken
    to leave it as it is, and so are those of methods that make nothing known of them."""
    is_method = context.scope.is_class and isinstance(values[0], Function)
    if context.scope.is_class and not is_method:
        return values
    if is_method and objects.is_property(values[0].scope):  # type: ignore[attr-defined]
        return values
    for decorator in reversed(getattr(node, "decorator_list", ())):
        for value in evaluator.insist(decorator, context):
            if isinstance(value, Function):
                passed = Passed([Argument(None, None, values=values)])
                call = ast.Call(func=decorator, args=[], keywords=[])
                site = Site(call, context, passed)
                made = invoke.result_of(evaluator, value, site)
                if not is_method or any(isinstance(m, Function) for m in made):
                    values = made
    return values


def parameter(
    evaluator: Evaluator, scope: Scope, node: ast.arg, frame: Frame | None
) -> Alternatives:
    """What a parameter is: for the caller in `frame`, or for any caller."""
    name = node.arg
    if frame is not None and frame.scope is scope and name in frame.parameters:
        return frame.parameters[name]
    function = scope.node
    assert isinstance(function, FUNCTIONS)
    arguments = function.args
    if arguments.kwarg is node:
        others: Alternatives = ()
        if node.annotation is not None:
            declared = types.instances(evaluator, node.annotation, outside(scope))
            others = tuple(value for value in declared if tells(value))
        missing = frozenset(keyword_names(arguments))
        return (Mapping({}, True, node, others, missing=missing, written=False),)
    if arguments.vararg is node:
        if node.annotation is None:
            return NOTHING_KNOWN
        each = types.instances(evaluator, node.annotation, outside(scope))
        return (Collection((each,), False, node),)
    own_object = receiver(scope, name)
    if own_object is not None:
        return (own_object,)
    outer = outside(scope, frame.closure if frame else None)
    own = (Parameter(scope, name),)
    default = defaults(arguments).get(name)
    if node.annotation is not None:
        declared = types.instances(evaluator, node.annotation, outer)
        known = tuple(v for v in declared if v is not UNKNOWN)
        if any(not is_none(v) for v in known):
            known = tuple(_given(own[0], v) for v in known)
            # `client: Client = None` is not what checkers of types want, and often written.
            may_be_none = writes_none(default)
            return union([known, (Literal(None),)]) if may_be_none else known
    if default is not None and not isinstance(default, ast.Constant):
        made = evaluator.evaluate(default, outer)
        return union([own, tuple(v for v in made if evaluator.knows(v))]) if made else own
    return own


def _given(own: Parameter, declared: Value) -> Value:
    """What an annotation says of a parameter, as something of which its callers may tell more."""
    if declared is OTHER:
        return Plain(own.scope, own.name)
    if isinstance(declared, Instance):
        given = replace(declared, parameter=own)
        given.steps = declared.steps
        return given
    return declared


def receiver(scope: Scope, name: str) -> Value | None:
    """`self` or `cls`, if `name` is that parameter of a method."""
    owner = scope.owner
    if owner is None or members.first_parameter(scope) != name:
        return None
    kind = members.method_kind(scope)
    if kind == "static":
        return None
    cls = Class(owner)
    return cls if kind == "class" else Instance(cls)


@once
def _outer_bindings(
    module: Scope,
) -> dict[tuple[Scope | None, str], list[tuple[Scope, Binding]]]:
    """What the functions of a module bind by `global` or `nonlocal`, by the scope that has the
    name."""
    found: dict[tuple[Scope | None, str], list[tuple[Scope, Binding]]] = {}
    stack = [module]
    while stack:
        scope = stack.pop()
        for name, bindings in scope.outer_bindings.items():
            found.setdefault((scope.home(name), name), []).extend((scope, b) for b in bindings)
        stack.extend(scope.children.values())
    return found


@once
def _writes_globals(module: Scope) -> bool:
    """Whether a module sets names of its own that are not written down."""
    return _GLOBALS.search(module.module.text) is not None


def exported(module: Scope, name: str) -> bool:
    """Whether `from module import *` may bring a name."""
    listed = _listed(module)
    if name in listed:
        return True
    bound_here = name in module.bindings or bool(module.stars)
    return None in listed and bound_here and not name.startswith("_")


@once
def _listed(module: Scope) -> frozenset[str | None]:
    """What `__all__` names; None: also what is public, since there is no such list, or more in it
    than is seen here."""
    nodes = [binding.node for binding in module.bindings.get("__all__", ())]
    found: set[str | None] = set() if nodes else {None}
    for event in module.events.get("__all__", ()):
        nodes += event.node.args if isinstance(event.node, ast.Call) else [event.node]
    for node in nodes:
        for part in within(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
            elif not isinstance(part, _LISTS) and getattr(part, "id", "") != "__all__":
                found.add(None)
    return frozenset(found)


_LISTS = (ast.List, ast.Tuple, ast.Set, ast.BinOp, ast.AugAssign)
"""What only puts the names of `__all__` together."""
