"""Observed figures made from a run of a scenario, as if it had come so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sim.hindcast.observations import Observation
from sim.hindcast.periods import Period
from sim.hindcast.series import Statistic
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.results.tasks import simulate_all
from sim.scenario import Scenario

FLOWS = (
    *("inflow|total", "inflow|kind:first", "inflow|kind:repeat", "inflow|kind:resettled"),
    *("inflow|kind:family", "decisions|total", "decisions|kind:granted"),
    *("housed|total", "other_intake|total"),
)
STOCKS = ("occupancy|total", "occupancy|kind:status_holders", "pending|kind:all")
CENTRE = Settings(1, 1, "week", None, ())
"""One replication in which every number is the one that is stated."""


def figure(name: str, first: date, last: date, statistic: Statistic, value: float) -> Observation:
    series, _, breakdown = name.partition("|")
    unit, published = "persons", date(2030, 1, 1)
    return Observation(
        series, breakdown, Period(first, last), statistic, value, unit, published, "test", 0.01
    )


def came_of(
    scenario: Scenario, until: date, settings: Settings = CENTRE
) -> tuple[Observation, ...]:
    """Monthly flows and month-end stocks of a run, the mean of its few replications."""
    (trial,) = simulate_all(scenario, replace(settings, until=until), Workers(1))
    dates = trial.tables.dates
    groups = [f"inflow|group:{name}" for name in scenario.groups]
    found = []
    for name in (*FLOWS, *groups, *STOCKS):
        series, _, breakdown = name.partition("|")
        values = trial.monthly[series, breakdown].mean(axis=1)
        for row, day in enumerate(dates):
            if name in STOCKS:
                found.append(figure(name, day, day, "end", values[row]))
            elif row:
                before = dates[row - 1] + timedelta(days=1 if row > 1 else 0)
                found.append(figure(name, before, day, "sum", values[row]))
    return tuple(found)
