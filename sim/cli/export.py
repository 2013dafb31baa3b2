"""``opvangsim export`` and ``opvangsim import``: files for others, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..ask.words import chains, refuse
from .common import Lang, LangChoice, language, tell_contested

if TYPE_CHECKING:
    from ..exchange.finished import Finished

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
    from ..exchange.finished import is_run, read_run

    asked = dict(zip(("--xlsx", *TABLES), (xlsx, csv, parquet, iamc), strict=True))
    forms = [name for name, wanted in asked.items() if wanted]
    if len(forms) != 1:
        said = "no form is named" if not forms else f"{' and '.join(forms)} are two forms"
        refuse("export", said, f"choose one of {', '.join(asked)}")
    folder = Path(what[0])
    if len(what) == 1 and is_run(folder):
        _export_run(read_run(folder), forms[0], out, lang)
    elif forms[0] != "--xlsx":
        refuse(" ".join(what), f"{forms[0]} needs the folder of a run", "as outputs/baseline")
    else:
        _export_scenario(what, out, lang)
    typer.echo(str(out))


def _export_run(run: Finished, form: str, out: Path, lang: LangChoice) -> None:
    from ..exchange.place import place
    from ..exchange.run_book import run_workbook
    from ..exchange.tables import long_table, scenario_format, table_bytes, write_tables

    if form == "--xlsx":
        _named(out, ".xlsx")
        place(out, run_workbook(run, language(lang)))
    elif form == "--iamc":
        _named(out, ".csv")
        place(out, table_bytes(scenario_format(run), "csv"))
    elif out.suffix == f".{form[2:]}":
        place(out, table_bytes(long_table(run), "csv" if form == "--csv" else "parquet"))
    elif out.suffix in ("", "."):
        write_tables(run, out, "csv" if form == "--csv" else "parquet")
    else:
        refuse(str(out), f"a name for {form[2:]} ends in .{form[2:]}", "or name a folder")


def _export_scenario(words: list[str], out: Path, lang: LangChoice) -> None:
    from importlib import metadata

    from ..exchange.form import scenario_workbook
    from ..exchange.place import place
    from ..scenario import load_chain, shipped

    _named(out, ".xlsx")
    found = chains(words)
    if len(found) != 1:
        refuse(" ".join(words), "expected one scenario", "join the parts of a chain with +")
    loaded = load_chain(found[0])
    tell_contested(loaded)
    version = metadata.version("opvangsim")
    # Of a file only its name goes along: where it lay is nobody's business, and leads nowhere.
    names = [name if name in shipped() else Path(name).name for name in found[0]]
    data = scenario_workbook(loaded.scenario, loaded.name, names, version, language(lang))
    place(out, data)


def _named(file: Path, suffix: str) -> None:
    if file.suffix != suffix:
        refuse(str(file), f"this is no {suffix} file", f"give a name that ends in {suffix}")


def import_(
    file: Annotated[Path, typer.Argument(help="A workbook that export wrote, filled in.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The patch: NAME.yaml.")],
    base: Annotated[
        list[Path] | None,
        typer.Option(help="File it was made of, if that moved; repeat for a chain."),
    ] = None,
) -> None:
    """Read an edited workbook back: a patch with just what was changed, checked like a file."""
    from ..errors import ModelError
    from ..exchange.filled import read_filled
    from ..exchange.opened import open_workbook
    from ..exchange.patch import about_of, base_of, changes_of, checked, read_back, text_of
    from ..exchange.place import place

    _named(out, ".yaml")
    if out.exists():
        refuse(str(out), "this file is there already", "choose another name, or remove it")
    filled = read_filled(open_workbook(file))
    loaded, extends = base_of(filled, base or (), file, out)
    changes = changes_of(filled, loaded.scenario)
    if not changes:
        typer.echo(f"{file}: the same as {loaded.name}; nothing is changed, so no patch is written")
        return
    about = about_of(filled, changes, out.stem, file.name)
    because = f"patch {out.stem}: {about['description']['en']}"
    made = checked(loaded, changes, about, because, str(file))
    text = text_of(extends, about, changes)
    if read_back(loaded, text, out, because).scenario != made.scenario:
        raise ModelError(f"the patch of {file} does not say what its cells say")
    place(out, text.encode("utf-8"))
    typer.echo(f"{out}: {len(changes)} changed; then: opvangsim check {out}")


VERBS = (export, import_)
