"""Reference model: the same chain with one process per person, to check the fast model.

Read ``pathways`` first: the life of one asylum seeker. ``authorities`` decide when something
happens to whom, ``capacity`` how many places there are. Scenario, ledger, tables and budget are
those of the fast model, so both can be compared; these three are an independent implementation.
"""

from __future__ import annotations

from collections import deque
from datetime import date
from typing import Any

import numpy as np

from ..clock import Clock
from ..model.engine import calendar, end_of_step
from ..model.ind_capacity import ind_means
from ..model.inflow_process import composition, deviation_path
from ..model.initial_state import (
    COHORTS_BEFORE,
    even_ages,
    opening_stock,
    pending_ages,
    spread_ages,
    status_rounding,
)
from ..model.ledger import Ledger, accounts
from ..model.reception import opening_places
from ..model.sampling import RandomStreams, sample
from ..model.spending_limit import track_spending
from ..model.state import new_state
from ..model.uncertainty import UNCERTAINTIES, Uncertainty
from ..scenario import Quantity, Scenario, override, quantities
from . import authorities as offices
from . import capacity
from . import pathways as lives
from .population import ASYLUM, INSIDE, Person, Population

SIZES = {
    "persons", "cases", "places", "persons/year", "cases/year", "places/week", "fte",
    "decision equivalents/year",
}  # fmt: skip
"""Units of numbers that grow with the size of the country."""
STAGES = (
    ("pending", lives.asylum_seeker),
    ("in_appeal", lives.in_appeal),
    ("rejected", lives.rejected_person),
    ("status_holders", lives.housing),
    ("transit", lives.transit),
    ("family_pending", lives.family_member),
    ("family_travelling", lives.travelling),
    ("wards", lives.unaccompanied_minor),
    ("accompanying", lives.accompanying_person),
)
"""Where people stand on day 0, and the life that goes on from there."""
OFFICES = (
    offices.arrivals,
    offices.ind,
    offices.departures,
    offices.family_desk,
    offices.municipalities,
    offices.guardianship,
    capacity.planned_places,
    capacity.desk,
    capacity.beds,
)


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """Scale a scenario: every number of people, cases and places times a factor."""
    changes: dict[str, Any] = {}
    for path, quantity in quantities(scenario):
        if quantity.unit in SIZES and not path.startswith("prices.ukraine"):
            changes[path] = _scaled(quantity, factor)
    return override(scenario, changes, f"as it was, times {factor:g}")


def _scaled(quantity: Quantity, factor: float) -> dict[str, Any]:
    value: Any = {day: number * factor for day, number in quantity.pairs()}
    if not isinstance(quantity.value, tuple):
        value = quantity.single * factor
    change: dict[str, Any] = {"value": value, "assumption": quantity.assumption or "as it was"}
    spread = quantity.spread
    if spread is not None:
        points = spread.model_dump(by_alias=True, exclude_none=True)
        if spread.kind == "value":
            ends = ("low", "mode", "high", "p5", "p50", "p95")
            points |= {key: points[key] * factor for key in ends if key in points}
            points |= {"sd": points["sd"] * factor} if spread.dist == "normal" else {}
        change["spread"] = points
    return change


def simulate_persons(
    scenario: Scenario,
    seed: int,
    *,
    replication: int = 0,
    vary: tuple[Uncertainty, ...] = UNCERTAINTIES,
    until: date | None = None,
    follow: int = 0,
) -> tuple[Ledger, Population]:
    """Simulate a scenario person by person: one replication in daily steps.

    Parameters and the yearly path of inflow are those that replication number ``replication`` has
    in ``engine.simulate`` with the same seed; its process noise is separate. Returns the ledger and
    the population with the diaries of all people; for person number ``follow`` the diary also says
    where they sleep.
    """
    clock = Clock(scenario.start, until or scenario.until, "day")
    samples = sample(scenario, 1, seed, vary, clock.until, replication)
    ledger = Ledger(
        accounts(len(scenario.groups), len(scenario.reception.places)),
        clock,
        1,
        COHORTS_BEFORE,
        samples,
        replication,
    )
    luck = RandomStreams(seed, replication, 1)
    world = new_state(scenario, ledger, luck, tuple(clock.steps()))
    country = Population(
        world,
        np.random.default_rng([seed, replication, 1]),
        deviation_path(scenario, clock, samples, 1),
        composition(scenario, clock, samples, 1),
        [deque() for _ in scenario.groups],
        followed=follow,
    )
    open_country(country)
    country.means = ind_means(world)
    for actor in (calendar, track_spending, end_of_step):
        world.env.process(actor(world))
    for office in OFFICES:
        world.env.process(office(country))
    world.env.run(until=clock.days)
    return ledger, country


