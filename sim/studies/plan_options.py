"""Options of the studies of plans: each field is an option of the command and of Python."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..clock import StepLength
from .options import Count, Flag, SimulationOptions


class PlanCompareOptions(SimulationOptions):
    """How people without a place are weighed, and which years count."""

    SWEPT: ClassVar[tuple[float, ...]] = (0.0, 125.0, 250.0, 500.0, 1000.0, 2000.0)
    """Prices of a night without a place at which plans are compared besides the one asked for."""

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
    replications: Count = Field(1_000, description="Number of replications.")
    step: StepLength = Field("week", description="Length of a time step.")
