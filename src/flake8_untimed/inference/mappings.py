"""What a function does with the mapping of its keywords, as far as its text tells: hands it on, looks
up other keywords, shows it, or more."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_untimed.inference.scopes import FUNCTIONS, Scope, once
from flake8_untimed.inference.syntax import called_name, dotted, every_parameter, within
from flake8_untimed.inference.walk import parents_of

SHOWING = frozenset(
    ("print", "pprint", "pformat", "str", "repr", "format", "debug", "info", "warning", "warn",
     "error", "exception", "critical", "log", "trace")
)  # fmt: skip
"""Functions that only show what they are given."""
_COPYING = frozenset(("dict", "OrderedDict", "copy", "deepcopy"))
_LOOKING_UP = frozenset(("get", "pop", "setdefault"))
_CHANGING = frozenset(("update", "clear"))


class Given(NamedTuple):
    """A call that is given the mapping: spread out (`**kwargs`: `place` is None), or as it is, at a
    position or under a name."""

    node: ast.Call
    place: int | str | None


class Uses(NamedTuple):
    """All that is done with the mapping, and with copies of it."""

    calls: list[Given]
    values: set[str]
    """Names that were given the value of the key."""


@once
def uses_of_mapping(
    function: Scope, name: str, key: str, may_return: bool = False, lines: range | None = None
) -> Uses | None:
    """What a function does with a mapping that goes by a name in it and may have a key that its
    author did not think of; None: more than to hand it on to calls, to look up other keys, to test
    for one, or to show it. `may_return`: it may also be given back to the caller. `lines`: those
    that count (None: all)."""
    reader = _Reader(function, key, may_return, lines)
    try:
        reader.read(name)
    except _More:
        return None
    return Uses(reader.calls, reader.values)


class _More(Exception):
    """Something else is done with it."""


class _Reader:
    """Follows the expressions that are the mapping, or hold the value of the key, to what is done
    with them."""

    def __init__(self, function: Scope, key: str, may_return: bool, lines: range | None) -> None:
        self._function = function
        self._key = key
        self._may_return = may_return
        self._lines = lines
        self._parents = parents_of(function)
        self.calls: list[Given] = []
        self.values: set[str] = set()
        self._names: list[str] = []

    def read(self, name: str) -> None:
        self._names.append(name)
        for known in self._names:  # grows
            for node in _loads(self._function, known):
                if self._lines is None or node.lineno in self._lines:
                    self._follow(node)

    def _follow(self, node: ast.expr) -> None:
        """What is done with an expression that is the mapping, or a copy of it."""
        parent = self._parents[node]
        if isinstance(parent, (ast.keyword, ast.Call)):
            self._given(node, parent)
        elif isinstance(parent, ast.Attribute):
            self._method(parent)
        elif isinstance(parent, ast.Subscript):
            if self._is_key(parent.slice) and isinstance(parent.ctx, ast.Load):
                self._value(parent)
        elif isinstance(parent, (ast.Dict, ast.BoolOp)) or _is_branch(parent, node):
            if isinstance(parent, ast.Dict) and node not in _spread(parent):
                raise _More
            self._follow(parent)  # type: ignore[arg-type]
        elif isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.BitOr):
            self._follow(parent)
        elif isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            self._names += [n for n in _names_given(parent) if n not in self._names]
            if isinstance(parent, ast.NamedExpr):
                self._follow(parent)
        elif isinstance(parent, ast.Compare):
            if not all(isinstance(op, (ast.In, ast.NotIn)) for op in parent.ops):
                raise _More
        elif not (self._is_shown(node) or (self._may_return and isinstance(parent, ast.Return))):
            raise _More

    def _given(self, node: ast.expr, parent: ast.keyword | ast.Call) -> None:
        """It is an argument of a call."""
        call = self._parents[parent] if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call) or node is call.func:
            raise _More
        name, is_spread = called_name(call), isinstance(parent, ast.keyword) and parent.arg is None
        if name in _COPYING:
            self._follow(call)
        elif not (name == "format" if is_spread else name in SHOWING):
            place = parent.arg if isinstance(parent, ast.keyword) else call.args.index(node)
            self.calls.append(Given(call, place))

    def _method(self, function: ast.Attribute) -> None:
        """`kwargs.get(...)`."""
        call = self._parents[function]
        if not isinstance(call, ast.Call) or call.func is not function:
            raise _More
        if function.attr in _LOOKING_UP:
            if call.args and self._is_key(call.args[0]):
                self._value(call)
        elif function.attr == "copy":
            self._follow(call)
        elif function.attr not in _CHANGING:
            copied = self._copy_of_items(call) if function.attr == "items" else None
            if copied is not None:
                self._follow(copied)
            elif not self._is_shown(call):
                raise _More

    def _copy_of_items(self, items: ast.Call) -> ast.expr | None:
        """`{k: v for k, v in kwargs.items() if v is not None}`, if its tests ask for no key."""
        generator = self._parents[items]
        made = self._parents.get(generator)
        if not isinstance(generator, ast.comprehension) or not isinstance(made, ast.DictComp):
            return None
        if generator.iter is not items:
            return None
        pair = ast.Tuple([made.key, made.value], ast.Store())
        if ast.unparse(pair) != ast.unparse(generator.target) or len(made.generators) > 1:
            return None
        asked = {n.id for t in generator.ifs for n in within(t) if isinstance(n, ast.Name)}
        return None if ast.unparse(made.key) in asked else made

    def _value(self, node: ast.expr) -> None:
        """What is done with an expression that is the value of the key."""
        parent = self._parents[node]
        if isinstance(parent, ast.BoolOp) or _is_branch(parent, node):
            self._value(parent)  # type: ignore[arg-type]
        elif isinstance(parent, (ast.Assign, ast.AnnAssign)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            if not all(isinstance(t, ast.Subscript) and self._is_key(t.slice) for t in targets):
                self.values.update(_names_given(parent))
        elif not (_is_tested(parent) or _names_timeout(parent) or self._is_shown(node)):
            raise _More

    def _is_key(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) and node.value == self._key

    def _is_shown(self, node: ast.AST) -> bool:
        """Whether an expression only becomes text, for a log or the like."""
        parent = self._parents[node]
        if isinstance(parent, (ast.Tuple, ast.keyword)):
            return self._is_shown(parent)
        if isinstance(parent, ast.Call):
            return node is not parent.func and called_name(parent) in SHOWING
        if isinstance(parent, ast.BinOp):
            return isinstance(parent.op, ast.Mod) and node is parent.right
        return isinstance(parent, ast.FormattedValue)


def key_read(node: ast.AST, mapping: str) -> str:
    """The key that an expression reads of the mapping of a name, if it is written there:
    `kwargs["name"]`, `kwargs.get("name")`."""
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript) and dotted(node.value) == mapping:
        key = node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        if node.func.attr in _LOOKING_UP and dotted(node.func.value) == mapping:
            key = node.args[0]
    return str(key.value) if isinstance(key, ast.Constant) else ""


def _has_parameter(node: ast.AST, name: str) -> bool:
    return isinstance(node, FUNCTIONS) and any(a.arg == name for a in every_parameter(node.args))


def _is_branch(parent: ast.AST, node: ast.AST) -> bool:
    return isinstance(parent, ast.IfExp) and node is not parent.test


def _spread(node: ast.Dict) -> list[ast.expr]:
    """The `**mapping` parts of a dict display."""
    return [value for key, value in zip(node.keys, node.values) if key is None]


def _names_given(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) -> list[str]:
    """The names that an assignment gives its value to, which must be all of its targets."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if len(names) < len(targets):
        raise _More
    return names


def _is_tested(parent: ast.AST) -> bool:
    """Whether a node only asks whether there is something: `if kwargs.get("timeout") is None`."""
    if isinstance(parent, ast.Compare):
        return all(isinstance(op, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)) for op in parent.ops)
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    return isinstance(parent, (ast.Expr, ast.If, ast.While, ast.IfExp, ast.Assert))


def _names_timeout(parent: ast.AST) -> bool:
    return isinstance(parent, ast.keyword) and "timeout" in (parent.arg or "")


@once
def _loads(function: Scope, name: str) -> list[ast.Name]:
    """Where a name is read, in functions inside too, unless they have one of their own."""
    found: list[ast.Name] = []
    stack: list[ast.AST] = [function.node]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            if node.id == name and isinstance(node.ctx, ast.Load):
                found.append(node)
        elif node is function.node or not _has_parameter(node, name):
            stack.extend(ast.iter_child_nodes(node))
    return found
