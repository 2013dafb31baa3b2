"""Table of spending in hindcasts, with the people of the forecast and with those that came."""

from __future__ import annotations

import pandas as pd
from rich.table import Table

from .i18n import Language, number, translate


def money_table(found: pd.DataFrame, lang: Language) -> Table:
    """Tabulate the ratios of CRPS of ``money_apart``, each series with its total last."""
    table = Table(title=translate("money_title", lang), title_justify="left")
    table.add_column(translate("score_series", lang), overflow="fold")
    for key in ("score_ahead", "score_n", "money_ratio", "money_given", "goal_limit"):
        table.add_column(translate(key, lang), justify="right")
    last = ""
    for row in found.to_dict("records"):
        whole, goal = row["ahead"] == 0, row["goal"]
        table.add_row(
            "" if row["series"] == last else translate(f"series_{row['series']}", lang),
            translate("score_all", lang) if whole else str(row["ahead"]),
            str(row["n"]),
            number(row["ratio"], lang, 2),
            number(row["given"], lang, 2),
            number(goal, lang, 2) if goal == goal and goal is not None else "",
            end_section=whole,
        )
        last = row["series"]
    return table
