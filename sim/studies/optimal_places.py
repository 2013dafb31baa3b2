"""How many fixed regular places cost least when nobody knows how many people will come.

A regular place stands there whether it is needed or not; an emergency place costs more but can be
ordered and given up. Too few fixed places cost the dearer bed, too many an empty one: the
news-vendor's question, here asked of the whole model instead of a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.interpolate import CubicSpline

from ..clock import Clock
from ..errors import Problem, ScenarioError
from ..model.prices import Prices, paid_factor, place_price
from ..model.sampling import Floats, sample
from ..results import budget
from ..results.experiment import Experiment, Progress, Settings, Task, run_tasks
from ..scenario import REGULAR, Scenario, override

REFERENCE = 41_000
"""The fixed stock that was planned: source document, ChristenUnie."""
KEY = f"reception.places.{REGULAR}.level"
BECAUSE = "set to see what it costs"
RESAMPLES = 400
FINE_PLACES = 100
"""Places by which the best point is told apart."""


@dataclass(frozen=True)
class Newsvendor:
    """The rule of thumb: as many places as are enough with a chance of under / (under + over).

    ``under`` is what a place too few costs in a year, a filled emergency place in place of a filled
    regular one; ``over`` what an empty regular one costs [EUR/place/year]. ``places`` is the stock
    at which both weigh the same over all months and futures; in the year before it is reached,
    when half the way is gone, a place more in the end is half a place more.
    """

    under: float
    over: float
    chance: float
    places: float


@dataclass(frozen=True)
class Stock:
    """Cost of COA over the horizon against the number of fixed regular places.

    ``costs`` (level, replication) [EUR over ``years``, at the scenario's price level], ``as_is``
    (replication,) of the scenario without a fixed stock. ``best`` and ``best_p90`` are the levels
    of least expected cost and of least 90th percentile, each with its 80 % band (replications
    resampled); ``best_costs`` (replication,) are those of a run at ``best``.
    """

    years: tuple[int, ...]
    reached: int
    levels: Floats
    costs: Floats
    as_is: Floats
    best: float
    best_band: tuple[float, float]
    best_costs: Floats
    best_p90: float
    best_p90_band: tuple[float, float]
    rule: Newsvendor

    def at(self, level: float) -> Floats:
        """Cost of a level that was tried: (replication,)."""
        found: Floats = self.costs[int(np.flatnonzero(self.levels == level)[0])]
        return found


def with_stock(scenario: Scenario, level: float, reached: int) -> Scenario:
    """The scenario with a fixed number of regular places from a year on.

    A year before they are half the way there, as in ``fixed-stock-41000``. Raises
    ``ScenarioError`` if the year does not lie two years or more after the start.
    """
    if reached <= scenario.start.year + 1 or reached > scenario.until.year:
        what = (
            f"a stock reached in {reached}, in a scenario from {scenario.start} to {scenario.until}"
        )
        advice = f"take a year from {scenario.start.year + 2} on"
        raise ScenarioError([Problem("--reached", what, advice)])
    path = {
        scenario.start: opening(scenario),
        date(reached - 1, 1, 1): (opening(scenario) + level) / 2,
        date(reached, 1, 1): level,
    }
    quantity = {"value": path, "unit": "places", "assumption": BECAUSE}
    return override(scenario, {KEY: quantity}, BECAUSE)


def opening(scenario: Scenario) -> float:
    """Regular places on day 0; raises ``ScenarioError`` if the scenario does not state them."""
    stated = scenario.reception.places[REGULAR].opening_places
    if stated is None:
        key = f"reception.places.{REGULAR}.opening_places"
        raise ScenarioError([Problem(key, "is not set", "set how many places there are")])
    return stated.single


@dataclass(frozen=True)
class _Costs:
    """Measure: cost of COA by year, and the regular places that could be filled, by month.

    The latter for the year before the stock is reached, and from then on.
    """

    reached: int

    def __call__(self, trial: Experiment) -> dict[str, Floats]:
        years = np.array([day.year for day in trial.clock.snapshot_dates()])
        could_fill = wanted(trial)
        return {
            "cost": trial.line("cost", "coa"),
            "half_way": could_fill[years == self.reached - 1],
            "reached": could_fill[years >= self.reached],
        }


def wanted(trial: Experiment) -> Floats:
    """Regular places that would be full at the planned fill, by month: (date, replication).

    All people in reception over the fill, less the places of types that neither the desk orders
    nor anything here changes.
    """
    scenario = trial.scenario
    types = scenario.reception.places
    people = trial.monthly["occupancy", "total"]
    fixed = [name for name, place in types.items()
             if place.order_limit is None and name != REGULAR]  # fmt: skip
    other = sum((trial.monthly["places", f"place:{name}"] for name in fixed),
                start=np.zeros_like(people))  # fmt: skip
    fill = scenario.reception.desk.planned_fill.single
    found: Floats = np.maximum(people / fill - other, 0.0)
    return found


def stock(
    scenario: Scenario,
    levels: Sequence[float],
    settings: Settings,
    reached: int = 2027,
    workers: int = 0,
    tell: Progress | None = None,
) -> Stock:
    """Try fixed stocks of regular places on common luck, and find the cheapest.

    The horizon is all whole years of the scenario. Between the levels tried a smooth curve through
    them; the best point itself is then run. Raises ``ScenarioError``.
    """
    tried = np.array(sorted({*levels, float(REFERENCE)}))
    tasks = [Task(with_stock(scenario, level, reached), _Costs(reached)) for level in tried]
    results = list(run_tasks([*tasks, Task(scenario, _Costs(reached))], settings, workers, tell))
    costs = np.stack([result["cost"].sum(axis=0) for result in results])
    by_mean, by_p90 = costs[:-1].mean(axis=1), np.quantile(costs[:-1], 0.9, axis=1)
    best = cheapest(tried, by_mean)
    bands = _bands(tried, costs[:-1])
    (at_best,) = run_tasks([Task(with_stock(scenario, best, reached), _Costs(reached))], settings,
                          workers)  # fmt: skip
    clock = Clock(scenario.start, settings.until or scenario.until, settings.step)
    return Stock(
        budget.whole_years(clock),
        reached,
        tried,
        costs[:-1],
        costs[-1],
        best,
        bands[0],
        at_best["cost"].sum(axis=0),
        cheapest(tried, by_p90),
        bands[1],
        news_vendor(scenario, results[-1]["half_way"], results[-1]["reached"], settings),
    )


def cheapest(levels: Floats, costs: Floats) -> float:
    """Where a smooth curve through costs (level,) is lowest, to a hundred places."""
    fine = np.arange(levels[0], levels[-1] + FINE_PLACES / 2, FINE_PLACES)
    return float(fine[int(np.argmin(CubicSpline(levels, costs)(fine)))])


def _bands(levels: Floats, costs: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """80 % bands of the cheapest level by mean and by 90th percentile, replications resampled."""
    n = costs.shape[1]
    chosen = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    drawn = [costs[:, rows] for rows in chosen]
    found = np.array([
        [cheapest(levels, each.mean(axis=1)), cheapest(levels, np.quantile(each, 0.9, axis=1))]
        for each in drawn
    ])  # fmt: skip
    low, high = np.quantile(found, (0.1, 0.9), axis=0)
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


def news_vendor(
    scenario: Scenario, half_way: Floats, reached: Floats, settings: Settings
) -> Newsvendor:
    """The rule of thumb from prices alone: parameters at their mean over replications.

    ``half_way`` and ``reached`` (date, replication): places that could be filled, in the year
    before the stock is reached and from then on. The emergency place is the ordinary one, at the
    scenario's price level and the planned fill.
    """
    until = settings.until or scenario.until
    samples = sample(scenario, settings.replications, settings.seed, settings.vary, until)
    prices, level = Prices.of(scenario, samples), scenario.prices.level
    factor = paid_factor(prices) if level == "paid_2024" else np.ones(1)
    fill = scenario.reception.desk.planned_fill.single
    regular = place_price(prices, REGULAR, level)
    emergency = place_price(prices, scenario.prices.emergency_rest, level)
    under = emergency.fixed - regular.fixed + fill * (emergency.variable - regular.variable)
    few, many = float((under * factor).mean()), float((regular.fixed * factor).mean())
    chance = min(max(few / (few + many), 0.0), 1.0)
    # Each month asks for one place more up to the level at which its stock is that large.
    asked = np.concatenate([reached.ravel(), 2 * half_way.ravel() - opening(scenario)])
    weights = np.repeat([1.0, 0.5], [reached.size, half_way.size])
    order = np.argsort(asked)
    share = np.cumsum(weights[order]) / weights.sum()
    at = min(int(np.searchsorted(share, chance)), asked.size - 1)
    return Newsvendor(few, many, chance, float(asked[order][at]))
