"""What a timeout value does: how long a call waits at most, if at all.

Times are seconds. `Kind` is what the rules go by.
"""

from __future__ import annotations

import ast
import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from flake8_untimed.inference.arguments import bind
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.values import (
    Alternatives,
    Collection,
    Literal,
    Mapping,
    Result,
    Site,
    Symbol,
    Value,
    is_none,
)
from flake8_untimed.libraries.model import Timeouts, TimeoutType, Verdict


class Kind(enum.Enum):
    """How a wait is limited."""

    BOUNDED = "bounded"
    NONE = "none"
    """Nobody said anything, and the library waits for ever."""
    DISABLED = "disabled"
    """Somebody switched it off."""
    PARTIAL = "partial"
    """Some phase is unbounded."""
    DEFAULT = "library default"
    INVALID = "invalid"
    UNKNOWN = "unknown"


class Source(enum.Enum):
    """What decided."""

    CALL = "the call's own argument"
    CLIENT = "the client's construction"
    OUT_OF_SIGHT = "a client built out of sight"
    LIBRARY = "the library"
    SUBCLASS = "a subclass, an adapter or a patch"
    AROUND = "a bound around the call"
    CALLER = "whoever calls the function"


class Bound(NamedTuple):
    """What limits a wait. `waits`: the phases left unbounded; `detail`: why it is invalid or
    unknown, or how the value is written; `site`: the construction of the client that decided."""

    kind: Kind
    source: Source = Source.CALL
    seconds: float | None = None
    waits: tuple[str, ...] = ()
    detail: str = ""
    site: Site | None = None

    @property
    def limit(self) -> str:
        """The seconds, for people."""
        if self.seconds is None:
            return "an unknown time"
        if self.seconds >= 120 and self.seconds % 60 == 0:
            return f"{self.seconds / 60:g} minutes"
        return f"{self.seconds:g} s"


UNKNOWN = Bound(Kind.UNKNOWN)
NO_PARAMETER = "it takes no timeout"
INCOMPLETE = "incomplete"
"""Details of what is invalid."""
_BAD = frozenset((Kind.DISABLED, Kind.PARTIAL, Kind.INVALID))


def judged(evaluator: Evaluator, values: Alternatives, timeouts: Timeouts) -> Bound | None:
    """What a timeout argument does; None: the same as leaving it out. Something is wrong with it
    only if it is wrong for every value that it can have."""
    bounds = [_judge(evaluator, value, timeouts) for value in values]
    if all(b is None for b in bounds):
        return None
    given = [b for b in bounds if b is not None]
    if len(given) < len(bounds):
        return UNKNOWN
    if all(b.kind is Kind.BOUNDED for b in given):
        return max(given, key=lambda b: b.seconds or 0)
    if all(b.kind in _BAD for b in given):
        return given[0]
    return UNKNOWN


def _judge(evaluator: Evaluator, value: Value, timeouts: Timeouts) -> Bound | None:
    if isinstance(value, Literal):
        return _scalar(value.value, timeouts)
    if isinstance(value, Collection):
        return _tuple(value, timeouts)
    if isinstance(value, Mapping):
        return Bound(Kind.INVALID, detail="a dict") if timeouts.string == "invalid" else UNKNOWN
    path = _path(value)
    if path in timeouts.defaults:
        return None
    if path in ("math.inf", "math.nan", "numpy.inf", "numpy.nan"):
        return _scalar(float(path[-3:]), timeouts)
    if isinstance(value, Result):
        if path == "datetime.timedelta":
            return Bound(Kind.INVALID, detail="a timedelta")
        for timeout_type in timeouts.types:
            if timeout_type.path == path:
                return _object(evaluator, value, timeout_type, timeouts)
        if path == "builtins.float":
            return _float(evaluator, value, timeouts)
        if timeouts.string == "invalid" and evaluator.catalogue.is_timeout(path):
            return Bound(Kind.INVALID, detail="the timeout of another library")
    return UNKNOWN


