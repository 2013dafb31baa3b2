"""Schema of plans: rules by which places open and close, and work and homes are added.

A rule says when it acts (``when``), what it does (``do``) and within which limits. It sees what an
observer of that day has: figures of its own past, as late as they are published.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, Strict, model_validator

from ..errors import Message
from .base import Day, Frozen, RuleError
from .budget_schema import Text
from .quantity import (
    CERTAIN,
    UNDATED,
    EurPerPlace,
    EurPerPlaceYear,
    PersonsPerYear,
    Places,
    Threshold,
    Weeks,
    WeeksFromNow,
    WorkPerYear,
)

SeriesName = Literal[
    "fill",
    "people",
    "without_place",
    "waiting_for_home",
    "applications",
    "pending",
    "expected_shortage",
    "expected_surplus",
]


class Series(NamedTuple):
    """A series that rules watch: its unit, and weeks until a figure of it is published."""

    unit: str
    lag_weeks: int


SERIES: dict[SeriesName, Series] = {
    "fill": Series("share", 1),
    "people": Series("persons", 1),
    "without_place": Series("persons", 1),
    "waiting_for_home": Series("persons", 1),
    "applications": Series("persons/year", 2),
    "pending": Series("cases", 6),
    "expected_shortage": Series("places", 0),
    "expected_surplus": Series("places", 0),
}
"""Lags are assumptions: COA publishes the week before, the IND applications by week and its stock
by month, some weeks after the month's end; what COA expects itself it knows at once."""
EXPECTED = ("expected_shortage", "expected_surplus")
"""Series of COA's own planning: places short, and to spare, a lead time ahead."""
KINDS = ("open", "close", "decisions", "homes", "difference")
"""What a rule may do: keys of ``do``, of which each rule has one."""


class Condition(Frozen):
    """When a rule acts: a series lies beyond a line, for some weeks in a row."""

    series: SeriesName = Field(
        description="what is watched: fill (people per place), people in reception, people "
        "without_place, people waiting_for_home, applications (pace of four weeks), pending cases, "
        "or places that COA expects to be short (expected_shortage) or to spare (expected_surplus, "
        "beyond its slack) a lead time ahead"
    )
    place: str | None = Field(
        default=None, description="for fill: type of place; none: all types together"
    )
    above: Annotated[Threshold, UNDATED] | None = Field(
        default=None, description="the rule acts while the series lies above this line"
    )
    below: Annotated[Threshold, UNDATED] | None = Field(
        default=None, description="the rule acts while the series lies below this line"
    )
    for_weeks: Weeks | None = Field(
        default=None, description="weeks in a row that it must have held; none: one"
    )
    lag_weeks: WeeksFromNow | None = Field(
        default=None,
        description="weeks until a figure is known; none: those of the series",
    )

    @property
    def lag(self) -> int:
        """Weeks until a figure is known."""
        stated = self.lag_weeks
        return SERIES[self.series].lag_weeks if stated is None else round(stated.single)

    @model_validator(mode="after")
    def _one_line(self) -> Self:
        lines = [line for line in (self.above, self.below) if line is not None]
        if len(lines) > 1 or (not lines and self.series not in EXPECTED):
            what = Message("a condition on {series} needs one line", series=self.series)
            raise RuleError(what, "write either above: or below:", "series")
        unit = SERIES[self.series].unit
        for key, line in (("above", self.above), ("below", self.below)):
            if line is not None and line.unit != unit:
                what = Message("{series} is in {unit}", series=self.series, unit=unit)
                raise RuleError(what, Message("write unit: {unit}", unit=unit), key)
        if self.place is not None and self.series != "fill":
            what = Message("{series} is not by type of place", series=self.series)
            raise RuleError(what, "leave place out, or watch fill", "place")
        return self


