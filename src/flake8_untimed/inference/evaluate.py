"""What an expression is: names, literals, conditions, containers.

Attributes are looked up in `objects`, calls carried out in `invoke`, types read in `annotations`;
the four call each other. Nothing is evaluated before it is asked for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingType
from contextlib import contextmanager
from typing import TypeVar

from flake8_untimed.inference import annotations as types
from flake8_untimed.inference import conditions, containers, elsewhere, invoke, members, objects
from flake8_untimed.inference.arguments import Argument, Passed, defaults
from flake8_untimed.inference.project import Project
from flake8_untimed.inference.scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    Binding,
    Event,
    Guard,
    Module,
    Scope,
    dotted,
    once,
)
from flake8_untimed.inference.values import (
    NOTHING_KNOWN,
    OTHER,
    UNKNOWN,
    Alias,
    Alternatives,
    Class,
    Collection,
    Context,
    Frame,
    Function,
    Instance,
    Literal,
    Mapping,
    Parameter,
    Plain,
    ProjectModule,
    Result,
    SenderValue,
    Site,
    Symbol,
    Unknown,
    Value,
    is_none,
    is_number,
    tells,
    union,
)
from flake8_untimed.inference.walk import walk
from flake8_untimed.libraries import Catalogue
from flake8_untimed.libraries.model import Client, Sender

DEPTH = 60
"""Evaluations inside one another; deeper ones are unknown."""
MATTERS = frozenset(("contextlib.closing", "contextlib.aclosing", "json.dumps"))
"""Callables outside the libraries whose results are looked into."""
_GLOBALS = re.compile(
    r"\bglobals\(\)\s*(?:\.update\(|\[[^\]]+\]\s*=[^=])|\bsetattr\(\s*sys\.modules\b"
)
BUDGET = 5_000
"""Evaluations for one question; what takes more is unknown."""

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
        self._passing: dict[_Key, tuple[Alternatives, int]] = {}
        """Answers that lean on something."""
        self._ending: dict[int, list[_Key]] = {}
        """Depth -> the answers that are no longer good when what is open there is known."""
        self._spent = 0
        self._deep = False
        self._rough = False
        self.generations = 0
        """How many classes above one another are being looked at."""

    # Memory and bounds -----------------------------------------------------------------------

    def ask(self, node: ast.expr, context: Context) -> Alternatives:
        """`evaluate`, with a budget of its own: for the questions of those who use inference."""
        self.begin()
        return self.evaluate(node, context)

    def begin(self) -> None:
        """A new question, with a budget of its own."""
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
        bounds = self._spent, self._deep, self._rough
        self._depth, self._active, self._leaning, self._passing, self._ending = 0, {}, 0, {}, {}
        self._spent, self._deep, self._rough = 0, False, True
        try:
            yield
        finally:
            self._depth, self._active, self._leaning, self._passing, self._ending = before
            self._spent, self._deep, self._rough = bounds

    def remember(
        self, memo: dict[object, Alternatives] | None, key: object, make: Callable[[], Alternatives]
    ) -> Alternatives:
        """`make()`, once. What needs itself to be known is unknown, and so is what is too much to
        find out; what leans on such a thing is kept only as long as that stays so: until what is
        open around it is known, or to the end of the question."""
        if memo is not None and key in memo:
            return memo[key]
        place = self._active.get(key)
        if place is not None:
            self._leaning |= 1 << place
            return NOTHING_KNOWN
        passing = self._passing.get((id(memo), key))
        if passing is not None:
            values, leaning = passing
            self._leaning |= leaning
            return values
        if self._depth >= DEPTH or self._spent >= BUDGET:
            self._leaning |= 1
            return NOTHING_KNOWN
        self._spent += 1
        self._depth += 1
        depth = self._active[key] = self._depth
        around, self._leaning = self._leaning, 0
        try:
            values = make()
        finally:
            del self._active[key]
            self._depth -= 1
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

    def whole(self, make: Callable[[], T]) -> tuple[T, bool]:
        """`make()`, and whether that leans on nothing that is unknown only for now."""
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
        before, self._deep = self._deep, True
        try:
            return self.argument(argument)
        finally:
            self._deep = before

    def insist(self, node: ast.expr, context: Context) -> Alternatives:
        """The alternatives of an expression; where nothing is known of it, `deeply`: a base class
        that stands before a client, the manager of a `with`."""
        values = self.evaluate(node, context)
        if self._rough or not all(isinstance(v, Unknown) for v in values):
            return values
        return self.deeply(Argument(node, context))

    def entry(self, key: object, node: ast.expr, context: Context) -> Alternatives:
        """The alternatives of what is put into a mapping. It may come to be an argument of a request:
        a timeout that only holds a place is looked at `deeply`."""
        values = self.evaluate(node, context)
        if self._rough or not (key in self.catalogue.telling or "timeout" in str(key)):
            return values
        if isinstance(node, ast.Constant) or not all(map(elsewhere.holds_place, values)):
            return values
        return self.deeply(Argument(node, context))

    @property
    def is_deep(self) -> bool:
        """Whether an argument of a request is being looked at."""
        return self._deep

    @property
    def is_rough(self) -> bool:
        """Whether callers of a function and objects of a class are not told apart."""
        return self._rough

    def memo(self, module: Module) -> dict[object, Alternatives]:
        """Where answers for no particular caller are kept."""
        if self._rough:
            return module.rough_memo
        return module.deep_memo if self._deep else module.memo

    def _constant(self, node: ast.expr, context: Context) -> Alternatives:
        return (Literal(node.value),)  # type: ignore[attr-defined]

    def _name(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Name)
        return self.name(node.id, context)

    def _attribute(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Attribute)
        return union(
            objects.attribute(self, value, node.attr)
            for value in self.evaluate(node.value, context)
        )

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
            kept += [v for v in values if conditions.truth_of(v) is not (not decided)]
            if values and all(conditions.truth_of(v) is decided for v in values):
                return union([tuple(kept)])
        return union([tuple(kept), self.evaluate(node.values[-1], context)])

    def _walrus(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.NamedExpr)
        return self.evaluate(node.value, context)

    def _await(self, node: ast.expr, context: Context) -> Alternatives:
        assert isinstance(node, ast.Await)
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
        numbers = []
        for operand in operands:
            if isinstance(operand, ast.BinOp) and isinstance(operand.left, ast.BinOp):
                return NOTHING_KNOWN
            values = self.evaluate(operand, context)
            if len(values) != 1 or not is_number(values[0]):
                return NOTHING_KNOWN
            numbers.append(values[0].value)  # type: ignore[attr-defined]
        return _compute(node.op, numbers)

    # Names -----------------------------------------------------------------------------------

    def name(self, name: str, context: Context) -> Alternatives:
        """What a name is at some place, by Python's rules of scopes."""
        scope: Scope | None = context.scope
        at, frame = context.at, context.frame
        direct, late = True, False
        while scope is not None:
            if name in scope.globals:
                return self.module_name(name, scope.module.scope, scope, at)
            if scope.parent is None:
                return self.module_name(name, scope, None, None if late else at)
            if name in scope.bindings and (
                not scope.is_class or (direct and scope.is_bound_before(name, at))
            ):
                return self.bound(scope, name, None if late else at, frame)
            if not isinstance(scope.node, COMPREHENSIONS):
                direct = False
            if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                late = True
            if frame is not None and frame.scope is scope:
                frame = frame.closure
            at = scope.statement if scope.statement is not None else at
            scope = scope.parent
        return NOTHING_KNOWN

    def module_name(
        self, name: str, module: Scope, user: Scope | None = None, at: ast.stmt | None = None
    ) -> Alternatives:
        """A name of a module, from inside (`user` may have bound it by `global`) or outside."""
        if user is not None:
            # Bound by `global` in the function that uses it: mostly "make it when first needed".
            at = None
        by_functions = []
        if module.module.has_global:
            for function, binding in _global_bindings(module).get(name, ()):
                by_functions.append(self._binding(function, name, binding, None))
        if name in module.bindings:
            told = any(tells(v) for values in by_functions for v in values)
            values = union([self.bound(module, name, at, None, declared=not told), *by_functions])
            if not self._rough and all(elsewhere.holds_place(v) for v in values):
                values = union([values, *self._rebound(name, module)])
            return values
        if by_functions:
            return union(by_functions)
        key = ("starred", module, name)
        return self.remember(self.memo(module.module), key, lambda: self._starred(name, module))

    def _rebound(self, name: str, module: Scope) -> Iterator[Alternatives]:
        """What a name of a module may be beside what only holds the place: by a star import
        further down (`from .local_settings import *`), or by other modules."""
        last = module.bindings[name][-1].statement
        for statement in module.stars:
            if last is not None and module.order(statement) > module.order(last):
                yield self._brought(statement, name, module) or ()
        if _writes_globals(module) or self.project.hints.is_set_elsewhere(module.module.path, name):
            yield NOTHING_KNOWN

    def _starred(self, name: str, module: Scope) -> Alternatives:
        """A name that `from x import *` may have brought, else one of the builtins."""
        unsure = False
        for statement in module.stars:
            brought = self._brought(statement, name, module)
            if brought is not None and brought is not NOTHING_KNOWN:
                return brought
            unsure = unsure or brought is NOTHING_KNOWN
        return NOTHING_KNOWN if unsure else (Symbol(f"builtins.{name}"),)

    def _brought(self, statement: ast.ImportFrom, name: str, module: Scope) -> Alternatives | None:
        """What one `from x import *` brings under a name; None if it surely brings nothing."""
        path = self.project.layout.find(module.module.path, statement.module or "", statement.level)
        if path is not None:
            other = self.project.module(path)
            if other is None:
                return NOTHING_KNOWN
            return self.module_name(name, other.scope) if exported(other.scope, name) else None
        if statement.level:
            return NOTHING_KNOWN
        value = self.symbol(f"{statement.module}.{name}")
        if self.knows(value):
            return (value,)
        return None if self.catalogue.library_of(statement.module or "") else NOTHING_KNOWN

    def bound(
        self,
        scope: Scope,
        name: str,
        at: ast.stmt | None,
        frame: Frame | None,
        declared: bool = True,
    ) -> Alternatives:
        """What a name of this very scope is at a statement of it; `declared`: where nothing that is
        bound to it tells, by its annotation."""
        memo = self.memo(scope.module)
        key = (scope, name, at, frame, declared)
        if key in memo:
            return memo[key]
        return self.remember(memo, key, lambda: self._bound(scope, name, at, frame, declared))

    def _bound(
        self,
        scope: Scope,
        name: str,
        at: ast.stmt | None,
        frame: Frame | None,
        declared: bool,
    ) -> Alternatives:
        groups = []
        annotated = []
        imports = 0
        earliest: ast.stmt | None = None
        for binding, sure, guards in scope.reaching(name, at):
            verdict = self._hold(guards, scope, frame)
            if verdict is False:
                continue
            if isinstance(binding.statement, ast.AnnAssign):
                annotated.append(binding.statement)
            if binding.kind != "annotation":
                groups.append(self._binding(scope, name, binding, frame))
                imports += binding.kind == "import"
            earliest = binding.statement
            if sure and verdict:
                break
        # Of several imports, the one that is written first is the first choice.
        values = union(groups[::-1] if imports == len(groups) else groups)
        if declared and annotated and not any(tells(v) for v in values):
            # An annotation says no more than what is seen to be bound, if that is seen.
            types_of = union(self._declaration(scope, name, a, frame) for a in annotated)
            if groups and not scope.is_class:
                # `limit: float | None = None`: what is not a field is what it is given.
                types_of = tuple(v for v in types_of if not isinstance(v, Unknown))
            values = union([types_of, values])
        if at is not None and not any(tells(v) for v in values):
            values = union([*self._narrowed(scope, name, at, frame), values])
        if any(isinstance(v, (Mapping, Collection)) for v in values):
            return containers.changed(self, values, Context(scope, at, frame), name, earliest)
        return values

    def _narrowed(
        self, scope: Scope, name: str, at: ast.stmt, frame: Frame | None
    ) -> Iterator[Alternatives]:
        """What `isinstance` says of a name: around a statement, or before it where else it would
        not be reached."""
        for test in conditions.tests_of(scope).get(name, ()):
            if dotted(test.call.func) == "isinstance" and test.holds(scope, name, at):
                context = Context(scope, test.statement, frame)
                declared = types.instances(self, test.call.args[1], context)
                yield tuple(v for v in declared if isinstance(v, Instance))

    def _hold(self, guards: tuple[Guard, ...], scope: Scope, frame: Frame | None) -> bool | None:
        """Whether all tests around a binding come out so that it happens."""
        verdict: bool | None = True
        for guard in guards:
            test = self._outcome(Context(scope, guard.statement, frame), guard.statement.test)
            if test is None:
                verdict = None
            elif test is not guard.positive:
                return False
        return verdict

    def _outcome(self, context: Context, test: ast.expr) -> bool | None:
        """How a test comes out: in a long `elif` it is asked for with each branch behind it."""
        memo, key = self.memo(context.scope.module), ("outcome", test, context.frame)
        known = memo.get(key)
        if known is not None:
            return known[0].value  # type: ignore[attr-defined,no-any-return]
        verdict, is_whole = self.whole(lambda: conditions.outcome(self, test, context))
        if is_whole:
            memo[key] = (Literal(verdict),)
        return verdict

    def _binding(
        self, scope: Scope, name: str, binding: Binding, frame: Frame | None
    ) -> Alternatives:
        context = Context(scope, binding.statement, frame)
        values = self._bound_value(scope, name, binding, context)
        return tuple(v.via(scope, binding.node, (scope, name)) for v in values)

    def _declaration(
        self, scope: Scope, name: str, statement: ast.AnnAssign, frame: Frame | None
    ) -> Alternatives:
        """What the annotation of a name says."""
        declared = types.instances(self, statement.annotation, Context(scope, statement, frame))
        holder = (scope, name)
        known = (v.via(scope, statement.annotation, holder) for v in declared if v is not UNKNOWN)
        return tuple(known)

    def _bound_value(
        self, scope: Scope, name: str, binding: Binding, context: Context
    ) -> Alternatives:
        kind, node = binding.kind, binding.node
        if kind == "assign" or kind == "unpack":
            assert isinstance(node, ast.expr)
            values = self.evaluate(node, context)
            return containers.unpacked(self, values, binding.path) if kind == "unpack" else values
        if kind == "parameter":
            assert isinstance(node, ast.arg)
            return self.parameter(scope, node, context.frame)
        if kind == "import":
            assert isinstance(node, ast.alias)
            return self._imported(node, binding.statement, scope)
        if kind == "def":
            function = Function(scope.child(node, binding.statement), None, context.frame)  # type: ignore[arg-type]
            return self._decorated((function,), node, context)
        if kind == "class":
            cls = Class(scope.child(node, binding.statement))  # type: ignore[arg-type]
            return self._decorated((cls,), node, context)
        if kind == "enter":
            entered = objects.enter(self, self.evaluate(node, context))  # type: ignore[arg-type]
            return containers.unpacked(self, entered, binding.path) if binding.path else entered
        if kind == "element":
            return containers.unpacked(
                self,
                containers.elements(self.evaluate(node, context)),  # type: ignore[arg-type]
                binding.path,
            )
        return NOTHING_KNOWN

    def _decorated(self, values: Alternatives, node: ast.AST, context: Context) -> Alternatives:
        """What the decorators in sight make of a function or class. Those out of sight are taken
        to leave it as it is, and so are those of methods that make nothing known of them."""
        is_method = context.scope.is_class and isinstance(values[0], Function)
        if context.scope.is_class and not is_method:
            return values
        if is_method and objects.is_property(self, values[0].scope):  # type: ignore[attr-defined]
            return values
        for decorator in reversed(getattr(node, "decorator_list", ())):
            for value in self.evaluate(decorator, context):
                if isinstance(value, Function):
                    passed = Passed([Argument(None, None, values=values)])
                    call = ast.Call(func=decorator, args=[], keywords=[])
                    site = Site(call, context, passed)
                    made = invoke.result_of(self, value, site)
                    if not is_method or any(isinstance(m, Function) for m in made):
                        values = made
        return values

    def unless_known(
        self, values: Alternatives, annotation: ast.expr | None, context: Context
    ) -> Alternatives:
        """The values; where they tell nothing, what the annotation says."""
        if annotation is None or any(tells(v) for v in values):
            return values
        declared = types.instances(self, annotation, context)
        known = tuple(v for v in declared if v is not UNKNOWN)
        return union([known, values]) if known else values

    # Parameters ------------------------------------------------------------------------------

    def parameter(self, scope: Scope, node: ast.arg, frame: Frame | None) -> Alternatives:
        """What a parameter is: for the caller in `frame`, or for any caller."""
        name = node.arg
        if frame is not None and frame.scope is scope and name in frame.parameters:
            return frame.parameters[name]
        function = scope.node
        assert isinstance(function, FUNCTIONS)
        arguments = function.args
        if arguments.kwarg is node:
            others: Alternatives = ()
            if node.annotation is not None:
                where = Context(scope.parent or scope, scope.statement)
                declared = types.instances(self, node.annotation, where)
                others = tuple(value for value in declared if tells(value))
            return (Mapping({}, True, node, others, written=False),)
        if arguments.vararg is node:
            if node.annotation is None:
                return NOTHING_KNOWN
            where = Context(scope.parent or scope, scope.statement)
            each = types.instances(self, node.annotation, where)
            return (Collection((each,), False, node),)
        receiver = self.receiver(scope, name)
        if receiver is not None:
            return (receiver,)
        outer = Context(scope.parent or scope, scope.statement, frame.closure if frame else None)
        own: Alternatives = (Parameter(scope, name),)
        default = defaults(arguments).get(name)
        if node.annotation is not None:
            declared = types.instances(self, node.annotation, outer)
            known = tuple(v for v in declared if v is not UNKNOWN)
            if any(not is_none(v) for v in known):
                known = tuple(Plain(scope, name) if v is OTHER else v for v in known)
                # `client: Client = None` is not what checkers of types want, and often written.
                may_be_none = isinstance(default, ast.Constant) and default.value is None
                return union([known, (Literal(None),)]) if may_be_none else known
        if default is not None and not isinstance(default, ast.Constant):
            made = self.evaluate(default, outer)
            return union([own, tuple(v for v in made if self.knows(v))]) if made else own
        return own

    def receiver(self, scope: Scope, name: str) -> Value | None:
        """`self` or `cls`, if `name` is that parameter of a method."""
        owner = scope.owner
        if owner is None or members.first_parameter(scope) != name:
            return None
        kind = members.method_kind(scope)
        if kind == "static":
            return None
        cls = Class(owner)
        return cls if kind == "class" else Instance(cls)

    # Imports ---------------------------------------------------------------------------------

    def _imported(self, alias: ast.alias, statement: ast.stmt | None, scope: Scope) -> Alternatives:
        importer = scope.module.path
        if isinstance(statement, ast.ImportFrom):
            return self.imported_from(importer, statement.module or "", statement.level, alias.name)
        path = alias.name if alias.asname else alias.name.partition(".")[0]
        return (self.module(importer, path),)

    def imported_from(self, importer: str, module: str, level: int, name: str) -> Alternatives:
        """`from module import name`."""
        path = self.project.layout.find(importer, module, level)
        if path is None:
            # Relative, and not there: nothing can be said. Else somebody else's package.
            return NOTHING_KNOWN if level else (self.symbol(f"{module}.{name}"),)
        return self.member(path, name)

    def module(self, importer: str, dotted: str) -> Value:
        """The module of an absolute import."""
        path = self.project.layout.find(importer, dotted)
        if path is None:
            return self.symbol(dotted)
        return self.project_module(path)

    def project_module(self, path: str) -> Value:
        vendored = self.project.vendored(path)
        if vendored is not None:
            return self.symbol(vendored)
        # What a package is there for may be its submodules.
        is_package = not path.endswith(".py") or path.endswith("__init__.py")
        if not (self._deep or is_package or self.project.interesting(path, "*")):
            return UNKNOWN
        module = self.project.module(path)
        return ProjectModule(module.scope).via(module.scope, module.tree) if module else UNKNOWN

    def member(self, path: str, name: str) -> Alternatives:
        """A name that is imported from a file (or folder) of the project."""
        vendored = self.project.vendored(path)
        if vendored is not None:
            return (self.symbol(f"{vendored}.{name}"),)
        if not self._deep and not self.project.interesting(path, name):
            return NOTHING_KNOWN
        module = self.project.module(path) if path.endswith(".py") else None
        if module is not None and name in module.scope.bindings:
            return self.module_name(name, module.scope)
        if module is not None and module.scope.stars:
            values = self.module_name(name, module.scope)
            if any(self.knows(v) for v in values):
                return values
        submodule = self.project.layout.submodule(path, name)
        if submodule is not None:
            return (self.project_module(submodule),)
        return (
            self.module_name(name, module.scope) if module and module.has_global else NOTHING_KNOWN
        )

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

    def client_of(self, value: Value) -> Client | None:
        """The library's client class that an instance is, or inherits from."""
        if not isinstance(value, Instance):
            return None
        if isinstance(value.cls, Symbol):
            return self.client_at(value.cls.path)
        for base in objects.mro(self, value.cls):
            if isinstance(base, Symbol):
                client = self.client_at(base.path)
                if client is not None:
                    return client
            elif isinstance(base, Class) and self._clients:
                named = self._clients.get(objects.qualified_name(self, base))
                if named is not None:
                    return self.catalogue.client(named)
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

    def patches(self, importer: str) -> list[tuple[Context, Event, str]]:
        """What the project assigns to attributes of libraries, with the dotted path of each."""
        found = []
        for path in self.project.hints.patching(importer):
            module = self.project.module(path)
            if module is not None:
                found += self._patches_of(module)
        return found

    def _patches_of(self, module: Module) -> list[tuple[Context, Event, str]]:
        kept: dict[object, list[tuple[Context, Event, str]]] = module.scope.kept
        if "patches" not in kept:
            patches = []
            for node, scope in walk(module.scope).stores:
                if not isinstance(node, ast.Assign):
                    continue
                for target in node.targets:
                    if isinstance(target, ast.Attribute):
                        context = Context(scope, node)
                        for value in self.evaluate(target.value, context):
                            if isinstance(value, Symbol) and self.catalogue.library_of(value.path):
                                event = Event("store", target.attr, node.value, node)
                                raw = f"{self._raw(target.value, value, context)}.{target.attr}"
                                patches.append((context, event, raw))
            kept["patches"] = patches
        return kept["patches"]

    def _raw(self, node: ast.expr, value: Symbol, context: Context) -> str:
        """`requests.api` is the module itself, not its other name `requests`: patching the one
        does not change the other."""
        if isinstance(node, ast.Attribute) and node.attr == "api":
            return f"{value.path}.api"
        if isinstance(node, ast.Name) and node.id == "api":
            return f"{value.path}.api"
        return value.path


