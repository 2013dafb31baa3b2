"""Laws of all charts: nothing overlaps, every shade is told apart, numbers are the tables'.

Laws instead of stored pictures: a picture changes with the version of a font, a law does not.
"""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation
from support.chart_cases import (
    CASES,
    EXTREMES,
    LANGUAGES,
    QUICK,
    STUDIES,
    all_runs,
    figure,
    run_data,
    run_folder,
    study,
    titles,
)
from support.chart_laws import faults_of, written_in
from support.cli import Command
from support.folders import record_in

from sim.hindcast import kept
from sim.report import charts
from sim.report.charts import CHARTS, UNREDUCED, cost_month, multi_run, overview, scorecard
from sim.report.charts.data import by_month, by_year, days_simulated
from sim.report.charts.elements import BANDS, amount
from sim.report.charts.housing import people_by_year
from sim.report.charts.inflow import inflow_by_year
from sim.report.charts.layout import spread_out
from sim.report.charts.occupancy import LAYERS, beyond_note, layers_of, luminance
from sim.report.charts.scales import TickTexts
from sim.report.display_names import short_title
from sim.report.i18n import Language, billion, number, probability
from sim.report.overview import headlines
from sim.report.run_tables import headline_rows
from sim.report.style import (
    BLUE,
    CHART_SIZES,
    FORMATS,
    SAND,
    WIDTHS,
    ChartFigure,
    Width,
    _described,
    bytes_of,
    chart_style,
    colour,
    title_of,
)
from sim.runs.provenance import find_in_chart
from sim.runs.run import execute
from sim.scenario import load

TOLD_APART = 0.1
"""Difference in luminance that grey must show between neighbours."""
WIDTH_MARKS = [
    pytest.param(width, marks=pytest.mark.slow if width == "column" else pytest.mark.long)
    for width in WIDTHS
]


# -- what is seen -----------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", WIDTH_MARKS)
@pytest.mark.parametrize("case", CASES)
def test_no_texts_overlap_and_none_leaves_the_figure(
    case: str, width: Width, lang: Language
) -> None:
    """Also: no text is covered by a sample, texts and figure have the sizes that were asked."""
    assert faults_of(figure(case, width, lang), CHART_SIZES[width]) == []


def test_faults_would_be_seen() -> None:
    broken = Figure(figsize=(2, 1))
    broken.text(0.1, 0.5, "first")
    broken.text(0.15, 0.5, "second")
    broken.text(0.9, 0.1, "far too long", fontsize=5)
    assert faults_of(broken) == ["'first' meets 'second'", "'far too long' leaves the figure"]
    wrong = faults_of(broken, CHART_SIZES["slide"])
    assert wrong[2:] == ["texts of 5.0 points", "2.0 inches wide", "a slide 1.0 inches high"]
    covered = Figure(figsize=(2, 1))
    covered.legend([Rectangle((0, 0), 1, 1)], [""], loc="center")
    covered.text(0.5, 0.5, "covered", ha="center")
    assert faults_of(covered) == ["'covered' is covered"]


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_every_chart_names_what_it_is_made_of_in_its_language(case: str, lang: Language) -> None:
    """The scenario of a run and the documents; its run, study or table is in the properties."""
    drawn = figure(case, "column", lang)
    said, identity = written_in(drawn), getattr(drawn, "identity", "")
    assert ("Bron: opvangsim" if lang == "nl" else "Source: opvangsim") in said
    if case in STUDIES:
        assert study(case).id in identity
        wanted = [] if case.startswith("discovery") else ["letter E"]
    elif case == "scorecard":
        assert scorecard.id_of(kept()) in identity
        wanted = []
    elif case == "overview":
        assert overview.id_of(list(headlines().values())) in identity
        wanted = ["letter E"]
    else:
        named = [run for run in EXTREMES if case.endswith(f"of {run}") or case == "runs together"]
        assert all(run_data(run).run_id in identity for run in named)
        wanted = ["letter E", *(getattr(run_data(run).scenario.title, lang) for run in named)]
    assert all(part in said for part in wanted)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_no_sentence_of_a_dutch_chart_is_english(case: str) -> None:
    """Titles and heads, notes line by line; names of scenarios may be equal."""
    for width in WIDTHS:
        english, dutch = (
            {line for text in (chart.get_suptitle(), chart.get_supxlabel(),
                               *(axes.get_title(loc="left") for axes in chart.axes))
             for line in text.split("\n")}
            for chart in (figure(case, width, lang) for lang in LANGUAGES)
        )  # fmt: skip
        alike = {text for text in english & dutch if len(text.split()) > 2}
        assert {text for text in alike if "XX" not in text} == set()


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_a_number_on_a_scale_is_the_number_at_its_place(case: str, lang: Language) -> None:
    for width in WIDTHS:
        for axes in figure(case, width, lang).axes:
            for axis in (axes.xaxis, axes.yaxis):
                form, ticks = axis.get_major_formatter(), list(axis.get_majorticklocs())
                if isinstance(form, TickTexts) and "number_scale" in form.texts.__qualname__:
                    for at, text in zip(ticks, form.format_ticks(ticks), strict=True):
                        plain = text.replace("\N{MINUS SIGN}", "-")
                        plain = plain.replace("." if lang == "nl" else ",", "").replace(",", ".")
                        assert float(plain) == pytest.approx(at, abs=1e-9)


