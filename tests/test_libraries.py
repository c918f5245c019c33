"""The knowledge of libraries/ against the libraries themselves, so that it cannot rot.

Three parts: the look-ups; every entry against `inspect.signature`; and the tables of values, JSON
and TLS against what really happens when a server on 127.0.0.1 accepts and never answers, echoes, or
shows a certificate that nobody signed.

requests, httpx, httpx2, aiohttp, urllib3 and the standard library must be there (install
tests/requirements-libraries.txt); another library that is not installed is skipped.
tests/requirements-libraries-apart.txt says how to try those that live apart.
"""

from __future__ import annotations

import ast
import asyncio
import http.client
import http.server
import importlib
import importlib.util
import inspect
import io
import json
import pkgutil
import re
import socket
import ssl
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flake8_untimed import libraries
from flake8_untimed.libraries import ALL, Catalogue, catalogue
from flake8_untimed.libraries.authlib_requests import GRANT
from flake8_untimed.libraries.model import (
    Client,
    Constructor,
    Library,
    Sender,
    Switch,
    Timeouts,
    TimeoutType,
)

CORE = {"requests", "httpx", "httpx2", "aiohttp", "urllib3", "urllib.request", "http.client"}
APART = {"niquests", "requests-html"}

# grequests patches the standard library when it is imported, under every test that comes after.
if importlib.util.find_spec("gevent"):
    importlib.import_module("gevent.monkey").patch_all = lambda **_: None

# Where the packages of requirements-libraries-apart.txt are, the others cannot be.
LIVES_APART = importlib.util.find_spec("niquests") or importlib.util.find_spec("requests_html")

BY_NAME = {library.name: library for library in ALL}
TIMEOUT_TYPES = {type_.path: type_ for library in ALL for type_ in library.timeout_types}


# --- finding the real things -------------------------------------------------------------------


class Missing(Exception):
    """Nothing is at a path."""


def at(path: str) -> Any:
    """The object at a dotted path, by import and attributes."""
    parts = path.split(".")
    for i in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:i]))
        except ImportError:
            continue
        try:
            for name in parts[i:]:
                found = getattr(found, name)
        except AttributeError as error:
            raise Missing(path) from error
        return found
    raise Missing(path)


def installed(path: str) -> Any:
    """The object at a canonical path, which may really be importable by another path only."""
    try:
        return at(path)
    except Missing:
        for other in other_paths(path):
            try:
                return at(other)
            except Missing:
                continue
        raise


def other_paths(path: str) -> list[str]:
    """The paths that the aliases turn into `path`."""
    return [
        alias + path[len(target) :]
        for library in ALL
        for alias, target in library.aliases.items()
        if path == target or path.startswith(f"{target}.")
    ]


def needs(library: Library) -> None:
    """Skips the test when the library is not installed; the core ones must be."""
    for package in library.packages:
        try:
            importlib.import_module(package)
        except ImportError as error:
            must = library.name in CORE and not LIVES_APART
            message = f"{package} cannot be imported: {error}"
            pytest.fail(message) if must else pytest.skip(message)
    if library.name not in APART and LIVES_APART and library.name in CORE:
        pytest.skip("another version, for niquests and requests-html")


# --- the look-ups ------------------------------------------------------------------------------


def test_every_module_with_a_library_is_found() -> None:
    folder = Path(libraries.__file__).parent
    with_library = {
        path.stem
        for path in folder.glob("*.py")
        if re.search(r"^LIBRARY = ", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    others = {path.stem for path in folder.glob("*.py")} - with_library
    assert others == {"__init__", "model"}
    assert len(ALL) == len(with_library) == len(BY_NAME)
    assert {module.name for module in pkgutil.iter_modules([str(folder)])} - {"model"} == (
        with_library
    )


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("requests.get", "requests.get"),
        ("requests.api.get", "requests.get"),
        ("requests.sessions.Session.get", "requests.Session.get"),
        ("requests.adapters.HTTPAdapter", "requests.adapters.HTTPAdapter"),
        ("requests.sessions.HTTPAdapter", "requests.adapters.HTTPAdapter"),
        ("requests.apiary.get", "requests.apiary.get"),
        ("pip._vendor.requests.get", "requests.get"),
        ("pip._vendor.requests.api.get", "requests.get"),
        ("botocore.vendored.requests", "requests"),
        ("requests.packages.urllib3.util.timeout.Timeout", "urllib3.Timeout"),
        ("pip._vendor.urllib3.poolmanager.PoolManager", "urllib3.PoolManager"),
        ("vendor.requests", "requests"),
        ("app.vendor.httpx.get", "app.vendor.httpx.get"),
        ("my.requests.get", "my.requests.get"),
        ("requests.packages", "requests.packages"),
        ("httpx._client.AsyncClient", "httpx.AsyncClient"),
        ("aiohttp.client.ClientSession", "aiohttp.ClientSession"),
        ("aiohttp.client_exceptions.ClientError", "aiohttp.client_exceptions.ClientError"),
        ("curl_cffi.requests.get", "curl_cffi.get"),
        ("six.moves.urllib.request.urlopen", "urllib.request.urlopen"),
        ("six.moves.http_client.HTTPConnection", "http.client.HTTPConnection"),
        ("urllib.parse.quote", "urllib.parse.quote"),
        ("treq.api.HTTPClient", "treq.client.HTTPClient"),
        ("", ""),
        ("..", ".."),
    ],
)
def test_canonical(path: str, canonical: str) -> None:
    assert catalogue().canonical(path) == canonical
    assert catalogue().canonical(canonical) == canonical


def test_canonical_paths_are_stable() -> None:
    """No known path is turned into another one by an alias."""
    for path in known_paths():
        assert catalogue().canonical(path) == path


def known_paths() -> list[str]:
    return [
        path
        for library in ALL
        for path in (
            *library.functions,
            *(client.path for client in library.clients),
            *library.factories,
            *(c.path for c in (*library.carriers, *library.contexts)),
            *(t.path for t in library.timeout_types),
        )
    ]


def test_look_ups() -> None:
    known = catalogue()
    assert known.sender("requests.get") is BY_NAME["requests"].functions["requests.get"]
    assert known.sender("requests.Session") is None
    assert known.factory("requests.session") == "requests.Session"
    assert known.carrier("aiohttp.TCPConnector")
    assert known.context("httpx.create_ssl_context")
    assert known.library_of("requests") is BY_NAME["requests"]
    assert known.library_of("requests.utils.quote") is BY_NAME["requests"]
    assert known.library_of("urllib.request.urlopen") is BY_NAME["urllib.request"]
    assert known.library_of("urllib.parse") is None
    assert known.library_of("requests_mock") is None
    names = {
        "authlib.integrations.requests_client.OAuth2Session": "authlib.requests_client",
        "authlib.integrations.httpx_client.OAuth2Client": "authlib.httpx_client",
    }
    for path, name in names.items():
        assert known.library_of(path) is BY_NAME[name]


def test_paths_are_of_one_library_only() -> None:
    paths = known_paths()
    assert sorted(set(paths)) == sorted(paths)


def test_clients_inherit_across_libraries() -> None:
    known = catalogue()
    own = known.client("requests.Session")
    base_url = known.client("requests_toolbelt.sessions.BaseUrlSession")
    assert own
    assert base_url
    assert set(base_url.senders) == set(own.senders)
    assert base_url.idle == ("timeout",)
    assert base_url.switches == own.switches
    oauth = known.client("requests_oauthlib.OAuth2Session")
    assert oauth
    assert oauth.senders["request"].parameters[2] == "data", "its own, not the base's"
    assert oauth.senders["get"].parameters == own.senders["get"].parameters
    authlib = known.client("authlib.integrations.httpx_client.AsyncOAuth2Client")
    assert authlib
    assert authlib.senders["post"].asynchronous
    assert authlib.settable == ("timeout",)


def test_inherited_senders_keep_the_timeouts_of_their_library() -> None:
    """`timeouts=None` means the library's: not that of the library that inherits."""
    authlib = catalogue().client("authlib.integrations.requests_client.OAuth2Session")
    assert authlib
    assert authlib.senders["get"].timeouts is BY_NAME["requests"].timeouts
    oauth = catalogue().client("authlib.integrations.httpx_client.OAuth2Client")
    assert oauth
    accepted = oauth.senders["get"].timeouts
    assert accepted
    assert {type_.path for type_ in accepted.types} == {"httpx.Timeout", "httpx2.Timeout"}


