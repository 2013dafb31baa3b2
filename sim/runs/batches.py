"""Simulate a run in batches of replications on worker processes, with results stored on disk.

Cells are then read one at a time over all batches, so that memory does not grow with the number of
replications. Batches are in the order of replications, so that their size changes no result.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..model.prices import Prices
from ..model.sampling import Floats, Samples, slice_samples
from ..results import budget
from ..results.experiment import LARGEST_CHUNK, Experiment, Progress, Settings, chunks, simulate_one
from ..results.parallel import cores, parallel_map
from ..scenario import Scenario


@dataclass(frozen=True)
class Options(Settings):
    """Options of a run: its settings, and options that do not change its numbers."""

    workers: int = 0
    chunk: int = 0
    charts: bool = True
    lang: str = "en"


@dataclass(frozen=True)
class BatchJob:
    """One batch of replications, as passed to a worker."""

    scenario: Scenario
    samples: Samples
    options: Options
    until: date
    first: int
    count: int
    folder: Path


def make_jobs(
    scenario: Scenario, samples: Samples, options: Options, until: date, spool: Path
) -> list[BatchJob]:
    size = options.chunk or min(LARGEST_CHUNK, -(-options.replications // cores(options.workers)))
    return [
        BatchJob(
            scenario,
            slice_samples(samples, first, count),
            options,
            until,
            first,
            count,
            spool / f"{first:09d}",
        )
        for first, count in chunks(options.replications, size)
    ]


def _work(job: BatchJob) -> int:
    """Simulate, tabulate and price one batch, store its arrays, and return its size."""
    trial = simulate_one(job.scenario, job.samples, job.options, job.first, job.count, job.until)
    tables = trial.tables
    job.folder.mkdir(parents=True)
    np.save(job.folder / "monthly.npy", tables.monthly)
    np.save(job.folder / "yearly.npy", tables.yearly)
    prices = Prices.of(job.scenario, job.samples)
    for timing in budget.TIMINGS:
        priced = budget.as_cash(prices, trial.costs, timing)
        np.save(job.folder / f"{timing}.npy", np.stack(list(priced.values())))
    index = {
        "dates": [day.isoformat() for day in tables.dates],
        "years": tables.years,
        "monthly": [asdict(cell) for cell in tables.monthly_cells],
        "yearly": [[asdict(cell), measure] for cell, measure in tables.yearly_cells],
        "costs": [list(key) for key in trial.costs],
    }
    (job.folder / "index.json").write_text(json.dumps(index))
    return job.count


def simulate_all(jobs: list[BatchJob], options: Options, progress: Progress | None) -> None:
    total, done = options.replications, 0
    tell = progress or (lambda _done, _total: None)
    tell(0, total)
    for _, count in parallel_map(_work, jobs, options.workers):
        done += count
        tell(done, total)


@dataclass(frozen=True)
class _Stored:
    """An array stored in a file, read cell by cell.

    Read and not mapped into memory: mapped pages would stay and grow with the replications.
    """

    file: Path
    shape: tuple[int, ...]
    offset: int

    @classmethod
    def at(cls, file: Path) -> _Stored:
        with file.open("rb") as stream:
            np.lib.format.read_magic(stream)
            shape, _, _ = np.lib.format.read_array_header_1_0(stream)
            return cls(file, shape, stream.tell())

    def cell(self, number: int) -> Floats:
        """Return one cell: (time, replication)."""
        size = int(np.prod(self.shape[1:]))
        start = self.offset + number * size * 8
        piece = np.fromfile(self.file, dtype=np.float64, count=size, offset=start)
        return piece.reshape(self.shape[1:])


class StoredCells:
    """Cells stored by the batches of a run, in the order of replications."""

    def __init__(self, jobs: list[BatchJob]) -> None:
        self.jobs = jobs
        self.index: dict[str, Any] = json.loads((jobs[0].folder / "index.json").read_text())
        self.dates = [date.fromisoformat(day) for day in self.index["dates"]]
        self.years: list[int] = self.index["years"]
        self._stored = {
            kind: [_Stored.at(job.folder / f"{kind}.npy") for job in jobs]
            for kind in ("monthly", "yearly", *budget.TIMINGS)
        }

    def __call__(self, kind: str, cell: int) -> Floats:
        """Return one cell of all replications: (time, replication)."""
        return np.concatenate([stored.cell(cell) for stored in self._stored[kind]], axis=-1)

    def block(self, kind: str, first: int, last: int) -> Floats:
        """Return all cells of the replications from ``first`` up to ``last``."""
        pieces = []
        for job in self.jobs:
            begin, end = max(first, job.first), min(last, job.first + job.count)
            if begin < end:
                part = np.load(job.folder / f"{kind}.npy")
                pieces.append(part[:, :, begin - job.first : end - job.first])
        return np.concatenate(pieces, axis=-1)


@dataclass(frozen=True)
class InMemoryCells:
    """Cells of a simulation in memory; of the monthly ones only ``series``.

    The interface is that of ``StoredCells``.
    """

    trial: Experiment
    series: Iterable[str]

    @cached_property
    def index(self) -> dict[str, Any]:
        """Return the names of the cells, by kind, in the order of their numbers."""
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
        """Return costs by timing, in the order of their keys."""
        prices = Prices.of(self.trial.scenario, self.trial.samples)
        return {
            timing: list(budget.as_cash(prices, self.trial.costs, timing).values())
            for timing in budget.TIMINGS
        }

    def __call__(self, kind: str, cell: int) -> Floats:
        """Return one cell of all replications: (time, replication)."""
        if kind == "monthly":
            months: Floats = self.trial.tables.monthly[self._months[cell]]
            return months
        costs = self._timed[kind][cell]
        return np.broadcast_to(costs, (costs.shape[0], self.trial.replications))
