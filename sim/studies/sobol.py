"""Sobol indices and tornado: how uncertain inputs contribute to the variance of a cell.

A sample of twice as many replications as points is cut in two halves. The first half is run, the
second half, and for each input the first half once more with that input taken from the second
(Saltelli). Their differences give the share of the variance that is due to the input by itself
(first index) and in combination with all others (total index). All runs use common random numbers,
so an input without effect has indices of exactly zero.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import sobol_indices

from ..clock import Clock
from ..errors import Message, Problem, ScenarioError
from ..model.inflow_columns import inflow_columns
from ..model.prices import affects_costs_only
from ..model.sampling import Floats, Samples, sample, slice_samples
from ..model.uncertainty import UNCERTAINTIES, Uncertainty
from ..report.study_data import StudyData
from ..results import budget
from ..results.cell import CellRef, parse
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings
from ..results.tasks import Task, run_tasks
from ..scenario import Scenario, quantities
from ..scenario.correlation import correlated_groups, matrix_of
from .options import SensitivityOptions

PATH, LUCK = "path", "luck"
"""Inputs that are not a key: the yearly path of inflow, and process noise."""
SHOWN = 15
"""Inputs that a table and a chart show by name; process noise is shown in addition."""
Row = dict[Hashable, Any]
POINTS = 1024
LEAST_POINTS = 2
TORNADO_REPLICATIONS = SensitivityOptions.TORNADO_REPLICATIONS
CHANCE_REPLICATIONS = 1024
"""Replications for the quantiles due to the inflow path or process noise alone."""
ENDS = (0.1, 0.9)
"""Quantiles to which the tornado moves an input."""
CONFIDENCE = 0.95
RESAMPLES = 400


@dataclass(frozen=True)
class Input:
    """A set of columns that vary together: a key, correlated keys, the path, or process noise.

    ``columns`` are its columns among the samples (noise has none); ``only_money`` means that
    another draw needs no new simulation.
    """

    name: str
    columns: tuple[str, ...]
    only_money: bool = False

    @property
    def is_chance(self) -> bool:
        return self.name in (PATH, LUCK)


@dataclass(frozen=True)
class Sensitivity:
    """Result of a sensitivity analysis of a cell.

    ``indices``: a row an input, the largest total index first: its ``first`` and ``total`` index
    with 95% intervals, ``first_noise`` (what a first index of this size comes to by chance) and
    ``told`` (whether its total index lies above the ``floor``). ``tornado``: a row an input, by
    how much the cell moves with it at its 10th (``low``) and 90th percentile (``high``), and the
    ``swing`` between them [EUR]. ``mean`` and ``sd`` are those of the cell in all replications.
    """

    address: CellRef
    inputs: tuple[Input, ...]
    indices: pd.DataFrame
    tornado: pd.DataFrame
    floor: float
    mean: float
    sd: float
    runs: int


def sensitivity(
    scenario: Scenario,
    address: CellRef,
    points: int,
    settings: Settings,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
) -> Sensitivity:
    """Compute Sobol indices from ``points`` rows, and the tornado.

    Of the settings seed and step count. Raises ``ScenarioError`` if nothing is uncertain, if the
    number of points is not a power of two, if an input is conditioned on observations, or if
    there is no such gap.
    """
    if points < LEAST_POINTS or points & (points - 1):
        what, advice = (
            Message("must be a power of two, got {points}", points=points),
            "as in 256, 512 or 1024",
        )
        raise ScenarioError([Problem("--points", what, advice)])
    settings = _until_year(scenario, address, settings)
    result = inputs_of(scenario, settings)
    if scenario.posterior is not None:
        # Conditioned draws go together: no input of them varies by itself.
        scenario.posterior.refuse_keys([key for item in result for key in item.columns])
    runs = 2 + sum(1 for item in result if not item.only_money and item.name != PATH) + 1
    bars = 1 + 2 * sum(1 for item in result if not item.only_money and not item.is_chance)
    total = runs * points + bars * TORNADO_REPLICATIONS + 2 * CHANCE_REPLICATIONS
    rows = replace(settings, replications=points)
    first, second, swapped = saltelli(
        scenario, address, result, rows, workers, _part(tell, 0, total)
    )
    bar_settings = replace(settings, replications=TORNADO_REPLICATIONS)
    effects = tornado(
        scenario, address, result, bar_settings, workers, _part(tell, runs * points, total)
    )
    table = index_table([item.name for item in result], first, second, swapped)
    floor = _floor(table)
    table["told"] = (table["total"] > floor) & (table["input"] != LUCK)
    cells = np.concatenate([first, second])
    order = np.argsort(-table["total"].to_numpy(), kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    return Sensitivity(address, tuple(result), table, effects, floor, float(cells.mean()),
                       float(cells.std()), total)  # fmt: skip


def _part(tell: Progress | None, before: int, total: int) -> Progress | None:
    """Scale progress of a sub-task."""
    return None if tell is None else lambda done, _: tell(before + done, total)


def _until_year(scenario: Scenario, address: CellRef, settings: Settings) -> Settings:
    """Let runs end with the year of the cell; raises ``ScenarioError`` if it has no gap."""
    until = min(scenario.until, date(address.year, 12, 31))
    runs = until > scenario.start
    whole = budget.whole_years(Clock(scenario.start, until, settings.step)) if runs else []
    if address.year not in whole or scenario.headline.amount(address.line, address.year) is None:
        what = "there is no gap of this line in this year"
        advice = "take a whole year of the scenario with a budget, as in --year 2027"
        raise ScenarioError([Problem(str(address), what, advice)])
    return replace(settings, until=until, vary=UNCERTAINTIES)


# -- inputs -----------------------------------------------------------------------------------


def inputs_of(scenario: Scenario, settings: Settings) -> list[Input]:
    """Return all inputs: uncertain keys (correlated ones together), inflow path, process noise.

    Raises ``ScenarioError`` if no key has a spread.
    """
    keys = [key for key, quantity in quantities(scenario) if quantity.spread is not None]
    if not keys:
        what = "no number of this scenario is uncertain"
        advice = "give a number a spread, as in spread: {dist: normal, sd: 0.1, as: factor}"
        raise ScenarioError([Problem("sensitivity", what, advice)])
    together = {group[0]: group for group in correlated_groups(scenario)}
    others = {key for group in together.values() for key in group[1:]}
    result = []
    for key in keys:
        if key in others:
            continue
        its = together.get(key, (key,))
        result.append(
            Input(" + ".join(its), its, all(affects_costs_only(scenario, item) for item in its))
        )
    columns = inflow_columns(scenario, settings.until or scenario.until)
    return [*result, Input(PATH, tuple(columns)), Input(LUCK, ())]


# -- Sobol ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cells:
    """Measure: the cell, and the cell repriced with other columns of inputs that are only money."""

    address: CellRef
    others: Mapping[str, Samples]

    def __call__(self, trial: Experiment) -> dict[str, Floats]:
        result = {"": trial.cell(self.address)}
        for name, columns in self.others.items():
            part = trial.samples | slice_samples(columns, trial.first, trial.replications)
            result[name] = trial.priced(trial.scenario, part).cell(self.address)
        return result


def saltelli(
    scenario: Scenario,
    address: CellRef,
    inputs: Sequence[Input],
    settings: Settings,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Return the cell in both halves (point,), and in the first with each input of the second.

    The halves are the replications of one run of twice the length, by number: parameters and path
    from its hypercube, luck by its numbers. The last array is (input, point).
    """
    points = settings.replications
    drawn = sample(scenario, 2 * points, settings.seed, UNCERTAINTIES, settings.until)
    ours, theirs = slice_samples(drawn, 0, points), slice_samples(drawn, points, points)
    moved = {item.name: {name: theirs[name] for name in item.columns} for item in inputs}
    priced = {item.name: moved[item.name] for item in inputs if item.only_money}
    run = [item for item in inputs if not item.only_money]
    plain = _Cells(address, {})
    tasks = [
        Task(scenario, _Cells(address, priced), ours),
        Task(scenario, plain, theirs, points),
        *(Task(scenario, plain, ours | moved[item.name], points if item.name == LUCK else 0)
          for item in run),
    ]  # fmt: skip
    first, second, *others = run_tasks(tasks, settings, workers, tell)
    cells = first | {item.name: arrays[""] for item, arrays in zip(run, others, strict=True)}
    return first[""], second[""], np.stack([cells[item.name] for item in inputs])


