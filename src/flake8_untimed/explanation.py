"""What is believed of the calls on one line, step by step: the text of `untimed why`.

Everything here only tells what the analysis found; nothing here decides.
"""

from __future__ import annotations

import ast
import builtins
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from flake8_untimed.bounds import Bound, Kind, Source
from flake8_untimed.calls import Call, Construction, Facts, Setting
from flake8_untimed.findings import (
    AddStatement,
    Edit,
    Finding,
    Fix,
    RemoveArgument,
    RemoveItem,
    RemoveStatement,
    RenameArgument,
    SetArgument,
    Span,
    span_of,
)
from flake8_untimed.inference.forwarding import handing_on
from flake8_untimed.inference.invoke import passed_by
from flake8_untimed.inference.scopes import Scope
from flake8_untimed.inference.surroundings import BLOCKING_CONTEXTS, CONTEXTS, WRAPPERS
from flake8_untimed.inference.values import (
    Class,
    Context,
    Function,
    Instance,
    Literal,
    Other,
    Parameter,
    Partial,
    Result,
    SenderValue,
    Site,
    Step,
    Symbol,
    Unknown,
    Value,
)
from flake8_untimed.inference.walk import Found, walk
from flake8_untimed.rules import RULES
from flake8_untimed.source import Source as Text
from flake8_untimed.source import SourceError

WIDTH = 88
"""A piece of source longer than this many characters is cut."""
_LABEL = 12


class Row(NamedTuple):
    """One line of an explanation: what it speaks of (empty: the same as before), and the text."""

    label: str
    text: str

    def __str__(self) -> str:
        return f"  {self.label and self.label + ':':{_LABEL}}{self.text}"


class Verdict(NamedTuple):
    """A finding, and what keeps it from being reported (empty: nothing)."""

    finding: Finding
    opt_in: bool
    kept_back: str


def explain(facts: Facts, line: int, ignored: Sequence[str] = ()) -> Iterator[str]:
    """What is believed of the calls on a line (1-based), as lines of plain text. `ignored`: the
    beginnings of codes that are left out of this file."""
    explainer = _Explainer(facts, ignored)
    paragraphs = list(explainer.paragraphs(line))
    if not paragraphs:
        yield f"{facts.source.path}:{line}: there is no call on this line"
        return
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ""
        yield from paragraph


