"""The explorer page in a browser: what is chosen, shown, told, saved, printed; make test-ui."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page
from support.browser import NARROW, WIDE, Open, opening, started, violations
from support.explorer import HOSTILE, NAMES, content_in, make_runs

from sim.cli import app
from sim.export.dashboard.encoding import encode, rounding_json
from sim.export.dashboard.series import LANGUAGES, UNITS
from sim.report.charts.elements import amount
from sim.report.i18n import Language, million, number, probability

SIDE_BY_SIDE = ("baseline", "closed", "nominal")
NEED_BY_MONTH = "#series=need%7Ctotal&by=month"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_runs(tmp_path_factory)


@pytest.fixture(scope="module")
def page(runs: dict[str, Path]) -> str:
    return made(runs, *SIDE_BY_SIDE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as one:
        yield one


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens pages; at the end none may have complained or asked for anything but itself."""
    all_seen = []
    with opening(browser) as open_:

        def watched(address: str, *arguments: Any, **options: Any) -> Any:
            seen = open_(address, *arguments, **options)
            all_seen.append((address, seen))
            return seen

        yield watched
        for address, seen in all_seen:
            assert seen.complaints == []
            inside = [url for url in seen.asked if not url.startswith("blob:")]
            assert {url.partition("#")[0] for url in inside} == {address.partition("#")[0]}


def made(runs: dict[str, Path], *names: str) -> str:
    """The address of a page of some runs, in English."""
    file = runs[names[0]].parent / f"{'-'.join(names)}.html"
    folders = [str(runs[name]) for name in names]
    app(["dashboard", *folders, "-o", str(file)], standalone_mode=False)
    return file.as_uri()


def choose(page: Page, control: str, value: str) -> None:
    page.locator(f"#{control}").select_option(value)


def cells(page: Page) -> list[list[str]]:
    """The table as texts, head first."""
    rows: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('#table tr')]"
        ".map(row => [...row.children].map(cell => cell.textContent.trim()))"
    )
    return rows


def drawing(page: Page) -> str:
    """What the chart has drawn."""
    inside: str = page.locator("#chart svg").inner_html()
    return inside


def word(page: Page, lang: str, key: str) -> str:
    content: dict[str, Any] = json.loads(page.locator("#content").text_content() or "")
    return str(content["words"][lang][key])


def gap(row: Any, lang: Language) -> str:
    """A cell of the gap as a report would write its numbers."""
    to = {"en": "to", "nl": "tot"}[lang]
    chance = {"en": "chance of a shortfall", "nl": "kans op een tekort"}[lang]
    band = f"({million(row['gap_p10'], lang)} {to} {million(row['gap_p90'], lang)})"
    short = probability(row["p_gap_positive"], lang)
    return f"{million(row['gap_p50'], lang)} {band} {chance}: {short}"


def headline(folder: Path, **where: str) -> pd.DataFrame:
    rows = pd.read_csv(folder / "budget.csv")
    wanted = {"vintage": "owb2025", "line": "total", "cost_level": "estimated",
              "timing": "cost", "price_basis": "vintage"} | where  # fmt: skip
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows


# -- what is shown ----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_the_table_shows_the_headline_gap_of_every_run_as_the_report_rounds_it(
    opened: Open, page: str, runs: dict[str, Path], lang: Language
) -> None:
    shown = cells(opened(f"{page}#lang={lang}").page)
    bases = ("vintage", "vintage", "nominal")
    pairs = zip(SIDE_BY_SIDE, bases, strict=True)
    tables = [headline(runs[name], price_basis=basis) for name, basis in pairs]
    assert [row[0] for row in shown[1:]] == ["2025", "2026", "2027"]
    for at, year in enumerate((2025, 2026, 2027), start=1):
        told = [gap(table[table["year"] == year].iloc[0], lang) for table in tables]
        assert shown[at][1:] == told


def test_months_are_those_of_the_table(opened: Open, page: str, runs: dict[str, Path]) -> None:
    shown = cells(opened(page + NEED_BY_MONTH).page)
    table = pd.read_parquet(runs["baseline"] / "monthly.parquet").query("series == 'need'")
    told = [
        f"{amount(row['p50'], 'en')} ({amount(row['p10'], 'en')} to {amount(row['p90'], 'en')})"
        for _, row in table.sort_values("date").iterrows()
    ]
    assert [row[1] for row in shown[1:]] == told
    assert shown[1][0] == "27 January 2025"
    assert shown[-1][0] == "31 December 2027"


