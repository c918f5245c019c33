"""What several tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

WATCHDOG_SECONDS = 120
"""Far more than any one file takes: a test that reaches it hangs."""


@pytest.fixture
def fixtures() -> Path:
    """The folder of the cases."""
    return Path(__file__).resolve().parent.parent / "fixtures"


@pytest.fixture
def watchdog() -> Iterator[None]:
    """Ends a test that hangs, with a traceback of where."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def bark(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"still at work after {WATCHDOG_SECONDS} s")

    before = signal.signal(signal.SIGALRM, bark)
    signal.alarm(WATCHDOG_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
