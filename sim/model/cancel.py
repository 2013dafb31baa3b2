"""Cancellation: end a simulation between two steps when its result is no longer wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .state import Actor, SimState


class CancelledError(Exception):
    """The simulation was cancelled; it has no result."""


def stop_when(cancelled: threading.Event) -> Callable[[SimState], Actor]:
    """Return an actor that raises ``CancelledError`` at the first step after ``cancelled`` is set.

    Give it to ``engine.simulate`` beside the other actors: ``actors=(*ACTORS, stop_when(event))``.
    """

    def watch(world: SimState) -> Actor:
        for _, moment in world.steps(hour=0):
            yield world.until(moment)
            if cancelled.is_set():
                raise CancelledError

    return watch
