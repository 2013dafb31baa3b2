"""Run work on several processes, with any ``concurrent.futures`` executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from ..errors import Problem, ScenarioError

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores(asked: int = 0) -> int:
    """Number of worker processes: the number asked for, or one a core where that is 0."""
    return asked or len(os.sched_getaffinity(0))


@contextmanager
def pool(count: int) -> Iterator[Executor]:
    """Provide a pool of ``count`` processes and end them all, also after an error."""
    made = ProcessPoolExecutor(count, mp_context=get_context("fork"), initializer=init_worker)
    try:
        yield made
    except BaseException:
        for process in list((made._processes or {}).values()):
            process.terminate()
        made.shutdown(wait=True, cancel_futures=True)
        raise
    made.shutdown()


def init_worker() -> None:
    """Leave interrupts to the parent process, and end when it has ended."""
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this worker once its parent was killed: nothing else would end it."""
    import time

    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def imap_unordered(
    work: Callable[[Item], Result], items: Iterable[Item], executor: Executor, ahead: int
) -> Iterator[tuple[int, Result]]:
    """Yield each result with the number of its item, in the order in which they finish.

    At most ``ahead`` items are submitted at a time, so memory does not grow with their number.
    """
    waiting: dict[Future[Result], int] = {}
    for number, item in enumerate(items):
        waiting[executor.submit(work, item)] = number
        if len(waiting) >= ahead:
            yield from _done(waiting)
    while waiting:
        yield from _done(waiting)


def _done(waiting: dict[Future[Result], int]) -> Iterator[tuple[int, Result]]:
    finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in finished:
        yield waiting.pop(future), future.result()


def parallel_map(
    work: Callable[[Item], Result], items: list[Item], asked: int = 0
) -> Iterator[tuple[int, Result]]:
    """Run work on a pool of processes of its own, or in this process if one would do it all.

    Yields each result with the number of its item, in the order in which they finish. Raises
    ``ScenarioError`` if a process is lost.
    """
    count = min(cores(asked), len(items))
    if count <= 1:
        yield from ((number, work(item)) for number, item in enumerate(items))
        return
    try:
        with pool(count) as executor:
            yield from imap_unordered(work, items, executor, 2 * count)
    except BrokenExecutor:
        what = "a worker process was lost: it was killed, or memory ran out"
        advice = "start it again, with fewer workers if it happens again"
        raise ScenarioError([Problem("--workers", what, advice)]) from None
