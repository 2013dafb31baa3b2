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
from .plan_schema import Plan, Standby
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
    granted_share: Share = Field(description="share of first decisions granting a permit")
    closed_share: Share = Field(
        description="share closed without a decision on the merits (Dublin, withdrawn)"
    )
    work: WorkPerDecision = Field(description="IND work per decision")
    queue_weight: Factor = Field(description="claim on capacity per unit of pending work")
    in_reception_share: Share = Field(
        description="share of people with a pending case who live in reception"
    )
    leave_factor: Factor | None = Field(
        default=None, description="factor on the rate of leaving without a decision; none: 1"
    )
    family_factor: Annotated[Factor, UNDATED, CERTAIN] = Field(
        description="family applications per grant, relative to the mean"
    )
    appeal_share: Share = Field(description="share of rejections that is appealed")
    departure_days: PositiveDays = Field(description="mean time from final refusal to departure")
    unaccompanied_share: Share = Field(description="unaccompanied minors among applicants")


class InflowPath(Frozen):
    """Random process of yearly first applications, on a log scale."""

    process: Literal["mean_reverting", "random_walk"] = Field(
        description="a level that reverts to its long-run mean, or a random walk"
    )
    level: Annotated[Level, UNDATED] = Field(
        description="for mean_reverting: long-run yearly level of first applications"
    )
    autoregression: Annotated[Part, UNDATED] = Field(
        description="for mean_reverting: share of a deviation that remains after a year"
    )
    residual_sd: Annotated[LogPoints, UNDATED] = Field(
        description="for mean_reverting: sd of the yearly innovation, on the log"
    )
    start_error: Annotated[SignedLogPoints, UNDATED] = Field(
        description="for mean_reverting: error of the starting level, on the log"
    )
    yearly_sd: Annotated[LogPoints, UNDATED] = Field(
        description="for random_walk: sd on the log, a year ahead; n years ahead x sqrt(n)"
    )
    known_until: Annotated[Day, OF_START] = Field(description="last day of the half-year known")


class InflowComposition(Frozen):
    """How the shares of nationalities within first applications move; their total does not."""

    persistence: Annotated[Part, UNDATED, CERTAIN] = Field(
        description="share of a group's deviation that remains after a year"
    )
    sd: dict[str, Annotated[LogPoints, UNDATED, CERTAIN]] = Field(
        description="by group, sd of the yearly innovation on the log; one left out is constant"
    )


class Inflow(Frozen):
    """New applications and resettlement."""

    total: PersonsPerYear | None = Field(
        default=None,
        description="total inflow from its first date on; first applications are the remainder",
    )
    first: Annotated[PersonsPerYear, OF_START] = Field(
        description="first applications: the starting level, or a path by date"
    )
    first_factor: FewFold = Field(
        description="factor on first applications in all years: 1.1 is ten percent more"
    )
    path: InflowPath
    composition: InflowComposition | None = Field(
        default=None, description="how the shares of nationalities vary; none: they are constant"
    )
    season: dict[int, Annotated[OfTwelve, UNDATED, CERTAIN]] = Field(
        description="applications of the month relative to the yearly mean"
    )
    repeat: PersonsPerYear = Field(description="repeat applications")
    resettled: PersonsPerYear = Field(description="resettled people; they enter as status holders")


class OtherIntake(Frozen):
    """Births, re-entries and other entitled people; this flow is not published."""

    share_of_inflow: Share = Field(description="people per person of total inflow")
    status_share: Share = Field(description="share that enters the status-holder phase")
    stay_days: PositiveDays = Field(description="mean stay in the asylum phase")
    to_status_share: Share = Field(description="share of those leaving who become status holders")


class Hold(Frozen):
    """A group taken out of the queue between two dates (a moratorium on decisions)."""

    group: str = Field(description="group whose decisions are suspended")
    begins: Day = Field(description="first day of the suspension")
    ends: Day = Field(description="first day on which the group is decided again")
    granted_after: Share = Field(description="share granted after the suspension")

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
    """Decision capacity of the IND."""

    mode: Literal["planned", "follows_budget", "staff"] = Field(
        description="planned path; planned times its budget against 2025; staff times productivity"
    )
    planned: Annotated[WorkPerYear, OF_START] = Field(
        description="decisions of average weight a year, at the backlog of day 0"
    )
    realised: Factor = Field(description="output relative to the plan")
    staff: Fte = Field(description="staff on asylum decisions, for mode staff")
    productivity: DecisionsPerFteYear = Field(description="for mode staff")
    response: FewFold = Field(
        description="elasticity of the plan to the backlog, relative to day 0"
    )
    ramp_days: Days = Field(description="time in which new capacity becomes effective (training)")


class OtherCases(Frozen):
    """Other asylum cases at the IND: work, but no place in reception."""

    opening: Annotated[Cases, UNDATED, CERTAIN, OF_START] = Field(
        description="other cases on day 0"
    )
    inflow: CasesPerYear = Field(description="other cases received in a year")
    output: CasesPerYear = Field(description="decided in a year, as far as capacity allows")


