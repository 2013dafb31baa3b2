"""Schema of the manifest of a results folder: which keys it has, and what each may hold.

It is checked when a manifest is written and when one is read, so that all that is made of a folder
can rely on it. Further keys are kept: a later version may have added them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ..clock import StepLength
from ..errors import UNSHOWN
from ..model.uncertainty import Uncertainty
from ..scenario.budget_schema import LONGEST_TEXT as LONGEST_TITLE
from .limits import MOST_PLACES, MOST_REPLICATIONS

LONGEST_TEXT = 1_000_000
"""Longest text in a manifest [characters]: a command may hold long overrides."""
DEEPEST = 20
"""Most levels of lists and mappings in a manifest."""
LARGEST = 1e24
"""Largest number in a manifest or a table: far above any sum of the largest amounts."""
DERIVED_KINDS = ("charts", "tables", "scorecard")
"""Kinds of folder that are made from other results and answer no question of their own."""


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("expected a time of this century with its zone")
    return text


def _in_order(pair: list[float]) -> list[float]:
    if pair != sorted(pair):
        raise ValueError("expected the lower end first")
    return pair


YEARS = range(2000, 2200)
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=1_000)]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z_ ]{0,39}$")]
Year = Annotated[int, Field(ge=YEARS[0], le=YEARS[-1])]
Day = Annotated[str, Field(min_length=10, max_length=10), AfterValidator(_day)]
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
Cell = Annotated[
    str, Field(pattern=r"^[a-z_]+\.[a-z][a-z0-9_:]*\.\d{4}(@[a-z0-9_]+)?(:[a-z0-9_]+)?$")
]
"""Shape of the address of a cell: whether there is such a cell is seen where it is read."""
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Share = Annotated[float, Field(gt=0, lt=1)]
Range = Annotated[list[Number], Field(min_length=2, max_length=2), AfterValidator(_in_order)]
Names = list[Name]


class Part(BaseModel):
    """A part of a manifest: types are not converted, further keys are kept."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")


class Title(Part):
    """Title of a scenario in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
    nl: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]


class ManifestOptions(Part):
    """Settings of the simulation."""

    replications: Annotated[int, Field(gt=0, le=MOST_REPLICATIONS)]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]
    step: StepLength
    until: Day | None
    vary: Annotated[list[Uncertainty | Literal["luck"]], Field(min_length=1, max_length=3)]


class Headline(Part):
    """Gap of one year, by which a run is listed: median and 80% interval [EUR]."""

    year: Year
    vintage: Name
    p10: Number
    p50: Number
    p90: Number


class ManifestSource(Part):
    """Commit of the program's source, or why it is not known."""

    commit: Name | None
    clean: bool | None
    why: str
    program: Hash


class Versions(Part):
    """Versions of the program and of the packages that its numbers depend on."""

    __pydantic_extra__: dict[str, Name] = Field(init=False)

    opvangsim: Name


class Check(Part):
    """Cost of 2024 by price level, and what was paid [EUR]."""

    __pydantic_extra__: dict[str, int] = Field(init=False)

    document: int
    coa_price: int
    paid: int
    own_statement: int


