"""How time and memory grow with replications, years, groups and place types; part of `make bench`.

    python tests/bench_growth.py                # measure all, print the table, draw the chart
    python tests/bench_growth.py --only years   # one axis anew; the others as they were kept
    python tests/bench_growth.py --quick        # the small sizes alone, nothing is written

Each case is a whole command on this machine: `opvangsim run` on a copy of the baseline in which
groups or place types were split or merged, by the week, with all workers. Writes the table to
`docs/reference/growth.csv` and the chart to `docs/images/growth.png`; the documentation shows both.
"""

from __future__ import annotations

import argparse
import copy
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "scenarios" / "baseline.yaml"
COUNTED = ("opening_pending", "intake_share")
HELD = ("opening_people", "opening_status_holders", "opening_places", "order_limit")
SPLIT_TYPES = ("tgo", "emergency_hotel", "emergency_ship")
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
    *(Case("replications", n) for n in (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)),
    *(Case("years", years=n) for n in (1, 3, 6, 12, 30)),
    *(Case("groups", groups=n) for n in (2, 5, 10, 20, 30)),
    *(Case("types", types=n) for n in (4, 6, 12, 24, 40)),
)
QUICK = (Case("replications", 100), Case("years", 100, 1), Case("groups", 100, 1, 30),
         Case("types", 100, 1, 10, 40))  # fmt: skip


def scenario_of(case: Case) -> Tree:
    """The baseline with so many groups and place types, and the same people and places in all.

    Groups and types beyond the baseline's are parts of its own ones; with less, the smallest are
    merged into the largest. Each application needs a group of its kind, so that two groups are the
    least. The rest of emergency reception has the price that is left, and stays one.
    """
    with BASELINE.open(encoding="utf-8") as stream:
        tree: Tree = yaml.safe_load(stream)
    groups = tree["groups"]
    first = [name for name, group in groups.items() if group["intake"] == "first"]
    tree["groups"] = resized(groups, first, case.groups, COUNTED)
    for part, key in (("courts", "opening_in_appeal"), ("departure", "opening_rejected")):
        people = {name: {"people": stock} for name, stock in tree[part][key].items()}
        found = resized(people, first, case.groups, ("people",))
        tree[part][key] = {name: one["people"] for name, one in found.items()}
    places = tree["reception"]["places"]
    tree["reception"]["places"] = resized(places, SPLIT_TYPES, case.types, HELD)
    tree["prices"]["beyond_places_as"] = "emergency_location"
    return tree


def resized(items: Tree, names: Sequence[str], count: int, parts: Sequence[str]) -> Tree:
    """Items with so many entries: the named ones are split, or merged into the first of them."""
    others = len(items) - len(names)
    wanted = count - others
    if wanted < 1:
        raise ValueError(f"{count} leaves none of {', '.join(names)}")
    kept = list(names[:wanted])
    found: Tree = {}
    for name, item in items.items():
        if name not in names:
            found[name] = item
        elif name in kept:
            pieces = len(range(kept.index(name), wanted, len(names)))
            whole = _merged(item, [items[n] for n in names[wanted:]], parts) if (
                name == kept[0]) else item  # fmt: skip
            for piece in range(pieces):
                key = name if piece == 0 else f"{name}_{piece}"
                found[key] = _piece(whole, pieces, parts)
    return found


def _merged(item: Tree, rest: Sequence[Tree], parts: Sequence[str]) -> Tree:
    """An item that has the people of others as well, and of their shares the mean."""
    whole = copy.deepcopy(item)
    if not rest:
        return whole
    sizes = [one[parts[0]]["value"] if parts[0] in one else 0 for one in (item, *rest)]
    for key in (*parts, *(key for key in whole if key.endswith("_share"))):
        if key not in whole:
            continue
        values = [one[key]["value"] if key in one else 0 for one in (item, *rest)]
        total = sum(values) if key in parts else float(np.average(values, weights=sizes))
        whole[key]["value"] = total
        whole[key].pop("spread", None)
    return whole


