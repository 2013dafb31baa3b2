"""``opvangsim chart``: the charts of a finished run or study."""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import usage_error
from .common import Lang, LangChoice, as_typed, language

if TYPE_CHECKING:
    from ..report.charts import RunData


class WidthChoice(StrEnum):
    """What a chart is for: a column of an A4 page (8 cm), its whole width (16 cm), a slide."""

    column = "column"
    page = "page"
    slide = "slide"


FormatText = Annotated[str, typer.Option("--format", help="png, svg, pdf; several with commas.")]
Width = Annotated[WidthChoice, typer.Option(help="A column (8 cm), a page (16 cm), or a slide.")]


def chart(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN [NAME]... | RUN RUN...",
            help="A run's folder and which charts (all if none); or runs, side by side.",
        ),
    ],
    format_: FormatText = "png",
    width: Width = WidthChoice.page,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder; by default RUN-charts beside RUN.")
    ] = None,
    lang: Lang = LangChoice.en,
) -> None:
    """Draw the charts of a run: NAME-LANG-WIDTH.png, and beside it what it says in words (.txt).

    Of a study (compare, explain, solve, stock, ind-coa, sensitivity, discover) or a sweep its one
    chart.
    """
    from ..report.charts import write, write_together
    from ..runs.chart_folder import beside, write_charts
    from ..runs.load import combined_provenance, is_run, read_run_folder, run_data
    from ..runs.manifest import read_manifest

    formats = formats_of(format_)
    folders = [Path(what[0]), *(Path(word) for word in what[1:] if is_run(Path(word)))]
    if not is_run(folders[0]):
        usage_error(what[0], "this is no folder of a run", "give one that opvangsim run wrote")
    if read_manifest(folders[0])["kind"] != "run":
        _study(what, formats, width, out, lang)
        return
    wanted = _names([word for word in what[1:] if not is_run(Path(word))])
    if len(folders) > 1:
        _refuse_alike(folders, named=len(what) > len(folders))
    found = {folder.resolve().name: read_run_folder(folder) for folder in folders}
    runs = {
        name: run_data(folder, run)
        for folder, (name, run) in zip(folders, found.items(), strict=True)
    }
    tongue, suffix = language(lang), f"-{lang.value}-{width.value}"
    if len(folders) == 1:
        (run,), (subject,) = found.values(), runs.values()
        stamp, drawn = run.stamp, _shown(subject, wanted, named=len(what) > 1)
        draw = partial(write, subject, drawn, told=True)
    else:
        _refuse_apart(runs)
        stamp = combined_provenance(list(found.values()), as_typed(sys.argv[1:]))
        drawn = ["together"]
        draw = partial(write_together, runs)
    folder = out or beside(*folders)
    draw = partial(draw, lang=tongue, width=width.value, formats=formats, suffix=suffix)
    write_charts(folder, lambda into: draw(folder=into), stamp, as_typed(sys.argv[1:]), *folders)
    for name in drawn:
        for ending in formats:
            typer.echo(str(folder / f"{name}{suffix}.{ending}"))


def _study(
    what: list[str], formats: list[str], width: WidthChoice, out: Path | None, lang: LangChoice
) -> None:
    """Draw the chart of a study again, from what its folder holds."""
    from ..runs.chart_folder import beside, write_charts
    from ..runs.load import provenance_of, read_study
    from ..studies.charts import name_of, shown, write

    folder = Path(what[0])
    told = read_study(folder)
    name = name_of(told)
    if any(word != name for word in what[1:]):
        usage_error(" ".join(what[1:]), "there is no such chart of this study", f"it has {name}")
    if not shown(told):
        usage_error(what[0], f"there is nothing to show in a chart {name}", "its tables say why")
    suffix, into = f"-{lang.value}-{width.value}", out or beside(folder)
    tongue = language(lang)

    def draw(staging: Path) -> None:
        write(told, staging, tongue, width.value, formats, suffix)

    write_charts(into, draw, provenance_of(dict(told.record)), as_typed(sys.argv[1:]), folder)
    for ending in formats:
        typer.echo(str(into / f"{name}{suffix}.{ending}"))


def _refuse_alike(folders: list[Path], named: bool) -> None:
    """Refuses what runs side by side can't be: too many, two of one name, or another chart."""
    from ..report.charts.multi_run import MOST

    names = [folder.resolve().name for folder in folders]
    if named:
        usage_error(
            "chart", "runs side by side give one chart, which needs no name", "name runs only"
        )
    if len(folders) > MOST:
        usage_error(
            "chart", f"{len(folders)} runs are too many to tell apart", f"name at most {MOST}"
        )
    if len(set(names)) < len(names):
        usage_error(
            "chart", f"two runs are called {max(names, key=names.count)}", "rename a folder"
        )


def _refuse_apart(runs: dict[str, RunData]) -> None:
    """Refuses runs that have no days, or no gap, to be put side by side."""
    from ..report.charts import multi_run as together

    if len(runs) > 1 and not together.shown(runs):
        what = "these runs have no days in common, or one has no gap"
        usage_error(", ".join(runs), what, "run the scenarios to a later day")


def _names(asked: list[str]) -> list[str]:
    """Names of charts, each once and in their order; refuses one that is none."""
    from ..report.charts import CHARTS

    for name in asked:
        if name not in CHARTS:
            usage_error(name, "there is no such chart", f"choose from {', '.join(CHARTS)}")
    return [name for name in CHARTS if name in asked or not asked]


def formats_of(text: str) -> list[str]:
    """Formats as they were typed, with commas; refuses one that is none."""
    from ..report.charts import FORMATS

    asked = [part.strip().lower() for part in text.split(",")]
    for one in asked:
        if one not in FORMATS:
            usage_error("--format", f"'{one}' is no format of a chart", f"use {', '.join(FORMATS)}")
    return [one for one in FORMATS if one in asked]


def _shown(subject: RunData, wanted: list[str], named: bool) -> list[str]:
    """The charts that the run holds the numbers of; the others are told of, or refused if named."""
    from ..report.charts import CHARTS

    lacking = [name for name in wanted if not CHARTS[name].shown(subject)]
    advice = "run the scenario to a later day"
    if lacking and (named or len(lacking) == len(wanted)):
        usage_error(", ".join(lacking), "the run is too short for this chart", advice)
    for name in lacking:
        typer.echo(f"note: no chart {name}: the run is too short for it", err=True)
    return [name for name in wanted if name not in lacking]
