"""requests-cache 1.3.3: a session of requests that caches. Its constructor passes what it does not
know on to the cache, so `timeout=` there is SQLite's. Signatures checked by
tests/test_libraries.py; behaviour measured on CPython 3.12 against local servers."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library, Sender

_CACHE = ("expire_after", "only_if_cached", "refresh", "force_refresh")

# As in requests, but `json` of post is keyword-only.
_VERBS = {**requests.VERBS, "post": ("data",)}


def _verb(name: str, parameters: tuple[str, ...]) -> Sender:
    verb = requests.verb(name, *parameters, delegates="request")
    return replace(verb, keywords=(*verb.keywords, *_CACHE))


_SESSION = Client(
    Constructor(
        "requests_cache.CachedSession",
        (
            "cache_name", "backend", "serializer", "expire_after", "urls_expire_after",
            "cache_control", "content_root_key", "allowable_codes",
            "allowable_methods", "always_revalidate", "ignored_parameters",
            "match_headers", "filter_fn", "key_fn", "read_only", "stale_if_error",
            "autoclose",
        ),
        ("timeout",),
        idle_timeouts=("timeout",),
    ),
    senders={
        **{name: _verb(name, parameters) for name, parameters in _VERBS.items()},
        "request": replace(requests.REQUEST, keywords=_CACHE),
        "send": replace(
            requests.SEND,
            parameters=("request", *_CACHE),
        ),
    },
    bases=("requests.Session",),
)  # fmt: skip

LIBRARY = Library(
    name="requests-cache",
    packages=("requests_cache",),
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(
        _SESSION,
        # For a class with another session behind it: it passes on what it does not know.
        Client(
            replace(_SESSION.constructor, path="requests_cache.CacheMixin"),
            senders={},
            bases=(_SESSION.path,),
        ),
    ),
    aliases={"requests_cache.session": "requests_cache"},
    responses=requests.RESPONSES,
)
