"""From tables to money: what the people cost, and what the budget holds against it.

Pure arithmetic on the yearly volumes of ``results`` and the prices of the scenario; nothing is
simulated here, so that other prices or another budget need no new run. All costs are first made
in the price level of the headline vintage and gross of other income; a vintage then sees them in
its own price level, and net where its own amounts are net.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np

from ..clock import Clock, days_in_year
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
from ..scenario import CostLevel, Quantity, Scenario, Vintage

Timing = Literal["cost", "cash"]
TIMINGS: tuple[Timing, ...] = get_args(Timing)
Basis = Literal["vintage", "nominal"]
BASES: tuple[Basis, ...] = get_args(Basis)

LINES = (
    "total",
    "coa_nidos",
    "ind",
    "coa",
    "nidos",
    "severance",
    "beyond_places",
    "ind_asylum",
    "ind_other",
    "penalties",
    "before_start",
    "penalties_owed",
    "transit",
    "ukraine",
    "oda",
)
"""``total`` = coa_nidos + ind; the rows down to before_start are memo rows inside it; penalties
owed that no money is left for, transit, ukraine and oda stand outside."""

Costs = dict[tuple[CostLevel, str], Floats]


def costs(
    scenario: Scenario, volumes: Mapping[str, Floats], samples: Samples, clock: Clock
) -> Costs:
    """Cost by level and line: (year, replication) [EUR, base price level, gross].

    The year of the start is a whole year: the days before it are booked at day-0 stocks and also
    shown as ``before_start``. A place-year is the mean over the year's days.
    """
    prices = Prices.of(scenario, samples)
    before = _before_start(volumes, len(clock.years))
    whole = {
        name: values + before.get(name, 0.0)
        for name, values in volumes.items()
        if not name.startswith("before:")
    }
    result: Costs = {}
    for level in LEVELS:
        lines = _year_lines(prices, whole, clock.years, level)
        early = _year_lines(prices, before, clock.years, level)
        lines["before_start"] = early["total"]
        result |= {(level, line): lines[line] for line in LINES}
    return result


def _before_start(volumes: Mapping[str, Floats], years: int) -> dict[str, Floats]:
    """Volumes of the days before the start, in the first year; zero in the others."""
    early = {}
    for name, values in volumes.items():
        if name.startswith("before:"):
            padded = np.zeros((years, *values.shape))
            padded[0] = values
            early[name.removeprefix("before:")] = padded
    return early


def _year_lines(
    prices: Prices, volumes: Mapping[str, Floats], years: tuple[int, ...], level: CostLevel
) -> dict[str, Floats]:
    share = prices.number
    year_days = np.array([float(days_in_year(year)) for year in years])[:, None]
    people = volumes["resident_days"] / year_days[:, :, None]
    places = volumes["place_days"] / year_days[:, :, None]
    beds = reception_cost(prices, level, places, people)

    beyond = volumes["beyond_days"] / year_days * beyond_price(prices, level)
    if prices.scenario.closing == "constrained":
        # Who is beyond all places is not received: the answer is people short, not money.
        beyond = np.zeros_like(beyond)
    opening = volumes["places_opened"].sum(axis=2) * prices.price("prices.opening_cost")
    severance = volumes["places_closed"].sum(axis=2) * prices.price("prices.severance")
    coa = beds + beyond + opening + severance
    nidos = volumes["ward_days"] / year_days * guardianship_price(prices)

    ind = _ind_lines(prices, volumes, years, year_days)
    resident_years = np.maximum(people.sum(axis=2), 1.0)
    first_year = volumes["first_year_days"] / year_days
    return {
        "total": coa + nidos + ind["ind"],
        "coa_nidos": coa + nidos,
        "coa": coa,
        "nidos": nidos,
        "severance": severance,
        "beyond_places": beyond,
        **ind,
        "transit": volumes["transit_days"] * prices.price("prices.transit"),
        "ukraine": _ukraine(prices, years) * np.ones_like(coa),
        "oda": first_year * share("prices.oda_share") * beds / resident_years,
    }


def _ind_lines(
    prices: Prices, volumes: Mapping[str, Floats], years: tuple[int, ...], year_days: Floats
) -> dict[str, Floats]:
    """IND, gross: asylum and family work by its capacity, other work at its 2025 level, penalties.

    Where means follow the budget all its work shrinks by the same factor, other work too. Where
    spending does, penalties are paid from what work leaves of the money; the rest stays owed.
    """
    scenario = prices.scenario
    decisions = volumes["ind_planned"] / scenario.ind_cost.reference_work.single
    family = volumes["family_staff"] / scenario.ind_cost.reference_family_staff.single
    held = volumes["ind_other_days"] / year_days
    asylum, other = ind_work_cost(prices, decisions, family, held)
    due = volumes["overdue_days"] / year_days * prices.price("ind_cost.penalty")
    penalties = due
    if scenario.closing == "constrained":
        money = np.stack([ind_money(prices, year) for year in years])
        penalties = np.clip(money - asylum - other, 0.0, due)
    return {
        "ind": asylum + other + penalties,
        "ind_asylum": asylum,
        "ind_other": other,
        "penalties": penalties,
        "penalties_owed": due - penalties,
    }


def _ukraine(prices: Prices, years: tuple[int, ...]) -> Floats:
    """Places for displaced people from Ukraine x norm a night, day by day: (year, 1)."""
    places, norm = (prices.numbers[f"prices.ukraine_{name}"] for name in ("places", "norm"))
    return np.array([[_nights(prices, places, norm, year)] for year in years])


def _nights(prices: Prices, places: Quantity, norm: Quantity, year: int) -> float:
    """Places x norm summed over the nights of a year; looked up anew only where one changes."""
    total, changes, cost = 0.0, None, 0.0
    for number in range(days_in_year(year)):
        day = date(year, 1, 1) + timedelta(days=number)
        if number == 0 or (changes is not None and day >= changes):
            cost = places.on(day) * float(prices.price("prices.ukraine_norm", day)[0])
            later = [places.changes_after(day), norm.changes_after(day)]
            changes = min((moment for moment in later if moment is not None), default=None)
        total += cost
    return total


def as_cash(prices: Prices, costs_: Costs, timing: Timing) -> Costs:
    """Costs as cost, or as cash: advances follow a year's cost, the rest settles a year later.

    The year before the first is 2024 as known (at each cost level), where the run starts in 2025;
    for lines without a known 2024, and for other starts, the first year stands for it.
    """
    if timing == "cost":
        return costs_
    advance = prices.number("prices.advance_share")
    cash: Costs = {}
    for (level, line), cost in costs_.items():
        last = _cost_before(prices, level, line) if prices.scenario.start.year == 2025 else None
        first = cost[:1] if last is None else np.broadcast_to(last, cost[:1].shape)
        previous = np.concatenate([first, cost[:-1]])
        cash[level, line] = advance * cost + (1 - advance) * previous
    return cash


def _cost_before(prices: Prices, level: CostLevel, line: str) -> Floats | None:
    coa = cost_2024(prices, level)
    nidos = prices.price("guardianship.paid_2024")
    ind = prices.price("ind_cost.paid_2024") + prices.price("ind_cost.other_income")
    known = {
        "coa": coa,
        "nidos": nidos,
        "coa_nidos": coa + nidos,
        "ind": ind,
        "total": coa + nidos + ind,
        "penalties": prices.price("ind_cost.penalties_included"),
    }
    return known.get(line)


def in_vintage_terms(
    prices: Prices,
    vintage: Vintage,
    line: str,
    cost: Floats,
    years: tuple[int, ...],
    basis: Basis,
) -> Floats:
    """A line's cost as a vintage sees it: net or gross, in its price level or nominal: (y, r).

    A net vintage sees the IND (and the total) less other income, a gross one all of it; the two
    are never crossed. The nominal view raises both sides by the same yearly rate.
    """
    index = price_index(prices.scenario, prices.base, vintage.price_level)
    net = vintage.ind_basis == "net" and line in ("ind", "total")
    income = prices.price("ind_cost.other_income") if net else np.zeros(1)
    return (cost - income) * index * nominal_factor(prices, vintage, years, basis)


def nominal_factor(
    prices: Prices, vintage: Vintage, years: tuple[int, ...], basis: Basis
) -> Floats:
    """Growth of prices from the vintage's level to each year: (year, replication or 1)."""
    if basis == "vintage":
        return np.ones((len(years), 1))
    growth = 1 + prices.number("budget.indexation")
    return np.stack([growth ** (year - vintage.price_level) for year in years])


def whole_years(clock: Clock) -> tuple[int, ...]:
    """Years that are simulated to their end: only these are held against a budget."""
    return tuple(year for year in clock.years if date(year, 12, 31) <= clock.until)


def views(scenario: Scenario) -> Iterator[tuple[str, CostLevel, Timing, Basis, str]]:
    """Every combination of vintage, level, timing, basis and line, in table order."""
    for vintage in scenario.budget.vintages:
        for level in LEVELS:
            for timing in TIMINGS:
                for basis in BASES:
                    for line in LINES:
                        yield vintage, level, timing, basis, line


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
