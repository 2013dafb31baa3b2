"""The page on actors: its examples run as they are pasted, and do what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numba.core import config
from test_readme import ROOT, blocks

from sim.clock import StepLength
from sim.model import compiled
from sim.model.engine import ACTORS, calendar, end_of_step, simulate
from sim.model.ledger import Ledger
from sim.scenario import REGULAR, Scenario

PAGE = ROOT / "docs" / "how-to" / "actor.md"
OPENED = ("place_market", "places_open")
ExampleOf = Callable[[int], ModuleType]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExampleOf:
    """Run a block of the page as a module; what it compiles is not kept."""
    monkeypatch.setattr(compiled, "cache_folder", lambda: None)

    def run(number: int) -> ModuleType:
        file = tmp_path / f"example_{number}.py"
        file.write_text(blocks(PAGE, "python")[number], "utf-8")
        spec = spec_from_file_location(file.stem, file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return run


def opened(ledger: Ledger) -> list[list[int]]:
    """Places that opened without an order: (month, replication)."""
    found: list[list[int]] = ledger.flows[OPENED].sum(axis=2).tolist()
    return found


@pytest.mark.slow
def test_an_actor_in_plain_python_opens_500_places_on_a_date(
    example: ExampleOf, baseline: Scenario
) -> None:
    """With daily and with weekly steps; COA's desk may then give up others, but orders none."""
    module = example(0)
    until = date(2025, 8, 31)
    without = simulate(baseline, 10, 1, until=until, parameters=module.ledger.samples)
    july = 6
    assert opened(module.ledger)[july] == [500 + count for count in opened(without)[july]]
    assert opened(module.ledger)[:july] == opened(without)[:july]

    regular = list(baseline.reception.places).index(REGULAR)
    steps: tuple[StepLength, ...] = ("day", "week")
    for step in steps:
        actors = (*ACTORS, module.more_regular_places)
        before, after = (
            simulate(baseline, 2, 1, step=step, until=until, actors=chosen)
            for chosen in (ACTORS, actors)
        )
        more = after.snapshots["places_open"] - before.snapshots["places_open"]
        assert more[:, :, regular].tolist() == [[0, 0]] * 7 + [[500, 500]] * 2
        others = np.delete(more, regular, axis=2)
        assert not others[:7].any()
        assert (others <= 0).all()


@pytest.mark.slow
def test_a_compiled_actor_houses_five_people_a_day(example: ExampleOf, baseline: Scenario) -> None:
    """It is compiled for one set of types, and books nothing else."""
    module = example(1)
    actors = (calendar, module.homes_near_transit, end_of_step)
    ledger = simulate(baseline, 3, 1, until=date(2025, 2, 28), actors=actors)
    housed = ledger.flows["transit", "settled"][:, :, 0]
    assert housed.tolist() == [[25] * 3, [140] * 3]
    assert sum(int(flow.sum()) for flow in ledger.flows.values()) == housed.sum()
    if not config.DISABLE_JIT:
        assert len(module.house_from_transit.signatures) == 1
