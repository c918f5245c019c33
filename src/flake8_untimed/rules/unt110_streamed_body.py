"""The body is streamed: the timeout bounds each gap between two pieces, not the whole.

## What it does
Finds calls with `stream=True`, and senders that always leave the body to be read later
(`httpx.stream`).

## Why is this bad?
A server that sends one byte now and then keeps the reader for ever, and no timeout ever passes.

## Example
```python
with requests.get(url, stream=True, timeout=(5, 30)) as response:
    for chunk in response.iter_content(65536):
        file.write(chunk)
```

## Use instead
```python
deadline = time.monotonic() + 600
with requests.get(url, stream=True, timeout=(5, 30)) as response:
    for chunk in response.iter_content(65536):
        if time.monotonic() > deadline:
            raise TimeoutError(url)
        file.write(chunk)
```

## When it is not reported
When `stream` is off or not known, when there is no body (HEAD), and when something around it bounds
the whole. A deadline inside the loop is not looked for: where there is one, `# noqa: UNT110` says
so.

## Fix
None: the reading needs a deadline of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.calls.places import is_bounded_around
from flake8_untimed.calls.transfers import leaves_body
from flake8_untimed.findings import Finding

OPT_IN = True


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls:
        if call.wrapper is not None:
            continue
        if leaves_body(facts, call) and not is_bounded_around(facts, call):
            yield facts.finding(
                "UNT110",
                call.node,
                f"{call.name}() leaves the body to be read later: a timeout bounds each gap"
                " between two pieces, not the whole; give the reading a deadline of its own",
                why_not="the reading needs a deadline of its own",
            )
