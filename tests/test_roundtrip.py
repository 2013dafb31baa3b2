"""A scenario as a workbook, filled in by a colleague, and read back as a patch."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from support.cli import Command
from support.workbooks import SHEETS, Content, edited, opened_bytes, repacked, where_is

from sim.errors import ScenarioError
from sim.export.safe_workbook import MAX_UNPACKED, OpenWorkbook, open_workbook
from sim.export.scenario_workbook import scenario_workbook
from sim.export.workbook_reader import read_filled
from sim.export.workbook_rows import number_rows
from sim.export.workbook_to_patch import (
    apply_changes,
    find_changes,
    patch_text,
    patch_title,
    read_patch,
)
from sim.report.i18n import Language
from sim.scenario import Loaded, Scenario, load, load_chain, override, quantities

BECAUSE = "patch p: because"
ABOUT = {"title": {"en": "p", "nl": "p"}, "description": {"en": "because", "nl": "omdat"}}
FREE = {
    "departure.supervised_share": (0.0, 1.0),
    "family.staff": (0.0, 5e6),
    "housing.opening_arrears": (-5e6, 5e6),
    "ind.capacity.productivity": (0.0, 10_000.0),
    "prices.own_cost_2024": (0.0, 1e12),
    "prices.severance": (0.0, 1e7),
    "reception.desk.official_weight": (0.0, 1.0),
}
"""Certain numbers that stand by themselves, and what they may be."""


@dataclass(frozen=True)
class Form:
    """The baseline's workbook, read once."""

    base: Loaded
    data: bytes
    opened: OpenWorkbook

    def cell(self, key: str, column: str = "C", nth: int = 0) -> str:
        return where_is(self.opened, key, column, nth)


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    base = load_chain(["baseline"])
    data = scenario_workbook(base.scenario, base.name, ["baseline"], "0.1.0", "en")
    return Form(base, data, opened_bytes(data, tmp_path_factory.mktemp("form") / "b.xlsx"))


def imported(form: Form, data: bytes, folder: Path) -> Scenario | None:
    """The scenario that a filled-in workbook makes, both ways; None where nothing was changed."""
    filled = read_filled(opened_bytes(data, folder / "filled.xlsx"))
    changes = find_changes(filled, form.base.scenario)
    if not changes:
        return None
    made = apply_changes(form.base, changes, ABOUT, BECAUSE, "filled.xlsx").scenario
    text = patch_text(["baseline"], ABOUT, changes)
    assert read_patch(form.base, text, Path("p.yaml"), BECAUSE).scenario == made
    return made


def without_head(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"title": None, "description": None})


@pytest.mark.long
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(picked=st.data())
def test_changed_cells_make_just_that_scenario_to_the_last_bit(
    form: Form, tmp_path: Path, picked: st.DataObject
) -> None:
    keys = picked.draw(st.lists(st.sampled_from(sorted(FREE)), min_size=1, unique=True))
    values = {key: picked.draw(st.floats(*FREE[key], allow_subnormal=False)) for key in keys}
    data = edited(form.data, {form.cell(key): value for key, value in values.items()})
    made = imported(form, data, tmp_path)
    expected = override(form.base.scenario, values, BECAUSE)
    told = dict(quantities(form.base.scenario))
    moved = {key for key in keys if told[key].value != values[key]}
    if not moved:
        assert made is None
        return
    assert made is not None
    found, meant = dict(quantities(made)), dict(quantities(expected))
    assert {key for key in found if found[key] != told[key]} == moved
    assert all(found[key] == meant[key] for key in moved)


@pytest.mark.long
@pytest.mark.parametrize(
    ("names", "lang"),
    [(["baseline"], "nl"), (["baseline", "faster-housing"], "en"), (["year-2023"], "nl")],
)
def test_an_unchanged_workbook_holds_no_change(
    tmp_path: Path, names: list[str], lang: Language
) -> None:
    base = load_chain(names)
    data = scenario_workbook(base.scenario, base.name, names, "0.1.0", lang)
    assert data == scenario_workbook(base.scenario, base.name, names, "0.1.0", lang)
    filled = read_filled(opened_bytes(data, tmp_path / "x.xlsx"))
    assert find_changes(filled, base.scenario) == []
    assert set(filled.numbers) >= {key for key, _ in quantities(base.scenario)}


