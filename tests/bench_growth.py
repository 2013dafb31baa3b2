"""How time and memory grow with replications, years, groups and place types; part of `make bench`.

    python tests/bench_growth.py                # measure all, print the table, draw the chart
    python tests/bench_growth.py --only years   # one axis anew; the others as they were kept
    python tests/bench_growth.py --quick        # the small sizes alone, nothing is written

Each case is a whole command on this machine: `opvangsim run` on a copy of the baseline in which
groups or place types were split, by the week, with all cores. Writes the table to
`docs/reference/growth.csv` and the chart to `docs/images/growth.png`; the documentation shows both.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from bench import ROOT, Spent, spent
from matplotlib.figure import Figure

BASELINE = ROOT / "scenarios" / "baseline.yaml"
COUNTS = (
    "intake_share",
    "opening_pending",
    "opening_people",
    "opening_status_holders",
    "order_limit",
)
"""Keys of a group or place type that its parts share out; the other keys are copied."""
SPLIT_TYPES = ("tgo", "emergency_hotel", "emergency_ship")
"""Place types to split: they have a price of their own and no planned openings."""
FIRST_YEAR = 2025
KEPT = ROOT / "docs" / "reference" / "growth.csv"
CHART = ROOT / "docs" / "images" / "growth.png"
AXES = ("replications", "years", "groups", "types")
Tree = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What one command simulates; one of the four differs from the usual."""

    axis: str
    replications: int = 500
    years: int = 6
    groups: int = 10
    types: int = 6

    @property
    def size(self) -> int:
        """The number that this case varies."""
        return int(getattr(self, self.axis))


CASES = (
    *(Case("replications", n) for n in (100, 300, 1_000, 3_000, 10_000, 30_000)),
    *(Case("years", years=n) for n in (1, 3, 6, 12, 30)),
    *(Case("groups", groups=n) for n in (10, 20, 30, 40)),
    *(Case("types", types=n) for n in (6, 12, 24, 40)),
)
QUICK = (
    Case("replications", 100),
    Case("years", 100, 1),
    Case("groups", 100, 1, 30),
    Case("types", 100, 1, 10, 40),
)


def scenario_of(case: Case) -> Tree:
    """The baseline with so many groups and place types, and the same people and places in all."""
    tree: Tree = yaml.safe_load(BASELINE.read_text(encoding="utf-8"))
    tree["until"] = f"{FIRST_YEAR + case.years - 1}-12-31"
    first = [name for name, group in tree["groups"].items() if group["intake"] == "first"]
    extra = case.groups - len(tree["groups"])
    tree["groups"] = split(tree["groups"], first, extra)
    for part, key in (("courts", "opening_in_appeal"), ("departure", "opening_rejected")):
        tree[part][key] = split(tree[part][key], first, extra, ("value",))
    places = tree["reception"]["places"]
    extra = case.types - len(places)
    tree["reception"]["places"] = split(places, SPLIT_TYPES, extra)
    return tree


def split(items: Tree, names: Sequence[str], extra: int, counts: Sequence[str] = COUNTS) -> Tree:
    """Add ``extra`` items by dividing the named ones, in turn, into equal parts."""
    found: Tree = {}
    for name, item in items.items():
        turns = range(names.index(name), extra, len(names)) if name in names else ()
        found[name] = divided(item, 1 + len(turns), counts)
        for part, _ in enumerate(turns, start=1):
            found[f"{name}_{part}"] = copy.deepcopy(found[name])
    return found


def divided(item: Tree, parts: int, counts: Sequence[str]) -> Tree:
    """One of several equal parts of an item; its counts are numbers or have a ``value``."""
    part = copy.deepcopy(item)
    for key in set(counts) & set(part) if parts > 1 else ():
        if isinstance(part[key], dict):
            part[key]["value"] /= parts
            part[key].pop("spread", None)
        else:
            part[key] /= parts
    return part


