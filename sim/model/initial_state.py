"""Initial state: stocks of day 0, reconciled with the published totals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..clock import first_of_month, month_number
from ..errors import Message, Problem, ScenarioError
from ..scenario import OLDEST, Quantity, Scenario
from .reception import opening_places, people_entitled
from .sampling import Counts, Floats
from .state import SimState

COHORTS_BEFORE = OLDEST


def initialise(world: SimState) -> None:
    """Set all opening stocks, then take the first snapshot.

    Accompanying people are the balancing item: the published people in reception less the
    shares of those pending, in appeal and refused. Raises ``ScenarioError`` if less than nothing
    is left.
    """
    scenario, ledger = world.scenario, world.ledger
    places = scenario.reception.places
    status = sum(round(place.opening_status_holders.single) for place in places.values())
    status += status_rounding(scenario)
    people = sum(round(place.opening_people.single) for place in places.values())

    pending = np.array([round(g.opening_pending.single) for g in scenario.groups.values()])
    ledger.open_aged("pending", *spread_ages(world, pending, pending_ages(world)))
    waits = even_ages(scenario.housing.opening_wait_days.single)
    ledger.open_aged("status_holders", *spread_ages(world, np.array([status]), waits))
    ledger.set_opening("in_appeal", _by_group(world, scenario.courts.opening_in_appeal))
    ledger.set_opening("rejected", _by_group(world, scenario.departure.opening_rejected))
    plain = {
        "transit": "transit.opening_people",
        "family_pending": "family.opening_pending",
        "family_travelling": "family.opening_travelling",
        "other_cases": "ind.other_cases.opening",
        "wards": "guardianship.opening",
    }
    for name, path in plain.items():
        ledger.set_opening(name, opening_stock(world, path))

    rest = people - people_entitled(world)[:, None]
    if (rest < 0).any():
        what = Message(
            "the pending, those in appeal, the refused and status holders in reception add up to "
            "{excess:,} more than the {people:,} people in reception",
            excess=-rest.min(),
            people=people,
        )
        advice = "lower the shares in reception or the opening stocks"
        raise ScenarioError([Problem("reception", what, advice)])
    ledger.set_opening("accompanying", rest)
    ledger.set_opening("places_open", opening_places(world))
    ready = [0 if p.standby is None else round(p.standby.places.single) for p in places.values()]
    ledger.set_opening("places_standby", np.array([ready], dtype=np.int64))
    by_type = [round(place.opening_people.single) for place in places.values()]
    ledger.set_opening("beds", np.array([by_type]))
    ledger.begin()


def opening_stock(world: SimState, path: str) -> Counts:
    """Return a stock of day 0 in whole people: (replications, 1), or (1, 1) if it is certain."""
    return np.rint(world.values.at(path, 0)).astype(np.int64)[:, None]


def status_rounding(scenario: Scenario) -> int:
    """Return the published total of status holders less the sum of the (rounded) table."""
    total = scenario.reception.opening_status_holders
    places = scenario.reception.places.values()
    return round(total.single) - sum(round(p.opening_status_holders.single) for p in places)


def _by_group(world: SimState, stocks: Mapping[str, Quantity]) -> Counts:
    counts = [stocks.get(group) for group in world.groups]
    return np.array([[0 if c is None else round(c.single) for c in counts]], dtype=np.int64)


def pending_ages(world: SimState) -> Floats:
    """Return shares of the opening stock by month of application: (cohorts,), the start month last.

    The scenario gives shares by range of months (such as 0-6, 6-15, 15-27), even within a range.
    """
    shares = np.zeros(COHORTS_BEFORE + 1)
    for band, share in world.scenario.ind.opening_ages.items():
        low, high = (int(part) for part in band.split("-"))
        shares[COHORTS_BEFORE - high : COHORTS_BEFORE - low] += share.single / (high - low)
    return shares


def even_ages(mean_days: float) -> Floats:
    """Even ages between 0 and twice the mean, by month of arrival: (cohorts,)."""
    months = min(max(round(2 * mean_days / 30.44), 1), COHORTS_BEFORE)
    shares = np.zeros(COHORTS_BEFORE + 1)
    shares[COHORTS_BEFORE - months : COHORTS_BEFORE] = 1 / months
    return shares


def spread_ages(world: SimState, totals: Counts, shares: Floats) -> tuple[Counts, Floats]:
    """Whole people by month of arrival (width, cohorts), and the mean day they came (cohorts,)."""
    reached = np.rint(np.cumsum(shares) / shares.sum() * totals[:, None]).astype(np.int64)
    counts = np.diff(reached, axis=1, prepend=0)
    first = month_number(world.clock.start) - COHORTS_BEFORE
    starts = [world.clock.day_of(first_of_month(first + m)) for m in range(COHORTS_BEFORE + 2)]
    middles = (np.array(starts[:-1]) + np.array(starts[1:])) / 2
    middles[-1] = starts[-2] / 2
    return counts, middles
