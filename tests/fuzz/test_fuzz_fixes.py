"""Random keywords into random calls of the standard library's own sources.

Independent of the engine's own verification: the tree of each new text is compared, by
`ast.dump`, to the old one with the keywords appended, and the text outside the calls byte by byte.
"""

from __future__ import annotations

import ast
import random
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_untimed.findings import Expression, Finding, Fix, SetArgument
from flake8_untimed.fixes import fix_source
from flake8_untimed.source import Source, SourceError

EDITS = 700
"""For each of the variants."""
PER_FILE = 40
VALUE = "(5, 30)"


def as_is(source: Source) -> Source:
    return source


def crlf(source: Source) -> Source:
    return Source(source.text.replace("\n", "\r\n"), source.path, encoding=source.encoding)


def cr(source: Source) -> Source:
    return Source(source.text.replace("\n", "\r"), source.path, encoding=source.encoding)


def latin_1(source: Source) -> Source:
    text = "# -*- coding: latin-1 -*-\nx = '\xe9\xfc'; " + "\n" + source.text
    return Source(text, source.path, encoding="latin-1")


def files() -> list[Path]:
    root = Path(sysconfig.get_path("stdlib"))
    found = sorted(p for p in root.rglob("*.py") if "site-packages" not in p.parts)
    random.Random(17).shuffle(found)
    return found


def expected_dump(source: Source, chosen: set[tuple[int, int, int, int]]) -> str:
    tree = source.parse()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and tuple(source.span(node)) in chosen:
            value = ast.parse(VALUE, mode="eval").body
            unpacked = [k.arg for k in node.keywords].index(None) if None in [k.arg for k in node.keywords] else len(node.keywords)  # fmt: skip
            node.keywords.insert(unpacked, ast.keyword("untimed_fuzz", value))
    return ast.dump(tree)


@pytest.mark.parametrize("variant", [as_is, crlf, cr, latin_1])
def test_the_tree_is_the_old_one_plus_the_keywords(variant: Callable[[Source], Source]) -> None:
    choice, edits = random.Random(variant.__name__), 0
    for path in files():
        try:
            source = variant(Source.read(str(path)))
            tree = source.parse()
            before = source.encode(source.text)
        except SourceError:  # the standard library's tests have broken files, and ours lack letters
            continue
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        spans = [source.span(call) for call in choice.sample(calls, min(PER_FILE, len(calls)))]
        findings = [
            Finding("UNT101", span, "m", Fix((SetArgument(span, "untimed_fuzz", Expression(VALUE)),), True))
            for span in spans
        ]  # fmt: skip
        outcome = fix_source(source, findings, analyze=lambda _: [])
        left = {source.segment(one.finding.span): one.reason for one in outcome.left}
        # `f"{call()=}"` is the one thing in these files that cannot be edited.
        assert set(left.values()) <= {"an f-string shows the text of this call"}, (path, left)
        chosen = {tuple(finding.span) for finding in outcome.applied}
        try:
            wanted = expected_dump(source, chosen)
            assert ast.dump(outcome.source.parse()) == wanted, path
        except RecursionError:  # ast.dump's, not ours
            continue
        if chosen:
            after = outcome.encoded(before)
            assert after.decode(source.encoding) == outcome.source.text
            check_outside(source, outcome.source, [f.span for f in outcome.applied])
        edits += len(chosen)
        if edits >= EDITS:
            return
    pytest.fail(f"only {edits} calls were found")


def check_outside(old: Source, new: Source, spans: list[tuple[int, int, int, int]]) -> None:
    """Lines that no edited call touches are the same, in the same order."""
    touched = {line for first, _, last, _ in spans for line in range(first, last + 1)}
    kept = [line for number, line in enumerate(old.lines, 1) if number not in touched]
    remaining = iter(new.lines)
    assert all(line in remaining for line in kept)  # a subsequence
