"""Tables and sentences of the scorecard: skill, goals, horizons, official forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import pandas as pd
from rich.table import Table

from ..hindcast import (
    Coverage,
    Estimate,
    Goal,
    Hindcasts,
    Score,
    coverage,
    goals,
    official_cells,
    scores,
)
from .i18n import Language, number, translate

MONEY = ("spending_article_37", "spending_coa_cost", "spending_coa_cash")


def with_interval(found: Estimate | None, lang: Language) -> str:
    """Format a number with its interval: 0.94 (0.81 to 1.10)."""
    if found is None:
        return ""
    return " ".join([number(found.value, lang, 2), *(f"({one})" for one in _interval(found, lang))])


def _stacked(found: Estimate | None, lang: Language) -> str:
    """Format a number with its interval below it, for a narrow column."""
    if found is None:
        return ""
    return "\n".join([number(found.value, lang, 2), *_interval(found, lang)])


def _interval(found: Estimate, lang: Language) -> list[str]:
    if isnan(found.low):
        return []
    low, high = (number(end, lang, 2) for end in (found.low, found.high))
    return [translate("range", lang, low=low, high=high)]


def skill_table(found: Sequence[Score], lang: Language) -> Table:
    """Tabulate ratios of CRPS over all horizons by series, with their intervals.

    Model and pool against the banded benchmark, with and without March 2016; the pool against the
    best naive number; the model against official forecasts.
    """
    table = Table(title=translate("skill_title", lang), title_justify="left")
    table.add_column(translate("score_series", lang), overflow="fold")
    table.add_column("n", justify="right")
    table.add_column(translate("skill_benchmark", lang), overflow="fold")
    for key in ("score_program", "skill_without_2016", "score_pool", "skill_without_2016",
                "skill_pool_point", "skill_official"):  # fmt: skip
        table.add_column(translate(key, lang), justify="right", overflow="fold")
    for score in found:
        if score.ahead is not None:
            continue
        table.add_row(
            translate(f"series_{score.series}", lang),
            str(score.n),
            translate(f"score_{score.benchmark}", lang),
            _stacked(score.program_ratio, lang),
            _stacked(score.program_ratio_without_2016, lang),
            _stacked(score.pool_ratio, lang),
            _stacked(score.pool_ratio_without_2016, lang),
            _stacked(score.pool_point_ratio, lang),
            _stacked(score.official.ratio, lang) if score.official else "",
        )
    return table


def score_table(found: Sequence[Score], lang: Language) -> Table:
    """Tabulate error, ratios of CRPS, bias and coverage by series and years ahead."""
    table = Table(title=translate("score_title", lang), title_justify="left")
    table.add_column(translate("score_series", lang), overflow="fold")
    for key in ("score_ahead", "score_n", "score_error", "score_ratio", "score_pool_ratio",
                "score_bias", "score_within", "score_pit"):  # fmt: skip
        table.add_column(translate(key, lang), justify="right")
    last = ""
    for score in found:
        table.add_row(
            "" if score.series == last else translate(f"series_{score.series}", lang),
            translate("score_all", lang) if score.ahead is None else str(score.ahead),
            str(score.n),
            percent(score.mape, lang),
            _stacked(score.program_ratio, lang),
            _stacked(score.pool_ratio, lang),
            _stacked(score.bias, lang),
            percent(score.coverage.share, lang),
            number(score.pit.value, lang, 2),
            end_section=score.ahead is None,
        )
        last = score.series
    return table


def goal_table(found: Sequence[Goal], lang: Language) -> Table:
    """Tabulate each goal with what was found, its interval, and whether it was met."""
    table = Table(title=translate("goal_title", lang), title_justify="left")
    for key in ("score_series", "goal_measure"):
        table.add_column(translate(key, lang), overflow="fold")
    for key in ("goal_limit", "goal_found", "goal_met"):
        table.add_column(translate(key, lang), justify="right")
    last = ""
    for goal in found:
        table.add_row(
            "" if goal.series == last else translate(f"series_{goal.series}", lang),
            translate(f"goal_{goal.measure}", lang),
            limit_of(goal, lang),
            with_interval(goal.found, lang),
            translate("goal_was_met" if goal.met else "goal_was_missed", lang),
        )
        last = goal.series
    return table


def limit_of(goal: Goal, lang: Language) -> str:
    """Say what a goal asks: at most a number, between two, or an interval that contains one."""
    least, most = number(goal.least, lang, 2), number(goal.most, lang, 2)
    if goal.least == goal.most:
        return translate("goal_contains", lang, value=most)
    if goal.least > 0:
        return translate("range", lang, low=least, high=most)
    return f"≤ {most}"


def percent(value: Any, lang: Language) -> str:
    return f"{number(100 * float(value), lang)}%"


def signed(value: Any, lang: Language) -> str:
    plus = "+" if round(100 * float(value)) > 0 else ""
    return plus + percent(value, lang)


def official_table(cells: pd.DataFrame, lang: Language) -> Table:
    """Tabulate each official forecast with the model's hindcast from its day of publication."""
    table = Table(title=translate("official_title", lang), title_justify="left")
    for key in ("score_series", "official_edition", "official_target"):
        table.add_column(translate(key, lang), overflow="fold")
    for key in ("official_came", "official_said", "official_off", "score_program",
                "official_program_off", "official_band"):  # fmt: skip
        table.add_column(translate(key, lang), justify="right")
    for row in official_cells(cells).to_dict("records"):
        unit = 1e6 if row["series"] in MONEY else 1.0

        def amount(key: str, row: dict[Any, Any] = row, unit: float = unit) -> str:
            return number(float(row[key]) / unit, lang)

        table.add_row(
            translate(f"series_{row['series']}", lang),
            _edition(row["edition"], lang),
            str(row["target"]),
            amount("came"),
            amount("official"),
            signed(row["official_error"] / row["came"], lang),
            amount("program"),
            signed(row["program_error"] / row["program_came"], lang),
            translate("range", lang, low=amount("low_80"), high=amount("high_80")),
        )
    return table


