"""What a comparison of plans says: its tables and sentences."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from ..report.i18n import Language, billion, number
from ..report.study_data import StudyData


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed tables and the sentences."""
    table = Table("plan", "cost", "shortage", "loss", "regret")
    for row in data.table("plans").to_dict("records"):
        money = [billion(row[name], lang) for name in ("cost_mean", "loss_mean", "regret_mean")]
        table.add_row(row["plan"], money[0], number(row["p_short"], lang, 2), *money[1:])
    return [table]