def _piece(item: Tree, pieces: int, parts: Sequence[str]) -> Tree:
    """One of several equal parts of an item; openings and endings are shared out as well."""
    part = copy.deepcopy(item)
    if pieces == 1:
        return part
    for key in parts:
        if key in part:
            part[key]["value"] /= pieces
            part[key].pop("spread", None)
    for dated in (*part.get("openings", ()), *part.get("endings", ())):
        dated["places"]["value"] /= pieces
    return part


def measured(case: Case) -> tuple[float, float]:
    """Wall seconds of a case and the largest memory of one of its processes [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grown.yaml"
        tree = scenario_of(case) | {"until": f"{FIRST_YEAR + case.years - 1}-12-31"}
        file.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), "utf-8")
        words = ["run", str(file), "--replications", str(case.replications), "--step", "week",
                 "--out", str(Path(folder) / "run"), "--no-charts", "--quiet"]  # fmt: skip
        command = [sys.executable, str(Path(__file__)), "--one", *words]
        began = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{case} failed:\n{done.stderr}")
        return time.perf_counter() - began, float(done.stdout.split()[-1])


def one(words: Sequence[str]) -> None:
    """Run one command as a child of this process, and print the largest memory below it [MB]."""
    subprocess.run([sys.executable, "-m", "sim", *words], check=True, stdout=subprocess.DEVNULL)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def growth(cases: Sequence[Case]) -> pd.DataFrame:
    """A row a case: its size, seconds, memory [MB] and replication-years a second."""
    rows = []
    print(f"{'':14}{'size':>8}{'wall s':>9}{'rep.-years/s':>14}{'peak MB':>9}")
    for case in cases:
        wall, peak = measured(case)
        pace = case.replications * case.years / wall
        rows.append((case.axis, case.size, wall, pace, peak))
        print(f"{case.axis:14}{case.size:>8,}{wall:9.1f}{pace:14,.0f}{peak:9.0f}", flush=True)
    columns = ["axis", "size", "wall_seconds", "replication_years_a_second", "peak_mb"]
    return pd.DataFrame(rows, columns=columns)


def powers(table: pd.DataFrame) -> pd.DataFrame:
    """How time and memory grow between neighbours: 1 is in proportion, 0 not at all."""
    found = []
    for axis, rows in table.groupby("axis", sort=False):
        apart = np.diff(np.log(rows["size"].to_numpy(float)))
        for measure in ("wall_seconds", "peak_mb"):
            steps = np.diff(np.log(rows[measure].to_numpy(float))) / apart
            last = f"{steps[-1]:.2f}" if len(steps) else ""
            found.append((axis, measure, " ".join(f"{step:.2f}" for step in steps), last))
    return pd.DataFrame(found, columns=["axis", "measure", "powers", "last"])


def draw(table: pd.DataFrame, file: Path) -> None:
    """Seconds and memory over size, both on log scales, with the line of proportion."""
    figure = Figure(figsize=(6.3, 3.0), layout="constrained")
    marks = {"replications": "o", "years": "s", "groups": "^", "types": "D"}
    parts = (
        ("wall_seconds", "Wall time [s]", (5, 10, 30, 100, 300, 1000)),
        ("peak_mb", "Memory of the largest process [MB]", (100, 200, 500, 1000)),
    )
    for axes, (measure, title, ticks) in zip(figure.subplots(1, 2), parts, strict=True):
        for axis, rows in table.groupby("axis", sort=False):
            size = rows["size"] / rows["size"].iloc[0]
            name = {"types": "place types"}.get(str(axis), str(axis))
            axes.loglog(size, rows[measure], marker=marks[str(axis)], markersize=4, linewidth=1,
                        label=name)  # fmt: skip
        reach = np.array([1.0, 1000.0])
        start = float(table[measure].min())
        axes.plot(reach, start * reach, color="0.6", linewidth=0.8, linestyle=":",
                  label="in proportion")  # fmt: skip
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
    parser.add_argument("--one", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one)
        return
    table = growth([one for one in (QUICK if asked.quick else CASES) if one.axis in asked.only])
    if not asked.quick:
        if len(asked.only) < len(AXES):
            kept = pd.read_csv(KEPT)
            table = pd.concat([kept[~kept["axis"].isin(asked.only)], table])
        table.round(3).to_csv(KEPT, index=False)
        draw(table, CHART)
    print(powers(table).to_string(index=False))


if __name__ == "__main__":
    main()
