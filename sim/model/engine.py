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

import pickle
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import simpy

from ..clock import Clock, StepLength
from ..errors import ModelError
from ..scenario import Scenario
from .family import family_arrivals, family_desk
from .inflow import intake
from .initial_state import COHORTS_BEFORE, initialise
from .ledger import Account, Ledger
from .outflow import departures, guardianship, municipalities
from .prices import Prices
from .procedure import courts, ind
from .reception import capacity_desk, capacity_plan, placement
from .sampling import KINDS, RandomStreams, Samples, Uncertainty, sample
from .spending_limit import track_spending
from .state import Actor, Parameters, SimState


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


def calendar(world: SimState) -> Actor:
    """Opens every step: from here on moves are booked to it, and dated values hold from its day."""
    for step, moment in world.steps(hour=0):
        yield world.until(moment)
        world.ledger.at(step)


def end_of_step(world: SimState) -> Actor:
    """Closes every step: books person-days; at a month end takes stock and proves the books."""
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
    """A run that is about to begin: its opening stands, its actors wait for their hour."""
    books = accounts(len(scenario.groups), len(scenario.reception.places))
    ledger = Ledger(books, clock, luck.count, COHORTS_BEFORE, parameters)
    world = _world(scenario, parameters, luck, ledger, 0, {})
    initialise(world)
    _wake(world, actors)
    return world


def finished(world: SimState) -> Ledger:
    """Let a run come to its end, and return the book of it."""
    world.env.run()
    return world.ledger


def laid_aside(world: SimState, moment: date) -> bytes:
    """Let a run come to the beginning of a day, and return all that is needed to go on from there.

    The run itself can go on too. Raises ``ModelError`` if no step of it begins on that day.
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
    """A run that was laid aside, to be gone on with by another scenario.

    The result is that of a whole run of this scenario if it differs from the one before in nothing
    that was read until then: that is for the caller to see to. ``parameters`` as in ``simulate``.
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
    vary: tuple[Uncertainty, ...] = KINDS,
    step: StepLength = "day",
    until: date | None = None,
    first: int = 0,
    actors: Sequence[Callable[[SimState], Actor]] = ACTORS,
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
    luck = RandomStreams(seed, first, replications, "luck" in vary)
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
