"""Every number of a scenario matters: move it, and a table moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
from support.scenarios import change

from sim.clock import years_of
from sim.model.engine import simulate
from sim.model.prices import Prices, price_index
from sim.model.sampling import sample
from sim.results import budget
from sim.results import tables as results
from sim.results.cash import as_cash
from sim.results.tables import Tables
from sim.scenario import Quantity, Scenario, load, quantities

BASELINE = load("baseline")
SOON, UNTIL = date(2025, 4, 30), date(2026, 8, 31)
PARTS = 4
REPLICATIONS = 3

# Numbers that only matter in some settings are moved in such a setting.
WALK = {"inflow.path.process": "random_walk"}
GROWING = {"ind.capacity.planned": {2025: 15_000, date(2025, 7, 1): 30_000}}
SETTINGS: dict[str, dict[str, Any]] = {
    "ind.capacity.staff": {"ind.capacity.mode": "staff"},
    "ind.capacity.productivity": {"ind.capacity.mode": "staff"},
    "ind.capacity.ramp_days": GROWING,
    "inflow.path.yearly_sd": WALK,
    "reception.desk.official_path": {"reception.desk.official_weight": 0.5},
    "family.straight_home_share": {"family.straight_home_share": 0.2},
    "housing.minimum_stay_days": {"housing.homes": 60_000, "housing.response": 0},
    "housing.opening_wait_days": {"housing.homes": 1_000_000, "housing.response": 0},
    "groups.syria.granted_share": {"ind.holds": []},
    "reception.desk.reserve": {"closing": "constrained"},
    "ind_cost.family_share": {"family.staff": 500},
}
ZERO_TO = 0.05


def moved(path: str, quantity: Quantity) -> Any:
    """The number, moved: a tenth down (shares may not pass 1), or off zero."""
    kept: dict[str, Any] = {"assumption": "moved by a test"}
    if quantity.fill is not None:
        kept["fill"] = quantity.fill
    if isinstance(quantity.value, tuple):
        return {day: number * 0.9 for day, number in quantity.value}
    value = quantity.value * 0.9 if quantity.value else ZERO_TO
    if path.endswith((".opening_people", ".opening_places")):
        # The opening balance must still close: a little more people, a little fewer places.
        value = quantity.value * (1.003 if path.endswith("people") else 0.997)
    if quantity.unit == "correlation":
        # Far enough to change the order of three draws, and the others can still hold beside it.
        value = -0.3
    if quantity.unit == "weeks":
        value = quantity.value - 2
    return {"value": value, **kept}


def changes_for(path: str, quantity: Quantity) -> dict[str, Any]:
    changes = {path: moved(path, quantity)}
    if path.startswith("ind.opening_ages"):
        # So do the ages.
        ages = BASELINE.ind.opening_ages
        other = next(band for band in ages if not path.endswith(band))
        changes[f"ind.opening_ages.{other}"] = ages[other].single + quantity.single * 0.1
    if path.endswith(".intake_share") and not path.startswith("groups.repeat"):
        # Shares sum to one: what one group loses another gains.
        other = "groups.other" if not path.startswith("groups.other") else "groups.syria"
        lost = quantity.single * 0.1
        group = BASELINE.groups[other.split(".")[1]]
        changes[f"{other}.intake_share"] = group.intake_share.single + lost
    return changes


def movable() -> Iterator[tuple[str, Quantity]]:
    """All numbers but one that is fixed by its definition: one group has all repeat cases."""
    for path, quantity in quantities(BASELINE):
        if path != "groups.repeat.intake_share":
            yield path, quantity


def simulated(scenario: Scenario, until: date) -> tuple[Tables, dict[str, np.ndarray]]:
    ledger = simulate(scenario, REPLICATIONS, 1, until=until, step="week")
    return results.tabulate(ledger, scenario), ledger.samples


def fingerprint(
    scenario: Scenario, tables: Tables, samples: dict[str, np.ndarray], until: date
) -> str:
    """All that a run of this scenario would show, as one word."""
    from sim.clock import Clock

    clock = Clock(scenario.start, until, "week")
    costs = budget.costs(scenario, tables.volumes, samples, clock)
    prices = Prices.of(scenario, samples)
    shown: list[Any] = [tables.monthly, tables.yearly]
    for timing in budget.TIMINGS:
        shown += list(as_cash(prices, costs, timing).values())
    for vintage in scenario.budget.vintages.values():
        for line in budget.LINES:
            shown.append([vintage.amount(line.name, year) or 0 for year in range(2025, 2031)])
        seen = costs["document", "total"]
        shown.append(
            budget.in_vintage_terms(prices, vintage, "total", seen, clock.years, "nominal")
        )
    shown.append(list(budget.check_2024(scenario).values()))
    shown.append([budget._ukraine_nights(prices, year) for year in years_of(range(2025, 2028))])
    shown.append([price_index(scenario, level, 2024) for level in scenario.budget.price_levels])
    digest = hashlib.sha256()
    for part in shown:
        digest.update(np.nan_to_num(np.asarray(part, dtype=float), nan=-1.0).tobytes())
    return digest.hexdigest()


def needs_a_run(path: str) -> bool:
    if path == "prices.oda_first_days":
        return True
    return path.split(".")[0] not in ("prices", "ind_cost", "budget") and not path.endswith(
        ("price", "paid_2024", "mean_2024")
    )


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_every_number_matters(part: int) -> None:
    """Most show within months; what does not is given until ``UNTIL``."""
    runs: dict[tuple[str, date], tuple[Scenario, Tables, dict[str, np.ndarray], str]] = {}

    def moves(path: str, until: date) -> bool:
        setting = SETTINGS.get(path, {})
        key = (str(setting), until)
        if key not in runs:
            scenario = change(BASELINE, setting) if setting else BASELINE
            seen = simulated(scenario, until)
            runs[key] = (scenario, *seen, fingerprint(scenario, *seen, until))
        base, tables, _, before = runs[key]
        other = change(base, changes_for(path, dict(quantities(base))[path]))
        other_tables, other_samples = tables, sample(other, REPLICATIONS, 1)
        if needs_a_run(path):
            other_tables, other_samples = simulated(other, until)
        return fingerprint(other, other_tables, other_samples, until) != before

    mine = [path for index, (path, _) in enumerate(movable()) if index % PARTS == part]
    dead = [path for path in mine if not (moves(path, SOON) or moves(path, UNTIL))]
    assert not dead, f"these numbers move nothing: {dead}"
