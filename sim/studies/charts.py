"""Draw the chart of a study from its folder, in any language and width."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from matplotlib.figure import Figure

from ..errors import Problem, ScenarioError
from ..report.i18n import Language
from ..report.study_data import StudyData
from ..report.style import CHART_SIZES, Width, bytes_of, chart_style, save_formats, title_of
from . import study_of_kind
from .base import StudyChart, implementation


def shown(data: StudyData) -> bool:
    """Return whether a study has what its chart shows."""
    return _of(data).shown(data)


def drawn(data: StudyData, lang: Language, width: Width = "page") -> Figure:
    """Return the chart of a study; raises ``ScenarioError`` for a kind that has none."""
    size = CHART_SIZES[width]
    with chart_style(size):
        return _of(data).draw(data, size, lang)


def words(data: StudyData, lang: Language) -> str:
    """Return the alternative text of the chart of a study, with its main numbers."""
    return " ".join(_of(data).words(data, lang).split())


def write(
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
    if not shown(data):
        return
    stem = folder / f"{_of(data).name}{suffix}"
    text, figure = words(data, lang), drawn(data, lang, width)
    save_formats(figure, stem, CHART_SIZES[width].dpi, text, formats, told_beside)


def png(data: StudyData, lang: Language) -> bytes:
    """Return the chart of a study as a PNG for a page, as ``write`` makes it."""
    figure, dpi = drawn(data, lang), CHART_SIZES["page"].dpi
    return bytes_of(figure, ".png", dpi, title_of(figure), words(data, lang))


def _of(data: StudyData) -> StudyChart:
    kind = str(data.record["kind"])
    study = study_of_kind(kind)
    if study is None:
        what = f"a folder of '{kind}' has no charts to draw again"
        raise ScenarioError([Problem(kind, what, "give the folder of a run or of a study")])
    return implementation(study).charts[kind]


def name_of(data: StudyData) -> str:
    """Return the name of the chart of a study."""
    return _of(data).name
