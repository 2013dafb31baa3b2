"""Do what studies ask for: simulate scenarios and read something from each.

The work is divided over workers by scenario and by chunk of replications. Neighbouring tasks whose
scenarios share their people are one piece of work, in which people are simulated once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Event
from typing import Any, Generic, TypeVar

import numpy as np

from ..log import timed
from ..model.sampling import Floats, Samples, sample, slice_samples
from ..model.shared_people import SharedPeople, people_of, same_draws
from ..scenario import Scenario
from .executor import ALL_CORES, Workers, parallel_list, parallel_map
from .experiment import Experiment, Progress, Settings, chunk_size, chunks, simulate_one

Measured = TypeVar("Measured")
MOST_TOGETHER = 16
"""Most tasks that share their people in one piece of work, which has the samples of all in memory.
What people do takes some 70 kB a replication to 2030 besides by the week and 540 by the day (100
replications, by the day, one thread: 309 MB at most, 246 without sharing)."""
Arrays = dict[str, Floats]
"""Arrays by name; replications are their last axis."""


@dataclass(frozen=True)
class Task(Generic[Measured]):
    """A scenario to simulate, and what to read from the result."""

    scenario: Scenario
    measure: Callable[[Experiment], Measured]
    """Function of a module, or an object that can be pickled: it may run on another machine."""
    samples: Samples | None = None
    """Parameter columns (replications,) to use instead of drawing them."""
    first: int = 0
    """Number of the first replication, by which its random numbers are keyed."""
    by_month: bool = False
    """Whether ``measure`` reads costs by month."""
    volumes_only: bool = False
    """Whether ``measure`` reads no cells but people beyond places, which saves a sixth of a run."""


@dataclass(frozen=True)
class Piece(Generic[Measured]):
    """Some replications of a task: those of its samples, which it has."""

    task: Task[Measured]
    settings: Settings
    count: int


def simulate_all(
    scenario: Scenario, settings: Settings, workers: Workers = ALL_CORES
) -> list[Experiment]:
    """Simulate all replications of a scenario, and keep them, chunk by chunk."""
    cut = chunks(settings.replications, chunk_size(scenario, settings))
    return parallel_list(measured, pieces(Task(scenario, _whole), settings, cut), workers)


def _whole(trial: Experiment) -> Experiment:
    return trial


def run_task(task: Task[Arrays], settings: Settings, cancelled: Event | None = None) -> Arrays:
    """Run a task in this thread, chunk by chunk, and return what it measures.

    Raises ``CancelledError`` within a step once ``cancelled`` is set.
    """
    cut = chunks(settings.replications, chunk_size(task.scenario, settings))
    return _joined([measured(piece, cancelled) for piece in pieces(task, settings, cut)])


def run_tasks(
    tasks: Sequence[Task[Arrays]],
    settings: Settings,
    workers: Workers = ALL_CORES,
    tell: Progress | None = None,
) -> Generator[Arrays, None, None]:
    """Run tasks on common random numbers, and yield what each measures, in their order.

    The work is divided by task and by chunk of replications over workers; arrays are joined in
    the order of replications. Neighbouring tasks with the same people are simulated together, as
    far as that leaves each worker its part. ``tell(done, total)`` is called with numbers of
    replications.
    """
    shared = workers.size if len(tasks) < workers.size else 1
    size = min((chunk_size(task.scenario, settings, shared) for task in tasks), default=1)
    cut = chunks(settings.replications, size)
    most = min(MOST_TOGETHER, len(tasks) * len(cut) // workers.size)
    begun: list[list[tuple[int, int]]] = []
    """For each piece of work, the numbers of its tasks and of its chunk."""

    def work() -> Iterator[tuple[Piece[Arrays], ...]]:
        number = 0
        for group in with_same_people(tasks, settings, most):
            for chunk, parts in enumerate(
                zip(*(pieces(task, settings, cut) for task in group), strict=True)
            ):
                begun.append([(number + at, chunk) for at in range(len(group))])
                yield parts
            number += len(group)

    total, done, turn = settings.replications * len(tasks), 0, 0
    ready: dict[tuple[int, int], Arrays] = {}
    step = f"{len(tasks)} x {settings.replications} replications"
    with timed("simulate", step), closing(parallel_map(together, work(), workers)) as results:
        for number, found in results:
            ready |= zip(begun[number], found, strict=True)
            done += sum(cut[chunk][1] for _, chunk in begun[number])
            if tell is not None:
                tell(done, total)
            while all((turn, chunk) in ready for chunk in range(len(cut))) and turn < len(tasks):
                yield _joined([ready.pop((turn, chunk)) for chunk in range(len(cut))])
                turn += 1


def with_same_people(
    tasks: Sequence[Task[Measured]], settings: Settings, most: int
) -> Iterator[list[Task[Measured]]]:
    """Yield all tasks in their order, with samples: together those that may share their people.

    At most so many together; they are neighbours, and have the same replications.
    """
    group: list[Task[Measured]] = []
    people, draws = None, Samples()
    for task in tasks:
        samples = _samples_of(task, settings)
        its = people_of(task.scenario) if most > 1 else None
        alike = its is not None and its == people and same_draws(draws, samples)
        if group and not (alike and task.first == group[0].first and len(group) < most):
            yield group
            group = []
        group.append(replace(task, samples=samples))
        people, draws = its, samples
    if group:
        yield group


def pieces(
    task: Task[Measured], settings: Settings, cut: Sequence[tuple[int, int]]
) -> Iterator[Piece[Measured]]:
    """Yield the replications of a task by first number and count."""
    samples = _samples_of(task, settings)
    for first, count in cut:
        part = slice_samples(samples, first, count)
        yield Piece(replace(task, samples=part, first=task.first + first), settings, count)


def together(parts: tuple[Piece[Measured], ...], cancelled: Event | None) -> list[Measured]:
    """Simulate the same replications of tasks that share their people; work of an executor."""
    people = SharedPeople() if len(parts) > 1 else None
    return [measured(piece, cancelled, people) for piece in parts]


def measured(
    piece: Piece[Measured], cancelled: Event | None, people: SharedPeople | None = None
) -> Measured:
    """Simulate some replications, and return what their measure reads; the work of an executor."""
    task = piece.task
    trial = simulate_one(
        task.scenario,
        _samples_of(task, piece.settings),
        piece.settings,
        task.first,
        piece.count,
        cancelled,
        task.by_month,
        task.volumes_only,
        people,
    )
    return task.measure(trial)


def _joined(parts: Sequence[Arrays]) -> Arrays:
    return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}


def _samples_of(task: Task[Any], settings: Settings) -> Samples:
    if task.samples is not None:
        return task.samples
    return sample(
        task.scenario,
        settings.replications,
        settings.seed,
        settings.vary,
        settings.until or task.scenario.until,
        task.first,
    )
