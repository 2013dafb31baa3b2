"""What a what-if knows and what is under way: the last value of every knob wins."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import pandas as pd

from ...report.charts import RunData
from ...results.experiment import Experiment, Settings
from ...results.parallel import init_worker
from ...scenario import Scenario
from .compute import (
    PREVIEW,
    SETTLED,
    Aside,
    Found,
    Part,
    enough,
    months_of,
    priced,
    simulated,
    subject_of,
)
from .sliders import CERTAINTY, Slider, apply_sliders, sliders

CHARTS = ("gap", "need", "occupancy")
OF_MONEY = ("gap",)
"""Charts that move with prices and budgets alone."""
PREVIEW_ENDS = date(2027, 12, 31)
"""A first look goes no further, so that it is there sooner."""
REMEMBERED = 12
"""Positions of the knobs whose people are kept, so that going back is at once."""
PROCESSES = 2
"""One for the first look, one for what stays."""

Values = Mapping[str, float]


@dataclass(frozen=True)
class KnownResult:
    """People simulated for a position of the knobs, and how they were priced."""

    people: tuple[float, ...]
    scenario: Scenario
    trial: Experiment
    months: pd.DataFrame
    settings: Settings

    @property
    def settled(self) -> bool:
        """Whether it is more than a first look."""
        return self.settings.replications == SETTLED


@dataclass(frozen=True)
class PendingRequest:
    """What stays, under way for a position of the knobs, for as long as its sign is there."""

    people: tuple[float, ...]
    found: asyncio.Future[Found | None]
    sign: IO[bytes]

    def give_up(self) -> None:
        """Let the work end before its next step."""
        self.sign.close()
        self.found.cancel()


@dataclass(frozen=True)
class Shown:
    """What is to be drawn: the names of the charts that moved, and what they are drawn from.

    ``enough`` is by year what is needed on top of the budget with the certainty asked [EUR].
    """

    charts: Sequence[str]
    subject: RunData
    enough: Mapping[int, float]
    certainty: float
    settled: bool
    current: bool
    """Whether it stands for where the knobs stand, and not for where they were a moment ago."""


@dataclass
class Controller:
    """The state of a what-if: the one thing here that changes.

    ``show`` is called with what is to be drawn. Prices and budgets are applied at once to people
    that are known; other knobs start a first look and then what stays, in other processes.
    Both go on from a run that was laid aside at the end of 2025, where there is one that fits.
    """

    scenario: Scenario
    show: Callable[[Shown], None]
    seed: int = 1
    processes: int = PROCESSES
    values: dict[str, float] = field(default_factory=dict)
    _kept: OrderedDict[tuple[float, ...], KnownResult] = field(default_factory=OrderedDict)
    _asides: dict[Settings, Aside] = field(default_factory=dict)
    _asked: PendingRequest | None = None
    _seen: KnownResult | None = None
    _work: asyncio.Task[None] | None = None
    _pool: Executor | None = None

    @cached_property
    def knobs(self) -> tuple[Slider, ...]:
        """Its sliders."""
        return sliders(self.scenario)

    @property
    def people(self) -> tuple[float, ...]:
        """Where the knobs that move people stand."""
        return tuple(self.values.get(one.name, one.start) for one in self.knobs if not one.money)

    def turn(self, name: str, value: float) -> None:
        """Turn a knob; what follows from it is shown as soon as it is known.

        Raises ``ScenarioError`` if the scenario can't have such a value: then nothing is turned.
        """
        apply_sliders(self.scenario, {**self.values, name: value})
        self.values[name] = value
        self.go()

    def go(self) -> None:
        """Show what is known for where the knobs stand, and see to the rest."""
        if self._asked is not None and self._asked.people != self.people:
            self._asked.give_up()
        known = self._kept.get(self.people)
        if known is not None:
            self._tell(known)
        if known is None or not known.settled:
            self._start()

    async def at_rest(self) -> None:
        """Wait until nothing is under way."""
        while self._work is not None and not self._work.done():
            await asyncio.wait([self._work])

    def close(self) -> None:
        """End its processes."""
        if self._work is not None:
            self._work.cancel()
        if self._asked is not None:
            self._asked.give_up()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _start(self) -> None:
        """Work until what stays is known for where the knobs stand; one such work at a time."""
        if self._work is not None and not self._work.done():
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(self._worked())
        else:
            self._work = loop.create_task(self._worked())

    async def _worked(self) -> None:
        """Work until settled; where a process was killed, once more with new ones."""
        try:
            await self._until_settled()
        except BrokenExecutor:
            self._pool = None
            await self._until_settled()

    async def _until_settled(self) -> None:
        """A first look, then what stays; the latter is under way while the first is drawn."""
        while (known := self._kept.get(self.people)) is None or not known.settled:
            people, scenario = self.people, apply_sliders(self.scenario, self.values)
            look = Settings(PREVIEW, self.seed, "week", min(PREVIEW_ENDS, scenario.until))
            whole = Settings(SETTLED, self.seed, "week", scenario.until)
            first = await self._begin(scenario, look) if known is None else None
            if first is not None and people != self.people:
                self._keep(people, scenario, look, first)
                continue
            with NamedTemporaryFile(prefix="opvangsim-") as sign:
                asked = PendingRequest(people, self._begin(scenario, whole, Path(sign.name)), sign)
                self._asked = asked
                try:
                    if first is not None:
                        self._keep(people, scenario, look, first)
                    while people == self.people and not asked.found.done():
                        await asyncio.wait([asked.found], timeout=0.02)
                    if people == self.people and not asked.found.cancelled():
                        self._keep(people, scenario, whole, await asked.found)
                finally:
                    asked.give_up()
                    self._asked = None

    def _begin(
        self, scenario: Scenario, settings: Settings, sign: Path | None = None
    ) -> asyncio.Future[Found | None]:
        """Ask a process for what comes of a scenario."""
        part = Part(scenario, settings, aside=self._asides.get(settings), sign=sign)
        return asyncio.get_running_loop().run_in_executor(self._processes(), simulated, part)

    def _keep(
        self, people: tuple[float, ...], scenario: Scenario, settings: Settings, found: Found | None
    ) -> None:
        """Keep what was simulated for a position of the knobs, and show it."""
        assert found is not None
        if found.aside is not None:
            self._asides[settings] = found.aside
        known = KnownResult(people, scenario, found.trial, months_of(found.trial), settings)
        self._kept[people] = known
        self._kept.move_to_end(people)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        self._tell(known)

    def _tell(self, known: KnownResult) -> None:
        """Show people at the prices, budgets and certainty of now: only the charts that move."""
        scenario = apply_sliders(self.scenario, self.values)
        trial = known.trial
        if known.scenario != scenario:
            trial = priced(trial, scenario, known.settings)
        same = self._seen is not None and self._seen is known
        self._seen = known
        certainty = self.values.get("certainty", CERTAINTY) / 100
        self.show(
            Shown(
                OF_MONEY if same else CHARTS,
                subject_of(trial, known.months, scenario, known.settings),
                enough(trial, certainty),
                certainty,
                known.settled,
                known.people == self.people,
            )
        )

    def _processes(self) -> Executor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.processes, mp_context=get_context("fork"), initializer=init_worker
            )
        return self._pool
