"""What is done to a client after it is made, by every name that holds it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_untimed.inference import constructions, containers, flow, invoke, lineage, members
from flake8_untimed.inference.arguments import positional_names
from flake8_untimed.inference.evaluate import Evaluator
from flake8_untimed.inference.scopes import CALLED, STORED, Binding, Event, Scope, once
from flake8_untimed.inference.syntax import called_name, dotted
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Mapping,
    Partial,
    Unknown,
    Value,
)

_CHANGING = frozenset(("mount", "update", "setdefault"))
"""Methods that change a client or its headers."""
_REPLACED = frozenset(("request", "send", "get", "post"))
"""Methods of which a client is mostly given its own."""


class _Name(NamedTuple):
    """A name that holds something; `below`: an attribute of that is looked at; `given`: what the name
    is bound to, if that is known."""

    scope: Scope
    name: str
    below: str
    given: ast.AST | None = None


_Done = list[tuple[Context, Event]]
_Found = tuple[_Done, list[_Name]]
"""What is done by one name, and the other names of what it holds."""


class Changes:
    """Finds what is done to clients; what is done by one name is looked for once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._by_name: dict[object, _Found] = {}
        self._by_object: dict[object, _Done] = {}

    def events(self, client: Value, below: str = "", named: str | None = None) -> _Done:
        """What is done to an object in sight, by every name that held it on its way here; `below`:
        to an attribute of it (`.headers`). Calls of methods that change nothing are left out.
        `named`: only what sets or calls an attribute that is called so, or may be. Every call of a
        client asks for it."""
        holders = dict.fromkeys(_holders(client))
        is_ours = isinstance(client, Instance) and isinstance(client.cls, Class)
        key = ("done to", *holders, below, named, client.key() if is_ours else None)

        def look() -> _Done:
            if named is not None:
                every = self.events(client, below)
                return [(c, e) for c, e in every if e.name == named or e.kind == "setattr"]
            return [*self._done_to(client, holders, below)]

        return self._evaluator.settle(self._by_object, key, look, [])

    def stored(self, client: Value, *names: str) -> Iterator[tuple[Context, Event, Alternatives]]:
        """What is stored as an attribute of an object that has one of these names."""
        for name in names:
            for context, event in self.events(client, named=name):
                values = stored_by(self._evaluator, context, event, name)
                if values:
                    yield context, event, values

    def may_set_any(self, client: Value, names: Iterable[str]) -> bool:
        """Whether one of these attributes of an object may be set by a name out of sight: `setattr(client,
        name, value)` in a loop over what the caller gave."""
        return any(
            isinstance(event.name, ast.expr)
            and any(name.startswith(_begin_of(event.name)) for name in names)
            and not all(map(_is_literal, self._evaluator.evaluate(event.name, context)))
            for context, event in self.events(client)
            if event.kind == "setattr"
        ) or any(event.name == "update" for _, event in self.events(client, ".__dict__"))

    def _done_to(
        self, client: Value, holders: Iterable[_Holder], below: str
    ) -> Iterator[tuple[Context, Event]]:
        for scope, name, given in holders:
            yield from self._held(_Name(scope, name, below, given))
            yield from self._done_elsewhere(scope, name, below)
        if isinstance(client, Instance) and isinstance(client.cls, Class):
            for base in lineage.mro(self._evaluator, client.cls):
                if isinstance(base, Class):
                    yield from self._by_itself(base.scope, client, client.cls, below)

    def rerouting(self, client: Value) -> Iterator[tuple[Context, Event]]:
        """What is done to a client that may change how its requests are sent."""
        for context, event in self.events(client):
            if (
                event.kind == "setattr"
                or (event.kind in STORED and event.name in _REPLACED)
                or (event.kind in CALLED and event.name == "mount")
            ):
                yield context, event
        yield from self.events(client, ".adapters")

    def _by_itself(
        self, base: Scope, client: Instance, cls: Class, below: str
    ) -> Iterator[tuple[Context, Event]]:
        """What the methods of a class do to `self`, or to an attribute of it."""
        for method, event in changes_to_self(base):
            frame = None
            if base is cls.scope and method.name == "__init__":
                frame = constructions.construction_frame(self._evaluator, cls, method, client)
            if not below:
                yield Context(method, event.statement, frame), event
            if event.kind == "argument":
                own = members.first_parameter(method) or ""
                yield from self._held(*self._handed(event, method, own, below))
        for scope, name in _aliases(base).get("", ()):
            yield from self._held(_Name(scope, name, below))
        if below:
            yield from self._held(_Name(base, below[1:], ""))

    def _held(self, *names: _Name) -> Iterator[tuple[Context, Event]]:
        """What is done to what names hold, by these and by the other names that it goes by."""
        for name in self._known_as(*names):
            yield from self._done_by(name)[0]

    def _known_as(self, *names: _Name) -> Iterator[_Name]:
        """All names of what names hold: others for it, and parameters that it is given as."""
        seen = set[_Name]()
        stack = [*reversed(names)]
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                yield name
                stack += reversed(self._done_by(name)[1])

    def written(self, client: Value) -> Iterator[tuple[Scope, str]]:
        """How an object in sight is written in the functions that know it: by its names on the way
        here, and all others for it."""
        for scope, name, given in _holders(client):
            for known in self._known_as(_Name(scope, name, "", given)):
                inner = known.scope
                for where in members.methods(inner) if inner.is_class else (inner,):
                    yield where, _path(inner, where, known.name)

    def _done_by(self, name: _Name) -> _Found:
        """What is done by one name; kept, since every call through it asks."""
        return self._evaluator.settle(
            self._by_name, ("done by", name), lambda: self._look_for(*name), ([], [])
        )

    def _look_for(self, scope: Scope, name: str, below: str, given: ast.AST | None) -> _Found:
        def done(path: str) -> list[tuple[Scope, Event]]:
            bound = _changes_of_bound(scope, path)
            return bound[given] if given in bound else changes(scope, path)

        others: list[_Name] = []
        for where, event in done(name):
            if event.kind == "argument":
                others += self._handed(event, where, _path(scope, where, name), below)
        aliases = _aliases(scope)
        others += [_Name(s, other, below) for s, other in aliases.get(name, ())]
        if below:
            others += [_Name(s, other, "") for s, other in aliases.get(name + below, ())]
        return [(Context(s, e.statement), e) for s, e in done(name + below)], others

    def _done_elsewhere(
        self, scope: Scope, name: str, below: str
    ) -> Iterator[tuple[Context, Event]]:
        """What other modules do to what a name of a module holds: `from app.http import session`,
        `session.mount(...)`."""
        if scope.parent is not None or all(
            b.kind == "import" for b in scope.bindings.get(name, ())
        ):
            return
        project = self._evaluator.project
        for path, spelled in project.hints.changing(scope.module.path, name):
            other = project.module(path)
            if other is not None:
                root = spelled.partition(".")[0]
                for user in (other.scope, *members.functions(other.scope)):
                    if root in user.bindings:
                        yield from self._held(_Name(user, spelled, below))

    def _handed(self, event: Event, scope: Scope, path: str, below: str) -> Iterator[_Name]:
        """`configure(session)`: the parameter of the function."""
        node = event.node
        if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
            return
        for callee in self._evaluator.insist(node.func, Context(scope, event.statement)):
            if isinstance(callee, Function) and not isinstance(callee.scope.node, ast.Lambda):
                for parameter in _parameters_for(callee, node, path):
                    yield _Name(callee.scope, parameter, below)


