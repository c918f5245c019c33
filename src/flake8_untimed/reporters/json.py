"""One JSON object; lines and columns 1-based, columns in characters, ends exclusive."""

from __future__ import annotations

import json
from typing import Any, TextIO

from flake8_untimed.reporters import Report, Reported

VERSION = 1


def write(report: Report, out: TextIO) -> None:
    document = {
        "version": VERSION,
        "findings": [_finding(reported) for reported in report.findings],
        "errors": [{"path": path, "message": message} for path, message in report.errors],
        "checked": report.checked,
    }
    out.write(json.dumps(document, indent=2) + "\n")


def _finding(reported: Reported) -> dict[str, Any]:
    return {
        "path": reported.path,
        **reported.span._asdict(),
        "code": reported.finding.code,
        "message": reported.finding.message,
        "fix": {
            "applicability": reported.applicability,
            "why_not": reported.finding.why_not,
        },
    }
