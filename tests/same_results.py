"""Compare the tables of runs and studies with those kept in ``tests/golden/tables.txt``.

``make same`` runs it (under three minutes on two cores): six scenarios by day and by week with 40
replications, and each study at a small size. It prints a line an item, ``same`` or ``DIFFERS`` with
each table and the columns that differ, and ends with 1 if anything differs.

The program is driven only through the first part of this file, so that a renamed command or option
changes one line here and no hash. Only numbers and tables are compared: not ``run.json``, charts or
sentences.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import os
import re
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "tests" / "golden" / "tables.txt"

# -- how the program is driven: all that a renamed command or option touches ----------------------

SCENARIOS = (
    "baseline",
    "constrained",
    "cabinet-package",
    "distribution-law-90000",
    "year-2024",
    "no-emergency",
)
FEW = "--replications 4 --workers 1"
WEEKLY = f"--step week {FEW}"
COMMANDS = {
    "run": "run {scenario} --step {step} --replications 40 --workers 1 --no-charts --out out",
    "compare": f"compare baseline faster-housing constrained {WEEKLY} --until 2027-12-31 -o out",
    "explain": f"explain baseline cabinet-package --by key {WEEKLY} -o out",
    "solve": "solve baseline --lever budget.vintages.owb2025.lines.coa_nidos@2027"
    f" --target 'gap.total.2027<=0' {WEEKLY} -o out",
    "frontier": "solve baseline --lever inflow.first@2026 --lever housing.homes@2026"
    f" --target 'gap.total.2027<=0' --points 3 {WEEKLY} -o out",
    "stock": f"optimal-places --points 4 --until 2027-12-31 {WEEKLY} -o out",
    "plan-compare": "plan compare baseline standby-5000 early-warning"
    f" --until 2027-12-31 {WEEKLY} -o out",
    "plan-search": "plan search standby-5000 --evaluations 8 --accept 100 --until 2026-12-31"
    " --levers reception.places.standby_location.standby.places=0:10000:1000"
    f" --levers plan.rules.open_standby.do.open=500:2000:500 {WEEKLY} -o out",
    "plan-value": "plan value baseline fixed-stock-41000 --replications 100 --workers 1"
    " --until 2027-12-31 -o out",
    "ind-coa": f"ind-cut --until 2027-12-31 {WEEKLY} -o out",
    "sensitivity": "sensitivity few.yaml --points 2 --step week --workers 1 -o out",
    "sweep": "sweep design.yaml --workers 1 -o swept",
    "discover": "discover swept --where 'gap.total.2027>4e9' -o out",
    "score": "hindcast --replications 20 -o out",
    "calibrate": "model calibrate --replications 1 -o out.yaml",
    "trace": "model trace {scenario} --person {person} --scale 1000",
}
QUESTIONS = (18, 27, 57)
"""Paired differences and the cut of the IND; the solution of a target; a known figure and needs."""
TRACED = (("baseline", 3), ("baseline", 40), ("no-moratorium", 11))
UNCERTAIN = {"housing.homes", "ind.capacity.realised", "family.productivity"}
"""What stays uncertain for ``sensitivity``: with all sixty inputs it takes minutes."""
DESIGN = """
title: {en: Small, nl: Klein}
scenario: baseline
design: grid
keys:
  inflow.first@2026: {low: 15000, high: 40000, steps: 6}
  housing.homes@2026: {values: [20000, 30000, 40000]}
