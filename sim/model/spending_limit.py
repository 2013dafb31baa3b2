"""Spending limits: what can be paid for when spending follows the budget.

Some scenarios use it: ``ind.capacity.mode: follows_budget`` for work at the IND, and
``closing: constrained`` for all that COA and the IND spend. The baseline keeps the resources of
2025 and shows a shortage as money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ..clock import DAYS_A_WEEK, days_in_year
from ..scenario import Scenario
from .prices import guardianship_price
from .sampling import Counts, Floats
from .state import DAYS_A_YEAR, Actor, SimState

TREND_MONTHS = 3


def full_prices(world: SimState) -> Floats:
    """Cost of a year of a place with somebody in it, at the headline's level: (r or 1, types)."""
    return world.prices.of_full_places


def affordable(places: Counts, prices: Floats, money: Floats, order: list[int]) -> Counts:
    """Places that a year's money pays for: (replications, types), at most ``places``.

    ``order`` says which types are kept first; ``prices`` (replications or 1, types) and ``money``
    (replications,) in EUR. A place whose price is not above zero is always kept.
    """
    kept = np.zeros_like(places)
    left = np.broadcast_to(money, places.shape[:1]).copy()
    for index in order:
        price = prices[:, index]
        paid = np.floor(np.maximum(left, 0.0) / np.maximum(price, 1.0)).astype(np.int64)
        kept[:, index] = np.where(price > 0, np.minimum(places[:, index], paid), places[:, index])
        left = left - kept[:, index] * price
    return kept


def committed_places(world: SimState) -> Counts:
    """Places open and on order: those the desk will go on paying for: (replications, types)."""
    stocks = world.ledger.stocks
    return stocks["places_open"] + stocks["places_ordered"]


def track_spending(world: SimState) -> Actor:
    """Keeps the running account of COA and Nidos where spending follows the budget.

    Each step books what it costs: places open or under notice as if full, guardianship, and the
    one-off cost of places that opened or ended. The desk reads what the year has cost so far.
    """
    if world.scenario.closing != "constrained":
        return
    prices, ledger, standby = full_prices(world), world.ledger, world.prices.of_standby
    ordinary = 1.0 - standby.is_standby
    opening, severance = (
        world.prices.price(f"prices.{key}") for key in ("opening_cost", "severance")
    )
    for _, moment in world.steps(hour=22):
        yield world.until(moment)
        new = ledger.flow_in_step("places_ordered", "places_open")
        opened = (new * ordinary).sum(axis=1)
        ended = ledger.flow_in_step("places_notice", "place_market").sum(axis=1)
        paid = _places_paid(world.ledger.stocks, prices) + _nidos(world)
        spent = paid * world.today.year + opened * opening + ended * severance
        if standby.is_standby.any():
            back = ledger.flow_in_step("places_notice", "places_standby")
            ready = _ready_paid(world, ledger.stocks)
            once = (new * standby.opening_cost + back * standby.closing_cost).sum(axis=1)
            spent = spent + ready * world.today.year + once
        ledger.tally("coa_spent", spent)


def _places_paid(stocks: Mapping[str, Counts], prices: Floats) -> Floats:
    """Cost of a year of the places open and under notice, all full: (replications,) [EUR]."""
    cost: Floats = ((stocks["places_open"] + stocks["places_notice"]) * prices).sum(axis=1)
    return cost


def _ready_paid(world: SimState, stocks: Mapping[str, Counts]) -> Floats:
    """Cost of a year of the places kept ready: (replications,) [EUR]."""
    cost: Floats = (stocks["places_standby"] * world.prices.of_standby.price).sum(axis=1)
    return cost


def _nidos(world: SimState, days_ahead: float = 0.0) -> Floats:
    """Cost of a year of guardianship [EUR] at today's wards: (replications,).

    ``days_ahead`` looks forward: wards that grew over the last quarter are expected to go on
    growing at that pace; a fall is not counted on.
    """
    ledger = world.ledger
    wards = ledger.stocks["wards"][:, 0].astype(np.float64)
    if days_ahead:
        month = ledger.step.month
        since = max(month - TREND_MONTHS, 0)
        days = max(ledger.step.day - world.clock.month_starts()[since], 1)
        growth = np.maximum(wards - ledger.snapshots["wards"][since][:, 0], 0.0)
        wards = wards + growth / days * days_ahead
    cost: Floats = wards * guardianship_price(world.prices)
    return cost


