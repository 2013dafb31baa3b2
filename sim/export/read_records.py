"""Make records of finished runs and studies, of scenarios, and of problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from ..errors import Location, Problem, ScenarioError
from ..report.i18n import Language, translate_sentence
from ..report.overview import SETTINGS, YEAR, ScenarioHeadline, headlines
from ..report.run_tables import headline_rows
from ..report.scenario_listing import spread_text, value_text
from ..results.cell import CellRef
from ..runs.batches import Options
from ..runs.load import RunFolder, read_folder, read_run_folder
from ..runs.run import run_id
from ..scenario import Loaded, Quantity, Scenario, load, shipped
from ..scenario.listing import Leaf as Parameter
from ..scenario.listing import ListingRow, rows
from ..studies.base import tell
from .numbers import DEFAULT_STATISTIC, number_of, plain
from .records import (
    Interval,
    NumberRecord,
    ParameterRecord,
    ProblemRecord,
    RunRecord,
    ScenarioRecord,
    SettingsRecord,
    SimulationError,
    StudyRecord,
    TableRecord,
    ValueRecord,
    YearRecord,
)
from .study_units import EURO, units_of

OF_OVERVIEW = "not kept in the list of shipped scenarios: run the scenario"


# -- Runs and studies ------------------------------------------------------------------------------


def run_record(folder: Path, lang: Language = "en") -> RunRecord:
    """Return the record of the folder of a run; raises ``ScenarioError``."""
    run = read_run_folder(folder)
    money = headline_rows(run.budget, run.scenario)
    years = sorted({*run.yearly["year"], *money["year"]})
    return RunRecord(
        id=run.record["id"],
        scenario=run.record["scenario"],
        title=getattr(run.scenario.title, lang),
        settings=settings_record(run.record["options"]),
        folder=str(folder),
        command=run.record["command"],
        cite=run.record.get("cite") or "",
        vintage=run.scenario.budget.headline,
        cost_level=run.scenario.prices.level,
        years=[year_record(run, int(year)) for year in years],
    )


def year_record(run: RunFolder, year: int) -> YearRecord:
    """Return the headline numbers of a year of a run."""

    def found(cell: str, statistic: str = DEFAULT_STATISTIC) -> NumberRecord | None:
        try:
            return number_of(run, f"{cell}.{year}:{statistic}")
        except ScenarioError:
            return None

    short = run.scenario.closing == "constrained"
    return YearRecord(
        year=year,
        cost=found("cost.total"),
        budget=found("budget.total"),
        gap=found("gap.total"),
        p_gap_positive=found("gap.total", "p_positive"),
        people=found("occupancy.total"),
        places=found("places.total"),
        persons_short=found("shortage.total") if short else None,
        places_short=found("places_short.total") if short else None,
    )


def settings_record(options: Mapping[str, Any]) -> SettingsRecord:
    """Return the settings as a manifest keeps them."""
    until = options["until"]
    return SettingsRecord(
        replications=options["replications"],
        seed=options["seed"],
        step=options["step"],
        until=None if until is None else date.fromisoformat(str(until)),
        uncertainty=tuple(options["vary"]),
    )


def study_record(folder: Path, lang: Language | None = None) -> StudyRecord:
    """Return the record of the folder of a study; raises ``ScenarioError``.

    ``lang`` is the language of its sentences, by default that of the folder.
    """
    opened = read_folder(folder)
    record = opened.record
    told = [part for part in tell(opened.data, lang or opened.lang) if not isinstance(part, Table)]
    names = [name.removesuffix(".csv") for name in record["files"] if name.endswith(".csv")]
    tables = {name: opened.table(f"{name}.csv") for name in names}
    levers = units_of_levers(record["kind"], tables)
    return StudyRecord(
        kind=record["kind"],
        id=record["id"],
        scenarios=list(record["scenarios"]),
        settings=settings_record(record["options"]),
        folder=str(folder),
        command=record["command"],
        cite=record.get("cite") or "",
        sentences=[part.plain if isinstance(part, Text) else str(part) for part in told],
        tables=[table_record(record["kind"], *one, levers) for one in tables.items()],
    )


def units_of_levers(kind: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the units of keys that are columns of the tables of a study."""
    if kind != "plan_search":
        return {}
    return {row["lever"]: row["unit"] for row in tables["levers"].to_dict("records")}


