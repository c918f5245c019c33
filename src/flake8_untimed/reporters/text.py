"""`path:line:column: CODE message`; on a terminal also the source line, with the place marked."""

from __future__ import annotations

import os
import re
from typing import TextIO

from flake8_untimed.reporters import Report, Reported

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def write(report: Report, out: TextIO) -> None:
    if not report.findings:
        return
    if out.isatty():
        colour = "NO_COLOR" not in os.environ
        lines = (_with_source(reported, colour) for reported in report.findings)
    else:
        lines = (plain(reported) for reported in report.findings)
    out.writelines(f"{line}\n" for line in lines)


def plain(reported: Reported) -> str:
    """One line, whatever the names and texts in it hold."""
    span = reported.span
    place = f"{visible(reported.path)}:{span.line}:{span.column}"
    return f"{place}: {reported.finding.code} {visible(reported.finding.message)}"


def visible(text: str) -> str:
    """The text with control characters (ends of lines, terminal sequences) spelled out."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _with_source(reported: Reported, colour: bool) -> str:
    head = plain(reported)
    if colour:
        code = reported.finding.code
        head = head.replace(f": {code} ", f": \x1b[1;31m{code}\x1b[0m ", 1)
    if not reported.line.strip():
        return head
    source, marks = marked(reported)
    if colour:
        marks = f"\x1b[1;31m{marks}\x1b[0m"
    return f"{head}\n    {source}\n    {marks}"


def marked(reported: Reported) -> tuple[str, str]:
    """The source line without its indentation, and a line of carets under the finding."""
    span, line = reported.span, reported.line
    indent = len(line) - len(line.lstrip())
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    # A tab stays a tab, so that the carets stand below what they mark.
    before = "".join("\t" if c == "\t" else " " for c in line[indent:start])
    return _shown(line[indent:].rstrip()), before + "^" * max(1, end - start)


def _shown(line: str) -> str:
    return _CONTROL.sub(lambda match: match[0] if match[0] == "\t" else "?", line)
