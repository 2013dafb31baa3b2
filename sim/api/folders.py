"""Folders of results: what lies where, whether it is as it was written, and the same once more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from ..report.i18n import Language
from ..studies.base import no_progress


def runs(
    folder: str | Path = "outputs",
    *,
    scenario: str = "",
    kind: str = "",
    since: date | None = None,
    sort: str = "when",
    reverse: bool = False,
) -> pd.DataFrame:
    """Runs and studies in a folder: a row each, the newest first, with the gap of 2027 [EUR].

    ``trouble`` tells why a folder can't be read; ``scenario`` is a part of a name, ``since`` a day
    in UTC. Raises ``ScenarioError`` if there is no such folder.

    >>> import sim
    >>> sim.runs(".").columns.tolist()[:4]
    ['id', 'kind', 'scenario', 'created']
    """
    from ..runs.index import as_rows, list_results

    _, found = list_results(Path(folder), scenario, kind, since, sort, reverse=reverse)
    gaps = ("p10", "p50", "p90")
    rows = []
    for row in as_rows(found):
        headline = row.pop("headline") or {}
        gap = {"year": headline.get("year")}
        gap |= {f"gap_{name}": headline.get(name) for name in gaps}
        rows.append({**row, **gap})
    names = ["id", "kind", "scenario", "created", "folder", "trouble", "year"]
    return pd.DataFrame(rows, columns=[*names, *(f"gap_{name}" for name in gaps)])


def verify_record(folder: str | Path) -> pd.DataFrame:
    """Files of a folder that are not as they were written; without a row all are, to the byte.

    ``fault`` is false for what may lie beside a sweep. Raises ``ScenarioError`` for a folder
    without a record.
    """
    from ..runs.verify import verify_record as verified

    found = verified(Path(folder)).findings
    rows = [(one.file, one.what, one.why, one.fault) for one in found]
    return pd.DataFrame(rows, columns=["file", "what", "why", "fault"])


def reproduce(
    folder: str | Path, sweep: str | Path | None = None, workers: int = 0
) -> pd.DataFrame:
    """Make a folder again from its own record: a row a file, and whether its bytes are equal.

    Of tables ``cells`` counts those that differ, ``first`` is the column of the first, ``largest``
    the largest difference of numbers. Raises ``ScenarioError`` for what can't be made again.
    """
    from ..reproduce.rerun import reproduce as made_again

    found = made_again(Path(folder), workers, no_progress, None if sweep is None else Path(sweep))
    rows = []
    for one in found.files:
        apart = one.cells
        told = (apart.count, apart.column, apart.largest) if apart else (0, "", 0.0)
        rows.append((one.name, one.state, *told))
    columns = ["file", "state", "cells", "first", "largest"]
    return pd.DataFrame(rows, columns=columns).set_index("file")


def moved(old: str | Path, new: str | Path, lang: Language = "en") -> str:
    """The entry for 'Results that moved' in a changelog, from two runs of one scenario.

    Raises ``ScenarioError`` if they can't be compared.
    """
    from ..report.run_tables import moved_lines
    from ..reproduce.compare import compare_runs as between

    return "\n".join(moved_lines(between(Path(old), Path(new)), lang))
