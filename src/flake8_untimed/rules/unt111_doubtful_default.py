"""A call without a timeout through an aiohttp session, or a pool, that was made out of sight.

## What it does
Finds aiohttp calls that name no timeout, on a session that came from elsewhere (an annotated
parameter, another package): 5 minutes, unless whoever made it has set something else. The same for
the pools of urllib3 and Authlib's `OAuth2Session`, which wait for ever unless told otherwise there,
and for a `requests.Session` that the project itself takes from a function out of sight.

## Why is this bad?
The call cannot tell how long it may take; with the default it is 300 s.

## Example
```python
async def fetch(session: aiohttp.ClientSession, url: str):
    return await session.get(url)
```

## Use instead
```python
    return await session.get(url, timeout=aiohttp.ClientTimeout(total=30))
```

## When it is not reported
When something around the call bounds it (`asyncio.timeout`, `wait_for`, ...), here or around every
call of the function in this file; where every call of the function in the project gives it a
session that is made there, too, which is reported there if need be (or hands it over with one;
other functions, constructors, subclasses and properties may stand between); for httpx, whose default
is short.

## Fix
At the call (unsafe: the session may have a limit that suits it).
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.bounds import Kind, Source
from flake8_untimed.calls import Facts
from flake8_untimed.findings import Finding
from flake8_untimed.rules._timeouts import (
    advice,
    at_calls,
    is_given_one,
    lack,
    set_at_call,
    written_at,
)


def check(facts: Facts) -> Iterator[Finding]:
    for call in at_calls(facts, Kind.DEFAULT):
        if call.bound.source is not Source.OUT_OF_SIGHT or call.is_made_in_sight:
            continue
        value = written_at(facts, call)
        missing, how = lack(call), advice(call, value)
        fix, why_not = set_at_call(facts, call, value, safe=False)
        if call.wrapper is not None:
            missing = "passes no timeout on"
            if is_given_one(call) or call.taken_as is None:
                fix, how = None, f"set one in {call.wrapper}()"
                why_not = why_not or f"{call.wrapper}() does not hand its own on to this request"
        is_limited = call.bound.seconds is not None
        limit = f"up to {call.bound.limit}" if is_limited else "for ever"
        where = "out of sight" if call.bound.site is None else "elsewhere"
        yield facts.finding(
            "UNT111",
            call.node,
            f"{call.name}() {missing} and its client was made {where}: it waits {limit} unless"
            f" that was changed there; {how}",
            fix,
            why_not,
        )
