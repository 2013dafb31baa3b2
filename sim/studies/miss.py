"""Why was it wrong? The miss of a forecast, divided over the observed flows and a remainder.

The miss is the observed figure less the median of the forecast. The forecast is run again with the
observed values of each factor (``hindcast.observed_flows``), in every combination, on common random
numbers; the part of a factor is its Shapley value on the median. What no factor explains is the
remainder, so that parts and remainder add up to the miss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ..errors import Message, Problem, ScenarioError
from ..hindcast.observations import Observation, known_on
from ..hindcast.observed_cells import SPENDING
from ..hindcast.observed_flows import (
    FACTORS,
    Figures,
    ObservedFlows,
    given,
    observed_flows,
    with_draws,
)
from ..hindcast.periods import Period
from ..model.sampling import BLOCK, Floats, Samples, sample
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Progress, Settings
from ..results.precision import blocks, half_width_of_mean
from ..results.tasks import Task, run_tasks
from ..scenario import Scenario
from .shapley import Coalition, shapley, subsets

SERIES = {
    "people": "occupancy|total",
    "status_holders": "occupancy|kind:status_holders",
    "pending": "pending|kind:all",
    "inflow": "inflow|total",
}
"""Names of series in short; ``cost:LINE`` is the spending of a budget line in a year."""
PEOPLE = "occupancy|total"
PRICES = "prices"
COST = "cost:"
PRICED_LINE = "line:coa"
"""Line whose cost per person in reception is known where spending and people are."""


@dataclass(frozen=True)
class Part:
    """Part of a miss by its cause, with half the width of its 95% interval (simulation error)."""

    factor: str
    value: float
    error: float


@dataclass(frozen=True)
class Miss:
    """The miss of the median of a forecast, in the unit of the figure.

    ``parts`` and ``remainder`` add up to ``miss``.
    """

    figure: Observation
    forecast: float
    parts: tuple[Part, ...]
    """Largest first."""
    remainder: Part
    drift: float
    """Part of the remainder: the median of the forecast run again, less that of the forecast."""
    missing: Mapping[str, tuple[str, ...]]
    """Factors, or parts of them, that were not observed, with the names of the figures.

    Of prices none, where no figures would show them.
    """
    unreached: Mapping[str, float]
    """Observed flows that the run can't have, with the largest relative difference."""
    replications: int
    runs: int

    @property
    def miss(self) -> float:
        """Observed less forecast."""
        return self.figure.value - self.forecast


def series_name(series: str) -> str:
    """Return series and breakdown of what a user calls a series."""
    if series.startswith(COST):
        return f"{SPENDING}|line:{series.removeprefix(COST)}"
    return SERIES.get(series, series if "|" in series else f"{series}|total")


def figure_on(observations: Sequence[Observation], series: str, period: Period) -> Observation:
    """Return the observed figure of a series that a miss is explained for.

    Of a stock that at the end of the period; of a flow that of the period, or the only one that
    ends on its day. Raises ``ScenarioError`` if there is none, or several.
    """
    name = series_name(series)
    ends = [
        one for one in known_on(observations, None)
        if one.name == name and one.period.last == period.last and one.statistic != "mean"
    ]  # fmt: skip
    exact = [one for one in ends if one.statistic == "end" or one.period == period]
    found = exact or (ends if period.kind == "day" else [])
    if len(found) == 1:
        return found[0]
    if found:
        periods = ", ".join(str(one.period) for one in found)
        raise _refused(
            "--date",
            Message(
                "{name} has several figures that end then: {periods}", name=name, periods=periods
            ),
            "give the period",
        )
    days = sorted({str(one.period) for one in known_on(observations, None) if one.name == name})
    names = ", ".join(sorted({one.name for one in observations}))
    advice = (
        Message("there is one of {names}", names=", ".join(days[-12:]))
        if days
        else Message("there are {names}", names=names)
    )
    raise _refused(
        "--date",
        Message("{name} has no observed figure of {period}", name=name, period=period),
        advice,
    )


