"""A timeout is swallowed: the handler that catches it only passes or logs.

## What it does
Finds `except requests.Timeout:` and its like around a call of ours whose body does nothing but
`pass`, `continue`, log, or return nothing; and `with suppress(requests.Timeout):`.

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
When the handler does anything else, or what follows it does and is reached only by way of it, as
the block that is tried ends with `return`, or it is asked whether there is an answer
(`if answer is None`); when the handler also stands in a loop that tries again (one that is left
once the call succeeds, one over a `range`, or a `while`), and when it catches more than timeouts by
a wider class, alone or among others.

## Fix
None: what is to be done about it is yours to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.calls.handlers import (
    Catch,
    catches,
    is_one_of,
    kinds_of,
    only_then,
    wider_errors,
)
from flake8_untimed.calls.loops import may_try_again
from flake8_untimed.findings import Finding
from flake8_untimed.inference.syntax import last_name, writes_none
from flake8_untimed.inference.values import Context

OPT_IN = True

_LOGGERS = frozenset(("log", "logger", "logging", "_log", "_logger", "warnings", "traceback"))
_LEVELS = frozenset(
    ("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print_exc")
)


def check(facts: Facts) -> Iterator[Finding]:
    timeouts = frozenset(path for lib in facts.libraries for path in lib.timeout_errors)
    seen: set[ast.AST] = set()
    for call in sorted(facts.calls, key=lambda call: facts.span(call.node)):
        wider = wider_errors(facts, call.library)
        catch = next((c for c in catches(facts, call, timeouts | wider) if c.is_last), None)
        handler = (catch.handler or catch.manager) if catch is not None else None
        if catch is None or handler is None or handler in seen:
            continue
        if _swallows(facts, catch, handler, Context(call.context.scope, catch.statement), wider):
            if not may_try_again(call, catch.statement):
                seen.add(handler)
                yield facts.finding(
                    "UNT406",
                    call.node,
                    f"{call.name}() has its timeout swallowed on line {handler.lineno}: the code goes"
                    " on as if it had been answered; raise, or do what has to be done without the"
                    " answer",
                    why_not="what is to be done about a timeout is not known",
                )


def _swallows(
    facts: Facts,
    catch: Catch,
    handler: ast.ExceptHandler | ast.Call,
    context: Context,
    wider: frozenset[str],
) -> bool:
    """Whether a handler that catches a timeout names that, and nothing is done about it."""
    done = [*getattr(handler, "body", ()), *only_then(context.scope.of_statement, catch)]
    return all(map(_is_nothing, done)) and not any(
        is_one_of(facts, kind, context, wider) for kind in kinds_of(handler)
    )


def _is_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Pass, ast.Continue)):
        return True
    if isinstance(statement, ast.Return):
        return statement.value is None or writes_none(statement.value)
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
