"""niquests 3.21.2: requests with defaults of 30 s for what reads and 120 s for what writes.
Signatures checked by tests/test_libraries.py, in an environment of its own (it brings its own
urllib3); behaviour measured on CPython 3.12 against local servers.

None, 0 and False on a call mean those defaults; only a prepared request that is sent by hand waits
for ever.
"""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries.model import (
    Body,
    Client,
    Constructor,
    Library,
    Sender,
    Switch,
    Timeouts,
    TimeoutType,
    Written,
)
from flake8_untimed.libraries.requests import RESPONSES
from flake8_untimed.libraries.urllib3 import TIMEOUT as URLLIB3_TIMEOUT

TIMEOUT = TimeoutType(
    "niquests.TimeoutConfiguration",
    parameters=("total", "connect", "read"),
    fields=URLLIB3_TIMEOUT.fields,
    zero="invalid",
    negative="invalid",
)

READS = Timeouts(
    waits=("connect", "read"),
    omitted=30.0,
    none="default",
    zero="default",
    negative="invalid",
    true="invalid",
    false="default",
    # The total at the third place is no wait of its own: the others are complete without it.
    tuples={2: ("connect", "read"), 3: ("connect", "read", "total")},
    types=(TIMEOUT, URLLIB3_TIMEOUT),
    whole_body=True,
)
WRITES = replace(READS, omitted=120.0)
"""For what sends a body, and for `request` whatever its method."""

SESSION_TIMEOUTS = replace(READS, zero="invalid", false="invalid")
"""At a session's construction, and set on it later."""

PREPARED = replace(READS, omitted=None, none="unbounded", zero="invalid", false="invalid")
"""Of `send`, which has no default and takes none from the session."""

OFF = ("False", "0", "''", "[]", "b''", "ssl.CERT_NONE")
VERIFY = Switch("verify", OFF)
BODY = Body(
    text=("data",),
    json="json",
    beside=("files",),
    files=("files",),
    sent_as="as text/plain",
    shown_to=("auth", "hooks"),
)

_KEYWORDS = (
    "headers", "cookies", "auth", "timeout", "allow_redirects", "proxies", "verify", "stream",
    "cert", "hooks",
)  # fmt: skip
_BODY_KEYWORDS = ("params", "data", "json", "files")
_REQUEST = (
    "method", "url", "params", "data", "headers", "cookies", "files", "auth", "timeout",
    "allow_redirects", "proxies", "hooks", "stream", "verify", "cert", "json",
    "override_scheme",
)  # fmt: skip
# What only the functions of the module take.
_MODULE = ("retries", "json_encoder", "tls_configuration")

VERBS: dict[str, tuple[str, ...]] = {
    "get": ("params",),
    "options": (),
    "head": (),
    "post": ("data", "json"),
    "put": ("data",),
    "patch": ("data",),
    "delete": (),
    "query": ("data", "json"),
}
_READING = ("get", "options", "head")


def _verb(name: str, *parameters: str, more: tuple[str, ...] = ()) -> Sender:
    return Sender(
        name,
        ("url", *parameters),
        (*(k for k in _BODY_KEYWORDS if k not in parameters), *_KEYWORDS, *more),
        timeouts=READS if name in _READING else WRITES,
        switches=(VERIFY,),
        body=BODY,
        stream="stream",
    )


def _functions() -> dict[str, Sender]:
    """`niquests.get`, ..., and their twins with an `a` before the name."""
    request = replace(_verb("request", more=_MODULE), parameters=("method", "url"), timeouts=WRITES)
    senders = {
        **{name: _verb(name, *p, more=_MODULE) for name, p in VERBS.items()},
        "request": request,
    }
    return {
        f"niquests.{prefix}{name}": replace(
            sender, name=f"{prefix}{name}", asynchronous=bool(prefix), delegates=_next(prefix, name)
        )
        for prefix in ("", "a")
        for name, sender in senders.items()
    }


def _next(prefix: str, name: str) -> str | None:
    """What a function calls by name."""
    if prefix:
        return None
    return "niquests.Session.request" if name == "request" else "niquests.api.request"


def _method(name: str, *parameters: str) -> Sender:
    # On a session `params` of get is keyword-only.
    if name == "get":
        parameters = ()
    return replace(_verb(name, *parameters), delegates="request")


