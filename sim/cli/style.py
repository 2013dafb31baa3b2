"""The option ``--style``: a style sheet of the user's own for charts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

DRAWING = ("run", "plot", "memo")
"""Commands that have the option."""


def use_style(context: typer.Context, file: Path | None) -> None:
    """Let a style sheet be in force until a command ends; raises ``ScenarioError``."""
    if file is not None:
        from ..report.style_sheet import own_style_sheet

        context.with_resource(own_style_sheet(file))


def style_parameters() -> list[Any]:
    """Return the parameter ``--style`` as commands that draw have it."""
    single = typer.Typer(add_completion=False)

    @single.command()
    def only(
        style: Annotated[
            Path | None,
            typer.Option(
                "--style",
                metavar="FILE",
                callback=use_style,
                expose_value=False,
                help="Fonts and colours of charts: a style sheet (.mplstyle) of your own.",
            ),
        ] = None,
    ) -> None:
        pass

    return [one for one in get_command(single).params if one.name == "style"]
