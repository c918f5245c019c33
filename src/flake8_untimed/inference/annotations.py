"""Types as written: `requests.Session | None`, `"Session"`, `dict[str, Session]`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_untimed.inference import containers
from flake8_untimed.inference.syntax import dotted
from flake8_untimed.inference.values import (
    ANSWER,
    NOTHING_KNOWN,
    OTHER,
    UNKNOWN,
    Alias,
    Alternatives,
    Class,
    Collection,
    Context,
    Giver,
    Instance,
    Literal,
    Managed,
    Mapping,
    Result,
    Symbol,
    Value,
    tells,
    union,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

_PLAIN = frozenset(
    f"builtins.{name}"
    for name in ("dict", "list", "str", "int", "float", "bool", "bytes", "set", "tuple")
)
_WRAPPERS = frozenset(
    ("Optional", "Union", "Final", "ClassVar", "Required", "NotRequired", "InitVar", "Awaitable",
     "Coroutine", "Mapped", "SkipValidation", "ReadOnly")
)  # fmt: skip
_SEQUENCES = frozenset(
    ("list", "List", "set", "Set", "frozenset", "FrozenSet", "Sequence", "Iterable", "Iterator",
     "Generator", "AsyncIterator", "AsyncGenerator", "AsyncIterable", "Collection", "deque", "Deque",
     "MutableSequence", "Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "WeakSet")
)  # fmt: skip
_MAPPINGS = frozenset(
    ("dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict",
     "WeakValueDictionary", "WeakKeyDictionary", "ChainMap", "ContextVar")
)  # fmt: skip
_MANAGERS = frozenset(
    ("ContextManager", "AsyncContextManager", "AbstractContextManager",
     "AbstractAsyncContextManager")
)  # fmt: skip
_CHOICES = 20
"""Types in one `a | b | ...`; more than that, and it is none."""
_GENERIC = _WRAPPERS | _SEQUENCES | _MAPPINGS | _MANAGERS | {"Annotated", "Callable"}


def unless_known(
    evaluator: Evaluator, values: Alternatives, annotation: ast.expr | None, context: Context
) -> Alternatives:
    """The values; where they tell nothing, what the annotation says."""
    if annotation is None or ANSWER in values:
        return values
    if any(tells(v) for v in values):
        return unless_filled(values, lambda: instances(evaluator, annotation, context))
    declared = instances(evaluator, annotation, context)
    known = tuple(v for v in declared if v is not UNKNOWN)
    return union([known, values]) if known else values


def unless_filled(values: Alternatives, declared: Callable[[], Alternatives]) -> Alternatives:
    """The values; containers into which nothing is seen to be put that tells may hold the objects
    that their annotation says: `sessions: dict[str, Session] = {}`."""
    held = [v for v in values if isinstance(v, (Collection, Mapping))]
    if not held or any(tells(c) for v in held for c in containers.contents(v)):
        return values
    if any(tells(v) for v in values if v not in held):
        return values
    holding = tuple(
        v for v in declared() if any(isinstance(c, Instance) for c in containers.contents(v))
    )
    return union([holding, values]) if holding else values


def instances(
    evaluator: Evaluator, node: ast.expr, context: Context, depth: int = 0
) -> Alternatives:
    """The objects that an annotation admits."""
    if depth > 8:
        return NOTHING_KNOWN
    if isinstance(node, ast.Constant):
        return _of_constant(evaluator, node, context, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        both = (node.left, node.right)
        return union(instances(evaluator, part, context, depth + 1) for part in both)
    if isinstance(node, ast.Subscript):
        return _of_generic(evaluator, node, context, depth)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return NOTHING_KNOWN
    return union(
        instances(evaluator, value.node, value.context, depth + 1)
        if isinstance(value, Alias)
        else (_instance(evaluator, value).via(context.scope, node),)
        for value in evaluator.evaluate(node, context)
    )


def is_type(node: ast.expr) -> bool:
    """Whether an expression is a type, by the look of it: `Optional[Session]`, `Session | None`."""
    choices = 0
    while isinstance(node, ast.BinOp) and choices < _CHOICES:
        if not isinstance(node.op, ast.BitOr) or not _is_choice(node.right):
            return False
        node = node.left
        choices += 1
    return _is_generic(node) or (choices > 0 and _is_choice(node))


def _is_generic(node: ast.expr) -> bool:
    name = dotted(node.value) if isinstance(node, ast.Subscript) else None
    return name is not None and name.rpartition(".")[2] in _GENERIC


def _is_choice(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, (ast.Name, ast.Attribute)) or _is_generic(node)


def _instance(evaluator: Evaluator, value: Value) -> Value:
    made: Value
    if isinstance(value, Result) and value.path.endswith(".TypeVar"):
        bound = value.site.passed.keywords.get("bound")
        if bound is not None and bound.node is not None and bound.context is not None:
            return instances(evaluator, bound.node, bound.context, 1)[0]
    if isinstance(value, Class) or (
        isinstance(value, Symbol) and evaluator.client_at(value.path) is not None
    ):
        made = Instance(value)
    elif isinstance(value, Symbol) and value.path in _PLAIN:
        return OTHER
    else:
        return NOTHING_KNOWN[0]
    made.steps = value.steps
    return made


def _of_constant(
    evaluator: Evaluator, node: ast.Constant, context: Context, depth: int
) -> Alternatives:
    if node.value is None:
        return (Literal(None),)
    if not isinstance(node.value, str) or len(node.value) > 500:
        return NOTHING_KNOWN
    try:
        parsed = ast.parse(node.value.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return NOTHING_KNOWN
    return instances(evaluator, parsed, context, depth + 1)


def _of_generic(
    evaluator: Evaluator, node: ast.Subscript, context: Context, depth: int
) -> Alternatives:
    name = (dotted(node.value) or "").rpartition(".")[2]
    inside = node.slice
    parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    if not parts:
        return NOTHING_KNOWN
    deeper = depth + 1
    if name in _WRAPPERS:
        groups = [instances(evaluator, part, context, deeper) for part in parts]
        return union([*groups, (Literal(None),)] if name == "Optional" else groups)
    if name == "Annotated":
        return instances(evaluator, parts[0], context, deeper)
    if name in _SEQUENCES:
        return (Collection((instances(evaluator, parts[0], context, deeper),), False, node),)
    if name in _MAPPINGS:
        others = instances(evaluator, parts[-1], context, deeper)
        return (Mapping({}, True, node, others, written=False),)
    if name in _MANAGERS:
        return (Managed(instances(evaluator, parts[0], context, deeper), node),)
    if name == "Callable":
        given = instances(evaluator, parts[-1], context, deeper)
        return (Giver(given, node),) if any(map(evaluator.knows, given)) else NOTHING_KNOWN
    if name in ("tuple", "Tuple"):
        every = not (len(parts) == 2 and isinstance(parts[1], ast.Constant))
        elements = [instances(evaluator, p, context, deeper) for p in parts]
        return (Collection(tuple(elements if every else elements[:1]), every, node, is_tuple=True),)
    if name in ("type", "Type"):
        return evaluator.evaluate(parts[0], context)
    return union((_instance(evaluator, v),) for v in evaluator.evaluate(node.value, context))
