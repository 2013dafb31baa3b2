"""Numbers of runs and studies at an address, each with interval, simulation error and origin."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import Message, Problem, ScenarioError, usage_error
from ..results.cell import MONEY, STATISTICS, CellRef, look_up, parse
from ..results.precision import MEASURED
from ..runs.load import FinishedFolder, RunFolder, read_folder, read_run_folder
from ..studies.compare import BY_MONTH
from .records import Interval, Leaf, NumberRecord, SimulationError
from .study_units import CHANCE, EURO, UNITS

DEFAULT_STATISTIC = "p50"
FEW = "fewer than 100 replications do not tell the simulation error"
NOT_MEASURED = "the simulation error is kept for the mean, p10, p50 and p90"
GIVEN = "a budget is given and not simulated"
A_CHANCE = "a probability has no interval over replications"
NOT_KEPT = "not kept by the study: run the scenario for the interval of its own numbers"
NO_ERROR_KEPT = "not kept by the study: run the scenario for the error of its own numbers"
ADDRESSED = ("comparison", "explanation")
"""Kinds of study whose numbers have an address."""
STUDY_CELL = re.compile(r"(?P<table>[a-z_]+)\[(?P<keys>[^\[\]]{1,500})\]\.(?P<column>[a-z0-9_]+)$")


# -- Numbers of a run ------------------------------------------------------------------------------


def numbers_of(folder: Path, addresses: Iterable[str]) -> list[NumberRecord]:
    """Return numbers of the folder of a run, or of a comparison or an explanation.

    An address of a run without a statistic is that of the median. Raises ``ScenarioError`` with
    every address that can't be read, and if a file of the folder was changed.
    """
    opened = read_folder(folder)
    read = partial(study_number, opened)
    if opened.record["kind"] == "run":
        read = partial(number_of, read_run_folder(folder))
    found, problems = [], list[Problem]()
    for address in addresses:
        try:
            found.append(read(address))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def number_of(run: RunFolder, address: str) -> NumberRecord:
    """Return one number of a run.

    Raises ``ScenarioError`` if there is no such cell, or if it holds no number, as a gap in a year
    without a budget.
    """
    has_statistic = ":" in address.rpartition(".")[2]
    asked = parse(address if has_statistic else f"{address}:{DEFAULT_STATISTIC}")
    if asked.table in MONEY:
        asked = replace(asked, vintage=asked.vintage or run.scenario.budget.headline)
    value = _cell(run, asked)
    if not math.isfinite(value):
        what = "this cell is empty: a gap needs a budget of that year, a wait needs decisions"
        usage_error(str(asked), what, "ask for another year")
    return NumberRecord(
        address=str(asked),
        value=value,
        unit=_unit(run, asked),
        statistic=asked.statistic,
        interval=_interval(run, asked),
        simulation_error=_error(run, asked),
        run=run.record["id"],
        scenario=run.record["scenario"],
    )


def _cell(run: RunFolder, address: CellRef, ending: str = "") -> float:
    money, level = run.scenario.budget, run.scenario.prices.level
    return look_up(
        address, run.budget, run.yearly, money.headline, level, ending, money.price_basis
    )


def _unit(run: RunFolder, address: CellRef) -> str:
    if address.statistic == "p_positive":
        return CHANCE
    if address.table in MONEY:
        return EURO
    named = run.yearly[
        (run.yearly["series"] == address.table) & (run.yearly["breakdown"] == address.line)
    ]
    return str(named["unit"].iloc[0])


def _interval(run: RunFolder, address: CellRef) -> Interval:
    if address.statistic == "p_positive":
        return Interval(low=None, high=None, reason=A_CHANCE)
    if address.table == "budget":
        return Interval(low=None, high=None, reason=GIVEN)
    low, high = (_cell(run, replace(address, statistic=end)) for end in ("p10", "p90"))
    return Interval(low=low, high=high)


def _error(run: RunFolder, address: CellRef) -> SimulationError:
    if address.table == "budget":
        return SimulationError(low=None, high=None, reason=GIVEN)
    if address.statistic not in ("mean", "p_positive", *MEASURED):
        return SimulationError(low=None, high=None, reason=NOT_MEASURED)
    return _known_error(*(_cell(run, address, end) for end in ("_low", "_high")))


def _known_error(low: Any, high: Any) -> SimulationError:
    if not (math.isfinite(low) and math.isfinite(high)):
        return SimulationError(low=None, high=None, reason=FEW)
    return SimulationError(low=float(low), high=float(high))


# -- Numbers of a study ----------------------------------------------------------------------------


def study_number(study: FinishedFolder, address: str) -> NumberRecord:
    """Return one number of a comparison or an explanation.

    An address is ``table[column=value,...].column``: the row in which these columns have these
    values, as in ``differences[scenario=faster-housing,series=gap,breakdown=total,year=2027]
    .difference_p50`` (on one line). Raises ``ScenarioError`` if it names not exactly one number.
    """
    found = STUDY_CELL.match(address)
    kind = study.record["kind"]
    if found is None or (kind, found["table"]) not in UNITS or kind not in ADDRESSED:
        advice = Message(
            "write table[column=value,...].column, with a table of this study: {names}",
            names=", ".join(table for of, table in UNITS if of == kind) or "-",
        )
        usage_error(address[:200], "this is no address of a number in this study", advice)
    name, column = found["table"], found["column"]
    keys = dict(part.partition("=")[::2] for part in found["keys"].split(","))
    table = study.table(f"{name}.csv")
    row = _only_row(table, keys, address)
    if column not in row or isinstance(row[column], str) or plain(row[column]) is None:
        usage_error(address[:200], "this column holds no number in that row", "choose another")
    return row_number(study.record, name, keys, row, column)


def _only_row(table: pd.DataFrame, keys: Mapping[str, str], address: str) -> dict[str, Any]:
    """Return the one row in which columns have these values as text."""
    rows_ = [
        row
        for row in table.to_dict("records")
        if all(str(plain(row.get(key))) == value for key, value in keys.items())
    ]
    if len(rows_) != 1:
        what = Message("{n} rows have these values, expected one", n=len(rows_))
        advice = Message("name values of: {columns}", columns=", ".join(map(str, table.columns)))
        usage_error(address[:200], what, advice)
    return {str(key): value for key, value in rows_[0].items()}


def row_number(
    record: Mapping[str, Any],
    table: str,
    keys: Mapping[str, object],
    row: Mapping[str, Any],
    column: str,
) -> NumberRecord:
    """Return a column of a row of a study's table as a number; ``keys`` identify the row."""
    prefix, _, last = column.rpartition("_")
    statistic = last if last in STATISTICS else column
    if column in ("p_positive", "variance_ratio"):
        prefix, statistic = "", column
    unit = UNITS[record["kind"], table].get(column) or row.get("unit") or _monthly_unit(row)
    named = ",".join(f"{key}={value}" for key, value in keys.items())
    start = f"{prefix}_" if prefix else ""
    return NumberRecord(
        address=f"{table}[{named}].{column}",
        value=float(row[column]),
        unit=str(unit),
        statistic=_statistic_of(record, statistic),
        interval=_interval_of_row(row, start, column),
        simulation_error=_error_of_row(row, column),
        run=record["id"],
        scenario=_scenario_of(record, row, column),
    )


