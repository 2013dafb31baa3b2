"""A discovery as a table, a chart and the sentences that sum it up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from rich.table import Table

from ..report.display_names import line_label
from ..report.i18n import Language, billion, label, number, unit_name
from .design import NONE
from .discover import RESAMPLES, Box, Discovery, Limit
from .explain_text import statistic_name
from .lever_names import lever_name
from .levers import lever

Units = Mapping[str, str]


def percent(share: float, lang: Language) -> str:
    """A share as a whole percentage."""
    return number(100 * share, lang) + " %"


def banded(share: float, band: tuple[float, float], lang: Language) -> str:
    """A share with its 80 % band."""
    low, high = (number(100 * end, lang) for end in band)
    return label("discover_with_band", lang, share=percent(share, lang), low=low, high=high)


def plainly(value: float, lang: Language) -> str:
    """A limit to three digits: a box is no sharper than that."""
    if value == 0:
        return "0"
    digits = 2 - int(np.floor(np.log10(abs(value))))
    return number(round(value, digits), lang, max(digits, 0))


def choice_text(choice: str, lang: Language) -> str:
    """A choice of patches by its name; none in words."""
    return label("discover_none", lang) if choice == NONE else choice


def unit_of(name: str, units: Units, lang: Language) -> str:
    """The unit of a lever in words; nothing for patches."""
    return unit_name(units[name], lang) if name in units else ""


def limit_text(limit: Limit, units: Units, lang: Language) -> str:
    """What a limit leaves of a lever: above, below, between, or these choices."""
    if limit.choices:
        return label("discover_or", lang).join(choice_text(one, lang) for one in limit.choices)
    low, high = (None if end is None else plainly(end, lang) for end in (limit.low, limit.high))
    if low is not None and high is not None:
        text = label("discover_between", lang, low=low, high=high)
    elif low is not None:
        text = label("discover_above", lang, low=low)
    else:
        text = label("discover_below", lang, high=high)
    plain = units.get(limit.lever) in ("factor", "share")
    return text if plain else f"{text} {unit_of(limit.lever, units, lang)}".rstrip()


def _limits(box: Box, units: Units, lang: Language) -> str:
    parts = [
        f"{lever_name(lever(one.lever, one.lever), lang)}{' =' if one.choices else ''} "
        f"{limit_text(one, units, lang)}"
        for one in box.limits
    ]
    return label("discover_and", lang).join([", ".join(parts[:-1]), parts[-1]][-len(parts) :])


def claim(found: Discovery, lang: Language) -> str:
    """What the condition says, in words where it is about the gap."""
    where = found.where
    cell = where.cell
    if cell is None or cell.table != "gap" or cell.statistic == "p_positive":
        return label("discover_condition", lang, where=where.text)
    what = statistic_name(cell.statistic, lang)
    if cell.line != "total":
        what = f"{line_label(cell.line, lang)}, {what}"
    key = "discover_cell_above" if where.above else "discover_cell_below"
    return label(key, lang, year=cell.year, what=what, amount=billion(where.number, lang))


def sentences(found: Discovery, units: Units, lang: Language) -> list[str]:
    """The first box in one sentence, one for each further box, and what the numbers mean."""
    if not found.boxes:
        share = percent(found.share, lang)
        return [label("discover_nothing", lang, claim=claim(found, lang), share=share)]
    told = []
    for position, box in enumerate(found.boxes):
        said = {
            "density": banded(box.density, box.density_band, lang),
            "limits": _limits(box, units, lang),
            "coverage": banded(box.coverage, box.coverage_band, lang),
        }
        if position == 0:
            said["claim"] = claim(found, lang)
        told.append(label("discover_further" if position else "discover_sentence", lang, **said))
    return [*told, label("discover_method", lang, n=RESAMPLES)]


def heading(found: Discovery, sweep: str, lang: Language) -> str:
    """What was looked for, where, and how often it is there."""
    return label(
        "discover_title",
        lang,
        where=found.where.text,
        sweep=sweep,
        share=percent(found.share, lang),
        runs=number(len(found.table), lang),
    )


def box_table(found: Discovery, position: int, units: Units, lang: Language) -> Table:
    """One box: a row a limit."""
    box = found.boxes[position]
    title = label(
        "discover_box",
        lang,
        n=position + 1,
        coverage=banded(box.coverage, box.coverage_band, lang),
        density=banded(box.density, box.density_band, lang),
        runs=number(box.runs, lang),
    )
    table = Table(title=title, title_justify="left")
    for key in ("lever", "limit", "tried"):
        table.add_column(label(f"discover_{key}", lang), overflow="fold")
    table.add_column(label("discover_chance", lang), justify="right", no_wrap=True)
    for one in box.limits:
        table.add_row(
            lever_name(lever(one.lever, one.lever), lang),
            limit_text(one, units, lang),
            tried_text(found, one.lever, lang),
            chance_text(one.chance, lang),
        )
    return table


def chance_text(chance: float, lang: Language) -> str:
    """A small chance, never as nought."""
    return f"< {number(0.001, lang, 3)}" if chance < 0.001 else number(chance, lang, 3)


def tried_text(found: Discovery, name: str, lang: Language) -> str:
    """Values of a lever that were tried: their range, or the choices."""
    values = found.table[name]
    if values.dtype.kind != "f":
        return ", ".join(choice_text(one, lang) for one in sorted(set(map(str, values))))
    low, high = plainly(float(values.min()), lang), plainly(float(values.max()), lang)
    return label("range", lang, low=low, high=high)


def rows(found: Discovery) -> pd.DataFrame:
    """The boxes as a table: a row a limit."""
    told = [
        {
            "box": position,
            "lever": one.lever,
            "low": one.low,
            "high": one.high,
            "choices": " ".join(one.choices),
            "chance": one.chance,
            "runs": box.runs,
            "interest": box.interest,
            "coverage": box.coverage,
            "coverage_p10": box.coverage_band[0],
            "coverage_p90": box.coverage_band[1],
            "density": box.density,
            "density_p10": box.density_band[0],
            "density_p90": box.density_band[1],
        }
        for position, box in enumerate(found.boxes, start=1)
        for one in box.limits
    ]
    columns = ["box", "lever", "low", "high", "choices", "chance", "runs", "interest", "coverage",
               "coverage_p10", "coverage_p90", "density", "density_p10", "density_p90"]  # fmt: skip
    return pd.DataFrame(told, columns=columns)


def runs_frame(found: Discovery) -> pd.DataFrame:
    """The runs by their levers, and whether the condition holds in each."""
    return found.table[["run", *found.levers]].assign(holds=found.interest)
