"""The IND against COA: less for the one beside more elsewhere, a pair of bars a cut."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from ..report.charts.bar_rows import Rows, new_rows
from ..report.charts.elements import BILLION, listed, source, title_of_scenario, write_right
from ..report.charts.layout import LegendEntry, Swatch, finish
from ..report.charts.scales import number_scale, zero_line
from ..report.i18n import Language, billion, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import DARK, ChartSize

TOTAL = "total"
"""In place of a year: all years together."""
LESS, MORE = Swatch("#5b5b5b"), Swatch("#f2c99b", "///")


def cut_name(cut: str, lang: Language) -> str:
    """Return a cut in words."""
    return translate(f"ind_coa_cut_{cut}", lang)


def _whole(told: StudyData) -> tuple[pd.DataFrame, list[int]]:
    """All years together, a row a cut; and which years these are."""
    table = told.table("ind_coa").astype({"year": str})
    years = [int(year) for year in table["year"].unique() if year != TOTAL]
    return table[table["year"] == TOTAL], years


def _title(told: StudyData, years: list[int], lang: Language) -> str:
    return translate("ind_coa_chart", lang, first=told.asked["from"], last=years[-1])


def draw(told: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A pair of bars a cut, with the 80 % band of what costs more."""
    whole, years = _whole(told)
    scenario = told.first
    note = translate("study_ind_coa_note", lang, year=told.asked["from"])
    rows = new_rows(
        size,
        _title(told, years, lang),
        [translate("ind_coa_axis", lang, prices=prices_label(scenario, lang))],
        [cut_name(cut, lang) for cut in whole["cut"]],
        lambda _: [note, source(told, title_of_scenario(scenario, lang), lang)],
        lines=1.8,
        entries=[
            [
                LegendEntry(LESS, translate("ind_coa_less", lang)),
                LegendEntry(MORE, translate("ind_coa_elsewhere", lang)),
            ]
        ],
    )
    _bars(rows, whole, lang)
    return finish(rows.layout)


def _bars(rows: Rows, whole: pd.DataFrame, lang: Language) -> None:
    size, (axes,) = rows.layout.size, rows.layout.panels
    half = 0.46 * rows.tall
    written = []
    for at, row in zip(rows.at, whole.to_dict("records"), strict=True):
        less, more, low, high = (row[name] / BILLION
                                 for name in ("less", "more", "more_p10", "more_p90"))  # fmt: skip
        for value, mark, place in ((less, LESS, at - half / 2), (more, MORE, at + half / 2)):
            axes.barh(place, value, half, color=mark.colour, hatch=mark.hatch, edgecolor=DARK,
                      linewidth=0.25 * size.line)  # fmt: skip
        axes.hlines(at + half / 2, low, high, color=DARK, linewidth=0.7 * size.line)
        written += [(max(less, 0.0), at - half / 2, number(less, lang, 2)),
                    (max(more, high, 0.0), at + half / 2, number(more, lang, 2))]  # fmt: skip
    zero_line(axes.xaxis)
    number_scale(axes.xaxis, lang, 7)
    for end, place, text in written:
        write_right(axes, end, place, text, rows.points)


def words(told: StudyData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    whole, years = _whole(told)
    parts = [
        translate(
            "alt_ind_coa_cut",
            lang,
            cut=cut_name(row["cut"], lang),
            less=billion(row["less"], lang, 2),
            more=billion(row["more"], lang, 2),
            low=number(row["more_p10"] / BILLION, lang, 2),
            high=number(row["more_p90"] / BILLION, lang, 2),
        )
        for row in whole.to_dict("records")
    ]
    return translate("alt_ind_coa", lang, title=_title(told, years, lang), told=listed(parts))
