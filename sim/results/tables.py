"""Tables of a run: sums of the entries in its ledger. Nothing is simulated or priced here.

A *cell* is one series with one breakdown. ``tabulate`` turns a ledger into an array of cells by
date and one by year, each with the replication as last axis; ``summarise`` reduces the replications
to mean and quantiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..model.books import Track
from ..model.ledger import Ledger
from ..model.plan_state import ACTED
from ..model.sampling import Floats
from ..scenario import REGULAR, Scenario
from .published import kinds_of_inflow, kinds_of_pending

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
STATISTICS = ("mean", *(f"p{round(q * 100):02d}" for q in QUANTILES))
Measure = Literal["sum", "mean", "end"]
Stock = Callable[[str], Floats]
TALLIES = (
    "days",
    "overdue_days",
    "first_year_days",
    "ind_planned",
    "ind_other_days",
    "family_staff",
)
"""Monthly sums of the ledger that prices apply to."""

ROUNDING = 1e-6
"""Fewer people than this in a mean are rounding: a person for a day of a year is 1/366."""
BEFORE_START = "before:"
"""Prefix of a volume of the days of the first year before the start."""


@dataclass(frozen=True)
class TableCell:
    """A series with a breakdown and its unit, e.g. occupancy of place:regular in persons."""

    series: str
    breakdown: str
    unit: str

    @property
    def name(self) -> str:
        return f"{self.series}|{self.breakdown}"


@dataclass(frozen=True)
class Tables:
    """Cells by date (cell, date, replication) and by year (cell, year, replication).

    ``by_year`` has a measure for each of its cells: flows are summed, stocks averaged over the
    year's simulated days (``mean``) and taken at its end (``end``). Waits of those decided are
    means of the months; those of people still waiting are taken at the year's end.
    """

    dates: tuple[date, ...]
    years: tuple[int, ...]
    monthly_cells: tuple[TableCell, ...]
    monthly: Floats
    yearly_cells: tuple[tuple[TableCell, Measure], ...]
    yearly: Floats
    volumes: dict[str, Floats]
    """Quantities to which prices apply: (year, replication) or (year, replication, place type)."""
    acted: dict[str, Floats] = field(default_factory=dict)
    """Weeks in which each rule of the scenario's own plan acted, by name: (month, replication)."""


def tabulate(ledger: Ledger, scenario: Scenario) -> Tables:
    """Compute all tables of a run, with every replication."""
    clock = ledger.clock
    month_years = np.array(clock.month_years())
    years = clock.years
    at_dates = stock_cells(lambda name: ledger.snapshots[name].astype(np.float64), scenario)
    at_dates |= arrears_cells(ledger, scenario)
    flows = flow_cells(ledger, scenario)
    waits, open_waits = wait_cells(ledger), open_wait_cells(ledger)

    dates = clock.snapshot_dates()
    nothing = np.full((1, ledger.replications), np.nan)
    monthly = dict(at_dates)
    monthly |= {cell: np.concatenate([nothing, flow]) for cell, flow in (flows | waits).items()}
    monthly |= open_waits

    yearly: dict[tuple[TableCell, Measure], Floats] = {}
    means = stock_cells(lambda name: _yearly_mean(ledger, name), scenario)
    ends = [max(i for i, day in enumerate(dates) if day.year == year) for year in years]
    for cell, values in at_dates.items():
        if cell in means:
            yearly[cell, "mean"] = means[cell]
        yearly[cell, "end"] = values[ends]
    for cell, flow in flows.items():
        yearly[cell, "sum"] = np.stack([sum_in_order(flow[month_years == y]) for y in years])
    for cell, wait in waits.items():
        yearly[cell, "mean"] = np.stack([_mean_known(wait[month_years == year]) for year in years])
    for cell, wait in open_waits.items():
        yearly[cell, "end"] = wait[ends]
    return Tables(
        dates=tuple(dates),
        years=years,
        monthly_cells=tuple(monthly),
        monthly=np.stack(list(monthly.values())),
        yearly_cells=tuple(yearly),
        yearly=np.stack(list(yearly.values())),
        volumes=volumes(ledger),
        acted=acted(ledger),
    )


def tabulate_volumes(ledger: Ledger) -> Tables:
    """Compute what a plan is judged by, in a tenth of the time: volumes, and people beyond places.

    The same numbers as those of ``tabulate``; all other cells are left out.
    """
    clock, n = ledger.clock, ledger.replications
    beyond = ledger.snapshots["beyond_places"][:, :, 0].astype(np.float64)
    return Tables(
        dates=tuple(clock.snapshot_dates()),
        years=clock.years,
        monthly_cells=(TableCell("shortage", "total", "persons"),),
        monthly=beyond[None],
        yearly_cells=(),
        yearly=np.empty((0, len(clock.years), n)),
        volumes=volumes(ledger),
        acted=acted(ledger),
    )