def test_disabled_libraries_are_unknown() -> None:
    without = catalogue(frozenset({"requests"}))
    assert without.sender("requests.get") is None
    assert without.library_of("requests.get") is None
    assert without.canonical("pip._vendor.requests.get") == "pip._vendor.requests.get"
    assert without.sender("httpx.get")
    toolbelt = without.client("requests_toolbelt.sessions.BaseUrlSession")
    assert toolbelt
    assert "get" in toolbelt.senders, "a Session all the same"
    assert not without.is_named(b"import requests")
    assert catalogue(frozenset({"requests"})) is without, "built once"
    nothing = Catalogue(())
    assert not nothing.is_named(b"import requests, httpx")
    assert nothing.canonical("requests.api.get") == "requests.api.get"


@pytest.mark.parametrize(
    "text",
    [
        b"import requests",
        b"requests",
        b"from x import requests as r",
        b"pip._vendor.requests",
        b"importlib.import_module('requests')",
        b"from curl_cffi import requests",
        b"import requests_toolbelt.sessions",
        b"import urllib.request",
        b"import urllib . request",
        b"from urllib import request",
        b"from urllib import (\n    parse,\n    request,\n)",
        b"from urllib \\\n    import request",
        b"from six.moves.urllib.request import urlopen",
        b"from six.moves import http_client",
        b"import http.client",
        b"from http import client",
        b"import urllib3",
        b"import httpx2",
        b"from authlib.integrations.requests_client import OAuth2Session",
        b"from authlib.integrations import httpx_client",
        b"# -*- coding: latin-1 -*-\n# caf\xe9\nimport aiohttp\n",
    ],
)
def test_a_text_that_names_a_package(text: bytes) -> None:
    assert catalogue().is_named(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"import requests2",
        b"import my_requests",
        b"import myrequests",
        b"requests_mock",
        b"import urllib.parse",
        b"import urllib",
        b"import urllib.requests_",
        b"http.server",
        b"http://example.org/ http.cookies",
        b"httpx3, aiohttpx, _aiohttp",
        b"authlib.jose",
    ],
)
def test_a_text_that_names_none(text: bytes) -> None:
    assert not catalogue().is_named(text)


def test_every_package_is_found_by_the_pattern() -> None:
    for library in ALL:
        for package in (*library.packages, *library.mentions):
            assert catalogue().is_named(f"import {package}\n".encode())


# --- entries that agree with themselves --------------------------------------------------------


class Entry(NamedTuple):
    """A sender, and where it is found."""

    library: Library
    path: str
    sender: Sender
    client: Client | None


def entries(library: Library) -> list[Entry]:
    """The functions and methods that the library's own file describes."""
    return [
        *(Entry(library, path, sender, None) for path, sender in library.functions.items()),
        *(
            Entry(library, f"{client.path}.{name}", sender, client)
            for client in library.clients
            for name, sender in client.senders.items()
        ),
        *(
            Entry(library, f"{carrier.path}.{name}", sender, None)
            for carrier in library.carriers
            for name, sender in carrier.senders.items()
        ),
    ]


ENTRIES = [entry for library in ALL for entry in entries(library)]
CONSTRUCTORS = [
    (library, constructor)
    for library in ALL
    for constructor in (
        *(client.constructor for client in library.clients),
        *library.carriers,
        *library.contexts,
    )
]


def by_path(values: list[Any]) -> list[Any]:
    return [pytest.param(v, id=getattr(v, "path", None) or v[1].path) for v in values]


def assert_known(names: tuple[str | None, ...], parameters: tuple[str, ...]) -> None:
    unknown = {name for name in names if name is not None} - {*parameters, "*"}
    assert not unknown


@pytest.mark.parametrize("entry", by_path(ENTRIES))
def test_a_sender_names_only_its_own_parameters(entry: Entry) -> None:
    sender = entry.sender
    parameters = (*sender.parameters, *sender.keywords)
    assert len(set(parameters)) == len(parameters)
    assert sender.name == entry.path.rpartition(".")[2]
    takes_headers = sender.headers if "headers" in parameters or sender.body else None
    assert_known((sender.timeout, sender.stream, takes_headers), parameters)
    assert_known(tuple(switch.name for switch in sender.switches), parameters)
    if sender.body:
        body = sender.body
        assert_known((*body.text, body.json, *body.beside, body.request), parameters)
    if sender.delegates and "." in sender.delegates:
        owner, _, name = sender.delegates.rpartition(".")
        assert catalogue().sending(owner, name)[1]
    elif sender.delegates:
        assert entry.client
        merged = catalogue().client(entry.client.path)
        assert merged
        assert sender.delegates in merged.senders
    assert_known(sender.passes, parameters)


GOING_ON = [e for e in ENTRIES if not e.client and e.sender.delegates]


