"""What the rules about time share: the places to look at, and the timeout to write there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_untimed.bounds import Bound, Kind, Source
from flake8_untimed.calls import Call, Construction, Facts
from flake8_untimed.calls.away import is_handed_out
from flake8_untimed.calls.changes import wired_by_hand
from flake8_untimed.calls.comments import LEFT_ALONE, MISSING_TIMEOUT, is_waived
from flake8_untimed.calls.elsewhere import (
    calls_elsewhere,
    is_set_elsewhere,
    left_out_elsewhere,
    made_elsewhere,
    objects_elsewhere,
    sent_elsewhere,
)
from flake8_untimed.calls.keywords import passes_arguments_on, reach_sender
from flake8_untimed.calls.origins import forgotten, given_beside
from flake8_untimed.calls.places import is_of_version
from flake8_untimed.calls.repeats import repeats
from flake8_untimed.calls.retries import sends_again
from flake8_untimed.calls.strangers import (
    may_be_another,
    may_be_foreign,
    may_be_given_another,
    taken_otherwise,
)
from flake8_untimed.calls.transfers import (
    leaves_body,
    requests_of,
    sends_as_one,
    streams,
    tells_events,
)
from flake8_untimed.calls.uncaught import goes_past
from flake8_untimed.calls.waits import is_bounded_longer, meant_wait, queues, written_in_vain
from flake8_untimed.findings import Expression, Fix, ReplaceExpression, SetArgument
from flake8_untimed.inference.syntax import dotted
from flake8_untimed.inference.values import SenderValue, Symbol
from flake8_untimed.libraries.model import Library

KWARGS = "**{} may already hold a timeout"
OWN = "**{} cannot hold a timeout; the one to pass is most likely what the function takes itself"
HANDED = "the sender is handed over here, and its keywords do not travel with it"
ANOTHER = "what is called here may be something else, which takes no {}="
OF_ANOTHER = "the client may be made by another package there, and take no timeout"
TAKEN_OTHERWISE = "a caller gives an object of {} there, which may not hand a timeout on as it is"
GIVEN_ANOTHER = (
    "the client is a parameter of unknown type, and another caller may give something else"
)
NO_NUMBER = "one number of seconds is wanted here, and {} may be more"
TAKES_NONE = "has no argument that limits this wait"
NAMELESS = "the module of {} has no name of its own here"
VERSIONED = "the code around asks for a version, and {} may not be there in all of them"
STREAMED = (
    "a body is read or sent piece by piece there, or saved to a file: it may well take longer"
)
EVENTS = (
    "the body is read as it comes there, as events are told: it may well keep silent for longer"
)
SENT_AS_ONE = "a body that may be large is sent as one there, all of it within that time"
SENT_AGAIN = "a Retry sends what has timed out there again, POST or PATCH too: it may be done twice"
REPEATED = "the code around sends what has timed out again, POST or PATCH too: it may be done twice"
BOUNDED_LONGER = "the code around gives it more time than that by itself"
QUEUED = (
    "more may be sent there than get through at once, and that time includes the wait for a turn"
)
UNCAUGHT = "the code around handles a server that is not there, but a timeout goes past its handler"
FORGOTTEN = "the function takes {} and does nothing with it: that is most likely meant"
IN_VAIN = "`{}` does nothing, but tells that another time is meant there"
MEANT = "the body is read piece by piece there, and a long silence in between may be meant"
HANDED_OUT = "others send through the client, too, and that may well take longer"
SWITCHED_OFF = "the function that is called passes None on, which switches {}'s own default off"
BESIDE = "{}= cannot stand beside {}="
BY_HAND = "its {} is set by hand, and would not get the timeout"
INHERITED = "the default has to go where the subclass calls its base"


def at_calls(facts: Facts, *kinds: Kind) -> Iterator[Call]:
    """Calls whose own argument, or the lack of one, leads to one of these bounds. What a client in
    sight is to blame for is reported at its construction."""
    for call in facts.calls:
        if call.bound.kind in kinds:
            if call.bound.source is not Source.CLIENT or _is_left_to_calls(facts, call):
                yield call


def _is_left_to_calls(facts: Facts, call: Call) -> bool:
    """Whether a client without a timeout is made in another module that bounds every call through
    it, or makes it with the keywords of others and is not seen to be used by these: nothing is
    reported there, so the calls of others speak for themselves."""
    if call.bound.kind not in (Kind.NONE, Kind.DEFAULT) or call.bound.site is None:
        return False
    made = made_elsewhere(facts, call.bound.site)
    if made is None or is_set_elsewhere(facts, made):
        return False
    if made.splats and made.bound.kind is Kind.UNKNOWN:
        return left_out_elsewhere(facts, made) is None
    return not is_relied_on(made)


def at_constructions(facts: Facts, *kinds: Kind) -> Iterator[Construction]:
    """Clients whose default is of one of these kinds, unless all their calls in sight are bounded
    otherwise."""
    told = set()
    for made in facts.constructions:
        if made.client is None or made.bound.kind not in kinds:
            continue
        if made.node in facts.told_at_calls:
            continue
        if made.bound.site is not None and made.bound.site.node is not made.node:
            # Made around another session, or of a class that says it itself: that is what decides.
            continue
        if made.node not in told and is_relied_on(made) and not _is_spared(facts, made):
            # Of two libraries behind one name, one speaks for both.
            told.add(made.node)
            yield made


def _is_spared(facts: Facts, made: Construction) -> bool:
    """Whether a client that no call in sight goes through is used by other modules of the project,
    and all their calls are bounded otherwise. A class that only leaves the timeout out needs somebody
    who relies on that: it may be made by others who give each request its own."""
    if made.calls or made.is_relied_on is not None:
        return False
    calls = calls_elsewhere(facts, made)
    if not calls and made.of_class is not None and made.bound.kind in (Kind.NONE, Kind.DEFAULT):
        return not any(is_relied_on(other) for other in objects_elsewhere(facts, made))
    used = [call.relies for call in calls]
    used += [sent.relies for sent in sent_elsewhere(facts, made)]
    return bool(used) and not any(used)


def is_relied_on(made: Construction) -> bool:
    """Whether something has nothing but the default of a client: a call in sight, or whatever is
    done with it out of sight."""
    if made.calls:
        return any(call.relies for call in made.calls)
    return made.is_relied_on is not False


def written(facts: Facts, library: Library) -> Expression:
    """The timeout to write: the user's, else the library's usual one."""
    chosen: Expression | None = facts.settings.timeouts.get(library.name)
    if chosen is not None:
        return chosen
    return Expression(library.writes.text, library.writes.needs)


def written_at(facts: Facts, call: Call) -> Expression:
    """The timeout to write at a call: that of its function, if that gives it to another such call."""
    own = given_beside(facts, call)
    return Expression(own) if own is not None else fitting(call, written(facts, call.library))


def fitting(call: Call, value: Expression) -> Expression:
    """A timeout as a call can take it: as one number where that is wanted."""
    seconds = seconds_for(value, "total") if call.takes_number else None
    # `5`, not `5.0`: it may be an int that is wanted.
    return Expression(seconds.removesuffix(".0")) if seconds else value


def seconds_for(value: Expression, what: str) -> str | None:
    """The seconds that a timeout to write has for "connect", "read" or the "total", as far as its
    text tells; None where they are behind a name."""
    node: ast.expr | None = ast.parse(value.text, mode="eval").body
    if isinstance(node, ast.Tuple):
        node = node.elts[0 if what == "connect" else min(1, len(node.elts) - 1)]
    elif isinstance(node, ast.Call):
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        whole = node.args[0] if node.args else None
        node = next((given[name] for name in _FIELDS[what] if name in given), whole)
    if node is None or not all(isinstance(part, _NUMERIC) for part in ast.walk(node)):
        return None
    return ast.unparse(node)


_FIELDS = {
    "connect": ("connect", "sock_connect", "total"),
    "read": ("read", "sock_read", "total"),
    "total": ("total", "read", "sock_read"),
}
"""The fields of the libraries' timeout classes, the nearest first."""
_NUMERIC = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)


