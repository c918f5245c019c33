"""JSON with its Content-Type written by hand: it works, and `json=` says both.

## What it does
Finds `data=json.dumps(x)` where the Content-Type `application/json` is given on the call or the
client.

## Why is this bad?
It is correct, but says in two places what one argument says; the day somebody copies the line
without the header, it is UNT201.

## Example
```python
requests.post(url, data=json.dumps(body), headers={"Content-Type": "application/json"})
```

## Use instead
```python
requests.post(url, json=body)
```

## When it is not reported
When the Content-Type is another one, or out of sight. When what sends it takes no `json=`. When the
text is signed or hashed as well: `json=` need not send the same bytes. When it has an encoder of
its own (`default=`, `cls=`): `json=` takes none. When a function of the project that hands it on
looks for the text in its `**kwargs`: it would find none.

## Fix
`json=x`, under the conditions of UNT201, and the header goes if it stood at the call for this
reason only (safe). It stays where the call goes through a client, which may have a header of its
own, where a `**mapping` before it or another spelling of it would count in its place, and where a
comment stands at it.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.calls.bodies import looks_for
from flake8_untimed.findings import Finding
from flake8_untimed.rules._bodies import has_encoder, is_same, json_bodies, takes_json
from flake8_untimed.rules._json_argument import use_json


def check(facts: Facts) -> Iterator[Finding]:
    for body in json_bodies(facts):
        if body.content_type != "json" or body.signed_by is not None:
            continue
        if not takes_json(body.call, body.parameter) or has_encoder(body):
            continue
        if any(looks_for(scope, (body.parameter,)) for scope in body.call.way):
            continue
        fix, why_not = use_json(facts, body)
        if is_same(facts, body):
            advice = "json= does both"
        else:
            advice = "json= does both, if its bytes will do"
        yield facts.finding(
            "UNT202",
            body.call.node,
            f"{body.call.name}() encodes JSON and sets its Content-Type by hand; {advice}",
            fix,
            why_not,
        )
