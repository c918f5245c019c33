"""treq 26.7.0, requests for Twisted. Signatures checked by tests/test_libraries.py; behaviour
measured on CPython 3.12 against local servers.

A timeout bounds the wait for the head of the response. Without one connecting is bounded by
Twisted's own 30 s and the response by nothing. (`deferred.addTimeout()` bounds it too.)
"""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries.model import (
    Body,
    Client,
    Constructor,
    Library,
    Sender,
    Timeouts,
    Written,
)

_AGENT = ("agent", "pool", "persistent")
_KEYWORDS = (
    "params", "headers", "data", "files", "json", "auth", "cookies", "allow_redirects",
    "browser_like_redirects", "unbuffered", "reactor", "timeout",
)  # fmt: skip
_BODY = Body(
    text=("data",),
    json="json",
    beside=("files",),
    same_bytes=False,
    # null is sent.
)


def _sender(name: str, *parameters: str) -> Sender:
    return Sender(
        name,
        parameters,
        tuple(k for k in _KEYWORDS if k not in parameters),
        body=_BODY,
        asynchronous=True,
    )


def _function(name: str, *parameters: str) -> Sender:
    sender = _sender(name, *parameters)
    return replace(sender, keywords=(*_AGENT, *sender.keywords))


_CLIENT = Client(
    Constructor("treq.client.HTTPClient", ("agent", "cookiejar", "data_to_body_producer")),
    senders={
        **{
            name: replace(sender, delegates="request")
            for name, sender in (
                ("get", _sender("get", "url")),
                ("head", _sender("head", "url")),
                ("post", _sender("post", "url", "data")),
                ("put", _sender("put", "url", "data")),
                ("patch", _sender("patch", "url", "data")),
                ("delete", _sender("delete", "url")),
            )
        },
        "request": _sender("request", "method", "url"),
    },
    asynchronous=True,
)

LIBRARY = Library(
    name="treq",
    packages=("treq",),
    timeouts=Timeouts(
        waits=("connect", "read"),
        omitted=None,
        none="unbounded",
        zero="unbounded",
        negative="invalid",
        true="bounded",
        false="unbounded",
        infinite="unbounded",
    ),
    writes=Written("30"),
    functions={
        "treq.get": _function("get", "url", "headers"),
        "treq.head": _function("head", "url"),
        "treq.post": _function("post", "url", "data"),
        "treq.put": _function("put", "url", "data"),
        "treq.patch": _function("patch", "url", "data"),
        "treq.delete": _function("delete", "url"),
        "treq.request": _function("request", "method", "url", "data"),
    },
    clients=(_CLIENT,),
    aliases={"treq.api": "treq", "treq.api.HTTPClient": "treq.client.HTTPClient"},
)
