"""JSON that is encoded twice: the server receives a string.

## What it does
Finds `json=json.dumps(x)`.

## Why is this bad?
The library encodes what `json=` is given: the body becomes a JSON *string* that holds JSON, and the
server finds a str where it expects an object.

## Example
```python
requests.post(url, json=json.dumps(body))
```

## Use instead
```python
requests.post(url, json=body)
```

## When it is not reported
When the value is JSON text only sometimes.

## Fix
`json=x` (unsafe: a server may have come to expect the string), unless dumps has options, or another
body stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.findings import Finding, Fix, SetArgument
from flake8_untimed.rules._bodies import json_text
from flake8_untimed.rules._json_argument import encoded, obstacle


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls:
        body = call.sender.body
        if body is None or body.json is None or call.wrapper is not None:
            continue
        argument = call.argument(body.json)
        if argument is None:
            continue
        made = json_text(facts.values(argument))
        if made is None:
            continue
        fix = None
        why_not = obstacle(facts, call, argument, body.json, made)
        if why_not is None:
            value = encoded(facts, argument, made)
            edit = SetArgument(facts.span(call.node), body.json, value, argument.position)
            fix = Fix((edit,), False)
        yield facts.finding(
            "UNT203",
            call.node,
            f"{call.name}() encodes its body twice: the server receives a JSON string that holds"
            " JSON; pass the object itself",
            fix,
            why_not,
        )
