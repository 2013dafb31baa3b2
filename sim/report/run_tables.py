"""The tables that a run prints: the gap, the three price levels, and reception beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from ..model.prices import LEVELS
from ..results.budget import OUTSIDE, addends, outline
from ..scenario import Scenario
from .display_names import line_label
from .i18n import Language, billion, million, number, translate


def select(budget: pd.DataFrame, **where: str) -> pd.DataFrame:
    """Rows of the budget table with these values, as cost (not cash)."""
    rows = budget
    for column, value in ({"timing": "cost"} | where).items():
        rows = rows[rows[column] == value]
    return rows


def headline_rows(budget: pd.DataFrame, scenario: Scenario, **where: str) -> pd.DataFrame:
    """Rows of the headline: its vintage, price level and price basis; the total by default."""
    headline = {
        "vintage": scenario.budget.headline,
        "cost_level": scenario.prices.level,
        "price_basis": scenario.budget.price_basis,
        "line": "total",
    }
    return select(budget, **(headline | where))


def prices_label(scenario: Scenario, lang: Language) -> str:
    """In which prices the headline stands."""
    if scenario.budget.price_basis == "nominal":
        return translate("prices_nominal", lang)
    vintage = scenario.budget.vintages[scenario.budget.headline]
    return translate("prices_of", lang, year=vintage.price_level)


def gap_table(budget: pd.DataFrame, scenario: Scenario, lang: Language) -> Table:
    """The headline: cost, budget, gap with band, and how likely money is short, by year."""
    headline = scenario.budget.headline
    vintage = scenario.budget.vintages[headline]
    name = getattr(vintage.title, lang)
    unit = f"{translate('million', lang)}, {prices_label(scenario, lang)}"
    title = f"{translate('gap_title', lang, vintage=name)} [{unit}]"
    table = Table(title=title, title_justify="left")
    for key in ("year", "cost", "budget", "gap", "band80", "mean_gap", "p_gap"):
        table.add_column(translate(key, lang), justify="right")
    rows = headline_rows(budget, scenario)
    for _, row in rows.iterrows():
        held = pd.notna(row["budget"])
        band = translate(
            "range", lang, low=million(row["gap_p10"], lang), high=million(row["gap_p90"], lang)
        )
        table.add_row(
            str(row["year"]),
            million(row["cost_p50"], lang),
            million(row["budget"], lang) if held else translate("no_budget", lang),
            million(row["gap_p50"], lang) if held else "",
            band if held else "",
            million(row["gap_mean"], lang) if held else "",
            number(100 * row["p_gap_positive"], lang) + " %" if held else "",
        )
    return table


def levels_table(
    budget: pd.DataFrame, scenario: Scenario, check: dict[str, float], lang: Language
) -> Table:
    """Median gap by year at the three price levels, and what each makes of 2024."""
    rows = select(
        budget,
        vintage=scenario.budget.headline,
        line="total",
        price_basis=scenario.budget.price_basis,
    )
    years = sorted({int(y) for y in rows[rows["budget"].notna()]["year"]})
    unit = translate("million", lang)
    title = f"{translate('levels_title', lang)} [{unit}]"
    table = Table(title=title, title_justify="left")
    table.add_column(translate("level", lang))
    for year in years:
        table.add_column(str(year), justify="right")
    table.add_column(translate("check_2024", lang), justify="right")
    for level in LEVELS:
        gaps = rows[rows["cost_level"] == level].set_index("year")["gap_p50"]
        marked = " *" if level == scenario.prices.level else ""
        table.add_row(
            translate(f"level_{level}", lang) + marked,
            *(million(gaps[year], lang) for year in years),
            million(check[level], lang),
        )
    return table


def lines_table(budget: pd.DataFrame, scenario: Scenario, lang: Language) -> Table:
    """Mean cost of every budget line by year, each line followed by its parts.

    Lines that cost nothing in any year are left out. A net budget takes other income off the IND,
    so that its parts add up to more.
    """
    unit = f"{translate('million', lang)}, {prices_label(scenario, lang)}"
    table = Table(title=f"{translate('lines_title', lang)} [{unit}]", title_justify="left")
    table.add_column(translate("book_line", lang))
    for year in sorted({int(year) for year in budget["year"]}):
        table.add_column(str(year), justify="right")
    for line, depth in outline():
        if line.name == OUTSIDE[0]:
            table.add_section()
        means = headline_rows(budget, scenario, line=line.name)["cost_mean"]
        if (means == 0).all():
            continue
        text = line_label(line.name, lang)
        if line.part_of is not None and line.name not in addends(line.part_of):
            text = translate("of_which", lang, line=text)
        table.add_row("  " * depth + text, *(million(mean, lang) for mean in means))
    return table


def thousands(row: pd.Series[Any], centre: str, lang: Language) -> str:
    """A cell in thousands: its centre, and the 80 % band where there is one."""
    low, high = (number(row[q] / 1e3, lang) for q in ("p10", "p90"))
    band = "" if low == high else " " + translate("from_to", lang, low=low, high=high)
    return number(row[centre] / 1e3, lang, 1) + band


def reception_table(monthly: pd.DataFrame, lang: Language) -> Table:
    """Need, places, status holders and the backlog at the end of each year."""
    series = {
        "need": ("need", "total"),
        "places": ("places", "total"),
        "status_holders": ("occupancy", "kind:status_holders"),
        "pending": ("pending", "total"),
    }
    table = Table(title=translate("reception_title", lang), title_justify="left")
    table.add_column("", no_wrap=True)
    for key in series:
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    dates = sorted(monthly["date"].unique())
    ends = {day.year: day for day in dates}
    for day in [dates[0], *ends.values()]:
        cells = []
        for name, breakdown in series.values():
            row = monthly[
                (monthly["date"] == day)
                & (monthly["series"] == name)
                & (monthly["breakdown"] == breakdown)
            ].iloc[0]
            cells.append(thousands(row, "mean", lang))
        table.add_row(day.strftime("%Y-%m-%d"), *cells)
    return table


def short_table(yearly: pd.DataFrame, lang: Language) -> Table:
    """What is short when spending follows the budget: people, places, and cases, by year."""
    series = {
        "people_short": ("shortage", "mean"),
        "places_short": ("places_short", "mean"),
        "places": ("places", "mean"),
        "pending": ("pending", "end"),
    }
    table = Table(title=translate("short_title", lang), title_justify="left")
    table.add_column(translate("year", lang), justify="right")
    for key in series:
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    for year in sorted(yearly["year"].unique()):
        cells = []
        for name, measure in series.values():
            row = yearly[
                (yearly["year"] == year)
                & (yearly["series"] == name)
                & (yearly["breakdown"] == "total")
                & (yearly["measure"] == measure)
            ].iloc[0]
            cells.append(thousands(row, "p50", lang))
        table.add_row(str(year), *cells)
    return table


def check_note(check: dict[str, float], lang: Language) -> str:
    """One sentence on which price level comes nearest to COA's own figure for 2024."""
    own = check["own_statement"]
    nearest = min(LEVELS, key=lambda level: abs(check[level] - own))
    return translate(
        "check_note",
        lang,
        own=billion(own, lang),
        paid=billion(check["paid"], lang, 2),
        nearest=translate(f"level_{nearest}", lang),
    )


def before_start_note(budget: pd.DataFrame, scenario: Scenario, lang: Language) -> str:
    """One sentence on the days of the first year that lie before the start."""
    rows = headline_rows(budget, scenario, line="before_start")
    row = rows.iloc[0]
    amount = million(row["cost_p50"], lang)
    return translate("before_start", lang, year=row["year"], amount=amount, date=scenario.start)


def prices_notes(scenarios: Mapping[str, Scenario], lang: Language) -> list[str]:
    """A warning where scenarios state money in different prices or against different budgets."""
    seen = {
        name: (prices_label(s, lang), translate(f"level_{s.prices.level}", lang),
               getattr(s.headline.title, lang))
        for name, s in scenarios.items()
    }  # fmt: skip
    if len(set(seen.values())) == 1:
        return []
    each = "; ".join(f"{name}: {', '.join(words)}" for name, words in seen.items())
    return [translate("compare_prices", lang, each=each)]
