"""What an expression is. Nothing is evaluated before it is asked for, and nothing twice.

Names are looked up in `names`, attributes in `objects`, calls carried out in `invoke`, types read in
`annotations`; they all call each other, and what is asked for inside its own answer is unknown.
"""

from __future__ import annotations

import ast
import math
import operator
import sys
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingType
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from flake8_untimed.inference import annotations as types
from flake8_untimed.inference import (
    conditions,
    containers,
    elsewhere,
    invoke,
    lineage,
    names,
    narrowing,
    objects,
)
from flake8_untimed.inference.arguments import Argument
from flake8_untimed.inference.project import Project
from flake8_untimed.inference.scopes import COMPREHENSIONS, Module, Scope
from flake8_untimed.inference.values import (
    CLOSING,
    NOTHING_KNOWN,
    Alias,
    Alternatives,
    Class,
    Collection,
    Context,
    Function,
    Instance,
    Literal,
    Parameter,
    Result,
    SenderValue,
    Symbol,
    Unknown,
    Value,
    is_none,
    is_number,
    union,
)
from flake8_untimed.libraries import Catalogue
from flake8_untimed.libraries.model import Client, Sender

DEPTH = 60
"""Evaluations inside one another; deeper ones are unknown."""
MATTERS = CLOSING | {"json.dumps"}
"""Callables outside the libraries whose results are looked into."""
BUDGET = 6_000
"""Evaluations for one question; what takes more is unknown."""
LARGEST = 10**15
"""Numbers beyond that are not computed with: they would grow without end."""

P = ParamSpec("P")
T = TypeVar("T")
_Key = tuple[int, object]
"""A memo, by its identity, and what is asked for."""


