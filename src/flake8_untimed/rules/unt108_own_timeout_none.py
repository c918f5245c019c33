"""A function passes its own `timeout=None` on: whoever leaves it out waits for ever.

## What it does
Finds calls, and clients that are made, whose timeout is a parameter of the function around them, or
one that their object keeps from its making (by its `__init__`, or as a field of a dataclass or of
attrs), where that parameter is None unless the caller gives it; also what is made of it, if that is
None without it (`Timeout(total=wait) if wait else None`).

## Why is this bad?
The signature offers a timeout, so that everybody believes there is one; the usual call gives none,
and waits for ever.

## Example
```python
def fetch(url, timeout=None):
    return requests.get(url, timeout=timeout)
```

## Use instead
```python
def fetch(url, timeout=(5, 30)):
    return requests.get(url, timeout=timeout)
```

## When it is not reported
When another value may take the place of the parameter, or the call is not reached without one; when
what is kept of it gets another value or is tested anywhere in the class, or seems to be set from
elsewhere; when None means the library's own default (aiohttp, niquests), when a subclass or an
adapter may set a timeout, or something around the call bounds it.

## Fix
None: which default the function should have is yours to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.changes import gets_no_timeout
from flake8_untimed.calls.origins import own_none
from flake8_untimed.findings import Finding
from flake8_untimed.inference.arguments import Argument

OPT_IN = True


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls:
        if _may_be_unbounded(facts, call):
            yield from _told(facts, call, call.argument(call.sender.timeout))
    for made in facts.constructions:
        if _may_hold_none(made):
            yield from _told(facts, made, made.argument(made.constructor.timeout))


def _told(facts: Facts, place: Call | Construction, argument: Argument | None) -> Iterator[Finding]:
    if argument is None or not argument.is_written or argument.node is None:
        return
    own = own_none(facts, place.context, argument.node)
    if own is not None:
        yield facts.finding(
            "UNT108",
            place.node,
            f"{place.name}() gets the {own.name}=None of {own.of}(): whoever calls it without one"
            " waits for ever; give the parameter another default",
            why_not="which default the function should have is not known",
        )


def _may_be_unbounded(facts: Facts, call: Call) -> bool:
    """Whether nothing but that argument bounds a call, and None means no bound."""
    if call.wrapper is not None or call.bound.kind is not Kind.UNKNOWN:
        return False
    if call.client is not None and not gets_no_timeout(facts, call.client):
        return False
    return call.timeouts.none == "unbounded" and not call.sender.lazy


def _may_hold_none(made: Construction) -> bool:
    """The same for what is sent through a client."""
    if made.client is None or not made.is_direct or made.bound.kind is not Kind.UNKNOWN:
        return False
    if made.calls and all(call.bound.kind is Kind.BOUNDED for call in made.calls):
        return False
    return made.timeouts.none == "unbounded"