def spent_so_far(world: SimState, prices: Floats) -> Floats:
    """What COA and Nidos have cost this year until today: (replications,) [EUR].

    The days of the first year before the start count at the stocks of day 0.
    """
    ledger, year = world.ledger, world.ledger.step.date.year
    months = [m for m, its_year in enumerate(world.clock.month_years()) if its_year == year]
    spent = np.zeros(world.replications)
    if "coa_spent" in ledger.tallies:
        spent = ledger.tallies["coa_spent"][months].sum(axis=0)
    start = world.clock.start
    if year == start.year:
        first = {name: snapshots[0] for name, snapshots in ledger.snapshots.items()}
        paid = _places_paid(first, prices) + first["wards"][:, 0] * guardianship_price(world.prices)
        paid = paid + _ready_paid(world, first)
        spent = spent + paid * (start - date(year, 1, 1)).days / days_in_year(year)
    return spent


@dataclass(frozen=True)
class SpendingPlan:
    """What a year's money pays for, as COA sees it on a day.

    ``kept`` of the standing places (replications, types), and the money ``left`` for new ones
    (replications,), each of which costs ``price`` (replications or 1, types) in that year [EUR].
    """

    kept: Counts
    left: Floats
    price: Floats


@dataclass(frozen=True)
class PendingClosures:
    """Places under notice, by week of closing.

    ``ending[k]`` (replications, types) end ``k + 1`` weeks after ``day``, the day on which this
    week's round was due (with weekly steps it is held some days later).
    """

    day: int
    ending: Sequence[Counts]

    def cost(self, world: SimState, prices: Floats, first: int, last: int) -> Floats:
        """What they cost between two days: pay until they end, and severance then: (r,) [EUR]."""
        severance = world.prices.price("prices.severance")
        total = np.zeros(world.replications)
        for week, places in enumerate(self.ending):
            end = self.day + (week + 1) * DAYS_A_WEEK
            paid = max(min(end, last) - max(self.day, first), 0)
            total = total + (places * prices).sum(axis=1) * paid / DAYS_A_YEAR
            if first <= end < last:
                total = total + places.sum(axis=1) * severance
        return total


def year_days(world: SimState, year: int) -> tuple[int, int]:
    """First day of a year and of the next [days since the start]."""
    return world.clock.day_of(date(year, 1, 1)), world.clock.day_of(date(year + 1, 1, 1))


def this_years_plan(
    world: SimState, day: int, ahead: int, notices: PendingClosures
) -> SpendingPlan:
    """What the money of this year pays for from the day ``ahead`` on, until the year's end.

    Until then open places are paid as they stand, those under notice until they end, and those on
    standby as they are. Guardianship goes first, since it is owed by law; a reserve is kept back,
    and what it costs to give up the places that next year's amount can't pay for. Of the standing
    places those are kept that are filled first; one that would stay next year is given up only
    where that saves twice its severance.
    """
    prices, order = full_prices(world), fill_order(world.scenario)
    severance = world.prices.price("prices.severance")
    year = world.clock.date_of(day).year
    first, end = year_days(world, year)
    length = end - first
    till, rest = (ahead - day) / length, (end - ahead) / length
    stocks, standing = world.ledger.stocks, committed_places(world)

    money = _amount(world, year) - spent_so_far(world, prices)
    money = money - (_nidos(world, (end - day) / 2) + _ready_paid(world, stocks)) * (till + rest)
    money = money - (stocks["places_open"] * prices).sum(axis=1) * till
    money = money - notices.cost(world, prices, day, end)
    money = money - standing.sum(axis=1) * severance
    stay = next_years_plan(world, year + 1, first + 2 * length, notices).kept
    net = prices * rest - severance[:, None]
    kept = affordable(stay, np.where(net < severance[:, None], 0.0, net), money, order)
    money = money - (kept * net).sum(axis=1)
    later = affordable(standing - stay, prices * rest, money, order)
    left = money - (later * prices).sum(axis=1) * rest
    new = prices * rest + world.prices.price("prices.opening_cost")[:, None]
    return SpendingPlan(kept + later, left, new)


