"""Finished runs as experiments: cells by year and costs of every replication, as they are kept.

A folder keeps them in ``replications.parquet``, rounded as all its tables: people to hundredths,
money to thousands of euros. It keeps no cells by month.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ..clock import Clock
from ..model.sampling import Floats, sample
from ..results.budget import LINES, MAIN_LINES, whole_years
from ..results.experiment import Experiment, settings_from_record
from ..results.tables import TableCell, Tables
from .load import read_resolved, verified_file, verified_table
from .summary_tables import EUROS, decimals_of, round_decimals

FILE = "replications.parquet"
YearlyCell = tuple[str, str, str, str]
"""Series, breakdown, measure and unit."""


def as_kept(trial: Experiment) -> Experiment:
    """Return an experiment with the numbers that the folder of a run keeps of it."""
    tables = trial.tables
    yearly = [
        round_decimals(values, decimals_of(cell.unit))
        for (cell, _), values in zip(tables.yearly_cells, tables.yearly, strict=True)
    ]
    costs = {key: round_decimals(values, EUROS) for key, values in trial.costs.items()}
    rounded = replace(tables, yearly=np.stack(yearly), monthly_cells=(), monthly=np.empty(0))
    return replace(trial, tables=rounded, costs=costs, costs_by_month={})


def read_experiment(
    folder: Path, record: dict[str, Any], cells: Collection[YearlyCell]
) -> Experiment:
    """Read some cells and the costs of a finished run; cells that it has not are left out.

    ``record`` is its manifest. Raises ``ScenarioError`` if a file is missing or was changed.
    """
    settings = settings_from_record(record["options"])
    scenario = read_resolved(folder, record, "scenario.resolved.yaml").scenario
    assert settings.until is not None
    clock, level = Clock(scenario.start, settings.until, settings.step), scenario.prices.level
    known = set(pq.read_schema(verified_file(folder, record, FILE)).names)
    of_cells = {cell: "|".join(cell[:3]) for cell in cells if "|".join(cell[:3]) in known}
    of_costs = {line.name: f"cost|{line.name}|{level}" for line in LINES}
    names = ["year", "replication", *of_cells.values(), *of_costs.values()]
    table = verified_table(folder, record, FILE, names).sort_values(["year", "replication"])
    shape = (len(clock.years), settings.replications)

    def values(name: str) -> Floats:
        return table[name].to_numpy(np.float64).reshape(shape)

    return Experiment(
        scenario,
        clock,
        sample(scenario, settings.replications, settings.seed, settings.vary, settings.until),
        Tables(
            (),
            clock.years,
            (),
            np.empty(0),
            tuple((TableCell(series, of, unit), measure)  # type: ignore[misc]
                  for series, of, measure, unit in of_cells),
            np.stack([values(name) for name in of_cells.values()]),
            {},
        ),
        {(level, line): values(name) for line, name in of_costs.items()},
    )  # fmt: skip


def read_gaps(folder: Path, record: dict[str, Any]) -> pd.DataFrame:
    """Return the gap of a finished run by replication and year; a column for each line [EUR].

    Against the headline vintage, as the gap table of the run has its statistics; NaN in a year
    without a budget, or of which the run holds a part. ``record`` is its manifest. Raises
    ``ScenarioError`` if a file is missing or was changed.
    """
    trial = read_experiment(folder, record, [("occupancy", "total", "mean", "persons")])
    members = [range(trial.replications), whole_years(trial.clock)]
    rows = pd.MultiIndex.from_product(members, names=["replication", "year"])
    gaps = {line: trial.line("gap", line).T.ravel() for line in MAIN_LINES}
    return pd.DataFrame(gaps, rows)
