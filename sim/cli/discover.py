"""``opvangsim discover``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import Lang, LangChoice, Out, Quiet, finish


def discover(
    sweep: Annotated[Path, typer.Argument(metavar="SWEEP", help="A sweep's folder.")],
    where: Annotated[str, typer.Option(help="What to look for, as in 'gap.total.2027 > 2e9'.")],
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Find the part of a sweep in which something happens: boxes in its levers (PRIM)."""
    from ..studies.discover_ask import discover as discovered

    finish(discovered(sweep, where), out, lang, quiet)
