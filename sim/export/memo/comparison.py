"""The memo of a comparison: what changes, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...report.i18n import Language, label
from ...report.run_tables import prices_notes
from ...scenario import Scenario
from ...studies.charts import words
from ...studies.compare import SHOWN, difference_table, name_of, scaled, still_lines
from ...studies.compare_chart import Comparison, comparison_of, moves
from .annex import annex, caveats
from .content import Block, Heading, Listing, Memo, MemoChart, Paragraph, Table, table_of
from .drivers import band, billions, changed, changes_table, count, of_number, rests, valued
from .folder import Folder
from .run import chance, marked_png

Row = dict[Any, Any]
NAMED = 4
"""Changes of a scenario that are named in the memo itself; all are in the annex."""


def memo_of_comparison(folder: Folder, lang: Language) -> Memo:
    """What a comparison says; raises ``ScenarioError`` if its files were changed."""
    told = folder.told
    found, scenarios = comparison_of(told), told.scenarios
    base = scenarios[found.base]
    title = label("memo_cmp_title", lang, base=found.base, others=", ".join(found.others))
    notes = [label("memo_cmp_means", lang), *prices_notes(scenarios, lang)]
    blocks: list[Block] = [
        Heading(title, 1),
        Heading(label("memo_question", lang)),
        Paragraph(_question(found, scenarios, lang)),
        Heading(label("memo_answer", lang)),
        *(Paragraph(_answer(found, other, lang), strong=True) for other in found.others),
        _picture(folder, found, lang),
        _table(found, lang),
        Heading(label("answer_drivers", lang)),
        Paragraph(label("memo_cmp_drivers", lang)),
        Listing(tuple(_changes(base, other, scenarios[other], lang) for other in found.others)),
        Heading(label("memo_ground_head", lang)),
        *rests(base, lang),
        *caveats(folder, lang, notes),
        *annex(folder, base, lang, _own(found, scenarios, lang), ("memo_method_pairs",)),
    ]
    return Memo(title, lang, folder.stamp, tuple(blocks))


def year_of(found: Comparison) -> int:
    """The year a memo leads with: the first in which the first scenario is short of money.

    The last year with a gap if there is none; without any gap the last year compared.
    """
    rows = found.yearly[found.yearly["scenario"] == found.others[0]]
    gaps = rows[(rows["series"] == "gap") & (rows["breakdown"] == "total")]
    if gaps.empty:
        return int(rows["year"].max())
    short = gaps[gaps["base_mean"] > 0]["year"]
    return int(short.min() if len(short) else gaps["year"].max())


def _row(found: Comparison, other: str, series: str, breakdown: str, year: int) -> Row | None:
    rows = found.yearly
    mine = rows[(rows["scenario"] == other) & (rows["series"] == series)
                & (rows["breakdown"] == breakdown) & (rows["year"] == year)]  # fmt: skip
    return None if mine.empty else dict(mine.iloc[0])


def _question(found: Comparison, scenarios: Mapping[str, Scenario], lang: Language) -> str:
    others = "; ".join(_titled(name, scenarios[name], lang) for name in found.others)
    base = _titled(found.base, scenarios[found.base], lang)
    return label("memo_cmp_question", lang, others=others, base=base)


def _titled(name: str, scenario: Scenario, lang: Language) -> str:
    return label("memo_titled", lang, name=name, title=getattr(scenario.title, lang))


def _answer(found: Comparison, other: str, lang: Language) -> str:
    rows = found.yearly[found.yearly["scenario"] == other]
    if not moves(rows):
        return label("compare_same", lang, other=other, base=found.base)
    year = year_of(found)
    texts = []
    gap = _row(found, other, "gap", "total", year)
    if gap is not None:
        texts.append(_difference(gap, other, "gap", year, lang))
    people = _row(found, other, "occupancy", "total", year)
    if people is not None:
        texts.append(_difference(people, other, "people", year, lang))
    return " ".join(texts)


def _difference(row: Row, other: str, what: str, year: int, lang: Language) -> str:
    mean = row["difference_mean"]
    if mean == 0:
        return label(f"memo_cmp_{what}_same", lang, other=other, year=year)
    ends = sorted(abs(row[f"difference_{q}"]) for q in ("p10", "p90"))
    signed = [row["difference_p10"], row["difference_p90"]]
    if signed[0] * signed[1] < 0:
        # A band on both sides of zero keeps its signs, turned so that the mean is above it.
        ends = sorted(value if mean > 0 else -value for value in signed)
    money = what == "gap"
    return label(
        f"memo_cmp_{what}_{'more' if mean > 0 else 'less'}",
        lang,
        other=other,
        year=year,
        amount=billions(abs(mean), lang) if money else count(abs(mean), lang),
        band=band(ends[0], ends[1], lang) if money else _ends(ends, lang),
        chance=chance(row["p_positive"], lang),
    )


def _ends(ends: list[float], lang: Language) -> str:
    return label("from_to", lang, low=count(ends[0], lang), high=count(ends[1], lang))


def _table(found: Comparison, lang: Language) -> Table:
    """One year: the first scenario, and the mean difference of each other with its band."""
    year = year_of(found)
    rows = []
    for series, breakdown in SHOWN:
        each = [_row(found, other, series, breakdown, year) for other in found.others]
        if each[0] is None or not any(row and row["difference_mean"] for row in each):
            continue
        cells = ["" if row is None else _cell(row, series, lang) for row in each]
        base = scaled(each[0]["base_mean"], series, lang)
        rows.append((name_of(series, breakdown, lang), base, *cells))
    return Table(
        label("memo_cmp_table", lang, year=year, base=found.base),
        ("", found.base, *found.others),
        tuple(rows),
        (False, *(True,) * (1 + len(found.others))),
    )


def _cell(row: Row, series: str, lang: Language) -> str:
    middle, low, high = (scaled(row[f"difference_{q}"], series, lang)
                         for q in ("mean", "p10", "p90"))  # fmt: skip
    return f"{middle} {label('from_to', lang, low=low, high=high)}"


def _picture(folder: Folder, found: Comparison, lang: Language) -> MemoChart:
    caption = label("memo_cmp_caption", lang, base=found.base)
    return MemoChart(caption, words(folder.told, lang), marked_png(folder, lang))


def _changes(base: Scenario, name: str, other: Scenario, lang: Language) -> str:
    all_ = changed(base, other)
    told = [
        label(
            "memo_change",
            lang,
            name=of_number(key, other if after is not None else base, lang),
            before=valued(before, lang),
            after=valued(after, lang),
        )
        for key, before, after in all_[:NAMED]
    ]
    if len(all_) > NAMED:
        told.append(label("memo_more", lang, n=len(all_) - NAMED))
    return f"{name}: {'; '.join(told)}"


def _own(found: Comparison, scenarios: Mapping[str, Scenario], lang: Language) -> list[Block]:
    blocks: list[Block] = [Heading(label("memo_more_tables", lang))]
    for other in found.others:
        table = table_of(difference_table(found, other, lang))
        if table.rows:
            blocks.append(table)
        blocks += [Paragraph(text) for text in still_lines(found, other, lang)]
        pair = (found.base, other)
        blocks.append(changes_table(scenarios[found.base], scenarios[other], pair, lang))
    return blocks
