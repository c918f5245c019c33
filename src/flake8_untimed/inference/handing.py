"""Senders that are handed over to be called by somebody else: `executor.submit(requests.get, url)`.

Each convention says where the function stands and how its arguments travel.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_untimed.inference import invoke
from flake8_untimed.inference.arguments import Argument, Passed, bind, positional_names
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.syntax import called_name, dotted, last_name, written_arguments
from flake8_untimed.inference.values import (
    Alternatives,
    Class,
    Collection,
    Context,
    Function,
    Mapping,
    Partial,
    SenderValue,
    Site,
    Symbol,
    Value,
    is_none,
    union,
)
from flake8_untimed.inference.walk import walk

if TYPE_CHECKING:
    from flake8_untimed.inference.evaluate import Evaluator

BEHIND = {
    "submit": 0, "to_thread": 0, "call_later": 1, "call_at": 1, "call_soon": 0,
    "call_soon_threadsafe": 0, "run_in_executor": 1, "run_sync": 0, "deferToThread": 0,
    "start_soon": 0, "spawn": 0, "run_in_threadpool": 0, "callLater": 1,
    "run_in_thread": 0, "delayed": 0, "run_sync_in_worker_thread": 0, "callInThread": 0,
    "async_add_executor_job": 0, "add_executor_job": 0, "add_callback": 0, "call": 0, "enqueue": 0,
}  # fmt: skip
"""The function at this position, its own arguments behind it."""
KEYWORDS_TRAVEL = frozenset(
    ("submit", "to_thread", "run_in_threadpool", "deferToThread", "callInThread", "callLater",
     "spawn")
)  # fmt: skip
"""Of these, those that surely hand keywords on as well. `run_in_executor` and `call_later` take
none, and `enqueue(timeout=)` is the queue's own."""
AWAITED = frozenset(
    ("to_thread", "run_in_executor", "run_sync", "run_in_threadpool", "run_in_thread",
     "run_sync_in_worker_thread", "async_add_executor_job", "add_executor_job")
)  # fmt: skip
"""Of these, those that give, once awaited, what the function returns."""
PARTIALS = ("functools.partial", "functools.partialmethod")
MAPPED = frozenset(
    ("map", "imap", "imap_unordered", "map_async", "starmap", "starmap_async")
)  # fmt: skip
"""The function comes first, and is called with items only: it can get no keyword."""
PACKED = {
    "apply": ("args", "kwds"),
    "apply_async": ("args", "kwds"),
    "retry_call": ("fargs", "fkwargs"),
}
"""The function first, its arguments in a tuple and a dict."""
TARGETED = {
    "Thread": ("", "target", "", "args", "kwargs"),
    "Process": ("", "target", "", "args", "kwargs"),
    "Timer": ("", "function", "args", "kwargs"),
}
"""The parameters by position: the function, its arguments in a tuple and a dict."""
HARMLESS = frozenset(
    ("wraps", "signature", "isinstance", "issubclass", "callable", "print", "repr", "id", "hash",
     "getattr", "setattr", "hasattr", "patch", "object", "len", "type", "str", "getsource",
     "update_wrapper", "assert_called", "append", "add", "insert", "register", "cast", "assertEqual",
     "assertIs", "getfullargspec", "create_autospec", "spec", "Mock", "MagicMock", "AsyncMock", "sleep",
     "stub", "allow", "expect", "debug", "info", "warning", "error", "get", "pop", "setdefault", "update",
     "autospec", "iscoroutinefunction", "partialmethod", "raises", "staticmethod", "classmethod",
     "property", "List", "Optional", "Union", "NewType", "TypeVar", "list", "tuple", "set", "dict", "super")
)  # fmt: skip
"""Functions that are known not to call what they are given."""


_SENDING = (SenderValue, Partial)
CALLABLE = (*_SENDING, Function)
"""Values that may send a request when they are called."""


def handed_over(
    evaluator: Evaluator,
    node: ast.Call,
    context: Context,
    callees: Alternatives,
    known: bool = False,
) -> Iterator[tuple[Value, Passed]]:
    """The senders that a call hands over, with the arguments they will be called with; `known`:
    only to what is known to call them with these (`to_thread`)."""
    if not node.args and not node.keywords:
        return
    if any(isinstance(c, (Function, Class)) for c in callees):
        # A function in sight: what it does with it is seen there.
        return
    if _is_partial(callees):
        return
    name = _name(node, callees)
    if name in HARMLESS or (known and name not in BEHIND):
        return
    if name in TARGETED:
        yield from _targeted(evaluator, node, context, TARGETED[name])
        return
    position = BEHIND.get(name, 0)
    if name in BEHIND:
        position += _handers_before(evaluator, node.args[position:], context)
    if len(node.args) <= position:
        return
    candidate = node.args[position]
    if not isinstance(candidate, (ast.Attribute, ast.Name, ast.Call, ast.Subscript)):
        return
    # Somebody unknown may do anything with a function.
    is_known = name in BEHIND or name in MAPPED or name in PACKED
    for value in evaluator.evaluate(candidate, context):
        if not isinstance(value, CALLABLE if is_known else _SENDING):
            continue
        if not is_known and _only_looks(evaluator, node, context, position):
            return
        passed = _travelling(evaluator, node, context, name, position)
        if passed is not None:
            yield value, passed


