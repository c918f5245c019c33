"""requests-ratelimiter 0.10.0: a session and an adapter of requests that wait for their turn; their
`max_delay` bounds that, and nothing bounds the request. Signatures checked by
tests/test_libraries.py."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library

_LIMITS = (
    "per_second", "per_minute", "per_hour", "per_day", "per_month", "burst", "bucket_class",
    "bucket_kwargs", "time_function", "limiter", "per_host", "max_delay", "limit_statuses",
    "bucket_name",
)  # fmt: skip

_SEND = requests.ADAPTER.senders["send"]


def _client(name: str, base: str) -> Client:
    return Client(
        Constructor(f"requests_ratelimiter.{name}", _LIMITS),
        senders={},
        bases=(base,),
    )


_SESSION = _client("LimiterSession", "requests.Session")


LIBRARY = Library(
    name="requests-ratelimiter",
    packages=("requests_ratelimiter",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(_SESSION, _client("LimiterMixin", _SESSION.path)),
    carriers=(
        Constructor(
            "requests_ratelimiter.LimiterAdapter",
            _LIMITS,
            requests.ADAPTER.parameters,
            senders={
                "send": replace(_SEND, parameters=("request",), keywords=_SEND.parameters[1:])
            },
        ),
    ),
    aliases={"requests_ratelimiter.requests_ratelimiter": "requests_ratelimiter"},
    responses=requests.RESPONSES,
)
