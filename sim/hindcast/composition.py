"""How far the shares of nationalities in first applications move from year to year."""

from __future__ import annotations

import numpy as np

from .data_files import rows_of

GROUPS = ("syria", "eritrea", "turkey", "iraq", "afghanistan", "yemen", "somalia", "other")
USUAL_SD, USUAL_CHANGES = 0.55, 10
"""Standard deviation on the log of a year's change for any nationality, before its own history is
looked at, and the weight of that in changes."""


def change_sds() -> dict[str, float]:
    """Standard deviation of a year's change of each group's weight, on the log.

    The mean square of the yearly log changes of its share since 2014, together with what is usual:
    (10 x 0.55² + n s²) / (10 + n). A dominant share moves less than its weight, since shares make
    one: by one less its share.
    """
    rows = list(rows_of("applications_by_origin.csv"))
    years = sorted({int(row["year"]) for row in rows})
    counts = {(int(row["year"]), row["group"]): float(row["persons"]) for row in rows}
    table = np.array([[counts[year, group] for group in GROUPS] for year in years])
    changes = np.diff(np.log(table / table.sum(axis=1, keepdims=True)), axis=0)
    n = len(changes)
    variance = USUAL_CHANGES * USUAL_SD**2 + (changes**2).sum(axis=0)
    return dict(zip(GROUPS, np.sqrt(variance / (USUAL_CHANGES + n)).tolist(), strict=True))
