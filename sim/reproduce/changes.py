"""Two runs of one scenario by two states of the program: what moved, and what changed between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import usage_error
from ..report.overview import YEAR
from ..report.run_tables import headline_rows
from ..runs.load import RunFolder, read_run_folder
from ..scenario import Loaded, load_chain
from ..scenario.listing import Difference, differences
from .compare import differing
from .rerun import EnvironmentChange, others_of

Row = Mapping[str, Any]
SAME = ("replications", "seed", "step", "until", "vary")
"""What two runs must have been made with alike: else chance moves the numbers too."""


@dataclass(frozen=True)
class Moved:
    """What moved between two runs of one scenario.

    ``gaps`` are the headline rows of each year that has a budget in both, old and new; ``need`` is
    the mean need at the end of ``need_year`` [places]. ``cells`` counts the numbers that differ by
    table, of how many; -1 where a table has other rows or columns. ``changes`` are scenario keys,
    ``others`` versions, packages and the program.
    """

    scenario: str
    options: Mapping[str, Any]
    gaps: tuple[tuple[Row, Row], ...]
    need_year: int
    need: tuple[float, float]
    cells: Mapping[str, tuple[int, int]]
    changes: tuple[Difference, ...]
    others: tuple[EnvironmentChange, ...]

    @property
    def still(self) -> bool:
        """Whether no number in any table moved."""
        return not any(count for count, _ in self.cells.values())


def moved(old: Path, new: Path) -> Moved:
    """What moved from one run to another of the same scenario with the same settings.

    Raises ``ScenarioError`` if they are no runs, or can't be compared.
    """
    before, after = read_run_folder(old), read_run_folder(new)
    _refuse_unlike(old, new, before, after)
    rows = [headline_rows(run.budget, run.scenario) for run in (before, after)]
    held: list[Any] = [table[table["budget"].notna()].to_dict("records") for table in rows]
    by_year = {row["year"]: row for row in held[1]}
    gaps = tuple((row, by_year[row["year"]]) for row in held[0] if row["year"] in by_year)
    years = before.yearly["year"]
    year = min(YEAR, int(years.max())) if len(years) else before.scenario.start.year
    cells = {
        name: _apart(getattr(before, name), getattr(after, name))
        for name in ("budget", "monthly", "yearly")
    }
    loaded = [_loaded(folder) for folder in (old, new)]
    return Moved(
        before.record["scenario"],
        before.record["options"],
        gaps,
        year,
        (_need(before, year), _need(after, year)),
        cells,
        tuple(differences(*loaded)),
        tuple(others_of(before.record, after.record)),
    )


def _refuse_unlike(old: Path, new: Path, before: RunFolder, after: RunFolder) -> None:
    one, two = before.record, after.record
    if one["scenario"] != two["scenario"]:
        what = f"a run of {two['scenario']}, where {old} is one of {one['scenario']}"
        usage_error(
            str(new), what, "give two runs of one scenario; opvangsim compare holds two apart"
        )
    for name in SAME:
        here, there = one["options"][name], two["options"][name]
        if here != there:
            what = f"{name} is {_said(there)}, and {_said(here)} in {old}"
            usage_error(str(new), what, "run both with the same options, so that only results move")
    if before.scenario.budget.headline != after.scenario.budget.headline:
        vintages = (run.scenario.budget.headline for run in (before, after))
        what = f"its gap is held against another budget: {' and '.join(vintages)}"
        usage_error(str(new), what, "give two runs with the same headline vintage")


def _said(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _loaded(folder: Path) -> Loaded:
    return load_chain([str(folder / "scenario.resolved.yaml")])


def _apart(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int]:
    if list(before.columns) != list(after.columns) or len(before) != len(after):
        return -1, after.size
    found = differing(before, after)
    return (found.count if found else 0), after.size


def _need(run: RunFolder, year: int) -> float:
    rows = run.yearly
    rows = rows[(rows["series"] == "need") & (rows["measure"] == "end") & (rows["year"] == year)]
    return float(rows["mean"].iloc[0]) if len(rows) else float("nan")
