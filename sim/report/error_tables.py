"""What tables and pages say about simulation error: intervals of the numbers that a run prints.

The intervals are those of ``results.precision``, which hold 95%. A run of an earlier version, or
of fewer than 100 replications, has none: then the texts say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd
from rich.table import Table

from ..model.prices import LEVELS
from ..results.budget import outline
from ..results.precision import COLUMNS
from ..scenario import Scenario
from .i18n import Language, billion, million, number, probability, translate
from .run_tables import headline_rows, prices_label, select

SHOWN = ("p50", "p10", "p90", "mean")
"""Statistics of the gap whose interval is printed, in the order of ``gap_table``."""
LIKE_THOUSANDS = ("need", "places", "pending", "shortage", "places_short")


def has_error(row: Mapping[Any, Any], statistic: str = "gap_p50") -> bool:
    """Return whether a row of a table has the simulation error of a statistic."""
    return bool(pd.notna(row.get(f"{statistic}_low")))


def with_columns(table: pd.DataFrame, names: Iterable[str] = COLUMNS) -> pd.DataFrame:
    """Return a table of an earlier version with the columns of the simulation error, all empty."""
    return table.assign(**{name: np.nan for name in names if name not in table.columns})


def error_table(budget: pd.DataFrame, scenario: Scenario, lang: Language) -> Table | str:
    """Tabulate the simulation error of the gap by year; a sentence where it is not known."""
    rows = [row for row in headline_rows(budget, scenario).to_dict("records") if has_error(row)]
    if not rows:
        return translate("error_unknown", lang)
    unit = f"{translate('million', lang)}, {prices_label(scenario, lang)}"
    table = Table(title=f"{translate('error_title', lang)} [{unit}]", title_justify="left")
    for key in ("year", *(f"error_{name}" for name in SHOWN), "p_gap"):
        table.add_column(translate(key, lang), justify="right")
    for row in rows:
        ends = [(row[f"gap_{name}_low"], row[f"gap_{name}_high"]) for name in SHOWN]
        low, high = (
            probability(row[f"p_gap_positive_{end}"], lang, brief=True) for end in ("low", "high")
        )
        table.add_row(
            str(row["year"]),
            *(_range(million(one, lang), million(other, lang), lang) for one, other in ends),
            low if low == high else _range(low.removesuffix("%"), high, lang),
        )
    return table


def error_note(budget: pd.DataFrame, scenario: Scenario, year: int, lang: Language) -> str:
    """Say the simulation error of the median and the ends of the interval of a year's gap."""
    rows = headline_rows(budget, scenario)
    found = rows[rows["year"] == year].to_dict("records")
    if not found or not has_error(found[0]):
        return translate("error_unknown", lang)
    ends = {
        f"{name}_{end}": billion(found[0][f"gap_{name}_{end}"], lang)
        for name in ("p50", "p10", "p90")
        for end in ("low", "high")
    }
    return translate("error_note", lang, year=year, **ends)


class Reached(Protocol):
    """What was reached of a precision, as ``runs.precise`` finds it."""

    @property
    def asked(self) -> float: ...
    @property
    def year(self) -> int: ...
    @property
    def halves(self) -> Mapping[str, float]: ...
    @property
    def reached(self) -> bool: ...


def precision_note(found: Reached, replications: int, lang: Language) -> str:
    """Say whether the precision that was asked for was reached, and with how many replications."""
    return translate(
        "precision_reached" if found.reached else "precision_missed",
        lang,
        asked=number(100 * found.asked, lang, 0 if found.asked >= 0.01 else 1),
        year=found.year,
        n=number(replications, lang),
        median=million(found.halves["p50"], lang),
        upper=million(found.halves["p90"], lang),
    )


def other_errors_note(
    budget: pd.DataFrame, monthly: pd.DataFrame, scenario: Scenario, lang: Language
) -> str:
    """Say the largest simulation error in each of the other tables of a run; empty if unknown."""
    parts = []
    if not budget.empty:
        levels = select(
            budget,
            vintage=scenario.budget.headline,
            line="total",
            price_basis=scenario.budget.price_basis,
        )
        lines = pd.concat(
            [headline_rows(budget, scenario, line=line.name) for line, _ in outline()]
        )
        held = levels[levels["cost_level"].isin(LEVELS)]
        parts += [
            ("error_levels", million(_largest(held, ["gap_p50"]), lang)),
            ("error_lines", million(_largest(lines, ["cost_mean"]), lang)),
        ]
    people = monthly[
        (monthly["date"].dt.month == 12)
        & monthly["series"].isin(LIKE_THOUSANDS)
        & (monthly["breakdown"] == "total")
    ]
    for key, names in (("error_people", ["p50"]), ("error_people_ends", ["p10", "p90"])):
        parts.append((key, number(_largest(people, names) / 1e3, lang, 1)))
    known = [translate(key, lang, amount=text) for key, text in parts if text != "nan"]
    return translate("error_others", lang, parts="; ".join(known)) if known else ""


def _largest(rows: pd.DataFrame, statistics: Iterable[str]) -> float:
    """Return the largest half-width of an interval; NaN where none is known."""
    widths = [(rows[f"{name}_high"] - rows[f"{name}_low"]).max() / 2 for name in statistics]
    return float(np.nanmax(widths)) if np.isfinite(widths).any() else float("nan")


def _range(low: str, high: str, lang: Language) -> str:
    return translate("range", lang, low=low, high=high)