def lack(call: Call) -> str:
    """How a message says that a call gives no timeout."""
    return "names no timeout" if call.sender.timeout is not None else TAKES_NONE


def advice(call: Call, value: Expression) -> str:
    """What a message asks to be written for a call that gives no timeout."""
    if call.sender.timeout is not None:
        return f"pass timeout={value.text}"
    return "set one on the client, or put a bound around the call"


def advice_at(made: Construction, value: Expression) -> str:
    """The same for a client that is made without one."""
    advice = f"pass {made.constructor.timeout or 'timeout'}={value.text}"
    return f"{advice} where **{ast.unparse(made.splats[0])} holds none" if made.splats else advice


def is_given_one(call: Call) -> bool:
    """Whether a call of a wrapper is given a timeout, by a name that the wrapper has for it."""
    return any(keyword.arg == (call.taken_as or "timeout") for keyword in call.node.keywords)


def is_of_seconds(name: str | None) -> bool:
    """Whether a parameter has the name of a timeout; `timeout_ms` tells of another unit."""
    return name is not None and name.endswith("timeout")


def exactly(library: Library, seconds: float) -> Expression:
    """So many seconds, written down as a library takes them."""
    value = library.writes.of(f"{seconds:.1f}" if seconds == int(seconds) else repr(seconds))
    return Expression(value.text, value.needs)


