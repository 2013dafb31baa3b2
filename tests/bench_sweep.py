"""What two threads gain over one, and what memory ten thousand runs take.

    python tests/bench_sweep.py            # pairs of the same sweep with one thread and with two
    python tests/bench_sweep.py 10000      # peak memory of a sweep of so many tiny runs

The first ends with 1 where the median gain lies below 1.6. Both need a machine at rest.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from sim.results.executor import open_workers
from sim.studies.design import parse_design
from sim.studies.design_points import expand_design
from sim.studies.sweep import Sweep, sweep

PAIRS = 3
LEAST_GAIN = 1.6
DESIGN = """
scenario: baseline
design: latin
points: {points}
keys:
  inflow.first@2025-02-01: {{low: 15000, high: 45000}}
  housing.homes: {{low: 15000, high: 45000}}
record: [occupancy.total.2025, inflow.total.2025]
replications: {replications}
until: {until}
"""


def seconds(points: int, replications: int, until: str, workers: int) -> float:
    """How long a sweep takes, without what comes before its first run."""
    text = DESIGN.format(points=points, replications=replications, until=until)
    one = Sweep("bench", expand_design(parse_design(text, "bench.yaml"), Path()), text)
    with tempfile.TemporaryDirectory() as folder, open_workers(None, workers) as crew:
        began = time.perf_counter()
        sweep(one, Path(folder) / "sweep", crew)
        return time.perf_counter() - began


def gain() -> float:
    """Median over pairs of the time of one worker over that of two."""
    ratios = []
    for _ in range(PAIRS):
        alone, two = (seconds(64, 20, "2026-03-31", workers) for workers in (1, 2))
        ratios.append(alone / two)
        print(f"one thread {alone:.1f} s, two {two:.1f} s: {ratios[-1]:.2f} times as fast")
    return median(ratios)


def main() -> int:
    """Measure what is asked for."""
    if len(sys.argv) > 1:
        taken = seconds(int(sys.argv[1]), 1, "2025-02-07", 0)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[1]} runs in {taken:.0f} s: {peak:.0f} MB")
        return 0
    found = gain()
    print(f"median {found:.2f}; load of the machine {os.getloadavg()[0]:.1f}")
    return int(found < LEAST_GAIN)


if __name__ == "__main__":
    sys.exit(main())
