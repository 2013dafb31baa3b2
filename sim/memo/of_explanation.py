"""The memo of an explanation: which changes close how much of the gap, and what is left."""

from __future__ import annotations

from typing import Any

from ..address import parse
from ..decide.changes import Factor
from ..decide.explain import Explanation
from ..report.explanation import chart, effects_table, factor_name, sentences
from ..report.labels import Language, label, number
from ..report.names import title as title_of
from ..scenario import Scenario, shipped
from .annex import annex, caveats
from .content import Block, Heading, Listing, Memo, Paragraph, Picture, table_of
from .folder import Folder
from .ground import billions, changes_table, rests
from .of_run import png_of

Row = dict[Any, Any]


def memo_of_explanation(folder: Folder, lang: Language) -> Memo:
    """What an explanation says; raises ``ScenarioError`` if its files were changed."""
    found = _found(folder)
    scenarios = {name: folder.scenario(name) for name in folder.record["scenarios"]}
    first, second = scenarios[found.first], scenarios[found.second]
    year = found.address.year
    title = label("memo_exp_title", lang, first=found.first, second=found.second, year=year)
    question = label(
        "memo_exp_question",
        lang,
        year=year,
        line=label(f"line_{found.address.line}", lang),
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
        _picture(folder, found, scenarios, lang),
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


def _found(folder: Folder) -> Explanation:
    """The explanation as its tables tell it; how many runs it took they do not."""
    asked, effects = folder.record["asked"], folder.table("effects.csv")
    cells = folder.table("cells.csv")["value"].tolist()
    first, second = list(folder.record["scenarios"])
    own = {name: {"en": title_of(name, "en"), "nl": title_of(name, "nl")}
           for name in asked["factors"] if name in shipped()}  # fmt: skip
    parts = tuple(
        Factor(name, tuple(keys), only_money=False, title=own.get(name, {}))
        for name, keys in asked["factors"].items()
    )
    before, after, residual = (float(value) for value in cells)
    return Explanation(first, second, parse(asked["cell"]), before, after, residual, effects,
                       parts, runs=0, priced=0)  # fmt: skip


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


def _picture(
    folder: Folder, found: Explanation, scenarios: dict[str, Scenario], lang: Language
) -> Picture:
    replications = folder.record["options"]["replications"]
    figure = chart(found, scenarios, folder.record["id"], replications, lang)
    steps = "; ".join(
        f"{factor_name(row['factor'], lang)}: {billions(row['effect'], lang)}"
        for row in found.effects.to_dict("records")
    )
    blanks = {
        "year": found.address.year,
        "first": found.first,
        "second": found.second,
        "before": billions(found.before, lang),
        "after": billions(found.after, lang),
    }
    alt = label("memo_exp_alt", lang, steps=steps, **blanks)
    return Picture(label("memo_exp_caption", lang, **blanks), alt, png_of(figure, folder.stamp))
