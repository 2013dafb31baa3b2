"""What a run holds in memory does not grow with its cells."""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import numpy as np
import pytest

from sim.model.sampling import Floats
from sim.results.tables import TableCell
from sim.runs.batches import CellIndex, Cells
from sim.runs.summary_tables import monthly_table, yearly_table


@dataclass
class Many:
    """Cells that know which of them are still held when the next is asked for."""

    index: CellIndex
    asked: list[weakref.ref[Any]] = field(default_factory=list)

    def __call__(self, kind: str, cell: int) -> Floats:
        gc.collect()
        held = sum(one() is not None for one in self.asked)
        assert held <= 1, f"{held} cells of {kind} are held at once"
        values = np.full((2, 50), float(cell))
        self.asked.append(weakref.ref(values))
        return values


@pytest.mark.long
def test_tables_of_a_run_hold_one_cell_at_a_time() -> None:
    """So that the memory of a run does not grow with all cells of all replications."""
    cells = tuple(TableCell("need", str(number), "places") for number in range(8))
    times = (date(2025, 1, 31), date(2025, 2, 28)), (2025, 2026)
    many = cast("Cells", Many(CellIndex(*times, cells, tuple((c, "mean") for c in cells), ())))
    for table in (monthly_table(many), yearly_table(many)):
        assert len(table) == 16
        assert table["mean"].tolist() == [float(cell) for cell in range(8) for _ in range(2)]
