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
When the parameter gets another value before the call, when None means the library's own default
(aiohttp, niquests), when a subclass or an adapter may set a timeout, or something around the call
bounds it.

## Fix
None: which default the function should have is yours to say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Call, Facts
from flake8_untimed.findings import Finding
from flake8_untimed.inference.arguments import defaults
from flake8_untimed.inference.values import Parameter
from flake8_untimed.places import is_own_parameter, is_untouched

OPT_IN = True


def check(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls:
        parameter = _own_parameter(facts, call)
        if parameter is not None:
            yield facts.finding(
                "UNT108",
                call.node,
                f"{call.name}() gets {parameter.scope.name}()'s own {parameter.name}=None: without"
                " an argument it waits for ever; give the parameter a default",
                why_not="which default the function should have is not known",
            )


def _own_parameter(facts: Facts, call: Call) -> Parameter | None:
    """The parameter, None unless the caller gives it, that alone is the call's timeout."""
    timeouts = call.sender.timeouts or call.library.timeouts
    if call.wrapper is not None or call.bound.kind is not Kind.UNKNOWN:
        return None
    if timeouts.none != "unbounded" or call.arguments.open_keywords:
        return None
    if call.client is not None and not is_untouched(facts, call.client):
        return None
    argument = call.argument(call.sender.timeout)
    if argument is None or not argument.is_written or not isinstance(argument.node, ast.Name):
        return None
    values = facts.values(argument)
    parameter = values[0]
    if len(values) != 1 or not isinstance(parameter, Parameter):
        return None
    if not is_own_parameter(parameter.scope, call):
        return None
    node = parameter.scope.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    default = defaults(node.args).get(parameter.name)
    is_none = isinstance(default, ast.Constant) and default.value is None
    return parameter if is_none else None
