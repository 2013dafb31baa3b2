"""Quantities: numbers with a unit, a source or assumption, and a distribution.

A scenario has no bare numbers. A ``Quantity`` is a value (one number, or dated values), a unit,
and either the key of a source or a sentence that states the assumption; ``spread`` gives its
distribution if it is uncertain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    model_validator,
)

from ..clock import DAY_EXAMPLE, day_advice, parse_day
from ..errors import Message
from .base import Frozen, Number, RuleError, number
from .distribution import Distribution

Dated = float | tuple[tuple[date, float], ...]
"""One number, or numbers by date in order."""


def dated(raw: Any) -> Dated:
    """Turn a mapping of dates (or years, meaning 1 January) into sorted pairs.

    Raises ``RuleError`` if it holds something else.
    """
    if isinstance(raw, tuple):
        return raw
    if not isinstance(raw, dict):
        return number(raw)
    if not raw:
        raise RuleError("a dated value needs at least one date", "as in {2026: 5, 2027-07-01: 6}")
    pairs: dict[date, float] = {}
    for key, amount in raw.items():
        moment = date(key, 1, 1) if isinstance(key, int) and 1900 <= key <= 2200 else key
        if isinstance(key, str):
            moment = parse_day(key)
        if not isinstance(moment, date):
            what = Message("expected a year or a date, found {given}", given=repr(key))
            advice = day_advice(str(key))
            advice = "as in 2026, 2026-01-31 or 31-1-2026" if advice == DAY_EXAMPLE else advice
            raise RuleError(what, advice, str(key), at_key=True)
        if moment in pairs:
            raise RuleError(
                Message("two values for {moment}", moment=moment), "keep one of the two"
            )
        try:
            pairs[moment] = number(amount)
        except RuleError as error:
            raise RuleError(error.args[0], error.advice, str(key)) from None
    return tuple(sorted(pairs.items()))


def _undated(value: Dated) -> Any:
    return dict(value) if isinstance(value, tuple) else value


Value = Annotated[Dated, BeforeValidator(dated), PlainSerializer(_undated)]


class Quantity(Frozen):
    """A number with its unit, its source or assumption, and its distribution."""

    value: Value = Field(description="one number, or numbers by date: {2026: 5, 2027-07-01: 6}")
    unit: str = Field(description="unit of the number")
    between: Literal["steps", "straight"] | None = Field(
        default=None, description="between two dates: the last value (steps), or a straight line"
    )
    source: str | None = Field(default=None, description="key of a source")
    where: str | None = Field(default=None, description="where in the source")
    assumption: str | None = Field(
        default=None, description="one sentence, where there is no source"
    )
    spread: Distribution | None = Field(default=None, description="uncertainty of the number")
    certain: bool | None = Field(
        default=None, exclude=True, description="true: no uncertainty, whatever it had before"
    )
    price_level: int | None = Field(default=None, description="year of the prices, for euros")
    fill: Number | None = Field(
        default=None, gt=0, le=1, description="share of places filled when a price was measured"
    )

    @model_validator(mode="before")
    @classmethod
    def _certainty(cls, raw: Any) -> Any:
        """Check ``certain`` against the spread; it is a word of files, and not kept."""
        if not isinstance(raw, dict) or "certain" not in raw:
            return raw
        stated, spread = raw["certain"], raw.get("spread")
        if not isinstance(stated, bool):
            raise RuleError(
                Message("certain is {stated!r}", stated=stated), "write certain: true", "certain"
            )
        if stated and spread is not None:
            advice = "leave out one of the two"
            raise RuleError("a certain number has no spread", advice, "certain")
        if not stated and spread is None:
            advice = "add a spread, as in spread: {dist: lognormal, sd: 0.2, as: factor}"
            raise RuleError("nothing says how uncertain this number is", advice, "certain")
        return {key: part for key, part in raw.items() if key != "certain"}

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if self.source is None and not (self.assumption or "").strip():
            advice = 'add source: KEY, or assumption: "one sentence"'
            raise RuleError("a number needs a source or an assumption", advice)
        if self.between and not isinstance(self.value, tuple):
            advice = "give values by date, as in {2026: 5, 2028: 6}"
            raise RuleError("only values by date have something between them", advice, "between")
        if isinstance(self.value, tuple) and self.spread and self.spread.kind == "value":
            advice = "give a factor around 1, with as: factor"
            raise RuleError("the spread of a dated value must be 'as: factor'", advice, "spread")
        if self.spread and self.spread.dist == "lognormal" and self.central_draw() <= 0:
            raise RuleError("a lognormal lies above zero", "give a value above zero", "value")
        if self.spread is not None:
            self._check_centre(self.spread)
        return self

    def _check_centre(self, spread: Distribution) -> None:
        """Require that the distribution covers the value (or 1, for a factor)."""
        centre = self.central_draw()
        own = spread.mode if spread.dist == "triangular" else spread.p50
        if own is not None and spread.kind == "value" and own != centre:
            key = "mode" if spread.dist == "triangular" else "p50"
            what = Message(
                "the {key} of the spread ({own:g}) is not the value ({centre:g})",
                key=key,
                own=own,
                centre=centre,
            )
            raise RuleError(
                what, Message("leave {key} out: the value stands for it", key=key), "spread"
            )
        low = spread.p5 if spread.dist == "quantiles" else spread.low
        high = spread.p95 if spread.dist == "quantiles" else spread.high
        if (low is not None and centre < low) or (high is not None and centre > high):
            given = {"centre": centre, "ends": _ends(low, high)}
            what = Message("value {centre:g} lies outside its spread ({ends})", **given)
            advice = "move the ends, or the value"
            if spread.kind == "factor":
                what = Message("the factor {centre:g} lies outside its spread ({ends})", **given)
                advice = "a factor lies around 1; for ends in the unit leave out 'as: factor'"
            raise RuleError(what, advice, "spread")

    def pairs(self) -> tuple[tuple[date, float], ...]:
        """Dated values in order; a single value is one pair with the earliest date."""
        return self.value if isinstance(self.value, tuple) else ((date.min, self.value),)

    def numbers(self) -> tuple[float, ...]:
        return tuple(number for _, number in self.pairs())

    def on(self, moment: date) -> float:
        """Value that holds on a date.

        The last one set by then, or the first of all before it; between two dates of a
        ``straight`` one a point on the line.
        """
        pairs = self.pairs()
        number_ = sum(1 for day, _ in pairs if day <= moment)
        if number_ == 0:
            return pairs[0][1]
        day, value = pairs[number_ - 1]
        if self.between != "straight" or number_ == len(pairs):
            return value
        next_day, next_value = pairs[number_]
        return value + (next_value - value) * (moment - day).days / (next_day - day).days

    def changes_after(self, moment: date) -> date | None:
        """The next day on which the value may differ from that of ``moment``; None if never."""
        later = [day for day, _ in self.pairs() if day > moment]
        if not later:
            return None
        if self.between == "straight" and moment >= self.pairs()[0][0]:
            return moment + timedelta(days=1)
        return later[0]

    @property
    def single(self) -> float:
        """The value of a number that is not dated (the first one of a dated number)."""
        return self.numbers()[0]

    def central_draw(self) -> float:
        """Central draw: the value, or factor 1."""
        return 1.0 if self.spread and self.spread.kind == "factor" else self.single


CONFUSED = {
    frozenset({"EUR/place/year", "EUR/resident/year"}): (
        "a price per resident is not one per place: places stand partly empty; divide or multiply "
        "by the fill, or use resident_price"
    ),
    frozenset({"EUR/place/year", "EUR/place/day"}): "a year has 365 days: convert the price",
    frozenset({"EUR/place/year", "EUR/place"}): "a yearly price is not a one-off cost",
    frozenset({"EUR/place/day", "EUR/person/day"}): (
        "a price per person is not one per place: places stand partly empty"
    ),
    frozenset({"persons", "cases"}): "a case may stand for several people: count what is asked",
    frozenset({"persons", "places"}): "people / fill are places: convert the number",
    frozenset({"persons", "households"}): "a household has about two people here: count people",
    frozenset({"persons/year", "households/year"}): "count people, not households",
    frozenset({"persons/year", "persons"}): "a flow by year is not a stock",
    frozenset({"persons/year", "cases/year"}): "count people, not cases",
    frozenset({"persons/year", "homes/year"}): (
        "people housed, not homes: a home holds about two of them"
    ),
    frozenset({"share", "percent"}): "a share runs from 0 to 1: divide by 100",
    frozenset({"share", "%"}): "a share runs from 0 to 1: divide by 100",
    frozenset({"EUR/year", "EUR million/year"}): "write it in euros: times 1,000,000",
}
"""Advice for pairs of units that are often confused."""


class UnitRule:
    """Check of one unit and its bounds, run on every number of a scenario.

    ``priced`` asks the year of its prices of an amount in euros.
    """

    def __init__(
        self, unit: str, low: float | None = 0.0, high: float | None = None, priced: bool = True
    ) -> None:
        self.unit, self.low, self.high = unit, low, high
        self.priced = priced and unit.startswith("EUR")

    @property
    def choices(self) -> tuple[str, ...]:
        """The units that may be written."""
        return (self.unit,)

    def __call__(self, quantity: Quantity) -> Quantity:
        if quantity.unit != self.unit:
            what = Message(
                "expected the unit '{unit}', found '{found}'", unit=self.unit, found=quantity.unit
            )
            confused = CONFUSED.get(frozenset({self.unit, quantity.unit}))
            raise RuleError(
                what,
                confused or Message("convert the number and write unit: {unit}", unit=self.unit),
                "unit",
            )
        for value in quantity.numbers():
            self._check(value, "value")
        if quantity.spread:
            ends = quantity.spread.ends(quantity.central_draw())
            factor = quantity.spread.kind == "factor"
            for value in quantity.numbers():
                for end in ends:
                    self._check(value * end if factor else end, "spread")
        if self.priced and quantity.price_level is None:
            advice = "add price_level: 2024 (or the year it was measured in)"
            raise RuleError("an amount in euros needs the year of its prices", advice)
        return quantity

    def _check(self, value: float, part: str) -> None:
        slack = 1e-9 * max(abs(value), 1.0)
        outside: str = ""
        if self.low is not None and value < self.low - slack:
            outside = Message("below {bound}", bound=_plainly(self.low))
        if self.high is not None and value > self.high + slack:
            outside = Message("above {bound}", bound=_plainly(self.high))
        if not outside:
            return
        given = {"value": value, "unit": self.unit, "outside": outside}
        if part == "spread":
            what = Message("the spread reaches {value:g} {unit}, {outside}", **given)
        else:
            what = Message("{value:g} {unit} lies {outside}", **given)
        raise RuleError(what, self.bounds(), part)

    def bounds(self) -> str:
        """What may be written, in words."""
        low, high = (None if end is None else _plainly(end) for end in (self.low, self.high))
        if low is not None and high is not None:
            return Message(
                "write a number from {low} to {high} [{unit}]", low=low, high=high, unit=self.unit
            )
        if low is not None:
            return Message("write a number from {low} up [{unit}]", low=low, unit=self.unit)
        if high is not None:
            return Message("write a number to {high} [{unit}]", high=high, unit=self.unit)
        return Message("write a number [{unit}]", unit=self.unit)


class UnitChoice(UnitRule):
    """Check of a number whose unit is one of several: which one follows from a key beside it.

    Any other unit is left to the check of both keys, which knows the one that is right.
    """

    def __init__(self, *units: str) -> None:
        super().__init__(" or ".join(units), 0.0, 10 * MANY)
        self.units = units

    @property
    def choices(self) -> tuple[str, ...]:
        """The units that may be written."""
        return self.units

    def __call__(self, quantity: Quantity) -> Quantity:
        if quantity.unit not in self.units:
            return quantity
        return UnitRule(quantity.unit, self.low, self.high)(quantity)


def _ends(low: float | None, high: float | None) -> str:
    if low is None:
        return Message("to {high:g}", high=high)
    if high is None:
        return Message("{low:g} to", low=low)
    return Message("{low:g} to {high:g}", low=low, high=high)


def _plainly(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def _unit(
    unit: str, low: float | None = 0.0, high: float | None = None, priced: bool = True
) -> AfterValidator:
    return AfterValidator(UnitRule(unit, low, high, priced))


def _no_dates(quantity: Quantity) -> Quantity:
    if isinstance(quantity.value, tuple):
        raise RuleError("this number can't change over time", "give one value, no dates", "value")
    return quantity


def _no_spread(quantity: Quantity) -> Quantity:
    if quantity.spread is not None:
        raise RuleError("this number can't be uncertain", "leave out the spread", "spread")
    return quantity


def _steps(quantity: Quantity) -> Quantity:
    if quantity.between == "straight":
        raise RuleError(
            "this number has its own interpolation between dates", "leave out 'between'", "between"
        )
    return quantity


def _whole(quantity: Quantity) -> Quantity:
    if any(number != round(number) for number in quantity.numbers()):
        raise RuleError("expected a whole number", "round it", "value")
    return quantity


UNDATED = AfterValidator(_no_dates)
"""For numbers that are read once: dated values would be ignored, so they are refused."""
CERTAIN = AfterValidator(_no_spread)
"""For numbers that are not drawn: a distribution would be ignored, so it is refused."""
STEPS = AfterValidator(_steps)
"""For amounts of single years and paths with lines of their own."""
MANY = 5e6
"""More people, places or cases than the model can count; far above anything real."""
DEAREST = 1e7
"""Highest price of a place, a person or a case in a year [EUR]; far above anything real."""
MOST_MONEY = 1e12
"""Largest amount of a year [EUR], about the size of the whole economy."""


Persons = Annotated[Quantity, _unit("persons", 0.0, MANY)]
PositivePersons = Annotated[Quantity, _unit("persons", 0.001, MANY)]
SignedPersons = Annotated[Quantity, _unit("persons", -MANY, MANY)]
PersonsPerYear = Annotated[Quantity, _unit("persons/year", 0.0, MANY)]
PersonsPerGrant = Annotated[Quantity, _unit("persons/grant", 0.0, 100.0)]
Cases = Annotated[Quantity, _unit("cases", 0.0, MANY)]
CasesPerYear = Annotated[Quantity, _unit("cases/year", 0.0, MANY)]
Share = Annotated[Quantity, _unit("share", 0.0, 1.0)]
FillShare = Annotated[Quantity, _unit("share", 0.5, 1.0)]
SharePerYear = Annotated[Quantity, _unit("share/year", 0.0, 100.0)]
GrowthPerYear = Annotated[Quantity, _unit("share/year", 0.0, 1.0)]
Factor = Annotated[Quantity, _unit("factor", 0.0, 1000.0)]
FewFold = Annotated[Quantity, _unit("factor", 0.0, 10.0)]
OfTwelve = Annotated[Quantity, _unit("factor", 0.0, 12.0)]
PriceLevel = Annotated[Quantity, _unit("factor", 0.01, 100.0)]
Level = Annotated[Quantity, _unit("persons/year", 1.0, MANY)]
Part = Annotated[Quantity, _unit("factor", 0.0, 1.0)]
SignedLogPoints = Annotated[Quantity, _unit("log points", -10.0, 10.0)]
LogPoints = Annotated[Quantity, _unit("log points", 0.0, 10.0)]
Days = Annotated[Quantity, _unit("days", 0.0, 36525.0)]
Weeks = Annotated[Quantity, _unit("weeks", 1.0, 104.0), AfterValidator(_whole), UNDATED, CERTAIN]
WeeksFromNow = Annotated[
    Quantity, _unit("weeks", 0.0, 104.0), AfterValidator(_whole), UNDATED, CERTAIN
]
PositiveDays = Annotated[Quantity, _unit("days", 1.0, 36525.0)]
Places = Annotated[Quantity, _unit("places", 0.0, MANY)]
PlacesPerWeek = Annotated[Quantity, _unit("places/week", 0.0, MANY)]
Fte = Annotated[Quantity, _unit("fte", 0.0, MANY)]
DecisionsPerFteYear = Annotated[Quantity, _unit("decisions/fte/year", 0.0, 10_000.0)]
WorkPerYear = Annotated[Quantity, _unit("decision equivalents/year", 0.0, 10 * MANY)]
PositiveFte = Annotated[Quantity, _unit("fte", 0.001, MANY)]
PositiveWorkPerYear = Annotated[Quantity, _unit("decision equivalents/year", 0.001, 10 * MANY)]
WorkPerDecision = Annotated[Quantity, _unit("decision equivalents/decision", 0.01, 1000.0)]
EurPerPlaceYear = Annotated[Quantity, _unit("EUR/place/year", 0.0, DEAREST)]
EurPerResidentYear = Annotated[Quantity, _unit("EUR/resident/year", 0.0, DEAREST)]
EurPerPlace = Annotated[Quantity, _unit("EUR/place", 0.0, DEAREST)]
EurPerPlaceDay = Annotated[Quantity, _unit("EUR/place/day", 0.0, DEAREST)]
EurPerPersonDay = Annotated[Quantity, _unit("EUR/person/day", 0.0, DEAREST)]
EurPerCaseYear = Annotated[Quantity, _unit("EUR/case/year", 0.0, DEAREST)]
EurPerYear = Annotated[Quantity, _unit("EUR/year", 0.0, MOST_MONEY)]
BudgetAmount = Annotated[Quantity, _unit("EUR/year", 0.0, MOST_MONEY, priced=False)]
Threshold = Annotated[
    Quantity, AfterValidator(UnitChoice("share", "persons", "persons/year", "cases", "places"))
]
Correlation = Annotated[Quantity, _unit("correlation", -0.99, 0.99), UNDATED, CERTAIN]


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


def path_of(part: BaseModel, quantity: Quantity) -> str:
    """Path below ``part`` of one of its numbers, by which its draws are keyed."""
    return next(path for path, number_ in quantities(part) if number_ is quantity)
