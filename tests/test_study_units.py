"""Units of the tables of studies of plans: no number without one, and each the right one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_plan_compare import tables as compared

import sim
from sim.export.read_records import study_record, table_record, units_of_levers
from sim.export.study_units import KINDS_OF_PLANS, OWN_UNIT, UNITS

SLACK, STAY = "reception.desk.slack", "reception.desk.trend_weeks"
FEW: dict[str, Any] = {"replications": 100, "until": "2025-12-31", "workers": 1}


@cache
def tables(name: str) -> Mapping[str, pd.DataFrame]:
    """Return the tables of a small study of plans."""
    base = sim.load("baseline")
    if name == "plan_comparison":
        return compared(1, 2, 3)
    if name == "plan_comparison with rules":
        few = {**FEW, "replications": 2}
        return dict(base.plan_compare("standby-5000", "early-warning", **few).tables)
    if name == "plan_search":
        levers = [f"{SLACK}=0:0.1", f"{STAY}=4:26"]
        limits = ["shortage.p <= 100%", "cost < 1e12"]
        done = base.plan_search(levers, subject_to=limits, evaluations=5, accept=100, **FEW)
    elif name == "plan_value":
        done = base.plan_value("fixed-stock-41000", **FEW)
    else:
        done = base.plan_value(budget=2025, chance=0.8, **FEW)
    found: Mapping[str, pd.DataFrame] = done.tables
    return found


def is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


STUDIES = ("plan_comparison", "plan_comparison with rules", "plan_search", "plan_value",
           "plan_value of a budget")  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", STUDIES)
def test_no_number_of_a_study_of_plans_is_without_a_unit(name: str) -> None:
    """A column has a unit, or each of its rows has one in the column ``unit``."""
    kind, found = name.partition(" ")[0], tables(name)
    levers = units_of_levers(kind, found)
    for table_name, table in found.items():
        record = table_record(kind, table_name, table, levers)
        numbers = {str(column) for column in table.columns if is_number(table[column])}
        assert set(record.units) <= numbers, "a text has no unit"
        bare = numbers - set(record.units)
        by_row = OWN_UNIT in table and bool(table[OWN_UNIT].str.len().gt(0).all())
        where = "sim/export/study_units.py"
        assert not bare or by_row, f"{table_name}: give {sorted(bare)} a unit in {where}"


@pytest.mark.long
def test_units_are_those_of_the_numbers() -> None:
    def units(name: str, table: str) -> dict[str, str]:
        kind, found = name.partition(" ")[0], tables(name)
        return table_record(kind, table, found[table], units_of_levers(kind, found)).units

    plans = units("plan_comparison", "plans")
    for column, unit in {
        "cost_mean_low": "EUR",
        "loss_mean": "EUR",
        "above_best_mean": "EUR",
        "beyond_cost_mean": "EUR",
        "p_short_high": "probability",
        "nights_short_p90": "person-nights",
        "nights_worst_share": "share",
        "empty_nights_mean": "place-nights",
        "opened_mean": "places",
    }.items():
        assert plans[column] == unit, column
    assert units("plan_comparison", "futures")["worst_month"] == "persons"
    assert units("plan_comparison", "sweep")["lambda"] == "EUR/person-night"
    search = units("plan_search", "tried")
    assert (search[SLACK], search[STAY], search["shortage_p"]) == ("share", "weeks", "probability")
    limits = tables("plan_search")["limits"].set_index("column")["unit"]
    assert limits.to_dict() == {"shortage_p": "probability", "cost_mean": "EUR"}
    choices = tables("plan_value")["choices"].drop_duplicates("input").set_index("input")["unit"]
    assert choices["inflow_mean"] == "persons/year"
    assert choices["prices.estimated_factor"] == "factor"
    assert choices["courts.delay_days"] == "days"
    assert units("plan_value of a budget", "choices")["budget"] == "EUR"
    assert "at" not in units("plan_value of a budget", "choices")


@pytest.mark.slow
def test_the_record_of_a_folder_has_the_units(tmp_path: Path) -> None:
    few = {**FEW, "replications": 2}
    sim.load("baseline").plan_compare("no-emergency", **few).write(tmp_path / "here")
    found = {one.name: one.units for one in study_record(tmp_path / "here").tables}
    assert found["ranges"] == {"low": "EUR/person-night", "high": "EUR/person-night"}
    assert found["plans"]["p_best"] == "probability"


def test_each_table_with_units_is_of_a_kind_of_study() -> None:
    assert set(KINDS_OF_PLANS) <= {kind for kind, _ in UNITS}
