"""Figures on speed and memory: `make bench` prints them; nothing here is a test.

Each line is a whole process on this machine. Quote ratios: absolute times depend on the machine.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measured(*words: str) -> tuple[float, float]:
    """Wall seconds and the largest memory of one process [MB] of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sim", *words], check=True, capture_output=True)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return wall, max(before, after) / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = ["--out", str(Path(folder) / "run"), "--no-charts", "--quiet"]
        cases: list[tuple[str, list[str], int]] = [
            ("help", ["--help"], 0),
            ("100 replications", ["run", "baseline", "--replications", "100", *out], 100),
            ("500 replications", ["run", "baseline", "--replications", "500", *out], 500),
            ("1000 replications", ["run", "baseline", "--replications", "1000", *out], 1000),
            (
                "500, horizon halved",
                ["run", "baseline", "--replications", "500", "--until", "2027-12-31", *out],
                500,
            ),
            (
                "500, by the week",
                ["run", "baseline", "--replications", "500", "--step", "week", *out],
                500,
            ),
        ]
        print(f"{'case':24}{'wall s':>9}{'ms/replication':>16}{'peak MB':>9}")
        for name, words, replications in cases:
            wall, peak = measured(*words)
            each = f"{1000 * wall / replications:.1f}" if replications else ""
            print(f"{name:24}{wall:9.2f}{each:>16}{peak:9.0f}", flush=True)


if __name__ == "__main__":
    main()
