"""What all studies have in common: inputs, result, and how a study is run, drawn and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from ..errors import Message, Problem, ScenarioError
from ..log import timed
from ..report.i18n import Language
from ..report.study_data import StudyData
from ..report.style import (
    CHART_SIZES,
    ChartFigure,
    ChartSize,
    Width,
    bytes_of,
    chart_style,
    save_formats,
    title_of,
)
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Progress, Settings
from ..runs.study_folder import StudyContent, data_of, write_study
from ..scenario import Loaded, Scenario, inputs_of
from . import Study, study_of_kind
from .options import StudyOptions

Watch = Callable[[str, int], AbstractContextManager[Progress | None]]
"""Given a name and a total, a context that gives what to call with (done, total), or None."""
LONGEST_NAME = 120
"""Longest name of a folder that is made up here."""


def no_progress(_name: str, _total: int) -> AbstractContextManager[Progress | None]:
    """Report no progress."""
    return nullcontext(None)


def watch_of(progress: Progress | None) -> Watch:
    """Return a watch that reports all progress to one function."""
    return lambda _name, _total: nullcontext(progress)


@dataclass(frozen=True)
class Inputs:
    """What a study works on, scenarios or the folder of a sweep, and how the work is done.

    ``runs`` are folders of finished runs of the scenarios, if these need not be simulated. ``kept``
    is the folder in which a long search keeps what it has evaluated, if it is to be continued.
    """

    scenarios: tuple[Loaded, ...] = ()
    folder: Path | None = None
    workers: Workers = ALL_CORES
    watch: Watch = no_progress
    runs: tuple[Path, ...] = ()
    kept: Path | None = None

    @property
    def scenario(self) -> Scenario:
        """The only scenario, or the first."""
        return self.scenarios[0].scenario


@dataclass(frozen=True)
class StudyChart:
    """Chart of a kind of study: file name, drawing, alternative text.

    ``shown`` says whether a study has what the chart shows.
    """

    name: str
    draw: Callable[[StudyData, ChartSize, Language], Figure]
    words: Callable[[StudyData, Language], str]
    shown: Callable[[StudyData], bool] = lambda _: True


@dataclass(frozen=True)
class Value:
    """Value of a result with its 80% interval; none where it is not random.

    An interval holds eight of ten replications; a ``sampled`` one is the simulation error of the
    value, due to the limited number of replications. ``error`` is that of a value which also has an
    interval of replications, or none: 95%, and None where it is not known.
    """

    value: float
    band: tuple[float, float] | None = None
    sampled: bool = False
    error: tuple[float, float] | None = None


@dataclass(frozen=True)
class Implementation:
    """Code of a study, at the end of its module.

    ``run`` simulates and returns tables; ``tell`` returns the printed tables and sentences, made
    from the tables alone;
    ``charts`` are by kind of folder. ``run`` is None for a study of a design, which writes its
    folder while it runs, so that it can be continued. ``values`` are the results that answers to
    questions may quote, by name, from the tables. ``details`` returns further printed tables and
    sentences, for those who ask for them.
    """

    run: Callable[[Any, Inputs], StudyContent] | None
    tell: Callable[[StudyData, Language], list[Any]]
    charts: Mapping[str, StudyChart]
    values: Callable[[Mapping[str, pd.DataFrame]], dict[str, Value]] = lambda _: {}
    details: Callable[[StudyData, Language], list[Any]] = lambda _data, _lang: []


def implementation(study: Study) -> Implementation:
    """Import the module of a study and return its code."""
    result: Implementation = import_module(study.module).IMPLEMENTATION
    return result


@dataclass(frozen=True)
class StudyResult:
    """Outcome of a study: its content, as tables, sentences, a chart or a folder."""

    content: StudyContent

    @property
    def data(self) -> StudyData:
        """Its tables as they are read from its folder."""
        return data_of(self.content)

    def told(self, lang: Language) -> list[Any]:
        """Return its printed tables and sentences."""
        return tell(self.data, lang)

    def details(self, lang: Language) -> list[Any]:
        """Return further printed tables and sentences; none for most studies."""
        return details(self.data, lang)


def run_study(study: Study, options: StudyOptions, load: Callable[[], Inputs]) -> StudyResult:
    """Check the options, load the inputs and run; raises ``ScenarioError``."""
    code = implementation(study)
    options.check()
    assert code.run is not None, "a study of a design has a command of its own"
    inputs = load()
    with timed("study", study.name):
        return StudyResult(code.run(options, inputs))


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed tables and sentences of a study that was run or read from a folder."""
    study = study_of_kind(str(data.record["kind"]))
    return implementation(study).tell(data, lang) if study else []


