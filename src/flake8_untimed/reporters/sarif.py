"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

from flake8_untimed import __version__
from flake8_untimed.reporters import Report, Reported

if TYPE_CHECKING:
    from flake8_untimed.rules import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(report: Report, out: TextIO) -> None:
    indexes = {rule.code: index for index, rule in enumerate(report.rules)}
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "untimed",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in report.rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not report.errors,
                        "toolExecutionNotifications": [
                            _notification(path, reason) for path, reason in report.errors
                        ],
                    }
                ],
                "results": _results(report, indexes),
            }
        ],
    }
    out.write(json.dumps(document, indent=2) + "\n")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"enabled": not rule.opt_in, "level": "warning"},
    }


def _results(report: Report, indexes: dict[str, int]) -> list[dict[str, Any]]:
    seen: Counter[tuple[str, str]] = Counter()
    results = []
    for reported in report.findings:
        # Equal calls in one file are told apart by their order, which moving lines keeps.
        key = (reported.path, reported.fingerprint)
        seen[key] += 1
        results.append(_result(reported, indexes, f"{reported.fingerprint}:{seen[key]}"))
    return results


def _result(reported: Reported, indexes: dict[str, int], fingerprint: str) -> dict[str, Any]:
    finding, span = reported.finding, reported.span
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": "warning",
        "message": {"text": finding.message},
        "locations": [
            _location(
                reported.path,
                {
                    "startLine": span.line,
                    "startColumn": span.column,
                    "endLine": span.end_line,
                    "endColumn": span.end_column,
                },
            )
        ],
        "partialFingerprints": {"untimed/v1": fingerprint},
    }
    if finding.code in indexes:
        result["ruleIndex"] = indexes[finding.code]
    if reported.fix is not None:
        result["fixes"] = [_fix(reported)]
    return result


def _fix(reported: Reported) -> dict[str, Any]:
    assert reported.fix is not None
    line, end_line, text = reported.fix
    return {
        "description": {"text": f"{reported.finding.code}: {reported.applicability} fix"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(reported.path)},
                "replacements": [
                    {
                        "deletedRegion": {
                            "startLine": line,
                            "startColumn": 1,
                            "endLine": end_line,
                            "endColumn": 1,
                        },
                        "insertedContent": {"text": text},
                    }
                ],
            }
        ],
    }


def _notification(path: str, reason: str) -> dict[str, Any]:
    return {"level": "error", "message": {"text": reason}, "locations": [_location(path)]}


def _location(path: str, region: dict[str, int] | None = None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}}
    if region is not None:
        physical["region"] = region
    return {"physicalLocation": physical}


def _uri(path: str) -> str:
    """Relative paths stay relative: the reader resolves them from the root of the checkout."""
    if os.path.isabs(path):
        return "file://" + quote(os.fsencode(PurePath(path).as_posix()))
    return quote(os.fsencode(PurePath(path).as_posix()))
