"""A credential in the query string or in the URL.

## What it does
Finds URLs such as `https://user:secret@host`, and parameters of the query such as `api_key` and
`access_token` whose value is a literal.

## Why is this bad?
A URL is no secret: servers and proxies log it, error messages show it, and it is sent on as
Referer.

## Example
```python
requests.get("https://api.shop.example/orders", params={"api_key": "5f2b"}, timeout=5)
```

## Use instead
```python
requests.get("https://api.shop.example/orders", headers={"Authorization": f"Bearer {token}"}, timeout=5)
```

## When it is not reported
When the value comes from elsewhere, or is plainly a stand-in (`"<token>"`); when the host is this
machine.

## Fix
None: how else the server takes the credential is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.waits import entries
from flake8_untimed.findings import Finding
from flake8_untimed.inference.values import Alternatives, Literal
from flake8_untimed.rules._secrets import are_secret, is_secret

OPT_IN = True

_NAMES = frozenset(
    ("apikey", "accesstoken", "authtoken", "token", "secret", "clientsecret", "password",
     "privatetoken", "secretkey", "accesskey", "refreshtoken")
)  # fmt: skip
"""Names of parameters, in lower case and without `_` and `-`, that hold a credential."""
_HERE = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))
_ADDRESSES = ("url", "base_url")


def check(facts: Facts) -> Iterator[Finding]:
    places: list[Call | Construction] = [c for c in facts.calls if c.wrapper is None]
    places += [m for m in facts.constructions if m.client is not None]
    for place in places:
        what = _in_query(facts.values(place.argument("params")))
        for name in _ADDRESSES:
            what = what or _in_address(facts.values(place.argument(name)))
        if what:
            yield facts.finding(
                "UNT403",
                place.node,
                f"{place.name}() has {what} in its URL, which servers and proxies log; send it in a"
                " header or in the body",
                why_not="how else the server takes the credential is not known",
            )


def _in_query(values: Alternatives) -> str:
    for value in values if len(values) == 1 else ():
        for key, entry in entries(value):
            if _is_name(key) and are_secret(entry):
                return f"the credential {key!r}"
    return ""


def _is_name(key: object) -> bool:
    return isinstance(key, str) and key.lower().replace("_", "").replace("-", "") in _NAMES


def _in_address(values: Alternatives) -> str:
    found = {_in_text(v.value) if isinstance(v, Literal) else "" for v in values}
    return found.pop() if len(found) == 1 else ""


def _in_text(text: object) -> str:
    if not isinstance(text, str):
        return ""
    from urllib.parse import parse_qsl, urlsplit

    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or host in _HERE:
        return ""
    if is_secret(parts.username) and is_secret(parts.password):
        return "a password"
    for key, value in parse_qsl(parts.query):
        if _is_name(key) and is_secret(value):
            return f"the credential {key!r}"
    return ""
