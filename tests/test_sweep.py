"""Sweeps: the same table whatever runs them, whatever is killed, and nothing of it is lost."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event

import numpy as np
import pandas as pd
import pytest
from support.cli import DESIGN, INTERRUPTIBLE
from support.processes import needs

from sim.cli import app
from sim.errors import ScenarioError
from sim.results.cell import parse as parse_address
from sim.results.executor import Workers, open_workers
from sim.results.experiment import Settings, summary_value
from sim.results.tasks import simulate_all
from sim.runs.atomic import FILE, LOCK
from sim.runs.manifest import MANIFEST, SCHEMA, digest
from sim.runs.summary_tables import round_significant
from sim.scenario import load
from sim.studies import sweep_store as store
from sim.studies.design import parse_design
from sim.studies.design_points import expand_design
from sim.studies.sweep import Done, RunOutcome, Sweep, SweepJob, seconds_a_run, sweep, work
from sim.studies.sweep_store import WORKING, opened, owned

TINY = """
title: {en: Tiny, nl: Klein}
scenario: baseline
design: sobol
points: 8
keys:
  inflow.first@2025-02-01: {low: 15000, high: 45000}
  housing.homes: {low: 15000, high: 45000}
patches:
  crossed: {price: [none, regular-27100]}
exclude: [price == regular-27100 and housing.homes > 40000]
record: [occupancy.total.2025, "inflow.total.2025:mean"]
replications: 2
until: 2025-02-28
"""
DOOMED = """
scenario: baseline
design: grid
keys:
  reception.desk.planned_fill: {values: [0.9, 1.5]}
  housing.homes: {values: [20000, 30000]}
