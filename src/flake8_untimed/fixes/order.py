"""What runs before what: a name must be bound before the code that uses it is carried out."""

from __future__ import annotations

import ast

from flake8_untimed.fixes.module import FUNCTIONS, Module


def comes_first(module: Module, statement: ast.stmt, node: ast.AST) -> bool:
    """Whether a statement at the level of the module is carried out before `node` is evaluated.

    The body of a function waits until it is called, and a call that stands between the two may lead
    to it.
    """
    if _end(statement) <= _start(node):
        return True
    function = _function(module, node)
    return function is not None and not any(
        isinstance(other, ast.Call)
        and _end(function) <= _start(other) < _start(statement)
        and not is_deferred(module, other)
        for other in module.nodes
    )


def is_deferred(module: Module, node: ast.AST) -> bool:
    """Whether a node is evaluated only when a function is called."""
    return _function(module, node) is not None


def _function(module: Module, node: ast.AST) -> ast.AST | None:
    """The outermost function in whose body a node stands: its defaults and decorators do not."""
    found, child = None, node
    for parent in module.ancestors(node):
        if isinstance(parent, FUNCTIONS):
            body = parent.body if isinstance(parent.body, list) else [parent.body]
            if any(child is each for each in body):
                found = parent
        child = parent
    return found


def _start(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)
