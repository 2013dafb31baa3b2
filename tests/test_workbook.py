"""A run as a workbook and as tables, and what a file says of where it comes from."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from support.cli import Command
from support.folders import record_in
from support.once import once

from sim.errors import ScenarioError
from sim.export.data_files import LONG, iamc_table, long_table, table_bytes
from sim.export.provenance import find
from sim.export.run_workbook import run_workbook
from sim.export.safe_workbook import OpenWorkbook, open_workbook
from sim.export.safe_write import write_file
from sim.report.display_names import line_label
from sim.report.i18n import Language, labels, translate
from sim.report.run_tables import headline_rows
from sim.report.style import bytes_of
from sim.results.budget import LINES
from sim.results.executor import Workers
from sim.runs.batches import Options
from sim.runs.load import RunFolder, read_run_folder
from sim.runs.provenance import Provenance, find_in_chart, marked
from sim.runs.run import execute
from sim.scenario import Scenario

STAMP = Provenance("run", "baseline", "1", "0.1.0", "abc", "opvangsim run baseline --seed 1")
LANGUAGES: tuple[Language, Language] = ("en", "nl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run of three whole years."""
    return once(tmp_path_factory, "baseline")


@pytest.fixture(scope="module")
def run(folder: Path) -> RunFolder:
    return read_run_folder(folder)


