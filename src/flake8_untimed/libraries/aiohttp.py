"""aiohttp 3.14.5. Signatures checked by tests/test_libraries.py; behaviour measured on CPython 3.12
against local servers.

What a value means depends on where it stands: None and numbers are taken literally on a call of a
session, while `ClientSession()` and `aiohttp.request()` take None for their default and refuse
numbers. A call's value replaces the session's whole; the fields are not merged.
"""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries.model import (
    Body,
    Client,
    Constructor,
    Library,
    Responses,
    Sender,
    Switch,
    Timeouts,
    TimeoutType,
    Written,
)

CLIENT_TIMEOUT = TimeoutType(
    "aiohttp.ClientTimeout",
    parameters=("total", "connect", "sock_read", "sock_connect", "ceil_threshold"),
    fields={
        "total": ("connect", "read"),
        "connect": ("connect",),
        # The wait for a free connection of the pool is left open; too fine for a finding.
        "sock_connect": ("connect",),
        "sock_read": ("read",),
    },
    completed_by={"connect": "connect", "read": "total"},
    total="total",
    zero="unbounded",
    negative="unbounded",
)

TIMEOUTS = Timeouts(
    waits=("connect", "read"),
    omitted=300.0,
    none="unbounded",
    zero="unbounded",
    negative="unbounded",
    true="bounded",
    false="unbounded",
    types=(CLIENT_TIMEOUT,),
    whole_body=True,
    # aiohttp.client.DEFAULT_TIMEOUT, which holds the 300 s.
    defaults=("aiohttp.DEFAULT_TIMEOUT",),
)
"""On a call of a session."""

SESSION_TIMEOUTS = replace(
    TIMEOUTS,
    none="default",
    number="invalid",
    zero="invalid",
    negative="invalid",
    true="invalid",
    false="invalid",
)
"""At a session's construction, and for `aiohttp.request`."""

_CONTEXT = Switch("ssl_context", (), context=True)
SWITCHES = (
    Switch("ssl", ("False",), context=True),
    Switch("verify_ssl", ("False", "0")),
    _CONTEXT,
)

BODY = Body(
    text=("data",),
    json="json",
    sent_as="as text/plain",
    encoders=("json_serialize", "json_serialize_bytes"),
)

_REQUEST_KEYWORDS = (
    "params", "data", "json", "cookies", "headers", "skip_auto_headers", "auth",
    "allow_redirects", "max_redirects", "compress", "chunked", "expect100", "raise_for_status",
    "read_until_eof", "proxy", "proxy_auth", "timeout", "verify_ssl", "fingerprint",
    "ssl_context", "ssl", "server_hostname", "proxy_headers", "trace_request_ctx",
    "read_bufsize", "auto_decompress", "max_line_size", "max_field_size", "max_headers",
    "middlewares", "upload_tracker",
)  # fmt: skip
VERBS = ("get", "options", "head", "post", "put", "patch", "delete")


def sender(name: str, *parameters: str, delegates: str | None = "_request") -> Sender:
    """A method of a session that takes all that a request can have."""
    return Sender(
        name,
        parameters,
        _REQUEST_KEYWORDS,
        switches=SWITCHES,
        body=BODY,
        asynchronous=True,
        late_body=True,
        delegates=delegates,
    )


_WS_CONNECT = Sender(
    "ws_connect",
    ("url",),
    (
        "method", "protocols", "timeout", "receive_timeout", "autoclose", "autoping",
        "heartbeat", "auth", "origin", "params", "headers", "proxy", "proxy_auth", "ssl",
        "verify_ssl", "fingerprint", "ssl_context", "server_hostname", "proxy_headers",
        "compress", "max_msg_size", "decode_text",
    ),
    # Its `timeout` is of the open socket; the handshake is bounded by the session's.
    timeout=None,
    switches=SWITCHES,
    asynchronous=True,
    delegates="_request",
)  # fmt: skip