def _begin_of(name: ast.expr) -> str:
    """How a text begins that is put together: `f"label_{key}"`."""
    first = name.values[0] if isinstance(name, ast.JoinedStr) and name.values else name
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _is_literal(value: Value) -> bool:
    return isinstance(value, Literal)


def stored_by(evaluator: Evaluator, context: Context, event: Event, name: str) -> Alternatives:
    """What an event stores as the attribute `name`; nothing if it stores another, or none."""
    if event.kind == "setattr" and isinstance(event.name, ast.expr):
        values = evaluator.evaluate(event.node, context)
        names = evaluator.evaluate(event.name, context)
        if any(isinstance(v, Literal) and v.value == name for v in names):
            return values
        # Under a name out of sight it is most likely a setting, unless it can be called.
        is_open = any(isinstance(v, Unknown) for v in names)
        return tuple(v for v in values if is_open and isinstance(v, (Function, Partial)))
    if event.name != name or event.kind not in STORED:
        return ()
    return containers.unpacked(evaluator, evaluator.evaluate(event.node, context), event.path)


def put_in(evaluator: Evaluator, context: Context, event: Event) -> Iterator[Value | None]:
    """What an event puts into a mapping, as a mapping; None where that is out of sight."""
    if event.kind == "item":
        values = evaluator.evaluate(event.node, context)
        entries = {} if event.name is None else {event.name: values}
        yield Mapping(entries, False, event.node, () if entries else values)
    elif event.kind == "call" and event.name == "update" and isinstance(event.node, ast.Call):
        passed = invoke.passed_by(evaluator, event.node, context)
        for argument in passed.positional:
            yield from evaluator.argument(argument)
        named: dict[object, Alternatives] = {
            name: evaluator.argument(given) for name, given in passed.keywords.items()
        }
        if named:
            yield Mapping(named, False, event.node)
        if passed.open_keywords or passed.open_positional:
            yield None
    elif (event.kind == "call" and event.name == "setdefault") or event.kind == "argument":
        yield None


