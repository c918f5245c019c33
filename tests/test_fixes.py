"""The engine as a whole: what it verifies, what it leaves and why, and that it always ends."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest

from flake8_untimed.findings import (
    Edit,
    Expression,
    Finding,
    Fix,
    RemoveArgument,
    RemoveStatement,
    RenameArgument,
    ReplaceExpression,
    SetArgument,
)
from flake8_untimed.fixes import UNSAFE, LibcstMissing, Outcome, Refused, WriteError, fix_source
from flake8_untimed.fixes.expected import compare
from flake8_untimed.source import Source

Rule = Callable[[Source, ast.AST], "Finding | None"]


def finding(code: str, source: Source, node: ast.expr, *edits: Edit, safe: bool = True) -> Finding:
    return Finding(code, source.span(node), f"{code} here", Fix(edits, safe))


def untimed(source: Source, node: ast.AST) -> Finding | None:
    """UNT101: `get` and `post` without a timeout."""
    if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in {"get", "post"}:
        return None
    if any(keyword.arg in {"timeout", None} for keyword in node.keywords):
        return None
    edit = SetArgument(source.span(node), "timeout", Expression("5"))
    return finding("UNT101", source, node, edit)


def dumped(source: Source, node: ast.AST) -> Finding | None:
    """UNT201: `data=dumps(x)`."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            value = keyword.value
            if keyword.arg == "data" and isinstance(value, ast.Call):
                text = Expression(source.segment(source.span(value.args[0])))
                edit = RenameArgument(source.span(node), "data", "json", text)
                return finding("UNT201", source, node, edit)
    return None


