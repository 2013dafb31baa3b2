"""The command line: reads what the user asks, calls the library, prints. Nothing else prints."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from ..studies import STUDIES
from . import (
    answer,
    export,
    memo,
    overview,
    run,
    sweep,
    trace,
)
from . import (
    dashboard as explorer,
)
from . import (
    hindcast as score,
)
from . import (
    model as verify,
)
from . import (
    plot as chart,
)
from . import (
    provenance as whence,
)
from . import (
    runs as record,
)
from . import (
    scenario as files,
)
from .study_command import study_command

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Simulate Dutch asylum reception and hold its cost against the budget.",
)


INTERRUPTED = 130
TERMINATED = 143


def _version(asked: bool) -> None:
    if asked:
        from importlib import metadata

        typer.echo(f"opvangsim {metadata.version('opvangsim')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


for verb in (
    run.run,
    overview.list_,
    overview.overview,
    *files.VERBS,
    trace.trace,
    verify.verify,
    score.score,
    score.calibrate,
    sweep.sweep,
    answer.answer,
    chart.chart,
    *export.VERBS,
    memo.memo,
    explorer.explorer,
    whence.whence,
    *record.VERBS,
):
    app.command(verb.__name__.rstrip("_").replace("_", "-"))(verb)


for study in STUDIES.values():
    app.command(study.name)(study_command(study))


def _stop(_number: int, _frame: object) -> NoReturn:
    """A request to stop ends like an interrupt: nothing half-written stays."""
    sys.exit(TERMINATED)


def main() -> NoReturn:
    """Entry point: the user's mistakes end with 2, an interrupt with 130, ours with 1."""
    from ..errors import ModelError, ScenarioError, printable

    signal.signal(signal.SIGTERM, _stop)
    try:
        code = app(standalone_mode=False)
    except ScenarioError as error:
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        sys.exit(2)
    except TyperException as error:
        typer.echo(f"error: {printable(error.format_message())}", err=True)
        sys.exit(2)
    except OSError as error:
        # What was computed is written by then; only the printing failed.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        typer.echo(f"error: the output can't be written: {error.strerror or error}", err=True)
        sys.exit(2)
    except UnicodeError:
        typer.echo("error: a name or a value holds bytes that are no text (UTF-8)", err=True)
        sys.exit(2)
    except ModelError as error:
        typer.echo(f"internal error, please report it: {error}", err=True)
        sys.exit(1)
    if code == INTERRUPTED:
        typer.echo("interrupted: nothing was written", err=True)
    sys.exit(code if isinstance(code, int) else 0)
