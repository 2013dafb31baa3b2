"""Records of commands other than runs and studies: what their ``--json`` prints.

Those of runs, studies and scenarios are in ``records``, those of commands on observed figures,
forecasts and the model in ``figure_records``. Tables of a data frame are a ``TableRecord``; the
output of a list command is an array.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict, Field, JsonValue, RootModel

from .records import (
    Leaf,
    ParameterRecord,
    ProblemRecord,
    Record,
    RunRecord,
    ScenarioRecord,
    StudyRecord,
    TableRecord,
)


class Errors(Record):
    """What is wrong with a command: one line on the error stream, the last one."""

    errors: list[ProblemRecord]
    exit_code: int


class Files(Record):
    """Files that a command wrote."""

    files: list[str] = Field(description="Paths of the files, or of the folder, as they were given")


# -- Simulations -----------------------------------------------------------------------------------


class PrecisionReached(Record):
    """The precision that was asked for with ``--precision``, and what was reached."""

    asked: float = Field(description="Half of the 95% interval, as a share of the gap.")
    reached: bool
    year: int
    p50_half_eur: float
    p90_half_eur: float


class FiguresCompared(Record):
    """Published figures (``--observed``) that lie inside the 80% interval of a run."""

    compared: int
    inside: int
    left_out: dict[str, dict[str, int]] = Field(description="Number of figures by reason and name.")


class RunResult(RunRecord):
    """A run that was just made."""

    precision: PrecisionReached | None = None
    observed: FiguresCompared | None = None


class RunResults(RootModel[RunResult | list[RunResult]]):
    """One run; an array of them where several scenarios were named."""


class NowcastResult(RunResult):
    """A run conditioned on figures, with its numbers before and after, and the figures."""

    posterior: TableRecord
    figures: TableRecord


class SweepPreview(Record):
    """How many runs a sweep has, how many are done, and how long the others take."""

    runs: int
    excluded: int
    done: int
    replications: int
    seconds: float = Field(description="Estimate of the time of all runs that are left [s].")


class SweepResult(RootModel[StudyRecord | SweepPreview]):
    """A finished sweep, or with ``--preview`` what it would take."""


class QuestionRecord(Record):
    """A question of the Senate."""

    number: int
    party: str
    kind: str = Field(description="model: computed; fact: looked up; none: no number answers it.")
    deferred: bool = Field(description="Whether the minister put it off to the next forecast.")
    question: str


class FigureRecord(Record):
    """A figure of an answer, as words of the language: value with interval, simulation error."""

    name: str
    value: str = Field(description="Value with its unit and 80% interval.")
    simulation_error: str = Field(description="95% interval; empty where it has none.")
    origin: str


class AnswerRecord(QuestionRecord):
    """The answer to a question."""

    minister: str
    short: str
    answer: str
    plan: str = Field(description="Which plan, what it costs and avoids; empty where none.")
    notes: list[str]
    figures: list[FigureRecord]
    drivers: list[str] = Field(description="Uncertain inputs that explain most of the spread.")
    assumptions: list[str]
    commands: list[str] = Field(description="Commands that give the figures again.")


class Answers(RootModel[list[QuestionRecord] | AnswerRecord | list[AnswerRecord]]):
    """The list of questions; the answer to one; or with ``all`` every answer, also written."""


# -- Folders of results ----------------------------------------------------------------------------


class FolderEntry(Record):
    """A folder of results, by its manifest."""

    id: str
    kind: str
    scenario: str
    created: datetime | None
    headline: dict[str, Leaf] | None = Field(
        description="Gap of 2027, or of the last year before it [EUR]; of runs only."
    )
    folder: str
    trouble: str = Field(description="Why the manifest can't be read; empty if it can.")


class FolderList(RootModel[list[FolderEntry]]):
    """Folders of results."""


class FileFinding(Record):
    """A file that is not as it was written."""

    file: str
    state: str = Field(description="changed, missing or extra.")
    fault: bool = Field(description="False for a file of your own where it may be.")
    reason: str


class Verified(Record):
    """Whether a folder is as it was written."""

    folder: str
    intact: bool
    files: int = Field(description="Number of files in the manifest.")
    findings: list[FileFinding]


class FileEquality(Record):
    """A file of a folder beside the same of the second run."""

    file: str
    state: str = Field(description="equal, or in what way it differs.")
    cells: int | None = Field(description="Number of cells that differ, where it is a table.")


class EnvironmentDifference(Record):
    """A version, package or input that differs from the first run."""

    part: str
    key: str
    before: str
    after: str


class Reproduced(Record):
    """Whether a second run gave the same bytes."""

    kind: str
    id: str = Field(description="Id in the folder.")
    id_again: str = Field(description="Id of the second run.")
    equal: bool
    files: list[FileEquality]
    environment: list[EnvironmentDifference]
    changed: list[str] = Field(description="Files that were changed since they were written.")


class KeyDifference(Record):
    """A key in which two scenarios differ, and the layer that set it in each."""

    key: str
    a: str = Field(description="Value in the first, empty if it has none.")
    b: str = Field(description="Value in the second, empty if it has none.")
    a_set_by: str
    b_set_by: str


class RunsCompared(Record):
    """What moved between two runs of one scenario."""

    scenario: str
    same: bool = Field(description="Whether no cell of any table differs.")
    gaps: list[dict[str, dict[str, Leaf]]] = Field(
        description="Rows of the budget table (old, new) of each year with a budget."
    )
    cells: dict[str, int] = Field(description="Cells that differ by table; -1: another shape.")
    keys: list[KeyDifference]
    environment: list[EnvironmentDifference]


class FileOrigin(Record):
    """Where a file comes from, and whether it was changed since."""

    file: str
    intact: bool
    kind: str
    scenario: str
    seed: str
    version: str
    run: str
    command: str


# -- Scenarios -------------------------------------------------------------------------------------


class ScenarioList(RootModel[list[ScenarioRecord]]):
    """The shipped scenarios."""


class CheckedScenario(Record):
    """A scenario that was checked."""

    scenario: str
    passed: bool
    numbers: int | None = Field(description="How many numbers it has; null if it can't be read.")
    errors: list[ProblemRecord]
    warnings: list[ProblemRecord]


class CheckRecord(Record):
    """A named check of plausibility."""

    code: str
    strict: bool = Field(description="Whether only ``--strict`` applies it.")
    about: str


class CheckResults(RootModel[list[CheckedScenario] | list[CheckRecord]]):
    """The scenarios that were checked; with ``--codes`` the named checks."""


class Parameters(RootModel[list[ParameterRecord]]):
    """Parameters of a scenario."""


class KeyDifferences(RootModel[list[KeyDifference]]):
    """Keys in which two scenarios differ."""


class SourceUse(Record):
    """A source with its title, number, date and address, and the keys that rest on it."""

    model_config = ConfigDict(extra="allow")

    name: str
    mark: str = Field(description="quoted or press for a source that was not read itself.")
    keys: list[str]


class AssumptionUse(Record):
    """An assumption and the keys that rest on it."""

    text: str
    keys: list[str]


class SourceList(Record):
    """Sources and assumptions of a scenario."""

    sources: list[SourceUse]
    assumptions: list[AssumptionUse]


class VintagesResult(RootModel[TableRecord | Files]):
    """Amounts of all budget vintages; with ``--out`` the file that was written."""


class StartNumber(Record):
    """A number of a scenario for a later start."""

    key: str
    value: JsonValue
    published: bool = Field(description="Whether it is published for that day.")
    origin: str


class StartResult(Record):
    """A scenario for a later start."""

    file: str
    values: list[StartNumber]


class Imported(Record):
    """A workbook that was read back."""

    workbook: str
    scenario: str
    changed: int = Field(description="How many keys were changed; if none, nothing is written.")
    file: str | None = Field(description="The patch that was written.")


class SchemaRecord(RootModel[dict[str, JsonValue]]):
    """A JSON Schema."""