def test_the_page_rounds_and_writes_numbers_as_reports_do(browser: Browser) -> None:
    code = (
        Path(__file__).parent.parent / "sim" / "export" / "dashboard" / "web" / "numbers.js"
    ).read_text()
    values = [0.4, 0.5, 1.5, 999.4, 999.5, 1_049.9, 1_050, 1_150, 81_050, 81_050.4, 1_234_567]
    cases = [
        (value * sign, UNITS[unit][1], lang, told)
        for value in values
        for sign in (1, -1)
        for lang in LANGUAGES
        for unit, told in (
            ("persons", amount(value * sign, lang)),
            ("months", number(value * sign, lang, 1)),
            ("share", number(100 * (value * sign), lang)),
            ("EUR", million(value * sign, lang)),
        )
    ]
    asked = [
        [encode(value, rounding), rounding_json(rounding), lang]
        for value, rounding, lang, _ in cases
    ]
    with opening(browser) as open_:
        here = open_("about:blank").page
        said = here.evaluate(
            f"(asked) => {{ {code}; return asked.map(one => told(...one)); }}", asked
        )
    assert said == [told for *_, told in cases]


def series_drawn(page: Page) -> list[dict[str, Any]]:
    """What the chart was asked to draw."""
    found: list[dict[str, Any]] = page.evaluate(
        "echarts.getInstanceByDom(document.getElementById('chart')).getOption().series"
        ".map(one => ({id: one.id, type: one.type, name: one.name, data: one.data}))"
    )
    return found


def test_the_chart_draws_the_lines_and_band_ends_of_the_tables(
    opened: Open, page: str, runs: dict[str, Path]
) -> None:
    drawn = series_drawn(opened(page + NEED_BY_MONTH).page)
    for letter, name in zip("ABC", SIDE_BY_SIDE, strict=True):
        table = pd.read_parquet(runs[name] / "monthly.parquet").query("series == 'need'")
        table = table.sort_values("date")
        at = next(n for n, one in enumerate(drawn) if one["id"] == f"line-{letter}")
        for one, quantile in zip(drawn[at - 2 : at + 1], ("p90", "p10", "p50"), strict=True):
            days = [
                datetime.fromtimestamp(86_400 * x, UTC).date().isoformat() for x, _ in one["data"]
            ]
            assert days == [str(day)[:10] for day in table["date"]]
            off = abs(np.array([y for _, y in one["data"]]) - table[quantile].to_numpy())
            assert off.max() <= 1


def test_the_chart_draws_dots_bars_and_budget_of_the_tables(
    opened: Open, page: str, runs: dict[str, Path]
) -> None:
    drawn = series_drawn(opened(page + "#series=cost%3Atotal").page)
    rows = headline(runs["closed"])
    at = next(n for n, one in enumerate(drawn) if one["name"] == "B" and one["type"] == "scatter")
    bars, dots, budget = (drawn[n]["data"] for n in (at - 1, at, at + 1))
    assert [round(x) for x, _ in dots] == [2025, 2026, 2027]
    for told, column in (
        ([y for _, y in dots], "cost_p50"),
        ([y for _, y in bars[0::3]], "cost_p10"),
        ([y for _, y in bars[1::3]], "cost_p90"),
        ([y for _, y in budget[0::3]], "budget"),
    ):
        assert abs(np.array(told) - rows[column].to_numpy() / 1e6).max() <= 0.1


