"""Run a scenario and write its folder.

``batches`` simulates and stores, ``summary_tables`` reduces to tables, ``folder`` replaces the
folder as a whole.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd

from ..clock import Clock
from ..errors import Message, Problem, ScenarioError
from ..hindcast.observations import Observation
from ..log import timed
from ..model.sampling import Samples, sample
from ..model.uncertainty import UNCERTAINTIES
from ..report.observed_figures import compare
from ..results import budget
from ..results.experiment import Progress
from ..results.versions import versions
from ..scenario import Scenario, checked_until, write_resolved
from ..scenario.listing import sources_of
from .batches import Cells, Options, simulate_cells
from .folder import replace_folder
from .given_figures import COPY, GivenFigures
from .manifest import write_manifest
from .monthly_budget import monthly_budget_table
from .precise import STAGES, Precision, of_row
from .provenance import Provenance, mark_charts
from .summary_tables import (
    budget_table,
    headline,
    headline_row,
    headline_view,
    monthly_table,
    write_replications,
    yearly_table,
)


@dataclass(frozen=True)
class Run:
    """A finished run: folder, id and tables."""

    folder: Path
    id: str
    scenario: Scenario
    budget: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame
    budget_monthly: pd.DataFrame
    replications: int
    precision: Precision | None = None
    """What was reached of the precision that was asked for."""


@dataclass(frozen=True)
class Further:
    """What a folder holds beyond a run: files by name, keys of the manifest, and its command."""

    texts: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""


NOTHING_FURTHER = Further()


def execute(
    scenario: Scenario,
    name: str,
    options: Options,
    folder: Path,
    progress: Progress | None = None,
    inputs: Mapping[str, str] | None = None,
    asked: Sequence[str] = (),
    further: Further = NOTHING_FURTHER,
) -> Run:
    """Run a scenario and write its folder.

    ``progress(done, total)`` is called with replications; ``inputs`` are the hashes of the texts
    the scenario was read from, by name; ``asked`` are the words of a command that name the
    scenario, by default its name; ``further`` are files and keys beyond those of a run. With
    ``options.precision`` replications are added until the gap is known so well, or until there are
    20,000 (see ``precise``). Raises ``ScenarioError`` if the
    folder can't be written or holds something that is not ours.
    """
    until = checked_until(scenario, options.until)
    words = list(asked or (name,))
    if not options.vary or set(options.vary) - set(UNCERTAINTIES):
        raise ScenarioError(
            [
                Problem(
                    "--uncertainty",
                    Message("one or more of: {names}", names=", ".join(UNCERTAINTIES)),
                )
            ]
        )
    if options.charts:
        Thread(target=_import_charts, daemon=True).start()
    with replace_folder(folder) as staging:
        with timed("simulate", f"{name}, {options.replications} replications"):
            run = _computed(scenario, options, until, folder, staging, progress)
        options = replace(options, replications=run.replications)
        command = further.command or command_of(words, options, until)
        with timed("write tables of", name):
            write_tables(run, staging)
        further = _with_figures(further, options.observed)
        for file_name, text in further.texts.items():
            (staging / file_name).write_text(text, "utf-8", newline="")
        if options.charts:
            with timed("draw charts of", name):
                _draw(run, options, staging / "charts", stamp_of(run.id, name, options, command))
        origin = {"scenario": name, "command": command, "asked": {"words": words},
                "inputs": {**(inputs or {}), **_hashes(options.observed)}}  # fmt: skip
        content = _manifest_content(run, origin, options, until)
        write_manifest(staging, content | dict(further.record))
    return run


def _with_figures(further: Further, figures: GivenFigures | None) -> Further:
    """Add a copy of a file of published figures, and what the manifest says of it."""
    if figures is None:
        return further
    return replace(
        further,
        texts={**further.texts, COPY: figures.text},
        record={**further.record, "observed": figures.record()},
    )


def _spent(options: Options) -> tuple[Observation, ...]:
    """Return what was spent, as far as the run was given figures of it."""
    return () if options.observed is None else options.observed.spent


def _hashes(figures: GivenFigures | None) -> dict[str, str]:
    return {} if figures is None else figures.inputs


def _computed(
    scenario: Scenario,
    options: Options,
    until: date,
    folder: Path,
    staging: Path,
    progress: Progress | None,
) -> Run:
    """Simulate, write the replications, and return the run with its tables."""
    spool = staging / "spool"
    clock = Clock(scenario.start, until, options.step)
    reached, cells = None, None
    for count in STAGES if options.precision is not None else (options.replications,):
        options = replace(options, replications=count)
        samples = sample(scenario, count, options.seed, options.vary, until)
        cells = simulate_cells(scenario, samples, options, until, spool, progress, cells)
        if options.precision is not None:
            reached = _precision(scenario, samples, clock, cells, options.precision)
            if reached.reached:
                break
    assert cells is not None
    run = Run(
        folder=folder,
        id=run_id(scenario, options, until),
        scenario=scenario,
        budget=budget_table(scenario, samples, clock, cells),
        monthly=monthly_table(cells),
        yearly=yearly_table(cells),
        budget_monthly=monthly_budget_table(scenario, samples, clock, cells, _spent(options)),
        replications=options.replications,
        precision=reached,
    )
    write_replications(cells, staging / "replications.parquet")
    if spool.exists():
        shutil.rmtree(spool)
    return run


def _precision(
    scenario: Scenario, samples: Samples, clock: Clock, cells: Cells, asked: float
) -> Precision:
    """Return how well the headline gap is known; raises ``ScenarioError`` if there is none."""
    table = budget_table(scenario, samples, clock, cells, [headline_view(scenario)])
    row = headline_row(table, scenario)
    if row is None:
        what = "no year of this run has a budget, so there is no gap to be precise about"
        raise ScenarioError([Problem("--precision", what, "give --replications instead")])
    return of_row(row, asked)


def _import_charts() -> None:
    """Import what draws charts, in a thread of its own while the run is simulated."""
    from ..report import charts  # noqa: F401


def _draw(run: Run, options: Options, folder: Path, stamp: Provenance) -> None:
    """Draw the charts of every run's folder, as far as the run has their data."""
    from ..report import charts

    subject = charts.RunData(
        run.scenario,
        run.id,
        options.replications,
        options.seed,
        run.budget,
        run.monthly,
        run.yearly,
        budget_monthly=run.budget_monthly,
    )
    if options.observed is not None:
        subject = replace(subject, observed=compare(subject, options.observed.known))
    folder.mkdir()
    wanted = charts.of_run_folder(subject)
    names = [name for name in wanted if charts.CHARTS[name].is_drawable(subject)]
    charts.write(subject, names, folder, "nl" if options.lang == "nl" else "en")
    mark_charts(folder, stamp)


