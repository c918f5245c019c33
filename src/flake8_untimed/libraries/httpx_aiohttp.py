"""httpx-aiohttp 0.2.0: a client of httpx that sends through aiohttp, with the timeouts of httpx.
Signatures checked by tests/test_libraries.py; behaviour measured on CPython 3.12 against a local server
that accepts and never answers: 5 s without a timeout, no end with `timeout=None`."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import httpx
from flake8_untimed.libraries.model import Library

_BASE = httpx.client("httpx", "AsyncClient", asynchronous=True)

LIBRARY = Library(
    name="httpx-aiohttp",
    packages=("httpx_aiohttp",),
    timeouts=httpx.LIBRARY.timeouts,
    writes=httpx.LIBRARY.writes,
    mocks=httpx.LIBRARY.mocks,
    clients=(
        replace(
            _BASE,
            constructor=replace(_BASE.constructor, path="httpx_aiohttp.HttpxAiohttpClient"),
            bases=("httpx.AsyncClient",),
        ),
    ),
    aliases={"httpx_aiohttp.client": "httpx_aiohttp"},
    default_named=httpx.LIBRARY.default_named,
    one_shot=True,
    responses=httpx.LIBRARY.responses,
)
