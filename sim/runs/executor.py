"""Workers that may be lost: whatever happens to one of them, every job ends with an answer.

Any ``concurrent.futures`` executor serves: processes of our own, or those of a Dask cluster.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..errors import Problem, ScenarioError
from ..results.parallel import cores, pool
from .manifest import versions

Job = TypeVar("Job")
Answer = TypeVar("Answer")
MOST_TRIES = 3
"""How often a job is tried whose worker is lost; the last times alone, so that it is the cause."""
DASK = "dask://"


@dataclass(frozen=True)
class Workers:
    """Workers: how to call them up (again), how many they are, and whether they can be reached."""

    call: Callable[[], Any]
    size: int
    reached: Callable[[], bool] = lambda: True


@contextmanager
def open_workers(text: str | None, workers: int) -> Iterator[Workers]:
    """Own processes, or the cluster at ``dask://HOST:PORT``; raises ``ScenarioError``."""
    if text is None:
        count = cores(workers)
        yield Workers(lambda: pool(count), count)
        return
    if not text.startswith(DASK):
        advice = "as in dask://localhost:8786; leave it out for processes here"
        raise ScenarioError([Problem("--executor", f"'{text}' is no executor", advice)])
    try:
        from distributed import Client
    except ImportError:
        what = "Dask is not installed"
        advice = "pip install 'opvangsim[dask]'"
        raise ScenarioError([Problem("--executor", what, advice)]) from None
    host, _, port = text.removeprefix(DASK).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        what = f"'{text.removeprefix(DASK)}' is no host and port"
        raise ScenarioError([Problem("--executor", what, "as in dask://localhost:8786")])
    address = f"tcp://{host}:{port}"
    try:
        # Dask would try for long: whether anyone is there is known at once.
        socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
        client: Any = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        what = f"there is no scheduler to be reached: {type(error).__name__}"
        raise ScenarioError([Problem(text, what, "start it, and give its host and port")]) from None
    with client:
        yield _cluster(client, text)


def _cluster(client: Any, text: str) -> Workers:
    """Workers of a cluster, once they were seen to hold the same versions as we do."""
    there = client.run(versions)
    if not there:
        raise ScenarioError([Problem(text, "this cluster has no workers", "start at least one")])
    for worker, found in sorted(there.items()):
        if found != versions():
            unlike = ", ".join(f"{n} {v}" for n, v in found.items() if versions().get(n) != v)
            what = f"the worker at {worker} has other versions: {unlike}"
            raise ScenarioError([Problem(text, what, "install the same there: numbers would move")])

    @contextmanager
    def call() -> Iterator[Executor]:
        yield client.get_executor(pure=False)

    size = max(1, sum(client.nthreads().values()))
    return Workers(call, size, lambda: bool(client.status == "running"))


@dataclass
class _Try(Generic[Job]):
    job: Job
    count: int = 1


def answers(
    work: Callable[[Job], Answer],
    jobs: Iterable[Job],
    crew: Workers,
    lost: Callable[[Job, str], Answer],
) -> Iterator[Answer]:
    """Answers as they come; ``lost`` answers for a job that its worker never came back from.

    Twice as many jobs as workers are handed out at a time. When workers are lost, the jobs that
    were under way are tried again one by one, so that only the one to blame is given up. Raises
    ``ScenarioError`` if no worker can be reached any more.
    """
    queue = iter(jobs)
    suspects: list[_Try[Job]] = []
    while True:
        with ExitStack() as stack:
            executor = stack.enter_context(crew.call())
            if suspects:
                yield from _one_by_one(work, suspects, executor, crew, lost)
                continue
            yield from _together(work, queue, suspects, executor, crew)
        if not suspects:
            return


def _together(
    work: Callable[[Job], Answer],
    queue: Iterator[Job],
    suspects: list[_Try[Job]],
    executor: Executor,
    crew: Workers,
) -> Iterator[Answer]:
    """Hand jobs out until the queue is empty or a worker is lost (then some are ``suspects``)."""
    waiting: dict[Future[Answer], Job] = {}
    for job in queue:
        try:
            waiting[executor.submit(work, job)] = job
        except Exception:
            suspects.append(_Try(job))
        while waiting and (suspects or len(waiting) >= 2 * crew.size):
            yield from _finished(waiting, suspects)
        if suspects:
            break
    while waiting:
        yield from _finished(waiting, suspects)
    if suspects and not crew.reached():
        raise _unreachable()


def _finished(waiting: dict[Future[Answer], Job], suspects: list[_Try[Job]]) -> Iterator[Answer]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        job = waiting.pop(future)
        try:
            answer = future.result()
        except Exception:
            # The work itself raises nothing: what comes here is the loss of a worker.
            suspects.append(_Try(job))
        else:
            yield answer


def _one_by_one(
    work: Callable[[Job], Answer],
    suspects: list[_Try[Job]],
    executor: Executor,
    crew: Workers,
    lost: Callable[[Job, str], Answer],
) -> Iterator[Answer]:
    """Try suspects alone, until one takes its worker along again."""
    while suspects:
        one = suspects[0]
        one.count += 1
        try:
            answer = executor.submit(work, one.job).result()
        except Exception as error:
            if not crew.reached():
                raise _unreachable() from None
            if one.count >= MOST_TRIES:
                suspects.pop(0)
                yield lost(one.job, f"its worker was lost {one.count} times ({_name(error)})")
            if suspects:
                return
        else:
            suspects.pop(0)
            yield answer


def _name(error: Exception) -> str:
    return type(error).__name__


def _unreachable() -> ScenarioError:
    what = "the cluster can't be reached any more"
    return ScenarioError([Problem("--executor", what, "start it again: what is done is kept")])
