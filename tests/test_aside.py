"""A run that is laid aside and gone on with is the run itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.clock import Clock, StepLength
from sim.errors import ModelError
from sim.model.engine import begun, finished, laid_aside, simulate, taken_up
from sim.model.ledger import Ledger
from sim.model.sampling import RandomStreams, sample
from sim.model.state import SimState
from sim.scenario import Scenario, load

KEPT = ("stocks", "flows", "tallies", "days", "snapshots", "waits", "wait_days", "cohort_counts",
        "cohort_entered", "entry_sums")  # fmt: skip
"""All that is read from a ledger once its run has ended."""


def assert_same(one: Ledger, other: Ledger) -> None:
    for name in KEPT:
        left, right = getattr(one, name), getattr(other, name)
        assert left.keys() == right.keys(), name
        for key in left:
            np.testing.assert_array_equal(left[key], right[key], err_msg=f"{name} {key}")


def begun_on(
    scenario: Scenario, replications: int, until: date, step: StepLength = "week", first: int = 0
) -> SimState:
    """A run that is about to begin, with the draws that ``simulate`` takes."""
    clock, luck = Clock(scenario.start, until, step), RandomStreams(1, first, replications)
    return begun(scenario, clock, luck, sample(scenario, replications, 1, until=until))


@pytest.mark.long
@pytest.mark.parametrize("step", ["day", "week"])
@pytest.mark.parametrize(
    "name", ["baseline", "constrained", "ind-follows-budget", "newest-first", "year-2024"]
)
def test_a_run_gone_on_with_is_the_run_itself(name: str, step: StepLength) -> None:
    scenario = load(name)
    start = scenario.start
    moment, until = (date(start.year + (start.month + n > 12), (start.month + n - 1) % 12 + 1, 1)
                     for n in (7, 11))  # fmt: skip
    world = begun_on(scenario, 3, until, step, first=2)
    aside = laid_aside(world, moment)
    whole = simulate(scenario, 3, 1, step=step, until=until, first=2)
    assert_same(finished(world), whole)
    assert_same(finished(taken_up(aside, scenario, whole.samples)), whole)


@pytest.mark.slow
def test_what_is_laid_aside_stays_as_it_is() -> None:
    scenario = load("baseline")
    world = begun_on(scenario, 2, date(2025, 9, 30))
    aside = laid_aside(world, date(2025, 6, 1))
    once, again = (finished(taken_up(aside, scenario, world.ledger.samples)) for _ in range(2))
    assert_same(once, again)


@pytest.mark.slow
def test_without_its_memory_a_run_goes_another_way() -> None:
    """So that the law above can fail: what actors remember matters."""
    scenario = load("baseline")
    world = begun_on(scenario, 2, date(2025, 9, 30))
    laid_aside(world, date(2025, 6, 1))
    world = replace(world, memory={})
    aside = laid_aside(world, date(2025, 7, 1))
    gone_on = finished(taken_up(aside, scenario, world.ledger.samples))
    with pytest.raises(AssertionError):
        assert_same(gone_on, simulate(scenario, 2, 1, step="week", until=date(2025, 9, 30)))


@pytest.mark.parametrize("moment", [date(2025, 1, 27), date(2025, 6, 3), date(2026, 1, 1)])
def test_a_run_is_laid_aside_only_where_a_step_lies_ahead(moment: date) -> None:
    world = begun_on(load("baseline"), 1, date(2025, 9, 30))
    with pytest.raises(ModelError, match="no step ahead begins"):
        laid_aside(world, moment)
