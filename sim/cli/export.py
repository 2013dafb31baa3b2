"""``opvangsim export`` and ``opvangsim import``: files for others, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import usage_error
from ..studies.arguments import parse_chains
from .common import Lang, LangChoice, language, tell_contested

if TYPE_CHECKING:
    pass

TABLES = ("--csv", "--parquet", "--iamc")


def export(
    what: Annotated[
        list[str],
        typer.Argument(metavar="RUN|SCENARIO", help="A run's folder; with --xlsx also a scenario."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="File; for tables also a folder.")],
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="A workbook; of a scenario one to edit and import.")
    ] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="One long table (NAME.csv), or a folder of tables.")
    ] = False,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="As --csv, as Parquet (NAME.parquet).")
    ] = False,
    iamc: Annotated[
        bool, typer.Option("--iamc", help="The years as scenario data (IAMC, as pyam reads it).")
    ] = False,
    lang: Lang = LangChoice.en,
) -> None:
    """Write a run, or a scenario to be edited, as a file for other programs."""
    from ..export.files import export_run, export_scenario
    from ..runs.load import is_run, read_run_folder
    from ..scenario import load_chain

    asked = dict(zip(("--xlsx", *TABLES), (xlsx, csv, parquet, iamc), strict=True))
    forms = [name for name, wanted in asked.items() if wanted]
    if len(forms) != 1:
        said = "no form is named" if not forms else f"{' and '.join(forms)} are two forms"
        usage_error("export", said, f"choose one of {', '.join(asked)}")
    folder, tongue = Path(what[0]), language(lang)
    if len(what) == 1 and is_run(folder):
        export_run(read_run_folder(folder), forms[0], out, tongue)
    elif forms[0] != "--xlsx":
        usage_error(" ".join(what), f"{forms[0]} needs the folder of a run", "as outputs/baseline")
    else:
        found = parse_chains(what)
        if len(found) != 1:
            usage_error(" ".join(what), "expected one scenario", "join the parts of a chain with +")
        loaded = load_chain(found[0])
        tell_contested(loaded)
        export_scenario(loaded, found[0], out, tongue)
    typer.echo(str(out))


def import_(
    file: Annotated[Path, typer.Argument(help="A workbook that export wrote, filled in.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The patch: NAME.yaml.")],
    base: Annotated[
        list[Path] | None,
        typer.Option(help="File it was made of, if that moved; repeat for a chain."),
    ] = None,
) -> None:
    """Read an edited workbook back: a patch with just what was changed, checked like a file."""
    from ..export.files import import_patch

    name, changed = import_patch(file, out, base or ())
    if not changed:
        typer.echo(f"{file}: the same as {name}; nothing is changed, so no patch is written")
        return
    typer.echo(f"{out}: {changed} changed; then: opvangsim check {out}")


VERBS = (export, import_)
