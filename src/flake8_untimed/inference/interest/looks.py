"""What an expression may give or hold, by its look alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_untimed.inference.syntax import decorations, last_name, named_store

_VERBS = frozenset(
    ("post", "put", "patch", "delete", "head", "options", "request", "send", "stream", "urlopen",
     "json", "text", "read", "close", "raise_for_status", "info", "debug", "warning", "error",
     "format", "append", "exception")
)  # fmt: skip
"""Methods whose results are no clients: the dye stops here."""
_PLAIN_RESULTS = frozenset(
    ("len", "str", "repr", "print", "isinstance", "issubclass", "int", "float", "bool", "hasattr",
     "id", "hash", "sum", "range", "bytes", "callable")
)  # fmt: skip
"""Functions whose results are no clients."""
_HOLDERS = re.compile(r"(?:session|client|http|requests|httpx|conn|api|^s)$", re.IGNORECASE)
"""What `get` is called on, when it is a request rather than a look-up in a dict."""
MAKERS = frozenset(
    ("partial", "partialmethod", "getattr", "attrgetter", "methodcaller", "staticmethod", "cache",
     "lru_cache")
)  # fmt: skip
"""Functions that make something to be called."""
GIVERS = MAKERS | {"get", "pop"}
"""Those, and what takes it out of a dict."""
_FILLING = frozenset(
    ("append", "add", "extend", "insert", "update", "setdefault", "put", "put_nowait", "set")
)
"""Methods that put what they are given into a list, a set, a dict, a queue, a context variable."""
_PARTS_OF: dict[type, tuple[str, ...]] = {
    ast.Subscript: ("value",), ast.Starred: ("value",), ast.Await: ("value",),
    ast.Yield: ("value",), ast.YieldFrom: ("value",), ast.NamedExpr: ("value",),
    ast.IfExp: ("body", "orelse"), ast.BoolOp: ("values",), ast.List: ("elts",),
    ast.Tuple: ("elts",), ast.Set: ("elts",), ast.Dict: ("values",),
    ast.ListComp: ("elt", "generators"), ast.SetComp: ("elt", "generators"),
    ast.GeneratorExp: ("elt", "generators"), ast.DictComp: ("value", "generators"),
    ast.comprehension: ("iter",), ast.Lambda: ("body",),
}  # fmt: skip
"""Kind of expression -> its fields that its value may come from, or hold."""
_LISTS = (ast.List, ast.ListComp, ast.Tuple)


def attribute_named(node: ast.Call) -> str | None:
    """The attribute that `getattr(holder, "name")` reads."""
    if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) > 1:
        name = node.args[1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return name.value
    return None


def parts_giving(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression that its value may come from, or hold."""
    for field in _PARTS_OF.get(type(node), ()):
        part = getattr(node, field)
        if part.__class__ is list:
            yield from part
        elif part is not None:
            yield part
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        if isinstance(node.op, ast.BitOr) or any(isinstance(s, _LISTS) for s in sides):
            yield from sides


def root_of(node: ast.expr) -> str | None:
    """The name at the beginning of `a.b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def is_yield(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    return isinstance(node, (ast.Expr, ast.Assign)) and isinstance(
        value, (ast.Yield, ast.YieldFrom)
    )


def filled_by(value: ast.expr) -> tuple[str, ...]:
    """`clients.append(...)`, `options.update(...)`: what is put in colours the container;
    `setattr(x, "name", ...)`."""
    stored = named_store(value)
    if stored is not None and stored.written:
        return (stored.written,)
    container = container_filled(value)
    name = last_name(container) if container is not None else None
    return (name,) if name else ()


def fields_given(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """The fields of attrs whose default a function makes: `@session.default`."""
    end = ".default"
    return [name[: -len(end)] for name in decorations(function) if name.endswith(end)]


def container_filled(value: ast.expr) -> ast.expr | None:
    """What `clients.append(...)` and the like put something into."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in _FILLING:
            return value.func.value
    return None


def stops(value: ast.Call) -> bool:
    """Whether a call is surely a request, or something else that returns no client."""
    if isinstance(value.func, ast.Name):
        return value.func.id in _PLAIN_RESULTS
    if not isinstance(value.func, ast.Attribute):
        return False
    name = value.func.attr
    if name in _VERBS:
        return True
    holder = value.func.value
    text = last_name(holder.func if isinstance(holder, ast.Call) else holder)
    return name == "get" and _HOLDERS.search(text) is not None
