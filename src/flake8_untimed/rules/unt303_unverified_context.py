"""An SSL context that verifies nothing is handed to a call or a client.

## What it does
Finds `ssl._create_unverified_context()`, `ssl.SSLContext()`, and contexts whose `verify_mode` was
set to `ssl.CERT_NONE`, where they are handed to a call, a client or a connector; and the patching
of `ssl._create_default_https_context`.

## Why is this bad?
Whoever sits between you and the server can answer in its name. `ssl.SSLContext()` looks sound, and
verifies neither the chain nor the name.

## Example
```python
urllib.request.urlopen(url, timeout=5, context=ssl.SSLContext())
```

## Use instead
```python
urllib.request.urlopen(url, timeout=5, context=ssl.create_default_context())
```

## When it is not reported
When the context comes from out of sight, or was made to verify again; when the certificate is
compared with a fingerprint (`assert_fingerprint=`, or `getpeercert(True)` in the function); in the
pools of a requests adapter, since requests says for each request what to verify; and where it is
only handed over in some cases (`if insecure:` around the call, or `if not insecure: raise` before
it).

## Fix
None: which certificates to trust is yours to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.contexts import compares_certificate
from flake8_untimed.calls.options import is_asked_for
from flake8_untimed.findings import Finding

WHY_NOT = "which certificates to trust is not known"


def check(facts: Facts) -> Iterator[Finding]:
    places: list[Call | Construction] = [c for c in facts.calls if c.wrapper is None]
    for place in (*places, *facts.constructions):
        for switch in place.switches:
            argument = place.argument(switch.name)
            if not (switch.context and argument):
                continue
            if compares_certificate(place.context.scope.of_statement):
                continue
            if facts.verifies_nothing(place, argument) and not is_asked_for(facts, place.context):
                yield facts.finding(
                    "UNT303",
                    place.node,
                    f"{place.name}() gets an SSL context that verifies nothing: anybody in between"
                    " can answer for the server; use ssl.create_default_context()",
                    why_not=WHY_NOT,
                )
    for node, context in facts.patched_contexts:
        if is_asked_for(facts, context):
            continue
        yield facts.finding(
            "UNT303",
            node,
            f"{ast.unparse(node.targets[0])} is replaced: urllib and http.client verify no"
            " certificate any more; leave it alone, or pass a context where it is needed",
            why_not=WHY_NOT,
        )
