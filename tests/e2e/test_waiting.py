"""Real programs against a server that accepts and never answers: before the fix they wait, after
it they end with their library's timeout."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from programs import WATCHDOG_SECONDS, fix, start, untimed

SETTINGS = """
[tool.untimed.timeouts]
requests = 0.3
"urllib.request" = 0.3
urllib3 = 0.3
httpx = 0.3
aiohttp = 0.3
"""

PATIENCE_SECONDS = 6.5
"""How long a program is watched before it counts as waiting: longer than httpx's default of 5 s,
so that a call that only has this default would not pass for one without a timeout."""


@dataclass(frozen=True)
class Case:
    """A program (`app.py`, and modules that it imports), and what it ends with once fixed."""

    modules: dict[str, str]
    raises: tuple[str, ...]
    """How the last line of the traceback may begin."""
    unsafe: bool = False
    """Only `--unsafe` mends it: somebody switched the timeout off."""


REQUESTS = ("requests.exceptions.ReadTimeout",)
HTTPX = ("httpx.ReadTimeout",)
# 3.10 has one TimeoutError of its own for asyncio.
AIOHTTP = ("TimeoutError", "asyncio.exceptions.TimeoutError")

CASES = {
    "requests, on the module": Case(
        {"app": "import sys\n\nimport requests\n\nrequests.get(sys.argv[1])\n"}, REQUESTS
    ),
    "requests, a session of another module": Case(
        {
            "http_": "import requests\n\n\ndef make():\n    return requests.Session()\n",
            "api": """
                from http_ import make


                class Api:
                    def __init__(self):
                        self.session = make()
            """,
            "app": """
                import sys

                from api import Api


                class Orders(Api):
                    def all(self, url):
                        return self.session.get(url).json()


                Orders().all(sys.argv[1])
            """,
        },
        REQUESTS,
    ),
    "requests, timeout=None": Case(
        {"app": "import sys\n\nimport requests\n\nrequests.get(sys.argv[1], timeout=None)\n"},
        REQUESTS,
        unsafe=True,
    ),
    "urllib.request": Case(
        {"app": "import sys\nimport urllib.request\n\nurllib.request.urlopen(sys.argv[1])\n"},
        ("TimeoutError",),
    ),
    "urllib3": Case(
        {
            "app": """
                import sys

                import urllib3

                pool = urllib3.PoolManager(retries=False)
                pool.request("GET", sys.argv[1])
            """
        },
        ("urllib3.exceptions.ReadTimeoutError",),
    ),
    "httpx, timeout=None": Case(
        {"app": "import sys\n\nimport httpx\n\nhttpx.get(sys.argv[1], timeout=None)\n"},
        HTTPX,
        unsafe=True,
    ),
    "httpx, a client's timeout=None": Case(
        {
            "app": """
                import sys

                import httpx

                with httpx.Client(timeout=None) as client:
                    client.get(sys.argv[1])
            """
        },
        HTTPX,
        unsafe=True,
    ),
    "httpx, an async client's timeout=None": Case(
        {
            "app": """
                import asyncio
                import sys

                import httpx


                async def main(url):
                    async with httpx.AsyncClient(timeout=None) as client:
                        await client.get(url)


                asyncio.run(main(sys.argv[1]))
            """
        },
        HTTPX,
        unsafe=True,
    ),
    # Not for ever, but for five minutes: aiohttp's own default.
    "aiohttp": Case(
        {
            "app": """
                import asyncio
                import sys

                import aiohttp


                async def main(url):
                    async with aiohttp.ClientSession() as session:
                        async with session.get(url) as response:
                            await response.read()


                asyncio.run(main(sys.argv[1]))
            """
        },
        AIOHTTP,
    ),
    "aiohttp, timeout=None": Case(
        {
            "app": """
                import asyncio
                import sys

                from aiohttp import ClientSession


                async def main(url):
                    async with ClientSession() as session:
                        await session.get(url, timeout=None)


                asyncio.run(main(sys.argv[1]))
            """
        },
        AIOHTTP,
        unsafe=True,
    ),
}


@dataclass
class Run:
    """A program at work, and its connection, which it is never answered on."""

    process: subprocess.Popen[str]
    connection: socket.socket

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.connection.close()


def run(folder: Path) -> Run:
    """Start a program, and wait until its request has arrived."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WATCHDOG_SECONDS)
        process = start(folder / "app.py", f"http://127.0.0.1:{listener.getsockname()[1]}/")
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            process.kill()
            pytest.fail(f"no connection: {process.communicate()}")
    connection.settimeout(WATCHDOG_SECONDS)
    assert connection.recv(3) == b"GET"
    return Run(process, connection)


def write(folder: Path, case: Case) -> None:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(SETTINGS)
    for name, text in case.modules.items():
        (folder / f"{name}.py").write_text(dedent(text).lstrip())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where each program lies."""
    top = tmp_path_factory.mktemp("programs")
    made = {name: top / f"case{number}" for number, name in enumerate(CASES)}
    for name, folder in made.items():
        write(folder, CASES[name])
    return made


@pytest.fixture(scope="module")
def ended_before(folders: dict[str, Path]) -> Iterator[dict[str, str]]:
    """The programs that did not wait as they were written, and what they said. All are watched at
    the same time."""
    runs = {name: run(folder) for name, folder in folders.items()}
    time.sleep(PATIENCE_SECONDS)
    ended = {n: r for n, r in runs.items() if r.process.poll() is not None}
    yield {name: str(one.process.communicate()) for name, one in ended.items()}
    for one in runs.values():
        one.end()


@pytest.mark.parametrize("name", CASES)
def test_waits_before_and_ends_after(
    name: str, folders: dict[str, Path], ended_before: dict[str, str]
) -> None:
    assert name not in ended_before, ended_before[name]
    case, folder = CASES[name], folders[name]
    fix(folder, *(["--unsafe"] if case.unsafe else []))
    fixed = run(folder)
    try:
        _, errors = fixed.process.communicate(timeout=WATCHDOG_SECONDS)
    finally:
        fixed.end()
    assert fixed.process.returncode == 1
    last = errors.rstrip().splitlines()[-1]
    assert last.partition(":")[0] in case.raises, errors


def test_a_switched_off_timeout_is_left_alone_unless_asked(tmp_path: Path) -> None:
    """What `--unsafe` is for: without it, the program stays as it was."""
    folder = tmp_path / "case"
    write(folder, CASES["httpx, timeout=None"])
    before = (folder / "app.py").read_bytes()
    result = untimed(folder, "fix")
    assert result.returncode == 1
    assert "UNT102" in result.stdout
    assert (folder / "app.py").read_bytes() == before
