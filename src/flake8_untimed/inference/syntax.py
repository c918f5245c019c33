"""How nodes are written: names, calls and the parts of statements, by their look."""

from __future__ import annotations

import ast
from collections.abc import Iterator

LOOPS = (ast.For, ast.AsyncFor, ast.While)
WITHS = (ast.With, ast.AsyncWith)
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
ENDS = (ast.Return, ast.Raise)
LEAVES = (*ENDS, ast.Break, ast.Continue)
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
"""Fields of compound statements that are blocks, or parts with blocks, as they are written."""
PARTS = {"handlers": "type", "cases": "guard"}
"""Those that are parts, each with what a part evaluates itself."""

_LEAVES = (ast.Name, ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton, type(None))
_BARE = frozenset(
    ("arg", "asname", "attr", "conversion", "ctx", "is_async", "kwd_attrs", "level", "module",
     "name", "op", "ops", "rest", "simple", "tag", "type_comment", "type_ignores")
)  # fmt: skip
"""Fields that hold no node, or one that says nothing by itself: `ast.Load`, `ast.Add`."""
_FIELDS: dict[type, tuple[str, ...]] = dict.fromkeys(_LEAVES, ())
"""Kind of node -> its fields that can hold nodes, of the kinds met so far."""


def within(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all that stands in it, the outer ones first: `ast.walk` without contexts and
    operators, in less than half of its time."""
    nodes: list[ast.AST | None] = [node]
    for part in nodes:
        if part is None:
            continue
        yield part
        kind = part.__class__
        fields = _FIELDS.get(kind)
        if fields is None:
            fields = _FIELDS[kind] = tuple(f for f in kind._fields if f not in _BARE)
        for field in fields:
            value = getattr(part, field)
            if value.__class__ is list:
                nodes += value
            else:
                nodes.append(value)


def names_within(node: ast.AST) -> set[str]:
    """The names that a node is written with."""
    return {part.id for part in within(node) if isinstance(part, ast.Name)}


def called_name(node: ast.Call) -> str:
    """The last name of what is called, as written."""
    return last_name(node.func)


def last_name(node: ast.expr) -> str:
    """The last name of an expression, as written; empty if it ends in none."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def written_arguments(node: ast.Call) -> list[ast.expr]:
    """What a call is given, by position and by name, as it is written."""
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def written_names(node: ast.AST) -> set[str]:
    """The names and attributes that an expression is written with: also those of `Client().get`."""
    return {
        part.id if isinstance(part, ast.Name) else part.attr
        for part in within(node)
        if isinstance(part, (ast.Name, ast.Attribute))
    }


def maker_of(decorator: ast.expr) -> ast.expr:
    """What decorates, without the arguments that it is given: `fixture` of `@fixture(autouse=True)`."""
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` of names and attributes; calls of `super` and the like have no name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
        if len(parts) > 6:
            return None
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def name_set(node: ast.Call) -> str | None:
    """The name in `setattr(x, "name", value)`; empty if it is not written down."""
    if len(node.args) != 3 or dotted(node.func) not in ("setattr", "object.__setattr__"):
        return None
    name = node.args[1]
    return str(name.value) if isinstance(name, ast.Constant) else ""


_BUILTINS = {"type": "__class__", "vars": "__dict__"}


def dotted_from_builtin(node: ast.expr) -> str | None:
    """`dotted`, of what begins with `type(x)`, which is `x.__class__`, or `vars(x)`, `x.__dict__`."""
    behind = ""
    while isinstance(node, ast.Attribute):
        behind = f".{node.attr}{behind}"
        node = node.value
    if not isinstance(node, ast.Call) or len(node.args) != 1:
        return None
    attribute, text = _BUILTINS.get(dotted(node.func) or ""), dotted(node.args[0])
    return f"{text}.{attribute}{behind}" if attribute and text else None


def ends(body: list[ast.stmt], by: tuple[type[ast.stmt], ...] = ENDS) -> bool:
    """Whether a block leaves the function at its end; `by` LEAVES: that, or a loop."""
    return bool(body) and isinstance(body[-1], by)


def own_expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions that belong to a statement itself, not to the blocks inside it; those of its
    parts, too: the guards of `case`, the types of `except`."""
    for field, value in ast.iter_fields(statement):
        if field in PARTS:
            yield from filter(None, (getattr(part, PARTS[field]) for part in value))
            continue
        if field in BLOCKS and not isinstance(value, ast.expr):
            continue
        if isinstance(value, ast.expr):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, ast.expr):
                    yield item
                elif isinstance(item, ast.withitem):
                    yield item.context_expr
                elif isinstance(item, ast.keyword):
                    yield item.value


def parents_in(*nodes: ast.AST) -> dict[ast.AST, ast.AST]:
    """What stands in some nodes -> in what it stands there."""
    return {
        child: part
        for node in nodes
        for part in within(node)
        for child in ast.iter_child_nodes(part)
    }


def first_line(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> int:
    """Where a statement, or a part of one, begins, its decorators with it."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min((d.lineno for d in decorators), default=node.lineno)
