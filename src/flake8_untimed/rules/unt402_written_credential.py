"""A credential that is written in the source.

## What it does
Finds `auth=("user", "secret")` and its like (`HTTPBasicAuth("user", "secret")`), and headers such
as Authorization whose value is a literal, on calls, at the construction of clients, and set on a
living client.

## Why is this bad?
Whoever can read the repository, a copy of it or a traceback has the credential, now and in every
old revision; and it cannot be changed without a release.

## Example
```python
requests.get(url, auth=("shop", "hunter2"), timeout=5)
```

## Use instead
```python
requests.get(url, auth=("shop", os.environ["SHOP_PASSWORD"]), timeout=5)
```

## When it is not reported
When either part is empty, comes from elsewhere, or is plainly a stand-in (`"<token>"`,
`"changeme"`).

## Fix
None: where the credential is to come from is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.changes import where_headers_set, where_set
from flake8_untimed.findings import Finding
from flake8_untimed.inference.values import (
    Alternatives,
    Collection,
    Literal,
    Mapping,
    Result,
    Value,
)
from flake8_untimed.rules._secrets import are_secret, is_secret_header

OPT_IN = True

WHY_NOT = "where the credential is to come from is not known"
_HEADERS = frozenset(
    ("authorization", "proxy-authorization", "x-api-key", "x-auth-token", "private-token")
)


def check(facts: Facts) -> Iterator[Finding]:
    classes = {path for lib in facts.libraries for path in lib.credentials}
    places: list[Call | Construction] = [c for c in facts.calls if c.wrapper is None]
    places += [m for m in facts.constructions if m.client is not None]
    for place in places:
        what = _in_auth(facts, facts.values(place.argument("auth")), classes)
        what = what or _in_headers(facts.values(place.argument("headers")))
        if what:
            yield _finding(facts, place.node, f"{place.name}()", what)
    for statement, value, target, context in where_set(facts, "auth"):
        owners = facts.evaluate(target.value, context)
        if any(facts.client_of(owner) for owner in owners):
            what = _in_auth(facts, facts.evaluate(value, context), classes)
            if what:
                yield _finding(facts, statement, f"{facts.text(target)} = ...", what)
    for event, text, owners, headers in where_headers_set(facts):
        what = _in_headers(headers)
        if what and any(facts.client_of(owner) for owner in owners):
            node = event.node if event.kind == "call" else event.statement
            yield _finding(facts, node, f"{text}.headers", what)


def _finding(facts: Facts, node: ast.expr | ast.stmt, name: str, what: str) -> Finding:
    return facts.finding(
        "UNT402",
        node,
        f"{name} has {what} written in the source: whoever reads the code has it; take it from the"
        " environment or a secret store",
        why_not=WHY_NOT,
    )


def _in_auth(facts: Facts, values: Alternatives, classes: set[str]) -> str:
    if values and all(_is_pair(facts, value, classes) for value in values):
        return "a password"
    return ""


def _is_pair(facts: Facts, value: Value, classes: set[str]) -> bool:
    """Whether a value is a name and a password, both literal."""
    if isinstance(value, Collection):
        parts = value.elements if value.is_tuple and value.ordered else ()
        return len(parts) == 2 and all(are_secret(part) for part in parts)
    if isinstance(value, Result) and value.path in classes:
        arguments = value.site.passed.arguments[:2]
        return len(arguments) == 2 and all(are_secret(facts.values(a)) for a in arguments)
    return False


def _in_headers(values: Alternatives) -> str:
    for value in values if len(values) == 1 else ():
        if isinstance(value, Mapping):
            for key, entry in value.entries.items():
                if not isinstance(key, str) or key.lower() not in _HEADERS:
                    continue
                if all(isinstance(v, Literal) and is_secret_header(v.value) for v in entry):
                    return f"the header {key}"
    return ""
