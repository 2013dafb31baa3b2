"""``opvangsim chart``: the charts of a finished run."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import Lang, LangChoice, as_typed, language, refuse

if TYPE_CHECKING:
    from ..exchange.finished import Finished
    from ..report.charts import Subject


class WidthChoice(StrEnum):
    """What a chart is for: a column of an A4 page (8 cm), its whole width (16 cm), a slide."""

    column = "column"
    page = "page"
    slide = "slide"


def chart(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Which charts (all if none).")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="png, svg, pdf; several with commas.")
    ] = "png",
    width: Annotated[
        WidthChoice, typer.Option(help="A column (8 cm), a page (16 cm), or a slide.")
    ] = WidthChoice.page,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder; by default RUN-charts beside RUN.")
    ] = None,
    lang: Lang = LangChoice.en,
) -> None:
    """Draw the charts of a run: NAME-LANG-WIDTH.png, and beside it what it says in words (.txt)."""
    from ..exchange.finished import is_run, read_run
    from ..report.charts import write
    from ..run.charts import beside, write_charts

    wanted = _names(names or [])
    formats = _formats(format_)
    if not is_run(run):
        refuse(str(run), "this is no folder of a run", "give one that opvangsim run wrote")
    found = read_run(run)
    subject = _subject(run, found)
    drawn = _shown(subject, wanted, named=bool(names))
    folder = out or beside(run)
    tongue = language(lang)

    def draw(into: Path) -> None:
        suffix = f"-{lang.value}-{width.value}"
        write(subject, drawn, into, tongue, width.value, formats, told=True, suffix=suffix)

    write_charts(folder, draw, found.stamp, as_typed(sys.argv[1:]), run)
    for name in drawn:
        for ending in formats:
            typer.echo(str(folder / f"{name}-{lang.value}-{width.value}.{ending}"))


def _names(asked: list[str]) -> list[str]:
    """Names of charts, each once and in their order; refuses one that is none."""
    from ..report.charts import CHARTS

    for name in asked:
        if name not in CHARTS:
            refuse(name, "there is no such chart", f"choose from {', '.join(CHARTS)}")
    return [name for name in CHARTS if name in asked or not asked]


def _formats(text: str) -> list[str]:
    """Formats as they were typed, with commas; refuses one that is none."""
    from ..report.charts import FORMATS

    asked = [part.strip().lower() for part in text.split(",")]
    for one in asked:
        if one not in FORMATS:
            refuse("--format", f"'{one}' is no format of a chart", f"use {', '.join(FORMATS)}")
    return [one for one in FORMATS if one in asked]


def _subject(folder: Path, run: Finished) -> Subject:
    from ..exchange.finished import read_unreduced
    from ..report.charts import UNREDUCED, Subject

    options = run.record["options"]
    return Subject(
        run.scenario,
        run.record["id"],
        options["replications"],
        options["seed"],
        run.budget,
        run.monthly,
        run.yearly,
        read_unreduced(folder, run, UNREDUCED),
    )


def _shown(subject: Subject, wanted: list[str], named: bool) -> list[str]:
    """The charts that the run holds the numbers of; the others are told of, or refused if named."""
    from ..report.charts import CHARTS

    lacking = [name for name in wanted if not CHARTS[name].shown(subject)]
    advice = "run the scenario to a later day"
    if lacking and (named or len(lacking) == len(wanted)):
        refuse(", ".join(lacking), "the run is too short for this chart", advice)
    for name in lacking:
        typer.echo(f"note: no chart {name}: the run is too short for it", err=True)
    return [name for name in wanted if name not in lacking]
