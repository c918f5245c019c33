"""What bounds whatever is done inside it, or after it: knowledge of libraries, as data. Each is
given with its parameter that takes the time."""

from __future__ import annotations

CONTEXTS = {
    "asyncio.timeout": "delay",
    "asyncio.timeout_at": "when",
    "async_timeout.timeout": "delay",
    "async_timeout.timeout_at": "deadline",
    "anyio.fail_after": "delay",
    "anyio.move_on_after": "delay",
    "anyio.CancelScope": "deadline",
    "trio.fail_after": "seconds",
    "trio.fail_at": "deadline",
    "trio.move_on_after": "seconds",
    "trio.move_on_at": "deadline",
    "trio.CancelScope": "deadline",
}
"""Context managers that bound the async calls inside."""
STARTED = {
    "gevent.Timeout.start_new": "timeout",
    "gevent.timeout.Timeout.start_new": "timeout",
    "eventlet.Timeout": "seconds",
    "eventlet.timeout.Timeout": "seconds",
}
"""Those that bound blocking calls too, and do so from where they are made, without a `with`."""
BLOCKING_CONTEXTS = {
    **STARTED,
    "gevent.Timeout": "seconds",
    "gevent.timeout.Timeout": "seconds",
    "stopit.SignalTimeout": "seconds",
}
"""All of those; the others can be started by hand. (`stopit.ThreadingTimeout` does not end a call
that waits.)"""
ALARMS = frozenset(("signal.alarm", "signal.setitimer"))
"""Functions that have a signal sent after a time; none of no seconds."""
WRAPPERS = {"asyncio.wait_for": "timeout"}
"""Functions that bound the awaitable that they are given first, and their second parameter."""
DECORATORS = {
    "timeout_decorator.timeout": "seconds",
    "wrapt_timeout_decorator.timeout": "dec_timeout",
    "func_timeout.func_set_timeout": "timeout",
    "pytest.mark.timeout": "timeout",
}
"""Decorators that bound each call of a function that is not async."""
RESULTS = frozenset((*CONTEXTS, *BLOCKING_CONTEXTS, *DECORATORS))
"""Callables whose results are looked into."""
