"""Authlib 1.9.8, its sessions for requests. Signatures checked by tests/test_libraries.py;
behaviour measured on CPython 3.12 against local servers.

`default_timeout=` is a real default, for the requests for tokens too; `timeout=` at the
construction is dropped without a word. A call's own `timeout=None` lifts the default.
"""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender

_PACKAGE = "authlib.integrations.requests_client"

# At the construction a falsy default is no default.
_DEFAULT = replace(requests.TIMEOUTS, zero="unbounded", false="unbounded")

_KEYWORDS = (
    "params", "data", "files", "json", "cookies", "timeout", "allow_redirects", "proxies",
    "hooks", "stream", "verify", "cert",
)  # fmt: skip
# What a constructor sets on the session, and one that it drops.
_ATTRIBUTES = (
    "proxies", "hooks", "stream", "verify", "cert", "max_redirects", "trust_env", "timeout",
)  # fmt: skip


# What a token is fetched for: goes into the body, so that the URL may be left to the session.
GRANT = (
    "code", "authorization_response", "code_verifier", "username", "password", "redirect_uri",
    "scope", "refresh_token", "client_id", "client_secret", "assertion", "audience", "resource",
    "device_code",
)  # fmt: skip


def _token(name: str, *parameters: str, grant: tuple[str, ...] = ()) -> Sender:
    return Sender(
        name,
        parameters,
        ("allow_redirects", "timeout", "cookies", "files", "proxies", "hooks", "stream",
         "verify", "cert", *grant),
        switches=(requests.VERIFY,),
        delegates="request",
    )  # fmt: skip


_REQUEST = replace(
    requests.REQUEST,
    parameters=("method", "url", "withhold_token", "auth"),
    keywords=(*_KEYWORDS, "headers"),
)


def _oauth2(name: str, parameters: tuple[str, ...], tokens: tuple[Sender, ...] = ()) -> Client:
    return Client(
        Constructor(
            f"{_PACKAGE}.{name}",
            parameters,
            _ATTRIBUTES,
            timeout="default_timeout",
            timeouts=_DEFAULT,
            idle_timeouts=("timeout",),
            switches=(requests.VERIFY,),
        ),
        senders={"request": _REQUEST, **{token.name: token for token in tokens}},
        bases=("requests.Session",),
        out_of_sight="doubt",
        settable=("default_timeout",),
    )


_OAUTH1 = Client(
    Constructor(
        f"{_PACKAGE}.OAuth1Session",
        (
            "client_id", "client_secret", "token", "token_secret", "redirect_uri", "rsa_key",
            "verifier", "signature_method", "signature_type", "force_include_body",
        ),
        _ATTRIBUTES,
        idle_timeouts=("timeout",),
        switches=(requests.VERIFY,),
    ),
    senders={
        "fetch_request_token": _token("fetch_request_token", "url"),
        "fetch_access_token": _token("fetch_access_token", "url", "verifier"),
    },
    bases=("requests.Session",),
)  # fmt: skip

LIBRARY = Library(
    name="authlib.requests_client",
    packages=(_PACKAGE,),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(
        _OAUTH1,
        _oauth2(
            "OAuth2Session",
            (
                "client_id", "client_secret", "token_endpoint_auth_method",
                "revocation_endpoint_auth_method", "scope", "state", "redirect_uri", "token",
                "token_placement", "update_token", "leeway", "default_timeout",
            ),
            (
                _token(
                    "fetch_token",
                    "url", "body", "method", "headers", "auth", "grant_type", "state",
                    grant=GRANT,
                ),
                _token("refresh_token", "url", "refresh_token", "body", "auth", "headers"),
                _token(
                    "introspect_token",
                    "url", "token", "token_type_hint", "body", "auth", "headers",
                ),
                _token(
                    "revoke_token",
                    "url", "token", "token_type_hint", "body", "auth", "headers",
                ),
            ),
        ),
        _oauth2(
            "AssertionSession",
            (
                "token_endpoint", "issuer", "subject", "audience", "grant_type", "claims",
                "token_placement", "scope", "client_id", "default_timeout", "leeway",
            ),
        ),
    ),
    aliases={
        f"{_PACKAGE}.oauth1_session": _PACKAGE,
        f"{_PACKAGE}.oauth2_session": _PACKAGE,
        f"{_PACKAGE}.assertion_session": _PACKAGE,
    },
)  # fmt: skip
