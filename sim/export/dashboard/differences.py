"""Differences of runs to the first one, from paired replications (common random numbers)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ...errors import ScenarioError
from ...model.sampling import Floats
from ...results.budget import LINES
from ...results.experiment import Experiment
from ...results.tables import STATISTICS, summarise
from ...runs.kept_cells import read_experiment
from ...runs.load import RunFolder
from ...studies.compare_runs import SAME
from .encoding import MILLIONS, Block, Pool
from .series import UNITS

Json = dict[str, Any]
Unpaired = Literal["settings", "version", "kept"]
"""Why a run has no difference to the first: its settings, its version, or nothing kept of it."""


@dataclass(frozen=True)
class Difference:
    """Differences of a run to the first one, by measure and series, and of money by line.

    A block has a row for each statistic and a column for each year. ``unpaired`` says why there is
    none. Money is compared only where both runs state it in the same terms.
    """

    unpaired: Unpaired | None
    yearly: dict[str, dict[str, tuple[Block, str]]]
    money: dict[str, tuple[Block, Block | None]]


NONE = Difference(None, {}, {})


def differences(runs: Sequence[RunFolder], folders: Sequence[Path]) -> list[Difference]:
    """Return the difference of each run to the first one; of that itself there is none."""
    first, *others = runs
    reasons = [unpaired(run, first) for run in others]
    ours = _experiment(first, folders[0]) if None in reasons else None
    result = [NONE]
    for run, folder, reason in zip(others, folders[1:], reasons, strict=True):
        theirs = _experiment(run, folder) if ours is not None and reason is None else None
        if ours is None or theirs is None:
            result.append(Difference(reason or "kept", {}, {}))
        else:
            result.append(_difference(ours, theirs, _share_terms(run, first)))
    return result


def unpaired(run: RunFolder, first: RunFolder) -> Unpaired | None:
    """Return why the replications of two runs do not have the same random numbers, if so."""
    here, there = run.record["options"], first.record["options"]
    starts = {one.scenario.start for one in (run, first)}
    if len(starts) > 1 or any(here[name] != there[name] for name in SAME):
        return "settings"
    return None if run.record["versions"] == first.record["versions"] else "version"


def _experiment(run: RunFolder, folder: Path) -> Experiment | None:
    """Return the replications of a run; None where its folder does not have them."""
    columns = ["series", "breakdown", "measure", "unit"]
    cells = run.yearly[columns].drop_duplicates().itertuples(index=False, name=None)
    try:
        return read_experiment(folder, run.record, [*cells])
    except ScenarioError:
        return None


def _share_terms(run: RunFolder, first: RunFolder) -> bool:
    """Whether two scenarios state money at the same cost level and in the same prices."""
    terms = [
        (
            one.scenario.prices.level,
            one.scenario.budget.price_basis,
            one.scenario.budget.headline,
        )
        for one in (run, first)
    ]
    return terms[0] == terms[1]


def _difference(ours: Experiment, theirs: Experiment, with_money: bool) -> Difference:
    yearly: dict[str, dict[str, tuple[Block, str]]] = {}
    for cell, measure in theirs.tables.yearly_cells:
        name = (cell.series, cell.breakdown, measure)
        if name in ours.yearly:
            block = _block(ours.yearly[name], theirs.yearly[name])
            key = f"{cell.series}|{cell.breakdown}"
            yearly.setdefault(measure, {})[key] = block, cell.unit
    return Difference(None, yearly, _money(ours, theirs) if with_money else {})


def _money(ours: Experiment, theirs: Experiment) -> dict[str, tuple[Block, Block | None]]:
    """Return the differences of cost and gap by line, in the terms of the scenarios."""
    result: dict[str, tuple[Block, Block | None]] = {}
    for line in (one.name for one in LINES):
        cost = _block(ours.line("cost", line), theirs.line("cost", line))
        gap = _block(ours.line("gap", line), theirs.line("gap", line))
        result[line] = cost, None if np.isnan(gap).all() else gap
    return result


def _block(ours: Floats, theirs: Floats) -> Block:
    """Return the statistics of the difference, replication by replication."""
    found = summarise(theirs - ours)
    return np.stack([found[name] for name in STATISTICS])


def as_json(difference: Difference, pool: Pool) -> Json:
    """Return the places of the numbers of a difference, as the page reads them."""
    if difference.unpaired is not None:
        return {"unpaired": difference.unpaired}
    return {
        "yearly": {
            measure: {key: pool.place(block, UNITS[unit][1]) for key, (block, unit) in of.items()}
            for measure, of in difference.yearly.items()
        },
        "money": {
            line: [pool.place(block, MILLIONS) for block in blocks if block is not None]
            for line, blocks in difference.money.items()
        },
    }
