"""The whole chain, wired up: whoever reads this file knows the model.

    outside ─▶ pending ─▶ decided ─┬▶ status_holders ─┬▶ settled (a home)
       ▲          ▲  │             │      ▲     └▶ transit ─▶ settled
       │          │  └▶ departed   ├▶ in_appeal ─▶ rejected ─▶ departed
       │          └── remitted ◀───┘      │
       └─ family_pending ─▶ family_travelling      accompanying (other intake)

Each actor is a SimPy process that acts once in every step at its own hour of the day, so that the
order within a day is explicit: 0 calendar, 2 family arrives, 3 intake, 4 IND, 5 courts,
6 departures, 7 family desk, 8 municipalities, 9 guardianship, 10-11 places, 12 beds,
22 treasurer, 23 closing.
All replications move together: every stock has them as its first axis.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import simpy

from .clock import Clock, StepLength
from .draws import KINDS, Kind, Luck, Samples, sample
from .family import family_arrivals, family_desk
from .inflow import intake
from .ledger import Account, Ledger
from .means import treasurer
from .opening import COHORTS_BEFORE, fill_opening
from .outflow import departures, guardianship, municipalities
from .prices import Prices
from .procedure import courts, ind
from .reception import capacity_desk, capacity_plan, placement
from .scenario import Scenario
from .world import Actor, Values, World


def accounts(groups: int, place_types: int) -> list[Account]:
    """All accounts, book by book."""
    return [
        Account("outside", "people", external=True),
        Account("pending", "people", groups, aged=True, waits_to="decided"),
        Account("decided", "people", groups),
        Account("in_appeal", "people", groups),
        Account("rejected", "people", groups),
        Account("accompanying", "people"),
        Account("status_holders", "people", aged=True),
        Account("transit", "people"),
        Account("family_pending", "people"),
        Account("family_travelling", "people"),
        Account("settled", "people", external=True),
        Account("departed", "people", external=True),
        Account("case_source", "other cases", external=True),
        Account("other_cases", "other cases"),
        Account("ward_source", "wards", external=True),
        Account("wards", "wards"),
        Account("place_market", "places", place_types, external=True),
        Account("places_ordered", "places", place_types),
        Account("places_open", "places", place_types),
        Account("places_notice", "places", place_types),
        Account("no_bed", "beds", external=True),
        Account("beds", "beds", place_types),
        Account("beyond_places", "beds"),
    ]


def calendar(world: World) -> Actor:
    """Opens every step: from here on moves are booked to it, and dated values hold from its day."""
    for step, moment in world.steps(hour=0):
        yield world.until(moment)
        world.ledger.at(step)


def closing(world: World) -> Actor:
    """Closes every step: books person-days; at a month end takes stock and proves the books."""
    for step, moment in world.steps(hour=23):
        yield world.until(moment)
        world.ledger.tally("days", np.full(world.replications, float(step.days)))
        world.ledger.close_step()


ACTORS: tuple[Callable[[World], Actor], ...] = (
    calendar,
    family_arrivals,
    intake,
    ind,
    courts,
    departures,
    family_desk,
    municipalities,
    guardianship,
    capacity_plan,
    capacity_desk,
    placement,
    treasurer,
    closing,
)


def simulate(
    scenario: Scenario,
    replications: int,
    seed: int,
    *,
    parameters: Samples | None = None,
    vary: tuple[Kind, ...] = KINDS,
    step: StepLength = "day",
    until: date | None = None,
    first: int = 0,
    actors: tuple[Callable[[World], Actor], ...] = ACTORS,
) -> Ledger:
    """Run a scenario and return the book of it.

    ``replications`` move side by side, numbered from ``first`` on (so that a run can be cut into
    chunks without a change). ``parameters`` replaces the draws by columns (replications,) by name,
    as ``draws.sample`` makes them; ``vary`` says which kinds of chance are let in. Raises
    ``ModelError`` if a law of the ledger is broken.
    """
    clock = Clock(scenario.start, until or scenario.until, step)
    if parameters is None:
        parameters = sample(scenario, replications, seed, vary, clock.until)
    ledger = Ledger(
        accounts(len(scenario.groups), len(scenario.reception.places)),
        clock,
        replications,
        COHORTS_BEFORE,
        parameters,
    )
    env = simpy.Environment()
    values = Values(scenario, clock, parameters)
    luck = Luck(seed, first, replications, "luck" in vary)
    prices = Prices.of(scenario, parameters)
    world = World(env, clock, scenario, values, luck, ledger, prices, tuple(clock.steps()))
    fill_opening(world)
    for actor in actors:
        env.process(actor(world))
    env.run()
    return ledger
