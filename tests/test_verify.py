"""The checks that a user can run, and that they can fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.model.ledger import Ledger
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


def test_a_ledger_that_loses_people_fails_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The books are proved by the ledger itself: a loss stops the run."""
    from sim.errors import ModelError

    whole = Ledger._give

    def leaky(self: Ledger, account: Any, count: Any) -> None:
        whole(self, account, count * (account.name != "status_holders"))

    monkeypatch.setattr(Ledger, "_give", leaky)
    with pytest.raises(ModelError, match="does not balance"):
        verify.conservation(baseline)


@pytest.mark.slow
def test_a_hazard_that_is_off_fails_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sim.model.departure
    from sim.model.state import hazard

    monkeypatch.setattr(sim.model.departure, "hazard", lambda mean, days: hazard(mean, days) * 1.05)
    assert not verify.constant_hazard(baseline).holds


@pytest.mark.long
def test_work_that_is_lost_fails_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sim.model.procedure

    right = sim.model.procedure.by_weight
    monkeypatch.setattr(sim.model.procedure, "by_weight", lambda *a: right(*a) * 0.98)
    assert not verify.saturated_queue(baseline).holds
    assert not verify.slack_queue(baseline).holds


@pytest.mark.slow
def test_beds_that_decide_on_people_fail_the_check(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sim.model.housing

    right = sim.model.housing.ready

    def crowded(world: Any, day: int) -> Any:
        return right(world, day) * (world.ledger.stocks["beyond_places"] == 0)

    monkeypatch.setattr(sim.model.housing, "ready", crowded)
    assert not verify.beds_only(baseline).holds


@pytest.mark.long
def test_beds_that_stay_empty_fail_the_check_of_people_beyond_all_places(
    baseline: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sim.model.reception

    right = sim.model.reception.beds
    monkeypatch.setattr(
        sim.model.reception, "beds", lambda p, places, *a: right(p, places - places // 99, *a)
    )
    assert not verify.beyond_places(baseline).holds


def test_the_explained_survivors_are_about_lines_that_are_there() -> None:
    """A mutant in ``survivors.yaml`` names a line of the code and says why it does not matter."""
    folder = Path(__file__).parent
    for entry in yaml.safe_load((folder / "verify" / "survivors.yaml").read_text("utf-8")):
        text = " ".join((folder.parent / entry["file"]).read_text("utf-8").split())
        assert entry["before"] in text, entry
        assert len(entry["because"].split()) > 5, entry
