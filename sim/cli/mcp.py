"""Command that serves the model to other programs: mcp."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from ..errors import Message, usage_error
from .output import make_folder

DEFAULT_FOLDER = Path("outputs/mcp")
SHORTEST, LONGEST = 1, 3_600


def mcp(
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for its runs; nothing is written elsewhere.")
    ] = DEFAULT_FOLDER,
    seconds: Annotated[
        int, typer.Option("--time-limit", metavar="SECONDS", help="Time limit per call.")
    ] = 300,
) -> None:
    """Serve the model to a language model, by the Model Context Protocol (MCP) over stdio.

    A client starts this command and speaks to it over standard input and output. Seven tools: list
    scenarios, show a parameter, check a patch, run, compare, explain, and read a number. Needs the
    extra opvangsim[mcp].
    """
    if not SHORTEST <= seconds <= LONGEST:
        wrong = Message("{n} seconds is not a valid time limit for a call", n=seconds)
        ends = Message("{low} to {high:,} seconds", low=SHORTEST, high=LONGEST)
        usage_error("--time-limit", wrong, ends)
    try:
        from ..server.protocol import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio"):
            raise
        what = "the library of the protocol (mcp) is not installed"
        usage_error("mcp", what, "pip install 'opvangsim[mcp]'")
    make_folder(out)
    try:
        serve(out, seconds)
    finally:
        # A thread may still be at its last step: who ends the program then means all of it.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