def join_tables(parts: Sequence[Tables]) -> Tables:
    """Join the tables of consecutive ranges of replications."""
    return replace(
        parts[0],
        monthly=np.concatenate([part.monthly for part in parts], axis=-1),
        yearly=np.concatenate([part.yearly for part in parts], axis=-1),
        volumes={
            name: np.concatenate(
                [part.volumes[name] for part in parts],
                axis=0 if name.startswith(BEFORE_START) else 1,
            )
            for name in parts[0].volumes
        },
    )


def stock_cells(stock: Stock, scenario: Scenario) -> dict[TableCell, Floats]:
    """Cells of stocks, from ``stock(name)`` of shape (time, replication, width).

    Occupancy counts people in a place and shortage people without one; need is their sum divided
    by ``need_fill``, and places short is need less places. Asylum seekers and status holders bear
    the shortage in proportion. The emergency share is that of asylum seekers who sleep in no
    regular place, with those who have none; NaN where there are no asylum seekers.
    """
    beds, beyond = stock("beds"), stock("beyond_places")[:, :, 0]
    places = stock("places_open") + stock("places_notice")
    occupancy = beds.sum(axis=2)
    people = occupancy + beyond
    status = stock("status_holders")[:, :, 0]
    asylum = _without_rounding(people - status)
    placed = _share_of(occupancy, people, nobody=0.0)
    asylum_in = beds - status_in_places(beds, status * placed, scenario)
    in_regular = asylum_in[:, :, list(scenario.reception.places).index(REGULAR)]
    # Those in regular places are part of all, but for rounding.
    share = 1 - np.minimum(_share_of(in_regular, asylum, nobody=np.nan), 1.0)
    minors = scenario.reception.minors_share.single
    wards = stock("wards")[:, :, 0] * scenario.guardianship.in_reception_share.single

    cells: dict[TableCell, Floats] = {TableCell("occupancy", "total", "persons"): occupancy}
    cells |= _by_place("occupancy", "persons", beds, scenario)
    for kind, values in (
        ("asylum_seekers", asylum * placed),
        ("status_holders", status * placed),
        ("minors", occupancy * minors),
        ("unaccompanied_minors", wards),
    ):
        cells[TableCell("occupancy", f"kind:{kind}", "persons")] = values
    cells[TableCell("places", "total", "places")] = places.sum(axis=2)
    cells |= _by_place("places", "places", places, scenario)
    if any(place.standby is not None for place in scenario.reception.places.values()):
        cells[TableCell("standby", "total", "places")] = stock("places_standby").sum(axis=2)
    cells[TableCell("need", "total", "places")] = people / scenario.reception.need_fill.single
    cells[TableCell("shortage", "total", "persons")] = beyond
    short = people / scenario.reception.need_fill.single - places.sum(axis=2)
    cells[TableCell("places_short", "total", "places")] = np.maximum(short, 0.0)
    cells[TableCell("emergency_share", "total", "share")] = share
    pending, other = stock("pending"), stock("other_cases")[:, :, 0]
    cells[TableCell("pending", "total", "cases")] = pending.sum(axis=2) + other
    for index, group in enumerate(scenario.groups):
        cells[TableCell("pending", f"group:{group}", "cases")] = pending[:, :, index]
    cells[TableCell("pending", "group:other_cases", "cases")] = other
    for kind, cases in kinds_of_pending(pending, other, scenario).items():
        cells[TableCell("pending", f"kind:{kind}", "cases")] = cases
    for name in ("in_appeal", "rejected", "accompanying", "family_pending", "transit"):
        cells[TableCell(name, "total", "persons")] = stock(name).sum(axis=2)
    cells[TableCell("guardianship", "total", "persons")] = stock("wards")[:, :, 0]
    return cells


