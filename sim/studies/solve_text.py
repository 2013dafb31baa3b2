"""What was solved for: the answer as a sentence, the values tried, the frontier of two levers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rich.table import Table

from ..report.i18n import Language, billion, label, number, unit_name
from ..results.cell import MONEY
from ..results.experiment import Settings, summary_value
from .explain_text import statistic_name
from .lever_names import lever_name
from .solve import Frontier, Solution
from .target import Target

MONTHS_A_YEAR = 12
YEARS_MONEY = "EUR/year"


def unit_words(unit: str, lang: Language) -> str:
    """The unit in which a lever's values are written."""
    return label("unit_billion_year", lang) if unit == YEARS_MONEY else unit_name(unit, lang)


def how(target: Target, lang: Language) -> str:
    """With which certainty, or in which statistic, a target is held."""
    if target.certainty is None:
        statistic = statistic_name(target.address.statistic, lang)
        return label("solve_in", lang, statistic=statistic)
    return label("solve_with", lang, p=number(100 * target.certainty, lang))


def amount(value: float, lang: Language, unit: str = "") -> str:
    """A lever's value with as many figures as it can bear; a year's money in billions."""
    size = abs(value)
    if unit == YEARS_MONEY and size:
        return number(value / 1e9, lang, 3)
    if not size:
        return "0"
    if size >= 1e4:
        return number(round(value, -1), lang)
    return number(value, lang, 0 if size >= 100 else 1 if size >= 10 else 3)


def held(target: Target, value: float, lang: Language) -> str:
    """A value of the target's cell, with its unit if it is money."""
    return billion(value, lang, 2) if target.address.table in MONEY else amount(value, lang)


def bare(target: Target, value: float, lang: Language) -> str:
    """A value of the target's cell under a heading that has the unit."""
    money = target.address.table in MONEY
    return number(value / 1e9, lang, 2) if money else amount(value, lang)


def sentences(found: Solution, settings: Settings, lang: Language) -> list[str]:
    """The answer, or that there is none, and how it was found."""
    target = found.target
    words = {
        "target": target.text.strip(),
        "how": how(target, lang),
        "lever": lever_name(found.lever, lang),
        "unit": unit_words(found.unit, lang),
    }
    if found.answer is None or found.band is None:
        # At best where none does it, at worst where all do: both times the end nearest to the line.
        missed = [float(target.excess(point.cell)) for point in found.points]
        nearest = found.points[int(np.argmax(missed) if found.always else np.argmin(missed))]
        key = "solve_always" if found.always else "solve_none"
        low, high = (amount(value, lang, found.unit) for value in found.bounds)
        words |= {"low": low, "high": high, "where": amount(nearest.value, lang, found.unit)}
        words["held"] = held(target, float(target.held(nearest.cell)), lang)
    else:
        key = f"solve_{found.side}"
        low, high = (amount(value, lang, found.unit) for value in found.band)
        words |= {"answer": amount(found.answer, lang, found.unit), "low": low, "high": high}
        words |= {
            "present": amount(found.present, lang, found.unit),
            "month": _a_month(found, lang),
        }
    lines = [label(key, lang, **words)]
    if len({float(target.held(point.cell)) for point in found.points}) == 1:
        lines.append(label("solve_still", lang, lever=words["lever"]))
    if found.crossings > 1:
        lines.append(label("solve_several", lang, n=found.crossings))
    return [*lines, method(settings, lang)]


def method(settings: Settings, lang: Language) -> str:
    """How an answer was found, in one sentence."""
    n, step = number(settings.replications, lang), label(f"step_{settings.step}", lang)
    return label("solve_method", lang, n=n, step=step)


def _a_month(found: Solution, lang: Language) -> str:
    """What a flow a year comes to in a month; nothing for money and stocks."""
    if found.answer is None or not found.unit.endswith("/year") or "EUR" in found.unit:
        return ""
    return label("solve_month", lang, amount=amount(found.answer / MONTHS_A_YEAR, lang))


def points_frame(found: Solution) -> pd.DataFrame:
    """Values tried: what the cell is there, and how often the target is met."""
    rows = []
    for point in found.points:
        low, middle, high = np.nanquantile(point.cell, (0.1, 0.5, 0.9))
        rows.append({
            "lever": str(found.lever), "value": point.value, "unit": found.unit,
            "held": float(found.target.held(point.cell)), "mean": float(np.nanmean(point.cell)),
            "p10": low, "p50": middle, "p90": high, "p_met": found.target.chance(point.cell),
        })  # fmt: skip
    return pd.DataFrame(rows)


