"""Levers in words."""

from __future__ import annotations

from ..decide.levers import Lever
from .labels import Language, label


def lever_name(lever: Lever, lang: Language) -> str:
    """A lever by its key, and from when on it is set: a year stands for its first of January."""
    if lever.since is None:
        return lever.key
    first = (lever.since.month, lever.since.day) == (1, 1)
    date = lever.since.year if first else lever.since.isoformat()
    return label("lever_from", lang, name=lever.key, date=date)
