"""Modules and their scopes: which names are bound where, and which binding a use can see.

A scope is read when somebody asks for one of its names, statement by statement; expressions are
not walked (except for `:=`, in files that have one), and nothing here recurses.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar, Union

from flake8_untimed.inference.syntax import (
    BLOCKS,
    DEFS,
    LOOPS,
    TRIES,
    TYPE_ALIAS,
    WITHS,
    NamedStore,
    called_name,
    called_on,
    dotted,
    dotted_from_builtin,
    every_parameter,
    first_line,
    named_store,
    names_within,
    own_expressions,
    within,
)

if TYPE_CHECKING:
    from flake8_untimed.inference.values import Alternatives, Frame

FunctionNode = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
ScopeNode = Union[
    ast.Module,
    ast.ClassDef,
    FunctionNode,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
]
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
INLINE = (*COMPREHENSIONS, ast.Lambda)
FUNCTIONS = (*DEFS, ast.Lambda)
Path = tuple[Union[int, slice], ...]
"""The way to a part of a value, from outside: indices, and slices for `*rest`."""


class Binding(NamedTuple):
    """One place that binds a name. `kind` tells how `node` makes the value:

    assign (the expression `node`), unpack (a part of it: `path`, indices, of `*rest` a slice),
    annotation (the expression is a type), type (the name is another one of the type `node`), enter
    (a `with` item's expression), element (of the iterated expression), import (an alias), def,
    class, parameter, pattern (of a `case`), and unknown.
    """

    kind: str
    node: ast.AST
    statement: ast.stmt | None
    path: Path = ()


class Event(NamedTuple):
    """Something done to an object by a dotted name: `kind` is store (`base.name = node`), setattr
    (`setattr(base, name, node)`: name is an expression), item (`base[name] = node`), call
    (`base.name(...)`: node is the call; `base += node` and `base |= node` are calls of `__iadd__` and
    `__ior__`), call inside (of a part of a statement), delete (`del base[name]`), or argument
    (`f(base)`: node is the call). What is no plain `=` says so behind the kind: "store enter" (`with
    node as base.name`), "store element", "store annotation", "store grown" (`+=`); "unpack": it is a
    part of the value, found by the `path` of a `Binding`."""

    kind: str
    name: object
    node: ast.expr
    statement: ast.stmt
    path: Path = ()


CALLED = ("call", "call inside")
"""Kinds of events that are calls; the second is inside an expression, and perhaps not made."""
STORED = ("store", "store unpack")
"""Those that are assignments to an attribute."""


class Place(NamedTuple):
    """Where a statement stands in its scope."""

    parent: ast.stmt | None
    block: str
    body: list[ast.stmt]
    position: int
    order: int


LINE_END = re.compile(r"\r\n|\r|\n")
_STORES = re.compile(r"\.(\w+)[ \t]*[=:](?!=)")
"""`.session = `"""
_NO_NAME = re.compile(r"[^\w.]")
_LONG = 80
"""Characters; nothing longer is taken for the name of an object."""


class Module:
    """A parsed file."""

    def __init__(self, tree: ast.Module, path: str, text: str) -> None:
        self.tree = tree
        self.path = path
        self.text = text
        self.walrus_lines = self.lines_with(":=")
        """The lines with a `:=`: looking for what they bind costs a walk."""
        self.has_global = "global " in text
        """Whether the text has `global` at all: looking for it costs a walk."""
        self.has_nonlocal = "nonlocal " in text
        """The same of `nonlocal`."""
        self.scope = Scope(tree, None, self, None)
        self.memo: dict[object, Alternatives] = {}
        """Alternatives of expressions, attributes and names, for no particular caller."""
        self.deep_memo: dict[object, Alternatives] = {}
        """The same, when all of the project may be read for the answer."""
        self.rough_memo: dict[object, Alternatives] = {}
        """The same, where callers of a function and objects of a class are not told apart."""
        self.frames: dict[object, Frame] = {}
        """The parameters of its functions, for each caller and by what they are given."""

    def lines_with(self, sign: str) -> list[int]:
        """The numbers (1-based) of the lines with a sign."""
        return (
            [n for n, line in enumerate(self.lines, 1) if sign in line] if sign in self.text else []
        )

    @cached_property
    def lines(self) -> list[str]:
        return LINE_END.split(self.text)

    @cached_property
    def stored(self) -> dict[str, set[str]]:
        """Attributes that are set on others than `self`, each with what names those, by the look of
        the text."""
        found: dict[str, set[str]] = {}
        for match in _STORES.finditer(self.text):
            start = match.start()
            base = _NO_NAME.split(self.text[max(0, start - _LONG) : start])[-1]
            if base and base not in ("self", "cls"):
                found.setdefault(match[1], set()).add(base)
        return found

    def walruses_of(self, statement: ast.stmt) -> Iterator[ast.NamedExpr]:
        """The `:=` of a statement, without the blocks and lambdas inside it."""
        lines = self.walrus_lines
        last = statement.end_lineno or statement.lineno
        if bisect_left(lines, first_line(statement)) == bisect_right(lines, last):
            return
        for expression in own_expressions(statement):
            yield from _walruses_in(expression)


class Scope:
    """One scope. `statement` is the statement of the parent that it stands in."""

    def __init__(
        self, node: ScopeNode, parent: Scope | None, module: Module, statement: ast.stmt | None
    ) -> None:
        self.node = node
        self.parent = parent
        self.module = module
        self.statement = statement
        self.children: dict[ast.AST, Scope] = {}
        self._indexed = False
        self._bindings: dict[str, list[Binding]] = {}
        self._events: dict[str, list[Event]] = {}
        self._places: dict[ast.stmt, Place] = {}
        self._globals: set[str] = set()
        self._nonlocals: set[str] = set()
        self._outer_bindings: dict[str, list[Binding]] = {}
        self._returns: list[ast.Return] = []
        self._yields: list[tuple[ast.Yield | ast.YieldFrom, ast.stmt]] = []
        self._stars: list[ast.ImportFrom] = []
        self._order = 0
        self.declarations: dict[str, list[ast.AnnAssign]] = {}
        """What says of which type a name is, wherever it stands; known when the `bindings` are."""
        self.merged: set[str | None] = set()
        """What `|=` is done to: a dict, which stays the same one, or flags."""
        self.kept: dict[object, Any] = {}
        """What was looked for in it, by what that was: see `once`."""

    # What the scope is -----------------------------------------------------------------------

    @property
    def is_function(self) -> bool:
        return isinstance(self.node, FUNCTIONS)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def of_statement(self) -> Scope:
        """The scope itself, or for a comprehension the one that its statement belongs to."""
        scope = self
        while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def of_block(self) -> Scope:
        """The same, also for a lambda."""
        scope = self
        while isinstance(scope.node, INLINE) and scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def name(self) -> str:
        return getattr(self.node, "name", f"<{type(self.node).__name__.lower()}>")

    @property
    def arguments(self) -> ast.arguments:
        """What a function takes."""
        assert isinstance(self.node, FUNCTIONS)
        return self.node.args

    @property
    def owner(self) -> Scope | None:
        """The class that this function is a method of."""
        if self.is_function and self.parent is not None and self.parent.is_class:
            return self.parent
        return None

    @property
    def of_method(self) -> Scope | None:
        """The scope itself if it is a method, else the method that it stands in, if any."""
        scope: Scope | None = self
        while scope is not None and scope.owner is None:
            scope = scope.parent
        return scope

    def mangled(self, name: str) -> str:
        """What Python makes of the name of an attribute: `__name` is private to the class around."""
        if not name.startswith("__") or name.endswith("__"):
            return name
        scope: Scope | None = self
        while scope is not None and not scope.is_class:
            scope = scope.parent
        own = scope.name.lstrip("_") if scope is not None else ""
        return f"_{own}{name}" if own else name

    def unmangled(self, name: str) -> str | None:
        """The name that is private to this class and `mangled` to another; None if none is."""
        private = name.removeprefix("_" + self.name.lstrip("_"))
        return private if private != name == self.mangled(private) else None

    def child(self, node: ScopeNode, statement: ast.stmt | None) -> Scope:
        """The scope of a function, class, lambda or comprehension directly inside this one."""
        scope = self.children.get(node)
        if scope is None:
            scope = self.children[node] = Scope(node, self, self.module, statement)
        return scope

    def home(self, name: str) -> Scope | None:
        """The scope that a name belongs to which is `global` or `nonlocal` here."""
        if name in self.globals:
            return self.module.scope
        scope = self.parent
        while scope is not None and (scope.is_class or name not in scope.bindings):
            scope = scope.parent
        return scope

    # What happens in it ----------------------------------------------------------------------

    @property
    def bindings(self) -> dict[str, list[Binding]]:
        if not self._indexed:
            self._index()
        return self._bindings

    def sole(self, name: str) -> Binding | None:
        """The one place that gives a name its value, whatever is declared of it; None if several do."""
        given = [b for b in self.bindings.get(name, ()) if b.kind != "annotation"]
        return given[0] if len(given) == 1 else None

    @property
    def events(self) -> dict[str, list[Event]]:
        """By the dotted text of the object: `session`, `self.session`, `requests.Session`."""
        if not self._indexed:
            self._index()
        return self._events

    @property
    def globals(self) -> set[str]:
        if not self._indexed:
            self._index()
        return self._globals

    @property
    def nonlocals(self) -> set[str]:
        if not self._indexed:
            self._index()
        return self._nonlocals

    @property
    def outer_bindings(self) -> dict[str, list[Binding]]:
        """What this function binds in its module or a function around it, by `global` or
        `nonlocal`."""
        if not self._indexed:
            self._index()
        return self._outer_bindings

    @property
    def returns(self) -> list[ast.Return]:
        if not self._indexed:
            self._index()
        return self._returns

    @property
    def yields(self) -> list[tuple[ast.Yield | ast.YieldFrom, ast.stmt]]:
        if not self._indexed:
            self._index()
        return self._yields

    @property
    def stars(self) -> list[ast.ImportFrom]:
        """`from x import *` statements."""
        if not self._indexed:
            self._index()
        return self._stars

    @property
    def places(self) -> dict[ast.stmt, Place]:
        if not self._indexed:
            self._index()
        return self._places

    # Reading it ------------------------------------------------------------------------------

    def _index(self) -> None:
        self._indexed = True
        node = self.node
        if isinstance(node, COMPREHENSIONS):
            for generator in node.generators:
                self._bind_target(generator.target, "element", generator.iter, None)
            return
        if isinstance(node, FUNCTIONS):
            self._bind_parameters(node.args)
            if isinstance(node, ast.Lambda):
                if self.module.walrus_lines:
                    for part in _walruses_in(node.body):
                        self._add(part.target.id, Binding("assign", part.value, None))
                return
        places = self._places
        stack = _stacked(None, "body", node.body)
        while stack:
            statement, place = stack.pop()
            self._order += 1
            places[statement] = Place(*place, self._order)
            kind = type(statement)
            read = _READERS.get(kind)
            if read is not None:
                read(self, statement)
            fields = _BLOCKS_OF.get(kind)
            if fields is not None:
                stack += _blocks(statement, fields)
        if self.module.walrus_lines:
            self._bind_walruses()

    def _add(self, name: str, binding: Binding) -> None:
        is_outer = name in self._globals or name in self._nonlocals
        where = self._outer_bindings if is_outer else self._bindings
        where.setdefault(name, []).append(binding)

    def _bind_parameters(self, arguments: ast.arguments) -> None:
        for argument in every_parameter(arguments):
            self._bindings.setdefault(argument.arg, []).append(Binding("parameter", argument, None))

    def _read_expression(self, s: ast.Expr) -> None:
        self._read_value(s.value, s)
        self._read_inside(s.value, s)

    def _read_return(self, s: ast.Return) -> None:
        self._returns.append(s)
        if s.value is not None:
            self._read_value(s.value, s)

    def _bind_type(self, s: Any) -> None:
        self._add(s.name.id, Binding("type", s.value, s))

    def _bind_assign(self, s: ast.Assign) -> None:
        for target in s.targets:
            self._bind_target(target, "assign", s.value, s)
        self._read_value(s.value, s)

    def _bind_annotated(self, s: ast.AnnAssign) -> None:
        if s.value is not None:
            self._bind_target(s.target, "assign", s.value, s)
            self._read_value(s.value, s)
        self._bind_target(s.target, "annotation", s.annotation, s)
        if isinstance(s.target, ast.Name):
            self.declarations.setdefault(s.target.id, []).append(s)

    def _bind_augmented(self, s: ast.AugAssign) -> None:
        if isinstance(s.op, ast.BitOr):
            self._event(s.target, "call", "__ior__", s.value, s)
            self.merged.add(dotted(s.target))
        elif isinstance(s.op, ast.Add) and isinstance(s.value, (ast.List, ast.ListComp)):
            self._event(s.target, "call", "__iadd__", s.value, s)
        elif isinstance(s.target, ast.Name):
            self._add(s.target.id, Binding("unknown", s, s))
        elif isinstance(s.target, ast.Attribute):
            self._event(s.target.value, "store grown", s.target.attr, s.value, s)

    def _bind_function(self, s: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._add(s.name, Binding("def", s, s))
        self.child(s, s)

    def _bind_class(self, s: ast.ClassDef) -> None:
        self._add(s.name, Binding("class", s, s))
        self.child(s, s)

    def _bind_loop(self, s: ast.For | ast.AsyncFor) -> None:
        self._bind_target(s.target, "element", s.iter, s)

    def _bind_with(self, s: ast.With | ast.AsyncWith) -> None:
        for item in s.items:
            if item.optional_vars is not None:
                self._bind_target(item.optional_vars, "enter", item.context_expr, s)

    def _read_global(self, s: ast.Global) -> None:
        self._globals.update(s.names)

    def _read_nonlocal(self, s: ast.Nonlocal) -> None:
        self._nonlocals.update(s.names)

    def _bind_handlers(self, s: ast.Try) -> None:
        for handler in s.handlers:
            if handler.name:
                self._add(handler.name, Binding("unknown", handler, s))

    def _read_delete(self, s: ast.Delete) -> None:
        for target in s.targets:
            if isinstance(target, ast.Name):
                self._add(target.id, Binding("unknown", s, s))
            elif isinstance(target, ast.Subscript):
                key = target.slice.value if isinstance(target.slice, ast.Constant) else None
                self._event(target.value, "delete", key, target, s)

    def _bind_match(self, s: ast.Match) -> None:
        for part in (part for case in s.cases for part in within(case.pattern)):
            if isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name:
                self._add(part.name, Binding("pattern", part, s))
            elif isinstance(part, ast.MatchMapping) and part.rest:
                self._add(part.rest, Binding("pattern", part, s))

    def _bind_import(self, s: ast.Import | ast.ImportFrom) -> None:
        for alias in s.names:
            if alias.name == "*":
                self._stars.append(s)  # type: ignore[arg-type]
            elif isinstance(s, ast.Import) and alias.asname is None:
                self._add(alias.name.partition(".")[0], Binding("import", alias, s))
            else:
                self._add(alias.asname or alias.name, Binding("import", alias, s))

    def _bind_target(
        self, target: ast.expr, kind: str, value: ast.expr, s: ast.stmt | None
    ) -> None:
        stack: list[tuple[ast.expr, Path]] = [(target, ())]
        while stack:
            part, path = stack.pop()
            if isinstance(part, ast.Name):
                what = "unpack" if path and kind == "assign" else kind
                self._add(part.id, Binding(what, value, s, path))
            elif isinstance(part, (ast.Tuple, ast.List)):
                stack += [(e, (*path, i)) for e, i in zip(part.elts, _indices(part.elts))]
            elif isinstance(part, ast.Starred):
                stack.append((part.value, path))
            elif isinstance(part, ast.Attribute) and s is not None:
                what = "store" if kind == "assign" else f"store {kind}"
                self._event(part.value, what, part.attr, value, s, path)
            elif isinstance(part, ast.Subscript) and s is not None and kind != "annotation":
                key = part.slice.value if isinstance(part.slice, ast.Constant) else None
                is_whole = kind == "assign" and not path
                self._event(part.value, "item" if is_whole else "item unpack", key, value, s)

    def _event(
        self,
        base: ast.expr,
        kind: str,
        name: object,
        node: ast.expr,
        s: ast.stmt,
        path: Path = (),
    ) -> None:
        text = dotted(base) or dotted_from_builtin(base)
        if text is None:
            return
        if path:
            kind = f"{kind} unpack"
        self._events.setdefault(text, []).append(Event(kind, name, node, s, path))

    def _read_value(self, value: ast.expr, s: ast.stmt) -> None:
        """Calls and yields at the top of a statement."""
        while isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, (ast.Yield, ast.YieldFrom)):
            if value.value is not None:
                self._yields.append((value, s))
            return
        if not isinstance(value, ast.Call):
            return
        if isinstance(value.func, ast.Attribute):
            self._event(value.func.value, "call", value.func.attr, value, s)
        stored = named_store(value)
        if stored is not None and stored.written:
            self._set_by_name(stored, "store", stored.written, s)
        elif stored is not None:
            self._set_by_name(stored, "setattr", stored.name, s)
        for argument in value.args:
            if isinstance(argument, (ast.Name, ast.Attribute)):
                self._event(argument, "argument", None, value, s)
        for keyword in value.keywords:
            if keyword.arg and isinstance(keyword.value, (ast.Name, ast.Attribute)):
                self._event(keyword.value, "argument", keyword.arg, value, s)

    def _read_inside(self, value: ast.expr, s: ast.stmt) -> None:
        """`x and setattr(...)`, `[setattr(...) for x in y]`: what is perhaps done."""
        own = set[str]()
        if isinstance(value, ast.BoolOp):
            value = value.values[-1]
        elif isinstance(value, (ast.ListComp, ast.SetComp)):
            own = set[str]().union(*(names_within(part.target) for part in value.generators))
            value = value.elt
        else:
            return
        stored = named_store(value)
        base = stored.base if stored is not None else called_on(value)
        if base is not None and (dotted(base) or "").partition(".")[0] in own:
            return
        if stored is not None:
            self._set_by_name(stored, "setattr", stored.name, s)
        elif base is not None:
            self._event(base, "call inside", called_name(value), value, s)  # type: ignore[arg-type]

    def _set_by_name(self, stored: NamedStore, kind: str, name: object, s: ast.stmt) -> None:
        base = stored.base
        if base is None and self.owner is not None and self.arguments.args:
            base = ast.Name(self.arguments.args[0].arg)
        if base is not None:
            self._event(base, kind, name, stored.value, s)

    def _bind_walruses(self) -> None:
        for statement in self._places:
            for part in self.module.walruses_of(statement):
                self._add(part.target.id, Binding("assign", part.value, statement))
        for bindings in self._bindings.values():
            bindings.sort(key=self.order_of)

    # Where its statements stand --------------------------------------------------------------

    def order_of(self, binding: Binding) -> int:
        return self._places[binding.statement].order if binding.statement else 0

    def chain(self, statement: ast.stmt | None) -> list[Place]:
        """The places of a statement and of the statements around it, outermost first."""
        places = []
        while statement is not None:
            place = self.places.get(statement)
            if place is None:
                break
            places.append(place)
            statement = place.parent
        return places[::-1]

    def parents(self, statement: ast.stmt | None) -> Iterator[tuple[ast.stmt, str]]:
        """The compound statements of this scope around a statement, innermost first, each with
        the block that leads to it."""
        while statement is not None:
            place = self.places.get(statement)
            if place is None or place.parent is None:
                return
            yield place.parent, place.block
            statement = place.parent

    def order(self, statement: ast.stmt) -> int:
        return self.places[statement].order

    def is_bound_before(self, name: str, at: ast.stmt | None) -> bool:
        """Whether anything is bound to a name before a statement. In a class it is not yet in its
        own: `session = session` takes the one outside."""
        if at not in self.places:
            return True
        order = self.order(at)
        return any(self.order_of(binding) < order for binding in self.bindings[name])


def _walruses_in(expression: ast.expr) -> Iterator[ast.NamedExpr]:
    """The `:=` of an expression, without the lambdas inside it."""
    parts = [*within(expression)]
    hidden = {part for f in parts if isinstance(f, ast.Lambda) for part in within(f.body)}
    for part in parts:
        if isinstance(part, ast.NamedExpr) and part not in hidden:
            yield part


def _indices(targets: list[ast.expr]) -> list[int | slice]:
    """What each of some targets takes of a value; those behind a star count from its end."""
    size = len(targets)
    starred = [isinstance(target, ast.Starred) for target in targets]
    star = starred.index(True) if True in starred else size
    taken = slice(star, star + 1 - size or None)
    return [i if i < star else taken if i == star else i - size for i in range(size)]


_READERS: dict[type, Callable[[Scope, Any], None]] = {
    ast.Expr: Scope._read_expression,
    ast.Return: Scope._read_return,
    ast.Assign: Scope._bind_assign,
    ast.AnnAssign: Scope._bind_annotated,
    ast.AugAssign: Scope._bind_augmented,
    ast.FunctionDef: Scope._bind_function,
    ast.AsyncFunctionDef: Scope._bind_function,
    ast.ClassDef: Scope._bind_class,
    ast.Import: Scope._bind_import,
    ast.ImportFrom: Scope._bind_import,
    ast.For: Scope._bind_loop,
    ast.AsyncFor: Scope._bind_loop,
    ast.With: Scope._bind_with,
    ast.AsyncWith: Scope._bind_with,
    ast.Global: Scope._read_global,
    ast.Nonlocal: Scope._read_nonlocal,
    ast.Delete: Scope._read_delete,
    ast.Match: Scope._bind_match,
    **dict.fromkeys(TRIES, Scope._bind_handlers),
    TYPE_ALIAS: Scope._bind_type,
}
_BLOCKS_OF = {
    kind: tuple(f for f in BLOCKS if f in kind._fields)
    for kind in (ast.If, *LOOPS, *WITHS, *TRIES, ast.Match)
}
"""Kind of compound statement -> its fields that are blocks, or parts with blocks."""
_Stacked = list[tuple[ast.stmt, tuple[ast.stmt | None, str, list[ast.stmt], int]]]


def _stacked(parent: ast.stmt | None, block: str, body: list[ast.stmt]) -> _Stacked:
    """The statements of a block with their places, the last one first."""
    return [(s, (parent, block, body, i)) for i, s in enumerate(body)][::-1]


def _blocks(statement: ast.stmt, fields: tuple[str, ...]) -> _Stacked:
    """The statements of all blocks of a compound statement, the last one first."""
    found: _Stacked = []
    for field in reversed(fields):
        block = getattr(statement, field)
        if field in ("handlers", "cases"):
            for number in range(len(block) - 1, -1, -1):
                found += _stacked(statement, f"{field}{number}", block[number].body)
        else:
            found += _stacked(statement, field, block)
    return found


class Keeper(Protocol):
    """What keeps what was looked for in it."""

    kept: dict[object, Any]


K = TypeVar("K", bound=Keeper)
P = ParamSpec("P")
T = TypeVar("T")


def once(look: Callable[Concatenate[K, P], T]) -> Callable[Concatenate[K, P], T]:
    """Has something looked for in a scope, or whatever keeps it, once; what is found stays there."""

    @wraps(look)
    def found(keeper: K, /, *args: P.args, **keywords: P.kwargs) -> T:
        key = look, args, *keywords.items()
        kept: dict[object, T] = keeper.kept
        if key not in kept:
            kept[key] = look(keeper, *args, **keywords)
        return kept[key]

    return found