@pytest.mark.long
def test_another_program_that_keeps_fewer_digits_changes_nothing(
    form: Form, tmp_path: Path
) -> None:
    long = 0.1 + 0.2
    scenario = override(form.base.scenario, {"departure.supervised_share": long}, "a test")
    data = scenario_workbook(scenario, "x", ["baseline"], "0.1.0", "en")
    book = load_workbook(io.BytesIO(data))
    book.save(tmp_path / "saved.xlsx")
    saved = open_workbook(tmp_path / "saved.xlsx")
    cell = saved.sheets["Scenario"][int(form.cell("departure.supervised_share")[1:]), 3]
    assert cell.value != long
    assert find_changes(read_filled(saved), scenario) == []


@pytest.mark.long
def test_a_text_that_begins_like_a_formula_stays_a_text(form: Form, tmp_path: Path) -> None:
    change = {"family.staff": {"value": 380, "assumption": '=HYPERLINK("x"; "y")'}}
    scenario = override(form.base.scenario, change, "a test")
    data = scenario_workbook(scenario, "x", ["baseline"], "0.1.0", "en")
    opened = opened_bytes(data, tmp_path / "x.xlsx")
    assert not any(cell.formula for sheet in opened.sheets.values() for cell in sheet.values())
    assert find_changes(read_filled(opened), scenario) == []


@pytest.mark.slow
def test_dates_come_go_and_move(form: Form, tmp_path: Path) -> None:
    key = "budget.vintages.owb2025.lines.ind"
    free = len(list(number_rows(form.base.scenario))) + 5
    old = dict(form.base.scenario.budget.vintages["owb2025"].lines["ind"].pairs())
    data = edited(form.data, {
        form.cell(key, "B", 1): None, form.cell(key, "C", 1): None,
        form.cell(key, "C", 2): 5.5,
        f"A{free}": key, f"B{free}": "2030-01-01", f"C{free}": 7,
    })  # fmt: skip
    made = imported(form, data, tmp_path)
    assert made is not None
    del old[date(2026, 1, 1)]
    expected = old | {date(2027, 1, 1): 5.5, date(2030, 1, 1): 7.0}
    assert dict(made.budget.vintages["owb2025"].lines["ind"].pairs()) == expected


@pytest.mark.slow
def test_a_change_keeps_the_spread_and_drops_the_source_unless_one_is_given(
    form: Form, tmp_path: Path
) -> None:
    data = edited(form.data, {
        form.cell("housing.homes"): 25000,
        form.cell("family.staff"): 300,
        form.cell("family.staff", "S"): "half of it leaves",
        form.cell("ind.capacity.realised", "J"): 0.125,
    })  # fmt: skip
    made = imported(form, data, tmp_path)
    assert made is not None
    before = form.base.scenario.housing.homes
    assert (made.housing.homes.single, made.housing.homes.spread) == (25000, before.spread)
    assert (made.housing.homes.source, made.housing.homes.assumption) == (None, BECAUSE)
    assert made.family.staff.assumption == "half of it leaves"
    spread = made.ind.capacity.realised.spread
    assert spread is not None
    assert spread.sd == 0.125


@pytest.mark.long
def test_an_old_source_is_never_given_for_a_new_number(form: Form, tmp_path: Path) -> None:
    key = "reception.places.regular.price"
    price, where, assumption = (form.cell(key, column) for column in "CRS")
    cases: list[tuple[dict[str, Content], str | None]] = [
        ({price: 30000, assumption: "a guess"}, None),
        ({price: 30000, where: "page 12"}, "EK-36600-XX-E"),
        ({assumption: "read again"}, "EK-36600-XX-E"),
    ]
    for cells, source in cases:
        made = imported(form, edited(form.data, cells), tmp_path)
        assert made is not None
        found = made.reception.places["regular"].price
        assert found is not None
        assert found.source == source
        assert found.price_level == 2023


@pytest.mark.long
def test_numbers_that_are_not_set_can_be_set_and_taken_out(form: Form, tmp_path: Path) -> None:
    total = form.cell("inflow.total"), form.cell("inflow.total", "S")
    data = edited(form.data, {total[0]: 40000, total[1]: "a round number"})
    made = imported(form, data, tmp_path)
    assert made is not None
    assert made.inflow.total is not None
    assert made.inflow.total.single == 40000
    base = Loaded("x", made, form.base.tree)
    again = scenario_workbook(made, "x", ["baseline"], "0.1.0", "en")
    emptied = edited(again, {total[0]: None})
    changes = find_changes(read_filled(opened_bytes(emptied, tmp_path / "y.xlsx")), base.scenario)
    assert [(change.key, change.data) for change in changes] == [("inflow.total", None)]