def indices(first: Floats, second: Floats, swapped: Floats) -> tuple[Floats, Floats]:
    """Return first and total index of each input: (input,) each; zero if nothing varies."""
    values: dict[Literal["f_A", "f_B", "f_AB"], Floats] = {
        "f_A": first[None],
        "f_B": second[None],
        "f_AB": swapped[:, None],
    }
    result = sobol_indices(func=values, n=first.size)
    return np.atleast_1d(result.first_order), np.atleast_1d(result.total_order)


def index_table(
    names: Sequence[str], first: Floats, second: Floats, swapped: Floats
) -> pd.DataFrame:
    """Return indices with their intervals, one row per input.

    Points are resampled, the same ones for all inputs. ``first_noise``: the differences an input
    makes are dealt to other points; what its first index then comes to in 95% of the deals.
    """
    points = first.size
    by_itself, with_all = indices(first, second, swapped)
    rng = np.random.default_rng(0)
    again = [indices(first[rows], second[rows], swapped[:, rows])
             for rows in rng.integers(points, size=(RESAMPLES, points))]  # fmt: skip
    ends = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    lows, highs = np.quantile(np.array(again), ends, axis=0)
    columns: dict[str, object] = {"input": list(names)}
    for order, (name, values) in enumerate((("first", by_itself), ("total", with_all))):
        columns |= {name: values, f"{name}_low": lows[order], f"{name}_high": highs[order]}
    return pd.DataFrame(columns | {"first_noise": _noise(first, second, swapped, rng)})


