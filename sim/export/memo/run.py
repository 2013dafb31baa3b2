"""The memo of a run: what it costs, what is held for it, and what is missing."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from ...questions.text import HUNDREDS, RARE
from ...report.charts import CHART_SIZES, CHARTS, RunData, draw
from ...report.i18n import Language, label, number
from ...report.run_tables import (
    before_start_note,
    check_note,
    gap_table,
    headline_rows,
    levels_table,
    lines_table,
    prices_label,
    reception_table,
    short_table,
)
from ...report.style import STYLE, bytes_of
from ...runs.load import RunFolder, read_run_folder
from ...runs.provenance import Provenance, marked
from ...studies.charts import png
from .annex import annex, caveats
from .content import Block, Heading, Memo, MemoChart, Paragraph, table_of
from .drivers import band, billions, count, movers, rests
from .folder import Folder

Row = dict[Any, Any]
DOTS = 160
"""Dots an inch of a chart, as in a run's folder."""


def memo_of_run(folder: Folder, lang: Language) -> Memo:
    """What a run says; raises ``ScenarioError`` if its files are not those it wrote."""
    run = read_run_folder(folder.path)
    title = getattr(run.scenario.title, lang)
    blocks: list[Block] = [
        Heading(label("memo_run_title", lang, title=title), 1),
        Heading(label("memo_question", lang)),
        Paragraph(_question(run, lang)),
        Heading(label("memo_answer", lang)),
        *_answer(run, lang),
        _picture(run, lang),
        table_of(_main_table(run, lang)),
        Heading(label("answer_drivers", lang)),
        *movers(run.scenario, lang, gap=bool(_held(run)) and not _is_closed(run)),
        Heading(label("memo_ground_head", lang)),
        *rests(run.scenario, lang),
        *caveats(folder, lang, _notes(run, lang)),
        *annex(folder, run.scenario, lang, _own(run, lang), ()),
    ]
    return Memo(label("memo_run_title", lang, title=title), lang, folder.stamp, tuple(blocks))


def png_of(figure: Figure, stamp: Provenance) -> bytes:
    """A chart as a stamped PNG: the same chart, the same bytes."""
    drawn = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(drawn, format="png", dpi=DOTS, metadata={"Software": None})
    return marked(drawn.getvalue(), ".png", stamp)


def marked_png(folder: Folder, lang: Language) -> bytes:
    """The chart of a study, stamped: as it lies in the folder, if that is in this language."""
    return marked(png(folder.told, lang), ".png", folder.stamp)


def _is_closed(run: RunFolder) -> bool:
    return run.scenario.closing == "constrained"


def _held(run: RunFolder) -> list[Row]:
    """The headline by year, where money is held."""
    if run.budget.empty:
        return []
    rows = headline_rows(run.budget, run.scenario)
    return rows[rows["budget"].notna()].to_dict("records")


def leading(rows: list[Row]) -> Row:
    """The year a memo leads with: the first in which money is rather short than not, or the last.

    Rows have ``gap_p50`` and go by year.
    """
    return next((row for row in rows if row["gap_p50"] > 0), rows[-1])


def _question(run: RunFolder, lang: Language) -> str:
    assumed = " ".join(getattr(run.scenario.description, lang).split())
    if not _held(run):
        key = "memo_run_question_people"
    else:
        key = "memo_run_question_closed" if _is_closed(run) else "memo_run_question"
    years = [row["year"] for row in _held(run)] or [run.scenario.start.year]
    return label(
        key,
        lang,
        vintage=getattr(run.scenario.headline.title, lang),
        first=years[0],
        last=years[-1],
        assumed=assumed,
    )


def _answer(run: RunFolder, lang: Language) -> list[Block]:
    rows = _held(run)
    if _is_closed(run) and not run.yearly.empty:
        return [Paragraph(_short_of_people(run, lang), strong=True)]
    if not rows:
        return [Paragraph(_at_the_end(run, lang), strong=True)]
    row = leading(rows)
    found = [Paragraph(money_sentence(row, lang), strong=True), Paragraph(_years(rows, lang))]
    return [*found, Paragraph(_people(run, int(row["year"]), lang))]


def chance(share: float, lang: Language) -> str:
    """A chance; one that so many replications can't tell from none or certain says so."""
    if not RARE <= share <= 1 - RARE:
        return label("chance_rare" if share < RARE else "chance_near", lang)
    return label("shown_as_percent", lang, value=number(100 * share, lang))


def money_sentence(row: Row, lang: Language) -> str:
    """Cost, budget, what is short or left with its band, and how likely money is short."""
    short = row["gap_p50"] > 0
    sign = 1 if short else -1
    ends = sorted((sign * row["gap_p10"], sign * row["gap_p90"]))
    return label(
        "memo_run_short" if short else "memo_run_left",
        lang,
        year=row["year"],
        cost=billions(row["cost_p50"], lang),
        cost_band=band(row["cost_p10"], row["cost_p90"], lang),
        budget=billions(row["budget"], lang),
        gap=billions(abs(row["gap_p50"]), lang),
        gap_band=band(ends[0], ends[1], lang),
        chance=chance(row["p_gap_positive"], lang),
    )


