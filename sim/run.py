"""A run's folder: the only part that writes.

A run is cut into chunks of replications; each is simulated, tabulated and priced in a worker and
laid aside on disk. Then each cell is put together over all chunks and reduced to quantiles, one
at a time, so that memory does not grow with the replications. Everything is written beside the
target folder and moved there at the very end: what carries the name of a run is whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from . import budget, results
from .clock import Clock, StepLength
from .draws import KINDS, Floats, Kind, Samples, sample, take
from .engine import simulate
from .errors import Problem, ScenarioError
from .scenario import Scenario, dump

SCHEMA = 1
LARGEST_CHUNK = 500
REPLICATIONS_A_BLOCK = 2_000
VERSIONED = ("opvangsim", "numpy", "scipy", "simpy")
DECIMALS = {"share": 6, "months": 3}
BUDGET_COLUMNS = (
    *("vintage", "year", "line", "cost_level", "timing", "price_basis"),
    *(f"cost_{statistic}" for statistic in results.STATISTICS),
    "budget",
    *(f"gap_{statistic}" for statistic in results.STATISTICS),
    "p_gap_positive",
)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """What a run is made with; the first five are part of its identity."""

    replications: int = 500
    seed: int = 1
    step: StepLength = "day"
    until: date | None = None
    vary: tuple[Kind, ...] = KINDS
    workers: int = 0
    chunk: int = 0
    charts: bool = True
    lang: str = "en"


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its identity, and the tables that others read."""

    folder: Path
    id: str
    scenario: Scenario
    budget: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame


@dataclass(frozen=True)
class _Job:
    """One chunk of a run, as it is handed to a worker."""

    scenario: Scenario
    samples: Samples
    options: Options
    until: date
    first: int
    count: int
    folder: Path


def execute(
    scenario: Scenario,
    name: str,
    options: Options,
    folder: Path,
    progress: Progress | None = None,
    inputs: Sequence[Path] = (),
) -> Run:
    """Run a scenario and write its folder.

    ``progress(done, total)`` is called with replications; ``inputs`` are the files the scenario
    was read from, whose hashes go into the record. Raises ``ScenarioError`` if the folder
    can't be written or holds something that is not ours.
    """
    until = _checked_until(scenario, options)
    if not options.vary or set(options.vary) - set(KINDS):
        raise ScenarioError([Problem("--vary", f"one or more of: {', '.join(KINDS)}")])
    with staged(folder) as staging:
        spool = staging / "spool"
        samples = sample(scenario, options.replications, options.seed, options.vary, until)
        jobs = _jobs(scenario, samples, options, until, spool)
        _simulate_all(jobs, options, progress)
        clock = Clock(scenario.start, until, options.step)
        chunks = _Chunks(jobs)
        run = Run(
            folder=folder,
            id=run_id(scenario, options, until),
            scenario=scenario,
            budget=budget_table(scenario, samples, clock, chunks),
            monthly=monthly_table(chunks),
            yearly=yearly_table(chunks),
        )
        write_replications(chunks, staging / "replications.parquet")
        shutil.rmtree(spool)
        write_tables(run, staging)
        if options.charts:
            from .report import charts

            charts.write(
                run.monthly, run.budget, scenario, run.id, staging / "charts", options.lang
            )
        write_record(run, name, options, until, inputs, staging)
    return run


# -- chunks ---------------------------------------------------------------------------------------


def _checked_until(scenario: Scenario, options: Options) -> date:
    until = options.until or scenario.until
    if until < scenario.start:
        what = f"{until} lies before the start of the scenario ({scenario.start})"
        raise ScenarioError([Problem("--until", what, "give a later date")])
    return until


