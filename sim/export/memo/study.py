"""Memos of studies: one form for every study, more words for a comparison and an explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table as PrintedTable

from ...report.display_names import line_label
from ...report.i18n import Language, number, probability, translate
from ...report.run_tables import prices_notes
from ...report.style import title_of
from ...runs.load import FinishedFolder
from ...runs.provenance import marked
from ...scenario import Scenario
from ...studies.base import chart_png, chart_text, draw_chart, has_chart, tell
from ...studies.compare_chart import Comparison, comparison_of, moves
from ...studies.compare_text import difference_table, still_lines, year_of, year_table
from ...studies.explain import effects_table, sentences
from ...studies.explain_chart import Explanation, explanation_of
from ...studies.factors import factor_name
from .content import Block, Heading, Listing, Memo, MemoChart, Paragraph, table_of
from .drivers import band, billions, changed, changes_table, count, of_number, rests, valued
from .outline import MemoParts, make_memo

Row = dict[Any, Any]
NAMED, NAMED_OF_MANY, MANY = 4, 2, 3
"""Changes of a scenario, and assumptions, that are named in the memo itself: fewer where that many
scenarios are compared, so that the main part keeps to two pages. All are in the annex."""


def memo_of_study(folder: FinishedFolder, lang: Language) -> Memo:
    """Return the memo of a study; raises ``ScenarioError`` if its files were changed."""
    kind = folder.record["kind"]
    if kind == "comparison":
        return _memo_of_comparison(folder, lang)
    if kind == "explanation":
        return _memo_of_explanation(folder, lang)
    return study_memo(folder, tell(folder.data, lang), lang)


def study_memo(folder: FinishedFolder, told: Sequence[Any], lang: Language) -> Memo:
    """Return a memo in the form that fits any study.

    ``told`` are its printed tables and sentences in this language. The first sentence is the
    answer, or the alternative text of the chart if there is none. The first table stands in the
    memo, others in the annex; the title is that of the chart.
    """
    data = folder.data
    texts = [" ".join(str(part).split()) for part in told if not isinstance(part, PrintedTable)]
    texts = [text for text in texts if text] or [chart_text(data, lang)]
    tables = [table_of(part) for part in told if isinstance(part, PrintedTable)]
    chart, title = None, tables[0].caption if tables else data.record["name"]
    if has_chart(data):
        title = title_of(draw_chart(data, lang))
        chart = _study_chart(folder, title, lang)
    scenarios = [_titled(name, scenario, lang) for name, scenario in data.scenarios.items()]
    names = "; ".join(scenarios) or folder.stamp.scenario
    question = translate("memo_study_question", lang, title=title, scenarios=names)
    first = next(iter(data.scenarios.values()), None)
    parts = MemoParts(
        title=translate("memo_study_title", lang, title=title, scenarios=folder.stamp.scenario),
        question=[Paragraph(question)],
        answer=[Paragraph(text, strong=place == 0) for place, text in enumerate(texts)],
        chart=chart,
        table=tables[0] if tables else None,
        basis=rests(first, lang) if first else (),
        annex=[Heading(translate("memo_more_tables", lang)), *tables[1:]] if tables[1:] else (),
    )
    return make_memo(folder, first, lang, parts)


def _memo_of_comparison(folder: FinishedFolder, lang: Language) -> Memo:
    """Return the memo of a comparison; raises ``ScenarioError`` if its files were changed."""
    data = folder.data
    comparison, scenarios = comparison_of(data), data.scenarios
    base, others = scenarios[comparison.base], comparison.others
    named = NAMED_OF_MANY if len(others) >= MANY else NAMED
    changes = tuple(_changes(base, other, scenarios[other], named, lang) for other in others)
    caption = translate("memo_cmp_caption", lang, base=comparison.base)
    parts = MemoParts(
        title=translate("memo_cmp_title", lang, base=comparison.base, others=", ".join(others)),
        question=[Paragraph(_comparison_question(comparison, scenarios, lang))],
        answer=[
            Paragraph(_comparison_answer(comparison, other, lang), strong=True) for other in others
        ],
        chart=_study_chart(folder, caption, lang) if has_chart(data) else None,
        table=table_of(year_table(data, lang)),
        drivers=[Paragraph(translate("memo_cmp_drivers", lang)), Listing(changes)],
        basis=rests(base, lang, named),
        notes=[translate("memo_cmp_means", lang), *prices_notes(scenarios, lang)],
        annex=_comparison_annex(comparison, scenarios, lang),
        method=("memo_method_pairs",),
    )
    return make_memo(folder, base, lang, parts)


def _memo_of_explanation(folder: FinishedFolder, lang: Language) -> Memo:
    """Return the memo of an explanation; raises ``ScenarioError`` if its files were changed."""
    data = folder.data
    explanation, scenarios = explanation_of(data), data.scenarios
    names = {"first": explanation.first, "second": explanation.second}
    first, second = (scenarios[name] for name in names.values())
    blanks: dict[str, Any] = {"year": explanation.address.year} | names
    titled = {place: _titled(name, scenarios[name], lang) for place, name in names.items()}
    question = translate("memo_exp_question", lang, **blanks | titled,
                     line=line_label(explanation.address.line, lang))  # fmt: skip
    drivers = tuple(_driver(row, explanation, lang) for row in _largest_first(explanation))
    parts = MemoParts(
        title=translate("memo_exp_title", lang, **blanks),
        question=[Paragraph(question)],
        answer=[Paragraph(sentences(explanation, lang)[0], strong=True)],
        chart=_study_chart(folder, translate("memo_exp_caption", lang, **blanks), lang),
        table=table_of(effects_table(explanation, scenarios, lang)),
        drivers=[Paragraph(translate("memo_exp_drivers", lang)), Listing(drivers)],
        basis=rests(first, lang),
        notes=[translate("memo_exp_caveat", lang)],
        annex=[
            Heading(translate("memo_more_tables", lang)),
            changes_table(first, second, tuple(names.values()), lang),
        ],
        method=("memo_method_pairs", "memo_method_shapley"),
    )
    return make_memo(folder, first, lang, parts)


def _study_chart(folder: FinishedFolder, caption: str, lang: Language) -> MemoChart:
    """The chart of a study with its provenance: in the folder's language that of the folder."""
    data = folder.data
    return MemoChart(
        caption, chart_text(data, lang), marked(chart_png(data, lang), ".png", folder.stamp)
    )


