"""What the rules about credentials share: whether a text that stands in the source is a secret.

The messages of these rules never repeat what they found.
"""

from __future__ import annotations

import re

from flake8_untimed.inference.values import Alternatives, Literal

_PLACEHOLDER = (
    r"(?i)[<>{}$%*\[\]]|\.\.\.|x{3,}|your|example|change.?me|placeholder|dummy|fake|sample|todo"
    r"|insert|replace|redacted|secret.?here|^(?:test|foo|bar|none|null|empty|undefined|anonymous|guest)"
)
_SCHEMES = frozenset(("basic", "bearer", "token", "digest", "apikey", "negotiate", "key"))


def is_secret(text: object) -> bool:
    """Whether a text may really be one: not empty, and not plainly a stand-in for one."""
    return isinstance(text, str) and bool(text.strip()) and not re.search(_PLACEHOLDER, text)


def is_secret_header(text: object) -> bool:
    """Whether the value of a header may be one: `Bearer 9a8b7c6d`, or without a scheme."""
    if not isinstance(text, str):
        return False
    words = text.split()
    if words and words[0].lower() in _SCHEMES:
        words = words[1:]
    return bool(words) and all(is_secret(word) for word in words)


def are_secret(values: Alternatives) -> bool:
    """Whether an expression is such a text, whatever happens."""
    return bool(values) and all(isinstance(v, Literal) and is_secret(v.value) for v in values)
