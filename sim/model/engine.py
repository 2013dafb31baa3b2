"""The simulation engine: accounts, actors in the order of the day, and the run itself.

    outside ─▶ pending ─▶ decided ─┬▶ status_holders ─┬▶ settled (a home)
       ▲          ▲  │             │      ▲     └▶ transit ─▶ settled
       │          │  └▶ departed   ├▶ in_appeal ─▶ rejected ─▶ departed
       │          └── remitted ◀───┘      │
       └─ family_pending ─▶ family_travelling      accompanying (other intake)

Each actor is a SimPy process that acts once in every step at its own hour of the day, so the
order within a day is explicit: 0 calendar, 2 family arrives, 3 intake, 4 IND, 5 courts,
6 departures, 7 family desk, 8 municipalities, 9 guardianship, 10-11 places, 12 beds,
22 spending, 23 end of step.
All replications advance together: they are the first axis of every stock.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import simpy

from ..clock import Clock, StepLength
from ..errors import ModelError
from ..scenario import Scenario
from .departure import departures, guardianship
from .family import family_arrivals, family_desk
from .housing import municipalities
from .inflow import intake
from .initial_state import COHORTS_BEFORE, initialise
from .ledger import Account, Ledger
from .prices import Prices
from .procedure import courts, ind
from .reception import capacity_desk, capacity_plan, placement
from .sampling import RandomStreams, Samples, sample
from .spending_limit import track_spending
from .state import Actor, Parameters, SimState
from .uncertainty import UNCERTAINTIES, Uncertainty


def accounts(groups: int, place_types: int) -> list[Account]:
    """Return all accounts of the ledger, book by book."""
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


def calendar(world: SimState) -> Actor:
    """Start each step: later moves are booked to it, and dated values apply from its day."""
    for step, moment in world.steps(hour=0):
        yield world.until(moment)
        world.ledger.at(step)


def end_of_step(world: SimState) -> Actor:
    """Close each step: book person-days; at month ends take a snapshot and check the balance."""
    for step, moment in world.steps(hour=23):
        yield world.until(moment)
        world.ledger.tally("days", np.full(world.replications, float(step.days)))
        world.ledger.close_step()


ACTORS: tuple[Callable[[SimState], Actor], ...] = (
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
    track_spending,
    end_of_step,
)


def begun(
    scenario: Scenario,
    clock: Clock,
    luck: RandomStreams,
    parameters: Samples,
    actors: Sequence[Callable[[SimState], Actor]] = ACTORS,
) -> SimState:
    """Set up a run: opening stocks are booked and the actors are scheduled."""
    books = accounts(len(scenario.groups), len(scenario.reception.places))
    ledger = Ledger(books, clock, luck.count, COHORTS_BEFORE, parameters)
    world = _world(scenario, parameters, luck, ledger, 0, {})
    initialise(world)
    _wake(world, actors)
    return world


def finished(world: SimState) -> Ledger:
    """Run to the end and return the ledger."""
    world.env.run()
    return world.ledger


def laid_aside(world: SimState, moment: date) -> bytes:
    """Run until the start of a day and return a checkpoint.

    The run itself can also continue. Raises ``ModelError`` if no step of it begins on that day.
    """
    day = world.clock.day_of(moment)
    if day <= world.env.now or all(step.day != day for step in world.laid_out):
        raise ModelError(f"no step ahead begins on {moment}")
    world.env.run(until=day)
    return pickle.dumps((day, world.luck, world.ledger, world.memory))


def taken_up(
    aside: bytes,
    scenario: Scenario,
    parameters: Samples,
    actors: Sequence[Callable[[SimState], Actor]] = ACTORS,
) -> SimState:
    """Resume from a checkpoint, possibly with another scenario.

    The result equals a complete run of this scenario if it differs from the one before in nothing
    that was read until then; the caller must make sure of that. ``parameters`` as in ``simulate``.
    """
    day, luck, ledger, memory = pickle.loads(aside)
    ledger.samples = parameters
    world = _world(scenario, parameters, luck, ledger, day, memory)
    _wake(world, actors)
    return world


def simulate(
    scenario: Scenario,
    replications: int,
    seed: int,
    *,
    parameters: Samples | None = None,
    vary: tuple[Uncertainty, ...] = UNCERTAINTIES,
    step: StepLength = "day",
    until: date | None = None,
    first: int = 0,
    actors: Sequence[Callable[[SimState], Actor]] = ACTORS,
) -> Ledger:
    """Simulate a scenario and return its ledger.

    ``replications`` are simulated together, numbered from ``first`` on (so a run can be cut into
    chunks without a change). ``parameters`` replaces the draws by columns (replications,) by name,
    as ``draws.sample`` makes them; ``vary`` selects the sources of uncertainty. Raises
    ``ModelError`` if a law of the ledger is broken.
    """
    clock = Clock(scenario.start, until or scenario.until, step)
    if parameters is None:
        parameters = sample(scenario, replications, seed, vary, clock.until)
    luck = RandomStreams(seed, first, replications, "process" in vary)
    return finished(begun(scenario, clock, luck, parameters, actors))


def _world(
    scenario: Scenario,
    parameters: Samples,
    luck: RandomStreams,
    ledger: Ledger,
    since: int,
    memory: dict[type, Any],
) -> SimState:
    clock = ledger.clock
    return SimState(
        simpy.Environment(since),
        clock,
        scenario,
        Parameters(scenario, clock, parameters),
        luck,
        ledger,
        Prices.of(scenario, parameters),
        tuple(step for step in clock.steps() if step.day >= since),
        memory,
    )


def _wake(world: SimState, actors: Sequence[Callable[[SimState], Actor]]) -> None:
    for actor in actors:
        world.env.process(actor(world))