def status_in_places(beds: Floats, status: Floats, scenario: Scenario) -> Floats:
    """Divide ``status`` holders with a place over the place types: (time, replication, type).

    Types differ in the share of status holders among their residents. The shares of day 0 are kept,
    scaled by one factor so that all status holders have a place. A type that is full of them takes
    no more, and the others take the rest; types without any on day 0 come last.
    """
    tilt = np.array(
        [
            place.opening_status_holders.single / max(place.opening_people.single, 1)
            for place in scenario.reception.places.values()
        ]
    )
    weighted, inside, left = beds * tilt, np.zeros_like(beds), status
    for _ in tilt:  # Each round but the last fills a type.
        open_to = np.where(inside < beds, weighted, 0.0)
        part = _share_of(open_to, _over_types(open_to), nobody=0.0)
        inside = np.minimum(beds, inside + part * left[:, :, None])
        left = _without_rounding(status - _over_types(inside)[:, :, 0])
    room = beds - inside
    return inside + room * _share_of(left[:, :, None], _over_types(room), nobody=0.0)


def _over_types(values: Floats) -> Floats:
    """Sum over place types, kept as an axis of one."""
    return sum_in_order(np.moveaxis(values, 2, 0))[:, :, None]


def _without_rounding(people: Floats) -> Floats:
    return np.where(people > ROUNDING, people, 0.0)


def _share_of(part: Floats, whole: Floats, *, nobody: float) -> Floats:
    """``part`` of ``whole``; ``nobody`` where the whole is 0."""
    share: Floats = np.full(np.broadcast_shapes(part.shape, whole.shape), nobody)
    return np.divide(part, whole, out=share, where=whole > 0)


def _by_place(
    series: str, unit: str, values: Floats, scenario: Scenario
) -> dict[TableCell, Floats]:
    cells: dict[TableCell, Floats] = {}
    for index, (name, place) in enumerate(scenario.reception.places.items()):
        cells[TableCell(series, f"place:{name}", unit)] = values[:, :, index]
        if place.part_of is not None:
            whole = TableCell(series, f"place:{place.part_of}", unit)
            cells[whole] = cells.get(whole, np.zeros(1)) + values[:, :, index]
    return cells


def flow_cells(ledger: Ledger, scenario: Scenario) -> dict[TableCell, Floats]:
    """Cells of flows by month: (month, replication)."""

    def flow(source: str, target: str) -> Floats:
        nothing = np.zeros((ledger.clock.months, ledger.replications, 1), dtype=np.int32)
        return ledger.flows.get((source, target), nothing).astype(np.float64)

    def tally(name: str) -> Floats:
        return ledger.tallies.get(name, np.zeros((ledger.clock.months, ledger.replications)))

    applied = flow("outside", "pending")
    family = flow("family_travelling", "status_holders") + flow("family_travelling", "settled")
    family_total, resettled = family[:, :, 0], tally("resettled")
    cells: dict[TableCell, Floats] = {}
    persons = "persons/month"
    cells[TableCell("inflow", "total", persons)] = applied.sum(axis=2) + family_total + resettled
    for index, group in enumerate(scenario.groups):
        cells[TableCell("inflow", f"group:{group}", persons)] = applied[:, :, index]
    cells[TableCell("inflow", "group:family", persons)] = family_total
    cells[TableCell("inflow", "group:resettled", persons)] = resettled
    for kind, people in kinds_of_inflow(applied, family_total, resettled, scenario).items():
        cells[TableCell("inflow", f"kind:{kind}", persons)] = people
    cells[TableCell("family_arrivals", "total", persons)] = family_total
    cells[TableCell("other_intake", "total", persons)] = tally("other_intake")
    kinds = ("granted", "rejected", "closed")
    cells[TableCell("decisions", "total", "decisions/month")] = np.sum(
        [tally(k) for k in kinds], axis=0
    )
    for kind in kinds:
        cells[TableCell("decisions", f"kind:{kind}", "decisions/month")] = tally(kind)
    reception, transit = housed(ledger, "status_holders"), housed(ledger, "transit")
    cells[TableCell("housed", "total", persons)] = reception + transit
    cells[TableCell("housed", "kind:from_reception", persons)] = reception
    cells[TableCell("housed", "kind:from_transit", persons)] = transit
    left = [flow(s, "departed").sum(axis=2) for s in ("rejected", "decided", "accompanying")]
    gave_up = flow("pending", "departed").sum(axis=2)
    cells[TableCell("departed", "total", persons)] = sum(left, start=gave_up)
    cells[TableCell("departed", "kind:supervised", persons)] = tally("supervised")
    cells[TableCell("departed", "kind:during_procedure", persons)] = gave_up
    cells[TableCell("target", "total", persons)] = tally("target")
    return cells


def housed(ledger: Ledger, source: str) -> Floats:
    """People housed from an account, by month: (month, replication)."""
    nothing = np.zeros((ledger.clock.months, ledger.replications, 1), dtype=np.int32)
    people: Floats = ledger.flows.get((source, "settled"), nothing)[:, :, 0].astype(np.float64)
    return people


