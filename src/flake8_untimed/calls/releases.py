"""Requests that are made in one place and sent in another: `grequests.map(requests, gtimeout=5)`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flake8_untimed.bounds import UNKNOWN, Bound
from flake8_untimed.inference.syntax import called_name
from flake8_untimed.inference.values import Context, Symbol
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Sender

if TYPE_CHECKING:
    from flake8_untimed.calls import Facts

_Found = dict[ast.AST | None, bool]
"""Whether what sends requests may bound them: by what stands in it; None: anywhere in the module."""


class Releases:
    """What sends the requests of one module that were made before."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._found: dict[tuple[tuple[str, str | None], ...], _Found] = {}

    def bound(self, node: ast.Call, sender: Sender, bound: Bound) -> Bound:
        """The bound of a request that is made, when it is sent: unknown where that may bound it, and
        where it is not in sight."""
        key = (*sender.released_by.items(),)
        if key not in self._found:
            self._found[key] = self._find(sender.released_by)
        found = self._found[key]
        return UNKNOWN if found.get(node, found.get(None, True)) else bound

    def _find(self, parameters: Mapping[str, str | None]) -> _Found:
        """`parameters`: those that bound, by the paths of what sends."""
        found: _Found = {}
        names = {path.rpartition(".")[2] for path in parameters}
        for node, scope, statement in walk(self._facts.module.scope).calls:
            if called_name(node) not in names:
                continue
            for value in self._facts.evaluate(node.func, Context(scope, statement)):
                if isinstance(value, Symbol) and value.path in parameters:
                    given = {keyword.arg for keyword in node.keywords}
                    bounds = not given.isdisjoint((parameters[value.path], None))
                    for part in (None, *ast.walk(node)):
                        found[part] = bounds or found.get(part, False)
        return found
