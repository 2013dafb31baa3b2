"""Records: results, scenarios and problems as JSON for other programs, with a published schema.

``--json`` of the command line prints them, and the server of ``opvangsim mcp`` answers with them.
A number of a result never stands alone: it has an address, a unit, an interval, a simulation error
and the run it comes from. A missing number is null with the reason why, and never NaN.
``read_records`` makes records of finished folders.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..clock import StepLength
from ..model.uncertainty import Uncertainty

Leaf = str | bool | int | float | None
"""A cell of a table, or a value of a scenario: null where there is none."""


class Record(BaseModel):
    """A record: further keys are refused, and a number is finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(Record):
    """The 80% interval of a number over replications: how uncertain the future is."""

    low: float | None = Field(description="Lower end: one replication in ten lies below it.")
    high: float | None = Field(description="Upper end: one replication in ten lies above it.")
    ends: tuple[Literal["p10"], Literal["p90"]] = Field(
        ("p10", "p90"), description="Statistics of both ends: 10th and 90th percentile."
    )
    reason: str | None = Field(None, description="Why there is no interval; null if there is one.")


class SimulationError(Record):
    """The 95% interval of a statistic's simulation error: what more replications would narrow."""

    low: float | None = Field(description="Lower end, in the unit of the number.")
    high: float | None = Field(description="Upper end, in the unit of the number.")
    reason: str | None = Field(
        None, description="Why the error is not known; null if it is. It is not zero then."
    )


class NumberRecord(Record):
    """One number of a result, with all that is needed to cite it and to get it again."""

    address: str = Field(
        description="Where the number stands, as in gap.total.2027@owb2025:p50"
        " (table.line.year@vintage:statistic). With `run` it identifies the number: cite both."
    )
    value: float = Field(description="The number, in `unit`: whole euros, persons, places, cases.")
    unit: str = Field(description="Unit: EUR, persons, places, cases, months, probability ...")
    statistic: str = Field(
        description="Statistic over replications: p50 is the median, mean the average, p10 and p90"
        " the 10th and 90th percentile, p_positive the probability of a value above zero."
    )
    interval: Interval = Field(
        description="80% interval of what the number is about: eight of ten replications lie in it"
    )
    simulation_error: SimulationError = Field(
        description="95% interval of the number itself, due to the limited number of replications"
    )
    run: str = Field(description="Id of the run or study that the number comes from.")
    scenario: str = Field(description="Scenario; of a difference: other - base.")


class SettingsRecord(Record):
    """Settings of a simulation: together with the scenario they decide every number."""

    replications: int = Field(description="Number of simulated futures.")
    seed: int = Field(description="Seed of all random numbers.")
    step: StepLength = Field(description="Length of a time step.")
    until: date | None = Field(description="Last simulated day; null: that of the scenario.")
    uncertainty: tuple[Uncertainty, ...] = Field(description="Sources of uncertainty included.")


class YearRecord(Record):
    """Headline numbers of a year; null where a year has none, as one without a budget has no gap.

    Money is that of all lines together, in the headline's budget vintage and prices.
    """

    year: int
    cost: NumberRecord | None = Field(description="Cost, median.")
    budget: NumberRecord | None = Field(description="Budget.")
    gap: NumberRecord | None = Field(description="Gap, median: cost minus budget.")
    p_gap_positive: NumberRecord | None = Field(description="Probability that cost exceeds budget.")
    people: NumberRecord | None = Field(
        description="People in reception, mean over the year, median over replications."
    )
    places: NumberRecord | None = Field(
        description="Places, mean over the year, median over replications."
    )
    persons_short: NumberRecord | None = Field(
        None, description="People without a place, where spending follows the budget."
    )
    places_short: NumberRecord | None = Field(
        None, description="Places short, where spending follows the budget."
    )


