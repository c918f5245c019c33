"""Real programs against a server that tells what it received: each rewritten JSON call sends the
same body as before, and says that it is JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from programs import WATCHDOG_SECONDS, fix, start

BODY = {
    "text": 'line\n"quoted" \\ / é € 𝄞 \u2028',
    "numbers": [0, -1, 2**70, 0.1, 1e300, -0.0],
    "nothing": None,
    "truth": [True, False],
    "empty": [[], {}, ""],
    "1": {"nested": [{"deep": 1}]},
}

REQUESTS = f"""
import json
import sys

import requests

URL = sys.argv[1]
BODY = {BODY!r}


def main():
    session = requests.Session()
    told = {{"Content-Type": "application/json", "X-Other": "kept"}}
    answers = [
        requests.post(URL, data=json.dumps(BODY), timeout=30),
        requests.put(URL, json.dumps(BODY), timeout=30),
        requests.request("PATCH", URL, data=json.dumps(BODY).encode(), timeout=30),
        session.post(
            URL,
            data=json.dumps(BODY),  # as it always was
            timeout=30,
        ),
        requests.post(
            URL, data=json.dumps(BODY), headers={{"content-type": "application/json"}}, timeout=30
        ),
        session.post(URL, json.dumps(BODY), headers={{**told}}, timeout=30),
        requests.post(URL, json=json.dumps(BODY), timeout=30),
    ]
    for answer in answers:
        print(answer.text)


main()
"""

HTTPX = f"""
import json
import sys

import httpx

URL = sys.argv[1]
BODY = {BODY!r}

with httpx.Client(timeout=30) as client:
    answers = [
        httpx.post(URL, content=json.dumps(BODY), timeout=30),
        client.put(URL, content=json.dumps(BODY).encode()),
        client.post(URL, content=json.dumps(BODY), headers={{"Content-Type": "application/json"}}),
        client.post(URL, json=json.dumps(BODY)),
    ]
for answer in answers:
    print(answer.text)
"""

AIOHTTP = f"""
import asyncio
import json
import sys

import aiohttp

URL = sys.argv[1]
BODY = {BODY!r}


async def main():
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        async with session.post(URL, data=json.dumps(BODY)) as answer:
            print(await answer.text())
        async with session.put(URL, data=json.dumps(BODY).encode("utf-8")) as answer:
            print(await answer.text())
        headers = {{"Content-Type": "application/json"}}
        async with session.post(URL, data=json.dumps(BODY), headers=headers) as answer:
            print(await answer.text())
        async with session.post(URL, json=json.dumps(BODY)) as answer:
            print(await answer.text())


asyncio.run(main())
"""


class Received(NamedTuple):
    """One request, as the server saw it."""

    content_type: str | None
    other: str | None
    body: str


class Echo(BaseHTTPRequestHandler):
    """Answers with what it received."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        received = Received(self.headers["Content-Type"], self.headers["X-Other"], body)
        answer = json.dumps(received).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT = do_PATCH = answer

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def received(program: Path, url: str) -> list[Received]:
    out, errors = start(program, url).communicate(timeout=WATCHDOG_SECONDS)
    assert errors == ""
    return [Received(*json.loads(line)) for line in out.splitlines()]


@pytest.mark.parametrize(
    ("text", "untold"),
    [
        pytest.param(REQUESTS, {None}, id="requests"),
        pytest.param(HTTPX, {None}, id="httpx"),
        pytest.param(
            AIOHTTP, {"text/plain; charset=utf-8", "application/octet-stream"}, id="aiohttp"
        ),
    ],
)
def test_the_same_body_and_its_type(
    tmp_path: Path, url: str, text: str, untold: set[str | None]
) -> None:
    program = tmp_path / "app.py"
    program.write_text(text.lstrip())
    before = received(program, url)
    # All but those with a header (UNT202) and the one encoded twice (UNT203) said nothing.
    assert untold <= {request.content_type for request in before}
    *once, twice = before
    assert [json.loads(request.body) for request in once] == [BODY] * len(once)
    assert json.loads(json.loads(twice.body)) == BODY

    fix(tmp_path, "--select", "UNT2", "--unsafe")
    assert "json.dumps" not in program.read_text()
    after = received(program, url)
    assert [json.loads(request.body) for request in after] == [BODY] * len(before)
    assert {request.content_type for request in after} == {"application/json"}
    assert [request.other for request in after] == [request.other for request in before]
