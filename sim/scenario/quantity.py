"""A number as a scenario holds it: value, unit, and where it comes from.

No bare number enters the model. A ``Quantity`` is a value (one number, or dated values that hold
until the next date), a unit, and either the key of a source or one sentence of assumption; beside
it may stand the spread that says how sure we are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)


class Frozen(BaseModel):
    """Base of all parts of a scenario: closed (no unknown keys) and never changed after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _number(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ValueError(f"expected a number, found {raw!r}")
    if not math.isfinite(raw):
        raise ValueError(f"expected a finite number, found {raw!r}")
    return float(raw)


Number = Annotated[float, BeforeValidator(_number)]


def _dated(raw: Any) -> Any:
    """Turn a mapping of dates (or years, meaning 1 January) into sorted pairs."""
    if not isinstance(raw, dict):
        return _number(raw)
    if not raw:
        raise ValueError("a dated value needs at least one date")
    pairs: dict[date, float] = {}
    for key, number in raw.items():
        moment = date(key, 1, 1) if isinstance(key, int) and 1900 <= key <= 2200 else key
        if not isinstance(moment, date):
            raise ValueError(f"expected a year or a date like 2026-01-01, found {key!r}")
        if moment in pairs:
            raise ValueError(f"two values for {moment}")
        pairs[moment] = _number(number)
    return tuple(sorted(pairs.items()))


def _undated(value: float | tuple[tuple[date, float], ...]) -> Any:
    return dict(value) if isinstance(value, tuple) else value


Value = Annotated[
    float | tuple[tuple[date, float], ...], BeforeValidator(_dated), PlainSerializer(_undated)
]


class Spread(Frozen):
    """How unsure a number is: one draw a replication from this distribution.

    ``as: value`` draws the number itself, ``as: factor`` a factor on it (the only way for a
    dated value). ``low`` and ``high`` are the ends of a triangular or uniform distribution.
    """

    dist: Literal["triangular", "uniform"]
    low: Number
    mode: Number | None = None
    high: Number
    kind: Literal["value", "factor"] = Field(default="value", alias="as")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must lie below high ({self.high:g})")
        if self.dist == "uniform" and self.mode is not None:
            raise ValueError("a uniform spread has no mode")
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError(f"mode ({self.mode:g}) must lie between low and high")
        return self

    def quantile(self, u: Any, centre: float) -> Any:
        """Inverse of the distribution function at ``u``; ``centre`` is the mode if none is set."""
        width = self.high - self.low
        if self.dist == "uniform":
            return self.low + u * width
        mode = self.mode if self.mode is not None else centre
        rise = (mode - self.low) / width
        left = self.low + (u * width * (mode - self.low)) ** 0.5
        right = self.high - ((1 - u) * width * (self.high - mode)) ** 0.5
        return left * (u < rise) + right * (u >= rise)


class Quantity(Frozen):
    """A number with its unit, its source or assumption, and how unsure it is."""

    value: Value
    unit: str
    source: str | None = Field(default=None, description="key in sim/data/sources.yaml")
    where: str | None = Field(default=None, description="where in the source")
    assumption: str | None = Field(default=None, description="one sentence, if no source gives it")
    spread: Spread | None = None
    price_level: int | None = Field(default=None, description="year of the prices, for euros")
    fill: Number | None = Field(
        default=None, gt=0, le=1, description="share of places filled when a price was measured"
    )

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if self.source is None and self.assumption is None:
            raise ValueError("a number needs a source or an assumption")
        if isinstance(self.value, tuple) and self.spread and self.spread.kind == "value":
            raise ValueError("the spread of a dated value must be 'as: factor'")
        if self.spread and self.spread.dist == "triangular" and self.spread.mode is None:
            centre = self.central_draw()
            if not self.spread.low <= centre <= self.spread.high:
                raise ValueError(
                    f"value {centre:g} lies outside its spread "
                    f"({self.spread.low:g} to {self.spread.high:g})"
                )
        return self

    def pairs(self) -> tuple[tuple[date, float], ...]:
        """Dated values in order; one pair from the beginning of time for a single value."""
        return self.value if isinstance(self.value, tuple) else ((date.min, self.value),)

    def numbers(self) -> tuple[float, ...]:
        return tuple(number for _, number in self.pairs())

    def on(self, moment: date) -> float:
        """Value that holds on a date: the last one set by then, or the first of all before it."""
        known = [number for day, number in self.pairs() if day <= moment]
        return known[-1] if known else self.numbers()[0]

    @property
    def single(self) -> float:
        """The value of a number that is not dated (the first one of a dated number)."""
        return self.numbers()[0]

    def central_draw(self) -> float:
        """What a draw from the spread would be if nothing were unsure: the value, or factor 1."""
        return 1.0 if self.spread and self.spread.kind == "factor" else self.single


class _Unit:
    """Check of one unit and its bounds, run on every number of a scenario."""

    def __init__(self, unit: str, low: float | None, high: float | None) -> None:
        self.unit, self.low, self.high = unit, low, high

    def __call__(self, quantity: Quantity) -> Quantity:
        if quantity.unit != self.unit:
            raise ValueError(f"expected the unit '{self.unit}', found '{quantity.unit}'")
        extremes = list(quantity.numbers())
        if quantity.spread:
            ends = [quantity.spread.low, quantity.spread.high]
            factors = quantity.spread.kind == "factor"
            extremes += [n * end for n in extremes for end in ends] if factors else ends
        for number in extremes:
            if self.low is not None and number < self.low:
                raise ValueError(f"{number:g} {self.unit} lies below {self.low:g}")
            if self.high is not None and number > self.high:
                raise ValueError(f"{number:g} {self.unit} lies above {self.high:g}")
        return quantity


def _unit(unit: str, low: float | None = 0.0, high: float | None = None) -> AfterValidator:
    return AfterValidator(_Unit(unit, low, high))


def _no_dates(quantity: Quantity) -> Quantity:
    if isinstance(quantity.value, tuple):
        raise ValueError("this number can't change over time: give one value, no dates")
    return quantity


def _no_spread(quantity: Quantity) -> Quantity:
    if quantity.spread is not None:
        raise ValueError("this number can't be uncertain: leave out the spread")
    return quantity


def _whole(quantity: Quantity) -> Quantity:
    if any(number != round(number) for number in quantity.numbers()):
        raise ValueError("this must be a whole number")
    return quantity


UNDATED = AfterValidator(_no_dates)
"""For numbers that are read once: a date on them would be ignored, so it is refused."""
CERTAIN = AfterValidator(_no_spread)
"""For numbers that are not drawn: a spread on them would be ignored, so it is refused."""
MANY = 5e6
"""More people, places or cases than the model can count; far above anything real."""


Persons = Annotated[Quantity, _unit("persons", 0.0, MANY)]
SignedPersons = Annotated[Quantity, _unit("persons", -MANY, MANY)]
PersonsPerYear = Annotated[Quantity, _unit("persons/year", 0.0, MANY)]
PersonsPerGrant = Annotated[Quantity, _unit("persons/grant", 0.0, 100.0)]
Cases = Annotated[Quantity, _unit("cases", 0.0, MANY)]
CasesPerYear = Annotated[Quantity, _unit("cases/year", 0.0, MANY)]
Share = Annotated[Quantity, _unit("share", 0.0, 1.0)]
FillShare = Annotated[Quantity, _unit("share", 0.5, 1.0)]
SharePerYear = Annotated[Quantity, _unit("share/year", 0.0, 100.0)]
Factor = Annotated[Quantity, _unit("factor", 0.0, 1000.0)]
LogPoints = Annotated[Quantity, _unit("log points")]
Days = Annotated[Quantity, _unit("days", 0.0, 36525.0)]
Weeks = Annotated[Quantity, _unit("weeks", 1.0, 104.0), AfterValidator(_whole), UNDATED, CERTAIN]
PositiveDays = Annotated[Quantity, _unit("days", 1.0, 36525.0)]
Places = Annotated[Quantity, _unit("places", 0.0, MANY)]
PlacesPerWeek = Annotated[Quantity, _unit("places/week", 0.0, MANY)]
Fte = Annotated[Quantity, _unit("fte", 0.0, MANY)]
DecisionsPerFteYear = Annotated[Quantity, _unit("decisions/fte/year", 0.0, 10_000.0)]
WorkPerYear = Annotated[Quantity, _unit("decision equivalents/year", 0.0, 10 * MANY)]
WorkPerDecision = Annotated[Quantity, _unit("decision equivalents/decision", 0.01)]
EurPerPlaceYear = Annotated[Quantity, _unit("EUR/place/year")]
EurPerResidentYear = Annotated[Quantity, _unit("EUR/resident/year")]
EurPerPlace = Annotated[Quantity, _unit("EUR/place")]
EurPerPlaceDay = Annotated[Quantity, _unit("EUR/place/day")]
EurPerPersonDay = Annotated[Quantity, _unit("EUR/person/day")]
EurPerCaseYear = Annotated[Quantity, _unit("EUR/case/year")]
EurPerYear = Annotated[Quantity, _unit("EUR/year")]


def quantities(part: BaseModel, prefix: str = "") -> Iterator[tuple[str, Quantity]]:
    """Every number below ``part`` with its path, such as ``ind.capacity``, in file order."""
    for name in type(part).model_fields:
        yield from _below(getattr(part, name), f"{prefix}{name}")


def _below(item: Any, path: str) -> Iterator[tuple[str, Quantity]]:
    if isinstance(item, Quantity):
        yield path, item
    elif isinstance(item, BaseModel):
        yield from quantities(item, f"{path}.")
    elif isinstance(item, dict):
        for key, below in item.items():
            yield from _below(below, f"{path}.{key}")
    elif isinstance(item, tuple):
        for index, below in enumerate(item):
            yield from _below(below, f"{path}.{index}")
