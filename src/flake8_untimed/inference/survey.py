"""Which statements of a module can have to do with a request, so that only they are looked into.

Names spread like a dye: those that come from a library, or from a module of the project that is of
interest, colour whatever is bound by a statement that mentions them. Judged by the identifiers on
the lines of each statement, generously: what is left out cannot matter, what is kept is looked at
closely by others.
"""

from __future__ import annotations

import ast
import re

from flake8_untimed.inference.scopes import COMPREHENSIONS, Module, Scope
from flake8_untimed.inference.walk import Found, Walk, visit

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_VERBS = frozenset(
    ("post", "put", "patch", "delete", "head", "options", "request", "send", "stream", "urlopen",
     "json", "text", "read", "close", "raise_for_status", "info", "debug", "warning", "error",
     "format", "append", "exception")
)  # fmt: skip
"""Methods whose results are no clients: the dye stops here."""
HARMLESS = re.compile(
    r"\b\w+\.(?:exceptions\b(?:\.\w+)*|(?:Client)?Response\b|codes\b(?:\.\w+)*|status_codes\b"
    r"|[A-Z]\w*(?:Error|Exception|Warning)\b|HTTPStatus\w*|Timeout\b(?!\()|ConnectTimeout\b|ReadTimeout\b"
    r"|utils\b(?:\.\w+)*|auth\b(?:\.\w+)*|cookies\b(?:\.\w+)*|structures\b(?:\.\w+)*)"
)
"""What can be taken from a library without sending anything."""
_HOLDERS = re.compile(r"(?:session|client|http|requests|httpx|conn|api|^s)$", re.IGNORECASE)
"""What `get` is called on, when it is a request rather than a look-up in a dict."""
_OWN = frozenset(("self", "cls", "super"))


class _Entry:
    """One statement: its identifiers, and what it binds."""

    __slots__ = ("node", "owner", "targets", "words")

    def __init__(
        self, node: ast.stmt, owner: _Entry | None, words: frozenset[str], targets: tuple[str, ...]
    ) -> None:
        self.node = node
        self.owner = owner
        self.words = words
        self.targets = targets


def survey(module: Module, lines: list[str], dye: frozenset[str]) -> Walk:
    """The calls, attribute assignments and classes of a module that can matter."""
    identifiers = [frozenset(_IDENTIFIER.findall(line)) for line in _plain(lines)]
    entries = _entries(module.tree, identifiers)
    names = set(dye)
    owns: set[_Entry] = set()
    _spread(entries, names, owns)
    own_names = names | _OWN
    result = Walk([], [], [])
    calls: list[Found] = []
    scopes: dict[_Entry | None, Scope] = {None: module.scope}
    for entry in entries:
        is_own = _is_own(entry, owns)
        if not is_own and entry.words.isdisjoint(names):
            continue
        scope = _scope(entry.owner, scopes)
        if isinstance(entry.node, ast.ClassDef):
            result.classes.append(scope.child(entry.node, entry.node))
        visit(entry.node, scope, result)
        wanted = own_names if is_own else names
        calls += [
            found
            for found in result.calls
            if isinstance(found.scope.node, COMPREHENSIONS) or _is_coloured(found.node, wanted)
        ]
        result.calls.clear()
    return Walk(calls, result.stores, result.classes)


def coloured(tree: ast.Module, text: str, dye: frozenset[str]) -> frozenset[str]:
    """The names of a module that come to be coloured."""
    names = set(dye)
    identifiers = [frozenset(_IDENTIFIER.findall(line)) for line in _plain(_LINE.findall(text))]
    _spread(_entries(tree, identifiers), names, set())
    return frozenset(names)


def _plain(lines: list[str]) -> list[str]:
    """The lines without what libraries have beside their senders and clients: `requests.Response`,
    `requests.exceptions.Timeout`."""
    text = "\0".join(lines)
    return HARMLESS.sub("", text).split("\0")


def _scope(owner: _Entry | None, scopes: dict[_Entry | None, Scope]) -> Scope:
    chain = []
    while owner not in scopes:
        assert owner is not None
        chain.append(owner)
        owner = owner.owner
    scope = scopes[owner]
    for entry in reversed(chain):
        scope = scopes[entry] = scope.child(entry.node, entry.node)  # type: ignore[arg-type]
    return scope


