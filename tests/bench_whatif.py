"""How long a what-if takes from a turn of a knob to its pictures; part of `make bench`.

    python tests/bench_whatif.py

As the widget does it, but for the browser: simulate or price, draw the charts that move, make their
pictures. Prints the median and the fastest of some turns.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from statistics import median
from typing import Any

from sim.notebook.what_if.controller import Controller, Shown
from sim.notebook.what_if.widget import picture
from sim.report.charts import CHART_SIZES, draw
from sim.report.charts import CHARTS as KINDS
from sim.scenario import load

TURNS = {"inflow": (30_000.0, 22_000.0, 35_000.0, 28_000.0), "price": (110.0, 90.0, 105.0, 95.0)}
"""Values that are turned to: one knob that moves people, one that only prices."""


async def timed() -> dict[str, list[float]]:
    """Seconds from a turn to what it brings, by what that is."""
    found: dict[str, list[float]] = defaultdict(list)
    turn: list[Any] = ["", 0.0]

    def show(shown: Shown) -> None:
        what = f"{turn[0]}, {'settled' if shown.settled else 'first look'}"
        for number, name in enumerate(shown.charts):
            figure = draw(name, shown.subject, CHART_SIZES["page"], "en")
            picture(figure, KINDS[name].alt_text(shown.subject, "en"))
            if number == 0:
                found[f"{what}: a picture"].append(time.perf_counter() - turn[1])
        found[f"{what}: all"].append(time.perf_counter() - turn[1])

    board = Controller(load("baseline"), show)
    board.go()
    await board.at_rest()
    found.clear()
    for name, values in TURNS.items():
        for value in values:
            turn[:] = [name, time.perf_counter()]
            board.turn(name, value)
            await board.at_rest()
    board.close()
    return found


def main() -> None:
    for what, seconds in asyncio.run(timed()).items():
        print(f"{what:32} {median(seconds):6.2f} s (fastest {min(seconds):.2f} of {len(seconds)})")


if __name__ == "__main__":
    main()
