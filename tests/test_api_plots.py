"""Charts in Python: on matplotlib axes, those of the user or of a new figure, and to publish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import sim
from sim.errors import ScenarioError
from sim.report.charts import CHARTS

pytestmark = pytest.mark.slow
PANELS = {"ind": 2, "housing": 2, "vintages": 3}
"""Panels of charts that have more than one."""


@pytest.fixture(scope="module")
def result() -> Any:
    return sim.run("baseline", replications=5, step="week", workers=1)


@pytest.fixture(autouse=True)
def _no_figures_left() -> Iterator[None]:
    yield
    plt.close("all")


def axes_for(name: str) -> tuple[Figure, list[Axes]]:
    figure, made = plt.subplots(1, PANELS.get(name, 1), figsize=(9, 4), squeeze=False)
    return figure, list(made.flat)


def test_every_chart_is_a_method(result: Any) -> None:
    assert set(dir(result.plot)) == set(CHARTS)
    for name in CHARTS:
        assert getattr(result.plot, name).__doc__
    assert "need()" in repr(result.plot)
    assert result.id not in repr(result.plot)


@pytest.mark.long
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_into_given_axes_and_leaves_their_figure_alone(
    result: Any, name: str
) -> None:
    """Title, quantity and legend are those of the axes; nothing is written on the figure."""
    figure, axes = axes_for(name)
    size, layout = figure.get_size_inches().tolist(), figure.get_layout_engine()
    before = set(figure.get_children())
    found = getattr(result.plot, name)(ax=axes if len(axes) > 1 else axes[0])
    assert list(np.atleast_1d(found)) == axes
    assert set(figure.get_children()) == before
    assert figure.get_suptitle() == figure.get_supxlabel() == ""
    assert figure.get_size_inches().tolist() == size
    assert figure.get_layout_engine() is layout
    for one in axes:
        assert one.has_data()
        assert one.get_title()
    if len(axes) == 1:
        assert axes[0].get_ylabel()
        assert axes[0].get_legend() is not None
    figure.canvas.draw()


def test_given_axes_keep_the_style_of_their_figure(result: Any) -> None:
    with mpl.rc_context({"font.size": 17.0, "axes.spines.top": True}):
        _, (axes,) = axes_for("gap")
        result.plot.gap(axes)
        assert axes.spines["top"].get_visible()
        assert max(text.get_fontsize() for text in axes.texts) == 17.0


def test_without_axes_pyplot_has_a_figure_that_tells_in_words_what_it_shows(
    result: Any,
) -> None:
    axes: Any = result.plot.gap(lang="nl")
    assert type(axes) is Axes
    figure: Any = axes.get_figure(root=True)
    words = result.chart("gap", "nl").words
    data, about = figure._repr_mimebundle_()
    assert data["text/plain"] == words == about["image/png"]["alt"]
    assert figure.get_suptitle()
    assert plt.gcf() is figure
    both = result.plot.ind()
    assert isinstance(both, np.ndarray)
    assert [type(one) for one in both] == [Axes, Axes]


def test_a_chart_of_several_panels_takes_as_many_axes_or_a_part_of_a_figure(
    result: Any,
) -> None:
    figure = plt.figure(figsize=(10, 4), layout="constrained")
    parts: Any = figure.subfigures(1, 2)
    left, right = parts
    found = result.plot.housing(ax=left)
    assert list(np.atleast_1d(found)) == left.axes
    assert len(left.axes) == 2
    assert not right.axes
    assert left.get_suptitle() == ""
    _, axes = axes_for("ind")
    with pytest.raises(ScenarioError, match=r"^ax: the chart has 1 panels, and 2 axes were given"):
        result.plot.gap(ax=axes)
    with pytest.raises(ScenarioError, match=r"^ax: the chart has 2 panels, and 1 axes were given"):
        result.plot.ind(ax=axes[0])
    with pytest.raises(ScenarioError, match="no axes of matplotlib: 'here'"):
        result.plot.gap(ax="here")


def test_a_chart_that_there_is_not_is_refused_with_a_suggestion(result: Any) -> None:
    with pytest.raises(ScenarioError, match="no chart 'ocupancy'\n    did you mean 'occupancy'"):
        result.chart("ocupancy")
    with pytest.raises(ScenarioError, match="charts: need, gap"):
        result.chart("zzz")
    for draw in (result.plot.gap, lambda **given: result.chart("gap", **given)):
        with pytest.raises(ScenarioError, match="no language 'de'"):
            draw(lang="de")
        with pytest.raises(ScenarioError, match="no width 'wide'"):
            draw(width="wide")
    _, (axes,) = axes_for("gap")
    with pytest.raises(ScenarioError, match="no language 'de'"):
        result.plot.gap(axes, lang="de")


@pytest.mark.long
def test_reports_of_studies_are_drawn_on_axes_too() -> None:
    base = sim.load("baseline")
    explained: Any = base.explain("faster-housing", replications=3, step="week", workers=1)
    _, (axes,) = axes_for("explain")
    assert explained.plot(axes) is axes
    assert axes.get_xlabel()
    assert axes.get_title()
    title = explained.plot().get_figure().get_suptitle()
    assert " ".join(title.split()) == explained.chart().title
    _, both = axes_for("ind")
    card: Any = sim.score_hindcasts()
    assert list(card.plot(both)) == both


def test_a_chart_to_publish_shows_itself_small_and_with_words(result: Any) -> None:
    chart = result.chart("need", "nl")
    data, about = chart._repr_mimebundle_()
    assert data["text/plain"] == chart.words == about["image/png"]["alt"]
    assert "behoefte" in chart.words.lower()
    assert len(data["image/png"]) < 60_000
    narrow = result.chart("need", "nl", "column")._repr_mimebundle_()
    assert 400 < narrow[1]["image/png"]["width"] < about["image/png"]["width"]
    assert len(narrow[0]["image/png"]) < 60_000


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_saved_chart_tells_where_it_comes_from(result: Any, tmp_path: Path, ending: str) -> None:
    file = result.chart("gap").save(tmp_path / f"gap.{ending}")
    told = sim.provenance(file)
    assert told["run"] == result.id
    assert told["intact"]