def _entries(tree: ast.Module, identifiers: list[frozenset[str]]) -> list[_Entry]:
    """All statements, in the order of the text."""
    entries: list[_Entry] = []
    stack: list[tuple[ast.stmt, _Entry | None]] = [(s, None) for s in reversed(tree.body)]
    while stack:
        statement, owner = stack.pop()
        first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
        blocks = [b for f in _BLOCKS if (b := getattr(statement, f, None))]
        inner = owner
        if blocks:
            for decorator in getattr(statement, "decorator_list", ()):
                first = min(first, decorator.lineno - 1)
            last = _header_end(statement, blocks[0])
        words = identifiers[first] if last - first <= 1 else frozenset().union(*identifiers[first:last])
        entry = _Entry(statement, owner, words, _targets(statement))
        entries.append(entry)
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            inner = entry
        for block in reversed(blocks):
            for item in reversed(block):
                if isinstance(item, ast.stmt):
                    stack.append((item, inner))
                else:
                    stack.extend((s, inner) for s in reversed(item.body))
    return entries


def _header_end(statement: ast.stmt, block: list[ast.AST]) -> int:
    body = block[0]
    first: ast.AST = body if isinstance(body, ast.stmt) else body.body[0]  # type: ignore[attr-defined]
    line: int = first.lineno  # type: ignore[attr-defined]
    for decorator in getattr(first, "decorator_list", ()):
        line = min(line, decorator.lineno)
    return max(line - 1, statement.lineno)


def _targets(statement: ast.stmt) -> tuple[str, ...]:
    """The names, and the last attributes, that a statement binds."""
    parts: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        if not _stops(statement.value):
            parts = list(statement.targets)
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
        parts = [statement.target]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        parts = [
            i.optional_vars for i in statement.items if i.optional_vars and not _stops(i.context_expr)
        ]
    elif isinstance(statement, ast.Expr):
        return _filled(statement.value)
    names = []
    while parts:
        part = parts.pop()
        if isinstance(part, ast.Name):
            names.append(part.id)
        elif isinstance(part, ast.Attribute):
            names.append(part.attr)
        elif isinstance(part, (ast.Tuple, ast.List)):
            parts.extend(part.elts)
        elif isinstance(part, (ast.Subscript, ast.Starred)):
            parts.append(part.value)
    return tuple(names)


