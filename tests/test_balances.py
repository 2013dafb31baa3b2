"""Balances of past years, and the exits that close them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from support.cli import Command

from sim.errors import ScenarioError
from sim.hindcast import HindcastOptions, actual, knowledge, observed, scenario_at
from sim.hindcast.balances import (
    BREAKS,
    LIVES_HERE,
    REPEAT_LIVES_HERE,
    PendingBalance,
    exit_level,
    hazards,
    judged,
    other_share,
    pending_balances,
    reception_balances,
)
from sim.hindcast.estimates import held_error, leave_rate
from sim.hindcast.flows import FLOWS, chosen_flows
from sim.hindcast.given import closes, closing_rate
from sim.hindcast.observations import Knowledge
from sim.hindcast.scenario import structure
from sim.hindcast.scoring import projected
from sim.report.balance_tables import TABLES
from sim.scenario import Scenario

ALL = date(2025, 12, 31)
PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "balances.md"
HAZARDS = {
    2015: 0.08, 2016: 0.27, 2017: 0.34, 2018: 0.31, 2019: 0.35, 2020: 0.24,
    2021: 0.15, 2022: 0.12, 2023: 0.15, 2024: 0.14,
}  # fmt: skip
"""Exits over cases at risk, worked by hand from the figures of UNHCR, in two digits."""


def test_exits_of_2024_worked_by_hand() -> None:
    """UNHCR: 43,915 + 32,049 + 1,576 - 15,630 - 4,186 - 46,840; 9,074 closed, 1,770 on repeats."""
    balance = pending_balances(knowledge(ALL))[2024]
    assert balance.exits == 43_915 + 32_049 + 1_576 - 15_630 - 4_186 - 46_840 == 10_884
    assert balance.exits - balance.closed == 1_810
    assert balance.exits - balance.closed - balance.repeat_decisions == 40


@pytest.mark.parametrize(("year", "hazard"), HAZARDS.items())
def test_hazard_of_each_year(year: int, hazard: float) -> None:
    assert round(hazards(knowledge(ALL))[year] + 1e-9, 2) == hazard


def test_a_balance_closes_by_its_exits() -> None:
    for balance in pending_balances(knowledge(ALL)).values():
        end = balance.at_risk * (1 - balance.hazard) - balance.granted - balance.rejected
        assert end == pytest.approx(balance.end)


def test_broken_years_enter_no_estimate() -> None:
    known = knowledge(ALL)
    assert set(BREAKS) == set(range(2008, 2015))
    assert not set(BREAKS) & set(hazards(known))
    assert min(b.exits for b in pending_balances(known).values()) < 0
    assert min(hazards(known).values()) > 0


def test_leave_rate_counts_no_exit_twice() -> None:
    balance = PendingBalance(2024, 100, 60, 30, 20, 15, 5, 80)
    assert balance.exits == 30
    assert balance.left_rate == (30 - 15 - 5) / 90
    assert replace(balance, closed=40).left_rate == 0


def test_the_baseline_states_the_mean_of_four_years(baseline: Scenario) -> None:
    """Its spread is that of a mean of four years that holds for six, and covers each of them."""
    found = pending_balances(knowledge(ALL))
    rates = [found[year].left_rate for year in range(2021, 2025)]
    assert np.round(rates, 2).tolist() == [0.0, 0.12, 0.16, 0.0]
    quantity = baseline.ind.leave_rate
    assert quantity.single == round(float(np.mean(rates)), 2)
    assert quantity.spread is not None
    assert quantity.spread.sd == pytest.approx(
        np.std(rates, ddof=1) * (1 / 4 + 1 / 6) ** 0.5, rel=0.02
    )
    low, high = quantity.spread.ends(quantity.single)
    assert low < 0.005
    assert high > 0.16


def test_the_level_is_that_of_the_last_year_known() -> None:
    assert exit_level(knowledge(date(2023, 3, 1))) == hazards(knowledge(ALL))[2021]
    assert exit_level(knowledge(date(2023, 7, 1))) == hazards(knowledge(ALL))[2022]


def test_before_2015_is_known_the_level_is_the_median_of_the_years_before_the_breaks() -> None:
    early = [h for year, h in hazards(knowledge(ALL)).items() if year < 2008]
    assert len(early) == 7
    assert exit_level(knowledge(date(2014, 3, 1))) == np.median(early)


def test_a_later_figure_moves_no_level() -> None:
    origin = date(2020, 3, 1)
    wild = tuple(replace(f, value=9 * f.value) if f.published > origin else f for f in observed())
    assert exit_level(Knowledge(origin, wild)) == exit_level(knowledge(origin))


# -- people in reception ------------------------------------------------------------------------


def test_the_residual_of_reception_is_what_exits_leave_over() -> None:
    """2018: 12,257 of the asylum phase in reception, 17,898 a year later; shares by hand."""
    share = (0.9 * 20_501 + 0.5 * 3_524) / (20_501 + 3_524)
    exits = 5_818 + 20_501 + 3_524 - 3_214 - 5_220 - 12_303
    left = (17_898 - 12_257) - share * (20_501 + 3_524 - 3_214 - exits - 6_990)
    assert reception_balances(knowledge(ALL))[2018].residual == pytest.approx(left)


def test_other_intake_is_the_net_of_the_last_three_years_known() -> None:
    known = knowledge(date(2023, 3, 1))
    found = reception_balances(known)
    assert max(found) == 2021
    shares = [found[y].residual / known.figure("inflow|total", y).value for y in (2019, 2020, 2021)]
    assert other_share(known) == pytest.approx(np.mean(shares))
    assert other_share(knowledge(date(2015, 3, 1))) == 0


# -- the scenario of an origin ------------------------------------------------------------------


def test_exits_are_one_flow_of_a_hindcast() -> None:
    """No case is closed and none comes back from court: all of it leaves by ind.leave_rate."""
    scenario = scenario_at(knowledge(date(2019, 3, 1)), 4)
    assert {group.closed_share.single for group in scenario.groups.values()} == {0.0}
    assert scenario.courts.success_share.single == 0
    assert scenario.groups["all"].in_reception_share.single == LIVES_HERE
    assert scenario.groups["repeat"].in_reception_share.single == REPEAT_LIVES_HERE
    assert judged(knowledge(ALL))[2024] == 15_630 + 4_186


def test_the_rate_of_an_origin_follows_from_the_hazard_held() -> None:
    """1,000 at risk, of which 800 pending: 200 leave, 300 are judged, 500 are there at the end."""
    assert leave_rate(0.2, 1_000, 800, 300, 50) == pytest.approx(200 / 650)
    assert leave_rate(0.2, 1_000, 800, 900, 50) == pytest.approx(200 / 425)


def test_the_walk_of_the_hazard_is_as_wide_as_its_own_past_changes() -> None:
    known = knowledge(date(2024, 3, 1))
    spread = scenario_at(known, 4).ind.leave_rate.spread
    assert spread is not None
    assert (spread.dist, spread.kind) == ("lognormal", "factor")
    assert spread.sd == held_error(hazards(known))


@pytest.mark.parametrize("origin", [date(2015, 3, 1), date(2020, 3, 1), date(2023, 3, 1)])
def test_what_was_left_over_later_is_no_input_of_a_forecast(origin: date) -> None:
    """Each figure of which exits are made, changed after the origin: the forecast stays."""
    wild = tuple(replace(f, value=3 * f.value) if f.published > origin else f for f in observed())
    changed, kept = scenario_at(Knowledge(origin, wild), 4), scenario_at(knowledge(origin), 4)
    assert changed.ind.leave_rate == kept.ind.leave_rate
    assert changed.groups == kept.groups
    assert HindcastOptions().given == ()


def test_the_structure_has_no_rate_of_its_own() -> None:
    assert structure().ind.leave_rate.assumption == "set on the origin date"


# -- flows given --------------------------------------------------------------------------------


def test_flows_are_chosen_by_name_and_an_unknown_one_is_refused() -> None:
    assert chosen_flows("exits, first") == ("first", "exits")
    for words in ("exit", "", "first,homes,births"):
        with pytest.raises(ScenarioError, match="is no flow"):
            chosen_flows(words)


def test_given_flows_print_one_table_and_go_with_no_other_output(command: Command) -> None:
    for words in (("-o", "here"), ("--process",)):
        done = command("hindcast", "--given", "exits", *words)
        assert (done.returncode, "--given: this prints one table only" in done.stderr) == (
            2,
            True,
        ), words
    assert "'births' is no flow" in command("hindcast", "--given", "births").stderr


def test_the_closing_rate_ends_at_the_published_stock() -> None:
    """Without applications and decisions a stock that falls to a third falls by log 3 a year."""
    alone = PendingBalance(2020, 300, 0, 0, 0, 0, 0, 100)
    assert closing_rate(alone, [0.25] * 4) == pytest.approx(np.log(3))
    assert closing_rate(replace(alone, end=400), [0.25] * 4) == 0


@pytest.mark.long
@pytest.mark.parametrize("year", [2015, 2017, 2020, 2023])
def test_with_its_flows_given_the_pending_close_within_three_percent(year: int) -> None:
    options = HindcastOptions(20, 1, ("first", "repeat", "decisions", "exits"))
    found = projected(date(year, 3, 1), options)
    for target in range(year, min(year + 4, 2025)):
        came = actual("pending|kind:all", target)
        assert np.median(found["pending", target]) == pytest.approx(came, rel=0.03), target


@pytest.mark.long
def test_with_every_flow_given_people_are_unbiased() -> None:
    """Median over origins of log(median / came) within 20% at each horizon."""
    errors: dict[int, list[float]] = {}
    for year in filter(closes, range(2012, 2025)):
        found = projected(date(year, 3, 1), HindcastOptions(20, 1, FLOWS))
        for target in range(year, min(year + 4, 2025)):
            came = actual("occupancy|total", target)
            assert came is not None
            error = np.log(np.median(found["people_in_reception", target]) / came)
            errors.setdefault(target - year + 1, []).append(float(error))
    assert [len(errors[ahead]) for ahead in (1, 2, 3, 4)] == [10, 9, 8, 7]
    for ahead, values in errors.items():
        assert abs(np.median(values)) < np.log(1.2), ahead


# -- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_the_page_has_the_computed_tables(name: str) -> None:
    """``python tests/update.py balances`` writes them."""
    assert f"<!-- {name} -->\n\n{TABLES[name](knowledge(ALL))}\n" in PAGE.read_text("utf-8")


def test_the_page_shows_a_break_and_no_estimate_of_it() -> None:
    rows = [line.split(" | ") for line in TABLES["pending"](knowledge(ALL)).splitlines()]
    broken = [row for row in rows if "break: " in row[-1]]
    assert [row[0].strip("| ") for row in broken] == ["2008", "2009", "2010", "2011"]
    assert all(row[9:11] == ["", ""] for row in broken)