@pytest.mark.slow
def test_choices_can_be_changed(form: Form, tmp_path: Path) -> None:
    at = {key: where_is(form.opened, key, "B", sheet="Choices")
          for key in ("closing", "ind.holds.0.ends", "reception.places.tgo.fill_rank")}  # fmt: skip
    data = edited(form.data, {
        at["closing"]: "constrained", at["ind.holds.0.ends"]: "2025-12-31",
        at["reception.places.tgo.fill_rank"]: 9,
    }, "Choices")  # fmt: skip
    made = imported(form, data, tmp_path)
    assert made is not None
    assert (made.closing, made.ind.holds[0].ends) == ("constrained", date(2025, 12, 31))
    assert made.reception.places["tgo"].fill_rank == 9


@pytest.mark.slow
def test_a_formula_counts_by_the_value_it_had(form: Form, tmp_path: Path) -> None:
    data = edited(form.data, {form.cell("family.staff"): "=150*2 -> 300"})
    made = imported(form, data, tmp_path)
    assert made is not None
    assert made.family.staff.single == 300


SLIPS: dict[str, tuple[str, str, int, float | str | None, str]] = {
    "a relative value": ("housing.homes", "C", 0, "+10%", "'+10%' is relative to another number"),
    "a dot in a text": ("housing.homes", "C", 0, "29.150", "'29.150' may be 29150 or 29.15"),
    "a comma in a text": ("housing.homes", "C", 0, "0,5", "'0,5' is text, where a number belongs"),
    "a formula without a value": ("housing.homes", "C", 0, "=2*3", "has no value in this file"),
    "another workbook": ("housing.homes", "C", 0, "=[1]x!A1 -> 5", "points to another workbook"),
    "an error of the program": ("housing.homes", "C", 0, "#DIV/0!", "holds the error #DIV/0!"),
    "out of bounds": ("housing.homes", "C", 0, -5.0, "-5 persons/year lies below 0"),
    "more than a number can be": ("housing.homes", "C", 0, 10**400, "where a number belongs"),
    "no value": ("housing.homes", "C", 0, None, "housing.homes has no value"),
    "another unit": ("prices.transit", "D", 0, "EUR/place/day", "is in 'EUR/person/day'"),
    "an unknown form": ("housing.homes", "F", 0, "normaal", "'normaal' is not a choice here"),
    "a low end above": ("housing.homes", "G", 0, 9.0, "low (9) must lie below high"),
    "a key renamed": ("housing.homes", "A", 0, "housing.home",
                      "this scenario has no number 'housing.home'"),
    "no key": ("housing.homes", "A", 0, None, "this row has no key"),
    "a year as a day": ("budget.vintages.owb2025.lines.ind", "B", 0, 2026.0,
                        "18 Jul 1905 is not a date that is accepted here"),
    "a day twice": ("budget.vintages.owb2025.lines.ind", "B", 1, "2025-01-01",
                    "a second value from 1 Jan 2025 on"),
    "a date without a value": ("budget.vintages.owb2025.lines.ind", "C", 1, None,
                               "there is no value from 1 Jan 2026 on"),
    "a number where words belong": ("housing.homes", "S", 0, 0.5, "'0.5' where words belong"),
    "shares that do not sum": ("groups.syria.intake_share", "C", 0, 0.9, "sum to 1.542300"),
    "first set, no ground": ("inflow.total", "C", 0, 4e4, "it needs a source or an assumption"),
    "a ground, no value": ("inflow.total", "S", 0, "why", "has assumption, but no value"),
    "a source nobody knows": ("housing.homes", "Q", 0, "WHO-KNOWS", "WHO-KNOWS"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_with_its_cell(form: Form, tmp_path: Path, slip: str) -> None:
    key, column, nth, value, expected = SLIPS[slip]
    at = form.cell(key, column, nth)
    with pytest.raises(ScenarioError) as told:
        imported(form, edited(form.data, {at: value}), tmp_path)
    problems = told.value.problems
    assert any(expected in problem.what for problem in problems), problems
    row = at[1:]
    assert all(" Scenario!" in str(problem.where) for problem in problems)
    assert any(str(problem.where).endswith(row) for problem in problems), problems
    assert all(problem.advice for problem in problems)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "nth", "expected"),
    [
        ("family.staff", 0, "the row of family.staff is missing"),
        ("budget.vintages.owb2025.lines.ind", 1, "1 of the rows of budget"),
    ],
)
def test_a_row_that_is_gone_is_missed(
    form: Form, tmp_path: Path, key: str, nth: int, expected: str
) -> None:
    row = form.cell(key, "A", nth)[1:]
    pattern = re.compile(rf'<row r="{row}".*?</row>')
    data = repacked(form.data, lambda n, part: pattern.sub("", part.decode()).encode()
                    if n == SHEETS["Scenario"] else part)  # fmt: skip
    with pytest.raises(ScenarioError, match=expected) as told:
        imported(form, data, tmp_path)
    assert f"Scenario!{form.cell(key, 'A')}: " in str(told.value)


