"""A class of the project and its bases."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flake8_untimed.inference.files.outline import Use
from flake8_untimed.inference.values import UNKNOWN, Alternatives, Class, Instance, Value, outside

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator


ENTERED_AS_THEY_ARE = frozenset(
    ("contextlib.AbstractContextManager", "contextlib.AbstractAsyncContextManager",
     "contextlib.ExitStack", "contextlib.AsyncExitStack",
     "typing.ContextManager", "typing.AsyncContextManager")
)  # fmt: skip
"""Bases that give the object itself to `with ... as`."""
HARMLESS_BASES = ENTERED_AS_THEY_ARE.union(
    ("builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing.NamedTuple",
     "typing.TypedDict", "enum.Enum", "threading.Thread", "threading.local", "builtins.Exception",
     "unittest.TestCase", "pydantic.BaseModel", "typing_extensions.Protocol", "builtins.dict")
)  # fmt: skip
"""Bases outside the project that define no sender."""
_SIZED = frozenset(("builtins.dict", "typing.NamedTuple", "typing.TypedDict"))
"""Those of which an object may be empty, and so false."""


def mro(evaluator: Evaluator, cls: Class) -> Alternatives:
    """A class and its bases, in the order of look-ups as good as always: depth first, each once."""
    memo, key = evaluator.memo(cls.scope.module), ("mro", cls.scope)
    # A class that inherits from itself, and what is too much to find out, has unknown bases.
    return evaluator.settle(
        memo, key, lambda: _linearized(evaluator, cls), (cls, UNKNOWN), is_limited=True
    )


def _linearized(evaluator: Evaluator, cls: Class) -> Alternatives:
    node = cls.scope.node
    assert isinstance(node, ast.ClassDef)
    context = outside(cls.scope)
    order: dict[object, Value] = {cls.key(): cls}
    for expression in node.bases:
        if isinstance(expression, ast.Subscript):
            expression = expression.value
        for base in evaluator.insist(expression, context):
            line = mro(evaluator, base) if isinstance(base, Class) else (base,)
            for value in line:
                order.pop(value.key(), None)
                order[value.key()] = value
            if len(order) > 64:
                break
    order.pop(cls.key())
    return (cls, *order.values())


def path_among(evaluator: Evaluator, cls: Class, paths: Iterable[str]) -> str | None:
    """The one of some import paths by which a class of the project can be imported, from where it is
    defined or from a package that re-exports it: `myapp.http.ApiSession`, `myapp.ApiSession`."""
    project, defined_in = evaluator.project, cls.scope.module.path
    for path in paths:
        module, _, name = path.rpartition(".")
        place = project.layout.find(defined_in, module) if name == cls.scope.name else None
        if place == defined_in:
            return path
        if place is not None:
            uses = project.outlines.ends(Use(place, name, None))
            if any((use.path, use.name) == (defined_in, name) for use in uses):
                return path
    return None


def says_itself(evaluator: Evaluator, value: Value, *names: str) -> bool:
    """Whether the class of an object may have one of some methods, or a base out of sight."""
    if not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return False
    return any(
        not base.scope.bindings.keys().isdisjoint(names)
        if isinstance(base, Class)
        else not _is_plain(evaluator, base)
        for base in mro(evaluator, value.cls)
    )


def _is_plain(evaluator: Evaluator, base: Value) -> bool:
    """Whether a base out of sight leaves its objects as true, and as equal, as any object."""
    path = getattr(base, "path", "")
    return path in HARMLESS_BASES - _SIZED or evaluator.client_at(path) is not None
