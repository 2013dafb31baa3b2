"""Why the gap of one scenario differs from that of another, factor by factor.

The effect of a factor depends on which others came before it: fewer people make a cheaper place
save less. Shapley's value takes the mean over all orders, so that no order is privileged and the
effects add up to the whole difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from ..model.sampling import Floats
from ..results.cell import CellRef
from ..results.experiment import Progress, Settings, Task, run_tasks, summary_value
from ..scenario import Loaded
from .factors import Cut, Factor, factors, interpolate_scenario
from .repricing import RepricedCells, check_cell_exists, ending_with

Coalition = frozenset[int]
"""Numbers of the factors that are as in the second scenario."""


@dataclass(frozen=True)
class Explanation:
    """A difference and what makes it up [in the unit of the cell, EUR for money].

    ``effects`` has a row a factor: its ``effect`` on the statistic, its ``alone`` and ``last``
    (what it does first and after all others), and the mean, 80 % band and P(> 0) of its effect in
    single replications. ``residual`` is what the second scenario itself has beyond the first with
    all factors changed: zero unless something was missed. ``band`` holds the 10th and 90th
    percentile of the difference, second less first, in single replications.
    """

    first: str
    second: str
    address: CellRef
    before: float
    after: float
    residual: float
    band: tuple[float, float]
    effects: pd.DataFrame
    factors: tuple[Factor, ...]
    runs: int
    priced: int


def explain(
    first: Loaded,
    second: Loaded,
    address: CellRef,
    settings: Settings,
    by: Cut | None = None,
    workers: int = 0,
    tell: Progress | None = None,
) -> Explanation:
    """Explain a cell's difference between two scenarios by the factors they differ in.

    Every combination of factors is tried, on common luck; combinations that differ only in money
    share a run. Raises ``ScenarioError`` if there are too many factors.
    """
    parts = factors(first, second, by)
    ours, theirs = first.scenario, second.scenario
    settings = ending_with(settings, (ours, theirs), address)
    for one in (ours, theirs):
        check_cell_exists(one, address, settings)
    moving = [n for n, factor in enumerate(parts) if factor.keys and not factor.only_money]
    money = [n for n, factor in enumerate(parts) if factor.keys and factor.only_money]
    tasks = []
    for chosen in subsets(moving):
        priced = {
            _name(chosen | extra): interpolate_scenario(
                ours, theirs, [parts[n] for n in sorted(chosen | extra)]
            )
            for extra in subsets(money)
        }
        scenario = priced[_name(chosen)]
        tasks.append(Task(scenario, RepricedCells(address, priced, settings)))
    whole = RepricedCells(address, {"whole": theirs}, settings)
    results: dict[str, Floats] = {}
    for arrays in run_tasks([*tasks, Task(theirs, whole)], settings, workers, tell):
        results |= arrays
    values = {_coalition(name): cell for name, cell in results.items() if name != "whole"}
    used = sorted([*moving, *money])
    every = frozenset(used)
    rows = _effects(parts, used, values, address.statistic)
    low, high = np.quantile(results["whole"] - values[frozenset()], (0.1, 0.9))
    return Explanation(
        first.name,
        second.name,
        address,
        summary_value(values[frozenset()], address.statistic),
        summary_value(results["whole"], address.statistic),
        summary_value(results["whole"], address.statistic)
        - summary_value(values[every], address.statistic),
        (float(low), float(high)),
        pd.DataFrame(rows),
        tuple(parts),
        len(tasks) + 1,
        len(values),
    )


def subsets(numbers: Sequence[int]) -> list[Coalition]:
    """All subsets, the empty one first."""
    return [
        frozenset(chosen)
        for size in range(len(numbers) + 1)
        for chosen in combinations(numbers, size)
    ]


def _name(coalition: Coalition) -> str:
    return ",".join(str(number) for number in sorted(coalition))


def _coalition(name: str) -> Coalition:
    return frozenset(int(number) for number in name.split(",") if number)


def shapley(number: int, used: Sequence[int], values: Mapping[Coalition, Floats]) -> Floats:
    """Shapley's value of one factor: its effect, the mean over all orders of all factors."""
    others = [n for n in used if n != number]
    total = np.zeros_like(values[frozenset()])
    for chosen in subsets(others):
        weight = 1 / (len(used) * comb(len(others), len(chosen)))
        total = total + weight * (values[chosen | {number}] - values[chosen])
    return total


def _effects(
    parts: Sequence[Factor],
    used: Sequence[int],
    values: Mapping[Coalition, Floats],
    statistic: str,
) -> list[dict[str, object]]:
    whole = {chosen: np.array(summary_value(cell, statistic)) for chosen, cell in values.items()}
    every = frozenset(used)
    rows: list[dict[str, object]] = []
    for number, factor in enumerate(parts):
        row: dict[str, object] = {"factor": factor.name, "keys": " ".join(factor.keys)}
        if number in used:
            each = shapley(number, used, values)
            low, high = np.quantile(each, (0.1, 0.9))
            row |= {
                "effect": float(shapley(number, used, whole)),
                "alone": float(whole[frozenset({number})] - whole[frozenset()]),
                "last": float(whole[every] - whole[every - {number}]),
                "mean": float(each.mean()),
                "p10": float(low),
                "p90": float(high),
                "p_positive": float((each > 0).mean()),
            }
        else:
            row |= dict.fromkeys(
                ("effect", "alone", "last", "mean", "p10", "p90", "p_positive"), 0.0
            )
        rows.append(row)
    return rows