record: ["occupancy.total.2025:mean"]
replications: 1
until: 2025-02-07
"""


def of(text: str, name: str = "tiny") -> Sweep:
    return Sweep(name, expand_design(parse_design(text, f"{name}.yaml"), Path()), text)


@contextmanager
def here() -> Iterator[Workers]:
    """One thread."""
    with open_workers(None, 1) as crew:
        yield crew


def swept(text: str, folder: Path, workers: int = 1) -> Done:
    with open_workers(None, workers) as crew:
        return sweep(of(text), folder, crew)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep") / "one"
    swept(TINY, folder)
    return folder


def table_of(folder: Path) -> bytes:
    return (folder / store.TABLE).read_bytes()


@pytest.mark.long
def test_the_table_has_a_row_a_run_in_order_with_levers_cells_and_hash(done: Path) -> None:
    plan = of(TINY).plan
    table = pd.read_parquet(done / store.TABLE)
    assert list(table["run"]) == [run.number for run in plan]
    assert list(table.columns) == ["run", *plan.design.levers, *plan.design.cells, "hash"]
    for index, run in enumerate(plan):
        assert dict(table.loc[index, list(plan.design.levers)]) == dict(run.row)
    assert table["hash"].is_unique


@pytest.mark.slow
def test_a_row_holds_what_a_run_of_its_scenario_gives(done: Path) -> None:
    plan = of(TINY).plan
    table = pd.read_parquet(done / store.TABLE)
    for index in (0, 5):
        (trial,) = simulate_all(plan.scenario(plan[index]), plan.settings)
        for cell in plan.design.record:
            expected = summary_value(trial.cell(cell), cell.statistic)
            assert table.loc[index, str(cell)] == round_significant(expected)


@pytest.mark.long
def test_two_workers_give_the_same_bytes_as_one(done: Path, tmp_path: Path) -> None:
    swept(TINY, tmp_path / "two", workers=2)
    assert table_of(tmp_path / "two") == table_of(done)


@pytest.mark.slow
def test_the_record_binds_every_file_by_its_hash(done: Path) -> None:
    record = json.loads((done / "run.json").read_text())
    assert (record["kind"], record["schema"], record["id"]) == ("sweep", SCHEMA, of(TINY).id)
    files = {
        str(file.relative_to(done)): digest(file)
        for file in done.rglob("*")
        if file.is_file() and file.name != "run.json"
    }
    assert record["files"] == files
    assert {"sweep.parquet", "sweep.yaml", "failed.csv"} <= set(files)
    assert not (done / "parts").exists()


@pytest.mark.long
def test_the_identity_knows_what_is_computed_and_nothing_else() -> None:
    base = of(TINY)
    assert of(TINY.replace("Tiny", "Other")).id == base.id
    for old, new in (("high: 45000", "high: 45001"), ("replications: 2", "replications: 3"),
                     ("2025:mean", "2025:p90"), ("2025-02-28", "2025-03-01"),
                     ("regular-27100", "coa-prices"), ("points: 8", "points: 16")):  # fmt: skip
        other = of(TINY.replace(old, new))
        assert other.id != base.id, new
        same = {base.hash_of(run) for run in base.plan} & {other.hash_of(r) for r in other.plan}
        # Only the choice of runs may leave any of them as it was.
        assert bool(same) == (old in ("points: 8", "regular-27100")), new


@pytest.mark.long
def test_nothing_is_run_twice(done: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    swept(TINY, folder)
    again = swept(TINY, folder)
    assert (again.fresh, again.earlier) == (0, len(of(TINY).plan))
    assert table_of(folder) == table_of(done)
    wider = swept(TINY.replace("points: 8", "points: 16"), folder)
    assert wider.earlier == len(of(TINY).plan)
    assert wider.fresh == len(of(TINY.replace("points: 8", "points: 16")).plan) - wider.earlier
    fewer = swept(TINY, folder)
    assert (fewer.fresh, fewer.dropped) == (0, wider.fresh)
    assert table_of(folder) == table_of(done)


@pytest.mark.slow
def test_runs_with_the_same_values_are_done_once_and_have_a_row_each(tmp_path: Path) -> None:
    text = DOOMED.replace("grid", "sobol\npoints: 8")
    told: list[int] = []
    with here() as crew:
        found = sweep(of(text), tmp_path / "same", crew, lambda done, _total: told.append(done))
    assert found.fresh + found.failed == 8
    assert len(told) - 1 == 4
    table = pd.read_parquet(tmp_path / "same" / store.TABLE)
    assert table["run"].is_monotonic_increasing
    assert (len(table), table["hash"].nunique()) == (4, 2)
    failed = pd.read_csv(tmp_path / "same" / "failed.csv")
    assert sorted([*table["run"], *failed["run"]]) == list(range(1, 9))


@pytest.mark.slow
def test_a_sweep_that_shares_no_run_with_an_earlier_one_replaces_its_table(tmp_path: Path) -> None:
    for folder, seeds in (("new", (1,)), ("old", (2, 1))):
        done = [swept(f"{DESIGN}seed: {seed}\n", tmp_path / folder) for seed in seeds]
        assert (done[-1].earlier, done[-1].fresh) == (0, 2)
    assert done[-1].dropped == 2
    assert table_of(tmp_path / "old") == table_of(tmp_path / "new")


@pytest.mark.long
def test_a_failed_run_is_listed_with_a_scenario_that_fails_alike_and_stops_no_other(
    tmp_path: Path,
) -> None:
    found = swept(DOOMED, tmp_path / "doomed")
    assert (found.fresh, found.failed) == (2, 2)
    text = (tmp_path / "doomed" / "failed.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["run"] for row in rows] == ["3", "4"]
    assert [row["reception.desk.planned_fill"] for row in rows] == ["1.5", "1.5"]
    for row in rows:
        assert "1.5" in row["why"]
        with pytest.raises(ScenarioError) as caught:
            load(tmp_path / "doomed" / "failed" / f"{row['run']}.yaml")
        assert (
            caught.value.problems[0].what.removeprefix("reception.desk.planned_fill: ")
            in (row["why"])
        )
    assert len(pd.read_parquet(tmp_path / "doomed" / store.TABLE)) == 2


def test_a_run_without_a_cell_is_a_failed_run() -> None:
    address = parse_address("gap.total.2099")
    found = work(
        SweepJob(0, load("baseline"), {}, (address,), Settings(1, until=load("baseline").start))
    )
    assert "no such cell" in found.fault


@pytest.mark.slow
def test_a_run_that_is_cancelled_ends_without_a_result() -> None:
    cancelled = Event()
    cancelled.set()
    base = load("baseline")
    record = (parse_address("occupancy.total.2025"),)
    outcome = work(SweepJob(0, base, {}, record, Settings(1, step="week")), cancelled)
    assert (outcome.cells, outcome.fault) == ({}, "CancelledError: ")


@pytest.mark.long
def test_a_part_that_is_cut_off_or_changed_is_done_again(done: Path, tmp_path: Path) -> None:
    one, folder = of(TINY), tmp_path / "parts"
    rows = [
        {str(name): value for name, value in row.items()}
        for row in pd.read_parquet(done / store.TABLE).to_dict("records")
    ]
    with opened(folder, ()):
        first, second, _ = (
            store.write_part(folder, rows[n : n + 4], one.columns) for n in (0, 4, 8)
        )
    first.write_bytes(first.read_bytes()[:-100])
    second.write_bytes(second.read_bytes().replace(b"PAR1", b"PAR2"))
    mine = folder / "parts" / f"{12:09d}-{'0' * 64}.parquet"
    mine.write_bytes(b"no part of this sweep")
    with here() as crew:
        found = sweep(one, folder, crew)
    assert found.cut_off == 2
    assert mine.read_bytes() == b"no part of this sweep"
    assert found.earlier == len(rows[8:12])
    assert table_of(folder) == table_of(done)


@pytest.mark.long
def test_a_full_disk_is_told_and_what_is_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "full"
    write_table = store.write_table

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_table", full)
    with pytest.raises(ScenarioError, match="the disk is full"):
        swept(TINY, folder)
    monkeypatch.setattr(store, "write_table", write_table)
    assert swept(TINY, folder).fresh == 0


@pytest.mark.slow
@pytest.mark.parametrize("left", [[], [LOCK], [LOCK, FILE]])
def test_a_sweep_killed_before_its_first_run_is_no_obstacle(
    tmp_path: Path, left: list[str]
) -> None:
    for name in left:
        (tmp_path / WORKING).mkdir(exist_ok=True)
        (tmp_path / WORKING / name).touch()
    with opened(tmp_path, (store.DESIGN,)):
        assert owned(tmp_path) == {store.DESIGN}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["parts", "sweep.json"]


def test_what_a_user_lays_beside_a_sweep_stays_and_is_not_in_its_record(tmp_path: Path) -> None:
    folder = tmp_path / "beside"
    swept(DOOMED, folder)
    (folder / "notes.txt").write_text("mine")
    swept(DOOMED, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert "notes.txt" not in json.loads((folder / "run.json").read_text())["files"]


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(ScenarioError, match="not a sweep of opvangsim"):
        swept(TINY, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.slow
def test_an_unfinished_or_changed_sweep_is_not_read(done: Path, tmp_path: Path) -> None:
    assert len(store.read_sweep(done).table) == len(of(TINY).plan)
    with pytest.raises(ScenarioError, match="no sweep in this folder"):
        store.read_sweep(tmp_path)
    for name in (store.DESIGN, store.TABLE):
        (tmp_path / name).write_bytes((done / name).read_bytes())
    with pytest.raises(ScenarioError, match="not finished"):
        store.read_sweep(tmp_path)
    (tmp_path / MANIFEST).write_bytes((done / MANIFEST).read_bytes())
    (tmp_path / store.TABLE).write_bytes(table_of(done) + b"x")
    with pytest.raises(ScenarioError, match="not as the sweep wrote it"):
        store.read_sweep(tmp_path)


# The command, in processes that can be killed: every third run is stored at once, and a rest
# after it lets the test keep pace on a busy machine.
DRIVER = """
import time
import sim.studies.sweep as s
s.ROWS_A_PART, store_rows = 3, s._store_rows
s._store_rows = lambda *parts: (store_rows(*parts), time.sleep(0.3))
from sim.cli import main
main()
"""


def started(*words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*INTERRUPTIBLE, sys.executable, "-c", DRIVER, *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [int(task) for task in tasks]


@pytest.mark.long
def test_a_sweep_killed_at_random_moments_goes_on_to_the_same_table(
    done: Path, tmp_path: Path
) -> None:
    needs("/dev and /proc", "signal.SIGKILL")
    (tmp_path / "tiny.yaml").write_text(TINY)
    words = ("sweep", "tiny.yaml", "--workers", "1", "--out", "out")
    random = Random(7)
    kept = [0]
    for _ in range(2):
        process = started(*words, cwd=tmp_path)
        more = random.randint(2, 5)
        while process.poll() is None:
            if len(store.done_before(tmp_path / "out")) >= kept[-1] + more:
                break
            time.sleep(0.02)
        time.sleep(random.uniform(0, 0.1))
        # All work is done on threads, which end with the process.
        assert not children(process.pid)
        process.kill()
        process.communicate()
        kept.append(len(store.done_before(tmp_path / "out")))
    assert kept == sorted(kept)
    assert 3 <= kept[-1] < len(of(TINY).plan)
    last = started(*words, cwd=tmp_path)
    out, errors = last.communicate(timeout=60)
    assert last.returncode == 0, errors
    assert f"{kept[-1]} from before" in out
    assert table_of(tmp_path / "out") == table_of(done)


@pytest.mark.long
def test_a_second_sweep_in_the_same_folder_is_refused_and_an_interrupt_keeps_what_is_done(
    tmp_path: Path,
) -> None:
    needs("os.killpg")
    (tmp_path / "tiny.yaml").write_text(TINY.replace("points: 8", "points: 256"))
    words = ("sweep", "tiny.yaml", "--workers", "1", "--out", "out")
    first = started(*words, cwd=tmp_path)
    assert first.stderr is not None
    for line in first.stderr:
        if line.startswith("tiny: ") and not line.startswith("tiny: 0 of"):
            break
    second = started(*words, "--quiet", cwd=tmp_path)
    _, errors = second.communicate(timeout=60)
    assert (second.returncode, "another process is writing here" in errors) == (2, True)
    first.send_signal(signal.SIGINT)
    _, errors = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "run the same command to continue" in errors
    assert "Traceback" not in errors
    assert len(store.done_before(tmp_path / "out")) >= 3


def asked(*words: str) -> None:
    """The command, in this process."""
    app(list(words), standalone_mode=False)


@pytest.mark.slow
def test_a_preview_says_how_many_and_how_long_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(TINY, encoding="utf-8")
    asked("sweep", "tiny.yaml", "--preview", "--lang", "nl")
    out, errors = capsys.readouterr()
    plan = of(TINY).plan
    assert out == ""
    assert (
        f"{len(plan)} doorrekeningen van elk 2 replicaties ({plan.excluded} uitgesloten" in errors
    )
    assert "ongeveer" in errors
    assert not Path("outputs").exists()


@pytest.mark.long
def test_a_mistake_in_a_design_ends_with_2_and_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("scenario: baseline\ndesign: round\nrecord: [a.b.2025]\n")
    process = started("sweep", "bad.yaml", cwd=tmp_path)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "error: bad.yaml:2:9: design: 'round' is no choice here" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["sweep", "nowhere"], "or one of: futures"),
        (
            ["discover", "nowhere", "--where", "gap.total.2027 > 0"],
            "give a folder that opvangsim wrote",
        ),
    ],
)
def test_what_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match=told):
        asked(*words)


@pytest.mark.slow
def test_a_cell_that_is_not_there_is_told_before_anything_starts() -> None:
    with pytest.raises(ScenarioError, match="no such cell in this run"):
        seconds_a_run(of(TINY.replace("occupancy.total", "occupancy.moon")).plan)


@pytest.mark.long
def test_a_discovery_has_a_folder_like_any_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = TINY.replace("points: 8", "points: 32").replace("replications: 2", "replications: 1")
    swept(text, Path("sweep-many"))
    middle = pd.read_parquet("sweep-many/sweep.parquet")["inflow.total.2025:mean"].median()
    where = f"inflow.total.2025 > {middle}"
    asked("discover", "sweep-many", "--where", where, "--lang", "nl")
    out, _ = capsys.readouterr()
    assert "dat gebied omvat" in " ".join(out.split())
    folder = Path("outputs") / "discover-many"
    record = json.loads((folder / "run.json").read_text())
    assert record["kind"] == "discovery"
    assert record["asked"]["sweep"] == of(text).id
    assert record["asked"]["where"] == where
    assert set(record["asked"]["units"]) == {"housing.homes", "inflow.first@2025-02-01"}
    charts = {"charts/box.png", "charts/box.svg", "charts/box.txt"}
    assert set(record["files"]) == {"boxes.csv", "runs.csv"} | charts
    (lever,) = set(pd.read_csv(folder / "boxes.csv")["lever"])
    assert lever == "inflow.first@2025-02-01"


@pytest.mark.long
def test_a_cluster_that_loses_a_worker_half_way_gives_the_same_bytes(
    done: Path, tmp_path: Path
) -> None:
    program = tmp_path / "cluster.py"
    program.write_text(CLUSTER)
    (tmp_path / "tiny.yaml").write_text(TINY)
    process = subprocess.run(
        [sys.executable, str(program)], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert process.stdout.strip() == "killed 1 of 2"
    assert table_of(tmp_path / "out") == table_of(done)


CLUSTER = """
import os, signal
from pathlib import Path
from distributed import LocalCluster
from sim.studies.design import read_design
from sim.studies.design_points import expand_design
from sim.results.executor import open_workers
from sim.studies.sweep import Sweep, sweep

