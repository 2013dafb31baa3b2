"""The search for a plan on a scenario: resumed, reproduced, refused, and never worse by an option.

Everything is small: a year in weekly steps, a few replications and evaluations.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cli import Command

import sim
from sim.errors import ScenarioError
from sim.results.executor import Workers
from sim.results.experiment import Settings
from sim.results.plan_outcomes import PlanOutcomes
from sim.results.tasks import Task, run_task
from sim.runs import cache
from sim.scenario import load
from sim.studies import STUDIES
from sim.studies.base import Inputs
from sim.studies.plan_options import PlanSearchOptions
from sim.studies.plan_search import counted
from sim.studies.plan_search_asked import Span, span_of, spans_of
from sim.studies.plan_search_runs import Plans, axis

SLACK = "reception.desk.slack=0:0.1"
SHIPS = "reception.places.emergency_ship.order_limit=0:200"
TREND = "reception.desk.trend_weeks"
SMALL = ("--replications", "4", "--accept", "100", "--until", "2025-12-31", "--quiet")
WORDS = ("plan", "search", "baseline", "--levers", SLACK, "--levers", SHIPS, *SMALL)


def tables(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}


@pytest.mark.long
def test_a_search_gives_the_same_bytes_on_any_workers_and_after_an_interruption(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resumed it evaluates the rest alone, and reproducing it reads nothing that was kept."""
    words = (*WORDS, "--evaluations", "14", "--subject-to", "shortage.p <= 100%")
    assert command(*words, "--workers", "1", "-o", "one").returncode == 0
    kept = tmp_path / "outputs" / "plan-search" / "kept"
    every = sorted(file.name for file in kept.iterdir())
    tried = len(pd.read_csv(tmp_path / "one" / "tried.csv"))
    assert 8 <= tried <= 14
    assert len(every) == tried + 2, "each plan, the accepted one and the scenario on the second set"
    for file in kept.iterdir():
        file.unlink()

    write = cache._write
    written: list[str] = []
    most = 7

    def recorded(file: Path, data: bytes) -> None:
        if len(written) == most:
            raise KeyboardInterrupt
        write(file, data)
        written.append(file.name)

    monkeypatch.setattr(cache, "_write", recorded)
    assert command(*words, "--workers", "2", "-o", "two").returncode == 130
    assert not (tmp_path / "two").exists()
    assert sorted(file.name for file in kept.iterdir()) == sorted(written)
    assert len(written) == 7
    most = 100
    assert command(*words, "--workers", "2", "-o", "two").returncode == 0
    assert tables(tmp_path / "two") == tables(tmp_path / "one")
    assert sorted(written) == every, "each is evaluated once, before the interruption or after"

    for file in kept.iterdir():
        file.write_bytes(b"0" * 64 + b"\n")
    again = command("runs", "reproduce", "two", "--workers", "1", "--quiet")
    assert again.returncode == 0, again.stdout


@pytest.mark.long
def test_a_lever_more_never_raises_the_optimum_of_a_scenario(
    tmp_path: Path, command: Command
) -> None:
    """On the replications of the search, with the earlier best to begin with."""
    assert command(*WORDS[:5], *SMALL, "--evaluations", "8", "-o", "one").returncode == 0
    tried = pd.read_csv(tmp_path / "one" / "tried.csv")
    name = SLACK.partition("=")[0]
    best = min(tried.to_dict("records"), key=lambda row: float(row["loss_mean"]))
    start = f"{name}={best[name]:.12g}"
    # A number that is certain in the scenario: setting one that is not would end its uncertainty.
    more = ("--levers", f"{TREND}=4:26", "--start", start)
    words = (*WORDS[:5], *more, *SMALL, "--evaluations", "8", "-o", "two")
    assert command(*words).returncode == 0
    wider = pd.read_csv(tmp_path / "two" / "tried.csv")
    assert len(wider) <= 8
    assert wider["loss_mean"].min() <= best["loss_mean"]
    # With the new lever at its present value the same plan comes to the same.
    same = wider[(wider[name] == best[name]) & (wider[TREND] == 13)]
    assert same["loss_mean"].tolist() == [best["loss_mean"]]


@pytest.mark.slow
def test_a_plan_is_valued_on_replications_that_the_search_has_not_seen() -> None:
    found = sim.load("baseline").plan_search(
        [SLACK], evaluations=5, replications=50, accept=100, until="2025-12-31", workers=1
    )
    table = found.tables["plans"].set_index("kind")
    scenario, until = load("baseline"), date(2025, 12, 31)
    settings = Settings(100, 1, "week", until)
    outcome = run_task(Task(scenario, PlanOutcomes(None), first=50), settings)
    loss = outcome["cost"] + 250 * outcome["nights_short"]
    assert table.loc["as_is", "loss_mean"] == pytest.approx(loss.mean(), rel=1e-6)
    assert table.loc["as_is", "nights_short_mean"] == pytest.approx(
        outcome["nights_short"].mean(), rel=1e-6
    )
    assert table.loc["as_is", "shortage_p"] == (outcome["worst_month"] > 500).mean()
    assert {"best", "as_is"} == set(table.index)
    assert "plan_search(" in found.command