@pytest.mark.parametrize(
    ("control", "value", "told"),
    [
        ("series", "cost:total", "Cost: COA, Nidos and IND"),
        ("series", "pending|total", "Pending at the IND"),
        ("from", "2026", "2026 to 2027"),
        ("to", "2026", "2025 to 2026"),
        ("middle", "mean", "mean, 80% interval"),
        ("band", "both", "50% and 80% intervals"),
        ("band", "none", "no interval"),
        ("vintage", "document", "Amounts as in the Senate document"),
        ("level", "coa_price", "COA's prices per resident"),
        ("basis", "nominal", "prices of each year"),
        ("timing", "cash", "recorded when it is paid"),
    ],
)
def test_each_choice_changes_chart_and_table_and_is_told_and_kept_in_the_address(
    opened: Open, page: str, control: str, value: str, told: str
) -> None:
    here = opened(page).page
    before, drawn = cells(here), drawing(here)
    choose(here, control, value)
    assert cells(here) != before
    assert drawing(here) != drawn
    assert told in here.locator("#view-text").inner_text()
    assert told in (here.locator("#status").text_content() or "")
    link = here.url
    assert f"{control}=" in link
    again = opened(link).page
    assert cells(again) == cells(here)
    assert again.locator(f"#{control}").input_value() == value


def test_a_link_opens_the_difference_to_the_first_run_and_the_other_language_keeps_it(
    opened: Open, page: str
) -> None:
    here = opened(page).page
    values = cells(here)
    choose(here, "show", "difference")
    choose(here, "from", "2026")
    here.locator("#runs input[value=C]").uncheck()
    changes = cells(here)
    assert len(changes[0]) == 2
    assert changes[0][1].startswith("B")
    assert changes[1:] != values[2:]
    assert "chance" not in str(changes)
    assert "difference from A" in here.locator("#view-text").inner_text()
    assert not here.locator("#vintage").is_visible()
    here.get_by_role("button", name="Nederlands").click()
    dutch = cells(here)
    again = opened(here.url).page
    assert cells(again) == dutch
    assert "verschil met A" in again.locator("#view-title").inner_text()
    assert [len(row) for row in dutch] == [len(row) for row in changes]
    choose(again, "show", "values")
    assert len(cells(again)[0]) == 3


def test_runs_that_are_not_paired_have_no_difference_and_it_says_why(
    opened: Open, runs: dict[str, Path]
) -> None:
    here = opened(made(runs, "baseline", "short") + "#show=difference").page
    assert here.locator("#show").is_disabled()
    assert here.locator("#show").input_value() == "values"
    assert here.locator("#unpaired").inner_text().startswith("Not paired with A: seed")
    alone = opened(made(runs, "nominal")).page
    assert not alone.locator("#field-show").is_visible()


def test_a_table_that_is_wider_than_its_box_says_so(opened: Open, page: str) -> None:
    assert opened(page, size=NARROW).page.locator("#more-columns").is_visible()
    assert not opened(page).page.locator("#more-columns").is_visible()


def test_another_level_shows_the_numbers_of_that_level(
    opened: Open, page: str, runs: dict[str, Path]
) -> None:
    here = opened(page).page
    choose(here, "level", "paid_2024")
    choose(here, "vintage", "document")
    row = headline(runs["baseline"], cost_level="paid_2024", vintage="document").iloc[2]
    assert cells(here)[3][1] == gap(row, "en")


def test_a_series_by_year_has_its_measures_and_by_month_its_days(opened: Open, page: str) -> None:
    here = opened(page + "#series=occupancy%7Ctotal").page
    averages = cells(here)
    choose(here, "measure", "end")
    assert [row[0] for row in cells(here)] == [row[0] for row in averages]
    assert cells(here) != averages
    choose(here, "by", "month")
    assert len(cells(here)) == 1 + 37
    assert not here.locator("#field-measure").is_visible()
    choose(here, "series", "gap:total")
    assert not here.locator("#field-by").is_visible()
    assert here.locator("#vintage").is_visible()


def test_a_scenario_that_is_switched_off_is_gone_from_chart_table_and_file(
    opened: Open, page: str
) -> None:
    here = opened(page + NEED_BY_MONTH).page
    drawn = drawing(here)
    here.locator("#runs input").nth(1).uncheck()
    heads = cells(here)[0]
    assert len(heads) == 3
    assert heads[2].startswith("C")
    assert drawing(here) != drawn
    assert "off=B" in here.url
    for place in (0, 2):
        here.locator("#runs input").nth(place).uncheck()
    assert here.locator("#nothing").is_visible()
    assert here.locator("#download").is_disabled()


