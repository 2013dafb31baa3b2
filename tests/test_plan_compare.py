"""Comparison of plans: what each comes to in each future, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cli import Command

import sim
from sim.export.memo import study as study_memos
from sim.model.sampling import Floats
from sim.report.i18n import Language
from sim.results.executor import Workers
from sim.results.experiment import Experiment, Settings
from sim.results.plan_outcomes import OUTCOMES, PlanOutcomes
from sim.results.tasks import Task, run_task, run_tasks, simulate_all
from sim.runs.study_folder import StudyContent, data_of
from sim.scenario import Scenario, load, load_chain, override
from sim.studies.base import Inputs
from sim.studies.decisions import regret
from sim.studies.plan_compare import run, tables_of, values
from sim.studies.plan_compare_text import sentences
from sim.studies.plan_keys import undecided
from sim.studies.plan_options import PlanCompareOptions

FEW = Settings(4, 1, "week", date(2027, 12, 31))
PLANS = ("baseline", "fixed-stock-41000", "severance-and-reopening")
ONE = Workers(1)
BECAUSE = "set by a test"


@cache
def experiment(name: str) -> Experiment:
    """Simulate a plan."""
    (found,) = simulate_all(load(name), FEW, ONE)
    return found


@cache
def outcomes(name: str, since: int | None = None) -> dict[str, Floats]:
    """Return what a plan comes to."""
    return PlanOutcomes(since)(experiment(name))


def compared(*names: str, **asked: Any) -> StudyContent:
    """Compare plans in the same few futures."""
    given = {"replications": 4, "until": "2027-12-31", **asked}
    scenarios = tuple(load_chain(name.split("+")) for name in names)
    return run(PlanCompareOptions.parse(given), Inputs(scenarios, workers=ONE))


# -- Outcomes --------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("name", PLANS)
def test_cost_and_the_price_of_people_without_a_place_are_the_total(name: str) -> None:
    """At the model's own price of a night the loss of a plan is the model's total cost."""
    found, trial = outcomes(name), experiment(name)
    total = trial.line("cost", "total").sum(axis=0)
    assert found["cost"] + found["beyond_cost"] == pytest.approx(total, rel=1e-12)
    own = np.divide(found["beyond_cost"], found["nights_short"], where=found["nights_short"] > 0,
                    out=np.zeros_like(total))  # fmt: skip
    assert found["cost"] + own * found["nights_short"] == pytest.approx(total, rel=1e-12)


@pytest.mark.long
def test_outcomes_are_those_of_the_tables_of_a_run() -> None:
    trial, found = experiment("severance-and-reopening"), outcomes("severance-and-reopening")
    assert set(found) == set(OUTCOMES)
    assert all(one.shape == (FEW.replications,) for one in found.values())
    days = np.array([365 - 26, 365, 365])
    short = (trial.yearly["shortage", "total", "mean"] * days[:, None]).sum(axis=0)
    assert found["nights_short"] == pytest.approx(short, rel=1e-6)
    assert found["worst_month"] == pytest.approx(trial.monthly["shortage", "total"].max(axis=0))
    for series, outcome in (("places", "empty_nights"),):
        held = trial.yearly[series, "total", "mean"] - trial.yearly["occupancy", "total", "mean"]
        start = trial.monthly[series, "total"][0] - trial.monthly["occupancy", "total"][0]
        nights = (held * days[:, None]).sum(axis=0) + 26 * start
        assert found[outcome] == pytest.approx(nights, rel=1e-6)
    assert (found["standby_nights"] == 0).all()
    for name in ("opened", "closed"):
        assert (found[name] == trial.tables.volumes[f"places_{name}"].sum(axis=(0, 2))).all()


@pytest.mark.long
def test_years_add_up() -> None:
    """What counts from 2025 on is that of 2025 and 2026 and what counts from 2027 on."""
    whole, late = outcomes("baseline"), outcomes("baseline", 2027)
    line = experiment("baseline").line("cost", "total")
    early = (line - experiment("baseline").line("cost", "beyond_places"))[:2].sum(axis=0)
    assert whole["cost"] == pytest.approx(late["cost"] + early, rel=1e-12)
    assert (late["nights_short"] <= whole["nights_short"]).all()
    with pytest.raises(sim.ScenarioError, match="there is no whole year from 2028 on"):
        outcomes("baseline", 2028)


@pytest.mark.long
def test_outcomes_do_not_depend_on_workers_or_on_how_work_is_divided() -> None:
    settings = Settings(7, 1, "week", date(2025, 12, 31))
    tasks = [Task(load(name), PlanOutcomes()) for name in PLANS]
    ours, theirs = (list(run_tasks(tasks, settings, Workers(n))) for n in (1, 3))
    late = run_task(Task(load(PLANS[0]), PlanOutcomes(), first=3), Settings(4, 1, "week",
                    date(2025, 12, 31)))  # fmt: skip
    for one, other in zip(ours, theirs, strict=True):
        for name, found in one.items():
            assert (found == other[name]).all(), name
    for name, found in late.items():
        assert (found == ours[0][name][3:]).all(), name


@pytest.mark.long
def test_a_plan_with_standby_has_its_nights_and_the_same_outcomes_without_other_cells() -> None:
    """What is left out to save time changes nothing; places on standby are no empty places."""
    scenario, base = load("standby-5000"), outcomes("baseline")
    whole, brief = (
        run_task(Task(scenario, PlanOutcomes(), volumes_only=only), FEW) for only in (False, True)
    )
    assert all((whole[name] == brief[name]).all() for name in OUTCOMES)
    volumes = [one.tables.volumes["standby_days"] for one in simulate_all(scenario, FEW, ONE)]
    assert (whole["standby_nights"] > 0).all()
    assert (whole["standby_nights"] >= volumes[0].sum(axis=(0, 2))).all()
    assert (whole["nights_short"] <= base["nights_short"]).all()


# -- Tables ----------------------------------------------------------------------------------------


def made(seed: int, futures: int = 200) -> dict[str, Floats]:
    """Return outcomes of a plan that nobody simulated."""
    rng = np.random.default_rng(seed)
    shared = np.random.default_rng(0).lognormal(size=futures)
    result = {name: 1e6 * rng.lognormal(size=futures) for name in OUTCOMES}
    result["cost"] = 1e9 * (20 + shared + 0.2 * rng.normal(size=futures))
    result["worst_month"] = 1_000 * rng.random(futures)
    return result


def tables(*seeds: int, **asked: Any) -> Mapping[str, pd.DataFrame]:
    """Return the tables of plans that nobody simulated."""
    found = [made(seed) for seed in seeds]
    return tables_of([f"p{seed}" for seed in seeds], found, PlanCompareOptions.parse(asked))


def test_the_order_of_plans_does_not_matter() -> None:
    one, other = tables(1, 2, 3, 4), tables(3, 1, 4, 2)
    for name in ("plans", "sweep", "ranges"):
        keys = [key for key in ("plan", "lambda", "low") if key in one[name]]
        ours, theirs = (
            frame[name].sort_values(keys).reset_index(drop=True) for frame in (one, other)
        )
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


def test_each_number_of_the_table_of_plans_is_that_of_its_futures() -> None:
    found = tables(1, 2, 3, **{"lambda": 300.0, "shortage": 800})["plans"].set_index("plan")
    weighed = np.stack([one["cost"] + 300 * one["nights_short"] for one in map(made, (1, 2, 3))])
    for at, name in enumerate(found.index):
        row, one = found.loc[name], made(at + 1)
        assert row["cost_mean"] == one["cost"].mean()
        assert row["cost_p90"] == np.quantile(one["cost"], 0.9)
        assert row["cost_cvar90"] == pytest.approx(np.sort(one["cost"])[-20:].mean())
        assert row["p_short"] == (one["worst_month"] > 800).mean()
        assert row["p_short_low"] < row["p_short"] < row["p_short_high"]
        assert row["loss_mean"] == weighed[at].mean()
        assert row["regret_mean"] == pytest.approx(regret(weighed)[at].mean())
        assert row["p_best"] == (weighed.argmin(axis=0) == at).mean()
        assert row["best"] == (weighed.mean(axis=1).argmin() == at)
    best = found[found["best"]]
    assert (best["above_best_mean"] == 0).all()
    assert (found["regret_mean"] >= 0).all()


def test_the_sweep_has_the_price_asked_for_and_agrees_with_the_ranges() -> None:
    found = tables(1, 2, 3, 4, **{"lambda": 333.0})
    sweep, ranges = found["sweep"], found["ranges"]
    assert sorted(set(sweep["lambda"])) == [0, 125, 250, 333, 500, 1000, 2000]
    for price, rows in sweep.groupby("lambda"):
        (best,) = rows[rows["best"]]["plan"]
        high = ranges["high"].fillna(np.inf)
        (expected,) = ranges[(ranges["low"] <= price) & (price < high)]["plan"]
        assert best == expected
        assert rows["loss_mean"].idxmin() == rows["regret_mean"].idxmin()
    there = sweep[sweep["lambda"] == 333].set_index("plan")["regret_mean"]
    assert (there == found["plans"].set_index("plan")["regret_mean"]).all()


def test_the_value_of_information_is_the_least_mean_regret() -> None:
    found = tables(1, 2, 3)
    assert values(found)["evpi"].value == found["plans"]["regret_mean"].min()
    assert values(found)["p2.cost_p90"].value == found["plans"]["cost_p90"][1]


def test_differences_are_from_the_first_plan_in_the_same_future() -> None:
    found, (first, other) = values(tables(1, 2)), map(made, (1, 2))
    more = other["cost"] - first["cost"]
    median = found["p2.more_cost_p50"]
    assert median.value == np.median(more)
    assert median.band == (np.quantile(more, 0.1), np.quantile(more, 0.9))
    assert found["p2.more_cost_mean"].value == pytest.approx(more.mean())
    worst = [np.sort(one["cost"])[-20:].mean() for one in (first, other)]
    assert found["p2.more_cost_cvar90"].value == pytest.approx(worst[1] - worst[0])
    fewer = first["nights_short"].mean() - other["nights_short"].mean()
    assert found["p2.fewer_nights_mean"].value == pytest.approx(fewer)
    assert found["p1.more_cost_mean"].value == found["p1.fewer_nights_mean"].value == 0


# -- Keys ------------------------------------------------------------------------------------------


def changed(**keys: object) -> Scenario:
    """Return the baseline with other numbers."""
    return override(load("baseline"), {key.replace("__", "."): one for key, one in keys.items()},
                    BECAUSE)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fixed-stock-41000", []),
        ("severance-and-reopening", []),
        ("no-emergency", []),
        ("regular-27100", ["reception.places.regular.price"]),
        ("supply-held", ["ind.capacity.response", "housing.response"]),
    ],
)
def test_keys_that_no_plan_decides_are_named(name: str, expected: list[str]) -> None:
    plans = {one: load(one) for one in ("baseline", name)}
    assert undecided(plans) == expected
    assert undecided(dict(reversed(plans.items()))) == expected


def test_a_key_that_only_a_third_plan_changes_is_named() -> None:
    plans = {"a": load("baseline"), "b": load("fixed-stock-41000"), "c": load("inflow-surge")}
    assert any(key.startswith("inflow") for key in undecided(plans))


# -- Sentences and doors ---------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_sentences_say_what_the_tables_say(lang: Language) -> None:
    content = compared("baseline", "fixed-stock-41000", "regular-27100")
    data = data_of(content)
    told = " ".join(sentences(data, lang))
    for text in ("250", "EVPI", "500", "2025-2027"):
        assert text in told
    assert ("Let op" if lang == "nl" else "Note") in told
    assert "{" not in told
    held = sentences(data_of(compared("baseline", "fixed-stock-41000")), lang)
    assert not any(one.startswith(("Let op", "Note")) for one in held)


@pytest.mark.long
def test_plans_are_compared_from_every_door(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--replications", "2", "--until", "2026-12-31", "--workers", "1")
    typed = ("plan", "compare", "baseline", "fixed-stock-41000", "--from", "2026", *words)
    done = command(*typed, "-o", "out")
    assert done.returncode == 0, done.stderr
    record = json.loads(Path("out/run.json").read_text("utf-8"))
    assert record["kind"] == "plan_comparison"
    assert record["asked"] == {"lambda": 250, "shortage": 500, "from": 2026, "years": [2026]}
    assert record["command"].startswith("opvangsim plan compare baseline fixed-stock-41000")
    again = command("runs", "reproduce", "out", "--workers", "1")
    assert again.returncode == 0, again.stdout
    memo = command("memo", "out", "--lang", "nl", "-o", "memo.md")
    assert memo.returncode == 0, memo.stderr
    text = Path("memo.md").read_text("utf-8")
    assert "gewogen kosten" in text
    assert "welk van deze plannen" in text
    told = (
        "- Een vaste voorraad van 41.000 reguliere plekken: Het aantal reguliere plekken groeit tot"
    )
    assert text.index("De keuze gaat tussen:") < text.index(told) < text.index("# Bijlage")
    assert "Wat bespaart de vaste voorraad" not in text, "a question is no description"
    monkeypatch.setattr(study_memos, "ROOM", 0)
    assert command("memo", "out", "--lang", "nl", "-o", "memo.md").returncode == 0
    text = Path("memo.md").read_text("utf-8")
    assert "De keuze gaat tussen:" not in text
    assert text.index("# Bijlage") < text.index("## De plannen") < text.index(told)
    drawn = command("plot", "out", "--lang", "nl", "-o", "drawn")
    assert drawn.stdout.split() == ["drawn/plans-nl-page.png"]
    base = sim.load("baseline")
    found = base.plan_compare(
        "fixed-stock-41000", since=2026, replications=2, until="2026-12-31", workers=1
    )
    pd.testing.assert_frame_equal(
        found.tables["plans"], pd.read_csv("out/plans.csv"), check_dtype=False
    )
    assert ".plan_compare(" in found.command


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("baseline",), "there is nothing to compare"),
        (("baseline", "baseline"), "baseline is given twice"),
        (("baseline", "no-emergency", "--from", "2031"), "2031 is not simulated"),
        (("baseline", "no-emergency", "--until", "2025-06-30"), "no whole year in the run"),
        (("baseline", "no-emergency", "--lambda", "-1"), "--lambda"),
        (("baseline", "year-2024"), "compare scenarios that begin on the same day"),
        (
            ("baseline", *(f"baseline+{one}" for one in ("no-emergency", "transit-none",
             "fill-91", "supply-held", "pact-2026", "coa-prices", "nominal", "cash-level"))),
            "at most 8",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_compared_is_refused(
    words: tuple[str, ...], message: str, command: Command
) -> None:
    done = command("plan", "compare", *words)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


@pytest.mark.slow
def test_help_is_in_the_group_and_in_both_languages(command: Command) -> None:
    assert "plan" in command("--help").stdout
    assert "compare" in command("plan", "--help").stdout
    helped = " ".join(command("plan", "compare", "--help", "--lang", "nl").stdout.split())
    assert "--lambda" in helped
    assert "Plannen vergelijken over alle toekomsten" in helped
