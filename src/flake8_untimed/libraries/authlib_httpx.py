"""Authlib 1.9.8, its clients for httpx2, or for httpx where that is not installed. Signatures
checked by tests/test_libraries.py; behaviour measured on CPython 3.12 against local servers. They
hand `timeout` and `verify` on to the client; `default_timeout=`, as the sessions for requests have
it, is dropped without a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flake8_untimed.libraries import httpx, httpx2
from flake8_untimed.libraries.authlib_requests import GRANT
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender, Timeouts

_PACKAGE = "authlib.integrations.httpx_client"

_OPTIONS = (
    "headers", "cookies", "verify", "cert", "http1", "http2", "proxy", "mounts", "timeout",
    "follow_redirects", "limits", "max_redirects", "event_hooks", "base_url", "transport",
    "trust_env", "default_encoding", "default_timeout",
)  # fmt: skip
_OAUTH1 = (
    "client_id", "client_secret", "token", "token_secret", "redirect_uri", "rsa_key", "verifier",
    "signature_method", "signature_type", "force_include_body",
)  # fmt: skip
_OAUTH2 = (
    "client_id", "client_secret", "token_endpoint_auth_method",
    "revocation_endpoint_auth_method", "scope", "redirect_uri", "token", "token_placement",
    "update_token",
)  # fmt: skip
_ASSERTION = (
    "token_endpoint", "issuer", "subject", "audience", "grant_type", "claims",
    "token_placement", "scope", "client_id",
)  # fmt: skip


def _either(one: Timeouts | None, other: Timeouts | None) -> Timeouts:
    """What both packages make of a value, with the objects of both."""
    assert one is not None
    assert other is not None
    return replace(one, types=one.types + other.types, defaults=one.defaults + other.defaults)


def _plain(base: Client, twin: Client) -> Mapping[str, Sender]:
    """The senders of httpx2's client, which take a timeout of either package."""
    call = _either(base.senders["get"].timeouts, twin.senders["get"].timeouts)
    return {
        name: replace(sender, timeouts=call) if sender.timeout else sender
        for name, sender in base.senders.items()
    }


_BASES = httpx2.LIBRARY.clients
_SENDERS = tuple(map(_plain, _BASES, httpx.LIBRARY.clients))
_DEFAULTS = tuple(
    _either(base.constructor.timeouts, twin.constructor.timeouts)
    for base, twin in zip(_BASES, httpx.LIBRARY.clients, strict=True)
)


def _with_token(sender: Sender) -> Sender:
    """An override with two positional parameters of its own."""
    return replace(
        sender,
        parameters=(*sender.parameters, "withhold_token", "auth"),
        keywords=tuple(k for k in sender.keywords if k != "auth"),
    )


def _fetch_token(post: Sender) -> Sender:
    return Sender(
        "fetch_token",
        ("url", "body", "method", "headers", "auth", "grant_type", "state"),
        ("params", "cookies", "follow_redirects", "timeout", "extensions", *GRANT),
        timeouts=post.timeouts,
        asynchronous=post.asynchronous,
    )


def _client(
    name: str, parameters: tuple[str, ...], *overridden: str, fetches: bool = False
) -> Client:
    asynchronous = name.startswith("Async")
    senders = dict(_SENDERS[asynchronous])
    senders.update({method: _with_token(senders[method]) for method in overridden})
    if fetches:
        senders["fetch_token"] = _fetch_token(senders["post"])
    return Client(
        Constructor(
            f"{_PACKAGE}.{name}",
            parameters,
            _OPTIONS,
            timeout="timeout",
            timeouts=_DEFAULTS[asynchronous],
            idle_timeouts=("default_timeout",),
            switches=(httpx.VERIFY,),
        ),
        senders=senders,
        bases=(_BASES[asynchronous].path,),
        asynchronous=asynchronous,
    )


LIBRARY = Library(
    name="authlib.httpx_client",
    packages=(_PACKAGE,),
    timeouts=httpx.LIBRARY.timeouts,
    writes=httpx.LIBRARY.writes,
    mocks=httpx.LIBRARY.mocks,
    clients=(
        _client("OAuth1Client", _OAUTH1),
        _client("AsyncOAuth1Client", _OAUTH1),
        _client("OAuth2Client", _OAUTH2, "request", "stream", fetches=True),
        _client("AsyncOAuth2Client", (*_OAUTH2, "leeway"), "request", "stream", fetches=True),
        _client("AssertionClient", _ASSERTION, "request"),
        _client("AsyncAssertionClient", _ASSERTION, "request"),
    ),
    aliases={
        f"{_PACKAGE}.oauth1_client": _PACKAGE,
        f"{_PACKAGE}.oauth2_client": _PACKAGE,
        f"{_PACKAGE}.assertion_client": _PACKAGE,
    },
    default_named=httpx.LIBRARY.default_named,
)
