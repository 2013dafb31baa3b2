"""The scorecard: scores of each series and horizon with their intervals, and the goals.

One benchmark per series: the banded naive with the lower CRPS over all its cells. Rules and goals
were written down before they were scored (decision 105).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from .naives import NAIVE, POOL
from .scoring import official_cells
from .skill import (
    COLLAPSE,
    Coverage,
    Estimate,
    benchmark,
    best_point,
    bias,
    block_of,
    coverage,
    mean_pit,
    ratio,
    ratio_of,
)
from .stored import Hindcasts

PROGRAM_GOALS = {
    "first_applications": 1.00,
    "inflow": 1.00,
    "people_in_reception": 1.10,
    "pending": 1.05,
}
"""Highest ratio of the model's CRPS to that of the banded benchmark, all horizons together."""
POOL_GOAL, POOL_POINT_GOAL = 1.00, 0.85
"""Highest ratio of the pool's CRPS to the banded benchmark's, and to the best naive number's."""
PIT_GOAL = (0.40, 0.60)


@dataclass(frozen=True)
class Official:
    """Official forecasts beside the model on their days of publication.

    ``crps`` is their mean absolute error, ``program_crps`` that of the model's sample, ``ratio``
    the latter over the former.
    """

    n: int
    crps: float
    program_crps: float
    ratio: Estimate


@dataclass(frozen=True)
class Score:
    """Scores of a series at a number of years ahead, or over all of them (``ahead`` none)."""

    series: str
    ahead: int | None
    n: int
    """Cells: origin dates times years."""
    origins: int
    crps: dict[str, float]
    """Mean CRPS by forecaster, where it has all cells of the model [people, cases, EUR]."""
    mape: float
    """Mean absolute error of the model's median, as a part of the outcome."""
    benchmark: str
    """The banded naive that the series is compared with."""
    point: str
    """The best naive number of the series."""
    program_ratio: Estimate
    program_ratio_without_2016: Estimate | None
    pool_ratio: Estimate
    pool_ratio_without_2016: Estimate | None
    pool_point_ratio: Estimate
    """The pool against the best naive number; the other ratios are against the benchmark."""
    bias: Estimate
    """Median over origins of log(median / outcome)."""
    coverage: Coverage
    pit: Estimate
    official: Official | None


@dataclass(frozen=True)
class Goal:
    """A goal, what was found, and whether it was met; the interval does not decide, except where

    the goal is on coverage: its interval is to contain 80%.
    """

    series: str
    measure: str
    """``program_ratio``, ``pool_ratio``, ``pool_point_ratio``, ``coverage`` or ``pit``."""
    least: float
    most: float
    found: Estimate
    met: bool


def scores(found: Hindcasts) -> list[Score]:
    """Return the scores of each series: by years ahead, then over all of them."""
    pairs = official_cells(found.official)
    result = []
    for series, cells in found.scored.groupby("series", sort=False):
        if not (cells["forecaster"] == POOL).any():
            continue
        beside = pairs[pairs["series"] == series] if len(pairs) else pairs
        result += list(_of_series(str(series), cells, beside))
    return result


def _of_series(series: str, cells: pd.DataFrame, official: pd.DataFrame) -> Iterator[Score]:
    """Return the scores of one series; benchmark and best naive number are those of all cells."""
    against, point, block = benchmark(cells), best_point(cells), block_of(cells)
    program = cells[cells["forecaster"] == "program"]
    for ahead in (*sorted(program["ahead"].unique()), None):
        mine = cells if ahead is None else cells[cells["ahead"] == ahead]
        beside = official if ahead is None else official[official["ahead"] == ahead]
        yield _score(series, None if ahead is None else int(ahead), mine, beside,
                     against, point, block)  # fmt: skip


def _score(
    series: str,
    ahead: int | None,
    cells: pd.DataFrame,
    official: pd.DataFrame,
    against: str,
    point: str,
    block: int,
) -> Score:
    program = cells[cells["forecaster"] == "program"]
    without = cells[cells["origin"] != COLLAPSE]
    counts = cells.groupby("forecaster")["crps"].agg(["mean", "size"])
    whole = counts[counts["size"] >= len(program)]["mean"]

    def against_benchmark(who: str, some: pd.DataFrame) -> Estimate:
        return _there(ratio(some, who, against, block))

    return Score(
        series=series,
        ahead=ahead,
        n=len(program),
        origins=program["origin"].nunique(),
        crps={name: float(whole[name]) for name in ("program", *NAIVE, POOL) if name in whole},
        mape=float(program["percentage"].mean()),
        benchmark=against,
        point=point,
        program_ratio=against_benchmark("program", cells),
        program_ratio_without_2016=ratio(without, "program", against, block),
        pool_ratio=against_benchmark(POOL, cells),
        pool_ratio_without_2016=ratio(without, POOL, against, block),
        pool_point_ratio=_there(ratio(cells, POOL, point, block)),
        bias=bias(cells, block),
        coverage=coverage(cells),
        pit=mean_pit(cells, block),
        official=_official(official, block),
    )


def _there(found: Estimate | None) -> Estimate:
    assert found is not None, "a series is scored where model, naives and pool share cells"
    return found


def _official(pairs: pd.DataFrame, block: int) -> Official | None:
    """Compare the model with official forecasts, whose days of publication are the origins."""
    if pairs.empty:
        return None
    table = pairs.rename(columns={"published": "origin"}).set_index("origin", append=True)
    found = ratio_of(table, "program_crps", "official_crps", block)
    return Official(
        len(pairs),
        float(pairs["official_crps"].mean()),
        float(pairs["program_crps"].mean()),
        _there(found),
    )


def goals(found: Sequence[Score]) -> list[Goal]:
    """Compare the scores over all horizons with the goals, series by series."""
    result = []
    for score in found:
        if score.ahead is None:
            result += list(_goals_of(score))
    return result


def _goals_of(score: Score) -> Iterator[Goal]:
    limits = [("pool_ratio", POOL_GOAL), ("pool_point_ratio", POOL_POINT_GOAL)]
    if score.series in PROGRAM_GOALS:
        limits.insert(0, ("program_ratio", PROGRAM_GOALS[score.series]))
    for measure, most in limits:
        ratio_found: Estimate = getattr(score, measure)
        yield Goal(score.series, measure, 0.0, most, ratio_found, ratio_found.value <= most)
    held, (least, most) = score.coverage, PIT_GOAL
    share = Estimate(held.share, held.low, held.high)
    yield Goal(score.series, "coverage", 0.80, 0.80, share, held.holds)
    yield Goal(score.series, "pit", least, most, score.pit, least <= score.pit.value <= most)