class Manifest(Part):
    """What every manifest holds."""

    kind: Kind
    schema_: Annotated[Literal[2, 3, 4], Field(alias="schema")]
    versions: Versions
    packages: dict[Name, Name]
    platform: dict[Name, str]
    source: ManifestSource
    data: dict[Name, Hash]
    created: Moment
    files: dict[str, Hash]
    cite: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    """How to cite the folder; up to version 0.1 folders do not say."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_odd_values(cls, given: Any) -> Any:
        return refuse_odd_values(given)


def refuse_odd_values(given: Any) -> Any:
    """Refuse what no key may hold, whichever it is: no text, no number, or too much."""
    for value in _leaves(given, 0):
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or UNSHOWN.search(value)):
            raise ValueError("a text is too long or holds a character that is not text")
        if isinstance(value, int | float) and not abs(value) <= LARGEST:
            raise ValueError("a number is not finite, or too large")
    return given


def _leaves(value: object, depth: int) -> Iterator[object]:
    """Yield all that a value holds, keys included; raises ``ValueError`` if it is too deep."""
    if depth > DEEPEST:
        raise ValueError(f"there are over {DEEPEST} levels")
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield key
            yield from _leaves(below, depth + 1)
    elif isinstance(value, list):
        for below in value:
            yield from _leaves(below, depth + 1)
    else:
        yield value


class DerivedManifest(Manifest):
    """Manifest of a folder made from other results; ``of`` identifies these."""

    of: Name | dict[Name, str]
    scenario: Name | None = None
    id: Name | None = None


class ResultManifest(Manifest):
    """Manifest of a run or a study: the command, its options, and what it read."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    command: str
    lang: Literal["en", "nl"]
    options: ManifestOptions
    inputs: dict[Name, Hash]
    sources: dict[Name, str]


class RunAsked(Part):
    """Words of the command that name the scenario of a run."""

    words: list[str]


class PrecisionRecord(Part):
    """Precision that a run was asked for, as a share, and what was reached [EUR]."""

    asked: Annotated[float, Field(gt=0, le=100)]
    reached: bool
    year: Year
    p50_half_eur: int
    p90_half_eur: int


class NowcastRecord(Part):
    """Day of the observations a run is conditioned on, how many were used, and its base."""

    as_of: Day
    used: Count
    extends: Names
    sets: list[str]


class ObservedRecord(Part):
    """File of published figures that a run is made with, and the day by which they were known."""

    file: Name
    as_of: Day | None


class RunManifest(ResultManifest):
    """Manifest of a run."""

    scenario: Name
    title: Title
    asked: RunAsked
    charts: bool
    headline: Headline | None
    check_2024_eur: Check
    precision: PrecisionRecord | None = None
    nowcast: NowcastRecord | None = None
    observed: ObservedRecord | None = None

    @model_validator(mode="after")
    def _has_the_figures_of_its_nowcast(self) -> RunManifest:
        if self.nowcast is not None and self.observed is None:
            raise ValueError("a nowcast has no record of its figures")
        return self


class StudyManifest(ResultManifest):
    """Manifest of a study; ``asked`` are its options."""

    name: Annotated[str, Field(min_length=1, max_length=10_000)]
    asked: dict[Name, Any]
    scenarios: dict[Name, Title]


class ScenarioStudyManifest(StudyManifest):
    """Manifest of a study of scenarios, of which there is at least one."""

    scenarios: Annotated[dict[Name, Title], Field(min_length=1)]


class ComparisonAsked(Part):
    """Names of the scenarios that are compared, and the year of the table if one was asked for.

    ``finished``: with the numbers that finished runs keep.
    """

    base: Name
    others: Annotated[Names, Field(min_length=1)]
    year: Year | None = None
    finished: bool = False


class ExplanationAsked(Part):
    """Cell that is explained, and the keys of each factor."""

    cell: Cell
    factors: Annotated[dict[Name, Names], Field(min_length=1)]


class EnoughAsked(Part):
    """Year, chances and budget lines of the money."""

    year: Year
    chance: Annotated[list[Share], Field(min_length=1, max_length=1_000)]
    line: Annotated[Names, Field(min_length=1, max_length=1_000)]


class SolutionAsked(Part):
    """Levers, their ranges, and the target."""

    levers: Annotated[Names, Field(min_length=1, max_length=2)]
    target: Name
    certainty: Share | None = None
    ranges: list[Range]


class FrontierAsked(SolutionAsked):
    """A solution for two levers."""

    levers: Annotated[Names, Field(min_length=2, max_length=2)]
    points: Annotated[int, Field(ge=2, le=1_000)]


class OptimalPlacesAsked(Part):
    """Numbers of places that were tried."""

    levels: Annotated[list[Number], Field(min_length=2, max_length=1_000)]
    reached: Year


