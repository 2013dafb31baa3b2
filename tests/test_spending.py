"""Spending in hindcasts: places and prices as then known, a power of people, money apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.hindcast import kept
from sim.hindcast.estimates import HALF_WAY
from sim.hindcast.observations import Knowledge, Observation, knowledge
from sim.hindcast.periods import year_of
from sim.hindcast.scoring import HindcastOptions
from sim.hindcast.series import Statistic
from sim.hindcast.spending import (
    ARTICLE,
    CASH,
    COST,
    by_place_and_price,
    by_power,
    known_types,
    level_of,
    mean_by_year,
    power,
    spending,
    type_prices,
    yearly_sd,
)
from sim.hindcast.spending_scores import best_naive, given_people, money_apart

PEOPLE = np.full((2, 400), 40_000.0)


def known_of(people: dict[int, float], spent: dict[int, float], origin: date) -> Knowledge:
    """Knowledge of year ends of people and of spending on article 37 alone."""
    rows: list[tuple[str, str, Statistic, str, dict[int, float]]] = [
        ("occupancy", "total", "end", "persons", people),
        ("spending", "line:article_37", "sum", "EUR", spent),
    ]
    return Knowledge(
        origin,
        tuple(
            Observation(
                series, part, year_of(year), how, value, unit, date(year + 1, 1, 31), "x", 0
            )
            for series, part, how, unit, values in rows
            for year, value in values.items()
        ),
    )


# -- a power of the people ----------------------------------------------------------------------


def test_with_one_year_known_spending_is_half_way_between_constant_and_proportional() -> None:
    known = known_of({2012: 10_000, 2013: 20_000}, {2013: 600e6}, date(2014, 3, 1))
    assert mean_by_year(known) == {2013: 15_000}
    assert power(known, ARTICLE).power == HALF_WAY
    sample = by_power(known, ARTICLE, np.full((1, 4_000), 30_000.0), (2014,), 1)
    assert sample is not None
    assert np.median(sample) == pytest.approx(600e6 * 2**0.5, rel=0.03)


def test_the_power_is_that_of_the_years_known_and_the_error_grows_ahead() -> None:
    """Where spending was people to the power 0.8 without error, much data finds 0.8."""
    ends = {year: 20_000 * np.exp(0.7 * np.sin(year)) for year in range(1990, 2014)}
    means = {year: (ends[year] + ends[year - 1]) / 2 for year in ends if year > 1990}
    known = known_of(ends, {y: 1e5 * m**0.8 for y, m in means.items()}, date(2014, 3, 1))
    assert power(known, ARTICLE).power == pytest.approx(0.8, abs=0.05)
    assert yearly_sd(known, ARTICLE, 0.8) == pytest.approx(0.3 * np.sqrt(3 / 25), rel=0.02)
    sample = by_power(known, ARTICLE, PEOPLE, (2014, 2015), 1)
    assert sample is not None
    spread = np.log(sample).std(axis=1)
    assert spread[1] > 1.2 * spread[0]


def test_a_year_published_after_the_origin_changes_nothing() -> None:
    """A hindcast knows no spending, split or price that came out later."""
    day = date(2019, 3, 1)
    now = knowledge(day)
    later = tuple(replace(f, value=10 * f.value) if f.published > day else f for f in now.figures)
    other = spending(Knowledge(day, later), PEOPLE, (2019, 2020), 1)
    same = spending(now, PEOPLE, (2019, 2020), 1)
    assert set(other) == set(same) == {ARTICLE, COST}
    assert all((other[series] == same[series]).all() for series in same)


def test_nothing_is_forecast_of_a_series_of_which_nothing_was_known() -> None:
    assert CASH not in spending(knowledge(date(2017, 3, 1)), PEOPLE, (2017, 2018), 1)


# -- places and prices --------------------------------------------------------------------------


def test_types_and_prices_are_used_from_the_day_both_were_published() -> None:
    assert known_types(knowledge(date(2023, 1, 18))) is None
    first = known_types(knowledge(date(2023, 3, 1)))
    assert first is not None
    assert (first[1].regular, first[1].emergency) == (70 * 365, (70 - 19 + 70) * 365)
    second = known_types(knowledge(date(2024, 3, 1)))
    assert second is not None
    assert (second[1].regular, second[1].emergency) == (27_100, 53_400)
    assert second[0][-1].people == (32_667, 24_618, 7_120)
    assert all(price.published < date(2025, 1, 1) for price in type_prices())


def test_people_beyond_the_regular_places_known_are_priced_as_emergency() -> None:
    """March 2024: 1,000 more people cost 1,000 x 53,400 more, in prices of 2023."""
    known = knowledge(date(2024, 3, 1))
    mean, sd = level_of(known, COST)
    samples = [
        by_place_and_price(known, COST, np.full((1, 2_000), people), (2024,), 1)
        for people in (65_000.0, 66_000.0, 20_000.0)
    ]
    lower, upper, few = (float(np.median(s)) for s in samples if s is not None)
    assert upper - lower == pytest.approx(53.4e6 / 0.963 * np.exp(mean), rel=0.02)
    assert few == pytest.approx(20_000 * 27_100 / 0.963 * np.exp(mean), rel=0.02)
    assert sd < 0.12


# -- scores -------------------------------------------------------------------------------------


def test_money_apart_uses_the_people_that_came_and_the_same_years() -> None:
    cells = kept().march
    few = cells[[day >= date(2021, 1, 1) for day in cells["origin"]]]
    found = given_people(few, HindcastOptions(50, 1))
    mine = few[few["series"].isin((ARTICLE, COST, CASH)) & (few["forecaster"] == "program")]
    assert len(found) == len(mine)
    table = money_apart(few, HindcastOptions(50, 1))
    for series, rows in table.groupby("series"):
        whole = rows[rows["ahead"] == 0]["n"].item()
        assert whole == rows["n"].sum() - whole == (mine["series"] == series).sum()
    assert list(table[table["ahead"] == 0]["naive"]) == [
        best_naive(few[few["series"] == series]) for series in (ARTICLE, COST, CASH)
    ]
    assert isinstance(table, pd.DataFrame)
