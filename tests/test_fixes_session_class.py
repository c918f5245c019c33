"""The session class that `fix` writes: it must really bound every way through it."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flake8_untimed.findings import Expression
from flake8_untimed.fixes import Refused, WriteError, session_class, write_session_class

requests = pytest.importorskip("requests")
NAME = "myapp.http.TimeoutSession"


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture
def session() -> Any:
    names: dict[str, Any] = {}
    exec(session_class(NAME, Expression("(5, 0.2)")), names)
    made = names["TimeoutSession"]()
    made.trust_env = False
    return made


@pytest.mark.parametrize(
    "call",
    [
        lambda s, url: s.get(url),
        lambda s, url: s.post(url, json={}),
        lambda s, url: s.request("GET", url),
        lambda s, url: s.request(method="GET", url=url),
        lambda s, url: s.get(url, timeout=None),
        lambda s, url: s.request("GET", url, None, None, None, None, None, None, None),
        lambda s, url: s.request("GET", url, None, None, None, None, None, None, (5, 0.1)),
        lambda s, url: s.send(s.prepare_request(requests.Request("GET", url))),
        lambda s, url: s.send(s.prepare_request(requests.Request("GET", url)), timeout=None),
    ],
)
def test_no_call_waits_for_ever(session: Any, silent_url: str, call: Any, watchdog: None) -> None:
    with session, pytest.raises(requests.exceptions.ReadTimeout):
        call(session, silent_url)


def test_a_calls_own_timeout_wins(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def send(self: Any, request: Any, **kwargs: Any) -> Any:
        seen.append(kwargs["timeout"])
        raise requests.exceptions.ConnectionError

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    for timeout in (7, (1, 2), 0.5):
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get("http://127.0.0.1/", timeout=timeout)
    session.default_timeout = 3
    with pytest.raises(requests.exceptions.ConnectionError):
        session.get("http://127.0.0.1/")
    assert seen == [7, (1, 2), 0.5, 3]


def test_the_timeout_is_the_users() -> None:
    text = session_class(NAME, Expression("myapp.settings.T", ("myapp.settings.T",)))
    assert "\nfrom myapp import settings\n" in text
    assert "default_timeout: Any = settings.T\n" in text
    ast.parse(text)


@pytest.mark.parametrize("name", ["TimeoutSession", "a.b-c", "a.", ".a", "a.class", ""])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Refused):
        session_class(name)


def test_a_timeout_from_the_module_itself() -> None:
    with pytest.raises(Refused, match=r"myapp\.http\.T"):
        session_class(NAME, Expression("myapp.http.T", ("myapp.http.T",)))


def test_it_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "http.py"
    write_session_class(NAME, str(path))
    assert path.read_text("utf-8") == session_class(NAME)
    with pytest.raises(WriteError):
        write_session_class(NAME, str(path))


def test_it_passes_a_strict_type_checker(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    path = tmp_path / "http_session.py"
    write_session_class(NAME, str(path))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(path)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stdout
