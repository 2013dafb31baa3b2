"""What the product comes with: scenarios, their schema and template, the Senate's questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.text import Text

from ..clock import StepLength
from ..errors import Message, usage_error
from ..export import files
from ..notebook.chart import Chart
from ..notebook.progress import watched
from ..notebook.repr import as_html, as_text, heading
from ..questions import text
from ..questions.questions import questions
from ..questions.run_studies import answers, question_of
from ..questions.search import search
from ..questions.text import Page
from ..report.charts import CHART_SIZES, Width
from ..report.charts import overview as overview_chart
from ..report.i18n import Language
from ..report.overview import SETTINGS, headlines, with_headline
from ..report.style import title_of
from ..results.executor import open_workers
from ..results.experiment import Settings
from ..results.versions import versions
from ..runs.provenance import Provenance
from ..scenario import load, shipped
from ..scenario.json_schema import json_schema
from ..scenario.template import text as template
from ..scenario.vintage_template import vintage_text
from .scenario import Scenario, scenario_of


def list_scenarios(lang: Language = "en") -> pd.DataFrame:
    """List the shipped scenarios with their gap of 2027 [EUR] and its 80% interval.

    >>> import sim
    >>> "faster-housing" in sim.list_scenarios().index
    True
    """
    known, rows = headlines(), []
    for name in shipped():
        low, median, high = known[name].gap if name in known else (None, None, None)
        rows.append((name, median, low, high, getattr(load(name).title, lang)))
    columns = ["name", "gap_2027", "gap_2027_p10", "gap_2027_p90", "title"]
    return pd.DataFrame(rows, columns=columns).set_index("name")


def overview(lang: Language = "en", width: Width = "page") -> Chart:
    """Draw need and gap of 2027 in all shipped scenarios, sorted, with 80% intervals.

    >>> import sim
    >>> "Baseline" in sim.overview().words
    True
    """
    titles = {name: getattr(scenario.title, lang) for name, scenario in with_headline().items()}
    figure = overview_chart.draw(titles, CHART_SIZES[width], lang)
    stamp = Provenance(
        "overview",
        ", ".join(titles),
        str(SETTINGS.seed),
        versions()["opvangsim"],
        overview_chart.id_of(list(headlines().values())),
        f"sim.overview({lang!r}, {width!r})",
    )
    return Chart(figure, title_of(figure), overview_chart.alt_text(titles, lang), width, stamp)


def new_scenario(
    file: str | Path,
    base: Scenario | str = "baseline",
    *,
    vintage: str | None = None,
    year: int | None = None,
) -> str:
    """Return the text of a commented patch, ready to be edited, for a file of this name.

    With ``vintage`` and ``year`` it adds a newer budget, with amounts from that year on,
    to be filled in. Nothing is written. Raises ``ScenarioError`` if the base is more than one
    scenario or file, or has a vintage of that name.

    >>> import sim
    >>> "extends: baseline" in sim.new_scenario("my_patch.yaml")
    True
    """
    found = scenario_of(base)
    if len(found.names) > 1 or found.sets:
        usage_error("base", Message("{name} is a chain", name=found.name), "name one scenario")
    named = Path(file).stem, found.name, found.names[0], found.model
    if vintage is None and year is None:
        return template(*named)
    if vintage is None or year is None:
        usage_error("vintage", "a newer budget needs vintage and year", "give both")
    return vintage_text(*named, vintage, year)


def find(text: str, lang: Language = "en") -> pd.DataFrame:
    """Find numbers, sources, questions and scenarios by a text, the best of each kind first.

    Every word has to occur, in English or Dutch; a number is found by its value too. ``command`` is
    what shows it on the command line.

    >>> import sim
    >>> sim.find("27.100").query("kind == 'number'").name.tolist()
    ['reception.places.regular.price']
    """
    columns = ["kind", "name", "text", "source", "link", "command"]
    rows = [[getattr(one, column) for column in columns] for one in search(text, lang)]
    return pd.DataFrame(rows, columns=columns)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files, for editors."""
    return json_schema()


def import_patch(file: str | Path, out: str | Path, base: Sequence[str | Path] = ()) -> int:
    """Write the changes made in a workbook as a patch, and return how many keys changed.

    Parameters
    ----------
    file
        Workbook that ``Scenario.export`` wrote and somebody edited.
    out
        Patch to write (.yaml); without changes no file is written.
    base
        Files that the scenario was loaded from, if they were moved.

    Raises ``ScenarioError`` with sheet and cell of every mistake.
    """
    return files.import_patch(Path(file), Path(out), [Path(name) for name in base])[1]


@dataclass(frozen=True)
class Answer:
    """Answer to a question of the Senate; ``page`` has every part of it."""

    page: Page

    @property
    def short(self) -> str:
        """The answer in one line."""
        return self.page.short

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure in words: what it is, value with 80% interval, simulation error, origin."""
        return pd.DataFrame(self.page.rows, columns=["what", "value", "error", "from"])

    def __repr__(self) -> str:
        return as_text(self._parts())

    def _repr_html_(self) -> str:
        first, *rest = self._parts()
        return heading(str(first)) + as_html([part for part in rest if part != ""])

    def _parts(self) -> list[Any]:
        lines = [Text(line) for line in text.lines(self.page)]
        table = [text.figures_table(self.page)] if self.page.rows else []
        return [*lines, *table, *(Text(line) for line in text.behind(self.page))]


def answer(
    number: int,
    lang: Language = "en",
    *,
    replications: int = 500,
    seed: int = 1,
    step: StepLength = "day",
    workers: int = 0,
    executor: str | None = None,
) -> Answer:
    """Answer a question of the Senate, with simulations where it needs any.

    Parameters
    ----------
    number
        Number of the question, 1 to 82.
    replications, seed, step, workers, executor
        As in ``Scenario.run``.

    Simulations are cached in ``outputs/answers/kept``. Raises ``ScenarioError`` if there is no such
    question.

    >>> import sim
    >>> sim.answer(49).short.split(":")[0]
    'share of labour in immigration'
    """
    question = question_of(number)
    settings = Settings(replications, seed, step)
    with open_workers(executor, workers) as pool:
        found = answers([question], settings, pool, watched(lang))
    return Answer(found.page(question, lang))


def list_questions(lang: Language = "en") -> pd.DataFrame:
    """List the 82 questions of the Senate: party, text, and whether a number answers them.

    >>> import sim
    >>> len(sim.list_questions())
    82
    """
    table = text.overview(questions(), lang)
    columns = [list(column.cells) for column in table.columns]
    names = ["number", "party", "question", "state"]
    return pd.DataFrame(dict(zip(names, columns, strict=True))).set_index("number")
