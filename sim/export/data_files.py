"""Tables of a run for other programs: one long table, a folder of tables, or IAMC data.

The IAMC format (read by pyam) has a row per number: model, scenario, region, variable, unit, year,
value. This is its long form; the wide one (a column per year) has empty cells where a year has no
budget, which pyam keeps as numbers. Means have the plain name of a variable, so that
``Occupancy|Place|...`` adds up to ``Occupancy``. Other statistics do not add up, and have names of
their own, as ``Occupancy (P90)``.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from ..errors import ModelError
from ..runs.folder import replace_folder
from ..runs.load import RunFolder
from ..runs.manifest import write_manifest
from ..scenario import Scenario

Form = Literal["csv", "parquet"]
STATISTICS = ("mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95")
INSTITUTIONS = ("coa", "ind", "oda", "tgo")
REGION = "Netherlands"
LONG = ("model", "scenario", "run", "region", "table", "date", "year", "series", "breakdown",
        "vintage", "cost_level", "timing", "price_basis", "measure", "statistic", "unit",
        "value")  # fmt: skip
MEASURES = {"mean": "", "end": " at Year End", "sum": ""}
UNITS = {
    "persons": "persons", "places": "places", "cases": "cases", "share": "share",
    "months": "months", "persons/year": "persons/yr", "decisions/year": "decisions/yr",
}  # fmt: skip


def long_table(run: RunFolder) -> pd.DataFrame:
    """Return all three tables of a run as one, a row per number; money in euros."""
    pieces = [
        _melted(run.monthly, "monthly", ["date", "series", "breakdown", "unit"]),
        _melted(run.yearly, "yearly", ["year", "series", "breakdown", "measure", "unit"]),
        *_money(run.budget),
    ]
    table = pd.concat(pieces, ignore_index=True)
    stamp = run.stamp
    table = table.assign(
        model=f"opvangsim {stamp.version}", scenario=stamp.scenario, run=stamp.run, region=REGION
    )
    table["date"] = pd.to_datetime(table["date"]).dt.date
    table["year"] = table["year"].astype("Int64")
    return table[table["value"].notna()].reindex(columns=list(LONG)).reset_index(drop=True)


def _melted(table: pd.DataFrame, name: str, keys: list[str]) -> pd.DataFrame:
    long = table.melt(keys, list(STATISTICS), "statistic", "value")
    return long.assign(table=name)


def _money(budget: pd.DataFrame) -> list[pd.DataFrame]:
    keys = ["vintage", "year", "line", "cost_level", "timing", "price_basis"]
    tables = []
    for series in ("cost", "gap"):
        names = {f"{series}_{statistic}": statistic for statistic in STATISTICS}
        part = budget[[*keys, *names]].rename(columns=names)
        tables.append(_melted(part, "budget", keys).assign(series=series, unit="EUR/year"))
    for series, column, unit in (
        ("budget", "budget", "EUR/year"),
        ("p_gap_positive", "p_gap_positive", "share"),
    ):
        part = budget[[*keys, column]].rename(columns={column: "value"})
        tables.append(part.assign(table="budget", series=series, statistic="value", unit=unit))
    return [part.rename(columns={"line": "breakdown"}) for part in tables]


def table_bytes(table: pd.DataFrame, form: Form) -> bytes:
    """Return a table as CSV (UTF-8) or Parquet."""
    if form == "parquet":
        return bytes(table.to_parquet(index=False))
    text = table.to_csv(
        index=False, float_format="%.15g", date_format="%Y-%m-%d", lineterminator="\n"
    )
    return text.encode("utf-8")


def write_tables(run: RunFolder, folder: Path, form: Form) -> None:
    """Write the three tables of a run into a folder, with a manifest.

    Raises ``ScenarioError`` if the folder can't be written or contains files that are not ours.
    """
    stamp = run.stamp
    tables = {"budget": run.budget, "monthly": run.monthly, "yearly": run.yearly}
    with replace_folder(folder) as staging:
        for name, table in tables.items():
            (staging / f"{name}.{form}").write_bytes(table_bytes(table, form))
        write_manifest(staging, {"kind": "tables", "id": stamp.run, "of": asdict(stamp)})


def iamc_table(run: RunFolder) -> pd.DataFrame:
    """Return the years of a run in the IAMC format, a row per number.

    Cost, budget and gap are in EUR million, in the prices of the headline (of each year where the
    scenario says so), as cost and not cash, at the cost level of the headline.
    """
    rows = [*_volumes(run), *_amounts(run)]
    table = pd.DataFrame(rows)
    table.insert(0, "model", f"opvangsim {run.stamp.version}")
    table.insert(1, "scenario", run.stamp.scenario)
    table.insert(2, "region", REGION)
    keys = ["model", "scenario", "region", "variable", "unit"]
    if table.duplicated([*keys, "year"]).any():
        raise ModelError("two cells of a run have the same name in the IAMC format")
    return table[table["value"].notna()][[*keys, "year", "value"]].reset_index(drop=True)


def _volumes(run: RunFolder) -> list[dict[str, Any]]:
    rows = []
    for row in run.yearly.to_dict("records"):
        root = _title(str(row["series"])) + MEASURES[str(row["measure"])]
        name = _part(str(row["breakdown"]), run.scenario)
        for statistic in STATISTICS:
            rows.append(
                {
                    "variable": f"{root}{_suffix(statistic)}{name}",
                    "unit": UNITS[str(row["unit"])],
                    "year": int(row["year"]),
                    "value": row[statistic],
                }
            )
    return rows


def _amounts(run: RunFolder) -> list[dict[str, Any]]:
    scenario = run.scenario
    budget = run.budget[
        (run.budget["cost_level"] == scenario.prices.level)
        & (run.budget["timing"] == "cost")
        & (run.budget["price_basis"] == scenario.budget.price_basis)
    ]
    rows = []
    for row in budget.to_dict("records"):
        vintage = scenario.budget.vintages[str(row["vintage"])]
        nominal = scenario.budget.price_basis == "nominal"
        unit = "million EUR/yr" if nominal else f"million EUR_{vintage.price_level}/yr"
        line = f"|{row['vintage']}|{_title(str(row['line']))}"
        where = {"unit": unit, "year": int(row["year"])}
        for series in ("cost", "gap"):
            for statistic in STATISTICS:
                name = f"{_title(series)}{_suffix(statistic)}{line}"
                value = row[f"{series}_{statistic}"] / 1e6
                rows.append({"variable": name, "value": value} | where)
        rows.append({"variable": f"Budget{line}", "value": row["budget"] / 1e6} | where)
        chance = {"variable": f"Chance of a Gap{line}", "value": row["p_gap_positive"]}
        rows.append(chance | where | {"unit": "share"})
    return rows


def _part(breakdown: str, scenario: Scenario) -> str:
    """The rest of a variable's name: its breakdown, below the type it is part of, if any."""
    if breakdown == "total":
        return ""
    kind, _, name = breakdown.partition(":")
    place = scenario.reception.places.get(name) if kind == "place" else None
    above = f"|{_title(place.part_of)}" if place is not None and place.part_of else ""
    return f"|{_title(kind)}{above}|{_title(name)}"


def _suffix(statistic: str) -> str:
    return "" if statistic == "mean" else f" ({statistic.upper()})"


def _title(name: str) -> str:
    """A name of a table as a part of a variable: family_pending becomes Family Pending."""
    if name == "coa_nidos":
        return "COA and Nidos"
    return " ".join(w.upper() if w in INSTITUTIONS else w.title() for w in name.split("_"))
