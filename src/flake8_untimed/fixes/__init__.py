"""The engine of `untimed fix`: declarative edits to verified bytes.

    outcome = fix_source(source, findings, analyze=analyze)
    write(path, before, outcome.encoded(before))

libcst is imported only when there is an edit to carry out (LibcstMissing says how to install it).
"""

from __future__ import annotations

from flake8_untimed.fixes.engine import UNSAFE, Analyze, Left, Outcome, fix_source
from flake8_untimed.fixes.errors import LibcstMissing, Refused

__all__ = ["UNSAFE", "Analyze", "Left", "LibcstMissing", "Outcome", "Refused", "fix_source"]
