"""Official forecasts of the asylum chain, to compare with outcomes and with the model's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from .data_files import rows_of


@dataclass(frozen=True)
class Forecast:
    """One official forecast of what a series would be at ``target``.

    ``realised`` is the outcome by the forecast's own definition, where that differs from the
    observed series.
    """

    series: str
    edition: str
    published: date
    target: date
    central: float
    low: float | None
    high: float | None
    realised: float | None
    source: str
    note: str


@cache
def forecasts() -> tuple[Forecast, ...]:
    """All official forecasts of ``sim/data/forecasts.csv``."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    return tuple(
        Forecast(
            row["series"],
            row["edition"],
            date.fromisoformat(row["published"]),
            date.fromisoformat(row["target"]),
            float(row["central"]),
            number(row["low"]),
            number(row["high"]),
            number(row["realised"]),
            row["source"],
            row["note"],
        )
        for row in rows_of("forecasts.csv")
    )
