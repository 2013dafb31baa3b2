"""Result of a run: its tables, its charts, and the files that can be made from it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import usage_error
from ..export.files import export_run
from ..notebook.chart import Chart
from ..notebook.repr import as_html, as_text, heading
from ..questions.text import cell_text
from ..report import run_tables as text
from ..report.charts import Width
from ..report.error_tables import error_table
from ..report.i18n import Language, probability
from ..results.cell import look_up, parse
from ..runs.folder import replace_folder
from ..runs.kept_cells import read_gaps
from ..runs.load import RunFolder, no_months, read_run_folder, verified_table
from ..runs.manifest import MANIFEST, read_manifest
from . import frames
from .dataset import dataset_of
from .plots import Plots, chart_of
from .study import StudyReport, compare_finished, write_memo

if TYPE_CHECKING:
    from xarray import Dataset

    from .scenario import LoadedScenario


MEDIAN = "p50"
"""Statistic of an address that names none."""
LONGEST_NAME = 120
"""Longest name of a temporary folder [characters]."""


@dataclass(frozen=True, eq=False)
class Result:
    """Result of a run: tables as data frames, charts, and files for others.

    ``folder`` is where it is kept: a temporary folder, removed together with the result, unless a
    folder was given to ``Scenario.run``. Tables have names in their index and floats in their
    columns; ``attrs["title"]`` says what a table is, ``attrs["units"]`` the unit of each column, or
    of each series. Two results are equal if the same was computed for the same scenario.
    """

    scenario: LoadedScenario
    folder: Path
    finished: RunFolder

    @property
    def id(self) -> str:
        """Identity of what was computed; it does not depend on when, where or how fast."""
        return str(self.finished.record["id"])

    @property
    def precision(self) -> dict[str, Any] | None:
        """What was reached of the precision that was asked for; None where none was."""
        found: dict[str, Any] | None = self.finished.record.get("precision")
        return found

    @property
    def budget(self) -> pd.DataFrame:
        """Cost, budget and gap by vintage, line, price level, timing, price basis and year [EUR].

        Columns ``cost_*`` and ``gap_*`` are the mean and quantiles over replications, and the ends
        of their simulation error (``_low``, ``_high``).

        >>> import sim
        >>> run = sim.run("baseline", replications=10, step="week", workers=1)
        >>> run.budget.loc["owb2025", "ind", "document", "cost", "vintage"].index.tolist()
        [2025, 2026, 2027, 2028, 2029, 2030]
        """
        return frames.budget_frame(self.finished.budget)

    @property
    def budget_monthly(self) -> pd.DataFrame:
        """Cost by line and month, cumulated from 1 January, beside the budget of the year [EUR].

        Indexed as ``budget``, with the month's end for the year, at the headline's vintage, price
        level and price basis, as cost and as cash. Raises ``ScenarioError`` for a folder of an
        earlier version, which has no ``budget_monthly.csv``.

        >>> import sim
        >>> run = sim.run("baseline", replications=10, step="week", workers=1)
        >>> months = run.budget_monthly.query("line == 'total' and timing == 'cost'")
        >>> float(months["budget"].iloc[11]) == run.value("budget.total.2025")
        True
        """
        if self.finished.budget_monthly is None:
            raise no_months(self.folder)
        return frames.budget_monthly_frame(self.finished.budget_monthly)

    @property
    def monthly(self) -> pd.DataFrame:
        """Stocks at the start and each month's end, flows by month: by series and breakdown.

        >>> import sim
        >>> run = sim.run("baseline", replications=10, step="week", workers=1)
        >>> run.monthly.loc["occupancy", "total"]["p50"].iloc[0].item()
        72650.0
        """
        return frames.monthly_frame(self.finished.monthly)

    @property
    def yearly(self) -> pd.DataFrame:
        """Series by breakdown, measure and year: ``mean`` of a year, its ``end``, or ``sum``.

        >>> import sim
        >>> run = sim.run("baseline", replications=10, step="week", workers=1)
        >>> run.yearly.loc["occupancy", "total", "mean"].index.tolist()
        [2025, 2026, 2027, 2028, 2029, 2030]
        """
        return frames.yearly_frame(self.finished.yearly)

    @property
    def replications(self) -> pd.DataFrame:
        """Every replication and year as a row; columns are series, breakdown and measure.

        Columns of cost are line and price level, at the prices of the base year; cost of the IND,
        and of the total, is gross [EUR]. Columns of the gap are line and headline vintage: cost
        less budget in the prices of that vintage, as in ``gap``, and net of the IND's other income
        where the vintage is [EUR].

        >>> import sim
        >>> run = sim.run("baseline", replications=10, step="week", workers=1)
        >>> run.replications["occupancy", "total", "mean"].groupby("year").mean().shape
        (6,)
        >>> gap = run.replications["gap", "total", "owb2025"].groupby("year").median()
        >>> bool(abs(gap[2027] - run.value("gap.total.2027")) < 1e4)
        True
        """
        return frames.replications_frame(*self._unreduced())

    def to_xarray(self) -> Dataset:
        """Return the run as an xarray Dataset, with a dimension for each kind of name.

        Series of every replication and year (``occupancy``, ``occupancy_at_end``,
        ``occupancy_by_place``), statistics by month (``occupancy_monthly``), ``cost`` of every
        replication by line and price level, ``budget`` and statistics of the ``gap`` by vintage and
        line, and ``gap_of_replication`` against the headline vintage.

        Needs the extra ``opvangsim[xarray]``. Raises ``ScenarioError`` without it.

        >>> import sim
        >>> data = sim.run("baseline", replications=10, step="week", workers=1).to_xarray()
        >>> data["occupancy"].dims, data["occupancy"].attrs["units"]
        (('replication', 'year'), 'persons')
        """
        return dataset_of(self.finished, frames.replications_frame(*self._unreduced()))

    def _unreduced(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, str]:
        """Return what the frame of replications is made of."""
        record = self.finished.record
        table = verified_table(self.folder, record, "replications.parquet")
        gaps = read_gaps(self.folder, record)
        return table, self.finished.yearly, gaps, self.scenario.model.budget.headline

    @property
    def posterior(self) -> pd.DataFrame:
        """Each uncertain number before and after conditioning: mean, 95% interval, spread left.

        Empty if no figure could be used. Raises ``ScenarioError`` if the run is no nowcast.
        """
        if not self._nowcast["used"]:
            return pd.DataFrame()
        return verified_table(self.folder, self.finished.record, "posterior.csv")

    @property
    def figures(self) -> pd.DataFrame:
        """Each figure of a nowcast: used or why not, and how the run sees it before and after.

        Raises ``ScenarioError`` if the run is no nowcast.
        """
        _ = self._nowcast
        return verified_table(self.folder, self.finished.record, "figures.csv")

    @property
    def _nowcast(self) -> dict[str, Any]:
        """What the manifest says of a nowcast."""
        found: dict[str, Any] | None = self.finished.record.get("nowcast")
        if found is None:
            what = "this run is not conditioned on figures"
            usage_error(str(self.folder), what, "make it with Scenario.nowcast")
        return found

    @property
    def gap(self) -> pd.DataFrame:
        """Cost, budget and gap by year [EUR]: median, 80% interval of the gap, P(gap > 0).

        >>> import sim
        >>> run = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> run.gap.columns.tolist()
        ['cost', 'budget', 'gap', 'gap_p10', 'gap_p90', 'p_gap_positive']
        """
        return frames.gap_frame(self.finished.budget, self.scenario.model)

    def value(self, address: str) -> float:
        """Return one number of the tables, as in ``gap.total.2027@owb2025:p90``.

        An address names ``gap``, ``cost`` or ``budget`` of a line [EUR], or a series of ``yearly``
        with its breakdown, averaged over the year (stocks of people and places), at its end (stocks
        of cases) or summed (flows). Without a statistic it is the median (``p50``), as in tables
        and charts; ``:mean`` asks for the mean. Raises ``ScenarioError`` if there is no such cell.

        >>> import sim
        >>> run = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> run.value("budget.coa_nidos.2027")
        1016100000.0
        """
        return self._look_up(address)

    def error(self, address: str) -> tuple[float, float]:
        """Return the simulation error of one number of the tables: its 95% interval.

        Addresses are those of ``value``, with the statistic mean, p10, p50, p90 or, of a gap,
        p_positive. Both ends are NaN for fewer than 100 replications. Raises ``ScenarioError`` if
        there is no such cell, or if its error is not kept.

        >>> import sim
        >>> run = sim.load("baseline").run(replications=100, step="week", workers=1)
        >>> low, high = run.error("gap.total.2027:p50")
        >>> low < run.value("gap.total.2027:p50") < high
        True
        """
        return self._look_up(address, "_low"), self._look_up(address, "_high")

    def _look_up(self, address: str, ending: str = "") -> float:
        return look_up(
            parse(address, MEDIAN),
            self.finished.budget,
            self.finished.yearly,
            self.scenario.model.budget.headline,
            self.scenario.model.prices.level,
            ending,
            self.scenario.model.budget.price_basis,
        )

    def describe_cell(self, address: str, lang: Language = "en") -> str:
        """Return a number of the tables in words: the median with its unit and 80% interval.

        An address with a statistic gives that statistic alone. Raises ``ScenarioError`` if there
        is no such cell.

        >>> import sim
        >>> run = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> run.describe_cell("budget.total.2027").replace(chr(160), " ")
        'EUR 1.5 billion'
        """
        asked = parse(address, MEDIAN)
        if asked.statistic == "p_positive":
            return probability(self.value(address), lang)
        if ":" in address.rpartition(".")[2]:
            low = middle = high = self.value(address)
        else:
            low, middle, high = (self.value(f"{asked.cell}:{q}") for q in ("p10", "p50", "p90"))
        return cell_text(asked.table, low, middle, high, lang)

    @property
    def plot(self) -> Plots:
        """Charts on matplotlib axes: ``.plot.need()``, ``.plot.gap(ax=ax)`` and so on."""
        return Plots(self)

    def chart(
        self, name: str, lang: Language = "en", width: Width = "page", *, year: int | None = None
    ) -> Chart:
        """Return a chart to publish, the same as ``opvangsim plot`` draws.

        It has an alternative text, and ``save`` writes its origin into the file. ``name`` is that
        of a method of ``plot``, ``year`` that of "budget_year". Raises ``ScenarioError`` if there
        is no such chart, or if the run is too short for it.

        >>> import sim
        >>> sim.run("baseline", replications=10, step="week", workers=1).chart("gap").title
        'Shortfall of EUR 2.5 billion in 2027'
        """
        return chart_of(self, name, lang, width, year)

    def compare(
        self,
        *others: LoadedScenario | Result | str,
        workers: int = 0,
        executor: str | None = None,
    ) -> StudyReport:
        """Compare other scenarios with this one, with the settings of this run.

        Other finished runs are compared as they are kept, by year, without simulating again.
        Raises ``ScenarioError`` for an unknown scenario, or a finished run with other settings.
        """
        runs = [one for one in others if isinstance(one, Result)]
        if runs and len(runs) == len(others):
            folders = [run.folder for run in (self, *runs)]
            return compare_finished(folders, self.scenario, [run.scenario for run in runs])
        settings = self._settings() | {"workers": workers, "executor": executor}
        report: StudyReport = self.scenario.compare(*others, **settings)
        return report

    def explain(
        self,
        other: LoadedScenario | Result | str,
        year: int = 2027,
        workers: int = 0,
        executor: str | None = None,
    ) -> StudyReport:
        """Explain why the gap of the other differs, with the settings of this run.

        Raises ``ScenarioError`` for an unknown scenario, or a year without a budget.
        """
        settings = self._settings() | {"workers": workers, "executor": executor}
        report: StudyReport = self.scenario.explain(other, year, **settings)
        return report

    def write(self, folder: str | Path) -> Path:
        """Copy the run into a folder; raises ``ScenarioError`` if it can't be written."""
        with replace_folder(Path(folder)) as staging:
            for name in (MANIFEST, *read_manifest(self.folder)["files"]):
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self.folder / name, staging / name)
        return Path(folder)

    def export(self, file: str | Path, lang: Language = "en", *, iamc: bool = False) -> Path:
        """Write a workbook (.xlsx), a long table (.csv, .parquet), or IAMC data (``iamc``).

        Raises ``ScenarioError`` for another ending, or if the file can't be written.
        """
        form = "--iamc" if iamc else f"--{Path(file).suffix.removeprefix('.')}"
        known = ("--xlsx", "--csv", "--parquet", "--iamc")
        export_run(self.finished, form if form in known else "--csv", Path(file), lang)
        return Path(file)

    def memo(self, file: str | Path, lang: Language = "en") -> Path:
        """Write a memo of two pages with an annex, as Word (.docx), PDF (.pdf) or Markdown (.md).

        Raises ``ScenarioError`` for another ending, or if the file can't be written.
        """
        return write_memo(self.folder, Path(file), lang)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return self.id == other.id and self.scenario.name == other.scenario.name

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"Result({self.scenario.name!r}: {self._about()})\n{as_text(self._tables())}"

    def _repr_html_(self) -> str:
        return heading(self.scenario.title, self._about()) + as_html(self._tables())

    def _about(self) -> str:
        run = self.finished.record["options"]
        settings = f"{run['replications']} replications in steps of a {run['step']}"
        return f"{settings}, seed {run['seed']}, run {self.id}"

    def _settings(self) -> dict[str, Any]:
        """Return the settings of the run as arguments of a study."""
        run = self.finished.record["options"]
        settings = {name: run[name] for name in ("replications", "seed", "step")}
        return {**settings, "uncertainty": run["vary"]}

    def _tables(self) -> list[Any]:
        model = self.scenario.model
        if model.closing == "constrained":
            return [text.short_table(self.finished.yearly, "en")]
        if self.finished.budget.empty:
            return [text.reception_table(self.finished.monthly, "en")]
        budget = self.finished.budget
        return [text.gap_table(budget, model, "en"), error_table(budget, model, "en")]


def folder_for(out: str | Path | None, name: str) -> tuple[Path, Path | None]:
    """Return the folder to write, and the temporary one that it is in where none was given."""
    if out is not None:
        return Path(out), None
    temporary = Path(tempfile.mkdtemp(prefix="opvangsim-"))
    return temporary / name[:LONGEST_NAME].rstrip("."), temporary


def kept(scenario: LoadedScenario, folder: Path, temporary: Path | None) -> Result:
    """Return the result in a folder, which is removed together with it if it is temporary."""
    result = Result(scenario, folder, read_run_folder(folder))
    if temporary is not None:
        weakref.finalize(result, shutil.rmtree, temporary, ignore_errors=True)
    return result
