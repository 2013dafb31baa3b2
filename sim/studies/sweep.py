"""Sweep: run all scenarios of a design on many workers, resuming where an earlier start stopped.

A run is identified by a hash of everything that determines its numbers. Finished runs are stored in
parts; starting the same sweep again does the rest and gives the same table.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import Any

from ..errors import ModelError, ScenarioError
from ..report.i18n import Language, duration, number, translate
from ..report.study_data import StudyData
from ..results.cell import CellRef
from ..results.executor import Workers, parallel_map
from ..results.experiment import LARGEST_CHUNK, CellMeasure, Progress, Settings, summary_value
from ..results.tasks import Task, run_task
from ..results.versions import versions
from ..runs.atomic import disk_problem
from ..runs.manifest import MANIFEST, digest, manifest_text
from ..runs.summary_tables import round_significant
from ..scenario import Scenario, dump
from ..scenario import inputs_of as texts_of
from ..scenario.listing import sources_of
from . import sweep_chart as chart
from . import sweep_store as store
from .asked import Lever
from .base import Implementation, StudyChart
from .design import read_design
from .design_points import DesignRun, SweepPlan, expand_design, patch_of
from .levers import quantity_of, with_levers
from .sweep_store import UNDER_WAY, claim, opened, remove_owned, written

ROWS_A_PART = 64
SECONDS_A_PART = 5.0
"""A kill loses what was done since the last part, so at most so many runs, or so long."""


@dataclass(frozen=True)
class SweepJob:
    """One run, as a job for a worker."""

    run: int
    base: Scenario
    values: Mapping[Lever, float]
    record: tuple[CellRef, ...]
    settings: Settings


@dataclass(frozen=True)
class RunOutcome:
    """Outcome of a run: its cells, or the reason of its failure."""

    run: int
    cells: Mapping[str, float]
    fault: str = ""


@dataclass(frozen=True)
class Sweep:
    """A plan with its identity: of the whole, and of each run."""

    name: str
    plan: SweepPlan
    text: str
    """Its design as it was read."""

    @property
    def columns(self) -> store.TableColumns:
        design = self.plan.design
        numbers = tuple(span.name for span in design.spans)
        words = tuple(patches.name for patches in (*design.crossed, *design.zipped))
        return store.TableColumns(numbers, words, design.cells)

    @cached_property
    def _common(self) -> dict[tuple[str, ...], str]:
        """What all runs with the same patches share, by their choice."""
        shared = {
            "record": self.plan.design.cells,
            "settings": asdict(self.plan.settings),
            "versions": versions(),
        }
        return {
            choice: _digest(shared | {"scenario": loaded.scenario.model_dump(mode="json",
                                                                             by_alias=True)})
            for choice, loaded in self.plan.bases.items()
        }  # fmt: skip

    def hash_of(self, run: DesignRun) -> str:
        """Identity of a run: the scenario it stands on, what is set in it, settings, versions."""
        values = {str(lever): value for lever, value in run.values.items()}
        return _digest({"base": self._common[run.choice], "values": values, "row": run.row})

    @cached_property
    def id(self) -> str:
        """Identity of the whole sweep: what it computes, not when, where or how fast."""
        hasher = hashlib.sha256()
        for run in self.plan:
            hasher.update(f"{run.number}:{self.hash_of(run)};".encode())
        return hasher.hexdigest()[:12]


def _digest(data: object) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def cells_of(
    scenario: Scenario,
    record: tuple[CellRef, ...],
    settings: Settings,
    cancelled: Event | None = None,
) -> dict[str, float]:
    """The recorded cells of one scenario, over the replications that know of them.

    Raises ``ScenarioError`` if there is no such cell.
    """
    known = run_task(Task(scenario, CellMeasure(record)), settings, cancelled)
    return {str(cell): summary_value(known[cell.cell], cell.statistic) for cell in record}


def work(job: SweepJob, cancelled: Event | None = None) -> RunOutcome:
    """Do one run; an error becomes part of the outcome."""
    try:
        scenario = with_levers(job.base, job.values)
        cells = cells_of(scenario, job.record, job.settings, cancelled)
        return RunOutcome(
            job.run, {name: float(round_significant(value)) for name, value in cells.items()}
        )
    except ScenarioError as error:
        first = error.problems[0]
        return RunOutcome(
            job.run, {}, f"{first.what}; {first.advice}" if first.advice else first.what
        )
    except Exception as error:
        # An error of the program stops only this run, and is reported.
        return RunOutcome(job.run, {}, f"{type(error).__name__}: {error}")


def seconds_a_run(plan: SweepPlan) -> float:
    """Measure how long one run takes on this machine.

    Raises ``ScenarioError`` if it has not the cells that are to be recorded.
    """
    scenario = next(iter(plan.bases.values())).scenario
    settings, record = plan.settings, plan.design.record
    tried = min(settings.replications, LARGEST_CHUNK)
    trial_settings = Settings(tried, settings.seed, settings.step, settings.until, settings.vary)
    began = time.perf_counter()
    cells_of(scenario, record, trial_settings)
    return (time.perf_counter() - began) * settings.replications / tried


@dataclass(frozen=True)
class Done:
    """Outcome of a sweep: numbers of runs by what happened to them."""

    folder: Path
    earlier: int
    """Runs that an earlier start had done."""
    fresh: int
    failed: int
    dropped: int
    """Rows of other designs that were in the folder, and are not in the table."""
    cut_off: int
    """Parts that were not whole, and were done again."""


def sweep(
    sweep: Sweep, folder: Path, crew: Workers, tell: Progress | None = None,
    inputs: Mapping[str, str] | None = None, command: str = "", lang: Language = "en",
) -> Done:  # fmt: skip
    """Do all runs that are not done yet, and write the table of all, the record last.

    ``tell(done, total)`` is called with runs. Raises ``ScenarioError`` if the folder can't be
    written; what is done by then is kept. ``inputs`` are the hashes of the texts it was made of,
    by name; ``command`` is how it was asked for, and in which language.
    """
    try:
        # All names that are known now, so that a refusal leaves an earlier sweep as it is.
        with opened(folder, (*_names_of_results(sweep, {}), MANIFEST)):
            written(folder, store.DESIGN, sweep.text.encode())
            request = {"command": command, "lang": lang, "inputs": dict(inputs or {})}
            return _swept(sweep, folder, crew, tell, request)
    except OSError as error:
        raise ScenarioError([disk_problem(folder, error)]) from error


def _swept(
    sweep: Sweep, folder: Path, crew: Workers, tell: Progress | None, request: Mapping[str, Any]
) -> Done:
    gone = store.cut_off(folder)
    store.keep_earlier(folder)
    there = store.hashes(folder)
    wanted: dict[str, list[int]] = {}
    for index, run in enumerate(sweep.plan):
        wanted.setdefault(sweep.hash_of(run), []).append(index)
    # Points with the same values (of short lists) are one job, and a row each.
    todo = [places[0] for mark, places in wanted.items() if mark not in there]
    failed = {
        place: why
        for index, why in _do(sweep, folder, crew, todo, tell).items()
        for place in wanted[sweep.hash_of(sweep.plan[index])]
    }
    numbers = {mark: [sweep.plan[n].number for n in places] for mark, places in wanted.items()}
    table = store.gather(folder, numbers, sweep.columns)
    if table.num_rows + len(failed) != len(sweep.plan):
        raise ModelError(
            f"{table.num_rows} rows and {len(failed)} failed of {len(sweep.plan)} runs"
        )
    names = _names_of_results(sweep, failed)
    claim(folder, (*names, MANIFEST))
    store.write_table(folder, table)
    _write_failed(sweep, folder, failed)
    _write_record(sweep, folder, request, names)
    store.clear_parts(folder)
    (folder / UNDER_WAY).unlink()
    earlier = sum(len(places) for mark, places in wanted.items() if mark in there)
    fresh = len(sweep.plan) - earlier - len(failed)
    return Done(folder, earlier, fresh, len(failed), len(there - set(wanted)), len(gone))


def _jobs(sweep: Sweep, todo: list[int]) -> Iterator[SweepJob]:
    design, settings = sweep.plan.design, sweep.plan.settings
    for index in todo:
        run = sweep.plan[index]
        yield SweepJob(
            index, sweep.plan.bases[run.choice].scenario, run.values, design.record, settings
        )


def _do(
    sweep: Sweep, folder: Path, crew: Workers, todo: list[int], tell: Progress | None
) -> dict[int, str]:
    """Do some runs and store their rows; return the reasons of failures."""
    report = tell or (lambda _done, _total: None)
    rows: list[store.Row] = []
    failed: dict[int, str] = {}
    total, since = len(sweep.plan), time.monotonic()

    def lost(job: SweepJob, why: str) -> RunOutcome:
        return RunOutcome(job.run, {}, why)

    report(total - len(todo), total)
    try:
        with closing(parallel_map(work, _jobs(sweep, todo), crew, lost)) as outcomes:
            for count, (_, outcome) in enumerate(outcomes, start=1):
                if outcome.fault:
                    failed[outcome.run] = outcome.fault
                else:
                    run = sweep.plan[outcome.run]
                    mark = sweep.hash_of(run)
                    rows.append({"run": run.number, **run.row, **outcome.cells, "hash": mark})
                if len(rows) >= ROWS_A_PART or time.monotonic() - since > SECONDS_A_PART:
                    _store_rows(folder, rows, sweep.columns)
                    since = time.monotonic()
                report(total - len(todo) + count, total)
    finally:
        _store_rows(folder, rows, sweep.columns)
    return failed


def _store_rows(folder: Path, rows: list[store.Row], columns: store.TableColumns) -> None:
    if rows:
        store.write_part(folder, rows, columns)
        rows.clear()


def _write_failed(sweep: Sweep, folder: Path, failed: Mapping[int, str]) -> None:
    """List the failed runs, each with a scenario file that shows the failure when it is run."""
    remove_owned(folder, "failed")
    aside = folder / "failed"
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["run", *sweep.plan.design.levers, "why"])
    for index in sorted(failed):
        run = sweep.plan[index]
        table.writerow([run.number, *run.row.values(), failed[index]])
        aside.mkdir(exist_ok=True)
        because = f"Run {run.number} of the sweep {sweep.name}: {failed[index]}"
        written(folder, f"failed/{run.number}.yaml", patch_of(sweep.plan, run, because).encode())
    written(folder, store.FAILED, text.getvalue().encode())


def _names_of_results(sweep: Sweep, failed: Mapping[int, str]) -> list[str]:
    """All files of the finished sweep, its manifest apart."""
    scenarios = sorted(
        {f"scenarios/{each.name}.resolved.yaml" for each in sweep.plan.bases.values()}
    )
    runs = [f"failed/{sweep.plan[index].number}.yaml" for index in sorted(failed)]
    posteriors = (each.scenario.posterior for each in sweep.plan.bases.values())
    draws = {f"scenarios/{one.file.name}" for one in posteriors if one is not None}
    return [store.DESIGN, store.TABLE, store.FAILED, *runs, *scenarios, *sorted(draws)]


def _write_record(
    sweep: Sweep, folder: Path, request: Mapping[str, Any], names: Sequence[str]
) -> None:
    design = sweep.plan.design
    named = {loaded.name: loaded for loaded in sweep.plan.bases.values()}
    first = next(iter(named.values())).scenario
    remove_owned(folder, "scenarios")
    (folder / "scenarios").mkdir(exist_ok=True)
    for name, loaded in named.items():
        written(folder, f"scenarios/{name}.resolved.yaml", dump(loaded.scenario).encode())
        if loaded.scenario.posterior is not None:
            draws = loaded.scenario.posterior.file
            written(folder, f"scenarios/{draws.name}", draws.read_bytes())
    record: dict[str, Any] = {
        "kind": "sweep",
        "id": sweep.id,
        "name": sweep.name,
        "command": request["command"],
        "lang": request["lang"],
        "asked": {
            "title": dict(design.title),
            "design": design.kind,
            "runs": len(sweep.plan),
            "excluded": sweep.plan.excluded,
            "keys": {span.name: [span.low, span.high] for span in design.spans},
            "units": {
                span.name: quantity_of(first, span.lever, span.name).unit for span in design.spans
            },
            "patches": {p.name: list(p.choices) for p in (*design.crossed, *design.zipped)},
            "cells": list(design.cells),
        },
        "scenarios": {name: sweep.scenario.title.model_dump() for name, sweep in named.items()},
        "options": asdict(sweep.plan.settings),
        "inputs": request["inputs"],
        "sources": sources_of(*(sweep.scenario for sweep in named.values())),
    }
    files = {name: digest(folder / name) for name in sorted(names, key=Path)}
    written(folder, MANIFEST, manifest_text(record, files).encode())


def planned_sweep(file: Path) -> Sweep:
    """Read the sweep of a design file; raises ``ScenarioError`` with every mistake in it."""
    return Sweep(file.stem, expand_design(read_design(file), file.parent), file.read_text("utf-8"))


def inputs_of(sweep: Sweep, file: Path) -> dict[str, str]:
    """Return the SHA-256 of the texts of a sweep by name: its design and its scenarios."""
    return {file.name: digest(file)} | texts_of(*sweep.plan.bases.values())


def in_replications(tell: Progress | None, replications: int) -> Progress | None:
    """Report the runs of a sweep in replications, and at most a hundred times."""
    if tell is None:
        return None

    def report(done: int, total: int) -> None:
        if done % max(1, total // 100) == 0 or done == total:
            tell(done * replications, total * replications)

    return report


def preview_lines(
    name: str, plan: SweepPlan, done: int, seconds: float, workers: int, lang: Language
) -> list[str]:
    """Return how many runs there are, how many are left, and how long these take."""
    left = len(plan) - done
    return [
        translate(
            "sweep_preview",
            lang,
            name=name,
            runs=number(len(plan), lang),
            excluded=number(plan.excluded, lang),
            n=number(plan.settings.replications, lang),
            until=plan.settings.until,
        ),
        translate(
            "sweep_time",
            lang,
            done=number(done, lang),
            left=number(left, lang),
            time=duration(left * seconds / workers, lang),
            workers=number(workers, lang),
        ),
    ]


def outcome_lines(
    earlier: int, fresh: int, failed: int, dropped: int, cut_off: int, lang: Language
) -> list[str]:
    """Return how the sweep ended, and what is not in the table."""
    lines = [
        translate(
            "sweep_done",
            lang,
            runs=number(earlier + fresh, lang),
            fresh=number(fresh, lang),
            earlier=number(earlier, lang),
        )
    ]
    if failed:
        lines.append(translate("sweep_failed", lang, failed=number(failed, lang)))
    if dropped:
        lines.append(translate("sweep_dropped", lang, n=number(dropped, lang)))
    if cut_off:
        lines.append(translate("sweep_cut_off", lang, n=number(cut_off, lang)))
    return lines


def tell(_data: StudyData, _lang: Language) -> list[Any]:
    """Return nothing: the result of a sweep is its table, and its chart shows it."""
    return []


IMPLEMENTATION = Implementation(
    None, tell, {"sweep": StudyChart("sweep", chart.draw, chart.words, chart.shown)}
)
