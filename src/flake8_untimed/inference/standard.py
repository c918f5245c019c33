"""Functions of the standard library that lead to what they are given: `getattr`, `super`, `partial`,
containers and what takes things out of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import resolve_name
from typing import TYPE_CHECKING

from flake8_untimed.inference import annotations as types
from flake8_untimed.inference import containers, imports, invoke, lineage, members, names, objects
from flake8_untimed.inference.arguments import Argument, Passed, bind
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    Alternatives,
    Class,
    Collection,
    Instance,
    Literal,
    Mapping,
    Parameter,
    Partial,
    SenderValue,
    Site,
    Super,
    Symbol,
    Unknown,
    Value,
    are_none,
    either,
    perhaps,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator


def _first(evaluator: Evaluator, site: Site) -> Alternatives | None:
    positional = site.passed.positional
    return evaluator.argument(positional[0]) if positional else None


def _gather(evaluator: Evaluator, site: Site) -> Alternatives | None:
    if site.passed.open_positional:
        return None
    each = tuple(evaluator.argument(argument) for argument in site.passed.positional)
    return (Collection(each, True, site.node),)


def _type(evaluator: Evaluator, site: Site) -> Alternatives | None:
    if len(site.passed.positional) != 1:
        return None
    values = evaluator.argument(site.passed.positional[0])
    return union(objects.attribute(evaluator, value, "__class__") for value in values)


def _getattr(evaluator: Evaluator, site: Site) -> Alternatives | None:
    positional = site.passed.positional
    if len(positional) < 2:
        return None
    groups = []
    names = evaluator.argument(positional[1])
    for value in evaluator.argument(positional[0]):
        for name in names:
            if isinstance(name, Literal) and isinstance(name.value, str):
                groups.append(objects.attribute(evaluator, value, name.value))
                if len(positional) > 2 and not _is_surely_set(evaluator, value, name.value):
                    groups.append(evaluator.argument(positional[2]))
            else:
                groups.append(_some_sender(evaluator, value))
    return union(groups)


def _is_surely_set(evaluator: Evaluator, value: Value, name: str) -> bool:
    """Whether an object has an attribute from the beginning, as far as its class is in sight."""
    if not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return True
    return any(
        isinstance(base, Class)
        and (
            name in base.scope.bindings
            or any(s.is_at_first for s in members.attribute_stores(base.scope).get(name, ()))
        )
        for base in lineage.mro(evaluator, value.cls)
    )


def _some_sender(evaluator: Evaluator, value: Value) -> Alternatives:
    """`getattr(requests, method)`: one of the verbs, whichever; all take the same keywords."""
    if isinstance(value, Symbol):
        found = evaluator.symbol(f"{value.path}.get")
        library = evaluator.catalogue.library_of(value.path)
        if isinstance(found, SenderValue) and library and value.path in library.packages:
            return (SenderValue(found.sender, f"{value.path}.*"),)
    elif isinstance(value, Instance):
        client = evaluator.client_of(value)
        if client is not None and "get" in client.senders:
            sender = SenderValue(client.senders["get"], f"{client.path}.*", value)
            sender.steps = value.steps
            return (sender,)
    return NOTHING_KNOWN


def _import_module(evaluator: Evaluator, site: Site) -> Alternatives | None:
    given = bind(site.passed, ("name", "package")).named
    name, package = (_text(evaluator, given.get(which)) for which in ("name", "package"))
    if not name:
        return None
    if name.startswith("."):
        if not package:
            return None
        try:
            name = resolve_name(name, package)
        except ImportError:
            return None
    return (imports.module_named(evaluator, site.context.scope.module.path, name),)


def _text(evaluator: Evaluator, argument: Argument | None) -> str | None:
    """The text that an argument is."""
    values = evaluator.argument(argument) if argument is not None else ()
    texts = [v.value for v in values if isinstance(v, Literal) and isinstance(v.value, str)]
    return texts[0] if len(texts) == len(values) == 1 else None


def _super(evaluator: Evaluator, site: Site) -> Alternatives | None:
    scope = site.context.scope.of_method
    if scope is None or scope.owner is None:
        return None
    cls = Class(scope.owner)
    first = members.first_parameter(scope)
    instance = Instance(cls)
    if first is not None and site.context.frame is not None:
        for value in names.look_up(evaluator, first, site.context):
            if isinstance(value, Instance):
                instance = value
    return (Super(cls, instance),)


def _partial(evaluator: Evaluator, site: Site) -> Alternatives | None:
    functions = _first(evaluator, site)
    if not functions:
        return None
    inner = Site(site.node, site.context, site.passed.shifted(1))
    made = [
        Partial(f, inner) for f in functions if not isinstance(f, (Unknown, Parameter, Literal))
    ]
    for each in made:
        each.steps = each.function.steps
    return tuple(m.via(site.context.scope, site.node) for m in made) or None


def _cast(evaluator: Evaluator, site: Site) -> Alternatives | None:
    """`cast(Session, x)`: x itself, where that is known."""
    if len(site.node.args) != 2 or len(site.passed.positional) != 2:
        return None
    declared, values = site.node.args[0], evaluator.argument(site.passed.positional[1])
    # None only holds the place.
    values = NOTHING_KNOWN if are_none(values) else values
    return types.unless_known(evaluator, values, declared, site.context)


def _next(evaluator: Evaluator, site: Site) -> Alternatives | None:
    values = _first(evaluator, site)
    return containers.elements(values) if values else None


def _dict(evaluator: Evaluator, site: Site) -> Alternatives | None:
    passed = site.passed
    made = Mapping({}, passed.open_positional, site.node)
    if passed.positional:
        made = made.under(either(evaluator.argument(passed.positional[0]), site.node))
    named = containers.of_keywords(evaluator, passed.keywords, passed.open_keywords, site.node)
    return (made.under(replace(named, missing=passed.missing)),)


def _enumerate(evaluator: Evaluator, site: Site) -> Alternatives | None:
    values = _first(evaluator, site)
    if not values:
        return None
    pair = Collection((NOTHING_KNOWN, containers.elements(values)), True, site.node)
    return (Collection(((pair,),), False, site.node),)


def _zip(evaluator: Evaluator, site: Site) -> Alternatives | None:
    each = [
        containers.elements(evaluator.argument(a)) or NOTHING_KNOWN for a in site.passed.positional
    ]
    if site.passed.open_positional or not each:
        return None
    return (Collection(((Collection(tuple(each), True, site.node),),), False, site.node),)


def _default_dict(evaluator: Evaluator, site: Site) -> Alternatives | None:
    """`defaultdict(Session)`: any of its items may be one that the factory made. What is made of
    other kinds is filled later."""
    factories = _first(evaluator, site)
    if not factories or len(site.passed.positional) > 1:
        return None
    inner = Site(site.node, site.context, Passed())
    made = union(invoke.result_of(evaluator, f, inner) for f in factories)
    if not all(isinstance(value, Instance) for value in made):
        return None
    return (Mapping({}, False, site.node, made),)


def _copied(
    evaluator: Evaluator, site: Site, is_tuple: bool = False, keeps_order: bool = True
) -> Alternatives | None:
    """`list(elements)` and its like."""
    if site.passed.open_positional:
        return None
    values = _first(evaluator, site)
    if values is None:
        held: tuple[Alternatives, ...] = ()
    elif len(values) == 1 and isinstance(values[0], Collection):
        held, keeps_order = values[0].elements, keeps_order and values[0].ordered
    else:
        held, keeps_order = (containers.elements(values),), False
    return (Collection(held, keeps_order, site.node, is_tuple),)


def _deque(evaluator: Evaluator, site: Site) -> Alternatives | None:
    """With a `maxlen=`, the first elements are not kept."""
    node = site.node
    return _copied(evaluator, site, keeps_order=len(node.args) + len(node.keywords) < 2)


def _queue(evaluator: Evaluator, site: Site) -> Alternatives | None:
    """Others may put something into it."""
    return (Collection((NOTHING_KNOWN,), False, site.node),)


def _context_variable(evaluator: Evaluator, site: Site) -> Alternatives | None:
    """It holds its default, or whatever it is set to."""
    default = site.passed.keywords.get("default")
    held = evaluator.argument(default) if default is not None else ()
    return (Mapping({}, True, site.node, perhaps(held)),)


RETURNS: dict[str, Callable[[Evaluator, Site], Alternatives | None]] = {
    "builtins.getattr": _getattr,
    "importlib.import_module": _import_module,
    "builtins.__import__": _import_module,
    "pytest.importorskip": _import_module,
    "builtins.super": _super,
    "builtins.type": _type,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "typing.cast": _cast,
    "typing_extensions.cast": _cast,
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "builtins.list": _copied,
    "builtins.iter": _copied,
    "collections.deque": _deque,
    **dict.fromkeys(
        (
            f"{module}.{name}"
            for module in ("queue", "asyncio", "asyncio.queues", "multiprocessing")
            for name in ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")
        ),
        _queue,
    ),
    "contextvars.ContextVar": _context_variable,
    "builtins.tuple": partial(_copied, is_tuple=True),
    **dict.fromkeys(
        ("builtins.set", "builtins.frozenset", "builtins.reversed", "builtins.sorted"),
        partial(_copied, keeps_order=False),
    ),
    "itertools.cycle": partial(_copied, keeps_order=False),
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "random.choice": _next,
    "collections.defaultdict": _default_dict,
    "builtins.staticmethod": _first,
    "functools.cache": _first,
    "functools.lru_cache": _first,
    "builtins.bytes": _first,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "asyncio.run": _first,
    "asyncio.create_task": _first,
    "asyncio.ensure_future": _first,
    "asyncio.gather": _gather,
    "asyncio.shield": _first,
    "asyncio.wait_for": _first,
    "weakref.proxy": _first,
    "asgiref.sync.sync_to_async": _first,
}
"""What calling each returns; None where that is nothing of interest."""