def _noise(first: Floats, second: Floats, swapped: Floats, rng: np.random.Generator) -> Floats:
    """Size of a first index where what an input does has nothing to do with its value: (input,)."""
    both = np.concatenate([first, second])
    if not both.var():
        return np.zeros(len(swapped))
    dealt = np.stack([rng.permutation(second - both.mean()) for _ in range(RESAMPLES)])
    sizes = np.abs(dealt @ (swapped - first).T) / first.size / both.var()
    noise: Floats = np.quantile(sizes, CONFIDENCE, axis=0)
    return noise


def _floor(table: pd.DataFrame) -> float:
    """Return the upper end of the total index of process noise, below which inputs are noise."""
    return float(table.loc[table["input"] == LUCK, "total_high"].iloc[0])


# -- one at a time ----------------------------------------------------------------------------


def tornado(
    scenario: Scenario,
    address: CellRef,
    inputs: Sequence[Input],
    settings: Settings,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
) -> pd.DataFrame:
    """Return the change of the mean of a cell with one input at its ends: one row per input.

    All other parameters lie at their median; path and luck are those of the replications, the same
    for every input. For path and luck themselves: quantiles of the cell around its mean, with only
    that source of uncertainty.
    """
    count = settings.replications
    path = sample(scenario, count, settings.seed, ("inflow",), settings.until)
    middle = medians(scenario, count)
    sides = {(item.name, side): ends(scenario, item, q, count)
             for item in inputs if not item.is_chance
             for side, q in zip(("low", "high"), ENDS, strict=True)}  # fmt: skip
    money = {item.name for item in inputs if item.only_money}
    priced = {f"{name}|{side}": columns for (name, side), columns in sides.items()
              if name in money}  # fmt: skip
    run = {key: columns for key, columns in sides.items() if key[0] not in money}
    plain = _Cells(address, {})
    tasks = [
        Task(scenario, _Cells(address, priced), middle | path),
        *(Task(scenario, plain, middle | path | columns) for columns in run.values()),
    ]
    done = count * len(tasks)
    alone = [item for item in inputs if item.is_chance]
    total = done + CHANCE_REPLICATIONS * len(alone)
    base, *others = run_tasks(tasks, settings, workers, _part(tell, 0, total))
    cells = {f"{name}|{side}": arrays[""]
             for (name, side), arrays in zip(run, others, strict=True)} | base  # fmt: skip
    effects = {name: [float((cells[f"{name}|{side}"] - base[""]).mean())
                      for side in ("low", "high")]
               for name in dict.fromkeys(name for name, _ in sides)}  # fmt: skip
    for item in alone:
        report = _part(tell, done, total)
        effects[item.name] = chance_alone(scenario, address, item, settings, workers, report)
        done += CHANCE_REPLICATIONS
    return pd.DataFrame(_bars((name, low, high) for name, (low, high) in effects.items()))


