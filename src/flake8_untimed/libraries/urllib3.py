"""urllib3 2.8.0. Signatures checked by tests/test_libraries.py; behaviour measured on CPython 3.12
against local servers.

Three ways in: `urllib3.request()` has a default of 3 s (for each of its tries); a pool has none of
its own, falls back on `socket.setdefaulttimeout()`, and takes one at its construction.
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
from flake8_untimed.libraries.urllib_request import MOCKS, REPEATED

TIMEOUT = TimeoutType(
    "urllib3.Timeout",
    parameters=("total", "connect", "read"),
    fields={"total": ("connect", "read"), "connect": ("connect",), "read": ("read",)},
    completed_by={"connect": "connect", "read": "read"},
    zero="invalid",
    negative="invalid",
)

TIMEOUTS = Timeouts(
    waits=("connect", "read"),
    omitted=None,
    none="unbounded",
    zero="invalid",
    negative="invalid",
    true="invalid",
    false="invalid",
    whole_body=True,
    types=(TIMEOUT,),
    # urllib3.util.timeout._DEFAULT_TIMEOUT, and its public name on the class.
    defaults=("urllib3._DEFAULT_TIMEOUT", "urllib3.Timeout.DEFAULT_TIMEOUT"),
)

_PINS = ("assert_fingerprint",)
"""The certificate is compared with this, whatever else is verified."""
SWITCHES = (
    Switch("cert_reqs", ("'CERT_NONE'", "'NONE'", "ssl.CERT_NONE", "0"), overridden_by=_PINS),
    Switch("assert_hostname", ("False",), overridden_by=_PINS, only="the check of the host name"),
    Switch("ssl_context", (), context=True, overridden_by=_PINS),
)

BODY = Body(text=("body",), json="json", beside=("fields",), same_bytes=False)

_URLOPEN = (
    "retries", "redirect", "assert_same_host", "timeout", "pool_timeout", "release_conn",
    "chunked", "body_pos", "preload_content", "decode_content",
)  # fmt: skip

_SENDERS = {
    "request": Sender(
        "request",
        ("method", "url", "body", "fields", "headers", "json"),
        _URLOPEN,
        # Release 1.26 sends an empty body and then raises.
        body=replace(BODY, json_is_new=True),
        delegates="urlopen",
    ),
    "request_encode_url": Sender(
        "request_encode_url",
        ("method", "url", "fields", "headers"),
        _URLOPEN,
        delegates="urlopen",
    ),
    "request_encode_body": Sender(
        "request_encode_body",
        ("method", "url", "fields", "headers", "encode_multipart", "multipart_boundary"),
        _URLOPEN,
        delegates="urlopen",
    ),
}

_POOL_KEYWORDS = ("timeout", "maxsize", "block", "retries")
_TLS_KEYWORDS = (
    "key_file", "cert_file", "cert_reqs", "key_password", "ca_certs", "ca_cert_dir",
    "ca_cert_data", "ssl_version", "ssl_minimum_version", "ssl_maximum_version",
    "assert_hostname", "assert_fingerprint", "server_hostname", "ssl_context",
)  # fmt: skip
_PROXY = (
    "num_pools", "headers", "proxy_headers", "proxy_ssl_context", "use_forwarding_for_https",
    "proxy_assert_hostname", "proxy_assert_fingerprint",
)  # fmt: skip

MANAGER = Client(
    Constructor(
        "urllib3.PoolManager",
        ("num_pools", "headers"),
        (*_POOL_KEYWORDS, *_TLS_KEYWORDS),
        timeout="timeout",
        switches=SWITCHES,
    ),
    senders={
        **_SENDERS,
        "urlopen": Sender(
            "urlopen",
            ("method", "url", "redirect"),
            ("body", "headers", *(k for k in _URLOPEN if k != "redirect")),
            body=Body(text=("body",), json=None),
        ),
    },
    out_of_sight="doubt",
    parts={
        "connection_from_url": "pool_kwargs",
        "connection_from_host": "pool_kwargs",
        "connection_from_context": None,
        "connection_from_pool_key": None,
        "_new_pool": None,
    },
)

_PROXY_MANAGER = Client(
    Constructor(
        "urllib3.ProxyManager",
        ("proxy_url", *_PROXY),
        (*_POOL_KEYWORDS, *_TLS_KEYWORDS),
        timeout="timeout",
        switches=SWITCHES,
    ),
    senders={},
    bases=("urllib3.PoolManager",),
    out_of_sight="doubt",
)

_POOL = ("host", "port", "timeout", "maxsize", "block", "headers", "retries")
_POOL_PRIVATE = ("_proxy", "_proxy_headers")

_HTTP_POOL = Client(
    Constructor(
        "urllib3.HTTPConnectionPool",
        (*_POOL, *_POOL_PRIVATE, "_proxy_config"),
        timeout="timeout",
    ),
    senders={
        **_SENDERS,
        "urlopen": Sender(
            "urlopen",
            (
                "method", "url", "body", "headers", "retries", "redirect", "assert_same_host",
                "timeout", "pool_timeout", "release_conn", "chunked", "body_pos",
                "preload_content", "decode_content",
            ),
            body=Body(text=("body",), json=None),
        ),
    },
    out_of_sight="doubt",
)  # fmt: skip

_HTTPS_POOL = Client(
    Constructor(
        "urllib3.HTTPSConnectionPool",
        (
            *_POOL, *_POOL_PRIVATE, "key_file", "cert_file", "cert_reqs", "key_password",
            "ca_certs", "ssl_version", "ssl_minimum_version", "ssl_maximum_version",
            "assert_hostname", "assert_fingerprint", "ca_cert_dir",
        ),
        ("ca_cert_data", "server_hostname", "ssl_context"),
        timeout="timeout",
        switches=SWITCHES,
    ),
    senders={},
    bases=("urllib3.HTTPConnectionPool",),
    out_of_sight="doubt",
)  # fmt: skip

# Factories that hand their keywords on to the class: told like classes, since they too can hold
# the default.
_CONNECTION_FROM_URL = Client(
    Constructor(
        "urllib3.connection_from_url",
        ("url",),
        (*_POOL_KEYWORDS, "headers", *_TLS_KEYWORDS),
        timeout="timeout",
        switches=SWITCHES,
    ),
    senders={},
    bases=("urllib3.HTTPConnectionPool",),
    out_of_sight="doubt",
)
_PROXY_FROM_URL = Client(
    Constructor(
        "urllib3.proxy_from_url",
        ("url",),
        (*_PROXY, *_POOL_KEYWORDS, *_TLS_KEYWORDS),
        timeout="timeout",
        switches=SWITCHES,
    ),
    senders={},
    bases=("urllib3.ProxyManager",),
    out_of_sight="doubt",
)

RESPONSES = Responses(
    body=("data", "json", "read", "stream", "read_chunked"),
    neutral=("headers", "getheader", "getheaders", "close", "release_conn", "geturl", "url"),
    checked_by=("retries",),
    sized={"stream": ("amt", 65536), "read_chunked": ("amt", None)},
    repeated=REPEATED,
)

LIBRARY = Library(
    name="urllib3",
    packages=("urllib3",),
    vendored=True,
    timeouts=TIMEOUTS,
    writes=Written("30"),
    mocks=MOCKS,
    functions={
        "urllib3.request": Sender(
            "request",
            ("method", "url"),
            (
                "body", "fields", "headers", "preload_content", "decode_content", "redirect",
                "retries", "timeout", "json",
            ),
            timeouts=replace(TIMEOUTS, omitted=3.0),
            body=BODY,
        )
    },
    clients=(
        MANAGER, _PROXY_MANAGER, _HTTP_POOL, _HTTPS_POOL, _CONNECTION_FROM_URL, _PROXY_FROM_URL,
    ),
    contexts=(
        Constructor(
            "urllib3.util.create_urllib3_context",
            (
                "ssl_version", "cert_reqs", "options", "ciphers", "ssl_minimum_version",
                "ssl_maximum_version", "verify_flags",
            ),
            switches=(Switch("cert_reqs", ("ssl.CERT_NONE", "0")),),
        ),
    ),
    aliases={
        "urllib3.poolmanager": "urllib3",
        "urllib3.connectionpool": "urllib3",
        "urllib3.util.timeout": "urllib3",
        "urllib3.util.Timeout": "urllib3.Timeout",
        "urllib3.util.retry": "urllib3",
        "urllib3.util.Retry": "urllib3.Retry",
        "urllib3.util.ssl_": "urllib3.util",
        "urllib3.util.ssl_.create_urllib3_context": "urllib3.util.create_urllib3_context",
    },
    default_named="urllib3's default of 3 s",
    timeout_types=(TIMEOUT,),
    socket_default=True,
    responses=RESPONSES,
    timeout_errors=tuple(
        f"urllib3.exceptions.{name}"
        for name in ("TimeoutError", "ReadTimeoutError", "ConnectTimeoutError")
    ),
    wider_errors=("urllib3.exceptions.HTTPError", "urllib3.exceptions.MaxRetryError"),
    unverified=tuple(
        f"urllib3.exceptions.{name}"
        for name in ("InsecureRequestWarning", "SecurityWarning", "HTTPWarning")
    ),
    silencers=(Constructor("urllib3.disable_warnings", ("category",)),),
    retries=(
        Constructor(
            "urllib3.Retry",
            (
                "total", "connect", "read", "redirect", "status", "other", "allowed_methods",
                "status_forcelist", "backoff_factor", "backoff_max", "raise_on_redirect",
                "raise_on_status", "history", "respect_retry_after_header",
                "remove_headers_on_redirect", "backoff_jitter", "retry_after_max",
            ),
            # Until urllib3 2.
            ("method_whitelist",),
        ),
    ),
)  # fmt: skip
