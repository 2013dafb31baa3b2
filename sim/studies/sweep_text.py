"""A sweep in sentences: what it is about to do, and how it ended."""

from __future__ import annotations

import math

from ..report.i18n import Language, label, number
from .design_points import SweepPlan


def duration(seconds: float, lang: Language) -> str:
    """A length of time, roughly, in words."""
    if seconds < 90:
        return label("sweep_seconds", lang, n=number(math.ceil(seconds), lang))
    if seconds < 5400:
        return label("sweep_minutes", lang, n=number(seconds / 60, lang))
    return label("sweep_hours", lang, n=number(seconds / 3600, lang, 1))


def preview(
    name: str, plan: SweepPlan, done: int, seconds: float, workers: int, lang: Language
) -> list[str]:
    """How many runs there are, how many are left, and about how long these take."""
    left = len(plan) - done
    return [
        label(
            "sweep_preview",
            lang,
            name=name,
            runs=number(len(plan), lang),
            excluded=number(plan.excluded, lang),
            n=number(plan.settings.replications, lang),
            until=plan.settings.until,
        ),
        label(
            "sweep_time",
            lang,
            done=number(done, lang),
            left=number(left, lang),
            time=duration(left * seconds / workers, lang),
            workers=number(workers, lang),
        ),
    ]


def outcome(
    earlier: int, fresh: int, failed: int, dropped: int, cut_off: int, lang: Language
) -> list[str]:
    """How it ended, and whatever is not in the table."""
    lines = [
        label(
            "sweep_done",
            lang,
            runs=number(earlier + fresh, lang),
            fresh=number(fresh, lang),
            earlier=number(earlier, lang),
        )
    ]
    if failed:
        lines.append(label("sweep_failed", lang, failed=number(failed, lang)))
    if dropped:
        lines.append(label("sweep_dropped", lang, n=number(dropped, lang)))
    if cut_off:
        lines.append(label("sweep_cut_off", lang, n=number(cut_off, lang)))
    return lines
