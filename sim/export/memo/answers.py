"""The memo of the question book: one question, or those the minister put off.

Without a number it is about the questions that were answered with "we will look at it with the
next forecast": it leads with the first of them that asks how much money is missing in all as things
go, has all of them in its table and their full answers in the annex.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from pydantic import ValidationError

from ...errors import Problem, ScenarioError
from ...questions.questions import Question
from ...questions.text import SCALE
from ...report.i18n import Language, label, number
from ...report.style import BLUE, DARK, STYLE, head_and_foot, page
from .annex import annex, caveats
from .answer_pages import Page, page_of
from .content import Block, Commands, Heading, Listing, Memo, MemoChart, Paragraph, Table
from .folder import Folder
from .run import png_of

WRAPPED = 46
"""Letters of a name beside the chart before it goes on the next line."""


def memo_of_answers(folder: Folder, lang: Language, number_: int | None) -> Memo:
    """What the book answers to a question, or to those that were put off.

    Raises ``ScenarioError`` if the book is in another language, has no such question or no number
    for it, or if its files were changed.
    """
    if folder.lang != lang:
        what = f"these answers are written in '{folder.lang}'"
        advice = f"make them in the other language: opvangsim answer all --lang {lang}"
        raise _refused(folder.path, what, advice)
    asked = _asked(folder)
    put_off = [one for one in asked if one.deferred and one.answer is not None]
    lead = _lead(put_off, folder.path) if number_ is None else _one(asked, number_, folder.path)
    told = page_of(folder.text(f"{lead.number:02d}.md"))
    figures = folder.table("figures.csv")
    name = getattr(lead.question, lang)
    title = label("memo_book_title", lang) if number_ is None else label(
        "memo_book_one", lang, n=lead.number, party=lead.party)  # fmt: skip
    question = [Paragraph(told.heading), Paragraph(f"{told.place} {told.minister}")]
    if number_ is None:
        intro = label("memo_book_question", lang, n=len(put_off), all=len(asked))
        question = [Paragraph(intro), Paragraph(label("memo_book_lead", lang, question=name))]
    table = _figures(told, lang) if number_ is not None else _short(folder, put_off, lang)
    scenario = folder.scenario(lead.main.of if lead.main.of in folder.record["scenarios"]
                               else next(iter(folder.record["scenarios"])))  # fmt: skip
    own = [] if number_ is not None else _all(folder, put_off, lang)
    blocks: list[Block] = [
        Heading(title, 1),
        Heading(label("memo_question", lang)),
        *question,
        Heading(label("memo_answer", lang)),
        Paragraph(told.answer, strong=True),
        _picture(folder, lead, figures, lang),
        table,
        *_parts(told, lang),
        *caveats(folder, lang, _own_notes(told, lang, folder)),
        *annex(folder, scenario, lang, [*own, *_again(told, lang)], ("memo_method_book",)),
    ]
    return Memo(title, lang, folder.stamp, tuple(blocks))


def _asked(folder: Folder) -> list[Question]:
    try:
        return [Question.model_validate(one) for one in folder.record["asked"]["questions"]]
    except ValidationError:
        what = "its questions are not in the form that this version knows"
        advice = f"make them anew: opvangsim answer all --lang {folder.lang}"
        raise _refused(folder.path / "run.json", what, advice) from None


def _refused(where: Path, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(str(where), what, advice)])


def _lead(put_off: Sequence[Question], where: Path) -> Question:
    """The first that asks for the gap in all, of the baseline and nothing else; or the first."""
    if not put_off:
        advice = "name one of its questions with --question"
        raise _refused(where, "none of the questions that were put off is answered here", advice)
    money = (one for one in put_off if one.main.cell is not None
             and (one.main.address.table, one.main.address.line) == ("gap", "total")
             and all(figure.cell is None or (figure.of, figure.against, figure.certainty)
                     == ("baseline", None, None) for figure in one.figures.values()))  # fmt: skip
    return next(money, put_off[0])


def _one(asked: Sequence[Question], number_: int, where: Path) -> Question:
    found = next((one for one in asked if one.number == number_), None)
    if found is None:
        numbers = [one.number for one in asked]
        what = f"there is no question {number_}"
        raise _refused(where, what, f"a number from {min(numbers)} to {max(numbers)}")
    if found.because is not None:
        what = f"no number answers question {number_}: {found.because.en}"
        raise _refused(where, what, "take a question that has an answer")
    return found


def _figures(told: Page, lang: Language) -> Table:
    heading = label("answer_figures", lang)
    heads, rows = told.table(heading)
    return Table(heading, heads, rows, (False, True, False))


def _short(folder: Folder, put_off: Sequence[Question], lang: Language) -> Table:
    """A row a question: its number, its party, the answer in a few words."""
    short = folder.table("answers.csv").set_index("number")["answer"]
    rows = tuple((str(one.number), one.party, str(short[one.number])) for one in put_off)
    heads = ("answer_number", "answer_party", "answer_state")
    return Table(label("memo_book_table", lang), tuple(label(key, lang) for key in heads), rows,
                 (True, False, False))  # fmt: skip


def _parts(told: Page, lang: Language) -> list[Block]:
    """What drives the answer and what it rests on, as the page says it."""
    found: list[Block] = []
    for key, head, without in (
        ("answer_drivers", "answer_drivers", "memo_book_certain"),
        ("answer_assumptions", "memo_ground_head", "memo_book_sourced"),
    ):
        points = told.points(label(key, lang))
        body = Listing(points) if points else Paragraph(label(without, lang))
        found += [Heading(label(head, lang)), body]
    return found


def _own_notes(told: Page, lang: Language, folder: Folder) -> list[str]:
    """What the page says under its answer, without what every memo says."""
    sure = label("answer_sure", lang, held="|").split("|")[0]
    options = folder.record["options"]
    step = label(f"step_{options['step']}", lang)
    runs = label("answer_rests", lang, n=number(options["replications"], lang), step=step)
    return [note for note in told.notes if not note.startswith(sure) and note != runs]


def _again(told: Page, lang: Language) -> list[Block]:
    commands = told.commands(label("answer_again", lang))
    intro = Paragraph(label("memo_book_runs", lang))
    return [Heading(label("memo_book_commands", lang)), intro, Commands(commands)]


def _all(folder: Folder, put_off: Sequence[Question], lang: Language) -> list[Block]:
    found: list[Block] = [Heading(label("memo_book_all", lang))]
    for one in put_off:
        told = page_of(folder.text(f"{one.number:02d}.md"))
        found += [Heading(told.heading, 3), Paragraph(told.answer)]
        found += [Paragraph(note, small=True) for note in _own_notes(told, lang, folder)]
    return found


def _picture(folder: Folder, lead: Question, figures: pd.DataFrame, lang: Language) -> MemoChart:
    """The figures of the answer that are told in the unit of its headline, with their bands."""
    rows = figures[figures["question"] == lead.number]
    alike = [name for name, figure in lead.figures.items() if figure.shown == lead.main.shown]
    rows = rows[rows["figure"].isin(alike)]
    twice = rows["name"].duplicated(keep=False)
    rows = rows.assign(name=rows["name"].where(~twice, rows["name"] + ": " + rows["from"]))
    divisor, decimals = SCALE[lead.main.shown]
    drawn = _dots(rows, folder, divisor, decimals, lead.main.shown, lang)
    said = []
    for row in rows.to_dict("records"):
        ends = (number(row[end] / divisor, lang, decimals) for end in ("low", "high"))
        middle = label(f"shown_as_{lead.main.shown}", lang,
                       value=number(row["value"] / divisor, lang, decimals))  # fmt: skip
        told = f"{row['name']}: {middle}"
        if row["low"] == row["low"]:
            told += " " + label("from_to", lang, **dict(zip(("low", "high"), ends, strict=True)))
        said.append(told)
    alt = label("memo_book_alt", lang, figures="; ".join(said))
    caption = label("memo_book_caption", lang, n=lead.number)
    return MemoChart(caption, alt, png_of(drawn, folder.stamp))


def _dots(
    rows: pd.DataFrame, folder: Folder, divisor: float, decimals: int, shown: str, lang: Language
) -> Figure:
    """A dot a figure, a line for its band, its value beside it."""
    names = [textwrap.fill(name, WRAPPED) for name in rows["name"]]
    with mpl.rc_context(STYLE):
        height = 1.35 + 0.42 * len(rows)
        figure = page(height)
        axes = figure.add_axes((0.42, 0.72 / height, 0.54, 1 - 1.2 / height))
        for place, row in enumerate(rows.to_dict("records")):
            value, low, high = (row[key] / divisor for key in ("value", "low", "high"))
            if low == low:
                axes.hlines(place, low, high, color=BLUE, alpha=0.45, linewidth=6)
            axes.plot([value], [place], "o", color=DARK, markersize=5)
            axes.annotate(number(value, lang, decimals), (value, place), (0, 7),
                          textcoords="offset points", ha="center", fontsize=8)  # fmt: skip
        axes.set_yticks(range(len(names)), names, fontsize=8)
        axes.set_ylim(len(names) - 0.4, -0.75)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, lang, decimals)))
        axes.set_xlabel(label(f"memo_axis_{shown}", lang), fontsize=8)
        n = number(folder.record["options"]["replications"], lang)
        note = label("memo_book_note", lang, n=n, id=folder.record["id"])
        head_and_foot(figure, label("memo_book_chart", lang), note)
        return figure