SESSION = Client(
    Constructor(
        "aiohttp.ClientSession",
        ("base_url",),
        (
            "connector", "loop", "cookies", "headers", "proxy", "proxy_auth",
            "skip_auto_headers", "auth", "json_serialize", "json_serialize_bytes",
            "request_class", "response_class", "ws_response_class", "version", "cookie_jar",
            "connector_owner", "raise_for_status", "read_timeout", "conn_timeout", "timeout",
            "auto_decompress", "trust_env", "requote_redirect_url", "trace_configs",
            "read_bufsize", "max_line_size", "max_field_size", "max_headers",
            "fallback_charset_resolver", "middlewares", "ssl_shutdown_timeout",
        ),
        timeout="timeout",
        timeouts=SESSION_TIMEOUTS,
        # Deprecated since 3.3: the total, and the connect of the default.
        partial_timeouts={"read_timeout": ("connect", "read"), "conn_timeout": ("connect",)},
    ),
    senders={
        **{verb: sender(verb, "url") for verb in VERBS},
        "request": sender("request", "method", "url"),
        "_request": sender("_request", "method", "str_or_url", delegates=None),
        "ws_connect": _WS_CONNECT,
    },
    out_of_sight="doubt",
    settable=("_timeout",),
    asynchronous=True,
)  # fmt: skip

_QUEUES = {"limit": 100, "limit_per_host": 100}  # 100 is its own limit

LIBRARY = Library(
    name="aiohttp",
    packages=("aiohttp",),
    timeouts=TIMEOUTS,
    writes=Written("aiohttp.ClientTimeout(total=30)", ("aiohttp.ClientTimeout",)),
    mocks=("aioresponses", "aioresponses.aioresponses", "aioresponses.core.aioresponses"),
    functions={
        "aiohttp.request": Sender(
            "request",
            ("method", "url"),
            ("version", "connector", "loop", *_REQUEST_KEYWORDS),
            timeouts=SESSION_TIMEOUTS,
            switches=SWITCHES,
            body=BODY,
            asynchronous=True,
        )
    },
    clients=(SESSION,),
    carriers=(
        Constructor(
            "aiohttp.TCPConnector",
            keywords=(
                "verify_ssl", "fingerprint", "use_dns_cache", "ttl_dns_cache",
                "dns_cache_max_size", "family", "ssl_context", "ssl", "local_addr", "resolver",
                "keepalive_timeout", "force_close", "limit", "limit_per_host",
                "enable_cleanup_closed", "loop", "timeout_ceil_threshold",
                "happy_eyeballs_delay", "interleave", "socket_factory", "ssl_shutdown_timeout",
            ),
            switches=SWITCHES,
            queues=_QUEUES,
        ),
        Constructor(
            "aiohttp.UnixConnector",
            ("path", "force_close", "keepalive_timeout", "limit", "limit_per_host", "loop"),
            queues=_QUEUES,
        ),
    ),
    aliases={"aiohttp.client": "aiohttp", "aiohttp.connector": "aiohttp"},
    default_named="aiohttp's default of 5 minutes",
    timeout_types=(CLIENT_TIMEOUT,),
    one_shot=True,
    responses=Responses(
        body=("json", "text", "read", "content"),
        neutral=(
            "headers", "raw_headers", "url", "real_url", "host", "method", "charset",
            "content_type", "content_length", "cookies", "close", "release", "get_encoding",
            "links", "version",
        ),
        checked_by=("raise_for_status", "response_class", "middlewares", "trace_configs"),
        raises="raise_for_status",
        pieces=("content",),
    ),
    timeout_errors=(
        "aiohttp.ServerTimeoutError", "aiohttp.ConnectionTimeoutError",
        "aiohttp.SocketTimeoutError", "asyncio.TimeoutError", "builtins.TimeoutError",
    ),
    # `total` raises no ClientError.
    wider_errors=("builtins.OSError",),
    credentials=("aiohttp.BasicAuth",),
)  # fmt: skip