def _edition(name: str, lang: Language) -> str:
    """Name an official forecast; names that are the same in both languages stay."""
    kind, _, year = name.rpartition(" ")
    key = {"Budget": "edition_budget", "Draft budget": "edition_draft_budget"}.get(kind)
    return translate(key, lang, year=year) if key else name


def verdict(found: Hindcasts, lang: Language) -> list[str]:
    """Return sentences on coverage, on goals missed, and on naive and official forecasts."""
    lines = [_coverage_line(coverage(found.march), lang)]
    scored = scores(found)
    for score in scored:
        if score.ahead is None and score.program_ratio.value > 1:
            lines.append(
                translate(
                    "score_worse",
                    lang,
                    series=translate(f"series_{score.series}", lang),
                    name=translate(f"score_{score.benchmark}", lang),
                    ratio=with_interval(score.program_ratio, lang),
                    without=with_interval(score.program_ratio_without_2016, lang),
                )
            )
    asked = goals(scored)
    met = sum(goal.met for goal in asked)
    lines.append(translate("goals_met", lang, met=met, n=len(asked)))
    return lines + list(_against_official(official_cells(found.official), lang))


def _against_official(pairs: pd.DataFrame, lang: Language) -> list[str]:
    lines = []
    for series in pairs["series"].unique():
        rows = pairs[pairs["series"] == series]
        mine, theirs = rows["program_percentage"], rows["official_percentage"]
        lines.append(
            translate(
                "official_verdict",
                lang,
                series=translate(f"series_{series}", lang),
                nearer=int((mine < theirs).sum()),
                n=len(rows),
                program=percent(mine.mean(), lang),
                official=percent(theirs.mean(), lang),
            )
        )
    return lines


def _coverage_line(found: Coverage, lang: Language) -> str:
    return translate(
        "coverage_holds" if found.holds else "coverage_off",
        lang,
        share=percent(found.share, lang),
        low=percent(found.low, lang),
        high=percent(found.high, lang),
        cells=found.cells,
        origins=found.origins,
    )