def test_years_stay_in_order(opened: Open, page: str) -> None:
    here = opened(page).page
    choose(here, "from", "2027")
    choose(here, "to", "2026")
    assert here.locator("#from").input_value() == "2026"
    assert [row[0] for row in cells(here)[1:]] == ["2026"]
    choose(here, "from", "2027")
    assert here.locator("#to").input_value() == "2027"
    assert [row[0] for row in cells(here)[1:]] == ["2027"]


def test_a_link_with_nonsense_opens_the_first_view(opened: Open, page: str) -> None:
    here = opened(page).page
    bent = opened(page + "#series=%3Cimg%3E&from=1900&band=7&off=ZZ&lang=xx&by=__proto__").page
    assert cells(bent) == cells(here)
    assert bent.locator("img").count() == 0


def test_back_to_the_first_view_keeps_the_language(opened: Open, page: str) -> None:
    here = opened(page + "#series=need%7Ctotal&band=90&lang=nl&off=A").page
    here.locator("#again").click()
    assert here.locator("#series").input_value() == "gap:total"
    assert here.locator("html").get_attribute("lang") == "nl"
    assert here.url.endswith("#lang=nl")


# -- language ---------------------------------------------------------------------------------


def test_the_other_language_changes_every_word_without_loading_anew(
    opened: Open, page: str
) -> None:
    here = opened(page + NEED_BY_MONTH).page
    here.evaluate("window.stays = true")
    texts = {}
    for lang in ("en", "nl"):
        here.locator(f"button[data-lang={lang}]").click()
        assert here.locator("html").get_attribute("lang") == lang
        assert here.title() == word(here, lang, "explorer_title")
        assert here.locator(f"button[data-lang={lang}]").get_attribute("aria-pressed") == "true"
        texts[lang] = here.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => !e.closest('script, noscript,"
            " svg, code') && !e.children.length).map(e => e.textContent.trim()).filter(Boolean)"
        )
        labels = "[...document.querySelectorAll('[aria-label]')].map(e => e.ariaLabel)"
        texts[lang] += here.evaluate(labels)
        texts[lang] += [here.locator("#chart").get_attribute("aria-valuetext")]
    assert here.evaluate("window.stays")
    assert len(texts["en"]) == len(texts["nl"])
    same = {text for text in texts["en"] if text in texts["nl"]}
    content = json.loads(here.locator("#content").text_content() or "")
    words = content["words"]
    alike = {text.lower() for key, text in words["en"].items() if text == words["nl"][key]}
    alike |= {"nederlands", "english"}
    names = [one["name"] for one in content["series"]]
    alike |= {name["en"].lower() for name in names if name["en"] == name["nl"]}
    assert {
        text for text in same if re.search("[a-z]{3}", text) and text.lower() not in alike
    } == set()
    assert "79,800" in str(texts["en"])
    assert "79.800" in str(texts["nl"])
    assert "31 december 2027" in texts["nl"]


# -- reading values ---------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["", NEED_BY_MONTH])
def test_pointing_shows_the_values_of_the_table(opened: Open, page: str, by: str) -> None:
    here = opened(page + by).page
    box = here.locator("#chart").bounding_box()
    assert box
    here.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    here.locator(".pointed p").wait_for()
    when = here.locator(".pointed p").inner_text()
    row = next(row for row in cells(here) if row[0] == when)
    values = here.locator(".pointed dd").all()
    assert len(values) == 3
    for cell, value in zip(row[1:], values, strict=True):
        assert (value.text_content() or "").replace(")", ") ").strip() == cell.strip()


def test_the_chart_is_read_with_keys_alone(opened: Open, page: str) -> None:
    here = opened(page).page
    chart = here.locator("#chart")
    chart.focus()
    told = []
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowLeft", "Home"):
        here.keyboard.press(key)
        here.locator(".pointed p").wait_for()
        told.append(chart.get_attribute("aria-valuetext") or "")
        assert told[-1].startswith(here.locator(".pointed p").inner_text())
    assert [text[:4] for text in told] == ["2025", "2026", "2027", "2026", "2025"]
    head, row = cells(here)[0], cells(here)[1]
    assert f"{head[1]}: {row[1].split(' chance')[0]}" in told[-1]
    here.keyboard.press("Escape")
    here.wait_for_timeout(200)
    assert not here.locator(".pointed p").is_visible()


