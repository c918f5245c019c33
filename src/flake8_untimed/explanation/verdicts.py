"""What the rules say, what keeps it back, and what the codemod would write."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_untimed.calls import Facts
from flake8_untimed.explanation.words import Row, short
from flake8_untimed.findings import (
    AddStatement,
    Edit,
    Finding,
    Fix,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameArgument,
    SetArgument,
    Span,
    span_of,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.rules import RULES


class Verdict(NamedTuple):
    """A finding, and what keeps it from being reported (empty: nothing)."""

    finding: Finding
    opt_in: bool
    kept_back: str


class Verdicts:
    """The findings of a module, opt-in ones included; remembers which were told."""

    def __init__(self, facts: Facts, ignored: tuple[str, ...]) -> None:
        self._facts = facts
        self._all = _verdicts(facts, ignored)
        self._told: set[Finding] = set()

    def at(self, node: ast.expr | ast.stmt) -> list[Verdict]:
        """The verdicts on a node."""
        span = self._facts.span(node)
        return [v for v in self._all if v.finding.span == span]

    def untold(self, line: int) -> list[Verdict]:
        """The verdicts of a line that were not told yet."""
        return [v for v in self._all if v.finding.span.line == line and v.finding not in self._told]

    def judged(self, verdicts: Iterable[Verdict]) -> Iterator[Row]:
        for finding, opt_in, kept_back in sorted(verdicts, key=lambda v: bool(v.kept_back)):
            self._told.add(finding)
            label = ("opt-in" if opt_in else "kept back") if kept_back else "reported"
            yield Row(label, f"{finding.code} {finding.message}")
            if kept_back:
                yield Row("", kept_back)
                continue
            if finding.fix is None:
                yield Row("fix", f"none: {finding.why_not}")
            else:
                yield Row("fix", self._in_words(finding, finding.fix))

    def _in_words(self, finding: Finding, fix: Fix) -> str:
        edits = "; ".join(self._edit(edit, finding) for edit in fix.edits)
        command = "untimed fix" if fix.safe else "untimed fix --unsafe"
        doubt = f": {fix.doubt}" if fix.doubt else ""
        return f"{edits} (`{command}` writes it{doubt})"

    def _edit(self, edit: Edit, finding: Finding) -> str:
        span = span_of(edit)
        where = f" on line {span.line}" if span.line != finding.span.line else ""
        if isinstance(edit, SetArgument):
            new = f"{edit.name}={edit.value.text}"
            old = self._written(span, edit.name, edit.position)
            return (f"{new} in the place of {old}" if old else f"add {new}") + where
        if isinstance(edit, RenameArgument):
            old = self._written(span, edit.name, edit.position) or edit.name
            return f"{edit.new_name}={edit.value.text} in the place of {old}{where}"
        if isinstance(edit, RemoveArgument):
            old = self._written(span, edit.name, edit.position) or edit.name
            return f"remove {old}{where}"
        if isinstance(edit, RemoveItem):
            return f"remove the entry {edit.key!r}{where}"
        if isinstance(edit, RemoveStatement):
            return f"remove the statement {short(self._facts.source.segment(span))}{where}"
        if isinstance(edit, AddStatement):
            side = "behind" if edit.behind else "before"
            return f"the line {edit.value.text} {side} line {span.line}"
        return f"{edit.value.text} in the place of {short(self._facts.source.segment(span))}{where}"

    def _written(self, span: Span, name: str, position: int | None) -> str:
        """An argument of the call at a place, as it is written; empty if it is not given."""
        for node, _, _ in walk(self._facts.module.scope).calls:
            if isinstance(node, ast.Call) and self._facts.span(node) == span:
                for keyword in node.keywords:
                    if keyword.arg == name:
                        return f"{name}={short(self._facts.text(keyword.value))}"
                if position is not None and position < len(node.args):
                    return short(self._facts.text(node.args[position]))
        return ""


def _verdicts(facts: Facts, ignored: tuple[str, ...]) -> list[Verdict]:
    """What all rules say of a module, opt-in ones included, in the order of the text."""
    found = {
        Verdict(finding, rule.opt_in, _kept_back(facts, finding, rule.opt_in, ignored))
        for rule in RULES
        for finding in rule.check(facts)
    }
    return sorted(found, key=lambda verdict: verdict.finding.sort_key)


def _kept_back(facts: Facts, finding: Finding, opt_in: bool, ignored: tuple[str, ...]) -> str:
    code = finding.code
    if not facts.settings.reports(code, opt_in=opt_in):
        if opt_in:
            return f"not reported: it has to be asked for (--extend-select {code})"
        return f"not reported: your settings leave {code} out"
    if code.startswith(ignored):
        return f"not reported: per-file-ignores leaves {code} out of this file"
    if facts.source.silences(code, finding.span.line):
        return "not reported: a noqa comment silences it"
    return ""
