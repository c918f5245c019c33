"""How nodes are written: names, calls and the parts of statements, by their look."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

LOOPS = (ast.For, ast.AsyncFor, ast.While)
WITHS = (ast.With, ast.AsyncWith)
IMPORTS = (ast.Import, ast.ImportFrom)
DEFS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*DEFS, ast.ClassDef)
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
TYPE_ALIAS: Any = getattr(ast, "TypeAlias", type(None))
"""`type Client = Session`, where Python has it."""
ENDS = (ast.Return, ast.Raise)
LEAVES = (*ENDS, ast.Break, ast.Continue)
_SWALLOWING = re.compile("suppress|raises|ignor|swallow|catch", re.IGNORECASE)
"""In the name of a manager behind which it goes on where its block has raised."""
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
"""Fields of compound statements that are blocks, or parts with blocks, as they are written."""
PARTS = {"handlers": "type", "cases": "guard"}
"""Those that are parts, each with what a part evaluates itself."""

_LEAVES = (ast.Name, ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton, type(None))
_BARE = frozenset(
    ("arg", "asname", "attr", "conversion", "ctx", "is_async", "kwd_attrs", "level", "module",
     "name", "op", "ops", "rest", "simple", "str", "tag", "type_comment", "type_ignores")
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


def called_on(node: ast.expr) -> ast.expr | None:
    """`x` of a call `x.method(...)`."""
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func.value if is_method else None  # type: ignore[attr-defined]


def written_arguments(node: ast.Call) -> list[ast.expr]:
    """What a call is given, by position and by name, as it is written."""
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def writes_none(node: ast.AST | None) -> bool:
    """Whether what stands somewhere is None, as it is written."""
    return isinstance(node, ast.Constant) and node.value is None


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


def decorations(node: ast.AST) -> list[str]:
    """The names of what decorates a function or class, as written, without their arguments."""
    return [dotted(maker_of(d)) or "" for d in getattr(node, "decorator_list", ())]


def named_parameters(arguments: ast.arguments) -> list[ast.arg]:
    """The parameters of a function that take one argument each."""
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def every_parameter(arguments: ast.arguments) -> list[ast.arg]:
    """Those, and `*args` and `**kwargs`."""
    rest = (arguments.vararg, arguments.kwarg)
    return [*named_parameters(arguments), *(a for a in rest if a is not None)]


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


def written_as(name: str) -> ast.expr:
    """The expression that `dotted` tells the name of; it stands nowhere."""
    return ast.parse(name, mode="eval").body


class NamedStore(NamedTuple):
    """`setattr(base, name, value)`; `base` is None for `super()`."""

    base: ast.expr | None
    name: ast.expr
    value: ast.expr

    @property
    def written(self) -> str:
        """The name, if it is written down."""
        return str(self.name.value) if isinstance(self.name, ast.Constant) else ""


def named_store(node: ast.expr) -> NamedStore | None:
    """What a call sets by name: `setattr(x, name, value)`, `x.__setattr__(name, value)`."""
    if not isinstance(node, ast.Call) or called_name(node) not in ("setattr", "__setattr__"):
        return None
    if len(node.args) == 3 and dotted(node.func) in ("setattr", "object.__setattr__"):
        return NamedStore(*node.args)
    if len(node.args) == 2 and isinstance(node.func, ast.Attribute):
        base = node.func.value
        is_super = isinstance(base, ast.Call) and called_name(base) == "super"
        return NamedStore(None if is_super else base, *node.args)
    return None


def attributes_set(node: ast.Assign | ast.AnnAssign) -> Iterator[tuple[ast.Attribute, ast.expr]]:
    """The attributes that a statement sets, each with what is written for it."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    pairs = [(target, node.value) for target in targets]
    for target, value in pairs:
        if isinstance(target, ast.Attribute) and value is not None:
            yield target, value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            parts = [*zip(target.elts, value.elts)]
            is_even = len(target.elts) == len(value.elts)
            if is_even and not any(isinstance(p, ast.Starred) for pair in parts for p in pair):
                pairs += parts


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
    """Whether a block leaves the function at its end, in whatever blocks there; `by` LEAVES: that, or a
    loop."""
    last = body[-1] if body else None
    if isinstance(last, WITHS):
        return not may_swallow(last) and ends(last.body, by)
    if isinstance(last, ast.If):
        return ends(last.body, by) and ends(last.orelse, by)
    if isinstance(last, TRIES):
        return ends(last.finalbody, by) or all(
            ends(block, by)
            for block in (last.orelse or last.body, *(h.body for h in last.handlers))
        )
    return isinstance(last, by)


def may_swallow(statement: ast.With | ast.AsyncWith) -> bool:
    """Whether what comes behind a `with` may be reached though its block was not carried out to the
    end, by the look of it: `with suppress(KeyError):`."""
    makers = (item.context_expr for item in statement.items)
    return any(_SWALLOWING.search(called_name(m)) for m in makers if isinstance(m, ast.Call))


def in_a_row(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A statement and, of a `with`, those that are carried out in it one after the other."""
    yield statement
    if isinstance(statement, WITHS) and not may_swallow(statement):
        for inner in statement.body:
            yield from in_a_row(inner)


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
