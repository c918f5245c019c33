"""Before and after: what the engine makes of a text, one fix or several at a time.

The analysis is a stand-in that finds marked calls, so that only the engine is under test:
`get(...)` without a timeout is UNT101, and the fix is what each table says.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest

from flake8_untimed.findings import (
    AddStatement,
    Edit,
    Expression,
    Finding,
    Fix,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameArgument,
    ReplaceExpression,
    SetArgument,
)
from flake8_untimed.fixes import Outcome, fix_source
from flake8_untimed.fixes.neighbours import ALONE
from flake8_untimed.source import Source

Edits = Callable[[Source, ast.Call], list[Edit]]


def calls(source: Source, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(source.parse()):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
            yield node


def fixed(
    text: str, edits: Edits, *, name: str = "get", path: str = "app/module.py", once: bool = False
) -> Outcome:
    """The outcome for a text in which every call of `name` is a finding, until it is fixed."""
    source = Source(text, path)

    def findings(now: Source) -> list[Finding]:
        if once and now is not source:
            return []
        found = []
        for call in calls(now, name):
            made = edits(now, call)
            if made:
                found.append(Finding("UNT101", now.span(call), "m", Fix(tuple(made), True)))
        return found

    return fix_source(source, findings(source), analyze=findings, neighbours=InProject())


class InProject(type(ALONE)):  # type: ignore[misc]
    """A project with a few modules."""

    def have(self, module: str) -> bool:
        return module in ("my", "my.http", "myapp", "myapp.settings")


def set_timeout(value: str = "5", *needs: str) -> Edits:
    def edits(source: Source, call: ast.Call) -> list[Edit]:
        if any(keyword.arg == "timeout" for keyword in call.keywords):
            return []
        return [SetArgument(source.span(call), "timeout", Expression(value, needs))]

    return edits


def check(outcome: Outcome, after: str) -> None:
    assert [left.reason for left in outcome.left] == []
    assert outcome.source.text == after


ADDED = [
    ("get()", "get(timeout=5)"),
    ("get( )", "get(timeout=5 )"),
    ("get(\n)", "get(timeout=5\n)"),
    ("get(  # why\n)", "get(timeout=5  # why\n)"),
    ("get(u)", "get(u, timeout=5)"),
    ("get(u,)", "get(u, timeout=5,)"),
    ("get(u, )", "get(u, timeout=5, )"),
    ("get(u ,a = 1)", "get(u ,a = 1, timeout=5)"),
    ("get(\n    u\n)", "get(\n    u, timeout=5\n)"),
    ("get(\n    u,\n)", "get(\n    u,\n    timeout=5,\n)"),
    ("get(\n    u,  # here\n)", "get(\n    u,  # here\n    timeout=5,\n)"),
    ("get(\n    u  # here\n)", "get(\n    u,  # here\n    timeout=5\n)"),
    ("get(\n    u,\n    # h=1,\n)", "get(\n    u,\n    # h=1,\n    timeout=5,\n)"),
    ("get(\n    u, a=1\n)", "get(\n    u, a=1, timeout=5\n)"),
    ("get(u,\n    a=1)", "get(u,\n    a=1,\n    timeout=5)"),
    ("get(\n\tu,\n\ta=1,\n\t)", "get(\n\tu,\n\ta=1,\n\ttimeout=5,\n\t)"),
    ("get(u\n    , a=1\n    )", "get(u\n    , a=1\n    , timeout=5\n    )"),
    ("get(u, {\n    1: 2,\n})", "get(u, {\n    1: 2,\n}, timeout=5)"),
    ("get(u, \\\n    a)", "get(u, \\\n    a, \\\n    timeout=5)"),
    ("get(**k)", "get(timeout=5, **k)"),
    ("get(u, **k)", "get(u, timeout=5, **k)"),
    ("get(u, **k, **l)", "get(u, timeout=5, **k, **l)"),
    ("get(u, **k, a=1)", "get(u, timeout=5, **k, a=1)"),
    ("get(*a)", "get(*a, timeout=5)"),
    ("get(\n    u,\n    # rest\n    **k,\n)", "get(\n    u,\n    timeout=5,\n    # rest\n    **k,\n)"),
    ("get(u,  # it\n    **k)", "get(u,  # it\n    timeout=5,\n    **k)"),
    ("get(x for x in y)", "get((x for x in y), timeout=5)"),
    ("get( x for x in y )", "get(( x for x in y ), timeout=5)"),
    ("get((x for x in y))", "get((x for x in y), timeout=5)"),
    ("get((yield), (u))", "get((yield), (u), timeout=5)"),
    ("get(a := 1)", "get(a := 1, timeout=5)"),
    ("get(lambda: (1, 2))", "get(lambda: (1, 2), timeout=5)"),
    ("get(u)(1)(2)", "get(u, timeout=5)(1)(2)"),
    ("(s\n .get)(u)", "(s\n .get)(u, timeout=5)"),
    ("s. \\\n get \\\n (u)", "s. \\\n get \\\n (u, timeout=5)"),
    ("(s.get  # ( no\n)(u)", "(s.get  # ( no\n)(u, timeout=5)"),
    ("'é€😀'; get(u)", "'é€😀'; get(u, timeout=5)"),
    ("é = 'é'.get('ü')", "é = 'é'.get('ü', timeout=5)"),
    ("if a:\n\x0c\n    get(u)", "if a:\n\x0c\n    get(u, timeout=5)"),
    ("try: get(u)\nexcept E : pass", "try: get(u, timeout=5)\nexcept E : pass"),
    ("get(u)\r\nget(\r\n    u,\r\n)\r\n", "get(u, timeout=5)\r\nget(\r\n    u,\r\n    timeout=5,\r\n)\r\n"),
    ("get(\r    u\r)\r", "get(\r    u, timeout=5\r)\r"),
    ("get(\n u,\r\n v\n)\r", "get(\n u,\r\n v,\n timeout=5\n)\r"),
    ("get(u)\r", "get(u, timeout=5)\r"),
    ("get('''\na\n''')", "get('''\na\n''', timeout=5)"),
    ("f'{get(u)}'", "f'{get(u, timeout=5)}'"),
    ("f'''\n{get(u)!r:>{w}}'''", "f'''\n{get(u, timeout=5)!r:>{w}}'''"),
    ("f'{get(u) == 1}'", "f'{get(u, timeout=5) == 1}'"),
    ("get(get(u), get(v))", "get(get(u, timeout=5), get(v, timeout=5), timeout=5)"),
    ("get(get(x for x in get(y)))", "get(get((x for x in get(y, timeout=5)), timeout=5), timeout=5)"),
    ("get(\n    get(u),\n)", "get(\n    get(u, timeout=5),\n    timeout=5,\n)"),
    ("@get(u)\ndef f(x=get(v)): ...", "@get(u, timeout=5)\ndef f(x=get(v, timeout=5)): ..."),
    ("get(v0_, v1_)", "get(v0_, v1_, timeout=5)"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), ADDED)
def test_a_keyword_joins(before: str, after: str) -> None:
    text, expected = ((f"def f():\n {t}\n" if "yield" in t else t) for t in (before, after))
    check(fixed(text, set_timeout()), expected)


REFUSED = [
    ("f'{get(u)=}'", "5", "an f-string shows the text of this call"),
    ("f'{ (get(u)) = !r}'", "5", "an f-string shows the text of this call"),
    ("f'{get(u)}'", "T['a']", "the new text cannot stand inside an f-string"),
    ("get(u)", "5 6", "`5 6` is not an expression"),
]


@pytest.mark.parametrize(("text", "value", "reason"), REFUSED)
def test_a_keyword_is_refused(text: str, value: str, reason: str) -> None:
    outcome = fixed(text, set_timeout(value))
    assert outcome.source.text == text
    assert [left.reason for left in outcome.left] == [reason]


VALUES = [
    ("1, 2", "get(timeout=(1, 2))"),
    ("(1, 2)", "get(timeout=(1, 2))"),
    ("(1), (2)", "get(timeout=((1), (2)))"),
    ("a or b", "get(timeout=a or b)"),
    ("(a\n or b)", "get(timeout=(a\n or b))"),
    ("lambda: 1", "get(timeout=lambda: 1)"),
]


@pytest.mark.parametrize(("value", "after"), VALUES)
def test_values_are_one_argument(value: str, after: str) -> None:
    check(fixed("get()", set_timeout(value)), after)


# Other edits: the table names the edit, the call is the one of `get`, unless it says otherwise.

OTHER: list[tuple[str, str, Edits]] = []


def case(before: str, after: str, make: Callable[[Source, ast.Call], Edit]) -> None:
    OTHER.append((before, after, lambda source, call: [make(source, call)]))


def setting(
    name: str, value: str, position: int | None = None
) -> Callable[[Source, ast.Call], Edit]:
    return lambda source, call: SetArgument(source.span(call), name, Expression(value), position)


def removing(name: str, position: int | None = None) -> Callable[[Source, ast.Call], Edit]:
    return lambda source, call: RemoveArgument(source.span(call), name, position)


def turning(name: str, new: str, value: str, position: int | None = None) -> Callable[[Source, ast.Call], Edit]:  # fmt: skip
    return lambda source, call: RenameArgument(source.span(call), name, new, Expression(value), position)  # fmt: skip


def dropping_item(key: str) -> Callable[[Source, ast.Call], Edit]:
    def edit(source: Source, call: ast.Call) -> Edit:
        return next(
            RemoveItem(source.span(n), key) for n in ast.walk(call) if isinstance(n, ast.Dict)
        )

    return edit


case("get(u, timeout = None)", "get(u, timeout = 5)", setting("timeout", "5"))
case("get(u, timeout=(None))", "get(u, timeout=(5))", setting("timeout", "5"))
case("get(timeout=None, **k)", "get(timeout=5, **k)", setting("timeout", "5"))
case("get(u, None, v)", "get(u, 5, v)", setting("timeout", "5", 1))
case("get(x for x in y)", "get(5)", setting("timeout", "5", 0))
case("get(\n  u,\n  timeout=None,  # slow\n)", "get(\n  u,\n  timeout=5,  # slow\n)", setting("timeout", "5"))  # fmt: skip
case("get(verify=False)", "get()", removing("verify"))
case("get(verify=False,)", "get()", removing("verify"))
case("get(\n    verify=False,\n)", "get()", removing("verify"))
case("get(\n    # hm\n    verify=False,\n)", "get(\n    # hm\n)", removing("verify"))
case("get(u, verify=False)", "get(u)", removing("verify"))
case("get(u, verify=False, )", "get(u, )", removing("verify"))
case("get(u, verify=False, a=1)", "get(u, a=1)", removing("verify"))
case("get(verify=False, a=1)", "get(a=1)", removing("verify"))
case("get(verify=False,\n    a=1)", "get(a=1)", removing("verify"))
case("get(u, verify=False,\n    a=1)", "get(u,\n    a=1)", removing("verify"))
case("get(u,\n    verify=False, a=1)", "get(u,\n    a=1)", removing("verify"))
case("get(u,\n    verify=False)", "get(u)", removing("verify"))
case("get(u,  # it\n    verify=False)", "get(u  # it\n    )", removing("verify"))
case("get(\n  u,\n  verify=False,  # bad\n)", "get(\n  u,\n)", removing("verify"))
case("get(\n  u,  # it\n  verify=False,  # bad\n  a=1,\n)", "get(\n  u,  # it\n  a=1,\n)", removing("verify"))  # fmt: skip
case("get(\n  u, verify=False,  # both\n  a=1)", "get(\n  u,  # both\n  a=1)", removing("verify"))
case("get(\n  u,\n  # over\n  verify=False\n)", "get(\n  u\n  # over\n)", removing("verify"))
case("get(u, False, a=1)", "get(u, a=1)", removing("verify", 1))
case("get(u, data=d(x))", "get(u, json=x)", turning("data", "json", "x"))
case("get(u, data=(d(x)), **k)", "get(u, json=(x), **k)", turning("data", "json", "x"))
case("get(u, d(x), a=1)", "get(u, json=x, a=1)", turning("data", "json", "x", 1))
case("get(d(x) for x in y)", "get(json=x)", turning("data", "json", "x", 0))
case("get(\n  u,\n  d(x),\n  a=1,\n)", "get(\n  u,\n  json=x,\n  a=1,\n)", turning("data", "json", "x", 1))  # fmt: skip
case("get(h={'A': 1, 'b': 2})", "get(h={'b': 2})", dropping_item("a"))
case("get(h={'b': 2, 'A': 1})", "get(h={'b': 2})", dropping_item("a"))
case("get(h={'A': 1})", "get(h={})", dropping_item("a"))
case("get(h={**b, ('A'): 1, **c, })", "get(h={**b, **c, })", dropping_item("a"))
case("get(h={\n  'A': 1,  # no\n  'b': 2,  # yes\n})", "get(h={\n  'b': 2,  # yes\n})", dropping_item("a"))  # fmt: skip
case("get(h={'A': 1, 'b': 2, 'a': 3,})", "get(h={'b': 2,})", dropping_item("a"))


def replacing(value: str) -> Callable[[Source, ast.Call], Edit]:
    return lambda source, call: ReplaceExpression(source.span(call), Expression(value))


case("a = get().x", "a = S().x", replacing("S()"))
case("a = -get()", "a = -(b + c)", replacing("b + c"))
case("a = get()\n", "a = (1, 2)\n", replacing("(1, 2)"))
case("a = get()\n", "a = (1, 2)\n", replacing("1, 2"))
case("a = get().real", "a = (1).real", replacing("1"))


@pytest.mark.parametrize(("before", "after", "edits"), OTHER)
def test_other_edits(before: str, after: str, edits: Edits) -> None:
    check(fixed(before, edits, once=True), after)


def test_what_is_not_there_is_not_removed() -> None:
    for edit in (removing("x"), removing("x", 7), turning("x", "y", "z"), dropping_item("zz")):
        outcome = fixed("get(h={'a': 1})", lambda s, c, e=edit: [e(s, c)], once=True)
        assert outcome.source.text == "get(h={'a': 1})"
        assert len(outcome.left) == 1


def test_positions_behind_a_star_are_not_certain() -> None:
    outcome = fixed("get(*a, b)", lambda s, c: [removing("x", 1)(s, c)], once=True)
    assert outcome.left[0].reason == "an argument before it is unpacked with *"


@pytest.mark.parametrize("text", ["get(u, d, v)", "get(u, d, *v)", "get(u, d, a=1, *v)"])
@pytest.mark.parametrize("make", [removing("data", 1), turning("data", "json", "x", 1)])
def test_no_positional_argument_moves_up(
    text: str, make: Callable[[Source, ast.Call], Edit]
) -> None:
    """`request("POST", url, None, dumps(x), headers)`: the headers would become the body."""
    outcome = fixed(text, lambda s, c: [make(s, c)], once=True)
    assert outcome.source.text == text
    assert outcome.left[0].reason == "arguments that follow it by position would move up"


def test_a_comment_in_a_replaced_value_is_not_lost() -> None:
    text = "get(data=d(  # note\n    x))"
    outcome = fixed(text, lambda s, c: [turning("data", "json", "x")(s, c)], once=True)
    assert outcome.source.text == text
    assert outcome.left[0].reason == "a comment in the replaced text would be lost"
    outcome = fixed("get(a='#', data=d('#'))", lambda s, c: [turning("data", "json", "'x'")(s, c)], once=True)  # fmt: skip
    check(outcome, "get(a='#', json='x')")


@pytest.mark.parametrize("make", [removing("data"), turning("data", "json", "x")])
def test_a_name_given_in_what_goes_is_not_lost(
    make: Callable[[Source, ast.Call], Edit],
) -> None:
    text = "get(data=d(body := x))"
    outcome = fixed(text, lambda s, c: [make(s, c)], once=True)
    assert outcome.source.text == text
    assert outcome.left[0].reason == "the text that would go gives a name to something"


def test_a_name_given_in_what_stays_is_kept() -> None:
    outcome = fixed("get(data=d(body := x))", lambda s, c: [turning("data", "json", "body := x")(s, c)], once=True)  # fmt: skip
    check(outcome, "get(json=(body := x))")


# Statements

STATEMENTS = [
    ("a\ndrop()\nb\n", "a\nb\n"),
    ("a\ndrop()  # it\nb\n", "a\nb\n"),
    ("a\ndrop();\nb\n", "a\nb\n"),
    ("a\ndrop()", "a\n"),
    ("# over\ndrop()\nb\n", "# over\nb\n"),
    ("drop()\n\n\nb\n", "b\n"),
    ("a\n\ndrop()\n\nb\n", "a\n\nb\n"),
    ("a\n\ndrop()\n\n\nb\n", "a\n\n\nb\n"),
    ("a\r\n\r\ndrop()\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"),
    ("a\rdrop()\rb\r", "a\rb\r"),
    ("a\ndrop(\n    1,\n)\nb\n", "a\nb\n"),
    ("a; drop()\n", "a\n"),
    ("drop(); a\n", "a\n"),
    ("a; drop(); b\n", "a; b\n"),
    ("a ; drop() ; # it\n", "a ; # it\n"),
    ("a; drop(); drop()\n", "a\n"),
    ("drop(); drop(); a\n", "a\n"),
    ("a; drop(); b; drop()\n", "a; b\n"),
    ("drop(); drop()\nb\n", "b\n"),
    ("if a: drop()\n", "if a: pass\n"),
    ("if a: drop(); b\n", "if a: b\n"),
    ("if a: b; drop()\n", "if a: b\n"),
    ("if a: drop(); drop()\n", "if a: pass\n"),
    ("if a:\n    drop()\n    drop()\nb\n", "if a:\n    pass\nb\n"),
    ("if a:\n    drop()  # it\n", "if a:\n    pass  # it\n"),
    ("if a:\n    b\nelse:\n    drop()\n", "if a:\n    b\nelse:\n    pass\n"),
    ("try:\n    drop()\nfinally:\n    drop()\n", "try:\n    pass\nfinally:\n    pass\n"),
    ("def f():\n    '''d'''\n    drop()\n", "def f():\n    '''d'''\n"),
    ("drop()\n@d\ndef f(): ...\n", "@d\ndef f(): ...\n"),
    ("drop()\n", ""),
    ("drop()\ndrop()\n\ndrop()\n", ""),
    ("if a:\n  \tdrop()\n  \tb\n", "if a:\n  \tb\n"),
]


@pytest.mark.parametrize(("before", "after"), STATEMENTS)
def test_statements_go(before: str, after: str) -> None:
    def edits(source: Source, call: ast.Call) -> list[Edit]:
        return [RemoveStatement(source.span(call))]

    check(fixed(before, edits, name="drop", once=True), after)


ADDED = [
    # before, after, whether the line goes behind the statement
    ("mark()\n", "new(1)\nmark()\n", False),
    ("mark()\n", "mark()\nnew(1)\n", True),
    ("mark()", "mark()\nnew(1)", True),
    ("a\r\nmark()\r\n", "a\r\nnew(1)\r\nmark()\r\n", False),
    ("if a:\n  \tmark()  # it\nb\n", "if a:\n  \tmark()  # it\n  \tnew(1)\nb\n", True),
    ("if a:\n    # it\n    mark()\n", "if a:\n    new(1)\n    # it\n    mark()\n", False),
    ("mark(\n    a,\n)\n\nb\n", "mark(\n    a,\n)\nnew(1)\n\nb\n", True),
    ("mark();\n", "mark();\nnew(1)\n", True),
]


@pytest.mark.parametrize(("before", "after", "behind"), ADDED)
def test_lines_come(before: str, after: str, behind: bool) -> None:
    def edits(source: Source, call: ast.Call) -> list[Edit]:
        return [AddStatement(source.span(call), Expression("new(1)"), behind)]

    check(fixed(before, edits, name="mark", once=True), after)


@pytest.mark.parametrize(
    ("text", "behind", "reason"),
    [
        ("a; mark()\n", False, "the statement does not start its line"),
        ("if a: mark()\n", True, "the statement does not start its line"),
        ("a; \\\nmark()\n", False, "the statement does not start its line"),
        ("mark(); a\n", True, "the statement does not end its line"),
    ],
)
def test_no_line_comes(text: str, behind: bool, reason: str) -> None:
    def edits(source: Source, call: ast.Call) -> list[Edit]:
        return [AddStatement(source.span(call), Expression("new(1)"), behind)]

    outcome = fixed(text, edits, name="mark", once=True)
    assert outcome.source.text == text
    assert outcome.left[0].reason == reason


def test_only_simple_statements_go() -> None:
    text = "if a:\n    drop()\n"

    def edits(source: Source, call: ast.Call) -> list[Edit]:
        return [RemoveStatement(source.span(source.parse().body[0]))]

    outcome = fixed(text, edits, name="drop", once=True)
    assert outcome.source.text == text
    assert outcome.left[0].reason == "only a simple statement can be removed"
