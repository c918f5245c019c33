"""aiohttp-client-cache 0.15.0: a ClientSession of aiohttp that caches. Signatures checked by
tests/test_libraries.py."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import aiohttp
from flake8_untimed.libraries.model import Client, Library, Sender

_CACHE = ("expire_after", "refresh")


def _sender(name: str, *parameters: str) -> Sender:
    sender = aiohttp.sender(name, *parameters)
    return replace(sender, keywords=(*sender.keywords, *_CACHE))


_CLIENT = Client(
    replace(
        aiohttp.SESSION.constructor,
        path="aiohttp_client_cache.CachedSession",
        keywords=("cache", *aiohttp.SESSION.constructor.keywords),
    ),
    senders={
        **{verb: _sender(verb, "url") for verb in aiohttp.VERBS},
        "request": _sender("request", "method", "url"),
        "_request": aiohttp.sender("_request", "method", "str_or_url", *_CACHE, delegates=None),
    },
    bases=("aiohttp.ClientSession",),
    out_of_sight="doubt",
    asynchronous=True,
)

LIBRARY = Library(
    name="aiohttp-client-cache",
    packages=("aiohttp_client_cache",),
    timeouts=aiohttp.TIMEOUTS,
    writes=aiohttp.LIBRARY.writes,
    mocks=aiohttp.LIBRARY.mocks,
    clients=(_CLIENT,),
    aliases={"aiohttp_client_cache.session": "aiohttp_client_cache"},
    default_named=aiohttp.LIBRARY.default_named,
    responses=aiohttp.LIBRARY.responses,
)
