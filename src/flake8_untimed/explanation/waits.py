"""What bounds the wait of a call, that nothing does, or why nobody knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.bounds import Bound, Kind, Source
from flake8_untimed.calls import Call, Facts
from flake8_untimed.explanation.places import Places
from flake8_untimed.explanation.words import from_here, listed, short, unparsed
from flake8_untimed.inference.syntax import WITHS
from flake8_untimed.inference.timers import BLOCKING_CONTEXTS, CONTEXTS, WRAPPERS
from flake8_untimed.inference.values import Class, Context, Instance, Parameter, Result
from flake8_untimed.inference.walk import outward

_TABLE = frozenset((*CONTEXTS, *BLOCKING_CONTEXTS))


class Waits:
    """Tells how long a call may wait."""

    def __init__(self, facts: Facts, places: Places) -> None:
        self._facts = facts
        self._places = places

    def of(self, call: Call) -> Iterator[str]:
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
            yield f"for ever in part: {self._decider(call)} bounds no {listed(bound.waits)}"
        elif kind is Kind.DEFAULT:
            yield f"limited to {bound.limit}, by {library}'s own default only"
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
                yield f"its client is given no {takes_one}= (made at {self._places.at(call.client.site)})"
            yield from (
                f"what is put in its way sets none, {c}" for c in self._changes(call.client)
            )
            if isinstance(call.client.cls, Class):
                cls = call.client.cls.scope
                yield f"the class {cls.name} sets none ({self._places.place(cls, cls.node)})"
        if call.library.timeouts.omitted is None:
            yield f"{library} has no default timeout of its own"
        yield "nothing around the call bounds it"

    def _bounded_by(self, call: Call) -> str:
        bound = call.bound
        if bound.source is Source.CALL:
            name = call.sender.timeout or "timeout"
            argument = call.argument(name)
            text = f"{name}={short(unparsed(argument.node))}" if argument and argument.node else ""
            seconds = f" ({bound.seconds:g} s)" if bound.seconds is not None else ""
            return f"the call's own argument {text}{seconds}".replace("  ", " ").rstrip()
        if bound.source is Source.CLIENT:
            return f"the timeout of its client ({self._site_of(bound)})"
        if bound.source is Source.AROUND:
            return self._around(call)
        if bound.source is Source.SUBCLASS:
            return self._on_the_way(call)
        return str(bound.source.value)

    def _decider(self, call: Call) -> str:
        if call.bound.source is Source.CLIENT:
            return f"its client ({self._site_of(call.bound)})"
        if call.bound.source is Source.SUBCLASS:
            return self._on_the_way(call)
        return "the call"

    def _site_of(self, bound: Bound) -> str:
        if bound.site is None:
            return "set after it was made"
        return f"made at {self._places.at(bound.site)}"

    def _around(self, call: Call) -> str:
        """What stands around a call and bounds it."""
        scope, at = call.context.scope.of_block, call.context.at
        for statement in (at, *(parent for parent, _ in scope.parents(at))):
            if isinstance(statement, WITHS):
                for item in statement.items:
                    values = self._facts.evaluate(item.context_expr, Context(scope, statement))
                    if any(isinstance(v, Result) and v.path in _TABLE for v in values):
                        text = short(unparsed(item.context_expr))
                        return f"{text} around it (line {statement.lineno})"
        for outer in outward(scope, call.node, at) if at is not None else ():
            if isinstance(outer, ast.Call):
                if self._facts.path_of(outer.func, Context(scope, at)) in WRAPPERS:
                    return f"{unparsed(outer.func)}() around it (line {outer.lineno})"
        module = self._facts.limits.process.socket_default_for(call.library, call.context)
        if module is not None:
            is_here = module.path == self._facts.module.path
            where = "this module" if is_here else from_here(module.path)
            return f"socket.setdefaulttimeout() in {where}"
        return "what stands around the calls of its function, its decorator, or a timer started before it"

    def _on_the_way(self, call: Call) -> str:
        """The subclass, adapter or patch that sets a timeout."""
        client = call.client
        if client is not None:
            for change in self._changes(client):
                return f"what is put in its way at {change}"
            if isinstance(client.cls, Class):
                cls = client.cls.scope
                return f"the class {cls.name} ({self._places.place(cls, cls.node)}), which sets one"
        return "a patch of the library in this project, or your settings"

    def _changes(self, client: Instance) -> Iterator[str]:
        """What is done to a client that could set a timeout."""
        for context, event in self._facts.limits.changes.rerouting(client):
            yield self._places.shown(context.scope, event.statement)

    def _doubts(self, call: Call) -> Iterator[str]:
        """Why the bound is not known."""
        told = call.bound.source is Source.AROUND
        if told:
            yield call.bound.detail
        for splat in call.splats:
            told = True
            yield f"**{short(unparsed(splat))} may hold a timeout"
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
