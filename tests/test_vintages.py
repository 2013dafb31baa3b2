"""A newer budget: its template, and the vintages of a budget beside each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from support.cli import Done, run_in_process
from support.scenarios import change

import sim
from sim.errors import ScenarioError
from sim.report.charts import CHART_SIZES, CHARTS, vintages
from sim.report.vintages import COLUMNS, ordered, vintages_table
from sim.scenario import ADDENDS, Scenario, load
from sim.scenario.vintage_template import vintage_text

WHAT = {
    "title": "Ministry of Finance, draft budget 2026",
    "number": "36 800 XX, nr. 2",
    "published": "2025-09-16",
    "licence": "CC0 1.0",
    "address": "https://www.rijksbegroting.nl",
    "en": "Draft budget 2026",
    "nl": "Ontwerpbegroting 2026",
    "price_level": "2025",
    "status": "draft",
    "ind_basis": "net",
    "where": "article 37.2",
    "source": "CBS-CPI",
    "value": "1.067",
}
"""What a user writes behind each empty key of the template."""


def filled(text: str) -> str:
    """The template with all that is empty filled in: the amounts are 1, 2, 3 billion and so on."""

    def fill(found: re.Match[str]) -> str:
        indent, key, comment = found.groups(default="")
        if key.isdigit():
            return f"{indent}{key}: {int(key) - 2025}000000000{comment}"
        return f"{indent}{key}: {WHAT[key]}{comment}"

    lines = text.splitlines()
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        deeper = len(following) - len(following.lstrip()) > len(line) - len(line.lstrip())
        if not (deeper and following.strip()) and not line.lstrip().startswith("#"):
            lines[number] = re.sub(r"^( *)(\w+):( *#.*)?$", fill, line)
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def template() -> str:
    return sim.new_scenario("newer.yaml", vintage="owb2026", year=2026)


def empty_lines(text: str) -> list[int]:
    """Numbers of the lines of the template that have to be filled in."""
    before, after = text.splitlines(), filled(text).splitlines()
    return [
        n for n, pair in enumerate(zip(before, after, strict=True), start=1) if len(set(pair)) > 1
    ]


def test_the_filled_template_is_a_vintage_that_the_headline_names(
    template: str, tmp_path: Path
) -> None:
    """Every amount, the source and the price level come back as they were written."""
    file = tmp_path / "newer.yaml"
    file.write_text(filled(template), "utf-8")
    scenario = load(file)
    assert scenario.budget.headline == "owb2026"
    assert scenario.headline.price_level == 2025
    assert scenario.budget.price_levels[2025].single == 1.067
    assert scenario.sources["BUDGET-OWB2026"].number == WHAT["number"]
    assert set(scenario.headline.lines) == set(ADDENDS)
    for line, quantity in scenario.headline.lines.items():
        assert quantity.source == "BUDGET-OWB2026"
        for year in range(2026, 2031):
            assert scenario.headline.amount(line, year) == (year - 2025) * 1e9
        assert scenario.headline.amount(line, 2025) is None, "years before are not asked"


def test_the_unfilled_template_is_an_error_by_line(template: str, tmp_path: Path) -> None:
    """Each line that has to be filled in is named once, and no other."""
    file = tmp_path / "newer.yaml"
    file.write_text(template, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    said = re.findall(r"newer\.yaml:(\d+):", str(caught.value))
    assert sorted(map(int, said)) == empty_lines(template)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["price_level", "published", "status", "ind_basis", "source"])
def test_what_a_vintage_needs_is_an_error_where_it_is_left_out(
    template: str, tmp_path: Path, key: str
) -> None:
    """Also where the user took the line out instead of filling it in."""
    file = tmp_path / "newer.yaml"
    head, vintage = filled(template).split("budget.vintages.owb2026:")
    file.write_text(
        head + "budget.vintages.owb2026:" + re.sub(rf"\n *{key}:.*", "", vintage, count=1), "utf-8"
    )
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert "budget.vintages.owb2026" in str(caught.value)


def test_a_price_level_that_is_not_known_is_asked(template: str, tmp_path: Path) -> None:
    file = tmp_path / "newer.yaml"
    file.write_text(filled(template).replace("price_level: 2025", "price_level: 2026"), "utf-8")
    with pytest.raises(ScenarioError, match=r"no price level for 2026 in budget\.price_levels"):
        load(file)


@pytest.mark.parametrize(
    ("name", "year", "said"),
    [("a.b", 2026, "can't be a key"), ("owb2025", 2026, "already"), ("owb", 9999, "no year")],
)
def test_a_vintage_that_can_not_be_is_refused(
    baseline: Scenario, name: str, year: int, said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        vintage_text("p", "baseline", "baseline", baseline, name, year)


def test_a_run_against_a_vintage_of_later_years_has_a_gap_in_these(
    template: str, tmp_path: Path
) -> None:
    """Spending that follows the budget needs all years, so it says which one is lacking."""
    file = tmp_path / "newer.yaml"
    file.write_text(filled(template), "utf-8")
    found = sim.load(file).run(2, step="week", until=pd.Timestamp("2027-01-01").date())
    rows = found.budget.query("vintage == 'owb2026' and line == 'total' and timing == 'cost'")
    gaps = rows.groupby("year")["gap_p50"].apply(lambda column: column.notna().all())
    assert gaps.to_dict() == {2025: False, 2026: True}
    for key, value in (("closing", "constrained"), ("ind.capacity.mode", "follows_budget")):
        with pytest.raises(ScenarioError, match=r"no amount for .* in 2025"):
            sim.load(file).override({key: value})


# -- Beside each other ---------------------------------------------------------------------------


def test_every_amount_of_every_vintage_is_in_the_table_once(baseline: Scenario) -> None:
    found = vintages_table(baseline)
    assert list(found.columns) == list(COLUMNS)
    told = {(row.vintage, row.line, row.year): row.amount for row in found.itertuples()}
    assert len(told) == len(found)
    kept = {
        (name, line, moment.year): amount
        for name, vintage in baseline.budget.vintages.items()
        for line, quantity in vintage.lines.items()
        for moment, amount in quantity.pairs()
    }
    assert {key: value for key, value in told.items() if key[1] != "total"} == kept


def test_the_total_is_the_sum_of_its_parts_at_one_price_level(baseline: Scenario) -> None:
    found = vintages_table(baseline, 2023)
    keys = ["vintage", "year", "line"]
    amounts: dict[Any, float] = found.set_index(keys)["amount_at_prices"].to_dict()
    totals = [key for key in amounts if key[2] == "total"]
    assert totals
    for name, year, line in totals:
        parts = sum(amounts[name, year, part] for part in ADDENDS)
        assert amounts[name, year, line] == pytest.approx(parts)


def test_a_difference_is_from_the_vintage_before_with_an_amount_there(baseline: Scenario) -> None:
    """In the order of publication: by hand for the IND in 2029, in prices of 2024."""
    found = vintages_table(baseline)
    ind = found[(found["line"] == "ind") & (found["year"] == 2029)]
    assert list(ind["vintage"]) == ordered(baseline)
    assert list(ind["amount_at_prices"]) == [559682000, 317406000, 317406000, 377000000]
    assert list(ind["difference"])[1:] == [-242276000, 0, 59594000]
    assert list(ind["change"])[1:] == pytest.approx([-242276 / 559682, 0, 59594 / 317406])
    coa = found[(found["line"] == "coa") & (found["year"] == 2029)].iloc[0]
    assert coa["before"] == ""
    assert np.isnan(coa["difference"])


def test_another_price_level_scales_amounts_and_leaves_percentages(baseline: Scenario) -> None:
    """Where two vintages have different price levels, their ratio moves by that of the levels."""
    one, other = vintages_table(baseline, 2024), vintages_table(baseline, 2022)
    levels = baseline.budget.price_levels
    factor = levels[2022].single / levels[2024].single
    assert np.allclose(other["amount_at_prices"], one["amount_at_prices"] * factor)
    assert np.allclose(other["change"], one["change"], equal_nan=True)
    older = change(baseline, {"budget.vintages.vjn2024.price_level": 2022})
    again = vintages_table(older)
    row = again.query("line == 'ind' and vintage == 'owb2025' and year == 2029").iloc[0]
    assert row["change"] == pytest.approx(317406000 / (559682000 / factor) - 1)


def test_the_command_shows_and_writes_what_python_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def done(*words: str) -> Done:
        return run_in_process(["scenario", "vintages", "baseline", *words], monkeypatch, capsys)

    said = done().stdout.replace("\N{MINUS SIGN}", "-")
    assert "-892 (-46.9%)" in said
    assert "The IND is gross" in said
    said = done("--lang", "nl").stdout.replace("\N{MINUS SIGN}", "-")
    assert "-892 (-46,9%)" in said
    assert "De IND staat bruto" in said
    assert done("-o", "v.csv").returncode == 0
    written = pd.read_csv(tmp_path / "v.csv")
    assert np.allclose(
        written["amount_at_prices"], sim.load("baseline").vintages()["amount_at_prices"]
    )
    for words in (("-o", "v.doc"), ("--prices", "2099")):
        assert done(*words).returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_chart_has_a_bar_for_each_amount_that_it_shows(
    baseline: Scenario, lang: sim.report.i18n.Language
) -> None:
    """Also with more vintages than there are looks: the last published are drawn."""
    assert "vintages" in CHARTS
    many = {
        f"budget.vintages.v{n}": baseline.budget.vintages["owb2025"]
        .model_copy(update={"published": pd.Timestamp(2026, 1, n + 1).date()})
        .model_dump(exclude_none=True)
        for n in range(5)
    }
    for scenario in (baseline, change(baseline, many)):
        figure = vintages.draw_scenario(scenario, CHART_SIZES["page"], lang)
        found = vintages_table(scenario)
        shown = ordered(scenario)[-len(vintages.LOOKS) :]
        for axes, line in zip(figure.axes, vintages.LINES, strict=True):
            rows = found[(found["line"] == line) & found["vintage"].isin(shown)]
            heights = sorted(
                bar.get_height() * 1e9 for bar in axes.patches if isinstance(bar, Rectangle)
            )
            assert np.allclose(heights, sorted(rows["amount_at_prices"]))
