"""Spending in hindcasts: what a forecast of people in reception costs, by what was then known.

Spending of COA follows places and prices from the day on which both were published by type (January
2023). Spending on article 37, and that of COA before, follows a power of the people in reception
that is estimated on earlier years alone. Both have an error that grows with the years ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ..model.sampling import Floats, hypercube_column
from .estimates import Response, blended, response, values
from .observations import Knowledge
from .price_level import YEAR_SD
from .reception_types import Split, mean_people, splits
from .scenario import structure

ARTICLE, COST, CASH = "spending_article_37", "spending_coa_cost", "spending_coa_cash"
SPENDING = {
    ARTICLE: "spending|line:article_37",
    COST: "spending|line:coa",
    CASH: "spending|line:coa_cash",
}
"""Series of spending that hindcasts forecast, by the figure that was observed."""
LEVEL_SD = 0.12
"""Prior standard deviation of COA's cost against the prices by type [log points]."""
ONE_YEAR_SD = 0.10
"""Standard error of what one closed year says about that level [log points]."""
FIRST_TYPED = 2021
"""First year of which the people are known by type."""


@dataclass(frozen=True)
class TypePrices:
    """Cost of a year of one person, regular and emergency [EUR of ``year``], as then known."""

    regular: float
    emergency: float
    year: int
    published: date


