"""What is believed of the calls on one line, step by step: the text of `untimed why`.

Everything here only tells what the analysis found; nothing here decides. One file for each thing
that there is to tell of, and `words` for how it is worded.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from flake8_untimed.calls import Call, Facts
from flake8_untimed.explanation.calls import Calls
from flake8_untimed.explanation.constructions import Constructions
from flake8_untimed.explanation.places import Places
from flake8_untimed.explanation.strangers import Strangers
from flake8_untimed.explanation.verdicts import Verdicts
from flake8_untimed.explanation.words import Row, short
from flake8_untimed.findings import Span
from flake8_untimed.inference.values import Context, Parameter
from flake8_untimed.inference.walk import walk


def explain(facts: Facts, line: int, ignored: Sequence[str] = ()) -> Iterator[str]:
    """What is believed of the calls on a line (1-based), as lines of plain text. `ignored`: the
    beginnings of codes that are left out of this file."""
    explainer = _Explainer(facts, ignored)
    paragraphs = list(explainer.paragraphs(line))
    if not paragraphs:
        yield f"{facts.source.path}:{line}: there is no call on this line"
        return
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ""
        yield from paragraph


class _Explainer:
    def __init__(self, facts: Facts, ignored: Sequence[str]) -> None:
        self._facts = facts
        places = Places(facts)
        self._verdicts = Verdicts(facts, tuple(ignored))
        self._calls = Calls(facts, places, self._verdicts)
        self._constructions = Constructions(facts, places, self._verdicts)
        self._strangers = Strangers(facts, places)

    def paragraphs(self, line: int) -> Iterator[list[str]]:
        facts = self._facts
        known = [
            *((c.node, partial(self._calls.of, c)) for c in facts.calls),
            *((c.node, partial(self._calls.forwarded, c)) for c in self._only_forwarded()),
            *((m.node, partial(self._constructions.of, m)) for m in facts.constructions),
            *((s.node, partial(self._constructions.setting, s)) for s in facts.assignments),
        ]
        here = [(node, rows) for node, rows in known if _covers(node, line)]
        for node, rows in sorted(here, key=lambda pair: facts.span(pair[0])):
            yield self._paragraph(node, rows())
        for verdict in self._verdicts.untold(line):
            yield [self._head(verdict.finding.span), *map(str, self._verdicts.judged([verdict]))]
        ours = {node for node, _ in known}
        # Of a line inside something long, the calls that begin on it are meant.
        found = [f for f in walk(facts.module.scope).calls if _covers(f.node, line)]
        others = [f for f in found if f.node not in ours and (f.node.lineno == line or not here)]
        for node, scope, statement in sorted(others, key=lambda f: facts.span(f.node)):
            if not here or self._is_untold(node, Context(scope, statement)):
                yield self._paragraph(node, self._strangers.of(node, Context(scope, statement)))

    def _is_untold(self, node: ast.Call, context: Context) -> bool:
        """Beside calls of ours only those others are of interest of which nothing is known."""
        if not isinstance(node.func, ast.Attribute):
            return False
        return any(isinstance(v, Parameter) for v in self._facts.evaluate(node.func.value, context))

    def _paragraph(self, node: ast.AST, rows: Iterable[Row]) -> list[str]:
        assert isinstance(node, (ast.expr, ast.stmt))
        lines = [self._head(self._facts.span(node))]
        before = ""
        for row in rows:
            lines.append(str(row if row.label != before else Row("", row.text)).rstrip())
            before = row.label
        return lines

    def _head(self, span: Span) -> str:
        text = short(self._facts.source.segment(span))
        return f"{self._facts.source.path}:{span.line}:{span.column}: {text}"

    def _only_forwarded(self) -> list[Call]:
        """The calls of wrappers of whose timeouts there is nothing to say."""
        told = {call.node for call in self._facts.calls}
        return [call for call in self._facts.forwarded if call.node not in told]


def _covers(node: ast.AST, line: int) -> bool:
    assert isinstance(node, (ast.expr, ast.stmt))
    return node.lineno <= line <= (node.end_lineno or node.lineno)
