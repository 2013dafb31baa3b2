"""Table of the hindcasts that are given published flows: what error is left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from rich.table import Table

from ..hindcast.skill import bias, log_error
from .i18n import Language, number, translate
from .scorecard_tables import percent, with_interval

STOCKS = ("pending", "people_in_reception", "status_holders")


def given_table(cells: pd.DataFrame, names: Sequence[str], lang: Language) -> Table:
    """Tabulate bias and largest error of the stocks by years ahead.

    Bias is the median over origins of log(median / outcome), with its 90% interval.
    """
    flows = ", ".join(translate(f"flow_{name}", lang) for name in names)
    table = Table(title=translate("given_title", lang, flows=flows), title_justify="left")
    table.add_column(translate("score_series", lang), overflow="fold")
    for key in ("score_ahead", "score_n", "given_bias", "given_largest"):
        table.add_column(translate(key, lang), justify="right")
    mine = cells[cells["forecaster"] == "program"]
    for series in STOCKS:
        for ahead, some in mine[mine["series"] == series].groupby("ahead"):
            largest = float(np.expm1(np.abs(log_error(some)).max()))
            table.add_row(
                translate(f"series_{series}", lang) if ahead == 1 else "",
                number(float(str(ahead)), lang),
                str(len(some)),
                with_interval(bias(some, int(mine["ahead"].max())), lang),
                percent(largest, lang),
            )
    return table
