"""One call of a tool: its folder, its time, and its turn to simulate."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout

from ..errors import Message, usage_error
from ..results.executor import Pool, Submit, Workers, cores
from ..runs.atomic import refuse_link

LOCK = ".simulating.lock"
"""File that is locked while something is simulated: one at a time, by all servers of a folder."""
POLL_SECONDS = 0.2
MOST_KEPT = 200
"""Most runs and studies that are kept in a folder."""


class StoppedError(Exception):
    """The call was cancelled, or its time is over; it has no answer."""


@dataclass(eq=False)
class Call:
    """A call of a tool: ``stop`` is set when nobody waits for its answer any more.

    ``done`` and ``total`` are the replications of what is simulated, for whoever shows progress.
    """

    folder: Path
    stop: Event = field(default_factory=Event)
    done: int = 0
    total: int = 0

    @property
    def workers(self) -> Workers:
        """All cores, until the call is stopped: what runs then ends at its next step."""
        count = cores()

        @contextmanager
        def threads() -> Iterator[Submit]:
            with ThreadPoolExecutor(count) as pool:
                try:
                    yield lambda work, item: pool.submit(work, item, self.stop)
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise

        return Workers(elsewhere=Pool(count, threads, is_reached=lambda: not self.stop.is_set()))

    def tell(self, done: int, total: int) -> None:
        """Note progress; raises ``StoppedError`` if nobody waits for the answer."""
        self.done, self.total = done, total
        self.check()

    def check(self) -> None:
        """Raise ``StoppedError`` if nobody waits for the answer."""
        if self.stop.is_set():
            raise StoppedError

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn to simulate.

        Raises ``StoppedError`` if the call ends before, and ``ScenarioError`` if the folder is
        full.
        """
        refuse_link(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / LOCK)
        while True:
            self.check()
            try:
                lock.acquire(timeout=POLL_SECONDS)
                break
            except Timeout:
                continue
        try:
            kept = sum(1 for path in self.folder.iterdir() if path.is_dir())
            if kept > MOST_KEPT:
                what = Message("{n} runs and studies are kept in this folder", n=kept)
                advice = "remove some of them, or start the server with another --out"
                usage_error(str(self.folder), what, advice)
            yield
        finally:
            lock.release()
