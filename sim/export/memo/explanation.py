"""The memo of an explanation: which changes close how much of the gap, and what is left."""

from __future__ import annotations

from typing import Any

from ...report.display_names import line_label
from ...report.i18n import Language, label, number
from ...studies.charts import words
from ...studies.explain import effects_table, sentences
from ...studies.explain_chart import Explanation, explanation_of
from ...studies.names import factor_name
from .annex import annex, caveats
from .content import Block, Heading, Listing, Memo, MemoChart, Paragraph, table_of
from .drivers import changes_table, rests
from .folder import Folder
from .run import marked_png

Row = dict[Any, Any]


def memo_of_explanation(folder: Folder, lang: Language) -> Memo:
    """What an explanation says; raises ``ScenarioError`` if its files were changed."""
    told = folder.told
    found, scenarios = explanation_of(told), told.scenarios
    first, second = scenarios[found.first], scenarios[found.second]
    year = found.address.year
    title = label("memo_exp_title", lang, first=found.first, second=found.second, year=year)
    question = label(
        "memo_exp_question",
        lang,
        year=year,
        line=line_label(found.address.line, lang),
        first=label("memo_titled", lang, name=found.first, title=getattr(first.title, lang)),
        second=label("memo_titled", lang, name=found.second, title=getattr(second.title, lang)),
    )
    own: list[Block] = [
        Heading(label("memo_more_tables", lang)),
        changes_table(first, second, (found.first, found.second), lang),
    ]
    blocks: list[Block] = [
        Heading(title, 1),
        Heading(label("memo_question", lang)),
        Paragraph(question),
        Heading(label("memo_answer", lang)),
        Paragraph(sentences(found, lang)[0], strong=True),
        _picture(folder, found, lang),
        table_of(effects_table(found, scenarios, lang)),
        Heading(label("answer_drivers", lang)),
        Paragraph(label("memo_exp_drivers", lang)),
        Listing(tuple(_driver(row, found, lang) for row in _largest_first(found))),
        Heading(label("memo_ground_head", lang)),
        *rests(first, lang),
        *caveats(folder, lang, [label("memo_exp_caveat", lang)]),
        *annex(folder, first, lang, own, ("memo_method_pairs", "memo_method_shapley")),
    ]
    return Memo(title, lang, folder.stamp, tuple(blocks))


def _largest_first(found: Explanation) -> list[Row]:
    rows: list[Row] = found.effects.to_dict("records")
    return sorted(rows, key=lambda row: -abs(row["effect"]))


def _name(row: Row, found: Explanation, lang: Language) -> str:
    factor = next(one for one in found.factors if one.name == row["factor"])
    text = factor_name(factor.name, lang)
    title = factor.title.get(lang)
    return label("memo_titled", lang, name=text, title=title) if title else text


def _driver(row: Row, found: Explanation, lang: Language) -> str:
    return label(
        "memo_exp_driver",
        lang,
        name=_name(row, found, lang),
        **{key: number(row[key] / 1e6, lang) for key in ("effect", "alone", "last")},
    )


def _picture(folder: Folder, found: Explanation, lang: Language) -> MemoChart:
    blanks = {
        "year": found.address.year,
        "first": found.first,
        "second": found.second,
    }
    caption = label("memo_exp_caption", lang, **blanks)
    return MemoChart(caption, words(folder.told, lang), marked_png(folder, lang))
