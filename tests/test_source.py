"""Bytes to text and back, what cannot be parsed, and the comments that silence."""

from __future__ import annotations

import argparse
import codecs
import pickle
import re
from pathlib import Path

import pytest

from flake8_untimed import source as source_module
from flake8_untimed.source import Source, SourceError


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"x = 1\r\n", "x = 1\r\n", "utf-8"),
        (b"", "", "utf-8"),
        (codecs.BOM_UTF8 + "é = 1\n".encode(), "é = 1\n", "utf-8"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\n", "# coding: utf-8\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\r", None, "iso-8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'\n", None, "cp1252"),
        # A comment on the third line claims nothing.
        ("\n\n# coding: latin-1\né = 1\n".encode(), "\n\n# coding: latin-1\né = 1\n", "utf-8"),
    ],
)
def test_decoding_and_encoding(data: bytes, text: str | None, encoding: str) -> None:
    source = Source.from_bytes(data, "x.py")
    assert source.text == (data.decode(encoding) if text is None else text)
    assert source.encoding == encoding
    assert source.bom == data.startswith(codecs.BOM_UTF8)
    assert source.encode(source.text) == data


def test_the_first_two_lines_may_be_long() -> None:
    data = b"#" + b"-" * 5000 + b"\n# coding: latin-1\n'\xe9'\n"
    assert "é" in Source.from_bytes(data, "x.py").text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"# coding: klingon\n", "unknown encoding: klingon"),
        (b"# coding: rot13\nx\n", "cannot be decoded as rot13"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "encoding problem"),
        (b"x = 1\ny = '\xe9'\n", "cannot be decoded as utf-8 on line 2"),
        (codecs.BOM_UTF8 + b"\n\n\xff", "cannot be decoded as utf-8 on line 3"),
    ],
)
def test_undecodable(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        Source.from_bytes(data, "some/x.py")
    assert caught.value.path == "some/x.py"
    assert "\n" not in str(caught.value)


def test_text_that_does_not_fit_the_encoding() -> None:
    source = Source.from_bytes(b"# coding: latin-1\n", "x.py")
    with pytest.raises(SourceError, match="does not fit iso-8859-1"):
        source.encode("€")


def test_a_text_decoded_by_someone_else_loses_its_bom() -> None:
    assert Source.from_text("\ufeffx\n", "x.py").text == "x\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1\ndef f(:\n", "syntax error on line 2"),
        ("x = '\0'\n", "null byte"),
        ("x = '\ud800'\n", "surrogate"),
        ("(" * 5000 + ")" * 5000, "too many nested|nested too deeply|syntax error"),
        ("-" * 100_000 + "1", "nested too deeply|syntax error"),
        ("x = " + "1 + " * 100_000 + "1", "nested too deeply"),
        ("x = 1\n  y = 2\n", r"syntax error on line 2 for Python 3\.\d+: unexpected indent"),
        ("x = " + "1" * 10_000, "syntax error|digits"),
    ],
)
def test_what_cannot_be_parsed(text: str, reason: str) -> None:
    refused = refusal(text)
    if refused is None:
        # Newer parsers take some of the deep ones; the plain mistakes none of them takes.
        assert len(text) > 4000
    else:
        assert "\n" not in refused
        assert re.search(reason, refused), refused


def refusal(text: str) -> str | None:
    try:
        Source.from_text(text, "x.py").parse()
    except SourceError as error:
        return str(error)
    return None


def test_warnings_about_what_is_analysed_are_not_shown(recwarn: pytest.WarningsRecorder) -> None:
    Source.from_text("'\\d'\nassert (1, 'x')\nx is 1\n", "x.py").parse()
    assert not recwarn.list


def test_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(b"x = 1\r\n")
    assert Source.read(str(path)).lines == ["x = 1\r\n"]
    with pytest.raises(SourceError, match="No such file"):
        Source.read(str(tmp_path / "gone.py"))
    with pytest.raises(SourceError, match="directory"):
        Source.read(str(tmp_path))
    with pytest.raises(SourceError, match="null"):
        Source.read("a\0b")
    monkeypatch.setattr(source_module, "SIZE_LIMIT", 3)
    with pytest.raises(SourceError, match="is larger than"):
        Source.read(str(path))
    with pytest.raises(SourceError, match="is larger than"):
        Source.from_bytes(b"x = 1", "x.py")


