"""A finished run: its tables, its charts, and the files that can be made of it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..errors import usage_error
from ..notebook.chart import Chart
from ..notebook.repr import as_html, as_text, heading
from ..questions.text import cell_text, chance_text
from ..report import run_tables as text
from ..report.charts import CHART_SIZES, CHARTS, Width, draw
from ..report.i18n import Language, translate
from ..results.cell import look_up, parse
from ..runs.load import RunFolder, read_run_folder, run_data, verified_file
from ..scenario import load_chain
from .scenario import Scenario, scenario_of

if TYPE_CHECKING:
    from .study import StudyReport


@dataclass(frozen=True)
class Result:
    """A finished run, read from its folder.

    ``finished`` is what the folder holds; a folder that was not asked for goes when the result
    does.
    """

    scenario: Scenario
    folder: Path
    finished: RunFolder

    @property
    def id(self) -> str:
        """Its identity: what it computes, not when, where or how fast."""
        return str(self.finished.record["id"])

    @property
    def budget(self) -> pd.DataFrame:
        """Cost, budget and gap: a row a vintage, year, line, price level, timing and basis [EUR].

        Columns ``cost_*`` and ``gap_*`` are mean and quantiles over replications.
        """
        return self.finished.budget.copy()

    @property
    def monthly(self) -> pd.DataFrame:
        """Stocks and flows at the start and each month's end, a row a date, series, breakdown."""
        return self.finished.monthly.copy()

    @property
    def yearly(self) -> pd.DataFrame:
        """Flows summed over a year, stocks averaged and at its end: a row a year and series."""
        return self.finished.yearly.copy()

    @property
    def replications(self) -> pd.DataFrame:
        """Unreduced: a row a year and replication, a column a cell.

        Columns are ``series|breakdown|measure`` and ``cost|line|level`` [EUR, base price level].
        """
        file = verified_file(self.folder, self.finished.record, "replications.parquet")
        return pd.read_parquet(file)

    @property
    def gap(self) -> pd.DataFrame:
        """The headline by year [EUR]: cost, budget and gap, median and 80 % band; P(gap > 0).

        >>> import sim
        >>> run = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> run.gap.columns.tolist()
        ['cost', 'budget', 'gap', 'gap_p10', 'gap_p90', 'p_gap_positive']
        """
        rows = text.headline_rows(self.finished.budget, self.scenario.model).set_index("year")
        columns = ["cost_p50", "budget", "gap_p50", "gap_p10", "gap_p90", "p_gap_positive"]
        return rows[columns].rename(columns={"cost_p50": "cost", "gap_p50": "gap"})

    def cell(self, address: str) -> float:
        """One number of its tables, as in ``gap.total.2027@owb2025:p90``: a mean without a ``:``.

        ``gap``, ``cost`` and ``budget`` of a line [EUR], or a series of ``yearly`` with its
        breakdown, averaged over the year (stocks) or summed (flows). Raises ``ScenarioError``.

        >>> import sim
        >>> run = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> run.cell("budget.coa_nidos.2027")
        1016100000.0
        """
        return look_up(
            parse(address),
            self.finished.budget,
            self.finished.yearly,
            self.scenario.model.budget.headline,
            self.scenario.model.prices.level,
        )

    def words(self, address: str, lang: Language = "en") -> str:
        """A cell in words: median with unit, 80 % band; a named statistic stands alone.

        Raises ``ScenarioError`` if there is no such cell.

        >>> import sim
        >>> run = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> run.words("budget.total.2027").replace(chr(160), " ")
        'EUR 1.5 billion'
        """
        asked = parse(address)
        if asked.statistic == "p_positive":
            return chance_text(self.cell(address), lang)
        if ":" in address.rpartition(".")[2]:
            low = middle = high = self.cell(address)
        else:
            low, middle, high = (self.cell(f"{asked.cell}:{one}") for one in ("p10", "p50", "p90"))
        return cell_text(asked.table, low, middle, high, lang)

    @property
    def plot(self) -> Plots:
        """Its charts: ``.plot.need()``, ``.plot.gap()`` and so on."""
        return Plots(self)

    def compare(self, *others: Scenario | Result | str, workers: int = 0) -> StudyReport:
        """What other scenarios differ in from this one, with this run's settings."""
        run = self.finished.record["options"]
        return self.scenario.compare(
            *map(_scenario, others),
            replications=run["replications"],
            seed=run["seed"],
            step=run["step"],
            uncertainty=run["vary"],
            workers=workers,
        )

    def explain(
        self, other: Scenario | Result | str, year: int = 2027, workers: int = 0
    ) -> StudyReport:
        """Why the gap of the other differs from that of this one, with this run's settings."""
        run = self.finished.record["options"]
        return self.scenario.explain(
            _scenario(other),
            year,
            replications=run["replications"],
            seed=run["seed"],
            step=run["step"],
            uncertainty=run["vary"],
            workers=workers,
        )

    def write(self, folder: str | Path) -> Path:
        """Keep the run in a folder of its own; raises ``ScenarioError`` if that can't be."""
        from ..runs.folder import replace_folder
        from ..runs.manifest import MANIFEST, read_manifest

        with replace_folder(Path(folder)) as staging:
            for name in (MANIFEST, *read_manifest(self.folder)["files"]):
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self.folder / name, staging / name)
        return Path(folder)

    def export(self, file: str | Path, lang: Language = "en", *, iamc: bool = False) -> Path:
        """Write a workbook (.xlsx), a long table (.csv, .parquet), or scenario data (``iamc``).

        Raises ``ScenarioError`` if the name fits no form, or can't be written.
        """
        from ..export.files import export_run

        form = "--iamc" if iamc else f"--{Path(file).suffix.removeprefix('.')}"
        known = ("--xlsx", "--csv", "--parquet", "--iamc")
        export_run(self.finished, form if form in known else "--csv", Path(file), lang)
        return Path(file)

    def memo(self, file: str | Path, lang: Language = "en") -> Path:
        """Write a memo of two pages with an annex: .docx or .md."""
        from .memo import write_memo

        return write_memo(self.folder, Path(file), lang)

    def __repr__(self) -> str:
        run = self.finished.record["options"]
        told = f"{run['replications']} replications, seed {run['seed']}, run {self.id}"
        return f"Result({self.scenario.name!r}: {told})\n{as_text(self._tables())}"

    def _repr_html_(self) -> str:
        run = self.finished.record["options"]
        told = f"{run['replications']} replications, seed {run['seed']}, run {self.id}"
        return heading(self.scenario.title, told) + as_html(self._tables())

    def _tables(self) -> list[Any]:
        model = self.scenario.model
        if model.closing == "constrained":
            return [text.short_table(self.finished.yearly, "en")]
        if self.finished.budget.empty:
            return [text.reception_table(self.finished.monthly, "en")]
        return [text.gap_table(self.finished.budget, model, "en")]


