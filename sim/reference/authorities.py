"""Authorities: intake, IND and municipalities, each acting once a step at its hour."""

from __future__ import annotations

import numpy as np

from ..clock import Step, days_in_year
from ..model.books import Books, Today
from ..model.housing import half_year
from ..model.ind_capacity import Means, ind_factor, planned_capacity
from ..model.inflow import first_applications
from ..model.numbers import Added, GroupNumber, Numbers
from ..model.procedure import overdue_cases
from ..model.sampling import Floats
from ..model.state import Actor
from . import pathways as lives
from .population import Person, Population


class UnitRounder:
    """Round a flow to whole people and carry the fraction over to the next step."""

    def __init__(self) -> None:
        self.left = 0.0

    def __call__(self, amount: float) -> int:
        total = amount + self.left
        whole = int(np.floor(total + 1e-9))
        self.left = total - whole
        return whole


def part_of_year(step: Step) -> float:
    """Return the fraction of its calendar year that a step covers."""
    return step.days / days_in_year(step.date.year)


def arrivals(country: Population) -> Actor:
    """Applications of the day by group, resettled people, and other intake (hour 3)."""
    world, chance = country.world, country.chance
    groups = list(world.scenario.groups.values())
    for step, moment in world.steps(hour=3):
        yield world.until(moment)
        year = part_of_year(step)
        country.applied_today = []
        season = world.scenario.inflow.season[step.date.month].single
        path = float(country.path[step.day, 0])
        first = first_applications(world.books, world.numbers, 0, path) * season
        came = 0
        shares = first_shares(country)
        applied = chance.multinomial(chance.poisson(first * year), shares / shares.sum())
        for index, group in enumerate(groups):
            if group.intake == "repeat":
                share = country.of_group("intake_share", index)
                applied[index] = chance.poisson(country.number("inflow.repeat") * share * year)
            for _ in range(applied[index]):
                person = newcomer(country, index, country.env.now)
                country.book(person, "outside", "pending")
                country.env.process(lives.asylum_seeker(country, person))
                country.applied_today.append(index)
                came += 1
        resettled = chance.poisson(country.number("inflow.resettled") * year)
        for _ in range(resettled):
            _status_holder_from_outside(country)
        world.ledger.tally("resettled", resettled)
        total = came + resettled + country.family_came
        country.family_came = 0
        _other_intake(country, country.number("other_intake.share_of_inflow") * total)


def first_shares(country: Population) -> Floats:
    """Share of each group in today's first applications; 0 for groups of repeat applicants.

    The log factor on the weight of a nationality lies on a line between two knots; nationalities
    together keep their share, and a group that does not move keeps its own.
    """
    groups, mix = country.world.scenario.groups.values(), country.mix
    shares = np.array([g.intake_share.single * (g.intake == "first") for g in groups])
    logs = [np.interp(country.day, mix.days, mix.logs[:, 0, group]) for group in range(len(groups))]
    weights = shares * np.exp(logs)
    moving = mix.varies > 0
    if weights[moving].sum() > 0:
        shares[moving] = weights[moving] * shares[moving].sum() / weights[moving].sum()
    result: Floats = shares
    return result


def newcomer(country: Population, group: int, since: float) -> Person:
    """Create an applicant: in reception, elsewhere, or one who leaves before the decision."""
    gone = country.happens(country.gone_share(group))
    here = not gone and country.happens(country.lives_here(group))
    country.here += here
    return country.person(group, since, here=here, gone=gone)


def _other_intake(country: Population, mean: float) -> None:
    share = country.number("other_intake.status_share")
    with_others = country.chance.poisson(mean * (1 - share))
    with_status = country.chance.poisson(mean * share)
    for _ in range(with_others):
        person = country.person(-1, country.env.now)
        country.here += 1
        country.book(person, "outside", "accompanying")
        country.env.process(lives.accompanying_person(country, person))
    for _ in range(with_status):
        _status_holder_from_outside(country)
    country.world.ledger.tally("other_intake", with_others + with_status)


def _status_holder_from_outside(country: Population) -> None:
    person = country.person(-1, country.env.now)
    country.book(person, "outside", "status_holders")
    country.env.process(lives.status_holder(country, person))