@pytest.fixture(scope="module")
def data(run: RunFolder) -> dict[Language, bytes]:
    return {lang: run_workbook(run, lang) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def books(data: dict[Language, bytes]) -> dict[Language, Workbook]:
    return {lang: load_workbook(io.BytesIO(data[lang])) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def read(data: dict[Language, bytes], tmp_path_factory: pytest.TempPathFactory) -> OpenWorkbook:
    file = tmp_path_factory.mktemp("read") / "nl.xlsx"
    file.write_bytes(data["nl"])
    return open_workbook(file)


def sheet_of(book: Workbook, key: str, lang: Language) -> Worksheet:
    sheet = book[translate(key, lang)]
    assert isinstance(sheet, Worksheet)
    return sheet


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes_and_no_time(
    run: RunFolder, data: dict[Language, bytes]
) -> None:
    assert run_workbook(run, "nl") == data["nl"]
    with zipfile.ZipFile(io.BytesIO(data["nl"])) as packed:
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = packed.read("docProps/core.xml")
    times = re.findall(rb"<dcterms:(?:created|modified)[^>]*>([^<]*)<", properties)
    assert set(times) == {b"1980-01-01T00:00:00Z"}


def value_of(formula: str, cells: dict[tuple[int, int], float]) -> float:
    """What a sum or a difference of cells comes to."""

    def at(name: str) -> float:
        letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", name).groups()  # type: ignore[union-attr]
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - 64
        return cells[int(digits), column]

    whole = re.fullmatch(r"=SUM\(([A-Z]+)(\d+):([A-Z]+)\2\)", formula)
    if whole:
        first, last = (sum(26**i * (ord(c) - 64) for i, c in enumerate(reversed(w)))
                       for w in (whole[1], whole[3]))  # fmt: skip
        return sum(cells[int(whole[2]), column] for column in range(first, last + 1))
    terms = re.findall(r"([+-]?)([A-Z]+\d+)", formula.removeprefix("="))
    assert "=" + "".join(sign + name for sign, name in terms) == formula
    return sum(-at(name) if sign == "-" else at(name) for sign, name in terms)


@pytest.mark.slow
def test_a_program_that_does_not_calculate_shows_the_value_of_every_formula(
    data: dict[Language, bytes], books: dict[Language, Workbook]
) -> None:
    values = load_workbook(io.BytesIO(data["en"]), data_only=True)
    formulas = [cell for sheet in books["en"].worksheets for row in sheet.iter_rows()
                for cell in row if cell.data_type == "f"]  # fmt: skip
    assert len(formulas) > 200
    for cell in formulas:
        assert isinstance(values[cell.parent.title][cell.coordinate].value, int | float)


@pytest.mark.slow
def test_every_formula_comes_to_the_value_it_shows(read: OpenWorkbook) -> None:
    count = 0
    for cells in read.sheets.values():
        numbers = {at: float(cell.value) for at, cell in cells.items()
                   if isinstance(cell.value, int | float)}  # fmt: skip
        for at, cell in cells.items():
            if cell.formula:
                count += 1
                assert numbers[at] == pytest.approx(value_of(cell.formula, numbers), abs=1e-9)
    assert count > 200


@pytest.mark.slow
def test_sums_and_gaps_are_formulas_and_what_the_run_says(
    run: RunFolder, read: OpenWorkbook
) -> None:
    cells = read.sheets[translate("sheet_gap", "nl")]
    rows: dict[str, list[int]] = {}
    for (row, column), cell in sorted(cells.items()):
        if column == 1:
            rows.setdefault(str(cell.value), []).append(row)
    total = rows[line_label("total", "nl")]
    table = run.budget[
        (run.budget["vintage"] == run.scenario.budget.headline)
        & (run.budget["cost_level"] == run.scenario.prices.level)
        & (run.budget["timing"] == "cost")
        & (run.budget["price_basis"] == "vintage")
        & (run.budget["line"] == "total")
    ].sort_values("year")
    for row, name in zip(total, ("cost_mean", "budget", "gap_mean"), strict=False):
        found = [cells[row, column] for column in (2, 3, 4)]
        assert all(cell.formula for cell in found)
        assert [cell.value for cell in found] == pytest.approx(table[name] / 1e6, abs=5e-3)


@pytest.mark.long
def test_medians_have_no_sums(read: OpenWorkbook) -> None:
    cells = read.sheets[translate("sheet_gap", "nl")]
    head = next(row for (row, column), cell in cells.items()
                if column == 1 and cell.value == translate("year", "nl"))  # fmt: skip
    assert not any(cells[row, column].formula for row in (head + 1, head + 2, head + 3)
                   for column in range(2, 9))  # fmt: skip


@pytest.mark.slow
def test_months_are_those_of_the_run(run: RunFolder, read: OpenWorkbook) -> None:
    cells = read.sheets[translate("sheet_months", "nl")]
    heads = {str(cell.value): column for (row, column), cell in cells.items() if row == 4}
    assert all(
        re.search(r"\[.+\]$", head) for head in heads if head != translate("book_date", "nl")
    )
    need = run.monthly[(run.monthly["series"] == "need")].sort_values("date")
    name = f"{translate('need', 'nl')}, {translate('statistic_percentile', 'nl', n=90)} [plekken]"
    found = [cells[row, heads[name]].value for row in range(5, 5 + len(need))]
    assert found == need["p90"].to_list()
    people = run.monthly[
        (run.monthly["series"] == "occupancy") & (run.monthly["breakdown"] == "total")
    ].sort_values("date")
    name = (
        f"{translate('book_occupancy', 'nl')}: {translate('book_sum', 'nl')}, gemiddelde [personen]"
    )
    sums = [cells[row, heads[name]] for row in range(5, 5 + len(people))]
    assert all(cell.formula for cell in sums)
    assert [cell.value for cell in sums] == pytest.approx(people["mean"].to_list(), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_charts_are_native_and_read_cells_that_hold_numbers(
    books: dict[Language, Workbook], lang: Language
) -> None:
    book = books[lang]
    charts = sheet_of(book, "sheet_summary", lang)._charts  # type: ignore[attr-defined]
    assert [type(chart).__name__ for chart in charts] == ["BarChart", "AreaChart", "AreaChart"]
    references = [
        source.numRef.f
        for chart in charts
        for part in (chart, *chart._charts)
        for series in part.series
        for source in (series.val, series.errBars and series.errBars.plus)
        if source
    ]
    assert len(references) >= 3 + 7 + 5
    for reference in references:
        name, _, cells = reference.replace("$", "").rpartition("!")
        first, _, last = cells.partition(":")
        block = book[name.strip("'")][f"{first}:{last}"]
        values = [cell.value for (cell,) in block]
        assert sum(value is not None for value in values) >= 3, reference


@pytest.mark.slow
def test_panes_are_frozen_and_numbers_have_formats(books: dict[Language, Workbook]) -> None:
    book = books["en"]
    assert sheet_of(book, "sheet_gap", "en").freeze_panes == "B5"
    assert sheet_of(book, "sheet_months", "en").freeze_panes == "B5"
    assert sheet_of(book, "sheet_gap", "en")["B6"].number_format == "#,##0"
    # A column of 12 characters is stored with its margins.
    assert sheet_of(book, "sheet_months", "en").column_dimensions["A"].width == pytest.approx(
        12.71, abs=0.01
    )


@pytest.mark.slow
def test_every_sheet_fits_its_printed_pages_and_says_which_they_are(
    books: dict[Language, Workbook],
) -> None:
    """Wide sheets are scaled to few pages, on each of which the heads of rows and columns stand."""
    wide = {translate("sheet_months", "en"): (8, 1)}
    upright = {translate("sheet_summary", "en"): (1, 1)}
    sheets: list[Any] = list(books["en"].worksheets)
    for sheet in sheets:
        setup = sheet.page_setup
        # A sheet that says nothing is one page wide and one high.
        fitted = tuple(1 if n is None else n for n in (setup.fitToWidth, setup.fitToHeight))
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert fitted == (wide | upright).get(sheet.title, (1, 0)), sheet.title
        assert setup.orientation == (
            "portrait" if sheet.title in wide | upright else "landscape"
        ), sheet.title
        assert sheet.oddFooter.left.text.strip() == "&A"
        assert sheet.oddFooter.right.text.strip() == "&P / &N"
        assert "opvangsim" in sheet.oddHeader.right.text
        assert bool(sheet.print_title_rows) == (sheet.title not in upright)
    months: Any = sheet_of(books["en"], "sheet_months", "en")
    assert (months.print_title_rows, months.print_title_cols) == ("$4:$4", "$A:$A")
    last = f"${get_column_letter(months.max_column)}${months.max_row}"
    assert months.print_area.endswith(f"!$A$1:{last}")


@pytest.mark.slow
def test_results_are_rounded_by_their_format_and_kept_in_full(
    run: RunFolder, books: dict[Language, Workbook]
) -> None:
    """A reader sees 4,521 where the cell holds 4521.492."""
    for key in ("sheet_summary", "sheet_gap", "sheet_months"):
        for row in sheet_of(books["en"], key, "en").iter_rows():
            for cell in row:
                assert not isinstance(cell.value, float) or cell.number_format != "General"
    cost = headline_rows(run.budget, run.scenario)["cost_p50"].iloc[0] / 1e6
    cells = [cell for row in sheet_of(books["en"], "sheet_gap", "en").iter_rows() for cell in row]
    found = [cell for cell in cells if cell.value == pytest.approx(cost, rel=1e-14)]
    assert found
    assert {cell.number_format for cell in found} == {"#,##0"}


@pytest.mark.slow
def test_rows_are_as_high_as_the_longest_text_in_them(books: dict[Language, Workbook]) -> None:
    """Not every program sees to that by itself: texts would lie over those below."""
    for lang in LANGUAGES:
        sheet = sheet_of(books[lang], "sheet_sources", lang)
        for number, row in enumerate(sheet.iter_rows(min_row=4), start=4):
            high = sheet.row_dimensions[number].height or 13.5
            for column, cell in enumerate(row, start=1):
                size = sheet.column_dimensions[get_column_letter(column)].width
                assert len(str(cell.value or "")) / size <= high / 13.5, cell.coordinate


@pytest.mark.slow
def test_in_dutch_no_word_of_the_tables_is_english(books: dict[Language, Workbook]) -> None:
    alike = {texts["en"] for texts in labels().values() if texts["en"] == texts["nl"]}
    alike |= {line.label for line in LINES if line_label(line.name, "nl") == line.label}
    for key in ("sheet_gap", "sheet_months"):
        texts = [
            {cell.value for row in sheet_of(books[lang], key, lang).iter_rows() for cell in row
             if isinstance(cell.value, str) and re.search(r"[a-z]{3}", cell.value)}
            for lang in LANGUAGES
        ]  # fmt: skip
        assert {text for text in texts[0] & texts[1] if text not in alike} == set(), key


@pytest.mark.slow
def test_properties_tell_where_it_comes_from(
    run: RunFolder, books: dict[Language, Workbook]
) -> None:
    book = books["nl"]
    assert book.properties.creator == "opvangsim"
    assert book.properties.title == run.scenario.title.nl
    assert run.record["id"] in str(book.properties.keywords)
    assert book.properties.description == run.record["command"]


@pytest.mark.long
def test_a_run_without_a_whole_year_has_a_workbook_too(baseline: Scenario, tmp_path: Path) -> None:
    from datetime import date

    options = Options(
        replications=2,
        step="week",
        until=date(2025, 3, 31),
        workers=Workers(1),
        charts=False,
        lang="nl",
    )
    folder = execute(baseline, "baseline", options, tmp_path / "short").folder
    found = read_run_folder(folder)
    book = load_workbook(io.BytesIO(run_workbook(found, "en")))
    assert sheet_of(book, "sheet_gap", "en")["A1"].value == translate("book_no_year", "en")
    assert not iamc_table(found).empty
    assert found.record["command"].endswith("--lang nl")


@pytest.mark.slow
def test_a_folder_that_was_changed_or_is_no_run_is_refused(
    folder: Path, tmp_path: Path, command: Command
) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "yearly.csv").write_text("year\n")
    done = command("export", "copy", "--xlsx", "-o", "x.xlsx")
    assert (done.returncode, "is not the one that the run wrote" in done.stderr) == (2, True)
    record_in(copy, "solve")
    assert "folder of 'solve', not of a run" in command("export", "copy", "--csv", "-o", "x").stderr
    (copy / "run.json").write_text("[]")
    assert (
        "this is not a manifest of opvangsim"
        in command("export", "copy", "--csv", "-o", "x").stderr
    )
    assert not (tmp_path / "x.xlsx").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["export", "baseline", "-o", "x.xlsx"], "no output format given"),
        (["export", "baseline", "--xlsx", "--csv", "-o", "x.xlsx"], "are two forms"),
        (["export", "baseline", "--csv", "-o", "x.csv"], "--csv needs the folder of a run"),
        (["export", "baseline", "--xlsx", "-o", "x.xls"], "not a name of a .xlsx file"),
        (["export", "baseline", "--xlsx", "-o", "no/x.xlsx"], "there is no folder no"),
        (["export", "baseline", "fill-91", "--xlsx", "-o", "x.xlsx"], "expected one scenario"),
        (["scenario", "import", "x.xlsx", "-o", "p.yaml"], "x.xlsx: can't be read"),
        (["scenario", "import", "x.xlsx", "-o", "p.yml"], "not a name of a .yaml file"),
        (["runs", "provenance", "x.png"], "x.png: can't be read"),
    ],
)
def test_slips_on_the_command_line_end_with_2(
    command: Command, words: list[str], expected: str
) -> None:
    done = command(*words)
    assert done.returncode == 2
    assert expected in done.stderr


