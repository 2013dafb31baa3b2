"""A year in execution: what was spent, the projected rest, and both against the budget."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from rich.table import Table

from ..results import budget
from ..scenario import Scenario
from .i18n import Language, billion, day_text, in_words, million, number, probability, translate
from .run_tables import headline_rows, prices_label


@dataclass(frozen=True)
class YearInExecution:
    """The total of a year, from ``budget_monthly`` [EUR].

    ``rows`` are by month, those of cash where payments were observed and those of cost otherwise;
    ``realised`` is what was spent by the day that is its index, where any was observed.
    """

    year: int
    timing: budget.Timing
    rows: pd.DataFrame
    realised: pd.Series[float]

    @property
    def end(self) -> pd.Series[float]:
        """The row of December."""
        last: pd.Series[float] = self.rows.iloc[-1]
        return last

    @property
    def has_budget(self) -> bool:
        return bool(pd.notna(self.end["budget"]))

    @property
    def spent(self) -> float:
        """What was spent by the last day on which that is known."""
        return float(self.realised.iloc[-1]) if len(self.realised) else 0.0


def year_in_execution(
    table: pd.DataFrame | None, scenario: Scenario, chosen: int | None = None
) -> YearInExecution | None:
    """Return the total of a year from ``budget_monthly``; None if the table doesn't hold it.

    By default the last year of which spending was observed (payments first, then cost), or else
    the first with a budget.
    """
    if table is None or table.empty:
        return None
    views = {timing: headline_rows(table, scenario, timing=timing) for timing in budget.TIMINGS}
    cost = views["cost"]
    seen = {timing: set(rows[rows["realised"].notna()]["year"]) for timing, rows in views.items()}
    held = cost[cost["budget"].notna()]["year"]
    first = min(held, default=min(cost["year"]))
    year = chosen or int(max(seen["cash"] or seen["cost"], default=first))
    if year not in set(cost["year"]):
        return None
    timing: budget.Timing = "cash" if year in seen["cash"] else "cost"
    rows = views[timing][views[timing]["year"] == year].sort_values("date")
    rows = rows.set_index(pd.DatetimeIndex(rows["date"]))
    return YearInExecution(year, timing, rows, rows["realised"].dropna())


def spent_lines(table: pd.DataFrame | None, scenario: Scenario, lang: Language) -> list[str]:
    """Say what was spent of the total of a year, the rest, and the whole; nothing if not known."""
    told = year_in_execution(table, scenario)
    if told is None or not len(told.realised):
        return []
    return [spent_sentence(told, lang), whole_year_sentence(told, lang)]


def spent_sentence(told: YearInExecution, lang: Language) -> str:
    """Say what was spent so far, and what the rest of the year is projected to cost."""
    end = told.end
    return translate(
        "in_year_spent",
        lang,
        day=in_words(told.realised.index[-1].date(), lang),
        spent=billion(told.spent, lang),
        rest=billion(end["cumulated_p50"] - told.spent, lang),
        low=number((end["cumulated_p10"] - told.spent) / 1e9, lang, 1),
        high=number((end["cumulated_p90"] - told.spent) / 1e9, lang, 1),
    )


def whole_year_sentence(told: YearInExecution, lang: Language) -> str:
    """Say what the whole year costs against its budget."""
    end = told.end
    return translate(
        "in_year_whole" if told.has_budget else "in_year_whole_alone",
        lang,
        year=told.year,
        cost=billion(end["cumulated_p50"], lang),
        low=number(end["cumulated_p10"] / 1e9, lang, 1),
        high=number(end["cumulated_p90"] / 1e9, lang, 1),
        **(
            {
                "budget": billion(end["budget"], lang),
                "chance": probability(end["p_over_budget"], lang),
            }
            if told.has_budget
            else {}
        ),
    )


def months_table(told: YearInExecution, scenario: Scenario, lang: Language) -> Table:
    """Tabulate a year by month: median cost, cumulated with its interval, share of the budget."""
    unit = f"{translate('million', lang)}, {prices_label(scenario, lang)}"
    title = translate("in_year_title", lang, year=told.year, unit=unit)
    table = Table(title=title, title_justify="left")
    heads = ("until", "month", "sum", "band", *(("share",) if told.has_budget else ()))
    for key in heads:
        table.add_column(translate(f"in_year_{key}", lang), justify="right")
    for row in told.rows.to_dict("records"):
        low, high = (million(row[f"cumulated_{name}"], lang) for name in ("p10", "p90"))
        known = pd.notna(row["cumulated_p50"])
        cells = [
            day_text(row["date"], lang),
            million(row["cost_p50"], lang),
            million(row["cumulated_p50"], lang) if known else "",
            translate("range", lang, low=low, high=high) if known and low != high else "",
        ]
        if told.has_budget:
            shown = known and row["budget"] > 0
            share = number(100 * row["cumulated_p50"] / row["budget"], lang) if shown else ""
            cells.append(f"{share}%" if shown else "")
        table.add_row(*cells)
    return table
