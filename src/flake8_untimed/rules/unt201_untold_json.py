"""A JSON body of which the server is not told that it is JSON.

## What it does
Finds `data=json.dumps(x)` (or `content=`, `body=`; inline, positional, through a variable, with
`.encode()`) where no Content-Type is given on the call or the client.

## Why is this bad?
requests and httpx send no Content-Type at all for such a body, aiohttp says `text/plain`,
`urllib.request` says it is a form. A strict server answers 400 or 415; a lax one guesses, until it
is updated.

## Example
```python
requests.post(url, data=json.dumps(body))
```

## Use instead
```python
requests.post(url, json=body)
```

## When it is not reported
When a Content-Type is given: with JSON see UNT202, with any other the call is right as it is
(`application/vnd.api+json`). When the headers are out of sight, and through a function of the
project, which may add them.

## Fix
`json=x` (safe when the object is surely not None and dumps has no options; dumps with options,
another JSON library, or text made elsewhere is left alone).
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.findings import Finding
from flake8_untimed.rules._bodies import is_plain, json_bodies, use_json


def check(facts: Facts) -> Iterator[Finding]:
    for body in json_bodies(facts):
        if body.content_type != "none":
            continue
        fix, why_not = use_json(facts, body)
        known = body.call.sender.body
        assert known is not None
        is_same = known.json is not None and is_plain(body)
        advice = "pass json=" if is_same else "give the Content-Type"
        yield facts.finding(
            "UNT201",
            body.call.node,
            f"{body.call.name}() sends JSON text {known.sent_as}: the server is not told that it is"
            f" JSON; {advice}",
            fix,
            why_not,
        )
