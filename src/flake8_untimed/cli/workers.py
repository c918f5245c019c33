"""The same work on many files, in one process or several; results come in the order of the files
whatever their number."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flake8_untimed.cli import UsageError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Result = TypeVar("Result")

WORTH_A_PROCESS = 100
"""Files. Below this, starting processes costs more than they save."""

_TURNS = 4
"""How often a process takes files. Neighbours in a folder import each other, so they stay together
(with 20 files a turn both of two processes read nearly all of six packages: 10 % more CPU); with
fewer turns the processes would end far apart."""
_CHUNK = (20, 300)
"""Files that a process takes at a time, at least and at most: progress is seen after each."""


class _Failure(NamedTuple):
    """What a process sends instead of results: not every exception survives the way."""

    text: str


def map_files(
    make_work: Callable[[], Callable[[str], Result]], files: Sequence[str], jobs: int | None
) -> Iterator[Result]:
    """`make_work` is called once in every process (so it must be picklable), and what it returns
    on each file."""
    jobs = min(jobs or _processors(), -(-len(files) // WORTH_A_PROCESS))
    if jobs <= 1:
        with _no_garbage_collection():
            yield from map(make_work(), files)
        return
    size = min(max(len(files) // (jobs * _TURNS) + 1, _CHUNK[0]), _CHUNK[1])
    chunks = [files[start : start + size] for start in range(0, len(files), size)]
    workers = [_start(make_work, chunks[number::jobs]) for number in range(jobs)]
    try:
        for number in range(len(chunks)):
            yield from _receive(workers[number % jobs][1])
    finally:
        # At the end they are done; on Ctrl-C nobody waits for what they have begun.
        for process, _ in workers:
            process.terminate()


def _start(
    make_work: Callable[[], Callable[[str], Any]], chunks: Sequence[Sequence[str]]
) -> tuple[BaseProcess, Connection]:
    import multiprocessing

    # Forking spares each process the imports; elsewhere than on Linux it is not safe.
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    # Or a new process would take its modules from the current folder: what lies there is read only.
    os.environ["PYTHONSAFEPATH"] = "1"
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(make_work, chunks, sender), daemon=True)
    process.start()
    # Ours must be closed, or we would wait for ever for a process that has died.
    sender.close()
    return process, receiver


def _receive(connection: Connection) -> list[Any]:
    try:
        received = connection.recv()
    except EOFError:
        raise UsageError(
            "a process ended all of a sudden (out of memory?); --jobs 1 may tell more"
        ) from None
    if isinstance(received, _Failure):
        raise RuntimeError(received.text)
    results: list[Any] = received
    return results


def _serve(
    make_work: Callable[[], Callable[[str], Any]],
    chunks: Sequence[Sequence[str]],
    connection: Connection,
) -> None:
    import signal
    import traceback

    # Ctrl-C reaches every process; the first one sees to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _no_garbage_collection():
            work = make_work()
            for chunk in chunks:
                connection.send([work(file) for file in chunk])
    except BrokenPipeError:
        pass  # the first process has ended
    except Exception:
        connection.send(_Failure(traceback.format_exc()))
    finally:
        connection.close()


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Trees are large and hold few cycles: looking for cycles took half of the time and, measured
    on 2,129 files, freed nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
