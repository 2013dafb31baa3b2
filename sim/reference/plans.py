"""Rules of a plan in plain Python: what a morning shows, which rules act, and what they do.

A second reading of what ``plan_schema`` says, written apart from the fast model: all mornings are
kept, and each rule looks back over as many of them as it may know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from math import ceil, floor, inf

from ..scenario import DESK_RULES, PlanRule, Scenario


@dataclass(frozen=True)
class Morning:
    """What COA sees in the round of a week, before anybody acts."""

    week: int
    today: date
    series: dict[str, float]
    """Figures by series; fill of a type is ``fill of NAME``. What has no value is left out."""
    places_open: dict[str, int]
    ready: dict[str, int]
    """Places on standby, of types that have them."""
    limits: dict[str, float]
    """Most that can be ordered, of types that the desk may order."""


@dataclass
class Rule:
    """A rule with its drawn numbers, and what it remembers."""

    rule: PlanRule
    line: float
    amount: float
    lead: int
    acted: float = -inf
    """Week in which it acted last."""
    owed: float = 0.0
    """Places decided on that could not be ordered yet."""
    done: int = 0
    """Places ordered, or closed, so far."""
    added: list[bool] = field(default_factory=list)
    """By week, whether it decided that decisions or homes are added."""


@dataclass
class Decision:
    """Places of a type that a rule orders or gives up; they open or end ``lead`` weeks later."""

    rule: Rule
    place: str
    places: int

    @property
    def kind(self) -> str:
        """Either open or close."""
        return self.rule.rule.do.kind


@dataclass
class Stay:
    """Places that may not be closed from the week in which they open until another."""

    place: str
    places: int
    opens: int
    ends: int


@dataclass
class Plan:
    """The rules of a scenario, all mornings so far, and places that have to stay."""

    scenario: Scenario
    rules: list[Rule]
    mornings: list[Morning] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


def plan_of(scenario: Scenario, number: Callable[[str], float]) -> Plan:
    """Return the rules of a scenario, those of COA's desk first; ``number`` reads a key of it."""
    stated = scenario.plan
    rules = []
    if stated is None or stated.desk:
        rules = [Rule(rule, 0.0, 0.0, _lead(scenario, rule)) for rule in DESK_RULES.values()]
    for name, rule in {} if stated is None else stated.rules.items():
        side = next((key for key in ("above", "below") if getattr(rule.when, key)), None)
        line = number(f"plan.rules.{name}.when.{side}") if side else 0.0
        amount = 0.0
        if rule.do.difference is None:
            amount = number(f"plan.rules.{name}.do.{rule.do.kind}")
        rules.append(Rule(rule, line, amount, _lead(scenario, rule)))
    return Plan(scenario, rules)


def _lead(scenario: Scenario, rule: PlanRule) -> int:
    """Weeks from decision to effect: its own, that of places on standby, or that of the desk."""
    kind, desk = rule.do.kind, scenario.reception.desk
    if rule.lead_weeks is not None:
        return round(rule.lead_weeks.single)
    if kind in ("decisions", "homes"):
        return 0
    if rule.do.place is not None:
        standby = scenario.reception.places[rule.do.place].standby
        if standby is not None:
            return round(standby.lead_weeks.single)
    return round((desk.lead_weeks if kind == "open" else desk.notice_weeks).single)


def decide(plan: Plan, morning: Morning) -> list[Decision]:
    """Return what the rules open and close this week, in their order.

    What a rule adds to decisions and homes is noted in its memory (``added``). ``settle`` has to
    follow, once it is known what can be paid for.
    """
    plan.mornings.append(morning)
    ordered: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    decisions: list[Decision] = []
    for rule in plan.rules:
        acts = _acts(plan, rule, morning)
        if rule.rule.do.kind == "open":
            made = _order(plan, rule, morning, acts, ordered)
            ordered.update({one.place: one.places for one in made})
        elif rule.rule.do.kind == "close":
            made = _close(plan, rule, morning, acts, closed)
            closed.update({one.place: one.places for one in made})
        else:
            made = []
            rule.added.append(_is_added(plan, rule, morning, acts))
        decisions += made
    return decisions


def settle(plan: Plan, week: int, decisions: list[Decision]) -> None:
    """Note what has been ordered and closed, and until when it has to stay."""
    for one in decisions:
        rule = one.rule
        rule.done += one.places
        stay = rule.rule.minimum_stay_weeks
        if one.kind == "open" and stay is not None:
            opens = week + rule.lead
            plan.stays.append(Stay(one.place, one.places, opens, opens + round(stay.single)))


def added(plan: Plan, kind: str, week: int) -> float:
    """Decisions or homes a year that rules add from a week on, to the next."""
    return sum(
        rule.amount
        for rule in plan.rules
        if rule.rule.do.kind == kind and week >= rule.lead and rule.added[week - rule.lead]
    )


