"""Style sheet of charts: fonts and colours come from it, a user's own one is checked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from support.chart_cases import run_data, run_folder
from support.cli import Command

from sim.errors import ScenarioError
from sim.report import charts
from sim.report.charts.layout import text_width
from sim.report.messages import in_language
from sim.report.style import (
    BLUE,
    CHART_SIZES,
    FORMATS,
    bytes_of,
    chart_style,
    colour,
    font_folder,
    style_sheet,
)
from sim.report.style_sheet import VARIABLE, own_style_sheet

GREEN = "axes.prop_cycle: cycler('color', ['007700', 'cc0000', '888888', '000000'])\n"


def sheet_in(folder: Path, text: str) -> Path:
    """Write a style sheet."""
    made = folder / "own.mplstyle"
    made.write_text(text, "utf-8")
    return made


# -- the shipped sheet ------------------------------------------------------------------------


def test_the_font_of_charts_is_shipped_and_measured() -> None:
    with chart_style():
        found = Path(fontManager.findfont(FontProperties()))
        assert found.parent == font_folder()
        shipped = text_width("Mediaan", 10)
    with mpl.rc_context({"font.family": ["DejaVu Sans"]}):
        assert text_width("Mediaan", 10) > 1.02 * shipped


def test_every_font_file_lies_beside_its_licence() -> None:
    assert "Apache License" in (font_folder() / "LICENSE-Open-Sans.txt").read_text("utf-8")
    names = {file.name for file in font_folder().iterdir()}
    assert {f"OpenSans-{name}.ttf" for name in ("Regular", "Bold", "Italic")} <= names
    for weight in (400, 600, 700):
        assert (font_folder() / f"open-sans-latin-{weight}.woff2").read_bytes()[:4] == b"wOF2"


@pytest.mark.slow
def test_a_chart_has_the_shipped_font_and_names_its_run_in_every_format() -> None:
    data = run_data("mpp-2024-i")
    figure = charts.draw("gap", data, CHART_SIZES["column"], "nl")
    for format_ in FORMATS:
        written = bytes_of(figure, f".{format_}", 50, "Tekort", "")
        assert data.run_id.encode() in written
        assert f"{data.replications} replications, seed {data.seed}".encode() in written
        assert format_ != "pdf" or b"OpenSans" in written


# -- a user's own -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_sheet_of_ones_own_sets_colours_and_font_for_good(tmp_path: Path) -> None:
    """Also when the figure is drawn again after the sheet is no longer in force."""
    own = sheet_in(tmp_path, GREEN + "font.family: DejaVu Serif\n")
    with own_style_sheet(own):
        assert style_sheet() == own
        assert colour(BLUE) == "#007700"
        assert colour("C4") == "#007700", "a shorter cycle begins again"
        figure = charts.draw("need", run_data("mpp-2024-i"), CHART_SIZES["page"], "en")
    assert style_sheet() != own
    lines = [line for line in figure.axes[0].lines if isinstance(line, Line2D)]
    assert "#007700" in {line.get_color() for line in lines}
    assert not any(str(line.get_color()).startswith("C") for line in lines)
    (title, *_) = figure.texts or [figure.axes[0].yaxis.label]
    assert title.get_fontfamily() == ["DejaVu Serif"]


def test_a_font_file_beside_the_sheet_is_used(tmp_path: Path) -> None:
    shutil.copy(font_folder() / "OpenSans-Semibold.ttf", tmp_path / "House.ttf")
    with (
        own_style_sheet(sheet_in(tmp_path, "font.family: Open Sans Semibold\n")),
        chart_style(),
    ):
        names = {Path(entry.fname).name for entry in fontManager.ttflist}
        assert "House.ttf" in names


@pytest.mark.parametrize(
    ("text", "where", "english", "dutch"),
    [
        ("font.famly: Arial", ":1", "'font.famly' is not a key", "is geen sleutel"),
        ("# house style\n\ntext.usetex: True", ":3", "can't set 'text.usetex'", "niet instellen"),
        ("axes.prop_cycle: red", "", "a value can't be read", "niet leesbaar"),
        ("font.family: Rijksoverheid Nowhere", "", "no font is called Rijksoverheid", "lettertype"),
        ("blue", ":1", "'blue' is not a key", "is geen sleutel"),
    ],
)
def test_a_sheet_that_can_not_be_used_is_refused(
    text: str, where: str, english: str, dutch: str, tmp_path: Path
) -> None:
    own = sheet_in(tmp_path, text)
    with pytest.raises(ScenarioError) as raised, own_style_sheet(own):
        pass
    (problem,) = raised.value.problems
    assert problem.where == f"{own}{where}"
    assert english in problem.what
    assert problem.advice
    assert dutch in in_language(problem, "nl")
    assert VARIABLE not in os.environ


@pytest.mark.slow
def test_the_option_style_is_in_force_for_one_command(tmp_path: Path, command: Command) -> None:
    run, own = str(run_folder("mpp-2024-i")), sheet_in(tmp_path, GREEN)
    words = ("plot", run, "need", "--format", "svg", "-o")
    assert command(*words, "own", "--style", str(own)).returncode == 0
    assert command(*words, "shipped").returncode == 0
    here, there = (
        (tmp_path / name / "need-en-page.svg").read_text("utf-8") for name in ("own", "shipped")
    )
    assert "#007700" in here
    assert "#007700" not in there
    done = command(*words, "none", "--style", "nowhere.mplstyle")
    assert done.returncode == 2
    assert "nowhere.mplstyle: there is no such file" in done.stderr
