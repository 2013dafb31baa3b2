"""Plans of a search as scenarios: the values of levers, and what each plan comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, log10

from ..errors import Message, ScenarioError, usage_error
from ..model.sampling import Floats
from ..results.experiment import Experiment, Progress, Settings
from ..results.plan_outcomes import OUTCOMES, PlanOutcomes
from ..results.tasks import Task, run_tasks
from ..runs.cache import cached_arrays
from ..scenario import Scenario
from .base import Inputs
from .decisions import loss
from .levers import quantity_of, with_levers
from .plan_options import PlanSearchOptions
from .plan_search_aims import Outcome
from .plan_search_asked import FINEST, Span, start_of
from .plan_search_core import Evaluate, Point
from .solver import allowed, current_value

MOST_VALUES = 10_001
"""Most values of a lever."""
WIDE = 10
"""Range from which a lever of places, weeks or people takes whole numbers."""
DIVISIBLE = ("share", "EUR", "factor")
"""What numbers of these units are of need not be whole."""


def present_value(scenario: Scenario, span: Span) -> float:
    """Return the value that a lever has; refuses a range beyond what it may be."""
    quantity_of(scenario, span.lever, "--levers")
    least, most = allowed(span.lever)
    if span.low < least or span.high > most:
        what = Message(
            "{low:g} to {high:g} goes beyond what {key} may be",
            low=span.low,
            high=span.high,
            key=span.lever.key,
        )
        advice = Message("stay within {low:g} to {most:g}", low=least, most=most)
        usage_error("--levers", what, advice)
    return current_value(scenario, span.lever)


def first_plans(
    given: Sequence[str], spans: Sequence[Span], present: Sequence[float]
) -> list[Point]:
    """Return the plans to begin with: the present values, within their ranges, and those given."""
    pairs = zip(present, spans, strict=True)
    own = tuple(min(max(value, span.low), span.high) for value, span in pairs)
    others = [
        tuple(values.get(span.lever, own[at]) for at, span in enumerate(spans))
        for values in (start_of(one, spans) for one in given)
    ]
    return list(dict.fromkeys([own, *others]))


def axes_of(scenario: Scenario, spans: Sequence[Span], first: Sequence[Point]) -> list[list[float]]:
    """Return the values that each lever may take, those of the first plans among them."""
    return [
        axis(span, quantity_of(scenario, span.lever, "--levers").unit, [one[at] for one in first])
        for at, span in enumerate(spans)
    ]


def axis(span: Span, unit: str, besides: Sequence[float] = ()) -> list[float]:
    """Return the values that a lever may take: in steps, and some besides.

    A step that is not given is a round number, at least a hundred to the range.
    """
    step = span.step or _round_step(span, unit)
    steps = floor((span.high - span.low) / step + 1e-9)
    if steps >= MOST_VALUES:
        what = Message("{count:,} values of {key}", count=steps + 1, key=span.lever)
        usage_error("--levers", what, Message("at most {most:,}", most=MOST_VALUES))
    values = {float(f"{span.low + step * number:.12g}") for number in range(steps + 1)}
    return sorted(values | {span.low, span.high} | set(besides))


def _round_step(span: Span, unit: str) -> float:
    """Return one, two or five times a power of ten; of places, weeks or people one at least."""
    finest = (span.high - span.low) / FINEST
    power = 10.0 ** floor(log10(finest))
    step = max(power * times for times in (1, 2, 5) if power * times <= finest * (1 + 1e-9))
    whole = span.low.is_integer() and span.high.is_integer() and span.high - span.low >= WIDE
    return max(step, 1.0) if whole and unit.partition("/")[0] not in DIVISIBLE else step


@dataclass(frozen=True)
class Named:
    """Measure: the outcomes of a plan, by names that also tell the first year that counts."""

    since: int | None

    def __call__(self, experiment: Experiment) -> dict[str, Floats]:
        """Return the outcomes of an experiment."""
        found = PlanOutcomes(self.since)(experiment)
        return {self.name(name): values for name, values in found.items()}

    def name(self, outcome: str) -> str:
        """Return the name of an outcome from that year on."""
        return outcome if self.since is None else f"{outcome}@{self.since}"


@dataclass(frozen=True)
class Plans:
    """The plans of a search: a scenario with levers set, and what each comes to."""

    scenario: Scenario
    spans: Sequence[Span]
    options: PlanSearchOptions
    inputs: Inputs
    tell: Progress | None = None
    refused: list[ScenarioError] = field(default_factory=list)
    """Why the scenario refused a plan, for each that it did."""

    def evaluator(self, settings: Settings, first: int) -> Evaluate:
        """Return what gives the outcomes of points, on replications from a number on."""

        def evaluate(points: Sequence[Point]) -> list[Outcome | None]:
            made = {}
            for number, point in enumerate(points):
                levers = (span.lever for span in self.spans)
                values = dict(zip(levers, point, strict=True))
                try:
                    made[str(number)] = with_levers(self.scenario, values)
                except ScenarioError as error:
                    self.refused.append(error)
            found = self.outcomes(made, settings, first)
            return [found.get(str(number)) for number in range(len(points))]

        return evaluate

    def as_is(self, settings: Settings, first: int) -> Outcome:
        """Return what the scenario comes to as it is."""
        (found,) = self.outcomes({"as_is": self.scenario}, settings, first).values()
        return found

    def outcomes(
        self, scenarios: Mapping[str, Scenario], settings: Settings, first: int
    ) -> dict[str, Outcome]:
        """Return what scenarios come to, kept on disk if that was asked for."""
        measure, workers, folder = Named(self.options.since), self.inputs.workers, self.inputs.kept
        told = [0]

        def tell(done: int, of: int) -> None:
            told[0] = of
            if self.tell is not None:
                self.tell(done, of)

        if folder is None:
            tasks = [
                Task(scenario, measure, first=first, volumes_only=True)
                for scenario in scenarios.values()
            ]
            arrays = dict(zip(scenarios, run_tasks(tasks, settings, workers, tell), strict=True))
        else:
            names = tuple(measure.name(name) for name in OUTCOMES)
            requests = {name: (one, measure, names) for name, one in scenarios.items()}
            arrays = cached_arrays(
                requests, settings, folder, workers, tell, first=first, volumes_only=True
            )
        kept = settings.replications * len(scenarios) - told[0]
        if kept and self.tell is not None:
            self.tell(kept, kept)
        plain = {
            name: {each: found[measure.name(each)] for each in OUTCOMES}
            for name, found in arrays.items()
        }
        return {name: self._weighed(found) for name, found in plain.items()}

    def _weighed(self, found: Outcome) -> Outcome:
        """Add the loss, and whether there is a shortage."""
        short = (found["worst_month"] > self.options.shortage).astype(float)
        weighed = loss(found["cost"], found["nights_short"], self.options.price_of_night)
        return {**found, "loss": weighed, "shortage": short}
