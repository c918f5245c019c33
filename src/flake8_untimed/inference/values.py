"""What inference says an expression is.

An expression has *alternatives*: a tuple of values, one for each thing that it may be at run time
as far as the code tells (`session or requests.Session()` has two). `UNKNOWN` among them stands for
whatever the code does not tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from flake8_untimed.libraries.model import Sender

if TYPE_CHECKING:
    from flake8_untimed.inference.arguments import Passed
    from flake8_untimed.inference.scopes import Scope

LIMIT = 16
"""More alternatives than this are not told apart: the expression is unknown."""


class Step(NamedTuple):
    """One step by which a value was reached; `holder` is the name or attribute that held it."""

    scope: Scope
    node: ast.AST
    holder: tuple[Scope, str] | None
    before: Step | None


class Context(NamedTuple):
    """Where an expression stands: its scope, its statement (None: the scope's end), and what is
    known of the parameters when the function is looked at for one particular caller."""

    scope: Scope
    at: ast.stmt | None
    frame: Frame | None = None


def outside(scope: Scope, frame: Frame | None = None) -> Context:
    """Where the header of a function or class stands: decorators, defaults, annotations, bases."""
    return Context(scope.parent or scope, scope.statement, frame)


class Frame:
    """The parameters of a function, for one particular caller or for those who give the same."""

    __slots__ = ("callers", "closure", "depth", "given", "parameters", "scope")

    def __init__(
        self,
        scope: Scope,
        parameters: dict[str, Alternatives],
        closure: Frame | None,
        depth: int,
        given: frozenset[str],
        callers: tuple[Scope, ...],
    ) -> None:
        self.scope = scope
        self.parameters = parameters
        self.closure = closure
        self.depth = depth
        self.given = given
        """Parameters that somebody gave: not the caller left them to their defaults, nor those who
        called it what it handed on."""
        self.callers = callers

    @property
    def functions(self) -> tuple[Scope, ...]:
        """The function, and those that call each other to get to it."""
        return (self.scope, *self.callers)


class Value:
    """The base of all values. Only `steps` is ever set after they are made."""

    steps: Step | None = None

    def key(self) -> object:
        """Two values with the same key are the same thing, however they were reached."""
        return id(self)

    def way(self) -> Iterator[Step]:
        """The steps by which it came here, the last one first."""
        step = self.steps
        while step is not None:
            yield step
            step = step.before

    def via(self: V, scope: Scope, node: ast.AST, holder: tuple[Scope, str] | None = None) -> V:
        """The same value, reached by one step more."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        copy.steps = Step(scope, node, holder, self.steps)
        return copy


V = TypeVar("V", bound=Value)


class Unknown(Value):
    """Nothing is known."""

    def via(self: V, scope: Scope, node: ast.AST, holder: tuple[Scope, str] | None = None) -> V:
        return self


class Other(Unknown):
    """Known, and nothing that sends requests: a dict, a number, a list."""


class Answer(Other):
    """What a request returned."""


class Foreign(Unknown):
    """Returned by code out of sight: whatever it is, that may have set it up."""


UNKNOWN = Unknown()
OTHER = Other()
ANSWER = Answer()
FOREIGN = Foreign()
Alternatives = tuple[Value, ...]
NOTHING_KNOWN: Alternatives = (UNKNOWN,)
_UNKNOWN_KEY = UNKNOWN.key()


@dataclass(eq=False, repr=False)
class Parameter(Value):
    """A function's own parameter of which only its callers know."""

    scope: Scope
    name: str

    def key(self) -> object:
        return (Parameter, self.scope, self.name)


@dataclass(eq=False, repr=False)
class Alias(Unknown):
    """A type under another name: `Maybe = Optional[Session]`. No object itself."""

    node: ast.expr
    context: Context

    def key(self) -> object:
        return (Alias, self.node)


@dataclass(eq=False, repr=False)
class Plain(Other):
    """A function's own parameter that is annotated as nothing that sends requests. What a caller
    gives may still tell more: `options: dict`."""

    scope: Scope
    name: str

    def key(self) -> object:
        return (Plain, self.scope, self.name)


@dataclass(eq=False, repr=False)
class Literal(Value):
    """None, a bool, a number, a string, bytes."""

    value: object

    def key(self) -> object:
        return (type(self.value), self.value)


class Marked(Value):
    """What a caller might give, and nothing else is: to see where it goes, and whether it gets there
    as it is."""

    def key(self) -> object:
        return Marked


@dataclass(eq=False, repr=False)
class Symbol(Value):
    """Something of a package outside the project, by its canonical import path."""

    path: str

    def key(self) -> object:
        return (Symbol, self.path)


@dataclass(eq=False, repr=False)
class ProjectModule(Value):
    """A module of the project, by the scope of its body."""

    scope: Scope

    def key(self) -> object:
        return (ProjectModule, self.scope)


@dataclass(eq=False, repr=False)
class Function(Value):
    """A function or lambda of the project; `receiver` is the object that it is bound to."""

    scope: Scope
    receiver: Value | None = None
    frame: Frame | None = None

    def key(self) -> object:
        return (Function, self.scope, self.receiver and self.receiver.key(), self.frame)


@dataclass(eq=False, repr=False)
class Class(Value):
    """A class of the project."""

    scope: Scope

    def key(self) -> object:
        return (Class, self.scope)


@dataclass(eq=False, repr=False)
class Site:
    """One place where something is called, with what is passed to it."""

    node: ast.Call
    context: Context
    passed: Passed


@dataclass(eq=False, repr=False)
class Instance(Value):
    """An object of a class in sight or of a library's client class. `site` is its construction,
    None when that is out of sight (an annotated parameter, `self`); `parameter`: the one that it
    came by, of which a caller may tell more."""

    cls: Class | Symbol
    site: Site | None = None
    parameter: Parameter | None = None

    def key(self) -> object:
        return (
            Instance,
            self.cls.key(),
            self.site and self.site.node,
            self.site and self.site.context.frame,
        )


@dataclass(eq=False, repr=False)
class SenderValue(Value):
    """A callable that sends a request: a module's function, or a method of `client`."""

    sender: Sender
    path: str
    """`requests.get`; for a method the path of the client class, and the name."""
    client: Instance | None = None
    unbound: bool = False
    """Taken from the class (`requests.Session.get`): its first argument is the client."""

    def key(self) -> object:
        return (SenderValue, self.path, self.client and self.client.key())


@dataclass(eq=False, repr=False)
class Partial(Value):
    """`functools.partial(function, ...)`, or a method partial."""

    function: Value
    site: Site

    def key(self) -> object:
        return (Partial, self.site.node, self.site.context.frame, self.function.key())


@dataclass(eq=False, repr=False)
class Result(Value):
    """What a callable outside the project returned: a timeout, JSON text, an SSL context."""

    path: str
    site: Site

    def key(self) -> object:
        return (Result, self.site.node, self.site.context.frame)


@dataclass(eq=False, repr=False)
class Collection(Value):
    """A list, tuple, set or comprehension in sight, by its elements. `ordered`: they are just these,
    and an index finds one of them."""

    elements: tuple[Alternatives, ...]
    ordered: bool
    node: ast.AST
    is_tuple: bool = False

    def key(self) -> object:
        elements = tuple(tuple(v.key() for v in e) for e in self.elements)
        return (Collection, self.node, self.ordered, elements)

    def loosened(self, *further: Alternatives) -> Collection:
        """This one, with whatever further elements, of which no index finds just one any longer."""
        return replace(self, elements=(*self.elements, *further), ordered=False)

    def doubted(self) -> Collection:
        """This one, of which whatever is in sight may be another by now."""
        return self if self.is_tuple else self.loosened(NOTHING_KNOWN)


@dataclass(eq=False, repr=False)
class Mapping(Value):
    """A dict in sight. `open`: it may hold further entries out of sight."""

    entries: dict[object, Alternatives]
    open: bool
    node: ast.AST
    others: Alternatives = ()
    """Values under keys that are not literals."""
    nodes: dict[object, ast.expr] = field(default_factory=dict)
    missing: frozenset[object] = frozenset()
    """Keys that are surely not among what is out of sight."""
    written: bool = True
    """Whether the entries stand where a person wrote them: some may be put in later, or not always
    (False: a caller's keywords, which are there)."""

    @property
    def is_whole(self) -> bool:
        """Whether all that it holds is in sight, key and value."""
        return not (self.open or self.others)

    def hides(self, key: object) -> bool:
        """Whether a key may be among what is out of sight."""
        return not self.is_whole and key not in self.missing

    def under(self, over: Mapping) -> Mapping:
        """This one with what another holds laid over it."""
        entries = self.entries
        if not over.is_whole:
            entries = {k: perhaps(v) if over.hides(k) else v for k, v in entries.items()}
        missing = self.missing | over.missing
        return replace(
            self,
            entries={**entries, **over.entries},
            open=self.open or over.open,
            others=_all_of(self.others, over.others),
            nodes={**self.nodes, **over.nodes},
            missing=frozenset(k for k in missing if not (self.hides(k) or over.hides(k))),
        )

    def doubted(self) -> Mapping:
        """This one, of which whatever is in sight may be another by now."""
        entries = {key: perhaps(values) for key, values in self.entries.items()}
        return replace(self, entries=entries, open=True, missing=frozenset())


def doubted(value: Value) -> Value:
    """A value that is in the hands of somebody who may change it, if it is a container."""
    return value.doubted() if isinstance(value, (Mapping, Collection)) else value


def perhaps(values: Alternatives) -> Alternatives:
    """What may be something else, or may not be there."""
    return union([values, NOTHING_KNOWN])


def either(values: Alternatives, node: ast.AST) -> Mapping:
    """One mapping for all that a value may be; of what is no mapping, nothing is in sight."""
    first = values[0]
    if isinstance(first, Mapping) and not values[1:]:
        return first
    mappings = [v if isinstance(v, Mapping) else Mapping({}, True, node) for v in values]
    keys = dict.fromkeys(key for m in mappings for key in m.entries)
    missing = frozenset(key for m in mappings for key in m.missing)
    return replace(
        mappings[0],
        entries={k: union(m.entries.get(k, NOTHING_KNOWN) for m in mappings) for k in keys},
        open=any(m.open for m in mappings),
        others=_all_of(*(m.others for m in mappings)),
        nodes={k: n for m in reversed(mappings) for k, n in m.nodes.items()},
        missing=frozenset(k for k in missing if not any(m.hides(k) for m in mappings)),
    )


def _all_of(*groups: Alternatives) -> Alternatives:
    """All alternatives of all groups; none if there are none."""
    filled = [group for group in groups if group]
    return union(filled) if filled else ()


@dataclass(eq=False, repr=False)
class Managed(Value):
    """A context manager that gives `values` when it is entered. `scope`: the generator function
    that makes it, if it is in sight."""

    values: Alternatives
    node: ast.AST
    scope: Scope | None = None

    def key(self) -> object:
        return (Managed, self.node, tuple(v.key() for v in self.values))


@dataclass(eq=False, repr=False)
class Giver(Value):
    """Something out of sight that gives `values` when it is called: `Callable[[], Session]`."""

    values: Alternatives
    node: ast.AST

    def key(self) -> object:
        return (Giver, self.node, tuple(v.key() for v in self.values))


@dataclass(eq=False, repr=False)
class Super(Value):
    """`super()` in a method of `cls`, for `instance`."""

    cls: Class
    instance: Instance


CLOSING = frozenset(("contextlib.closing", "contextlib.aclosing"))
"""What enters as what it is given, and closes it."""
TRANSPARENT = CLOSING | {"contextlib.nullcontext"}
"""The same, and what only enters so."""
PROPERTIES = frozenset(("builtins.property", "functools.cached_property", "abc.abstractproperty"))
"""What makes a property of a function that it is given."""


def tells(value: Value) -> bool:
    """Whether a value is more than nothing: neither None nor unknown."""
    return not isinstance(value, (Unknown, Parameter)) and not is_none(value)


def union(groups: Iterable[Alternatives]) -> Alternatives:
    """All alternatives of all groups, each once."""
    seen: dict[object, Value] = {}
    for group in groups:
        if group is NOTHING_KNOWN:
            # By far the most frequent one.
            seen.setdefault(_UNKNOWN_KEY, UNKNOWN)
            continue
        for value in group:
            seen.setdefault(value.key(), value)
    if not seen:
        return NOTHING_KNOWN
    return tuple(seen.values()) if len(seen) <= LIMIT else NOTHING_KNOWN


def is_empty(value: Value) -> bool:
    """Whether a value is None, False, zero, or empty text."""
    return isinstance(value, Literal) and not value.value


def is_none(value: Value) -> bool:
    return isinstance(value, Literal) and value.value is None


def are_none(values: Alternatives) -> bool:
    """Whether there is nothing, or nothing but None."""
    return all(map(is_none, values))


def is_number(value: Value) -> bool:
    return isinstance(value, Literal) and type(value.value) in (int, float)
