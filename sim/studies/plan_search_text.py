"""What a search for a plan says: its tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.table import Table

from ..report.i18n import Language, number, translate
from ..report.run_tables import prices_notes
from ..report.study_data import StudyData
from .plan_search_asked import AimText, aim_of
from .plan_search_words import (
    Row,
    aim_words,
    aims,
    as_start,
    bare,
    capital,
    exact,
    lever_label,
    lever_value,
    limits,
    most_words,
    plan_words,
    rows_of,
    shown,
    spans,
    value_words,
)
from .solver import allowed

TOLD = ("loss", "cost", "cost.p90", "cost.cvar", "nights_short", "shortage.p", "empty_nights",
        "standby_nights", "opened", "closed")  # fmt: skip
"""What is told of each plan, whatever was asked for."""
REWARDING_NONE = ("cost", "empty_nights", "standby_nights", "opened")
"""Outcomes that are least where nobody has a place."""


def told_aims(data: StudyData) -> list[AimText]:
    """Return all that is told of a plan: what was asked for first."""
    asked = [*aims(data), *(limit.aim for limit in limits(data))]
    return list(dict.fromkeys([*asked, *(aim_of(one, "") for one in TOLD)]))


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    if len(aims(data)) == 1:
        return [plan_table(data, lang), *sentences(data, lang)]
    return [front_table(data, lang), *sentences(data, lang)]


# -- Tables ----------------------------------------------------------------------------------------


def plan_table(data: StudyData, lang: Language) -> Table:
    """Return the best plan (or the closest) beside the scenario as it is."""
    plan, (as_is,) = shown(data), rows_of(data, "as_is")
    title = translate("plan_search_title", lang, n=number(data.asked["accept"], lang))
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column(translate("plan_search_as_is", lang), justify="right")
    if plan is not None:
        accepted = plan["kind"] == "best"
        head = translate("plan_search_best_head" if accepted else "plan_search_closest_head", lang)
        table.add_column(head, justify="right")
    rows = [row for row in (as_is, plan) if row is not None]
    units = dict(zip(data.table("levers")["lever"], data.table("levers")["unit"], strict=True))
    for span in spans(data):
        cells = [lever_value(float(row[span.name]), units[span.name], lang) for row in rows]
        table.add_row(lever_label(data, span, lang), *cells)
    table.add_section()
    for aim in told_aims(data):
        if aim.measure == "standby_nights" and not any(row[aim.column] for row in rows):
            continue
        table.add_row(_head(aim, lang), *(_with_ends(aim, row, lang) for row in rows))
    return table


def _head(aim: AimText, lang: Language) -> str:
    """Return an aim in words, with its unit if it is money."""
    money = f", {translate('axis_billion', lang)}" if aim.unit == "EUR" else ""
    return f"{aim_words(aim, lang)}{money}"


def _with_ends(aim: AimText, row: Row, lang: Language) -> str:
    """Return a value with its 95% interval, as far as that is known."""
    value = bare(aim, float(row[aim.column]), lang)
    ends = float(row[f"{aim.column}_low"]), float(row[f"{aim.column}_high"])
    if pd.isna(ends[0]) or ends[0] == ends[1]:
        return value
    low, high = (bare(aim, end, lang) for end in ends)
    return f"{value} ({translate('range', lang, low=low, high=high)})"


def front_table(data: StudyData, lang: Language) -> Table:
    """Return the front: a row a plan, and the scenario as it is."""
    title = translate("plan_search_front_title", lang, n=number(data.asked["accept"], lang))
    table = Table(title=title, title_justify="left")
    table.add_column("")
    units = dict(zip(data.table("levers")["lever"], data.table("levers")["unit"], strict=True))
    for span in spans(data):
        table.add_column(lever_label(data, span, lang), justify="right")
    asked = list(dict.fromkeys([*aims(data), *(limit.aim for limit in limits(data))]))
    for aim in asked:
        table.add_column(_head(aim, lang), justify="right")
    front = sorted(rows_of(data, "front"), key=lambda row: float(row[asked[0].column]))
    for row in (*rows_of(data, "as_is"), *front):
        name = translate("plan_search_as_is", lang) if row["kind"] == "as_is" else ""
        cells = [lever_value(float(row[s.name]), units[s.name], lang) for s in spans(data)]
        table.add_row(name, *cells, *(_with_ends(aim, row, lang) for aim in asked))
    return table


# -- Sentences -------------------------------------------------------------------------------------


def sentences(data: StudyData, lang: Language) -> list[str]:
    """Return what was found, whether limits hold, what it is worth, and how it was found."""
    plan = shown(data)
    if len(aims(data)) > 1:
        lines = _front(data, lang)
    elif plan is None or plan["kind"] != "best":
        lines = _none(data, plan, lang)
    else:
        lines = [_best(data, plan, lang), *_against(data, plan, lang), *_limits(data, plan, lang)]
        lines += [*_luck(data, plan, lang), *_refused(data, lang), *_edges(data, plan, lang)]
        lines += [translate("plan_search_again", lang, start=as_start(data, plan))]
    return [*lines, *_rewards_none(data, lang), *prices_notes(data.scenarios, lang),
            _method(data, lang)]  # fmt: skip


def _ends(aim: AimText, row: Row, lang: Language, name: str = "") -> dict[str, str]:
    column = name or aim.column
    return {end: bare(aim, float(row[f"{column}_{end}"]), lang) for end in ("low", "high")}


def _best(data: StudyData, plan: Row, lang: Language) -> str:
    """Return the best plan and what it comes to on the second set."""
    (aim,) = aims(data)
    return translate(
        "plan_search_best",
        lang,
        plan=plan_words(data, plan, lang),
        aim=aim_words(aim, lang),
        value=value_words(aim, float(plan[aim.column]), lang),
        **_ends(aim, plan, lang),
    )


def _against(data: StudyData, plan: Row, lang: Language) -> list[str]:
    """Return how the best plan compares with the scenario as it is."""
    (aim,), (as_is,) = aims(data), rows_of(data, "as_is")
    name = f"{aim.column}_less"
    value = value_words(aim, float(as_is[aim.column]), lang)
    if name not in plan or pd.isna(plan[name]):
        return [translate("plan_search_as_is_value", lang, value=value)]
    less, low, high = (float(plan[f"{name}{end}"]) for end in ("", "_low", "_high"))
    sign = (low > 0) - (high < 0)
    key = {1: "plan_search_less", 0: "plan_search_same", -1: "plan_search_more"}[sign]
    if sign < 0:
        less, low, high = -less, -high, -low
    lines = [
        translate(
            key,
            lang,
            less=_apart(aim, less, lang),
            low=bare(aim, low, lang),
            high=bare(aim, high, lang),
            value=value,
        )
    ]
    return [*lines, *([] if as_is["accepted"] else [translate("plan_search_as_is_not", lang)])]


def _apart(aim: AimText, value: float, lang: Language) -> str:
    """Return a difference; of chances in percentage points."""
    if aim.statistic == "p":
        return translate("plan_search_points", lang, n=number(100 * value, lang, 1))
    return value_words(aim, value, lang)


def _limits(data: StudyData, plan: Row, lang: Language) -> list[str]:
    """Return how far each limit holds."""
    return [
        translate(
            "plan_search_limit",
            lang,
            aim=capital(aim_words(limit.aim, lang)),
            value=exact(limit, float(plan[limit.aim.column]), lang),
            bound=exact(limit, float(plan[f"{limit.aim.column}_bound"]), lang),
            most=most_words(limit, lang),
        )
        for limit in limits(data)
    ]


def _luck(data: StudyData, plan: Row, lang: Language) -> list[str]:
    """Return what the plan seemed to come to on the replications of the search."""
    (aim,) = aims(data)
    seemed = value_words(aim, float(plan[f"{aim.column}_search"]), lang)
    n = number(data.settings.replications, lang)
    return [translate("plan_search_luck", lang, value=seemed, n=n)]


def _refused(data: StudyData, lang: Language) -> list[str]:
    """Return how many plans that seemed better were refused."""
    count = len(rows_of(data, "refused"))
    key = "plan_search_refused_one" if count == 1 else "plan_search_refused"
    return [translate(key, lang, n=count)] if count else []


def _edges(data: StudyData, plan: Row, lang: Language) -> list[str]:
    """Return which levers lie at an end of their range that is not one of what they may be."""
    at = [
        lever_label(data, span, lang)
        for span in spans(data)
        if float(plan[span.name]) in {span.low, span.high} - {*allowed(span.lever)}
    ]
    return [translate("plan_search_edge", lang, levers="; ".join(at))] if at else []


def _none(data: StudyData, plan: Row | None, lang: Language) -> list[str]:
    """Return that no plan was accepted, and which came nearest."""
    if plan is None:
        return [translate("plan_search_none", lang)]
    (aim,) = aims(data)
    lines = [
        translate("plan_search_none", lang),
        translate(
            "plan_search_closest",
            lang,
            plan=plan_words(data, plan, lang),
            aim=aim_words(aim, lang),
            value=value_words(aim, float(plan[aim.column]), lang),
        ),
    ]
    return [*lines, *_bounds(data, plan, lang)]


def _bounds(data: StudyData, plan: Row, lang: Language) -> list[str]:
    """Return by how much a plan misses its limits."""
    return [
        translate(
            "plan_search_missed",
            lang,
            aim=capital(aim_words(limit.aim, lang)),
            value=exact(limit, float(plan[limit.aim.column]), lang),
            bound=exact(limit, float(plan[f"{limit.aim.column}_bound"]), lang),
            most=most_words(limit, lang),
        )
        for limit in limits(data)
        if not float(plan[f"{limit.aim.column}_bound"]) < limit.most
    ]


def _front(data: StudyData, lang: Language) -> list[str]:
    """Return the front in words: how many plans, and both ends."""
    first, second = aims(data)
    front = sorted(rows_of(data, "front"), key=lambda row: float(row[first.column]))
    if not front:
        return _none_of_front(data, lang)
    names = aim_words(first, lang), aim_words(second, lang)
    key = "plan_search_front" if len(front) > 1 else "plan_search_one_front"
    lines = [translate(key, lang, n=len(front), first=names[0], second=names[1])]
    for aim, other, row in ((first, second, front[0]), (second, first, front[-1])):
        lines.append(
            translate(
                "plan_search_end",
                lang,
                aim=aim_words(aim, lang),
                other=aim_words(other, lang),
                a=value_words(aim, float(row[aim.column]), lang),
                b=value_words(other, float(row[other.column]), lang),
                plan=plan_words(data, row, lang),
            )
        )
    refused = len(rows_of(data, "refused"))
    if refused:
        lines.append(translate("plan_search_front_refused", lang, n=refused))
    return lines


def _none_of_front(data: StudyData, lang: Language) -> list[str]:
    plan = shown(data)
    lines = [translate("plan_search_none", lang)]
    return lines + (_bounds(data, plan, lang) if plan is not None else [])


def _rewards_none(data: StudyData, lang: Language) -> list[str]:
    """Return a warning where nothing that was asked for speaks for people without a place."""
    asked: Sequence[AimText] = [*aims(data), *(limit.aim for limit in limits(data))]
    blind = all(aim.measure in REWARDING_NONE for aim in asked)
    return [translate("plan_search_rewards_none", lang)] if blind else []


def _method(data: StudyData, lang: Language) -> str:
    """Return how it was searched and accepted."""
    return translate(
        "plan_search_method",
        lang,
        tried=number(len(data.table("tried")), lang),
        n=number(data.settings.replications, lang),
        others=number(data.asked["accept"], lang),
        step=translate(f"step_{data.settings.step}", lang),
        most=number(data.asked["shortage"], lang),
        price=number(data.asked["lambda"], lang),
    )