def test_everything_is_reached_and_used_by_keyboard_with_focus_to_be_seen(
    opened: Open, page: str
) -> None:
    here = opened(page).page
    reached = []
    for _ in range(40):
        here.keyboard.press("Tab")
        name, width = here.evaluate(
            "[document.activeElement.id || document.activeElement.value"
            " || document.activeElement.tagName,"
            " getComputedStyle(document.activeElement).outlineWidth]"
        )
        if name == "BODY":
            break
        assert width == "3px", name
        reached.append(name)
    wanted = {"series", "A", "B", "C", "from", "to", "middle", "band", "vintage", "level", "basis",
              "timing", "again", "chart", "table-box", "download"}  # fmt: skip
    assert wanted <= set(reached)
    here.locator("#series").focus()
    before = cells(here)
    here.keyboard.press("ArrowDown")
    assert cells(here) != before
    assert here.evaluate("document.activeElement.id") == "series"
    here.locator("#runs input").first.focus()
    here.keyboard.press("Space")
    assert here.evaluate("document.activeElement.value") == "A"
    assert "off=A" in here.url


# -- the file to save -------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "mark"), [("en", ","), ("nl", ";")])
def test_the_saved_file_has_the_numbers_of_the_table(
    opened: Open, page: str, runs: dict[str, Path], lang: Language, mark: str
) -> None:
    here = opened(f"{page}#lang={lang}&series=waiting_months%7Ckind%3Adecided_median&by=month").page
    with here.expect_download() as saved:
        here.locator("#download").click()
    assert (
        saved.value.suggested_filename == "opvangsim-waiting_months-kind-decided_median-month.csv"
    )
    text = Path(saved.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    table = pd.read_parquet(runs["closed"] / "monthly.parquet")
    table = table[
        (table["series"] == "waiting_months") & (table["breakdown"] == "kind:decided_median")
    ]
    table = table[table["p50"].notna()].sort_values("date")
    told = [
        [str(row["date"])[:10], *(number(row[q], lang, 1) for q in ("p50", "p10", "p90"))]
        for _, row in table.iterrows()
    ]
    assert [[row[0], *row[5:]] for row in rows[1:] if row[1] == "B"] == told
    shown = cells(here)
    assert len(rows) - 1 == 3 * (len(shown) - 1)
    assert f"{rows[2][5]} ({rows[2][6]}" in shown[1][2]


def test_saved_money_is_without_thousands_and_with_a_plain_minus(
    opened: Open, page: str, runs: dict[str, Path]
) -> None:
    here = opened(page).page
    with here.expect_download() as saved:
        here.locator("#download").click()
    text = Path(saved.value.path()).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    first = headline(runs["baseline"]).iloc[0]
    values = [first[f"gap_{q}"] / 1e6 for q in ("p50", "p10", "p90")]
    assert rows[1][5:8] == [f"{value:.0f}" for value in values]
    assert rows[1][5].startswith("-")


# -- hostile titles ---------------------------------------------------------------------------


def test_a_hostile_title_is_shown_as_text_and_saved_as_no_formula(
    opened: Open, runs: dict[str, Path]
) -> None:
    here = opened(made(runs, "hostile", "short")).page
    assert here.title() == word(here, "en", "explorer_title")
    assert here.locator("img").count() == 0
    assert HOSTILE in here.locator("#runs").inner_text()
    assert HOSTILE in cells(here)[0][1]
    choose(here, "series", "occupancy|place:regular")
    assert HOSTILE in here.locator("#view-title").inner_text()
    here.locator("button[data-lang=nl]").click()
    assert NAMES["nl"] in here.locator("#view-title").inner_text()
    with here.expect_download() as saved:
        here.locator("#download").click()
    text = Path(saved.value.path()).read_text("utf-8-sig")
    row = next(csv.reader(io.StringIO(text.split("\n", 1)[1]), delimiter=";"))
    assert row[2] == "'" + NAMES["nl"]


def test_a_run_without_what_is_asked_is_named(opened: Open, runs: dict[str, Path]) -> None:
    here = opened(made(runs, "hostile", "short")).page
    assert len(cells(here)[0]) == 2
    notes = here.locator("#notes").inner_text()
    assert (
        "B \u00b7 Baseline - inflow reverts to its long-run level does not have this series"
        in notes
    )
    choose(here, "series", "inflow|total")
    notes = here.locator("#notes").inner_text()
    assert "B: 2025 includes only the days from 27 January 2025 to 30 June 2025." in notes
    assert "B: Only this uncertainty is simulated" in notes


# -- for everybody ----------------------------------------------------------------------------


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_axe_finds_nothing(
    opened: Open, page: str, lang: str, size: tuple[int, int], media: Any
) -> None:
    for state in ("", "&series=need%7Ctotal&by=month&band=both"):
        here = opened(f"{page}#lang={lang}{state}", size=size).page
        here.locator("#more").evaluate("box => box.open = true")
        here.emulate_media(media=media)
        assert violations(here) == []


def test_nothing_makes_a_telephone_scroll_sideways(opened: Open, page: str) -> None:
    for state in ("", NEED_BY_MONTH, "#series=cost%3Atotal&lang=nl&band=both"):
        here = opened(page + state, size=NARROW).page
        here.locator("#more").evaluate("box => box.open = true")
        assert here.evaluate("document.documentElement.scrollWidth") == NARROW[0]
        right = here.evaluate(
            "Math.max(...[...document.querySelectorAll('main *, header *, footer *')]"
            ".filter(e => !e.closest('#table-box, .unseen'))"
            ".map(e => e.getBoundingClientRect().right))"
        )
        assert right <= NARROW[0]


def test_letters_and_numbers_of_the_chart_lie_inside_it_and_apart(opened: Open, page: str) -> None:
    for size in (WIDE, NARROW):
        for state in ("", NEED_BY_MONTH, "#series=cost%3Atotal&lang=nl"):
            here = opened(page + state, size=size).page
            boxes = here.evaluate(
                "(() => { const o = document.getElementById('chart').getBoundingClientRect();"
                " return [...document.querySelectorAll('#chart svg text')].map(t => {"
                " const b = t.getBoundingClientRect();"
                " return [b.left - o.left, b.top - o.top, o.right - b.right, o.bottom - b.bottom,"
                " b.left, b.right, b.top, b.bottom]; }); })()"
            )
            assert len(boxes) > 8
            assert min(min(box[:4]) for box in boxes) > -1, (size, state)
            for n, one in enumerate(boxes):
                for other in boxes[n + 1 :]:
                    across = min(one[5], other[5]) - max(one[4], other[4])
                    along = min(one[7], other[7]) - max(one[6], other[6])
                    assert not (across > 1 and along > 4), (size, state)


def test_the_print_has_the_chart_the_table_and_no_controls(
    opened: Open, page: str, tmp_path: Path
) -> None:
    here = opened(page + "#off=B").page
    here.emulate_media(media="print")
    for control in ("#series", "#band", "#download", "#again", "#languages"):
        assert not here.locator(control).is_visible(), control
    assert here.locator("#runs li").nth(0).is_visible()
    assert not here.locator("#runs li").nth(1).is_visible()
    here.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert (tmp_path / "page.pdf").stat().st_size > 10_000
    here.emulate_media(media="screen")
    width = here.locator("#chart svg").evaluate("one => one.getBoundingClientRect().width")
    assert width == here.locator("#chart").evaluate("box => box.clientWidth")


def test_where_the_page_comes_from_stands_on_it(
    opened: Open, page: str, runs: dict[str, Path]
) -> None:
    told = opened(page).page.locator("footer").inner_text()
    for name in SIDE_BY_SIDE:
        record = json.loads((runs[name] / "run.json").read_text("utf-8"))
        assert record["id"] in told
        assert record["command"] in told
    assert "36\u00a0600\u00a0XX" in told
    assert "opvangsim runs provenance" in told
    content = content_in(Path(page.removeprefix("file://")).read_text("utf-8"))
    assert content["command"] in told


def test_the_page_code_may_not_reach_the_network(page: str, browser: Browser) -> None:
    """The policy itself is tried, in a page that is not watched for complaints."""
    with opening(browser) as open_:
        seen = open_(page)
        done = seen.page.evaluate(
            "fetch('data:text/plain,x').then(() => 'reached', () => 'refused')"
        )
        assert done == "refused"
        assert any("Content Security Policy" in text for text in seen.complaints)
