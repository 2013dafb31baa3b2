"""Compile the engine before its first use: ``python -m sim.model.precompile``."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from ..scenario import load
from .compiled import cache_folder
from .engine import simulate

DAYS = 45
"""Days of the run that compiles all: a month's end and several rounds of the capacity desk."""


def precompile() -> float:
    """Compile all steps of the actors, and return the CPU seconds that it took.

    What is compiled already is only loaded.
    """
    began = time.process_time()
    scenario = load("baseline")
    simulate(scenario, 2, 1, until=scenario.start + timedelta(days=DAYS)).check_balance()
    return time.process_time() - began


def main() -> None:
    """Compile, and say how long it took."""
    seconds = precompile()
    sys.stdout.write(
        f"The engine is ready ({seconds:.0f} s of CPU); it is kept in {cache_folder()}\n"
    )


if __name__ == "__main__":
    main()
