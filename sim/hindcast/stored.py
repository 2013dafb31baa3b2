"""All hindcasts together: made on every origin date, and kept with the package as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from io import StringIO

import pandas as pd

from ..results.executor import ALL_CORES, Workers
from .scoring import HindcastOptions, all_cells, official_origins, origins
from .yearly_inflow import yearly_cells, yearly_origins


@dataclass(frozen=True)
class Hindcasts:
    """Cells of hindcasts: a row a forecaster, series, origin date and year.

    ``march``: the chain from 1 March of each year; ``official``: the chain from the days on which
    official forecasts came out; ``yearly``: first applications by their process alone, from 1999.
    """

    march: pd.DataFrame
    official: pd.DataFrame
    yearly: pd.DataFrame

    @property
    def scored(self) -> pd.DataFrame:
        """The cells of 1 March of all series, first applications first."""
        return pd.concat([self.yearly, self.march], ignore_index=True)

    def of_years(self, years: Sequence[int]) -> Hindcasts:
        """Return the cells of origin dates in some years; all if none is given."""
        return Hindcasts(
            *(
                cells[[not years or day.year in years for day in cells["origin"]]]
                for cells in (self.march, self.official, self.yearly)
            )
        )


def make(
    options: HindcastOptions, years: Sequence[int] = (), workers: Workers = ALL_CORES
) -> Hindcasts:
    """Run the program on all origin dates, or on those in some years."""

    def wanted(days: list[date]) -> list[date]:
        return [day for day in days if not years or day.year in years]

    march, official = (
        all_cells(wanted(days), options, workers) for days in (origins(), official_origins())
    )
    return Hindcasts(march, official, yearly_cells(wanted(yearly_origins())))


def as_csv(found: Hindcasts) -> str:
    """Return all cells as one table; ``put`` says of which days."""
    tables = {"march": found.march, "official": found.official, "yearly": found.yearly}
    whole = pd.concat([cells.assign(put=name) for name, cells in tables.items()])
    return whole.to_csv(index=False, float_format="%.6g", lineterminator="\n")


def from_csv(text: str) -> Hindcasts:
    """Return the hindcasts of ``as_csv``."""
    whole = pd.read_csv(StringIO(text))
    whole["origin"] = [date.fromisoformat(day) for day in whole["origin"]]
    return Hindcasts(
        *(
            whole[whole["put"] == name].drop(columns="put")
            for name in ("march", "official", "yearly")
        )
    )


def kept() -> Hindcasts:
    """Return the hindcasts kept with the package (``sim/data/hindcasts.csv``)."""
    return from_csv((resources.files("sim") / "data" / "hindcasts.csv").read_text("utf-8"))
