"""All shipped scenarios side by side: need and gap of 2027, from a table kept with the package.

The table (``sim/data/headlines.csv``) is made by runs of 100 replications by the week; a test keeps
it fresh. Gaps stand in each scenario's own headline: its vintage, price level and price basis.
"""

from __future__ import annotations

import csv
import textwrap
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..scenario import Scenario, load, shipped
from ..trial import Settings, Trial
from .canvas import BLUE, DARK, STYLE, save_as
from .labels import Language, label, number

YEAR = 2027
SETTINGS = Settings(100, 1, "week", date(YEAR, 12, 31))
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
ENDS = tuple(QUANTILES.values())


@dataclass(frozen=True)
class Headline:
    """Need [places, mean of the year] and gap [EUR] of 2027: p10, p50 and p90."""

    name: str
    need: tuple[float, float, float]
    gap: tuple[float, float, float]


def headline_of(name: str, trial: Trial) -> Headline:
    """The headline of a scenario tried, rounded: need to tens of places, gap to millions."""
    row = trial.clock.years.index(YEAR)
    gap, need = trial.line("gap", "total")[row], trial.yearly["need", "total", "mean"][row]
    low, mid, high = (round(float(value), -1) for value in np.quantile(need, ENDS))
    short, middle, long = (round(float(value), -6) for value in np.quantile(gap, ENDS))
    return Headline(name, (low, mid, high), (short, middle, long))


def with_headline() -> dict[str, Scenario]:
    """Shipped scenarios that reach the end of 2027, by name."""
    loaded = {name: load(name) for name in shipped()}
    last_day = date(YEAR, 12, 31)
    return {name: scenario for name, scenario in loaded.items() if scenario.until >= last_day}


def headlines() -> dict[str, Headline]:
    """The kept table, by name of scenario."""
    text = (resources.files("sim") / "data" / "headlines.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        numbers = [float(row[f"{kind}_{q}"]) for kind in ("need", "gap") for q in QUANTILES]
        need, gap = tuple(numbers[:3]), tuple(numbers[3:])
        found[row["scenario"]] = Headline(
            row["scenario"], (need[0], need[1], need[2]), (gap[0], gap[1], gap[2])
        )
    return found


def as_csv(all_: list[Headline]) -> str:
    """The table as it is kept."""
    head = "scenario," + ",".join(f"{kind}_{q}" for kind in ("need", "gap") for q in QUANTILES)
    lines = [
        "# Need (places, mean of the year) and headline gap (EUR) of 2027 of each shipped",
        "# scenario, from runs of 100 replications by the week with seed 1.",
        head,
    ]
    for one in all_:
        numbers = ",".join(f"{value:.0f}" for value in (*one.need, *one.gap))
        lines.append(f"{one.name},{numbers}")
    return "\n".join(lines) + "\n"


def overview_chart(titles: dict[str, str], lang: Language) -> Figure:
    """Need and gap of 2027 of all scenarios, sorted by the gap, with 80 % bands."""
    known = headlines()
    order = sorted((known[name] for name in titles), key=lambda one: one.gap[1])
    figure = Figure(figsize=(9.6, 1.3 + 0.31 * len(order)))
    FigureCanvasAgg(figure)
    bottom, height = 0.075, 0.855
    base = [one.name for one in order].index("baseline")
    left = figure.add_axes((0.42, bottom, 0.26, height))
    right = figure.add_axes((0.72, bottom, 0.26, height))
    _bars(left, [one.need for one in order], 1e3, label("overview_need", lang), lang, 0, base)
    _bars(right, [one.gap for one in order], 1e9, label("overview_gap", lang), lang, 1, base)
    left.set_yticks(range(len(order)), [titles[one.name] for one in order], fontsize=8)
    right.set_yticks(range(len(order)), ["" for _ in order])
    figure.text(0.012, 0.955, label("overview_title", lang), fontsize=12, weight="bold")
    figure.text(
        0.012, 0.018, textwrap.fill(label("overview_note", lang), 150), fontsize=7, color="#444444"
    )
    return figure


def _bars(
    axes: Axes,
    values: list[tuple[float, float, float]],
    unit: float,
    title: str,
    lang: Language,
    decimals: int,
    base: int,
) -> None:
    array = np.array(values) / unit
    rows = np.arange(len(values))
    axes.hlines(rows, array[:, 0], array[:, 2], color=BLUE, alpha=0.35, linewidth=7)
    axes.plot(array[:, 1], rows, "o", color=DARK, markersize=4.5)
    axes.axvline(array[base, 1], color=DARK, linewidth=0.8, linestyle=(0, (4, 3)))
    for row, (_, middle, high) in zip(rows, array, strict=True):
        axes.annotate(
            number(middle, lang, decimals),
            (high, row),
            (5, -3),
            textcoords="offset points",
            fontsize=7.5,
        )
    axes.set_title(title, fontsize=9.5)
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, len(values) - 0.3)
    axes.set_xlim(min(0.0, float(array.min()) * 1.05), float(array.max()) * 1.14)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))


def write(file: Path, titles: dict[str, str], lang: Language) -> None:
    """Draw the overview into a PNG or SVG file."""
    with mpl.rc_context(STYLE):
        save_as(overview_chart(titles, lang), file)