@cache
def type_prices() -> tuple[TypePrices, ...]:
    """All prices by type of ``sim/data/reception_prices.csv``, in order of publication."""
    with (resources.files("sim") / "data" / "reception_prices.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, comment="#")
    return tuple(
        TypePrices(
            float(row["regular"]),
            float(row["emergency"]),
            int(row["year"]),
            date.fromisoformat(row["published"]),
        )
        for row in table.to_dict("records")
    )


def spending(
    known: Knowledge, people: Floats, years: tuple[int, ...], seed: int
) -> dict[str, Floats]:
    """Forecast spending from people in reception: series -> (year, replication) [EUR].

    ``people`` (year, replication) are means over the year. A series of which no year was known with
    its people is left out.
    """
    found = {}
    for series in SPENDING:
        sample = None
        if series != ARTICLE:
            sample = by_place_and_price(known, series, people, years, seed)
        if sample is None:
            sample = by_power(known, series, people, years, seed)
        if sample is not None:
            found[series] = sample
    return found


def mean_by_year(known: Knowledge) -> dict[int, float]:
    """Mean people in reception of each year known: of the two year ends around it."""
    ends = values(known, "occupancy|total")
    return {year: (ends[year - 1] + ends[year]) / 2 for year in ends if year - 1 in ends}


# -- a power of the people ----------------------------------------------------------------------


def power(known: Knowledge, series: str) -> Response:
    """Return the power of people that spending follows, and its residual, by the years known.

    Between constant and proportional to people; few years leave it near its prior, half way.
    """
    people, spent = mean_by_year(known), values(known, SPENDING[series])
    return response({year - 1: count for year, count in people.items()}, spent)


def yearly_sd(known: Knowledge, series: str, slope: float) -> float:
    """Standard deviation of a year's change of spending at equal people [log points].

    From the years known, and the prior that other rates have.
    """
    people, spent = mean_by_year(known), values(known, SPENDING[series])
    years = np.array(sorted(set(people) & set(spent)))
    logs = np.array([np.log(spent[y]) - slope * np.log(people[y]) for y in years])
    changes = np.diff(logs) / np.sqrt(np.diff(years))
    seen = float(np.mean(changes**2)) if changes.size else 0.0
    return blended(seen, changes.size)


def by_power(
    known: Knowledge, series: str, people: Floats, years: tuple[int, ...], seed: int
) -> Floats | None:
    """Spending of the last year known x (people / people then) to a power, with a random walk."""
    before, spent = mean_by_year(known), values(known, SPENDING[series])
    both = set(before) & set(spent)
    if not both:
        return None
    last, slope = max(both), power(known, series)
    u = hypercube_column(f"hindcast|{series}|power", people.shape[1], seed)
    drawn = np.clip(slope.power + slope.sd * ndtri(u), 0.0, 1.0)
    walk = random_walk(series, years, last, yearly_sd(known, series, slope.power), people, seed)
    sample: Floats = spent[last] * (people / before[last]) ** drawn * np.exp(walk)
    return sample


def random_walk(
    series: str, years: tuple[int, ...], last: int, sd: float, people: Floats, seed: int
) -> Floats:
    """Random walk from the last year known: (year, replication) [log points]."""
    steps, reached = np.zeros_like(people), last
    for row, year in enumerate(years):
        u = hypercube_column(f"hindcast|{series}|{row}", people.shape[1], seed)
        steps[row] = sd * np.sqrt(max(year - reached, 0)) * ndtri(u)
        reached = max(year, reached)
    walk: Floats = np.cumsum(steps, axis=0)
    return walk


# -- places and prices --------------------------------------------------------------------------


def known_types(known: Knowledge) -> tuple[tuple[Split, ...], TypePrices] | None:
    """Return splits of people by type and the latest prices by type that were known, or none."""
    seen = tuple(split for split in splits() if split.published <= known.origin)
    prices = [price for price in type_prices() if price.published <= known.origin]
    if not prices or max(split.day for split in seen).year < FIRST_TYPED:
        return None
    return seen, prices[-1]


def consumer_prices(from_year: int, to_year: int) -> float:
    """Ratio of consumer prices of two years, by the price levels of the baseline."""
    levels = structure().budget.price_levels
    return levels[to_year].single / levels[from_year].single


def cost_of(people: Mapping[str, Floats | float], prices: TypePrices, year: int) -> Floats | float:
    """Cost of people by type at prices by type, in prices of a year [EUR]."""
    dear = people["emergency"] + people["other"]
    total = people["regular"] * prices.regular + dear * prices.emergency
    return total * consumer_prices(prices.year, year)


def level_of(known: Knowledge, series: str) -> tuple[float, float]:
    """Return mean and sd of log(spending / people x prices), by the closed years known."""
    found = known_types(known)
    assert found is not None
    seen, prices = found
    last = max(split.day for split in seen).year
    ratios = [
        np.log(spent / cost_of(mean_people(year, seen), prices, year))
        for year, spent in values(known, SPENDING[series]).items()
        if FIRST_TYPED <= year <= last
    ]
    weights = np.array([LEVEL_SD**-2, *[1 / (YEAR_SD**2 + ONE_YEAR_SD**2)] * len(ratios)])
    mean = float(weights @ np.array([0.0, *ratios]) / weights.sum())
    return mean, float(weights.sum() ** -0.5)


def by_place_and_price(
    known: Knowledge, series: str, people: Floats, years: tuple[int, ...], seed: int
) -> Floats | None:
    """People by type x prices by type as then known, at the level of the closed years known.

    Regular places and those outside COA hold the people of the last split known, emergency places
    take the rest: what is added at short notice is emergency. Prices are those of the last year
    whose consumer prices were known.
    """
    found = known_types(known)
    if found is None:
        return None
    seen, prices = found
    _, _, other = seen[-1].people
    regular = np.minimum(people, seen[-1].people[0])
    outside = np.minimum(people - regular, other)
    split = {"regular": regular, "other": outside, "emergency": people - regular - outside}
    mean, sd = level_of(known, series)
    u = hypercube_column(f"hindcast|{series}|level", people.shape[1], seed)
    priced = known.origin.year - 1
    walk = random_walk(series, years, years[0] - 1, YEAR_SD, people, seed)
    cost: Floats = np.asarray(cost_of(split, prices, priced))
    sample: Floats = cost * np.exp(mean + sd * ndtri(u) + walk)
    return sample