def _filled(value: ast.expr) -> tuple[str, ...]:
    """`clients.append(...)`, `options.update(...)`: what is put in colours the container."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in ("append", "add", "extend", "insert", "update", "setdefault"):
            holder = value.func.value
            name = getattr(holder, "attr", None) or getattr(holder, "id", None)
            return (name,) if name else ()
    return ()


def _stops(value: ast.expr) -> bool:
    """Whether a value is surely the result of a request, or of something else that is no client."""
    while isinstance(value, ast.Await):
        value = value.value
    if isinstance(value, ast.Constant):
        return True
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    name = value.func.attr
    if name in _VERBS:
        return True
    holder = value.func.value
    text = getattr(holder, "attr", None) or getattr(holder, "id", None)
    return name == "get" and text is not None and _HOLDERS.search(text) is not None


def _spread(entries: list[_Entry], dye: set[str], owns: set[_Entry]) -> None:
    """Colour names until no more statement that binds any mentions a coloured one. `owns`: the
    classes whose bases are coloured; everything on their `self` may be."""
    open_entries = entries
    changed = True
    while changed:
        changed = False
        left = []
        for entry in open_entries:
            if entry.words.isdisjoint(dye) and not _is_own(entry, owns):
                left.append(entry)
                continue
            changed = True
            dye.update(entry.targets)
            node = entry.node
            if isinstance(node, ast.ClassDef):
                dye.add(node.name)
                owns.add(entry)
            elif isinstance(node, _FUNCTIONS):
                _colour_parameters(node, entry, dye)
            _colour_owners(entry, dye)
        open_entries = left


def _is_own(entry: _Entry, owns: set[_Entry]) -> bool:
    if not owns or entry.words.isdisjoint(_OWN):
        return False
    owner = entry.owner
    while owner is not None:
        if owner in owns:
            return True
        owner = owner.owner
    return False


def _colour_parameters(
    node: ast.FunctionDef | ast.AsyncFunctionDef, entry: _Entry, dye: set[str]
) -> None:
    """A function whose header is coloured: by an annotation, a default, or a decorator."""
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None and _is_coloured_type(argument.annotation, dye):
            dye.add(argument.arg)
    for default in (*arguments.defaults, *arguments.kw_defaults):
        if isinstance(default, _CHAINS) and _mentions(default, dye):
            dye.update(a.arg for a in (*arguments.args, *arguments.kwonlyargs))
    for argument in (arguments.vararg, arguments.kwarg):
        if argument is not None and argument.annotation is not None:
            dye.add(argument.arg)
    if node.decorator_list or (node.returns and _is_coloured_type(node.returns, dye)):
        dye.add(node.name)


def _is_coloured_type(annotation: ast.expr, dye: set[str]) -> bool:
    text = HARMLESS.sub("", ast.unparse(annotation))
    return not dye.isdisjoint(_IDENTIFIER.findall(text))


def _colour_owners(entry: _Entry, dye: set[str]) -> None:
    """A coloured statement colours the class around it, and the function that returns it or hands
    on what it is given."""
    owner = entry.owner
    # A class is coloured by what its objects hold or give, not by what its methods do.
    shown = not isinstance(entry.node, _FUNCTIONS)
    inside = False
    while owner is not None:
        around = owner.node
        if isinstance(around, ast.ClassDef):
            if (shown and not inside) or _stores_attribute(entry.node):
                dye.add(around.name)
        elif isinstance(around, _FUNCTIONS):
            inside = True
            if _gives(entry, around):
                dye.add(around.name)
                inside = False
        owner = owner.owner


def _stores_attribute(node: ast.stmt) -> bool:
    """`self.name = ...`"""
    if isinstance(node, ast.Assign):
        return any(isinstance(t, (ast.Attribute, ast.Subscript, ast.Tuple)) for t in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute)


def _gives(entry: _Entry, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if isinstance(entry.node, ast.Return) or "yield" in entry.words:
        return True
    arguments = function.args
    packed = [a.arg for a in (arguments.kwarg, arguments.vararg) if a is not None]
    if not entry.words.isdisjoint(packed):
        return True
    named = (*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs)
    return any("timeout" in a.arg and a.arg in entry.words for a in named) or any(
        a.arg in entry.words and a.arg in _CALLED for a in named
    )


_CALLED = frozenset(("func", "fn", "function", "f", "method", "callable", "callback", "request_func"))
"""Usual names of parameters that are functions to be called."""


def _is_coloured(node: ast.AST, dye: set[str]) -> bool:
    """Whether what is called, or what is handed to it, has a coloured name in it."""
    assert isinstance(node, ast.Call)
    return _mentions(node.func, dye) or any(
        isinstance(a, (ast.Name, ast.Attribute, ast.Call)) and _mentions(a, dye)
        for a in (*node.args[:3], *(k.value for k in node.keywords if k.arg in _TARGETS))
    )


_TARGETS = frozenset(("target", "function", "func"))


_CHAINS = (ast.Name, ast.Attribute, ast.Call)


def _mentions(part: ast.AST, dye: set[str]) -> bool:
    """Whether a chain of attributes, calls and items has a coloured name, or stands on something
    else (a condition, a literal) that may."""
    while True:
        if isinstance(part, ast.Attribute):
            if part.attr in dye:
                return True
            part = part.value
        elif isinstance(part, ast.Call):
            if any(_mentions(a, dye) for a in part.args[:2] if isinstance(a, _CHAINS)):
                return True
            part = part.func
        elif isinstance(part, (ast.Subscript, ast.Await)):
            part = part.value
        elif isinstance(part, ast.Name):
            return part.id in dye
        else:
            return not isinstance(part, (ast.Constant, ast.JoinedStr))


__all__ = ["Found", "survey"]