def test_neighbours_are_told_apart_in_grey() -> None:
    shades = [luminance(swatch.colour) for swatch in LAYERS]
    assert all(abs(one - two) >= TOLD_APART for one, two in pairwise([*shades, shades[0]]))
    assert abs(luminance(BLUE) - luminance(SAND)) >= TOLD_APART


def test_bands_line_and_paper_are_told_apart_in_grey() -> None:
    """Each band is drawn over the wider one, the median over both."""
    seen = [np.ones(3)]
    for *_, dense in BANDS:
        seen.append(dense * np.array(to_rgb(colour(BLUE))) + (1 - dense) * seen[-1])
    colours = [to_hex((red, green, blue)) for red, green, blue in seen] + [BLUE]
    shades = [luminance(colour) for colour in colours]
    assert all(lighter - darker >= TOLD_APART for lighter, darker in pairwise(shades))


def test_labels_are_spread_as_little_as_needed() -> None:
    assert spread_out([1.0, 5.0], [1, 1], 0, 10) == [1.0, 5.0]
    close = spread_out([5.0, 5.1, 4.9], [1, 1, 1], 0, 10)
    assert close[2] < close[0] < close[1]
    assert all(b - a >= 1 - 1e-9 for a, b in pairwise(sorted(close)))
    high = spread_out([9.9, 9.8], [1, 1], 0, 10)
    assert high == pytest.approx([9.5, 8.5])


# -- what it says -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("run", EXTREMES)
def test_the_words_of_a_chart_hold_the_numbers_of_its_table(run: str, lang: Language) -> None:
    data = run_data(run)

    def said(name: str, *values: float, decimals: int = 0) -> None:
        words = CHARTS[name].alt_text(data, lang)
        for value in values:
            assert amount(value, lang, decimals) in words, (name, value, words)

    band = ["p50", "p10", "p90"]
    said("need", *by_month(data, "need").iloc[-1][band])
    said("need", by_month(data, "places").iloc[-1]["p50"])
    said("ind", *by_month(data, "pending").iloc[-1][band])
    waited = by_month(data, "waiting_months", "kind:decided_median").iloc[-1][band]
    said("ind", *waited, decimals=1)
    said("occupancy", *(people.iloc[-1] for _, people, _ in layers_of(data, lang)))
    said("occupancy", by_month(data, "places").iloc[-1]["mean"])
    said("housing", *by_month(data, "occupancy", "kind:status_holders").iloc[-1][band])
    said("housing", *people_by_year(data).to_numpy().ravel())
    said("inflow", *inflow_by_year(data)[band].to_numpy().ravel())
    words = CHARTS["gap"].alt_text(data, lang)
    for row in headline_rows(data.budget, data.scenario).to_dict("records"):
        assert billion(row["cost_p50"], lang) in words
        ends = [number(abs(row[f"gap_{q}"]) / 1e9, lang, 1) for q in ("p10", "p90")]
        assert pd.isna(row["budget"]) or all(end in words for end in ends)
        assert pd.isna(row["budget"]) or billion(row["budget"], lang) in words


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("run", EXTREMES)
def test_the_title_of_a_chart_is_a_message_with_the_number_of_its_table(
    run: str, lang: Language
) -> None:
    data = run_data(run)

    def titled(name: str) -> str:
        return title_of(figure(f"{name} of {run}", "column", lang))

    assert amount(by_month(data, "need")["p50"].iloc[-1], lang) in titled("need")
    assert amount(inflow_by_year(data)["p50"].iloc[-1], lang) in titled("inflow")
    people = sum(people for _, people, _ in layers_of(data, lang))
    assert isinstance(people, pd.Series)
    assert amount(people.iloc[-1], lang) in titled("occupancy")
    assert amount(by_month(data, "pending")["p50"].iloc[-1], lang) in titled("ind")
    status = by_month(data, "occupancy", "kind:status_holders")
    assert amount(status["p50"].iloc[-1], lang) in titled("housing")
    rows = headline_rows(data.budget, data.scenario).dropna(subset=["budget"])
    short = rows[rows["gap_p50"] >= 0.05e9]
    row = (short if len(short) else rows.tail(1)).iloc[0]
    even = abs(row["gap_p50"]) < 0.05e9
    assert even or number(abs(row["gap_p50"]) / 1e9, lang, 1) in titled("gap")
    assert str(row["year"]) in titled("gap")
    months = cost_month.cost_by_month(data)
    means = [rows["p50"].mean() for _, rows in cost_month.years_of(months.dropna())]
    assert number(float(means[0]), lang) in titled("cost_month")
    for name in CHARTS:
        assert not titled(name).endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("run", EXTREMES)