@dataclass(frozen=True)
class Plots:
    """The charts of a run, the same as ``opvangsim plot`` draws.

    Each is for a column, a page or a slide, in English or Dutch. Raises ``ScenarioError`` if the
    run is too short for it.
    """

    of: Result

    def need(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Need for places as a fan, joined to the past, beside official forecasts."""
        return self._drawn("need", lang, width)

    def gap(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Cost against the budget, and the gap between them."""
        return self._drawn("gap", lang, width)

    def inflow(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Inflow as a fan, joined to the past."""
        return self._drawn("inflow", lang, width)

    def occupancy(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Occupancy stacked by place type, with the line of places."""
        return self._drawn("occupancy", lang, width)

    def ind(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Cases pending at the IND, and how long they wait."""
        return self._drawn("ind", lang, width)

    def housing(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Status holders waiting against those housed."""
        return self._drawn("housing", lang, width)

    def _drawn(self, name: str, lang: Language, width: Width) -> Chart:
        subject = run_data(self.of.folder, self.of.finished)
        if not CHARTS[name].is_drawable(subject):
            usage_error(
                name, "the run is too short for this chart", "run the scenario to a later day"
            )
        figure = draw(name, subject, CHART_SIZES[width], lang)
        title, words = translate(f"chart_{name}_title", lang), CHARTS[name].alt_text(subject, lang)
        return Chart(figure, title, words, width, self.of.finished.stamp)


def open_run(folder: str | Path) -> Result:
    """A run that lies in a folder, as ``opvangsim run`` or ``write`` left it.

    Raises ``ScenarioError`` if it is no run's folder, or if a file in it was changed.
    """
    place = Path(folder)
    run = read_run_folder(place)
    file = str(place / "scenario.resolved.yaml")
    loaded = load_chain([file])
    named = type(loaded)(run.record["scenario"], loaded.scenario, loaded.tree)
    return Result(Scenario((file,), (), named), place, run)


def explore(runs: Sequence[Result], file: str | Path, lang: Language = "en") -> Path:
    """Write runs side by side as one page (HTML) that works offline.

    Raises ``ScenarioError`` if they are too many, or if the page can't be written.
    """
    from ..export.dashboard.page import explore as asked
    from ..export.safe_write import write_file

    target = Path(file)
    if target.suffix.lower() != ".html":
        usage_error(str(target), "this is no name of a page", "give a name that ends in .html")
    names = [one.scenario.name for one in runs]
    command = f"sim.explore([{', '.join(names)}], {target.name!r})"
    write_file(target, asked([one.finished for one in runs], names, command, lang))
    return target


def _scenario(one: Scenario | Result | str) -> Scenario:
    return one.scenario if isinstance(one, Result) else scenario_of(one)
