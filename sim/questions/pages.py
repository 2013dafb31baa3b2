"""Answers as pages: Markdown, and HTML made from it, one page a question and an index."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from itertools import groupby

import pandas as pd
from markdown_it import MarkdownIt

from ..report.i18n import Language, translate, unbroken
from ..report.page_style import font_css, house_css
from ..studies.base import Value
from .metrics import figure_from, figure_name
from .questions import Question
from .text import Page, sections

COMMANDS = "answer_again"
FONT = "font.css"
"""File with the font beside the pages; a page that is sent alone has another one."""


def page_name(question: Question) -> str:
    """Return the file name of a question's page, without suffix."""
    return f"{question.number:02d}"


def markdown(page: Page) -> str:
    """Return the Markdown page of a question: answer, chart, metrics, drivers, assumptions."""
    parts = [f"# {page.heading}", f"{page.place}.", page.minister, _quoted(page)]
    if page.alt_text:
        alt = re.sub(r"([\\[\]])", r"\\\1", page.alt_text)
        parts.append(f"![{alt}]({page_name(page.question)}.svg)")
    parts += page.notes
    if page.rows:
        keys = ("answer_what", "answer_value", "answer_error", "answer_from")
        heads = [translate(key, page.lang) for key in keys]
        parts += [f"## {translate('answer_figures', page.lang)}", _known_columns(heads, page.rows)]
    for key, texts in sections(page):
        parts.append(f"## {translate(key, page.lang)}")
        listed = "\n".join(texts if key == COMMANDS else (f"- {text}" for text in texts))
        parts.append(f"```\n{listed}\n```" if key == COMMANDS else listed)
    return "\n\n".join(parts) + "\n"


def _quoted(page: Page) -> str:
    """Return the answer, and its second paragraph if it has one, as one quotation."""
    return f"> {page.answer}" + (f"\n>\n> {page.plan}" if page.plan else "")


def index(pages: Sequence[Page], lang: Language, ending: str) -> str:
    """Return all questions by party, each with its short answer and a link to its page."""
    parts = [f"# {translate('answer_overview', lang)}", translate("answer_intro", lang)]
    heads = [translate(key, lang) for key in ("answer_number", "answer_question", "answer_state")]
    for party, group in groupby(pages, key=lambda page: page.question.party):
        rows = [
            (
                f"[{page.question.number}]({page_name(page.question)}.{ending})",
                getattr(page.question.question, lang),
                page.short,
            )
            for page in group
        ]
        parts += [f"## {party}", _table(heads, rows, "rll")]
    return "\n\n".join(parts) + "\n"


def summary(pages: Sequence[Page]) -> str:
    """Return the short answers as a Markdown table: number, party, answer."""
    lang = pages[0].lang
    heads = [translate(key, lang) for key in ("answer_number", "answer_party", "answer_state")]
    rows = [
        (str(page.question.number), page.question.party, page.short)
        for page in pages
        if page.question.answer is not None
    ]
    return _table(heads, rows, "rll") + "\n"