def _row(comparison: Comparison, other: str, series: str, breakdown: str, year: int) -> Row | None:
    rows = comparison.yearly
    mine = rows[(rows["scenario"] == other) & (rows["series"] == series)
                & (rows["breakdown"] == breakdown) & (rows["year"] == year)]  # fmt: skip
    return None if mine.empty else dict(mine.iloc[0])


def _comparison_question(
    comparison: Comparison, scenarios: Mapping[str, Scenario], lang: Language
) -> str:
    others = "; ".join(_titled(name, scenarios[name], lang) for name in comparison.others)
    base = _titled(comparison.base, scenarios[comparison.base], lang)
    return translate("memo_cmp_question", lang, others=others, base=base)


def _titled(name: str, scenario: Scenario, lang: Language) -> str:
    return translate("memo_titled", lang, name=name, title=getattr(scenario.title, lang))


def _comparison_answer(comparison: Comparison, other: str, lang: Language) -> str:
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    if not moves(rows):
        return translate("compare_same", lang, other=other, base=comparison.base)
    year = year_of(comparison)
    texts = []
    gap = _row(comparison, other, "gap", "total", year)
    if gap is not None:
        texts.append(_difference(gap, other, "gap", year, lang))
    people = _row(comparison, other, "occupancy", "total", year)
    if people is not None:
        texts.append(_difference(people, other, "people", year, lang))
    return " ".join(texts)


def _difference(row: Row, other: str, what: str, year: int, lang: Language) -> str:
    middle = row["difference_p50"]
    if row["difference_mean"] == 0:
        return translate(f"memo_cmp_{what}_same", lang, other=other, year=year)
    ends = sorted(abs(row[f"difference_{q}"]) for q in ("p10", "p90"))
    signed = [row["difference_p10"], row["difference_p90"]]
    if signed[0] * signed[1] < 0:
        # An interval across zero keeps its signs, turned so that the median is positive.
        ends = sorted(value if middle > 0 else -value for value in signed)
    money = what == "gap"
    return translate(
        f"memo_cmp_{what}_{'more' if middle > 0 else 'less'}",
        lang,
        other=other,
        year=year,
        amount=billions(abs(middle), lang) if money else count(abs(middle), lang),
        band=band(ends[0], ends[1], lang) if money else _ends(ends, lang),
        chance=probability(row["p_positive"], lang),
    )


def _ends(ends: list[float], lang: Language) -> str:
    return translate("from_to", lang, low=count(ends[0], lang), high=count(ends[1], lang))


def _changes(base: Scenario, name: str, other: Scenario, named: int, lang: Language) -> str:
    differing = changed(base, other)
    texts = [
        translate(
            "memo_change",
            lang,
            name=of_number(key, other if after is not None else base, lang),
            before=valued(before, lang),
            after=valued(after, lang),
        )
        for key, before, after in differing[:named]
    ]
    if len(differing) > named:
        texts.append(translate("memo_more", lang, n=len(differing) - named))
    return f"{name}: {'; '.join(texts)}"


def _comparison_annex(
    comparison: Comparison, scenarios: Mapping[str, Scenario], lang: Language
) -> list[Block]:
    blocks: list[Block] = [Heading(translate("memo_more_tables", lang))]
    for other in comparison.others:
        table = table_of(difference_table(comparison, other, lang))
        if table.rows:
            blocks.append(table)
        blocks += [Paragraph(text) for text in still_lines(comparison, other, lang)]
        pair = (comparison.base, other)
        blocks.append(changes_table(scenarios[comparison.base], scenarios[other], pair, lang))
    return blocks


def _largest_first(explanation: Explanation) -> list[Row]:
    rows: list[Row] = explanation.effects.to_dict("records")
    return sorted(rows, key=lambda row: -abs(row["effect"]))


def _name(row: Row, explanation: Explanation, lang: Language) -> str:
    factor = next(f for f in explanation.factors if f.name == row["factor"])
    text = factor_name(factor.name, lang)
    title = factor.title.get(lang)
    return translate("memo_titled", lang, name=text, title=title) if title else text


def _driver(row: Row, explanation: Explanation, lang: Language) -> str:
    return translate(
        "memo_exp_driver",
        lang,
        name=_name(row, explanation, lang),
        **{key: number(row[key] / 1e6, lang) for key in ("effect", "alone", "last")},
    )