class Evaluator:
    """Evaluates expressions of the modules of one project."""

    def __init__(
        self,
        project: Project,
        catalogue: Catalogue,
        clients: MappingType[str, str] | None = None,
    ) -> None:
        self.project = project
        project.evaluated_by(self)
        self.catalogue = catalogue
        self._clients = clients or {}
        self._depth = 0
        self._active: dict[object, int] = {}
        self._leaning = 0
        """What the answer leans on that is not known yet: a bit for the depth of each, and the first
        bit where something was too much."""
        self._passing: dict[_Key, tuple[Any, int]] = {}
        """Answers that lean on something."""
        self._ending: dict[int, list[_Key]] = {}
        """Depth -> the answers that are no longer good when what is open there is known."""
        self._spent = 0
        self._is_asked = False
        """Whether what is asked is a part of a larger question; else it is one by itself."""
        self.is_deep = False
        """Whether an argument of a request is being looked at."""
        self.is_rough = False
        """Whether callers of a function and objects of a class are not told apart."""

    # Memory and bounds -----------------------------------------------------------------------

    @contextmanager
    def question(self) -> Iterator[None]:
        """For all that is asked in it: one question, with one budget."""
        before = self._is_asked
        if not (before or self._active):
            self._begin()
        self._is_asked = True
        try:
            yield
        finally:
            self._is_asked = before

    def _begin(self) -> None:
        self._spent = self._leaning = 0
        self._passing.clear()
        self._ending.clear()

    @property
    def is_spent(self) -> bool:
        """Whether the budget of a question is used up: what is unknown may only be too much."""
        return self._spent >= BUDGET

    @contextmanager
    def apart(self) -> Iterator[None]:
        """For rough answers, which may be asked for in the middle of another question: callers of
        a function and objects of a class are not told apart."""
        before = self._depth, self._active, self._leaning, self._passing, self._ending
        bounds = self._spent, self._is_asked, self.is_deep, self.is_rough
        self._depth, self._active, self._leaning, self._passing, self._ending = 0, {}, 0, {}, {}
        self._spent, self._is_asked, self.is_deep, self.is_rough = 0, True, False, True
        try:
            yield
        finally:
            self._depth, self._active, self._leaning, self._passing, self._ending = before
            self._spent, self._is_asked, self.is_deep, self.is_rough = bounds

    def remember(
        self, memo: dict[object, Alternatives] | None, key: object, make: Callable[[], Alternatives]
    ) -> Alternatives:
        """`settle` for what a question is about: unknown where it needs itself to be known, and where
        it is too much to find out."""
        return self.settle(memo, key, make, NOTHING_KNOWN, is_limited=True)

    def settle(
        self,
        memo: dict[object, T] | None,
        key: object,
        make: Callable[[], T],
        inside: T,
        *,
        is_limited: bool = False,
    ) -> T:
        """`make()`, once, and `inside` while that is made. What leans on such a thing, or on what was
        too much, is kept only as long as that stays so: until what is open around it is known, or to
        the end of the question."""
        if memo is not None and key in memo:
            return memo[key]
        if not (self._is_asked or self._active):
            self._begin()
        place = self._active.get(key)
        if place is not None:
            self._leaning |= 1 << place
            return inside
        passing = self._passing.get((id(memo), key))
        if passing is not None:
            values, leaning = passing
            self._leaning |= leaning
            return values  # type: ignore[no-any-return]
        if is_limited:
            if self._depth >= DEPTH or self._spent >= BUDGET:
                self._leaning |= 1
                return inside
            self._spent += 1
        self._depth += is_limited
        depth = self._active[key] = len(self._active) + 1
        around, self._leaning = self._leaning, 0
        try:
            values = make()
        finally:
            del self._active[key]
            self._depth -= is_limited
            for ended in self._ending.pop(depth, ()):
                del self._passing[ended]
            leaning = self._leaning & ((1 << depth) - 1)
            self._leaning = around | leaning
        if memo is not None:
            if not leaning:
                memo[key] = values
            else:
                self._passing[id(memo), key] = values, leaning
                self._ending.setdefault(leaning.bit_length() - 1, []).append((id(memo), key))
        return values

    def is_so(
        self,
        look: Callable[Concatenate[Evaluator, Scope, P], bool],
        scope: Scope,
        *args: P.args,
        **keywords: P.kwargs,
    ) -> bool:
        """`once`, with `settle`, for whether something is so with a function; it is not as long as
        that is asked for."""
        kept: dict[object, bool] = scope.kept
        key = look, scope, args, *keywords.items()
        return self.settle(kept, key, lambda: look(self, scope, *args, **keywords), False)

    def whole(self, make: Callable[[], T]) -> tuple[T, bool]:
        """`make()`, and whether that leans on nothing that is unknown only for now."""
        with self.question():
            around, self._leaning = self._leaning, 0
            try:
                return make(), not self._leaning
            finally:
                self._leaning |= around

    # Expressions -----------------------------------------------------------------------------

    def evaluate(self, node: ast.expr, context: Context) -> Alternatives:
        """The alternatives of an expression; never empty."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            return NOTHING_KNOWN
        if type(node) is ast.Constant:
            return self._constant(node, context)
        memo = self.memo(context.scope.module)
        key = node if context.frame is None else (node, context.frame)
        known = memo.get(key)
        if known is not None:
            return known
        return self.remember(memo, key, lambda: handler(self, node, context))

    def argument(self, argument: Argument) -> Alternatives:
        """The alternatives of an argument of a call."""
        if argument.values is not None:
            return argument.values
        if argument.node is None or argument.context is None:
            return NOTHING_KNOWN
        return self.evaluate(argument.node, argument.context)

    def deeply(self, argument: Argument) -> Alternatives:
        """The alternatives of an argument of a request: all of the project is read for it, also
        modules that have nothing to do with requests (`timeout=settings.TIMEOUT`)."""
        return self.in_depth(lambda: self.argument(argument))

    def in_depth(self, ask: Callable[[], T]) -> T:
        """An answer for which all of the project is read."""
        before, self.is_deep = self.is_deep, True
        try:
            return ask()
        finally:
            self.is_deep = before

    def insist(self, node: ast.expr, context: Context) -> Alternatives:
        """The alternatives of an expression; where nothing is known of it, `deeply`: a base class
        that stands before a client, the manager of a `with`."""
        values = self.evaluate(node, context)
        if self.is_rough or not all(isinstance(v, Unknown) for v in values):
            return values
        return self.deeply(Argument(node, context))

    def entry(self, key: object, node: ast.expr, context: Context) -> Alternatives:
        """The alternatives of what is put into a mapping. It may come to be an argument of a request:
        a timeout that only holds a place is looked at `deeply`."""
        values = self.evaluate(node, context)
        if self.is_rough or not (key in self.catalogue.telling or "timeout" in str(key)):
            return values
        if isinstance(node, ast.Constant) or not all(map(elsewhere.holds_place, values)):
            return values
        return self.deeply(Argument(node, context))

    def memo(self, module: Module) -> dict[object, Alternatives]:
        """Where answers for no particular caller are kept."""
        if self.is_rough:
            return module.rough_memo
        return module.deep_memo if self.is_deep else module.memo

    def _constant(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Constant)
        if isinstance(node.value, int) and abs(node.value) > sys.float_info.max:
            return (Literal(math.inf),)  # it is too large to be computed with, or to be shown
        return (Literal(node.value),)

    def _name(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Name)
        values = names.look_up(self, node.id, context)
        return narrowing.narrowed(self, node, context, values)

    def _attribute(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Attribute)
        name = context.scope.mangled(node.attr)
        values = union(
            objects.attribute(self, value, name)
            for value in self.evaluate(node.value, context)
            if not is_none(value)  # that would raise
        )
        if node.attr in context.scope.module.stored and not any(map(self.knows, values)):
            values = elsewhere.stored_by_name(self, node, context) or values
        return narrowing.narrowed(self, node, context, values)

    def _call(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Call)
        return invoke.call(self, node, context)

    def _if(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.IfExp)
        test = conditions.outcome(self, node.test, context)
        groups = []
        if test is not False:
            groups.append(self.evaluate(node.body, context))
        if test is not True:
            groups.append(self.evaluate(node.orelse, context))
        return union(groups)

    def _bool(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.BoolOp)
        decided = isinstance(node.op, ast.Or)
        kept: list[Value] = []
        for part in node.values[:-1]:
            values = self.evaluate(part, context)
            kept += [v for v in values if conditions.truth_of(self, v) is not (not decided)]
            if values and all(conditions.truth_of(self, v) is decided for v in values):
                return union([tuple(kept)])
        return union([tuple(kept), self.evaluate(node.values[-1], context)])

    def _inner(self, node: ast.expr, context: Context) -> Alternatives:
        """`(name := value)`, `await value`."""
        assert isinstance(node, (ast.NamedExpr, ast.Await))
        return self.evaluate(node.value, context)

    def _dict(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Dict)
        return (containers.display(self, node, context),)

    def _sequence(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, (ast.List, ast.Tuple, ast.Set))
        return (containers.sequence(self, node, context),)

    def _comprehension(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, COMPREHENSIONS)
        return (containers.comprehension(self, node, context),)

    def _lambda(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Lambda)
        return (Function(context.scope.child(node, context.at), None, context.frame),)

    def _subscript(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Subscript)
        if types.is_type(node):
            return (Alias(node, context),)
        return containers.subscript(self, node, context)

    def _comparison(self, node: ast.expr, context: Context) -> Alternatives:
        test = conditions.outcome(self, node, context)
        return NOTHING_KNOWN if test is None else (Literal(test),)

    def _number(self, node: ast.expr, context: Context) -> Alternatives:
        """Signs, and sums and products of numbers: `60 * 5`."""
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                test = conditions.outcome(self, node.operand, context)
                return NOTHING_KNOWN if test is None else (Literal(not test),)
            operands = [node.operand]
        else:
            assert isinstance(node, ast.BinOp)
            if isinstance(node.op, ast.BitOr):
                merged = containers.merged(self, node, context)
                is_type = merged is NOTHING_KNOWN and types.is_type(node)
                return (Alias(node, context),) if is_type else merged
            operands = [node.left, node.right]
        sides = []
        for operand in operands:
            if isinstance(operand, ast.BinOp) and isinstance(operand.left, ast.BinOp):
                return NOTHING_KNOWN
            sides.append(self.evaluate(operand, context))
        if isinstance(node, ast.BinOp) and any(isinstance(v, Collection) for s in sides for v in s):
            return containers.joined(node, sides)
        numbers = []
        for values in sides:
            if len(values) != 1 or not is_number(values[0]):
                return NOTHING_KNOWN
            numbers.append(values[0].value)  # type: ignore[attr-defined]
        return _compute(node.op, numbers)

    # Symbols ---------------------------------------------------------------------------------

    def symbol(self, path: str) -> Value:
        """Something outside the project, as what it is known to be."""
        path = self.catalogue.canonical(path)
        sender = self.catalogue.sender(path)
        if sender is not None:
            return SenderValue(sender, path)
        parent, _, name = path.rpartition(".")
        senders = self.senders_at(parent) if parent else {}
        if name in senders:
            owner = Instance(Symbol(parent))
            return SenderValue(senders[name], path, owner, unbound=True)
        return Symbol(path)

    def client_at(self, path: str) -> Client | None:
        """The client class at an import path, a library's or one that the settings name."""
        named = self._clients.get(path)
        return self.catalogue.client(named or path)

    def senders_at(self, path: str) -> MappingType[str, Sender]:
        """The methods through which requests go, of the class at an import path."""
        client = self.client_at(path)
        if client is not None:
            return client.senders
        carrier = self.catalogue.carrier(path)
        return carrier.senders if carrier is not None else {}

    def named_client(self, cls: Class) -> Symbol | None:
        """A class of the project that the settings name as a client: by that word it is one, unless
        its base is a library's, which tells more."""
        path = lineage.path_among(self, cls, self._clients)
        if path is None:
            return None
        bases = lineage.mro(self, cls)
        known = any(isinstance(base, Symbol) and self.client_at(base.path) for base in bases)
        return None if known else Symbol(path)

    def client_of(self, value: Value) -> Client | None:
        """The library's client class that an instance is, or inherits from."""
        if not isinstance(value, Instance):
            return None
        if isinstance(value.cls, Symbol):
            return self.client_at(value.cls.path)
        for base in lineage.mro(self, value.cls):
            if isinstance(base, Symbol):
                client = self.client_at(base.path)
                if client is not None:
                    return client
            elif isinstance(base, Class):
                path = lineage.path_among(self, base, self._clients)
                if path is not None:
                    return self.client_at(path)
        return None

    def knows(self, value: Value) -> bool:
        """Whether a value is something that can lead to a request."""
        if isinstance(value, (Symbol, Result)):
            path = value.path
            return (
                self.client_at(path) is not None
                or self.catalogue.library_of(path) is not None
                or self.catalogue.factory(path) is not None
                or path in MATTERS
                or path.startswith("ssl.")
            )
        return not isinstance(value, (Unknown, Parameter, Literal))


