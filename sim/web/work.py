"""Simulate the positions that visitors ask for: each once, one at a time, and the newest only.

Every simulation uses all cores, so that they wait for one another. A visitor who moves a slider on
no longer waits for the former position; a simulation nobody waits for is cancelled.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Generic, TypeVar

from ..report.charts import RunData
from ..results.executor import cores
from ..results.experiment import Settings
from ..results.tables import Tables
from ..scenario import Scenario
from ..what_if.answer import Answer, answer_of
from ..what_if.compute import simulate
from ..what_if.sliders import sliders
from .position import Position

MOST_WAITING = 24
"""Most simulations that are asked for at a time; one more is refused."""
MOST_TABLES, MOST_ANSWERS = 24, 60
MOST_VISITORS = 200
People = tuple[float, ...]
"""Values of the sliders that affect people."""
Key = TypeVar("Key")
Value = TypeVar("Value")


class BusyError(Exception):
    """Too much is asked for at a time."""


class SupersededError(Exception):
    """The visitor asked for another position in the meantime."""


class Kept(Generic[Key, Value]):
    """The values that were used last, at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """Return a value, or None if it is not kept."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value, and drop the oldest beyond the limit."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)


@dataclass(eq=False)
class Job:
    """A simulation that is under way or waits for its turn, and how many wait for it."""

    cancelled: Event = field(default_factory=Event)
    waiting: int = 0
    task: asyncio.Task[Tables] = field(init=False)


class Work:
    """What is simulated for all visitors of a scenario."""

    def __init__(self, scenario: Scenario, settings: Settings) -> None:
        self.scenario, self.settings = scenario, settings
        self.sliders = sliders(scenario)
        self.drawing: Executor = ThreadPoolExecutor(1, "draw")
        """One thread: matplotlib has one style at a time."""
        self._pool = ThreadPoolExecutor(cores(), "simulate")
        self._turn = asyncio.Semaphore(1)
        self._jobs: dict[People, Job] = {}
        self._tables: Kept[People, Tables] = Kept(MOST_TABLES)
        self._answers: Kept[Position, Answer] = Kept(MOST_ANSWERS)
        self._newest: OrderedDict[str, asyncio.Future[None]] = OrderedDict()
        self._baseline: RunData | None = None

    async def draw(self, make: Callable[[], Value]) -> Value:
        """Return what a function makes on the thread of drawing."""
        return await asyncio.get_running_loop().run_in_executor(self.drawing, make)

    async def answer(self, position: Position, visitor: str = "") -> Answer:
        """Return the answer of a position.

        Raises ``SupersededError`` if the visitor asks for another one meanwhile, and ``BusyError``
        if too much is asked for.
        """
        overtaken = self._overtake(visitor)
        if (known := self._answers.get(position)) is not None:
            return known
        behind = await self.baseline(overtaken)
        tables = await self._simulated(position, overtaken)
        answer = await self.draw(
            lambda: answer_of(
                tables, position.scenario, self.settings, position.values,
                behind if position.scenario is not self.scenario else None,
            )
        )  # fmt: skip
        self._answers.put(position, answer)
        return answer

    async def baseline(self, overtaken: asyncio.Future[None] | None = None) -> RunData:
        """Return the data of the scenario without changes, which charts show behind others."""
        if self._baseline is None:
            tables = await self._simulated(Position((), self.scenario), overtaken)
            self._baseline = await self.draw(
                lambda: answer_of(tables, self.scenario, self.settings, {}).data
            )
        return self._baseline

    def close(self) -> None:
        """Cancel what is under way and end the threads."""
        for job in self._jobs.values():
            job.cancelled.set()
            job.task.cancel()
        for pool in (self._pool, self.drawing):
            pool.shutdown(wait=False, cancel_futures=True)

    def _overtake(self, visitor: str) -> asyncio.Future[None] | None:
        """Let the former request of a visitor end; return what ends this one."""
        if not visitor:
            return None
        former = self._newest.pop(visitor, None)
        if former is not None and not former.done():
            former.set_result(None)
        newest = asyncio.get_running_loop().create_future()
        self._newest[visitor] = newest
        while len(self._newest) > MOST_VISITORS:
            self._newest.popitem(last=False)
        return newest

    def _people(self, position: Position) -> People:
        values = position.values
        return tuple(values.get(one.name, one.start) for one in self.sliders if not one.costs_only)

    async def _simulated(
        self, position: Position, overtaken: asyncio.Future[None] | None
    ) -> Tables:
        people = self._people(position)
        if (known := self._tables.get(people)) is not None:
            return known
        job = self._jobs.get(people) or self._started(people, position.scenario)
        job.waiting += 1
        try:
            ends: set[asyncio.Future[Any]] = {job.task}
            if overtaken is not None:
                ends.add(overtaken)
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not job.task.done():
                raise SupersededError
            return job.task.result()
        finally:
            job.waiting -= 1
            if not job.waiting and not job.task.done():
                self._jobs.pop(people, None)
                job.cancelled.set()
                job.task.cancel()

    def _started(self, people: People, scenario: Scenario) -> Job:
        if len(self._jobs) >= MOST_WAITING:
            raise BusyError
        job = Job()

        async def work() -> Tables:
            async with self._turn:
                tables = await simulate(scenario, self.settings, self._pool, job.cancelled)
            self._tables.put(people, tables)
            return tables

        def ended(task: asyncio.Task[Tables]) -> None:
            if self._jobs.get(people) is job:
                del self._jobs[people]
            # An error of a simulation that nobody waits for any more concerns nobody.
            with suppress(asyncio.CancelledError):
                task.exception()

        self._jobs[people], job.task = job, asyncio.create_task(work())
        job.task.add_done_callback(ended)
        return job
