"""Options that several commands share, each defined once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import Message, usage_error
from .completion import complete_key, complete_scenario

if TYPE_CHECKING:
    from ..runs.given_figures import GivenFigures

Language = Literal["en", "nl"]
Width = Literal["column", "page", "slide"]
Replications = Annotated[str, typer.Option(metavar="N", help="Number of replications.")]
Precision = Annotated[
    str | None,
    typer.Option(metavar="5%", help="Add replications until the gap has this precision (95%)."),
]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of all random numbers.")]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Last simulated day.")]
Step = Annotated[Literal["day", "week"], typer.Option(help="Length of a time step.")]
Uncertainty = Annotated[
    str, typer.Option(metavar="SOURCE,...", help="Sources of uncertainty, separated by commas.")
]
Workers = Annotated[int, typer.Option(min=0, help="Number of threads (0: one per core).")]
Executor = Annotated[
    str | None,
    typer.Option(
        metavar="dask://HOST:PORT", help="Run on a Dask cluster instead of local threads."
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Override: key=value, key=+10%, or key={value: ..., certain: true}.",
        autocompletion=complete_key,
    ),
]
Observed = Annotated[
    Path, typer.Option("--observed", metavar="FILE", help="Observed figures (opvangsim data).")
]
ShownFigures = Annotated[
    Path | None,
    typer.Option("--observed", metavar="FILE", help="Published figures to compare the run with."),
]
KnownBy = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help="Only figures published by this date."),
]
AsOf = Annotated[
    str, typer.Option(metavar="YYYY-MM-DD", help="Date by which figures were published.")
]
Overrides = Annotated[
    bool, typer.Option("--override", help="Patches may set numbers conditioned on figures.")
]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Folder of the results.")]
OutFile = Annotated[Path, typer.Option("-o", "--out", help="File to write.")]
Lang = Annotated[Language, typer.Option(help="Language.")]
Charts = Annotated[bool, typer.Option("--charts/--no-charts", help="Draw charts.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only the folder of the results.")]
Details = Annotated[bool, typer.Option("--details", help="Print all tables, by series and year.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Formats = Annotated[
    str, typer.Option("--format", help="png, svg, pdf; separate several by commas.")
]
ChartWidth = Annotated[Width, typer.Option(help="A column (8 cm), a page (16 cm), or a slide.")]
CHAIN = "A scenario, or a chain A+B."
Other = Annotated[
    str, typer.Argument(metavar="B", help="Second scenario.", autocompletion=complete_scenario)
]
Chain = Annotated[str, typer.Argument(help=CHAIN, autocompletion=complete_scenario)]
First = Annotated[str, typer.Argument(metavar="A", help=CHAIN, autocompletion=complete_scenario)]
ALL_SOURCES = "parameters,inflow,process"


def figures_of(observed: Path | None, as_of: str | None) -> GivenFigures | None:
    """Return the published figures of ``--observed`` as known on ``--as-of``, if there are."""
    from ..runs import given_figures
    from ..studies.options import day_of

    day = None if as_of is None else day_of(as_of, "--as-of")
    return given_figures.figures_of(observed, day)


FORMATS = ("png", "svg", "pdf")
"""Formats of charts, as ``report.style`` has them: that loads matplotlib."""


def formats_of(text: str) -> list[str]:
    """Return formats of charts that were typed with commas; refuses one that there is not."""
    asked = [part.strip().lower() for part in text.split(",")]
    for one in asked:
        if one not in FORMATS:
            what = Message("'{format}' is not a format of charts", format=one)
            usage_error("--format", what, Message("use {names}", names=", ".join(FORMATS)))
    return [one for one in FORMATS if one in asked]


def chart_format(file: Path) -> str:
    """Return the format of a chart by the name of its file; refuses one that there is not."""
    ending = file.suffix.removeprefix(".")
    if ending not in FORMATS:
        usage_error(str(file), "this is no .png, .svg or .pdf", "name such a file, or a folder")
    return ending
