"""State of a simulation, shared by all actors: clock, parameters, random streams and ledger."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import simpy

from ..clock import Clock, Step, days_in_year
from ..scenario import Hold, Quantity, Scenario, quantities
from .ledger import Ledger
from .prices import Prices
from .sampling import Counts, Floats, RandomStreams, Samples, apply_draw

Actor = Generator[simpy.Event, Any, None]
Memory = TypeVar("Memory")
HOURS_A_DAY = 24
DAYS_A_YEAR = 365.25


class Parameters:
    """The numbers of a scenario as they hold on a day, each with its replication's draw.

    ``at(path, day)`` gives an array (replications,), or (1,) where nothing is drawn. Dated values
    step to the next one on its date.
    """

    def __init__(self, scenario: Scenario, clock: Clock, samples: Samples) -> None:
        self._quantities = dict(quantities(scenario))
        self._clock = clock
        self._samples = samples
        self._groups = tuple(scenario.groups)
        self._cache: dict[str, tuple[int, int, Floats]] = {}

    def at(self, path: str, day: int) -> Floats:
        """Value of the number at ``path`` on ``day``: (replications,) or (1,)."""
        since, until, value = self._cache.get(path, _NEVER)
        if since <= day < until:
            return value
        quantity = self._quantities[path]
        until = self._next_change(quantity, day)
        value = apply_draw(quantity, quantity.on(self._clock.date_of(day)), self._samples.get(path))
        self._cache[path] = (day, until, value)
        return value

    def at_start(self, path: str) -> Floats:
        """Value of the number at ``path`` on day 0, whatever the day is now."""
        name = f"at_start:{path}"
        if name not in self._cache:
            quantity = self._quantities[path]
            value = apply_draw(quantity, quantity.on(self._clock.start), self._samples.get(path))
            self._cache[name] = (0, 1, value)
        return self._cache[name][2]

    def quantity(self, path: str) -> Quantity:
        """The number at a path, as the scenario has it."""
        return self._quantities[path]

    def by_group(self, key: str, day: int) -> Floats:
        """One key of every group: (replications or 1, groups)."""
        name = f"by_group:{key}"
        since, until, value = self._cache.get(name, _NEVER)
        if since <= day < until:
            return value
        paths = [f"groups.{group}.{key}" for group in self._groups]
        columns = [self.at(path, day) for path in paths]
        rows = max(column.size for column in columns)
        value = np.stack([np.broadcast_to(column, (rows,)) for column in columns], axis=1)
        until = min(self._next_change(self._quantities[path], day) for path in paths)
        self._cache[name] = (day, until, value)
        return value

    def _next_change(self, quantity: Quantity, day: int) -> int:
        change = quantity.changes_after(self._clock.date_of(day))
        return 2**31 if change is None else self._clock.day_of(change)


_NEVER = (0, -1, np.zeros(1))
"""Since when, until when, and the value: no day lies in it."""


@dataclass(frozen=True)
class SimState:
    """Everything an actor may look at. It may change the ledger, and its own memory."""

    env: simpy.Environment
    clock: Clock
    scenario: Scenario
    values: Parameters
    luck: RandomStreams
    ledger: Ledger
    prices: Prices
    laid_out: tuple[Step, ...]
    """The steps of the clock, laid out once for all actors."""
    memory: dict[type, Any] = field(default_factory=dict)
    """Memory of actors besides the stocks, kept here so that a checkpoint contains it."""

    @property
    def replications(self) -> int:
        return self.luck.count

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.scenario.groups)

    def actor_memory(self, kind: type[Memory], begin: Callable[[], Memory]) -> Memory:
        """What an actor remembers; at the start of the run that with which it begins."""
        if kind not in self.memory:
            self.memory[kind] = begin()
        found: Memory = self.memory[kind]
        return found

    def hold(self, group: str, day: int) -> Hold | None:
        """The hold that keeps a group out of the queue on a day, if any."""
        today = self.clock.date_of(day)
        for hold in self.scenario.ind.holds:
            if hold.group == group and hold.begins <= today < hold.ends:
                return hold
        return None

    def cohort_middles(self, first: int, count: int) -> Floats:
        """Middle of the months of ``count`` cohorts from number ``first`` on [days]: (count,)."""
        half = 15.2
        return self.ledger.cohort_starts[first : first + count] + half

    def column(self, path: str, day: int) -> Floats:
        """A number as a column (replications or 1, 1), to broadcast over groups."""
        return self.values.at(path, day)[:, None]

    def steps(self, hour: int) -> Iterator[tuple[Step, float]]:
        """Steps, each with the moment of the day [days] at which an actor of ``hour`` acts."""
        for step in self.laid_out:
            yield step, step.day + hour / HOURS_A_DAY

    def until(self, moment: float) -> simpy.Event:
        """Event that fires at a moment of the run [days since the start]."""
        return self.env.timeout(moment - self.env.now)


class Rounder:
    """Turns a flow with fractions into whole people, carrying the rest to the next step."""

    def __init__(self) -> None:
        self._rest: Floats | float = 0.0

    def __call__(self, amount: Floats) -> Counts:
        total = amount + self._rest
        whole = np.floor(total + 1e-9)
        self._rest = total - whole
        counts: Counts = whole.astype(np.int64)
        return counts


def hazard(mean_days: Floats, days: int) -> Floats:
    """Chance to leave within ``days`` when the mean stay is ``mean_days`` (constant hazard)."""
    chance: Floats = -np.expm1(-days / mean_days)
    return chance


def answer(now: Counts | Floats, then: Counts | Floats, power: Floats) -> Floats:
    """Factor by which supply answers to a queue: (now / then) to a power; 1 where none was then.

    At power 0 supply is held, at 1 it keeps pace with the queue. All three broadcast.
    """
    factor: Floats = np.where(then > 0, now / np.maximum(then, 1e-9), 1.0) ** power
    return factor


def year_fraction(step: Step) -> float:
    """Part of its calendar year that a step covers, so that yearly numbers add up exactly."""
    return step.days / days_in_year(step.date.year)


def whole_column(amount: Floats, replications: int) -> Floats:
    """Broadcast (1,) or (replications,) to a column (replications, 1)."""
    return np.broadcast_to(amount, (replications,))[:, None]
