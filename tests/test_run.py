"""A run's folder: what is written, that it is whole, and that it is always the same."""

from __future__ import annotations

import errno
import hashlib
import json
from datetime import date
from pathlib import Path
from threading import Event, active_count
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.cli import Command

from sim.errors import ModelError, ScenarioError
from sim.model.cancel import CancelledError
from sim.model.sampling import sample
from sim.results import cell as address
from sim.results import precision, tasks
from sim.results import tables as results
from sim.results.executor import Workers
from sim.results.experiment import Settings, simulate_one
from sim.runs import batches
from sim.runs import run as run_module
from sim.runs.batches import (
    Batch,
    CellIndex,
    Cells,
    Options,
    batch_of,
)
from sim.runs.manifest import SCHEMA
from sim.runs.run import Run, execute, run_id
from sim.runs.summary_tables import View, budget_table
from sim.scenario import Scenario, find, load, load_chain, override

SOME_VIEWS: list[View] = [
    ("vjn2024", "paid_2024", "cash", "nominal", "total"),
    ("owb2025", "document", "cost", "vintage", "nidos"),
    ("owb2025", "paid_2024", "cash", "vintage", "total"),
]
QUICK: dict[str, Any] = {"replications": 6, "step": "week", "charts": False, "workers": Workers(1)}


@pytest.fixture(scope="module")
def done(baseline: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "baseline"
    options = Options(**QUICK | {"charts": True})
    inputs = load_chain(["baseline"]).inputs
    return execute(baseline, "baseline", options, folder, inputs=inputs)


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != "run.json"
    }


@pytest.mark.slow
def test_a_run_writes_just_these_files(done: Run) -> None:
    assert sorted(files_of(done.folder)) == [
        "budget.csv",
        "budget_monthly.csv",
        "charts/gap.png",
        "charts/gap.svg",
        "charts/need.png",
        "charts/need.svg",
        "monthly.csv",
        "monthly.parquet",
        "replications.parquet",
        "scenario.resolved.yaml",
        "yearly.csv",
    ]
    assert not list(done.folder.parent.glob(".*"))


@pytest.mark.slow
def test_the_record_binds_every_file_by_its_hash(done: Run) -> None:
    record = json.loads((done.folder / "run.json").read_text())
    assert (record["kind"], record["schema"], record["id"]) == ("run", SCHEMA, done.id)
    assert record["files"] == files_of(done.folder)
    baseline_file = find("baseline")
    assert record["inputs"] == {
        "baseline.yaml": hashlib.sha256(baseline_file.read_bytes()).hexdigest()
    }


@pytest.mark.slow
def test_the_budget_table_has_the_agreed_columns_and_rows(done: Run) -> None:
    table = pd.read_csv(done.folder / "budget.csv")
    statistics = list(results.STATISTICS)
    assert list(table.columns) == [
        *("vintage", "year", "line", "cost_level", "timing", "price_basis"),
        *(f"cost_{stat}" for stat in statistics),
        "budget",
        *(f"gap_{stat}" for stat in statistics),
        "p_gap_positive",
        *(f"{table}_{column}" for table in ("cost", "gap") for column in precision.COLUMNS),
        *("p_gap_positive_low", "p_gap_positive_high"),
    ]
    lines = {"total", "coa_nidos", "ind", "coa", "nidos", "severance", "penalties",
             "beyond_places", "transit", "ukraine", "oda", "before_start"}  # fmt: skip
    assert lines <= set(table["line"])
    assert set(table["year"]) == set(range(2025, 2031))
    assert set(table["cost_level"]) == {"estimated", "document", "coa_price", "paid_2024"}
    assert set(table["timing"]) == {"cost", "cash"}
    assert set(table["price_basis"]) == {"vintage", "nominal"}
    held = table[table["budget"].notna()]
    gap = held["cost_mean"] - held["budget"]
    assert (np.abs(gap - held["gap_mean"]) <= 2000).all()
    empty = table[table["budget"].isna()]
    assert empty[["gap_mean", "p_gap_positive"]].isna().all().all()


