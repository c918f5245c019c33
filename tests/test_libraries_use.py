"""What the libraries' tables say of responses, exceptions and retries, against the libraries that
are installed."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

from flake8_untimed.libraries import ALL
from flake8_untimed.libraries.model import Constructor, Library, Responses

RESPONSES = {
    "requests": "requests.Response",
    "requests-cache": "requests_cache.models.CachedResponse",
    "requests-html": "requests_html.HTMLResponse",
    "cloudscraper": "requests.Response",
    "requests-oauthlib": "requests.Response",
    "requests-toolbelt": "requests.Response",
    "requests-ratelimiter": "requests.Response",
    "requests-unixsocket": "requests.Response",
    "cachecontrol": "requests.Response",
    "httpx": "httpx.Response",
    "httpx2": "httpx2.Response",
    "httpx-aiohttp": "httpx.Response",
    "aiohttp": "aiohttp.ClientResponse",
    "aiohttp-client-cache": "aiohttp.ClientResponse",
    "niquests": "niquests.Response",
    "curl_cffi": "curl_cffi.requests.Response",
    "urllib3": "urllib3.HTTPResponse",
    "urllib.request": "http.client.HTTPResponse",
    "http.client": "http.client.HTTPResponse",
}
"""The class of the responses of each library whose uses are looked at."""
STATUS = frozenset(
    (
        "status", "status_code", "ok", "reason", "reason_phrase", "raise_for_status", "is_success",
        "is_error", "is_client_error", "is_server_error", "is_informational", "is_redirect",
    )
)  # fmt: skip
NAMED = [
    (lib, path)
    for lib in ALL
    for path in (*lib.timeout_errors, *lib.credentials, *(r.path for r in lib.retries))
]
WITH_RESPONSES = [(lib, lib.responses) for lib in ALL if lib.responses is not None]


def found(path: str) -> Any:
    """The object at a dotted path; skips where its package is not installed."""
    parts = path.split(".")
    try:
        import_module(parts[0])
    except ImportError:
        pytest.skip(f"{parts[0]} is not installed")
    for end in range(len(parts), 0, -1):
        try:
            value: Any = import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for name in parts[end:]:
            value = getattr(value, name)
        return value
    raise AssertionError(path)


@pytest.mark.parametrize(("library", "path"), NAMED, ids=lambda case: getattr(case, "name", case))
def test_what_is_named_exists(library: Library, path: str) -> None:
    assert isinstance(found(path), type), path


@pytest.mark.parametrize("path", [p for lib in ALL for p in lib.timeout_errors])
def test_a_timeout_error_means_a_timeout(path: str) -> None:
    """By its name: `RequestException` is much more than that."""
    error = found(path)
    assert issubclass(error, Exception)
    assert "Timeout" in error.__name__


@pytest.mark.parametrize("path", [p for lib in ALL for p in lib.credentials])
def test_a_credential_is_a_name_and_a_password(path: str) -> None:
    names = [n for n in inspect.signature(found(path).__init__).parameters if n != "self"]
    if path == "aiohttp.BasicAuth":  # a tuple with names
        names = [n for n in inspect.signature(found(path).__new__).parameters if n != "cls"]
    assert names[0] in ("username", "login")
    assert names[1] == "password"


@pytest.mark.parametrize("retry", [r for lib in ALL for r in lib.retries], ids=lambda r: r.path)
def test_a_retry_against_its_signature(retry: Constructor) -> None:
    names = tuple(inspect.signature(found(retry.path)).parameters)
    assert retry.parameters[: len(names)] == names[: len(retry.parameters)]


@pytest.mark.parametrize(
    ("library", "responses"), WITH_RESPONSES, ids=lambda case: getattr(case, "name", "")
)
def test_attributes_of_responses(library: Library, responses: Responses) -> None:
    cls = found(RESPONSES[library.name])
    source = inspect.getsource(inspect.getmodule(cls))  # type: ignore[arg-type]
    for name in responses.body:
        # Some are set on the instance only.
        assert hasattr(cls, name) or f"self.{name}" in source, f"{library.name}: {name}"
    assert not STATUS & {*responses.body, *responses.neutral}
    assert not {*responses.body} & {*responses.neutral}


@pytest.mark.parametrize(
    ("library", "responses"), WITH_RESPONSES, ids=lambda case: getattr(case, "name", "")
)
def test_methods_that_read_pieces(library: Library, responses: Responses) -> None:
    cls = found(RESPONSES[library.name])
    raw = found(RESPONSES["urllib3"]) if responses.raw else cls
    for name, told in responses.sized.items():
        method = getattr(cls, name, None) or getattr(raw, name)
        first = [*inspect.signature(method).parameters.values()][1]
        assert (first.name, first.default) == told, f"{library.name}: {name}"
    for name in responses.repeated:
        assert hasattr(raw, name), f"{library.name}: {name}"


def test_every_library_with_responses_has_its_class_here() -> None:
    assert {library.name for library, _ in WITH_RESPONSES} == set(RESPONSES)