@pytest.mark.parametrize("entry", by_path(GOING_ON))
def test_a_function_calls_what_it_goes_on_with_by_that_name(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(entry.library)

    class Taken(Exception):
        """What was put in the place of the name got the call."""

    def take(*_: object, **__: object) -> None:
        raise Taken

    owner, _, name = (entry.sender.delegates or "").rpartition(".")
    monkeypatch.setattr(at(owner), name, take)
    needed = (
        ["http://127.0.0.1:9"]
        if entry.sender.parameters[0] == "url"
        else ["GET", "http://127.0.0.1:9"]
    )
    with pytest.raises(Taken):
        at(entry.path)(*needed)


@pytest.mark.parametrize("case", by_path(CONSTRUCTORS))
def test_a_constructor_names_only_its_own_parameters(case: tuple[Library, Constructor]) -> None:
    _, constructor = case
    parameters = (*constructor.parameters, *constructor.keywords)
    assert len(set(parameters)) == len(parameters)
    names = (constructor.timeout, *constructor.idle_timeouts, *constructor.partial_timeouts)
    assert_known(names, parameters)
    assert_known(tuple(switch.name for switch in constructor.switches), parameters)


@pytest.mark.parametrize("library", ALL, ids=lambda library: library.name)
def test_a_library_agrees_with_itself(library: Library) -> None:
    for values in tables(library):
        for places in values.tuples.values():
            assert set(values.waits) & set(places), "a tuple bounds some wait"
        for type_ in values.types:
            assert TIMEOUT_TYPES[type_.path] is type_, "one object for each fact"
            assert {*type_.completed_by.values(), type_.total} <= {*type_.fields, None}
            assert {w for waits in type_.fields.values() for w in waits} <= set(values.waits)
    for target in library.factories.values():
        assert catalogue().client(target)
    for client in library.clients:
        for base in client.bases:
            assert catalogue().client(base)
        assert_known((client.takes_session,), client.constructor.parameters)
    for switch in switches(library):
        for literal in switch.off:
            assert (
                re.fullmatch(r"ssl\.CERT_NONE", literal)
                or not ast.literal_eval(literal)
                or literal in ("True", "1", "'CERT_NONE'", "'NONE'")
            )
        assert switch.off or switch.context, "it can turn something off"
    text = library.writes.text
    compile(text, "<writes>", "eval")
    for name in library.writes.needs:
        assert name in text
    speaks_of_default = any(t.omitted is not None for t in tables(library))
    assert bool(library.default_named) == speaks_of_default


def tables(library: Library) -> list[Timeouts]:
    senders = [entry.sender.timeouts for entry in entries(library)]
    constructors = [client.constructor.timeouts for client in library.clients]
    return [t for t in (library.timeouts, *senders, *constructors) if t]


def switches(library: Library) -> list[Switch]:
    return [
        switch
        for holder in (
            *(entry.sender for entry in entries(library)),
            *library.clients,
            *(c for owner, c in CONSTRUCTORS if owner is library),
        )
        for switch in holder.switches
    ]


# --- entries against signatures ----------------------------------------------------------------

# What takes the **kwargs of a callable, by the longest prefix of its path; the parameters of all of
# them count, and their own **kwargs too.
BEHIND: dict[str, tuple[str, ...]] = {
    "requests": ("requests.Session.request",),
    # It takes allow_redirects out for itself.
    "requests.Session.send": (
        "requests.adapters.HTTPAdapter.send",
        "requests.Session.request",
    ),
    "requests_toolbelt": ("requests.adapters.HTTPAdapter",),
    "requests_toolbelt.adapters.host_header_ssl.HostHeaderSSLAdapter.send": (
        "requests.adapters.HTTPAdapter.send",
    ),
    "requests_cache": ("requests.Session.request", "requests_cache.CachedSession.request"),
    "requests_cache.CachedSession.send": (
        "requests.Session.request",
        "requests_cache.CachedSession.request",
    ),
    "requests_oauthlib": ("requests.Session.request",),
    "requests_ratelimiter": ("requests.adapters.HTTPAdapter",),
    "requests_ratelimiter.LimiterAdapter.send": ("requests.adapters.HTTPAdapter.send",),
    "requests_unixsocket": ("requests.Session.request",),
    "cachecontrol": ("requests.adapters.HTTPAdapter",),
    "requests_futures": ("requests.Session.request",),
    "requests_html": ("requests_html.BaseSession", "requests.Session.request"),
    "cloudscraper": ("requests.Session.request",),
    "grequests": ("requests.Session.request", "grequests.AsyncRequest"),
    "urllib3": ("urllib3.HTTPConnectionPool.urlopen",),
    "urllib3.PoolManager": ("urllib3.HTTPSConnectionPool", "urllib3.connection.HTTPSConnection"),
    "urllib3.ProxyManager": ("urllib3.HTTPSConnectionPool", "urllib3.connection.HTTPSConnection"),
    "urllib3.HTTPSConnectionPool": ("urllib3.connection.HTTPSConnection",),
    "urllib3.connection_from_url": (
        "urllib3.HTTPSConnectionPool",
        "urllib3.connection.HTTPSConnection",
    ),
    "urllib3.proxy_from_url": (
        "urllib3.ProxyManager",
        "urllib3.HTTPSConnectionPool",
        "urllib3.connection.HTTPSConnection",
    ),
    "aiohttp": ("aiohttp.ClientSession._request",),
    "aiohttp_client_cache": (
        "aiohttp.ClientSession",
        "aiohttp.ClientSession._request",
        "aiohttp_client_cache.CachedSession._request",
    ),
    "aiohttp_retry": ("aiohttp.ClientSession._request", "aiohttp.ClientSession"),
    "treq": ("treq.request", "treq.client.HTTPClient.request"),
    "curl_cffi": ("curl_cffi.requests.Session.request", "curl_cffi.requests.request"),
    "curl_cffi.Session": ("curl_cffi.requests.session.BaseSession",),
    "curl_cffi.AsyncSession": ("curl_cffi.requests.session.BaseSession",),
    "niquests": ("niquests.request", "niquests.Session.request"),
    "niquests.Session.send": ("niquests.adapters.HTTPAdapter.send", "niquests.Session.request"),
    "niquests.AsyncSession.send": (
        "niquests.adapters.HTTPAdapter.send",
        "niquests.Session.request",
    ),
    "authlib.integrations.requests_client": ("requests.Session.request",),
    "authlib.integrations.httpx_client": ("httpx2.Client", "httpx2.Client.request"),
}
# Methods of a class whose constructor stands in the table above.
METHODS_BEHIND = {
    "urllib3.PoolManager": "urllib3",
    "urllib3.ProxyManager": "urllib3",
    "urllib3.HTTPSConnectionPool": "urllib3",
    "curl_cffi.Session": "curl_cffi",
    "curl_cffi.AsyncSession": "curl_cffi",
}
# Taken through **kwargs and read by name in the body, where no signature shows it.
BY_NAME_ONLY = {
    "urllib3.PoolManager.urlopen": {"body", "headers"},
    "authlib.integrations.requests_client": {"max_redirects", "trust_env", "timeout"},
    "authlib.integrations.requests_client.OAuth2Session.fetch_token": {*GRANT},
    # What is in none of these is dropped, `default_timeout` too.
    "authlib.integrations.httpx_client": {"leeway", "default_timeout"},
    "authlib.integrations.httpx_client.OAuth2Client.fetch_token": {*GRANT},
    "authlib.integrations.httpx_client.AsyncOAuth2Client.fetch_token": {*GRANT},
    "grequests": {"session", "callback"},
    # It goes to the cache, and there to sqlite3.
    "requests_cache.CachedSession": {"timeout"},
    "requests_cache.CacheMixin": {"timeout"},
    "requests_html.AsyncHTMLSession": {"verify", "browser_args"},
    "urllib3": {"ca_cert_data", "server_hostname"},
}
# Parameters that came or went with a version of Python.
GONE_FROM: dict[str, tuple[tuple[int, int], set[str]]] = {
    "urllib.request.urlopen": ((3, 13), {"cafile", "capath", "cadefault"}),
    "http.client.HTTPSConnection": ((3, 12), {"key_file", "cert_file", "check_hostname"}),
}
# Parameters that nobody is meant to pass.
PRIVATE = re.compile(r"_[a-z]")


@dataclass(frozen=True)
class Signature:
    """What a callable really takes, without self and cls."""

    positional: tuple[str, ...]
    keywords: frozenset[str]
    more_positional: bool
    more_keywords: bool

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.positional) | self.keywords


def signature(path: str) -> Signature:
    found = installed(path)
    parameters = list(inspect.signature(found).parameters.values())
    owner = path.rpartition(".")[0]
    if not inspect.isclass(found) and not inspect.ismethod(found) and is_class(owner):
        parameters = parameters[1:]
    kinds = inspect.Parameter
    return Signature(
        tuple(
            p.name
            for p in parameters
            if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
        ),
        frozenset(p.name for p in parameters if p.kind == kinds.KEYWORD_ONLY),
        any(p.kind == kinds.VAR_POSITIONAL for p in parameters),
        any(p.kind == kinds.VAR_KEYWORD for p in parameters),
    )


def is_class(path: str) -> bool:
    try:
        return inspect.isclass(installed(path))
    except Missing:
        return False


def longest_prefix(table: Mapping[str, Any], path: str) -> Any:
    while path:
        if path in table:
            return table[path]
        path = path.rpartition(".")[0]
    return None


def taken_behind(path: str) -> frozenset[str]:
    """The names that a callable's **kwargs can hold, as far as signatures show it."""
    owner = path.rpartition(".")[0]
    key = path if path in BEHIND else METHODS_BEHIND.get(owner, path)
    names: set[str] = set(longest_prefix(BY_NAME_ONLY, path) or ())
    for behind in longest_prefix(BEHIND, key) or ():
        names |= signature(behind).names
    return frozenset(names)


def check_signature(path: str, parameters: tuple[str, ...], keywords: tuple[str, ...]) -> None:
    """Holds what is said of a callable against the callable."""
    real = signature(path)
    since, gone = GONE_FROM.get(path, ((9, 9), set[str]()))
    if sys.version_info >= since:
        # Older Pythons take them by position where newer ones take the rest by keyword only.
        parameters = tuple(p for p in parameters if p not in gone and p not in real.keywords)
        keywords = (*(k for k in keywords if k not in gone), *real.keywords)
    if real.more_positional:
        # What is behind takes the rest.
        assert parameters[: len(real.positional)] == real.positional or real.positional == ()
        assert set(parameters) <= real.names | taken_behind(path)
    else:
        public = tuple(p for p in real.positional if not PRIVATE.match(p) or p in parameters)
        assert parameters == public
    missing = {k for k in real.keywords if not PRIVATE.match(k)} - {*keywords, *parameters}
    assert not missing, "keyword-only parameters that nobody knows of"
    through = set(keywords) - real.names
    assert not through or real.more_keywords, f"{through}: it has no **kwargs"
    assert through <= taken_behind(path), "nothing behind its **kwargs takes these"


@pytest.mark.parametrize("entry", by_path(ENTRIES))
def test_sender_against_its_signature(entry: Entry) -> None:
    needs(entry.library)
    check_signature(entry.path, entry.sender.parameters, entry.sender.keywords)
    if inspect.iscoroutinefunction(installed(entry.path)):
        assert entry.sender.asynchronous


@pytest.mark.parametrize("case", by_path(CONSTRUCTORS))
def test_constructor_against_its_signature(case: tuple[Library, Constructor]) -> None:
    library, constructor = case
    needs(library)
    check_signature(constructor.path, constructor.parameters, constructor.keywords)


@pytest.mark.parametrize(
    ("library", "type_"),
    [pytest.param(lib, type_, id=type_.path) for lib in ALL for type_ in lib.timeout_types],
)
def test_timeout_type_against_its_signature(library: Library, type_: TimeoutType) -> None:
    needs(library)
    real = signature(type_.path)
    assert type_.parameters == real.positional
    assert set(type_.keywords) == real.keywords
    assert set(type_.fields) <= real.names


def seconds(default: object) -> float | str | None:
    """A default in a signature, as seconds; `unset` where it points elsewhere."""
    if default is None or isinstance(default, (int, float)):
        return default
    if isinstance(getattr(default, "read", None), float):  # httpx.Timeout
        return default.read  # type: ignore[attr-defined, no-any-return]
    return "unset"


@pytest.mark.parametrize("entry", by_path(ENTRIES))
def test_default_of_a_sender(entry: Entry) -> None:
    needs(entry.library)
    parameter = inspect.signature(installed(entry.path)).parameters.get(entry.sender.timeout or "")
    if parameter is None:
        return
    default = seconds(parameter.default)
    values = entry.sender.timeouts or entry.library.timeouts
    if default == "unset":
        return
    if default is None and values.none == "default":
        return  # niquests: None stands for a default that is told elsewhere.
    assert default == values.omitted


