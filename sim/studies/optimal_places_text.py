"""The fixed stock of regular places as a table, a curve and the sentences that sum it up."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rich.table import Table

from ..model.sampling import Floats
from ..report.i18n import Language, billion, label, number
from ..report.run_tables import prices_label
from ..results.experiment import Settings
from ..scenario import Scenario
from .optimal_places import REFERENCE, Stock


def frame(found: Stock) -> pd.DataFrame:
    """A row a level, the best one and the scenario as it stands among them [EUR]."""
    rows = [("tried", level, costs) for level, costs in zip(found.levels, found.costs, strict=True)]
    rows += [("best", found.best, found.best_costs), ("as_is", float("nan"), found.as_is)]
    reference = found.at(REFERENCE)
    table = []
    for kind, level, costs in rows:
        more = costs - reference
        low, high = np.quantile(more, (0.1, 0.9))
        table.append({
            "kind": kind, "regular_places": level, "cost_mean": float(costs.mean()),
            **{f"cost_p{q}": float(np.quantile(costs, q / 100)) for q in (10, 50, 90)},
            "more_than_reference_mean": float(more.mean()), "more_p10": low, "more_p90": high,
            "p_more": float((more > 0).mean()),
        })  # fmt: skip
    return pd.DataFrame(table)


def best_frame(found: Stock) -> pd.DataFrame:
    """Where cost is least, by mean and by 90th percentile, and the rule of thumb."""
    rule = found.rule
    table = pd.DataFrame([
        {"by": "mean", "places": found.best, "p10": found.best_band[0], "p90": found.best_band[1]},
        {"by": "p90", "places": found.best_p90, "p10": found.best_p90_band[0],
         "p90": found.best_p90_band[1]},
        {"by": "news_vendor", "places": rule.places, "under_eur": rule.under,
         "over_eur": rule.over, "chance": rule.chance},
    ])  # fmt: skip
    return table.assign(first_year=found.years[0], last_year=found.years[-1])


def _bn(value: float, lang: Language, decimals: int = 1) -> str:
    return number(value / 1e9, lang, decimals)


def _range(values: Floats, lang: Language) -> str:
    low, high = np.quantile(values, (0.1, 0.9))
    return label("range", lang, low=_bn(low, lang), high=_bn(high, lang))


def table(found: Stock, scenario: Scenario, lang: Language) -> Table:
    """Expected cost and 90th percentile by level, and the difference from the planned stock."""
    title = label("stock_title", lang, first=found.years[0], last=found.years[-1],
                  prices=prices_label(scenario, lang))  # fmt: skip
    shown = Table(title=title, title_justify="left")
    against = label("stock_against", lang, n=number(REFERENCE, lang))
    for words in (label("stock_places", lang), label("stock_mean", lang), label("stock_p90", lang),
                  against, label("band_80", lang), label("compare_chance", lang)):  # fmt: skip
        shown.add_column(words, justify="right")
    reference = found.at(REFERENCE)
    rows = [(number(level, lang), costs)
            for level, costs in zip(found.levels, found.costs, strict=True)]  # fmt: skip
    for name, costs in [*rows, (label("stock_as_is", lang), found.as_is)]:
        more = costs - reference
        same = not more.any()
        shown.add_row(
            name, _bn(costs.mean(), lang), _bn(float(np.quantile(costs, 0.9)), lang),
            "" if same else _bn(more.mean(), lang), "" if same else _range(more, lang),
            "" if same else number(100 * float((more > 0).mean()), lang) + " %",
        )  # fmt: skip
    return shown


def sentences(found: Stock, settings: Settings, lang: Language) -> list[str]:
    """The best point with its band, what the planned stock costs against it, and the check."""
    more = found.at(REFERENCE) - found.best_costs
    low, high = np.quantile(more, (0.1, 0.9))
    lines = [label(
        "stock_best", lang, best=number(found.best, lang), low=number(found.best_band[0], lang),
        high=number(found.best_band[1], lang), year=found.reached,
        cost=billion(found.best_costs.mean(), lang), first=found.years[0], last=found.years[-1],
        n=number(REFERENCE, lang), more=billion(more.mean(), lang), more_low=_bn(low, lang),
        more_high=_bn(high, lang), p=number(100 * float((more > 0).mean()), lang),
    )]  # fmt: skip
    lines.append(label("stock_best_p90", lang, best=number(found.best_p90, lang),
                       low=number(found.best_p90_band[0], lang),
                       high=number(found.best_p90_band[1], lang)))  # fmt: skip
    edges = (found.levels[0], found.levels[-1])
    for key, level in (("mean", found.best), ("p90", found.best_p90)):
        if level in edges:
            which = label(f"stock_edge_{key}", lang)
            lines.append(label("stock_edge", lang, which=which, places=number(level, lang)))
    rule = found.rule
    lines.append(label("stock_rule", lang, under=euros(rule.under, lang),
                       over=euros(rule.over, lang), p=number(100 * rule.chance, lang),
                       places=number(round(rule.places, -2), lang)))  # fmt: skip
    n, step = number(settings.replications, lang), label(f"step_{settings.step}", lang)
    return [*lines, label("stock_caveat", lang), label("trial_method", lang, n=n, step=step)]


def euros(value: float, lang: Language) -> str:
    """An amount in whole hundreds of euros."""
    return f"{'EUR' if lang == 'en' else '€'} {number(round(value, -2), lang)}"
