"""Work on threads or elsewhere: every result once, in bounded memory, whatever is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from textwrap import dedent, indent
from threading import Event, active_count, current_thread, main_thread
from typing import Any

import pytest
from support.processes import needs

from sim.errors import Location, Problem, ScenarioError
from sim.model.cancel import CancelledError
from sim.model.sampling import sample
from sim.results.executor import (
    Pool,
    Submit,
    Workers,
    check_versions,
    cores,
    open_workers,
    parallel_list,
    parallel_map,
)
from sim.results.experiment import Settings, chunk_size, chunks, simulate_one
from sim.scenario import Scenario

Work = Callable[[int, Event | None], int]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = active_count()
    yield
    assert active_count() == before


def square(item: int, _cancelled: Event | None) -> int:
    return item * item


@pytest.mark.parametrize("workers", [1, 2, 5, 30])
def test_every_item_gives_one_result_whatever_the_number_of_threads(workers: int) -> None:
    items = list(range(20, 0, -1))
    assert parallel_list(square, items, Workers(workers)) == [item * item for item in items]
    assert dict(parallel_map(square, items, Workers(workers))) == {
        n: i * i for n, i in enumerate(items)
    }
    assert parallel_list(square, [], Workers(workers)) == []


@pytest.mark.parametrize(("workers", "here"), [(1, True), (2, False)])
def test_work_for_one_thread_is_done_in_the_calling_one(workers: int, here: bool) -> None:
    def on_main(_item: int, cancelled: Event | None) -> bool:
        assert (cancelled is None) == (current_thread() is main_thread())
        return current_thread() is main_thread()

    assert set(parallel_list(on_main, range(4), Workers(workers))) == {here}


def test_items_begun_and_results_that_nobody_reads_yet_are_at_most_two_a_thread() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for number in range(50):
            begun.append(number)
            yield number

    def noted(item: int, _cancelled: Event | None) -> int:
        return item

    with closing(parallel_map(noted, items(), Workers(2))) as results:
        for count, _ in enumerate(results, start=1):
            assert len(begun) <= count + 3
    assert count == 50


def waiting_work(begun: list[int], ended: list[int], fails_at: int | None) -> Work:
    """Return work that lasts until it is cancelled; item 0 fails or returns at once."""

    def work(item: int, cancelled: Event | None) -> int:
        begun.append(item)
        if item == 0:
            while len(begun) < 3:
                time.sleep(0.001)
            if fails_at == 0:
                raise KeyError("broken")
            return 0
        assert cancelled is not None
        assert cancelled.wait(30), "it was not cancelled"
        ended.append(item)
        raise CancelledError

    return work


def test_an_error_in_one_item_cancels_what_runs_and_drops_the_rest() -> None:
    begun: list[int] = []
    ended: list[int] = []
    with pytest.raises(KeyError, match="broken"):
        parallel_list(waiting_work(begun, ended, fails_at=0), range(100), Workers(3))
    # The thread of the failed item may begin one more before the others are told.
    assert {0, 1, 2} <= set(begun) <= {0, 1, 2, 3}
    assert sorted(ended) == sorted(set(begun) - {0})


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_an_interrupt_between_two_results_ends_all_threads(error: type[BaseException]) -> None:
    begun: list[int] = []
    ended: list[int] = []
    work = waiting_work(begun, ended, fails_at=None)

    def interrupted() -> None:
        with closing(parallel_map(work, range(100), Workers(3))) as results:
            assert next(results) == (0, 0)
            raise error

    with pytest.raises(error):
        interrupted()
    assert {0, 1, 2} <= set(begun) <= {0, 1, 2, 3}
    assert sorted(ended) == sorted(set(begun) - {0})


# -- Pools whose workers can be lost ---------------------------------------------------------------


@contextmanager
def processes() -> Iterator[Submit]:
    """Two processes, which can be lost like the workers of a cluster, and come back like them."""
    needs("os.fork", "signal.SIGKILL")
    with ExitStack() as stack:

        def started() -> ProcessPoolExecutor:
            return stack.enter_context(ProcessPoolExecutor(2, mp_context=get_context("fork")))

        pools = [started()]

        def submit(work: Callable[..., Any], item: Any, /) -> Any:
            try:
                return pools[-1].submit(work, item, None)
            except BrokenExecutor:
                pools.append(started())
                return pools[-1].submit(work, item, None)

        yield submit


PROCESSES = Workers(elsewhere=Pool(2, processes, (BrokenExecutor,)))


def _deadly(item: int, _cancelled: Event | None) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@pytest.mark.long
def test_an_item_that_kills_its_worker_is_given_up_alone() -> None:
    found = dict(parallel_map(_deadly, range(30), PROCESSES, lambda item, _why: -item))
    assert found == {item: -item if item == 3 else item for item in range(30)}
    with pytest.raises(ScenarioError, match="its worker crashed 3 times"):
        parallel_list(_deadly, range(30), PROCESSES)


def _deadly_once(item: tuple[int, str], _cancelled: Event | None) -> int:
    if item[0] == 3 and not Path(item[1]).exists():
        Path(item[1]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item[0]


@pytest.mark.long
def test_a_worker_that_is_lost_once_costs_no_result(tmp_path: Path) -> None:
    items = [(number, str(tmp_path / "seen")) for number in range(30)]
    assert parallel_list(_deadly_once, items, PROCESSES) == list(range(30))


def _wrong(item: int, _cancelled: Event | None) -> int:
    raise ScenarioError([Problem(Location("a.yaml", 3, item), "is wrong", "mend it")])


@pytest.mark.slow
def test_an_error_of_the_work_arrives_from_another_process_as_it_was_raised() -> None:
    with pytest.raises(ScenarioError) as caught:
        parallel_list(_wrong, [7], PROCESSES)
    assert caught.value.problems == (Problem(Location("a.yaml", 3, 7), "is wrong", "mend it"),)
    assert str(caught.value).startswith("a.yaml:3:7: is wrong")


@pytest.mark.slow
def test_a_pool_that_is_gone_is_told_as_a_mistake_of_the_user() -> None:
    gone = Pool(2, processes, (BrokenExecutor,), lambda: False)
    with pytest.raises(ScenarioError, match="can't be reached any more"):
        parallel_list(_wrong, range(4), Workers(elsewhere=gone))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://x", "as in dask://localhost:8786"),
        ("dask://here", "is not a host and port"),
        ("dask://127.0.0.1:99999", "is not a host and port"),
        ("dask://127.0.0.1:1", "no scheduler can be reached"),
    ],
)
def test_an_executor_that_can_not_be_had_is_refused(text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told), open_workers(text):
        pass


@pytest.mark.parametrize("other", ["opvangsim", "source"])
def test_workers_of_another_version_or_source_are_refused(other: str) -> None:
    class Cluster:
        def run(self, asked: Callable[[], dict[str, str]]) -> dict[str, dict[str, str]]:
            return {"tcp://a": asked(), "tcp://b": {**asked(), other: "0.0.9"}}

    with pytest.raises(ScenarioError, match=f"worker at tcp://b has other versions: {other} 0.0.9"):
        check_versions(Cluster(), "dask://a:1")


# -- A cluster -------------------------------------------------------------------------------------


def on_a_cluster(folder: Path, body: str) -> str:
    """Run the body of a function in a process with a cluster; return what it prints.

    ``executor`` is the address of the cluster, ``pids`` its two workers.
    """
    program = folder / "cluster.py"
    program.write_text(f"{CLUSTER}\n{indent(dedent(body), ' ' * 8)}\n\n{MAIN}", encoding="utf-8")
    process = subprocess.run(
        [sys.executable, str(program)], cwd=folder, capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return process.stdout


CLUSTER = """
import os, signal, time
from datetime import date
from pathlib import Path
from distributed import LocalCluster
import sim
from sim.errors import Problem, ScenarioError
from sim.results.executor import open_workers, parallel_list, parallel_map
from sim.runs.batches import Options
from sim.runs.run import execute

