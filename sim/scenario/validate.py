"""Validation across parts of a scenario, beyond the rules of each number.

Each function checks one aspect and returns issues: the keys concerned, a sentence, and advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ..errors import Message, usage_error
from .budget_schema import ADDENDS
from .introspect import is_never_drawn
from .posterior import changed_numbers, release_advice
from .quantity import quantities
from .schema import REGULAR, Scenario

_BAND = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_HALF_YEAR = re.compile(r"(19|20|21)[0-9]{2}-H[12]")
LONGEST_YEARS = 30
OLDEST = 36
"""Months before the start for which the ages of opening stocks are known."""
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years that a price level may be of."""
FIRST_BUDGET_YEAR = 2025
"""Year whose IND budget pays for the work of the baseline."""


@dataclass(frozen=True)
class ScenarioIssue:
    """An inconsistency: the keys concerned, a sentence, and advice."""

    keys: tuple[str, ...]
    what: str
    advice: str = ""


def problems_of(scenario: Scenario, known_sources: Collection[str]) -> list[ScenarioIssue]:
    """Return all inconsistencies of a scenario; empty if there are none."""
    found = [problem for check in CHECKS for problem in check(scenario)]
    return found + _source_problems(scenario, known_sources)


def _date_problems(scenario: Scenario) -> list[ScenarioIssue]:
    problems = []
    if scenario.until < scenario.start:
        what = Message(
            "the end ({until}) lies before the start ({start})",
            until=scenario.until,
            start=scenario.start,
        )
        problems.append(ScenarioIssue(("until", "start"), what, "give a later end"))
    if scenario.until.year > scenario.start.year + LONGEST_YEARS:
        what = Message(
            "the end ({until}) lies over {most} years ahead",
            until=scenario.until,
            most=LONGEST_YEARS,
        )
        problems.append(
            ScenarioIssue(
                ("until",),
                what,
                "projections this far ahead are not meaningful: choose an earlier end",
            )
        )
    ages = 0.0
    for band, share in scenario.ind.opening_ages.items():
        ages += share.single
        months = _BAND.fullmatch(band)
        if months is None or not int(months[1]) < int(months[2]) <= OLDEST:
            what = Message("'{band}' is no band of months up to {most}", band=band, most=OLDEST)
            problems.append(ScenarioIssue((f"ind.opening_ages.{band}",), what, "as 6-15"))
    if abs(ages - 1) > 1e-6:
        what = Message("the ages of the opening stock sum to {ages:.6f}, not to 1", ages=ages)
        problems.append(ScenarioIssue(("ind.opening_ages",), what, "shares of all bands make one"))
    for name in scenario.housing.targets:
        if not _HALF_YEAR.fullmatch(name):
            what = Message("'{name}' is no half-year", name=name)
            problems.append(ScenarioIssue((f"housing.targets.{name}",), what, "as 2025-H1"))
    return problems


def _hold_problems(scenario: Scenario) -> list[ScenarioIssue]:
    holds = sorted(scenario.ind.holds, key=lambda hold: (hold.group, hold.begins))
    return [
        ScenarioIssue(
            ("ind.holds",),
            Message("two holds on {group} overlap from {day}", group=left.group, day=right.begins),
            Message("let the second begin on {day} or later", day=left.ends),
        )
        for left, right in pairwise(holds)
        if left.group == right.group and right.begins < left.ends
    ]


