"""Budget vintages beside each other: each line and year at one price level, and what changed.

Vintages stand in the order of their publication. What changed is measured from the vintage before
that has an amount for the same line and year.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.table import Table

from ..errors import Message, usage_error
from ..model.prices import price_index
from ..results.budget import LINES
from ..scenario import ADDENDS, Scenario
from .display_names import line_label
from .i18n import Language, million, number, translate

COLUMNS = (
    "line", "year", "vintage", "published", "prices_of", "amount", "prices", "amount_at_prices",
    "before", "difference", "change",
)  # fmt: skip
"""Columns of the table. ``amount`` [EUR] is in the prices of the vintage (``prices_of``); the rest
in those of ``prices``; ``difference`` [EUR] and ``change`` (a share) are against ``before``."""


def ordered(scenario: Scenario) -> list[str]:
    """Return the names of the vintages by day of publication."""
    vintages = scenario.budget.vintages
    return sorted(vintages, key=lambda name: vintages[name].published)


def vintages_table(scenario: Scenario, prices: int | None = None) -> pd.DataFrame:
    """Return a row for each line, year and vintage that has an amount: ``COLUMNS``.

    ``prices`` is the year of whose prices the amounts are, by default that of the headline vintage.
    Raises ``ScenarioError`` if the scenario has no price level of that year.
    """
    level = scenario.headline.price_level if prices is None else prices
    known = scenario.budget.price_levels
    if level not in known:
        advice = Message("choose from {names}", names=", ".join(map(str, sorted(known))))
        usage_error(
            "--prices", Message("the scenario has no price level of {level}", level=level), advice
        )
    rows = []
    for line in LINES:
        for year in _years(scenario, line.name):
            before = ""
            then = math.nan
            for name in ordered(scenario):
                vintage = scenario.budget.vintages[name]
                amount = vintage.amount(line.name, year)
                if amount is None:
                    continue
                now = amount * price_index(scenario, vintage.price_level, level)
                more = now - then
                change = more / then if then else math.nan
                rows.append((line.name, year, name, vintage.published, vintage.price_level, amount,
                             level, now, before, more, change))  # fmt: skip
                before, then = name, now
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _years(scenario: Scenario, line: str) -> list[int]:
    """Years in which a vintage has an amount for a line; of the total those of its parts."""
    names = ADDENDS if line == "total" else (line,)
    return sorted(
        {
            moment.year
            for vintage in scenario.budget.vintages.values()
            for name in names
            if name in vintage.lines
            for moment, _ in vintage.lines[name].pairs()
        }
    )


def title_of(scenario: Scenario, name: str, lang: Language) -> str:
    """Return the title of a vintage in a language."""
    return str(getattr(scenario.budget.vintages[name].title, lang))


def gross_note(scenario: Scenario, names: Sequence[str], lang: Language) -> str:
    """Say which vintages state the IND with its other income, where others leave it out."""
    gross = [name for name in names if scenario.budget.vintages[name].ind_basis == "gross"]
    if not gross or len(gross) == len(names):
        return ""
    titles = "; ".join(title_of(scenario, name, lang) for name in gross)
    return translate("vintages_gross", lang, titles=titles)


def vintages_text(found: pd.DataFrame, scenario: Scenario, lang: Language) -> Table:
    """Tabulate the vintages for the terminal: a row a line and year, a column a vintage."""
    unit = translate("million", lang)
    prices = translate("prices_of", lang, year=found["prices"].iloc[0])
    table = Table(
        title=f"{translate('vintages_title', lang)} [{unit}, {prices}]", title_justify="left"
    )
    names = [name for name in ordered(scenario) if (found["vintage"] == name).any()]
    table.add_column(translate("book_line", lang))
    table.add_column("")
    for name in names:
        table.add_column(title_of(scenario, name, lang), justify="right")
    for line, rows in found.groupby("line", sort=False):
        for place, (year, these) in enumerate(rows.groupby("year")):
            cells = {row["vintage"]: _cell(row, lang) for row in these.to_dict("records")}
            label = "" if place else line_label(str(line), lang)
            table.add_row(label, str(year), *(cells.get(name, "") for name in names))
        table.add_section()
    return table


def _cell(row: dict[Any, Any], lang: Language) -> str:
    """Return an amount, and below it the difference from the vintage before, also in percent."""
    amount = million(row["amount_at_prices"], lang)
    if not row["before"]:
        return amount
    more = signed(row["difference"] / 1e6, lang)
    return f"{amount}\n{more}{percent(row['change'], lang, bracket=True)}"


def signed(value: float, lang: Language, decimals: int = 0) -> str:
    """Return a number with its sign; nothing has none."""
    text = number(value, lang, decimals)
    return f"+{text}" if value > 0 and text != number(0.0, lang, decimals) else text


def percent(share: float, lang: Language, *, bracket: bool = False) -> str:
    """Return a change in percent with its sign; empty where there was nothing before."""
    if not math.isfinite(share):
        return ""
    text = f"{signed(100 * share, lang, 1)}%"
    return f" ({text})" if bracket else text
