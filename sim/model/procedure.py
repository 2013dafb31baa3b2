"""The asylum procedure: the backlog at the IND, its decisions, and the courts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .accounts import Account, Tally
from .books import Books, First, Today, cohort_of, month_now, move, move_row, stock_of, tally
from .chances import Chance, Chances, GroupChance, draw_group, draw_single
from .compiled import compiled, entry_of, inlined
from .draws import Draws, Stream, draw, total, whole
from .ind_capacity import Means, ind_factor, ind_means, planned_capacity
from .numbers import GroupNumber, Number, Numbers
from .sampling import Counts, Floats
from .state import Actor, Now, SimState

OLDEST_FIRST, NEWEST_FIRST, BY_WEIGHT = range(3)
ORDERS = {"oldest_first": OLDEST_FIRST, "newest_first": NEWEST_FIRST, "weights": BY_WEIGHT}
"""In which order the IND decides, by ``ind.order`` of a scenario."""


class IndState(NamedTuple):
    """What the IND remembers from step to step, and room to work in."""

    capacity: Floats
    """(replication, 2): capacity now and on day 0 [decision equivalents/year]."""
    fractions: Floats
    """(replication, groups + 2): fractions of decisions, and of other cases come and decided."""
    work: Floats
    """(3, group): work that waits, the part of it that is done, and room for claims."""
    order: int


def ind(world: SimState) -> Actor:
    """Decide asylum cases: capacity goes to open cases, except groups on hold.

    Each decision grants, closes or rejects by the group's shares. A grant in reception becomes a
    status holder there; one that lived elsewhere is settled. A rejection is appealed or final; a
    closed case has left already or awaits departure.
    """
    width, means, rows = len(world.groups), ind_means(world), world.rows(6)
    office = IndState(
        world.fractions(2),
        world.fractions(width + 2),
        np.zeros((3, width)),
        ORDERS[world.scenario.ind.order],
    )
    month_start = np.array(world.clock.month_starts())
    middles = world.ledger.cohort_middles()
    act = entry_of(decide_cases, world.now, means.arrays, office, rows)
    for step, moment in world.steps(hour=4):
        yield world.until(moment)
        means.refresh(world, step)
        act(world.now, means.arrays, office, rows)
        if step.ends_month:
            tally_ages(world.now, middles, int(month_start[step.month]), office.work[0])


@compiled
def decide_cases(
    now: Now,
    means: Means,
    office: IndState,
    decided: Counts,
) -> None:
    """Decide the cases of a step, in each replication; ``decided`` is room for counts by group."""
    books, numbers, chances = now.books, now.numbers, now.chances
    draws, today = now.draws, now.today
    for r in range(numbers.single.shape[0]):
        single = numbers.single[r]
        planned = planned_capacity(books, numbers, today, means, r)
        factor = ind_factor(books, numbers, today, means, r)
        planned *= factor
        if today.day == 0:
            office.capacity[r, :] = planned
        capacity = grown(office.capacity[r, 0], planned, single[Number.RAMP_DAYS], today.days)
        office.capacity[r, 0] = capacity
        choose_cases(
            books, numbers, today, office, r, capacity * single[Number.REALISED] * today.year
        )
        for group in range(numbers.group.shape[2]):
            work = numbers.group[r, GroupNumber.WORK, group]
            cases = whole(office.fractions, r, group, office.work[1, group] / work)
            stock = stock_of(books, r, Account.PENDING, group)
            is_open = numbers.group[r, GroupNumber.IS_OPEN, group] > 0
            decided[0, group] = min(cases, stock) if is_open else 0
        first = First.NEWEST if office.order == NEWEST_FIRST else First.OLDEST
        move_row(books, today, r, Account.PENDING, Account.DECIDED, decided[0], first)
        tally(books, today, r, Tally.IND_PLANNED, capacity * today.year)
        tally(books, today, r, Tally.IND_OTHER_DAYS, factor * today.days)
        book_outcomes(books, chances, today, draws, r, decided)
        pace = capacity / max(office.capacity[r, 1], 1e-9)
        book_other_cases(books, numbers, today, office, r, pace)


@inlined
def grown(capacity: float, planned: float, ramp_days: float, days: int) -> float:
    """Capacity after a step: a cut takes effect at once, growth needs time for training.

    Growth closes the distance to the plan at an even pace set by the plan, so that doubling
    capacity takes the whole ramp.
    """
    return min(planned, capacity + planned * days / max(ramp_days, 1e-9))


@inlined
def choose_cases(
    books: Books, numbers: Numbers, today: Today, office: IndState, r: int, work: float
) -> None:
    """Divide the ``work`` of a step over open cases, into ``office.work[1]``."""
    office.work[1, :] = 0.0
    for group in range(numbers.group.shape[2]):
        is_open = numbers.group[r, GroupNumber.IS_OPEN, group] > 0
        stock = stock_of(books, r, Account.PENDING, group) if is_open else 0
        office.work[0, group] = stock * numbers.group[r, GroupNumber.WORK, group]
    if office.order == BY_WEIGHT:
        by_weight(office.work, numbers.group[r, GroupNumber.QUEUE_WEIGHT], work)
    else:
        newest = office.order == NEWEST_FIRST
        by_age(books, numbers, r, office.work[1], work, month_now(books.ages, today), newest)


@compiled
def by_weight(rows: Floats, weights: Floats, work: float) -> None:
    """Divide work over groups by their claim: waiting work x queue weight.

    What a group can't use goes to the others, in the end by waiting work alone. ``rows[0]`` is the
    work that waits by group; ``rows[1]``, nothing at first, becomes what each group gets of it,
    with fractions; ``rows[2]`` is room for claims.
    """
    waiting, share, claims = rows[0], rows[1], rows[2]
    groups = weights.shape[0]
    for turn in range(groups + 1):
        left = max(work - total(share), 0.0)
        for group in range(groups):
            weight = weights[group] if turn < groups else 1.0
            claims[group] = (waiting[group] - share[group]) * weight
        all_claims = max(total(claims), 1e-12)
        for group in range(groups):
            share[group] = min(waiting[group], share[group] + left * claims[group] / all_claims)
        if left <= 1e-9:
            return


@compiled
def by_age(
    books: Books,
    numbers: Numbers,
    r: int,
    share: Floats,
    work: float,
    this_month: int,
    newest: bool,
) -> None:
    """Divide work over open cases, oldest (or newest) month of entry first over all groups.

    Within the month that capacity reaches last, groups share by their waiting work. ``share``
    (groups,), nothing at first, becomes the work that each group gets, with fractions.
    """
    groups, before = share.shape[0], 0.0
    for number in range(this_month + 1):
        cohort = this_month - number if newest else number
        waiting = 0.0
        for group in range(groups):
            waiting += work_of_cohort(books, numbers, r, group, cohort)
        part = min(max((work - before) / max(waiting, 1e-12), 0.0), 1.0)
        for group in range(groups):
            share[group] += work_of_cohort(books, numbers, r, group, cohort) * part
        before += waiting
        if before >= work:
            return


@inlined
def work_of_cohort(books: Books, numbers: Numbers, r: int, group: int, cohort: int) -> float:
    """Work that waits in the open cases of a group that came in one month; none on hold."""
    if numbers.group[r, GroupNumber.IS_OPEN, group] <= 0:
        return 0.0
    cases = cohort_of(books, r, Account.PENDING, group, cohort)
    return cases * numbers.group[r, GroupNumber.WORK, group]


@inlined
def book_outcomes(
    books: Books, chances: Chances, today: Today, draws: Draws, r: int, rows: Counts
) -> None:
    """Split the decisions of a step over outcomes, and each outcome over where people go.

    ``rows[0]`` are the decisions by group; the other rows are room for counts.
    """
    groups: int = chances.group.shape[2]
    decided, here, settled = rows[0], rows[1], rows[2]
    appealed, refused, gone = rows[3], rows[4], rows[5]
    draw(draws, Stream.IND, today.day, r)
    u = draws.uniforms
    granted_all = rejected_all = closed_all = 0
    for group in range(groups):
        count = decided[group]
        granted = draw_group(chances, r, GroupChance.GRANTED, group, u[group], count)
        at = groups + group
        closed = draw_group(chances, r, GroupChance.CLOSED, group, u[at], count - granted)
        at += groups
        inside = GroupChance.IN_RECEPTION_DECIDED
        here[group] = draw_group(chances, r, inside, group, u[at], granted)
        settled[group] = granted - here[group]
        rejected = count - granted - closed
        at += groups
        appealed[group] = draw_group(chances, r, GroupChance.APPEALED, group, u[at], rejected)
        at += groups
        gone[group] = draw_single(chances, r, Chance.CLOSED_LEFT, u[at], closed)
        refused[group] = rejected - appealed[group] + closed - gone[group]
        granted_all += granted
        rejected_all += rejected
        closed_all += closed
    move_row(books, today, r, Account.DECIDED, Account.STATUS_HOLDERS, here, First.OLDEST)
    move_row(books, today, r, Account.DECIDED, Account.SETTLED, settled, First.OLDEST)
    move_row(books, today, r, Account.DECIDED, Account.IN_APPEAL, appealed, First.OLDEST)
    move_row(books, today, r, Account.DECIDED, Account.REJECTED, refused, First.OLDEST)
    move_row(books, today, r, Account.DECIDED, Account.DEPARTED, gone, First.OLDEST)
    tally(books, today, r, Tally.GRANTED, granted_all)
    tally(books, today, r, Tally.REJECTED, rejected_all)
    tally(books, today, r, Tally.CLOSED, closed_all)


@inlined
def book_other_cases(
    books: Books, numbers: Numbers, today: Today, office: IndState, r: int, pace: float
) -> None:
    """Book and decide other asylum cases, which need no place, at the pace of the IND."""
    single, groups = numbers.single[r], numbers.group.shape[2]
    came = whole(office.fractions, r, groups, single[Number.OTHER_CASES_INFLOW] * today.year)
    move(books, today, r, Account.CASE_SOURCE, Account.OTHER_CASES, came)
    output = single[Number.OTHER_CASES_OUTPUT] * today.year * pace
    done = whole(office.fractions, r, groups + 1, output)
    done = min(done, stock_of(books, r, Account.OTHER_CASES, 0))
    move(books, today, r, Account.OTHER_CASES, Account.CASE_SOURCE, done)


@compiled
def tally_ages(
    now: Now,
    middles: Floats,
    month_start: int,
    young: Floats,
) -> None:
    """Case-days beyond the legal time (groups on hold excepted), and person-days in the first year.

    Ages are looked at once, at the month's end, and stand for the whole month; people count from
    the middle of the month in which they came. These sums price penalties and ODA.
    """
    books, numbers, chances, today = now.books, now.numbers, now.chances, now.today
    end = today.day + today.days
    days = end - month_start
    for r in range(numbers.single.shape[0]):
        late = overdue_cases(books, numbers, today, middles, r, end)
        tally(books, today, r, Tally.OVERDUE_DAYS, late * days)
        for group in range(young.shape[0]):
            people = 0
            for cohort in range(month_now(books.ages, today) + 1):
                if end - middles[cohort] < numbers.single[r, Number.FIRST_YEAR_DAYS]:
                    people += cohort_of(books, r, Account.PENDING, group, cohort)
            young[group] = people * chances.group[r, GroupChance.IN_RECEPTION, group]
        tally(books, today, r, Tally.FIRST_YEAR_DAYS, total(young) * days)


@inlined
def overdue_cases(
    books: Books, numbers: Numbers, today: Today, middles: Floats, r: int, end: int
) -> int:
    """Cases beyond the legal time on the day ``end``, groups on hold excepted.

    ``middles`` are those of the months of entry [days]: (cohort,).
    """
    cases = 0
    for cohort in range(month_now(books.ages, today) + 1):
        if end - middles[cohort] > numbers.single[r, Number.OVERDUE_DAYS]:
            for group in range(numbers.group.shape[2]):
                if numbers.group[r, GroupNumber.IS_OPEN, group] > 0:
                    cases += cohort_of(books, r, Account.PENDING, group, cohort)
    return cases


def courts(world: SimState) -> Actor:
    """Rule on appeals at a constant rate; a success goes back to the IND or is granted at once."""
    return world.each_step(book_rulings, world.rows(4), hour=5)


@compiled
def book_rulings(now: Now, rows: Counts) -> None:
    """Book the rulings of a step, in each replication."""
    books, chances, draws, today = now.books, now.chances, now.draws, now.today
    groups: int = chances.group.shape[2]
    lost, remitted, here, settled = rows[0], rows[1], rows[2], rows[3]
    u = draws.uniforms
    for r in range(chances.group.shape[0]):
        draw(draws, Stream.COURTS, today.day, r)
        for group in range(groups):
            waiting = stock_of(books, r, Account.IN_APPEAL, group)
            ruled = draw_single(chances, r, Chance.RULED, u[group], waiting)
            at = groups + group
            won = draw_single(chances, r, Chance.WON, u[at], ruled)
            at += groups
            remitted[group] = draw_single(chances, r, Chance.REMITTED, u[at], won)
            at += groups
            granted, inside = won - remitted[group], GroupChance.IN_RECEPTION_DECIDED
            here[group] = draw_group(chances, r, inside, group, u[at], granted)
            lost[group], settled[group] = ruled - won, granted - here[group]
        move_row(books, today, r, Account.IN_APPEAL, Account.REJECTED, lost, First.OLDEST)
        move_row(books, today, r, Account.IN_APPEAL, Account.PENDING, remitted, First.OLDEST)
        move_row(books, today, r, Account.IN_APPEAL, Account.STATUS_HOLDERS, here, First.OLDEST)
        move_row(books, today, r, Account.IN_APPEAL, Account.SETTLED, settled, First.OLDEST)
