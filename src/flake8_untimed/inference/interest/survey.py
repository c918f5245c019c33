"""Which statements of a module can have to do with a request, so that only they are looked into.

Names spread like a dye: those that come from a library, or from a module of the project that is of
interest, colour whatever may hold what they hold. Two kinds of names are told apart: those that
may hold or give a client, a sender or the like are *coloured*, and colour what is bound to them;
functions that hand on what they were given are *wrappers*: calls of them matter, what they return
does not. Judged generously by names alone, whatever they mean at each place: what is left out
cannot matter, what is kept is looked at closely by others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Union

from flake8_untimed.inference import handing
from flake8_untimed.inference.annotations import is_type
from flake8_untimed.inference.constructions import is_base_init
from flake8_untimed.inference.interest.looks import (
    GIVERS,
    MAKERS,
    attribute_named,
    fields_given,
    filled_by,
    is_yield,
    parts_giving,
    root_of,
    stops,
)
from flake8_untimed.inference.interest.seeds import Seeds
from flake8_untimed.inference.interest.statements import (
    LOCAL,
    MODULE,
    OBJECT,
    Statements,
    assigned,
    names_in,
    stores_attribute,
)
from flake8_untimed.inference.scopes import COMPREHENSIONS, Scope
from flake8_untimed.inference.syntax import (
    DEFINITIONS,
    DEFS,
    TYPE_ALIAS,
    WITHS,
    called_name,
    dotted,
    every_parameter,
    last_name,
    named_parameters,
    written_arguments,
)
from flake8_untimed.inference.walk import Found, Walk, visit

if TYPE_CHECKING:
    from flake8_untimed.inference.interest.proof import Proof

_DOTTED = re.compile(r"[A-Za-z_][\w.]*")
_HANDERS = frozenset((*handing.BEHIND, *handing.MAPPED, *handing.PACKED, *handing.TARGETED))
_Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


def survey(dye: Dye, seeds: Seeds) -> Walk:
    """The calls, attribute assignments and classes of the coloured module that can matter."""
    dye.spread(seeds)
    statements = dye.statements
    result = Walk([], [], [])
    calls: list[Found] = []
    others: list[Found] = []
    for index in sorted(dye.marked):
        node = statements.nodes[index]
        scope = dye.scope(index)
        if isinstance(node, ast.ClassDef):
            result.classes.append(scope.child(node, node))
        visit(node, scope, result)
        for found in result.calls:
            (calls if dye.is_wanted(found) else others).append(found)
        result.calls.clear()
    return Walk(calls, result.stores, result.classes, others, dye.names | seeds.attributes)


def dye_for(proof: Proof) -> Dye:
    """What colours the names of a module that is only glanced at."""
    return Dye(Statements(proof.module), proof)


class Dye:
    """Colours names until no more statement that binds any mentions a coloured one."""

    def __init__(self, statements: Statements, proof: Proof) -> None:
        self.statements = statements
        self._proof = proof
        self._scopes: dict[int, Scope] = {-1: proof.module.scope}
        self.names: set[str] = set()
        self.members: set[str] = set()
        """Those that others can import."""
        self.attributes: set[str] = set()
        """Those that are attributes of classes and objects."""
        self._own: set[str] = set()
        """Those that the module itself binds, even if it imports a module by the same name:
        `self.client = client.make()`."""
        self.wrappers: set[str] = set()
        self.callables: set[str] = set()
        """Names of what sends a request, or makes a client, when it is called."""
        self.makers: set[str] = set()
        """Functions that return a sender or a wrapper, and classes whose objects are called."""
        self.marked: set[int] = set()
        """The statements that mention a coloured name or a wrapper."""
        self._touched: set[str] = set()
        """The names whose definitions mention something coloured, and `_told` those statements."""
        self._told: set[int] = set()
        self._carrying: set[int] = set()
        self._fresh: set[str] = set()
        self._attributes: frozenset[str] = frozenset()
        self._wanted: frozenset[str] = frozenset()
        self._held: frozenset[str] = frozenset()
        self._roots: set[str] = set()
        self._given: dict[str, str] = {}
        self._bound: set[str] | None = None
        self._library = False
        proof.names, proof.wrappers = self.names, self.wrappers
        self._heirs: dict[int, set[str]] = {}
        """Classes with a coloured base -> what they may inherit."""

    def spread(self, seeds: Seeds) -> None:
        """Colour some names, and whatever they colour in their turn."""
        statements = self.statements
        self._roots |= seeds.library
        self._given.update(seeds.given)
        self._library = bool(seeds.library)
        spelled = {name: way for name, way in seeds.spelled.items() if name not in self._own}
        changed = statements.respell(spelled)
        self._fresh.update(word for word in changed if word in self.names)
        self._fresh |= seeds.names - self.names
        self.names |= seeds.names
        self.members |= seeds.names
        self.makers |= seeds.makers
        for name in seeds.wrappers:
            self._add_wrapper(name)
        self.callables |= seeds.callables
        before = self._attributes | self._wanted
        self._attributes, self._wanted, self._held = seeds.attributes, seeds.wanted, seeds.held
        self._proof.wanted = seeds.wanted
        if self.marked:
            fresh = (seeds.attributes | seeds.wanted) - before
            self._look_again(statements.mentioning(fresh))
            for missing in self._heirs.values():
                self._inherit(missing)
        while self._fresh:
            queue, self._fresh = self._fresh, set()
            mentioning = {
                index
                for word in queue
                for line in statements.lines(word)
                for index in statements.at(line)
            }
            for index in sorted(mentioning - self._carrying):
                self.marked.add(index)
                self._colour(index)

    def _look_again(self, statements: set[int]) -> None:
        """They mention attributes that have come to lead to something coloured."""
        for index in sorted(statements & self.marked - self._carrying):
            self._colour(index)

    def _add(self, names: Collection[str], where: str) -> None:
        """Colour names that the module itself binds."""
        for name in names:
            if name not in self._own:
                self._own.add(name)
                if self.statements.unspell(name) or name not in self.names:
                    self.names.add(name)
                    self._fresh.add(name)
        if where == OBJECT:
            self.attributes.update(names)
        shared = names if where == MODULE else self.statements.of_module.intersection(names)
        self.members.update(shared)

    def _add_wrapper(self, name: str) -> None:
        if name not in self.wrappers and not (name.startswith("__") and name.endswith("__")):
            self.wrappers.add(name)
            self._fresh.add(name)

    def _add_maker(self, name: str) -> None:
        self.makers.add(name)
        self._add_wrapper(name)

    def _colour(self, index: int) -> None:
        """What a statement that mentions a coloured name colours in its turn."""
        node = self.statements.nodes[index]
        if isinstance(node, ast.ClassDef):
            self._colour_class(node, index)
            self._colour_owners(index, carries=False)
        elif isinstance(node, DEFS):
            self._colour_owners(index, carries=self._colour_function(node, index))
        else:
            targets, carries = self._targets(node)
            if carries and self._is_seen_outside(node, index):
                if not self._proof.gives(node, self.scope(index)):
                    targets, carries = (), False
            self._add(targets, self.statements.binds(index))
            if self._proof.module.walrus_lines:
                self._colour_walruses(node, index)
            if isinstance(node, ast.Expr) and is_base_init(node.value):
                self._colour_object(node, index)
            if carries:
                self._carrying.add(index)
            self._colour_owners(index, carries)

    def _colour_walruses(self, node: ast.stmt, index: int) -> None:
        for walrus in self._proof.module.walruses_of(node):
            names = self._receive((walrus.target.id,), walrus.value, self._carries(walrus.value))
            self._add(names, self.statements.binds(index))

    def _colour_object(self, node: ast.Expr, index: int) -> None:
        """`super().__init__(session)`: what the base keeps of it, and what the class around calls
        senders of, by the look of it."""
        call = node.value
        if not (isinstance(call, ast.Call) and self._any_argument_carries(call)):
            return
        kept = self._proof.kept_by_base(call, node, self.scope(index))
        for owner in self.statements.around(index) if kept is not None else ():
            cls = self.statements.nodes[owner]
            if isinstance(cls, ast.ClassDef):
                called = self.statements.called_on_own(cls)
                self._add({name for name, method in called if method in self._wanted}, OBJECT)
                self._add(kept or (), OBJECT)
                self._add((cls.name,), self.statements.binds(owner))
                return

    def scope(self, index: int) -> Scope:
        """The scope that a statement stands in."""
        return self._scope_of(self.statements.owners[index])

    def _scope_of(self, owner: int) -> Scope:
        """The scope of a function or class, by its index."""
        chain = []
        while owner not in self._scopes:
            chain.append(owner)
            owner = self.statements.owners[owner]
        scope = self._scopes[owner]
        for index in reversed(chain):
            node = self.statements.nodes[index]
            scope = self._scopes[index] = scope.child(node, node)  # type: ignore[arg-type]
        return scope

    def _is_seen_outside(self, node: ast.stmt, index: int) -> bool:
        """Whether what a statement gives can be had outside of its function."""
        if isinstance(node, (ast.Return, ast.Expr)) or is_yield(node):
            return True
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            return self.statements.binds(index) != LOCAL
        return False

    def touched(self) -> frozenset[str]:
        """The names whose definitions mention something coloured."""
        statements, found = self.statements, self._touched
        for index in self.marked - self._told:
            node = statements.nodes[index]
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                found.update(names_in(assigned(node)))
            elif isinstance(node, DEFINITIONS):
                found.add(node.name)
            elif isinstance(node, TYPE_ALIAS):
                found.add(node.name.id)
            for owner in statements.around(index):
                found.add(statements.nodes[owner].name)  # type: ignore[attr-defined]
        self._told |= self.marked
        return frozenset(found)

    # What binds ------------------------------------------------------------------------------

    def _targets(self, node: ast.stmt) -> tuple[Collection[str], bool]:
        """The names, and the last attributes, that a statement gives something coloured to; and
        whether it has something coloured to give."""
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            value = node.value
            carries = value is not None and self._carries(value)
            if isinstance(node, ast.AnnAssign) and not carries:
                carries = self._is_coloured_type(node.annotation)
            if value is not None and not carries and is_type(value):
                carries = self._is_coloured_type(value)
            return self._receive(names_in(assigned(node)), value, carries), carries
        if isinstance(node, (ast.For, ast.AsyncFor)):
            if not self._carries(node.iter):
                return (), False
            names = names_in([node.target])
            self.callables.update(names)
            return names, True
        if isinstance(node, WITHS):
            held = [i for i in node.items if self._carries(i.context_expr)]
            return names_in([i.optional_vars for i in held if i.optional_vars]), bool(held)
        if isinstance(node, (ast.If, ast.While, ast.Assert)):
            return self._tested(node.test), False
        if isinstance(node, TYPE_ALIAS):
            carries = self._is_coloured_type(node.value)
            return ((node.name.id,), True) if carries else ((), False)
        if isinstance(node, ast.Return):
            return (), node.value is not None and self._carries(node.value)
        if isinstance(node, ast.Expr):
            value = node.value
            if isinstance(value, (ast.Yield, ast.YieldFrom, ast.Await)):
                return (), self._carries(value)
            filled = filled_by(value)
            if filled and isinstance(value, ast.Call) and self._any_argument_carries(value):
                return filled, True
        return (), False

    def _receive(
        self, names: Collection[str], value: ast.expr | None, carries: bool
    ) -> Collection[str]:
        """Those of some names that get something coloured with a value: all or none."""
        if isinstance(value, ast.Lambda) or (value is not None and self._is_wrapper(value)):
            for name in names:
                self._add_wrapper(name)
        if not carries:
            return ()
        if not isinstance(value, ast.Call) or called_name(value) in GIVERS:
            self.callables.update(names)
        return names

    def _tested(self, test: ast.expr) -> list[str]:
        """The names that a test tells to be something coloured: `isinstance(x, Session)`."""
        names = []
        parts = [test]
        while parts:
            part = parts.pop()
            if isinstance(part, ast.BoolOp):
                parts += part.values
            elif isinstance(part, ast.UnaryOp):
                parts.append(part.operand)
            elif isinstance(part, ast.Call) and called_name(part) == "isinstance":
                if len(part.args) == 2 and self._carries(part.args[1]):
                    names += names_in(part.args[:1])
        return names

    def _any_argument_carries(self, call: ast.Call) -> bool:
        return any(self._carries(a) for a in written_arguments(call))

    def _carries(self, value: ast.expr) -> bool:
        """Whether the value of an expression may hold something coloured. Of a coloured object only
        some attributes can."""
        names = self.names
        stack: list[ast.AST] = [value]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is ast.Name:
                if node.id in names:  # type: ignore[attr-defined]
                    return True
            elif kind is ast.Attribute:
                assert isinstance(node, ast.Attribute)
                if node.attr in names or self._is_root(node):
                    return True
                if node.attr in self._attributes or node.attr in self._wanted:
                    stack.append(node.value)
            elif isinstance(node, ast.Call):
                if stops(node):
                    continue
                if attribute_named(node) in names:
                    return True
                if node.args and type(node.args[0]) is ast.Constant and self._is_typed(node):
                    return True
                function = node.func
                if not isinstance(function, ast.Attribute) or function.attr in names:
                    stack.append(function)
                elif self._is_given(function, root_of(function)):
                    return True
                elif function.attr in self._attributes:
                    stack.append(function.value)
                stack.extend(node.args)
                stack.extend(k.value for k in node.keywords)
            else:
                stack.extend(parts_giving(node))
        return False

    def _is_wrapper(self, value: ast.expr) -> bool:
        """Whether an expression may be a wrapper itself, not what one returns."""
        stack: list[ast.AST] = [value]
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.Name, ast.Attribute)):
                if last_name(node) in self.wrappers:
                    return True
            elif isinstance(node, ast.Call):
                if attribute_named(node) in self.wrappers:
                    return True
                if called_name(node) in self.makers:
                    return True
                if called_name(node) in MAKERS:
                    stack.extend(node.args[:1])
            else:
                stack.extend(parts_giving(node))
        return False

    def _is_to_be_called(self, value: ast.expr | None) -> bool:
        """Whether an expression is a sender or a wrapper, by the look of it."""
        if isinstance(value, ast.Call):
            return called_name(value) in MAKERS and self._carries(value)
        if not isinstance(value, (ast.Name, ast.Attribute)):
            return False
        name = last_name(value)
        return name in self.wrappers or (name in self._wanted and self._carries(value))

    def _is_root(self, node: ast.Attribute) -> bool:
        """Whether `a.b.c` is something of a library, or of a module of the project."""
        root = root_of(node)
        return root in self._roots or self._is_given(node, root)

    def _is_given(self, node: ast.Attribute, root: str | None) -> bool:
        """Whether `a.b.c` is something of a module of the project that may give a client."""
        return root in self._given and self._is_given_text(dotted(node) or "", root)

    def _is_given_text(self, text: str, root: str) -> bool:
        way = self._given.get(root)
        return way is not None and re.fullmatch(way, text) is not None

    # Classes and functions -------------------------------------------------------------------

    def _colour_class(self, node: ast.ClassDef, index: int) -> None:
        if not any(self._carries(base) for base in node.bases):
            return
        if index not in self._heirs:
            self._add((node.name,), self.statements.binds(index))
            self._add(("super", "cls"), LOCAL)
            if any(self._is_called(base) for base in node.bases):
                self.callables.update((node.name, "cls"))
            self._add(self.statements.give_itself(node, index), OBJECT)
            self.marked.update(self.statements.stores_in(node, index))
            if self._bound is None:
                self._bound = self.statements.bound_names()
            # A mixin beside it, in the same module, may have a `request()` that ends in its base's.
            elsewhere = self._wanted - {getattr(part, "name", "") for part in node.body}
            self._heirs[index] = self.statements.own_names(node) - (self._bound - elsewhere)
            self._inherit(self._heirs[index])

    def _is_called(self, base: ast.expr) -> bool:
        """Whether a call of a class with this base may make a client: not where it only has one."""
        while isinstance(base, ast.Subscript):
            base = base.value
        name = last_name(base)
        if not name or name in self.callables or name in self._wanted:
            return True
        return isinstance(base, ast.Attribute) and root_of(base) in self._roots

    def _inherit(self, missing: set[str]) -> None:
        """What a class speaks of, and is not bound in this module, may come from its base."""
        wrappers = (missing & self._wanted) - self._held
        for name in wrappers:
            self._add_wrapper(name)
        self._add(missing - wrappers if self._library else missing & self._held, OBJECT)

    def _colour_function(self, node: _Function, index: int) -> bool:
        """A function whose header is coloured: by an annotation, a default, or a decorator; returns
        whether it says that the function gives something coloured."""
        arguments = node.args
        for argument in every_parameter(arguments):
            if argument.annotation is not None and self._is_coloured_type(argument.annotation):
                self._add((argument.arg,), LOCAL)
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None and self._carries(default):
                every = [a.arg for a in named_parameters(arguments)]
                self.callables.update(every)
                self._add(every, LOCAL)
        gives = any(self._mentions(d) for d in node.decorator_list) or (
            node.returns is not None and self._is_coloured_type(node.returns)
        )
        if gives:
            self._add((node.name,), self.statements.binds(index))
        return gives

    def _is_coloured_type(self, annotation: ast.expr) -> bool:
        """Whether an annotation names a coloured class, in a string too."""
        names = self.names
        stack = [annotation]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Name):
                if node.id in names:
                    return True
            elif isinstance(node, ast.Attribute):
                root = root_of(node)
                if node.attr in names or (node.attr in self._attributes and root in names):
                    return True
                if self._is_given(node, root):
                    return True
            elif isinstance(node, ast.Constant):
                if isinstance(node.value, str):
                    if any(self._is_coloured_text(t) for t in _DOTTED.findall(node.value)):
                        return True
            elif isinstance(node, ast.Subscript):
                stack += (node.value, node.slice)
            elif isinstance(node, ast.BinOp):
                stack += (node.left, node.right)
            elif isinstance(node, (ast.Tuple, ast.List)):
                stack += node.elts
        return False

    def _is_typed(self, call: ast.Call) -> bool:
        """`cast("Session", x)`, `TypeVar("T", bound="Session")`, with a coloured class."""
        name = called_name(call)
        types = call.args[:1] if name == "cast" else [k.value for k in call.keywords]
        return name in ("cast", "TypeVar") and any(map(self._is_coloured_type, types))

    def _is_coloured_text(self, text: str) -> bool:
        first, _, rest = text.partition(".")
        last = rest.rpartition(".")[2]
        return (
            last in self.names
            or (first in self.names and (not rest or last in self._attributes))
            or self._is_given_text(text, first)
        )

    def _colour_owners(self, index: int, carries: bool) -> None:
        """A coloured statement colours the class around it, and the function that returns it or
        hands on what it is given."""
        node = self.statements.nodes[index]
        gives = isinstance(node, ast.Return) or is_yield(node)
        stores = stores_attribute(node)
        # A class is coloured by what its objects hold or give, not by what its methods do.
        shown = carries
        is_called = False
        for owner in self.statements.around(index):
            around = self.statements.nodes[owner]
            if isinstance(around, ast.ClassDef):
                if shown or (carries and stores):
                    self._add((around.name,), self.statements.binds(owner))
                if is_called:
                    self._add_maker(around.name)
                    is_called = False
            elif isinstance(around, DEFS):
                shown = False
                if gives and carries:
                    self._add((around.name, *fields_given(around)), self.statements.binds(owner))
                    shown = True
                if gives and self._is_to_be_called(getattr(node, "value", None)):
                    self._add_maker(around.name)
                if self._hands_on(node, around) and self._proof.forwards(
                    node, self.scope(index), self._scope_of(owner)
                ):
                    self._add_wrapper(around.name)
                    shown = True
                    is_called = around.name == "__call__"

    def _hands_on(self, node: ast.stmt, function: _Function) -> bool:
        arguments = function.args
        every = every_parameter(arguments)
        if not every:
            return False
        text = self.statements.text(node)
        if "timeout" in text or "**" in text:
            return True
        rest = (arguments.vararg, arguments.kwarg)
        return any(a.arg in text for a in every if a in rest or a.arg in _CALLED)

    # Which calls -----------------------------------------------------------------------------

    def is_wanted(self, found: Found) -> bool:
        """Whether what is called, or what is handed to it, can be a sender, a client's class or a
        wrapper."""
        node = found.node
        function = node.func
        name = last_name(function)
        if not name:
            called = self._mentions(function) or self._is_wrapper(function)
            return called or self._is_handed_something(node, "")
        if name in self.wrappers or name in self.callables:
            return True
        # What a comprehension iterates over says what its names are.
        inside = isinstance(found.scope.node, COMPREHENSIONS)
        if inside and isinstance(function, ast.Name):
            return True
        if name in self._wanted and (inside or self._mentions(function)):
            return True
        return self._is_handed_something(node, name)

    def _is_handed_something(self, node: ast.Call, name: str) -> bool:
        if name in handing.HARMLESS:
            return False
        given = [*node.args[:3], *(k.value for k in node.keywords if k.arg in _TARGETS)]
        called = name in _HANDERS
        return any(self._is_callable(argument, called) for argument in given) or any(
            self._is_sender(keyword.value) for keyword in node.keywords
        )

    def _is_sender(self, node: ast.expr) -> bool:
        """Whether what is handed over by name is a sender, by the look of it."""
        if isinstance(node, ast.Name):
            return node.id in self._roots and node.id in self._wanted
        return (
            isinstance(node, ast.Attribute) and node.attr in self._wanted and self._mentions(node)
        )

    def _is_callable(self, node: ast.expr, called: bool) -> bool:
        """Whether something handed over may be a sender; `called`: it surely gets called."""
        if isinstance(node, ast.Name):
            return node.id in (self.names if called else self.callables) or node.id in self.wrappers
        if isinstance(node, ast.Attribute):
            name = node.attr
            if name in self.callables or name in self.wrappers:
                return True
            return (called or name in self._wanted) and self._mentions(node)
        if isinstance(node, ast.Call):
            return (called or called_name(node) in MAKERS) and self._mentions(node)
        if isinstance(node, ast.Subscript):
            return self._is_callable(node.value, called)
        return False

    def _mentions(self, part: ast.expr) -> bool:
        """Whether a chain of attributes, calls and items has a coloured name, or stands on
        something else (a condition, a literal) that may."""
        names = self.names
        while True:
            if isinstance(part, ast.Attribute):
                if part.attr in names:
                    return True
                part = part.value
            elif isinstance(part, ast.Call):
                if any(map(self._mentions, part.args[:2])):
                    return True
                if attribute_named(part) in names:
                    return True
                if part.args and type(part.args[0]) is ast.Constant and self._is_typed(part):
                    return True
                part = part.func
            elif isinstance(part, (ast.Subscript, ast.Await)):
                part = part.value
            elif isinstance(part, ast.Name):
                return part.id in names
            else:
                return not isinstance(part, (ast.Constant, ast.JoinedStr))


_TARGETS = frozenset(("target", "function", "func"))
_CALLED = frozenset(
    ("func", "fn", "function", "f", "method", "callable", "callback", "request_func")
)
"""Usual names of parameters that are functions to be called."""
