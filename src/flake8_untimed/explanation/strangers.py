"""Calls that send no request, as far as is known, and what is not known of them."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator

from flake8_untimed.calls import Facts
from flake8_untimed.explanation.functions import Functions
from flake8_untimed.explanation.places import Places
from flake8_untimed.explanation.words import Row, short, unparsed, with_article
from flake8_untimed.inference.syntax import every_parameter
from flake8_untimed.inference.values import (
    Class,
    Context,
    Function,
    Instance,
    Other,
    Parameter,
    SenderValue,
    Symbol,
)


class Strangers:
    """Tells why a call is not judged."""

    def __init__(self, facts: Facts, places: Places) -> None:
        self._facts = facts
        self._places = places
        self._functions = Functions(facts, places)

    def of(self, node: ast.Call, context: Context) -> Iterator[Row]:
        for reason in dict.fromkeys(self._unknown(node, context)):
            yield Row("not ours", reason)
        for value in self._facts.evaluate(node.func, context):
            if isinstance(value, Function):
                yield from self._functions.handing_on(value.scope)
        yield from self._functions.wait_behind(node, context)

    def _unknown(self, node: ast.Call, context: Context) -> Iterator[str]:
        """What is not known of the callee of a call."""
        if node in self._facts.mocked:
            yield "something else stands in its place here, as tests have it: it sends nothing"
            return
        for value in self._facts.evaluate(node.func, context):
            if isinstance(value, Function):
                scope = value.scope
                yield (
                    f"{scope.name}() is a function of this project"
                    f" ({self._places.place(scope, scope.node)}); what it sends is judged there"
                )
            elif isinstance(value, Class):
                yield (
                    f"{value.scope.name} is a class of this project"
                    f" ({self._places.place(value.scope, value.scope.node)}), and no client"
                )
            elif isinstance(value, SenderValue):
                yield f"it may be {value.path}(), which sends a request, or something else"
            elif isinstance(value, Symbol) and not _is_undefined(value.path):
                yield self._outside(value.path)
            elif isinstance(value, Parameter):
                yield f"{value.name} is a parameter of {value.scope.name}(): whatever the caller gives"
            else:
                yield from self._owner_unknown(node.func, context)

    def _outside(self, path: str) -> str:
        package = path.partition(".")[0]
        ours = self._facts.evaluator.catalogue.library_of(path) is not None
        if ours or package in sys.stdlib_module_names:
            return f"{path} sends no request, as far as is known"
        return (
            f"{path} comes from {package}, which is not known as a library for HTTP"
            " (the setting `clients` names further ones)"
        )

    def _owner_unknown(self, function: ast.expr, context: Context) -> Iterator[str]:
        if not isinstance(function, ast.Attribute):
            yield f"nothing in sight tells what {short(unparsed(function))} is"
            return
        owner = short(unparsed(function.value))
        for value in self._facts.evaluate(function.value, context):
            if isinstance(value, Parameter):
                what = "a parameter" if owner == value.name else f"the parameter {value.name}"
                what = f"{owner} is {what} of {value.scope.name}()"
                said = _annotation(value)
                if said is not None:
                    yield f"{what}, which is said to be {said}: that is not known as a client"
                    continue
                unsaid = f"{what}, and nothing says what it is"
                would = f": an annotation would ({value.name}: requests.Session)"
                yield unsaid + would if self._is_of_client(function.attr) else unsaid
            elif isinstance(value, Instance):
                known = self._facts.evaluator.client_of(value)
                if known is not None and function.attr in known.senders:
                    path = with_article(known.path)
                    yield f"{owner} is {path}, but what is sent here cannot be told"
                elif known is not None:
                    path = with_article(known.path)
                    yield f"{owner} is {path}, and its {function.attr}() sends no request"
                else:
                    name = value.cls.scope.name if isinstance(value.cls, Class) else value.cls.path
                    yield f"{owner} is {with_article(name)}, which is no client"
            elif isinstance(value, Other):
                yield f"{owner} is nothing that sends requests"
            else:
                yield f"nothing in sight tells what {owner} is"

    def _is_of_client(self, method: str) -> bool:
        """Whether a client of some library has a method of that name that sends a request."""
        libraries = self._facts.evaluator.catalogue.libraries
        return any(method in client.senders for lib in libraries for client in lib.clients)


def _annotation(value: Parameter) -> str | None:
    """What the annotation of a parameter says, if it says anything."""
    every = every_parameter(value.scope.arguments)
    said = next((a.annotation for a in every if a.arg == value.name), None)
    text = short(unparsed(said)) if said is not None else ""
    return text if text.rpartition(".")[2] not in ("", "Any", "object") else None


def _is_undefined(path: str) -> bool:
    """A name that nothing in the module binds is taken for a builtin."""
    package, _, name = path.rpartition(".")
    return package == "builtins" and not hasattr(builtins, name)
