"""State of a simulation, shared by all actors: clock, numbers, random streams and ledger."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import simpy

from ..clock import Clock, Step
from ..scenario import Scenario
from .books import Books, Today, Track
from .chances import Chances, new_chances, work_out_chances
from .compiled import entry_of, inlined
from .draws import Draws, new_draws
from .ledger import Ledger
from .numbers import CurrentNumbers, Numbers, Parameters, current_numbers
from .prices import Prices
from .sampling import Counts, Floats, RandomStreams

Actor = Generator[simpy.Event, Any, None]
HOURS_A_DAY = 24
DAYS_A_YEAR = 365.25


class Now(NamedTuple):
    """What a compiled step looks at."""

    books: Books
    numbers: Numbers
    chances: Chances
    draws: Draws
    today: Today


@dataclass(frozen=True)
class SimState:
    """Everything an actor may look at. It may change the ledger, and what it remembers itself."""

    env: simpy.Environment
    clock: Clock
    scenario: Scenario
    values: Parameters
    luck: RandomStreams
    ledger: Ledger
    prices: Prices
    current: CurrentNumbers
    draws: Draws
    chances: Chances
    laid_out: tuple[Step, ...]
    """The steps of the clock, laid out once for all actors."""

    @property
    def replications(self) -> int:
        return self.ledger.replications

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.scenario.groups)

    @property
    def books(self) -> Books:
        """Arrays of the ledger, for compiled steps."""
        return self.ledger.books

    @property
    def numbers(self) -> Numbers:
        """Numbers of the scenario as they hold today, for compiled steps."""
        return self.current.arrays

    @property
    def today(self) -> Today:
        """The step of today, for compiled steps."""
        return self.ledger.today

    def begin_step(self, step: Step) -> None:
        """Book to a step from now on, and bring numbers and chances to its day."""
        before = self.ledger.today
        self.ledger.at(step)
        changed = self.current.refresh(step.day)
        if changed or (before.days, before.year) != (step.days, self.today.year):
            work_out_chances(self.chances, self.numbers, self.today)

    @property
    def now(self) -> Now:
        """What compiled steps look at in this step."""
        return Now(self.books, self.numbers, self.chances, self.draws, self.today)

    def each_step(self, act: Callable[..., None], *room: object, hour: int) -> Actor:
        """Act once in each step at an hour, by a compiled function of ``now`` and some room."""
        entry = entry_of(act, self.now, *room)
        for _, moment in self.steps(hour):
            yield self.until(moment)
            entry(self.now, *room)

    def fractions(self, count: int) -> Floats:
        """Room for fractions of people that are carried over to the next step."""
        return np.zeros((self.replications, count))

    def rows(self, count: int) -> Counts:
        """Room for counts by group or place type, while an actor acts in one replication."""
        return np.zeros((count, max(len(self.groups), len(self.scenario.reception.places))), int)

    def steps(self, hour: float) -> Iterator[tuple[Step, float]]:
        """Steps, each with the moment of the day [days] at which an actor of ``hour`` acts."""
        for step in self.laid_out:
            yield step, step.day + hour / HOURS_A_DAY

    def until(self, moment: float) -> simpy.Event:
        """Event that fires at a moment of the run [days since the start]."""
        return self.env.timeout(moment - self.env.now)


def new_state(
    scenario: Scenario, ledger: Ledger, luck: RandomStreams, laid_out: tuple[Step, ...]
) -> SimState:
    """Gather what actors look at, at the start of a run."""
    clock, samples = ledger.clock, ledger.samples
    general = [group.procedure == "general" for group in scenario.groups.values()]
    ledger.set_tracks("pending", [Track.GENERAL if one else Track.OTHER for one in general])
    values = Parameters(scenario, clock, samples)
    state = SimState(
        simpy.Environment(),
        clock,
        scenario,
        values,
        luck,
        ledger,
        Prices.of(scenario, samples),
        current_numbers(scenario, clock, values, ledger.replications),
        new_draws(luck, len(scenario.groups)),
        new_chances(ledger.replications, len(scenario.groups)),
        laid_out,
    )
    work_out_chances(state.chances, state.numbers, state.today)
    return state


@inlined
def answer(now: float, then: float, power: float) -> float:
    """Factor by which supply answers to a queue: (now / then) to a power; 1 where none was then.

    At power 0 supply is held, at 1 it keeps pace with the queue.
    """
    ratio = now / max(then, 1e-9) if then > 0 else 1.0
    return ratio**power
