"""Arguments of the tools with their limits: no type is converted, no unknown field accepted."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

LONGEST_PATCH = 20_000
"""Longest text of a patch [characters]."""
LONGEST_VALUE = 2_000
"""Longest value of an override [characters of JSON]."""
MOST_OVERRIDES = 50
MOST_PATCHES = 5
MOST_ADDRESSES = 20
MOST_OTHERS = 4
MOST_WEEKLY, MOST_DAILY = 1_000, 500
"""Most replications of a simulation, by the length of its steps."""
LARGEST_SEED = 2**63 - 1


def _short(value: JsonValue) -> JsonValue:
    if len(json.dumps(value)) > LONGEST_VALUE:
        raise ValueError(f"the value of an override is at most {LONGEST_VALUE:,} characters long")
    return value


Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=200)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=100)]
Address = Annotated[str, Field(min_length=1, max_length=300)]
RunId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
Year = Annotated[int, Field(ge=2000, le=2100)]


class Arguments(BaseModel):
    """Arguments of a tool, read from JSON."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True
    )


class ScenarioInput(Arguments):
    """A scenario: a shipped one, with patches, the text of a patch and overrides on top of it."""

    name: Name = Field("baseline", description="Name of a shipped scenario: see list_scenarios.")
    patches: Annotated[list[Name], Field(max_length=MOST_PATCHES)] = Field(
        [], description="Names of shipped scenarios that are applied on top, the last one counts."
    )
    patch: Annotated[str, Field(max_length=LONGEST_PATCH)] | None = Field(
        None,
        description="Text of a patch in YAML, not the name of a file. Lines: 'extends: baseline',"
        " 'title: {en: ..., nl: ...}', 'description: {en: ..., nl: ...}', then keys and values, as"
        " in 'housing.homes: {value: 40000, assumption: the target is met}'. check_patch says what"
        " is wrong with one; for single numbers overrides are simpler.",
    )
    overrides: Annotated[
        dict[Key, Annotated[JsonValue, AfterValidator(_short)]], Field(max_length=MOST_OVERRIDES)
    ] = Field(
        {},
        description="Single numbers by key, applied last, as in {'housing.homes': 40000} or by date"
        " {'inflow.first': {'2026': 20000}}. A number keeps its uncertainty in relative width.",
    )


BASELINE = ScenarioInput.model_validate({})


class SettingsInput(Arguments):
    """Settings of a simulation: the same scenario and settings give the same numbers."""

    replications: int = Field(
        100,
        ge=1,
        le=MOST_WEEKLY,
        description="Number of simulated futures. With fewer than 100 no simulation error is known;"
        f" at most {MOST_WEEKLY} in weekly steps and {MOST_DAILY} in daily ones. 100 weekly ones"
        " take seconds; a published figure rests on 500 daily ones.",
    )
    seed: int = Field(1, ge=0, le=LARGEST_SEED, description="Seed of all random numbers.")
    step: Literal["day", "week"] = Field(
        "week", description="Length of a step: a week is faster and slightly less precise."
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.step == "day" and self.replications > MOST_DAILY:
            raise ValueError(f"at most {MOST_DAILY} replications in daily steps")
        return self


class ListScenarios(Arguments):
    """Which of the shipped scenarios are listed."""

    search: Annotated[str, Field(max_length=100)] = Field(
        "", description="Keep scenarios whose name, title or description has this text."
    )
    described: bool = Field(False, description="Give the description of each as well.")


class ShowParameter(Arguments):
    """A key of a scenario, or the part of a key before a point."""

    key: Key = Field(description="Key, as in housing.homes, or a group of keys, as in housing.")
    scenario: ScenarioInput = BASELINE


class CheckPatch(Arguments):
    """A scenario that is to be checked."""

    scenario: ScenarioInput


class RunScenario(SettingsInput):
    """A scenario, and the settings of its simulation."""

    scenario: ScenarioInput = BASELINE
    until: date | None = Field(
        None, description="Last simulated day (YYYY-MM-DD); by default that of the scenario."
    )


class CompareScenarios(SettingsInput):
    """A first scenario and others that are compared with it, on common random numbers."""

    base: ScenarioInput = BASELINE
    others: Annotated[list[ScenarioInput], Field(min_length=1, max_length=MOST_OTHERS)]
    years: Annotated[list[Year], Field(min_length=1, max_length=10)] = Field(
        [2027], description="Years of which the differences are given."
    )


class ExplainGap(SettingsInput):
    """Two scenarios whose gaps in a year are explained, factor by factor."""

    first: ScenarioInput = BASELINE
    second: ScenarioInput
    year: Year = Field(2027, description="Year of the gap.")
    by: Literal["patch", "key", "theme"] | None = Field(
        None, description="How the difference is cut into factors; by default what suits it."
    )


class ReadCell(Arguments):
    """Numbers of a kept run or study."""

    run: RunId = Field(description="Id of a run or study that run, compare or explain gave.")
    addresses: Annotated[list[Address], Field(min_length=1, max_length=MOST_ADDRESSES)] = Field(
        description="Addresses, as in gap.total.2027 (table.line.year[@vintage][:statistic]). Of"
        " money: gap, cost or budget of a line (total, coa, nidos, ind ...). Of people and places:"
        " occupancy, need, places, pending, waiting_months ... with total or a breakdown, as in"
        " occupancy.place:regular.2027. Of a study: an address that its answer gave."
    )
