"""Options of the studies of plans: each field is an option of the command and of Python."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from ..clock import StepLength
from ..runs.limits import MOST_REPLICATIONS
from .options import Count, Flag, SimulationOptions, parse_texts


class PlanOptions(SimulationOptions):
    """How people without a place are weighed, and which years count."""

    price_of_night: Annotated[float, Flag("--lambda")] = Field(
        250.0,
        ge=0,
        le=1e6,
        alias="lambda",
        description="What a night of a person without a place weighs [EUR].",
    )
    shortage: int = Field(
        500,
        ge=0,
        le=1_000_000,
        description="There is a shortage where more people than this have no place at the end of a"
        " month.",
    )
    since: Annotated[int | None, Flag("--from")] = Field(
        None, alias="from", description="First year that counts (all whole years)."
    )
    step: StepLength = Field("week", description="Length of a time step.")


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
    ] = Field(description="Number of the plan that is varied; once for each.")
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