def _money_problems(scenario: Scenario) -> list[ScenarioIssue]:
    problems, known = [], set(scenario.budget.price_levels)
    stated = {
        f"budget.vintages.{n}.price_level": v.price_level
        for n, v in scenario.budget.vintages.items()
    }
    stated |= {f"{p}.price_level": q.price_level for p, q in quantities(scenario) if q.price_level}
    years = ", ".join(str(year) for year in sorted(known))
    for path, level in stated.items():
        if level not in known:
            what = Message("no price level for {level} in budget.price_levels", level=level)
            problems.append(
                ScenarioIssue(
                    (path,), what, Message("choose from {years}, or add that year", years=years)
                )
            )
    for year in sorted(known):
        if not FIRST_YEAR <= year <= LAST_YEAR:
            what = Message("{year} is no year of prices", year=str(year)[:20])
            advice = Message("a year from {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR)
            problems.append(ScenarioIssue(("budget.price_levels",), what, advice))
    return problems + _headline_problems(scenario)


def _lacking(scenario: Scenario, line: str, *years: int) -> list[int]:
    """Return years from the start on, and others, without an amount that the headline needs.

    After its last year that year's amount holds.
    """
    held = scenario.headline.lines.get(line)
    if held is None:
        return []
    known = {moment.year for moment, _ in held.pairs()}
    asked = {*years, *range(scenario.start.year, max(known))}
    return sorted(year for year in asked if year < max(known) and year not in known)


def _headline_problems(scenario: Scenario) -> list[ScenarioIssue]:
    """The headline holds both lines of the total, each in the years whose money a run asks for.

    A gap only needs the years that the vintage has. Spending that follows the budget asks for every
    year, and an IND that follows it also for the year whose output is its measure.
    """
    name, follows = scenario.budget.headline, scenario.ind.capacity.mode == "follows_budget"
    problems = []
    for line in ADDENDS:
        if line not in scenario.headline.lines:
            what = Message("'{name}' holds no amount for {line}", name=name, line=line)
            advice = "take a vintage that does, or add the amount"
            problems.append(ScenarioIssue(("budget.headline",), what, advice))
        elif follows and line == "ind" and (lacking := _lacking(scenario, line, FIRST_BUDGET_YEAR)):
            what = Message(
                "'{name}' holds no amount for {line} in {year}, which its output follows",
                name=name,
                line=line,
                year=lacking[0],
            )
            advice = "take a vintage that does, add the amount, or set ind.capacity.mode to planned"
            problems.append(ScenarioIssue(("budget.headline", "ind.capacity.mode"), what, advice))
    return problems


def _group_problems(scenario: Scenario) -> list[ScenarioIssue]:
    problems = []
    for intake in ("first", "repeat"):
        shares = {n: g.intake_share for n, g in scenario.groups.items() if g.intake == intake}
        total = sum(share.single for share in shares.values())
        if shares and abs(total - 1) > 1e-6:
            keys = tuple(f"groups.{name}.intake_share" for name in shares)
            what = Message(
                "intake shares of '{intake}' sum to {total:.6f}, not to 1",
                intake=intake,
                total=total,
            )
            problems.append(
                ScenarioIssue(
                    keys, what, "an increase for one group requires a decrease for another"
                )
            )
    moving = () if scenario.inflow.composition is None else scenario.inflow.composition.sd
    named = {
        "ind.holds": {hold.group for hold in scenario.ind.holds},
        "courts.opening_in_appeal": set(scenario.courts.opening_in_appeal),
        "departure.opening_rejected": set(scenario.departure.opening_rejected),
        "inflow.composition.sd": set(moving),
    }
    known = ", ".join(scenario.groups)
    for where, names in named.items():
        if names - set(scenario.groups):
            what = Message(
                "names unknown groups: {names}",
                names=", ".join(sorted(names - set(scenario.groups))),
            )
            problems.append(
                ScenarioIssue((where,), what, Message("groups are: {known}", known=known))
            )
    for name in moving:
        if name in scenario.groups and scenario.groups[name].intake != "first":
            what = Message("'{name}' has no share in first applications", name=name)
            key = f"inflow.composition.sd.{name}"
            problems.append(ScenarioIssue((key,), what, "leave it out"))
    for name, group in scenario.groups.items():
        after = [h.granted_after.single for h in scenario.ind.holds if h.group == name]
        if max(group.granted_share.single, *after, 0) + group.closed_share.single > 1 + 1e-9:
            keys = (f"groups.{name}.granted_share", f"groups.{name}.closed_share", "ind.holds")
            what = Message("granted and closed shares of {name} exceed 1", name=name)
            problems.append(ScenarioIssue(keys, what, "they are parts of the same decisions"))
    if set(scenario.inflow.season) != set(range(1, 13)):
        advice = "give each month its factor"
        problems.append(
            ScenarioIssue(("inflow.season",), "the season needs the months 1 to 12", advice)
        )
    return problems


def _place_problems(scenario: Scenario) -> list[ScenarioIssue]:
    places, prices = scenario.reception.places, scenario.prices
    wider = {place.part_of for place in places.values() if place.part_of}
    problems = []
    if REGULAR not in places:
        what = Message("a place type '{name}' is needed", name=REGULAR)
        problems.append(ScenarioIssue(("reception.places",), what, "add other types"))
    named = {
        "prices.emergency_rest": {prices.emergency_rest},
        "prices.beyond_places_as": {prices.beyond_places_as},
        "prices.mean_people_2024": set(prices.mean_people_2024) - wider,
    }
    for where, names in named.items():
        if names - set(places):
            what = Message(
                "names unknown place types: {names}", names=", ".join(sorted(names - set(places)))
            )
            problems.append(
                ScenarioIssue(
                    (where,), what, Message("types are: {names}", names=", ".join(places))
                )
            )
    for name, place in places.items():
        key = f"reception.places.{name}"
        if place.opening_status_holders.single > place.opening_people.single:
            keys = (f"{key}.opening_status_holders", f"{key}.opening_people")
            what = Message("more status holders than people in {name}", name=name)
            problems.append(ScenarioIssue(keys, what, "status holders are part of the people"))
        if place.opening_places and place.opening_places.single < place.opening_people.single:
            keys = (f"{key}.opening_places", f"{key}.opening_people")
            what = Message("more people than places in {name}", name=name)
            problems.append(
                ScenarioIssue(keys, what, "at the start everyone in a place type has a place")
            )
        if place.price is None and name != prices.emergency_rest:
            problems.append(
                ScenarioIssue(
                    (key,),
                    Message("{name} has no price", name=name),
                    "add price, per place and year",
                )
            )
        if place.level is not None and (place.order_limit is not None or place.notice):
            what = Message("a fixed level of {name} leaves nothing to order or end", name=name)
            advice = "take out order_limit and set notice to false, or take out the level"
            problems.append(ScenarioIssue((f"{key}.level",), what, advice))
    return problems


def _standby_problems(scenario: Scenario) -> list[ScenarioIssue]:
    """Places on standby open by rules alone, and are in nobody's use on day 0."""
    problems = []
    for name, place in scenario.reception.places.items():
        fixed = place.level is not None or place.openings or place.endings
        if place.standby is not None and (fixed or place.order_limit is not None or place.notice):
            what = Message("places of {name} are on standby: only rules open them", name=name)
            advice = "take out order_limit, notice, level, openings and endings"
            problems.append(ScenarioIssue((f"reception.places.{name}.standby",), what, advice))
    return problems


def _plan_problems(scenario: Scenario) -> list[ScenarioIssue]:
    """Rules of a plan name types of place that there are and that may open and close."""
    problems = []
    places, plan = scenario.reception.places, scenario.plan
    for name, rule in ({} if plan is None else plan.rules).items():
        for part, place in (("when", rule.when.place), ("do", rule.do.place)):
            key = f"plan.rules.{name}.{part}.place"
            if place is not None and place not in places:
                what = Message("unknown place type '{place}'", place=place)
                advice = Message("types are: {names}", names=", ".join(places))
                problems.append(ScenarioIssue((key,), what, advice))
            elif place is not None and part == "do" and places[place].level is not None:
                what = Message("{place} has a fixed level, which no rule changes", place=place)
                keys = (key, f"reception.places.{place}.level")
                problems.append(ScenarioIssue(keys, what, "take the level out, or name another"))
    return problems


def _closing_problems(scenario: Scenario) -> list[ScenarioIssue]:
    """``constrained`` needs a budget to follow and places that can be closed."""
    if scenario.closing != "constrained":
        return []
    problems = [
        ScenarioIssue(
            (f"reception.places.{name}.level", "closing"),
            Message(
                "a fixed level of {name} can't be kept where spending follows the budget", name=name
            ),
            "take the level out, or set closing to need",
        )
        for name, place in scenario.reception.places.items()
        if place.level is not None
    ]
    for line in ADDENDS:
        if lacking := _lacking(scenario, line):
            what = Message(
                "the headline vintage holds no amount for {line} in {year}",
                line=line,
                year=lacking[0],
            )
            advice = "start later, take another vintage, or close by need"
            problems.append(ScenarioIssue(("closing", "start", "budget.headline"), what, advice))
    return problems


def _link_problems(scenario: Scenario) -> list[ScenarioIssue]:
    """Correlations name pairs of numbers that may be uncertain, each once; the matrix is valid.

    A number that a patch makes certain stays named: its correlations then have no effect.
    """
    numbers = dict(quantities(scenario))
    problems, seen = [], set()
    for index, link in enumerate(scenario.correlations):
        for end in ("first", "second"):
            key = getattr(link, end)
            if key not in numbers or is_never_drawn(key):
                what: str = Message("'{key}' is not an uncertain number", key=key)
                advice = "name uncertain numbers by their keys, as housing.homes"
                problems.append(ScenarioIssue((f"correlations.{index}.{end}",), what, advice))
        pair = frozenset({link.first, link.second})
        if pair in seen or len(pair) == 1:
            what = Message(
                "{first} and {second} are linked twice, or to themselves",
                first=link.first,
                second=link.second,
            )
            problems.append(
                ScenarioIssue((f"correlations.{index}",), what, "name two numbers, once")
            )
        seen.add(pair)
    if not problems and scenario.correlations and not _possible(scenario):
        what = "these correlations can't hold together"
        problems.append(ScenarioIssue(("correlations",), what, "weaken them, or remove one"))
    return problems


def _possible(scenario: Scenario) -> bool:
    from .correlation import matrix_of

    _, matrix = matrix_of(scenario)
    import numpy as np

    return bool(np.linalg.eigvalsh(matrix).min(initial=1.0) > 1e-6)


def _source_problems(scenario: Scenario, known: Collection[str]) -> list[ScenarioIssue]:
    cited = set(known) | set(scenario.sources)
    advice = "declare it under sources:, or state an assumption"
    return [
        ScenarioIssue(
            (f"{path}.source",),
            Message("unknown source '{source}'", source=quantity.source),
            advice,
        )
        for path, quantity in quantities(scenario)
        if quantity.source is not None and quantity.source not in cited
    ]


def _posterior_problems(scenario: Scenario) -> list[ScenarioIssue]:
    """Report numbers that are no longer those whose draws were conditioned."""
    if scenario.posterior is None:
        return []
    numbers = dict(quantities(scenario))
    return [
        ScenarioIssue(
            (key,),
            "conditioned on observations: its draws would replace what is set here",
            Message(
                "omit it, or discard its draws: --override, or {option}",
                option=release_advice([key]),
            ),
        )
        for key in changed_numbers(scenario.posterior, numbers)
    ]


CHECKS: tuple[Callable[[Scenario], list[ScenarioIssue]], ...] = (
    _date_problems,
    _group_problems,
    _hold_problems,
    _place_problems,
    _standby_problems,
    _plan_problems,
    _money_problems,
    _closing_problems,
    _link_problems,
    _posterior_problems,
)


def checked_until(scenario: Scenario, asked: date | None) -> date:
    """Return the last simulated day: what was asked for, or that of the scenario.

    Raises ``ScenarioError`` for a day before the start, or too far ahead.
    """
    until = asked or scenario.until
    if until < scenario.start:
        what = Message(
            "{until} lies before the start of the scenario ({start})",
            until=until,
            start=scenario.start,
        )
        usage_error("--until", what, "give a later date")
    if until.year > scenario.start.year + LONGEST_YEARS:
        what = Message("{until} lies over {most} years ahead", until=until, most=LONGEST_YEARS)
        usage_error("--until", what, "projections this far ahead are not meaningful")
    return until
