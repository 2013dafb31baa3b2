"""A much smaller chain in Ciw, a library for queues: what one customer at a time costs.

    python tests/bench_ciw.py    # prints CPU seconds, for `tests/bench.py`

Three queues only, with the baseline's sizes of 2025: the IND (one desk that needs 365 / decisions
days a case), homes (one desk, 365 / homes days), departure (everybody at once). No groups, no
places, no family, no money, and one replication; our chain holds all of them. It is no check of
numbers, but a yardstick of speed. Ciw looks through everybody at a queue for who is next, so that
its time grows faster than people: it is measured on a part of them.
"""

from __future__ import annotations

import time
from datetime import date

import ciw

from sim.scenario import Scenario, load

DAYS = 365.0
PART = 0.1
"""Share of the people that is simulated."""


def main() -> None:
    baseline = load("baseline")
    network, days = network_of(baseline, baseline.until, PART)
    began = time.process_time()
    ciw.seed(1)
    ciw.Simulation(network).simulate_until_max_time(days)
    print(f"{time.process_time() - began:.3f} CPU s")


def network_of(scenario: Scenario, until: date, part: float) -> tuple[ciw.network.Network, float]:
    """The three queues with arrivals, decisions and homes as on the scenario's first day.

    ``part`` scales arrivals and what both desks do.
    """
    first = scenario.start
    arrivals = scenario.inflow.first.on(first) + scenario.inflow.repeat.on(first)
    decisions = scenario.ind.capacity.planned.on(first)
    homes = scenario.housing.homes.on(first)
    granted = sum(
        float(group.intake_share.on(first) * group.granted_share.on(first))
        for group in scenario.groups.values()
        if group.intake == "first"
    )
    departure = scenario.groups["other"].departure_days.on(first)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=part * arrivals / DAYS), None, None],
        service_distributions=[
            ciw.dists.Deterministic(value=DAYS / (part * decisions)),
            ciw.dists.Deterministic(value=DAYS / (part * homes)),
            ciw.dists.Exponential(rate=1 / departure),
        ],
        routing=[[0.0, granted, 1 - granted], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
        number_of_servers=[1, 1, float("inf")],
    )
    return network, float((until - first).days)


if __name__ == "__main__":
    main()
