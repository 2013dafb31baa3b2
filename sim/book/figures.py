"""Figures computed: the runs that answers need, each made once, and what comes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ..address import Address
from ..draws import Floats
from ..errors import Problem, ScenarioError
from ..expression import holds, names, parse
from ..scenario import Scenario, load_chain, quantities
from ..trial import reduced
from .questions import Figure, Question

Known = Mapping[str, Mapping[str, Floats]]
"""Cells (replication,) by scenario and address without a statistic."""
ENDS = (0.1, 0.9)
MIDDLES = ("mean", "p50")
"""Statistics that a band goes with; an end of the distribution has none."""


@dataclass(frozen=True)
class Value:
    """A figure with its 80 % band; none where it is no matter of chance."""

    value: float
    band: tuple[float, float] | None


def scenario_of(name: str) -> Scenario:
    """A shipped scenario, or a chain of them with '+'."""
    return load_chain([part.strip() for part in re.split(r"\+", name)]).scenario


def needed(asked: Iterable[Question]) -> dict[str, tuple[Address, ...]]:
    """Cells that have to be known, by the scenario that gives them."""
    found: dict[str, dict[str, Address]] = {}
    for question in asked:
        for figure in question.figures.values():
            for name in (figure.of, figure.against):
                if name is not None and figure.cells():
                    cells = found.setdefault(name, {})
                    cells |= {one.cell: replace(one, statistic="mean") for one in figure.cells()}
    return {name: tuple(cells.values()) for name, cells in found.items()}


def value_of(figure: Figure, known: Known) -> Value:
    """A figure from what the runs gave; raises ``ScenarioError`` for a key that is none."""
    if figure.given is not None:
        return Value(figure.times * figure.given, None)
    if figure.key is not None:
        return Value(figure.times * _number(figure), None)
    cells = known[figure.of]
    if figure.chance is not None:
        condition = parse(figure.chance, "chance")
        met = holds(condition, {name: cells[name] for name in names(condition)})
        return Value(float(np.mean(met)), None)
    name = figure.address.cell
    values = figure.times * cells[name]
    if figure.against is not None:
        values = values - figure.times * known[figure.against][name]
    values = values[np.isfinite(values)]
    statistic = figure.address.statistic
    low, high = np.quantile(values, ENDS)
    band = (float(low), float(high)) if statistic in MIDDLES and low < high else None
    return Value(reduced(values, statistic), band)


def _number(figure: Figure) -> float:
    key, mark, year = (figure.key or "").partition("@")
    quantity = dict(quantities(scenario_of(figure.of))).get(key)
    if quantity is None:
        raise ScenarioError([Problem(key, "is no number of this scenario", "")])
    return quantity.on(date(int(year), 1, 1)) if mark else quantity.single


def values_of(question: Question, known: Known) -> dict[str, Value]:
    """All figures of a question."""
    return {name: value_of(figure, known) for name, figure in question.figures.items()}
