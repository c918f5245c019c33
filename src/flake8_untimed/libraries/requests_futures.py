"""requests-futures 1.1.0: a session of requests whose senders return futures. A timeout on
`future.result()` frees the caller; the worker thread waits on. Signatures checked by
tests/test_libraries.py; behaviour measured on CPython 3.12 against local servers."""

from __future__ import annotations

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library

LIBRARY = Library(
    name="requests-futures",
    packages=("requests_futures",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(
        Client(
            Constructor(
                "requests_futures.sessions.FuturesSession",
                ("executor", "max_workers", "session", "adapter_kwargs"),
            ),
            # The others are as in requests; here `params` of get is keyword-only.
            senders={"get": requests.verb("get", delegates="request")},
            bases=("requests.Session",),
            takes_session="session",
        ),
    ),
)
