"""Simulate a run in batches of replications on threads, and read the results cell by cell.

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
from threading import Event
from typing import Literal, Protocol

import numpy as np

from ..model.prices import Prices
from ..model.sampling import Floats, Samples, slice_samples
from ..results import budget
from ..results.experiment import Experiment, Progress, Settings, chunk_size, chunks, simulate_one
from ..results.parallel import cores, parallel_map
from ..results.tables import Measure, TableCell
from ..scenario import CostLevel, Scenario

IN_MEMORY_BYTES = 64_000_000
"""Largest results of a whole run that stay in memory: 500 replications of the baseline take 27 MB,
30 years of them 131 MB, which with the program itself would exceed 250 MB."""

Kind = Literal["monthly", "yearly"] | budget.Timing


@dataclass(frozen=True)
class Options(Settings):
    """Options of a run: its settings, and options that do not change its numbers."""

    workers: int = 0
    chunk: int = 0
    charts: bool = True
    lang: str = "en"
    precision: float | None = None
    """Share of the gap within which it must be known; it decides the number of replications."""


@dataclass(frozen=True)
class CellIndex:
    """Names of the cells of each kind, in the order of their numbers, and the times they have."""

    dates: tuple[date, ...]
    years: tuple[int, ...]
    monthly: tuple[TableCell, ...]
    yearly: tuple[tuple[TableCell, Measure], ...]
    costs: tuple[tuple[CostLevel, str], ...]


class Source(Protocol):
    """Arrays (time, replication) by the number of their cell: a list, or ``StoredArrays``."""

    def __getitem__(self, number: int, /) -> Floats: ...


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


@dataclass(frozen=True)
class Batch:
    """Results of ``count`` replications: the arrays of their cells by kind."""

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
    index, arrays = _read(trial, series)
    return Batch(trial.replications, index, arrays)


def _read(
    trial: Experiment, series: Collection[str] | None = None
) -> tuple[CellIndex, dict[Kind, list[Floats]]]:
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
    arrays: dict[Kind, list[Floats]] = {
        "monthly": [tables.monthly[number] for number in numbers],
        "yearly": list(tables.yearly),
    }
    shape = (len(tables.years), trial.replications)
    for timing in budget.TIMINGS:
        costs = budget.as_cash(prices, trial.costs, timing).values()
        arrays[timing] = [np.broadcast_to(cost, shape) for cost in costs]
    return index, arrays


def simulate_cells(
    scenario: Scenario,
    samples: Samples,
    options: Options,
    until: date,
    spool: Path,
    progress: Progress | None = None,
    before: Cells | None = None,
) -> Cells:
    """Simulate all replications, which have these ``samples``; results may be kept in ``spool``.

    ``before`` are the cells of the first of them, which are not simulated again.
    """
    known = before.replications if before is not None else 0
    left = replace(options, until=until, replications=options.replications - known)
    size = options.chunk or chunk_size(scenario, left, cores(options.workers))
    jobs = [
        _BatchJob(
            scenario, slice_samples(samples, first, count), options, until, first, count, spool
        )
        for first, count in (
            (known + first, count) for first, count in chunks(left.replications, size)
        )
    ]
    tell = progress or (lambda _done, _total: None)
    done, batches = known, {}
    tell(known, options.replications)
    with closing(parallel_map(_work, jobs, options.workers)) as results:
        for number, batch in results:
            batches[number] = batch
            done += batch.count
            tell(done, options.replications)
    earlier = before.batches if before is not None else ()
    return Cells([*earlier, *(batches[number] for number in range(len(jobs)))])


@dataclass(frozen=True)
class _BatchJob:
    scenario: Scenario
    samples: Samples
    options: Options
    until: date
    first: int
    count: int
    spool: Path


def _work(job: _BatchJob, cancelled: Event | None) -> Batch:
    """Simulate, tabulate and price one batch; store it if the whole run is too large for memory."""
    trial = simulate_one(
        job.scenario, job.samples, job.options, job.first, job.count, job.until, cancelled
    )
    index, arrays = _read(trial)
    size = sum(array.nbytes for cells in arrays.values() for array in cells)
    if size / job.count * job.options.replications <= IN_MEMORY_BYTES:
        return Batch(job.count, index, arrays)
    folder = job.spool / f"{job.first:09d}"
    folder.mkdir(parents=True)
    stored = {kind: _stored(cells, folder / kind) for kind, cells in arrays.items()}
    return Batch(job.count, index, stored)


def _stored(arrays: Sequence[Floats], file: Path) -> StoredArrays:
    with file.open("wb") as stream:
        for array in arrays:
            stream.write(np.ascontiguousarray(array).data)
    return StoredArrays(file, arrays[0].shape)
