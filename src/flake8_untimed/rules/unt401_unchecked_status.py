"""The body is used, and nobody looked at the status.

## What it does
Finds responses whose body is read (`.json()`, `.text`, `.content`, ...) in the function that made
the call, and whose status is looked at nowhere in it.

## Why is this bad?
An error page is a body too. It is parsed as if it were the answer, and the program fails far from
the cause, or stores it.

## Example
```python
response = requests.get(url, timeout=5)
return response.json()
```

## Use instead
```python
response = requests.get(url, timeout=5)
response.raise_for_status()
return response.json()
```

## When it is not reported
When the response is passed on, returned or tested, when any attribute of it is read that may tell
of the status, when the client looks by itself (`raise_for_status=True`, hooks), and when the client
was made out of sight or is of a class of the project.

## Fix
Adds `response.raise_for_status()` behind the call, or at the head of the `with` that holds the
response (unsafe: an error that was swallowed so far is raised). None where the response has no name
of its own, and for urllib3, whose responses have no such method.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.changes import are_touched, is_untouched
from flake8_untimed.calls.responses import kept_of, uses_of
from flake8_untimed.findings import AddStatement, Expression, Finding, Fix

OPT_IN = True


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls:
        known = call.library.responses
        if known is None or call.wrapper is not None or call.handed_over or call.sender.lazy:
            continue
        uses = uses_of(call)
        if not uses <= {*known.body, *known.neutral} or not uses & {*known.body}:
            continue
        if _may_be_checked(facts, call, known.checked_by):
            continue
        used = next(name for name in known.body if name in uses)
        fix, why_not = _fix(facts, call, known.raises)
        look = f"call {known.raises}() or look" if known.raises else "look"
        yield facts.finding(
            "UNT401",
            call.node,
            f"{call.name}() has its body used (.{used}) whatever the status: an error page is taken"
            f" for the answer; {look} at the status first",
            fix,
            why_not,
        )


def _fix(facts: Facts, call: Call, method: str) -> tuple[Fix | None, str | None]:
    if not method:
        return None, f"responses of {call.library.name} have no method that raises"
    kept = kept_of(call)
    if kept is None:
        return None, "the response has no name of its own"
    name, statement, behind = kept
    new = Expression(f"{name}.{method}()")
    return Fix((AddStatement(facts.span(statement), new, behind),), False), None


def _may_be_checked(facts: Facts, call: Call, names: tuple[str, ...]) -> bool:
    """Whether the call or its client may look at the status by itself."""
    given = call.arguments
    if given.open_keywords or any(name in given.named or name in given.extra for name in names):
        return True
    client = call.client
    if client is None:
        return False
    if client.site is None or not is_untouched(facts, client) or are_touched(client, names):
        return True
    made = client.site.passed
    return made.open_keywords or any(name in made.keywords for name in names)