def explain_miss(
    scenario: Scenario,
    settings: Settings,
    observations: Sequence[Observation],
    figure: Observation,
    forecast: float | None = None,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> Miss:
    """Split the miss of a forecast of one figure over its causes.

    ``settings`` are those of the forecast; ``forecast`` is its median, by default that of the
    forecast run again. A scenario that was conditioned on observations keeps its draws for all that
    is not given. Only figures of periods up to that of ``figure`` are read. Raises
    ``ScenarioError`` if the figure does not lie in the time of the forecast.
    """
    end = figure.period.last
    last = settings.until or scenario.until
    if not scenario.start < end <= last:
        what = Message("the forecast goes from {start} to {last}", start=scenario.start, last=last)
        raise _refused(f"{figure.name} {figure.period}", what, "take a figure within this time")
    settings = replace(settings, until=end)
    draws = sample(scenario, settings.replications, settings.seed, settings.vary, end)
    scenario = scenario.model_copy(update={"posterior": None})
    known = [one for one in known_on(observations, None) if one.period.last <= end]
    came = observed_flows(scenario, known, settings, draws, end, workers)
    factors = [factor for factor in FACTORS if factor in came.changes]
    people = _people_of(figure, known, scenario.start)
    values, ran = _all_medians(
        scenario, settings, draws, came, factors, (figure, *people), workers, progress
    )
    missing = dict(came.missing)
    if figure.series == SPENDING:
        if people:
            values = _with_prices(values, len(factors), figure, people, ran)
            factors.append(PRICES)
        else:
            missing[PRICES] = (PEOPLE,) if figure.breakdown == PRICED_LINE else ()
    return _split(figure, forecast, factors, values, missing, came.unreached, settings)


def _people_of(
    figure: Observation, known: Sequence[Observation], start: date
) -> tuple[Observation, ...]:
    """Return the figures of people in reception that go with a year's spending, if there are any.

    The mean of the year, else people on days of the year after the start, its last among them.
    """
    if figure.name != f"{SPENDING}|{PRICED_LINE}":
        return ()
    here = [
        one for one in known if one.name == PEOPLE and one.period.last.year == figure.period.year
    ]
    means = [one for one in here if one.statistic == "mean" and one.period == figure.period]
    if means and start <= figure.period.first:
        return tuple(means)
    ends = [one for one in here if one.statistic == "end" and one.period.last > start]
    return tuple(ends) if any(one.period.last == figure.period.last for one in ends) else ()


def _all_medians(
    scenario: Scenario,
    settings: Settings,
    draws: Samples,
    came: ObservedFlows,
    factors: Sequence[str],
    figures: tuple[Observation, ...],
    workers: Workers,
    progress: Progress | None,
) -> tuple[dict[Coalition, Floats], list[float]]:
    """Run every combination of factors; return medians of the first figure by combination.

    Each is the median of all replications, then those of its blocks. Beside them the medians of
    the other figures in the run with all factors.
    """
    every = frozenset(range(len(factors)))
    coalitions = subsets(sorted(every))
    tasks = []
    for chosen in coalitions:
        changed = given(scenario, came.changes, [factors[n] for n in sorted(chosen)])
        measure = Figures(figures if chosen == every else figures[:1])
        tasks.append(Task(changed, measure, with_draws(changed, settings, draws)))
    values, others = {}, []
    for chosen, arrays in zip(
        coalitions, run_tasks(tasks, settings, workers, progress), strict=True
    ):
        values[chosen] = _medians(arrays["0"])
        if chosen == every:
            others = [float(np.median(arrays[str(n)])) for n in range(1, len(figures))]
    return values, others


def _medians(values: Floats) -> Floats:
    """Return the median of all replications, and of each whole block."""
    count = blocks(len(values))
    by_block = np.median(values[: count * BLOCK].reshape(count, BLOCK), axis=1)
    return np.concatenate([[np.median(values)], by_block])


def _with_prices(
    values: Mapping[Coalition, Floats],
    number: int,
    figure: Observation,
    people: Sequence[Observation],
    ran: Sequence[float],
) -> dict[Coalition, Floats]:
    """Add prices as one more factor: what a person in reception cost, as it was observed.

    All costs of a line rise in proportion, so no run is needed.
    """
    every = frozenset(range(number))
    cost = figure.value / float(np.mean([one.value for one in people]))
    cost_of_run = float(values[every][0]) / float(np.mean(ran))
    priced = {chosen | {number}: amount * cost / cost_of_run for chosen, amount in values.items()}
    return {**values, **priced}


def _split(
    figure: Observation,
    forecast: float | None,
    factors: Sequence[str],
    values: Mapping[Coalition, Floats],
    missing: Mapping[str, tuple[str, ...]],
    unreached: Mapping[str, float],
    settings: Settings,
) -> Miss:
    used = range(len(factors))
    again, with_all = values[frozenset()], values[frozenset(used)]
    parts = []
    for number, factor in enumerate(factors):
        each = shapley(number, used, values)
        parts.append(Part(factor, float(each[0]), _error(each)))
    parts.sort(key=lambda part: -abs(part.value))
    median = float(again[0]) if forecast is None else forecast
    rest = float(figure.value - median - sum(part.value for part in parts))
    return Miss(
        figure,
        median,
        tuple(parts),
        Part("remainder", rest, _error(with_all)),
        float(again[0]) - median,
        missing,
        unreached,
        settings.replications,
        len(values) // (2 if PRICES in factors else 1),
    )


def _error(values: Floats) -> float:
    return float(half_width_of_mean(values[1:]))


def _refused(where: str, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(where, what, advice)])
