"""Requests that are made in one place and sent in another: `grequests.map(requests, gtimeout=5)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_untimed.inference.scopes import once
from flake8_untimed.inference.syntax import called_name, within
from flake8_untimed.inference.values import Context, Symbol
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Sender

if TYPE_CHECKING:
    from flake8_untimed.calls import Facts


def may_bound_later(facts: Facts, node: ast.Call, sender: Sender) -> bool:
    """Whether a request is only made here, and what sends it may bound it, or is not in sight."""
    if not sender.lazy:
        return False
    found = _releases(facts, (*sender.released_by.items(),))
    return found.get(node, found.get(None, True))


@once
def _releases(
    facts: Facts, released_by: tuple[tuple[str, str | None], ...]
) -> dict[ast.AST | None, bool]:
    """Whether what sends requests may bound them: by what stands in it, and for None, anywhere in the
    module. `released_by`: what sends, with its parameter for that."""
    found: dict[ast.AST | None, bool] = {}
    parameters = dict(released_by)
    names = {path.rpartition(".")[2] for path in parameters}
    for node, scope, statement in walk(facts.module.scope).calls:
        if called_name(node) not in names:
            continue
        for value in facts.evaluate(node.func, Context(scope, statement)):
            if isinstance(value, Symbol) and value.path in parameters:
                given = {keyword.arg for keyword in node.keywords}
                bounds = not given.isdisjoint((parameters[value.path], None))
                for part in (None, *within(node)):
                    found[part] = bounds or found.get(part, False)
    return found
