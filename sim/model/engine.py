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
An actor's work of one step is a compiled function, applied to all replications in turn; they are
the first axis of every stock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache

from ..clock import Clock, StepLength
from ..scenario import Scenario
from .capacity import capacity_plan
from .compiled import cache_folder, is_cold
from .departure import departures, guardianship
from .family import family_arrivals, family_desk
from .housing import municipalities
from .inflow import intake
from .initial_state import COHORTS_BEFORE, initialise
from .ledger import Ledger, accounts
from .plan_rules import plan_rules
from .procedure import courts, ind
from .reception import placement
from .sampling import RandomStreams, Samples, sample
from .shared_people import (
    SharedPeople,
    end_with_shared_people,
    keep_people,
    repeat_people,
)
from .spending_limit import track_spending
from .state import Actor, SimState, new_state
from .uncertainty import UNCERTAINTIES, Uncertainty

COMPILING = "The engine is compiled, once for this version: some 20 seconds."
COMPILING_AGAIN = (
    "The engine is compiled: some 20 seconds, in each process, since no folder may be written in "
    "which it could be kept."
)


def calendar(world: SimState) -> Actor:
    """Start each step: later moves are booked to it, and dated values apply from its day."""
    for step, moment in world.steps(hour=0):
        yield world.until(moment)
        world.begin_step(step)


def end_of_step(world: SimState) -> Actor:
    """Close each step: book person-days; at month ends take a snapshot and check the balance."""
    for step, moment in world.steps(hour=23):
        yield world.until(moment)
        world.ledger.tally("days", step.days)
        world.ledger.close_step()


Actors = tuple[Callable[[SimState], Actor], ...]
OF_PEOPLE: Actors = (
    family_arrivals,
    intake,
    ind,
    courts,
    departures,
    family_desk,
    municipalities,
    guardianship,
)
OF_PLACES: Actors = (capacity_plan, plan_rules, placement, track_spending)
ACTORS: Actors = (calendar, *OF_PEOPLE, *OF_PLACES, end_of_step)


def actors_with(people: SharedPeople) -> Actors:
    """Return the actors of scenarios that share their people: all of the first, and keep them.

    Of the others those of places alone. Whether they may share them is said by
    ``shared_people.people_of`` and ``same_draws``.
    """
    if people.ledger is None:
        return (calendar, *OF_PEOPLE, keep_people(people), *OF_PLACES, end_of_step)
    return (calendar, repeat_people(people), *OF_PLACES, end_with_shared_people)


@cache
def tell_of_compilation() -> None:
    """Say once in a process that it takes a while, not for each chunk of replications."""
    logging.getLogger("opvangsim").warning(COMPILING if cache_folder() else COMPILING_AGAIN)


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
    as ``sampling.sample`` makes them; ``vary`` selects the sources of uncertainty. Raises
    ``ModelError`` if a law of the ledger is broken.
    """
    if is_cold():
        tell_of_compilation()
    if scenario.posterior is not None:
        scenario.posterior.refuse_step(step)
    clock = Clock(scenario.start, until or scenario.until, step)
    if parameters is None:
        parameters = sample(scenario, replications, seed, vary, clock.until, first)
    luck = RandomStreams(seed, first, replications, "process" in vary)
    books = accounts(len(scenario.groups), len(scenario.reception.places))
    ledger = Ledger(books, clock, replications, COHORTS_BEFORE, parameters, first)
    world = new_state(scenario, ledger, luck, tuple(clock.steps()))
    initialise(world)
    for actor in actors:
        world.env.process(actor(world))
    world.env.run()
    ledger.check_rules()
    return ledger