_HANDLERS: dict[type, Callable[[Evaluator, ast.expr, Context], Alternatives]] = {
    ast.Constant: Evaluator._constant,
    ast.Name: Evaluator._name,
    ast.Attribute: Evaluator._attribute,
    ast.Call: Evaluator._call,
    ast.IfExp: Evaluator._if,
    ast.BoolOp: Evaluator._bool,
    ast.NamedExpr: Evaluator._walrus,
    ast.Await: Evaluator._await,
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
    ast.UnaryOp: Evaluator._number,
    ast.BinOp: Evaluator._number,
}


def _compute(operator: ast.AST, numbers: list[float]) -> Alternatives:
    try:
        if isinstance(operator, ast.USub):
            return (Literal(-numbers[0]),)
        if isinstance(operator, ast.UAdd):
            return (Literal(numbers[0]),)
        if isinstance(operator, ast.Mult):
            return (Literal(numbers[0] * numbers[1]),)
        if isinstance(operator, ast.Add):
            return (Literal(numbers[0] + numbers[1]),)
        if isinstance(operator, ast.Sub):
            return (Literal(numbers[0] - numbers[1]),)
        if isinstance(operator, ast.Div):
            return (Literal(numbers[0] / numbers[1]),)
    except (ArithmeticError, MemoryError):
        pass
    return NOTHING_KNOWN


@once
def _global_bindings(module: Scope) -> dict[str, list[tuple[Scope, Binding]]]:
    """What the functions of a module bind to its names, by `global`."""
    found: dict[str, list[tuple[Scope, Binding]]] = {}
    stack = [module]
    while stack:
        scope = stack.pop()
        scope.bindings  # noqa: B018  (reads the scope, and so finds its children)
        for name, bindings in scope.global_bindings.items():
            found.setdefault(name, []).extend((scope, b) for b in bindings)
        stack.extend(scope.children.values())
    return found


@once
def _writes_globals(module: Scope) -> bool:
    """Whether a module sets names of its own that are not written down."""
    return _GLOBALS.search(module.module.text) is not None


def exported(module: Scope, name: str) -> bool:
    """Whether `from module import *` brings a name."""
    if "__all__" not in module.bindings:
        return not name.startswith("_") and (name in module.bindings or bool(module.stars))
    for binding in module.bindings["__all__"]:
        for constant in _strings(binding.node):
            if constant == name:
                return True
    return False


def _strings(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
