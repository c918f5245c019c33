"""CacheControl 0.14.4: adapters of requests that cache. `CacheControl(session)` mounts them on a
session and returns that session. Signatures checked by tests/test_libraries.py."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library

_SEND = requests.ADAPTER.senders["send"]

LIBRARY = Library(
    name="cachecontrol",
    packages=("cachecontrol",),
    vendored=True,
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(
        Client(
            Constructor(
                "cachecontrol.CacheControl",
                (
                    "sess", "cache", "cache_etags", "serializer", "heuristic",
                    "controller_class", "adapter_class", "cacheable_methods",
                ),
            ),
            senders={},
            bases=("requests.Session",),
            takes_session="sess",
        ),
    ),
    carriers=(
        Constructor(
            "cachecontrol.CacheControlAdapter",
            (
                "cache", "cache_etags", "controller_class", "serializer", "heuristic",
                "cacheable_methods", *requests.ADAPTER.parameters,
            ),
            senders={
                "send": replace(_SEND, parameters=(*_SEND.parameters, "cacheable_methods")),
            },
        ),
    ),
    aliases={
        "cachecontrol.wrapper.CacheControl": "cachecontrol.CacheControl",
        "cachecontrol.adapter.CacheControlAdapter": "cachecontrol.CacheControlAdapter",
    },
    responses=requests.RESPONSES,
)  # fmt: skip
