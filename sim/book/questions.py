"""Questions as they lie in ``scenarios/questions``, one file each, in the document's order."""

from __future__ import annotations

from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from ..address import STATISTICS, Address
from ..address import parse as parse_address
from ..errors import Problem, ScenarioError
from ..expression import names, parse
from ..scenario import shipped_folder
from ..scenario.base import Frozen
from ..scenario.money import Text

Kind = Literal["model", "fact", "none"]
Shown = Literal["billion", "million", "count", "percent", "months", "euro", "factor"]
MIDDLE = "p50"
"""Statistic of a figure whose cell names none."""


class Figure(Frozen):
    """One number of an answer; just one of ``cell``, ``chance``, ``key`` and ``given`` says how.

    ``cell``: a cell of the tables of scenario ``of``, less that of ``against`` replication by
    replication if there is one. ``chance``: the share of replications in which a condition holds.
    ``key``: a number of the scenario. ``given``: a figure of the document, with its place.
    """

    of: str = "baseline"
    against: str | None = None
    cell: str | None = None
    chance: str | None = None
    key: str | None = None
    given: float | None = None
    where: str | None = None
    shown: Shown
    times: float = Field(default=1.0, description="factor, such as -1 for a saving")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.cell, self.chance, self.key, self.given]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("a figure has one of cell, chance, key and given")
        if (self.given is None) != (self.where is None):
            raise ValueError("a given figure says where it stands, and no other does")
        if self.against is not None and self.cell is None:
            raise ValueError("only a cell is held against another scenario")
        return self

    @property
    def address(self) -> Address:
        """The cell, with the middle where it names no statistic."""
        text = self.cell or ""
        own = text.rpartition(":")[2] in STATISTICS
        return parse_address(text if own else f"{text}:{MIDDLE}")

    def cells(self) -> list[Address]:
        """Cells that have to be known of each replication."""
        if self.cell is not None:
            return [self.address]
        if self.chance is not None:
            return [parse_address(name) for name in names(parse(self.chance, "chance"))]
        return []


class Question(Frozen):
    """A question, what the minister answered, and how the program answers it."""

    number: int
    party: str
    of_party: int = Field(description="its place among the questions of its party")
    kind: Kind
    deferred: bool = Field(description="answered with: it will be looked at with the next forecast")
    question: Text
    minister: Text
    because: Text | None = Field(default=None, description="why no number answers it")
    figures: dict[str, Figure] = Field(default_factory=dict)
    answer: Text | None = Field(default=None, description="a sentence with figures in braces")
    caveat: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "none") != (self.because is not None):
            raise ValueError("a question that no number answers says why, and no other does")
        if (self.answer is None) != (not self.figures):
            raise ValueError("an answer has figures, and figures an answer")
        return self

    @property
    def answered(self) -> bool:
        """Whether the program has an answer, or says why there can be none."""
        return self.answer is not None or self.because is not None


def questions() -> tuple[Question, ...]:
    """All questions in the document's order; raises ``ScenarioError`` if a file is not one."""
    found = []
    for file in sorted((shipped_folder() / "questions").glob("*.yaml")):
        data: Any = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        try:
            found.append(Question.model_validate(data))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(step) for step in first["loc"])
            raise ScenarioError([Problem(file.name, f"{place}: {first['msg']}", "")]) from None
    return tuple(sorted(found, key=lambda one: one.number))
