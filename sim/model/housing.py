"""Housing of status holders by municipalities: supply of homes, targets, transit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .sampling import Counts, Floats, binomial_count
from .state import Actor, Rounder, SimState, answer, hazard, whole_column, year_fraction


def half_year(year: int, month: int) -> str:
    """Name of a half-year as municipalities' targets use it: 2025-H1."""
    return f"{year}-H{1 if month <= 6 else 2}"


def ready(world: SimState, day: int) -> Counts:
    """Return status holders past the minimum stay, who can be housed: (replications, 1).

    People of one month came evenly over it, so that of all who came in a month the part that is
    ready grows in a straight line; those who have left already were the first of them.
    """
    counts, begin = world.ledger.by_cohort("status_holders")
    entered = world.ledger.cohort_entered["status_holders"][:, :, begin : begin + counts.shape[2]]
    minimum = world.scenario.housing.minimum_stay_days.single
    starts = world.ledger.cohort_starts[begin : begin + counts.shape[2] + 1]
    waited = (day - minimum - starts[:-1]) / np.diff(starts)
    share = np.minimum(np.maximum(waited, 0.0), 1.0)
    ripe = np.floor(entered * share) - (entered - counts)
    people: Counts = np.maximum(ripe, 0.0).sum(axis=2).astype(np.int64)
    return people


def homes_a_year(world: SimState, day: int) -> Floats:
    """Return the yearly supply of homes [persons]: (replications or 1,).

    The supply of the scenario, answering to those who wait (at the beginning of the step): targets
    follow their number, and so do homes. In transit locations one waits as well.
    """
    ledger = world.ledger
    now = (ledger.stocks["status_holders"] + ledger.stocks["transit"])[:, 0] - new_need(world)
    then = (ledger.snapshots["status_holders"][0] + ledger.snapshots["transit"][0])[:, 0]
    power = world.values.at("housing.response", day)
    return world.values.at("housing.homes", day) * answer(np.maximum(now, 0.0), then, power)


@dataclass
class _Housing:
    """State of municipalities: this half-year's target, and the need for the next one.

    ``half_year`` is its name, ``days`` how many of its days have passed; besides, parts of people
    left over for the next step.
    """

    need: Floats
    target: Floats
    half_year: str = ""
    days: int = 1
    homes: Rounder = field(default_factory=Rounder)
    set_: Rounder = field(default_factory=Rounder)


def municipalities(world: SimState) -> Actor:
    """House status holders, limited by homes and by people past their minimum stay.

    Those in transit locations whose stay ends are housed first, then those longest in reception.
    Free transit places are filled from reception. Beside it runs the book-keeping of the target:
    official targets accrue evenly over their half-year; later ones are last half-year's new need
    times a factor.
    """
    values, ledger, n = world.values, world.ledger, world.replications
    mine = world.actor_memory(_Housing, lambda: _Housing(np.zeros(n), np.zeros(n)))
    for step, moment in world.steps(hour=8):
        yield world.until(moment)
        name = half_year(step.date.year, step.date.month)
        if name != mine.half_year:
            mine.target = _target(world, name, mine.need, mine.days)
            mine.half_year, mine.need, mine.days = name, np.zeros(n), 0
        mine.need = mine.need + new_need(world)
        mine.days += step.days

        supply = homes_a_year(world, step.day) * year_fraction(step)
        homes = mine.homes(whole_column(supply, n))
        u = world.luck.uniforms("municipalities", step.day, 1)
        stay = hazard(world.column("transit.stay_days", step.day), step.days)
        leaving = binomial_count(u, ledger.stocks["transit"], stay)
        from_transit = np.minimum(leaving, homes)
        ledger.move(from_transit, "transit", "settled")
        housed = np.minimum(homes - from_transit, ready(world, step.day))
        ledger.move(housed, "status_holders", "settled")
        free = np.floor(values.at("transit.places", step.day))[:, None] - ledger.stocks["transit"]
        into = np.clip(free.astype(np.int64), 0, ready(world, step.day))
        ledger.move(into, "status_holders", "transit")

        set_ = mine.set_(whole_column(mine.target * year_fraction(step) * 2, n))
        ledger.tally("target", set_[:, 0])


def new_need(world: SimState) -> Floats:
    """People who began to need a home in this step: new status holders and family: (r,)."""
    ledger = world.ledger
    sources = ("decided", "in_appeal", "accompanying", "family_travelling", "outside")
    came = sum(ledger.flow_in_step(source, "status_holders").sum(axis=1) for source in sources)
    return np.asarray(came, dtype=np.float64)


def _target(world: SimState, name: str, last_need: Floats, last_days: int) -> Floats:
    """Target of a half-year [persons]: the official one, else last half-year's need x factor."""
    if name in world.scenario.housing.targets:
        day = world.ledger.step.day
        return world.values.at(f"housing.targets.{name}", day)
    half_year_days = 365.25 / 2
    factor = world.values.at("housing.target_factor", world.ledger.step.day)
    per_half_year: Floats = last_need * half_year_days / max(last_days, 1) * factor
    return per_half_year
