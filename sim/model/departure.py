"""Departures: people leave reception and the country, minors leave guardianship."""

from __future__ import annotations

import numpy as np

from .sampling import binomial_counts
from .state import Actor, SimState, hazard, year_fraction


def departures(world: SimState) -> Actor:
    """Let people leave: those finally rejected, those who give up waiting, accompanying people.

    The refused leave at a constant rate by group, supervised or not. Of the pending a yearly share
    leaves by itself (the latest arrivals first). Accompanying people (other intake in the asylum
    phase) leave with those they belong to, as status holders or out of the country.
    """
    values, ledger = world.values, world.ledger
    width = len(world.groups)
    for step, moment in world.steps(hour=6):
        yield world.until(moment)
        u = world.luck.uniforms("departures", step.day, width * 3 + 2)
        u_group = u[:, : width * 3].reshape(-1, 3, width)
        mean_days = values.by_group("departure_days", step.day) * world.column(
            "departure.days_factor", step.day
        )
        rate = values.by_group("leave_rate", step.day)
        stay = world.column("other_intake.stay_days", step.day)
        left, gave_up, moved = binomial_counts(
            (u_group[:, 0], ledger.stocks["rejected"], hazard(mean_days, step.days)),
            (u_group[:, 1], ledger.stocks["pending"], -np.expm1(-rate * year_fraction(step))),
            (u[:, -2:-1], ledger.stocks["accompanying"], hazard(stay, step.days)),
        )
        supervised, to_status = binomial_counts(
            (u_group[:, 2], left, world.column("departure.supervised_share", step.day)),
            (u[:, -1:], moved, world.column("other_intake.to_status_share", step.day)),
        )
        ledger.move(left, "rejected", "departed")
        ledger.tally("supervised", supervised.sum(axis=1))
        ledger.move(gave_up, "pending", "departed", "newest")
        ledger.move(to_status, "accompanying", "status_holders")
        ledger.move(moved - to_status, "accompanying", "departed")


def guardianship(world: SimState) -> Actor:
    """Unaccompanied minors come under guardianship with their application.

    They leave at a constant rate, after a mean stay that brings them to 18.
    They are counted in a book of their own: the same minors are also in the book of people.
    """
    values, ledger = world.values, world.ledger
    for step, moment in world.steps(hour=9):
        yield world.until(moment)
        u = world.luck.uniforms("guardianship", step.day, len(world.groups) + 1)
        applied = ledger.flow_in_step("outside", "pending")
        stay = world.column("guardianship.stay_days", step.day)
        share = values.by_group("unaccompanied_share", step.day) * world.column(
            "guardianship.arrival_factor", step.day
        )
        came, left = binomial_counts(
            (u[:, :-1], applied, share),
            (u[:, -1:], ledger.stocks["wards"], hazard(stay, step.days)),
        )
        ledger.move(came, "ward_source", "wards")
        ledger.move(left, "wards", "ward_source")
