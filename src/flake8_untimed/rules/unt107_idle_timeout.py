"""A timeout that does nothing.

## What it does
Finds places that look as if they set a timeout for requests, and set none: `session.timeout = 5`,
`setdefault("timeout", ...)` or a default value in an overridden `send()`, `timeout=` for
`init_poolmanager`, an adapter mounted on `"http"`, `CachedSession(timeout=)`,
`default_timeout=` for Authlib's clients for httpx.

## Why is this bad?
Whoever wrote it believes that the calls are bounded. They wait for ever: requests passes
`timeout=None` on to `send()` explicitly, so that a default for a missing value never applies, and
`"http"` is shorter than the `"http://"` that every session has mounted already.

## Example
```python
class TimeoutSession(requests.Session):
    def send(self, request, **kwargs):
        kwargs.setdefault("timeout", 5)
        return super().send(request, **kwargs)
```

## Use instead
```python
class TimeoutSession(requests.Session):
    def request(self, method, url, **kwargs):
        kwargs.setdefault("timeout", 5)
        return super().request(method, url, **kwargs)
```

## When it is not reported
When the attribute, or the recipe, is really used by code in sight: `session.send(prepared)` hands
no timeout on, so that a default in `send()` does apply there.

## Fix
None here: the calls that it was meant for are reported as UNT101, which has one (unsafe where the
session has another value: that is what was meant), or the client as UNT105.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.findings import Finding


def check(facts: Facts) -> Iterator[Finding]:
    for idle in facts.idle:
        yield facts.finding(
            "UNT107",
            idle.node,
            f"{idle.what} sets no timeout: {idle.why}",
            why_not="its calls or its client need their timeout, see UNT101 and UNT105",
        )
