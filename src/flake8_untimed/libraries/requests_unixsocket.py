"""requests-unixsocket 0.4.1: a session of requests for Unix sockets. The `timeout` of its adapter
does nothing: requests hands its own on with every call. Signatures checked by
tests/test_libraries.py; behaviour measured on CPython 3.11 against a socket that never answers."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library

LIBRARY = Library(
    name="requests-unixsocket",
    packages=("requests_unixsocket",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    functions={
        **{
            f"requests_unixsocket.{name}": requests.verb(
                name, *parameters, delegates="requests_unixsocket.request"
            )
            # Here `params` of get is keyword-only.
            for name, parameters in {**requests.VERBS, "get": ()}.items()
        },
        "requests_unixsocket.request": replace(
            requests.LIBRARY.functions["requests.request"],
            delegates="requests_unixsocket.Session.request",
        ),
    },
    clients=(
        Client(
            Constructor("requests_unixsocket.Session", ("url_scheme",)),
            senders={},
            bases=("requests.Session",),
        ),
    ),
    carriers=(
        Constructor(
            "requests_unixsocket.UnixAdapter",
            ("timeout", "pool_connections"),
            idle_timeouts=("timeout",),
            senders=requests.ADAPTER.senders,
        ),
    ),
    aliases={"requests_unixsocket.adapters": "requests_unixsocket"},
    responses=requests.RESPONSES,
)