def test_outcomes_from_volumes_alone_are_those_from_all_tables() -> None:
    """The light path of the search leaves out cells, and changes no number; years are counted."""
    scenario, settings = load("baseline"), Settings(3, 1, "week", date(2026, 12, 31))
    options = PlanSearchOptions.parse({"levers": [SLACK], "from": 2026})
    plans = Plans(scenario, spans_of([SLACK]), options, Inputs(workers=Workers(1)))
    found = plans.as_is(settings, 4)
    full = run_task(Task(scenario, PlanOutcomes(2026), first=4), settings)
    for name, values in full.items():
        assert np.array_equal(found[name], values), name
    assert np.array_equal(found["loss"], full["cost"] + 250 * full["nights_short"])


# Values of levers


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("a.b=0:20000", "places", (0, 200, 20_000, 101)),
        ("a.b=1:26", "weeks", (1, 2, 26, 26)),
        ("a.b=0.9:1", "share", (0.9, 0.901, 1.0, 101)),
        ("a.b=0:0.05", "share", (0.0, 0.0005, 0.05, 101)),
        ("a.b=0:1:0.3", "share", (0.0, 0.3, 1.0, 5)),
        ("a.b=500:5000:500", "places", (500, 1_000, 5_000, 10)),
    ],
)
def test_a_lever_takes_round_values_and_both_ends(
    text: str, unit: str, expected: tuple[float, float, float, int]
) -> None:
    values = axis(span_of(text), unit)
    low, second, high, number = expected
    assert (values[0], values[1], values[-1], len(values)) == (low, second, high, number)
    assert values == sorted(values)


def test_values_to_begin_with_are_among_those_of_a_lever() -> None:
    values = axis(span_of("a.b=0:0.1:0.05"), "share", [0.0173])
    assert values == [0.0, 0.0173, 0.05, 0.1]


def test_progress_counts_on_and_ends_at_its_total() -> None:
    seen: list[tuple[int, int]] = []
    tell = counted(lambda done, total: seen.append((done, total)), 25)
    assert tell is not None
    for done, of in ((5, 10), (10, 10), (8, 8), (10, 10)):
        tell(done, of)
    assert seen == [(5, 25), (10, 25), (18, 25), (25, 25)]
    assert counted(None, 25) is None


# Mistakes


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--levers", "reception.desk.slak=0:1"), "did you mean"),
        (("--levers", "reception.desk=0:1"), "is not a number of this scenario"),
        (("--levers", "reception.desk.slack=0.1:0"), "low must lie below high"),
        (("--levers", "reception.desk.slack=0:2"), "stay within 0 to 1"),
        (("--levers", "reception.desk.slack"), "is not KEY=LOW:HIGH"),
        (("--levers", "reception.desk.slack=0:x"), "is not KEY=LOW:HIGH"),
        (("--levers", "reception.desk.slack=0:1:2"), "the step must lie between"),
        (("--levers", "reception.desk.slack=0:1:1e-9"), "at most 10,001"),
        (("--levers", SLACK, "--levers", SLACK), "is given twice"),
        (("--levers", SLACK, "--objective", "profit"), "one of: shortage.p, loss, cost"),
        (("--levers", SLACK, "--objective", "cost.p33"), "one of: mean, p50, p90, cvar"),
        (("--levers", SLACK, "--objective", "cost", "--objective", "cost"), "is given twice"),
        (("--levers", SLACK, *("--objective", "cost") * 3), "give one or two"),
        (("--levers", SLACK, "--subject-to", "shortage.p > 5%"), "as in 'shortage.p < 5%'"),
        (("--levers", SLACK, "--subject-to", "shortage.p < 5"), "between 0 and 1"),
        (("--levers", SLACK, "--subject-to", "cost < 5%"), "only a chance is a percentage"),
        (("--levers", SLACK, "--subject-to", "shortage.mean < 5%"), "write shortage.p"),
        (("--levers", SLACK, "--start", "housing.homes=3"), "is none of the levers"),
        (("--levers", SLACK, "--start", "reception.desk.slack=0.2"), "from 0 to 0.1"),
        (("--levers", SLACK, "--from", "2031"), "take a year from"),
        (("--levers", SLACK, "--accept", "10"), "--accept"),
        ((), "--levers"),
    ],
)
def test_a_mistake_ends_with_two_and_advice(
    command: Command, words: Sequence[str], expected: str
) -> None:
    done = command("plan", "search", "baseline", *words, "--until", "2025-12-31")
    assert done.returncode == 2
    assert expected in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_the_question_of_a_search_is_read_back_from_its_record() -> None:
    asked = {
        "levers": (SLACK, SHIPS), "objective": ("cost", "nights_short"), "from": 2026,
        "subject_to": ("shortage.p < 5%",), "start": ("reception.desk.slack=0.03",),
        "evaluations": 50, "accept": 500, "lambda": 500.0, "shortage": 100,
    }  # fmt: skip
    options = PlanSearchOptions.parse(asked)
    kept: dict[str, Any] = json.loads(json.dumps(options.asked()))
    assert PlanSearchOptions.parse(PlanSearchOptions.from_asked(kept)) == options
    again = " ".join(STUDIES["plan search"].options.parse(asked).words())
    for words in ("--levers", "--objective cost --objective nights_short", "--lambda 500"):
        assert words in again


def test_a_range_beyond_what_a_key_may_be_is_refused_in_python() -> None:
    with pytest.raises(ScenarioError, match="stay within"):
        sim.load("baseline").plan_search(["reception.desk.slack=0:5"], until="2025-12-31")


def test_a_span_keeps_the_name_that_was_typed() -> None:
    found = span_of("housing.homes@2026=1000:2000")
    assert isinstance(found, Span)
    assert found.name == "housing.homes@2026"
    assert str(found.lever) == "housing.homes@2026-01-01"
