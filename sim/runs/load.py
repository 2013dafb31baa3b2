"""Read finished runs and studies from their folders; each file is checked by its checksum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Message, Problem, ScenarioError, as_message, reason_of
from ..report.charts import UNREDUCED, RunData
from ..report.error_tables import with_columns
from ..report.i18n import Language
from ..report.study_data import StudyData
from ..scenario import Loaded, Scenario, load_chain
from .given_figures import COPY, GivenFigures, read_figures
from .manifest import command_of, digest, read_manifest
from .provenance import Provenance
from .summary_tables import BUDGET_COLUMNS
from .table_reader import read_table

TABLES = ("budget.csv", "monthly.parquet", "yearly.csv")
BUDGET_MONTHLY = "budget_monthly.csv"
FIRST_WITH_MONTHS = 4
"""First form of folders in which a run has its cost by month."""


NO_STUDIES = ("run", "answers", "charts", "scorecard", "tables")
"""Kinds of folder that are not the folder of a study."""


@dataclass(frozen=True)
class RunFolder:
    """A finished run, read from its folder."""

    record: dict[str, Any]
    scenario: Scenario
    budget: pd.DataFrame
    monthly: pd.DataFrame
    yearly: pd.DataFrame
    budget_monthly: pd.DataFrame | None = None
    """Cost by month; None where it is not known, as in a folder of an earlier form."""

    @property
    def stamp(self) -> Provenance:
        """Return the provenance of everything made from this run."""
        return provenance_of(self.record)


@dataclass(frozen=True)
class FinishedFolder:
    """A finished folder of any kind, read file by file; each file is verified by its hash."""

    path: Path
    record: dict[str, Any]

    @property
    def stamp(self) -> Provenance:
        """Where everything made of it comes from."""
        return provenance_of(self.record)

    @property
    def lang(self) -> Language:
        """The language it was made in."""
        return "nl" if self.record.get("lang") == "nl" else "en"

    @property
    def data(self) -> StudyData:
        """A study as its chart is drawn from it."""
        return study_data(self.path, self.record)

    def table(self, name: str) -> pd.DataFrame:
        """Read a table of numbers (CSV)."""
        return verified_table(self.path, self.record, name)

    def text(self, name: str) -> str:
        """Read a page of text."""
        return verified_file(self.path, self.record, name).read_text("utf-8")

    def scenario(self, name: str) -> Scenario:
        """Read one of the scenarios of a study, with every number it used."""
        return read_scenario(self.path, self.record, f"scenarios/{name}.resolved.yaml")


def read_folder(path: Path) -> FinishedFolder:
    """Open a finished folder of any kind; raises ``ScenarioError`` if it has no valid manifest."""
    return FinishedFolder(path, read_manifest(path))


def read_run_folder(folder: Path) -> RunFolder:
    """Read the folder of a run.

    Raises ``ScenarioError`` if it is not a run, or if a file is missing or was changed.
    """
    manifest = read_manifest(folder)
    if manifest["kind"] != "run":
        what = Message("this is the folder of '{kind}', not of a run", kind=manifest["kind"])
        raise _refused(folder, what, "give a folder that opvangsim run wrote")
    budget, monthly, yearly = (verified_table(folder, manifest, name) for name in TABLES)
    scenario = read_scenario(folder, manifest, "scenario.resolved.yaml")
    return RunFolder(
        manifest,
        scenario,
        with_columns(budget, BUDGET_COLUMNS),
        with_columns(monthly),
        with_columns(yearly),
        _budget_monthly(folder, manifest),
    )


def _budget_monthly(folder: Path, manifest: dict[str, Any]) -> pd.DataFrame | None:
    """Read the cost by month of a run; None for a folder of a form that did not have it."""
    if manifest["schema"] < FIRST_WITH_MONTHS:
        return None
    table = verified_table(folder, manifest, BUDGET_MONTHLY)
    return table.assign(date=pd.to_datetime(table["date"]))


def no_months(folder: Path) -> ScenarioError:
    """Return the error that a folder of an earlier form has no cost by month."""
    what = "this folder is of an earlier version, which did not write this table"
    return _refused(folder / BUDGET_MONTHLY, what, "run the scenario again")


def read_scenario(folder: Path, manifest: dict[str, Any], name: str) -> Scenario:
    """Read a resolved scenario of a folder; raises as ``read_resolved`` does."""
    return read_resolved(folder, manifest, name).scenario


def read_resolved(folder: Path, manifest: dict[str, Any], name: str) -> Loaded:
    """Read a resolved scenario of a folder, with the origin of its keys.

    Raises ``ScenarioError`` if it was changed, or if an earlier version wrote it with keys that
    there no longer are.
    """
    file = verified_file(folder, manifest, name)
    try:
        return load_chain([str(file)])
    except ScenarioError as error:
        version, first = manifest["versions"]["opvangsim"], error.problems[0].what
        what = Message(
            "version {version} wrote this scenario, and it cannot be read: {first}",
            version=version,
            first=as_message(first),
        )
        raise _refused(
            file, what, Message("recreate the folder{command}", command=command_of(manifest))
        ) from None


def read_unreduced(folder: Path, run: RunFolder, columns: Sequence[str]) -> pd.DataFrame:
    """Read some columns of a run's results by replication and year; raises ``ScenarioError``."""
    return verified_table(folder, run.record, "replications.parquet", columns)


