"""A timeout that the library rejects, or that fails at once.

## What it does
Finds values that raise or fail as soon as the line runs: 0 or a negative number for requests, a
tuple of three, a string, the timeout object of another library, `httpx.Timeout(connect=5)`,
`aiohttp.ClientSession(timeout=5)`; also where it is set on a client later (`client.timeout = 0`).

## Why is this bad?
The request is never sent: ValueError, TypeError or a connection error comes instead, on a path that
was perhaps never tried.

## Example
```python
aiohttp.ClientSession(timeout=5)  # ValueError
```

## Use instead
```python
aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
```

## When it is not reported
When the value is a parameter of the function, or one of several that are not all bad; where a test
expects that it raises (`with pytest.raises(ValueError):`).

## Fix
`ClientTimeout(total=...)` for a number where aiohttp wants an object (safe), else none.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.bounds import INCOMPLETE, NO_PARAMETER, Kind
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.places import is_to_raise
from flake8_untimed.findings import Expression, Finding, Fix
from flake8_untimed.rules._timeouts import (
    at_calls,
    at_constructions,
    set_at_call,
    set_at_construction,
    value_node,
)


def check(facts: Facts) -> Iterator[Finding]:
    places: list[Call | Construction] = [
        *at_calls(facts, Kind.INVALID),
        *at_constructions(facts, Kind.INVALID),
    ]
    for place in places:
        if is_to_raise(place):
            continue
        node = value_node(place)
        text = facts.text(node) if node is not None else place.bound.detail
        fix, why_not = _wrapped(facts, place, text)
        yield facts.finding("UNT106", place.node, _message(place, text), fix, why_not)
    for setting, _ in facts.timeouts_set(Kind.INVALID):
        yield facts.finding(
            "UNT106",
            setting.node,
            f"{facts.text(setting.target)} = {facts.text(setting.value)} sets a timeout that"
            f" {setting.library.name} rejects: it, or each later call, fails at once; set seconds > 0",
            None,
            "which value was meant is not known",
        )


def _message(place: Call | Construction, text: str) -> str:
    if place.bound.detail == NO_PARAMETER:
        where = "to each call" if isinstance(place, Construction) else "to the client"
        return f"{place.name}() takes no timeout: it raises TypeError; give it {where} instead"
    rejected = f" ({text})" if text and len(text) < 40 else ""
    return (
        f"{place.name}() gets a timeout that {place.library.name} rejects{rejected}: it raises or"
        f" fails at once; pass {_allowed(place)}"
    )


def _allowed(place: Call | Construction) -> str:
    if place.bound.detail == INCOMPLETE:
        return "a default, or all of its limits"
    total = _total(place, "seconds")
    return total.text if total is not None else "seconds > 0"


def _total(place: Call | Construction, seconds: str) -> Expression | None:
    """A number of seconds as the library's class has it, where that takes the place of numbers."""
    for kind in place.timeouts.types:
        if kind.total is not None:
            return Expression(f"{kind.path}({kind.total}={seconds})", (kind.path,))
    return None


def _wrapped(facts: Facts, place: Call | Construction, text: str) -> tuple[Fix | None, str | None]:
    """A plain number where the library wants an object."""
    try:
        positive = float(text) > 0
    except ValueError:
        positive = False
    value = _total(place, text)
    if value is None or not positive:
        return None, "which value was meant is not known"
    if isinstance(place, Call):
        return set_at_call(facts, place, value, safe=True)
    return set_at_construction(facts, place, value, safe=True)
