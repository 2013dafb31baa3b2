"""What must hold between the parts of a scenario, beyond what each number's own rules say.

Each function looks at one side of a whole scenario and returns what is wrong, a sentence each.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from .quantity import quantities

if TYPE_CHECKING:
    from .grammar import Scenario

LONGEST_YEARS = 30
OLDEST = 36
"""Months before the start for which the ages of opening stocks are known."""
FIRST_BUDGET_YEAR = 2025
"""Year whose IND budget pays for the work of the baseline."""


def problems_of(scenario: Scenario) -> list[str]:
    """Everything that does not fit together in a scenario; empty if all does."""
    return [
        *_date_problems(scenario),
        *_group_problems(scenario),
        *_hold_problems(scenario),
        *_place_problems(scenario),
        *_money_problems(scenario),
        *_closing_problems(scenario),
    ]


def _date_problems(scenario: Scenario) -> list[str]:
    problems = []
    if scenario.until < scenario.start:
        problems.append(f"the end ({scenario.until}) lies before the start ({scenario.start})")
    if scenario.until.year > scenario.start.year + LONGEST_YEARS:
        problems.append(f"the end ({scenario.until}) lies over {LONGEST_YEARS} years ahead")
    for band in scenario.ind.opening_ages:
        low, dash, high = band.partition("-")
        good = dash and low.isdigit() and high.isdigit() and int(low) < int(high) <= OLDEST
        if not good:
            problems.append(
                f"ind.opening_ages: '{band}' is no band of months up to {OLDEST}, as 6-15"
            )
    ages = sum(share.single for share in scenario.ind.opening_ages.values())
    if abs(ages - 1) > 1e-6:
        problems.append(f"ind.opening_ages sum to {ages:.6f}, not to 1")
    for name in scenario.housing.targets:
        year, half, number = name.partition("-H")
        if not (year.isdigit() and half and number in ("1", "2")):
            problems.append(f"housing.targets: '{name}' is no half-year, as 2025-H1")
    return problems


def _hold_problems(scenario: Scenario) -> list[str]:
    holds = sorted(scenario.ind.holds, key=lambda hold: (hold.group, hold.begins))
    return [
        f"ind.holds: two holds on {left.group} overlap from {right.begins}"
        for left, right in pairwise(holds)
        if left.group == right.group and right.begins < left.ends
    ]


def _money_problems(scenario: Scenario) -> list[str]:
    problems, known = [], set(scenario.budget.price_levels)
    stated = {f"budget.vintages.{n}": v.price_level for n, v in scenario.budget.vintages.items()}
    stated |= {path: q.price_level for path, q in quantities(scenario) if q.price_level}
    for path, level in stated.items():
        if level not in known:
            problems.append(f"{path}: no price level for {level} in budget.price_levels")
    headline = scenario.budget.vintages[scenario.budget.headline]
    for line in ("coa_nidos", "ind"):
        held = headline.lines.get(line)
        if held is None or FIRST_BUDGET_YEAR not in {day.year for day, _ in held.pairs()}:
            problems.append(
                f"budget.headline '{scenario.budget.headline}' holds no amount for {line} in "
                f"{FIRST_BUDGET_YEAR}"
            )
    return problems


def _closing_problems(scenario: Scenario) -> list[str]:
    """Spending can follow a budget only where there is one, and where places can be given up."""
    if scenario.closing != "constrained":
        return []
    problems = [
        f"reception.places.{name}: a fixed level can't be kept where spending follows the budget; "
        f"take the level out, or set closing to need"
        for name, place in scenario.reception.places.items()
        if place.level is not None
    ]
    held = scenario.headline.lines["coa_nidos"].pairs() if not problems else ()
    if held and scenario.start.year < min(moment.year for moment, _ in held):
        problems.append(
            f"closing: the headline vintage holds no amount for {scenario.start.year}; start later"
        )
    return problems


def _group_problems(scenario: Scenario) -> list[str]:
    problems = []
    for intake in ("first", "repeat"):
        shares = [g.intake_share.single for g in scenario.groups.values() if g.intake == intake]
        if shares and abs(sum(shares) - 1) > 1e-6:
            problems.append(f"intake shares of '{intake}' sum to {sum(shares):.6f}, not to 1")
    known = set(scenario.groups)
    named = {
        "ind.holds": {hold.group for hold in scenario.ind.holds},
        "courts.opening_in_appeal": set(scenario.courts.opening_in_appeal),
        "departure.opening_rejected": set(scenario.departure.opening_rejected),
    }
    for where, names in named.items():
        if names - known:
            problems.append(f"{where} names unknown groups: {', '.join(sorted(names - known))}")
    for name, group in scenario.groups.items():
        shares = [group.granted_share.single, *_granted_after(scenario, name)]
        if max(shares) + group.closed_share.single > 1 + 1e-9:
            problems.append(f"groups.{name}: granted and closed shares exceed 1")
    if set(scenario.inflow.season) != set(range(1, 13)):
        problems.append("inflow.season needs the months 1 to 12")
    return problems


def _granted_after(scenario: Scenario, group: str) -> list[float]:
    return [h.granted_after.single for h in scenario.ind.holds if h.group == group]


def _place_problems(scenario: Scenario) -> list[str]:
    known, prices = set(scenario.reception.places), scenario.prices
    wider = {place.part_of for place in scenario.reception.places.values() if place.part_of}
    problems = []
    named = {
        "prices.emergency_rest": {prices.emergency_rest},
        "prices.beyond_places_as": {prices.beyond_places_as},
        "prices.mean_people_2024": set(prices.mean_people_2024) - wider,
    }
    for where, names in named.items():
        if names - known:
            problems.append(f"{where} names unknown place types: {sorted(names - known)}")
    for name, place in scenario.reception.places.items():
        if place.opening_status_holders.single > place.opening_people.single:
            problems.append(f"reception.places.{name}: more status holders than people")
        if place.opening_places and place.opening_places.single < place.opening_people.single:
            problems.append(f"reception.places.{name}: more people than places")
        if place.price is None and name != prices.emergency_rest:
            problems.append(f"reception.places.{name}: a price is needed")
    return problems
