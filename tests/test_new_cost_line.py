"""A new budget line with a price of its own takes four files, and then appears everywhere.

Those of the recipe in CONTRIBUTING: schema, baseline, ``LINES`` and translations. The test makes
the four edits in a copy of the package and looks for the line wherever lines are listed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent
NAME, ENGLISH, DUTCH = "health_care", "health care per resident", "zorg per bewoner"
EDITS = {
    "sim/scenario/budget_schema.py": (
        ('    "oda",\n]', f'    "oda",\n    "{NAME}",\n]'),
        ("    EurPerYear,\n", "    EurPerResidentYear,\n    EurPerYear,\n"),
        (
            "    ukraine_norm: Annotated[",
            f"    {NAME}: Annotated[EurPerResidentYear, UNDATED] = Field("
            f'description="{ENGLISH}")\n    ukraine_norm: Annotated[',
        ),
    ),
    "scenarios/baseline.yaml": (
        (
            "  ukraine_norm: {",
            f"  {NAME}: {{value: 1500, unit: EUR/resident/year, price_level: 2024,\n"
            '    assumption: "made up"}\n  ukraine_norm: {',
        ),
    ),
    "sim/results/budget.py": (
        (
            '    Line("oda", "of the cost of COA counts as ODA", cost=oda_cost),\n',
            '    Line("oda", "of the cost of COA counts as ODA", cost=oda_cost),\n'
            f'    Line("{NAME}", "{ENGLISH}", "coa_nidos", lambda c: c.total_residents *\n'
            f"         c.price(c.scenario.prices.{NAME})),\n",
        ),
    ),
    "sim/locale/nl/sentences.po": (
        (
            'msgid "COA and Nidos"\n',
            f'msgid "{ENGLISH}"\nmsgstr "{DUTCH}"\n\nmsgid "COA and Nidos"\n',
        ),
    ),
}
"""By file: what is replaced, and by what."""
COMMANDS = {
    "run": "run baseline --step week --replications 4 --workers 1 --until 2025-12-31 --no-charts "
    "--lang {lang} --out run",
    "workbook": "export run --xlsx --lang {lang} --out run-{lang}.xlsx",
    "page": "dashboard run --out page.html",
    "memo": "memo run --lang {lang} --out memo-{lang}.md",
    "schema": "scenario schema",
    "show": "scenario show baseline prices.health_care --lang {lang}",
    "check": "scenario check baseline",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder beside a copy of the package with the new line."""
    root = tmp_path_factory.mktemp("new_line")
    for part in ("sim", "scenarios"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, root / "copy" / part, ignore=ignore)
    for name, edits in EDITS.items():
        file = root / "copy" / name
        text = file.read_text("utf-8")
        for old, new in edits:
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
    (root / "work").mkdir()
    return root / "work"


def output(folder: Path, command: str, lang: str = "en") -> str:
    """Run a command of the copy and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", *COMMANDS[command].format(lang=lang).split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder.parent / "copy"), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, str]:
    """What a run prints, by language; it leaves its folder."""
    return {lang: output(folder, "run", lang) for lang in ("nl", "en")}


@pytest.mark.usefixtures("printed")
def test_the_line_is_in_the_budget_table_and_in_the_sum_that_it_is_part_of(folder: Path) -> None:
    budget = pd.read_csv(folder / "run" / "budget.csv")
    view = {"vintage": "owb2025", "cost_level": "document", "timing": "cost"}
    for column, value in (view | {"price_basis": "vintage"}).items():
        budget = budget[budget[column] == value]
    mean = budget.set_index("line")["cost_mean"]
    assert 60e6 < mean[NAME] < 200e6
    parts = mean["coa"] + mean["nidos"] + mean[NAME]
    assert mean["coa_nidos"] == pytest.approx(parts, abs=3_000)


@pytest.mark.parametrize(("lang", "text"), [("en", ENGLISH), ("nl", DUTCH)])
def test_the_line_is_shown_in_both_languages(
    printed: dict[str, str], folder: Path, lang: str, text: str
) -> None:
    assert text in printed[lang]
    assert text in output(folder, "show", lang)
    output(folder, "memo", lang)
    annex = (folder / f"memo-{lang}.md").read_text("utf-8").partition("\n# ")[2]
    assert text in annex
    output(folder, "workbook", lang)
    assert_in_workbook(folder / f"run-{lang}.xlsx", text)


def assert_in_workbook(file: Path, text: str) -> None:
    """The line has a row with an amount, and the sum it is part of has it in its formula."""
    for sheet in load_workbook(file):
        rows = {str(cell.value): cell.row for cell in sheet["A"] if cell.value is not None}
        if text in rows:
            amount = sheet.cell(rows[text], 2)
            assert isinstance(amount.value, float)
            formulas = [str(cell.value) for cell in sheet["B"] if cell.data_type == "f"]
            assert any(amount.coordinate in formula.lstrip("=").split("+") for formula in formulas)
            return
    raise AssertionError(f"{text} is in no sheet of {file.name}")


@pytest.mark.usefixtures("printed")
def test_the_dashboard_names_the_line_in_both_languages(folder: Path) -> None:
    output(folder, "page")
    page = (folder / "page.html").read_text("utf-8")
    assert f"cost:{NAME}" in page
    assert ENGLISH in page
    assert DUTCH in page


def test_the_schema_has_the_price_and_the_line(folder: Path) -> None:
    definitions = json.loads(output(folder, "schema"))["definitions"]
    price = definitions["ReceptionPrices"]["properties"][NAME]
    assert price["description"] == f"{ENGLISH} [EUR/resident/year]"
    assert NAME in definitions["Vintage"]["properties"]["lines"]["properties"]


def test_the_baseline_with_the_line_is_plausible(folder: Path) -> None:
    assert "no warnings" in output(folder, "check")