class Ind(Frozen):
    """The backlog at the IND."""

    capacity: IndCapacity
    order: Literal["weights", "oldest_first", "newest_first"] = Field(
        description="between groups; within a group first come first served (or newest first)"
    )
    granted_factor: Factor = Field(description="factor on all grant rates")
    leave_rate: SharePerYear = Field(
        description="share of pending cases that leave without a decision"
    )
    holds: tuple[Hold, ...] = Field(
        default=(), description="groups whose decisions are suspended between two dates"
    )
    other_cases: OtherCases
    opening_ages: dict[str, Annotated[Share, UNDATED, CERTAIN, OF_START]] = Field(
        description="age distribution of the opening stock"
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
    success_share: Share = Field(description="share of appeals that succeed")
    remittal_share: Share = Field(description="share of successful appeals sent back to the IND")


class Departure(Frozen):
    """Departure of people without a right to stay."""

    opening_rejected: dict[str, Annotated[Persons, UNDATED, CERTAIN, OF_START]] = Field(
        description="people finally refused on day 0, by group"
    )
    days_factor: Factor = Field(description="factor on all departure times")
    supervised_share: Share = Field(description="share leaving under supervision")
    closed_left_share: Share = Field(
        description="share of closed cases whose applicant has already left"
    )


class Family(Frozen):
    """Family reunification (nareis)."""

    opening_pending: Annotated[Persons, UNDATED, CERTAIN, OF_START] = Field(
        description="family members whose application is pending on day 0"
    )
    opening_travelling: Annotated[Persons, UNDATED, OF_START] = Field(
        description="family members with a visa on their way on day 0"
    )
    applications_per_grant: PersonsPerGrant = Field(
        description="family members per permit for whom reunification is requested"
    )
    staff: Fte = Field(description="staff for family reunification")
    productivity: DecisionsPerFteYear = Field(
        description="applications (persons) decided by one fte in a year"
    )
    granted_share: Share = Field(description="share of family applications granted")
    arrival_share: Share = Field(description="share of those granted who arrive")
    travel_days: PositiveDays = Field(description="mean time from grant to arrival")
    straight_home_share: Share = Field(
        description="share of arrivals who move straight into a home"
    )


class Housing(Frozen):
    """Housing of status holders by municipalities, and their target (taakstelling)."""

    homes: Annotated[PersonsPerYear, OF_START] = Field(
        description="people housed in a year, at the supply of day 0"
    )
    response: FewFold = Field(
        description="elasticity of supply to the number waiting, relative to day 0"
    )
    minimum_stay_days: Annotated[Days, UNDATED, CERTAIN] = Field(
        description="minimum time between permit and moving in"
    )
    opening_wait_days: Annotated[PositiveDays, UNDATED, CERTAIN, OF_START] = Field(
        description="mean time waited so far by those waiting"
    )
    targets: dict[str, Persons] = Field(description="official target per half-year, as 2025-H1")
    target_factor: Factor = Field(
        description="later targets, relative to the need of the previous half-year"
    )
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
    places: Annotated[Places, UNDATED] = Field(description="places opening or ending in total")

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
    part_of: str | None = Field(default=None, description="wider type it belongs to")
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
        default=(), description="planned openings of places"
    )
    endings: Annotated[tuple[Opening, ...], OF_START] = Field(
        default=(), description="places whose contract ends and is not renewed"
    )
    level: Places | None = Field(default=None, description="fixed stock; replaces openings")
    order_limit: PlacesPerWeek | None = Field(
        default=None, description="most that can be ordered; none: cannot be ordered"
    )
    notice: Annotated[bool, Strict()] = Field(
        default=False, description="whether COA may give notice"
    )
    standby: Standby | None = Field(
        default=None,
        description="places kept ready, which only rules of a plan open; none: no such places",
        exclude_if=lambda standby: standby is None,
    )
    price: Annotated[EurPerPlaceYear, UNDATED] | None = Field(
        default=None, description="per deployable place"
    )
    resident_price: Annotated[EurPerResidentYear, UNDATED] | None = Field(
        default=None, description="COA's price per resident, for the level coa_price"
    )


class Desk(Frozen):
    """COA's capacity planning: looks ahead, orders, gives notice."""

    opening_fill: Annotated[FillShare, UNDATED, OF_START] = Field(
        description="fill of flexible places on day 0"
    )
    planned_fill: FillShare = Field(description="fill COA plans for")
    lead_weeks: Weeks = Field(description="time from order to open place")
    notice_weeks: Weeks = Field(description="notice period, during which places are paid for")
    trend_weeks: Weeks = Field(description="period over which the trend is measured")
    slack: Share = Field(description="slack in places before COA gives notice")
    openings_realised: Annotated[Share, UNDATED] = Field(
        description="share of planned openings that is realised"
    )
    openings_delay: Annotated[Days, UNDATED] = Field(
        description="delay of openings relative to the plan"
    )
    reserve: Annotated[Share, UNDATED] = Field(
        description="share of a year's budget held in reserve when spending follows the budget"
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
        description="share of minors among people in reception"
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
        description="paid to Nidos in 2024; determines the price"
    )
    mean_2024: Annotated[PositivePersons, UNDATED] = Field(
        description="mean stock in 2024; determines the price"
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
    correlations: tuple[Linked, ...] = Field(default=(), description="correlated uncertain numbers")
    posterior: Posterior | None = Field(
        default=None,
        description="joint draws conditioned on observations",
        exclude_if=lambda posterior: posterior is None,
    )
    plan: Plan | None = Field(
        default=None,
        description="rules that react to what is seen; none: COA's capacity desk alone",
        exclude_if=lambda plan: plan is None,
    )
    start: Day = Field(description="first day; all stocks are those of that morning")
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
