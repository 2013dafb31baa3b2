"""The numbers of the reference scenarios: the same on every machine, and none moves unsaid.

After a change that is meant to move them: ``pytest tests/test_golden.py -n 0 --force-regen`` writes
all of them anew. Then write the entry in CHANGELOG.md (``opvangsim runs compare OLD NEW`` prints
it), with the hash that a test here names.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pytest_regressions.dataframe_regression import DataFrameRegressionFixture
from pytest_regressions.file_regression import FileRegressionFixture

from sim.report.run_tables import headline_rows
from sim.results import experiment as trial
from sim.results.cell import parse
from sim.results.executor import Workers
from sim.results.experiment import CellMeasure, Settings
from sim.results.tasks import Task, run_tasks
from sim.runs.batches import Options
from sim.runs.run import Run, execute
from sim.runs.summary_tables import DIGITS, SMALLEST, round_significant
from sim.scenario import load

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).parent.parent
REFERENCES = {
    "baseline": date(2027, 12, 31),
    "constrained": date(2027, 12, 31),
    "faster-housing": date(2027, 12, 31),
    "year-2024": None,
}
"""Scenarios, and the last day of their runs if it is not their own."""
SERIES = {
    "need|total|end": "places",
    "occupancy|total|mean": "persons",
    "shortage|total|mean": "persons",
    "places|total|end": "places",
    "emergency_share|total|mean": "share",
    "pending|total|end": "cases",
    "waiting_months|kind:decided_median|mean": "months",
    "inflow|total|sum": "persons/year",
    "decisions|total|sum": "decisions/year",
    "housed|total|sum": "persons/year",
    "municipal_arrears|total|end": "persons",
}
MONEY = ("cost_mean", "cost_p50", "budget", "gap_mean", "gap_p10", "gap_p50", "gap_p90")
STEPS = {"share": 1e-6, "months": 1e-3}
"""By how much a number may lie off, by unit: two steps of what it is rounded to; people 0.01."""
THOUSAND = 1_000.0
PEOPLE = 0.01


def made(name: str, folder: Path) -> Run:
    options = Options(10, 1, "week", REFERENCES[name], workers=Workers(1), charts=False)
    return execute(load(name), name, options, folder / name)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A small run of each: to be read, never changed."""
    folder = tmp_path_factory.mktemp("golden")
    return {name: made(name, folder) for name in REFERENCES}


def golden_table(run: Run) -> pd.DataFrame:
    """What a reader looks at first: money and the main series, a row a year."""
    yearly = run.yearly
    keys = yearly["series"] + "|" + yearly["breakdown"] + "|" + yearly["measure"]
    columns: dict[str, Any] = {}
    for key in SERIES:
        rows = yearly[keys == key].set_index("year")
        columns |= {f"{key}|mean": rows["mean"], f"{key}|p90": rows["p90"]}
    money = headline_rows(run.budget, run.scenario).set_index("year")
    columns |= {name: money[name] for name in MONEY if len(money)}
    return pd.DataFrame(columns).rename_axis("year").reset_index()


def tolerances() -> dict[str, dict[str, float]]:
    """Two steps of rounding in each series, and nothing relative."""
    found = {
        f"{key}|{statistic}": {"atol": 2 * STEPS.get(unit, PEOPLE), "rtol": 0.0}
        for key, unit in SERIES.items() for statistic in ("mean", "p90")
    }  # fmt: skip
    return found | {name: {"atol": 2 * THOUSAND, "rtol": 0.0} for name in MONEY}


def hash_of(folder: Path) -> str:
    """SHA-256 of all numbers of a run: its tables as written, its replications value by value.

    Of the Parquet file the values and not the bytes, which move with the version of its library.
    """
    found = hashlib.sha256()
    for name in ("budget.csv", "monthly.csv", "yearly.csv"):
        found.update((folder / name).read_bytes())
    table = pd.read_parquet(folder / "replications.parquet")
    for column in table.columns:
        found.update(column.encode() + table[column].to_numpy().tobytes())
    return found.hexdigest()


# -- golden tables ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", REFERENCES)
def test_no_number_of_a_reference_scenario_moves(
    runs: dict[str, Run], dataframe_regression: DataFrameRegressionFixture, name: str
) -> None:
    dataframe_regression.check(
        golden_table(runs[name]), fullpath=GOLDEN / f"{name}.csv", tolerances=tolerances()
    )


