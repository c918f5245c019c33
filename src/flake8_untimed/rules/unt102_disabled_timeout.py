"""A timeout that is switched off: `timeout=None` and its like.

## What it does
Finds `timeout=None`, and each library's other spellings of "no limit" (aiohttp: `0`, `False`, a
`ClientTimeout()` without a total; requests: `(None, None)`), on a call or at a client's
construction (also where a subclass calls `super().__init__(...)`), written there or behind a name
in sight.

## Why is this bad?
The request waits for ever on a server that accepts and never answers; here somebody has even taken
away the library's own default.

## Example
```python
httpx.Client(timeout=None)
```

## Use instead
```python
httpx.Client(timeout=30.0)  # seconds
```

## When it is not reported
When the value is a parameter of the function, or one of several values that are not all bad; when
None means the library's default (`aiohttp.ClientSession(timeout=None)`); when it is only what a
parameter begins with, and the library has no other default: nobody gave one (UNT101); and when it
may only hold the place in a class or module: a subclass, or another module, seems to set it to
something else.

## Fix
Replaces the value (unsafe: somebody wanted it so). `untimed fix` tells why where that is in sight:
a long poll, a stream, ... (see UNT101).
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Facts
from flake8_untimed.findings import Finding, Fix, ReplaceExpression
from flake8_untimed.rules._timeouts import (
    at_calls,
    at_constructions,
    set_at_call,
    set_at_construction,
    value_node,
    with_doubt,
    written,
    written_at,
)


def check(facts: Facts) -> Iterator[Finding]:
    for call in at_calls(facts, Kind.DISABLED):
        value = written_at(facts, call)
        fix, why_not = set_at_call(facts, call, value, safe=False)
        fix = with_doubt(facts, call, fix)
        node = value_node(call)
        how = (
            f" by timeout={facts.text(node)}"
            if node is not None and len(facts.text(node)) < 40
            else ""
        )
        yield facts.finding(
            "UNT102",
            call.node,
            f"{call.name}() has its timeout switched off{how}: it waits for ever on a silent server;"
            f" {'pass seconds' if call.sender.timeout else 'give its request seconds'}",
            fix,
            why_not,
        )
    for setting, _ in facts.timeouts_set(Kind.DISABLED):
        edit = ReplaceExpression(facts.span(setting.value), written(facts, setting.library))
        target = facts.text(setting.target)
        yield facts.finding(
            "UNT102",
            setting.node,
            f"{target} = {facts.text(setting.value)} switches the timeout off: later calls wait"
            " for ever on a silent server; set seconds",
            Fix((edit,), False),
        )
    for made in at_constructions(facts, Kind.DISABLED):
        value = written(facts, made.library)
        fix, why_not = set_at_construction(facts, made, value, safe=False)
        fix = with_doubt(facts, made, fix)
        yield facts.finding(
            "UNT102",
            made.node,
            f"{made.name}() switches the timeout off: its calls wait for ever on a silent server;"
            f" pass {made.constructor.timeout or 'timeout'}={value.text}",
            fix,
            why_not,
        )
