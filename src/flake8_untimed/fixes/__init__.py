"""The engine of `untimed fix`: declarative edits to verified bytes.

    before = read_bytes(path)
    source = Source.from_bytes(before, path)
    outcome = fix_source(source, analyze(source), analyze=analyze)
    if outcome.changed:
        after = outcome.encoded(before)
        write(path, before, after)  # or print diff(path, before, after)

libcst is imported only when there is an edit to carry out (LibcstMissing says how to install it).
"""

from __future__ import annotations

from flake8_untimed.fixes.diffs import diff
from flake8_untimed.fixes.engine import UNSAFE, Analyze, Left, Outcome, fix_source, fixed_alone
from flake8_untimed.fixes.errors import LibcstMissing, Refused, WriteError
from flake8_untimed.fixes.noqa import add as add_noqa
from flake8_untimed.fixes.session_class import session_class, write_session_class
from flake8_untimed.fixes.writing import create, write

__all__ = [
    "UNSAFE",
    "Analyze",
    "Left",
    "LibcstMissing",
    "Outcome",
    "Refused",
    "WriteError",
    "add_noqa",
    "create",
    "diff",
    "fix_source",
    "fixed_alone",
    "session_class",
    "write",
    "write_session_class",
]
