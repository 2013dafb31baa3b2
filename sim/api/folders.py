"""Folders and files of results: list, verify, reproduce, compare, and say where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import usage_error
from ..export import provenance as file_provenance
from ..export.dashboard.page import explore
from ..export.safe_write import write_file
from ..notebook.progress import watched
from ..report.i18n import Language
from ..report.run_tables import moved_lines
from ..reproduce import compare, rerun
from ..results.executor import open_workers
from ..runs import index, verify
from .result import Result

QUANTILES = ("p10", "p50", "p90")


def list_runs(
    folder: str | Path = "outputs",
    *,
    scenario: str = "",
    kind: str = "",
    since: date | None = None,
    sort: str = "when",
    reverse: bool = False,
) -> pd.DataFrame:
    """List runs and studies in a folder, the newest first, with their gap of 2027 [EUR].

    Parameters
    ----------
    folder
        Where to look, one level deep.
    scenario, kind, since
        Keep only entries with this text in the name of the scenario, of this kind ("run",
        "comparison" ...), or made on this day (UTC) or later.
    sort, reverse
        Order: "when", "scenario", "gap", "kind", "id" or "folder".

    The column ``trouble`` says why a folder can't be read. Raises ``ScenarioError`` if the folder
    does not exist, or for another order.

    >>> import sim
    >>> sim.list_runs(".").columns.tolist()[:4]
    ['id', 'kind', 'scenario', 'created']
    """
    _, found = index.list_results(Path(folder), scenario, kind, since, sort, reverse=reverse)
    rows = []
    for row in index.as_rows(found):
        headline = row.pop("headline") or {}
        gap = {f"gap_{quantile}": headline.get(quantile) for quantile in QUANTILES}
        rows.append({**row, "year": headline.get("year"), **gap})
    columns = ["id", "kind", "scenario", "created", "folder", "trouble", "year"]
    return pd.DataFrame(rows, columns=[*columns, *(f"gap_{quantile}" for quantile in QUANTILES)])


def verify_run(folder: str | Path) -> pd.DataFrame:
    """Compare the files of a folder with the hashes in its manifest, and return differences.

    An empty table means that every byte is as written. ``fault`` is false for files that may be
    present, such as the parts of a sweep. Raises ``ScenarioError`` for a folder without a manifest.
    """
    rows = [(row.file, row.what, row.why, row.fault) for row in
            verify.verify_record(Path(folder)).findings]  # fmt: skip
    return pd.DataFrame(rows, columns=["file", "what", "why", "fault"])


def reproduce_run(
    folder: str | Path,
    sweep: str | Path | None = None,
    workers: int = 0,
    executor: str | None = None,
) -> pd.DataFrame:
    """Run a folder of results again from its manifest, and compare every file byte for byte.

    Parameters
    ----------
    folder
        Folder of a run, a study or a sweep.
    sweep
        Folder of the sweep that a ``discover`` study was made from, if it was moved.
    workers, executor
        As in ``Scenario.run``.

    Returns one row per file. For tables ``cells`` is the number of cells that differ, ``first`` the
    column of the first one, ``largest`` the largest difference of numbers. Raises ``ScenarioError``
    for a folder that can't be reproduced.
    """
    path = None if sweep is None else Path(sweep)
    with open_workers(executor, workers) as pool:
        files = rerun.reproduce(Path(folder), pool, watched(), path).files
    rows = []
    for file in files:
        cells = file.cells
        differences = (cells.count, cells.column, cells.largest) if cells else (0, "", 0.0)
        rows.append((file.name, file.state, *differences))
    columns = ["file", "state", "cells", "first", "largest"]
    return pd.DataFrame(rows, columns=columns).set_index("file")


def compare_runs(old: str | Path, new: str | Path, lang: Language = "en") -> str:
    """Return what changed between two runs of one scenario, as an entry for the changelog.

    Raises ``ScenarioError`` if they can't be compared.
    """
    return "\n".join(moved_lines(compare.compare_runs(Path(old), Path(new)), lang))


def provenance(file: str | Path) -> dict[str, Any]:
    """Return where a file comes from, and whether it was changed since.

    The keys are kind, scenario, seed, version, run, command and intact. Works for workbooks, memos,
    pages and charts. Raises ``ScenarioError`` if opvangsim did not make the file.
    """
    found = file_provenance.find(Path(file))
    return {**asdict(found.stamp), "intact": found.intact}


def dashboard(runs: Sequence[Result], file: str | Path, lang: Language = "en") -> Path:
    """Write an HTML page that shows runs side by side and works offline.

    Raises ``ScenarioError`` for too many runs, for two runs of one name, for a name that does not
    end in .html, or if the file can't be written.
    """
    target = Path(file)
    if target.suffix.lower() != ".html":
        usage_error(str(target), "this is not the name of a page", "give a name that ends in .html")
    names = [run.scenario.name for run in runs]
    command = f"sim.dashboard([{', '.join(names)}], {target.name!r})"
    folders = [run.folder for run in runs]
    write_file(target, explore([run.finished for run in runs], folders, names, command, lang))
    return target