def test_the_interval_drawn_and_the_number_in_bold_are_the_gap(run: str) -> None:
    """The line between the bars is the 80% interval of the gap, the label its median."""
    data = run_data(run)
    drawn = figure(f"gap of {run}", "page", "en")
    (axes,) = drawn.axes
    rows = headline_rows(data.budget, data.scenario).dropna(subset=["budget"])
    (lines,) = [one for one in axes.collections if isinstance(one, LineCollection)]
    ends = [np.asarray(path.vertices, float) for path in lines.get_paths()]
    known = np.array([end[:, 1] for end in ends if len(end) and not np.isnan(end).any()])
    assert np.allclose(known, rows[["gap_p10", "gap_p90"]] / 1e9)
    bold = [one for one in axes.texts
            if isinstance(one, Annotation) and one.get_fontweight() == "bold"]  # fmt: skip
    assert [one.xy[0] for one in bold] == list(rows["year"])
    for text, gap in zip(bold, rows["gap_p50"], strict=True):
        said = text.get_text().replace("\n", " ")
        word = "shortfall" if gap > 0 else "surplus"
        expected = f"{word} {number(abs(gap) / 1e9, 'en', 1)}"
        assert said in (expected, "no gap")
        assert abs(gap) < 0.05e9 or said == expected
        assert (text.get_verticalalignment() == "top") == (gap < 0)


@pytest.mark.slow
def test_beside_a_budget_no_english_chart_says_over() -> None:
    for run in EXTREMES:
        for name in ("gap", "budget_year", "cost_month", "vintages"):
            said = written_in(figure(f"{name} of {run}", "page", "en"))
            said += CHARTS[name].alt_text(run_data(run), "en")
            assert re.search(r"\b(over|short)\b", said) is None


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_alt_text_of_runs_side_by_side_holds_their_numbers(lang: Language) -> None:
    runs = all_runs()
    said = multi_run.alt_text(runs, lang)
    last = min(by_month(run, "need").index[-1] for run in runs.values())
    for name, run in runs.items():
        assert name in said
        assert amount(by_month(run, "need")["p50"][last], lang) in said
        known = headline_rows(run.budget, run.scenario).dropna(subset=["budget"])
        assert all(billion(gap, lang) in said for gap in known["gap_p50"])


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_alt_texts_of_scorecard_and_overview_hold_the_numbers_of_their_tables(
    lang: Language,
) -> None:
    said = overview.alt_text(titles(lang), lang)
    for name, title in titles(lang).items():
        assert f"{short_title(title)}: {amount(headlines()[name].need[1], lang)}" in said
        assert billion(headlines()[name].gap[1], lang) in said
    said = scorecard.alt_text(kept(), lang)
    for score in scorecard.whole(kept()):
        ends = (score.program_ratio.value, score.program_ratio.high, score.pool_ratio.low)
        assert all(number(end, lang, 2) in said for end in ends)
        assert f"{number(100 * score.coverage.share, lang)}%" in said


@pytest.mark.long
def test_layers_add_up_to_the_people_and_those_without_a_place() -> None:
    for data in all_runs().values():
        stacked = sum(people for _, people, _ in layers_of(data, "en"))
        people = by_month(data, "occupancy")["mean"] + by_month(data, "shortage")["mean"]
        assert np.allclose(stacked, people, atol=0.5)


