"""Budget lines: what each costs, and how that compares with the money budgeted for it.

``LINES`` states every line once: tables, workbook, dashboard, memo and documents read it. Costs are
arithmetic on the volumes of ``tables`` and the prices of the scenario; nothing is simulated
here, so other prices or another budget need no new run. Costs are first computed in the price level
of the headline vintage and gross of other income; ``compare_with_budget`` then states them in the
terms of a vintage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, reduce
from operator import add
from typing import Literal, get_args

import numpy as np

from ..clock import Clock, Period, days_in_year, years_of
from ..model.prices import (
    LEVELS,
    Prices,
    beyond_price,
    cost_2024,
    guardianship_price,
    ind_money,
    ind_work_cost,
    price_index,
    reception_cost,
)
from ..model.sampling import Floats, Samples
from ..scenario import CostLevel, LineName, Quantity, Scenario, Vintage
from .tables import BEFORE_START

Timing = Literal["cost", "cash"]
TIMINGS: tuple[Timing, ...] = get_args(Timing)
Basis = Literal["vintage", "nominal"]
BASES: tuple[Basis, ...] = get_args(Basis)

Costs = dict[tuple[CostLevel, str], Floats]


@dataclass(frozen=True)
class Costing:
    """Volumes and prices of a run at one cost level, and the pieces that lines share.

    Arrays are (period, replication); of places and residents (period, replication, place type).
    Periods are years, or the months of whole years, whose costs then add up to those of the years.
    """

    prices: Prices
    level: CostLevel
    periods: tuple[Period, ...]
    volumes: Mapping[str, Floats]
    before_start: Mapping[str, Floats] | None = None
    """Volumes of the days of the first year before the start, which ``volumes`` include."""
    whole_years: Costing | None = None
    """Of months: the same for their years, by which some lines are settled."""
    known: dict[LineName, Floats] = field(default_factory=dict)
    """Costs of lines that are computed already."""

    def line(self, name: LineName) -> Floats:
        """Cost of a line, or the sum of its parts; computed once."""
        if name not in self.known:
            cost = BY_NAME[name].cost
            parts = addends(name)
            self.known[name] = cost(self) if cost else reduce(add, map(self.line, parts))
        return self.known[name]

    @property
    def scenario(self) -> Scenario:
        return self.prices.scenario

    def price(self, number: Quantity) -> Floats:
        """An amount of money of the scenario, in the base price level."""
        return self.prices.price(number)

    @cached_property
    def year_days(self) -> Floats:
        """Days of the year that each period is, or lies in."""
        return np.array([float(days_in_year(period.year)) for period in self.periods])[:, None]

    def of_year(self, number: Callable[[Costing], Floats]) -> Floats:
        """A number of the whole year that each period is, or lies in."""
        if self.whole_years is None:
            return number(self)
        years = [period.year for period in self.whole_years.periods]
        return number(self.whole_years)[[years.index(period.year) for period in self.periods]]

    @cached_property
    def early(self) -> Costing | None:
        """The days of the first year before the start."""
        if self.before_start is None:
            return None
        whole = self.whole_years.early if self.whole_years is not None else None
        return Costing(self.prices, self.level, self.periods, self.before_start, whole_years=whole)

    @cached_property
    def residents(self) -> Floats:
        """People in reception by place type: mean of a year, or person-years of a month."""
        return self.volumes["resident_days"] / self.year_days[:, :, None]

    @cached_property
    def total_residents(self) -> Floats:
        total: Floats = self.residents.sum(axis=2)
        return total

    @cached_property
    def reception(self) -> Floats:
        """Cost of places and the people in them, without opening and closing."""
        places = self.volumes["place_days"] / self.year_days[:, :, None]
        return reception_cost(self.prices, self.level, places, self.residents)

    @cached_property
    def ind_work(self) -> tuple[Floats, Floats]:
        """Cost of asylum (with family) work and of other work at the IND, gross.

        Where means follow the budget all work shrinks by the same factor, other work too.
        """
        rates = self.scenario.ind_cost
        decisions = self.volumes["ind_planned"] / rates.reference_work.single
        family = self.volumes["family_staff"] / rates.reference_family_staff.single
        other = self.volumes["ind_other_days"] / self.year_days
        return ind_work_cost(self.prices, decisions, family, other)

    @cached_property
    def penalties_due(self) -> Floats:
        overdue = self.volumes["overdue_days"] / self.year_days
        return overdue * self.price(self.scenario.ind_cost.penalty)


@dataclass(frozen=True)
class Line:
    """A budget line: what it is called, what it is part of, and what it costs."""

    name: LineName
    label: str
    """In English; the translations hold the Dutch of it."""
    part_of: LineName | None = None
    """The line it is inside; None for the total itself and for what stands outside it."""
    cost: Callable[[Costing], Floats] | None = None
    """Cost by (period, replication) [EUR]; None: the sum of the lines that are part of it.

    Months must add up to their year, so a cost that is not proportional to volumes is laid over
    them by a number of the year (``Costing.of_year``).
    """
    cost_2024: Callable[[Prices, CostLevel], Floats] | None = None
    """Known cost of 2024, part of which is paid in 2025: see ``as_cash``."""
    adds: bool = True
    """False for a part that the other parts of a sum already contain."""


def coa_cost(costing: Costing) -> Floats:
    """Cost of COA: places and residents, people beyond all places, opening and closing places.

    Places on standby have prices of their own.
    """
    ordinary = 1.0 - costing.prices.of_standby.is_standby
    opened: Floats = (costing.volumes["places_opened"] * ordinary).sum(axis=2)
    opening = opened * costing.price(costing.scenario.prices.opening_cost)
    lines = costing.line
    places = costing.reception + lines("beyond_places") + opening + lines("severance")
    return places + standby_cost(costing)


def standby_cost(costing: Costing) -> Floats:
    """Cost of places kept ready, of opening them, and of making them ready again."""
    prices, volumes = costing.prices.of_standby, costing.volumes
    ready = volumes["standby_days"] / costing.year_days[:, :, None] * prices.price
    opened = volumes["places_opened"] * prices.opening_cost
    closed = volumes["places_returned"] * prices.closing_cost
    cost: Floats = (ready + opened + closed).sum(axis=2)
    return cost


def beyond_cost(costing: Costing) -> Floats:
    """Cost of people for whom there is no place.

    Where spending follows the budget they are not received: the answer is people short, not money.
    """
    people = costing.volumes["beyond_days"] / costing.year_days
    cost = people * beyond_price(costing.prices, costing.level)
    return np.zeros_like(cost) if costing.scenario.closing == "constrained" else cost


def severance_cost(costing: Costing) -> Floats:
    """One-off cost of the places that are given up."""
    closed: Floats = costing.volumes["places_closed"].sum(axis=2)
    return closed * costing.price(costing.scenario.prices.severance)


def nidos_cost(costing: Costing) -> Floats:
    """Cost of guardianship of unaccompanied minors."""
    return costing.volumes["ward_days"] / costing.year_days * guardianship_price(costing.prices)


def penalties_paid(costing: Costing) -> Floats:
    """Penalties for late decisions, as far as they are paid.

    Where spending follows the budget, they are paid from what work leaves of the IND's money in
    the year; a month has the part of these that fell due in it.
    """
    if costing.scenario.closing != "constrained":
        return costing.penalties_due
    if costing.whole_years is not None:
        due = costing.of_year(lambda year: year.penalties_due)
        paid = costing.of_year(lambda year: year.line("penalties"))
        return costing.penalties_due * paid / np.where(due > 0, due, 1.0)
    money = np.stack([ind_money(costing.prices, period.year) for period in costing.periods])
    asylum, other = costing.ind_work
    return np.clip(money - asylum - other, 0.0, costing.penalties_due)


def before_start_cost(costing: Costing) -> Floats:
    """Total cost of the days of the first year before the start."""
    if costing.early is None:
        return np.zeros_like(costing.total_residents)
    return costing.early.line("total")


def ukraine_cost(costing: Costing) -> Floats:
    """Places for displaced people from Ukraine x norm a night, day by day."""
    nights = np.array([[_ukraine_nights(costing.prices, period)] for period in costing.periods])
    return nights * np.ones_like(costing.total_residents)


def _ukraine_nights(prices: Prices, period: Period) -> float:
    """Places x norm summed over the nights of a period; computed anew only where one changes."""
    places, norm = prices.scenario.prices.ukraine_places, prices.scenario.prices.ukraine_norm
    total, changes, cost = 0.0, None, 0.0
    for number in range(period.days):
        day = period.first + timedelta(days=number)
        if number == 0 or (changes is not None and day >= changes):
            cost = places.on(day) * float(prices.price(prices.scenario.prices.ukraine_norm, day)[0])
            later = [places.changes_after(day), norm.changes_after(day)]
            changes = min((moment for moment in later if moment is not None), default=None)
        total += cost
    return total


def oda_cost(costing: Costing) -> Floats:
    """Part of the cost of reception that counts as ODA: that of people in their first year.

    Each at the mean cost of a resident in the year.
    """
    first_year = costing.volumes["first_year_days"] / costing.year_days
    share = costing.prices.number(costing.scenario.prices.oda_share)
    reception = costing.of_year(lambda year: year.reception)
    residents = costing.of_year(lambda year: year.total_residents)
    return first_year * share * reception / np.maximum(residents, 1.0)


def _nidos_2024(prices: Prices, _: CostLevel) -> Floats:
    return prices.price(prices.scenario.guardianship.paid_2024)


def _ind_2024(prices: Prices, _: CostLevel) -> Floats:
    rates = prices.scenario.ind_cost
    return prices.price(rates.paid_2024) + prices.price(rates.other_income)


def _penalties_2024(prices: Prices, _: CostLevel) -> Floats:
    return prices.price(prices.scenario.ind_cost.penalties_included)


# Rows of budget.csv come in this order, and parts are added in it, which decides the last digit.
LINES: tuple[Line, ...] = (
    Line("total", "COA, Nidos and IND"),
    Line("coa_nidos", "COA and Nidos", "total"),
    Line("ind", "IND", "total", cost_2024=_ind_2024),
    Line("coa", "COA", "coa_nidos", coa_cost, cost_2024),
    Line("nidos", "Nidos", "coa_nidos", nidos_cost, _nidos_2024),
    Line("severance", "severance of places given up", "coa", severance_cost),
    Line("beyond_places", "unmet demand, priced as hotel places", "coa", beyond_cost),
    Line("ind_asylum", "IND, asylum and family", "ind", lambda c: c.ind_work[0]),
    Line("ind_other", "IND, other work", "ind", lambda c: c.ind_work[1]),
    Line("penalties", "IND, penalties", "ind", penalties_paid, _penalties_2024),
    Line("before_start", "days before the start", "total", before_start_cost, adds=False),
    Line(
        "penalties_owed",
        "penalties owed, not paid",
        cost=lambda c: c.penalties_due - c.line("penalties"),
    ),
    Line(
        "transit",
        "transit locations",
        cost=lambda c: c.volumes["transit_days"] * c.price(c.scenario.prices.transit),
    ),
    Line("ukraine", "displaced people from Ukraine", cost=ukraine_cost),
    Line("oda", "of the cost of COA counts as ODA", cost=oda_cost),
)
"""All budget lines."""
BY_NAME: Mapping[str, Line] = {line.name: line for line in LINES}


def addends(name: str) -> tuple[LineName, ...]:
    """Names of the lines that add up to a line; none if it has a cost of its own."""
    if BY_NAME[name].cost is not None:
        return ()
    return tuple(line.name for line in LINES if line.part_of == name and line.adds)


def is_inside(name: str, whole: str) -> bool:
    """Whether a line is ``whole`` itself or a part of it, at any depth."""
    above = BY_NAME[name].part_of
    return name == whole or (above is not None and is_inside(above, whole))


def outline(part_of: str | None = None, depth: int = 0) -> Iterator[tuple[Line, int]]:
    """Every line with its depth, each followed by its parts; those outside the total come last."""
    for line in LINES:
        if line.part_of == part_of:
            yield line, depth
            yield from outline(line.name, depth + 1)


MAIN_LINES: tuple[LineName, ...] = ("total", *addends("total"))
"""The total and what adds up to it: the lines that every budget has money for."""
OUTSIDE: tuple[LineName, ...] = tuple(
    line.name for line in LINES if not is_inside(line.name, "total")
)
"""Lines beside the total."""


def costs(
    scenario: Scenario, volumes: Mapping[str, Floats], samples: Samples, clock: Clock
) -> Costs:
    """Compute the cost by level and line: (year, replication) [EUR, base price level, gross].

    The year of the start is a whole year: the days before it are counted at day-0 stocks and also
    shown as ``before_start``. A place-year is the mean over the year's days.
    """
    prices = Prices.of(scenario, samples)
    result: Costs = {}
    for level in LEVELS:
        costing = costing_by_year(prices, level, volumes, clock)
        result |= {(level, line.name): costing.line(line.name) for line in LINES}
    return result


def costing_by_year(
    prices: Prices, level: CostLevel, volumes: Mapping[str, Floats], clock: Clock
) -> Costing:
    """Return the volumes of the years of a run, each a whole year, with its prices."""
    early = {}
    for name, values in volumes.items():
        if name.startswith(BEFORE_START):
            padded = np.zeros((len(clock.years), *values.shape))
            padded[0] = values
            early[name.removeprefix(BEFORE_START)] = padded
    whole = {
        name: values + early.get(name, 0.0)
        for name, values in volumes.items()
        if not name.startswith(BEFORE_START)
    }
    return Costing(prices, level, years_of(clock.years), whole, early)


@dataclass(frozen=True)
class Balance:
    """Cost, budget and gap of a line in the terms of a vintage: (..., year, replication) [EUR].

    Budget and gap are NaN in a year for which the vintage has no amount.
    """

    cost: Floats
    budget: Floats
    gap: Floats


def compare_with_budget(
    prices: Prices,
    vintage: Vintage,
    line: str,
    cost: Floats,
    years: tuple[int, ...],
    basis: Basis,
) -> Balance:
    """Compare the cost of a line with the budget of a vintage: the gap is cost - budget.

    ``cost`` is (..., year, replication), such as that at several cost levels. It becomes net or
    gross as the vintage is, and goes to its price level. The nominal basis raises both sides by the
    same yearly rate.
    """
    seen = in_vintage_terms(prices, vintage, line, cost, years, basis)
    amounts = [vintage.amount(line, year) for year in years]
    known = np.array([np.nan if amount is None else amount for amount in amounts])
    factor = np.broadcast_to(nominal_factor(prices, vintage, years, basis), seen.shape)
    budget = known[:, None] * factor
    return Balance(seen, budget, seen - budget)


def in_vintage_terms(
    prices: Prices,
    vintage: Vintage,
    line: str,
    cost: Floats,
    years: tuple[int, ...],
    basis: Basis,
    part: Floats | float = 1.0,
) -> Floats:
    """A line's cost as a vintage states it: net or gross, in its price level or nominal.

    A net vintage states the IND (and the total) less other income, a gross one all of it.
    ``part`` is the part of the year that each cost is of, which has that part of the income.
    """
    index = price_index(prices.scenario, prices.base, vintage.price_level)
    net = is_net(vintage, line)
    income = prices.price(prices.scenario.ind_cost.other_income) if net else np.zeros(1)
    return (cost - income * part) * index * nominal_factor(prices, vintage, years, basis)


def is_net(vintage: Vintage, line: str) -> bool:
    """Whether a vintage states a line less other income: the IND and what contains it."""
    return vintage.ind_basis == "net" and is_inside("ind", line)


def nominal_factor(
    prices: Prices, vintage: Vintage, years: tuple[int, ...], basis: Basis
) -> Floats:
    """Growth of prices from the vintage's level to each year: (year, replication or 1)."""
    if basis == "vintage":
        return np.ones((len(years), 1))
    growth = 1 + prices.number(prices.scenario.budget.indexation)
    return np.stack([growth ** (year - vintage.price_level) for year in years])


def whole_years(clock: Clock) -> tuple[int, ...]:
    """Years that are simulated to their end: only these are compared with a budget."""
    return tuple(year for year in clock.years if date(year, 12, 31) <= clock.until)


def views(scenario: Scenario) -> Iterator[tuple[str, CostLevel, Timing, Basis, str]]:
    """Every combination of vintage, level, timing, basis and line, in table order."""
    for vintage in scenario.budget.vintages:
        for level in LEVELS:
            for timing in TIMINGS:
                for basis in BASES:
                    for line in LINES:
                        yield vintage, level, timing, basis, line.name


def housing_task(scenario: Scenario, half_year: str) -> float:
    """Task of municipalities in a half-year [persons]: its target and the arrears before it."""
    return scenario.housing.targets[half_year].single + scenario.housing.opening_arrears.single


def check_2024(scenario: Scenario) -> dict[str, float]:
    """The check of 2024: its cost at each level, what was paid, and COA's own statement [EUR]."""
    prices = Prices.of(scenario, {})
    levels: dict[str, float] = {level: float(cost_2024(prices, level)[0]) for level in LEVELS}
    return {
        **levels,
        "paid": scenario.prices.paid_2024.single,
        "own_statement": scenario.prices.own_cost_2024.single,
    }