def chance_alone(
    scenario: Scenario,
    address: CellRef,
    uncertain: Input,
    settings: Settings,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
) -> list[float]:
    """Return quantiles of the cell around its mean, with only the path or only noise varying."""
    kind: Uncertainty = "inflow" if uncertain.name == PATH else "process"
    only = replace(settings, replications=CHANCE_REPLICATIONS, vary=(kind,))
    path = sample(scenario, CHANCE_REPLICATIONS, settings.seed, (kind,), settings.until)
    task = Task(scenario, _Cells(address, {}), medians(scenario, CHANCE_REPLICATIONS) | path)
    (arrays,) = run_tasks([task], only, workers, tell)
    cell = arrays[""]
    return [float(q - cell.mean()) for q in np.quantile(cell, ENDS)]


def _bars(effects: Iterable[tuple[str, float, float]]) -> Iterator[dict[str, object]]:
    for name, low, high in effects:
        swing = max(low, high, 0.0) - min(low, high, 0.0)
        yield {"input": name, "low": low, "high": high, "swing": swing}


def medians(scenario: Scenario, count: int) -> Samples:
    """Return every uncertain number at its median: (count,) by key."""
    return {
        key: np.full(count, quantity.spread.quantile(0.5, quantity.central_draw()))
        for key, quantity in quantities(scenario)
        if quantity.spread is not None
    }


def ends(scenario: Scenario, uncertain: Input, q: float, count: int) -> Samples:
    """Return an input at its quantile ``q``: (count,) by key.

    Of linked keys the first lies there, and each other at the median it then has.
    """
    keys, matrix = matrix_of(scenario)
    known = dict(quantities(scenario))
    result = {}
    for key in uncertain.columns:
        spread = known[key].spread
        assert spread is not None
        linked = 1.0 if key == uncertain.columns[0] else matrix[keys.index(uncertain.columns[0]),
                                                          keys.index(key)]  # fmt: skip
        u = float(ndtr(linked * ndtri(q)))
        result[key] = np.full(count, spread.quantile(u, known[key].central_draw()))
    return result


# -- reading back -----------------------------------------------------------------------------


def sensitivity_of(data: StudyData) -> Sensitivity:
    """Return the result of a study from its tables."""
    (row,) = data.table("whole").to_dict("records")
    numbers = float(row["floor"]), float(row["mean"]), float(row["sd"]), int(row["runs"])
    return Sensitivity(
        parse(data.asked["cell"]), (), data.table("indices"), data.table("tornado"), *numbers
    )


def shown_and_others(result: Sensitivity) -> tuple[list[Row], list[Row]]:
    """Return the inputs shown by name, largest total index first, noise among them; the others."""
    both = result.indices.merge(result.tornado, on="input", validate="one_to_one")
    rows = both.to_dict("records")
    named = [row for place, row in enumerate(rows) if place < SHOWN or row["input"] == LUCK]
    return named, [row for row in rows if row not in named]
