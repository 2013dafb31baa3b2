"""From tables to money: what the people cost, and what the budget holds against it.

Pure arithmetic on the yearly volumes of ``results`` and the prices of the scenario; nothing is
simulated here, so that other prices or another budget need no new run. All costs are first made
in the price level of the headline vintage and gross of other income; a vintage then sees them in
its own price level, and net where its own amounts are net.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np

from .clock import Clock, days_in_year
from .draws import Floats, Samples, drawn
from .scenario import CostLevel, Quantity, Scenario, Vintage, quantities

LEVELS: tuple[CostLevel, ...] = get_args(CostLevel)
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
    "transit",
    "ukraine",
    "oda",
)
"""``total`` = coa_nidos + ind; the rows down to before_start are memo rows inside it; transit,
ukraine and oda stand outside."""

Costs = dict[tuple[CostLevel, str], Floats]


@dataclass(frozen=True)
class Prices:
    """Numbers of a scenario with their draws: ``price(path)`` in the base price level."""

    scenario: Scenario
    samples: Samples
    numbers: Mapping[str, Quantity]

    @classmethod
    def of(cls, scenario: Scenario, samples: Samples) -> Prices:
        return cls(scenario, samples, dict(quantities(scenario)))

    @property
    def base(self) -> int:
        budget = self.scenario.budget
        return budget.vintages[budget.headline].price_level

    def number(self, path: str, moment: date | None = None) -> Floats:
        """The number at ``path`` in each replication: (replications,) or (1,)."""
        quantity = self.numbers[path]
        value = quantity.single if moment is None else quantity.on(moment)
        return drawn(quantity, value, self.samples.get(path))

    def price(self, path: str, moment: date | None = None) -> Floats:
        """An amount of money at ``path``, brought to the base price level."""
        level = self.numbers[path].price_level
        return self.number(path, moment) * price_index(self.scenario, level, self.base)


def price_index(scenario: Scenario, from_year: int | None, to_year: int) -> float:
    """Factor that brings prices of one year to those of another; 1 if no level is stated."""
    levels = scenario.budget.price_levels
    if from_year is None or from_year == to_year:
        return 1.0
    return levels[to_year].single / levels[from_year].single


@dataclass(frozen=True)
class PlacePrice:
    """What a year of one type of place costs: ``fixed`` a place, ``variable`` a resident [EUR].

    ``published`` is the price both parts come from, of a place (or a resident).
    """

    fixed: Floats
    variable: Floats
    published: Floats


def split_price(
    price: Floats, fill: float, per: str, empty: Floats, occupied: Floats
) -> PlacePrice:
    """Split a published price into a part a place and a part a resident.

    The parts keep the ratio of an empty bed to what a resident adds (the Court of Audit's 47 and
    70 euro a day), and at the ``fill`` at which it was measured the published price comes back:
    a price ``per`` place is fixed + variable x fill, one per resident fixed / fill + variable.
    """
    adds = occupied - empty
    weight = empty + adds * fill if per == "place" else empty / fill + adds
    scale = price / weight
    return PlacePrice(fixed=scale * empty, variable=scale * adds, published=price)


def document_price(prices: Prices, name: str) -> Floats:
    """Price of a deployable place of a type, by the document.

    Of a wider type with a mean price (emergency), the price of the rest type follows from the
    mean over the places of day 0. The wider type's own name gives the mean.
    """
    types = prices.scenario.reception.places
    rest = prices.scenario.prices.emergency_rest
    wider = types[rest].part_of
    mean = prices.price("prices.emergency_mean")
    if name == wider:
        return mean
    if name != rest or types[rest].price is not None:
        return prices.price(f"reception.places.{name}.price")
    people = {n: p.opening_people.single for n, p in types.items() if p.part_of == wider}
    others = [people[n] * prices.price(f"reception.places.{n}.price") for n in people if n != rest]
    return (mean * sum(people.values()) - sum(others, start=np.zeros(1))) / people[rest]


def place_price(prices: Prices, name: str, level: CostLevel) -> PlacePrice:
    """Price of a type at a cost level; ``paid_2024`` is the document's, scaled elsewhere.

    At ``coa_price`` types with a price per resident use it; the others keep the document's.
    """
    types = prices.scenario.reception.places
    members = [n for n, p in types.items() if n == name or p.part_of == name]
    type_ = types[members[0]]
    empty, occupied = prices.price("prices.empty_bed"), prices.price("prices.occupied_bed")
    factor = prices.number("prices.factor")
    if level == "coa_price" and type_.resident_price is not None:
        path = f"reception.places.{members[0]}.resident_price"
        fill = type_.resident_price.fill or 1.0
        return split_price(prices.price(path) * factor, fill, "resident", empty, occupied)
    stated = prices.scenario.prices.emergency_mean if type_.price is None else type_.price
    price = document_price(prices, name) * factor
    return split_price(price, stated.fill or 1.0, "place", empty, occupied)


def reception_cost(prices: Prices, level: CostLevel, places: Floats, residents: Floats) -> Floats:
    """Cost of a year of places: fixed x places + variable x residents, over all types.

    ``places`` and ``residents`` (..., replication, type) are means over the year's days.
    """
    total = np.zeros(places.shape[:-1])
    for index, name in enumerate(prices.scenario.reception.places):
        price = place_price(prices, name, level)
        total += price.fixed * places[..., index] + price.variable * residents[..., index]
    return total * paid_factor(prices) if level == "paid_2024" else total


def beyond_price(prices: Prices, level: CostLevel) -> Floats:
    """Cost of a year of one person for whom there is no place: (replications,).

    What the next flexible place would cost: since the cheaper types are at their limit by then,
    that of ``beyond_places_as``, at the desk's planned fill and with the time it would be paid and
    stand empty, so that a limit on ordering saves no money.
    """
    price = place_price(prices, prices.scenario.prices.beyond_places_as, level)
    fill = prices.scenario.reception.desk.planned_fill.single
    whole = price.fixed / fill + price.variable
    factor = paid_factor(prices) if level == "paid_2024" else 1.0
    idle = prices.number("prices.beyond_places_factor")
    return whole * factor * idle + prices.price("prices.opening_cost")


def cost_2024(prices: Prices, level: CostLevel) -> Floats:
    """COA's cost of 2024 at a level: the year's mean people by type, at the fill of that year."""
    scenario = prices.scenario
    if level == "paid_2024":
        return prices.price("prices.paid_2024")
    fill = scenario.prices.fill_2024.single
    total = np.zeros(1)
    for name, people in scenario.prices.mean_people_2024.items():
        price = place_price(prices, name, level)
        total = total + people.single * (price.fixed / fill + price.variable)
    return total


def paid_factor(prices: Prices) -> Floats:
    """What was paid to COA in 2024 over what the document's prices make of that year."""
    return prices.price("prices.paid_2024") / cost_2024(prices, "document")


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
    opening = volumes["places_opened"].sum(axis=2) * prices.price("prices.opening_cost")
    severance = volumes["places_closed"].sum(axis=2) * prices.price("prices.severance")
    coa = beds + beyond + opening + severance
    ward_price = prices.price("guardianship.paid_2024") / share("guardianship.mean_2024")
    nidos = volumes["ward_days"] / year_days * ward_price

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

    When capacity follows the budget, all its work shrinks by the same factor.
    """
    scenario, share = prices.scenario, prices.number
    work = prices.price("ind_cost.total_2025") - prices.price("ind_cost.penalties_included")
    asylum_part, family_part = share("ind_cost.asylum_share"), share("ind_cost.family_share")
    decisions = volumes["ind_planned"] / scenario.ind_cost.reference_work.single
    family = volumes["family_staff"] / scenario.ind_cost.reference_family_staff.single
    asylum = work * asylum_part * ((1 - family_part) * decisions + family_part * family)
    held = volumes["days"] / year_days
    if scenario.ind.capacity.mode == "follows_budget":
        held = held * np.array([[scenario.ind_budget_factor(year)] for year in years])
    other = work * (1 - asylum_part) * held
    penalties = volumes["overdue_days"] / year_days * prices.price("ind_cost.penalty")
    return {
        "ind": asylum + other + penalties,
        "ind_asylum": asylum,
        "ind_other": other,
        "penalties": penalties,
    }


def _ukraine(prices: Prices, years: tuple[int, ...]) -> Floats:
    """Places for displaced people from Ukraine x norm a night, day by day: (year, 1)."""
    totals = []
    places = prices.numbers["prices.ukraine_places"]
    for year in years:
        days = [date(year, 1, 1) + timedelta(days=d) for d in range(days_in_year(year))]
        nights = [places.on(day) * prices.price("prices.ukraine_norm", day)[0] for day in days]
        totals.append([sum(nights)])
    return np.array(totals)


def timed(prices: Prices, costs_: Costs, timing: Timing) -> Costs:
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


def seen_by(
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


def budgeted(vintage: Vintage, line: str, year: int) -> float | None:
    """Amount a vintage holds for a line in a year [EUR]; None where it has none.

    ``total`` is coa_nidos + ind, if both are there. An amount stands for its own year only.
    """
    if line == "total":
        parts = [budgeted(vintage, part, year) for part in ("coa_nidos", "ind")]
        return None if None in parts else sum(part for part in parts if part is not None)
    quantity = vintage.lines.get(line)
    if quantity is None:
        return None
    return {moment.year: amount for moment, amount in quantity.pairs()}.get(year)


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
