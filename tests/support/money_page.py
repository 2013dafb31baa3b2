"""Tables of the price level and of spending, as the validation page shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from sim.hindcast import kept, money_apart
from sim.hindcast.price_level import closed_years, distances, level_ratios, supported, without_each
from sim.report.i18n import translate
from sim.scenario import load

from .scorecard_page import VALIDATION, head, name, row

PRICE_LEVEL = re.compile(r"(<!-- price level.*?-->\n)(.*?)(<!-- end of price level -->)", re.S)
SPENDING = re.compile(r"(<!-- spending.*?-->\n)(.*?)(<!-- end of spending -->)", re.S)


def price_level() -> str:
    """The closed years, the level without each of them, and how far each published level lies."""
    return "\n".join(["", *_years(), "", *_levels(), "", ""])


def _years() -> Iterator[str]:
    baseline = load("baseline")
    found = without_each(baseline)
    names = ("", "at the document's prices", "in fact", "log ratio", "error", "level without it")
    yield from head(names, 1)
    for one in closed_years(baseline):
        what = "paid, 2022 to 2024" if one.name == "cash" else one.name
        left = found[one.name]
        level = f"{left.factor:.2f} ({left.mean:.3f} ± {left.sd:.3f})"
        amounts = (f"{amount / 1e6:,.0f}" for amount in (one.modelled, one.came))
        yield row((what, *amounts, f"{one.ratio:+.3f}", f"{one.sd:.2f}", level))
    whole = found[""]
    level = f"**{whole.factor:.2f}** ({whole.mean:.3f} ± {whole.sd:.3f})"
    yield row(("all", "", "", f"prior {whole.prior:+.3f}", "0.12", level))


def _levels() -> Iterator[str]:
    baseline = load("baseline")
    far, nearest = distances(baseline), supported(baseline)
    yield from head(("published level", "factor", "distance, standard deviations", ""), 1)
    for level, ratio in level_ratios(baseline).items():
        mark = "**supported**" if level == nearest else ""
        label = translate(f"level_{level}", "en")
        yield row((label, f"{np.exp(ratio):.2f}", f"{far[level]:+.1f}", mark))


def spending() -> str:
    """Ratios of CRPS of spending, from the stored hindcasts."""
    return "\n".join(["", *_spending(), "", ""])


def _spending() -> Iterator[str]:
    names = ("series", "best naive", "years ahead", "n", "model", "people that came", "goal")
    yield from head(names, 2)
    for one in money_apart(kept().march).to_dict("records"):
        ahead = one["ahead"] or "all"
        goal = "" if one["goal"] is None or one["goal"] != one["goal"] else f"{one['goal']:.1f}"
        naive = translate(f"score_{one['naive']}", "en")
        ratios = (f"{one['ratio']:.2f}", f"{one['given']:.2f}")
        yield row((name(str(one["series"])), naive, ahead, one["n"], *ratios, goal))


def renew() -> None:
    """Write both tables into the page."""
    text = VALIDATION.read_text("utf-8")
    text = PRICE_LEVEL.sub(lambda m: m[1] + price_level() + m[3], text)
    text = SPENDING.sub(lambda m: m[1] + spending() + m[3], text)
    VALIDATION.write_text(text, "utf-8")
