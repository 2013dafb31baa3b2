"""The scorecard as the documents show it: tables of the validation page, and lines elsewhere."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from math import isnan
from pathlib import Path

from sim.hindcast import Estimate, Goal, Hindcasts, Score, coverage, goals, scores
from sim.report.i18n import translate
from sim.report.scorecard_tables import limit_of

ROOT = Path(__file__).parents[2]
VALIDATION = ROOT / "docs" / "explanation" / "validation.md"
SCORECARD = re.compile(r"(<!-- scorecard.*?-->\n)(.*?)(<!-- end of scorecard -->)", re.S)
SHORT = re.compile(r"- Hindcasts from 2012 to 2024: [^\n]*\n(?:  [^\n]*\n)*")
"""The lines on hindcasts in a list of limits."""
IN_SHORT = (ROOT / "README.md", ROOT / "docs" / "index.md", VALIDATION)
UNCERTAINTY = ROOT / "docs" / "explanation" / "uncertainty.md"
HELD = re.compile(r"80% interval contained \d+% of \d+ outcomes")
WIDTH = 120


def estimate(found: Estimate | None, decimals: int = 2) -> str:
    """0.94 (0.81-1.10)."""
    if found is None:
        return ""
    value = f"{found.value:.{decimals}f}"
    if isnan(found.low):
        return value
    return f"{value} ({found.low:.{decimals}f} to {found.high:.{decimals}f})"


def row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def head(names: Sequence[str], texts: int) -> Iterator[str]:
    """The head of a table, of which the first columns are texts."""
    yield row(names)
    yield row(["---"] * texts + ["---:"] * (len(names) - texts))


def name(series: str) -> str:
    return translate(f"series_{series}", "en")


def skill(found: Sequence[Score]) -> Iterator[str]:
    """Ratios of CRPS over all horizons."""
    names = ("series", "benchmark", "n", "model", "without March 2016", "pool")
    more = ("without March 2016", "pool / best naive number", "model / official")
    yield from head((*names, *more), 2)
    for one in found:
        if one.ahead is None:
            ratios = (one.program_ratio, one.program_ratio_without_2016, one.pool_ratio,
                      one.pool_ratio_without_2016, one.pool_point_ratio,
                      one.official.ratio if one.official else None)  # fmt: skip
            benchmark = translate(f"score_{one.benchmark}", "en")
            yield row((name(one.series), benchmark, one.n, *map(estimate, ratios)))


def aims(found: Sequence[Goal]) -> Iterator[str]:
    """Goals, what was found, and whether they were met."""
    yield from head(("series", "measure", "goal", "found", "met"), 2)
    for one in found:
        measure = translate(f"goal_{one.measure}", "en")
        met = "yes" if one.met else "**no**"
        yield row((name(one.series), measure, limit_of(one, "en"), estimate(one.found), met))


def horizons(found: Sequence[Score]) -> Iterator[str]:
    """Scores by series and years ahead."""
    names = ("series", "years ahead", "n", "error", "CRPS ratio, model", "CRPS ratio, pool")
    yield from head((*names, "bias (log)", "in 80%", "mean PIT"), 1)
    for one in found:
        yield row((
            name(one.series), one.ahead or "all", one.n, f"{one.mape:.0%}",
            estimate(one.program_ratio), estimate(one.pool_ratio), estimate(one.bias),
            f"{one.coverage.share:.0%}", f"{one.pit.value:.2f}",
        ))  # fmt: skip


def held(found: Hindcasts) -> str:
    """The coverage in words."""
    all_ = coverage(found.march)
    return (
        f"The 80% intervals contained {100 * all_.share:.0f}% of {all_.cells} outcomes "
        f"({100 * all_.low:.0f} to {100 * all_.high:.0f}%, {all_.origins} origins as clusters)."
    )


def held_briefly(found: Hindcasts) -> str:
    """The coverage as the page on uncertainty states it."""
    all_ = coverage(found.march)
    return f"80% interval contained {100 * all_.share:.0f}% of {all_.cells} outcomes"


def tables(found: Hindcasts) -> str:
    """All that the validation page shows between its two marks."""
    scored = scores(found)
    parts = (
        "CRPS over all horizons, relative to the benchmark:", "\n".join(skill(scored)),
        "Goals:", "\n".join(aims(goals(scored))),
        held(found),
        "By years ahead:", "\n".join(horizons(scored)),
    )  # fmt: skip
    return "\n" + "\n\n".join(parts) + "\n\n"


def in_short(found: Hindcasts) -> str:
    """The line on hindcasts in the lists of limits."""
    scored = scores(found)
    asked = goals(scored)
    whole = [one for one in scored if one.ahead is None]
    worse, better = (
        ", ".join(f"{name(one.series)} ({one.program_ratio.value:.2f})" for one in whole
                  if (one.program_ratio.value > 1) == above) or "none"
        for above in (True, False)
    )  # fmt: skip
    sure = ", ".join(
        name(one.series)
        for one in whole
        if not one.program_ratio.low <= 1 <= one.program_ratio.high
    )
    text = (
        f"- Hindcasts from 2012 to 2024: the 80% intervals contained "
        f"{100 * coverage(found.march).share:.0f}% of the outcomes. By CRPS, relative to a naive "
        f"forecast with an interval, the model was worse for: {worse}; and better for: {better} "
        f"(first applications from 1999). Only for {sure or 'none'} does the 90% interval of the "
        f"ratio exclude 1. Of {len(asked)} goals {sum(not one.met for one in asked)} were missed."
    )
    return textwrap.fill(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False) + "\n"


def renew(found: Hindcasts) -> None:
    """Write the tables and the lines into the documents."""
    page = VALIDATION.read_text("utf-8")
    VALIDATION.write_text(SCORECARD.sub(lambda m: m[1] + tables(found) + m[3], page), "utf-8")
    for file in IN_SHORT:
        text = file.read_text("utf-8")
        file.write_text(SHORT.sub(lambda _: in_short(found), text), "utf-8")
    text = UNCERTAINTY.read_text("utf-8")
    UNCERTAINTY.write_text(HELD.sub(held_briefly(found), text), "utf-8")