def main():
    file = Path("tiny.yaml")
    one = Sweep("tiny", expand_design(read_design(file), Path()), file.read_text())
    killed = []
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                      silence_logs=50) as cluster:
        workers = [worker.pid for worker in cluster.workers.values()]
        def tell(done, total):
            if done >= total // 2 and not killed:
                os.kill(workers[0], signal.SIGKILL)
                killed.append(workers[0])
        address = cluster.scheduler_address.removeprefix("tcp://")
        with open_workers(f"dask://{address}", 0) as crew:
            found = sweep(one, Path("out"), crew, tell)
    assert (found.fresh, found.failed) == (len(one.plan), 0)
    print(f"killed {len(killed)} of {len(workers)}")

if __name__ == "__main__":
    main()
"""


@pytest.mark.slow
def test_numbers_of_a_run_do_not_depend_on_what_else_is_swept() -> None:
    one = of(TINY)
    base = one.plan.bases["none",].scenario
    job = SweepJob(0, base, one.plan[0].values, one.plan.design.record, one.plan.settings)
    more = replace(job, record=(*job.record, parse_address("pending.total.2025")))
    first, second = work(job), work(more)
    assert isinstance(first, RunOutcome)
    assert all(second.cells[name] == value for name, value in first.cells.items())
    assert all(np.isfinite(value) for value in second.cells.values())
