"""Whether what is called may be something else than what it is taken for."""

from __future__ import annotations

import ast

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.collector import is_written_otherwise
from flake8_untimed.calls.givers import are_made_in_sight, given_as, given_to, written_for
from flake8_untimed.calls.wrappers import takes
from flake8_untimed.inference import invoke
from flake8_untimed.inference.arguments import Passed
from flake8_untimed.inference.objects import attribute, class_attribute
from flake8_untimed.inference.syntax import dotted
from flake8_untimed.inference.values import (
    FOREIGN,
    Alternatives,
    Class,
    Function,
    Instance,
    Parameter,
    SenderValue,
    Symbol,
    Unknown,
    Value,
    is_none,
)


def may_be_another(facts: Facts, place: Call | Construction) -> bool:
    """Whether what is called may be something that is not known: given by the caller (`make =
    factory or ClientSession`, `http=requests`), taken from another package, of the project, or put
    there by a subclass (`client_class = Fake`)."""
    function = place.node.func
    values = facts.evaluate(function, place.context)
    if any(_is_strange(facts, value, place) for value in values):
        return True
    if isinstance(place, Call) and _is_given_another(facts, place):
        return True
    if not isinstance(function, ast.Attribute):
        return _may_be_anything(values)
    holders = facts.evaluate(function.value, place.context)
    if any(isinstance(v, Symbol) for v in holders):
        return any(isinstance(v, Parameter) for v in holders) or _may_be_anything(holders)
    if any(_is_of_client(value, holders) for value in values):
        return False
    return any(_is_up_to_heirs(facts, holder, function.attr, place) for holder in holders)


def may_be_foreign(facts: Facts, call: Call) -> bool:
    """Whether the client of a call may be what code of another package returned:
    `corp.Session() if key else requests.Session()`."""
    function = call.node.func
    if call.client is None or not isinstance(function, ast.Attribute):
        return False
    return FOREIGN in facts.evaluate(function.value, call.context)


def taken_otherwise(facts: Facts, call: Call) -> str | None:
    """The class of the project, of which a caller gives an object for a client of which only the type
    is known, and whose own method may not hand a timeout on as it is."""
    function, client = call.node.func, call.client
    if client is None or client.site is not None or not isinstance(client.cls, Symbol):
        return None
    if not isinstance(function, ast.Attribute):
        return None
    passed = invoke.passed_by(facts.evaluator, call.node, call.context)
    for values in given_as(facts, call):
        for given in values:
            if isinstance(given, Instance) and isinstance(given.cls, Class):
                for method in attribute(facts.evaluator, given, function.attr):
                    if _takes_otherwise(facts, method, passed):
                        return given.cls.scope.name
    return None


def may_be_given_another(facts: Facts, call: Call) -> bool:
    """Whether nothing is said of a parameter that a client comes by, and it may be given something else
    there, too: no more is known of a caller in sight, or none is."""
    if not call.is_given:
        return False
    given = given_to(facts, call)
    clients = [facts.client_of(value) for values in given for value in values if not is_none(value)]
    library_of = facts.evaluator.catalogue.library_of
    return not are_made_in_sight(given) or any(
        client is None or library_of(client.path) is not call.library for client in clients
    )


def _takes_otherwise(facts: Facts, method: Value, passed: Passed) -> bool:
    """Whether a method may not take a timeout, or do more with it than to hand it on, or wants one
    number."""
    if isinstance(method, SenderValue):
        objection, takes_number = facts.wrappers.objection_on_the_way(method, passed)
        return takes_number or objection is not None
    if not isinstance(method, Function):
        return False
    objection = facts.wrappers.objection_of_other(method, passed)
    return objection is not None or facts.wrappers.takes_number(method, passed, "timeout")


def _is_strange(facts: Facts, value: Value, place: Call | Construction) -> bool:
    """Whether one thing that may be called is surely none of those that are known to send requests,
    or to make clients."""
    if isinstance(value, Parameter):
        return True
    if isinstance(value, Symbol):
        # `from compat import requests` is most likely the same.
        own = {name.rpartition(".")[2] for name in place.library.packages}
        own.update(place.library.formerly)
        known = facts.evaluator.catalogue.library_of(value.path)
        if known is not None:
            return is_written_otherwise(known, place.library)
        return own.isdisjoint(value.path.split(".")[:-1])
    if isinstance(place, Call):
        return isinstance(value, (Class, Instance))
    if isinstance(value, Class):
        return facts.evaluator.client_of(Instance(value)) is None
    return isinstance(value, (Function, Instance))


def _is_given_another(facts: Facts, call: Call) -> bool:
    """Whether a client comes by a parameter that has a default, or is made by one, and another call of
    its function in the file gives something of the project there that takes no timeout."""
    made = call.client.site if call.client is not None else None
    held = [(made.context.scope, dotted(made.node.func) or "")] if made is not None else []
    ways = call.client.way() if call.client is not None else ()
    held += [step.holder for step in ways if step.holder is not None]
    return any(
        _is_another(facts, value, call)
        for scope, name in held
        if any(binding.kind == "parameter" for binding in scope.bindings.get(name, ()))
        for given, context in written_for(facts, scope, name)
        for value in facts.evaluate(given, context)
    )


def _is_another(facts: Facts, value: Value, call: Call) -> bool:
    """Whether a class or object of the project is no client, and its method takes no timeout."""
    cls = value.cls if isinstance(value, Instance) else value
    if not isinstance(cls, Class) or facts.evaluator.client_of(Instance(cls)) is not None:
        return False
    methods = class_attribute(facts.evaluator, cls, call.sender.name, None)
    return not any(
        isinstance(method, Function) and takes(method.scope, call.sender.timeout or "")
        for method in methods
    )


def _may_be_anything(values: Alternatives) -> bool:
    """Whether something out of sight is among what may be called, or its module. Beside a client in
    sight, it is taken to be another client."""
    of_client = any(isinstance(v, SenderValue) and v.client is not None for v in values)
    return not of_client and any(isinstance(v, Unknown) for v in values)


def _is_of_client(value: Value, holders: Alternatives) -> bool:
    """Whether what is called is a method of the client that it is called on."""
    return isinstance(value, SenderValue) and any(
        value.client is not None and value.client.key() == holder.key() for holder in holders
    )


def _is_up_to_heirs(facts: Facts, holder: Value, name: str, place: Call | Construction) -> bool:
    """Whether a subclass has an attribute of its own in the place of what is called."""
    cls = holder.cls if isinstance(holder, Instance) and holder.site is None else holder
    if not isinstance(cls, Class) or (isinstance(place, Call) and place.wrapper is not None):
        return False
    scope = cls.scope
    return facts.evaluator.project.heirs.say_otherwise(scope.module.path, scope.name, name)
