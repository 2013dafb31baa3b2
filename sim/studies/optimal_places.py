"""Optimal places: how many fixed regular places cost least when the future is uncertain?

A regular place is there whether it is needed or not; an emergency place costs more but can be
ordered and given up. With too few fixed places people sleep in dearer beds, with too many beds are
empty: the newsvendor problem, here solved with the whole model instead of a formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table
from scipy.interpolate import CubicSpline

from ..clock import Clock
from ..errors import Message, usage_error
from ..model.prices import Prices, paid_factor, place_price
from ..model.sampling import Floats, sample
from ..report.i18n import Language, billion, number, probability, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..results import budget
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings
from ..results.tasks import Task, run_tasks
from ..runs.study_folder import StudyContent
from ..scenario import REGULAR, Scenario, override
from . import optimal_places_chart as chart
from .base import Implementation, Inputs, StudyChart, Value, content_of, settings_of
from .options import OptimalPlacesOptions

PLANNED = OptimalPlacesOptions.PLANNED
KEY = f"reception.places.{REGULAR}.level"
BECAUSE = "set to see what it costs"
RESAMPLES = 400
FINE_PLACES = 100
"""Spacing at which the cheapest number of places is searched [places]."""
Row = dict[Any, Any]


@dataclass(frozen=True)
class Newsvendor:
    """Rule of thumb: enough places with probability under / (under + over).

    ``under`` is what a place too few costs in a year, a filled emergency place instead of a filled
    regular one; ``over`` what an empty regular one costs [EUR/place/year]. ``places`` is the number
    at which both weigh the same over all months and futures; in the year before it is reached,
    halfway there, one more place in the end is half a place more.
    """

    under: float
    over: float
    chance: float
    places: float


@dataclass(frozen=True)
class PlaceCosts:
    """Cost of COA over the horizon against the number of fixed regular places.

    ``costs`` (level, replication) [EUR over ``years``, at the scenario's price level], ``as_is``
    (replication,) of the scenario without fixed places. ``best`` and ``best_p90`` are the numbers
    of least expected cost and of least 90th percentile, each with its 80% interval (replications
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
        """Return the cost at a number of places that was tried: (replication,)."""
        result: Floats = self.costs[int(np.flatnonzero(self.levels == level)[0])]
        return result


def run(options: OptimalPlacesOptions, inputs: Inputs) -> StudyContent:
    """Try a range of fixed numbers of places and return the tables; raises ``ScenarioError``."""
    settings, levels = settings_of(options), options.levels
    with inputs.watch("optimal-places", settings.replications * (len(levels) + 2)) as progress:
        result = search(
            inputs.scenario, levels, settings, options.reached, inputs.workers, progress
        )
    tables = {"stock": cost_table(result), "best": best_table(result)}
    return content_of("stock", options, inputs, settings, tables)


def search(
    scenario: Scenario,
    levels: Sequence[float],
    settings: Settings,
    reached: int = 2027,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> PlaceCosts:
    """Try fixed numbers of regular places on common random numbers, and find the cheapest.

    The horizon is all whole years of the scenario. A smooth curve is drawn through the numbers
    tried; its lowest point is then simulated. Raises ``ScenarioError``.
    """
    measure = _Costs(reached)
    tried = np.array(sorted({*levels, float(PLANNED)}))
    tasks = [Task(with_places(scenario, level, reached), measure) for level in tried]
    results = list(run_tasks([*tasks, Task(scenario, measure)], settings, workers, progress))
    costs = np.stack([result["cost"].sum(axis=0) for result in results])
    by_mean, by_p90 = costs[:-1].mean(axis=1), np.quantile(costs[:-1], 0.9, axis=1)
    best = cheapest(tried, by_mean)
    bands = _bands(tried, costs[:-1])
    final = Task(with_places(scenario, best, reached), measure)
    (at_best,) = run_tasks([final], settings, workers)
    clock = Clock(scenario.start, settings.until or scenario.until, settings.step)
    return PlaceCosts(
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
        newsvendor(scenario, results[-1]["half_way"], results[-1]["reached"], settings),
    )


def with_places(scenario: Scenario, level: float, reached: int) -> Scenario:
    """Return the scenario with a fixed number of regular places from a year on.

    A year earlier they are halfway there, as in ``fixed-stock-41000``. Raises ``ScenarioError`` if
    the year is not at least two years after the start.
    """
    if reached <= scenario.start.year + 1 or reached > scenario.until.year:
        what = Message(
            "fixed places from {reached}, in a scenario from {start} to {until}",
            reached=reached,
            start=scenario.start,
            until=scenario.until,
        )
        usage_error(
            "--reached", what, Message("take a year from {year} on", year=scenario.start.year + 2)
        )
    path = {
        scenario.start: opening(scenario),
        date(reached - 1, 1, 1): (opening(scenario) + level) / 2,
        date(reached, 1, 1): level,
    }
    quantity = {"value": path, "unit": "places", "assumption": BECAUSE}
    return override(scenario, {KEY: quantity}, BECAUSE)


def opening(scenario: Scenario) -> float:
    """Return the regular places on day 0; raises ``ScenarioError`` if they are not stated."""
    stated = scenario.reception.places[REGULAR].opening_places
    if stated is None:
        key = f"reception.places.{REGULAR}.opening_places"
        usage_error(key, "is not set", "set how many places there are")
    return stated.single


@dataclass(frozen=True)
class _Costs:
    """Measure: cost of COA by year, and the regular places that could be filled, by month.

    The latter for the year before the fixed number is reached, and from then on.
    """

    reached: int

    def __call__(self, experiment: Experiment) -> dict[str, Floats]:
        years = np.array([day.year for day in experiment.clock.snapshot_dates()])
        could_fill = wanted(experiment)
        return {
            "cost": experiment.line("cost", "coa"),
            "half_way": could_fill[years == self.reached - 1],
            "reached": could_fill[years >= self.reached],
        }


def wanted(experiment: Experiment) -> Floats:
    """Return regular places that would be full at the planned fill, by month: (date, replication).

    All people in reception over the fill, less the places of types that are not ordered and that
    nothing here changes.
    """
    scenario = experiment.scenario
    types = scenario.reception.places
    people = experiment.monthly["occupancy", "total"]
    fixed = [name for name, place in types.items() if place.order_limit is None and name != REGULAR]
    other = np.zeros_like(people)
    for name in fixed:
        other = other + experiment.monthly["places", f"place:{name}"]
    fill = scenario.reception.desk.planned_fill.single
    result: Floats = np.maximum(people / fill - other, 0.0)
    return result


def cheapest(levels: Floats, costs: Floats) -> float:
    """Return where a smooth curve through costs (level,) is lowest, to a hundred places."""
    fine = np.arange(levels[0], levels[-1] + FINE_PLACES / 2, FINE_PLACES)
    return float(fine[int(np.argmin(CubicSpline(levels, costs)(fine)))])


def _bands(levels: Floats, costs: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return 80% intervals of the cheapest number by mean and by P90, replications resampled."""
    n = costs.shape[1]
    chosen = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    result = np.empty((RESAMPLES, 2))
    for row, picked in enumerate(chosen):
        each = costs[:, picked]
        result[row, 0] = cheapest(levels, each.mean(axis=1))
        result[row, 1] = cheapest(levels, np.quantile(each, 0.9, axis=1))
    low, high = np.quantile(result, (0.1, 0.9), axis=0)
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


def newsvendor(
    scenario: Scenario, half_way: Floats, reached: Floats, settings: Settings
) -> Newsvendor:
    """Return the rule of thumb from prices alone: parameters at their mean over replications.

    ``half_way`` and ``reached`` (date, replication): places that could be filled, in the year
    before the number is reached and from then on. The emergency place is the ordinary one, at the
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
    # Each month asks for one more place up to the number at which that many can be filled.
    asked = np.concatenate([reached.ravel(), 2 * half_way.ravel() - opening(scenario)])
    weights = np.repeat([1.0, 0.5], [reached.size, half_way.size])
    order = np.argsort(asked)
    share = np.cumsum(weights[order]) / weights.sum()
    at = min(int(np.searchsorted(share, chance)), asked.size - 1)
    return Newsvendor(few, many, chance, float(asked[order][at]))


def cost_table(result: PlaceCosts) -> pd.DataFrame:
    """Return a row a number of places, with the best one and the scenario as it is [EUR]."""
    rows = [
        ("tried", level, costs) for level, costs in zip(result.levels, result.costs, strict=True)
    ]
    rows += [("best", result.best, result.best_costs), ("as_is", float("nan"), result.as_is)]
    planned, table = result.at(PLANNED), []
    for kind, level, costs in rows:
        more = costs - planned
        low, high = np.quantile(more, (0.1, 0.9))
        row = {"kind": kind, "regular_places": level, "cost_mean": float(costs.mean())}
        row |= {f"cost_p{q}": float(np.quantile(costs, q / 100)) for q in (10, 50, 90)}
        row |= {"more_than_reference_mean": float(more.mean()), "more_p10": low, "more_p90": high}
        table.append({**row, "p_more": float((more > 0).mean())})
    return pd.DataFrame(table)


def best_table(result: PlaceCosts) -> pd.DataFrame:
    """Return where cost is least, by mean and by 90th percentile, and the rule of thumb."""
    (low, high), (low_p90, high_p90), rule = result.best_band, result.best_p90_band, result.rule
    rule_row = {"under_eur": rule.under, "over_eur": rule.over, "chance": rule.chance}
    table = pd.DataFrame(
        [
            {"by": "mean", "places": result.best, "p10": low, "p90": high},
            {"by": "p90", "places": result.best_p90, "p10": low_p90, "p90": high_p90},
            {"by": "news_vendor", "places": rule.places, **rule_row},
        ]
    )
    return table.assign(first_year=result.years[0], last_year=result.years[-1])


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    rows = data.table("stock").to_dict("records")
    by = {str(row["by"]): row for row in data.table("best").to_dict("records")}
    return [_printed(rows, by["mean"], data, lang), *_sentences(rows, by, data, lang)]


def _printed(rows: list[Row], best: Row, data: StudyData, lang: Language) -> Table:
    """Return expected cost and P90 by number of places, and the difference from the planned."""
    title = translate(
        "stock_title",
        lang,
        first=best["first_year"],
        last=best["last_year"],
        prices=prices_label(data.first, lang),
    )
    table = Table(title=title, title_justify="left")
    against = translate("stock_against", lang, n=number(PLANNED, lang))
    heads = [translate(key, lang) for key in ("stock_places", "stock_mean", "stock_p90")]
    for head in (*heads, against, translate("band_80", lang), translate("compare_chance", lang)):
        table.add_column(head, justify="right")
    for row in rows:
        if row["kind"] == "best":
            continue
        tried = row["kind"] == "tried"
        name = number(row["regular_places"], lang) if tried else translate("stock_as_is", lang)
        cells = [name, _bn(row["cost_mean"], lang), _bn(row["cost_p90"], lang)]
        ends = (row["more_p10"], row["more_p90"])
        if any((row["more_than_reference_mean"], *ends)):
            low, high = (_bn(end, lang) for end in ends)
            cells += [
                _bn(row["more_than_reference_mean"], lang),
                translate("range", lang, low=low, high=high),
                probability(row["p_more"], lang, brief=True),
            ]
        table.add_row(*cells)
    return table


def _sentences(rows: list[Row], by: dict[str, Row], data: StudyData, lang: Language) -> list[str]:
    """Return the best number with its interval, what the planned one costs more, and the check."""
    best, dear, rule = by["mean"], by["p90"], by["news_vendor"]
    run_at_best = next(row for row in rows if row["kind"] == "best")
    # The table has the best less the planned; said is the planned less the best.
    chance = 0.0 if best["places"] == PLANNED else 1 - run_at_best["p_more"]
    lines = [
        translate(
            "stock_best",
            lang,
            **_interval(best, lang, "best", "low", "high"),
            year=data.asked["reached"],
            cost=billion(run_at_best["cost_mean"], lang),
            first=best["first_year"],
            last=best["last_year"],
            n=number(PLANNED, lang),
            more=billion(-run_at_best["more_than_reference_mean"], lang),
            more_low=_bn(-run_at_best["more_p90"], lang),
            more_high=_bn(-run_at_best["more_p10"], lang),
            p=probability(chance, lang),
        ),
        translate("stock_best_p90", lang, **_interval(dear, lang, "best", "low", "high")),
    ]
    tried = [row["regular_places"] for row in rows if row["kind"] == "tried"]
    for key, row in (("mean", best), ("p90", dear)):
        if row["places"] in (tried[0], tried[-1]):
            which = translate(f"stock_edge_{key}", lang)
            lines.append(
                translate("stock_edge", lang, which=which, places=number(row["places"], lang))
            )
    lines.append(
        translate(
            "stock_rule",
            lang,
            under=_euros(rule["under_eur"], lang),
            over=_euros(rule["over_eur"], lang),
            p=number(100 * rule["chance"], lang),
            places=number(round(rule["places"], -2), lang),
        )
    )
    n, step = (
        number(data.settings.replications, lang),
        translate(f"step_{data.settings.step}", lang),
    )
    return [
        *lines,
        translate("stock_caveat", lang),
        translate("trial_method", lang, n=n, step=step),
    ]


def _interval(row: Row, lang: Language, *names: str) -> dict[str, str]:
    columns = ("places", "p10", "p90")
    return {name: number(row[at], lang) for name, at in zip(names, columns, strict=True)}


def _bn(value: float, lang: Language, decimals: int = 1) -> str:
    return number(value / 1e9, lang, decimals)


def _euros(value: float, lang: Language) -> str:
    """Return an amount in whole hundreds of euros."""
    return f"{'EUR' if lang == 'en' else '€'} {number(round(value, -2), lang)}"


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return the ``best`` number of places and that of the ``rule`` of thumb.

    ``reference_more`` is what the planned number costs more than the best, ``reference_saves``
    what it costs less than the places as they are in the scenario.
    """
    costs = {row["kind"]: row for row in tables["stock"].to_dict("records")}
    least = {row["by"]: row for row in tables["best"].to_dict("records")}
    # The table has each less the planned number of places.
    best, as_is, mean = costs["best"], costs["as_is"], least["mean"]
    more = Value(-best["more_than_reference_mean"], (-best["more_p90"], -best["more_p10"]))
    saves = Value(as_is["more_than_reference_mean"], (as_is["more_p10"], as_is["more_p90"]))
    return {
        "best": Value(mean["places"], (mean["p10"], mean["p90"]), sampled=True),
        "rule": Value(least["news_vendor"]["places"]),
        "reference_more": more,
        "reference_saves": saves,
    }


IMPLEMENTATION = Implementation(
    run, tell, {"stock": StudyChart("stock", chart.draw, chart.alt_text)}, values=values
)
