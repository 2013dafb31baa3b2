"""Series of the dashboard: their groups, and their names in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ...report.display_names import line_label
from ...report.i18n import Language, labels, translate
from ...scenario import Scenario
from .encoding import MILLIONS, MONTHS, PEOPLE, PERCENT, Rounding

Both = dict[str, str]
"""A text by language."""
LANGUAGES: tuple[Language, Language] = ("en", "nl")
GROUPS: dict[str, tuple[str, ...]] = {
    "explorer_group_reception": (
        "need", "occupancy", "places", "shortage", "places_short", "emergency_share",
        "guardianship",
    ),
    "explorer_group_procedure": (
        "pending", "decisions", "waiting_months", "in_appeal", "rejected", "departed",
    ),
    "explorer_group_inflow": (
        "inflow", "family_pending", "family_arrivals", "other_intake", "accompanying",
    ),
    "explorer_group_housing": ("transit", "housed", "target", "municipal_arrears"),
}  # fmt: skip
"""Series by group, in the order of the list."""
OTHERS = "explorer_group_other"
SERIES = {
    "need": "chart_need_title",
    "occupancy": "book_occupancy",
    "places": "places",
    "shortage": "people_beyond_or_short",
    "places_short": "places_short",
    "emergency_share": "book_emergency_share",
    "guardianship": "book_wards",
    "pending": "pending",
    "decisions": "book_decisions",
    "in_appeal": "book_in_appeal",
    "rejected": "book_rejected",
    "departed": "book_departed",
    "inflow": "series_inflow",
    "family_pending": "book_family_pending",
    "family_arrivals": "book_family_arrivals",
    "other_intake": "book_other_intake",
    "accompanying": "explorer_accompanying",
    "transit": "book_in_transit",
    "housed": "book_housed",
    "target": "explorer_target",
    "municipal_arrears": "book_arrears",
}
WHOLE_NAMES = {
    "occupancy|kind:asylum_seekers": "book_asylum_seekers",
    "occupancy|kind:status_holders": "explorer_status_holders",
    "occupancy|kind:minors": "explorer_minors",
    "occupancy|kind:unaccompanied_minors": "book_minors_alone",
} | {
    f"waiting_months|kind:{whose}_{which}": f"cell_waiting_months_kind_{whose}_{which}"
    for whose in ("decided", "pending", "decided_track4", "pending_track4")
    for which in ("median", "mean", "p90")
}
"""Series with a name of their own, not that of a whole and a part."""
PARTS = {
    "group:other_cases": "explorer_other_cases",
    "group:family": "explorer_family",
    "group:resettled": "explorer_resettled",
    "kind:granted": "explorer_granted",
    "kind:rejected": "explorer_rejected",
    "kind:closed": "explorer_closed",
    "kind:first": "explorer_first",
    "kind:repeat": "explorer_repeat",
    "kind:family": "explorer_family",
    "kind:resettled": "explorer_resettled",
    "kind:track4": "explorer_track4",
    "kind:other": "explorer_other_tracks",
    "kind:from_reception": "explorer_from_reception",
    "kind:from_transit": "explorer_from_transit",
    "kind:supervised": "explorer_supervised",
    "kind:during_procedure": "explorer_during_procedure",
}
SAME = {
    "pending|kind:all": "pending|total",
    "inflow|kind:family": "inflow|group:family",
    "inflow|kind:resettled": "inflow|group:resettled",
}
"""Series that are another one by the name under which it is published: the list has each once."""
UNITS: dict[str, tuple[str, Rounding]] = {
    "persons": ("unit_persons", PEOPLE),
    "places": ("unit_places", PEOPLE),
    "cases": ("unit_cases", PEOPLE),
    "persons/month": ("book_persons_month", PEOPLE),
    "decisions/month": ("book_decisions_month", PEOPLE),
    "persons/year": ("unit_persons_year", PEOPLE),
    "decisions/year": ("explorer_decisions_year", PEOPLE),
    "months": ("book_unit_months", MONTHS),
    "share": ("book_percent", PERCENT),
    "EUR": ("million", MILLIONS),
}
"""Label and rounding of every unit of the tables."""


@dataclass(frozen=True)
class Series:
    """A series to choose; ``units`` by month, or by measure of a year."""

    key: str
    group: str
    name: Both
    units: dict[str, str]


def both(key: str, **values: object) -> Both:
    """Return a label in both languages."""
    return {lang: translate(key, lang, **values) for lang in LANGUAGES}


def capitalise(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def of_tables(
    monthly: Iterable[pd.DataFrame], yearly: Iterable[pd.DataFrame], scenarios: list[Scenario]
) -> list[Series]:
    """Return the series of all monthly and yearly tables, in order of groups."""
    units: dict[str, dict[str, str]] = {}
    for table in monthly:
        for series, breakdown, unit in _kinds(table, "unit"):
            units.setdefault(f"{series}|{breakdown}", {})["month"] = unit
    for table in yearly:
        for series, breakdown, measure, unit in _kinds(table, "measure", "unit"):
            units.setdefault(f"{series}|{breakdown}", {})[measure] = unit
    parts = part_names(scenarios)
    whole = {key.partition("|")[0] for key in units if not key.endswith("|total")}
    all_series = [
        Series(key, group_of(key), name_of(key, parts, key.partition("|")[0] in whole), by_time)
        for key, by_time in units.items()
        if key not in SAME
    ]
    order = [series for listed in GROUPS.values() for series in listed]
    groups = [*GROUPS, OTHERS]
    return sorted(
        all_series, key=lambda series: (groups.index(series.group), _rank(series.key, order))
    )


def of_money(budgets: Iterable[pd.DataFrame]) -> list[Series]:
    """Return the series of all budget tables: gaps of lines with a budget, cost of every line."""
    gaps: dict[str, None] = {}
    costs: dict[str, None] = {}
    for table in budgets:
        costs |= dict.fromkeys(table["line"])
        gaps |= dict.fromkeys(table["line"][table["budget"].notna()])
    return [
        Series(f"{what}:{line}", "explorer_group_money", _money_name(what, line), {"sum": "EUR"})
        for what, lines in (("gap", gaps), ("cost", costs)) for line in lines
    ]  # fmt: skip


def _money_name(what: str, line: str) -> Both:
    """What a reader calls the cost or the gap of a budget line."""
    return {
        lang: translate("explorer_part", lang, name=capitalise(translate(what, lang)),
                    what=line_label(line, lang))
        for lang in LANGUAGES
    }  # fmt: skip


def group_of(key: str) -> str:
    """Return the group of a series."""
    series = key.partition("|")[0]
    return next((group for group, listed in GROUPS.items() if series in listed), OTHERS)


def name_of(key: str, parts: Mapping[str, Both], has_parts: bool) -> Both:
    """Return the name of a series; one without a label is called as in the table."""
    if key in WHOLE_NAMES:
        return _capitalised(both(WHOLE_NAMES[key]))
    series, _, breakdown = key.partition("|")
    if breakdown == "total":
        return _joined(SERIES.get(series, series), "book_sum" if has_parts else "")
    return {
        lang: translate(
            "explorer_part",
            lang,
            name=capitalise(_word(SERIES.get(series, series), lang)),
            what=parts[breakdown][lang]
            if breakdown in parts
            else _word(PARTS.get(breakdown, breakdown), lang),
        )
        for lang in LANGUAGES
    }


def part_names(scenarios: Iterable[Scenario]) -> dict[str, Both]:
    """Return titles of place types, of the types they are part of, and of groups, by breakdown.

    Where scenarios give different titles, that of the first is used.
    """
    names: dict[str, Both] = {}
    for scenario in scenarios:
        for key, place in scenario.reception.places.items():
            title: Both = {lang: str(getattr(place.title, lang)) for lang in LANGUAGES}
            names.setdefault(f"place:{key}", title)
            if place.part_of is not None:
                whole: Both = {lang: text.partition(":")[0] for lang, text in title.items()}
                names.setdefault(f"place:{place.part_of}", whole)
        for key, group in scenario.groups.items():
            names.setdefault(
                f"group:{key}", {lang: str(getattr(group.title, lang)) for lang in LANGUAGES}
            )
    return names


def _kinds(table: pd.DataFrame, *columns: str) -> Iterable[tuple[str, ...]]:
    named = table[["series", "breakdown", *columns]].drop_duplicates()
    return named.itertuples(index=False, name=None)


def _rank(key: str, order: list[str]) -> int:
    series = key.partition("|")[0]
    return order.index(series) if series in order else len(order)


def _joined(first: str, second: str) -> Both:
    """Two words as a whole and its part; the first alone if there is no second."""
    if not second:
        return {lang: capitalise(_word(first, lang)) for lang in LANGUAGES}
    return {
        lang: translate("explorer_part", lang, name=capitalise(_word(first, lang)),
                    what=_word(second, lang))
        for lang in LANGUAGES
    }  # fmt: skip


def _word(key: str, lang: Language) -> str:
    """A label, or the key itself where there is none."""
    return translate(key, lang) if key in labels() else key


def _capitalised(texts: Both) -> Both:
    return {lang: capitalise(text) for lang, text in texts.items()}
