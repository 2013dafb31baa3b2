"""What rules of a plan are made of: numbers, what they remember, and what is on its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..scenario import DESK_RULES, SERIES, PlanRule, Scenario
from .capacity_desk import cheapest_first, dearest_first, weeks
from .numbers import NEVER
from .sampling import Counts, Floats
from .state import SimState

(
    FILL,
    PEOPLE,
    WITHOUT_PLACE,
    WAITING_FOR_HOME,
    APPLICATIONS,
    PENDING,
    EXPECTED_SHORTAGE,
    EXPECTED_SURPLUS,
) = range(8)
"""Series that rules watch, in the order of ``SERIES``."""
OPEN, CLOSE, DECISIONS, HOMES = range(4)
KINDS = {"open": OPEN, "close": CLOSE, "decisions": DECISIONS, "homes": HOMES}
"""What rules do, by name in a scenario."""
ANY = -1
"""Type of place of a rule that names none."""
PACE_WEEKS = 4
"""Weeks over which the pace of applications is measured."""


OWN = "plan.rules."
"""Start of the path of a rule of the scenario's own; the two of COA's desk have none."""
ACTED = "acted "
"""Start of the tally of the weeks in which such a rule acted; its name follows."""
FIELDS = 13
"""Whole numbers that describe a rule: the first fields of ``Rules``."""


class Rules(NamedTuple):
    """Rules as numbers: (rule,), and (replication, rule) for what may be drawn."""

    series: Counts
    place: Counts
    """Type of place that is watched, or ``ANY``."""
    above: Counts
    """1 if the rule acts above its line, -1 below it."""
    lag: Counts
    for_weeks: Counts
    kind: Counts
    difference: Counts
    """1 if as many places open or close as the series lies beyond the line."""
    target: Counts
    """Type of place that opens or closes, or ``ANY``."""
    lead: Counts
    most: Counts
    pause: Counts
    stay: Counts
    until: Counts
    """Last day on which the rule acts [days]."""
    line: Floats
    amount: Floats
    order_rank: Counts
    """Types (as numbers) in the order in which they are ordered, where a rule names none."""
    notice_rank: Counts
    """Types (as numbers) in the order in which notice is given, where a rule names none."""
    is_standby: Counts
    """(type,): 1 for types whose places are kept ready."""


class Memory(NamedTuple):
    """What rules remember from week to week; of a last axis of weeks the weeks go round."""

    seen: Floats
    """(replication, rule, week): values of the series."""
    held: Counts
    """(replication, rule): weeks in a row that the condition has held."""
    last: Counts
    """(replication, rule): week in which the rule acted last."""
    owed: Floats
    """(replication, rule): places that were decided on and could not be ordered yet."""
    done: Counts
    """(replication, rule): places ordered or closed so far."""
    added: Counts
    """(replication, rule): 1 while the rule adds decisions or homes."""
    effect: Counts
    """(replication, rule, week): what ``added`` comes to after the lead time."""
    staying: Counts
    """(replication, type): open places that may not be closed yet."""
    stay_changes: Counts
    """(replication, type, week): changes of ``staying``."""
    applied: Counts
    """(replication, week): applications since the start."""
    taken: Counts
    """(2, type): places that are ordered and closed in this week so far."""


class Decided(NamedTuple):
    """What rules decide on in a week: (rule, replication, type)."""

    orders: Counts
    closings: Counts


class Queue(NamedTuple):
    """Places that open and end in later weeks: (week, replication, type); weeks go round."""

    ordered: Counts
    noticed: Counts
    is_standby: Counts
    """(type,): 1 for types whose places are kept ready."""


def rules_of(scenario: Scenario) -> dict[str, PlanRule]:
    """Rules by the path of their numbers; those of COA's desk, which have none, come first."""
    plan = scenario.plan
    desk = DESK_RULES if plan is None or plan.desk else {}
    own = {} if plan is None else plan.rules
    return dict(desk) | {f"{OWN}{name}": rule for name, rule in own.items()}


def lay_out(world: SimState, stated: Mapping[str, PlanRule]) -> Rules:
    """Lay out rules as numbers, with the draws of what is uncertain."""
    scenario = world.scenario
    names = list(scenario.reception.places)
    rows = [_row(world, names, rule) for rule in stated.values()]
    table = np.array(rows, dtype=np.int64).reshape(-1, FIELDS).T.copy()
    drawn = np.zeros((2, world.replications, len(rows)))
    for index, (path, rule) in enumerate(stated.items()):
        for key in ("above", "below"):
            if getattr(rule.when, key) is not None:
                drawn[0, :, index] = world.values.at(f"{path}.when.{key}", 0)
        if rule.do.difference is None:
            drawn[1, :, index] = world.values.at(f"{path}.do.{rule.do.kind}", 0)
    standby = [int(place.standby is not None) for place in scenario.reception.places.values()]
    ranks = [cheapest_first(scenario), dearest_first(scenario), standby]
    fields: list[Any] = [*table, *drawn, *(np.array(each, dtype=np.int64) for each in ranks)]
    return Rules(*fields)


def _row(world: SimState, names: list[str], rule: PlanRule) -> tuple[int, ...]:
    when, do = rule.when, rule.do
    until = NEVER if rule.until is None else world.clock.day_of(rule.until)
    return (
        list(SERIES).index(when.series),
        ANY if when.place is None else names.index(when.place),
        -1 if when.below is not None else 1,
        when.lag,
        1 if when.for_weeks is None else weeks(when.for_weeks),
        KINDS[do.kind],
        int(do.difference is not None),
        ANY if do.place is None else names.index(do.place),
        lead_weeks(world.scenario, rule),
        NEVER if rule.most is None else round(rule.most.single),
        1 if rule.pause_weeks is None else weeks(rule.pause_weeks),
        0 if rule.minimum_stay_weeks is None else weeks(rule.minimum_stay_weeks),
        until,
    )


def lead_weeks(scenario: Scenario, rule: PlanRule) -> int:
    """Weeks from decision to effect: the rule's own, else those of what it does."""
    if rule.lead_weeks is not None:
        return weeks(rule.lead_weeks)
    if rule.do.kind in ("decisions", "homes"):
        return 0
    standby = None if rule.do.place is None else scenario.reception.places[rule.do.place].standby
    if standby is not None:
        return weeks(standby.lead_weeks)
    desk = scenario.reception.desk
    return weeks(desk.lead_weeks if rule.do.kind == "open" else desk.notice_weeks)


def new_memory(rules: Rules, replications: int, types: int) -> Memory:
    """Return the memory of rules that have seen nothing yet."""
    shape = replications, rules.series.size
    lag, lead, stay = (int(each.max(initial=0)) + 1 for each in (rules.lag, rules.lead, rules.stay))
    return Memory(
        np.full((*shape, lag), np.nan),
        np.zeros(shape, np.int64),
        np.full(shape, -NEVER, np.int64),
        np.zeros(shape),
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.zeros((*shape, lead), np.int64),
        np.zeros((replications, types), np.int64),
        np.zeros((replications, types, lead + stay), np.int64),
        np.zeros((replications, PACE_WEEKS + 1), np.int64),
        np.zeros((2, types), np.int64),
    )


def new_queue(world: SimState, rules: Rules) -> Queue:
    """Return a queue without any place."""
    desk, types = world.scenario.reception.desk, len(world.scenario.reception.places)
    longest = max(int(rules.lead.max(initial=0)), weeks(desk.lead_weeks), weeks(desk.notice_weeks))
    empty = np.zeros((2, longest + 1, world.replications, types), np.int64)
    return Queue(empty[0], empty[1], rules.is_standby)