def _acts(plan: Plan, rule: Rule, morning: Morning) -> bool:
    """Whether a rule acts: its condition held long enough, its pause and its time are not over."""
    stated = rule.rule
    in_a_row = 1 if stated.when.for_weeks is None else round(stated.when.for_weeks.single)
    pause = 1 if stated.pause_weeks is None else round(stated.pause_weeks.single)
    known = _known(plan, rule)[-in_a_row:]
    held = len(known) == in_a_row and all(_beyond(rule, one) > 0 for one in known)
    in_time = stated.until is None or morning.today <= stated.until
    return held and in_time and morning.week - rule.acted >= pause


def _known(plan: Plan, rule: Rule) -> list[Morning]:
    """Mornings of which the figures are known to a rule."""
    return plan.mornings[: max(len(plan.mornings) - rule.rule.when.lag, 0)]


def _latest(plan: Plan, rule: Rule) -> float:
    """How far the latest figure that is known lies beyond the line; 0 if it does not."""
    known = _known(plan, rule)
    return max(_beyond(rule, known[-1]), 0.0) if known else 0.0


def _beyond(rule: Rule, morning: Morning) -> float:
    when = rule.rule.when
    name = when.series if when.place is None else f"{when.series} of {when.place}"
    value = morning.series.get(name)
    if value is None:
        return -inf
    return value - rule.line if when.below is None else rule.line - value


def _order(
    plan: Plan, rule: Rule, morning: Morning, acts: bool, ordered: Counter[str]
) -> list[Decision]:
    """Order places: as many as the line is passed by, or a number, later what was out of reach."""
    do, places = rule.rule.do, plan.scenario.reception.places
    if do.difference:
        rule.owed = _latest(plan, rule) if acts else 0.0
    elif acts and rule.owed <= 0:
        rule.owed, rule.acted = float(round(rule.amount)), morning.week
    if rule.rule.until is not None and morning.today > rule.rule.until:
        rule.owed = 0.0
    left = min(rule.owed, _allowed(rule))
    made = []
    by_rank = sorted(morning.limits, key=lambda name: places[name].fill_rank)
    for place in by_rank if do.place is None else [do.place]:
        room = _room(morning, place) - ordered[place]
        count = int(max(min(ceil(left), room), 0))
        left = max(left - count, 0.0)
        made.append(Decision(rule, place, count))
    if do.difference and any(one.places for one in made):
        rule.acted = morning.week
    rule.owed = 0.0 if do.difference or do.place in morning.ready else left
    return made


def _room(morning: Morning, place: str) -> float:
    """Places of a type that can be ordered in a week: those on standby, or within its limit."""
    if place in morning.ready:
        return morning.ready[place]
    return floor(morning.limits[place]) if place in morning.limits else inf


def _close(
    plan: Plan, rule: Rule, morning: Morning, acts: bool, closed: Counter[str]
) -> list[Decision]:
    """Give up places that need not stay, those filled last first where no type is named."""
    if not acts:
        return []
    do, places = rule.rule.do, plan.scenario.reception.places
    left = _latest(plan, rule) if do.difference else float(round(rule.amount))
    left = min(left, _allowed(rule))
    by_rank = sorted(places, key=lambda name: -places[name].fill_rank)
    made = []
    for place in [n for n in by_rank if places[n].notice] if do.place is None else [do.place]:
        free = morning.places_open[place] - closed[place] - _staying(plan, place, morning.week)
        count = max(min(floor(left), free), 0)
        left -= count
        made.append(Decision(rule, place, count))
    if any(one.places for one in made):
        rule.acted = morning.week
    return made


def _allowed(rule: Rule) -> float:
    """Places that a rule may still open or close."""
    most = rule.rule.most
    return inf if most is None else round(most.single) - rule.done


def _staying(plan: Plan, place: str, week: int) -> int:
    """Open places of a type that may not be closed yet."""
    return sum(
        one.places for one in plan.stays if one.place == place and one.opens <= week < one.ends
    )


def _is_added(plan: Plan, rule: Rule, morning: Morning, acts: bool) -> bool:
    """Whether decisions or homes are added: while the condition holds, and a minimum stay."""
    was = bool(rule.added) and rule.added[-1]
    if not was:
        if acts:
            rule.acted = morning.week
        return acts
    stated = rule.rule
    stay = 0 if stated.minimum_stay_weeks is None else round(stated.minimum_stay_weeks.single)
    in_time = stated.until is None or morning.today <= stated.until
    if (in_time and _latest(plan, rule) > 0) or morning.week - rule.acted < stay:
        return True
    rule.acted = morning.week
    return False
