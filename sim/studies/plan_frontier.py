"""Which plans are on the efficient frontier for certain, and which within simulation error.

A plan beats another if it is no worse in both aims (expected cost, and the risk of a shortage), and
better in one; the frontier has the plans that no other beats. Means over replications are known
with an error, and plans meet the same futures, so two plans are compared future by future: in each
aim the mean of the difference has a 95% interval. Then

- a plan *may beat* another, unless that one is better for certain in an aim (the interval of its
  lead lies above 0);
- a plan *beats* another *for certain* if it is no worse for certain in both (the interval of the
  other's lead reaches above 0 in neither) and better for certain in one;
- the place of a plan that is on the frontier by its means is certain if no other may beat it; that
  of a plan off it, if another beats it for certain.

An aim that is the same in every future is equal. Each pair is told at 95%: of many plans more than
one in twenty may be told wrongly.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ..model.sampling import Floats
from .decisions import chance_interval, mean_error

Truths = NDArray[np.bool_]
Ends = tuple[float, float]


def more_often(ours: Truths, theirs: Truths) -> tuple[float, float, float]:
    """Return how much more often something happens to us than to them, with a 95% interval.

    In the same futures: those count in which it happens to one of both alone. Each of these two
    chances has its interval (Clopper and Pearson); the ends of the interval of their difference
    lie as far off as those of two estimates do together that have the correlation of two shares of
    one total. It has a width also where few futures differ, or none.
    """
    counts = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    own, other = (count / ours.size for count in counts)
    (own_low, own_high), (other_low, other_high) = (
        chance_interval(count, ours.size) for count in counts
    )
    rest = (1 - own) * (1 - other)
    alike = sqrt(own * other / rest) if rest else 0.0

    def together(one: float, two: float) -> float:
        return sqrt(one**2 + 2 * alike * one * two + two**2)

    low = own - other - together(own - own_low, other_high - other)
    return own - other, low, own - other + together(own_high - own, other - other_low)


def certain_places(on_frontier: Truths, aims: Sequence[Floats | Truths]) -> Truths:
    """Return of which plans the place, on the frontier or off it, is certain (see above).

    Aims are (plan, replication), lower is better; of truth values the aim is their chance. Where no
    simulation error is known, with fewer than 100 replications, hardly a place is certain.
    """
    plans, certain = range(on_frontier.size), list[bool]()
    for plan in plans:
        leads = [[_lead(aim[plan], aim[other]) for aim in aims] for other in plans if other != plan]
        found = any(map(_may_beat, leads)) if on_frontier[plan] else any(map(_beats, leads))
        certain.append(found != bool(on_frontier[plan]))
    return np.array(certain, dtype=np.bool_)


def _lead(own: Floats | Truths, other: Floats | Truths) -> Ends:
    """Return the interval of the lead of a plan: of what it has less than another."""
    if (own == other).all():
        return 0.0, 0.0
    if own.dtype == np.bool_:
        _, low, high = more_often(np.asarray(other, bool), np.asarray(own, bool))
        return low, high
    less = np.asarray(other, float) - np.asarray(own, float)
    error = mean_error(less)
    return float(less.mean()) - error, float(less.mean()) + error


def _may_beat(leads: Sequence[Ends]) -> bool:
    """Return whether a plan with these leads over another may be beaten by it."""
    same = all(ends == (0.0, 0.0) for ends in leads)
    return not same and not any(low > 0 for low, _ in leads)


def _beats(leads: Sequence[Ends]) -> bool:
    """Return whether a plan with these leads over another is beaten by it for certain."""
    return all(high <= 0 for _, high in leads) and any(high < 0 for _, high in leads)
