"""The charts of runs: how each is drawn, its alt text, and how it becomes a file.

Drawn from tables only. Readable in grey and for the colour-blind: shades and line styles repeat
what colours say, and series are labelled where they are. The same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from ...errors import Message
from ..i18n import Language, translate
from ..style import (
    CHART_SIZES,
    FORMATS,
    WIDTHS,
    ChartFigure,
    ChartSize,
    Width,
    chart_style,
    save_formats,
)
from . import (
    budget_year,
    cost_month,
    gap,
    housing,
    ind,
    inflow,
    multi_run,
    need,
    occupancy,
    vintages,
)
from .data import UNREDUCED, RunData
from .elements import identity_of
from .figures import figures_note, figures_of

__all__ = [
    "CHARTS",
    "CHART_SIZES",
    "FORMATS",
    "OF_EVERY_RUN",
    "UNREDUCED",
    "WIDTHS",
    "ChartSize",
    "RunChart",
    "RunData",
    "Width",
    "alt_text",
    "draw",
    "draw_together",
    "of_run_folder",
    "reason_against",
    "write",
    "write_together",
]


@dataclass(frozen=True)
class RunChart:
    """A kind of chart: how it is drawn, its alt text, and whether a run has what it shows."""

    draw: Callable[[RunData, ChartSize, Language], Figure]
    alt_text: Callable[[RunData, Language], str]
    is_drawable: Callable[[RunData], bool]
    figures: tuple[str, ...] = ()
    """Series whose published figures it draws."""


CHARTS: dict[str, RunChart] = {
    "need": RunChart(need.draw, need.alt_text, need.is_drawable, need.FIGURES),
    "gap": RunChart(gap.draw, gap.alt_text, gap.is_drawable),
    "budget_year": RunChart(budget_year.draw, budget_year.alt_text, budget_year.is_drawable),
    "cost_month": RunChart(cost_month.draw, cost_month.alt_text, cost_month.is_drawable),
    "inflow": RunChart(inflow.draw, inflow.alt_text, inflow.is_drawable, inflow.FIGURES),
    "occupancy": RunChart(
        occupancy.draw, occupancy.alt_text, occupancy.is_drawable, occupancy.FIGURES
    ),
    "ind": RunChart(ind.draw, ind.alt_text, ind.is_drawable, ind.FIGURES),
    "housing": RunChart(housing.draw, housing.alt_text, housing.is_drawable, housing.FIGURES),
    "vintages": RunChart(vintages.draw, vintages.alt_text, vintages.is_drawable),
}
OF_EVERY_RUN = ("need", "gap")
"""Charts that every run writes into its folder."""


def of_run_folder(run: RunData) -> list[str]:
    """Return the charts of a run's folder: those of every run, and those that show figures."""
    shown = [name for name in CHARTS if figures_of(run, CHARTS[name].figures)]
    spent = ("budget_year",) if budget_year.shows_spending(run) else ()
    return [name for name in CHARTS if name in (*OF_EVERY_RUN, *shown, *spent)]


def reason_against(name: str, run: RunData) -> tuple[str, str]:
    """Return why a run lacks what a chart shows, and what to do about it."""
    if name == "cost_month" and run.budget_monthly is not None:
        return "the run does not hold a year to its end", "run the scenario to a later day"
    if name not in ("budget_year", "cost_month"):
        what = "the run is too short for this chart, or nobody has a place in it"
        return what, "run the scenario to a later day"
    if run.budget_monthly is None:
        what = "the folder is of an earlier version, which did not write budget_monthly.csv"
        return what, "run the scenario again"
    if run.year is None:
        return "the run does not hold a year to its end", "run the scenario to a later day"
    what = Message("the run does not hold {year} to its end", year=run.year)
    return what, "run the scenario to a later day"


def draw(name: str, run: RunData, size: ChartSize, lang: Language) -> Figure:
    """Draw a chart by its name."""
    with chart_style(size):
        return identified(CHARTS[name].draw(run, size, lang), [run])


def identified(figure: Figure, runs: Iterable[RunData]) -> Figure:
    """Note in a figure of our own what it was made from."""
    if isinstance(figure, ChartFigure):
        figure.identity = "; ".join(identity_of(run) for run in runs)
    return figure


def alt_text(name: str, run: RunData, lang: Language) -> str:
    """Describe a chart by its name, with published figures and a baseline if it shows them."""
    text = CHARTS[name].alt_text(run, lang) + figures_note(run, CHARTS[name].figures, lang)
    if run.baseline is None:
        return text
    behind = CHARTS[name].alt_text(run.baseline, lang)
    return translate("alt_baseline", lang, text=text, baseline=behind)


def write(
    run: RunData,
    names: Sequence[str],
    folder: Path,
    lang: Language,
    width: Width = "page",
    formats: Sequence[str] = ("png", "svg"),
    text_file: bool = False,
    suffix: str = "",
) -> None:
    """Draw charts of a run into an existing folder: ``NAME.png`` and so on.

    ``text_file`` adds the alt text of each (``NAME.txt``); ``suffix`` follows the name.
    """
    for name in names:
        figure = draw(name, run, CHART_SIZES[width], lang)
        words = alt_text(name, run, lang)
        # Two years of one run are two files.
        year = f"-{run.year}" if name == "budget_year" and run.year is not None else ""
        stem = folder / f"{name}{year}{suffix}"
        save_formats(figure, stem, CHART_SIZES[width].dpi, words, formats, text_file)


def draw_together(runs: Mapping[str, RunData], size: ChartSize, lang: Language) -> Figure:
    """Draw several runs, by the name of each, side by side."""
    with chart_style(size):
        return identified(multi_run.draw(runs, size, lang), runs.values())


def write_together(
    runs: Mapping[str, RunData],
    folder: Path,
    lang: Language,
    width: Width,
    formats: Sequence[str],
    suffix: str,
) -> None:
    """Draw several runs side by side into an existing folder, with the alt text (``.txt``)."""
    words = multi_run.alt_text(runs, lang)
    figure = draw_together(runs, CHART_SIZES[width], lang)
    stem = folder / f"together{suffix}"
    save_formats(figure, stem, CHART_SIZES[width].dpi, words, formats, text_file=True)