@pytest.mark.long
def test_people_without_a_place_are_shown_only_where_spending_follows_the_budget() -> None:
    """Elsewhere it is unmet demand that is priced, with its probability and median in the note."""
    for data in all_runs().values():
        names = [name for name, _, _ in layers_of(data, "en")]
        short = float(by_month(data, "shortage")["mean"].max()) >= 0.5
        closed = data.scenario.closing == "constrained"
        assert ("Without a place" in names) == (short and closed)
        unmet = [name for name in names if name.startswith("Unmet demand, priced as hotel")]
        assert len(unmet) == (short and not closed)
        note = beyond_note(data, "en")
        assert (note != "") == (short and not closed)
        if note and data.unreduced is not None:
            last = data.unreduced[data.unreduced["year"] == data.unreduced["year"].max()]
            there = last["shortage|total|end"]
            assert f"probability {probability(float((there > 0).mean()), 'en')}," in note
            assert f"median {number(float(there.median()), 'en')}." in note


@pytest.mark.slow
def test_who_came_and_was_not_housed_is_who_waits_more() -> None:
    """Where all have a place, the stock of those who wait moves by the difference of the bars."""
    data = run_data("inflow-surge")
    years = people_by_year(data)
    assert data.unreduced is not None
    table = data.unreduced
    status, people, beyond, transit = (table[name] for name in UNREDUCED[2:])
    ends = (status * (1 + beyond / people) + transit).groupby(table["year"]).mean()
    grown = (years["came"] - years["found"]).loc[2026:]
    assert np.allclose(grown, ends.diff().loc[2026:], atol=0.5)


@pytest.mark.slow
def test_a_year_begun_late_stands_at_the_pace_of_a_whole_year() -> None:
    data = run_data("inflow-surge")
    plain, whole = by_year(data, "inflow", "sum"), inflow_by_year(data)
    assert days_simulated(data, 2025) == 339
    assert float(whole["mean"][2025]) == pytest.approx(float(plain["mean"][2025]) * 365 / 339)
    assert float(whole["p90"][2026]) == float(plain["p90"][2026])


# -- files ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes_and_no_date() -> None:
    data = run_data("mpp-2024-i")
    for ending in FORMATS:
        one, two = (
            bytes_of(
                charts.draw("need", data, CHART_SIZES["column"], "nl"),
                f".{ending}", 100, "Behoefte", "Mediaan: € 1 < 2 & meer",
            )
            for _ in range(2)
        )  # fmt: skip
        assert one == two
        assert b"CreationDate" not in one
        assert b"dc:date" not in one


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_a_figure_is_written_as_savefig_writes_it_and_stays_as_it_was(format_: str) -> None:
    figure = charts.draw("gap", run_data("mpp-2024-i"), CHART_SIZES["page"], "en")
    assert isinstance(figure, ChartFigure)
    figure.identity = ""
    canvas, own_dpi = figure.canvas, figure.dpi
    written = bytes_of(figure, f".{format_}", 110, "Gap", "")
    assert (figure.canvas, figure.dpi) == (canvas, own_dpi)
    properties = {"Creator": None, "CreationDate": None, "Producer": None, "Subject": ""}
    if format_ == "svg":
        properties = {"Creator": None, "Date": None}
    elif format_ == "png":
        properties = {"Software": None, "Description": ""}
    with chart_style():
        stream = io.BytesIO()
        figure.savefig(stream, format=format_, dpi=110, metadata={"Title": "Gap", **properties})
    saved = stream.getvalue()
    assert written == (_described(saved, "") if format_ == "svg" else saved)


@pytest.mark.slow
def test_fonts_are_embedded_as_truetype_and_words_are_inside() -> None:
    data = run_data("mpp-2024-i")
    figure = charts.draw("inflow", data, CHART_SIZES["page"], "nl")
    words = "Mediaan < 5 & meer"
    pdf = bytes_of(figure, ".pdf", 100, "Instroom", words)
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    svg = bytes_of(figure, ".svg", 100, "Instroom", words).decode()
    assert "<title>Instroom</title>\n <desc>Mediaan &lt; 5 &amp; meer</desc>" in svg
    assert 'role="img"' in svg
    assert "<text" not in svg
    png = bytes_of(figure, ".png", 50, "Instroom", words)
    assert words.encode() in png