def next_years_plan(
    world: SimState, year: int, ahead: int, notices: PendingClosures
) -> SpendingPlan:
    """What the money of a later year pays for, seen from today's places and wards.

    A notice given now ends on ``ahead``: if that lies in the year, its days and its severance are
    of that year too, and a place is given up only where that saves twice its severance. A place
    that the year after can't pay for costs its severance as well.
    """
    prices, order = full_prices(world), fill_order(world.scenario)
    severance = world.prices.price("prices.severance")[:, None]
    first, end = year_days(world, year)
    middle = (first + end) / 2 - world.ledger.step.day
    owed = _nidos(world, middle) + _ready_paid(world, world.ledger.stocks)
    standing = committed_places(world)
    money, after = (_amount(world, y) - owed for y in (year, year + 1))
    money = money - notices.cost(world, prices, first, end)
    stay = affordable(standing, prices, np.minimum(money, after), order)

    paid = min(max(ahead - first, 0) / (end - first), 1.0)
    ends_now = severance if first <= ahead < end else np.zeros_like(severance)
    price = prices * (1 - paid) - ends_now
    money = money - (standing * (prices * paid + ends_now)).sum(axis=1)
    worth = np.where((ends_now > 0) & (price < severance), 0.0, price)
    kept = affordable(stay, worth, money, order)
    money = money - (kept * price).sum(axis=1)
    dearer = price + severance
    later = affordable(standing - stay, dearer, money, order)
    return SpendingPlan(kept + later, money - (later * dearer).sum(axis=1), prices)


def _amount(world: SimState, year: int) -> Floats:
    reserve = world.prices.number("reception.desk.reserve")
    return world.scenario.held("coa_nidos", year) * (1 - reserve)


def notice_days(world: SimState) -> int:
    """Days after which a notice given in this week's round has ended."""
    return round(world.scenario.reception.desk.notice_weeks.single) * DAYS_A_WEEK


def affordable_orders(
    world: SimState, day: int, wanted: Counts, notices: PendingClosures | None = None
) -> Counts:
    """Of the new places ``wanted`` (replications, types) those that money is left for.

    What stands is kept; what is left of the money of this year, and of the next if a notice given
    now would end in it, pays for new places, in the order in which types are filled.
    """
    order = fill_order(world.scenario)
    year, end = world.clock.date_of(day).year, day + notice_days(world)
    known = notices or _all_last(world, day)
    plans = [this_years_plan(world, day, day, known)]
    if world.clock.date_of(end + DAYS_A_WEEK).year > year:
        plans.append(next_years_plan(world, year + 1, end, known))
    new: Counts = np.minimum.reduce(
        [affordable(wanted, plan.price, plan.left, order) for plan in plans]
    )
    return new


def _all_last(world: SimState, day: int) -> PendingClosures:
    """Places under notice as if all were given today: for who does not know when they end."""
    nothing = np.zeros_like(world.ledger.stocks["places_notice"])
    weeks = notice_days(world) // DAYS_A_WEEK
    return PendingClosures(day, [*[nothing] * (weeks - 1), world.ledger.stocks["places_notice"]])


def unaffordable_places(world: SimState, day: int, notices: PendingClosures) -> Counts:
    """Places that must go, since the money can't pay for them once a notice has ended: (r, types).

    What goes first is the reverse of the order in which types are filled: the dearest emergency
    places, then the others, regular places last.
    """
    end = notices.day + notice_days(world)
    year = world.clock.date_of(day).year
    later = world.clock.date_of(end + DAYS_A_WEEK).year > year
    plan = (
        next_years_plan(world, year + 1, end, notices)
        if later
        else this_years_plan(world, day, end, notices)
    )
    too_many = committed_places(world) - plan.kept
    going: Counts = np.minimum(too_many, world.ledger.stocks["places_open"])
    return going


def fill_order(scenario: Scenario) -> list[int]:
    """Place types (as numbers) in the order in which they are filled and kept."""
    ranks = [place.fill_rank for place in scenario.reception.places.values()]
    return sorted(range(len(ranks)), key=lambda index: ranks[index])
