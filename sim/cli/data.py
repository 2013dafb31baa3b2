"""Commands on observed figures: check, list and compare files of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .checks import check_readable
from .options import Json, KnownBy, Lang
from .output import console, print_record

if TYPE_CHECKING:
    from ..export.figure_records import ObservedRecord
    from ..hindcast.observations import Observation


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of observed figures.")],
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Check a file of observed figures: errors with line, column and advice."""
    check_readable(file)
    from ..hindcast.observations import read_observations

    found = read_observations(file)
    if json_:
        from ..export.figure_records import ObservedFile

        days = [one.published for one in found]
        series = len({one.name for one in found})
        print_record(
            ObservedFile(
                file=str(file), figures=len(found), series=series,
                first_published=min(days), last_published=max(days),
            )
        )  # fmt: skip
        return
    from ..report.observation_tables import checked_text

    typer.echo(checked_text(found, str(file), lang))


def list_(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A file; by default the shipped one.")
    ] = None,
    as_of: KnownBy = None,
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """List figures by series: number, periods, and latest value with its error."""
    from ..studies.options import day_of

    day = None if as_of is None else day_of(as_of, "--as-of")
    check_readable(file)
    from ..hindcast.observations import known_on, observed, read_observations

    known = known_on(observed() if file is None else read_observations(file), day)
    if json_:
        from ..export.figure_records import ObservedList

        print_record(ObservedList(_records(known)))
        return
    from ..report.i18n import translate
    from ..report.observation_tables import listing

    if not known:
        typer.echo(translate("data_none_known", lang, day=day))
        return
    console().print(listing(known, lang))


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier file.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later file.")],
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Show which figures differ between two files: revised, new and removed."""
    check_readable(old, new)
    from ..hindcast.observations import differences, read_observations

    found = differences(read_observations(old), read_observations(new))
    if json_:
        from ..export.figure_records import ObservedDifferences, RevisedFigure

        pairs = [_records(pair) for pair in found.revised]
        revised = [RevisedFigure(before=before, after=after) for before, after in pairs]
        added, gone = _records(found.added), _records(found.gone)
        print_record(ObservedDifferences(revised=revised, added=added, gone=gone))
        return
    from ..report.i18n import translate
    from ..report.observation_tables import difference_table

    if found.revised or found.added or found.gone:
        console().print(difference_table(found, lang))
    typer.echo(
        translate("data_diff_count", lang, revised=len(found.revised), added=len(found.added),
                  gone=len(found.gone))
    )  # fmt: skip


def _records(figures: Sequence[Observation]) -> list[ObservedRecord]:
    from ..export.figure_records import ObservedRecord

    names = ("series", "breakdown", "statistic", "value", "unit", "published", "source", "error")
    return [
        ObservedRecord(period=str(one.period), **{name: getattr(one, name) for name in names})
        for one in figures
    ]
