"""The population: queues, people in reception, and the ledger of the reference model."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import simpy

from ..model.ind_capacity import IndMeans
from ..model.inflow_process import Composition
from ..model.ledger import Order
from ..model.sampling import Counts, Floats
from ..model.state import SimState


@dataclass(eq=False)
class Person:
    """One person: group, date of entry, and whether they live in reception.

    ``gone`` marks a person whose case will be closed because they have left; the IND finds out
    when it decides.
    """

    number: int
    group: int
    since: float
    here: bool = True
    gone: bool = False
    inside: bool = False
    """Whether they should be in reception now, in the asylum phase or with a status."""
    news: simpy.Event | None = None
    bed: str = ""
    diary: list[tuple[float, str]] = field(default_factory=list)


@dataclass
class Population:
    """Shared state of pathways and authorities: stocks in the ledger, persons in queues."""

    world: SimState
    chance: np.random.Generator
    path: Floats
    mix: Composition
    at_ind: list[deque[Person]]
    for_home: deque[Person] = field(default_factory=deque)
    leaving_transit: deque[Person] = field(default_factory=deque)
    at_family_desk: deque[Person] = field(default_factory=deque)
    here: int = 0
    """People in the asylum phase who live in reception."""
    grants_today: list[int] = field(default_factory=list)
    applied_today: list[int] = field(default_factory=list)
    new_need_today: int = 0
    family_came: int = 0
    applied_by_week: list[int] = field(default_factory=list)
    """Applications since the start, by round of the rules."""
    born: int = 0
    people: list[Person] = field(default_factory=list)
    means: IndMeans | None = None
    """What the capacity of the IND is planned from."""
    followed: int = 0
    """Number of the person whose bed is looked for every day (0: nobody)."""
    rows: dict[int, Counts] = field(default_factory=dict)

    @property
    def env(self) -> simpy.Environment:
        return self.world.env

    @property
    def day(self) -> int:
        return self.world.ledger.step.day

    def person(self, group: int, since: float, *, here: bool = True, gone: bool = False) -> Person:
        """Create a person, numbered in order of appearance."""
        self.born += 1
        somebody = Person(self.born, group, since, here, gone)
        self.people.append(somebody)
        return somebody

    def book(self, person: Person, source: str, target: str, first: Order = "oldest") -> None:
        """Book one person's move in the ledger and in their diary."""
        accounts = self.world.ledger.accounts
        by_group = max(accounts[source].width, accounts[target].width) > 1
        row = self.row(person.group if by_group else -1)
        self.world.ledger.move(row, source, target, first)
        person.inside = target in INSIDE or (target in ASYLUM and person.here)
        person.diary.append((self.env.now, f"{source} -> {target}"))

    def row(self, group: int) -> Counts:
        """One person of a group as the ledger counts: (1, groups), or (1, 1) without a group."""
        if group not in self.rows:
            row = np.zeros((1, len(self.world.groups) if group >= 0 else 1), dtype=np.int64)
            row[0, max(group, 0)] = 1
            self.rows[group] = row
        return self.rows[group]

    def number(self, path: str) -> float:
        """A number of the scenario as it holds today."""
        return float(self.world.values.at(path, self.day)[0])

    def of_group(self, key: str, group: int) -> float:
        """A number of a group as it holds today."""
        return self.number(f"groups.{self.world.groups[group]}.{key}")

    def factor_of_group(self, key: str, group: int) -> float:
        """A factor of a group as it holds today; 1 where the scenario has none."""
        path = f"groups.{self.world.groups[group]}.{key}"
        return self.number(path) if self.world.values.has(path) else 1.0

    def happens(self, share: float) -> bool:
        """Draw whether an event with this probability happens."""
        return bool(self.chance.random() < share)

    def lives_here(self, group: int) -> float:
        """Share of those of a group who have not gone that lives in reception."""
        share = min(
            self.of_group("in_reception_share", group)
            * self.number("reception.in_reception_factor"),
            1.0,
        )
        return min(share / max(1 - self.gone_share(group), 1e-9), 1.0)

    def gone_share(self, group: int) -> float:
        """Share of a group's applicants who will have gone by the time of the decision."""
        return self.of_group("closed_share", group) * self.number("departure.closed_left_share")

    def stay(self, *paths: str) -> Waiting:
        """Wait for a time with a constant hazard; its mean is the product of some numbers [days].

        If a number changes on a date, the rest of the time is drawn anew from there.
        """
        while True:
            mean = float(np.prod([self.number(path) for path in paths]))
            time = self.chance.exponential(mean)
            change = self._next_change(paths)
            if self.env.now + time <= change:
                yield self.env.timeout(time)
                return
            yield self.env.timeout(change - self.env.now)

    def _next_change(self, paths: tuple[str, ...]) -> float:
        today = self.world.clock.date_of(int(self.env.now))
        changes = [self.world.values.quantity(path).changes_after(today) for path in paths]
        days = [self.world.clock.day_of(change) for change in changes if change is not None]
        return min(days, default=float("inf"))

    def when(self, moment: float) -> str:
        """A moment of the run as a date."""
        return (self.world.clock.start + timedelta(days=int(np.floor(moment)))).isoformat()


INSIDE = {"accompanying", "status_holders"}
ASYLUM = {"pending", "decided", "in_appeal", "rejected"}
Waiting = simpy.events.ProcessGenerator
