"""Bounds around a call: `async with asyncio.timeout(5):`, `await asyncio.wait_for(...)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_untimed.inference import invoke, objects
from flake8_untimed.inference.arguments import parameter_names
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import WITHS, called_name, dotted, own_expressions
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Managed,
    Result,
    Symbol,
    Value,
)
from flake8_untimed.inference.walk import Found, walk

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

DEPTH = 3
"""Callers around callers that are looked at."""

CONTEXTS = {
    "asyncio.timeout": "delay",
    "asyncio.timeout_at": "when",
    "async_timeout.timeout": "delay",
    "async_timeout.timeout_at": "deadline",
    "anyio.fail_after": "delay",
    "anyio.move_on_after": "delay",
    "anyio.CancelScope": "deadline",
    "trio.fail_after": "seconds",
    "trio.fail_at": "deadline",
    "trio.move_on_after": "seconds",
    "trio.move_on_at": "deadline",
    "trio.CancelScope": "deadline",
}
"""Context managers that bound the async calls inside, and their parameter."""
BLOCKING_CONTEXTS = {
    "gevent.Timeout": "seconds",
    "gevent.timeout.Timeout": "seconds",
    "eventlet.Timeout": "seconds",
    "eventlet.timeout.Timeout": "seconds",
}
"""Those that bound blocking calls too."""
_ALL_CONTEXTS = {**CONTEXTS, **BLOCKING_CONTEXTS}
ENTERING = frozenset(("enter_context", "enter_async_context"))
"""Methods of a stack that enter a context manager for the rest of its block."""
WRAPPERS = {"asyncio.wait_for": "timeout", "trio.fail_after": "seconds"}
"""Functions that bound the awaitable that they are given first, and their second parameter."""
METHODS = frozenset(("addTimeout",))
"""Methods of an awaitable (of Twisted's `Deferred`) that bound it."""
TASKS = frozenset(("create_task", "ensure_future", "start_soon"))
"""Functions that start a coroutine and leave the waiting to somebody else."""
KEEPERS = frozenset(("append", "add", "extend"))
"""Methods that put a coroutine into a collection, to be waited for later."""
BODIES = frozenset(("read", "text", "json", "content", "iter_chunked", "iter_any", "readany"))
"""What reads the body of a response."""
ALARMS = frozenset(("signal.alarm", "signal.setitimer"))


def is_surrounded(
    evaluator: Evaluator,
    node: ast.AST,
    context: Context,
    asynchronous: bool,
    late_body: bool = False,
    depth: int = 0,
) -> bool:
    """Whether something around a call bounds it, in its function or, for an async function, around
    every call of that function in sight. `late_body`: the library returns before the body is read,
    so that reading it has to be inside too."""
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
    if not asynchronous and _has_alarm(evaluator, scope, at):
        return True
    if depth >= DEPTH:
        return False
    return _is_decorated(evaluator, scope, asynchronous, depth) or (
        asynchronous and _callers_bounded(evaluator, scope, depth)
    )


def _in_statement(
    evaluator: Evaluator,
    node: ast.AST,
    at: ast.stmt,
    scope: Scope,
    asynchronous: bool,
    late_body: bool,
) -> bool:
    task = None
    if asynchronous and at in scope.places:
        for outer in _calls_around(node, at):
            if _wraps(evaluator, outer, node, Context(scope, at)):
                return not (late_body and _body_read_outside(scope, at, at))
            if called_name(outer) in TASKS:
                task = at
    table = _contexts(asynchronous)
    statements = [at, *(parent for parent, _ in scope.parents(at))]
    for statement in statements:
        if isinstance(statement, WITHS):
            for item in statement.items:
                if any(part is node for part in ast.walk(item.context_expr)):
                    break
                values = _managers(evaluator, item.context_expr, Context(scope, statement))
                if any(
                    _limits(evaluator, v, table) or _bounds_its_block(evaluator, v, asynchronous)
                    for v in values
                ):
                    if task is not None:
                        return _awaited_inside(task, statement)
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
        scope = value.scope
        key = "bounds its block", asynchronous
        if key not in scope.kept:
            scope.kept[key] = False
            scope.kept[key] = any(
                _in_statement(evaluator, statement, statement, scope, asynchronous, False)
                or (not asynchronous and _has_alarm(evaluator, scope, statement))
                for statement in _yielding(scope)
            )
        return bool(scope.kept[key])
    if asynchronous or not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return False
    return any(
        isinstance(method, Function) and _has_alarm(evaluator, method.scope, None)
        for method in objects.class_attribute(evaluator, value.cls, "__enter__", value)
    )


def _yielding(scope: Scope) -> list[ast.stmt]:
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
    if at is None or not any(name in scope.module.text for name in ENTERING):
        return False
    if at not in scope.places:
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
    calls = walk(scope).calls
    return [f for f in calls if f.scope is scope and _enters(f.node)]


def _enters(node: ast.Call) -> bool:
    return called_name(node) in ENTERING and len(node.args) == 1


def _bounded_later(
    evaluator: Evaluator, node: ast.AST, at: ast.stmt | None, scope: Scope, late_body: bool
) -> bool:
    """Whether a coroutine that is kept (`tasks = [fetch(u) for u in urls]`) is waited for where
    something bounds it, later in the same function."""
    name = _kept_in(at)
    if at is None or name is None or at not in scope.places or _is_awaited(node, at):
        return False
    return any(
        _in_statement(evaluator, use, statement, scope, True, late_body)
        for use, statement in _uses(scope).get(name, ())
        if scope.order(statement) > scope.order(at) and not _only_keeps(statement, name)
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


def _is_awaited(node: ast.AST, at: ast.stmt) -> bool:
    """Whether a coroutine is waited for in the very statement that makes it."""
    return any(
        isinstance(part, ast.Await) and any(inner is node for inner in ast.walk(part))
        for expression in own_expressions(at)
        for part in ast.walk(expression)
    )


@once
def _uses(scope: Scope) -> dict[str, list[tuple[ast.Name, ast.stmt]]]:
    """Where the names of a function are read."""
    uses: dict[str, list[tuple[ast.Name, ast.stmt]]] = {}
    for statement in scope.places:
        for expression in own_expressions(statement):
            for part in ast.walk(expression):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                    uses.setdefault(part.id, []).append((part, statement))
    return uses


def _assigned(statement: ast.stmt) -> str | None:
    """The name that a statement gives its value to."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None


def _awaited_inside(task: ast.stmt, around: ast.stmt) -> bool:
    """Whether a task that is made by one statement is waited for inside another."""
    name = _assigned(task)
    if name is None:
        return not isinstance(task, ast.Assign)
    for part in ast.walk(around):
        if isinstance(part, ast.Await) and any(
            isinstance(p, ast.Name) and p.id == name for p in ast.walk(part)
        ):
            return True
    return False


def _body_read_outside(scope: Scope, at: ast.stmt, around: ast.stmt) -> bool:
    """Whether the response that a statement assigns has its body read outside of another."""
    name = _assigned(at)
    if name is None:
        return False
    inside = set(ast.walk(around))
    for part in ast.walk(scope.node):
        if (
            isinstance(part, ast.Attribute)
            and part.attr in BODIES
            and isinstance(part.value, ast.Name)
            and part.value.id == name
            and part not in inside
        ):
            return True
    return False


def _limits(evaluator: Evaluator, value: Value, table: dict[str, str]) -> bool:
    if not isinstance(value, Result) or value.path not in table:
        return False
    passed = value.site.passed
    argument = passed.keywords.get(table[value.path])
    if argument is None and passed.positional:
        argument = passed.positional[0]
    return argument is not None and not _surely_none(evaluator.argument(argument))


def _surely_none(values: Alternatives) -> bool:
    return all(isinstance(v, Literal) and v.value is None for v in values)


def _calls_around(node: ast.AST, statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement in whose arguments a node stands."""
    parents: dict[ast.AST, ast.AST] = {}
    for expression in own_expressions(statement):
        stack: list[ast.AST] = [expression]
        while stack:
            part = stack.pop()
            for child in ast.iter_child_nodes(part):
                parents[child] = part
                stack.append(child)
    current = parents.get(node)
    while current is not None:
        if isinstance(current, ast.Call):
            yield current
        current = parents.get(current)


def _wraps(evaluator: Evaluator, outer: ast.Call, node: ast.AST, context: Context) -> bool:
    """Whether a call bounds an awaitable that it is given: `wait_for(...)`, a function of the project
    that does the same, `deferred.addTimeout(...)`."""
    if called_name(outer) in METHODS:
        return _hands_on(outer.func, node)
    place = next((i for i, a in enumerate(outer.args) if _hands_on(a, node)), None)
    if place is None:
        return False
    for callee in evaluator.evaluate(outer.func, context):
        if isinstance(callee, Function):
            return _bounds_argument(evaluator, callee, place)
        if place == 0 and isinstance(callee, Symbol) and callee.path in WRAPPERS:
            passed = invoke.passed_by(evaluator, outer, context)
            argument = passed.keywords.get(WRAPPERS[callee.path])
            if argument is None and len(passed.positional) > 1:
                argument = passed.positional[1]
            return argument is not None and not _surely_none(evaluator.argument(argument))
    return False


def _hands_on(expression: ast.expr, node: ast.AST) -> bool:
    """Whether a node stands in an expression and is not awaited there."""
    stack: list[ast.AST] = [expression]
    while stack:
        part = stack.pop()
        if part is node:
            return True
        if not isinstance(part, ast.Await):
            stack.extend(ast.iter_child_nodes(part))
    return False


def _bounds_argument(evaluator: Evaluator, function: Function, place: int) -> bool:
    """Whether a function uses an argument, given by its position, where something bounds it."""
    scope = function.scope
    names = parameter_names(scope.arguments)[function.receiver is not None :]
    if place >= len(names):
        return False
    key = "bounds", names[place]
    if key not in scope.kept:
        scope.kept[key] = False  # what a function finds that hands it on to itself
        scope.kept[key] = any(
            _in_statement(evaluator, use, statement, scope, True, False)
            for use, statement in _uses(scope).get(names[place], ())
        )
    return bool(scope.kept[key])


def _is_decorated(evaluator: Evaluator, scope: Scope, asynchronous: bool, depth: int) -> bool:
    """Whether a decorator of the project calls a function only where something bounds it."""
    decorators = getattr(scope.node, "decorator_list", ())
    where = Context(scope.parent or scope, scope.statement)
    return any(
        isinstance(value, Function) and _bounds_calls(evaluator, value.scope, asynchronous, depth)
        for decorator in decorators
        for value in evaluator.evaluate(decorator, where)
    )


def _bounds_calls(evaluator: Evaluator, decorator: Scope, asynchronous: bool, depth: int) -> bool:
    """Whether a decorator calls what it decorates, and only where something bounds that."""
    decorated = parameter_names(decorator.arguments)[:1]
    calls = [f for f in walk(decorator).calls if [dotted(f.node.func)] == decorated]
    return bool(calls) and all(
        is_surrounded(
            evaluator, f.node, Context(f.scope, f.statement), asynchronous, depth=depth + 1
        )
        for f in calls
    )


def _has_alarm(evaluator: Evaluator, scope: Scope, at: ast.stmt | None) -> bool:
    """Whether a signal was set in this function, and not cancelled, before a statement (None: at
    all)."""
    is_set = False
    for event in scope.events.get("signal", ()):
        if event.kind != "call":
            continue
        if at in scope.places and scope.order(event.statement) > scope.order(at):
            continue
        node = event.node
        assert isinstance(node, ast.Call)
        where = Context(scope, event.statement)
        callees = evaluator.evaluate(node.func, where)
        if any(isinstance(v, Symbol) and v.path in ALARMS for v in callees):
            seconds = evaluator.evaluate(node.args[-1], where) if node.args else ()
            is_set = not all(isinstance(v, Literal) and not v.value for v in seconds)
    return is_set


def _callers_bounded(evaluator: Evaluator, scope: Scope, depth: int) -> bool:
    """Whether a helper coroutine is awaited, in its module, only where something bounds it."""
    if not isinstance(scope.node, ast.AsyncFunctionDef):
        return False
    key = "callers", depth
    if key not in scope.kept:
        scope.kept[key] = False
        if scope.module.text.count(scope.name) == 1:
            return False
        callers = [
            found
            for found in walk(scope.module.scope).calls
            if called_name(found.node) == scope.name
        ]
        scope.kept[key] = bool(callers) and all(
            is_surrounded(evaluator, f.node, Context(f.scope, f.statement), True, depth=depth + 1)
            for f in callers
        )
    return bool(scope.kept[key])
