"""Studies that answers need, run and told as entries: a number with its band each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..model.sampling import Floats
from ..results.cell import parse
from ..results.experiment import Progress, Settings
from ..scenario import load_chain
from ..studies.base import Inputs, watch_of
from ..studies.explain import explain
from ..studies.ind_cut import CUTS, TOTAL, ind_coa
from ..studies.levers import lever
from ..studies.optimal_places import run as optimal_places
from ..studies.options import OptimalPlacesOptions
from ..studies.solve import solve
from ..studies.target import target_of
from .metrics import ENDS, Value, loaded_of, scenario_of
from .study_specs import BY_THE_WEEK, Asked, ExplainAsked, IndCoaAsked, SolveAsked, StockAsked

SINCE = 2026


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
    options = OptimalPlacesOptions.with_settings(settings)
    inputs = Inputs((loaded_of(asked.scenario),), workers=workers, watch=watch_of(tell))
    tables = optimal_places(options, inputs).tables
    costs = {row["kind"]: row for row in tables["stock"].to_dict("records")}
    least = {row["by"]: row for row in tables["best"].to_dict("records")}
    # The table has each less the planned number of places.
    best, as_is = costs["best"], costs["as_is"]
    more = Value(-best["more_than_reference_mean"], (-best["more_p90"], -best["more_p10"]))
    saves = Value(as_is["more_than_reference_mean"], (as_is["more_p10"], as_is["more_p90"]))
    found = least["mean"]
    return {
        "best": Value(found["places"], (found["p10"], found["p90"]), sampled=True),
        "rule": Value(least["news_vendor"]["places"]),
        "reference_more": more,
        "reference_saves": saves,
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
