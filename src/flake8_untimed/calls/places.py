"""Where calls stand in their function: loops and handlers around them. For the rules that look
further than the call itself.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Union

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.collector import is_written_otherwise
from flake8_untimed.calls.givers import written_for
from flake8_untimed.calls.wrappers import takes
from flake8_untimed.inference import flow, invoke, syntax, touches
from flake8_untimed.inference.arguments import Bound as Arguments
from flake8_untimed.inference.arguments import bind
from flake8_untimed.inference.handing import keywords_travel
from flake8_untimed.inference.members import functions
from flake8_untimed.inference.objects import class_attribute, mro
from flake8_untimed.inference.scopes import COMPREHENSIONS, Event, Scope, once
from flake8_untimed.inference.surroundings import is_surrounded
from flake8_untimed.inference.syntax import (
    LOOPS,
    TRIES,
    called_name,
    dotted,
    ends,
    last_name,
    within,
)
from flake8_untimed.inference.values import (
    FOREIGN,
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Parameter,
    Result,
    SenderValue,
    Symbol,
    Unknown,
    Value,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries.model import Client, Constructor, Library
from flake8_untimed.limits.changes import put_in, stored
from flake8_untimed.limits.takers import Sent

Loop = Union[
    ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp
]


def every_call(facts: Facts) -> Iterator[tuple[ast.Call, Context]]:
    """All calls of a module, whatever they call, in the order of the text."""
    for node, scope, statement in walk(facts.module.scope).calls:
        yield node, Context(scope, statement)


def libraries(facts: Facts) -> tuple[Library, ...]:
    """The libraries that are looked for."""
    return facts.evaluator.catalogue.libraries


def client_of(facts: Facts, value: Value) -> Client | None:
    """The library's client class that a value is an object of."""
    return facts.evaluator.client_of(value)


_CONSTRUCTING = frozenset(("__init__", "__new__"))


def passes_arguments_on(facts: Facts, made: Construction) -> bool:
    """Whether a subclass of the project hands the keywords of its construction to the library's
    class as they are: it and its bases have no constructor of their own."""
    classes = facts.evaluate(made.node.func, made.context)
    return not made.node.args and all(_adds_no_constructor(facts, cls, made) for cls in classes)


def _adds_no_constructor(facts: Facts, cls: Value, made: Construction) -> bool:
    for base in mro(facts.evaluator, cls) if isinstance(cls, Class) else [cls]:
        if isinstance(base, Symbol) and facts.evaluator.client_at(base.path) is made.client:
            return True
        node = base.scope.node if isinstance(base, Class) else None
        if not isinstance(base, Class) or not isinstance(node, ast.ClassDef):
            return False
        if (
            node.decorator_list
            or node.keywords
            or not _CONSTRUCTING.isdisjoint(base.scope.bindings)
        ):
            return False
    return False


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
    step = call.client.steps if call.client is not None else None
    made = call.client.site if call.client is not None else None
    held = [(made.context.scope, name_of(made.node.func))] if made is not None else []
    while step is not None:
        held += [step.holder] if step.holder is not None else []
        step = step.before
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


def name_of(node: ast.expr) -> str:
    """`a.b.c` as it is written; empty for anything else."""
    return dotted(node) or ""


def attributes_set(
    facts: Facts, name: str
) -> Iterator[tuple[ast.Assign | ast.AnnAssign, ast.expr, ast.Attribute, Context]]:
    """Where an attribute `name` of anything is set: the statement, the value, the target."""
    for node, scope in walk(facts.module.scope).stores:
        for target, value in syntax.attributes_set(node):
            if target.attr == name:
                yield node, value, target, Context(scope, node)


def headers_set(facts: Facts) -> Iterator[tuple[Event, str, Alternatives, Alternatives]]:
    """What is put into the headers of anything: what does it, how that is written and may be, and
    the headers."""
    for scope in (facts.module.scope, *functions(facts.module.scope)):
        for base, events in scope.events.items():
            holder, _, last = base.rpartition(".")
            for event in events:
                context = Context(scope, event.statement)
                whole = stored(facts.evaluator, context, event, "headers")
                if whole:
                    text, headers = base, whole
                elif holder and last == "headers":
                    found = put_in(facts.evaluator, context, event)
                    text, headers = holder, tuple(value for value in found if value is not None)
                else:
                    continue
                owner = ast.parse(text, mode="eval").body
                yield event, text, facts.evaluate(owner, context), headers


def path_of(facts: Facts, node: ast.expr, context: Context) -> str:
    """The import path of what an expression is: empty if it is nothing of another package, or
    not surely that."""
    values = facts.evaluate(node, context)
    paths = {v.path if isinstance(v, (Symbol, Result)) else "" for v in values}
    return paths.pop() if len(paths) == 1 else ""


