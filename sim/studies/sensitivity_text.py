"""What moves the gap, as a table and a chart: indices with their intervals, and a tornado."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable
from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from ..report.i18n import Language, label, million, number
from ..report.run_tables import prices_label
from ..scenario import Scenario
from .sensitivity import LUCK, PATH, TORNADO_REPLICATIONS, Sensitivity

SHOWN = 15
"""Inputs that a table and a chart show by name; luck comes on top."""
WIDEST_NAME = 30
"""Letters of a name in the printed table before it goes on the next line."""
SMALL = 0.02
"""Per cent below which an index is printed with three decimals."""
CHANCE = {PATH: "input_path", LUCK: "input_luck"}
Row = dict[Hashable, Any]


def input_name(name: str, lang: Language) -> str:
    """What a reader calls an input: a key by its name, chance in words."""
    return label(CHANCE[name], lang) if name in CHANCE else name


def shown_and_others(found: Sensitivity) -> tuple[list[Row], list[Row]]:
    """Inputs shown by name, the largest total index first, luck always among them; the others."""
    both = found.indices.merge(found.tornado, on="input", validate="one_to_one")
    rows = both.to_dict("records")
    named = [row for place, row in enumerate(rows) if place < SHOWN or row["input"] == LUCK]
    return named, [row for row in rows if row not in named]


def _title(found: Sensitivity, scenario: Scenario, lang: Language, key: str) -> str:
    return label(
        key,
        lang,
        line=label(f"line_{found.address.line}", lang),
        year=found.address.year,
        prices=prices_label(scenario, lang),
    )


def index_table(found: Sensitivity, scenario: Scenario, lang: Language) -> Table:
    """A row an input: its indices with intervals, and the gap at both its ends."""
    title = _title(found, scenario, lang, "sensitivity_title")
    table = Table(title=title, title_justify="left")
    table.add_column(label("sensitivity_input", lang), no_wrap=True)
    for key in ("sensitivity_first", "sensitivity_total", "sensitivity_low", "sensitivity_high"):
        table.add_column(label(key, lang), justify="right", no_wrap=True)
    named, others = shown_and_others(found)
    for row in named:
        table.add_row(*(Text(cell, style="" if row["told"] else "dim")
                        for cell in _cells(row, lang)))  # fmt: skip
    if others:
        table.add_section()
        table.add_row(*_cells_of_others(others, lang))
    return table


def _cells(row: Row, lang: Language) -> list[str]:
    name = _wrapped(row, WIDEST_NAME, lang)
    return [
        name if row["told"] else f"({name})",
        *(_index(row, which, lang) for which in ("first", "total")),
        million(row["low"], lang),
        million(row["high"], lang),
    ]


def _index(row: Row, which: str, lang: Language) -> str:
    """An index and its interval in per cent, a small one with a decimal more."""
    value, low, high = (100 * row[f"{which}{part}"] for part in ("", "_low", "_high"))
    decimals = 2 if max(abs(low), abs(high)) >= SMALL else 3
    interval = label(
        "from_to", lang, low=number(low, lang, decimals), high=number(high, lang, decimals)
    )
    return f"{number(value, lang, decimals)} {interval}"


def _cells_of_others(others: list[Row], lang: Language) -> list[str]:
    first = number(100 * sum(row["first"] for row in others), lang, 2)
    total = number(100 * max(row["total"] for row in others), lang, 2)
    return [
        label("sensitivity_others", lang, n=len(others)),
        label("sensitivity_sum", lang, sum=first),
        label("sensitivity_most", lang, most=total),
        "",
        f"±{million(max(abs(row[side]) for row in others for side in ('low', 'high')), lang)}",
    ]


def sentences(found: Sensitivity, lang: Language) -> list[str]:
    """How sure the gap is, what brackets mean, and where the noise ends."""
    told = int(found.indices["told"].sum())
    return [
        label(
            "sensitivity_gap",
            lang,
            year=found.address.year,
            mean=million(found.mean, lang),
            sd=million(found.sd, lang),
        ),
        label(
            "sensitivity_floor",
            lang,
            floor=number(100 * found.floor, lang, 3),
            told=told,
            n=len(found.inputs) - 1,
        ),
        label("sensitivity_method", lang, runs=number(found.runs, lang), n=TORNADO_REPLICATIONS),
    ]


def by_the_week(lang: Language) -> str:
    """That the runs went by the week."""
    return label("sensitivity_week", lang)


def inputs_table(found: Sensitivity) -> pd.DataFrame:
    """The columns of each input: which keys move together."""
    return pd.DataFrame(
        [(one.name, key) for one in found.inputs for key in one.columns], columns=["input", "key"]
    )


# -- the chart --------------------------------------------------------------------------------


def whole_table(found: Sensitivity) -> pd.DataFrame:
    """The gap over all replications, the noise floor and the number of runs: one row."""
    row = {"mean": found.mean, "sd": found.sd, "floor": found.floor, "runs": found.runs}
    return pd.DataFrame([row])


def _wrapped(row: Row, longest: int, lang: Language) -> str:
    """A name, broken after a dot where it is long."""
    name = input_name(str(row["input"]), lang)
    if "." not in name:
        return textwrap.fill(name, longest)
    lines = [""]
    for part in name.replace(".", ". ").split(" "):
        if len(lines[-1]) + len(part) > longest:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)
