"""Rules of the plans that are compared: in how many futures they act, when first, how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from ..clock import first_of_month
from ..model.sampling import Floats
from ..report.i18n import Language, month_text, number, percent, probability, translate
from ..report.study_data import StudyData
from ..results.rule_actions import FIRST, WEEKS
from ..scenario import PlanRule, Scenario
from .decisions import chance_interval, mean_with_error
from .plan_compare_cells import chance, with_error
from .plan_keys import plan_names, quoted

Row = dict[Any, Any]
FIRSTS = {"first_p10": 0.1, "first_p50": 0.5, "first_p90": 0.9}
"""Columns of the month of the first action: percentiles of the futures in which a rule acts."""
WIDTHS = {"plan": 15, "p_acts": 17, "first": 18, "weeks": 14}
"""Widths of columns of the printed table [characters]; what a rule does has the rest."""
FEW_WEEKS = 10
"""Mean number of weeks below which it has a decimal."""


# -- Rows ------------------------------------------------------------------------------------------


def rule_rows(
    names: Sequence[str], found: Sequence[Mapping[str, Floats]]
) -> dict[str, pd.DataFrame]:
    """Return the table ``rules``, with a row a rule of a plan; none if no plan has a rule.

    ``p_acts`` is the share of the futures in which the rule acts in the years that count,
    ``weeks_mean`` in how many weeks it acts a future, those without included. Each has its
    simulation error as ``_low`` and ``_high``. ``first_p10``, ``first_p50`` and ``first_p90`` are
    the first days of the months by which it has acted in 10%, 50% and 90% of the futures in which
    it acts at all; empty if it never does.
    """
    rows = [
        {"plan": name, "rule": rule, **_rule_row(one[f"{WEEKS}{rule}"], one[f"{FIRST}{rule}"])}
        for name, one in zip(names, found, strict=True)
        for rule in (key.removeprefix(WEEKS) for key in one if key.startswith(WEEKS))
    ]
    if not rows:
        return {}
    dates: dict[str, Any] = dict.fromkeys(FIRSTS, "datetime64[ns]")
    return {"rules": pd.DataFrame(rows).astype(dates)}


def _rule_row(weeks: Floats, first: Floats) -> Row:
    """Return how often a rule acts and when first."""
    acts = weeks > 0
    low, high = chance_interval(int(acts.sum()), acts.size)
    row: Row = {"p_acts": float(acts.mean()), "p_acts_low": low, "p_acts_high": high}
    row |= {name: _month_at(first[acts], share) for name, share in FIRSTS.items()}
    return row | mean_with_error("weeks_mean", weeks)


def _month_at(months: Floats, share: float) -> date | None:
    """Return the first day of the month by which a share of futures has acted."""
    if not months.size:
        return None
    return first_of_month(int(np.quantile(months, share, method="inverted_cdf")))


# -- Table -----------------------------------------------------------------------------------------


def rules_tables(data: StudyData, lang: Language) -> list[Table]:
    """Return the table of the rules; none if no plan has any."""
    if not data.has("rules"):
        return []
    years = data.asked["years"]
    title = translate("plans_rules_title", lang, first=years[0], last=years[-1])
    table = Table(title=title, title_justify="left")
    table.add_column(translate("plans_plan", lang), overflow="fold", max_width=WIDTHS["plan"])
    table.add_column(translate("plans_rule", lang), overflow="fold")
    for key in ("p_acts", "first", "weeks"):
        label, most = translate(f"plans_rules_{key}", lang), WIDTHS[key]
        table.add_column(label, justify="right", overflow="fold", max_width=most)
    names, before = plan_names(data.scenarios, lang), None
    for row in _rows(data):
        plan = names[row["plan"]]
        scenario = data.scenario(row["plan"])
        words = (
            f"{_title(row, scenario, lang)} ({rule_words(_rule(row, scenario), scenario, lang)})"
        )
        digits = int(row["weeks_mean"] < FEW_WEEKS)
        table.add_row(
            "" if plan == before else plan,
            words,
            chance(row, "p_acts", lang),
            _first(row, lang),
            with_error(row, "weeks_mean", 1, digits, lang),
        )
        before = plan
    return [table]


def _rows(data: StudyData) -> list[Row]:
    """Return the rows of the table, with months as dates."""
    table = data.table("rules")
    for name in FIRSTS:
        table[name] = pd.to_datetime(table[name])
    rows: list[Row] = table.to_dict("records")
    return rows


def _first(row: Row, lang: Language) -> str:
    """Return when a rule acts first: the median month, and those of the middle 80%."""
    if pd.isna(row["first_p50"]):
        return ""
    low, middle, high = (month_text(row[name], lang) for name in FIRSTS)
    return f"{middle} ({translate('range', lang, low=low, high=high)})"


# -- Words -----------------------------------------------------------------------------------------


def rule_words(rule: PlanRule, scenario: Scenario, lang: Language) -> str:
    """Return what a rule watches and what it does, in a few words; amounts as the scenario has."""
    when, do = rule.when, rule.do
    key = f"rule_{when.series}" if when.place is None else "rule_fill_of"
    place = "" if when.place is None else _place(when.place, scenario, lang)
    side = "below" if when.below is not None else "above"
    stated = when.below if when.below is not None else when.above
    line = 0.0 if stated is None else stated.single
    shown = _share(line, lang) if when.series == "fill" else number(line, lang)
    words = translate(f"rule_{side}", lang, series=translate(key, lang, place=place), line=shown)
    if when.for_weeks is not None and when.for_weeks.single > 1:
        words = translate("rule_for", lang, condition=words, n=round(when.for_weeks.single))
    action = f"rule_{do.difference}_difference" if do.difference else f"rule_{do.kind}"
    amount = None if do.difference else getattr(do, do.kind).single
    text = translate(action, lang, n="" if amount is None else number(amount, lang))
    if do.place is not None:
        text = translate("rule_of", lang, action=text, place=_place(do.place, scenario, lang))
    return f"{words}: {text}"


def _share(share: float, lang: Language) -> str:
    """Return a share in percent, with a decimal where it has one."""
    return percent(share, lang, 0 if round(1000 * share) % 10 == 0 else 1)


def _place(name: str, scenario: Scenario, lang: Language) -> str:
    return str(getattr(scenario.reception.places[name].title, lang))


def _rule(row: Row, scenario: Scenario) -> PlanRule:
    assert scenario.plan is not None
    return scenario.plan.rules[row["rule"]]


def _title(row: Row, scenario: Scenario, lang: Language) -> str:
    """Return the title of a rule, or its name if it has none."""
    title = _rule(row, scenario).title
    return str(row["rule"] if title is None else getattr(title, lang))


# -- Sentences -------------------------------------------------------------------------------------


def rules_sentences(data: StudyData, lang: Language) -> list[str]:
    """Return which rule acts in most futures, if one does, which never do, and what acting is."""
    if not data.has("rules"):
        return []
    rows, names = _rows(data), plan_names(data.scenarios, lang)
    highest = max(float(row["p_acts"]) for row in rows)
    most, *others = (row for row in rows if row["p_acts"] == highest)
    found = []
    if highest > 0 and not others:
        rule, plan = _title(most, data.scenario(most["plan"]), lang), names[most["plan"]]
        p, first = probability(most["p_acts"], lang), month_text(most["first_p50"], lang, "MMMM y")
        found.append(translate("plans_rules_most", lang, rule=rule, plan=plan, p=p, first=first))
    never = [_title(row, data.scenario(row["plan"]), lang) for row in rows if row["p_acts"] == 0]
    if never:
        found.append(
            translate("plans_rules_never", lang, rules=quoted([*dict.fromkeys(never)], lang))
        )
    return [" ".join([*found, translate("plans_rules_acting", lang)])]
