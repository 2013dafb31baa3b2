"""What was solved for: the answer as a sentence, the values tried, the frontier of two levers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from rich.table import Table

from ..address import MONEY
from ..decide.levers import Lever, lever, quantity_of
from ..decide.solve import Frontier, Solution
from ..decide.target import Bools, Target
from ..draws import Floats
from ..scenario import Scenario
from ..trial import Settings, reduced
from .canvas import BLUE, DARK, ORANGE, STYLE, head_and_foot, page
from .explanation import statistic_name
from .labels import Language, billion, label, number, unit_name
from .levers import lever_name

MONTHS_A_YEAR = 12
LONGEST = 42
"""Letters on a line beside the chart."""
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


def _axis(axes: Axes, which: str, lang: Language, unit: float = 1.0) -> None:
    """Round steps, written with just the decimals that they have."""
    axis, limits = (axes.xaxis, axes.get_xlim()) if which == "x" else (axes.yaxis, axes.get_ylim())
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    step = float(np.diff(axis.get_major_locator().tick_values(*limits))[0]) / unit
    decimals = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    axis.set_major_formatter(FuncFormatter(lambda v, _: number(v / unit, lang, decimals)))


def _scale(target: Target) -> float:
    return 1e9 if target.address.table in MONEY else 1.0


def _lever_scale(unit: str) -> float:
    return 1e9 if unit == YEARS_MONEY else 1.0


def chart(found: Solution, scenario: Scenario, settings: Settings, study_id: str,
          lang: Language) -> Figure:  # fmt: skip
    """The cell against the lever, with the target and where it is just met."""
    tables = points_frame(found), answer_frame(found)
    return drawn(*tables, found.target, scenario, settings, study_id, lang)


def drawn(points: pd.DataFrame, answers: pd.DataFrame, target: Target, scenario: Scenario,
          settings: Settings, study_id: str, lang: Language) -> Figure:  # fmt: skip
    """The chart from the tables of ``points_frame`` and ``answer_frame``."""
    (found,) = answers.to_dict("records")
    unit = str(found["unit"])
    with mpl.rc_context(STYLE):
        figure = page(3.9)
        axes = figure.add_axes((0.1, 0.25, 0.85, 0.6))
        values, held_, low, high = (points[name].to_numpy()
                                    for name in ("value", "held", "p10", "p90"))  # fmt: skip
        axes.fill_between(values, low, high, color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(values, held_, color=BLUE, marker="o", markersize=4, linewidth=1.8)
        axes.axhline(target.number, color=DARK, linestyle=(0, (5, 3)), linewidth=1.2)
        if not pd.isna(found["answer"]) and not pd.isna(found["p10"]):
            answer = float(found["answer"])
            axes.axvline(answer, color=ORANGE, linestyle=(0, (1, 1.5)), linewidth=1.8)
            axes.axvspan(found["p10"], found["p90"], color=ORANGE, alpha=0.25, linewidth=0)
            _, top = axes.get_ylim()
            left = answer > (values[0] + values[-1]) / 2
            axes.annotate(f"{amount(answer, lang, unit)} {unit_words(unit, lang)}",
                          (answer, top), (-6 if left else 6, -4),
                          textcoords="offset points", va="top",
                          ha="right" if left else "left", fontsize=9)  # fmt: skip
        axes.set_xlim(values[0], values[-1])
        _label_axes(axes, lever(str(found["lever"]), "lever"), unit, target, lang)
        title = label("solve_chart", lang, target=target.text.strip(), how=how(target, lang))
        head_and_foot(
            figure, title, _note("solve_note", target, scenario, settings, study_id, lang)
        )
        return figure


def _note(key: str, target: Target, scenario: Scenario, settings: Settings, study_id: str,
          lang: Language) -> str:  # fmt: skip
    money = target.address.table in MONEY
    blanks = {
        "how": how(target, lang),
        "scenario": getattr(scenario.title, lang),
        "n": number(settings.replications, lang),
        "step": label(f"step_{settings.step}", lang),
        "id": study_id,
    }
    if key == "frontier_note":
        blanks |= {"cell": target.address.cell, "target": target.text.strip(),
                   "unit": label("frontier_money", lang) if money else ""}  # fmt: skip
    return label(key, lang, **blanks)


def _label_axes(axes: Axes, lever: Lever, unit: str, target: Target, lang: Language) -> None:
    _axis(axes, "x", lang, _lever_scale(unit))
    _axis(axes, "y", lang, _scale(target))
    axes.set_xlabel(f"{lever_name(lever, lang)}, {unit_words(unit, lang)}", fontsize=8.5)
    axes.set_title(cell_words(target, lang), fontsize=9)


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
            "mean": reduced(found.cells[i, j], "mean"),
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


def frontier_chart(found: Frontier, scenario: Scenario, settings: Settings, study_id: str,
                   lang: Language) -> Figure:  # fmt: skip
    """The heat map of two levers, the number in each square, the line where it is just met."""
    grid = frontier_frame(found)
    return frontier_drawn(grid, found.levers, found.target, scenario, settings, study_id, lang)


def frontier_drawn(grid: pd.DataFrame, levers: tuple[Lever, Lever], target: Target,
                   scenario: Scenario, settings: Settings, study_id: str,
                   lang: Language) -> Figure:  # fmt: skip
    """The heat map from the table of ``frontier_frame``."""
    units = [quantity_of(scenario, one, "--vary").unit for one in levers]
    tried = [np.unique(grid[str(one)].to_numpy()) for one in levers]
    shape = (len(tried[0]), len(tried[1]))
    with mpl.rc_context(STYLE):
        figure = page(5.2)
        axes = figure.add_axes((0.13, 0.2, 0.82, 0.71))
        values = grid["held"].to_numpy().reshape(shape) / _scale(target)
        met = grid["met"].to_numpy().astype(bool).reshape(shape)
        line = target.number / _scale(target)
        _squares(axes, tried, met, values, line, lang)
        x, y = np.meshgrid(*tried, indexing="ij")
        if values.min() < line < values.max():
            axes.contour(x, y, values, levels=[line], colors=[DARK], linewidths=2.2, zorder=3)
        for which, one, unit in zip("xy", levers, units, strict=True):
            _axis(axes, which, lang, _lever_scale(unit))
            words = f"{lever_name(one, lang)}, {unit_words(unit, lang)}"
            words = textwrap.fill(words, LONGEST) if which == "y" else words
            getattr(axes, f"set_{which}label")(words, fontsize=8.5)
        title = label("solve_chart", lang, target=target.text.strip(), how=how(target, lang))
        note = _note("frontier_note", target, scenario, settings, study_id, lang)
        head_and_foot(figure, title, note)
        return figure


def _squares(axes: Axes, tried: Sequence[Floats], met: Bools, values: Floats, line: float,
             lang: Language) -> None:  # fmt: skip
    """Shades that read in grey: the further from the line, the darker; hatched where it is met."""
    edges = [np.concatenate([v[:1] - np.diff(v[:2]) / 2, (v[1:] + v[:-1]) / 2,
                             v[-1:] + np.diff(v[-2:]) / 2]) for v in tried]  # fmt: skip
    nearest = 1e-9
    norm = mpl.colors.TwoSlopeNorm(line, min(float(values.min()), line - nearest),
                                   max(float(values.max()), line + nearest))  # fmt: skip
    shades = mpl.colors.LinearSegmentedColormap.from_list("gap", ["#8fbbe0", "#ffffff", "#e8a65c"])
    axes.pcolormesh(*edges, values.T, cmap=shades, norm=norm)
    decimals = 1 if float(np.abs(values).max()) < 100 else 0
    for i, a in enumerate(tried[0]):
        for j, b in enumerate(tried[1]):
            if met[i, j]:
                corner = (edges[0][i], edges[1][j])
                axes.add_patch(mpl.patches.Rectangle(
                    corner, float(np.diff(edges[0])[i]), float(np.diff(edges[1])[j]), fill=False,
                    hatch="//", edgecolor="#9aa7b3", linewidth=0))  # fmt: skip
            axes.text(a, b, number(float(values[i, j]), lang, decimals), ha="center", va="center",
                      fontsize=7.5, color=DARK, zorder=5,
                      bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 1},
                      )  # fmt: skip
    axes.grid(visible=False)
    axes.set_xlim(edges[0][0], edges[0][-1])
    axes.set_ylim(edges[1][0], edges[1][-1])
