"""Export a run or a scenario as a file for other programs; import an edited workbook."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from ..errors import Message, ModelError, usage_error
from ..report.i18n import Language
from ..runs.load import RunFolder
from ..scenario import Loaded, shipped
from .data_files import iamc_table, long_table, table_bytes, write_tables
from .run_workbook import run_workbook
from .safe_workbook import open_workbook
from .safe_write import write_file
from .scenario_workbook import scenario_workbook
from .workbook_reader import read_filled
from .workbook_to_patch import (
    apply_changes,
    find_base,
    find_changes,
    patch_text,
    patch_title,
    read_patch,
)


def export_run(run: RunFolder, form: str, out: Path, lang: Language) -> None:
    """Write a run in a form: ``--xlsx``, ``--csv``, ``--parquet`` or ``--iamc``.

    Raises ``ScenarioError`` if the name of the file does not fit the form, or can't be written.
    """
    if form == "--xlsx":
        _check_suffix(out, ".xlsx")
        write_file(out, run_workbook(run, lang))
    elif form == "--iamc":
        _check_suffix(out, ".csv")
        write_file(out, table_bytes(iamc_table(run), "csv"))
    elif out.suffix == f".{form[2:]}":
        write_file(out, table_bytes(long_table(run), "csv" if form == "--csv" else "parquet"))
    elif out.suffix in ("", "."):
        write_tables(run, out, "csv" if form == "--csv" else "parquet")
    else:
        usage_error(
            str(out),
            Message("a name for {form} ends in .{form}", form=form[2:]),
            "or name a folder",
        )


def export_scenario(loaded: Loaded, names: Sequence[str], out: Path, lang: Language) -> None:
    """Write a scenario as a workbook to edit; ``names`` are the files or names it was loaded from.

    Raises ``ScenarioError`` if the file is not named as a workbook, or can't be written.
    """
    _check_suffix(out, ".xlsx")
    version = metadata.version("opvangsim")
    # Of a file only the name is stored: its folder is private, and may not exist elsewhere.
    bare = [name if name in shipped() else Path(name).name for name in names]
    write_file(out, scenario_workbook(loaded.scenario, loaded.name, bare, version, lang))


def import_patch(file: Path, out: Path, base: Sequence[Path]) -> tuple[str, int]:
    """Read an edited workbook and write what was changed as a patch, validated like any other.

    Returns the name of the scenario it was made from, and how many keys changed; if none did,
    nothing is written. Raises ``ScenarioError`` with sheet and cell of every mistake.
    """
    _check_suffix(out, ".yaml")
    if out.exists():
        usage_error(str(out), "this file already exists", "choose another name, or remove it")
    filled = read_filled(open_workbook(file))
    loaded, extends = find_base(filled, base, file, out)
    changes = find_changes(filled, loaded.scenario)
    if not changes:
        return loaded.name, 0
    about = patch_title(filled, changes, out.stem, file.name)
    because = f"patch {out.stem}: {about['description']['en']}"
    patched = apply_changes(loaded, changes, about, because, str(file))
    text = patch_text(extends, about, changes)
    if read_patch(loaded, text, out, because).scenario != patched.scenario:
        raise ModelError(f"the patch of {file} does not say what its cells say")
    write_file(out, text.encode("utf-8"))
    return loaded.name, len(changes)


def _check_suffix(file: Path, suffix: str) -> None:
    if file.suffix != suffix:
        what = Message("this is not a name of a {suffix} file", suffix=suffix)
        usage_error(str(file), what, Message("give a name that ends in {suffix}", suffix=suffix))
