"""Levers, factors and statistics in words."""

from __future__ import annotations

from ..report.charts.elements import key_words
from ..report.i18n import Language, translate
from ..scenario import Scenario
from .factors import THEMES
from .levers import Lever


def lever_name(lever: Lever, lang: Language) -> str:
    """Return a lever by its key, and its date; a year stands for its first of January."""
    if lever.since is None:
        return lever.key
    first = (lever.since.month, lever.since.day) == (1, 1)
    date = lever.since.year if first else lever.since.isoformat()
    return translate("lever_from", lang, name=lever.key, date=date)


def lever_words(one: Lever, scenario: Scenario | None, lang: Language) -> str:
    """Return a lever in words, and its date."""
    plain = key_words(one.key, scenario, lang)
    return lever_name(one, lang).replace(one.key, plain, 1)


def factor_name(name: str, lang: Language) -> str:
    """Return a factor in words: a theme in words, a patch or a key by its name."""
    return translate(f"theme_{name}", lang) if name in THEMES else name


def statistic_name(statistic: str, lang: Language) -> str:
    """Return a statistic in words: median, mean, or a percentile."""
    if statistic in ("p50", "mean"):
        return translate(f"statistic_{statistic}", lang)
    return translate("statistic_percentile", lang, n=int(statistic.removeprefix("p")))
