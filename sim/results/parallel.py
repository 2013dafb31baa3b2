"""Run work on several threads, and end them all at once when their results are not wanted.

The compiled model runs outside the interpreter's lock, so threads use all cores, and share their
inputs and results without copies. Work that runs on a thread takes an event beside its item: the
thread can't be ended from outside, so the work ends itself once the event is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import Protocol, TypeVar

from ..errors import usage_error

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item, Event | None], Result]
"""Function of an item and of the event that cancels it; None where nothing does."""
MOST_THREADS = 1_024
"""Largest number of threads: each takes memory, and none is faster than a core."""
WAKE_SECONDS = 0.5
"""Longest wait for a result: on Windows an interrupt is delivered only when a wait ends."""


class Submit(Protocol):
    """Function that starts ``work(item, cancelled)`` elsewhere."""

    def __call__(self, work: Work[Item, Result], item: Item, /) -> Future[Result]: ...


def cores(asked: int = 0) -> int:
    """Return the number of threads: as asked for, or one for each core this process may use.

    Raises ``ScenarioError`` for more than ``MOST_THREADS``.
    """
    if asked > MOST_THREADS:
        usage_error("--workers", f"{asked:,} threads are too many", f"at most {MOST_THREADS:,}")
    if asked:
        return asked
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def threads(count: int) -> Iterator[Submit]:
    """Provide ``count`` threads; all have ended when the context is left.

    After an error, also an interrupt, running work is cancelled and the rest is dropped.
    """
    cancelled = Event()

    def submit(work: Work[Item, Result], item: Item, /) -> Future[Result]:
        return pool.submit(work, item, cancelled)

    with ThreadPoolExecutor(count) as pool:
        try:
            yield submit
        except BaseException:
            cancelled.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def parallel_map(
    work: Work[Item, Result], items: Sequence[Item], asked: int = 0
) -> Generator[tuple[int, Result], None, None]:
    """Yield each result with the number of its item, in the order in which they finish.

    Runs in the calling thread if one thread would do it all. At most twice as many items as threads
    are submitted at a time, so memory does not grow with their number. Close it (``closing``)
    where an error can occur between two results: that ends the threads.
    """
    count = min(cores(asked), len(items))
    if count <= 1:
        yield from ((number, work(item, None)) for number, item in enumerate(items))
        return
    waiting: dict[Future[Result], int] = {}
    with threads(count) as submit:
        for number, item in enumerate(items):
            waiting[submit(work, item)] = number
            while len(waiting) >= 2 * count:
                yield from _finished(waiting)
        while waiting:
            yield from _finished(waiting)


def _finished(waiting: dict[Future[Result], int]) -> Iterator[tuple[int, Result]]:
    for future in finished(waiting):
        yield waiting.pop(future), future.result()


def parallel_list(work: Work[Item, Result], items: Sequence[Item], asked: int = 0) -> list[Result]:
    """Return all results in the order of their items."""
    results = dict(parallel_map(work, items, asked))
    return [results[number] for number in range(len(items))]


def finished(waiting: Collection[Future[Result]]) -> set[Future[Result]]:
    """Wait a moment for the first of some work to finish; return what has, which may be none."""
    return wait(waiting, WAKE_SECONDS, FIRST_COMPLETED).done
