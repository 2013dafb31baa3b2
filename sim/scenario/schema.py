"""Schema of scenario files: every key, its unit and its meaning.

Unknown keys are errors and instances are immutable. The description of each field is its
documentation, in help texts and in the reference.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from ..errors import Message
from .base import OF_START, Day, Frozen, RuleError
from .budget_schema import Budget, IndCost, ReceptionPrices, Text, Vintage
from .posterior import Posterior
from .quantity import (
    CERTAIN,
    STEPS,
    UNDATED,
    Cases,
    CasesPerYear,
    Correlation,
    Days,
    DecisionsPerFteYear,
    EurPerPlaceYear,
    EurPerResidentYear,
    EurPerYear,
    Factor,
    FewFold,
    FillShare,
    Fte,
    Level,
    LogPoints,
    OfTwelve,
    Part,
    Persons,
    PersonsPerGrant,
    PersonsPerYear,
    Places,
    PlacesPerWeek,
    PositiveDays,
    PositivePersons,
    Share,
    SharePerYear,
    SignedLogPoints,
    SignedPersons,
    Weeks,
    WorkPerDecision,
    WorkPerYear,
)

REGULAR = "regular"


class Group(Frozen):
    """One group of asylum seekers: by nationality, by track, or repeat applicants."""

    title: Text = Field(description="name of the group")
    intake: Literal["first", "repeat"] = Field(description="which applications feed the group")
    procedure: Literal["general", "dublin_safe"] = Field(
        default="general",
        description="general: track 4 of the IND; dublin_safe: tracks 1 and 2, told apart in waits",
    )
    intake_share: Annotated[Share, UNDATED, CERTAIN] = Field(
        description="share of those applications; sums to 1"
    )
    opening_pending: Annotated[Cases, UNDATED, CERTAIN, OF_START] = Field(
        description="cases without a first decision on day 0"
    )
    granted_share: Share = Field(description="share of first decisions that grant")
    closed_share: Share = Field(description="share closed without a judgement (Dublin, withdrawn)")
    work: WorkPerDecision = Field(description="work of one decision at the IND")
    queue_weight: Factor = Field(description="claim on capacity per unit of waiting work")
    in_reception_share: Share = Field(
        description="share of its pending people that lives in reception"
    )
    leave_factor: Factor | None = Field(
        default=None, description="factor on the rate at which its pending leave; none: 1"
    )
    family_factor: Annotated[Factor, UNDATED, CERTAIN] = Field(
        description="family applications per grant against the mean"
    )
    appeal_share: Share = Field(description="share of rejections that is appealed")
    departure_days: PositiveDays = Field(description="mean time from final refusal to departure")
    unaccompanied_share: Share = Field(description="unaccompanied minors among applicants")


class InflowPath(Frozen):
    """The random process of yearly first applications, on a log scale."""

    process: Literal["mean_reverting", "random_walk"] = Field(
        description="a level that goes back to that of many years, or one that wanders"
    )
    level: Annotated[Level, UNDATED] = Field(
        description="for mean_reverting: the yearly level to which first applications go back"
    )
    autoregression: Annotated[Part, UNDATED] = Field(
        description="for mean_reverting: part of a year's distance to the level that remains"
    )
    residual_sd: Annotated[LogPoints, UNDATED] = Field(
        description="for mean_reverting: sd on the log of what a year adds to that"
    )
    start_error: Annotated[SignedLogPoints, UNDATED] = Field(
        description="for mean_reverting: error of the level from which inflow starts, on the log"
    )
    yearly_sd: Annotated[LogPoints, UNDATED] = Field(
        description="for random_walk: sd on the log, a year ahead; n years ahead x sqrt(n)"
    )
    known_until: Annotated[Day, OF_START] = Field(description="last day of the half-year known")


class InflowComposition(Frozen):
    """How the shares of nationalities within first applications move; their total does not."""

    persistence: Annotated[Part, UNDATED, CERTAIN] = Field(
        description="part of a group's deviation from its share that remains after a year"
    )
    sd: dict[str, Annotated[LogPoints, UNDATED, CERTAIN]] = Field(
        description="by group, sd on the log of what a year adds; one left out keeps its share"
    )


class Inflow(Frozen):
    """New applications and resettled people."""

    total: PersonsPerYear | None = Field(
        default=None,
        description="total inflow from its first date on; first applications are what is left",
    )
    first: Annotated[PersonsPerYear, OF_START] = Field(
        description="first applications: the level they start from, or a path written by date"
    )
    first_factor: FewFold = Field(
        description="factor on first applications in all years: 1.1 is ten percent more"
    )
    path: InflowPath
    composition: InflowComposition | None = Field(
        default=None, description="how nationalities' shares move; none: they are held"
    )
    season: dict[int, Annotated[OfTwelve, UNDATED, CERTAIN]] = Field(
        description="month's applications against the year's mean"
    )
    repeat: PersonsPerYear = Field(description="repeat applications")
    resettled: PersonsPerYear = Field(description="resettled people; they enter as status holders")


class OtherIntake(Frozen):
    """Births, re-entries and other entitled people, a flow that is not published."""

    share_of_inflow: Share = Field(description="people per person of total inflow")
    status_share: Share = Field(description="share that enters the status-holder phase")
    stay_days: PositiveDays = Field(description="mean stay in the asylum phase")
    to_status_share: Share = Field(description="share of those leaving who become status holders")


class Hold(Frozen):
    """A group taken out of the queue between two dates (a moratorium on decisions)."""

    group: str = Field(description="group that is taken out of the queue")
    begins: Day = Field(description="first day of the hold")
    ends: Day = Field(description="first day on which the group is decided again")
    granted_after: Share = Field(description="share granted once the hold has ended")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends < self.begins:
            what = Message(
                "the hold ends ({ends}) before it begins ({begins})",
                ends=self.ends,
                begins=self.begins,
            )
            raise RuleError(what, "give a later end", "ends")
        return self


class IndCapacity(Frozen):
    """What the IND can decide in a year."""

    mode: Literal["planned", "follows_budget", "staff"] = Field(
        description="planned path; planned times its budget against 2025; staff times productivity"
    )
    planned: Annotated[WorkPerYear, OF_START] = Field(
        description="decisions of mean weight that the means pay for in a year, at day 0's backlog"
    )
    realised: Factor = Field(description="output against the plan")
    staff: Fte = Field(description="staff on asylum decisions, for mode staff")
    productivity: DecisionsPerFteYear = Field(description="for mode staff")
    response: FewFold = Field(
        description="how the plan answers to the backlog: its power of cases pending against day 0"
    )
    ramp_days: Days = Field(description="time in which new capacity grows in (training)")


class OtherCases(Frozen):
    """Other asylum cases at the IND, which take work but no place."""

    opening: Annotated[Cases, UNDATED, CERTAIN, OF_START] = Field(
        description="cases of other kinds on day 0"
    )
    inflow: CasesPerYear = Field(description="cases of other kinds that come in a year")
    output: CasesPerYear = Field(description="decided in a year, as capacity allows")


class Ind(Frozen):
    """The backlog at the IND."""

    capacity: IndCapacity
    order: Literal["weights", "oldest_first", "newest_first"] = Field(
        description="between groups; within a group first come first served (or newest first)"
    )
    granted_factor: Factor = Field(description="factor on all shares granted")
    leave_rate: SharePerYear = Field(
        description="share of the pending that leaves without a decision"
    )
    holds: tuple[Hold, ...] = Field(
        default=(), description="groups taken out of the queue between two dates"
    )
    other_cases: OtherCases
    opening_ages: dict[str, Annotated[Share, UNDATED, CERTAIN, OF_START]] = Field(
        description="ages of the opening stock, in bands"
    )
    overdue_days: Annotated[PositiveDays, UNDATED, CERTAIN] = Field(
        description="age beyond which penalties fall due"
    )


class Courts(Frozen):
    """Appeals against rejections."""

    opening_in_appeal: dict[str, Annotated[Persons, UNDATED, CERTAIN, OF_START]] = Field(
        description="people waiting for a ruling on day 0, by group"
    )
    delay_days: PositiveDays = Field(description="mean time to a ruling")
    success_share: Share = Field(description="share of rulings that the applicant wins")
    remittal_share: Share = Field(description="share of successes sent back to the IND")


class Departure(Frozen):
    """Departure of people without a right to stay."""

    opening_rejected: dict[str, Annotated[Persons, UNDATED, CERTAIN, OF_START]] = Field(
        description="people finally refused on day 0, by group"
    )
    days_factor: Factor = Field(description="factor on all departure times")
    supervised_share: Share = Field(description="share leaving under supervision")
    closed_left_share: Share = Field(description="closed cases whose applicant is gone already")


class Family(Frozen):
    """Family reunification (nareis)."""

    opening_pending: Annotated[Persons, UNDATED, CERTAIN, OF_START] = Field(
        description="family members whose application is pending on day 0"
    )
    opening_travelling: Annotated[Persons, UNDATED, OF_START] = Field(
        description="family members with a visa on their way on day 0"
    )
    applications_per_grant: PersonsPerGrant = Field(
        description="family members applied for per permit"
    )
    staff: Fte = Field(description="staff of the desk")
    productivity: DecisionsPerFteYear = Field(
        description="applications (of persons) that one fte decides in a year"
    )
    granted_share: Share = Field(description="share of family applications granted")
    arrival_share: Share = Field(description="share of those granted who come")
    travel_days: PositiveDays = Field(description="mean time from grant to arrival")
    straight_home_share: Share = Field(description="arrivals who go straight into a home")


class Housing(Frozen):
    """Housing of status holders by municipalities, and their target (taakstelling)."""

    homes: Annotated[PersonsPerYear, OF_START] = Field(
        description="people housed in a year, as supply allows on day 0"
    )
    response: FewFold = Field(
        description="how supply answers to those waiting: its power of their number against day 0"
    )
    minimum_stay_days: Annotated[Days, UNDATED, CERTAIN] = Field(
        description="time a status holder needs before moving"
    )
    opening_wait_days: Annotated[PositiveDays, UNDATED, CERTAIN, OF_START] = Field(
        description="mean time waited by those waiting"
    )
    targets: dict[str, Persons] = Field(description="official target a half-year, as 2025-H1")
    target_factor: Factor = Field(description="later targets against last half-year's need")
    opening_arrears: Annotated[SignedPersons, UNDATED, CERTAIN, OF_START] = Field(
        description="arrears of municipalities on day 0; negative: ahead of target"
    )


class Transit(Frozen):
    """Transit locations (doorstroomlocaties), not counted in occupancy."""

    places: Places = Field(description="places in transit locations")
    opening_people: Annotated[Persons, UNDATED, CERTAIN, OF_START] = Field(
        description="people in transit locations on day 0"
    )
    stay_days: PositiveDays = Field(description="mean stay")


class Opening(Frozen):
    """Places opening or ending, spread evenly from ``begins`` to ``ends``."""

    begins: Day = Field(description="first day")
    ends: Day = Field(description="day by which all have opened or ended")
    places: Annotated[Places, UNDATED] = Field(description="places opening or ending in all")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends <= self.begins:
            what = Message(
                "ends ({ends}) must lie after begins ({begins})", ends=self.ends, begins=self.begins
            )
            raise RuleError(what, "give a later end", "ends")
        return self


class PlaceType(Frozen):
    """One type of reception place."""

    title: Text = Field(description="name of the type")
    part_of: str | None = Field(default=None, description="wider type that it is part of")
    fill_rank: Annotated[int, Strict()] = Field(
        ge=1, description="order in which people are placed (1 first)"
    )
    opening_people: Annotated[Persons, UNDATED, CERTAIN, OF_START] = Field(
        description="people in places of this type on day 0"
    )
    opening_status_holders: Annotated[Persons, UNDATED, CERTAIN, OF_START] = Field(
        description="status holders among them"
    )
    opening_places: Annotated[Places, UNDATED, CERTAIN, OF_START] | None = Field(
        default=None, description="places on day 0; by default people / opening fill"
    )
    openings: Annotated[tuple[Opening, ...], OF_START] = Field(
        default=(), description="places planned to open"
    )
    endings: Annotated[tuple[Opening, ...], OF_START] = Field(
        default=(), description="places whose contract ends and is not renewed"
    )
    level: Places | None = Field(default=None, description="fixed stock; replaces openings")
    order_limit: PlacesPerWeek | None = Field(default=None, description="none: not orderable")
    notice: Annotated[bool, Strict()] = Field(
        default=False, description="whether the desk may end it"
    )
    price: Annotated[EurPerPlaceYear, UNDATED] | None = Field(
        default=None, description="of a deployable place"
    )
    resident_price: Annotated[EurPerResidentYear, UNDATED] | None = Field(
        default=None, description="COA's price per resident, for the level coa_price"
    )


class Desk(Frozen):
    """The capacity desk of COA: looks ahead, orders, gives notice."""

    opening_fill: Annotated[FillShare, UNDATED, OF_START] = Field(
        description="fill of flexible places on day 0"
    )
    planned_fill: FillShare = Field(description="fill the desk plans to")
    lead_weeks: Weeks = Field(description="time from order to open place")
    notice_weeks: Weeks = Field(description="places are paid until notice ends")
    trend_weeks: Weeks = Field(description="past over which the trend is taken")
    slack: Share = Field(description="slack in places the desk keeps before giving notice")
    openings_realised: Annotated[Share, UNDATED] = Field(
        description="share of planned openings that comes true"
    )
    openings_delay: Annotated[Days, UNDATED] = Field(
        description="time by which openings come later than planned"
    )
    reserve: Annotated[Share, UNDATED] = Field(
        description="part of a year's money kept back when spending follows the budget"
    )
    official_weight: Share = Field(description="weight of the official path in the forecast")
    official_path: Annotated[Places, CERTAIN, STEPS] = Field(description="official need, dated")


class Reception(Frozen):
    """Reception places by type, and who is placed where."""

    places: dict[str, PlaceType] = Field(min_length=1, description="place types by name")
    opening_status_holders: Annotated[Persons, UNDATED, CERTAIN, OF_START] = Field(
        description="published total; the table of place types is rounded and may differ"
    )
    desk: Desk
    need_fill: Annotated[FillShare, UNDATED, CERTAIN] = Field(
        description="need = (occupancy + shortage) / this"
    )
    in_reception_factor: Factor = Field(description="factor on the groups' shares in reception")
    minors_share: Annotated[Share, UNDATED, CERTAIN] = Field(
        description="minors among people in reception"
    )


class Guardianship(Frozen):
    """Unaccompanied minors under guardianship of Nidos, in and outside COA."""

    opening: Annotated[Persons, UNDATED, CERTAIN, OF_START] = Field(
        description="wards of Nidos on day 0"
    )
    stay_days: PositiveDays = Field(description="mean time under guardianship")
    arrival_factor: Factor = Field(description="factor on the groups' unaccompanied shares")
    in_reception_share: Annotated[Share, UNDATED, CERTAIN] = Field(
        description="share of the wards who live in reception"
    )
    paid_2024: Annotated[EurPerYear, UNDATED] = Field(
        description="paid to Nidos in 2024; fits the price"
    )
    mean_2024: Annotated[PositivePersons, UNDATED] = Field(
        description="mean stock in 2024; fits the price"
    )


class SourceCard(Frozen):
    """A source that numbers may cite by its key."""

    title: str = Field(min_length=1, description="author and title")
    number: str = Field(min_length=1, description="number of the document, or edition of the data")
    published: Day = Field(description="day of publication; of a month its last day")
    address: str | None = Field(default=None, description="where it can be read")
    licence: str = Field(min_length=1, description="on what terms it may be used")
    kind: Literal["primary", "quoted", "press"] = Field(
        default="primary",
        description="primary: read in the document or data itself; quoted: a known document, "
        "read as another quotes it; press: no document behind it is known",
    )
    through: str | None = Field(default=None, description="who quotes it, where kind is quoted")


class Linked(Frozen):
    """Two uncertain numbers whose draws go together; nothing if one of them is certain."""

    first: str = Field(description="key of a number with a spread, as housing.homes")
    second: str = Field(description="key of another number with a spread")
    rank: Correlation = Field(description="rank correlation of their draws, from -0.99 to 0.99")


class Scenario(Frozen):
    """A complete scenario: the only input of a run."""

    title: Text = Field(description="what it is called, in both languages")
    description: Text = Field(description="two sentences: what it assumes, what it asks")
    sources: dict[str, SourceCard] = Field(
        default_factory=dict, description="sources of its own, beside those of the program"
    )
    correlations: tuple[Linked, ...] = Field(
        default=(), description="uncertain numbers that go together"
    )
    posterior: Posterior | None = Field(
        default=None,
        description="joint draws conditioned on observations",
        exclude_if=lambda posterior: posterior is None,
    )
    start: Day = Field(description="first day: all stocks are of its morning")
    until: Day = Field(description="last simulated day")
    closing: Literal["need", "constrained"] = Field(
        description="need: capacity follows people; constrained: spending follows the budget"
    )
    groups: dict[str, Group] = Field(min_length=1, description="groups of asylum seekers by name")
    inflow: Inflow
    other_intake: OtherIntake
    ind: Ind
    courts: Courts
    departure: Departure
    family: Family
    housing: Housing
    transit: Transit
    reception: Reception
    guardianship: Guardianship
    prices: ReceptionPrices
    ind_cost: IndCost
    budget: Budget

    @property
    def headline(self) -> Vintage:
        """The headline vintage: the budget used for the gap and for ``constrained`` spending."""
        return self.budget.vintages[self.budget.headline]

    def held(self, line: str, year: int) -> float:
        """Budget of the headline vintage for a line [EUR]; its last amount holds afterwards."""
        last = max(moment.year for moment, _ in self.headline.lines[line].pairs())
        amount = self.headline.amount(line, min(year, last))
        assert amount is not None
        return amount
