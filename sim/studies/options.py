"""Options of the studies: each field is a command-line option and a keyword argument in Python.

Kept apart from the studies themselves, which load numpy, scipy and matplotlib: the command line
reads this module to show the help of a study and to check what was typed.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from ..clock import StepLength, day_advice, parse_day
from ..errors import Message, Problem, ScenarioError, usage_error
from ..model.uncertainty import FORMER_NAMES, UNCERTAINTIES, Uncertainty
from ..runs.limits import MOST_PLACES, MOST_POINTS, MOST_REPLICATIONS

if TYPE_CHECKING:
    from ..results.experiment import Settings

LONGEST_QUOTE = 60
"""Longest part of a wrong value that is quoted [characters]."""
SHARED = ("replications", "seed", "until", "step", "uncertainty")
"""Fields that become the settings of a simulation; all others are the question of a study."""


@dataclass(frozen=True)
class Flag:
    """How a field is written on the command line, if not as ``--field-name``.

    With ``commas`` several values are written once, with commas between them. A ``hidden`` one is
    not in the help.
    """

    name: str = ""
    metavar: str | None = None
    commas: bool = False
    hidden: bool = False


def flag_of(name: str, field: FieldInfo | None) -> Flag:
    """Return the flag of a field: the one it states, with a name made of its own by default."""
    stated = [flag for flag in (field.metadata if field else ()) if isinstance(flag, Flag)]
    result = stated[0] if stated else Flag()
    return replace(result, name=result.name or f"--{name.replace('_', '-')}")


def parse_uncertainties(given: object) -> object:
    """Return sources of uncertainty in their order; a text holds several with commas."""
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, (list, tuple, set, frozenset)):
        return given
    asked = {FORMER_NAMES.get(item, item) for item in (str(word).strip() for word in words)}
    if unknown := sorted(asked - set(UNCERTAINTIES)):
        what = Message("unknown source of uncertainty: {names}", names=", ".join(unknown))
        usage_error(
            "--uncertainty", what, Message("choose from {names}", names=", ".join(UNCERTAINTIES))
        )
    return tuple(item for item in UNCERTAINTIES if item in asked)


def parse_count(given: object) -> int:
    """Return a positive whole number; '1.000' is refused, since some read it as a thousand."""
    text = str(given).strip()
    if not (text.isascii() and text.isdecimal()) or not text.lstrip("0"):
        what = Message("must be a positive whole number, got '{text}'", text=text[:LONGEST_QUOTE])
        usage_error("--replications", what, "as in 1000")
    if len(text) > len(str(MOST_REPLICATIONS)) or int(text) > MOST_REPLICATIONS:
        what = Message("{text} is too many", text=text[:LONGEST_QUOTE])
        usage_error("--replications", what, Message("at most {most:,}", most=MOST_REPLICATIONS))
    return int(text)


def parse_until(given: object) -> object:
    """Return a date that was typed."""
    return day_of(given, "--until") if isinstance(given, str) else given


def day_of(given: str, option: str) -> date:
    """Return the date that was typed for an option; refuses what is none."""
    day = parse_day(given)
    if day is None:
        shown = given[:LONGEST_QUOTE]
        usage_error(option, Message("'{given}' is not a date", given=shown), day_advice(shown))
    return day


Count = Annotated[int, BeforeValidator(parse_count), Flag(metavar="N")]
Day = Annotated[date | None, BeforeValidator(parse_until), Flag(metavar="YYYY-MM-DD")]
Sources = Annotated[
    tuple[Uncertainty, ...],
    BeforeValidator(parse_uncertainties),
    Flag(metavar="SOURCE,...", commas=True),
]


def parse_chance(given: object) -> float:
    """Return a chance between 0 and 1, written as 0.8 or as 80%."""
    text = str(given).strip()
    percent = text.endswith("%")
    try:
        chance = float(text.removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        chance = float("nan")
    if not 0 < chance < 1:
        what = Message("'{given}' is not a chance between 0 and 1", given=text[:LONGEST_QUOTE])
        usage_error("--chance", what, "write it as 80% or 0.8")
    return round(chance, 12)


def parse_chances(given: object) -> tuple[float, ...]:
    """Return chances in their order, each once; a text holds several with commas."""
    words = given if isinstance(given, (list, tuple)) else str(given).split(",")
    # 0,8 is one chance with a decimal comma: 0 is no chance.
    if words[0] == "0" and len(words) == 2:
        words = [".".join(words)]
    return tuple(sorted({parse_chance(word) for word in words}))


def parse_words(given: object) -> object:
    """Return the words of a text that holds several with commas, each once."""
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, (list, tuple)):
        return given
    return tuple(dict.fromkeys(str(word).strip() for word in words))


class StudyOptions(BaseModel):
    """Options of a study; a study adds its fields, and takes shared ones from the classes below.

    ``asked`` is what the manifest (``run.json``) keeps of them, besides the settings of the
    simulation, and ``from_asked`` reads it back. By default these are the fields themselves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Check values and return the options; raises ``ScenarioError`` that names the flags."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            problems = [
                Problem(flag_of(name, cls.model_fields.get(name)).name, mistake["msg"])
                for mistake in error.errors()
                for name in [str(mistake["loc"][0]) if mistake["loc"] else "options"]
            ]
            raise ScenarioError(problems) from None

    def check(self) -> None:
        """Refuse options that can't be, before anything is loaded; raises ``ScenarioError``."""

    @classmethod
    def own(cls) -> dict[str, FieldInfo]:
        """Return the fields that are the question of the study by name, the required ones first."""
        own = {name: field for name, field in cls.model_fields.items() if name not in SHARED}
        return dict(sorted(own.items(), key=lambda item: not item[1].is_required()))

    @classmethod
    def shared(cls) -> dict[str, FieldInfo]:
        """Return the fields that it shares with other studies, by name."""
        return {name: cls.model_fields[name] for name in SHARED if name in cls.model_fields}

    def asked(self) -> dict[str, Any]:
        """Return the question as the manifest keeps it."""
        return self.model_dump(mode="json", by_alias=True, include=set(self.own()))

    @classmethod
    def from_asked(cls, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the fields from the question in a manifest."""
        names = {field.alias or name: name for name, field in cls.own().items()}
        return {names[key]: value for key, value in asked.items() if key in names}

    @classmethod
    def with_settings(cls, settings: Settings, **values: object) -> Self:
        """Return options with the settings of a simulation."""
        kept = {**asdict(settings), "uncertainty": settings.vary}
        return cls.parse({**{name: kept[name] for name in cls.shared()}, **values})

    @classmethod
    def from_manifest(cls, record: Mapping[str, Any]) -> Self:
        """Return the options with which the folder of a study was made."""
        kept = dict(record["options"])
        kept["uncertainty"] = kept.pop("vary")
        shared = {name: kept[name] for name in cls.shared()}
        return cls.parse({**shared, **cls.from_asked(record["asked"])})

    def words(self) -> list[str]:
        """Return the options that were given as words of a command line."""
        words: list[str] = []
        for name, field in type(self).model_fields.items():
            if name in self.model_fields_set:
                flag = flag_of(name, field)
                texts = typed(getattr(self, name))
                texts = [",".join(texts)] if flag.commas else texts
                if field.annotation is bool:
                    words += [flag.name] * (texts == ["True"])
                    continue
                words += [word for text in texts for word in (flag.name, text)]
        return words


def typed(value: object) -> list[str]:
    """Return the value of an option as it is typed, several times if it is repeated."""
    if isinstance(value, tuple):
        return [text for part in value for text in _typed_part(part)]
    return [f"{value:g}" if isinstance(value, float) else str(value)]


def _typed_part(part: object) -> list[str]:
    """Return one of several values: a range is LOW:HIGH."""
    if isinstance(part, tuple):
        return [":".join(text for end in part for text in typed(end))]
    return typed(part)


def command_of(study: str, scenarios: Sequence[str], options: StudyOptions) -> str:
    """Return the command that runs a study of scenarios with the options that were given."""
    return shlex.join(["opvangsim", *study.split(), *scenarios, *options.words()])


class SeededOptions(StudyOptions):
    """Seed and length of a step."""

    seed: int = Field(1, ge=0, le=2**63 - 1, description="Seed of all random numbers.")
    step: StepLength = Field("day", description="Length of a time step.")


class ReplicatedOptions(SeededOptions):
    """Number of replications, and what is uncertain in them."""

    replications: Count = Field(500, description="Number of replications.")
    uncertainty: Sources = Field(
        UNCERTAINTIES, description="Sources of uncertainty, separated by commas."
    )


class SimulationOptions(ReplicatedOptions):
    """All settings of a simulation."""

    until: Day = Field(None, description="Last simulated day.")


class CompareOptions(SimulationOptions):
    """Year of the printed table, and settings; the scenarios are the rest of the question."""

    year: int | None = Field(None, description="Year of the table (2027 if it is simulated).")
    finished: Annotated[bool, Flag(hidden=True)] = Field(
        False, description="With the numbers that finished runs keep: by year, and rounded."
    )

    def asked(self) -> dict[str, Any]:
        """Keep the year if one was asked for, and whether numbers are those of finished runs."""
        given = self.model_dump(include={"year", "finished"})
        return {name: value for name, value in given.items() if value}


CutBy = Literal["patch", "key", "theme"]


def parse_cut(given: object) -> object:
    """Refuse a way to cut a difference that there is not; factors by name are taken as given."""
    if isinstance(given, str) and given not in get_args(CutBy):
        usage_error(
            "--by",
            Message("'{given}' is not one of these", given=given),
            Message("use {names}", names=", ".join(get_args(CutBy))),
        )
    return given


class ExplainOptions(ReplicatedOptions):
    """The gap that is explained, and how the difference is cut into factors."""

    year: int = Field(2027, description="Year of the gap.")
    line: str = Field("total", description="Budget line.")
    statistic: str = Field("p50", description="mean, p50, p90 ...")
    by: Annotated[
        CutBy | dict[str, tuple[str, ...]] | None,
        BeforeValidator(parse_cut),
        Flag(metavar="patch|key|theme"),
    ] = Field(None, description="How the difference is cut into factors.")

    @property
    def cell(self) -> str:
        """Address of the gap."""
        return f"gap.{self.line}.{self.year}:{self.statistic}"

    def check(self) -> None:
        """Refuse a line without a budget, and a statistic that is not an amount of money."""
        from .asked import check_gap

        if self.statistic == "p_positive":
            usage_error("--statistic", "a probability is not an amount", "take mean, p50, p90 ...")
        check_gap(self.line, self.cell)

    @classmethod
    def from_asked(cls, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Read the address, and the factors with their keys."""
        address, _, statistic = asked["cell"].rpartition(":")
        _, line, year = address.split(".")
        return {"year": int(year), "line": line, "statistic": statistic, "by": asked["factors"]}


def parse_texts(given: object) -> object:
    """Return one text as a tuple of one."""
    return (given,) if isinstance(given, str) else given


def parse_ranges(given: object) -> object:
    """Return ranges that were typed as LOW:HIGH, or given as pairs of numbers."""
    if not isinstance(given, (list, tuple)):
        return given
    return tuple(_range(item) for item in given)


def _range(given: object) -> tuple[float, float]:
    low, high = given.split(":") if str(given).count(":") == 1 else given  # type: ignore
    try:
        pair = float(low), float(high)
    except (TypeError, ValueError):
        usage_error("--range", Message("'{given}' is not LOW:HIGH", given=given), "as in 0:40000")
    if not float("-inf") < pair[0] < pair[1] < float("inf"):
        usage_error("--range", Message("'{given}' is not LOW:HIGH", given=given), "as in 0:40000")
    return pair


class SolveOptions(ReplicatedOptions):
    """Levers, the target that is to be met, and the values to try."""

    levers: Annotated[
        tuple[str, ...], BeforeValidator(parse_texts), Flag("--lever", "KEY[@DATE]")
    ] = Field(description="Number that is varied; given twice: the frontier of two.")
    target: str = Field(description="Condition to satisfy, as in 'gap.total.2027 <= 0'.")
    certainty: float = Field(
        0.8, gt=0, lt=1, description="Share of futures in which the target is to be met."
    )
    ranges: Annotated[
        tuple[tuple[float, float], ...], BeforeValidator(parse_ranges), Flag("--range", "LOW:HIGH")
    ] = Field((), description="Values to try, one range for each lever.")
    points: int = Field(7, ge=2, le=25, description="Values to try of each of two levers.")
    step: StepLength = Field("week", description="Length of a time step.")

    def check(self) -> None:
        """Refuse levers, a target or ranges that can't be read, or do not fit together."""
        from .asked import check_solve

        check_solve(self)

    @classmethod
    def from_asked(cls, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Read the fields; a target in a statistic has no certainty."""
        result = super().from_asked(asked)
        return {name: value for name, value in result.items() if value is not None}


class EnoughOptions(SimulationOptions):
    """Year and budget lines whose cost must be covered, and with which chance."""

    MOST_LINES: ClassVar[int] = 4
    """Lines at a time: as many as a chart has room for."""

    year: int = Field(2027, description="Year of the money.")
    chance: Annotated[
        tuple[float, ...], BeforeValidator(parse_chances), Flag(metavar="80%", commas=True)
    ] = Field((0.8,), description="Chance that the money is to be enough; several with commas.")
    line: Annotated[
        tuple[str, ...], BeforeValidator(parse_words), Flag(metavar="LINE,...", commas=True)
    ] = Field(
        ("total", "coa_nidos", "ind"),
        description="Lines of the budget, with commas: as total or coa_nidos.",
    )

    def check(self) -> None:
        """Refuse lines that there are not, and more than a chart has room for."""
        from .asked import check_lines

        check_lines(self.line, self.MOST_LINES)


class IndCutOptions(SimulationOptions):
    """Year of the cut."""

    since: Annotated[int, Flag("--from")] = Field(
        2026, alias="from", description="Year from which the IND is cut."
    )
    step: StepLength = Field("week", description="Length of a time step.")


class SweepOptions(StudyOptions):
    """A sweep has no options of its own: its design file says everything."""


class DiscoverOptions(StudyOptions):
    """Condition whose part of the sweep is searched."""

    where: str = Field(description="Condition to look for, as in 'gap.total.2027 > 2e9'.")

    def check(self) -> None:
        """Refuse a condition that can't be read."""
        from ..results.conditions import parse

        parse(self.where, "--where")


class SensitivityOptions(SeededOptions):
    """Gap that is explained, and size of the sample."""

    year: int = Field(2027, description="Year of the gap.")
    line: str = Field("total", description="Line of the budget.")
    points: Annotated[int, Flag(metavar="N")] = Field(
        1024, ge=2, le=MOST_POINTS, description="Points of each half of the sample: a power of two."
    )
    step: StepLength = Field("week", description="Length of a time step.")

    TORNADO_REPLICATIONS: ClassVar[int] = 256
    """Replications of each bar of the tornado."""

    @property
    def cell(self) -> str:
        """Address of the cell that is explained: the mean gap of a line and year."""
        return f"gap.{self.line}.{self.year}:mean"

    def check(self) -> None:
        """Refuse a line without a budget."""
        from .asked import check_gap

        check_gap(self.line, self.cell)

    def asked(self) -> dict[str, Any]:
        """Keep the cell and the size of both samples."""
        tornado = self.TORNADO_REPLICATIONS
        return {"cell": self.cell, "points": self.points, "tornado_replications": tornado}

    @classmethod
    def from_asked(cls, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Read year and line from the cell."""
        _, line, year = asked["cell"].partition(":")[0].split(".")
        return {"year": int(year), "line": line, "points": asked["points"]}


class OptimalPlacesOptions(SimulationOptions):
    """Range of the search for the cheapest number of fixed regular places."""

    PLANNED: ClassVar[int] = 41_000
    """Number of fixed places that was planned: source document, ChristenUnie."""

    low: int = Field(
        20_000, ge=0, le=MOST_PLACES, description="Smallest number of fixed places to try."
    )
    high: int = Field(
        120_000, ge=1, le=MOST_PLACES, description="Largest number of fixed places to try."
    )
    points: int = Field(11, ge=4, le=101, description="How many numbers of places to try.")
    reached: int = Field(2027, description="Year from which the fixed places are there.")
    step: StepLength = Field("week", description="Length of a time step.")

    def model_post_init(self, _context: object) -> None:
        """Refuse a range without the planned number, which all others are compared with."""
        if not self.low < self.PLANNED < self.high:
            what = Message(
                "{low:,} to {high:,} leaves out the planned {planned:,}",
                low=self.low,
                high=self.high,
                planned=self.PLANNED,
            )
            usage_error("--low, --high", what, "take a range around it, as in 20000 and 120000")

    @property
    def levels(self) -> list[float]:
        """Numbers of places to try, evenly spaced and whole [places]."""
        apart = (self.high - self.low) / (self.points - 1)
        return [float(round(self.low + number * apart)) for number in range(self.points)]

    def asked(self) -> dict[str, Any]:
        """Keep the numbers that were tried."""
        return {"levels": self.levels, "reached": self.reached}

    @classmethod
    def from_asked(cls, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Read the range from the numbers that were tried."""
        levels = asked["levels"]
        ends = {"low": round(levels[0]), "high": round(levels[-1]), "points": len(levels)}
        return {**ends, "reached": asked["reached"]}
