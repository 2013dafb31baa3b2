"""Schema of money: prices, cost of the IND, and budget vintages."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from ..errors import Message
from .base import Day, Frozen, RuleError, SuggestedKeys
from .quantity import (
    CERTAIN,
    STEPS,
    UNDATED,
    BudgetAmount,
    EurPerCaseYear,
    EurPerPersonDay,
    EurPerPlace,
    EurPerPlaceDay,
    EurPerPlaceYear,
    EurPerYear,
    Factor,
    FillShare,
    GrowthPerYear,
    Persons,
    Places,
    PositiveDays,
    PositiveFte,
    PositiveWorkPerYear,
    PriceLevel,
    Share,
)

CostLevel = Literal["estimated", "document", "coa_price", "paid_2024"]
LineName = Literal[
    "total",
    "coa_nidos",
    "ind",
    "coa",
    "nidos",
    "severance",
    "beyond_places",
    "ind_asylum",
    "ind_other",
    "penalties",
    "before_start",
    "penalties_owed",
    "transit",
    "ukraine",
    "oda",
]
"""Names of the budget lines. ``results.budget.LINES`` says what each is and costs."""
ADDENDS: tuple[LineName, ...] = ("coa_nidos", "ind")
"""Lines whose amounts add up to the ``total`` of a budget."""
LINE_NAMES: tuple[str, ...] = tuple(name for name in get_args(LineName) if name != "total")
"""Lines that a budget can hold an amount for; that of the total is a sum."""


LONGEST_TEXT = 5_000
"""Longest title or description [characters]; a chart shows two lines of a title."""


class Text(Frozen):
    """A text in English and in Dutch."""

    en: str = Field(min_length=1, max_length=LONGEST_TEXT, description="in English")
    nl: str = Field(min_length=1, max_length=LONGEST_TEXT, description="in Dutch")


class ReceptionPrices(Frozen):
    """Prices of reception, and the rules that turn places into cost."""

    level: CostLevel = Field(description="price level of the headline result")
    empty_bed: Annotated[EurPerPlaceDay, UNDATED] = Field(description="cost of an empty bed")
    occupied_bed: Annotated[EurPerPlaceDay, UNDATED] = Field(description="cost of an occupied bed")
    emergency_mean: Annotated[EurPerPlaceYear, UNDATED] = Field(
        description="mean over all emergency places"
    )
    emergency_rest: str = Field(
        description="the type whose price follows from the mean over the wider type it is part of"
    )
    estimated_factor: Annotated[Factor, UNDATED] = Field(
        description="for level estimated: COA's costs relative to the document's prices"
    )
    beyond_places_as: str = Field(
        description="type whose price applies to a person without a place"
    )
    beyond_places_factor: Annotated[Factor, UNDATED] = Field(
        description="factor on that price, for time such a place is paid for but empty"
    )
    opening_cost: Annotated[EurPerPlace, UNDATED] = Field(
        description="one-off cost of a new flexible place"
    )
    severance: Annotated[EurPerPlace, UNDATED] = Field(
        description="one-off cost of a place given up"
    )
    paid_2024: Annotated[EurPerYear, UNDATED] = Field(description="paid to COA in 2024")
    own_cost_2024: Annotated[EurPerYear, UNDATED, CERTAIN] = Field(
        description="COA's own statement of its cost in 2024"
    )
    mean_people_2024: dict[str, Annotated[Persons, UNDATED, CERTAIN]] = Field(
        description="mean people by type in 2024"
    )
    fill_2024: Annotated[FillShare, UNDATED, CERTAIN] = Field(
        description="mean fill of flexible and regular places in 2024"
    )
    transit: Annotated[EurPerPersonDay, UNDATED] = Field(
        description="cost of a person in a transit location"
    )
    ukraine_norm: Annotated[EurPerPlaceDay, CERTAIN] = Field(
        description="norm for a place for displaced people from Ukraine"
    )
    ukraine_places: Annotated[Places, CERTAIN] = Field(
        description="places for displaced people from Ukraine"
    )
    oda_first_days: Annotated[PositiveDays, UNDATED, CERTAIN] = Field(
        description="period in reception that counts as ODA"
    )
    oda_share: Annotated[Share, UNDATED] = Field(
        description="share of people in their first year that counts"
    )
    advance_share: Annotated[Share, UNDATED] = Field(
        description="share of a year's cost paid in that year"
    )


class IndCost(Frozen):
    """Cost of the IND: asylum and family work, other work, penalties."""

    total_2025: Annotated[EurPerYear, UNDATED] = Field(description="all its work in 2025, gross")
    reference_work: Annotated[PositiveWorkPerYear, UNDATED, CERTAIN] = Field(
        description="asylum work covered by the 2025 total"
    )
    reference_family_staff: Annotated[PositiveFte, UNDATED, CERTAIN] = Field(
        description="family reunification staff covered by the 2025 total"
    )
    asylum_share: Annotated[Share, UNDATED] = Field(
        description="share of that for asylum and family work"
    )
    family_share: Annotated[Share, UNDATED] = Field(
        description="share of family reunification in asylum and family work"
    )
    other_income: Annotated[EurPerYear, UNDATED] = Field(
        description="fees and other income, set against net budgets"
    )
    penalties_included: Annotated[EurPerYear, UNDATED] = Field(
        description="penalties included in the 2025 total"
    )
    penalty: Annotated[EurPerCaseYear, UNDATED] = Field(
        description="penalty per overdue case and year"
    )
    paid_2024: Annotated[EurPerYear, UNDATED] = Field(description="cost of 2024, for cash timing")


class Vintage(Frozen):
    """A budget vintage: the amounts of one published budget document."""

    title: Text = Field(description="name of the vintage")
    published: Day = Field(description="day of publication")
    price_level: int = Field(description="year of the prices of its amounts")
    status: Literal["draft", "note of amendment", "adopted", "supplementary", "realised"] = Field(
        description="stage of the budget"
    )
    ind_basis: Literal["net", "gross"] = Field(
        description="whether other income is left out (net) or included (gross)"
    )
    lines: Annotated[
        dict[str, Annotated[BudgetAmount, CERTAIN, STEPS]], SuggestedKeys(LINE_NAMES)
    ] = Field(description="amounts by line; each year its own date")

    def amount(self, line: str, year: int) -> float | None:
        """Budget of a line in a year [EUR]; None if the vintage has no amount.

        ``total`` is the sum of ``ADDENDS``, if all are there. An amount is for its own year only.
        """
        if line == "total":
            parts = [self.amount(part, year) for part in ADDENDS]
            return None if None in parts else sum(part for part in parts if part is not None)
        quantity = self.lines.get(line)
        if quantity is None:
            return None
        return {moment.year: held for moment, held in quantity.pairs()}.get(year)


class Budget(Frozen):
    """All budget vintages, and the one used for the headline."""

    headline: str = Field(description="budget vintage the headline gap is measured against")
    price_basis: Literal["vintage", "nominal"] = Field(
        default="vintage",
        description="prices of the headline: those of the vintage, or current prices",
    )
    vintages: dict[str, Vintage] = Field(description="vintages of the budget by name")
    indexation: Annotated[GrowthPerYear, UNDATED] = Field(
        description="yearly price growth, for costs and budget alike"
    )
    price_levels: dict[int, Annotated[PriceLevel, UNDATED, CERTAIN]] = Field(
        description="price level of a year relative to 2023"
    )

    @model_validator(mode="after")
    def _headline_known(self) -> Self:
        if self.headline not in self.vintages:
            known = ", ".join(self.vintages)
            what = Message(
                "headline '{headline}' is not one of the vintages", headline=self.headline
            )
            raise RuleError(what, Message("choose from {known}", known=known), "headline")
        return self
