"""What rules ask of what is behind the facts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.inference import invoke
from flake8_untimed.inference.arguments import Bound as Arguments
from flake8_untimed.inference.arguments import bind
from flake8_untimed.inference.scopes import once
from flake8_untimed.inference.syntax import dotted
from flake8_untimed.inference.values import Context, Result, Symbol, Value
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Client, Constructor, Library


def every_call(facts: Facts) -> Iterator[tuple[ast.Call, Context]]:
    """All calls of a module, whatever they call, in the order of the text."""
    for node, scope, statement in walk(facts.module.scope).calls:
        yield node, Context(scope, statement)


def libraries(facts: Facts) -> tuple[Library, ...]:
    """The libraries that are looked for."""
    return facts.evaluator.catalogue.libraries


def client_of(facts: Facts, value: Value) -> Client | None:
    """The library's client class that a value is an object of."""
    return facts.evaluator.client_of(value)


def path_of(facts: Facts, node: ast.expr, context: Context) -> str:
    """The import path of what an expression is: empty if it is nothing of another package, or
    not surely that."""
    values = facts.evaluate(node, context)
    paths = {v.path if isinstance(v, (Symbol, Result)) else "" for v in values}
    return paths.pop() if len(paths) == 1 else ""


def arguments_of(
    facts: Facts, node: ast.Call, context: Context, constructor: Constructor
) -> Arguments:
    """What a call passes, by the parameters of what it calls."""
    passed = invoke.passed_by(facts.evaluator, node, context)
    return bind(passed, constructor.parameters, constructor.keywords)


def name_of(node: ast.expr) -> str:
    """`a.b.c` as it is written; empty for anything else."""
    return dotted(node) or ""


__all__ = [
    "Arguments",
    "arguments_of",
    "client_of",
    "every_call",
    "libraries",
    "name_of",
    "once",
    "path_of",
]
