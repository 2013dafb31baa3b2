"""Work on threads: every result once, in bounded memory, and all threads end together."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from threading import Event, active_count, current_thread, main_thread

import pytest

from sim.model.cancel import CancelledError
from sim.model.sampling import sample
from sim.results.experiment import Settings, chunk_size, chunks, simulate_one
from sim.results.parallel import cores, parallel_list, parallel_map
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
    assert parallel_list(square, items, workers) == [item * item for item in items]
    assert dict(parallel_map(square, items, workers)) == {n: i * i for n, i in enumerate(items)}
    assert parallel_list(square, [], workers) == []


@pytest.mark.parametrize(("workers", "items", "here"), [(1, 4, True), (4, 1, True), (2, 4, False)])
def test_work_for_one_thread_is_done_in_the_calling_one(
    workers: int, items: int, here: bool
) -> None:
    def on_main(_item: int, cancelled: Event | None) -> bool:
        assert (cancelled is None) == (current_thread() is main_thread())
        return current_thread() is main_thread()

    assert set(parallel_list(on_main, range(items), workers)) == {here}


def test_results_that_nobody_reads_yet_are_at_most_two_a_thread() -> None:
    begun: list[int] = []

    def noted(item: int, _cancelled: Event | None) -> int:
        begun.append(item)
        return item

    with closing(parallel_map(noted, range(50), 2)) as results:
        for count, _ in enumerate(results, start=1):
            assert len(begun) <= count + 4


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
        parallel_list(waiting_work(begun, ended, fails_at=0), range(100), 3)
    # The thread of the failed item may begin one more before the others are told.
    assert {0, 1, 2} <= set(begun) <= {0, 1, 2, 3}
    assert sorted(ended) == sorted(set(begun) - {0})


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_an_interrupt_between_two_results_ends_all_threads(error: type[BaseException]) -> None:
    begun: list[int] = []
    ended: list[int] = []
    work = waiting_work(begun, ended, fails_at=None)

    def interrupted() -> None:
        with closing(parallel_map(work, range(100), 3)) as results:
            assert next(results) == (0, 0)
            raise error

    with pytest.raises(error):
        interrupted()
    assert {0, 1, 2} <= set(begun) <= {0, 1, 2, 3}
    assert sorted(ended) == sorted(set(begun) - {0})


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
