"""The same work on many files, in one process or several; results come in the order of the files
whatever their number."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")

WORTH_A_PROCESS = 100
"""Files. Below this, starting processes costs more than they save."""

_work: Callable[[str], Any]


def map_files(
    make_work: Callable[[], Callable[[str], Result]], files: Sequence[str], jobs: int | None
) -> Iterator[Result]:
    """`make_work` is called once in every process (so it must be picklable), and what it returns
    on each file."""
    jobs = min(jobs or _processors(), -(-len(files) // WORTH_A_PROCESS))
    if jobs <= 1:
        yield from map(make_work(), files)
        return
    import multiprocessing

    # Forking spares each process the imports; elsewhere than on Linux it is not safe.
    method = "fork" if sys.platform == "linux" else "spawn"
    chunk = max(1, min(50, len(files) // (jobs * 4)))
    with multiprocessing.get_context(method).Pool(jobs, _start, (make_work,)) as pool:
        yield from pool.imap(_run, files, chunk)


def _start(make_work: Callable[[], Callable[[str], Any]]) -> None:
    # Ctrl-C reaches every process; the first one sees to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _work
    _work = make_work()


def _run(file: str) -> Any:
    return _work(file)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