_HANDLERS: dict[type, Callable[[Evaluator, ast.expr, Context], Alternatives]] = {
    ast.Constant: Evaluator._constant,
    ast.Name: Evaluator._name,
    ast.Attribute: Evaluator._attribute,
    ast.Call: Evaluator._call,
    ast.IfExp: Evaluator._if,
    ast.BoolOp: Evaluator._bool,
    ast.NamedExpr: Evaluator._inner,
    ast.Await: Evaluator._inner,
    ast.Dict: Evaluator._dict,
    ast.List: Evaluator._sequence,
    ast.Tuple: Evaluator._sequence,
    ast.Set: Evaluator._sequence,
    ast.ListComp: Evaluator._comprehension,
    ast.SetComp: Evaluator._comprehension,
    ast.GeneratorExp: Evaluator._comprehension,
    ast.DictComp: Evaluator._comprehension,
    ast.Lambda: Evaluator._lambda,
    ast.Subscript: Evaluator._subscript,
    ast.Compare: Evaluator._comparison,
    ast.UnaryOp: Evaluator._number,
    ast.BinOp: Evaluator._number,
}


_OPERATORS: dict[type, Callable[..., float]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Mult: operator.mul,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Div: operator.truediv,
}


def _compute(how: ast.AST, numbers: list[float]) -> Alternatives:
    compute = _OPERATORS.get(type(how))
    if compute is None or any(abs(number) > LARGEST for number in numbers):
        return NOTHING_KNOWN
    try:
        return (Literal(compute(*numbers)),)
    except (ArithmeticError, MemoryError):
        return NOTHING_KNOWN
