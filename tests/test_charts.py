"""The charts of a run: nothing overlaps, every shade is told apart, and the words are the table's.

Laws instead of stored pictures: a picture moves with the version of a font, a law does not.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from support.chart_laws import overlaps_of, texts_of
from support.cli import Command
from support.folders import record_in

from sim.report import charts
from sim.report.charts import CHART_SIZES, CHARTS, UNREDUCED, WIDTHS, RunData, Width
from sim.report.charts.data import by_month, by_year, days_simulated
from sim.report.charts.elements import BANDS, amount
from sim.report.charts.gap import SAND
from sim.report.charts.housing import people_by_year
from sim.report.charts.inflow import inflow_by_year
from sim.report.charts.layout import spread_out
from sim.report.charts.occupancy import LAYERS, layers_of, luminance
from sim.report.i18n import Language, billion, number
from sim.report.run_tables import headline_rows
from sim.report.style import BLUE, bytes_of
from sim.runs.batches import Options
from sim.runs.provenance import find_in_chart
from sim.runs.run import execute
from sim.scenario import load

LANGUAGES: tuple[Language, ...] = ("en", "nl")
EXTREMES = {
    "inflow-surge": date(2030, 12, 31),
    "constrained": date(2027, 12, 31),
    "mpp-2024-i": date(2027, 12, 31),
}
"""Last days of runs: a wide fan, people beyond all places, one that begins and ends early."""
QUICK = Options(replications=20, step="week", charts=False, workers=1)
TOLD_APART = 0.1
"""Difference in luminance that grey must show between neighbours."""


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of small runs: to be read, never changed."""
    outputs = tmp_path_factory.mktemp("outputs")
    for name, until in EXTREMES.items():
        execute(load(name), name, replace(QUICK, until=until), outputs / name)
    return {name: outputs / name for name in EXTREMES}


@pytest.fixture(scope="session")
def subjects(folders: dict[str, Path]) -> dict[str, RunData]:
    def read(folder: Path) -> RunData:
        record = json.loads((folder / "run.json").read_text("utf-8"))
        return RunData(
            load(folder / "scenario.resolved.yaml"),
            record["id"],
            QUICK.replications,
            QUICK.seed,
            pd.read_csv(folder / "budget.csv"),
            pd.read_parquet(folder / "monthly.parquet"),
            pd.read_csv(folder / "yearly.csv"),
            pd.read_parquet(folder / "replications.parquet", columns=list(UNREDUCED)),
        )

    return {name: read(folder) for name, folder in folders.items()}


@pytest.fixture(scope="session")
def drawn(subjects: dict[str, RunData]) -> dict[tuple[str, str, Language, Width], Figure]:
    """Every chart in every language and width, of each of the runs."""
    return {
        (run, name, lang, width): charts.draw(name, subject, CHART_SIZES[width], lang)
        for run, subject in subjects.items()
        for name in CHARTS
        for lang in LANGUAGES
        for width in WIDTHS
    }


# -- what is seen -----------------------------------------------------------------------------


@pytest.mark.long
def test_no_two_texts_overlap_and_none_leaves_the_figure(
    drawn: dict[tuple[str, str, Language, Width], Figure],
) -> None:
    wrong = {key: found for key, figure in drawn.items() if (found := overlaps_of(figure))}
    assert wrong == {}


def test_an_overlap_would_be_seen() -> None:
    broken = Figure(figsize=(2, 1))
    broken.text(0.1, 0.5, "first")
    broken.text(0.15, 0.5, "second")
    broken.text(0.9, 0.1, "far too long")
    assert overlaps_of(broken) == ["'first' meets 'second'", "'far too long' leaves the figure"]


@pytest.mark.slow
def test_a_slide_has_no_letters_below_fourteen_points(
    drawn: dict[tuple[str, str, Language, Width], Figure],
) -> None:
    for (_, _, _, width), figure in drawn.items():
        sizes = [text.get_fontsize() for text in texts_of(figure) if text.get_text()]
        assert min(float(size) for size in sizes) >= (14 if width == "slide" else 6)


@pytest.mark.long
def test_figures_are_as_wide_as_they_say(
    drawn: dict[tuple[str, str, Language, Width], Figure],
) -> None:
    wide = {"column": 8.0, "page": 16.0, "slide": 33.87}
    for (_, _, _, width), figure in drawn.items():
        inches = figure.get_size_inches()
        assert 2.54 * inches[0] == pytest.approx(wide[width], abs=0.05)
        if width == "slide":
            assert inches[0] / inches[1] == pytest.approx(16 / 9, abs=0.001)


@pytest.mark.slow
def test_every_figure_names_its_run_its_scenario_and_its_sources(
    drawn: dict[tuple[str, str, Language, Width], Figure], subjects: dict[str, RunData]
) -> None:
    for (run, _, lang, _), figure in drawn.items():
        subject = subjects[run]
        told = " ".join(
            text.get_text().replace("\n", " ").replace("\xa0", " ") for text in figure.texts
        )
        for part in (subject.run_id, getattr(subject.scenario.title, lang), "letter E"):
            assert part in told


