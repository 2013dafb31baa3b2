"""How good the model is: hindcasts, calibration, checks of the model, influence of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .. import hindcast
from ..errors import Message, usage_error
from ..notebook.axes import Drawn, Given, check_language, check_width, draw_into, show
from ..notebook.chart import Chart
from ..notebook.repr import as_html, as_text
from ..report.charts import CHART_SIZES, Width
from ..report.charts import scorecard as scorecard_chart
from ..report.display_names import input_name
from ..report.i18n import Language
from ..report.scorecard_tables import score_table, skill_table, verdict
from ..report.style import title_of
from ..results.executor import open_workers
from ..results.model_checks import run_checks
from ..results.versions import versions
from ..runs.provenance import Provenance
from ..scenario import load
from ..scenario.listing import kept_effects

OBSERVED = {"came": "observed", "program_came": "program_observed"}
"""Columns of the stored tables by the names they have here."""


@dataclass(frozen=True, eq=False)
class Scorecard:
    """Hindcasts compared with observations."""

    cells: hindcast.Hindcasts
    options: hindcast.HindcastOptions

    @property
    def hindcasts(self) -> pd.DataFrame:
        """A row per origin date, series, year and forecaster: the program, naives, their pool.

        Forecast, observation, error, CRPS, intervals, whether they contain the observation, and
        the share of the forecast below it [people, cases, EUR].
        """
        return _described(self.cells.march)

    @property
    def first_applications(self) -> pd.DataFrame:
        """The same of yearly first applications by their process alone, from 1999."""
        return _described(self.cells.yearly)

    @property
    def scores(self) -> list[hindcast.Score]:
        """Scores by series and years ahead, and over all of them, with 90% intervals."""
        return hindcast.scores(self.cells)

    @property
    def goals(self) -> list[hindcast.Goal]:
        """The goals of the scorecard, what was found, and whether each was met."""
        return hindcast.goals(self.scores)

    @property
    def summary(self) -> pd.DataFrame:
        """Number of forecasts, bias, MAPE, CRPS and coverage by series, horizon and forecaster."""
        return hindcast.summary(self.cells.scored)

    @property
    def official(self) -> pd.DataFrame:
        """Official forecasts, hindcasts of their publication dates, and observations.

        ``program_observed`` differs from ``observed`` where the model counts another quantity than
        the official forecast does.
        """
        return _described(hindcast.official_cells(self.cells.official))

    def sentences(self, lang: Language = "en") -> list[str]:
        """Return the findings in words: coverage, and where a naive or official forecast is better.

        Raises ``ScenarioError`` if not all years were scored.
        """
        self._require_all_years("sentences")
        return verdict(self.cells, lang)

    def plot(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Drawn:
        """Draw the CRPS of model and pool relative to the naive benchmark, by series and horizon.

        Two panels, on matplotlib axes, which are returned: those given as ``ax``, or those of a new
        figure. Raises ``ScenarioError`` if not all years were scored, or for another number of
        axes.
        """
        self._require_all_years("plot")
        if ax is None:
            return show(self.chart(lang, width))
        check_language(lang)
        replications = self.options.replications
        return draw_into(
            ax, lambda size: scorecard_chart.draw(self.cells, replications, size, lang)
        )

    def chart(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Return the chart to publish, with its alternative text and its origin.

        Raises ``ScenarioError`` if not all years were scored.
        """
        self._require_all_years("chart")
        check_language(lang)
        check_width(width)
        replications = self.options.replications
        figure = scorecard_chart.draw(self.cells, replications, CHART_SIZES[width], lang)
        stamp = Provenance(
            "scorecard",
            "hindcasts",
            str(self.options.seed),
            versions()["opvangsim"],
            scorecard_chart.id_of(self.cells),
            f"sim.score_hindcasts().chart({lang!r}, {width!r})",
        )
        text = scorecard_chart.alt_text(self.cells, lang)
        return Chart(figure, title_of(figure), text, width, stamp)

    def _require_all_years(self, method: str) -> None:
        if set(self.cells.march["origin"]) != set(hindcast.origins()):
            usage_error(method, "this scorecard does not have all years", "score without years")

    def __repr__(self) -> str:
        return as_text(self._parts())

    def _repr_html_(self) -> str:
        return as_html(self._parts())

    def _parts(self) -> list[Any]:
        return [table(self.scores, "en") for table in (score_table, skill_table)]


def _described(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of hindcasts with dates of pandas, and observations under that name."""
    days = {name: pd.to_datetime(table[name]) for name in ("origin", "published") if name in table}
    return table.rename(columns=OBSERVED).assign(**days)


def score_hindcasts(
    replications: int | None = None,
    seed: int = 1,
    years: Sequence[int] = (),
    workers: int = 0,
    executor: str | None = None,
) -> Scorecard:
    """Compare forecasts from past origin dates with observations.

    Origin dates are 1 March of each year from 2012, and the dates of official forecasts; for yearly
    first applications 1 March from 1999.

    Parameters
    ----------
    replications
        Number of replications per origin date; without it the results that come with the product
        are read, with it the hindcasts are simulated again (some minutes).
    seed
        Seed of all random numbers.
    years
        Years of the origin dates; by default all.
    workers, executor
        As in ``Scenario.run``.

    Raises ``ScenarioError`` for a year without an origin date.

    >>> import sim
    >>> sorted(sim.score_hindcasts().hindcasts["forecaster"].unique())
    ['last_growth', 'mean_of_history', 'no_change', 'pool', 'program', 'pull', 'walk']
    """
    march = hindcast.origins()
    if unknown := sorted(set(years) - {day.year for day in march}):
        advice = Message(
            "give years from {first} to {last}", first=march[0].year, last=march[-1].year
        )
        usage_error("years", Message("{name} has no origin date", name=unknown[0]), advice)
    if replications is None:
        return Scorecard(hindcast.kept().of_years(years), hindcast.HindcastOptions())
    options = hindcast.HindcastOptions(replications, seed)
    with open_workers(executor, workers) as pool:
        return Scorecard(hindcast.make(options, years, pool), options)


def calibrate(
    replications: int = 40, workers: int = 0, executor: str | None = None
) -> dict[str, Any]:
    """Estimate the parameters that no source gives from observations to the end of 2024.

    Returns a patch as nested mappings, as a scenario file would hold it.
    """
    with open_workers(executor, workers) as pool:
        return hindcast.patch(hindcast.fit(replications, pool))


def check_model() -> pd.DataFrame:
    """Check the laws of the model on this machine, and return one row per check.

    The columns are law, what was tried, result, and whether it holds. Takes about a minute.
    """
    found = run_checks(load("baseline"))
    rows = [(check.law, check.tried, check.result, check.holds) for check in found]
    return pd.DataFrame(rows, columns=["law", "tried", "result", "holds"])


def tornado() -> pd.DataFrame:
    """List the uncertain inputs by their influence on the baseline's gap of 2027, largest first.

    ``low`` and ``high`` are the change of the mean gap with the input at its 10th and 90th
    percentile and all others at their median, ``swing`` is the distance between them [EUR], and
    ``total`` the total Sobol index. Computed in weekly steps with seed 1; comes with the product.
    """
    base = load("baseline")
    rows = [
        (key, input_name(key, base, "en"), effect.total, effect.low, effect.high, effect.swing)
        for key, effect in kept_effects().items()
    ]
    table = pd.DataFrame(rows, columns=["key", "what", "total", "low", "high", "swing"])
    return table.sort_values("swing", ascending=False, kind="stable").set_index("key")
