"""Prices of a scenario, brought to one price level.

Two parts of the program read them: ``results.budget`` computes what a run costs, and
``spending_limit`` what can be paid for when spending follows the budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple, get_args

import numpy as np

from ..scenario import CostLevel, Quantity, Scenario, quantities
from .sampling import Floats, Samples, apply_draw

LEVELS: tuple[CostLevel, ...] = get_args(CostLevel)
MONEY = ("prices.", "ind_cost.", "budget.", "guardianship.paid_2024", "guardianship.mean_2024")
"""How keys of money begin: prices, and the budgets that costs are compared with."""
TIMED_BY_ENGINE = "prices.oda_first_days"
"""A duration among the prices that the simulation counts with."""


class StandbyPrices(NamedTuple):
    """Prices of places on standby: (r or 1, types) [EUR]."""

    is_standby: Floats
    """(types,): 1 for types whose places are kept ready, else 0."""
    price: Floats
    """Of a year of a place kept ready."""
    opening_cost: Floats
    closing_cost: Floats


@dataclass(frozen=True)
class Prices:
    """Numbers of a scenario with their draws, and amounts of money in the base price level.

    A number is given as the attribute of the scenario, ``prices.price(scenario.prices.transit)``,
    so that a misspelt key is a type error. Actors of the model give its path.
    """

    scenario: Scenario
    samples: Samples
    numbers: Mapping[str, Quantity]
    paths: Mapping[int, str]
    """Path of each number by its identity, which the scenario keeps alive."""

    @classmethod
    def of(cls, scenario: Scenario, samples: Samples) -> Prices:
        numbers = dict(quantities(scenario))
        paths = {id(quantity): path for path, quantity in numbers.items()}
        return cls(scenario, samples, numbers, paths)

    @property
    def base(self) -> int:
        """Year whose prices costs are first computed in: that of the headline vintage."""
        return self.scenario.headline.price_level

    def number(self, number: Quantity | str, moment: date | None = None) -> Floats:
        """Value of a number in each replication: (replications,) or (1,)."""
        path = number if isinstance(number, str) else self.paths[id(number)]
        quantity = self.numbers[path]
        value = quantity.single if moment is None else quantity.on(moment)
        return apply_draw(quantity, value, self.samples.get(path))

    def price(self, number: Quantity | str, moment: date | None = None) -> Floats:
        """Value of an amount of money, brought to the base price level."""
        level = (self.numbers[number] if isinstance(number, str) else number).price_level
        return self.number(number, moment) * price_index(self.scenario, level, self.base)

    @cached_property
    def of_full_places(self) -> Floats:
        """Cost of a year of a place with somebody in it, at the headline's level: (r or 1, types).

        Worked out once, since where spending follows the budget every step asks for it.
        """
        level, places = self.scenario.prices.level, self.scenario.reception.places
        columns = [occupied_place_price(self, name, level) for name in places]
        return np.stack(np.broadcast_arrays(*columns), axis=1)

    @cached_property
    def of_standby(self) -> StandbyPrices:
        """Prices of places on standby, by type; 0 for types that have none."""
        standby = [place.standby for place in self.scenario.reception.places.values()]
        columns = [
            [np.zeros(1) if one is None else self.price(getattr(one, key)) for one in standby]
            for key in StandbyPrices._fields[1:]
        ]
        amounts = [np.stack(np.broadcast_arrays(*column), axis=1) for column in columns]
        is_standby = np.array([float(one is not None) for one in standby])
        return StandbyPrices(is_standby, *amounts)


def price_index(scenario: Scenario, from_year: int | None, to_year: int) -> float:
    """Factor that brings prices of one year to those of another; 1 if no level is stated."""
    levels = scenario.budget.price_levels
    if from_year is None or from_year == to_year:
        return 1.0
    return levels[to_year].single / levels[from_year].single


def affects_costs_only(scenario: Scenario, key: str) -> bool:
    """Whether a key only prices what has happened, so that another value needs no new run.

    Not where money decides what happens: never when spending follows the budget, and not for the
    money of the IND when its work does.
    """
    if scenario.closing == "constrained":
        return False
    if scenario.ind.capacity.mode == "follows_budget" and key.startswith(("budget.", "ind_cost.")):
        return False
    of_a_place = key.startswith("reception.places.") and key.split(".")[3:] in (
        ["price"],
        ["resident_price"],
        *(["standby", name] for name in ("price", "opening_cost", "closing_cost")),
    )
    return of_a_place or (key.startswith(MONEY) and key != TIMED_BY_ENGINE)


@dataclass(frozen=True)
class PlacePrice:
    """What a year of one type of place costs: ``fixed`` a place, ``variable`` a resident [EUR].

    ``published`` is the price both parts come from, of a place (or a resident).
    """

    fixed: Floats
    variable: Floats
    published: Floats


def split_fixed_variable(
    price: Floats, fill: float, per: str, empty: Floats, occupied: Floats
) -> PlacePrice:
    """Split a published price into a part a place and a part a resident.

    The parts keep the ratio of an empty bed to what a resident adds (the Court of Audit's 47 and
    70 euro a day), and at the ``fill`` at which it was measured the published price comes back:
    a price ``per`` place is fixed + variable x fill, one per resident fixed / fill + variable.
    Where both beds cost nothing there is no ratio, and all of the price is for the place.
    """
    adds = occupied - empty
    empty = np.where((empty == 0) & (occupied == 0), 1.0, empty)
    weight = empty + adds * fill if per == "place" else empty / fill + adds
    scale = price / weight
    return PlacePrice(fixed=scale * empty, variable=scale * adds, published=price)


def document_price(prices: Prices, name: str) -> Floats:
    """Price of a deployable place of a type, by the document.

    Of a wider type with a mean price (emergency), the price of the rest type follows from the
    mean over the places of day 0, and is the mean if nobody was there. The wider type's own name
    gives the mean.
    """
    types = prices.scenario.reception.places
    rest = prices.scenario.prices.emergency_rest
    wider = types[rest].part_of
    mean = prices.price(prices.scenario.prices.emergency_mean)
    if name == wider:
        return mean
    if name != rest or types[rest].price is not None:
        return _own_price(prices, name)
    people = {n: p.opening_people.single for n, p in types.items() if p.part_of == wider}
    if not people[rest]:
        return mean
    others = [people[n] * _own_price(prices, n) for n in people if n != rest]
    return (mean * sum(people.values()) - sum(others, start=np.zeros(1))) / people[rest]


def _own_price(prices: Prices, name: str) -> Floats:
    """Price that a scenario states for a type of place."""
    stated = prices.scenario.reception.places[name].price
    if stated is None:
        raise ValueError(f"no price is stated for {name}")
    return prices.price(stated)


def place_price(prices: Prices, name: str, level: CostLevel) -> PlacePrice:
    """Price of a type at a cost level; ``paid_2024`` is the document's, scaled elsewhere.

    ``estimated`` is the document's times the factor of the closed years, drawn once per
    replication. At ``coa_price`` types with a price per resident use it; the others keep the
    document's.
    """
    types, stated_in = prices.scenario.reception.places, prices.scenario.prices
    type_ = next(p for n, p in types.items() if name in (n, p.part_of))
    empty, occupied = prices.price(stated_in.empty_bed), prices.price(stated_in.occupied_bed)
    if level == "coa_price" and type_.resident_price is not None:
        price = prices.price(type_.resident_price)
        fill = type_.resident_price.fill or 1.0
        return split_fixed_variable(price, fill, "resident", empty, occupied)
    stated = stated_in.emergency_mean if type_.price is None else type_.price
    price = document_price(prices, name)
    if level == "estimated":
        price = price * prices.number(stated_in.estimated_factor)
    return split_fixed_variable(price, stated.fill or 1.0, "place", empty, occupied)


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
    idle = prices.number(prices.scenario.prices.beyond_places_factor)
    return whole * factor * idle + prices.price(prices.scenario.prices.opening_cost)


def cost_2024(prices: Prices, level: CostLevel) -> Floats:
    """COA's cost of 2024 at a level: the year's mean people by type, at the fill of that year."""
    scenario = prices.scenario
    if level == "paid_2024":
        return prices.price(prices.scenario.prices.paid_2024)
    fill = scenario.prices.fill_2024.single
    total = np.zeros(1)
    for name, people in scenario.prices.mean_people_2024.items():
        price = place_price(prices, name, level)
        total = total + people.single * (price.fixed / fill + price.variable)
    return total


def paid_factor(prices: Prices) -> Floats:
    """What was paid to COA in 2024 over what the document's prices make of that year; 1 of 0."""
    paid, cost = prices.price(prices.scenario.prices.paid_2024), cost_2024(prices, "document")
    return np.where(cost > 0, paid / np.where(cost > 0, cost, 1.0), 1.0)