@pytest.mark.slow
def test_numbers_on_the_scales_are_those_of_the_language(
    drawn: dict[tuple[str, str, Language, Width], Figure],
) -> None:
    for (_, name, lang, _), figure in drawn.items():
        if name == "need":
            written = figure.axes[0].yaxis.get_major_formatter()
            assert written(100_000.0) == ("100.000" if lang == "nl" else "100,000")


@pytest.mark.long
def test_a_number_on_a_scale_is_the_number_at_its_height(
    drawn: dict[tuple[str, str, Language, Width], Figure],
) -> None:
    for (_, _, lang, _), figure in drawn.items():
        for axes in figure.axes:
            for at in axes.get_yticks():
                said = axes.yaxis.get_major_formatter()(at)
                plain = said.translate(str.maketrans("\N{MINUS SIGN}", "-"))
                plain = plain.replace("." if lang == "nl" else ",", "").replace(",", ".")
                assert float(plain) == pytest.approx(at, abs=1e-9)


def test_neighbours_are_told_apart_in_grey() -> None:
    shades = [luminance(mark.colour) for mark in LAYERS]
    assert all(abs(one - two) >= TOLD_APART for one, two in pairwise([*shades, shades[0]]))
    assert abs(luminance(BLUE) - luminance(SAND)) >= TOLD_APART


def test_bands_line_and_paper_are_told_apart_in_grey() -> None:
    """Each band is drawn over the wider one, the median over both."""
    seen = [np.ones(3)]
    for *_, dense in BANDS:
        seen.append(dense * np.array(to_rgb(BLUE)) + (1 - dense) * seen[-1])
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


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_runs_side_by_side_do_not_overlap_and_say_their_numbers(
    subjects: dict[str, RunData], lang: Language
) -> None:
    for width in WIDTHS:
        assert overlaps_of(charts.draw_together(subjects, CHART_SIZES[width], lang)) == []
    words = charts.together.words(subjects, lang)
    last = min(by_month(one, "need").index[-1] for one in subjects.values())
    for name, subject in subjects.items():
        assert name in words
        assert amount(by_month(subject, "need")["p50"][last], lang) in words
        held = headline_rows(subject.budget, subject.scenario).dropna(subset=["budget"])
        assert all(billion(gap, lang) in words for gap in held["gap_p50"])


# -- what it says -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("run", EXTREMES)
def test_the_words_of_a_chart_hold_the_numbers_of_its_table(
    subjects: dict[str, RunData], run: str, lang: Language
) -> None:
    subject = subjects[run]

    def said(name: str, *values: float, decimals: int = 0) -> None:
        words = CHARTS[name].words(subject, lang)
        for value in values:
            assert amount(value, lang, decimals) in words, (name, value, words)

    band = ["p50", "p10", "p90"]
    said("need", *by_month(subject, "need").iloc[-1][band])
    said("need", by_month(subject, "places").iloc[-1]["p50"])
    said("ind", *by_month(subject, "pending").iloc[-1][band])
    waited = by_month(subject, "waiting_months", "kind:median").iloc[-1][band]
    said("ind", *waited, decimals=1)
    said("occupancy", *(people.iloc[-1] for _, people, _ in layers_of(subject, lang)))
    said("occupancy", by_month(subject, "places").iloc[-1]["mean"])
    said("housing", *by_month(subject, "occupancy", "kind:status_holders").iloc[-1][band])
    said("housing", *people_by_year(subject).to_numpy().ravel())
    said("inflow", *inflow_by_year(subject)[band].to_numpy().ravel())
    words = CHARTS["gap"].words(subject, lang)
    for row in headline_rows(subject.budget, subject.scenario).to_dict("records"):
        assert billion(row["cost_p50"], lang) in words
        assert pd.isna(row["budget"]) or billion(row["budget"], lang) in words


@pytest.mark.long
def test_layers_add_up_to_the_people_and_those_without_a_place(
    subjects: dict[str, RunData],
) -> None:
    for subject in subjects.values():
        stacked = sum(people for _, people, _ in layers_of(subject, "en"))
        people = by_month(subject, "occupancy")["mean"] + by_month(subject, "shortage")["mean"]
        assert np.allclose(stacked, people, atol=0.5)


@pytest.mark.slow
def test_who_came_and_was_not_housed_is_who_waits_more(subjects: dict[str, RunData]) -> None:
    """Where all have a place, the stock of those who wait moves by the difference of the bars."""
    subject = subjects["inflow-surge"]
    years = people_by_year(subject)
    assert subject.unreduced is not None
    table = subject.unreduced
    status, people, beyond, transit = (table[name] for name in UNREDUCED[2:])
    ends = (status * (1 + beyond / people) + transit).groupby(table["year"]).mean()
    grown = (years["came"] - years["found"]).loc[2026:]
    assert np.allclose(grown, ends.diff().loc[2026:], atol=0.5)