def _jobs(
    scenario: Scenario, samples: Samples, options: Options, until: date, spool: Path
) -> list[_Job]:
    size = options.chunk or min(LARGEST_CHUNK, -(-options.replications // workers(options)))
    return [
        _Job(
            scenario,
            take(samples, first, min(size, options.replications - first)),
            options,
            until,
            first,
            min(size, options.replications - first),
            spool / f"{first:09d}",
        )
        for first in range(0, options.replications, size)
    ]


def workers(options: Options) -> int:
    """Number of worker processes: as asked, or one for each core."""
    return options.workers or len(os.sched_getaffinity(0))


def _work(job: _Job) -> int:
    """Simulate, tabulate and price one chunk, and lay its arrays aside; returns its size."""
    options = job.options
    ledger = simulate(
        job.scenario,
        job.count,
        options.seed,
        parameters=job.samples,
        vary=options.vary,
        step=options.step,
        until=job.until,
        first=job.first,
    )
    tables = results.tabulate(ledger, job.scenario)
    costs = budget.costs(job.scenario, tables.volumes, job.samples, ledger.clock)
    job.folder.mkdir(parents=True)
    np.save(job.folder / "monthly.npy", tables.monthly)
    np.save(job.folder / "yearly.npy", tables.yearly)
    prices = budget.Prices.of(job.scenario, job.samples)
    for timing in budget.TIMINGS:
        priced = budget.timed(prices, costs, timing)
        np.save(job.folder / f"{timing}.npy", np.stack(list(priced.values())))
    index = {
        "dates": [day.isoformat() for day in tables.dates],
        "years": tables.years,
        "monthly": [asdict(cell) for cell in tables.monthly_cells],
        "yearly": [[asdict(cell), measure] for cell, measure in tables.yearly_cells],
        "costs": [list(key) for key in costs],
    }
    (job.folder / "index.json").write_text(json.dumps(index))
    return job.count


def _simulate_all(jobs: list[_Job], options: Options, progress: Progress | None) -> None:
    total, done = options.replications, 0
    tell = progress or (lambda _done, _total: None)
    tell(0, total)
    if workers(options) == 1 or len(jobs) == 1:
        for job in jobs:
            done += _work(job)
            tell(done, total)
        return
    with _pool(min(workers(options), len(jobs))) as pool:
        waiting: set[Future[int]] = set()
        left = iter(jobs)
        for job in left:
            waiting.add(pool.submit(_work, job))
            if len(waiting) > 2 * workers(options):
                done += _collect(waiting)
                tell(done, total)
        while waiting:
            done += _collect(waiting)
            tell(done, total)


def _collect(waiting: set[Future[int]]) -> int:
    finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
    waiting -= finished
    return sum(future.result() for future in finished)


@contextmanager
def _pool(count: int) -> Iterator[Executor]:
    pool = ProcessPoolExecutor(count, mp_context=get_context("fork"), initializer=_quiet_worker)
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def _quiet_worker() -> None:
    """An interrupt is for the parent to handle."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(frozen=True)
class _Stored:
    """An array laid aside in a file, read piece by piece.

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
        """One cell: (time, replication)."""
        size = int(np.prod(self.shape[1:]))
        start = self.offset + number * size * 8
        piece = np.fromfile(self.file, dtype=np.float64, count=size, offset=start)
        return piece.reshape(self.shape[1:])


class _Chunks:
    """The arrays laid aside, put together cell by cell in the order of replications."""

    def __init__(self, jobs: list[_Job]) -> None:
        self.jobs = jobs
        self.index: dict[str, Any] = json.loads((jobs[0].folder / "index.json").read_text())
        self.dates = [date.fromisoformat(day) for day in self.index["dates"]]
        self.years: list[int] = self.index["years"]
        self._stored = {
            kind: [_Stored.at(job.folder / f"{kind}.npy") for job in jobs]
            for kind in ("monthly", "yearly", *budget.TIMINGS)
        }

    def __call__(self, kind: str, cell: int) -> Floats:
        """One cell of all replications: (time, replication)."""
        return np.concatenate([stored.cell(cell) for stored in self._stored[kind]], axis=-1)

    def block(self, kind: str, first: int, last: int) -> Floats:
        """All cells of the replications from ``first`` to before ``last``."""
        pieces = []
        for job in self.jobs:
            begin, end = max(first, job.first), min(last, job.first + job.count)
            if begin < end:
                part = np.load(job.folder / f"{kind}.npy")
                pieces.append(part[:, :, begin - job.first : end - job.first])
        return np.concatenate(pieces, axis=-1)


# -- tables ---------------------------------------------------------------------------------------


def monthly_table(chunks: _Chunks) -> pd.DataFrame:
    """``monthly``: the start and each month end, series by series."""
    pieces = []
    for number, cell in enumerate(chunks.index["monthly"]):
        piece = results.frame(
            {
                "date": pd.to_datetime(chunks.dates),
                "series": cell["series"],
                "breakdown": cell["breakdown"],
                "unit": cell["unit"],
            },
            chunks("monthly", number),
        )
        pieces.append(_rounded(piece, cell["unit"]))
    return _table(pieces)


def yearly_table(chunks: _Chunks) -> pd.DataFrame:
    """``yearly``: flows summed; stocks averaged and at the year's end."""
    pieces = []
    for number, (cell, measure) in enumerate(chunks.index["yearly"]):
        unit = cell["unit"].replace("/month", "/year")
        piece = results.frame(
            {
                "year": chunks.years,
                "series": cell["series"],
                "breakdown": cell["breakdown"],
                "measure": measure,
                "unit": unit,
            },
            chunks("yearly", number),
        )
        pieces.append(_rounded(piece, unit))
    return _table(pieces)


def budget_table(
    scenario: Scenario, samples: Samples, clock: Clock, chunks: _Chunks
) -> pd.DataFrame:
    """``budget``: vintage x year x line, cost, budget and gap with band and P(gap > 0) [EUR]."""
    years = budget.whole_years(clock)
    if not years:
        return pd.DataFrame(columns=list(BUDGET_COLUMNS))
    rows = [chunks.years.index(year) for year in years]
    keys = [tuple(key) for key in chunks.index["costs"]]
    prices = budget.Prices.of(scenario, samples)
    pieces: list[dict[str, Any]] = []
    for name, level, timing, basis, line in budget.views(scenario):
        vintage = scenario.budget.vintages[name]
        cost = chunks(timing, keys.index((level, line)))[rows]
        seen = budget.seen_by(prices, vintage, line, cost, years, basis)
        factor = budget.nominal_factor(prices, vintage, years, basis)
        amounts = [budget.budgeted(vintage, line, year) for year in years]
        where = dict(zip(BUDGET_COLUMNS, (name, years, line, level, timing, basis), strict=False))
        pieces.append(where | _budget_columns(amounts, seen, factor))
    columns = {
        column: np.concatenate([np.broadcast_to(p[column], len(years)) for p in pieces])
        for column in BUDGET_COLUMNS
    }
    return pd.DataFrame(columns)


def _budget_columns(amounts: list[float | None], cost: Floats, factor: Floats) -> dict[str, Floats]:
    """Cost, budget and gap with their statistics, a number a year."""
    held = np.array([np.nan if amount is None else amount for amount in amounts])
    held_each = held[:, None] * np.broadcast_to(factor, cost.shape)
    gap = cost - held_each
    chance = np.where(np.isfinite(held), (gap > 0).mean(axis=1).round(6), np.nan)
    return {
        **{f"cost_{name}": values.round(0) for name, values in results.describe(cost).items()},
        "budget": held_each.mean(axis=1).round(0),
        **{f"gap_{name}": values.round(0) for name, values in results.describe(gap).items()},
        "p_gap_positive": chance,
    }


def _table(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(pieces, ignore_index=True)


def _rounded(piece: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Round away what another machine could compute differently in the last digit."""
    columns = list(results.STATISTICS)
    piece[columns] = piece[columns].round(DECIMALS.get(unit, 2)) + 0.0
    return piece


def write_replications(chunks: _Chunks, file: Path) -> None:
    """``replications.parquet``: a row a year and replication, a column a cell, unreduced.

    Columns are ``series|breakdown|measure`` and ``cost|line|level`` [EUR, base price level, gross].
    """
    names = [
        "|".join((cell["series"], cell["breakdown"], measure))
        for cell, measure in chunks.index["yearly"]
    ]
    cost_names = [f"cost|{line}|{level}" for level, line in chunks.index["costs"]]
    total = sum(job.count for job in chunks.jobs)
    years = np.array(chunks.years, dtype=np.int16)
    writer: Any = None
    try:
        for first in range(0, total, REPLICATIONS_A_BLOCK):
            last = min(first + REPLICATIONS_A_BLOCK, total)
            numbers = np.arange(first, last, dtype=np.int32)
            columns: dict[str, Any] = {
                "year": np.repeat(years, last - first),
                "replication": np.tile(numbers, len(years)),
            }
            for kind, titles in (("yearly", names), ("cost", cost_names)):
                block = chunks.block(kind, first, last)
                # Sums over differently cut chunks may differ in the last bit: rounded away.
                block = np.round(block, 6 if kind == "yearly" else 0)
                columns |= {title: block[i].reshape(-1) for i, title in enumerate(titles)}
            table = pa.table(columns)
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def write_tables(run: Run, folder: Path) -> None:
    run.budget.to_csv(folder / "budget.csv", index=False, float_format="%.10g")
    run.monthly.to_csv(
        folder / "monthly.csv", index=False, float_format="%.10g", date_format="%Y-%m-%d"
    )
    run.monthly.to_parquet(folder / "monthly.parquet", index=False)
    run.yearly.to_csv(folder / "yearly.csv", index=False, float_format="%.10g")
    (folder / "scenario.resolved.yaml").write_text(dump(run.scenario), "utf-8")


# -- identity and record --------------------------------------------------------------------------


def versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in VERSIONED}


def run_id(scenario: Scenario, options: Options, until: date) -> str:
    """Identity of a run: what it computes, not when, where, how fast or in which language."""
    identity = {
        "scenario": scenario.model_dump(mode="json", by_alias=True),
        "seed": options.seed,
        "replications": options.replications,
        "step": options.step,
        "until": until.isoformat(),
        "vary": sorted(options.vary),
        "versions": versions(),
    }
    text = json.dumps(identity, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write_record(
    run: Run, name: str, options: Options, until: date, inputs: Sequence[Path], folder: Path
) -> None:
    """``run.json``, last of all: how to get the run again, and the hash of every other file."""
    files = {
        str(file.relative_to(folder)): _digest(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    record = {
        "kind": "run",
        "schema": SCHEMA,
        "id": run.id,
        "scenario": name,
        "title": run.scenario.title.model_dump(),
        "options": {
            "replications": options.replications,
            "seed": options.seed,
            "step": options.step,
            "until": until.isoformat(),
            "vary": list(options.vary),
        },
        "versions": versions(),
        "inputs": {file.name: _digest(file) for file in inputs},
        "check_2024_eur": {k: round(v) for k, v in budget.check_2024(run.scenario).items()},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": files,
    }
    (folder / "run.json").write_text(json.dumps(record, indent=1, ensure_ascii=False), "utf-8")


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# -- folders --------------------------------------------------------------------------------------


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder to write in, which takes the place of ``folder`` once all went well.

    ``folder`` is replaced only if it is empty or holds our ``run.json``. Whatever goes wrong, what
    was there stays and nothing half-written is left. Raises ``ScenarioError``.
    """
    folder = folder.absolute()
    _refuse_foreign(folder)
    mark = f".{folder.name}.{secrets.token_hex(4)}"
    staging, old = folder.parent / f"{mark}.partial", folder.parent / f"{mark}.old"
    try:
        staging.mkdir(parents=True)
        yield staging
        if folder.exists():
            folder.rename(old)
        staging.rename(folder)
    except OSError as error:
        raise ScenarioError([_disk_problem(folder, error)]) from error
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    if Path.cwd().is_relative_to(folder.resolve()):
        what = "this folder holds the one you are in"
        raise ScenarioError([Problem(str(folder), what, "give a folder below this one")])
    if folder.is_dir() and any(folder.iterdir()):
        try:
            record = json.loads((folder / "run.json").read_text("utf-8"))
            ours = isinstance(record, dict) and "kind" in record and "schema" in record
        except (OSError, ValueError):
            ours = False
        if not ours:
            what = "this folder holds something that is not a run of ours"
            raise ScenarioError([Problem(str(folder), what, "give another folder with --out")])
    elif folder.exists() and not folder.is_dir():
        raise ScenarioError(
            [Problem(str(folder), "this is a file, not a folder", "give a folder with --out")]
        )


def _disk_problem(folder: Path, error: OSError) -> Problem:
    if error.errno == errno.ENOSPC:
        return Problem(str(folder), "the disk is full", "make room, or give another --out")
    reason = error.strerror or str(error)
    return Problem(str(folder), f"can't be written: {reason}", "give another folder with --out")
