"""Rules of a plan: once a week they look at what is known and open, close or add.

The capacity desk of COA is a plan of two rules: it orders what it expects to be short, and gives
notice on what it expects to spare. A scenario may add rules of its own (``plan``), or put them in
the desk's place. Rules see the past of their own replication, as late as figures are published.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..clock import DAYS_A_WEEK
from ..scenario import PlanRule
from .accounts import Account
from .books import Books, stock_of
from .capacity_desk import (
    DeskState,
    change_of_levels,
    desk_of,
    expect_change,
    expected_places,
    wanted_places,
    weeks,
)
from .compiled import compiled, entry_of, inlined
from .housing import waiting_for_home
from .numbers import NEVER, Added, Number, Numbers, PlaceNumber
from .plan_state import (
    ACTED,
    ANY,
    APPLICATIONS,
    CLOSE,
    DECISIONS,
    EXPECTED_SHORTAGE,
    FILL,
    OPEN,
    OWN,
    PACE_WEEKS,
    PENDING,
    PEOPLE,
    WAITING_FOR_HOME,
    WITHOUT_PLACE,
    Decided,
    Memory,
    Queue,
    Rules,
    lay_out,
    new_memory,
    new_queue,
    rules_of,
)
from .sampling import Counts
from .spending_limit import PendingClosures, affordable_orders, unaffordable_places
from .state import DAYS_A_YEAR, Actor, Now, SimState


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
        done = memory.done.copy()
        act(world.now, rules, desk, memory, decided, week)
        more, asked = None, memory.done.copy()
        if scenario.closing == "constrained":
            known = PendingClosures(due, ending(queue, week))
            more = pay_for(world, rules, memory, decided, week, known)
        book(world, rules, queue, decided, week, more)
        note(world, stated, memory, done, asked, week)
        week += 1


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


def note(
    world: SimState,
    stated: Mapping[str, PlanRule],
    memory: Memory,
    before: Counts,
    asked: Counts,
    week: int,
) -> None:
    """Tally which of the scenario's own rules act in a week.

    ``before`` are places done until it, ``asked`` with what it asks for, before money has its say.

    A rule on places acts in a week in which it decides to open or close some: not where there is
    nothing to order or to close, nor money for it, and once where it takes weeks to order them. A
    rule on decisions or homes acts in each week in which it has them added, from the decision on:
    they come after its lead time, and stay as much longer.
    """
    own = [(k, path.removeprefix(OWN)) for k, path in enumerate(stated) if path.startswith(OWN)]
    if not own:
        return
    # What is owed alone was decided on where the limit of the week had been reached.
    some = (memory.done != before) | ((memory.owed > 0.0) & (asked == before))
    acts = (some & (memory.last == week)) | (memory.added == 1)
    for k, name in own:
        world.ledger.tally(ACTED + name, acts[:, k])
