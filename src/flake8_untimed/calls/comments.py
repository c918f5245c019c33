"""Comments that tell other linters to leave a line alone: somebody has looked at it and wants it so."""

from __future__ import annotations

import ast
import re

from flake8_untimed.calls import Facts

MISSING_TIMEOUT = ("missing-timeout", "W3101", "S113", "B113", "request_without_timeout")
NO_VERIFICATION = ("S501", "B501", "request_with_no_cert_validation")
"""What pylint, Ruff and bandit call it."""
LEFT_ALONE = "a comment tells another linter to leave this as it is"
_NO_NAME = r"#.*\bnosec\b(?!.*\b(?:B\d|[a-z]+_))"
"""A comment for bandit that names nothing speaks of everything."""


def is_waived(facts: Facts, node: ast.expr | ast.stmt, names: tuple[str, ...]) -> bool:
    """Whether a comment on the lines of a node tells another linter to leave it, as one of these."""
    named = rf"#.*\b(?:disable *=|noqa:|nosec\b).*\b(?:{'|'.join(names)})\b"
    lines = facts.source.lines[node.lineno - 1 : node.end_lineno]
    return any("#" in line and re.search(rf"{named}|{_NO_NAME}", line) for line in lines)
