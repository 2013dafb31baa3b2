"""Simulate a run in batches of replications, and read the results cell by cell.

Results stay in memory where they are small, and are stored on disk otherwise, so that memory does
not grow with the number of replications. Batches are in the order of replications, so that their
size changes no result.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from ..model.prices import Prices
from ..model.sampling import Floats, Samples
from ..results import budget
from ..results.by_month import MONTHS
from ..results.cash import as_cash
from ..results.executor import ALL_CORES, Workers, parallel_map
from ..results.experiment import Experiment, Progress, Settings, chunk_size, chunks
from ..results.tables import Measure, TableCell
from ..results.tasks import Task, measured, pieces
from ..scenario import CostLevel, Scenario
from .given_figures import GivenFigures

IN_MEMORY_BYTES = 64_000_000
"""Largest results of a whole run that stay in memory: 500 replications of the baseline take 27 MB,
30 years of them 131 MB, which with the program itself would exceed 250 MB."""

Kind = Literal["monthly", "yearly", "month_cost"] | budget.Timing
"""``month_cost`` has the cost of each of ``budget.LINES`` by month, at the scenario's level."""


@dataclass(frozen=True)
class Options(Settings):
    """Options of a run: its settings, and options that do not change its numbers."""

    workers: Workers = ALL_CORES
    chunk: int = 0
    charts: bool = True
    lang: str = "en"
    precision: float | None = None
    """Share of the gap within which it must be known; it decides the number of replications."""
    observed: GivenFigures | None = None
    """Published figures that the charts show with the run; spending counts as realised."""


@dataclass(frozen=True)
class CellIndex:
    """Names of the cells of each kind, in the order of their numbers, and the times they have."""

    dates: tuple[date, ...]
    years: tuple[int, ...]
    monthly: tuple[TableCell, ...]
    yearly: tuple[tuple[TableCell, Measure], ...]
    costs: tuple[tuple[CostLevel, str], ...]


@dataclass(frozen=True)
class StoredArrays:
    """Arrays of one shape that are stored in a file.

    Read and not mapped into memory: mapped pages would stay and grow with the replications.
    """

    file: Path
    shape: tuple[int, ...]

    def __getitem__(self, number: int, /) -> Floats:
        size = math.prod(self.shape) * np.dtype(np.float64).itemsize
        # Unbuffered, which is twice as fast as numpy's reader: a large run has thousands of reads.
        with self.file.open("rb", buffering=0) as stream:
            stream.seek(number * size)
            return np.frombuffer(stream.read(size)).reshape(self.shape)


Source = Floats | StoredArrays


@dataclass(frozen=True)
class Batch:
    """Results of ``count`` replications: by kind, arrays (time, replication) by number of cell."""

    count: int
    index: CellIndex
    arrays: Mapping[Kind, Source]


class Cells:
    """Cells of a run, over all its batches in the order of replications."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self.index = batches[0].index
        self.replications = sum(batch.count for batch in batches)
        self.batches = tuple(batches)

    def __call__(self, kind: Kind, number: int, first: int = 0, last: int | None = None) -> Floats:
        """Return a cell of replications ``first`` up to ``last``, or all: (time, replication)."""
        last = self.replications if last is None else last
        pieces, begin = [], 0
        for batch in self.batches:
            end = begin + batch.count
            if begin < last and first < end:
                piece = batch.arrays[kind][number]
                pieces.append(piece[:, max(first - begin, 0) : last - begin])
            begin = end
        return np.concatenate(pieces, axis=-1)


def batch_of(trial: Experiment, series: Collection[str] | None = None) -> Batch:
    """Return the results of a simulation as one batch; of the monthly ones only ``series``."""
    tables, prices = trial.tables, Prices.of(trial.scenario, trial.samples)
    numbers = [
        number
        for number, cell in enumerate(tables.monthly_cells)
        if series is None or cell.series in series
    ]
    index = CellIndex(
        tables.dates,
        tables.years,
        tuple(tables.monthly_cells[number] for number in numbers),
        tables.yearly_cells,
        tuple(trial.costs),
    )
    arrays: dict[Kind, Floats] = {
        "monthly": tables.monthly if series is None else tables.monthly[numbers],
        "yearly": tables.yearly,
    }
    shape = (len(tables.years), trial.replications)
    for timing in budget.TIMINGS:
        costs = as_cash(prices, trial.costs, timing).values()
        arrays[timing] = np.stack([np.broadcast_to(cost, shape) for cost in costs])
    if trial.costs_by_month:
        shape = (len(tables.years) * MONTHS, trial.replications)
        by_month = trial.costs_by_month.values()
        arrays["month_cost"] = np.stack([np.broadcast_to(cost, shape) for cost in by_month])
    return Batch(trial.replications, index, arrays)


def simulate_cells(
    scenario: Scenario,
    samples: Samples,
    options: Options,
    until: date,
    spool: Path,
    progress: Progress | None = None,
    before: Cells | None = None,
) -> Cells:
    """Simulate all replications, which have these ``samples``.

    Results too large for memory are stored in ``spool``, here and not by the workers.

    ``before`` are the cells of the first of them, which are not simulated again.
    """
    known = before.replications if before is not None else 0
    left = replace(options, until=until, replications=options.replications - known)
    size = options.chunk or chunk_size(scenario, left, options.workers.size)
    cut = [(known + first, count) for first, count in chunks(left.replications, size)]

    settings = Settings(options.replications, options.seed, options.step, until, options.vary)
    work = pieces(Task(scenario, batch_of, samples, by_month=True), settings, cut)
    tell = progress or (lambda _done, _total: None)
    done, large = known, IN_MEMORY_BYTES / options.replications
    batches: dict[int, Batch] = {}
    tell(known, options.replications)
    with closing(parallel_map(measured, work, options.workers)) as results:
        for number, batch in results:
            is_large = _size(batch) / batch.count > large
            kept = _stored(batch, spool / f"{cut[number][0]:09d}") if is_large else batch
            # Their indices are equal: one is kept.
            index = next(iter(batches.values())).index if batches else batch.index
            batches[number] = replace(kept, index=index)
            done += batch.count
            tell(done, options.replications)
    earlier = before.batches if before is not None else ()
    return Cells([*earlier, *(batches[number] for number in range(len(cut)))])


def _size(batch: Batch) -> int:
    return sum(array.nbytes for array in batch.arrays.values() if isinstance(array, np.ndarray))


def _stored(batch: Batch, folder: Path) -> Batch:
    """Write the arrays of a batch to files of a folder, and return the batch with these."""
    folder.mkdir(parents=True)
    stored: dict[Kind, Source] = {}
    for kind, array in batch.arrays.items():
        assert isinstance(array, np.ndarray)
        with (folder / kind).open("wb") as stream:
            stream.write(np.ascontiguousarray(array).data)
        stored[kind] = StoredArrays(folder / kind, array.shape[1:])
    return replace(batch, arrays=stored)