@pytest.mark.slow
def test_the_long_table_holds_every_number_of_a_run(run: RunFolder) -> None:
    table = long_table(run)
    assert list(table.columns) == list(LONG)
    statistics = ["mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95"]
    expected = sum(int(one[statistics].notna().sum().sum()) for one in (run.monthly, run.yearly))
    money = [c for c in run.budget if str(c).startswith(("cost_", "gap_", "budget", "p_gap"))]
    expected += int(run.budget[[c for c in money if c != "cost_level"]].notna().sum().sum())
    assert len(table) == expected
    keys = [column for column in LONG if column != "value"]
    assert not table.duplicated(keys).any()
    row = run.budget[(run.budget["line"] == "ind")].iloc[0]
    found = table[
        (table["series"] == "gap")
        & (table["statistic"] == "p90")
        & (table["breakdown"] == "ind")
        & (table[["vintage", "cost_level", "timing", "price_basis"]] ==
           row[["vintage", "cost_level", "timing", "price_basis"]]).all(axis=1)
        & (table["year"] == row["year"])
    ]  # fmt: skip
    assert found["value"].to_list() == [row["gap_p90"]]
    again = pd.read_csv(io.BytesIO(table_bytes(table, "csv")), low_memory=False)
    assert again["value"].to_list() == table["value"].to_list()
    parquet = pd.read_parquet(io.BytesIO(table_bytes(table, "parquet")))
    assert parquet["value"].to_list() == table["value"].to_list()


