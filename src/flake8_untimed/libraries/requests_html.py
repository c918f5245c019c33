"""requests-html 0.10.0: sessions of requests that parse what they get. Signatures checked by
tests/test_libraries.py, in an environment of its own (it pins urllib3 below 2)."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library

_OPTIONS = ("mock_browser", "verify", "browser_args")

_SYNC = Client(
    Constructor("requests_html.HTMLSession", keywords=_OPTIONS, switches=(requests.VERIFY,)),
    senders={},
    bases=("requests.Session",),
)

# Its senders run in a thread and return an awaitable; `send` alone does not.
_ASYNC = Client(
    Constructor(
        "requests_html.AsyncHTMLSession",
        # What stands behind `mock_browser` is handed on, and begins with `mock_browser` again.
        ("loop", "workers", "mock_browser"),
        _OPTIONS[1:],
        switches=(requests.VERIFY,),
    ),
    senders={
        name: replace(sender, asynchronous=True)
        for name, sender in requests.SESSION.senders.items()
        if name != "send"
    },
    bases=("requests.Session",),
    asynchronous=True,
)

LIBRARY = Library(
    name="requests-html",
    packages=("requests_html",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(_SYNC, _ASYNC),
    responses=requests.RESPONSES,
)
