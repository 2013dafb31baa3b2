"""Kinds of cases and of inflow as the IND publishes them, from the groups of a scenario."""

from __future__ import annotations

import numpy as np

from ..model.sampling import Floats
from ..scenario import Scenario


def kinds_of_pending(pending: Floats, other_cases: Floats, scenario: Scenario) -> dict[str, Floats]:
    """Divide pending cases: ``all`` = ``track4`` + ``other``, each (time, replication).

    ``all`` are all asylum cases without a first decision, the same as the total; ``track4`` those
    of groups in the general procedure, repeat applications among them; ``other`` those of groups in
    tracks 1 and 2 (Dublin, safe countries), and cases of other kinds. ``pending`` is (time,
    replication, group).
    """
    every = pending.sum(axis=2) + other_cases
    track4 = np.zeros(every.shape)
    # Group by group, so that the sum is the same however replications are divided.
    for index, group in enumerate(scenario.groups.values()):
        if group.procedure == "general":
            track4 += pending[:, :, index]
    return {"all": every, "track4": track4, "other": every - track4}


def kinds_of_inflow(
    applied: Floats, family: Floats, resettled: Floats, scenario: Scenario
) -> dict[str, Floats]:
    """Divide inflow: the total is ``first`` + ``repeat`` + ``family`` + ``resettled``.

    ``first`` are the applications of groups fed by first applications (their ``intake``),
    ``repeat`` those of groups fed by repeat ones, ``family`` the family members who arrive,
    ``resettled`` the people resettled or relocated. ``applied`` is (month, replication, group), the
    others and the result are (month, replication).
    """
    fed = {
        kind: [group.intake == kind for group in scenario.groups.values()]
        for kind in ("first", "repeat")
    }
    by_intake = {kind: applied[:, :, groups].sum(axis=2) for kind, groups in fed.items()}
    return by_intake | {"family": family, "resettled": resettled}
