"""Whether a value turns certificate verification off."""

from __future__ import annotations

from flake8_untimed.inference.values import Alternatives, Collection, Literal, Symbol, Value


def is_off(values: Alternatives, off: tuple[str, ...]) -> bool:
    """Whether every value that something can have is one that turns verification off."""
    return bool(values) and all(_text(v) in off for v in values)


def _text(value: Value) -> str:
    """A value as the tables of the libraries write it."""
    if isinstance(value, Literal):
        return repr(value.value)
    if isinstance(value, Symbol):
        return value.path
    if isinstance(value, Collection) and not value.elements and value.ordered:
        return "()" if value.is_tuple else "[]"
    return "?"