class _Explainer:
    def __init__(self, facts: Facts, ignored: Sequence[str]) -> None:
        self._facts = facts
        self._verdicts = _verdicts(facts, tuple(ignored))
        self._texts: dict[str, Text | None] = {facts.module.path: facts.source}
        self._told: set[Finding] = set()

    def paragraphs(self, line: int) -> Iterator[list[str]]:
        facts = self._facts
        known = [
            *((c.node, partial(self._call, c)) for c in facts.calls),
            *((c.node, partial(self._forwarded, c)) for c in self._only_forwarded()),
            *((m.node, partial(self._construction, m)) for m in facts.constructions),
            *((s.node, partial(self._setting, s)) for s in facts.assignments),
        ]
        here = [(node, rows) for node, rows in known if _covers(node, line)]
        for node, rows in sorted(here, key=lambda pair: facts.span(pair[0])):
            yield self._paragraph(node, rows())
        rest = [
            v for v in self._verdicts if v.finding.span.line == line and v.finding not in self._told
        ]
        for verdict in rest:
            yield [self._head(verdict.finding.span), *map(str, self._judged([verdict]))]
        ours = {node for node, _ in known}
        # Of a line inside something long, the calls that begin on it are meant.
        found = [f for f in walk(facts.module.scope).calls if _covers(f.node, line)]
        others = [f for f in found if f.node not in ours and (f.node.lineno == line or not here)]
        for node, scope, statement in sorted(others, key=lambda f: facts.span(f.node)):
            assert isinstance(node, ast.Call)
            if not here or self._is_untold(node, Context(scope, statement)):
                yield self._paragraph(node, self._not_ours(node, Context(scope, statement)))

    def _is_untold(self, node: ast.Call, context: Context) -> bool:
        """Beside calls of ours only those others are of interest of which nothing is known."""
        if not isinstance(node.func, ast.Attribute):
            return False
        return any(isinstance(v, Parameter) for v in self._facts.evaluate(node.func.value, context))

    # The frame of a paragraph ----------------------------------------------------------------

    def _paragraph(self, node: ast.AST, rows: Iterable[Row]) -> list[str]:
        assert isinstance(node, (ast.expr, ast.stmt))
        lines = [self._head(self._facts.span(node))]
        before = ""
        for row in rows:
            lines.append(str(row if row.label != before else Row("", row.text)).rstrip())
            before = row.label
        return lines

    def _head(self, span: Span) -> str:
        text = _short(self._facts.source.segment(span))
        return f"{self._facts.source.path}:{span.line}:{span.column}: {text}"

    # One call --------------------------------------------------------------------------------

    def _call(self, call: Call) -> Iterator[Row]:
        yield from self._callee(call)
        yield from self._client(call)
        yield from self._arguments(call)
        for text in self._wait(call):
            yield Row("wait", text)
        verdicts = self._verdicts_at(call.node)
        yield from self._judged(verdicts)
        if not any(v.finding.code.startswith("UNT1") and not v.opt_in for v in verdicts):
            yield Row("silent", f"about timeouts: {self._silence(call)}")

    def _only_forwarded(self) -> list[Call]:
        """The calls of wrappers of whose timeouts there is nothing to say."""
        told = {call.node for call in self._facts.calls}
        return [call for call in self._facts.forwarded if call.node not in told]

    def _forwarded(self, call: Call) -> Iterator[Row]:
        yield from self._callee(call)
        for keyword in call.node.keywords:
            if keyword.arg:
                yield Row("given", f"{keyword.arg}={_short(_unparsed(keyword.value))}")
        yield from self._wait_behind(call.node, call.context)
        yield from self._judged(self._verdicts_at(call.node))

    def _wait_behind(self, node: ast.Call, context: Context) -> Iterator[Row]:
        """Whether the requests are bounded that functions of the project send for a call."""
        for value in self._facts.evaluate(node.func, context):
            if isinstance(value, Function):
                given = passed_by(self._facts.evaluator, node, context)
                bound = self._facts.limits.functions.of_callable(value, given)
                if bound is not None and bound.kind is Kind.BOUNDED:
                    yield Row("wait", "bounded, by what is given here or there")

    def _callee(self, call: Call) -> Iterator[Row]:
        if call.wrapper is not None:
            yield Row("sends", f"a request of {call.library.name}, through {call.wrapper}()")
        else:
            how = ", handed over here to be called later" if call.handed_over else ""
            yield Row("sends", f"a request of {call.library.name}{how}")
        if call.client is not None:
            return
        # A sender that is handed over stands among the arguments.
        for node in (call.node.func, *call.node.args) if call.handed_over else (call.node.func,):
            for value in self._facts.evaluate(node, call.context):
                if isinstance(value, (SenderValue, Partial, Function)):
                    yield from self._steps("reached by", value)
                    if isinstance(value, Function):
                        yield from self._handing_on(value.scope)
                    return

    def _handing_on(self, scope: Scope) -> Iterator[Row]:
        """Where a function of the project hands on what it is given: to a sender, if one is seen."""
        for each in sorted(handing_on(scope), key=lambda f: not self._is_sender(f))[:1]:
            yield Row("hands on", self._shown(each.scope, each.node))

    def _is_sender(self, found: Found) -> bool:
        """Whether a call is of a sender, or of another function of the project."""
        assert isinstance(found.node, ast.Call)
        callees = self._facts.evaluate(found.node.func, Context(found.scope, found.statement))
        return any(isinstance(callee, (SenderValue, Partial, Function)) for callee in callees)

    def _client(self, call: Call) -> Iterator[Row]:
        client = call.client
        if client is None:
            return
        yield Row("client", self._made_by(client))
        yield from self._steps("reached by", client)
        if isinstance(call.node.func, ast.Attribute):
            every = self._facts.evaluate(call.node.func.value, call.context)
            if any(isinstance(v, Unknown) and not isinstance(v, Other) for v in every):
                yield Row("reached by", "or something else that is not in sight")

    def _made_by(self, client: Instance) -> str:
        known = self._facts.evaluator.client_of(client)
        path = known.path if known else "?"
        what = _with_article(path)
        if isinstance(client.cls, Class):
            cls = client.cls.scope
            own = f"{_with_article(cls.name)} ({self._place(cls, cls.node)})"
            what = f"{own}, which is {_with_article(path)}"
        if client.site is None:
            return f"{what}, made out of sight"
        return f"{what}, made at {self._at(client.site)}"

    def _arguments(self, call: Call | Construction) -> Iterator[Row]:
        given = call.arguments
        for name, argument in {**given.named, **given.extra}.items():
            if argument.node is None:
                continue
            elsewhere = "" if argument.is_written else " (given elsewhere)"
            known = self._meaning(argument.node, call, name)
            yield Row("given", f"{name}={_short(_unparsed(argument.node))}{elsewhere}{known}")
        if given.open_positional or given.open_keywords:
            yield Row("given", "and more that is not in sight")

    def _meaning(self, node: ast.expr, call: Call | Construction, name: str) -> str:
        """What a name stands for, where that matters."""
        if "timeout" not in name or isinstance(node, ast.Constant):
            return ""
        argument = call.argument(name)
        values = self._facts.values(argument)
        texts = [repr(v.value) for v in values if isinstance(v, Literal)]
        if len(texts) == len(values):
            step = _oldest(values[0].steps)
            where = f" ({self._place(step.scope, step.node)})" if step else ""
            return f", which is {' or '.join(texts)}{where}"
        return ""

    # What bounds the wait --------------------------------------------------------------------

    def _wait(self, call: Call) -> Iterator[str]:
        bound = call.bound
        kind, library = bound.kind, call.library.name
        if kind is Kind.BOUNDED:
            yield f"bounded by {self._bounded_by(call)}"
        elif kind is Kind.NONE:
            yield "for ever: nothing limits it"
            yield from self._nothing(call)
        elif kind is Kind.DISABLED:
            said = f" ({bound.detail})" if bound.detail else ""
            yield f"for ever: {self._decider(call)} switches the timeout off{said}"
        elif kind is Kind.PARTIAL:
            yield f"for ever in part: {self._decider(call)} bounds no {_listed(bound.waits)}"
        elif kind is Kind.DEFAULT:
            yield f"limited to {_seconds(bound.seconds)}, by {library}'s own default only"
            if bound.source is Source.OUT_OF_SIGHT:
                yield "unless its client, made out of sight, was given another one"
            elif bound.source is Source.CLIENT:
                yield f"the client sets none ({self._site_of(bound)})"
        elif kind is Kind.INVALID:
            said = f": {bound.detail}" if bound.detail else ""
            yield f"none: {self._decider(call)} is given a timeout that {library} rejects{said}"
        else:
            yield "not known"
            yield from self._doubts(call)

    def _nothing(self, call: Call) -> Iterator[str]:
        library = call.library.name
        if call.wrapper is not None:
            yield f"the call gives {call.wrapper}() no timeout to pass on"
        elif call.sender.timeout is None:
            yield f"{call.name} takes no timeout"
        else:
            yield f"the call gives no {call.sender.timeout}="
        if call.client is not None:
            takes = self._facts.evaluator.client_of(call.client)
            takes_one = takes.constructor.timeout if takes is not None else None
            if takes_one is None:
                yield f"a client of {library} holds no default timeout"
            elif call.client.site is not None:
                yield f"its client is given no {takes_one}= (made at {self._at(call.client.site)})"
            yield from (
                f"what is put in its way sets none, {c}" for c in self._changes(call.client)
            )
            if isinstance(call.client.cls, Class):
                cls = call.client.cls.scope
                yield f"the class {cls.name} sets none ({self._place(cls, cls.node)})"
        if call.library.timeouts.omitted is None:
            yield f"{library} has no default timeout of its own"
        yield "nothing around the call bounds it"

    def _bounded_by(self, call: Call) -> str:
        bound = call.bound
        if bound.source is Source.CALL:
            name = call.sender.timeout or "timeout"
            argument = call.argument(name)
            text = (
                f"{name}={_short(_unparsed(argument.node))}" if argument and argument.node else ""
            )
            seconds = f" ({bound.seconds:g} s)" if bound.seconds is not None else ""
            return f"the call's own argument {text}{seconds}".replace("  ", " ").rstrip()
        if bound.source is Source.CLIENT:
            return f"the timeout of its client ({self._site_of(bound)})"
        if bound.source is Source.AROUND:
            return self._around(call)
        if bound.source is Source.SUBCLASS:
            return self._on_the_way(call)
        return str(bound.source.value)

    def _site_of(self, bound: Bound) -> str:
        if bound.site is None:
            return "set after it was made"
        return f"made at {self._at(bound.site)}"

    def _decider(self, call: Call) -> str:
        if call.bound.source is Source.CLIENT:
            return f"its client ({self._site_of(call.bound)})"
        if call.bound.source is Source.SUBCLASS:
            return self._on_the_way(call)
        return "the call"

    def _around(self, call: Call) -> str:
        """What stands around a call and bounds it."""
        scope: Scope | None = call.context.scope
        at = call.context.at
        while scope is not None:
            for statement in [at, *(parent for parent, _ in scope.parents(at))]:
                if isinstance(statement, (ast.With, ast.AsyncWith)):
                    for item in statement.items:
                        if self._leads_to(item.context_expr, Context(scope, statement), _TABLE):
                            text = _short(_unparsed(item.context_expr))
                            return f"{text} around it (line {statement.lineno})"
            for found in walk(scope).calls:
                outer = found.node
                if outer is not call.node and any(part is call.node for part in ast.walk(outer)):
                    assert isinstance(outer, ast.Call)
                    path = self._path(outer.func, Context(found.scope, found.statement))
                    if path in WRAPPERS:
                        return f"{_unparsed(outer.func)}() around it (line {outer.lineno})"
            if scope.is_function and not isinstance(scope.node, ast.Lambda):
                break
            at, scope = scope.statement, scope.parent
        if call.library.socket_default:
            module = self._facts.limits.process.socket_default
            if module is not None:
                is_here = module.path == self._facts.module.path
                where = "this module" if is_here else _from_here(module.path)
                return f"socket.setdefaulttimeout() in {where}"
        return "what stands around the calls of its function, or a signal set before it"

    def _leads_to(self, node: ast.expr, context: Context, table: frozenset[str]) -> bool:
        values = self._facts.evaluate(node, context)
        return any(isinstance(v, Result) and v.path in table for v in values)

    def _path(self, node: ast.expr, context: Context) -> str:
        for value in self._facts.evaluate(node, context):
            if isinstance(value, Symbol):
                return value.path
        return ""

    def _on_the_way(self, call: Call) -> str:
        """The subclass, adapter or patch that sets a timeout."""
        client = call.client
        if client is not None:
            for change in self._changes(client):
                return f"what is put in its way at {change}"
            if isinstance(client.cls, Class):
                cls = client.cls.scope
                return f"the class {cls.name} ({self._place(cls, cls.node)}), which sets one"
        return "a patch of the library in this project, or your settings"

    def _changes(self, client: Instance) -> Iterator[str]:
        """What is done to a client that could set a timeout."""
        for context, event in self._facts.limits.changes.events(client):
            if (event.kind, event.name) in _CHANGES:
                yield self._shown(context.scope, event.statement)

    def _doubts(self, call: Call) -> Iterator[str]:
        """Why the bound is not known."""
        told = call.bound.source is Source.AROUND
        if told:
            yield call.bound.detail
        for splat in call.splats:
            told = True
            yield f"**{_short(_unparsed(splat))} may hold a timeout"
        argument = call.argument(call.sender.timeout)
        if argument is not None:
            told = True
            for value in self._facts.values(argument):
                if isinstance(value, Parameter):
                    yield f"its timeout is the parameter {value.name} of {value.scope.name}()"
                    break
            else:
                yield "what its timeout is cannot be told, or it is not always the same"
        if call.bound.source is Source.OUT_OF_SIGHT:
            told = True
            yield "its client was made out of sight, and may have a timeout of its own"
        elif call.arguments.open_positional and not told:
            told = True
            yield "*args may hold a timeout"
        elif call.sender.lazy:
            told = True
            yield "nothing is sent here; what sends it is not in sight, or has a timeout"
        client = call.client
        if not told and client and (client.site is not None or isinstance(client.cls, Class)):
            told = True
            detail = f": {call.bound.detail}" if call.bound.detail else ""
            yield f"what its client does to timeouts cannot be told for sure{detail}"
        if not told:
            yield "the call may be one of several things that differ in this"

    def _silence(self, call: Call) -> str:
        """Why no rule about timeouts speaks at a call."""
        bound = call.bound
        if bound.kind is Kind.BOUNDED:
            return "the wait is bounded"
        if bound.source is Source.CLIENT:
            return self._at_construction(bound)
        if bound.kind is Kind.UNKNOWN:
            return "what is not known is not reported"
        if call.is_given_nearby:
            return "every call of this function in this file gives it a client that is made here"
        return "it is reported where the sender was put together"

    def _at_construction(self, bound: Bound) -> str:
        if bound.site is None:
            return "the statement that sets the client's timeout is judged instead"
        text = f"the client's construction is judged instead, at {self._at(bound.site)}"
        if bound.site.context.scope.module is not self._facts.module:
            return f"{text} (ask there)"
        codes = [v.finding.code for v in self._verdicts_at(bound.site.node)]
        codes = [code for code in codes if code.startswith("UNT1")]
        return f"{text}: {', '.join(codes)}" if codes else text

    # Constructions and settings --------------------------------------------------------------

    def _construction(self, made: Construction) -> Iterator[Row]:
        path = made.constructor.path
        if made.client is not None:
            what = "a client"
        else:
            what = "an SSL context" if made.is_context else "what a client is built with"
        yield Row("makes", f"{what}: {path} ({made.library.name})")
        if not made.is_direct:
            yield Row("makes", f"through {made.name}, a subclass of this project")
        for value in self._facts.evaluate(made.node.func, made.context):
            if isinstance(value, (Symbol, Class)):
                yield from self._steps("reached by", value)
                break
        yield from self._arguments(made)
        if made.client is not None:
            yield Row("timeout", self._default_of(made))
            lines = sorted({c.node.lineno for c in made.calls})
            if lines:
                noun = "line" if len(lines) == 1 else "lines"
                yield Row("used by", f"the calls of this file on {noun} {_listed(map(str, lines))}")
            elif made.is_relied_on is not None:
                yield Row("used by", "functions of this project that it is given to")
            else:
                yield Row("used by", "no call of this file")
        verdicts = self._verdicts_at(made.node)
        if not verdicts:
            yield Row("reported", f"nothing: {self._why_silent(made)}")
        yield from self._judged(verdicts)

    def _default_of(self, made: Construction) -> str:
        bound, library = made.bound, made.library.name
        if bound.source is Source.LIBRARY and not made.is_direct:
            return "its construction sets none; whether the subclass does is told at its calls"
        if bound.source is Source.LIBRARY:
            takes_one = made.constructor.timeout
            if takes_one is not None:
                return (
                    f"none is set: each call needs its own, or {takes_one}= here would be for all"
                )
            return f"such a client holds none: each call of {library} needs its own"
        if bound.kind is Kind.BOUNDED:
            return f"set, by {bound.source.value}"
        if bound.kind is Kind.NONE:
            return f"none is set, and {library} has none of its own"
        if bound.kind is Kind.DEFAULT:
            return f"none is set: {library}'s own default of {_seconds(bound.seconds)} applies"
        if bound.kind is Kind.DISABLED:
            return "switched off"
        if bound.kind is Kind.PARTIAL:
            return f"set, but not for {_listed(bound.waits)}"
        if bound.kind is Kind.INVALID:
            return f"one that {library} rejects{': ' + bound.detail if bound.detail else ''}"
        return "not known"

    def _why_silent(self, made: Construction) -> str:
        if made.client is None:
            return "nothing is wrong with it as far as it is in sight"
        if made.bound.source is Source.LIBRARY:
            return "the calls through it are judged, each for itself"
        if made.bound.kind is Kind.BOUNDED:
            return "it has a timeout"
        if made.bound.kind is Kind.UNKNOWN:
            return "what is not known is not reported"
        return "every call through it in sight is bounded otherwise"

    def _setting(self, setting: Setting) -> Iterator[Row]:
        yield Row("sets", f"{setting.target.attr} of {_with_article(setting.client.path)}")
        for value in self._facts.evaluate(setting.target.value, setting.context):
            if isinstance(value, Instance) and self._facts.evaluator.client_of(value):
                yield from self._steps("reached by", value)
                break
        verdicts = self._verdicts_at(setting.node)
        if not verdicts:
            yield Row("reported", "nothing: it does no harm as far as it is in sight")
        yield from self._judged(verdicts)

    # What is not ours ------------------------------------------------------------------------

    def _not_ours(self, node: ast.Call, context: Context) -> Iterator[Row]:
        for reason in dict.fromkeys(self._unknown(node, context)):
            yield Row("not ours", reason)
        for value in self._facts.evaluate(node.func, context):
            if isinstance(value, Function):
                yield from self._handing_on(value.scope)
        yield from self._wait_behind(node, context)

    def _unknown(self, node: ast.Call, context: Context) -> Iterator[str]:
        """What is not known of the callee of a call."""
        for value in self._facts.evaluate(node.func, context):
            if isinstance(value, Function):
                scope = value.scope
                yield (
                    f"{scope.name}() is a function of this project"
                    f" ({self._place(scope, scope.node)}); what it sends is judged there"
                )
            elif isinstance(value, Class):
                yield (
                    f"{value.scope.name} is a class of this project"
                    f" ({self._place(value.scope, value.scope.node)}), and no client"
                )
            elif isinstance(value, SenderValue):
                yield f"it may be {value.path}(), which sends a request, or something else"
            elif isinstance(value, Symbol) and not _is_undefined(value.path):
                yield self._outside(value.path)
            elif isinstance(value, Parameter):
                yield f"{value.name} is a parameter of {value.scope.name}(): whatever the caller gives"
            else:
                yield from self._owner_unknown(node.func, context)

    def _outside(self, path: str) -> str:
        package = path.partition(".")[0]
        ours = self._facts.evaluator.catalogue.library_of(path) is not None
        if ours or package == "builtins" or package in sys.stdlib_module_names:
            return f"{path} sends no request, as far as is known"
        return (
            f"{path} comes from {package}, which is not known as a library for HTTP"
            " (the setting `clients` names further ones)"
        )

    def _owner_unknown(self, function: ast.expr, context: Context) -> Iterator[str]:
        if not isinstance(function, ast.Attribute):
            yield f"nothing in sight tells what {_short(_unparsed(function))} is"
            return
        owner = _short(_unparsed(function.value))
        for value in self._facts.evaluate(function.value, context):
            if isinstance(value, Parameter):
                yield (
                    f"{owner} is a parameter of {value.scope.name}(), and nothing says what it is:"
                    f" an annotation would ({owner}: requests.Session)"
                )
            elif isinstance(value, Instance):
                known = self._facts.evaluator.client_of(value)
                if known is not None and function.attr in known.senders:
                    path = _with_article(known.path)
                    yield f"{owner} is {path}, but what is sent here cannot be told"
                elif known is not None:
                    path = _with_article(known.path)
                    yield f"{owner} is {path}, and its {function.attr}() sends no request"
                else:
                    name = value.cls.scope.name if isinstance(value.cls, Class) else value.cls.path
                    yield f"{owner} is {_with_article(name)}, which is no client"
            elif isinstance(value, Other):
                yield f"{owner} is nothing that sends requests"
            else:
                yield f"nothing in sight tells what {owner} is"

    # Steps and places ------------------------------------------------------------------------

    def _steps(self, label: str, value: Value) -> Iterator[Row]:
        """How a value came here, the oldest step first."""
        steps = []
        step = value.steps
        while step is not None:
            steps.append(step)
            step = step.before
        before = ""
        for step in reversed(steps):
            if not hasattr(step.node, "lineno"):
                continue
            text = self._shown(step.scope, step.node)
            if text != before:
                yield Row(label, text)
            before = text

    def _shown(self, scope: Scope, node: ast.AST) -> str:
        """The place of a node, and the line that stands there."""
        return f"{self._place(scope, node)}: {self._line(scope, node)}"

    def _line(self, scope: Scope, node: ast.AST) -> str:
        """The physical line on which a node begins."""
        text = self._text(scope.module.path)
        number: int = node.lineno  # type: ignore[attr-defined]
        if text is not None and number <= len(text.lines):
            return _short(text.lines[number - 1])
        return _short(_unparsed(node))

    def _text(self, path: str) -> Text | None:
        """The text of a module, as far as it can still be read."""
        if path not in self._texts:
            try:
                self._texts[path] = Text.read(path)
            except SourceError:
                self._texts[path] = None
        return self._texts[path]

    def _place(self, scope: Scope, node: ast.AST) -> str:
        path = scope.module.path
        if path == self._facts.module.path:
            name = self._facts.source.path
        else:
            name = _from_here(path)
        return f"{name}:{getattr(node, 'lineno', 1)}"

    def _at(self, site: Site) -> str:
        return self._place(site.context.scope, site.node)

    # Verdicts --------------------------------------------------------------------------------

    def _verdicts_at(self, node: ast.expr | ast.stmt) -> list[Verdict]:
        span = self._facts.span(node)
        return [v for v in self._verdicts if v.finding.span == span]

    def _judged(self, verdicts: Iterable[Verdict]) -> Iterator[Row]:
        for finding, opt_in, kept_back in sorted(verdicts, key=lambda v: bool(v.kept_back)):
            self._told.add(finding)
            label = ("opt-in" if opt_in else "kept back") if kept_back else "reported"
            yield Row(label, f"{finding.code} {finding.message}")
            if kept_back:
                yield Row("", kept_back)
                continue
            if finding.fix is None:
                yield Row("fix", f"none: {finding.why_not}")
            else:
                yield Row("fix", self._in_words(finding, finding.fix))

    def _in_words(self, finding: Finding, fix: Fix) -> str:
        edits = "; ".join(self._edit(edit, finding) for edit in fix.edits)
        command = "untimed fix" if fix.safe else "untimed fix --unsafe"
        return f"{edits} (`{command}` writes it)"

    def _edit(self, edit: Edit, finding: Finding) -> str:
        span = span_of(edit)
        where = f" on line {span.line}" if span.line != finding.span.line else ""
        if isinstance(edit, SetArgument):
            new = f"{edit.name}={edit.value.text}"
            old = self._written(span, edit.name, edit.position)
            return (f"{new} in the place of {old}" if old else f"add {new}") + where
        if isinstance(edit, RenameArgument):
            old = self._written(span, edit.name, edit.position) or edit.name
            return f"{edit.new_name}={edit.value.text} in the place of {old}{where}"
        if isinstance(edit, RemoveArgument):
            old = self._written(span, edit.name, edit.position) or edit.name
            return f"remove {old}{where}"
        if isinstance(edit, RemoveItem):
            return f"remove the entry {edit.key!r}{where}"
        if isinstance(edit, RemoveStatement):
            return f"remove the statement {_short(self._facts.source.segment(span))}{where}"
        if isinstance(edit, AddStatement):
            side = "behind" if edit.behind else "before"
            return f"the line {edit.value.text} {side} line {span.line}"
        return (
            f"{edit.value.text} in the place of {_short(self._facts.source.segment(span))}{where}"
        )

    def _written(self, span: Span, name: str, position: int | None) -> str:
        """An argument of the call at a place, as it is written; empty if it is not given."""
        for node, _, _ in walk(self._facts.module.scope).calls:
            if isinstance(node, ast.Call) and self._facts.span(node) == span:
                for keyword in node.keywords:
                    if keyword.arg == name:
                        return f"{name}={_short(self._facts.text(keyword.value))}"
                if position is not None and position < len(node.args):
                    return _short(self._facts.text(node.args[position]))
        return ""


