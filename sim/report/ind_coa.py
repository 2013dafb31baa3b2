"""The IND against COA: a table of what a cut costs elsewhere, a chart, and the sentence."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from rich.table import Table

from ..decide.ind_coa import TOTAL, IndCoa
from ..scenario import Scenario
from ..trial import Settings
from .canvas import DARK, GREY, ORANGE, STYLE, head_and_foot, page
from .labels import Language, label, million, number
from .text import prices_label

COLUMNS = ("less", "more_coa", "more_nidos", "more_penalties", "net")


def cut_name(cut: str, lang: Language) -> str:
    """A cut in words."""
    return label(f"ind_coa_cut_{cut}", lang)


def table(found: IndCoa, scenario: Scenario, lang: Language) -> Table:
    """By cut and year: less for the IND, more elsewhere, and euros at COA for each euro less."""
    title = label("ind_coa_title", lang, year=found.since, prices=prices_label(scenario, lang))
    shown = Table(title=title.replace("[", r"\["), title_justify="left")
    columns = [c for c in COLUMNS if c != "more_nidos" or found.table[c].any()]
    shown.add_column(label("ind_coa_cut", lang), max_width=32)
    shown.add_column(label("year", lang), no_wrap=True)
    for key in columns:
        shown.add_column(label(f"ind_coa_{key}", lang), justify="right")
    shown.add_column(label("ind_coa_per_euro", lang), justify="right", no_wrap=True)
    for cut, rows in found.table.groupby("cut", sort=False):
        first = True
        for row in rows.to_dict("records"):
            if row["year"] != TOTAL and int(row["year"]) < found.since:
                continue
            year = label("ind_coa_all_years", lang) if row["year"] == TOTAL else row["year"]
            amounts = [million(row[column], lang) for column in columns]
            name = cut_name(str(cut), lang) if first else ""
            shown.add_row(name, year, *amounts, _per_euro(row, lang))
            first = False
        shown.add_section()
    return shown


def _per_euro(row: dict, lang: Language) -> str:  # type: ignore[type-arg]
    if row["per_euro"] != row["per_euro"]:
        return ""
    low, high = (number(row[f"per_euro_{q}"], lang, 1) for q in ("p10", "p90"))
    return f"{number(row['per_euro'], lang, 1)} {label('from_to', lang, low=low, high=high)}"


def sentences(found: IndCoa, settings: Settings, lang: Language) -> list[str]:
    """What each euro less costs over all years, for asylum and for family work, and the method."""
    whole = found.table[found.table["year"] == TOTAL].set_index("cut")
    years = [int(year) for year in found.table["year"].unique() if year != TOTAL]

    def per(cut: str, column: str = "per_euro") -> str:
        return number(float(whole.loc[cut, column]), lang, 1)  # type: ignore[arg-type]

    n, step = number(settings.replications, lang), label(f"step_{settings.step}", lang)
    return [
        label(
            "ind_coa_sentence", lang, first=found.since, last=years[-1], per=per("all_20"),
            low=per("all_20", "per_euro_p10"), high=per("all_20", "per_euro_p90"),
            asylum=per("asylum_20"), family=per("family_20"),
        ),
        label("ind_coa_method", lang),
        label("trial_method", lang, n=n, step=step),
    ]  # fmt: skip


def chart(found: IndCoa, scenario: Scenario, settings: Settings, study_id: str,
          lang: Language) -> Figure:  # fmt: skip
    """Over all years together: less for the IND beside more elsewhere, a pair of bars a cut."""
    whole = found.table[found.table["year"] == TOTAL]
    years = [int(year) for year in found.table["year"].unique() if year != TOTAL]
    with mpl.rc_context(STYLE):
        figure = page(4.6)
        axes = figure.add_axes((0.33, 0.22, 0.63, 0.6))
        rows = np.arange(len(whole))
        less = whole["less"].to_numpy() / 1e9
        more, low, high = (whole[f"more{q}"].to_numpy() / 1e9 for q in ("", "_p10", "_p90"))
        axes.barh(rows - 0.19, less, 0.36, color=GREY, label=label("ind_coa_less", lang))
        axes.barh(rows + 0.19, more, 0.36, color=ORANGE, hatch="///", edgecolor=DARK,
                  linewidth=0.5, label=label("ind_coa_elsewhere", lang))  # fmt: skip
        axes.hlines(rows + 0.19, low, high, color=DARK, linewidth=1.3)
        axes.set_yticks(rows, [cut_name(cut, lang) for cut in whole["cut"]], fontsize=8.5)
        axes.set_ylim(len(whole) - 0.5, -0.5)
        axes.axvline(0, color=DARK, linewidth=0.9)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, 1)))
        axes.set_xlabel(label("ind_coa_axis", lang, prices=prices_label(scenario, lang)),
                        fontsize=8.5)  # fmt: skip
        figure.legend(loc="upper left", bbox_to_anchor=(0.0, 0.925), ncols=2, frameon=False,
                      fontsize=8.5)  # fmt: skip
        note = label(
            "ind_coa_note", lang, year=found.since, scenario=getattr(scenario.title, lang),
            n=number(settings.replications, lang), step=label(f"step_{settings.step}", lang),
            id=study_id,
        )  # fmt: skip
        title = label("ind_coa_chart", lang, first=found.since, last=years[-1])
        head_and_foot(figure, title, note)
        return figure
