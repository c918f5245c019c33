"""Who gives a function the client that it sends requests through, and what is given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeGuard, Union

from flake8_untimed.bounds import Bound, Kind, Source
from flake8_untimed.inference import invoke, lineage, members, objects
from flake8_untimed.inference.arguments import Passed, parameter_names, taken_by
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import (
    called_name,
    dotted,
    last_name,
    maker_of,
    within,
    writes_none,
    written_arguments,
)
from flake8_untimed.inference.values import (
    FOREIGN,
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    SenderValue,
    is_none,
    outside,
)
from flake8_untimed.inference.walk import Found, walk
from flake8_untimed.limits.functions import DEPTH

if TYPE_CHECKING:
    from flake8_untimed.calls import Call, Facts

_Holder = Union[ast.Name, ast.Attribute]
_HOLDERS = (ast.Name, ast.Attribute)
_HEIRS = 50
"""Subclasses whose calls are looked for."""
_Parameter = tuple[Scope, str]
"""By its function and name."""


def given_to(facts: Facts, call: Call) -> list[Alternatives]:
    """For a call through a parameter of its function, or through what a constructor keeps of one:
    what each place of the project gives it there. Nothing where one of these is not in sight."""
    given = []
    for holder in _holders(facts, call):
        scope = _home_of(call.context.scope, holder)
        parameters = (*_parameters(facts, scope, holder),)
        given.append([*_set_on_property(facts, scope, holder)] or _given_to(facts, parameters))
    return [values for each in given for values in each] if all(given) else []


def given_as(facts: Facts, call: Call) -> list[Alternatives]:
    """For a call through a parameter of its function, whatever else its name may hold: what the
    places of the project that are in sight give it there."""
    names = {h.id: h for h in _holders(facts, call) if isinstance(h, ast.Name)}
    homes = [(_home_of(call.context.scope, names[name]), name) for name in sorted(names)]
    parameters = [
        (scope, name)
        for scope, name in homes
        if any(binding.kind == "parameter" for binding in scope.bindings.get(name, ()))
    ]
    return _given_to(facts, (*parameters,)) if parameters else given_to(facts, call)


@once
def _given_to(facts: Facts, parameters: tuple[_Parameter, ...]) -> list[Alternatives]:
    with facts.evaluator.question():
        found = [*_given_for(facts, parameters, frozenset())]
        return [] if facts.evaluator.is_spent else found


def written_for(facts: Facts, scope: Scope, name: str) -> Iterator[tuple[ast.expr, Context]]:
    """What the calls of a function in its own file give for a parameter, by the look of it."""
    if not scope.is_function or isinstance(scope.node, ast.Lambda):
        return
    parameters = parameter_names(scope.arguments)
    if scope.owner is not None and members.method_kind(scope) != "static":
        parameters = parameters[1:]
    names = _names(facts, scope)
    for node, inner, statement in calls_naming(scope.module.scope, names):
        context = Context(inner, statement)
        if called_name(node) in names and not _sends(facts, node, context):
            yield from ((v, context) for p, v in zip(parameters, node.args) if p == name)
            yield from ((k.value, context) for k in node.keywords if k.arg == name)


def _sends(facts: Facts, node: ast.Call, context: Context) -> bool:
    """Whether a call is one of a library: `requests.get`, beside a `get` of the project."""
    values = facts.evaluate(node.func, context)
    return bool(values) and all(isinstance(value, SenderValue) for value in values)


def are_made_in_sight(given: Sequence[Alternatives]) -> bool:
    """Whether nothing but clients that the project makes is given anywhere: there is said what is to
    be said. Perhaps one out of sight instead (`session or ClientSession()`), or None before that."""
    return bool(given) and all(map(_are_made, given))


def _are_made(values: Alternatives) -> bool:
    clients = [value for value in values if not is_none(value)]
    sites = [value.site for value in clients if isinstance(value, Instance)]
    return len(sites) == len(clients) and any(site is not None for site in sites)


def bound_of_given(facts: Facts, call: Call, given: Sequence[Alternatives]) -> Bound:
    """The bound of a call through a client of which only the type is known, by what is given there:
    objects of a subclass perhaps, or with an adapter; or what comes from out of sight itself."""
    function = call.node.func
    if not given or not isinstance(function, ast.Attribute):
        return call.bound
    passed = invoke.passed_by(facts.evaluator, call.node, call.context)
    clients = [value for values in given for value in values if not is_none(value)]
    bounds = [
        facts.limits.functions.of_callable(method, passed)
        for client in clients
        if client is not FOREIGN
        for method in objects.attribute(facts.evaluator, client, function.attr)
    ]
    known = [bound for bound in bounds if bound is not None and bound.kind is Kind.BOUNDED]
    if len(known) < len(bounds):
        return call.bound
    if FOREIGN in clients:
        return Bound(Kind.DEFAULT, Source.OUT_OF_SIGHT)
    return known[0] if known else call.bound


def _holders(facts: Facts, call: Call) -> list[_Holder]:
    """The names and attributes of the client that a call goes through (`send = session.post`, too),
    or that it gives to a wrapper."""
    function, context = call.node.func, call.context
    parts: list[ast.AST] = [function.value] if isinstance(function, ast.Attribute) else []
    if call.wrapper is not None:
        parts += written_arguments(call.node)
    elif isinstance(function, ast.Name):
        bindings = context.scope.of_statement.bindings.get(function.id, ())
        parts = [part for b in bindings if b.kind == "assign" for part in within(b.node)]
    return [
        part
        for part in parts
        if isinstance(part, _HOLDERS)
        and (call.is_given or any(map(facts.client_of, facts.evaluate(part, context))))
    ]


def _home_of(scope: Scope, holder: ast.expr) -> Scope:
    """The function that binds the name that something in a function begins with: itself, or one around
    it."""
    name = (dotted(holder) or "").partition(".")[0]
    home = scope
    while name not in home.bindings and home.parent is not None and not home.parent.is_class:
        home = home.parent
    return home.of_statement


def _parameters(
    facts: Facts, scope: Scope, holder: ast.expr, depth: int = DEPTH
) -> list[_Parameter]:
    """The parameters that what a name or attribute holds in a function comes from: its own, or those
    of the constructor of its object; none where it comes from elsewhere, too."""
    if isinstance(holder, ast.Name):
        bound = scope.sole(holder.id) if scope.is_function and depth else None
        if bound is not None and bound.kind == "parameter":
            return [(scope, holder.id)]
        if bound is not None and bound.kind == "assign" and isinstance(bound.node, _HOLDERS):
            return _parameters(facts, scope, bound.node, depth - 1)
        return []
    if scope.owner is None or not _is_own(holder, scope):
        return []
    getter = objects.getter_of(facts.evaluator, Class(scope.owner), holder.attr)
    if getter is not None and depth:
        given = [node.value for node in getter.returns if node.value is not None]
        return _parameters(facts, getter, given[0], depth - 1) if len(given) == 1 else []
    found = []
    for method, event in _stores(facts, scope.owner, holder.attr):
        if method.name != "__init__" or not isinstance(event.node, ast.Name):
            return []
        parameters = _parameters(facts, method, event.node)
        if not parameters:
            return []
        found += parameters
    return found


def _set_on_property(facts: Facts, scope: Scope, holder: ast.expr) -> Iterator[Alternatives]:
    """What a property of its object is set to, there or in the bases of its class."""
    if scope.owner is None or not _is_own(holder, scope):
        return
    if objects.setter_of(facts.evaluator, Class(scope.owner), holder.attr) is not None:
        for method, event in _stores(facts, scope.owner, holder.attr):
            yield facts.evaluate(event.node, Context(method, event.statement))


def _is_own(holder: ast.expr, scope: Scope) -> TypeGuard[ast.Attribute]:
    """Whether something is an attribute of the object whose method a function is."""
    own = members.first_parameter(scope)
    return isinstance(holder, ast.Attribute) and dotted(holder.value) == own


def _stores(facts: Facts, cls: Scope, name: str) -> Iterator[members.Store]:
    """Where an attribute of the objects of a class is set, there or in its bases; None does not count."""
    for base in lineage.mro(facts.evaluator, Class(cls)):
        if isinstance(base, Class):
            for store in members.attribute_stores(base.scope).get(name, ()):
                if not (store.is_declaration or writes_none(store.event.node)):
                    yield store


def _given_for(
    facts: Facts, parameters: Iterable[_Parameter], asked: frozenset[_Parameter]
) -> Iterator[Alternatives]:
    """What parameters get from the calls of their functions, and where these are handed over and
    their arguments with them, or apart from them; nothing where one is not seen to get any."""
    given: list[Alternatives] = []
    for scope, name in parameters:
        if len(asked) >= DEPTH:
            return
        calls = [*_calls_of(facts, scope)]
        own = asked | {(scope, name)}
        found = [v for call in calls for v in _given_by(facts, call, scope, name, own)]
        homes = dict.fromkeys(
            call.scope.of_statement for call in calls if _hands_over(facts, call, scope)
        )
        homes.update(dict.fromkeys(_decorators(facts, scope)))
        found += [values for home in homes if (values := _clients_given_in(facts, home))]
        if not found:
            return
        given += found
    yield from given


def _calls_of(facts: Facts, scope: Scope) -> Iterator[Found]:
    """The calls that may have to do with a function: those of its module, and of others that
    import that, or one of a class that inherits it."""
    project = facts.evaluator.project
    own = scope.module.path
    homes = [own, *(file for file, _ in _heirs(facts, scope))]
    every = [path for home in homes for path in (home, *project.hints.first_importing(home))]
    names = _names(facts, scope)
    for path in dict.fromkeys(every):
        if path == own or any(name.encode() in project.outlines.data(path) for name in names):
            module = scope.module if path == own else project.module(path)
            if module is not None:
                yield from calls_naming(module.scope, names)


@once
def _heirs(facts: Facts, scope: Scope) -> list[tuple[str, str]]:
    """The classes that may inherit the constructor that a function is: their files and names."""
    cls = _class_of(scope)
    if cls is None:
        return []
    return facts.evaluator.project.heirs.classes(cls.module.path, cls.name)[:_HEIRS]


def calls_naming(module: Scope, names: Iterable[str]) -> Iterable[Found]:
    """The calls of a module that call something of these names, or are given it."""
    by_name = _calls_by_name(module)
    return dict.fromkeys(found for name in names for found in by_name.get(name, ()))


@once
def _calls_by_name(module: Scope) -> dict[str, list[Found]]:
    """The calls of a module, by the names of what they call and of what they are given."""
    by_name: dict[str, list[Found]] = {}
    for found in walk(module).calls:
        for name in {called_name(found.node), *map(last_name, written_arguments(found.node))}:
            by_name.setdefault(name, []).append(found)
    return by_name


def calls_of(facts: Facts, scope: Scope) -> Iterator[Found]:
    """The calls of a function in its own module, and in others that import that."""
    for found in _calls_of(facts, scope):
        if any(_called(facts, found.node, Context(found.scope, found.statement), scope)):
            yield found


def _given_by(
    facts: Facts, found: Found, scope: Scope, name: str, asked: frozenset[_Parameter]
) -> Iterator[Alternatives]:
    """What a call gives a function as a parameter, if it calls it. What is asked for already comes
    from somewhere else, too."""
    context = Context(found.scope, found.statement)
    for taker in _called(facts, found.node, context, scope):
        passed = invoke.passed_by(facts.evaluator, found.node, context)
        values = invoke.frame_for(facts.evaluator, taker, passed, None).parameters.get(name, ())
        if _are_made(values):
            yield values
            continue
        holder = _argument_for(taker, passed, name)
        home = _home_of(found.scope, holder) if holder is not None else found.scope
        origins = _parameters(facts, home, holder) if holder is not None else []
        new = [origin for origin in origins if origin not in asked]
        if new or not origins:
            yield from [*_given_for(facts, new, asked)] or [values]


def _called(facts: Facts, node: ast.Call, context: Context, scope: Scope) -> Iterator[Function]:
    """A function, or the `__init__` of a class, if a call is one of it."""
    if called_name(node) not in _names(facts, scope):
        return
    for taker in facts.evaluate(node.func, context):
        if isinstance(taker, Class) and _is_made_by(facts, taker, scope):
            yield Function(scope, Instance(taker))
        elif isinstance(taker, Function) and taker.scope is scope:
            yield taker


def _is_made_by(facts: Facts, cls: Class, function: Scope) -> bool:
    """Whether a function is the constructor of a class, its own or one that it inherits."""
    bases = (base for base in lineage.mro(facts.evaluator, cls) if isinstance(base, Class))
    makers = (base.scope for base in bases if "__init__" in base.scope.bindings)
    return next(makers, None) is _class_of(function) is not None


@once
def _names(facts: Facts, scope: Scope) -> tuple[str, ...]:
    """What a function is called by: an `__init__` also by its class and those that inherit it, one that
    is made by another also by what that is assigned to (`get = limited(10)`)."""
    cls = _class_of(scope)
    if cls is not None:
        return scope.name, cls.name, "cls", *(name for _, name in _heirs(facts, scope))
    maker = scope.parent
    if maker is None or not maker.is_function:
        return (scope.name,)
    made = (
        last_name(target)
        for found in calls_naming(scope.module.scope, (maker.name,))
        if called_name(found.node) == maker.name and isinstance(found.statement, ast.Assign)
        for target in found.statement.targets
        if found.statement.value is found.node
    )
    return (scope.name, *filter(None, made))


def _class_of(scope: Scope) -> Scope | None:
    """The class that a function is the constructor of."""
    return scope.owner if scope.name == "__init__" else None


def _argument_for(taker: Function, passed: Passed, name: str) -> ast.expr | None:
    """What a call gives for a parameter, as it is written there."""
    given = taken_by(taker, passed).get(name)
    return given.node if given is not None else None


def _hands_over(facts: Facts, found: Found, function: Scope) -> bool:
    """Whether a call hands over a function, to whomever: `retry(fetch)`, `pool.submit(fetch, s)`."""
    return any(
        isinstance(value, Function) and value.scope is function
        for argument in written_arguments(found.node)
        if last_name(argument) == function.name
        for value in facts.evaluate(argument, Context(found.scope, found.statement))
    )


def _decorators(facts: Facts, function: Scope) -> Iterator[Scope]:
    """The functions of the project that a function is handed to as what they decorate."""
    for decorator in getattr(function.node, "decorator_list", ()):
        for value in facts.evaluate(maker_of(decorator), outside(function)):
            if isinstance(value, Function):
                yield value.scope


def _clients_given_in(facts: Facts, home: Scope) -> Alternatives:
    """The clients that the calls in a function give to anybody."""
    # All of a module would be too much to look at.
    calls = walk(home).calls if home.is_function else ()
    return tuple(
        value
        for node, inner, statement in calls
        for argument in written_arguments(node)
        if isinstance(argument, (*_HOLDERS, ast.Call))
        for value in facts.evaluate(argument, Context(inner, statement))
        if facts.evaluator.client_of(value) is not None
    )
