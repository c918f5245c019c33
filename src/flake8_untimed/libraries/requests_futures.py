"""requests-futures 1.1.0: a session of requests whose senders return futures. A timeout on
`future.result()` frees the caller; the worker thread waits on. Signatures checked by
tests/test_libraries.py; behaviour measured on CPython 3.12 against local servers."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender

_VERBS = {**requests.VERBS, "get": ()}.items()


def _later(sender: Sender) -> Sender:
    """It is called in a thread of the pool, which encodes what `json` is given."""
    return replace(sender, body=replace(requests.BODY, encodes_later=True))


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
            # As in requests, but that `params` of get is keyword-only.
            senders={
                **{
                    name: _later(requests.verb(name, *p, delegates="request")) for name, p in _VERBS
                },
                "request": _later(requests.REQUEST),
            },
            bases=("requests.Session",),
            takes_session="session",
        ),
    ),
)
