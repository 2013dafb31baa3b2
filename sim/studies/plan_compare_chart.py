"""Chart of a comparison of plans: expected cost against the probability of a shortage."""

from __future__ import annotations

from matplotlib.figure import Figure

from ..report.charts.layout import finish, new_figure
from ..report.i18n import Language
from ..report.study_data import StudyData
from ..report.style import ChartSize


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """Draw a point a plan."""
    layout = new_figure(size, lang, [""], [""])
    plans = data.table("plans")
    layout.panels[0].plot(plans["p_short"], plans["cost_mean"], "o")
    return finish(layout)


def words(data: StudyData, lang: Language) -> str:
    """Describe the chart."""
    return f"{lang}: {len(data.table('plans'))}"