def write_tables(run: Run, folder: Path) -> None:
    tables = {
        "budget": run.budget,
        "budget_monthly": run.budget_monthly,
        "monthly": run.monthly,
        "yearly": run.yearly,
    }
    for name, table in tables.items():
        table.to_csv(
            folder / f"{name}.csv",
            index=False,
            float_format="%.10g",
            date_format="%Y-%m-%d",
            lineterminator="\n",
        )
    run.monthly.to_parquet(folder / "monthly.parquet", index=False)
    write_resolved(run.scenario, folder / "scenario.resolved.yaml")


def run_id(scenario: Scenario, options: Options, until: date) -> str:
    """Return the id of a run: a hash of what it computes, not of when, where or how fast.

    Of published figures those of spending count, since they are part of the cost by month.
    """
    spent = [(one.breakdown, str(one.period), one.value) for one in _spent(options)]
    identity = {
        "scenario": scenario.model_dump(mode="json", by_alias=True),
        "seed": options.seed,
        "replications": options.replications,
        "step": options.step,
        "until": until.isoformat(),
        "vary": sorted(options.vary),
        "versions": versions(),
        **({"spent": spent} if spent else {}),
    }
    text = json.dumps(identity, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def command_of(asked: Sequence[str], options: Options, until: date) -> str:
    """Return the command that repeats a run: options that decide numbers or language."""
    words = ["opvangsim", "run", *asked, "--replications", str(options.replications)]
    words += ["--seed", str(options.seed), "--step", options.step, "--until", until.isoformat()]
    words += ["--uncertainty", ",".join(options.vary)]
    words += options.observed.words if options.observed is not None else []
    return shlex.join(words + (["--lang", options.lang] if options.lang != "en" else []))


def stamp_of(run: str, name: str, options: Options, command: str) -> Provenance:
    """Return the provenance that is embedded in the charts of a run."""
    return Provenance("run", name, str(options.seed), versions()["opvangsim"], run, command)


def _manifest_content(
    run: Run, origin: Mapping[str, Any], options: Options, until: date
) -> dict[str, Any]:
    """Return the content of a run's manifest."""
    return {
        "kind": "run",
        "id": run.id,
        "scenario": origin["scenario"],
        "title": run.scenario.title.model_dump(),
        "headline": headline(run.budget, run.scenario),
        "command": origin["command"],
        "lang": options.lang,
        "asked": origin["asked"],
        "options": {
            "replications": options.replications,
            "seed": options.seed,
            "step": options.step,
            "until": until.isoformat(),
            "vary": list(options.vary),
        },
        "charts": options.charts,
        "inputs": origin["inputs"],
        "sources": sources_of(run.scenario),
        **({"precision": run.precision.record()} if run.precision is not None else {}),
        "check_2024_eur": {k: round(v) for k, v in budget.check_2024(run.scenario).items()},
    }
