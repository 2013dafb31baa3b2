"""Conditioning a scenario on observations: what is used, what comes of it, and what is refused."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.cli import run_cli
from support.figures import FIGURES
from support.twins import (
    SERIES,
    effective_replications,
    figures,
    lower_crps,
    twin_forecasts,
)

import sim
from sim.errors import ScenarioError
from sim.hindcast.conditioning import (
    _missed,
    choose,
    condition,
    conditioned_names,
    standard_errors,
)
from sim.hindcast.observations import Observation, parse_period, read_observations
from sim.hindcast.smoother import Conditioned
from sim.model.prices import affects_costs_only
from sim.model.sampling import sample
from sim.report.observed_figures import compare
from sim.reproduce.rerun import reproduce
from sim.results.executor import Workers
from sim.results.experiment import Experiment, Settings, simulate_one
from sim.runs.load import read_run_folder
from sim.scenario import Scenario, load
from sim.what_if.sliders import apply_sliders

WEEKLY = Settings(200, 1, "week")
BASE = "baseline"
RUN = ("--step", "week", "--replications", "100", "--until", "2025-12-31", "--no-charts")


SPENT = "spending,line:total_cash,2025-Q2,sum,1000000000,EUR,2025-08-31,made up,\n"
SPENT += SPENT.replace("Q2", "Q1")


def command(*words: str) -> str:
    done = run_cli(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refusal(*words: str) -> str:
    done = run_cli(*words)
    assert done.returncode == 2, done
    return done.stderr


@pytest.fixture(scope="module")
def probe() -> Experiment:
    """One replication of the baseline's first two years."""
    scenario = load(BASE).model_copy(update={"until": parse_period("2026-12-31").last})
    return simulate_one(scenario, sample(scenario, 1, 1), Settings(1, 1, "week"))


def observed(
    name: str, period: str, statistic: str = "sum", published: str = "2026-12-31"
) -> Observation:
    series, _, breakdown = name.partition("|")
    return Observation(
        series=series,
        breakdown=breakdown,
        period=parse_period(period),
        statistic=statistic,  # type: ignore[arg-type]
        value=1000.0,
        unit="persons",
        published=parse_period(published).last,
        source="made up",
        error=0.02,
    )


OVERLAPS = [
    (
        ("inflow|total", "2026-Q2"),
        ("inflow|total", "2026"),
        "of a quarter and its year, the quarter",
    ),
    (
        ("inflow|total", "2026-05"),
        ("inflow|total", "2026-Q2"),
        "of a month and its quarter, the month",
    ),
    (("inflow|kind:family", "2026"), ("family_arrivals|total", "2026"), "of two names, the first"),
]


@pytest.mark.parametrize(("kept", "left", "_law"), OVERLAPS, ids=[law for _, _, law in OVERLAPS])
def test_overlapping_figures_count_once(
    kept: tuple[str, str], left: tuple[str, str], _law: str, probe: Experiment
) -> None:
    both = (observed(*kept), observed(*left))
    assert choose(both, None, probe).used == both[:1]
    assert set(choose(both[::-1], None, probe).used) <= set(both)
    assert len(choose(both[::-1], None, probe).used) == 1


def test_of_a_mean_and_a_day_in_it_the_day_counts(probe: Experiment) -> None:
    day = observed("occupancy|total", "2026-06-30", "end")
    mean = observed("occupancy|total", "2026", "mean")
    assert choose((mean, day), None, probe).used == (day,)


def test_of_a_total_and_all_its_parts_the_parts_count(probe: Experiment) -> None:
    """With one part missing the total says something the others do not, and counts too."""
    parts = tuple(
        observed(f"inflow|kind:{kind}", "2026")
        for kind in ("first", "repeat", "resettled", "family")
    )
    total = observed("inflow|total", "2026")
    assert choose((total, *parts), None, probe).used == parts
    assert choose((total, *parts[1:]), None, probe).used == (total, *parts[1:])


def test_a_figure_counts_from_its_publication_on(probe: Experiment) -> None:
    one = observed("inflow|total", "2026-Q2", published="2026-07-31")
    day = one.published
    assert choose((one,), day, probe).used == (one,)
    left_out = choose((one,), day.replace(day=day.day - 1), probe)
    assert not left_out.used
    assert left_out.left_out == ((one, "published later"),)


