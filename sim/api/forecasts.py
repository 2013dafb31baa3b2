"""Frozen forecasts: keep that of a run, verify those that are kept, and follow them up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from ..export.memo.form import form_of
from ..export.memo.memo import files_of
from ..export.miss_report import miss_memo
from ..export.monitor_report import monitor_memo
from ..export.safe_write import write_files
from ..hindcast.observations import read_observations
from ..notebook.repr import as_html
from ..report.i18n import Language
from ..results.executor import open_workers
from ..runs import freezing, frozen, outcomes
from ..studies import miss_text
from ..studies.miss import Miss
from ..studies.missed_forecast import explain
from .python_names import day_of_python

MOST_ROWS = 20
"""Rows of a table that Jupyter shows."""


@dataclass(frozen=True, eq=False)
class Monitoring:
    """Frozen forecasts with what became known of them, as data frames and as a report."""

    found: outcomes.FollowUp
    command: str

    @property
    def outcomes(self) -> pd.DataFrame:
        """Figures that came: percentile, coverage, CRPS and error of "no change", by forecast."""
        return outcomes.outcomes_table(self.found)

    @property
    def revisions(self) -> pd.DataFrame:
        """Change of the median from each forecast to the next, by series and period."""
        return outcomes.revisions_table(self.found)

    @property
    def alarms(self) -> pd.DataFrame:
        """Normal score of each error one month ahead, CUSUM and alarms, by series and month."""
        return outcomes.alarms_table(self.found)

    def __repr__(self) -> str:
        told = (
            f"{len(self.outcomes)} outcomes", f"{len(self.revisions)} revisions",
            f"{int(self.alarms['alarm'].sum())} alarms",
        )  # fmt: skip
        return f"Monitoring({len(self.found.forecasts)} forecasts: {', '.join(told)})"

    def _repr_html_(self) -> str:
        return as_html([repr(self)]) + str(self.outcomes.to_html(max_rows=MOST_ROWS, index=False))

    def report(self, file: str | Path, lang: Language = "en") -> Path:
        """Write the report, as Word (.docx), PDF (.pdf) or Markdown (.md).

        Raises ``ScenarioError`` for another ending, or if the file can't be written.
        """
        target = Path(file)
        memo = monitor_memo(self.found, self.command, lang)
        write_files(files_of(memo, form_of(target), target))
        return target


@dataclass(frozen=True, eq=False)
class ForecastMiss:
    """The miss of a frozen forecast, with its parts as a data frame, in words and as a report."""

    found: Miss
    forecast: frozen.FrozenForecast
    command: str

    @property
    def parts(self) -> pd.DataFrame:
        """Part of each cause, largest first, then the remainder, with half its 95% interval."""
        rows = [
            (part.factor, part.value, part.error)
            for part in (*self.found.parts, self.found.remainder)
        ]
        return pd.DataFrame(rows, columns=["cause", "part", "error"])

    def __repr__(self) -> str:
        return "\n".join(self.sentences())

    def _repr_html_(self) -> str:
        return as_html(self.sentences())

    def sentences(self, lang: Language = "en") -> list[str]:
        """Return the miss, its causes, the remainder and what limits them in words."""
        return miss_text.sentences(self.found, lang)

    def report(self, file: str | Path, lang: Language = "en") -> Path:
        """Write the report, as Word (.docx), PDF (.pdf) or Markdown (.md).

        Raises ``ScenarioError`` for another ending, or if the file can't be written.
        """
        target = Path(file)
        memo = miss_memo(self.found, self.forecast, self.command, lang)
        write_files(files_of(memo, form_of(target), target))
        return target


def freeze_forecast(
    run: str | Path, folder: str | Path, workers: int = 0, executor: str | None = None
) -> Path:
    """Write the forecast of a run into a folder of frozen forecasts, and return its file.

    Parameters
    ----------
    run
        Folder of a run. It is simulated again for its quantiles.
    folder
        Folder of frozen forecasts, or a new one. Nothing in it is overwritten.
    workers, executor
        As in ``Scenario.run``.

    Raises ``ScenarioError`` if the forecast is there already, or if this version computes other
    numbers than the run has.
    """
    with open_workers(executor, workers) as pool:
        return freezing.freeze(Path(run), Path(folder), pool)


def verify_forecasts(path: str | Path) -> pd.DataFrame:
    """Check a frozen forecast, or a folder of them, and return what differs from what was written.

    An empty table means that every byte is as written and no file is missing or foreign. Raises
    ``ScenarioError`` if there is no frozen forecast.
    """
    rows = [(row.file, row.what, row.why) for row in frozen.verify_forecasts(Path(path)).findings]
    return pd.DataFrame(rows, columns=["file", "what", "why"])


def monitor_forecasts(
    folder: str | Path, observed: str | Path, as_of: date | str | None = None
) -> Monitoring:
    """Compare frozen forecasts with observed figures.

    Parameters
    ----------
    folder
        Folder of frozen forecasts, or one of them.
    observed
        File of observed figures (CSV).
    as_of
        Take only figures published by this day, and forecasts whose data go no further.

    Raises ``ScenarioError`` if a forecast was changed, or for mistakes in the file of figures.
    """
    forecasts = frozen.read_forecasts(Path(folder))
    day = day_of_python(as_of, "as_of")
    found = outcomes.follow_up(forecasts, read_observations(Path(observed)), day)
    return Monitoring(found, f"sim.monitor_forecasts({Path(folder).name!r}, as_of={as_of!r})")


def explain_miss(
    forecast: str | Path,
    observed: str | Path,
    series: str,
    period: str,
    draws: str | Path | None = None,
    workers: int = 0,
    executor: str | None = None,
) -> ForecastMiss:
    """Divide the miss of a frozen forecast over its causes, and a remainder.

    Parameters
    ----------
    forecast
        A frozen forecast, or a folder of one. It is simulated again.
    observed
        File of observed figures (CSV).
    series
        ``people``, ``status_holders``, ``pending``, ``inflow``, a series with its breakdown, or
        ``cost:LINE``.
    period
        Day, month, quarter or year of the figure: ``2025-12-31``, ``2025-12``, ``2025``.
    draws
        Joint draws of a nowcast, from the folder of the run; else those beside the forecast.
    workers, executor
        As in ``Scenario.run``.

    Raises ``ScenarioError`` if there is no such figure in the forecast or among those observed.
    """
    chosen = None if draws is None else Path(draws)
    with open_workers(executor, workers) as pool:
        found, of = explain(Path(forecast), Path(observed), series, period, chosen, pool)
    command = f"sim.explain_miss({Path(forecast).name!r}, series={series!r}, period={period!r})"
    return ForecastMiss(found, of, command)
