"""Run jobs on threads of this machine or on a Dask cluster.

Jobs of a worker of the cluster that crashed are repeated, and finally reported as failed.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..errors import Problem, ScenarioError
from ..results.parallel import Submit, Work, cores, finished, threads
from .manifest import versions

Job = TypeVar("Job")
Result = TypeVar("Result")
MAX_ATTEMPTS = 3
"""Attempts at a job whose worker crashed; all but the first run alone, to find the cause."""
DASK = "dask://"


@dataclass(frozen=True)
class Workers:
    """A pool of workers: how to start it (again), its size, and whether it is reachable."""

    call: Callable[[], AbstractContextManager[Submit]]
    size: int
    reached: Callable[[], bool] = lambda: True


@contextmanager
def open_workers(text: str | None, workers: int) -> Iterator[Workers]:
    """Yield local threads, or the cluster at ``dask://HOST:PORT``; raises ``ScenarioError``."""
    if text is None:
        count = cores(workers)
        yield Workers(lambda: threads(count), count)
        return
    if not text.startswith(DASK):
        advice = "as in dask://localhost:8786; leave it out for threads here"
        raise ScenarioError([Problem("--executor", f"'{text}' is not an executor", advice)])
    try:
        from distributed import Client
    except ImportError:
        what = "Dask is not installed"
        advice = "pip install 'opvangsim[dask]'"
        raise ScenarioError([Problem("--executor", what, advice)]) from None
    host, _, port = text.removeprefix(DASK).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        what = f"'{text.removeprefix(DASK)}' is not a host and port"
        raise ScenarioError([Problem("--executor", what, "as in dask://localhost:8786")])
    address = f"tcp://{host}:{port}"
    try:
        # Dask retries for long; a plain connection fails at once.
        socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
        client: Any = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        what = f"no scheduler can be reached: {type(error).__name__}"
        raise ScenarioError([Problem(text, what, "start it, and give its host and port")]) from None
    with client:
        yield _cluster(client, text)


def _cluster(client: Any, text: str) -> Workers:
    """Return the workers of a cluster; refuse those with other versions than ours."""
    there = client.run(versions)
    if not there:
        raise ScenarioError([Problem(text, "this cluster has no workers", "start at least one")])
    for worker, found in sorted(there.items()):
        if found != versions():
            differences = ", ".join(f"{n} {v}" for n, v in found.items() if versions().get(n) != v)
            what = f"the worker at {worker} has other versions: {differences}"
            raise ScenarioError([Problem(text, what, "install the same there: numbers would move")])

    @contextmanager
    def call() -> Iterator[Submit]:
        executor = client.get_executor(pure=False)
        yield lambda work, job: executor.submit(work, job, None)

    size = max(1, sum(client.nthreads().values()))
    return Workers(call, size, lambda: bool(client.status == "running"))


@dataclass
class _Suspect(Generic[Job]):
    job: Job
    count: int = 1


def run_jobs(
    work: Work[Job, Result],
    jobs: Iterable[Job],
    workers: Workers,
    on_failure: Callable[[Job, str], Result],
) -> Generator[Result, None, None]:
    """Yield results as they finish; ``on_failure`` gives that of a job whose worker crashed.

    ``work`` itself must not raise: any error means a lost worker. Twice as many jobs as workers are
    submitted at a time. When a worker crashes, the jobs that were running are retried one by one,
    so that only the one at fault is given up. Raises ``ScenarioError`` if no worker can be reached
    any more.
    """
    queue = iter(jobs)
    suspects: list[_Suspect[Job]] = []
    while True:
        with ExitStack() as stack:
            submit = stack.enter_context(workers.call())
            if suspects:
                yield from _run_suspects(work, suspects, submit, workers, on_failure)
                continue
            yield from _run_queue(work, queue, suspects, submit, workers)
        if not suspects:
            return


def _run_queue(
    work: Work[Job, Result],
    queue: Iterator[Job],
    suspects: list[_Suspect[Job]],
    submit: Submit,
    workers: Workers,
) -> Iterator[Result]:
    """Submit jobs until the queue is empty or a worker crashes (then some are ``suspects``)."""
    waiting: dict[Future[Result], Job] = {}
    for job in queue:
        try:
            waiting[submit(work, job)] = job
        except Exception:
            suspects.append(_Suspect(job))
        while waiting and (suspects or len(waiting) >= 2 * workers.size):
            yield from _results(waiting, suspects)
        if suspects:
            break
    while waiting:
        yield from _results(waiting, suspects)
    if suspects and not workers.reached():
        raise _unreachable()


def _results(waiting: dict[Future[Result], Job], suspects: list[_Suspect[Job]]) -> Iterator[Result]:
    for future in finished(waiting):
        job = waiting.pop(future)
        try:
            result = future.result()
        except Exception:
            suspects.append(_Suspect(job))
        else:
            yield result


def _run_suspects(
    work: Work[Job, Result],
    suspects: list[_Suspect[Job]],
    submit: Submit,
    workers: Workers,
    on_failure: Callable[[Job, str], Result],
) -> Iterator[Result]:
    """Run suspects alone, until a worker crashes again."""
    while suspects:
        one = suspects[0]
        one.count += 1
        try:
            result = submit(work, one.job).result()
        except Exception as error:
            if not workers.reached():
                raise _unreachable() from None
            if one.count >= MAX_ATTEMPTS:
                suspects.pop(0)
                yield on_failure(one.job, f"its worker was lost {one.count} times ({_name(error)})")
            if suspects:
                return
        else:
            suspects.pop(0)
            yield result


def _name(error: Exception) -> str:
    return type(error).__name__


def _unreachable() -> ScenarioError:
    what = "the cluster can't be reached any more"
    return ScenarioError([Problem("--executor", what, "start it again: what is done is kept")])
