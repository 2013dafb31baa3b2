"""Memos of studies: one form for every study, more words for a comparison and an explanation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.table import Table as PrintedTable

from ...report.display_names import line_label, short_title, titles_of
from ...report.i18n import Language, number, probability, translate
from ...report.run_tables import prices_notes
from ...report.study_data import StudyData
from ...runs.load import FinishedFolder
from ...runs.provenance import marked
from ...scenario import Scenario
from ...studies import study_of_kind
from ...studies.base import chart_png, chart_text, has_chart, tell
from ...studies.compare_chart import Comparison, comparison_of, moves
from ...studies.compare_text import difference_table, still_lines, year_of, year_table
from ...studies.explain import effects_table, sentences
from ...studies.explain_chart import Explanation, explanation_of
from ...studies.factors import factor_name
from ...studies.target import target_of, target_words
from .assumptions import named_assumptions
from .content import SHORT, Block, Heading, Listing, Memo, MemoChart, Paragraph, table_of
from .drivers import change, changed, changes_table
from .outline import MemoParts, make_memo
from .wording import billions, count, ends, sentence

Row = dict[Any, Any]
NAMED, NAMED_OF_MANY, MANY = 4, 2, 3
"""Changes of a scenario that are named in the memo itself: fewer where that many scenarios are
compared, so that the main part keeps to two pages. All are in the annex."""
MOST_POINTS = 4
"""Sentences of a study that are key points beside the answer; others stand below its chart."""
ROOM = 1_400
"""Letters of descriptions of plans for which the first page has room; more are in the annex."""
SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
SUMMARIES = {
    "enough": "memo_about_enough",
    "solution": "memo_about_solution",
    "frontier": "memo_about_frontier",
    "stock": "memo_about_stock",
    "plan_comparison": "memo_about_plan_comparison",
    "ind_coa": "memo_about_ind_coa",
    "sensitivity": "memo_about_sensitivity",
    "plan_search": "memo_about_plan_search",
    "plan_value": "memo_about_plan_value",
    "sweep": "memo_about_sweep",
    "discovery": "memo_about_discovery",
}
"""What each kind of study finds, by label."""
DECISIONS = {
    "comparison": "memo_decide_comparison",
    "enough": "memo_decide_enough",
    "solution": "memo_decide_solution",
    "frontier": "memo_decide_frontier",
    "stock": "memo_decide_stock",
    "plan_comparison": "memo_decide_plan_comparison",
    "ind_coa": "memo_decide_ind_coa",
    "sensitivity": "memo_decide_sensitivity",
    "plan_search": "memo_decide_plan_search",
    "plan_value": "memo_decide_plan_value",
    "discovery": "memo_decide_discovery",
}
"""What the reader of a study may decide, by label; a study that is not here asks for nothing."""


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
    answer, or the alternative text of the chart if there is none; the last is on the method. The
    chart stands in the memo, with the first table if that is short or there is no chart.
    """
    data = folder.data
    texts = [" ".join(str(part).split()) for part in told if not isinstance(part, PrintedTable)]
    texts = [_in_words(text, data, lang) for text in texts if text] or [chart_text(data, lang)]
    tables = [table_of(part) for part in told if isinstance(part, PrintedTable)]
    tables = [replace(one, caption=_in_words(one.caption, data, lang)) for one in tables]
    about = summary_of(str(data.record["kind"]), lang)
    titles = titles_of(data.scenarios, lang)
    subjects = _listed(list(titles.values()), lang) or folder.stamp.scenario
    question = "memo_study_question_several" if len(titles) > 1 else "memo_study_question"
    reason = translate(question, lang, about=about, scenarios=subjects)
    chart: list[Block] = []
    if has_chart(data):
        chart = [_study_chart(folder, translate("memo_study_caption", lang), lang)]
    place = 1 if tables and (not chart or len(tables[0].rows) <= SHORT) else 0
    shown, others = tables[:place], tables[place:]
    method = texts[-1:] if len(texts) > 1 else []
    points, notes = texts[1 : MOST_POINTS + 1], texts[MOST_POINTS + 1 :]
    points = points[: len(points) - len(method)] if not notes else points
    first = next(iter(data.scenarios.values()), None)
    plans = _plans(data, lang)
    brief = sum(map(len, plans)) <= ROOM
    annex: list[Block] = []
    if plans and not brief:
        annex = [Heading(translate("memo_plans", lang)), Listing(plans)]
    if others:
        annex += [Heading(translate("memo_more_tables", lang)), *others]
    parts = MemoParts(
        subject=translate(
            "memo_study_title", lang, about=about[:1].upper() + about[1:], scenarios=subjects
        ),
        reason=[reason],
        answer=texts[:1],
        points=points,
        decision=_decision(str(data.record["kind"]), lang),
        choices=plans if brief else (),
        explanation=[
            *chart,
            *shown,
            *(Paragraph(text) for text in notes or method),
            *(named_assumptions(first, lang) if first else ()),
        ],
        annex=annex,
    )
    return make_memo(folder, first, lang, parts)