def at_most(facts: Facts, library: Library, seconds: float) -> Expression:
    """The timeout to write, but for one that nobody chose and that waits longer than that."""
    value = written(facts, library)
    read = None if library.name in facts.settings.timeouts else seconds_for(value, "read")
    return exactly(library, seconds) if read and float(read) > seconds else value


def set_at_call(
    facts: Facts, call: Call, value: Expression, *, safe: bool
) -> tuple[Fix | None, str | None]:
    """The fix that gives a call its timeout, or why there is none."""
    name = call.sender.timeout if call.wrapper is None else call.taken_as
    if call.wrapper is not None and not is_of_seconds(name):
        own = f"takes its timeout as {name}=" if name else "takes no timeout="
        return None, call.objection or f"{call.wrapper}() {own}"
    if name is None:
        return None, f"{call.name}() {TAKES_NONE}"
    if call.objection is not None:
        return None, call.objection
    if call.handed_over:
        return _set_on_the_way(facts, call, name, value, safe)
    if may_be_another(facts, call):
        return None, ANOTHER.format(name)
    argument = call.argument(name)
    if argument is not None and not argument.is_written:
        return None, "the timeout is given elsewhere"
    if argument is None and call.splats:
        reason = KWARGS if call.arguments.may_hold(name, False) else OWN
        return None, reason.format(ast.unparse(call.splats[0]))
    if call.takes_number and seconds_for(value, "total") != value.text:
        return None, NO_NUMBER.format(value.text)
    return _set(facts, call, name, value, safe)


def _doubted(fix: Fix, why: str) -> Fix:
    """The same edit, which is not safe."""
    return fix._replace(safe=False, doubt=why)


def unless_doubted(facts: Facts, place: Call | Construction, fix: Fix | None) -> Fix | None:
    """A fix that adds a timeout, which is not safe where that may end what used to go well, or make
    it be done twice."""
    why = next(_doubts(facts, place, fix), None) if fix is not None else None
    return fix if fix is None or why is None else _doubted(fix, why)