def details(data: StudyData, lang: Language) -> list[Any]:
    """Return further printed tables and sentences of a study; none for most."""
    study = study_of_kind(str(data.record["kind"]))
    return implementation(study).details(data, lang) if study else []


def write(result: StudyResult, folder: Path, lang: Language, command: str) -> None:
    """Write the folder of a study; raises ``ScenarioError`` if that fails."""
    write_study(result.content, folder, partial(write_chart, lang=lang), command, lang)


def settings_of(options: StudyOptions, **others: Any) -> Settings:
    """Return the settings of a simulation from options; ``others`` for what a study fixes."""
    result = {name: getattr(options, name) for name in options.shared()}
    if "uncertainty" in result:
        result["vary"] = result.pop("uncertainty")
    return Settings(**{**result, **others})


def content_of(
    kind: str,
    options: StudyOptions,
    inputs: Inputs,
    settings: Settings,
    tables: Mapping[str, pd.DataFrame],
    asked: Mapping[str, Any] | None = None,
    ending: Sequence[object] = (),
) -> StudyContent:
    """Return the content of a study of scenarios; ``ending`` is added to the folder's name."""
    study = study_of_kind(kind)
    names = [loaded.name for loaded in inputs.scenarios]
    parts = [study.slug if study else kind, *names, *map(str, ending)]
    return StudyContent(
        kind,
        " / ".join(names),
        options.asked() if asked is None else asked,
        {loaded.name: loaded.scenario for loaded in inputs.scenarios},
        settings,
        tables,
        inputs_of(*inputs.scenarios),
        "-".join(parts)[:LONGEST_NAME].rstrip("."),
    )


def has_chart(data: StudyData) -> bool:
    """Return whether a study has what its chart shows."""
    return chart_of_study(data).shown(data)


def draw_chart(data: StudyData, lang: Language, width: Width = "page") -> Figure:
    """Return the chart of a study; raises ``ScenarioError`` for a kind that has none."""
    size = CHART_SIZES[width]
    with chart_style(size):
        figure = chart_of_study(data).draw(data, size, lang)
    settings = data.settings
    if isinstance(figure, ChartFigure):
        figure.identity = (
            f"opvangsim study {data.id}, {settings.replications} replications, steps of a "
            f"{settings.step}, seed {settings.seed}"
        )
    return figure


def chart_text(data: StudyData, lang: Language) -> str:
    """Return the alternative text of the chart of a study, with its main numbers."""
    return " ".join(chart_of_study(data).words(data, lang).split())


def write_chart(
    data: StudyData,
    folder: Path,
    lang: Language,
    width: Width = "page",
    formats: Iterable[str] = ("png", "svg"),
    suffix: str = "",
    told_beside: bool = True,
) -> None:
    """Draw the chart of a study into a folder, with its alternative text beside it (.txt).

    The file is called after the chart and ``suffix``. Without anything to show nothing is drawn.
    """
    if not has_chart(data):
        return
    stem = folder / f"{chart_of_study(data).name}{suffix}"
    text, figure = chart_text(data, lang), draw_chart(data, lang, width)
    save_formats(figure, stem, CHART_SIZES[width].dpi, text, formats, told_beside)


def chart_png(data: StudyData, lang: Language) -> bytes:
    """Return the chart of a study as a PNG for a page, as ``write`` makes it."""
    figure, dpi = draw_chart(data, lang), CHART_SIZES["page"].dpi
    return bytes_of(figure, ".png", dpi, title_of(figure), chart_text(data, lang))


def chart_of_study(data: StudyData) -> StudyChart:
    """Return the chart of a study; raises ``ScenarioError`` for a kind that has none."""
    kind = str(data.record["kind"])
    study = study_of_kind(kind)
    if study is None:
        what = Message("a folder of '{kind}' has no charts to draw again", kind=kind)
        raise ScenarioError([Problem(kind, what, "give the folder of a run or of a study")])
    return implementation(study).charts[kind]


def chart_name(data: StudyData) -> str:
    """Return the name of the chart of a study."""
    return chart_of_study(data).name
