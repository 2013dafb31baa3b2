"""Schema and reader of the questions in ``scenarios/questions``, one file each."""

from __future__ import annotations

from string import Formatter
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import Problem, ScenarioError
from ..results.cell import STATISTICS, CellRef
from ..results.cell import parse as parse_address
from ..results.conditions import names, parse
from ..results.experiment import Settings
from ..scenario import shipped_folder
from ..scenario.base import Frozen
from ..scenario.budget_schema import Text
from ..studies import STUDIES, Study, study_of_kind
from ..studies.options import StudyOptions, command_of

Kind = Literal["model", "fact", "none"]
Shown = Literal["billion", "million", "count", "percent", "months", "euro", "factor"]
Operation = Literal["sum", "difference", "product", "ratio"]
OPERATIONS: tuple[Operation, ...] = ("sum", "difference", "product", "ratio")
MIDDLE = "p50"
"""Statistic of a figure whose cell names none."""
LEAST_PARTS = 2
OPTION_NAMES = {"vary": "levers"}
"""Keys of question files whose option has another name."""


class Metric(Frozen):
    """One number of an answer; exactly one key says how it is computed.

    ``cell``: a cell of the tables of scenario ``of``, less that of ``against`` replication by
    replication if there is one; with ``certainty`` the amount that is enough with that chance.
    ``chance``: the share of replications in which a condition holds, of cells or of figures before
    it. ``key``: a number of the
    scenario, on the first of January of a year with ``@year``. ``given``: a figure of the document,
    or of ``source``, with its place. ``assumed``: a size that no source gives, ``because``, between
    ``low`` and ``high`` with all between alike.
    ``study``: an entry of a study of this question. ``score``: an entry of the scorecard.
    ``sum``, ``difference``, ``product``, ``ratio``: of figures that stand before it, replication
    by replication.
    """

    of: str = "baseline"
    against: str | None = None
    cell: str | None = None
    certainty: float | None = Field(default=None, gt=0, lt=1)
    chance: str | None = None
    key: str | None = None
    given: float | None = None
    where: str | None = None
    source: str | None = None
    assumed: float | None = None
    low: float | None = None
    high: float | None = None
    because: Text | None = None
    study: str | None = None
    score: str | None = None
    sum: tuple[str, ...] | None = None
    difference: tuple[str, ...] | None = None
    product: tuple[str, ...] | None = None
    ratio: tuple[str, ...] | None = None
    shown: Shown
    times: float = Field(default=1.0, description="factor, such as -1 for a saving")
    name: Text | None = Field(default=None, description="what the table calls it")
    aside: bool = Field(default=False, description="stands in the table and not in the sentence")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.cell, self.chance, self.key, self.given, self.assumed, self.study, self.score,
                *(getattr(self, operation) for operation in OPERATIONS)]  # fmt: skip
        if sum(way is not None for way in ways) != 1:
            raise ValueError(
                "a figure has one of cell, chance, key, given, assumed, study, score, "
                f"{', '.join(OPERATIONS)}"
            )
        if (self.given is None) != (self.where is None):
            raise ValueError("a given figure says where it stands, and no other does")
        for beside in (self.low, self.high, self.because):
            if (self.assumed is None) != (beside is None):
                raise ValueError("an assumed figure has low, high and because, and no other has")
        if self.name is None and self.cell is self.chance is self.key is None:
            raise ValueError("a figure that is no cell, chance or key has a name")
        if self.source is not None and self.given is None:
            raise ValueError("only a given figure names its source")
        if (self.against is not None or self.certainty is not None) and self.cell is None:
            raise ValueError(
                "only a cell can be compared with another scenario or have a certainty"
            )
        if self.study is not None and "." not in self.study:
            raise ValueError("an entry of a study is written STUDY.ENTRY")
        if self.parts and len(self.parts) < LEAST_PARTS:
            raise ValueError("an operation takes two figures or more")
        return self

    @property
    def address(self) -> CellRef:
        """Return the cell, with the median where it names no statistic."""
        text = self.cell or ""
        own = text.rpartition(":")[2] in STATISTICS
        return parse_address(text if own else f"{text}:{MIDDLE}")

    @property
    def operation(self) -> Operation | None:
        """Return the operation on its parts, if it has any."""
        return next((item for item in OPERATIONS if getattr(self, item) is not None), None)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the metrics it is made of."""
        result: tuple[str, ...] = getattr(self, self.operation) if self.operation else ()
        return result

    @property
    def is_alone(self) -> bool:
        """Return whether it has no value by replication to compute with."""
        end = self.cell is not None and self.address.statistic != MIDDLE
        return end or self.chance is not None or self.study is not None

    def cells(self) -> list[CellRef]:
        """Return the cells that are needed of each replication."""
        if self.cell is not None:
            return [self.address]
        if self.chance is not None:
            return [parse_address(name) for name in self.asked_of if "." in name]
        return []

    @property
    def asked_of(self) -> tuple[str, ...]:
        """Return the names in the condition of a probability: cells, and earlier metrics."""
        return () if self.chance is None else tuple(names(parse(self.chance, "chance")))


class StudySpec(BaseModel):
    """A study: its name or kind of folder (``verb``), its scenarios, and fields of its options.

    A study of two scenarios names them ``first`` and ``second``, one of several ``several``, any
    other ``scenario``.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    verb: str
    scenario: str = "baseline"
    first: str | None = None
    second: str | None = None
    several: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        """Refuse an unknown study, and what its options refuse."""
        try:
            self.study.options.parse(self._fields)
        except ScenarioError as error:
            raise ValueError(str(error)) from None
        if (self.study.takes == "two scenarios") != (None not in (self.first, self.second)):
            raise ValueError("a study of two scenarios has first and second, and no other does")
        may = self.study.takes == "plans"
        if not may and (self.study.takes == "scenarios") != bool(self.several):
            raise ValueError("a study of several scenarios has several, and no other does")
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
        return self.several or (self.scenario,)

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


