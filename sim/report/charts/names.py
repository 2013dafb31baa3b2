"""What charts call a scenario: its short title, with what ``--set`` changed in words."""

from __future__ import annotations

import re
from importlib import metadata

from ...scenario import Scenario
from ..display_names import short_title
from ..i18n import Language, translate
from .elements import cited_sources, key_words

MOST_CHANGES = 2
"""Changes that a label names; of more it says how many."""
_CHANGED = re.compile(r"(?P<title>.*?) \[(?P<changes>.*)\]", re.DOTALL)


def scenario_label(scenario: Scenario, lang: Language) -> str:
    """Return a short label of a scenario, never a file name or a raw key."""
    whole: str = getattr(scenario.title, lang)
    found = _CHANGED.fullmatch(whole)
    title, changes = (found["title"], found["changes"].split("; ")) if found else (whole, [])
    label = " + ".join(short_title(part) for part in title.split(" + "))
    if not changes:
        return label
    if len(changes) > MOST_CHANGES:
        return translate("label_changes", lang, title=label, n=len(changes))
    told = ", ".join(_change(change, scenario, lang) for change in changes)
    return translate("label_changed", lang, title=label, changes=told)


def plain_source(what: str, lang: Language) -> str:
    """Return the source of a chart that does not show one scenario."""
    version = metadata.version("opvangsim")
    return translate("source_plain", lang, version=version, what=what, sources=cited_sources())


def _change(change: str, scenario: Scenario, lang: Language) -> str:
    key, mark, value = change.partition(" = ")
    relative = value[:1] in "+-" and value.endswith("%")
    return (
        f"{key_words(key, scenario, lang)}{' ' if relative else ' = '}{value}" if mark else change
    )
