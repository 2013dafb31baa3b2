"""Controller of the what-if: known and pending results; the latest slider values win."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import pandas as pd

from ...report.charts import RunData
from ...report.i18n import Language, number, translate
from ...results.experiment import Experiment, Settings
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
"""Charts that depend on prices and budgets."""
PREVIEW_ENDS = date(2027, 12, 31)
"""End of a preview, which is shorter to be faster."""
REMEMBERED = 12
"""Number of slider positions whose results are stored, so that going back is instant."""
PROCESSES = 2
"""One for the preview, one for the full simulation."""

Values = Mapping[str, float]


@dataclass(frozen=True)
class KnownResult:
    """A simulation for one position of the sliders, and how it was priced."""

    people: tuple[float, ...]
    scenario: Scenario
    trial: Experiment
    months: pd.DataFrame
    settings: Settings

    @property
    def settled(self) -> bool:
        """Return whether it is the full result and not a preview."""
        return self.settings.replications == SETTLED


@dataclass(frozen=True)
class PendingRequest:
    """The full simulation for one position of the sliders, running while its marker file exists."""

    people: tuple[float, ...]
    found: asyncio.Future[Found | None]
    sign: IO[bytes]

    def give_up(self) -> None:
        """Stop the simulation before its next step."""
        self.sign.close()
        self.found.cancel()


@dataclass(frozen=True)
class Shown:
    """What to draw: the names of the charts that changed, and their data.

    ``enough`` is by year what is needed on top of the budget with the certainty asked [EUR].
    """

    charts: Sequence[str]
    subject: RunData
    enough: Mapping[int, float]
    certainty: float
    settled: bool
    current: bool
    """Whether it belongs to the present slider values."""


@dataclass
class Controller:
    """State of a what-if: slider values, cached results and pending simulations.

    ``show`` is called with what to draw. Prices and budgets are applied at once to simulated
    people; other sliders start a preview and then the full simulation, in other processes.
    Both resume from a checkpoint at the end of 2025 where one fits.
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
        """Return the sliders of the scenario."""
        return sliders(self.scenario)

    @property
    def people(self) -> tuple[float, ...]:
        """Return the values of the sliders that affect people."""
        return tuple(self.values.get(one.name, one.start) for one in self.knobs if not one.money)

    def turn(self, name: str, value: float) -> None:
        """Set a slider; results are shown as soon as they are known.

        Raises ``ScenarioError``, and sets nothing, if the scenario can't have such a value.
        """
        apply_sliders(self.scenario, {**self.values, name: value})
        self.values[name] = value
        self.go()

    def go(self) -> None:
        """Show what is known for the present slider values, and simulate what is not."""
        if self._asked is not None and self._asked.people != self.people:
            self._asked.give_up()
        known = self._kept.get(self.people)
        if known is not None:
            self._tell(known)
        if known is None or not known.settled:
            self._start()

    async def at_rest(self) -> None:
        """Wait until no simulation is running."""
        while self._work is not None and not self._work.done():
            await asyncio.wait([self._work])

    def close(self) -> None:
        """Stop the worker processes."""
        if self._work is not None:
            self._work.cancel()
        if self._asked is not None:
            self._asked.give_up()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _start(self) -> None:
        """Simulate until the full result is known; only one such task runs at a time."""
        if self._work is not None and not self._work.done():
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            asyncio.run(self._worked())
        else:
            self._work = loop.create_task(self._worked())

    async def _worked(self) -> None:
        """Simulate until settled; if a process was killed, once more with new ones."""
        try:
            await self._until_settled()
        except BrokenExecutor:
            self._pool = None
            await self._until_settled()

    async def _until_settled(self) -> None:
        """Run a preview, then the full simulation, which runs while the preview is drawn."""
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
        """Start a simulation in a worker process."""
        part = Part(scenario, settings, aside=self._asides.get(settings), sign=sign)
        return asyncio.get_running_loop().run_in_executor(self._processes(), simulated, part)

    def _keep(
        self, people: tuple[float, ...], scenario: Scenario, settings: Settings, found: Found | None
    ) -> None:
        """Store and show a result."""
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
        """Price a result with the present sliders and show the charts that change."""
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
            self._pool = ThreadPoolExecutor(self.processes)
        return self._pool


def state_of(shown: Shown, lang: Language) -> str:
    """Return a sentence on how precise the charts are."""
    if not shown.current:
        return translate("whatif_busy", lang)
    if shown.settled:
        return translate("whatif_settled", lang, n=SETTLED)
    return translate("whatif_preview", lang, n=PREVIEW, end=PREVIEW_ENDS.year)


def enough_in_words(shown: Shown, lang: Language) -> str:
    """Return how much must be added to the budget of each year for the chosen certainty."""
    parts = [
        translate(
            "whatif_more" if eur > 0 else "whatif_less",
            lang,
            year=year,
            amount=number(abs(eur) / 1e9, lang, 1),
        )
        for year, eur in shown.enough.items()
        if year > min(shown.enough)
    ]
    return translate(
        "whatif_enough", lang, percent=number(100 * shown.certainty, lang), told=", ".join(parts)
    )