def arrears_cells(ledger: Ledger, scenario: Scenario) -> dict[TableCell, Floats]:
    """Arrears of municipalities: opening + targets so far - housed so far.

    Negative where municipalities are ahead of target: what they housed beyond it counts for the
    next half-year.
    """
    target = ledger.tallies.get("target", np.zeros((ledger.clock.months, ledger.replications)))
    homes = housed(ledger, "status_holders") + housed(ledger, "transit")
    change = np.cumsum(target - homes, axis=0)
    opening = scenario.housing.opening_arrears.single
    start = np.full((1, ledger.replications), opening)
    cell = TableCell("municipal_arrears", "total", "persons")
    return {cell: np.concatenate([start, opening + change])}


def wait_cells(ledger: Ledger) -> dict[TableCell, Floats]:
    """Months waited by those decided in a month: (month, replication).

    Median, mean and 90th percentile, of all and of the general procedure (track 4). Who was decided
    in a month and came ``a`` months before it waited from a - 1/2 to a + 1/2 months (0 to 1/2 if
    it was the same month).
    """
    high: Floats = np.arange(ledger.waits.shape[-1], dtype=np.float64) + 0.5
    low: Floats = np.maximum(high - 1, 0.0)
    return _age_cells("decided", ledger.waits, low, high)


def open_wait_cells(ledger: Ledger) -> dict[TableCell, Floats]:
    """Months waited until now by those still waiting at each date: (date, replication).

    As ``wait_cells``; who came ``a`` months before a month's end has waited a to a + 1 months.
    """
    ages: Floats = np.arange(ledger.still_waiting.shape[-1], dtype=np.float64)
    return _age_cells("pending", ledger.still_waiting, ages, ages + 1)


def _age_cells(
    who: str, counts: NDArray[np.int32], low: Floats, high: Floats
) -> dict[TableCell, Floats]:
    """Cells of ``waiting_months`` from people by date, replication, track and age."""
    cells = {}
    for track, people in (
        ("", counts.sum(axis=2, dtype=np.int64)),
        ("track4_", counts[:, :, Track.GENERAL]),
    ):
        reached = people.cumsum(axis=2, dtype=np.float64)
        for name, values in (
            ("median", _quantile(reached, 0.5, low, high)),
            ("mean", _mean_age(people, low, high)),
            ("p90", _quantile(reached, 0.9, low, high)),
        ):
            cells[TableCell("waiting_months", f"kind:{who}_{track}{name}", "months")] = values
    return cells


def _mean_age(people: NDArray[np.integer], low: Floats, high: Floats) -> Floats:
    """Mean of ages from people by age, evenly spread from ``low`` to ``high``; NaN if nobody."""
    total = people.sum(axis=-1)
    # A cumulative sum adds in order, so that it is the same on every processor.
    waited = (people * ((low + high) / 2)).cumsum(axis=-1)[..., -1]
    result: Floats = np.where(total > 0, waited / np.maximum(total, 1), np.nan)
    return result