def table_record(
    kind: str, name: str, table: pd.DataFrame, levers: Mapping[str, str] | None = None
) -> TableRecord:
    """Return a table of a kind of study as rows."""
    return TableRecord(
        name=name,
        columns=[str(column) for column in table.columns],
        units=units_of(kind, name, map(str, table.columns), levers),
        rows=[
            {str(key): plain(value) for key, value in row.items()}
            for row in table.to_dict("records")
        ],
    )


# -- Scenarios and problems ------------------------------------------------------------------------


def shipped_records(lang: Language = "en") -> list[ScenarioRecord]:
    """Return the shipped scenarios with the kept gap of 2027."""
    kept = headlines()
    return [scenario_record(name, load(name), kept.get(name), lang) for name in shipped()]


def scenario_record(
    name: str, scenario: Scenario, kept: ScenarioHeadline | None, lang: Language = "en"
) -> ScenarioRecord:
    """Return a scenario; ``kept`` is its headline as the package keeps it."""
    return ScenarioRecord(
        name=name,
        title=getattr(scenario.title, lang),
        description=getattr(scenario.description, lang),
        start=scenario.start,
        until=scenario.until,
        closing=scenario.closing,
        gap=None if kept is None else _kept_gap(name, scenario, kept),
    )


def _kept_gap(name: str, scenario: Scenario, kept: ScenarioHeadline) -> NumberRecord:
    """Return the kept gap; its run is that of default settings up to the end of the year."""
    low, median, high = kept.gap
    vintage = scenario.budget.headline
    assert SETTINGS.until is not None
    return NumberRecord(
        address=str(CellRef("gap", "total", YEAR, vintage, DEFAULT_STATISTIC)),
        value=median,
        unit=EURO,
        statistic=DEFAULT_STATISTIC,
        interval=Interval(low=low, high=high),
        simulation_error=SimulationError(low=None, high=None, reason=OF_OVERVIEW),
        run=run_id(scenario, Options(until=SETTINGS.until), SETTINGS.until),
        scenario=name,
    )


def parameter_records(
    loaded: Loaded, key: str = "", lang: Language = "en"
) -> list[ParameterRecord]:
    """Return the parameters at and below a key, by default all; empty if there is no such key."""
    return [_parameter(row, lang) for row in rows(loaded, load("baseline"), key)]


def _parameter(row: ListingRow, lang: Language) -> ParameterRecord:
    number = row.value if isinstance(row.value, Quantity) else None
    return ParameterRecord(
        key=row.key,
        meaning=translate_sentence(row.meaning, lang) if row.meaning else "",
        values=_values(row.value),
        unit=None if number is None else number.unit,
        source=None if number is None else number.source,
        where=None if number is None else number.where,
        assumption=None if number is None else number.assumption,
        uncertainty="" if number is None else spread_text(number, lang),
        set_by=row.layer,
        place=str(row.place),
        baseline=value_text(row.before, lang) if row.differs else None,
    )


def _values(value: Parameter) -> list[ValueRecord]:
    if not isinstance(value, Quantity):
        return [ValueRecord(since=None, value=value, low=None, high=None)]
    is_dated, found = isinstance(value.value, tuple), []
    for day, amount in value.pairs():
        low, high = _range_of(value, amount)
        since = day if is_dated else None
        found.append(ValueRecord(since=since, value=amount, low=low, high=high))
    return found


def _range_of(quantity: Quantity, amount: float) -> tuple[float | None, float | None]:
    """Return the 10th and 90th percentile of what is drawn for a value; none if it is certain."""
    spread = quantity.spread
    if spread is None:
        return None, None
    ends = [float(spread.quantile(u, quantity.central_draw())) for u in (0.1, 0.9)]
    low, high = sorted(end * amount if spread.kind == "factor" else end for end in ends)
    return low, high


def problem_records(problems: Sequence[Problem], code: str | None = None) -> list[ProblemRecord]:
    """Return problems by place; ``code`` is the check that found them."""
    return [_problem(problem, code) for problem in problems]


def _problem(problem: Problem, code: str | None) -> ProblemRecord:
    where = problem.where
    if not isinstance(where, Location):
        file, line, column = str(where), None, None
    else:
        file, line, column = where.file, where.line, where.column
    return ProblemRecord(
        file=file, line=line, column=column, what=str(problem.what), advice=str(problem.advice),
        code=code,
    )  # fmt: skip
