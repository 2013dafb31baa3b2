"""Charts of a run on matplotlib axes, and as charts to publish."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from matplotlib.axes import Axes

from ..errors import Message, usage_error
from ..notebook.axes import Drawn, Given, check_language, check_width, draw_into, show
from ..notebook.chart import Chart
from ..report.charts import CHART_SIZES, CHARTS, RunData, Width, alt_text, draw, reason_against
from ..report.i18n import Language
from ..report.observed_figures import compare
from ..report.style import title_of
from ..runs.load import kept_figures, run_data

if TYPE_CHECKING:
    from .result import Result


class Plots:
    """Charts of a run, each drawn on matplotlib axes, which it returns.

    Given ``ax``, a chart is drawn into it, with a title and a legend in the style of that figure: a
    chart of several panels takes as many axes, or a SubFigure. Without it a new figure is made, of
    the size ``width`` ("column", "page" or "slide"), with notes and sources at its foot, which
    Jupyter shows and ``plt.show()`` opens. ``lang`` is "en" or "nl".

    Each raises ``ScenarioError`` if the run is too short for it, or for another number of axes.
    """

    __slots__ = ("_run",)

    def __init__(self, run: Result) -> None:
        self._run = run

    def need(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Axes:
        """Draw the need for places: observed, projected with intervals, and official forecasts."""
        return cast(Axes, self._draw("need", ax, lang, width))

    def gap(self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page") -> Axes:
        """Draw cost, budget and the gap between them by year.

        >>> import sim
        >>> from matplotlib import pyplot as plt
        >>> run = sim.run("baseline", replications=10, step="week", workers=1)
        >>> _, (left, right) = plt.subplots(1, 2, layout="constrained")
        >>> run.plot.gap(ax=left) is left
        True
        """
        return cast(Axes, self._draw("gap", ax, lang, width))

    def inflow(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Axes:
        """Draw inflow: observed, and projected with intervals."""
        return cast(Axes, self._draw("inflow", ax, lang, width))

    def occupancy(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Axes:
        """Draw occupancy by type of place, and the number of places."""
        return cast(Axes, self._draw("occupancy", ax, lang, width))

    def ind(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Drawn:
        """Draw cases pending at the IND, and their waiting time: two panels."""
        return self._draw("ind", ax, lang, width)

    def housing(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Drawn:
        """Draw status holders waiting for a home, and those housed: two panels."""
        return self._draw("housing", ax, lang, width)

    def budget_year(
        self,
        ax: Given | None = None,
        *,
        year: int | None = None,
        lang: Language = "en",
        width: Width = "page",
    ) -> Axes:
        """Draw the cost of a year from 1 January on, beside its budget.

        By default the last year of which spending was observed, or the first with a budget.
        """
        return cast(Axes, self._draw("budget_year", ax, lang, width, year))

    def cost_month(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Axes:
        """Draw the cost by month with its intervals, and a twelfth of the budget of each year."""
        return cast(Axes, self._draw("cost_month", ax, lang, width))

    def vintages(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Drawn:
        """Draw the vintages of the budget, a panel for each line."""
        return self._draw("vintages", ax, lang, width)

    def _draw(
        self, name: str, ax: Given | None, lang: Language, width: Width, year: int | None = None
    ) -> Drawn:
        if ax is None:
            return show(chart_of(self._run, name, lang, width, year))
        subject = _subject(self._run, name, year)
        check_language(lang)
        return draw_into(ax, lambda size: CHARTS[name].draw(subject, size, lang))

    def __dir__(self) -> list[str]:
        return list(CHARTS)

    def __repr__(self) -> str:
        return f"Plots of {self._run.scenario.name}: {', '.join(f'{name}()' for name in CHARTS)}"


def chart_of(
    run: Result, name: str, lang: Language, width: Width, year: int | None = None
) -> Chart:
    """Return a chart of a run to publish; raises ``ScenarioError`` if there is no such chart."""
    if name not in CHARTS:
        close = get_close_matches(name, CHARTS, 1)
        advice = Message("did you mean {name}?", name=repr(close[0])) if close else ""
        what = Message("there is no chart '{name}'", name=name)
        usage_error("chart", what, advice or Message("charts: {names}", names=", ".join(CHARTS)))
    check_language(lang)
    check_width(width)
    subject = _subject(run, name, year)
    figure, words = draw(name, subject, CHART_SIZES[width], lang), alt_text(name, subject, lang)
    return Chart(figure, title_of(figure), words, width, run.finished.stamp)


def _subject(run: Result, name: str, year: int | None) -> RunData:
    """Return what a chart shows; raises ``ScenarioError`` if the run does not have it."""
    subject = replace(run_data(run.folder, run.finished), year=year)
    figures = kept_figures(run.folder, run.finished.record)
    if figures is not None:
        subject = replace(subject, observed=compare(subject, figures.known))
    if not CHARTS[name].is_drawable(subject):
        usage_error(name, *reason_against(name, subject))
    return subject
