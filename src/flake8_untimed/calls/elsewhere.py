"""Clients and their calls where they are not in the same module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Set
from itertools import chain
from typing import NamedTuple

from flake8_untimed.bounds import Bound, Kind, Source
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.collector import collect
from flake8_untimed.calls.constructions import places_made
from flake8_untimed.calls.given import (
    Handing,
    handings,
    sent_by_takers,
    sent_without_default,
)
from flake8_untimed.inference import lineage, members
from flake8_untimed.inference.arguments import taken_by
from flake8_untimed.inference.scopes import Module, Scope
from flake8_untimed.inference.syntax import attributes_set
from flake8_untimed.inference.values import Class, Function, Instance, Site
from flake8_untimed.limits.takers import Sent, is_given
from flake8_untimed.source import Source as Text


def made_elsewhere(facts: Facts, site: Site) -> Construction | None:
    """The construction of a client in another module of the project, as that module sees it."""
    module = site.context.scope.module
    if module is facts.module:
        return None
    return _read(facts, module).constructions.get(_place(site.node))


def calls_elsewhere(facts: Facts, made: Construction) -> list[Call]:
    """The calls through a client in the modules that import the one where it is made, and those of the
    classes in whose objects it is stored."""
    home = made.context.scope.module.path
    found = (
        call
        for read in _importing(facts, home)
        for node in made.places
        for call in read.calls.get((home, *_place(node)), ())
    )
    return list(dict.fromkeys((*found, *_calls_of_keepers(facts, made))))


def sent_elsewhere(facts: Facts, made: Construction) -> list[Sent]:
    """What functions of the project send through a client that they are given in those modules."""
    home = made.context.scope.module.path
    module = facts.evaluator.project.module(home)
    if module is not None and module is not facts.module:
        twin = _read(facts, module).constructions.get(_place(made.node))
        made = twin if twin is not None else made
    return [
        sent for read in _importing(facts, home) for sent in sent_by_takers(read.facts, made)[0]
    ]


def unbounded_elsewhere(facts: Facts) -> Iterator[tuple[Handing, Sent]]:
    """Where clients that can hold no default are given to what another module has, and a request that
    this sends through them without a timeout; once for each that is given one. What is told there, or
    of the call itself, is left out."""
    told: set[ast.AST] = {call.node for call in facts.calls}
    takers = set[Scope]()
    for handing, sent in sorted(
        sent_without_default(facts, _imported), key=lambda each: _place(each[0].node)
    ):
        taker = handing.taker.scope
        if taker.module is facts.module or taker in takers or handing.node in told:
            continue
        untold = (one for one in sent if one.is_unbounded and not _is_told(facts, one))
        first = next(untold, None)
        if first is not None:
            takers.add(taker)
            yield handing, first


def _imported(facts: Facts) -> Set[str]:
    """The names that a module has from others of the project."""
    return facts.evaluator.project.outlines.of(facts.module.path).imports.keys()


def _is_told(facts: Facts, sent: Sent) -> bool:
    """Whether a request of another module is one of the calls that are seen there."""
    module = sent.context.scope.module
    if module is facts.module:
        return True
    if not facts.evaluator.project.matters(module.path):
        return False
    return _place(sent.node) in _read(facts, module).told


def _calls_of_keepers(facts: Facts, made: Construction) -> list[Call]:
    """The calls of a class through what its objects keep in an attribute, if a client is put there from
    outside. Where one names no timeout, they tell nothing: whose client it is cannot be seen there."""
    calls = [
        call
        for keeper, name in chain(_set_outside(facts, made), _set_by_methods(facts, made))
        for base in lineage.mro(facts.evaluator, keeper)
        if isinstance(base, Class)
        for call in _calls_by(facts, base.scope, name)
    ]
    return calls if all(call.argument(call.sender.timeout) for call in calls) else []


def _set_outside(facts: Facts, made: Construction) -> Iterator[tuple[Class, str]]:
    """The classes and attributes of the objects that a client is stored in where it is made:
    `api.rest.pool = ClientSession()`."""
    statement = made.context.at
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        for target, value in attributes_set(statement):
            if value is made.node:
                for owner in facts.evaluate(target.value, made.context):
                    if isinstance(owner, Instance) and isinstance(owner.cls, Class):
                        yield owner.cls, target.attr


def _set_by_methods(facts: Facts, made: Construction) -> Iterator[tuple[Class, str]]:
    """Those of the objects that keep it by a method: `api.attach(session)`."""
    for _, _, taker, passed in handings(facts, made):
        if not isinstance(taker, Function) or taker.scope.owner is None:
            continue
        names = {
            name
            for name, argument in taken_by(taker, passed).items()
            if is_given(facts.evaluator, argument, made.node)
        }
        for attribute, stores in members.attribute_stores(taker.scope.owner).items():
            for method, event in stores:
                if method is taker.scope and getattr(event.node, "id", None) in names:
                    yield Class(taker.scope.owner), attribute


def _calls_by(facts: Facts, cls: Scope, name: str) -> Iterator[Call]:
    """The calls through what an attribute of a class holds, in its own module."""
    module = cls.module
    every = facts.calls if module is facts.module else chain(*_read(facts, module).calls.values())
    for call in every:
        if call.client is not None and any(s.holder == (cls, name) for s in call.client.way()):
            yield call


def objects_elsewhere(facts: Facts, made: Construction) -> Iterator[Construction]:
    """The objects that are made, in these modules, of the class that a construction speaks for."""
    for read in _importing(facts, facts.module.path):
        for other in read.constructions.values():
            site = other.bound.site
            if site is not None and site.context.scope.module.path == facts.module.path:
                if _place(site.node) == _place(made.node):
                    yield other


def left_out_elsewhere(facts: Facts, made: Construction) -> Bound | None:
    """What a client that is made with the keywords of others has for the calls of other modules that
    rely on its default, where these gave it none; None if there are no such calls."""
    if made.calls or not made.splats or made.bound.kind is not Kind.UNKNOWN:
        return None
    for call in calls_elsewhere(facts, made):
        bound = call.bound
        if call.relies and bound.source is Source.CLIENT and bound.site is not None:
            is_here = _place(bound.site.node) == _place(made.node)
            if is_here and bound.kind in (Kind.NONE, Kind.DEFAULT):
                return bound._replace(site=None)
    return None


def settle_constructions(facts: Facts) -> None:
    """Look at what other modules give the clients that are made here with their keywords."""
    for made in facts.constructions:
        made.bound = left_out_elsewhere(facts, made) or made.bound


def settle_partials(facts: Facts) -> None:
    """A partial is reported where it is made, and not its calls, in other modules neither; unless one
    of these bounds it: then each speaks for itself."""
    left_out = [
        call
        for call in facts.calls
        if any(_is_reported_elsewhere(facts, site) for site in call.partials)
    ]
    for partial, own in facts.partials.items():
        if _is_bounded_elsewhere(facts, facts.module.path, partial.node):
            left_out.append(partial)
            facts.calls += own
    facts.calls = [call for call in facts.calls if call not in left_out]


def _is_reported_elsewhere(facts: Facts, partial: Site) -> bool:
    module = partial.context.scope.module
    return (
        module.path != facts.module.path
        and _place(partial.node) in _read(facts, module).partials
        and not _is_bounded_elsewhere(facts, module.path, partial.node)
    )


def _is_bounded_elsewhere(facts: Facts, home: str, partial: ast.Call) -> bool:
    """Whether a call in a module that imports the one of a partial bounds it, or may."""
    return any(
        call.bound.kind in (Kind.BOUNDED, Kind.UNKNOWN)
        for read in _importing(facts, home)
        for call in read.calls.get((home, *_place(partial)), ())
    )


def _importing(facts: Facts, home: str) -> Iterator[_Read]:
    """What is known of the modules that import one."""
    project = facts.evaluator.project
    for path in project.hints.first_importing(home):
        module = project.module(path) if project.matters(path) else None
        if module is not None:
            yield _read(facts, module)


def is_set_elsewhere(facts: Facts, made: Construction) -> bool:
    """Whether this module, or another one that imports the one of a construction, seems to set the
    default of its client later: by whatever name, it may be this one (`pool.client.timeout = 5`). What
    an object of this module sets on itself is another one."""
    names = made.client.settable if made.client is not None else ()
    home = made.context.scope.module.path
    return any(is_set_by_others(facts, home, name) for name in names)


def is_set_by_others(facts: Facts, home: str, name: str) -> bool:
    """Whether this module, or another one that imports the one at `home`, seems to set an attribute
    of this name on an object that is not its own."""
    return re.search(
        rf"(?<!\bself)\.{re.escape(name)}\s*=(?!=)", facts.module.text
    ) is not None or facts.evaluator.project.hints.is_set_elsewhere(home, name)


_Place = tuple[int, int]


class _Read(NamedTuple):
    """What is known of another module."""

    facts: Facts
    constructions: dict[_Place, Construction]
    calls: dict[tuple[str, int, int], list[Call]]
    """By the file and the place of their client, or of the partial that they go through."""
    partials: set[_Place]
    """Those that are reported there."""
    told: set[_Place]
    """Where its calls stand."""


def _read(facts: Facts, module: Module) -> _Read:
    """What is known of another module; read once."""
    kept: dict[object, _Read] = module.scope.kept
    if "read from outside" not in kept:
        text = Text.from_text(module.text, module.path)
        found = collect(text, module, facts.evaluator, facts.settings)
        calls: dict[tuple[str, int, int], list[Call]] = {}
        for call in (*found.calls, *found.overridden):
            partials = [(s.context.scope.module.path, s.node) for s in call.partials]
            for where, node in dict.fromkeys((*places_made(facts.evaluator, call), *partials)):
                calls.setdefault((where, *_place(node)), []).append(call)
        kept["read from outside"] = _Read(
            found,
            {_place(m.node): m for m in found.constructions},
            calls,
            {_place(partial.node) for partial in found.partials},
            {_place(call.node) for call in found.calls},
        )
    return kept["read from outside"]


def _place(node: ast.AST) -> _Place:
    """What a call or class is known by where its module is parsed more than once."""
    return node.lineno, node.col_offset  # type: ignore[attr-defined]