def arguments_of(
    facts: Facts, node: ast.Call, context: Context, constructor: Constructor
) -> Arguments:
    """What a call passes, by the parameters of what it calls."""
    passed = invoke.passed_by(facts.evaluator, node, context)
    return bind(passed, constructor.parameters, constructor.keywords)


def own_keywords(call: Call) -> tuple[Scope, str] | None:
    """The function around a call, and the name of its `**kwargs` that the call passes on."""
    names = {s.id for s in call.splats if isinstance(s, ast.Name)}
    scope: Scope | None = call.context.scope
    while scope is not None:
        if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = scope.node.args.kwarg
            return (scope, own.arg) if own is not None and own.arg in names else None
        scope = scope.parent
    return None


def may_hold_timeout(facts: Facts, call: Call, since: ast.stmt) -> bool:
    """Whether all that is done from a statement on with the `**kwargs` that a call passes on is right
    if they hold a timeout."""
    own = own_keywords(call)
    return own is not None and facts.wrappers.goes_to_senders(*own, since)


def is_left_alone(facts: Facts, scope: Scope, event: Event, name: str) -> bool:
    """Whether a dict that goes by a name is handed to somebody who leaves it as it is."""
    return touches.is_left_alone(facts.evaluator, event, name, Context(scope, event.statement))


def is_untouched(facts: Facts, client: Instance) -> bool:
    """Whether a client is of the library's own class and nothing in sight changes how it sends."""
    if not facts.is_plain(client):
        return False
    return not any(facts.limits.changes.rerouting(client))


def are_touched(client: Instance, names: Collection[str]) -> bool:
    """Whether an attribute of these names is used of a client, under any name that held it."""
    step = client.steps
    while step is not None:
        if step.holder is not None:
            scope, holder = step.holder
            for part in within(scope.node):
                if isinstance(part, ast.Attribute) and part.attr in names:
                    base = part.value
                    if holder == getattr(base, "attr", getattr(base, "id", None)):
                        return True
        step = step.before
    return False


# What stands around --------------------------------------------------------------------------


def around(call: Call | Construction | Sent) -> Iterator[tuple[ast.AST, str]]:
    """What stands around a call inside its function, innermost first, each with the block of it
    that leads to the call (empty: one of its own expressions)."""
    scope: Scope | None = call.context.scope
    while scope is not None and isinstance(scope.node, COMPREHENSIONS):
        yield scope.node, ""
        scope = scope.parent
    if scope is None or isinstance(scope.node, ast.Lambda):
        return
    if call.context.at is not None:
        yield call.context.at, ""
    yield from scope.parents(call.context.at)


def loops_around(call: Call) -> Iterator[Loop]:
    """The loops of its own function in which a call is made again each turn, innermost first."""
    for node, block in around(call):
        if isinstance(node, COMPREHENSIONS):
            if not _is_inside(call.node, node.generators[0].iter):
                yield node
        elif isinstance(node, ast.While):
            if block == "body" or (not block and _is_inside(call.node, node.test)):
                yield node
        elif isinstance(node, (ast.For, ast.AsyncFor)) and block == "body":
            yield node


def tries_around(call: Call) -> Iterator[ast.Try]:
    """The `try` statements of its own function whose body a call stands in, innermost first."""
    for node, block in around(call):
        if isinstance(node, TRIES) and block == "body":
            yield node


def is_of_version(place: Call | Construction) -> bool:
    """Whether a place stands in an `if` that asks for the version of a package, by the look of it."""
    module = place.context.scope.module.scope
    return any(
        "__version__" in ast.unparse(flow.given(module, part, None)[0])
        for node, _ in around(place)
        if isinstance(node, ast.If)
        for part in within(node.test)
        if isinstance(part, (ast.Name, ast.Attribute))
    )


def is_bounded_around(facts: Facts, call: Call) -> bool:
    """Whether something around a call bounds all of it, the reading of the body included."""
    sender = call.sender
    return is_surrounded(
        facts.evaluator, call.node, call.context, sender.asynchronous, late_body=True
    )


def _is_inside(node: ast.expr, other: ast.expr) -> bool:
    """Whether an expression is another or a part of it, by where they stand."""
    start, end = (other.lineno, other.col_offset), (other.end_lineno, other.end_col_offset)
    return (
        start <= (node.lineno, node.col_offset)
        and (node.end_lineno or 0, node.end_col_offset or 0) <= end
    )


__all__ = [
    "LOOPS",
    "TRIES",
    "Arguments",
    "Loop",
    "are_touched",
    "arguments_of",
    "around",
    "attributes_set",
    "called_name",
    "client_of",
    "dotted",
    "ends",
    "every_call",
    "is_bounded_around",
    "is_left_alone",
    "is_of_version",
    "is_untouched",
    "keywords_travel",
    "last_name",
    "libraries",
    "loops_around",
    "may_be_another",
    "may_be_foreign",
    "may_hold_timeout",
    "name_of",
    "once",
    "own_keywords",
    "passes_arguments_on",
    "path_of",
    "tries_around",
    "within",
]
