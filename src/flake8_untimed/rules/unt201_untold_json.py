"""A JSON body of which the server is not told that it is JSON.

## What it does
Finds `data=json.dumps(x)` (or `content=`, `body=`; inline, positional, through a variable, with
`.encode()`, given to a function of the project that hands it on, or to the `Request` of a
`urlopen(Request(...))`) where no Content-Type is given
on the call or the client.

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
(`application/vnd.api+json`). When the headers are out of sight. Through a function of the project,
the call is reported if nothing on the way can add a Content-Type: it names none, does not take the
headers out of its keywords, and no decorator or subclass has a say. With `files=` beside it, which
most libraries refuse.

## Fix
`json=x`, where the body is just `json.dumps(x)`, or that encoded as UTF-8, ASCII or Latin-1. Safe
when the object is surely not None, and no class of the project that the request goes through does
anything with the body itself. Where the request begins later than its text is made (`create_task()`,
a coroutine that is kept or returned, a session of futures, grequests), others may change the object
in between: unsafe, unless it is a display of constants. With aiohttp the session must be made in
sight, too: another may have a `json_serialize=` of its own. httpx writes `json=` without spaces: there, nothing else in the call
may tell of the bytes (the length of the text, an `auth=` that may have signed it), nor may the
function around sign the object, or the file use hmac or hashlib. requests keeps the text as it is,
and bytes of `json=`, as the `body` of the prepared request: no code in sight may read that (an
`auth` or a hook of the project, `response.request.body`). Unsafe with a pool of urllib3, which has
`json=` from its release 2 on only, and where a PUT goes to an address that by its names was signed
beforehand (`presigned_url`, `upload_location`): the signature may cover the Content-Type.

Text that is given a name shortly before, and for nothing else, is found there: the object takes the
name, or keeps its own, and the line goes (`text = json.dumps(order)`).

Left alone: dumps with options, another JSON library, text made elsewhere, and text that is also
signed or hashed, of which other bytes would be sent: there, give the Content-Type.

Mind NaN and Infinity, which are no JSON: `json.dumps` writes them all the same, requests and httpx
raise for them with `json=`. Where `float("nan")` or the like stands in the object, it is left
alone; what comes of a table or an array (`frame.to_dict()`, `.tolist()`, `.mean()`, in a file that
has pandas or numpy) is replaced by an unsafe fix only.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.findings import Finding
from flake8_untimed.rules._bodies import is_same, json_bodies
from flake8_untimed.rules._json_argument import use_json


def check(facts: Facts) -> Iterator[Finding]:
    for body in json_bodies(facts):
        if body.content_type != "none":
            continue
        fix, why_not = use_json(facts, body)
        known = body.call.sender.body
        assert known is not None
        advice = "pass json=" if is_same(facts, body) else "give the Content-Type"
        yield facts.finding(
            "UNT201",
            body.call.node,
            f"{body.call.name}() sends JSON text {known.sent_as}: the server is not told that it is"
            f" JSON; {advice}",
            fix,
            why_not,
        )
