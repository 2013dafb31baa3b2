"""Balances of past years, and the exits that close them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.hindcast import knowledge, observed
from sim.hindcast.balances import BREAKS, PendingBalance, exit_level, hazards, pending_balances
from sim.hindcast.observations import Knowledge
from sim.scenario import Scenario

ALL = date(2025, 12, 31)
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
