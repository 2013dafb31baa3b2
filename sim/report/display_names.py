"""Display names of table cells and scenario keys, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..results.budget import BY_NAME
from ..results.cell import MONEY, CellRef
from ..scenario import Scenario
from .i18n import Language, labels, translate, translate_sentence

APPLICATIONS = "applications"
"""The one driver that is not a key: first applications up to the year of the question."""
NAMED = (
    ("groups", "group"), ("courts.opening_in_appeal", "group"),
    ("departure.opening_rejected", "group"), ("inflow.composition.sd", "group"),
    ("reception.places", "place"),
    ("prices.mean_people_2024", "place"), ("budget.vintages", "vintage"),
    ("budget.vintages.lines", "line"), ("budget.price_levels", "year"),
    ("inflow.season", "month"), ("ind.opening_ages", "band"), ("housing.targets", "half_year"),
    ("plan.rules", "rule"),
)  # fmt: skip
"""Keys whose children are named by the scenario, and the blank that such a name fills."""

ILLUSTRATIVE = ("Illustrative", "Illustratief")
"""How the titles of scenarios begin that only illustrate."""


def line_label(name: str, lang: Language) -> str:
    """Name of a budget line in a language; a name that is no line of ours stays as it is."""
    line = BY_NAME.get(name)
    return name if line is None else translate_sentence(line.label, lang)


def cell_name(address: CellRef, scenario: Scenario, lang: Language) -> str:
    """Name a cell in words, with its year, and its budget vintage if that is not the headline's."""
    key = f"cell_{_plain(address.table)}_{_plain(address.line)}"
    if key not in labels() and address.line in BY_NAME and address.table in MONEY:
        what = translate("cell_money", lang, what=translate(address.table, lang),
                     line=line_label(address.line, lang))  # fmt: skip
    else:
        what = translate(key, lang)
    if address.vintage is not None:
        held = scenario.budget.vintages[address.vintage]
        what = translate("cell_by", lang, what=what, vintage=getattr(held.title, lang))
    return translate("cell_in", lang, what=what, year=address.year)


def input_name(key: str, scenario: Scenario, lang: Language) -> str:
    """Name a key of a scenario in words; groups, place types and vintages by their titles.

    Raises ``KeyError`` for a key that has no name in words.
    """
    name, _, year = key.partition(".")
    if name == APPLICATIONS:
        return translate(f"input_{name}", lang, year=year)
    parts, blanks = key.split("."), {}
    for above, blank in NAMED:
        found = len(above.split("."))
        if ".".join(parts[:found]) == above and len(parts) > found:
            blanks[blank] = _named(blank, parts.pop(found), scenario, lang)
    path = "_".join(part for part in parts if not part.isdecimal())
    return translate("input_" + path.removeprefix("reception_" if "place" in blanks else ""), lang,
                 **blanks)  # fmt: skip


def _named(kind: str, name: str, scenario: Scenario, lang: Language) -> str:
    """Return the displayed name of a part of a key that the scenario itself names."""
    titled: Mapping[str, Mapping[str, Any]] = {
        "group": scenario.groups,
        "place": scenario.reception.places,
        "vintage": scenario.budget.vintages,
        "rule": {} if scenario.plan is None else scenario.plan.rules,
    }
    title = getattr(titled.get(kind, {}).get(name), "title", None)
    if title is not None:
        return str(getattr(title, lang))
    if kind == "line":
        return line_label(name, lang)
    words = {"month": f"month_{name}", "place": "place_emergency"}
    return translate(words[kind], lang) if kind in words else name


def _plain(text: str) -> str:
    return re.sub(r"\W", "_", text)


def statistic_name(statistic: str, lang: Language) -> str:
    """Return a statistic in words: median, mean, or a percentile."""
    if statistic in ("p50", "mean"):
        return translate(f"statistic_{statistic}", lang)
    return translate("statistic_percentile", lang, n=int(statistic.removeprefix("p")))


def series_name(series: str, breakdown: str, lang: Language) -> str:
    """Name a series with its breakdown in words; a name that has none stays as it is.

    ``occupancy`` and ``kind:status_holders`` give "people in reception: status holders".
    """
    known = labels()
    what = translate(f"named_{series}", lang) if f"named_{series}" in known else series
    if breakdown == "total":
        return what
    key = f"named_{_plain(breakdown)}"
    part = breakdown.partition(":")[2] or breakdown
    return f"{what}: {translate(key, lang) if key in known else line_label(part, lang)}"


def is_illustrative(title: str) -> bool:
    """Return whether the title of a scenario says that it is illustrative."""
    return title.partition(" - ")[0] in ILLUSTRATIVE


def short_title(title: str) -> str:
    """Return the title of a scenario without "Illustrative - ", or without what explains it.

    >>> short_title("Illustrative - faster housing"), short_title("Baseline - as it goes")
    ('Faster housing', 'Baseline')
    """
    first, mark, rest = title.partition(" - ")
    if mark and first in ILLUSTRATIVE:
        return rest[:1].upper() + rest[1:]
    return first


def scenario_title(scenario: Scenario, lang: Language) -> str:
    """Return the short title of a scenario in a language."""
    return short_title(getattr(scenario.title, lang))


def titles_of(scenarios: Mapping[str, Scenario], lang: Language) -> dict[str, str]:
    """Return what scenarios are called, by name: short titles, or full ones to tell them apart."""
    short = {name: scenario_title(one, lang) for name, one in scenarios.items()}
    if len(set(short.values())) == len(short):
        return short
    full = {name: getattr(one.title, lang) for name, one in scenarios.items()}
    if len(set(full.values())) == len(full):
        return full
    return {name: f"{title} ({name})" for name, title in full.items()}
