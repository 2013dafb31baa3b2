"""``opvangsim whence``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import Lang, LangChoice, language

FAILED = 2


def whence(
    file: Annotated[
        Path, typer.Argument(help="A workbook, memo, page or chart (XLSX, DOCX, HTML, PNG...).")
    ],
    lang: Lang = LangChoice.en,
) -> None:
    """Tell where a file comes from (scenario, seed, version, run, command), and if it changed."""
    from ..errors import printable
    from ..export.provenance import find
    from ..report.i18n import translate

    tongue = language(lang)
    found = find(file)
    stamp = found.stamp
    told = {
        "whence_kind": stamp.kind,
        "whence_scenario": stamp.scenario,
        "whence_seed": stamp.seed,
        "whence_version": stamp.version,
        "whence_run": stamp.run,
        "whence_command": stamp.command,
    }
    for key, text in told.items():
        if text:
            typer.echo(f"{translate(key, tongue)}: {printable(text)}")
    typer.echo(translate("whence_intact" if found.intact else "whence_changed", tongue))
    if not found.intact:
        raise typer.Exit(FAILED)