class Question(Frozen):
    """A question, what the minister answered, and how the program answers it.

    ``short`` is the answer in a few words with its ``headline`` figure; drivers are those of that
    figure. ``plan`` is a second paragraph of the answer: which plan, what it costs and what it
    avoids, or what it would be worth to know more before one is chosen. ``conflict`` says where the
    document's own figures contradict each other.
    """

    number: int
    party: str
    of_party: int = Field(description="its place among the questions of its party")
    kind: Kind
    deferred: bool = Field(description="answered with: it will be looked at with the next forecast")
    question: Text
    minister: Text
    because: Text | None = Field(default=None, description="why no number answers it")
    studies: dict[str, StudySpec] = Field(default_factory=dict)
    figures: dict[str, Metric] = Field(default_factory=dict)
    headline: str | None = None
    short: Text | None = None
    provided: tuple[str, ...] = Field(
        default=(), description="conditions on its figures without which its words are wrong"
    )
    answer: Text | None = Field(default=None, description="a sentence with figures in braces")
    plan: Text | None = Field(default=None, description="a second paragraph, as the answer")
    caveat: Text | None = None
    conflict: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "none") != (self.because is not None):
            raise ValueError("a question that no number answers says why, and no other does")
        if (self.kind == "none") != (self.answer is None):
            raise ValueError("a question has an answer, or says why no number answers it")
        if (self.answer is None) != (not self.figures) or (self.answer is None) != (
            self.short is None
        ):
            raise ValueError("an answer has figures and a short form, and these an answer")
        if self.plan is not None and self.answer is None:
            raise ValueError("only an answer has a second paragraph")
        if self.answer is not None and self.headline not in self.figures:
            raise ValueError("the headline is one of the figures")
        for text in self.provided:
            if not set(names(parse(text, "provided"))) <= set(self.figures):
                raise ValueError(f"'{text}' speaks of a figure that is not there")
        for place, figure in enumerate(self.figures.values()):
            made_of = {*figure.parts, *(name for name in figure.asked_of if "." not in name)}
            if not made_of <= set(list(self.figures)[:place]):
                raise ValueError("a figure is made of figures that stand before it")
            if any(self.figures[part].is_alone for part in made_of):
                raise ValueError("a chance, an end of a distribution and an entry of a study have "
                                 "no replications to reckon with")  # fmt: skip
            if figure.study is not None and figure.study.partition(".")[0] not in self.studies:
                raise ValueError(f"there is no study {figure.study}")
        return self

    @property
    def main(self) -> Metric:
        """Return the metric of the headline."""
        return self.figures[self.headline or ""]

    @property
    def of_plan(self) -> set[str]:
        """Return the figures of the second paragraph alone, which no chart of the answer draws.

        With all that stands in no sentence and is of a study which only that paragraph quotes.
        """
        plan, answer, short = (_figures_in(one) for one in (self.plan, self.answer, self.short))
        told = answer | short
        studies = self._studies_of(plan - told) - self._studies_of(told)
        beside = {name for name in self.figures if self._studies_of({name}) & studies}
        return (plan | beside) - told

    def _studies_of(self, figures: set[str]) -> set[str]:
        """Return the studies that some figures are entries of."""
        entries = (self.figures[name].study for name in figures)
        return {entry.partition(".")[0] for entry in entries if entry is not None}


def _figures_in(text: Text | None) -> set[str]:
    """Return the names of the figures that stand in a text."""
    parts = Formatter().parse(text.en if text is not None else "")
    return {name.removesuffix("_alone") for _, name, _, _ in parts if name}


def questions() -> tuple[Question, ...]:
    """Read all questions in the document's order; raises ``ScenarioError`` if a file is invalid."""
    result = []
    for file in sorted((shipped_folder() / "questions").glob("*.yaml")):
        data: Any = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        try:
            result.append(Question.model_validate(data))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"])
            raise ScenarioError([Problem(file.name, f"{place}: {first['msg']}", "")]) from None
    return tuple(sorted(result, key=lambda question: question.number))
