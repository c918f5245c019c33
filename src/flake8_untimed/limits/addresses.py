"""The address of a request, as far as it is written at the call."""

from __future__ import annotations

import ast

from flake8_untimed.inference import flow
from flake8_untimed.inference.arguments import Argument, Passed, bind
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.narrowing import told_at
from flake8_untimed.inference.syntax import called_name
from flake8_untimed.inference.values import Context, Literal, SenderValue
from flake8_untimed.libraries.model import Sender

_NO_NETWORK = ("data:", "file:")
"""Addresses that are read without a connection, or refused."""


def needs_no_network(evaluator: Evaluator, value: SenderValue, passed: Passed) -> bool:
    """Whether a request surely goes to an address that is not in a network."""
    taken = passed.shifted(1) if value.unbound else passed
    argument = _address(value.sender, taken)
    begins = url_of(evaluator, value.sender, taken) or ""
    return begins.startswith(_NO_NETWORK) or (argument is not None and _is_local(argument))


def _address(sender: Sender, passed: Passed) -> Argument | None:
    return bind(passed, sender.parameters, sender.keywords).named.get(sender.url)


def url_of(evaluator: Evaluator, sender: Sender, passed: Passed) -> str | None:
    """How the URL of a call begins, in lower case, as far as it is written there."""
    argument = _address(sender, passed)
    if argument is None or argument.node is None or argument.context is None:
        return None
    scope, at, frame = argument.context
    node, at = flow.given(scope, argument.node, at)
    if _is_file(node):
        return "file:"
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    while isinstance(node, ast.BinOp):
        node = node.left
    if not isinstance(node, ast.expr):
        return None
    values = evaluator.evaluate(node, Context(scope, at, frame))
    texts = [str(v.value).lower() if isinstance(v, Literal) else "" for v in values]
    # What may be another address is not the one of a file for sure.
    known = [t for t in texts if "://" in t and not t.startswith(_NO_NETWORK)]
    if known or all(text.startswith(_NO_NETWORK) for text in texts):
        return (known or texts)[0]
    return None


def _is_file(node: ast.AST) -> bool:
    """`path.as_uri()`, of pathlib."""
    return isinstance(node, ast.Call) and called_name(node) == "as_uri" and not node.args


def _is_local(argument: Argument) -> bool:
    """Whether a test around a call says that its URL leads to no network:
    `if url.startswith("data:")`."""
    if argument.context is None or not isinstance(argument.node, ast.Name):
        return False
    scope, at, _ = argument.context
    return any(
        told.outcome and _asks_for_local(told.test) for told in told_at(scope, argument.node.id, at)
    )


def _asks_for_local(test: ast.expr) -> bool:
    """`url.startswith("data:")`"""
    if not isinstance(test, ast.Call) or not isinstance(test.func, ast.Attribute):
        return False
    begins = test.args[0] if len(test.args) == 1 else None
    every = begins.elts if isinstance(begins, ast.Tuple) else [begins]
    return all(
        isinstance(text, ast.Constant) and str(text.value).startswith(_NO_NETWORK) for text in every
    )