class RunRecord(Record):
    """A finished run: what was simulated, where it is, and its headline numbers by year."""

    kind: Literal["run"] = "run"
    id: str = Field(description="Id of what was computed: the same scenario and settings give it.")
    scenario: str = Field(description="Name of the scenario.")
    title: str
    settings: SettingsRecord
    folder: str = Field(description="Folder with all tables, charts and the manifest (run.json).")
    command: str = Field(description="Command that repeats the run.")
    cite: str = Field(description="How to cite the run.")
    vintage: str = Field(description="Budget vintage of the headline.")
    cost_level: str = Field(description="Price level of the headline's cost.")
    years: list[YearRecord]


class TableRecord(Record):
    """A table of a study, row by row."""

    name: str = Field(description="Name of its file (NAME.csv) in the folder of the study.")
    columns: list[str]
    units: dict[str, str] = Field(
        description="Units of columns, as far as they are the same in every row; otherwise each row"
        " has a column `unit`."
    )
    rows: list[dict[str, Leaf]] = Field(description="Rows; null where a cell is empty.")


class StudyRecord(Record):
    """A finished study: its question, findings in words, and tables."""

    kind: str = Field(description="Kind of study: comparison, explanation, solution ...")
    id: str = Field(description="Id of what was computed.")
    scenarios: list[str] = Field(description="Scenarios, the first one is compared with.")
    settings: SettingsRecord
    folder: str
    command: str = Field(description="Command that repeats the study.")
    cite: str = Field(description="How to cite the study.")
    sentences: list[str] = Field(description="Findings in words.")
    tables: list[TableRecord]


class ScenarioRecord(Record):
    """A scenario: its name, what it assumes in words, and its headline."""

    name: str = Field(description="Name by which commands and tools take it.")
    title: str
    description: str
    start: date = Field(description="First simulated day.")
    until: date = Field(description="Last simulated day.")
    closing: str = Field(
        description="need: capacity follows people, and the answer is money; constrained: spending"
        " follows the budget, and the answer is people and places short."
    )
    gap: NumberRecord | None = Field(
        description="Gap of 2027 by default settings; null where none is kept."
    )


class ValueRecord(Record):
    """A value of a parameter, from a day on if it is dated, with its range."""

    since: date | None = Field(description="Day from which it holds; null if it is not dated.")
    value: Leaf
    low: float | None = Field(description="10% of draws lie below; null: the value is certain.")
    high: float | None = Field(description="10% of draws lie above; null: the value is certain.")


class ParameterRecord(Record):
    """A parameter of a scenario: value, unit, source or assumption, who set it, and its range."""

    key: str = Field(description="Key, as in housing.homes; overrides take it.")
    meaning: str
    values: list[ValueRecord] = Field(description="The value, or one for each date.")
    unit: str | None = Field(description="Unit; null for what is no number.")
    source: str | None = Field(description="Key of the source.")
    where: str | None = Field(description="Where in the source.")
    assumption: str | None = Field(description="The assumption, where no source gives the number.")
    uncertainty: str = Field(description="Its distribution in words; empty: certain.")
    set_by: str = Field(description="The layer of the scenario that set it.")
    place: str = Field(description="File, line and column where it is set.")
    baseline: str | None = Field(description="Value in the baseline, if that differs.")


class ProblemRecord(Record):
    """One problem of a scenario or a request: where, what, and what to do about it."""

    file: str = Field(description="File, or the argument that is wrong.")
    line: int | None = Field(description="Line, from 1; null if it is not in a text.")
    column: int | None = Field(description="Column, from 1; null if it is not in a text.")
    what: str
    advice: str
    code: str | None = Field(None, description="Name of the check that found it, for a warning.")


class FoundRecord(Record):
    """One thing that a search found, where it comes from, and the command that shows it."""

    kind: Literal["number", "source", "question", "scenario", "command"]
    name: str = Field(description="Key, name of a source or scenario, number of a question, words.")
    text: str = Field(description="What it is; of a number its meaning and value.")
    source: str | None = Field(description="Source and place in it, or the assumption.")
    link: str | None = Field(description="Address of the source; null if it is not known.")
    command: str = Field(description="Command that shows it whole.")


class SearchRecord(Record):
    """What a text finds, by kind and the best first."""

    text: str
    found: list[FoundRecord]
    counts: dict[str, int] = Field(description="How many there are of each kind, shown or not.")