def test_figures_of_the_start_or_outside_the_run_are_left_out_by_name(probe: Experiment) -> None:
    for name, period, statistic in (
        ("occupancy|total", "2025-01-27", "end"),
        ("inflow|total", "2024-Q4", "sum"),
        ("inflow|total", "2025-Q1", "sum"),
        ("received|total", "2026", "sum"),
    ):
        choice = choose((observed(name, period, statistic),), None, probe)
        assert not choice.used
        assert choice.left_out[0][1]


def test_the_error_of_a_count_holds_its_chance() -> None:
    """Root of (error x value)² + value for a count, of the first alone for euros."""
    people = replace(observed("inflow|total", "2026"), value=10_000.0, error=0.02)
    money = replace(people, series="spending", breakdown="line:coa", value=3e6, error=1e-4)
    assert standard_errors([people, money]) == pytest.approx([np.sqrt(200**2 + 10_000), 300])


def test_prices_are_moved_by_observed_spending_alone() -> None:
    scenario = load(BASE)
    people = observed("occupancy|total", "2026-06-30", "end")
    money = replace(observed("spending|line:coa", "2026"), unit="EUR")
    last = people.period.last
    without, _ = conditioned_names(scenario, [people], last)
    with_money, _ = conditioned_names(scenario, [people, money], last)
    priced = {key for key in with_money if affects_costs_only(scenario, key)}
    assert len(priced) > 3
    assert set(with_money) - set(without) == priced


@pytest.mark.long
def test_forecasts_of_twins_are_closer_to_their_truth(tmp_path: Path) -> None:
    """CRPS of people is at least 35% lower a year on and 12% lower two years on.

    Of eight twins; ``make verify`` holds eighty against narrower bounds.
    """
    twins = twin_forecasts(load(BASE), WEEKLY, 8, tmp_path)
    for years, least in ((1, 0.35), (2, 0.12)):
        people = [t for t in twins if t.series == "occupancy|total" and t.years == years]
        assert lower_crps(people)[0] > least
    assert 0.6 <= np.mean([twin.inside for twin in twins]) <= 0.95
    assert len(twins) == 8 * 2 * len(SERIES)