def ind(country: Population) -> Actor:
    """Decide the oldest cases of each group, within the IND's capacity (hour 4)."""
    world, ledger = country.world, country.world.ledger
    rests = [UnitRounder() for _ in world.groups]
    came, done = UnitRounder(), UnitRounder()
    capacity = at_start = _planned(country, world.laid_out[0])
    for step, moment in world.steps(hour=4):
        yield world.until(moment)
        year, planned = part_of_year(step), _planned(country, step)
        room = planned * step.days / max(country.number("ind.capacity.ramp_days"), 1e-9)
        capacity = min(planned, capacity + room)
        work = capacity * country.number("ind.capacity.realised") * year
        open_ = [bool(one) for one in world.numbers.group[0, GroupNumber.IS_OPEN]]
        for index, cases in enumerate(_divided(country, work, open_)):
            queue = country.at_ind[index]
            for _ in range(min(rests[index](cases), len(queue))):
                newest = world.scenario.ind.order == "newest_first"
                person = queue.pop() if newest else queue.popleft()
                _tell(person, lives.DECIDED)
        ledger.tally("ind_planned", capacity * year)
        ledger.tally("ind_other_days", ind_factor(*_means(country, step)) * step.days)
        _other_cases(country, year, capacity / max(at_start, 1e-9), came, done)
        if step.ends_month:
            yield country.env.timeout(0)  # who was told today is no longer waiting
            _ages(country, step)


def _planned(country: Population, step: Step) -> float:
    """Return the yearly capacity of the IND [decision equivalents]."""
    means = _means(country, step)
    return planned_capacity(*means) * ind_factor(*means)


def _means(country: Population, step: Step) -> tuple[Books, Numbers, Today, Means, int]:
    """What the IND's capacity is planned from, in the only replication there is."""
    world = country.world
    assert country.means is not None
    country.means.refresh(world, step)
    return world.books, world.numbers, world.today, country.means.arrays, 0


def _divided(country: Population, work: float, open_: list[bool]) -> list[float]:
    """Divide the day's decisions over the groups, by weighted waiting work."""
    groups = range(len(open_))
    weight = [country.of_group("work", g) for g in groups]
    waiting = [len(country.at_ind[g]) * weight[g] * open_[g] for g in groups]
    if country.world.scenario.ind.order != "weights":
        return _by_age(country, work, weight, open_)
    share = [0.0 for _ in groups]
    claims = [country.of_group("queue_weight", g) for g in groups]
    for claim in (*[claims] * len(waiting), [1.0] * len(waiting)):
        left = work - sum(share)
        wanted = [(waiting[g] - share[g]) * claim[g] for g in groups]
        if left <= 1e-9 or sum(wanted) <= 1e-12:
            break
        share = [min(waiting[g], share[g] + left * wanted[g] / sum(wanted)) for g in groups]
    return [share[g] / weight[g] for g in groups]


def _by_age(
    country: Population, work: float, weight: list[float], open_: list[bool]
) -> list[float]:
    """Oldest (or newest) first over all groups, by month of application."""
    newest = country.world.scenario.ind.order == "newest_first"
    people = [p for g, queue in enumerate(country.at_ind) if open_[g] for p in queue]
    people.sort(key=lambda person: -person.since if newest else person.since)
    cases = [0.0 for _ in weight]
    for person in people:
        if work <= 0:
            break
        part = min(1.0, work / weight[person.group])
        cases[person.group] += part
        work -= part * weight[person.group]
    return cases


def _other_cases(
    country: Population, year: float, factor: float, came: UnitRounder, done: UnitRounder
) -> None:
    ledger = country.world.ledger
    new = came(country.number("ind.other_cases.inflow") * year)
    ledger.move(np.array([[new]]), "case_source", "other_cases")
    decided = done(country.number("ind.other_cases.output") * year * factor)
    decided = min(decided, int(ledger.stocks["other_cases"][0, 0]))
    ledger.move(np.array([[decided]]), "other_cases", "case_source")


def _ages(country: Population, step: Step) -> None:
    """Case-days beyond the legal time, and person-days in the first year, at the month's end."""
    world, ledger = country.world, country.world.ledger
    end = step.day + step.days
    days = end - world.clock.month_starts()[step.month]
    middles = ledger.cohort_middles()
    late = overdue_cases(world.books, world.numbers, world.today, middles, 0, end)
    ledger.tally("overdue_days", late * days)
    limit = world.scenario.prices.oda_first_days.single
    young = sum(1 for q in country.at_ind for p in q if p.here and end - p.since < limit)
    ledger.tally("first_year_days", float(young) * days)


