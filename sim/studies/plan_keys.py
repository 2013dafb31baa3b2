"""Keys in which plans differ: those that a plan decides, and those that no plan can decide.

Plans are weighed in the same futures. Where two also differ in inflow or in a price, part of what
separates them is not their own doing, and the reader is told so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..report.charts.elements import key_words
from ..report.charts.names import scenario_label
from ..report.display_names import titles_of
from ..report.i18n import Language, translate
from ..scenario import Scenario
from ..scenario.listing import parameters

DECIDED = re.compile(
    r"plan(\..+)?"
    r"|reception\.places\.\w+\.(level|openings|endings|order_limit|notice)(\..+)?"
    r"|reception\.places\.\w+\.standby\.places"
    r"|reception\.desk\.(planned_fill|slack|trend_weeks|official_weight|official_path)"
    r"|ind\.capacity\.planned|housing\.homes|transit\..+"
)
"""Keys that a plan decides."""
SILENT = ("title", "description", "sources", "until")
"""Keys that do not make another future."""


def undecided(scenarios: Mapping[str, Scenario]) -> list[str]:
    """Return the keys in which plans differ though no plan decides them, in file order."""
    listed = [dict(parameters(one)) for one in scenarios.values()]
    shared = set.intersection(*(set(one.reception.places) for one in scenarios.values()))
    found = []
    for key in dict.fromkeys(key for one in listed for key in one):
        first, *others = (one.get(key) for one in listed)
        differs = any(other != first for other in others)
        if differs and not DECIDED.fullmatch(key) and not _of_own_type(key, shared):
            found.append(key)
    return [key for key in found if key.split(".")[0] not in SILENT]


def _of_own_type(key: str, shared: set[str]) -> bool:
    """Return whether a key is of a type of place that only some of the plans have."""
    steps = key.split(".")
    return steps[:2] == ["reception", "places"] and steps[2] not in shared


def undecided_words(scenarios: Mapping[str, Scenario], lang: Language) -> list[str]:
    """Return the same keys in words, each once."""
    found = []
    for key in undecided(scenarios):
        having = next(one for one in scenarios.values() if key in dict(parameters(one)))
        found.append(key_words(key, having, lang))
    return list(dict.fromkeys(found))


def plan_names(scenarios: Mapping[str, Scenario], lang: Language) -> dict[str, str]:
    """Return what plans are called, by name: short labels, or titles to tell them apart."""
    labels = {name: scenario_label(one, lang) for name, one in scenarios.items()}
    return labels if len(set(labels.values())) == len(labels) else titles_of(scenarios, lang)


def quoted(names: Sequence[str], lang: Language) -> str:
    """Return names in quotes, with commas and an "and"."""
    parts = [translate("memo_quoted", lang, name=name) for name in names]
    if len(parts) < 2:
        return "".join(parts)
    return translate("memo_and", lang, first=", ".join(parts[:-1]), last=parts[-1])
