"""The address of a request, as far as it is written at the call."""

from __future__ import annotations

import ast

from flake8_untimed.inference import flow
from flake8_untimed.inference.arguments import Argument, Passed, bind
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.narrowing import parts_of, told_at
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import called_name, names_within
from flake8_untimed.inference.values import ANSWER, Context, Literal, SenderValue
from flake8_untimed.libraries.model import Sender

_NO_NETWORK = ("data:", "file:")
"""Addresses that are read without a connection, or refused."""
_SCHEMES = [begin.removesuffix(":") for begin in _NO_NETWORK]


def needs_no_network(evaluator: Evaluator, value: SenderValue, passed: Passed) -> bool:
    """Whether a request surely goes to an address that is not in a network."""
    taken = passed.shifted(1) if value.unbound else passed
    argument = _address(value.sender, taken)
    begins = url_of(evaluator, value.sender, taken) or ""
    return begins.startswith(_NO_NETWORK) or (
        argument is not None
        and (
            _is_local(argument)
            or _is_answer(evaluator, argument)
            or (value.client is None and _is_nothing(evaluator, argument))
        )
    )


def _is_nothing(evaluator: Evaluator, argument: Argument) -> bool:
    """Whether an address is empty, which raises at once; a client may have one of its own before it."""
    values = evaluator.argument(argument)
    return bool(values) and all(isinstance(v, Literal) and v.value == "" for v in values)


def _is_answer(evaluator: Evaluator, argument: Argument) -> bool:
    """Whether a function that takes an address or an open answer is given the answer: it reads it."""
    values = evaluator.argument(argument) if isinstance(argument.node, ast.Name) else ()
    return bool(values) and all(value is ANSWER for value in values)


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
    `if url.startswith("data:")`, `if urlparse(url).scheme == "file"`."""
    if argument.context is None or argument.node is None:
        return False
    scope, at, _ = argument.context
    name = _named(scope, argument.node, at)
    if name is None:
        return False
    if any(told.outcome and _begins_locally(told.test, name) for told in told_at(scope, name, at)):
        return True
    return any(
        _says_local(scope, part, parent, name)
        for parent, block in scope.parents(at)
        if isinstance(parent, ast.If) and block == "body" and _is_kept(scope, name, parent, at)
        for part, outcome in parts_of(parent.test, True)
        if outcome
    )


def _is_kept(scope: Scope, name: str, since: ast.stmt, at: ast.stmt | None) -> bool:
    """Whether a name holds, between two statements, what it did: `url = unquote(url)` is no other."""
    end = scope.order(at) if at in scope.places else 0
    return all(
        binding.node is not None and name in names_within(binding.node)
        for binding in scope.bindings.get(name, ())
        if scope.order(since) < scope.order_of(binding) < end
    )


def _named(scope: Scope, node: ast.expr, at: ast.stmt | None) -> str | None:
    """The name of a URL, or of the one that a `Request` is made of."""
    given, _ = flow.given(scope, node, at)
    if isinstance(given, ast.Call) and called_name(given) == "Request" and given.args:
        node = given.args[0]
    return node.id if isinstance(node, ast.Name) else None


def _says_local(scope: Scope, test: ast.expr, at: ast.stmt, name: str) -> bool:
    """Whether a test, or one that was kept in a name, says it."""
    node, at_ = flow.given(scope, test, at)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        scheme, _ = flow.given(scope, node.left, at_)
        wanted = node.comparators[0]
        known = wanted.elts if isinstance(wanted, (ast.Tuple, ast.List, ast.Set)) else [wanted]
        return (
            isinstance(node.ops[0], (ast.Eq, ast.In))
            and isinstance(scheme, ast.Attribute)
            and scheme.attr == "scheme"
            and _is_parsed(flow.given(scope, scheme.value, at_)[0], name)
            and all(isinstance(each, ast.Constant) and each.value in _SCHEMES for each in known)
        )
    return _begins_locally(node, name)


def _is_parsed(node: ast.AST, name: str) -> bool:
    """`urlparse(url)`"""
    is_parser = isinstance(node, ast.Call) and called_name(node) in ("urlparse", "urlsplit")
    return is_parser and name in names_within(node)


def _begins_locally(test: ast.AST, name: str) -> bool:
    """`url.startswith("data:")`, `url.lower().startswith(("data:", "file:"))`"""
    if not isinstance(test, ast.Call) or not isinstance(test.func, ast.Attribute):
        return False
    if test.func.attr != "startswith" or name not in names_within(test.func):
        return False
    begins = test.args[0] if len(test.args) == 1 else None
    every = begins.elts if isinstance(begins, ast.Tuple) else [begins]
    return all(
        isinstance(text, ast.Constant) and str(text.value).startswith(_NO_NETWORK) for text in every
    )
