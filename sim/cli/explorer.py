"""``opvangsim explorer``: finished runs side by side as one page for a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .common import Lang, LangChoice, as_typed, language, refuse


def explorer(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of runs, one to ten.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="File: .html.")],
    lang: Lang = LangChoice.en,
) -> None:
    """Write runs side by side as one page (HTML) that works offline; nothing is run.

    Series, years, band, budget and prices are chosen in the page, as is its language.
    """
    from ..exchange.finished import read_run, stamp_together
    from ..exchange.place import place
    from ..explorer.page import page

    if out.suffix.lower() != ".html":
        refuse(str(out), "this is no name of a page", "give a name that ends in .html")
    _refuse_many(runs)
    found = [read_run(folder) for folder in runs]
    _refuse_twice(runs, [run.record["id"] for run in found])
    stamp = stamp_together(found, as_typed(sys.argv[1:]))
    place(out, page(found, stamp, language(lang)))
    typer.echo(str(out))


def _refuse_many(runs: list[Path]) -> None:
    from ..explorer.page import MOST_RUNS

    if len(runs) > MOST_RUNS:
        what = f"{len(runs)} runs are too many to tell apart"
        refuse("explorer", what, f"name at most {MOST_RUNS}")


def _refuse_twice(runs: list[Path], ids: list[str]) -> None:
    """Refuses a run that is named twice, in whatever folders."""
    for folder, one in zip(runs, ids, strict=True):
        if ids.count(one) > 1:
            refuse(str(folder), f"the run {one} is named twice", "name each run once")
