"""Specifications of the studies that questions need. Nothing is run here."""

from __future__ import annotations

import shlex
from typing import Annotated, Literal

from pydantic import Field

from ..scenario.base import Frozen


class ExplainSpec(Frozen):
    """Why a gap differs between two scenarios; values by factor, and ``before``, ``after``."""

    verb: Literal["explain"]
    first: str
    second: str
    line: str = "total"
    year: int

    @property
    def cell(self) -> str:
        return f"gap.{self.line}.{self.year}:p50"

    @property
    def command(self) -> str:
        """Return the command that repeats the study."""
        line = "" if self.line == "total" else f" --line {self.line}"
        return f"opvangsim explain {self.first} {self.second} --year {self.year}{line}"

    @property
    def scenarios(self) -> tuple[str, ...]:
        return self.first, self.second


class SolveSpec(Frozen):
    """The value of a number at which a target is just met.

    Entries: ``answer``, ``present``, and ``at_least``: the middle of the target's cell with the
    lever at the least value tried.
    """

    verb: Literal["solve"]
    scenario: str = "baseline"
    vary: str
    target: str
    certainty: float = Field(default=0.5, gt=0, lt=1)

    @property
    def command(self) -> str:
        """Return the command that repeats the study."""
        return (f"opvangsim solve {self.scenario} --lever {self.vary} "
                f"--target {shlex.quote(self.target)} --certainty {self.certainty:g}")  # fmt: skip

    @property
    def scenarios(self) -> tuple[str, ...]:
        return (self.scenario,)


class OptimalPlacesSpec(Frozen):
    """How many fixed regular places cost least.

    Entries: ``best``, ``rule``, ``reference_more`` (what the planned stock costs more than the
    best) and ``reference_saves`` (what it costs less than no fixed stock).
    """

    verb: Literal["stock"]
    scenario: str = "baseline"

    @property
    def command(self) -> str:
        """Return the command that repeats the study."""
        return f"opvangsim optimal-places {self.scenario}"

    @property
    def scenarios(self) -> tuple[str, ...]:
        return (self.scenario,)


class IndCutSpec(Frozen):
    """What a euro less for the IND costs at COA; values by cut, all years together."""

    verb: Literal["ind_coa"]
    scenario: str = "baseline"

    @property
    def command(self) -> str:
        """Return the command that repeats the study."""
        return f"opvangsim ind-cut {self.scenario}"

    @property
    def scenarios(self) -> tuple[str, ...]:
        return (self.scenario,)


StudySpec = Annotated[
    ExplainSpec | SolveSpec | OptimalPlacesSpec | IndCutSpec, Field(discriminator="verb")
]
WEEKLY_STUDIES = ("solve", "stock", "ind_coa")
"""Studies of many runs, which use weekly steps."""
