"""http.client of CPython 3.10 to 3.13. Signatures checked by tests/test_libraries.py; behaviour
measured on CPython 3.12 against local servers. The timeout is the connection's; the calls take
none."""

from __future__ import annotations

from flake8_untimed.libraries.model import Body, Client, Constructor, Library, Sender, Written
from flake8_untimed.libraries.urllib_request import CONTEXT, MOCKS, RESPONSES, TIMEOUTS

_HTTP = Client(
    Constructor(
        "http.client.HTTPConnection",
        ("host", "port", "timeout", "source_address", "blocksize"),
        timeout="timeout",
    ),
    senders={
        "request": Sender(
            "request",
            ("method", "url", "body", "headers"),
            ("encode_chunked",),
            timeout=None,
            body=Body(text=("body",), json=None),
        ),
        "getresponse": Sender("getresponse", (), timeout=None, headers=None),
        "connect": Sender("connect", (), timeout=None, headers=None),
    },
    # No call can be mended, and nothing is known of the construction.
    # Until it is connected.
    settable=("timeout",),
    connecting=("connect", "send"),
    wires=("sock",),
)

_HTTPS = Client(
    Constructor(
        "http.client.HTTPSConnection",
        # Up to Python 3.11; from 3.12 all but the first two are keyword-only, and the two for
        # certificate files are gone.
        ("host", "port", "key_file", "cert_file", "timeout", "source_address"),
        ("context", "check_hostname", "blocksize"),
        timeout="timeout",
        switches=(CONTEXT,),
    ),
    senders={},
    bases=("http.client.HTTPConnection",),
    connecting=("connect", "send"),
    wires=("sock",),
)

LIBRARY = Library(
    name="http.client",
    packages=("http.client",),
    mentions=("http_client",),
    timeouts=TIMEOUTS,
    writes=Written("30"),
    mocks=MOCKS,
    clients=(_HTTP, _HTTPS),
    aliases={
        "six.moves.http_client": "http.client",
        "future.moves.http.client": "http.client",
    },
    socket_default=True,
    responses=RESPONSES,
)