@pytest.mark.long
def test_importance_weights_alone_leave_no_ensemble() -> None:
    """A year of figures leaves the weight of fewer than four of 200 replications."""
    left = [effective_replications(load(BASE), WEEKLY, twin, 8) for twin in range(8)]
    assert np.median(left) < 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small nowcast of the baseline."""
    there = tmp_path_factory.mktemp("nowcast")
    file = there / "figures.csv"
    file.write_text(FIGURES + SPENT, "utf-8")
    words = ("nowcast", BASE, "--observed", str(file), "--as-of", "2025-08-31", *RUN[:-1])
    (there / "said.txt").write_text(command(*words, "-o", str(there / "out")), "utf-8")
    return there / "out"


@pytest.mark.long
def test_a_nowcast_is_a_run_with_what_moved_beside_it(folder: Path) -> None:
    """Each figure lies nearer to the mean than before, and its spread is less."""
    figures_, numbers = pd.read_csv(folder / "figures.csv"), pd.read_csv(folder / "posterior.csv")
    assert (figures_.pop("use")[figures_["series"] == "spending"] != "used").all()
    figures_ = figures_[figures_["series"] != "spending"]
    before = (figures_["prior_mean"] - figures_["value"]).abs()
    after = (figures_["posterior_mean"] - figures_["value"]).abs()
    assert (after < before).all()
    assert (figures_["spread_ratio"] < 1).all()
    assert numbers["spread_ratio"].max() < 1.2
    assert not numbers["key"].str.startswith("prices.").any()
    assert json.loads((folder / "run.json").read_text("utf-8"))["nowcast"]["used"] == 3


@pytest.mark.long
def test_a_nowcast_is_reproduced_byte_for_byte(folder: Path) -> None:
    found = reproduce(folder, Workers(1), lambda *_: nullcontext(None))
    assert found.equal, [one.name for one in found.files if one.state != "equal"]


@pytest.mark.long
def test_its_folder_holds_the_run_against_its_own_figures(folder: Path) -> None:
    """Squares over the fans, and two quarters spent: 2 billion by June.

    How many of the very figures it is conditioned on lie inside is no test, and is not said.
    """
    found = compare(read_run_folder(folder), read_observations(folder / "observed.csv"))
    assert len(found.compared) == 2
    said = " ".join((folder.parent / "said.txt").read_text("utf-8").split())
    assert "within the 80% interval:" not in said
    assert "within the 80% interval of the original forecast" in said
    assert "Up to 30 June 2025" in said
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert record["observed"]["as_of"] == "2025-08-31"
    assert {"charts/ind.png", "charts/budget_year.png"} <= set(record["files"])
    table = pd.read_csv(folder / "budget_monthly.csv")
    cash = table[(table["line"] == "total") & (table["timing"] == "cash")].set_index("date")
    assert cash["realised"].count() == 2
    assert cash["realised"].iloc[5] == pytest.approx(2 * cash["realised"].iloc[2], abs=1000)


@pytest.mark.long
def test_in_python_it_is_that_of_the_command(folder: Path, tmp_path: Path) -> None:
    """The same id and the same bytes but for charts, which name the command; and its tables."""
    day, last = date(2025, 8, 31), date(2025, 12, 31)
    given = folder.parent / "figures.csv"
    found = sim.load(BASE).nowcast(given, day, 100, step="week", until=last, out=tmp_path / "now")
    ours, theirs = found.finished.record, sim.open_run(folder).finished.record
    assert ours["id"] == theirs["id"]
    for one in (ours, theirs):
        one["files"] = {k: v for k, v in one["files"].items() if not k.startswith("charts/")}
    assert ours["files"] == theirs["files"]
    assert found.figures["use"].tolist() == pd.read_csv(folder / "figures.csv")["use"].tolist()
    assert found.posterior["key"].tolist() == pd.read_csv(folder / "posterior.csv")["key"].tolist()
    again = found.scenario.run(100, step="week", until=last)
    pd.testing.assert_frame_equal(again.monthly, found.monthly)
    with pytest.raises(ScenarioError, match="not conditioned on figures"):
        _ = again.figures


@pytest.mark.long
def test_in_python_without_a_figure_it_is_the_scenario_itself(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, "utf-8")
    base = sim.load(BASE)
    settings = {"step": "week", "until": date(2025, 12, 31)}
    found = base.nowcast(file, date(2025, 1, 31), 5, **settings)  # type: ignore[arg-type]
    assert found.scenario is base
    assert found.posterior.empty
    assert set(found.figures["use"]) == {"published later"}


@pytest.mark.long
def test_its_patch_gives_the_same_tables(folder: Path, tmp_path: Path) -> None:
    command("run", str(folder / "nowcast.yaml"), *RUN, "-o", str(tmp_path / "again"))
    for name in ("monthly.csv", "yearly.csv", "budget.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.long
def test_what_conditioned_draws_do_not_allow_is_refused_by_name(
    folder: Path, tmp_path: Path
) -> None:
    patch = str(folder / "nowcast.yaml")
    out = ("-o", str(tmp_path / "out"))
    for words, said in (
        (("run", patch, *RUN, "--seed", "2", *out), "seed 1"),
        (("run", patch, *RUN[2:], *out), "steps of a week"),
        (("run", patch, "--step", "week", "--replications", "101", *out), "100 joint draws"),
        (("run", patch, *RUN, "--set", "housing.homes=20000", *out), "housing.homes"),
        (("sensitivity", patch, "--points", "64", "--step", "week", *out), "is conditioned on"),
        (("nowcast", patch, "--observed", str(folder / "observed.csv"), "--as-of", "2025-08-31",
          *RUN, *out), "conditioned on observations already"),
    ):  # fmt: skip
        assert said in refusal(*words)


@pytest.mark.long
def test_override_gives_up_the_draws_of_that_number_alone(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command("run", str(folder / "nowcast.yaml"), *RUN, "--set", "housing.homes=20000",
            "--override", "-o", str(out))  # fmt: skip
    made = load(out / "scenario.resolved.yaml")
    assert made.posterior is not None
    assert made.posterior.released == ("housing.homes",)
    drawn = sample(made, 100, 1)
    kept = made.posterior.draws["family.productivity"]
    assert np.array_equal(drawn["family.productivity"], kept)
    assert not np.array_equal(drawn["housing.homes"], kept)


@pytest.mark.long
def test_without_a_figure_it_is_the_run_of_the_scenario(tmp_path: Path) -> None:
    """The same bytes in every table."""
    file = tmp_path / "figures.csv"
    file.write_text(FIGURES, "utf-8")
    command("run", BASE, *RUN, "-o", str(tmp_path / "run"))
    command("nowcast", BASE, "--observed", str(file), "--as-of", "2025-01-31", *RUN,
            "-o", str(tmp_path / "now"))  # fmt: skip
    for name in ("monthly.csv", "yearly.csv", "budget.csv", "replications.parquet"):
        assert (tmp_path / "now" / name).read_bytes() == (tmp_path / "run" / name).read_bytes()


@pytest.mark.long
def test_a_changed_or_missing_file_of_draws_is_refused(folder: Path, tmp_path: Path) -> None:
    patch = (folder / "nowcast.yaml").read_text("utf-8")
    (tmp_path / "nowcast.yaml").write_text(patch, "utf-8")
    with pytest.raises(ScenarioError, match="can't be read"):
        load(tmp_path / "nowcast.yaml")
    (draws,) = folder.glob("posterior-*.parquet")
    changed = bytearray(draws.read_bytes())
    changed[100] ^= 1
    (tmp_path / draws.name).write_bytes(changed)
    with pytest.raises(ScenarioError, match="SHA-256"):
        load(tmp_path / "nowcast.yaml")


def test_a_missed_figure_names_what_moves_it_and_nothing_if_that_is_chance() -> None:
    """One of two figures is the first number itself; the other goes with none of thirty."""
    rng = np.random.default_rng(1)
    prior = rng.standard_normal((30, 200))
    seen = 100 + np.vstack([prior[0], rng.standard_normal(200)])
    used = [observed("inflow|kind:first", "2026"), observed("inflow|kind:repeat", "2026")]
    conditioned = Conditioned(prior, np.ones(30, bool), seen, seen)
    names = [f"number {index}" for index in range(30)]
    assert [key for _, _, key in _missed(used, names, prior, conditioned)] == ["number 0", ""]


@pytest.mark.long
def test_figures_stated_too_exactly_are_refused() -> None:
    """What leaves a number under 5% of its spread is no posterior."""
    scenario: Scenario = load(BASE)
    exact = [replace(one, error=1e-6, value=50_000.0) for one in figures(("2025-Q2", "2025-Q3"))]
    with pytest.raises(ScenarioError, match="collapsed"):
        condition(scenario, exact, None, replace(WEEKLY, until=parse_period("2025-12-31").last))


@pytest.mark.long
def test_studies_take_a_nowcast_and_a_patch_on_it(folder: Path, tmp_path: Path) -> None:
    """Compared, explained and solved for; the number that a patch sets gives up its draws."""
    patch = str(folder / "nowcast.yaml")
    chain, few = f"{patch}+faster-housing", ("--step", "week", "--replications", "50")
    for number, words in enumerate(
        (
            ("compare", patch, chain, *few, "--override", "--until", "2027-12-31"),
            ("explain", patch, chain, *few, "--override"),
            ("solve", patch, "--lever", "housing.homes@2026-01-01", "--range", "20000:60000",
             "--target", "gap.total.2027 <= 3e9", *few,
             "--set", "posterior.released=[housing.homes]"),
            ("memo", str(folder), "-o", str(tmp_path / "m.md")),
        )
    ):  # fmt: skip
        out = () if "-o" in words else ("-o", str(tmp_path / str(number)))
        command(*words, *out)


@pytest.mark.long
def test_a_slider_gives_up_the_draws_of_its_number(folder: Path) -> None:
    scenario = load(folder / "nowcast.yaml")
    moved = apply_sliders(scenario, {"homes": 3_000})
    assert moved.posterior is not None
    assert moved.posterior.released == ("housing.homes",)
