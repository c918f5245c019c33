"""Relies on a short default of the library that nobody wrote down: httpx waits 5 s.

## What it does
Finds calls and clients of httpx, niquests, curl_cffi and others that name no timeout, where the
library's own short default limits each wait. A client in sight is reported once, where it is made,
or where its class calls `super().__init__()`; where its own module bounds every call, a call from
another module is reported instead.

## Why is this bad?
The limit is sound but hidden: readers cannot see it, a new major version or a move to another
library changes it, and with requests the same line would wait for ever.

## Example
```python
httpx.get(url)
```

## Use instead
```python
httpx.get(url, timeout=5.0)
```

## When it is not reported
For calls through a client that was made out of sight; nor for one that is only given to another
package: `OpenAI(http_client=httpx.Client())`, by way of a name, an attribute or a function perhaps.
What limits its requests there is out of sight: the packages of OpenAI and others take their own 10 minutes then.

## Fix
Writes the same seconds down (safe: nothing changes at run time). None at a client whose calls have
defaults of their own, as niquests has for what sends a body: one timeout would change them; nor
where another value is given in vain (UNT107): that is what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flake8_untimed.calls import Construction, Facts
from flake8_untimed.calls.away import is_only_given_away
from flake8_untimed.findings import Finding
from flake8_untimed.rules._defaults import findings
from flake8_untimed.rules._timeouts import exactly

OWN_DEFAULTS = "its calls have defaults of their own, which one timeout of the client would change"
MEANT = "{}= is what was meant, and does nothing: give its value as {}="


def check(facts: Facts) -> Iterator[Finding]:
    limit = facts.settings.long_default
    yield from findings(
        facts,
        "UNT105",
        lambda seconds: seconds < limit,
        exactly,
        _objection,
        partial(is_only_given_away, facts),
        shortens=False,
    )


def _objection(made: Construction) -> str | None:
    """Whether another timeout is meant, or calls through a client that name no timeout have other
    defaults than its own: those in sight, or any, if none is."""
    for name in made.constructor.idle_timeouts:
        if made.argument(name) is not None:
            return MEANT.format(name, made.constructor.timeout)
    own = made.timeouts.omitted
    any_call = made.client.senders.values() if made.client is not None else ()
    for sender in [call.sender for call in made.calls] or any_call:
        omitted = made.library.timeouts_of(sender).omitted
        if sender.client_default and omitted != own:
            return OWN_DEFAULTS
    return None
