"""A one-shot call inside a loop: a connection and a handshake each turn.

## What it does
Finds calls of a library's module-level functions (`requests.get`, `httpx.post`, ...) in the body of
a loop or in a comprehension.

## Why is this bad?
Each such call makes a client, opens a connection, shakes hands for TLS, and throws all of it away.
A client keeps the connection.

## Example
```python
for number in numbers:
    requests.get(f"{API}/orders/{number}", timeout=5)
```

## Use instead
```python
with requests.Session() as session:
    for number in numbers:
        session.get(f"{API}/orders/{number}", timeout=5)
```

## When it is not reported
When the loop waits between its turns, or is there to try again: it returns or breaks off as soon as
a call succeeds.

## Fix
None: where the client should live is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.calls.loops import is_for_retries
from flake8_untimed.calls.places import Loop, loops_around
from flake8_untimed.findings import Finding
from flake8_untimed.inference.scopes import once
from flake8_untimed.inference.syntax import called_name, within

OPT_IN = True
_PAUSES = frozenset(("sleep", "wait"))


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls:
        if not call.library.one_shot or call.client is not None or call.wrapper is not None:
            continue
        if call.handed_over or call.partials:
            continue
        loops = list(loops_around(call))
        if loops and not any(_pauses(facts, loop) or is_for_retries(call, loop) for loop in loops):
            yield facts.finding(
                "UNT404",
                call.node,
                f"{call.name}() opens a connection of its own in each turn of the loop; make one"
                f" client of {call.library.name} before it, and call through that",
                why_not="where the client should live is not known",
            )


@once
def _pauses(_facts: Facts, loop: Loop) -> bool:
    """Whether a loop waits between its turns."""
    return any(isinstance(p, ast.Call) and called_name(p) in _PAUSES for p in within(loop))
