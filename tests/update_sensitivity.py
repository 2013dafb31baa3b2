"""Write what moves the gap of 2027 in the baseline: run it when results moved (minutes)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.results.cell import parse
from sim.results.experiment import Settings
from sim.scenario import load
from sim.studies.sobol import POINTS, Sensitivity, sensitivity

FILE = Path(__file__).parent.parent / "sim" / "data" / "sensitivity.csv"
CELL = "gap.total.2027:mean"
SETTINGS = Settings(seed=1, step="week")
HEAD = [
    "# What moves the baseline's gap of 2027, by uncertain number: its total Sobol index (1,024",
    "# points), and by how much the mean gap moves with the number at its 10th (low) and 90th",
    "# percentile (high), all others at their median [EUR million]; by the week, seed 1.",
    "key,total,low,high",
]


def lines_of(found: Sensitivity) -> list[str]:
    """A line a key, in file order; linked keys have the effect of their group."""
    totals = dict(zip(found.indices["input"], found.indices["total"], strict=True))
    rows = {str(row["input"]): row for row in found.tornado.to_dict("records")}
    return [
        f"{key},{totals[one.name]:.3g},{_million(rows[one.name], 'low')},"
        f"{_million(rows[one.name], 'high')}"
        for one in found.inputs
        if not one.is_chance
        for key in one.columns
    ]


def _million(row: Mapping[Any, Any], side: str) -> str:
    return f"{row[side] / 1e6:.1f}"


def main() -> None:
    found = sensitivity(load("baseline"), parse(CELL), POINTS, SETTINGS)
    FILE.write_text("\n".join([*HEAD, *lines_of(found)]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
