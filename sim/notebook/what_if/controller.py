"""Controller of the what-if: slider values, finished simulations and the one under way."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from ...model.cancel import CancelledError
from ...report.charts import RunData
from ...results.executor import cores
from ...results.experiment import Settings
from ...results.tables import Tables
from ...scenario import Scenario
from ...what_if.answer import CHARTS, COST_CHARTS, REPLICATIONS, Answer, answer_of
from ...what_if.compute import simulate
from ...what_if.sliders import apply_sliders, sliders

CACHE_SIZE = 12
"""Number of slider positions whose simulation is kept, so that going back is instant."""

Position = tuple[float, ...]
"""Values of the sliders that affect people."""


@dataclass(frozen=True)
class Update:
    """What to draw: the names of the charts that changed, and the answer they show."""

    charts: tuple[str, ...]
    answer: Answer


class Controller:
    """State of a what-if.

    ``show`` is called with what to draw. Prices and budgets are applied at once to simulated
    people. Any other slider starts a simulation on a pool of threads that lasts as long as the
    controller, and cancels the one under way. The scenario itself is simulated first and never
    superseded: charts show it behind a changed one.
    """

    def __init__(self, scenario: Scenario, show: Callable[[Update], None], seed: int = 1) -> None:
        self.scenario = scenario
        self.show = show
        self.sliders = sliders(scenario)
        self.settings = Settings(REPLICATIONS, seed, "week", scenario.until)
        self.values: dict[str, float] = {}
        self._changed = scenario
        self._pool = ThreadPoolExecutor(cores(), "what-if")
        self._results: OrderedDict[Position, Tables] = OrderedDict()
        self._baseline: RunData | None = None
        self._shown: Tables | None = None
        self._simulated: Position | None = None
        self._cancelled = Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def position(self) -> Position:
        """Return the values of the sliders that affect people."""
        return tuple(
            self.values.get(one.name, one.start) for one in self.sliders if not one.costs_only
        )

    @property
    def is_current(self) -> bool:
        """Return whether the present slider values have been simulated."""
        return self.position in self._results

    def set_slider(self, name: str, value: float) -> None:
        """Set a slider; the result is shown as soon as it is known.

        Raises ``ScenarioError``, and sets nothing, if the scenario can't have such a value.
        """
        self._changed = apply_sliders(self.scenario, {**self.values, name: value})
        self.values[name] = value
        self.update()

    def update(self) -> None:
        """Show the result for the present slider values, or start its simulation."""
        if self._simulated != self.position:
            self._cancelled.set()
        if self.is_current:
            self._show()
        elif self._task is None or self._task.done():
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                asyncio.run(self._simulate())
            else:
                self._task = loop.create_task(self._simulate())
                # Reports an error at once; asyncio would do so when the task is forgotten.
                self._task.add_done_callback(lambda task: task.cancelled() or task.result())

    async def wait(self) -> None:
        """Wait until no simulation is running."""
        if self._task is not None:
            await self._task

    def close(self) -> None:
        """Cancel the simulation under way and end the threads."""
        self._cancelled.set()
        if self._task is not None:
            self._task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _simulate(self) -> None:
        """Simulate the baseline if it is missing, then until the present position is known."""
        if self._baseline is None:
            tables = await simulate(self.scenario, self.settings, self._pool, Event())
            self._baseline = answer_of(tables, self.scenario, self.settings, {}).data
            self._store(tuple(one.start for one in self.sliders if not one.costs_only), tables)
        while not self.is_current:
            position, scenario = self.position, self._changed
            self._simulated, self._cancelled = position, Event()
            with suppress(CancelledError):
                tables = await simulate(scenario, self.settings, self._pool, self._cancelled)
                self._store(position, tables)

    def _store(self, position: Position, tables: Tables) -> None:
        """Keep a result, drop the oldest beyond ``CACHE_SIZE``, and show it if it is current."""
        self._results[position] = tables
        while len(self._results) > CACHE_SIZE:
            self._results.popitem(last=False)
        if position == self.position:
            self._show()

    def _show(self) -> None:
        """Price the present result and show the charts that change."""
        tables, scenario = self._results[self.position], self._changed
        self._results.move_to_end(self.position)
        behind = None if scenario is self.scenario else self._baseline
        answer = answer_of(tables, scenario, self.settings, self.values, behind)
        charts = COST_CHARTS if tables is self._shown else CHARTS
        self._shown = tables
        self.show(Update(charts, answer))
