"""The warning that certificates are not verified is silenced.

## What it does
Finds `urllib3.disable_warnings()`, and filters of `warnings` that ignore `InsecureRequestWarning`.

## Why is this bad?
The warning is the only sign that requests go out unverified. Silenced in one module, it is silenced
for the whole program.

## Example
```python
urllib3.disable_warnings()
requests.get(url, verify=False, timeout=5)
```

## Use instead
```python
requests.get(url, verify="/etc/ssl/our-own-ca.pem", timeout=5)
```

## When it is not reported
When other warnings are silenced, or the filter does something else than to ignore.

## Fix
Removes the statement (unsafe: the warnings will show).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.calls.options import ALL_OF_A_BRANCH, is_all_of_a_branch
from flake8_untimed.findings import Finding, Fix, RemoveStatement
from flake8_untimed.inference.syntax import dotted
from flake8_untimed.inference.values import Context
from flake8_untimed.libraries import ALL
from flake8_untimed.libraries.model import Constructor

OPT_IN = True

_WARNINGS = frozenset(path for library in ALL for path in library.unverified)
_MESSAGE = "unverified https request"
"""How the warning begins."""
_SILENCERS = {f.path: f for library in ALL for f in library.silencers}
WORDS = frozenset(path.rpartition(".")[2] for path in (*_WARNINGS, *_SILENCERS)) | {
    "nverified HTTPS"
}
_FILTERS = {
    f.path: f
    for f in (
        Constructor("warnings.filterwarnings", ("action", "message", "category")),
        Constructor("warnings.simplefilter", ("action", "category")),
    )
}


def check(facts: Facts) -> Iterator[Finding]:
    for node, context in facts.every_call():
        name = dotted(node.func)
        if not name or not _silences(facts, node, context):
            continue
        fix, why_not = None, "the call is part of something larger"
        statement = context.at
        if is_all_of_a_branch(context):
            why_not = ALL_OF_A_BRANCH
        elif isinstance(statement, ast.Expr) and statement.value is node:
            fix = Fix((RemoveStatement(facts.span(statement)),), False)
        yield facts.finding(
            "UNT304",
            node,
            f"{name}() silences the warning that certificates are not verified,"
            " for the whole program; verify them instead",
            fix,
            why_not,
        )


def _silences(facts: Facts, node: ast.Call, context: Context) -> bool:
    path = facts.path_of(node.func, context)
    if path in _SILENCERS:
        given = facts.arguments_of(node, context, _SILENCERS[path])
        if given.open_keywords or given.open_positional:
            return False
        argument = given.named.get("category")
        if argument is None:
            return True
        return argument.node is not None and facts.path_of(argument.node, context) in _WARNINGS
    if path not in _FILTERS:
        return False
    named = facts.arguments_of(node, context, _FILTERS[path]).named
    action, category, message = (
        found.node if found is not None else None
        for found in map(named.get, ("action", "category", "message"))
    )
    if not isinstance(action, ast.Constant) or action.value != "ignore":
        return False
    if category is not None:
        return facts.path_of(category, context) in _WARNINGS
    text = message.value if isinstance(message, ast.Constant) else None
    return isinstance(text, str) and text.lower().lstrip(".*").startswith(_MESSAGE)
