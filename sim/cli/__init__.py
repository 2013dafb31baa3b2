"""The command line: reads what is typed, calls the library, prints. Nothing else prints."""

from __future__ import annotations

import codecs
import gc
import os
import signal
import sys
from io import TextIOWrapper
from typing import NoReturn, TextIO

from ..runs.former import complaint
from .commands import app
from .language import tell

__all__ = ["app", "main"]

ALLOCATIONS_A_COLLECTION = 500_000
"""Imports make some 200,000 objects that stay: with Python's 700 allocations they are searched for
garbage over and over, a tenth of all time that is not simulation."""
USAGE = 2
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
    for stream in (sys.stdout, sys.stderr):
        _print_anything(stream)
    gc.set_threshold(ALLOCATIONS_A_COLLECTION)
    signal.signal(signal.SIGTERM, _stop)
    from .log import close_log

    code, unexpected = 1, None
    try:
        code = _run()
    except Exception as error:
        unexpected = error
        raise
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
        raise
    finally:
        close_log(code, unexpected)
    sys.exit(code)


def _run() -> int:
    """Run the command that was typed and return its exit code; prints what was wrong with it."""
    from .failures import asks_for_json, failure_of, of_text, print_failure

    if former := complaint(sys.argv[1:]):
        print_failure(of_text(former), as_json=asks_for_json())
        return USAGE
    try:
        code = app(standalone_mode=False)
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        if isinstance(error, OSError) and error.filename is None:
            # What was computed is written by then; only the printing failed.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        print_failure(failure, as_json=asks_for_json())
        return failure.code
    if code == INTERRUPTED:
        tell("interrupted", "nothing was written")
    return code if isinstance(code, int) else 0