_TABLE = frozenset((*CONTEXTS, *BLOCKING_CONTEXTS))
_CHANGES = frozenset(
    (
        ("call", "mount"),
        ("store", "request"),
        ("store", "send"),
        ("store", "get"),
        ("store", "post"),
    )
)
"""What is done to a client that can set a timeout."""


def _verdicts(facts: Facts, ignored: tuple[str, ...]) -> list[Verdict]:
    """What all rules say of a module, opt-in ones included, in the order of the text."""
    found = {
        Verdict(finding, rule.opt_in, _kept_back(facts, finding, rule.opt_in, ignored))
        for rule in RULES
        for finding in rule.check(facts)
    }
    return sorted(found, key=lambda verdict: verdict.finding.sort_key)


def _kept_back(facts: Facts, finding: Finding, opt_in: bool, ignored: tuple[str, ...]) -> str:
    code = finding.code
    if not facts.settings.reports(code, opt_in=opt_in):
        if opt_in:
            return f"not reported: it has to be asked for (--extend-select {code})"
        return f"not reported: your settings leave {code} out"
    if code.startswith(ignored):
        return f"not reported: per-file-ignores leaves {code} out of this file"
    if facts.source.silences(code, finding.span.line):
        return "not reported: a noqa comment silences it"
    return ""


def _is_undefined(path: str) -> bool:
    """A name that nothing in the module binds is taken for a builtin."""
    package, _, name = path.rpartition(".")
    return package == "builtins" and not hasattr(builtins, name)


def _covers(node: ast.AST, line: int) -> bool:
    assert isinstance(node, (ast.expr, ast.stmt))
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _oldest(step: Step | None) -> Step | None:
    while step is not None and step.before is not None:
        step = step.before
    return step


def _short(text: str) -> str:
    """Source on one line, cut where it gets long."""
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


def _from_here(path: str) -> str:
    """A path from the current folder, if it lies below it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return path if relative.startswith(os.pardir) else relative


def _with_article(name: str) -> str:
    """`a requests.Session`, `an httpx.Client`."""
    return f"{'an' if name.lower().startswith(('a', 'e', 'i', 'o', 'http')) else 'a'} {name}"


def _unparsed(node: ast.AST) -> str:
    """The source of a node; dots where it is nested too deeply."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return "..."


def _listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "an unknown time"
    if seconds >= 120 and seconds % 60 == 0:
        return f"{seconds / 60:g} minutes"
    return f"{seconds:g} s"
