"""Senders that are handed over get their timeout where keywords travel with them."""

from __future__ import annotations

import pytest

from flake8_untimed import fixes
from flake8_untimed.analysis import analyze
from flake8_untimed.findings import Finding
from flake8_untimed.source import Source

HEAD = """import asyncio
import functools
import threading
from asyncio import to_thread as later
from concurrent.futures import ThreadPoolExecutor

import httpx
import requests
from starlette.concurrency import run_in_threadpool

pool = ThreadPoolExecutor()
session = requests.Session()


async def main(url, loop, **options):
    """
STAYS = "the sender is handed over here, and its keywords do not travel with it"


def fix(call: str) -> tuple[str, list[str]]:
    """What a line becomes, and why what is left was left."""
    source = Source.from_text(HEAD + call + "\n", "<test>")

    def found(text: Source) -> list[Finding]:
        return analyze(text.text)

    outcome = fixes.fix_source(source, found(source), unsafe=True, analyze=found)
    text = outcome.source.text
    assert text.startswith(HEAD)
    return text[len(HEAD) : -1], [left.reason for left in outcome.left]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pool.submit(requests.get, url)", "pool.submit(requests.get, url, timeout=(5, 30))"),
        ("pool.submit(session.get, url)", "pool.submit(session.get, url, timeout=(5, 30))"),
        ("pool.submit(httpx.get, url)", "pool.submit(httpx.get, url, timeout=5.0)"),
        (
            "pool.submit(requests.get, url, timeout=None)",
            "pool.submit(requests.get, url, timeout=(5, 30))",
        ),
        (
            "await asyncio.to_thread(requests.get, url)",
            "await asyncio.to_thread(requests.get, url, timeout=(5, 30))",
        ),
        ("await later(requests.get, url)", "await later(requests.get, url, timeout=(5, 30))"),
        (
            "await run_in_threadpool(requests.get, url)",
            "await run_in_threadpool(requests.get, url, timeout=(5, 30))",
        ),
        (
            "get = functools.partial(requests.get, url)",
            "get = functools.partial(requests.get, url, timeout=(5, 30))",
        ),
        (
            "get = functools.partial(requests.get, timeout=None)",
            "get = functools.partial(requests.get, timeout=(5, 30))",
        ),
        (
            "pool.submit(functools.partial(requests.get, url))",
            "pool.submit(functools.partial(requests.get, url, timeout=(5, 30)))",
        ),
    ],
)
def test_a_keyword_that_travels(before: str, after: str) -> None:
    assert fix(before) == (after, [])


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("await loop.run_in_executor(None, requests.get, url)", STAYS),
        ("loop.call_later(5, requests.get, url)", STAYS),
        ("pool.map(requests.get, [url])", STAYS),
        ("threading.Thread(target=requests.get, args=(url,))", STAYS),
        (
            "pool.submit(session.request, 'GET', url, 0, 0, 0, 0, 0, 0, None)",
            "the timeout is given elsewhere",
        ),
        (
            "session.request('GET', url, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, False)",
            "the argument is given by position",
        ),
    ],
)
def test_what_stays(call: str, reason: str) -> None:
    assert fix(call) == (call, [reason])


def test_options_out_of_sight_are_left_alone() -> None:
    call = "pool.submit(requests.get, url, **options)"
    assert fix(call) == (call, [])
