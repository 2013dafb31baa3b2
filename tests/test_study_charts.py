"""Charts of studies: their alt texts hold the numbers of their tables, and how they are drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from support.chart_cases import COMMANDS, LANGUAGES, MADE_UP, STUDIES, TINY, loaded, study
from support.chart_laws import written_in
from support.cli import Command
from support.folders import record_in

from sim.report.charts.elements import amount
from sim.report.charts.layout import Swatch
from sim.report.charts.names import scenario_label
from sim.report.charts.occupancy import luminance
from sim.report.i18n import Language, billion, million, number, probability, translate
from sim.report.study_data import StudyData
from sim.runs.provenance import find_in_chart
from sim.scenario import load
from sim.studies import STUDIES as REGISTERED
from sim.studies import compare_chart as differences
from sim.studies import ind_cut as ind_coa
from sim.studies import plan_search_chart as search_chart
from sim.studies import plan_search_words as search_words
from sim.studies import plan_value_chart, sensitivity
from sim.studies import scatter_chart as scatter
from sim.studies.base import chart_text, draw_chart, write_chart
from sim.studies.discover_text import percent, plainly
from sim.studies.sweep_chart import along_levers

TOLD_APART = 0.1


@pytest.mark.long
@pytest.mark.parametrize("kind", STUDIES)
def test_the_same_study_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_chart(study(kind), tmp_path / name, "nl", "column", ["svg"])
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert len(files) == 2
    for name in files:
        one, two = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two"))
        assert one == two, name
        assert b"dc:date" not in one


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", STUDIES)
def test_the_words_hold_the_numbers_of_the_tables(kind: str, lang: Language) -> None:
    data = study(kind)
    words = chart_text(data, lang)
    for text in NUMBERS[data.record["kind"]](data, lang):
        assert text in words, (text, words)


def of_comparison(data: StudyData, lang: Language) -> list[str]:
    table, monthly = data.table("differences"), data.table("monthly")
    gaps = table[(table["series"] == "gap") & (table["breakdown"] == "total")]
    people = monthly[(monthly["series"] == "occupancy") & (monthly["breakdown"] == "total")]
    last = people.groupby("scenario")["difference_p50"].last()
    return [*(billion(eur, lang) for eur in gaps["difference_p50"]),
            *(amount(value, lang) for value in last)]  # fmt: skip


def of_explanation(data: StudyData, lang: Language) -> list[str]:
    effects = [eur for eur in data.table("effects")["effect"] if eur]
    ends = data.table("cells").set_index("of")["value"].drop("residual")
    return [*(number(eur / 1e9, lang, 2) for eur in effects), *(billion(v, lang) for v in ends)]


def of_plans(data: StudyData, lang: Language) -> list[str]:
    table = data.table("plans")
    return [*(billion(eur, lang, 2) for eur in table["cost_mean"]),
            *(probability(p, lang) for p in table["p_short"])]  # fmt: skip


def of_solution(data: StudyData, lang: Language) -> list[str]:
    answer, points = data.table("answer"), data.table("points")
    if data.has("chances"):
        found = [number(answer[name].iloc[0] / 1e9, lang, 3) for name in ("answer", "p10", "p90")]
        curve = data.table("chances").set_index("chance")["amount"]
        return [*found, *(billion(curve[chance], lang, 2) for chance in (0.1, 0.5, 0.9))]
    return [
        billion(points["held"].iloc[0], lang, 2),
        billion(points["held"].iloc[-1], lang, 2),
    ]


def of_enough(data: StudyData, lang: Language) -> list[str]:
    table = data.table("amounts")
    return [billion(eur, lang, 2) for name in ("amount", "budget") for eur in table[name]]


def of_frontier(data: StudyData, lang: Language) -> list[str]:
    held = data.table("grid")["held"]
    return [billion(held.iloc[at], lang, 2) for at in (0, 2, 6, 8)]


def of_stock(data: StudyData, lang: Language) -> list[str]:
    tried = data.table("stock")
    tried = tried[tried["kind"] == "tried"]
    best = data.table("best").set_index("by")["places"]
    ends = [number(tried[f"cost_{by}"].iloc[at] / 1e9, lang, 1)
            for by in ("mean", "p90") for at in (0, -1)]  # fmt: skip
    return [*ends, number(best["mean"], lang), number(best["p90"], lang)]


def of_search(data: StudyData, lang: Language) -> list[str]:
    """The scenario as it is and the best plan, or both ends of a front."""
    first, second = search_words.aims(data)[0], search_chart.along(data)
    rows = search_words.rows_of(data, "as_is", "best", "front")
    ends = [rows[0], *rows[1:2], rows[-1]]
    return [search_words.value_words(aim, row[aim.column], lang)
            for row in ends for aim in (first, second)]  # fmt: skip


def of_ind_coa(data: StudyData, lang: Language) -> list[str]:
    table = data.table("ind_coa").astype({"year": str})
    whole = table[table["year"] == "total"]
    return [billion(eur, lang, 2) for name in ("less", "more") for eur in whole[name]]


def of_sensitivity(data: StudyData, lang: Language) -> list[str]:
    indices, tornado = data.table("indices"), data.table("tornado")
    first = slice(0, sensitivity.TOLD_OF)
    return [*(number(100 * share, lang, 1) for share in indices["total"][first]),
            *(number(eur / 1e9, lang, 2) for eur in tornado["high"][first])]  # fmt: skip


def of_plan_value(data: StudyData, lang: Language) -> list[str]:
    (whole,) = data.table("whole").to_dict("records")
    first = data.table("values")[: plan_value_chart.TOLD_OF]
    amounts = [whole["evpi"], *first["value"], *first["value_low"], *first["value_high"]]
    return [million(eur, lang) for eur in amounts]


def of_discovery(data: StudyData, lang: Language) -> list[str]:
    row = data.table("boxes").iloc[0]
    ends = data.table("boxes").query("box == 1")[["low", "high"]].to_numpy(float).ravel()
    data_of = [percent(row["coverage"], lang), percent(row["density"], lang)]
    limits = [plainly(end, lang) for end in ends if end == end]
    return [*data_of, number(row["runs"], lang), *limits]


def of_sweep(data: StudyData, lang: Language) -> list[str]:
    table = data.table("sweep")
    by_price = table.groupby("price")["gap.total.2027:mean"].median()
    first = along_levers(data)[0]
    return [billion(eur, lang) for eur in (*by_price, first.middle[0], first.middle[-1])]


NUMBERS: dict[str, Callable[[StudyData, Language], list[str]]] = {
    "comparison": of_comparison,
    "explanation": of_explanation,
    "enough": of_enough,
    "solution": of_solution,
    "frontier": of_frontier,
    "stock": of_stock,
    "plan_comparison": of_plans,
    "plan_search": of_search,
    "ind_coa": of_ind_coa,
    "sensitivity": of_sensitivity,
    "plan_value": of_plan_value,
    "discovery": of_discovery,
    "sweep": of_sweep,
}


def test_every_kind_of_study_has_a_chart_that_is_tried_here() -> None:
    kinds = {kind for one in REGISTERED.values() for kind in one.kinds}
    assert set(NUMBERS) == kinds
    tried = {name.partition("-")[0] for name in COMMANDS}
    assert {*tried, *(kind.partition(" ")[0] for kind in MADE_UP)} == kinds


# -- what is seen -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "swatches",
    [(ind_coa.LESS, ind_coa.MORE), (sensitivity.LOW, sensitivity.HIGH),
     (plan_value_chart.NUMBER, plan_value_chart.INFLOW),
     tuple(Swatch(scatter._hex(share)) for share in scatter.STEPS)],
)  # fmt: skip
def test_fills_are_data_apart_in_grey(swatches: tuple[Swatch, ...]) -> None:
    for one, two in combinations(swatches, 2):
        apart = abs(luminance(one.colour) - luminance(two.colour))
        assert apart >= TOLD_APART or one.hatch != two.hatch


def test_scenarios_compared_have_marks_and_dashes_of_their_own() -> None:
    for one, two in combinations(differences.MARKS, 2):
        assert one.marker != two.marker
        assert one.dashes != two.dashes


@pytest.mark.slow
def test_runs_at_the_same_places_do_not_hide_one_another() -> None:
    """On a grid every place has one circle, none of which meets another."""
    data = study("discovery on a grid")
    figure = draw_chart(data, "en", "page")
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
    runs = data.table("runs")
    places = runs[["inflow.first@2026", "housing.homes"]].drop_duplicates()
    assert 4 < len(circles) <= len(places)
    for (a, wide), (b, other) in combinations(circles, 2):
        assert np.hypot(*(np.asarray(a) - np.asarray(b))) >= (wide + other) / 2 - 0.5


@pytest.mark.long
def test_the_box_is_drawn_where_its_limits_are() -> None:
    data = study("discovery")
    axes = draw_chart(data, "nl", "page").axes[1]
    ends = data.table("boxes").query("box == 1")[["low", "high"]].to_numpy(float).ravel()
    edges = [edge for one in axes.patches for edge in (
        one.get_x(), one.get_x() + one.get_width(), one.get_y(), one.get_y() + one.get_height())]  # type: ignore[attr-defined]  # fmt: skip
    assert any(np.isclose(edge, end) for edge in edges for end in ends if end == end)


@pytest.mark.slow
def test_a_slide_keeps_chance_among_the_inputs_and_says_how_many_are_left_out() -> None:
    figure = draw_chart(study("sensitivity"), "en", "slide")
    names = list(figure.axes[0].get_yticklabels())
    assert names[-1].get_text() == "process noise"
    assert f"{26 - len(names)} more inputs" in written_in(figure)


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", STUDIES)
def test_titles_say_the_message_with_a_number_and_no_label_is_a_file_name_or_key(
    kind: str, lang: Language
) -> None:
    """A title has a number and no full stop; files and keys are what one types, not what it is."""
    figure = draw_chart(study(kind), lang, "page")
    title = " ".join(figure.get_suptitle().split())
    assert re.search(r"\d", title) or "geen" in title or "no value" in title, title
    assert not title.endswith("."), title
    written = written_in(figure)
    for name in ("faster-housing", "coa-prices", "regular-27100", "baseline", "owb2025"):
        assert name not in written, (name, written)
    assert not re.search(r"\b(inflow|housing|prices|budget)\.[a-z_]+", written), written
    assert study(kind).id not in written
    assert getattr(figure, "identity", "").startswith(f"opvangsim study {study(kind).id}")


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_comparison_tells_only_the_panels_that_it_has(lang: Language) -> None:
    """A series in which nothing differs has no panel, no legend of its own, and no mention."""
    data = study("comparison")
    whole = data.table

    def table(name: str) -> pd.DataFrame:
        found = whole(name)
        if name != "monthly":
            return found
        still = found["series"] != "occupancy"
        columns = [one for one in found.columns if one.startswith("difference_")]
        found.loc[still, columns] = 0.0
        return found

    less = replace(data, table=table)
    heads = differences.heads_of(differences.comparison_of(less), lang)
    figure, words = draw_chart(less, lang, "page"), chart_text(less, lang)
    assert len(heads) == len(figure.axes) == 2
    assert len(figure.legends) == 1
    for head in heads:
        assert head in words
    for series in ("pending", "waiting_months"):
        assert translate(f"compare_{series}_axis", lang) not in words


def test_a_scenario_changed_on_the_command_line_has_a_label_in_words() -> None:
    label = scenario_label(load("baseline", sets=["prices.empty_bed=+10%"]), "nl")
    assert label.startswith("Basispad, met ")
    assert label.endswith(" +10%")
    assert "prices." not in label


@pytest.mark.long
def test_the_chart_of_a_frontier_writes_numbers_on_no_line_of_the_limit() -> None:
    """The limit runs between squares; numbers stand in their middle, without a halo."""
    axes = draw_chart(study("frontier"), "en", "page").axes[0]
    numbers = [text for text in axes.texts if text.get_text()]
    assert numbers
    for text in numbers:
        assert not text.get_path_effects()
        for line in axes.lines:
            xs, ys = (np.asarray(values, float) for values in (line.get_xdata(), line.get_ydata()))
            x, y = text.get_position()
            assert not (xs.min() <= x <= xs.max() and ys.min() <= y <= ys.max())


# -- files ------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_study_lays_its_chart_with_its_words_into_its_folder_and_draws_it_anew(
    tmp_path: Path, command: Command
) -> None:
    assert command(*COMMANDS["explanation"], *TINY, "-o", "here").returncode == 0
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
    data = study("discovery")
    data.table("boxes").iloc[:0].to_csv(into / "boxes.csv", index=False)
    record_in(into, **data.record)
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
    assert "Stippen met intervallen voor" in (tmp_path / "one.svg").read_text("utf-8")
    assert "Dots with intervals for" in (tmp_path / "all" / "overview-en-slide.txt").read_text()
    wrong = command("scenario", "overview", "-o", "one.gif")
    assert wrong.returncode == 2
    assert "no .png, .svg or .pdf" in wrong.stderr
