"""Speed and memory against a commit from before the engine was compiled: `make bench`.

    python tests/bench.py                        # every row, three rounds: over half an hour
    python tests/bench.py --only engine-1 help   # these rows
    python tests/bench.py --new-only --rounds 1  # this tree alone, once

Both trees run on the same interpreter and packages, in turns, so that a busy machine slows both;
only ratios of neighbours are a comparison. Prints a Markdown table and exits with 1 if a target is
missed. Imports the standard library alone: the memory of a process counts that of its parent.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
OLD_COMMIT = "0512748"
Figures = dict[str, float]


@dataclass(frozen=True)
class Tree:
    """A source tree, and the modules in which it keeps its engine and its draws."""

    root: Path
    engine: str = "sim.model.engine"
    sampling: str = "sim.model.sampling"


@dataclass(frozen=True)
class Spent:
    """What a command used, its child processes included, and what it printed."""

    wall: float
    cpu: float
    peak_mb: float
    """Memory of the largest of its processes."""
    output: str


@dataclass(frozen=True)
class Target:
    """A figure of a row and what it has to reach; without bounds it is only reported."""

    figure: str
    at_most: float | None = None
    at_least: float | None = None
    times_less: float | None = None

    def __str__(self) -> str:
        bounds = (
            ("at most {:g}", self.at_most),
            ("at least {:g}", self.at_least),
            ("{:g} times less", self.times_less),
        )
        return ", ".join(text.format(bound) for text, bound in bounds if bound is not None)

    def is_met(self, new: float, ratio: float | None) -> bool:
        """Whether the median of the new tree, and that of the ratios old / new, reach it."""
        return (
            (self.at_most is None or new <= self.at_most)
            and (self.at_least is None or new >= self.at_least)
            and (self.times_less is None or ratio is None or ratio >= self.times_less)
        )


@dataclass(frozen=True)
class Row:
    """Something to measure on a tree, in a folder for its output."""

    title: str
    measure: Callable[[Tree, Path], Figures]
    targets: Sequence[Target]
    in_old: bool = True


def spent(words: Sequence[str], root: Path = ROOT) -> Spent:
    """Run Python with these words on a source tree; end this program if it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as stream:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *words],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root)},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        stream.seek(0)
        output = stream.read()
    if child.returncode:
        raise SystemExit(f"{' '.join(words)} failed in {root}:\n{output}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def command(words: str, tree: Tree, folder: Path) -> Figures:
    """Measure a whole process of Python."""
    used = spent([word.format(out=folder / "out") for word in shlex.split(words)], tree.root)
    return {"wall s": used.wall, "CPU s": used.cpu, "peak MB": used.peak_mb}


def script(name: str, words: Sequence[str], tree: Tree, _folder: Path) -> Figures:
    """Run a script of this folder on a tree: it prints a figure and its unit on each line."""
    modules = () if name != "bench_engine.py" else (tree.engine, tree.sampling)
    output = spent([str(ROOT / "tests" / name), *modules, *words], tree.root).output
    pairs = (line.split(" ", 1) for line in output.splitlines())
    return {unit: float(value) for value, unit in pairs}


def what_if(tree: Tree, _folder: Path) -> Figures:
    """Run the tree's own benchmark of the what-if, and take the last time of each slider."""
    output = spent(["tests/bench_whatif.py"], tree.root).output
    found = re.findall(r"^(inflow|price)\b.*?([\d.]+) s\b", output, re.MULTILINE)
    return {f"{slider} slider, s": float(seconds) for slider, seconds in found}


def engine(replications: int) -> Callable[[Tree, Path], Figures]:
    """Measure the engine alone."""
    return partial(script, "bench_engine.py", [str(replications)])


def run(words: str) -> Callable[[Tree, Path], Figures]:
    """Measure `opvangsim run baseline` from start to written folder."""
    return partial(command, f"-m sim run baseline --quiet --out {{out}} {words}")


PER_DAY = "CPU µs per replication-day"
WHOLE = (Target("wall s"), Target("CPU s"))
ROWS = {
    "engine-500": Row(
        "engine, 500 replications, daily steps", engine(500), [Target(PER_DAY, at_most=7.5)]
    ),
    "engine-100": Row("engine, 100 replications, daily steps", engine(100), [Target(PER_DAY)]),
    "engine-1": Row(
        "engine, 1 replication, six years, daily steps", engine(1), [Target("CPU s", at_most=0.15)]
    ),
    "run-500": Row(
        "`run baseline`, 500 replications, daily steps",
        run("--replications 500"),
        [Target("wall s", at_most=6, times_less=2.3), Target("CPU s")],
    ),
    "run-100": Row(
        "`run baseline`, 100 replications, daily steps",
        run("--replications 100"),
        [Target("wall s"), Target("CPU s", times_less=3.5)],
    ),
    "run-10000": Row(
        "`run baseline`, 10,000 replications, weekly steps",
        run("--replications 10000 --step week"),
        [Target("wall s", at_most=38), Target("CPU s")],
    ),
    "what-if": Row(
        "what-if: slider to settled picture, 100 replications to 2030",
        what_if,
        [Target("inflow slider, s", at_most=1.0), Target("price slider, s", at_most=0.2)],
    ),
    "memory": Row(
        "memory of the largest process, 500 replications, 30 years, weekly steps, no charts",
        run("--replications 500 --step week --until 2054-12-31 --no-charts"),
        [Target("peak MB", at_most=250)],
    ),
    "help": Row(
        "`opvangsim --help`",
        partial(command, "-m sim --help"),
        [Target("wall s", at_most=0.15)],
    ),
    "import": Row(
        "`import sim`", partial(command, "-c 'import sim'"), [Target("wall s", at_most=0.15)]
    ),
    "sensitivity": Row(
        "`sensitivity`, default",
        partial(command, "-m sim sensitivity --quiet --out {out}"),
        [Target("wall s", at_most=75), Target("CPU s")],
    ),
    "persons": Row(
        "one process per person, in times the engine's CPU time per replication",
        partial(script, "bench_engine.py", ["500", "--persons"]),
        [Target("persons / engine", at_least=800)],
        in_old=False,
    ),
    "ciw": Row(
        "three of the queues in Ciw, a tenth of the people, one replication",
        partial(script, "bench_ciw.py", []),
        [Target("CPU s")],
        in_old=False,
    ),
}


@contextmanager
def old_tree() -> Iterator[Tree]:
    """Unpack the old commit into a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as name:
        archive = Path(name) / "old.tar"
        subprocess.run(
            ["git", "archive", "--output", str(archive), OLD_COMMIT], cwd=ROOT, check=True
        )
        root = Path(name) / "old"
        with tarfile.open(archive) as files:
            files.extractall(root, filter="data")
        yield Tree(root, "sim.engine", "sim.draws")


def measured(row: Row, tree: Tree) -> Figures:
    """Measure a row once on a tree."""
    with tempfile.TemporaryDirectory() as folder:
        return row.measure(tree, Path(folder))


def warm_up(tree: Tree) -> None:
    """Fill the caches that a first run fills: compiled code and fonts."""
    spent(["-m", "compileall", "-q", "sim"], tree.root)
    measured(Row("", run("--replications 2 --until 2025-03-31"), ()), tree)


def rounds_of(row: Row, trees: Sequence[Tree], rounds: int) -> list[list[Figures]]:
    """Measure a row on each tree, in each round beginning with the other one: [tree][round]."""
    found: list[list[Figures]] = [[] for _ in trees]
    order = list(range(len(trees)))
    for _ in range(rounds):
        for turn in order:
            found[turn].append(measured(row, trees[turn]))
        order.reverse()
    return found


def report(row: Row, target: Target, found: Sequence[Sequence[Figures]]) -> bool:
    """Print the line of a figure, and return whether its target is met."""
    values = [[figures[target.figure] for figures in tree] for tree in found]
    new = median(values[0])
    old, ratio = None, None
    if len(values) > 1:
        old = median(values[1])
        ratio = median(b / a for a, b in zip(*values, strict=True))
    is_met = target.is_met(new, ratio)
    verdict = ("held" if is_met else "MISSED") if str(target) else ""
    numbers = " | ".join(number(value) for value in (new, old, ratio))
    print(f"| {row.title} | {target.figure} | {numbers} | {target} | {verdict} |", flush=True)
    return is_met


def number(value: float | None) -> str:
    """A figure with three digits; nothing for one that is not there."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    """Processor with the number of cores this process may use, and versions of the packages."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    cores = f"{len(os.sched_getaffinity(0))} cores of {model[1] if model else 'unknown'}"
    packages = [f"{name} {version(name)}" for name in ("numpy", "numba", "scipy", "simpy")]
    return ", ".join([cores, f"Python {platform.python_version()}", *packages])


def load() -> str:
    """Load averages of the machine over 1, 5 and 15 minutes."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure speed and memory.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), metavar="ROW")
    parser.add_argument("--new-only", action="store_true", help="leave the old commit out")
    asked = parser.parse_args()
    commit = subprocess.check_output(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True
    ).strip()
    print(f"{machine()}\nnew: {commit}; old: {OLD_COMMIT}; rounds: {asked.rounds}")
    print(f"load before: {load()}\n")
    print("| what | figure | new | old | old / new | target | |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- |", flush=True)
    met = []
    with old_tree() as old:
        trees = [Tree(ROOT)] if asked.new_only else [Tree(ROOT), old]
        for tree in trees:
            warm_up(tree)
        for row in (ROWS[name] for name in asked.only):
            found = rounds_of(row, trees if row.in_old else trees[:1], asked.rounds)
            met += [report(row, target, found) for target in row.targets]
    print(f"\nload after: {load()}")
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main())
