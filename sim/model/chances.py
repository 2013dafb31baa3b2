"""The chances of a step: how likely each thing is that may happen to a person in it.

They follow from the numbers of the scenario and the length of the step, and so change rarely; they
are worked out anew only then. Beside each chance stands what a draw by it needs most of all, the
logarithm of the chance of a failure.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from .books import Today
from .compiled import compiled, inlined
from .draws import binomial
from .numbers import GroupNumber, Number, Numbers
from .sampling import Floats


class Chance(IntEnum):
    """Chances that are the same for all groups."""

    RULED = 0
    """Of an appeal: a court rules on it in this step."""
    WON = 1
    REMITTED = 2
    """Of a successful appeal: it goes back to the IND."""
    SUPERVISED = 3
    """Of a departure: it is supervised."""
    ACCOMPANYING_LEAVE = 4
    ACCOMPANYING_TO_STATUS = 5
    CLOSED_LEFT = 6
    """Of a closed case: the person has left by then."""
    FAMILY_ARRIVES = 7
    FAMILY_TO_HOME = 8
    """Of family that arrives: straight into a home."""
    FAMILY_COMES = 9
    """Of a decision on family: it is granted, and the person travels."""
    TRANSIT_LEFT = 10
    GUARDIANSHIP_LEFT = 11


class GroupChance(IntEnum):
    """Chances by group."""

    GRANTED = 0
    """Of a decision: it grants asylum."""
    CLOSED = 1
    """Of a decision that does not grant: the case is closed."""
    IN_RECEPTION = 2
    """Of a pending case: the person lives in reception."""
    IN_RECEPTION_DECIDED = 3
    """Of a decided case, if the person has not gone: the person lives in reception."""
    APPEALED = 4
    DEPARTED = 5
    """Of a person finally rejected: departs in this step."""
    GIVEN_UP = 6
    """Of a pending case: the person leaves in this step."""
    UNACCOMPANIED = 7
    """Of an application: by an unaccompanied minor."""


class Chances(NamedTuple):
    """Chances of a step, and the logarithms of the chances of a failure."""

    single: Floats
    """(replication, ``Chance``)"""
    single_log: Floats
    group: Floats
    """(replication, ``GroupChance``, group)"""
    group_log: Floats


def new_chances(replications: int, groups: int) -> Chances:
    """Make room for the chances of so many replications and groups."""
    single = np.zeros((2, replications, len(Chance)))
    group = np.zeros((2, replications, len(GroupChance), groups))
    return Chances(single[0], single[1], group[0], group[1])


@inlined
def hazard(mean_days: float, days: int) -> float:
    """Chance to leave within ``days`` when the mean stay is ``mean_days`` (constant hazard)."""
    return -math.expm1(-days / mean_days)


@compiled
def work_out_chances(chances: Chances, numbers: Numbers, today: Today) -> None:
    """Work out the chances of a step, in each replication."""
    for r in range(numbers.single.shape[0]):
        single_chances(chances.single[r], numbers.single[r], today.days)
        for chance in range(len(chances.single[r])):
            chances.single_log[r, chance] = log_of_failure(chances.single[r, chance])
        for group in range(numbers.group.shape[2]):
            group_chances(
                chances.group[r, :, group], numbers.single[r], numbers.group[r, :, group], today
            )
            for chance in range(len(chances.group[r])):
                log = log_of_failure(chances.group[r, chance, group])
                chances.group_log[r, chance, group] = log


@inlined
def single_chances(chances: Floats, single: Floats, days: int) -> None:
    """Chances that are the same for all groups, from the ``single`` numbers of a replication."""
    chances[Chance.RULED] = hazard(single[Number.COURT_DAYS], days)
    chances[Chance.WON] = single[Number.SUCCESS_SHARE]
    chances[Chance.REMITTED] = single[Number.REMITTAL_SHARE]
    chances[Chance.SUPERVISED] = single[Number.SUPERVISED_SHARE]
    chances[Chance.ACCOMPANYING_LEAVE] = hazard(single[Number.OTHER_STAY], days)
    chances[Chance.ACCOMPANYING_TO_STATUS] = single[Number.OTHER_TO_STATUS]
    chances[Chance.CLOSED_LEFT] = single[Number.CLOSED_LEFT_SHARE]
    chances[Chance.FAMILY_ARRIVES] = hazard(single[Number.TRAVEL_DAYS], days)
    chances[Chance.FAMILY_TO_HOME] = single[Number.STRAIGHT_HOME_SHARE]
    granted = single[Number.FAMILY_GRANTED_SHARE]
    chances[Chance.FAMILY_COMES] = granted * single[Number.FAMILY_ARRIVAL_SHARE]
    chances[Chance.TRANSIT_LEFT] = hazard(single[Number.TRANSIT_DAYS], days)
    chances[Chance.GUARDIANSHIP_LEFT] = hazard(single[Number.GUARDIANSHIP_DAYS], days)


@inlined
def group_chances(chances: Floats, single: Floats, group: Floats, today: Today) -> None:
    """Chances of a group, from its numbers and the ``single`` ones of a replication.

    Who has gone by the time of the decision (part of the closed cases) did not live in reception
    before it; so of the others a larger share does, and a decision moves nobody in or out.
    """
    closed = group[GroupNumber.CLOSED_SHARE]
    granted = group[GroupNumber.GRANTED_SHARE] * single[Number.GRANTED_FACTOR]
    granted = min(granted, 1.0 - closed)
    chances[GroupChance.GRANTED] = granted
    chances[GroupChance.CLOSED] = closed / max(1.0 - granted, 1e-12)
    inside = group[GroupNumber.IN_RECEPTION_SHARE] * single[Number.IN_RECEPTION_FACTOR]
    inside = min(inside, 1.0)
    gone = closed * single[Number.CLOSED_LEFT_SHARE]
    chances[GroupChance.IN_RECEPTION] = inside
    chances[GroupChance.IN_RECEPTION_DECIDED] = min(inside / max(1.0 - gone, 1e-9), 1.0)
    chances[GroupChance.APPEALED] = group[GroupNumber.APPEAL_SHARE]
    mean_days = group[GroupNumber.DEPARTURE_DAYS] * single[Number.DEPARTURE_FACTOR]
    chances[GroupChance.DEPARTED] = hazard(mean_days, today.days)
    leave = single[Number.LEAVE_RATE] * group[GroupNumber.LEAVE_FACTOR] * today.year
    chances[GroupChance.GIVEN_UP] = -math.expm1(-leave)
    unaccompanied = group[GroupNumber.UNACCOMPANIED_SHARE]
    chances[GroupChance.UNACCOMPANIED] = unaccompanied * single[Number.ARRIVAL_FACTOR]


@inlined
def log_of_failure(chance: float) -> float:
    """Logarithm of the chance of a failure, or of a success where that is the likelier."""
    rarer = 1.0 - chance if chance > 0.5 else chance
    return math.log1p(-rarer) if 0.0 < rarer < 1.0 else 0.0


@inlined
def draw_single(chances: Chances, r: int, chance: int, u: float, trials: int) -> int:
    """Of so many people, how many it happens to, by the uniform ``u``."""
    return binomial(u, trials, chances.single[r, chance], chances.single_log[r, chance])


@inlined
def draw_group(chances: Chances, r: int, chance: int, group: int, u: float, trials: int) -> int:
    """Of so many people of a group, how many it happens to, by the uniform ``u``."""
    probability = chances.group[r, chance, group]
    return binomial(u, trials, probability, chances.group_log[r, chance, group])
