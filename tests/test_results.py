"""From the ledger to tables: sums and shares worked by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scenarios import change

from sim.model.engine import calendar, end_of_step, simulate
from sim.results.tables import (
    QUANTILES,
    Tables,
    _age_cells,
    _mean_known,
    _yearly_mean,
    finite_quantiles,
    join_tables,
    status_in_places,
    stock_cells,
    summarise,
    tabulate,
    tabulate_volumes,
    volumes,
)
from sim.scenario import Scenario


def test_each_quantile_is_the_one_that_its_name_says() -> None:
    found = summarise(np.arange(101.0)[None, :])
    assert {name: value[0] for name, value in found.items()} == pytest.approx(
        {"mean": 50, "p05": 5, "p10": 10, "p25": 25, "p50": 50, "p75": 75, "p90": 90, "p95": 95}
    )
    with_gap = np.array([[1.0, np.nan, 3.0], [np.nan] * 3])
    assert summarise(with_gap)["mean"][0] == 2
    assert np.isnan(summarise(with_gap)["p50"][1])


@given(st.integers(1, 60), st.integers(0, 2**32), st.sampled_from([0.0, 0.3, 1.0]))
def test_quantiles_are_exactly_those_of_numpy_over_what_is_finite(
    replications: int, seed: int, unknown: float
) -> None:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(2, 3, replications)).round(1 + 15 * (seed % 2))
    values[generator.random(values.shape) < unknown] = np.nan
    found = finite_quantiles(values, *QUANTILES)
    by_row = finite_quantiles(values, *(np.full(values.shape[:-1], p) for p in QUANTILES))
    assert np.array_equal(found, by_row, equal_nan=True)
    for row in np.ndindex(values.shape[:-1]):
        known = values[row][np.isfinite(values[row])]
        expected = np.quantile(known, QUANTILES) if known.size else np.full(len(QUANTILES), np.nan)
        assert np.array_equal(found[:, *row], expected, equal_nan=True)


def test_a_hand_worked_month_of_stocks(baseline: Scenario) -> None:
    """800 in regular places and 100 in hotels, 300 of all 1,000 status holders, 100 beyond."""
    names, groups = list(baseline.reception.places), len(baseline.groups)

    def row(**by_type: float) -> np.ndarray:
        return np.array([[[by_type.get(name, 0.0) for name in names]]])

    stocks = {
        "beds": row(regular=800, emergency_hotel=100),
        "places_open": row(regular=800, emergency_hotel=70),
        "places_notice": row(emergency_hotel=30),
        "beyond_places": np.full((1, 1, 1), 100.0),
        "status_holders": np.full((1, 1, 1), 300.0),
        "pending": np.full((1, 1, groups), 10.0),
        "other_cases": np.full((1, 1, 1), 7.0),
        "wards": np.full((1, 1, 1), 50.0),
    }
    cells = stock_cells(lambda name: stocks.get(name, np.full((1, 1, 1), 3.0)), baseline)
    found = {cell.name: value[0, 0] for cell, value in cells.items()}
    expected = {
        "occupancy|total": 900,
        "occupancy|place:emergency": 100,
        "occupancy|kind:asylum_seekers": 700 * 0.9,
        "occupancy|kind:status_holders": 300 * 0.9,
        "occupancy|kind:minors": 900 * baseline.reception.minors_share.single,
        "occupancy|kind:unaccompanied_minors": 50 * baseline.guardianship.in_reception_share.single,
        "places|total": 900,
        "places|place:emergency": 100,
        "shortage|total": 100,
        "need|total": 1_000 / 0.91,
        "places_short|total": 1_000 / 0.91 - 900,
        "pending|total": 10 * groups + 7,
        "pending|group:other_cases": 7,
        "guardianship|total": 50,
        "transit|total": 3,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


@given(data=st.data(), opening=st.sampled_from(["baseline", "some", "none"]))
def test_status_holders_by_type_of_place_are_all_of_them_and_never_more_than_residents(
    baseline: Scenario, data: st.DataObject, opening: str
) -> None:
    """So are asylum seekers: their share outside regular places lies between 0 and 1."""
    names = list(baseline.reception.places)
    if opening != "baseline":
        gone = names if opening == "none" else names[::2]
        baseline = change(
            baseline, {f"reception.places.{name}.opening_status_holders": 0 for name in gone}
        )
    people = st.integers(0, 60_000) | st.just(0)
    beds = np.array([[data.draw(st.lists(people, min_size=len(names), max_size=len(names)))]])
    beds = beds / data.draw(st.sampled_from([1, 366]))
    status = np.array([[data.draw(st.floats(0, 1) | st.sampled_from([0.0, 1.0]))]]) * beds.sum()
    inside = status_in_places(beds, status, baseline)
    assert (inside >= 0).all()
    assert (inside <= beds * (1 + 1e-12)).all()
    assert inside.sum() == pytest.approx(status.sum(), abs=1e-5)


def test_status_holders_that_no_longer_fit_go_where_there_is_room(baseline: Scenario) -> None:
    """110 of 200: as on day 0, 0.6 to 0.3; then all 60, 50 of 100, none where there were none."""
    places = {
        name: {"opening_people": 100, "opening_status_holders": held}
        for name, held in zip(baseline.reception.places, (60, 30, 0, 0, 0, 0), strict=True)
    }
    changes = {f"reception.places.{n}.{k}": v for n, p in places.items() for k, v in p.items()}
    scenario = change(baseline, changes)
    beds = np.array([[[60.0, 100, 40, 0, 0, 0]]])
    for status, expected in ((33, (18, 15, 0)), (110, (60, 50, 0)), (180, (60, 100, 20))):
        inside = status_in_places(beds, np.array([[float(status)]]), scenario)[0, 0, :3]
        assert inside == pytest.approx(expected)


def test_without_asylum_seekers_their_share_in_emergency_places_is_unknown(
    baseline: Scenario,
) -> None:
    row = np.array([[[float(name == "regular") for name in baseline.reception.places]]])
    stocks = {"beds": row * 5, "pending": np.zeros((1, 1, len(baseline.groups)))}
    nothing = np.zeros_like(row)
    for status, expected in ((5.0, np.nan), (4.0, 0.0)):
        stocks["status_holders"] = np.full((1, 1, 1), status)
        cells = stock_cells(lambda name: stocks.get(name, nothing), baseline)
        found = {cell.name: value[0, 0] for cell, value in cells.items()}
        assert np.array_equal(found["emergency_share|total"], expected, equal_nan=True)
        assert found["occupancy|kind:asylum_seekers"] == 5 - status


@pytest.mark.parametrize("homes", [10_000, 90_000])
def test_arrears_of_a_month_grow_by_its_target_less_those_housed(
    baseline: Scenario, homes: int
) -> None:
    scenario = change(baseline, {"housing.homes": homes})
    tables = tabulate(simulate(scenario, 2, 1, until=date(2025, 3, 31)), scenario)
    months = {c.name: one for c, one in zip(tables.monthly_cells, tables.monthly, strict=True)}
    arrears = months["municipal_arrears|total"]
    growth = (months["target|total"] - months["housed|total"])[1:]
    assert np.allclose(np.diff(arrears, axis=0), growth)
    assert (arrears[0] == baseline.housing.opening_arrears.single).all()
    assert ((growth > 0) == (homes < 20_000)).all()


def test_where_nothing_moves_the_mean_of_a_year_is_its_opening(baseline: Scenario) -> None:
    still = simulate(baseline, 2, 1, until=date(2026, 2, 10), actors=(calendar, end_of_step))
    for name, opening in still.snapshots.items():
        assert np.allclose(_yearly_mean(still, name), opening[0]), name


def test_hand_worked_waits_of_all_and_of_track_4() -> None:
    """Ages of 0, 1, 2 and 3 months; who has one lies from half a month below it on."""
    track4 = np.array([[[0, 2, 4, 4], [8, 0, 0, 0], [0, 0, 0, 0]]], dtype=np.int32)
    other = np.array([[[10, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]], dtype=np.int32)
    counts = np.stack([other, track4], axis=2)
    low, high = np.array([0, 0.5, 1.5, 2.5]), np.array([0.5, 1.5, 2.5, 3.5])
    cells = _age_cells("decided", counts, low, high)
    found = {cell.breakdown.removeprefix("kind:decided_"): v[0] for cell, v in cells.items()}
    # 2 of age 1, 4 of age 2, 4 of age 3: the fifth is 3/4 into age 2.
    assert found["track4_median"][:2] == pytest.approx([1.5 + 0.75, 0.25])
    assert found["track4_p90"][:2] == pytest.approx([2.5 + 0.75, 0.45])
    assert found["track4_mean"][:2] == pytest.approx([2.2, 0.25])
    # With ten more of age 0 the tenth of twenty is the last of them.
    assert found["median"][:2] == pytest.approx([0.5, 0.25])
    assert found["mean"][0] == pytest.approx((10 * 0.25 + 2 + 8 + 12) / 20)
    assert all(np.isnan(values[2]) for values in found.values())


def test_a_mean_over_months_leaves_out_those_that_nobody_knows() -> None:
    values = np.array([[np.nan, 2.0, np.nan], [4.0, 6.0, np.nan]])
    assert _mean_known(values) == pytest.approx([4.0, 4.0, np.nan], nan_ok=True)


def test_volumes_of_each_year_are_those_of_its_own_days(baseline: Scenario) -> None:
    """Days before the start are those of January at its pace."""
    ledger = simulate(baseline, 2, 1, until=date(2026, 2, 10), step="week")
    found = volumes(ledger)
    assert found["days"].tolist() == [[339, 339], [41, 41]]
    assert (found["before:days"] == 26).all()
    for name, days in (("resident_days", "beds"), ("ward_days", "wards")):
        assert found[name].sum() == pytest.approx(ledger.days[days].sum())


def test_tables_of_ranges_of_replications_joined_are_those_of_all_together(
    baseline: Scenario,
) -> None:
    def of(first: int, replications: int) -> Tables:
        until = date(2025, 2, 15)
        ledger = simulate(
            baseline, replications, 1, vary=("process",), step="week", until=until, first=first
        )
        return tabulate(ledger, baseline)

    joined, whole = join_tables([of(0, 2), of(2, 1)]), of(0, 3)
    for name in ("monthly", "yearly"):
        assert np.array_equal(getattr(joined, name), getattr(whole, name), equal_nan=True), name
    for name, volume in whole.volumes.items():
        assert np.array_equal(joined.volumes[name], volume), name


def test_volumes_alone_are_those_of_all_tables(baseline: Scenario) -> None:
    """People beyond places are those of ``tabulate`` too, to the bit; no other cell is made."""
    ledger = simulate(baseline, 3, 1, step="week", until=date(2026, 6, 30))
    whole, part = tabulate(ledger, baseline), tabulate_volumes(ledger)
    (cell,) = part.monthly_cells
    assert np.array_equal(part.monthly[0], whole.monthly[whole.monthly_cells.index(cell)])
    assert (part.dates, part.years) == (whole.dates, whole.years)
    assert part.yearly.shape == (0, *whole.yearly.shape[1:])
    assert part.volumes.keys() == whole.volumes.keys()
    for name, values in part.volumes.items():
        assert np.array_equal(values, whole.volumes[name]), name
