"""Published figures that a run is made with: a user's file, of which the folder keeps a copy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import usage_error
from ..hindcast.observation_file import read_text
from ..hindcast.observations import Observation, known_on, parse_observations
from ..hindcast.observed_cells import SPENDING

COPY = "observed.csv"
"""Name of the copy in the folder of a run."""


@dataclass(frozen=True)
class GivenFigures:
    """A file of published figures, and the day on which they are known."""

    file: str
    """Name of the file, as it was typed."""
    text: str
    as_of: date | None
    every: tuple[Observation, ...]

    @property
    def known(self) -> tuple[Observation, ...]:
        """Return the figures that were known on the day, each in its last vintage by then."""
        return known_on(self.every, self.as_of)

    @property
    def spent(self) -> tuple[Observation, ...]:
        """Return those of spending, which the cost by month counts as realised."""
        return tuple(one for one in self.known if one.series == SPENDING)

    @property
    def words(self) -> list[str]:
        """Return the options of a command that name the file and the day."""
        day = [] if self.as_of is None else ["--as-of", self.as_of.isoformat()]
        return ["--observed", self.file, *day]

    @property
    def inputs(self) -> dict[str, str]:
        """Return the SHA-256 of the file by its name."""
        return {Path(self.file).name: hashlib.sha256(self.text.encode()).hexdigest()}

    def record(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        day = None if self.as_of is None else self.as_of.isoformat()
        return {"file": self.file, "as_of": day}


def figures_of(observed: str | Path | None, as_of: date | None) -> GivenFigures | None:
    """Return the figures of a file as known on a day, if one is given; a day needs a file."""
    if observed is None:
        if as_of is not None:
            usage_error("--as-of", "there are no figures to choose from", "give --observed FILE")
        return None
    return read_figures(Path(observed), as_of)


def read_figures(file: Path, as_of: date | None, typed: str = "") -> GivenFigures:
    """Read a file of published figures, as known on a day; raises ``ScenarioError``.

    ``typed`` is the name under which it was given, where ``file`` is a copy.
    """
    text = read_text(file)
    return GivenFigures(typed or str(file), text, as_of, parse_observations(text, str(file)))
