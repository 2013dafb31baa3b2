"""What the compiled loop is handed: every number of a scenario by day and by replication."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.clock import DAYS_A_WEEK, Clock, days_in_year
from sim.model.housing import half_year
from sim.model.inflow import deviation_path
from sim.model.reception import flexible, weeks
from sim.model.sampling import Floats
from sim.model.spending_limit import MONTHS_A_YEAR, ind_factor, part_to_come
from sim.model.state import SimState
from sim.scenario import Quantity, Scenario

GROUP_KEYS = (
    "intake_share", "granted_share", "closed_share", "work", "queue_weight", "in_reception_share",
    "leave_rate", "appeal_share", "departure_days", "unaccompanied_share",
)  # fmt: skip
(
    INTAKE_SHARE, GRANTED_SHARE, CLOSED_SHARE, WORK, QUEUE_WEIGHT, IN_RECEPTION_SHARE, LEAVE_RATE,
    APPEAL_SHARE, DEPARTURE_DAYS, UNACCOMPANIED_SHARE,
) = range(len(GROUP_KEYS))  # fmt: skip
SINGLES = (
    "inflow.first", "inflow.repeat", "inflow.resettled", "other_intake.share_of_inflow",
    "other_intake.status_share", "other_intake.stay_days", "other_intake.to_status_share",
    "ind.capacity.planned", "ind.capacity.staff", "ind.capacity.productivity",
    "ind.capacity.realised", "ind.capacity.ramp_days", "ind.granted_factor",
    "ind.other_cases.inflow", "ind.other_cases.output", "courts.delay_days",
    "courts.success_share", "courts.remittal_share", "departure.days_factor",
    "departure.supervised_share", "departure.closed_left_share", "family.applications_per_grant",
    "family.staff", "family.productivity", "family.granted_share", "family.arrival_share",
    "family.travel_days", "family.straight_home_share", "housing.homes", "housing.target_factor",
    "transit.places", "transit.stay_days", "reception.desk.planned_fill", "reception.desk.slack",
    "reception.desk.openings_realised", "reception.desk.openings_delay",
    "reception.desk.official_weight", "reception.in_reception_factor", "guardianship.stay_days",
    "guardianship.arrival_factor", "ind.capacity.response", "housing.response",
)  # fmt: skip
(
    FIRST, REPEAT, RESETTLED_YEAR, OTHER_SHARE, OTHER_STATUS, OTHER_STAY, OTHER_TO_STATUS, PLANNED,
    STAFF, PRODUCTIVITY, REALISED, RAMP_DAYS, GRANTED_FACTOR, OTHER_CASES_IN, OTHER_CASES_OUT,
    COURT_DAYS, SUCCESS, REMITTAL, DEPARTURE_FACTOR, SUPERVISED_SHARE, CLOSED_LEFT, PER_GRANT,
    FAMILY_STAFF_FTE, FAMILY_PRODUCTIVITY, FAMILY_GRANTED, FAMILY_ARRIVING, TRAVEL_DAYS,
    STRAIGHT_HOME, HOMES, TARGET_FACTOR, TRANSIT_PLACES, TRANSIT_DAYS, PLANNED_FILL, SLACK,
    OPENINGS_REALISED, OPENINGS_DELAY, OFFICIAL_WEIGHT, IN_RECEPTION_FACTOR, WARD_DAYS, WARD_FACTOR,
    OUTPUT_RESPONSE, HOMES_RESPONSE,
) = range(len(SINGLES))  # fmt: skip
TOTAL = len(SINGLES)
"""The total of inflow, if there is one, comes after the numbers that every scenario has."""
ORDERS = ("weights", "oldest_first", "newest_first")


class Table(NamedTuple):
    """Numbers by day (their value, or 1 if drawn whole) and by replication (the draw, or 1)."""

    base: Floats
    draw: Floats


class Numbers(NamedTuple):
    """A scenario as arrays; days, replications, groups and types are counted from 0."""

    groups: Table
    """(day or replication, key x group)"""
    singles: Table
    order_limits: Table
    levels: Table
    granted_after: Table
    changes: np.ndarray
    """Whether any number differs from that of the day before."""
    year_part: Floats
    month: np.ndarray
    ends_month: np.ndarray
    month_left: Floats
    """(day,): part of the month a year ago that lies within a year of a day"""
    season: Floats
    half: np.ndarray
    targets: Floats
    """(half-year, replication); NaN where there is no official one"""
    open_: np.ndarray
    """(day, group): no hold"""
    ended_hold: np.ndarray
    """(day, group): the hold that ended last, or -1"""
    path: Floats
    ind_factor: Floats
    """(day, replication)"""
    first: np.ndarray
    family_factor: Floats
    total_from: int
    staffed: bool
    answers: bool
    """Whether planned capacity follows the work at hand."""
    order: int
    plan_type: np.ndarray
    plan_opens: np.ndarray
    plan_begins: Floats
    plan_ends: Floats
    plan_places: Table
    ahead: Floats
    """(day, type): change in places planned over a lead time"""
    level_ahead: Floats
    official: Floats
    """(day,): people by the official path a lead time ahead"""
    lead: int
    notice: int
    trend: int
    fixed: np.ndarray
    fill_rank: np.ndarray
    order_rank: np.ndarray
    notice_rank: np.ndarray
    cohort_starts: Floats
    cohort_middles: Floats
    month_starts: np.ndarray
    cohorts_before: int
    overdue_days: float
    first_year: float
    minimum_stay: float


def numbers(world: SimState) -> Numbers:
    """All numbers of a scenario for the days and replications of a world."""
    scenario, clock, ledger = world.scenario, world.clock, world.ledger
    if scenario.closing != "need" or clock.step != "day":
        raise ValueError("the compiled chain knows closing: need, by the day")
    desk, places = scenario.reception.desk, scenario.reception.places
    names, steps = list(places), list(clock.steps())
    halves = [half_year(step.date.year, step.date.month) for step in steps]
    group_paths = [f"groups.{group}.{key}" for key in GROUP_KEYS for group in world.groups]
    total = scenario.inflow.total
    limited = flexible(scenario)
    groups = table(world, group_paths)
    singles = table(world, [*SINGLES, *(("inflow.total",) if total else ())])
    order_limits = table(world, [f"reception.places.{name}.order_limit" for name in limited])
    levels = table(
        world, [f"reception.places.{n}.level" for n in names if places[n].level is not None]
    )
    granted_after = table(
        world, [f"ind.holds.{index}.granted_after" for index in range(len(scenario.ind.holds))]
    )
    year_part = np.array([1.0 / days_in_year(step.date.year) for step in steps])
    ended = ended_holds(world)
    tables = (groups, singles, order_limits, levels, granted_after)
    by_day = np.concatenate([*(t.base for t in tables), year_part[:, None], ended], axis=1)
    plans = plan_list(scenario)
    lead = weeks(desk.lead_weeks)
    ahead_days = np.arange(clock.days) + lead * DAYS_A_WEEK
    path_days = [clock.day_of(moment) for moment, _ in desk.official_path.pairs()]
    official = np.interp(ahead_days, path_days, desk.official_path.numbers())
    by_rank = sorted(range(len(names)), key=lambda i: places[names[i]].fill_rank)
    return Numbers(
        groups=groups,
        singles=singles,
        order_limits=order_limits,
        levels=levels,
        granted_after=granted_after,
        changes=np.concatenate([[True], (by_day[1:] != by_day[:-1]).any(axis=1)]),
        year_part=year_part,
        month=np.array([step.month for step in steps]),
        ends_month=np.array([step.ends_month for step in steps]),
        month_left=np.array(
            [part_to_come(step.date, clock.start, step.month == MONTHS_A_YEAR) for step in steps]
        ),
        season=np.array([scenario.inflow.season[step.date.month].single for step in steps]),
        half=np.cumsum([0, *(a != b for a, b in zip(halves[1:], halves[:-1], strict=True))]),
        targets=targets(world, halves),
        open_=open_groups(world),
        ended_hold=ended,
        path=deviation_path(scenario, clock, ledger.samples, world.replications),
        ind_factor=factors(world),
        first=np.array([group.intake == "first" for group in scenario.groups.values()]),
        family_factor=np.array([g.family_factor.single for g in scenario.groups.values()]),
        total_from=clock.days if total is None else clock.day_of(total.pairs()[0][0]),
        staffed=scenario.ind.capacity.mode == "staff",
        answers=scenario.ind.capacity.mode == "planned",
        order=ORDERS.index(scenario.ind.order),
        plan_type=np.array([plan[0] for plan in plans], dtype=np.int64),
        plan_opens=np.array([plan[1] for plan in plans], dtype=np.bool_),
        plan_begins=np.array([plan[2] for plan in plans], dtype=np.float64),
        plan_ends=np.array([plan[3] for plan in plans], dtype=np.float64),
        plan_places=table(world, [plan[4] for plan in plans]),
        ahead=planned_ahead(world, plans, ahead_days),
        level_ahead=levels_ahead(world, ahead_days),
        official=official * scenario.reception.need_fill.single,
        lead=lead,
        notice=weeks(desk.notice_weeks),
        trend=weeks(desk.trend_weeks),
        fixed=np.array([place.level is not None for place in places.values()]),
        fill_rank=np.array(by_rank),
        order_rank=np.array([names.index(name) for name in limited], dtype=np.int64),
        notice_rank=np.array(dearest_first(scenario), dtype=np.int64),
        cohort_starts=ledger.cohort_starts,
        cohort_middles=world.cohort_middles(0, ledger.cohorts),
        month_starts=np.array(clock.month_starts()),
        cohorts_before=ledger.cohorts_before,
        overdue_days=scenario.ind.overdue_days.single,
        first_year=scenario.prices.oda_first_days.single,
        minimum_stay=scenario.housing.minimum_stay_days.single,
    )


def dearest_first(scenario: Scenario) -> list[int]:
    """Types that the desk may give notice on, the last to be filled first."""
    types = list(scenario.reception.places.values())
    order = sorted(range(len(types)), key=lambda index: -types[index].fill_rank)
    return [index for index in order if types[index].notice]


def table(world: SimState, paths: list[str]) -> Table:
    """The numbers at some paths: (day, number) and (replication, number)."""
    base = np.empty((world.clock.days, len(paths)))
    draw = np.ones((world.replications, len(paths)))
    for index, path in enumerate(paths):
        quantity, sample = world.values.quantity(path), world.ledger.samples.get(path)
        factor = quantity.spread is not None and quantity.spread.kind == "factor"
        base[:, index] = by_date(quantity, world.clock) if factor or sample is None else 1.0
        if sample is not None:
            draw[:, index] = sample
    return Table(base, draw)


def by_date(quantity: Quantity, clock: Clock) -> Floats:
    """A number on each day of a run, without its draw: (day,)."""
    line = np.full(clock.days, quantity.single)
    day = 0
    while isinstance(quantity.value, tuple) and day < clock.days:
        today = clock.date_of(day)
        change = quantity.changes_after(today)
        until = clock.days if change is None else clock.day_of(change)
        line[day:until] = quantity.on(today)
        day = until
    return line


def targets(world: SimState, halves: list[str]) -> Floats:
    """Official targets: (half-year, replication), NaN where there is none."""
    names = list(dict.fromkeys(halves))
    found = np.full((len(names), world.replications), np.nan)
    for index, name in enumerate(names):
        if name in world.scenario.housing.targets:
            one = table(world, [f"housing.targets.{name}"])
            found[index] = one.base[halves.index(name), 0] * one.draw[:, 0]
    return found


def open_groups(world: SimState) -> np.ndarray:
    """Whether a group is decided on a day: (day, group)."""
    open_ = np.ones((world.clock.days, len(world.groups)), dtype=np.bool_)
    for hold in world.scenario.ind.holds:
        begins, ends = world.clock.day_of(hold.begins), world.clock.day_of(hold.ends)
        open_[max(begins, 0) : max(ends, 0), world.groups.index(hold.group)] = False
    return open_


def ended_holds(world: SimState) -> np.ndarray:
    """The hold of a group that ended last by a day, -1 for none: (day, group)."""
    ended = np.full((world.clock.days, len(world.groups)), -1)
    holds = world.scenario.ind.holds
    for index in sorted(range(len(holds)), key=lambda i: (holds[i].ends, i)):
        after = max(world.clock.day_of(holds[index].ends), 0)
        ended[after:, world.groups.index(holds[index].group)] = index
    return ended


def factors(world: SimState) -> Floats:
    """Part of its planned work that the IND has means for: (day, replication)."""
    found = np.empty((world.clock.days, world.replications))
    for year in world.clock.years:
        days = [step.day for step in world.clock.steps() if step.date.year == year]
        found[days[0] : days[-1] + 1] = ind_factor(world, days[0])
    return found


def plan_list(scenario: Scenario) -> list[tuple[int, bool, int, int, str]]:
    """Planned openings and endings: type, whether it opens, first and last day, and its path."""
    clock, plans = Clock(scenario.start, scenario.until), []
    for index, (name, place) in enumerate(scenario.reception.places.items()):
        for kind, some in (("openings", place.openings), ("endings", place.endings)):
            for number, plan in enumerate(some if place.level is None else ()):
                path = f"reception.places.{name}.{kind}.{number}.places"
                begins, ends = clock.day_of(plan.begins), clock.day_of(plan.ends)
                plans.append((index, kind == "openings", begins, ends, path))
    return plans


def planned_ahead(
    world: SimState, plans: list[tuple[int, bool, int, int, str]], ahead: np.ndarray
) -> Floats:
    """Change in planned places until the days ``ahead``, as the desk expects it: (day, type)."""
    desk, places = world.scenario.reception.desk, world.scenario.reception.places
    change = np.zeros((world.clock.days, len(places)))
    for index, opens, begins, ends, path in plans:
        number = world.values.quantity(path).single
        number *= desk.openings_realised.single if opens else -1.0
        late = desk.openings_delay.single if opens else 0.0
        before = min(max(-begins / (ends - begins), 0.0), 1.0)
        now, then = (
            np.maximum(np.clip((days - late - begins) / (ends - begins), 0.0, 1.0) - before, 0.0)
            for days in (np.arange(world.clock.days), ahead)
        )
        change[:, index] += number * (then - now)
    return change


def levels_ahead(world: SimState, ahead: np.ndarray) -> Floats:
    """Change in the fixed levels until the days ``ahead``, without their draws: (day,)."""
    clock = world.clock
    reach = Clock(clock.start, clock.date_of(int(ahead[-1])))
    change = np.zeros(clock.days)
    for place in world.scenario.reception.places.values():
        if place.level is not None:
            line = by_date(place.level, reach)
            change += line[ahead] - line[: clock.days]
    return change