def run_data(folder: Path, run: RunFolder) -> RunData:
    """Return the data of a run for its charts; raises ``ScenarioError``."""
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
        budget_monthly=run.budget_monthly,
    )


def read_study(folder: Path) -> StudyData:
    """Return the data of a study for its charts; files are checked when they are read.

    Raises ``ScenarioError`` if it is not a study, or if its charts can't be drawn again.
    """
    manifest = read_manifest(folder)
    if manifest["kind"] in NO_STUDIES:
        what = Message(
            "the folder of '{kind}' holds no charts that can be drawn again", kind=manifest["kind"]
        )
        raise _refused(folder, what, "give the folder of a run or of a study")
    return study_data(folder, manifest)


def study_data(folder: Path, manifest: dict[str, Any]) -> StudyData:
    """Return the data of a study whose manifest is read."""

    def table(name: str) -> pd.DataFrame:
        if f"{name}.parquet" in manifest["files"]:
            return verified_table(folder, manifest, f"{name}.parquet")
        return verified_table(folder, manifest, f"{name}.csv")

    def scenario(name: str) -> Scenario:
        return read_scenario(folder, manifest, f"scenarios/{name}.resolved.yaml")

    return StudyData(manifest, table, scenario)


def provenance_of(manifest: dict[str, Any]) -> Provenance:
    """Return the provenance that the manifest of a run or a study gives."""
    of_run = manifest["kind"] == "run"
    names = manifest["scenario"] if of_run else ", ".join(manifest["scenarios"]) or manifest["name"]
    return Provenance(
        kind=manifest["kind"],
        scenario=names,
        seed=str(manifest["options"]["seed"]),
        version=manifest["versions"]["opvangsim"],
        run=manifest["id"],
        command=manifest["command"],
    )


def combined_provenance(runs: Sequence[RunFolder], command: str) -> Provenance:
    """Return the provenance of something made from one or more runs."""
    stamps = [run.stamp for run in runs]
    return Provenance(
        kind="runs side by side" if len(runs) > 1 else "run",
        scenario=", ".join(one.scenario for one in stamps),
        seed=", ".join(dict.fromkeys(one.seed for one in stamps)),
        version=", ".join(dict.fromkeys(one.version for one in stamps)),
        run=", ".join(one.run for one in stamps),
        command=command,
    )


def verified_file(folder: Path, manifest: dict[str, Any], name: str) -> Path:
    """Return the path of a file in a finished folder, after checking its checksum.

    Raises ``ScenarioError`` if it is missing or was changed.
    """
    file = folder / name
    what = "run the scenario again" if manifest["kind"] == "run" else "recreate the folder"
    advice = Message("{what}{command}", what=as_message(what), command=command_of(manifest))
    try:
        found = digest(file)
    except OSError as error:
        raise _refused(
            file, Message("can't be read: {reason}", reason=reason_of(error)), advice
        ) from None
    if found != manifest["files"].get(name):
        raise _refused(file, "this file is not the one that the run wrote", advice)
    return file


def verified_table(
    folder: Path, manifest: dict[str, Any], name: str, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a table of a finished folder, after checking its checksum and its content.

    Raises ``ScenarioError`` as ``verified_file`` and ``read_table`` do.
    """
    file = verified_file(folder, manifest, name)
    return read_table(file, manifest["kind"], manifest.get("asked", {}), columns)


def _refused(where: Path, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(str(where), what, advice)])


def kept_figures(folder: Path, record: dict[str, Any]) -> GivenFigures | None:
    """Return the figures that a run was made with, from the copy in its folder, if it was.

    Raises ``ScenarioError`` if the copy is gone or was changed.
    """
    made = record.get("observed")
    if made is None:
        return None
    day = None if made["as_of"] is None else date.fromisoformat(made["as_of"])
    return read_figures(verified_file(folder, record, COPY), day, made["file"])
