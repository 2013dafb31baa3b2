"""Plausibility of plans: rules that can't act, and places on standby that nothing opens."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Message
from .plan_schema import PlanRule
from .schema import Scenario
from .validate import ScenarioIssue


def idle_rules(scenario: Scenario) -> list[ScenarioIssue]:
    """A rule that can't act, or places that no rule opens.

    A rule whose last day lies before the start, one that waits for a fill above all places, one
    that opens more than is kept ready, and places on standby without a rule that names them.
    """
    rules = {} if scenario.plan is None else scenario.plan.rules
    found = [issue for name, rule in rules.items() for issue in _issues(scenario, name, rule)]
    opened = {rule.do.place for rule in rules.values() if rule.do.kind == "open"}
    for name, place in scenario.reception.places.items():
        if place.standby is not None and name not in opened:
            what = Message("no rule opens the places on standby of {name}", name=name)
            advice = Message("add a rule with do: {{open: ..., place: {name}}}", name=name)
            found.append(ScenarioIssue((f"reception.places.{name}.standby",), what, advice))
    return found


def _issues(scenario: Scenario, name: str, rule: PlanRule) -> Iterator[ScenarioIssue]:
    """Return what keeps one rule from doing what it says."""
    key, when, do = f"plan.rules.{name}", rule.when, rule.do
    if rule.until is not None and rule.until < scenario.start:
        what = Message("the rule ends on {day}, before the start", day=rule.until)
        yield ScenarioIssue((f"{key}.until",), what, "give a later day, or leave the rule out")
    if when.series == "fill" and when.above is not None and when.above.single >= 1:
        what = Message("a fill above {line:g} does not occur", line=when.above.single)
        advice = "a share: write 0.98 for 98%, or watch without_place"
        yield ScenarioIssue((f"{key}.when.above",), what, advice)
    place = None if do.place is None else scenario.reception.places[do.place]
    if do.open is not None and place is not None and place.standby is not None:
        ready = place.standby.places.single
        if do.open.single > ready:
            what = Message(
                "opens {places:,.0f} places, of which {ready:,.0f} are kept ready",
                places=do.open.single,
                ready=ready,
            )
            keys = (f"{key}.do.open", f"reception.places.{do.place}.standby.places")
            yield ScenarioIssue(keys, what, "keep more places ready, or open fewer")
