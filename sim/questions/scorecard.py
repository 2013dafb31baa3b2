"""The kept scorecard as figures: how far off the program was, and the official forecasts."""

from __future__ import annotations

from functools import cache

from ..hindcast import SERIES, coverage, kept, official_cells


@cache
def score_entries() -> dict[str, float]:
    """Entries by name, of the hindcasts kept with the package.

    ``held_80``: share of all cells that the 80 % band held; ``cells``: how many there are. By
    series: ``SERIES.too_low``, the share of cells of which the program's middle was below what
    came; ``SERIES.cells``. Where official forecasts or budgets lie beside the program:
    ``SERIES.official_cells``, ``SERIES.official_too_low``, and the mean errors in parts of what
    came, ``SERIES.official_error`` and ``SERIES.program_error``.
    """
    march, official_days = kept()
    whole = coverage(march)
    found = {"held_80": whole.share, "cells": float(whole.cells)}
    program = march[march["forecaster"] == "program"]
    beside = official_cells(official_days)
    for series in SERIES:
        mine = program[program["series"] == series]
        theirs = beside[beside["series"] == series]
        found[f"{series}.too_low"] = float((mine["error"] < 0).mean())
        found[f"{series}.cells"] = float(len(mine))
        found[f"{series}.official_cells"] = float(len(theirs))
        if len(theirs):
            found[f"{series}.official_too_low"] = float((theirs["official_error"] < 0).mean())
            found[f"{series}.official_error"] = float(theirs["official_percentage"].mean())
            found[f"{series}.program_error"] = float(theirs["program_percentage"].mean())
    return found
