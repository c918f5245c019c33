"""How far a long run has come: one line on a terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

_PATIENCE = 0.5  # seconds before the first sign
_PERIOD = 0.1  # seconds between signs


def progress(items: Iterable[Item], total: int, *, quiet: bool = False) -> Iterator[Item]:
    """Pass the items through, and say on standard error how many have passed."""
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    due = time.monotonic() + _PATIENCE
    shown = False
    try:
        for count, item in enumerate(items, 1):
            if time.monotonic() >= due:
                print(f"\r\x1b[K{count} of {total} files", end="", file=sys.stderr, flush=True)
                due = time.monotonic() + _PERIOD
                shown = True
            yield item
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
