"""A precision that is asked for: when it is reached, and that the run is a plain one of so many."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.report.error_tables import precision_note
from sim.reproduce.rerun import reproduce
from sim.results.executor import Workers
from sim.runs import run as run_module
from sim.runs.batches import Options
from sim.runs.precise import STAGES, of_row, parse_precision
from sim.runs.run import Run, execute
from sim.runs.summary_tables import headline_row
from sim.scenario import Scenario
from sim.studies.base import no_progress

QUICK: dict[str, Any] = {
    "step": "week",
    "until": date(2026, 12, 31),
    "workers": Workers(1),
    "charts": False,
}


def row(median: float, median_half: float, upper: float, upper_half: float) -> dict[str, float]:
    """A row of the budget table, in millions."""
    found = {"year": 2027.0}
    for name, value, half in (("p50", median, median_half), ("p90", upper, upper_half)):
        found[f"gap_{name}"] = value * 1e6
        found[f"gap_{name}_low"], found[f"gap_{name}_high"] = (
            (value - half) * 1e6,
            (value + half) * 1e6,
        )
    return found


@pytest.mark.parametrize(
    ("values", "reached"),
    [
        ((3_000, 150, 8_000, 400), True),
        ((3_000, 151, 8_000, 400), False),
        ((3_000, 150, 8_000, 401), False),
        ((-3_000, 150, 200, 50), True),
        ((100, 50, 200, 51), False),
        ((float("nan"),) * 4, False),
    ],
)
def test_both_halves_are_at_most_five_percent_or_fifty_million(
    values: tuple[float, float, float, float], reached: bool
) -> None:
    assert of_row(row(*values), 0.05).reached is reached


def test_replications_are_doubled_from_500_up_to_20_000() -> None:
    assert STAGES == (500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000)


def test_a_precision_is_read_as_a_percentage_or_a_share() -> None:
    assert parse_precision("5%") == parse_precision("5%") == parse_precision(0.05) == 0.05
    assert parse_precision(None) is None
    for wrong in ("5", "0%", "60%", "five", "", True, "nan", "1e400"):
        with pytest.raises(ScenarioError, match="--precision"):
            parse_precision(wrong)


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> tuple[int, ...]:
    found = (150, 300, 450)
    monkeypatch.setattr(run_module, "STAGES", found)
    return found


def tables(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "run.json"}


@pytest.mark.long
@pytest.mark.usefixtures("stages")
def test_a_precise_run_is_to_the_byte_a_plain_one_and_is_reproduced(
    baseline: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops at the second of three stages, having simulated no replication twice."""
    monkeypatch.setattr("sim.runs.precise.LEAST_EUR", 0.0)
    plain = execute(baseline, "baseline", Options(replications=300, **QUICK), tmp_path / "plain")
    first, second = (halves(baseline, count, tmp_path) for count in (150, 300))
    asked = (first + second) / 2
    assert second < asked < first
    told: list[tuple[int, int]] = []
    options = Options(precision=asked, **QUICK)
    done = execute(baseline, "baseline", options, tmp_path / "precise", lambda *at: told.append(at))
    assert done.replications == 300
    assert done.precision is not None
    assert done.precision.reached
    assert tables(done.folder) == tables(plain.folder)
    assert done.id == plain.id
    assert [of for _, of in told].count(450) == 0
    # The second stage goes on where the first ended.
    assert (150, 300) in told
    manifest = json.loads((done.folder / "run.json").read_text())
    assert manifest["options"]["replications"] == 300
    assert "--replications 300" in manifest["command"]
    assert manifest["precision"]["reached"] is True
    again = reproduce(done.folder, Workers(1), no_progress)
    assert again.equal
    assert not again.changed


def halves(baseline: Scenario, count: int, folder: Path) -> float:
    """The larger of the two relative half-widths with so many replications."""
    done = execute(baseline, "baseline", Options(replications=count, **QUICK), folder / str(count))
    line = headline_row(done.budget, baseline)
    assert line is not None
    found = of_row(line, 0.05).halves
    return max(float(half / abs(line[f"gap_{name}"])) for name, half in found.items())


@pytest.mark.long
def test_a_miss_is_said(baseline: Scenario, tmp_path: Path, stages: tuple[int, ...]) -> None:
    options = Options(precision=0.001, **QUICK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.runs.precise.LEAST_EUR", 0.0)
        done: Run = execute(baseline, "baseline", options, tmp_path / "run")
    assert done.replications == stages[-1]
    assert done.precision is not None
    assert not done.precision.reached
    assert "was not reached with 450" in precision_note(done.precision, done.replications, "en")
    assert "niet gehaald" in precision_note(done.precision, done.replications, "nl")


@pytest.mark.slow
def test_a_run_without_a_gap_is_refused(baseline: Scenario, tmp_path: Path) -> None:
    options = Options(precision=0.05, **QUICK | {"until": date(2025, 3, 1)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "STAGES", (2,))
        with pytest.raises(ScenarioError, match="no gap to be precise about"):
            execute(baseline, "baseline", options, tmp_path / "run")