def _path(value: Value) -> str:
    if isinstance(value, (Symbol, Result)):
        return value.path
    return ""


def _float(evaluator: Evaluator, value: Result, timeouts: Timeouts) -> Bound | None:
    """`float("inf")`."""
    positional = value.site.passed.positional
    if len(positional) == 1:
        for inner in evaluator.argument(positional[0]):
            if isinstance(inner, Literal) and isinstance(inner.value, str):
                try:
                    return _scalar(float(inner.value), timeouts)
                except ValueError:
                    return UNKNOWN
    return UNKNOWN


def verdict(value: object, timeouts: Timeouts) -> Verdict:
    """What a scalar does."""
    if value is None:
        return timeouts.none
    if value is True:
        return timeouts.true
    if value is False:
        return timeouts.false
    if isinstance(value, (str, bytes)):
        return timeouts.string
    if not isinstance(value, (int, float)):
        return "unknown"
    if math.isinf(value) or math.isnan(value):
        return timeouts.infinite
    if value == 0:
        return timeouts.zero
    return timeouts.negative if value < 0 else timeouts.number


def _scalar(value: object, timeouts: Timeouts) -> Bound | None:
    found = verdict(value, timeouts)
    if found == "default":
        return None
    if found == "bounded":
        seconds = float(value) if isinstance(value, (int, float)) else None
        return Bound(Kind.BOUNDED, seconds=seconds)
    if found == "unbounded":
        return Bound(Kind.DISABLED, detail=repr(value))
    if found == "invalid":
        return Bound(Kind.INVALID, detail=repr(value))
    return UNKNOWN


def _tuple(value: Collection, timeouts: Timeouts) -> Bound | None:
    if not value.is_tuple:
        return Bound(Kind.INVALID, detail="a list") if value.ordered else UNKNOWN
    if not value.ordered:
        return UNKNOWN
    phases = timeouts.tuples.get(len(value.elements))
    if phases is None:
        length = len(value.elements)
        detail = "a tuple" if not timeouts.tuples else f"a tuple of {length}"
        return Bound(Kind.INVALID, detail=detail)
    bounds = [_element(element, timeouts) for element in value.elements]
    for bound in bounds:
        if bound.kind is Kind.INVALID:
            return bound
    limited = {phase for phase, b in zip(phases, bounds) if b.kind is not Kind.DISABLED}
    found = _phases(limited, timeouts.waits)
    if found.kind is Kind.BOUNDED and any(b.kind is Kind.UNKNOWN for b in bounds):
        return UNKNOWN
    return found


def _element(values: Alternatives, timeouts: Timeouts) -> Bound:
    scalars = replace(timeouts, none=timeouts.tuple_none, tuples={})
    bounds = [_scalar(v.value, scalars) if isinstance(v, Literal) else UNKNOWN for v in values]
    kinds = {b.kind for b in bounds if b is not None}
    if None not in bounds and (kinds <= _BAD or kinds == {Kind.BOUNDED}):
        return next(b for b in bounds if b is not None)
    return UNKNOWN


def _phases(limited: set[str], waits: tuple[str, ...]) -> Bound:
    missing = tuple(w for w in waits if w not in limited)
    if not missing:
        return Bound(Kind.BOUNDED)
    if len(missing) == len(waits):
        return Bound(Kind.DISABLED)
    return Bound(Kind.PARTIAL, waits=missing)


