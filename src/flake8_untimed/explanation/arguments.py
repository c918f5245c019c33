"""What a call is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.explanation.places import Places
from flake8_untimed.explanation.words import Row, short, unparsed
from flake8_untimed.inference.values import Literal


class Arguments:
    """Tells the arguments of calls and constructions."""

    def __init__(self, facts: Facts, places: Places) -> None:
        self._facts = facts
        self._places = places

    def of(self, call: Call | Construction) -> Iterator[Row]:
        given = call.arguments
        for name, argument in {**given.named, **given.extra}.items():
            if argument.node is None:
                continue
            elsewhere = "" if argument.is_written else " (given elsewhere)"
            known = self._meaning(argument.node, call, name)
            yield Row("given", f"{name}={short(unparsed(argument.node))}{elsewhere}{known}")
        if given.open_positional or given.open_keywords:
            yield Row("given", "and more that is not in sight")

    def _meaning(self, node: ast.expr, call: Call | Construction, name: str) -> str:
        """What a name stands for, where that matters."""
        if "timeout" not in name or isinstance(node, ast.Constant):
            return ""
        argument = call.argument(name)
        values = self._facts.values(argument)
        texts = [repr(v.value) for v in values if isinstance(v, Literal)]
        if texts and len(texts) == len(values):
            steps = [*values[0].way()]
            where = f" ({self._places.place(steps[-1].scope, steps[-1].node)})" if steps else ""
            return f", which is {' or '.join(texts)}{where}"
        return ""
