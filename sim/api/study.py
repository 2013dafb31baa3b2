"""Studies from Python: reports of studies, and sweeps over many scenarios."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.table import Table

from ..errors import usage_error
from ..export.memo.form import form_of
from ..export.memo.memo import files_of, memo_of
from ..export.safe_write import write_files
from ..notebook.axes import Drawn, Given, check_language, check_width, draw_into, show
from ..notebook.chart import Chart
from ..notebook.progress import progress, watched
from ..notebook.repr import as_html, as_sentence, as_text, heading
from ..report.charts import Width
from ..report.i18n import Language
from ..report.study_data import StudyData
from ..report.style import title_of
from ..results.executor import open_workers
from ..runs.load import read_folder
from ..runs.study_folder import stamp_of_content
from ..runs.summary_tables import round_table
from ..scenario.catalogue import design_file
from ..studies import STUDIES, Study, sweep_store
from ..studies import sweep as sweeps
from ..studies.base import (
    Inputs,
    StudyResult,
    chart_of_study,
    chart_text,
    draw_chart,
    has_chart,
    run_study,
    write,
)
from ..studies.compare_runs import finished
from ..studies.options import StudyOptions
from .python_names import python_names

if TYPE_CHECKING:
    from .scenario import LoadedScenario

MOST_ROWS = 20
"""Rows of a table that Jupyter shows."""


@dataclass(frozen=True, eq=False)
class StudyReport:
    """Outcome of a study: tables, sentences, a chart.

    ``command`` is the Python expression that runs the study again.
    """

    finding: StudyResult
    command: str

    @property
    def id(self) -> str:
        """Identity of what was computed; it does not depend on when, where or how fast."""
        return self.finding.content.id

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, as in the folder of the study."""
        return {name: round_table(table) for name, table in self.finding.content.tables.items()}

    def sentences(self, lang: Language = "en") -> list[str]:
        """Return the findings in words."""
        parts = self.finding.told(lang)
        return [as_sentence(part) for part in parts if not isinstance(part, Table)]

    def details(self, lang: Language = "en") -> str:
        """Return further tables as text, as ``--details`` prints them; empty for most studies."""
        return as_text(self.finding.details(lang))

    def plot(
        self, ax: Given | None = None, *, lang: Language = "en", width: Width = "page"
    ) -> Drawn:
        """Draw the chart of the study on matplotlib axes, and return them.

        Given ``ax`` it is drawn into it, or into one for each of its panels; without it a new
        figure is made. Raises ``ScenarioError`` if the study has nothing to draw, or for another
        number of axes.
        """
        if ax is None:
            return show(self.chart(lang, width))
        check_language(lang)
        data = self._drawable()
        return draw_into(ax, lambda size: chart_of_study(data).draw(data, size, lang))

    def chart(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Return the chart of the study to publish, with its alternative text and its origin.

        Raises ``ScenarioError`` if the study has nothing to draw.
        """
        check_language(lang)
        check_width(width)
        data = self._drawable()
        figure, text = draw_chart(data, lang, width), chart_text(data, lang)
        stamp = stamp_of_content(self.finding.content, self.command)
        return Chart(figure, title_of(figure), text, width, stamp)

    def _drawable(self) -> StudyData:
        data = self.finding.data
        if not has_chart(data):
            usage_error("plot", "it contains nothing to draw", "see its tables")
        return data

    def write(self, folder: str | Path | None = None, lang: Language = "en") -> Path:
        """Write the folder of the study (tables, charts, scenarios, manifest) and return its path.

        By default it is a folder in ``outputs``. Raises ``ScenarioError`` if it can't be written.
        """
        default = Path("outputs") / self.finding.content.folder
        path = default if folder is None else Path(folder)
        write(self.finding, path, lang, self.command)
        return path

    def memo(self, file: str | Path, lang: Language = "en") -> Path:
        """Write a memo of two pages with an annex, as Word (.docx), PDF (.pdf) or Markdown (.md).

        Raises ``ScenarioError`` if this study has no memo, or if the file can't be written.
        """
        with tempfile.TemporaryDirectory(prefix="opvangsim-") as temporary:
            folder = self.write(Path(temporary) / self.finding.content.folder, lang)
            return write_memo(folder, Path(file), lang)

    def __repr__(self) -> str:
        study = self.finding.content
        return f"Study({study.kind}: {study.name})\n{as_text(self.finding.told('en'))}"

    def _repr_html_(self) -> str:
        study = self.finding.content
        settings = f"{study.settings.replications} replications, seed {study.settings.seed}"
        title = heading(study.name, f"{study.kind}, {settings}, {study.id}")
        return title + as_html(self.finding.told("en"))


def write_memo(folder: Path, file: Path, lang: Language) -> Path:
    """Write the memo of a folder of results; raises ``ScenarioError`` if it has none."""
    form = form_of(file)
    write_files(files_of(memo_of(read_folder(folder), lang), form, file))
    return file


# -- Studies of scenarios: methods of a scenario, made from the table of studies -------------------


def run_from_python(
    study: Study,
    base: LoadedScenario,
    load: Callable[[Any], LoadedScenario],
    *args: Any,
    **kwargs: Any,
) -> StudyReport:
    """Run a study of a scenario with the arguments of its method; ``load`` loads the others."""
    given = signature_of(study).bind(*args, **kwargs).arguments
    executor, threads = given.pop("executor", None), given.pop("workers", 0)
    others = [load(other) for other in given.pop("others", ())]
    if "other" in given:
        others = [load(given.pop("other"))]
    if study.takes == "scenarios" and not others:
        usage_error(study.name, "there is nothing to compare", "give another scenario")
    loaded = (base.loaded, *(other.loaded for other in others))
    with python_names(), open_workers(executor, threads) as workers:
        options = study.options.parse(given)
        result = run_study(study, options, lambda: Inputs(loaded, workers=workers, watch=watched()))
    return StudyReport(result, _expression(base, study, options, others))


def compare_finished(
    folders: Sequence[Path], base: LoadedScenario, others: Sequence[LoadedScenario]
) -> StudyReport:
    """Compare finished runs with the first of them, without simulating again."""
    study = STUDIES["compare"]
    options, inputs = finished(folders)
    result = run_study(study, options, lambda: inputs)
    return StudyReport(result, _expression(base, study, options, others))


def signature_of(study: Study) -> Signature:
    """Return the signature of the method of a study: other scenarios, then its options.

    Of these what has to be given stands first.
    """
    found = []
    if study.takes == "two scenarios":
        found.append(Parameter("other", Parameter.POSITIONAL_OR_KEYWORD))
    if study.takes in ("scenarios", "plans"):
        found.append(Parameter("others", Parameter.VAR_POSITIONAL))
    several = study.takes in ("scenarios", "plans")
    own = Parameter.KEYWORD_ONLY if several else Parameter.POSITIONAL_OR_KEYWORD
    fields = [(name, field, own) for name, field in study.options.own().items()]
    shared = study.options.shared().items()
    fields += [(name, field, Parameter.KEYWORD_ONLY) for name, field in shared]
    fields.sort(key=lambda one: (one[2], not one[1].is_required()))
    for name, field, kind in fields:
        default = Parameter.empty if field.is_required() else field.get_default()
        found.append(Parameter(name, kind, default=default, annotation=field.annotation))
    found.append(Parameter("workers", Parameter.KEYWORD_ONLY, default=0, annotation=int))
    executor = Parameter("executor", Parameter.KEYWORD_ONLY, default=None, annotation=str | None)
    found.append(executor)
    return Signature(found, return_annotation=StudyReport)


def _expression(
    base: LoadedScenario, study: Study, options: StudyOptions, others: Sequence[LoadedScenario]
) -> str:
    """Return the Python expression that runs a study again."""
    arguments = [other.expression for other in others]
    for name, field in study.options.model_fields.items():
        value = getattr(options, name)
        stated = name in ("replications", "seed", "step") or field.is_required()
        if stated or value != field.get_default():
            plain = value.isoformat() if isinstance(value, date) else value
            arguments.append(f"{name}={plain!r}")
    return f"{base.expression}.{study.method}({', '.join(arguments)})"


# -- Sweeps ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class SweepResult:
    """A finished sweep; ``table`` has a row per run: its levers and its results."""

    folder: Path
    table: pd.DataFrame

    def __repr__(self) -> str:
        rows, columns = self.table.shape
        return f"SweepResult({self.folder.name!r}: {rows} runs, {columns} columns in table)"

    def _repr_html_(self) -> str:
        return as_html([repr(self)]) + str(self.table.to_html(max_rows=MOST_ROWS))

    def discover(self, where: str) -> StudyReport:
        """Find the part of the sweep in which a condition holds, as in ``gap.total.2027 > 2e9``.

        Needs the extra ``opvangsim[discover]``. Raises ``ScenarioError`` for a condition that
        can't be read, or that holds in none or all of the runs.
        """
        study = STUDIES["discover"]
        options = study.options.parse({"where": where})
        found = run_study(study, options, lambda: Inputs(folder=self.folder))
        return StudyReport(found, f"sim.open_sweep({str(self.folder)!r}).discover({where!r})")


def sweep(
    file: str | Path,
    out: str | Path | None = None,
    workers: int = 0,
    executor: str | None = None,
) -> SweepResult:
    """Run every scenario of a design; runs that an earlier start finished are kept.

    Parameters
    ----------
    file
        A design file, or the name of a shipped design.
    out
        Folder to write; by default ``outputs/sweep-NAME``.
    workers, executor
        As in ``Scenario.run``.

    Raises ``ScenarioError`` for a mistake in the design, and if the folder can't be written.
    """
    design = design_file(Path(file))
    plan = sweeps.planned_sweep(design)
    folder = Path(out) if out is not None else Path("outputs") / f"sweep-{design.stem}"
    inputs = sweeps.inputs_of(plan, design)
    with open_workers(executor, workers) as pool:
        command = f"sim.sweep({str(design)!r})"
        replications = plan.plan.design.settings.replications
        with progress(plan.name, len(plan.plan) * replications) as tell:
            report = sweeps.in_replications(tell, replications)
            sweeps.sweep(plan, folder, pool, report, inputs, command)
    return open_sweep(folder)


def open_sweep(folder: str | Path) -> SweepResult:
    """Open the folder of a finished sweep.

    Raises ``ScenarioError`` if there is no sweep in it, or if the sweep is unfinished.
    """
    return SweepResult(Path(folder), sweep_store.read_sweep(Path(folder)).table)
