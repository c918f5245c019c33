"""`# noqa` comments that are added, and where none can stand."""

from __future__ import annotations

import ast

import pytest

from flake8_untimed.findings import Finding
from flake8_untimed.fixes import Outcome, add_noqa
from flake8_untimed.source import Source


def added(text: str, *codes: str) -> Outcome:
    source = Source(text, "x.py")
    found = [
        Finding(code, source.span(node), "m", why_not="")
        for node in ast.walk(source.parse())
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "get"
        for code in codes or ("UNT101",)
    ]
    return add_noqa(source, found)


CASES = [
    ("get(u)\n", "get(u)  # noqa: UNT101\n"),
    ("get(u)", "get(u)  # noqa: UNT101"),
    ("get(u)   \n", "get(u)  # noqa: UNT101\n"),
    ("get(u)\r\nget(v)\r\n", "get(u)  # noqa: UNT101\r\nget(v)  # noqa: UNT101\r\n"),
    ("get(u)\rget(v)\r", "get(u)  # noqa: UNT101\rget(v)  # noqa: UNT101\r"),
    ("get(\n    u,\n)\n", "get(  # noqa: UNT101\n    u,\n)\n"),
    ("get(u)  # it\n", "get(u)  # it  # noqa: UNT101\n"),
    ("get(u)  # noqa: E501\n", "get(u)  # noqa: E501,UNT101\n"),
    ("get(u)  # noqa:E501, W291\n", "get(u)  # noqa:E501, W291, UNT101\n"),
    ("get(u)  # noqa: E501 long\n", "get(u)  # noqa: E501,UNT101 long\n"),
    ("get(u)  # type: ignore  # noqa: E501\n", "get(u)  # type: ignore  # noqa: E501,UNT101\n"),
    ("get(u); get(v)\n", "get(u); get(v)  # noqa: UNT101\n"),
    # A string or a backslash joins lines: the comment stands on the last one, and speaks for all.
    ("get('''\n''')\nget(u)\n", "get('''\n''')  # noqa: UNT101\nget(u)  # noqa: UNT101\n"),
    ("get(u, \\\n    v)\n", "get(u, \\\n    v)  # noqa: UNT101\n"),
    ("get(f'''{\nu}''')\n", "get(f'''{\nu}''')  # noqa: UNT101\n"),
    (
        "with get(u) as a, \\\n    get(v) as b: pass\n",
        "with get(u) as a, \\\n    get(v) as b: pass  # noqa: UNT101\n",
    ),
    ("x = '''\n''', get(\n'''\n''')\n", "x = '''\n''', get(  # noqa: UNT101\n'''\n''')\n"),
    ("get('''\n''')  # noqa: E501\n", "get('''\n''')  # noqa: E501,UNT101\n"),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_a_comment_joins(before: str, after: str) -> None:
    outcome = added(before)
    assert outcome.source.text == after
    for finding in outcome.applied:
        assert outcome.source.silences(finding.code, finding.span.line)


def test_several_codes_share_a_comment() -> None:
    outcome = added("get(u)\n", "UNT201", "UNT101")
    assert outcome.source.text == "get(u)  # noqa: UNT101,UNT201\n"


def test_where_a_string_looks_like_a_comment() -> None:
    """It is what flake8 takes for one, and no second one is looked at."""
    text = "x = '''\nget(u)'''\nget('#', '# noqa: E501')\n"
    outcome = added(text)
    assert outcome.source.text == text
    assert [left.reason for left in outcome.left] == ["no comment can stand on its line"]
