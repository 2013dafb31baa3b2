"""The dashboard as one file: template, style, code, library and content; it loads nothing else.

A content security policy forbids every request, and all scripts and styles but those whose hash it
lists. Titles are written by users: they are JSON in which ``<`` is escaped, and the code puts them
into the document as text only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from importlib import resources
from pathlib import Path

from ...errors import Message, Problem, ScenarioError, usage_error
from ...hindcast.observations import Observation
from ...report.i18n import Language, translate
from ...report.page_style import font_css, house_css
from ...runs.load import RunFolder, combined_provenance
from ...runs.provenance import Provenance, marked
from .content import Json, content_of
from .differences import Difference, differences

MOST_RUNS = 10
"""Runs that can be distinguished in one chart by letter, colour, dashes and shape."""
MOST_BYTES = 3_000_000
"""Size of a page that can still be sent by mail."""
LIBRARY = "echarts.common.min.js"
LIBRARY_VERSION = "6.1.0"
LIBRARY_SHA256 = "61f13280aba3161f77fc801bf5f9c786f55f10432153a0683fc5cc0700b013d5"
CODE = (
    "numbers.js", "words.js", "data.js", "state.js", "styles.js", "chart.js", "readout.js",
    "table.js", "figures.js", "notes.js", "csv.js", "controls.js", "main.js",
)  # fmt: skip
"""Our own code, in the order in which it is read."""
Figures = Sequence[Observation] | None
Differences = Sequence[Difference] | None
BLANK = re.compile(r"{{(\w+)}}")


def explore(
    runs: Sequence[RunFolder],
    folders: Sequence[Path],
    names: Sequence[str],
    command: str,
    lang: Language,
    figures: Figures = None,
) -> bytes:
    """Return the page of some runs in their folders; ``names`` are what the user called them.

    ``figures`` are published ones to draw over the runs.

    Raises ``ScenarioError`` for too many runs, for a run that is named twice, or if the page would
    be too large.
    """
    if len(runs) > MOST_RUNS:
        what = Message("{count} runs are too many to distinguish", count=len(runs))
        usage_error("dashboard", what, Message("name at most {most}", most=MOST_RUNS))
    ids = [run.record["id"] for run in runs]
    for name, one in zip(names, ids, strict=True):
        if ids.count(one) > 1:
            usage_error(
                name, Message("the run {one} is given twice", one=one), "name each run once"
            )
    found = differences(runs, folders)
    return page(runs, combined_provenance(runs, command), lang, figures, found)


def page(
    runs: Sequence[RunFolder],
    stamp: Provenance,
    lang: Language,
    figures: Figures = None,
    found: Differences = None,
) -> bytes:
    """Return the page of some runs with its provenance: the same runs give the same bytes.

    Raises ``ScenarioError`` if it would be too large, saying how many of the runs fit.
    """
    make = partial(_page, runs, stamp, lang, figures, found)
    data = make(len(runs))
    if len(data) <= MOST_BYTES:
        return data
    what = Message(
        "the page of {count} runs is {size} MB, more than {most} MB",
        count=len(runs),
        size=_megabytes(len(data)),
        most=_megabytes(),
    )
    raise ScenarioError([Problem("dashboard", what, _advice(make, len(runs)))])


def _page(
    runs: Sequence[RunFolder],
    stamp: Provenance,
    lang: Language,
    figures: Figures,
    found: Differences,
    count: int,
) -> bytes:
    """Return the page of the first ``count`` runs."""
    content = content_of(runs[:count], stamp, lang, figures, found and found[:count])
    return marked(html(content, lang).encode(), ".html", stamp)


def html(content: Json, lang: Language) -> str:
    """Return the page around some content."""
    library, code = library_code(), page_code()
    style = font_css() + house_css() + _web("page.css")
    parts = {
        "lang": lang,
        "title": escape(translate("explorer_title", lang)),
        "policy": policy([library, code], [style]),
        "style": style,
        "no_script": "<br>".join(
            f'<span lang="{one}">{escape(translate("explorer_no_script", one))}</span>'
            for one in _both(lang)
        ),
        "content": as_json(content | {"library": LIBRARY_VERSION}),
        "library": library,
        "code": code,
    }
    return BLANK.sub(lambda blank: parts[blank[1]], _web("page.html"))


def policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Return the content security policy: no requests, only these scripts, styles and fonts."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_hash(text) for text in scripts)}",
            f"style-src {' '.join(_hash(text) for text in styles)}",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def as_json(content: Json) -> str:
    """Return content as JSON that can't end the script tag around it, whatever its texts."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def library_code() -> str:
    """Return the chart library as it was published."""
    return (resources.files(__package__) / "vendor" / LIBRARY).read_text("utf-8")


def page_code() -> str:
    """Return our own code as one script that defines no global names."""
    inside = "\n".join(_web(name) for name in CODE)
    return f'(function () {{\n"use strict";\n{inside}}})();\n'


def _web(name: str) -> str:
    return (resources.files(__package__) / "web" / name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _both(first: Language) -> tuple[Language, Language]:
    return ("nl", "en") if first == "nl" else ("en", "nl")


def _advice(make: Callable[[int], bytes], count: int) -> str:
    """How many of these runs fit, the first ones of them."""
    for fewer in range(count - 1, 0, -1):
        if len(make(fewer)) <= MOST_BYTES:
            return Message("the first {count} of them fit: name at most so many", count=fewer)
    return "not even the first of them fits: run it to an earlier day (--until)"


def _megabytes(size: int = MOST_BYTES) -> str:
    return f"{size / 1e6:.1f}"
