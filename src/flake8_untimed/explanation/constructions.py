"""What is made and set: clients, their parts, their attributes."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.bounds import Kind, Source
from flake8_untimed.calls import Construction, Facts, Setting
from flake8_untimed.calls.away import is_only_given_away
from flake8_untimed.calls.elsewhere import calls_elsewhere
from flake8_untimed.explanation.arguments import Arguments
from flake8_untimed.explanation.places import Places
from flake8_untimed.explanation.verdicts import Verdicts
from flake8_untimed.explanation.words import Row, listed, with_article
from flake8_untimed.inference.values import Class, Instance, Symbol


class Constructions:
    """Tells of a construction or a setting, and what is reported of it."""

    def __init__(self, facts: Facts, places: Places, verdicts: Verdicts) -> None:
        self._facts = facts
        self._places = places
        self._verdicts = verdicts
        self._arguments = Arguments(facts, places)

    def of(self, made: Construction) -> Iterator[Row]:
        path = made.constructor.path
        if made.client is not None:
            what = "a client"
        else:
            what = "an SSL context" if made.is_context else "what a client is built with"
        yield Row("makes", f"{what}: {path} ({made.library.name})")
        if made.of_class is not None:
            yield Row(
                "makes", f"for each object of {made.of_class.name}, a subclass of this project"
            )
        if not made.is_direct:
            yield Row("makes", f"through {made.name}, a subclass of this project")
        for value in self._facts.evaluate(made.node.func, made.context):
            if (
                isinstance(value, (Symbol, Class))
                and self._facts.limits.library_made(value) is made.library
            ):
                yield from self._places.steps("reached by", value)
                break
        yield from self._arguments.of(made)
        if made.client is not None:
            yield Row("timeout", self._default_of(made))
            lines = sorted({c.node.lineno for c in made.calls})
            if lines:
                noun = "line" if len(lines) == 1 else "lines"
                yield Row("used by", f"the calls of this file on {noun} {listed(map(str, lines))}")
            elif made.is_relied_on is not None:
                yield Row("used by", "functions of this project that it is given to")
            else:
                yield Row("used by", "no call of this file")
                for call in calls_elsewhere(self._facts, made):
                    yield Row("used by", self._places.shown(call.context.scope, call.node))
        verdicts = self._verdicts.at(made.node)
        if not verdicts:
            yield Row("reported", f"nothing: {self._why_silent(made)}")
        yield from self._verdicts.judged(verdicts)

    def _default_of(self, made: Construction) -> str:
        bound, library = made.bound, made.library.name
        if self._is_of_class(made):
            assert bound.site is not None
            return f"what its class says, at {self._places.at(bound.site)} (ask there)"
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
            return f"none is set: {library}'s own default of {bound.limit} applies"
        if bound.kind is Kind.DISABLED:
            return "switched off"
        if bound.kind is Kind.PARTIAL:
            return f"set, but not for {listed(bound.waits)}"
        if bound.kind is Kind.INVALID:
            return f"one that {library} rejects{': ' + bound.detail if bound.detail else ''}"
        return "not known"

    @staticmethod
    def _is_of_class(made: Construction) -> bool:
        """Whether the class of a client decides, whoever makes an object of it."""
        site = made.bound.site
        return not made.is_direct and site is not None and site.node is not made.node

    def _why_silent(self, made: Construction) -> str:
        if made.client is None:
            return "nothing is wrong with it as far as it is in sight"
        if self._is_of_class(made):
            return "what a class says of all its objects is judged there"
        if made.bound.source is Source.LIBRARY:
            return "the calls through it are judged, each for itself"
        if made.bound.kind is Kind.BOUNDED:
            return "it has a timeout"
        if made.bound.kind is Kind.UNKNOWN:
            return "what is not known is not reported"
        if made.node in self._facts.told_at_calls:
            return "it may be a client that holds none: the calls are judged, each for itself"
        if made.is_too_much:
            return (
                "it is given to more than can be followed: whether that relies on it is not known"
            )
        leaves_out = made.bound.kind in (Kind.NONE, Kind.DEFAULT)
        if made.of_class is not None and leaves_out and not made.calls:
            return "no call in sight relies on what it leaves out"
        if made.node in self._facts.set_later:
            return "its timeout is set later: that statement is judged"
        if not made.calls and is_only_given_away(self._facts, made):
            return "it is only given to another package: what limits its calls there is not known"
        return "every call through it in sight is bounded otherwise"

    def setting(self, setting: Setting) -> Iterator[Row]:
        yield Row("sets", f"{setting.target.attr} of {with_article(setting.client.path)}")
        for value in self._facts.evaluate(setting.target.value, setting.context):
            if isinstance(value, Instance) and self._facts.evaluator.client_of(value):
                yield from self._places.steps("reached by", value)
                break
        verdicts = self._verdicts.at(setting.node)
        if not verdicts:
            harm = "it is done in some cases only, or does no harm as far as it is in sight"
            yield Row("reported", f"nothing: {harm}")
        yield from self._verdicts.judged(verdicts)
