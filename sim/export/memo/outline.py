"""The outline of every memo: header, reason, key points, decision, explanation, risks, provenance.

That is two pages; the annex has assumptions, tables, method, backtest, sources and reproduction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from shlex import quote
from typing import Any

from ...hindcast import kept, scores
from ...model.uncertainty import UNCERTAINTIES
from ...questions.metrics import score_entries
from ...report.i18n import Language, in_words, number, translate
from ...report.scorecard_tables import skill_table
from ...runs.load import FinishedFolder
from ...scenario import Scenario, quantities
from ...scenario.listing import by_source
from .assumptions import key_assumptions, sources
from .content import (
    MEMO_FILE,
    Block,
    Commands,
    Header,
    Heading,
    Listing,
    Memo,
    Paragraph,
    Table,
    table_of,
)

METHOD = ("memo_method_chain", "memo_method_chance", "memo_method_money")
"""Paragraphs on the method that hold for every kind of folder."""
COVERED = 80
"""Share of outcomes that an 80% interval should hold."""


@dataclass(frozen=True)
class MemoParts:
    """What a memo says in each place of the outline; a place without blocks is left out."""

    subject: str
    reason: Sequence[str]
    answer: Sequence[str]
    """Key points that answer the question: set in bold, before the others."""
    points: Sequence[str] = ()
    decision: Sequence[str] = ()
    choices: Sequence[str] = ()
    """What the decision is about: each option in a sentence or two."""
    explanation: Sequence[Block] = ()
    risks: Sequence[str] = ()
    """Risks of this kind of folder."""
    annex: Sequence[Block] = ()
    """Tables that the two pages have no room for."""
    method: Sequence[str] = ()
    """Labels of further paragraphs on the method."""


def make_memo(
    folder: FinishedFolder, scenario: Scenario | None, lang: Language, parts: MemoParts
) -> Memo:
    """Return the memo of a folder; the annex lists what ``scenario`` assumes, if there is one."""
    blocks: list[Block] = [
        Heading(translate("memo_form", lang), 1),
        _header(parts.subject, lang),
        *_section("memo_reason", [Paragraph(text) for text in parts.reason], lang),
        *_section("memo_key_points", _key_points(parts), lang),
        *_section("memo_decision", _decision(parts, lang), lang),
        *_section("memo_explanation", parts.explanation, lang),
        *_section("memo_risks", [Listing(tuple(_risks(folder, scenario, parts, lang)))], lang),
        *_section("memo_provenance", _provenance(folder, scenario, lang), lang),
        Heading(translate("memo_annex", lang), 1, annex=True),
    ]
    if scenario is not None:
        blocks += key_assumptions(scenario, lang)
    blocks += parts.annex
    if scenario is not None:
        blocks += _method(folder, scenario, parts.method, lang)
    blocks += _scorecard(lang)
    if scenario is not None:
        blocks += sources(scenario, lang)
    return Memo(parts.subject, lang, folder.stamp, (*blocks, *_reproduction(folder, lang)))


def addressed(memo: Memo, to: str | None, sender: str | None, day: date | None) -> Memo:
    """Return a memo with the names and the date at its top; what is None stays to be filled in."""
    shown = None if day is None else in_words(day, memo.lang)
    given = {
        translate(key, memo.lang): text
        for key, text in (("memo_to", to), ("memo_from", sender), ("memo_date", shown))
        if text
    }
    blocks = [
        Header(tuple((label, given.get(label, text)) for label, text in block.rows))
        if isinstance(block, Header)
        else block
        for block in memo.blocks
    ]
    return replace(memo, blocks=tuple(blocks))


def _header(subject: str, lang: Language) -> Header:
    blank = translate("memo_to_fill_in", lang)
    rows = [(translate(key, lang), blank) for key in ("memo_to", "memo_from", "memo_date")]
    return Header((*rows, (translate("memo_subject", lang), subject)))


def _section(heading: str, blocks: Sequence[Block], lang: Language) -> Iterator[Block]:
    if blocks:
        yield Heading(translate(heading, lang))
        yield from blocks


def _key_points(parts: MemoParts) -> list[Block]:
    blocks: list[Block] = [Paragraph(text, strong=True) for text in parts.answer]
    return [*blocks, Listing(tuple(parts.points))] if parts.points else blocks


def _decision(parts: MemoParts, lang: Language) -> list[Block]:
    """What the reader is asked, and what there is to choose from."""
    lists = (("memo_asked", parts.decision), ("memo_choices", parts.choices))
    return [
        block
        for key, texts in lists
        if texts
        for block in (Paragraph(translate(key, lang)), Listing(tuple(texts)))
    ]


def _risks(
    folder: FinishedFolder, scenario: Scenario | None, parts: MemoParts, lang: Language
) -> Iterator[str]:
    """What can make the outcome differ: risks of this kind of folder, then those of all."""
    yield from parts.risks
    held = score_entries()["held_80"]
    key = "memo_interval_narrow" if 100 * held < COVERED else "memo_interval"
    yield translate(key, lang, held=number(100 * held, lang))
    if scenario is not None:
        yield translate("memo_cutoff", lang, day=in_words(scenario.start, lang))
    kinds = [translate(f"memo_vary_{kind}", lang) for kind in folder.record["options"]["vary"]]
    if len(kinds) < len(UNCERTAINTIES):
        yield translate("memo_vary_only", lang, kinds=", ".join(kinds))


def _provenance(folder: FinishedFolder, scenario: Scenario | None, lang: Language) -> list[Block]:
    options, stamp = folder.record["options"], folder.stamp
    texts = [
        translate(
            "memo_made_with",
            lang,
            version=stamp.version,
            id=stamp.run,
            n=number(options["replications"], lang),
            step=translate(f"step_{options['step']}", lang),
            seed=stamp.seed,
        )
    ]
    if scenario is not None:
        held = [quantity for _, quantity in quantities(scenario)]
        texts.append(
            translate(
                "memo_rests",
                lang,
                numbers=len(held),
                sourced=sum(1 for quantity in held if quantity.source),
                sources=sum(1 for rest in by_source(scenario) if rest.keys),
                assumed=sum(1 for quantity in held if quantity.assumption),
            )
        )
    return [Paragraph(text) for text in texts]


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


@cache
def _scorecard(lang: Language) -> tuple[Block, ...]:
    """Return the scores of the shipped hindcasts: the same in every memo, and slow to compute."""
    found = kept()
    held = number(100 * score_entries()["held_80"], lang)
    return (
        Heading(translate("memo_scorecard", lang)),
        Paragraph(translate("memo_scorecard_note", lang, held=held)),
        table_of(skill_table(scores(found), lang)),
    )


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
    commands.append(f"opvangsim memo {name} --lang {lang} -o {MEMO_FILE}")
    return [
        Heading(translate("memo_reproduce", lang)),
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
