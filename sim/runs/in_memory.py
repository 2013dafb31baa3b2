"""A trial held in memory, read cell by cell as the tables read what a run laid aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from ..model.prices import Prices
from ..model.sampling import Floats
from ..results import budget
from ..results.experiment import Experiment


@dataclass(frozen=True)
class Held:
    """A trial of all replications; only ``series`` of the months are told.

    It is read as ``Chunks`` are: ``held(kind, cell)`` gives (time, replication).
    """

    trial: Experiment
    series: Iterable[str]

    @cached_property
    def index(self) -> dict[str, Any]:
        """Names of the cells, by kind, in the order of their numbers."""
        cells = self.trial.tables.monthly_cells
        monthly = [asdict(cells[number]) for number in self._months]
        return {"monthly": monthly, "yearly": [], "costs": [list(key) for key in self.trial.costs]}

    @property
    def dates(self) -> list[date]:
        return list(self.trial.tables.dates)

    @property
    def years(self) -> list[int]:
        return list(self.trial.tables.years)

    @cached_property
    def _months(self) -> list[int]:
        wanted = set(self.series)
        cells = self.trial.tables.monthly_cells
        return [number for number, cell in enumerate(cells) if cell.series in wanted]

    @cached_property
    def _timed(self) -> dict[str, list[Floats]]:
        """Costs by timing, in the order of their keys."""
        prices = Prices.of(self.trial.scenario, self.trial.samples)
        return {
            timing: list(budget.as_cash(prices, self.trial.costs, timing).values())
            for timing in budget.TIMINGS
        }

    def __call__(self, kind: str, cell: int) -> Floats:
        """One cell of all replications: (time, replication)."""
        if kind == "monthly":
            months: Floats = self.trial.tables.monthly[self._months[cell]]
            return months
        costs = self._timed[kind][cell]
        return np.broadcast_to(costs, (costs.shape[0], self.trial.replications))
