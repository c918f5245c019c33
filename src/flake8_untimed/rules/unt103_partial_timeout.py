"""Half a timeout: a phase of the request stays unbounded.

## What it does
Finds timeouts that limit connecting but not reading, or the other way round: `(5, None)`,
`httpx.Timeout(5, read=None)`, `aiohttp.ClientTimeout(connect=5)`, an httpx pair.

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
Completes it (unsafe: the missing half may be meant).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.findings import Expression, Finding, Fix, RemoveArgument, SetArgument
from flake8_untimed.rules._timeouts import (
    at_calls,
    at_constructions,
    numbers_in,
    set_at_call,
    set_at_construction,
    value_node,
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
        yield facts.finding(
            "UNT103",
            place.node,
            f"{place.name}() has half a timeout: {waits} can wait for ever; limit"
            f" {'it' if len(place.bound.waits) == 1 else 'them'} too",
            fix,
            why_not,
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
    nones = [
        k.arg
        for k in node.keywords
        if k.arg and isinstance(k.value, ast.Constant) and k.value.value is None
    ]
    path = place.library.name
    span = facts.span(node)
    if path in ("httpx", "httpx2") and nones and node.args:
        return Fix(tuple(RemoveArgument(span, name) for name in nones), False), None
    seconds = numbers_in(written(facts, place.library, client=isinstance(place, Construction)))
    if path == "aiohttp" and seconds:
        return Fix((SetArgument(span, "total", Expression(seconds[-1])),), False), None
    if path == "urllib3" and seconds:
        usual = {"connect": seconds[0], "read": seconds[-1]}
        if set(place.bound.waits) <= usual.keys() and not node.args:
            edits = (SetArgument(span, w, Expression(usual[w])) for w in place.bound.waits)
            return Fix(tuple(edits), False), None
    return None, UNKNOWN


def _tuple(
    facts: Facts, place: Call | Construction, node: ast.Tuple
) -> tuple[Fix | None, str | None]:
    name = place.library.name
    texts = [facts.text(e) for e in node.elts]
    if name in ("httpx", "httpx2"):
        if len(texts) == 2 and "None" not in texts:
            value = Expression(
                f"{name}.Timeout({texts[1]}, connect={texts[0]})", (f"{name}.Timeout",)
            )
        elif len(texts) == 3 and "None" not in texts:
            value = Expression(f"({', '.join([*texts, texts[0]])})")
        else:
            value = written(facts, place.library)
    else:
        usual = numbers_in(written(facts, place.library))
        if len(usual) == 1:
            usual *= len(texts)
        if len(usual) != len(texts):
            return None, UNKNOWN
        value = Expression(f"({', '.join(u if t == 'None' else t for t, u in zip(texts, usual))})")
    if isinstance(place, Call):
        return set_at_call(facts, place, value, safe=False)
    return set_at_construction(facts, place, value, safe=False)