@pytest.mark.slow
def test_some_views_of_the_budget_are_those_rows_of_the_whole_table(baseline: Scenario) -> None:
    settings = Settings(3, step="week", until=date(2025, 12, 31))
    trial = simulate_one(baseline, sample(baseline, 3, 1), settings)
    whole, some = (
        budget_table(baseline, trial.samples, trial.clock, Cells([batch_of(trial, ())]), views)
        for views in (None, SOME_VIEWS)
    )
    keys = ["vintage", "cost_level", "timing", "price_basis", "line"]
    assert [tuple(row) for row in some[keys].to_numpy()] == SOME_VIEWS
    rows = whole.set_index(keys).loc[SOME_VIEWS].reset_index()[list(whole.columns)]
    pd.testing.assert_frame_equal(some, rows, check_exact=True)


@pytest.mark.long
def test_the_headline_holds_the_draft_budget(done: Run) -> None:
    table = done.budget
    rows = table[(table["vintage"] == "owb2025") & (table["line"] == "total")]
    rows = rows[(rows["timing"] == "cost") & (rows["price_basis"] == "vintage")]
    held = rows[rows["cost_level"] == "document"].set_index("year")["budget"] / 1e6
    expected = [5_368.5, 5_699.7, 1_469.1, 1_008.8, 1_008.8]
    assert held.loc[2025:2029].tolist() == pytest.approx(expected, abs=0.1)
    assert np.isnan(held.loc[2030])


@pytest.mark.slow
def test_the_monthly_table_has_the_agreed_columns_dates_and_series(done: Run) -> None:
    table = pd.read_csv(done.folder / "monthly.csv")
    assert list(table.columns) == [
        *("date", "series", "breakdown", "unit"),
        *results.STATISTICS,
        *precision.COLUMNS,
    ]
    dates = sorted(set(table["date"]))
    assert dates[:3] == ["2025-01-27", "2025-01-31", "2025-02-28"]
    assert dates[-1] == "2030-12-31"
    assert len(dates) == 73
    agreed = {
        "occupancy": {"total", "place:regular", "place:emergency", "place:emergency_hotel",
                      "place:emergency_ship", "place:tgo", "place:non_coa",
                      "kind:asylum_seekers", "kind:status_holders", "kind:minors",
                      "kind:unaccompanied_minors"},
        "places": {"total", "place:emergency"},
        "pending": {"total", "group:syria"},
        "waiting_months": {"kind:decided_median", "kind:decided_p90", "kind:pending_mean",
                           "kind:pending_track4_median"},
        "inflow": {"total", "group:syria"},
        "decisions": {"kind:granted", "kind:rejected", "kind:closed"},
    } | {name: {"total"} for name in (
        "need", "shortage", "emergency_share", "in_appeal", "rejected", "family_pending",
        "family_arrivals", "other_intake", "housed", "departed", "municipal_arrears", "transit",
    )}  # fmt: skip
    for series, breakdowns in agreed.items():
        assert breakdowns <= set(table[table["series"] == series]["breakdown"]), series
    parquet = pd.read_parquet(done.folder / "monthly.parquet")
    assert len(parquet) == len(table)


@pytest.mark.slow
def test_tables_agree_with_one_another(done: Run) -> None:
    monthly, yearly = done.monthly, done.yearly

    def year_sum(series: str, year: int) -> float:
        rows = monthly[(monthly["series"] == series) & (monthly["breakdown"] == "total")]
        return float(rows[rows["date"].dt.year == year]["mean"].sum())

    sums = yearly[(yearly["measure"] == "sum") & (yearly["breakdown"] == "total")]
    for series in ("inflow", "housed", "departed", "family_arrivals"):
        expected = sums[(sums["series"] == series) & (sums["year"] == 2027)]["mean"].item()
        assert year_sum(series, 2027) == pytest.approx(expected, abs=0.2)
    replications = pd.read_parquet(done.folder / "replications.parquet")
    assert len(replications) == 6 * QUICK["replications"]
    mean = replications[replications["year"] == 2027]["inflow|total|sum"].mean()
    row = sums[(sums["series"] == "inflow") & (sums["year"] == 2027)]
    assert mean == pytest.approx(row["mean"].item(), abs=0.01)
    cost = replications[replications["year"] == 2027]["cost|coa|document"].mean()
    where = f"cost.coa.{2027}@owb2025"
    shown = address.look_up(address.parse(where), done.budget, yearly, "owb2025", "document")
    assert cost == pytest.approx(shown, abs=1000)