def returned(evaluator: Evaluator, node: ast.Call, context: Context) -> Alternatives:
    """What the function returns that a call hands over: `await to_thread(make)`."""
    callees = evaluator.evaluate(node.func, context)
    return union(
        invoke.result_of(evaluator, function, Site(node, context, passed))
        for function, passed in handed_over(evaluator, node, context, callees, known=True)
        if isinstance(function, (Function, Partial))
    )


def _handers_before(evaluator: Evaluator, given: list[ast.expr], context: Context) -> int:
    """How many arguments stand before the function because what is called first hands it over in its
    turn: `start_soon(to_thread.run_sync, requests.get, url)`."""
    count = 0
    while count < len(given) and last_name(given[count]) in BEHIND:
        values = evaluator.evaluate(given[count], context)
        if not any(isinstance(value, Symbol) for value in values):
            break
        count += 1 + BEHIND[last_name(given[count])]
    return count


def _only_looks(evaluator: Evaluator, node: ast.Call, context: Context, place: int) -> bool:
    """Whether a call is one of a function of the project, be it one that names no library, that does
    not call what it is given at a place: it asks for its signature, or keeps it."""
    callees = evaluator.insist(node.func, context)
    return bool(callees) and all(
        isinstance(c, Function) and not _may_call(evaluator, c, place) for c in callees
    )


def _may_call(evaluator: Evaluator, function: Function, place: int) -> bool:
    """Whether a function calls an argument, or hands it to somebody who may."""
    scope, names = function.scope, positional_names(function)
    if place >= len(names):
        return True
    return evaluator.is_so(_is_called, scope, names[place])


def _is_called(evaluator: Evaluator, scope: Scope, name: str) -> bool:
    """Whether a function calls what a name holds, or hands it to somebody who may."""
    return any(
        dotted(node.func) == name
        or any(dotted(keyword.value) == name for keyword in node.keywords)
        or any(
            dotted(argument) == name
            and called_name(node) not in HARMLESS
            and not _only_looks(evaluator, node, Context(inner, statement), position)
            for position, argument in enumerate(node.args)
        )
        for node, inner, statement in walk(scope).calls
    )


def keywords_travel(node: ast.Call, callees: Alternatives) -> bool:
    """Whether a keyword given to a call that hands a function over reaches that function."""
    return _is_partial(callees) or _name(node, callees) in KEYWORDS_TRAVEL


def _is_partial(callees: Alternatives) -> bool:
    return any(isinstance(callee, Symbol) and callee.path in PARTIALS for callee in callees)


def _name(node: ast.Call, callees: Alternatives) -> str:
    """The last part of what is called, without the alias that it was imported under."""
    for callee in callees:
        if isinstance(callee, Symbol):
            return callee.path.rpartition(".")[2]
    return called_name(node)


def _travelling(
    evaluator: Evaluator, node: ast.Call, context: Context, name: str, position: int
) -> Passed | None:
    passed = invoke.passed_by(evaluator, node, context)
    if name in MAPPED:
        # One item of each of what is gone through; of tuples, nobody knows how many.
        items = [Argument(None, None) for _ in passed.positional[position + 1 :]]
        return Passed(items, {}, name.startswith("starmap") or passed.open_positional)
    if name in PACKED:
        args, kwargs = PACKED[name]
        return _packed(
            evaluator,
            passed.keywords.get(args) or _at(passed, 1),
            passed.keywords.get(kwargs) or _at(passed, 2),
        )
    if name in BEHIND:
        return passed.shifted(position + 1)
    # Somebody unknown: `retry(requests.get, url)`. A timeout anywhere in sight is meant for it.
    if len(node.args) == 1 and not node.keywords:
        return None
    if any("timeout" in ast.unparse(part) for part in written_arguments(node)[1:]):
        return None
    if any("timeout" in (k.arg or "timeout") for k in node.keywords):
        return None
    behind = passed.shifted(position + 1)
    return Passed(behind.positional, {}, behind.open_positional, behind.open_keywords)


def _at(passed: Passed, position: int) -> Argument | None:
    return passed.positional[position] if len(passed.positional) > position else None


def _packed(evaluator: Evaluator, args: Argument | None, kwargs: Argument | None) -> Passed:
    result = Passed()
    for value in evaluator.argument(args) if args is not None else ():
        if isinstance(value, Collection) and value.ordered:
            result.positional = [Argument(None, None, values=e) for e in value.elements]
        else:
            result.open_positional = True
    for value in evaluator.argument(kwargs) if kwargs is not None else ():
        if isinstance(value, Mapping):
            for key, entry in value.entries.items():
                if isinstance(key, str):
                    result.keywords[key] = Argument(None, None, values=entry)
            result.open_keywords = result.open_keywords or value.open
        elif not is_none(value):
            result.open_keywords = True
    return result


def _targeted(
    evaluator: Evaluator, node: ast.Call, context: Context, parameters: tuple[str, ...]
) -> Iterator[tuple[Value, Passed]]:
    given = bind(invoke.passed_by(evaluator, node, context), parameters).named
    function = given.get(parameters[1])
    if function is None:
        return
    for value in evaluator.argument(function):
        if isinstance(value, CALLABLE):
            yield value, _packed(evaluator, given.get("args"), given.get("kwargs"))
