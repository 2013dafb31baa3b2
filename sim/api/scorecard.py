"""The scorecard: the program put on days in the past, held against what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..errors import usage_error
from ..hindcast import Options, all_cells, kept, official_cells, official_origins, origins, summary
from ..notebook.chart import Chart
from ..notebook.repr import as_html, as_text
from ..report import hindcast_tables as told
from ..report.charts import CHART_SIZES, Width
from ..report.i18n import Language


@dataclass(frozen=True)
class Scorecard:
    """Hindcasts and what came.

    ``hindcasts`` has a row an origin date, series, year and forecaster (the program and the naive
    ones): forecast, what came, error, bands and whether they held it [persons, cases, EUR].
    """

    hindcasts: pd.DataFrame
    of_official_days: pd.DataFrame
    options: Options

    @property
    def summary(self) -> pd.DataFrame:
        """By series, years ahead and forecaster: n, bias, mean error (mape), CRPS, coverage."""
        return summary(self.hindcasts)

    @property
    def official(self) -> pd.DataFrame:
        """Each official forecast beside the program put on the day it came out, and what came."""
        return official_cells(self.of_official_days)

    def sentences(self, lang: Language = "en") -> list[str]:
        """What it says in words: how often bands held, where a naive or an official was nearer.

        Raises ``ScenarioError`` if not all years were scored.
        """
        self._whole("sentences")
        return told.verdict(self.hindcasts, self.of_official_days, lang)

    def plot(self, lang: Language = "en", width: Width = "page") -> Chart:
        """What the program said two years ahead, with its band, and what came: a panel a series.

        Raises ``ScenarioError`` if not all years were scored.
        """
        from ..report.charts import scorecard as chart
        from ..report.style import title_of
        from ..runs.manifest import versions
        from ..runs.provenance import Provenance

        self._whole("plot")
        n, made_of = self.options.replications, chart.id_of(self.hindcasts)
        figure = chart.draw(self.hindcasts, n, CHART_SIZES[width], lang)
        seed, version = str(self.options.seed), versions()["opvangsim"]
        command = f"sim.score().plot({lang!r}, {width!r})"
        stamp = Provenance("scorecard", "hindcasts", seed, version, made_of, command)
        words = chart.alt_text(self.hindcasts, lang)
        return Chart(figure, title_of(figure), words, width, stamp)

    def _whole(self, asked: str) -> None:
        if set(self.hindcasts["origin"]) != set(origins()):
            usage_error(asked, "this scorecard does not have all years", "score without years")

    def __repr__(self) -> str:
        return as_text(self._parts())

    def _repr_html_(self) -> str:
        return as_html(self._parts())

    def _parts(self) -> list[Any]:
        return [told.score_table(self.hindcasts, "en")]


def score(
    replications: int | None = None,
    seed: int = 1,
    years: Sequence[int] = (),
    workers: int = 2,
) -> Scorecard:
    """Put the program on days in the past: on 1 March of each year, and where forecasts came out.

    Without ``replications`` the kept hindcasts of the program are read. With them all is run anew
    (some minutes), or only the origins in ``years``. Raises ``ScenarioError`` for a year that is
    none of the origins.

    >>> import sim
    >>> sorted(sim.score().hindcasts["forecaster"].unique())
    ['last_growth', 'mean_of_history', 'no_change', 'program']
    """
    unknown = sorted(set(years) - {day.year for day in origins()})
    if unknown:
        first, last = origins()[0].year, origins()[-1].year
        usage_error("years", f"{unknown[0]} is no origin", f"give years from {first} to {last}")

    def wanted(day: Any) -> bool:
        return not years or day.year in years

    if replications is None:
        march, official = (cells[cells["origin"].map(wanted)] for cells in kept())
        return Scorecard(march, official, Options())
    options = Options(replications, seed)
    march, official = (
        all_cells([day for day in days if wanted(day)], options, workers)
        for days in (origins(), official_origins())
    )
    return Scorecard(march, official, options)