def _plans(data: StudyData, lang: Language) -> tuple[str, ...]:
    """Return title and description of each plan that was compared; none of another study.

    Without the questions that a description asks: the decision asks them.
    """
    if data.record["kind"] != "plan_comparison":
        return ()
    titles = titles_of(data.scenarios, lang)
    return tuple(
        sentence(translate("named_value", lang, name=titles[name], value=text))
        for name, scenario in data.scenarios.items()
        for text in [_statements(getattr(scenario.description, lang))]
    )


def _statements(text: str) -> str:
    """Return the sentences of a text that are no questions; all if there are no others."""
    whole = " ".join(text.split())
    return " ".join(one for one in SENTENCE_END.split(whole) if not one.endswith("?")) or whole


def _in_words(text: str, data: StudyData, lang: Language) -> str:
    """Return a sentence with the target of a search in words, not as it was typed."""
    asked = data.asked
    if "target" not in asked or asked["target"] not in text:
        return text
    target = target_of(asked["target"], asked.get("certainty", 0.8))
    words = translate("memo_quoted", lang, name=target_words(target, data.first, lang))
    return text.replace(asked["target"], words)


def summary_of(kind: str, lang: Language) -> str:
    """Return what a kind of study finds, as a noun phrase; its name for one that was added."""
    if kind in SUMMARIES:
        return translate(SUMMARIES[kind], lang)
    study = study_of_kind(kind)
    return study.name if study else kind


def _decision(kind: str, lang: Language) -> list[str]:
    """What a reader is asked: to take note, and what the kind of study prepares, if anything."""
    texts = [translate("memo_note_study", lang)]
    return [
        *texts,
        translate(DECISIONS.get(kind, "memo_decide_nothing"), lang),
    ]


