"""The memo of a run: what it costs, the budget for it, and the gap between them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from ...hindcast.observations import Observation
from ...questions.text import HUNDREDS
from ...report.charts import CHART_SIZES, RunData, alt_text, draw
from ...report.error_tables import error_note, error_table, other_errors_note
from ...report.i18n import Language, in_words, number, probability, translate
from ...report.in_year import (
    months_table,
    spent_sentence,
    whole_year_sentence,
    year_in_execution,
)
from ...report.observation_tables import compared_table
from ...report.observed_figures import ComparedFigures, compare, sentences
from ...report.run_tables import (
    before_start_notes,
    check_note,
    gap_table,
    headline_rows,
    levels_table,
    lines_table,
    prices_label,
    reception_table,
    short_table,
)
from ...report.style import bytes_of, chart_style
from ...runs.load import FinishedFolder, RunFolder, read_run_folder
from ...runs.provenance import Provenance, marked
from .content import Block, Heading, Memo, MemoChart, Paragraph, table_of
from .drivers import band, billions, count, movers, rests
from .outline import MemoParts, make_memo

Row = dict[Any, Any]
DOTS = 160
"""Resolution of a chart, as in the folder of a run [dots per inch]."""


def memo_of_run(
    folder: FinishedFolder, lang: Language, figures: Sequence[Observation] | None = None
) -> Memo:
    """Return the memo of a run; raises ``ScenarioError`` if its files were changed.

    With published figures it says how many of them lie inside the 80% interval, and tabulates
    them in the annex.
    """
    run = read_run_folder(folder.path)
    observed = None if figures is None else compare(run, figures)
    parts = MemoParts(
        title=translate("memo_run_title", lang, title=getattr(run.scenario.title, lang)),
        question=[Paragraph(_question(run, lang))],
        answer=_answer(run, lang),
        chart=_chart(run, observed, lang),
        table=table_of(_main_table(run, lang)),
        drivers=movers(run.scenario, lang, gap=bool(_budgeted(run)) and not _is_constrained(run)),
        basis=rests(run.scenario, lang),
        notes=[*_notes(run, lang), *_said_of(observed, lang)],
        annex=[
            *_in_year(run, lang),
            *_further_tables(run, lang),
            *_figures(observed, lang),
        ],
    )
    return make_memo(folder, run.scenario, lang, parts)


def png_of(figure: Figure, stamp: Provenance) -> bytes:
    """Return a chart as PNG with its provenance: the same chart gives the same bytes."""
    drawn = io.BytesIO()
    with chart_style():
        figure.savefig(drawn, format="png", dpi=DOTS, metadata={"Software": None})
    return marked(drawn.getvalue(), ".png", stamp)


def _is_constrained(run: RunFolder) -> bool:
    return run.scenario.closing == "constrained"


def _budgeted(run: RunFolder) -> list[Row]:
    """The headline by year, where there is a budget."""
    if run.budget.empty:
        return []
    rows = headline_rows(run.budget, run.scenario)
    return rows[rows["budget"].notna()].to_dict("records")


def leading(rows: list[Row]) -> Row:
    """Return the year a memo leads with: the first with a median gap above zero, or the last.

    Rows have ``gap_p50`` and are in the order of years.
    """
    return next((row for row in rows if row["gap_p50"] > 0), rows[-1])


def _question(run: RunFolder, lang: Language) -> str:
    assumed = " ".join(getattr(run.scenario.description, lang).split())
    if not _budgeted(run):
        key = "memo_run_question_people"
    else:
        key = "memo_run_question_closed" if _is_constrained(run) else "memo_run_question"
    years = [row["year"] for row in _budgeted(run)] or [run.scenario.start.year]
    return translate(
        key,
        lang,
        vintage=getattr(run.scenario.headline.title, lang),
        first=years[0],
        last=years[-1],
        assumed=assumed,
    )


def _answer(run: RunFolder, lang: Language) -> list[Block]:
    rows = _budgeted(run)
    if _is_constrained(run) and not run.yearly.empty:
        return [Paragraph(_short_of_people(run, lang), strong=True)]
    if not rows:
        return [Paragraph(_at_the_end(run, lang), strong=True)]
    row = leading(rows)
    blocks = [Paragraph(money_sentence(row, lang), strong=True), Paragraph(_years(rows, lang))]
    return [*blocks, Paragraph(_people(run, int(row["year"]), lang))]


def money_sentence(row: Row, lang: Language) -> str:
    """Return a sentence on cost, budget, gap with its interval, and the probability of a gap."""
    short = row["gap_p50"] > 0
    sign = 1 if short else -1
    ends = sorted((sign * row["gap_p10"], sign * row["gap_p90"]))
    return translate(
        "memo_run_short" if short else "memo_run_left",
        lang,
        year=row["year"],
        cost=billions(row["cost_p50"], lang),
        cost_band=band(row["cost_p10"], row["cost_p90"], lang),
        budget=billions(row["budget"], lang),
        gap=billions(abs(row["gap_p50"]), lang),
        gap_band=band(ends[0], ends[1], lang),
        chance=probability(row["p_gap_positive"], lang),
    )


def _years(rows: list[Row], lang: Language) -> str:
    """Say for each year how much money is short or left."""
    parts = [
        translate(
            "memo_year_short" if row["gap_p50"] > 0 else "memo_year_left",
            lang,
            year=row["year"],
            amount=billions(abs(row["gap_p50"]), lang),
        )
        for row in rows
    ]
    return translate("memo_run_years", lang, years="; ".join(parts))


def _of_year(run: RunFolder, series: str, breakdown: str, measure: str, year: int) -> Row:
    rows = run.yearly
    selected = rows[(rows["series"] == series) & (rows["breakdown"] == breakdown)
                 & (rows["measure"] == measure) & (rows["year"] == year)]  # fmt: skip
    return dict(selected.iloc[0])


def _people(run: RunFolder, year: int, lang: Language) -> str:
    need = _of_year(run, "need", "total", "mean", year)
    places = _of_year(run, "places", "total", "mean", year)
    return translate(
        "memo_run_people",
        lang,
        year=year,
        fill=number(run.scenario.reception.need_fill.single, lang, 2),
        need=count(need["p50"], lang),
        low=count(need["p10"], lang),
        high=count(need["p90"], lang),
        places=count(places["p50"], lang),
    )


def _short_of_people(run: RunFolder, lang: Language) -> str:
    years = sorted(int(year) for year in run.yearly["year"].unique())
    short = {year: _of_year(run, "shortage", "total", "mean", year) for year in years}
    # The first year in which 90% of replications have many people without a place.
    year = next((one for one in years if short[one]["p10"] >= HUNDREDS), years[-1])
    places = _of_year(run, "places_short", "total", "mean", year)
    blanks = {
        name + end: count(row[quantile], lang)
        for name, row in (("people", short[year]), ("places", places))
        for end, quantile in (("", "p50"), ("_low", "p10"), ("_high", "p90"))
    }
    return translate("memo_run_closed", lang, year=year, **blanks)


def _at_the_end(run: RunFolder, lang: Language) -> str:
    rows = run.monthly
    row = rows[(rows["series"] == "need") & (rows["breakdown"] == "total")].iloc[-1]
    ends = {name: count(row[quantile], lang)
            for name, quantile in (("need", "p50"), ("low", "p10"), ("high", "p90"))}  # fmt: skip
    return translate("memo_run_end", lang, date=in_words(row["date"].date(), lang), **ends)


def _main_table(run: RunFolder, lang: Language) -> Any:
    if _is_constrained(run) and not run.yearly.empty:
        return short_table(run.yearly, lang)
    if not _budgeted(run):
        return reception_table(run.monthly, lang)
    return gap_table(run.budget, run.scenario, lang)


def _said_of(observed: ComparedFigures | None, lang: Language) -> list[str]:
    return [] if observed is None else [" ".join(sentences(observed, lang))]


def _figures(observed: ComparedFigures | None, lang: Language) -> list[Block]:
    """Table of the published figures that are compared with the run."""
    return [table_of(compared_table(observed, lang))] if observed and observed.compared else []


def _chart(run: RunFolder, observed: ComparedFigures | None, lang: Language) -> MemoChart:
    """The chart of the answer, with its alternative text."""
    scenario, options = run.scenario, run.record["options"]
    subject = RunData(scenario, run.record["id"], options["replications"], options["seed"],
                      run.budget, run.monthly, run.yearly, observed=observed)  # fmt: skip
    name, caption = "gap", translate(
        "memo_gap_caption",
        lang,
        vintage=getattr(scenario.headline.title, lang),
        prices=prices_label(scenario, lang),
    )  # fmt: skip
    if _is_constrained(run) or not _budgeted(run):
        name = "need"
        caption = translate("memo_need_caption", lang, title=getattr(scenario.title, lang))
    look, words = CHART_SIZES["page"], alt_text(name, subject, lang)
    figure = draw(name, subject, look, lang)
    data = bytes_of(figure, ".png", look.dpi, translate(f"chart_{name}_title", lang), words)
    return MemoChart(caption, " ".join(words.split()), marked(data, ".png", run.stamp))


def _notes(run: RunFolder, lang: Language) -> list[str]:
    if not _budgeted(run):
        return []
    notes = (
        [translate("mean_line", lang)]
        if not _is_constrained(run)
        else [translate("short_note", lang)]
    )
    if not _is_constrained(run):
        year = int(leading(_budgeted(run))["year"])
        notes.append(error_note(run.budget, run.scenario, year, lang))
        notes.append(check_note(run.record["check_2024_eur"], run.scenario, lang))
    return [*notes, *before_start_notes(run.budget, run.scenario, lang)]


def _in_year(run: RunFolder, lang: Language) -> list[Block]:
    """What a year costs month by month: spent so far, the rest, and both against the budget."""
    if run.budget_monthly is None:
        return [Paragraph(translate("in_year_unknown", lang))]
    told = year_in_execution(run.budget_monthly, run.scenario)
    if told is None:
        return []
    blocks: list[Block] = [Heading(translate("in_year_head", lang, year=told.year))]
    if len(told.realised):
        blocks.append(Paragraph(spent_sentence(told, lang)))
    blocks.append(Paragraph(whole_year_sentence(told, lang)))
    blocks.append(table_of(months_table(told, run.scenario, lang)))
    return [*blocks, Paragraph(translate(f"in_year_{told.timing}", lang), small=True)]


def _further_tables(run: RunFolder, lang: Language) -> list[Block]:
    """Tables that the two pages have no room for."""
    blocks: list[Block] = [Heading(translate("memo_more_tables", lang))]
    if _budgeted(run):
        check = run.record["check_2024_eur"]
        errors = error_table(run.budget, run.scenario, lang)
        blocks.append(Paragraph(errors) if isinstance(errors, str) else table_of(errors))
        blocks.append(table_of(levels_table(run.budget, run.scenario, check, lang)))
        blocks.append(table_of(lines_table(run.budget, run.scenario, lang)))
    if _is_constrained(run) and _budgeted(run):
        blocks.append(table_of(gap_table(run.budget, run.scenario, lang)))
    if _budgeted(run):
        blocks.append(table_of(reception_table(run.monthly, lang)))
    others = other_errors_note(run.budget, run.monthly, run.scenario, lang)
    blocks += [Paragraph(others)] if others else []
    return blocks if len(blocks) > 1 else []
