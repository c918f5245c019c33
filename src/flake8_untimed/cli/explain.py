"""`untimed explain`: the documentation of a rule, or the list of all."""

from __future__ import annotations

import argparse
import difflib

from flake8_untimed.cli import CLEAN, UsageError
from flake8_untimed.rules import RULES


def run(arguments: argparse.Namespace) -> int:
    if arguments.code is None:
        print(_table())
        return CLEAN
    code = arguments.code.upper()
    known = {rule.code: rule for rule in RULES}
    if code not in known:
        near = difflib.get_close_matches(code, known, n=1, cutoff=0.7)
        hint = f"; did you mean {near[0]}?" if near else "; `untimed explain` lists all rules"
        raise UsageError(f"no rule is called {arguments.code}{hint}")
    rule = known[code]
    print(f"{rule.code} {rule.name}{' (opt-in)' if rule.opt_in else ''}\n")
    print(rule.documentation.strip())
    return CLEAN


def _table() -> str:
    width = max((len(rule.name) for rule in RULES), default=0)
    lines = [
        f"{rule.code}  {rule.name:{width}}  {'opt-in' if rule.opt_in else '      '}  {rule.summary}"
        for rule in sorted(RULES, key=lambda rule: rule.code)
    ]
    return "\n".join(line.rstrip() for line in lines)
