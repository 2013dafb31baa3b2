"""Speed against a compiled kernel, one process a person, and Ciw; `make bench` prints it.

First the kernel must be the same chain: with the same parameters and path of inflow in each
replication its main series agree with the fast model's within the error of luck. Then all three
are timed in one process on one thread, from the scenario to its tables. Only the ratios are held
to a limit, since absolute times depend on the machine. Ends with 1 if the check or a limit fails.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
from bench_ciw import seconds_in_ciw
from kernel import simulate_compiled
from support.two_models import SERIES, named

from sim.model.engine import simulate
from sim.model.ledger import Ledger
from sim.model.sampling import sample
from sim.reference.simulation import simulate_persons
from sim.results.experiment import LARGEST_CHUNK
from sim.results.tables import tabulate
from sim.scenario import Scenario, load

COMPARED = {
    "baseline": (200, date(2030, 12, 31)),
    "moratorium-extended": (50, date(2027, 12, 31)),
    "newest-first": (50, date(2027, 12, 31)),
    "ind-follows-budget": (50, date(2027, 12, 31)),
    "fixed-stock-41000": (50, date(2027, 12, 31)),
    "budget-frame": (50, date(2027, 12, 31)),
    "year-2023": (50, date(2024, 1, 1)),
}
"""Scenarios that ask every branch of the chain, with replications and last day."""
SIZES = (200, LARGEST_CHUNK)
"""Replications side by side; the limits hold for the last, the chunk in which a run moves."""
ROUNDS = 3
CIW_PARTS = (0.03, 0.1)
"""Parts of the baseline's people in Ciw, whose time grows with their square."""
PERSONS_TO_FAST = 800.0
FAST_TO_KERNEL = 4.0


def same_outputs(one: Ledger, other: Ledger) -> bool:
    """Whether two books keep the same things, in arrays of the same shape and kind."""
    kept = ("flows", "tallies", "days", "snapshots", "waits", "wait_days")
    forms = [
        {
            (what, key): (array.shape, array.dtype)
            for what in kept
            for key, array in getattr(book, what).items()
        }
        for book in (one, other)
    ]
    return forms[0] == forms[1]


def agrees(name: str, replications: int, until: date) -> bool:
    """Whether the kernel is the same chain on a scenario; prints what differs.

    The mean paired difference of each series and year lies within four standard errors plus half a
    percent.
    """
    scenario = load(name)
    parameters = sample(scenario, replications, 1, until=until)
    fast = simulate(scenario, replications, 1, parameters=parameters, until=until)
    other = simulate_compiled(scenario, replications, 2, parameters=parameters, until=until)
    series = [named(tabulate(book, scenario), scenario, book) for book in (fast, other)]
    errors: list[float] = []
    outside: list[str] = []
    for key in (*SERIES, "cost|coa", "cost|nidos", "cost|ind"):
        apart = series[1][key] - series[0][key]
        mean, error = apart.mean(axis=1), apart.std(axis=1, ddof=1) / np.sqrt(replications)
        allowed = 4 * error + 0.005 * np.abs(series[0][key].mean(axis=1)) + 1e-9
        errors += list(np.abs(mean[error > 1e-9] / error[error > 1e-9]))
        if not (np.abs(mean) <= allowed).all():
            outside.append(f"  {key}: mean difference {mean}, allowed {allowed}")
    if not same_outputs(fast, other):
        outside.append("  the books do not keep the same things")
    print(
        f"{name:22}{replications:6}{until!s:>12}{len(errors):8}{np.median(errors):9.2f}"
        f"{np.max(errors):9.2f}   {'NO' if outside else 'yes'}",
        *outside, sep="\n", end="\n", flush=True,
    )  # fmt: skip
    return not outside


def seconds(work: Callable[[], Ledger], scenario: Scenario) -> float:
    """CPU seconds of this process (all its threads) to simulate and tabulate."""
    began = time.process_time()
    tabulate(work(), scenario)
    return time.process_time() - began


def timed(scenario: Scenario, size: int) -> tuple[float, float]:
    """Medians over the rounds: milliseconds of the fast model a replication, ratio to the kernel.

    The two take turns, so that a busy machine slows both.
    """
    fast, ratios = [], []
    for seed in range(ROUNDS):
        fast.append(seconds(partial(simulate, scenario, size, seed), scenario) * 1000 / size)
        kernel = seconds(partial(simulate_compiled, scenario, size, seed), scenario) * 1000 / size
        ratios.append(fast[-1] / kernel)
        print(f"{size:6}{fast[-1]:12.1f}{kernel:12.1f}{ratios[-1]:12.2f}", flush=True)
    return float(np.median(fast)), float(np.median(ratios))


def main() -> None:
    baseline = load("baseline")
    began = time.process_time()
    simulate_compiled(baseline, 1, 1)
    compiling = time.process_time() - began

    print("Is the kernel the same chain? Paired by replication: 4 standard errors and 0.5 %")
    print(f"{'scenario':22}{'runs':>6}{'until':>12}{'values':>8}{'median z':>9}{'max z':>9}   same")
    same = [agrees(name, *size) for name, size in COMPARED.items()]

    print("\nbaseline by the day, scenario to tables, CPU time on one thread")
    print(f"compiling the kernel, once: {compiling:.1f} s (in none of the times below)")
    print(f"{'runs':>6}{'fast ms':>12}{'kernel ms':>12}{'fast/kernel':>12}")
    for size in SIZES:
        fast, above = timed(baseline, size)
    persons = seconds(lambda: simulate_persons(baseline, 1)[0], baseline)
    print(f"one replication, one process a person: {persons:.1f} s")
    for part in CIW_PARTS:
        spent, people = seconds_in_ciw(baseline, baseline.until, part)
        print(f"three queues in Ciw, {part:.0%} of the people ({people:,}): {spent:.1f} s")

    slower = 1000 * persons / fast
    reached = [slower >= PERSONS_TO_FAST, above <= FAST_TO_KERNEL]
    said = ["held" if one else "MISSED" for one in reached]
    print(f"\nwith {SIZES[-1]} replications side by side, as a run moves them:")
    print(f"persons / fast {slower:10,.0f}   at least {PERSONS_TO_FAST:.0f}: {said[0]}")
    print(f"fast / kernel  {above:10.2f}   at most {FAST_TO_KERNEL:.0f}: {said[1]}")
    if not all(same) or not all(reached):
        sys.exit(1)


if __name__ == "__main__":
    main()
