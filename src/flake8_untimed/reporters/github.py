"""Annotations of a pull request: GitHub Actions reads these lines from a job's output."""

from __future__ import annotations

import os
from typing import TextIO

from flake8_untimed.reporters import Report, Reported


def write(report: Report, out: TextIO) -> None:
    for reported in report.findings:
        finding = reported.finding
        out.write(_annotation(finding.message, **_place(reported), title=finding.code))
    for path, reason in report.errors:
        out.write(_annotation(reason, file=_file(path), title="untimed"))


def _place(reported: Reported) -> dict[str, object]:
    span = reported.span
    place: dict[str, object] = {"file": _file(reported.path), "line": span.line}
    place["endLine"] = span.end_line
    # GitHub takes columns only for annotations of one line.
    if span.line == span.end_line:
        place |= {"col": span.column, "endColumn": span.end_column - 1}
    return place


def _file(path: str) -> str:
    """The path as GitHub wants it: from the root of the checkout."""
    root = os.environ.get("GITHUB_WORKSPACE")
    absolute = os.path.abspath(path)
    if root and absolute.startswith(os.path.join(os.path.abspath(root), "")):
        return os.path.relpath(absolute, root)
    return path


def _annotation(message: str, **properties: object) -> str:
    listed = ",".join(f"{name}={_escaped(str(value))}" for name, value in properties.items())
    return f"::error {listed}::{_escaped_data(message)}\n"


def _escaped_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped(text: str) -> str:
    return _escaped_data(text).replace(":", "%3A").replace(",", "%2C")