def hopeless(source: Source, node: ast.AST) -> Finding | None:
    """UNT303, which nothing mends."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "hopeless":
        return Finding("UNT303", source.span(node), "m", why_not="it is hopeless")
    return None


def analysis(*rules: Rule) -> Callable[[Source], list[Finding]]:
    def analyze(source: Source) -> list[Finding]:
        found = [rule(source, node) for node in ast.walk(source.parse()) for rule in rules]
        return [one for one in found if one is not None]

    return analyze


def fix(text: str, *rules: Rule, unsafe: bool = False) -> Outcome:
    source, analyze = Source(text, "x.py"), analysis(*rules)
    return fix_source(source, analyze(source), unsafe=unsafe, analyze=analyze)


def test_several_findings_of_one_call() -> None:
    outcome = fix("post(u, data=dumps(x))\n", untimed, dumped)
    assert outcome.source.text == "post(u, json=x, timeout=5)\n"
    assert [f.code for f in outcome.applied] == ["UNT101", "UNT201"]
    assert outcome.left == outcome.resolved == ()


def test_a_fix_inside_text_that_another_moves_comes_later() -> None:
    outcome = fix("post(u, data=dumps(get(post(v, data=dumps(get(w))))))\n", untimed, dumped)
    assert outcome.source.text == (
        "post(u, json=get(post(v, json=get(w, timeout=5), timeout=5), timeout=5), timeout=5)\n"
    )
    assert len(outcome.applied) == 6
    # They are told of as they were found, whatever round they were fixed in.
    assert [f.span.column for f in outcome.applied] == [1, 1, 20, 24, 24, 43]


def test_of_two_fixes_for_one_argument_the_first_wins() -> None:
    def other(source: Source, node: ast.AST) -> Finding | None:
        if isinstance(node, ast.Call) and any(k.arg == "timeout" for k in node.keywords):
            return None
        if not isinstance(node, ast.Call):
            return None
        edit = SetArgument(source.span(node), "timeout", Expression("9"))
        return finding("UNT109", source, node, edit)

    outcome = fix("get(u)\n", other, untimed)
    assert outcome.source.text == "get(u, timeout=5)\n"
    assert [f.code for f in outcome.applied] == ["UNT101"]
    assert [f.code for f in outcome.resolved] == ["UNT109"]


def test_two_fixes_that_stay_in_each_others_way() -> None:
    def make(code: str, value: str) -> Rule:
        def rule(source: Source, node: ast.AST) -> Finding | None:
            if not isinstance(node, ast.keyword):
                return None
            call = next(n for n in ast.walk(source.parse()) if isinstance(n, ast.Call))
            if isinstance(node.value, ast.Constant) and node.value.value == value:
                return None
            edit = SetArgument(source.span(call), "a", Expression(repr(value)))
            return finding(code, source, call, edit)

        return rule

    # Each undoes the other: the second would bring the first finding back.
    outcome = fix("get(a='')\n", make("UNT101", "x"), make("UNT102", "y"))
    assert outcome.source.text == "get(a='x')\n"
    assert [left.reason for left in outcome.left] == ["a new finding would appear: UNT101 at 1:1"]


def test_the_same_edit_twice_is_one() -> None:
    def twin(source: Source, node: ast.AST) -> Finding | None:
        found = untimed(source, node)
        return found and Finding("UNT104", found.span, "twin", found.fix)

    outcome = fix("get(u)\n", untimed, twin)
    assert outcome.source.text == "get(u, timeout=5)\n"
    assert len(outcome.applied) == 2


def test_unsafe_fixes_wait_to_be_asked_for() -> None:
    def unsafe(source: Source, node: ast.AST) -> Finding | None:
        found = untimed(source, node)
        return found and Finding("UNT102", found.span, "m", Fix(found.fix.edits, safe=False))  # type: ignore[union-attr]

    outcome = fix("get(u)\n", unsafe)
    assert not outcome.changed
    assert outcome.left[0].reason == UNSAFE
    assert fix("get(u)\n", unsafe, unsafe=True).source.text == "get(u, timeout=5)\n"


def test_a_finding_without_a_fix_says_why() -> None:
    outcome = fix("hopeless(); get(u)\n", hopeless, untimed)
    assert outcome.source.text == "hopeless(); get(u, timeout=5)\n"
    assert [(left.finding.code, left.reason) for left in outcome.left] == [
        ("UNT303", "it is hopeless")
    ]


def test_what_is_left_is_told_at_its_new_place() -> None:
    def needs_import(source: Source, node: ast.AST) -> Finding | None:
        found = untimed(source, node)
        if found is None:
            return None
        edit = SetArgument(found.span, "timeout", Expression("ab.T", ("ab.T",)))
        return Finding("UNT101", found.span, "m", Fix((edit,), True))

    outcome = fix("get(u); hopeless()\n", needs_import, hopeless)
    assert outcome.source.text == "from ab import T\n\nget(u, timeout=T); hopeless()\n"
    (left,) = outcome.left
    assert (left.finding.span.line, left.finding.span.column) == (3, 20)


@pytest.mark.parametrize(
    ("analyze", "reason"),
    [
        (lambda source: [untimed(source, n) for n in ast.walk(Source("get(u)", "").parse()) if isinstance(n, ast.Call)],
         "a new finding would appear: UNT101 at 1:1"),
        (lambda source: [Finding("UNT101", source.span(n), "m", why_not="") for n in ast.walk(source.parse()) if isinstance(n, ast.Call)],
         "UNT101 would still be reported: what is written does not reach the request"),
        (lambda source: [Finding("UNT301", source.span(n), "m", why_not="") for n in ast.walk(source.parse()) if isinstance(n, ast.Call)],
         "a new finding would appear: UNT301 at 1:1"),
    ],
)  # fmt: skip
def test_an_analysis_that_is_not_content(
    analyze: Callable[[Source], list[Finding]], reason: str
) -> None:
    source = Source("get(u)\n", "x.py")
    outcome = fix_source(source, analysis(untimed)(source), analyze=analyze)
    assert outcome.source is source
    assert [left.reason for left in outcome.left] == [reason]


def test_one_bad_fix_does_not_keep_the_others() -> None:
    """Calls of `post` are never cured, so that their fixes have to be found among the others."""

    def stubborn(source: Source, node: ast.AST) -> Finding | None:
        found = untimed(source, node)
        if found is None and isinstance(node, ast.Call) and ast.unparse(node.func) == "post":
            return Finding("UNT101", source.span(node), "m", why_not="")
        return found

    text = "".join(f"{'post' if n in {3, 11, 12} else 'get'}(u{n})\n" for n in range(20))
    outcome = fix(text, stubborn)
    assert outcome.source.text == text.replace(")", ", timeout=5)").replace(
        "post(u3, timeout=5)", "post(u3)"
    ).replace("post(u11, timeout=5)", "post(u11)").replace("post(u12, timeout=5)", "post(u12)")
    assert len(outcome.applied) == 17
    assert {left.reason for left in outcome.left} == {
        "UNT101 would still be reported: what is written does not reach the request"
    }


def test_all_edits_of_a_fix_or_none() -> None:
    def half(source: Source, node: ast.AST) -> Finding | None:
        found = untimed(source, node)
        if found is None:
            return None
        edits = (*found.fix.edits, RemoveArgument(found.span, "missing"))  # type: ignore[union-attr]
        return Finding("UNT101", found.span, "m", Fix(edits, True))

    outcome = fix("get(u)\n", half)
    assert outcome.source.text == "get(u)\n"
    assert outcome.left[0].reason == "the call has no argument missing"


def test_an_edit_inside_a_statement_that_goes() -> None:
    def drop(source: Source, node: ast.AST) -> Finding | None:
        if isinstance(node, ast.Assign):
            edit = RemoveStatement(source.span(node))
            return Finding("UNT302", source.span(node), "m", Fix((edit,), True))
        return None

    outcome = fix("s.verify = get(u)\n", drop, untimed)
    assert outcome.source.text == ""
    assert [f.code for f in outcome.applied] == ["UNT302"]
    assert [f.code for f in outcome.resolved] == ["UNT101"]


def test_an_edit_that_means_something_else_is_seen() -> None:
    """`*` binds more tightly than the text that is put in: parentheses are the engine's duty."""

    def replace(source: Source, node: ast.AST) -> Finding | None:
        if isinstance(node, ast.Call):
            edit = ReplaceExpression(source.span(node), Expression("a + b"))
            return finding("UNT301", source, node, edit)
        return None

    assert fix("x = get() * 2\n", replace).source.text == "x = (a + b) * 2\n"