@pytest.mark.long
@pytest.mark.parametrize(
    ("workers", "chunk", "stored"), [(2, 0, False), (1, 2, True), (2, 1, False), (2, 2, True)]
)
def test_threads_chunks_and_where_results_are_kept_do_not_move_a_byte(
    done: Run,
    baseline: Scenario,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: int,
    chunk: int,
    stored: bool,
) -> None:
    files: list[Path] = []
    store = batches._stored

    def noted(batch: Batch, folder: Path) -> Batch:
        files.append(folder)
        return store(batch, folder)

    monkeypatch.setattr(batches, "_stored", noted)
    if stored:
        monkeypatch.setattr(batches, "IN_MEMORY_BYTES", 0)
    options = Options(**QUICK | {"workers": Workers(workers), "chunk": chunk})
    other = execute(baseline, "baseline", options, tmp_path / "other")
    assert bool(files) == stored
    here, there = files_of(done.folder), files_of(other.folder)
    for name in there:
        assert here[name] == there[name], name
    assert {"budget.csv", "monthly.parquet", "yearly.csv", "replications.parquet"} <= set(there)
    assert other.id == done.id


def test_a_cell_joins_the_batches_that_hold_its_replications(tmp_path: Path) -> None:
    whole = np.arange(2 * 3 * 7, dtype=np.float64).reshape(2, 3, 7)
    index = CellIndex((), (2025, 2026, 2027), (), (), ())
    first_, middle, last_ = (
        Batch(part.shape[-1], index, {"yearly": part}) for part in np.split(whole, (2, 5), axis=-1)
    )
    cells = Cells([first_, batches._stored(middle, tmp_path / "stored"), last_])
    assert cells.replications == 7
    for number in range(2):
        np.testing.assert_array_equal(cells("yearly", number), whole[number])
        for first in range(7):
            for last in range(first + 1, 8):
                found = cells("yearly", number, first, last)
                np.testing.assert_array_equal(found, whole[number, :, first:last])


@pytest.mark.long
def test_the_same_run_again_gives_the_same_charts(
    done: Run, baseline: Scenario, tmp_path: Path
) -> None:
    again = execute(baseline, "baseline", Options(**QUICK | {"charts": True}), tmp_path / "again")
    assert files_of(again.folder) == files_of(done.folder)


def test_the_id_knows_what_is_computed_and_nothing_else(baseline: Scenario) -> None:
    until = baseline.until
    base = run_id(baseline, Options(), until)
    same = [
        Options(workers=Workers(3)),
        Options(lang="nl"),
        Options(charts=False),
        Options(chunk=7),
    ]
    assert all(run_id(baseline, options, until) == base for options in same)
    other = [
        Options(seed=2),
        Options(replications=7),
        Options(step="week"),
        Options(vary=("process",)),
    ]
    assert all(run_id(baseline, options, until) != base for options in other)
    changed = override(baseline, {"housing.homes": 1}, "a test")
    assert run_id(changed, Options(), until) != base


@pytest.mark.long
def test_the_resolved_scenario_gives_the_same_run_again(done: Run, tmp_path: Path) -> None:
    again = execute(
        load(done.folder / "scenario.resolved.yaml"), "x", Options(**QUICK), tmp_path / "x"
    )
    assert again.id == done.id
    assert files_of(again.folder)["budget.csv"] == files_of(done.folder)["budget.csv"]


@pytest.mark.long
def test_our_own_folder_is_replaced_and_a_foreign_one_is_not(
    baseline: Scenario, tmp_path: Path
) -> None:
    quick = Options(**QUICK | {"replications": 1, "until": baseline.start})
    ours = tmp_path / "ours"
    execute(baseline, "one", quick, ours)
    (ours / "notes.txt").write_text("mine")
    execute(baseline, "two", quick, ours)
    assert (ours / "notes.txt").read_text() == "mine"
    assert json.loads((ours / "run.json").read_text())["scenario"] == "two"

    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.docx").write_text("years of work")
    with pytest.raises(ScenarioError, match="contains files that are not a run of opvangsim"):
        execute(baseline, "one", quick, foreign)
    assert (foreign / "thesis.docx").read_text() == "years of work"


@pytest.mark.slow
def test_a_run_says_which_other_run_of_its_folder_it_replaces(command: Command) -> None:
    words = ("run", "baseline", "--until", "2025-03-31", "--step", "week", "--no-charts")
    first = command(*words, "--replications", "2")
    assert "replaces" not in first.stdout
    assert "replaces" not in command(*words, "--replications", "2").stdout
    said = command(*words, "--replications", "3").stdout
    assert "(2 replications, time step: one week, seed 1)" in " ".join(said.split())


