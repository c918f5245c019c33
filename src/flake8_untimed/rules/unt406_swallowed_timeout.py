"""A timeout is swallowed: the handler that catches it only passes or logs.

## What it does
Finds `except requests.Timeout:` and its like around a call of ours whose body does nothing but
`pass`, `continue`, log, or return nothing.

## Why is this bad?
The caller goes on as if the request had been answered: with an old value, with none, or with the
next item, and the one it lost is never missed.

## Example
```python
try:
    requests.post(url, json=order, timeout=5)
except requests.Timeout:
    pass
```

## Use instead
```python
try:
    requests.post(url, json=order, timeout=5)
except requests.Timeout as error:
    raise OrderNotSent(order.id) from error
```

## When it is not reported
When the handler does anything else, when it also stands in a loop that tries again (one that is left
once the call succeeds, or a `while`), and when it catches more than timeouts by a wider class.

## Fix
None: what is to be done about it is yours to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.places import (
    is_inside,
    last_name,
    libraries,
    loops_around,
    path_of,
    tries_around,
)
from flake8_untimed.findings import Finding
from flake8_untimed.inference.values import Context

OPT_IN = True

_LOGGERS = frozenset(("log", "logger", "logging", "_log", "_logger", "warnings", "traceback"))
_LEVELS = frozenset(
    ("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print_exc")
)


def check(facts: Facts) -> Iterator[Finding]:
    errors = {path for lib in libraries(facts) for path in lib.timeout_errors}
    seen: set[ast.ExceptHandler] = set()
    for call in sorted(facts.calls, key=lambda call: facts.span(call.node)):
        for handler in _swallowing(facts, call, errors):
            if handler in seen:
                continue
            seen.add(handler)
            yield facts.finding(
                "UNT406",
                call.node,
                f"{call.name}() has its timeout swallowed on line {handler.lineno}: the code goes on"
                " as if it had been answered; raise, or do what has to be done without the answer",
                why_not="what is to be done about a timeout is not known",
            )


def _swallowing(facts: Facts, call: Call, errors: set[str]) -> Iterator[ast.ExceptHandler]:
    """The handlers around a call that catch its timeout and do nothing about it."""
    for statement in tries_around(call):
        context = Context(call.context.scope, statement)
        for handler in statement.handlers:
            if handler.type is None or not all(_is_nothing(s) for s in handler.body):
                continue
            if _catches(facts, handler.type, context, errors) and not _tries_again(call, statement):
                yield handler


def _catches(facts: Facts, node: ast.expr, context: Context, errors: set[str]) -> bool:
    """Whether a handler names a timeout, alone or among others."""
    named = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(path_of(facts, part, context) in errors for part in named)


def _is_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Pass, ast.Continue)):
        return True
    if isinstance(statement, ast.Return):
        value = statement.value
        return value is None or (isinstance(value, ast.Constant) and value.value is None)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) or _logs(statement.value)
    return False


def _logs(node: ast.expr) -> bool:
    """`print(...)`, `logger.warning(...)`, `self.log.info(...)`."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Name):
        return function.id == "print"
    if not isinstance(function, ast.Attribute) or function.attr not in _LEVELS:
        return False
    return last_name(function.value).lower() in _LOGGERS


def _tries_again(call: Call, statement: ast.Try) -> bool:
    """Whether a loop around the `try` sends the request again, or is there to wait."""
    for loop in loops_around(call):
        if not is_inside(statement, loop):
            continue
        if isinstance(loop, ast.While):
            return True
        ends = (ast.Return, ast.Break)
        rest = [*statement.body, *statement.orelse]
        if any(isinstance(part, ends) for node in rest for part in ast.walk(node)):
            return True
        target = getattr(loop, "iter", None)
        if isinstance(target, ast.Call) and getattr(target.func, "id", "") == "range":
            return True
    return False
