"""Words of a search for a plan: aims, their values, limits, and plans by the values of levers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..report.charts.elements import BILLION
from ..report.i18n import Language, billion, number, percent, probability, translate, unit_name
from ..report.study_data import StudyData
from .levers import lever_words
from .plan_search_asked import AimText, LimitText, Span, aims_of, limit_of, spans_of

Row = Mapping[Any, Any]
ROUNDED_FROM = 1e5
"""Nights and people from which they are told in thousands."""


def aims(data: StudyData) -> tuple[AimText, ...]:
    """Return the objectives that were asked for."""
    return aims_of(data.asked["objective"])


def limits(data: StudyData) -> list[LimitText]:
    """Return the limits that were asked for."""
    return [limit_of(one) for one in data.asked["subject_to"]]


def spans(data: StudyData) -> tuple[Span, ...]:
    """Return the levers."""
    return spans_of(data.asked["levers"])


def aim_words(aim: AimText, lang: Language) -> str:
    """Return an aim as a noun phrase: expected cost, 90th percentile of cost."""
    what = translate(f"plan_outcome_{aim.measure}", lang)
    return translate(f"plan_aim_{aim.statistic}", lang, what=what)


def capital(text: str) -> str:
    """Return a text that begins a sentence."""
    return text[:1].upper() + text[1:]


def value_words(aim: AimText, value: float, lang: Language) -> str:
    """Return a value of an aim with its unit, where that is money or a chance."""
    if aim.unit == "EUR":
        return billion(value, lang, 2)
    if aim.statistic == "p":
        return probability(value, lang, brief=True)
    return bare(aim, value, lang)


def bare(aim: AimText, value: float, lang: Language) -> str:
    """Return a value of an aim under a heading that has the unit."""
    if aim.unit == "EUR":
        return number(value / BILLION, lang, 2)
    if aim.statistic == "p":
        return percent(value, lang, 1)
    return number(round(value, -3) if abs(value) >= ROUNDED_FROM else value, lang)


def exact(limit: LimitText, value: float, lang: Language) -> str:
    """Return the upper bound of a limited aim, precise enough to be held against the limit."""
    if limit.aim.statistic == "p":
        return percent(value, lang, 1)
    return value_words(limit.aim, value, lang)


def most_words(limit: LimitText, lang: Language) -> str:
    """Return the number of a limit."""
    if limit.aim.statistic == "p":
        return percent(limit.most, lang, decimals(100 * limit.most))
    return value_words(limit.aim, limit.most, lang)


def decimals(value: float) -> int:
    """Return how many decimals a number needs, at most four."""
    return min(len(f"{abs(value):.8g}".partition("e")[0].partition(".")[2]), 4)


def lever_value(value: float, unit: str, lang: Language) -> str:
    """Return the value of a lever with its unit."""
    if unit == "share":
        return percent(value, lang, decimals(100 * value))
    return f"{number(value, lang, decimals(value))} {unit_name(unit, lang)}"


def lever_label(data: StudyData, span: Span, lang: Language) -> str:
    """Return a lever in words."""
    return lever_words(span.lever, data.first, lang)


def plan_words(data: StudyData, row: Row, lang: Language) -> str:
    """Return a plan by the values of its levers."""
    units = dict(zip(data.table("levers")["lever"], data.table("levers")["unit"], strict=True))
    parts = [
        translate(
            "plan_search_lever",
            lang,
            lever=lever_label(data, span, lang),
            value=lever_value(float(row[span.name]), units[span.name], lang),
        )
        for span in spans(data)
    ]
    return "; ".join(parts)


def as_start(data: StudyData, row: Row) -> str:
    """Return a plan as it is typed after ``--start``."""
    return ",".join(f"{span.lever}={float(row[span.name]):.12g}" for span in spans(data))


def rows_of(data: StudyData, *kinds: str) -> list[dict[Any, Any]]:
    """Return plans on the second set of some kinds, in their order."""
    rows: Sequence[dict[Any, Any]] = data.table("plans").to_dict("records")
    return [row for row in rows if row["kind"] in kinds]


def shown(data: StudyData) -> dict[Any, Any] | None:
    """Return the plan of which most is told: the best, or the one that came nearest."""
    best, refused = rows_of(data, "best"), rows_of(data, "refused")
    if best:
        return best[0]
    return min(refused, key=lambda row: float(row["beyond"])) if refused else None
