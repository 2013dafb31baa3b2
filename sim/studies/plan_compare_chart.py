"""Chart of a comparison of plans: expected cost against the probability of a shortage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, listed
from ..report.charts.layout import (
    EndLabel,
    FigureLayout,
    LegendEntry,
    Swatch,
    finish,
    inches_of,
    label_ends,
    name_point,
    new_figure,
    wrapped,
)
from ..report.charts.names import plain_source
from ..report.charts.scales import number_scale
from ..report.i18n import Language, billion, number, probability, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import BLUE, DARK, GREY, ORANGE, ChartSize
from .plan_frontier import Truths
from .plan_keys import plan_names, quoted

BEST = Swatch(ORANGE, line=True, marker="D", bare=True)
EFFICIENT = Swatch(BLUE, line=True, marker="o")
BEATEN = Swatch(GREY, line=True, marker="s", bare=True)
UNCERTAIN = Swatch(DARK, line=True, marker="o", inside="white", bare=True)
UNITS = {"p_short": 0.01, "nights_short_mean": 1e6}
"""What a unit of the horizontal scale is, by what it shows."""
AGAINST = {"p_short": ("more_short", 1), "nights_short_mean": ("fewer_nights_mean", -1)}
"""Difference from the first plan in what the horizontal scale shows, and its sign."""
NAME_SHARE = 0.3
"""Part of the width of the panel that a line of a name may take."""
ROOM, ROOM_NAMES = 0.12, 0.22
"""Room around the points, as a share of their range: above and right, and left and below."""


def risk_column(plans: pd.DataFrame) -> str:
    """Return what is put against cost: the probability of a shortage, if plans differ in it."""
    return "p_short" if np.ptp(plans["p_short"]) > 0 else "nights_short_mean"


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw a point a plan with bars, and the line of the plans that no other beats.

    Bars are the simulation error of differences from the first plan; a point is hollow where its
    place on the frontier, or off it, is within simulation error.
    """
    plans = data.table("plans")
    risk = risk_column(plans)
    entries = [
        LegendEntry(BEST, translate("plans_mark_best", lang)),
        LegendEntry(EFFICIENT, translate("plans_mark_frontier", lang)),
    ]
    if not plans["on_frontier"].all():
        entries.append(LegendEntry(BEATEN, translate("plans_mark_beaten", lang)))
    if uncertain(plans).any():
        entries.append(LegendEntry(UNCERTAIN, translate("plans_mark_uncertain", lang)))
    layout = new_figure(
        size,
        message(data, lang),
        [translate("axis_billion", lang)],
        [_note(data, lang), plain_source(translate("plans_what", lang), lang)],
        subtitle=translate(
            f"plans_subtitle_{risk}",
            lang,
            first=data.asked["years"][0],
            last=data.asked["years"][-1],
            prices=prices_label(data.first, lang),
            most=number(data.asked["shortage"], lang),
        ),
        entries=[entries],
        under=[translate(f"plans_axis_{risk}", lang)],
    )
    _points(layout, data, lang)
    return finish(layout)


def message(data: StudyData, lang: Language) -> str:
    """Return which plan has the least expected weighted cost."""
    plans = data.table("plans")
    best = plans["plan"][int(plans["loss_mean"].to_numpy(float).argmin())]
    price = f"{'EUR' if lang == 'en' else '€'} {number(data.asked['lambda'], lang)}"
    plan = plan_names(data.scenarios, lang)[best]
    return translate("plans_message", lang, plan=plan, price=price)


def error_is_known(plans: pd.DataFrame) -> bool:
    """Return whether there are replications enough to tell the simulation error."""
    return bool(plans["cost_mean_low"].notna().all())


def uncertain(plans: pd.DataFrame) -> Truths:
    """Return of which plans the place on the frontier is within simulation error.

    Of none where that error is not known.
    """
    return ~plans["frontier_certain"].to_numpy(bool) & error_is_known(plans)


def _note(data: StudyData, lang: Language) -> str:
    """Return what the bars are, and how far all points may lie off together."""
    plans = data.table("plans")
    if not error_is_known(plans):
        return translate("plans_note_plain", lang)
    risk = risk_column(plans)
    errors = {
        name: float((plans[f"{name}_high"] - plans[f"{name}_low"]).max()) / 2
        for name in ("cost_mean", risk)
    }
    return translate(
        f"plans_note_{risk}",
        lang,
        first=plan_names(data.scenarios, lang)[plans["plan"][0]],
        cost=number(errors["cost_mean"] / BILLION, lang, 2),
        risk=number(errors[risk] / UNITS[risk], lang, 1),
    )