@pytest.mark.parametrize(
    ("library", "client"),
    [pytest.param(lib, client, id=client.path) for lib in ALL for client in lib.clients],
)
def test_client_against_its_class(library: Library, client: Client) -> None:
    """Its bases are bases, and no method with a timeout is forgotten."""
    needs(library)
    cls = installed(client.path)
    for base in client.bases:
        argument = installed(base)() if client.takes_session else "http://127.0.0.1"
        made = cls if inspect.isclass(cls) else type(cls(argument))
        if client.path.endswith("Mixin"):  # described by a class that has it
            assert issubclass(installed(base), made)
        else:
            assert issubclass(made, installed(base))
    for name, options in client.parts.items():
        assert_known((options,), signature(f"{client.path}.{name}").positional)
    merged = catalogue().client(client.path)
    assert merged
    for name in dir(cls):
        method = inspect.getattr_static(cls, name)
        if name.startswith("_") or not inspect.isfunction(method) or name in NOT_SENDERS:
            continue
        takes = inspect.signature(method).parameters
        if "timeout" in takes or name in VERBS:
            assert name in merged.senders


VERBS = {"get", "options", "head", "post", "put", "patch", "delete", "request", "query"}
# Methods with a timeout that send nothing by themselves.
NOT_SENDERS = {
    "close",
    # urllib3: of the pool, not of a request.
    "connection_from_host",
    "set_tunnel",
    # requests: `send` walks through it, with its own timeout.
    "resolve_redirects",
    # curl_cffi: a part of a request that is under way.
    "upkeep",
}


@pytest.mark.parametrize(
    "library", [lib for lib in ALL if lib.functions], ids=lambda library: library.name
)
def test_no_function_with_a_timeout_is_forgotten(library: Library) -> None:
    needs(library)
    for package in library.packages:
        for name, found in vars(importlib.import_module(package)).items():
            if not inspect.isfunction(found) or name.startswith("_") or name in NOT_SENDERS:
                continue
            if "timeout" in inspect.signature(found).parameters or name in VERBS:
                assert f"{package}.{name}" in library.functions


@pytest.mark.parametrize("library", ALL, ids=lambda library: library.name)
def test_aliases_lead_to_the_same_objects(library: Library) -> None:
    needs(library)
    for alias, target in library.aliases.items():
        try:
            at(alias)
        except Missing:
            # six and future are not ours to install; a path of the library itself must be there.
            assert alias.partition(".")[0] not in {p.partition(".")[0] for p in library.packages}
            continue
        for path in known_paths():
            if path != target and not path.startswith(f"{target}."):
                continue
            other = alias + path[len(target) :]
            # A longer alias may lead elsewhere.
            if catalogue().canonical(other) == path and found_at(other):
                assert at(other) is installed(path)


def found_at(path: str) -> bool:
    try:
        at(path)
    except Missing:
        return False
    return True


@pytest.mark.parametrize(
    ("library", "path"),
    [pytest.param(lib, path, id=path) for lib in ALL for path in lib.factories],
)
def test_factories_return_their_client(library: Library, path: str) -> None:
    needs(library)
    assert isinstance(installed(path)(), installed(library.factories[path]))


@pytest.mark.parametrize(
    ("library", "path", "name"),
    [
        pytest.param(lib, client.path, name, id=f"{client.path}.{name}")
        for lib in ALL
        for client in lib.clients
        for name in client.mappings
    ],
)
def test_mappings_have_their_keys(library: Library, path: str, name: str) -> None:
    needs(library)
    (client,) = (c for c in library.clients if c.path == path)
    method = getattr(installed(path)(), name)
    url, *others = inspect.signature(method).parameters
    made = method(**{url: "https://example.org", **{key: {} for key in others}})
    assert set(made) == set(client.mappings[name])


@pytest.mark.parametrize(
    ("library", "name"),
    [pytest.param(lib, n, id=n) for lib in ALL for t in tables(lib) for n in t.defaults],
)
def test_objects_that_mean_the_default_exist(library: Library, name: str) -> None:
    needs(library)
    installed(name)


# --- what really happens -----------------------------------------------------------------------

SHORT = 0.2
"""Seconds. The timeouts that are tried."""
PATIENCE = 1.2
"""Seconds after which a call that is still waiting counts as one that waits for ever."""


class Silent:
    """A server that accepts and never answers."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._accepted: list[socket.socket] = []
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.host}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self._take(self._socket.accept()[0])
            except OSError:
                return

    def _take(self, connection: socket.socket) -> None:
        self._accepted.append(connection)

    def close(self) -> None:
        self._socket.close()
        for connection in self._accepted:
            connection.close()


class Full:
    """A server whose queue is full, so that connecting to it takes for ever."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.host}/"
        self._waiting = []
        for _ in range(4):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(self._socket.getsockname())
            self._waiting.append(connection)

    def close(self) -> None:
        for connection in (*self._waiting, self._socket):
            connection.close()