def answer_frame(found: Solution) -> pd.DataFrame:
    """The answer as a table of one row."""
    low, high = found.band or (None, None)
    return pd.DataFrame([{
        "lever": str(found.lever), "target": found.target.text,
        "certainty": found.target.certainty, "answer": found.answer, "p10": low, "p90": high,
        "unit": found.unit, "side": found.side, "always": found.always,
        "crossings": found.crossings, "present": found.present,
    }])  # fmt: skip


def points_table(found: Solution, lang: Language) -> Table:
    """The values tried, printed."""
    table = Table(title=label("solve_title", lang, cell=cell_words(found.target, lang)),
                  title_justify="left")  # fmt: skip
    table.add_column(f"{lever_name(found.lever, lang)}, {unit_words(found.unit, lang)}",
                     justify="right")  # fmt: skip
    for name in (label("solve_middle", lang), label("band_80", lang), how(found.target, lang),
                 label("solve_chance", lang)):  # fmt: skip
        table.add_column(name, justify="right")
    for point in found.points:
        low, middle, high = (bare(found.target, v, lang) for v in
                             np.nanquantile(point.cell, (0.1, 0.5, 0.9)))  # fmt: skip
        table.add_row(
            amount(point.value, lang, found.unit), middle, label("range", lang, low=low, high=high),
            bare(found.target, float(found.target.held(point.cell)), lang),
            number(100 * found.target.chance(point.cell), lang) + " %",
        )  # fmt: skip
    return table


def cell_words(target: Target, lang: Language) -> str:
    """The target's cell with its unit."""
    cell = target.address.cell
    return f"{cell}, {label('axis_billion', lang)}" if target.address.table in MONEY else cell


def frontier_frame(found: Frontier) -> pd.DataFrame:
    """The grid: both levers, what the cell is there, and how often the target is met."""
    first, second = (str(lever) for lever in found.levers)
    rows = [
        {
            first: a, second: b, "held": float(found.target.held(found.cells[i, j])),
            "mean": summary_value(found.cells[i, j], "mean"),
            "p_met": found.target.chance(found.cells[i, j]), "met": bool(found.met[i, j]),
        }
        for i, a in enumerate(found.tried[0])
        for j, b in enumerate(found.tried[1])
    ]  # fmt: skip
    return pd.DataFrame(rows)


def break_even_frame(found: Frontier) -> pd.DataFrame:
    """For each value of the second lever: where the first just meets the target, with its band."""
    first, second = (str(lever) for lever in found.levers)
    return pd.DataFrame({second: found.tried[1], first: found.answers, "p10": found.low,
                         "p90": found.high, "all_met": found.met.all(axis=0),
                         "none_met": ~found.met.any(axis=0)})  # fmt: skip


def frontier_table(found: Frontier, lang: Language) -> Table:
    """The break-even frontier, printed."""
    first, second = (lever_name(lever, lang) for lever in found.levers)
    title = label("frontier_title", lang, first=first, target=found.target.text.strip(),
                  how=how(found.target, lang))  # fmt: skip
    table = Table(title=title, title_justify="left")
    table.add_column(f"{second}, {unit_words(found.units[1], lang)}", justify="right")
    unit = unit_words(found.units[0], lang)
    table.add_column(f"{label('frontier_answer', lang)}, {unit}", justify="right")
    table.add_column(label("band_80", lang), justify="right")
    for column, value in enumerate(found.tried[1]):
        if np.isnan(found.answers[column]):
            every = found.met[:, column].all()
            words, band = label("frontier_all" if every else "frontier_none", lang), ""
        else:
            of = found.units[0]
            words = amount(found.answers[column], lang, of)
            band = label("range", lang, low=amount(found.low[column], lang, of),
                         high=amount(found.high[column], lang, of))  # fmt: skip
        table.add_row(amount(value, lang, found.units[1]), words, band)
    return table


def frontier_sentences(found: Frontier, settings: Settings, lang: Language) -> list[str]:
    """That no pair does it, and how near it came; how the frontier was found."""
    target, lines = found.target, []
    if not found.met.any():
        missed = np.nan_to_num(target.excess(found.cells), nan=np.inf)
        i, j = np.unravel_index(int(np.argmin(missed)), missed.shape)
        first, second = (
            f"{lever_name(lever, lang)} = {amount(float(tried[at]), lang, unit)} "
            f"{unit_words(unit, lang)}"
            for lever, tried, at, unit in zip(
                found.levers, found.tried, (i, j), found.units, strict=True
            )
        )
        best = held(target, float(target.held(found.cells[i, j])), lang)
        lines.append(label("frontier_never", lang, target=target.text.strip(),
                           how=how(target, lang), first=first, second=second,
                           held=best))  # fmt: skip
    return [*lines, label("frontier_lines", lang), method(settings, lang)]
