"""The price level that closed years support: data, estimate, and the baseline that draws it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from support.scenarios import change

from sim.hindcast import price_level
from sim.hindcast.price_level import ClosedYear, closed_years, estimate, without_each
from sim.hindcast.reception_types import fill_2022, mean_people, splits
from sim.model.engine import simulate
from sim.model.prices import Prices, cost_2024
from sim.model.sampling import sample
from sim.results.budget import costs
from sim.results.tables import tabulate
from sim.scenario import Scenario, load, source_keys

# -- people by type ---------------------------------------------------------------------------


def test_people_of_a_year_are_the_mean_of_lines_between_dated_splits() -> None:
    """2024 has a split at each end only: the mean of the two, as the baseline has it by type."""
    people = mean_people(2024)
    assert people["regular"] == pytest.approx((32_667 + 34_675) / 2)
    assert people["emergency"] == pytest.approx((24_618 + 30_393) / 2)
    assert people["other"] == pytest.approx((7_120 + 7_542) / 2)
    with pytest.raises(ValueError, match="2020"):
        mean_people(2020)


def test_people_of_2024_are_those_of_the_baseline(baseline: Scenario) -> None:
    stated = {name: people.single for name, people in baseline.prices.mean_people_2024.items()}
    people = mean_people(2024)
    assert people["regular"] == pytest.approx(stated["regular"], abs=1)
    assert people["emergency"] == pytest.approx(stated["emergency"], abs=1)
    assert people["other"] == pytest.approx(stated["tgo"] + stated["non_coa"], abs=1)


def test_splits_add_up_to_what_was_published_and_end_with_2024() -> None:
    totals = {split.day: sum(split.people) for split in splits()}
    assert totals[date(2021, 12, 31)] == 36_566
    assert totals[date(2022, 12, 5)] == 51_805
    assert totals[date(2023, 9, 25)] == 57_538
    assert totals[date(2024, 12, 31)] == 72_610
    assert max(totals) == date(2024, 12, 31)
    assert fill_2022() == pytest.approx(40_384 / 42_732)
    keys = {split.source for split in splits()}
    assert keys <= source_keys().keys()


# -- the estimate -----------------------------------------------------------------------------


def test_a_closed_year_at_the_documents_prices_is_the_cost_of_2024_of_the_model(
    baseline: Scenario,
) -> None:
    """The same people, fill and prices of 2024: so a level is not read from another sum."""
    ours = price_level.cost_at_document(baseline, 2024)
    assert ours == pytest.approx(cost_2024(Prices.of(baseline, {}), "document")[0], rel=1e-4)


def test_consumer_prices_and_the_mix_are_not_in_the_level(baseline: Scenario) -> None:
    """Had each year cost its people by type at the document's prices, theta would be the prior's
    pull alone, whatever prices and the share of emergency places did in those years."""
    years = [
        ClosedYear(one.name, one.modelled, one.modelled, one.sd) for one in closed_years(baseline)
    ]
    found = estimate(baseline, years)
    assert 0 < found.mean < found.prior
    dearer = change(baseline, {"budget.price_levels.2021": 0.5})
    ratios = {one.name: one.ratio for one in closed_years(baseline)}
    moved = {one.name: one.ratio for one in closed_years(dearer)}
    assert moved["2021"] == pytest.approx(ratios["2021"] + np.log(0.876 / 0.5))
    assert all(moved[name] == pytest.approx(ratios[name]) for name in ratios if name != "2021")


def test_theta_is_the_mean_by_precision_and_each_figure_counts_once(baseline: Scenario) -> None:
    prior = price_level.level_ratios(baseline)["coa_price"] / 2
    one = ClosedYear("2023", 100.0, 100 * np.exp(0.2), 0.12)
    found = estimate(baseline, [one])
    weight = 0.12**-2 / (0.12**-2 + 1 / (0.05**2 + 0.12**2))
    assert found.mean == pytest.approx(weight * prior + (1 - weight) * 0.2)
    assert found.sd == pytest.approx((0.12**-2 + 1 / (0.05**2 + 0.12**2)) ** -0.5)
    names = [one.name for one in closed_years(baseline)]
    assert names == ["2021", "2022", "2023", "2024", "cash"]
    assert estimate(baseline, []).mean == pytest.approx(prior)


def test_leaving_a_year_out_moves_theta_towards_the_others(baseline: Scenario) -> None:
    found, ratios = without_each(baseline), {y.name: y.ratio for y in closed_years(baseline)}
    for name, ratio in ratios.items():
        away = found[name].mean - found[""].mean
        assert np.sign(away) == np.sign(found[""].mean - ratio)
        assert found[name].sd > found[""].sd


def test_the_level_supported_is_that_nearest_to_theta(baseline: Scenario) -> None:
    ratios, found = price_level.level_ratios(baseline), estimate(baseline)
    nearest = min(ratios, key=lambda name: abs(ratios[name] - found.mean))
    assert price_level.supported(baseline) == nearest


# -- the baseline -----------------------------------------------------------------------------


def test_the_baseline_draws_the_estimate(baseline: Scenario) -> None:
    found, stated = estimate(baseline), baseline.prices.estimated_factor
    assert baseline.prices.level == "estimated"
    assert stated.single == round(found.factor, 3)
    assert stated.spread is not None
    assert stated.spread.dist == "lognormal"
    assert stated.spread.sd == round(found.draw_sd, 3)


@pytest.mark.slow
def test_one_draw_a_replication_scales_places_of_coa_and_nothing_else(baseline: Scenario) -> None:
    ledger = simulate(baseline, 6, 1, step="week", until=date(2025, 12, 31))
    tables = tabulate(ledger, baseline)
    lines = costs(baseline, tables.volumes, ledger.samples, ledger.clock)
    drawn = sample(baseline, 6, 1, until=date(2025, 12, 31))["prices.estimated_factor"]
    once = lines["document", "severance"] + tables.volumes["places_opened"].sum(axis=2) * (
        Prices.of(baseline, ledger.samples).price("prices.opening_cost")
    )
    reception = lines["document", "coa"] - lines["document", "beyond_places"] - once
    scaled = lines["estimated", "coa"] - lines["estimated", "beyond_places"] - once
    assert scaled == pytest.approx(reception * drawn, rel=1e-9)
    assert np.ptp(drawn) > 0.02
    for line in ("nidos", "ind", "transit", "ukraine"):
        assert (lines["estimated", line] == lines["document", line]).all()


def test_the_documents_prices_stay_as_a_scenario() -> None:
    scenario = load("document-prices")
    assert scenario.prices.level == "document"
    assert scenario.reception.places["regular"].price is not None
    assert scenario.reception.places["regular"].price.single == 27_100
