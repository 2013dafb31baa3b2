"""Commands on observed figures: check, list and compare files of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import KnownBy, Lang
from .output import console


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of observed figures.")],
    lang: Lang = "en",
) -> None:
    """Check a file of observed figures: every mistake with its line, column and what to write."""
    from ..hindcast.observations import read_observations
    from ..report.observation_tables import checked_text

    typer.echo(checked_text(read_observations(file), str(file), lang))


def list_(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A file; by default the shipped one.")
    ] = None,
    as_of: KnownBy = None,
    lang: Lang = "en",
) -> None:
    """List figures by series: how many, of which periods, and the last of them with its error."""
    from ..hindcast.observations import known_on, observed, read_observations
    from ..report.i18n import translate
    from ..report.observation_tables import listing
    from ..studies.options import day_of

    figures = observed() if file is None else read_observations(file)
    day = None if as_of is None else day_of(as_of, "--as-of")
    known = known_on(figures, day)
    if not known:
        typer.echo(translate("data_none_known", lang, day=day))
        return
    console().print(listing(known, lang))


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier file.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later file.")],
    lang: Lang = "en",
) -> None:
    """Show which figures differ between two files: revised, new, and gone; their last vintages."""
    from ..hindcast.observations import differences, read_observations
    from ..report.i18n import translate
    from ..report.observation_tables import difference_table

    found = differences(read_observations(old), read_observations(new))
    if found.revised or found.added or found.gone:
        console().print(difference_table(found, lang))
    typer.echo(
        translate("data_diff_count", lang, revised=len(found.revised), added=len(found.added),
                  gone=len(found.gone))
    )  # fmt: skip
