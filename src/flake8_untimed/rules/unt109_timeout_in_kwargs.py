"""A function passes its `**kwargs` on, which hold a timeout only if the caller thought of it.

## What it does
Finds calls that get the function's own `**kwargs` and no timeout beside them, in a library that has
no default of its own.

## Why is this bad?
Nothing in the function says that a timeout is needed, so the usual call gives none, and waits for
ever.

## Example
```python
def fetch(url, **kwargs):
    return requests.get(url, **kwargs)
```

## Use instead
```python
def fetch(url, **kwargs):
    kwargs.setdefault("timeout", (5, 30))
    return requests.get(url, **kwargs)
```

## When it is not reported
When the function puts a timeout into its `**kwargs` first, asks whether there is one, or lets
another do something with them, when a subclass or an adapter may set one, or something around the
call bounds it.

## Fix
Adds `kwargs.setdefault("timeout", ...)` before the call, or before an earlier one that gets the
same `**kwargs` (unsafe: a caller may have counted on waiting). None where the function does more
with them than to hand them on to requests.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.changes import gets_no_timeout
from flake8_untimed.calls.keywords import are_left_alone, may_hold_timeout, own_keywords
from flake8_untimed.calls.releases import may_bound_later
from flake8_untimed.findings import AddStatement, Expression, Finding, Fix
from flake8_untimed.inference.scopes import once
from flake8_untimed.inference.syntax import ends
from flake8_untimed.rules._timeouts import written

if TYPE_CHECKING:
    from flake8_untimed.inference.scopes import Scope

OPT_IN = True


def check(facts: Facts) -> Iterator[Finding]:
    earlier: dict[object, list[ast.stmt]] = {}
    for call in sorted(facts.calls, key=lambda call: (call.node.lineno, call.node.col_offset)):
        if not _relies_on_caller(facts, call):
            continue
        own, key = own_keywords(call), call.sender.timeout or ""
        if own is not None and call.node.lineno <= _seen_to(facts, *own, key):
            scope, name = own
            if _is_asked_for(call, name, key):
                continue
            fix, why_not = _fix(facts, call, name, earlier.setdefault(own, []))
            yield facts.finding(
                "UNT109",
                call.node,
                f"{call.name}() has a timeout only if the caller of {scope.name}() gives one in"
                f' **{name}: else it waits for ever; {name}.setdefault("timeout", ...) before it',
                fix,
                why_not,
            )


def _fix(
    facts: Facts, call: Call, name: str, earlier: list[ast.stmt]
) -> tuple[Fix | None, str | None]:
    """The default, put in before the call, or before an earlier one that always comes first."""
    statement = call.context.at
    if statement is None:
        return None, "no statement of its own stands around the call"
    before = next((s for s in earlier if _comes_first(call, s, name)), statement)
    if not may_hold_timeout(facts, call, before):
        return None, f"**{name} go elsewhere, too, where a timeout may not be taken"
    span = facts.span(before)
    if before is statement and not facts.source.lines[span.line - 1][: span.column - 1].strip():
        earlier.append(statement)
    timeout = written(facts, call.library)
    new = Expression(f'{name}.setdefault("{call.sender.timeout}", {timeout.text})', timeout.needs)
    return Fix((AddStatement(span, new),), False), None


def _comes_first(call: Call, statement: ast.stmt, name: str) -> bool:
    """Whether an earlier statement stands in a block around a call, and nothing between them may take
    the timeout out again."""
    if any(statement.lineno < s.lineno <= call.node.lineno for s in _taking_out(call, name)):
        return False
    places = call.context.scope.places
    inner = call.context.at
    block = (places[statement].parent, places[statement].block) if statement in places else None
    while inner in places:
        if (places[inner].parent, places[inner].block) == block:
            return True
        inner = places[inner].parent
    return False


def _taking_out(call: Call, name: str) -> Iterator[ast.stmt]:
    """The statements that may take the timeout out of the `**kwargs`, or put others in their place."""
    scope = call.context.scope
    for event in scope.events.get(name, ()):
        node = event.node
        keys = node.args[:1] if isinstance(node, ast.Call) else []
        is_other = any(isinstance(k, ast.Constant) and k.value != call.sender.timeout for k in keys)
        if event.kind == "delete" or (event.name in ("clear", "pop", "popitem") and not is_other):
            yield event.statement
    yield from (b.statement for b in scope.bindings.get(name, ()) if b.statement is not None)


@once
def _seen_to(facts: Facts, scope: Scope, name: str, key: str) -> float:
    """The line from which on the `**kwargs` of a function surely have a key, or may be given it."""
    changing = (
        event.statement
        for event in scope.events.get(name, ())
        if event.kind == "argument" and not are_left_alone(facts, scope, event, name)
    )
    insisting = (statement for statement in scope.places if _insists(statement, name, key))
    return min((s.lineno for s in (*changing, *insisting)), default=math.inf)


def _insists(statement: ast.stmt, name: str, key: str) -> bool:
    """`assert "timeout" in kwargs`, `if "timeout" not in kwargs: raise TypeError`."""
    if isinstance(statement, ast.If) and ends(statement.body):
        return _tells(statement.test, name, key) is False
    return isinstance(statement, ast.Assert) and _tells(statement.test, name, key) is True


def _is_asked_for(call: Call, name: str, key: str) -> bool:
    """Whether a call is only reached with the key: `if "timeout" in kwargs: ...`."""
    return any(
        isinstance(around, ast.If) and _tells(around.test, name, key) is (block == "body")
        for around, block in call.context.scope.parents(call.context.at)
    )


def _tells(test: ast.expr, name: str, key: str) -> bool | None:
    """Whether a mapping surely has a key where a test holds (True), or where it does not (False)."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        told = _tells(test.operand, name, key)
        return None if told is None else not told
    if isinstance(test, ast.BoolOp):
        decided = isinstance(test.op, ast.And)
        return decided if any(_tells(v, name, key) is decided for v in test.values) else None
    text, taken = ast.unparse(test), f"{name}.get({key!r})"
    if text in (f"{key!r} in {name}", taken, f"{taken} is not None"):
        return True
    return False if text in (f"{key!r} not in {name}", f"{taken} is None") else None


def _relies_on_caller(facts: Facts, call: Call) -> bool:
    """Whether nothing but an open `**mapping` can bound a call."""
    name = call.sender.timeout
    if call.wrapper is not None or call.handed_over or name is None:
        return False
    if call.bound.kind is not Kind.UNKNOWN or call.timeouts.omitted is not None:
        return False
    if call.argument(name) is not None or call.arguments.open_positional:
        return False
    if may_bound_later(facts, call.node, call.sender):
        return False
    if call.client is None:
        return True
    known = facts.client_of(call.client)
    holds_none = known is not None and not known.may_hold_default
    return holds_none and gets_no_timeout(facts, call.client)
