"""Drivers of an answer: the uncertain inputs that its headline correlates with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from ..model.sampling import Floats
from ..report.display_names import APPLICATIONS
from ..results.cell import CellRef
from ..results.experiment import CellMeasure, Experiment
from ..scenario import Scenario, quantities
from .metrics import KnownMetric, arrays_of
from .questions import Metric, Question

DRAW = "draw:"
SHOWN = 3
CERTAINTY = 0.95


@dataclass(frozen=True)
class Driver:
    """An uncertain input and its correlation with the headline over replications.

    ``correlation`` is that of ranks: 1 if the headline rises whenever the number does, -1 if it
    falls; its square is the part of the ranks' variance that goes with it.
    """

    name: str
    correlation: float


@dataclass(frozen=True)
class AnswerMeasure:
    """Measure of a simulation: the cells that answers need, and the sampled inputs."""

    addresses: tuple[CellRef, ...]

    def __call__(self, trial: Experiment) -> dict[str, Floats]:
        result = CellMeasure(self.addresses)(trial)
        drawn = trial.samples
        result |= {DRAW + key: drawn[key] for key in _uncertain(trial.scenario)}
        first = [name for name, group in trial.scenario.groups.items() if group.intake == "first"]
        by_year = sum(trial.yearly["inflow", f"group:{name}", "sum"] for name in first)
        for year, until in zip(trial.clock.years, np.cumsum(by_year, axis=0), strict=True):
            result[f"{DRAW}{APPLICATIONS}.{year}"] = until
        return result


def required_columns(scenario: Scenario, addresses: Iterable[CellRef]) -> tuple[str, ...]:
    """Return the names of the arrays that ``AnswerMeasure`` gives."""
    years = range(scenario.start.year, scenario.until.year + 1)
    return (
        *(address.cell for address in addresses),
        *(DRAW + key for key in _uncertain(scenario)),
        *(f"{DRAW}{APPLICATIONS}.{year}" for year in years),
    )


def _uncertain(scenario: Scenario) -> Iterator[str]:
    return (key for key, quantity in quantities(scenario) if quantity.spread is not None)


def drivers(question: Question, known: KnownMetric) -> list[Driver]:
    """Return the three inputs, at most, that correlate most with the headline of an answer.

    Only significant ones, corrected for the number of inputs: one answer in twenty would name an
    input without effect. None where the headline is not random.
    """
    assert question.headline is not None
    if question.main.study is not None:
        return []
    headline = arrays_of(question, known)[question.headline]
    source = source_of(question, question.main)
    if source is None or np.ptp(headline[np.isfinite(headline)]) == 0:
        return []
    cells, year = known[source.of], max(address.year for address in source.cells())
    names = [name for name in cells if name.startswith(DRAW) and _is_driver(name, year)]
    varying = [name for name in names if np.ptp(cells[name]) > 0]
    finite = np.isfinite(headline)
    ranks = rankdata(np.stack([cells[name][finite] for name in varying]), axis=1)
    correlations = _correlation(ranks, rankdata(headline[finite]))
    floor = ndtri(1 - (1 - CERTAINTY) / (2 * len(varying))) / np.sqrt(max(finite.sum() - 1, 1))
    result = [
        Driver(name.removeprefix(DRAW), float(value))
        for name, value in zip(varying, correlations, strict=True)
        if abs(value) > floor
    ]
    return sorted(result, key=lambda driver: -abs(driver.correlation))[:SHOWN]


def _is_driver(name: str, year: int) -> bool:
    """Return whether a sampled input can be a driver in a year.

    Of the applications only those up to that year can; the rate of inflow can't, since it acts
    through the applications.
    """
    if name.removeprefix(DRAW) in ("inflow.first", "inflow.total"):
        return False
    _, mark, until = name.partition(f"{APPLICATIONS}.")
    return not mark or int(until) == year


def source_of(question: Question, figure: Metric) -> Metric | None:
    """Return the first metric with cells that a metric is made of."""
    if figure.cells():
        return figure
    made_of = (*figure.parts, *(name for name in figure.asked_of if "." not in name))
    result = (source_of(question, question.figures[part]) for part in made_of)
    return next((item for item in result if item is not None), None)


def _correlation(rows: Floats, values: Floats) -> Floats:
    """Return Pearson's correlation of each row (row, n) with the values (n,)."""
    a = rows - rows.mean(axis=1, keepdims=True)
    b = values - values.mean()
    result: Floats = a @ b / np.sqrt((a**2).sum(axis=1) * (b**2).sum())
    return result
