"""``opvangsim list`` and ``opvangsim overview``: all shipped scenarios side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..ask.words import refuse
from .common import LangChoice, console, language


def list_(
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
) -> None:
    """List the shipped scenarios with their headline gap of 2027."""
    from rich.table import Table

    from ..report.labels import label, number
    from ..report.overview import headlines
    from ..scenario import load, shipped

    tongue = language(lang)
    known = headlines()
    table = Table(box=None)
    table.add_column(label("list_name", tongue), no_wrap=True)
    table.add_column(label("list_gap", tongue), justify="right", no_wrap=True)
    table.add_column(label("list_about", tongue))
    for name in shipped():
        gap = ""
        if name in known:
            low, middle, high = (number(eur / 1e9, tongue, 1) for eur in known[name].gap)
            gap = f"{middle} {label('from_to', tongue, low=low, high=high)}"
        scenario = load(name)
        if scenario.closing == "constrained":
            gap = label("list_closed", tongue)
        table.add_row(name, gap, getattr(scenario.title, tongue))
    console().print(table)


def overview(
    file: Annotated[Path, typer.Option("-o", help="PNG or SVG file.")],
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
) -> None:
    """Draw need and gap of 2027 of all shipped scenarios, sorted, with bands."""
    from ..report.overview import with_headline, write

    if file.suffix not in (".png", ".svg"):
        refuse(str(file), "this is neither .png nor .svg", "name a file")
    tongue = language(lang)
    titles = {name: getattr(s.title, tongue) for name, s in with_headline().items()}
    try:
        write(file, titles, tongue)
    except OSError as error:
        refuse(str(file), f"can't be written: {error.strerror}")
    typer.echo(str(file))