def _listed(names: Sequence[str], lang: Language) -> str:
    """Names with quotes, commas and an "and"."""
    quoted = [translate("memo_quoted", lang, name=name) for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return translate("memo_and", lang, first=", ".join(quoted[:-1]), last=quoted[-1])


def _memo_of_comparison(folder: FinishedFolder, lang: Language) -> Memo:
    """Return the memo of a comparison; raises ``ScenarioError`` if its files were changed."""
    data = folder.data
    comparison, scenarios = comparison_of(data), data.scenarios
    base, others = scenarios[comparison.base], comparison.others
    titles = titles_of(scenarios, lang)
    named = NAMED_OF_MANY if len(others) >= MANY else NAMED
    changes = tuple(_changes(base, scenarios[one], titles[one], named, lang) for one in others)
    blanks = {
        "others": _listed([titles[one] for one in others], lang),
        "base": translate("memo_quoted", lang, name=titles[comparison.base]),
    }
    chart: list[Block] = []
    if has_chart(data):
        chart = [_study_chart(folder, translate("memo_cmp_caption", lang), lang)]
    parts = MemoParts(
        subject=translate("memo_cmp_title", lang, **blanks),
        reason=[translate("memo_cmp_question", lang, **blanks)],
        answer=[_comparison_answer(comparison, one, titles, lang) for one in others],
        decision=_decision("comparison", lang),
        explanation=[
            Paragraph(translate("memo_cmp_drivers", lang)),
            Listing(changes),
            table_of(year_table(data, lang)),
            *chart,
            *(named_assumptions(base, lang) if len(others) < MANY else ()),
        ],
        risks=[translate("memo_cmp_means", lang), *prices_notes(scenarios, lang)],
        annex=_comparison_annex(comparison, scenarios, titles, lang),
        method=("memo_method_pairs",),
    )
    return make_memo(folder, base, lang, parts)


def _memo_of_explanation(folder: FinishedFolder, lang: Language) -> Memo:
    """Return the memo of an explanation; raises ``ScenarioError`` if its files were changed."""
    data = folder.data
    explanation, scenarios = explanation_of(data), data.scenarios
    titles = titles_of(scenarios, lang)
    pair = (explanation.first, explanation.second)
    first, second = (scenarios[name] for name in pair)
    blanks: dict[str, Any] = {"year": explanation.address.year} | {
        place: translate("memo_quoted", lang, name=titles[name])
        for place, name in zip(("first", "second"), pair, strict=True)
    }
    line = line_label(explanation.address.line, lang)
    answer, *others = sentences(explanation, lang)
    parts = MemoParts(
        subject=translate("memo_exp_title", lang, **blanks),
        reason=[translate("memo_exp_question", lang, **blanks, line=line)],
        answer=[answer],
        points=tuple(_driver(row, explanation, lang) for row in _largest_first(explanation)),
        decision=_decision("explanation", lang),
        explanation=[
            _study_chart(folder, translate("memo_exp_caption", lang), lang),
            *(Paragraph(text) for text in others),
            Paragraph(translate("memo_cmp_drivers", lang)),
            Listing(_named_changes(first, second, NAMED, lang)),
            *named_assumptions(first, lang),
        ],
        risks=[translate("memo_exp_caveat", lang)],
        annex=[
            Heading(translate("memo_more_tables", lang)),
            table_of(effects_table(explanation, scenarios, lang)),
            changes_table(first, second, tuple(titles[name] for name in pair), lang),
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


def _comparison_answer(
    comparison: Comparison, other: str, titles: Mapping[str, str], lang: Language
) -> str:
    rows = comparison.yearly[comparison.yearly["scenario"] == other]
    title = titles[other]
    if not moves(rows):
        return translate("memo_cmp_same", lang, other=title)
    year = year_of(comparison)
    gap = _row(comparison, other, "gap", "total", year)
    people = _row(comparison, other, "occupancy", "total", year)
    texts = [
        _difference(row, what, year, lang)
        for what, row in (("gap", gap), ("people", people))
        if row is not None
    ]
    return translate("memo_cmp_of", lang, other=title, text=" ".join(texts))


def _difference(row: Row, what: str, year: int, lang: Language) -> str:
    middle = row["difference_p50"]
    if row["difference_mean"] == 0:
        return translate(f"memo_cmp_{what}_same", lang, year=year)
    reach = sorted(abs(row[f"difference_{q}"]) for q in ("p10", "p90"))
    signed = [row["difference_p10"], row["difference_p90"]]
    if signed[0] * signed[1] < 0:
        # An interval across zero keeps its signs, turned so that the median is positive.
        reach = sorted(value if middle > 0 else -value for value in signed)
    money = what == "gap"
    blanks = ends(reach[0], reach[1], lang) if money else {
        "low": count(reach[0], lang), "high": count(reach[1], lang)
    }  # fmt: skip
    return translate(
        f"memo_cmp_{what}_{'more' if middle > 0 else 'less'}",
        lang,
        year=year,
        amount=billions(abs(middle), lang) if money else count(abs(middle), lang),
        chance=probability(row["p_positive"], lang),
        **blanks,
    )


def _named_changes(base: Scenario, other: Scenario, named: int, lang: Language) -> tuple[str, ...]:
    """The first changes of a scenario in words, and how many more there are."""
    differing = changed(base, other)
    texts = [
        change(key, before, after, base, other, lang) for key, before, after in differing[:named]
    ]
    if len(differing) > named:
        texts.append(translate("memo_more", lang, n=len(differing) - named))
    return tuple(texts)


def _changes(base: Scenario, other: Scenario, title: str, named: int, lang: Language) -> str:
    return sentence(f"{title}: {'; '.join(_named_changes(base, other, named, lang))}")


def _comparison_annex(
    comparison: Comparison,
    scenarios: Mapping[str, Scenario],
    titles: Mapping[str, str],
    lang: Language,
) -> list[Block]:
    blocks: list[Block] = [Heading(translate("memo_more_tables", lang))]
    for other in comparison.others:
        caption = translate("memo_cmp_table", lang, other=titles[other],
                            base=titles[comparison.base])  # fmt: skip
        table = table_of(difference_table(comparison, other, titles, lang), caption)
        if table.rows:
            blocks.append(table)
        blocks += [Paragraph(text) for text in still_lines(comparison, other, titles, lang)]
        pair = (titles[comparison.base], titles[other])
        blocks.append(changes_table(scenarios[comparison.base], scenarios[other], pair, lang))
    return blocks


def _largest_first(explanation: Explanation) -> list[Row]:
    rows: list[Row] = explanation.effects.to_dict("records")
    return sorted(rows, key=lambda row: -abs(row["effect"]))


def _name(row: Row, explanation: Explanation, lang: Language) -> str:
    factor = next(f for f in explanation.factors if f.name == row["factor"])
    return short_title(factor.title.get(lang) or "") or factor_name(factor.name, lang)


def _driver(row: Row, explanation: Explanation, lang: Language) -> str:
    way = "more" if row["effect"] > 0 else "less"
    amount = translate("shown_as_million", lang, value=number(abs(row["effect"]) / 1e6, lang))
    return translate(f"memo_exp_driver_{way}", lang, name=_name(row, explanation, lang),
                     amount=amount)  # fmt: skip
