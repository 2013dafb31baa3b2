"""A table that was forged together with its record is refused by name, not met by a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from support.folders import rewrite

import sim
from sim.errors import ScenarioError
from sim.runs.load import read_run_folder, subject_of
from sim.runs.manifest import digest, read_record

Forge = Callable[[pd.DataFrame], pd.DataFrame]
FORGED: dict[str, tuple[Forge, str]] = {
    "a column less": (lambda table: table.drop(columns=["year", "date"], errors="ignore"),
                      "has no column"),
    "words for numbers": (lambda table: table.assign(**{table.columns[-1]: "x"}),
                          "does not hold numbers"),
    "a row less": (lambda table: table.iloc[1:], "rows of this table are missing"),
    "a row twice": (lambda table: pd.concat([table, table.head(1)]), "rows of this table"),
    "another time": (lambda table: table.replace({2026: 2031}) if "year" in table else
                     table.assign(date=table["date"] + pd.Timedelta(days=1)), "rows of this table"),
    "one row": (lambda table: table.head(1), "rows of this table"),
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forged") / "run"
    scenario = sim.load("baseline").with_(**{"inflow.first": 30_000})
    scenario.run(2, step="week", workers=1, until=pd.Timestamp("2026-12-31").date(), out=folder)
    return folder


def forged(run: Path, folder: Path, name: str, content: bytes | pd.DataFrame) -> Path:
    """A copy of a run with another table, sealed anew."""
    shutil.copytree(run, folder)
    file = folder / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif file.suffix == ".csv":
        content.to_csv(file, index=False)
    else:
        content.to_parquet(file, index=False)
    record = read_record(folder)
    record["files"][name] = digest(file)
    rewrite(folder, record)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("how", FORGED)
@pytest.mark.parametrize(
    "name", ["budget.csv", "monthly.parquet", "yearly.csv", "replications.parquet"]
)
def test_a_forged_table_is_refused(run: Path, tmp_path: Path, name: str, how: str) -> None:
    change, said = FORGED[how]
    table = pd.read_csv(run / name) if name.endswith(".csv") else pd.read_parquet(run / name)
    if name == "replications.parquet":
        table = table[["replication", "year", "occupancy|total|end", "shortage|total|end",
                       "transit|total|end", "occupancy|kind:status_holders|end"]]  # fmt: skip
    folder = forged(run, tmp_path / "copy", name, change(table))
    with pytest.raises(ScenarioError, match=said) as told:
        subject_of(folder, read_run_folder(folder))
    assert name in str(told.value)


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b'"'])
@pytest.mark.parametrize("name", ["budget.csv", "monthly.parquet"])
def test_what_is_no_table_is_refused(run: Path, tmp_path: Path, name: str, content: bytes) -> None:
    folder = forged(run, tmp_path / "copy", name, content)
    with pytest.raises(ScenarioError, match=r"this table|read as a table"):
        read_run_folder(folder)


@pytest.mark.slow
def test_a_run_as_it_was_written_is_read(run: Path) -> None:
    assert len(subject_of(run, read_run_folder(run)).budget)
