"""Specifications of the studies that questions need, read by ``STUDIES``. Nothing is run here."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from ..errors import ScenarioError
from ..results.experiment import Settings
from ..studies import STUDIES, Study, study_of_kind
from ..studies.options import StudyOptions, command_of

OPTION_NAMES = {"vary": "levers"}
"""Keys of question files whose option has another name."""


class StudySpec(BaseModel):
    """A study: its name or kind of folder (``verb``), its scenarios, and fields of its options.

    A study of two scenarios names them ``first`` and ``second``, any other ``scenario``.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    verb: str
    scenario: str = "baseline"
    first: str | None = None
    second: str | None = None

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        """Refuse an unknown study, and what its options refuse."""
        try:
            self.study.options.parse(self._fields)
        except ScenarioError as error:
            raise ValueError(str(error)) from None
        if (self.study.takes == "two scenarios") != (None not in (self.first, self.second)):
            raise ValueError("a study of two scenarios has first and second, and no other does")
        return self

    @property
    def study(self) -> Study:
        """The entry of the study."""
        study = STUDIES.get(self.verb) or study_of_kind(self.verb)
        if study is None or not study.is_of_scenarios:
            raise ValueError(f"there is no study '{self.verb}' of scenarios")
        return study

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of its scenarios."""
        if self.first is not None and self.second is not None:
            return self.first, self.second
        return (self.scenario,)

    @property
    def is_weekly(self) -> bool:
        """Whether it is a study of many runs, which uses weekly steps."""
        step = self.study.options.model_fields.get("step")
        return step is not None and step.default == "week"

    @property
    def command(self) -> str:
        """Command that repeats the study."""
        options = self.study.options.parse(self._fields)
        return command_of(self.study.name, self.scenarios, options)

    def options(self, settings: Settings) -> StudyOptions:
        """Return its options with the settings of a simulation."""
        return self.study.options.with_settings(settings, **self._fields)

    @property
    def _fields(self) -> dict[str, Any]:
        extra = self.model_extra or {}
        return {OPTION_NAMES.get(key, key): value for key, value in extra.items()}
