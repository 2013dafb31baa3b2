"""Plausibility checks: warnings about scenarios that are valid but unlikely.

Each check looks for values without precedent or probable typing errors. It warns: the
scenario runs, and the author may have meant it. ``scenario check --strict`` makes them errors, and
then also looks at sources and at assumptions without a range.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources
from itertools import permutations

from ..errors import Message, as_message
from .budget_schema import ADDENDS, LINE_NAMES
from .introspect import is_never_drawn
from .loading import load
from .plan_checks import idle_rules
from .quantity import Quantity, quantities
from .schema import REGULAR, Scenario
from .validate import ScenarioIssue

MOST_PLACES_A_YEAR = 23_000
"""COA received 22,800 more people at the end of 2015 than a year before: the most ever (COA)."""
GRANTED_EVER = (0.10, 0.80)
"""Lowest and highest share of first decisions that granted in a year, 2000-2024 (UNHCR)."""
PRICE_RANGE = (10_000.0, 200_000.0)
"""A place below or above this a year was never published; 44.98 to 491 euro a day in 2015."""
SHARED_RANGE = {
    "in_reception_share": "reception.in_reception_factor",
    "granted_share": "ind.granted_factor",
    "departure_days": "departure.days_factor",
    "unaccompanied_share": "guardianship.arrival_factor",
}
"""Numbers of each group whose range lies on one factor for all."""
DECIDED = ("inflow.first_factor", "reception.desk.official_weight")
"""Numbers that state a policy or a rule: in a scenario nothing about them is unknown."""
FAR_OFF = 50.0
MATTERS = 0.02
"""A number is influential if a change of 10% moves the gap of 2027 by this share."""


@dataclass(frozen=True)
class Warned:
    """A warning of a named check."""

    code: str
    finding: ScenarioIssue


def shares(scenario: Scenario) -> list[ScenarioIssue]:
    """Shares that make one whole sum to one.

    Intake shares of first and of repeat applications, and the ages of the opening stock, are
    refused where they do not. Here: a group whose outcomes leave nothing to reject.
    """
    found = []
    for name, group in scenario.groups.items():
        left = 1 - group.granted_share.single - group.closed_share.single
        if left < 0.001 and group.granted_share.single > 0:
            keys = (f"groups.{name}.granted_share", f"groups.{name}.closed_share")
            what = Message("granted and closed shares of {name} leave no rejections", name=name)
            found.append(ScenarioIssue(keys, what, "in every year some cases were rejected"))
    return found


def dates(scenario: Scenario) -> list[ScenarioIssue]:
    """Dates outside the horizon.

    A value that begins after the last simulated day, an opening or a hold that ends before the
    first or begins after the last, changes nothing; most often the year is a slip. The first of
    several values holds before its date too, which is rarely meant.
    """
    found = []
    for key, quantity in quantities(scenario):
        if key.startswith(("budget.", "prices.ukraine", "reception.desk.official_path")):
            continue
        first = quantity.pairs()[0][0]
        if first > scenario.start and key != "inflow.total":
            what = Message(
                "the first date is {first}, but its value holds before it too", first=first
            )
            advice = Message("give the value from {start} on as well", start=scenario.start)
            found.append(ScenarioIssue((key,), what, advice))
        for day, _ in quantity.pairs():
            if day > scenario.until:
                what = Message(
                    "the value from {day} on is never reached: the run ends {until}",
                    day=day,
                    until=scenario.until,
                )
                found.append(ScenarioIssue((key,), what, "correct the date, or extend the run"))
    spans = [(f"ind.holds.{i}", h.begins, h.ends) for i, h in enumerate(scenario.ind.holds)]
    for name, place in scenario.reception.places.items():
        for kind in ("openings", "endings"):
            for i, plan in enumerate(getattr(place, kind)):
                spans.append((f"reception.places.{name}.{kind}.{i}", plan.begins, plan.ends))
    for key, begins, ends in spans:
        if begins > scenario.until or ends < scenario.start:
            what = Message("{begins} to {ends} lies outside the run", begins=begins, ends=ends)
            found.append(ScenarioIssue((key,), what, "correct the dates, or remove the entry"))
    return found


def capacity_jump(scenario: Scenario) -> list[ScenarioIssue]:
    """A jump in places that no one ever built.

    The most people that COA took in on top within a year is 22,800 (2015). A fixed stock that
    grows faster, or weekly orders that add up to more, was never seen.
    """
    found = []
    for name, place in scenario.reception.places.items():
        if place.level is None:
            continue
        key = f"reception.places.{name}.level"
        opening = place.opening_places or place.opening_people
        days = [scenario.start + timedelta(days=30 * n) for n in range(73)]
        steps = [(scenario.start, opening.single), *((day, place.level.on(day)) for day in days)]
        for i, (day, after) in enumerate(steps):
            before = [n for d, n in steps[:i] if (day - d).days <= 365]
            if before and after - min(before) > MOST_PLACES_A_YEAR:
                what = Message(
                    "{name} grows by {increase:,.0f} places in the year to {day}",
                    name=name,
                    increase=after - min(before),
                    day=day,
                )
                advice = Message(
                    "the most ever added in a year is about {most:,}", most=MOST_PLACES_A_YEAR
                )
                found.append(ScenarioIssue((key,), what, advice))
                break
    limits = {n: p.order_limit for n, p in scenario.reception.places.items() if p.order_limit}
    total = sum(max(limit.numbers()) for limit in limits.values()) * 52
    if total > MOST_PLACES_A_YEAR * 1.1:
        keys = tuple(f"reception.places.{name}.order_limit" for name in limits)
        what = Message("orders can reach {total:,.0f} places a year", total=total)
        advice = Message("the most ever added in a year is about {most:,}", most=MOST_PLACES_A_YEAR)
        found.append(ScenarioIssue(keys, what, advice))
    return found


@cache
def _baseline_numbers() -> dict[str, Quantity]:
    """Numbers of the shipped baseline by key."""
    return dict(quantities(load("baseline")))


def scale(scenario: Scenario) -> list[ScenarioIssue]:
    """A number of another scale.

    It is fifty times as large or as small as in the baseline: a dot may have been read as a
    decimal point (27.100), or a day, a month or a million was meant.
    """
    base = _baseline_numbers()
    found = []
    for key, quantity in quantities(scenario):
        before = base.get(key)
        if before is None or not before.single or not quantity.single:
            continue
        ratio = abs(quantity.single / before.single)
        if not 1 / FAR_OFF < ratio < FAR_OFF:
            what = Message(
                "{value:g} where the baseline has {baseline:,.6g}",
                value=quantity.single,
                baseline=before.single,
            )
            found.append(
                ScenarioIssue(
                    (key,), what, "was a dot read as a decimal point, or is the unit wrong?"
                )
            )
    return found


def cost_order(scenario: Scenario) -> list[ScenarioIssue]:
    """A reversed order of costs.

    A regular place was always the cheapest and a hotel the dearest; temporary municipal reception
    lies between. A price far outside all published ones is most often per day or per month.
    """
    found = []
    places = scenario.reception.places
    regular = places[REGULAR].price
    for name, place in places.items():
        if place.price is None:
            continue
        price, key = place.price.single, f"reception.places.{name}.price"
        if name != REGULAR and regular is not None and price < regular.single:
            what = Message(
                "a place in {name} ({price:,.0f}) is cheaper than a regular place",
                name=name,
                price=price,
            )
            keys = (key, f"reception.places.{REGULAR}.price")
            found.append(
                ScenarioIssue(
                    keys,
                    what,
                    Message("regular: {price:,.0f} EUR/place/year", price=regular.single),
                )
            )
        if not PRICE_RANGE[0] <= price <= PRICE_RANGE[1]:
            what = Message(
                "a place of {name} at {price:,.0f} EUR a year is far from any published price",
                name=name,
                price=price,
            )
            found.append(ScenarioIssue((key,), what, "is it a price by day or month?"))
    return found


def bed_prices(scenario: Scenario) -> list[ScenarioIssue]:
    """Prices of beds that give no price a part for residents.

    The ratio of an empty bed to an occupied one divides the price of every place into a part for
    the place and a part for who lives there: residents cost nothing if both are 0, and less than
    nothing if an empty bed costs more.
    """
    empty, occupied = scenario.prices.empty_bed.single, scenario.prices.occupied_bed.single
    if 0 <= empty < occupied:
        return []
    what = Message(
        "an empty bed costs {empty:g} a day and an occupied one {occupied:g}",
        empty=empty,
        occupied=occupied,
    )
    advice = "the Court of Audit found 47 and 70: give both, the occupied one the dearer"
    return [ScenarioIssue(("prices.empty_bed", "prices.occupied_bed"), what, advice)]


def grant_rate(scenario: Scenario) -> list[ScenarioIssue]:
    """Grant rates outside any history.

    Of all first decisions between 10 and 80% granted a permit in a year, 2000 to 2024 (UNHCR,
    closed cases included). Looked at for the groups together, weighted by their intake.
    """
    groups = [(n, g) for n, g in scenario.groups.items() if g.intake == "first"]
    share = sum(g.intake_share.single * g.granted_share.single for _, g in groups)
    share *= scenario.ind.granted_factor.single
    if GRANTED_EVER[0] <= share <= GRANTED_EVER[1]:
        return []
    keys = (*(f"groups.{name}.granted_share" for name, _ in groups), "ind.granted_factor")
    what = Message("{share:.0%} of first decisions grant", share=share)
    low, high = GRANTED_EVER
    return [
        ScenarioIssue(
            keys,
            what,
            Message("between 2000 and 2024 it was {low:.0%} to {high:.0%}", low=low, high=high),
        )
    ]


PROCESS_NUMBERS = {
    "random_walk": ("level", "autoregression", "residual_sd", "start_error"),
    "mean_reverting": ("yearly_sd",),
}
"""By process of inflow: the numbers that only the other one uses."""


def no_effect(scenario: Scenario) -> list[ScenarioIssue]:
    """A changed number without any effect.

    Staff and productivity count only where capacity is counted in staff, the official path only
    where the desk gives it weight, the numbers of a process of inflow only where it is the chosen
    one, and a group's share granted not where a hold that began before the start ends in another.
    """
    base = _baseline_numbers()
    mode, weight = scenario.ind.capacity.mode, scenario.reception.desk.official_weight
    idle: dict[str, str] = {}
    if mode != "staff":
        for key in ("staff", "productivity"):
            idle[f"ind.capacity.{key}"] = Message(
                "ind.capacity.mode is {mode}, not staff", mode=mode
            )
    process = scenario.inflow.path.process
    for key in PROCESS_NUMBERS[process]:
        idle[f"inflow.path.{key}"] = Message("inflow.path.process is {process}", process=process)
    if not any(weight.numbers()):
        idle["reception.desk.official_path"] = "reception.desk.official_weight is 0"
    for index, hold in enumerate(scenario.ind.holds):
        if hold.begins <= scenario.start < hold.ends:
            why = Message("after the hold ind.holds.{index}.granted_after holds", index=index)
            idle[f"groups.{hold.group}.granted_share"] = why
    return [
        ScenarioIssue(
            (key,),
            Message("this number is changed but has no effect: {why}", why=as_message(why)),
            "leave it out, or change what decides here",
        )
        for key, why in idle.items()
        if key in base and _differs(scenario, key, base[key])
    ]


def _differs(scenario: Scenario, key: str, before: Quantity) -> bool:
    return dict(quantities(scenario))[key].value != before.value


def staff(scenario: Scenario) -> list[ScenarioIssue]:
    """Staff against decisions.

    Where capacity is counted in staff, staff times productivity should not be far from the output
    the IND ever reached: 21,000 to 35,000 decisions a year since 2015.
    """
    capacity = scenario.ind.capacity
    found = []
    if capacity.mode == "staff":
        output = capacity.staff.single * capacity.productivity.single
        if not 10_000 <= output <= 45_000:
            keys = ("ind.capacity.staff", "ind.capacity.productivity")
            what = Message(
                "staff times productivity is {output:,.0f} decisions a year", output=output
            )
            found.append(
                ScenarioIssue(keys, what, "the IND made 11,000 to 36,000 a year since 2006")
            )
    family = scenario.family.staff.single * scenario.family.productivity.single
    if not 2_000 <= family <= 80_000:
        keys = ("family.staff", "family.productivity")
        what = Message("the family desk decides {family:,.0f} applications a year", family=family)
        found.append(ScenarioIssue(keys, what, "about 18,000 people were decided on in 2024"))
    return found


def budget_lines(scenario: Scenario) -> list[ScenarioIssue]:
    """A budget line without a cost, and the reverse.

    Amounts under a name that no cost line has are never used. The headline needs both lines
    of the total, COA and Nidos together and the IND, in each of its years.
    """
    found = []
    for name, vintage in scenario.budget.vintages.items():
        for line in vintage.lines:
            if line not in LINE_NAMES:
                what = Message("there is no cost '{line}': the amount is not used", line=line)
                advice = Message("lines are {names}", names=", ".join(LINE_NAMES))
                found.append(ScenarioIssue((f"budget.vintages.{name}.lines.{line}",), what, advice))
    lines = scenario.headline.lines
    years = {line: {day.year for day, _ in lines[line].pairs()} for line in ADDENDS}
    for one, other in permutations(ADDENDS, 2):
        lacking = sorted(years[one] - years[other])
        if lacking:
            key = f"budget.vintages.{scenario.budget.headline}.lines.{other}"
            what = Message(
                "{other} has no amount in {names}, {one} has",
                other=other,
                names=", ".join(map(str, lacking)),
                one=one,
            )
            found.append(ScenarioIssue((key,), what, "without both there is no gap in that year"))
    return found


Check = Callable[[Scenario], list[ScenarioIssue]]


def first_target(scenario: Scenario) -> list[ScenarioIssue]:
    """The half-year of the start has a target for municipalities.

    A later half-year without one gets the need of the half-year before it; before the first there
    is none, so that its target is 0 and every home counts as ahead of it.
    """
    name = f"{scenario.start.year}-H{1 if scenario.start.month <= 6 else 2}"
    if name in scenario.housing.targets:
        return []
    what = Message(
        "no target of municipalities for {name}, in which the scenario starts: it counts as 0",
        name=name,
    )
    advice = Message("add housing.targets.{name}, so that arrears are right", name=name)
    return [ScenarioIssue(("housing.targets",), what, advice)]


CHECKS: dict[str, Check] = {
    "shares": shares,
    "dates": dates,
    "capacity-jump": capacity_jump,
    "scale": scale,
    "cost-order": cost_order,
    "bed-prices": bed_prices,
    "grant-rate": grant_rate,
    "staff": staff,
    "no-effect": no_effect,
    "budget-lines": budget_lines,
    "first-target": first_target,
    "idle-rule": idle_rules,
}


def unused_sources(scenario: Scenario) -> list[ScenarioIssue]:
    """A source that is never used.

    The scenario declares it and no number cites it: a number may have lost its source, or the key
    is misspelt.
    """
    cited = {quantity.source for _, quantity in quantities(scenario)}
    return [
        ScenarioIssue(
            (f"sources.{key}",),
            Message("no number cites '{key}'", key=key),
            "cite it, or leave it out",
        )
        for key in scenario.sources
        if key not in cited
    ]


def sources_without_address(scenario: Scenario) -> list[ScenarioIssue]:
    """A source without an address.

    No reader can find what the scenario declares; where it is on paper, the address of the archive.
    """
    return [
        ScenarioIssue(
            (f"sources.{key}",),
            Message("'{key}' has no address", key=key),
            "add address: https://...",
        )
        for key, card in scenario.sources.items()
        if not card.address
    ]


def bare_assumptions(scenario: Scenario) -> list[ScenarioIssue]:
    """An assumption without a range, where the number matters.

    A number that rests on a sentence alone should say how unsure it is, if a tenth of it moves the
    gap of 2027 by 2% or more (measured on the baseline, ``sim/data/influence.csv``).
    """
    found = []
    for key, quantity in quantities(scenario):
        if is_influential().get(key, 0.0) >= MATTERS and _bare(scenario, key, quantity):
            part = Message(
                "a tenth of it moves the gap of 2027 by {share:.0%}", share=is_influential()[key]
            )
            what = Message("rests on an assumption without a range; {part}", part=part)
            found.append(ScenarioIssue((key,), what, "add a spread"))
    return found


def _bare(scenario: Scenario, key: str, quantity: Quantity) -> bool:
    """No source, no range of its own, none on the factor it shares, and one would be due."""
    if key in DECIDED:
        return False
    shared = SHARED_RANGE.get(key.split(".")[-1]) if key.startswith("groups.") else None
    if shared is not None and dict(quantities(scenario))[shared].spread is not None:
        return False
    return quantity.source is None and quantity.spread is None and not is_never_drawn(key)


@cache
def is_influential() -> dict[str, float]:
    """Share of the gap of 2027 by which a change of 10% in each number moves it, by key."""
    text = (resources.files("sim") / "data" / "influence.csv").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {row["key"]: float(row["moves"]) for row in csv.DictReader(lines)}


STRICT: dict[str, Check] = {
    "unused-source": unused_sources,
    "source-without-address": sources_without_address,
    "assumption-without-range": bare_assumptions,
}


def warnings_of(scenario: Scenario, *, strict: bool = False) -> list[Warned]:
    """Return all warnings about a valid scenario."""
    checks = CHECKS | STRICT if strict else CHECKS
    return [Warned(code, finding) for code, check in checks.items() for finding in check(scenario)]