def with_doubt(facts: Facts, place: Call | Construction, fix: Fix | None) -> Fix | None:
    """A fix that takes away what was written to wait for ever, with the reason for that if it is in
    sight."""
    doubted = unless_doubted(facts, place, fix)
    if doubted is None or doubted.doubt is not None:
        return doubted
    is_read_later = any(
        isinstance(sent, Call) and leaves_body(facts, sent) for sent in requests_of(facts, place)
    )
    return _doubted(doubted, MEANT) if is_read_later else doubted


def _doubts(facts: Facts, place: Call | Construction, fix: Fix) -> Iterator[str]:
    """What speaks against a timeout at a place."""
    values = [edit.value for edit in fix.edits if isinstance(edit, SetArgument)]
    value = values[-1] if values else written(facts, place.library)
    if streams(facts, place):
        yield STREAMED
    if sends_as_one(facts, place):
        yield SENT_AS_ONE
    if sends_again(facts, place):
        yield SENT_AGAIN
    if repeats(facts, place):
        yield REPEATED
    if goes_past(facts, place):
        yield UNCAUGHT
    wait = meant_wait(facts, place, seconds_for(value, "read"))
    if wait is not None:
        yield wait
    if tells_events(facts, place):
        yield EVENTS
    if is_bounded_longer(facts, place, seconds_for(value, "total")):
        yield BOUNDED_LONGER
    if queues(facts, place):
        yield QUEUED
    if isinstance(place, Construction) and is_handed_out(facts, place):
        yield HANDED_OUT
    own = forgotten(place)
    if own is not None and own != value.text:
        yield FORGOTTEN.format(own)
    in_vain = written_in_vain(facts, place, value.text) if isinstance(place, Call) else None
    if in_vain is not None:
        yield IN_VAIN.format(in_vain)
    if isinstance(place, Call) and value_node(place) is None and may_be_foreign(facts, place):
        yield OF_ANOTHER
    if isinstance(place, Call) and may_be_given_another(facts, place):
        yield GIVEN_ANOTHER
    taker = taken_otherwise(facts, place) if isinstance(place, Call) else None
    if taker is not None:
        yield TAKEN_OTHERWISE.format(taker)
    if is_waived(facts, place.node, MISSING_TIMEOUT):
        yield LEFT_ALONE


def unless_switched_off(call: Call, fix: Fix | None) -> Fix | None:
    """A fix that adds a timeout, which is not safe where the library has a default and somebody has
    switched it off on the way: no more than where that stands at the call."""
    if fix is None or call.timeouts.omitted is None:
        return fix
    return _doubted(fix, SWITCHED_OFF.format(call.library.name))


def use_session_class(facts: Facts, call: Call) -> Fix | None:
    """The fix that makes the session of a call one of the user's class, which silences all calls
    through it; None where no such class is named, or the session is not made in this module."""
    name = facts.settings.session_class
    if name is None or call.client is None or call.wrapper is not None:
        return None
    made = _sessions(facts, call)
    if not made or not all(one is not None and _makes_plain_session(facts, one) for one in made):
        return None
    value = Expression(name, (name,))
    spans = {facts.span(one.node.func) for one in made if one is not None}
    return Fix(tuple(ReplaceExpression(span, value) for span in sorted(spans)), safe=True)


def _sessions(facts: Facts, call: Call) -> list[Construction | None]:
    """Where the sessions that a call may go through are made; None for one made elsewhere."""
    by_node = {made.node: made for made in facts.constructions}
    places = call.node.args if call.handed_over else [call.node.func]
    senders = [value for place in places for value in facts.evaluate(place, call.context)]
    if call.handed_over:
        senders = [value for value in senders if isinstance(value, SenderValue)]
    clients = [value.client if isinstance(value, SenderValue) else None for value in senders]
    return [by_node.get(c.site.node) if c is not None and c.site else None for c in clients]


