"""The two models at full size: every person of the baseline, ten times, to the end of 2026.

``make verify`` runs it; the tests do the same at one twentieth of the size. At full size whole
people hardly round, so that what is left between the models is the error of luck alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import numpy as np
from support.two_models import Likeness, Series, against_error, likenesses, named

from sim.model.engine import simulate
from sim.reference.simulation import simulate_persons
from sim.results.model_checks import CheckOutcome
from sim.results.tables import tabulate
from sim.scenario import load

UNTIL = date(2026, 12, 31)
REPLICATIONS = 10
ROUNDING = 0.0005
"""Part of a mean that may lie between the models beside luck: a tenth of that at a twentieth of the
size, for what whole people do to a day's work."""


def counted(job: tuple[int, date]) -> Series:
    """One replication of the baseline with a process for every person."""
    replication, until = job
    scenario = load("baseline")
    ledger, _ = simulate_persons(scenario, 1, replication=replication, until=until)
    return named(tabulate(ledger, scenario), scenario, ledger)


def both(replications: int, until: date, workers: int) -> tuple[Series, Series]:
    """Series of the fast model and of the persons: (year, replication) by name."""
    scenario = load("baseline")
    ledger = simulate(scenario, replications, 1, until=until)
    fast = named(tabulate(ledger, scenario), scenario, ledger)
    jobs = [(replication, until) for replication in range(replications)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        pieces = list(pool.map(counted, jobs))
    return fast, {key: np.concatenate([one[key] for one in pieces], axis=1) for key in pieces[0]}


def outcomes(fast: Series, persons: Series, tried: str) -> Iterator[CheckOutcome]:
    """Each series as a law: the two models agree within the error of luck."""
    for found in likenesses(fast, persons, ROUNDING):
        yield CheckOutcome(f"{found.key} ({found.measure})", tried, written(found), found.holds)
    errors = against_error(fast, persons)
    far = float(np.mean(errors > 3.5))
    yield CheckOutcome(
        "all differences together look like luck",
        f"{errors.size} differences of means over their standard errors",
        f"median {np.median(errors):.2f} (below 1.3), {far:.1%} beyond 3.5 (below 10%)",
        bool(np.median(errors) < 1.3 and far < 0.1),
    )


def written(found: Likeness) -> str:
    """Both models in the year in which they differ most, against what is allowed."""
    year = int(np.argmax(found.apart / found.allowed))
    here, there, allowed = (part[year] for part in (found.fast, found.persons, found.allowed))
    return f"{there:,.1f} persons, {here:,.1f} fast (apart at most {allowed:,.1f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--until", type=date.fromisoformat, default=UNTIL)
    asked = parser.parse_args()
    begun, failed = time.monotonic(), 0
    fast, persons = both(asked.replications, asked.until, asked.workers)
    tried = f"{asked.replications} replications to {asked.until}"
    for one in outcomes(fast, persons, tried):
        print(f"{'ok    ' if one.holds else 'FAILED'} {one.law:44} {one.tried}: {one.result}")
        failed += not one.holds
    print(f"{failed} failed ({time.monotonic() - begun:.0f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