@pytest.mark.slow
def test_chart_draws_into_a_folder_beside_the_run_and_whence_knows_each(
    tmp_path: Path, command: Command
) -> None:
    run = tmp_path / "mpp-2024-i"
    shutil.copytree(run_folder("mpp-2024-i"), run)
    before = {file: file.read_bytes() for file in run.iterdir()}
    words = ("plot", "mpp-2024-i", "gap", "--lang", "nl", "--width", "column")
    done = command(*words, "--format", "png,svg,pdf")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        f"mpp-2024-i-charts/gap-nl-column.{ending}" for ending in FORMATS
    ]
    beside = tmp_path / "mpp-2024-i-charts"
    for ending in FORMATS:
        found = find_in_chart((beside / f"gap-nl-column.{ending}").read_bytes())
        assert found is not None
        assert found.intact
        assert (found.stamp.scenario, found.stamp.seed) == ("mpp-2024-i", "1")
    assert "Staafgrafiek" in (beside / "gap-nl-column.txt").read_text("utf-8")
    assert {file: file.read_bytes() for file in run.iterdir()} == before

    assert command("plot", "mpp-2024-i", "need").returncode == 0
    names = {file.name for file in beside.iterdir()}
    assert {"gap-nl-column.png", "need-en-page.png", "need-en-page.txt", "run.json"} <= names


@pytest.mark.slow
def test_runs_side_by_side_make_one_chart_of_their_own(tmp_path: Path, command: Command) -> None:
    runs = [str(run_folder(name)) for name in EXTREMES]
    done = command("plot", *runs, "-o", "both")
    assert done.returncode == 0, done.stderr
    found = find_in_chart((tmp_path / "both" / "together-en-page.png").read_bytes())
    assert found is not None
    assert found.intact
    assert found.stamp.scenario == ", ".join(EXTREMES)
    for words, said in (
        ((*runs, "need"), "needs no name"),
        ((runs[0], runs[0]), "two runs are called inflow-surge"),
        ((*runs, *runs), "6 runs are too many to distinguish"),
    ):
        done = command("plot", *words, "-o", "none")
        assert (done.returncode, (tmp_path / "none").exists()) == (2, False)
        assert said in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("outputs",), "not the folder of a run"),
        (("run", "nees"), "there is no such chart"),
        (("run", "need", "--format", "gif"), "'gif' is not a format of charts"),
        (("run", "need", "-o", "run/charts"), "this is inside the folder of the run"),
        (("run", "need", "-o", "other"), "this is the folder of 'run', not of 'charts'"),
        (("run", "need", "-o", "thesis"), "contains files that are not a run of opvangsim"),
        (("charts", "need"), "the folder of 'charts' holds no charts that can be drawn again"),
    ],
)
def test_what_can_not_be_drawn_is_refused_and_nothing_is_written(
    words: tuple[str, ...], said: str, tmp_path: Path, command: Command
) -> None:
    for name in ("run", "other"):
        shutil.copytree(run_folder("mpp-2024-i"), tmp_path / name)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.docx").write_text("years of work")
    record_in(tmp_path / "charts", "charts", of="x")
    before = sorted(tmp_path.rglob("*"))
    done = command("plot", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_an_unknown_name_is_answered_with_all_names(command: Command) -> None:
    done = command("plot", str(run_folder("mpp-2024-i")), "nees")
    assert f"choose from {', '.join(CHARTS)}" in done.stderr


@pytest.mark.long
def test_a_run_of_a_day_has_a_chart_of_its_budgets_alone_and_says_so(
    tmp_path: Path, command: Command
) -> None:
    baseline = load("baseline")
    options = replace(QUICK, replications=1, charts=True, until=baseline.start)
    execute(baseline, "day", options, tmp_path / "day")
    assert not list((tmp_path / "day").glob("charts/*"))
    done = command("plot", "day")
    assert done.returncode == 0
    assert done.stdout.split() == [str(Path("day-charts", "vintages-en-page.png"))]
    assert "no chart gap: the run is too short for this chart" in done.stderr
    done = command("plot", "day", "gap")
    assert done.returncode == 2
    assert "the run is too short for this chart" in done.stderr
    done = command("plot", str(run_folder("mpp-2024-i")), "day")
    assert done.returncode == 2
    assert "no days in common" in done.stderr


def test_amounts_are_told_in_hundreds_from_a_thousand_up() -> None:
    assert amount(80_949, "nl") == "80.900"
    assert amount(949.6, "en") == "950"
    assert amount(12.34, "nl", 1) == "12,3"
    assert re.fullmatch(r"[\d.]+", number(1234567, "nl"))
