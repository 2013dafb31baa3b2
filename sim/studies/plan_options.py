"""Options of the studies of plans: each field is an option of the command and of Python."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from ..clock import StepLength
from ..errors import Message, usage_error
from ..runs.limits import MOST_PLACES, MOST_REPLICATIONS
from .options import Count, Flag, SimulationOptions, parse_chance, parse_texts


class WeighedOptions(SimulationOptions):
    """How people without a place are weighed, and which years count."""

    price_of_night: Annotated[float, Flag("--lambda")] = Field(
        250.0,
        ge=0,
        le=1e6,
        alias="lambda",
        description="What a night of a person without a place weighs [EUR].",
    )
    since: Annotated[int | None, Flag("--from")] = Field(
        None, alias="from", description="First year that counts (all whole years)."
    )
    step: StepLength = Field("week", description="Length of a time step.")


class PlanOptions(WeighedOptions):
    """When there is a shortage; how people without a place are weighed, and which years count."""

    shortage: int = Field(
        500,
        ge=0,
        le=1_000_000,
        description="There is a shortage where more people than this have no place at the end of a"
        " month.",
    )


class PlanCompareOptions(PlanOptions):
    """Plans are the scenarios; how they are weighed."""

    SWEPT: ClassVar[tuple[float, ...]] = (0.0, 125.0, 250.0, 500.0, 1000.0, 2000.0)
    """Prices of a night without a place at which plans are compared besides the one asked for."""

    replications: Count = Field(1_000, description="Number of replications.")


class PlanSearchOptions(PlanOptions):
    """Levers of a plan, what is to be least, and within which limits."""

    levers: Annotated[
        tuple[str, ...],
        BeforeValidator(parse_texts),
        Flag("--levers", "KEY[@DATE]=LOW:HIGH[:STEP]"),
    ] = Field(description="Number of the plan that is varied (lever); once for each.")
    objective: Annotated[
        tuple[str, ...], BeforeValidator(parse_texts), Flag("--objective", "NAME")
    ] = Field(
        (),
        description="What is to be least: loss (if not given), cost, cost.p90, cost.cvar, "
        "nights_short, shortage.p, empty_nights ...; given twice: the Pareto front.",
    )
    subject_to: Annotated[
        tuple[str, ...], BeforeValidator(parse_texts), Flag("--subject-to", "CONDITION")
    ] = Field((), description="Limit that a plan must keep, as in 'shortage.p < 5%'.")
    start: Annotated[
        tuple[str, ...], BeforeValidator(parse_texts), Flag("--start", "KEY=VALUE,...")
    ] = Field((), description="Further plan to begin with, as the best of an earlier search.")
    evaluations: int = Field(300, ge=5, le=100_000, description="Most plans that are tried.")
    accept: int = Field(
        2_000,
        ge=100,
        le=MOST_REPLICATIONS,
        description="Number of other replications on which a plan is accepted.",
    )
    replications: Count = Field(200, description="Number of replications.")

    def check(self) -> None:
        """Refuse levers, objectives or limits that can't be read."""
        from .plan_search_asked import check_plan_search

        check_plan_search(self)


def parse_places(given: object) -> Any:
    """Return whole numbers of places in their order, each once; a text holds several."""
    if not isinstance(given, (list, tuple, str)):
        return given
    found = set()
    for word in given.split(",") if isinstance(given, str) else given:
        if isinstance(word, str) and "," in word:
            found |= set(parse_places(word))
            continue
        text = str(word).strip()
        if not (text.isascii() and text.isdecimal() and int(text) <= MOST_PLACES):
            what = Message("'{given}' is not a number of places", given=text[:60])
            usage_error("--places", what, "as in 31000,36000,41000,46000")
        found.add(int(text))
    return tuple(sorted(found))


class PlanValueOptions(WeighedOptions):
    """The decision that is taken: between plans, a number of fixed places, or a budget."""

    MOST: ClassVar[int] = 12
    """Numbers of places to choose from."""

    places: Annotated[
        tuple[int, ...], BeforeValidator(parse_places), Flag(metavar="N,N,...", commas=True)
    ] = Field((), description="Choose between these numbers of fixed regular places.")
    reached: int = Field(2027, description="Year from which the fixed places are there.")
    budget: int | None = Field(None, description="Choose the budget of this year.")
    chance: Annotated[float, BeforeValidator(parse_chance), Flag(metavar="80%")] = Field(
        0.8, description="Chance with which the budget is to be enough."
    )
    line: str = Field("total", description="Line of the budget.")
    replications: Count = Field(1_000, description="Number of replications.")

    def check(self) -> None:
        """Refuse two decisions at a time, a single number of places, and a line there is not."""
        from .asked import check_lines

        check_lines((self.line,), 1)
        if self.places and self.budget is not None:
            what = "these are two decisions"
            usage_error("--places, --budget", what, "ask for the value of one at a time")
        if self.places and not 2 <= len(self.places) <= self.MOST:
            what = Message("{count} numbers of places", count=len(self.places))
            usage_error("--places", what, Message("give 2 to {most}", most=self.MOST))
