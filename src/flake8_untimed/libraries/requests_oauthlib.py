"""requests-oauthlib 2.0.0: sessions of requests that sign what they send. The requests for tokens
wait for ever too. Signatures checked by tests/test_libraries.py; behaviour measured on CPython 3.12
against local servers."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender

# What the methods that fetch tokens hand on to `request`.
_REQUEST_KEYWORDS = (
    "params", "data", "headers", "cookies", "files", "auth", "timeout", "allow_redirects",
    "proxies", "hooks", "stream", "verify", "cert", "json",
)  # fmt: skip


def _token(name: str, *parameters: str, keywords: tuple[str, ...] = ()) -> Sender:
    return Sender(
        name,
        parameters,
        keywords,
        switches=(requests.VERIFY,),
        delegates="request",
    )


_OAUTH1 = Client(
    Constructor(
        "requests_oauthlib.OAuth1Session",
        (
            "client_key", "client_secret", "resource_owner_key", "resource_owner_secret",
            "callback_uri", "signature_method", "signature_type", "rsa_key", "verifier",
            "client_class", "force_include_body",
        ),
    ),
    senders={
        "fetch_request_token": _token(
            "fetch_request_token", "url", "realm", keywords=_REQUEST_KEYWORDS
        ),
        "fetch_access_token": _token(
            "fetch_access_token", "url", "verifier", keywords=_REQUEST_KEYWORDS
        ),
    },
    bases=("requests.Session",),
)  # fmt: skip

_OAUTH2 = Client(
    Constructor(
        "requests_oauthlib.OAuth2Session",
        (
            "client_id", "client", "auto_refresh_url", "auto_refresh_kwargs", "scope",
            "redirect_uri", "token", "state", "token_updater", "pkce",
        ),
    ),
    senders={
        # Positions differ from those of requests.
        "request": replace(
            requests.REQUEST,
            parameters=(
                "method", "url", "data", "headers", "withhold_token", "client_id",
                "client_secret", "files",
            ),
            keywords=(
                "params", "cookies", "auth", "timeout", "allow_redirects", "proxies", "hooks",
                "stream", "verify", "cert", "json",
            ),
        ),
        "fetch_token": _token(
            "fetch_token",
            "token_url", "code", "authorization_response", "body", "auth", "username",
            "password", "method", "force_querystring", "timeout", "headers", "verify",
            "proxies", "include_client_id", "client_secret", "cert",
        ),
        "refresh_token": _token(
            "refresh_token",
            "token_url", "refresh_token", "body", "auth", "timeout", "headers", "verify",
            "proxies",
        ),
    },
    bases=("requests.Session",),
)  # fmt: skip

LIBRARY = Library(
    name="requests-oauthlib",
    packages=("requests_oauthlib",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(_OAUTH1, _OAUTH2),
    aliases={
        "requests_oauthlib.oauth1_session": "requests_oauthlib",
        "requests_oauthlib.oauth2_session": "requests_oauthlib",
    },
    responses=requests.RESPONSES,
)
