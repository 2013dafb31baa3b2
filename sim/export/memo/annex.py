"""What every memo ends with: method, scorecard, how to get it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...hindcast import kept
from ...model.uncertainty import UNCERTAINTIES
from ...questions.metrics import score_entries
from ...report.i18n import Language, label, number
from ...report.scorecard import score_table, verdict
from ...scenario import Scenario, quantities
from .content import Block, Commands, Heading, Listing, Paragraph, Table, table_of
from .drivers import listed
from .folder import Folder

METHOD = ("memo_method_chain", "memo_method_chance", "memo_method_money")
"""Paragraphs on the method that hold for every kind of folder."""


def annex(
    folder: Folder, scenario: Scenario, lang: Language, own: Sequence[Block], method: Sequence[str]
) -> list[Block]:
    """The annex: ``own`` tables, assumptions and sources, method, scorecard, how to get it again.

    ``method`` are labels of further paragraphs on the method, for this kind of folder.
    """
    return [
        Heading(label("memo_annex", lang), 1, annex=True),
        *own,
        *listed(scenario, lang),
        *_method(folder, scenario, lang, method),
        *_scorecard(lang),
        *_again(folder, lang),
    ]


def caveats(folder: Folder, lang: Language, further: Sequence[str] = ()) -> list[Block]:
    """What a reader has to keep in mind, ``further`` sentences first."""
    options = folder.record["options"]
    held = number(100 * score_entries()["held_80"], lang)
    step = label(f"step_{options['step']}", lang)
    texts = [
        *further,
        label("answer_sure", lang, held=held),
        label("memo_rests_on_runs", lang, n=number(options["replications"], lang), step=step),
    ]
    kinds = [label(f"memo_vary_{kind}", lang) for kind in options["vary"]]
    if len(kinds) < len(UNCERTAINTIES):
        texts.append(label("memo_vary_only", lang, kinds=", ".join(kinds)))
    return [Heading(label("memo_caveats", lang)), Listing(tuple(texts))]


def _method(
    folder: Folder, scenario: Scenario, lang: Language, further: Sequence[str]
) -> list[Block]:
    numbers = dict(quantities(scenario))
    options = folder.record["options"]
    blanks = {
        "start": scenario.start.isoformat(),
        "step": label(f"step_{options['step']}", lang),
        "n": number(options["replications"], lang),
        "numbers": len(numbers),
        "uncertain": sum(1 for one in numbers.values() if one.spread),
    }
    texts = [label(key, lang, **blanks) for key in (*METHOD, *further, "memo_method_checked")]
    return [Heading(label("memo_method", lang)), *(Paragraph(text) for text in texts)]


def _scorecard(lang: Language) -> list[Block]:
    march, official = kept()
    return [
        Heading(label("memo_scorecard", lang)),
        Listing(tuple(verdict(march, official, lang))),
        table_of(score_table(march, lang)),
    ]


def _again(folder: Folder, lang: Language) -> list[Block]:
    record, stamp = folder.record, folder.stamp
    own = [stamp.command] if stamp.command else []
    facts = [
        ("whence_scenario", stamp.scenario),
        ("whence_run", stamp.run),
        ("whence_seed", stamp.seed),
        ("book_replications", number(record["options"]["replications"], lang)),
        ("whence_version", ", ".join(f"{k} {v}" for k, v in record["versions"].items())),
        *(("memo_input", f"{name}, SHA-256 {found}") for name, found in _inputs(record)),
    ]
    told = f"opvangsim memo {folder.path.name} --lang {lang} -o memo.docx"
    return [
        Heading(label("answer_again", lang)),
        Paragraph(label("memo_again", lang)),
        Commands((*own, told)),
        Table(
            label("memo_record", lang),
            (label("memo_what", lang), label("memo_said", lang)),
            tuple((label(key, lang), text) for key, text in facts),
            (False, False),
        ),
    ]


def _inputs(record: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((str(name), str(found)) for name, found in record.get("inputs", {}).items())
