"""Write charts that belong to no run or study: the scorecard and the overview of scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import matplotlib as mpl
import pandas as pd

from .charts import overview, scorecard
from .charts.size import CHART_SIZES, Width
from .i18n import Language
from .style import STYLE, save_forms


def write_scorecard(
    cells: pd.DataFrame,
    replications: int,
    stem: Path,
    lang: Language,
    width: Width,
    formats: Iterable[str],
) -> None:
    """Draw the scorecard as STEM.png and so on, with a description in words (.txt)."""
    look, words = CHART_SIZES[width], scorecard.words(cells, lang)
    with mpl.rc_context(STYLE):
        figure = scorecard.draw(cells, replications, look, lang)
    save_forms(figure, stem, look.dpi, words, formats, beside=True)


def write_overview(
    titles: Mapping[str, str],
    stem: Path,
    lang: Language,
    width: Width,
    formats: Iterable[str],
) -> None:
    """Draw all scenarios as STEM.png and so on, with a description in words (.txt)."""
    look, words = CHART_SIZES[width], overview.words(titles, lang)
    with mpl.rc_context(STYLE):
        figure = overview.draw(titles, look, lang)
    save_forms(figure, stem, look.dpi, words, formats, beside=True)
