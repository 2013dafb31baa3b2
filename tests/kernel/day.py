"""The numbers of one day in one replication, and the chances that follow from them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from . import numbers as n
from .luck import compiled, hazard


class Today(NamedTuple):
    """Numbers of the day and chances by group (chance, group)."""

    group: np.ndarray
    """(key, group), as ``numbers.GROUP_KEYS``"""
    single: np.ndarray
    order_limit: np.ndarray
    level: np.ndarray
    chance: np.ndarray
    rate: np.ndarray


(GRANT, CLOSE, IN_RECEPTION, ONCE_DECIDED, DEPART, GIVE_UP_RATE, WARD_SHARE) = range(7)
CHANCES = 7
(RULE, STAY_OTHER, TRAVEL, STAY_TRANSIT, STAY_WARD, COMING) = range(6)
RATES = 6


def no_day(groups: int, singles: int, limits: int, levels: int) -> Today:
    """Room for the numbers of a day."""
    return Today(
        np.zeros((len(n.GROUP_KEYS), groups)),
        np.zeros(singles),
        np.zeros(limits),
        np.zeros(levels),
        np.zeros((CHANCES, groups)),
        np.zeros(RATES),
    )


@compiled
def read_day(today: Today, given: n.Numbers, day: int, r: int) -> None:
    """Read the numbers that hold from a day on, and work out the chances."""
    groups = today.group.shape[1]
    for key in range(today.group.shape[0]):
        for g in range(groups):
            column = key * groups + g
            today.group[key, g] = given.groups.base[day, column] * given.groups.draw[r, column]
    for index in range(today.single.shape[0]):
        today.single[index] = given.singles.base[day, index] * given.singles.draw[r, index]
    for index in range(today.order_limit.shape[0]):
        limits = given.order_limits
        today.order_limit[index] = limits.base[day, index] * limits.draw[r, index]
    for index in range(today.level.shape[0]):
        today.level[index] = given.levels.base[day, index] * given.levels.draw[r, index]
    for g in range(groups):
        group_chances(today, given, day, r, g)
    single = today.single
    today.rate[RULE] = hazard(single[n.COURT_DAYS])
    today.rate[STAY_OTHER] = hazard(single[n.OTHER_STAY])
    today.rate[TRAVEL] = hazard(single[n.TRAVEL_DAYS])
    today.rate[STAY_TRANSIT] = hazard(single[n.TRANSIT_DAYS])
    today.rate[STAY_WARD] = hazard(single[n.WARD_DAYS])
    today.rate[COMING] = single[n.FAMILY_GRANTED] * single[n.FAMILY_ARRIVING]


@compiled
def group_chances(today: Today, given: n.Numbers, day: int, r: int, g: int) -> None:
    """Chances of one group: outcomes, reception, departure, guardianship."""
    group, single, chance = today.group, today.single, today.chance
    share = group[n.GRANTED_SHARE, g]
    hold = given.ended_hold[day, g]
    if hold >= 0:
        share = given.granted_after.base[day, hold] * given.granted_after.draw[r, hold]
    closed = group[n.CLOSED_SHARE, g]
    grant = min(share * single[n.GRANTED_FACTOR], 1.0 - closed)
    chance[GRANT, g] = grant
    chance[CLOSE, g] = closed / max(1.0 - grant, 1e-12)
    inside = min(group[n.IN_RECEPTION_SHARE, g] * single[n.IN_RECEPTION_FACTOR], 1.0)
    gone = closed * single[n.CLOSED_LEFT]
    chance[IN_RECEPTION, g] = inside
    chance[ONCE_DECIDED, g] = min(inside / max(1.0 - gone, 1e-9), 1.0)
    chance[DEPART, g] = hazard(group[n.DEPARTURE_DAYS, g] * single[n.DEPARTURE_FACTOR])
    chance[GIVE_UP_RATE, g] = -math.expm1(-group[n.LEAVE_RATE, g] * given.year_part[day])
    chance[WARD_SHARE, g] = group[n.UNACCOMPANIED_SHARE, g] * single[n.WARD_FACTOR]
