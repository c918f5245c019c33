"""httpx 0.28.1. Signatures checked by tests/test_libraries.py; behaviour measured on CPython 3.12
against local servers.

The builders below take the package's name: httpx2 has the same interface and more, and behaved the
same in every case that was run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

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

# `ssl.CERT_NONE` and 0 raise AttributeError here, and None verifies.
VERIFY = Switch("verify", ("False",), context=True)
BODY = Body(
    text=("content", "data"),
    json="json",
    beside=("files",),
    same_bytes=False,
    shown_to=("auth", "event_hooks"),
)

BODY_KEYWORDS = ("content", "data", "files", "json")
CALL_KEYWORDS = ("params", "headers", "cookies", "auth", "follow_redirects", "timeout")
# What a call that makes its own client takes too. The methods of a client do not (TypeError).
MODULE_KEYWORDS = ("proxy", "verify", "trust_env")

_CLIENT_KEYWORDS = (
    "auth", "params", "headers", "cookies", "verify", "cert", "trust_env", "http1", "http2",
    "proxy", "mounts", "timeout", "follow_redirects", "limits", "max_redirects", "event_hooks",
    "base_url", "transport", "default_encoding",
)  # fmt: skip
_TRANSPORT = (
    "verify", "cert", "trust_env", "http1", "http2", "limits", "proxy", "uds", "local_address",
    "retries", "socket_options",
)  # fmt: skip

# Verb -> whether it takes a body.
VERBS = {
    "get": False,
    "options": False,
    "head": False,
    "post": True,
    "put": True,
    "patch": True,
    "delete": False,
}


@cache
def timeout_type(package: str) -> TimeoutType:
    """`Timeout(5)`, `Timeout(5, read=None)`, `Timeout((5, 10))`; a part of the four keywords
    without a default raises ValueError."""
    waits = ("connect", "read", "write", "pool")
    return TimeoutType(
        f"{package}.Timeout",
        parameters=("timeout",),
        keywords=waits,
        fields={"timeout": waits, **{wait: (wait,) for wait in waits}},
        default_field="timeout",
        complete=True,
        shape=True,
        # A zero fails the connection at once.
        zero="invalid",
    )


@cache
def timeouts(package: str) -> Timeouts:
    """For the functions of the module and the constructors of clients."""
    return Timeouts(
        waits=("connect", "read", "write", "pool"),
        omitted=5.0,
        none="unbounded",
        zero="invalid",
        negative="invalid",
        true="bounded",
        false="invalid",
        tuples={
            2: ("connect", "read"),
            3: ("connect", "read", "write"),
            4: ("connect", "read", "write", "pool"),
        },
        types=(timeout_type(package),),
        defaults=(f"{package}.DEFAULT_TIMEOUT_CONFIG",),
        also_in="extensions",
    )


def functions(package: str, verbs: Mapping[str, bool] = VERBS) -> dict[str, Sender]:
    """The senders of the module: `httpx.get`, ..., by dotted path."""
    keywords = (*CALL_KEYWORDS, *MODULE_KEYWORDS)
    senders = [
        Sender(
            verb,
            ("url",),
            (*BODY_KEYWORDS, *keywords) if has_body else keywords,
            switches=(VERIFY,),
            body=BODY if has_body else None,
        )
        for verb, has_body in verbs.items()
    ]
    request = Sender(
        "request",
        ("method", "url"),
        (*BODY_KEYWORDS, *keywords),
        switches=(VERIFY,),
        body=BODY,
    )
    senders += [request, replace(request, name="stream", stream="*")]
    return {f"{package}.{sender.name}": sender for sender in senders}


def client(
    package: str,
    name: str,
    *,
    asynchronous: bool,
    verbs: Mapping[str, bool] = VERBS,
    more: tuple[Sender, ...] = (),
) -> Client:
    """`Client` or `AsyncClient`. `more`: senders beyond the verbs, for httpx2."""
    values = timeouts(package)
    if asynchronous:
        # Where the sockets of the other refuse to be set so.
        values = replace(values, infinite="unbounded")
    call = replace(values, defaults=(*values.defaults, f"{package}.USE_CLIENT_DEFAULT"))
    keywords = (*CALL_KEYWORDS, "extensions")
    request = Sender(
        "request",
        ("method", "url"),
        (*BODY_KEYWORDS, *keywords),
        timeouts=call,
        body=BODY,
        # The timeout goes into the request, not on to `send`.
        delegates="send",
        asynchronous=asynchronous,
    )
    senders = [
        *(
            Sender(
                verb,
                ("url",),
                (*BODY_KEYWORDS, *keywords) if has_body else keywords,
                timeouts=call,
                body=BODY if has_body else None,
                delegates="request",
                passes=(*BODY_KEYWORDS, *keywords) if has_body else keywords,
                asynchronous=asynchronous,
            )
            for verb, has_body in verbs.items()
        ),
        request,
        replace(request, name="stream", stream="*"),
        Sender(
            "send",
            ("request",),
            ("stream", "auth", "follow_redirects"),
            timeout=None,
            prepared="request",
            headers=None,
            stream="stream",
            asynchronous=asynchronous,
        ),
        Sender(
            "build_request",
            ("method", "url"),
            (*BODY_KEYWORDS, "params", "headers", "cookies", "timeout", "extensions"),
            timeouts=call,
            body=BODY,
            lazy=True,
            released_by={f"{package}.{name}.send": None},
        ),
        *(replace(sender, timeouts=call, asynchronous=asynchronous) for sender in more),
    ]
    return Client(
        Constructor(
            f"{package}.{name}",
            keywords=_CLIENT_KEYWORDS,
            timeout="timeout",
            timeouts=values,
            switches=(replace(VERIFY, overridden_by=("transport",)),),
            transports={
                "transport": (f"{package}.HTTPTransport", f"{package}.AsyncHTTPTransport"),
                # Until 0.28: an ASGI or WSGI application.
                "app": (),
            },
            in_memory=tuple(f"{package}.{kind}Transport" for kind in ("Mock", "ASGI", "WSGI")),
        ),
        senders={sender.name: sender for sender in senders},
        settable=("timeout",),
        asynchronous=asynchronous,
    )


def library(
    package: str,
    *,
    verbs: Mapping[str, bool] = VERBS,
    more_functions: Mapping[str, Sender] | None = None,
    more_methods: tuple[Sender, ...] = (),
    mocks: tuple[str, ...] = (),
) -> Library:
    """The whole package, by its name."""
    return Library(
        name=package,
        packages=(package,),
        timeouts=timeouts(package),
        writes=Written("5.0"),
        mocks=mocks,
        functions={**functions(package, verbs), **(more_functions or {})},
        clients=(
            client(package, "Client", asynchronous=False, verbs=verbs, more=more_methods),
            client(package, "AsyncClient", asynchronous=True, verbs=verbs, more=more_methods),
        ),
        carriers=(
            Constructor(f"{package}.HTTPTransport", _TRANSPORT, switches=(VERIFY,)),
            Constructor(f"{package}.AsyncHTTPTransport", _TRANSPORT, switches=(VERIFY,)),
            Constructor(
                f"{package}.Proxy",
                ("url",),
                ("ssl_context", "auth", "headers"),
                switches=(Switch("ssl_context", (), context=True),),
            ),
        ),
        contexts=(
            Constructor(
                f"{package}.create_ssl_context",
                ("verify", "cert", "trust_env"),
                switches=(VERIFY,),
            ),
        ),
        aliases={
            f"{package}._api": package,
            f"{package}._client": package,
            f"{package}._config": package,
            f"{package}._transports.default": package,
        },
        default_named=f"{package}'s default of 5 s",
        timeout_types=(timeout_type(package),),
        one_shot=True,
        responses=Responses(
            body=(
                "json", "text", "content", "read", "aread", "iter_bytes", "iter_text",
                "iter_lines", "iter_raw", "aiter_bytes", "aiter_text", "aiter_lines", "aiter_raw",
            ),
            neutral=(
                "headers", "url", "encoding", "charset_encoding", "close", "aclose", "cookies",
                "elapsed", "http_version", "num_bytes_downloaded",
            ),
            checked_by=("event_hooks", "transport"),
            raises="raise_for_status",
            lines=("iter_lines", "aiter_lines"),
        ),
        timeout_errors=tuple(
            f"{package}.{name}"
            for name in (
                "TimeoutException", "ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout",
            )
        ),
        wider_errors=tuple(
            f"{package}.{name}" for name in ("TransportError", "RequestError", "HTTPError")
        ),
        credentials=(f"{package}.BasicAuth", f"{package}.DigestAuth"),
    )  # fmt: skip


LIBRARY = library(
    "httpx",
    mocks=(
        "httpx_mock",
        "respx_mock",
        "respx.mock",
        "respx.MockRouter",
        "respx.start",
        "respx.mock.start",
    ),
)
