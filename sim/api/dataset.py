"""A run as an xarray Dataset: named dimensions, units and names of every variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import usage_error
from ..model.sampling import Floats
from ..report.display_names import series_name
from ..runs.load import RunFolder
from .frames import EUR, monthly_frame

if TYPE_CHECKING:
    from xarray import Dataset

COST, GAP = "cost", "gap"
STATISTICS = ["mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95"]
SHARED = ("place", "group")
"""Breakdowns that mean the same in every series; a ``kind`` is another one in each."""
MEASURES = {"mean": "mean over the year", "end": "at the end of the year", "sum": "sum of the year"}


@dataclass(frozen=True)
class Variable:
    """A variable of the Dataset: its attributes, its dimensions, and an array for each member.

    ``members`` are the parts of its breakdown by name; a total has one, without a name.
    """

    name: str
    attrs: Mapping[str, str]
    coords: Mapping[str, Any]
    along: str = ""
    members: dict[str, Floats] = field(default_factory=dict)


def dataset_of(run: RunFolder, wide: pd.DataFrame) -> Dataset:
    """Return a run as a Dataset; raises ``ScenarioError`` if xarray is not installed.

    ``wide`` is the frame of its replications.
    """
    # The only import in a function: xarray is not installed without the extra.
    try:
        import xarray as xr
    except ModuleNotFoundError:
        what = "the library of labelled arrays (xarray) is not installed"
        usage_error("to_xarray", what, "pip install 'opvangsim[xarray]'")
    arrays = []
    for one in (*_yearly(wide), *_monthly(monthly_frame(run.monthly)), *_money(run)):
        coords, values = dict(one.coords), next(iter(one.members.values()))
        if one.along:
            coords[one.along] = list(one.members)
            values = np.stack(list(one.members.values()), axis=-1)
        arrays.append(xr.DataArray(values, coords, list(coords), one.name, dict(one.attrs)))
    found: Dataset = xr.merge(arrays, join="outer", compat="no_conflicts")
    found.attrs = _about(run)
    return found


def _yearly(wide: pd.DataFrame) -> Iterator[Variable]:
    """Return the series, the cost and the gap of every replication and year."""
    units = wide.attrs["units"]
    coords = {level: wide.index.unique(level).to_numpy() for level in ("replication", "year")}
    shape = [len(names) for names in coords.values()]
    found: dict[str, Variable] = {}
    for name in wide.columns:
        series, breakdown, measure = map(str, name)
        if series in (COST, GAP):
            continue
        values = wide[name].to_numpy().reshape(shape)
        ending = "_at_end" if measure == "end" else ""
        _add(found, (series, breakdown, ending), units[series], MEASURES[measure], coords, values)
    yield from found.values()
    by_line = wide[[COST]].droplevel("series", axis="columns")
    lines, levels = (by_line.columns.unique(level) for level in ("breakdown", "measure"))
    every = pd.MultiIndex.from_product([lines, levels])
    cost = by_line.reindex(columns=every).to_numpy().reshape(*shape, len(lines), len(levels))
    axes = {**coords, "line": lines.to_numpy(str), "cost_level": levels.to_numpy(str)}
    attrs = {"units": EUR, "long_name": "cost at the prices of the base year"}
    yield Variable(COST, attrs, axes, "", {"": cost})
    gaps = wide[[GAP]].droplevel(["series", "measure"], axis="columns")
    axes = {**coords, "line": gaps.columns.to_numpy(str)}
    attrs = {"units": EUR, "long_name": "gap against the headline vintage, in its prices"}
    yield Variable("gap_of_replication", attrs, axes, "", {"": gaps.to_numpy().reshape(*shape, -1)})


def _monthly(monthly: pd.DataFrame) -> Iterator[Variable]:
    """Return the statistics of the series by month."""
    found: dict[str, Variable] = {}
    units = monthly.attrs["units"]
    for (series, breakdown), rows in monthly.groupby(["series", "breakdown"]):
        days = rows.index.get_level_values("date").to_numpy()
        coords = {"time": days, "statistic": STATISTICS}
        name = (str(series), str(breakdown), "_monthly")
        _add(found, name, units[series], "by month", coords, rows[STATISTICS].to_numpy())
    yield from found.values()


def _add(
    found: dict[str, Variable],
    name: tuple[str, str, str],
    unit: str,
    when: str,
    coords: Mapping[str, Any],
    values: Floats,
) -> None:
    """Add a total as a variable, or a part to the variable of its breakdown.

    ``name`` is the series, the breakdown, and the ending of the variable's name.
    """
    series, breakdown, ending = name
    kind, _, member = breakdown.partition(":")
    variable = f"{series}{ending}" + (f"_by_{kind}" if member else "")
    if variable not in found:
        along = "" if not member else kind if kind in SHARED else f"{series}_{kind}"
        what = series_name(series, "total", "en") + (f" by {kind}" if member else "")
        attrs = {"units": unit, "long_name": f"{what}, {when}"}
        found[variable] = Variable(variable, attrs, coords, along)
    found[variable].members[member] = values


def _money(run: RunFolder) -> Iterator[Variable]:
    """Return budget and gap by vintage, line and year, at the headline's prices."""
    scenario = run.scenario
    rows = run.budget[
        (run.budget["cost_level"] == scenario.prices.level)
        & (run.budget["price_basis"] == scenario.budget.price_basis)
        & (run.budget["timing"] == "cost")
    ].set_index(["vintage", "line", "year"])
    if rows.empty:
        return
    prices = f"price level {scenario.prices.level}, price basis {scenario.budget.price_basis}"
    made = rows.to_xarray()
    coords = {str(name): made.coords[name].to_numpy() for name in made.dims}
    coords |= {name: coords[name].astype(str) for name in ("vintage", "line")}
    for name, columns in (
        ("budget", {"": "budget"}),
        ("gap", {one: f"gap_{one}" for one in STATISTICS}),
        ("cost_in_budget_prices", {one: f"cost_{one}" for one in STATISTICS}),
    ):
        attrs = {"units": EUR, "long_name": f"{name.replace('_', ' ')}, {prices}"}
        members = {one: made[column].to_numpy() for one, column in columns.items()}
        yield Variable(name, attrs, coords, "" if name == "budget" else "statistic", members)


def _about(run: RunFolder) -> dict[str, Any]:
    """Return where the Dataset comes from."""
    options, stamp = run.record["options"], run.stamp
    return {
        "title": run.scenario.title.en,
        "scenario": stamp.scenario,
        "run": stamp.run,
        "command": stamp.command,
        "source": f"opvangsim {stamp.version}",
        "replications": options["replications"],
        "seed": options["seed"],
        "step": options["step"],
    }
