"""Value of information: what it would be worth to know an uncertain input before the decision.

Regrets are (plan, replication), on common random numbers: the loss of a plan less the least loss in
that future (``decisions.regret``). Knowing everything, process noise included, is worth the least
mean regret, the expected value of perfect information. Knowing one input lets a plan be chosen by
its value: min over plans of E R, less the expectation of the least of E(R | input). Those
conditional means are regressed on the input, so that no simulation within a simulation is needed
(Strong and Oakley 2014, doi:10.1177/0272989X13505910).

The regression is least squares on a natural cubic spline of few columns (``scipy.interpolate``),
because it is a projection: fitted values keep the mean of the regrets, so no value is below 0; a
resample is a product of matrices; and several inputs are known together by joining their columns.
Natural ends keep the fit straight where replications are few. A smoothing spline has none of the
three. How many columns, from none (the input does not matter) on, generalised cross-validation
decides on the differences between plans: what they share has no part in the choice.

The least of several noisy fits lies below the least of the true means, so values are too high for
inputs that matter little. Two things keep that small and in sight: an input that predicts nothing
is left without columns, and the same is done with inputs dealt to other replications at random.
What those come to in ``CONFIDENCE_OF_NOISE`` of the deals is the noise: a value below it can't be
told from 0, nor can one whose interval reaches 0.

Measured on normal losses, whose values have a closed form, with 1,000 replications: an input that
makes a third of the variance is right on average within 2% in budgets with a chance from 50 to 95%,
one that makes a twenty-fifth some 10% too high (with 500 replications and 95%: 11 and 43%). Where
two plans are just as good, the least of their means is found too low, and a value some 5 to 10%.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.stats import norm

from ..model.sampling import Counts, Floats

KNOTS = (2, 3, 4, 6)
"""Columns that the spline of an input may have, the constant among them; 2 is a straight line."""
RESAMPLES = 100
DEALS = 200
CONFIDENCE = 0.95
CONFIDENCE_OF_NOISE = 0.99
"""Of the deals of an input without effect: there are some sixty inputs, of which 1 of 20 would make
three that seem to matter."""
SHARE_OF_COLUMNS = 0.1
"""Most columns of a regression, as a part of the replications."""
BUDGETS = 31
"""Budgets to choose from, evenly over the quantiles of the cost. Near its best a loss is flat."""
SAME, SMALLEST = 1e-9, 1e-300
"""Part of the largest below which a column is a sum of others; least size of a column."""
DUST = 1e-9
"""Part of the largest loss that rounding may make of 0."""
AT_ONCE = 4_000_000
"""Fitted values that are held at once when replications are resampled."""


@dataclass(frozen=True)
class Worth:
    """Value of knowing an input [that of the losses], with its 95% interval by resampling.

    ``noise`` is what an input without effect may come to; ``columns`` those of the regression.
    """

    value: float
    low: float
    high: float
    noise: float
    columns: int

    @property
    def told(self) -> bool:
        """Whether it can be told from 0: its interval, and from an input without effect."""
        return self.low > 0 and self.value > self.noise


def spline(values: Floats, columns: int) -> Floats:
    """Return the columns of a natural cubic spline of an input: (replication, column).

    They span the constant; with 2 columns it is a straight line. Knots lie at quantiles, the first
    and the last at the smallest and the largest value. An input that hardly varies has fewer.
    """
    knots = np.unique(np.quantile(values, np.linspace(0, 1, columns)))
    if knots.size < 2:
        return np.ones((values.size, 1))
    span = knots[-1] - knots[0]
    scaled = (values - knots[0]) / span
    if knots.size == 2:
        return np.stack([1 - scaled, scaled], axis=1)
    curves = CubicSpline((knots - knots[0]) / span, np.eye(knots.size), bc_type="natural")
    result: Floats = curves(scaled)
    return result


def bases(inputs: Sequence[Floats]) -> Iterator[Floats]:
    """Yield the regressions to choose from, as orthonormal columns: (replication, column).

    The first is the constant alone. Of several inputs the splines are added, at last with the
    products of each two.
    """
    count = inputs[0].size
    constant = np.full((count, 1), count**-0.5)
    yield constant
    most = int(SHARE_OF_COLUMNS * count)
    for columns in KNOTS:
        parts = [spline(values, columns) for values in inputs]
        if (joined := orthonormal([constant, *parts])).shape[1] <= most:
            yield joined
        products = [_standard(one) * _standard(other) for one, other in combinations(inputs, 2)]
        if products:
            crossed = orthonormal([constant, *parts, np.stack(products, axis=1)])
            if crossed.shape[1] <= most:
                yield crossed


def orthonormal(parts: Sequence[Floats]) -> Floats:
    """Return orthonormal columns that span those of all parts."""
    joined = np.concatenate(parts, axis=1)
    scaled = joined / np.sqrt(np.maximum((joined**2).sum(axis=0), SMALLEST))
    sizes, turned = np.linalg.eigh(scaled.T @ scaled)
    kept = sizes > SAME * sizes[-1]
    result: Floats = scaled @ (turned[:, kept] / np.sqrt(sizes[kept]))
    return result


def _standard(values: Floats) -> Floats:
    """Return values with mean 0 and standard deviation 1; zeros if they do not vary."""
    sd = values.std()
    result: Floats = (values - values.mean()) / (sd if sd > 0 else 1.0)
    return result


def apart(regrets: Floats) -> Floats:
    """Return regrets less the mean of all plans in the same future: how plans differ."""
    result: Floats = regrets - regrets.mean(axis=0)
    return result


def error(total: float, explained: Floats, columns: int, count: int) -> Floats:
    """Return generalised cross-validation error, but for a factor."""
    result: Floats = np.maximum(total - explained, 0.0) / (1 - columns / count) ** 2
    return result


def chosen_basis(regrets: Floats, candidates: Sequence[Floats]) -> Floats:
    """Return the regression of least generalised cross-validation error.

    Of the differences between plans: what all of them share in a future has no part in the choice.
    """
    if len(candidates) == 1:
        return candidates[0]
    differences = apart(regrets)
    total, count = float((differences**2).sum()), regrets.shape[1]
    errors = [
        error(total, ((differences @ one) ** 2).sum(), one.shape[1], count) for one in candidates
    ]
    return candidates[int(np.argmin(errors))]


def fitted(regrets: Floats, basis: Floats) -> Floats:
    """Return the expected regret of each plan given the input: (plan, replication)."""
    result: Floats = (regrets @ basis) @ basis.T
    return result


def perfect(regrets: Floats) -> float:
    """Return the expected value of perfect information: the least mean regret."""
    return float(regrets.mean(axis=1).min())


def gain(regrets: Floats, conditional: Floats) -> float:
    """Return what it is worth to choose by conditional means instead of by the mean.

    Never below 0, nor above the value of perfect information in the same replications. What is
    less than rounding may make it is 0.
    """
    most = perfect(regrets)
    value = min(most - float(conditional.min(axis=0).mean()), most)
    return value if value > DUST * float(regrets.max()) else 0.0


def families(inputs: Sequence[Floats]) -> list[list[Floats]]:
    """Return regressions to choose from: on all inputs together, and on each of several alone.

    Who knows several may look at one only, so together they are worth no less than each.
    """
    alone = [[one] for one in inputs] if len(inputs) > 1 else []
    return [list(bases(known)) for known in (inputs, *alone)]


def best_basis(regrets: Floats, candidates: Sequence[Sequence[Floats]]) -> tuple[float, Floats]:
    """Return the greatest value of all families of regressions, and the regression."""
    chosen = [chosen_basis(regrets, family) for family in candidates]
    values = [gain(regrets, fitted(regrets, basis)) for basis in chosen]
    first = values.index(max(values))
    return values[first], chosen[first]


def worth(
    regrets: Floats,
    inputs: Sequence[Floats],
    noise: float | None = None,
    drawn: Floats | None = None,
) -> Worth:
    """Return the value of knowing inputs, (replication,) each, together before the decision.

    ``noise`` is what as many inputs without effect come to, and ``drawn`` are the resamples
    (``weights``), if these are known.
    """
    value, basis = best_basis(regrets, families(inputs))
    found = noise_of(regrets, len(inputs)) if noise is None else noise
    drawn = weights(regrets.shape[1]) if drawn is None else drawn
    low, high = 0.0, 0.0
    if basis.shape[1] > 1:
        low, high = interval(value, resampled(regrets, basis, drawn))
    # An input without columns is worth 0 in all resamples: what it might be worth is the noise.
    return Worth(value, low, max(high, found), found, basis.shape[1])


def interval(value: float, again: Floats) -> tuple[float, float]:
    """Return the 95% interval of a value from those of resamples: normal, from 0 up."""
    width = float(norm.ppf((1 + CONFIDENCE) / 2) * again.std(ddof=1))
    return max(value - width, 0.0), value + width


def weights(replications: int) -> Floats:
    """Return how often each replication is in each resample: (resample, replication)."""
    even = np.full(replications, 1 / replications)
    drawn = np.random.default_rng(0).multinomial(replications, even, size=RESAMPLES)
    return drawn.astype(np.float64)


def resampled_perfect(regrets: Floats, drawn: Floats) -> Floats:
    """Return the value of perfect information in each resample of the replications."""
    result: Floats = (drawn @ regrets.T).min(axis=1) / regrets.shape[1]
    return result


def resampled(regrets: Floats, basis: Floats, drawn: Floats) -> Floats:
    """Return the value of an input in each resample of the replications, regressed again.

    Least squares in a resample are weighted by how often it has a replication.
    """
    (plans, count), columns = regrets.shape, basis.shape[1]
    most = resampled_perfect(regrets, drawn)
    squares = (basis[:, :, None] * basis[:, None, :]).reshape(count, -1)
    crossed = (basis[:, :, None] * regrets.T[:, None, :]).reshape(count, -1)
    known = np.empty(len(drawn))
    size = max(1, AT_ONCE // (plans * count))
    for first in range(0, len(drawn), size):
        # Few products of large matrices: many of small ones keep threads waiting for each other.
        part = drawn[first : first + size]
        gram = (part @ squares).reshape(-1, columns, columns) + 1e-9 * np.eye(columns)
        slopes = np.linalg.solve(gram, (part @ crossed).reshape(-1, columns, plans))
        wide = basis @ slopes.transpose(1, 0, 2).reshape(columns, -1)
        least = wide.reshape(count, -1, plans).min(axis=2)
        known[first : first + size] = (least.T * part).sum(axis=1) / count
    return np.clip(most - known, 0.0, most)


def noise_of(regrets: Floats, inputs: int) -> float:
    """Return what a number of inputs without effect come to: the same values, dealt at random.

    It depends on the number of inputs and not on their values, which splines take by rank.
    """
    count, rng = regrets.shape[1], np.random.default_rng(0)
    even = (np.arange(count) + 0.5) / count
    dealt = np.stack([rng.permutation(count) for _ in range(DEALS)])
    found = [
        _dealt_gains(regrets, list(bases([rng.permutation(even) for _ in range(known)])), dealt)
        for known in (inputs, *([1] if inputs > 1 else []) * inputs)
    ]
    return float(np.quantile(np.max(found, axis=0), CONFIDENCE_OF_NOISE))


def _dealt_gains(regrets: Floats, candidates: Sequence[Floats], dealt: Counts) -> Floats:
    """Return the value of a regression whose rows are dealt to other replications: (deal,)."""
    differences, count = apart(regrets), regrets.shape[1]
    total, found = float((differences**2).sum()), np.zeros(len(dealt))
    errors = np.full((len(candidates), len(dealt)), np.inf)
    slopes = []
    for place, basis in enumerate(candidates):
        wide = basis[dealt].transpose(1, 0, 2).reshape(count, -1)
        slopes.append((regrets @ wide).reshape(len(regrets), len(dealt), -1))
        explained = ((differences @ wide) ** 2).reshape(len(regrets), len(dealt), -1)
        size = basis.shape[1]
        if len(candidates) > 1:
            errors[place] = error(total, explained.sum(axis=(0, 2)), size, count)
    chosen = errors.argmin(axis=0)
    for deal, place in enumerate(chosen):
        # In the order of the regression: a mean over replications does not depend on it.
        if candidates[place].shape[1] > 1:
            found[deal] = gain(regrets, slopes[place][:, deal] @ candidates[place].T)
    return found


@dataclass(frozen=True)
class Choice:
    """Range of an input, from ``low`` to ``high``, in which a plan has the least expected regret.

    ``share`` is the part of the replications in it.
    """

    plan: int
    low: float
    high: float
    share: float


def choices(regrets: Floats, values: Floats) -> list[Choice]:
    """Return which plan to choose at each value of an input, from the smallest value up."""
    basis = chosen_basis(regrets, list(bases([values])))
    order = np.argsort(values, kind="stable")
    best = fitted(regrets, basis).argmin(axis=0)[order]
    ends = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), best.size]
    at = values[order]
    return [
        Choice(int(best[start]), float(at[start]), float(at[stop - 1]), (stop - start) / best.size)
        for start, stop in pairwise(ends)
    ]


def budget_regrets(cost: Floats, chance: float, levels: Floats) -> Floats:
    """Return the regret of each budget in each future: (level, replication) [EUR unspent].

    A budget of just the cost would lose nothing, so a loss is all regret.
    A euro unspent counts for 1 and a euro short for chance / (1 - chance): the news vendor's loss,
    which is least at the budget that is enough with that chance.
    """
    over = levels[:, None] - cost
    result: Floats = np.where(over > 0, over, -over * chance / (1 - chance))
    return result


def budget_levels(cost: Floats, chance: float) -> Floats:
    """Return budgets to choose from: quantiles of the cost, that of ``chance`` among them."""
    return np.unique(np.quantile(cost, [*np.linspace(0, 1, BUDGETS), chance]))
