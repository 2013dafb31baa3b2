"""Published figures in the dashboard: where each is drawn, and in which runs it lies inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ...hindcast.observations import Observation
from ...hindcast.observed_cells import SPENDING
from ...report.observed_figures import ComparedFigures, compare, sentences
from ...runs.load import RunFolder
from .encoding import PEOPLE, encode
from .series import LANGUAGES, SAME, Both

Json = dict[str, Any]


def compare_all(runs: Sequence[RunFolder], figures: Sequence[Observation]) -> list[ComparedFigures]:
    """Compare published figures with each run."""
    return [compare(run, figures) for run in runs]


def to_draw(found: Sequence[ComparedFigures]) -> list[Json]:
    """Return the figures that some run can be compared with, as the page draws them.

    ``inside`` has an entry a run: whether the figure lies inside its interval, or None. Spending is
    left out, since the page states money in several prices.
    """
    by_run = [{one.figure: one.inside for one in run.compared} for run in found]
    figures = list(dict.fromkeys(figure for run in by_run for figure in run))
    return [
        {
            "key": SAME.get(figure.name, figure.name),
            "way": way,
            "time": time,
            "value": encode(figure.value, PEOPLE),
            "inside": [run.get(figure) for run in by_run],
        }
        for figure in figures
        if figure.series != SPENDING
        for way, time in _ways(figure)
    ]


def _ways(figure: Observation) -> Iterator[tuple[str, str | int]]:
    """Yield the ways of counting in which a figure is shown, each with its point in time."""
    last = figure.period.last
    if figure.statistic == "end":
        yield "month", last.isoformat()
        if last == date(last.year, 12, 31):
            yield "end", last.year
    elif figure.period.kind == "year":
        yield figure.statistic, last.year
    else:
        yield "month", last.isoformat()


def in_words(found: ComparedFigures) -> Both:
    """Say in both languages how many figures lie inside, and which can't be compared."""
    return {lang: " ".join(sentences(found, lang)) for lang in LANGUAGES}