def _object(
    evaluator: Evaluator, value: Result, kind: TimeoutType, timeouts: Timeouts
) -> Bound | None:
    """A timeout object, by its fields."""
    bound = bind(value.site.passed, kind.parameters, kind.keywords)
    if bound.open_keywords or bound.open_positional or bound.extra:
        return UNKNOWN
    if bound.rest:
        return Bound(Kind.INVALID, detail="too many arguments")
    given = {n: evaluator.argument(a) for n, a in bound.named.items() if n in kind.fields}
    if any(_is_sometimes_none(values) for values in given.values()):
        return UNKNOWN
    default = kind.default_field
    others = [f for f in kind.fields if f != default]
    if kind.complete and default not in given and not all(f in given for f in others):
        return Bound(Kind.INVALID, detail=INCOMPLETE)
    found = {
        name: _default_field(evaluator, values, kind, timeouts)
        if name == default
        else _field(values, kind)
        for name, values in given.items()
    }
    invalid = next((b for b in found.values() if b.kind is Kind.INVALID), None)
    return invalid or _phases(_limited(found, kind, timeouts), timeouts.waits)


def _limited(found: dict[str, Bound], kind: TimeoutType, timeouts: Timeouts) -> set[str]:
    """The waits that the fields of a timeout object limit: what one says for its own counts more than
    what the default says for all."""
    own = {name: bound for name, bound in found.items() if name != kind.default_field}
    limited: set[str] = set()
    whole = found.get(kind.default_field or "")
    if whole is not None and whole.kind is not Kind.DISABLED:
        limited = set(timeouts.waits).difference(whole.waits, *(kind.fields[name] for name in own))
    for name, bound in own.items():
        if bound.kind is not Kind.DISABLED:
            limited.update(kind.fields[name])
    return limited


def _is_sometimes_none(values: Alternatives) -> bool:
    nones = [is_none(v) for v in values]
    return any(nones) and not all(nones)


def _default_field(
    evaluator: Evaluator, values: Alternatives, kind: TimeoutType, timeouts: Timeouts
) -> Bound:
    if kind.shape:
        return judged(evaluator, values, timeouts) or Bound(Kind.BOUNDED)
    return _field(values, kind)


def _field(values: Alternatives, kind: TimeoutType) -> Bound:
    """What is wrong with one field of a timeout object: it is unbounded or invalid."""
    faults = [fault for v in values if (fault := _fault(v, kind)) is not None]
    return faults[0] if faults and len(faults) == len(values) else UNKNOWN


def _fault(value: Value, kind: TimeoutType) -> Bound | None:
    if is_none(value):
        return Bound(Kind.DISABLED)
    if not isinstance(value, Literal) or not isinstance(value.value, (int, float)):
        return None
    verdict = kind.zero if value.value == 0 else kind.negative
    if value.value > 0 or verdict == "bounded":
        return None
    what = Kind.DISABLED if verdict == "unbounded" else Kind.INVALID
    return Bound(what, detail=repr(value.value))


def omitted(timeouts: Timeouts) -> Bound:
    """What a library does where nobody says anything."""
    if timeouts.omitted is None:
        return Bound(Kind.NONE, Source.LIBRARY)
    return Bound(Kind.DEFAULT, Source.LIBRARY, timeouts.omitted)


def relies(bound: Bound, is_named: bool, splats: Sequence[ast.expr]) -> bool:
    """Whether a request has nothing but the default of its client; `is_named`: it has a timeout of
    its own."""
    if bound.source is Source.CLIENT:
        # What is set on the living client is to blame itself.
        return bound.site is not None or bound.kind not in (
            Kind.DISABLED,
            Kind.PARTIAL,
            Kind.INVALID,
        )
    return bound.kind is Kind.UNKNOWN and bool(splats) and not is_named


def worst(bounds: Iterator[Bound]) -> Bound | None:
    """Of several requests: one that nobody bounds, unless something is unknown."""
    every = []
    for bound in bounds:
        if bound.kind is Kind.UNKNOWN:
            return bound
        every.append(bound)
    if not every:
        return None
    for kinds in (
        (Kind.NONE, Kind.DISABLED),
        (Kind.PARTIAL, Kind.INVALID),
        (Kind.DEFAULT,),
    ):
        for bound in every:
            if bound.kind in kinds:
                return bound
    return every[0]