class Attempt:
    """One call, made in a thread of its own."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self.error: BaseException | None = None
        self.started = time.monotonic()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        time.sleep(0.005)  # One after the other, not all in one rush.

    def _run(self) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._call()
        except BaseException as error:
            self.error = error

    def outcome(self, *, expected: str) -> str:
        """`timed out`, `rejected` (or failed at once), `answered` or `waits`. What is expected
        only decides how long to look, and whether to look twice: where many calls run side by
        side on a loaded machine, one may not even get to connect in its short time."""
        seen = self._outcome(expected)
        return seen if seen == expected else Attempt(self._call)._outcome(expected)

    def _outcome(self, expected: str) -> str:
        left = self.started + PATIENCE - time.monotonic()
        self.thread.join(max(left, 0) if expected == "waits" else 10)
        if self.thread.is_alive():
            return "waits"
        if self.error is None:
            return "answered"
        return "timed out" if is_timeout(self.error) else "rejected"


def is_timeout(error: BaseException) -> bool:
    """A wait that ran out. To connect to a server that listens takes no time: httpx's
    ConnectTimeout is a failure at once."""
    names = {cls.__name__ for cls in type(error).__mro__}
    timeouts = {"ReadTimeout", "ReadTimeoutError", "TimeoutError", "Timeout"}
    return bool(names & timeouts) and "ConnectTimeout" not in names


def on_aiohttp(call: Callable[[Any], Any], **session: Any) -> None:
    import aiohttp

    async def run() -> None:
        async with aiohttp.ClientSession(**session) as client, call(client):
            pass

    asyncio.run(run())


def aiohttp_request(url: str, **keywords: Any) -> None:
    import aiohttp

    async def run() -> None:
        async with aiohttp.request("GET", url, **keywords):
            pass

    asyncio.run(run())


def httpx_async(url: str, timeout: Any) -> None:
    import httpx

    async def run() -> None:
        async with httpx.AsyncClient() as client:
            await client.get(url, timeout=timeout)

    asyncio.run(run())


def http_client(host: str, timeout: Any) -> None:
    connection = http.client.HTTPConnection(host, timeout=timeout)
    connection.request("GET", "/")
    connection.getresponse()


def module(name: str) -> Any:
    return importlib.import_module(name)


class Way(NamedTuple):
    """A way to give a timeout, and the table that speaks of it."""

    library: str
    call: Callable[[str, Any], object]
    """Takes the URL of the server and the timeout."""
    timeouts: Callable[[Library], Timeouts]


def of_sender(path: str) -> Callable[[Library], Timeouts]:
    return lambda lib: (
        next(e.sender for e in entries(lib) if e.path == path).timeouts or lib.timeouts
    )


def of_client(path: str) -> Callable[[Library], Timeouts]:
    return lambda lib: (
        next(c for c in lib.clients if c.path == path).constructor.timeouts or lib.timeouts
    )


WAYS: dict[str, Way] = {
    "requests.get": Way(
        "requests",
        lambda url, t: module("requests").get(url, timeout=t),
        of_sender("requests.get"),
    ),
    "requests.Session.send": Way(
        "requests",
        lambda url, t: (
            module("requests")
            .Session()
            .send(module("requests").Request("GET", url).prepare(), timeout=t)
        ),
        of_sender("requests.Session.send"),
    ),
    "httpx.get": Way(
        "httpx", lambda url, t: module("httpx").get(url, timeout=t), of_sender("httpx.get")
    ),
    "httpx.Client": Way(
        "httpx",
        lambda url, t: module("httpx").Client(timeout=t).get(url),
        of_client("httpx.Client"),
    ),
    "httpx.AsyncClient.get": Way("httpx", httpx_async, of_sender("httpx.AsyncClient.get")),
    "httpx2.get": Way(
        "httpx2", lambda url, t: module("httpx2").get(url, timeout=t), of_sender("httpx2.get")
    ),
    "aiohttp.ClientSession.get": Way(
        "aiohttp",
        lambda url, t: on_aiohttp(lambda session: session.get(url, timeout=t)),
        of_sender("aiohttp.ClientSession.get"),
    ),
    "aiohttp.ClientSession": Way(
        "aiohttp",
        lambda url, t: on_aiohttp(lambda session: session.get(url), timeout=t),
        of_client("aiohttp.ClientSession"),
    ),
    "aiohttp.request": Way(
        "aiohttp",
        lambda url, t: aiohttp_request(url, timeout=t),
        of_sender("aiohttp.request"),
    ),
    "urllib.request.urlopen": Way(
        "urllib.request",
        lambda url, t: module("urllib.request").urlopen(url, timeout=t),
        of_sender("urllib.request.urlopen"),
    ),
    "urllib3.request": Way(
        "urllib3",
        lambda url, t: module("urllib3").request("GET", url, timeout=t, retries=False),
        of_sender("urllib3.request"),
    ),
    "urllib3.PoolManager.request": Way(
        "urllib3",
        lambda url, t: module("urllib3").PoolManager(retries=False).request("GET", url, timeout=t),
        of_sender("urllib3.PoolManager.request"),
    ),
    "urllib3.PoolManager": Way(
        "urllib3",
        lambda url, t: module("urllib3").PoolManager(timeout=t).request("GET", url, retries=False),
        of_client("urllib3.PoolManager"),
    ),
    "urllib3.connection_from_url": Way(
        "urllib3",
        lambda url, t: (
            module("urllib3").connection_from_url(url, timeout=t).request("GET", "/", retries=False)
        ),
        of_client("urllib3.connection_from_url"),
    ),
    "http.client.HTTPConnection": Way(
        "http.client",
        lambda url, t: http_client(url[7:-1], t),
        of_client("http.client.HTTPConnection"),
    ),
    "httplib2.Http": Way(
        "httplib2",
        lambda url, t: module("httplib2").Http(timeout=t).request(url),
        of_client("httplib2.Http"),
    ),
    "curl_cffi.get": Way(
        "curl_cffi",
        lambda url, t: module("curl_cffi.requests").get(url, timeout=t),
        of_sender("curl_cffi.get"),
    ),
    "niquests.get": Way(
        "niquests",
        lambda url, t: module("niquests").get(url, timeout=t),
        of_sender("niquests.get"),
    ),
    "niquests.Session": Way(
        "niquests",
        lambda url, t: module("niquests").Session(timeout=t).get(url),
        of_client("niquests.Session"),
    ),
    "niquests.Session.send": Way(
        "niquests",
        lambda url, t: (
            module("niquests")
            .Session()
            .send(module("niquests").Request("GET", url).prepare(), timeout=t)
        ),
        of_sender("niquests.Session.send"),
    ),
}

OUTCOMES = {
    "bounded": "timed out",
    "unbounded": "waits",
    "default": "waits",
    "invalid": "rejected",
}
"""A verdict -> what is seen within a second or two; every default is longer."""

VALUES: dict[str, tuple[Any, Callable[[Timeouts], str]]] = {
    "None": (None, lambda t: t.none),
    "0": (0, lambda t: t.zero),
    "0.0": (0.0, lambda t: t.zero),
    "-1": (-1, lambda t: t.negative),
    "True": (True, lambda t: t.true),
    "False": (False, lambda t: t.false),
    "'0.2'": (str(SHORT), lambda t: t.string),
    "0.2": (SHORT, lambda t: t.number),
    "inf": (float("inf"), lambda t: t.infinite),
    **{
        f"{n}-tuple": (
            (SHORT,) * n,
            lambda t, n=n: "bounded" if n in t.tuples else "invalid",
        )
        for n in (1, 2, 3, 4)
    },
    "(0.2, None)": ((SHORT, None), lambda t: t.tuple_none if 2 in t.tuples else "invalid"),
}
# httpx takes a fourth place; the wrong lengths of the others are tried above.
SKIPPED = {("aiohttp", "4-tuple"), ("urllib3", "4-tuple"), ("http.client", "4-tuple")}

CASES = [
    (way, value) for way in WAYS for value in VALUES if (WAYS[way].library, value) not in SKIPPED
]


@pytest.fixture(scope="module")
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


@pytest.fixture(scope="module")
def full() -> Iterator[Full]:
    server = Full()
    yield server
    server.close()


def is_here(name: str) -> bool:
    """Whether a library is to be tried in this environment."""
    if LIVES_APART and name not in APART:
        return False
    return importlib.util.find_spec(BY_NAME[name].packages[0].partition(".")[0]) is not None


@pytest.fixture(scope="module")
def attempts(silent: Silent) -> dict[tuple[str, str], Attempt]:
    """All calls at once, so that their waits run side by side."""
    for way in WAYS.values():
        if is_here(way.library):
            importlib.import_module(BY_NAME[way.library].packages[0])
    return {
        (name, value): attempt(WAYS[name], silent.url, VALUES[value][0])
        for name, value in CASES
        if is_here(WAYS[name].library)
    }


def attempt(way: Way, url: str, timeout: Any) -> Attempt:
    return Attempt(lambda: way.call(url, timeout))


@pytest.mark.parametrize(("name", "value"), CASES)
def test_value_of_a_timeout(
    name: str, value: str, attempts: dict[tuple[str, str], Attempt]
) -> None:
    way = WAYS[name]
    needs(BY_NAME[way.library])
    verdict = VALUES[value][1](way.timeouts(BY_NAME[way.library]))
    expected = OUTCOMES[verdict]
    attempted = attempts[name, value]
    assert attempted.outcome(expected=expected) == expected, repr(attempted.error)


# Calls on a client whose default is short, so that "the default" and "for ever" look different.
WITH_DEFAULT: dict[str, Way] = {
    "httpx.Client.get": Way(
        "httpx",
        lambda url, t: module("httpx").Client(timeout=SHORT).get(url, timeout=t),
        of_sender("httpx.Client.get"),
    ),
    "aiohttp.ClientSession.get": Way(
        "aiohttp",
        lambda url, t: on_aiohttp(
            lambda session: session.get(url, timeout=t),
            timeout=timeout_of("aiohttp.ClientTimeout", SHORT),
        ),
        of_sender("aiohttp.ClientSession.get"),
    ),
    "urllib3.PoolManager.request": Way(
        "urllib3",
        lambda url, t: (
            module("urllib3")
            .PoolManager(timeout=SHORT)
            .request("GET", url, timeout=t, retries=False)
        ),
        of_sender("urllib3.PoolManager.request"),
    ),
    "curl_cffi.Session.get": Way(
        "curl_cffi",
        lambda url, t: module("curl_cffi.requests").Session(timeout=SHORT).get(url, timeout=t),
        of_sender("curl_cffi.Session.get"),
    ),
    "niquests.Session.get": Way(
        "niquests",
        lambda url, t: module("niquests").Session(timeout=SHORT).get(url, timeout=t),
        of_sender("niquests.Session.get"),
    ),
}
LIFTING = [(name, value) for name in WITH_DEFAULT for value in ("None", "0", "False")]


@pytest.fixture(scope="module")
def lifting_attempts(silent: Silent) -> dict[tuple[str, str], Attempt]:
    return {
        (name, value): attempt(WITH_DEFAULT[name], silent.url, VALUES[value][0])
        for name, value in LIFTING
        if is_here(WITH_DEFAULT[name].library)
    }


@pytest.mark.parametrize(("name", "value"), LIFTING)
def test_value_that_lifts_a_default(
    name: str, value: str, lifting_attempts: dict[tuple[str, str], Attempt]
) -> None:
    way = WITH_DEFAULT[name]
    needs(BY_NAME[way.library])
    verdict = VALUES[value][1](way.timeouts(BY_NAME[way.library]))
    expected = {**OUTCOMES, "default": "timed out"}[verdict]
    attempted = lifting_attempts[name, value]
    assert attempted.outcome(expected=expected) == expected, repr(attempted.error)


@pytest.mark.parametrize(
    "name", ["aiohttp.ClientSession", "aiohttp.request", "aiohttp.ClientSession.get"]
)
def test_none_is_the_default_of_aiohttp_at_some_places(
    name: str, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = WAYS[name]
    needs(BY_NAME["aiohttp"])
    short = timeout_of("aiohttp.ClientTimeout", SHORT)
    monkeypatch.setattr("aiohttp.client.DEFAULT_TIMEOUT", short)
    verdict = way.timeouts(BY_NAME["aiohttp"]).none
    expected = {**OUTCOMES, "default": "timed out"}[verdict]
    attempted = attempt(way, silent.url, None)
    assert attempted.outcome(expected=expected) == expected, repr(attempted.error)


class Row(NamedTuple):
    """A timeout object, or a call with no timeout at all, and what comes of it."""

    library: str
    call: Callable[[str], object]
    outcome: str


def timeout_of(path: str, *args: Any, **keywords: Any) -> Any:
    return at(path)(*args, **keywords)


def requests_with(*args: Any, **keywords: Any) -> Callable[[str], object]:
    return lambda url: module("requests").get(
        url, timeout=timeout_of("urllib3.Timeout", *args, **keywords)
    )


def httpx_with(*args: Any, **keywords: Any) -> Callable[[str], object]:
    return lambda url: module("httpx").get(
        url, timeout=timeout_of("httpx.Timeout", *args, **keywords)
    )


def aiohttp_with(*args: Any, **keywords: Any) -> Callable[[str], object]:
    return lambda url: on_aiohttp(
        lambda session: session.get(
            url, timeout=timeout_of("aiohttp.ClientTimeout", *args, **keywords)
        )
    )


def session_with_idle_attribute(url: str) -> None:
    session = module("requests").Session()
    session.timeout = SHORT
    session.get(url)


def httpx_with_late_timeout(url: str) -> None:
    client = module("httpx").Client()
    client.timeout = SHORT
    client.get(url)


def aiohttp_websocket(url: str, **session: Any) -> None:
    on_aiohttp(lambda client: client.ws_connect(url), **session)


SILENT_ROWS: dict[str, Row] = {
    # Nothing said.
    "requests": Row("requests", lambda url: module("requests").get(url), "waits"),
    "Session": Row("requests", lambda url: module("requests").Session().get(url), "waits"),
    "session.timeout = 0.2": Row("requests", session_with_idle_attribute, "waits"),
    "urlopen": Row("urllib.request", lambda url: module("urllib.request").urlopen(url), "waits"),
    "opener.open": Row(
        "urllib.request",
        lambda url: module("urllib.request").build_opener().open(url),
        "waits",
    ),
    "PoolManager": Row(
        "urllib3", lambda url: module("urllib3").PoolManager().request("GET", url), "waits"
    ),
    "client.timeout = 0.2": Row("httpx", httpx_with_late_timeout, "timed out"),
    # Objects.
    "Timeout(n)": Row("requests", requests_with(SHORT), "timed out"),
    "Timeout(total=n)": Row("requests", requests_with(total=SHORT), "timed out"),
    "Timeout()": Row("requests", requests_with(), "waits"),
    "Timeout(None)": Row("requests", requests_with(None), "waits"),
    "Timeout(connect=n)": Row("requests", requests_with(connect=SHORT), "waits"),
    "Timeout(read=n)": Row("requests", requests_with(read=SHORT), "timed out"),
    "Timeout(0)": Row("requests", requests_with(0), "rejected"),
    "Timeout(read=-1)": Row("requests", requests_with(read=-1), "rejected"),
    "httpx.Timeout(n)": Row("httpx", httpx_with(SHORT), "timed out"),
    "httpx.Timeout(None)": Row("httpx", httpx_with(None), "waits"),
    "httpx.Timeout()": Row("httpx", httpx_with(), "rejected"),
    "httpx.Timeout(connect=n)": Row("httpx", httpx_with(connect=SHORT), "rejected"),
    "httpx.Timeout(None, connect=n)": Row("httpx", httpx_with(None, connect=SHORT), "waits"),
    "httpx.Timeout(n, read=None)": Row("httpx", httpx_with(SHORT, read=None), "waits"),
    "httpx.Timeout((n, n))": Row("httpx", httpx_with((SHORT, SHORT)), "timed out"),
    "httpx.Timeout(0)": Row("httpx", httpx_with(0), "rejected"),
    "httpx.Timeout(-1)": Row("httpx", httpx_with(-1), "rejected"),
    "httpx.Timeout, all four": Row(
        "httpx", httpx_with(connect=SHORT, read=SHORT, write=SHORT, pool=SHORT), "timed out"
    ),
    "ClientTimeout(n)": Row("aiohttp", aiohttp_with(SHORT), "timed out"),
    "ClientTimeout()": Row("aiohttp", aiohttp_with(), "waits"),
    "ClientTimeout(total=None)": Row("aiohttp", aiohttp_with(total=None), "waits"),
    "ClientTimeout(total=0)": Row("aiohttp", aiohttp_with(total=0), "waits"),
    "ClientTimeout(total=-1)": Row("aiohttp", aiohttp_with(total=-1), "waits"),
    "ClientTimeout(connect=n)": Row("aiohttp", aiohttp_with(connect=SHORT), "waits"),
    "ClientTimeout(sock_connect=n)": Row("aiohttp", aiohttp_with(sock_connect=SHORT), "waits"),
    "ClientTimeout(sock_read=n)": Row("aiohttp", aiohttp_with(sock_read=SHORT), "timed out"),
    "ClientTimeout(connect=n, sock_read=n)": Row(
        "aiohttp", aiohttp_with(connect=SHORT, sock_read=SHORT), "timed out"
    ),
    # A number is refused where the session is made, taken where it is used.
    "ws_connect(timeout=n)": Row(
        "aiohttp",
        lambda url: on_aiohttp(
            lambda session: session.ws_connect(
                url, timeout=timeout_of("aiohttp.ClientWSTimeout", SHORT, SHORT)
            )
        ),
        "waits",
    ),
    "ws_connect of a session with a timeout": Row(
        "aiohttp",
        lambda url: aiohttp_websocket(url, timeout=timeout_of("aiohttp.ClientTimeout", SHORT)),
        "timed out",
    ),
    "ClientSession(read_timeout=n)": Row(
        "aiohttp",
        lambda url: on_aiohttp(lambda session: session.get(url), read_timeout=SHORT),
        "timed out",
    ),
    "a call's value replaces the session's": Row(
        "aiohttp",
        lambda url: on_aiohttp(
            lambda session: session.get(
                url, timeout=timeout_of("aiohttp.ClientTimeout", connect=SHORT)
            ),
            timeout=timeout_of("aiohttp.ClientTimeout", SHORT),
        ),
        "waits",
    ),
    # A client's default, and None on the call that lifts it.
    "Client(timeout=n).get(timeout=None)": Row(
        "httpx",
        lambda url: module("httpx").Client(timeout=SHORT).get(url, timeout=None),
        "waits",
    ),
    "USE_CLIENT_DEFAULT": Row(
        "httpx",
        lambda url: (
            module("httpx")
            .Client(timeout=SHORT)
            .get(url, timeout=module("httpx").USE_CLIENT_DEFAULT)
        ),
        "timed out",
    ),
    "USE_CLIENT_DEFAULT without a client": Row(
        "httpx",
        lambda url: module("httpx").get(url, timeout=module("httpx").USE_CLIENT_DEFAULT),
        "rejected",
    ),
    "Session(timeout=n)": Row(
        "requests", lambda url: module("requests").Session(timeout=SHORT).get(url), "rejected"
    ),
    "CachedSession(timeout=n)": Row(
        "requests-cache",
        lambda url: (
            module("requests_cache").CachedSession(backend="memory", timeout=SHORT).get(url)
        ),
        "waits",
    ),
    "OAuth2Session(default_timeout=n)": Row(
        "authlib.requests_client",
        lambda url: authlib_session(default_timeout=SHORT).get(url, withhold_token=True),
        "timed out",
    ),
    "OAuth2Session(timeout=n)": Row(
        "authlib.requests_client",
        lambda url: authlib_session(timeout=SHORT).get(url, withhold_token=True),
        "waits",
    ),
}


def authlib_session(**keywords: Any) -> Any:
    return at("authlib.integrations.requests_client.OAuth2Session")(**keywords)


# Where connecting takes for ever: what bounds it.
FULL_ROWS: dict[str, Row] = {
    "requests (n, None)": Row(
        "requests", lambda url: module("requests").get(url, timeout=(SHORT, None)), "fails"
    ),
    "requests (None, n)": Row(
        "requests", lambda url: module("requests").get(url, timeout=(None, SHORT)), "waits"
    ),
    "Timeout(read=n)": Row("requests", requests_with(read=SHORT), "waits"),
    "Timeout(total=n)": Row("requests", requests_with(total=SHORT), "fails"),
    "httpx (None, n)": Row(
        "httpx", lambda url: module("httpx").get(url, timeout=(None, SHORT)), "waits"
    ),
    "httpx (n, None)": Row(
        "httpx", lambda url: module("httpx").get(url, timeout=(SHORT, None)), "fails"
    ),
    "httpx.Timeout(n, connect=None)": Row("httpx", httpx_with(SHORT, connect=None), "waits"),
    "ClientTimeout(sock_read=n)": Row("aiohttp", aiohttp_with(sock_read=SHORT), "waits"),
    "ClientTimeout(connect=n)": Row("aiohttp", aiohttp_with(connect=SHORT), "fails"),
    "ClientTimeout(sock_connect=n)": Row("aiohttp", aiohttp_with(sock_connect=SHORT), "fails"),
    "ClientTimeout(total=n)": Row("aiohttp", aiohttp_with(total=SHORT), "fails"),
}


def all_at_once(rows: Mapping[str, Row], url: str) -> dict[str, Attempt]:
    for row in rows.values():
        if is_here(row.library):
            importlib.import_module(BY_NAME[row.library].packages[0])
    return {
        name: attempt(Way(row.library, lambda url, call: call(url), lambda _: None), url, row.call)  # type: ignore[arg-type, return-value]
        for name, row in rows.items()
        if is_here(row.library)
    }


@pytest.fixture(scope="module")
def silent_attempts(silent: Silent) -> dict[str, Attempt]:
    return all_at_once(SILENT_ROWS, silent.url)


@pytest.fixture(scope="module")
def full_attempts(full: Full) -> dict[str, Attempt]:
    return all_at_once(FULL_ROWS, full.url)


@pytest.mark.parametrize("name", SILENT_ROWS)
def test_on_a_server_that_never_answers(name: str, silent_attempts: dict[str, Attempt]) -> None:
    row = SILENT_ROWS[name]
    needs(BY_NAME[row.library])
    attempted = silent_attempts[name]
    assert attempted.outcome(expected=row.outcome) == row.outcome, repr(attempted.error)


@pytest.mark.skipif(sys.platform != "linux", reason="how a queue fills up is Linux's")
@pytest.mark.parametrize("name", FULL_ROWS)
def test_on_a_server_that_never_lets_in(name: str, full_attempts: dict[str, Attempt]) -> None:
    row = FULL_ROWS[name]
    needs(BY_NAME[row.library])
    attempted = full_attempts[name]
    seen = attempted.outcome(expected=row.outcome)
    assert ("waits" if seen == "waits" else "fails") == row.outcome, repr(attempted.error)


def test_timeout_types_on_the_rows_above() -> None:
    """The entries say what the rows have seen."""
    urllib3, httpx, aiohttp = (
        TIMEOUT_TYPES[path]
        for path in ("urllib3.Timeout", "httpx.Timeout", "aiohttp.ClientTimeout")
    )
    assert urllib3.fields["total"] == ("connect", "read")
    assert urllib3.fields["connect"] == ("connect",)
    assert (urllib3.zero, urllib3.negative) == ("invalid", "invalid")
    assert (httpx.default_field, httpx.complete, httpx.shape) == ("timeout", True, True)
    assert (httpx.zero, httpx.negative) == ("invalid", "invalid")
    assert aiohttp.fields["sock_connect"] == ("connect",)
    assert aiohttp.fields["sock_read"] == ("read",)
    assert (aiohttp.zero, aiohttp.negative) == ("unbounded", "unbounded")
    assert aiohttp.default_field is None


@pytest.mark.parametrize("package", ["httpx", "httpx2"])
def test_places_of_a_tuple(package: str) -> None:
    needs(BY_NAME[package])
    for length, waits in BY_NAME[package].timeouts.tuples.items():
        timeout = timeout_of(f"{package}.Timeout", tuple(float(i + 1) for i in range(length)))
        bounded = {w for w in BY_NAME[package].timeouts.waits if getattr(timeout, w) is not None}
        assert bounded == set(waits)
        assert [getattr(timeout, wait) for wait in waits] == [i + 1 for i in range(length)]


def test_default_of_aiohttp() -> None:
    needs(BY_NAME["aiohttp"])
    default = installed("aiohttp.DEFAULT_TIMEOUT")
    assert default.total == BY_NAME["aiohttp"].timeouts.omitted

    async def of_none() -> object:
        async with at("aiohttp.ClientSession")(timeout=None) as session:
            return session.timeout

    assert asyncio.run(of_none()) == default


def test_what_the_socket_default_bounds(silent: Silent) -> None:
    """`Library.socket_default`, in both directions."""
    calls: dict[str, Callable[[], object]] = {
        "requests": lambda: module("requests").get(silent.url),
        "httpx": lambda: module("httpx").get(silent.url, timeout=None),
        "aiohttp": lambda: on_aiohttp(lambda session: session.get(silent.url)),
        "urllib3": lambda: (
            module("urllib3").PoolManager().request("GET", silent.url, retries=False)
        ),
        "urllib.request": lambda: module("urllib.request").urlopen(silent.url),
        "http.client": lambda: http_client(silent.host, socket._GLOBAL_DEFAULT_TIMEOUT),  # type: ignore[attr-defined]
    }
    for name in calls:
        needs(BY_NAME[name])
    socket.setdefaulttimeout(SHORT)
    try:
        made = {name: Attempt(call) for name, call in calls.items()}
        for name, attempted in made.items():
            expected = "timed out" if BY_NAME[name].socket_default else "waits"
            assert attempted.outcome(expected=expected) == expected, name
    finally:
        socket.setdefaulttimeout(None)


class Slow(Silent):
    """A server that reads all the while, and slowly, and answers then."""

    def _take(self, connection: socket.socket) -> None:
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        left = len(MUCH)
        with connection:
            try:
                while left > 0 and (piece := connection.recv(1 << 16)):
                    left -= len(piece)
                    time.sleep(0.01)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                connection.recv(1 << 16)
            except OSError:
                pass


MUCH = bytes(16 << 20)
"""More than the buffers of two sockets hold: the slow server reads for more than two seconds."""


def test_what_counts_over_a_whole_body() -> None:
    """`Timeouts.whole_body`, in both directions; a file object is sent in blocks."""
    slow, limit = Slow(), 0.7
    requests, urllib3, httpx = module("requests"), module("urllib3"), module("httpx")
    pool = urllib3.PoolManager(retries=False)
    file = {"file": io.BytesIO(MUCH)}
    calls: list[tuple[str, bool, Callable[[], object]]] = [
        ("requests", True, lambda: requests.post(slow.url, data=MUCH, timeout=(limit, 60))),
        ("requests", True, lambda: requests.post(slow.url, files=file, timeout=(limit, 60))),
        (
            "requests",
            False,
            lambda: requests.post(slow.url, data=io.BytesIO(MUCH), timeout=(limit, 60)),
        ),
        ("urllib3", True, lambda: pool.request("POST", slow.url, body=MUCH, timeout=limit)),
        ("urllib.request", True, lambda: module("urllib.request").urlopen(slow.url, MUCH, limit)),
        (
            "httpx",
            True,
            lambda: httpx.post(slow.url, content=MUCH, timeout=httpx.Timeout(60, write=limit)),
        ),
    ]
    made = [(name, is_whole, Attempt(call)) for name, is_whole, call in calls]
    for name, is_whole, attempted in made:
        attempted.thread.join(60)
        ends = is_whole and BY_NAME[name].timeouts.whole_body
        assert (attempted.error is not None) is ends, (name, attempted.error)
    slow.close()


# --- JSON --------------------------------------------------------------------------------------


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the Content-Type and the body that it was sent, as JSON."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = json.dumps(
            {"type": self.headers.get("Content-Type"), "body": body.decode("latin-1")}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def aiohttp_post(url: str, **keywords: Any) -> Any:
    async def run() -> Any:
        async with (
            at("aiohttp.ClientSession")() as client,
            client.post(url, **keywords) as response,
        ):
            return json.loads(await response.read())

    return asyncio.run(run())


POSTS: dict[str, Callable[..., Any]] = {
    "requests": lambda url, **kw: module("requests").post(url, **kw).json(),
    "httpx": lambda url, **kw: module("httpx").post(url, **kw).json(),
    "httpx2": lambda url, **kw: module("httpx2").post(url, **kw).json(),
    "aiohttp": aiohttp_post,
    "urllib3": lambda url, **kw: module("urllib3").request("POST", url, **kw).json(),
    "curl_cffi": lambda url, **kw: module("curl_cffi.requests").post(url, **kw).json(),
    "niquests": lambda url, **kw: module("niquests").post(url, **kw).json(),
}
POSTING = {
    "requests": "requests.post",
    "httpx": "httpx.post",
    "httpx2": "httpx2.post",
    "aiohttp": "aiohttp.ClientSession.post",
    "urllib3": "urllib3.request",
    "curl_cffi": "curl_cffi.post",
    "niquests": "niquests.post",
}
OBJECT = {"name": "caf\u00e9", "n": [1, 2.5, None, True]}


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_sent_for_json(name: str, echo: str) -> None:
    library = BY_NAME[name]
    needs(library)
    body = next(e.sender for e in entries(library) if e.path == POSTING[name]).body
    assert body
    assert body.json
    post = POSTS[name]
    text = json.dumps(OBJECT)
    for parameter in body.text:
        sent = post(echo, **{parameter: text})
        assert sent["body"] == text
        if body.sent_as == "without a Content-Type":
            assert sent["type"] is None
        else:
            assert sent["type"].startswith(body.sent_as.removeprefix("as "))
    encoded = post(echo, **{body.json: OBJECT})
    assert encoded["type"].startswith("application/json")
    assert json.loads(encoded["body"].encode("latin-1")) == OBJECT
    assert (encoded["body"] == text) is body.same_bytes
    mine = post(echo, **{body.json: OBJECT, "headers": {"content-type": "application/x+json"}})
    assert mine["type"] == "application/x+json", "an explicit one survives"


def test_what_urlopen_says_of_bytes(echo: str) -> None:
    library = BY_NAME["urllib.request"]
    needs(library)
    body = library.functions["urllib.request.urlopen"].body
    assert body
    with module("urllib.request").urlopen(echo, data=b"{}", timeout=5) as response:
        assert json.load(response)["type"] == body.sent_as.removeprefix("as ")


# --- TLS ---------------------------------------------------------------------------------------

# Made for this test alone, and trusted by nobody.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUfXYVmQoMUpzJq0q+T2Sr6KBOzMcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzNTMzMVoYDzIxMjYxMDI4
MDM1MzMxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR8Tzdui+hiwGLV3qf7Fx5y01a0smkenZSGVLZpu0K83ziNOaFgVMrd
U7RsPpGaakeN0rdX43fvuv6H0HVNhMYYo2QwYjAdBgNVHQ4EFgQUeaoh2aXLEz8k
B4U9Gc2UE7mHDbgwHwYDVR0jBBgwFoAUeaoh2aXLEz8kB4U9Gc2UE7mHDbgwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IDH56VKt1AHx0aEHo1QI9SoynVyafegngTRvxivT4WgRAiBM2A13lUYhiI4xx7df
uD4mkFv0JX/X25Ut6Vgr0Lz5Rw==
-----END CERTIFICATE-----
"""
PRIVATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzxNLV44CYV/L/9Ql
j0zQX/N+AJ5DjuqWhdvWR6V10fChRANCAAR8Tzdui+hiwGLV3qf7Fx5y01a0smke
nZSGVLZpu0K83ziNOaFgVMrdU7RsPpGaakeN0rdX43fvuv6H0HVNhMYY
-----END PRIVATE KEY-----
"""


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pem = tmp_path_factory.mktemp("tls") / "server.pem"
    pem.write_text(PRIVATE_KEY + CERTIFICATE, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    # The handshake is left to the threads: one client that stops must not stop the others.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def own_trust_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine says of certificates and proxies is not what is tried."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "*")


def unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def requests_attribute(url: str, value: Any) -> None:
    session = module("requests").Session()
    session.verify = value
    session.get(url, timeout=5)


def aiohttp_connector(url: str, **keywords: Any) -> None:
    async def run() -> None:
        connector = at("aiohttp.TCPConnector")(**keywords)
        async with (
            at("aiohttp.ClientSession")(connector=connector) as client,
            client.get(url, ssl=True),
        ):
            pass

    asyncio.run(run())


def pool_manager(url: str, **keywords: Any) -> None:
    module("urllib3").PoolManager(**keywords).request("GET", url, retries=False, timeout=5)


class Tls(NamedTuple):
    library: str
    path: str
    """Of the sender, constructor or client (for an attribute) that holds the switch."""
    switch: str
    call: Callable[[str, Any], object]
    on: tuple[Any, ...] = (True, None)
    """Values that must verify."""


TLS = [
    Tls(
        "requests",
        "requests.get",
        "verify",
        lambda url, v: module("requests").get(url, verify=v, timeout=5),
    ),
    Tls("requests", "requests.Session", "verify", requests_attribute, on=(True,)),
    Tls(
        "httpx",
        "httpx.get",
        "verify",
        lambda url, v: module("httpx").get(url, verify=v),
    ),
    Tls(
        "httpx",
        "httpx.Client",
        "verify",
        lambda url, v: module("httpx").Client(verify=v).get(url),
    ),
    Tls(
        "httpx",
        "httpx.HTTPTransport",
        "verify",
        lambda url, v: (
            module("httpx").Client(transport=module("httpx").HTTPTransport(verify=v)).get(url)
        ),
    ),
    Tls("httpx2", "httpx2.get", "verify", lambda url, v: module("httpx2").get(url, verify=v)),
    Tls(
        "aiohttp",
        "aiohttp.ClientSession.get",
        "ssl",
        lambda url, v: on_aiohttp(lambda session: session.get(url, ssl=v)),
        on=(True,),
    ),
    Tls(
        "aiohttp",
        "aiohttp.ClientSession.get",
        "verify_ssl",
        lambda url, v: on_aiohttp(lambda session: session.get(url, verify_ssl=v)),
    ),
    Tls(
        "aiohttp",
        "aiohttp.ClientSession.get",
        "ssl_context",
        lambda url, v: on_aiohttp(lambda session: session.get(url, ssl_context=v)),
        on=(None,),
    ),
    # The call's `ssl=True` does not switch on again what the connector has off.
    Tls(
        "aiohttp",
        "aiohttp.TCPConnector",
        "ssl",
        lambda url, v: aiohttp_connector(url, ssl=v),
        on=(True,),
    ),
    Tls(
        "aiohttp",
        "aiohttp.TCPConnector",
        "verify_ssl",
        lambda url, v: aiohttp_connector(url, verify_ssl=v),
        on=(True,),
    ),
    Tls(
        "urllib3",
        "urllib3.PoolManager",
        "cert_reqs",
        lambda url, v: pool_manager(url, cert_reqs=v),
        on=(None, "CERT_REQUIRED", ssl.CERT_REQUIRED),
    ),
    Tls(
        "urllib3",
        "urllib3.PoolManager",
        "ssl_context",
        lambda url, v: pool_manager(url, ssl_context=v),
        on=(None,),
    ),
    Tls(
        "urllib.request",
        "urllib.request.urlopen",
        "context",
        lambda url, v: module("urllib.request").urlopen(url, context=v, timeout=5),
        on=(None,),
    ),
    Tls(
        "httplib2",
        "httplib2.Http",
        "disable_ssl_certificate_validation",
        lambda url, v: (
            module("httplib2").Http(disable_ssl_certificate_validation=v, timeout=5).request(url)
        ),
        on=(False,),
    ),
    Tls(
        "curl_cffi",
        "curl_cffi.get",
        "verify",
        lambda url, v: module("curl_cffi.requests").get(url, verify=v),
        on=(True, None, 0),
    ),
]


def switch_at(library: Library, path: str, name: str) -> Switch:
    for entry in entries(library):
        if entry.path == path:
            return next(s for s in entry.sender.switches if s.name == name)
    for client in library.clients:
        # An attribute of a client, where its constructor has no such switch.
        if client.path == path:
            held = (*client.constructor.switches, *client.switches)
            return next(s for s in held if s.name == name)
    constructor = next(c for owner, c in CONSTRUCTORS if owner is library and c.path == path)
    return next(s for s in constructor.switches if s.name == name)


@pytest.mark.parametrize("row", [pytest.param(r, id=f"{r.path}.{r.switch}") for r in TLS])
@pytest.mark.usefixtures("own_trust_only")
@pytest.mark.filterwarnings("ignore")
def test_what_turns_verification_off(row: Tls, self_signed: str) -> None:
    library = BY_NAME[row.library]
    needs(library)
    switch = switch_at(library, row.path, row.switch)
    off = [eval(literal, {"ssl": ssl}) for literal in switch.off]
    if switch.context:
        off.append(unverified())
    assert off
    for value in off:
        row.call(self_signed, value)  # It takes any certificate.
    for value in row.on:
        with pytest.raises(Exception) as caught:  # noqa: PT011
            row.call(self_signed, value)
        assert refused(caught.value)


def refused(error: BaseException) -> bool:
    """Whether the certificate was the reason."""
    text = f"{type(error).__mro__} {error}".upper()
    return "CERTIFICATE" in text or "SSL" in text
