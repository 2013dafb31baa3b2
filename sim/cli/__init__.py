"""The command line: reads what is typed, calls the library, prints. Nothing else prints."""

from __future__ import annotations

import codecs
import gc
import os
import signal
import sys
from io import TextIOWrapper
from typing import NoReturn, TextIO

import typer
from typer.exceptions import TyperException

from ..runs.former import complaint
from .commands import app

__all__ = ["app", "main"]

ALLOCATIONS_A_COLLECTION = 500_000
"""Imports make some 200,000 objects that stay: with Python's 700 allocations they are searched for
garbage over and over, a tenth of all time that is not simulation."""
LONGEST_NAME = 200
"""Longest part of the name of a file that is quoted."""
INTERRUPTED = 130
TERMINATED = 143


def _stop(_number: int, _frame: object) -> NoReturn:
    """End a request to stop like an interrupt: nothing half-written stays."""
    sys.exit(TERMINATED)


def _print_anything(stream: TextIO) -> None:
    """Let a stream print every character, whatever code page the system has.

    What goes into a file or another program is UTF-8, as JSON and YAML have to be; a terminal shows
    a question mark where it has no sign. A stream that is UTF-8 already stays as it is.
    """
    if isinstance(stream, TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
        encoding = stream.encoding if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="replace")


def main() -> NoReturn:
    """Run a command: mistakes of the user end with 2, an interrupt with 130, our own with 1."""
    from ..errors import ModelError, ScenarioError, printable

    for stream in (sys.stdout, sys.stderr):
        _print_anything(stream)
    gc.set_threshold(ALLOCATIONS_A_COLLECTION)
    signal.signal(signal.SIGTERM, _stop)
    if former := complaint(sys.argv[1:]):
        typer.echo(f"error: {printable(former)}", err=True)
        sys.exit(2)
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
        told = error.strerror or error
        if error.filename is not None:
            name = printable(str(error.filename))[:LONGEST_NAME]
            typer.echo(f"error: {name}: can't be read or written: {told}", err=True)
            sys.exit(2)
        # What was computed is written by then; only the printing failed.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        typer.echo(f"error: the output can't be written: {told}", err=True)
        sys.exit(2)
    except UnicodeError:
        typer.echo("error: a name or a value holds bytes that are not text (UTF-8)", err=True)
        sys.exit(2)
    except ModelError as error:
        typer.echo(f"internal error, please report it: {error}", err=True)
        sys.exit(1)
    if code == INTERRUPTED:
        typer.echo("interrupted: nothing was written", err=True)
    sys.exit(code if isinstance(code, int) else 0)
