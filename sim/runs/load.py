"""Finished runs and studies, read from their folder just as they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype
from pyarrow import ArrowException
from pyarrow.parquet import read_schema

from ..clock import Clock
from ..errors import Problem, ScenarioError
from ..report.charts import UNREDUCED, RunData
from ..report.study_data import DRAWABLE, StudyData
from ..results.budget import whole_years
from ..results.experiment import settings_from_record
from ..scenario import Scenario, load
from .manifest import RECORD, command_of, digest, read_record
from .provenance import Provenance
from .summary_tables import BUDGET_COLUMNS, MONTHLY_COLUMNS, WORDS, YEARLY_COLUMNS

NEEDED = ("budget.csv", "monthly.parquet", "yearly.csv", "scenario.resolved.yaml")


@dataclass(frozen=True)
class RunFolder:
    """A run as its folder tells it."""

    record: dict[str, Any]
    scenario: Scenario
    budget: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame

    @property
    def stamp(self) -> Provenance:
        """Where everything made from this run comes from."""
        return stamp_of(self.record)


def is_run(folder: Path) -> bool:
    """Whether this is a folder with a record of ours in it."""
    return folder.is_dir() and (folder / RECORD).is_file()


def read_run_folder(folder: Path) -> RunFolder:
    """Read a run's folder.

    Raises ``ScenarioError`` if it is no run, or if a file is gone or is not what the run wrote.
    """
    record = read_record(folder)
    if record["kind"] != "run":
        what = f"this is the folder of '{record['kind']}', not of a run"
        raise _refused(folder, what, "give a folder that opvangsim run wrote")
    for name in NEEDED:
        checked(folder, record, name)
    scenario = load(folder / "scenario.resolved.yaml")
    clock = _clock(record, scenario)
    budget = _table(folder / "budget.csv", BUDGET_COLUMNS, whole_years(clock))
    dates = list(pd.to_datetime(clock.snapshot_dates()))
    monthly = _table(folder / "monthly.parquet", MONTHLY_COLUMNS, dates)
    yearly = _table(folder / "yearly.csv", YEARLY_COLUMNS, clock.years)
    return RunFolder(record, scenario, budget, monthly, yearly)


def _clock(record: dict[str, Any], scenario: Scenario) -> Clock:
    """The calendar of a run."""
    return Clock(scenario.start, settings_from_record(record["options"]).until or scenario.until)


def _table(file: Path, columns: Sequence[str], moments: Sequence[Any]) -> pd.DataFrame:
    """A table with these columns, numbers where numbers belong, and a row a cell and moment.

    Its hash is that of its record. So a table that is none comes from somebody who made both.
    Raises ``ScenarioError``.
    """
    advice = "run the scenario again"
    try:
        if file.suffix == ".csv":
            table = pd.read_csv(file)
        else:
            there = set(read_schema(file).names)
            table = pd.read_parquet(file, columns=[name for name in columns if name in there])
    except (ValueError, OSError, ArrowException):
        raise _refused(file, "this can't be read as a table", advice) from None
    if missing := [name for name in columns if name not in table]:
        raise _refused(file, f"this table has no column {missing[0]!r}", advice)
    for name in columns:
        right = is_datetime64_any_dtype if name == "date" else is_numeric_dtype
        if name not in WORDS and len(table) and not right(table[name]):
            kind = "dates" if name == "date" else "numbers"
            raise _refused(file, f"column {name!r} of this table does not hold {kind}", advice)
    when = "date" if "date" in columns else "year"
    cells = table[[name for name in columns if name in WORDS or name == "replication"]]
    expected = len(cells.drop_duplicates()) * len(moments)
    if len(table) != expected or set(table[when]) != set(moments):
        raise _refused(file, "rows of this table are missing, or too many", advice)
    return table


def read_unreduced(folder: Path, run: RunFolder, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of a run's results by replication and year; raises ``ScenarioError``."""
    file = checked(folder, run.record, "replications.parquet")
    return _table(file, columns, _clock(run.record, run.scenario).years)


def subject_of(folder: Path, run: RunFolder) -> RunData:
    """A run as its charts see it; raises ``ScenarioError``."""
    options = run.record["options"]
    return RunData(
        run.scenario,
        run.record["id"],
        options["replications"],
        options["seed"],
        run.budget,
        run.monthly,
        run.yearly,
        read_unreduced(folder, run, UNREDUCED),
    )


def read_study(folder: Path) -> StudyData:
    """A study as its folder tells it, each file held against the record when it is read.

    Raises ``ScenarioError`` if it is none, or if its charts can't be drawn again.
    """
    record = read_record(folder)
    if record["kind"] not in DRAWABLE:
        what = f"the folder of '{record['kind']}' holds no charts that can be drawn again"
        raise _refused(folder, what, f"give a run, or one of {', '.join(DRAWABLE)}")
    return told_of(folder, record)


def told_of(folder: Path, record: dict[str, Any]) -> StudyData:
    """A study of which the record is read, as its charts are drawn again."""

    def table(name: str) -> pd.DataFrame:
        if f"{name}.parquet" in record["files"]:
            return pd.read_parquet(checked(folder, record, f"{name}.parquet"))
        return pd.read_csv(checked(folder, record, f"{name}.csv"))

    def scenario(name: str) -> Scenario:
        return load(checked(folder, record, f"scenarios/{name}.resolved.yaml"))

    return StudyData(record, table, scenario)


def stamp_of(record: dict[str, Any]) -> Provenance:
    """The stamp that the record of a run or a study gives."""
    of_run = record["kind"] == "run"
    names = record["scenario"] if of_run else ", ".join(record["scenarios"]) or record["name"]
    return Provenance(
        kind=record["kind"],
        scenario=names,
        seed=str(record["options"]["seed"]),
        version=record["versions"]["opvangsim"],
        run=record["id"],
        command=record["command"],
    )


def stamp_together(runs: Sequence[RunFolder], command: str) -> Provenance:
    """Where something made of several runs comes from; of one run, that of the run."""
    stamps = [run.stamp for run in runs]
    return Provenance(
        kind="runs side by side" if len(runs) > 1 else "run",
        scenario=", ".join(one.scenario for one in stamps),
        seed=", ".join(dict.fromkeys(one.seed for one in stamps)),
        version=", ".join(dict.fromkeys(one.version for one in stamps)),
        run=", ".join(one.run for one in stamps),
        command=command,
    )


def checked(folder: Path, record: dict[str, Any], name: str) -> Path:
    """A file of a finished folder, known to be the one that was written.

    Raises ``ScenarioError`` if it is gone or was changed.
    """
    file = folder / name
    what = "run the scenario again" if record["kind"] == "run" else "make the folder again"
    advice = f"{what}{command_of(record)}"
    try:
        found = digest(file)
    except OSError as error:
        raise _refused(file, f"can't be read: {error.strerror}", advice) from None
    if found != record["files"].get(name):
        raise _refused(file, "this file is not the one that the run wrote", advice)
    return file


def _refused(where: Path, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(str(where), what, advice)])
