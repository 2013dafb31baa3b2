"""Steps of the program in its log (standard ``logging``): what is done, and how long it took.

A program that uses the package sees them with ``logging.getLogger("opvangsim").setLevel("INFO")``
and a handler of its own; the command line writes them to a file with ``--log``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

NAME = "opvangsim"


@contextmanager
def timed(step: str, subject: object) -> Iterator[None]:
    """Log a step and what it is done to: when it begins, and its time when it is done."""
    log = logging.getLogger(NAME)
    log.info("%s %s", step, subject)
    begun = monotonic()
    yield
    log.info("%s %s: done in %.2f s", step, subject, monotonic() - begun)
