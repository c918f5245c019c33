"""Which statements of a module can have to do with a request, so that only they are looked into.

Names spread like a dye: those that come from a library, or from a module of the project that is of
interest, colour whatever is bound by a statement that mentions them. Judged by the identifiers on
the lines of each statement, generously: what is left out cannot matter, what is kept is looked at
closely by others.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from flake8_untimed.inference.scopes import COMPREHENSIONS, Module, Scope
from flake8_untimed.inference.walk import Found, Walk, visit

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPOUND = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match,
    *((ast.TryStar,) if hasattr(ast, "TryStar") else ()),
)  # fmt: skip
_BLOCKS = ("cases", "finalbody", "orelse", "handlers", "body")
"""The last one first, as a stack wants them."""
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


class _Statements:
    """The statements of a module in the order of the text, and where its identifiers stand."""

    def __init__(self, tree: ast.Module, lines: list[str]) -> None:
        self._text = "".join(lines)
        self._ends = list(accumulate(map(len, lines)))
        self._found: dict[str, list[int]] = {}
        self.nodes: list[ast.stmt] = []
        self.starts: list[int] = []
        self.owners: list[int] = []
        """Index of the function or class around each statement; -1: the module."""
        self._collect(tree)

    def lines(self, word: str) -> list[int]:
        """The lines on which an identifier stands, but for what libraries have beside their
        senders and clients: `requests.Response`, `requests.exceptions.Timeout`."""
        found = self._found.get(word)
        if found is None:
            found = self._found[word] = []
            text, size = self._text, len(word)
            place = text.find(word)
            while place >= 0:
                end = place + size
                after = text[end : end + 1]
                if not (
                    (after.isalnum() or after == "_")
                    or (place and _is_word(text[place - 1]))
                    or (after == "." and HARMLESS.match(text, place))
                ):
                    found.append(bisect_right(self._ends, place) + 1)
                place = text.find(word, end)
        return found

    def lines_in(self, node: ast.stmt, word: str) -> list[int]:
        """The lines of a statement on which an identifier stands."""
        lines = self.lines(word)
        first = bisect_left(lines, node.lineno)
        return lines[first : bisect_right(lines, node.end_lineno or node.lineno, first)]

    def _collect(self, tree: ast.Module) -> None:
        stack: list[tuple[ast.stmt, int]] = [(s, -1) for s in reversed(tree.body)]
        nodes, starts, owners = self.nodes, self.starts, self.owners
        while stack:
            statement, owner = stack.pop()
            start = statement.lineno
            if isinstance(statement, _SCOPES):
                for decorator in statement.decorator_list:
                    start = min(start, decorator.lineno)
                inner = len(nodes)
                stack.extend([(s, inner) for s in reversed(statement.body)])
            elif isinstance(statement, _COMPOUND):
                for field in _BLOCKS:
                    for item in reversed(getattr(statement, field, None) or ()):
                        if isinstance(item, ast.stmt):
                            stack.append((item, owner))
                        else:
                            stack.extend([(s, owner) for s in reversed(item.body)])
            nodes.append(statement)
            starts.append(start)
            owners.append(owner)

    def at(self, line: int) -> int:
        """The innermost statement on a line, or that the line continues; -1: none."""
        return bisect_right(self.starts, line) - 1

    def around(self, index: int) -> Iterator[int]:
        """The functions and classes around a statement, innermost first."""
        owner = self.owners[index]
        while owner >= 0:
            yield owner
            owner = self.owners[owner]

    def words(self, node: ast.stmt, words: Iterable[str]) -> bool:
        """Whether one of some identifiers is on the lines of a statement."""
        return any(self.lines_in(node, word) for word in words)


def survey(module: Module, lines: list[str], dye: frozenset[str]) -> Walk:
    """The calls, attribute assignments and classes of a module that can matter."""
    text = "".join(lines)
    if not any(name in text for name in dye):
        return Walk([], [], [])
    statements = _Statements(module.tree, lines)
    names = set(dye)
    own, marked = _spread(statements, names)
    own_names = names | _OWN
    result = Walk([], [], [])
    calls: list[Found] = []
    scopes: dict[int, Scope] = {-1: module.scope}
    for index in sorted(marked):
        node = statements.nodes[index]
        scope = _scope(statements, statements.owners[index], scopes)
        if isinstance(node, ast.ClassDef):
            result.classes.append(scope.child(node, node))
        visit(node, scope, result)
        wanted = own_names if index in own else names
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
    _spread(_Statements(tree, _LINE.findall(text)), names)
    return frozenset(names)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _scope(statements: _Statements, owner: int, scopes: dict[int, Scope]) -> Scope:
    chain = []
    while owner not in scopes:
        chain.append(owner)
        owner = statements.owners[owner]
    scope = scopes[owner]
    for index in reversed(chain):
        node = statements.nodes[index]
        scope = scopes[index] = scope.child(node, node)  # type: ignore[arg-type]
    return scope


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
            i.optional_vars
            for i in statement.items
            if i.optional_vars and not _stops(i.context_expr)
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


def _spread(statements: _Statements, dye: set[str]) -> tuple[set[int], set[int]]:
    """Colour names until no more statement that binds any mentions a coloured one. Returns the
    statements of classes whose bases are coloured, where `self` may be anything, and all
    statements that mention a coloured name."""
    own: set[int] = set()
    marked: set[int] = set()
    queue = list(dye)
    while queue:
        fresh: set[str] = set()
        for word in queue:
            for line in statements.lines(word):
                index = statements.at(line)
                if index >= 0 and index not in marked:
                    marked.add(index)
                    _colour(statements, index, dye, fresh, own, marked)
        queue = list(fresh - dye)
        dye |= fresh
    return own, marked


def _colour(
    statements: _Statements,
    index: int,
    dye: set[str],
    fresh: set[str],
    own: set[int],
    marked: set[int],
) -> None:
    """What a statement that mentions a coloured name colours in its turn."""
    node = statements.nodes[index]
    fresh.update(_targets(node))
    if isinstance(node, ast.ClassDef):
        fresh.add(node.name)
        for word in _OWN:
            for place in statements.lines_in(node, word):
                inner = statements.at(place)
                own.add(inner)
                if inner not in marked:
                    marked.add(inner)
                    _colour(statements, inner, dye, fresh, own, marked)
    elif isinstance(node, _FUNCTIONS):
        _colour_parameters(node, dye | fresh, fresh)
    _colour_owners(statements, index, fresh)


def _colour_parameters(
    node: ast.FunctionDef | ast.AsyncFunctionDef, dye: set[str], fresh: set[str]
) -> None:
    """A function whose header is coloured: by an annotation, a default, or a decorator."""
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None and _is_coloured_type(argument.annotation, dye):
            fresh.add(argument.arg)
    for default in (*arguments.defaults, *arguments.kw_defaults):
        if isinstance(default, _CHAINS) and _mentions(default, dye):
            fresh.update(a.arg for a in (*arguments.args, *arguments.kwonlyargs))
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None and rest.annotation is not None:
            fresh.add(rest.arg)
    if node.decorator_list or (node.returns and _is_coloured_type(node.returns, dye)):
        fresh.add(node.name)


def _is_coloured_type(annotation: ast.expr, dye: set[str]) -> bool:
    text = HARMLESS.sub("", ast.unparse(annotation))
    return not dye.isdisjoint(_IDENTIFIER.findall(text))


def _colour_owners(statements: _Statements, index: int, fresh: set[str]) -> None:
    """A coloured statement colours the class around it, and the function that returns it or hands
    on what it is given."""
    node = statements.nodes[index]
    # A class is coloured by what its objects hold or give, not by what its methods do.
    shown = not isinstance(node, _FUNCTIONS)
    inside = False
    for owner in statements.around(index):
        around = statements.nodes[owner]
        if isinstance(around, ast.ClassDef):
            if (shown and not inside) or _stores_attribute(node):
                fresh.add(around.name)
        elif isinstance(around, _FUNCTIONS):
            inside = True
            if _gives(statements, node, around):
                fresh.add(around.name)
                inside = False


def _stores_attribute(node: ast.stmt) -> bool:
    """`self.name = ...`"""
    if isinstance(node, ast.Assign):
        return any(isinstance(t, (ast.Attribute, ast.Subscript, ast.Tuple)) for t in node.targets)
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Attribute)


def _gives(
    statements: _Statements, node: ast.stmt, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> bool:
    if isinstance(node, ast.Return):
        return True
    arguments = function.args
    words = [a.arg for a in (arguments.kwarg, arguments.vararg) if a is not None]
    words += [
        a.arg
        for a in (*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs)
        if "timeout" in a.arg or a.arg in _CALLED
    ]
    return statements.words(node, ("yield", *words))


_CALLED = frozenset(
    ("func", "fn", "function", "f", "method", "callable", "callback", "request_func")
)
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
