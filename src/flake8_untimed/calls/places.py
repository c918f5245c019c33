"""Where calls stand in their function: loops, handlers, tests and bounds around them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Union

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.inference import flow
from flake8_untimed.inference.scopes import COMPREHENSIONS, Scope
from flake8_untimed.inference.surroundings import is_surrounded
from flake8_untimed.inference.syntax import TRIES, WITHS, called_name, within
from flake8_untimed.limits.takers import Sent

Loop = Union[
    ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp
]

_RAISING = ("raises", "assertRaises", "assertRaisesRegex")


def around(call: Call | Construction | Sent) -> Iterator[tuple[ast.AST, str]]:
    """What stands around a call inside its function, innermost first, each with the block of it
    that leads to the call (empty: one of its own expressions)."""
    scope: Scope | None = call.context.scope
    while scope is not None and isinstance(scope.node, COMPREHENSIONS):
        yield scope.node, ""
        scope = scope.parent
    if scope is None or isinstance(scope.node, ast.Lambda):
        return
    if call.context.at is not None:
        yield call.context.at, ""
    yield from scope.parents(call.context.at)


def loops_around(call: Call) -> Iterator[Loop]:
    """The loops of its own function in which a call is made again each turn, innermost first."""
    for node, block in around(call):
        if isinstance(node, COMPREHENSIONS):
            if not _is_inside(call.node, node.generators[0].iter):
                yield node
        elif isinstance(node, ast.While):
            if block == "body" or (not block and _is_inside(call.node, node.test)):
                yield node
        elif isinstance(node, (ast.For, ast.AsyncFor)) and block == "body":
            yield node


def tries_around(call: Call) -> Iterator[ast.Try]:
    """The `try` statements of its own function whose body a call stands in, innermost first."""
    for node, block in around(call):
        if isinstance(node, TRIES) and block == "body":
            yield node


def is_of_version(place: Call | Construction) -> bool:
    """Whether a place stands in an `if` that asks for the version of a package, by the look of it."""
    module = place.context.scope.module.scope
    return any(
        "__version__" in ast.unparse(flow.given(module, part, None)[0])
        for node, _ in around(place)
        if isinstance(node, ast.If)
        for part in within(node.test)
        if isinstance(part, (ast.Name, ast.Attribute))
    )


def is_to_raise(place: Call | Construction) -> bool:
    """Whether a test expects that what stands there raises: `with pytest.raises(ValueError):`."""
    return any(
        isinstance(item.context_expr, ast.Call) and called_name(item.context_expr) in _RAISING
        for node, _ in around(place)
        if isinstance(node, WITHS)
        for item in node.items
    )


def is_bounded_around(facts: Facts, call: Call) -> bool:
    """Whether something around a call bounds all of it, the reading of the body included."""
    sender = call.sender
    return is_surrounded(
        facts.evaluator, call.node, call.context, sender.asynchronous, late_body=True
    )


def _is_inside(node: ast.expr, other: ast.expr) -> bool:
    """Whether an expression is another or a part of it, by where they stand."""
    start, end = (other.lineno, other.col_offset), (other.end_lineno, other.end_col_offset)
    return (
        start <= (node.lineno, node.col_offset)
        and (node.end_lineno or 0, node.end_col_offset or 0) <= end
    )
