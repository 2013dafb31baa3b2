"""Run the simulations and studies that answers need, cached, and write the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import usage_error
from ..model.sampling import Floats
from ..report.i18n import Language
from ..results.experiment import Progress, Settings
from ..runs.cache import Notice, Numbers, cached_arrays, cached_numbers
from ..runs.study_folder import StudyContent, write_study
from ..scenario import inputs_of, load_chain
from ..studies.base import Inputs, Watch, watch_of
from ..studies.explain import run as explain
from ..studies.ind_cut import TOTAL
from ..studies.ind_cut import run as ind_cut
from ..studies.optimal_places import run as optimal_places
from ..studies.options import ExplainOptions, IndCutOptions, OptimalPlacesOptions, SolveOptions
from ..studies.solve import run as solve
from .drivers import AnswerMeasure, drivers, required_columns
from .metrics import (
    ENDS,
    KnownMetric,
    StudyValues,
    Value,
    loaded_of,
    required_cells,
    scenario_of,
    values_of,
)
from .pages import answers_frame, figures_frame, files
from .questions import Question, questions
from .study_specs import (
    WEEKLY_STUDIES,
    ExplainSpec,
    IndCutSpec,
    OptimalPlacesSpec,
    SolveSpec,
    StudySpec,
)
from .text import Page, page


def study_settings(asked: StudySpec, settings: Settings) -> Settings:
    """Return the settings of a study: those of the answer, weekly where it is many runs."""
    return replace(settings, step="week") if asked.verb in WEEKLY_STUDIES else settings


def study_values(
    asked: StudySpec, settings: Settings, workers: int = 0, tell: Progress | None = None
) -> dict[str, Value]:
    """Run a study and return its values by name; raises ``ScenarioError``."""
    settings = study_settings(asked, settings)
    if isinstance(asked, ExplainSpec):
        return _explained(asked, settings, workers, tell)
    if isinstance(asked, SolveSpec):
        return _solved(asked, settings, workers, tell)
    if isinstance(asked, OptimalPlacesSpec):
        return _stocked(asked, settings, workers, tell)
    return _cut(asked, settings, workers, tell)


def _explained(
    asked: ExplainSpec, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    options = ExplainOptions.with_settings(settings, year=asked.year, line=asked.line)
    scenarios = tuple(load_chain([name]) for name in asked.scenarios)
    tables = explain(options, Inputs(scenarios, workers=workers, watch=watch_of(tell))).tables
    effects = {
        str(row["factor"]): Value(float(row["effect"]), (float(row["p10"]), float(row["p90"])))
        for row in tables["effects"].to_dict("records")
    }
    before, after = tables["cells"]["value"][:2]
    return effects | {"before": Value(float(before)), "after": Value(float(after))}


def _solved(
    asked: SolveSpec, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    options = SolveOptions.with_settings(
        settings, levers=asked.vary, target=asked.target, certainty=asked.certainty
    )
    inputs = Inputs((loaded_of(asked.scenario),), workers=workers, watch=watch_of(tell))
    tables = solve(options, inputs).tables
    (found,), (least, *_) = (tables[name].to_dict("records") for name in ("answer", "points"))
    known = {
        "present": Value(found["present"]),
        "at_least": Value(least["p50"], (least["p10"], least["p90"])),
    }
    if found["answer"] is None or np.isnan(found["answer"]):
        return known
    band = (float(found["p10"]), float(found["p90"]))
    return known | {"answer": Value(float(found["answer"]), band, sampled=True)}


def _stocked(
    asked: OptimalPlacesSpec, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    options = OptimalPlacesOptions.with_settings(settings)
    inputs = Inputs((loaded_of(asked.scenario),), workers=workers, watch=watch_of(tell))
    tables = optimal_places(options, inputs).tables
    costs = {row["kind"]: row for row in tables["stock"].to_dict("records")}
    least = {row["by"]: row for row in tables["best"].to_dict("records")}
    # The table has each less the planned number of places.
    best, as_is = costs["best"], costs["as_is"]
    more = Value(-best["more_than_reference_mean"], (-best["more_p90"], -best["more_p10"]))
    saves = Value(as_is["more_than_reference_mean"], (as_is["more_p10"], as_is["more_p90"]))
    found = least["mean"]
    return {
        "best": Value(found["places"], (found["p10"], found["p90"]), sampled=True),
        "rule": Value(least["news_vendor"]["places"]),
        "reference_more": more,
        "reference_saves": saves,
    }


def _cut(
    asked: IndCutSpec, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    options = IndCutOptions.with_settings(settings)
    inputs = Inputs((loaded_of(asked.scenario),), workers=workers, watch=watch_of(tell))
    table = ind_cut(options, inputs).tables["ind_coa"]
    rows = table[table["year"] == TOTAL].to_dict("records")
    return {
        f"{row['cut']}.{column}": Value(
            float(row[column]), (float(row[f"{column}_p10"]), float(row[f"{column}_p90"]))
        )
        for row in rows
        for column in ("per_euro", "less", "more_coa", "net")
    }


def _band(values: Floats) -> tuple[float, float]:
    low, high = np.nanquantile(values, ENDS)
    return float(low), float(high)


WRITTEN = Path("outputs") / "answers"
KEPT = WRITTEN / "kept"


def cells_for(
    asked: Sequence[Question],
    every: Sequence[Question],
    settings: Settings,
    folder: Path,
    workers: int = 0,
    tell: Progress | None = None,
    notice: Notice | None = None,
) -> KnownMetric:
    """Return the cells that some answers need, and the sampled inputs, by scenario.

    All cells that any of ``every`` question needs of a scenario are measured, so that one run
    serves them all. ``notice`` is called with each damaged cache file, here as below.
    """
    cells = required_cells(every)
    runs = {}
    for name in required_cells(asked):
        scenario = scenario_of(name)
        runs[name] = scenario, AnswerMeasure(cells[name]), required_columns(scenario, cells[name])
    return cached_arrays(runs, settings, folder, workers, tell, notice)


def required_studies(asked: Sequence[Question]) -> dict[str, StudySpec]:
    """Return the studies that some answers need, each once, by command."""
    return {one.command: one for question in asked for one in question.studies.values()}


def cached_study_values(
    asked: StudySpec,
    settings: Settings,
    folder: Path,
    workers: int = 0,
    tell: Progress | None = None,
    notice: Notice | None = None,
) -> dict[str, Value]:
    """Return the values of a study from the cache, else run it."""

    def made() -> Numbers:
        found = study_values(asked, settings, workers, tell)
        return {name: _as_numbers(value) for name, value in found.items()}

    scenarios = [scenario_of(name) for name in asked.scenarios]
    numbers = cached_numbers(
        scenarios, asked.model_dump(), study_settings(asked, settings), folder, made, notice
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


def write(
    pages: Sequence[Page], found: Answers, folder: Path, lang: Language, command: str = ""
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
        {"questions": [one.model_dump(mode="json") for one in asked], "lang": lang},
        {name: scenario_of(name) for name in required_cells(asked)},
        found.settings,
        {
            "answers": answers_frame(pages),
            "figures": figures_frame([(one, found.values(one)) for one in asked], lang),
        },
        inputs,
    )
    write_study(content, folder, None, command, lang, files(pages, lang))


def question_of(number: int | str) -> Question:
    """Return a question by its number; raises ``ScenarioError`` if there is none."""
    every = questions()
    found = [one for one in every if str(one.number) == str(number)]
    if not found:
        what = f"there is no question '{number}'"
        usage_error("answer", what, f"a number from 1 to {len(every)}, or all")
    return found[0]


def answers(
    asked: Sequence[Question],
    settings: Settings,
    workers: int,
    watch: Watch,
    notice: Notice | None = None,
) -> Answers:
    """Return what the answers to some questions need; what is not cached is run.

    ``notice`` is called with each damaged cache file, which is made again. Raises
    ``ScenarioError`` if a result can't be cached.
    """
    total = settings.replications * len(required_cells(asked))
    with watch("answer", total) as tell:
        known = cells_for(asked, questions(), settings, KEPT, workers, tell, notice)
    studied = {}
    for command, study in required_studies(asked).items():
        with watch(study.verb, settings.replications) as tell:
            studied[command] = cached_study_values(study, settings, KEPT, workers, tell, notice)
    return Answers(known, studied, settings)
