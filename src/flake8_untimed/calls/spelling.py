"""How a message names what is called."""

from __future__ import annotations

import ast

from flake8_untimed.inference.syntax import dotted
from flake8_untimed.inference.values import Partial, SenderValue, Symbol, Value


def spelled(function: ast.expr, value: Value | None) -> str:
    """How a callee is written, for a message."""
    text = dotted(function)
    if text is not None and len(text) <= 60:
        return text
    if isinstance(function, ast.Attribute):
        text = _unparsed(function)
        return text if text is not None and len(text) <= 40 else f"(...).{function.attr}"
    if isinstance(function, ast.Call) and dotted(function.func) == "getattr":
        return _unparsed(function) or spelled_path(value)
    if value is not None:
        return spelled_path(value)
    text = _unparsed(function)
    if text is None or isinstance(function, (ast.Call, ast.Subscript)):
        return text or "the function"
    return f"({text})"


def _unparsed(node: ast.expr) -> str | None:
    """The source of an expression, unless it is long or nested too deeply."""
    try:
        text = ast.unparse(node)
    except RecursionError:
        return None
    return text if len(text) <= 60 else None


def spelled_path(value: Value | None) -> str:
    """A name for a sender that is not written out: `requests.get`, `Session.get`."""
    while isinstance(value, Partial):
        value = value.function
    if isinstance(value, SenderValue):
        return value.path if value.client is None else ".".join(value.path.rsplit(".", 2)[1:])
    if isinstance(value, Symbol):
        return value.path
    return "the function"
