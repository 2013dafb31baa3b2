"""Inflow: asylum applications, resettlement, and other intake that is not published."""

from __future__ import annotations

import numpy as np

from ..clock import Clock, Step
from ..scenario import Scenario
from .sampling import Floats, Samples, inflow_deviation, poisson_count
from .state import DAYS_A_YEAR, Actor, SimState, whole_column, year_fraction


def deviation_path(scenario: Scenario, clock: Clock, samples: Samples, n: int) -> Floats:
    """Return the factor on first applications for each day: (days, replications).

    The process of ``draws.inflow_deviation``, straight lines on the log between its months; 1 up
    to the end of what is known.
    """
    dates, levels = inflow_deviation(scenario, samples, n, clock.until)
    days = np.array([clock.day_of(moment) for moment in dates], dtype=np.float64)
    at = np.arange(clock.days, dtype=np.float64)
    right = np.clip(np.searchsorted(days, at, side="right"), 1, len(days) - 1)
    weight = np.clip((at - days[right - 1]) / (days[right] - days[right - 1]), 0.0, 1.0)[:, None]
    log_factor = levels[right - 1] * (1 - weight) + levels[right] * weight
    log_factor[at <= days[0]] = 0.0
    factor: Floats = np.exp(log_factor)
    return factor


def first_within_total(world: SimState, step: Step, level: Floats) -> Floats:
    """Return yearly first applications, within ``inflow.total`` if set: (replications, 1).

    From the first date of ``inflow.total`` on, first applications are the total less repeat
    applications, resettled people and the family that is on its way at its yearly pace; never
    below zero. Before that date, or without a total, ``level`` is used.
    """
    total = world.scenario.inflow.total
    if total is None or step.date < total.pairs()[0][0]:
        return level
    coming = world.ledger.stocks["family_travelling"] * DAYS_A_YEAR
    family = coming / world.column("family.travel_days", step.day)
    others = world.column("inflow.repeat", step.day) + world.column("inflow.resettled", step.day)
    return np.maximum(world.column("inflow.total", step.day) - others - family, 0.0)


def intake(world: SimState) -> Actor:
    """Book the step's first and repeat applications, resettled people, and other intake.

    First applications: yearly level x month's season x the replication's path, a Poisson draw per
    group and day. Other intake is a share of the day's total inflow (family arrivals included,
    they came in earlier the same day), split over the asylum and the status-holder phase.
    """
    scenario, values, ledger = world.scenario, world.values, world.ledger
    groups = list(scenario.groups.values())
    first = np.array([group.intake == "first" for group in groups])
    path = deviation_path(scenario, world.clock, ledger.samples, world.replications)
    for step, moment in world.steps(hour=3):
        yield world.until(moment)
        year = year_fraction(step)
        season = scenario.inflow.season[step.date.month].single
        level = world.column("inflow.first", step.day) * path[step.day][:, None]
        level = first_within_total(world, step, level) * season
        per_year = np.where(first, level, world.column("inflow.repeat", step.day))
        mean = per_year * values.by_group("intake_share", step.day) * year
        u = world.luck.uniforms("intake", step.day, len(groups) + 3)
        applications = poisson_count(u[:, : len(groups)], mean)
        ledger.move(applications, "outside", "pending")

        resettled_mean = values.at("inflow.resettled", step.day) * year
        resettled = poisson_count(u[:, -3:-2], whole_column(resettled_mean, world.replications))
        ledger.move(resettled, "outside", "status_holders")
        ledger.tally("resettled", resettled[:, 0])

        family = ledger.flow_in_step("family_travelling", "status_holders")
        family_home = ledger.flow_in_step("family_travelling", "settled")
        total = (applications.sum(axis=1, keepdims=True) + resettled + family + family_home)[:, 0]
        other = values.at("other_intake.share_of_inflow", step.day) * total
        status_share = values.at("other_intake.status_share", step.day)
        mean_other = np.stack([other * (1 - status_share), other * status_share], axis=1)
        came = poisson_count(u[:, -2:], mean_other)
        ledger.move(came[:, :1], "outside", "accompanying")
        ledger.move(came[:, 1:], "outside", "status_holders")
        ledger.tally("other_intake", came.sum(axis=1))
