"""SSL contexts: whether one that is in sight verifies anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_untimed.calls.switches import is_off
from flake8_untimed.inference.arguments import bind
from flake8_untimed.inference.scopes import Event, Scope, once
from flake8_untimed.inference.syntax import LOOPS, TRIES, WITHS, called_name, written_arguments
from flake8_untimed.inference.values import (
    Context,
    Result,
    Site,
    Symbol,
    Value,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.limits.changes import stored_by

if TYPE_CHECKING:
    from flake8_untimed.calls import Facts

_LAX_PROTOCOLS = frozenset(
    f"ssl.{name}"
    for name in (
        "PROTOCOL_TLS",
        "PROTOCOL_SSLv23",
        "PROTOCOL_TLSv1",
        "PROTOCOL_TLSv1_1",
        "PROTOCOL_TLSv1_2",
    )
)
_FALSE = ("False", "0")
_NONE = ("ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE", *_FALSE)


def verifies_nothing(facts: Facts, value: Value, used: Context | None) -> bool:
    """Whether a value is a context that surely verifies neither chain nor name; `used`: where it is
    used, if what is done to it later does not count."""
    if not isinstance(value, Result):
        return False
    state = _as_made(facts, value)
    if state is None:
        return False
    for context, event, state_then in _switched(facts, value):
        if used is not None and _is_later(event, context.scope, used):
            continue
        if _is_conditional(context.scope, event, value.site):
            return False
        state = state_then
    return state


def _switched(facts: Facts, value: Value) -> Iterator[tuple[Context, Event, bool]]:
    """What is done to a context that switches verification off (True) or on. `check_hostname = True`
    switches it on; what it is set to besides changes nothing."""
    for context, event in facts.limits.changes.events(value):
        modes = stored_by(facts.evaluator, context, event, "verify_mode")
        if modes:
            yield context, event, is_off(modes, _NONE)
            continue
        checks = stored_by(facts.evaluator, context, event, "check_hostname")
        if checks and not is_off(checks, _FALSE):
            yield context, event, False


def _is_later(event: Event, scope: Scope, used: Context) -> bool:
    """Whether something surely comes behind the statement of the same function that uses the object:
    not in a loop, nor where the use may wait for its turn."""
    at = used.at
    if scope is not used.scope or at not in scope.places:
        return False
    if isinstance(scope.node, ast.AsyncFunctionDef):
        return False
    in_loop = any(isinstance(around, LOOPS) for around, _ in scope.parents(at))
    return not in_loop and scope.order(event.statement) > scope.order(at)


@once
def compares_certificate(scope: Scope) -> bool:
    """Whether a function asks for the certificate of the other side as bytes, which is of use only to
    compare it."""
    return any(
        called_name(node) == "getpeercert"
        and inner is scope
        and any(isinstance(a, ast.Constant) and a.value is True for a in written_arguments(node))
        for node, inner, _ in walk(scope).calls
    )


def _as_made(facts: Facts, value: Result) -> bool | None:
    """Off (True) or on (False) as it was made; None: not known to be a context."""
    path, passed = value.path, value.site.passed
    if path in ("ssl._create_unverified_context", "ssl._create_stdlib_context"):
        return "cert_reqs" not in passed.keywords
    if path == "ssl.create_default_context":
        return False
    if path == "ssl.SSLContext":
        argument = bind(passed, ("protocol",)).named.get("protocol")
        if argument is None:
            return not (passed.open_keywords or passed.open_positional)
        values = facts.values(argument)
        return all(isinstance(v, Symbol) and v.path in _LAX_PROTOCOLS for v in values)
    known = facts.evaluator.catalogue.context(path)
    if known is None:
        return None
    bound = bind(passed, known.parameters, known.keywords)
    return any(
        is_off(facts.values(bound.named.get(switch.name)), switch.off) for switch in known.switches
    )


def _is_conditional(scope: Scope, event: Event, made: Site) -> bool:
    """Whether something may happen or not to an object that is made in a block around it."""
    around = list(made.context.scope.parents(made.context.at))
    return any(
        not _is_surely_entered(parent, block) and (parent, block) not in around
        for parent, block in scope.parents(event.statement)
    )


def _is_surely_entered(parent: ast.stmt, block: str) -> bool:
    """Whether a block is run whenever its statement is, but for failures."""
    return isinstance(parent, WITHS) or (
        isinstance(parent, TRIES) and block in ("body", "finalbody")
    )
