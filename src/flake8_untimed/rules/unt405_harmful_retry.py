"""A `Retry` that retries what it should not, hammers the server, or is mounted on one scheme.

## What it does
Finds `urllib3.Retry` objects that retry the statuses 400, 401, 403, 404 or 422; that retry POST or
PATCH (`allowed_methods=None` means every method); that retry twice or more without a
`backoff_factor`; and sessions on which an adapter with retries is mounted for `http://` or
`https://` only.

## Why is this bad?
A request that is wrong stays wrong, however often it is sent. A POST whose answer was lost may have
been carried out: sent again, it orders twice. Retries without a pause hit a server that is down
already. And what is mounted on one scheme is not there on the other.

## Example
```python
retry = Retry(total=5, status_forcelist=[404, 503], allowed_methods=None)
```

## Use instead
```python
retry = Retry(total=5, backoff_factor=0.5, status_forcelist=[429, 502, 503, 504])
```

## When it is not reported
When the values come from elsewhere. A single retry needs no `backoff_factor`: urllib3 never waits
before the first.

## Fix
None: what is to be retried is yours to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.calls.retries import elements, known_retries, literals, repeated
from flake8_untimed.findings import Finding
from flake8_untimed.inference.arguments import BoundArguments
from flake8_untimed.inference.syntax import dotted
from flake8_untimed.inference.values import (
    Alternatives,
    Instance,
    Literal,
    Result,
    Value,
)
from flake8_untimed.libraries.model import Constructor

OPT_IN = True

WHY_NOT = "what is to be retried is not known"
_HOPELESS = (400, 401, 403, 404, 422)
_SCHEMES = ("http://", "https://")


def check(facts: Facts) -> Iterator[Finding]:
    known = known_retries(facts)
    mounted: list[tuple[ast.Call, Alternatives]] = []
    for node, context in facts.every_call():
        constructor = known.get(facts.path_of(node.func, context))
        if constructor is not None:
            given = facts.arguments_of(node, context, constructor)
            for what in _faults(facts, given):
                name = dotted(node.func) or "Retry"
                yield facts.finding("UNT405", node, f"{name}() {what}", why_not=WHY_NOT)
        elif (dotted(node.func) or "").endswith(".mount") and isinstance(node.func, ast.Attribute):
            mounted.append((node, facts.evaluate(node.func.value, context)))
    yield from _one_scheme(facts, mounted)


def _faults(facts: Facts, given: BoundArguments) -> Iterator[str]:
    def values(name: str) -> Alternatives:
        return facts.values(given.named.get(name))

    total = literals(values("total"))
    if total and all(not t for t in total):
        return
    hopeless = [str(s) for s in _HOPELESS if s in elements(values("status_forcelist"))]
    if hopeless:
        yield (
            f"retries the status {', '.join(hopeless)}, which no retry mends; retry 429 and 5xx only"
        )
    is_every, named = repeated(facts, given)
    if is_every:
        yield (
            "retries every method, POST too: what is not idempotent may be done twice; leave"
            " allowed_methods out"
        )
    if named:
        yield (
            f"retries {' and '.join(named)}, which is not idempotent and may be done twice; leave"
            " it out of allowed_methods"
        )
    if given.open_keywords or given.open_positional:
        return
    pauses = literals(values("backoff_factor"))
    is_given = "backoff_factor" in given.named
    several = total and all(type(t) is int and t > 1 for t in total)
    if several and (not is_given or (pauses and not any(pauses))):
        yield "retries without a pause in between; give it a backoff_factor"


# One scheme ----------------------------------------------------------------------------------


def _one_scheme(facts: Facts, mounted: list[tuple[ast.Call, Alternatives]]) -> Iterator[Finding]:
    """Clients that have their retries on one scheme, each told of where the first is mounted: the
    same one may come by other names to the next."""
    ways: dict[object, list[Value]] = {}
    for _, owners in mounted:
        for owner in owners:
            ways.setdefault(owner.key(), []).append(owner)
    for first, owners in mounted:
        own = [ways.pop(owner.key(), []) for owner in owners]
        missing = _missing(facts, [v for group in own for v in group]) if all(own) else None
        if missing is not None:
            yield facts.finding(
                "UNT405",
                first,
                f"{dotted(first.func)}() mounts the retries on one scheme only: requests to"
                f" {missing} are not retried; mount them on both",
                why_not=WHY_NOT,
            )


def _missing(facts: Facts, owners: list[Value]) -> str | None:
    """The one scheme that one client, or several that are treated alike, have no retries on."""
    prefixes = set[object]()
    for owner in owners:
        own = facts.of_client(owner, _prefixes) if isinstance(owner, Instance) else None
        if own is None:
            return None
        prefixes |= own
    missing = [scheme for scheme in _SCHEMES if scheme not in prefixes]
    return missing[0] if prefixes <= {*_SCHEMES} and len(missing) == 1 else None


def _prefixes(facts: Facts, owner: Instance) -> set[object] | None:
    """Where a client has its retries; None if that is not sure."""
    known, prefixes = known_retries(facts), set[object]()
    if not _is_new_client(facts, owner):
        return None
    for mount in facts.limits.adapters.mounts(owner):
        prefix = literals(mount.prefixes)
        if len(prefix) != 1 or not _retries(facts, mount.adapters, known):
            return None
        prefixes.add(prefix[0])
    return prefixes


def _is_new_client(facts: Facts, owner: Instance) -> bool:
    """Whether an object is a client of the library's own class, made in sight, all of whose calls in
    sight do not name their scheme."""
    if owner.site is None or not facts.is_plain(owner):
        return False
    for call in facts.calls:
        if call.client is not None and call.client.key() == owner.key():
            for url in literals(facts.values(call.argument(call.sender.url))):
                if isinstance(url, str) and url.lower().startswith(_SCHEMES):
                    return False
    return True


def _retries(facts: Facts, values: Alternatives, known: dict[str, Constructor]) -> bool:
    """Whether an adapter surely retries."""
    for value in values if len(values) == 1 else ():
        if isinstance(value, Result) and value.path.endswith(".HTTPAdapter"):
            given = value.site.passed.keywords.get("max_retries")
            retries = facts.values(given)
            return bool(retries) and all(_is_retry(retry, known) for retry in retries)
    return False


def _is_retry(value: object, known: dict[str, Constructor]) -> bool:
    if isinstance(value, Result):
        return value.path in known
    return isinstance(value, Literal) and type(value.value) is int and value.value > 0