@pytest.mark.slow
def test_moved_columns_are_refused(form: Form, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="Scenario!C4: the head of this column is 'unit'"):
        imported(form, edited(form.data, {"C4": "unit", "D4": "value"}), tmp_path)


def macro(data: bytes) -> bytes:
    packed = io.BytesIO(data)
    with zipfile.ZipFile(packed, "a") as book:
        book.writestr("xl/vbaProject.bin", b"macro")
    return packed.getvalue()


def bomb(_: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", bytes(MAX_UNPACKED + 1))
    return packed.getvalue()


def entities(data: bytes) -> bytes:
    head = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    return repacked(data, lambda n, part: head + part if n.endswith("sheet2.xml") else part)


def far(data: bytes) -> bytes:
    cell = b'<row r="900000"><c r="A900000"><v>1</v></c></row></sheetData>'
    return repacked(data, lambda _, part: part.replace(b"</sheetData>", cell))


def other_layout(data: bytes) -> bytes:
    # Which of two libraries wrote the workbook decides where a namespace is declared.
    one, none = rb"(<vt:lpwstr[^>]*>)1<", rb"\g<1>0<"
    return repacked(
        data, lambda n, part: re.sub(one, none, part) if n == "docProps/custom.xml" else part
    )


def foreign(_: bytes) -> bytes:
    from openpyxl import Workbook

    packed = io.BytesIO()
    Workbook().save(packed)
    return packed.getvalue()


def without_help(data: bytes) -> bytes:
    return repacked(data, lambda n, part: part.replace(b"Read me", b"Lost") if n == BOOK else part)


BOOK = "xl/workbook.xml"
REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a text": (lambda _: b"key,value\n", "not a whole zip file"),
    "half a file": (lambda data: data[: len(data) // 2], "not a whole zip file"),
    "an old workbook": (lambda _: b"\xd0\xcf\x11\xe0" + bytes(600), "old or a locked workbook"),
    "macros": (macro, "holds macros"),
    "a zip bomb": (bomb, "unpacks to"),
    "entities": (entities, "defines entities"),
    "a value far away": (far, "far outside the range of any table"),
    "not ours": (foreign, "is not one that opvangsim export wrote"),
    "a sheet renamed": (without_help, "its sheet Read me is missing"),
    "another layout": (other_layout, "with other sheets"),
    "a lost part": (
        lambda data: repacked(data, lambda n, p: b"" if n == "xl/workbook.xml" else p),
        "can't be read as a workbook",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_filled_in_workbook_of_ours_is_refused(
    form: Form, tmp_path: Path, kind: str, command: Command
) -> None:
    spoil, expected = REFUSED[kind]
    (tmp_path / "x.xlsx").write_bytes(spoil(form.data))
    done = command("scenario", "import", "x.xlsx", "-o", "p.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith("error: x.xlsx")
    assert expected in done.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "x.xlsx"]


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 1, exclude_max=True), junk=st.binary(min_size=1, max_size=8))
def test_broken_bytes_are_refused_or_read_and_nothing_else(
    form: Form, tmp_path: Path, at: float, junk: bytes
) -> None:
    place = int(at * len(form.data))
    broken = form.data[:place] + junk + form.data[place + len(junk) :]
    (tmp_path / "x.xlsx").write_bytes(broken)
    with suppress(ScenarioError):
        read_filled(open_workbook(tmp_path / "x.xlsx"))


@pytest.mark.long
def test_export_edit_import_check_as_a_colleague_does(tmp_path: Path, command: Command) -> None:
    done = command("export", "baseline", "+", "faster-housing", "--xlsx", "-o", "b.xlsx")
    assert (done.returncode, done.stdout) == (0, "b.xlsx\n")
    same = command("scenario", "import", "b.xlsx", "-o", "p.yaml")
    assert same.returncode == 0
    assert "nothing is changed, so no patch is written" in same.stdout
    assert not (tmp_path / "p.yaml").exists()
    book = load_workbook(tmp_path / "b.xlsx")
    sheet = book["Scenario"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "family.staff")
    assert sheet.protection.sheet
    assert sheet.cell(row, 3).protection.locked is False
    assert sheet.cell(row, 4).protection.locked is True
    sheet.cell(row, 3).value = 300
    book["Read me"]["B10"] = "A smaller desk"
    book.save(tmp_path / "b.xlsx")
    assert command("scenario", "import", "b.xlsx", "-o", "p.yaml").returncode == 0
    assert "p: OK" in command("scenario", "check", "p.yaml").stdout
    made = load(tmp_path / "p.yaml")
    assert made.title.en == "A smaller desk"
    assert made.title.nl == "p"
    assert made.family.staff.single == 300
    meant = load("baseline", "faster-housing")
    assert {key for key, one in quantities(made) if one != dict(quantities(meant))[key]} == {
        "family.staff"
    }
    again = command("scenario", "import", "b.xlsx", "-o", "p.yaml")
    assert again.returncode == 2
    assert "p.yaml: this file already exists" in again.stderr
    kept = command("export", "baseline", "--xlsx", "-o", "b.xlsx")
    assert "is not an unchanged export written by opvangsim" in kept.stderr


@pytest.mark.long
def test_a_workbook_leads_to_files_beside_it_and_nowhere_else(
    tmp_path: Path, command: Command, scenario_file: Callable[[str], Path]
) -> None:
    scenario_file("family.staff: 300\n")
    assert command("export", str(tmp_path / "small.yaml"), "--xlsx", "-o", "s.xlsx").returncode == 0
    opened = open_workbook(tmp_path / "s.xlsx")
    at = where_is(opened, "family.staff")
    data = edited((tmp_path / "s.xlsx").read_bytes(), {at: 310})
    (tmp_path / "s.xlsx").write_bytes(data)
    assert command("scenario", "import", "s.xlsx", "-o", "p.yaml").returncode == 0
    assert (tmp_path / "p.yaml").read_text().startswith("schema: 2\nextends: small.yaml\n")
    away = repacked(data, lambda n, part: part.replace(b"small.yaml", b"../x/small.yaml")
                    if n == "docProps/custom.xml" else part)  # fmt: skip
    (tmp_path / "away.xlsx").write_bytes(away)
    done = command("scenario", "import", "away.xlsx", "-o", "q.yaml")
    assert "neither shipped nor a file beside it" in done.stderr
    given_ = command("scenario", "import", "away.xlsx", "-o", "q.yaml", "--base", "small.yaml")
    assert given_.returncode == 0
    scenario_file("family.staff: 301\n")
    done = command("scenario", "import", "s.xlsx", "-o", "r.yaml")
    assert "small.yaml has changed since this workbook was made from it" in done.stderr


@pytest.mark.slow
def test_a_spreadsheet_program_refuses_text_for_numbers_and_unknown_words(form: Form) -> None:
    rules = load_workbook(io.BytesIO(form.data))["Scenario"].data_validations.dataValidation
    kinds = {str(rule.sqref).partition(":")[0]: (rule.type, rule.formula1) for rule in rules}
    assert kinds["C5"][0] == kinds["G5"][0] == "decimal"
    assert kinds["E5"] == ("list", '"steps,straight"')
    assert kinds["N5"] == ("list", '"value,factor"')


@pytest.mark.slow
def test_a_patch_without_words_of_its_own_tells_what_it_changes(form: Form, tmp_path: Path) -> None:
    data = edited(form.data, {form.cell("family.staff"): 300})
    filled = read_filled(opened_bytes(data, tmp_path / "x.xlsx"))
    about = patch_title(filled, find_changes(filled, form.base.scenario), "p", "x.xlsx")
    assert about["description"]["nl"] == "Zoals gewijzigd in x.xlsx: family.staff."
