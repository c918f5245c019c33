"""Bounds around a call: `async with asyncio.timeout(5):`, `await asyncio.wait_for(...)`."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from flake8_untimed.inference import flow, invoke, lineage, objects
from flake8_untimed.inference.arguments import Argument, Passed, parameter_names, positional_names
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import WITHS, called_name, dotted, own_expressions, within
from flake8_untimed.inference.timers import (
    ALARMS,
    BLOCKING_CONTEXTS,
    CONTEXTS,
    DECORATORS,
    STARTED,
    WRAPPERS,
)
from flake8_untimed.inference.values import (
    OTHER,
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Managed,
    Parameter,
    Result,
    Symbol,
    Unknown,
    Value,
    are_none,
    outside,
)
from flake8_untimed.inference.walk import Found, outward, walk

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

DEPTH = 3
"""Callers around callers that are looked at."""

_ALL_CONTEXTS = {**CONTEXTS, **BLOCKING_CONTEXTS}
ENTERING = frozenset(("enter_context", "enter_async_context"))
"""Methods of a stack that enter a context manager for the rest of its block."""
METHODS = frozenset(("addTimeout",))
"""Methods of an awaitable (of Twisted's `Deferred`) that bound it."""
TASKS = frozenset(("create_task", "ensure_future", "start_soon"))
"""Functions that start a coroutine and leave the waiting to somebody else."""
KEEPERS = frozenset(("append", "add", "extend"))
"""Methods that put a coroutine into a collection, to be waited for later."""
BODIES = frozenset(("read", "text", "json", "content", "iter_chunked", "iter_any", "readany"))
"""What reads the body of a response."""
_TIMERS = frozenset(("gevent", "eventlet", "signal"))
"""What names a module that starts one."""
_SWITCHES = frozenset(
    ("alarm", "setitimer", "Timeout", "start_new", "start", "cancel", "close")
)  # fmt: skip
"""Names of what starts or ends a timer."""


def is_surrounded(
    evaluator: Evaluator,
    node: ast.AST,
    context: Context,
    asynchronous: bool,
    late_body: bool = False,
) -> bool:
    """Whether something around a call bounds it, in its function or, for an async function, around
    every call of that function in sight. `late_body`: the library returns before the body is read,
    so that reading it has to be inside too."""
    if _is_bounded_inside(evaluator, node, context, asynchronous, late_body):
        return True
    return asynchronous and evaluator.is_so(_callers_bounded, context.scope.of_block)


def _is_bounded_inside(
    evaluator: Evaluator,
    node: ast.AST,
    context: Context,
    asynchronous: bool,
    late_body: bool,
) -> bool:
    """The same of what stands in its own function."""
    scope: Scope | None = context.scope
    at = context.at
    while scope is not None:
        if at is not None and _in_statement(evaluator, node, at, scope, asynchronous, late_body):
            return True
        if asynchronous and _bounded_later(evaluator, node, at, scope, late_body):
            return True
        if scope.is_function and not isinstance(scope.node, ast.Lambda):
            break
        node, at, scope = scope.node, scope.statement, scope.parent
        if scope is None or scope.is_class:
            break
    if scope is None or not scope.is_function:
        return False
    if _entered_before(evaluator, scope, at, asynchronous):
        return True
    if not asynchronous and _has_timer(evaluator, scope, at):
        return True
    return _is_decorated(evaluator, scope, asynchronous)


def _in_statement(
    evaluator: Evaluator,
    node: ast.AST,
    at: ast.stmt,
    scope: Scope,
    asynchronous: bool,
    late_body: bool,
) -> bool:
    task = None
    around: Scope | None = scope
    while around is not None and at not in around.places:
        around = around.parent  # A comprehension, or a lambda, stands in the statement of another.
    if asynchronous and around is not None:
        for inner, outer in pairwise(outward(around, node, at)):
            if isinstance(inner, (ast.Await, ast.Lambda)):
                break  # What stands around is given the result, or not even that.
            if not isinstance(outer, ast.Call):
                continue
            if _wraps(evaluator, outer, inner, Context(scope, at)):
                return not (late_body and _body_read_outside(scope, at, at))
            if called_name(outer) in TASKS:
                task = at
    table = _contexts(asynchronous)
    statements = [at, *(parent for parent, _ in scope.parents(at))]
    for statement in statements:
        if isinstance(statement, WITHS):
            for item in statement.items:
                if statement is at and item.context_expr in outward(scope, node, at):
                    break
                values = _managers(evaluator, item.context_expr, Context(scope, statement))
                if any(
                    _limits(evaluator, v, table) or _bounds_its_block(evaluator, v, asynchronous)
                    for v in values
                ):
                    if task is not None:
                        return _awaited_inside(scope, task, statement)
                    return not (late_body and _body_read_outside(scope, at, statement))
    return False


def _contexts(asynchronous: bool) -> dict[str, str]:
    return _ALL_CONTEXTS if asynchronous else BLOCKING_CONTEXTS


def _managers(evaluator: Evaluator, node: ast.expr, context: Context) -> Alternatives:
    """What a `with` is given; a call is read on, wherever what it calls comes from."""
    ask = evaluator.insist if isinstance(node, ast.Call) else evaluator.evaluate
    return ask(node, context)


def _bounds_its_block(evaluator: Evaluator, value: Value, asynchronous: bool) -> bool:
    """Whether a context manager of the project bounds what is done inside it."""
    if isinstance(value, Managed) and value.scope is not None:
        return evaluator.is_so(_bounds_yield, value.scope, asynchronous)
    if asynchronous or not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return False
    return any(
        isinstance(method, Function) and _has_timer(evaluator, method.scope, None)
        for method in objects.class_attribute(evaluator, value.cls, "__enter__", value)
    )


def _bounds_yield(evaluator: Evaluator, scope: Scope, asynchronous: bool) -> bool:
    """Whether a generator function has a bound around what it yields for."""
    return any(
        _in_statement(evaluator, statement, statement, scope, asynchronous, False)
        or (not asynchronous and _has_timer(evaluator, scope, statement))
        for statement in yielding(scope)
    )


def yielding(scope: Scope) -> list[ast.stmt]:
    """The statements of a generator function that yield."""
    return [
        statement
        for statement in scope.places
        for expression in own_expressions(statement)
        if isinstance(expression, (ast.Yield, ast.YieldFrom))
    ]


def _entered_before(
    evaluator: Evaluator, scope: Scope, at: ast.stmt | None, asynchronous: bool
) -> bool:
    """Whether a bound was entered by a stack, in the same function: `enter_async_context`."""
    if at is None or at not in scope.places:
        return False
    return any(
        _limits(evaluator, value, _contexts(asynchronous))
        for node, _, statement in _entered(scope)
        if statement is not None and scope.order(statement) < scope.order(at)
        for value in evaluator.evaluate(node.args[0], Context(scope, statement))
    )


@once
def _entered(scope: Scope) -> list[Found]:
    """Where a function enters something by a stack."""
    if not _speaks_of(scope.module.scope, ENTERING):
        return []
    return [
        found
        for found in walk(scope).calls
        if found.scope is scope
        and called_name(found.node) in ENTERING
        and len(found.node.args) == 1
    ]


def _bounded_later(
    evaluator: Evaluator, node: ast.AST, at: ast.stmt | None, scope: Scope, late_body: bool
) -> bool:
    """Whether a coroutine that is kept (`tasks = [fetch(u) for u in urls]`) is waited for where
    something bounds it, later in the same function."""
    name = _kept_in(at)
    if at is None or name is None or at not in scope.places:
        return False
    if any(isinstance(outer, ast.Await) for outer in outward(scope, node, at)):
        # Waited for in the very statement that makes it.
        return False
    return any(
        _in_statement(evaluator, use, statement, scope, True, late_body)
        for use, statement in _uses(scope).get(name, ())
        if scope.order(statement) > scope.order(at)
    )


def _kept_in(statement: ast.stmt | None) -> str | None:
    """The name that keeps what a statement makes: `name = ...`, `name[key] = ...`, `name += ...`,
    `name.append(...)`."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        if not (isinstance(function, ast.Attribute) and function.attr in KEEPERS):
            return None
        target: ast.expr = function.value
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        target = statement.target
    elif isinstance(statement, ast.Assign):
        target = statement.targets[0]
    else:
        return None
    if isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def _only_keeps(statement: ast.stmt, name: str) -> bool:
    """`name.append(...)`: the name is used, and nothing in it is waited for."""
    return isinstance(statement, ast.Expr) and _kept_in(statement) == name


@once
def _uses(scope: Scope) -> dict[str, list[tuple[ast.Name, ast.stmt]]]:
    """Where the names of a function are read, and more is done than to put something into them."""
    uses: dict[str, list[tuple[ast.Name, ast.stmt]]] = {}
    for statement in scope.places:
        for expression in own_expressions(statement):
            for part in within(expression):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                    if not _only_keeps(statement, part.id):
                        uses.setdefault(part.id, []).append((part, statement))
    return uses


def _assigned(statement: ast.stmt) -> str | None:
    """The name that a statement gives its value to."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None


def _awaited_inside(scope: Scope, task: ast.stmt, around: ast.stmt) -> bool:
    """Whether a task that is made by one statement is waited for inside another."""
    name = _assigned(task)
    return not isinstance(task, ast.Assign) if name is None else name in _awaited(scope, around)


@once
def _awaited(scope: Scope, around: ast.stmt) -> set[str]:
    """The names that are waited for inside a statement of a function."""
    awaits = (part for part in within(around) if isinstance(part, ast.Await))
    return {p.id for part in awaits for p in within(part) if isinstance(p, ast.Name)}


def _body_read_outside(scope: Scope, at: ast.stmt, around: ast.stmt) -> bool:
    """Whether the response that a statement assigns has its body read outside of another."""
    name = _assigned(at)
    if name is None:
        return False
    return _bodies_read(scope, scope.node)[name] > _bodies_read(scope, around)[name]


@once
def _bodies_read(scope: Scope, around: ast.AST) -> Counter[str]:
    """How often bodies are read in a part of a function, by the names of their responses."""
    return Counter(
        part.value.id
        for part in within(around)
        if isinstance(part, ast.Attribute)
        and part.attr in BODIES
        and isinstance(part.value, ast.Name)
    )


def _limits(evaluator: Evaluator, value: Value, table: dict[str, str]) -> bool:
    if not isinstance(value, Result) or value.path not in table:
        return False
    argument = _time(value.site.passed, table[value.path], 0)
    return argument is not None and not are_none(evaluator.argument(argument))


def _time(passed: Passed, name: str, place: int) -> Argument | None:
    """What something that bounds others is given for its time."""
    positional = passed.positional[place] if len(passed.positional) > place else None
    return passed.keywords.get(name, positional)


def times_around(
    evaluator: Evaluator, node: ast.AST, context: Context
) -> Iterator[Argument | None]:
    """The times of the bounds that stand around an async call in its own function, whether or not the
    whole of its wait is inside."""
    scope, at, _ = context
    if at is None or at not in scope.places:
        return
    calls = (outer for outer in outward(scope, node, at) if isinstance(outer, ast.Call))
    for call in calls:
        for callee in evaluator.evaluate(call.func, context):
            if isinstance(callee, Symbol) and callee.path in WRAPPERS:
                passed = invoke.passed_by(evaluator, call, context)
                yield _time(passed, WRAPPERS[callee.path], 1)
    for statement in (at, *(parent for parent, _ in scope.parents(at))):
        for item in statement.items if isinstance(statement, WITHS) else ():
            for value in _managers(evaluator, item.context_expr, Context(scope, statement)):
                if isinstance(value, Result) and value.path in CONTEXTS:
                    yield _time(value.site.passed, CONTEXTS[value.path], 0)


def _wraps(evaluator: Evaluator, outer: ast.Call, given: ast.AST, context: Context) -> bool:
    """Whether a call bounds an awaitable that it is given: `wait_for(...)`, a function of the project
    that does the same, `deferred.addTimeout(...)`."""
    if called_name(outer) in METHODS:
        return outer.func is given
    place = next((i for i, argument in enumerate(outer.args) if argument is given), None)
    if place is None:
        return False
    for callee in evaluator.insist(outer.func, context):
        if isinstance(callee, Function):
            return _bounds_argument(evaluator, callee, place)
        if place == 0 and isinstance(callee, Symbol) and callee.path in WRAPPERS:
            passed = invoke.passed_by(evaluator, outer, context)
            argument = _time(passed, WRAPPERS[callee.path], 1)
            return argument is not None and not are_none(evaluator.argument(argument))
    return False


def _bounds_argument(evaluator: Evaluator, function: Function, place: int) -> bool:
    """Whether a function uses an argument, given by its position, where something bounds it."""
    names = positional_names(function)
    return place < len(names) and evaluator.is_so(_bounds_use, function.scope, names[place])


def _bounds_use(evaluator: Evaluator, scope: Scope, name: str) -> bool:
    """Whether a function, or one inside it, uses a name where something bounds it, or each of what that
    holds."""
    uses = _uses(scope).get(name, ())
    if any(_in_statement(evaluator, use, at, scope, True, False) for use, at in uses):
        return True
    each = {target for use, at in uses for target in _elements(scope, use, at)}
    inner = [child for child in scope.children.values() if name not in child.bindings]
    return any(evaluator.is_so(_bounds_use, scope, target) for target in sorted(each)) or any(
        evaluator.is_so(_bounds_use, child, name) for child in inner if child.is_function
    )


def _elements(scope: Scope, use: ast.Name, at: ast.stmt) -> Iterator[str]:
    """The name that each of what another holds has in turn: in a loop, or a comprehension."""
    around = next(islice(outward(scope, use, at), 1, None), at)
    if isinstance(around, (ast.For, ast.AsyncFor, ast.comprehension)) and around.iter is use:
        if isinstance(around.target, ast.Name):
            yield around.target.id


def _is_decorated(evaluator: Evaluator, scope: Scope, asynchronous: bool) -> bool:
    """Whether a decorator bounds a function, or, if it is one of the project, calls it only where
    something does."""
    return any(
        evaluator.is_so(_bounds_calls, value.scope, asynchronous)
        if isinstance(value, Function)
        else not asynchronous and _limits(evaluator, value, DECORATORS)
        for decorator in getattr(scope.node, "decorator_list", ())
        for value in evaluator.insist(decorator, outside(scope))
    )


def _bounds_calls(evaluator: Evaluator, decorator: Scope, asynchronous: bool) -> bool:
    """Whether a decorator calls what it decorates, and only where something bounds that."""
    decorated = parameter_names(decorator.arguments)[:1]
    calls = [f for f in walk(decorator).calls if [dotted(f.node.func)] == decorated]
    return bool(calls) and all(
        is_surrounded(evaluator, f.node, Context(f.scope, f.statement), asynchronous) for f in calls
    )


def _has_timer(evaluator: Evaluator, scope: Scope, at: ast.stmt | None) -> bool:
    """Whether a timer was started in this function, and not stopped, before a statement (None: at
    all)."""
    is_on = False
    for node, _, statement in _switches(scope):
        assert statement is not None
        if at in scope.places and (
            scope.order(statement) > scope.order(at)
            or flow.relate(scope.chain(statement), scope.chain(at)) is None
        ):
            continue
        switched = _switched(evaluator, node, Context(scope, statement))
        is_on = is_on if switched is None else switched
    return is_on


@once
def _speaks_of(module: Scope, names: frozenset[str]) -> bool:
    """Whether the text of a module has one of some names."""
    return any(name in module.module.text for name in names)


@once
def _switches(scope: Scope) -> list[Found]:
    """Where a function may start or stop a timer; a `with` does that for its own block only."""
    if not _speaks_of(scope.module.scope, _TIMERS):
        return []
    return [
        found
        for found in walk(scope).calls
        if found.scope is scope
        and found.statement in scope.places
        and called_name(found.node) in _SWITCHES
        and not isinstance(found.statement, WITHS)
    ]


def _switched(evaluator: Evaluator, node: ast.Call, context: Context) -> bool | None:
    """Whether a call starts a timer (True) or stops one (False)."""
    function = node.func
    for callee in evaluator.evaluate(function, context):
        if isinstance(callee, Symbol) and callee.path in ALARMS:
            seconds = evaluator.evaluate(node.args[-1], context) if node.args else ()
            return not all(isinstance(v, Literal) and not v.value for v in seconds)
    for made in evaluator.evaluate(node, context):
        if isinstance(made, Result) and made.path in STARTED:
            return _limits(evaluator, made, STARTED)
    if not isinstance(function, ast.Attribute):
        return None
    for timer in evaluator.evaluate(function.value, context):
        if isinstance(timer, Result) and timer.path in BLOCKING_CONTEXTS:
            return function.attr == "start" and _limits(evaluator, timer, BLOCKING_CONTEXTS)
    return None


def _callers_bounded(evaluator: Evaluator, function: Scope) -> bool:
    """Whether a helper coroutine is awaited, in its module, only where something bounds it."""
    callers: dict[Scope, list[Scope | None]] = {}
    asked = [function]
    for _ in range(DEPTH):
        for callee in asked:
            callers[callee] = _callers(evaluator, callee)
            if not callers[callee]:
                return False
        every = dict.fromkeys(f for found in callers.values() for f in found)
        asked = [f for f in every if f is not None and f not in callers]
    bounded: set[Scope | None] = {None}
    while more := {f for f, found in callers.items() if not bounded.isdisjoint(found)} - bounded:
        bounded |= more
    # Functions that only call themselves are called from out of sight.
    return not asked and callers.keys() <= bounded


def _callers(evaluator: Evaluator, function: Scope) -> list[Scope | None]:
    """What calls a coroutine, in its module: None for a call that something bounds where it
    stands."""
    if not isinstance(function.node, ast.AsyncFunctionDef):
        return []
    if function.module.text.count(function.name) == 1:
        return []
    return [
        None
        if _is_bounded_inside(evaluator, f.node, Context(f.scope, f.statement), True, False)
        else f.scope.of_block
        for f in _calls_of(evaluator, function)
    ]


def _calls_of(evaluator: Evaluator, function: Scope) -> list[Found]:
    """The calls in its module that surely are of a function; if there are none, those of its name
    that nobody knows."""
    sure, possible = [], []
    line = lineage.mro(evaluator, Class(function.owner)) if function.owner is not None else ()
    # In an object of its class, it is what its bases mean by that name.
    owners = {cls.scope for cls in line if isinstance(cls, Class)}
    for found in _calls_by_name(function.module.scope).get(function.name, ()):
        context = Context(found.scope, found.statement)
        with evaluator.apart():
            callees = evaluator.evaluate(found.node.func, context)
        methods = [c.scope for c in callees if isinstance(c, Function)]
        if any(m is function or m.owner in owners for m in methods):
            sure.append(found)
        elif any(isinstance(c, (Unknown, Parameter)) and c is not OTHER for c in callees):
            possible.append(found)
    return sure or possible


@once
def _calls_by_name(module: Scope) -> dict[str, list[Found]]:
    """The calls in a module, by the last name of what is called."""
    calls: dict[str, list[Found]] = {}
    for found in walk(module).calls:
        calls.setdefault(called_name(found.node) or "", []).append(found)
    return calls
