"""How far keywords get: a function's own `**kwargs`, those of a client that is made, of a sender handed
over."""

from __future__ import annotations

import ast

from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.inference import touches
from flake8_untimed.inference.handing import keywords_travel
from flake8_untimed.inference.lineage import mro
from flake8_untimed.inference.scopes import Event, Scope
from flake8_untimed.inference.syntax import DEFS
from flake8_untimed.inference.values import Class, Context, Symbol, Value


def own_keywords(call: Call) -> tuple[Scope, str] | None:
    """The function around a call, and the name of its `**kwargs` that the call passes on."""
    names = {s.id for s in call.splats if isinstance(s, ast.Name)}
    scope: Scope | None = call.context.scope
    while scope is not None:
        if isinstance(scope.node, DEFS):
            own = scope.node.args.kwarg
            return (scope, own.arg) if own is not None and own.arg in names else None
        scope = scope.parent
    return None


def may_hold_timeout(facts: Facts, call: Call, since: ast.stmt) -> bool:
    """Whether all that is done from a statement on with the `**kwargs` that a call passes on is right
    if they hold a timeout."""
    own = own_keywords(call)
    return own is not None and facts.wrappers.goes_to_senders(*own, since)


def are_left_alone(facts: Facts, scope: Scope, event: Event, name: str) -> bool:
    """Whether `**kwargs` of a name are handed to somebody who leaves them as they are."""
    return touches.is_left_alone(facts.evaluator, event, name, Context(scope, event.statement))


def reach_sender(facts: Facts, call: Call) -> bool:
    """Whether keywords given to a call that hands a sender over reach that: `submit(get, timeout=5)`."""
    return keywords_travel(call.node, facts.evaluate(call.node.func, call.context))


_CONSTRUCTING = frozenset(("__init__", "__new__"))


def passes_arguments_on(facts: Facts, made: Construction) -> bool:
    """Whether a subclass of the project hands the keywords of its construction to the library's
    class as they are: it and its bases have no constructor of their own."""
    classes = facts.evaluate(made.node.func, made.context)
    return not made.node.args and all(_adds_no_constructor(facts, cls, made) for cls in classes)


def _adds_no_constructor(facts: Facts, cls: Value, made: Construction) -> bool:
    for base in mro(facts.evaluator, cls) if isinstance(cls, Class) else [cls]:
        if isinstance(base, Symbol) and facts.evaluator.client_at(base.path) is made.client:
            return True
        node = base.scope.node if isinstance(base, Class) else None
        if not isinstance(base, Class) or not isinstance(node, ast.ClassDef):
            return False
        if (
            node.decorator_list
            or node.keywords
            or not _CONSTRUCTING.isdisjoint(base.scope.bindings)
        ):
            return False
    return False
