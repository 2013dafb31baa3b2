"""Compare results: files byte by byte, tables cell by cell, runs of one scenario."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..errors import Message, all_of, usage_error
from ..report.overview import YEAR
from ..report.run_tables import headline_rows
from ..runs.load import RunFolder, read_run_folder
from ..scenario import Loaded, load_chain
from ..scenario.listing import Difference, differences

State = Literal["equal", "differs", "missing", "extra"]


@dataclass(frozen=True)
class CellDifferences:
    """Differences between two tables of one shape: count, first cell, largest difference.

    ``row`` counts from 1 below the head; ``key`` are the words and whole numbers of that row,
    which identify it. ``largest`` and ``largest_in`` (a column) are of numbers.
    """

    count: int
    row: int
    key: str
    column: str
    before: str
    after: str
    largest: float
    largest_in: str


@dataclass(frozen=True)
class FileComparison:
    """State of one file in two folders; ``missing`` and ``extra`` refer to the second.

    ``cells`` tells how tables differ, ``shape`` that they have other rows or columns.
    """

    name: str
    state: State
    cells: CellDifferences | None = None
    shape: str = ""


def compare_files(before: Path, after: Path, names: Iterable[str]) -> list[FileComparison]:
    """Compare files of two folders by name; names in neither are left out."""
    found = []
    for name in sorted(set(names)):
        one, two = before / name, after / name
        if one.is_file() and two.is_file():
            found.append(_held(name, one.read_bytes(), two.read_bytes()))
        elif one.is_file() or two.is_file():
            found.append(FileComparison(name, "missing" if one.is_file() else "extra"))
    return found


def _held(name: str, before: bytes, after: bytes) -> FileComparison:
    if before == after:
        return FileComparison(name, "equal")
    one, two = _table(name, before), _table(name, after)
    if one is None or two is None:
        return FileComparison(name, "differs")
    if list(one.columns) != list(two.columns) or len(one) != len(two):
        sizes = (f"{len(each)} x {len(each.columns)}" for each in (one, two))
        return FileComparison(name, "differs", shape=" / ".join(sizes))
    return FileComparison(name, "differs", compare_tables(one, two))


def _table(name: str, content: bytes) -> pd.DataFrame | None:
    """Return a file as a table, or None if it is not a readable one."""
    try:
        if name.endswith(".csv"):
            return pd.read_csv(io.BytesIO(content))
        if name.endswith(".parquet"):
            return pd.read_parquet(io.BytesIO(content))
    except (ValueError, OSError, pd.errors.ParserError):
        pass  # Then bytes are all that can be told of.
    return None


def compare_tables(before: pd.DataFrame, after: pd.DataFrame) -> CellDifferences | None:
    """Compare two tables with the same columns and number of rows; None if they are equal."""
    unlike = pd.DataFrame(
        {name: _unlike(before[name], after[name]) for name in before.columns}, dtype=bool
    ).to_numpy()
    if not unlike.any():
        return None
    row, column = (int(place) for place in np.argwhere(unlike)[0])
    name = str(before.columns[column])
    largest, largest_in = 0.0, ""
    for number in before.columns:
        if all(pd.api.types.is_numeric_dtype(one[number]) for one in (before, after)):
            apart = (after[number].astype(float) - before[number].astype(float)).abs().max()
            if apart > largest:
                largest, largest_in = float(apart), str(number)
    labels = [
        str(before[one].iloc[row])
        for one in before.columns
        if one != name and not pd.api.types.is_float_dtype(before[one])
    ]
    return CellDifferences(
        int(unlike.sum()),
        row + 1,
        ", ".join(labels),
        name,
        str(before[name].iloc[row]),
        str(after[name].iloc[row]),
        largest,
        largest_in,
    )


def _unlike(before: pd.Series, after: pd.Series) -> list[bool]:
    both_empty = (before.isna() & after.isna()).to_numpy(bool)
    equal = (before.astype(object).to_numpy() == after.astype(object).to_numpy()).astype(bool)
    return list(~(equal | both_empty))


Row = Mapping[str, Any]
SAME = ("replications", "seed", "step", "until", "vary")
"""What two runs must have been made with alike: else chance moves the numbers too."""


PARTS = ("versions", "packages", "platform", "source", "data")
"""Keys of a manifest that describe the environment, each a mapping."""


@dataclass(frozen=True)
class EnvironmentChange:
    """A key of the manifest's environment that differs: versions, packages, platform, source."""

    part: str
    key: str
    before: str
    after: str


@dataclass(frozen=True)
class RunComparison:
    """Numbers that differ between two runs of one scenario, and what else differs.

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
        """Return whether no number in any table differs."""
        return not any(count for count, _ in self.cells.values())


def compare_runs(old: Path, new: Path) -> RunComparison:
    """Compare two runs of the same scenario with the same settings.

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
    return RunComparison(
        before.record["scenario"],
        before.record["options"],
        gaps,
        year,
        (_need(before, year), _need(after, year)),
        cells,
        tuple(differences(*loaded)),
        tuple(environment_changes(before.record, after.record)),
    )


def _refuse_unlike(old: Path, new: Path, before: RunFolder, after: RunFolder) -> None:
    one, two = before.record, after.record
    if one["scenario"] != two["scenario"]:
        what = Message(
            "a run of {new_scenario}, whereas {old} is a run of {old_scenario}",
            new_scenario=two["scenario"],
            old=old,
            old_scenario=one["scenario"],
        )
        usage_error(
            str(new),
            what,
            "give two runs of one scenario; use opvangsim compare for different scenarios",
        )
    for name in SAME:
        here, there = one["options"][name], two["options"][name]
        if here != there:
            what = Message(
                "{name} is {there}, and {here} in {old}",
                name=name,
                there=_said(there),
                here=_said(here),
                old=old,
            )
            usage_error(
                str(new), what, "run both with the same options, so that only results differ"
            )
    if before.scenario.budget.headline != after.scenario.budget.headline:
        vintages = (run.scenario.budget.headline for run in (before, after))
        what = Message(
            "its gap is measured against another budget: {vintages}", vintages=all_of(vintages)
        )
        usage_error(str(new), what, "give two runs with the same headline vintage")


def _said(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _loaded(folder: Path) -> Loaded:
    return load_chain([str(folder / "scenario.resolved.yaml")])


def _apart(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int]:
    if list(before.columns) != list(after.columns) or len(before) != len(after):
        return -1, after.size
    found = compare_tables(before, after)
    return (found.count if found else 0), after.size


def _need(run: RunFolder, year: int) -> float:
    rows = run.yearly
    rows = rows[(rows["series"] == "need") & (rows["measure"] == "end") & (rows["year"] == year)]
    return float(rows["mean"].iloc[0]) if len(rows) else float("nan")


def environment_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[EnvironmentChange]:
    """Return the differences between the environments of two manifests."""
    found = []
    for part in PARTS:
        for key in sorted({*before[part], *after[part]}):
            one, two = (str(record[part].get(key, "-")) for record in (before, after))
            if one != two and not (part == "packages" and key in before["versions"]):
                found.append(EnvironmentChange(part, key, one, two))
    return found
