"""``opvangsim discover``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import Lang, LangChoice, Out, Quiet, finish, language


def discover(
    sweep: Annotated[Path, typer.Argument(metavar="SWEEP", help="A sweep's folder.")],
    where: Annotated[str, typer.Option(help="What to look for, as in 'gap.total.2027 > 2e9'.")],
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Find the part of a sweep in which something happens: boxes in its levers (PRIM)."""
    from ..decide.discover import discover as discovered
    from ..decide.discover import where_of
    from ..report import discovery as report
    from ..report.labels import label
    from ..run.store import RECORD, read_sweep
    from ..run.study import Study

    tongue = language(lang)
    condition = where_of(where)
    done = read_sweep(sweep)
    title = done.title[tongue]
    found = discovered(condition, done.table, (*done.numbers, *done.words), done.words)
    study = Study(
        "discovery",
        f"{sweep.name}: {where}",
        {"sweep": done.id, "where": where, "title": dict(done.title), "units": dict(done.units)},
        {},
        done.settings,
        {"boxes": report.rows(found), "runs": report.runs_frame(found)},
    )
    shown: list[object] = [report.heading(found, title, tongue)]
    shown += [report.box_table(found, n, done.units, tongue) for n in range(len(found.boxes))]
    shown += report.sentences(found, done.units, tongue)
    if len(done.table) < done.runs:
        shown.append(label("discover_lacking", tongue, n=done.runs - len(done.table)))

    folder = out or Path("outputs") / f"discover-{sweep.resolve().name.removeprefix('sweep-')}"
    finish(study, folder, [sweep / RECORD], shown, lang, quiet)
