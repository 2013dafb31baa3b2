"""What drives an answer: which uncertain numbers its headline goes up and down with."""

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
    """An uncertain number and how the headline goes with it over futures.

    ``correlation`` is that of ranks: 1 if the headline rises whenever the number does, -1 if it
    falls; its square is the part of the ranks' variance that goes with it.
    """

    name: str
    correlation: float


@dataclass(frozen=True)
class AnswerMeasure:
    """Measure: the cells that answers need, and what was drawn."""

    addresses: tuple[CellRef, ...]

    def __call__(self, trial: Experiment) -> dict[str, Floats]:
        found = CellMeasure(self.addresses)(trial)
        drawn = trial.samples
        found |= {DRAW + key: drawn[key] for key in _uncertain(trial.scenario)}
        first = [name for name, group in trial.scenario.groups.items() if group.intake == "first"]
        by_year = sum(trial.yearly["inflow", f"group:{name}", "sum"] for name in first)
        for year, until in zip(trial.clock.years, np.cumsum(by_year, axis=0), strict=True):
            found[f"{DRAW}{APPLICATIONS}.{year}"] = until
        return found


def wanted(scenario: Scenario, addresses: Iterable[CellRef]) -> tuple[str, ...]:
    """Names of what ``AnswerMeasure`` gives of a scenario."""
    years = range(scenario.start.year, scenario.until.year + 1)
    return (
        *(address.cell for address in addresses),
        *(DRAW + key for key in _uncertain(scenario)),
        *(f"{DRAW}{APPLICATIONS}.{year}" for year in years),
    )


def _uncertain(scenario: Scenario) -> Iterator[str]:
    return (key for key, quantity in quantities(scenario) if quantity.spread is not None)


def drivers(question: Question, known: KnownMetric) -> list[Driver]:
    """What the headline of an answer goes with most, three at most, the strongest first.

    Only what lies beyond chance: with as many inputs as there are, one of twenty questions would
    name one that does nothing. None where the headline is no matter of chance.
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
    found = [
        Driver(name.removeprefix(DRAW), float(value))
        for name, value in zip(varying, correlations, strict=True)
        if abs(value) > floor
    ]
    return sorted(found, key=lambda one: -abs(one.correlation))[:SHOWN]


def _is_driver(name: str, year: int) -> bool:
    """Whether a draw can be a driver of a year: of applications only those up to it.

    The pace of inflow is not one: it works through the applications.
    """
    if name.removeprefix(DRAW) in ("inflow.first", "inflow.total"):
        return False
    _, mark, until = name.partition(f"{APPLICATIONS}.")
    return not mark or int(until) == year


def source_of(question: Question, figure: Metric) -> Metric | None:
    """The first figure with cells that a figure is made of."""
    if figure.cells():
        return figure
    made_of = (*figure.parts, *(name for name in figure.asked_of if "." not in name))
    found = (source_of(question, question.figures[part]) for part in made_of)
    return next((one for one in found if one is not None), None)


def _correlation(rows: Floats, values: Floats) -> Floats:
    """Pearson's correlation of each row (row, n) with the values (n,)."""
    a = rows - rows.mean(axis=1, keepdims=True)
    b = values - values.mean()
    found: Floats = a @ b / np.sqrt((a**2).sum(axis=1) * (b**2).sum())
    return found
