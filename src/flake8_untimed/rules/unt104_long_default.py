"""Relies on a long default of the library: aiohttp waits up to 5 minutes.

## What it does
Finds aiohttp calls that name no timeout, and sessions that are made without one, where the 300 s of
the library (`total`) are all that limits the wait. A session in sight is reported once, where it is
made, or where its class calls `super().__init__()`, also with the `**kwargs` of callers who give no
timeout; where its own module bounds every call, a call from another module is reported instead.

## Why is this bad?
Five minutes is longer than the patience of whoever waits for your service, and nobody reading the
code can see that it is the limit.

## Example
```python
async with aiohttp.ClientSession() as session: ...
```

## Use instead
```python
async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session: ...
```

## When it is not reported
When all calls through the session in sight are bounded: by their own argument, or by
`asyncio.timeout`, `wait_for`, `anyio.fail_after` and their like around them. Calls of functions that
are given the session count, and those of classes whose objects keep it, in other modules, too.

## Fix
At the client's construction when it is in sight, else at the call (safe: what limited the wait
before was no shorter, unless the setting `timeouts` chooses more; but `total` includes the body, so
what takes longer to read ends in an exception: the setting `timeouts` chooses another). None where
`**kwargs` may hold one, where the code around asks for a version of the library, or where
aiohttp's older `conn_timeout=` stands there, beside which it takes no other.

Unsafe where what went well so far may end in an exception, or be done twice, as in UNT101; since
`total` includes the body and the wait for a free connection, above all where

- a call in sight reads its body piece by piece (`response.content`) or saves it whole to a file
  (`write(await response.read())`), or sends a file (be it read before) or a generator;
- the connector of the session has a small `limit=` or `limit_per_host=` in sight, or the function
  that makes the session or sends through it starts all of a list at once (`gather(*tasks)`,
  `as_completed(tasks)`). Where thousands of calls are started otherwise, mind that yourself;
- the code around a call in sight gives it more time (`asyncio.timeout(100)`), and only its body is
  read outside of that.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.findings import Finding
from flake8_untimed.rules._defaults import findings
from flake8_untimed.rules._timeouts import at_most


def check(facts: Facts) -> Iterator[Finding]:
    limit = facts.settings.long_default
    yield from findings(
        facts,
        "UNT104",
        lambda seconds: seconds >= limit,
        lambda library, seconds: at_most(facts, library, seconds),
    )
