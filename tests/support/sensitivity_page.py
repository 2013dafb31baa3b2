"""What the uncertainty of the gap consists of, as the page on uncertainty shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources

from sim.report.display_names import input_name
from sim.scenario import load, quantities
from sim.scenario.listing import Effect, kept_effects

from .scorecard_page import UNCERTAINTY, head, row

EFFECTS = re.compile(r"(<!-- effects.*?-->\n)(.*?)(<!-- end of effects -->)", re.S)
CHANCE = re.compile(r"^# Total index of the inflow path: (\S+), of daily chance: (\S+)\.$", re.M)
"""The line of sensitivity.csv with what is chance and not a number of the scenario."""
SHOWN = 8


def chance_line(path: float, luck: float) -> str:
    return f"# Total index of the inflow path: {path:.2g}, of daily chance: {luck:.2g}."


def effects() -> str:
    """The inputs with the largest total indices, from sim/data/sensitivity.csv."""
    return "\n".join(["", *_rows(kept_effects()), "", ""])


def _rows(kept: Mapping[str, Effect]) -> Iterator[str]:
    """Linked numbers have one effect together, so one row."""
    baseline = load("baseline")
    known = {path for path, one in quantities(baseline) if one.spread is not None}
    together: dict[Effect, list[str]] = {}
    for key, effect in kept.items():
        if key in known and effect.total > 0:
            together.setdefault(effect, []).append(input_name(key, baseline, "en"))
    yield from head(
        ("input", "total index", "mean gap at its 10th and 90th percentile [million]"), 1
    )
    text = (resources.files("sim") / "data" / "sensitivity.csv").read_text("utf-8")
    for names in CHANCE.findall(text):
        for name, total in zip(("inflow path", "daily chance"), names, strict=True):
            yield row((name, f"{100 * float(total):.1f}%", ""))
    for effect in sorted(together, key=lambda one: -one.total)[:SHOWN]:
        ends = f"{effect.low / 1e6:+,.0f}, {effect.high / 1e6:+,.0f}"
        yield row((", ".join(together[effect]), f"{100 * effect.total:.1f}%", ends))


def renew() -> None:
    """Write the table into the page."""
    text = UNCERTAINTY.read_text("utf-8")
    UNCERTAINTY.write_text(EFFECTS.sub(lambda m: m[1] + effects() + m[3], text), "utf-8")
