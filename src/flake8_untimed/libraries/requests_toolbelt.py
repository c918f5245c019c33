"""requests-toolbelt 1.0.0: a session of requests with a base URL, and adapters, none of which
bounds a wait. Signatures checked by tests/test_libraries.py."""

from __future__ import annotations

from dataclasses import replace

from flake8_untimed.libraries import requests
from flake8_untimed.libraries.model import Client, Constructor, Library

_POOL = ("pool_connections", "pool_maxsize", "max_retries", "pool_block")


def _adapter(path: str, *parameters: str) -> Constructor:
    return Constructor(
        f"requests_toolbelt.adapters.{path}",
        parameters,
        tuple(name for name in _POOL if name not in parameters),
        senders=requests.ADAPTER.senders,
    )


_SEND = requests.ADAPTER.senders["send"]
_HOST_HEADER = replace(
    _adapter("host_header_ssl.HostHeaderSSLAdapter", *_POOL),
    senders={"send": replace(_SEND, parameters=("request",), keywords=_SEND.parameters[1:])},
)


LIBRARY = Library(
    name="requests-toolbelt",
    packages=("requests_toolbelt",),
    vendored=True,
    timeouts=requests.TIMEOUTS,
    writes=requests.LIBRARY.writes,
    mocks=requests.LIBRARY.mocks,
    clients=(
        Client(
            Constructor("requests_toolbelt.sessions.BaseUrlSession", ("base_url",)),
            senders={},
            bases=("requests.Session",),
        ),
    ),
    carriers=(
        _adapter("ssl.SSLAdapter", "ssl_version"),
        _adapter("source.SourceAddressAdapter", "source_address"),
        _adapter("fingerprint.FingerprintAdapter", "fingerprint"),
        _HOST_HEADER,
        _adapter("socket_options.SocketOptionsAdapter"),
        _adapter("socket_options.TCPKeepAliveAdapter"),
    ),
    aliases={
        "requests_toolbelt.SSLAdapter": "requests_toolbelt.adapters.ssl.SSLAdapter",
        "requests_toolbelt.SourceAddressAdapter": (
            "requests_toolbelt.adapters.source.SourceAddressAdapter"
        ),
        "requests_toolbelt.adapters.SSLAdapter": "requests_toolbelt.adapters.ssl.SSLAdapter",
        "requests_toolbelt.adapters.SourceAddressAdapter": (
            "requests_toolbelt.adapters.source.SourceAddressAdapter"
        ),
    },
    responses=requests.RESPONSES,
)