record: [gap.total.2027, "occupancy.total.2027:mean"]
replications: 2
step: week
"""

Tables = dict[str, bytes]
"""Tables of an item as CSV, by name."""


def command(name: str, **words: object) -> str:
    """Run a command of the program in this process; return what it prints."""
    from sim.cli import app

    line = shlex.split(COMMANDS[name].format(**words))
    sys.argv = ["opvangsim", *line]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        app(line, standalone_mode=False)
    return printed.getvalue()


def run_tables(scenario: str, step: str) -> Tables:
    """Return the three tables of a run with 40 replications."""
    command("run", scenario=scenario, step=step)
    return csv_files(Path("out"))


def study_tables(name: str) -> Tables:
    """Return the tables of a study at a small size."""
    if name in OTHER:
        return OTHER[name]()
    command(name)
    return csv_files(Path("out"))


def csv_files(folder: Path) -> Tables:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}


def sensitivity() -> Tables:
    """Of a copy of the baseline in which only a few numbers are uncertain."""
    command("run", scenario="baseline", step="week")
    tree = yaml.safe_load(Path("out", "scenario.resolved.yaml").read_text("utf-8"))
    Path("few.yaml").write_text(yaml.safe_dump(certain(tree, ""), sort_keys=False), "utf-8")
    for file in sorted(Path("out").iterdir()):
        file.unlink()
    Path("out").rmdir()
    command("sensitivity")
    return csv_files(Path("out"))


def certain(node: Any, path: str) -> Any:
    """A scenario without spreads, but for those of ``UNCERTAIN``."""
    if isinstance(node, list):
        return [certain(each, path) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: certain(value, f"{path}.{key}".lstrip("."))
        for key, value in node.items()
        if key != "spread" or path in UNCERTAIN
    }


def sweep() -> Tables:
    """A small sweep, and a box found in it."""
    Path("design.yaml").write_text(DESIGN, "utf-8")
    command("sweep")
    rows = pd.read_parquet(Path("swept", "sweep.parquet"))
    command("discover")
    return csv_files(Path("out")) | {"sweep.csv": as_csv(rows[sorted(swept_columns(rows))])}


def swept_columns(rows: pd.DataFrame) -> Iterator[str]:
    """Columns of a sweep, without the hash of a run, which holds the version."""
    return (str(name) for name in rows.columns if str(name) not in ("run", "hash", "id"))


def calibrate() -> Tables:
    """Every number that was fitted, by its key."""
    command("calibrate")
    tree = yaml.safe_load(Path("out.yaml").read_text("utf-8"))
    return {"fitted.csv": as_csv(pd.DataFrame(numbers(tree, ""), columns=["key", "value"]))}


def numbers(node: Any, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(node, (dict, list)):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from numbers(value, f"{path}.{key}".lstrip("."))
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        yield path, float(node)


def trace() -> Tables:
    """Dates and numbers in the lives of a few people."""
    rows = []
    for scenario, person in TRACED:
        text = command("trace", scenario=scenario, person=person)
        rows += [(scenario, person, each) for each in re.findall(r"\d[\d.,-]*", text)]
    return {"trace.csv": as_csv(pd.DataFrame(rows, columns=["scenario", "person", "number"]))}


def answers() -> Tables:
    """Numbers of the figures of some answers, rounded as they are shown."""
    import sim

    rows = []
    for number in QUESTIONS:
        shown = sim.answer(number, replications=4, step="week", workers=1).figures["value"]
        values = (re.findall(r"[\u2212-]?\d[\d.,]*", value) for value in shown)
        rows += [(number, line, each) for line, found in enumerate(values) for each in found]
    return {"figures.csv": as_csv(pd.DataFrame(rows, columns=["question", "line", "number"]))}


def as_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()


OTHER: dict[str, Callable[[], Tables]] = {
    "sensitivity": sensitivity,
    "sweep": sweep,
    "calibrate": calibrate,
    "trace": trace,
    "answers": answers,
}

# -- items, and what is kept of them --------------------------------------------------------------

STUDIES = (
    "calibrate",
    "score",
    "answers",
    "sweep",
    "sensitivity",
    "explain",
    "frontier",
    "plan-search",
    "plan-value",
    "plan-compare",
    "compare",
    "ind-coa",
    "stock",
    "solve",
    "trace",
)
RUNS = tuple(f"{name} {step}" for step in ("day", "week") for name in SCENARIOS)
ITEMS = (*STUDIES[:2], *RUNS[:6], *STUDIES[2:], *RUNS[6:])
"""The long ones first, so that two processes end at about the same time."""
FAST = ("constrained week", "baseline week", "ind-coa", "compare", "stock")

Kept = dict[tuple[str, str], str]
"""Item and table: its SHA-256, its number of rows, and a short digest of each column."""


def tables_of(item: str) -> Tables:
    """Make the tables of an item in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="same-") as folder:
        os.chdir(folder)
        try:
            scenario, _, step = item.partition(" ")
            return run_tables(scenario, step) if step else study_tables(item)
        finally:
            os.chdir(ROOT)


