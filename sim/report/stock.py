"""The fixed stock of regular places as a table, a curve and the sentences that sum it up."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from rich.table import Table

from ..decide.stock import REFERENCE, Stock
from ..draws import Floats
from ..scenario import Scenario
from ..trial import Settings
from .canvas import BLUE, DARK, GREY, ORANGE, STYLE, head_and_foot, page
from .labels import Language, billion, label, number
from .text import prices_label


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
    shown = Table(title=title.replace("[", r"\["), title_justify="left")
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


def chart(found: Stock, scenario: Scenario, settings: Settings, study_id: str,
          lang: Language) -> Figure:  # fmt: skip
    """Expected cost and its 90th percentile against the stock, with the least of each."""
    return drawn(frame(found), best_frame(found), scenario, settings, study_id, lang)


def drawn(tried: pd.DataFrame, best: pd.DataFrame, scenario: Scenario, settings: Settings,
          study_id: str, lang: Language) -> Figure:  # fmt: skip
    """The chart from the tables of ``frame`` and ``best_frame``."""
    rows = tried[tried["kind"] == "tried"]
    least = {row["by"]: row for row in best.to_dict("records")}
    with mpl.rc_context(STYLE):
        figure = page(4.4)
        axes = figure.add_axes((0.09, 0.24, 0.86, 0.63))
        mean, dear = (rows[f"cost_{which}"].to_numpy() / 1e9 for which in ("mean", "p90"))
        levels = rows["regular_places"].to_numpy()
        x = levels / 1e3
        axes.plot(x, mean, color=BLUE, linewidth=2)
        axes.plot(x, dear, color=ORANGE, linewidth=2, linestyle=(0, (5, 2)))
        where = int(np.flatnonzero(levels == REFERENCE)[0])
        axes.plot(x[[where, where]], [mean[where], dear[where]], "s", color=DARK, markersize=6)
        for by, line in (("mean", mean), ("p90", dear)):
            found = least[by]
            cost = float(np.interp(found["places"] / 1e3, x, line))
            _least(axes, found["places"], (found["p10"], found["p90"]), cost, lang)
        for values, key, colour in ((mean, "stock_mean", BLUE), (dear, "stock_p90", ORANGE)):
            axes.annotate(label(key, lang), (x[1], values[1]), (0, 6), color=colour,
                          textcoords="offset points", fontsize=9)  # fmt: skip
        axes.set_ylim(0, 1.12 * float(dear.max()))
        axes.set_xlim(float(x[0]) - 2, float(x[-1]) + 4)
        axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(1e3 * v, lang)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang)))
        axes.set_xlabel(label("stock_places", lang), fontsize=8.5)
        axes.set_title(label("axis_billion", lang), fontsize=9)
        note = label(
            "stock_note", lang, n=number(REFERENCE, lang), scenario=getattr(scenario.title, lang),
            prices=prices_label(scenario, lang).capitalize(), id=study_id,
            reps=number(settings.replications, lang), step=label(f"step_{settings.step}", lang),
        )  # fmt: skip
        first, last = int(best["first_year"].iloc[0]), int(best["last_year"].iloc[0])
        head_and_foot(figure, label("stock_chart", lang, first=first, last=last), note)
        return figure


def _least(axes: Axes, level: float, band: tuple[float, float], cost: float,
           lang: Language) -> None:  # fmt: skip
    axes.hlines(cost, band[0] / 1e3, band[1] / 1e3, color=GREY, linewidth=5, alpha=0.6)
    axes.plot([level / 1e3], [cost], "D", color=DARK, markersize=6)
    axes.annotate(number(level, lang), (level / 1e3, cost), (0, -14), textcoords="offset points",
                  ha="center", fontsize=8.5)  # fmt: skip
