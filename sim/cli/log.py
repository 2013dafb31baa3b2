"""The option ``--log``: what a command did, how long each step took, and what went wrong."""

from __future__ import annotations

import logging
import platform
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from ..errors import Message, printable, usage_error
from ..log import NAME

COMMANDS = f"{NAME}.cli"
"""Logger of what the commands print themselves, so that it is not printed twice."""
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def note(text: str, level: int = logging.WARNING) -> None:
    """Write to the log, if there is one, what is printed as well."""
    log = logging.getLogger(COMMANDS)
    if log.hasHandlers():
        log.log(level, "%s", printable(text))


def open_log(file: Path | None) -> None:
    """Begin the log in a file, after what is in it; raises ``ScenarioError`` if that fails."""
    if file is None:
        return
    from importlib import metadata

    try:
        handler = logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        what = Message("'{file}' can't be written: {why}", file=file, why=error.strerror or error)
        usage_error("--log", what, "give the name of a file in a folder that is there")
    handler.setFormatter(logging.Formatter(FORM))
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING)
    terminal.addFilter(lambda record: record.name != COMMANDS)
    log = logging.getLogger(NAME)
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    log.addHandler(terminal)
    system = f"Python {platform.python_version()}, {platform.platform()}"
    typed = printable(shlex.join(["opvangsim", *sys.argv[1:]]))
    logging.getLogger(COMMANDS).info("%s", typed)
    logging.getLogger(COMMANDS).info("opvangsim %s, %s", metadata.version("opvangsim"), system)


def close_log(code: int, error: BaseException | None = None) -> None:
    """End the log with the exit code, and the traceback of an error that is not the user's."""
    log = logging.getLogger(NAME)
    if log.handlers:
        if error is not None:
            logging.getLogger(COMMANDS).error("unexpected error", exc_info=error)
        logging.getLogger(COMMANDS).info("exit code %d", code)
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    log.setLevel(logging.NOTSET)


def log_parameters() -> list[Any]:
    """Return the parameter ``--log`` as every command has it, beside those of its function."""
    single = typer.Typer(add_completion=False)

    @single.command()
    def only(
        log: Annotated[
            Path | None,
            typer.Option(
                "--log",
                metavar="FILE",
                callback=open_log,
                expose_value=False,
                is_eager=True,
                help="Append to a log: steps and their times, warnings, errors.",
            ),
        ] = None,
    ) -> None:
        pass

    return [one for one in get_command(single).params if one.name == "log"]
