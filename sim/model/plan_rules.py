"""Rules of a plan: once a week they look at what is known and open, close or add.

The capacity desk of COA is a plan of two rules: it orders what it expects to be short, and gives
notice on what it expects to spare. A scenario may add rules of its own (``plan``), or put them in
the desk's place. Rules see the past of their own replication, as late as figures are published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..clock import DAYS_A_WEEK
from ..scenario import DESK_RULES, SERIES, PlanRule, Scenario
from .accounts import Account
from .books import Books, stock_of
from .capacity_desk import (
    DeskState,
    change_of_levels,
    cheapest_first,
    dearest_first,
    desk_of,
    expect_change,
    expected_places,
    wanted_places,
    weeks,
)
from .compiled import compiled, entry_of, inlined
from .housing import waiting_for_home
from .numbers import NEVER, Added, Number, Numbers, PlaceNumber
from .sampling import Counts, Floats
from .spending_limit import PendingClosures, affordable_orders, unaffordable_places
from .state import DAYS_A_YEAR, Actor, Now, SimState

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
    return dict(desk) | {f"plan.rules.{name}": rule for name, rule in own.items()}


def plan_rules(world: SimState) -> Actor:
    """Look at the rules of the plan once a week, in their order, and do what they say.

    A rule acts where its series lay beyond its line for so many weeks in a row, as far as figures
    were known, and its pause is over. What it opens opens after its lead time, each type within its
    limit a week, of which rules that stand first have the first part; what can't be ordered in this
    week is ordered in the next ones. What it closes is paid for until its notice has ended. Places
    on standby open from there and return to it. Where spending follows the budget, no more is
    ordered than the money pays for, and notice is given on what the money can't pay for, regular
    places last.
    """
    scenario, n = world.scenario, world.replications
    stated, types = rules_of(scenario), len(scenario.reception.places)
    rules, desk = lay_out(world, stated), desk_of(world)
    memory, queue = new_memory(rules, n, types), new_queue(world, rules)
    decided = Decided(*np.zeros((2, len(stated), n, types), np.int64))
    act = entry_of(decide, world.now, rules, desk, memory, decided, 0)
    next_day = week = 0
    for step, moment in world.steps(hour=11):
        yield world.until(moment)
        if step.day < next_day:
            continue
        due, next_day = next_day, next_day + DAYS_A_WEEK
        arrive(world, queue, week)
        desk.coming[:] = within(queue.ordered, week, desk.lead_weeks)
        desk.change[1] = change_of_levels(world, step.day, desk.lead_weeks)
        memory.applied[:, week % (PACE_WEEKS + 1)] = applications(world, rules)
        act(world.now, rules, desk, memory, decided, week)
        more = None
        if scenario.closing == "constrained":
            known = PendingClosures(due, ending(queue, week))
            more = pay_for(world, rules, memory, decided, week, known)
        book(world, rules, queue, decided, week, more)
        week += 1


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


def applications(world: SimState, rules: Rules) -> Counts:
    """Applications since the start, of all groups: (replications,); 0 if no rule watches them."""
    if APPLICATIONS not in rules.series:
        return np.zeros(world.replications, np.int64)
    flows = world.ledger.flows["outside", "pending"][: world.today.month + 1]
    total: Counts = flows.sum(axis=(0, 2), dtype=np.int64)
    return total


@compiled
def decide(
    now: Now, rules: Rules, desk: DeskState, memory: Memory, decided: Decided, week: int
) -> None:
    """Decide what opens, closes and is added in a week, in each replication."""
    books, numbers, chances, today = now.books, now.numbers, now.chances, now.today
    decided.orders[:] = 0
    decided.closings[:] = 0
    expect_change(desk, today.day)
    for r in range(numbers.single.shape[0]):
        memory.taken[:] = 0
        numbers.added[r, :] = 0.0
        stay_on(memory, r, week)
        wanted = wanted_places(books, numbers, chances, desk, r, week, desk.official[today.day])
        surplus = expected_places(books, desk, r) - wanted
        for k in range(rules.series.shape[0]):
            value = observed(books, numbers, desk, rules, memory, r, k, week, surplus)
            beyond = beyond_line(rules, memory, r, k, week, value)
            in_time = today.day <= rules.until[k]
            acts = in_time and memory.held[r, k] >= rules.for_weeks[k]
            acts = acts and week - memory.last[r, k] >= rules.pause[k]
            if rules.kind[k] == OPEN:
                owed = memory.owed[r, k] if in_time else 0.0
                order_places(books, numbers, rules, memory, decided, r, k, week, acts, beyond, owed)
            elif rules.kind[k] == CLOSE:
                close_places(books, rules, memory, decided, r, k, week, acts, beyond)
            else:
                add(numbers, rules, memory, r, k, week, acts, in_time and beyond > 0.0)


@inlined
def stay_on(memory: Memory, r: int, week: int) -> None:
    """Bring the places that may not be closed yet to a week."""
    at = week % memory.stay_changes.shape[2]
    for index in range(memory.staying.shape[1]):
        memory.staying[r, index] += memory.stay_changes[r, index, at]
        memory.stay_changes[r, index, at] = 0


@inlined
def observed(
    books: Books,
    numbers: Numbers,
    desk: DeskState,
    rules: Rules,
    memory: Memory,
    r: int,
    k: int,
    week: int,
    surplus: float,
) -> float:
    """Value of the series of a rule this morning; not a number where it has none."""
    series, types, value = rules.series[k], rules.is_standby.shape[0], np.nan
    if series == FILL:
        people, places = 0, 0
        for index in range(types):
            if rules.place[k] == ANY or rules.place[k] == index:
                people += stock_of(books, r, Account.BEDS, index)
                places += stock_of(books, r, Account.PLACES_OPEN, index)
                places += stock_of(books, r, Account.PLACES_NOTICE, index)
        if places > 0:
            value = people / places
    elif series == PEOPLE:
        value = desk.past[r, desk.trend_weeks]
    elif series == WITHOUT_PLACE:
        value = float(stock_of(books, r, Account.BEYOND_PLACES, 0))
    elif series == WAITING_FOR_HOME:
        value = float(waiting_for_home(books, r))
    elif series == APPLICATIONS:
        if week >= PACE_WEEKS:
            size = memory.applied.shape[1]
            came = memory.applied[r, week % size] - memory.applied[r, (week + 1) % size]
            value = came / (PACE_WEEKS * DAYS_A_WEEK) * DAYS_A_YEAR
    elif series == PENDING:
        cases = stock_of(books, r, Account.OTHER_CASES, 0)
        for group in range(numbers.group.shape[2]):
            cases += stock_of(books, r, Account.PENDING, group)
        value = float(cases)
    elif series == EXPECTED_SHORTAGE:
        value = max(-surplus, 0.0)
    else:
        places = 0
        for index in range(types):
            places += stock_of(books, r, Account.PLACES_OPEN, index)
        value = max(surplus - numbers.single[r, Number.SLACK] * places, 0.0)
    return value


@inlined
def beyond_line(rules: Rules, memory: Memory, r: int, k: int, week: int, value: float) -> float:
    """How far the latest known figure lies beyond the line of a rule; 0 where it does not.

    Keeps the value of this week, and counts the weeks in a row that figures lay beyond it.
    """
    size = memory.seen.shape[2]
    memory.seen[r, k, week % size] = value
    known = memory.seen[r, k, (week - rules.lag[k]) % size]
    beyond = (known - rules.line[r, k]) * rules.above[k]
    if beyond > 0.0:
        memory.held[r, k] += 1
        return beyond
    memory.held[r, k] = 0
    return 0.0


@inlined
def order_places(
    books: Books,
    numbers: Numbers,
    rules: Rules,
    memory: Memory,
    decided: Decided,
    r: int,
    k: int,
    week: int,
    acts: bool,
    beyond: float,
    owed: float,
) -> None:
    """Order the places of a rule: those it decides on now, and those it still owes.

    What is not there on standby is not owed: it would open whenever places return.
    """
    short = owed
    if rules.difference[k] == 1:
        short = beyond if acts else 0.0
    elif acts and short <= 0.0:
        short = np.rint(rules.amount[r, k])
        memory.last[r, k] = week
    short = min(short, float(rules.most[k] - memory.done[r, k]))
    single = rules.target[k] != ANY
    for turn in range(1 if single else rules.order_rank.shape[0]):
        index = rules.target[k] if single else rules.order_rank[turn]
        room = free_to_order(books, numbers, rules, memory, r, index)
        order = max(min(np.ceil(short), room), 0.0)
        book_order(rules, memory, decided, r, k, index, int(order), week)
        short = max(short - order, 0.0)
        if rules.difference[k] == 1 and order > 0.0:
            memory.last[r, k] = week
    forgets = rules.difference[k] == 1 or (single and rules.is_standby[rules.target[k]] == 1)
    memory.owed[r, k] = 0.0 if forgets else short


@inlined
def free_to_order(
    books: Books, numbers: Numbers, rules: Rules, memory: Memory, r: int, index: int
) -> float:
    """Places of a type that can be ordered this week: on standby, or within the limit a week."""
    if rules.is_standby[index]:
        return float(stock_of(books, r, Account.PLACES_STANDBY, index) - memory.taken[0, index])
    limit = numbers.place[r, PlaceNumber.ORDER_LIMIT, index]
    return float(NEVER) if np.isnan(limit) else np.floor(limit) - memory.taken[0, index]


@inlined
def book_order(
    rules: Rules,
    memory: Memory,
    decided: Decided,
    r: int,
    k: int,
    index: int,
    order: int,
    week: int,
) -> None:
    """Note what a rule orders, and until when it has to stay."""
    decided.orders[k, r, index] = order
    memory.taken[0, index] += order
    memory.done[r, k] += order
    if rules.stay[k] > 0:
        size, opens = memory.stay_changes.shape[2], week + rules.lead[k]
        memory.stay_changes[r, index, opens % size] += order
        memory.stay_changes[r, index, (opens + rules.stay[k]) % size] -= order


@inlined
def close_places(
    books: Books,
    rules: Rules,
    memory: Memory,
    decided: Decided,
    r: int,
    k: int,
    week: int,
    acts: bool,
    beyond: float,
) -> None:
    """Close the places of a rule, as far as there are any that need not stay."""
    if not acts:
        return
    spare = beyond if rules.difference[k] == 1 else np.rint(rules.amount[r, k])
    spare = min(spare, float(rules.most[k] - memory.done[r, k]))
    single = rules.target[k] != ANY
    for turn in range(1 if single else rules.notice_rank.shape[0]):
        index = rules.target[k] if single else rules.notice_rank[turn]
        there = stock_of(books, r, Account.PLACES_OPEN, index)
        there -= memory.staying[r, index] + memory.taken[1, index]
        closing = max(min(np.floor(spare), float(there)), 0.0)
        decided.closings[k, r, index] = int(closing)
        memory.taken[1, index] += int(closing)
        memory.done[r, k] += int(closing)
        spare = max(spare - closing, 0.0)
        if closing > 0.0:
            memory.last[r, k] = week


@inlined
def add(
    numbers: Numbers,
    rules: Rules,
    memory: Memory,
    r: int,
    k: int,
    week: int,
    acts: bool,
    holds: bool,
) -> None:
    """Add decisions or homes while the condition holds, and at least the minimum stay."""
    if memory.added[r, k] == 0:
        if acts:
            memory.added[r, k], memory.last[r, k] = 1, week
    elif not holds and week - memory.last[r, k] >= rules.stay[k]:
        memory.added[r, k], memory.last[r, k] = 0, week
    size = memory.effect.shape[2]
    memory.effect[r, k, (week + rules.lead[k]) % size] = memory.added[r, k]
    if memory.effect[r, k, week % size] == 1:
        which = Added.DECISIONS if rules.kind[k] == DECISIONS else Added.HOMES
        numbers.added[r, which] += rules.amount[r, k]


def new_queue(world: SimState, rules: Rules) -> Queue:
    """Return a queue without any place."""
    desk, types = world.scenario.reception.desk, len(world.scenario.reception.places)
    longest = max(int(rules.lead.max(initial=0)), weeks(desk.lead_weeks), weeks(desk.notice_weeks))
    empty = np.zeros((2, longest + 1, world.replications, types), np.int64)
    return Queue(empty[0], empty[1], rules.is_standby)


def arrive(world: SimState, queue: Queue, week: int) -> None:
    """Open what was ordered for a week, and end what is under notice until then."""
    ledger, at = world.ledger, week % len(queue.ordered)
    opening, ending = queue.ordered[at], queue.noticed[at]
    ledger.move(opening, "places_ordered", "places_open")
    ledger.move(ending * (1 - queue.is_standby), "places_notice", "place_market")
    if queue.is_standby.any():
        ledger.move(ending * queue.is_standby, "places_notice", "places_standby")
    opening[:], ending[:] = 0, 0


def within(coming: Counts, week: int, ahead: int) -> Counts:
    """Places that come within so many weeks: (replication, type)."""
    rows = [(week + later) % len(coming) for later in range(1, min(ahead, len(coming) - 1) + 1)]
    total: Counts = coming[rows].sum(axis=0)
    return total


def ending(queue: Queue, week: int) -> tuple[Counts, ...]:
    """Places under notice by week of closing, next week's first."""
    size = len(queue.noticed)
    return tuple(queue.noticed[(week + later) % size] for later in range(1, size))


