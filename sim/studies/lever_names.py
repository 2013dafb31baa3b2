"""Levers in words."""

from __future__ import annotations

from ..report.charts.study_elements import key_words
from ..report.i18n import Language, label
from ..scenario import Scenario
from .levers import Lever


def lever_name(lever: Lever, lang: Language) -> str:
    """A lever by its key, and from when on it is set: a year stands for its first of January."""
    if lever.since is None:
        return lever.key
    first = (lever.since.month, lever.since.day) == (1, 1)
    date = lever.since.year if first else lever.since.isoformat()
    return label("lever_from", lang, name=lever.key, date=date)


def lever_words(one: Lever, scenario: Scenario | None, lang: Language) -> str:
    """A lever in words, and from when on it is set."""
    plain = key_words(one.key, scenario, lang)
    return lever_name(one, lang).replace(one.key, plain, 1)