class PlanSearchAsked(Part):
    """Levers and their ranges, objectives and limits, and how the search was made."""

    levers: Annotated[Names, Field(min_length=1, max_length=100)]
    objective: Annotated[Names, Field(max_length=2)]
    subject_to: Annotated[Names, Field(max_length=100)]
    start: Annotated[Names, Field(max_length=1_000)]
    evaluations: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]
    accept: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]
    shortage: Annotated[int, Field(ge=0, le=MOST_PLACES)]
    from_: Annotated[Year | None, Field(alias="from")] = None
    lambda_: Annotated[Number, Field(alias="lambda")]


class IndCutAsked(Part):
    """Year of the cut, and the cuts."""

    from_: Annotated[Year, Field(alias="from")]
    cuts: Annotated[Names, Field(min_length=1)]


class SensitivityAsked(Part):
    """Cell that is explained, and the size of both samples."""

    cell: Cell
    points: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]
    tornado_replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)]


class PlanComparisonAsked(Part):
    """Weight of a night without a place, what a shortage is, and the years that count."""

    lambda_: Annotated[float, Field(alias="lambda", ge=0, le=LARGEST)]
    shortage: Count
    from_: Annotated[Year | None, Field(alias="from")]
    years: Annotated[list[Year], Field(min_length=1)]


class PlanValueAsked(Part):
    """Decision before which something may be known: plans, numbers of places, or a budget."""

    lambda_: Annotated[float, Field(alias="lambda", ge=0, le=LARGEST)]
    from_: Annotated[Year | None, Field(alias="from")]
    places: Annotated[list[Count], Field(max_length=1_000)]
    reached: Year
    budget: Year | None
    chance: Share
    line: Name
    years: Annotated[list[Year], Field(min_length=1)]


class SweepAsked(Part):
    """Design of a sweep: what varies, over which range, and what is recorded."""

    title: Title
    design: Literal["grid", "latin", "sobol"]
    runs: Count
    excluded: Count
    keys: dict[Name, Range]
    units: dict[Name, Name]
    patches: dict[Name, Names]
    cells: list[Cell]

    @model_validator(mode="after")
    def _has_all_units(self) -> SweepAsked:
        if set(self.keys) - set(self.units):
            raise ValueError("a key has no unit")
        return self


class DiscoveryAsked(Part):
    """Condition that was looked for in a sweep."""

    sweep: Name
    where: Name
    title: Title
    units: dict[Name, Name]
    lacking: Count = 0


class AnswersAsked(Part):
    """Questions, which have a schema of their own."""

    questions: list[dict[str, Any]]


ASKED: dict[str, type[Part]] = {
    "comparison": ComparisonAsked,
    "explanation": ExplanationAsked,
    "enough": EnoughAsked,
    "solution": SolutionAsked,
    "frontier": FrontierAsked,
    "stock": OptimalPlacesAsked,
    "plan_search": PlanSearchAsked,
    "ind_coa": IndCutAsked,
    "sensitivity": SensitivityAsked,
    "plan_comparison": PlanComparisonAsked,
    "plan_value": PlanValueAsked,
    "sweep": SweepAsked,
    "discovery": DiscoveryAsked,
    "answers": AnswersAsked,
}
"""Schema of the options of a study by its kind. A kind without one has options of any form."""
WITHOUT_SCENARIO = ("discovery", "answers")
"""Kinds of study that may have no scenario of their own."""


def validate(manifest: Mapping[str, Any]) -> None:
    """Check a manifest against the schema of its kind; raises ``pydantic.ValidationError``."""
    kind = manifest["kind"]
    if kind in DERIVED_KINDS:
        DerivedManifest.model_validate(manifest)
    elif kind == "run":
        RunManifest.model_validate(manifest)
    else:
        has_scenario = isinstance(kind, str) and kind in ASKED and kind not in WITHOUT_SCENARIO
        schema = ScenarioStudyManifest if has_scenario else StudyManifest
        study = schema.model_validate(manifest)
        if kind in ASKED:
            ASKED[kind].model_validate(study.asked)