_Holder = tuple[Scope, str, ast.AST]
"""A name of a scope, and what it was bound to."""


def _holders(client: Value) -> Iterator[_Holder]:
    """What held an object on its way here, the last one first."""
    for step in client.way():
        if step.holder is None:
            return  # It was made there: what comes before is not the object.
        yield (*step.holder, step.node)


def _path(holder: Scope, where: Scope, name: str) -> str:
    """How a name of a class (`self.name`), function or module is written in a scope of it."""
    return f"{members.first_parameter(where)}.{name}" if holder.is_class else name


@once
def _aliases(holder: Scope) -> dict[str, list[tuple[Scope, str]]]:
    """Other names for what a name of a class, function or module holds, in the functions inside, too:
    `s = self.s`, `s = self.s = ...`, `for s in (self.s, self.t)`."""
    found: dict[str, list[tuple[Scope, str]]] = {}
    inside = members.methods(holder) if holder.is_class else (holder, *members.functions(holder))
    for scope in inside:
        for local in scope.bindings:
            for held in _also_called(scope, local):
                name = _name_of(holder, scope, held)
                if name is not None and held != local:
                    found.setdefault(name, []).append((scope, local))
    return found


def _name_of(holder: Scope, where: Scope, path: str) -> str | None:
    """What is written `path` in a scope of a class (empty for `self`), function or module, by its name
    of that."""
    root, _, rest = path.partition(".")
    if holder.is_class:
        return rest if root == members.first_parameter(where) else None
    scope: Scope | None = where
    while scope is not None and scope is not holder and root not in scope.bindings:
        scope = scope.parent
    return path if scope is holder else None


def _also_called(scope: Scope, name: str) -> Iterator[str]:
    """The other names of what a local name is bound to, if it is bound just once."""
    bound = scope.sole(name)
    if bound is not None:
        kind, node, statement, _ = bound
        others: list[ast.AST] = []
        if kind == "assign":
            others = [node, *(statement.targets if isinstance(statement, ast.Assign) else ())]
        elif kind == "element" and isinstance(node, (ast.Tuple, ast.List)):
            others = [*node.elts]
        for other in others:
            path = dotted(other) if isinstance(other, (ast.Name, ast.Attribute)) else None
            if path:
                yield path


@once
def changes(scope: Scope, path: str) -> list[tuple[Scope, Event]]:
    """What may change the object that `path` names in a scope (of a class: `self.path` in its
    methods; else also in the functions inside), by the look of it."""
    every = members.attribute_events(scope, path) if scope.is_class else []
    every += [(scope, e) for e in scope.events.get(path, ())]
    every += members.done_inside(scope, path)
    return [(s, e) for s, e in every if _may_change(e)]


@once
def _changes_of_bound(scope: Scope, path: str) -> dict[ast.AST | None, list[tuple[Scope, Event]]]:
    """Of a local name that is bound several times, each time to what is made there, what may change
    each of these objects. What is done in functions inside may be done to any of them."""
    name = path.partition(".")[0]
    bindings = [b for b in scope.bindings.get(name, ()) if b.kind != "annotation"]
    nodes = [b.node for b in bindings]
    if scope.is_class or len(nodes) < 2 or not all(map(_is_made_there, bindings)):
        return {}
    found: dict[ast.AST | None, list[tuple[Scope, Event]]] = {node: [] for node in nodes}
    for where, event in changes(scope, path):
        held = nodes
        if where is scope:
            held = [r.binding.node for r in flow.reaching(scope, name, event.statement)]
        for node in dict.fromkeys(held):
            if node in found:
                found[node].append((where, event))
    return found


def _is_made_there(binding: Binding) -> bool:
    """`s = Session()`, `with Session() as s`: by the look of it, no other name has the object yet."""
    node = binding.node
    if isinstance(node, ast.Call) and binding.kind in ("assign", "enter"):
        name = called_name(node)
        return name[:1].isupper() or "create" in name
    return binding.kind == "assign" and isinstance(node, ast.Constant)


@once
def changes_to_self(cls: Scope) -> list[tuple[Scope, Event]]:
    """What the methods of a class do to `self` that may change it."""
    return [
        (method, event)
        for method in members.methods(cls)
        for event in method.events.get(members.first_parameter(method) or "", ())
        if _may_change(event)
    ]


def _may_change(event: Event) -> bool:
    return event.kind != "call" or event.name in _CHANGING


def _parameters_for(callee: Function, node: ast.Call, path: str) -> list[str]:
    """The parameters of a function that take what is written `path` at a call."""
    given = zip(positional_names(callee), node.args)
    found = [parameter for parameter, argument in given if _is_written(argument, path)]
    return found + [k.arg for k in node.keywords if k.arg and _is_written(k.value, path)]


def _is_written(node: ast.expr, path: str) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and dotted(node) == path
