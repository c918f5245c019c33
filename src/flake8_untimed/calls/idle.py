"""Places that look as if they set a timeout, and set none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.bounds import Kind
from flake8_untimed.inference import elsewhere, lineage, members
from flake8_untimed.inference.arguments import Passed, defaults
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import (
    called_name,
    dotted,
    maker_of,
    named_parameters,
    own_expressions,
    within,
    writes_none,
)
from flake8_untimed.inference.values import (
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Partial,
    SenderValue,
    Symbol,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.limits.adapters import mounted_by

if TYPE_CHECKING:
    from flake8_untimed.calls import Facts, Setting

UNBOUNDED = (Kind.NONE, Kind.DISABLED)
HANDED_ON = (
    "requests passes timeout=None on to send() itself, so a default for a missing one never applies;"
    " set it in request()"
)


class Idle(NamedTuple):
    """One such place: what it is, and why it does nothing."""

    node: ast.expr | ast.stmt
    what: str
    why: str


def find_idle(facts: Facts) -> list[Idle]:
    """All of them in a module."""
    found = facts.found
    idle = [
        *_attributes(facts),
        *_arguments(facts),
        *_overridden_methods(facts),
        *_mounts(facts),
    ]
    for scope in found.classes:
        idle += _recipes(facts, scope)
    return idle


def _attributes(facts: Facts) -> Iterator[Idle]:
    """`session.timeout = 5`."""
    for setting in facts.assignments:
        name = setting.target.attr
        if name not in setting.client.idle:
            continue
        for value in facts.evaluate(setting.target.value, setting.context):
            if isinstance(value, Instance):
                if not setting.client.senders and not _is_sent(facts, setting):
                    continue  # A request that is made for others: they may ask it.
                if _is_read_here(setting) or _is_read(facts, value, name):
                    continue
                yield Idle(
                    setting.node,
                    f"{facts.text(setting.target)} = ...",
                    f"a {setting.client.path} does not look at it; pass timeout= on each call",
                )
                break


def _is_sent(facts: Facts, setting: Setting) -> bool:
    """Whether the function that sets the attribute of a request sends it itself."""
    owner = dotted(setting.target.value)
    return owner is not None and any(
        call.context.scope is setting.context.scope and owner in map(dotted, call.node.args)
        for call in facts.calls
    )


def _is_read_here(setting: Setting) -> bool:
    """Whether the function that sets an attribute reads it under the same name."""
    owner = dotted(setting.target.value)
    return owner is not None and _reads(setting.context.scope.node, setting.target.attr, owner)


def _is_read(facts: Facts, value: Instance, name: str) -> bool:
    """Whether what is set is read again: by a class of the project; of an object of the library by
    its names, in this module or one that imports it."""
    if isinstance(value.cls, Class):
        return any(_reads(tree, name) for tree in _written_for(facts.evaluator, value.cls))
    if any(_reads(s.node, name, path) for s, path in facts.limits.changes.written(value)):
        return True
    project = facts.evaluator.project
    importing = map(project.module, project.hints.importing(facts.module.path))
    return any(
        read.key() == value.key()
        for module in (facts.module, *importing)
        if module is not None and f".{name}" in module.text
        for owner, context in _owners_read(module.scope, name)
        for read in facts.evaluate(owner, context)
    )


def _written_for(evaluator: Evaluator, cls: Class) -> Iterator[ast.AST]:
    """The code in sight that an object of a class may run: of that, its bases and subclasses, and of
    the functions around their methods."""
    for heir in (cls, *elsewhere.heirs(evaluator, cls, everywhere=True)):
        for base in lineage.mro(evaluator, heir):
            if isinstance(base, Class):
                yield base.scope.node
                yield from _around_methods(evaluator, base.scope)


def _around_methods(evaluator: Evaluator, cls: Scope) -> Iterator[ast.AST]:
    """The functions of the project in `@bounded def get(self): ...`, `request = bounded(get)`."""
    for bindings in cls.bindings.values():
        for _, node, statement, _ in bindings:
            makers = [node, *getattr(node, "decorator_list", ())]
            for maker in (maker for maker in makers if isinstance(maker, ast.expr)):
                for value in evaluator.evaluate(maker_of(maker), Context(cls, statement)):
                    if isinstance(value, Function):
                        yield value.scope.node


def _reads(tree: ast.AST, name: str, path: str | None = None) -> bool:
    """Whether an attribute is read somewhere in a tree; `path`: that of just this object."""
    return any(
        path is None or dotted(owner) == path
        for node in within(tree)
        for owner in _owner_of(node, name)
    )


def _owner_of(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """Of what an attribute is read: `s` in `s.timeout` and `getattr(s, "timeout")`."""
    if isinstance(node, ast.Attribute):
        if node.attr == name and isinstance(node.ctx, ast.Load):
            yield node.value
    elif isinstance(node, ast.Call) and called_name(node) == "getattr" and node.args[1:]:
        asked = node.args[1]
        if isinstance(asked, ast.Constant) and asked.value == name:
            yield node.args[0]


def _owners_read(module: Scope, name: str) -> Iterator[tuple[ast.expr, Context]]:
    """Of what an attribute is read in a module: `get(url, timeout=self.s.timeout)`."""
    for scope in (module, *members.functions(module)):
        for statement in scope.places:
            for part in (part for e in own_expressions(statement) for part in within(e)):
                for owner in _owner_of(part, name):
                    yield owner, Context(scope, statement)


def _arguments(facts: Facts) -> Iterator[Idle]:
    """`CachedSession(timeout=5)`."""
    for made in facts.constructions:
        own = made.constructor.timeout
        advice = f"pass {own}=" if own is not None else "pass timeout= on each call"
        for name in made.constructor.idle_timeouts:
            if made.argument(name) is not None:
                yield Idle(
                    made.node,
                    f"{made.name}({name}=...)",
                    f"no request looks at it; {advice}",
                )


def _overridden_methods(facts: Facts) -> Iterator[Idle]:
    """`session.send = partial(session.send, timeout=5)`."""
    limits = facts.limits
    for node, scope in facts.found.stores:
        if not isinstance(node, ast.Assign) or "timeout" not in ast.unparse(node.value):
            continue
        context = Context(scope, node)
        for target in node.targets:
            if not isinstance(target, ast.Attribute) or target.attr != "send":
                continue
            for owner in facts.evaluate(target.value, context):
                client = facts.evaluator.client_of(owner)
                sender = client.senders.get("send") if client is not None else None
                if client is None or sender is None:
                    continue
                previous = client.senders.get("request")
                for value in facts.evaluate(node.value, context):
                    if isinstance(value, (Partial, Function)):
                        bound = limits.overrides.through(value, sender, previous, None)
                        if bound.kind in UNBOUNDED:
                            yield Idle(node, f"{facts.text(target)} = ...", HANDED_ON)


def _mounts(facts: Facts) -> Iterator[Idle]:
    """`session.mount("http", TimeoutAdapter())`."""
    limits = facts.limits
    for node, scope, statement in facts.found.calls:
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "mount":
            continue
        context = Context(scope, statement)
        owners = facts.evaluate(node.func.value, context)
        if not any(facts.evaluator.client_of(owner) for owner in owners):
            continue
        prefixes, adapters = mounted_by(facts.evaluator, node, context)
        short = all(
            isinstance(p, Literal)
            and p.value in ("http", "https", "http:", "https:", "http:/", "https:/", "")
            for p in prefixes
        )
        if short and limits.adapters.limit(adapters, None):
            yield Idle(
                node,
                f"{ast.unparse(node.func)}({facts.text(node.args[0]) if node.args else '...'}, ...)",
                "the longest prefix wins, and every session has adapters on http:// and https://"
                " already; mount it on both of these",
            )


def _recipes(facts: Facts, scope: Scope) -> Iterator[Idle]:
    """Overrides of `send()` and `init_poolmanager()` in a class."""
    cls = Class(scope)
    line = lineage.mro(facts.evaluator, cls)[1:]
    bases = (base.path for base in line if isinstance(base, Symbol))
    base = next((path for path in bases if "send" in facts.evaluator.senders_at(path)), "")
    senders = facts.evaluator.senders_at(base)
    if not base or not senders["send"].never_omitted:
        return
    is_session = "get" in senders
    get = SenderValue(senders["get"], f"{base}.get", Instance(cls)) if is_session else None
    scope.bindings  # noqa: B018  (reads the scope, and so finds its children)
    for child in scope.children.values():
        if child.owner is not scope:
            continue
        if child.name == "send":
            if get is None or not _is_of_use(facts, get, child):
                yield from _send(facts, cls, child)
        elif child.name == "init_poolmanager":
            yield from _pool(child)


def _is_of_use(facts: Facts, get: SenderValue, send: Scope) -> bool:
    """Whether a default in the `send()` of a session is one more beside that of `request()`, or
    serves what the project sends by itself: `session.send(prepared)` gives no timeout at all."""
    if facts.limits.of_request(get, Passed()).kind not in UNBOUNDED:
        return True
    for node, scope, statement in facts.found.calls:
        if called_name(node) == "send" and not members.is_of_super(node.func):
            callees = facts.evaluate(node.func, Context(scope, statement))
            if any(isinstance(v, Function) and v.scope is send for v in callees):
                return True
    project = facts.evaluator.project
    return any(
        module is not None and ".send(" in module.text and "prepare" in module.text
        for module in map(project.module, project.hints.importing(facts.module.path))
    )


def _send(facts: Facts, cls: Class, method: Scope) -> Iterator[Idle]:
    places = list(_defaults_in(method))
    if not places:
        return
    bound = facts.limits.adapters.of_send(Function(method, Instance(cls)))
    if bound is not None and bound.kind in UNBOUNDED:
        for node, what in places:
            yield Idle(node, what, HANDED_ON)


def _defaults_in(method: Scope) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Where a method seems to give `timeout` a default."""
    default = defaults(method.arguments).get("timeout")
    for argument in named_parameters(method.arguments):
        if argument.arg == "timeout" and default is not None and not writes_none(default):
            yield argument, "a default value for timeout in send()"  # type: ignore[misc]
    for events in method.events.values():
        for event in events:
            if event.kind == "item" and event.name == "timeout":
                yield event.statement, "this default for a missing timeout in send()"
            elif event.kind == "call" and event.name == "setdefault":
                assert isinstance(event.node, ast.Call)
                first = event.node.args[0] if event.node.args else None
                if isinstance(first, ast.Constant) and first.value == "timeout":
                    yield event.node, 'setdefault("timeout", ...) in send()'


def _pool(method: Scope) -> Iterator[Idle]:
    for node, _, _ in walk(method).calls:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "init_poolmanager":
            if any(k.arg == "timeout" for k in node.keywords):
                yield Idle(
                    node,
                    "timeout= for init_poolmanager()",
                    "every request hands its own timeout to the pool, None included; set it in"
                    " send() where it is None",
                )
