"""``opvangsim explorer``: finished runs side by side as one page for a browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import usage_error
from .common import Lang, LangChoice, as_typed, language


def explorer(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of runs, one to ten.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="File: .html.")],
    lang: Lang = LangChoice.en,
) -> None:
    """Write runs side by side as one page (HTML) that works offline; nothing is run.

    Series, years, band, budget and prices are chosen in the page, as is its language.
    """
    from ..export.dashboard.page import explore
    from ..export.safe_write import write_file
    from ..runs.load import read_run_folder

    if out.suffix.lower() != ".html":
        usage_error(str(out), "this is no name of a page", "give a name that ends in .html")
    found = [read_run_folder(folder) for folder in runs]
    names = [str(folder) for folder in runs]
    write_file(out, explore(found, names, as_typed(sys.argv[1:]), language(lang)))
    typer.echo(str(out))
