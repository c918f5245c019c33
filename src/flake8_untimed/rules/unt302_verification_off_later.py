"""Certificate verification is switched off on a living client.

## What it does
Finds `session.verify = False`, and what has the same effect: on a requests Session `None` disables
verification too.

## Why is this bad?
Every later call through the client trusts whoever answers, however far from this line.

## Example
```python
session = requests.Session()
session.verify = False
```

## Use instead
```python
session = requests.Session()
session.verify = "/etc/ssl/our-own-ca.pem"
```

## When it is not reported
When the value is out of sight, or off only in some cases: also where the statement stands under a
test of a parameter or a setting (`if not verify_ssl:`), or behind one that leaves before
(`if verify_ssl: return`).

## Fix
Removes the statement (unsafe: the server may have no valid certificate).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.calls.options import ALL_OF_A_BRANCH, is_all_of_a_branch, is_set_at_choice
from flake8_untimed.calls.switches import is_off
from flake8_untimed.findings import Finding, Fix, RemoveStatement


def check(facts: Facts) -> Iterator[Finding]:
    for setting in facts.assignments:
        for switch in setting.client.switches:
            if switch.name != setting.target.attr:
                continue
            if not is_off(facts.evaluate(setting.value, setting.context), switch.off):
                continue
            if is_set_at_choice(facts, setting):
                continue
            fix, why_not = None, "the statement sets other things too"
            if is_all_of_a_branch(setting.context):
                why_not = ALL_OF_A_BRANCH
            elif isinstance(setting.node, ast.AnnAssign) or setting.node.targets == [
                setting.target
            ]:
                fix = Fix((RemoveStatement(facts.span(setting.node)),), False)
            target = facts.text(setting.target)
            yield facts.finding(
                "UNT302",
                setting.node,
                f"{target} = {facts.text(setting.value)} switches certificate verification off for"
                f" every later call that names no {switch.name}=: anybody in between can answer for"
                " the server; leave it out, or name your own CA file",
                fix,
                why_not,
            )
