"""Decorators that hold what a function is given against its annotations, and hand it on: knowledge of
libraries, as data."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set

from flake8_untimed.inference.arguments import defaults
from flake8_untimed.inference.syntax import last_name, named_parameters, writes_none

_FLOATS = frozenset(("float", "StrictFloat"))
_BY_TYPE = _FLOATS | {"int", "StrictInt"}
"""What is given stays what it is, where one of these is its type."""
_IN_TURN = frozenset(("float",))
"""The first type counts that something can be made to be: of 0.5 an int, of 30 no `StrictFloat`."""

VALIDATORS: Mapping[str, Set[str]] = {
    "pydantic.validate_call": _BY_TYPE,
    "pydantic.validate_call_decorator.validate_call": _BY_TYPE,
    "pydantic.validate_arguments": _IN_TURN,
    "pydantic.decorator.validate_arguments": _IN_TURN,
    "pydantic.v1.validate_arguments": _IN_TURN,
    "pydantic.v1.decorator.validate_arguments": _IN_TURN,
}
"""Each with the names of the types by which a number of seconds gets through."""

_POSITIVE = frozenset(("Field(gt=0)", "Field(ge=0)"))
"""What may be said of a number beside its type."""


def is_validated(arguments: ast.arguments, name: str) -> bool:
    """Whether a function says anything of what it takes as a keyword."""
    annotation = _annotation(arguments, name)
    return annotation is not None and last_name(annotation) not in ("Any", "object")


def admits(path: str, arguments: ast.arguments, name: str) -> bool:
    """Whether a decorator is a validator that lets a keyword through: a number, where the function
    says anything of it."""
    types = VALIDATORS.get(path)
    if types is None or not is_validated(arguments, name):
        return types is not None
    annotation = _annotation(arguments, name)
    default = defaults(arguments).get(name)
    if annotation is None or not (default is None or isinstance(default, ast.Constant)):
        # `= Field(30, le=60)`
        return False
    names = set(_choices(annotation))
    return names <= types and not names.isdisjoint(_FLOATS)


def _annotation(arguments: ast.arguments, name: str) -> ast.expr | None:
    """That of the parameter that takes a keyword."""
    own = {argument.arg: argument for argument in named_parameters(arguments)}
    taken = own.get(name, arguments.kwarg)
    return taken.annotation if taken is not None else None


def _choices(annotation: ast.expr) -> Iterator[str]:
    """The names of the types of which an annotation admits one, but for None and pairs; an empty one
    where that is something else."""
    parts = [annotation]
    for part in parts:  # grows as we go
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitOr):
            parts += (part.left, part.right)
        elif not isinstance(part, ast.Subscript):
            if not writes_none(part):
                yield last_name(part)
        else:
            kind, inner = last_name(part.value), part.slice
            inside = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            if kind in ("Union", "Optional"):
                parts += inside
            elif kind == "Annotated" and {ast.unparse(i) for i in inside[1:]} <= _POSITIVE:
                parts.append(inside[0])
            elif kind not in ("Tuple", "tuple"):
                yield ""