def _session(name: str, bases: tuple[str, ...] = ()) -> Client:
    asynchronous = name == "AsyncSession"
    senders = {
        **{verb: _method(verb, *p) for verb, p in VERBS.items()},
        "request": Sender(
            "request",
            _REQUEST,
            timeouts=WRITES,
            switches=(VERIFY,),
            body=BODY,
            stream="stream",
            delegates="send",
            passes=("timeout", "verify", "cert", "stream", "proxies", "allow_redirects"),
        ),
        "send": Sender(
            "send",
            ("request",),
            ("timeout", "allow_redirects", "proxies", "stream", "verify", "cert"),
            timeouts=PREPARED,
            switches=(VERIFY,),
            headers=None,
            stream="stream",
            client_default=False,
        ),
    }
    return Client(
        Constructor(
            f"niquests.{name}",
            keywords=(
                "resolver", "source_address", "quic_cache_layer", "retries", "multiplexed",
                "disable_http1", "disable_http2", "disable_http3", "disable_ipv6",
                "disable_ipv4", "pool_connections", "pool_maxsize", "happy_eyeballs",
                "keepalive_delay", "keepalive_idle_window", "base_url", "timeout", "headers",
                "auth", "hooks", "revocation_configuration", "app", "params", "cookies",
                "proxies", "verify", "cert", "allow_incoming_cookies", "tls_configuration",
                "json_encoder",
            ),
            timeout="timeout",
            timeouts=SESSION_TIMEOUTS,
            switches=(VERIFY,),
        ),
        senders={
            key: replace(sender, asynchronous=asynchronous) for key, sender in senders.items()
        },
        bases=bases,
        settable=("timeout",),
        switches=(Switch("verify", (*OFF, "None")),),
        asynchronous=asynchronous,
    )  # fmt: skip


LIBRARY = Library(
    name="niquests",
    packages=("niquests",),
    timeouts=WRITES,
    writes=Written("(5, 30)"),
    functions=_functions(),
    clients=(_session("Session"), _session("AsyncSession", ("niquests.Session",))),
    carriers=(
        Constructor(
            "niquests.adapters.HTTPAdapter",
            ("pool_connections", "pool_maxsize", "max_retries", "pool_block"),
            (
                "quic_cache_layer", "disable_http1", "disable_http2", "disable_http3",
                "max_in_flight_multiplexed", "resolver", "source_address", "disable_ipv4",
                "disable_ipv6", "happy_eyeballs", "keepalive_delay", "keepalive_idle_window",
                "revocation_configuration", "allow_incoming_cookies", "tls_configuration",
            ),
            senders={
                "send": Sender(
                    "send",
                    (
                        "request", "stream", "timeout", "verify", "cert", "proxies",
                        "on_post_connection", "on_upload_body", "on_early_response",
                        "multiplexed",
                    ),
                    timeouts=PREPARED,
                    switches=(VERIFY,),
                    headers=None,
                    stream="stream",
                )
            },
        ),
    ),
    aliases={
        "niquests.api": "niquests",
        "niquests.sessions": "niquests",
        "niquests.async_session": "niquests",
        "niquests._async": "niquests",
        "niquests.async_api": "niquests",
        **{f"niquests.async_api.{name}": f"niquests.a{name}" for name in (*VERBS, "request")},
    },
    default_named="niquests' default of 30 s (120 s for what sends a body)",
    timeout_types=(TIMEOUT,),
    one_shot=True,
    responses=replace(
        RESPONSES,
        checked_by=("hooks", "multiplexed"),
        sized={**RESPONSES.sized, "iter_content": ("chunk_size", -1)},
    ),
    timeout_errors=tuple(
        f"{package}.{name}"
        for package in ("niquests", "niquests.exceptions")
        for name in ("Timeout", "ReadTimeout", "ConnectTimeout")
    ),
    wider_errors=(
        "niquests.RequestException", "niquests.exceptions.RequestException", "builtins.OSError",
    ),
    late_errors=("niquests.ConnectionError", "niquests.exceptions.ConnectionError"),
    credentials=("niquests.auth.HTTPBasicAuth", "niquests.auth.HTTPDigestAuth"),
)  # fmt: skip