def departures(country: Population) -> Actor:
    """Let a yearly share of those waiting for the IND leave, latest arrivals first (hour 6)."""
    for step, moment in country.world.steps(hour=6):
        yield country.world.until(moment)
        for index, queue in enumerate(country.at_ind):
            rate = country.number("ind.leave_rate") * country.factor_of_group("leave_factor", index)
            leave = country.chance.binomial(len(queue), -np.expm1(-rate * part_of_year(step)))
            for _ in range(leave):
                _tell(queue.pop(), lives.GAVE_UP)


def family_desk(country: Population) -> Actor:
    """Book family applications that follow from grants and decide the oldest (hour 7)."""
    world = country.world
    factors = [group.family_factor.single for group in world.scenario.groups.values()]
    applying, deciding = UnitRounder(), UnitRounder()
    for step, moment in world.steps(hour=7):
        yield world.until(moment)
        grants = sum(factors[group] for group in country.grants_today)
        country.grants_today = []
        for _ in range(applying(grants * country.number("family.applications_per_grant"))):
            person = country.person(-1, country.env.now)
            country.book(person, "outside", "family_pending")
            country.env.process(lives.family_member(country, person))
        # Who asks today stands at the end of the queue before the desk looks at it.
        yield country.env.timeout(0)
        staff = country.number("family.staff") * ind_factor(*_means(country, step))
        work = deciding(staff * country.number("family.productivity") * part_of_year(step))
        for _ in range(min(work, len(country.at_family_desk))):
            _tell(country.at_family_desk.popleft(), lives.DECIDED)
        world.ledger.tally("family_staff", staff * part_of_year(step))


def municipalities(country: Population) -> Actor:
    """House people: first those whose transit stay is over, then the longest waiting (hour 8)."""
    world, scenario = country.world, country.world.scenario
    homes_left, target_left = UnitRounder(), UnitRounder()
    waiting_then = len(country.for_home) + int(world.ledger.stocks["transit"][0, 0])
    current, need, days, target = "", 0, 1, 0.0
    for step, moment in world.steps(hour=8):
        yield world.until(moment)
        name = half_year(step.date.year, step.date.month)
        if name != current:
            target = need * 365.25 / 2 / days * country.number("housing.target_factor")
            if name in scenario.housing.targets:
                target = country.number(f"housing.targets.{name}")
            current, need, days = name, 0, 0
        waiting = len(country.for_home) + int(world.ledger.stocks["transit"][0, 0])
        waiting -= country.new_need_today
        need += country.new_need_today
        country.new_need_today = 0
        days += step.days

        supply = country.number("housing.homes")
        if waiting_then:
            supply *= (waiting / waiting_then) ** country.number("housing.response")
        supply += float(world.numbers.added[0, Added.HOMES])
        homes = homes_left(supply * part_of_year(step))
        while homes and country.leaving_transit:
            _tell(country.leaving_transit.popleft(), lives.HOME)
            homes -= 1
        ready = moment - scenario.housing.minimum_stay_days.single
        while homes and country.for_home and country.for_home[0].since <= ready:
            _tell(country.for_home.popleft(), lives.HOME)
            homes -= 1
        yield country.env.timeout(0)
        free = int(country.number("transit.places")) - int(world.ledger.stocks["transit"][0, 0])
        while free > 0 and country.for_home and country.for_home[0].since <= ready:
            _tell(country.for_home.popleft(), lives.TRANSIT)
            free -= 1
        world.ledger.tally("target", target_left(target * part_of_year(step) * 2))


def guardianship(country: Population) -> Actor:
    """Give unaccompanied minors among the day's applicants a guardian (hour 9)."""
    for _, moment in country.world.steps(hour=9):
        yield country.world.until(moment)
        factor = country.number("guardianship.arrival_factor")
        for index in country.applied_today:
            if country.happens(country.of_group("unaccompanied_share", index) * factor):
                child = country.person(-1, country.env.now)
                country.book(child, "ward_source", "wards")
                country.env.process(lives.unaccompanied_minor(country, child))


def _tell(person: Person, news: str) -> None:
    assert person.news is not None
    person.news.succeed(news)