def measured(case: Case) -> Spent:
    """Run one case."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grown.yaml"
        text = yaml.safe_dump(scenario_of(case), allow_unicode=True, sort_keys=False)
        file.write_text(text, encoding="utf-8")
        size = ["--replications", str(case.replications), "--step", "week"]
        out = ["--out", str(Path(folder) / "run"), "--no-charts", "--quiet"]
        return spent(["-m", "sim", "run", str(file), *size, *out])


def growth(cases: Sequence[Case]) -> pd.DataFrame:
    """A row a case: its size, seconds, memory [MB] and replication-years a second."""
    rows = []
    print(f"{'':14}{'size':>8}{'wall s':>9}{'CPU s':>9}{'rep.-years/s':>14}{'peak MB':>9}")
    for case in cases:
        used = measured(case)
        pace = case.replications * case.years / used.wall
        rows.append((case.axis, case.size, used.wall, used.cpu, pace, used.peak_mb))
        print(
            f"{case.axis:14}{case.size:>8,}{used.wall:9.1f}{used.cpu:9.1f}{pace:14,.0f}"
            f"{used.peak_mb:9.0f}",
            flush=True,
        )
    columns = [
        "axis",
        "size",
        "wall_seconds",
        "cpu_seconds",
        "replication_years_a_second",
        "peak_mb",
    ]
    return pd.DataFrame(rows, columns=columns)


def powers(table: pd.DataFrame) -> pd.DataFrame:
    """How time and memory grow between neighbours: 1 is in proportion, 0 not at all."""
    found = []
    for axis, rows in table.groupby("axis", sort=False):
        apart = np.diff(np.log(rows["size"].to_numpy(float)))
        for measure in ("wall_seconds", "peak_mb"):
            steps = np.diff(np.log(rows[measure].to_numpy(float))) / apart
            found.append((axis, measure, " ".join(f"{step:.2f}" for step in steps)))
    return pd.DataFrame(found, columns=["axis", "measure", "powers"])


def draw(table: pd.DataFrame, file: Path) -> None:
    """Seconds and memory over size, both on log scales, with the line of proportion."""
    figure = Figure(figsize=(6.3, 3.0), layout="constrained")
    marks = {"replications": "o", "years": "s", "groups": "^", "types": "D"}
    parts = (
        ("wall_seconds", "Wall time [s]", (1, 3, 10, 30, 100, 300, 1000)),
        ("peak_mb", "Memory of the largest process [MB]", (100, 200, 500, 1000)),
    )
    for axes, (measure, title, ticks) in zip(figure.subplots(1, 2), parts, strict=True):
        for axis, rows in table.groupby("axis", sort=False):
            size = rows["size"] / rows["size"].iloc[0]
            name = {"types": "place types"}.get(str(axis), str(axis))
            mark = marks[str(axis)]
            axes.loglog(size, rows[measure], marker=mark, markersize=4, linewidth=1, label=name)
        reach = np.array([1.0, 1000.0])
        start = float(table[measure].min())
        dots = {"color": "0.6", "linewidth": 0.8, "linestyle": ":"}
        axes.plot(reach, start * reach, **dots, label="in proportion")
        axes.set_title(title, fontsize=8)
        axes.set_xlabel("times the smallest size", fontsize=8)
        axes.set(xlim=(0.8, 1500), ylim=(ticks[0] * 0.9, ticks[-1] * 1.1))
        axes.set_xticks((1, 10, 100, 1000), ("1", "10", "100", "1,000"))
        axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.minorticks_off()
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(fontsize=7, frameon=False, loc="upper left")
    figure.savefig(file, dpi=150, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=AXES, default=AXES)
    asked = parser.parse_args()
    table = growth([case for case in (QUICK if asked.quick else CASES) if case.axis in asked.only])
    if not asked.quick:
        if len(asked.only) < len(AXES):
            kept = pd.read_csv(KEPT)
            table = pd.concat([kept[~kept["axis"].isin(asked.only)], table])
        table.round(3).to_csv(KEPT, index=False)
        draw(table, CHART)
    print(powers(table).to_string(index=False))


if __name__ == "__main__":
    main()
