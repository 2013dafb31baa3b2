"""The command that finds numbers, sources, questions, scenarios and commands by a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .options import Json, Lang
from .output import print_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..questions.search import Finding
    from .options import Language

LONGEST = 160
"""Longest text of a finding that is printed [characters]."""


def find(
    text: Annotated[list[str], typer.Argument(help="Words, a number such as 27100, or a key.")],
    limit: Annotated[
        int, typer.Option(min=0, help="Maximum number of results per kind (0: all).")
    ] = 5,
    lang: Lang = "en",
    json_: Json = False,
) -> None:
    """Find numbers, sources, questions, scenarios and commands by a text, in both languages.

    A number is found by its value too, as 27100 or 27.100. Every line says what shows the rest.
    """
    from ..export.records import FoundRecord, SearchRecord
    from ..questions.search import KINDS, search, similar_words
    from ..report.i18n import translate
    from .commands import commands

    asked = " ".join(text)
    known = {" ".join(words): command.summary for words, command in commands().items()}
    found = search(asked, lang, known)
    by_kind = {kind: [one for one in found if one.kind == kind] for kind in KINDS}
    shown = {kind: part[: limit or None] for kind, part in by_kind.items()}
    if json_:
        records = [
            FoundRecord(
                kind=one.kind,
                name=one.name,
                text=one.text,
                source=one.source or None,
                link=one.link or None,
                command=one.command,
            )
            for part in shown.values()
            for one in part
        ]
        counts = {kind: len(part) for kind, part in by_kind.items()}
        record = SearchRecord(text=asked, found=records, counts=counts)
        print_record(record)
        return
    if not found:
        typer.echo(translate("find_nothing", lang, text=asked))
        if similar := similar_words(asked, lang):
            typer.echo(translate("find_similar", lang, words=", ".join(similar)))
        return
    for kind, part in shown.items():
        if part:
            of = len(by_kind[kind])
            typer.echo(translate(f"find_{kind}", lang, n=len(part), of=of))
            typer.echo("\n".join(line for one in part for line in _lines(one, lang)))
    if any(len(shown[kind]) < len(by_kind[kind]) for kind in KINDS):
        typer.echo(translate("find_more", lang))


def _lines(one: Finding, lang: Language) -> Iterator[str]:
    """Yield name and text of a finding, its source and link, and the command that shows it."""
    yield f"  {one.name}: {_short(one.text)}"
    if one.source:
        yield f"      {_short(one.source)}"
    if one.link:
        yield f"      {one.link}"
    in_lang = f" --lang {lang}" if lang != "en" and one.kind != "command" else ""
    yield f"      {one.command}{in_lang}"


def _short(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= LONGEST else f"{bare[: LONGEST - 1]}…"
