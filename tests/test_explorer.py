"""The explorer page as a file: its numbers, its words, its safety, and how it is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hatchling.builders.wheel import WheelBuilder
from hypothesis import example, given
from hypothesis import strategies as st
from support.cli import Command
from support.explorer import HOSTILE, NAMES, content_in, make_runs, script_of

from sim.export.dashboard import page as pages
from sim.export.dashboard.content import STATISTICS, WORDS
from sim.export.dashboard.differences import differences as differences_of
from sim.export.dashboard.differences import unpaired
from sim.export.dashboard.encoding import (
    MILLIONS,
    MONTHS,
    PEOPLE,
    PERCENT,
    Rounding,
    cumulate,
    differences,
    encode,
    reported,
    shown,
)
from sim.export.dashboard.series import LANGUAGES, UNITS
from sim.report.charts.elements import amount
from sim.report.i18n import labels, million, number
from sim.runs.kept_cells import read_gaps
from sim.runs.load import read_run_folder
from sim.runs.manifest import read_manifest

ROOT = Path(__file__).parent.parent
WEB, VENDOR = (
    ROOT / "sim" / "export" / "dashboard" / "web",
    ROOT / "sim" / "export" / "dashboard" / "vendor",
)
SIDE_BY_SIDE = ("baseline", "closed", "nominal", "short", "hostile")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_runs(tmp_path_factory)


@pytest.fixture
def page(runs: dict[str, Path], command: Command) -> str:
    folders = [str(runs[name]) for name in SIDE_BY_SIDE]
    done = command("dashboard", *folders, "-o", "page.html", "--lang", "nl")
    assert (done.returncode, done.stdout, done.stderr) == (0, "page.html\n", "")
    return Path("page.html").read_text("utf-8")


# -- numbers ----------------------------------------------------------------------------------


def written(whole: int | None, unit: str) -> str:
    """A number as the page writes it in English: by what the page is told of the unit."""
    if whole is None:
        return ""
    rounding = UNITS[unit][1]
    return number(shown(whole, rounding), "en", rounding.decimals)


def as_reported(value: float, unit: str) -> str:
    """A number of a table as reports write it in English."""
    if pd.isna(value):
        return ""
    if unit == "EUR":
        return million(value, "en")
    if unit == "share":
        return number(100 * value, "en")
    return number(value, "en", 1) if unit == "months" else amount(value, "en")


def block(content: dict[str, Any], place: int, width: int) -> Iterator[list[int | None]]:
    """The rows of a block of numbers."""
    numbers = cumulate(content["numbers"][place])
    assert len(numbers) % width == 0
    return (numbers[at : at + width] for at in range(0, len(numbers), width))


def same(content: dict[str, Any], place: int, table: pd.DataFrame, unit: str) -> bool:
    rows = block(content, place, len(table))
    told = [[written(whole, unit) for whole in row] for row in rows]
    return told == [[as_reported(v, unit) for v in table[name]] for name in table.columns]


@pytest.mark.long
def test_every_number_of_the_tables_by_month_and_year_is_in_the_page_as_reports_round_it(
    page: str, runs: dict[str, Path]
) -> None:
    content = content_in(page)
    for run, name in zip(content["runs"], SIDE_BY_SIDE, strict=True):
        monthly = pd.read_parquet(runs[name] / "monthly.parquet")
        yearly = pd.read_csv(runs[name] / "yearly.csv")
        told = 0
        for (series, part, unit), rows in monthly.groupby(["series", "breakdown", "unit"]):
            place = run["monthly"][f"{series}|{part}"]
            assert same(content, place, rows.sort_values("date")[list(STATISTICS)], str(unit))
            told += len(rows)
        for (series, part, way, unit), rows in yearly.groupby(
            ["series", "breakdown", "measure", "unit"]
        ):
            place = run["yearly"][way][f"{series}|{part}"]
            assert same(content, place, rows.sort_values("year")[list(STATISTICS)], str(unit))
            told += len(rows)
        assert told == len(monthly) + len(yearly)


@pytest.mark.long
def test_every_number_of_the_budget_table_is_in_the_page_as_reports_round_it(
    page: str, runs: dict[str, Path]
) -> None:
    content = content_in(page)
    for run, name in zip(content["runs"], SIDE_BY_SIDE, strict=True):
        budget = pd.read_csv(runs[name] / "budget.csv")
        assert bool(run["money"]) == bool(len(budget))
        columns = ["vintage", "cost_level", "timing", "price_basis", "line"]
        for (vintage, level, timing, basis, line), rows in budget.groupby(columns):
            places = run["money"][vintage][level][timing][basis][line]
            assert same(content, places[0], rows[[f"cost_{s}" for s in STATISTICS]], "EUR")
            assert (len(places) == 4) == bool(rows["budget"].notna().any())
            if len(places) == 4:
                assert same(content, places[1], rows[[f"gap_{s}" for s in STATISTICS]], "EUR")
                assert same(content, places[2], rows[["budget"]], "EUR")
                assert same(content, places[3], rows[["p_gap_positive"]], "share")


@example(value=81_050.4, rounding=PEOPLE)
@example(value=999.5, rounding=PEOPLE)
@example(value=0.145, rounding=PERCENT)
@example(value=-2_500_049_999.0, rounding=MILLIONS)
@given(
    value=st.floats(-2e11, 2e11),
    rounding=st.sampled_from([PEOPLE, MONTHS, PERCENT, MILLIONS]),
)
def test_rounding_what_is_kept_gives_what_a_report_rounds_at_once(
    value: float, rounding: Rounding
) -> None:
    whole = encode(value, rounding)
    assert whole is not None
    assert shown(whole, rounding) == reported(value, rounding)


@pytest.mark.slow
@given(st.lists(st.none() | st.integers(-(10**9), 10**9)))
def test_differences_are_undone_to_the_same_numbers(values: list[int | None]) -> None:
    assert cumulate(differences(values)) == values


# -- words ------------------------------------------------------------------------------------


@pytest.mark.long
def test_every_series_of_a_run_has_a_name_in_words_in_both_languages(page: str) -> None:
    content = content_in(page)
    places = {f"gap:{line}" for line in ("total", "coa_nidos", "ind", "ukraine")}
    assert places <= {one["key"] for one in content["series"]}
    names = {lang: [one["name"][lang] for one in content["series"]] for lang in LANGUAGES}
    for lang in LANGUAGES:
        assert len(set(names[lang])) == len(names[lang])
    for one in content["series"]:
        assert not any("_" in one["name"][lang] for lang in LANGUAGES), one
        assert one["name"]["en"] != one["name"]["nl"], one
        assert one["group"] != "explorer_group_other", one
        assert set(one["units"].values()) <= set(content["units"])


def test_the_page_code_says_only_words_it_is_given_and_says_them_all() -> None:
    text = "".join(file.read_text("utf-8") for file in sorted(WEB.iterdir()))
    said = set(re.findall(r'"((?:explorer|memo|step|level)_\w+)"', text))
    said |= set(re.findall(r'data-say="(\w+)"', text))
    said |= set(re.findall(r'say\([\w.]+, "(\w+)"', text))
    begun = tuple(re.findall(r"`(\w+_)\${", text))
    assert said <= set(WORDS)
    given_by_python = {"explorer_no_script"} | {w for w in WORDS if w.startswith("explorer_group_")}
    unsaid = {
        word
        for word in WORDS
        if word not in said | given_by_python and not word.startswith(begun)
        and not re.search(rf'"{word}"', text)
    }  # fmt: skip
    assert unsaid == set()
    assert set(WORDS) <= set(labels())


def test_no_word_of_the_page_stands_in_its_code() -> None:
    """All but the names of languages, which are said in themselves."""
    html = (WEB / "page.html").read_text("utf-8")
    body = re.sub(r"<(script|style).*?</\1>|<[^>]*>|{{\w+}}", "", html, flags=re.S)
    assert set(body.split()) == {"Nederlands", "English"}


# -- differences ------------------------------------------------------------------------------


@pytest.mark.long
def test_a_difference_is_of_replications_with_the_same_random_numbers(
    page: str, runs: dict[str, Path]
) -> None:
    """Not of medians: the median of a difference is not the difference of medians."""
    content = content_in(page)
    place = content["runs"][1]["difference"]
    gaps = [read_gaps(runs[name], read_manifest(runs[name])) for name in ("baseline", "closed")]
    people = [
        pd.read_parquet(runs[name] / "replications.parquet").set_index(["replication", "year"])
        for name in ("baseline", "closed")
    ]
    for values, where, unit in (
        ((gaps[1] - gaps[0])["total"], place["money"]["total"][1], "EUR"),
        (
            (people[1] - people[0])["occupancy|total|mean"],
            place["yearly"]["mean"]["occupancy|total"],
            "persons",
        ),
    ):
        by_year = values.groupby("year")
        kept = dict(zip(STATISTICS, block(content, where, len(by_year)), strict=True))
        assert values.any()
        for name, at in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
            wanted = [as_reported(one, unit) for one in by_year.quantile(at)]
            assert [written(one, unit) for one in kept[name]] == wanted


@pytest.mark.long
def test_runs_with_other_settings_version_or_without_replications_are_not_paired(
    page: str, runs: dict[str, Path], tmp_path: Path
) -> None:
    """Money of paired runs has no difference where their terms differ: nominal prices."""
    found = {name: one["difference"] for name, one in
             zip(SIDE_BY_SIDE, content_in(page)["runs"], strict=True)}  # fmt: skip
    assert found["short"] == {"unpaired": "settings"}
    assert found["nominal"]["yearly"]
    assert not found["nominal"]["money"]
    first, other = (read_run_folder(runs[name]) for name in ("baseline", "closed"))
    older = {**other.record, "versions": {**other.record["versions"], "opvangsim": "0.0.1"}}
    assert unpaired(replace(other, record=older), first) == "version"
    kept = tmp_path / "closed"
    shutil.copytree(runs["closed"], kept)
    (kept / "replications.parquet").unlink()
    assert differences_of([first, other], [runs["baseline"], kept])[1].unpaired == "kept"


# -- safety -----------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self.within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in self.inside:
            self.inside[tag].append("")
            self.within = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within:
            self.inside[self.within][-1] += data


@pytest.mark.long
def test_a_hostile_title_stays_text(page: str) -> None:
    content = content_in(page)
    assert content["runs"][-1]["title"] == NAMES
    assert "<" not in script_of(page)
    tags = Tags(page)
    assert [tag for tag, _ in tags.tags].count("script") == 3
    assert "img" not in {tag for tag, _ in tags.tags}
    assert HOSTILE not in page
    assert page.count("<!-- opvangsim {") == 1


def test_the_page_code_never_makes_markup_of_text() -> None:
    for file in WEB.glob("*.js"):
        text = file.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Func",
                             text), file  # fmt: skip


@pytest.mark.long
def test_the_policy_lets_in_only_the_scripts_and_styles_of_the_page(page: str) -> None:
    tags = Tags(page)
    (policy,) = (a["content"] for t, a in tags.tags if a.get("http-equiv"))
    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"

    def hashes(texts: list[str]) -> set[str]:
        digests = (hashlib.sha256(text.encode()).digest() for text in texts)
        return {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}

    assert set(rules["script-src"].split()) == hashes(tags.inside["script"][1:])
    assert set(rules["style-src"].split()) == hashes(tags.inside["style"])
    assert rules["font-src"] == "data:"
    names = {"default-src", "script-src", "style-src", "font-src", "base-uri", "form-action"}
    assert set(rules) == names


@pytest.mark.long
def test_the_page_names_nothing_outside_itself(page: str) -> None:
    for tag, attributes in Tags(page).tags:
        assert not {"src", "href", "style", "srcset", "action"} & set(attributes), tag
        assert not any(name.startswith("on") for name in attributes), tag
    (style,) = Tags(page).inside["style"]
    assert set(re.findall(r"url\(.{0,10}", style)) == {'url("data:font'}
    assert "@import" not in style


def test_the_library_is_the_published_one_with_its_licences() -> None:
    file = VENDOR / pages.LIBRARY
    assert hashlib.sha256(file.read_bytes()).hexdigest() == pages.LIBRARY_SHA256
    assert f't.version="{pages.LIBRARY_VERSION}"' in pages.library_code()
    assert "Apache License" in (VENDOR / "LICENSE").read_text("utf-8")
    assert "Apache ECharts" in (VENDOR / "NOTICE").read_text("utf-8")
    assert {file.name for file in VENDOR.iterdir()} == {
        pages.LIBRARY, "LICENSE", "NOTICE", "LICENSE-d3", "LICENSE-tslib", "LICENSE-zrender",
    }  # fmt: skip
    assert "</script" not in pages.library_code().lower()
    assert "<!--" not in pages.library_code()


def test_library_and_page_code_travel_in_the_wheel() -> None:
    files = {one.distribution_path for one in WheelBuilder(str(ROOT)).recurse_included_files()}
    here = {
        f"sim/export/dashboard/{f.parent.name}/{f.name}" for d in (WEB, VENDOR) for f in d.iterdir()
    }
    assert here <= files
    assert set(pages.CODE) == {file.name for file in WEB.glob("*.js")}


def test_the_page_code_is_short_in_each_file() -> None:
    for file in WEB.iterdir():
        assert len(file.read_text("utf-8").splitlines()) < 500, file


# -- looks ------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """How light a colour is, by the rule of WCAG."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_scenarios_stand_out_from_white_and_share_no_colour_dashes_or_shape() -> None:
    text = (WEB / "styles.js").read_text("utf-8")
    looks = re.findall(r'{ colour: "(#\w{6})", dash: (\[[^\]]*\]), shape: "(\w+)" }', text)
    assert len(looks) == pages.MOST_RUNS
    for trait in zip(*looks, strict=True):
        assert len(set(trait)) == len(looks)
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour, _, _ in looks)


