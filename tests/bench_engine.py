"""CPU time of the engine alone; `tests/bench.py` runs this on two source trees.

    python tests/bench_engine.py sim.model.engine sim.model.sampling 500 [--persons]

Simulates the baseline in daily steps, without drawing parameters or making tables. A first
replication is not counted: it fills caches. Prints a figure and its unit on each line.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib import import_module

from sim.scenario import load


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process, all its threads together."""
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", help="module with `simulate`")
    parser.add_argument("sampling", help="module with `sample`")
    parser.add_argument("replications", type=int)
    parser.add_argument("--persons", action="store_true", help="also one process per person")
    asked = parser.parse_args()

    baseline = load("baseline")
    simulate = import_module(asked.engine).simulate
    parameters = import_module(asked.sampling).sample(baseline, asked.replications, 1)
    simulate(baseline, 1, 1)
    engine = seconds(lambda: simulate(baseline, asked.replications, 1, parameters=parameters))
    days = (baseline.until - baseline.start).days + 1
    print(f"{engine:.6f} CPU s")
    print(f"{1e6 * engine / asked.replications / days:.6f} CPU µs per replication-day")
    if asked.persons:
        simulate_persons = import_module("sim.reference.simulation").simulate_persons
        persons = seconds(lambda: simulate_persons(baseline, 1))
        print(f"{persons * asked.replications / engine:.1f} persons / engine")


if __name__ == "__main__":
    main()