def open_country(country: Population) -> None:
    """Create everyone present on day 0 and start their pathways."""
    world = country.world
    scenario, ledger = world.scenario, world.ledger
    places = scenario.reception.places.values()
    people = sum(round(place.opening_people.single) for place in places)

    pending = np.array([round(g.opening_pending.single) for g in scenario.groups.values()])
    counts, days = spread_ages(world, pending, pending_ages(world))
    ledger.open_aged("pending", counts, days)
    for group in range(len(pending)):
        for since in _entries(country, counts[group]):
            person = offices.newcomer(country, group, since)
            _goes_on(country, person, lives.asylum_seeker)
    for account, stocks, life in (
        ("in_appeal", scenario.courts.opening_in_appeal, lives.in_appeal),
        ("rejected", scenario.departure.opening_rejected, lives.rejected_person),
    ):
        row = [round(stocks[name].single) if name in stocks else 0 for name in world.groups]
        ledger.set_opening(account, np.array([row]))
        for group, count in enumerate(row):
            for _ in range(count):
                here = country.happens(country.lives_here(group))
                country.here += here
                _goes_on(country, country.person(group, 0.0, here=here), life)

    status = sum(round(place.opening_status_holders.single) for place in places)
    status += status_rounding(scenario)
    waits = even_ages(scenario.housing.opening_wait_days.single)
    counts, days = spread_ages(world, np.array([status]), waits)
    ledger.open_aged("status_holders", counts, days)
    for since in _entries(country, counts[0]):
        person = country.person(-1, since)
        country.for_home.append(person)
        _goes_on(country, person, lives.housing)

    for account, path, life in (
        ("transit", "transit.opening_people", lives.transit),
        ("family_pending", "family.opening_pending", lives.family_member),
        ("family_travelling", "family.opening_travelling", lives.travelling),
        ("wards", "guardianship.opening", lives.unaccompanied_minor),
        ("accompanying", None, lives.accompanying_person),
    ):
        rest = np.array([[max(people - status - country.here, 0)]])
        stock = rest if path is None else opening_stock(world, path)
        ledger.set_opening(account, stock)
        for _ in range(int(stock[0, 0])):
            if account == "accompanying":
                country.here += 1
            _goes_on(country, country.person(-1, 0.0), life)
    ledger.set_opening("other_cases", np.array([[round(scenario.ind.other_cases.opening.single)]]))
    ledger.set_opening("places_open", opening_places(world))
    ready = [round(p.standby.places.single) if p.standby else 0 for p in places]
    ledger.set_opening("places_standby", np.array([ready]))
    ledger.set_opening("beds", np.array([[round(place.opening_people.single) for place in places]]))
    ledger.begin()


def _goes_on(country: Population, person: Person, life: Any) -> None:
    account = next(name for name, stage in STAGES if stage is life)
    person.inside = account in INSIDE or (account in ASYLUM and person.here)
    person.diary.append((min(person.since, 0.0), f"start {account}"))
    country.env.process(life(country, person))


def _entries(country: Population, counts: np.ndarray) -> list[float]:
    """Days on which people came, oldest first: even over each month of their cohort."""
    starts = country.world.ledger.cohort_starts
    days: list[float] = []
    for cohort, count in enumerate(counts.tolist()):
        begin, end = starts[cohort], min(starts[cohort + 1], 0)
        days += [begin + (end - begin) * (i + 0.5) / count for i in range(count)]
    return days
