"""The memo of a run: what it costs, the budget for it, and the gap between them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ...hindcast.observations import Observation
from ...questions.text import HUNDREDS
from ...report.charts import CHART_SIZES, RunData, alt_text, draw
from ...report.display_names import scenario_title
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
    reception_table,
    short_table,
)
from ...report.style import bytes_of, chart_style
from ...runs.load import FinishedFolder, RunFolder, read_run_folder, read_unreduced
from ...runs.provenance import Provenance, marked
from .content import Block, Heading, Memo, MemoChart, Paragraph, table_of
from .drivers import movers
from .outline import MemoParts, make_memo
from .wording import billions, count, ends

Row = dict[Any, Any]
Enough = tuple[int, float]
DOTS = 160
"""Resolution of a chart, as in the folder of a run [dots per inch]."""
CHANCE, FALLBACK = 80, 90
"""Chance in percent that the amount named as enough is enough, and that of tables."""


def memo_of_run(
    folder: FinishedFolder, lang: Language, figures: Sequence[Observation] | None = None
) -> Memo:
    """Return the memo of a run; raises ``ScenarioError`` if its files were changed.

    With published figures it says how many of them lie inside the 80% interval, and tabulates
    them in the annex. A nowcast is a run that was conditioned on such figures.
    """
    run = read_run_folder(folder.path)
    observed = None if figures is None else compare(run, figures)
    enough = _enough(folder.path, run)
    answer, *points = _answer(run, enough, lang)
    is_money = bool(_budgeted(run)) and not _is_constrained(run)
    parts = MemoParts(
        subject=translate("memo_run_title", lang, title=scenario_title(run.scenario, lang)),
        reason=[_question(run, lang), *_conditioned(run, lang)],
        answer=[answer],
        points=[*points, *_observed_points(observed, lang)],
        decision=_decision(run, enough, lang),
        explanation=[
            *movers(run.scenario, lang, gap=is_money),
            *_explained(run, lang),
            _chart(run, observed, lang),
        ],
        risks=_risks(run, lang),
        annex=[
            *_further_tables(run, lang),
            *_in_year(run, lang),
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


def _conditioned(run: RunFolder, lang: Language) -> list[str]:
    """Say of a nowcast by which published figures it was updated."""
    nowcast = run.record.get("nowcast")
    if not nowcast:
        return []
    key = "memo_nowcast" if nowcast["used"] else "memo_nowcast_none"
    day = in_words(date.fromisoformat(nowcast["as_of"]), lang)
    return [translate(key, lang, day=day, n=number(nowcast["used"], lang))]


def _answer(run: RunFolder, enough: Enough | None, lang: Language) -> list[str]:
    """The key points, the answer first."""
    rows = _budgeted(run)
    if _is_constrained(run) and not run.yearly.empty:
        texts = [_short_of_people(run, lang)]
        return [
            *texts,
            _people(run, _short_year(run), lang),
            *([_years(rows, lang)] if rows else []),
        ]
    if not rows:
        return [_at_the_end(run, lang)]
    row = leading(rows)
    texts = [money_sentence(row, lang), _years(rows, lang)]
    if enough is not None:
        chance, amount = enough
        texts.append(
            translate("memo_run_enough", lang, year=row["year"], amount=billions(amount, lang),
                      chance=chance)
        )  # fmt: skip
    return [*texts, _people(run, int(row["year"]), lang)]


def _enough(folder: Path, run: RunFolder) -> Enough | None:
    """A chance in percent, and the amount above the budget that is enough with it; or no shortfall.

    80%, from the costs by replication; 90%, which the table has, if those are in other prices.
    """
    rows = _budgeted(run)
    if not rows or _is_constrained(run) or leading(rows)["gap_p50"] <= 0:
        return None
    row, column = leading(rows), f"cost|total|{run.scenario.prices.level}"
    if "replications.parquet" in run.record["files"]:
        costs = read_unreduced(folder, run, ("replication", "year", column))
        of_year = costs[costs["year"] == row["year"]][column].to_numpy()
        # The headline leaves out other income of the IND, the same in each replication.
        of_year = of_year + row["cost_p50"] - np.quantile(of_year, 0.5)
        if np.isclose(np.quantile(of_year, FALLBACK / 100), row["cost_p90"], rtol=1e-6):
            return CHANCE, float(np.quantile(of_year, CHANCE / 100)) - row["budget"]
    return FALLBACK, row["gap_p90"]


def _decision(run: RunFolder, enough: Enough | None, lang: Language) -> list[str]:
    """What a reader is asked: to take note, and to decide on the shortfall if there is one."""
    rows, texts = _budgeted(run), [translate("memo_note_forecast", lang)]
    if not rows:
        return [*texts, translate("memo_decide_nothing", lang)]
    if _is_constrained(run):
        return [*texts, translate("memo_decide_closed", lang, year=_short_year(run))]
    if enough is None:
        return [*texts, translate("memo_decide_left", lang)]
    row, (chance, amount) = leading(rows), enough
    blanks = {"year": row["year"], "gap": billions(row["gap_p50"], lang), "chance": chance}
    return [*texts, translate("memo_decide_short", lang, amount=billions(amount, lang), **blanks)]


def money_sentence(row: Row, lang: Language) -> str:
    """Return a sentence on gap with its interval, cost, budget, and the probability of a gap."""
    short = row["gap_p50"] > 0
    sign = 1 if short else -1
    low, high = sorted((sign * row["gap_p10"], sign * row["gap_p90"]))
    cost = ends(row["cost_p10"], row["cost_p90"], lang)
    return translate(
        "memo_run_short" if short else "memo_run_left",
        lang,
        year=row["year"],
        gap=billions(abs(row["gap_p50"]), lang),
        cost=billions(row["cost_p50"], lang),
        cost_low=cost["low"],
        cost_high=cost["high"],
        budget=billions(row["budget"], lang),
        chance=probability(row["p_gap_positive"], lang),
        **ends(low, high, lang),
    )


def _years(rows: list[Row], lang: Language) -> str:
    """Say for each year how large the shortfall or the surplus is."""
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
        fill=number(100 * run.scenario.reception.need_fill.single, lang),
        need=count(need["p50"], lang),
        low=count(need["p10"], lang),
        high=count(need["p90"], lang),
        places=count(places["p50"], lang),
    )


def _short_year(run: RunFolder) -> int:
    """The first year in which 90% of replications have many people without a place; or the last."""
    years = sorted(int(year) for year in run.yearly["year"].unique())
    short = {year: _of_year(run, "shortage", "total", "mean", year) for year in years}
    return next((one for one in years if short[one]["p10"] >= HUNDREDS), years[-1])


def _short_of_people(run: RunFolder, lang: Language) -> str:
    year = _short_year(run)
    people = _of_year(run, "shortage", "total", "mean", year)
    places = _of_year(run, "places_short", "total", "mean", year)
    blanks = {
        name + end: count(row[quantile], lang)
        for name, row in (("people", people), ("places", places))
        for end, quantile in (("", "p50"), ("_low", "p10"), ("_high", "p90"))
    }
    return translate("memo_run_closed", lang, year=year, **blanks)


def _at_the_end(run: RunFolder, lang: Language) -> str:
    rows = run.monthly
    row = rows[(rows["series"] == "need") & (rows["breakdown"] == "total")].iloc[-1]
    ends = {name: count(row[quantile], lang)
            for name, quantile in (("need", "p50"), ("low", "p10"), ("high", "p90"))}  # fmt: skip
    return translate("memo_run_end", lang, date=in_words(row["date"].date(), lang), **ends)


def _explained(run: RunFolder, lang: Language) -> list[Block]:
    """A table of what the chart does not show: people and places beside money, or money."""
    if _is_constrained(run) and not run.yearly.empty:
        return [table_of(short_table(run.yearly, lang))]
    if not _budgeted(run):
        return []
    return [table_of(reception_table(run.monthly, lang))]


def _observed_points(observed: ComparedFigures | None, lang: Language) -> list[str]:
    return [] if observed is None else [" ".join(sentences(observed, lang))]


def _figures(observed: ComparedFigures | None, lang: Language) -> list[Block]:
    """Table of the published figures that are compared with the run."""
    return [table_of(compared_table(observed, lang))] if observed and observed.compared else []


def _chart(run: RunFolder, observed: ComparedFigures | None, lang: Language) -> MemoChart:
    """The chart of the answer, with its alternative text."""
    scenario, options = run.scenario, run.record["options"]
    subject = RunData(scenario, run.record["id"], options["replications"], options["seed"],
                      run.budget, run.monthly, run.yearly, observed=observed)  # fmt: skip
    is_people = _is_constrained(run) or not _budgeted(run)
    name = "need" if is_people else "gap"
    caption = translate("memo_need_caption" if is_people else "memo_gap_caption", lang)
    look, words = CHART_SIZES["page"], alt_text(name, subject, lang)
    figure = draw(name, subject, look, lang)
    data = bytes_of(figure, ".png", look.dpi, translate(f"chart_{name}_title", lang), words)
    return MemoChart(caption, " ".join(words.split()), marked(data, ".png", run.stamp))


def _risks(run: RunFolder, lang: Language) -> list[str]:
    if not _budgeted(run):
        return []
    if _is_constrained(run):
        return [translate("short_note", lang)]
    year = int(leading(_budgeted(run))["year"])
    return [
        check_note(run.record["check_2024_eur"], run.scenario, lang),
        translate("memo_beyond_places", lang),
        error_note(run.budget, run.scenario, year, lang),
    ]


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
        blocks.append(table_of(gap_table(run.budget, run.scenario, lang)))
        blocks.append(Paragraph(translate("mean_line", lang), small=True))
        notes = before_start_notes(run.budget, run.scenario, lang)
        blocks += [Paragraph(note, small=True) for note in notes]
        blocks.append(table_of(levels_table(run.budget, run.scenario, check, lang)))
        blocks.append(table_of(lines_table(run.budget, run.scenario, lang)))
        errors = error_table(run.budget, run.scenario, lang)
        blocks += [] if isinstance(errors, str) else [table_of(errors)]
    if _is_constrained(run) or not _budgeted(run):
        blocks.append(table_of(reception_table(run.monthly, lang)))
    others = other_errors_note(run.budget, run.monthly, run.scenario, lang)
    return [*blocks, *([Paragraph(others, small=True)] if others else [])]