@pytest.mark.slow
def test_scenario_data_have_a_row_a_number_and_means_that_add_up(run: RunFolder) -> None:
    table = iamc_table(run)
    assert list(table.columns) == [
        "model",
        "scenario",
        "region",
        "variable",
        "unit",
        "year",
        "value",
    ]
    assert table["value"].notna().all()
    assert not table.duplicated(["variable", "year"]).any()
    wide = table[table["year"] == 2026].set_index("variable")["value"]
    parts = wide[[name for name in wide.index if re.fullmatch(r"Occupancy\|Place\|[^|]+", name)]]
    assert parts.sum() == pytest.approx(wide["Occupancy"], abs=0.1)
    gap = wide["Cost|owb2025|Total"] - wide["Budget|owb2025|Total"]
    assert wide["Gap|owb2025|Total"] == pytest.approx(gap, abs=1e-5)
    headline = headline_rows(run.budget, run.scenario)
    ends = headline[headline["year"] == 2026]["gap_p90"] / 1e6
    assert [wide["Gap (P90)|owb2025|Total"]] == ends.to_list()


@pytest.mark.slow
def test_tables_go_into_a_folder_of_their_own(
    folder: Path, tmp_path: Path, command: Command
) -> None:
    assert command("export", str(folder), "--parquet", "-o", "tables").returncode == 0
    assert {file.name for file in (tmp_path / "tables").iterdir()} == {
        "budget.parquet", "monthly.parquet", "yearly.parquet", "run.json"
    }  # fmt: skip
    assert command("export", str(folder), "--parquet", "-o", "tables").returncode == 0
    done = command("export", "tables", "--csv", "-o", "again")
    assert "folder of 'tables', not of a run" in done.stderr


