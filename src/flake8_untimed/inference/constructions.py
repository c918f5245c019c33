"""What the `__init__` of an object was given: by whoever makes it, or by that of a subclass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_untimed.inference import flow, frames, invoke, lineage, members
from flake8_untimed.inference.arguments import Passed
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import names_within
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Frame,
    Function,
    Instance,
    Symbol,
    Value,
)
from flake8_untimed.inference.walk import walk

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator


def construction_frame(
    evaluator: Evaluator,
    cls: Class,
    method: Scope,
    instance: Instance | None,
    node: ast.AST | None = None,
) -> Frame | None:
    """For an object whose construction is in sight: what its `__init__` was given. `node`: what is
    to be evaluated with it."""
    if instance is None or not isinstance(instance.cls, Class):
        return None
    if instance.cls.scope is not cls.scope:
        is_init = method.name == "__init__" and method.owner is cls.scope
        if is_init and (node is None or uses_own_names(node, method)):
            frame = _base_frame(evaluator, cls, method, instance)
            if frame is not None:
                return frame
        # What a subclass overrides counts in what its bases store.
        first = members.first_parameter(method)
        return frames.shared(method, {first: (instance,)}) if first and method.owner else None
    if instance.site is None or method.name != "__init__":
        return None
    site = instance.site
    return _frame(evaluator, method, instance, site.passed, site.context)


def _base_frame(
    evaluator: Evaluator, cls: Class, method: Scope, instance: Instance
) -> Frame | None:
    """What the `__init__` of a base is given, by that of a subclass or by whoever makes the
    object; None if that is not in sight. Asked for with each attribute that it stores."""
    found = evaluator.remember(
        evaluator.memo(method.module),
        ("base frame", method, instance.key()),
        lambda: (Function(method, instance, _given_to_base(evaluator, cls, method, instance)),),
    )
    return found[0].frame if isinstance(found[0], Function) else None


def _given_to_base(
    evaluator: Evaluator, cls: Class, method: Scope, instance: Instance
) -> Frame | None:
    assert isinstance(instance.cls, Class)
    makers: list[Class] = []
    for base in lineage.mro(evaluator, instance.cls):
        if not isinstance(base, Class):
            return None
        if base.scope is cls.scope:
            break
        if "__init__" in base.scope.bindings:
            makers.insert(0, base)
    if not makers:
        site = instance.site
        return _frame(evaluator, method, instance, site.passed, site.context) if site else None
    own = instance.cls.scope
    if evaluator.is_deep and instance.site is None:
        if evaluator.project.heirs.has_any(own.module.path, own.name):
            # They may give their base another timeout.
            return None
    for maker in makers:
        found = [*_calls_of_base(evaluator, maker, cls, is_next=maker is makers[0])]
        if len(found) == 1:
            node, context = found[0]
            frame = construction_frame(evaluator, maker, context.scope, instance)
            context = context._replace(frame=frame)
            passed = passed_to_base(evaluator, node, context)
            return _frame(evaluator, method, instance, passed, context)
        if found:
            return None
    return None


def _calls_of_base(
    evaluator: Evaluator, maker: Class, base: Class, is_next: bool
) -> Iterator[tuple[ast.Call, Context]]:
    """Where the `__init__` of a class calls that of one of its bases; `is_next`: `super()` is that
    one."""
    for node, context in _base_inits(maker):
        is_super = members.is_of_super(node.func)
        if (is_super and is_next) or (not is_super and _is_class(evaluator, node, context, base)):
            yield node, context


def _base_inits(cls: Class) -> Iterator[tuple[ast.Call, Context]]:
    """Where the `__init__` of a class calls one of a base."""
    for method in members.methods(cls.scope):
        if method.name == "__init__" and method.owner is cls.scope:
            for node, scope, statement in walk(method).calls:
                if is_base_init(node) and scope is method and not flow.is_dead(scope, statement):
                    yield node, Context(scope, statement)


def calls_of_library(evaluator: Evaluator, cls: Class) -> Iterator[tuple[ast.Call, Context]]:
    """Where the `__init__` of a class calls that of a library's client, which is the next above it or
    named there."""
    line = lineage.mro(evaluator, cls)[1:]
    above = next((b for b in line if not _has_no_constructor(b)), None)
    for node, context in _base_inits(cls):
        holders: Alternatives = (above,) if above is not None else ()
        if not members.is_of_super(node.func):
            holders = evaluator.evaluate(node.func.value, context)  # type: ignore[attr-defined]
        if any(isinstance(h, Symbol) and evaluator.client_at(h.path) for h in holders):
            yield node, context


def _has_no_constructor(base: Value) -> bool:
    """Whether a base is passed over by `super().__init__()`."""
    if isinstance(base, Class):
        return "__init__" not in base.scope.bindings
    return isinstance(base, Symbol) and base.path in lineage.HARMLESS_BASES


def passed_to_base(evaluator: Evaluator, node: ast.Call, context: Context) -> Passed:
    """The arguments of `super().__init__(...)` or `Base.__init__(self, ...)`, but for the object."""
    passed = invoke.passed_by(evaluator, node, context)
    return passed if members.is_of_super(node.func) else passed.shifted(1)


def uses_own_names(node: ast.AST, scope: Scope) -> bool:
    """Whether an expression uses a name of its function, or of one around it, but for that of its
    object."""
    names = names_within(node)
    names.discard(members.first_parameter(scope) or "")
    around: Scope | None = scope
    while around is not None and around.parent is not None and not around.is_class:
        if not names.isdisjoint(around.bindings):
            return True
        around = around.parent
    return False


def _frame(
    evaluator: Evaluator, method: Scope, instance: Instance, passed: Passed, context: Context
) -> Frame | None:
    outer = context.frame
    if outer is not None and outer.depth >= invoke.FRAMES:
        return None
    return invoke.frame_for(evaluator, Function(method, instance), passed, outer)


def _is_class(evaluator: Evaluator, node: ast.Call, context: Context, cls: Class) -> bool:
    """Whether `Base.__init__(self, ...)` is the one of a class."""
    holders = evaluator.evaluate(node.func.value, context)  # type: ignore[attr-defined]
    return any(holder.key() == cls.key() for holder in holders)


def is_base_init(node: ast.AST) -> bool:
    """`super().__init__(...)`, `Base.__init__(self, ...)`."""
    function = getattr(node, "func", None)
    return isinstance(function, ast.Attribute) and function.attr == "__init__"
