"""What becomes of what calls return, in their own function: the name that it is given to, what is read
of it, and who is given it."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from flake8_untimed.inference import flow
from flake8_untimed.inference.members import first_parameter, functions
from flake8_untimed.inference.scopes import Scope, once
from flake8_untimed.inference.syntax import WITHS, called_name, dotted
from flake8_untimed.inference.walk import parents_of

if TYPE_CHECKING:
    from flake8_untimed.calls import Call
    from flake8_untimed.limits.takers import Sent


class _Read(NamedTuple):
    """What is done with a name."""

    is_passed_on: bool
    """Somewhere it is used otherwise than for an attribute."""
    attributes: dict[ast.stmt | None, list[ast.Attribute]]
    """Those that are read of it, by the statements that may have given it its value."""


_ENTERED_BY = ("__aenter__", "__enter__")
_DEPTH = 3
"""Names that are looked at, each of what another enters."""


def uses_of(call: Call | Sent) -> set[str | None]:
    """The attributes that are read of what a call returns, in its own function, or of what that enters
    by hand (`await context.__aenter__()`); None where it is used otherwise (passed on, returned,
    tested, ...), or not in sight."""
    return _uses(call.context.scope, call.node, call.context.at, _DEPTH)


def _uses(scope: Scope, node: ast.AST, at: ast.stmt | None, depth: int) -> set[str | None]:
    parents = parents_of(scope)
    parent = parents.get(node)
    if isinstance(parent, ast.Await):
        node, parent = parent, parents.get(parent)
    if isinstance(parent, ast.Attribute):
        return _uses_by(scope, parent, depth)
    name = _name_given(node, parent)
    if name is None or name in scope.globals or name in scope.nonlocals:
        return {None}
    read = _read_of(scope, name)
    attributes = read.attributes.get(at, ())
    found = {use for part in attributes for use in _uses_by(scope, part, depth)}
    return {*found, None} if read.is_passed_on else found


def _uses_by(scope: Scope, part: ast.Attribute, depth: int) -> set[str | None]:
    entering = parents_of(scope).get(part)
    if part.attr not in _ENTERED_BY or not isinstance(entering, ast.Call):
        return {part.attr}
    return _uses(scope, entering, _statement_of(scope, entering), depth - 1) if depth else {None}


def kept_of(call: Call) -> tuple[str, ast.stmt, bool] | None:
    """The one name that the response is given to, a statement, and whether the response has its name
    only behind that statement (else before it, already)."""
    parents = parents_of(call.context.scope)
    node: ast.AST = call.node
    parent = parents.get(node)
    is_response = not call.sender.asynchronous
    if isinstance(parent, ast.Await):
        node, parent, is_response = parent, parents.get(parent), True
    name = _name_given(node, parent)
    if name is None or parent is None:
        return None
    if isinstance(parent, ast.withitem):
        around = parents[parent]
        assert isinstance(around, WITHS)
        return name, around.body[0], False
    assert isinstance(parent, ast.stmt)
    return (name, parent, True) if is_response else None


def takers_of(scope: Scope, node: ast.AST) -> set[ast.Call | None]:
    """The calls that are given what a call in a function returns, there or by the names that it has, or
    a dict that holds it (`options["client"] = ...`); None where it is used otherwise, or not in
    sight."""
    parents = parents_of(scope)
    found: set[ast.Call | None] = set()
    seen = set[str]()
    uses = [node]
    for use in uses:
        whole = _container_of(parents, use)
        name = _name_given(whole, parents.get(whole)) or _dict_given(scope, parents, whole)
        if name is None:
            found.add(_taker(parents, whole))
        elif scope.is_class or name in scope.globals or name in scope.nonlocals:
            found.add(None)
        elif name not in seen:
            seen.add(name)
            uses += [use for use in _names(scope).get(name, ()) if not _fills(parents, use)]
    return found


def is_returned(scope: Scope, node: ast.AST) -> bool:
    """Whether a function does nothing with what stands somewhere but to return it, perhaps by a name."""
    parents = parents_of(scope)
    whole = _choice_of(parents, node)
    name = _name_given(whole, parents.get(whole))
    uses = _names(scope).get(name, []) if name is not None else [whole]
    return bool(uses) and all(
        isinstance(parents.get(_choice_of(parents, use)), ast.Return) for use in uses
    )


def attribute_given(scope: Scope, node: ast.AST) -> str | None:
    """The attribute of its object that a method keeps in what it makes: `self.client = Client()`."""
    parents = parents_of(scope)
    parent = parents.get(_choice_of(parents, node))
    if not isinstance(parent, ast.Assign) or len(parent.targets) > 1:
        return None
    target = parent.targets[0]
    if not isinstance(target, ast.Attribute) or scope.owner is None:
        return None
    return target.attr if dotted(target.value) == first_parameter(scope) else None


def reads_of_attribute(module: Scope, name: str) -> list[tuple[Scope, ast.Attribute]]:
    """Where a module reads an attribute of anything, and the functions there; to test whether there is
    one, or to write it into a text, is no use."""
    return _attributes_read(module).get(name, [])


@once
def _attributes_read(module: Scope) -> dict[str, list[tuple[Scope, ast.Attribute]]]:
    found: dict[str, list[tuple[Scope, ast.Attribute]]] = defaultdict(list)
    # Inner functions come behind the ones around them.
    innermost = {
        part: scope for scope in (module, *functions(module)) for part in parents_of(scope)
    }
    for part, scope in innermost.items():
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load):
            if not _is_asked_for(parents_of(scope), part):
                found[part.attr].append((scope, part))
    return found


def _is_asked_for(parents: dict[ast.AST, ast.AST], node: ast.AST) -> bool:
    """Whether something is tested, or a part of a text."""
    parent = parents.get(node)
    while isinstance(parent, (ast.BoolOp, ast.UnaryOp, ast.Compare)):
        node, parent = parent, parents.get(parent)
    return isinstance(parent, ast.FormattedValue) or getattr(parent, "test", None) is node


def _container_of(parents: dict[ast.AST, ast.AST], node: ast.AST) -> ast.AST:
    """What stands somewhere, or the dict that is made there with it: `{"client": Client()}`."""
    whole = _choice_of(parents, node)
    parent = parents.get(whole)
    if isinstance(parent, ast.keyword):
        parent = parents.get(parent)
    if parent is not None and _makes_dict(parent):
        return _container_of(parents, parent)
    return whole


def _dict_given(scope: Scope, parents: dict[ast.AST, ast.AST], node: ast.AST) -> str | None:
    """The name of the dict of a function that something is put into: `options["client"] = node`."""
    parent = parents.get(node)
    holder: ast.AST | None = None
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        holder = getattr(parent.targets[0], "value", None)
    elif isinstance(parent, ast.Call) and called_name(parent) == "setdefault":
        holder = getattr(parent.func, "value", None)
    if not isinstance(holder, ast.Name) or not _fills(parents, holder):
        return None
    bound, own = scope.sole(holder.id), getattr(scope.node, "args", None)
    if own is not None and own.kwarg is not None and own.kwarg.arg == holder.id:
        return holder.id
    return holder.id if bound is not None and _makes_dict(bound.node) else None


def _makes_dict(node: ast.AST) -> bool:
    """`{...}`, `dict(...)`"""
    is_call = isinstance(node, ast.Call) and called_name(node) == "dict"
    return is_call or isinstance(node, ast.Dict)


def _fills(parents: dict[ast.AST, ast.AST], use: ast.AST) -> bool:
    """Whether a dict is only filled there."""
    parent = parents.get(use)
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("setdefault", "update")
    is_stored = isinstance(parent, ast.Subscript) and not isinstance(parent.ctx, ast.Load)
    return is_stored and parent.value is use  # type: ignore[union-attr]


def _taker(parents: dict[ast.AST, ast.AST], node: ast.AST) -> ast.Call | None:
    """The call that is given what stands somewhere."""
    node = _choice_of(parents, node)
    parent = parents.get(node)
    if isinstance(parent, ast.keyword):
        parent = parents.get(parent)
    return parent if isinstance(parent, ast.Call) and parent.func is not node else None


def _choice_of(parents: dict[ast.AST, ast.AST], node: ast.AST) -> ast.AST:
    """What stands somewhere, or a choice that it is a part of: `client or Client()`."""
    while isinstance(parents.get(node), (ast.IfExp, ast.BoolOp)):
        node = parents[node]
    return node


@once
def _names(scope: Scope) -> dict[str, list[ast.Name]]:
    """Where each name is used."""
    found: dict[str, list[ast.Name]] = defaultdict(list)
    for part in parents_of(scope):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Store):
            found[part.id].append(part)
    return found


@once
def _read_of(scope: Scope, name: str) -> _Read:
    parents = parents_of(scope)
    is_passed_on = False
    attributes: dict[ast.stmt | None, list[ast.Attribute]] = defaultdict(list)
    for use in _names(scope).get(name, ()):
        parent = parents[use]
        if isinstance(parent, ast.Attribute):
            for reaching in flow.reaching(scope, name, _statement_of(scope, use)):
                attributes[reaching.binding.statement].append(parent)
        else:
            is_passed_on = True
    return _Read(is_passed_on, attributes)


def _statement_of(scope: Scope, node: ast.AST) -> ast.stmt | None:
    """The statement of a function that something in it belongs to."""
    around: ast.AST | None = node
    while around is not None and around not in scope.places:
        around = parents_of(scope).get(around)
    return around if isinstance(around, ast.stmt) else None


def _name_given(node: ast.AST, parent: ast.AST | None) -> str | None:
    """The one name that an expression is given to."""
    target: ast.AST | None = None
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        target = parent.targets[0]
    elif isinstance(parent, ast.AnnAssign):
        target = parent.target
    elif isinstance(parent, ast.withitem) and parent.context_expr is node:
        target = parent.optional_vars
    return target.id if isinstance(target, ast.Name) else None