def digests(item: str) -> tuple[str, Kept, float]:
    """Digests of the tables of an item, and how long it took."""
    begin = time.monotonic()
    found = {(item, name): digest(table) for name, table in tables_of(item).items()}
    return item, found, time.monotonic() - begin


def digest(table: bytes) -> str:
    cells = pd.read_csv(io.BytesIO(table), dtype=str, keep_default_na=False)
    columns = (f"{name}={short(cells[name])}" for name in cells.columns)
    whole = hashlib.sha256(table).hexdigest()
    return " ".join((whole, str(len(cells)), *(name.replace(" ", "_") for name in columns)))


def short(column: pd.Series[str]) -> str:
    return hashlib.sha256("\n".join(column).encode()).hexdigest()[:6]


def kept() -> Kept:
    """Digests kept in the file; a line holds item, table and digests between tabs."""
    lines = KEPT.read_text("utf-8").splitlines() if KEPT.exists() else []
    cells = (line.split("\t") for line in lines)
    return {(item, name): value for item, name, value in cells}


def differences(item: str, found: Kept, expected: Kept) -> list[str]:
    """Say for each table of an item what differs from the one kept; nothing if nothing does."""
    pairs = sorted({key for key in (*found, *expected) if key[0] == item})
    told = []
    for pair in pairs:
        new, old = found.get(pair, "").split(), expected.get(pair, "").split()
        if new == old:
            continue
        if not new or not old:
            told.append(f"{pair[1]}: {'not made any more' if old else 'not kept'}")
            continue
        columns, before = (dict(word.rsplit("=", 1) for word in each[2:]) for each in (new, old))
        names = [name for name in before | columns if columns.get(name) != before.get(name)]
        told.append(
            f"{pair[1]}: {new[1]} rows ({old[1]} kept); columns that differ: "
            f"{', '.join(names) or 'none by value: their order or how numbers are written'}"
        )
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these items, as in 'compare'")
    parser.add_argument("--fast", action="store_true", help="two runs and three studies")
    parser.add_argument("--update", action="store_true", help="keep what is made now")
    asked = parser.parse_args()
    items = [each for each in ITEMS if each in FAST] if asked.fast else list(ITEMS)
    if asked.only:
        items = [each for each in ITEMS if each in asked.only or each.split()[0] in asked.only]
    if not items:
        parser.error(f"--only: none of {', '.join(ITEMS)}")
    expected, wrong = kept(), 0
    # A process that was spawned and not forked has imported nothing yet, as at a terminal.
    with ProcessPoolExecutor(min(2, len(items)), get_context("spawn")) as pool:
        for job in as_completed([pool.submit(digests, item) for item in items]):
            item, found, seconds = job.result()
            told = [] if asked.update else differences(item, found, expected)
            wrong += bool(told)
            word = "kept" if asked.update else "DIFFERS" if told else "same"
            print(f"{word:8}{item} ({seconds:.0f} s)", flush=True)
            for line in told:
                print(f"        {line}", flush=True)
            if asked.update:
                expected = {key: old for key, old in expected.items() if key[0] != item} | found
    if asked.update:
        lines = (f"{item}\t{name}\t{value}\n" for (item, name), value in sorted(expected.items()))
        KEPT.write_text("".join(lines), "utf-8")
        return 0
    print(f"{len(items) - wrong} of {len(items)} items are the same as kept")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
