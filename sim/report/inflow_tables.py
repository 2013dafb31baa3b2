"""Tables of ``hindcast --process``: the processes of inflow, its start, and its posterior."""

from __future__ import annotations

import pandas as pd
from rich.table import Table

from .i18n import Language, number, translate
from .scorecard_tables import percent

AHEAD = (1, 2, 3, 4, 5, 6)


def process_table(found: pd.DataFrame, lang: Language) -> Table:
    """Tabulate the scores of the candidate processes of inflow, the chosen one marked."""
    title = translate("process_title", lang)
    table = Table(title=title, title_justify="left", collapse_padding=True)
    table.add_column(translate("process_name", lang))
    for key in ("process_parameters", "process_loss", "process_apart"):
        table.add_column(translate(key, lang), justify="right")
    for ahead in AHEAD:
        table.add_column(translate("process_ahead", lang, n=ahead), justify="right")
    for key, width in (("process_within", 12), ("process_ratio", 8)):
        table.add_column(translate(key, lang), justify="right", max_width=width)
    rows = found.to_dict("records")
    shown = set[str]()
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        mark = " *" if row["chosen"] else ""
        low, high = (number(100 * float(row[key]), lang) for key in ("within_low", "within_high"))
        ratios = (number(float(row[key]), lang, 1) for key in ("ratio_1", "ratio_6"))
        apart = (number(float(row[key]), lang, 3) for key in ("worse_than_best", "standard_error"))
        if row["data"] not in shown:
            table.add_row(translate(f"data_{row['data']}", lang) + ":")
            shown.add(row["data"])
        table.add_row(
            translate(f"process_{row['process']}", lang) + mark,
            str(row["parameters"]),
            number(float(row["loss"]), lang, 3),
            "{}\n({})".format(*apart),
            *[number(float(row[f"crps_{ahead}"]) / 1_000, lang, 1) for ahead in AHEAD],
            f"{percent(row['within_80'], lang)}\n({translate('range', lang, low=low, high=high)})",
            ";\n".join(ratios),
            end_section=following is not None and following["data"] != row["data"],
        )
    return table


def start_table(found: pd.DataFrame, lang: Language) -> Table:
    """Tabulate the scores of the two rules for the level from which inflow starts."""
    table = Table(title=translate("start_title", lang), title_justify="left")
    for key in ("process_data", "start_rule"):
        table.add_column(translate(key, lang), overflow="fold")
    for key in ("start_loss", "start_quarter", "start_origins"):
        table.add_column(translate(key, lang), justify="right")
    for row in found.to_dict("records"):
        table.add_row(
            translate(f"data_{row['data']}", lang),
            translate(f"start_{row['rule']}", lang),
            number(float(row["loss"]), lang, 4),
            number(float(row["quarter_error"]), lang, 3),
            str(row["origins"]),
        )
    return table


def posterior_table(found: dict[str, tuple[float, ...]], lang: Language) -> Table:
    """Tabulate the posterior of the chosen process: 5, 50 and 95% points."""
    table = Table(title=translate("posterior_title", lang), title_justify="left")
    table.add_column(translate("fit_number", lang))
    for key in ("posterior_low", "posterior_middle", "posterior_high"):
        table.add_column(translate(key, lang), justify="right")
    for key, points in found.items():
        digits = 0 if key == "level" else 2
        name = translate(f"input_inflow_path_{key}", lang)
        table.add_row(name, *[number(point, lang, digits) for point in points])
    return table
