"""Do work on threads of this machine or on the workers of a Dask cluster, with equal results.

The compiled model runs outside the interpreter's lock, so threads use all cores, and share their
inputs and results without copies. Work that runs on a thread takes an event beside its item: the
thread can't be ended from outside, so the work ends itself once the event is set. Work for a
cluster is a function of a module, and its items and results can be pickled.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any, Generic, Protocol, TypeVar

from ..errors import Message, Problem, ScenarioError, as_message, usage_error
from .versions import versions_and_source

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item, Event | None], Result]
"""Function of an item and of the event that cancels it; None where nothing does."""
MOST_THREADS = 1_024
"""Largest number of threads: each takes memory, and none is faster than a core."""
WAKE_SECONDS = 0.5
"""Longest wait for a result: on Windows an interrupt is delivered only when a wait ends."""
MAX_ATTEMPTS = 3
"""Attempts at an item whose worker is lost; all but the first run alone, to find the cause."""
OPTION = "--executor"
DASK = "dask://"


class Submit(Protocol):
    """Function that starts ``work(item, cancelled)`` elsewhere."""

    def __call__(self, work: Work[Item, Result], item: Item, /) -> Future[Result]: ...


@dataclass(frozen=True)
class Pool:
    """A pool of workers: its size, and a context in which it takes work.

    ``lost`` are the errors that stand for a lost worker and not for an error of the work.
    """

    size: int
    open: Callable[[], AbstractContextManager[Submit]]
    lost: tuple[type[BaseException], ...] = ()
    is_reached: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Workers:
    """Where work is done: on threads here (0: one a core), or in a pool elsewhere."""

    threads: int = 0
    elsewhere: Pool | None = None

    @property
    def pool(self) -> Pool:
        """Return the pool that does the work."""
        count = cores(self.threads)
        return self.elsewhere or Pool(count, partial(_threads, count))

    @property
    def size(self) -> int:
        """Return how many items are worked on at once."""
        return self.pool.size


ALL_CORES = Workers()
"""Threads, one for each core."""


def cores(asked: int = 0) -> int:
    """Return the number of threads: as asked for, or one for each core this process may use.

    Raises ``ScenarioError`` for more than ``MOST_THREADS``.
    """
    if asked > MOST_THREADS:
        usage_error(
            "--workers",
            Message("{asked:,} threads are too many", asked=asked),
            Message("at most {most:,}", most=MOST_THREADS),
        )
    if asked:
        return asked
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _threads(count: int) -> Iterator[Submit]:
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


# -- Work ------------------------------------------------------------------------------------------


@dataclass
class _Job(Generic[Item]):
    number: int
    item: Item
    attempts: int = 0


def parallel_map(
    work: Work[Item, Result],
    items: Iterable[Item],
    workers: Workers = ALL_CORES,
    on_loss: Callable[[Item, str], Result] | None = None,
) -> Generator[tuple[int, Result], None, None]:
    """Yield each result with the number of its item, in the order in which they finish.

    One thread is the calling one. At most twice as many items as workers are submitted at a time,
    so memory does not grow with their number. Close it (``closing``) where an error can occur
    between two results: that ends the threads.

    When a worker is lost, what it worked on is tried again item by item, so that only the one at
    fault is given up: ``on_loss`` gives its result, from the item and the reason. Raises
    ``ScenarioError`` for such an item without it, and if the pool can't be reached any more.
    """
    pool = workers.pool
    if workers.elsewhere is None and pool.size == 1:
        yield from ((number, work(item, None)) for number, item in enumerate(items))
        return
    try:
        with pool.open() as submit:
            yield from _results(work, items, pool, submit, on_loss or _give_up)
    except Exception:
        if pool.is_reached():
            raise
        raise _unreachable() from None


def _results(
    work: Work[Item, Result],
    items: Iterable[Item],
    pool: Pool,
    submit: Submit,
    on_loss: Callable[[Item, str], Result],
) -> Iterator[tuple[int, Result]]:
    fresh = (_Job(number, item) for number, item in enumerate(items))
    suspects: list[_Job[Item]] = []
    waiting: dict[Future[Result], _Job[Item]] = {}
    finished: SimpleQueue[Future[Result]] = SimpleQueue()
    while True:
        if not suspects:
            jobs = list(islice(fresh, 2 * pool.size - len(waiting)))
        else:
            jobs = [] if waiting else [suspects.pop(0)]
        for job in jobs:
            job.attempts += 1
            future = submit(work, job.item)
            waiting[future] = job
            future.add_done_callback(finished.put)
        if not waiting:
            return
        for future in _finished(finished):
            job = waiting.pop(future)
            try:
                result = future.result()
            except pool.lost as error:
                if job.attempts < MAX_ATTEMPTS:
                    suspects.append(job)
                    continue
                why = Message(
                    "its worker crashed {attempts} times ({error})",
                    attempts=job.attempts,
                    error=type(error).__name__,
                )
                result = on_loss(job.item, why)
            yield job.number, result
        if not pool.is_reached():
            raise _unreachable()


def parallel_list(
    work: Work[Item, Result], items: Iterable[Item], workers: Workers = ALL_CORES
) -> list[Result]:
    """Return all results in the order of their items."""
    results = dict(parallel_map(work, items, workers))
    return [results[number] for number in range(len(results))]


def _finished(queue: SimpleQueue[Future[Result]]) -> list[Future[Result]]:
    """Wait a moment for the first of some work to finish; return what has, which may be none.

    A queue and not ``concurrent.futures.wait``: that takes the lock of each future, which a signal
    then could leave locked, so that its thread would never end.
    """
    try:
        found = [queue.get(timeout=WAKE_SECONDS)]
    except Empty:
        return []
    while not queue.empty():
        found.append(queue.get())
    return found


def _give_up(_item: object, why: str) -> Any:
    advice = "give each worker more memory: a worker that uses too much is ended"
    usage_error(
        OPTION, Message("a part of the work could not be done: {why}", why=as_message(why)), advice
    )


def _unreachable() -> ScenarioError:
    what = "the cluster can't be reached any more"
    return ScenarioError([Problem(OPTION, what, "start it again, and then this command")])


# -- Cluster ---------------------------------------------------------------------------------------


@contextmanager
def open_workers(executor: str | None, threads: int = 0) -> Iterator[Workers]:
    """Yield threads here, or the cluster at ``dask://HOST:PORT``.

    Raises ``ScenarioError`` if that is no cluster, has no workers, or ones of other versions.
    """
    if executor is None:
        yield Workers(threads)
        return
    if not executor.startswith(DASK):
        advice = "as in dask://localhost:8786; leave it out for threads here"
        usage_error(OPTION, Message("'{executor}' is not an executor", executor=executor), advice)
    try:
        from distributed import Client
    except ImportError:
        usage_error(OPTION, "Dask is not installed", "pip install 'opvangsim[dask]'")
    host, _, port = executor.removeprefix(DASK).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        what = Message("'{address}' is not a host and port", address=executor.removeprefix(DASK))
        usage_error(OPTION, what, "as in dask://localhost:8786")
    address = f"tcp://{host}:{port}"
    try:
        # Dask retries for long; a plain connection fails at once.
        socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
        client: Any = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        what = Message("no scheduler can be reached: {error}", error=type(error).__name__)
        advice = "start it, and give its host and port"
        raise ScenarioError([Problem(executor, what, advice)]) from None
    with client:
        check_versions(client, executor)
        yield Workers(elsewhere=_cluster(client))


def check_versions(client: Any, executor: str) -> None:
    """Refuse a cluster without workers, or with one that has other versions than ours."""
    there = client.run(versions_and_source)
    if not there:
        usage_error(executor, "this cluster has no workers", "start at least one")
    ours = versions_and_source()
    for worker, found in sorted(there.items()):
        differences = ", ".join(f"{n} {v}" for n, v in found.items() if ours.get(n) != v)
        if differences:
            what = Message(
                "the worker at {worker} has other versions: {differences}",
                worker=worker,
                differences=differences,
            )
            usage_error(executor, what, "install the same versions there: results would change")


def _cluster(client: Any) -> Pool:
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    @contextmanager
    def opened() -> Iterator[Submit]:
        executor = client.get_executor(pure=False)
        try:
            yield lambda work, item: executor.submit(work, item, None)
        finally:
            # Cancels what nobody waits for any more.
            executor.shutdown(wait=False)

    size = max(1, sum(client.nthreads().values()))
    lost = (KilledWorker, CommClosedError, CancelledError)
    return Pool(size, opened, lost, lambda: bool(client.status == "running"))