def test_the_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(SourceError("x.py", "a\n  b")))
    assert (error.path, error.reason, str(error)) == ("x.py", "a b", "x.py: a b")


NOQA_TEXTS = [
    "x = 1\ny = 2  # noqa\nz = 3  # noqa: UNT101\n",
    "a  # noqa: UNT1\nb  # noqa:UNT101,E501\nc  # NoQA : UNT101\nd  # noqa UNT102\n",
    "a  # noqa: unt101\nb  # noqa: E501 UNT101\nc  #noqa\nd  # noqa:UNT102 UNT3\n",
    "a  # noqa: because it is fine\nb  # noqa: UNT101 because\nc  # noqa:  UNT101\n",
    "f(\n    1,  # noqa\n    2,\n)  # noqa: UNT101\n",
    'f("""\ntext\n""")  # noqa: UNT101\ng()\n',
    'f("""\n# noqa\n""", 1)\ng()\n',
    'x = """\n# noqa: UNT102\n""" + f(\n    1\n)  # noqa\n',
    "f(1) + \\\n    g(2)  # noqa\nh()\n",
    "x = 'a\\\nb'  # noqa\ny = 'it'  # don't '''\nz = 1  # noqa\n",
    "x = r'''a\\\n'''  # noqa\n",
    "x = '# noqa'\ny = 1\n",
    "# flake8: noqa\nx = 1\n",
    "x = 1\n    # FLAKE8=NOQA: UNT102\n",
    "x = 1  # flake8: noqa\ny = 2\n",
    "a = 'x'; b = \"it's\"  # it's\nc = '''d\n'''; e = 1  # noqa\n",
    "a = b'''\n''' ; c = f'''{1}\n'''  # noqa\nd = 1\n",
    "def f():\n    '''doc # noqa\n    string'''\n    return 1\n",
    "x = 1\n\n\n\ny = [  # noqa\n\n    1,\n]\n",
    "x = '''\r\n'''  # noqa\r\ny = 1\r\n",
    "if x:\n    y()  # noqa\n# noqa\nz()\n",
]


@pytest.mark.parametrize("text", NOQA_TEXTS)
def test_noqa_means_what_it_means_in_flake8(text: str) -> None:
    from flake8.processor import FileProcessor
    from flake8.violation import Violation

    source = Source.from_text(text, "x.py")
    options = argparse.Namespace(
        hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None,
        verbose=0, stdin_display_name="x.py", disable_noqa=False,
    )  # fmt: skip
    lines = text.replace("\r\n", "\n").splitlines(keepends=True)
    processor = FileProcessor("x.py", options, lines)
    whole_file = processor.should_ignore_file()
    for code in ("UNT101", "UNT102", "UNT301"):
        for line in range(1, len(lines) + 1):
            violation = Violation(code, "x.py", line, 1, "text", processor.noqa_line_for(line))
            expected = whole_file or violation.is_inline_ignored(disable_noqa=False)
            assert source.silences(code, line) == expected, (code, line)


def test_silenced() -> None:
    source = Source.from_text("a\nb  # noqa\nc  # noqa: UNT101, E5\n", "x.py")
    assert source.silenced(1) is None
    assert source.silenced(2) == frozenset()
    assert source.silenced(3) == {"UNT101", "E5"}


def test_noqa_in_a_large_file_is_cheap_to_look_up() -> None:
    text = "x = '''\n" + "a\n" * 50_000 + "'''  # noqa\ny = 1\n"
    source = Source.from_text(text, "x.py")
    assert source.silenced(25_000) == frozenset()
    assert source.silenced(50_003) is None


def test_bytes_of_a_text() -> None:
    data = b"# coding: latin-1\nx = '\xe9'\n"
    source = Source.from_bytes(data, "x.py")
    assert source.is_of(data)
    assert not source.is_of(source.text.encode())
    assert not Source.from_text(source.text, "x.py").is_of(data)
