"""What the rules about credentials share: whether a text that stands in the source is a secret.

The messages of these rules never repeat what they found.
"""

from __future__ import annotations

import re

from flake8_untimed.inference.values import Alternatives, Literal

_PLACEHOLDER = re.compile(
    r"[<>{}$%*\[\]]|\.\.\.|x{3,}|your|example|change.?me|placeholder|dummy|fake|sample|todo"
    r"|insert|replace|redacted|secret.?here|^(?:test|foo|bar|none|null|undefined|anonymous|guest)",
    re.IGNORECASE,
)


def is_secret(text: object) -> bool:
    """Whether a text may really be one: not empty, and not plainly a stand-in for one."""
    return isinstance(text, str) and bool(text.strip()) and not _PLACEHOLDER.search(text)


def are_secret(values: Alternatives) -> bool:
    """Whether an expression is such a text, whatever happens."""
    return bool(values) and all(isinstance(v, Literal) and is_secret(v.value) for v in values)
