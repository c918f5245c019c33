"""aiohttp-retry 2.9.1: a ClientSession of aiohttp that tries again; each try has the timeout for
itself. Signatures checked by tests/test_libraries.py; behaviour measured on CPython 3.12 against
local servers."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import aiohttp
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender

_RETRY = ("retry_options", "raise_for_status")


def _sender(name: str, *parameters: str) -> Sender:
    sender = aiohttp.sender(name, *parameters, *_RETRY, delegates=None)
    return replace(sender, keywords=tuple(k for k in sender.keywords if k not in _RETRY))


_CLIENT = Client(
    Constructor(
        "aiohttp_retry.RetryClient",
        ("client_session", "logger", *_RETRY),
        tuple(k for k in aiohttp.SESSION.constructor.keywords if k not in _RETRY),
        timeout="timeout",
        timeouts=aiohttp.SESSION_TIMEOUTS,
        partial_timeouts=aiohttp.SESSION.constructor.partial_timeouts,
    ),
    senders={
        **{verb: _sender(verb, "url") for verb in aiohttp.VERBS},
        "request": _sender("request", "method", "url"),
        # The timeouts are in its list of RequestParams.
        "requests": Sender(
            "requests",
            ("params_list", *_RETRY),
            timeout=None,
            headers=None,
            asynchronous=True,
        ),
    },
    out_of_sight="doubt",
    asynchronous=True,
    takes_session="client_session",
)

LIBRARY = Library(
    name="aiohttp-retry",
    packages=("aiohttp_retry",),
    timeouts=aiohttp.TIMEOUTS,
    writes=aiohttp.LIBRARY.writes,
    mocks=aiohttp.LIBRARY.mocks,
    clients=(_CLIENT,),
    aliases={"aiohttp_retry.client": "aiohttp_retry"},
    default_named=aiohttp.LIBRARY.default_named,
)
