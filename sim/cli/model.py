"""``opvangsim verify``: the laws of the model, tried on this machine."""

from __future__ import annotations

import time

import typer

FAILED = 1


def verify() -> None:
    """Try the laws of the model on this machine: law, what was tried, result."""
    from ..results.model_checks import run_checks
    from ..scenario import load

    begun, failed, count = time.monotonic(), 0, 0
    for outcome in run_checks(load("baseline")):
        mark = "ok    " if outcome.holds else "FAILED"
        typer.echo(f"{mark} {outcome.law}\n       {outcome.tried}: {outcome.result}")
        failed += not outcome.holds
        count += 1
    seconds = time.monotonic() - begun
    typer.echo(f"{count - failed} of {count} laws hold ({seconds:.0f} s)")
    if failed:
        raise typer.Exit(FAILED)
