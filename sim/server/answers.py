"""Answers of the tools: each number of a result is a ``NumberRecord``, with its origin."""

from __future__ import annotations

from pydantic import Field

from ..export.records import (
    NumberRecord,
    ParameterRecord,
    ProblemRecord,
    Record,
    RunRecord,
    ScenarioRecord,
    SettingsRecord,
)


class ScenarioList(Record):
    """The shipped scenarios, with the gap of 2027 by default settings."""

    scenarios: list[ScenarioRecord]


class ParameterList(Record):
    """Parameters of a scenario; they are assumptions that go into a run, not results of one."""

    scenario: str = Field(description="Name of the scenario.")
    parameters: list[ParameterRecord]
    left_out: int = Field(description="How many parameters more there are: name a longer key.")


class Change(Record):
    """A key that a scenario sets to something else than the baseline, values with their unit."""

    key: str
    baseline: str
    value: str
    set_by: str = Field(description="The layer that set it: a patch, or an override (--set).")


class CheckedPatch(Record):
    """What is wrong with a scenario, what is not plausible, and what it changes."""

    valid: bool = Field(description="Whether it can be run: there is no error.")
    scenario: str | None = Field(description="Name of the scenario; null if it is not valid.")
    errors: list[ProblemRecord]
    warnings: list[ProblemRecord] = Field(description="What is valid, and not plausible.")
    notes: list[ProblemRecord] = Field(description="What merging did beyond what the text says.")
    changes: list[Change] = Field(description="Keys that differ from the baseline.")
    left_out: int = Field(description="How many changes more there are.")


class RunAnswer(Record):
    """A run with its headline by year; read_cell reads every other number of it."""

    run: RunRecord
    reused: bool = Field(description="Whether an earlier run of the same scenario was read.")
    warnings: list[ProblemRecord] = Field(description="What is not plausible in the scenario.")


class Difference(Record):
    """A number of two scenarios in a year, and its difference: the other minus the base.

    Cite the difference with its interval, and not two numbers side by side: both sides share their
    random numbers, so the interval of the difference is much narrower.
    """

    scenario: str = Field(description="The scenario that is compared with the base.")
    series: str = Field(description="gap, cost [EUR], occupancy [people in reception] or places.")
    year: int
    base: NumberRecord = Field(description="Median of the base.")
    other: NumberRecord = Field(description="Median of the other.")
    difference: NumberRecord = Field(description="Median of the difference, replication by one.")
    p_positive: NumberRecord = Field(description="Probability that the difference is above zero.")


class Comparison(Record):
    """A comparison of scenarios on common random numbers."""

    id: str = Field(description="Id of the comparison, for read_cell and to cite.")
    base: str
    others: list[str]
    settings: SettingsRecord
    folder: str
    command: str = Field(description="Python expression that repeats it.")
    cite: str
    differences: list[Difference]
    reused: bool


class Effect(Record):
    """What one factor changes in the gap: its Shapley value, the mean over all orders."""

    factor: str
    keys: str = Field(description="Keys of the scenario that belong to the factor.")
    effect: NumberRecord


class Explanation(Record):
    """Why the gap of the second scenario differs from that of the first, factor by factor.

    first + effects + residual = second.
    """

    id: str = Field(description="Id of the explanation, for read_cell and to cite.")
    cell: str = Field(description="Address of the gap that is explained.")
    first: NumberRecord = Field(description="Gap of the first scenario.")
    second: NumberRecord = Field(description="Gap of the second scenario.")
    effects: list[Effect]
    residual: NumberRecord = Field(description="What the factors do not explain.")
    settings: SettingsRecord
    folder: str
    command: str = Field(description="Python expression that repeats it.")
    cite: str
    reused: bool


class Cells(Record):
    """Numbers of a kept run or study, in the order in which they were asked for."""

    numbers: list[NumberRecord]
