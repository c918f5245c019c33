"""Calls: what they return, and the parameters of a function for one caller."""

from __future__ import annotations

import ast
from collections.abc import Set
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_untimed.inference import annotations as types
from flake8_untimed.inference import (
    containers,
    elsewhere,
    frames,
    handing,
    members,
    objects,
    standard,
    timers,
)
from flake8_untimed.inference.arguments import (
    Argument,
    Passed,
    bind,
    defaults,
    keyword_names,
    parameter_names,
    taken_by,
)
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import (
    called_name,
    decorations,
    dotted,
    named_parameters,
    written_arguments,
)
from flake8_untimed.inference.values import (
    ANSWER,
    FOREIGN,
    NOTHING_KNOWN,
    PROPERTIES,
    TRANSPARENT,
    Alternatives,
    Class,
    Collection,
    Context,
    Frame,
    Function,
    Giver,
    Instance,
    Literal,
    Managed,
    Mapping,
    Parameter,
    Partial,
    Plain,
    Result,
    SenderValue,
    Site,
    Symbol,
    Unknown,
    Value,
    are_none,
    either,
    is_none,
    outside,
    tells,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

FRAMES = 5
"""Callers inside one another that are told apart."""
TURNS = 2
"""Callers of a function that calls itself: with four such calls, each turn has four times as many."""

KEPT = (TRANSPARENT | PROPERTIES).union(
    ("datetime.timedelta", "builtins.float", "typing.TypeVar", "typing_extensions.TypeVar")
)
"""Callables whose results are looked into, beside those of the libraries."""
MANAGERS = ("contextmanager", "asynccontextmanager")


# What is passed ------------------------------------------------------------------------------


def passed_by(evaluator: Evaluator, node: ast.Call, context: Context) -> Passed:
    """The arguments of a call, with the stars that are in sight spread out."""
    passed = Passed()
    for position, argument in enumerate(node.args):
        if not isinstance(argument, ast.Starred):
            if not passed.open_positional:
                passed.positional.append(Argument(argument, context, position=position))
            continue
        elements = containers.spread(evaluator, argument.value, context)
        if elements is None:
            passed.open_positional = True
        elif not passed.open_positional:
            passed.positional.extend(Argument(None, None, values=v) for v in elements)
    splats: list[ast.expr] = []
    for keyword in node.keywords:
        if keyword.arg is not None:
            passed.keywords[keyword.arg] = Argument(keyword.value, context, keyword=keyword.arg)
        elif not _spread_mapping(evaluator, keyword.value, context, passed):
            splats.append(keyword.value)
    if splats:
        passed.open_keywords = True
        passed.splats = tuple(splats)
        if len(splats) == 1:
            values = evaluator.evaluate(splats[0], context)
            if len(values) == 1 and isinstance(values[0], Mapping):
                passed.missing = values[0].missing
    return passed


def _spread_mapping(evaluator: Evaluator, node: ast.expr, context: Context, passed: Passed) -> bool:
    """Spread `**node`; False if it may hold what is not in sight."""
    values = evaluator.insist(node, context)
    if not all(isinstance(v, Mapping) for v in values):
        return False
    mapping = either(values, node)
    for key, entry in mapping.entries.items():
        if isinstance(key, str):
            argument = Argument(mapping.nodes.get(key), None, values=entry)
            passed.keywords.setdefault(key, argument)
    return mapping.is_whole


# Frames --------------------------------------------------------------------------------------


def frame_for(
    evaluator: Evaluator, function: Function, passed: Passed, outer: Frame | None
) -> Frame:
    """The parameters of a function for one caller; the same for each question about that."""
    known = function.scope.module.frames
    receiver = function.receiver and function.receiver.key()
    way = evaluator.is_deep, evaluator.is_rough
    key = (function.scope, function.frame, receiver, passed.key, outer, way)
    if key in known:
        return known[key]
    frame, is_whole = evaluator.whole(lambda: _frame(evaluator, function, passed, outer))
    if is_whole:
        known[key] = frame
    return frame


def _frame(evaluator: Evaluator, function: Function, passed: Passed, outer: Frame | None) -> Frame:
    """What the caller of a function leaves out is its default."""
    scope, arguments = function.scope, function.scope.arguments
    names, keyword_only = parameter_names(arguments), [a.arg for a in arguments.kwonlyargs]
    values: dict[str, Alternatives] = {}
    if function.receiver is not None and names:
        values[names.pop(0)] = (function.receiver,)
    elif function.receiver is not None:
        # `def inner(*args, **kwargs)`, which a decorator put in the place of a method.
        passed = passed.behind(Argument(None, None, values=(function.receiver,)))
    bound = bind(passed, names, keyword_only)
    defaulted = defaults(arguments)
    where = outside(scope, function.frame)
    for name in (*names, *keyword_only):
        if name in bound.named:
            values[name] = evaluator.argument(bound.named[name])
        elif bound.may_hold(name, name in names):
            values[name] = NOTHING_KNOWN
        elif name in defaulted:
            values[name] = evaluator.evaluate(defaulted[name], where)
    _declare(evaluator, arguments, values, where, bound.named.keys())
    if arguments.kwarg is not None:
        extra = containers.of_keywords(evaluator, bound.extra, bound.open_keywords, arguments.kwarg)
        missing = frozenset(keyword_names(arguments))
        values[arguments.kwarg.arg] = (replace(extra, missing=missing, written=False),)
    if arguments.vararg is not None and not bound.open_positional:
        elements = tuple(evaluator.argument(a) for a in bound.rest)
        values[arguments.vararg.arg] = (
            Collection(elements, True, arguments.vararg, is_tuple=True),
        )
    depth = (outer.depth if outer else 0) + 1
    given = frozenset(name for name, a in bound.named.items() if not is_left_out(a))
    return frames.shared(scope, values, function.frame, depth, given, outer)


def is_left_out(argument: Argument) -> bool:
    """Whether an argument is a parameter of its function of which the caller gave none."""
    node, context = argument.node, argument.context
    if not isinstance(node, ast.Name) or context is None or context.frame is None:
        return False
    frame = context.frame
    kinds = [binding.kind for binding in frame.scope.bindings.get(node.id, ())]
    return (
        context.scope.of_statement is frame.scope
        and kinds == ["parameter"]
        and node.id in frame.parameters
        and node.id not in frame.given
    )


def _declare(
    evaluator: Evaluator,
    arguments: ast.arguments,
    values: dict[str, Alternatives],
    where: Context,
    given: Set[str],
) -> None:
    """Where a caller's argument is unknown, the parameter's annotation still holds; a default, or
    None where a number could stand, is known."""
    for argument in named_parameters(arguments):
        name = argument.arg
        if argument.annotation is None or name not in values:
            continue
        is_only_none = are_none(values[name])
        if is_only_none and name not in given:
            continue
        declared = types.unless_known(evaluator, values[name], argument.annotation, where)
        if FOREIGN in values[name]:
            # Whoever made a client out of sight may have bounded it.
            declared = tuple(v for v in declared if not _is_taken_for_plain(evaluator, v))
        if not is_only_none or any(isinstance(v, Instance) for v in declared):
            values[name] = declared


def _is_taken_for_plain(evaluator: Evaluator, value: Value) -> bool:
    client = evaluator.client_of(value)
    return client is not None and not client.may_hold_default


# Calls ---------------------------------------------------------------------------------------


def call(evaluator: Evaluator, node: ast.Call, context: Context) -> Alternatives:
    """What a call returns."""
    taken = containers.method(evaluator, node, context)
    if taken is not None:
        return taken
    if isinstance(node.func, ast.Attribute) and node.func.attr in evaluator.catalogue.parts:
        parts = _parts(evaluator, node.func, node, context)
        if parts:
            return parts
    if called_name(node) in handing.AWAITED:
        awaited = handing.returned(evaluator, node, context)
        if awaited:
            return awaited
    site = Site(node, context, None)  # type: ignore[arg-type]
    groups: list[Alternatives] = []
    for callee in evaluator.evaluate(node.func, context):
        if isinstance(callee, (Unknown, Parameter, Literal)):
            continue  # to call a literal raises
        if isinstance(callee, SenderValue):
            groups.append((ANSWER,))
            continue
        if site.passed is None:
            site.passed = passed_by(evaluator, node, context)
        groups.append(result_of(evaluator, callee, site))
    if not groups and isinstance(node.func, ast.Attribute):
        if FOREIGN in evaluator.evaluate(node.func.value, context):
            return (FOREIGN,)
    return union(groups) if groups else _kept_elsewhere(evaluator, site)


def _kept_elsewhere(evaluator: Evaluator, site: Site) -> Alternatives:
    """The clients that a call gives to a function of which nothing is known, if that stands in a module
    that has nothing to do with requests and gives them back: `session = cache.put(url, session)`."""
    node, context = site.node, site.context
    if evaluator.is_deep or not (node.args or node.keywords):
        return NOTHING_KNOWN
    given = union(evaluator.evaluate(part, context) for part in written_arguments(node))
    clients = tuple(value for value in given if evaluator.client_of(value) is not None)
    if not clients:
        return NOTHING_KNOWN
    if evaluator.is_rough:
        return (*clients, Collection((clients,), False, node, is_tuple=True))
    known = {value.key() for value in clients}
    returned = evaluator.in_depth(lambda: call(evaluator, node, context))
    return tuple(v for v in returned if not known.isdisjoint(_keys(v))) or NOTHING_KNOWN


def _keys(value: Value) -> set[object]:
    """The keys of a value and, of a tuple, of what it holds."""
    held = value.elements if isinstance(value, Collection) and value.is_tuple else ()
    return {value.key(), *(v.key() for each in held for v in each)}


def _parts(
    evaluator: Evaluator, method: ast.Attribute, node: ast.Call, context: Context
) -> Alternatives:
    """The clients of which a call returns a part: it stands for the whole, since it has the same
    default."""
    found = []
    for client in evaluator.evaluate(method.value, context):
        known = evaluator.client_of(client)
        if known is None or method.attr not in known.parts:
            continue
        if isinstance(client, Instance) and isinstance(client.cls, Symbol):
            passed = passed_by(evaluator, node, context)
            options = passed.keywords.get(known.parts[method.attr] or "")
            if options is None or _lacks_timeout(evaluator.argument(options)):
                found.append(client.via(context.scope, node))
    return tuple(found)


def _lacks_timeout(options: Alternatives) -> bool:
    return all(
        is_none(v) or (isinstance(v, Mapping) and not v.open and "timeout" not in v.entries)
        for v in options
    )


def behind_partials(callee: Value, passed: Passed) -> tuple[Value, Passed, list[Site]]:
    """What is called in the end, and with what; with the partials before it."""
    partials = []
    while isinstance(callee, Partial):
        passed = passed.after(callee.site.passed)
        partials.append(callee.site)
        callee = callee.function
    return callee, passed, partials


def result_of(evaluator: Evaluator, callee: Value, site: Site) -> Alternatives:
    """What calling one value returns."""
    if isinstance(callee, Class):
        return _constructed(evaluator, callee, site)
    if isinstance(callee, Symbol):
        return _symbol_called(evaluator, callee, site)
    if isinstance(callee, Function):
        return returned(evaluator, callee, site)
    if isinstance(callee, Partial):
        inner = Site(site.node, site.context, site.passed.after(callee.site.passed))
        return result_of(evaluator, callee.function, inner)
    if isinstance(callee, Giver):
        return callee.values
    if isinstance(callee, Instance):
        found = called(evaluator, (callee,))
        return union(result_of(evaluator, f, site) for f in found if isinstance(f, Function))
    return NOTHING_KNOWN


def called(evaluator: Evaluator, callees: Alternatives) -> Alternatives:
    """What is called in the end: in the place of an object of the project its `__call__`, if that is
    in sight."""
    if not any(isinstance(callee, Instance) for callee in callees):
        return callees
    return union(_called(evaluator, callee) for callee in callees)


def _called(evaluator: Evaluator, callee: Value) -> Alternatives:
    if not isinstance(callee, Instance) or not isinstance(callee.cls, Class):
        return (callee,)
    found = objects.class_attribute(evaluator, callee.cls, "__call__", callee)
    return tuple(f for f in found if isinstance(f, Function)) or (callee,)


def _constructed(evaluator: Evaluator, cls: Class, site: Site) -> Alternatives:
    made = Instance(cls, None if evaluator.is_rough else site)
    made.steps = cls.steps
    return (made.via(site.context.scope, site.node),)


def _symbol_called(evaluator: Evaluator, callee: Symbol, site: Site) -> Alternatives:
    path = callee.path
    client = evaluator.catalogue.factory(path) or (path if evaluator.client_at(path) else None)
    if client is not None:
        made = Instance(Symbol(client), site)
        made.steps = callee.steps
        return (made.via(site.context.scope, site.node),)
    parent, _, name = path.rpartition(".")
    owner = evaluator.client_at(parent)
    if owner is not None and name in owner.mappings:
        return (Mapping(dict.fromkeys(owner.mappings[name], NOTHING_KNOWN), False, site.node),)
    special = standard.RETURNS.get(path)
    if special is not None:
        values = special(evaluator, site)
        if values is not None:
            return values
    return (Result(path, site) if _is_kept(evaluator, path, site) else FOREIGN,)


def _is_kept(evaluator: Evaluator, path: str, site: Site) -> bool:
    """Whether somebody may want to know more of what a callable outside the project returned."""
    return (
        evaluator.catalogue.library_of(path) is not None
        or path in KEPT
        or path in timers.RESULTS
        or path.startswith(("ssl.", "asyncio.", "trio.", "anyio.", "async_timeout."))
        or path.endswith(("dumps", "Factory", ".encode", "Timeout"))
        or not {"factory", "default_factory", "default"}.isdisjoint(site.passed.keywords)
    )


def returned(evaluator: Evaluator, function: Function, site: Site | None = None) -> Alternatives:
    """What a function returns: for any caller, or, where that depends on it, for one."""
    general = _for_any_caller(evaluator, function)
    if site is None or not any(_depends(evaluator, v, function.scope) for v in general):
        return general
    if evaluator.is_rough:
        return _given_back(evaluator, function, site, general)
    outer = site.context.frame
    if outer is not None and (
        outer.depth >= FRAMES or outer.functions.count(function.scope) >= TURNS
    ):
        return general
    return evaluator.remember(
        evaluator.memo(site.context.scope.module),
        ("returned", function.key(), site.node, outer),
        lambda: _returns(evaluator, function, frame_for(evaluator, function, site.passed, outer)),
    )


def _given_back(
    evaluator: Evaluator, function: Function, site: Site, general: Alternatives
) -> Alternatives:
    """What a function returns, with what the caller gave in the place of its parameters."""
    given = taken_by(function, site.passed)

    def told(value: Value) -> Alternatives:
        if isinstance(value, Collection) and value.is_tuple:
            elements = tuple(union(map(told, each)) for each in value.elements)
            return (replace(value, elements=elements),)
        own = _parameter_of(value)
        if own is None or own.scope is not function.scope or own.name not in given:
            return (value,)
        values = evaluator.argument(given[own.name])
        return values if value is own or any(map(tells, values)) else (value,)

    return union(map(told, general))


def _parameter_of(value: Value) -> Parameter | Plain | None:
    """The parameter that a value came by."""
    if isinstance(value, Instance):
        return value.parameter
    return value if isinstance(value, (Parameter, Plain)) else None


def _depends(evaluator: Evaluator, value: Value, scope: Scope) -> bool:
    """Whether a value depends on what its function was given: its parameter itself, or something
    that matters and was made with one."""
    parameter = _parameter_of(value)
    if parameter is not None:
        return parameter.scope is scope
    if isinstance(value, Managed):
        return any(_depends(evaluator, v, scope) for v in value.values)
    if isinstance(value, Collection) and value.is_tuple:
        return any(_depends(evaluator, v, scope) for each in value.elements for v in each)
    if isinstance(value, Mapping):
        return not value.written
    if isinstance(value, Result) and not evaluator.knows(value):
        return False
    if isinstance(value, (Instance, Partial, Result)) and value.site is not None:
        site = value.site
        return site.context.scope is scope and bool(site.node.args or site.node.keywords)
    return isinstance(value, Function) and value.scope.parent is scope


def _for_any_caller(evaluator: Evaluator, function: Function) -> Alternatives:
    receiver = function.receiver
    memo = evaluator.memo(function.scope.module)
    key = ("returns", function.key())
    if (
        function.frame is None
        and isinstance(receiver, Instance)
        and (receiver.site is not None or _is_inherited(function, receiver))
    ):
        return evaluator.remember(memo, key, lambda: _with_receiver(evaluator, function))
    return evaluator.remember(memo, key, lambda: _returns(evaluator, function, None))


def _is_inherited(function: Function, receiver: Instance) -> bool:
    """Whether a method is one of a base: `self` is more than the base knows of."""
    owner = function.scope.owner
    return isinstance(receiver.cls, Class) and owner is not None and receiver.cls.scope is not owner


def _with_receiver(evaluator: Evaluator, function: Function) -> Alternatives:
    """For an object whose construction or class is in sight: its own attributes count."""
    names = parameter_names(function.scope.arguments)
    assert function.receiver is not None
    values: dict[str, Alternatives] = {names[0]: (function.receiver,)} if names else {}
    return _returns(evaluator, function, frames.shared(function.scope, values, function.frame))


def _returns(evaluator: Evaluator, function: Function, frame: Frame | None) -> Alternatives:
    scope = function.scope
    node = scope.node
    if frame is None and function.frame is not None:
        frame = frames.shared(scope, {}, function.frame, function.frame.depth)
    if isinstance(node, ast.Lambda):
        return evaluator.evaluate(node.body, Context(scope, None, frame))
    groups = []
    kind = _decoration(node)
    if scope.yields or kind == "manager":
        for each, statement in scope.yields:
            assert each.value is not None
            made = evaluator.evaluate(each.value, Context(scope, statement, frame))
            groups.append(containers.elements(made) if isinstance(each, ast.YieldFrom) else made)
        values = union(groups)
        if kind == "manager":
            # The annotation says what iterating gives.
            given = (
                (v,) if v in values or not isinstance(v, Collection) else containers.contents(v)
                for v in _declared(evaluator, function, values)
            )
            return (Managed(union(given), node, scope),)
        if kind == "fixture":
            return values
        return _declared(evaluator, function, (Collection((values,), False, node),))
    for statement in scope.returns:
        if statement.value is not None:
            groups.append(evaluator.evaluate(statement.value, Context(scope, statement, frame)))
    values = union(groups)
    # A subclass may return something else.
    holder = function.receiver
    if holder is not None:
        values = tuple(objects.opened(v) for v in values)
    elif scope.owner is not None and members.method_kind(scope) == "static":
        holder = Class(scope.owner)
    if holder is not None and elsewhere.is_up_to_heirs(evaluator, holder, scope.name, values):
        values = union([values, NOTHING_KNOWN])
    return _declared(evaluator, function, values)


def _declared(evaluator: Evaluator, function: Function, values: Alternatives) -> Alternatives:
    """What a function returns; where that tells nothing, what its annotation says."""
    scope = function.scope
    annotation = getattr(scope.node, "returns", None)
    if annotation is None:
        return values
    if dotted(annotation) in ("Self", "typing.Self", "typing_extensions.Self"):
        return (function.receiver,) if function.receiver is not None else values
    return types.unless_known(evaluator, values, annotation, outside(scope, function.frame))


def _decoration(node: ast.AST) -> str:
    for name in decorations(node):
        last = name.rpartition(".")[2]
        if last in MANAGERS:
            return "manager"
        if last == "fixture":
            return "fixture"
    return ""
