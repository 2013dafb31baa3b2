"""The memo of the answers to the Senate: one question, or those the minister deferred.

Deferred questions were answered with "we will look at it with the next forecast". Their memo leads
with the first of them that asks for the whole gap of the baseline; its table lists all of them, and
its annex has their full answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from pydantic import ValidationError

from ...errors import Message, Problem, ScenarioError
from ...questions.questions import Question
from ...questions.text import SCALE
from ...report.charts.bar_rows import new_rows
from ...report.charts.layout import finish
from ...report.charts.scales import number_scale
from ...report.i18n import Language, number, translate
from ...report.style import BLUE, CHART_SIZES, DARK, chart_style
from ...runs.load import FinishedFolder
from .content import Block, Commands, Heading, Listing, Memo, MemoChart, Paragraph, Table
from .outline import MemoParts, make_memo
from .run import png_of

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class AnswerPage:
    """A page of the answers: the answer, the notes below it, and its sections by heading.

    ``plan`` is the second paragraph of the answer; empty where it has none.
    """

    heading: str
    place: str
    minister: str
    answer: str
    plan: str
    notes: tuple[str, ...]
    parts: dict[str, tuple[str, ...]]

    def table(self, heading: str) -> tuple[tuple[str, ...], Rows]:
        """Return head and rows of the table under a heading."""
        lines = [_cells(line) for line in self.parts.get(heading, ())]
        return (lines[0], tuple(lines[2:])) if lines else ((), ())

    def points(self, heading: str) -> tuple[str, ...]:
        """Return the points under a heading."""
        return tuple(line.removeprefix("- ") for line in self.parts.get(heading, ()))

    def commands(self, heading: str) -> tuple[str, ...]:
        """Return the commands under a heading."""
        return tuple(line for line in self.parts.get(heading, ()) if line != "```")


def memo_of_answers(folder: FinishedFolder, lang: Language, question: int | None) -> Memo:
    """Return the memo of the answer to one question, or to those that were deferred.

    Raises ``ScenarioError`` if the answers are in another language, have no such question or no
    number for it, or if their files were changed.
    """
    if folder.lang != lang:
        what = Message("these answers are written in '{lang}'", lang=folder.lang)
        advice = Message(
            "make them in the other language: opvangsim answer all --lang {lang}", lang=lang
        )
        raise _refused(folder.path, what, advice)
    asked = _asked(folder)
    deferred = [one for one in asked if one.deferred and one.answer is not None]
    path = folder.path
    lead = _lead(deferred, path) if question is None else _find(asked, question, path)
    page = parse_page(folder.text(f"{lead.number:02d}.md"))
    figures = folder.table("figures.csv")
    scenarios = folder.record["scenarios"]
    scenario = lead.main.of if lead.main.of in scenarios else next(iter(scenarios))
    commands: list[Block] = [
        Heading(translate("memo_book_commands", lang)),
        Paragraph(translate("memo_book_runs", lang)),
        Commands(page.commands(translate("answer_again", lang))),
    ]
    if question is None:
        count = {"n": len(deferred), "all": len(asked)}
        title = translate("memo_book_title", lang)
        reason = [
            translate("memo_book_question", lang, **count),
            translate("memo_book_lead", lang, question=getattr(lead.question, lang)),
        ]
        table, own = _short_table(folder, deferred, lang), _all_answers(folder, deferred, lang)
    else:
        title = translate("memo_book_one", lang, n=lead.number, party=lead.party)
        reason = [page.heading, f"{page.place} {page.minister}"]
        table, own = _figures_table(page, lang), []
    parts = MemoParts(
        subject=title,
        reason=reason,
        answer=[page.answer],
        points=[*([page.plan] if page.plan else []), *_own_notes(page, lang, folder)],
        decision=[translate("memo_decide_answers", lang)],
        explanation=[
            table,
            _chart(folder, lead, figures, lang),
            *_points(page, "answer_drivers", "memo_book_drivers", lang),
            *_points(page, "answer_assumptions", "memo_book_assumptions", lang),
        ],
        annex=[*own, *commands],
        method=("memo_method_book",),
    )
    return make_memo(folder, folder.scenario(scenario), lang, parts)


def parse_page(text: str) -> AnswerPage:
    """Parse a page of the answers, as ``sim/questions/pages.py`` writes it."""
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, place, minister, answer, *notes = (part.strip() for part in head.strip().split("\n\n"))
    quoted, _, plan = answer.partition("\n>\n")
    parts = {}
    for section in sections:
        heading, _, body = section.partition("\n")
        parts[heading.strip()] = tuple(line for line in body.splitlines() if line.strip())
    return AnswerPage(
        title.removeprefix("# "),
        place,
        minister,
        quoted.removeprefix("> "),
        plan.removeprefix("> "),
        tuple(notes),
        parts,
    )


def _cells(line: str) -> tuple[str, ...]:
    inside = line.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inside))


def _asked(folder: FinishedFolder) -> list[Question]:
    try:
        return [
            Question.model_validate(question) for question in folder.record["asked"]["questions"]
        ]
    except ValidationError:
        what = "its questions are not in the form that this version knows"
        advice = Message("recreate them: opvangsim answer all --lang {lang}", lang=folder.lang)
        raise _refused(folder.path / "run.json", what, advice) from None


def _refused(where: Path, what: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(str(where), what, advice)])


def _lead(deferred: Sequence[Question], where: Path) -> Question:
    """The first that asks for the whole gap of the baseline alone, or else the first of all."""
    if not deferred:
        advice = "name one of its questions with --question"
        raise _refused(where, "none of the deferred questions is answered here", advice)
    money = (question for question in deferred if _asks_whole_gap(question))
    return next(money, deferred[0])


def _asks_whole_gap(question: Question) -> bool:
    """Whether a question asks for the gap of the total, and of the baseline alone."""
    if question.main.cell is None:
        return False
    address = question.main.address
    return (address.table, address.line) == ("gap", "total") and all(
        figure.cell is None
        or (figure.of, figure.against, figure.certainty) == ("baseline", None, None)
        for figure in question.figures.values()
    )


def _find(asked: Sequence[Question], number: int, where: Path) -> Question:
    question = next((candidate for candidate in asked if candidate.number == number), None)
    if question is None:
        numbers = [candidate.number for candidate in asked]
        what = Message("there is no question {number}", number=number)
        raise _refused(
            where,
            what,
            Message("a number from {first} to {last}", first=min(numbers), last=max(numbers)),
        )
    if question.because is not None:
        what = Message(
            "no number answers question {number}: {reason}",
            number=number,
            reason=question.because.en,
        )
        raise _refused(where, what, "take a question that has an answer")
    return question


def _figures_table(page: AnswerPage, lang: Language) -> Table:
    heading = translate("answer_figures", lang)
    heads, rows = page.table(heading)
    # Pages of an earlier version have no column of the simulation error.
    return Table(heading, heads, rows, (False, *(True,) * (len(heads) - 2), False))


def _short_table(folder: FinishedFolder, deferred: Sequence[Question], lang: Language) -> Table:
    """A row per question: its number, its party, the answer in a few words."""
    short = folder.table("answers.csv").set_index("number")["answer"]
    rows = tuple(
        (str(question.number), question.party, str(short[question.number])) for question in deferred
    )
    heads = ("answer_number", "answer_party", "answer_state")
    return Table(
        translate("memo_book_table", lang),
        tuple(translate(key, lang) for key in heads),
        rows,
        (True, False, False),
    )


def _points(page: AnswerPage, section: str, heading: str, lang: Language) -> list[Block]:
    """The points of a section of the page below a sentence; nothing if there are none."""
    points = page.points(translate(section, lang))
    return [Paragraph(translate(heading, lang)), Listing(points)] if points else []


def _own_notes(page: AnswerPage, lang: Language, folder: FinishedFolder) -> list[str]:
    """Notes of the page, without those that every memo has."""
    sure = translate("answer_sure", lang, held="|").split("|")[0]
    options = folder.record["options"]
    step = translate(f"step_{options['step']}", lang)
    runs = translate("answer_rests", lang, n=number(options["replications"], lang), step=step)
    return [note for note in page.notes if not note.startswith(sure) and note != runs]


def _all_answers(
    folder: FinishedFolder, deferred: Sequence[Question], lang: Language
) -> list[Block]:
    blocks: list[Block] = [Heading(translate("memo_book_all", lang))]
    for question in deferred:
        page = parse_page(folder.text(f"{question.number:02d}.md"))
        blocks += [Heading(page.heading, 3), Paragraph(page.answer)]
        blocks += [Paragraph(page.plan)] if page.plan else []
        blocks += [Paragraph(note, small=True) for note in _own_notes(page, lang, folder)]
    return blocks


def _chart(
    folder: FinishedFolder, lead: Question, figures: pd.DataFrame, lang: Language
) -> MemoChart:
    """A chart of the figures that have the unit of the headline figure, with their intervals."""
    rows = figures[figures["question"] == lead.number]
    alike = [
        name
        for name, figure in lead.figures.items()
        if figure.shown == lead.main.shown and name not in lead.of_plan
    ]
    rows = rows[rows["figure"].isin(alike)]
    twice = rows["name"].duplicated(keep=False)
    rows = rows.assign(name=rows["name"].where(~twice, rows["name"] + ": " + rows["from"]))
    divisor, decimals = SCALE[lead.main.shown]
    drawn = _dots(rows, folder, divisor, decimals, lead.main.shown, lang)
    texts = []
    for row in rows.to_dict("records"):
        ends = (number(row[end] / divisor, lang, decimals) for end in ("low", "high"))
        middle = translate(f"shown_as_{lead.main.shown}", lang,
                       value=number(row["value"] / divisor, lang, decimals))  # fmt: skip
        text = f"{row['name']}: {middle}"
        if row["low"] == row["low"]:
            text += " " + translate(
                "from_to", lang, **dict(zip(("low", "high"), ends, strict=True))
            )
        texts.append(text)
    alt = translate("memo_book_alt", lang, figures="; ".join(texts))
    caption = translate("memo_book_caption", lang, n=lead.number)
    return MemoChart(caption, alt, png_of(drawn, folder.stamp))


def _dots(
    rows: pd.DataFrame,
    folder: FinishedFolder,
    divisor: float,
    decimals: int,
    shown: str,
    lang: Language,
) -> Figure:
    """Draw a dot for each figure, a line for its band, its value above it."""
    size, n = CHART_SIZES["page"], number(folder.record["options"]["replications"], lang)
    with chart_style(size):
        drawn = new_rows(
            size,
            translate("memo_book_chart", lang),
            [translate(f"memo_axis_{shown}", lang)],
            list(rows["name"]),
            lambda _: [translate("memo_book_note", lang, n=n, id=folder.record["id"])],
            lines=2.2,
        )
        (axes,) = drawn.layout.panels
        for place, row in zip(drawn.at, rows.to_dict("records"), strict=True):
            value, low, high = (row[key] / divisor for key in ("value", "low", "high"))
            if low == low:
                axes.hlines(place, low, high, color=BLUE, alpha=0.45, linewidth=6)
            axes.plot([value], [place], "o", color=DARK, markersize=5)
            axes.annotate(
                number(value, lang, decimals), (value, place), (0, 4),
                textcoords="offset points", ha="center", va="bottom",
            )  # fmt: skip
        number_scale(axes.xaxis, lang)
        return finish(drawn.layout)
