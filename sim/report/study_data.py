"""Data of a study as read from its folder: input of its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..results.experiment import Settings, settings_from_record
from ..scenario import Scenario


@dataclass(frozen=True)
class StudyData:
    """Data of a study as read from its folder: manifest, tables and scenarios."""

    record: Mapping[str, Any]
    table: Callable[[str], pd.DataFrame]
    scenario: Callable[[str], Scenario]

    def has(self, name: str) -> bool:
        """Return whether it has a table; folders of earlier versions lack some."""
        files = self.record.get("files")
        if files is not None:
            return bool({f"{name}.csv", f"{name}.parquet"} & set(files))
        try:
            self.table(name)
        except KeyError:
            return False
        return True

    @property
    def asked(self) -> Mapping[str, Any]:
        """The arguments of the study."""
        found: Mapping[str, Any] = self.record["asked"]
        return found

    @property
    def id(self) -> str:
        """The identifier of the study."""
        return str(self.record["id"])

    @property
    def settings(self) -> Settings:
        """The settings of its runs."""
        return settings_from_record(self.record["options"])

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios by name, in their order."""
        return {name: self.scenario(name) for name in self.record["scenarios"]}

    @property
    def first(self) -> Scenario:
        """The only scenario, or the first."""
        return next(iter(self.scenarios.values()))
