"""grequests 0.7.0: requests over gevent. Its verbs send nothing until `map` or `imap` is given what
they returned; `map(..., gtimeout=)` then bounds the wait for all. Signatures checked by
tests/test_libraries.py."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Library, Sender

_RELEASED_BY = {
    "grequests.map": "gtimeout",
    "grequests.imap": None,
    "grequests.imap_enumerated": None,
    "grequests.send": None,
}


def _lazy(name: str, *parameters: str) -> Sender:
    sender = requests.verb(name)
    return replace(
        sender,
        parameters=parameters,
        keywords=(*sender.keywords, "session", "callback"),
        body=replace(requests.BODY, encodes_later=True),
        lazy=True,
        released_by=_RELEASED_BY,
    )


LIBRARY = Library(
    name="grequests",
    packages=("grequests",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    functions={
        **{f"grequests.{name}": _lazy(name, "url") for name in requests.VERBS},
        "grequests.request": _lazy("request", "method", "url"),
        "grequests.AsyncRequest": _lazy("AsyncRequest", "method", "url"),
    },
)
