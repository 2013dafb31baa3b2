"""Time of a what-if from a slider's move to its charts; part of `make bench`.

    python tests/bench_whatif.py

As the widget does it, but for the browser: simulate or price, draw the charts that change at screen
resolution, and encode them. Prints medians of seven moves of a slider, with the fastest and the CPU
time of the whole process.
"""

from __future__ import annotations

import asyncio
import os
import time
from statistics import median

from sim.notebook.what_if.widget import WhatIf
from sim.scenario import load

MOVES = {
    "inflow": (30_000.0, 22_000.0, 35_000.0, 28_000.0, 40_000.0, 25_000.0, 32_000.0),
    "homes": (3_000.0, 2_000.0, 3_500.0, 2_800.0, 4_000.0, 2_250.0, 3_250.0),
    "price": (110.0, 90.0, 105.0, 95.0, 120.0, 85.0, 115.0),
    "budget": (3_000.0, 2_000.0, 2_500.0, 3_500.0, 4_000.0, 1_000.0, 1_500.0),
}
"""Values of sliders: two that change people and need a simulation, two that change costs only."""


async def measure() -> dict[str, list[tuple[float, float]]]:
    """Return wall and CPU seconds from each move to the final charts, by slider."""
    what_if = WhatIf(load("baseline"), ["baseline"], {})
    what_if.controller.update()
    await what_if.controller.wait()
    seconds: dict[str, list[tuple[float, float]]] = {}
    for name, values in MOVES.items():
        seconds[name] = []
        for value in values:
            wall, cpu = time.perf_counter(), time.process_time()
            what_if.sliders[name].value = value
            await what_if.controller.wait()
            seconds[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    what_if.close()
    return seconds


def main() -> None:
    print(f"load {os.getloadavg()[0]:.1f}, cores {len(os.sched_getaffinity(0))}")
    for name, seconds in asyncio.run(measure()).items():
        wall, cpu = zip(*seconds, strict=True)
        print(f"{name:8} {median(wall):5.2f} s (fastest {min(wall):.2f}), CPU {median(cpu):.2f} s")


if __name__ == "__main__":
    main()