def _scenario_of(record: Mapping[str, Any], row: Mapping[str, Any], column: str) -> str:
    """Return the scenario of a number of a study; of a difference, both: "other - base"."""
    base = str(record["asked"].get("base", ""))
    if record["kind"] == "comparison" and not column.startswith("base_"):
        other = str(row["scenario"])
        return other if column.startswith("other_") else f"{other} - {base}"
    named = base or row.get("of")
    return str(named) if named in record["scenarios"] else " - ".join([*record["scenarios"]][::-1])


def _statistic_of(record: Mapping[str, Any], statistic: str) -> str:
    """Return the statistic of a column; an effect is one of the statistic that was explained."""
    if statistic in ("effect", "alone", "last", "value"):
        return str(record["asked"]["cell"]).rpartition(":")[2]
    return statistic


def _monthly_unit(row: Mapping[str, Any]) -> str:
    units = {(series, breakdown): unit for series, breakdown, unit in BY_MONTH}
    return units[str(row["series"]), str(row["breakdown"])]


def _interval_of_row(row: Mapping[str, Any], start: str, column: str) -> Interval:
    if column == "p_positive":
        return Interval(low=None, high=None, reason=A_CHANCE)
    low, high = (plain(row.get(f"{start}{end}")) for end in ("p10", "p90"))
    about = column == "effect" or column.removeprefix(start) in STATISTICS
    if not about or not isinstance(low, int | float) or not isinstance(high, int | float):
        return Interval(low=None, high=None, reason=NOT_KEPT)
    return Interval(low=float(low), high=float(high))


def _error_of_row(row: Mapping[str, Any], column: str) -> SimulationError:
    if f"{column}_low" not in row:
        return SimulationError(low=None, high=None, reason=NO_ERROR_KEPT)
    return _known_error(row[f"{column}_low"], row[f"{column}_high"])


def plain(value: Any) -> Leaf:
    """Return a cell of a table as JSON has it: null for what is missing, a date as text."""
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if hasattr(value, "isoformat"):
        return str(value.date() if hasattr(value, "date") else value)
    item = value.item() if hasattr(value, "item") else value
    return item if isinstance(item, str | bool | int | float) else str(item)
