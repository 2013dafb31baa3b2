"""Studies that answers need, run and told as entries: a number with its band each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..model.sampling import Floats
from ..results.cell import parse
from ..results.experiment import Progress, Settings
from ..scenario import load_chain
from ..studies.explain import explain
from ..studies.ind_cut import CUTS, TOTAL, ind_coa
from ..studies.levers import lever
from ..studies.optimal_places import REFERENCE, stock
from ..studies.solve import solve
from ..studies.target import target_of
from .metrics import ENDS, Value, scenario_of
from .study_specs import BY_THE_WEEK, Asked, ExplainAsked, IndCoaAsked, SolveAsked, StockAsked

LEVELS = tuple(float(level) for level in range(20_000, 120_001, 10_000))
"""Stocks tried, as ``opvangsim stock`` does."""
SINCE = 2026
REACHED = 2027


def settings_for(asked: Asked, settings: Settings) -> Settings:
    """Settings of a study: those of the answer, by the week where it is many runs."""
    return replace(settings, step="week") if asked.verb in BY_THE_WEEK else settings


def entries(
    asked: Asked, settings: Settings, workers: int = 0, tell: Progress | None = None
) -> dict[str, Value]:
    """Run a study and give its entries by name; raises ``ScenarioError``."""
    settings = settings_for(asked, settings)
    if isinstance(asked, ExplainAsked):
        return _explained(asked, settings, workers, tell)
    if isinstance(asked, SolveAsked):
        return _solved(asked, settings, workers, tell)
    if isinstance(asked, StockAsked):
        return _stocked(asked, settings, workers, tell)
    return _cut(asked, settings, workers, tell)


def _explained(
    asked: ExplainAsked, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    first, second = (load_chain([name]) for name in asked.scenarios)
    found = explain(first, second, parse(asked.cell), settings, None, workers, tell)
    effects = {
        str(row["factor"]): Value(float(row["effect"]), (float(row["p10"]), float(row["p90"])))
        for row in found.effects.to_dict("records")
    }
    return effects | {"before": Value(found.before), "after": Value(found.after)}


def _solved(
    asked: SolveAsked, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    target = target_of(asked.target, asked.certainty)
    found = solve(scenario_of(asked.scenario), lever(asked.vary, "vary"), target, settings,
                  None, workers, tell)  # fmt: skip
    least = found.points[0].cell
    known = {
        "present": Value(found.present),
        "at_least": Value(float(np.nanmedian(least)), _band(least)),
    }
    if found.answer is None:
        return known
    return known | {"answer": Value(found.answer, found.band, sampled=True)}


def _stocked(
    asked: StockAsked, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    levels = sorted({*LEVELS, float(REFERENCE)})
    found = stock(scenario_of(asked.scenario), levels, settings, REACHED, workers, tell)
    planned = found.at(float(REFERENCE))
    more, saves = planned - found.best_costs, found.as_is - planned
    return {
        "best": Value(found.best, found.best_band, sampled=True),
        "rule": Value(found.rule.places),
        "reference_more": Value(float(more.mean()), _band(more)),
        "reference_saves": Value(float(saves.mean()), _band(saves)),
    }


def _cut(
    asked: IndCoaAsked, settings: Settings, workers: int, tell: Progress | None
) -> dict[str, Value]:
    table = ind_coa(scenario_of(asked.scenario), settings, CUTS, SINCE, workers, tell).table
    rows = table[table["year"] == TOTAL].to_dict("records")
    return {
        f"{row['cut']}.{column}": Value(
            float(row[column]), (float(row[f"{column}_p10"]), float(row[f"{column}_p90"]))
        )
        for row in rows
        for column in ("per_euro", "less", "more_coa", "net")
    }


def _band(values: Floats) -> tuple[float, float]:
    low, high = np.nanquantile(values, ENDS)
    return float(low), float(high)