def chart_bytes(suffix: str) -> bytes:
    figure = Figure(figsize=(7.6, 2.0))
    figure.text(0.5, 0.5, "gap")
    return bytes_of(figure, suffix, 160, "gap", "The gap.")


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_chart_tells_its_stamp_and_every_change(suffix: str) -> None:
    bare = chart_bytes(suffix)
    assert find_in_chart(bare) is None
    data = marked(bare, suffix, STAMP)
    assert data == marked(bare, suffix, STAMP)
    found = find_in_chart(data)
    assert found is not None
    assert (found.stamp, found.intact) == (STAMP, True)
    for place_ in np.linspace(60, len(bare) - 60, 25).astype(int):
        changed = find_in_chart(data[:place_] + bytes([data[place_] ^ 1]) + data[place_ + 1 :])
        assert changed is None or not changed.intact
    lied = find_in_chart(data.replace(b'"baseline"', b'"basement"'))
    assert lied is not None
    assert not lied.intact


def test_a_stamped_chart_is_still_a_whole_chart() -> None:
    png = marked(chart_bytes(".png"), ".png", STAMP)
    at, kinds = 8, []
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        body = png[at + 4 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(body)
        kinds.append(body[:4])
        at += 12 + length
    assert kinds[-2:] == [b"iTXt", b"IEND"]
    svg = ElementTree.fromstring(marked(chart_bytes(".svg"), ".svg", STAMP))
    told = [part.text for part in svg.iter() if part.get("id") == "opvangsim"]
    assert json.loads(str(told[0]))["command"] == STAMP.command


@pytest.mark.slow
def test_whence_tells_of_workbooks_and_charts_of_a_run(
    run: RunFolder, folder: Path, data: dict[Language, bytes], tmp_path: Path, command: Command
) -> None:
    (tmp_path / "r.xlsx").write_bytes(data["en"])
    for file in ("r.xlsx", str(folder / "charts" / "gap.png"), str(folder / "charts" / "need.svg")):
        done = command("runs", "provenance", file)
        assert done.returncode == 0, done.stderr
        for text in (run.record["id"], run.record["command"], "scenario: baseline", "seed: 7"):
            assert text in done.stdout
        assert "unchanged since it was written" in done.stdout


@pytest.mark.long
def test_a_workbook_that_was_saved_is_intact_and_one_that_was_changed_is_not(
    data: dict[Language, bytes], tmp_path: Path, command: Command
) -> None:
    file = tmp_path / "r.xlsx"
    book = load_workbook(io.BytesIO(data["nl"]))
    book.save(file)
    assert find(file).intact
    write_file(file, data["nl"])
    sheet_of(book, "sheet_gap", "nl")["B6"] = 1.0
    book.save(file)
    done = command("runs", "provenance", "r.xlsx", "--lang", "nl")
    assert (done.returncode, done.stdout.splitlines()[-1][:9]) == (2, "GEWIJZIGD")
    with pytest.raises(ScenarioError, match="not an unchanged export written by opvangsim"):
        write_file(file, data["nl"])


@pytest.mark.long
def test_the_command_in_a_file_gives_the_run_again(
    run: RunFolder, tmp_path: Path, command: Command
) -> None:
    import shlex

    words = shlex.split(run.record["command"])
    assert words[0] == "opvangsim"
    done = command(*words[1:], "--no-charts", "--quiet", "--workers", "1")
    assert done.returncode == 0, done.stderr
    again = json.loads((tmp_path / "outputs" / "baseline" / "run.json").read_text("utf-8"))
    assert again["id"] == run.record["id"]
    assert again["command"] == run.record["command"]


def test_a_foreign_file_is_not_ours(tmp_path: Path, command: Command) -> None:
    (tmp_path / "x.svg").write_text("<svg></svg>")
    Workbook().save(tmp_path / "x.xlsx")
    for name in ("x.svg", "x.xlsx"):
        done = command("runs", "provenance", name)
        assert (done.returncode, "does not state that it was made by opvangsim" in done.stderr) == (
            2,
            True,
        )


def test_help_needs_no_workbook_library() -> None:
    import subprocess
    import sys

    code = "import sys, sim.cli; sys.exit(bool({'openpyxl', 'xlsxwriter'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