def html(
    text: str,
    title: str,
    lang: Language,
    links: Sequence[tuple[str, str]] = (),
    chart: str = "",
    kind: str = "answer",
) -> str:
    """Return a Markdown page as an HTML file; ``links`` (text, page) on top.

    ``chart`` is the SVG that replaces the picture of the page, so that it can be sent alone; a page
    of ``kind`` list can be searched. HTML within the Markdown is escaped.
    """
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    body = unbroken(body)
    if kind == "list":
        body = body.replace("<h2>", f"{_search_form(lang)}<h2>", 1)
        body += f"<script>{_web('search.js')}</script>\n"
    else:
        region = f'<div class="scroll" role="region" tabindex="0" aria-label="{_figures(lang)}">'
        body = body.replace("<table>", f"{region}<table>").replace("</table>", "</table></div>")
    if chart:
        picture = f'<figure class="chart">{chart[chart.index("<svg") :].strip()}</figure>'
        body = re.sub(r"<p><img [^>]*></p>", lambda _: picture, body, count=1)
    nav = " | ".join(f'<a href="{escape(file)}">{escape(name)}</a>' for name, file in links)
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="{FONT}">\n'
        f"<style>{house_css()}{_web('answers.css')}</style>\n</head>\n"
        f'<body class="{kind}">\n'
        + (f"<nav>{nav}</nav>\n" if nav else "")
        + f"<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _search_form(lang: Language) -> str:
    """Return the field that searches the list; a script shows it."""
    found = escape(translate("answer_found", lang, n="{n}", of="{of}"))
    return (
        f'<form hidden role="search"><label for="q">{escape(translate("answer_search", lang))}'
        f'</label><input id="q" type="search" autocomplete="off">'
        f'<p role="status" data-found="{found}"></p></form>\n'
    )


def _figures(lang: Language) -> str:
    return escape(translate("answer_figures", lang))


def _web(name: str) -> str:
    return (resources.files(__package__) / "web" / name).read_text("utf-8")


def files(pages: Sequence[Page], lang: Language) -> dict[str, str]:
    """Return all pages, charts and indices in a language by file name, as Markdown and HTML."""
    result = {"index.md": index(pages, lang, "md"), FONT: font_css()}
    home = (translate("answer_overview", lang), "index.html")
    result["index.html"] = html(index(pages, lang, "html"), home[0], lang, kind="list")
    for place, page in enumerate(pages):
        name, text = page_name(page.question), markdown(page)
        beside = [
            (translate(key, lang), f"{page_name(pages[other].question)}.html")
            for key, other in (("answer_before", place - 1), ("answer_next", place + 1))
            if 0 <= other < len(pages)
        ]
        result[f"{name}.md"] = text
        result[f"{name}.html"] = html(text, page.heading, lang, [home, *beside], page.chart)
        if page.chart:
            result[f"{name}.svg"] = page.chart
    return result


def answers_frame(pages: Sequence[Page]) -> pd.DataFrame:
    """Return a table of the questions with their short answers."""
    rows = [
        (page.question.number, page.question.party, page.question.kind, page.question.deferred,
         getattr(page.question.question, page.lang), page.short)
        for page in pages
    ]  # fmt: skip
    columns = ["number", "party", "kind", "deferred", "question", "answer"]
    return pd.DataFrame(rows, columns=columns)


def figures_frame(
    all_: Sequence[tuple[Question, Mapping[str, Value]]], lang: Language
) -> pd.DataFrame:
    """Return a table of the metrics, unrounded: value and interval in their own unit."""
    rows = []
    for question, values in all_:
        for name, figure in question.figures.items():
            value = values[name]
            low, high = value.band or (None, None)
            error_low, error_high = value.error or (None, None)
            rows.append((question.number, name, figure_name(figure, lang), value.value, low, high,
                         error_low, error_high,
                         "sampled" if value.sampled else "futures" if value.band else "",
                         _unit(figure.shown), figure_from(question, figure, lang)))  # fmt: skip
    columns = [
        "question",
        "figure",
        "name",
        "value",
        "low",
        "high",
        "error_low",
        "error_high",
        "band",
        "unit",
        "from",
    ]
    return pd.DataFrame(rows, columns=columns)


def _unit(shown: str) -> str:
    if shown in ("billion", "million", "euro"):
        return "EUR"
    return {"percent": "share", "count": "number"}.get(shown, shown)


def _known_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table of the figures, without the simulation error where none is known."""
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    cells = [[row[place] for place in kept] for row in (heads, *rows)]
    return _table(cells[0], cells[1:], "".join("lrrl"[place] for place in kept))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Return a Markdown table; ``align`` has l or r for each column."""
    marks = ["---:" if side == "r" else "---" for side in align]
    lines = [heads, marks, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