def test_a_text_that_does_not_compile_is_not_written() -> None:
    """`ast.parse` has nothing against a keyword that is given twice."""
    text = "post(u, data=dumps(x), json=None, timeout=5)\n"
    outcome = fix(text + "get(u)\n", untimed, dumped)
    assert outcome.source.text == text + "get(u, timeout=5)\n"
    (left,) = outcome.left
    assert "keyword argument repeated: json" in left.reason
    # A notebook's text did not compile before, either.
    assert fix("get(u)\nawait x\n", untimed).source.text == "get(u, timeout=5)\nawait x\n"


def test_trees_are_told_apart() -> None:
    same = [
        ("a(1)", "a( 1 )"),
        ("'a' 'b'", "'ab'"),
        ("1e999 - 1e999", "1e999-1e999"),
        ("x", "x # c"),
    ]
    other = [("a(1)", "a(1.0)"), ("1", "True"), ("'a'", "b'a'"), ("'a'", "u'a'"), ("a + b", "a - b"),
             ("a(b, c)", "a(b)"), ("a", "b"), ("a(b=1)", "a(**b)"), ("x: int", "x = int"), ("a\nb", "a")]  # fmt: skip
    for left, right in same:
        compare(ast.parse(left), ast.parse(right), set())
    for left, right in other:
        for pair in ((left, right), (right, left)):
            with pytest.raises(Refused):
                compare(*map(ast.parse, pair), set())  # type: ignore[arg-type]


