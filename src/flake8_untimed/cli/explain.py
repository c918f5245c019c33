"""`untimed explain`: the documentation of a rule, or the list of all, or of some."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from flake8_untimed.cli import CLEAN, UsageError
from flake8_untimed.rules import RULES, Rule
from flake8_untimed.settings.kinds import nearest

_OPT_IN = """

## Opt-in
Reported only if `select` or `extend-select` names it in full; with flake8, only if
`untimed-extend-select` does."""


def run(arguments: argparse.Namespace) -> int:
    asked: str = arguments.code or ""
    rules = [rule for rule in RULES if rule.code.startswith(asked.upper()) or rule.name == asked]
    if len(rules) > 1:
        print(_table(rules))
    elif rules:
        print(_page(rules[0]))
    else:
        near = nearest(asked.upper(), [rule.code for rule in RULES])
        hint = near or "; `untimed explain` lists all rules"
        raise UsageError(f"no rule is called {asked}{hint}")
    return CLEAN


def _page(rule: Rule) -> str:
    title = f"{rule.code} {rule.name}{' (opt-in)' if rule.opt_in else ''}"
    return f"{title}\n\n{rule.documentation.strip()}{_OPT_IN if rule.opt_in else ''}"


def _table(rules: Iterable[Rule]) -> str:
    width = max(len(rule.name) for rule in rules)
    lines = [
        f"{rule.code}  {rule.name:{width}}  {'opt-in' if rule.opt_in else '      '}  {rule.summary}"
        for rule in sorted(rules, key=lambda rule: rule.code)
    ]
    return "\n".join(line.rstrip() for line in lines)
