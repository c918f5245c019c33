"""Clients that are given to other packages: what these send through them is out of sight."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence, Set

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.elsewhere import calls_elsewhere
from flake8_untimed.calls.given import calls_given, handings
from flake8_untimed.calls.givers import calls_of
from flake8_untimed.calls.keywords import own_keywords
from flake8_untimed.calls.responses import (
    attribute_given,
    is_returned,
    reads_of_attribute,
    takers_of,
)
from flake8_untimed.inference import lineage
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.values import Class, Context, Instance, Symbol, Value
from flake8_untimed.inference.walk import walk


def is_handed_out(facts: Facts, made: Construction) -> bool:
    """Whether others may send through a client what takes as long as it takes: a class or function of
    another package is given it, or whoever calls a public function says with what keywords it sends."""
    return (
        any(_is_public(call) for call in made.calls if call.relies)
        or any(_is_strangers(facts, node, context) for node, context, _ in calls_given(facts, made))
        or any(_is_strangers(facts, node, context) for node, context in _given_on(facts, made))
    )


def _given_on(facts: Facts, made: Construction) -> list[tuple[ast.Call, Context]]:
    """The calls by which what of the project is given a client gives it on."""
    with facts.evaluator.question():
        return [
            given
            for node, context, taker, passed in handings(facts, made)
            for given in facts.limits.takers.given_on(made.node, taker, passed, node, context)
        ]


def _is_public(call: Call) -> bool:
    """Whether a request is sent with the `**kwargs` of a function that has a public name."""
    own = own_keywords(call)
    scope = own[0] if own is not None else None
    while scope is not None and scope.parent is not None and not scope.name.startswith("_"):
        scope = scope.parent
    return scope is not None and scope.parent is None


def is_given_away(facts: Facts, client: Instance) -> bool:
    """Whether what another package has may do anything to a client: `configure(session)`."""
    return any(
        _is_strangers(facts, event.node, context)
        for context, event in facts.limits.changes.events(client)
        if event.kind == "argument" and isinstance(event.node, ast.Call)
    )


def is_only_given_away(facts: Facts, made: Construction) -> bool:
    """Whether nothing is done with a client in sight but to give it to what another package has, by a
    name or an attribute of its own perhaps: `OpenAI(http_client=httpx.Client())`."""
    scope = made.context.scope.of_statement
    name = attribute_given(scope, made.node)
    if is_returned(scope, made.node):
        uses: Sequence[tuple[Scope, ast.AST]] = [
            (found.scope.of_statement, found.node) for found in calls_of(facts, scope)
        ]
    elif name is None:
        uses = [(scope, made.node)]
    elif _is_read_elsewhere(facts, name):
        return False
    else:
        uses = reads_of_attribute(facts.module.scope, name)
    are_strangers = [_are_strangers(facts, inner, takers_of(inner, use)) for inner, use in uses]
    return bool(uses) and all(are_strangers) and not calls_elsewhere(facts, made)


def _is_read_elsewhere(facts: Facts, name: str) -> bool:
    """Whether a module that imports this one reads an attribute of that name."""
    project = facts.evaluator.project
    importing = project.hints.importing(facts.module.path)
    return any(f".{name}".encode() in project.outlines.data(path) for path in importing)


def _are_strangers(facts: Facts, scope: Scope, takers: Set[ast.Call | None]) -> bool:
    """Whether some calls in a function are all of what other packages have, and there are any."""
    calls = {node: Context(inner, statement) for node, inner, statement in walk(scope).calls}
    return bool(takers) and all(
        node in calls and _is_strangers(facts, node, calls[node]) for node in takers
    )


def _is_strangers(facts: Facts, node: ast.Call, context: Context) -> bool:
    """Whether what is called comes from a package of which nothing is known."""
    return any(_is_strange(facts, callee) for callee in facts.evaluate(node.func, context))


def _is_strange(facts: Facts, callee: Value) -> bool:
    """Whether something comes from a package of which nothing is known, or is a class that inherits from
    there how its objects are made."""
    if isinstance(callee, Class):
        line = lineage.mro(facts.evaluator, callee)
        ours = [base for base in line if isinstance(base, Class)]
        makes_itself = any("__init__" in base.scope.bindings for base in ours)
        return not makes_itself and any(_is_strange(facts, b) for b in line if b not in ours)
    if not isinstance(callee, Symbol):
        return False
    package = callee.path.partition(".")[0]
    known = facts.evaluator.catalogue.library_of(callee.path) is not None
    return not known and package not in sys.stdlib_module_names
