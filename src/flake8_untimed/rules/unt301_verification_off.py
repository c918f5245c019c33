"""Certificate verification is switched off on a call or for a client.

## What it does
Finds `verify=False` and its like (`ssl=False`, `cert_reqs="CERT_NONE"`,
`disable_ssl_certificate_validation=True`, ...) on calls, at the construction of clients, connectors
and transports, written there or behind a name in sight.

## Why is this bad?
Whoever sits between you and the server can answer in its name: read the tokens, change the answer.

## Example
```python
requests.get(url, verify=False)
```

## Use instead
```python
requests.get(url, verify="/etc/ssl/our-own-ca.pem")
```

## When it is not reported
When the value is a parameter, or off only in some cases (`if insecure:` around the call, or
`if not insecure: raise` before it); when the certificate is compared with a fingerprint
(`assert_fingerprint=`); `cert_reqs=` in the pools of a requests adapter, since requests says for
each request what to verify; and when it may only hold the place in a class or module: a subclass,
or another module, seems to set it to something else.

## Fix
Removes the argument (unsafe: the server may have no valid certificate). None where a function of
the project hands it on: what that does without it is its own matter.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.comments import LEFT_ALONE, NO_VERIFICATION, is_waived
from flake8_untimed.calls.options import is_asked_for
from flake8_untimed.calls.switches import is_off
from flake8_untimed.findings import Finding, Fix, RemoveArgument
from flake8_untimed.inference.arguments import Argument


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.requests:
        yield from _at(facts, call)
    for made in facts.constructions:
        if not made.is_context:
            yield from _at(facts, made)


def _at(facts: Facts, place: Call | Construction) -> Iterator[Finding]:
    for switch in place.switches:
        argument = place.argument(switch.name)
        if argument is None or not is_off(facts.values(argument), switch.off):
            continue
        if is_asked_for(facts, place.context) or _is_of_wrapper(place, argument):
            continue
        how = "elsewhere" if argument.position is None else "by position"
        fix, why_not = None, f"the argument is given {how}"
        risk, advice = "anybody in between", "leave it out, or name your own CA file"
        if switch.only:
            risk = "whoever has a trusted certificate, for whatever host,"
            advice = "leave it out, or write the name that the certificate has"
        if isinstance(place, Call) and place.wrapper is not None:
            why_not = f"what {place.wrapper}() does without it is its own matter"
            advice = "let the certificate be verified, or name your own CA file"
        elif argument.keyword is not None:
            is_meant = is_waived(facts, place.node, NO_VERIFICATION)
            edit = RemoveArgument(facts.span(place.node), switch.name)
            fix = Fix((edit,), False, LEFT_ALONE if is_meant else None)
        written = facts.text(argument.node) if argument.node is not None else "..."
        name = argument.keyword or switch.name
        text = f"{name}={written}" if len(written) < 40 else name
        what = switch.only or "certificate verification"
        yield facts.finding(
            "UNT301",
            place.node,
            f"{place.name}() switches {what} off ({text}): {risk} can answer for the server; {advice}",
            fix,
            why_not,
        )


def _is_of_wrapper(place: Call | Construction, argument: Argument) -> bool:
    """Whether it is not the caller of a wrapper that gives an argument, but something behind it."""
    if not isinstance(place, Call) or place.wrapper is None:
        return False
    return argument.context is None or argument.context.scope is not place.context.scope
