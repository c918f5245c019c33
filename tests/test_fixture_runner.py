"""The reader of the cases: what it takes for a marker, and what it says when a case fails."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fixture_runner import FIXTURES, Case, decode, marked, without_markers


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("f()  # UNT101:1\n", [(1, 1, "UNT101")]),
        ("f()  # UNT101:1 UNT301:5\n", [(1, 1, "UNT101"), (1, 5, "UNT301")]),
        ("f()  # UNT101:1, UNT101:7\n", [(1, 1, "UNT101"), (1, 7, "UNT101")]),
        ("f()  # UNT101:1 - with a reason\n", [(1, 1, "UNT101")]),
        ("# UNT101:1\nf(\n)\n", [(2, 1, "UNT101")]),
        ("# UNT101:1\n# UNT301:1\nf()  # UNT201:1\n", [(3, 1, c) for c in ("UNT101", "UNT301", "UNT201")]),
        ("f()  # UNT101:1 UNT101:1\n", [(1, 1, "UNT101")] * 2),
        ("f()\r\ng()  # UNT101:1\r\n", [(2, 1, "UNT101")]),
        ("f()\rg()  # UNT101:1\r", [(2, 1, "UNT101")]),
        ("f()\n\x0c\ng()  # UNT101:1\n", [(3, 1, "UNT101")]),
        ("f('\u2028')\ng()  # UNT101:1", [(2, 1, "UNT101")]),
        ("f()  # noqa: UNT101\n", []),
        ("f()  # a word on UNT101:1\n", []),
        ("f('UNT101:1')\n", []),
    ],
)  # fmt: skip
def test_markers(text: str, places: list[tuple[int, int, str]]) -> None:
    assert marked(text) == Counter(places)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("f()  # UNT101:1\ng()\n", "f()\ng()\n"),
        ("# UNT101:1\nf()\n", "f()\n"),
        ("f()  # UNT101:1 - why\r\n", "f()\r\n"),
        ("f()  # UNT101:1", "f()"),
        ("f()  # kept\n# kept\n", "f()  # kept\n# kept\n"),
    ],
)
def test_without_markers(text: str, bare: str) -> None:
    assert without_markers(text) == bare


def test_failure_names_the_place_and_shows_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(FIXTURES / "UNT101" / "made_up.py")
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"f()  # UNT101:1\n    g()\n")
    assert case.disagreements(Counter([(1, 1, "UNT101")])) == ""
    assert case.disagreements(Counter([(2, 5, "UNT301"), (2, 5, "UNT301")])) == (
        "fixtures/UNT101/made_up.py:1:1: UNT101 marked, but not reported\n"
        "    f()  # UNT101:1\n"
        "fixtures/UNT101/made_up.py:2:5: UNT301 reported, but not marked\n"
        "    g()"
    )


def test_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"# flags: --select UNT1 --unsafe\nf()\n")
    assert Case(FIXTURES / "x.py").flags == ["--select", "UNT1", "--unsafe"]
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"f()\n# flags: --select UNT1\n")
    assert Case(FIXTURES / "y.py").flags == []


def test_decode() -> None:
    assert decode(b"\xef\xbb\xbfx = '\xc3\xa9'\r\n") == "x = 'é'\r\n"
    assert decode(b"# coding: latin-1\nx = '\xe9'") == "# coding: latin-1\nx = 'é'"
    assert decode(b"x = '\xff'") == "x = 'ÿ'"


def test_no_case_is_called_like_a_library() -> None:
    """Its neighbours would import it in the library's place."""
    libraries = {"requests", "httpx", "httpx2", "aiohttp", "urllib3", "urllib", "json", "ssl"}
    shadowed = FIXTURES / "projects" / "shadowed"
    names = {p for p in FIXTURES.rglob("*.py") if p.stem in libraries and shadowed not in p.parents}
    assert not names
