"""``opvangsim list`` and ``opvangsim overview``: all shipped scenarios side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import usage_error
from .common import LangChoice, as_typed, console, language
from .plot import FormatText, Width, WidthChoice, formats_of


def list_(
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
) -> None:
    """List the shipped scenarios with their headline gap of 2027."""
    from rich.table import Table

    from ..report.i18n import number, translate
    from ..report.overview import headlines
    from ..scenario import load, shipped

    tongue = language(lang)
    known = headlines()
    table = Table(box=None)
    table.add_column(translate("list_name", tongue), no_wrap=True)
    table.add_column(translate("list_gap", tongue), justify="right", no_wrap=True)
    table.add_column(translate("list_about", tongue))
    for name in shipped():
        gap = ""
        if name in known:
            low, middle, high = (number(eur / 1e9, tongue, 1) for eur in known[name].gap)
            gap = f"{middle} {translate('from_to', tongue, low=low, high=high)}"
        scenario = load(name)
        if scenario.closing == "constrained":
            gap = translate("list_closed", tongue)
        table.add_row(name, gap, getattr(scenario.title, tongue))
    console().print(table)


def overview(
    out: Annotated[
        Path, typer.Option("-o", "--out", help="PNG, SVG or PDF file, or a folder for --format.")
    ],
    format_: FormatText = "png",
    width: Width = WidthChoice.page,
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
) -> None:
    """Draw need and gap of 2027 of all shipped scenarios, sorted, with bands.

    Beside each file stands what it says in words (.txt).
    """
    from ..report.chart_files import write_overview
    from ..report.charts import FORMATS
    from ..report.charts.overview import id_of
    from ..report.overview import SETTINGS, headlines, with_headline
    from ..runs.chart_folder import write_chart_files, write_charts
    from ..runs.manifest import versions
    from ..runs.provenance import Provenance

    formats, folder = formats_of(format_), out
    stem = f"overview-{lang.value}-{width.value}"
    if out.suffix:
        if out.suffix.removeprefix(".") not in FORMATS:
            usage_error(str(out), "this is no .png, .svg or .pdf", "name such a file, or a folder")
        formats, folder, stem = [out.suffix.removeprefix(".")], out.parent, out.stem
    tongue = language(lang)
    titles = {name: getattr(one.title, tongue) for name, one in with_headline().items()}
    stamp = Provenance(
        "overview",
        ", ".join(titles),
        str(SETTINGS.seed),
        versions()["opvangsim"],
        id_of(list(headlines().values())),
        as_typed(sys.argv[1:]),
    )

    def draw(into: Path) -> None:
        write_overview(titles, into / stem, tongue, width.value, formats)

    if out.suffix:
        write_chart_files(folder, draw, stamp)
    else:
        write_charts(folder, draw, stamp, stamp.command)
    for ending in formats:
        typer.echo(str(folder / f"{stem}.{ending}"))
