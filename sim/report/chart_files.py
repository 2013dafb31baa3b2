"""Write the charts that belong to no run or study: scorecard, overview, budget vintages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..hindcast import Hindcasts
from ..scenario import Scenario
from .charts import overview, scorecard, vintages
from .i18n import Language
from .style import CHART_SIZES, Width, save_formats


def write_scorecard(
    found: Hindcasts,
    replications: int,
    stem: Path,
    lang: Language,
    width: Width,
    formats: Iterable[str],
) -> None:
    """Draw the scorecard as STEM.png and so on, with its alt text (``.txt``)."""
    size, alt_text = CHART_SIZES[width], scorecard.alt_text(found, lang)
    figure = scorecard.draw(found, replications, size, lang)
    save_formats(figure, stem, size.dpi, alt_text, formats, text_file=True)


def write_overview(
    titles: Mapping[str, str],
    stem: Path,
    lang: Language,
    width: Width,
    formats: Iterable[str],
) -> None:
    """Draw all scenarios as STEM.png and so on, with its alt text (``.txt``)."""
    size, alt_text = CHART_SIZES[width], overview.alt_text(titles, lang)
    figure = overview.draw(titles, size, lang)
    save_formats(figure, stem, size.dpi, alt_text, formats, text_file=True)


def write_vintages(
    scenario: Scenario,
    prices: int | None,
    stem: Path,
    lang: Language,
    width: Width,
    formats: Iterable[str],
) -> None:
    """Draw the vintages of a budget as STEM.png and so on, with the alt text (``.txt``)."""
    size, alt_text = CHART_SIZES[width], vintages.words(scenario, lang, prices)
    figure = vintages.draw_scenario(scenario, size, lang, prices)
    save_formats(figure, stem, size.dpi, alt_text, formats, text_file=True)