class Action(Frozen):
    """What a rule does: one of open, close, difference, decisions, homes."""

    open: Annotated[Places, UNDATED] | None = Field(
        default=None, description="places to open, each time that the rule acts"
    )
    close: Annotated[Places, UNDATED] | None = Field(
        default=None, description="places to close, each time that the rule acts"
    )
    difference: Literal["open", "close"] | None = Field(
        default=None,
        description="open or close as many places as the series lies beyond the line (for "
        "expected_shortage and expected_surplus)",
    )
    decisions: Annotated[WorkPerYear, UNDATED] | None = Field(
        default=None, description="work of the IND added to its plan while the condition holds"
    )
    homes: Annotated[PersonsPerYear, UNDATED] | None = Field(
        default=None, description="people housed a year on top, while the condition holds"
    )
    place: str | None = Field(
        default=None,
        description="type of place; none: opened are types with an order_limit, first filled "
        "first, each to its limit a week; closed are types with notice, last filled first",
    )

    @property
    def kind(self) -> str:
        """What is done: open, close, decisions or homes."""
        return self.difference or next(key for key in KINDS if getattr(self, key) is not None)

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        stated = [key for key in KINDS if getattr(self, key) is not None]
        if len(stated) != 1:
            what = Message("a rule does one thing, found {count}", count=len(stated))
            raise RuleError(what, Message("write one of {keys}", keys=", ".join(KINDS)))
        if self.place is not None and self.kind in ("decisions", "homes"):
            what = Message("{kind} has no type of place", kind=self.kind)
            raise RuleError(what, "leave place out", "place")
        return self


class PlanRule(Frozen):
    """A rule of a plan, looked at once a week."""

    title: Text | None = Field(default=None, description="what the rule is called")
    when: Condition
    do: Action
    lead_weeks: Weeks | None = Field(
        default=None,
        description="weeks from decision to effect; none: those of the desk for ordering and "
        "notice, those of places on standby, and at once for decisions and homes",
    )
    most: Annotated[Places, UNDATED, CERTAIN] | None = Field(
        default=None, description="most places that the rule opens, or closes, in a run; none: any"
    )
    pause_weeks: Weeks | None = Field(
        default=None, description="weeks after it acted until it may act again; none: one"
    )
    minimum_stay_weeks: Weeks | None = Field(
        default=None,
        description="weeks that places it opened stay before a plan closes them, or that decisions "
        "and homes are added at least; none: no such time",
    )
    until: Day | None = Field(default=None, description="last day on which it acts; none: no end")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        kind = self.do.kind
        if self.do.difference is not None and self.when.series not in EXPECTED:
            what = Message("there is no difference to a line in {series}", series=self.when.series)
            raise RuleError(what, "state how many places, with open: or close:", "do")
        if self.most is not None and kind not in ("open", "close"):
            raise RuleError("only places have a limit", "leave most out", "most")
        if self.minimum_stay_weeks is not None and kind == "close":
            advice = "leave minimum_stay_weeks out"
            raise RuleError("closing opens nothing that could stay", advice, "minimum_stay_weeks")
        return self


class Plan(Frozen):
    """A plan that reacts to what is seen, by rules."""

    desk: Annotated[bool, Strict()] = Field(
        default=True, description="whether COA's capacity desk acts too, by its own two rules"
    )
    rules: dict[str, PlanRule] = Field(
        default_factory=dict, description="rules by name, in the order in which they are looked at"
    )


class Standby(Frozen):
    """Places that are kept ready: not in use, not on the market, open within days."""

    places: Annotated[Places, UNDATED, CERTAIN] = Field(description="places kept ready on day 0")
    price: Annotated[EurPerPlaceYear, UNDATED] = Field(description="per place kept ready")
    lead_weeks: Weeks = Field(description="from decision to open place, and back")
    opening_cost: Annotated[EurPerPlace, UNDATED] = Field(
        description="one-off cost of opening a place"
    )
    closing_cost: Annotated[EurPerPlace, UNDATED] = Field(
        description="one-off cost of making an open place ready again"
    )


DESK_RULES: dict[str, PlanRule] = {
    "desk_orders": PlanRule(
        when=Condition(series="expected_shortage"), do=Action(difference="open")
    ),
    "desk_notice": PlanRule(
        when=Condition(series="expected_surplus"), do=Action(difference="close")
    ),
}
"""The capacity desk of COA as a plan: it orders what it expects to be short, and gives notice on
what it expects to spare."""
