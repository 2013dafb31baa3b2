"""What the question book needs, run once and kept: cells of scenarios, and studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..report.i18n import Language
from ..results.experiment import Progress, Settings
from ..runs.cache import Notice, Numbers, kept, kept_numbers
from ..runs.study_folder import StudyContent, write_study
from ..scenario import inputs_of
from .drivers import Answering, drivers, wanted
from .metrics import KnownMetric, StudyValues, Value, loaded_of, needed, scenario_of, values_of
from .pages import answers_frame, figures_frame, files
from .questions import Question
from .run_studies import entries, settings_for
from .study_specs import Asked
from .text import Page, page

WRITTEN = Path("outputs") / "answers"
KEPT = WRITTEN / "kept"


def known_for(
    asked: Sequence[Question],
    every: Sequence[Question],
    settings: Settings,
    folder: Path,
    workers: int = 0,
    tell: Progress | None = None,
    notice: Notice | None = None,
) -> KnownMetric:
    """Cells that the answers asked for need, and what was drawn, by scenario.

    Of a scenario all cells are measured that any of ``every`` question needs, so that one run
    serves them all. ``notice`` is told of each kept file that is not whole, here as below.
    """
    cells = needed(every)
    runs = {}
    for name in needed(asked):
        scenario = scenario_of(name)
        runs[name] = scenario, Answering(cells[name]), wanted(scenario, cells[name])
    return kept(runs, settings, folder, workers, tell, notice)


def studies_of(asked: Sequence[Question]) -> dict[str, Asked]:
    """Studies that the answers asked for need, each once, by its command."""
    return {one.command: one for question in asked for one in question.studies.values()}


def entries_of(
    asked: Asked,
    settings: Settings,
    folder: Path,
    workers: int = 0,
    tell: Progress | None = None,
    notice: Notice | None = None,
) -> dict[str, Value]:
    """The entries of a study, kept by all that they depend on."""

    def made() -> Numbers:
        found = entries(asked, settings, workers, tell)
        return {name: _as_numbers(value) for name, value in found.items()}

    scenarios = [scenario_of(name) for name in asked.scenarios]
    numbers = kept_numbers(
        scenarios, asked.model_dump(), settings_for(asked, settings), folder, made, notice
    )
    return {name: _as_value(list_) for name, list_ in numbers.items()}


def _as_numbers(value: Value) -> list[float | None]:
    low, high = value.band or (None, None)
    return [value.value, low, high, float(value.sampled)]


def _as_value(numbers: list[float | None]) -> Value:
    value, low, high, sampled = numbers
    assert value is not None
    return Value(value, None if low is None or high is None else (low, high), bool(sampled))


@dataclass(frozen=True)
class Answers:
    """What runs and studies gave, and the settings they were made with."""

    known: KnownMetric
    studied: StudyValues
    settings: Settings

    def values(self, question: Question) -> dict[str, Value]:
        """The figures of a question; none where no number answers it."""
        return values_of(question, self.known, self.studied)

    def page(self, question: Question, lang: Language) -> Page:
        """All that is told of a question in a language."""
        driven = drivers(question, self.known) if question.answer is not None else []
        return page(question, self.values(question), self.known, driven, self.settings, lang)


def write(
    pages: Sequence[Page], found: Answers, folder: Path, lang: Language, command: str = ""
) -> None:
    """Write the book: a page a question and an index in Markdown and HTML, tables, the record.

    ``command`` is how it was asked for.

    Raises ``ScenarioError`` if the folder can't be written or holds something that is not ours.
    """
    asked = [page.question for page in pages]
    # The questions themselves stand in the record in full.
    inputs = inputs_of(*(loaded_of(name) for name in needed(asked)))
    content = StudyContent(
        "answers",
        "answers",
        {"questions": [one.model_dump(mode="json") for one in asked], "lang": lang},
        {name: scenario_of(name) for name in needed(asked)},
        found.settings,
        {
            "answers": answers_frame(pages),
            "figures": figures_frame([(one, found.values(one)) for one in asked], lang),
        },
        inputs,
    )
    write_study(content, folder, None, command, lang, files(pages, lang))
