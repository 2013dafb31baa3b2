"""Price level: what COA's closed years cost against the document's prices.

For each year from 2021 to 2024 the cost of that year's people and places, by type, at the
document's prices is compared with what COA says the year cost. The common log ratio (theta) gets a
normal prior between the document's prices and COA's own pair, and is updated by the years and,
once, by the cash of 2022 to 2024 together. A year's own ratio lies around theta with ``YEAR_SD``
(tau).

Consumer prices are taken out beforehand by ``budget.price_levels``, and the shift to emergency
places by costing each type at its own price; neither can therefore pass for a price level. The
ratio is that of COA: Nidos and the IND have prices of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ..model.prices import LEVELS, Prices, cost_2024, paid_factor, place_price, price_index
from ..model.sampling import Floats
from ..scenario import Scenario
from .observations import Knowledge, knowledge
from .reception_types import fill_2022, mean_people

COST, CASH = "spending|line:coa", "spending|line:coa_cash"
COST_SDS = {2021: 0.15, 2022: 0.10, 2023: 0.06, 2024: 0.06}
"""Standard error of each year's log ratio: the stated cost is rounded, the mix early on assumed."""
CASH_YEARS, CASH_SD = (2022, 2023, 2024), 0.05
"""Cash counts once, over these years together: the excess of one year is largely timing."""
YEAR_SD = 0.05
"""tau: how far a year's ratio lies from the common one [log points]."""
PRIOR_SD = 0.12
KNOWN_TO = date(2025, 12, 31)
"""A day by which all figures about periods to the end of 2024 were published."""
PRICED_AS = {"regular": "regular", "emergency": "emergency", "other": "tgo"}
"""Type at whose price people of a wider type are costed; ``emergency`` is the mean of its types."""


@dataclass(frozen=True)
class ClosedYear:
    """What years cost, at the document's prices and in fact [EUR of each year].

    ``name`` is the year, or ``cash`` for the payments of ``CASH_YEARS`` together.
    """

    name: str
    modelled: float
    came: float
    sd: float

    @property
    def ratio(self) -> float:
        """Log of the ratio of the outcome to the cost at the document's prices."""
        return float(np.log(self.came / self.modelled))


@dataclass(frozen=True)
class PriceLevel:
    """Estimate of theta: normal with ``mean`` and ``sd`` [log points]."""

    prior: float
    mean: float
    sd: float

    @property
    def factor(self) -> float:
        """Median factor on the document's prices."""
        return float(np.exp(self.mean))

    @property
    def draw_sd(self) -> float:
        """Standard deviation of theta + tau x epsilon, which a run draws [log points]."""
        return float(np.hypot(self.sd, YEAR_SD))


def has_closed_years(scenario: Scenario) -> bool:
    """Whether a scenario has the types of places, prices and price levels the estimate needs."""
    places = scenario.reception.places
    wider = {place.part_of for place in places.values()}
    types = set(places) | wider
    if not types >= set(PRICED_AS.values()):
        return False
    if not scenario.budget.price_levels.keys() >= set(COST_SDS):
        return False
    prices = Prices.of(scenario, {})
    return all(float(cost_2024(prices, level)[0]) > 0 for level in LEVELS)


def fills(scenario: Scenario) -> dict[int, float]:
    """Fill of places by year: measured in mid-2022 and on day 0, halfway between the two in 2023.

    That of mid-2022 stands for 2021 as well, that of day 0 for 2024.
    """
    then, now = fill_2022(), scenario.prices.fill_2024.single
    return {2021: then, 2022: then, 2023: (then + now) / 2, 2024: now}


def cost_at_document(scenario: Scenario, year: int) -> float:
    """Cost of a year's people and places at the document's prices [EUR of that year]."""
    prices, fill = Prices.of(scenario, {}), fills(scenario)[year]
    total = 0.0
    for name, people in mean_people(year).items():
        price = place_price(prices, PRICED_AS[name], "document")
        total += people * float((price.fixed / fill + price.variable)[0])
    return total * price_index(scenario, prices.base, year)


def closed_years(scenario: Scenario, known: Knowledge | None = None) -> list[ClosedYear]:
    """Ratios of the closed years: COA's own cost of each, and the cash of the last together."""
    figures = known or knowledge(KNOWN_TO)
    years = [
        ClosedYear(
            str(year), cost_at_document(scenario, year), figures.figure(COST, year).value, sd
        )
        for year, sd in COST_SDS.items()
    ]
    paid = sum(figures.figure(CASH, year).value for year in CASH_YEARS)
    cost = sum(cost_at_document(scenario, year) for year in CASH_YEARS)
    return [*years, ClosedYear("cash", cost, paid, CASH_SD)]


def level_ratios(scenario: Scenario) -> dict[str, float]:
    """Log ratio of each published level to the document's, on the people of 2024."""
    prices = Prices.of(scenario, {})
    pair = cost_2024(prices, "coa_price") / cost_2024(prices, "document")
    return {
        "document": 0.0,
        "coa_price": float(np.log(pair)[0]),
        "paid_2024": float(np.log(paid_factor(prices))[0]),
    }


def estimate(
    scenario: Scenario, years: Sequence[ClosedYear] | None = None, prior_sd: float = PRIOR_SD
) -> PriceLevel:
    """Estimate theta from closed years: normal prior times normal likelihoods.

    The prior lies halfway, on the log, between the document's prices and COA's pair.
    """
    seen = closed_years(scenario) if years is None else years
    prior = level_ratios(scenario)["coa_price"] / 2
    weights: Floats = np.array([prior_sd**-2, *(1 / (YEAR_SD**2 + one.sd**2) for one in seen)])
    values: Floats = np.array([prior, *(one.ratio for one in seen)])
    return PriceLevel(prior, float(weights @ values / weights.sum()), float(weights.sum() ** -0.5))


def without_each(scenario: Scenario) -> dict[str, PriceLevel]:
    """Estimate with all closed years, and with each of them left out in turn."""
    years = closed_years(scenario)
    found = {"": estimate(scenario, years)}
    for left_out in years:
        found[left_out.name] = estimate(scenario, [one for one in years if one is not left_out])
    return found


def distances(scenario: Scenario) -> dict[str, float]:
    """How far each published level lies from theta, in its standard deviations (with sign)."""
    found = estimate(scenario)
    return {name: (ratio - found.mean) / found.sd for name, ratio in level_ratios(scenario).items()}


def supported(scenario: Scenario) -> str:
    """Name of the published level that lies nearest to what the closed years say."""
    far = distances(scenario)
    return min(far, key=lambda name: abs(far[name]))
