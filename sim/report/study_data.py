"""A study as its folder tells it: what all its charts are drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..results.experiment import Settings, settings_from_record
from ..scenario import Scenario

DRAWABLE = (
    "comparison",
    "explanation",
    "solution",
    "frontier",
    "stock",
    "ind_coa",
    "sensitivity",
    "discovery",
    "sweep",
)
"""Kinds of study whose chart can be drawn again from their folder."""


@dataclass(frozen=True)
class StudyData:
    """A study as its folder tells it: its record, and how to get at its tables and scenarios."""

    record: Mapping[str, Any]
    table: Callable[[str], pd.DataFrame]
    scenario: Callable[[str], Scenario]

    @property
    def asked(self) -> Mapping[str, Any]:
        """What is part of the question."""
        found: Mapping[str, Any] = self.record["asked"]
        return found

    @property
    def id(self) -> str:
        """Identity of the study."""
        return str(self.record["id"])

    @property
    def settings(self) -> Settings:
        """What it was run with."""
        return settings_from_record(self.record["options"])

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """Its scenarios by name, in their order."""
        return {name: self.scenario(name) for name in self.record["scenarios"]}

    @property
    def first(self) -> Scenario:
        """Its only scenario, or the first."""
        return next(iter(self.scenarios.values()))