def test_a_folder_below_a_file_can_not_be_written(baseline: Scenario, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ScenarioError, match="can't be written"):
        execute(baseline, "x", Options(**QUICK), tmp_path / "file" / "run")


@pytest.mark.long
@pytest.mark.parametrize("step", ["measured", "write_tables", "write_manifest"])
def test_a_full_disk_leaves_what_was_there_and_nothing_half_written(
    baseline: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    quick = Options(**QUICK | {"replications": 1, "until": baseline.start})
    folder = tmp_path / "run"
    execute(baseline, "before", quick, folder)
    before = files_of(folder)

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(batches if step == "measured" else run_module, step, full)
    with pytest.raises(ScenarioError, match="the disk is full"):
        execute(baseline, "after", quick, folder)
    assert files_of(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.long
def test_an_error_in_one_batch_ends_the_others_within_a_step_and_leaves_nothing(
    baseline: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = Event(), []

    def fails(*args: Any) -> Any:
        if args[3] == 0:
            assert begun.wait(60)
            raise ModelError("broken")
        begun.set()
        try:
            return simulate_one(*args)
        except CancelledError:
            ended.append(args[3])
            raise

    monkeypatch.setattr(tasks, "simulate_one", fails)
    options = Options(**QUICK | {"workers": Workers(2), "chunk": 1, "step": "day"})
    before = active_count()
    with pytest.raises(ModelError, match="broken"):
        execute(baseline, "x", options, tmp_path / "run")
    # The second was under way, the third may just have begun, and those after it never did.
    assert {1} <= set(ended) <= {1, 2}
    assert active_count() == before
    assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_an_interrupt_leaves_nothing(
    baseline: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "write_tables", interrupted)
    with pytest.raises(KeyboardInterrupt):
        execute(baseline, "x", Options(**QUICK | {"replications": 1}), tmp_path / "run")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "gap.total.2027@owb2025:p90",
        "gap.total.2027:p_positive",
        "budget.ind.2028@document",
        "occupancy.place:regular.2026",
        "waiting_months.kind:decided_p90.2026",
        "municipal_arrears.total.2026",
    ],
)
def test_an_address_finds_its_cell(done: Run, text: str) -> None:
    value = address.look_up(address.parse(text), done.budget, done.yearly, "owb2025", "document")
    assert np.isfinite(value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("pending.total.2026", "end"),
        ("family_pending.total.2026", "end"),
        ("waiting_months.kind:pending_median.2026", "end"),
        ("waiting_months.kind:decided_mean.2026", "mean"),
        ("occupancy.total.2026", "mean"),
        ("inflow.total.2026", "sum"),
    ],
)
def test_cases_are_taken_at_the_end_of_a_year_and_people_over_it(
    done: Run, text: str, measure: str
) -> None:
    """As the answers to the Senate's questions say of them."""
    asked = address.parse(text)
    table = done.yearly.set_index(["series", "breakdown", "year", "measure"])
    expected = table.loc[(asked.table, asked.line, 2026, measure), "mean"]
    assert address.look_up(asked, done.budget, done.yearly, "", "document") == expected


@pytest.mark.parametrize(
    "text",
    [
        "gap",
        "gap.total",
        "gap.total.27",
        "gap.total.2027:p33",
        "gap.total.2027@:mean",
        "__import__.x.2027",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="no address of a cell"):
        address.parse(text)


@pytest.mark.slow
def test_an_address_of_nothing_is_refused(done: Run) -> None:
    """And the message says which tables, lines, vintages and years there are."""
    for text, advice in (
        ("gap.total.2099", "gap.total has the years 2025 to "),
        ("gap.totaal.2026", "gap has no line 'totaal': did you mean 'total'?"),
        ("bezetting.total.2026", "there is no table 'bezetting': did you mean 'occupancy'?"),
        ("gap.total.2026@owb2052", "there is no vintage 'owb2052': did you mean 'owb2025'"),
        ("inflow.kind.2026", "inflow has no line 'kind': "),
    ):
        with pytest.raises(ScenarioError, match="no such cell") as caught:
            address.look_up(address.parse(text), done.budget, done.yearly, "owb2025", "document")
        assert advice in caught.value.problems[0].advice
