"""What is printed of a nowcast: figures used, what moved, and where a prior is too tight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from ..hindcast.conditioning import SCORE, Nowcast
from .i18n import Language, number, translate
from .observation_tables import period_text

MOST = 12
"""Most numbers that are printed: those that moved most. All of them are in posterior.csv."""
MOVED = 0.25
"""Change of a number's mean, in standard deviations of its prior, from which it is printed."""


def nowcast_lines(found: Nowcast, lang: Language) -> Iterator[str | Table]:
    """Yield the sentences and tables of a nowcast."""
    used, left_out = len(found.choice.used), len(found.choice.left_out)
    if not used:
        yield translate("nowcast_nothing", lang, left_out=left_out)
        return
    figures = found.figures[found.figures["use"] == "used"]
    inside = figures["value"].between(figures["prior_p10"], figures["prior_p90"]).sum()
    yield translate("nowcast_used", lang, used=used, left_out=left_out, inside=inside)
    yield moved_table(found.parameters, lang)
    for key in found.tight:
        yield translate("nowcast_tight", lang, number=key)
    for one, misfit, key in found.missed:
        yield translate(
            "nowcast_missed" if key else "nowcast_unmoved",
            lang,
            name=f"{one.series} {one.breakdown} {period_text(one.period, lang)}",
            value=number(one.value, lang),
            misfit=number(abs(misfit), lang, 1),
            number=key,
        )
    yield translate("nowcast_patch", lang)


def moved_table(parameters: pd.DataFrame, lang: Language) -> Table:
    """Tabulate the numbers that moved most: mean and 95% interval, before and after."""
    rows = parameters[parameters["unit"] != SCORE]
    order = rows["mean_score"].abs().sort_values(ascending=False).index
    table = Table(title=translate("nowcast_moved", lang), title_justify="left")
    for name in ("nowcast_key", "nowcast_prior", "nowcast_posterior", "nowcast_spread"):
        left = name == "nowcast_key"
        table.add_column(
            translate(name, lang), justify="left" if left else "right", overflow="fold"
        )
    for row in rows.loc[order].head(MOST).to_dict("records"):
        if abs(row["mean_score"]) < MOVED and row["spread_ratio"] > 1 - MOVED:
            continue
        decimals = min(_decimals(row["prior_mean"]), _decimals(row["posterior_mean"]))
        table.add_row(
            row["key"],
            *(_interval(row, when, decimals, lang) for when in ("prior", "posterior")),
            f"{number(100 * row['spread_ratio'], lang)}%",
        )
    return table


def _decimals(mean: float) -> int:
    return 0 if abs(mean) >= 1000 else 1 if abs(mean) >= 10 else 3


def _interval(row: Mapping[Any, Any], when: str, decimals: int, lang: Language) -> str:
    ends = (row[f"{when}_{one}"] for one in ("mean", "p2.5", "p97.5"))
    text = [number(one, lang, decimals) for one in ends]
    return f"{text[0]} ({text[1]} {translate('nowcast_to', lang)} {text[2]})"
