"""Family reunification (nareis): applications, decisions, and arrivals."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .sampling import binomial_count
from .spending_limit import ind_factor
from .state import Actor, Rounder, SimState, hazard, whole_column, year_fraction

GRANTS = (
    ("decided", "status_holders"),
    ("decided", "settled"),
    ("in_appeal", "status_holders"),
    ("in_appeal", "settled"),
)


def family_arrivals(world: SimState) -> Actor:
    """Let family members with a visa arrive at a constant rate, in reception or in a home."""
    ledger = world.ledger
    for step, moment in world.steps(hour=2):
        yield world.until(moment)
        u = world.luck.uniforms("family_arrivals", step.day, 2)
        chance = hazard(world.column("family.travel_days", step.day), step.days)
        arrived = binomial_count(u[:, :1], ledger.stocks["family_travelling"], chance)
        straight = world.column("family.straight_home_share", step.day)
        home = binomial_count(u[:, 1:], arrived, straight)
        ledger.move(home, "family_travelling", "settled")
        ledger.move(arrived - home, "family_travelling", "status_holders")


@dataclass
class _FamilyDesk:
    """Fractions of applications and decisions carried over to the next step."""

    applying: Rounder = field(default_factory=Rounder)
    deciding: Rounder = field(default_factory=Rounder)


def family_desk(world: SimState) -> Actor:
    """Book family applications that follow from grants, and decide them by a separate desk.

    Applications are booked on the day of the grant (the legal term is three months): the day's
    grants x applications per grant x the group's factor. The desk decides staff x productivity a
    year (the order makes no difference here); of those granted a share
    travels.
    """
    scenario, values, ledger = world.scenario, world.values, world.ledger
    factors = np.array([group.family_factor.single for group in scenario.groups.values()])
    mine = world.actor_memory(_FamilyDesk, _FamilyDesk)
    for step, moment in world.steps(hour=7):
        yield world.until(moment)
        grants = sum(ledger.flow_in_step(*flow) * factors for flow in GRANTS)
        per_grant = world.column("family.applications_per_grant", step.day)
        applied = mine.applying(np.sum(grants, axis=1, keepdims=True) * per_grant)
        ledger.move(applied, "outside", "family_pending")

        staff = values.at("family.staff", step.day)
        staff = staff * ind_factor(world, step.day)
        yearly = staff * values.at("family.productivity", step.day)
        work = whole_column(yearly * year_fraction(step), world.replications)
        decided = np.minimum(mine.deciding(work), ledger.stocks["family_pending"])
        u = world.luck.uniforms("family_desk", step.day, 1)
        coming_share = world.column("family.granted_share", step.day) * world.column(
            "family.arrival_share", step.day
        )
        coming = binomial_count(u, decided, coming_share)
        ledger.move(coming, "family_pending", "family_travelling")
        ledger.move(decided - coming, "family_pending", "outside")
        ledger.tally("family_staff", staff * year_fraction(step))
