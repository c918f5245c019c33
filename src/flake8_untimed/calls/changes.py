"""What is set on clients, and whether anything in sight changes how they send."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_untimed.calls import Construction, Facts
from flake8_untimed.inference.members import functions
from flake8_untimed.inference.scopes import CALLED, Event
from flake8_untimed.inference.syntax import attributes_set, last_name, within, written_as
from flake8_untimed.inference.values import Alternatives, Context, Instance, are_none
from flake8_untimed.inference.walk import walk
from flake8_untimed.limits.adapters import mounted_by
from flake8_untimed.limits.changes import put_in, stored_by


def where_set(
    facts: Facts, name: str
) -> Iterator[tuple[ast.Assign | ast.AnnAssign, ast.expr, ast.Attribute, Context]]:
    """Where an attribute `name` of anything is set: the statement, the value, the target."""
    for node, scope in walk(facts.module.scope).stores:
        for target, value in attributes_set(node):
            if target.attr == name:
                yield node, value, target, Context(scope, node)


def where_headers_set(facts: Facts) -> Iterator[tuple[Event, str, Alternatives, Alternatives]]:
    """What is put into the headers of anything: what does it, how that is written and may be, and
    the headers."""
    for scope in (facts.module.scope, *functions(facts.module.scope)):
        for base, events in scope.events.items():
            holder, _, last = base.rpartition(".")
            for event in events:
                context = Context(scope, event.statement)
                whole = stored_by(facts.evaluator, context, event, "headers")
                if whole:
                    text, headers = base, whole
                elif holder and last == "headers":
                    found = put_in(facts.evaluator, context, event)
                    text, headers = holder, tuple(value for value in found if value is not None)
                else:
                    continue
                owner = written_as(text)
                yield event, text, facts.evaluate(owner, context), headers


def wired_by_hand(facts: Facts, made: Construction) -> str | None:
    """An attribute that is set by hand for a client, which does not get the client's timeout then."""
    wires = made.client.wires if made.client is not None else ()
    for client in (call.client for call in made.calls):
        if client is not None:
            for _, event, values in facts.limits.changes.stored(client, *wires):
                if not are_none(values):
                    return str(event.name)
    return None


def is_untouched(facts: Facts, client: Instance) -> bool:
    """Whether a client is of the library's own class and nothing in sight changes how it sends."""
    if not facts.is_plain(client):
        return False
    return not any(facts.limits.changes.rerouting(client))


def gets_no_timeout(facts: Facts, client: Instance) -> bool:
    """Whether a client is of the library's own class and nothing in sight changes how it sends, but for
    adapters that surely set no timeout."""
    return facts.is_plain(client) and facts.of_client(client, _is_rerouted_without_limit)


def _is_rerouted_without_limit(facts: Facts, client: Instance) -> bool:
    every = facts.limits.changes.rerouting(client)
    return all(_mounts_no_limit(facts, event, context) for context, event in every)


def _mounts_no_limit(facts: Facts, event: Event, context: Context) -> bool:
    """Whether an adapter is mounted that surely leaves the timeout as it is."""
    node = event.node
    if event.kind not in CALLED or event.name != "mount" or not isinstance(node, ast.Call):
        return False
    adapters = mounted_by(facts.evaluator, node, context).adapters
    return facts.limits.adapters.limit(adapters, None) is False


def are_touched(client: Instance, names: Collection[str]) -> bool:
    """Whether an attribute of these names is used of a client, under any name that held it."""
    return any(
        isinstance(part, ast.Attribute) and part.attr in names and last_name(part.value) == holder
        for scope, holder in (step.holder for step in client.way() if step.holder is not None)
        for part in within(scope.node)
    )
