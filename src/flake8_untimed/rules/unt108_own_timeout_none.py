"""A function passes its own `timeout=None` on: whoever leaves it out waits for ever.

## What it does
Finds calls whose timeout is a parameter of the function around them, where that parameter is None
unless the caller gives it.

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
When the parameter gets another value or is tested anywhere in the function, when None means the
library's own default (aiohttp, niquests), when a subclass or an adapter may set a timeout, or
something around the call bounds it.

## Fix
None: which default the function should have is yours to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.places import is_tested, is_untouched, owner_of_parameter
from flake8_untimed.findings import Finding

OPT_IN = True


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls:
        argument = call.argument(call.sender.timeout)
        if argument is None or not argument.is_written or not isinstance(argument.node, ast.Name):
            continue
        name = argument.node.id
        function = _function_with(call, name)
        if function is not None and _may_be_unbounded(facts, call):
            yield facts.finding(
                "UNT108",
                call.node,
                f"{call.name}() gets the {name}=None of {function}(): whoever calls it without one"
                " waits for ever; give the parameter another default",
                why_not="which default the function should have is not known",
            )


def _function_with(call: Call, name: str) -> str | None:
    """The function around a call whose parameter `name` is None unless the caller gives it, and
    stays as it is."""
    owner = owner_of_parameter(call, name)
    if owner is None:
        return None
    function, default = owner
    is_none = isinstance(default, ast.Constant) and default.value is None
    return function.name if is_none and not is_tested(function, name) else None


def _may_be_unbounded(facts: Facts, call: Call) -> bool:
    """Whether nothing but that argument bounds a call, and None means no bound."""
    if call.wrapper is not None or call.bound.kind is not Kind.UNKNOWN:
        return False
    if call.client is not None and not is_untouched(facts, call.client):
        return False
    timeouts = call.sender.timeouts or call.library.timeouts
    return timeouts.none == "unbounded" and not call.sender.lazy