def _points(layout: FigureLayout, data: StudyData, lang: Language) -> None:
    size, (axes,) = layout.size, layout.panels
    plans = data.table("plans")
    risk = risk_column(plans)
    x = plans[risk].to_numpy(float) / UNITS[risk]
    y = plans["cost_mean"].to_numpy(float) / BILLION
    best, efficient = (plans[name].to_numpy(bool) for name in ("best", "on_frontier"))
    line = np.flatnonzero(efficient)[np.argsort(x[efficient], kind="stable")]
    axes.plot(x[line], y[line], color=BLUE, linewidth=0.8 * size.line, zorder=3)
    across, upward = bars(data)
    for at in range(1, across.shape[1]):
        for along, high in ((across[:, at], [y[at]] * 2), ([x[at]] * 2, upward[:, at])):
            axes.plot(along, high, color=DARK, linewidth=0.5 * size.line, zorder=4)
    hollow = uncertain(plans)
    for mark, here in (
        (EFFICIENT, efficient & ~best),
        (BEATEN, ~efficient & ~best),
        (BEST, best),
    ):
        for inside, which in ((mark.colour, here & ~hollow), ("white", here & hollow)):
            axes.plot(
                x[which], y[which], mark.marker, color=mark.colour, zorder=6,
                markerfacecolor=inside, markersize=0.7 * size.text,
                markeredgecolor=DARK if inside == mark.colour else mark.colour,
                markeredgewidth=(0.35 if inside == mark.colour else 0.9) * size.line,
            )  # fmt: skip
    _limits(axes, np.concatenate([x, *across]), np.concatenate([y, *upward]), risk)
    number_scale(axes.yaxis, lang)
    number_scale(axes.xaxis, lang, 7)
    names = plan_names(data.scenarios, lang)
    _name(layout, [names[plan] for plan in plans["plan"]], x, y)


def bars(data: StudyData) -> tuple[Floats, Floats]:
    """Return the ends of the bars of each plan, (end, plan), across and upward.

    They are those of the 95% interval of its difference from the first plan, counted from where
    that is; the first has none. There are no bars where the simulation error is not known.
    """
    plans, apart = data.table("plans"), data.table("differences")
    if not error_is_known(plans):
        return np.empty((2, 0)), np.empty((2, 0))
    risk = risk_column(plans)
    (name, sign), first = AGAINST[risk], plans.iloc[0]
    ends = np.stack([apart[f"{name}_{end}"].to_numpy(float) for end in ("low", "high")])
    across = (float(first[risk]) + sign * ends) / UNITS[risk]
    more = np.stack([apart[f"more_cost_mean_{end}"].to_numpy(float) for end in ("low", "high")])
    return across, (float(first["cost_mean"]) + more) / BILLION


def _name(layout: FigureLayout, names: Sequence[str], x: Floats, y: Floats) -> None:
    """Write the name of each plan beside its point; at the right edge where there is no room."""
    size, (axes,) = layout.size, layout.panels
    finish(layout)
    before = len(axes.texts)
    wide = NAME_SHARE * inches_of(axes)[0]
    for name, at, high in zip(names, x, y, strict=True):
        name_point(layout, axes, wrapped(name, size.text, wide), [(at, high)])
    if len(axes.texts) == before + len(names) or size.given is not None:
        return
    for text in axes.texts[before:]:
        text.remove()
    axes.hlines(y, x, axes.get_xlim()[1], color=GREY, linewidth=0.35 * size.line, zorder=2)
    label_ends(layout, 0, [EndLabel(one, high) for one, high in zip(names, y, strict=True)])


def _limits(axes: Axes, x: Floats, y: Floats, risk: str) -> None:
    """Leave room around the points; a probability ends at 0 and at 100."""
    wide = max(float(np.ptp(x)), 0.02 * float(np.abs(x).max()), 1e-3)
    tall = max(float(np.ptp(y)), 0.02 * float(np.abs(y).max()), 1e-3)
    low, high = float(x.min()) - ROOM_NAMES * wide, float(x.max()) + ROOM * wide
    edge = 0.02 * wide
    low = max(low, -edge)
    axes.set_xlim(low, min(high, 100 + edge) if risk == "p_short" else high)
    axes.set_ylim(float(y.min()) - ROOM_NAMES * tall, float(y.max()) + ROOM * tall)


def words(data: StudyData, lang: Language) -> str:
    """Describe the chart in a sentence or two, with its numbers."""
    names = plan_names(data.scenarios, lang)
    rows: list[dict[Any, Any]] = data.table("plans").to_dict("records")
    told = [
        translate(
            "alt_plans_one",
            lang,
            plan=names[row["plan"]],
            cost=billion(row["cost_mean"], lang, 2),
            p=probability(row["p_short"], lang),
            nights=number(round(row["nights_short_mean"], -3), lang),
        )
        for row in rows
    ]
    text = translate("alt_plans", lang, title=message(data, lang), told=listed(told))
    return f"{text} {unsure_places(data.table('plans'), names, lang)}".strip()


def unsure_places(plans: pd.DataFrame, names: Mapping[str, str], lang: Language) -> str:
    """Return of which plans the place on the frontier is within simulation error, if of any."""
    found = [names[plan] for plan in plans["plan"][uncertain(plans)]]
    plans_ = quoted(found, lang)
    return translate("plans_frontier_unsure", lang, plans=plans_) if found else ""
