"""Progress of long work: a bar with the time left, or now and then a line.

A bar is drawn on a terminal and in Jupyter; elsewhere, as in a log, a line is printed at most every
ten seconds. ``OPVANGSIM_PROGRESS=off`` turns both off.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from ..report.i18n import Language, duration, number, translate

if TYPE_CHECKING:
    from ..studies.base import Watch

Tell = Callable[[int, int], None]
"""Called with what is done and the total, as replications."""
SECONDS_A_LINE = 10.0
SECONDS_BEFORE_A_BAR = 2.0
"""In Jupyter a bar appears after so long: the cells of short work stay free of it."""


@contextmanager
def progress(
    name: str, total: int, lang: Language = "en", *, quiet: bool = False, last_line: bool = False
) -> Iterator[Tell | None]:
    """Give what to call with (done, total), or None if there is nothing to be told.

    ``last_line`` prints a line at the end where there is no bar, however short the work was.
    """
    if quiet or not total or os.environ.get("OPVANGSIM_PROGRESS") == "off":
        yield None
        return
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    shown = _bar if console.is_terminal or console.is_jupyter else _lines
    with shown(console, name, total, lang, last_line) as tell:
        yield tell


def watched(lang: Language = "en", *, quiet: bool = False, last_line: bool = False) -> Watch:
    """Return what reports the progress of a study."""

    def watch(name: str, total: int) -> AbstractContextManager[Tell | None]:
        return progress(name, total, lang, quiet=quiet, last_line=last_line)

    return watch


@contextmanager
def _bar(
    console: Console, name: str, total: int, lang: Language, _last_line: bool
) -> Iterator[Tell]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[said]}", markup=False),
    )
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
    task = bar.add_task(name, total=total, said="")
    begun = time.monotonic()
    with ExitStack() as open_bar:
        if not console.is_jupyter:
            open_bar.enter_context(bar)

        def tell(done: int, of: int) -> None:
            seconds = time.monotonic() - begun
            if not bar.live.is_started:
                if seconds < SECONDS_BEFORE_A_BAR:
                    return
                open_bar.enter_context(bar)
            bar.update(task, completed=done, total=of, said=said_of(done, of, seconds, lang))
            bar.refresh()

        yield tell


@contextmanager
def _lines(
    console: Console, name: str, _total: int, lang: Language, last_line: bool
) -> Iterator[Tell]:
    begun = printed = time.monotonic()
    last = (0, 0)

    def tell(done: int, of: int) -> None:
        nonlocal printed, last
        now, last = time.monotonic(), (done, of)
        if now - printed >= SECONDS_A_LINE and done < of:
            printed = now
            console.print(f"{name}: {said_of(done, of, now - begun, lang)}", soft_wrap=True)

    yield tell
    if last_line and last[1]:
        console.print(f"{name}: {said_of(*last, 0.0, lang)}", soft_wrap=True)


def said_of(done: int, total: int, seconds: float, lang: Language) -> str:
    """Say how far work is after some seconds, and how long the rest may take."""
    known = {"done": number(done, lang), "total": number(total, lang)}
    if not 0 < done < total:
        return translate("progress_done", lang, **known)
    left = duration(seconds / done * (total - done), lang)
    return translate("progress_left", lang, **known, time=left)
