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
    Parameter,
    Plain,
    Site,
    Value,
)


def shared(
    scope: Scope,
    parameters: dict[str, Alternatives],
    closure: Frame | None = None,
    depth: int = 1,
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


def for_anybody(frame: Frame) -> Frame:
    """The frame for whoever gives such things: it is not told who the caller is that hands on
    parameters of his own, nor where he wrote a number."""
    parameters = {
        name: tuple(_of_anybody(value, frame.scope) for value in values)
        for name, values in frame.parameters.items()
    }
    return shared(frame.scope, parameters, frame.closure, frame.depth, frame.given)


def _of_anybody(value: Value, scope: Scope) -> Value:
    if isinstance(value, (Parameter, Plain)):
        return type(value)(scope, "")
    if isinstance(value, Literal):
        return Literal(value.value)
    if isinstance(value, Collection) and value.is_tuple:
        elements = tuple(tuple(_of_anybody(v, scope) for v in each) for each in value.elements)
        return Collection(elements, value.ordered, scope.node, is_tuple=True)
    return value


def _content(thing: object, is_inside: bool = False) -> object:
    """What a value is and how it was reached, all that it is made of included: to be compared.
    `is_inside`: a container, of which another is known by its key; the frame keeps it alive."""
    if isinstance(thing, Literal):
        return Literal, type(thing.value), thing.value, thing.steps
    if isinstance(thing, (Mapping, Collection)):
        if is_inside:
            return thing.steps, thing.key()
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
