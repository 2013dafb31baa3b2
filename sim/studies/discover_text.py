"""Texts of boxes and their limits, for the table, the sentences and the charts of discover."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..report.display_names import line_label, short_title, statistic_name
from ..report.i18n import Language, billion, number, translate, unit_name
from ..scenario import load, shipped
from .asked import lever
from .design import NONE
from .levers import lever_name
from .prim import Box, Discovery, Limit

Units = Mapping[str, str]


def percent(share: float, lang: Language) -> str:
    """A share as a whole percentage."""
    return number(100 * share, lang) + "%"


def banded(share: float, band: tuple[float, float], lang: Language) -> str:
    """A share with its 80% band."""
    low, high = (number(100 * end, lang) for end in band)
    return translate("discover_with_band", lang, share=percent(share, lang), low=low, high=high)


def plainly(value: float, lang: Language) -> str:
    """A limit to three digits: a box is no sharper than that."""
    if value == 0:
        return "0"
    digits = 2 - int(np.floor(np.log10(abs(value))))
    return number(round(value, digits), lang, max(digits, 0))


def choice_text(choice: str, lang: Language) -> str:
    """A choice of patches by the short title of the scenario, if it is a shipped one."""
    if choice == NONE:
        return translate("discover_none", lang)
    return short_title(getattr(load(choice).title, lang)) if choice in shipped() else choice


def unit_of(name: str, units: Units, lang: Language) -> str:
    """The unit of a lever in words; nothing for patches."""
    return unit_name(units[name], lang) if name in units else ""


def limit_text(limit: Limit, units: Units, lang: Language) -> str:
    """What a limit leaves of a lever: above, below, between, or these choices."""
    if limit.choices:
        return translate("discover_or", lang).join(
            choice_text(choice, lang) for choice in limit.choices
        )
    low, high = (None if end is None else plainly(end, lang) for end in (limit.low, limit.high))
    if low is not None and high is not None:
        text = translate("discover_between", lang, low=low, high=high)
    elif low is not None:
        text = translate("discover_above", lang, low=low)
    else:
        text = translate("discover_below", lang, high=high)
    plain = units.get(limit.lever) in ("factor", "share")
    return text if plain else f"{text} {unit_of(limit.lever, units, lang)}".rstrip()


def limits_text(box: Box, units: Units, lang: Language) -> str:
    parts = [
        f"{lever_name(lever(limit.lever, limit.lever), lang)}{' =' if limit.choices else ''} "
        f"{limit_text(limit, units, lang)}"
        for limit in box.limits
    ]
    return translate("discover_and", lang).join([", ".join(parts[:-1]), parts[-1]][-len(parts) :])


def claim(discovery: Discovery, lang: Language) -> str:
    """What the condition says, in words where it is about the gap."""
    where = discovery.where
    cell = where.cell
    if cell is None or cell.table != "gap" or cell.statistic == "p_positive":
        return translate("discover_condition", lang, where=where.text)
    what = statistic_name(cell.statistic, lang)
    if cell.line != "total":
        what = f"{line_label(cell.line, lang)}, {what}"
    key = "discover_cell_above" if where.above else "discover_cell_below"
    return translate(key, lang, year=cell.year, what=what, amount=billion(where.number, lang))


def brief_claim(discovery: Discovery, lang: Language) -> str:
    """What the condition says, for the title of a chart."""
    where, cell = discovery.where, discovery.where.cell
    if cell is None or cell.table != "gap" or cell.statistic == "p_positive":
        return claim(discovery, lang)
    key = "discover_brief_above" if where.above else "discover_brief_below"
    return translate(key, lang, year=cell.year, amount=billion(where.number, lang))


def chance_text(chance: float, lang: Language) -> str:
    """A small chance, never as nought."""
    return f"< {number(0.001, lang, 3)}" if chance < 0.001 else number(chance, lang, 3)


def tried_text(discovery: Discovery, name: str, lang: Language) -> str:
    """Values of a lever that were tried: their range, or the choices."""
    values = discovery.table[name]
    if values.dtype.kind != "f":
        return ", ".join(choice_text(item, lang) for item in sorted(set(map(str, values))))
    low, high = plainly(float(values.min()), lang), plainly(float(values.max()), lang)
    return translate("range", lang, low=low, high=high)
