"""Records of commands on observed figures, frozen forecasts and the model (see ``records``)."""

from __future__ import annotations

from datetime import date

from pydantic import Field, JsonValue, RootModel

from .records import Record, TableRecord

# -- Observed figures and forecasts ----------------------------------------------------------------


class ObservedRecord(Record):
    """An observed figure."""

    series: str
    breakdown: str
    period: str
    statistic: str
    value: float
    unit: str
    published: date
    source: str
    error: float = Field(description="Relative standard error.")


class ObservedFile(Record):
    """A file of observed figures without mistakes."""

    file: str
    figures: int
    series: int
    first_published: date
    last_published: date


class ObservedList(RootModel[list[ObservedRecord]]):
    """Observed figures, each in its last vintage by the day."""


class RevisedFigure(Record):
    """A figure with another value in a later file."""

    before: ObservedRecord
    after: ObservedRecord


class ObservedDifferences(Record):
    """Figures that differ between two files."""

    revised: list[RevisedFigure]
    added: list[ObservedRecord]
    gone: list[ObservedRecord]


class FrozenFile(Record):
    """A frozen forecast."""

    file: str
    cite: str


class MonitorResult(Record):
    """The report on frozen forecasts that was written, and the outcomes in it."""

    files: list[str]
    as_of: date
    outcomes: TableRecord


class MissPart(Record):
    """A part of the miss of a forecast, with its simulation error."""

    value: float
    error: float | None


class MissedFigure(Record):
    """The figure that was missed."""

    name: str
    period: str
    unit: str


class MissResult(Record):
    """The miss of a forecast, divided over its causes; in the unit of the figure."""

    figure: MissedFigure
    observed: float
    forecast: float
    miss: float
    parts: dict[str, MissPart]
    remainder: MissPart
    drift: float
    not_observed: dict[str, list[str]]
    not_reached: dict[str, JsonValue]
    replications: int
    runs: int


# -- The model -------------------------------------------------------------------------------------


class LawOutcome(Record):
    """A law of the model that was tried."""

    law: str
    tried: str
    result: str
    holds: bool


class LawOutcomes(RootModel[list[LawOutcome]]):
    """The laws of the model that were tried on this computer."""


class LifeEvent(Record):
    """Something that happened to a person."""

    day: str
    event: str


class Life(Record):
    """One person, followed through the chain."""

    who: str
    events: list[LifeEvent]


class FittedNumber(Record):
    """A number that was fitted: before and after, with standard deviations."""

    key: str
    prior: float
    prior_sd: float
    value: float
    sd: float
    informed: float = Field(description="Share of the prior variance that the data took away.")


class YearEnd(Record):
    """An observation that the fit aims at, and the model's value."""

    scenario: str
    source: str
    observed: float
    sd: float
    model: float


class Calibrated(Record):
    """A calibration."""

    numbers: list[FittedNumber]
    year_ends: list[YearEnd]
    file: str | None


class Scorecard(Record):
    """Scores of hindcasts: docs/how-to/hindcast.md describes the fields."""

    form: int = Field(alias="schema")
    version: str
    replications: int
    seed: int
    confidence: float
    scores: list[dict[str, JsonValue]]
    goals: list[dict[str, JsonValue]]


class HindcastResult(RootModel[Scorecard | list[TableRecord]]):
    """The scorecard; with ``--process`` or ``--given`` the tables that are printed."""
