"""What is asked of the whole shelf: scenarios, the question book, sweeps, the past, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..clock import StepLength
from ..errors import usage_error
from ..notebook.chart import Chart
from ..notebook.repr import as_html, as_text, heading
from ..questions import text as told
from ..questions.questions import questions as book
from ..questions.text import Page
from ..report.charts import CHART_SIZES, Width
from ..report.i18n import Language
from ..results.experiment import Settings
from ..studies import STUDIES
from ..studies.base import no_progress
from .scenario import Scenario, scenario_of
from .study import StudyReport, study_of


def scenarios(lang: Language = "en") -> pd.DataFrame:
    """The shipped scenarios with their headline gap of 2027 [EUR] and its 80 % band.

    >>> import sim
    >>> "faster-housing" in sim.scenarios().index
    True
    """
    from ..report.overview import headlines
    from ..scenario import load, shipped

    known, rows = headlines(), []
    for name in shipped():
        low, middle, high = known[name].gap if name in known else (None, None, None)
        rows.append((name, middle, low, high, getattr(load(name).title, lang)))
    columns = ["name", "gap_2027", "gap_2027_p10", "gap_2027_p90", "title"]
    return pd.DataFrame(rows, columns=columns).set_index("name")


@dataclass(frozen=True)
class Answer:
    """An answer to a question of the Senate: ``page`` has every part of it."""

    page: Page

    @property
    def short(self) -> str:
        """The answer in one line."""
        return self.page.short

    @property
    def figures(self) -> pd.DataFrame:
        """Each figure in words: what it is, its value and band, where it comes from."""
        return pd.DataFrame(self.page.rows, columns=["what", "value", "from"])

    def __repr__(self) -> str:
        return as_text(self._parts())

    def _repr_html_(self) -> str:
        first, *rest = self._parts()
        return heading(str(first)) + as_html([one for one in rest if one != ""])

    def _parts(self) -> list[Any]:
        from rich.text import Text

        lines = [Text(line) for line in told.lines(self.page)]
        table = [told.figures_table(self.page)] if self.page.rows else []
        return [*lines, *table, *(Text(line) for line in told.behind(self.page))]


def answer(
    number: int,
    lang: Language = "en",
    *,
    replications: int = 500,
    seed: int = 1,
    step: StepLength = "day",
    workers: int = 0,
) -> Answer:
    """Answer a question of the Senate; the runs it needs are kept in ``outputs/answers/kept``.

    Raises ``ScenarioError`` if there is no such question.

    >>> import sim
    >>> sim.answer(49).short.split(":")[0]
    'share of labour in immigration'
    """
    from ..questions.run_studies import answers, question_of

    question = question_of(number)
    found = answers([question], Settings(replications, seed, step), workers, no_progress)
    return Answer(found.page(question, lang))


def questions(lang: Language = "en") -> pd.DataFrame:
    """The 82 questions of the Senate: party, text, and whether a number answers them.

    >>> import sim
    >>> len(sim.questions())
    82
    """
    table = told.overview(book(), lang)
    columns = [list(column.cells) for column in table.columns]
    names = ["number", "party", "question", "state"]
    return pd.DataFrame(dict(zip(names, columns, strict=True))).set_index("number")


@dataclass(frozen=True)
class Sweep:
    """A finished sweep: ``table`` has a row a run."""

    folder: Path
    table: pd.DataFrame

    def discover(self, where: str) -> StudyReport:
        """The part of it in which something happens, as in ``gap.total.2027 > 2e9``."""
        from ..studies.base import Inputs, run_study

        study = STUDIES["discover"]
        options = study.options.parse({"where": where})
        found = run_study(study, options, lambda: Inputs(folder=self.folder))
        return study_of(found, f"sim.open_sweep({str(self.folder)!r}).discover({where!r})")


def sweep(file: str | Path, out: str | Path | None = None, workers: int = 0) -> Sweep:
    """Run every scenario of a design; what an earlier start did is not done again.

    ``file`` is a design file or the name of a shipped design. Raises ``ScenarioError``.
    """
    from ..runs.executor import open_workers
    from ..studies.sweep import design_file, inputs_of, planned_sweep
    from ..studies.sweep import sweep as swept

    found = design_file(Path(file))
    one = planned_sweep(found)
    folder = Path(out) if out is not None else Path("outputs") / f"sweep-{found.stem}"
    with open_workers(None, workers) as crew:
        command = f"sim.sweep({str(found)!r})"
        swept(one, folder, crew, None, inputs_of(one, found), command)
    return open_sweep(folder)


def open_sweep(folder: str | Path) -> Sweep:
    """A sweep that lies in a folder; raises ``ScenarioError`` if none does, or it is unfinished."""
    from ..studies.sweep_store import read_sweep

    return Sweep(Path(folder), read_sweep(Path(folder)).table)


def swings() -> pd.DataFrame:
    """What moves the baseline's gap of 2027: a row an uncertain number, the widest swing first.

    Kept with the program (by the week, seed 1): ``total`` is the Sobol index; ``low`` and ``high``
    are by how much the mean gap moves with the number at its 10th and 90th percentile, all others
    at their median, and ``swing`` is how far these lie apart [EUR].
    """
    from ..report.display_names import input_name
    from ..scenario import load
    from ..scenario.listing import kept_effects

    base = load("baseline")
    rows = [(key, input_name(key, base, "en"), one.total, one.low, one.high, one.swing)
            for key, one in kept_effects().items()]  # fmt: skip
    columns = ["key", "what", "total", "low", "high", "swing"]
    return (
        pd.DataFrame(rows, columns=columns)
        .sort_values("swing", ascending=False, kind="stable")
        .set_index("key")
    )


def calibrate(replications: int = 40) -> dict[str, Any]:
    """What no source gives, fitted to the years to 2024: a patch, as a file would hold it."""
    from ..hindcast import fit, patch

    return patch(fit(replications))


def overview(lang: Language = "en", width: Width = "page") -> Chart:
    """Need and gap of 2027 of all shipped scenarios, sorted, with bands: a picture.

    >>> import sim
    >>> "Baseline" in sim.overview().words
    True
    """
    from ..report.charts import overview as chart
    from ..report.overview import SETTINGS, headlines, with_headline
    from ..report.style import title_of
    from ..runs.manifest import versions
    from ..runs.provenance import Provenance

    titles = {name: getattr(one.title, lang) for name, one in with_headline().items()}
    figure = chart.draw(titles, CHART_SIZES[width], lang)
    made_of, seed = chart.id_of(list(headlines().values())), str(SETTINGS.seed)
    names, version = ", ".join(titles), versions()["opvangsim"]
    stamp = Provenance(
        "overview", names, seed, version, made_of, f"sim.overview({lang!r}, {width!r})"
    )
    return Chart(figure, title_of(figure), chart.alt_text(titles, lang), width, stamp)


def laws() -> pd.DataFrame:
    """The laws of the model, tried on this machine: law, what was tried, result, whether it holds.

    Takes about a minute.
    """
    from ..results.model_checks import run_checks
    from ..scenario import load

    rows = [(one.law, one.tried, one.result, one.holds) for one in run_checks(load("baseline"))]
    return pd.DataFrame(rows, columns=["law", "tried", "result", "holds"])


def new(file: str | Path, base: Scenario | str = "baseline") -> str:
    """The text of a commented patch, ready to be edited, for a file of this name.

    >>> import sim
    >>> "extends: baseline" in sim.new("my_patch.yaml")
    True
    """
    from ..scenario.template import text

    found = scenario_of(base)
    if len(found.names) > 1 or found.sets:
        usage_error("base", f"{found.name} is a chain", "name one scenario")
    return text(Path(file).stem, found.name, found.names[0], found.model)


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, for editors."""
    from ..scenario.json_schema import json_schema

    return json_schema()


def import_patch(file: str | Path, out: str | Path, base: Sequence[str | Path] = ()) -> int:
    """Read an edited workbook back as a patch; how many keys changed (of none no file is written).

    Raises ``ScenarioError`` with sheet and cell of every slip.
    """
    from ..export.files import import_patch as asked

    return asked(Path(file), Path(out), [Path(one) for one in base])[1]


def whence(file: str | Path) -> dict[str, Any]:
    """Where a file comes from: kind, scenario, seed, version, run, command; whether it changed.

    Raises ``ScenarioError`` if it is none of ours.
    """
    from dataclasses import asdict

    from ..export.provenance import find

    found = find(Path(file))
    return {**asdict(found.stamp), "intact": found.intact}
