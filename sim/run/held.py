"""Trials held in memory, read cell by cell as the tables read what a run laid aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from .. import budget
from ..draws import Floats
from ..prices import Prices
from ..trial import Trial


@dataclass(frozen=True)
class Held:
    """Chunks of one scenario in the order of replications; only ``series`` of the months are told.

    It is read as ``Chunks`` are: ``held(kind, cell)`` gives (time, replication).
    """

    trials: Sequence[Trial]
    series: Iterable[str]

    @cached_property
    def index(self) -> dict[str, Any]:
        """Names of the cells, by kind, in the order of their numbers."""
        first = self.trials[0]
        monthly = [asdict(first.tables.monthly_cells[number]) for number in self._months]
        return {"monthly": monthly, "yearly": [], "costs": [list(key) for key in first.costs]}

    @property
    def dates(self) -> list[date]:
        return list(self.trials[0].tables.dates)

    @property
    def years(self) -> list[int]:
        return list(self.trials[0].tables.years)

    @cached_property
    def _months(self) -> list[int]:
        wanted = set(self.series)
        cells = self.trials[0].tables.monthly_cells
        return [number for number, cell in enumerate(cells) if cell.series in wanted]

    @cached_property
    def _timed(self) -> dict[str, list[list[Floats]]]:
        """Costs of each trial by timing, in the order of their keys."""
        return {
            timing: [
                list(budget.timed(Prices.of(one.scenario, one.samples), one.costs, timing).values())
                for one in self.trials
            ]
            for timing in budget.TIMINGS
        }

    def __call__(self, kind: str, cell: int) -> Floats:
        """One cell of all replications: (time, replication)."""
        if kind == "monthly":
            parts = [one.tables.monthly[self._months[cell]] for one in self.trials]
        else:
            parts = [
                np.broadcast_to(costs[cell], (costs[cell].shape[0], one.replications))
                for costs, one in zip(self._timed[kind], self.trials, strict=True)
            ]
        return np.concatenate(parts, axis=-1)
