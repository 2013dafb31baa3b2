"""A much smaller chain in Ciw, a library for queues: what one customer at a time costs.

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

from sim.scenario import Scenario

DAYS = 365.0


def seconds_in_ciw(scenario: Scenario, until: date, part: float) -> tuple[float, int]:
    """CPU seconds for one replication of the three queues, and how many people went through.

    ``part`` scales arrivals and what both desks do.
    """
    network, days = network_of(scenario, until, part)
    began = time.process_time()
    ciw.seed(1)
    queues = ciw.Simulation(network)
    queues.simulate_until_max_time(days)
    people = {record.id_number for record in queues.get_all_records()}
    return time.process_time() - began, len(people)


def network_of(scenario: Scenario, until: date, part: float) -> tuple[ciw.network.Network, float]:
    """The three queues with arrivals, decisions and homes as on the scenario's first day."""
    first = scenario.start
    arrivals = scenario.inflow.first.on(first) + scenario.inflow.repeat.on(first)
    decisions = scenario.ind.capacity.planned.on(first)
    homes = scenario.housing.homes.on(first)
    shares = [group.intake_share.on(first) * group.granted_share.on(first)
              for group in scenario.groups.values() if group.intake == "first"]  # fmt: skip
    granted = float(sum(shares))
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