# Encodings


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfget('\xc3\xa9')\r\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'; get(u)\n",
        b"# vim: set fileencoding=cp1252 :\nx = '\x80'; get(u)\n",
        b"get(u)",
        b"\x0cget(u)\n\x0c\nget(u)\r",
    ],
)
def test_all_other_bytes_are_the_same(data: bytes) -> None:
    source = Source.from_bytes(data, "x.py")
    outcome = fix_source(source, analysis(untimed)(source), analyze=analysis(untimed))
    expected = data.replace(b"u)", b"u, timeout=5)").replace(b"\xa9')", b"\xa9', timeout=5)")
    assert outcome.encoded(data) == expected


def test_a_character_that_the_encoding_lacks() -> None:
    def euro(source: Source, node: ast.AST) -> Finding | None:
        found = untimed(source, node)
        if found is None:
            return None
        edit = SetArgument(found.span, "timeout", Expression("T['€']"))
        return Finding("UNT101", found.span, "m", Fix((edit,), True))

    data = b"# coding: latin-1\nx = '\xe9'; get(u)\n"
    source = Source.from_bytes(data, "x.py")
    outcome = fix_source(source, analysis(euro)(source), analyze=analysis(euro))
    assert outcome.source is source
    assert "latin-1" in outcome.left[0].reason or "iso-8859-1" in outcome.left[0].reason


# libcst


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


HEAD = """
import sys
from flake8_untimed.findings import *
from flake8_untimed.fixes import *
from flake8_untimed.source import Source
span = Span(1, 1, 1, 6)
unsafe = Finding("UNT101", span, "m", Fix((SetArgument(span, "timeout", Expression("5")),), False))
source = Source("get()", "x.py")
"""


def test_libcst_is_imported_only_for_an_edit() -> None:
    code = "fix_source(source, [unsafe], analyze=lambda s: []); print('libcst' in sys.modules)"
    assert _run(HEAD + code) == "False"
    code = "fix_source(source, [unsafe], unsafe=True, analyze=lambda s: []); print('libcst' in sys.modules)"
    assert _run(HEAD + code) == "True"


def test_without_libcst_the_error_says_what_to_install() -> None:
    code = """
sys.modules["libcst"] = None
try:
    fix_source(source, [unsafe], unsafe=True, analyze=lambda s: [])
except LibcstMissing as error:
    print(error)
"""
    assert _run(HEAD + code) == "fixing needs libcst: pip install 'flake8-untimed[codemod]'"


# Bad input


@pytest.mark.parametrize(
    "text",
    [
        "get(" + "+".join(["u"] * 800) + ")",
        "x = " + "+".join(["get(u)"] * 800),
        "a" + ".b()" * 800 + "\nget(u)",
        "get(" * 80 + ")" * 80,
        "if a:\n pass\n" + "elif a:\n pass\n" * 300 + "else:\n get(u)",
    ],
    ids=["terms", "calls", "chain", "nested", "elif"],
)
def test_deep_trees(text: str) -> None:
    outcome = fix(text, untimed)
    assert not outcome.left
    assert len(outcome.applied) == text.count("get(")


def test_a_finding_that_is_nowhere() -> None:
    source = Source("get(u)\n", "x.py")
    good = analysis(untimed)(source)[0]
    span = good.span._replace(line=7, end_line=7)
    bad = Finding("UNT101", span, "m", Fix((SetArgument(span, "timeout", Expression("5")),), True))
    outcome = fix_source(source, [bad, good], analyze=analysis(untimed))
    assert outcome.source.text == "get(u, timeout=5)\n"
    assert outcome.applied == (good,)


def test_text_that_does_not_parse_is_left() -> None:
    source = Source("get(u\n", "x.py")
    span = Source("get(u)", "").span(ast.parse("get(u)").body[0])
    bad = Finding("UNT101", span, "m", Fix((SetArgument(span, "timeout", Expression("5")),), True))
    outcome = fix_source(source, [bad], analyze=analysis(untimed))
    assert outcome.source is source
    assert len(outcome.left) == 1


def test_errors_cross_processes() -> None:
    for error in (LibcstMissing(), Refused("a"), WriteError("b")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (type(error), str(error))
