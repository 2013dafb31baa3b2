"""Twin experiments: a run of the model itself is the truth, and its figures are what is observed.

The truth has other numbers and another process noise than the ensemble, so a forecast conditioned
on a year of its figures can be compared with what followed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from sim.hindcast.conditioning import FigureMeasure, condition, standard_errors
from sim.hindcast.observations import Observation, parse_period
from sim.hindcast.scoring import crps
from sim.model.sampling import Floats
from sim.results.experiment import Settings
from sim.results.tasks import Task, run_tasks
from sim.scenario import Posterior, Scenario, write_draws

QUARTERS = ("2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1")
LATER = {1: "2027-Q1", 2: "2028-Q1"}
"""Quarter whose figures are forecast, by the number of years after the last one observed."""
SERIES = (
    ("inflow", "total", "sum", "persons", 0.04),
    ("family_arrivals", "total", "sum", "persons", 0.04),
    ("decisions", "total", "sum", "decisions", 0.04),
    ("occupancy", "total", "end", "persons", 0.02),
    ("occupancy", "kind:status_holders", "end", "persons", 0.03),
    ("pending", "kind:all", "end", "cases", 0.05),
)
"""Series, breakdown, statistic and unit of what is observed, with its relative error."""
END = date(2028, 3, 31)
TRUTH_SEED = 977


@dataclass(frozen=True)
class Twin:
    """A forecast of one twin experiment: before and after, and the truth."""

    series: str
    years: int
    truth: float
    before: Floats
    after: Floats

    @property
    def gain(self) -> tuple[float, float]:
        """CRPS before and after."""
        return crps(self.before, self.truth), crps(self.after, self.truth)

    @property
    def inside(self) -> bool:
        """Whether the truth lies within the 80% interval afterwards."""
        low, high = np.quantile(self.after, (0.1, 0.9))
        return bool(low <= self.truth <= high)


def figures(quarters: tuple[str, ...], values: Floats | None = None) -> tuple[Observation, ...]:
    """Figures of all series in some quarters; with values: (series x quarter,)."""
    rows = [(one, parse_period(quarter)) for one in SERIES for quarter in quarters]
    return tuple(
        Observation(
            series=series,
            breakdown=breakdown,
            period=period,
            statistic=statistic,  # type: ignore[arg-type]
            value=0.0 if values is None else float(values[row]),
            unit=unit,
            published=period.last,
            source="truth",
            error=error,
        )
        for row, ((series, breakdown, statistic, unit, error), period) in enumerate(rows)
    )


def true_figures(scenario: Scenario, settings: Settings, twins: int) -> tuple[Floats, Floats]:
    """Figures of the truths: observed quarters and later ones, each (figure, twin)."""
    seen, later = figures(QUARTERS), figures(tuple(LATER.values()))
    measure = FigureMeasure((*seen, *later))
    truth = Settings(twins, TRUTH_SEED, settings.step, END)
    (found,) = run_tasks([Task(scenario, measure)], truth)
    return found["figures"][: len(seen)], found["figures"][len(seen) :]


def with_errors(truth: Floats, twin: int) -> tuple[Observation, ...]:
    """What is observed of one truth: its figures with their errors."""
    error = np.array([one.error for one in figures(QUARTERS)])
    scale = np.sqrt((error * truth) ** 2 + truth)
    drawn = np.random.default_rng([TRUTH_SEED, twin]).standard_normal(len(truth))
    return figures(QUARTERS, np.maximum(np.rint(truth + scale * drawn), 0.0))


def twin_forecasts(scenario: Scenario, settings: Settings, twins: int, folder: Path) -> list[Twin]:
    """Condition on one year of each truth, and forecast the two years after it."""
    settings = replace(settings, until=END)
    later = figures(tuple(LATER.values()))
    seen, came = true_figures(scenario, settings, twins)
    measure = FigureMeasure(later)
    (before,) = run_tasks([Task(scenario, measure)], settings)
    found = []
    for twin in range(twins):
        observed = with_errors(seen[:, twin], twin)
        now = condition(scenario, observed, None, settings)
        file, digest = write_draws(folder, now.draws, now.numbers)
        posterior = Posterior(
            file=file, sha256=digest, seed=settings.seed, step=settings.step,
            replications=settings.replications, as_of=observed[-1].published,
        )  # fmt: skip
        conditioned = scenario.model_copy(update={"posterior": posterior})
        (after,) = run_tasks([Task(conditioned, measure)], settings)
        for row, one in enumerate(later):
            years = next(n for n, quarter in LATER.items() if parse_period(quarter) == one.period)
            truth = float(came[row, twin])
            found.append(
                Twin(one.name, years, truth, before["figures"][row], after["figures"][row])
            )
    return found


def lower_crps(twins: list[Twin]) -> tuple[float, float]:
    """By how much CRPS is lower than before, and the one-sided 90% bootstrap bound."""
    gains = np.array([one.gain for one in twins])
    rng = np.random.default_rng(1)
    again = gains[rng.integers(0, len(gains), (2000, len(gains)))].sum(axis=1)
    total = gains.sum(axis=0)
    return 1 - total[1] / total[0], float(np.quantile(1 - again[:, 1] / again[:, 0], 0.1))


def effective_replications(scenario: Scenario, settings: Settings, twin: int, twins: int) -> float:
    """Replications that importance weights alone leave: one over the sum of squared weights."""
    seen, _ = true_figures(scenario, settings, twins)
    observed = with_errors(seen[:, twin], twin)
    until = replace(settings, until=observed[-1].period.last)
    (prior,) = run_tasks([Task(scenario, FigureMeasure(observed))], until)
    values = np.array([one.value for one in observed])
    off = (prior["figures"] - values[:, None]) / standard_errors(observed)[:, None]
    log_weight = -(off**2).sum(axis=0) / 2
    weight = np.exp(log_weight - log_weight.max())
    return float(weight.sum() ** 2 / (weight**2).sum())
