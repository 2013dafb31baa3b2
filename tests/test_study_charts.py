"""The charts of studies, of the scorecard and of all scenarios hold what those of a run hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from support.chart_laws import covered_of, overlaps_of, texts_of
from support.cli import Command
from support.folders import record_in
from test_discover import LEVERS, UNITS, WHERE, made
from typer.testing import CliRunner

from sim.cli import app
from sim.hindcast import kept
from sim.report.charts import CHART_SIZES, WIDTHS, Width, overview, scorecard
from sim.report.charts.elements import amount
from sim.report.charts.layout import Mark
from sim.report.charts.occupancy import luminance
from sim.report.i18n import Language, billion, number
from sim.report.overview import headlines, with_headline
from sim.report.style import STYLE
from sim.runs.load import read_study
from sim.runs.provenance import find_in_chart
from sim.scenario import Scenario, load, quantities
from sim.studies import STUDIES
from sim.studies import charts as redrawn
from sim.studies import (
    compare_chart as differences,
)
from sim.studies import (
    ind_cut_chart as ind_coa,
)
from sim.studies import (
    scatter_chart as scatter,
)
from sim.studies import (
    sensitivity_chart as sensitivity,
)
from sim.studies.charts import KINDS as OTHER_KINDS
from sim.studies.charts import StudyData
from sim.studies.discover import box_rows as rows
from sim.studies.discover import run_rows as runs_frame
from sim.studies.discover_text import percent, plainly
from sim.studies.prim import discover
from sim.studies.sobol import LUCK, PATH
from sim.studies.sweep_chart import along_levers

LANGUAGES: tuple[Language, ...] = ("en", "nl")
TINY = ["--replications", "3", "--step", "week", "--workers", "1", "--quiet"]
SHORT = ["--until", "2026-12-31"]
SPOKEN = {
    "comparison": ["compare", "baseline", "faster-housing", "constrained", *SHORT],
    "explanation": ["explain", "baseline", "regular-27100", "--year", "2026"],
    "solution": ["solve", "baseline", "--lever", "budget.vintages.owb2025.lines.coa_nidos@2026",
                 "--target", "gap.total.2026 <= 0"],
    "frontier": ["solve", "baseline", "--lever", "inflow.first@2026", "--lever", "prices.empty_bed",
                 "--target", "gap.total.2026:mean <= 1e9", "--points", "3"],
    "stock": ["optimal-places", "--low", "30000", "--high", "60000", "--points", "4",
              "--until", "2027-12-31"],
    "ind_coa": ["ind-cut", *SHORT],
}  # fmt: skip
"""Kinds of which a small study is quickly made; the others have tables made up here."""
OPTIONS = {"replications": 8, "seed": 1, "step": "week", "until": None, "vary": ["process"]}
TOLD_APART = 0.1
Figures = dict[tuple[Language, Width], Figure]


def recorded(kind: str, asked: dict[str, Any], tables: dict[str, pd.DataFrame]) -> StudyData:
    """A study of the baseline with some tables."""
    record = {
        "kind": kind,
        "id": "0123456789ab",
        "asked": asked,
        "scenarios": {"baseline": {"en": "Made", "nl": "Gemaakt"}},
        "options": OPTIONS,
    }
    return StudyData(record, tables.__getitem__, load)


def found_boxes(table: pd.DataFrame) -> StudyData:
    """A discovery in a sweep."""
    found = discover(WHERE, table, LEVERS, ["price"])
    asked = {"sweep": "x", "where": WHERE.text, "title": {"en": "Made", "nl": "Gemaakt"},
             "units": UNITS}  # fmt: skip
    return recorded("discovery", asked, {"boxes": rows(found), "runs": runs_frame(found)})


def on_a_grid() -> pd.DataFrame:
    """A sweep whose runs lie at the same few places."""
    table = made(runs=600)
    for name, step in (("inflow.first@2026", 8_000), ("housing.homes", 6_000)):
        table[name] = (table[name] / step).round() * step
    return table


def swept() -> StudyData:
    table = made(runs=200)
    asked = {
        "title": {"en": "Made", "nl": "Gemaakt"},
        "keys": {name: [0, 1] for name in LEVERS if name != "price"},
        "units": UNITS,
        "patches": {"price": ["none", "regular-27100", "coa-prices"]},
        "cells": ["gap.total.2027:mean"],
    }
    table["gap.total.2027:mean"] += 1e4 * table["inflow.first@2026"]
    return recorded("sweep", asked, {"sweep": table})


def moved() -> StudyData:
    """A sensitivity with as many inputs as a chart has, with their true names."""
    keys = [key for key, one in quantities(load("baseline")) if one.spread][:24]
    names = [PATH, *keys, LUCK]
    total = np.geomspace(0.9, 1e-5, len(names))
    swing = 2e9 * np.sqrt(total)
    indices = pd.DataFrame(
        {"input": names, "first": 0.8 * total, "first_low": 0.6 * total, "first_high": total,
         "total": total, "total_low": 0.5 * total, "total_high": 1.1 * total,
         "first_noise": 0.01, "told": [name != LUCK for name in names]}
    )  # fmt: skip
    tornado = pd.DataFrame({"input": names, "low": -0.4 * swing, "high": 0.6 * swing,
                            "swing": swing})  # fmt: skip
    whole = pd.DataFrame([{"mean": 4e9, "sd": 3e9, "floor": 1e-4, "runs": 900}])
    asked = {"cell": "gap.total.2027:mean", "points": 8}
    return recorded("sensitivity", asked, {"indices": indices, "tornado": tornado, "whole": whole})


MADE_UP: dict[str, Callable[[], StudyData]] = {
    "sensitivity": moved,
    "discovery": lambda: found_boxes(made()),
    "discovery on a grid": lambda: found_boxes(on_a_grid()),
    "sweep": swept,
}


@pytest.fixture(scope="session", params=[*SPOKEN, *MADE_UP])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    """A study of each kind."""
    kind = str(request.param)
    if kind in MADE_UP:
        return MADE_UP[kind]()
    into = tmp_path_factory.mktemp("studies") / kind
    done = CliRunner().invoke(app, [*SPOKEN[kind], *TINY, "-o", str(into)])
    assert done.exit_code == 0, done.output
    return read_study(into)


@pytest.fixture(scope="session")
def figures(told: StudyData) -> Figures:
    """Its chart in every language and width."""
    return {(lang, width): redrawn.drawn(told, lang, width)
            for lang in LANGUAGES for width in WIDTHS}  # fmt: skip


@pytest.fixture(scope="session", params=["scorecard", "overview"])
def others(request: pytest.FixtureRequest) -> Figures:
    """The scorecard, or all scenarios, in every language and width."""
    with mpl.rc_context(STYLE):
        return {
            (lang, width): scorecard.draw(kept()[0], 200, CHART_SIZES[width], lang)
            if request.param == "scorecard"
            else overview.draw(titles(lang), CHART_SIZES[width], lang)
            for lang in LANGUAGES
            for width in WIDTHS
        }


@cache
def loaded() -> dict[str, Scenario]:
    """All scenarios of the overview, loaded once."""
    return with_headline()


def titles(lang: Language) -> dict[str, str]:
    return {name: getattr(one.title, lang) for name, one in loaded().items()}


def wrong_in(figures: Figures) -> list[str]:
    """What breaks the laws of a chart: texts that meet, leave, are covered or too small; widths."""
    wrong = []
    wide = {"column": 8.0, "page": 16.0, "slide": 33.87}
    for (lang, width), figure in figures.items():
        found = overlaps_of(figure) + [f"'{text}' is covered" for text in covered_of(figure)]
        least = min(float(text.get_fontsize()) for text in texts_of(figure) if text.get_text())
        found += [f"letters of {least}"] * int(least < (14 if width == "slide" else 6))
        inches = figure.get_size_inches()
        found += [f"{inches} inches"] * int(abs(2.54 * inches[0] - wide[width]) > 0.05)
        found += ["no slide"] * int(
            width == "slide" and abs(inches[0] / inches[1] - 16 / 9) > 0.001
        )
        found += ["higher than A4"] * int(inches[1] > 10.6)
        wrong += [f"{lang} {width}: {one}" for one in found]
    return wrong


@pytest.mark.slow
def test_texts_meet_nothing_stay_inside_and_are_large_enough(figures: Figures) -> None:
    assert wrong_in(figures) == []


@pytest.mark.long
def test_the_scorecard_and_all_scenarios_hold_the_same_laws(others: Figures) -> None:
    assert wrong_in(others) == []


def test_a_covered_text_would_be_seen() -> None:
    broken = Figure(figsize=(2, 1))
    broken.text(0.1, 0.5, "covered")
    broken.add_artist(mpl.patches.Rectangle((0.1, 0.4), 0.3, 0.3))
    assert covered_of(broken) == ["covered"]


def plain(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text() for text in figure.texts).split())


@pytest.mark.slow
def test_every_chart_names_its_study_and_its_sources_in_its_language(
    told: StudyData, figures: Figures
) -> None:
    for (lang, _), figure in figures.items():
        assert told.id in plain(figure)
        assert "letter E" in plain(figure)
        assert ("Bron: opvangsim" if lang == "nl" else "Source: opvangsim") in plain(figure)


@pytest.mark.long
def test_the_scorecard_and_all_scenarios_name_what_they_are_made_of(others: Figures) -> None:
    ids = scorecard.id_of(kept()[0]), overview.id_of(list(headlines().values()))
    assert all(any(one in plain(figure) for one in ids) for figure in others.values())


@pytest.mark.long
def test_no_sentence_of_a_dutch_chart_is_english(figures: Figures) -> None:
    for width in WIDTHS:
        english, dutch = ({text.get_text() for text in figures[lang, width].texts}
                          for lang in LANGUAGES)  # fmt: skip
        alike = {text for text in english & dutch if len(text.split()) > 2}
        assert alike == set()


@pytest.mark.long
def test_a_number_on_a_scale_is_the_number_at_its_place(figures: Figures) -> None:
    seen = 0
    for (lang, _), figure in figures.items():
        for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
            form = axis.get_major_formatter()
            if not isinstance(form, FuncFormatter):
                continue
            for at in axis.get_majorticklocs():
                said = str(form(at, 0)).removesuffix(" %").replace("\N{MINUS SIGN}", "-")
                bare = said.replace("." if lang == "nl" else ",", "").replace(",", ".")
                assert float(bare) == pytest.approx(at, abs=1e-9)
                seen += 1
    assert seen


@pytest.mark.slow
def test_the_same_study_gives_the_same_bytes(told: StudyData, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        redrawn.write(told, tmp_path / name, "nl", "column", ["svg"])
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert len(files) == 2
    for name in files:
        one, two = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two"))
        assert one == two, name
        assert b"dc:date" not in one


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_hold_the_numbers_of_the_tables(told: StudyData, lang: Language) -> None:
    words = redrawn.words(told, lang)
    for text in NUMBERS[told.record["kind"]](told, lang):
        assert text in words, (text, words)


def of_comparison(told: StudyData, lang: Language) -> list[str]:
    table, monthly = told.table("differences"), told.table("monthly")
    gaps = table[(table["series"] == "gap") & (table["breakdown"] == "total")]
    people = monthly[(monthly["series"] == "occupancy") & (monthly["breakdown"] == "total")]
    last = people.groupby("scenario")["difference_mean"].last()
    return [*(billion(eur, lang) for eur in gaps["difference_mean"]),
            *(amount(value, lang) for value in last)]  # fmt: skip


def of_explanation(told: StudyData, lang: Language) -> list[str]:
    effects = [eur for eur in told.table("effects")["effect"] if eur]
    ends = told.table("cells").set_index("of")["value"].drop("residual")
    return [*(number(eur / 1e9, lang, 2) for eur in effects), *(billion(v, lang) for v in ends)]


def of_solution(told: StudyData, lang: Language) -> list[str]:
    answer, points = told.table("answer"), told.table("points")
    found = [number(answer[name].iloc[0] / 1e9, lang, 3) for name in ("answer", "p10", "p90")]
    return [
        *found,
        billion(points["held"].iloc[0], lang, 2),
        billion(points["held"].iloc[-1], lang, 2),
    ]


def of_frontier(told: StudyData, lang: Language) -> list[str]:
    held = told.table("grid")["held"]
    return [billion(held.iloc[at], lang, 2) for at in (0, 2, 6, 8)]


def of_stock(told: StudyData, lang: Language) -> list[str]:
    tried = told.table("stock")
    tried = tried[tried["kind"] == "tried"]
    best = told.table("best").set_index("by")["places"]
    ends = [number(tried[f"cost_{by}"].iloc[at] / 1e9, lang, 1)
            for by in ("mean", "p90") for at in (0, -1)]  # fmt: skip
    return [*ends, number(best["mean"], lang), number(best["p90"], lang)]


def of_ind_coa(told: StudyData, lang: Language) -> list[str]:
    table = told.table("ind_coa").astype({"year": str})
    whole = table[table["year"] == "total"]
    return [billion(eur, lang, 2) for name in ("less", "more") for eur in whole[name]]


def of_sensitivity(told: StudyData, lang: Language) -> list[str]:
    indices, tornado = told.table("indices"), told.table("tornado")
    first = slice(0, sensitivity.TOLD_OF)
    return [*(number(100 * share, lang, 1) for share in indices["total"][first]),
            *(number(eur / 1e9, lang, 2) for eur in tornado["high"][first])]  # fmt: skip


def of_discovery(told: StudyData, lang: Language) -> list[str]:
    row = told.table("boxes").iloc[0]
    ends = told.table("boxes").query("box == 1")[["low", "high"]].to_numpy(float).ravel()
    told_of = [percent(row["coverage"], lang), percent(row["density"], lang)]
    limits = [plainly(end, lang) for end in ends if end == end]
    return [*told_of, number(row["runs"], lang), *limits]


def of_sweep(told: StudyData, lang: Language) -> list[str]:
    table = told.table("sweep")
    by_price = table.groupby("price")["gap.total.2027:mean"].median()
    first = along_levers(told)[0]
    return [billion(eur, lang) for eur in (*by_price, first.middle[0], first.middle[-1])]


NUMBERS: dict[str, Callable[[StudyData, Language], list[str]]] = {
    "comparison": of_comparison,
    "explanation": of_explanation,
    "solution": of_solution,
    "frontier": of_frontier,
    "stock": of_stock,
    "ind_coa": of_ind_coa,
    "sensitivity": of_sensitivity,
    "discovery": of_discovery,
    "sweep": of_sweep,
}


def test_every_kind_of_study_has_a_chart_that_is_tried_here() -> None:
    kinds = {*OTHER_KINDS, *(kind for study in STUDIES.values() for kind in study.kinds)}
    assert set(NUMBERS) == kinds
    assert {*SPOKEN, *(kind.partition(" ")[0] for kind in MADE_UP)} == kinds


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_scorecard_and_scenarios_hold_the_numbers_of_their_tables(
    lang: Language,
) -> None:
    words = overview.words(titles(lang), lang)
    for name, title in titles(lang).items():
        assert f"{title}: {amount(headlines()[name].need[1], lang)}" in words
        assert billion(headlines()[name].gap[1], lang) in words
    cells = kept()[0]
    mine = cells[(cells["forecaster"] == "program") & (cells["ahead"] == 2)
                 & (cells["series"] == "inflow")].sort_values("target").iloc[-1]  # fmt: skip
    said = scorecard.words(cells, lang)
    assert all(amount(float(mine[key]), lang) in said for key in ("forecast", "low_80", "came"))


# -- what is seen -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "marks",
    [differences.BARS, (ind_coa.LESS, ind_coa.MORE), (sensitivity.LOW, sensitivity.HIGH),
     tuple(Mark(scatter._hex(share)) for share in scatter.STEPS)],
)  # fmt: skip
def test_fills_are_told_apart_in_grey(marks: tuple[Mark, ...]) -> None:
    for one, two in combinations(marks, 2):
        apart = abs(luminance(one.colour) - luminance(two.colour))
        assert apart >= TOLD_APART or one.hatch != two.hatch


@pytest.mark.slow
def test_runs_at_the_same_places_do_not_hide_one_another() -> None:
    """On a grid every place has one circle, none of which meets another."""
    told = found_boxes(on_a_grid())
    figure = redrawn.drawn(told, "en", "page")
    figure.draw_without_rendering()
    axes = figure.axes[1]
    circles = [
        (
            axes.transData.transform(one.get_offsets())[0],
            np.sqrt(one.get_sizes()[0]) * figure.dpi / 72,
        )
        for one in axes.collections
        if isinstance(one, PathCollection)
    ]
    runs = told.table("runs")
    places = runs[["inflow.first@2026", "housing.homes"]].drop_duplicates()
    assert 4 < len(circles) <= len(places)
    for (a, wide), (b, other) in combinations(circles, 2):
        assert np.hypot(*(np.asarray(a) - np.asarray(b))) >= (wide + other) / 2 - 0.5


@pytest.mark.long
def test_the_box_is_drawn_where_its_limits_are() -> None:
    told = found_boxes(made())
    axes = redrawn.drawn(told, "nl", "page").axes[1]
    ends = told.table("boxes").query("box == 1")[["low", "high"]].to_numpy(float).ravel()
    edges = [edge for one in axes.patches for edge in (
        one.get_x(), one.get_x() + one.get_width(), one.get_y(), one.get_y() + one.get_height())]  # type: ignore[attr-defined]  # fmt: skip
    assert any(np.isclose(edge, end) for edge in edges for end in ends if end == end)


@pytest.mark.slow
def test_a_slide_keeps_chance_among_the_inputs_and_says_how_many_are_left_out() -> None:
    figure = redrawn.drawn(moved(), "en", "slide")
    names = [text for text in figure.texts if str(text.get_gid() or "").startswith("row")]
    assert names[-1].get_text() == "process noise"
    assert f"{26 - len(names)} more inputs" in plain(figure)


# -- files ------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_study_lays_its_chart_with_its_words_into_its_folder_and_draws_it_anew(
    tmp_path: Path, command: Command
) -> None:
    assert command(*SPOKEN["explanation"], *TINY, "-o", "here").returncode == 0
    names = {file.name for file in (tmp_path / "here" / "charts").iterdir()}
    assert names == {"waterfall.png", "waterfall.svg", "waterfall.txt"}
    done = command("plot", "here", "--lang", "nl", "--width", "column", "--format", "png,svg,pdf")
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "here-charts" / "waterfall-nl-column.txt").read_text("utf-8").strip()
    assert words.startswith("Watervalgrafiek")
    for line in done.stdout.split():
        data = (tmp_path / line).read_bytes()
        found = find_in_chart(data)
        assert found is not None
        assert found.intact
        assert found.stamp.kind == "explanation"
        assert command("runs", "provenance", line).returncode == 0
        if line.endswith("pdf"):
            continue
        assert words.replace("&", "&amp;").encode() in data


@pytest.mark.slow
def test_a_discovery_without_a_box_has_no_chart_and_says_so(
    tmp_path: Path, command: Command
) -> None:
    into = tmp_path / "none"
    into.mkdir()
    told = found_boxes(made())
    told.table("boxes").iloc[:0].to_csv(into / "boxes.csv", index=False)
    record_in(into, **told.record)
    done = command("plot", "none")
    assert done.returncode == 2
    assert "nothing to show" in done.stderr
    assert not (tmp_path / "none-charts").exists()


@pytest.mark.long
def test_overview_writes_stamped_files_with_their_words(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.report.overview.with_headline", loaded)
    done = command("scenario", "overview", "-o", "one.svg", "--lang", "nl", "--width", "column")
    assert done.returncode == 0, done.stderr
    done = command("scenario", "overview", "-o", "all", "--format", "png,pdf", "--width", "slide")
    assert done.stdout.split() == ["all/overview-en-slide.png", "all/overview-en-slide.pdf"]
    for file in (tmp_path / "one.svg", *(tmp_path / "all").glob("*.p*")):
        found = find_in_chart(file.read_bytes())
        assert found is not None
        assert found.intact
        assert (found.stamp.kind, found.stamp.seed) == ("overview", "1")
    assert "<desc>Stippen met banden" in (tmp_path / "one.svg").read_text("utf-8")
    assert re.match("Dots with bands", (tmp_path / "all" / "overview-en-slide.txt").read_text())
    wrong = command("scenario", "overview", "-o", "one.gif")
    assert wrong.returncode == 2
    assert "no .png, .svg or .pdf" in wrong.stderr