# -- the file ---------------------------------------------------------------------------------


@pytest.mark.long
def test_the_same_runs_give_the_same_bytes_and_another_language_does_not(
    runs: dict[str, Path], command: Command
) -> None:
    for name, lang in (("a.html", "en"), ("b.html", "en"), ("c.html", "nl")):
        words = ("dashboard", str(runs["baseline"]), "--lang", lang, "-o", name)
        assert command(*words).returncode == 0
    one, other, dutch = (Path(name).read_bytes() for name in ("a.html", "b.html", "c.html"))
    assert one == other
    assert b'<html lang="nl">' in dutch
    assert b'<html lang="en">' in one


@pytest.mark.long
def test_whence_tells_where_a_page_comes_from_and_that_it_was_changed(
    page: str, runs: dict[str, Path], command: Command
) -> None:
    done = command("runs", "provenance", "page.html")
    ids = [json.loads((runs[n] / "run.json").read_text("utf-8"))["id"] for n in SIDE_BY_SIDE]
    assert done.returncode == 0
    assert "made from: runs side by side" in done.stdout
    assert f"run: {', '.join(ids)}" in done.stdout
    assert "command: opvangsim dashboard" in done.stdout
    assert "seed: 7" in done.stdout
    Path("page.html").write_text(page.replace("2027", "2028", 1), "utf-8")
    done = command("runs", "provenance", "page.html")
    assert done.returncode == 2
    assert "CHANGED" in done.stdout