def broken(item, _cancelled):
    raise ScenarioError([Problem("item", f"{item} is broken")])

def slow(item, _cancelled):
    time.sleep(0.2)

def main():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                      silence_logs=50) as cluster:
        executor = cluster.scheduler_address.replace("tcp://", "dask://")
        pids = [worker.pid for worker in cluster.workers.values()]
"""
MAIN = """
if __name__ == "__main__":
    main()
"""


def tables_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder but its manifest, which has the time of its making."""
    files = {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return {name: data for name, data in files.items() if name != "run.json"}


@pytest.mark.long
def test_run_study_hindcast_and_errors_are_the_same_on_a_cluster(tmp_path: Path) -> None:
    """Not one byte of any table differs from that of a single thread."""
    on_a_cluster(
        tmp_path,
        """
        base, short = sim.load("baseline"), date(2025, 12, 31)
        for name, how in (("here", {"workers": 1}), ("there", {"executor": executor})):
            run = base.run(210, step="week", until=short, **how)
            run.write(Path(name) / "run")
            asked = {"replications": 7, "step": "week", **how}
            base.compare("faster-housing", until=short, **asked).write(Path(name) / "compare")
            solved = base.solve("inflow.first@2026", "gap.total.2027 <= 0", **asked)
            solved.tables["points"].to_csv(Path(name) / "points.csv")
            scored = sim.score_hindcasts(20, years=[2023], **how)
            scored.hindcasts.to_csv(Path(name) / "hindcasts.csv")
        try:
            with open_workers(executor) as workers:
                parallel_list(broken, [17], workers)
        except ScenarioError as error:
            Path("told").write_text(str(error))
        """,
    )
    here, there = tables_of(tmp_path / "here"), tables_of(tmp_path / "there")
    assert {"replications.parquet", "differences.csv", "points.csv", "hindcasts.csv"} <= set(here)
    assert here.keys() == there.keys()
    assert not [name for name in here if here[name] != there[name]]
    assert (tmp_path / "told").read_text(encoding="utf-8") == "item: 17 is broken"


@pytest.mark.long
def test_a_run_of_2000_replications_whose_worker_is_killed_half_way_is_the_same(
    tmp_path: Path,
) -> None:
    needs("signal.SIGKILL")
    told = on_a_cluster(
        tmp_path,
        """
        loaded, killed = sim.load("baseline"), []

        def tell(done, total):
            if done >= total // 2 and not killed:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(pids[0])

        for name, address in (("here", None), ("there", executor)):
            with open_workers(address) as workers:
                options = Options(2000, step="week", until=date(2025, 3, 31), charts=False,
                                  workers=workers)
                progress = tell if address else None
                execute(loaded.model, "baseline", options, Path(name), progress)
        print(f"killed {len(killed)} of {len(pids)}")
        """,
    )
    assert told.strip() == "killed 1 of 2"
    here, there = tables_of(tmp_path / "here"), tables_of(tmp_path / "there")
    assert "replications.parquet" in here
    assert here == there


@pytest.mark.long
def test_a_cluster_that_ends_half_way_is_told_as_a_mistake_of_the_user(tmp_path: Path) -> None:
    told = on_a_cluster(
        tmp_path,
        """
        try:
            with open_workers(executor) as workers:
                for number, _ in parallel_map(slow, range(100), workers):
                    if number == 2:
                        cluster.close()
        except ScenarioError as error:
            print(error)
        """,
    )
    assert "the cluster can't be reached any more" in told


# -- Simulations -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_simulation_ends_at_the_first_step_after_it_was_cancelled(baseline: Scenario) -> None:
    settings = Settings(2, step="week")
    cancelled = Event()
    cancelled.set()
    samples = sample(baseline, 2, 1)
    with pytest.raises(CancelledError):
        simulate_one(baseline, samples, settings, cancelled=cancelled)


def test_cores_are_those_this_process_may_use_on_every_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert cores(7) == 7
    if sys.version_info >= (3, 13):
        monkeypatch.setattr(os, "process_cpu_count", lambda: 3)
        assert cores() == 3
        return
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 4, 5}, raising=False)
    assert cores() == 3
    # macOS and Windows have no such call.
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert cores() == 5
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("replications", [1, 7, 100, 101, 500, 10_000])
@pytest.mark.parametrize(("year", "largest"), [(2025, 100), (2030, 100), (2054, 20)])
def test_chunks_are_small_enough_and_load_threads_alike(
    baseline: Scenario, replications: int, threads: int, year: int, largest: int
) -> None:
    size = chunk_size(baseline, Settings(replications, until=date(year, 12, 31)), threads)
    cut = chunks(replications, size)
    numbers = [first + n for first, count in cut for n in range(count)]
    assert numbers == list(range(replications))
    # No more rounds than the largest chunks would take, and none in which a thread is much behind.
    rounds = -(-replications // (largest * threads))
    assert size <= largest
    assert -(-len(cut) // threads) == rounds
    assert size - replications / (rounds * threads) < 1