def _quantile(reached: Floats, q: float, low: Floats, high: Floats) -> Floats:
    """Quantile of ages from people no older than each; as ``_mean_age``."""
    total = reached[..., -1]
    goal = q * total
    index = np.argmax(reached >= np.maximum(goal, 1e-9)[..., None], axis=-1)
    at = np.take_along_axis(reached, index[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(reached, np.maximum(index - 1, 0)[..., None], axis=-1)[..., 0]
    inside = at - np.where(index > 0, before, 0.0)
    part = 1 - (at - goal) / np.maximum(inside, 1.0)
    result: Floats = np.where(total > 0, low[index] + part * (high[index] - low[index]), np.nan)
    return result


def volumes(ledger: Ledger) -> dict[str, Floats]:
    """Quantities to which prices apply, by year: person-days, place-days and single events."""
    years = np.array(ledger.clock.month_years())
    totals = {
        name: np.stack([sum_in_order(monthly[years == year]) for year in ledger.clock.years])
        for name, monthly in monthly_volumes(ledger).items()
    }
    return totals | before_start(ledger)


def monthly_volumes(ledger: Ledger) -> dict[str, Floats]:
    """Quantities to which prices apply, by month of the run; ``volumes`` are their sums."""

    def flow(source: str, target: str) -> Floats:
        width = len(ledger.stocks["beds"][0])
        nothing = np.zeros((ledger.clock.months, ledger.replications, width), dtype=np.int32)
        return ledger.flows.get((source, target), nothing).astype(np.float64)

    def tally(name: str) -> Floats:
        months = (ledger.clock.months, ledger.replications)
        return ledger.tallies.get(name, np.zeros(months))

    return {
        "place_days": ledger.days["places_open"] + ledger.days["places_notice"],
        "resident_days": ledger.days["beds"],
        "beyond_days": ledger.days["beyond_places"][:, :, 0],
        "ward_days": ledger.days["wards"][:, :, 0],
        "transit_days": ledger.days["transit"][:, :, 0],
        "places_opened": flow("places_ordered", "places_open"),
        "places_closed": flow("places_notice", "place_market"),
        "places_returned": flow("places_notice", "places_standby"),
        "standby_days": ledger.days["places_standby"],
        **{name: tally(name) for name in TALLIES},
    }


def acted(ledger: Ledger) -> dict[str, Floats]:
    """Weeks of each month in which each rule of a plan acted, by name: (month, replication)."""
    return {
        name.removeprefix(ACTED): weeks
        for name, weeks in ledger.tallies.items()
        if name.startswith(ACTED)
    }


def before_start(ledger: Ledger) -> dict[str, Floats]:
    """Volumes of the days of the first year before the start, at day-0 stocks.

    Quantities known only as monthly sums continue at the rate of the first month.
    """
    clock = ledger.clock
    days = (clock.start - date(clock.start.year, 1, 1)).days
    month_days = [*clock.month_starts(), clock.days][1]

    def stock(name: str) -> Floats:
        opening: Floats = ledger.snapshots[name][0].astype(np.float64) * days
        return opening

    early = {
        "place_days": stock("places_open") + stock("places_notice"),
        "resident_days": stock("beds"),
        "beyond_days": stock("beyond_places")[:, 0],
        "ward_days": stock("wards")[:, 0],
        "transit_days": stock("transit")[:, 0],
        "places_opened": np.zeros_like(stock("beds")),
        "places_closed": np.zeros_like(stock("beds")),
        "places_returned": np.zeros_like(stock("beds")),
        "standby_days": stock("places_standby"),
    }
    early |= {name: ledger.tallies[name][0] * days / month_days for name in TALLIES}
    return {f"{BEFORE_START}{name}": values for name, values in early.items()}


def sum_in_order(values: Floats) -> Floats:
    """Sum over the first axis from first to last.

    ``numpy.sum`` adds a single replication in another order than it adds several, so that the last
    bit would depend on how replications are divided.
    """
    total: Floats = np.cumsum(values, axis=0)[-1]
    return total


def _yearly_mean(ledger: Ledger, name: str) -> Floats:
    years = np.array(ledger.clock.month_years())
    lengths = np.diff([*ledger.clock.month_starts(), ledger.clock.days])
    days = ledger.days[name]
    return np.stack(
        [sum_in_order(days[years == y]) / lengths[years == y].sum() for y in ledger.clock.years]
    )


def _mean_known(values: Floats) -> Floats:
    known = np.isfinite(values)
    total = sum_in_order(np.where(known, values, 0.0))
    mean: Floats = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
    return mean


def summarise(values: Floats) -> dict[str, Floats]:
    """Reduce the last axis to mean and quantiles; NaN where no value is finite."""
    known = np.isfinite(values)
    means = values.mean(axis=-1)
    for index in zip(*np.nonzero(~known.all(axis=-1)), strict=True):
        row = values[index][known[index]]
        means[index] = row.mean() if row.size else np.nan
    return dict(zip(STATISTICS, (means, *finite_quantiles(values, *QUANTILES)), strict=True))


def finite_quantiles(values: Floats, *at: float | Floats) -> Floats:
    """Return quantiles of the finite values of the last axis: (quantile, ...).

    Each of ``at`` is one probability, or one for each row of values. The same numbers as
    ``np.quantile``, which is ten times slower since it partitions and does not sort, and cannot
    leave out what is not finite.
    """
    ordered = np.where(np.isfinite(values), values, np.nan)
    ordered.sort(axis=-1)  # NaN comes last.
    last = np.maximum(np.isfinite(ordered).sum(axis=-1, keepdims=True) - 1, 0)
    place = last * np.stack([np.broadcast_to(p, last.shape[:-1]) for p in at], axis=-1)
    below = np.floor(place).astype(np.int64)
    low = np.take_along_axis(ordered, below, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(below + 1, last), axis=-1)
    share, step = place - below, high - low
    found = np.where(share < 0.5, low + step * share, high - step * (1 - share))
    return np.moveaxis(found, -1, 0)