def occupied_place_price(prices: Prices, name: str, level: CostLevel) -> Floats:
    """Cost of a year of one place with somebody in it: (replications or 1,) [EUR]."""
    price = place_price(prices, name, level)
    factor = paid_factor(prices) if level == "paid_2024" else np.ones(1)
    return (price.fixed + price.variable) * factor


def guardianship_price(prices: Prices) -> Floats:
    """Cost of a year of guardianship of one minor: what Nidos was paid in 2024, by its wards."""
    return prices.price(prices.scenario.guardianship.paid_2024) / prices.number(
        prices.scenario.guardianship.mean_2024
    )


def ind_money(prices: Prices, year: int) -> Floats:
    """Money of the IND in a year by the headline vintage; if net, other income comes on top."""
    net = prices.scenario.headline.ind_basis == "net"
    income = prices.price(prices.scenario.ind_cost.other_income) if net else np.zeros(1)
    return prices.scenario.held("ind", year) + income


def ind_work_prices(prices: Prices) -> tuple[Floats, Floats, Floats]:
    """Cost of a year of all work at the IND that the total of 2025 pays for, without penalties.

    Asylum (family work included) and other work [EUR], and the share of family work in the first.
    """
    work = prices.price(prices.scenario.ind_cost.total_2025) - prices.price(
        prices.scenario.ind_cost.penalties_included
    )
    asylum_share = prices.number(prices.scenario.ind_cost.asylum_share)
    family_share = prices.number(prices.scenario.ind_cost.family_share)
    return work * asylum_share, work * (1 - asylum_share), family_share


def ind_work_cost(
    prices: Prices, decisions: Floats, family: Floats, other: Floats
) -> tuple[Floats, Floats]:
    """Cost of a year of work at the IND, gross and without penalties: asylum, and other [EUR].

    ``decisions``, ``family`` and ``other`` say how much asylum, family and other work is done, as
    parts of what the total of 2025 pays for. Asylum includes family work.
    """
    asylum, rest, family_share = ind_work_prices(prices)
    return asylum * ((1 - family_share) * decisions + family_share * family), rest * other
