"""The numbers of a scenario as they hold on a day, in each replication.

Python code asks by path (``Parameters.at``). The compiled steps read arrays (``Numbers``), which
``refresh`` keeps up to date; what stands where is said by ``Number``, ``GroupNumber`` and
``PlaceNumber``, by the path of each number in the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ..clock import Clock
from ..scenario import Quantity, Scenario, quantities
from .sampling import Floats, Samples, apply_draw

NEVER = 2**31
"""A day that no run reaches."""


class _Listed(IntEnum):
    """Members are numbered in their order and know the path (or key) that they are read from."""

    path: str
    drawn: bool

    def __new__(cls, path: str, drawn: bool = True) -> _Listed:
        member = int.__new__(cls, len(cls.__members__))
        member._value_ = len(cls.__members__)
        member.path, member.drawn = path, drawn
        return member


class Number(_Listed):
    """Single numbers; those with ``drawn`` false are read as they are stated, without a draw."""

    FIRST = "inflow.first"
    FIRST_FACTOR = "inflow.first_factor"
    REPEAT = "inflow.repeat"
    RESETTLED = "inflow.resettled"
    TOTAL = "inflow.total"
    OTHER_SHARE = "other_intake.share_of_inflow"
    OTHER_STATUS_SHARE = "other_intake.status_share"
    OTHER_STAY = "other_intake.stay_days"
    OTHER_TO_STATUS = "other_intake.to_status_share"
    PLANNED = "ind.capacity.planned"
    REALISED = "ind.capacity.realised"
    STAFF = "ind.capacity.staff"
    PRODUCTIVITY = "ind.capacity.productivity"
    IND_RESPONSE = "ind.capacity.response"
    RAMP_DAYS = "ind.capacity.ramp_days"
    GRANTED_FACTOR = "ind.granted_factor"
    LEAVE_RATE = "ind.leave_rate"
    OTHER_CASES_INFLOW = "ind.other_cases.inflow"
    OTHER_CASES_OUTPUT = "ind.other_cases.output"
    OVERDUE_DAYS = "ind.overdue_days", False
    FIRST_YEAR_DAYS = "prices.oda_first_days", False
    COURT_DAYS = "courts.delay_days"
    SUCCESS_SHARE = "courts.success_share"
    REMITTAL_SHARE = "courts.remittal_share"
    DEPARTURE_FACTOR = "departure.days_factor"
    SUPERVISED_SHARE = "departure.supervised_share"
    CLOSED_LEFT_SHARE = "departure.closed_left_share"
    FAMILY_PER_GRANT = "family.applications_per_grant"
    FAMILY_STAFF = "family.staff"
    FAMILY_PRODUCTIVITY = "family.productivity"
    FAMILY_GRANTED_SHARE = "family.granted_share"
    FAMILY_ARRIVAL_SHARE = "family.arrival_share"
    TRAVEL_DAYS = "family.travel_days"
    STRAIGHT_HOME_SHARE = "family.straight_home_share"
    HOMES = "housing.homes"
    HOUSING_RESPONSE = "housing.response"
    MINIMUM_STAY = "housing.minimum_stay_days", False
    TRANSIT_PLACES = "transit.places"
    TRANSIT_DAYS = "transit.stay_days"
    GUARDIANSHIP_DAYS = "guardianship.stay_days"
    ARRIVAL_FACTOR = "guardianship.arrival_factor"
    IN_RECEPTION_FACTOR = "reception.in_reception_factor"
    PLANNED_FILL = "reception.desk.planned_fill"
    SLACK = "reception.desk.slack"
    OPENINGS_REALISED = "reception.desk.openings_realised"
    OPENINGS_DELAY = "reception.desk.openings_delay"
    OFFICIAL_WEIGHT = "reception.desk.official_weight"


class GroupNumber(_Listed):
    """Numbers of each group; the last two say what the group is, as 1 or 0."""

    INTAKE_SHARE = "intake_share"
    GRANTED_SHARE = "granted_share"
    CLOSED_SHARE = "closed_share"
    WORK = "work"
    QUEUE_WEIGHT = "queue_weight"
    IN_RECEPTION_SHARE = "in_reception_share"
    LEAVE_FACTOR = "leave_factor"
    FAMILY_FACTOR = "family_factor", False
    APPEAL_SHARE = "appeal_share"
    DEPARTURE_DAYS = "departure_days"
    UNACCOMPANIED_SHARE = "unaccompanied_share"
    IS_FIRST = ""
    IS_OPEN = ""


class PlaceNumber(_Listed):
    """Numbers of each type of place; not a number where a type has none."""

    LEVEL = "level"
    ORDER_LIMIT = "order_limit"


class Added(IntEnum):
    """What rules of a plan add to the numbers of a scenario."""

    DECISIONS = 0
    """Work of the IND [decision equivalents/year]."""
    HOMES = 1
    """People housed [persons/year]."""


class Numbers(NamedTuple):
    """Numbers as they hold today."""

    single: Floats
    """(replication, number)"""
    group: Floats
    """(replication, number, group)"""
    place: Floats
    """(replication, number, place type)"""
    added: Floats
    """(replication, ``Added``)"""


class Parameters:
    """The numbers of a scenario as they hold on a day, each with its replication's draw.

    ``at(path, day)`` gives an array (replications,), or (1,) where nothing is drawn. Dated values
    step to the next one on its date.
    """

    def __init__(self, scenario: Scenario, clock: Clock, samples: Samples) -> None:
        self._quantities = dict(quantities(scenario))
        self._clock = clock
        self._samples = samples
        self._cache: dict[str, tuple[int, int, Floats]] = {}

    def at(self, path: str, day: int) -> Floats:
        """Value of the number at ``path`` on ``day``: (replications,) or (1,)."""
        since, until, value = self._cache.get(path, (0, -1, np.zeros(1)))
        if since <= day < until:
            return value
        quantity = self._quantities[path]
        value = apply_draw(quantity, quantity.on(self._clock.date_of(day)), self._samples.get(path))
        self._cache[path] = (day, self.next_change(path, day), value)
        return value

    def quantity(self, path: str) -> Quantity:
        """The number at a path, as the scenario has it."""
        return self._quantities[path]

    def has(self, path: str) -> bool:
        """Whether the scenario states this number."""
        return path in self._quantities

    def next_change(self, path: str, day: int) -> int:
        """First day after ``day`` on which the number at ``path`` has another value."""
        change = self._quantities[path].changes_after(self._clock.date_of(day))
        return NEVER if change is None else self._clock.day_of(change)


@dataclass
class CurrentNumbers:
    """Keeps ``Numbers`` up to date: each is read again on the days on which it changes."""

    scenario: Scenario
    clock: Clock
    values: Parameters
    arrays: Numbers
    columns: list[tuple[Floats, str, bool]]
    """Each column (replication,), with the path it is read from and whether with its draw."""
    next_read: list[int] = field(default_factory=list)
    next_day: int = 0

    def refresh(self, day: int) -> bool:
        """Bring all numbers to ``day``, and return whether any may have changed."""
        if day < self.next_day:
            return False
        for index, (column, path, drawn) in enumerate(self.columns):
            if self.next_read[index] <= day:
                column[:] = self._value(path, day, drawn)
                self.next_read[index] = self.values.next_change(path, day)
        self._apply_holds(day)
        self.next_day = min([*self.next_read, self._next_hold(day)])
        return True

    def _value(self, path: str, day: int, drawn: bool) -> Floats | float:
        if path == Number.TOTAL.path and day < self._total_from():
            return np.nan
        return self.values.at(path, day) if drawn else self.values.quantity(path).single

    def _total_from(self) -> int:
        total = self.scenario.inflow.total
        return NEVER if total is None else self.clock.day_of(total.pairs()[0][0])

    def _apply_holds(self, day: int) -> None:
        """Take groups on hold out of the queue; after a hold the scenario's new share is granted.

        Of holds that have ended the last counts.
        """
        today, holds = self.clock.date_of(day), self.scenario.ind.holds
        group = self.arrays.group
        group[:, GroupNumber.IS_OPEN] = 1.0
        for hold in holds:
            if hold.begins <= today < hold.ends:
                group[:, GroupNumber.IS_OPEN, list(self.scenario.groups).index(hold.group)] = 0.0
        ended = sorted((hold.ends, n) for n, hold in enumerate(holds) if hold.ends <= today)
        for _, n in ended:
            index = list(self.scenario.groups).index(holds[n].group)
            after = self.values.at(f"ind.holds.{n}.granted_after", day)
            group[:, GroupNumber.GRANTED_SHARE, index] = after

    def _next_hold(self, day: int) -> int:
        """Next day on which a hold begins or ends, or the share granted after one changes."""
        days = [NEVER]
        for n, hold in enumerate(self.scenario.ind.holds):
            days += [self.clock.day_of(hold.begins), self.clock.day_of(hold.ends)]
            days.append(self.values.next_change(f"ind.holds.{n}.granted_after", day))
        return min(each for each in days if each > day)


def current_numbers(
    scenario: Scenario, clock: Clock, values: Parameters, replications: int
) -> CurrentNumbers:
    """Lay out the numbers of a scenario for so many replications, and read those of day 0."""
    groups, places = list(scenario.groups), list(scenario.reception.places)
    arrays = Numbers(
        np.full((replications, len(Number)), np.nan),
        np.full((replications, len(GroupNumber), len(groups)), np.nan),
        np.full((replications, len(PlaceNumber), len(places)), np.nan),
        np.zeros((replications, len(Added))),
    )
    columns = [(arrays.single[:, each], each.path, each.drawn) for each in Number]
    columns += [
        (arrays.group[:, each, index], f"groups.{name}.{each.path}", each.drawn)
        for index, name in enumerate(groups)
        for each in GroupNumber
    ]
    columns += [
        (arrays.place[:, each, index], f"reception.places.{name}.{each.path}", each.drawn)
        for index, name in enumerate(places)
        for each in PlaceNumber
    ]
    columns = [column for column in columns if values.has(column[1])]
    arrays.group[:, GroupNumber.LEAVE_FACTOR] = 1.0
    is_first = [group.intake == "first" for group in scenario.groups.values()]
    arrays.group[:, GroupNumber.IS_FIRST] = is_first
    current = CurrentNumbers(scenario, clock, values, arrays, columns, [0] * len(columns))
    current.refresh(0)
    return current
