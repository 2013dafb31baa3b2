"""The family desk of the baseline is what months and years to December 2024 say."""

import numpy as np
import pytest
from support.scenarios import change, world_of

from sim.hindcast.family_desk import (
    DECISION_ERROR,
    KEYS,
    FamilyDesk,
    estimate,
    joint_covariance,
    least_squares,
    monthly_arrivals,
    pace_errors,
    rank_of,
)
from sim.hindcast.observations import observed
from sim.model.engine import simulate
from sim.model.sampling import sample
from sim.scenario import Scenario, quantities


@pytest.fixture(scope="module")
def desk(baseline: Scenario) -> FamilyDesk:
    return estimate(baseline)


def test_the_baseline_has_the_estimate(baseline: Scenario, desk: FamilyDesk) -> None:
    """Values, spreads and rank correlations of the file, as rounded there."""
    numbers = dict(quantities(baseline))
    for key in KEYS:
        if key == "family.travel_days":
            continue  # an assumption, not an estimate
        spread = numbers[key].spread
        assert spread is not None
        assert (spread.dist, spread.kind) == ("lognormal", "factor")
        assert numbers[key].single == pytest.approx(desk.values[key], rel=0.01), key
        assert spread.sd == pytest.approx(desk.sds[key], abs=0.005), key
    links = {(link.first, link.second): link.rank.single for link in baseline.correlations}
    ours = {pair: rank for pair, rank in links.items() if pair[0].startswith("family.")}
    assert ours == {pair: pytest.approx(rank, abs=0.005) for pair, rank in desk.ranks.items()}


def test_no_more_people_come_than_were_granted(baseline: Scenario) -> None:
    draws = sample(baseline, 500, 1, vary=("parameters",))["family.arrival_share"]
    assert draws.max() * baseline.family.arrival_share.single <= 1


def test_the_months_of_a_year_add_up_to_the_published_year() -> None:
    by_year = monthly_arrivals().reshape(10, 12).sum(axis=1)
    totals = [f.value for f in observed("family.csv") if f.name == "family_arrivals|total"]
    assert by_year == pytest.approx(totals)
    assert totals[-1] == 11_880


def test_a_steady_pace_has_no_error_and_a_step_has_its_log() -> None:
    steady = np.full(120, 500.0)
    assert np.allclose(pace_errors(steady, (2021, 12), (2024, 9)), 0)
    # From January 2022 on twice as many: at the end of 2021 both paces are too low by half, at the
    # end of 2022 neither is off; in between only the year lags.
    stepped = np.where(np.arange(120) < 84, 500.0, 1_000.0)
    assert np.allclose(pace_errors(stepped, (2021, 12), (2021, 12)), np.log(2) ** 2)
    assert np.allclose(pace_errors(stepped, (2022, 12), (2022, 12)), 0)
    lags = pace_errors(stepped, (2022, 6), (2022, 6))
    assert np.allclose(lags, [[0, 0], [0, np.log(0.75) ** 2]])


def test_of_two_paces_the_surer_counts_for_more(desk: FamilyDesk) -> None:
    """Two measures of one number with errors 0.1 and 0.2 are weighed 4 to 1."""
    found, spread = least_squares(np.ones((2, 1)), np.array([1.0, 2.0]), np.diag([0.01, 0.04]))
    assert found[0] == pytest.approx(1.2)
    assert spread[0, 0] == pytest.approx(1 / 125)
    month, year = np.diag(desk.pace_errors)
    assert (desk.weights[0] > desk.weights[1]) == bool(month < year)
    assert sum(desk.weights) == pytest.approx(1)


def test_those_travelling_are_pace_times_travel_time(desk: FamilyDesk) -> None:
    days = desk.values["family.travel_days"]
    assert desk.values["family.opening_travelling"] == pytest.approx(desk.arrivals * days / 365.25)
    joint = joint_covariance(np.array([[0.04, -0.01], [-0.01, 0.03]]), 0.2)
    assert joint[3, 3] == pytest.approx(0.04 + 0.03 - 2 * 0.01 + 0.2**2 + DECISION_ERROR**2 / 3)
    assert joint[3, :3].tolist() == pytest.approx([0.03, 0.02, 0.04])
    assert np.linalg.eigvalsh(joint).min() > 0
    assert rank_of(0.0) == 0
    assert rank_of(1.0) == pytest.approx(1)


def test_the_first_arrivals_of_a_replication_go_on_at_its_pace(baseline: Scenario) -> None:
    """Those on the way over their travel time, against grants of the desk, in the median."""
    draws = sample(baseline, 1_000, 1, vary=("parameters",))
    family = baseline.family
    a, p = (draws[key] * dict(quantities(baseline))[key].single for key in KEYS[:2])
    at_desk = a * p * family.staff.single * family.granted_share.single
    there = draws["family.opening_travelling"] * family.opening_travelling.single
    arriving = there * 365.25 / draws["family.travel_days"]
    assert np.median(arriving / at_desk) == pytest.approx(1, abs=0.05)
    # Both depend on a and p; what is left is the error of three months of decisions.
    assert np.std(np.log(arriving / at_desk)) < 1.5 * DECISION_ERROR / np.sqrt(3)


@pytest.mark.slow
def test_an_uncertain_opening_stock_is_drawn_and_people_are_conserved(baseline: Scenario) -> None:
    until = baseline.start.replace(month=3)
    ledger = simulate(baseline, 20, 1, step="week", until=until)
    opening = ledger.snapshots["family_travelling"][0, :, 0]
    draws = ledger.samples["family.opening_travelling"]
    assert opening.tolist() == np.rint(4_100 * draws).astype(int).tolist()
    assert len(set(opening.tolist())) > 15
    ledger.check_balance()
    certain = change(baseline, {"family.opening_travelling": 100})
    assert (world_of(certain).ledger.stocks["family_travelling"] == 100).all()


def test_a_correlation_with_a_number_made_certain_has_no_effect(baseline: Scenario) -> None:
    """It stays in the scenario: the others keep the draws that they have without it."""
    free = sample(change(baseline, {"correlations": []}), 100, 1, vary=("parameters",))
    certain = change(baseline, {"family.productivity": 1, "family.opening_travelling": 1})
    assert certain.correlations == baseline.correlations
    some = sample(certain, 100, 1, vary=("parameters",))
    for key in ("family.arrival_share", "family.travel_days"):
        assert np.array_equal(some[key], free[key]), key
