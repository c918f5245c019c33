"""Which statements are reached, and which binding of a name a use can see."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from flake8_untimed.inference.scopes import INLINE, Binding, Place, Scope, once
from flake8_untimed.inference.syntax import IMPORTS, LEAVES, LOOPS, TRIES, WITHS, ends, within

_CALM = (
    ast.Assign, ast.AnnAssign, ast.If, ast.Pass, ast.Expr, ast.Name, ast.Constant, ast.Attribute,
    ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp,
)  # fmt: skip
_PYTHON_2 = frozenset(("httplib", "urllib2"))
"""Modules that Python 3 has not."""
_OF_URLLIB = ("error", "parse", "request", "response", "robotparser", "*")
"""What it has of urllib."""
_PYTHON_3 = frozenset(("http.client", "urllib.error", "urllib.parse", "urllib.request"))
"""Modules that each Python 3 has."""
MANY = 32
"""Bindings of one name that can be in force at a use; of more, the nearest are looked at."""


class Reaching(NamedTuple):
    """A binding that can be in force. `sure`: it is, if its guards hold."""

    binding: Binding
    sure: bool
    guards: tuple[Guard, ...]


class Guard(NamedTuple):
    """An `if` that stands between a binding and a use; `positive`: the binding is in its body."""

    statement: ast.If
    positive: bool


OTHERS = Reaching(Binding("unknown", ast.Pass(), None), False, ())
"""What stands for all further ones."""


def is_dead(scope: Scope, statement: ast.stmt | None) -> bool:
    """Whether a statement is never reached, whatever happens: under `if False`, behind a `return`;
    also for what is written in a lambda or comprehension there."""
    leaving = _leaving(scope) if scope.is_function else {}
    for place in scope.chain(statement):
        around = place.parent
        if isinstance(around, (ast.If, ast.While)) and isinstance(around.test, ast.Constant):
            if bool(around.test.value) is not (place.block == "body"):
                return True
        if place.position > leaving.get((around, place.block), place.position):
            return True
    if scope.parent is not None and isinstance(scope.node, INLINE):
        return is_dead(scope.parent, scope.statement)
    return False


@once
def _leaving(scope: Scope) -> dict[tuple[ast.stmt | None, str], int]:
    """Where the blocks of a function are left first."""
    found: dict[tuple[ast.stmt | None, str], int] = {}
    for statement, place in scope.places.items():
        if isinstance(statement, LEAVES):
            found.setdefault((place.parent, place.block), place.position)
    return found


def given(scope: Scope, node: ast.expr, at: ast.stmt | None) -> tuple[ast.AST, ast.stmt | None]:
    """The expression that a local name was surely given, and the statement that does; for
    anything else the node itself."""
    if isinstance(node, ast.Name) and node.id in scope.bindings:
        found = reaching(scope, node.id, at)
        if len(found) == 1 and found[0].binding.kind == "assign":
            return found[0].binding.node, found[0].binding.statement
    return node, at


def reaching(scope: Scope, name: str, at: ast.stmt | None) -> list[Reaching]:
    """The bindings of a name that can be in force at a statement (None: at the scope's end),
    the nearest first. A binding that happens whatever the tests say hides those before it."""
    bindings = scope.bindings.get(name, [])
    if len(bindings) > 1:
        bindings = _usual(scope, name)
    if len(bindings) <= 1:
        return [Reaching(b, True, ()) for b in bindings]
    if at is not None and at not in scope.places:
        at = None
    use = scope.chain(at)
    order = use[-1].order if use else len(scope.places) + 1
    start = bisect_left(bindings, order, key=scope.order_of)
    found: list[Reaching] = []
    for reaching_it in (
        _from_here(scope, bindings[start : start + MANY], at, use),
        _from_before(scope, bindings[:start], use),
    ):
        some = [*islice(reaching_it, MANY)]
        found += some
        if len(some) == MANY:
            found.append(OTHERS)
    return found


@once
def _usual(scope: Scope, name: str) -> list[Binding]:
    """The bindings of a name, if there are others, without those that only Python 2 comes to, and
    without functions that only say that an import has failed."""
    bindings = scope.bindings[name]
    if not any(binding.kind == "import" for binding in bindings):
        return bindings
    return [
        b for b in bindings if not _is_of_python_2(scope, b) and not _only_raises(b)
    ] or bindings


def _is_of_python_2(scope: Scope, binding: Binding) -> bool:
    """Whether a binding imports what Python 3 has not, or stands in the handler for an import that
    cannot fail there."""
    statement = binding.statement
    if isinstance(statement, IMPORTS) and _fails(statement):
        return True
    return any(
        isinstance(place.parent, TRIES)
        and place.block.startswith("handlers")
        and all(isinstance(s, IMPORTS) and _modules_of(s) <= _PYTHON_3 for s in place.parent.body)
        for place in scope.chain(statement)
    )


def _fails(statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of what Python 3 has not: `import urllib2`, `from urllib import urlopen`."""
    modules = _modules_of(statement)
    return not modules.isdisjoint(_PYTHON_2) or (
        modules == {"urllib"}
        and isinstance(statement, ast.ImportFrom)
        and not all(alias.name in _OF_URLLIB for alias in statement.names)
    )


def _only_raises(binding: Binding) -> bool:
    """`def get(*args): raise RuntimeError("pip install requests")`"""
    body = getattr(binding.node, "body", None) if binding.kind == "def" else None
    return isinstance(body, list) and isinstance(body[-1], ast.Raise) and len(body) <= 2


def _modules_of(statement: ast.Import | ast.ImportFrom) -> set[str]:
    """The modules that a statement imports, or imports from."""
    if isinstance(statement, ast.ImportFrom):
        return {"." * statement.level + (statement.module or "")}
    return {alias.name for alias in statement.names}


def _from_here(
    scope: Scope, bindings: list[Binding], at: ast.stmt | None, use: list[Place]
) -> Iterator[Reaching]:
    """Of the bindings from a statement on: what it binds on its way, then the later turns of a loop
    around it."""
    for binding in bindings:
        if binding.statement is at and at is not None:
            if binding.kind in ("enter", "pattern") or _is_walrus(binding):
                yield Reaching(binding, binding.kind == "pattern", ())
        elif _share_loop(use, scope.chain(binding.statement)):
            yield Reaching(binding, False, ())
        else:
            return


def _from_before(scope: Scope, bindings: list[Binding], use: list[Place]) -> Iterator[Reaching]:
    halves: set[tuple[Guard, ...]] = set()
    for i in range(len(bindings) - 1, -1, -1):
        binding = bindings[i]
        if binding.kind == "annotation" and i and bindings[i - 1].statement is binding.statement:
            continue
        relation = relate(scope.chain(binding.statement), use)
        if relation is None:
            continue
        sure, guards = relation
        yield Reaching(binding, sure, guards)
        if sure and _covers(guards, halves):
            return


def _covers(guards: tuple[Guard, ...], halves: set[tuple[Guard, ...]]) -> bool:
    """Whether bindings in both branches of an `if` (and of those around it) were now seen."""
    while guards:
        *outer, last = guards
        if (*outer, Guard(last.statement, not last.positive)) not in halves:
            halves.add(guards)
            return False
        guards = tuple(outer)
    return True


def _is_walrus(binding: Binding) -> bool:
    """Whether a value is given by a `:=`: it is not that of its statement."""
    return binding.kind == "assign" and binding.node is not getattr(
        binding.statement, "value", None
    )


def _share_loop(use: list[Place], other: list[Place]) -> bool:
    for mine, theirs in zip(use, other):
        if mine.parent is not theirs.parent:
            return False
        if isinstance(mine.parent, LOOPS):
            return True
    return False


def relate(earlier: list[Place], use: list[Place]) -> tuple[bool, tuple[Guard, ...]] | None:
    """Whether what an earlier statement does reaches the use (None: never), surely, under which
    tests."""
    depth = _shared(earlier, use)
    inner = earlier[depth:]
    apart, block = use[depth][:2] if depth < len(use) else (None, "")
    if apart is not None and inner and inner[0].parent is apart:
        # They part inside one statement, in different blocks of it.
        if not (_passes(apart, inner[0].block, block) or _share_loop(use, earlier)):
            return None
    sure, caught, guards = True, False, []
    for place in inner:
        parent = place.parent
        if parent is None or isinstance(parent, WITHS):
            continue
        # What leaves in the body of a `try` may have raised before that, and passes its `finally`.
        is_tried = isinstance(parent, TRIES) and place.block == "body"
        if parent is apart:
            caught = caught or is_tried or block == "finalbody"
        elif is_tried:
            caught = caught or not _handlers_end(parent)
        if ends(place.body):
            if not caught:
                return None
            sure = sure and is_tried
        if isinstance(parent, ast.If):
            positive = place.block == "body"
            if not ends(parent.orelse if positive else parent.body):
                guards.append(Guard(parent, positive))
        else:
            sure = sure and _is_passed(place)
    return sure, tuple(guards)


def _shared(one: list[Place], other: list[Place]) -> int:
    """How many of the places of two statements, from outside, are in the same block."""
    depth = 0
    for mine, theirs in zip(one, other):
        if mine.parent is not theirs.parent or mine.block != theirs.block:
            break
        depth += 1
        if mine.position != theirs.position:
            break
    return depth


def _is_passed(place: Place) -> bool:
    """Whether a place is one in a `try` that whoever comes out of that surely passed."""
    parent = place.parent
    return isinstance(parent, TRIES) and (
        place.block == "finalbody"
        or _handlers_end(parent)
        or (place.block == "body" and _is_calm(place.body[: place.position + 1]))
    )


def _handlers_end(parent: ast.stmt) -> bool:
    """Whether all handlers of a `try` leave the function."""
    return all(ends(h.body) for h in parent.handlers)  # type: ignore[attr-defined]


def _passes(parent: ast.stmt, earlier: str, later: str) -> bool:
    """Whether control can go from one block of a statement to another."""
    if isinstance(parent, TRIES):
        return earlier == "body" or later == "finalbody"
    return isinstance(parent, LOOPS)


def _is_calm(statements: list[ast.stmt]) -> bool:
    """Whether statements hold nothing that is likely to raise: an exception comes after them."""
    return all(isinstance(part, _CALM) for s in statements for part in within(s))
