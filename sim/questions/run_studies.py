"""Run the simulations and studies that answers need, cached, and write the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from ..errors import Message, usage_error
from ..report.i18n import Language
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Progress, Settings
from ..runs.cache import Notice, Numbers, cached_arrays, cached_numbers
from ..runs.study_folder import StudyContent, write_study
from ..scenario import inputs_of
from ..studies.base import Inputs, Value, Watch, implementation, run_study, watch_of
from .drivers import AnswerMeasure, drivers, required_columns
from .metrics import (
    KnownMetric,
    StudyValues,
    loaded_of,
    required_cells,
    scenario_of,
    values_of,
)
from .pages import answers_frame, figures_frame, files
from .questions import Question, StudySpec, questions
from .text import Page, page


def study_settings(spec: StudySpec, settings: Settings) -> Settings:
    """Return the settings of a study: those of the answer, weekly where it is many runs."""
    return replace(settings, step="week") if spec.is_weekly else settings


def study_values(
    spec: StudySpec, settings: Settings, workers: Workers = ALL_CORES, tell: Progress | None = None
) -> dict[str, Value]:
    """Run a study and return its values by name; raises ``ScenarioError``."""
    scenarios = tuple(loaded_of(name) for name in spec.scenarios)
    inputs = Inputs(scenarios, workers=workers, watch=watch_of(tell))
    options = spec.options(study_settings(spec, settings))
    result = run_study(spec.study, options, lambda: inputs)
    return implementation(spec.study).values(result.content.tables)


WRITTEN = Path("outputs") / "answers"
KEPT = WRITTEN / "kept"


def cells_for(
    selected: Sequence[Question],
    every: Sequence[Question],
    settings: Settings,
    folder: Path,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
    notice: Notice | None = None,
) -> KnownMetric:
    """Return the cells that some answers need, and the sampled inputs, by scenario.

    All cells that any of ``every`` question needs of a scenario are measured, so that one run
    serves them all. ``notice`` is called with each damaged cache file, here as below.
    """
    cells = required_cells(every)
    runs = {}
    for name in required_cells(selected):
        scenario = scenario_of(name)
        runs[name] = scenario, AnswerMeasure(cells[name]), required_columns(scenario, cells[name])
    return cached_arrays(runs, settings, folder, workers, tell, notice)


def required_studies(selected: Sequence[Question]) -> dict[str, StudySpec]:
    """Return the studies that some answers need, each once, by command."""
    return {study.command: study for question in selected for study in question.studies.values()}


def cached_study_values(
    spec: StudySpec,
    settings: Settings,
    folder: Path,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
    notice: Notice | None = None,
) -> dict[str, Value]:
    """Return the values of a study from the cache, else run it."""

    def made() -> Numbers:
        values = study_values(spec, settings, workers, tell)
        return {name: _as_numbers(value) for name, value in values.items()}

    scenarios = [scenario_of(name) for name in spec.scenarios]
    numbers = cached_numbers(
        scenarios, spec.model_dump(), study_settings(spec, settings), folder, made, notice
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
    """Results of the runs and studies behind answers, and their settings."""

    known: KnownMetric
    studied: StudyValues
    settings: Settings

    def values(self, question: Question) -> dict[str, Value]:
        """Return the metrics of a question; none where no number answers it."""
        return values_of(question, self.known, self.studied)

    def page(self, question: Question, lang: Language) -> Page:
        """Return the page of a question in a language."""
        driven = drivers(question, self.known) if question.answer is not None else []
        return page(question, self.values(question), self.known, driven, self.settings, lang)

    def illustrated(self, question: Question, lang: Language) -> Page:
        """Return the page of a question with its chart."""
        from .answer_chart import chart  # matplotlib: half a second that a printed answer saves

        drawn = chart(question, self.values(question), lang)
        result = self.page(question, lang)
        if drawn is None:
            return result
        svg, alt_text = drawn
        return replace(result, chart=svg.decode(), alt_text=alt_text)


def write(
    pages: Sequence[Page], result: Answers, folder: Path, lang: Language, command: str = ""
) -> None:
    """Write the answers: a page a question, indices, tables and the manifest.

    Raises ``ScenarioError`` if the folder can't be written or holds something that is not ours.
    """
    asked = [page.question for page in pages]
    # The questions themselves are in the manifest in full.
    inputs = inputs_of(*(loaded_of(name) for name in required_cells(asked)))
    content = StudyContent(
        "answers",
        "answers",
        {"questions": [question.model_dump(mode="json") for question in asked], "lang": lang},
        {name: scenario_of(name) for name in required_cells(asked)},
        result.settings,
        {
            "answers": answers_frame(pages),
            "figures": figures_frame(
                [(question, result.values(question)) for question in asked], lang
            ),
        },
        inputs,
    )
    write_study(content, folder, None, command, lang, files(pages, lang))


def question_of(number: int | str) -> Question:
    """Return a question by its number; raises ``ScenarioError`` if there is none."""
    every = questions()
    result = [question for question in every if str(question.number) == str(number)]
    if not result:
        what = Message("there is no question '{number}'", number=number)
        advice = Message(
            "a number from 1 to {last}, or all; search them: opvangsim find {text}",
            last=len(every),
            text=quote(str(number)),
        )
        usage_error("answer", what, advice)
    return result[0]


def answers(
    selected: Sequence[Question],
    settings: Settings,
    workers: Workers,
    watch: Watch,
    notice: Notice | None = None,
) -> Answers:
    """Return what the answers to some questions need; what is not cached is run.

    ``notice`` is called with each damaged cache file, which is made again. Raises
    ``ScenarioError`` if a result can't be cached.
    """
    total = settings.replications * len(required_cells(selected))
    with watch("answer", total) as tell:
        known = cells_for(selected, questions(), settings, KEPT, workers, tell, notice)
    studied = {}
    for command, study in required_studies(selected).items():
        with watch(study.verb, settings.replications) as tell:
            studied[command] = cached_study_values(study, settings, KEPT, workers, tell, notice)
    return Answers(known, studied, settings)
