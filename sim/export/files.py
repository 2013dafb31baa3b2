"""A run, or a scenario to be edited, as a file for other programs; and the edited one back."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from ..errors import ModelError, usage_error
from ..report.i18n import Language
from ..runs.load import RunFolder
from ..scenario import Loaded, shipped
from .data_files import long_table, scenario_format, table_bytes, write_tables
from .run_workbook import run_workbook
from .safe_workbook import open_workbook
from .safe_write import place
from .scenario_workbook import scenario_workbook
from .workbook_reader import read_filled
from .workbook_to_patch import about_of, base_of, changes_of, checked, read_back, text_of


def export_run(run: RunFolder, form: str, out: Path, lang: Language) -> None:
    """Write a run as ``--xlsx``, ``--csv``, ``--parquet`` or ``--iamc``.

    Raises ``ScenarioError`` if the name of the file does not fit the form, or can't be written.
    """
    if form == "--xlsx":
        _named(out, ".xlsx")
        place(out, run_workbook(run, lang))
    elif form == "--iamc":
        _named(out, ".csv")
        place(out, table_bytes(scenario_format(run), "csv"))
    elif out.suffix == f".{form[2:]}":
        place(out, table_bytes(long_table(run), "csv" if form == "--csv" else "parquet"))
    elif out.suffix in ("", "."):
        write_tables(run, out, "csv" if form == "--csv" else "parquet")
    else:
        usage_error(str(out), f"a name for {form[2:]} ends in .{form[2:]}", "or name a folder")


def export_scenario(loaded: Loaded, names: Sequence[str], out: Path, lang: Language) -> None:
    """Write a scenario as a workbook to edit; ``names`` are what it was loaded from.

    Raises ``ScenarioError`` if this is no name of a workbook, or it can't be written.
    """
    _named(out, ".xlsx")
    version = metadata.version("opvangsim")
    # Of a file only its name goes along: where it lay is nobody's business, and leads nowhere.
    bare = [name if name in shipped() else Path(name).name for name in names]
    place(out, scenario_workbook(loaded.scenario, loaded.name, bare, version, lang))


def import_patch(file: Path, out: Path, base: Sequence[Path]) -> tuple[str, int]:
    """Read an edited workbook back as a patch with just what was changed, checked like a file.

    Gives the name of the scenario it was made of, and how many keys changed; without any nothing
    is written. Raises ``ScenarioError`` with sheet and cell of every slip.
    """
    _named(out, ".yaml")
    if out.exists():
        usage_error(str(out), "this file is there already", "choose another name, or remove it")
    filled = read_filled(open_workbook(file))
    loaded, extends = base_of(filled, base, file, out)
    changes = changes_of(filled, loaded.scenario)
    if not changes:
        return loaded.name, 0
    about = about_of(filled, changes, out.stem, file.name)
    because = f"patch {out.stem}: {about['description']['en']}"
    made = checked(loaded, changes, about, because, str(file))
    text = text_of(extends, about, changes)
    if read_back(loaded, text, out, because).scenario != made.scenario:
        raise ModelError(f"the patch of {file} does not say what its cells say")
    place(out, text.encode("utf-8"))
    return loaded.name, len(changes)


def _named(file: Path, suffix: str) -> None:
    if file.suffix != suffix:
        usage_error(str(file), f"this is no {suffix} file", f"give a name that ends in {suffix}")
