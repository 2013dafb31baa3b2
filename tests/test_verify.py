"""The checks that a user can run, and that they can fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.errors import ModelError
from sim.model.chances import work_out_chances
from sim.model.departure import guardianship
from sim.model.engine import ACTORS, simulate
from sim.model.housing import municipalities
from sim.model.ledger import Ledger
from sim.model.numbers import Number
from sim.model.procedure import ind
from sim.model.reception import placement
from sim.model.state import Actor, SimState
from sim.results import model_checks as verify
from sim.results.model_checks import CHECKS, run_checks
from sim.scenario import Scenario


@pytest.mark.long
def test_all_laws_hold_and_say_what_was_tried(baseline: Scenario) -> None:
    found = list(run_checks(baseline))
    assert len(found) == len(CHECKS) + 4
    for outcome in found:
        assert outcome.holds, outcome
        assert outcome.tried
        assert outcome.result


def with_actors(*actors: Callable[[SimState], Actor]) -> Callable[..., Ledger]:
    """``simulate`` with these actors in place of those of the same name, or beside the others."""
    names = {actor.__name__ for actor in actors}
    kept = tuple(actor for actor in ACTORS if actor.__name__ not in names)
    return partial(simulate, actors=(*kept, *actors))


def test_a_ledger_that_loses_people_fails_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The books are proved by the ledger itself: a loss stops the run."""

    def leak(world: SimState) -> Actor:
        for _, moment in world.steps(hour=13):
            yield world.until(moment)
            world.ledger.stocks["status_holders"][:] -= 1

    monkeypatch.setattr(verify, "simulate", with_actors(leak))
    with pytest.raises(ModelError, match="does not balance"):
        verify.conservation(baseline)


@pytest.mark.slow
def test_a_hazard_that_is_off_fails_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hasty(world: SimState) -> Actor:
        world.numbers.single[:, Number.GUARDIANSHIP_DAYS] /= 1.05
        work_out_chances(world.chances, world.numbers, world.today)
        return guardianship(world)

    monkeypatch.setattr(verify, "guardianship", hasty)
    assert not verify.constant_hazard(baseline).holds


@pytest.mark.long
def test_work_that_is_lost_fails_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def idle(world: SimState) -> Actor:
        world.numbers.single[:, Number.REALISED] *= 0.98
        return ind(world)

    monkeypatch.setattr(verify, "ind", idle)
    assert not verify.saturated_queue(baseline).holds
    assert not verify.slack_queue(baseline).holds


@pytest.mark.slow
def test_beds_that_decide_on_people_fail_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is housed while somebody has no place."""
    right = municipalities

    def crowded(world: SimState) -> Actor:
        homes, column = world.values.at("housing.homes", 0), world.numbers.single[:, Number.HOMES]
        for event in right(world):
            yield event
            column[:] = homes * (world.ledger.stocks["beyond_places"][:, 0] == 0)

    crowded.__name__ = right.__name__
    monkeypatch.setattr(verify, "simulate", with_actors(crowded))
    assert not verify.beds_only(baseline).holds


@pytest.mark.long
def test_beds_that_stay_empty_fail_the_check_of_people_beyond_all_places(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wasteful(world: SimState) -> Actor:
        places = world.ledger.stocks["places_open"]
        hidden = np.zeros_like(places)
        for event in placement(world):
            places += hidden
            yield event
            hidden = places // 99
            places -= hidden
        places += hidden

    monkeypatch.setattr(verify, "placement", wasteful)
    assert not verify.beyond_places(baseline).holds


def test_the_explained_survivors_are_about_lines_that_are_there() -> None:
    """A mutant in ``survivors.yaml`` names a line of the code and says why it does not matter."""
    folder = Path(__file__).parent
    for entry in yaml.safe_load((folder / "verify" / "survivors.yaml").read_text("utf-8")):
        text = " ".join((folder.parent / entry["file"]).read_text("utf-8").split())
        assert entry["before"] in text, entry
        assert len(entry["because"].split()) > 5, entry
