"""httplib2 0.32.1. Signatures checked by tests/test_libraries.py; behaviour measured on CPython
3.12 against local servers. The timeout is the client's; the calls take none."""

from __future__ import annotations

from flake8_untimed.libraries.model import (
    Body,
    Client,
    Constructor,
    Library,
    Sender,
    Switch,
    Timeouts,
    Written,
)
from flake8_untimed.libraries.urllib_request import MOCKS

_SWITCH = Switch("disable_ssl_certificate_validation", ("True", "1"))

_HTTP = Client(
    Constructor(
        "httplib2.Http",
        (
            "cache", "timeout", "proxy_info", "ca_certs", "disable_ssl_certificate_validation",
            "tls_maximum_version", "tls_minimum_version", "decode_limit_hard",
            "decode_limit_safe", "decode_limit_ratio", "decode_limit_chunk",
        ),
        timeout="timeout",
        switches=(_SWITCH,),
    ),
    senders={
        "request": Sender(
            "request",
            ("uri", "method", "body", "headers", "redirections", "connection_type"),
            url="uri",
            timeout=None,
            body=Body(text=("body",), json=None),
        )
    },
    # No call can be mended, and nothing is known of the construction.
    settable=("timeout",),
    switches=(_SWITCH,),
)  # fmt: skip

LIBRARY = Library(
    name="httplib2",
    packages=("httplib2",),
    vendored=True,
    timeouts=Timeouts(
        waits=("connect", "read"),
        omitted=None,
        # Unless socket.setdefaulttimeout() was called: None is what it has by itself.
        none="unbounded",
        zero="invalid",
        negative="invalid",
        true="bounded",
        false="invalid",
        whole_body=True,
    ),
    writes=Written("30"),
    mocks=MOCKS,
    clients=(_HTTP,),
    socket_default=True,
)