@pytest.mark.slow
def test_a_page_of_one_run_is_of_that_run(runs: dict[str, Path], command: Command) -> None:
    command("dashboard", str(runs["baseline"]), "-o", "one.html")
    assert "made from: run\n" in command("runs", "provenance", "one.html").stdout


@pytest.mark.long
def test_a_page_is_small_enough_for_a_mail(page: str) -> None:
    assert len(page.encode()) < pages.MOST_BYTES == 3_000_000


@pytest.mark.long
def test_a_page_that_would_be_too_large_is_refused_with_how_many_runs_fit(
    runs: dict[str, Path], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [str(runs[name]) for name in ("baseline", "closed", "nominal")]
    command("dashboard", *folders[:2], "-o", "two.html")
    monkeypatch.setattr(pages, "MOST_BYTES", len(Path("two.html").read_bytes()) + 1000)
    done = command("dashboard", *folders, "-o", "three.html")
    assert done.returncode == 2
    assert "the page of 3 runs is" in done.stderr
    assert "the first 2 of them fit" in done.stderr
    assert not Path("three.html").exists()
    monkeypatch.setattr(pages, "MOST_BYTES", 1000)
    assert "not even the first" in command("dashboard", *folders, "-o", "x.html").stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("{baseline}", "-o", "page.pdf"), "page.pdf: not the name of a page"),
        (("{baseline}", "{baseline}", "-o", "p.html"), "is given twice"),
        (("nowhere", "-o", "p.html"), "nowhere/run.json: can't be read"),
        (("{baseline}", "-o", "no/p.html"), "there is no folder no"),
        (("{baseline}", "-o", "mine.html"), "is not an unchanged export written by opvangsim"),
        ((*(["{baseline}"] * 11), "-o", "p.html"), "11 runs are too many to distinguish"),
        (("-o", "p.html"), "Missing argument"),
    ],
)
def test_mistakes_are_told_with_place_and_advice(
    runs: dict[str, Path], command: Command, words: tuple[str, ...], told: str
) -> None:
    Path("mine.html").write_text("my own work", "utf-8")
    done = command("dashboard", *(word.format(baseline=runs["baseline"]) for word in words))
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert told in done.stderr
    assert Path("mine.html").read_text("utf-8") == "my own work"
    assert not Path("p.html").exists()


@pytest.mark.slow
def test_a_folder_with_a_changed_table_is_refused(runs: dict[str, Path], command: Command) -> None:
    file = runs["short"] / "yearly.csv"
    whole = file.read_bytes()
    file.write_bytes(whole + b"\n")
    try:
        done = command("dashboard", str(runs["short"]), "-o", "p.html")
    finally:
        file.write_bytes(whole)
    assert done.returncode == 2
    assert "not the one that the run wrote" in done.stderr
