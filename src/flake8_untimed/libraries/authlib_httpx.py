"""Authlib 1.9.8, its clients for httpx2 (httpx where that is not installed). Signatures checked by
tests/test_libraries.py; behaviour measured on CPython 3.12 against local servers. They hand
`timeout` and `verify` on to the client."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import httpx
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender

_PACKAGE = "authlib.integrations.httpx_client"

_OPTIONS = (
    "headers", "cookies", "verify", "cert", "http1", "http2", "proxy", "mounts", "timeout",
    "follow_redirects", "limits", "max_redirects", "event_hooks", "base_url", "transport",
    "trust_env", "default_encoding",
)  # fmt: skip
_OAUTH1 = (
    "client_id", "client_secret", "token", "token_secret", "redirect_uri", "rsa_key", "verifier",
    "signature_method", "signature_type", "force_include_body",
)  # fmt: skip
_OAUTH2 = (
    "client_id", "client_secret", "token_endpoint_auth_method",
    "revocation_endpoint_auth_method", "scope", "redirect_uri", "token", "token_placement",
    "update_token", "leeway",
)  # fmt: skip
_ASSERTION = (
    "token_endpoint", "issuer", "subject", "audience", "grant_type", "claims",
    "token_placement", "scope", "client_id",
)  # fmt: skip
_SYNC, _ASYNC = httpx.LIBRARY.clients
_TOKEN = (*httpx.CALL_KEYWORDS, "extensions")


def _client(
    name: str,
    parameters: tuple[str, ...],
    *names: str,
    tokens: tuple[tuple[str, ...], ...] = (),
) -> Client:
    """`names`: the senders that it overrides with two parameters of its own; `tokens`: name and
    parameters of those that fetch a token."""
    asynchronous = name.startswith("Async")
    base = _ASYNC if asynchronous else _SYNC
    plain = base.senders
    own = {
        name: replace(
            plain[name],
            parameters=(*plain[name].parameters, "withhold_token", "auth"),
            keywords=tuple(k for k in plain[name].keywords if k != "auth"),
        )
        for name in names
    }
    for token, *rest in tokens:
        own[token] = Sender(
            token,
            tuple(rest),
            tuple(k for k in _TOKEN if k not in rest),
            timeouts=plain["get"].timeouts,
            asynchronous=asynchronous,
        )
    return Client(
        Constructor(
            f"{_PACKAGE}.{name}",
            parameters,
            tuple(k for k in _OPTIONS if k not in parameters),
            timeout="timeout",
            switches=(httpx.VERIFY,),
        ),
        senders=own,
        bases=(base.path,),
        out_of_sight="silent",
        asynchronous=asynchronous,
    )


_FETCH = (("fetch_token", "url", "body", "method", "headers", "auth", "grant_type", "state"),)

LIBRARY = Library(
    name="authlib.httpx_client",
    packages=(_PACKAGE,),
    timeouts=httpx.LIBRARY.timeouts,
    writes=httpx.LIBRARY.writes,
    clients=(
        _client("OAuth1Client", _OAUTH1),
        _client("AsyncOAuth1Client", _OAUTH1),
        _client("OAuth2Client", _OAUTH2, "request", "stream", tokens=_FETCH),
        _client("AsyncOAuth2Client", _OAUTH2, "request", "stream", tokens=_FETCH),
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