@pytest.mark.slow
def test_a_year_begun_late_stands_at_the_pace_of_a_whole_year(
    subjects: dict[str, RunData],
) -> None:
    subject = subjects["inflow-surge"]
    plain, whole = by_year(subject, "inflow", "sum"), inflow_by_year(subject)
    assert days_simulated(subject, 2025) == 339
    assert float(whole["mean"][2025]) == pytest.approx(float(plain["mean"][2025]) * 365 / 339)
    assert float(whole["p90"][2026]) == float(plain["p90"][2026])


# -- files ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes_and_no_date(subjects: dict[str, RunData]) -> None:
    subject = subjects["mpp-2024-i"]
    for ending in charts.FORMATS:
        one, two = (
            bytes_of(
                charts.draw("need", subject, CHART_SIZES["column"], "nl"),
                f".{ending}", 100, "Behoefte", "Mediaan: € 1 < 2 & meer",
            )
            for _ in range(2)
        )  # fmt: skip
        assert one == two
        assert b"CreationDate" not in one
        assert b"dc:date" not in one


@pytest.mark.slow
def test_fonts_are_embedded_as_truetype_and_words_are_inside(
    subjects: dict[str, RunData],
) -> None:
    subject = subjects["mpp-2024-i"]
    figure = charts.draw("inflow", subject, CHART_SIZES["page"], "nl")
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
    folders: dict[str, Path], tmp_path: Path, command: Command
) -> None:
    run = tmp_path / "mpp-2024-i"
    shutil.copytree(folders["mpp-2024-i"], run)
    before = {file: file.read_bytes() for file in run.iterdir()}
    words = ("plot", "mpp-2024-i", "gap", "--lang", "nl", "--width", "column")
    done = command(*words, "--format", "png,svg,pdf")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        f"mpp-2024-i-charts/gap-nl-column.{ending}" for ending in charts.FORMATS
    ]
    beside = tmp_path / "mpp-2024-i-charts"
    for ending in charts.FORMATS:
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
def test_runs_side_by_side_make_one_chart_of_their_own(
    folders: dict[str, Path], tmp_path: Path, command: Command
) -> None:
    runs = [str(folder) for folder in folders.values()]
    done = command("plot", *runs, "-o", "both")
    assert done.returncode == 0, done.stderr
    found = find_in_chart((tmp_path / "both" / "together-en-page.png").read_bytes())
    assert found is not None
    assert found.intact
    assert found.stamp.scenario == ", ".join(EXTREMES)
    for words, said in (
        ((*runs, "need"), "needs no name"),
        ((runs[0], runs[0]), "two runs are called inflow-surge"),
        ((*runs, *runs), "6 runs are too many to tell apart"),
    ):
        done = command("plot", *words, "-o", "none")
        assert (done.returncode, (tmp_path / "none").exists()) == (2, False)
        assert said in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("outputs",), "this is no folder of a run"),
        (("run", "nees"), "there is no such chart"),
        (("run", "need", "--format", "gif"), "'gif' is no format of a chart"),
        (("run", "need", "-o", "run/charts"), "this lies in the folder of the run"),
        (("run", "need", "-o", "other"), "this is the folder of a run, not of charts"),
        (("run", "need", "-o", "thesis"), "something that is not a run of ours"),
        (("charts", "need"), "the folder of 'charts' holds no charts that can be drawn again"),
    ],
)
def test_what_can_not_be_drawn_is_refused_and_nothing_is_written(
    words: tuple[str, ...], said: str, folders: dict[str, Path], tmp_path: Path, command: Command
) -> None:
    for name in ("run", "other"):
        shutil.copytree(folders["mpp-2024-i"], tmp_path / name)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.docx").write_text("years of work")
    record_in(tmp_path / "charts", "charts", of="x")
    before = sorted(tmp_path.rglob("*"))
    done = command("plot", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_an_unknown_name_is_answered_with_all_names(
    folders: dict[str, Path], command: Command
) -> None:
    done = command("plot", str(folders["mpp-2024-i"]), "nees")
    assert f"choose from {', '.join(CHARTS)}" in done.stderr


@pytest.mark.long
def test_a_run_of_a_day_has_no_charts_and_says_so(
    folders: dict[str, Path], tmp_path: Path, command: Command
) -> None:
    baseline = load("baseline")
    options = Options(replications=1, step="week", workers=1, until=baseline.start)
    execute(baseline, "day", options, tmp_path / "day")
    assert not list((tmp_path / "day" / "charts").iterdir())
    done = command("plot", "day")
    assert done.returncode == 2
    assert "the run is too short for this chart" in done.stderr
    done = command("plot", str(folders["mpp-2024-i"]), "day")
    assert done.returncode == 2
    assert "no days in common" in done.stderr


def test_amounts_are_told_in_hundreds_from_a_thousand_up() -> None:
    assert amount(80_949, "nl") == "80.900"
    assert amount(949.6, "en") == "950"
    assert amount(12.34, "nl", 1) == "12,3"
    assert re.fullmatch(r"[\d.]+", number(1234567, "nl"))
