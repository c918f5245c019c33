"""A request without a timeout, in a library that has none of its own: it waits for ever.

## What it does
Finds calls that send a request (`requests.get`, a method of a `Session` however it was reached,
`urllib.request.urlopen`, `urllib3.PoolManager().request`, ...) where neither the call, nor the
client, nor anything around it limits the wait. A parameter of which nothing is said counts as what
calls in sight give it: a session, or an object that keeps one (`Users(self)`); where those stand in
another module, the call that gives it is reported, once.

## Why is this bad?
A server that accepts the connection and never answers blocks the thread for good. Nothing is
logged, no exception is raised, and the pool of workers runs dry one request at a time.

## Example
```python
session = requests.Session()
session.get(url)
```

## Use instead
```python
session.get(url, timeout=(5, 30))  # seconds to connect, and between two reads
```

## When it is not reported
When the timeout may be in a `**kwargs` out of sight or in the function's own parameter, when a
session subclass, a mounted adapter or a patch in the project really sets one (also where only its
caller has such a session, and the parameter says `requests.Session`), and when the client cannot be
told to be one.

## Fix
Adds the timeout (safe): the parameter that the function around gives to another request of the
library, else a value that is yours, see the setting `timeouts`; a function of the project that
hands it on gets it under its own name for it (not `timeout_ms`, which tells of a unit), and as one
number where it wants that. None where such a function may not take it, may
compute with it (`timeout / 1000`) or do more with it than to hand it on, where it has a decorator
of unknown effect, where what is called may be the caller's or of another package, or where a
subclass has a method of its own that takes no timeout, or where such a function names one itself in
another place, or where another call in the file gives something of the project, which takes none,
in the place of the client. None for a connection of http.client whose `sock` is set by hand, which
would not get it.

Unsafe where what went well so far may end in an exception, or be done twice:

- The timeout includes a body (aiohttp) that is streamed in sight.
- A body that may be large (`files=`, the whole of a file, also of a cloud's storage, a piece of one
  of 1 MiB or of a size that is not known, by the look of the function and file around) is sent as
  one: requests, urllib3 and the standard library have to send all of it within the time to connect.
  Of a parameter alone, nothing is said.
- A `Retry` in sight allows POST or PATCH, or the code around sends one again: a loop around the
  `try`, a decorator (`@retry`), a function of the project that is handed it, also in the functions
  and methods that the request goes through. What has timed out may be done twice.
- A handler around it, or around a call of its function in the same file, goes on after a
  `ConnectionError` (`URLError`, of urllib) or raises another error for it, and catches no more than
  that: a timeout in the answer goes past it.
- The request asks for a stream of events (`text/event-stream`, `?watch=true`), or tells the server
  how long it may keep silent (`params={"timeout": 60}`, also of the session, in the URL, a header
  or the body), which is no less than the timeout; or its function is called a long poll, or
  `wait_for_...` and neither asks in a loop nor sleeps; or a language model writes text at its address
  (`/generate`, `/chat/completions`) or for its body (`prompt`, `max_tokens`, `model` beside
  `messages`).
- A body that is left unread (`stream=True`) is read as events are told: by `iter_lines()`, from its
  `raw` line by line, in pieces of one byte or as it comes (`iter_content(1)`, `chunk_size=None`), or
  by an `SSEClient`; or a body is read by `readline()` or `read(1)` in a `while`, or for lines that
  begin with `data:`.
- The client may be what code of another package returned (`corp.Session() if key else
  requests.Session()`), which may take no timeout.
- The client is a parameter for which a caller in sight gives an object of a class of the project,
  which may not hand a timeout on as it is.
- Nothing is said of the parameter that the client is, and not every caller in sight is seen to give
  such a one.
- A client is given to another package, also by a class or function that is given it, or sends with
  the `**kwargs` of a public function: others send through it, too.
- A comment tells another linter to leave it (`# noqa: S113`, `# nosec`,
  `# pylint: disable=missing-timeout`).
- The function around takes a timeout and does nothing with it: that is most likely meant.
- The session has a timeout of another value that does nothing (UNT107).
- A function of the project passes None on, which switches a default of the library (httpx, aiohttp)
  off.

With `session-class`, a `requests.Session()` in the same file becomes that class instead, and serves
all calls through it.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_untimed.bounds import Kind
from flake8_untimed.calls import Call, Facts
from flake8_untimed.calls.elsewhere import unbounded_elsewhere
from flake8_untimed.calls.spelling import spelled
from flake8_untimed.findings import Finding
from flake8_untimed.rules._timeouts import (
    advice_at,
    at_calls,
    at_constructions,
    is_of_seconds,
    set_at_call,
    set_at_construction,
    unless_doubted,
    unless_switched_off,
    use_session_class,
    written,
    written_at,
)


def check(facts: Facts) -> Iterator[Finding]:
    for call in at_calls(facts, Kind.NONE):
        fix, why_not = use_session_class(facts, call), None
        if fix is None:
            fix, why_not = set_at_call(facts, call, written_at(facts, call), safe=True)
            fix = unless_switched_off(call, unless_doubted(facts, call, fix))
        yield facts.finding("UNT101", call.node, _message(facts, call), fix, why_not)
    for made in at_constructions(facts, Kind.NONE):
        value = written(facts, made.library)
        fix, why_not = set_at_construction(facts, made, value, safe=True)
        fix = unless_doubted(facts, made, fix)
        yield facts.finding(
            "UNT101",
            made.node,
            f"{made.name}() sets no timeout and {made.library.name} has none: calls that name none"
            f" wait for ever on a silent server; {advice_at(made, value)}",
            fix,
            why_not,
        )
    for handing, sent in unbounded_elsewhere(facts):
        function = sent.context.scope.of_block
        home = facts.evaluator.project.layout.dotted(function.module.path)
        name = spelled(handing.node.func, None)
        yield facts.finding(
            "UNT101",
            handing.node,
            f"{name}() is given a client and sends through it without a timeout, in"
            f" {function.name}() of {home}: it waits for ever on a silent server; pass one there",
            why_not=f"the request is in {home}",
        )


def _message(facts: Facts, call: Call) -> str:
    if call.wrapper is not None:
        by = call.taken_as
        value = _in_words(facts, call) if is_of_seconds(by) else "..."
        how = f"pass {by}={value}" if by else f"set one in {call.wrapper}()"
        name = f"{call.name} is handed over and" if call.handed_over else f"{call.name}()"
        return (
            f"{name} passes no timeout on to {call.library.name}: it waits for ever on a"
            f" silent server; {how}"
        )
    how = "is handed over without a timeout" if call.handed_over else "has no timeout"
    name = call.name if call.handed_over else f"{call.name}()"
    if call.sender.timeout is None:
        return (
            f"{name} has no timeout and takes none: it waits for ever on a silent server;"
            f" {_instead(facts, call)}, or use a function that takes one"
        )
    pair = "(connect, read)" if call.library.timeouts.tuples else "seconds"
    return (
        f"{name} {how}: it waits for ever on a silent server;"
        f" pass timeout={pair}{_default(facts, call)}"
    )


def _in_words(facts: Facts, call: Call) -> str:
    """What a function of the project wants: seconds, or the object that its library has for them."""
    value = written(facts, call.library)
    return value.text if value.needs and not call.takes_number else "seconds"


def _instead(facts: Facts, call: Call) -> str:
    """Where else a timeout can be set."""
    client = facts.client_of(call.client) if call.client is not None else None
    takes_one = client is not None and (client.constructor.timeout or client.settable)
    if call.library.socket_default and not takes_one:
        return "set socket.setdefaulttimeout()"
    return "set one on the client"


def _default(facts: Facts, call: Call) -> str:
    """The default that the client could hold, if it goes by another name."""
    client = facts.client_of(call.client) if call.client is not None else None
    name = client.constructor.timeout if client is not None else None
    return "" if name in (None, call.sender.timeout) else f", or {name}= to the session"
