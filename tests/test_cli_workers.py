"""Work spread over processes: order, failures, sudden deaths, and a way out."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator

import pytest

from flake8_untimed.cli import UsageError
from flake8_untimed.cli.workers import map_files

FILES = [str(number) for number in range(505)]


class Unpicklable(Exception):
    def __init__(self) -> None:
        super().__init__("cannot be made again from this text")


def work(file: str) -> tuple[str, int]:
    if file == "fail":
        raise Unpicklable
    if file == "die":
        os._exit(9)
    if file == "wait":
        while True:
            time.sleep(60)
    return file, os.getpid()


def make_work() -> Callable[[str], tuple[str, int]]:
    return work


@pytest.fixture(autouse=True)
def no_process_is_left(watchdog: None) -> Iterator[None]:
    yield
    for process in multiprocessing.active_children():
        process.join(10)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(("jobs", "processes"), [(1, 1), (2, 2), (3, 3), (100, 6)])
def test_results_in_the_order_of_the_files(jobs: int, processes: int) -> None:
    results = list(map_files(make_work, FILES, jobs))
    assert [file for file, _ in results] == FILES
    assert len({process for _, process in results}) == processes


def test_few_files_need_no_other_process() -> None:
    assert list(map_files(make_work, ["a"], 8)) == [("a", os.getpid())]
    assert list(map_files(make_work, [], 8)) == []


def test_a_failure_comes_out_as_it_was() -> None:
    with pytest.raises(RuntimeError, match="cannot be made again"):
        list(map_files(make_work, [*FILES, "fail"], 2))


def test_a_process_that_dies_is_not_waited_for() -> None:
    with pytest.raises(UsageError, match="a process ended all of a sudden"):
        list(map_files(make_work, [*FILES[:50], "die", *FILES], 2))


def test_nobody_waits_for_what_is_no_longer_wanted() -> None:
    results = map_files(make_work, [*FILES, "wait"], 2)
    assert next(results)[0] == "0"
    results.close()  # type: ignore[attr-defined]
