"""Half a timeout: a phase of the request stays unbounded.

## What it does
Finds timeouts that limit connecting but not reading, or the other way round: `(5, None)`,
`httpx.Timeout(5, read=None)`, `aiohttp.ClientTimeout(connect=5)`, an httpx pair; on a call, at a
client's construction, or set on the client later (`client.timeout = ...`).

## Why is this bad?
The phase that is left out waits for ever: with `(5, None)` a server that accepts and never answers
blocks the call just as if there were no timeout.

## Example
```python
requests.get(url, timeout=(5, None))
```

## Use instead
```python
requests.get(url, timeout=(5, 30))
```

## When it is not reported
When a part is out of sight, and for aiohttp when both connecting and reading are limited.

## Fix
Completes it (unsafe: the missing half may be meant). For aiohttp, `total` is added where nothing
limits reading, and `connect` where nothing limits connecting: a `total` would end a long stream.
None where it is set later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.findings import Expression, Finding, Fix, RemoveArgument, SetArgument, Span
from flake8_untimed.inference.syntax import writes_none
from flake8_untimed.libraries.model import TimeoutType
from flake8_untimed.rules._timeouts import (
    at_calls,
    at_constructions,
    seconds_for,
    set_at_call,
    set_at_construction,
    value_node,
    with_doubt,
    written,
)

UNKNOWN = "which value the missing phase should have is not known"


def check(facts: Facts) -> Iterator[Finding]:
    places: list[Call | Construction] = [
        *at_calls(facts, Kind.PARTIAL),
        *at_constructions(facts, Kind.PARTIAL),
    ]
    for place in places:
        waits = " and ".join(place.bound.waits)
        node = value_node(place)
        fix, why_not = _completed(facts, place, node)
        fix = with_doubt(facts, place, fix)
        yield facts.finding(
            "UNT103",
            place.node,
            f"{place.name}() has half a timeout: {waits} can wait for ever; limit"
            f" {'it' if len(place.bound.waits) == 1 else 'them'} too",
            fix,
            why_not,
        )
    for setting, bound in facts.timeouts_set(Kind.PARTIAL):
        yield facts.finding(
            "UNT103",
            setting.node,
            f"{facts.text(setting.target)} = {facts.text(setting.value)} sets half a timeout:"
            f" {' and '.join(bound.waits)} can wait for ever in later calls; limit"
            f" {'it' if len(bound.waits) == 1 else 'them'} too",
            None,
            UNKNOWN,
        )


def _completed(
    facts: Facts, place: Call | Construction, node: ast.expr | None
) -> tuple[Fix | None, str | None]:
    if node is None:
        return None, "the timeout is given elsewhere"
    if isinstance(node, ast.Tuple):
        return _tuple(facts, place, node)
    if not isinstance(node, ast.Call):
        return None, "the timeout is made elsewhere"
    nones = [k.arg for k in node.keywords if k.arg and writes_none(k.value)]
    path = facts.path_of(node.func, place.context)
    kind = next((kind for kind in place.timeouts.types if kind.path == path), None)
    if kind is None:
        return None, UNKNOWN
    span = facts.span(node)
    if kind.default_field and nones and node.args:
        return Fix(tuple(RemoveArgument(span, name) for name in nones), False), None
    return _fields(place, node, span, written(facts, place.library), kind)


def _fields(
    place: Call | Construction, node: ast.Call, span: Span, usual: Expression, kind: TimeoutType
) -> tuple[Fix | None, str | None]:
    """The missing waits, each by its field of the timeout's class."""
    edits = []
    names = kind.parameters
    for wait in place.bound.waits:
        field = kind.completed_by.get(wait)
        seconds = seconds_for(usual, field) if field is not None else None
        if field is None or seconds is None or any(isinstance(a, ast.Starred) for a in node.args):
            return None, UNKNOWN
        position = names.index(field)
        at = position if position < len(node.args) else None
        edits.append(SetArgument(span, field, Expression(seconds), at))
    return Fix(tuple(edits), False), None


def _tuple(
    facts: Facts, place: Call | Construction, node: ast.Tuple
) -> tuple[Fix | None, str | None]:
    texts = [facts.text(e) for e in node.elts]
    kinds = [kind for kind in place.timeouts.types if kind.default_field]
    if kinds:
        if len(texts) == 2 and "None" not in texts:
            if len(kinds) > 1:  # It may not be installed.
                return None, "the class of which package it takes is not known"
            kind = kinds[0]
            value = Expression(f"{kind.path}({texts[1]}, connect={texts[0]})", (kind.path,))
        elif len(texts) == 3 and "None" not in texts:
            value = Expression(f"({', '.join([*texts, texts[0]])})")
        else:
            value = written(facts, place.library)
    else:
        usual = written(facts, place.library)
        connect, read = (seconds_for(usual, what) for what in ("connect", "read"))
        if connect is None or read is None or len(texts) != 2:
            return None, UNKNOWN
        both = (u if t == "None" else t for t, u in zip(texts, (connect, read)))
        value = Expression(f"({', '.join(both)})")
    if isinstance(place, Call):
        return set_at_call(facts, place, value, safe=False)
    return set_at_construction(facts, place, value, safe=False)
