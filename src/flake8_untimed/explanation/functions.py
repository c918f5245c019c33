"""Functions of the project that hand requests on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Facts
from flake8_untimed.explanation.places import Places
from flake8_untimed.explanation.words import Row
from flake8_untimed.inference.forwarding import handing_on
from flake8_untimed.inference.invoke import passed_by
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.values import Context, Function
from flake8_untimed.inference.walk import Found


class Functions:
    """Tells what is behind a function."""

    def __init__(self, facts: Facts, places: Places) -> None:
        self._facts = facts
        self._places = places

    def handing_on(self, scope: Scope) -> Iterator[Row]:
        """Where a function of the project hands on what it is given: to a sender, if one is seen."""
        for each in sorted(handing_on(scope), key=lambda f: not self._sends(f))[:1]:
            yield Row("hands on", self._places.shown(each.scope, each.node))

    def wait_behind(self, node: ast.Call, context: Context) -> Iterator[Row]:
        """Whether the requests are bounded that functions of the project send for a call."""
        for value in self._facts.evaluate(node.func, context):
            if isinstance(value, Function):
                given = passed_by(self._facts.evaluator, node, context)
                bound = self._facts.limits.functions.of_callable(value, given)
                if bound is not None and bound.kind is Kind.BOUNDED:
                    yield Row("wait", "bounded, by what is given here or there")

    def _sends(self, found: Found) -> bool:
        """Whether a call is of a sender, or of a function of the project that leads to one: not of one
        that only writes down what it is given."""
        context = Context(found.scope, found.statement)
        given = passed_by(self._facts.evaluator, found.node, context)
        return any(
            self._facts.limits.functions.of_callable(callee, given) is not None
            for callee in self._facts.evaluate(found.node.func, context)
        )