def test_golden_tables_that_changed_have_an_entry_in_the_changelog() -> None:
    """Whoever writes them anew has to say so: the hash of all of them stands under what moved."""
    found = hashlib.sha256()
    for file in sorted(GOLDEN.glob("*.csv")):
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    sections = [part.partition("\n### ")[0] for part in text.split("### Results that moved\n")[1:]]
    mark = f"golden tables {found.hexdigest()[:12]}"
    assert any(mark in section for section in sections), (
        "the golden tables changed: tell what moved in CHANGELOG.md, under 'Results that moved' "
        f"(opvangsim runs compare OLD NEW prints the entry), and end the entry with ({mark})"
    )
    assert {file.stem for file in GOLDEN.glob("*.csv")} == set(REFERENCES)


# -- the same on every machine ----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", REFERENCES)
def test_the_tables_of_a_reference_scenario_have_this_hash(
    runs: dict[str, Run], file_regression: FileRegressionFixture, name: str
) -> None:
    """Every digit of every table, on any machine with the locked versions."""
    file_regression.check(hash_of(runs[name].folder) + "\n", fullpath=GOLDEN / f"{name}.sha256")


BARE = """
import json, sys
from pathlib import Path
from test_golden import hash_of, made
from numba.core.registry import cpu_target
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
on = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
folder = Path(sys.argv[1])
hashes = {name: hash_of(made(name, folder).folder) for name in sys.argv[2:]}
compiled_for = cpu_target.target_context.codegen().magic_tuple()[1]
print(json.dumps({"on": on, "compiled_for": compiled_for, "hashes": hashes}))
"""


@pytest.mark.long
def test_another_processor_gives_the_same_tables(runs: dict[str, Run], tmp_path: Path) -> None:
    """As on a machine that knows none of the processor's newer instructions (AVX2, AVX512, FMA).

    There ``exp``, ``log`` and ``pow`` go through other code, and so does linear algebra; the engine
    is compiled anew for such a processor. Spending that follows the budget is where the last bit
    would decide whether money is short.
    """
    from numpy._core._multiarray_umath import (  # type: ignore[import-not-found,unused-ignore]
        __cpu_dispatch__,
        __cpu_features__,
    )

    off = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    names = ("baseline", "constrained")
    own = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(off), "OPENBLAS_CORETYPE": "Nehalem",
           "NUMBA_CPU_NAME": "generic", "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F",
           "PYTHONPATH": str(Path(__file__).parent)}  # fmt: skip
    words = [sys.executable, "-c", BARE, str(tmp_path), *names]
    done = subprocess.run(words, env=own, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["on"] == []
    assert told["compiled_for"] == "generic"
    assert told["hashes"] == {name: hash_of(runs[name].folder) for name in names}


@pytest.mark.long
def test_what_is_measured_is_the_same_for_any_workers_and_chunks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Studies and sweeps: every cell of every replication, to the last bit."""
    settings = Settings(5, 1, "week", date(2025, 3, 31))
    cells = tuple(parse(text) for text in ("occupancy.total.2025", "pending.total.2025"))
    tasks = [Task(load(name), CellMeasure(cells)) for name in ("baseline", "faster-housing")]
    alone = list(run_tasks(tasks, settings, Workers(1)))
    for workers, largest in ((1, 2), (2, 500), (3, 1)):
        monkeypatch.setattr(trial, "LARGEST_CHUNK", largest)
        for one, other in zip(alone, run_tasks(tasks, settings, Workers(workers)), strict=True):
            for cell, values in one.items():
                assert values.tobytes() == other[cell].tobytes(), (workers, largest, cell)


def test_steady_numbers_have_seven_digits_and_forget_what_a_difference_leaves() -> None:
    chance = np.random.default_rng(1)
    sizes = 10.0 ** chance.uniform(-6, 14, 20_000)
    values = chance.normal(size=20_000) * sizes
    found = round_significant(values)
    last = 10.0 ** (np.floor(np.log10(np.abs(values))) - DIGITS + 1)
    assert (np.abs(found - values) <= 0.51 * (last + 10.0**-SMALLEST)).all()
    for number in found[:2000]:
        assert float(f"{number:.{DIGITS - 1}e}") == number
    moved = round_significant(values * (1 + 4e-16))
    assert (moved == found).all()
    left = round_significant([1e-17, -1e-12, 0.0, np.nan, np.inf])
    assert left.tolist()[:3] == [0.0, 0.0, 0.0]
    assert not np.signbit(left[1])
    assert np.isnan(left[3])
    assert np.isinf(left[4])
