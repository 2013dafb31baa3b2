"""Who applies: shares of nationalities move, and their total does not."""

import csv
from datetime import date

import numpy as np
import pytest

from sim.clock import Clock
from sim.hindcast.composition import GROUPS, change_sds
from sim.model.engine import simulate
from sim.model.inflow_process import composition
from sim.model.sampling import Floats, sample
from sim.results.tables import tabulate
from sim.scenario import Scenario, override

UNTIL = date(2026, 12, 31)
HELD = {f"inflow.composition.sd.{group}": 0 for group in GROUPS}


def applications(scenario: Scenario, count: int) -> dict[str, Floats]:
    """First applications by group and month: (month, replication)."""
    tables = tabulate(simulate(scenario, count, 1, until=UNTIL, step="week"), scenario)
    return {
        name: tables.monthly[row][1:]
        for row, cell in enumerate(tables.monthly_cells)
        for name in scenario.groups
        if cell.name == f"inflow|group:{name}" and scenario.groups[name].intake == "first"
    }


@pytest.mark.long
def test_totals_are_the_same_to_the_bit_whoever_applies(baseline: Scenario) -> None:
    moving = applications(baseline, 20)
    held = applications(override(baseline, HELD, "a test"), 20)
    gone = applications(
        baseline.model_copy(
            update={"inflow": baseline.inflow.model_copy(update={"composition": None})}
        ),
        20,
    )
    total = sum(moving.values())
    assert np.array_equal(total, sum(held.values()))
    assert np.array_equal(total, sum(gone.values()))
    assert np.array_equal(moving["dublin_safe"], held["dublin_safe"])
    assert not np.array_equal(moving["syria"], held["syria"])


@pytest.mark.long
def test_shares_held_are_those_of_the_groups(baseline: Scenario) -> None:
    held = applications(override(baseline, HELD, "a test"), 60)
    total = sum(counts.sum() for counts in held.values())
    for name, counts in held.items():
        share = baseline.groups[name].intake_share.single
        error = np.sqrt(share * (1 - share) / total)
        assert counts.sum() / total == pytest.approx(share, abs=4 * error + 1e-4), name


def shares_by_year(scenario: Scenario, count: int) -> Floats:
    """Shares of the moving groups within their total: (year, replication, group)."""
    clock = Clock(date(2025, 1, 1), date(2030, 12, 31))
    mix = composition(scenario, clock, sample(scenario, count, 1, ("inflow",)), count)
    moving = mix.varies > 0
    own = np.array([group.intake_share.single for group in scenario.groups.values()])[moving]
    days = np.array([clock.day_of(date(year, 7, 1)) for year in clock.years], dtype=np.float64)
    rows = np.searchsorted(mix.days, days)
    weights = own * np.exp(mix.logs[rows][:, :, moving])
    return np.asarray(weights / weights.sum(axis=2, keepdims=True))


def test_standard_deviations_are_those_of_shares_since_2014(baseline: Scenario) -> None:
    """Variance (10 x 0.55² + n s²) / (10 + n), from ten yearly changes."""
    moving = baseline.inflow.composition
    assert moving is not None
    found = change_sds()
    assert set(moving.sd) == set(found) == set(GROUPS)
    for group, sd in found.items():
        assert moving.sd[group].single == pytest.approx(sd, abs=0.001), group
    # By hand for Turkey: 0.875 in ten changes, (10 x 0.3025 + 10 x 0.7656) / 20 = 0.534.
    assert found["turkey"] == pytest.approx(0.731, abs=0.001)


def test_grants_vary_less_by_themselves_now_that_nationalities_vary(baseline: Scenario) -> None:
    """What composition brings to the share granted comes off the variance of the factor on it."""
    shares = shares_by_year(baseline, 4_000)[:4]
    after = {hold.group: hold.granted_after.single for hold in baseline.ind.holds}
    moving = baseline.inflow.composition
    assert moving is not None
    groups = [name for name in baseline.groups if name in moving.sd]
    granted = np.array([after.get(g, baseline.groups[g].granted_share.single) for g in groups])
    own = np.array([baseline.groups[g].intake_share.single for g in groups])
    usual = (own * granted).sum() / own.sum()
    brought = float(np.mean(np.log(shares @ granted / usual) ** 2))
    assert np.sqrt(brought) == pytest.approx(0.09, abs=0.02)
    spread = baseline.ind.granted_factor.spread
    assert spread is not None
    assert spread.sd == pytest.approx(np.sqrt(0.23**2 - brought), abs=0.005)


def test_the_data_hold_every_year_and_group() -> None:
    from importlib import resources

    text = (resources.files("sim") / "data" / "applications_by_origin.csv").read_text("utf-8")
    rows = list(csv.DictReader(x for x in text.splitlines() if not x.startswith("#")))
    assert {(int(r["year"]), r["group"]) for r in rows} == {
        (year, group) for year in range(2014, 2025) for group in GROUPS
    }
