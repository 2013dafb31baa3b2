"""The command ``scenario vintages``: budget vintages beside each other, as a table or a chart."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .checks import check_ending, one_chain
from .completion import complete_scenario
from .options import FORMATS, ChartWidth, Json, Lang, Sets, Width
from .output import as_typed, console, print_files, print_record

if TYPE_CHECKING:
    from ..scenario import Loaded
from .options import Language


def vintages(
    file: Annotated[
        list[str],
        typer.Argument(metavar="SCENARIO", help="A + B chains.", autocompletion=complete_scenario),
    ],
    set_: Sets = None,
    prices: Annotated[
        int | None, typer.Option(help="Year of the prices (default: the headline vintage's).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Write the table (CSV) or a chart (PNG, SVG, PDF)."),
    ] = None,
    width: ChartWidth = "page",
    json_: Json = False,
    lang: Lang = "en",
) -> None:
    """Show the amounts of all budget vintages at one price level, and what changed between them.

    Beside a chart stands what it says in words (.txt).
    """
    chain = one_chain(file)
    if out is not None:
        endings = (".csv", *(f".{one}" for one in FORMATS))
        check_ending(out, endings, "this is no .csv, .png, .svg or .pdf", "name such a file")
    from ..export.data_files import table_bytes
    from ..export.safe_write import write_file
    from ..report.vintages import gross_note, ordered, vintages_table, vintages_text
    from ..scenario import load_chain

    loaded = load_chain(chain, list(set_ or []))
    found = vintages_table(loaded.scenario, prices)
    if out is None and json_:
        from ..export.command_records import VintagesResult
        from ..export.read_records import table_record

        print_record(VintagesResult(table_record("vintages", "vintages", found)))
        return
    if out is None:
        console().print(vintages_text(found, loaded.scenario, lang))
        if note := gross_note(loaded.scenario, ordered(loaded.scenario), lang):
            console().print(note)
        return
    if out.suffix == ".csv":
        write_file(out, table_bytes(found, "csv"))
    else:
        _write_chart(loaded, prices, out, lang, width)
    print_files([out], json_)


def _write_chart(
    loaded: Loaded, prices: int | None, out: Path, lang: Language, width: Width
) -> None:
    from ..report.chart_files import write_vintages
    from ..report.charts.vintages import id_of
    from ..results.versions import versions
    from ..runs.chart_folder import write_chart_files
    from ..runs.provenance import Provenance

    made = id_of(loaded.scenario, prices)
    stamp = Provenance(
        "vintages", loaded.name, "", versions()["opvangsim"], made, as_typed(sys.argv[1:])
    )

    def draw(into: Path) -> None:
        write_vintages(
            loaded.scenario, prices, into / out.stem, lang, width, [out.suffix.removeprefix(".")]
        )

    write_chart_files(out.parent, draw, stamp)
