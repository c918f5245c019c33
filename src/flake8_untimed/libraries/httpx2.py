"""httpx2 2.16.2: httpx's interface with a few senders more. Signatures checked by
tests/test_libraries.py; behaviour measured on CPython 3.12 against local servers, the same as
httpx's in every case that was run (the wait for a WebSocket was not run)."""

from __future__ import annotations

from flake8_untimed.libraries import httpx
from flake8_untimed.libraries.model import Sender

_WEBSOCKET = (
    "subprotocols", "max_message_size_bytes", "queue_size", "keepalive_ping_interval_seconds",
    "keepalive_ping_timeout_seconds",
)  # fmt: skip

LIBRARY = httpx.library(
    "httpx2",
    verbs={**httpx.VERBS, "query": True},
    more_functions={
        "httpx2.websocket": Sender(
            "websocket",
            ("url",),
            (*httpx.CALL_KEYWORDS, *httpx.MODULE_KEYWORDS, *_WEBSOCKET),
            switches=(httpx.VERIFY,),
        )
    },
    more_methods=(
        Sender(
            "websocket",
            ("url",),
            (*httpx.CALL_KEYWORDS, "extensions", *_WEBSOCKET),
        ),
        Sender(
            "sse",
            ("url",),
            (
                "method", *httpx.BODY_KEYWORDS, *httpx.CALL_KEYWORDS, "extensions",
                "max_event_size",
            ),
            body=httpx.BODY,
            stream="*",
        ),
    ),
)  # fmt: skip
