"""What ``export --iamc`` writes, as pyam reads it (``make test-pyam``)."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyam
import pytest

SMALL = ("--replications", "4", "--step", "week", "--until", "2027-12-31", "--no-charts")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenario data of a small run."""
    folder = tmp_path_factory.mktemp("pyam")
    program = os.environ["OPVANGSIM"]
    for words in (
        ["run", "baseline", *SMALL, "--quiet", "--out", "here"],
        ["export", "here", "--iamc", "-o", "years.csv"],
    ):
        subprocess.run([program, *words], cwd=folder, check=True, timeout=120)
    return folder / "years.csv"


@pytest.fixture(scope="module")
def data(exported: Path) -> pyam.IamDataFrame:
    return pyam.IamDataFrame(exported)


def test_pyam_has_every_number_under_its_name(data: pyam.IamDataFrame, exported: Path) -> None:
    with exported.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    written = {
        (row["variable"], row["unit"], int(row["year"])): float(row["value"]) for row in rows
    }
    columns = ("variable", "unit", "year", "value")
    read = {tuple(row[:3]): row[3] for row in data.data[list(columns)].itertuples(index=False)}
    assert read == written
    assert data.scenario == ["baseline"]
    assert data.region == ["Netherlands"]


def test_the_gap_in_pyam_is_cost_less_budget(data: pyam.IamDataFrame) -> None:
    for line in ("Total", "IND", "COA and Nidos"):
        cost, budget = f"Cost|owb2025|{line}", f"Budget|owb2025|{line}"
        made = data.subtract(cost, budget, "Gap", ignore_units="million EUR")
        gap = data.filter(variable=f"Gap|owb2025|{line}").data["value"].to_list()
        assert made.data["value"].to_list() == pytest.approx(gap, abs=1e-5)


def test_places_and_groups_add_up_in_pyam(data: pyam.IamDataFrame) -> None:
    for whole, kind in (("Occupancy", "Place"), ("Places", "Place"), ("Pending", "Group")):
        parts = [name for name in data.variable if name.startswith(f"{whole}|{kind}|")]
        parts = [name for name in parts if name.count("|") == 2]
        assert len(parts) > 3
        assert data.check_aggregate(whole, components=parts, atol=0.1) is None
    emergency = "Occupancy|Place|Emergency"
    assert data.check_aggregate(emergency, atol=0.1) is None


def test_the_python_of_the_page_on_other_programs_reads_it(exported: Path) -> None:
    page = Path(__file__).parent.parent / "docs" / "how-to" / "other-programs.md"
    found = re.findall(r"^```python\n(import pyam.*?)^```$", page.read_text("utf-8"), re.S | re.M)
    shutil.copy(exported, exported.parent / "baseline-iamc.csv")
    done = subprocess.run(
        [sys.executable, "-c", found[0]],
        cwd=exported.parent, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert "Gap (P90)|owb2025|Total" in done.stdout
