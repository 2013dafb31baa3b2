"""Weeks in which rules of a plan act: worked by hand, and against the places that they move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.table import Table
from support.plans import (
    ALWAYS,
    DESK,
    NEVER,
    Rule,
    played_out,
    rule,
    watched,
    with_plan,
)
from support.scenarios import change

import sim
from sim.clock import month_number
from sim.export.read_records import table_record
from sim.model.sampling import Floats
from sim.report.i18n import Language
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.results.plan_outcomes import OUTCOMES, PlanOutcomes
from sim.results.rule_actions import PlanActions, actions
from sim.results.tables import acted
from sim.results.tasks import Task, run_task, simulate_all
from sim.runs.study_folder import StudyContent, as_csv, data_of
from sim.runs.table_reader import read_table
from sim.scenario import Scenario, load, load_chain
from sim.studies.base import Inputs, tell
from sim.studies.decisions import chance_interval
from sim.studies.plan_compare import run
from sim.studies.plan_compare_rules import rule_rows, rule_words, rules_sentences
from sim.studies.plan_options import PlanCompareOptions

ONE = Workers(1)
HERE = {"open": 100, "place": "emergency_location"}
READY = {"open": 100, "place": "ready"}
SHUT = {"close": 100, "place": "ready"}
SHORT = ("without_place", {"above": 5, "lag_weeks": 0})
PLENTY = ("without_place", {"below": 5, "lag_weeks": 0})


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load("baseline")


# -- Weeks by hand: 27 January is that of week 0, February has weeks 1 to 4, 5 is of March --------


CASES: dict[str, tuple[Rule, list[int], list[int]]] = {
    "each week beyond the line": (rule(SHORT, HERE), [0, 9, 9, 0, 9, 0, 9], [0, 3, 1]),
    "never beyond it": (rule(NEVER, HERE), [9, 9, 9], [0, 0]),
    "a pause of three weeks": (rule(SHORT, HERE, pause_weeks=3), [9] * 7, [1, 1, 1]),
    "once, though it takes three weeks to order": (
        rule(SHORT, HERE | {"open": 600}),
        [9, 0, 0, 0],
        [1, 0],
    ),
    "again when all is ordered": (rule(SHORT, HERE | {"open": 600}), [9, 9, 9, 9, 0], [1, 1, 0]),
    "not once its limit in all is reached": (rule(SHORT, HERE, most=250), [9] * 7, [1, 2, 0]),
    "not once all of 200 on standby are open": (rule(SHORT, READY), [9] * 7, [1, 1, 0]),
    "not to close what is not open": (rule(PLENTY, SHUT), [0] * 7, [0, 0, 0]),
    "from the decision to add until it ends": (
        rule(SHORT, {"decisions": 1_000}, lead_weeks=2, minimum_stay_weeks=3),
        [0, 9, 0, 0, 0, 0, 0],
        [0, 3, 0],
    ),
    "as long as it adds": (rule(SHORT, {"homes": 1_000}), [9, 9, 9, 0, 0, 9], [1, 2, 1]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_rule_acts_in_the_weeks_worked_by_hand(baseline: Scenario, case: str) -> None:
    stated, values, expected = CASES[case]
    ledger, _ = played_out(with_plan(baseline, {"a": stated}, desk=False, standby=200), values)
    assert acted(ledger)["a"][:, 0].tolist() == expected


def test_a_rule_that_waits_for_the_weeks_limit_acts_and_the_desk_is_not_counted(
    baseline: Scenario,
) -> None:
    """The first rule takes the 250 of the week; what the second decides on comes a week later."""
    rules = {"a": rule(SHORT, HERE | {"open": 250}), "b": rule(SHORT, HERE)}
    ledger, weeks = played_out(with_plan(baseline, rules, desk=False), [9, 0])
    assert {name: weeks[:, 0].tolist() for name, weeks in acted(ledger).items()} == {
        "a": [1, 0],
        "b": [1, 0],
    }
    assert weeks.flow("place_market", "places_ordered")[:, 0].tolist() == [250, 100]
    ledger, _ = watched(baseline, until=date(2025, 3, 31))
    assert acted(ledger) == {}


def by_month(weeks: Any, moves: Any) -> list[int]:
    """In how many rounds of each month something moved, in the first replication."""
    months = [month_number(date(2025, 1, 27) + pd.Timedelta(days=day)) for day in weeks.days]
    first = months[0]
    counted = np.bincount([month - first for month in months], moves[:, 0] > 0)
    return [int(count) for count in counted]


@pytest.mark.slow
def test_rules_on_the_difference_act_when_places_are_ordered_or_given_up(
    baseline: Scenario,
) -> None:
    ledger, weeks = watched(with_plan(baseline, DESK, desk=False), until=date(2026, 12, 31))
    found = {name: one[:, 0].tolist() for name, one in acted(ledger).items()}
    assert found["orders"] == by_month(weeks, weeks.flow("place_market", "places_ordered"))
    assert found["notice"] == by_month(weeks, weeks.flow("places_open", "places_notice"))
    assert 0 < sum(found["orders"]) < 100
    assert 0 < sum(found["notice"]) < 100


@pytest.mark.slow
@pytest.mark.parametrize("size", [100, 600])
def test_a_rule_does_not_act_where_the_money_pays_for_nothing(size: int) -> None:
    """Nothing is left in 2026: what would be ordered for then is not, and nobody acts.

    Neither where more is wanted than the limit of a week, so that a part stays owed.
    """
    lines = {date(year, 1, 1): 1e12 if year == 2025 else 0.0 for year in range(2025, 2031)}
    held = change(load("constrained"), {"budget.vintages.owb2025.lines.coa_nidos": lines})
    poor = with_plan(held, {"a": rule(ALWAYS, HERE | {"open": size})}, desk=False)
    ledger, weeks = watched(poor, until=date(2026, 3, 31))
    ordered = by_month(weeks, weeks.flow("place_market", "places_ordered"))
    found = acted(ledger)["a"][:, 0].tolist()
    assert [month > 0 for month in found] == [month > 0 for month in ordered]
    assert 0 < sum(ordered) < len(weeks.days)
    if size == 100:
        assert found == ordered


# -- Futures ---------------------------------------------------------------------------------------

FEW = Settings(6, 1, "week", date(2027, 12, 31))


@pytest.mark.slow
def test_places_opened_from_standby_and_taken_back_are_the_weeks_times_the_size() -> None:
    """Both rules of standby-5000 move 1,000 places each time that they act."""
    (trial,) = simulate_all(load("standby-5000"), FEW, ONE)
    found = actions(trial)
    ready = list(trial.scenario.reception.places).index("standby_location")
    returned = trial.tables.volumes["places_returned"][:, :, ready].sum(axis=0)
    opened = trial.tables.volumes["places_opened"][:, :, ready].sum(axis=0)
    # What was decided on in the last two weeks has not opened, or gone back, within the run.
    for moved, weeks in ((opened, "open_standby"), (returned, "close_standby")):
        under_way = 1_000 * found[f"weeks:{weeks}"] - moved
        assert ((under_way >= 0) & (under_way <= 3_000)).all()
        assert (under_way % 1_000 == 0).all()
    assert (opened > 0).any()
    assert (returned > 0).any()


@pytest.mark.slow
def test_the_measure_counts_the_years_asked_for_beside_what_the_plan_comes_to(
    baseline: Scenario,
) -> None:
    plan = with_plan(
        baseline,
        {
            "ever": rule(ALWAYS, HERE | {"open": 1}),
            "first year": rule(ALWAYS, HERE | {"open": 1}, until="2025-12-31"),
            "never": rule(NEVER, HERE),
        },
        desk=False,
    )
    (trial,) = simulate_all(plan, FEW, ONE)
    whole, late = actions(trial), actions(trial, 2026)
    assert (whole["first:ever"] == month_number(date(2025, 2, 1))).all()
    assert (late["first:ever"] == month_number(date(2026, 1, 1))).all()
    assert (whole["weeks:ever"] - late["weeks:ever"] == whole["weeks:first year"]).all()
    assert (whole["weeks:first year"] > 45).all()
    for one, name in ((whole, "never"), (late, "first year"), (late, "never")):
        assert (one[f"weeks:{name}"] == 0).all()
        assert np.isnan(one[f"first:{name}"]).all()
    measured = PlanActions(PlanOutcomes(2026))(trial)
    assert set(measured) == set(OUTCOMES) | set(late)


@pytest.mark.slow
def test_actions_do_not_depend_on_how_replications_are_divided() -> None:
    task = Task(load("early-warning"), PlanActions(PlanOutcomes()), volumes_only=True)
    whole = run_task(task, FEW)
    late = run_task(replace(task, first=4, volumes_only=False), replace(FEW, replications=2))
    rules = [name for name in whole if ":" in name]
    assert len(rules) == 6
    for name in whole:
        np.testing.assert_array_equal(whole[name][4:], late[name])


# -- Table and words -------------------------------------------------------------------------------


def test_each_number_of_the_table_is_that_of_its_futures() -> None:
    """Of 200 futures a rule acts in 150, first in one of ten months after each other."""
    months = np.where(np.arange(200) < 150, month_number(date(2026, 1, 1)) + np.arange(200) % 10,
                      np.nan)  # fmt: skip
    weeks: Floats = np.where(np.isnan(months), 0.0, 4.0)
    found = {"weeks:a": weeks, "first:a": months}
    found |= {"weeks:b": 0 * weeks, "first:b": np.nan * weeks, "cost": weeks}
    table = rule_rows(["p", "q"], [{"cost": weeks}, found])["rules"]
    acts, never = table.to_dict("records")
    assert (acts["plan"], acts["rule"], never["rule"]) == ("q", "a", "b")
    assert (acts["p_acts"], never["p_acts"]) == (0.75, 0.0)
    assert (acts["p_acts_low"], acts["p_acts_high"]) == chance_interval(150, 200)
    assert [acts[f"first_p{q}"] for q in (10, 50, 90)] == [
        pd.Timestamp(2026, month, 1) for month in (1, 5, 9)
    ]
    assert pd.isna(never["first_p50"])
    assert (acts["weeks_mean"], never["weeks_mean"]) == (3.0, 0.0)
    assert acts["weeks_mean_low"] < 3.0 < acts["weeks_mean_high"]
    assert rule_rows(["p"], [{"cost": weeks}]) == {}


def test_the_table_is_read_with_months_or_none_and_nothing_else(tmp_path: Path) -> None:
    weeks: Floats = np.array([1.0, 0.0])
    first = np.array([month_number(date(2026, 5, 1)), np.nan])
    never = {"weeks:b": 0 * weeks, "first:b": np.nan * weeks}
    table = rule_rows(["p"], [{"weeks:a": weeks, "first:a": first} | never])["rules"]
    file = tmp_path / "rules.csv"
    for kept in (table, table[1:]):
        file.write_text(as_csv(kept), "utf-8")
        assert len(read_table(file, "plan_comparison", {})) == len(kept)
    file.write_text(as_csv(table).replace("2026-05-01", "in May"), "utf-8")
    with pytest.raises(sim.ScenarioError, match="something other than dates"):
        read_table(file, "plan_comparison", {})


def compared(*names: str) -> StudyContent:
    """Compare plans in a few futures."""
    options = PlanCompareOptions.parse({"replications": 4, "until": "2026-12-31"})
    return run(options, Inputs(tuple(load_chain(name.split("+")) for name in names), workers=ONE))


@pytest.mark.long
def test_rules_are_told_of_plans_that_have_some() -> None:
    content = compared("baseline", "early-warning")
    table = content.tables["rules"]
    assert set(table["plan"]) == {"early-warning"}
    assert list(table["rule"]) == ["warned_by_applications", "warned_by_fill", "room_again"]
    units = table_record("plan_comparison", "rules", table).units
    assert (units["p_acts_low"], units["weeks_mean_high"]) == ("probability", "weeks")
    assert len(units) == 6
    assert "rules" not in compared("baseline", "fixed-stock-41000").tables
    plan = load("early-warning").plan
    assert plan is not None
    silent = replace(content, tables={**content.tables, "rules": table.assign(p_acts=0.0)})
    langs: tuple[tuple[Language, str], ...] = (
        ("en", "none of these futures"),
        ("nl", "geen van deze toekomsten"),
    )
    for lang, never in langs:
        (told,) = rules_sentences(data_of(silent), lang)
        assert never in told
        for one in plan.rules.values():
            assert getattr(one.title, lang) in told
        tables = [part for part in tell(data_of(content), lang) if isinstance(part, Table)]
        assert [len(part.rows) for part in tables][1] == len(table)


WORDS: dict[str, tuple[Rule, Language, str]] = {
    "share": (
        rule(("fill", {"above": 0.995}), {"open": 1_000, "place": "ready"}),
        "en",
        "places occupied above 99.5%: open 1,000 places in “Kept ready”",
    ),
    "of a type": (
        rule(("fill", {"place": "ready", "below": 0.9, "for_weeks": 4}), {"close": 500}),
        "nl",
        "bezetting van de plekken (Op afroep) onder 90%, 4 weken lang: 500 plekken sluiten",
    ),
    "difference": (
        rule(("expected_shortage", {}), {"difference": "open"}),
        "en",
        "expected shortage of places above 0: open as many places as the difference",
    ),
    "work": (
        rule(("pending", {"above": 55_000}), {"decisions": 5_000}),
        "nl",
        "openstaande zaken boven 55.000: 5.000 beslissingen per jaar meer",
    ),
}


@pytest.mark.parametrize("case", WORDS)
def test_a_rule_in_words_says_what_it_watches_and_does(baseline: Scenario, case: str) -> None:
    stated, lang, expected = WORDS[case]
    plan = with_plan(baseline, {"a": stated}, standby=200)
    assert plan.plan is not None
    assert rule_words(plan.plan.rules["a"], plan, lang) == expected