def _makes_plain_session(facts: Facts, made: Construction) -> bool:
    """Whether it is surely `requests.Session()`, written so."""
    function = made.node.func
    name = dotted(function)
    if name is None or name.startswith(("self.", "cls.")) or made.node.args or made.node.keywords:
        return False
    callees = facts.evaluate(function, made.context)
    return len(callees) == 1 and all(
        isinstance(c, Symbol) and c.path in ("requests.Session", "requests.session")
        for c in callees
    )


def _set_on_the_way(
    facts: Facts, call: Call, name: str, value: Expression, safe: bool
) -> tuple[Fix | None, str | None]:
    """The same where the sender is handed over: `pool.submit(requests.get, url)`."""
    node = call.node
    if not reach_sender(facts, call):
        return None, HANDED
    if call.argument(name) is not None and all(k.arg != name for k in node.keywords):
        return None, "the timeout is given elsewhere"
    if call.splats and all(k.arg != name for k in node.keywords):
        return None, KWARGS.format(ast.unparse(call.splats[0]))
    return Fix((SetArgument(facts.span(node), name, value),), safe), None


def set_at_construction(
    facts: Facts, made: Construction, value: Expression, *, safe: bool
) -> tuple[Fix | None, str | None]:
    """The fix that gives a client its default timeout, or why there is none."""
    name = made.constructor.timeout
    if made.handed_over:
        return None, "the class is handed over here"
    if not made.is_direct and not passes_arguments_on(facts, made):
        return None, INHERITED
    if name is None:
        return None, f"{made.name}() takes no timeout"
    if may_be_another(facts, made):
        return None, ANOTHER.format(name)
    other = next(filter(made.argument, made.constructor.partial_timeouts), None)
    if other is not None:
        return None, BESIDE.format(name, other)
    wire = wired_by_hand(facts, made)
    if wire is not None:
        return None, BY_HAND.format(wire)
    argument = made.argument(name)
    if argument is not None and not argument.is_written:
        return None, "the timeout is given elsewhere"
    if argument is None and made.splats:
        return None, KWARGS.format(ast.unparse(made.splats[0]))
    return _set(facts, made, name, value, safe)


def _set(
    facts: Facts, place: Call | Construction, name: str, value: Expression, safe: bool
) -> tuple[Fix | None, str | None]:
    """The fix that writes a timeout where nothing else is in its way, or why the value is."""
    if value.needs and is_of_version(place):
        return None, VERSIONED.format(value.text)
    near = _spelled_nearby(facts, place, value)
    if near is None:
        return None, NAMELESS.format(value.text)
    argument = place.argument(name)
    position = argument.position if argument is not None else None
    return Fix((SetArgument(facts.span(place.node), name, near, position),), safe), None


def _spelled_nearby(
    facts: Facts, place: Call | Construction, value: Expression
) -> Expression | None:
    """A timeout whose class is taken from the very module that the call goes through:
    `deps.aiohttp.ClientTimeout(...)` in `deps.aiohttp.ClientSession()`. It may be imported nowhere
    else; None where the module has no name there."""
    function = place.node.func
    if not value.needs or not isinstance(function, ast.Attribute):
        return value
    modules = facts.evaluate(function.value, place.context)
    paths = {v.path for v in modules if isinstance(v, Symbol)}
    text, needs = value.text, []
    for need in value.needs:
        module, _, name = need.rpartition(".")
        if module not in paths:
            needs.append(need)
            continue
        holder = dotted(function.value)
        if holder is None:
            return None
        text = re.sub(rf"(?<![\w.]){re.escape(need)}\b", f"{holder}.{name}", text)
    return Expression(text, tuple(needs))


def default_of(library: Library, bound: Bound) -> str:
    """How a message names the library's own default."""
    return library.default_named or f"{library.name}'s own default of {bound.limit}"


def value_node(place: Call | Construction) -> ast.expr | None:
    """The timeout argument as written."""
    name = place.sender.timeout if isinstance(place, Call) else place.constructor.timeout
    argument = place.argument(name)
    return argument.node if argument is not None and argument.is_written else None
