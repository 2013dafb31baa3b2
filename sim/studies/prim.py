"""Scenario discovery with PRIM: boxes of levers in which a condition holds more often.

PRIM (Friedman and Fisher 1999, by ema_workbench) peels slices off until the rest is dense in the
runs of interest. Of the boxes on its trajectory the one with the largest harmonic mean of coverage
(share of all cases of interest that it contains) and density (share of its runs that are of
interest) is selected; limits that are not significant are removed. Further boxes are searched among
the remaining runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from ..errors import Message, Problem, ScenarioError, as_message
from ..report.study_data import StudyData
from ..results.cell import CellRef
from ..results.cell import parse as parse_address
from ..results.conditions import ComparisonOp, Condition, evaluate, names, parse
from .design import canonical, operand_kinds

RESAMPLES = 400
BAND = (0.1, 0.9)
MOST_BOXES = 3
SIGNIFICANT = 0.05
"""Significance level of a limit."""
WORTH = 0.1
"""A further box is reported if it contains at least this share of all cases of interest."""
FEWEST = 10
"""Smallest number of runs in a box."""
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Limit:
    """Restriction of one lever by a box: low, high (None: open on that side), or choices.

    ``chance``: how likely the box would hold as many runs of interest if this limit meant nothing.
    """

    lever: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    chance: float = 0.0


@dataclass(frozen=True)
class Box:
    """A box: its limits, and the runs in it that earlier boxes did not contain.

    ``coverage`` is its part of all runs of interest, ``density`` the part of its runs that are,
    each with the 80% band that other runs of the same design would give (resampled, same box).
    """

    limits: tuple[Limit, ...]
    runs: int
    interest: int
    coverage: float
    density: float
    coverage_band: tuple[float, float]
    density_band: tuple[float, float]


@dataclass(frozen=True)
class Where:
    """A condition over a sweep; ``cell`` if it compares one cell with a number."""

    text: str
    condition: Condition
    cell: CellRef | None = None
    above: bool = True
    number: float = 0.0


@dataclass(frozen=True)
class Discovery:
    """Result of a discovery: the condition, the runs, and the boxes."""

    where: Where
    levers: tuple[str, ...]
    table: pd.DataFrame
    interest: Bools
    boxes: tuple[Box, ...]

    @property
    def share(self) -> float:
        """Share of all runs in which the condition holds."""
        return float(self.interest.mean())


def parse_condition(text: str) -> Where:
    """Read a condition such as ``gap.total.2027 > 2e9``; raises ``ScenarioError``."""
    condition = parse(text, "--where")
    if not isinstance(condition, ComparisonOp) or condition.sign not in ("<", "<=", ">", ">="):
        return Where(text, condition)
    left, right, sign = condition.left, condition.right, condition.sign
    if left.name is None:
        left, right = right, left
        sign = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[sign]
    if left.name is None or right.number is None:
        return Where(text, condition)
    try:
        cell = parse_address(left.name)
    except ScenarioError:
        return Where(text, condition)
    return Where(text, condition, cell, sign in (">", ">="), right.number)


def cases_of_interest(where: Where, table: pd.DataFrame, words: Sequence[str]) -> Bools:
    """Return in which runs a condition holds: (run,).

    ``words`` are the levers that are a choice between patches. Raises ``ScenarioError`` where a
    name is no column, and where the condition holds in every run or in none.
    """
    choices = {str(choice) for word in words for choice in table[word].unique()}
    columns = {canonical(str(name)): str(name) for name in table.columns if name != "hash"}
    operands: dict[str, Any] = {}
    for name in names(where.condition):
        column = columns.get(name) or columns.get(canonical(name)) or columns.get(_cell(name))
        if column is not None:
            operands[name] = table[column].to_numpy()
        elif name in choices:
            operands[name] = name
        else:
            what = Message("'{name}' is not in this sweep", name=name)
            raise ScenarioError(
                [
                    Problem(
                        "--where",
                        what,
                        Message("there are: {names}", names=", ".join(columns.values())),
                    )
                ]
            )
    for fault in operand_kinds(where.condition, {*words, *choices}):
        raise ScenarioError([Problem("--where", fault)])
    interest: Bools = np.broadcast_to(
        np.asarray(evaluate(where.condition, operands), bool), len(table)
    )
    if interest.all() or not interest.any():
        how = "in every run" if interest.all() else "in no run"
        what = Message(
            "'{condition}' holds {how} of this sweep, so no runs can be distinguished",
            condition=where.text,
            how=as_message(how),
        )
        raise ScenarioError([Problem("--where", what, _extent(operands))])
    return interest


def _cell(name: str) -> str:
    try:
        return str(parse_address(name))
    except ScenarioError:
        return name


def _extent(operands: dict[str, Any]) -> str:
    """Return the ranges of the names in a condition, as advice."""
    parts = [
        Message(
            "{name} lies between {low:.6g} and {high:.6g}",
            name=name,
            low=np.nanmin(values),
            high=np.nanmax(values),
        )
        for name, values in operands.items()
        if isinstance(values, np.ndarray) and values.dtype.kind == "f"
    ]
    if not parts:
        return "take another condition"
    return reduce(lambda one, other: Message("{one}; {other}", one=one, other=other), parts)


def discover(
    where: Where, table: pd.DataFrame, levers: Sequence[str], words: Sequence[str]
) -> Discovery:
    """Search boxes in which a condition holds, three at most; raises ``ScenarioError``.

    ``table`` is that of a sweep, one row per run.
    """
    interest = cases_of_interest(where, table, words)
    left = np.ones(len(table), dtype=bool)
    boxes: list[Box] = []
    while len(boxes) < MOST_BOXES and (interest & left).any():
        limits = _found(table[list(levers)], interest, left, words)
        if not limits:
            break
        box = evaluated(limits, table, interest, left)
        if boxes and (box.coverage < WORTH or box.density <= interest.mean()):
            break
        boxes.append(box)
        left = left & ~in_box(limits, table)
    return Discovery(where, tuple(levers), table, interest, tuple(boxes))


def in_box(limits: Sequence[Limit], table: pd.DataFrame) -> Bools:
    """Return which runs lie within all limits: (run,)."""
    result = np.ones(len(table), dtype=bool)
    for limit in limits:
        values = table[limit.lever].to_numpy()
        if limit.choices:
            result &= np.isin(values.astype(str), limit.choices)
        if limit.low is not None:
            result &= values >= limit.low
        if limit.high is not None:
            result &= values <= limit.high
    return result


def evaluated(
    limits: Sequence[Limit], table: pd.DataFrame, interest: Bools, left: Bools | None = None
) -> Box:
    """Return a box with its coverage and density and their intervals, over the runs ``left``."""
    within = in_box(limits, table) & (True if left is None else left)
    kinds = [within & interest, within & ~interest, ~within & interest]
    counts = [int(kind.sum()) for kind in kinds]
    total = len(table)
    shares = np.array([*counts, total - sum(counts)]) / total
    # Drawing runs with replacement is drawing how many there are of each kind.
    drawn = np.random.default_rng(0).multinomial(total, shares, size=RESAMPLES)
    hits, misses, beyond = drawn[:, 0], drawn[:, 1], drawn[:, 2]
    coverage = hits / np.maximum(hits + beyond, 1)
    density = hits / np.maximum(hits + misses, 1)
    return Box(
        tuple(limits),
        counts[0] + counts[1],
        counts[0],
        counts[0] / max(counts[0] + counts[2], 1),
        counts[0] / max(counts[0] + counts[1], 1),
        _band(coverage),
        _band(density),
    )


def _band(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(values, BAND)
    return float(low), float(high)


def _found(
    levers: pd.DataFrame, interest: Bools, left: Bools, words: Sequence[str]
) -> tuple[Limit, ...]:
    """Return the limits of the best box among the remaining runs; none if nothing restricts it."""
    best: tuple[Limit, ...] = ()
    score = 0.0
    for limits in _trajectory(levers, interest, left, words):
        within = in_box(limits, levers) & left
        hits = int((within & interest).sum())
        harmonic = 2 * hits / (int(within.sum()) + int((left & interest).sum()))
        if harmonic > score:
            best, score = limits, harmonic
    return _significant(best, levers, interest, left)


def _significant(
    limits: tuple[Limit, ...], levers: pd.DataFrame, interest: Bools, left: Bools
) -> tuple[Limit, ...]:
    """Remove the least significant limits until all are significant."""
    ends = [end for limit in limits for end in _ends(limit)]
    while ends:
        tested = [replace(e, chance=_chance(e, ends, levers, interest, left)) for e in ends]
        worst = max(range(len(tested)), key=lambda n: tested[n].chance)
        if tested[worst].chance <= SIGNIFICANT:
            return _joined(tested)
        ends.pop(worst)
    return ()


def _ends(limit: Limit) -> list[Limit]:
    """Split a two-sided limit into two one-sided ones."""
    if limit.low is None or limit.high is None:
        return [limit]
    return [replace(limit, high=None), replace(limit, low=None)]


def _joined(ends: Sequence[Limit]) -> tuple[Limit, ...]:
    """Join the limits of each lever, the most significant lever first."""
    result: dict[str, Limit] = {}
    for end in ends:
        other = result.get(end.lever, end)
        result[end.lever] = replace(
            end,
            low=other.low if end.low is None else end.low,
            high=other.high if end.high is None else end.high,
            chance=max(end.chance, other.chance),
        )
    return tuple(sorted(result.values(), key=lambda limit: limit.chance))


def _chance(
    limit: Limit, limits: Sequence[Limit], levers: pd.DataFrame, interest: Bools, left: Bools
) -> float:
    """Return the quasi p-value (Bryant and Lempert 2010) of a limit."""
    wider = in_box([other for other in limits if other != limit], levers) & left
    within = in_box(limits, levers) & left
    density = float(interest[wider].mean())
    hits = int((within & interest).sum())
    return float(binom.sf(hits - 1, int(within.sum()), density))


def _trajectory(
    levers: pd.DataFrame, interest: Bools, left: Bools, words: Sequence[str]
) -> list[tuple[Limit, ...]]:
    """Return the limits of each box on the trajectory of PRIM."""
    table = levers[left].reset_index(drop=True)
    table = table[[name for name in table.columns if len(set(table[name])) > 1]]
    if table.empty:
        return []
    known = {word: sorted(table[word].unique()) for word in words if word in table.columns}
    # Choices as numbers: ties between words would be broken in another order each time.
    coded = table.assign(
        **{w: pd.Categorical([c.index(v) for v in table[w]]) for w, c in known.items()}
    )
    chosen = interest[left].astype(float)
    smallest = max(min(0.05, chosen.mean() / 2), min(FEWEST / len(table), 0.5))
    with warnings.catch_warnings():
        # It warns of what it might do without, and of what pandas will one day not have.
        warnings.simplefilter("ignore")
        try:
            from ema_workbench.analysis import prim
        except ImportError:
            advice = "pip install 'opvangsim[discover]'"
            what = "the library of PRIM (ema_workbench) is not installed"
            raise ScenarioError([Problem("discover", what, advice)]) from None
        box = prim.Prim(coded, chosen, threshold=1e-9, mass_min=smallest).find_box()
    first = box.box_lims[0]
    return [
        tuple(
            limit
            for name in coded.columns
            if (limit := _limit(name, first[name], lims[name], known.get(name)))
        )
        for lims in box.box_lims
    ]


def _limit(name: str, first: Any, now: Any, choices: list[str] | None) -> Limit | None:
    if choices is not None:
        left = tuple(choices[number] for number in sorted(now.iloc[0]))
        return Limit(name, choices=left) if len(left) < len(choices) else None
    low = float(now.iloc[0]) if now.iloc[0] > first.iloc[0] else None
    high = float(now.iloc[1]) if now.iloc[1] < first.iloc[1] else None
    return None if low is None and high is None else Limit(name, low, high)


def discovery_of(data: StudyData) -> Discovery:
    """Return the result of a study from its tables."""
    runs, units = data.table("runs"), data.asked["units"]
    numbers = [name for name in runs if name in units]
    table = runs.astype(dict.fromkeys(numbers, float))
    levers = tuple(str(name) for name in table if name not in ("run", "holds"))
    boxes = tuple(_box(rows) for _, rows in data.table("boxes").groupby("box", sort=True))
    interest = table["holds"].to_numpy(bool)
    return Discovery(parse_condition(data.asked["where"]), levers, table, interest, boxes)


def _box(rows: pd.DataFrame) -> Box:
    """Return a box from its rows in the table, one per limit."""
    limits = tuple(
        Limit(
            str(row["lever"]),
            None if pd.isna(row["low"]) else float(row["low"]),
            None if pd.isna(row["high"]) else float(row["high"]),
            () if pd.isna(row["choices"]) else tuple(str(row["choices"]).split()),
            float(row["chance"]),
        )
        for row in rows.to_dict("records")
    )
    row = rows.iloc[0]
    return Box(
        limits,
        int(row["runs"]),
        int(row["interest"]),
        float(row["coverage"]),
        float(row["density"]),
        (float(row["coverage_p10"]), float(row["coverage_p90"])),
        (float(row["density_p10"]), float(row["density_p90"])),
    )
