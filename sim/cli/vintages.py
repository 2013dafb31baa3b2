"""The command ``scenario vintages``: budget vintages beside each other, as a table or a chart."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import usage_error
from .completion import complete_scenario
from .options import ChartWidth, Lang, Sets, Width
from .output import as_typed, console

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
    lang: Lang = "en",
) -> None:
    """Show the amounts of all budget vintages at one price level, and what changed between them.

    Beside a chart stands what it says in words (.txt).
    """
    from ..export.data_files import table_bytes
    from ..export.safe_write import write_file
    from ..report.charts import FORMATS
    from ..report.vintages import gross_note, ordered, vintages_table, vintages_text
    from ..scenario import load_chain, parse_chains

    chains = parse_chains(file)
    if len(chains) != 1:
        usage_error(" ".join(file), "expected one scenario", "join the parts of a chain with +")
    loaded = load_chain(chains[0], list(set_ or []))
    found = vintages_table(loaded.scenario, prices)
    if out is None:
        console().print(vintages_text(found, loaded.scenario, lang))
        if note := gross_note(loaded.scenario, ordered(loaded.scenario), lang):
            console().print(note)
        return
    if out.suffix == ".csv":
        write_file(out, table_bytes(found, "csv"))
    elif out.suffix.removeprefix(".") in FORMATS:
        _write_chart(loaded, prices, out, lang, width)
    else:
        usage_error(str(out), "this is no .csv, .png, .svg or .pdf", "name such a file")
    typer.echo(str(out))


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
