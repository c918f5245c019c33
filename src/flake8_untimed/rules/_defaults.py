"""What UNT104 and UNT105 share: places that rely on a library's own default."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_untimed.bounds import Kind, Source
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.findings import Expression, Finding
from flake8_untimed.libraries.model import Library
from flake8_untimed.rules._timeouts import (
    advice,
    advice_at,
    at_calls,
    at_constructions,
    default_of,
    fitting,
    lack,
    set_at_call,
    set_at_construction,
    unless_doubted,
    value_node,
)


def findings(
    facts: Facts,
    code: str,
    wanted: Callable[[float], bool],
    value: Callable[[Library, float], Expression],
    objection: Callable[[Construction], str | None] = lambda made: None,
    spared: Callable[[Construction], bool] = lambda made: False,
    shortens: bool = True,
) -> Iterator[Finding]:
    """The places whose default (in seconds) is `wanted`; `value` is what to write there,
    `objection` what speaks against it where a client is made, and `spared` whether nothing is said of
    that. `shortens`: it may be less than the default."""
    for call in at_calls(facts, Kind.DEFAULT):
        seconds = call.bound.seconds
        if call.bound.source is Source.OUT_OF_SIGHT or seconds is None or not wanted(seconds):
            continue
        new = fitting(call, value(call.library, seconds))
        fix, why_not = set_at_call(facts, call, new, safe=True)
        if shortens:
            fix = unless_doubted(facts, call, fix)
        yield facts.finding(
            code,
            call.node,
            f"{call.name}() {lack(call)}{_of_its_own(call)}: only"
            f" {default_of(call.library, call.bound)} limits the wait; {advice(call, new)}",
            fix,
            why_not,
        )
    for made in at_constructions(facts, Kind.DEFAULT):
        seconds = made.bound.seconds
        if seconds is None or not wanted(seconds) or spared(made):
            continue
        new = value(made.library, seconds)
        fix, why_not = set_at_construction(facts, made, new, safe=True)
        if fix is not None and (why_not := objection(made)) is not None:
            fix = None
        if shortens:
            fix = unless_doubted(facts, made, fix)
        yield facts.finding(
            code,
            made.node,
            f"{made.name}() sets no timeout{_of_its_own(made)}: only"
            f" {default_of(made.library, made.bound)} limits calls that name none;"
            f" {advice_at(made, new)}",
            fix,
            why_not,
        )


def _of_its_own(place: Call | Construction) -> str:
    """What a message adds where the library's own default is given."""
    return " of its own" if value_node(place) is not None else ""
