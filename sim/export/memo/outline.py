"""The outline of every memo: its two pages, then the annex with method, scorecard, reproduction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from ...hindcast import kept, scores
from ...model.uncertainty import UNCERTAINTIES
from ...questions.metrics import score_entries
from ...report.i18n import Language, in_words, number, translate
from ...report.scorecard_tables import skill_table, verdict
from ...runs.load import FinishedFolder
from ...scenario import Scenario, quantities
from .content import (
    Block,
    Commands,
    Heading,
    Listing,
    Memo,
    MemoChart,
    Paragraph,
    Table,
    table_of,
)
from .drivers import listed

METHOD = ("memo_method_chain", "memo_method_chance", "memo_method_money")
"""Paragraphs on the method that hold for every kind of folder."""


@dataclass(frozen=True)
class MemoParts:
    """What a memo says in each place of the outline; a place without blocks is left out."""

    title: str
    question: Sequence[Block]
    answer: Sequence[Block]
    chart: MemoChart | None = None
    table: Table | None = None
    drivers: Sequence[Block] = ()
    basis: Sequence[Block] = ()
    notes: Sequence[str] = ()
    """Caveats of this kind of folder."""
    annex: Sequence[Block] = ()
    """Tables that the two pages have no room for."""
    method: Sequence[str] = ()
    """Labels of further paragraphs on the method."""


def make_memo(
    folder: FinishedFolder, scenario: Scenario | None, lang: Language, parts: MemoParts
) -> Memo:
    """Return the memo of a folder; the annex lists what ``scenario`` assumes, if there is one."""
    blocks: list[Block] = [
        Heading(parts.title, 1),
        *_section("memo_question", parts.question, lang),
        *_section("memo_answer", parts.answer, lang),
        *([parts.chart] if parts.chart else []),
        *([parts.table] if parts.table else []),
        *_section("answer_drivers", parts.drivers, lang),
        *_section("memo_ground_head", parts.basis, lang),
        *_caveats(folder, parts.notes, lang),
        Heading(translate("memo_annex", lang), 1, annex=True),
        *parts.annex,
    ]
    if scenario is not None:
        blocks += [*listed(scenario, lang), *_method(folder, scenario, parts.method, lang)]
    blocks += [*_scorecard(lang), *_reproduction(folder, lang)]
    return Memo(parts.title, lang, folder.stamp, tuple(blocks))


def _section(heading: str, blocks: Sequence[Block], lang: Language) -> Iterator[Block]:
    if blocks:
        yield Heading(translate(heading, lang))
        yield from blocks


def _caveats(folder: FinishedFolder, notes: Sequence[str], lang: Language) -> list[Block]:
    """What a reader has to keep in mind, ``notes`` first."""
    options = folder.record["options"]
    held = number(100 * score_entries()["held_80"], lang)
    step = translate(f"step_{options['step']}", lang)
    texts = [
        *notes,
        translate("answer_sure", lang, held=held),
        translate("memo_rests_on_runs", lang, n=number(options["replications"], lang), step=step),
    ]
    kinds = [translate(f"memo_vary_{kind}", lang) for kind in options["vary"]]
    if len(kinds) < len(UNCERTAINTIES):
        texts.append(translate("memo_vary_only", lang, kinds=", ".join(kinds)))
    return [Heading(translate("memo_caveats", lang)), Listing(tuple(texts))]


def _method(
    folder: FinishedFolder, scenario: Scenario, further: Sequence[str], lang: Language
) -> list[Block]:
    numbers = dict(quantities(scenario))
    options = folder.record["options"]
    blanks = {
        "start": in_words(scenario.start, lang),
        "step": translate(f"step_{options['step']}", lang),
        "n": number(options["replications"], lang),
        "numbers": len(numbers),
        "uncertain": sum(1 for quantity in numbers.values() if quantity.spread),
    }
    texts = [translate(key, lang, **blanks) for key in (*METHOD, *further, "memo_method_checked")]
    return [Heading(translate("memo_method", lang)), *(Paragraph(text) for text in texts)]


def _scorecard(lang: Language) -> list[Block]:
    found = kept()
    return [
        Heading(translate("memo_scorecard", lang)),
        Listing(tuple(verdict(found, lang))),
        table_of(skill_table(scores(found), lang)),
    ]


def _reproduction(folder: FinishedFolder, lang: Language) -> list[Block]:
    record, stamp = folder.record, folder.stamp
    facts = [
        ("whence_scenario", stamp.scenario),
        ("whence_run", stamp.run),
        ("whence_seed", stamp.seed),
        ("book_replications", number(record["options"]["replications"], lang)),
        ("whence_version", ", ".join(f"{k} {v}" for k, v in record["versions"].items())),
        *((("whence_cite", record["cite"]),) if "cite" in record else ()),
        *(("memo_input", f"{name}, SHA-256 {digest}") for name, digest in _inputs(record)),
    ]
    name = quote(folder.path.resolve().name)
    commands = [f"{stamp.command} --out {name}"] if stamp.command else []
    commands.append(f"opvangsim memo {name} --lang {lang} -o memo.docx")
    return [
        Heading(translate("answer_again", lang)),
        Paragraph(translate("memo_again", lang)),
        Commands(tuple(commands)),
        Table(
            translate("memo_record", lang),
            (translate("memo_what", lang), translate("memo_said", lang)),
            tuple((translate(key, lang), text) for key, text in facts),
            (False, False),
        ),
    ]


def _inputs(record: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((str(name), str(digest)) for name, digest in record.get("inputs", {}).items())
