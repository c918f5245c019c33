"""One call that sends a request."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_untimed.bounds import Bound, Kind, Source
from flake8_untimed.calls import Call, Facts
from flake8_untimed.explanation.arguments import Arguments
from flake8_untimed.explanation.functions import Functions
from flake8_untimed.explanation.places import Places
from flake8_untimed.explanation.verdicts import Verdicts
from flake8_untimed.explanation.waits import Waits
from flake8_untimed.explanation.words import Row, short, unparsed, with_article
from flake8_untimed.inference.values import (
    Class,
    Function,
    Instance,
    Other,
    Partial,
    SenderValue,
    Unknown,
)


class Calls:
    """Tells of a call: what it sends, through which client, how long it may wait, what is reported."""

    def __init__(self, facts: Facts, places: Places, verdicts: Verdicts) -> None:
        self._facts = facts
        self._places = places
        self._verdicts = verdicts
        self._arguments = Arguments(facts, places)
        self._functions = Functions(facts, places)
        self._waits = Waits(facts, places)

    def of(self, call: Call) -> Iterator[Row]:
        yield from self._callee(call)
        yield from self._client(call)
        yield from self._arguments.of(call)
        for text in self._waits.of(call):
            yield Row("wait", text)
        verdicts = self._verdicts.at(call.node)
        yield from self._verdicts.judged(verdicts)
        if not any(v.finding.code.startswith("UNT1") and not v.opt_in for v in verdicts):
            yield Row("silent", f"about timeouts: {self._silence(call)}")

    def forwarded(self, call: Call) -> Iterator[Row]:
        yield from self._callee(call)
        for keyword in call.node.keywords:
            if keyword.arg:
                yield Row("given", f"{keyword.arg}={short(unparsed(keyword.value))}")
        yield from self._functions.wait_behind(call.node, call.context)
        yield from self._verdicts.judged(self._verdicts.at(call.node))

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
                if isinstance(value, SenderValue):
                    if self._facts.limits.library(value) is not call.library:
                        continue
                if isinstance(value, (SenderValue, Partial, Function)):
                    yield from self._places.steps("reached by", value)
                    if isinstance(value, Function):
                        yield from self._functions.handing_on(value.scope)
                    return

    def _client(self, call: Call) -> Iterator[Row]:
        client = call.client
        if client is None:
            return
        yield Row("client", self._made_by(client))
        yield from self._places.steps("reached by", client)
        if isinstance(call.node.func, ast.Attribute):
            every = self._facts.evaluate(call.node.func.value, call.context)
            if any(isinstance(v, Unknown) and not isinstance(v, Other) for v in every):
                yield Row("reached by", "or something else that is not in sight")

    def _made_by(self, client: Instance) -> str:
        known = self._facts.evaluator.client_of(client)
        path = known.path if known else "?"
        what = with_article(path)
        if isinstance(client.cls, Class):
            cls = client.cls.scope
            own = f"{with_article(cls.name)} ({self._places.place(cls, cls.node)})"
            what = f"{own}, which is {with_article(path)}"
        if client.site is None:
            return f"{what}, made out of sight"
        return f"{what}, made at {self._places.at(client.site)}"

    def _silence(self, call: Call) -> str:
        """Why no rule about timeouts speaks at a call."""
        bound = call.bound
        if bound.kind is Kind.BOUNDED:
            return "the wait is bounded"
        if bound.source is Source.CLIENT:
            return self._at_construction(bound)
        if bound.kind is Kind.UNKNOWN:
            return "what is not known is not reported"
        if call.is_made_in_sight:
            return "it is given nothing but clients that are made in this project"
        return "it is reported where the sender was put together"

    def _at_construction(self, bound: Bound) -> str:
        if bound.site is None:
            return "the statement that sets the client's timeout is judged instead"
        text = f"the client's construction is judged instead, at {self._places.at(bound.site)}"
        if bound.site.context.scope.module is not self._facts.module:
            return f"{text} (ask there)"
        codes = [v.finding.code for v in self._verdicts.at(bound.site.node)]
        codes = [code for code in codes if code.startswith("UNT1")]
        return f"{text}: {', '.join(codes)}" if codes else text
