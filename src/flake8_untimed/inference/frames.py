"""Frames: what a function was given, for one caller. Callers that give the same share one frame, and
with it all that is found out about the function for them."""

from __future__ import annotations

from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.values import (
    Alternatives,
    Collection,
    Frame,
    Literal,
    Mapping,
    Site,
    Value,
)


def shared(
    scope: Scope,
    parameters: dict[str, Alternatives],
    closure: Frame | None,
    depth: int,
    given: frozenset[str] = frozenset(),
    caller: Frame | None = None,
) -> Frame:
    """The frame of a function for whoever gives it these values, reached in these ways."""
    content = tuple((name, _content(values)) for name, values in parameters.items())
    callers = caller.functions if caller is not None else ()
    key = (scope, content, closure, depth, given, callers)
    frames = scope.module.frames
    found = frames.get(key)
    if found is None:
        found = frames[key] = Frame(scope, parameters, closure, depth, given, callers)
    return found


def _content(thing: object, is_inside: bool = False) -> object:
    """What a value is and how it was reached, all that it is made of included: to be compared.
    `is_inside`: a container, of which another is known by its identity; the frame keeps it alive."""
    if isinstance(thing, Literal):
        return Literal, type(thing.value), thing.value, thing.steps
    if isinstance(thing, (Mapping, Collection)):
        if is_inside:
            return type(thing), thing.steps, *map(id, {**vars(thing), "steps": None}.values())
        is_inside = True
    if isinstance(thing, Value):
        return type(thing), *(_content(part, is_inside) for part in vars(thing).values())
    if isinstance(thing, Site):
        return thing.node, thing.context, thing.passed.key
    if type(thing) is tuple:
        return tuple(_content(part, is_inside) for part in thing)
    if type(thing) is dict:
        return tuple((key, _content(value, is_inside)) for key, value in thing.items())
    return thing