def _years(rows: list[Row], lang: Language) -> str:
    """In which years money is rather short than not, with the amounts."""
    parts = [
        label(
            "memo_year_short" if row["gap_p50"] > 0 else "memo_year_left",
            lang,
            year=row["year"],
            amount=billions(abs(row["gap_p50"]), lang),
        )
        for row in rows
    ]
    return label("memo_run_years", lang, years="; ".join(parts))


def _of_year(run: RunFolder, series: str, breakdown: str, measure: str, year: int) -> Row:
    rows = run.yearly
    found = rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)
                 & (rows["measure"] == measure) & (rows["year"] == year)]  # fmt: skip
    return dict(found.iloc[0])


def _people(run: RunFolder, year: int, lang: Language) -> str:
    need = _of_year(run, "need", "total", "mean", year)
    places = _of_year(run, "places", "total", "mean", year)
    return label(
        "memo_run_people",
        lang,
        year=year,
        need=count(need["p50"], lang),
        low=count(need["p10"], lang),
        high=count(need["p90"], lang),
        places=count(places["p50"], lang),
    )


def _short_of_people(run: RunFolder, lang: Language) -> str:
    years = sorted(int(year) for year in run.yearly["year"].unique())
    short = {year: _of_year(run, "shortage", "total", "mean", year) for year in years}
    # The first year in which nearly every future has many people without a place.
    year = next((one for one in years if short[one]["p10"] >= HUNDREDS), years[-1])
    places = _of_year(run, "places_short", "total", "mean", year)
    blanks = {
        name + end: count(row[quantile], lang)
        for name, row in (("people", short[year]), ("places", places))
        for end, quantile in (("", "p50"), ("_low", "p10"), ("_high", "p90"))
    }
    return label("memo_run_closed", lang, year=year, **blanks)


def _at_the_end(run: RunFolder, lang: Language) -> str:
    rows = run.monthly
    row = rows[(rows["series"] == "need") & (rows["breakdown"] == "total")].iloc[-1]
    ends = {name: count(row[quantile], lang)
            for name, quantile in (("need", "p50"), ("low", "p10"), ("high", "p90"))}  # fmt: skip
    return label("memo_run_end", lang, date=row["date"].date().isoformat(), **ends)


def _main_table(run: RunFolder, lang: Language) -> Any:
    if _is_closed(run) and not run.yearly.empty:
        return short_table(run.yearly, lang)
    if not _held(run):
        return reception_table(run.monthly, lang)
    return gap_table(run.budget, run.scenario, lang)


def _picture(run: RunFolder, lang: Language) -> MemoChart:
    """The chart of the answer, with the words that it says of itself."""
    scenario, options = run.scenario, run.record["options"]
    subject = RunData(scenario, run.record["id"], options["replications"], options["seed"],
                      run.budget, run.monthly, run.yearly)  # fmt: skip
    name, caption = "gap", label(
        "memo_gap_caption",
        lang,
        vintage=getattr(scenario.headline.title, lang),
        prices=prices_label(scenario, lang),
    )  # fmt: skip
    if _is_closed(run) or not _held(run):
        name = "need"
        caption = label("memo_need_caption", lang, title=getattr(scenario.title, lang))
    look, words = CHART_SIZES["page"], CHARTS[name].words(subject, lang)
    figure = draw(name, subject, look, lang)
    data = bytes_of(figure, ".png", look.dpi, label(f"chart_{name}_title", lang), words)
    return MemoChart(caption, " ".join(words.split()), marked(data, ".png", run.stamp))


def _notes(run: RunFolder, lang: Language) -> list[str]:
    if not _held(run):
        return []
    notes = [label("mean_line", lang)] if not _is_closed(run) else [label("short_note", lang)]
    if not _is_closed(run):
        notes.append(check_note(run.record["check_2024_eur"], lang))
    return [*notes, before_start_note(run.budget, run.scenario, lang)]


def _own(run: RunFolder, lang: Language) -> list[Block]:
    """Tables of a run that its two pages have no room for."""
    found: list[Block] = [Heading(label("memo_more_tables", lang))]
    if _held(run):
        check = run.record["check_2024_eur"]
        found.append(table_of(levels_table(run.budget, run.scenario, check, lang)))
        found.append(table_of(lines_table(run.budget, run.scenario, lang)))
    if _is_closed(run) and _held(run):
        found.append(table_of(gap_table(run.budget, run.scenario, lang)))
    if _held(run):
        found.append(table_of(reception_table(run.monthly, lang)))
    return found if len(found) > 1 else []
