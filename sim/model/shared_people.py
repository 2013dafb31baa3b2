"""People simulated once for several scenarios that differ in places alone.

Where resources meet the need, nothing that happens to people depends on places: these decide where
somebody sleeps. Scenarios that differ in places, in the desk of COA or in rules that open and close
places thus have the same people in each replication. One of them is simulated whole, and what its
people did is kept step by step; of the others places and beds alone are simulated, with the same
results to the bit.

Wrong if an actor of people comes to look at places, or a part named here decides about people:
tests compare both ways for each shipped scenario that may share its people, and with all numbers of
places changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..scenario import Scenario
from .ledger import Ledger
from .sampling import Samples
from .state import Actor, SimState

AFTER_PEOPLE = 9.5
"""Hour of the day between the actors of people and those of places."""
PARTS_OF_PLACES = ("reception.places", "reception.desk", "plan")
"""Parts of a scenario that nothing but places depends on."""
CHANGES_PEOPLE = ("decisions", "homes")
"""What rules do that changes what happens to people."""
SEEN = ("outside", "pending")
"""The move of people that rules look at: applications."""


@dataclass
class SharedPeople:
    """What people did in a simulation, step by step; empty until the first one keeps it here."""

    ledger: Ledger | None = None
    stocks: list[NDArray[np.int32]] = field(default_factory=list)
    """For each step, before places change: (replication, cell of a book of people)."""
    seen: list[NDArray[np.int32]] = field(default_factory=list)
    """For each step, the moves ``SEEN`` of its month so far: (replication, group)."""


def people_of(scenario: Scenario) -> str | None:
    """Return all that people depend on, as text; None where they depend on places.

    That is where spending follows the budget, or where a rule adds decisions or homes. Of the types
    of place only how many people live there on day 0 counts.
    """
    rules = () if scenario.plan is None else scenario.plan.rules.values()
    if scenario.closing == "constrained" or any(rule.do.kind in CHANGES_PEOPLE for rule in rules):
        return None
    texts = {"title", "description", "sources"}
    parts = scenario.model_dump(mode="json", by_alias=True, exclude=texts)
    for part in PARTS_OF_PLACES:
        *above, name = part.split(".")
        (parts[above[0]] if above else parts).pop(name, None)
    types = scenario.reception.places.values()
    people = sum(round(one.opening_people.single) for one in types)
    status = sum(round(one.opening_status_holders.single) for one in types)
    return json.dumps([parts, people, status], sort_keys=True)


def same_draws(one: Samples, other: Samples) -> bool:
    """Whether two samples differ in numbers of places alone."""
    of_places = tuple(f"{part}." for part in PARTS_OF_PLACES)
    ours, theirs = (
        {name: column for name, column in each.items() if not name.startswith(of_places)}
        for each in (one, other)
    )
    return ours.keys() == theirs.keys() and all(
        np.array_equal(column, theirs[name]) for name, column in ours.items()
    )


def keep_people(people: SharedPeople) -> Callable[[SimState], Actor]:
    """Return an actor that keeps what people did, for the scenarios that share them."""

    def keep(world: SimState) -> Actor:
        people.ledger = ledger = world.ledger
        cells = ledger.people_cells()
        for step, moment in world.steps(AFTER_PEOPLE):
            yield world.until(moment)
            people.stocks.append(ledger.books.stock[:, cells].astype(np.int32))
            people.seen.append(ledger.flows[SEEN][step.month].copy())

    return keep


def repeat_people(people: SharedPeople) -> Callable[[SimState], Actor]:
    """Return an actor that lets people do what they did before, in the place of all actors of them.

    What the ledger keeps of them besides, which nobody looks at on the way, follows at the end.
    """

    def repeat(world: SimState) -> Actor:
        ledger, before = world.ledger, people.ledger
        assert before is not None
        cells = ledger.people_cells()
        for step, moment in world.steps(AFTER_PEOPLE):
            yield world.until(moment)
            ledger.books.stock[:, cells] = people.stocks[step.index]
            ledger.flows[SEEN][step.month] = people.seen[step.index]
        ledger.take_people(before)

    return repeat


def end_with_shared_people(world: SimState) -> Actor:
    """Close each step, without the ages of people: these are those of the first simulation."""
    for _, moment in world.steps(hour=23):
        yield world.until(moment)
        world.ledger.close_step(with_ages=False)