def pay_for(
    world: SimState,
    rules: Rules,
    memory: Memory,
    decided: Decided,
    week: int,
    known: PendingClosures,
) -> Counts:
    """Cut orders to what the money pays for; return places to close that it can't pay for.

    Rules that stand first have their orders first; what is cut is not ordered later.
    """
    day, size = world.today.day, memory.stay_changes.shape[2]
    closings, orders = decided.closings.sum(axis=0), decided.orders.sum(axis=0)
    more = np.maximum(unaffordable_places(world, day, known) - closings, 0)
    left = affordable_orders(world, day, orders, known)
    for k, ordered in enumerate(decided.orders):
        cut = np.maximum(ordered - left, 0)
        decided.orders[k] -= cut
        left = left - decided.orders[k]
        memory.done[:, k] -= cut.sum(axis=1)
        if rules.stay[k] > 0:
            opens = week + rules.lead[k]
            memory.stay_changes[:, :, opens % size] -= cut
            memory.stay_changes[:, :, (opens + rules.stay[k]) % size] += cut
    return more


def book(
    world: SimState, rules: Rules, queue: Queue, decided: Decided, week: int, more: Counts | None
) -> None:
    """Book orders and notices, and note when they open and end.

    ``more`` (replication, type) close as well, within the notice of the desk.
    """
    ledger, size = world.ledger, len(queue.ordered)
    for k, lead in enumerate(rules.lead):
        queue.ordered[(week + lead) % size] += decided.orders[k]
        queue.noticed[(week + lead) % size] += decided.closings[k]
    orders, closings = decided.orders.sum(axis=0), decided.closings.sum(axis=0)
    if more is not None:
        queue.noticed[(week + weeks(world.scenario.reception.desk.notice_weeks)) % size] += more
        closings += more
    ledger.move(orders * (1 - queue.is_standby), "place_market", "places_ordered")
    ledger.move(closings, "places_open", "places_notice")
    if queue.is_standby.any():
        ledger.move(orders * queue.is_standby, "places_standby", "places_ordered")
